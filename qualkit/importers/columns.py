"""Tables of many rows by their columns, each different cell of a column held once.

Answers of a survey repeat: a hundred thousand rows of sixty items hold a few hundred different
cells. So they travel from the child process that reads them, and so they are checked, once a
cell. Headings are rows like any other here; which rows are headings, a layout says.
"""

from __future__ import annotations

import base64
import hashlib
import io
import re
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice, zip_longest
from pathlib import Path
from typing import Any

from qualkit.errors import ReadError
from qualkit.importers._guard import TABLE_BYTES, read_bytes, sniff
from qualkit.importers.sheets import COLUMNS, FIELD, ODD_CELLS, rows_of

_CHUNK = 5_000  # rows turned into columns at a time
_TOLD = 10
_ODD = 10_000  # formula and error cells that are named


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Attributes
    ----------
    cells : tuple of str
        Each different cell once, in the order in which they come.
    places : bytes
        For every row the number of its cell among `cells`: unsigned, 4 bytes, little-endian.
    """

    cells: tuple[str, ...]
    places: bytes


@dataclass(frozen=True, slots=True)
class Variable:
    """What a statistics file says of a column.

    Attributes
    ----------
    name, label : str
        Its name and its words.
    labels : mapping of str to str
        Code to words.
    missing : tuple of str
        User-missing codes, and ranges as ``97..99``; an end that is left out is open.
    measure : str
        ``nominal``, ``ordinal``, ``scale`` or empty.
    group, counted : str
        The set of multiple answers that it is in, and the code that says yes there.
    """

    name: str
    label: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    measure: str = ""
    group: str = ""
    counted: str = ""


@dataclass(frozen=True, slots=True)
class Columns:
    """A table as it was read.

    Attributes
    ----------
    name, sha256 : str
        Of the file.
    kind : str
        ``csv``, ``xlsx`` or ``sav``.
    numbers : bytes
        The number of every row in its file, in the form of :attr:`Column.places`.
    columns : tuple of Column
    variables : tuple of Variable
        One a column, where the file describes them; there are no rows of headings then.
    odd : tuple of (int, int, str)
        Row, column (from 1) and kind (``formula``, ``error``) of cells that hold no value.
    warnings : tuple of str
    """

    name: str
    sha256: str
    kind: str
    numbers: bytes
    columns: tuple[Column, ...]
    variables: tuple[Variable, ...] = ()
    odd: tuple[tuple[int, int, str], ...] = ()
    warnings: tuple[str, ...] = ()


def read_columns(path: Path | str) -> Columns:
    """A .csv, .tsv, .xlsx or .sav table, read in this process.

    Raises
    ------
    ReadError
        Where the file is damaged, empty or no table.
    MissingExtra
        Where it is an SPSS file and pyreadstat is not installed.

    See Also
    --------
    qualkit.importers.worker.read_columns : the same in a limited child process.
    """
    path = Path(path)
    name = path.name or str(path)
    data = read_bytes(path, name, limit=TABLE_BYTES)
    digest = hashlib.sha256(data).hexdigest()
    kind = sniff(data)
    if kind == "sav" or path.suffix.lower() in {".sav", ".zsav"}:
        from qualkit.importers.sav import read_sav

        return read_sav(path, data, digest)
    rows, warnings = _rows(data, name)
    if kind != "zip":  # a workbook leaves empty cells out
        rows = _told_short(rows, warnings)
    numbers, columns = _turned(rows, name)
    if not columns:
        raise ReadError(name, "the table is empty: there is no row of headings")
    known = {message for _, message in ODD_CELLS}
    odd = _odd_cells(data, name) if known & set(warnings) else []
    return Columns(
        name, digest, "xlsx" if kind == "zip" else "csv", packed(numbers), tuple(columns),
        odd=tuple(odd), warnings=tuple(one for one in warnings if one not in known),
    )  # fmt: skip


def _rows(data: bytes, name: str) -> tuple[Iterable[tuple[int, list[str]]], list[str]]:
    try:
        return rows_of(data, name, merged=True)
    except ReadError as error:
        if "elements" in error.reason or "expands" in error.reason:  # a workbook of this size
            why = f"{error.reason}; save a table of many rows as .csv"
            raise ReadError(name, why) from error
        if at := re.search(r"\bat byte (\d+)", error.reason):
            line = data[: int(at[1])].count(b"\n") + 1
            raise ReadError(name, error.reason, line=line) from error
        raise


def packed(numbers: Iterable[int]) -> bytes:
    """Numbers as unsigned integers of 4 bytes, little-endian."""
    import sys

    held = array("I", numbers)
    if sys.byteorder == "big":
        held.byteswap()
    return held.tobytes()


def _turned(rows: Iterable[tuple[int, list[str]]], name: str) -> tuple[list[int], list[Column]]:
    """The numbers of the rows that hold anything, and the rows turned, a lacking cell empty."""
    held = ((number, row) for number, row in rows if any(cell.strip() for cell in row))
    numbers: list[int] = []
    known: list[dict[str, int]] = []
    places: list[array[int]] = []
    while chunk := list(islice(held, _CHUNK)):
        for number, row in chunk:
            _check_row(number, row, name)
        for _ in range(max(len(row) for _, row in chunk) - len(known)):
            known.append({"": 0} if numbers else {})
            places.append(array("I", bytes(4 * len(numbers))))
        pad = [""] * len(known)  # so that every chunk has every column
        for n, cells in enumerate(zip_longest(pad, *(row for _, row in chunk), fillvalue="")):
            index = known[n]
            for cell in dict.fromkeys(cells[1:]):
                index.setdefault(cell, len(index))
            places[n].extend(map(index.__getitem__, cells[1:]))
        numbers += [number for number, _ in chunk]
    return numbers, [Column(tuple(k), packed(p)) for k, p in zip(known, places, strict=True)]


def _check_row(number: int, row: Sequence[str], name: str) -> None:
    if len(row) > COLUMNS:
        raise ReadError(name, f"row {number} has {len(row):,} columns; the limit is {COLUMNS:,}")
    if max(map(len, row)) > FIELD:
        at = next(n for n, cell in enumerate(row, 1) if len(cell) > FIELD)
        why = f"row {number}, column {at}: a cell of more than {FIELD:,} characters"
        raise ReadError(name, why)


def _told_short(
    rows: Iterable[tuple[int, list[str]]], warnings: list[str]
) -> Iterator[tuple[int, list[str]]]:
    """The rows as they are, and at their end a warning of those that break off."""
    width, short = 0, []
    for number, row in rows:
        filled = any(cell.strip() for cell in row)
        width = width or (len(row) if filled else 0)
        if filled and len(row) < width:
            short.append(number)
        yield number, row
    if short:
        which = ", ".join(map(str, short[:_TOLD])) + (" ..." if len(short) > _TOLD else "")
        what = "fewer cells than the headings; what is lacking was read as no answer"
        warnings.append(f"row{'s' if len(short) > 1 else ''} {which}: {what}")


def _odd_cells(data: bytes, name: str) -> list[tuple[int, int, str]]:
    """The cells of a workbook's first visible sheet that hold a formula or an error."""
    import openpyxl

    found: list[tuple[int, int, str]] = []
    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=False)
        sheet = next(one for one in book.worksheets if one.sheet_state == "visible")
        sheet.reset_dimensions()
        for row in sheet.iter_rows(max_col=COLUMNS):
            for cell in row:
                if (kind := getattr(cell, "data_type", "n")) in {"f", "e"}:
                    told = "formula" if kind == "f" else "error"
                    found.append((int(cell.row or 0), int(cell.column or 0), told))
            if len(found) > _ODD:
                break
    except Exception as error:
        raise ReadError(name, f"damaged workbook ({type(error).__name__})") from error
    return found


# Through the pipe from a child --------------------------------------------------------------


def to_message(table: Columns) -> dict[str, Any]:
    """The table in what JSON can hold."""
    from dataclasses import asdict

    return {
        "name": table.name, "sha256": table.sha256, "table": table.kind,
        "numbers": base64.b64encode(table.numbers).decode(),
        "columns": [
            [column.cells, base64.b64encode(column.places).decode()] for column in table.columns
        ],
        "variables": [asdict(one) for one in table.variables],
        "odd": table.odd, "warnings": table.warnings,
    }  # fmt: skip


def from_message(message: Mapping[str, Any]) -> Columns:
    """The table that :func:`to_message` put into a message."""
    variables = (Variable(**one | {"missing": tuple(one["missing"])})
                 for one in message["variables"])  # fmt: skip
    return Columns(
        message["name"], message["sha256"], message["table"],
        base64.b64decode(message["numbers"]),
        tuple(Column(tuple(cells), base64.b64decode(p)) for cells, p in message["columns"]),
        tuple(variables),
        tuple((row, column, kind) for row, column, kind in message["odd"]),
        tuple(message["warnings"]),
    )  # fmt: skip
