"""``qualkit case``: list, attributes."""

from __future__ import annotations

from pathlib import Path

import click

from qualkit.cli._shared import give, json_option, say, study_argument, user_option


@click.group()
def case() -> None:
    """The units that sources are about: pilot areas, schools, people."""


@case.command("list")
@study_argument
@json_option
def list_command(study: str, as_json: bool) -> None:
    """List the cases of STUDY with their attributes."""
    from qualkit.project import Project

    with Project.open(study) as project:
        table = project.cases()
    give(table, "cases", map(str, table.columns), as_json=as_json)


@case.command("attributes")
@study_argument
@click.argument("sheet", type=click.Path(path_type=Path))
@user_option
def attributes_command(study: str, sheet: Path, user: str | None) -> None:
    """Set attributes of cases from SHEET: the column case names each."""
    from qualkit.project import Project

    with Project.open(study, user=user) as project:
        count = project.set_case_attributes(sheet)
    say(f"set the attributes of {count} cases")
