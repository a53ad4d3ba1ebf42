"""Totals of rows and columns against the sum of what stands over or beside them.

A total may be that of a section, of everything, or of earlier totals; only one that is none of
these is called wrong. Cells that are suppressed or left blank may hold anything from nought.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from qualkit.survey.audit._causes import likeliest, overlapping
from qualkit.survey.audit._finding import CAUTION, PROVED, Finding
from qualkit.survey.audit._view import Figure, Series, View
from qualkit.survey.printed import Printed

_ADDED = ("count", "score", "total", "percent")
_EMPTY = Decimal(0)
_ENDLESS = Decimal("Infinity")
_HUNDRED = Decimal(100)
_ROUNDED_TO = 5  # counts that are all multiples of it were rounded, to keep people unknown


@dataclass(frozen=True, slots=True)
class _Sum:
    """What parts add up to: between which ends, and as printed."""

    low: Decimal
    high: Decimal
    printed: Decimal
    parts: tuple[tuple[str, Figure], ...]


def check(view: View) -> Iterator[Finding]:
    """Findings on the totals of columns, then on those of rows."""
    columns = [one for one in view.series if one.role in _ADDED]
    for place, at in enumerate(view.totals):
        found = [one for series in columns if (one := _down(view, series, place)) is not None]
        yield from _mostly(view, found, len(columns), at=at)
    yield from _across(view)


def _mostly(
    view: View, found: list[Finding], of: int, *, at: int | None = None, name: str = ""
) -> Iterator[Finding]:
    """What was found, or one caution where the totals plainly count something else."""
    if len(found) > 2 and len(found) * 2 > of:
        told = f"{len(found)} of {of} totals are not the sum of their parts"
        message = f"{told}; they seem to count something else as well."
        yield view.found("sum", CAUTION, message, at=at, name=name)
    else:
        yield from found


def _down(view: View, series: Series, place: int) -> Finding | None:
    at = view.totals[place]
    total = series.figures[at]
    if total is None or total.bound or _is_overall(view, series, total):
        return None
    ways = [_sum_of(view, series, lines) for lines in _ways(view, place)]
    ways = [one for one in ways if one.parts]
    if not ways or any(_meets(total, one) for one in ways):
        return None
    return _wrong_sum(view, at, series.name, total, ways[0])


def _ways(view: View, place: int) -> Iterator[list[int]]:
    """The lines that a total may add: all above, those since the last total, totals; or below."""
    at = view.totals[place]
    earlier = view.totals[place - 1] if place else -1
    above = [line for line in view.lines if line < at]
    yield above or [line for line in view.lines if line > at]
    yield [line for line in above if line > earlier]
    yield view.totals[:place]
    if not [line for line in above if line > earlier]:
        later = view.totals[place + 1] if place + 1 < len(view.totals) else len(view.table.items)
        yield [line for line in view.lines if at < line < later]


def _sum_of(view: View, series: Series, lines: Iterable[int]) -> _Sum:
    parts = [(view.table.items[at].label, series.figures[at], series.cells[at]) for at in lines]
    return _add([part for part in parts if not _is_within(part[0])])


def _is_within(label: str) -> bool:
    """Whether a line tells a part of the line over it, which is counted there already."""
    return label.casefold().startswith(("of which", "of whom", "including", "- of which"))


def _add(parts: Sequence[tuple[str, Figure | None, Printed]]) -> _Sum:
    low = high = printed = _EMPTY
    told = []
    for label, figure, cell in parts:
        if figure is not None:
            low, high = low + figure.low, high + figure.high
            printed += figure.value
            told.append((label, figure))
        elif cell.kind in {"suppressed", "dash", "text"} or (cell.kind == "blank" and told):
            high = _ENDLESS
    return _Sum(low, high, printed, tuple(told))


def _meets(total: Figure, parts: _Sum) -> bool:
    slack = _slack([total, *(figure for _, figure in parts.parts)])
    return total.meets(parts.low - slack, parts.high + slack)


def _slack(figures: Sequence[Figure]) -> Decimal:
    """What rounding of counts to 5 or 10 may take or add: where all are multiples of it."""
    counts = [figure for figure in figures if figure.exact and figure.value]
    if len(counts) < 4 or any(figure.value % _ROUNDED_TO for figure in counts):
        return _EMPTY
    step = 10 if all(not figure.value % 10 for figure in counts) else _ROUNDED_TO
    return Decimal(step) / 2 * len(counts)


def _is_overall(view: View, series: Series, total: Figure) -> bool:
    """Whether a total line of percentages is that of everybody, not the sum of its parts."""
    if series.role != "percent":
        return False
    parts = [figures[0] for _, _, figures in view.items(series)]
    if total.meets(_HUNDRED, _HUNDRED):
        return bool(parts) and all(part.meets(_HUNDRED, _HUNDRED) for part in parts)
    return len(parts) > 1 and total.meets(
        min(part.low for part in parts), max(part.high for part in parts)
    )


def _wrong_sum(view: View, at: int, name: str, total: Figure, parts: _Sum) -> Finding:
    expected = _told(parts)
    cause = _part_at_fault(total, parts)
    message = f"The total is printed as {total.text}; its {len(parts.parts)} parts add up to "
    message += f"{expected}.{cause}"
    return view.found("sum", PROVED, message, at=at, name=name, printed=total.text,
                      expected=expected)  # fmt: skip


def _told(parts: _Sum) -> str:
    if parts.high == _ENDLESS:
        return f"{parts.low} or more"
    if any(figure.bound for _, figure in parts.parts):
        return f"{parts.low} to {parts.high}"
    return f"{'' if parts.low == parts.high else 'about '}{parts.printed}"


def _part_at_fault(total: Figure, parts: _Sum) -> str:
    """The single slip that would make the sum right, in the total or in one part."""
    cause = likeliest(total, overlapping(parts.low, parts.high), digits=False)
    if cause:
        return cause
    for label, part in parts.parts if parts.high < _ENDLESS else ():
        if cause := likeliest(part, _makes(total, parts, part), digits=False):
            return f"{cause[:-1]} in {label!r}."
    return ""


def _makes(total: Figure, parts: _Sum, part: Figure) -> Callable[[Decimal, Decimal], bool]:
    """Whether the sum is right with another figure in the place of this part."""
    low, high = parts.low - part.low, parts.high - part.high
    return lambda least, most: total.meets(low + least, high + most)


# Totals of rows ----------------------------------------------------------------------------


def _across(view: View) -> Iterator[Finding]:
    for total in view.of("total"):
        parts = _beside(view, total)
        if len(parts) < 2:
            continue
        lines = [*view.lines, *view.totals]
        found = [one for at in lines if (one := _row(view, total, parts, at)) is not None]
        yield from _mostly(view, found, len(lines), name=total.name)


def _beside(view: View, total: Series) -> list[Series]:
    """The columns that a total column may add: of its own wave, or of all."""
    for role in ("count", "score", "percent"):
        same = view.of(role, total.wave)
        if len(same) > 1:
            return same
        if not total.wave and len(view.of(role)) > 1:
            return view.of(role)
    return []


def _row(view: View, total: Series, columns: Sequence[Series], at: int) -> Finding | None:
    figure = total.figures[at]
    if figure is None or figure.bound:
        return None
    parts = _add([(one.label, one.figures[at], one.cells[at]) for one in columns])
    if not parts.parts or _meets(figure, parts) or _is_weighed(figure, columns, at):
        return None
    return _wrong_sum(view, at, total.name, figure, parts)


def _is_weighed(total: Figure, columns: Sequence[Series], at: int) -> bool:
    """Whether a total adds scores: each column's heading times its count."""
    weights = [score_of(column.label) for column in columns]
    counts = [column.figures[at] for column in columns]
    if any(weight is None for weight in weights) or any(count is None for count in counts):
        return False
    pairs = zip(weights, counts, strict=True)
    return total.value == sum(w * c.value for w, c in pairs if w is not None and c is not None)


def score_of(label: str) -> int | None:
    """The score that a column's heading names: "0", "Score 2", "3 Gold standard"."""
    words = label.casefold().replace(":", " ").replace("-", " ").split()
    numbers = [word for word in words if word.isdigit()]
    if len(numbers) != 1 or not (words[0].isdigit() or words[-1].isdigit()):
        return None
    return int(numbers[0])
