"""``qualkit typology``."""

from __future__ import annotations

from pathlib import Path

import click

from qualkit.cli._shared import emit, json_option, records, say, study_argument


@click.command()
@study_argument
@click.option(
    "--rows", default="case", show_default=True, metavar="ATTRIBUTE",
    help="What is grouped: case, source, or an attribute.",
)  # fmt: skip
@click.option("--k", type=click.IntRange(2), help="How many groups; by default what fits best.")
@click.option("--framework", metavar="FILE", help="The themes (YAML); by default all.")
@click.option("--out", type=click.Path(path_type=Path), help="Write them to .csv or .xlsx.")
@json_option
def typology(
    study: str, rows: str, k: int | None, framework: str | None, out: Path | None, as_json: bool
) -> None:
    """Group the cases of STUDY that are alike across themes, and say what sets each group apart."""
    from qualkit import compare
    from qualkit.codebook import read_framework
    from qualkit.export.table import write_table
    from qualkit.project import Project

    themes = read_framework(framework) if framework else None
    with Project.open(study) as project, project.one_moment():
        made = compare.typology(
            project.codings(),
            sources=project.sources(),
            codes=project.codes(),
            cases=project.cases(),
            rows=rows,
            k=k,
            framework=themes,
        )
    if out is not None:
        say(f"wrote {write_table(made.table, out)}")
    if as_json:
        tables = {"groups": records(made.groups), "reasons": records(made.reasons)}
        told = {"silhouette": made.silhouette, "warnings": list(made.warnings)}
        emit({"rows": rows, **tables, **told})
        return
    for group in records(made.reasons):
        click.echo(f"{group['group']}  {', '.join(group['rows'])}\n   {group['reason']}")
    for warning in made.warnings:
        say(f"warning: {warning}")
    say(f"{len(made.reasons)} groups of {len(made.groups)} rows, silhouette {made.silhouette:.2f}")
