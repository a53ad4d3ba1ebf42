"""QualCoder's projects: every coding on its words, the whole tree, cases, memos and coders."""

from __future__ import annotations

import sqlite3
import zipfile

import pytest

from qualkit.errors import ReadError
from qualkit.interchange import qualcoder
from tests.interchange.databases import QUALCODER
from tests.interchange.databases import qualcoder as make

TEXT = (
    "Interviewer: 😀 How was it?\r\nAnn: We waited a long time.\r\nBen: Fine, cafe\u0301 and all."
)
STORED = TEXT.replace("\r\n", "\n")
DATE = "2024-01-16 09:30:00"
TIME = "2024-01-16T09:30:00Z"


def source(number=1, name="p1.txt", fulltext=TEXT, **more):
    return {"id": number, "name": name, "fulltext": fulltext, "mediapath": None, "memo": "",
            "owner": "Ann", "date": DATE, **more}  # fmt: skip


def code(number, name, catid=None, **more):
    return {"cid": number, "name": name, "memo": "", "catid": catid, "owner": "Ann", "date": DATE,
            "color": "#F5A9A9", **more}  # fmt: skip


def coded(words, *, text=TEXT, at=None, owner="Ann", cid=1, fid=1, count=len, **more):
    start = count(text[: text.index(words)]) if at is None else at
    return {"cid": cid, "fid": fid, "seltext": words, "pos0": start, "pos1": start + count(words),
            "owner": owner, "date": DATE, "memo": "", **more}  # fmt: skip


def utf16(words):
    return len(words.encode("utf-16-le")) // 2


def words_of(study):
    texts = {text.id: text.text for text in study.texts}
    names = {person.id: person.name for person in study.people}
    return [(texts[m.text][m.start : m.end], names[m.person], m.memo, m.created)
            for m in study.marks]  # fmt: skip


def in_lines(words):
    """As its window counts, which has one character at a line end."""
    return len(words.replace("\r\n", "\n"))


@pytest.mark.parametrize(
    ("fulltext", "count", "offsets"),
    [
        (TEXT, len, ("code point", 2, False)),
        (TEXT, in_lines, ("code point", 1, False)),
        (TEXT, utf16, ("utf-16", 2, False)),  # as its window counts where there are emoji
        ("\ufeff" + TEXT, len, ("code point", 2, True)),
    ],
)
def test_codings_stand_on_their_words_however_they_were_counted(tmp_path, fulltext, count, offsets):
    words = ("Interviewer", "How was", "waited a long", "cafe\u0301 and")
    folder = make(tmp_path / "w.qda", {
        "source": [source(fulltext=fulltext)], "code_name": [code(1, "Time")],
        "code_text": [coded(one, text=fulltext, count=count, memo=f"on {one}", owner="Ben")
                      for one in words],
    })  # fmt: skip

    study, account = qualcoder.read_study(folder)

    assert study.texts[0].text == STORED
    assert words_of(study) == [(one, "Ben", f"on {one}", TIME) for one in words]
    assert account.as_dict()["codings"] == {"matched": 4, "moved": 0, "lost": 0, "total": 4}
    read = account.as_dict()["offsets"]
    assert (read["unit"], read["newline"], read["bom"]) == offsets


def test_codings_that_cannot_be_placed_are_told(tmp_path):
    folder = make(tmp_path / "w.qda", {
        "source": [source()], "code_name": [code(1, "Time")],
        "code_text": [
            coded("waited"), coded("a long"), coded("Fine", at=3),
            coded("never said at all", at=5), coded("How", cid=9), coded("How", fid=9),
            {**coded("it?"), "pos0": "nine", "pos1": None},
        ],
    })  # fmt: skip

    study, account = qualcoder.read_study(folder)

    assert sorted(words for words, *_ in words_of(study)) == ["Fine", "a long", "it?", "waited"]
    assert account.as_dict()["codings"] == {"matched": 2, "moved": 2, "lost": 3, "total": 7}
    assert sorted(one.why for one in account.lost) == [
        "its code is not in the project", "its source is not in the project",
        "the words that it quotes are not in its source",
    ]  # fmt: skip


def test_categories_and_codes_below_codes_are_one_tree(tmp_path):
    schema = QUALCODER.replace("catid integer, owner text,\n  date text, color text",
                               "catid integer, owner text,\n  date text, color text, supercid integer")  # fmt: skip
    cat = {"owner": "Ann", "date": DATE, "memo": ""}
    folder = make(tmp_path / "w.qda", {
        "code_cat": [
            {"catid": 1, "name": "Staff", "supercatid": 2, **cat},
            {"catid": 2, "name": "Service", "supercatid": None, **cat},
            {"catid": 3, "name": "Round", "supercatid": 4, **cat},
            {"catid": 4, "name": "And round", "supercatid": 3, **cat},
        ],
        "code_name": [code(1, "Trust", 1, memo="They keep their word."),
                      code(2, "Broken trust", None, supercid=1, color="red"), code(3, "Lost", 99)],
    }, schema)  # fmt: skip

    study, account = qualcoder.read_study(folder)

    (book,) = study.books
    assert {" > ".join(one.name for one in book.path(c.id)) for c in book.codes} == {
        "Service", "Service > Staff", "Service > Staff > Trust",
        "Service > Staff > Trust > Broken trust", "Round", "And round", "Lost",
    }  # fmt: skip
    trust = book.code("trust")
    assert (trust.definition, trust.colour) == ("They keep their word.", "#F5A9A9")
    assert book.code("broken-trust").colour == "#5a6b7b"
    assert account.warnings == tuple(
        f"the code {name!r} has no place in its file's tree; it is a theme now"
        for name in ("Round", "And round", "Lost")
    )


def test_cases_values_memos_and_coders_arrive_and_the_rest_is_counted(tmp_path):
    by = {"owner": "Ann", "date": DATE}
    folder = make(tmp_path / "health.qda", {
        "source": [
            source(memo="In the garden"), source(2, "p2.txt", "Cleo: Hello there."),
            source(3, "house.png", None, mediapath="/images/house.png", memo="the house"),
            source(4, "talk.mp3", "", mediapath="audio:/home/ann/talk.mp3"),
        ],
        "cases": [{"caseid": 1, "name": "Ann", "memo": "a mother", **by},
                  {"caseid": 2, "name": "Ben", "memo": "", **by}],
        "case_text": [
            {"caseid": 1, "fid": 1, "pos0": 0, "pos1": 60, **by},
            {"caseid": 2, "fid": 1, "pos0": 60, "pos1": 70, **by},
            {"caseid": 2, "fid": 3, "pos0": 0, "pos1": 0, **by},
        ],
        "attribute": [
            {"attrid": 1, "name": "Area", "attr_type": "case", "value": "North", "id": 1, **by},
            {"attrid": 2, "name": "Month", "attr_type": "file", "value": "May", "id": 1, **by},
            {"attrid": 3, "name": "Size", "attr_type": "file", "value": "big", "id": 3, **by},
        ],
        "annotation": [{"anid": 1, "fid": 1, "pos0": TEXT.index("waited"),
                        "pos1": TEXT.index("waited") + 6, "memo": "how long?", **by}],
        "journal": [{"jid": 1, "name": "Diary", "jentry": "Went there.", **by}],
        "code_name": [code(1, "Time")],
        "code_text": [coded("waited", important=1, owner="Ben")],
        "code_image": [{"imid": 1, "id": 3, "cid": 1, **by}],
        "code_av": [{"avid": 1, "id": 4, "cid": 1, **by}, {"avid": 2, "id": 4, "cid": 1, **by}],
        "stored_sql": [{"title": "all", "ssql": "select 1"}],
        "coder_names": [{"name": "Cleo"}],
    })  # fmt: skip

    study, account = qualcoder.read_study(folder)

    assert study.title == "health"
    cases = {unit.id: unit.name for unit in study.units}
    assert [(cases[text.case], dict(text.values)) for text in study.texts] == [
        ("Ann", {"Month": "May"}), ("p2.txt", {})
    ]  # fmt: skip
    assert dict(study.units[0].values) == {"Area": "North"}
    assert {(note.about, note.title, note.text) for note in study.notes} == {
        ("source", "Memo", "In the garden"), ("case", "Memo", "a mother"),
        ("source", "Annotation: waited", "how long?"), ("study", "Diary", "Went there."),
    }  # fmt: skip
    assert sorted(person.name for person in study.people) == ["Ann", "Ben", "Cleo"]
    assert account.not_carried == {
        "pictures": 1, "memos of pictures": 1, "recordings": 1,
        "pictures and recordings of cases": 1, "shares of sources that other cases have": 1,
        "values of journals, pictures and recordings": 1, "marks of importance": 1,
        "places of annotations (they are memos of their sources now)": 1,
        "codings of pictures": 1, "codings of recordings": 2, "stored queries": 1,
    }  # fmt: skip


def test_a_folder_a_zip_of_it_and_its_database_are_the_same(tmp_path):
    folder = make(tmp_path / "w.qda", {
        "source": [source()], "code_name": [code(1, "Time")], "code_text": [coded("waited")],
    })  # fmt: skip
    with zipfile.ZipFile(tmp_path / "w.zip", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.write(folder / "data.qda", "w.qda/data.qda")
        packed.writestr("w.qda/documents/p1.txt", TEXT)

    read = [qualcoder.read(path) for path in (folder, folder / "data.qda", tmp_path / "w.zip")]

    assert read[0] == read[1] == read[2]
    assert read[0].rows("coding")[0]["quote"] == "waited"


def test_an_archive_packed_while_in_use_is_refused_and_one_kept_in_wal_mode_is_read(tmp_path):
    folder = make(tmp_path / "w.qda", {"source": [source()]})
    connection = sqlite3.connect(folder / "data.qda")
    connection.execute("PRAGMA journal_mode=WAL")
    connection.close()
    for name, waiting in {"closed.zip": b"", "open.zip": b"waiting"}.items():
        with zipfile.ZipFile(tmp_path / name, "w") as packed:
            packed.write(folder / "data.qda", "data.qda")
            packed.writestr("data.qda-wal", waiting)

    assert len(qualcoder.read(tmp_path / "closed.zip").rows("source")) == 1
    assert len(qualcoder.read(folder).rows("source")) == 1
    with pytest.raises(ReadError) as refused:
        qualcoder.read(tmp_path / "open.zip")
    assert str(refused.value) == (
        "open.zip: it was packed while in use; close the project in QualCoder and pack it again"
    )


def test_what_is_no_project_is_refused(tmp_path):
    (tmp_path / "empty").mkdir()
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as packed:
        packed.writestr("a.txt", "a")

    for name, why in {
        "empty": "empty: not a project of QualCoder: the folder has no data.qda",
        "other.zip": "other.zip: not a project of QualCoder: the archive has no data.qda",
        "none.qda": "none.qda: there is no such file",
    }.items():
        with pytest.raises(ReadError) as refused:
            qualcoder.read(tmp_path / name)
        assert str(refused.value) == why
