"""``qualkit quotes``."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qualkit.cli._shared import emit, json_option, say, study_argument

if TYPE_CHECKING:
    from qualkit.proofing import Proof, Quote

_KEYS = ("text", "where", "verdict", "source", "start", "end", "difference", "attribution",
         "speaker", "kind")  # fmt: skip
_EXPLAINED = {
    "found nowhere": "no source has these words",
    "term": "a term or a title: no source has it, and nobody is said to have said it",
}


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
    from qualkit.proofing import check_report

    with Project.open(study) as project:
        proof = check_report(project, file)
    if out is not None:
        _write_copy(file, proof, out)
    for note in proof.notes:
        say(f"{file.name}, {note}")
    if as_json:
        emit({"quotes": [{key: getattr(one, key) for key in _KEYS} for one in proof.quotes]})
        return
    for quote in proof.quotes:
        click.echo(_shown(quote))
    _count(proof)
    if proof.faults:
        click.get_current_context().exit(1)


def _write_copy(file: Path, proof: Proof, out: Path) -> None:
    from qualkit.export.comments import Comment, write_comments

    comments = [Comment(one.found.first, one.found.last, _comment(one)) for one in proof.quotes]
    say(f"wrote {write_comments(file, proof.draft, comments, out)}")


def _comment(quote: Quote) -> str:
    lines = [quote.verdict.capitalize(), quote.difference or _EXPLAINED.get(quote.verdict, "")]
    if quote.source is not None:
        said = (
            f", {quote.speaker}" if quote.speaker and quote.verdict != "wrong attribution" else ""
        )
        lines.append(f"Source: {quote.source}, characters {quote.start} to {quote.end}{said}")
    return "\n".join(line for line in lines if line)


def _shown(quote: Quote) -> str:
    place = "" if quote.source is None else f"  [{quote.source} {quote.start}-{quote.end}]"
    text = quote.text if len(quote.text) <= 70 else f"{quote.text[:67]}..."
    told = f"\n    {quote.difference}" if quote.difference else ""
    return f"{quote.where}  {quote.verdict}: \u201c{text}\u201d{place}{told}"


def _count(proof: Proof) -> None:
    from qualkit.quotes.verdicts import VERDICTS

    counts = Counter(quote.verdict for quote in proof.quotes)
    listed = ", ".join(f"{counts[one]} {one}" for one in VERDICTS if counts[one])
    total = len(proof.quotes)
    say(f"{total} quotation{'s' if total != 1 else ''}{': ' if listed else ''}{listed}")
