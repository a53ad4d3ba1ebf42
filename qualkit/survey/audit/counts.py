"""Counts beside percentages of the same wave: each percentage is its count over one base."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from qualkit.survey.audit._causes import likeliest, overlapping
from qualkit.survey.audit._finding import ASSUMED, PROVED, Finding
from qualkit.survey.audit._view import Figure, Series, View

_Line = tuple[int, Figure, Figure]
_UNIT = Decimal(100)


def check(view: View) -> Iterator[Finding]:
    """Findings where one column of counts and one of percentages share a wave."""
    for wave in dict.fromkeys(one.wave for one in view.of("percent")):
        count, percent = view.one("count", wave), view.one("percent", wave)
        if count is None or percent is None or view.table.weighted:
            continue
        lines = [
            (at, figures[0], figures[1]) for at, _, figures in view.items(count, percent)
            if figures[0].exact and not figures[1].bound
        ]  # fmt: skip
        yield from _of_wave(view, count, percent, lines)


def _of_wave(
    view: View, count: Series, percent: Series, lines: Sequence[_Line]
) -> Iterator[Finding]:  # fmt: skip
    sure = [(line, n) for line in lines if (n := _own(view, line[0], count)) is not None]
    for line, n in sure:
        if not _is(line, n):
            yield _wrong(view, percent, line, n, grade_sure=True)
    rest = [line for line in lines if all(line is not one for one, _ in sure)]
    bases = _candidates(view, count, rest)
    if not bases or not rest:
        return
    best = max(bases, key=lambda n: sum(_is(line, n) for line in rest))
    wrong = [line for line in rest if not _is(line, best)]
    if len(wrong) * 2 > len(rest) and len(rest) > 2:
        return  # shares of something else, such as of each row
    for line in wrong:
        yield _wrong(view, percent, line, best, grade_sure=len(rest) - len(wrong) > 1)


def _own(view: View, at: int, count: Series) -> int | None:
    n, sure = view.answers(at, count.wave)
    return n if sure else None


def _candidates(view: View, count: Series, lines: Sequence[_Line]) -> list[int]:
    """What the counts may be shares of: the base, a printed total, their own sum."""
    totals = [figure.value for at in view.totals if (figure := count.figures[at]) is not None]
    together = sum(k.value for _, k, _ in lines)
    wanted = [view.table.base_of(count.wave), count.base, *totals, together]
    return list(dict.fromkeys(int(n) for n in wanted if n is not None and n >= 1))


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
