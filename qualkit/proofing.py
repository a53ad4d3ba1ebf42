r"""A report held against the sources of a study: whether its quotations are what people said.

>>> import tempfile
>>> from pathlib import Path
>>> from qualkit.project import Project
>>> folder = Path(tempfile.mkdtemp())
>>> _ = (folder / "p7.txt").write_text("I: What helped?\nP7: The staff listened to us.\n")
>>> project = Project.create(folder / "study.qualkit")
>>> _ = project.add_sources([folder / "p7.txt"])
>>> _ = (folder / "report.txt").write_text('One said "the staff heard us" (P7).')
>>> [(one.verdict, one.difference) for one in check_report(project, folder / "report.txt").quotes]
[('altered', 'the staff [-listened to-] {+heard+} us')]
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from qualkit.quotes.verdicts import FAULTS, NOWHERE, TERM, TERM_WORDS, VERDICTS, WRONG, judge

if TYPE_CHECKING:
    from qualkit.importers.drafts import Draft
    from qualkit.project import Project
    from qualkit.quotes.attribution import Attribution, Names
    from qualkit.quotes.finding import Quotation
    from qualkit.quotes.lookup import Index

_WORTH: Final = 4  # words from which a quotation in a free text is looked for
_EXPLAINED: Final = {
    NOWHERE: "no source has these words",
    TERM: "a term or a title: no source has it, and nobody is said to have said it",
}


@dataclass(frozen=True, slots=True)
class Quote:
    """One quotation of a report with its verdict.

    Attributes
    ----------
    text, where : str
        Its words, and the place in the report for people.
    verdict : str
        One of :data:`qualkit.quotes.verdicts.VERDICTS`.
    source : str or None
        The source that has the words, or the nearest ones; None where there is none.
    start, end : int or None
        Code points into the source's text, half-open.
    difference : str
        What differs, or who said it; empty where nothing is wrong.
    attribution, speaker : str
        Who the report says spoke, and who did; empty where nobody is named.
    kind : str
        ``marks``, ``block``, ``indented``, ``bare`` or ``italics``.
    found : Quotation
        Where it stands in the draft.
    """

    text: str
    where: str
    verdict: str
    source: str | None
    start: int | None
    end: int | None
    difference: str
    attribution: str
    speaker: str
    kind: str
    found: Quotation

    @property
    def at_fault(self) -> bool:
        """Whether something is wrong with it."""
        return self.verdict in FAULTS


@dataclass(frozen=True, slots=True)
class Proof:
    """A report that was checked: the draft, its quotations, and what could not be told."""

    draft: Draft
    quotes: tuple[Quote, ...]
    notes: tuple[str, ...] = ()

    @property
    def faults(self) -> int:
        """How many quotations have something wrong."""
        return sum(quote.at_fault for quote in self.quotes)

    @property
    def summary(self) -> str:
        """How many quotations there are, and of each verdict."""
        counts = Counter(quote.verdict for quote in self.quotes)
        listed = ", ".join(f"{counts[one]} {one}" for one in VERDICTS if counts[one])
        total = len(self.quotes)
        return f"{total} quotation{'s' if total != 1 else ''}{': ' if listed else ''}{listed}"


@dataclass(frozen=True, slots=True)
class TextFault:
    """A quotation of a free text that is not what a source says; `label` names the text."""

    label: str
    text: str
    verdict: str
    reason: str


def check_report(project: Project, path: Path | str) -> Proof:
    """Every quotation of a report, held against the sources of a study.

    Parameters
    ----------
    project : Project
    path : path
        ``.docx``, ``.odt``, ``.pdf``, ``.txt``, ``.md``, ``.html`` or ``.rtf``; read in a limited
        child process.

    Returns
    -------
    Proof
        The quotations in reading order. What cannot be seen: docs/quotes.md.

    Raises
    ------
    ReadError
        Where the report cannot be read.
    """
    from qualkit.importers.worker import read_draft_file
    from qualkit.quotes.attribution import Names
    from qualkit.quotes.finding import find_quotations, split_credits
    from qualkit.quotes.lookup import Index

    draft = read_draft_file(path)
    with project.one_moment():
        index = Index(project.turns())
        names = Names(project.sources(), index)
    draft = replace(draft, paragraphs=tuple(split_credits(draft.paragraphs, names.lists)))
    quotations, notes = find_quotations(draft.paragraphs, index.known, names.lists)
    quotes = [quote for one in quotations if (quote := _checked(one, index, names)) is not None]
    return Proof(draft, tuple(quotes), tuple(notes))


def write_copy(proof: Proof, report: Path | str, out: Path | str) -> Path:
    """Write a Word copy of a report that was checked, with a comment at each quotation.

    Parameters
    ----------
    proof : Proof
        As :func:`check_report` gave it.
    report : path
        The report itself.
    out : path
        A .docx file, replaced where it exists.

    Raises
    ------
    QualkitError
        Where `out` has another ending, is the report itself, or cannot be written.
    """
    from qualkit.export.comments import Comment, write_comments

    comments = [Comment(one.found.first, one.found.last, _comment(one)) for one in proof.quotes]
    return write_comments(report, proof.draft, comments, out)


def explained(quote: Quote) -> str:
    """What is to be said of a quotation beside its verdict; empty where nothing is."""
    return quote.difference or _EXPLAINED.get(quote.verdict, "")


def _comment(quote: Quote) -> str:
    lines = [quote.verdict.capitalize(), explained(quote)]
    if quote.source is not None:
        said = f", {quote.speaker}" if quote.speaker and quote.verdict != WRONG else ""
        lines.append(f"Source: {quote.source}, characters {quote.start} to {quote.end}{said}")
    return "\n".join(line for line in lines if line)


def check_texts(project: Project, texts: Sequence[tuple[str, str]]) -> list[TextFault]:
    """Quotations in free texts, such as summaries, that no source has as they stand.

    Attributions are not judged, nor quotations of fewer than four words.

    Parameters
    ----------
    project : Project
    texts : sequence of (str, str)
        A label for people, and the text.
    """
    from qualkit.quotes.lookup import Index

    if not any(_worth(text, lambda _: False) for _, text in texts):
        return []
    index = Index(project.turns())
    found = []
    for label, text in texts:
        for quotation in _worth(text, index.known):
            judged = judge(quotation.text, index)
            if judged.verdict in FAULTS:
                reason = judged.difference or "no source has these words"
                found.append(TextFault(label, quotation.text, judged.verdict, reason))
    return found


def _worth(text: str, known: Callable[[str], bool]) -> list[Quotation]:
    """The quotations of a free text that have words enough."""
    from qualkit.importers.drafts import Paragraph
    from qualkit.quotes.finding import find_quotations
    from qualkit.quotes.lookup import words_of

    lines = [Paragraph(line, "") for line in text.split("\n") if line.strip()]
    quotations, _ = find_quotations(lines, known)
    return [one for one in quotations if len(words_of(one.text)) >= _WORTH]


def _checked(quotation: Quotation, index: Index, names: Names) -> Quote | None:
    """A quotation with its verdict; None for italics and the like that are no quotation."""
    from qualkit.quotes.attribution import attribution_of, whose

    judged = judge(quotation.text, index)
    said = attribution_of(quotation, names)
    made = Quote(
        quotation.text, quotation.where, judged.verdict, None, None, None, judged.difference,
        said.text, "", quotation.kind, quotation,
    )  # fmt: skip
    if not judged.places:
        return _unfound(made, said)
    place = whose(judged.places, said, names)
    source, start, end = index.span(place or judged.places[0])
    speaker = names.speaker_of(place or judged.places[0])
    made = replace(made, source=source, start=start, end=end, speaker=speaker)
    if place is None and not made.at_fault:
        return replace(made, verdict=WRONG, difference=f"said by {speaker}")
    if place is None:
        return replace(made, difference=f"{made.difference} (said by {speaker})")
    return made


def _unfound(quote: Quote, said: Attribution) -> Quote | None:
    """What becomes of words that no source has."""
    from qualkit.quotes.lookup import words_of

    few = len(words_of(quote.text)) <= TERM_WORDS
    if quote.verdict == TERM or (few and not said.text and quote.kind == "marks"):
        return replace(quote, verdict=TERM)
    own_line = bool(said.named) and quote.found.following[:1] in {"(", "\u2013", "\u2014"}
    if (quote.kind == "bare" and not own_line) or (
        quote.kind in {"italics", "indented"} and not said.text
    ):
        return None
    if few and quote.kind != "marks":
        return None
    return replace(quote, verdict=NOWHERE)
