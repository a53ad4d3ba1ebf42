"""Stretches of a text and what stands in their place: made, taken back, and what moves with them.

Places are code points of the text as it was before.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol


class Swap(NamedTuple):
    """One stretch of a text, its words, and what stands in its place."""

    start: int
    end: int
    words: str
    becomes: str


class Finder(Protocol):
    """What finds the stretches of a text that are to be swapped."""

    def swaps(self, text: str, breaks: Sequence[int] = ()) -> list[Swap]:
        """In order, without overlap; none reaches over a break."""


@dataclass(frozen=True, slots=True)
class Replaced:
    """One value of a study in which words were swapped.

    Attributes
    ----------
    table, column : str
    row : tuple of str
        What its row is called by; of turns, their source and their places.
    where : str
        In words, without a name: ``text of source 3``.
    was, now : str
        Hashes of the value before and after.
    swaps : tuple of (int, Swap)
        The part of the value (0 where it has one alone), and a swap in it.
    """

    table: str
    column: str
    row: tuple[str, ...]
    where: str
    was: str
    now: str
    swaps: tuple[tuple[int, Swap], ...]


@dataclass(frozen=True, slots=True)
class Run:
    """What one pseudonymisation swapped; `id` stands in the study, too."""

    id: str
    at: str
    who: str
    values: tuple[Replaced, ...]

    @property
    def count(self) -> int:
        """How many stretches were swapped."""
        return sum(len(one.swaps) for one in self.values)


def swapped(text: str, swaps: Sequence[Swap]) -> str:
    """The text with every swap made.

    >>> swapped("Ann met Bo", [Swap(0, 3, "Ann", "[P1]"), Swap(8, 10, "Bo", "[P2]")])
    '[P1] met [P2]'
    """
    parts, at = [], 0
    for one in swaps:
        parts += [text[at : one.start], one.becomes]
        at = one.end
    return "".join((*parts, text[at:]))


def turned(swaps: Sequence[Swap]) -> list[Swap]:
    """The swaps that take others back.

    >>> swaps = [Swap(0, 3, "Ann", "[P1]"), Swap(8, 10, "Bo", "[P2]")]
    >>> swapped("[P1] met [P2]", turned(swaps))
    'Ann met Bo'
    """
    made, shift = [], 0
    for one in swaps:
        start = one.start + shift
        made.append(Swap(start, start + len(one.becomes), one.becomes, one.words))
        shift += len(one.becomes) - (one.end - one.start)
    return made


def mover(swaps: Sequence[Swap]) -> Callable[[int, int], tuple[int, int]]:
    """Where a stretch stands once swaps are made: with whole replacements, or none.

    >>> move = mover([Swap(3, 8, "Sarah", "[P]")])
    >>> move(0, 3), move(3, 9), move(5, 6), move(9, 12)
    ((0, 3), (3, 7), (3, 6), (7, 10))
    """
    starts = [one.start for one in swaps]
    shifts = [0]
    for one in swaps:
        shifts.append(shifts[-1] + len(one.becomes) - (one.end - one.start))

    def moved(at: int, *, is_end: bool) -> int:
        number = bisect_right(starts, at - is_end)  # swaps that begin before it
        if not number or at >= swaps[number - 1].end:
            return at + shifts[number]
        inside = swaps[number - 1].start + shifts[number - 1]
        return inside + (len(swaps[number - 1].becomes) if is_end else 0)

    def move(start: int, end: int) -> tuple[int, int]:
        first = moved(start, is_end=False)
        return (first, first) if end <= start else (first, moved(end, is_end=True))

    return move
