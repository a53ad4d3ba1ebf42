"""``qualkit codebook``: check, list, add, write, versions, diff."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qualkit.cli._shared import emit, give, json_option, save, say, study_argument, user_option

if TYPE_CHECKING:
    from qualkit.codebook import CodeChange


def warn_of(file: str) -> None:
    """Say what is odd about a codebook that was taken all the same."""
    from qualkit.codebook import check_codebook
    from qualkit.codebook_keeping import shipped_or_file

    for warning in check_codebook(shipped_or_file(file))[1]:
        say(f"  warning, {file}: {warning}")


@click.group()
def codebook() -> None:
    """Codes with their rules, in files that people can read."""


@codebook.command("check")
@click.argument("file")
@json_option
def check_command(file: str, as_json: bool) -> None:
    """Check FILE, a codebook in YAML (or the name of one that ships with qualkit)."""
    from qualkit.codebook import check_codebook
    from qualkit.codebook_keeping import shipped_or_file
    from qualkit.errors import CodebookError

    try:
        book, warnings = check_codebook(shipped_or_file(file))
    except CodebookError as error:
        if as_json:
            emit({"ok": False, "problems": list(error.problems), "warnings": []})
        raise
    if as_json:
        emit({"ok": True, "id": book.id, "version": book.version, "codes": len(book.codes),
              "problems": [], "warnings": warnings})  # fmt: skip
    say(f"{file}: {book.title}, version {book.version}, {len(book.codes)} codes, no fault")
    for warning in warnings:
        say(f"  warning: {warning}")


@codebook.command("list")
@study_argument
@json_option
def list_command(study: str, as_json: bool) -> None:
    """List the codes of STUDY and how often each was applied."""
    from qualkit.project import Project

    with Project.open(study) as project:
        table = project.codes()
    columns = ["codebook", "code", "path", "codings", "definition"]
    give(table, "codes", columns, as_json=as_json)


@codebook.command("add")
@study_argument
@click.argument("file")
@user_option
def add_command(study: str, file: str, user: str | None) -> None:
    """Add the codebook FILE, or one that ships with qualkit, to STUDY."""
    from qualkit.project import Project

    with Project.open(study, user=user) as project:
        book = project.add_codebook(file)
    warn_of(file)
    say(f"added {book.id} {book.version} with {len(book.codes)} codes")


@codebook.command("write")
@study_argument
@click.argument("name", metavar="ID")
@click.option("--entry", type=int, help="As it was after this entry of the log.")
@click.option("--out", type=click.Path(path_type=Path), help="The .yaml file to write.")
def write_command(study: str, name: str, entry: int | None, out: Path | None) -> None:
    """Write the codebook ID of STUDY as YAML, to a file or to the screen."""
    from qualkit.codebook import codebook_text
    from qualkit.project import Project

    with Project.open(study) as project:
        book = project.codebook(name) if entry is None else project.codebook_at(name, entry)
    if out is None:
        click.echo(codebook_text(book), nl=False)
        return
    save(codebook_text(book), out)
    say(f"{out}: {book.title}, {len(book.codes)} codes")


@codebook.command("versions")
@study_argument
@click.argument("name", metavar="ID")
@json_option
def versions_command(study: str, name: str, as_json: bool) -> None:
    """Every change of the codebook ID of STUDY: which entry of the log, who, when, what."""
    from qualkit.project import Project

    with Project.open(study) as project:
        table = project.codebook_versions(name)
    give(table, "versions", ["entry", "at", "who", "what"], as_json=as_json)


@codebook.command("diff")
@click.argument("old")
@click.argument("new")
@click.option("--study", metavar="STUDY", help="Where ID and ID@ENTRY are looked for.")
@json_option
def diff_command(old: str, new: str, study: str | None, as_json: bool) -> None:
    """What is different between the codebooks OLD and NEW.

    Each is a YAML file, the name of one that ships with qualkit, or with --study an ID of its
    codebooks: as it is now, or as it was after an entry of the log, ID@ENTRY.
    """
    from qualkit.codebook import compare
    from qualkit.project import codebook_named

    changes = compare(codebook_named(old, study), codebook_named(new, study))
    if as_json:
        emit({"changes": [asdict(change) for change in changes]})
        return
    for change in changes:
        _tell(change)
    say(f"{len(changes)} differences" if changes else "no difference")


def _tell(change: CodeChange) -> None:
    click.echo(
        f"{change.kind}: {change.code or 'the codebook'}, {change.name} {change.field}".rstrip()
    )
    for sign, text in (("-", change.before), ("+", change.after)):
        for line in text.splitlines():
            click.echo(f"  {sign} {line}")
