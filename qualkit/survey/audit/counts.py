"""Counts beside percentages of the same wave: each percentage is its count over one base."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from qualkit.survey.audit._causes import likeliest, overlapping
from qualkit.survey.audit._finding import ASSUMED, CONTRADICTION, PROVED, Finding
from qualkit.survey.audit._view import Figure, Series, View

_Line = tuple[int, Figure, Figure]
_UNIT = Decimal(100)
_ENOUGH = 3  # percentages that must agree on a base that is not printed
_TRIED = 500  # bases; a pair that allows more tells nothing


def check(view: View) -> Iterator[Finding]:
    """Findings where one column of counts and one of percentages share a wave."""
    for wave in dict.fromkeys(one.wave for one in view.of("percent")):
        count, percent = view.one("count", wave), view.one("percent", wave)
        if count is None or percent is None or view.table.weighted:
            continue
        lines = [
            (at, k, share) for at, _, (k, share) in view.items(count, percent, totals=True)
            if k.exact and not share.bound
        ]  # fmt: skip
        yield from _of_wave(view, count, percent, lines)


def _of_wave(
    view: View, count: Series, percent: Series, lines: Sequence[_Line]
) -> Iterator[Finding]:  # fmt: skip
    sure = [(line, n) for line in lines if (n := _own(view, line[0], count)) is not None]
    for line, n in sure:
        if not _is(line, n):
            yield _wrong(view, percent, line, n, grade_sure=True)
    parts = [line for line in lines if line[0] not in view.totals]  # a total is 100 per cent
    rest = [line for line in parts if all(line is not one for one, _ in sure)]
    if not rest:
        return
    told = _told(view, count, rest)
    best = _best(told, rest) if told else 0
    if not best or _fitting(best, rest) * 2 < len(rest):
        best, told = _best(_inferred(rest), rest), []
    right = _fitting(best, rest) if best else 0
    if (right * 2 < len(rest) and len(rest) > 2) or (not told and right < _ENOUGH):
        return  # shares of something else, such as of each row
    yield from _of_other_base(view, percent, count, rest, best)
    whole = best == (count.base or view.table.base_of(count.wave)) or any(
        (one := percent.figures[at]) is not None and one.meets(_UNIT, _UNIT) for at in view.totals
    )  # else more than one answer may be counted for each person
    for line in rest:
        if not _is(line, best):
            yield _wrong(view, percent, line, best, grade_sure=whole and right > 1)


def _own(view: View, at: int, count: Series) -> int | None:
    n, sure = view.answers(at, count.wave)
    return n if sure else None


def _told(view: View, count: Series, lines: Sequence[_Line]) -> list[int]:
    """What the counts may be shares of: the base, a printed total, their own sum."""
    totals = [figure.value for at in view.totals if (figure := count.figures[at]) is not None]
    together = sum(k.value for _, k, _ in lines)
    wanted = [view.table.base_of(count.wave), count.base, *totals, together]
    return list(dict.fromkeys(int(n) for n in wanted if n is not None and n >= 1))


def _inferred(lines: Sequence[_Line]) -> list[int]:
    """The bases that a count and its percentage allow, where they tell it well enough."""
    found: dict[int, None] = {}
    for _, count, percent in lines:
        if count.value > 0 and percent.low > 0:
            least = int(_UNIT * count.value / percent.high)
            most = int(_UNIT * count.value / percent.low) + 1
            found |= dict.fromkeys(range(max(1, least), most + 1)) if most - least < _TRIED else {}
    return list(found)


def _best(bases: Sequence[int], lines: Sequence[_Line]) -> int:
    return max(bases, key=lambda n: _fitting(n, lines), default=0)


def _fitting(n: int, lines: Sequence[_Line]) -> int:
    return sum(_is(line, n) for line in lines)


def _of_other_base(
    view: View, percent: Series, count: Series, lines: Sequence[_Line], best: int
) -> Iterator[Finding]:
    """The base that counts and percentages tell against the one that is printed.

    Fewer may have answered the question than the table's base, but not than its own line says.
    """
    printed = count.base or view.table.base_of(count.wave)
    off = sum(not _is(line, printed) for line in lines) if printed else 0
    if printed is None or off < 2 or (best < printed and not count.base):
        return
    message = f"The percentages are the counts over {best}; of the printed base of {printed}, "
    message += f"{off} of {len(lines)} would be others."
    yield view.found("base", CONTRADICTION if best > printed else ASSUMED, message,
                     name=percent.name, printed=str(printed), expected=str(best))  # fmt: skip


def _is(line: _Line, n: int) -> bool:
    _, count, percent = line
    share = _UNIT * count.value / n
    return percent.meets(share, share)


def _wrong(view: View, percent: Series, line: _Line, n: int, *, grade_sure: bool) -> Finding:
    at, count, printed = line
    share = _UNIT * count.value / n
    expected = f"{share:.{printed.decimals}f}"
    message = f"{count.text} of {n} is {expected}%; printed is {printed.text}."
    message += likeliest(printed, overlapping(share, share))
    return view.found("count-percent", PROVED if grade_sure else ASSUMED, message, at=at,
                      name=percent.name, printed=printed.text, expected=expected)  # fmt: skip
