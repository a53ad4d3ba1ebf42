"""Tables are cut into stretches that hold whole rows."""

from __future__ import annotations

import csv

import pandas as pd
import pytest

from qualkit.errors import ReadError
from qualkit.scale._reading import read, stretches


def told(path, *, rows, known_by="id"):
    """All rows of a table, a list for each stretch."""
    made = stretches(path, text="text", id=known_by, rows=rows)
    return [read(one, text="text", id=known_by).values.tolist() for one in made]


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ('id,text\n1,"a\nb"\n2,c\n', [["1", "a\nb"], ["2", "c"]]),
        ('id,text\r\n1,"a,""b"""\r\n2,"c\r\n"\r\n', [["1", 'a,"b"'], ["2", "c\r\n"]]),
        ("\ufeffid;text\n1;a, b\n2;ü", [["1", "a, b"], ["2", "ü"]]),
        ("text\tid\rx\t1\ry\t2\r", [["1", "x"], ["2", "y"]]),
        ("id,text,more\n1\n2,b,c,d\n", [["1", ""], ["2", "b"]]),
        ("id,text\n", []),
        ("id,text\n\n1,a\n\n\n2,b\n\n", [["1", "a"], ["2", "b"]]),
    ],
    ids=[
        "line in quotes",
        "CRLF",
        "semicolon and mark of UTF-8",
        "CR and tab",
        "ragged",
        "no row",
        "lines without anything",
    ],
)
@pytest.mark.parametrize("rows", [1, 50])
def test_csv_is_cut_where_the_csv_module_ends_a_row(tmp_path, words, wanted, rows):
    path = tmp_path / "a.csv"
    path.write_bytes(words.encode())

    found = told(path, rows=rows)

    assert [row for some in found for row in some] == wanted
    assert len(found) == (len(wanted) if rows == 1 else min(1, len(wanted)))


def test_cuts_agree_with_the_csv_module_on_any_text(tmp_path):
    texts = ['"', '""', "a\n", "\r\n\r\n", ',",', "é" * 3, "", '"\n"'] * 9
    path = tmp_path / "a.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("id", "text"), *enumerate(texts)])

    found = told(path, rows=5)

    assert [text for some in found for _, text in some] == texts


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "a.csv: is empty; its first row must name the columns"),
        (b"id,words\n1,a\n", "a.csv: has no column 'text'; it has ['id', 'words']: "
         "name yours with --text and --id; --no-id where there is none"),
        (b"id,text,text\n1,a,b\n", "a.csv: has 2 columns 'text'; rename one"),
        ("id,text\n1,a\n".encode("utf-16"), "a.csv: is UTF-16; save it as CSV in UTF-8"),
        (b"id,text\n1,\xfc\n", "a.csv, line 2: is not utf-8; say --encoding cp1252, or save it as UTF-8"),
        (b'id,text\n1,a\n2,"b\n3,c\n',
         "a.csv, line 4: a quotation mark is opened in the last rows and never closed"),
    ],
    ids=["empty", "column", "two columns", "UTF-16", "encoding", "open quote"],
)  # fmt: skip
def test_a_faulty_csv_is_refused_with_its_place(tmp_path, data, why):
    path = tmp_path / "a.csv"
    path.write_bytes(data)

    with pytest.raises(ReadError) as refused:
        told(path, rows=2)

    assert str(refused.value) == why


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1", "gbk"])
def test_csv_is_read_in_other_encodings(tmp_path, encoding):
    words = "一,二\n三" if encoding == "gbk" else "né,\nnaïve"
    path = tmp_path / "a.csv"
    path.write_bytes(f'id,text\n1,a\n2,"{words}"\n3,c\n'.encode(encoding))

    cut = list(stretches(path, text="text", id="id", rows=1, encoding=encoding))

    found = [read(one, text="text", id="id")["text"][0] for one in cut]
    assert found == ["a", words, "c"]


@pytest.mark.parametrize("encoding", ["utf-16", "no such"])
def test_an_encoding_that_is_not_cut_by_bytes_is_refused(tmp_path, encoding):
    with pytest.raises(ValueError, match=f"{encoding!r} is no encoding that a table is cut in"):
        list(stretches(tmp_path / "a.csv", text="text", id=None, encoding=encoding))


def test_a_broken_parquet_file_is_refused(tmp_path):
    path = tmp_path / "a.parquet"
    pd.DataFrame({"id": range(7), "text": "words"}).to_parquet(path)
    path.write_bytes(path.read_bytes()[:-20])

    with pytest.raises(ReadError, match=r"a\.parquet: is no whole Parquet file"):
        told(path, rows=2)


def test_a_parquet_column_with_a_dot_is_known_by_its_words(tmp_path):
    first, second = tmp_path / "a.parquet", tmp_path / "b.parquet"
    for path, word in ((first, "one"), (second, "two")):
        pd.DataFrame({"q1.text": [word]}).to_parquet(path)

    found = [next(stretches(path, text="q1.text", id=None)).sha256 for path in (first, second)]

    assert found[0] != found[1]


def test_a_table_changed_meanwhile_is_refused(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("id,text\n1,a\n", encoding="utf-8")
    cut = list(stretches(path, text="text", id="id"))
    path.write_text("id,text\n1,b\n", encoding="utf-8")

    with pytest.raises(ReadError, match="was changed while it was being read"):
        read(cut[0], text="text", id="id")


def test_parquet_is_cut_at_row_groups_and_large_ones_by_rows(tmp_path):
    table = pd.DataFrame({"id": range(7), "text": ["a", None, "c", "d", "e", "f", "g"]})
    table.to_parquet(tmp_path / "a.parquet", row_group_size=5)

    found = told(tmp_path / "a.parquet", rows=2)

    assert found == [
        [["0", "a"], ["1", ""]], [["2", "c"], ["3", "d"]], [["4", "e"]], [["5", "f"], ["6", "g"]],
    ]  # fmt: skip


def test_files_of_a_folder_are_one_table_numbered_through(tmp_path):
    for name, word in (("b.csv", "two"), ("a.csv", "one")):
        (tmp_path / name).write_text(f"text\n{word}\n", encoding="utf-8")
    (tmp_path / "notes.docx").write_bytes(b"")

    assert told(tmp_path, rows=9, known_by=None) == [[["1", "one"]], [["2", "two"]]]
    assert told(str(tmp_path / "b*.csv"), rows=9, known_by=None) == [[["1", "two"]]]
