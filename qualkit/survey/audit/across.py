"""Bases of several tables of one report that speak of the same people at the same time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from qualkit.survey.audit._finding import ASSUMED, CAUTION, CONTRADICTION, Finding, Grade
from qualkit.survey.audit._view import View

_Lists = dict[tuple[str, str], tuple[View, int]]


@dataclass(frozen=True, slots=True)
class _Base:
    """A printed base: of which table and wave, and whether it counts matched people only."""

    table: str
    wave: str
    n: int
    matched: bool


def check_across(views: Sequence[View]) -> Iterator[Finding]:
    """Findings where tables of one population and report give different bases of a wave."""
    groups: dict[tuple[str, str], list[View]] = {}
    for view in views:
        population = _folded(view.table.population)
        if population:
            groups.setdefault((_report(view), population), []).append(view)
    lists = _lists(views)
    for (report, population), group in groups.items():
        yield from _of_group(group)
        for unit in (population, population.removesuffix("s")):
            if (report, unit) in lists:
                yield from _against_list(group, population, *lists[report, unit])


def _report(view: View) -> str:
    return _folded(view.table.source.split(",")[0])


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


def _of_group(views: Iterable[View]) -> Iterator[Finding]:
    """The first table with each base of a wave, held against those with another."""
    by_wave: dict[str, dict[tuple[int, bool], _Base]] = {}
    for view in views:
        for base in _bases(view):
            by_wave.setdefault(base.wave, {}).setdefault((base.n, base.matched), base)
    for wave, bases in by_wave.items():
        for first, last in combinations(bases.values(), 2):
            if first.n != last.n and first.table != last.table:
                yield from _compared(wave, first, last)


def _bases(view: View) -> Iterator[_Base]:
    matched = view.table.design == "paired" and len(set(view.table.base.values())) < 2
    for wave in view.waves or ("",):
        n = view.table.base_of(wave)
        if n is not None:
            yield _Base(view.table.id, wave, n, matched)


def _compared(wave: str, first: _Base, last: _Base) -> Iterator[Finding]:
    if first.matched != last.matched:
        pairs, everybody = (first, last) if first.matched else (last, first)
        if pairs.n > everybody.n:
            why = "more people are matched than answered at all"
            yield _finding(CONTRADICTION, wave, (pairs, everybody), why)
    elif first.matched:
        why = "items may have different numbers of pairs"
        yield _finding(CAUTION, wave, (last, first), why)
    else:
        why = "both cannot be everybody who answered then"
        yield _finding(ASSUMED, wave, (last, first), why)


def _finding(grade: Grade, wave: str, bases: tuple[_Base, _Base], why: str) -> Finding:
    one, other = bases
    at = f" at {wave}" if wave else ""
    message = f"The base{at} is {one.n} here and {other.n} in {other.table}: {why}."
    name = f"base@{wave}" if wave else "base"
    return Finding(one.table, "", name, "bases", grade, str(one.n), str(other.n), message)


# Tables that list the units of a population one by one -------------------------------------


def _lists(views: Iterable[View]) -> _Lists:
    """By report and first heading ("Pilot area"): the longest list under it."""
    made: _Lists = {}
    for view in views:
        if view.table.layout != "rows-are-items" or not view.table.header[0].strip():
            continue
        key = (_report(view), _folded(view.table.header[0]))
        rows = sum(bool(view.table.items[at].label) for at in view.lines)
        if key not in made or made[key][1] < rows:
            made[key] = (view, rows)
    return made


def _against_list(
    group: Iterable[View], population: str, listed: View, rows: int
) -> Iterator[Finding]:  # fmt: skip
    """A base of more units than another table of the report lists one by one."""
    for view in group:
        most = max((base.n for base in _bases(view)), default=0)
        if view is not listed and most > rows:
            message = f"The base is {most} {population}; {listed.table.id} lists {rows}. One "
            message += "unit may have been counted more than once, or the list is not complete."
            yield Finding(view.table.id, "", "base", "bases", CAUTION, str(most), str(rows),
                          message)  # fmt: skip
