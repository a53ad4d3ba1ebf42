"""Means beside totals.

A mean beside a total of scores is that total over the number of answers. An item may have fewer
answers than the base, never more: a mean that no number of answers up to the base gives is
proved wrong, one that only fewer answers give is impossible if everybody answered.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from qualkit.survey.audit._causes import likeliest, overlapping
from qualkit.survey.audit._finding import ASSUMED, PROVED, Finding
from qualkit.survey.audit._view import Figure, Series, View

_TRIED = 5_000
_Rows = Sequence[tuple[int, Figure, Figure]]


def check(view: View) -> Iterator[Finding]:
    """Findings on means, wave by wave."""
    if view.table.weighted:
        return
    for wave in view.waves or ("",):
        mean = view.one("mean", wave)
        if mean is None:
            continue
        total = view.one("total", wave) or view.one("score", wave)
        parts = view.of("count", wave) or view.of("percent", wave)
        if total is not None and not parts:
            yield from _over_base(view, mean, total)


def _over_base(view: View, mean: Series, total: Series) -> Iterator[Finding]:
    rows = [
        (at, figures[0], figures[1]) for at, _, figures in view.items(mean, total)
        if not (figures[0].bound or figures[1].bound)
    ]  # fmt: skip
    lines = [line for line in rows if line[2].value > 0]
    based = [(line, *view.base_for(mean, line[0])) for line in lines]
    if any(n is None for _, n, _ in based):
        yield from _without_base(view, mean, lines)
        return
    common = _common(lines, max((n or 0) for _, n, _ in based))
    for (at, printed, sum_), n, sure in based:
        if n is not None and not _gives(sum_, n, printed):
            yield _wrong_mean(view, mean, (at, printed, sum_), lines, (n, sure, common))


def _gives(total: Figure, n: int, mean: Figure) -> bool:
    return mean.meets(total.low / n, total.high / n)


def _bases(total: Figure, mean: Figure, most: int) -> list[int]:
    """Every number of answers up to `most` that makes this mean of this total."""
    if mean.high <= 0:
        return []
    first = max(1, int(total.low / mean.high))
    last = most if mean.low <= 0 else min(most, int(total.high / mean.low) + 1)
    last = min(last, first + _TRIED)
    return [n for n in range(first, last + 1) if _gives(total, n, mean)]


def _common(lines: _Rows, base: int) -> str:
    """The base near the printed one that most means of this column fit, where it is another."""
    if len(lines) < 3 or base > _TRIED:
        return ""
    tried = range(max(1, base - base // 4), base + base // 4 + 2)
    fits = {n: sum(_gives(total, n, mean) for _, mean, total in lines) for n in tried}
    best = max(fits, key=lambda n: (fits[n], -abs(n - base)))
    if best == base or fits[best] * 2 <= len(lines) or fits[best] < fits[base] + 2:
        return ""
    return f" A base of {best} would fit {fits[best]} of the {len(lines)} means of this wave."


def _wrong_mean(
    view: View, mean: Series, line: tuple[int, Figure, Figure], lines: _Rows,
    base: tuple[int, bool, str],
) -> Finding:  # fmt: skip
    at, printed, total = line
    n, sure, common = base
    right = f"{total.value / n:.{max(2, printed.decimals + 1)}f}"
    fewer = [] if sure else _bases(total, printed, n)
    grade = ASSUMED if fewer else PROVED
    message = f"A total of {total.text} over {n} is {right}; the mean is printed as {printed.text}."
    if fewer:
        message += f" It would fit if only {listed(fewer)} answered."
    else:
        more = [k for k in _bases(total, printed, 2 * n + 10) if k > n]
        message += f" It would take {listed(more)} answers, more than there are." if more else ""
        message += _twin(view, line, lines)
        message += common or likeliest(printed, overlapping(total.low / n, total.high / n))
    return view.found("mean", grade, message, at=at, name=mean.name, printed=printed.text,
                      expected=f"{total.value / n:.{printed.decimals}f}")  # fmt: skip


def _twin(view: View, line: tuple[int, Figure, Figure], lines: _Rows) -> str:
    """The item with the same total and another mean, which needs no base to be impossible."""
    at, printed, total = line
    top = int(total.high / printed.low) + 1 if printed.low > 0 else 0
    own = set(_bases(total, printed, top))
    for other, mean, sum_ in lines:
        if other != at and sum_.value == total.value and not own & set(_bases(sum_, mean, top)):
            label = view.table.items[other].label
            return f" {label!r} has the same total and a mean of {mean.text}."
    return ""


def listed(numbers: Sequence[int]) -> str:
    """Numbers in words: "9", "26 or 27", "25 to 30", "9, 18 or 27"."""
    if len(numbers) < 3:
        return " or ".join(map(str, numbers))
    if all(later - earlier == 1 for earlier, later in pairwise(numbers)):
        return f"{numbers[0]} to {numbers[-1]}"
    told = [str(n) for n in numbers[: 4 if len(numbers) > 4 else -1]]
    rest = str(numbers[-1]) if len(numbers) <= 4 else f"{len(numbers) - 4} other numbers"
    return f"{', '.join(told)} or {rest}"


def _without_base(view: View, mean: Series, lines: _Rows) -> Iterator[Finding]:
    """Means where no base is printed: most of the items must fit one."""
    if len(lines) < 2:
        return
    most = max((int(total.high / mean.low) + 1 for _, mean, total in lines if mean.low > 0),
               default=0)  # fmt: skip
    fits = {n: [_gives(total, n, mean) for _, mean, total in lines]
            for n in range(1, min(most, _TRIED) + 1)}  # fmt: skip
    if not fits:
        return
    best = max(fits, key=lambda n: sum(fits[n]))
    if sum(fits[best]) * 2 <= len(lines) or all(fits[best]):
        return
    for (at, printed, total), right in zip(lines, fits[best], strict=True):
        if not right:
            expected = f"{total.value / best:.{printed.decimals}f}"
            message = f"The other means are their totals over {best}; {total.text} over {best} "
            message += f"is {expected}, printed is {printed.text}."
            yield view.found("mean", ASSUMED, message, at=at, name=mean.name,
                             printed=printed.text, expected=expected)  # fmt: skip
