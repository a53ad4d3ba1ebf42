"""The passage that altered words come from: weighted votes of words, then an alignment.

Every word of the quotation votes for the diagonals on which it stands in the sources, a rare
word with more weight. The best stretch is aligned word by word; what it does not cover is looked
for elsewhere, so that a quotation made of two passages gives two matches.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    import numpy as np

    from qualkit.quotes.lookup import Index

_BAND: Final = 16
_SLACK: Final = 40  # words around a stretch that its alignment may use
_CANDIDATES: Final = 6
_COMMON: Final = 0.02  # of all words: such a word votes only where there are no others
_CHANCE: Final = 2.0  # a match must be so much rarer than chance (natural logarithm)


class Block(NamedTuple):
    """Words that are alike: first of the quotation, first of the sources, how many."""

    asked: int
    found: int
    size: int


@dataclass(frozen=True, slots=True)
class Match:
    """A stretch of a quotation and the stretch of a source that it follows, as blocks."""

    blocks: tuple[Block, ...]
    rarity: float

    @property
    def first(self) -> int:
        """First word of the quotation."""
        return self.blocks[0].asked

    @property
    def last(self) -> int:
        """The word of the quotation after the last."""
        return self.blocks[-1].asked + self.blocks[-1].size

    @property
    def begin(self) -> int:
        """First word of the sources."""
        return self.blocks[0].found

    @property
    def end(self) -> int:
        """The word of the sources after the last."""
        return self.blocks[-1].found + self.blocks[-1].size

    @property
    def words(self) -> int:
        """How many words are alike."""
        return sum(block.size for block in self.blocks)

    @property
    def run(self) -> int:
        """How many words in a row are alike, at most."""
        return max(block.size for block in self.blocks)


def cover(index: Index, numbers: Sequence[int], first: int = 0, last: int = -1) -> list[Match]:
    """The passages that a quotation's words come from, in the order of the quotation.

    Parameters
    ----------
    index : Index
    numbers : sequence of int
        The quotation's words as the index numbers them; -1 for a word that no source has.
    first, last : int
        The part that is looked for; by default all.
    """
    last = len(numbers) if last < 0 else last
    if last - first < 2 or len(index) < 2:
        return []
    best = _best(index, numbers, first, last)
    whole = last - first == len(numbers)
    sure = best is not None and best.rarity > _CHANCE
    if best is None or not ((sure or best.run >= 3) if whole else (sure and best.run >= 3)):
        return []
    found = [best]
    if best.first - first >= 3:
        found = [*cover(index, numbers, first, best.first), *found]
    if last - best.last >= 3:
        found += cover(index, numbers, best.last, last)
    return found


def _best(index: Index, numbers: Sequence[int], first: int, last: int) -> Match | None:
    matches = [
        match
        for at in _candidates(index, numbers[first:last])
        if (match := _align(index, numbers, (first, last), at)) is not None
    ]
    return max(matches, key=lambda match: (match.rarity, -match.begin), default=None)


def _candidates(index: Index, numbers: Sequence[int]) -> Iterator[int]:
    """Where the part's first word would stand, the stretches with most votes first."""
    import numpy as np

    voters = [(n, number) for n, number in enumerate(numbers) if number > 0]
    total = len(index)
    rare = [pair for pair in voters if int(index.counts[pair[1]]) < max(50, _COMMON * total)]
    voters = rare if len(rare) >= 2 else voters
    if not voters:
        return
    places: list[np.ndarray] = []
    weights: list[np.ndarray] = []
    for n, number in voters:
        places.append((index.positions(number) + (len(numbers) - n)) // _BAND)
        weights.append(np.full(len(places[-1]), index.rarity(number)))
    size = (total + len(numbers)) // _BAND + 2
    votes = np.bincount(np.concatenate(places), np.concatenate(weights), minlength=size)
    votes[:-1] += votes[1:]
    count = min(_CANDIDATES, len(votes))
    top = np.argpartition(votes, -count)[-count:]
    for band in top[np.argsort(-votes[top], kind="stable")]:
        if votes[band] > 0:
            yield int(band) * _BAND - len(numbers)


def _align(index: Index, numbers: Sequence[int], part: tuple[int, int], at: int) -> Match | None:
    from difflib import SequenceMatcher

    first, last = part
    middle = min(max(at + _BAND + (last - first) // 2, 0), len(index) - 1)
    source = index.source_of(middle)
    low = max(index.source_at[source], at - _SLACK)
    high = min(index.source_end(source), at + 2 * _BAND + (last - first) + _SLACK)
    if high <= low:
        return None
    window = index.ids[low:high].tolist()
    matcher = SequenceMatcher(None, window, numbers[first:last], autojunk=False)
    blocks = [Block(b + first, a + low, size) for a, b, size in matcher.get_matching_blocks()[:-1]]
    chain = _chain(blocks)
    if not chain:
        return None
    rarity = sum(
        index.rarity(numbers[block.asked + n]) for block in chain for n in range(block.size)
    )
    return Match(chain, rarity - math.log(len(index)))


def _chain(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """The blocks that belong together: words alike earn, words between them cost."""
    best: tuple[float, int, int] = (0.0, 0, 0)
    score, begin = 0.0, 0
    for n, block in enumerate(blocks):
        if n:
            before = blocks[n - 1]
            asked = block.asked - before.asked - before.size
            found = block.found - before.found - before.size
            score -= 0.5 * asked + 0.1 * found
        if score <= 0:
            score, begin = 0.0, n
        score += block.size
        if score > best[0]:
            best = (score, begin, n + 1)
    return tuple(blocks[best[1] : best[2]])
