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

from pathlib import Path
from typing import TYPE_CHECKING

from qualkit.export.grid import check_ending
from qualkit.export.grid import write_grid as write_file
from qualkit.framework import build_grid

if TYPE_CHECKING:
    from qualkit.framework import Grid
    from qualkit.model import Framework
    from qualkit.project import Project


def grid_of(
    project: Project,
    *,
    framework: Framework | None = None,
    rows: str = "case",
    bands: str | None = None,
    limit: int | None = None,
) -> Grid:
    """The framework grid of a project; see :func:`qualkit.framework.build_grid`."""
    return build_grid(
        project.codings(),
        sources=project.sources(),
        codes=project.codes(),
        cases=project.cases(),
        summaries=project.summaries(),
        turns=project.turns(words=False),
        framework=framework,
        rows=rows,
        bands=bands,
        limit=limit,
    )


def write_grid(
    project: Project,
    path: Path | str,
    *,
    framework: Framework | None = None,
    rows: str = "case",
    bands: str | None = None,
    limit: int | None = None,
    paper: str = "A3",
) -> Path:
    """Write a project's framework grid to a .docx, .xlsx or .html file.

    Every quote is compared with its source first.

    Parameters
    ----------
    project : Project
    path : path
        Its ending says what is written; an existing file is replaced, whole or not at all.
    framework, rows, bands, limit
        As :func:`qualkit.framework.build_grid` takes them.
    paper : str
        ``A3`` or ``A4``, of the Word document.

    Raises
    ------
    QualkitError
        Where the ending is another, a theme or attribute is unknown, or a quote is not what
        its source says; nothing is written.
    """
    check_ending(path)
    with project.one_moment():
        project.require_sound()
        grid = grid_of(project, framework=framework, rows=rows, bands=bands, limit=limit)
        used = [book for book in project.codebooks() if book.id in grid.method.codebooks]
        sources = project.sources()
    books = [f"{book.title} {book.version}" for book in used]
    return write_file(grid, path, study=project.name, codebooks=books, sources=sources, paper=paper)
