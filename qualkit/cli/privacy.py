"""``qualkit privacy``: find what may identify people."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from qualkit.cli._shared import emit, json_option, records, say, show
from qualkit.cli.pseudonyms import (
    apply_command,
    key_command,
    restore_command,
    retain_command,
    review_command,
    withdraw_command,
)
from qualkit.cli.release import check_command

if TYPE_CHECKING:
    from qualkit.model import Source


@click.group()
def privacy() -> None:
    """Find what may identify people, and write pseudonyms in its place."""


for _command in (
    review_command, apply_command, restore_command, key_command, withdraw_command, retain_command,
    check_command,
):  # fmt: skip
    privacy.add_command(_command)


@privacy.command("scan")
@click.argument("place", metavar="FILE|STUDY")
@click.option(
    "--names",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="A text with one name of the project a line: found in any case, and spelt nearly so.",
)
@click.option("--model", is_flag=True, help="Ask spaCy's model for English as well.")
@json_option
def scan_command(place: str, names: Path | None, model: bool, as_json: bool) -> None:
    """List what may identify somebody in FILE, or in the texts of STUDY, to be looked through.

    What has a form of its own (NHS number, postcode, phone, e-mail, date ...), capitalised words
    that nothing else explains, and names that the project knows. Nothing is changed.
    """
    from qualkit.importers.worker import read_file
    from qualkit.privacy.finding import scan_sources
    from qualkit.privacy.grouping import grouped

    listed = read_file(names).text.split("\n") if names else ()
    found = scan_sources(_sources_of(place), names=listed, model=model)
    table = grouped(found)
    if as_json:
        keys = ("start", "end", "text", "kind", "why", "source")
        spans = [{key: getattr(one, key) for key in keys} for one in found]
        emit({"found": spans, "groups": records(table)})
        return
    show(table, ("kind", "text", "count", "suggestion", "context"), width=50)
    say(f"{len(found):,} stretches in {len(table):,} groups; a list to look through, not a promise")


def _sources_of(place: str) -> list[Source]:
    """The sources of a study, or the one that a file is."""
    from qualkit.importers.worker import read_file
    from qualkit.project import Project
    from qualkit.store.engine import is_address

    if not (is_address(place) or _is_study(Path(place))):
        return [read_file(place)]
    with Project.open(place) as project:
        return [project.source(name) for name in project.sources()["source"]]


def _is_study(path: Path) -> bool:
    if path.suffix == ".qualkit" or not path.is_file():
        return path.suffix == ".qualkit"
    with path.open("rb") as file:
        return file.read(16) == b"SQLite format 3\0"
