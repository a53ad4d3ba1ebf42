"""A project as a document, in one call: read the tables, build the result, write the file.

This is what the commands and pages do, for use from Python:

>>> import tempfile
>>> from pathlib import Path
>>> from qualkit.project import Project
>>> folder = Path(tempfile.mkdtemp())
>>> project = Project.create(folder / "study.qualkit", codebooks=["service-model"])
>>> write_grid(project, folder / "grid.html").name
'grid.html'
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from qualkit.compare import crosstab
from qualkit.errors import BatchError
from qualkit.export.grid import check_ending
from qualkit.export.grid import write_grid as write_file
from qualkit.framework import Choice, build_grid, select
from qualkit.framework.excerpts import taken_from
from qualkit.framework.filters import holding
from qualkit.settling import consensus_of

if TYPE_CHECKING:
    import pandas as pd

    from qualkit.compare import Crosstab
    from qualkit.framework import Excerpt, Grid
    from qualkit.model import Framework, Source
    from qualkit.project import Project

_ALL = Choice()


def grid_of(
    project: Project,
    *,
    framework: Framework | None = None,
    rows: str = "case",
    bands: str | Sequence[str] | None = None,
    opened: Collection[str] = (),
    choice: Choice = _ALL,
    limit: int | None = None,
) -> Grid:
    """The framework grid of a project; see :func:`qualkit.framework.build_grid`.

    Where disagreements were settled, a grid of the consensus holds what was decided.
    """
    codings, choice = codings_of(project, choice)
    grid = build_grid(
        codings,
        sources=project.sources(),
        codes=project.codes(),
        cases=project.cases(),
        summaries=project.summaries(),
        turns=project.turns(words=False),
        guide=project.guide(),
        framework=framework,
        rows=rows,
        bands=bands,
        opened=opened,
        choice=choice,
        limit=limit,
    )
    return grid if choice.layer is None else _as_consensus(grid, codings, choice)


def codings_of(project: Project, choice: Choice) -> tuple[pd.DataFrame, Choice]:
    """The codings among which a choice is made, and the choice as it is made among them.

    Parameters
    ----------
    project : Project
    choice : Choice

    Returns
    -------
    (DataFrame, Choice)
        For :func:`qualkit.framework.select`. Where consensus is wanted and disagreements were
        settled, the codings of the consensus stand among all others, and the choice names them;
        with coders, it names what those marked that holds words of it.
    """
    codings = project.codings()
    if not choice.consensus or project.decisions().empty:
        return codings, choice
    layer = consensus_of(project)
    if choice.coders:
        own = codings.loc[holding(codings, layer), "coding"]
        return codings, replace(choice, layer=frozenset(own))
    return _together(codings, layer), replace(choice, layer=frozenset(layer["coding"]))


def _together(codings: pd.DataFrame, layer: pd.DataFrame) -> pd.DataFrame:
    import pandas as pd

    rows = [*codings.to_dict("records"), *layer.to_dict("records")]
    return pd.DataFrame(rows, columns=list(codings.columns)).astype(codings.dtypes.to_dict())


def _as_consensus(grid: Grid, codings: pd.DataFrame, choice: Choice) -> Grid:
    """A grid of the consensus, which counts its own codings and names those it is of."""
    among = codings["coding"].isin(choice.layer or ())
    if choice.coders:
        return grid
    coders = tuple(sorted({str(name) for name in codings.loc[~among, "coder"]}))
    return replace(grid, method=replace(grid.method, all_codings=int(among.sum()), coders=coders))


def crosstab_of(project: Project, *, rows: str = "theme", by: str, smallest: int = 0) -> Crosstab:
    """Themes or codes of a project by an attribute; see :func:`qualkit.compare.crosstab`."""
    return crosstab(
        project.codings(),
        sources=project.sources(),
        codes=project.codes(),
        cases=project.cases(),
        turns=project.turns(words=False),
        rows=rows,
        by=by,
        smallest=smallest,
    )


def write_grid(  # noqa: PLR0913 - how a grid is asked for, and how it is written
    project: Project,
    path: Path | str,
    *,
    framework: Framework | None = None,
    rows: str = "case",
    bands: str | Sequence[str] | None = None,
    opened: Collection[str] = (),
    choice: Choice = _ALL,
    limit: int | None = None,
    paper: str = "A3",
    template: Path | str | None = None,
) -> Path:
    """Write a project's framework grid to a .docx, .xlsx or .html file.

    Everything that is printed as somebody's words is compared with the sources first: every
    coded text, every excerpt, every quotation within a cell summary.

    Parameters
    ----------
    project : Project
    path : path
        Its ending says what is written; an existing file is replaced, whole or not at all.
    framework, rows, bands, opened, choice, limit
        As :func:`qualkit.framework.build_grid` takes them.
    paper : str
        ``A3`` or ``A4``, of the Word document.
    template : path, optional
        A .docx whose styles, headers and footers the Word document takes.

    Raises
    ------
    QualkitError
        Where the ending is another, a theme or attribute is unknown, or a quote is not what
        its source says; nothing is written.
    """
    check_ending(path, template=template)
    with project.one_moment():
        project.require_sound()
        grid = grid_of(
            project, framework=framework, rows=rows, bands=bands, opened=opened, choice=choice,
            limit=limit,
        )  # fmt: skip
        require_verbatim(project, grid)
        used = [book for book in project.codebooks() if book.id in grid.method.codebooks]
        sources = project.sources()
    books = [f"{book.title} {book.version}" for book in used]
    return write_file(
        grid, path, study=project.name, codebooks=books, sources=sources, paper=paper,
        template=template,
    )  # fmt: skip


def write_report(  # noqa: PLR0913 - how a report is asked for, and how it is written
    project: Project,
    path: Path | str,
    *,
    framework: Framework | None = None,
    opened: Collection[str] = (),
    rows: str = "case",
    bands: str | Sequence[str] | None = None,
    choice: Choice = _ALL,
    limit: int | None = 5,
    parts: Sequence[str] | None = None,
    template: Path | str | None = None,
    paper: str = "A3",
) -> Path:
    """Write a whole study as one report: grid, themes, cases, codebook, transcripts.

    Everything that is printed as somebody's words is compared with the sources first, as
    :func:`write_grid` does.

    Parameters
    ----------
    project : Project
    path : path
        A .docx file; replaced where it exists, whole or not at all.
    framework, opened, rows, bands, choice, limit
        As :func:`qualkit.framework.build_grid` takes them.
    parts : sequence of str, optional
        Of ``grid``, ``themes``, ``cases``, ``codebook``, ``transcripts``; by default all but the
        transcripts. The list of sources is always there.
    template : path, optional
        A client's own Word file, whose styles, page, headers and footers a .docx takes.
    paper : str
        ``A3`` or ``A4``, of the grid.

    Raises
    ------
    QualkitError
        Where the ending is another, a name is unknown, the template cannot be used, or a quote
        is not what its source says; nothing is written.
    """
    from qualkit.export import report

    report.check_ending(path)
    with project.one_moment():
        project.require_sound()
        grid = grid_of(
            project, framework=framework, rows=rows, bands=bands, opened=opened, choice=choice
        )
        if framework is None:
            grid = replace(grid, title=f"Report of {project.name}")
        require_verbatim(project, grid)
        made = report.Report(
            grid=grid,
            study=project.name,
            books=tuple(b for b in project.codebooks() if b.id in grid.method.codebooks),
            codes=project.codes(),
            sources=project.sources(),
            cases=project.cases(),
            codings=select(*codings_of(project, choice)),
            summaries=project.summaries(),
            texts=_texts(project) if "transcripts" in (parts or ()) else (),
            limit=limit,
            parts=report.USUAL if parts is None else tuple(parts),
            paper=paper,
        )
    return report.write_report(made, path, template=template)


def _texts(project: Project) -> tuple[Source, ...]:
    return tuple(project.source(name) for name in project.sources()["source"])


def require_verbatim(project: Project, grid: Grid) -> None:
    """Refuse a grid in which something is quoted that no source says.

    Parameters
    ----------
    project : Project
    grid : Grid
        Of that project, as it is.

    Raises
    ------
    BatchError
        With every excerpt that is not what its source has at its place, and every quotation in
        a cell summary, of four words or more, that no source has.
    """
    faults = [*_odd_excerpts(project, grid), *_odd_summaries(project, grid)]
    if faults:
        raise BatchError("export", faults)


def _odd_excerpts(project: Project, grid: Grid) -> Iterator[str]:
    by_source: dict[str, list[Excerpt]] = {}
    for cell in grid.cells.values():
        for excerpt in cell.excerpts:
            by_source.setdefault(excerpt.source, []).append(excerpt)
    for source, text in project.texts(list(by_source)):
        for one in by_source[source]:
            if text[one.start : one.end] != one.text or not taken_from(one.words, one.text):
                place = f"{source}, characters {one.start} to {one.end}"
                yield (
                    f"{place}: the words to be printed, {one.words[:60]!r}, are not those of the"
                    " source; run 'qualkit project check' and tell us of it"
                )


def _odd_summaries(project: Project, grid: Grid) -> list[str]:
    from qualkit.proofing import check_texts

    found: dict[tuple[str, str], None] = {}
    for row in grid.rows:
        for number, column in enumerate(grid.columns):
            for summary in grid.cell(row.key, number).summaries:
                where = ", ".join(part for part in (row.key, column.title, summary.about) if part)
                found[f"summary by {summary.author} on {where}", summary.text] = None
    return [
        f"{one.label}: {one.text!r} is {one.verdict} ({one.reason}); load the summary"
        " again with the source's own words, or without quotation marks"
        for one in check_texts(project, list(found))
    ]
