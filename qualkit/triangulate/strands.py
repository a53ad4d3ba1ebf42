"""Other strands of evidence: activity, workforce and outcome figures by area and period.

A strand is a long table, one row a measure, area and period: a referral count, a waiting time, the
staff in post. Its figures become findings beside those of surveys. A figure by itself has no test,
so that its change is "?" in the rule, unless the table gives how many it rests on and its spread.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from qualkit.errors import BatchError, ReadError
from qualkit.importers.sheets import Sheet
from qualkit.importers.worker import read_table
from qualkit.survey._finding_ids import finding_id
from qualkit.survey._frames import framed
from qualkit.survey.adjusting import adjust
from qualkit.survey.findings import FINDING_COLUMNS, PERCENT, p_words
from qualkit.survey.items import number_of
from qualkit.survey.printed import read_printed
from qualkit.triangulate._summaries import Summary, difference, pooled
from qualkit.triangulate.records import HIGHER, KINDS, LOWER, Measured, Strand
from qualkit.wording import many

if TYPE_CHECKING:
    import pandas as pd

STRAND_COLUMNS: Final = ("measure", "area", "period", "value", "n", "sd", "row")
TOTALS: Final = ("sum", "mean")
EVERYWHERE: Final = frozenset({"", "all", "total", "overall", "all areas"})
_LARGEST: Final = 10**12
_LEVEL, _CHANGE = "level", "change"
_NEEDED: Final = ("measure", "period", "value")
_ABOUT: Final = ("question", "unit", "polarity", "total")
_OPTIONAL: Final = ("area", "n", "sd", *_ABOUT)
_ALSO: Final[Mapping[str, str]] = {
    "indicator": "measure", "site": "area", "team": "area", "case": "area", "month": "period",
    "quarter": "period", "year": "period", "date": "period", "base": "n", "denominator": "n",
}  # fmt: skip
_POLARITIES: Final = {"": "", HIGHER: HIGHER, LOWER: LOWER, "higher": HIGHER, "lower": LOWER}
_COUNTS: Final = frozenset({"", "count", "counts", "number", "n"})
_MONTHS: Final = {
    name: n for n, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1
    )
}  # fmt: skip
_DATED = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?(?:T00:00:00)?")
_NAMED_MONTH = re.compile(r"(?:(\d{1,2}) )?([a-z]{3})[a-z]*[ -](\d{4}|\d{2})")
_QUARTER = re.compile(
    r"(?:q([1-4])[ -/]*(\d{4}(?:[/-]\d{2,4})?)|(\d{4}(?:[/-]\d{2,4})?)[ -/]*q([1-4]))"
)
_TWO_YEARS = re.compile(r"(\d{4})/(\d{2}|\d{4})")


def read_strand(
    path: Path | str,
    *,
    name: str = "",
    kind: str = "activity",
    title: str = "",
    source: str = "",
    measures: Mapping[str, Mapping[str, str]] | None = None,
) -> Strand:
    r"""The strand in a file.

    Parameters
    ----------
    path : path
        A .csv, .tsv or .xlsx file with a row a figure: ``measure``, ``period``, ``value``;
        optionally ``area`` (empty or ``all``: everywhere), ``n`` it rests on and ``sd``; and of
        the measure ``question``, ``unit``, ``polarity``, ``total`` (``sum`` or ``mean``).
    name : str
        Its id; left out, the file's name.
    kind : str
        One of :data:`KINDS`.
    title, source : str
    measures : mapping of str to mapping, optional
        Measure -> ``question``, ``unit``, ``polarity``, ``total``, which go before the file's.

    Returns
    -------
    Strand

    Raises
    ------
    ReadError
        Where the file is no table, or lacks a column.
    BatchError
        With every other fault and its row: no measure, a value that is no number, the same
        measure, area and period twice, a unit or polarity that changes ...

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder) / "referrals.csv"
    ...     lines = "measure,area,period,value\nseen,North,2025-01,12\nseen,North,2025-02,15"
    ...     _ = file.write_text(lines, encoding="utf-8")
    ...     found = read_strand(file)
    >>> found.id, found.periods, found.table["value"].tolist()
    ('referrals', {'seen': ('2025-01', '2025-02')}, [12.0, 15.0])
    """
    path = Path(path)
    return strand_of(
        read_table(path), name=name or path.stem, kind=kind, title=title, source=source,
        measures=measures,
    )  # fmt: skip


def strand_of(
    sheet: Sheet,
    *,
    name: str,
    kind: str = "activity",
    title: str = "",
    source: str = "",
    measures: Mapping[str, Mapping[str, str]] | None = None,
) -> Strand:
    """The strand in a table that was read; see :func:`read_strand`."""
    reader = _Reader(_renamed(sheet), measures or {})
    reader.check(name, kind)
    rows = [row for number, cells in reader.sheet.records() if (row := reader.row(number, cells))]
    about = reader.about()
    if reader.faults:
        raise BatchError(sheet.name, reader.faults)
    table = framed(
        [{"measure": one.measure, "area": one.area, "period": one.period, "value": one.value,
          "n": one.n, "sd": one.sd, "row": one.number} for one in rows],
        STRAND_COLUMNS,
    ).astype({"row": "Int64"})  # fmt: skip
    periods, told = _periods(rows)
    warnings = (*sheet.warnings, *reader.warnings(), *told)
    return Strand(name, kind, title or name, source, about, table, periods, sheet.name, warnings)


def _renamed(sheet: Sheet) -> Sheet:
    """The table with its columns as they are called here; other usual names are known."""
    known = sheet.known(*_NEEDED, *_OPTIONAL, *_ALSO)
    header: list[str] = []
    for heading in known.header:
        wanted = _ALSO.get(heading, heading)
        taken = wanted in known.header or wanted in header
        header.append(heading if taken else wanted)
    fitted = replace(known, header=tuple(header))
    missing = [one for one in _NEEDED if one not in fitted.header]
    if missing:
        named = " and ".join(map(repr, missing))
        have = ", ".join(fitted.header)
        raise ReadError(sheet.name, f"it has no column {named}; it has {have}", line=1)
    return fitted


class _Row(NamedTuple):
    number: int
    measure: str
    area: str
    period: str
    value: float | None
    n: int | None
    sd: float | None


class _Reader:
    """Reads the rows of one table; what is wrong with them goes to `faults`."""

    def __init__(self, sheet: Sheet, given: Mapping[str, Mapping[str, str]]) -> None:
        self.sheet = sheet
        self.given = given
        self.faults: list[str] = []
        self.withheld: list[int] = []
        self.seen: dict[tuple[str, str, str], int] = {}
        self.told: dict[str, dict[str, str]] = {}  # of each measure, what its rows say

    def check(self, name: str, kind: str) -> None:
        if not name.strip():
            self.faults.append("the strand has no name")
        if kind not in KINDS:
            self.faults.append(f"the kind {kind!r} is none of {', '.join(KINDS)}")

    def row(self, number: int, cells: Mapping[str, str]) -> _Row | None:
        said = {name: " ".join(cell.split()) for name, cell in cells.items()}
        area = said.get("area", "")
        area = "" if area.casefold() in EVERYWHERE else area
        place = (said["measure"], area, said["period"])
        before = len(self.faults)
        for name in ("measure", "period"):
            if not said[name]:
                self.fault(number, f"it has no {name}")
        if all((place[0], place[2])) and place in self.seen:
            told = f"{place[0]!r} of {area or 'everywhere'!r} in {place[2]!r} stands"
            self.fault(number, f"{told} in row {self.seen[place]} too")
        self.seen.setdefault(place, number)
        value = self.number(number, said, "value")
        n, sd = self.number(number, said, "n"), self.number(number, said, "sd")
        if n is not None and (n < 0 or n != int(n)):
            self.fault(number, f"its n {said['n']!r} is not a number of people or cases")
        if sd is not None and sd < 0:
            self.fault(number, f"its sd {said['sd']!r} is below 0")
        self.hear(number, said)
        if len(self.faults) > before:
            return None
        if value is None:
            self.withheld.append(number)
        return _Row(number, *place, value, None if n is None else int(n), sd)

    def hear(self, number: int, said: Mapping[str, str]) -> None:
        """What a row says of its measure; every row that does must say the same."""
        measure = said["measure"]
        held = self.told.setdefault(measure, {}) if measure else {}
        for name in _ABOUT:
            text = said.get(name, "")
            if text and held.setdefault(name, text) != text:
                told = f"the {name} of {measure!r} is {text!r} here and {held[name]!r} above"
                self.fault(number, told)

    def fault(self, number: int, text: str) -> None:
        self.faults.append(f"row {number}: {text}")

    def number(self, number: int, said: Mapping[str, str], name: str) -> float | None:
        """A figure as tables print them; None where it is left out or withheld."""
        plain = number_of(said.get(name, ""))
        if plain is not None and abs(plain) < _LARGEST:
            return plain  # as programs write numbers, to the last digit
        cell = read_printed(said.get(name, ""))
        if cell.kind == "text":
            self.fault(number, f"its {name} {said[name]!r} is not a number")
        elif cell.value is not None:
            if cell.stars or cell.spread is not None or cell.note:
                self.fault(number, f"its {name} {said[name]!r} is more than a number")
            elif not cell.bound:  # "<5" withholds the figure
                return float(cell.value)
        return None

    def about(self) -> tuple[Measured, ...]:
        """What is said of each measure; what is said beside the file goes first."""
        strange = [one for one in self.given if one not in self.told]
        if strange:
            known = ", ".join(self.told)
            told = f"measures names {strange[0]!r}, which the table lacks; it has {known}"
            self.faults.append(told)
        return tuple(
            self.measured(name, held | dict(self.given.get(name, {})))
            for name, held in self.told.items()
        )

    def measured(self, name: str, said: Mapping[str, str]) -> Measured:
        unit, way = said.get("unit", ""), said.get("polarity", "").casefold().replace(" ", "-")
        unit = PERCENT if unit.casefold() in {"%", "percent", "per cent"} else unit
        total = said.get("total", "").casefold()
        if way not in _POLARITIES:
            told = f"the polarity {way!r} of {name!r} is not {HIGHER}, {LOWER} or empty"
            self.faults.append(told)
        if total and total not in TOTALS:
            self.faults.append(f"the total {total!r} of {name!r} is not {' or '.join(TOTALS)}")
        by = total or ("sum" if unit.casefold() in _COUNTS else "mean")
        return Measured(name, said.get("question", ""), unit, _POLARITIES.get(way, ""), by)

    def warnings(self) -> Iterator[str]:
        if self.withheld:
            shown = ", ".join(map(str, self.withheld[:5])) + (
                " ..." if len(self.withheld) > 5 else ""
            )
            yield f"{many(len(self.withheld), 'figure')} left out or withheld, in rows {shown}"


# Periods in order of time ----------------------------------------------------------------------


def _periods(rows: Sequence[_Row]) -> tuple[dict[str, tuple[str, ...]], list[str]]:
    """The periods of each measure in order, and what is doubtful about it."""
    named: dict[str, dict[str, None]] = {}
    for row in rows:
        named.setdefault(row.measure, {})[row.period] = None
    made, told = {}, []
    for measure, periods in named.items():
        dated = {period: _time_of(period) for period in periods}
        if all(dated.values()):
            made[measure] = tuple(sorted(periods, key=lambda one: dated[one] or ()))
        else:
            made[measure] = tuple(periods)
            odd = next(period for period, time in dated.items() if not time)
            order = f"periods of {measure!r} such as {odd!r} are not read as dates"
            told.append(f"{order}; they are taken in the order of the file")
    return made, told


def _time_of(period: str) -> tuple[int, ...]:
    """When a period begins, comparable; empty where it is not understood.

    >>> _time_of("2025-06"), _time_of("Jun 2025"), _time_of("Q2 2024/25"), _time_of("wave one")
    ((2025, 6, 0), (2025, 6, 0), (2024, 4, 0), ())
    """
    plain = " ".join(period.casefold().split())
    if found := _DATED.fullmatch(period.strip()):
        year, month, day = (int(part or 0) for part in found.groups())
        return (year, month, day) if month <= 12 else ()
    if (found := _NAMED_MONTH.fullmatch(plain)) and found[2] in _MONTHS:
        year = int(found[3]) + (2000 if len(found[3]) == 2 else 0)
        return year, _MONTHS[found[2]], int(found[1] or 0)
    if found := _QUARTER.fullmatch(plain):
        quarter = int(found[1] or found[4])
        return int((found[2] or found[3])[:4]), 3 * quarter - 2, 0
    if found := _TWO_YEARS.fullmatch(plain):
        return int(found[1]), 0, 0
    return ()


# Findings ------------------------------------------------------------------------------------


def strand_findings(strand: Strand) -> pd.DataFrame:
    """The figures of a strand as findings.

    Parameters
    ----------
    strand : Strand

    Returns
    -------
    DataFrame
        With the columns of :func:`qualkit.survey.findings`; ``survey`` is the strand, ``item`` the
        measure, ``origin`` the strand's kind. Of each area, and of all together: its ``level`` in
        each period, and its ``change`` from the first period to the last. Where the table gives
        no figures of everywhere, they are put together: sums, or means weighted by ``n``, in
        periods of which every area has a figure, and the change of those areas that have both.

    Notes
    -----
    A change is tested by Welch's test where ``n`` and ``sd`` are given of both periods, as if other
    people stood behind each; p is adjusted by Holm, among changes of everywhere and among changes
    of areas apart. A change of ``%`` is in points.

    Examples
    --------
    >>> table = Sheet("t.csv", ("measure", "area", "period", "value"), (
    ...     ("waits", "North", "2024", "12"), ("waits", "North", "2025", "9")), (2, 3))
    >>> found = strand_findings(strand_of(table, name="mhsds"))
    >>> found[["finding", "value"]].values.tolist()[-1]
    ['mhsds/waits/change/2024-to-2025/area=North', -3.0]
    """
    rows: list[dict[str, Any]] = []
    for measure in strand.measures:
        cells = _cells(strand, measure)
        for area in ("", *strand.areas):
            times = [time for time in strand.periods[measure.id] if (area, time) in cells]
            rows += [_level(strand, measure, area, time, cells[area, time]) for time in times]
            change = _change(strand, measure, area, cells)
            rows += [change] if change else []
    for everywhere in (True, False):
        family = [row for row in rows if row["change"] and (not row["group"]) == everywhere]
        tested = [row for row in family if row["p"] is not None]
        adjusted = adjust([row["p"] for row in tested]) if tested else []
        for row, p in zip(tested, adjusted, strict=True):
            row |= {"p_adjusted": p, "adjusted_by": "holm"}
    return framed([_told(row) for row in rows], FINDING_COLUMNS)


_Cells = dict[tuple[str, str], Summary]


def _cells(strand: Strand, measure: Measured) -> _Cells:
    """The figures of a measure by area and period; of everywhere, where all areas have one."""
    held = strand.table[strand.table["measure"] == measure.id]
    made: _Cells = {}
    columns = ("area", "period", "value", "n", "sd")
    for area, period, *figures in zip(*(held[name] for name in columns), strict=True):
        made[area, period] = Summary.of(*figures)
    areas = [area for area in dict.fromkeys(held["area"]) if area]
    if any(not area for area, _ in made):
        return made
    for period in strand.periods[measure.id]:
        parts = [made[area, period] for area in areas if _known(made, area, period)]
        if len(parts) == len(areas) and (whole := pooled(parts, measure.total)):
            made["", period] = whole
    return made


def _known(cells: _Cells, area: str, period: str) -> bool:
    return (area, period) in cells and cells[area, period].value is not None


def _change(strand: Strand, measure: Measured, area: str, cells: _Cells) -> dict[str, Any] | None:
    """From the first period with a figure to the last one."""
    times = [time for time in strand.periods[measure.id] if _known(cells, area, time)]
    held = [cells[area, time] for time in times]
    areas = 0
    if not area and not _is_given(strand, measure):
        times = list(strand.periods[measure.id])
        held, areas = _comparable(strand, measure, times, cells)
    if len(held) < 2:
        return None
    before, after = held[0], held[-1]
    bases = [one.n for one in (before, after) if one.n is not None]
    return _row(strand, measure, area, f"{times[0]}-to-{times[-1]}") | difference(before, after) | {
        "measure": _CHANGE, "change": True, "sd": before.sd, "sides": (before.value, after.value),
        "areas": areas, "base": min(bases) if len(bases) == 2 else None,
        "source": f"{strand.source or strand.title}, {times[0]} and {times[-1]}",
    }  # fmt: skip


def _is_given(strand: Strand, measure: Measured) -> bool:
    """Whether the table itself has figures of everywhere."""
    table = strand.table
    return bool(((table["measure"] == measure.id) & (table["area"] == "")).any())


def _comparable(
    strand: Strand, measure: Measured, times: Sequence[str], cells: _Cells
) -> tuple[list[Summary], int]:
    """The first and the last period of the areas that have both, and how many those are."""
    ends = (times[0], times[-1])
    both = [area for area in strand.areas if all(_known(cells, area, time) for time in ends)]
    made = [pooled([cells[area, time] for area in both], measure.total) for time in ends]
    whole = [one for one in made if one is not None]
    return (whole, len(both)) if len(times) > 1 and len(whole) == 2 else ([], 0)


def _level(
    strand: Strand, measure: Measured, area: str, period: str, one: Summary
) -> dict[str, Any]:
    low, high = one.interval()
    return _row(strand, measure, area, period) | {
        "measure": _LEVEL, "change": False, "value": one.value, "low": low, "high": high,
        "sd": one.sd, "base": one.n, "test": "", "p": None,
        "source": f"{strand.source or strand.title}, {period}",
    }  # fmt: skip


def _row(strand: Strand, measure: Measured, area: str, wave: str) -> dict[str, Any]:
    return {
        "survey": strand.id, "item": measure.id, "question": measure.question, "wave": wave,
        "attribute": "area" if area else "", "group": area, "unit": measure.unit,
        "polarity": measure.polarity, "origin": strand.kind, "adjusted_by": "", "stars": "",
    }  # fmt: skip


def _told(row: dict[str, Any]) -> dict[str, Any]:
    """The row with its id and its sentence, and why it cannot be used."""
    group = f"area={row['group']}" if row["group"] else ""
    place = row["survey"], row["item"], row["measure"], row["wave"], group
    why = "" if row["value"] is not None else "left out or withheld"
    asked = f" {row['question']!r}" if row["question"] else ""
    where = f" ({row['group']})" if row["group"] else ""
    words = p_words(row["p"])
    return row | {
        "finding": finding_id(*place), "why": why, "usable": not why, "p_text": words,
        "text": f"{row['item']}{asked}{where}: {why or _body(row, words)}.",
    }  # fmt: skip


def _body(row: Mapping[str, Any], p: str) -> str:
    said = (
        _moved(row) if row["change"] else f"{_figure(row['value'], row['unit'])} in {row['wave']}"
    )
    said += f", base {row['base']:,}" if row["base"] is not None else ""
    return f"{said}; {row['test']}: p {p}" if p else said


def _moved(row: Mapping[str, Any]) -> str:
    value, unit = row["value"], row["unit"]
    ends = " to ".join(_figure(one, unit) for one in row["sides"])
    size = _figure(abs(value), "points" if unit == PERCENT else unit)
    way = f"{'rose' if value > 0 else 'fell'} by {size}" if value else "did not change"
    of = f", {many(row['areas'], 'area')} with both" if row["areas"] else ""
    return f"{way} ({ends}), {row['wave'].replace('-to-', ' to ')}{of}"


def _figure(value: float, unit: str) -> str:
    number = f"{round(value, 2):,.15g}"
    return f"{number} {unit}" if unit.casefold() not in _COUNTS else number
