"""What became of a quotation's words: verbatim, verbatim but for what is marked, altered, nowhere.

First the words as they stand, then with what the writer marked, then the nearest passage.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from qualkit.quotes.differences import differences
from qualkit.quotes.lookup import Piece, Place
from qualkit.quotes.marks import Gap, Marked, read_marks
from qualkit.quotes.nearest import cover

if TYPE_CHECKING:
    from qualkit.quotes.lookup import Index

VERBATIM: Final = "verbatim"
OMISSIONS: Final = "verbatim with marked omissions"
CHANGES: Final = "verbatim with marked changes"
BOTH: Final = "verbatim with marked omissions and changes"
ALTERED: Final = "altered"
WRONG: Final = "wrong attribution"
NOWHERE: Final = "found nowhere"
TERM: Final = "term"
VERDICTS: Final = (VERBATIM, OMISSIONS, CHANGES, BOTH, ALTERED, WRONG, NOWHERE, TERM)
FAULTS: Final = (ALTERED, WRONG, NOWHERE)
TERM_WORDS: Final = 3
_ANCHORS: Final = 300  # places of the longest piece that are looked at
_TRIES: Final = 30  # places of the next piece, for each


@dataclass(frozen=True, slots=True)
class Judged:
    """The verdict on the words, every place where they stand, and what differs."""

    verdict: str
    places: tuple[Place, ...] = ()
    difference: str = ""


def judge(text: str, index: Index) -> Judged:
    """What the sources say of the words of one quotation.

    Parameters
    ----------
    text : str
        Without its quotation marks.
    index : Index

    Returns
    -------
    Judged
        Every place where the words stand, or the nearest one where they are altered.
    """
    marked = read_marks(text)
    if not marked.words:
        return Judged(TERM)
    found = index.find(marked.words)
    if found:
        return Judged(_with_marks(text, marked, found[0], index), tuple(found))
    if marked.omitted or marked.bracketed:
        found = list(_pieced(marked, index))
        if found:
            return Judged(
                _kind(omission=bool(marked.omitted), change=_changes(marked)), tuple(found)
            )
    return _altered(text, marked, index)


def _changes(marked: Marked) -> bool:
    return bool(marked.bracketed)


def _kind(*, omission: bool, change: bool) -> str:
    if omission and change:
        return BOTH
    return OMISSIONS if omission else CHANGES if change else VERBATIM


def _with_marks(text: str, marked: Marked, place: Place, index: Index) -> str:
    """The verdict on words that all stand: brackets count as marks where the source has none."""
    own = index.raw(place.first, place.last)
    changed = bool(marked.bracketed) and "[" not in own
    omitted = bool(marked.omitted) and "[" in text and not changed and "[" not in own
    omitted = omitted and any(gap.omission and gap.bracketed for gap in marked.gaps)
    return _kind(omission=omitted, change=changed)


# Pieces with gaps between them ---------------------------------------------------------------


def _pieced(marked: Marked, index: Index) -> Iterator[Place]:
    """Every place where all pieces stand in order, in one source and of one participant."""
    pieces, gaps = marked.pieces, marked.gaps
    if not pieces or (marked.bracketed and marked.fixed < min(3, len(marked.words))):
        return
    anchor = max(range(len(pieces)), key=lambda n: len(pieces[n].text))
    for count, (low, high) in enumerate(index.hits(pieces[anchor], 0, len(index.squeezed))):
        if count >= _ANCHORS:
            return
        start = _before(index, pieces[:anchor], gaps[:anchor], low)
        end = _after(index, pieces[anchor + 1 :], gaps[anchor:], high)
        if start is None or end is None:
            continue
        place = Place(index.word_at(start), index.word_at(end - 1) + 1)
        if not _other_participants(index, place):
            yield place


def _after(index: Index, pieces: Sequence[Piece], gaps: Sequence[Gap], at: int) -> int | None:
    """Where the last of the pieces ends that follow a character; None where they do not."""
    if not pieces:
        return at
    word = index.word_at(at - 1)
    source = index.source_of(word)
    reach = min(word + 1 + gaps[0].limit + pieces[0].words + 2, index.source_end(source))
    stop = int(index.offsets[reach])
    for tried, (_, high) in enumerate(index.hits(pieces[0], at, stop)):
        if tried >= _TRIES:
            return None
        end = _after(index, pieces[1:], gaps[1:], high)
        if end is not None:
            return end
    return None


def _before(index: Index, pieces: Sequence[Piece], gaps: Sequence[Gap], at: int) -> int | None:
    """Where the first of the pieces begins that stand before a character."""
    if not pieces:
        return at
    word = index.word_at(at)
    first = index.source_at[index.source_of(word)]
    reach = max(word - gaps[-1].limit - pieces[-1].words - 2, first)
    hits = list(index.hits(pieces[-1], int(index.offsets[reach]), at))
    for low, _ in reversed(hits[-_TRIES:]):
        start = _before(index, pieces[:-1], gaps[:-1], low)
        if start is not None:
            return start
    return None


def _other_participants(index: Index, place: Place) -> bool:
    """Whether words of a second participant lie within a place."""
    speakers = {
        index.speakers[turn][0]
        for turn in index.turns_of(place)
        if index.speakers[turn][1] != "interviewer"
    }
    return len(speakers) > 1


# The nearest passage --------------------------------------------------------------------------


def _altered(text: str, marked: Marked, index: Index) -> Judged:
    numbers = [index.numbers.get(word.folded, -1) for word in marked.words]
    matches = cover(index, numbers) if len(numbers) > TERM_WORDS else []
    own = len(numbers) - len(marked.bracketed)
    if not matches or sum(match.words for match in matches) * 2 < own:
        return Judged(NOWHERE)
    found = differences(text, marked, matches, index)
    place = found.place
    if not found.faults:
        kind = _kind(omission=bool(marked.omitted), change=_changes(marked))
        return Judged(kind, (place,))
    return Judged(ALTERED, (place,), found.text)
