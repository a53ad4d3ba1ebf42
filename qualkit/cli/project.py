"""``qualkit project``: check, progress, log, undo, backup, import, export."""

from __future__ import annotations

from dataclasses import asdict

import click

from qualkit.cli._shared import emit, json_option, records, say, show, study_argument, user_option
from qualkit.cli.exchange import export_command, import_command
from qualkit.cli.pseudonyms import purge_command


@click.group()
def project() -> None:
    """The study as a whole."""


project.add_command(import_command)
project.add_command(export_command)
project.add_command(purge_command)


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
@click.option("--out", metavar="FILE", help="Write the audit trail as .csv or .xlsx.")
@click.option(
    "--rows",
    is_flag=True,
    help="With every row before and after: the words that were coded among them.",
)
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="The latest N alone.")
@click.option("--before", type=int, metavar="ENTRY", help="Those before this entry alone.")
@click.option("--words", default="", help="Those with these words in who, when or what.")
@click.option("--as", "user", metavar="NAME", help="Who reads; whoever works blind sees less.")
@json_option
def log_command(
    study: str,
    out: str | None,
    rows: bool,
    limit: int | None,
    before: int | None,
    words: str,
    user: str | None,
    as_json: bool,
) -> None:
    """Who changed what, and when: the audit trail.

    It names sources, codes and people, and counts rows. With --rows, and as JSON, every row
    before and after the change comes too.
    """
    import json

    from qualkit.project import Project

    with Project.open(study, user=user) as opened:
        table = opened.trail(limit=limit, before=before, words=words, rows=rows or as_json)
    if out is not None:
        from qualkit.export.table import write_table

        say(f"{len(table)} entries written to {write_table(table, out)}")
    if as_json:
        found = records(table)
        for row in found:
            row["before"], row["after"] = json.loads(row["before"]), json.loads(row["after"])
        emit({"log": found})
    elif out is None:
        show(table, ["entry", "at", "who", "action", "what", "undone_by", "before", "after"])


@project.command("undo")
@study_argument
@click.argument("entry", type=int, required=False)
@click.option(
    "--steps", type=click.IntRange(min=1), metavar="N", help="Without ENTRY: the latest N changes."
)
@user_option
@json_option
def undo_command(
    study: str, entry: int | None, steps: int | None, user: str | None, as_json: bool
) -> None:
    """Take back one ENTRY of the log, or the latest change that stands.

    Whatever it changed. Refused where something of it was changed since, which is then to be
    undone first; of several steps, those before that are done. An undoing can itself be undone by
    its number.
    """
    from qualkit.project import Project

    if entry is not None and steps is not None:
        raise click.UsageError("give an ENTRY or --steps, not both")
    with Project.open(study, user=user) as opened:
        found = opened.undo_last(steps or 1) if entry is None else [opened.undo(entry)]
    if as_json:
        emit({"undone": [asdict(report) for report in found]})
        return
    for report in found:
        say(
            f"undone: entry {report.undone}, {report.what} ({report.removed} removed, "
            f"{report.restored} put back, {report.changed} as they were); this is entry "
            f"{report.entry}"
        )
    if not found:
        say("nothing is left to take back")


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
        found = opened.backup_records()
    sound = all(one.sound for one in found if one.path == made)
    if as_json:
        emit({"backup": str(made), "backups": len(found), "sound": sound})
        return
    click.echo(made)
    if not sound:
        say("it holds what was changed outside qualkit; see 'qualkit project check' and repair")
    say(f"a checked copy; {len(found)} stand{'s'[: len(found) == 1]} there now")


@project.command("restore")
@study_argument
@click.argument("backup", required=False)
@click.option("--to", type=click.Path(), help="A new file; STUDY stays as it is.")
@click.option("--list", "listing", is_flag=True, help="List the backups, and do nothing.")
@click.option("--dry-run", is_flag=True, help="Say what would be lost, and do nothing.")
@user_option
@json_option
def restore_command(
    study: str, backup: str | None, to: str | None, listing: bool, dry_run: bool,
    user: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Put STUDY back to a BACKUP, a path or a name, by default to the newest sound one.

    What is there is backed up first, or set aside where it is too damaged. STUDY need not open.
    """
    from qualkit.project import backups_of, preview_restore, restore

    if listing:
        rows = [
            {"backup": str(one.path), "made": one.made.strftime("%Y-%m-%dT%H:%M:%SZ"),
             "why": one.why, "size": one.size, "sound": one.sound}
            for one in backups_of(study)
        ]  # fmt: skip
        if as_json:
            emit({"backups": rows})
            return
        for row in rows:
            click.echo("  ".join(str(row[name]) for name in ("made", "why", "size", "backup")))
        return
    done = (
        preview_restore(study, backup) if dry_run else restore(study, backup, to=to, user=user)
    )  # fmt: skip
    if as_json:
        paths = {"study": done.path, "backup": done.backup, "kept": done.kept, "aside": done.aside}
        told = {name: None if path is None else str(path) for name, path in paths.items()}
        emit({**told, "lost": done.lost, "applied": not dry_run})
        return
    click.echo(done.path)
    say(f"{'would be' if dry_run else 'is now'} what it was in {done.backup}")
    if done.lost:
        say(f"later entries of the log that are not in it: {done.lost}")
    if done.kept is not None:
        say(f"the study as it was is kept in {done.kept}; to go back, restore that")
    if done.aside is not None:
        say(f"the damaged file was set aside as {done.aside}")


@project.command("repair")
@study_argument
@user_option
@json_option
def repair_command(study: str, user: str | None, as_json: bool) -> None:
    """Make good what was changed outside qualkit, where log or backups say what it was.

    Nothing is guessed. STUDY is backed up first; what could not be made good is listed.
    """
    from qualkit.project import Project

    with Project.open(study, user=user) as opened:
        done = opened.repair()
    left = [{"kind": p.kind, "where": p.where, "message": p.message} for p in done.left]
    if as_json:
        emit({"ok": not left, "mended": list(done.mended), "left": left, "entry": done.entry,
              "backup": None if done.kept is None else str(done.kept)})  # fmt: skip
    else:
        for line in done.mended:
            click.echo(line)
        say(f"{len(done.mended)} made good, {len(left)} left")
        for problem in done.left:
            say(f"  {problem.where}: {problem.message}")
    if left:
        raise SystemExit(1)
