"""Databases of strangers: nothing in them runs, and what is damaged, locked or endless is refused."""

from __future__ import annotations

import sqlite3
import zipfile

import pytest

from qualkit.errors import ReadError
from qualkit.interchange import _sqlite, kind_of, qualcoder, read_any, taguette
from tests.interchange.databases import (
    QUALCODER,
    TAGUETTE,
    document,
    highlight,
    make,
    project,
    tag,
)  # fmt: skip
from tests.interchange.databases import qualcoder as qualcoder_folder

ROWS = {
    "projects": [project()], "documents": [document("<p>We waited.</p>")], "tags": [tag(1, "time")],
    "highlights": [highlight(1, 3, 9, "waited")],
    "highlight_tags": [{"highlight_id": 1, "tag_id": 1}],
}  # fmt: skip


def refusal(path, read=taguette.read):
    with pytest.raises(ReadError) as refused:
        read(path)
    return str(refused.value)


@pytest.fixture
def file(tmp_path):
    return make(tmp_path / "t.sqlite3", TAGUETTE, ROWS)


def altered(file, *statements):
    connection = sqlite3.connect(file)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()
    return file


@pytest.mark.parametrize(
    "statements",
    [
        (  # a view that never ends
            "ALTER TABLE documents RENAME TO d",
            "CREATE VIEW documents AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n)"
            " SELECT x AS id, 1 AS project_id, 'a' AS name, 'a' AS contents FROM n",
        ),
        ("ALTER TABLE documents ADD COLUMN bomb TEXT AS (hex(zeroblob(400000000)))",),
        ("DROP TABLE documents", "CREATE VIRTUAL TABLE documents USING fts5(id, contents)"),
    ],
)
def test_what_would_compute_when_it_is_read_is_refused(file, statements):
    altered(file, *statements)

    assert refusal(file) == (
        "t.sqlite3: its 'documents' is not a plain table; nothing of it is run"
    )


def test_triggers_checks_and_whatever_else_a_file_has_do_nothing(file):
    before = taguette.read(file)
    altered(
        file,
        "CREATE TRIGGER t AFTER INSERT ON tags BEGIN DELETE FROM documents; END",
        "CREATE VIEW evil AS SELECT load_extension('/tmp/evil.so')",
        "CREATE TABLE checked (a TEXT CHECK (length(hex(zeroblob(200000000))) > 0))",
        "CREATE INDEX computed ON documents (hex(contents))",
    )
    held = file.read_bytes()

    assert taguette.read(file) == before
    assert file.read_bytes() == held
    assert [one.name for one in file.parent.iterdir()] == [file.name]


def test_a_connection_reads_plain_tables_alone(file):
    with _sqlite.open_database(file, "t") as database:
        for statement in (
            "ATTACH DATABASE '/tmp/other.db' AS other", "DELETE FROM tags",
            "PRAGMA writable_schema=ON", "SELECT load_extension('x')", "SELECT randomblob(9)",
            "CREATE TEMP TABLE a (b)", "PRAGMA trusted_schema=ON",
        ):  # fmt: skip
            with pytest.raises(sqlite3.DatabaseError, match=r"not authorized|prohibited"):
                database._connection.execute(statement)


def test_damaged_and_encrypted_files_are_refused_with_the_reason(file, tmp_path):
    whole = file.read_bytes()
    cases = {
        "cut.sqlite3": whole[: len(whole) - 4_096],
        "pages.sqlite3": whole[:4_096] + b"\xff" * (len(whole) - 4_096),
        "header.sqlite3": whole[:100],
    }
    for name, data in cases.items():
        (tmp_path / name).write_bytes(data)
        assert refusal(tmp_path / name).startswith(f"{name}: damaged database ("), name
    (tmp_path / "data.qda").write_bytes(bytes(range(255, 0, -1)) * 20)
    assert refusal(tmp_path / "data.qda", qualcoder.read) == (
        "data.qda: not a database, or an encrypted one; take its password away first"
    )


@pytest.mark.parametrize("ending", ["-wal", "-journal"])
def test_a_database_in_use_is_refused(file, ending):
    file.with_name(file.name + ending).write_bytes(b"what was not yet written")

    assert refusal(file) == (
        "t.sqlite3: it was not closed by its last user; open it once in its own program and close it"
    )


def test_text_that_is_no_text_is_refused_and_other_kinds_of_values_do_no_harm(tmp_path):
    rows = {
        **ROWS,
        "highlights": [
            {**highlight(1, 0, 0, "waited"), "start_offset": "three", "end_offset": b"\1"},
            {**highlight(2, 3, 9, "x"), "snippet": b"\0\1"},
            {**highlight(3, 3, 9, "waited"), "start_offset": 2.5},
            highlight(4, -5, 2**62, "waited"),
        ],
        "highlight_tags": [{"highlight_id": n, "tag_id": 1} for n in (1, 2, 3, 4)],
    }
    file = make(tmp_path / "t.sqlite3", TAGUETTE, rows)

    account = taguette.read_study(file)[1].as_dict()["codings"]

    assert account == {"matched": 1, "moved": 3, "lost": 0, "total": 4}
    altered(file, "UPDATE tags SET path = CAST(x'ff41' AS TEXT)")
    assert "damaged database (Could not decode to UTF-8" in refusal(file)


def test_what_is_read_is_limited_in_size(file, monkeypatch):
    monkeypatch.setattr(_sqlite, "_TOTAL", 200)
    assert refusal(file) == "t.sqlite3: it holds more than 0 MB of text"
    monkeypatch.setattr(_sqlite, "FILE_BYTES", 1_000)
    assert refusal(file).endswith("the file has 0 MB, the limit is 0 MB")


def test_deep_and_round_trees_end_soon(tmp_path):
    deep = [{"catid": n, "name": f"c{n}", "supercatid": n + 1} for n in range(1, 3_000)]
    folder = qualcoder_folder(
        tmp_path / "w.qda", {"code_cat": [*deep, {"catid": 3_000, "name": "top", "supercatid": 2}]}
    )
    file = make(tmp_path / "t.sqlite3", TAGUETTE,
                {**ROWS, "tags": [tag(1, "a." * 400_000 + "b"), tag(2, "a." * 400_000 + "c")]})  # fmt: skip

    assert qualcoder.read_study(folder)[1].codes == 3_000
    assert taguette.read_study(file)[1].codes == 2


# Kinds -----------------------------------------------------------------------------------------


def test_files_are_known_by_what_is_in_them(file, tmp_path):
    folder = qualcoder_folder(tmp_path / "w.qda", {})
    for name, parts in {
        "a.csv": ["project.qde"], "b.dat": ["manifest.json", "tables/source.csv"],
        "c.docx": ["w.qda/data.qda"],
    }.items():  # fmt: skip
        with zipfile.ZipFile(tmp_path / name, "w") as made:
            for part in parts:
                made.writestr(part, "<a/>")
    texts = {
        "d.qdpx": "Document\tCode\tSegment\nP1\tTrust\tHello there\n",
        "e.txt": "tag,description,number of highlights\na,b,1\n",
        "f.bundle": "id,document,tag,content\n1,P1,a,Hello\n",
        "g.csv": '<?xml version="1.0"?><CodeBook/>',
    }
    for name, words in texts.items():
        (tmp_path / name).write_text(words)
    renamed = file.rename(tmp_path / "t.docx")

    kinds = {path.name: kind_of(path) for path in (
        renamed, folder, folder / "data.qda", *(tmp_path / name for name in ("a.csv", "b.dat", "c.docx")),
        *(tmp_path / name for name in texts))}  # fmt: skip

    assert kinds == {
        "t.docx": "taguette", "w.qda": "qualcoder", "data.qda": "qualcoder", "a.csv": "refi",
        "b.dat": "bundle", "c.docx": "qualcoder", "d.qdpx": "coded_table", "e.txt": "taguette",
        "f.bundle": "taguette", "g.csv": "refi",
    }  # fmt: skip
    assert read_any(renamed) == taguette.read(renamed)


def test_what_is_no_study_is_refused_with_what_it_is(tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7")
    (tmp_path / "empty").write_bytes(b"")
    make(tmp_path / "other.db", "CREATE TABLE a (b)", {})
    make(tmp_path / "ours.qualkit", "".join(
        f"CREATE TABLE {name} (id);" for name in ("case_unit", "codebook", "coding", "cell_summary")
    ), {})  # fmt: skip
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as made:
        made.writestr("a.txt", "a")

    for name, why in {
        "folder": "a folder, but not a project of QualCoder: it has no data.qda",
        "a.pdf": "no study and no table of codings: it is a PDF",
        "empty": "no study and no table of codings: it is an empty file",
        "other.db": "a database, but neither of Taguette nor of QualCoder",
        "ours.qualkit": "this is a study of qualkit; open it, or add it to another",
        "a.zip": "an archive, but no study is in it that is known",
        "none": "cannot be opened (No such file or directory)",
    }.items():
        assert refusal(tmp_path / name, kind_of) == f"{name}: {why}"


def test_each_reader_refuses_the_database_of_the_other(file, tmp_path):
    other = make(tmp_path / "q.sqlite3", QUALCODER, {})

    assert refusal(other) == "q.sqlite3: a database, but not one of Taguette: it has other tables"
    assert refusal(file, qualcoder.read) == (
        "t.sqlite3: a database, but not one of QualCoder: it has other tables"
    )
