"""Figures out of bounds: per cents over 100, means off the scale, counts over the base."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from qualkit.survey.audit._causes import likeliest, overlapping
from qualkit.survey.audit._finding import ASSUMED, CONTRADICTION, PROVED, Finding
from qualkit.survey.audit._view import Series, View

_EMPTY, _HUNDRED, _ONE = Decimal(0), Decimal(100), Decimal(1)
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
    if series.role == "total" and view.table.design == "group-consensus":
        base = view.table.base_of(series.wave)
        known = base and scale is not None and scale.high is not None
        if known and not view.of("count", series.wave) and not view.of("score", series.wave):
            top = scale.high if scale and scale.high is not None else endless
            return -endless, top * (base or 1)
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


def _over_base(view: View, series: Series) -> Iterator[Finding]:
    base = series.base or view.table.base_of(series.wave)
    if base is None:
        return
    check_name = "count" if series.role == "count" else "base"
    for at, _, (figure,) in view.items(series):
        n, sure = view.answers(at, series.wave) if series.role == "count" else (base, False)
        most = n if sure and n is not None else base
        if figure.low > most:
            message = f"{figure.text} is more than the base of {most}."
            message += likeliest(figure, overlapping(0, most), digits=False)
            yield view.found(check_name, CONTRADICTION, message, at=at, name=series.name,
                             printed=figure.text, expected=f"{most} or less")  # fmt: skip
    yield from _total_over(view, series, base)


def _total_over(view: View, series: Series, base: int) -> Iterator[Finding]:
    """A total of people above the base: wrong unless people could be counted twice."""
    if series.role != "count" or len(view.of("count")) > 1 or len(view.totals) != 1:
        return
    at = view.totals[0]
    figure = series.figures[at]
    if figure is not None and figure.low > base:
        message = f"The total of {figure.text} is more than the base of {base}, which is "
        message += "impossible if nobody is counted twice."
        yield view.found("base", ASSUMED, message, at=at, name=series.name,
                         printed=figure.text, expected=f"{base} or less")  # fmt: skip
