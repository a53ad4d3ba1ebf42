"""``qualkit guide``: load and list."""

from __future__ import annotations

from pathlib import Path

import click

from qualkit.cli._shared import give, json_option, say, study_argument, user_option


@click.group()
def guide() -> None:
    """The topic guide: who was asked about what, so that silence is told from not asked."""


@guide.command("load")
@study_argument
@click.argument("file", type=click.Path(path_type=Path))
@user_option
def load_command(study: str, file: Path, user: str | None) -> None:
    """Load FILE (.csv or .xlsx): theme, attribute, value. It replaces the guide that is there.

    A line says that the sources whose attribute has the value were asked about the theme; both
    are left empty where everybody was.
    """
    from qualkit.project import Project

    with Project.open(study, user=user) as project:
        report = project.load_guide(file)
    say(f"loaded a topic guide of {report.added} lines")


@guide.command("list")
@study_argument
@json_option
def list_command(study: str, as_json: bool) -> None:
    """List the topic guide of STUDY."""
    from qualkit.project import Project

    with Project.open(study) as project:
        table = project.guide()
    give(table, "guide", ["codebook", "code", "attribute", "value"], as_json=as_json)
