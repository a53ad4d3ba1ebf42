"""Design weights: the weighted mean with its spread, and how many answers it is worth."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qualkit.errors import BatchError, TableError
from qualkit.survey import _numbers as read
from qualkit.survey.records import NO_ANSWERS, NO_WEIGHT, EffectiveN, Weighted

if TYPE_CHECKING:
    import numpy as np

    from qualkit.survey._numbers import Values


def effective_n(weights: Values) -> EffectiveN:
    """How many equally weighted answers tell as much as these weighted ones.

    Parameters
    ----------
    weights : sequence, Series or array of numbers from 0
        One a respondent; a missing weight counts as none.

    Returns
    -------
    EffectiveN
        Undefined where no weight is over zero.

    Raises
    ------
    BatchError
        If a weight is below zero or not a finite number, with every row.

    Notes
    -----
    ``(sum of w) ** 2 / sum of w ** 2``. The unit of the weights does not matter. Clustering,
    which costs more, is not in it.

    References
    ----------
    Kish, L. (1965). Survey sampling. Wiley, section 11.7.

    Examples
    --------
    >>> effective_n([1, 1, 2, 2]).value
    3.6
    """
    given = _weights(weights)
    given = given[given > 0]
    if not len(given):
        return EffectiveN(None, 0, None, NO_WEIGHT)
    share = given / given.max()
    worth = float(share.sum() ** 2 / (share**2).sum())
    return EffectiveN(worth, len(given), len(given) / worth)


def weighted_mean(
    values: Values,
    weights: Values,
) -> Weighted:
    """The mean of answers with design weights, with its sd, se and effective number.

    Parameters
    ----------
    values : sequence, Series or array of numbers
        Missing answers do not count.
    weights : sequence, Series or array of numbers from 0
        One for each value. Only how they stand to each other matters.

    Returns
    -------
    Weighted
        Undefined where nobody answered, or no answer has a weight over zero.

    Raises
    ------
    TableError
        If there are not as many weights as values.
    BatchError
        If something is not a finite number, or a weight is below zero, with every row.

    Notes
    -----
    ``sd`` is ``sqrt(sum w (x - m)**2 / sum w * n / (n - 1))`` and ``se`` is
    ``sqrt(n / (n - 1) * sum (w (x - m))**2) / sum w``, the linearised error of a design without
    clusters or strata; `n` counts answers with a weight. With equal weights both are the usual
    ones.

    References
    ----------
    Heckert, N. A. and Filliben, J. J. (2003). NIST handbook 148: Dataplot reference manual,
    volume 2, weighted standard deviation.
    Lumley, T. (2010). Complex surveys. Wiley, chapter 2.

    Examples
    --------
    >>> found = weighted_mean([1, 2, 3, 4], [2, 1, 1, 0])
    >>> found.mean, round(found.sd, 3), found.n, round(found.effective_n, 3)
    (1.75, 1.016, 3, 2.667)
    """
    import numpy as np
    from statsmodels.stats.weightstats import DescrStatsW

    answers, share = read.numbers(values, "values"), _weights(weights)
    if len(answers) != len(share):
        reason = f"{len(answers)} values have {len(share)} weights; each needs one"
        raise TableError("weights", reason)
    there = ~np.isnan(answers)
    counted = there & (share > 0)
    answers, share, n = answers[counted], share[counted], int(counted.sum())
    if not n:
        reason = NO_WEIGHT if there.any() else NO_ANSWERS
        return Weighted(None, None, None, None, 0, None, reason)
    share = share * (n / share.max() / (share / share.max()).sum())
    found = DescrStatsW(answers, weights=share, ddof=1)
    mean, worth = float(found.mean), effective_n(share).value
    if n < 2:
        return Weighted(mean, mean, None, None, n, worth)
    off = share * (answers - mean)
    se = float(np.sqrt(n / (n - 1) * (off**2).sum()) / n)
    return Weighted(mean, mean, float(found.std), se, n, worth)


def _weights(given: Values) -> np.ndarray:
    import numpy as np

    found = read.numbers(given, "weights")
    faults = [
        f"row {n}: a weight of {one!r} is below zero"
        for n, one in enumerate(found.tolist(), 1)
        if one < 0
    ]
    if faults:
        raise BatchError("weights", faults)
    known: np.ndarray = np.nan_to_num(found, nan=0.0)
    return known
