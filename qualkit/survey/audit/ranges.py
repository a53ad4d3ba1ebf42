"""Figures out of bounds: per cents over 100, means off the scale, counts over the base."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from qualkit.survey.audit._causes import likeliest, overlapping
from qualkit.survey.audit._finding import ASSUMED, CAUTION, CONTRADICTION, PROVED, Finding
from qualkit.survey.audit._view import Series, View

_EMPTY, _HUNDRED, _ONE = Decimal(0), Decimal(100), Decimal(1)
_CHECK = {"count": "count", "n": "base"}
_NEVER_BELOW = frozenset({"count", "percent", "se", "sd", "n", "p", "df"})


def check(view: View) -> Iterator[Finding]:
    """Findings on single figures."""
    for series in view.series:
        low, high = _limits(view, series)
        for at, _, (figure,) in view.items(series):
            if figure.high < low or figure.low > high:
                yield _outside(view, series, at, (low, high))
        if series.role in {"count", "n"}:
            yield from _over_base(view, series)
        yield from _base_line(view, series)


def _limits(view: View, series: Series) -> tuple[Decimal, Decimal]:
    endless = Decimal("Infinity")
    scale = view.table.scale
    if series.role in {"percent", "p"}:
        return _EMPTY, _HUNDRED if series.role == "percent" else _ONE
    if series.role in {"mean", "score"} and scale is not None:
        low = -endless if scale.low is None else scale.low
        return low, endless if scale.high is None else scale.high
    if series.role in {"rank", "change-rank"}:
        return _ONE, Decimal(len(view.table.items))
    if series.role == "total" and scale is not None:
        low = _EMPTY if scale.low is not None and scale.low >= 0 else -endless
        base = view.table.base_of(series.wave)
        alone = not view.of("count", series.wave) and not view.of("score", series.wave)
        if base and scale.high is not None and alone and view.table.design == "group-consensus":
            return low, scale.high * base
        return low, endless
    return (_EMPTY if series.role in _NEVER_BELOW else -endless), endless


def _outside(view: View, series: Series, at: int, ends: tuple[Decimal, Decimal]) -> Finding:
    figure = series.figures[at]
    if figure is None:
        raise ValueError(at)
    low, high = ends
    if high.is_infinite():
        allowed = f"{low} or more"
    else:
        allowed = f"{high} or less" if low.is_infinite() else f"{low} to {high}"
    cause = likeliest(figure, lambda least, most: low <= least and most <= high, digits=False)
    message = f"{series.name} is printed as {figure.text}; it can be {allowed}.{cause}"
    return view.found("range", PROVED, message, at=at, name=series.name, printed=figure.text,
                      expected=allowed)  # fmt: skip


def _base_line(view: View, series: Series) -> Iterator[Finding]:
    """A line of bases against what is printed as the base of the whole table."""
    base = view.table.base_of(series.wave)
    matched = view.table.design == "paired" and len(set(view.table.base.values())) < 2
    for item, figure in zip(view.table.items, series.figures, strict=True):
        if item.role != "n" or figure is None or figure.bound:
            continue
        least = figure.value < 0
        if least or (base is not None and figure.value > base and not matched):
            message = f"The number of answers is printed as {figure.text}, "
            message += "less than none." if least else f"and the base of the table as {base}."
            yield Finding(view.table.id, item.label, series.name, "base",
                          PROVED if least else CONTRADICTION, figure.text,
                          "0 or more" if least else f"{base} or less", message)  # fmt: skip


def _over_base(view: View, series: Series) -> Iterator[Finding]:
    base = series.base or view.table.base_of(series.wave)
    if base is None:
        return
    shown = list(view.items(series))
    over = [line for line in shown if line[2][0].low > base]
    if len(over) > 1 and len(over) * 2 > len(shown):
        yield _other_units(view, series, base, len(over))
        return
    for at, _, (figure,) in shown:
        n, sure = view.answers(at, series.wave) if series.role == "count" else (base, False)
        most = n if sure and n is not None else base
        if figure.low > most:
            message = f"{figure.text} is more than the base of {most}."
            message += likeliest(figure, overlapping(0, most), digits=False)
            yield view.found(_CHECK[series.role], CONTRADICTION, message, at=at, name=series.name,
                             printed=figure.text, expected=f"{most} or less")  # fmt: skip
    yield from _total_over(view, series, base)


def _other_units(view: View, series: Series, base: int, over: int) -> Finding:
    """Counts that mostly exceed the base are of something else, such as pupils of schools."""
    message = f"{over} figures are more than the base of {base}: it is of another unit, or the "
    message += "figures are of another base."
    grade = CAUTION if series.role == "count" or view.table.design == "paired" else CONTRADICTION
    return view.found(_CHECK[series.role], grade, message, name=series.name, printed=str(base))


def _total_over(view: View, series: Series, base: int) -> Iterator[Finding]:
    """A total of people above the base: wrong unless people could be counted twice."""
    shared = view.of("percent") or len(view.of("count")) > 1  # then shares tell who is counted
    if series.role != "count" or shared or len(view.totals) != 1:
        return
    at = view.totals[0]
    figure = series.figures[at]
    if figure is not None and figure.low > base:
        message = f"The total of {figure.text} is more than the base of {base}, which is "
        message += "impossible if nobody is counted twice."
        yield view.found("base", ASSUMED, message, at=at, name=series.name,
                         printed=figure.text, expected=f"{base} or less")  # fmt: skip
