"""``qualkit grid``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from qualkit.cli._shared import say, study_argument
from qualkit.model import STANCES


@click.command()
@study_argument
@click.option(
    "--out", required=True, type=click.Path(path_type=Path), help="A .docx, .xlsx or .html file."
)
@click.option("--framework", metavar="FILE", help="The themes, in order (YAML); by default all.")
@click.option(
    "--open",
    "opened",
    metavar="THEME",
    multiple=True,
    help="Give the codes below a theme columns of their own; 'all' for every theme.",
)
@click.option(
    "--rows", metavar="ATTRIBUTE", help="case (the default), source, or an attribute of either."
)
@click.option(
    "--bands",
    metavar="ATTRIBUTE",
    multiple=True,
    help="Group the rows by an attribute; again for groups within groups.",
)
@click.option(
    "--by",
    metavar="ATTRIBUTE",
    multiple=True,
    help="Regroup: the last is what rows are, those before it their bands, the widest first.",
)
@click.option("--stance", type=click.Choice(STANCES), multiple=True, help="Only such codings.")
@click.option("--coder", metavar="NAME", multiple=True, help="Only codings by this coder.")
@click.option(
    "--consensus",
    is_flag=True,
    help="Only what everybody who coded a source, two at least, marked with the same code.",
)
@click.option("--excerpts", type=click.IntRange(1), help="At most so many a cell; by default all.")
@click.option("--paper", type=click.Choice(["A3", "A4"]), default="A3", show_default=True)
@click.option(
    "--template",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="A .docx whose styles, headers and footers the Word document takes.",
)
def grid(
    study: str, out: Path, framework: str | None, opened: Sequence[str], rows: str | None,
    bands: Sequence[str], by: Sequence[str], stance: Sequence[str], coder: Sequence[str],
    consensus: bool, excerpts: int | None, paper: str, template: Path | None,
) -> None:  # fmt: skip
    """Write the framework grid of STUDY: cases by themes, with summaries and quotes.

    Options with several values are given several times: --by region --by role.
    """
    from qualkit.codebook import read_framework
    from qualkit.framework import Choice
    from qualkit.project import Project
    from qualkit.reports import write_grid

    rows, bands = _places(rows, bands, by)
    choice = Choice(tuple(stance), tuple(coder), consensus)
    themes = read_framework(framework) if framework else None
    with Project.open(study) as project:
        write_grid(
            project, out, framework=themes, rows=rows, bands=bands, opened=opened, choice=choice,
            limit=excerpts, paper=paper, template=template,
        )  # fmt: skip
    say(f"wrote {out}")


def _places(rows: str | None, bands: Sequence[str], by: Sequence[str]) -> tuple[str, Sequence[str]]:
    """What the rows are, and in which bands."""
    if not by:
        return rows or "case", bands
    if bands:
        raise click.UsageError("--by and --bands both say how rows are grouped; give one of them")
    return (rows, by) if rows else (by[-1], by[:-1])
