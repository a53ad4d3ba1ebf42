"""The framework grid as an Excel workbook: the grid, every excerpt, the method.

All words are written as text: a cell that begins with ``=`` is shown, never worked out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from qualkit.export._shared import (
    NO_DATA,
    heading,
    legal,
    method_sentences,
    one_line,
    quoted,
    remarks,
    write_whole,
)  # fmt: skip
from qualkit.framework import Cell, Column, Grid

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

_HIGHEST: Final = 409.0  # points; Excel shows no more of a row
_LINE: Final = 14.5
_NOTE: Final = "A row of the sheet Grid shows what Excel allows; the sheet Excerpts has all."
CELL_LIMIT: Final = 32_767  # characters; Excel cuts the rest without a word
_CUT: Final = " [... cut: an Excel cell holds 32,767 characters; the source has all]"
_EXCERPTS: Final = (
    ("Theme", 24), ("Row", 18), ("Case", 16), ("Source", 18), ("Excerpt", 80), ("Attribution", 28),
    ("Codes", 28), ("Stance", 12), ("Rating", 10), ("Coders", 14), ("Start", 8), ("End", 8),
)  # fmt: skip


def write_grid(
    grid: Grid, path: Path | str, *, study: str, codebooks: Sequence[str], cases: dict[str, str]
) -> Path:
    """Write a grid to an .xlsx file; `cases` gives the case of each source."""

    def write(to: Path) -> None:
        import openpyxl

        book = openpyxl.Workbook()
        book.remove(book.worksheets[0])
        _grid(book, grid)
        _excerpts(book, grid, cases)
        _method(book, grid, study, codebooks)
        book.properties.title, book.properties.creator = legal(grid.title), "qualkit"
        book.save(to)

    return write_whole(path, write)


def write_rows(
    path: Path | str, heads: Sequence[str], rows: Sequence[Sequence[str | int | float]]
) -> Path:
    """Write one plain table to an .xlsx file."""

    def write(to: Path) -> None:
        import openpyxl

        book = openpyxl.Workbook()
        book.remove(book.worksheets[0])
        sheet = _sheet(book, "Table", heads, [18.0] * len(heads))
        for row in rows:
            _append(sheet, row)
        sheet.freeze_panes = "A2"
        book.save(to)

    return write_whole(path, write)


def _grid(book: Workbook, grid: Grid) -> None:
    banded = bool(grid.bands_are)
    heads = [heading(grid.bands_are)] * banded + [heading(grid.rows_are)]
    heads += [column.title for column in grid.columns]
    sheet = _sheet(book, "Grid", heads, [16.0] * banded + [22.0] + [48.0] * len(grid.columns))
    for row in grid.rows:
        name = f"{row.name}\n{row.detail}" if row.detail else row.name
        cells = [_cell(grid.cell(row.name, n), c) for n, c in enumerate(grid.columns)]
        _append(sheet, [*([row.band] * banded), name, *cells])
    sheet.freeze_panes = "C2" if banded else "B2"
    sheet.auto_filter.ref = sheet.dimensions


def _cell(cell: Cell, column: Column) -> str:
    if cell.empty:
        return NO_DATA
    parts = [f"{one_line(s.text)} [{one_line(s.author)}]" for s in cell.summaries]
    for excerpt in cell.excerpts:
        said = remarks(excerpt, column.title)
        under = f"({one_line(excerpt.attribution)}){f' {said}' if said else ''}"
        parts.append(f"{quoted(excerpt)}\n{under}")
    if cell.left_out:
        parts.append(f"+ {cell.left_out} more")
    return "\n\n".join(parts)


def _excerpts(book: Workbook, grid: Grid, cases: dict[str, str]) -> None:
    sheet = _sheet(book, "Excerpts", [h for h, _ in _EXCERPTS], [float(w) for _, w in _EXCERPTS])
    for n, column in enumerate(grid.columns):
        for row in grid.rows:
            for e in grid.cell(row.name, n).excerpts:
                ratings = ", ".join(f"{value}" for _, value in e.ratings)
                stances = ", ".join(f"{stance} ({who})" for stance, who in e.stances)
                _append(sheet, [
                    column.title, row.name, cases.get(e.source, ""), e.source, one_line(e.words),
                    e.attribution, ", ".join(e.codes), stances, ratings,
                    ", ".join(e.coders), e.start, e.end,
                ])  # fmt: skip
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions


def _method(book: Workbook, grid: Grid, study: str, codebooks: Sequence[str]) -> None:
    sheet = _sheet(book, "Method", ["How to read this workbook"], [120.0])
    for sentence in method_sentences(grid, study, codebooks):
        _append(sheet, [sentence])
    _append(sheet, [_NOTE])
    for column in grid.columns:
        _append(sheet, [f"{column.title}: {column.definition}"])


def _sheet(book: Workbook, name: str, heads: Sequence[str], widths: Sequence[float]) -> Worksheet:
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.properties import PageSetupProperties

    sheet: Worksheet = book.create_sheet(name)
    for n, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(n)].width = width
    _append(sheet, heads)
    for cell in sheet[1]:
        cell.font = Font(bold=True, color="FFFFFF")
        cell.fill = PatternFill("solid", fgColor="1F3A5F")
        cell.alignment = Alignment(vertical="top", wrap_text=True)
    sheet.sheet_view.showGridLines = True
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", sheet.PAPERSIZE_A3
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = "1:1"
    return sheet


def _append(sheet: Worksheet, values: Iterable[object]) -> None:
    """One row, every word of it text, high enough to read as far as Excel allows."""
    from openpyxl.cell import Cell

    wrapped = _wrapped()
    lines, cells = 1, []
    row = _next_row(sheet)
    for column, value in enumerate(values, 1):
        cell: Any = Cell(sheet, row=row, column=column)
        if isinstance(value, int | float):
            cell.value = value
        else:
            cell.value = fitted(legal(str(value)))
            cell.data_type = "s"
            cell.alignment = wrapped
            width = sheet.column_dimensions[cell.column_letter].width
            lines = max(lines, _lines(cell.value, width))
        cells.append(cell)
    sheet.append(cells)
    sheet.row_dimensions[row].height = min(_HIGHEST, _LINE * lines + 2)


@cache
def _wrapped() -> Any:  # noqa: ANN401 - openpyxl is loaded only where it is used
    from openpyxl.styles import Alignment

    return Alignment(vertical="top", wrap_text=True)


def _next_row(sheet: Worksheet) -> int:
    """The row that comes next; asking the sheet for its last one would count all of its cells."""
    return len(sheet.row_dimensions) + 1


def _lines(text: str, width: float) -> int:
    """How many lines a text takes in a column of so many characters."""
    return sum(1 + int(len(part) // max(1.0, width * 0.95)) for part in text.split("\n"))


def fitted(text: str) -> str:
    """The text as an Excel cell can hold it, with a word where it had to be cut.

    >>> len(fitted("a" * 40_000))
    32767
    """
    return text if len(text) <= CELL_LIMIT else text[: CELL_LIMIT - len(_CUT)] + _CUT
