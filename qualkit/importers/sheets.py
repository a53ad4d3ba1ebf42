"""Tables out of .csv, .tsv and .xlsx files: every cell stays the text that was written.

No value is guessed to be missing, a number or a date; a ragged row, a heading twice, or a
quotation mark that is never closed is refused with its place.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING

from qualkit.errors import ReadError
from qualkit.importers._guard import NAMES, Archive, check_xml, read_bytes, refuse_office, sniff
from qualkit.importers._text import decode, stored

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

ROWS = 200_000
COLUMNS = 2_000
FIELD = 2_000_000
_CELL = re.compile(rb"<(?:\w+:)?c\s[^>]*?\br\s*=\s*[\"']([A-Z]{1,3})(\d{1,7})[\"']")
_ROW = re.compile(rb"<(?:\w+:)?row\s[^>]*?\br\s*=\s*[\"'](\d{1,9})[\"']")
ODD_CELLS = (
    (b"<f", "formula cells: their last saved values were read"),
    (b't="e"', "error cells (#REF!, #N/A ...) were read as empty"),
)
_NO_HEADINGS = "the table is empty: there is no row of headings"
_SEPARATOR = re.compile(r"sep=([,;\t|])")  # a line that Excel understands
_MERGED = re.compile(rb'<mergeCell ref="[A-Z]+(\d+):')
_MERGED_BODY = re.compile(rb'<mergeCell ref="([A-Z]+\d+:[A-Z]+(\d+))"')
_HIDDEN_ROW = re.compile(rb'<row(?=[^>]*?\shidden="(?:1|true)")[^>]*?\sr="(\d+)"')


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table: headings, rows of text, and the row of the file where each stands."""

    name: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: tuple[int, ...]
    warnings: tuple[str, ...] = ()

    def known(self, *names: str) -> Sheet:
        """The same table with these headings as they are written here, whatever their case."""
        wanted = {name.casefold(): name for name in names}
        keys = [" ".join(heading.replace("_", " ").casefold().split()) for heading in self.header]
        found = [wanted.get(k.replace(" ", "_"), h) for k, h in zip(keys, self.header, strict=True)]
        fitted = found if len(set(found)) == len(found) else self.header
        return replace(self, header=tuple(fitted))

    def records(self) -> Iterator[tuple[int, dict[str, str]]]:
        """Each row as heading -> cell, with its number in the file."""
        for number, row in zip(self.numbers, self.rows, strict=True):
            yield number, dict(zip(self.header, row, strict=True))


def read_sheet(path: Path | str, *, encoding: str | None = None) -> Sheet:
    """The first visible table of a .csv, .tsv, .txt or .xlsx file.

    Raises
    ------
    ReadError
        Where the file is damaged or the table is not one, with row and column.
    """
    path = Path(path)
    name = path.name or str(path)
    return sheet_of(read_bytes(path, name), name, encoding)


def header_of(path: Path | str) -> tuple[str, ...]:
    """The headings of a table; what stands below them is not looked at.

    Raises
    ------
    ReadError
        Where the file is damaged or has no headings.
    """
    path = Path(path)
    name = path.name or str(path)
    rows, _ = rows_of(read_bytes(path, name), name)
    header = _trimmed([cell.strip() for cell in next(iter(rows), (0, list[str]()))[1]])
    if not header:
        raise ReadError(name, _NO_HEADINGS)
    return tuple(header)


def sheet_of(data: bytes, name: str, encoding: str | None = None) -> Sheet:
    """The table in the bytes of a file, whatever its ending says."""
    rows, warnings = rows_of(data, name, encoding)
    return _checked(name, list(rows), warnings)


_Rows = list[tuple[int, list[str]]]


def rows_of(
    data: bytes, name: str, encoding: str | None = None, *, merged: bool = False
) -> tuple[Iterable[tuple[int, list[str]]], list[str]]:
    """The rows of a table with their numbers in the file, headings too, and the warnings.

    They can be gone through once; a fault may show on the way. `merged` allows merged cells in
    the headings: the cells beside the first are empty.
    """
    kind = sniff(data)
    if kind == "ole":
        refuse_office(data, name, ".xlsx or .csv")
    if kind == "zip":
        return _excel(data, name, merged=merged)
    if kind not in {"text", "html"}:
        raise ReadError(name, f"not a table: it is {NAMES[kind]}")
    return _separated(data, name, encoding)


def _separated(
    data: bytes, name: str, encoding: str | None
) -> tuple[Iterator[tuple[int, list[str]]], list[str]]:
    text, warnings = decode(data, name, encoding)
    text, more = stored(text)
    if text.count('"') % 2:
        line = next(n for n, row in enumerate(text.split("\n"), 1) if row.count('"') % 2)
        raise ReadError(name, "the quotation mark opened here is never closed", line=line)
    return _records(text, name), warnings + more


def _records(text: str, name: str) -> Iterator[tuple[int, list[str]]]:
    heading, _, rest = text.partition("\n")
    said = _SEPARATOR.fullmatch(heading)
    separator = said[1] if said else max(",;\t|", key=heading.count)
    csv.field_size_limit(5 * FIELD)
    reader = csv.reader(_lines(rest if said else text), delimiter=separator, strict=True)
    found = 0
    try:
        # as a spreadsheet counts, whatever a cell holds
        for number, row in enumerate(reader, 2 if said else 1):
            if row:
                yield number, row
                found += 1
            if found > ROWS:
                raise ReadError(name, f"more than {ROWS:,} rows")
    except csv.Error as error:
        raise ReadError(name, f"damaged table ({error})", line=reader.line_num) from error


def _lines(text: str) -> Iterator[str]:
    """The lines of a text one by one: a large table is never held twice."""
    start = 0
    while start < len(text):
        end = text.find("\n", start) + 1 or len(text)
        yield text[start:end]
        start = end


def _excel(data: bytes, name: str, *, merged: bool) -> tuple[_Rows, list[str]]:
    archive = Archive(data, name)
    if "xl/workbook.xml" not in archive.names:
        raise ReadError(name, "a zip archive, but not an Excel workbook")
    warnings = _inspect(archive, name, merged=merged)
    import openpyxl

    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        visible = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
        hidden = [sheet.title for sheet in book.worksheets if sheet.sheet_state != "visible"]
        for sheet in visible:
            sheet.reset_dimensions()  # whatever the file claims
        rows = _cells(visible[0]) if visible else []
        warnings += _unseen(archive, visible[0].title) if merged and visible else []
    except Exception as error:
        why = f"damaged workbook ({type(error).__name__}: {str(error)[:60]})"
        raise ReadError(name, why) from error
    if hidden:
        warnings.append("hidden sheets were not read: " + ", ".join(hidden))
    if len(visible) > 1:
        others = ", ".join(sheet.title for sheet in visible[1:])
        warnings.append(f"only the first sheet was read, not: {others}")
    return rows, warnings


def _inspect(archive: Archive, name: str, *, merged: bool) -> list[str]:
    """Warnings about a workbook; ReadError where its cells lie beyond any real table."""
    found = []
    if "xl/vbaProject.bin" in archive.names:
        found.append("macros are ignored")
    for part in sorted(archive.names):
        if not part.endswith((".xml", ".rels")):
            continue
        data = archive.part(part)
        check_xml(data, name, part)
        if part.startswith("xl/worksheets/"):
            _check_reach(data, name, merged=merged)
            found += [message for mark, message in ODD_CELLS if mark in data]
    return list(dict.fromkeys(found))


def _check_reach(data: bytes, name: str, *, merged: bool) -> None:
    """Refuse a worksheet whose cells lie beyond any real table, or whose heading is merged."""
    for column, row in _CELL.findall(data):
        if _number(column) > COLUMNS or int(row) > ROWS:
            cell = (column + row).decode()
            raise ReadError(name, f"the table reaches to {cell}; remove stray cells")
    if any(int(row) > ROWS for row in _ROW.findall(data)):
        raise ReadError(name, f"a row beyond {ROWS:,}; remove stray cells")
    if not merged and any(int(row) <= 2 for row in _MERGED.findall(data)):
        raise ReadError(name, "merged cells in the heading; split them, one heading a column")


def _unseen(archive: Archive, title: str) -> Iterator[str]:
    """Warnings of a sheet: rows that nobody sees, cells that are one."""
    sheets = archive.xml("xl/workbook.xml").findall("{*}sheets/{*}sheet")
    about = next(one.attrib for one in sheets if one.get("name") == title)
    wanted = next(value for key, value in about.items() if str(key).endswith("}id"))
    links = archive.xml("xl/_rels/workbook.xml.rels").findall("{*}Relationship")
    target = next(str(one.get("Target")) for one in links if one.get("Id") == wanted)
    data = archive.part(target[1:] if target.startswith("/") else f"xl/{target}")
    rows = [int(row) for row in _HIDDEN_ROW.findall(data)]
    if rows:
        yield f"hidden or filtered rows were read too: {_some(rows)}"
    cells = [ref.decode() for ref, row in _MERGED_BODY.findall(data) if int(row) > 2]
    if cells:
        yield f"merged cells, of which only the first holds a value: {_some(cells)}"


def _some(found: Sequence[object]) -> str:
    return ", ".join(map(str, found[:10])) + (" ..." if len(found) > 10 else "")


def _number(column: bytes) -> int:
    total = 0
    for letter in column:
        total = total * 26 + letter - 64
    return total


def _cells(sheet: Worksheet) -> _Rows:
    bounded = sheet.iter_rows(max_row=ROWS + 1, max_col=COLUMNS + 1, values_only=True)
    rows = [(n, _trimmed([_cell(value) for value in row])) for n, row in enumerate(bounded, 1)]
    return [(n, row) for n, row in rows if any(row)]


def _trimmed(row: list[str]) -> list[str]:
    """A row without the empty cells at its end."""
    while row and not row[-1]:
        row.pop()
    return row


def _cell(value: object) -> str:
    if value is None or (isinstance(value, str) and re.fullmatch(r"#[A-Z/0!]+[!?A]?", value)):
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return stored(str(value))[0]


def _checked(name: str, rows: _Rows, warnings: list[str]) -> Sheet:
    if not rows:
        raise ReadError(name, _NO_HEADINGS)
    header = [cell.strip() for cell in rows[0][1]]
    body = [(n, row) for n, row in rows[1:] if any(cell.strip() for cell in row)]
    while header and not header[-1] and all(not "".join(row[len(header) - 1 :]) for _, row in body):
        header.pop()
    _check_header(name, header)
    if not body:
        raise ReadError(name, "there are no rows below the headings")
    fitted = [_fit(name, n, row, len(header)) for n, row in body]
    numbers = tuple(n for n, _ in body)
    return Sheet(name, tuple(header), tuple(fitted), numbers, tuple(warnings))


def _check_header(name: str, header: Sequence[str]) -> None:
    if len(header) > COLUMNS:
        raise ReadError(name, f"{len(header):,} columns; the limit is {COLUMNS:,}")
    for n, heading in enumerate(header, 1):
        if not heading:
            raise ReadError(name, f"column {n} has no heading")
    twice = [heading for heading, count in Counter(header).items() if count > 1]
    if twice:
        at = [n for n, heading in enumerate(header, 1) if heading == twice[0]]
        raise ReadError(name, f"two columns are called {twice[0]!r} (columns {at[0]} and {at[1]})")


def _fit(name: str, n: int, row: Sequence[str], width: int) -> tuple[str, ...]:
    if any(cell.strip() for cell in row[width:]):
        raise ReadError(name, f"row {n} has {len(row)} fields, the heading has {width}")
    if any(len(cell) > FIELD for cell in row):
        raise ReadError(name, f"row {n} has a field of more than {FIELD:,} characters")
    return tuple(row[:width]) + ("",) * (width - len(row))
