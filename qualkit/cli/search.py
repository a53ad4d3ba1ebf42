"""``qualkit search``."""

from __future__ import annotations

import sys
from typing import Any

import click

from qualkit.cli._shared import emit, json_option, records, say, study_argument
from qualkit.model import ROLES


@click.command()
@study_argument
@click.argument("words")
@click.option(
    "--limit", type=click.IntRange(1), default=50, show_default=True, help="At most so many turns."
)
@click.option("--sources", multiple=True, metavar="NAME", help="Only this one; may be repeated.")
@click.option("--role", type=click.Choice(ROLES), help="Only what these said.")
@json_option
def search(
    study: str, words: str, limit: int, sources: tuple[str, ...], role: str | None, as_json: bool
) -> None:
    """Search the words of all sources of STUDY: the turns with WORDS in them, the best first.

    WORDS: wait list (both in one turn, in any of their forms), "came back" (as written),
    wait* (words that begin so), wait OR queue, -clinic (turns without it).
    """
    from qualkit.project import Project

    with Project.open(study) as project:
        table = project.search(words, limit=limit, sources=sources or None, role=role)
    count, hits = int(table.attrs["count"]), records(table)
    if as_json:
        emit({"query": words, "count": count, "hits": hits})
        return
    for hit in hits:
        click.echo(_shown(hit, bold=sys.stdout.isatty()))
    more = f", the best {len(hits)} are shown; --limit shows more" if count > len(hits) else ""
    say(f"{count:,} turn{'s'[: count != 1]}{more}")


def _shown(hit: dict[str, Any], *, bold: bool) -> str:
    """One turn on two lines: where it is, and its words with the matches marked."""
    line = None if hit["line"] is None else f"line {hit['line']}"
    page = None if hit["page"] is None else f"page {hit['page']}"
    facts = (hit["speaker"], hit["item"], page, line)
    where = f"{hit['source']} {hit['start']}-{hit['end']}"
    return f"{', '.join([where, *filter(None, facts)])}\n    {_marked(hit, bold=bold)}"


def _marked(hit: dict[str, Any], *, bold: bool) -> str:
    snippet, at = hit["snippet"], 0
    parts = []
    for start, end in ((a - hit["snippet_at"], b - hit["snippet_at"]) for a, b in hit["matches"]):
        if at <= start and end <= len(snippet):
            found = snippet[start:end]
            shown = click.style(found, bold=True) if bold else f"[{found}]"
            parts += [snippet[at:start], shown]
            at = end
    return "".join([*parts, snippet[at:]]).strip()
