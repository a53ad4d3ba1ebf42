"""``qualkit crosstab``."""

from __future__ import annotations

from pathlib import Path

import click

from qualkit.cli._shared import emit, json_option, records, say, show, study_argument

_MEASURES = ("sources", "share", "excerpts", "words", "turns")
smallest_option = click.option(
    "--smallest", type=click.IntRange(0), default=0, metavar="N",
    help="Withhold counts under N sources, and what would give them away.",
)  # fmt: skip
measure_option = click.option("--measure", type=click.Choice(_MEASURES), help="What is shown.")


def rows_of(_context: click.Context, _option: click.Parameter, rows: str | None) -> str | None:
    """THEME and CODE as the help spells them, or an id as it stands."""
    return rows.lower() if rows in {"THEME", "CODE"} else rows


@click.command()
@study_argument
@click.option(
    "--rows", default="theme", show_default=True, callback=rows_of, metavar="THEME|CODE|ID",
    help="Every theme, every code, or one theme and the codes below it.",
)  # fmt: skip
@click.option(
    "--by", required=True, metavar="ATTRIBUTE",
    help="An attribute of sources or cases; case, source or coder.",
)  # fmt: skip
@measure_option
@smallest_option
@click.option("--out", type=click.Path(path_type=Path), help="Write every cell to .csv or .xlsx.")
@json_option
def crosstab(
    study: str, rows: str, by: str, measure: str | None, smallest: int, out: Path | None,
    as_json: bool,
) -> None:  # fmt: skip
    """Count the themes or codes of STUDY by an attribute: in how many sources of each value."""
    from qualkit.export.table import write_table
    from qualkit.project import Project
    from qualkit.reports import crosstab_of

    with Project.open(study) as project, project.one_moment():
        made = crosstab_of(project, rows=rows, by=by, smallest=smallest)
    if out is not None:
        say(f"wrote {write_table(made.long, out)}")
    if as_json:
        tables = {name: records(getattr(made, name)) for name in ("bases", "cells", "totals")}
        emit({"rows": rows, "by": by, "smallest": smallest, **tables})
        return
    wide = made.shown(measure or "sources")
    show(wide, wide.columns, width=32)
    if not made.suppressed.empty:
        say(f"withheld, and left empty: {len(made.suppressed)} cells, for under {smallest} sources")
