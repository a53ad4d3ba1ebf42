"""The framework grid as a Word document that can be handed to a client.

A title page with the method note and contents, the grid in landscape tables of at most six
themes with repeated headings and bands, then themes with their definitions and the list of
sources. Cells link to their sources, the contents to the tables.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from qualkit.export._docx import Page, WordFile, cell, link, row, run, twips
from qualkit.export._shared import (
    cited,
    heading,
    in_bands,
    left_out,
    method_sentences,
    one_line,
    quoted,
    remarks,
    silence,
    summary_words,
)  # fmt: skip
from qualkit.export._template import read_template
from qualkit.framework import Cell, CellSummary, Column, Excerpt, Grid, Row
from qualkit.tables import plain

if TYPE_CHECKING:
    import pandas as pd

PAPER: Final = {"A3": (420, 297), "A4": (297, 210)}  # landscape, millimetres
_ON_PAPER: Final = {"A3": 6, "A4": 4}
_MARGIN: Final = 15
_ROW_HEAD: Final = 34
_WHOLE_ROW: Final = 1_500  # characters in a cell; longer rows may run over pages
_SOURCE_WIDTHS: Final = {  # of the list of sources, in shares
    "source": 1.5, "case": 1.2, "stakeholder_type": 1.5, "role": 2.0, "organisation": 1.8,
    "date": 1.0, "mode": 1.0, "phase": 0.9, "format": 0.7, "words": 0.7, "codings": 0.8,
}  # fmt: skip


def write_grid(
    grid: Grid,
    path: Path | str,
    *,
    study: str,
    codebooks: Sequence[str],
    sources: pd.DataFrame,
    paper: str = "A3",
    template: Path | str | None = None,
) -> Path:
    """Write a grid to a .docx file.

    Parameters
    ----------
    grid : Grid
    path : path
        Replaced where it exists; written whole or not at all.
    study : str
        The study's name, for the title page.
    codebooks : sequence of str
        Titles with versions, for the method note.
    sources : DataFrame
        The sources, for the list at the end.
    paper : str
        ``A3`` (six themes a table) or ``A4`` (four), landscape.
    template : path, optional
        A client's own Word file, whose styles, page, headers and footers are taken.

    Raises
    ------
    ReadError
        Where the template cannot be used.
    QualkitError
        Where the file cannot be written.
    """
    file = WordFile(grid.title, None if template is None else read_template(template))
    places = Places.of(sources)
    tables = tables_of(grid, paper)
    entries = [(f"grid_{n}", title) for n, (title, _) in enumerate(tables, 1)]
    entries += [("themes", "Themes and their definitions"), ("sources", "Sources")]
    write_front(file, grid.title, study, method_sentences(grid, study, codebooks))
    file.contents(entries)
    write_tables(file, grid, places, paper)
    file.section(wide(file, "A4"))
    file.heading("Themes and their definitions", "themes")
    _themes(file, grid)
    file.heading("Sources", "sources")
    write_sources(file, sources, places)
    return file.save(path)


@dataclass(frozen=True, slots=True)
class Places:
    """Where the links of excerpts lead: to the transcript's turn, or to the list of sources.

    `turns` holds, of the sources whose transcripts are in the document, where the parts of the
    text begin.
    """

    numbers: Mapping[str, int]
    turns: Mapping[str, Sequence[int]] = field(default_factory=dict)

    @classmethod
    def of(cls, sources: pd.DataFrame, turns: Mapping[str, Sequence[int]] | None = None) -> Places:
        """The places of a document that lists these sources."""
        return cls({str(name): n for n, name in enumerate(sources["source"])}, turns or {})

    def source(self, name: str) -> str:
        """The bookmark of a source in the list."""
        return f"source_{self.numbers[name]}"

    def turn(self, name: str, at: int) -> str:
        """The bookmark of a part of a transcript by its number."""
        return f"turn_{self.numbers[name]}_{at}"

    def passage(self, source: str, start: int) -> str:
        """The bookmark nearest to a passage."""
        if source not in self.turns:
            return self.source(source)
        return self.turn(source, max(0, bisect_right(self.turns[source], start) - 1))


def write_front(file: WordFile, title: str, study: str, sentences: Sequence[str]) -> None:
    """The title with the method note."""
    file.say(one_line(title), "Title")
    file.say(f"Study: {one_line(study)}", "Subtitle")
    for sentence in sentences:
        file.say(sentence)


def wide(file: WordFile, paper: str) -> Page:
    """A landscape page."""
    return file.paper(*PAPER[paper], _MARGIN)


def tables_of(grid: Grid, paper: str) -> list[tuple[str, list[int]]]:
    """The title and the column numbers of each table of the grid, as even as can be."""
    count = len(grid.columns)
    tables = -(-count // _ON_PAPER[paper])
    made: list[tuple[str, list[int]]] = []
    start = 0
    for n in range(tables):
        size = -(-(count - start) // (tables - n))
        chunk = list(range(start, start + size))
        made.append((_title(grid, chunk, n + 1, tables), chunk))
        start += size
    return made


def _title(grid: Grid, chunk: Sequence[int], number: int, of: int) -> str:
    first, last = grid.columns[chunk[0]].title, grid.columns[chunk[-1]].title
    span = one_line(first if len(chunk) == 1 else f"{first} to {last}")
    return f"Grid: {span}" if of == 1 else f"Grid {number} of {of}: {span}"


def write_tables(file: WordFile, grid: Grid, places: Places, paper: str) -> None:
    """The grid in landscape tables, each under its heading on a page of its own."""
    file.section(wide(file, paper))
    for number, (title, chunk) in enumerate(tables_of(grid, paper), 1):
        file.heading(title, f"grid_{number}", new_page=number > 1)
        first = twips(_ROW_HEAD)
        widths = [first, *[(file.page.inner - first) // len(chunk)] * len(chunk)]
        heads = [heading(grid.rows_are), *(grid.columns[n].title for n in chunk)]
        rows = _rows(file, grid, chunk, widths, places)
        file.table(heads, widths, rows, caption=title)


def _rows(
    file: WordFile, grid: Grid, chunk: Sequence[int], widths: Sequence[int], places: Places
) -> Iterator[str]:
    for bands, one in in_bands(grid):
        yield from (band_row(file, depth, text, widths) for depth, text in bands)
        cells = [grid.cell(one.key, n) for n in chunk]
        yield row(
            [
                row_head(file, one, widths[0]),
                *(
                    grid_cell(file, held, grid.columns[n], width, places)
                    for held, n, width in zip(cells, chunk, widths[1:], strict=True)
                ),
            ],
            whole=max(map(_length, cells)) < _WHOLE_ROW,
        )


def band_row(file: WordFile, depth: int, text: str, widths: Sequence[int]) -> str:
    """A row across the table that names a band; those within others are lighter."""
    fill = file.colours.inner if depth else file.colours.band
    indent = "\u2003" * depth
    words = file.p(run(f"{indent}{text}"), "Grid Band", keep=True)
    return row([cell(words, sum(widths), fill=fill, span=len(widths))])


def row_head(file: WordFile, one: Row, width: int) -> str:
    """The cell that names a row."""
    detail = file.p(run(one_line(one.detail)), "Grid Attribution") if one.detail else ""
    return cell(file.p(run(one_line(one.name)), "Grid Row") + detail, width)


def _length(held: Cell) -> int:
    written = sum(len(s.text) + len(s.descriptor) + 60 for s in held.summaries)
    return written + sum(len(e.words) + 90 for e in held.excerpts)


def grid_cell(file: WordFile, held: Cell, column: Column, width: int, places: Places) -> str:
    """A cell with its summaries and excerpts, or with why it has none."""
    if held.empty:
        words = file.p(run(silence(held)), "Grid Empty")
        return cell(words, width, fill=file.colours.pale)
    written = [line for one in held.summaries for line in summary_lines(file, one)]
    return cell("".join([*written, *quote_lines(file, held, column, places)]), width)


def summary_lines(file: WordFile, summary: CellSummary, style: str = "Grid Summary") -> list[str]:
    """A summary: what it is about, its words and author, its rating, whether it is out of date."""
    said = summary_words(summary)
    first = [
        run(f"{said.about} " if said.about else "", bold=True),
        run(f"{said.draft} " if said.draft else "", bold=True),
        run(said.text),
        run(f" {said.by}" if said.by else "", size=7),
    ]
    lines = [file.p("".join(first), style)]
    if said.rating:
        small = run(f" {said.descriptor}" if said.descriptor else "", size=7)
        lines.append(file.p(run(said.rating, bold=True) + small, style))
    if said.changed:
        lines.append(file.p(run(said.changed, bold=True), style))
    return lines


def quote_lines(
    file: WordFile, held: Cell, column: Column, places: Places, style: str = "Grid"
) -> Iterator[str]:
    """The excerpts of a cell, each with its attribution, and how many were left out."""
    named = cited(held)
    for excerpt in held.excerpts:
        on = remarks(
            excerpt, column.title, column.name, cited=not named.isdisjoint(excerpt.codings)
        )
        yield from quote_line(file, excerpt, on, places, style)
    if more := left_out(held):
        yield file.p(run(more), f"{style} Attribution")


def quote_line(
    file: WordFile, excerpt: Excerpt, on: str, places: Places, style: str = "Grid"
) -> Iterator[str]:
    """One excerpt, then who said it, which links to where it is said."""
    yield file.p(run(quoted(excerpt)), f"{style} Quote")
    mark = places.passage(excerpt.source, excerpt.start)
    by = link(f"({one_line(excerpt.attribution)})", mark, file.colours.link)
    yield file.p(by + run(f" {on}" if on else ""), f"{style} Attribution")


def _themes(file: WordFile, grid: Grid) -> None:
    small = twips(30)
    widths = [twips(60), file.page.inner - twips(60) - small, small]
    rows = []
    for number, column in enumerate(grid.columns):
        full = sum(not grid.cell(one.key, number).empty for one in grid.rows)
        said = (column.title, column.definition, f"{full} of {len(grid.rows)}")
        rows.append(plain_row(file, said, widths))
    file.table(["Theme", "Definition", "Cells with data"], widths, rows, caption="Themes")


def plain_row(
    file: WordFile, values: Sequence[str], widths: Sequence[int], mark: str = "", *,
    styles: Sequence[str] = (),
) -> str:  # fmt: skip
    """A row of plain words; `mark` is a bookmark on the first cell, `styles` one a cell."""
    words = [run(one_line(value)) for value in values]
    words[0] = file.marked(words[0], mark) if mark else words[0]
    looks = styles or ["Grid Body"] * len(words)
    return row(
        cell(file.p(one, look), width)
        for one, look, width in zip(words, looks, widths, strict=True)
    )


def write_sources(file: WordFile, sources: pd.DataFrame, places: Places) -> None:
    """The list of sources, to which excerpts link."""
    shown = [n for n in _SOURCE_WIDTHS if n in sources.columns and n != "organisation"]
    widths = file.shares([_SOURCE_WIDTHS[name] for name in shown])
    rows = [
        plain_row(file, [_shown(record[n]) for n in shown], widths, places.source(record["source"]))
        for record in sources.to_dict("records")
    ]
    file.table([heading(name) for name in shown], widths, rows, caption="Sources")


def _shown(value: object) -> str:
    known = plain(value)
    return "" if known is None else f"{known:,}" if isinstance(known, int) else str(known)
