"""Names in a text, and pseudonyms in their place: everywhere, and the same ones each time.

Words are compared folded (case, accents as marks of their own, curly quotation marks, invisible
characters), as whole words: *Ann* is not in *Anna*, and *sarah* is in ``sarah_p7.docx``. A
possessive keeps its ending. A name that is an ordinary word as well (*Will*, *Hope*) is found
where it is written like a name: with a capital, and not at the beginning of a sentence before
a word that makes it a verb. What is left for that reason can be listed.

Places are code points of the text that was given.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple

import regex

from qualkit.matching import key_of
from qualkit.swaps import Swap

NAMES: Final = "names"  # an ordinary word counts where it is written like a name
EVERYWHERE: Final = "everywhere"
WHERES: Final = (EVERYWHERE, NAMES)
_TOKEN: Final = regex.compile(r"[\p{L}\p{M}\u200b-\u200d\u2060\u00ad\ufeff]+|\p{N}+")
_BETWEEN: Final = regex.compile(r"\s+|[_-]|\s*-\s*|\.\s?")  # what may stand for a space of a name
_PSEUDONYM: Final = regex.compile(r"\[[^\[\]\n]{1,80}\]")
_OPENS: Final = regex.compile(
    r"(?:^|[.!?:\n…]['\"’”)\]]*\s*|[\"“‘]\s*)$"
)  # a sentence begins after it
_MAKES_VERB: Final = frozenset(  # Will you ..., Hope so
    """i you he she it we they the a an this that these those there my your his her our their so
    to for be not do have any anyone anybody someone somebody everyone everybody people things
    never""".split()  # noqa: SIM905 - words
)


class Unsure(NamedTuple):
    """A place where a word may be a name, and was left."""

    start: int
    end: int
    words: str


class Name(NamedTuple):
    """What is looked for: words, what stands for them, and where they count."""

    words: str
    pseudonym: str
    where: str = EVERYWHERE


@dataclass(frozen=True, slots=True)
class _Wanted:
    name: Name
    tokens: tuple[str, ...]
    between: tuple[str, ...]  # before the first token, between them, after the last


class Names:
    """Names that are looked for together, the longest first.

    Parameters
    ----------
    names : iterable of Name

    Examples
    --------
    >>> from qualkit.swaps import swapped
    >>> names = Names([Name("Ann", "[Person 1]"), Name("Anna", "[Person 2]")])
    >>> swapped("ANN'S mother and Anna", names.swaps("ANN'S mother and Anna"))
    "[Person 1]'S mother and [Person 2]"
    """

    def __init__(self, names: Iterable[Name]) -> None:
        self._by_first: dict[str, list[_Wanted]] = {}
        self._pseudonyms: set[str] = set()
        for name in names:
            if (wanted := _wanted(name)) is not None:
                self._by_first.setdefault(wanted.tokens[0], []).append(wanted)
            self._pseudonyms.add(name.pseudonym)
        self._firsts = {*self._by_first, *(f"{first}s" for first in self._by_first)}
        for held in self._by_first.values():
            held.sort(key=lambda one: (-len(one.tokens), one.name.where))

    def __bool__(self) -> bool:
        return bool(self._by_first)

    def swaps(self, text: str, breaks: Sequence[int] = ()) -> list[Swap]:
        """Every name in a text, in order; none reaches over a break (the edges of turns)."""
        return self.both(text, breaks)[0]

    def unsure(self, text: str) -> list[Unsure]:
        """The ordinary words that were left, though they may be names."""
        return self.both(text)[1]

    def both(self, text: str, breaks: Sequence[int] = ()) -> tuple[list[Swap], list[Unsure]]:
        """What :meth:`swaps` and :meth:`unsure` give, in one reading."""
        found: list[Swap] = []
        left: list[Unsure] = []
        if not self._by_first:
            return found, left
        tokens = [(m.start(), m.end(), _folded(m[0])) for m in _TOKEN.finditer(text)]
        taken = self._taken(text)
        edges = sorted(set(breaks))
        at = 0
        while at < len(tokens):
            if tokens[at][2] not in self._firsts:
                at += 1
                continue
            hits = self._at(text, tokens, at)
            hit = next((one for one in hits if not _crosses(edges, one[1], one[2])), None)
            if hit is None or _within(taken, hit[1], hit[2]):
                at += 1
                continue
            wanted, start, end, count = hit
            if wanted.name.where == NAMES and not _is_name(text, start, end):
                left.append(Unsure(start, end, text[start:end]))
                at += count
            else:
                found.append(Swap(start, end, text[start:end], wanted.name.pseudonym))
                at += count
        return found, left

    def _taken(self, text: str) -> list[tuple[int, int]]:
        """Where pseudonyms stand already: within them nothing is looked for."""
        return [m.span() for m in _PSEUDONYM.finditer(text) if m[0] in self._pseudonyms]

    def _at(
        self, text: str, tokens: list[tuple[int, int, str]], at: int
    ) -> Iterator[tuple[_Wanted, int, int, int]]:
        """What begins at a token: name, stretch, and how many tokens it takes."""
        first = tokens[at][2]
        plain = first[:-1] if first.endswith("s") else ""
        for wanted in (*self._by_first.get(first, ()), *self._by_first.get(plain, ())):
            if (span := _match(text, tokens, at, wanted)) is not None:
                yield wanted, *span, len(wanted.tokens)


def _wanted(name: Name) -> _Wanted | None:
    text = name.words.strip()
    spans = [(m.start(), m.end()) for m in _TOKEN.finditer(text)]
    if not spans:
        return None
    tokens = tuple(_folded(text[start:end]) for start, end in spans)
    edges = [0, *(at for span in spans for at in span), len(text)]
    between = tuple(text[edges[n] : edges[n + 1]] for n in range(0, len(edges), 2))
    return None if not all(tokens) else _Wanted(name, tokens, between)


def _match(
    text: str, tokens: list[tuple[int, int, str]], at: int, wanted: _Wanted
) -> tuple[int, int] | None:
    """Where a name stands whose first word is at a token; None where it does not."""
    last = at + len(wanted.tokens) - 1
    if last >= len(tokens):
        return None
    for n, token in enumerate(wanted.tokens[:-1]):
        if tokens[at + n][2] != token:
            return None
        gap = text[tokens[at + n][1] : tokens[at + n + 1][0]]
        if not _same_gap(gap, wanted.between[n + 1]):
            return None
    start, end, folded = tokens[last]
    if folded != wanted.tokens[-1]:
        loose = wanted.name.where == EVERYWHERE and wanted.tokens[-1].isalpha()
        if not (loose and folded == f"{wanted.tokens[-1]}s"):
            return None
        end -= 1  # "Sarahs mum": the ending stays
    start = tokens[at][0] - len(wanted.between[0])
    stop = end + len(wanted.between[-1])
    if start < 0 or text[start : tokens[at][0]] != wanted.between[0]:
        return None
    return (start, stop) if text[end:stop] == wanted.between[-1] else None


def _same_gap(gap: str, wanted: str) -> bool:
    if gap == wanted:
        return True
    if wanted.isspace():
        return _BETWEEN.fullmatch(gap) is not None and not gap.startswith(". ")
    return bool(gap) and key_of(gap).text == key_of(wanted).text


def _crosses(edges: Sequence[int], start: int, end: int) -> bool:
    """Whether an edge lies within a stretch."""
    at = bisect_right(edges, start)
    return at < len(edges) and edges[at] < end


def _within(spans: Sequence[tuple[int, int]], start: int, end: int) -> bool:
    at = bisect_right(spans, (start, end)) - 1
    return any(a < end and start < b for a, b in spans[max(at, 0) : at + 2])


def _is_name(text: str, start: int, end: int) -> bool:
    """Whether an ordinary word is written like a name."""
    if not text[start].isupper():
        return False
    if not _OPENS.search(text[max(0, start - 12) : start]):
        return True
    following = _TOKEN.search(text, end)
    if following is None or text[end : following.start()].strip():
        return True  # "Hope." and "Will, come here"
    return _folded(following[0]) not in _MAKES_VERB


@lru_cache(maxsize=65_536)
def _folded(token: str) -> str:
    """A word that is the same however it is written; marks that make no other letter stay."""
    plain = unicodedata.normalize("NFKC", token).casefold()
    return "".join(one for one in plain if unicodedata.category(one) != "Cf" and one != "\u00ad")
