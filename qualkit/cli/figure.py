"""``qualkit figure``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from qualkit.cli._shared import say, study_argument
from qualkit.cli.crosstab import measure_option, rows_of, smallest_option

if TYPE_CHECKING:
    from qualkit.project import Project

_TOP = {"heatmap": 60, "codes": 30, "network": 40}


@click.command()
@study_argument
@click.argument("kind", type=click.Choice(["heatmap", "codes", "network", "timeline"]))
@click.option("--out", required=True, type=click.Path(path_type=Path), help="A .png or .svg file.")
@click.option(
    "--by", default="case", show_default=True, metavar="ATTRIBUTE",
    help="Of a heat map: an attribute of sources or cases; case, source or coder.",
)  # fmt: skip
@click.option(
    "--rows", callback=rows_of, metavar="THEME|CODE|ID",
    help="Of a heat map, by default THEME; of a network, THEME or, by default, CODE.",
)  # fmt: skip
@click.option("--top", type=click.IntRange(1), help="At most so many rows, codes or pairs.")
@measure_option
@smallest_option
def figure(
    study: str, kind: str, out: Path, by: str, rows: str | None, top: int | None,
    measure: str | None, smallest: int,
) -> None:  # fmt: skip
    """Draw STUDY, to be read in black and white.

    KIND: heatmap (themes by attribute), codes (how often each was given), network (codes that
    stand together), timeline (codings by coder and day).
    """
    from qualkit.export import charts
    from qualkit.project import Project

    charts.check_ending(out)
    most = top or _TOP.get(kind, 0)
    with Project.open(study) as project, project.one_moment():
        if kind == "heatmap":
            _heat_map(
                project, out, rows or "theme", by, measure=measure, smallest=smallest, top=most
            )
        elif kind == "codes":
            charts.code_frequency(project.codings(), project.codes(), out, top=most)
        elif kind == "network":
            _network(project, out, rows or "code", top=most)
        else:
            charts.timeline(project.codings(), out)
    say(f"wrote {out}")


def _heat_map(
    project: Project, out: Path, rows: str, by: str, *, measure: str | None, smallest: int, top: int
) -> None:
    from qualkit.export.charts import heat_map
    from qualkit.reports import crosstab_of

    made = crosstab_of(project, rows=rows, by=by, smallest=smallest)
    heat_map(made, out, measure or "share", top=top)


def _network(project: Project, out: Path, level: str, *, top: int) -> None:
    from qualkit.compare import cooccurrence
    from qualkit.export.charts import cooccurrence_network

    codings = project.codings()
    pairs = cooccurrence(codings, codes=project.codes(), level=level)
    cooccurrence_network(pairs, codings, out, top=top)
