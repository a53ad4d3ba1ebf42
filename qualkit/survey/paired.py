"""Two waves of the same people: Student's t, Wilcoxon's signed ranks, McNemar's exact test.

A difference is after less before throughout, so that a rise is positive. Pairs with a missing
side do not count, and the record says how many they were.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from qualkit.errors import TableError, UnknownName
from qualkit.survey import _numbers as read
from qualkit.survey.records import (
    ALL_DIFFERENCES_ZERO,
    EMPTY_TABLE,
    FEWER_THAN_TWO,
    NOBODY_CHANGED,
    ZERO_VARIANCE_DIFFERENCES,
    McNemar,
    PairedT,
    Wilcoxon,
)

if TYPE_CHECKING:
    import numpy as np

    from qualkit.survey._numbers import Table, Values

ZERO_METHODS: Final = ("wilcox", "pratt", "zsplit")
_EXACT_TO: Final = 50  # pairs for which the exact distribution is used, without zeros and ties
_PERMUTED_TO: Final = 13  # pairs of which all changes of sign are tried, with zeros or ties


def paired_t(
    before: Values,
    after: Values,
    *,
    level: float = 0.95,
) -> PairedT:
    """Student's t test of the mean difference between two waves of the same people.

    Parameters
    ----------
    before, after : sequence, Series or array of numbers
        One person at the same place in both; None or NaN where an answer is missing. Two Series
        with the same labels in another order, or labelled by respondent (labels of text, or an
        index with a name), are matched by label.
    level : float
        Of the interval.

    Returns
    -------
    PairedT
        Undefined with fewer than two pairs, without any difference, or where all differences
        are the same: there a t test divides by nothing, and libraries print a p of 0.

    Raises
    ------
    TableError
        If the two are not of the same length.
    BatchError
        If something is not a finite number, with every row.

    Notes
    -----
    ``t = mean(d) / (sd(d) / sqrt(n))`` on ``n - 1`` degrees of freedom, ``d`` after less before;
    ``dz = mean(d) / sd(d)``. Not to be used where people are nested in few schools.

    References
    ----------
    Student (1908). The probable error of a mean. Biometrika 6(1), 1-25.
    Cohen, J. (1988). Statistical power analysis for the behavioral sciences, p. 48.

    Examples
    --------
    >>> found = paired_t([2, 2, 3, 1, 2], [3, 2, 4, 3, None])
    >>> found.mean_difference, round(found.t, 3), found.df, round(found.p, 3), found.n
    (1.0, 2.449, 3, 0.092, 4)
    >>> paired_t([1, 2, 3], [2, 3, 4]).reason
    'zero_variance_differences'
    """
    from scipy import stats

    read.check_level(level)
    first, second, dropped = read.complete_pairs(before, after)
    moved, scale = second - first, read.size(first, second)
    n, mean = len(moved), float(moved.mean()) if len(moved) else None
    if reason := _untested(moved, scale):
        known = 0.0 if reason == ALL_DIFFERENCES_ZERO else mean
        return PairedT(None, known, None, None, None, None, None, None, n, dropped, reason)
    found = stats.ttest_rel(second, first)
    low, high = found.confidence_interval(level)
    return PairedT(
        value=mean,
        mean_difference=mean,
        low=float(low),
        high=float(high),
        t=float(found.statistic),
        df=n - 1,
        p=read.chance(found.pvalue),
        dz=float(moved.mean() / moved.std(ddof=1)),
        n=n,
        dropped=dropped,
    )


def _untested(moved: np.ndarray, scale: float) -> str:
    if not len(moved):
        return FEWER_THAN_TWO
    if len(moved) > 1 and read.size(moved) <= read.ALIKE * scale:
        return ALL_DIFFERENCES_ZERO
    if len(moved) < 2:
        return FEWER_THAN_TWO
    return ZERO_VARIANCE_DIFFERENCES if read.alike(moved, scale) else ""


def wilcoxon(
    before: Values,
    after: Values,
    *,
    zero_method: str = "wilcox",
) -> Wilcoxon:
    """Wilcoxon's signed rank test of two waves of the same people.

    Parameters
    ----------
    before, after : sequence, Series or array of numbers
        As for :func:`paired_t`.
    zero_method : str
        What becomes of pairs without a difference, of which Likert items have many: ``wilcox``
        leaves them out, ``pratt`` ranks them and then drops their ranks, ``zsplit`` gives half of
        their ranks to each side. They give different p, so a report has to say which.

    Returns
    -------
    Wilcoxon
        Undefined with fewer than two pairs, or where nobody changed.

    Raises
    ------
    TableError
        If the two are not of the same length.
    BatchError
        If something is not a finite number, with every row.
    UnknownName
        If there is no such zero method.

    Notes
    -----
    Exact to 50 pairs without zeros or ties; by all changes of sign to 13 pairs with them; else
    by the normal approximation, corrected for ties and not for continuity. Differences are
    rounded to twelve digits, so that 0.3 - 0.2 and 0.2 - 0.1 tie.

    References
    ----------
    Wilcoxon, F. (1945). Individual comparisons by ranking methods. Biometrics Bulletin 1, 80-83.
    Pratt, J. W. (1959). Remarks on zeros and ties in the Wilcoxon signed rank procedures.
    Journal of the American Statistical Association 54, 655-667.
    Kerby, D. S. (2014). The simple difference formula. Comprehensive Psychology 3, 1.

    Examples
    --------
    >>> found = wilcoxon([2, 2, 3, 1, 2], [3, 2, 4, 3, 4])
    >>> found.statistic, found.p, found.zeros, found.method, found.zero_method
    (0.0, 0.125, 1, 'permutation', 'wilcox')
    """
    if zero_method not in ZERO_METHODS:
        raise UnknownName("zero method", zero_method, ZERO_METHODS)
    first, second, dropped = read.complete_pairs(before, after)
    moved = read.steady(second - first, read.size(first, second))
    n, zeros = len(moved), int((moved == 0).sum())
    reason = FEWER_THAN_TWO if n < 2 else ALL_DIFFERENCES_ZERO if zeros == n else ""
    if reason:
        unknown = (None, None, None, None, None, None)
        return Wilcoxon(*unknown, n, zeros, dropped, "", zero_method, reason)
    ranks = _ranks(moved, zero_method)
    method, p = _signed_rank_p(moved, ranks, zero_method)
    half = float(ranks[moved == 0].sum()) / 2 if zero_method == "zsplit" else 0.0
    up, down = (float(ranks[side].sum()) + half for side in (moved > 0, moved < 0))
    return Wilcoxon(
        value=min(up, down),
        statistic=min(up, down),
        w_plus=up,
        w_minus=down,
        rank_biserial=(up - down) / (up + down),
        p=p,
        n=n,
        zeros=zeros,
        dropped=dropped,
        method=method,
        zero_method=zero_method,
    )


def _ranks(moved: np.ndarray, zero_method: str) -> np.ndarray:
    """The rank of each difference, its sign aside; 0 where it is left out."""
    import numpy as np
    from scipy import stats

    ranks = np.zeros(len(moved))
    kept = moved != 0 if zero_method == "wilcox" else np.ones(len(moved), dtype=bool)
    ranks[kept] = stats.rankdata(np.abs(moved[kept]))
    return ranks


def _signed_rank_p(moved: np.ndarray, ranks: np.ndarray, zero_method: str) -> tuple[str, float]:
    """How it is tested, said to scipy too, so that the record is never wrong about it."""
    import numpy as np
    from scipy import stats

    plain = (moved != 0).all() and len(np.unique(np.abs(moved))) == len(moved)
    if plain and len(moved) <= _EXACT_TO:
        found = stats.wilcoxon(moved, zero_method=zero_method, method="exact")
        return "exact", read.chance(found.pvalue)
    if plain or len(moved) > _PERMUTED_TO:
        found = stats.wilcoxon(moved, zero_method=zero_method, method="asymptotic")
        return "normal approximation", read.chance(found.pvalue)

    # What scipy does by itself, many times faster: ranks stay when signs change.
    def up(signed: np.ndarray, axis: int) -> np.ndarray:
        return np.asarray(((signed > 0) * ranks).sum(axis=axis))

    found = stats.permutation_test(
        (moved,), up, permutation_type="samples", vectorized=True, n_resamples=np.inf
    )
    return "permutation", read.chance(found.pvalue)


def mcnemar(table: Table) -> McNemar:
    """McNemar's exact test of a yes/no item asked of the same people twice.

    Parameters
    ----------
    table : nested sequence, array or DataFrame
        Two rows and two columns of counts: before in the rows, after in the columns, yes first.
        A DataFrame labelled no and yes, False and True, or by the codes 0 and 1, as `crosstab`
        makes it, is turned round.

    Returns
    -------
    McNemar
        Undefined where the table is empty or nobody changed.

    Raises
    ------
    TableError
        If it has not two rows and two columns.
    BatchError
        If something in it is not a count, with every row.

    Notes
    -----
    Those who changed are split as heads and tails would: ``p = 2 P(X <= min(b, c))`` with X
    binomial of ``b + c`` and a half, at most 1. Those who did not change tell nothing of change.

    References
    ----------
    McNemar, Q. (1947). Note on the sampling error of the difference between correlated
    proportions or percentages. Psychometrika 12, 153-157.
    Fagerland, M. W., Lydersen, S. and Laake, P. (2013). The McNemar test for binary
    matched-pairs data. BMC Medical Research Methodology 13:91.

    Examples
    --------
    >>> found = mcnemar([[1, 1], [7, 12]])
    >>> found.b, found.c, found.n, found.p, round(found.difference, 3)
    (1, 7, 21, 0.0703125, 0.286)
    >>> mcnemar([[5, 0], [0, 5]]).reason
    'nobody_changed'
    """
    import pandas as pd
    from statsmodels.stats.contingency_tables import mcnemar as exact

    turned = read.yes_first(table) if isinstance(table, pd.DataFrame) else table
    cells = read.counts(turned, "before and after")
    if cells.shape != (2, 2):
        shape = f"{cells.shape[0]} x {cells.shape[1]}"
        raise TableError(
            "before and after", f"two rows (before) and two columns (after) are needed, not {shape}"
        )
    b, c, n = int(cells[0, 1]), int(cells[1, 0]), int(cells.sum())
    if not b + c:
        reason = NOBODY_CHANGED if n else EMPTY_TABLE
        return McNemar(None, 0.0 if n else None, 0, 0, 0, n, None, None, reason)
    p = read.chance(exact(cells, exact=True).pvalue)
    share = (c - b) / n
    return McNemar(share, share, b, c, min(b, c), n, p, c / b if b else None)
