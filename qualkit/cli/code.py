"""``qualkit code``: auto."""

from __future__ import annotations

from typing import TYPE_CHECKING

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

if TYPE_CHECKING:
    from qualkit.autocoding import AutoReport

_SHOWN = 20
_SPAN = ["source", "start", "end", "text"]


@click.group()
def code() -> None:
    """Code without marking each passage by hand."""


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
