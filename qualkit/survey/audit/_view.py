"""A published table as the checks see it: one series of figures a role and wave.

A figure is a number and the range in which the true one lies. Counts, scores, ranks and bases
are exact; the rest was rounded, half up or half to even, so that both ends of the range belong
to it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from qualkit.survey.audit._finding import Finding, Grade
from qualkit.survey.printed import Printed, half_unit
from qualkit.survey.published import Measure, PublishedTable

EXACT = frozenset({"count", "total", "score", "rank", "change-rank", "n", "df"})
_NEVER_BELOW = EXACT | {"percent", "p", "se", "sd"}
_NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Figure:
    """One printed number, and between which ends the true one lies."""

    text: str
    value: Decimal
    low: Decimal
    high: Decimal
    decimals: int = 0
    stars: str = ""
    bound: str = ""
    signed: bool = False

    @property
    def exact(self) -> bool:
        """Whether the true number is the printed one."""
        return self.low == self.high

    def meets(self, low: Decimal | float, high: Decimal | float) -> bool:
        """Whether the true number may lie between these ends."""
        return bool(self.low <= high and low <= self.high)


@dataclass(frozen=True, slots=True)
class Series:
    """The figures of one role and wave, one an item of the table; None where none is printed."""

    role: str
    wave: str
    name: str
    label: str
    figures: tuple[Figure | None, ...]
    cells: tuple[Printed, ...]
    base: int | None = None  # printed in the table itself, for all its items


class View:
    """What the checks ask of a table."""

    def __init__(self, table: PublishedTable) -> None:
        self.table = table
        self.waves = table.waves
        self.lines = [at for at, item in enumerate(table.items) if not item.role]
        self.totals = [at for at, item in enumerate(table.items) if item.role == "total"]

    @cached_property
    def series(self) -> tuple[Series, ...]:
        """Every series, in the order of the table."""
        times = Counter(
            (role, one.wave) for one in self.table.measures for role in one.roles
        )  # fmt: skip
        made = []
        for measure, cells in zip(self.table.measures, self.table.cells, strict=True):
            for place, role in enumerate(measure.roles):
                name = role + (f"@{measure.wave}" if measure.wave else "")
                if times[role, measure.wave] > 1:
                    name = measure.label
                made.append(self._one(measure, cells, place, name))
        return tuple(made)

    def _one(self, measure: Measure, cells: Sequence[Printed], place: int, name: str) -> Series:
        role = measure.roles[place]
        pairs = [
            (cell.spread, cell.spread_decimals) if place else (cell.value, cell.decimals)
            for cell in cells
        ]
        most = max((decimals for value, decimals in pairs if value is not None), default=0)
        figures = tuple(
            _figure(cell, value, decimals, role, most)
            for cell, (value, decimals) in zip(cells, pairs, strict=True)
        )
        base = self._base_line(figures) if role != "n" else None
        return Series(role, measure.wave, name, measure.label, figures, tuple(cells), base)

    def _base_line(self, figures: Sequence[Figure | None]) -> int | None:
        for item, figure in zip(self.table.items, figures, strict=True):
            if item.role == "n" and figure is not None and figure.value >= 1:
                return int(figure.value)
        return None

    def of(self, role: str, wave: str | None = None) -> list[Series]:
        """The series of a role, and of a wave where one is named."""
        return [
            one for one in self.series if one.role == role and (wave is None or one.wave == wave)
        ]

    def one(self, role: str, wave: str) -> Series | None:
        """The only series of a role and wave."""
        found = self.of(role, wave)
        return found[0] if len(found) == 1 else None

    def pair(self, role: str) -> tuple[Series, Series] | None:
        """The series of a role in the first and the last wave."""
        if len(self.waves) < 2:
            return None
        before, after = self.one(role, self.waves[0]), self.one(role, self.waves[-1])
        return (before, after) if before and after else None

    def items(
        self, *series: Series, totals: bool = False
    ) -> Iterator[tuple[int, str, tuple[Figure, ...]]]:
        """Each item that has a figure in all these series: place, label, figures."""
        for at in (*self.lines, *(self.totals if totals else ())):
            figures = tuple(figure for one in series if (figure := one.figures[at]) is not None)
            if len(figures) == len(series):
                yield at, self.table.items[at].label, figures

    def answers(self, at: int, wave: str, *, role: str = "n") -> tuple[int | None, bool]:
        """How many answered an item, and whether the table prints it for this item itself."""
        for where in dict.fromkeys((wave, "")):
            for one in self.of(role, where):
                figure = one.figures[at]
                if figure is not None and figure.value >= 1:
                    return int(figure.value), True
        return self.table.base_of(wave), False

    def same_people(self, at: int) -> bool:
        """Whether the numbers of answers that an item prints are the same in its waves."""
        waves = self.waves or ("",)
        counts = [self.answers(at, wave) for wave in (waves[0], waves[-1])]
        return all(sure for _, sure in counts) and len({n for n, _ in counts}) == 1

    def base_for(self, series: Series, at: int) -> tuple[int | None, bool]:
        """As `answers`, with a base printed for the whole series."""
        n, sure = self.answers(at, series.wave)
        return (series.base, False) if series.base and not sure else (n, sure)

    def found(
        self, check: str, grade: Grade, message: str, *, at: int | None = None, name: str = "",
        printed: str = "", expected: str = "",
    ) -> Finding:  # fmt: skip
        """A finding on an item of this table, or on the whole of it."""
        item = "" if at is None else self.table.items[at].label
        return Finding(self.table.id, item, name, check, grade, printed, expected, message)


def _figure(
    cell: Printed, value: Decimal | None, decimals: int, role: str, most: int
) -> Figure | None:  # fmt: skip
    if cell.kind == "dash" and role == "change":
        half = half_unit(most)
        return Figure(cell.text, _NOTHING, -half, half, most)
    if value is None:
        return None
    if role in EXACT and not decimals:
        low = high = value
    else:
        half = half_unit(decimals)
        low, high = value - half, value + half
    step = Decimal(low == high and len(cell.bound) == 1)  # "<5" of people is 4 at most
    if cell.bound.startswith("<"):
        low, high = (_NOTHING if role in _NEVER_BELOW else Decimal("-Infinity")), value - step
    elif cell.bound:
        low, high = value + step, (Decimal(1) if role == "p" else Decimal("Infinity"))
    text = str(value) if cell.spread is not None else cell.text
    return Figure(text, value, low, high, decimals, cell.stars, cell.bound, cell.signed)
