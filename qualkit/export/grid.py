"""Writing a project's grid to a file of whatever kind its ending names."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from qualkit.errors import QualkitError
from qualkit.export import excel, webpage, word

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from qualkit.framework import Grid

ENDINGS = (".docx", ".xlsx", ".html")


def check_ending(path: Path | str, *, template: Path | str | None = None) -> str:
    """The ending of a file that a grid can be written to; QualkitError for any other.

    A template is for Word alone.
    """
    ending = Path(path).suffix.lower()
    if ending not in ENDINGS:
        raise QualkitError(f"{path}: a grid is written as {', '.join(ENDINGS)}, not {ending!r}")
    if template is not None and ending != ".docx":
        raise QualkitError(f"{path}: a template is for a .docx file, not {ending!r}")
    return ending


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
    """Write a grid to a .docx, .xlsx or .html file; see :func:`qualkit.export.word.write_grid`."""
    ending = check_ending(path, template=template)
    if ending == ".docx":
        return word.write_grid(
            grid, path, study=study, codebooks=codebooks, sources=sources, paper=paper,
            template=template,
        )  # fmt: skip
    if ending == ".xlsx":
        cases = dict(zip(sources["source"], sources["case"], strict=True))
        return excel.write_grid(grid, path, study=study, codebooks=codebooks, cases=cases)
    return webpage.write_grid(grid, path, study=study, codebooks=codebooks)
