"""``qualkit case``: list, attributes."""

from __future__ import annotations

from pathlib import Path

import click

from qualkit.cli._shared import (
    emit,
    json_option,
    records,
    say,
    show,
    study_argument,
    user_option,
)  # fmt: skip


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
    if as_json:
        emit({"cases": records(table)})
    else:
        show(table, list(map(str, table.columns)))


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
