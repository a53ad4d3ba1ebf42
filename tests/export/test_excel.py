"""The workbook: the grid, a sheet a theme, every excerpt, the method; every word is text."""

from __future__ import annotations

from dataclasses import replace

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualkit.export import excel
from qualkit.framework import Cell, Column, Row
from tests.export.conftest import excerpt

LEGAL = "=1+1 \ufffd <b>& “quoted” 😀 مرحبا re-read it"


def written(grid, folder):
    path = excel.write_grid(
        grid, folder / "g.xlsx", study="ours", codebooks=["B 1.0"], cases={"s1": "North"}
    )
    return openpyxl.load_workbook(path)


@pytest.fixture
def book(grid, tmp_path):
    return written(grid, tmp_path)


@pytest.fixture
def full(charted, tmp_path):
    return written(charted, tmp_path)


def lines(sheet):
    return [["" if cell is None else cell for cell in row] for row in sheet.values]


def test_the_workbook_has_the_grid_a_sheet_a_theme_every_excerpt_and_the_method(book, full):
    themes = [f"{n} Theme {n - 1}" for n in range(1, 9)]
    assert book.sheetnames == ["Grid", *themes, "Excerpts", "Method"]
    assert full.sheetnames == ["Grid", "1 Looking after", "2 Links", "Excerpts", "Method"]


def test_a_cell_of_the_grid_holds_summary_excerpts_and_what_was_left_out(book):
    assert [cell.value for cell in book["Grid"][1]][:3] == ["Profile", "Case", "Theme 0"]
    assert [cell.value for cell in book["Grid"][2]][:2] == ["Urban", "North\n1 source"]
    assert book["Grid"]["C2"].value == (
        f"+ sums up [Ann]\n\n“{LEGAL}”\n(Nurse, North, line 3) Care · Time · mixed · rated 2"
        "\n\n+ 3 more excerpts"
    )
    assert book["Grid"]["D2"].value == "No data"


def test_the_grid_shows_bands_ratings_drafts_changes_and_silence(full):
    assert lines(full["Grid"]) == [
        ["Region", "Role", "Source", "Looking after", "Links"],
        ["East", "Nurse", "s1\nNurse, North",
         "s1, baseline: It went well. [Ann, positive]\n\n"
         "Draft, not yet edited: “They came.” (s1) [Bob]\n"
         "Evidence has changed since this was written: 2 codings added\n\n"
         "“They came.”\n(Nurse, North, line 3) mixed · cited in the summary\n\n"
         "“They left.”\n(Nurse, North, line 3) Time",
         "They ring. [Ann]\nRated 1, Some – they ring at need"],
        ["East", "Head", "s2", "Not asked", "Asked, nothing said"],
        ["West", "Head", "s3", "Asked, nothing said (1 of 2 asked)", "No data"],
    ]  # fmt: skip


def test_the_sheet_of_a_theme_has_a_line_a_summary_and_a_line_an_excerpt(full):
    assert lines(full["1 Looking after"]) == [
        ["Region", "Role", "Source", "Kind", "Summary", "Author", "About", "Draft", "Stance",
         "Rating", "Changes", "Quote", "Attribution", "Codes", "Cited"],
        ["East", "Nurse", "s1", "Summary", "It went well.", "Ann", "s1, baseline", "", "positive",
         "", "", "", "", "", ""],
        ["East", "Nurse", "s1", "Summary", "“They came.” (s1)", "Bob", "", "draft", "", "",
         "2 codings added", "", "", "", ""],
        ["East", "Nurse", "s1", "Excerpt", *[""] * 7, "They came.", "Nurse, North, line 3",
         "mixed", "yes"],
        ["East", "Nurse", "s1", "Excerpt", *[""] * 7, "They left.", "Nurse, North, line 3", "Time",
         ""],
        ["East", "Head", "s2", "Not asked", *[""] * 11],
        ["West", "Head", "s3", "Asked, nothing said (1 of 2 asked)", *[""] * 11],
    ]  # fmt: skip


def test_a_rating_stands_with_its_level_and_what_that_looks_like(full):
    assert full["2 Links"]["J2"].value == "1, Some, they ring at need"


def test_what_was_left_out_has_a_line_in_the_sheet_of_its_theme(book):
    assert [line[2] for line in lines(book["1 Theme 0"])] == [
        "Kind", "Summary", "Excerpt", "+ 3 more excerpts", "No data",
    ]  # fmt: skip


def test_the_long_table_has_every_excerpt_with_its_bands_case_and_place(full):
    assert lines(full["Excerpts"]) == [
        ["Theme", "Region", "Role", "Source (row)", "Case", "Source", "Excerpt",
         "Attribution", "Codes", "Stance", "Rating", "Coders", "Start", "End"],
        ["Looking after", "East", "Nurse", "s1", "North", "s1", "They came.",
         "Nurse, North, line 3", "Care", "mixed (Ann)", "", "Ann", 0, 10],
        ["Looking after", "East", "Nurse", "s1", "North", "s1", "They left.",
         "Nurse, North, line 3", "Time", "", "", "Ann", 40, 50],
    ]  # fmt: skip


def test_the_method_says_how_to_read_it_and_what_each_theme_is(full):
    said = [line[0] for line in lines(full["Method"])]

    assert said[0] == "How to read this workbook"
    assert "Looking after: what it is" in said
    assert "Links, 1: Some, they ring at need" in said
    assert any(line.startswith("Each theme has a sheet of its own") for line in said)


def test_every_table_keeps_its_headings_is_filtered_and_prints_them_on_every_page(full):
    places = {
        sheet.title: (
            sheet.freeze_panes,
            sheet.auto_filter.ref,
            sheet.print_title_rows,
            sheet.print_title_cols,
        )
        for sheet in full
    }

    assert places == {
        "Grid": ("D2", "A1:E4", "$1:$1", "$A:$C"),
        "1 Looking after": ("D2", "A1:O7", "$1:$1", "$A:$C"),
        "2 Links": ("D2", "A1:O4", "$1:$1", "$A:$C"),
        "Excerpts": ("A2", "A1:N3", "$1:$1", None),
        "Method": ("A2", None, "$1:$1", None),
    }  # fmt: skip


def test_a_wide_grid_is_printed_over_several_pages_rather_than_too_small_to_read(grid, tmp_path):
    book = written(grid, tmp_path)

    assert [book[name].page_setup.fitToWidth for name in ("Grid", "Excerpts")] == [2, 1]
    assert book["Grid"].page_setup.fitToHeight == 0


def test_no_cell_of_the_workbook_is_a_formula(book):
    kinds = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row}

    assert kinds == {"s", "n"}


@pytest.mark.parametrize(
    "words", ["=1+1", "+1", "-1", "@x", "＝1", '=HYPERLINK("http://x")', "#REF!"]
)
def test_words_that_a_spreadsheet_would_work_out_stand_as_they_are(charted, tmp_path, words):
    cells = {**charted.cells, ("s1", 1): Cell((), (excerpt(words, attribution=words),))}
    row = replace(charted.rows[1], name=words, bands=(words, words))
    rows = (charted.rows[0], row, charted.rows[2])
    columns = (charted.columns[0], replace(charted.columns[1], title=words))

    book = written(replace(charted, cells=cells, rows=rows, columns=columns, title=words), tmp_path)

    found = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert [cell.data_type for cell in found if cell.value == words] == ["s"] * len(
        [cell for cell in found if cell.value == words]
    )
    assert [book["Grid"]["A3"].value, book["Grid"]["E1"].value] == [words, words]
    assert {cell.data_type for cell in found} == {"s", "n"}


@pytest.mark.parametrize("length", [10_000, 32_767, 40_000])
def test_a_long_quote_is_whole_or_says_that_it_was_cut(charted, tmp_path, length):
    cells = {**charted.cells, ("s1", 1): Cell((), (excerpt("ab" * (length // 2) + "c"),))}

    cell = written(replace(charted, cells=cells), tmp_path)["2 Links"]["L2"].value

    whole = "ab" * (length // 2) + "c"
    assert cell == (whole if len(whole) <= excel.CELL_LIMIT else cell)
    assert len(cell) == min(len(whole), excel.CELL_LIMIT)
    assert cell.endswith("the source has all]") == (len(whole) > excel.CELL_LIMIT)


TITLES = [
    "[a]:*?/\\b",
    "'quoted'",
    "",
    "x" * 80,
    "مرحبا",
    "\x01\ud800",
    "History",
    "Grid",
    "a\tb\nc",
]


def test_sheets_are_named_as_excel_allows():
    assert excel.sheet_names(TITLES) == [
        "1 a b", "2 'quoted", "3", "4 " + "x" * 29, "5 مرحبا", "6 \ufffd\ufffd", "7 History",
        "8 Grid", "9 a b c",
    ]  # fmt: skip


def test_emoji_count_twice_in_a_sheets_name_as_excel_counts_them():
    (name,) = excel.sheet_names(["😀" * 40])

    assert name == "1 " + "😀" * 14


@given(st.lists(st.text(max_size=50), max_size=20))
def test_every_sheet_has_a_name_that_excel_takes_and_no_two_are_alike(titles):
    names = excel.sheet_names(titles)

    assert len({name.casefold() for name in names}) == len(titles)
    for name in names:
        assert 1 <= len(name.encode("utf-16-le")) // 2 <= 31
        assert not set(name) & set("[]:*?/\\")
        assert not name.startswith("'")
        assert not name.endswith("'")


def test_three_hundred_themes_of_one_title_have_a_sheet_each(grid, tmp_path):
    columns = tuple(Column("b", f"c{n}", "Same " * 20, "") for n in range(300))
    row = Row("North")
    wide = replace(
        grid, rows=(row,), bands_are=(), columns=columns,
        cells={("North", n): Cell() for n in range(300)},
    )  # fmt: skip

    book = written(wide, tmp_path)

    assert len(book.sheetnames) == 303
    assert book.sheetnames[1] == "1 Same Same Same Same Same Same"
    assert book["Grid"].max_column == 301


def test_a_thousand_themes_stand_in_the_grid_and_a_sheet_for_each_would_be_too_many(grid, tmp_path):
    columns = tuple(Column("b", f"c{n}", f"Theme {n}", "") for n in range(1_000))
    wide = replace(
        grid, rows=(Row("North"),), bands_are=(), columns=columns,
        cells={("North", n): Cell() for n in range(1_000)},
    )  # fmt: skip

    book = written(wide, tmp_path)

    assert book["Grid"].max_column == 1_001
    assert book.sheetnames == ["Grid", "Excerpts", "Method"]
    said = [line[0] for line in lines(book["Method"])]
    assert "1,000 themes are too many for a sheet each: filter the sheet Excerpts by theme." in said


def test_a_workbook_opens_in_libreoffice_with_its_words(charted, tmp_path, render):
    path = tmp_path / "opened.xlsx"
    excel.write_grid(charted, path, study="ours", codebooks=["B 1.0"], cases={"s1": "North"})

    shown = render(path)

    assert "Not asked" in shown
    assert "They came." in shown
