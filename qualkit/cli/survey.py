"""``qualkit survey``."""

from __future__ import annotations

from pathlib import Path

import click

from qualkit.cli._shared import emit, json_option, records, say


@click.group()
def survey() -> None:
    """Surveys, and what others printed about them."""


@survey.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@json_option
def audit(files: tuple[Path, ...], as_json: bool) -> None:
    """Say what arithmetic proves wrong in the published tables of FILES.

    FILES are tables of one report, as .yaml, or pasted as .tsv or .csv with a .yaml beside them
    that says what their columns are. No study is needed. Exit status 0 whatever is found, 1 where
    a file cannot be read.
    """
    from qualkit.survey.audit import audit as audited
    from qualkit.survey.published import read_published
    from qualkit.wording import many

    tables = [table for file in files for table in read_published(file)]
    for table in tables:
        for warning in table.warnings:
            say(f"{table.id}: {warning}")
    found = records(audited(tables))
    if as_json:
        emit({"findings": found})
        return
    for row in found:
        where = ", ".join(row[key] for key in ("table", "item", "measure") if row[key])
        click.echo(f"{where}: {row['grade']} ({row['check']})\n  {row['message']}")
    say(f"{many(len(tables), 'table')}, {many(len(found), 'finding')}")
