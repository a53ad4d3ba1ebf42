"""Where the figures and quotations of a draft are from, and whether quotations are verbatim."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from qualkit.errors import BatchError
from qualkit.framework.excerpts import taken_from
from qualkit.tables import plain
from qualkit.triangulate._words import with_minus

if TYPE_CHECKING:
    from qualkit.triangulate import Artefact, Assessment, JointRow, Paragraph, Piece, Section

_QUOTED: Final = re.compile(r"^\u201c(.*)\u201d \([^()]*\)$")  # a line of a cell that is a quote
_MARKS: Final = str.maketrans(dict.fromkeys('\u2018\u2019\u201c\u201d"', "'"))
_GLANCE: Final = 60
_QUOTE: Final = "quote"  # the kind of a paragraph
_Spans = Mapping[str, Sequence[tuple[int, int]]]  # source -> where


@dataclass(frozen=True, slots=True)
class Note:
    """What a figure or quotation of the draft is from.

    Attributes
    ----------
    number : int
        From 1, in reading order.
    theme, words : str
        Where it stands, and what is said there.
    finding : str
        Its id; empty for none.
    verdict : str
        Of a verdict: who gave it, and what the rule proposed with which figures.
    sources : mapping of str to sequence of (int, int)
        Source -> where in it, half-open, code points; nothing where only the source is known.
    more : str
        What the finding is, where it is known.
    """

    number: int
    theme: str
    words: str
    finding: str
    verdict: str
    sources: _Spans
    more: str = ""

    @property
    def lines(self) -> tuple[str, ...]:
        """What it is from, as a reader is told: ``Source: north-1, characters 0 to 55``."""
        finding = f"Finding {self.finding}{f' ({self.more})' if self.more else ''}"
        told = [f"{name}{_places(spans)}" for name, spans in self.sources.items()]
        sources = f"Source{'s' * (len(told) != 1)}: {'; '.join(told)}"
        parts = (
            finding if self.finding else "", self.verdict, sources if told else "",
        )  # fmt: skip
        return tuple(part for part in parts if part)

    @property
    def said(self) -> str:
        """The same on one line."""
        return ". ".join(line.rstrip(".") for line in self.lines)

    @property
    def short(self) -> str:
        """How what is said begins: enough to find it by."""
        return (
            self.words
            if len(self.words) <= _GLANCE
            else f"{self.words[: _GLANCE - 1].rstrip()}\u2026"
        )


def _places(spans: Sequence[tuple[int, int]]) -> str:
    return f", characters {', '.join(f'{a} to {b}' for a, b in spans)}" if spans else ""


def notes_of(
    sections: Iterable[Section], assessed: Assessment | None
) -> dict[tuple[int, int, int], Note]:
    """The notes of a draft, by section, paragraph and piece.

    Without `assessed` they have names alone, where a passage is not known.
    """
    places, verdicts = _places_of(assessed), _verdicts_of(assessed)
    made: dict[tuple[int, int, int], Note] = {}
    for s, section in enumerate(sections):
        for p, paragraph in enumerate(section.paragraphs):
            for n, piece in enumerate(paragraph.pieces):
                if piece.refs:
                    made[s, p, n] = _note(len(made) + 1, section, piece, places, verdicts, assessed)
    return made


def _verdicts_of(assessed: Assessment | None) -> dict[str, str]:
    """Of each link who gave the verdict, and what the rule proposed, in words."""
    if assessed is None:
        return {}
    table = assessed.decided
    names = ("link", "finding", "status", "verdict", "judges", "rule_version", "why")
    made = {}
    for link, finding, status, verdict, judges, version, why in zip(
        *(table[name] for name in names), strict=True
    ):
        who = ", ".join(judge for judge, said in judges.items() if said == verdict)
        by = "" if status == "proposed" else f"{status} by {who}; "
        made[str(link)] = with_minus(
            f"Verdict on {finding}: {by}proposed by the rule, version {version}: {why}"
        )
    return made


def _places_of(assessed: Assessment | None) -> dict[str, tuple[str, int, int]]:
    """Source, start and end of each coding."""
    if assessed is None:
        return {}
    names = ("coding", "source", "start", "end")
    return {
        str(coding): (str(source), int(start), int(end))
        for coding, source, start, end in zip(*(assessed.codings[n] for n in names), strict=True)
    }


def _note(
    number: int, section: Section, piece: Piece, places: Mapping[str, tuple[str, int, int]],
    verdicts: Mapping[str, str], assessed: Assessment | None,
) -> Note:  # fmt: skip
    ids: dict[str, list[str]] = {}
    for ref in piece.refs:
        ids.setdefault(ref.kind, []).extend(ref.ids)
    spans: dict[str, list[tuple[int, int]]] = {name: [] for name in ids.get("sources", ())}
    for coding in ids.get("codings", ()):
        if coding in places:
            source, start, end = places[coding]
            spans.setdefault(source, []).append((start, end))
    finding = "".join(ids.get("finding", ()))
    found: Mapping[str, Any] = {} if assessed is None else assessed.findings.get(finding, {})
    joined = {name: _joined(held) for name, held in spans.items()}
    told = [verdicts.get(link, "The verdict on a link") for link in ids.get("link", ())]
    more = str(plain(found.get("source")) or "")
    return Note(number, section.title, piece.text.strip(), finding, ". ".join(told), joined, more)


def _joined(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Stretches in order, those that overlap as one: several coders mark the same words."""
    made: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if made and start <= made[-1][1]:
            made[-1] = made[-1][0], max(end, made[-1][1])
        else:
            made.append((start, end))
    return made


# Quotations ------------------------------------------------------------------------------------


def require_verbatim(
    texts: Mapping[str, str], *, artefacts: Iterable[Artefact], joint: Iterable[JointRow],
    sections: Sequence[Section], notes: Mapping[tuple[int, int, int], Note],
) -> None:  # fmt: skip
    """Refuse a document in which something is quoted that no source says.

    Parameters
    ----------
    texts : mapping of str to str
        The text of each source.
    artefacts, joint, sections, notes
        What is to be printed.

    Raises
    ------
    BatchError
        With every quotation that is not what its source has at its place.
    """
    held = {name: _even(text) for name, text in texts.items()}
    faults = [
        *_odd_rows(texts, joint), *_odd_paragraphs(texts, sections, notes),
        *_odd_cells(list(held.values()), artefacts),
    ]  # fmt: skip
    if faults:
        raise BatchError("export", list(dict.fromkeys(faults)))


def _even(text: str) -> str:
    """Words with single spaces and one kind of quotation mark, as quotations are printed."""
    return " ".join(text.translate(_MARKS).split())


def _odd_rows(texts: Mapping[str, str], joint: Iterable[JointRow]) -> Iterator[str]:
    for row in joint:
        for quote in row.quotes:
            said = texts.get(quote.source, "")[quote.start : quote.end]
            if not _verbatim(quote.words, [said]):
                yield _fault(
                    f"{quote.source}, characters {quote.start} to {quote.end}", quote.words
                )


def _odd_paragraphs(
    texts: Mapping[str, str], sections: Sequence[Section],
    notes: Mapping[tuple[int, int, int], Note],
) -> Iterator[str]:  # fmt: skip
    for (s, p, _), note in notes.items():
        paragraph: Paragraph = sections[s].paragraphs[p]
        if paragraph.kind != _QUOTE:
            continue
        words = note.words.removeprefix("\u201c").removesuffix("\u201d")
        said = [
            texts.get(source, "")[start:end]
            for source, spans in note.sources.items()
            for start, end in (spans or [(0, len(texts.get(source, "")))])
        ]
        if not _verbatim(words, said):
            yield _fault(note.said, words)


def _odd_cells(texts: Sequence[str], artefacts: Iterable[Artefact]) -> Iterator[str]:
    for artefact in artefacts:
        for column in artefact.table:
            lines = [line for cell in artefact.table[column] for line in str(cell).split("\n")]
            for found in filter(None, map(_QUOTED.match, lines)):
                if not any(taken_from(_even(found[1]), text) for text in texts):
                    yield _fault(f"{artefact.title}, {column}", found[1])


def _verbatim(words: str, said: Iterable[str]) -> bool:
    return any(taken_from(_even(words), _even(text)) for text in said)


def _fault(place: str, words: str) -> str:
    return (
        f"{place}: the words to be printed, {words[:60]!r}, are not those of the source; run"
        " 'qualkit project check' and tell us of it"
    )
