"""``qualkit memo``: notes on the study, or on one of its sources, cases or codes."""

from __future__ import annotations

import click

from qualkit.cli._shared import emit, give, json_option, say, study_argument, user_option

_LISTED = ("memo", "about", "of", "title", "text", "author", "changed")
_memo = click.argument("memo_id", metavar="MEMO")
_title = click.option("--title", metavar="TEXT")


@click.group()
def memo() -> None:
    """Notes on the study, or on one of its sources, cases or codes."""


@memo.command("list")
@study_argument
@user_option
@json_option
def list_memos(study: str, user: str | None, as_json: bool) -> None:
    """List the memos of STUDY, the oldest first."""
    from qualkit.project import Project

    with Project.open(study, user=user) as project:
        table = project.memos()
    give(table, "memos", table.columns if as_json else _LISTED, as_json=as_json)


@memo.command()
@study_argument
@click.argument("text")
@_title
@click.option("--source", metavar="NAME", help="The source that it is about.")
@click.option("--case", metavar="NAME", help="The case that it is about.")
@click.option("--code", metavar="CODE", help="The code that it is about.")
@user_option
@json_option
def add(
    study: str, text: str, title: str | None, source: str | None, case: str | None,
    code: str | None, user: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Write TEXT as a memo: on the study, or on one source, case or code. Prints its id."""
    from qualkit.project import Project

    with Project.open(study, user=user) as project:
        made = project.add_memo(text, title=title or "", source=source, case=case, code=code)
    if as_json:
        emit({"memo": made})
    else:
        click.echo(made)


@memo.command()
@study_argument
@_memo
@_title
@click.option("--text", metavar="TEXT")
@user_option
@json_option
def change(
    study: str, memo_id: str, title: str | None, text: str | None, user: str | None, as_json: bool
) -> None:
    """Word MEMO of STUDY anew; what is not given stays."""
    from qualkit.project import Project

    with Project.open(study, user=user) as project:
        entry = project.set_memo(memo_id, title=title, text=text)
    _done("changed" if entry else "it was so already", memo_id, entry, as_json=as_json)


@memo.command()
@study_argument
@_memo
@user_option
@json_option
def remove(study: str, memo_id: str, user: str | None, as_json: bool) -> None:
    """Remove MEMO from STUDY; 'project undo' brings it back."""
    from qualkit.project import Project

    with Project.open(study, user=user) as project:
        entry = project.remove_memo(memo_id)
    _done("removed", memo_id, entry, as_json=as_json)


def _done(what: str, memo_id: str, entry: int | None, *, as_json: bool) -> None:
    """Say what was done, with the entry of the log that takes it back."""
    if as_json:
        emit({"memo": memo_id, "entry": entry})
    else:
        say(what if entry is None else f"{what} (entry {entry})")
