"""The base that a column of percentages implies, and percentages that no base gives.

Percentages of n people are whole numbers over n. A column that fits another base so well that
chance does not explain it was of that base. Where the parts of one whole are printed, all have
one base; elsewhere an item may have fewer answers than the table's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import prod

from qualkit.survey.audit._causes import likeliest
from qualkit.survey.audit._finding import ASSUMED, CONTRADICTION, PROVED, Finding, Grade
from qualkit.survey.audit._view import Figure, Series, View
from qualkit.survey.audit.means import listed
from qualkit.survey.grim import common_bases, counts_range, fits_base, grim

_UNIT = Decimal(100)
_TRIED = 10_000
_ACCIDENT = 0.05  # of the other figures fitting the base although they are no shares of it
_CHANCE = 0.001  # of fitting a wrong base: less, and the fit is no accident


@dataclass(frozen=True, slots=True)
class _Column:
    """Percentages of one base: their places, and whether they are parts of one whole."""

    series: Series
    base: int
    lines: tuple[tuple[int, Figure], ...]
    whole: bool

    @property
    def pairs(self) -> set[tuple[Decimal, int]]:
        """The distinct percentages with their decimals."""
        return {(figure.value, figure.decimals) for _, figure in self.lines}


def check(view: View) -> Iterator[Finding]:
    """Findings on each column of percentages."""
    if view.table.weighted:
        return
    for series in view.of("percent"):
        if not view.of("count", series.wave):
            yield from _of_series(view, series)


def _of_series(view: View, series: Series) -> Iterator[Finding]:
    shared: dict[int, list[tuple[int, Figure]]] = {}
    sure_lines: list[tuple[int, Figure, int]] = []
    for at, _, (figure,) in view.items(series):
        n, sure = view.base_for(series, at)
        if n is None or n > _TRIED or figure.bound or not 0 <= figure.value <= _UNIT:
            continue
        if not sure:
            shared.setdefault(n, []).append((at, figure))
        else:
            sure_lines.append((at, figure, n))
    yield from _of_own_bases(view, series, sure_lines)
    for n, lines in shared.items():
        column = _Column(series, n, tuple(lines), _is_whole(view, series, lines))
        yield from _of_column(view, column)


def _of_own_bases(
    view: View, series: Series, lines: Sequence[tuple[int, Figure, int]]
) -> Iterator[Finding]:  # fmt: skip
    """Percentages whose own number of answers is printed beside them."""
    wrong = [
        (at, figure, n) for at, figure, n in lines
        if not fits_base(figure.value, figure.decimals, n, unit=_UNIT)
    ]  # fmt: skip
    if len(wrong) > 2 and len(wrong) * 2 > len(lines):
        message = f"{len(wrong)} of {len(lines)} percentages are no shares of the numbers of "
        message += "answers that are printed beside them; they may be weighted."
        yield view.found("base", ASSUMED, message, name=series.name)
        return
    for at, figure, n in wrong:
        yield _no_share(view, at, series, figure, (n, [], PROVED))


def _is_whole(view: View, series: Series, lines: Sequence[tuple[int, Figure]]) -> bool:
    """Whether these percentages are the parts of one whole: a total of 100 stands with them."""
    totals = [one for at in view.totals if (one := series.figures[at]) is not None]
    low, high = sum(one.low for _, one in lines), sum(one.high for _, one in lines)
    return any(one.meets(_UNIT, _UNIT) for one in totals) and low <= _UNIT <= high


def _of_column(view: View, column: _Column) -> Iterator[Finding]:
    wrong = [(at, one) for at, one in column.lines
             if not fits_base(one.value, one.decimals, column.base, unit=_UNIT)]  # fmt: skip
    if not wrong:
        yield from _adds_up(view, column)
        return
    other = _implied(column) if len(wrong) > 1 and len(wrong) * 4 >= len(column.lines) else None
    own = not column.whole and all(_fewer(column, figure) for _, figure in wrong)
    if other and not (own and other > column.base):
        yield _other_base(view, column, other, len(wrong))
    elif len(wrong) * 2 > len(column.lines) and len(column.lines) > 2:
        message = f"{len(wrong)} of {len(column.lines)} percentages are no shares of "
        message += f"{column.base} people; they may be weighted, or of another base."
        yield view.found("base", ASSUMED, message, name=column.series.name,
                         printed=str(column.base))  # fmt: skip
    else:
        grade = PROVED if _is_telling(column, wrong) else ASSUMED
        for at, figure in wrong:
            fewer = _fewer(column, figure)
            yield _no_share(view, at, column.series, figure, (column.base, fewer, grade))


def _is_telling(column: _Column, wrong: Sequence[tuple[int, Figure]]) -> bool:
    """Whether the rest fits the base too well for weighted figures, which fit by accident."""
    rest = column.pairs - {(figure.value, figure.decimals) for _, figure in wrong}
    steps = [10.0 ** (decimals + 2) for value, decimals in rest if 0 < value < _UNIT]
    return prod(min(1.0, column.base / step) for step in steps) < _ACCIDENT


def _implied(column: _Column) -> int | None:
    """The smallest base that all fit, where no accident explains that it does."""
    steps = [10.0 ** (decimals + 2) for value, decimals in column.pairs if 0 < value < _UNIT]
    chance = 0.0  # of some base up to n fitting by accident
    for n in range(2, _TRIED):
        chance += prod(min(1.0, n / step) for step in steps)
        if chance > _CHANCE:
            return None
        if common_bases(column.pairs, (n,)) and (not column.whole or _can_add(column, n)):
            return n
    return None


def _can_add(column: _Column, n: int) -> bool:
    ranges = [counts_range(one.value, one.decimals, n, unit=_UNIT) for _, one in column.lines]
    return sum(low for low, _ in ranges) <= n <= sum(high for _, high in ranges)


def _other_base(view: View, column: _Column, base: int, wrong: int) -> Finding:
    grade = CONTRADICTION if column.whole or base > column.base else ASSUMED
    message = f"All {len(column.lines)} percentages are shares of {base} people (or a multiple); "
    message += f"of the printed base of {column.base}, {wrong} of them are impossible."
    message += " Likeliest cause: the figures are of another base than the one that is printed."
    return view.found("base", grade, message, name=column.series.name,
                      printed=str(column.base), expected=str(base))  # fmt: skip


def _fewer(column: _Column, figure: Figure) -> list[int]:
    """Smaller bases that would do: for the whole column where it is one whole, else for it."""
    tried = range(2, column.base)
    if not column.whole:
        return list(common_bases({(figure.value, figure.decimals)}, tried))
    fits = [n for n in common_bases(column.pairs, tried) if _can_add(column, n)]
    return fits or ([column.base] if _is_adjusted(column, figure) else [])


def _is_adjusted(column: _Column, figure: Figure) -> bool:
    """Whether it may have been moved by a unit, so that the printed parts make exactly 100."""
    if sum(one.value for _, one in column.lines) != _UNIT:
        return False
    unit = Decimal(1).scaleb(-figure.decimals)
    return any(fits_base(value, figure.decimals, column.base, unit=_UNIT)
               for value in (figure.value - unit, figure.value + unit))  # fmt: skip


def _no_share(
    view: View, at: int, series: Series, figure: Figure, base: tuple[int, list[int], Grade]
) -> Finding:  # fmt: skip
    n, fewer, grade = base
    near = " or ".join(grim(str(figure.value), n, percent=True).nearest)
    message = f"{figure.text} is no share of {n} people; {near} would be possible."
    if fewer == [n]:
        message += " It fits if the parts were adjusted to make exactly 100."
    elif fewer:
        message += f" It fits if fewer answered: {listed(fewer)}."
    else:
        message += likeliest(figure, lambda low, high: _is_share(low, high, n), digits=False)
    message += " Weighted figures need not be shares." if grade == ASSUMED and not fewer else ""
    return view.found("base", ASSUMED if fewer else grade, message, at=at, name=series.name,
                      printed=figure.text, expected=near)  # fmt: skip


def _is_share(low: Decimal, high: Decimal, n: int) -> bool:
    return high >= 0 and low <= _UNIT and int(high * n / _UNIT) * _UNIT >= low * n


def _adds_up(view: View, column: _Column) -> Iterator[Finding]:
    """Parts of one whole that each fit the base, but not together."""
    if not column.whole or _can_add(column, column.base):
        return
    message = f"Each percentage is a share of {column.base} people, but no whole numbers of "
    message += f"people behind them add up to {column.base}."
    yield view.found("base", ASSUMED, message, name=column.series.name,
                     printed=str(column.base))  # fmt: skip
