"""``qualkit project``: check, progress, log, undo, backup, import, export."""

from __future__ import annotations

import click

from qualkit.cli._shared import emit, json_option, records, say, show, study_argument, user_option
from qualkit.cli.exchange import export_command, import_command


@click.group()
def project() -> None:
    """The study as a whole."""


project.add_command(import_command)
project.add_command(export_command)


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


@project.command("progress")
@study_argument
@json_option
def progress_command(study: str, as_json: bool) -> None:
    """How far the study is: by source, theme and coder, saturation, and what to do next."""
    from qualkit.progress import progress_of
    from qualkit.project import Project

    with Project.open(study) as opened:
        made = progress_of(opened)
    grown = made.saturation
    if as_json:
        emit({
            "by_source": records(made.by_source), "by_theme": records(made.by_theme),
            "by_coder": records(made.by_coder), "saturation": records(grown.table),
            "reached": grown.notation, "reason": grown.reason,
            "next": [{"text": step.text, "page": step.page} for step in made.next_steps],
        })  # fmt: skip
        return
    show(made.by_source, ["source", "answers", "coded", "left", "codings", "suggestions"])
    show(made.by_theme, ["codebook", "theme", "sources", "codings", "summaries"])
    show(made.by_coder, ["coder", "sources", "codings", "last"])
    say(f"saturation: {grown.notation or grown.reason}")
    for step in made.next_steps:
        say(f"next: {step.text}")


@project.command("log")
@study_argument
@click.option("--as", "user", metavar="NAME", help="Who reads; whoever works blind sees less.")
@json_option
def log_command(study: str, user: str | None, as_json: bool) -> None:
    """Who changed what, and when."""
    import json

    from qualkit.project import Project

    with Project.open(study, user=user) as opened:
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
    """Take back one ENTRY of the log: codings, suggestions, summaries, the guide, codes, codebooks.

    Refused where something of it was changed since. The undoing can itself be undone.
    """
    from qualkit.project import Project

    with Project.open(study, user=user) as opened:
        report = opened.undo(entry)
    say(
        f"undone: entry {report.undone}, {report.what} ({report.removed} removed, "
        f"{report.restored} put back, {report.changed} as they were); this is entry {report.entry}"
    )


@project.command("backup")
@study_argument
@json_option
def backup_command(study: str, as_json: bool) -> None:
    """Copy STUDY into the folder beside it, check the copy, and print its path.

    A study on a server is backed up with PostgreSQL's own pg_dump.
    """
    from qualkit.project import Project

    with Project.open(study) as opened:
        made = opened.back_up()
        count = len(opened.backups())
    if as_json:
        emit({"backup": str(made), "backups": count})
    else:
        click.echo(made)
        say(f"a checked copy; {count} stand{'s'[: count == 1]} there now")
