"""A study's empty cells drafted in one call: read, draft, keep.

>>> import tempfile
>>> from pathlib import Path
>>> from qualkit.project import Project
>>> project = Project.create(Path(tempfile.mkdtemp()) / "s.qualkit", codebooks=["service-model"])
>>> draft_cells(project, author="Ann").added
0
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from qualkit.charting import SENTENCES, draft
from qualkit.model import Framework, Theme
from qualkit.reports import grid_of

if TYPE_CHECKING:
    from qualkit.framework import Grid
    from qualkit.loading import LoadReport
    from qualkit.project import Project


def draft_cells(
    project: Project,
    *,
    author: str,
    rows: str = "case",
    themes: Sequence[str] = (),
    sentences: int = SENTENCES,
    rewrite: bool = False,
    progress: Callable[[int, int, str], None] | None = None,
) -> LoadReport:
    """Draft summaries for the cells of a study that have excerpts and no summary.

    Parameters
    ----------
    project : Project
    author : str
        Who answers for the drafts; they stay drafts until that person sets them.
    rows : str
        ``case`` or ``source``.
    themes : sequence of str
        Only these; by default every theme of every codebook.
    sentences : int
        At most so many in a draft.
    rewrite : bool
        Draft anew what is still a draft.
    progress : callable, optional
        Called with themes done, themes in all, and the title of the next; nothing is kept where
        it raises.

    Returns
    -------
    LoadReport
        How many were drafted, and how many cells were left as they are because their author has
        written there already.

    Raises
    ------
    UnknownName, ValueError
        For a theme that is not there, or rows of another kind.
    """
    only = Framework("", "", tuple(Theme(name, "") for name in themes)) if themes else None
    with project.one_moment():
        grid = grid_of(project, framework=only, rows=rows)
        texts = lru_cache(maxsize=64)(lambda name: project.source(name).text)
        made = []
        for n, column in enumerate(grid.columns):
            if progress is not None:
                progress(n, len(grid.columns), column.title)
            part = one_column(grid, n)
            made += draft(part, sentences=sentences, rewrite=rewrite, text_of=texts)
    return project.keep_drafts(made, author=author)


def one_column(grid: Grid, number: int) -> Grid:
    """A grid of one of its columns alone."""
    cells = {(row.key, 0): grid.cell(row.key, number) for row in grid.rows}
    return replace(grid, columns=(grid.columns[number],), cells=cells)


def draft_cell(project: Project, grid: Grid, row: str, column: int, *, author: str) -> LoadReport:
    """Draft the summary of one cell, where it has excerpts and nobody has written there.

    Parameters
    ----------
    project : Project
    grid : Grid
        Of that project, with rows of cases or of sources.
    row : str
        The row's key; its excerpts in the grid are those that are drafted from.
    column : int
    author : str
        Who answers for the draft; it stays one until that person sets it.

    Raises
    ------
    ValueError
        For rows of another kind.
    """
    rows = tuple(one for one in grid.rows if one.key == row)
    part = replace(one_column(replace(grid, rows=rows), column), bands_are=())
    texts = lru_cache(maxsize=64)(lambda name: project.source(name).text)
    return project.keep_drafts(draft(part, text_of=texts), author=author)
