"""``qualkit project import`` and ``export``: studies from other tools' files, and out to them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from qualkit.cli._shared import emit, json_option, say, study_argument, user_option

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qualkit.exchanging import Incoming
    from qualkit.interchange.report import Astray, Losses

_dry_option = click.option(
    "--dry-run", is_flag=True, help="Say what would become of everything, and keep nothing."
)
_SHOWN = 20  # codings that are told one by one; --json has all
_WORDS = 60  # characters of them


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@study_argument
@click.option(
    "--column", "columns", multiple=True, metavar="WHAT=HEADING",
    help="Of a table of codings: under which heading stands what (source, text, code, coder, "
    "created, start, end, memo, case, id). May be repeated; an empty HEADING: it is not there.",
)  # fmt: skip
@click.option(
    "--texts", type=click.Path(path_type=Path, file_okay=False, exists=True), metavar="FOLDER",
    help="Of a table of codings: the whole texts, so that each coding is found in its place.",
)  # fmt: skip
@click.option("--project", metavar="NAME", help="Which one, where a Taguette file has several.")
@_dry_option
@user_option
@json_option
def import_command(
    file: Path, study: str, columns: tuple[str, ...], texts: Path | None, project: str | None,
    dry_run: bool, user: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Make a new STUDY of FILE, which another tool or qualkit itself wrote.

    FILE is a REFI-QDA project or codebook (.qdpx, .qdc) of NVivo, ATLAS.ti, MAXQDA, QualCoder and
    others; a project or codebook of Taguette (.sqlite3, .csv, .xlsx); a .qda folder of QualCoder,
    or a .zip of it; a table of codings of any tool (.csv, .xlsx); or a bundle (.bundle).

    Every coding is told as matched, moved or lost.
    """
    from qualkit.exchanging import keep, look

    found = look(file, columns=_mapping(columns), texts=texts, project=project)
    if not dry_run:
        keep(found, study, user=user)
    if as_json:
        emit(found.account.as_dict())
    else:
        _tell(found)
    say(f"nothing was kept; without --dry-run it becomes {study}" if dry_run else f"made {study}")


def _mapping(given: tuple[str, ...]) -> Mapping[str, str]:
    pairs = [one.partition("=") for one in given]
    for what, sign, _ in pairs:
        if not (what.strip() and sign):
            raise click.BadParameter(
                f"{what!r} is no WHAT=HEADING, such as text=Segment", param_hint="--column"
            )
    return {what.strip(): heading.strip() for what, _, heading in pairs}


def _tell(found: Incoming) -> None:
    from qualkit.exchanging import KINDS, codings_said, counts_of, places_said

    account = found.account
    click.echo(f"{found.name}: {KINDS[found.kind]}")
    click.echo(codings_said(account))
    if said := places_said(found):
        click.echo(said)
    click.echo(", ".join(f"{name.lower()} {count:,}" for name, count in counts_of(account).items()))
    for what, listed in (("moved", account.moved), ("lost", account.lost)):
        _astray(what, listed)
    for name, count in account.not_carried.items():
        click.echo(f"not carried: {name} ({count:,})")
    for warning in account.warnings:
        say(f"warning: {warning}")


def _astray(what: str, listed: tuple[Astray, ...]) -> None:
    for one in listed[:_SHOWN]:
        words = " ".join(one.words.split())
        cut = words if len(words) <= _WORDS else f"{words[: _WORDS - 3]}..."
        click.echo(f"{what}: {one.source or 'no source'}: {cut!r}: {one.why}")
    if len(listed) > _SHOWN:
        click.echo(f"{what}: ... and {len(listed) - _SHOWN:,} more; --json has all")


@click.command("export")
@study_argument
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--cases-as-codes", is_flag=True,
    help="Of a .qdpx: write each case also as a code over its texts; NVivo and QualCoder know "
    "cases by these.",
)  # fmt: skip
@_dry_option
@user_option
@json_option
def export_command(
    study: str, file: Path, cases_as_codes: bool, dry_run: bool, user: str | None, as_json: bool
) -> None:
    """Write STUDY to FILE for another tool, or whole, and say what FILE does not hold.

    FILE.qdpx is a REFI-QDA project, for NVivo, ATLAS.ti, MAXQDA, QualCoder and others; FILE.qdc its
    codebooks alone; FILE.bundle has everything, to be kept, or moved to another database.
    """
    from qualkit.exchanging import losses_of, take_out
    from qualkit.project import Project

    with Project.open(study, user=user) as opened:
        if dry_run:
            found = losses_of(opened, file.suffix, cases_as_codes=cases_as_codes)
        else:
            found = take_out(opened, file, cases_as_codes=cases_as_codes)
    if as_json:
        emit({"file": str(file), "written": not dry_run, **found.as_dict()})
    else:
        _tell_losses(found)
    say(f"nothing was written to {file}" if dry_run else f"wrote {file}")


def _tell_losses(found: Losses) -> None:
    for name, count in found.not_carried.items():
        click.echo(f"not carried: {name} ({count:,})")
    for change in found.changed:
        click.echo(f"changed: {change}")
    for warning in found.warnings:
        say(f"warning: {warning}")
    if not (found.not_carried or found.changed):
        click.echo("the file holds everything")
