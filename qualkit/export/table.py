"""A plain table as .csv or .xlsx, every word of it text that no program runs."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from qualkit.errors import QualkitError
from qualkit.export._shared import legal
from qualkit.export.excel import write_rows
from qualkit.tables import plain
from qualkit.writing import write_whole

if TYPE_CHECKING:
    import pandas as pd

_FORMULA = tuple("=+-@\t\r\0\uff1d\uff0b\uff0d\uff20")


def write_table(table: pd.DataFrame, path: Path | str) -> Path:
    """Write a table to a .csv (UTF-8 with a mark, for Excel) or .xlsx file."""
    ending = Path(path).suffix.lower()
    heads = [str(column) for column in table.columns]
    rows = [[_value(v) for v in row] for row in table.itertuples(index=False, name=None)]
    if ending == ".csv":
        return write_csv(path, [heads, *rows])
    if ending == ".xlsx":
        return write_rows(path, heads, rows)
    raise QualkitError(f"{path}: a table is written as .csv or .xlsx, not {ending!r}")


def _value(value: object) -> str | int | float:
    found = plain(value)
    if found is None:
        return ""
    return found if isinstance(found, int | float) else legal(found)


def write_csv(path: Path | str, rows: Iterable[Sequence[str | int | float]]) -> Path:
    """Write rows to a .csv file (UTF-8 with a mark, for Excel), whole or not at all."""
    return write_whole(path, lambda to: _save(to, rows))


def _save(path: Path, rows: Iterable[Sequence[str | int | float]]) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerows([[guarded(v) if isinstance(v, str) else v for v in row] for row in rows])
    path.write_bytes(text.getvalue().encode("utf-8-sig"))


def guarded(text: str) -> str:
    """The text with an apostrophe before anything that a spreadsheet would work out.

    >>> guarded("=1+1"), guarded("one")
    ("'=1+1", 'one')
    """
    return f"'{text}" if text.startswith(_FORMULA) else text
