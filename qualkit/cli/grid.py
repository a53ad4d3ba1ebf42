"""``qualkit grid``."""

from __future__ import annotations

from pathlib import Path

import click

from qualkit.cli._shared import say, study_argument


@click.command()
@study_argument
@click.option(
    "--out", required=True, type=click.Path(path_type=Path), help="A .docx, .xlsx or .html file."
)
@click.option("--framework", metavar="FILE", help="The themes, in order (YAML); by default all.")
@click.option(
    "--rows", default="case", show_default=True, help="case, source, or an attribute of sources."
)
@click.option("--bands", metavar="ATTRIBUTE", help="Group the rows by an attribute.")
@click.option("--excerpts", type=click.IntRange(1), help="At most so many a cell; by default all.")
@click.option("--paper", type=click.Choice(["A3", "A4"]), default="A3", show_default=True)
def grid(
    study: str, out: Path, framework: str | None, rows: str, bands: str | None,
    excerpts: int | None, paper: str,
) -> None:  # fmt: skip
    """Write the framework grid of STUDY: cases by themes, with summaries and quotes."""
    from qualkit.codebook import read_framework
    from qualkit.project import Project
    from qualkit.reports import write_grid

    themes = read_framework(framework) if framework else None
    with Project.open(study) as project:
        write_grid(
            project, out, framework=themes, rows=rows, bands=bands, limit=excerpts, paper=paper
        )
    say(f"wrote {out}")
