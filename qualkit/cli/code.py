"""``qualkit code``: add, set, move, merge, remove, and auto."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from qualkit.cli._shared import (
    emit,
    json_option,
    links_option,
    records,
    say,
    show,
    study_argument,
    user_option,
)  # fmt: skip

if TYPE_CHECKING:
    from qualkit.autocoding import AutoReport
    from qualkit.model import Code
    from qualkit.store.merging import MergeReport

_SHOWN = 20
_SPAN = ["source", "start", "end", "text"]
code_argument = click.argument("code_id", metavar="CODE")


def _words(command: Any) -> Any:  # noqa: ANN401 - click's decorators take and give anything
    """The options that say what a code is."""
    for option in (
        click.option("--colour", metavar="#RRGGBB", help="Its colour."),
        click.option("--cue", "cues", multiple=True, help="What people say; once for each."),
        click.option("--example", help="An invented quote."),
        click.option("--exclude", help="What does not belong to it, and where that goes."),
        click.option("--include", help="What belongs to it."),
        click.option("--definition", help="What it means."),
    ):
        command = option(command)
    return command


@click.group()
def code() -> None:
    """Edit the codes of a study, and code by a rule.

    CODE is a code's id, or codebook/code where two codebooks share it. Every change can be taken
    back by 'qualkit project undo'.
    """


@code.command("add")
@study_argument
@click.argument("codebook")
@click.argument("code_id", metavar="ID")
@click.option("--name", required=True, help="What people call it.")
@click.option("--parent", metavar="ID", help="The code to stand below; without it a theme.")
@_words
@user_option
@json_option
def add_command(
    study: str, codebook: str, code_id: str, name: str, parent: str | None, definition: str | None,
    include: str | None, exclude: str | None, example: str | None, cues: tuple[str, ...],
    colour: str | None, user: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Add a code to a CODEBOOK of STUDY."""
    from qualkit.model import DEFAULT_COLOUR, Code
    from qualkit.project import Project

    made = Code(
        code_id, name, definition or "", include or "", exclude or "", example or "", cues,
        colour or DEFAULT_COLOUR, parent,
    )  # fmt: skip
    with Project.open(study, user=user) as project:
        _done(project.add_code(codebook, made), codebook, "added", as_json=as_json)


@code.command("set")
@study_argument
@code_argument
@click.option("--name", help="What people call it.")
@click.option("--id", "new_id", metavar="ID", help="Another id.")
@_words
@user_option
@json_option
def set_command(
    study: str, code_id: str, name: str | None, new_id: str | None, definition: str | None,
    include: str | None, exclude: str | None, example: str | None, cues: tuple[str, ...],
    colour: str | None, user: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Word a CODE anew; what is not given stays, --include '' takes it away.

    Its codings stay with it, whatever it is called.
    """
    from qualkit.project import Project

    with Project.open(study, user=user) as project:
        book, ident = project.find_code(code_id)
        made = project.set_code(
            book, ident, name=name, definition=definition, include=include, exclude=exclude,
            example=example, cues=[cue for cue in cues if cue] if cues else None, colour=colour,
            new_id=new_id,
        )  # fmt: skip
    _done(made, book, "set", as_json=as_json)


@code.command("move")
@study_argument
@code_argument
@click.option("--parent", metavar="ID", help="The code to stand below.")
@click.option("--theme", is_flag=True, help="Make it a theme, below no other code.")
@click.option("--before", metavar="ID", help="Stand before this one; by default last.")
@user_option
@json_option
def move_command(
    study: str, code_id: str, parent: str | None, theme: bool, before: str | None,
    user: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Move a CODE, with all below it, below another one or elsewhere beside its own."""
    from qualkit.project import Project
    from qualkit.store.keep import KEEP

    if parent and theme:
        raise click.UsageError("--parent or --theme, not both")
    above = None if theme else parent or KEEP
    with Project.open(study, user=user) as project:
        book, ident = project.find_code(code_id)
        entry = project.move_code(book, ident, parent=above, before=before)
    _changed(f"{book}/{ident}", "moved", entry, as_json=as_json)


@code.command("merge")
@study_argument
@code_argument
@click.argument("into", metavar="INTO")
@click.option("--dry-run", is_flag=True, help="Tell what it would do; change nothing.")
@user_option
@json_option
def merge_command(
    study: str, code_id: str, into: str, dry_run: bool, user: str | None, as_json: bool
) -> None:
    """Merge CODE into the code INTO, with all that hangs on it; CODE goes.

    Where a coder has the same words under both, one coding stays and keeps both memos.
    """
    from qualkit.project import Project

    with Project.open(study, user=user) as project:
        book, ident = project.find_code(code_id)
        other = "/".join(project.find_code(into))
        report = project.merge_codes(book, ident, other, dry_run=dry_run)
    if as_json:
        emit({"dry_run": dry_run, "code": f"{book}/{ident}", "into": other, **asdict(report)})
        return
    say(f"{book}/{ident} {'would be' if dry_run else 'is'} merged into {other}")
    _tell_merge(report)


def _tell_merge(report: MergeReport) -> None:
    from qualkit.wording import many

    say(f"  {report.moved} codings moved, {report.doubled} were double and went")
    say(
        f"  {report.summaries} cell summaries, {report.suggestions} suggestions, {report.guide} "
        f"lines of the topic guide and {report.children} codes below it follow"
    )
    if report.links:
        say(f"  {many(report.links, 'link')} to findings follow, with the verdicts on them")
    for conflict in report.conflicts:
        say(f"  to look at: {conflict}")
    if report.entry is not None:
        say(f"to take it back: qualkit project undo STUDY {report.entry}")


@code.command("remove")
@study_argument
@code_argument
@links_option
@user_option
@json_option
def remove_command(study: str, code_id: str, links: bool, user: str | None, as_json: bool) -> None:
    """Remove a CODE on which nothing hangs: no coding, summary, line of the guide, code."""
    from qualkit.project import Project

    with Project.open(study, user=user) as project:
        book, ident = project.find_code(code_id)
        entry = project.remove_code(book, ident, links=links)
    _changed(f"{book}/{ident}", "removed", entry, as_json=as_json)


def _done(made: Code, book: str, how: str, *, as_json: bool) -> None:
    """Say which code was made or worded anew."""
    if as_json:
        emit({"codebook": book, **asdict(made)})
    else:
        say(f"{how}: {book}/{made.id}, {made.name}")


def _changed(name: str, how: str, entry: int | None, *, as_json: bool) -> None:
    """Say what became of a code."""
    if as_json:
        emit({"code": name, "entry": entry})
    elif entry is None:
        say(f"{name} stands there already")
    else:
        say(f"{how}: {name}; to take it back: qualkit project undo STUDY {entry}")


@code.command("auto")
@study_argument
@click.option("--query", required=True, help="What to look for; see 'qualkit kwic --help'.")
@click.option("--code", "code_id", required=True, metavar="CODE", help="The code to give.")
@click.option("--coder", metavar="NAME", help="In whose name; by default that of --as.")
@click.option(
    "--unit", type=click.Choice(["segment", "turn", "match"]), default="segment",
    show_default=True, help="What is coded: the segment, the whole turn, the words alone.",
)  # fmt: skip
@click.option("--interviewers", is_flag=True, help="Code what interviewers said too.")
@click.option("--dry-run", is_flag=True, help="Show what would be coded; change nothing.")
@user_option
@json_option
def auto_command(
    study: str, query: str, code_id: str, coder: str | None, unit: str, interviewers: bool,
    dry_run: bool, user: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Code everything that a query finds; one change, taken back by 'qualkit project undo'."""
    from qualkit.autocoding import auto_code
    from qualkit.project import Project

    name = coder or user
    if not name:
        raise click.UsageError("say in whose name: --coder NAME")
    with Project.open(study, user=user) as project:
        report = auto_code(
            project, query, code_id, coder=name, unit=unit, interviewers=interviewers,
            dry_run=dry_run,
        )  # fmt: skip
    if as_json:
        emit({
            "dry_run": dry_run, "found": len(report.found), "added": report.added,
            "same": report.same, "entry": report.entry, "segments": records(report.found[_SPAN]),
        })  # fmt: skip
        return
    _preview(report)
    verb = "would be added" if dry_run else "added"
    say(f"{report.added} codings {verb}; {report.same} were there already")
    if report.entry is not None:
        say(f"to take them back: qualkit project undo STUDY {report.entry}")


def _preview(report: AutoReport) -> None:
    show(report.found.head(_SHOWN), _SPAN)
    if len(report.found) > _SHOWN:
        say(f"... and {len(report.found) - _SHOWN} more")
    for source, count in report.found["source"].value_counts(sort=False).items():
        say(f"  {source}: {count}")
