"""A draft of the findings section, theme by theme, by template: no model writes it.

Every figure and every quotation is a piece of its own with a reference to what it is from, so
that a document can lead back to it. The draft is for an evaluator to edit: it says what the
evidence says, names who says otherwise, and adds no explanation of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from qualkit.tables import plain
from qualkit.triangulate._chosen import Quote, Quotes
from qualkit.triangulate._words import (
    SURVEY,
    Key,
    Row,
    clause,
    first_word,
    in_words,
    listed,
    question_of,
    records,
    rests_on,
    said_parts,
    several,
    shown,
    strand_of_finding,
    strand_words,
    told_of,
)
from qualkit.triangulate.artefacts import by_theme
from qualkit.triangulate.assessing import Assessment
from qualkit.triangulate.joint import cautions_of, inference_of
from qualkit.triangulate.records import InterviewState, Proposal

if TYPE_CHECKING:
    import pandas as pd

TEXT, QUOTE, VERDICT, CAUTION = "text", "quote", "verdict", "caution"
KINDS: Final = (TEXT, QUOTE, VERDICT, CAUTION)
DRAFT: Final = (
    "This is a draft by template, for an evaluator to edit. Every figure and quotation in it leads "
    "back to its source."
)


@dataclass(frozen=True, slots=True)
class Ref:
    """What a piece of text is from.

    Attributes
    ----------
    kind : str
        ``finding``, ``codings``, ``sources`` or ``link``.
    ids : tuple of str
        The id of the finding or link; ids of codings; names of sources.
    """

    kind: str
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a paragraph; with references where it is a figure or a quotation."""

    text: str
    refs: tuple[Ref, ...] = ()


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of the draft.

    Attributes
    ----------
    kind : str
        One of :data:`KINDS`.
    pieces : tuple of Piece
    """

    kind: str
    pieces: tuple[Piece, ...]

    @property
    def text(self) -> str:
        """The paragraph as it is read."""
        return "".join(piece.text for piece in self.pieces)

    @property
    def refs(self) -> tuple[Ref, ...]:
        """Everything that it rests on, once each."""
        return tuple(dict.fromkeys(ref for piece in self.pieces for ref in piece.refs))


@dataclass(frozen=True, slots=True)
class Section:
    """What is found on one theme.

    Attributes
    ----------
    codebook, code, title : str
    paragraphs : tuple of Paragraph
    """

    codebook: str
    code: str
    title: str
    paragraphs: tuple[Paragraph, ...]


def narrative(
    assessed: Assessment, *, quotes: int = 2, silent: bool = False
) -> tuple[Section, ...]:
    """A findings section for each theme, in plain sentences.

    Parameters
    ----------
    assessed : Assessment
    quotes : int
        At most so many quotations a finding.
    silent : bool
        Whether themes on which there is neither a finding nor an interview have a section too.

    Returns
    -------
    tuple of Section
        What interviews say, with counts of interviews; quotations; each linked finding; the
        verdict, marked where nobody has decided it; who says otherwise; cautions, each once.
        Findings that were withheld stand without a figure, with the reason.
    """
    chosen = Quotes(assessed)
    made = []
    for key, places in by_theme(assessed):
        decided = records(assessed.decided.iloc[list(places)])
        empty = not assessed.states[key].sources and not any(row["finding"] for row in decided)
        if silent or not empty:
            proposals = [assessed.proposals[place] for place in places]
            paragraphs = _theme(assessed, key, list(zip(decided, proposals, strict=True)), chosen,
                                quotes)  # fmt: skip
            made.append(Section(*key, decided[0]["name"], tuple(paragraphs)))
    return tuple(made)


_Judged = tuple[dict[str, Any], Proposal]


def _theme(
    assessed: Assessment, key: Key, judged: Sequence[_Judged], chosen: Quotes, quotes: int
) -> Iterator[Paragraph]:
    state, found = assessed.states[key], assessed.interviews(key)
    yield Paragraph(TEXT, tuple(_heard(assessed, state, found)))
    beside = {q.codings: q for _, one in judged for q in chosen.beside(key, one, quotes)}
    yield from map(_quoted, beside.values())
    said: set[str] = set()
    for row, proposal in judged:
        finding = assessed.findings.get(row["finding"])
        if row["finding"]:
            yield Paragraph(TEXT, tuple(_found(row["finding"], finding)))
        yield Paragraph(VERDICT, tuple(_judgement(row, finding)))
        told = row["finding"] and (finding is None or not shown(finding))  # why it is no use
        cautions = [
            one for one in list(cautions_of(row, proposal))[bool(told) :] if one not in said
        ]
        said.update(cautions)
        opposing = tuple(_opposing(proposal)) if proposal.opposing else ()
        if opposing or cautions:
            gap = " " if opposing and cautions else ""
            more = (Piece(f"{gap}{' '.join(cautions)}"),) if cautions else ()
            yield Paragraph(CAUTION, (*opposing, *more))
    if missing := _missing(assessed, found):
        yield Paragraph(CAUTION, (Piece(missing),))


# Interviews ------------------------------------------------------------------------------------


def _heard(assessed: Assessment, state: InterviewState, found: pd.DataFrame) -> Iterator[Piece]:
    """How many spoke of a theme, and what they said."""
    of = len(assessed.interviewed)
    if not state.sources:
        whole = f"None of the {several(of, 'interview')} speaks of this." if of else (
            "The study has no interviews."
        )  # fmt: skip
        yield Piece("Interviews were not asked about this." if state.state == "not_asked" else
                    whole)  # fmt: skip
        return
    sources = tuple(found["source"])
    areas = {one for one in found["area"] if one}
    yield _all(state.sources, of, sources)
    where = f", in {several(len(areas), 'area')}," if areas else ""
    yield Piece(f"{where} spoke of this. ")
    if not state.with_stance:
        who = "None of them said" if state.sources > 1 else "It did not say"
        yield Piece(f"{who} whether it had changed.")
        return
    yield from _stances(state, found)


def _all(number: int, of: int, sources: tuple[str, ...]) -> Piece:
    """How many of the interviews, at the beginning of a sentence."""
    whole = f"All {several(of, 'interview')}" if number == of and of > 1 else (
        f"{first_word(number)} of the {several(of, 'interview')}"
    )  # fmt: skip
    return Piece(whole, (Ref("sources", sources),))


def _stances(state: InterviewState, found: pd.DataFrame) -> Iterator[Piece]:
    """What those who took a view said, the most frequent first."""
    ids = {source: tuple(quotes) for source, quotes in zip(found["source"], found["quotes"],
                                                           strict=True)}  # fmt: skip
    given = state.with_stance
    everybody = given == state.sources
    parts = said_parts(state.counts)
    if len(parts) == 1:
        name, _, words = parts[0]
        yield _counted(_whole(given, everybody=everybody), state.by_stance[name], ids)
        yield Piece(f" {words}.")
        return
    yield Piece("Of these, " if everybody else f"Of the {in_words(given)} that took a view, ")
    for n, (name, number, words) in enumerate(parts):
        if n:
            yield Piece(" and " if n == len(parts) - 1 else ", ")
        yield _counted(in_words(number), state.by_stance[name], ids)
        yield Piece(f" {words}")
    yield Piece(".")


def _whole(given: int, *, everybody: bool) -> str:
    """All that took a view, where they said the same."""
    if everybody:
        return {1: "It", 2: "Both"}.get(given, "All of them")
    return {
        1: "The one that took a view", 2: "Both that took a view",
    }.get(given, f"All {in_words(given)} that took a view")  # fmt: skip


def _counted(text: str, sources: tuple[str, ...], ids: Mapping[str, tuple[str, ...]]) -> Piece:
    codings = tuple(coding for source in sources for coding in ids.get(source, ()))
    return Piece(text, (Ref("sources", sources), Ref("codings", codings)))


def _quoted(quote: Quote) -> Paragraph:
    ref = (Ref("codings", quote.codings), Ref("sources", (quote.source,)))
    words, said = quote.text.rsplit(f" ({quote.attribution})", 1)[0], quote.attribution
    return Paragraph(QUOTE, (Piece(words, ref), Piece(f" ({said})")))


def _opposing(proposal: Proposal) -> Iterator[Piece]:
    sources = proposal.opposing
    codings = tuple(coding for one in sources for coding in proposal.quotes.get(one, ()))
    one = len(sources) == 1
    told = f"{first_word(len(sources))} interview{'s' * (not one)}"
    yield Piece(told, (Ref("sources", sources), Ref("codings", codings)))
    directed = proposal.q_state in {"+", "-", "0"}
    verb = f"speak{'s' * one} against the finding" if directed else f"take{'s' * one} another view"
    yield Piece(f" {verb}: {listed(sources)}.")


def _missing(assessed: Assessment, found: pd.DataFrame) -> str:
    """Areas and stakeholder types that nobody spoke from, where somebody spoke."""
    if found.empty:
        return ""
    heard, told = set(found["source"]), []
    for held, one_word, words in (
        (assessed.areas, "from this area", "from these areas"),
        (assessed.types, "with this stakeholder type", "with these stakeholder types"),
    ):
        there = dict.fromkeys(held[one] for one in assessed.interviewed if one in held)
        spoken = {held[source] for source in heard if source in held}
        if absent := [one for one in there if one not in spoken]:
            whose = words if len(absent) > 1 else one_word
            told.append(f"No interview {whose} speaks of it: {listed(absent)}.")
    return " ".join(told)


# Findings and verdicts -------------------------------------------------------------------------


def _found(finding: str, row: Row | None) -> Iterator[Piece]:
    """A finding in words; without its figures where they are withheld."""
    ref = (Ref("finding", (finding,)),)
    if row is None:
        yield Piece("A finding that was linked is not there any more.", ref)
        return
    asked = f"\u2018{question_of(row).rstrip('.')}\u2019"
    lead = f"In {strand_words(row)}, "
    if plain(row.get("origin")) == "published":
        lead = f"In a published table ({plain(row.get('source')) or plain(row.get('survey'))}), "
    if not shown(row):
        why = clause(str(plain(row.get("why")) or "it is not defined"))
        yield Piece(f"{lead}the figure on {asked} cannot be used: {why}.", ref)
        return
    surveyed = strand_of_finding(row) == SURVEY
    yield Piece(f"{lead}on {asked}, " if surveyed else lead)
    rest = rests_on(row, interval=_interval(row))
    told = told_of(row, "" if surveyed else asked)
    yield Piece(f"{told}{f' ({rest})' if rest else ''}", ref)
    yield Piece(".")


def _interval(row: Row) -> str:
    """What brackets call the interval: one below nought is told to be that of the change."""
    low = plain(row.get("low"))
    below = bool(row.get("change")) and low is not None and float(low) < 0
    return "95% interval of the change" if below else "95% interval"


def _judgement(row: Row, finding: Row | None) -> Iterator[Piece]:
    """The verdict as a sentence, and who says so."""
    ref = (Ref("link", (row["link"],)),) if row["link"] else ()
    mark = "[PROPOSED] " if row["status"] == "proposed" else ""
    yield Piece(f"{mark}{inference_of(row, finding)}", ref)
