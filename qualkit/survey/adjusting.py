"""Many tests at once: p adjusted over a family of them. Ranks, as tables print them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from qualkit.errors import BatchError, UnknownName
from qualkit.survey import _numbers as read

if TYPE_CHECKING:
    from qualkit.survey._numbers import Values

METHODS: Final = {"bonferroni": "bonferroni", "holm": "holm", "bh": "fdr_bh"}


def adjust(p: Values, *, method: str = "holm") -> list[float | None]:
    """The p of a declared family of tests, adjusted for their number.

    Parameters
    ----------
    p : sequence, Series or array of numbers from 0 to 1
        One a test; None or NaN where a test was undefined.
    method : str
        ``bonferroni`` and ``holm`` limit the chance of any false alarm, Holm with more power;
        ``bh`` (Benjamini and Hochberg) limits the share of false alarms among those raised.

    Returns
    -------
    list of float or None
        In the order given, at most 1. Undefined tests stay None and do not count.

    Raises
    ------
    BatchError
        If something is not a probability, with every row.
    UnknownName
        If there is no such method.

    References
    ----------
    Holm, S. (1979). A simple sequentially rejective multiple test procedure. Scandinavian
    Journal of Statistics 6, 65-70.
    Benjamini, Y. and Hochberg, Y. (1995). Controlling the false discovery rate: a practical and
    powerful approach to multiple testing. Journal of the Royal Statistical Society B 57, 289-300.

    Examples
    --------
    >>> adjust([0.01, None, 0.04, 0.03], method="holm")
    [0.03, None, 0.06, 0.06]
    """
    import numpy as np
    from statsmodels.stats.multitest import multipletests

    if method not in METHODS:
        raise UnknownName("method of adjustment", method, METHODS)
    given = read.numbers(p, "p")
    faults = [
        f"row {n}: {one!r} is not from 0 to 1"
        for n, one in enumerate(given.tolist(), 1)
        if one < 0 or one > 1
    ]
    if faults:
        raise BatchError("p", faults)
    adjusted = np.full(len(given), None, dtype=object)
    tested = ~np.isnan(given)
    if tested.any():
        adjusted[tested] = multipletests(given[tested], method=METHODS[method])[1].tolist()
    return list(adjusted)


def competition_rank(values: Values) -> list[int | None]:
    """The rank of each value, the highest 1; ties share the smaller number, then one is left out.

    Parameters
    ----------
    values : sequence, Series or array of numbers

    Returns
    -------
    list of int or None
        In the order given; None where a value is missing.

    Raises
    ------
    BatchError
        If something is not a finite number, with every row.

    Notes
    -----
    "1224" ranking. Values that differ by rounding alone, as 0.1 + 0.2 and 0.3 do, tie.

    Examples
    --------
    >>> competition_rank([16, 20, 20, 13, None, 14])
    [3, 1, 1, 5, None, 4]
    """
    import numpy as np

    given = read.numbers(values, "values")
    known = ~np.isnan(given)
    steady = read.steady(given[known], read.size(given[known]))
    above = np.sort(steady)
    ranks = len(above) - np.searchsorted(above, steady, side="right") + 1
    found = np.full(len(given), None, dtype=object)
    found[known] = ranks.tolist()
    return list(found)
