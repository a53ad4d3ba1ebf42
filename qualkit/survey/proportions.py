"""Shares of people, with their intervals."""

from __future__ import annotations

import math
from typing import SupportsFloat

from qualkit.errors import TableError
from qualkit.survey import _numbers as read
from qualkit.survey.records import NO_ANSWERS, Wilson


def wilson(k: SupportsFloat, n: SupportsFloat, *, level: float = 0.95) -> Wilson:
    """A share with Wilson's score interval, which never leaves 0 to 1.

    Parameters
    ----------
    k : int
        How many of them, from 0 to `n`.
    n : int
        How many answered. Of weighted answers, the effective number, and `k` the share of that.
    level : float

    Returns
    -------
    Wilson
        Undefined where nobody answered.

    Raises
    ------
    TableError
        If there cannot be so many.

    Notes
    -----
    Without correction for continuity: method 3 of Newcombe.

    References
    ----------
    Wilson, E. B. (1927). Probable inference, the law of succession, and statistical inference.
    Journal of the American Statistical Association 22, 209-212.
    Newcombe, R. G. (1998). Two-sided confidence intervals for the single proportion: comparison
    of seven methods. Statistics in Medicine 17, 857-872.

    Examples
    --------
    >>> found = wilson(15, 148)
    >>> round(found.value, 4), round(found.low, 4), round(found.high, 4)
    (0.1014, 0.0624, 0.1605)
    """
    from statsmodels.stats.proportion import proportion_confint

    read.check_level(level)
    some, base = _count(k), _count(n)
    if math.isnan(some) or math.isnan(base) or not 0 <= some <= base:
        raise TableError("a share", f"{k!r} of {n!r} cannot be; k is from 0 to n")
    if not base:
        return Wilson(None, None, None, some, base, NO_ANSWERS)
    low, high = proportion_confint(some, base, alpha=1 - level, method="wilson")
    # Rounding would leave 1e-18 where the formula gives 0.
    low = 0.0 if some == 0 else float(low)
    high = 1.0 if some == base else float(high)
    return Wilson(some / base, low, high, some, base)


def _count(given: object) -> float:
    found, fault = read.number(given)
    if fault:
        raise TableError("a share", fault)
    return int(found) if found.is_integer() else found
