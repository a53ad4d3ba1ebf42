"""``qualkit summary``: load and list."""

from __future__ import annotations

from pathlib import Path

import click

from qualkit.cli._shared import give, json_option, say, study_argument, user_option


@click.group()
def summary() -> None:
    """An analyst's words on one case and one theme."""


@summary.command("load")
@study_argument
@click.argument("file", type=click.Path(path_type=Path))
@user_option
def load_command(study: str, file: Path, user: str | None) -> None:
    """Load FILE (.csv or .xlsx): case, theme, author, summary. All or none."""
    from qualkit.project import Project

    with Project.open(study, user=user) as project:
        report = project.load_summaries(file)
    say(f"loaded {report.added} summaries; {report.same} were there already")


@summary.command("list")
@study_argument
@json_option
def list_command(study: str, as_json: bool) -> None:
    """List the cell summaries of STUDY."""
    from qualkit.project import Project

    with Project.open(study) as project:
        table = project.summaries()
    columns = ["case", "theme", "author", "text"]
    give(table, "summaries", columns, as_json=as_json, width=80)
