"""What differs between a quotation and the passages that it comes from, word by word.

Written as wdiff does: ``the staff [-listened-] {+heard+} us``; what is taken away stands in
``[-...-]``, what is put in its place in ``{+...+}``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from qualkit.quotes.lookup import Place

if TYPE_CHECKING:
    from qualkit.quotes.lookup import Index
    from qualkit.quotes.marks import Marked
    from qualkit.quotes.nearest import Match

_FAR: Final = 400
_EDGE: Final = 3  # words at an edge that are taken for changed, not added
_SHOWN: Final = 14  # words left out that are shown in full
_ASIDE: Final = 3  # words of another speaker in between that count for nothing


@dataclass(slots=True)
class Found:
    """The differences in words, the sentence before them, and where the passage stands."""

    place: Place
    parts: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    faults: int = 0
    dropped: int = 0
    changed: int = 0

    @property
    def text(self) -> str:
        """The sentences in plain words, then the differences."""
        return " ".join([*self.said, *self.parts])


def differences(text: str, marked: Marked, matches: Sequence[Match], index: Index) -> Found:
    """What differs between a quotation and the passages found for it.

    Parameters
    ----------
    text : str
        The quotation.
    marked : Marked
        The same in its parts.
    matches : sequence of Match
        In the order of the quotation.
    index : Index

    Returns
    -------
    Found
        `faults` is 0 where all that differs is marked, or no words of the speaker's.
    """
    return _Comparison(text, marked, index).run(matches)


class _Comparison:
    def __init__(self, text: str, marked: Marked, index: Index) -> None:
        self.text = text
        self.marked = marked
        self.index = index
        self.found = Found(Place(0, 0))

    def run(self, matches: Sequence[Match]) -> Found:
        first, last = matches[0], matches[-1]
        begin = self._edge_before(first)
        if first.first:
            self._replace(0, first.first, begin, first.begin)
        for n, match in enumerate(matches):
            if n:
                self._join(matches[n - 1], match)
            self._inside(match)
        end = self._edge_after(last)
        if last.last < len(self.marked.words):
            self._replace(last.last, len(self.marked.words), last.end, end)
        self.found.place = self._place(matches, begin, end)
        if self.found.dropped and not self.found.changed and not self.found.said:
            self.found.said.append(f"{_words(self.found.dropped)} left out without a mark:")
        return self.found

    def _place(self, matches: Sequence[Match], begin: int, end: int) -> Place:
        sources = {self.index.source_of(match.begin) for match in matches}
        rising = all(a.end <= b.begin for a, b in pairwise(matches))
        if len(sources) == 1 and rising and end - begin < 2 * _FAR:
            return Place(begin, end)
        best = max(matches, key=lambda match: match.words)
        return Place(best.begin, best.end)

    # The edges ------------------------------------------------------------------------------

    def _edge_before(self, match: Match) -> int:
        """The word of the source that the quotation's first word stands for."""
        count = self._unmarked(0, match.first)
        if not 0 < count <= _EDGE:
            return match.begin
        if self.index.begins_sentence(match.begin):
            return match.begin
        turn = self.index.turn_at[self.index.turn_of(match.begin)]
        return max(turn, match.begin - count)

    def _edge_after(self, match: Match) -> int:
        count = self._unmarked(match.last, len(self.marked.words))
        if not 0 < count <= _EDGE:
            return match.end
        if self.index.ends_sentence(match.end - 1):
            return match.end
        turn = self.index.turn_of(match.end - 1)
        ends = [*self.index.turn_at[turn + 1 : turn + 2], len(self.index)]
        source_end = self.index.source_end(self.index.source_of(match.begin))
        return min(ends[0], source_end, match.end + count)

    def _unmarked(self, first: int, last: int) -> int:
        """How many of these words of the quotation stand in no brackets."""
        return sum(n not in self.marked.bracketed for n in range(first, last))

    # Between and within matches ---------------------------------------------------------------

    def _inside(self, match: Match) -> None:
        asked, found = match.first, match.begin
        for block in match.blocks:
            self._replace(asked, block.asked, found, block.found)
            asked, found = block.asked + block.size, block.found + block.size
            self.found.parts.append(self._asked(block.asked, asked))

    def _join(self, before: Match, after: Match) -> None:
        """What lies between two passages: an omission, or another passage altogether."""
        index = self.index
        same = index.source_of(before.begin) == index.source_of(after.begin)
        gap = after.begin - before.end
        marked = any(n in self.marked.omitted for n in range(before.last, after.first + 1))
        if same and 0 <= gap <= _FAR and not self._others(before, after):
            self._replace(before.last, after.first, before.end, after.begin, marked=marked)
            return
        self.found.faults += 1
        self.found.changed += 1
        if before.last < after.first:
            self.found.parts.append("{+" + self._asked(before.last, after.first) + "+}")
        self.found.parts.append("[...]" if marked else "[|]")
        if same and not self._others(before, after):
            what = f"{gap} words apart" if gap >= 0 else "in another order"
            said = f"Two passages of {self._name(before)} that stand {what} were joined"
        else:
            said = f"A passage of {self._name(before)} was joined to one of {self._name(after)}"
        self.found.said.append(f"{said}{'' if marked else ' without a mark'}:")

    def _others(self, before: Match, after: Match) -> bool:
        first = self.index.speakers[self.index.turn_of(before.end - 1)]
        second = self.index.speakers[self.index.turn_of(after.begin)]
        return first != second

    def _name(self, match: Match) -> str:
        speaker, _ = self.index.speakers[self.index.turn_of(match.begin)]
        source = self.index.sources[self.index.source_of(match.begin)]
        return f"{source} ({speaker})" if speaker else source

    def _replace(
        self, asked: int, asked_end: int, found: int, found_end: int, *, marked: bool | None = None
    ) -> None:
        """One difference: words of the quotation that stand for words of the source."""
        if marked is None:
            marked = any(n in self.marked.omitted for n in range(asked, asked_end + 1))
        added = [n for n in range(asked, asked_end) if n not in self.marked.bracketed]
        bracketed = asked_end > asked and not added
        if self._same(asked, asked_end, found, found_end) or bracketed:
            self.found.parts.append(self._asked(asked, asked_end))
            return
        self._lost(found, found_end, marked=marked)
        if asked_end > asked:
            self.found.faults += 1
            self.found.changed += 1
            self.found.parts.append("{+" + self._asked(asked, asked_end) + "+}")

    def _lost(self, found: int, found_end: int, *, marked: bool) -> None:
        if found_end <= found or self._aside(found, found_end):
            return
        if marked:
            self.found.parts.append("[...]")
            return
        self.found.faults += 1
        self.found.dropped += found_end - found
        self.found.parts.append(f"[-{self._shown(found, found_end)}-]")

    def _same(self, asked: int, asked_end: int, found: int, found_end: int) -> bool:
        """Whether both say the same but for spaces and hyphens."""
        mine = "".join(word.folded for word in self.marked.words[asked:asked_end])
        theirs = "".join(self.index.vocabulary[n] for n in self.index.ids[found:found_end])
        return bool(mine) and mine == theirs

    def _aside(self, found: int, found_end: int) -> bool:
        """Whether the words of a source are a transcriber's note, or an ear lent in between."""
        index = self.index
        place = Place(found, found_end)
        if all(self._noted(n) for n in range(found, found_end)):
            return True
        turns = index.turns_of(place)
        around = {index.speakers[index.turn_of(n)] for n in (found - 1, found_end) if n >= 0}
        whole = index.turn_at[turns[0]] == found
        other = index.speakers[turns[0]] not in around
        return len(turns) == 1 and whole and other and found_end - found <= _ASIDE

    def _noted(self, word: int) -> bool:
        """Whether a word of a source stands in square brackets."""
        turn = self.index.turn_of(word)
        text = self.index.turn_texts[turn]
        at = int(self.index.starts[word]) - self.index.turn_starts[turn]
        opened = text.rfind("[", max(0, at - 60), at)
        return opened >= 0 and "]" not in text[opened:at] and "]" in text[at : at + 60]

    def _asked(self, asked: int, asked_end: int) -> str:
        if asked_end <= asked:
            return ""
        words = self.marked.words
        low, high = words[asked].start, words[asked_end - 1].end
        if asked in self.marked.bracketed:
            low = max(self.text.rfind("[", 0, low), 0)
        if asked_end - 1 in self.marked.bracketed:
            high = self.text.find("]", high) + 1 or high
        return " ".join(self.text[low:high].split())

    def _shown(self, found: int, found_end: int) -> str:
        if found_end - found <= _SHOWN:
            return " ".join(self.index.raw(found, found_end).split())
        begin = " ".join(self.index.raw(found, found + 4).split())
        end = " ".join(self.index.raw(found_end - 4, found_end).split())
        return f"{begin} ({found_end - found - 8} words) {end}"


def _words(count: int) -> str:
    return f"{count} word{'s were' if count != 1 else ' was'}"
