"""Finding words in a text although quotation marks, dashes, spaces or case differ.

Texts are compared by their *key*: compatibility forms folded (NFKD), case folded, quotation
marks and dashes made alike, every run of white space one space (none after a hyphen that ends
a line), invisible characters gone. What is stored is never normalised: positions always point
into the text as it stands.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_left
from functools import lru_cache
from typing import NamedTuple

_FOLDED = str.maketrans({
    "\u2018": "'", "\u2019": "'", "\u201a": "'", "\u201b": "'", "\u2032": "'", "`": "'",
    "\u201c": '"', "\u201d": '"', "\u201e": '"', "\u201f": '"', "\u2033": '"', "\u00ab": '"',
    "\u00bb": '"', "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-", "\u2014": "-",
    "\u2015": "-", "\u2212": "-", "\u2026": "...", "\u200b": "", "\u200c": "", "\u200d": "",
    "\u2060": "", "\ufeff": "", "\u00ad": "", "\u200e": "", "\u200f": "",
})  # fmt: skip


class Key(NamedTuple):
    """A text made comparable, and for each of its characters the position it came from."""

    text: str
    positions: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The stretch of the original text behind ``text[start:end]``."""
        return self.positions[start], self.positions[end - 1] + 1


class Near(NamedTuple):
    """The most alike stretch of a text, with its likeness from 0 to 100."""

    start: int
    end: int
    score: float


@lru_cache(maxsize=4096)
def _fold(char: str) -> str:
    plain = unicodedata.normalize("NFKD", char.translate(_FOLDED)).casefold()
    return " " if plain.isspace() else plain.translate(_FOLDED)


def key_of(text: str) -> Key:
    r"""The key of a text.

    >>> key_of("\u201cWe  didn\u2019t\u201d").text
    '"we didn\'t"'
    """
    folded: list[str] = []
    positions: list[int] = []
    space = True  # leading white space counts for nothing
    for at, char in enumerate(text):
        plain = _fold(char)
        if plain == " ":
            cut = char == "\n" and folded[-1:] == ["-"]
            broken = cut and "".join(folded[-2:-1]).isalnum()  # a word cut at its hyphen
            if space or broken:
                continue
            space = True
        elif plain:
            space = False
        folded.append(plain)
        positions.extend([at] * len(plain))
    joined = "".join(folded)
    if joined.endswith(" "):
        return Key(joined[:-1], tuple(positions[:-1]))
    return Key(joined, tuple(positions))


def find(words: str, text: Key) -> list[tuple[int, int]]:
    r"""Every place where words stand in a text, as positions in the original.

    >>> find("it\u2019s fine", key_of("Well, it's\n fine."))
    [(6, 16)]
    """
    wanted = key_of(words).text
    if not wanted:
        return []
    found, at = [], text.text.find(wanted)
    while at >= 0:
        found.append(text.span(at, at + len(wanted)))
        at = text.text.find(wanted, at + 1)
    return found


def closest(words: str, text: Key, at: int) -> tuple[int, int] | None:
    """Of the places where words stand in a text, the one that begins nearest to a position.

    >>> closest("yes", key_of("Yes. No. Yes! No, yes."), 12)
    (9, 12)
    """
    wanted = key_of(words).text
    if not wanted:
        return None
    first = bisect_left(text.positions, at)
    before = text.text.rfind(wanted, 0, max(0, first - 1 + len(wanted)))
    after = text.text.find(wanted, first)
    found = [text.span(one, one + len(wanted)) for one in (before, after) if one >= 0]
    return min(found, key=lambda span: abs(span[0] - at), default=None)


def nearest(words: str, text: Key) -> Near | None:
    """The stretch most like the words, widened to whole words; None where nothing is alike."""
    from rapidfuzz import fuzz

    wanted = key_of(words).text
    if not wanted or not text.text:
        return None
    best = fuzz.partial_ratio_alignment(wanted, text.text, score_cutoff=40)
    if best is None or best.dest_end <= best.dest_start:
        return None
    start, end = best.dest_start, best.dest_end
    while start > 0 and text.text[start - 1] != " ":
        start -= 1
    while end < len(text.text) and text.text[end] != " ":
        end += 1
    return Near(*text.span(start, end), best.score)
