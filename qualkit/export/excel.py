"""The framework grid as an Excel workbook: the grid, a sheet a theme, every excerpt, the method.

All words are written as text: a cell that begins with ``=`` is shown, never worked out. Every
sheet is written row by row and never held whole, so that a national study fits.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from qualkit.export._shared import (
    cited,
    heading,
    left_out,
    legal,
    method_sentences,
    one_line,
    quoted,
    remarks,
    silence,
    summary_words,
)  # fmt: skip
from qualkit.framework import Cell, CellSummary, Column, Excerpt, Grid, Row
from qualkit.writing import write_whole

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook

_HIGHEST: Final = 409.0  # points; Excel shows no more of a row
_LINE: Final = 14.5
_PAGE: Final = 340.0  # characters that can be read across A3 on paper
_NOTES: Final = (
    "A row of the sheet Grid shows what Excel allows; the sheets of the themes and the sheet"
    " Excerpts have all.",
    "Each theme has a sheet of its own: a line a summary or excerpt, with its row and bands, to"
    " filter and sort.",
)
CELL_LIMIT: Final = 32_767  # characters; Excel cuts the rest without a word
_CUT: Final = " [... cut: an Excel cell holds 32,767 characters; the source has all]"
_COLUMNS_LIMIT: Final = 16_384  # of a sheet of Excel
_SHEETS_LIMIT: Final = 500  # beyond so many sheets of themes nobody finds one
_NAME_LIMIT: Final = 31  # characters of a sheet's name
_NOT_IN_NAMES: Final = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_THEME: Final = (
    ("Kind", 16), ("Summary", 52), ("Author", 12), ("About", 14), ("Draft", 8), ("Stance", 10),
    ("Rating", 18), ("Changes", 18), ("Quote", 72), ("Attribution", 26), ("Codes", 24),
    ("Cited", 8),
)  # fmt: skip
_EXCERPTS: Final = (
    ("Case", 16), ("Source", 18), ("Excerpt", 80), ("Attribution", 28), ("Codes", 28),
    ("Stance", 12), ("Rating", 10), ("Coders", 14), ("Start", 8), ("End", 8),
)  # fmt: skip
_Head = tuple[str, float]  # title and width of a column
_Values = Sequence[str | int | float]


def write_grid(
    grid: Grid, path: Path | str, *, study: str, codebooks: Sequence[str], cases: Mapping[str, str]
) -> Path:
    """Write a grid to an .xlsx file; `cases` gives the case of each source.

    Parameters
    ----------
    grid : Grid
    path : path
        Replaced where it exists; written whole or not at all.
    study : str
        The study's name, for the sheet Method.
    codebooks : sequence of str
        Titles with versions, for the sheet Method.
    cases : mapping
    """

    def write(to: Path) -> None:
        book = _book()
        place = [
            *((heading(name), 16.0) for name in grid.bands_are),
            (heading(grid.rows_are), 22.0),
        ]
        shown = grid.columns[: _COLUMNS_LIMIT - len(place)]
        heads = [*place, *((column.title, 48.0) for column in shown)]
        _sheet(book, "Grid", heads, _grid(grid, len(shown)), freeze=len(place))
        if len(grid.columns) <= _SHEETS_LIMIT:
            heads = _beside(place, _THEME)
            for n, name in enumerate(sheet_names([column.title for column in grid.columns])):
                _sheet(book, name, heads, _theme(grid, n), freeze=len(place))
        heads = [("Theme", 24.0), *_beside(place, _EXCERPTS)]
        _sheet(book, "Excerpts", heads, _excerpts(grid, cases))
        said = _method(grid, study, codebooks)
        _sheet(book, "Method", [("How to read this workbook", 120.0)], said, filtered=False)
        book.properties.title, book.properties.creator = legal(grid.title), "qualkit"
        book.save(to)

    return write_whole(path, write)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table on a sheet of its own.

    Attributes
    ----------
    name : str
        Of the sheet, as Excel allows it.
    heads : sequence of (str, float)
        Title and width of each column.
    rows : iterable of sequences
        A text or number a column, ``""`` for none.
    formats : sequence of str
        How numbers are shown in each column, as Excel writes it; empty for as they are.
    freeze : int
        Columns at the left that stay.
    shade : str
        Cells whose numbers, 0 to 1, are shaded the darker the larger: ``B2:D9``; empty for none.
    filtered : bool
    """

    name: str
    heads: Sequence[_Head]
    rows: Iterable[_Values]
    formats: Sequence[str] = ()
    freeze: int = 0
    shade: str = ""
    filtered: bool = True


def write_rows(path: Path | str, heads: Sequence[str], rows: Sequence[_Values]) -> Path:
    """Write one plain table to an .xlsx file."""
    return write_sheets(path, "", [Sheet("Table", [(head, 18.0) for head in heads], rows)])


def write_sheets(path: Path | str, title: str, sheets: Sequence[Sheet]) -> Path:
    """Write tables to an .xlsx file, a sheet each; `title` is the file's own.

    Raises
    ------
    QualkitError
        Where the file cannot be written.
    """

    def write(to: Path) -> None:
        book = _book()
        for one in sheets:
            _sheet(
                book, one.name, one.heads, one.rows, freeze=one.freeze, filtered=one.filtered,
                formats=one.formats, shade=one.shade,
            )  # fmt: skip
        if title:
            book.properties.title, book.properties.creator = legal(title), "qualkit"
        book.save(to)

    return write_whole(path, write)


def sheet_names(titles: Sequence[str]) -> list[str]:
    """A name for the sheet of each title, as Excel allows it and no two alike.

    >>> sheet_names(["Set-up", "Costs: [all]/none?"])
    ['1 Set-up', '2 Costs all none']
    """
    made: list[str] = []
    for n, title in enumerate(titles, 1):
        name = " ".join(f"{n} {_NOT_IN_NAMES.sub(' ', legal(title))}".split())
        while len(name.encode("utf-16-le")) > 2 * _NAME_LIMIT:  # as Excel counts
            name = name[:-1]
        made.append(name.strip(" '"))
    return made


def _beside(place: Sequence[_Head], heads: Sequence[_Head]) -> list[_Head]:
    """Headings of a row's place and those that follow, no two alike."""
    taken = {head for head, _ in heads} | {"Theme"}
    return [*((f"{h} (row)" if h in taken else h, width) for h, width in place), *heads]


# The rows of each sheet ----------------------------------------------------------------------


def _place(row: Row) -> list[str]:
    return [*map(one_line, row.bands), one_line(row.name)]


def _grid(grid: Grid, columns: int) -> Iterator[_Values]:
    for row in grid.rows:
        *bands, name = _place(row)
        under = f"{name}\n{one_line(row.detail)}" if row.detail else name
        cells = [_cell(grid.cell(row.key, n), grid.columns[n]) for n in range(columns)]
        yield [*bands, under, *cells]


def _cell(cell: Cell, column: Column) -> str:
    if cell.empty:
        return silence(cell)
    parts = ["\n".join(_lines_of(summary)) for summary in cell.summaries]
    rests = cited(cell)
    for excerpt in cell.excerpts:
        said = _remarks(excerpt, column, rests)
        under = f"({one_line(excerpt.attribution)}){f' {said}' if said else ''}"
        parts.append(f"{quoted(excerpt)}\n{under}")
    return "\n\n".join([*parts, *([left_out(cell)] if cell.left_out else [])])


def _lines_of(summary: CellSummary) -> Iterator[str]:
    said = summary_words(summary)
    rating = " \u2013 ".join(one for one in (said.rating, said.descriptor) if one)
    yield " ".join(one for one in (said.about, said.draft, said.text, said.by) if one)
    yield from (one for one in (rating, said.changed) if one)


def _remarks(excerpt: Excerpt, column: Column, rests: set[str]) -> str:
    used = not rests.isdisjoint(excerpt.codings)
    return one_line(remarks(excerpt, column.title, column.name, cited=used))


def _theme(grid: Grid, number: int) -> Iterator[_Values]:
    """A line a summary or excerpt, each with its row and bands; or one that says why none is."""
    for row in grid.rows:
        cell = grid.cell(row.key, number)
        place, rests = _place(row), cited(cell)
        for summary in cell.summaries:
            yield [*place, "Summary", *_summary(summary), "", "", "", ""]
        for excerpt in cell.excerpts:
            codes = _remarks(excerpt, grid.columns[number], set())
            used = "yes" if not rests.isdisjoint(excerpt.codings) else ""
            words, by = one_line(excerpt.words), one_line(excerpt.attribution)
            yield [*place, "Excerpt", *[""] * 7, words, by, codes, used]
        if cell.empty:
            yield [*place, silence(cell), *[""] * 11]
        if cell.left_out:
            yield [*place, left_out(cell), *[""] * 11]


def _summary(summary: CellSummary) -> _Values:
    said = summary_words(summary)
    rating = ", ".join(one for one in (said.rating.removeprefix("Rated "), said.descriptor) if one)
    return [
        said.text, one_line(summary.author), one_line(summary.about),
        "draft" if summary.draft else "", summary.stance or "", rating, summary.changes,
    ]  # fmt: skip


def _excerpts(grid: Grid, cases: Mapping[str, str]) -> Iterator[_Values]:
    for n, column in enumerate(grid.columns):
        for row in grid.rows:
            for e in grid.cell(row.key, n).excerpts:
                ratings = ", ".join(f"{value}" for _, value in e.ratings)
                stances = ", ".join(f"{stance} ({who})" for stance, who in e.stances)
                yield [
                    column.title, *_place(row), cases.get(e.source, ""), e.source,
                    one_line(e.words), e.attribution, ", ".join(e.codes), stances, ratings,
                    ", ".join(e.coders), e.start, e.end,
                ]  # fmt: skip


def _method(grid: Grid, study: str, codebooks: Sequence[str]) -> Iterator[_Values]:
    many = f"{len(grid.columns):,} themes are too many"
    yield from ([line] for line in method_sentences(grid, study, codebooks))
    yield [_NOTES[0]]
    if len(grid.columns) <= _SHEETS_LIMIT:
        yield [_NOTES[1]]
    else:
        yield [f"{many} for a sheet each: filter the sheet Excerpts by theme."]
    if len(grid.columns) > _COLUMNS_LIMIT - len(grid.bands_are) - 1:
        yield [f"{many} for the sheet Grid, which has the first of them."]
    for column in grid.columns:
        yield [f"{column.title}: {column.definition}"]
        for level in column.scale:
            says = f", {level.descriptor}" if level.descriptor else ""
            yield [f"{column.title}, {level.value}: {level.label}{says}"]


# Writing -------------------------------------------------------------------------------------


def _book() -> Workbook:
    import openpyxl

    return openpyxl.Workbook(write_only=True)


def _sheet(
    book: Workbook,
    name: str,
    heads: Sequence[_Head],
    rows: Iterable[_Values],
    *,
    freeze: int = 0,
    filtered: bool = True,
    formats: Sequence[str] = (),
    shade: str = "",
) -> None:
    """A sheet with filters, headings that stay and are printed on every page, and widths.

    `freeze` is the number of columns at the left that stay as well; `formats` and `shade` are
    those of :class:`Sheet`.
    """
    from openpyxl.utils import get_column_letter

    sheet: Any = book.create_sheet(name)
    widths = [float(width) for _, width in heads]
    for n, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(n)].width = width
    sheet.freeze_panes = f"{get_column_letter(freeze + 1)}2"
    _paged(sheet, sum(widths), get_column_letter(freeze) if freeze else "")
    if shade:
        _shaded(sheet, shade)
    put = _writer(sheet, widths, formats)
    put([title for title, _ in heads], heading=True)
    last = 1
    for last, values in enumerate(rows, 2):  # noqa: B007 - the number of the last row is used
        put(values)
    if filtered and heads:
        sheet.auto_filter.ref = f"A1:{get_column_letter(len(heads))}{last}"


def _shaded(sheet: Any, cells: str) -> None:  # noqa: ANN401 - not typed
    """Shade numbers from 0 to 1 in one hue, so light that black letters are read on it."""
    from openpyxl.formatting import rule

    made: Any = rule.ColorScaleRule  # has no types
    ends = {"start_type": "num", "start_value": 0, "end_type": "num", "end_value": 1}
    sheet.conditional_formatting.add(cells, made(**ends, start_color="FFFFFF", end_color="8DB4DC"))


def _paged(sheet: Any, width: float, fixed: str) -> None:  # noqa: ANN401 - not typed
    """Print on A3 landscape, large enough to read, with the headings on every page.

    `width` is that of all columns, `fixed` the last of those that stay at the left.
    """
    from openpyxl.worksheet.properties import PageSetupProperties

    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 8
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = ceil(width / _PAGE), 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = "1:1"
    if fixed:
        sheet.print_title_cols = f"A:{fixed}"


def _writer(
    sheet: Any,  # noqa: ANN401 - not typed
    widths: Sequence[float],
    formats: Sequence[str] = (),
) -> Callable[..., None]:
    """A function that writes the next row, every word of it text, high enough to read.

    One cell of each look goes along the row: openpyxl writes it before it asks for the next. Its
    parts are set one by one, because openpyxl looks for a formula in whatever is set as its value.
    """
    looks = {one: _styled(sheet, number=one) for one in {"", *formats}}
    plain = [looks[one] for one in formats] or [looks[""]] * len(widths)
    head = [_styled(sheet, heading=True)] * len(widths)
    row = 0
    # These are placed already: a fifth of the time goes where openpyxl would do so again.
    sheet._values_to_row = lambda placed, _: (c for c in placed if c is not None)  # noqa: SLF001

    def cells(values: _Values, styled: Sequence[Any]) -> Iterator[Any]:
        blank = all(value == "" for value in values)  # one cell is written, or the row is lost
        for column, (value, cell) in enumerate(zip(values, styled, strict=True), 1):
            cell._value = None if value == "" else value  # noqa: SLF001
            cell.data_type = "s" if value != "" and isinstance(value, str) else "n"
            cell.column, cell.row = column, row
            yield cell if value != "" or blank else None

    def put(values: _Values, *, heading: bool = False) -> None:
        nonlocal row
        row += 1
        fitting = [_fit_to_write(value) if value != "" else "" for value in values]
        texts = zip(fitting, widths, strict=True)
        lines = max((_lines(v, w) for v, w in texts if v and isinstance(v, str)), default=1)
        if lines > 1:
            sheet.row_dimensions[row].height = min(_HIGHEST, _LINE * lines + 2)
        sheet.append(cells(fitting, head if heading else plain))

    return put


def _fit_to_write(value: str | int | float) -> str | int | float:
    """A value as a cell of Excel can hold it: it knows no infinity."""
    if isinstance(value, float) and not isfinite(value):
        return str(value)
    return fitted(legal(value)) if isinstance(value, str) else value


def _styled(sheet: Any, *, heading: bool = False, number: str = "") -> Any:  # noqa: ANN401
    """A cell that looks as all do, or as headings, its number in a format of its own."""
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment, Font, PatternFill

    made = WriteOnlyCell(sheet)
    made.alignment = Alignment(vertical="top", wrap_text=True)
    if number:
        made.number_format = number
    if heading:
        made.font = Font(bold=True, color="FFFFFF")
        made.fill = PatternFill("solid", fgColor="1F3A5F")
    return made


def _lines(text: str, width: float) -> int:
    """How many lines a text takes in a column of so many characters."""
    each = max(1.0, width * 0.95)
    if len(text) < each and "\n" not in text:
        return 1
    return sum(1 + int(len(part) // each) for part in text.split("\n"))


def fitted(text: str) -> str:
    """The text as an Excel cell can hold it, with a word where it had to be cut.

    >>> len(fitted("a" * 40_000))
    32767
    """
    return text if len(text) <= CELL_LIMIT else text[: CELL_LIMIT - len(_CUT)] + _CUT
