"""``qualkit cooccurrence``."""

from __future__ import annotations

from pathlib import Path

import click

from qualkit.cli._shared import emit, json_option, records, say, show, study_argument


@click.command()
@study_argument
@click.option(
    "--within", type=click.Choice(["words", "turn", "source"]), default="words",
    show_default=True, help="What two codes must share.",
)  # fmt: skip
@click.option("--level", type=click.Choice(["code", "theme"]), default="code", show_default=True)
@click.option("--out", type=click.Path(path_type=Path), help="Write them to .csv or .xlsx.")
@json_option
def cooccurrence(study: str, within: str, level: str, out: Path | None, as_json: bool) -> None:
    """Show which codes of STUDY stand on the same words, or in one turn or source.

    Jaccard is the share of places with either code that have both: 1 is never one alone.
    """
    from qualkit import compare
    from qualkit.export.table import write_table
    from qualkit.project import Project

    with Project.open(study) as project, project.one_moment():
        pairs = compare.cooccurrence(
            project.codings(),
            codes=project.codes(),
            turns=project.turns(words=False),
            within=within,
            level=level,
        )
    if out is not None:
        say(f"wrote {write_table(pairs, out)}")
    if as_json:
        emit({"within": within, "level": level, "pairs": records(pairs)})
        return
    show(pairs.round(2), ["name_a", "name_b", "excerpts", "turns", "sources", "jaccard"], width=36)
