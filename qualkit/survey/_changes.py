"""One variable in two waves, tested: the same people, or different ones."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from qualkit.survey.paired import mcnemar, paired_t, wilcoxon
from qualkit.survey.records import NOBODY_CHANGED, REASONS
from qualkit.survey.unpaired import chi_squared, welch
from qualkit.survey.variables import BINARY, Variable

if TYPE_CHECKING:
    import numpy as np

_Z: Final = 1.959963984540054  # 97.5 % of the normal distribution
_Z90: Final = 1.6448536269514722


@dataclass(frozen=True, slots=True)
class Sides:
    """The answers of two waves: places among the codes, and numbers, NaN where there is none.

    With pairs, those who answered both times, one person at the same place; else all of each.
    """

    places: tuple[np.ndarray, np.ndarray]
    numbers: tuple[np.ndarray, np.ndarray]


def change_of_pairs(variable: Variable, sides: Sides, zero_method: str) -> dict[str, Any]:
    """The change of the same people, with the test that suits their answers."""
    if variable.has_mean:
        return _paired_means(sides, zero_method)
    if variable.kind in BINARY:
        return _paired_shares(*sides.places)
    return _paired_answers(variable, *sides.places)


def change_apart(variable: Variable, sides: Sides) -> dict[str, Any]:
    """The difference of two waves whose people cannot be matched."""
    if variable.has_mean:
        return _apart_means(*sides.numbers)
    counts = [_tally(side, len(variable.codes)) for side in sides.places]
    found = chi_squared(counts)
    made = {"test": "chi-squared", "chi2": found.statistic, "df": found.df, "p": found.p,
            "smallest_expected": found.smallest_expected,
            "reason": told(found.reason)}  # fmt: skip
    if variable.kind in BINARY:
        made |= _apart_shares(counts)
    return made


def told(reason: str) -> str:
    """Why a figure is undefined, in words."""
    return REASONS.get(reason, reason)


def top_sides(variable: Variable, sides: Sides) -> Sides:
    """The same answers as yes where they are among the best, else no."""
    import numpy as np

    places = [
        np.where(side < 0, -1, np.isin(side, variable.best).astype(np.int64))
        for side in sides.places
    ]
    numbers = [np.where(side < 0, np.nan, side) for side in places]
    return Sides((places[0], places[1]), (numbers[0], numbers[1]))


def sums_of(numbers: np.ndarray) -> dict[str, float | None]:
    """Mean and standard deviation, None where they are not known."""
    n = len(numbers)
    return {
        "mean": float(numbers.mean()) if n else None,
        "sd": float(numbers.std(ddof=1)) if n > 1 else None,
    }


def _paired_means(sides: Sides, zero_method: str) -> dict[str, Any]:
    from scipy import stats

    found = paired_t(*sides.numbers)
    ranks = wilcoxon(*sides.numbers, zero_method=zero_method)
    made: dict[str, Any] = {
        "test": "paired t", "difference": found.mean_difference, "low": found.low,
        "high": found.high, "t": found.t, "df": found.df, "p": found.p, "dz": found.dz,
        "wilcoxon_p": ranks.p, "wilcoxon_method": ranks.method, "zero_method": zero_method,
        "zeros": ranks.zeros, "reason": told(found.reason),
    }  # fmt: skip
    if found.t is not None and found.value is not None:
        made["se"] = se = _error(found.low, found.high, found.df)
        half = float(stats.t.ppf(0.95, found.df)) * se
        made |= {"low_90": found.value - half, "high_90": found.value + half}
    return made


def _error(low: float | None, high: float | None, df: float | None) -> float:
    from scipy import stats

    if low is None or high is None:
        return math.nan
    return (high - low) / 2 / float(stats.t.ppf(0.975, df))


def _paired_shares(first: np.ndarray, second: np.ndarray) -> dict[str, Any]:
    """McNemar's test; the interval is Agresti and Min's (2005), half a person in each cell."""
    cells = _crossed(first, second, 2)[::-1, ::-1]  # yes first
    found = mcnemar(cells.tolist())
    made: dict[str, Any] = {
        "test": "McNemar, exact", "difference": found.difference, "p": found.p,
        "mcnemar_p": found.p, "reason": told(found.reason),
    }  # fmt: skip
    if found.n and found.b + found.c:
        b, c, n = found.b + 0.5, found.c + 0.5, found.n + 2
        middle = (c - b) / n
        se = math.sqrt((b + c) - (c - b) ** 2 / n) / n
        made |= _interval(middle, se)
    return made


def _interval(middle: float, se: float) -> dict[str, float]:
    """A difference of shares with its intervals, within -1 and 1."""
    ends = {
        "low": middle - _Z * se, "high": middle + _Z * se,
        "low_90": middle - _Z90 * se, "high_90": middle + _Z90 * se,
    }  # fmt: skip
    return {"se": se} | {name: min(1.0, max(-1.0, end)) for name, end in ends.items()}


def _paired_answers(variable: Variable, first: np.ndarray, second: np.ndarray) -> dict[str, Any]:
    """Stuart and Maxwell's test that unordered answers came as often in both waves."""
    import numpy as np
    from statsmodels.stats.contingency_tables import SquareTable

    cells = _crossed(first, second, len(variable.codes))
    used = (cells.sum(axis=0) + cells.sum(axis=1) - 2 * np.diag(cells)) > 0
    made: dict[str, Any] = {"test": "Stuart-Maxwell", "reason": ""}
    if not cells.sum():
        return made | {"reason": told("fewer_than_two")}
    if not used.any():
        return made | {"reason": told(NOBODY_CHANGED).replace("yes to no or from no to yes",
                                                              "one answer to another")}  # fmt: skip
    try:
        found = SquareTable(cells[used][:, used], shift_zeros=False).homogeneity()
    except np.linalg.LinAlgError:
        return made | {"reason": "too few people changed between too many answers"}
    if not math.isfinite(found.pvalue) or found.pvalue <= 0:
        return made | {"reason": "too few people changed between too many answers"}
    return made | {"chi2": float(found.statistic), "df": int(found.df), "p": float(found.pvalue)}


def _apart_means(first: np.ndarray, second: np.ndarray) -> dict[str, Any]:
    found = welch(first, second)
    made: dict[str, Any] = {
        "test": "Welch", "difference": found.mean_difference, "low": found.low,
        "high": found.high, "t": found.t, "df": found.df, "p": found.p,
        "reason": told(found.reason),
    }  # fmt: skip
    if found.low is not None and found.value is not None and found.df is not None:
        from scipy import stats

        se = _error(found.low, found.high, found.df)
        half = float(stats.t.ppf(0.95, found.df)) * se
        made |= {"se": se, "low_90": found.value - half, "high_90": found.value + half}
    return made


def _apart_shares(counts: Sequence[Sequence[int]]) -> dict[str, Any]:
    """The difference of two shares with Newcombe's interval (1998, method 10)."""
    from statsmodels.stats.proportion import confint_proportions_2indep as ends

    (no_before, before), (no_after, after) = counts
    n_before, n_after = no_before + before, no_after + after
    if not n_before or not n_after:
        return {}
    made = {"difference": after / n_after - before / n_before}
    for name, alpha in (("", 0.05), ("_90", 0.1)):
        low, high = ends(after, n_after, before, n_before, method="newcomb", alpha=alpha)
        made |= {f"low{name}": float(low), f"high{name}": float(high)}
    return made


def _crossed(first: np.ndarray, second: np.ndarray, codes: int) -> np.ndarray:
    import numpy as np

    there = (first >= 0) & (second >= 0)
    cell = first[there] * codes + second[there]
    return np.bincount(cell, minlength=codes * codes).reshape(codes, codes)


def _tally(places: np.ndarray, codes: int) -> list[int]:
    import numpy as np

    return [int(n) for n in np.bincount(places[places >= 0], minlength=codes)]


def moved(difference: float | None, polarity: str) -> str:
    """Whether a change is for the better: ``better``, ``worse``, ``same``, or empty if unset."""
    if difference is None or not polarity:
        return ""
    if abs(difference) < 1e-12:
        return "same"
    up = difference > 0
    return "better" if up == (polarity == "higher-is-better") else "worse"


def better_is(polarity: str) -> str:
    """Which direction is better, in one word; empty where nobody has said."""
    ways: Mapping[str, str] = {"higher-is-better": "higher", "lower-is-better": "lower"}
    return ways.get(polarity, "")
