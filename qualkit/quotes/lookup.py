"""The words of all sources, so held that a stretch of them is found at once.

Every word is folded (compatibility forms, case, apostrophes) and numbered. The folded words stand
in one long text *without* spaces, hyphens or punctuation, so that ``well-being``, ``well being``
and a word cut at a line end are one; what is found must begin and end where a word of the source
does. Numbers keep their marks: 1.5 is not 15, and 3 4 is not 34.
"""

from __future__ import annotations

import math
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

APOSTROPHES: Final = "'\u2019\u2018\u02bc\u2032\u00b4`\u201b\uff07"
_STRAIGHT: Final = str.maketrans(dict.fromkeys(APOSTROPHES, "'"))
_PATTERN: Final = (
    r"\p{Nd}+(?:[.,:/]\p{Nd}+)+"
    r"|[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]\p{M}*"
    rf"|[\p{{L}}\p{{N}}][\p{{L}}\p{{M}}\p{{N}}\p{{Cf}}]*(?:[{APOSTROPHES}][\p{{L}}\p{{N}}]"
    r"[\p{L}\p{M}\p{N}\p{Cf}]*)*"
    r"|[\p{Sc}%&]"
)
_BREAK: Final = "\n"  # between two sources
_HITS: Final = 2_000  # places that are looked at for one stretch of words
PLACES: Final = 200  # and kept


class Word(NamedTuple):
    """One word of a text: as it is compared, and where it stands."""

    folded: str
    start: int
    end: int


class Place(NamedTuple):
    """A stretch of the words of all sources: from one word to before another."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Piece:
    """Words that must stand as they are; an open side may lie within a word of the source."""

    text: str
    words: int
    open_left: bool = False
    open_right: bool = False


@lru_cache(maxsize=1)
def _words() -> Any:  # noqa: ANN401 - the pattern of a library without types
    import regex

    return regex.compile(_PATTERN)


@lru_cache(maxsize=65_536)
def fold(word: str) -> str:
    """A word as it is compared; a number begins with ``#``, so that two never run together.

    >>> fold("Don\u2019t"), fold("1,500"), fold("1.5")
    ("don't", '#1500', '#1.5')
    """
    if word == "&":
        return "and"
    plain = unicodedata.normalize("NFKD", word.translate(_STRAIGHT)).casefold()
    plain = "".join(c for c in plain if unicodedata.category(c) != "Cf")
    return f"#{_number(plain)}" if plain[:1].isdigit() else plain


def _number(word: str) -> str:
    parts = word.split(",")
    if len(parts) > 1 and all(len(part.split(".")[0]) == 3 for part in parts[1:]):
        word = "".join(parts)
    return word.replace(":", ".")


def words_of(text: str) -> list[Word]:
    """The words of a text in order.

    >>> [word.folded for word in words_of("A well-being fund: \u00a35, they\u2019d said.")]
    ['a', 'well', 'being', 'fund', '\u00a3', '#5', "they'd", 'said']
    """
    return [Word(fold(m.group()), m.start(), m.end()) for m in _words().finditer(text)]


def squeeze(words: Sequence[Word]) -> str:
    """Folded words without anything between them."""
    return "".join(word.folded for word in words)


@dataclass(slots=True)
class _Gathering:
    """The words of all turns while they are gathered."""

    cache: dict[str, int] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=lambda: {_BREAK: 0})
    ids: list[int] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)

    def add(self, text: str, offset: int) -> None:
        cache, numbers = self.cache, self.numbers
        for match in _words().finditer(text):
            word = match.group()
            number = cache.get(word)
            if number is None:
                number = cache[word] = numbers.setdefault(fold(word), len(numbers))
            self.ids.append(number)
            start = match.start() + offset
            self.starts.append(start)
            self.ends.append(start + len(word))

    def close(self) -> None:
        """End a source."""
        self.ids.append(0)
        self.starts.append(0)
        self.ends.append(0)


class Index:
    """The words of all turns of a study.

    Parameters
    ----------
    turns : DataFrame
        ``source``, ``start``, ``text``, ``speaker``, ``role``; the turns of a source stand
        together and in order.
    """

    def __init__(self, turns: pd.DataFrame) -> None:
        gathered = _Gathering()
        self.sources: list[str] = []
        self.source_at: list[int] = []  # first word of each source
        self.turn_at: list[int] = []  # first word of each turn
        self.speakers: list[tuple[str | None, str]] = []  # speaker and role of each turn
        self.turn_texts: list[str] = []
        self.turn_starts: list[int] = []
        for source, start, text, speaker, role in _rows(turns):
            if not self.sources or self.sources[-1] != source:
                if self.sources:
                    gathered.close()
                self.sources.append(source)
                self.source_at.append(len(gathered.ids))
            self.turn_at.append(len(gathered.ids))
            self.speakers.append((speaker, role))
            self.turn_texts.append(text)
            self.turn_starts.append(start)
            gathered.add(text, start)
        gathered.close()
        self._fill(gathered)

    def _fill(self, gathered: _Gathering) -> None:
        import numpy as np

        self.numbers = gathered.numbers
        self.vocabulary = list(gathered.numbers)
        self.ids = np.array(gathered.ids, dtype=np.int32)
        self.starts = np.array(gathered.starts, dtype=np.int32)
        self.ends = np.array(gathered.ends, dtype=np.int32)
        self.squeezed = "".join([self.vocabulary[n] for n in gathered.ids])
        lengths = np.array([len(word) for word in self.vocabulary], dtype=np.int64)
        self.offsets = np.concatenate(([0], np.cumsum(lengths[self.ids])))
        self.order = np.argsort(self.ids, kind="stable")
        counts = np.bincount(self.ids, minlength=len(self.vocabulary))
        self.counts = counts
        self.bounds = np.concatenate(([0], np.cumsum(counts)))

    def __len__(self) -> int:
        return len(self.ids)

    # Where a word stands ------------------------------------------------------------------

    def source_of(self, word: int) -> int:
        """The number of the source in which a word stands."""
        return bisect_right(self.source_at, word) - 1

    def source_end(self, number: int) -> int:
        """The word after the last of a source."""
        ends = [*self.source_at[number + 1 : number + 2], len(self.ids)]
        return ends[0] - 1

    def turn_of(self, word: int) -> int:
        """The number of the turn in which a word stands."""
        return bisect_right(self.turn_at, word) - 1

    def turns_of(self, place: Place) -> range:
        """The numbers of all turns that a place touches."""
        return range(self.turn_of(place.first), self.turn_of(place.last - 1) + 1)

    def span(self, place: Place) -> tuple[str, int, int]:
        """A place as source and code points, half-open."""
        source = self.sources[self.source_of(place.first)]
        return source, int(self.starts[place.first]), int(self.ends[place.last - 1])

    def raw(self, first: int, last: int) -> str:
        """The source's own writing from one word to before another, turn by turn."""
        parts = []
        for turn in self.turns_of(Place(first, last)):
            begin = self.turn_starts[turn]
            text = self.turn_texts[turn]
            low = int(self.starts[first]) - begin if turn == self.turn_of(first) else 0
            high = int(self.ends[last - 1]) - begin
            parts.append(text[low:high] if turn == self.turn_of(last - 1) else text[low:])
        return " ".join(parts)

    def begins_sentence(self, word: int) -> bool:
        """Whether a word is the first of a turn or stands after the end of a sentence."""
        turn = self.turn_of(word)
        at = int(self.starts[word]) - self.turn_starts[turn]
        return self._before(turn, at)[-1:] in {"", ".", "!", "?", "\u2026"}

    def ends_sentence(self, word: int) -> bool:
        """Whether a word is the last of a turn or stands before the end of a sentence."""
        turn = self.turn_of(word)
        at = int(self.ends[word]) - self.turn_starts[turn]
        return self.turn_texts[turn][at : at + 9].lstrip("\"'\u201d\u2019) ")[:1] in {
            "", ".", "!", "?", "\u2026",
        }  # fmt: skip

    def _before(self, turn: int, at: int) -> str:
        return self.turn_texts[turn][max(0, at - 9) : at].rstrip("\"'\u201c\u2018( ")

    # What stands where --------------------------------------------------------------------

    def rarity(self, number: int) -> float:
        """How much a word tells: the logarithm of its share of all words, turned round."""
        return math.log(len(self.ids) / max(1, int(self.counts[number])))

    def positions(self, number: int) -> np.ndarray:
        """Every place of one word."""
        return self.order[self.bounds[number] : self.bounds[number + 1]]

    def find(self, words: Sequence[Word]) -> list[Place]:
        """Every place where these words stand one after the other, up to a limit."""
        if not words:
            return []
        numbers = [self.numbers.get(word.folded, -1) for word in words]
        found = self._find_numbers(numbers) if -1 not in numbers else []
        return found or list(self._find_squeezed(Piece(squeeze(words), len(words))))

    def _find_numbers(self, numbers: list[int]) -> list[Place]:
        rarest = min(range(len(numbers)), key=lambda n: int(self.counts[numbers[n]]))
        at = self.positions(numbers[rarest]) - rarest
        at = at[(at >= 0) & (at + len(numbers) <= len(self.ids))]
        for n, number in enumerate(numbers):
            if n != rarest and len(at):
                at = at[self.ids[at + n] == number]
        return [Place(int(first), int(first) + len(numbers)) for first in at[:PLACES]]

    def _find_squeezed(self, piece: Piece) -> Iterator[Place]:
        for low, high in self.hits(piece, 0, len(self.squeezed)):
            yield Place(self.word_at(low), self.word_at(high - 1) + 1)

    def hits(self, piece: Piece, low: int, high: int) -> Iterator[tuple[int, int]]:
        """Where a piece stands in the squeezed text between two of its characters."""
        size = len(piece.text)
        at = self.squeezed.find(piece.text, low, high)
        tried = 0
        while at >= 0 and tried < _HITS:
            tried += 1
            left = piece.open_left or self._is_edge(at)
            if left and (piece.open_right or self._is_edge(at + size)):
                yield at, at + size
            at = self.squeezed.find(piece.text, at + 1, high)

    def _is_edge(self, character: int) -> bool:
        return int(self.offsets[self.offsets.searchsorted(character)]) == character

    def word_at(self, character: int) -> int:
        """The word to which a character of the squeezed text belongs."""
        return int(self.offsets.searchsorted(character, side="right")) - 1

    def known(self, text: str) -> bool:
        """Whether all words of a text stand one after the other in a source."""
        return bool(self.find(words_of(text)))


def _rows(turns: pd.DataFrame) -> Iterator[tuple[str, int, str, str | None, str]]:
    columns = [turns[name].tolist() for name in ("source", "start", "text", "speaker", "role")]
    for source, start, text, speaker, role in zip(*columns, strict=True):
        yield source, int(start), text, speaker if isinstance(speaker, str) else None, str(role)
