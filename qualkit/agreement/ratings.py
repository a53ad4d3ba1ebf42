"""Agreement on ratings: one value a unit and coder, of which some may be missing.

`ratings` is a DataFrame with units as rows and coders as columns. None, NaN and NA are missing:
the coder did not judge the unit, which is never a value of its own. Values may be texts, numbers
or truth values; an index names the units and is not used. What cannot be compared is refused with
the rows at fault. Every coefficient comes back as a :class:`~qualkit.agreement.records.Coefficient`
with a value, or the reason why it has none, and `n`, the units that two coders judged at least.

Figures that are quotients of whole numbers are computed exactly and rounded once.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from qualkit.agreement._bootstrap import FEWEST, bounds, resampled
from qualkit.agreement._distances import disagreement
from qualkit.agreement._judgements import NOMINAL, Judgements, by_group, judgements
from qualkit.agreement.records import (
    FEW_CODERS,
    LOW_INFORMATION,
    NO_UNITS,
    NO_VARIATION,
    Coefficient,
)
from qualkit.errors import TableError

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

_Core = Callable[[Judgements], Coefficient]


def percent_agreement(ratings: pd.DataFrame, *, values: Sequence[Any] | None = None) -> Coefficient:
    """The share of pairs of coders who chose the same, averaged over units.

    Parameters
    ----------
    ratings : DataFrame
        Units as rows, coders as columns, missing as None or NaN.
    values : sequence, optional
        The scale; what is not on it is refused.

    Returns
    -------
    Coefficient
        From 0 to 1. Not corrected for chance: with few values, or one that is common, most of it
        comes of itself.

    Raises
    ------
    TableError, BatchError
        For a table that cannot be compared, with the rows at fault.

    References
    ----------
    Gwet, K. L. (2014). Handbook of Inter-Rater Reliability, 4th ed.; for two coders, Holsti
    (1969).

    Examples
    --------
    >>> import pandas as pd
    >>> percent_agreement(pd.DataFrame({"Ann": [1, 2, 3, 3], "Ben": [1, 2, 3, None]})).n
    3
    """
    return _percent(judgements(ratings, values=values))


def cohen_kappa(ratings: pd.DataFrame, *, values: Sequence[Any] | None = None) -> Coefficient:
    """Cohen's kappa of two coders: agreement beyond that of independent coders with their habits.

    Parameters
    ----------
    ratings : DataFrame
        Units as rows, two coders as columns; a unit that either did not judge is left out.
    values : sequence, optional
        The scale; what is not on it is refused.

    Returns
    -------
    Coefficient
        1 is perfect agreement, 0 is chance, less than 0 is worse. Where one coder chose the same
        throughout it is 0 whatever the other did, and is flagged.

    Raises
    ------
    TableError, BatchError
        For a table that cannot be compared, or of more than two coders.

    Notes
    -----
    (Po - Pe) / (1 - Pe), where Pe is the sum over values of the product of both coders' shares.
    Where a value is rare it is low although coders agree (Feinstein and Cicchetti 1990); look at
    :func:`gwet_ac1` beside it.

    References
    ----------
    Cohen, J. (1960). A coefficient of agreement for nominal scales. Educational and Psychological
    Measurement, 20(1), 37-46.

    Examples
    --------
    >>> import pandas as pd
    >>> pairs = [("a", "a")] * 20 + [("a", "b")] * 5 + [("b", "a")] * 10 + [("b", "b")] * 15
    >>> cohen_kappa(pd.DataFrame(pairs, columns=["Ann", "Ben"])).value
    0.4
    """
    return _cohen(judgements(ratings, values=values))


def scott_pi(ratings: pd.DataFrame, *, values: Sequence[Any] | None = None) -> Coefficient:
    """Scott's pi: agreement beyond that of coders who share their habits.

    Parameters
    ----------
    ratings : DataFrame
        Units as rows, coders as columns. Of two coders, a unit that either did not judge is left
        out; of more it is the same as :func:`fleiss_kappa`, which generalises it.
    values : sequence, optional
        The scale; what is not on it is refused.

    Returns
    -------
    Coefficient
        1 is perfect agreement, 0 is chance.

    Raises
    ------
    TableError, BatchError
        For a table that cannot be compared, with the rows at fault.

    References
    ----------
    Scott, W. A. (1955). Reliability of content analysis: the case of nominal scale coding. Public
    Opinion Quarterly, 19(3), 321-325.

    Examples
    --------
    >>> import pandas as pd
    >>> pairs = [("a", "a")] * 20 + [("a", "b")] * 20 + [("b", "a")] * 10 + [("b", "b")] * 50
    >>> round(scott_pi(pd.DataFrame(pairs, columns=["Ann", "Ben"])).value, 3)
    0.341
    """
    return _scott(judgements(ratings, values=values))


def fleiss_kappa(ratings: pd.DataFrame, *, values: Sequence[Any] | None = None) -> Coefficient:
    """Fleiss' kappa of two or more coders, who need not be the same for every unit.

    Parameters
    ----------
    ratings : DataFrame
        Units as rows, coders as columns, missing as None or NaN.
    values : sequence, optional
        The scale; what is not on it is refused.

    Returns
    -------
    Coefficient
        1 is perfect agreement, 0 is chance.

    Raises
    ------
    TableError, BatchError
        For a table that cannot be compared, with the rows at fault.

    Notes
    -----
    Po is that of :func:`percent_agreement`; Pe is the sum of the squared shares of the values. With
    unequal numbers of coders a unit, each unit's own shares are averaged over all units that
    anybody judged, also one coder alone (Gwet 2014).

    References
    ----------
    Fleiss, J. L. (1971). Measuring nominal scale agreement among many raters. Psychological
    Bulletin, 76(5), 378-382.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"A": [1, 1, 0, 0], "B": [1, 1, 0, 0], "C": [1, 0, 1, 0]})
    >>> round(fleiss_kappa(table).value, 3)
    0.333
    """
    return _fleiss(judgements(ratings, values=values))


def gwet_ac1(ratings: pd.DataFrame, *, values: Sequence[Any] | None = None) -> Coefficient:
    """Gwet's AC1 of two or more coders, which stays near percent agreement where a value is rare.

    Parameters
    ----------
    ratings : DataFrame
        Units as rows, coders as columns, missing as None or NaN.
    values : sequence, optional
        The scale, where it has values that nobody gave; by default those that were given.

    Returns
    -------
    Coefficient
        1 is perfect agreement, 0 is chance. Read it beside kappa or alpha, not in their stead.

    Raises
    ------
    TableError, BatchError
        For a table that cannot be compared, with the rows at fault.

    Notes
    -----
    Pe is the sum of p(1 - p) over the values' shares p, by one less than the number of values.
    Missing values as in :func:`fleiss_kappa`.

    References
    ----------
    Gwet, K. L. (2008). Computing inter-rater reliability and its variance in the presence of high
    agreement. British Journal of Mathematical and Statistical Psychology, 61(1), 29-48.

    Examples
    --------
    >>> import pandas as pd
    >>> pairs = [("y", "y")] * 8 + [("n", "n"), ("y", "n")]
    >>> round(gwet_ac1(pd.DataFrame(pairs, columns=["Ann", "Ben"])).value, 4)
    0.8658
    """
    return _ac1(judgements(ratings, values=values))


def brennan_prediger(ratings: pd.DataFrame, *, values: Sequence[Any] | None = None) -> Coefficient:
    """Brennan and Prediger's kappa: agreement beyond that of coders who choose blindly.

    Also known as Bennett's S, and with more than two coders as Randolph's free-marginal kappa.

    Parameters
    ----------
    ratings : DataFrame
        Units as rows, coders as columns, missing as None or NaN.
    values : sequence, optional
        The scale, where it has values that nobody gave; by default those that were given. The
        figure rises with their number.

    Returns
    -------
    Coefficient
        1 is perfect agreement, 0 is chance.

    Raises
    ------
    TableError, BatchError
        For a table that cannot be compared, with the rows at fault.

    Notes
    -----
    Po is that of :func:`percent_agreement`; Pe is 1 by the number of values.

    References
    ----------
    Brennan, R. L. and Prediger, D. J. (1981). Coefficient kappa: some uses, misuses, and
    alternatives. Educational and Psychological Measurement, 41(3), 687-699.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"Ann": [1, 1, 2, 2], "Ben": [1, 1, 2, 1]})
    >>> brennan_prediger(table).value, brennan_prediger(table, values=[1, 2, 3, 4, 5]).value
    (0.5, 0.6875)
    """
    return _brennan_prediger(judgements(ratings, values=values))


def krippendorff_alpha(
    ratings: pd.DataFrame, *, level: str = NOMINAL, values: Sequence[Any] | None = None
) -> Coefficient:
    """Krippendorff's alpha of two or more coders, for any level of measurement.

    Parameters
    ----------
    ratings : DataFrame
        Units as rows, coders as columns, missing as None or NaN; a unit that fewer than two coders
        judged does not count.
    level : {"nominal", "ordinal", "interval", "ratio"}
        What the values say: that they differ, which is more, by how much, how many times as much.
        All but nominal need numbers, ordinal texts with `values`, ratio numbers from 0 upwards.
    values : sequence, optional
        The scale, from low to high where the level is ordinal; what is not on it is refused.
        Columns of ordered categories bring theirs.

    Returns
    -------
    Coefficient
        1 is perfect agreement, 0 is chance, less than 0 is worse.

    Raises
    ------
    TableError, BatchError
        For a table that cannot be compared, with the rows at fault.
    ValueError
        For a level or a scale that is none.

    Notes
    -----
    1 - Do/De, of which Do is the mean squared difference within units, and De that of any two
    ratings. The differences are those of Krippendorff (2011); the ordinal one counts the ratings
    that stand between two values.

    References
    ----------
    Krippendorff, K. (2011). Computing Krippendorff's alpha-reliability. University of
    Pennsylvania.

    Examples
    --------
    >>> import pandas as pd
    >>> meg = [0, 1, 0, 0, 0, 0, 0, 0, 1, 0]
    >>> owen = [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]
    >>> found = krippendorff_alpha(pd.DataFrame({"Meg": meg, "Owen": owen}))
    >>> round(found.value, 3), found.n
    (0.095, 10)
    """
    return _alpha(judgements(ratings, level=level, values=values))


def interval(
    coefficient: Callable[[pd.DataFrame], Coefficient],
    ratings: pd.DataFrame,
    *,
    groups: Sequence[Any],
    draws: int = 2000,
    seed: int = 1,
) -> Coefficient:
    """A coefficient with its 95 % percentile bootstrap interval, by groups of units.

    Parameters
    ----------
    coefficient : callable
        One of this module, with options by `functools.partial` (these are quick), or any function
        of a table of ratings.
    ratings : DataFrame
    groups : sequence
        Which group each row is of, such as its source: what belongs together is drawn together.
    draws : int
    seed : int
        The same seed gives the same interval.

    Returns
    -------
    Coefficient
        `low` and `high` stay None where fewer than five groups have a unit that two coders judged,
        or where the coefficient is not defined in half of the draws; such draws are left out.
        The scale is that of the whole table in every draw.

    Raises
    ------
    TableError
        Where there is not one group for each row.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"Ann": [1, 2, 1, 2, 1, 2], "Ben": [1, 2, 1, 2, 2, 2]})
    >>> found = interval(cohen_kappa, table, groups=["s1", "s2", "s3", "s4", "s5", "s6"])
    >>> round(found.value, 3), round(found.low, 3), found.high
    (0.667, 0.0, 1.0)
    """
    found = coefficient(ratings)
    number, count = _group_numbers(ratings, groups)
    judged = number[(ratings.notna().sum(axis=1) > 1).to_numpy()]
    if found.value is None or len(set(judged.tolist())) < FEWEST:
        return found
    estimate = _estimator(coefficient, ratings, number)
    low, high = bounds([estimate(times).value for times in resampled(count, draws, seed)])
    return replace(found, low=low, high=high)


# What stands behind them ------------------------------------------------------------------


def _compared(core: _Core) -> _Core:
    """A coefficient that says why, where nobody can be compared."""

    @functools.wraps(core)
    def checked(judged: Judgements) -> Coefficient:
        if judged.codes.shape[1] < 2:
            return Coefficient(None, FEW_CODERS)
        units = judged.pairable().units()
        return replace(core(judged), n=units) if units else Coefficient(None, NO_UNITS)

    return checked


@_compared
def _percent(judged: Judgements) -> Coefficient:
    return Coefficient(float(_observed(judged.pairable())))


def _cohen(judged: Judgements) -> Coefficient:
    if judged.codes.shape[1] > 2:
        raise TableError(
            "ratings",
            f"Cohen's kappa compares two coders and there are {judged.codes.shape[1]}; take two "
            "columns, or use fleiss_kappa or krippendorff_alpha",
        )
    return _of_two(judged)


@_compared
def _of_two(judged: Judgements) -> Coefficient:
    pairs = judged.pairable()
    units = pairs.units()
    ann, ben = ([int(one) for one in pairs.of(coder)] for coder in (0, 1))
    expected = sum(one * two for one, two in zip(ann, ben, strict=True))
    return _corrected(pairs, _observed(pairs), Fraction(expected, units**2))


@_compared
def _scott(judged: Judgements) -> Coefficient:
    return _fleiss(judged.pairable() if judged.codes.shape[1] == 2 else judged)


@_compared
def _fleiss(judged: Judgements) -> Coefficient:
    pairs = judged.pairable()
    return _corrected(pairs, _observed(pairs), _concentration(judged))


@_compared
def _ac1(judged: Judgements) -> Coefficient:
    pairs, count = judged.pairable(), len(judged.values)
    expected = (1 - _concentration(judged)) / (count - 1) if count > 1 else Fraction(1)
    return _corrected(pairs, _observed(pairs), expected)


@_compared
def _brennan_prediger(judged: Judgements) -> Coefficient:
    pairs = judged.pairable()
    return _corrected(pairs, _observed(pairs), Fraction(1, len(judged.values)))


@_compared
def _alpha(judged: Judgements) -> Coefficient:
    pairs = judged.pairable()
    counts = pairs.counts()
    if (counts > 0).sum() < 2:
        return Coefficient(None, NO_VARIATION)
    share: Fraction | float | None = (
        _disagreement(pairs, counts) if pairs.level == NOMINAL else disagreement(pairs, counts)
    )
    if share is None:
        return Coefficient(None, NO_VARIATION)
    return Coefficient(float(1 - share), flag=_flag(pairs))


def _observed(pairs: Judgements) -> Fraction:
    """The share of pairs of coders who agree on a unit, averaged over units."""
    shares = (Fraction(same, m * (m - 1)) for m, same in pairs.agreeing().items())
    return sum(shares, Fraction(0)) / pairs.units()


def _concentration(judged: Judgements) -> Fraction:
    """The sum of the squared shares of the values; each unit that anybody judged counts once."""
    sizes = judged.by_size()
    whole = math.lcm(*sizes)
    tally = judged.tally()
    parts = [0] * len(judged.values)
    for size in sizes:
        row = tally[size].tolist()
        parts = [part + int(one) * (whole // size) for part, one in zip(parts, row, strict=True)]
    return Fraction(sum(part * part for part in parts), (whole * sum(sizes.values())) ** 2)


def _disagreement(pairs: Judgements, counts: np.ndarray) -> Fraction:
    """Nominal disagreement by what chance gives."""
    sizes, n = pairs.by_size(), int(counts.sum())
    alike = sum(int(count) ** 2 for count in counts.tolist())
    within = sum(
        Fraction(sizes.get(m, 0) * m * (m - 1) - same, m - 1)
        for m, same in pairs.agreeing().items()
    )
    return Fraction(within) * (n - 1) / (n * n - alike)


def _corrected(pairs: Judgements, observed: Fraction, expected: Fraction) -> Coefficient:
    if expected == 1:
        return Coefficient(None, NO_VARIATION)
    return Coefficient(float((observed - expected) / (1 - expected)), flag=_flag(pairs))


def _flag(pairs: Judgements) -> str:
    """A warning where one of two coders chose the same throughout."""
    if pairs.codes.shape[1] != 2:
        return ""
    constant = any((pairs.of(coder) > 0).sum() == 1 for coder in (0, 1))
    return LOW_INFORMATION if constant else ""


_CORES: Final[dict[object, _Core]] = {
    percent_agreement: _percent,
    cohen_kappa: _cohen,
    scott_pi: _scott,
    fleiss_kappa: _fleiss,
    gwet_ac1: _ac1,
    brennan_prediger: _brennan_prediger,
    krippendorff_alpha: _alpha,
}


def _group_numbers(ratings: pd.DataFrame, groups: Sequence[Any]) -> tuple[np.ndarray, int]:
    import pandas as pd

    number, found = pd.factorize(pd.Series(list(groups), dtype=object))
    if len(number) != len(ratings) or (number < 0).any():
        raise TableError(
            "ratings", f"it has {len(ratings):,} rows, and {(number >= 0).sum():,} have a group"
        )
    return number, len(found)


def _estimator(
    coefficient: Callable[[pd.DataFrame], Coefficient], ratings: pd.DataFrame, number: np.ndarray
) -> Callable[[np.ndarray], Coefficient]:
    """What gives a coefficient for how often each group was drawn."""
    import numpy as np

    plain: object = coefficient
    options: dict[str, Any] = {}
    if isinstance(coefficient, functools.partial) and not coefficient.args:
        plain, options = coefficient.func, coefficient.keywords
    if (core := _CORES.get(plain)) is not None:
        draw = by_group(ratings, number, **options)
        return lambda times: core(draw(times))
    return lambda times: coefficient(ratings.iloc[np.repeat(np.arange(len(number)), times[number])])
