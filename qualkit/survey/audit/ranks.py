"""Ranks: each is one more than the number of items above it, and ties share the smaller.

A table may rank the other way round, or give ties their average or the next number: that is a
convention, told as a caution. Ranks of rounded figures are held only to what rounding leaves.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise

from qualkit.survey.audit import changes, distributions, means
from qualkit.survey.audit._finding import CAUTION, PROVED, Finding
from qualkit.survey.audit._view import Figure, Series, View

_BASES = ("total", "score", "count", "mean", "percent")
_DOUBTS = (means.check, distributions.check, changes.check)
_Ends = tuple[int, int]  # the smallest and the largest rank that a figure may have
_Bounds = Callable[[Sequence[Figure]], list[_Ends]]
_MANY = 60  # items; of more, no single one is looked for that would make all right


@dataclass(frozen=True, slots=True)
class _Ranked:
    """A column of ranks with the figures that it ranks."""

    ranks: Series
    by: Series
    places: tuple[int, ...]
    given: tuple[Decimal, ...]
    figures: tuple[Figure, ...]
    unknown: int  # items whose figure or rank is not printed, and which may stand above any other

    def limits(self, bounds: _Bounds) -> list[_Ends]:
        """The ranks that each may have, by its figure."""
        return [(low, high + self.unknown) for low, high in bounds(self.figures)]

    def wrong(self, bounds: _Bounds) -> list[int]:
        """Which of them no ranking of this kind gives."""
        return [
            at for at, (low, high) in enumerate(self.limits(bounds))
            if not low <= self.given[at] <= high
        ]  # fmt: skip


def check(view: View) -> Iterator[Finding]:
    """Findings on each column of ranks."""
    for ranks in view.of("rank"):
        bases = [by for role in _BASES for by in view.of(role, ranks.wave)]
        bases = [by for by in bases if by.role != "mean" or not _by_total(view, by)]
        found = [_ranked(view, ranks, by) for by in bases]
        yield from _best(view, [one for one in found if one])
    for ranks in view.of("change-rank"):
        bases = [*view.of("change"), *_counted(view)]
        found = [_ranked(view, ranks, by) for by in bases]
        yield from _best(view, [one for one in found if one])


def _by_total(view: View, mean: Series) -> bool:
    """Whether means are totals over one base, so that totals rank the same, and exactly."""
    total, base = view.one("total", mean.wave), view.table.base_of(mean.wave)
    if total is None or base is None:
        return False
    return all(one.meets(sum_.low / base, sum_.high / base)
               for _, _, (one, sum_) in view.items(mean, total))  # fmt: skip


def _counted(view: View) -> Iterator[Series]:
    """The changes as they follow from whole totals, whatever is printed for them."""
    for role in ("total", "score", "count"):
        if pair := view.pair(role):
            first, last = pair
            figures = tuple(
                None if before is None or after is None else _difference(before, after)
                for before, after in zip(first.figures, last.figures, strict=True)
            )
            yield Series("change", "", "change", "change", figures, first.cells)


def _difference(before: Figure, after: Figure) -> Figure:
    value = after.value - before.value
    return Figure(f"{value:+}", value, after.low - before.high, after.high - before.low)


def _ranked(view: View, ranks: Series, by: Series) -> _Ranked | None:
    rows = [(at, rank.value, figure) for at, _, (rank, figure) in view.items(ranks, by)]
    if len(rows) < 2:
        return None
    unknown = sum((ranks.figures[at] is None) != (by.figures[at] is None) for at in view.lines)
    exact = by.role == "change" and _is_exact(view, by)
    figures = tuple(_exactly(figure) if exact else figure for _, _, figure in rows)
    places, given = tuple(at for at, _, _ in rows), tuple(rank for _, rank, _ in rows)
    return _Ranked(ranks, by, places, given, figures, unknown)


def _is_exact(view: View, change: Series) -> bool:
    """Whether changes are differences of whole counts, which nothing rounded."""
    whole = any(view.pair(role) for role in ("total", "score", "count"))
    return whole and all(one is None or not one.decimals for one in change.figures)


def _exactly(figure: Figure) -> Figure:
    return Figure(figure.text, figure.value, figure.value, figure.value)


def _competition(figures: Sequence[Figure]) -> list[_Ends]:
    """One more than those surely above, up to one more than those that may be."""
    lows, highs = sorted(one.low for one in figures), sorted(one.high for one in figures)
    return [
        (1 + len(lows) - bisect_right(lows, one.high),
         1 + len(highs) - bisect_right(highs, one.low) - (not one.exact))
        for one in figures
    ]  # fmt: skip


def _upward(figures: Sequence[Figure]) -> list[_Ends]:
    lows, highs = sorted(one.low for one in figures), sorted(one.high for one in figures)
    return [
        (1 + bisect_left(highs, one.low), 1 + bisect_left(lows, one.high) - (not one.exact))
        for one in figures
    ]


def _dense(figures: Sequence[Figure]) -> list[_Ends]:
    values = sorted({one.value for one in figures})
    places = [len(values) - bisect_left(values, one.value) for one in figures]
    return [(place, place) for place in places]


def _ordinal(figures: Sequence[Figure]) -> list[_Ends]:
    values = sorted(one.value for one in figures)
    return [
        (1 + len(values) - bisect_right(values, one.value),
         len(values) - bisect_left(values, one.value))
        for one in figures
    ]  # fmt: skip


_OTHERS: tuple[tuple[str, _Bounds], ...] = (
    ("lowest first", _upward),
    ("with no number left out after ties", _dense),
    ("with ties told apart or averaged", _ordinal),
)


def _best(view: View, found: list[_Ranked]) -> Iterator[Finding]:
    if not found:
        return
    best = min(found, key=lambda one: len(one.wrong(_competition)))
    wrong = best.wrong(_competition)
    if not wrong:
        return
    others = [one for one in found if one.by.role == best.by.role] or [best]
    for told, bounds in _OTHERS:
        if len(wrong) > 1 and any(not one.wrong(bounds) for one in others):
            message = f"Ranks of {best.by.name} are given {told}; elsewhere they share the smaller."
            yield view.found("rank", CAUTION, message, name=best.ranks.name)
            return
    yield from _blamed(view, best, wrong)


def _blamed(view: View, best: _Ranked, wrong: list[int]) -> Iterator[Finding]:
    """The one item whose figure and rank do not go together, or else every item that is off."""
    doubted = {one.item for check in _DOUBTS for one in check(view)}
    labels = [view.table.items[place].label for place in best.places]
    known = [
        at for at, label in enumerate(labels)
        if label in doubted and len(labels) <= _MANY and _explains(best, at)
    ]  # fmt: skip
    if known:
        wrong = [at for at in wrong if at in known]
    elif len(wrong) > 1 and len(labels) <= _MANY:
        alone = [at for at in range(len(best.given)) if _explains(best, at)]
        wrong = alone if len(alone) == 1 else wrong
        wrong = [at for at in wrong if labels[at] in doubted] or wrong
    limits = best.limits(_competition)
    for at in wrong:
        low, high = limits[at]
        expected = str(low) if low == high else f"{low} to {high}"
        message = f"{best.by.name} is {best.figures[at].text} and the rank {best.given[at]}; "
        message += f"by that figure it is {expected}.{_swapped(view, best, at, wrong, limits)}"
        yield view.found("rank", PROVED, message, at=best.places[at], name=best.ranks.name,
                         printed=str(best.given[at]), expected=expected)  # fmt: skip


def _explains(best: _Ranked, blamed: int) -> bool:
    """Whether another figure for this one item would make every rank right."""
    values = sorted({figure.value for figure in best.figures})
    between = [(low + high) / 2 for low, high in pairwise(values)]
    tried = [values[0] - 1, *values, *between, values[-1] + 1]
    for value in tried:
        figures = list(best.figures)
        figures[blamed] = Figure("", value, value, value)
        if not replace(best, figures=tuple(figures)).wrong(_competition):
            return True
    return False


def _swapped(
    view: View, best: _Ranked, at: int, wrong: list[int], limits: Sequence[_Ends]
) -> str:  # fmt: skip
    low, high = limits[at]
    for other in wrong if len(wrong) <= _MANY else ():
        back, forth = limits[other]
        fits = low <= best.given[other] <= high and back <= best.given[at] <= forth
        if other != at and fits:
            label = view.table.items[best.places[other]].label
            return f" Likeliest cause: exchanged with {label!r}."
    return ""
