"""``qualkit privacy check``: look through a file before it is passed on."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import click

from qualkit.cli._shared import emit, json_option, say


@click.command("check")
@click.argument("export", type=click.Path(path_type=Path))
@click.option("--study", metavar="STUDY", help="Whose key, and whose attributes.")
@click.option("--key", "key_file", metavar="FILE", help="The key file, where it is not STUDY.key.")
@click.option(
    "--attributes", multiple=True, metavar="NAME",
    help="A heading of a column that tells people apart; may be given again.",
)  # fmt: skip
@json_option
def check_command(
    export: Path, study: str | None, key_file: str | None, attributes: Sequence[str], as_json: bool
) -> None:
    """Check EXPORT before it is passed on: names, identifiers, small numbers, combinations.

    A report, a table, a page, a picture, an archive, a study: all that is in it, headers, comments
    and properties too. Names are those of the key of STUDY. What was found is told by its place and
    pseudonym, never by its words. Exit 1 where something must not leave. That a file passes does
    not make it anonymous.
    """
    from qualkit.project import Project
    from qualkit.releasing import check, summary

    with ExitStack() as stack:
        opened = None if study is None else stack.enter_context(Project.open(study))
        found = check(export, key=key_file, study=opened, attributes=attributes)
    refused = [one for one in found if one.level == "refuse"]
    if as_json:
        emit({"ok": not refused, "findings": [one.as_dict() for one in found]})
    else:
        for one in found:
            click.echo(f"{one.level}: {one.where}: {one.why} {one.text}".rstrip())
    say(summary(found) if found else "nothing was found; that does not make it anonymous")
    if refused:
        raise SystemExit(1)
