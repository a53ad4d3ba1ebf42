"""``qualkit privacy``: review, apply, restore, key, withdraw, retain; and ``project purge``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from qualkit.cli._shared import emit, json_option, records, say, show, study_argument, user_option

key_option = click.option(
    "--key", "key_file", metavar="FILE", help="The key file, where it is not STUDY.key."
)
dry_run_option = click.option("--dry-run", is_flag=True, help="Say what would change, and stop.")


@click.command("review")
@study_argument
@key_option
@click.option("--model", is_flag=True, help="Ask spaCy too, where it is installed.")
@click.option("--out", metavar="FILE.csv", help="Write it as a table to fill in.")
@user_option
@json_option
def review_command(
    study: str, key_file: str | None, model: bool, out: str | None, user: str | None, as_json: bool
) -> None:
    """List what may identify people in STUDY, grouped, for decisions.

    Everything that somebody said or typed is looked at: texts, speakers, memos, summaries,
    attributes, names of cases and sources. In the table, `replacement` is a suggestion: change
    it, empty it to leave it open, or write - where it identifies nobody; then `privacy apply`.
    """
    from qualkit import pseudonymising
    from qualkit.export.table import write_csv
    from qualkit.project import Project

    with Project.open(study, user=user) as project:
        _, key = pseudonymising.key_of(project, key_file)
        table = pseudonymising.review(project, key, model=model)
    if out is not None:
        write_csv(out, pseudonymising.sheet_of(table))
        say(f"{out}: it has real names; keep it where the key is kept, and remove it when done")
    if as_json:
        emit({"groups": records(table)})
    elif out is None:
        show(table, ["group", "kind", "count", "context", "suggestion", "replacement"])
    say(f"{len(table)} groups")


@click.command("apply")
@study_argument
@click.argument("decisions", required=False, metavar="[DECISIONS.csv]")
@key_option
@dry_run_option
@user_option
@json_option
def apply_command(
    study: str, decisions: str | None, key_file: str | None, dry_run: bool, user: str | None,
    as_json: bool,
) -> None:  # fmt: skip
    """Write pseudonyms in the place of names, everywhere in STUDY; codings keep their place.

    DECISIONS is a table that `privacy review` wrote and somebody filled in. Every replacement is
    kept in the key file, which never leaves with an export.
    """
    from qualkit import pseudonymising
    from qualkit.importers.worker import read_table
    from qualkit.project import Project

    sheet = None if decisions is None else read_table(decisions)
    with Project.open(study, user=user) as project:
        made = pseudonymising.apply(project, key_file=key_file, decisions=sheet, dry_run=dry_run)
    if as_json:
        emit({"applied": made.entry is not None, "entry": made.entry, "count": made.count,
              "replaced": dict(made.replaced), "sources": list(made.sources),
              "codings": list(made.codings), "elsewhere": dict(made.elsewhere),
              "left": list(made.left), "key": str(made.key)})  # fmt: skip
        return
    _tell_counts(made.replaced)
    would = "would be replaced" if dry_run else "replaced"
    say(f"{made.count} {would}, in {len(made.sources)} sources and {len(made.elsewhere)} other "
        f"places; {len(made.codings)} codings have other words at the same place")  # fmt: skip
    _tell_left(made.left)
    if made.entry is not None:
        say(f"this is entry {made.entry}; the key is {made.key}: keep it apart from the study")
        say("undo, log and backups still hold the names until 'qualkit project purge --backups'")


@click.command("restore")
@study_argument
@key_option
@user_option
@json_option
def restore_command(study: str, key_file: str | None, user: str | None, as_json: bool) -> None:
    """Put the names of the key back into STUDY; what changed since stays as it is."""
    from qualkit import pseudonymising
    from qualkit.project import Project

    with Project.open(study, user=user) as project:
        made = pseudonymising.restore(project, key_file=key_file)
    if as_json:
        emit({"count": made.run.count, "left": list(made.left), "entry": made.entry})
        return
    say(f"{made.run.count} put back; this is entry {made.entry}")
    for where in made.left:
        say(f"  changed since, and left: {where}")


@click.command("key")
@study_argument
@key_option
@click.option("--add-name", "names", multiple=True, metavar="NAME", help="A name to look for.")
@json_option
def key_command(study: str, key_file: str | None, names: Sequence[str], as_json: bool) -> None:
    """What the key of STUDY holds: pseudonyms and counts, never the names themselves."""
    from qualkit import pseudonymising
    from qualkit.project import Project

    with Project.open(study) as project:
        path, key = pseudonymising.key_of(project, key_file)
        if names:
            key = pseudonymising.add_names(project, names, key_file=key_file)
        table = pseudonymising.entries_of(project, key)
    held = {"key": str(path), "exists": path.exists(), "names": len(key.names),
            "refused": len(key.refused), "runs": len(key.runs)}  # fmt: skip
    if as_json:
        emit({**held, "entries": records(table), "removals": [dict(one) for one in key.removals]})
        return
    show(table, ["pseudonym", "kind", "ways", "replaced", "by", "at"])
    say(f"{path}: {held['names']} names listed, {held['refused']} looked at and left")


@click.command("withdraw")
@study_argument
@click.argument("name", required=False, metavar="[CASE|SOURCE]")
@click.option("--respondent", metavar="ID", help="Whose answers to surveys go.")
@key_option
@dry_run_option
@user_option
@json_option
def withdraw_command(
    study: str, name: str | None, respondent: str | None, key_file: str | None, dry_run: bool,
    user: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Take a participant out of STUDY for good: a case with all its sources, or one source.

    Their words, codings, summaries, memos, attributes and rows of the log go; nothing brings
    them back but a backup. For supervisors, where the study has one.
    """
    from qualkit import pseudonymising
    from qualkit.project import Project

    if name is None and respondent is None:
        raise click.UsageError("name a case or a source, or a respondent's id (--respondent)")
    with Project.open(study, user=user) as project:
        made = pseudonymising.withdraw(
            project, name, respondent=respondent, key_file=key_file, dry_run=dry_run
        )
    if as_json:
        emit({"applied": not dry_run, "counts": made.counts, "elsewhere": list(made.elsewhere),
              "backups": [str(one) for one in made.backups], "notes": list(made.notes),
              "entry": made.entry})  # fmt: skip
        return
    _tell_counts(made.counts)
    for where in made.elsewhere:
        say(f"  still spoken of: {where}")
    _tell_copies(made.backups, made.notes)
    say("nothing was changed" if dry_run else f"withdrawn; this is entry {made.entry}")


@click.command("retain")
@study_argument
@click.argument("until", required=False, metavar="[DATE]")
@click.option("--never", is_flag=True, help="It is kept without an end.")
@user_option
@json_option
def retain_command(
    study: str, until: str | None, never: bool, user: str | None, as_json: bool
) -> None:
    """Say until when STUDY is to be kept (2031-08-31), or show it.

    When the date is past, opening the study says so. Nothing is removed by itself.
    """
    from qualkit.project import Project

    if until is not None and never:
        raise click.UsageError("give a date, or --never")
    with Project.open(study, user=user) as project:
        if until is not None or never:
            project.set_retention(until)
        held, over = project.retention, project.retention_over()
    if as_json:
        emit({"until": held, "over": over is not None})
        return
    click.echo(held or "not said")
    if over is not None:
        say(over)


@click.command("purge")
@study_argument
@click.option("--backups", is_flag=True, help="Remove the copies beside the study too.")
@key_option
@dry_run_option
@user_option
@json_option
def purge_command(
    study: str, backups: bool, key_file: str | None, dry_run: bool, user: str | None, as_json: bool
) -> None:
    """Get rid of what STUDY still holds of what was removed from it, or replaced in it.

    Rows of the log lose their words (who did what, when, stays), earlier wordings of summaries
    and what undo kept go, and the database is written anew. What came before can then not be
    undone. For supervisors, where the study has one.
    """
    from qualkit import pseudonymising
    from qualkit.project import Project

    with Project.open(study, user=user) as project:
        made = pseudonymising.purge(project, key_file=key_file, backups=backups, dry_run=dry_run)
    if as_json:
        emit({"applied": made.applied, "counts": dict(made.counts),
              "backups": [str(one) for one in made.backups], "notes": list(made.notes),
              "removed": [str(one) for one in made.removed]})  # fmt: skip
        return
    _tell_counts(made.counts)
    for one in made.removed:
        say(f"  removed: {one}")
    _tell_copies(made.backups, made.notes)


def _tell_counts(counts: Mapping[str, int]) -> None:
    for kind, count in counts.items():
        click.echo(f"{count:>7}  {kind}")


def _tell_copies(copies: Sequence[Path], notes: Sequence[str]) -> None:
    for one in copies:
        say(f"  still holds everything: {one}")
    for note in notes:
        say(f"  {note}")


def _tell_left(left: Sequence[Mapping[str, Any]]) -> None:
    for one in left:
        say(f"  left: {one['where']}: {one['text']!r} ({one['why']})")
