"""A whole study as one Word document: grid, themes, cases, codebook, annotated transcripts.

The parts stand in the order of :data:`PARTS`, the list of sources last. Whatever a part shows
is taken from one grid, so that they agree.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from qualkit.errors import QualkitError, UnknownName
from qualkit.export._docx import Page, WordFile, cell, link, row, run
from qualkit.export._ratings import rated, rating_codes, write_ratings
from qualkit.export._shared import (
    heading,
    in_bands,
    material,
    method_sentences,
    one_line,
    silence,
    written,
)
from qualkit.export._template import read_template
from qualkit.export.annotated import parts_of, write_transcript
from qualkit.export.word import (
    Places,
    band_row,
    quote_lines,
    row_head,
    summary_lines,
    tables_of,
    wide,
    write_front,
    write_sources,
    write_tables,
)  # fmt: skip
from qualkit.framework import Cell, Column, Excerpt, Grid, Row
from qualkit.framework.excerpts import spread
from qualkit.model import STANCES, Code, Codebook, Source
from qualkit.tables import attributes_of, plain
from qualkit.wording import many

if TYPE_CHECKING:
    import pandas as pd

PARTS: Final = ("grid", "themes", "cases", "codebook", "transcripts")
USUAL: Final = PARTS[:-1]
ENDINGS: Final = (".docx",)
_CELLS: Final = {"grid", "themes", "cases"}  # the parts that show cells
_WHO: Final = ("role", "case", "date", "mode")  # facts under the heading of a transcript


@dataclass(frozen=True)
class Report:
    """What a report is made of.

    Attributes
    ----------
    grid : Grid
        With every excerpt; `limit` says how many a cell shows.
    study : str
    books : tuple of Codebook
        Those of the grid.
    codes, sources, cases, codings, summaries : DataFrame
        With the columns of :mod:`qualkit.tables`; the codings those that were chosen.
    texts : tuple of Source
        The sources whose transcripts are shown.
    limit : int or None
        Excerpts a cell; None for all.
    parts : tuple of str
        Of :data:`PARTS`.
    paper : str
        Of the grid: ``A3`` or ``A4``.
    """

    grid: Grid
    study: str
    books: tuple[Codebook, ...]
    codes: pd.DataFrame
    sources: pd.DataFrame
    cases: pd.DataFrame
    codings: pd.DataFrame
    summaries: pd.DataFrame
    texts: tuple[Source, ...] = ()
    limit: int | None = None
    parts: tuple[str, ...] = USUAL
    paper: str = "A3"

    def __post_init__(self) -> None:
        for part in self.parts:
            if part not in PARTS:
                raise UnknownName("part of a report", part, PARTS)

    @cached_property
    def shown(self) -> Grid:
        """The grid with no more excerpts a cell than are shown."""
        cells = {place: _cut(held, self.limit) for place, held in self.grid.cells.items()}
        return replace(self.grid, cells=cells, limit=self.limit)

    def codings_of(self, source: str) -> list[dict[str, Any]]:
        """The codings of one source."""
        own: list[dict[str, Any]] = self._by_source.get(source, [])
        return own

    @cached_property
    def _by_source(self) -> dict[str, list[dict[str, Any]]]:
        found: dict[str, list[dict[str, Any]]] = {}
        for record in self.codings.to_dict("records"):
            found.setdefault(str(record["source"]), []).append(record)  # type: ignore[arg-type]
        return found


def _cut(held: Cell, limit: int | None) -> Cell:
    shown = spread(list(held.excerpts), limit)
    return replace(held, excerpts=tuple(shown), left_out=len(held.excerpts) - len(shown))


def check_ending(path: Path | str) -> None:
    """Refuse a file that a report cannot be written to; QualkitError says what can."""
    ending = Path(path).suffix.lower()
    if ending not in ENDINGS:
        raise QualkitError(f"{path}: a report is written as {', '.join(ENDINGS)}, not {ending!r}")


def write_report(report: Report, path: Path | str, *, template: Path | str | None = None) -> Path:
    """Write a report to a .docx file.

    Parameters
    ----------
    report : Report
    path : path
        Replaced where it exists; written whole or not at all.
    template : path, optional
        A client's own Word file, whose styles, page, headers and footers are taken.

    Raises
    ------
    ReadError
        Where the template cannot be used.
    QualkitError
        Where the file cannot be written.
    """
    base = None if template is None else read_template(template)
    turns = {}
    if "transcripts" in report.parts:
        turns = {
            one.name: [part.start for part in parts_of(one, report.codings_of(one.name))]
            for one in report.texts
        }
    writer = _Writer(report, WordFile(report.grid.title, base), Places.of(report.sources, turns))
    return writer.write(path)


class _Chapter(NamedTuple):
    """What stands under one heading of the contents: its bookmark, its pages, its words."""

    mark: str
    title: str
    page: Page
    write: Callable[[], None]


@dataclass(frozen=True, slots=True)
class _Writer:
    report: Report
    file: WordFile
    places: Places

    def write(self, path: Path | str) -> Path:
        file, grid = self.file, self.report.shown
        chapters = list(self._chapters())
        tables = tables_of(grid, self.report.paper) if "grid" in self.report.parts else []
        entries = [(f"grid_{n}", title) for n, (title, _) in enumerate(tables, 1)]
        entries += [(chapter.mark, chapter.title) for chapter in chapters]
        write_front(file, grid.title, self.report.study, self._method())
        file.contents(entries)
        if tables:
            write_tables(file, grid, self.places, self.report.paper)
        for chapter in chapters:
            new_page = file.page == chapter.page
            if not new_page:
                file.section(chapter.page)
            file.heading(chapter.title, chapter.mark, new_page=new_page)
            chapter.write()
        return file.save(path)

    def _method(self) -> list[str]:
        """The method note, without what is of grids where none is shown."""
        report = self.report
        books = [f"{book.title} {book.version}" for book in report.books]
        comments = (
            "In the transcripts each coding is a comment on the words that it marks, by its coder."
        )
        told = [comments] if "transcripts" in report.parts else []
        if _CELLS.isdisjoint(report.parts):
            return [*material(report.grid, books), *told, written(report.study)]
        *sentences, last = method_sentences(report.shown, report.study, books)
        return [*sentences, *told, last]

    def _chapters(self) -> Iterator[_Chapter]:
        grid, upright, across = self.report.shown, self.file.plain, wide(self.file, "A4")
        if "themes" in self.report.parts:
            for n, column in enumerate(grid.columns):
                title = f"Theme: {one_line(column.title)}"
                yield _Chapter(f"theme_{n}", title, upright, partial(self._theme, n, column))
        if "cases" in self.report.parts:
            for n, one in enumerate(grid.rows):
                title = f"{heading(grid.rows_are)}: {one_line(_full_name(one))}"
                yield _Chapter(f"case_{n}", title, upright, partial(self._case, one))
        if "codebook" in self.report.parts:
            for n, book in enumerate(self.report.books):
                title = f"Codebook: {one_line(book.title)} {book.version}"
                yield _Chapter(f"book_{n}", title, across, partial(self._codebook, book))
        if "transcripts" in self.report.parts:
            for n, source in enumerate(self.report.texts):
                title = f"Transcript: {one_line(source.name)}"
                yield _Chapter(f"text_{n}", title, upright, partial(self._transcript, source))
        sources = partial(write_sources, self.file, self.report.sources, self.places)
        yield _Chapter("sources", "Sources", across, sources)

    # Themes ------------------------------------------------------------------------------

    def _theme(self, number: int, column: Column) -> None:
        file, grid = self.file, self.report.shown
        if column.definition:
            file.say(one_line(column.definition))
        for sentence in counted(self.report.grid, number):
            file.say(sentence)
        self._ratings(number, column)
        self._summaries_and_quotes(number, column)
        held = [(_full_name(one), grid.cell(one.key, number)) for one in grid.rows]
        self._silences(held)

    def _summaries_and_quotes(self, number: int, column: Column) -> None:
        """A table of the rows that have data; without a column for summaries where none is."""
        file, grid = self.file, self.report.shown
        summed = any(grid.cell(one.key, number).summaries for one in grid.rows)
        widths = file.shares([1.5, 3, 4] if summed else [1.5, 7])
        rows = list(self._theme_rows(number, column, widths))
        if not rows:
            return
        name = "Summaries and quotes" if summed else "Quotes"
        file.heading(name, level=2)
        heads = [heading(grid.rows_are), *(["Summary"] if summed else []), "Quotes"]
        file.table(heads, widths, rows, caption=f"{column.title}: {name.lower()}")

    def _theme_rows(self, number: int, column: Column, widths: Sequence[int]) -> Iterator[str]:
        file, waiting = self.file, dict[int, str]()
        for bands, one in in_bands(self.report.shown):
            waiting |= dict(bands)
            held = self.report.shown.cell(one.key, number)
            if held.empty:
                continue
            for depth in sorted(waiting):
                yield band_row(file, depth, waiting[depth], widths)
            waiting = {}
            summaries = [line for said in held.summaries for line in summary_lines(file, said)]
            quotes = list(quote_lines(file, held, column, self.places))
            shown = [summaries, quotes] if len(widths) == 3 else [quotes]
            none = file.p(run("\u2013"), "Grid Empty")
            cells = ["".join(lines) or none for lines in shown]
            boxes = (cell(words, w) for words, w in zip(cells, widths[1:], strict=True))
            yield row([row_head(file, one, widths[0]), *boxes], whole=False)

    def _silences(self, held: Sequence[tuple[str, Cell]]) -> None:
        """Names of what has no data, by why, in one line."""
        reasons: dict[str, list[str]] = {}
        for name, one in held:
            if one.empty:
                reasons.setdefault(silence(one), []).append(one_line(name))
        if reasons:
            self.file.say(". ".join(f"{why}: {', '.join(n)}" for why, n in reasons.items()) + ".")

    def _ratings(self, number: int, column: Column) -> None:
        """The levels and ratings of each rating code under a theme."""
        report = self.report
        held = [report.grid.cell(one.key, number) for one in report.grid.rows]
        excerpts = [excerpt for one in held for excerpt in one.excerpts]
        for code in rating_codes(report.books, column):
            place = column.codebook, code.id
            given = rated(place, report.summaries, report.codings, excerpts)
            write_ratings(self.file, code, given, places=self.places, limit=report.limit)

    # Cases, codebook, transcripts -----------------------------------------------------------

    def _case(self, one: Row) -> None:
        file, grid = self.file, self.report.shown
        for name, value in self._facts(one):
            file.add(file.p(run(f"{name}: ", bold=True) + run(value), "Normal"))
        if one.sources:
            links = [link(s, self.places.source(s), file.colours.link) for s in one.sources]
            words = run("Sources: ", bold=True) + run(", ").join(links)
            file.add(file.p(words, "Normal"))
        for number, column in enumerate(grid.columns):
            held = grid.cell(one.key, number)
            if held.empty:
                continue
            file.heading(column.title, level=2)
            for summary in held.summaries:
                file.add(*summary_lines(file, summary, "Report Summary"))
            file.add(*quote_lines(file, held, column, self.places, "Report"))
        named = [(c.title, grid.cell(one.key, n)) for n, c in enumerate(grid.columns)]
        self._silences(named)

    def _facts(self, one: Row) -> Iterator[tuple[str, str]]:
        """The attributes of a row: of its case, or of its source, else its bands."""
        grid = self.report.grid
        table = {"case": self.report.cases, "source": self.report.sources}.get(grid.rows_are)
        if table is None:
            yield from zip(map(heading, grid.bands_are), one.bands, strict=False)
            return
        found = table[table[grid.rows_are] == one.name].to_dict("records")
        names = attributes_of(table, f"{grid.rows_are}s")
        for record in found[:1]:
            for name in ["case", *names] if grid.rows_are == "source" else names:
                value = one_line(str(plain(record[name]) or ""))
                if value and value != one.name:
                    yield heading(name), value

    def _codebook(self, book: Codebook) -> None:
        file = self.file
        if book.description:
            file.say(one_line(book.description))
        own = self.report.codes[self.report.codes["codebook"] == book.id]
        applied = dict(zip(own["code"], own["codings"], strict=True))
        heads = ["Code", "Definition", "Include", "Exclude", "Example (made up)", "Applied"]
        widths = file.shares([2, 3.2, 3, 2.6, 3, 0.9])
        rows = [_code_row(file, book, code, int(applied[code.id]), widths) for code in book.codes]
        file.table(heads, widths, rows, caption=f"Codebook: {book.title}")
        file.say(
            "\u201cApplied\u201d counts the codings of the whole study with the code itself,"
            " without those of the codes below it.",
            "Grid Attribution",
        )

    def _transcript(self, source: Source) -> None:
        file = self.file
        own = self.report.sources[self.report.sources["source"] == source.name].to_dict("records")
        facts = [
            one_line(str(plain(own[0].get(n)) or "")) for n in ("role", "case", "date", "mode")
        ]
        if said := ", ".join(fact for fact in facts if fact):
            file.say(f"{said}.", keep=True)
        write_transcript(file, source, self.report.codings_of(source.name), self.places)


def counted(grid: Grid, number: int) -> list[str]:
    """How much there is on one theme, each count with its base.

    Parameters
    ----------
    grid : Grid
        With every excerpt.
    number : int
        Of the column.
    """
    cells = [grid.cell(one.key, number) for one in grid.rows]
    excerpts = [excerpt for held in cells for excerpt in held.excerpts]
    codings = {coding for excerpt in excerpts for coding in excerpt.codings}
    sources = {excerpt.source for excerpt in excerpts}
    of = sum(len(one.sources) for one in grid.rows)
    lines = [
        f"{many(len(excerpts), 'excerpt')} ({many(len(codings), 'coding')}) from"
        f" {len(sources)} of {many(of, 'source')}; {_rows_with(grid, cells)}."
    ]
    told = [held for held in cells if held.asked is not None]
    if told:
        asked = sum(held.asked or 0 for held in told)
        lines.append(
            f"Asked about it, by the topic guide or coded questions: {asked} of"
            f" {many(sum(held.of for held in told), 'source')}."
        )
    if excerpts:
        lines.append(_stances(excerpts))
    return lines


def _rows_with(grid: Grid, cells: Sequence[Cell]) -> str:
    noun = {"case": "cases", "source": "sources"}.get(
        grid.rows_are, f"values of {grid.rows_are.replace('_', ' ')}"
    )
    full = sum(not held.empty for held in cells)
    return f"{full} of {len(cells)} {noun} have a summary or an excerpt"


def _stances(excerpts: Sequence[Excerpt]) -> str:
    seen = [{stance for stance, _ in excerpt.stances} for excerpt in excerpts]
    counts = Counter(stance for found in seen for stance in found)
    said = [f"{counts[stance]} {stance}" for stance in STANCES if counts[stance]]
    if none := sum(not found for found in seen):
        said.append(f"{none} without")
    several = sum(len(found) > 1 for found in seen)
    more = f"; {several} under more than one, as codings differ" if several else ""
    return f"Excerpts by stance: {', '.join(said)}, of {len(excerpts)}{more}."


def _full_name(one: Row) -> str:
    """A row's name, with its bands where another row has the same."""
    return one.name if one.key == one.name else f"{one.name} ({', '.join(one.bands)})"


def _code_row(
    file: WordFile, book: Codebook, code: Code, applied: int, widths: Sequence[int]
) -> str:
    depth = len(book.path(code.id)) - 1
    name = file.p(run("\u2003" * depth + one_line(code.name)), "Grid Body" if depth else "Grid Row")
    name += file.p(run(one_line(code.id)), "Grid Attribution")
    # without quotation marks: nobody said these words, and no reader may think so
    said = (code.definition, code.include, code.exclude, code.example, f"{applied:,}")
    cells = [file.p(run(one_line(text)), "Grid Body") for text in said]
    for level in code.scale:
        words = run(f"{level.value} {one_line(level.label)}", bold=True)
        more = run(f" {one_line(level.descriptor)}" if level.descriptor else "")
        cells[0] += file.p(words + more, "Grid Attribution")
    return row(cell(one, width) for one, width in zip([name, *cells], widths, strict=True))
