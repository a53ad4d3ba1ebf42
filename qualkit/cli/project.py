"""``qualkit project``: check, log, undo."""

from __future__ import annotations

import click

from qualkit.cli._shared import emit, json_option, records, say, show, study_argument, user_option


@click.group()
def project() -> None:
    """The study as a whole."""


@project.command("check")
@study_argument
@json_option
def check_command(study: str, as_json: bool) -> None:
    """Compare every text and every coded quote with what was stored."""
    from qualkit.project import Project

    with Project.open(study) as opened:
        report = opened.check()
    problems = [{"kind": p.kind, "where": p.where, "message": p.message} for p in report.problems]
    if as_json:
        emit({"ok": not problems, "sources": report.sources, "codings": report.codings,
              "problems": problems})  # fmt: skip
    say(f"{report.sources} sources and {report.codings} codings checked")
    for problem in report.problems:
        say(f"  {problem.where}: {problem.message}")
    if problems:
        raise SystemExit(1)


@project.command("log")
@study_argument
@json_option
def log_command(study: str, as_json: bool) -> None:
    """Who changed what, and when."""
    import json

    from qualkit.project import Project

    with Project.open(study) as opened:
        table = opened.log()
    if as_json:
        rows = records(table)
        for row in rows:
            row["before"], row["after"] = json.loads(row["before"]), json.loads(row["after"])
        emit({"log": rows})
    else:
        show(table, ["entry", "at", "who", "action", "what"])


@project.command("undo")
@study_argument
@click.argument("entry", type=int)
@user_option
def undo_command(study: str, entry: int, user: str | None) -> None:
    """Take back one ENTRY of the log: codings, suggestions or cell summaries.

    Refused where something of it was changed since. The undoing can itself be undone.
    """
    from qualkit.project import Project

    with Project.open(study, user=user) as opened:
        report = opened.undo(entry)
    say(
        f"undone: entry {report.undone}, {report.what} ({report.removed} removed, "
        f"{report.restored} put back, {report.changed} as they were); this is entry {report.entry}"
    )
