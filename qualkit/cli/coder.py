"""``qualkit coder``: who works on a study, in which role."""

from __future__ import annotations

import click

from qualkit.cli._shared import give, json_option, say, study_argument, user_option

_ROLES = "reader, coder, evaluator or supervisor"


@click.group()
def coder() -> None:
    """Who works on a study, and what each may do."""


@coder.command("list")
@study_argument
@json_option
def list_command(study: str, as_json: bool) -> None:
    """List the coders of STUDY with their roles and how many codings each has."""
    from qualkit.project import Project

    with Project.open(study) as project:
        table = project.coder_table()
    give(table, "coders", map(str, table.columns), as_json=as_json)


@coder.command("add")
@study_argument
@click.argument("name")
@click.option("--role", default="evaluator", show_default=True, help=f"{_ROLES}.".capitalize())
@click.option("--login", default="", help="How a server's login names this person.")
@user_option
def add_command(study: str, name: str, role: str, login: str, user: str | None) -> None:
    """Add NAME to those who work on STUDY.

    Roles bind from the first supervisor on; until then everybody may do everything.
    """
    from qualkit.project import Project

    with Project.open(study, user=user) as project:
        project.add_coder(name, role=role, login=login)
    say(f"added {name}: {role}")


@coder.command("set")
@study_argument
@click.argument("name")
@click.option("--role", help=f"{_ROLES}.".capitalize())
@click.option("--login", help="How a server's login names this person.")
@click.option("--name", "new_name", metavar="NAME", help="Another name from now on.")
@user_option
def set_command(
    study: str, name: str, role: str | None, login: str | None, new_name: str | None,
    user: str | None,
) -> None:  # fmt: skip
    """Change the role, login or name of the coder NAME."""
    from qualkit.project import Project

    with Project.open(study, user=user) as project:
        project.set_coder(name, role=role, login=login, new_name=new_name)
        now = project.role_of((new_name or name).strip())
    say(f"{new_name or name}: {now}")
