"""Whether values are of the kind that their columns hold, on every database."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from sqlalchemy import Column, Float, Integer, LargeBinary, String, Table

from qualkit.model import NOT_XML

LARGEST: Final = 2**31 - 1  # of the whole numbers that a server's columns hold
NOT_HELD: Final = re.compile("[\x00\ud800-\udfff]")  # what no text of a server can have


def odd(
    table: Table, rows: Iterable[Mapping[str, Any]], forbidden: re.Pattern[str] = NOT_XML
) -> Iterator[tuple[int, str]]:
    """What is wrong with the values of rows: the number of the row from 1, and in words.

    Parameters
    ----------
    table : Table
    rows : iterable of mapping
        With every column; what is missing is None.
    forbidden : pattern
        Characters that no text of it may have.
    """
    checks = [(column, _check_of(column, forbidden)) for column in table.columns]
    for number, row in enumerate(rows, 1):
        for column, fits in checks:
            value = row[column.name]
            if not (column.nullable if value is None else fits(value)):
                yield number, f"its {column.name} is not {_kind(column)}"


def _check_of(column: Column[Any], forbidden: re.Pattern[str]) -> Callable[[Any], bool]:
    """Whether a value that is there is one of a column."""
    if isinstance(column.type, Integer):
        return lambda value: type(value) is int and abs(value) <= LARGEST  # no server takes True
    if isinstance(column.type, Float):
        most = sys.float_info.max  # so that neither infinity nor a longer whole number is one
        return lambda value: type(value) in {int, float} and abs(value) <= most
    if isinstance(column.type, LargeBinary):
        return lambda value: isinstance(value, bytes)
    longest = (column.type.length if isinstance(column.type, String) else None) or sys.maxsize

    def fits(value: object) -> bool:
        return isinstance(value, str) and len(value) <= longest and forbidden.search(value) is None

    return fits


def _kind(column: Column[Any]) -> str:
    if isinstance(column.type, Integer):
        return "a whole number"
    if isinstance(column.type, LargeBinary):
        return "what was kept as bytes"
    return "a number" if isinstance(column.type, Float) else "a text that a study can hold"
