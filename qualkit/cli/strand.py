"""``qualkit strand`` and ``qualkit thread``: further evidence, and questions followed in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from qualkit.cli._shared import (
    give,
    json_option,
    links_option,
    say,
    study_argument,
    user_option,
)

_KINDS = ("activity", "workforce", "outcomes", "workshop", "documents", "other")


@click.group()
def strand() -> None:
    """Figures beyond interviews and surveys: activity, workforce, outcomes, by area and period."""


@strand.command()
@study_argument
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--kind", type=click.Choice(_KINDS), default="activity", show_default=True)
@click.option("--name", default="", metavar="ID", help="Else the file's name.")
@click.option("--title", default="", metavar="TEXT")
@click.option("--source", default="", metavar="TEXT", help="Where the figures are from.")
@links_option
@user_option
def add(
    study: str, file: Path, kind: str, name: str, title: str, source: str, links: bool,
    user: str | None,
) -> None:  # fmt: skip
    """Load FILE (.csv, .tsv, .xlsx) into STUDY: a row a figure, with measure, period and value.

    Optional columns: area, n, sd; and of the measure question, unit, polarity, total.
    """
    from qualkit.project import Project
    from qualkit.triangulate import read_strand
    from qualkit.wording import many

    found = read_strand(file, name=name, kind=kind, title=title, source=source)
    with Project.open(study, user=user) as project:
        report = project.add_strand(found, links=links)
    for note in report.notes:
        say(note)
    done = "loaded" if report.added else "the same figures were there:"
    figures = many(len(found.table), "figure")
    say(f"{done} {found.id}: {many(len(found.measures), 'measure')}, {figures}")


@strand.command("list")
@study_argument
@json_option
def list_strands(study: str, as_json: bool) -> None:
    """List the further strands of STUDY."""
    from qualkit.project import Project

    with Project.open(study) as project:
        table = project.strands()
    columns = [name for name in table.columns if name != "version"]
    give(table, "strands", columns, as_json=as_json)


@strand.command()
@study_argument
@click.argument("name")
@json_option
def findings(study: str, name: str, as_json: bool) -> None:
    """The figures of strand NAME of STUDY as findings, whose ids 'link add' takes."""
    from qualkit.project import Project
    from qualkit.triangulate import strand_findings

    with Project.open(study) as project:
        table = strand_findings(project.strand(name))
    give(table, "findings", ("finding", "base", "text"), as_json=as_json, width=100)


@strand.command()
@study_argument
@click.argument("name")
@links_option
@user_option
def remove(study: str, name: str, links: bool, user: str | None) -> None:
    """Remove a strand from STUDY; 'project undo' brings it back."""
    from qualkit.project import Project

    with Project.open(study, user=user) as project:
        entry = project.remove_strand(name, links=links)
        told = project.log(before=(entry or 0) + 1, limit=1, rows=False)
    say(f"removed {told['what'].iloc[0]}")


# Threads -------------------------------------------------------------------------------------

_raised = click.option("--raised-in", metavar="STRAND", help="interviews, survey, a strand's id.")
_pursued = click.option("--pursued-in", metavar="STRAND")
_theme = click.option("--theme", metavar="CODE", help="The code that it is about.")
_found = click.option("--found", "what_was_found", metavar="TEXT")
_status = click.option("--status", type=click.Choice(["open", "answered", "dropped"]))


@click.group()
def thread() -> None:
    """Questions that one strand of evidence raised, followed in another."""


@thread.command("add")
@study_argument
@click.argument("question")
@_raised
@_pursued
@_theme
@_found
@_status
@user_option
def add_thread(
    study: str, question: str, raised_in: str | None, user: str | None, **said: str | None
) -> None:
    """Log QUESTION, to follow it in another strand; prints its id."""
    from qualkit.project import Project

    if raised_in is None:
        raise click.UsageError("say with --raised-in which strand raised it")
    given = {name: value for name, value in said.items() if value is not None}
    with Project.open(study, user=user) as project:
        click.echo(project.add_thread(question, raised_in=raised_in, **given))


@thread.command("list")
@study_argument
@user_option
@json_option
def list_threads(study: str, user: str | None, as_json: bool) -> None:
    """List the threads of STUDY."""
    from qualkit.project import Project

    with Project.open(study, user=user) as project:
        table = project.threads()
    columns = ("thread", "question", "raised_in", "pursued_in", "code", "status", "what_was_found")
    give(table, "threads", columns, as_json=as_json)


@thread.command("set")
@study_argument
@click.argument("thread_id", metavar="THREAD")
@click.option("--question", metavar="TEXT")
@_raised
@_pursued
@_theme
@_found
@_status
@click.option("--remove", is_flag=True, help="Remove it instead.")
@user_option
def set_thread(
    study: str,
    thread_id: str,
    remove: bool,
    user: str | None,
    **said: Any,  # noqa: ANN401 - as click gives them
) -> None:
    """Change THREAD of STUDY, its id or how that begins; what is not given stays."""
    from qualkit.project import Project
    from qualkit.triangulating import thread_id_of

    given = {name: value for name, value in said.items() if value is not None}
    if bool(given) == remove:
        raise click.UsageError("say what to change, or --remove it")
    with Project.open(study, user=user) as project:
        ident = thread_id_of(project, thread_id)
        if remove:
            project.remove_thread(ident)
            done = "removed"
        else:
            done = "changed" if project.set_thread(ident, **given) else "it says so already"
    say(done)
