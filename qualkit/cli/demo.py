"""``qualkit demo``: the invented sample study, built as a user would build it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from qualkit.cli._shared import progress_bar, say

if TYPE_CHECKING:
    from qualkit.project import Project

_BOOKS = ("evaluation-topics", "service-model", "cascade")
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
    from qualkit.errors import QualkitError
    from qualkit.project import Project, samples

    study = folder / "school-link.qualkit"
    if study.exists():
        raise QualkitError(f"{study} is there already; remove it, or name another folder")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    files = samples()
    with Project.create(study, codebooks=_BOOKS, user="demo") as project:
        with progress_bar("importing interviews") as update:
            report = project.add_sources(
                sorted((files / "interviews").iterdir()),
                attributes=files / "attributes.csv",
                progress=update,
            )
        project.set_case_attributes(files / "cases.csv")
        codings = project.load_codings(files / "codings.csv")
        summaries = project.load_summaries(files / "summaries.csv")
        project.load_guide(files / "guide.csv")
        say(
            f"made {study}: {len(report.added)} interviews (all invented), {codings.added} codings "
            f"by two coders, {summaries.added} cell summaries"
        )
        _write_grids(project, folder, files)
    say(f"look at {folder / 'grid-by-area.docx'} first, then 'qualkit coding list {study}'")


def _write_grids(project: Project, folder: Path, files: Path) -> None:
    from qualkit.codebook import read_framework
    from qualkit.reports import write_grid

    framework = read_framework(files / "framework.yaml")
    for name, rows, bands, excerpts in _GRIDS:
        to = folder / name
        write_grid(project, to, framework=framework, rows=rows, bands=bands, limit=excerpts)
        say(f"wrote {to}")
