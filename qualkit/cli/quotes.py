"""``qualkit quotes``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from qualkit.cli._shared import emit, json_option, say, study_argument

if TYPE_CHECKING:
    from qualkit.proofing import Quote

_KEYS = ("text", "where", "verdict", "source", "start", "end", "difference", "attribution",
         "speaker", "kind")  # fmt: skip


@click.group()
def quotes() -> None:
    """Check the quotations of a report."""


@quotes.command()
@click.argument("file", type=click.Path(path_type=Path))
@study_argument
@click.option(
    "--out", type=click.Path(path_type=Path), metavar="COPY.docx",
    help="Write a Word copy with a comment at each quotation.",
)  # fmt: skip
@json_option
def check(file: Path, study: str, out: Path | None, as_json: bool) -> None:
    """Say of every quotation in FILE whether its words are what the sources of STUDY say.

    FILE is a report: .docx, .odt, .pdf, .txt, .md, .html or .rtf. Exit status 1, after the list,
    where a quotation is altered, wrongly attributed or found nowhere; with --json always 0.
    """
    from qualkit.project import Project
    from qualkit.proofing import check_report, write_copy

    with Project.open(study) as project:
        proof = check_report(project, file)
    if out is not None:
        say(f"wrote {write_copy(proof, file, out)}")
    for note in proof.notes:
        say(f"{file.name}, {note}")
    if as_json:
        emit({"quotes": [{key: getattr(one, key) for key in _KEYS} for one in proof.quotes]})
        return
    for quote in proof.quotes:
        click.echo(_shown(quote))
    say(proof.summary)
    if proof.faults:
        click.get_current_context().exit(1)


def _shown(quote: Quote) -> str:
    place = "" if quote.source is None else f"  [{quote.source} {quote.start}-{quote.end}]"
    text = quote.text if len(quote.text) <= 70 else f"{quote.text[:67]}..."
    told = f"\n    {quote.difference}" if quote.difference else ""
    return f"{quote.where}  {quote.verdict}: \u201c{text}\u201d{place}{told}"
