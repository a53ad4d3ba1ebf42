"""Probabilities of a printed t statistic, as ranges: it was rounded, and its df may be fewer.

The p value falls as the statistic grows and, for one statistic, as the degrees of freedom grow.
"""

from __future__ import annotations

from functools import lru_cache

from qualkit.survey.audit._view import Figure


@lru_cache(maxsize=100_000)
def two_sided(t: float, df: float) -> float:
    """The two-sided p value of a t statistic."""
    from scipy.special import stdtr

    return float(2.0 * stdtr(df, -abs(t)))


def ends(figure: Figure) -> tuple[float, float]:
    """The least and the most that the size of a printed statistic can be."""
    low, high = float(figure.low), float(figure.high)
    if low <= 0 <= high:
        return 0.0, max(-low, high)
    return min(abs(low), abs(high)), max(abs(low), abs(high))


def p_range(figure: Figure, low_df: float, high_df: float) -> tuple[float, float]:
    """The least and the most two-sided p of a printed statistic with degrees of freedom between."""
    least, most = ends(figure)
    return two_sided(most, high_df), two_sided(least, low_df)
