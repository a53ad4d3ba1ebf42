"""``qualkit demo``: the invented sample study, built as a user would build it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from qualkit.cli._shared import progress_bar, say

if TYPE_CHECKING:
    from qualkit.project import Project

_GRIDS = (  # file, rows, bands, excerpts a cell
    ("grid-by-area.docx", "case", "profile", 3),
    ("grid-by-interview.docx", "source", "case", None),
    ("grid-by-area.xlsx", "case", "profile", None),
    ("grid-by-area.html", "case", "profile", None),
)


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
def demo(folder: Path) -> None:
    """Build the sample study in FOLDER, and write its Word, Excel and web page grids there."""
    from qualkit.project import Project, samples
    from qualkit.sample import build_sample

    with progress_bar("importing interviews") as update:
        made = build_sample(folder, progress=update)
    say(
        f"made {made.study}: {made.interviews} interviews (all invented), {made.codings} codings "
        f"by two coders, {made.summaries} cell summaries"
    )
    with Project.open(made.study) as project:
        _write_grids(project, folder, samples())
    say(f"look at {folder / 'grid-by-area.docx'} first, then 'qualkit coding list {made.study}'")


def _write_grids(project: Project, folder: Path, files: Path) -> None:
    from qualkit.codebook import read_framework
    from qualkit.reports import write_grid

    framework = read_framework(files / "framework.yaml")
    for name, rows, bands, excerpts in _GRIDS:
        to = folder / name
        write_grid(project, to, framework=framework, rows=rows, bands=bands, limit=excerpts)
        say(f"wrote {to}")
