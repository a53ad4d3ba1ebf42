"""Changes against the waves that they are the difference of, as far as rounding lets one tell.

A table may print changes the other way round, without signs, or as per cent of the first wave.
Which it does is told by what most of its items fit; only the rest is called wrong.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from qualkit.survey.audit._causes import likeliest, overlapping
from qualkit.survey.audit._finding import CAUTION, PROVED, Finding
from qualkit.survey.audit._view import Figure, Series, View

_Row = tuple[int, Figure, Figure, Figure]  # where, the two waves, the printed change
_ROLES = ("total", "score", "count", "percent", "mean")
_WAYS = ("difference", "turned", "unsigned", "relative")
_TOLD = {
    "turned": "the first wave less the last",
    "unsigned": "without their signs",
    "relative": "as per cent of the first wave",
}


@dataclass(frozen=True, slots=True)
class _Way:
    """One reading of a column of changes: of which figures, and how they are subtracted."""

    role: str
    way: str
    rows: tuple[_Row, ...]
    wrong: tuple[int, ...]


def check(view: View) -> Iterator[Finding]:
    """Findings on each column of changes."""
    for change in view.of("change"):
        ways = [
            _read(view, change, role, way)
            for role in _ROLES if view.pair(role)
            for way in _WAYS
        ]  # fmt: skip
        ways = [one for one in ways if one.rows]
        if ways:
            yield from _judge(view, change, ways)


def _judge(view: View, change: Series, ways: list[_Way]) -> Iterator[Finding]:
    best = min(ways, key=lambda one: (len(one.wrong), _WAYS.index(one.way)))
    plain = next(one for one in ways if one.role == best.role and one.way == "difference")
    if best.way != "difference" and not _is_convention(best, plain):
        best = plain
    if best.way != "difference":
        told = f"Changes are printed {_TOLD[best.way]}; read their direction with care."
        yield view.found("change", CAUTION, told, name=change.name)
    for row in best.rows:
        if row[0] in best.wrong:
            yield _wrong(view, change, best, row)


def _is_convention(best: _Way, plain: _Way) -> bool:
    """Whether so many items speak for another reading that it is how the table is made."""
    told_apart = len(plain.wrong) - len(best.wrong)
    return told_apart > 1 and len(best.wrong) * 2 < len(plain.wrong)


def _read(view: View, change: Series, role: str, way: str) -> _Way:
    pair = view.pair(role)
    if pair is None:
        return _Way(role, way, (), ())
    rows = tuple(
        (at, before, after, printed)
        for at, _, (before, after, printed) in view.items(*pair, change, totals=True)
        if not (before.bound or after.bound or printed.bound)
    )
    if way == "unsigned" and any(printed.signed for *_, printed in rows):
        rows = ()
    wrong = tuple(at for at, before, after, printed in rows
                  if not printed.meets(*_possible(before, after, way)))  # fmt: skip
    return _Way(role, way, rows, wrong)


def _possible(before: Figure, after: Figure, way: str) -> tuple[Decimal, Decimal]:
    low, high = after.low - before.high, after.high - before.low
    if way == "turned":
        return -high, -low
    if way == "unsigned":
        size = max(abs(low), abs(high))
        return (Decimal(0) if low <= 0 <= high else min(abs(low), abs(high))), size
    if way == "relative":
        if before.low <= 0:
            return Decimal("-Infinity"), Decimal("Infinity")
        return 100 * (after.low / before.high - 1), 100 * (after.high / before.low - 1)
    return low, high


def _wrong(view: View, change: Series, best: _Way, row: _Row) -> Finding:
    at, before, after, printed = row
    low, high = _possible(before, after, best.way)
    middle = after.value - before.value
    if best.way == "turned":
        middle = -middle
    expected = f"{middle:+}" if best.way in {"difference", "turned"} else between(low, high)
    if best.way == "unsigned":
        expected = str(abs(middle))
    others = _neighbours(view, change, at)
    cause = likeliest(printed, overlapping(low, high), others=others)
    message = f"The change from {before.text} to {after.text} is printed as {printed.text}; "
    message += f"it is {expected}{_margin(low, high, middle)}.{cause}"
    return view.found("change", PROVED, message, at=at, name=change.name,
                      printed=printed.text, expected=expected)  # fmt: skip


def _margin(low: Decimal, high: Decimal, middle: Decimal) -> str:
    if low == high or not low <= middle <= high:
        return ""
    return f" give or take {((high - low) / 2).normalize():f} for rounding"


def between(low: Decimal | float, high: Decimal | float) -> str:
    """Two ends in words, with no more digits than tell them apart."""
    return f"{float(low):.4g} to {float(high):.4g}"


def _neighbours(view: View, series: Series, at: int) -> list[tuple[str, Figure]]:
    near = [place for place in (at - 1, at + 1) if place in view.lines]
    return [
        (repr(view.table.items[place].label), figure)
        for place in near
        if (figure := series.figures[place]) is not None
    ]
