"""``qualkit report``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from qualkit.cli._shared import say, study_argument
from qualkit.model import STANCES

_PARTS = ("grid", "themes", "cases", "codebook", "transcripts")


@click.command()
@study_argument
@click.option("--out", required=True, type=click.Path(path_type=Path), help="A .docx file.")
@click.option("--framework", metavar="FILE", help="The themes, in order (YAML); by default all.")
@click.option(
    "--open", "opened", metavar="THEME", multiple=True,
    help="Give the codes below a theme columns of their own; 'all' for every theme.",
)  # fmt: skip
@click.option(
    "--rows", metavar="ATTRIBUTE", default="case", show_default=True,
    help="case, source, or an attribute of either.",
)  # fmt: skip
@click.option(
    "--bands", metavar="ATTRIBUTE", multiple=True,
    help="Group the rows by an attribute; again for groups within groups.",
)  # fmt: skip
@click.option("--stance", type=click.Choice(STANCES), multiple=True, help="Only such codings.")
@click.option("--coder", metavar="NAME", multiple=True, help="Only codings by this coder.")
@click.option(
    "--consensus", is_flag=True,
    help="Only what everybody who coded a source, two at least, marked with the same code.",
)  # fmt: skip
@click.option(
    "--excerpts", type=click.IntRange(1), default=5, show_default=True,
    help="At most so many for a case and theme; the rest is counted.",
)  # fmt: skip
@click.option(
    "--part", "parts", type=click.Choice(_PARTS), multiple=True,
    help="Only this part, or these; by default all but the transcripts.",
)  # fmt: skip
@click.option("--paper", type=click.Choice(["A3", "A4"]), default="A3", help="Of the grid.")
@click.option(
    "--template", metavar="FILE", type=click.Path(path_type=Path),
    help="A .docx whose styles, page, headers and footers the report takes.",
)  # fmt: skip
def report(
    study: str, out: Path, framework: str | None, opened: Sequence[str], rows: str,
    bands: Sequence[str], stance: Sequence[str], coder: Sequence[str], consensus: bool,
    excerpts: int, parts: Sequence[str], paper: str, template: Path | None,
) -> None:  # fmt: skip
    """Write STUDY as one report: grid, themes, cases, codebook, and transcripts if asked for.

    Transcripts show every turn with its speaker, and each coding as a comment on its words; ask
    for them with '--part transcripts', alone or with other parts.
    """
    from qualkit.codebook import read_framework
    from qualkit.framework import Choice
    from qualkit.project import Project
    from qualkit.reports import write_report

    themes = read_framework(framework) if framework else None
    choice = Choice(tuple(stance), tuple(coder), consensus)
    with Project.open(study) as project:
        write_report(
            project, out, framework=themes, opened=opened, rows=rows, bands=bands, choice=choice,
            limit=excerpts, parts=parts or None, template=template, paper=paper,
        )  # fmt: skip
    say(f"wrote {out}")
