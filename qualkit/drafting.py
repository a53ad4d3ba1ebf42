"""A study's empty cells drafted in one call: read, draft, keep.

>>> import tempfile
>>> from pathlib import Path
>>> from qualkit.project import Project
>>> project = Project.create(Path(tempfile.mkdtemp()) / "s.qualkit", codebooks=["service-model"])
>>> draft_cells(project, author="Ann").added
0
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from qualkit.charting import SENTENCES, draft
from qualkit.model import Framework, Theme
from qualkit.reports import grid_of

if TYPE_CHECKING:
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
        made = draft(grid, sentences=sentences, rewrite=rewrite, text_of=texts)
    return project.keep_drafts(made, author=author)
