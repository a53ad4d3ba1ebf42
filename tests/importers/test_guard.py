"""Archives, XML and sheets that would harm: refused by name, within limits."""

from __future__ import annotations

import io
import zipfile

import openpyxl
import pytest

from qualkit.errors import ReadError
from qualkit.importers import _guard, read_source
from qualkit.importers.sheets import read_sheet
from tests.importers.documents import opendocument, word_xml


def refusal(function, *arguments):
    with pytest.raises(ReadError) as refused:
        function(*arguments)
    return str(refused.value)


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        ("../evil.txt", "unsafe path in the archive: '../evil.txt'"),
        ("/etc/passwd", "unsafe path in the archive: '/etc/passwd'"),
        ("C:\\evil", "unsafe path in the archive: 'C:/evil'"),
        ("word/CON.xml", "unsafe path in the archive: 'word/CON.xml'"),
    ],
)
def test_archive_paths_that_lead_out_are_refused(entry, reason):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr(entry, "x")

    assert refusal(_guard.Archive, out.getvalue(), "a.docx") == f"a.docx: {reason}"


def test_two_parts_of_one_name_are_refused_whatever_their_case():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("word/a.xml", "x")
        made.writestr("word/A.xml", "y")

    assert refusal(_guard.Archive, out.getvalue(), "a.docx") == (
        "a.docx: duplicate part in the archive: 'word/A.xml'"
    )


def test_a_part_that_expands_beyond_any_document_is_refused():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("big.xml", b"\0" * (4 << 20))

    assert refusal(_guard.Archive, out.getvalue(), "a.docx") == (
        "a.docx: a zip bomb: part 'big.xml' expands beyond any document"
    )


def test_an_archive_with_recordings_is_read_but_for_them(tmp_path):
    path = tmp_path / "a.qdpx"
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("sources/long.mp3", b"0123456789" * 3)
        made.writestr("sources/a.txt", b"Ann: yes")
    limits = _guard.Limits(part=10, total=10, media=True)

    with _guard.Archive(path, "a.qdpx", limits) as archive:
        assert archive.part("sources/a.txt") == b"Ann: yes"
        assert refusal(archive.part, "sources/long.mp3") == (
            "a.qdpx: part 'sources/long.mp3' expands past 0 MB"
        )
    assert refusal(_guard.Archive, path, "a.qdpx", _guard.Limits(part=10)) == (
        "a.qdpx: part 'sources/long.mp3' expands past 0 MB"
    )


@pytest.mark.parametrize(
    ("xml", "reason"),
    [
        ("<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "declares a DTD or entities, which are not"),
        ("<a>" * 201 + "</a>" * 201, "is nested more than 200 deep"),
        ("<a", "damaged XML in p.xml"),
    ],
)
def test_xml_with_entities_or_without_end_is_refused(xml, reason):
    assert reason in refusal(_guard.parse_xml, xml.encode(), "a.docx", "p.xml")


def test_a_billion_spaces_from_one_tag_are_refused(write):
    path = write("a.odt", opendocument("<text:p>P1: a<text:s text:c='2000000000'/></text:p>"))

    assert refusal(read_source, path) == "a.odt: one tag asks for 2000000000 spaces"


def test_an_external_entity_is_never_opened(write):
    path = write("a.docx", word_xml("<w:p/>").replace(b"", b""))
    evil = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>'
    out = io.BytesIO(path.read_bytes())
    with zipfile.ZipFile(out, "a") as made:
        made.writestr("word/comments.xml", evil)
    path.write_bytes(out.getvalue())

    assert refusal(read_source, path) == (
        "a.docx: word/comments.xml declares a DTD or entities, which are not allowed"
    )


# Sheets -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a,b\n1,2,3\n", "s.csv: row 2 has 3 fields, the heading has 2"),
        ("a,a\n1,2\n", "s.csv: two columns are called 'a' (columns 1 and 2)"),
        ("a,,c\n1,2,3\n", "s.csv: column 2 has no heading"),
        ("a,b\n", "s.csv: there are no rows below the headings"),
        ("\n", "s.csv: the table is empty: there is no row of headings"),
        ('a,b\n1,"2\n', "s.csv, line 2: the quotation mark opened here is never closed"),
    ],
)
def test_a_table_that_is_none_is_refused_with_its_place(write, text, reason):
    assert refusal(read_sheet, write("s.csv", text)) == reason


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_every_separator_is_read_and_every_cell_stays_text(write, separator):
    rows = (["id", "no"], ["007", "NA"], ["1e3", "=1+1"])
    path = write("s.csv", "\n".join(separator.join(row) for row in rows))

    sheet = read_sheet(path)

    assert (sheet.header, sheet.rows) == (("id", "no"), (("007", "NA"), ("1e3", "=1+1")))


def workbook(write, *rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return write("s.xlsx", out.getvalue())


def test_excel_numbers_and_dates_are_read_as_they_are_shown(write):
    import datetime as dt

    path = workbook(write, ["id", "when"], [7, dt.datetime(2025, 6, 1)], [7.5, None])

    assert read_sheet(path).rows == (("7", "2025-06-01"), ("7.5", ""))


@pytest.mark.parametrize(
    "cell", [b'<c t="n" r="XFD1048576">', b"<c  r='XFD1'>", b'<row r="1048576">']
)
def test_a_cell_far_away_is_seen_however_its_xml_is_written(write, cell):
    path = workbook(write, ["id"], [7])
    with zipfile.ZipFile(path) as parts:
        contents = {name: parts.read(name) for name in parts.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    close = b"</row>" if cell.startswith(b"<row") else b"</c>"
    data = b'<row r="9">' + cell + close + b"</row>" if close == b"</c>" else cell + close
    contents[sheet] = contents[sheet].replace(b"</sheetData>", data + b"</sheetData>")
    with zipfile.ZipFile(path, "w") as parts:
        for name, content in contents.items():
            parts.writestr(name, content)

    assert "remove stray cells" in refusal(read_sheet, path)


def test_a_cell_far_away_is_refused_before_it_is_read(write):
    book = openpyxl.Workbook()
    book.active["A1"] = "a"
    book.active["XFD1"] = "z"
    out = io.BytesIO()
    book.save(out)

    assert refusal(read_sheet, write("s.xlsx", out.getvalue())) == (
        "s.xlsx: the table reaches to XFD1; remove stray cells"
    )


def test_rows_are_numbered_as_a_spreadsheet_counts_them(tmp_path):
    path = tmp_path / "s.csv"
    path.write_text('a,b\n"one\ntwo\nthree",x\n\nlast,y\n', "utf-8")

    assert [n for n, _ in read_sheet(path).records()] == [2, 4]
