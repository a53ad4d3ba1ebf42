"""What a writer marked within a quotation: omissions (``...``) and changes (``[the worker]``)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from qualkit.quotes.lookup import APOSTROPHES, Piece, Word, squeeze, words_of

_DOTS: Final = r"(?:\u2026|\.(?:\s?\.){2,})"
OMISSION: Final = re.compile(rf"\[\s*{_DOTS}\s*\]|\(\s*{_DOTS}\s*\)|{_DOTS}")
_MARK: Final = re.compile(
    rf"(?P<omission>\[\s*{_DOTS}\s*\]|\(\s*{_DOTS}\s*\))"
    rf"|(?P<change>\[(?:[^\[\]]|\[\s*{_DOTS}\s*\])*\])|(?P<dots>{_DOTS})"
)
_FAR: Final = 400  # words that a marked omission may leave out
_FAR_OF_FEW: Final = 80  # where a part beside it has fewer than three words
_REPLACED: Final = 12  # words that a change may stand for, beyond its own


@dataclass(frozen=True, slots=True)
class Gap:
    """What may lie between two pieces: words of the source, at most so many."""

    limit: int
    omission: bool
    bracketed: bool


@dataclass(frozen=True, slots=True)
class Marked:
    """A quotation in its parts.

    Attributes
    ----------
    words : list of Word
        All its words in order, those in brackets too.
    bracketed : set of int
        Which of them stand in brackets.
    omitted : set of int
        Before which of them an omission is marked.
    pieces : list of Piece
        What must stand as it is, and between two pieces one gap.
    gaps : list of Gap
    """

    words: list[Word]
    bracketed: set[int]
    omitted: set[int]
    pieces: list[Piece]
    gaps: list[Gap]

    @property
    def fixed(self) -> int:
        """How many words must stand as they are."""
        return sum(piece.words for piece in self.pieces)


@dataclass(slots=True)
class _Reading:
    text: str
    words: list[Word]
    bracketed: set[int]
    omitted: set[int]
    pieces: list[Piece]
    gaps: list[Gap]
    pending: Gap | None = None
    open_left: bool = False

    def fixed(self, low: int, high: int, *, open_right: bool) -> None:
        """Take the words between two characters as one piece."""
        found = words_of(self.text[low:high])
        if not found:
            return
        self.words += [Word(w.folded, w.start + low, w.end + low) for w in found]
        if self.pieces:
            self.gaps.append(self.pending or Gap(0, omission=False, bracketed=False))
        edge = self.text[low : low + found[0].start]
        glued_left = self.open_left and (not edge or edge in APOSTROPHES)
        glued_right = open_right and low + found[-1].end == high
        self.pieces.append(Piece(squeeze(found), len(found), glued_left, glued_right))
        self.pending, self.open_left = None, False

    def mark(self, match: re.Match[str]) -> None:
        """Take an omission or a change."""
        if match["change"] is None:
            self.omitted.add(len(self.words))
            far = _FAR_OF_FEW if self.pieces and self.pieces[-1].words < 3 else _FAR
            self._wait(Gap(far, omission=True, bracketed=match["omission"] is not None))
            return
        inside = words_of(match.group())
        self.bracketed |= set(range(len(self.words), len(self.words) + len(inside)))
        begin = match.start()
        self.words += [Word(w.folded, w.start + begin, w.end + begin) for w in inside]
        self._wait(Gap(_REPLACED + len(inside), omission=False, bracketed=True))
        behind = self.text[match.end() : match.end() + 2]
        self.open_left = behind[:1].isalnum() or (
            behind[:1] in APOSTROPHES and behind[1:].isalpha()  # [i]'ve
        )

    def _wait(self, gap: Gap) -> None:
        before = self.pending
        self.pending = gap if before is None else Gap(
            before.limit + gap.limit, before.omission or gap.omission,
            before.bracketed or gap.bracketed,
        )  # fmt: skip


def read_marks(text: str) -> Marked:
    """A quotation in its parts.

    >>> marked = read_marks("[the worker] came ... and communicat[ed] with us")
    >>> [(piece.text, piece.open_right) for piece in marked.pieces]
    [('came', False), ('andcommunicat', True), ('withus', False)]
    """
    reading = _Reading(text, [], set(), set(), [], [])
    at = 0
    for match in _MARK.finditer(text):
        glued = match["change"] is not None and text[match.start() - 1 : match.start()].isalnum()
        reading.fixed(at, match.start(), open_right=glued)
        reading.mark(match)
        at = match.end()
    reading.fixed(at, len(text), open_right=False)
    omitted = {n for n in reading.omitted if 0 < n < len(reading.words)}
    return Marked(reading.words, reading.bracketed, omitted, reading.pieces, reading.gaps)
