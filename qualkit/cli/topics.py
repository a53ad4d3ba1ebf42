"""``qualkit topics``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from qualkit.cli._shared import (
    emit,
    json_option,
    progress_bar,
    say,
    show,
    study_argument,
    user_option,
)

if TYPE_CHECKING:
    from qualkit.project import Project
    from qualkit.topics import Topics


@click.command()
@study_argument
@click.option("--k", type=click.IntRange(2), help="How many topics; by default chosen by size.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True)
@click.option("--by", "attribute", metavar="ATTRIBUTE", help="Count topics by an attribute too.")
@click.option("--sources", multiple=True, metavar="NAME", help="Only these; give it once for each.")
@click.option("--density", is_flag=True, help="Topics where segments lie dense; the rest in none.")
@click.option("--map", "map_file", type=click.Path(path_type=Path), help="Draw a .png or .svg map.")
@click.option("--bars", type=click.Path(path_type=Path), help="Draw sizes and words: .png or .svg.")
@click.option("--make-code", metavar="TOPIC=CODEBOOK/ID", help="Make a topic into a code.")
@click.option("--name", help="The name of that code; by default the topic's.")
@user_option
@json_option
def topics(
    study: str, k: int | None, seed: int, attribute: str | None, sources: tuple[str, ...],
    density: bool, map_file: Path | None, bars: Path | None, make_code: str | None,
    name: str | None, user: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Find the topics of STUDY, name them, and show what its codebook covers of each."""
    from qualkit import topic_reports
    from qualkit.export import figure
    from qualkit.project import Project
    from qualkit.topics import crosswalk

    for path in (map_file, bars):
        if path is not None:
            figure.check_ending(path)
    wanted = _wanted(make_code)
    with Project.open(study, user=user) as project:
        with progress_bar("reading for meaning") as update:
            found = topic_reports.find(
                project, sources=sources or None, k=k, seed=seed, density=density, progress=update
            )
        over = crosswalk(found, project.codings())
        values = topic_reports.by(project, found, attribute) if attribute else None
        _make(project, found, wanted, name)
    if map_file is not None:
        say(f"wrote {figure.topic_map(found, map_file)}")
    if bars is not None:
        say(f"wrote {figure.topic_bars(found, bars)}")
    if as_json:
        emit(topic_reports.as_record(found, over, values))
        return
    for warning in found.warnings:
        say(f"warning: {warning}")
    say(f"{found.k} topics of {len(found.segments)} segments by {found.method}, seed {seed}")
    columns = ["topic", "size", "words", "best", "best_share", "covered", "new"]
    show(over.assign(words=found.topics["words"].str.join(", ")).round(2), columns, width=44)
    if values is not None:
        show(values.round(2), map(str, values.columns), width=32)


def _wanted(make_code: str | None) -> tuple[int, str] | None:
    if make_code is None:
        return None
    number, mark, code = make_code.partition("=")
    if not (mark and number.isdecimal()):
        raise click.BadParameter(f"{make_code!r} is not TOPIC=CODEBOOK/ID, such as 3=ours/waiting")
    return int(number), code


def _make(
    project: Project, found: Topics, wanted: tuple[int, str] | None, name: str | None
) -> None:
    from qualkit.topic_reports import make_code

    if wanted is not None:
        made = make_code(project, found, *wanted, name=name)
        say(f"added the code {wanted[1]}, {made.name!r}; write its definition")
