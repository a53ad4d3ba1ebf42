"""Answers and counts of any usual kind, read as numbers or refused with every fault told."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable, Sequence
from decimal import Decimal
from numbers import Real
from reprlib import repr as short
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from qualkit.errors import BatchError, TableError

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    Values: TypeAlias = Sequence[Any] | pd.Series | np.ndarray
    Table: TypeAlias = Sequence[Sequence[Any]] | pd.DataFrame | np.ndarray

LARGEST: Final = 1e100  # squares of anything larger are too near the end of what a float holds
ALIKE: Final = 1e-12  # of the largest figure: nearer than that, two differ by rounding alone
_WHOLE: Final = 2**53
_NO_COLUMN: Final = (str, bytes, dict, set, frozenset)  # the last two have no order


def numbers(values: Values, name: str) -> np.ndarray:
    """The values as floats, NaN where one is missing.

    Parameters
    ----------
    values : sequence, Series or array
        Numbers and booleans; None, NaN and NA are missing.
    name : str
        What they are called in a message.

    Raises
    ------
    TableError
        If this is not one column of values.
    BatchError
        If something else than a finite number is among them, all of it told.
    """
    import numpy as np

    column = _column(values, name)
    if column.dtype.kind in "biuf":
        found = column.astype(float)
        if not (np.abs(found[~np.isnan(found)]) > LARGEST).any():
            return found
    pairs = [number(one) for one in column.tolist()]
    faults = [f"row {n}: {fault}" for n, (_, fault) in enumerate(pairs, 1) if fault]
    if faults:
        raise BatchError(name, faults)
    return np.array([one for one, _ in pairs], dtype=float)


def _column(values: Values, name: str) -> np.ndarray:
    import numpy as np
    import pandas as pd

    if isinstance(values, pd.Series):
        plain = pd.api.types.is_numeric_dtype(values.dtype)
        if plain and not pd.api.types.is_complex_dtype(values.dtype):
            return values.to_numpy(dtype=float, na_value=np.nan)
        return values.to_numpy(dtype=object)
    if isinstance(values, np.ma.MaskedArray):
        values = np.array(values.tolist(), dtype=object)  # None where it is masked
    if isinstance(values, np.ndarray) and values.ndim == 1:
        return values
    if isinstance(values, (*_NO_COLUMN, pd.DataFrame, np.ndarray)) or not isinstance(
        values, Iterable
    ):
        raise TableError(name, f"one column of numbers is needed, not {type(values).__name__}")
    return np.fromiter(values, dtype=object)


def number(value: object) -> tuple[float, str]:
    """The value as a float, NaN where it is missing, and in words what is wrong with it."""
    import numpy as np
    import pandas as pd

    if value is None or value is pd.NA or value is pd.NaT:
        return math.nan, ""
    if isinstance(value, (bool, np.bool_)):
        return float(value), ""
    if not isinstance(value, (Real, Decimal)):
        return math.nan, f"{short(value)} is not a number"
    try:
        found = float(value)
    except (ValueError, OverflowError):  # a signalling Decimal, a whole number past any float
        found = math.inf
    if abs(found) > LARGEST:
        return math.nan, f"{short(value)} is not a finite number, or is too large for an answer"
    return found, ""


def complete_pairs(before: Values, after: Values) -> tuple[np.ndarray, np.ndarray, int]:
    """The pairs with both sides, and how many lack one.

    Two Series with the same labels are matched by label, and so have to be two that are labelled
    by respondent; all else is paired as it stands.
    """
    import numpy as np

    first, second = numbers(before, "before"), numbers(after, "after")
    second = second[_order(before, after)]
    if len(first) != len(second):
        reason = f"before has {len(first)} answers and after has {len(second)}; pairs need as many"
        raise TableError("pairs", f"{reason}, in the same order, with None for a missing side")
    whole = ~(np.isnan(first) | np.isnan(second))
    return first[whole], second[whole], int((~whole).sum())


def _order(before: Values, after: Values) -> slice | np.ndarray:
    import pandas as pd

    as_it_stands = slice(None)
    if not (isinstance(before, pd.Series) and isinstance(after, pd.Series)):
        return as_it_stands
    here, there = before.index, after.index
    if here.equals(there) or not (here.is_unique and there.is_unique):
        return as_it_stands
    shared = int(here.isin(there).sum())
    if shared < max(len(here), len(there)):
        if not (_names_people(here) and _names_people(there)):
            return as_it_stands
        raise TableError(
            "pairs",
            f"{shared} of the labels stand in both Series, {len(here) - shared} in before alone "
            f"and {len(there) - shared} in after alone; match the respondents first",
        )
    return there.get_indexer(here)


def _names_people(labels: pd.Index) -> bool:
    """Whether these are respondents, and not the numbers of rows that pandas gives by itself."""
    return bool(labels.name is not None or labels.dtype.kind not in "iu")


def alike(values: np.ndarray, scale: float) -> bool:
    """Whether the values differ by no more than rounding, for figures of this size."""
    return float(values.max() - values.min()) <= ALIKE * scale


def steady(values: np.ndarray, scale: float) -> np.ndarray:
    """The values without what rounding left, so that ``0.3 - 0.2`` ties with ``0.2 - 0.1``."""
    import numpy as np

    if not scale:
        return values
    digits = -math.floor(math.log10(scale * ALIKE)) - 1
    return np.round(values, min(max(digits, -290), 290)) + 0.0  # no negative zeros


def size(*arrays: np.ndarray) -> float:
    """The largest figure, its sign aside."""
    return max((float(abs(one).max()) for one in arrays if len(one)), default=0.0)


def chance(p: float) -> float:
    """A probability as it may be told: what a float cannot hold is small, and not 0."""
    return min(1.0, max(float(p), sys.float_info.min))


def counts(table: Table, name: str) -> np.ndarray:
    """A table of counts as whole numbers, two-dimensional.

    Raises
    ------
    TableError
        If it is not a table with rows of the same length.
    BatchError
        If something else than a whole number from 0 is in it, all of it told.
    """
    import numpy as np
    import pandas as pd

    rows = table.to_numpy(dtype=object) if isinstance(table, pd.DataFrame) else table
    listed = [list(row) if _is_row(row) else None for row in rows] if _is_row(rows) else [None]
    if any(row is None for row in listed) or len({len(row) for row in listed if row}) > 1:
        raise TableError(name, "rows of counts are needed, all of the same length")
    cells = [(at, one, number(one)) for at, row in enumerate(listed, 1) for one in row or []]
    faults = [
        f"row {at}: {fault or f'{short(one)} is not a count'}"
        for at, one, (found, fault) in cells
        if fault or not (0 <= found <= _WHOLE and found == int(found))
    ]
    if faults:
        raise BatchError(name, faults)
    whole = np.array([int(found) for _, _, (found, _) in cells], dtype=np.int64)
    return whole.reshape(len(listed), -1) if len(whole) else whole.reshape(0, 0)


def _is_row(row: object) -> bool:
    return isinstance(row, Iterable) and not isinstance(row, (str, bytes, dict))


def check_level(level: float) -> None:
    """Refuse a level of confidence that is none."""
    if not 0 < level < 1:
        raise TableError("an interval", f"its level is between 0 and 1, as 0.95, not {level!r}")


def yes_first(frame: pd.DataFrame) -> pd.DataFrame:
    """A table of yes and no with yes first, wherever its labels say so."""
    return frame.iloc[_turned(frame.index), _turned(frame.columns)]


def _turned(labels: pd.Index) -> list[int]:
    import pandas as pd

    said = [str(label).strip().casefold().removesuffix(".0") for label in labels]
    numbered = isinstance(labels, pd.RangeIndex)  # by pandas itself, so that 0 and 1 are no codes
    turned = said in (["no", "yes"], ["false", "true"]) or (said == ["0", "1"] and not numbered)
    return [1, 0] if turned else list(range(len(said)))
