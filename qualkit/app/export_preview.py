"""A look at a file before it is made: counts, its first rows, and what cannot be printed."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from qualkit.app import state
from qualkit.app.export_room import (
    KINDS,
    PARTS,
    TABLES,
    Wish,
    book_of,
    codes_of,
    crosstab_for,
    draw,
    framework_of,
    pairs_for,
    plainly,
    spoken,
    typology_for,
)
from qualkit.app.files import private_folder
from qualkit.errors import BatchError, QualkitError
from qualkit.framework import select
from qualkit.project import Project
from qualkit.reports import codings_of, grid_of, require_verbatim
from qualkit.wording import many

if TYPE_CHECKING:
    import pandas as pd

    from qualkit.framework import Grid
    from qualkit.store.check import Problem

FIRST: Final = 12  # rows of a table that a preview shows
_LINES: Final = 40  # of a text


@dataclass(frozen=True, slots=True)
class Fault:
    """Words that would be printed and are not what a source says: where, why, the link to it."""

    where: str
    why: str
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Preview:
    """A look at what would be written.

    Attributes
    ----------
    said : str
        What there is, counted.
    table : DataFrame or None
        Its first rows.
    text : str
        Its first lines, of a file that is text.
    picture : bytes or None
        The figure, as PNG.
    faults : tuple of Fault
        Why nothing can be written yet.
    notes : tuple of str
        What must be known of it.
    """

    said: str
    table: pd.DataFrame | None = None
    text: str = ""
    picture: bytes | None = None
    faults: tuple[Fault, ...] = ()
    notes: tuple[str, ...] = ()


def preview(project: Project, wish: Wish) -> Preview:
    """A look at what is wished for, of the study as it is.

    Raises
    ------
    QualkitError
        Where it could not be made: nothing coded yet, too few cases, an attribute that is gone.
    """
    with plainly(), project.one_moment():
        return _PREVIEWS[wish.kind](project, wish)


def preview_or_why(wish: Wish, project: Project) -> Preview | QualkitError:
    """As :func:`preview`; where it cannot be made, why."""
    try:
        return preview(project, wish)
    except QualkitError as error:
        return error


def _preview_grid(project: Project, wish: Wish) -> Preview:
    grid = _grid(project, wish)
    return Preview(_grid_said(grid), grid_counts(grid), faults=_faults(project, grid))


def _grid(project: Project, wish: Wish) -> Grid:
    return grid_of(
        project, framework=framework_of(wish, project.name), rows=wish.rows, bands=wish.bands,
        opened=wish.opened, choice=wish.choice, limit=wish.limit,
    )  # fmt: skip


def _grid_said(grid: Grid) -> str:
    cells = grid.cells.values()
    excerpts = sum(len(cell.excerpts) + cell.left_out for cell in cells)
    left = sum(cell.left_out for cell in cells)
    cut = f" ({left:,} of them only counted)" if left else ""
    summed = sum(bool(cell.summaries) for cell in cells)
    return (
        f"{many(len(grid.rows), 'row')} by {many(len(grid.columns), 'theme')}:"
        f" {many(excerpts, 'excerpt')}{cut} and {many(summed, 'cell')} with a summary."
    )


def grid_counts(grid: Grid) -> pd.DataFrame:
    """The first rows of a grid, each cell told in a few words."""
    import pandas as pd

    titles = unlike(["", *(column.title for column in grid.columns)])
    rows = [
        [" / ".join((*row.bands, row.name)),
         *(_cell_said(grid, row.key, n) for n in range(len(grid.columns)))]
        for row in grid.rows[:FIRST]
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=[spoken(grid.rows_are), *titles[1:]])


def _cell_said(grid: Grid, row: str, column: int) -> str:
    cell = grid.cell(row, column)
    excerpts = len(cell.excerpts) + cell.left_out
    said = ["summary"] if cell.summaries else []
    said += [many(excerpts, "excerpt")] if excerpts else []
    return " + ".join(said) or "-"


def unlike(names: Sequence[str]) -> list[str]:
    """Names of columns of which no two are the same.

    >>> unlike(["Access", "Access", "Cost"])
    ['Access', 'Access (2)', 'Cost']
    """
    counted: dict[str, int] = {}
    made = []
    for name in names:
        counted[name] = counted.get(name, 0) + 1
        made.append(name if counted[name] == 1 else f"{name} ({counted[name]})")
    return made


def _preview_report(project: Project, wish: Wish) -> Preview:
    import pandas as pd

    grid = _grid(project, wish)
    books = {column.codebook for column in grid.columns}
    codes = int(project.codes()["codebook"].isin(books).sum())
    held = {
        "grid": _grid_said(grid),
        "themes": many(len(grid.columns), "chapter"),
        "cases": many(len(grid.rows), "chapter"),
        "codebook": many(codes, "code"),
        "transcripts": _transcripts_said(project, wish),
    }
    rows = [[PARTS[part], held[part]] for part in PARTS if part in wish.parts]
    rows.append(["List of sources", many(grid.method.sources, "source")])
    table = pd.DataFrame(rows, columns=["Part", "What it holds"])
    said = f"One Word document in {many(len(rows), 'part')}."
    return Preview(said, table, faults=_faults(project, grid))


def _transcripts_said(project: Project, wish: Wish) -> str:
    count = len(select(*codings_of(project, wish.choice)))
    return f"{many(len(project.sources()), 'transcript')} with {many(count, 'comment')}"


def _preview_transcripts(project: Project, wish: Wish) -> Preview:
    sources = project.sources()
    counts = select(*codings_of(project, wish.choice))["source"].value_counts()
    shown = sources[["source", "case", "words", "turns"]].assign(
        comments=[int(counts.get(name, 0)) for name in sources["source"]]
    )
    said = f"{_transcripts_said(project, wish)}."
    return Preview(said, shown.head(FIRST), faults=_faults(project, _grid(project, wish)))


def _preview_codings(project: Project, wish: Wish) -> Preview:
    table = TABLES["codings"](project, wish)
    first = table.head(FIRST)
    links = [
        state.place(*place) for place in zip(first["source"], first["start"], first["end"],
                                             strict=True)
    ]  # fmt: skip
    shown = first[["source", "text", "code_path", "coder", "stance"]]
    shown.insert(0, "place", links)
    said = f"{many(len(table), 'coding')}, {many(len(table.columns), 'column')}."
    return Preview(said, shown, faults=tuple(_unsound(project)))


def _preview_table(project: Project, wish: Wish) -> Preview:
    table = TABLES[wish.kind](project, wish)
    said = f"{many(len(table), 'row')}, {many(len(table.columns), 'column')}."
    return Preview(said, table.head(FIRST))


def _preview_codebook(project: Project, wish: Wish) -> Preview:
    from qualkit.codebook import codebook_text

    book = book_of(project, wish)
    said = f"{many(len(book.codes), 'code')}, version {book.version}."
    if wish.ending != ".yaml":
        shown = ["path", "definition", "include", "exclude", "cues", "codings"]
        return Preview(said, codes_of(project, wish)[shown].head(FIRST))
    lines = codebook_text(book).splitlines()
    more = ["..."] if len(lines) > _LINES else []
    return Preview(said, text="\n".join([*lines[:_LINES], *more]))


def _preview_crosstab(project: Project, wish: Wish) -> Preview:
    made = crosstab_for(project, wish)
    notes = []
    if held := len(made.suppressed):
        notes.append(f"{many(held, 'cell')} withheld and left empty.")
    said = f"{many(len(made.totals), 'row')} by {many(len(made.bases), 'group')}."
    return Preview(said, made.shown(wish.measure).head(FIRST), notes=tuple(notes))


def _preview_pairs(project: Project, wish: Wish) -> Preview:
    pairs = pairs_for(project, wish)
    shown = ["name_a", "name_b", "excerpts", "turns", "sources", "jaccard"]
    table = pairs[[name for name in shown if name in pairs]].head(FIRST)
    return Preview(f"{many(len(pairs), 'pair')} of codes that stand together.", table.round(2))


def _preview_typology(project: Project, wish: Wish) -> Preview:
    made = typology_for(project, wish)
    rows = made.reasons.assign(rows=[", ".join(names) for names in made.reasons["rows"]])
    said = (
        f"{many(len(made.reasons), 'group')} of {many(len(made.groups), 'row')};"
        f" silhouette {made.silhouette:.2f}."
    )
    return Preview(said, rows[["group", "size", "rows", "reason"]], notes=made.warnings)


def _preview_figure(project: Project, wish: Wish) -> Preview:
    with private_folder() as folder:
        draw(project, wish, folder / "figure.png")
        return Preview("", picture=(folder / "figure.png").read_bytes())


_PREVIEWS: Final[Mapping[str, Callable[[Project, Wish], Preview]]] = {
    **dict.fromkeys(KINDS, _preview_table),
    "grid": _preview_grid,
    "report": _preview_report,
    "transcripts": _preview_transcripts,
    "codings": _preview_codings,
    "codebook": _preview_codebook,
    "crosstab": _preview_crosstab,
    "cooccurrence": _preview_pairs,
    "typology": _preview_typology,
    "figure": _preview_figure,
}


# What cannot be printed --------------------------------------------------------------------


def _faults(project: Project, grid: Grid) -> tuple[Fault, ...]:
    """Everything that would be printed as somebody's words and is not."""
    found = _unsound(project)
    if not found:
        try:
            require_verbatim(project, grid)
        except BatchError as error:
            found = [Fault(*_parted(fault)) for fault in error.faults]
    return tuple(found)


def _unsound(project: Project) -> list[Fault]:
    """What a check of the study finds; an index of search that is behind spoils no file."""
    return faults_of(project, [one for one in project.check().problems if one.kind != "search"])


def faults_of(project: Project, problems: Sequence[Problem]) -> list[Fault]:
    """The problems of a check, with the links to the sources and codings that they name."""
    if not problems:
        return []
    codings = project.codings()
    columns = (codings[name] for name in ("coding", "source", "start", "end"))
    places = {
        f"{source}, coding {coding}": (source, state.place(source, start, end))
        for coding, source, start, end in zip(*columns, strict=True)
    }
    places |= {name: (name, state.place(name)) for name in project.sources()["source"]}
    found = [(one, *places.get(one.where, (one.where, None))) for one in problems]
    return [Fault(where, problem.message, link) for problem, where, link in found]


def _parted(fault: str) -> tuple[str, str, str | None]:
    """A fault of a quotation in its parts: where it stands, why, and the link to it.

    >>> _parted("p7, characters 4 to 9: the words are not those of the source")[2]
    'code?source=p7&start=4&end=9'
    """
    where, _, why = fault.partition(": ")
    found = re.fullmatch(r"(.+), characters (\d+) to (\d+)", where)
    if found is None:
        return where, why, None
    return where, why, state.place(found[1], int(found[2]), int(found[3]))
