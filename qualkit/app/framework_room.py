"""What the framework page shows and does, without a screen: plain functions over a grid.

A *room* is a study's grid as it was at one entry of the log, with what is needed to write in its
cells: whose summary of which case or source each row can take, and what its author has there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, Literal
from urllib.parse import quote

from qualkit.app.files import own_name, private_folder, write_private
from qualkit.codebook import read_framework
from qualkit.errors import UnknownName
from qualkit.export._shared import heading, in_bands, one_line
from qualkit.framework import (
    NOT_GIVEN,
    Cell,
    CellSummary,
    Choice,
    Column,
    Grid,
    Row,
    changes,
    values_of,
    with_case_attributes,
)  # fmt: skip
from qualkit.framework.summaries import Places, place_summaries
from qualkit.model import STANCES, Framework, Theme
from qualkit.project import Project
from qualkit.reports import grid_of, write_grid
from qualkit.tables import attributes_of, plain

if TYPE_CHECKING:
    import pandas as pd


Order = Literal["study", "name", "excerpts"]
ORDERS: Final[Mapping[Order, str]] = {
    "study": "As in the study", "name": "By name", "excerpts": "Most excerpts first",
}  # fmt: skip
PHASE: Final = "phase"
_SHOWN: Final = 420  # characters of a summary that a cell shows; more is in the editor
_SUMMARIES: Final = 3  # summaries that a cell shows
_APART: Final = " \u00b7 "


@dataclass(frozen=True, slots=True)
class Options:
    """How a grid is asked for; as :func:`qualkit.reports.grid_of` takes it."""

    rows: str = "case"
    bands: tuple[str, ...] = ()
    opened: tuple[str, ...] = ()
    framework: Framework | None = None
    choice: Choice = field(default_factory=Choice)

    def as_arguments(self) -> dict[str, Any]:
        """The same as keyword arguments."""
        return {
            "rows": self.rows, "bands": self.bands, "opened": self.opened,
            "framework": self.framework, "choice": self.choice,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class View:
    """How a grid is looked at: the order of its rows, and whether empty ones are hidden."""

    order: Order = "study"
    hide_rows: bool = False
    hide_columns: bool = False


@dataclass(frozen=True, slots=True)
class Unit:
    """Whose summary a row can take: a case or a source, in all phases or in one.

    Attributes
    ----------
    kind : str
        ``case`` or ``source``.
    name : str
    phase : str
        That the row itself is about; empty where it is about all.
    phases : tuple of str
        That its author may choose from.
    """

    kind: Literal["case", "source"]
    name: str
    phase: str = ""
    phases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """What one summary is about: a case or a source, a theme (``codebook/code``), a phase."""

    kind: Literal["case", "source"]
    name: str
    theme: str
    phase: str = ""

    @property
    def key(self) -> tuple[str, ...]:
        """By which it is found, however a phase is written."""
        return self.kind, self.name, self.theme, self.phase.casefold()


@dataclass(frozen=True, slots=True)
class Words:
    """What an author says in a cell."""

    text: str = ""
    stance: str | None = None
    rating: int | None = None
    cites: tuple[str, ...] = ()

    def same_as(self, other: Words) -> bool:
        """Whether the two say the same; spaces round them and the order of citations aside."""
        return (
            self.text.strip() == other.text.strip()
            and (self.stance, self.rating) == (other.stance, other.rating)
            and set(self.cites) == set(other.cites)
        )


@dataclass(frozen=True, slots=True)
class Held:
    """A summary as the study has it."""

    id: str
    words: Words
    version: int
    draft: bool = False
    changes: str = ""
    changed: str = ""
    phase: str = ""


@dataclass(frozen=True, slots=True)
class Study:
    """What a grid can be asked for in a study.

    Attributes
    ----------
    themes : mapping
        ``codebook/code`` of every theme to its name.
    attributes : tuple of str
        By which rows can be made or grouped.
    coders : tuple of str
        Who coded something.
    sources, codings : int
        How many there are.
    """

    themes: Mapping[str, str]
    attributes: tuple[str, ...]
    coders: tuple[str, ...]
    sources: int
    codings: int


@dataclass(frozen=True, slots=True)
class Room:
    """A grid as it was at one entry of the log, and what can be written in it.

    Attributes
    ----------
    grid : Grid
    units : mapping
        Row key to the unit whose summary the row can take; rows that can take none are not in it.
    held : mapping
        (author, place's key) to the summary.
    """

    grid: Grid
    units: Mapping[str, Unit]
    held: Mapping[tuple[str, tuple[str, ...]], Held]

    def summary(self, place: Place, author: str) -> Held | None:
        """What an author has in a place."""
        return self.held.get((author, place.key))


def study_of(project: Project) -> Study:
    """What a grid can be asked for in a project."""
    with project.one_moment():
        sources = with_case_attributes(project.sources(), project.cases())
        codes, coders = project.codes(), project.coder_table()
    tops = codes[codes["parent"].isna()]
    return Study(
        themes={f"{one.codebook}/{one.code}": str(one.name) for one in tops.itertuples()},
        attributes=tuple(attributes_of(sources, "sources")),
        coders=tuple(coders.loc[coders["codings"] > 0, "name"]),
        sources=len(sources),
        codings=int(sources["codings"].sum()),
    )


def framework_of(themes: Sequence[str]) -> Framework | None:
    """A framework of themes, by ``codebook/code``, in this order; None for all as they stand."""
    chosen = tuple(Theme(theme, "") for theme in themes)
    return Framework("chosen", "Framework grid", chosen) if chosen else None


def framework_in(name: str, content: bytes) -> Framework:
    """The framework in a file that was handed in.

    Raises
    ------
    CodebookError
        With everything that is wrong with it.
    """
    with private_folder() as folder:
        path = folder / own_name(name)
        write_private(path, content)
        return read_framework(path)


def room_of(project: Project, options: Options) -> Room:
    """The room of a project, read from one moment of it.

    Raises
    ------
    QualkitError
        For an attribute, theme or coder that the study does not have.
    """
    with project.one_moment():
        grid = grid_of(project, **options.as_arguments())
        sources = with_case_attributes(project.sources(), project.cases())
        said = project.summaries()
    return Room(grid, units_of(grid, sources), _held(said))


def with_summaries(project: Project, room: Room) -> Room:
    """A room with its summaries read anew: all that a change of summaries alone changes.

    Not for a grid with opened themes: a summary can give such a theme a column of its own.
    """
    with project.one_moment():
        sources = with_case_attributes(project.sources(), project.cases())
        codes, said = project.codes(), project.summaries()
    grid = room.grid
    places = Places.of(sources, codes, (*grid.bands_are, grid.rows_are))
    written = place_summaries(said, grid.rows, grid.columns, codes, places)
    cells = {
        place: replace(cell, summaries=tuple(written.get(place, ())))
        for place, cell in grid.cells.items()
    }
    return replace(room, grid=replace(grid, cells=cells), held=_held(said))


def _held(said: pd.DataFrame) -> dict[tuple[str, tuple[str, ...]], Held]:
    found = {}
    records: list[dict[str, Any]] = said.to_dict("records")  # type: ignore[assignment]
    for one in records:
        source = plain(one["source"])
        kind: Literal["case", "source"] = "case" if source is None else "source"
        name = str(one["case"] if source is None else source)
        theme, phase = f"{one['codebook']}/{one['theme']}", str(one["phase"] or "")
        place = Place(kind, name, theme, phase)
        stance, rating = plain(one["stance"]), plain(one["rating"])
        words = Words(
            str(one["text"]), None if stance is None else str(stance),
            None if rating is None else int(rating), tuple(one["cites"]),
        )  # fmt: skip
        found[str(one["author"]), place.key] = Held(
            str(one["summary"]), words, int(one["version"]), bool(one["draft"]), changes(one),
            str(one["changed"]), phase,
        )  # fmt: skip
    return found


# Rows that can be written in -----------------------------------------------------------------


def units_of(grid: Grid, sources: pd.DataFrame) -> dict[str, Unit]:
    """The unit of each row that holds one source, or a case whole, or one phase of a case.

    Parameters
    ----------
    grid : Grid
    sources : DataFrame
        With the attributes of cases, and the column ``phase`` where the study has phases.
    """
    members: dict[str, list[str]] = {}
    for source, case in values_of(sources, "case").items():
        members.setdefault(case, []).append(source)
    phases = values_of(sources, PHASE) if PHASE in sources.columns else {}
    found = {row.key: _unit(row, grid, members, phases) for row in grid.rows}
    return {key: unit for key, unit in found.items() if unit is not None}


def _unit(
    row: Row, grid: Grid, members: Mapping[str, Sequence[str]], phases: Mapping[str, str]
) -> Unit | None:
    if grid.rows_are == "source" and len(row.sources) == 1:
        return Unit("source", row.sources[0])
    case = _case_of(row, grid)
    if case is None:
        return None
    whole = members.get(case, ())
    given = list(dict.fromkeys(phases.get(s, NOT_GIVEN) for s in whole))
    known = tuple(phase for phase in given if phase != NOT_GIVEN)
    if set(row.sources) == set(whole):
        return Unit("case", case, phases=known)
    for phase in known if PHASE in (*grid.bands_are, grid.rows_are) else ():
        if set(row.sources) == {s for s in whole if phases.get(s) == phase}:
            return Unit("case", case, phase)
    return None


def _case_of(row: Row, grid: Grid) -> str | None:
    names = (*grid.bands_are, grid.rows_are)
    return (*row.bands, row.name)[names.index("case")] if "case" in names else None


def place_of(unit: Unit, column: Column, phase: str = "") -> Place:
    """The place of a row's unit, a column, and the phase that was chosen."""
    return Place(unit.kind, unit.name, theme_id(column), unit.phase or phase)


def row_of(room: Room, place: Place) -> str | None:
    """The key of the row in which a place's summary is written."""
    for key, unit in room.units.items():
        same = (unit.kind, unit.name) == (place.kind, place.name)
        if same and unit.phase in {"", place.phase}:
            return key
    return None


def told(room: Room, place: Place) -> str:
    """A place in words: ``Northmoor, Set-up``."""
    number = number_of(room.grid, place.theme)
    title = place.theme if number is None else room.grid.columns[number].title
    return ", ".join(part for part in (place.name, place.phase, title) if part)


def theme_id(column: Column) -> str:
    """A column's code with its codebook."""
    return f"{column.codebook}/{column.code}"


def number_of(grid: Grid, theme: str) -> int | None:
    """The number of the first column of a theme, by ``codebook/code`` or the code alone."""
    for number, column in enumerate(grid.columns):
        if theme in {theme_id(column), column.code}:
            return number
    return None


def found_cell(grid: Grid, row: str, theme: str) -> tuple[str, str] | None:
    """The row's key and the theme's id of a cell that a link names; None where it is not there."""
    number = number_of(grid, theme)
    keys = [one.key for one in grid.rows if row in {one.key, one.name}]
    return (keys[0], theme_id(grid.columns[number])) if keys and number is not None else None


def link(base: str, row: str, theme: str) -> str:
    """The address of a cell.

    >>> link("http://localhost:8501/framework", "Salt Bay", "b/c")
    'http://localhost:8501/framework?row=Salt%20Bay&theme=b%2Fc'
    """
    return f"{base}?row={quote(row, safe='')}&theme={quote(theme, safe='')}"


# What is on the screen -----------------------------------------------------------------------


def arranged(grid: Grid, view: View) -> Grid:
    """A grid with its rows in another order, or without rows and columns that have nothing.

    Bands stay together, in their order. A row or column has something where any of its cells has
    a summary, an excerpt, or codings that were not chosen.
    """
    numbers = [
        n for n in range(len(grid.columns))
        if not view.hide_columns or any(_has(grid.cell(row.key, n)) for row in grid.rows)
    ]  # fmt: skip
    rows = [
        row for row in grid.rows
        if not view.hide_rows or any(_has(grid.cell(row.key, n)) for n in numbers)
    ]  # fmt: skip
    bands = {row.bands: n for n, row in reversed(list(enumerate(rows)))}
    ranks: dict[str, Any] = {
        "study": lambda row: 0,
        "name": lambda row: row.name.casefold(),
        "excerpts": lambda row: -sum(_count(grid.cell(row.key, n)) for n in numbers),
    }
    rows.sort(key=lambda row: (bands[row.bands], ranks[view.order](row)))
    cells = {(row.key, to): grid.cell(row.key, n) for row in rows for to, n in enumerate(numbers)}
    columns = tuple(grid.columns[n] for n in numbers)
    return replace(grid, rows=tuple(rows), columns=columns, cells=cells)


def _has(cell: Cell) -> bool:
    return not cell.empty or bool(cell.hidden)


def _count(cell: Cell) -> int:
    return len(cell.excerpts) + cell.left_out


def sent(grid: Grid, numbers: Mapping[str, int]) -> dict[str, Any]:
    """What the component is sent of a grid; every word of it is shown as it is.

    Parameters
    ----------
    grid : Grid
        As :func:`arranged` gives it.
    numbers : mapping
        A theme's id to its number, counted from 1 in the whole grid.
    """
    columns = [
        {"id": theme_id(column), "number": numbers[theme_id(column)], "title": column.title,
         "definition": one_line(column.definition)}
        for column in grid.columns
    ]  # fmt: skip
    rows = [
        {"key": row.key, "name": row.name, "detail": row.detail,
         "bands": [list(band) for band in bands],
         "cells": [shown_cell(grid.cell(row.key, n)) for n in range(len(grid.columns))]}
        for bands, row in in_bands(grid)
    ]  # fmt: skip
    label = "Framework grid. Arrow keys move, Enter chooses a cell, Enter again goes to its words."
    return {"label": label, "corner": heading(grid.rows_are), "columns": columns, "rows": rows}


def numbers_of(grid: Grid) -> dict[str, int]:
    """The number of each theme of a grid, counted from 1."""
    return {theme_id(column): n for n, column in reversed(list(enumerate(grid.columns, 1)))}


def shown_cell(cell: Cell) -> dict[str, Any]:
    """What stands in a cell on the screen: its summaries, why there is none, what it rests on."""
    said = [_said(one) for one in cell.summaries[:_SUMMARIES]]
    notes, none = [], ""
    if more := len(cell.summaries) - len(said):
        notes.append(f"{more} more {'summary' if more == 1 else 'summaries'}")
    if not cell.summaries:
        none = "No summary yet" if cell.excerpts else _capital(cell.silence)
    if count := _count(cell):
        notes += [_counted(count, "excerpt"), *_stances(cell)]
        notes += [f"{_counted(cell.hidden, 'coding')} not shown"] if cell.hidden else []
    elif cell.summaries:
        notes.append(cell.silence)
    return {"said": said, "none": none, "foot": _APART.join(notes)}


def _said(one: CellSummary) -> dict[str, str]:
    rated = (
        "" if one.rating is None else f"rated {one.rating}{f' ({one.level})' if one.level else ''}"
    )
    by = [one.author, *(part for part in (one.about, one.stance or "", rated) if part)]
    text = one.text if len(one.text) <= _SHOWN else f"{one.text[:_SHOWN].rstrip()} ..."
    return {
        "text": text, "by": _APART.join(by), "draft": "Draft" if one.draft else "",
        "changed": f"Evidence changed: {one.changes}" if one.changes else "",
    }  # fmt: skip


def _stances(cell: Cell) -> list[str]:
    """How many excerpts have each stance: ``2 positive``."""
    counts = Counter(stance for one in cell.excerpts for stance in {s for s, _ in one.stances})
    return [f"{counts[stance]} {stance}" for stance in STANCES if counts[stance]]


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' if number != 1 else ''}"


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def others(cell: Cell, held: Held | None, author: str) -> list[CellSummary]:
    """The summaries of a cell but the one that its editor holds."""
    found = list(cell.summaries)
    if held is not None:
        words = held.words
        own = [
            one for one in found
            if (one.author, one.text, one.stance, one.rating)
            == (author, words.text, words.stance, words.rating)
        ]  # fmt: skip
        found = [one for one in found if one is not next(iter(own), None)]
    return found


# What is done --------------------------------------------------------------------------------


def save(
    project: Project, place: Place, words: Words, *, author: str, held: Held | None
) -> int | None:
    """Write a summary in the place of the one that was read; the change's number in the log.

    Citations of codings that were removed meanwhile are left out. None comes back where the
    study says just this already.

    Raises
    ------
    ConflictError
        Where somebody wrote there since `held` was read; nothing was changed.
    QualkitError, ValueError
        For words that cannot stand.
    """
    cites = list(words.cites)
    while True:
        try:
            report = project.set_summary(
                place.theme, words.text, author=author, phase=held.phase if held else place.phase,
                stance=words.stance, rating=words.rating, cites=cites,
                version=held.version if held else 0,
                case=place.name if place.kind == "case" else None,
                source=place.name if place.kind == "source" else None,
            )  # fmt: skip
        except UnknownName as error:
            if error.kind != "coding" or error.name not in cites:
                raise
            cites.remove(error.name)
        else:
            return report.entry


def file_of(
    project: Project, options: Options, ending: str, *, paper: str = "A3", limit: int | None = None
) -> bytes:
    """A project's grid as a file: ``.docx``, ``.xlsx`` or ``.html``.

    Raises
    ------
    QualkitError
        Where a quote is not what its source says, or the study is damaged.
    """
    with private_folder() as folder:
        path = folder / f"grid{ending}"
        write_grid(project, path, paper=paper, limit=limit, **options.as_arguments())
        return path.read_bytes()
