"""Ratings made ready for counting: every value a number, units that were judged alike one row.

A table of a million units by five coders has a few thousand patterns at most where the scale is
short, so that whatever is counted is counted on those. Nothing is guessed to be missing: None,
NaN and NA are, and an empty text is refused.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from numbers import Real
from typing import TYPE_CHECKING, Any, Final

from qualkit.errors import BatchError, TableError

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

NOMINAL: Final = "nominal"
ORDINAL: Final = "ordinal"
RATIO: Final = "ratio"
LEVELS: Final = (NOMINAL, ORDINAL, "interval", RATIO)
_TABLE: Final = "ratings"
_PATTERNS: Final = 1 << 20  # that are counted at most, so that the counters stay small
_LONG: Final = 1e15  # whole numbers from here on are written with an exponent
_CELLS: Final = 1 << 24  # of patterns by groups that are held at most


@dataclass(frozen=True, slots=True)
class Judgements:
    """Who gave which value to what.

    Attributes
    ----------
    codes : array of int, shape (rows, coders)
        The place of each value in `values`; -1 where a coder gave none.
    weights : array of int
        How many units a row stands for.
    values : array
        What can be given; in its order where the level is ordinal.
    level : str
        One of :data:`LEVELS`.
    """

    codes: np.ndarray
    weights: np.ndarray
    values: np.ndarray
    level: str

    @property
    def sizes(self) -> np.ndarray:
        """How many coders judged the units of each row."""
        import numpy as np

        return np.asarray((self.codes >= 0).sum(axis=1))

    def only(self, rows: np.ndarray) -> Judgements:
        """Those of some rows, which are told by truth values."""
        if rows.all():
            return self
        return replace(self, codes=self.codes[rows], weights=self.weights[rows])

    def pairable(self) -> Judgements:
        """Those of units that two coders judged at least."""
        return self.only(self.sizes > 1)

    def weighted(self, weights: np.ndarray) -> Judgements:
        """The same with other weights; rows that stand for nothing are left out."""
        return replace(self, weights=weights).only(weights > 0)

    def units(self) -> int:
        """How many units there are."""
        return int(self.weights.sum())

    def tally(self) -> np.ndarray:
        """How often a value was given: a row for each number of coders a unit, a column a value."""
        import numpy as np

        sizes, count = self.sizes, len(self.values)
        given = self.codes >= 0
        place = (sizes[:, None] * count + self.codes)[given]
        weights = np.broadcast_to(self.weights[:, None], self.codes.shape)[given]
        made = np.bincount(place, weights, minlength=(self.codes.shape[1] + 1) * count)
        return made.reshape(-1, count)

    def counts(self) -> np.ndarray:
        """How often each value was given."""
        import numpy as np

        return np.asarray(self.tally().sum(axis=0))

    def of(self, coder: int) -> np.ndarray:
        """How often one coder gave each value."""
        import numpy as np

        given = self.codes[:, coder] >= 0
        count = len(self.values)
        return np.bincount(self.codes[given, coder], self.weights[given], minlength=count)

    def agreeing(self) -> dict[int, int]:
        """Ordered pairs of coders who agree on a unit, by how many coders the unit has."""
        import numpy as np

        same = np.zeros(len(self.codes), dtype=np.int64)
        for later, earlier in self.pairs(self.codes):
            same += ((later == earlier) & (later >= 0)).sum(axis=1)
        sums = np.bincount(self.sizes, 2 * same * self.weights)
        return {size: int(total) for size, total in enumerate(sums) if size > 1}

    def by_size(self) -> dict[int, int]:
        """How many units there are, by how many coders a unit has; nobody's left out."""
        import numpy as np

        sums = np.bincount(self.sizes, self.weights)
        return {size: int(total) for size, total in enumerate(sums) if size and total}

    @staticmethod
    def pairs(cells: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
        """All pairs of columns, those that stand equally far apart side by side."""
        apart = range(1, cells.shape[1])
        return [(cells[:, by:], cells[:, :-by]) for by in apart]


def judgements(
    ratings: pd.DataFrame, *, level: str = NOMINAL, values: Sequence[Any] | None = None
) -> Judgements:
    """A table of ratings made ready; TableError or BatchError for what cannot be compared."""
    import numpy as np

    codes, found = _read(ratings, level, values)
    key = _keys(codes, len(found))
    if key is None:
        return Judgements(codes, np.ones(len(codes), dtype=np.int64), found, level)
    weights = np.bincount(key)
    held = np.flatnonzero(weights)
    return Judgements(_codes_of(held, codes.shape[1], len(found)), weights[held], found, level)


def by_group(
    ratings: pd.DataFrame,
    groups: np.ndarray,
    *,
    level: str = NOMINAL,
    values: Sequence[Any] | None = None,
) -> Callable[[np.ndarray], Judgements]:
    """The same in draws: what is made when each group of units comes as often as is said.

    Parameters
    ----------
    groups : array of int
        The number of the group that each unit is of.
    """
    import numpy as np

    codes, found = _read(ratings, level, values)
    key, count = _keys(codes, len(found)), int(groups.max()) + 1
    patterns, row = _distinct(codes, key, len(found))
    if key is None or len(patterns) * count > _CELLS:
        whole = Judgements(codes, np.ones(len(codes)), found, level)
        return lambda times: whole.weighted(times[groups])
    made = Judgements(patterns, np.ones(len(patterns)), found, level)
    place = row * count + groups
    shares = np.bincount(place, minlength=count * len(patterns)).reshape(-1, count).astype(float)
    return lambda times: made.weighted(shares @ times.astype(float))


def _distinct(
    codes: np.ndarray, key: np.ndarray | None, count: int
) -> tuple[np.ndarray, np.ndarray]:
    """Rows that differ, and which of them each row is; of three coders in whatever order."""
    import numpy as np

    coders = codes.shape[1]
    held, row = np.unique(() if key is None else key, return_inverse=True)
    made = _codes_of(held, coders, count)
    if coders < 3 or not len(made):
        return made, row
    made, again = np.unique(np.sort(made, axis=1), axis=0, return_inverse=True)
    return made, again[row]


def _read(
    ratings: pd.DataFrame, level: str, values: Sequence[Any] | None
) -> tuple[np.ndarray, np.ndarray]:
    """The codes of all cells and the values; what cannot be compared is refused."""
    _check(ratings, level, values)
    codes, found = _numbered(ratings)
    if found.dtype == object:
        _refuse_odd_texts(ratings, codes, found)
    if level == ORDINAL and values is None:
        values = _order_of(ratings)
    if level not in {NOMINAL, ORDINAL} or (level == ORDINAL and values is None):
        _refuse_no_numbers(ratings, codes, found, level)
    if values is not None:
        return _on_scale(ratings, codes, found, values)
    return _ascending(codes, found) if level == ORDINAL else (codes, found)


def _check(ratings: pd.DataFrame, level: str, values: Sequence[Any] | None) -> None:
    if level not in LEVELS:
        raise ValueError(f"level {level!r} is not one of {', '.join(LEVELS)}")
    if not hasattr(ratings, "columns"):
        kind = type(ratings).__name__
        raise TableError(_TABLE, f"a DataFrame is needed, one column a coder, not a {kind}")
    if not ratings.columns.is_unique:
        twice = ratings.columns[ratings.columns.duplicated()][0]
        raise TableError(_TABLE, f"two columns are called {twice!r}; each coder has one")
    if values is not None and (isinstance(values, str) or len(set(values)) < max(len(values), 1)):
        raise ValueError(f"values {values!r} is no scale; list every value once, in order")


def _numbered(ratings: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """The number of each cell's value, -1 for none, and the values in order of appearance."""
    import numpy as np
    import pandas as pd

    cells = ratings.to_numpy()
    order: Any = (
        "C" if cells.flags.c_contiguous else "F"
    )  # as it lies there, so that no copy is made
    try:
        codes, found = pd.factorize(cells.ravel(order=order))
    except TypeError as error:
        raise TableError(_TABLE, f"a cell holds no single value ({error})") from error
    return codes.reshape(cells.shape, order=order), np.asarray(found)


def _refuse_odd_texts(ratings: pd.DataFrame, codes: np.ndarray, found: np.ndarray) -> None:
    """Empty texts, and texts that look like a number which is there too, would never agree."""
    texts = {n: value.strip() for n, value in enumerate(found) if isinstance(value, str)}
    numbers = {_shown(value) for n, value in enumerate(found) if n not in texts}
    wrong = {
        n: "an empty text is no rating; leave it None" for n, text in texts.items() if not text
    }
    wrong |= {
        n: f"{text!r} is a text here and a number elsewhere; make them one kind"
        for n, text in texts.items() if text in numbers
    }  # fmt: skip
    _refuse(ratings, codes, wrong)


def _order_of(ratings: pd.DataFrame) -> list[Any] | None:
    """The order of the scale, where all columns are categories of one that has an order."""
    kinds = list(dict.fromkeys(ratings.dtypes))
    ordered = len(kinds) == 1 and getattr(kinds[0], "ordered", False)
    return list(kinds[0].categories) if ordered else None


def _refuse_no_numbers(
    ratings: pd.DataFrame, codes: np.ndarray, found: np.ndarray, level: str
) -> None:
    """What cannot be measured on a level: texts, and values that it has no distances for."""
    import numpy as np

    numeric = found.dtype.kind in "iufb"
    odd = [] if numeric else [n for n, one in enumerate(found) if not _is_number(one)]
    if odd and len(odd) == len(found):
        wanted = "numbers, or the scale in its order (values)"
        if level != ORDINAL:
            wanted = "numbers; for texts take 'nominal', or 'ordinal' with the scale (values)"
        raise TableError(
            _TABLE, f"{_shown(found[0])!r} is no number: level {level!r} needs {wanted}"
        )
    wrong = {n: f"{_shown(found[n])!r} is no number, which level {level!r} needs" for n in odd}
    if level != ORDINAL and not wrong:
        wrong = {
            int(n): f"{_shown(found[n])} has no distance from others, which level {level!r} needs"
            for n in np.flatnonzero((found == math.inf) | (found == -math.inf))
        }
    if level == "ratio" and not wrong:
        wrong = {
            int(n): f"{_shown(found[n])} is negative; a ratio scale starts at 0"
            for n in np.flatnonzero(found < 0)
        }
    _refuse(ratings, codes, wrong)


def _is_number(value: object) -> bool:
    return isinstance(value, Real | Decimal)


def _on_scale(
    ratings: pd.DataFrame, codes: np.ndarray, found: np.ndarray, values: Sequence[Any]
) -> tuple[np.ndarray, np.ndarray]:
    """The same with the values of a scale in its order; BatchError for those that are not on it."""
    import numpy as np

    place = {value: n for n, value in enumerate(values)}
    known = found.tolist()
    scale = ", ".join(map(_shown, values))
    _refuse(ratings, codes, {
        n: f"{_shown(value)!r} is not on the scale; it has {scale}"
        for n, value in enumerate(known) if value not in place
    })  # fmt: skip
    made = np.empty(len(values), dtype=object)
    made[:] = list(values)
    return np.array([*(place[value] for value in known), -1])[codes], made


def _ascending(codes: np.ndarray, found: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    import numpy as np

    order = np.argsort(found, kind="stable")
    rank = np.empty(len(found) + 1, dtype=codes.dtype)
    rank[order] = np.arange(len(found))
    rank[-1] = -1
    return rank[codes], found[order]


def _keys(codes: np.ndarray, count: int) -> np.ndarray | None:
    """A number for each row, the same for rows that are alike; None where there are too many."""
    import numpy as np

    base = count + 1
    if base ** codes.shape[1] > min(_PATTERNS, 8 * len(codes)):
        return None
    key = np.zeros(len(codes), dtype=np.int64)
    for column in range(codes.shape[1]):
        key *= base
        key += codes[:, column]
        key += 1
    return key


def _codes_of(keys: np.ndarray, coders: int, count: int) -> np.ndarray:
    import numpy as np

    made = np.empty((len(keys), coders), dtype=np.int64)
    for column in reversed(range(coders)):
        keys, digit = np.divmod(keys, count + 1)
        made[:, column] = digit - 1
    return made


def _refuse(ratings: pd.DataFrame, codes: np.ndarray, wrong: Mapping[int, str]) -> None:
    """BatchError with every cell whose value is wrong."""
    import numpy as np

    if not wrong:
        return
    raise BatchError(_TABLE, [
        f"row {_shown(ratings.index[row])}, coder {_shown(ratings.columns[column])}: "
        f"{wrong[int(codes[row, column])]}"
        for row, column in np.argwhere(np.isin(codes, list(wrong)))
    ])  # fmt: skip


def _shown(value: object) -> str:
    """A value as people write it: 3 for the 3.0 that a gap in its column makes of it."""
    if isinstance(value, float) and value.is_integer() and abs(value) < _LONG:
        return str(int(value))
    return str(value)
