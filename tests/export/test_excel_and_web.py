"""Workbooks, web pages and plain tables: every word is text, nothing runs."""

from __future__ import annotations

import csv

import openpyxl
import pandas as pd
import pytest
from lxml import html

from qualkit.errors import QualkitError
from qualkit.export import excel, webpage
from qualkit.export.grid import write_grid
from qualkit.export.table import write_table

LEGAL = "=1+1 \ufffd <b>& “quoted” 😀 مرحبا re-read it"


@pytest.fixture
def book(grid, tmp_path):
    path = excel.write_grid(
        grid, tmp_path / "g.xlsx", study="ours", codebooks=["B"], cases={"s1": "North"}
    )
    return openpyxl.load_workbook(path)


def test_the_workbook_has_the_grid_every_excerpt_and_the_method(book):
    assert book.sheetnames == ["Grid", "Excerpts", "Method"]
    assert [cell.value for cell in book["Grid"][1]][:3] == ["Profile", "Case", "Theme 0"]
    assert book["Grid"]["C2"].value == (
        f"+ sums up [Ann]\n\n“{LEGAL}”\n(Nurse, North, line 3) Care · Time · mixed · rated 2\n\n+ 3 more"
    )
    assert book["Grid"]["D2"].value == "No data"
    assert [cell.value for cell in book["Excerpts"][2]][:5] == [
        "Theme 0",
        "North",
        "North",
        "s1",
        LEGAL,
    ]


def test_headings_stay_and_excerpts_can_be_filtered(book):
    assert book["Grid"].freeze_panes == "C2"
    assert book["Excerpts"].auto_filter.ref == "A1:L3"


def test_no_cell_of_the_workbook_is_a_formula(book):
    kinds = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row}

    assert kinds <= {"s", "n"}


def test_a_cell_longer_than_excel_holds_is_cut_with_a_word():
    assert excel.fitted("a" * 40_000).endswith("the source has all]")


def test_the_web_page_shows_words_as_words_and_asks_for_nothing(grid, tmp_path):
    path = webpage.write_grid(grid, tmp_path / "g.html", study="ours", codebooks=["B"])

    page = html.fromstring(path.read_text("utf-8"))
    assert page.xpath("//blockquote/text()")[0] == f"“{LEGAL}”"
    assert page.xpath("//script|//link|//img|//@src|//@href|//@onclick") == []
    assert page.xpath("//thead//th/text()")[:2] == ["Case", "Theme 0"]


def test_an_ending_that_is_no_grid_is_refused(grid, tmp_path):
    with pytest.raises(QualkitError) as refused:
        write_grid(grid, tmp_path / "g.odt", study="x", codebooks=[], sources=pd.DataFrame())

    assert str(refused.value).endswith("a grid is written as .docx, .xlsx, .html, not '.odt'")


DANGER = ["=1+1", "+1", "-1", "@x", "\tx", "＝1", "plain", 'a "quoted", b\nc', "\x01"]


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_a_plain_table_holds_nothing_that_a_spreadsheet_works_out(tmp_path, ending):
    path = write_table(pd.DataFrame({"=head": DANGER, "n": range(9)}), tmp_path / f"t.{ending}")

    if ending == "csv":
        rows = list(csv.reader(path.read_text("utf-8-sig").splitlines(keepends=True)))
        cells = [row[0] for row in rows]
        assert cells[:7] == ["'=head", "'=1+1", "'+1", "'-1", "'@x", "'\tx", "'＝1"]
    else:
        sheet = openpyxl.load_workbook(path).active
        assert {cell.data_type for cell in sheet["A"]} == {"s"}
        assert sheet["A2"].value == "=1+1"
