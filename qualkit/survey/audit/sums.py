"""Totals of rows and columns against the sum of what stands over or beside them.

A total may be that of a section, of everything, or of earlier totals; only one that is none of
these is called wrong. Cells that are suppressed or left blank may hold anything from nought.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from qualkit.survey.audit._causes import likeliest, overlapping
from qualkit.survey.audit._finding import ASSUMED, CAUTION, PROVED, Finding
from qualkit.survey.audit._view import Figure, Series, View
from qualkit.survey.audit.distributions import score_of
from qualkit.survey.printed import Printed

_ADDED = ("count", "score", "total", "percent")
_EMPTY = Decimal(0)
_ENDLESS = Decimal("Infinity")
_HUNDRED = Decimal(100)
_ROUNDED_TO = 5  # counts that are all multiples of it were rounded, to keep people unknown
_MANY = 5  # counts; of fewer, all may be multiples by accident


@dataclass(frozen=True, slots=True)
class _Sum:
    """What parts add up to: between which ends, and as printed."""

    low: Decimal
    high: Decimal
    printed: Decimal
    parts: tuple[tuple[str, Figure], ...]
    absent: bool = False  # a part is printed as "n/a"


_Checked = tuple[Finding | None, bool]  # what is wrong, and whether an "n/a" may be the cause


def check(view: View) -> Iterator[Finding]:
    """Findings on the totals of columns, then on those of rows."""
    columns = [one for one in view.series if one.role in _ADDED]
    for place, at in enumerate(view.totals):
        checked = [one for series in columns if (one := _down(view, series, place)) is not None]
        yield from _mostly(view, checked, len(columns), at=at)
    yield from _across(view)
    if len(view.totals) == 1:
        yield from _people(view, view.totals[0])


def _mostly(
    view: View, checked: list[_Checked], of: int, *, at: int | None = None, name: str = ""
) -> Iterator[Finding]:
    """What was found, or one caution where the totals plainly count something else."""
    right = [one is None for one, absent in checked if absent]
    vouched = sum(right) * 2 > len(right)  # that "n/a" is nought
    found = [
        replace(one, grade=ASSUMED, message=f"{one.message} It fits if 'n/a' hides a number.")
        if absent and not vouched else one
        for one, absent in checked if one is not None
    ]  # fmt: skip
    if len(found) > 2 and len(found) * 2 > of:
        told = f"{len(found)} of {of} totals are not the sum of their parts"
        message = f"{told}; they seem to count something else as well."
        yield view.found("sum", CAUTION, message, at=at, name=name)
    else:
        yield from found


def _down(view: View, series: Series, place: int) -> _Checked | None:
    at = view.totals[place]
    total = series.figures[at]
    if total is None or total.bound or _is_overall(view, series, total):
        return None
    ways = [_sum_of(view, series, lines) for lines in _ways(view, place)]
    ways = [one for one in ways if one.parts or one.high or one.absent]
    fits = [one for one in ways if _meets(view, total, one)]
    if not ways or fits:
        return (None, any(_is_nought(one) for one in fits)) if fits else None
    shown = [one for one in ways if one.parts]
    if not shown:
        return None
    nearest = min(shown, key=lambda one: abs(one.printed - total.value))
    found, _ = _wrong_sum(view, at, series.name, total, nearest)
    return found, any(one.absent and total.low > one.high for one in ways)


def _is_nought(parts: _Sum) -> bool:
    """Whether a sum that fits tells that "n/a" stands for none."""
    return parts.absent and parts.high < _ENDLESS


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
    absent = any(cell.kind == "not-applicable" for _, _, cell in parts)
    for label, figure, cell in parts:
        if figure is not None:
            low, high = low + figure.low, high + figure.high
            printed += figure.value
            told.append((label, figure))
        elif cell.kind in {"suppressed", "dash", "text"} or (cell.kind == "blank" and told):
            high = _ENDLESS
    return _Sum(low, high, printed, tuple(told), absent)


def _meets(view: View, total: Figure, parts: _Sum) -> bool:
    slack = _step(view) / 2 * (len(parts.parts) + 1) if total.exact else _EMPTY
    return total.meets(parts.low - slack, parts.high + slack)


def _step(view: View) -> Decimal:
    """What all counts of the table were rounded to, 5 or 10; nought where they were not."""
    columns = [one for one in view.series if one.role in {"count", "total"}]
    counts = [
        figure.value for one in columns for figure in one.figures
        if figure is not None and figure.exact and figure.value
    ]  # fmt: skip
    if len(counts) < _MANY or any(count % _ROUNDED_TO for count in counts):
        return _EMPTY
    return Decimal(_ROUNDED_TO if any(count % (2 * _ROUNDED_TO) for count in counts) else 10)


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


def _wrong_sum(view: View, at: int, name: str, total: Figure, parts: _Sum) -> _Checked:
    expected = _told(parts)
    cause = _part_at_fault(total, parts)
    message = f"The total is printed as {total.text}; its {len(parts.parts)} parts add up to "
    message += f"{expected}.{cause}"
    found = view.found("sum", PROVED, message, at=at, name=name, printed=total.text,
                       expected=expected)  # fmt: skip
    return found, parts.absent and total.low > parts.high


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
    causes = [
        f"{cause[:-1]} in {label!r}."
        for label, part in (parts.parts if parts.high < _ENDLESS else ())
        if (cause := likeliest(part, _makes(total, parts, part), digits=False))
    ]
    return causes[0] if len(causes) == 1 else ""


def _makes(total: Figure, parts: _Sum, part: Figure) -> Callable[[Decimal, Decimal], bool]:
    """Whether the sum is right with another figure in the place of this part."""
    low, high = parts.low - part.low, parts.high - part.high
    return lambda least, most: most >= 0 and total.meets(low + least, high + most)


def _people(view: View, at: int) -> Iterator[Finding]:
    """A total of numbers of answers: between the largest and all together, if groups overlap."""
    lines = [line for line in view.lines if line < at]
    for series in view.of("n"):
        total, parts = series.figures[at], _sum_of(view, series, lines)
        most = max((part.value for _, part in parts.parts), default=_EMPTY)
        if total is None or total.bound or len(parts.parts) < 2:
            continue
        if total.value > parts.high or total.value < most:
            message = f"{total.text} people in all cannot be of groups of {most} at most that are "
            message += f"{parts.high} together."
            yield view.found("sum", PROVED, message, at=at, name=series.name, printed=total.text,
                             expected=f"{most} to {parts.high}")  # fmt: skip


# Totals of rows ----------------------------------------------------------------------------


def _across(view: View) -> Iterator[Finding]:
    for total in view.of("total"):
        parts = _beside(view, total)
        if len(parts) < 2:
            continue
        lines = [*view.lines, *view.totals]
        checked = [one for at in lines if (one := _row(view, total, parts, at)) is not None]
        yield from _mostly(view, checked, len(lines), name=total.name)


def _beside(view: View, total: Series) -> list[Series]:
    """The columns that a total column may add: of its own wave, or of all."""
    for role in ("count", "score", "percent"):
        same = view.of(role, total.wave)
        if len(same) > 1:
            return same
        if not total.wave and len(view.of(role)) > 1:
            return view.of(role)
    return []


def _row(view: View, total: Series, columns: Sequence[Series], at: int) -> _Checked | None:
    figure = total.figures[at]
    if figure is None or figure.bound:
        return None
    parts = _add([(one.label, one.figures[at], one.cells[at]) for one in columns])
    if not parts.parts:
        return None
    if _meets(view, figure, parts) or _is_weighed(figure, columns, at):
        return None, _is_nought(parts)
    return _wrong_sum(view, at, total.name, figure, parts)


def _is_weighed(total: Figure, columns: Sequence[Series], at: int) -> bool:
    """Whether a total adds scores: each column's heading times its count."""
    weights = [score_of(column.label) for column in columns]
    counts = [column.figures[at] for column in columns]
    if any(weight is None for weight in weights) or any(count is None for count in counts):
        return False
    pairs = zip(weights, counts, strict=True)
    return total.value == sum(w * c.value for w, c in pairs if w is not None and c is not None)
