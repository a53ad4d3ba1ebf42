"""Yes/no answers before and after: the range of McNemar's p that the margins allow.

How many said yes in each wave leaves open how many changed their minds; every possible number of
changes gives a p value, exact or from chi-squared with or without correction. A printed p or
statistic outside all of them is impossible.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from math import erfc, sqrt

from qualkit.survey.audit._finding import ASSUMED, PROVED, Finding
from qualkit.survey.audit._view import Figure, Series, View
from qualkit.survey.audit.changes import between
from qualkit.survey.grim import counts_range

_MOST = 2_000  # answers beyond which the margins tell next to nothing
_TRIED = 300  # fewer answers are tried one by one up to here
_UNIT = Decimal(100)

_Limits = tuple[float, float]


def check(view: View) -> Iterator[Finding]:
    """Findings on the p values and statistics of McNemar's test."""
    pair = view.pair("count") or view.pair("percent")
    if view.table.test != "mcnemar" or view.table.weighted or pair is None:
        return
    for role in ("p", "t"):
        shown = view.one(role, "")
        if shown is None:
            continue
        for at, _, (before, after, printed) in view.items(*pair, shown):
            yield from _of_item(view, shown, at, (before, after, printed))


def _of_item(
    view: View, shown: Series, at: int, figures: tuple[Figure, Figure, Figure]
) -> Iterator[Finding]:  # fmt: skip
    before, after, printed = figures
    n, sure = view.answers(at, view.waves[0])
    if n is None or n > _MOST or before.bound or after.bound:
        return
    limits = _limits(before, after, n, shown.role)
    if limits is None or printed.meets(*limits):
        return
    fewer = not sure and (n > _TRIED or any(
        (other := _limits(before, after, k, shown.role)) is not None and printed.meets(*other)
        for k in range(n - 1, 1, -1)
    ))  # fmt: skip
    what = "p" if shown.role == "p" else "chi-squared"
    message = f"From {before.text} to {after.text} of {n}, McNemar's {what} is "
    message += f"{between(*limits)}, whoever changed; printed is {printed.text}."
    message += " It fits if fewer answered." if fewer else ""
    yield view.found("mcnemar", ASSUMED if fewer else PROVED, message, at=at, name=shown.name,
                     printed=printed.text, expected=between(*limits))  # fmt: skip


def _limits(before: Figure, after: Figure, n: int, role: str) -> _Limits | None:
    """The least and the most that p (or chi-squared) can be; None where the margins cannot."""
    ranges = [_counts(figure, n) for figure in (before, after)]
    pairs = [
        (first, last)
        for first in range(ranges[0][0], ranges[0][1] + 1)
        for last in range(ranges[1][0], ranges[1][1] + 1)
    ]
    if not pairs:
        return None
    function = mcnemar_p if role == "p" else mcnemar_statistic
    found = [function(first, last, n) for first, last in pairs]
    return min(low for low, _ in found), max(high for _, high in found)


def _counts(figure: Figure, n: int) -> tuple[int, int]:
    if figure.exact:
        return max(int(figure.value), 0), min(int(figure.value), n)
    low, high = counts_range(figure.value, figure.decimals, n, unit=_UNIT)
    return max(low, 0), min(high, n)


@lru_cache(maxsize=50_000)
def mcnemar_p(before: int, after: int, n: int) -> _Limits:
    """The range of McNemar's p where `before` and `after` of `n` said yes.

    Exact, mid-p, and of chi-squared with and without correction; the least also of one side.

    Examples
    --------
    >>> [round(p, 4) for p in mcnemar_p(10, 20, 20)]
    [0.0005, 0.0044]
    """
    from scipy.special import bdtr

    net = after - before
    least, most = abs(net), min(before + after, 2 * n - before - after)
    found = []
    for changed in (least, most):
        if not changed:
            found.append(1.0)
            continue
        fewer = (changed - abs(net)) / 2
        exact = min(1.0, 2 * float(bdtr(fewer, int(changed), 0.5)))
        own = float(bdtr(fewer, int(changed), 0.5) - bdtr(fewer - 1, int(changed), 0.5))
        middle = exact - (own if fewer else 0.5**changed)
        plain = erfc(abs(net) / sqrt(2 * changed))
        corrected = erfc(max(abs(net) - 1, 0) / sqrt(2 * changed))
        found += [exact, exact / 2, max(middle, 0.0) / 2, plain, plain / 2, corrected]
    return min(found), max(found)


def mcnemar_statistic(before: int, after: int, n: int) -> _Limits:
    """The range of McNemar's chi-squared, or of its root, where so many of `n` said yes."""
    net = abs(after - before)
    most = min(before + after, 2 * n - before - after)
    if not net:
        return 0.0, 1.0
    low = max(net - 1, 0) ** 2 / most
    return min(low, sqrt(low)), max(float(net), sqrt(net))
