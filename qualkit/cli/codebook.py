"""``qualkit codebook``: check, list, add."""

from __future__ import annotations

import click

from qualkit.cli._shared import emit, give, json_option, say, study_argument, user_option


def warn_of(file: str) -> None:
    """Say what is odd about a codebook that was taken all the same."""
    from qualkit.codebook import check_codebook
    from qualkit.project import shipped_or_file

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
    from qualkit.errors import CodebookError
    from qualkit.project import shipped_or_file

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
