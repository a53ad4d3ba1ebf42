"""Ratings out of a sheet: one row a unit, one column a coder, a blank cell where one gave none."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, Protocol

from qualkit.agreement._judgements import NOMINAL, ORDINAL
from qualkit.errors import BatchError

if TYPE_CHECKING:
    import pandas as pd

NAMES_OF_UNITS: Final = frozenset({"unit", "id", "item", "source"})
_MANY: Final = "source"  # several units may be of one source; other names name one unit each
_NUMBER: Final = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_LARGEST: Final = 2**53  # whole numbers beyond it are not kept apart by floats
_BLANKS: Final = frozenset({"na", "n/a", "nan", "null", "none", "missing", ".", "-", "--", "?"})


class Table(Protocol):
    """What :func:`qualkit.importers.worker.read_table` gives: every cell is text."""

    @property
    def name(self) -> str: ...
    @property
    def header(self) -> tuple[str, ...]: ...
    @property
    def rows(self) -> tuple[tuple[str, ...], ...]: ...
    @property
    def numbers(self) -> tuple[int, ...]: ...


def read_ratings(
    table: Table, *, values: Sequence[Any] | None = None, level: str = NOMINAL
) -> pd.DataFrame:
    r"""The ratings in a sheet, as the coefficients of :mod:`qualkit.agreement.ratings` want them.

    Parameters
    ----------
    table : table
        One row a unit, one column a coder, who is its heading; blank cells are missing. A first
        column called unit, id, item or source names the units.
    values : sequence, optional
        The scale, in numbers or texts; what is not on it is refused.
    level : {"nominal", "ordinal", "interval", "ratio"}
        What the ratings are for. All but nominal need numbers, ordinal texts with `values`.

    Returns
    -------
    DataFrame
        One column a coder. Numbers where every cell that is filled holds one, else the texts
        without the spaces round them. The index has the names of the units, or their rows in the
        file.

    Raises
    ------
    BatchError
        With every row at fault: two units of one name, no name, a rating that is not on the scale,
        a word where the level needs a number, a word for missing among numbers.

    Examples
    --------
    >>> from qualkit.importers.sheets import sheet_of
    >>> table = sheet_of(b"unit,Ann,Ben\nu1,1,2\nu2,3,\n", "ratings.csv")
    >>> read_ratings(table)
          Ann  Ben
    unit
    u1    1.0  2.0
    u2    3.0  NaN
    """
    import pandas as pd

    first = int(table.header[0].casefold() in NAMES_OF_UNITS)
    rows = [[cell.strip() for cell in row] for row in table.rows]
    filled = {cell for row in rows for cell in row[first:] if cell}
    numbers = {cell: number for cell in filled if (number := _number(cell)) is not None}
    words = {cell for cell in filled - numbers.keys() if cell.casefold() in _BLANKS}
    read = numbers if numbers and numbers.keys() | words == filled else {}
    wrong = _off_scale(filled - words if read else filled, read, values)
    if level not in {NOMINAL, ORDINAL} or (level == ORDINAL and values is None):
        odd = filled - numbers.keys()
        wrong |= {word: f"{word!r} is no number, which level {level!r} needs" for word in odd}
    if read:
        wrong |= {
            word: f"{word!r} is no number as all others are; leave what is missing blank"
            for word in words
        }
    faults = [*_wrong_cells(table, first, rows, wrong), *_wrong_names(table, first, rows)]
    if faults:
        raise BatchError(table.name, [f"row {row}: {fault}" for row, fault in sorted(faults)])
    exact = all(abs(number) < _LARGEST for number in read.values())
    return pd.DataFrame(
        [[read.get(cell, cell) if cell else None for cell in row[first:]] for row in rows],
        columns=list(table.header[first:]),
        index=_names(table, first, rows),
        dtype=float if read and exact else object,
    )


def _number(cell: str) -> float | int | None:
    """The number that a cell holds; None for anything else."""
    if (found := _NUMBER.fullmatch(cell)) is None:
        return None
    number = float(cell)
    if not math.isfinite(number):
        return None
    return int(cell) if found[1].isdigit() and not found[2] else number


def _off_scale(
    cells: Iterable[str], read: Mapping[str, Any], values: Sequence[Any] | None
) -> dict[str, str]:
    """What is not on the scale, with the reason."""
    if values is None:
        return {}
    texts = [str(value).strip() for value in values]
    scale = {_number(text) if read else text for text in texts}
    return {
        cell: f"{cell!r} is not on the scale; it has {', '.join(texts)}"
        for cell in cells
        if read.get(cell, cell) not in scale
    }


def _wrong_cells(
    table: Table, first: int, rows: Sequence[Sequence[str]], wrong: Mapping[str, str]
) -> Iterator[tuple[int, str]]:
    for number, row in zip(table.numbers, rows, strict=True):
        for coder, cell in zip(table.header[first:], row[first:], strict=True):
            if cell in wrong:
                yield number, f"{coder}: {wrong[cell]}"


def _wrong_names(
    table: Table, first: int, rows: Sequence[Sequence[str]]
) -> Iterator[tuple[int, str]]:
    """Units without a name, and names that two units have."""
    if not first:
        return
    heading, held = table.header[0], dict[str, int]()
    for number, row in zip(table.numbers, rows, strict=True):
        if not row[0]:
            yield number, f"its cell under {heading!r} is empty"
        elif heading.casefold() != _MANY and held.setdefault(row[0], number) != number:
            yield number, f"{heading} {row[0]!r} stands in row {held[row[0]]} already"


def _names(table: Table, first: int, rows: Sequence[Sequence[str]]) -> pd.Index[Any]:
    import pandas as pd

    if first:
        return pd.Index([row[0] for row in rows], name=table.header[0])
    return pd.Index(table.numbers)
