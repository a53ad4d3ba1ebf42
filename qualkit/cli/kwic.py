"""``qualkit kwic``."""

from __future__ import annotations

from typing import Any

import click

from qualkit.cli._shared import emit, json_option, records, say, study_argument


@click.command()
@study_argument
@click.argument("query")
@click.option(
    "--width", type=click.IntRange(0, 1000), default=60, show_default=True,
    help="Characters before and after.",
)  # fmt: skip
@click.option("--sources", multiple=True, metavar="NAME", help="Only this one; may be repeated.")
@json_option
def kwic(study: str, query: str, width: int, sources: tuple[str, ...], as_json: bool) -> None:
    """Show every place where the words of QUERY stand, with what is said around them.

    QUERY: wait (any of its forms), "came back" (as written), wait*, /regex/, AND, OR, NOT,
    parentheses, speaker:P7, role:participant, item:Q5, source:NAME, ATTRIBUTE:VALUE.
    """
    from qualkit.autocoding import kwic as look
    from qualkit.project import Project

    with Project.open(study) as project:
        table = look(project, query, width=width, sources=sources or None)
    lines = records(table)
    if as_json:
        emit({"query": query, "count": len(lines), "lines": lines})
        return
    for line in lines:
        click.echo(_shown(line, width))
    say(f"{len(lines)} places; sources: {table['source'].nunique()}")


def _shown(line: dict[str, Any], width: int) -> str:
    before, match, after = (" ".join(line[part].split()) for part in ("before", "match", "after"))
    where = f"{line['source']} {line['start']}-{line['end']} {line['speaker'] or ''}".rstrip()
    return f"{where[:30]:<30}  {before.rjust(width)} [{match}] {after}".rstrip()
