"""What stands beside the distribution that it comes from: how many gave each score.

Counts of each score tell the number of answers, the mean and the standard deviation; percentages
tell the mean between two ends. A standard deviation may be divided by n or by n - 1.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from math import sqrt

from qualkit.survey.audit._causes import likeliest, overlapping
from qualkit.survey.audit._finding import CONTRADICTION, PROVED, Finding
from qualkit.survey.audit._view import Figure, Series, View

_HUNDRED = Decimal(100)
_Ends = tuple[Decimal | float, Decimal | float]


def check(view: View) -> Iterator[Finding]:
    """Findings on means, deviations and numbers of answers beside a distribution."""
    if view.table.weighted:
        return
    for wave in view.waves or ("",):
        counts = scored(view, view.of("count", wave))
        if counts:
            yield from _of_counts(view, wave, counts)
            continue
        percents, mean = scored(view, view.of("percent", wave)), view.one("mean", wave)
        if percents and mean is not None:
            yield from _of_percents(view, mean, percents)


def scored(view: View, columns: Iterable[Series]) -> dict[int, Series]:
    """The columns that tell of each score of the scale, by score; none where one is lacking."""
    found = {score: one for one in columns if (score := score_of(one.label)) is not None}
    if len(found) < 2:
        return {}
    scale, ends = view.table.scale, [min(found), max(found)]
    wanted = [scale.low, scale.high] if scale is not None else [None, None]
    whole = ends[1] - ends[0] == len(found) - 1
    fits = all(want is None or end == want for end, want in zip(ends, wanted, strict=True))
    return found if whole and fits else {}


def score_of(label: str) -> int | None:
    """The score that a column's heading names: "0", "Score 2", "3 Gold standard"."""
    words = label.casefold().replace(":", " ").replace("-", " ").split()
    numbers = [word for word in words if word.isdigit()]
    if len(numbers) != 1 or not (words[0].isdigit() or words[-1].isdigit()):
        return None
    return int(numbers[0])


def _of_counts(view: View, wave: str, counts: dict[int, Series]) -> Iterator[Finding]:
    found, rows = [], 0
    for at, _, figures in view.items(*counts.values()):
        numbers = [one.value for one in figures]
        n = sum(numbers, Decimal(0))
        if min(numbers) < 0 or not n or not all(one.exact for one in figures):
            continue
        rows += 1
        yield from _answers(view, wave, at, next(iter(counts.values())), n)
        found += list(_moments(view, wave, at, (tuple(counts), numbers)))
    if len(found) < 3 or len(found) * 2 <= rows:  # else what is counted is no score
        yield from found


def _answers(view: View, wave: str, at: int, first: Series, n: Decimal) -> Iterator[Finding]:
    base, sure = view.base_for(first, at)
    if base is not None and n > base:
        message = f"The counts of each score add up to {n} answers, more than the {base} there are."
        name, grade = f"n@{wave}" if wave else "n", PROVED if sure else CONTRADICTION
        yield view.found("count", grade, message, at=at, name=name, printed=str(base),
                         expected=str(n))  # fmt: skip


def _moments(
    view: View, wave: str, at: int, told: tuple[Sequence[int], Sequence[Decimal]]
) -> Iterator[Finding]:  # fmt: skip
    """The mean and the deviation that the counts of each score give."""
    scores, numbers = told
    n = sum(numbers, Decimal(0))
    mean = sum((s * k for s, k in zip(scores, numbers, strict=True)), Decimal(0)) / n
    squares = sum(float(k) * float(s - mean) ** 2 for s, k in zip(scores, numbers, strict=True))
    spread = (sqrt(squares / float(n)), sqrt(squares / float(n - 1)) if n > 1 else 0.0)
    ends: dict[str, _Ends] = {"mean": (mean, mean), "sd": (min(spread), max(spread))}
    for role, limits in ends.items():
        series = view.one(role, wave)
        figure = series.figures[at] if series is not None else None
        if series is not None and figure is not None and not figure.bound:
            yield from _held(view, series, at, figure, limits)


def _held(
    view: View, series: Series, at: int, figure: Figure, limits: _Ends
) -> Iterator[Finding]:  # fmt: skip
    fits = overlapping(*limits)
    if fits(figure.low, figure.high):
        return
    low, high = (f"{float(end):.{figure.decimals}f}" for end in limits)
    expected = low if low == high else f"{low} to {high}"
    message = f"The distribution that is printed gives a {series.role} of {expected}; printed is "
    message += f"{figure.text}.{likeliest(figure, fits)}"
    yield view.found("mean" if series.role == "mean" else "sd", PROVED, message, at=at,
                     name=series.name, printed=figure.text, expected=expected)  # fmt: skip


def _of_percents(view: View, mean: Series, percents: dict[int, Series]) -> Iterator[Finding]:
    found, rows = [], 0
    for at, _, (printed, *shares) in view.items(mean, *percents.values()):
        low, high = sum(one.low for one in shares), sum(one.high for one in shares)
        if printed.bound or any(one.bound or one.value < 0 for one in shares):
            continue
        if not low <= _HUNDRED <= high:
            continue
        rows += 1
        found += list(_held(view, mean, at, printed, _mean_ends(tuple(percents), shares)))
    if len(found) < 3 or len(found) * 2 <= rows:
        yield from found


def _mean_ends(scores: Sequence[int], shares: Sequence[Figure]) -> _Ends:
    """The least and the most mean, with what rounding leaves given to one end of the scale."""
    ends = []
    for turned in (False, True):
        left = _HUNDRED - sum(max(one.low, Decimal(0)) for one in shares)
        total = Decimal(0)
        for score, share in sorted(zip(scores, shares, strict=True), reverse=turned,
                                   key=lambda pair: pair[0]):  # fmt: skip
            least = max(share.low, Decimal(0))
            more = max(Decimal(0), min(left, share.high - least))
            left -= more
            total += score * (least + more)
        ends.append(total / _HUNDRED)
    return ends[0], ends[1]
