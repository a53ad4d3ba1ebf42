"""``qualkit coding``: load, list and count."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from qualkit.cli._shared import give, json_option, say, study_argument, user_option

if TYPE_CHECKING:
    import pandas as pd


@click.group()
def coding() -> None:
    """Who marked which words with which code."""


@coding.command("load")
@study_argument
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--coder", metavar="NAME", help="Who coded, for rows that do not say.")
@user_option
def load_command(study: str, file: Path, coder: str | None, user: str | None) -> None:
    """Load a table of codings, all or none.

    FILE is .csv or .xlsx with the columns source, code, and quote (or start and end);
    optional coder, stance, rating, memo.
    """
    from qualkit.project import Project

    with Project.open(study, user=user) as project:
        report = project.load_codings(file, coder=coder)
    say(f"loaded {report.added} codings; {report.same} were there already")
    for note in report.notes:
        say(f"  note: {note}")


@coding.command("list")
@study_argument
@click.option("--out", type=click.Path(path_type=Path), help="Write a .csv or .xlsx file instead.")
@json_option
def list_command(study: str, out: Path | None, as_json: bool) -> None:
    """One row a coding, with its words, code path, coder, place and every attribute."""
    from qualkit.project import Project

    with Project.open(study) as project:
        table = project.codings()
    columns = ["source", "start", "end", "code_path", "coder", "stance", "text"]
    if out is not None:
        _write(table, out)
    else:
        give(table, "codings", columns, as_json=as_json, width=48)


@coding.command("table")
@study_argument
@click.option(
    "--by", default="case", show_default=True, help="case, source, or an attribute of sources."
)
@click.option("--counts", is_flag=True, help="How many codings, instead of 0 and 1.")
@click.option("--out", type=click.Path(path_type=Path), help="Write a .csv or .xlsx file instead.")
@json_option
def table_command(study: str, by: str, counts: bool, out: Path | None, as_json: bool) -> None:
    """Cases by codes, 0/1 or counts, for R, SPSS and Excel."""
    from qualkit.framework import code_table
    from qualkit.project import Project

    with Project.open(study) as project:
        table = code_table(
            project.codings(),
            sources=project.sources(),
            codes=project.codes(),
            by=by,
            counts=counts,
        )
    if out is not None:
        _write(table, out)
    else:
        give(table, "table", map(str, table.columns), as_json=as_json, width=24)


def _write(table: pd.DataFrame, path: Path) -> None:
    from qualkit.export.table import write_table

    write_table(table, path)
    say(f"wrote {path}")
