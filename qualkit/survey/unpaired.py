"""Different people in each group: Welch's t, Pearson's chi-squared, who stayed and who was lost."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from qualkit.survey import _numbers as read
from qualkit.survey.records import (
    EMPTY_TABLE,
    FEWER_THAN_TWO,
    ONE_ROW_OR_COLUMN,
    ZERO_VARIANCE_GROUPS,
    ChiSquared,
    Retention,
    Welch,
)

if TYPE_CHECKING:
    import numpy as np

    from qualkit.survey._numbers import Table, Values


def welch(
    first: Values,
    second: Values,
    *,
    level: float = 0.95,
) -> Welch:
    """Welch's t test of two groups of different people, whose spreads may differ.

    Parameters
    ----------
    first, second : sequence, Series or array of numbers
        Missing answers do not count. Of two waves that cannot be matched, the earlier is first.
    level : float
        Of the interval.

    Returns
    -------
    Welch
        Of the second mean less the first. Undefined with fewer than two answers in a group, or
        where each group has but one answer.

    Raises
    ------
    BatchError
        If something is not a finite number, with every row.

    References
    ----------
    Welch, B. L. (1947). The generalization of "Student's" problem when several different
    population variances are involved. Biometrika 34, 28-35.

    Examples
    --------
    >>> found = welch([1, 2, 2, 3], [2, 3, 4, 4])
    >>> found.mean_difference, round(found.t, 3), round(found.df, 2), round(found.p, 3)
    (1.25, 1.987, 5.85, 0.095)
    """
    from statsmodels.stats.weightstats import CompareMeans

    read.check_level(level)
    a, b = (_known(read.numbers(one, name)) for one, name in ((first, "first"), (second, "second")))
    sizes = (len(a), len(b))
    difference = float(b.mean() - a.mean()) if all(sizes) else None
    reason = "" if min(sizes) > 1 else FEWER_THAN_TWO
    if not reason and read.alike(a, read.size(a)) and read.alike(b, read.size(b)):
        reason = ZERO_VARIANCE_GROUPS
    if reason:
        return Welch(None, difference, None, None, None, None, None, *sizes, reason)
    both = CompareMeans.from_data(b, a)
    t, p, df = (float(one) for one in both.ttest_ind(usevar="unequal"))
    low, high = (float(one) for one in both.tconfint_diff(1 - level, usevar="unequal"))
    return Welch(difference, difference, low, high, t, df, read.chance(p), *sizes)


def _known(values: np.ndarray) -> np.ndarray:
    import numpy as np

    known: np.ndarray = values[~np.isnan(values)]
    return known


def chi_squared(table: Table) -> ChiSquared:
    """Pearson's chi-squared test of a table of counts, such as answers by wave.

    Parameters
    ----------
    table : nested sequence, array or DataFrame
        Counts of people; each of them stands in one cell alone.

    Returns
    -------
    ChiSquared
        Undefined where the table is empty, or all of it stands in one row or column.

    Raises
    ------
    TableError
        If it is not a table.
    BatchError
        If something in it is not a count, with every row.

    Notes
    -----
    Rows and columns without anybody are left out. No correction for continuity. Not to be used
    where `smallest_expected` is well under five, for weighted counts, or for the same people
    asked twice.

    References
    ----------
    Pearson, K. (1900). On the criterion that a given system of deviations is such that it can be
    reasonably supposed to have arisen from random sampling. Philosophical Magazine 50, 157-175.
    Cramer, H. (1946). Mathematical methods of statistics, p. 282.

    Examples
    --------
    >>> found = chi_squared([[10, 20], [20, 10]])
    >>> round(found.statistic, 3), found.df, round(found.p, 4), round(found.cramers_v, 3)
    (6.667, 1, 0.0098, 0.333)
    """
    from scipy import stats

    cells = read.counts(table, "the table")
    n = int(cells.sum())
    cells = cells[cells.any(axis=1)][:, cells.any(axis=0)] if n else cells
    if not n or min(cells.shape) < 2:
        reason = ONE_ROW_OR_COLUMN if n else EMPTY_TABLE
        return ChiSquared(None, None, None, None, n, None, None, reason)
    found = stats.chi2_contingency(cells, correction=False)
    statistic = float(found.statistic)
    return ChiSquared(
        value=statistic,
        statistic=statistic,
        df=int(found.dof),
        p=read.chance(found.pvalue),
        n=n,
        cramers_v=float(stats.contingency.association(cells, method="cramer")),
        smallest_expected=float(found.expected_freq.min()),
    )


def retention_test(
    retained: Values,
    lost: Values,
    *,
    categories: bool = False,
) -> Retention:
    """Whether those who answered again differed at first from those who did not.

    Parameters
    ----------
    retained, lost : sequence, Series or array
        What each group answered in the first wave; missing answers do not count.
    categories : bool
        The answers are categories, as areas or kinds of school, and not numbers.

    Returns
    -------
    Retention
        From :func:`welch`, or from :func:`chi_squared` of categories.

    Raises
    ------
    BatchError
        If something is not a finite number, with every row.

    Notes
    -----
    No difference found is no proof that there is none: few people tell little.

    Examples
    --------
    >>> retention_test([3, 3, 4, 4], [2, 3, 3, 2]).value
    1.0
    >>> found = retention_test(["North"] * 8 + ["South"] * 2, ["North"] * 3, categories=True)
    >>> found.test, found.df, found.n_retained, found.n_lost
    ('chi-squared', 1.0, 10, 3)
    """
    if not categories:
        found = welch(lost, retained)
        sizes = (found.n_second, found.n_first)
        return Retention(
            found.value, "Welch", found.t, found.df, found.p, *sizes, reason=found.reason
        )
    stayed, gone = _tally(retained), _tally(lost)
    names = sorted({*stayed, *gone})
    table = [[group[name] for name in names] for group in (stayed, gone)]
    chi = chi_squared(table)
    df = None if chi.df is None else float(chi.df)
    sizes = (stayed.total(), gone.total())
    return Retention(
        chi.cramers_v, "chi-squared", chi.statistic, df, chi.p, *sizes, reason=chi.reason
    )


def _tally(answers: Values) -> Counter[str]:
    import pandas as pd

    return Counter(str(one) for one in answers if not pd.isna(one))
