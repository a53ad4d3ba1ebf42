"""``qualkit source``: read, add, list, show, remove, roles, attributes; corrected transcripts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from qualkit.cli._shared import (
    emit,
    give,
    json_option,
    progress_bar,
    records,
    say,
    study_argument,
    user_option,
)

if TYPE_CHECKING:
    from qualkit.correction_keeping import Moved, Replacement
    from qualkit.loading import ImportReport
    from qualkit.model import Source


@click.group()
def source() -> None:
    """Interviews, notes and tables of open answers."""


@source.command("read")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--encoding", metavar="NAME", help="Of a text file, where the guess is wrong: cp1252 ..."
)
@json_option
def read_command(file: Path, encoding: str | None, as_json: bool) -> None:
    """Read FILE without any study, and show what would be imported."""
    from qualkit.importers.worker import read_file

    found = read_file(file, encoding=encoding)
    if as_json:
        emit(_as_json(found))
    else:
        _print_source(found)


@source.command("add")
@study_argument
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--attributes", metavar="SHEET", help="A .csv or .xlsx sheet with one row a source.")
@click.option("--pattern", metavar="TEXT", help="Attributes in file names: '{case}-{role}'.")
@click.option("--encoding", metavar="NAME", help="Of text files, where the guess is wrong.")
@click.option("--all-or-nothing", is_flag=True, help="Keep nothing where one file is refused.")
@user_option
@json_option
def add_command(
    study: str, paths: tuple[Path, ...], attributes: str | None, pattern: str | None,
    encoding: str | None, all_or_nothing: bool, user: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Import PATHS (files, or folders with all readable files in them) into STUDY."""
    from qualkit.project import Project

    files = [file for path in paths for file in _files(path)]
    with Project.open(study, user=user) as project:
        with progress_bar("importing") as update:
            report = project.add_sources(
                files, attributes=attributes, pattern=pattern, encoding=encoding,
                all_or_nothing=all_or_nothing, progress=update,
            )  # fmt: skip
        added = project.sources()
    if as_json:
        emit(_report_json(report, records(added[added["source"].isin(report.added)])))
    _tell(report)
    if report.refused:
        raise SystemExit(1)


@source.command("list")
@study_argument
@json_option
def list_command(study: str, as_json: bool) -> None:
    """List the sources of STUDY with their attributes."""
    from qualkit.project import Project
    from qualkit.tables import attributes_of

    with Project.open(study) as project:
        table = project.sources()
    columns = ["source", "format", "case", "words", "turns", "codings"]
    columns += attributes_of(table, "sources")
    give(table, "sources", columns, as_json=as_json, width=30)


@source.command("show")
@study_argument
@click.argument("name")
@json_option
def show_command(study: str, name: str, as_json: bool) -> None:
    """Show the source NAME of STUDY, turn by turn."""
    from qualkit.project import Project

    with Project.open(study) as project:
        found = project.source(name)
    if as_json:
        emit(_as_json(found))
    else:
        _print_source(found)


@source.command("remove")
@study_argument
@click.argument("name")
@user_option
def remove_command(study: str, name: str, user: str | None) -> None:
    """Remove the source NAME and its codings; the log keeps the codings."""
    from qualkit.project import Project

    with Project.open(study, user=user) as project:
        project.remove_source(name)
    say(f"removed {name}")


@source.command("roles")
@study_argument
@click.argument("name")
@click.argument("roles", nargs=-1, required=True, metavar="SPEAKER=ROLE...")
@user_option
def roles_command(study: str, name: str, roles: tuple[str, ...], user: str | None) -> None:
    """Say who asks and who answers in NAME: 'Ann Lee=interviewer' 'Speaker 2=participant'."""
    from qualkit.project import Project

    pairs = [role.rpartition("=") for role in roles]
    if any(not mark for _, mark, _ in pairs):
        raise click.UsageError("write each as SPEAKER=interviewer or SPEAKER=participant")
    with Project.open(study, user=user) as project:
        project.set_roles(name, {speaker: role for speaker, _, role in pairs})
    say(f"set {len(pairs)} roles in {name}")


@source.command("attributes")
@study_argument
@click.argument("sheet", type=click.Path(path_type=Path))
@user_option
def attributes_command(study: str, sheet: Path, user: str | None) -> None:
    """Set attributes of sources from SHEET: one row a source, a column an attribute."""
    from qualkit.project import Project

    with Project.open(study, user=user) as project:
        count = project.set_attributes(sheet)
    say(f"set the attributes of {count} sources")


# Corrected transcripts -----------------------------------------------------------------------


@source.command("replace")
@study_argument
@click.argument("name")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Show what would become of the codings alone.")
@click.option("--reword", is_flag=True, help="Give codings that break the words proposed.")
@user_option
@json_option
def replace_command(
    study: str, name: str, file: Path, dry_run: bool, reword: bool, user: str | None,
    as_json: bool,
) -> None:  # fmt: skip
    """Put the corrected transcript FILE in the place of NAME; its codings move along."""
    from qualkit.project import Project

    with Project.open(study, user=user) as project:
        act = project.preview_replacement if dry_run else project.replace_source
        made = act(name, file, reword=reword)
    if as_json:
        emit(_replacement_json(made))
    else:
        _print_replacement(made)


@source.command("unplaced")
@study_argument
@click.option("--accept", is_flag=True, help="Give every coding the words proposed for it.")
@click.option("--drop", metavar="ID", multiple=True, help="Remove a coding that waits.")
@user_option
@json_option
def unplaced_command(
    study: str, accept: bool, drop: tuple[str, ...], user: str | None, as_json: bool
) -> None:
    """List the codings that wait for a place, since a correction took their words."""
    from qualkit.project import Project

    with Project.open(study, user=user) as project:
        if drop:
            say(f"removed {project.drop_unplaced(drop)}")
        if accept:
            waiting = project.unplaced()
            proposed = waiting[waiting["becomes_text"].notna()]["unplaced"]
            say(f"placed {len(project.accept_proposals(proposed))}")
        table = project.unplaced()
    columns = ("unplaced", "source", "code", "coder", "text", "becomes_text")
    give(table, "unplaced", columns, as_json=as_json, width=40)


@source.command("place")
@study_argument
@click.argument("coding")
@click.argument("start", type=int)
@click.argument("end", type=int)
@user_option
def place_command(study: str, coding: str, start: int, end: int, user: str | None) -> None:
    """Give a CODING that waits the words from START to END of its source."""
    from qualkit.project import Project

    with Project.open(study, user=user) as project:
        made = project.place_unplaced(coding, (start, end))
    say(f"it stands on: {made.text}")


@source.command("editions")
@study_argument
@click.argument("name")
@click.option("--text", "edition", type=int, metavar="N", help="Print the text of this edition.")
@json_option
def editions_command(study: str, name: str, edition: int | None, as_json: bool) -> None:
    """List the texts that NAME had, and has."""
    from qualkit.project import Project

    with Project.open(study) as project:
        if edition is not None:
            click.echo(project.edition_text(name, edition), nl=False)
            return
        table = project.editions(name)
    give(table, "editions", ("edition", "at", "who", "words", "sha256", "current"), as_json=as_json)


def _replacement_json(made: Replacement) -> dict[str, Any]:
    from dataclasses import asdict

    kinds = {"stays": made.stays, "moves": made.moves, "breaks": made.breaks}
    return {
        "source": made.source,
        **{kind: [asdict(one) for one in listed] for kind, listed in kinds.items()},
        "counts": made.counts,
        "warnings": list(made.warnings),
        "turns": list(made.turns),
        "applied": made.applied,
        "entry": made.entry,
    }


def _print_replacement(made: Replacement) -> None:
    for one in made.breaks:
        click.echo(_broken(one))
    counts, done = made.counts, "" if made.applied else "would "
    said = ", ".join(f"{counts[kind]} {done}{verb}" for kind, verb in _VERBS.items())
    say(f"{made.source}: of its codings {said}")
    for message in made.warnings:
        say(f"  warning: {message}")
    if waiting := counts["breaks"] - counts["reworded"]:
        say(f"  {waiting} {done}wait for a place, see 'qualkit source unplaced'")


_VERBS = {"stays": "stay", "moves": "move", "breaks": "break"}


def _broken(one: Moved) -> str:
    place = f"{one.code} by {one.coder}, {one.start} to {one.end}"
    becomes = "nothing like it is there" if one.new_text is None else _line(one.new_text)
    return f"{place}\n  was: {_line(one.text)}\n  now: {becomes}"


def _line(words: str) -> str:
    return " ".join(words.split())


def _files(path: Path) -> list[Path]:
    """A file itself; of a folder the readable files, in order of name."""
    from qualkit.importers import FORMATS

    if not path.is_dir():
        return [path]
    found = sorted(
        file
        for file in path.iterdir()
        if file.suffix.lower() in FORMATS and not file.name.startswith((".", "~$"))
    )
    if not found:
        raise ValueError(f"{path}: there is no readable file in this folder")
    return found


def _as_json(found: Source) -> dict[str, Any]:
    turns = [
        {"speaker": t.speaker, "role": t.role, "start": t.start, "end": t.end, "time": t.time,
         "line": t.line, "page": t.page, "item": t.item}
        for t in found.turns
    ]  # fmt: skip
    return {
        "name": found.name,
        "format": found.format,
        "text": found.text,
        "sha256": found.sha256,
        "turns": turns,
        "warnings": list(found.warnings),
        "notes": list(found.notes),
    }


def _print_source(found: Source) -> None:
    from qualkit.framework import clock

    for turn in found.turns:
        place = clock(turn.time) if turn.time is not None else f"line {turn.line}"
        words = " ".join(found.words_of(turn).split())
        click.echo(f"[{place}] {turn.speaker or '-'} ({turn.role}): {words}")
    say(f"{found.name}: {found.format}, {len(found.text):,} characters, {len(found.turns)} turns")
    for message in (*found.warnings, *found.notes):
        say(f"  {message}")


def _report_json(report: ImportReport, added: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "added": added,
        "refused": [{"file": file, "reason": reason} for file, reason in report.refused],
        "warnings": [{"source": name, "message": text} for name, text in report.warnings],
        "notes": [{"source": name, "message": text} for name, text in report.notes],
    }


def _tell(report: ImportReport) -> None:
    say(f"added {len(report.added)} sources")
    for name, message in report.warnings:
        say(f"  warning, {name}: {message}")
    for name, message in report.notes:
        say(f"  note, {name}: {message}")
    for file, reason in report.refused:
        say(f"  refused {file}: {reason}")
