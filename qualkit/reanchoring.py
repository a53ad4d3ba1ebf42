"""Where the stretches of a text stand in a corrected text.

A stretch whose words are still there, word for word and at the place where the corrections put
them, stays or moves. Where a correction touched it, its exact words are looked for in what the
correction brought in; where they are not there, it breaks, and the words that stand in its place
now are proposed to a person. Nothing here changes the words of a stretch.

The texts are compared by lines, then by words, marks and white space (longest common
subsequence). Positions are code points.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final, NamedTuple

from qualkit.stretches import Span

STAYS: Final = "stays"
MOVES: Final = "moves"
BREAKS: Final = "breaks"
_TOKEN: Final = re.compile(r"\w+|\s+|[^\w\s]")
_EXACT: Final = 200_000_000  # of pairs compared; beyond it a banded comparison, which needs less
_LARGEST: Final = 40_000_000_000  # pairs of words; beyond it a text counts as replaced whole
_SHORT: Final = 24  # characters between two corrections that may be a chance likeness
_ALIKE: Final = 60.0  # likeness, 0 to 100, of a correction; unrelated sentences reach 50
_TELLING: Final = 15  # characters from which words are not found elsewhere by chance
_FINE: Final = 2_000  # characters up to which words are compared letter by letter
_LOOKED: Final = 1_000  # places of the same words that are looked at, on each side


class Edit(NamedTuple):
    """One correction: what stands in the place of a stretch of the old text."""

    start: int
    end: int
    text: str


class Proposal(NamedTuple):
    """The words of the new text that stand where a broken stretch stood."""

    start: int
    end: int
    text: str


class Placed(NamedTuple):
    """What became of a stretch.

    Attributes
    ----------
    kind : str
        ``stays``, ``moves`` or ``breaks``.
    start, end : int
        Where it stands now; of what breaks, where its surroundings stand: maybe nothing is there.
    proposal : Proposal or None
        Of what breaks, where other words of the kind stand in its place.
    """

    kind: str
    start: int
    end: int
    proposal: Proposal | None = None


def edits(old: str, new: str) -> tuple[Edit, ...]:
    """What was corrected: stretches of the old text, in order, and what stands in their place.

    Examples
    --------
    >>> edits("We recieved help.", "We received help.")
    (Edit(start=3, end=11, text='received'),)
    """
    blocks = list(_lines(old, new))
    found: list[Edit] = []
    for number, (a, b, c, d) in enumerate(blocks):
        first = found[-1].end if found else 0
        last = blocks[number + 1][0] if number + 1 < len(blocks) else len(old)
        found.append(_slid(old, Edit(a, b, new[c:d]), (first, last)))
    return tuple(found)


def place(made: Sequence[Edit], old: str, new: str, start: int, end: int) -> Placed:
    """What became of one stretch; for many use :class:`Reanchoring`.

    >>> old, new = "Yes. We recieved help.", "Yes. Well. We received help."
    >>> place(edits(old, new), old, new, 0, 4)
    Placed(kind='stays', start=0, end=4, proposal=None)
    >>> place(edits(old, new), old, new, 17, 21)
    Placed(kind='moves', start=23, end=27, proposal=None)
    >>> place(edits(old, new), old, new, 5, 21).proposal
    Proposal(start=11, end=27, text='We received help')
    """
    return Reanchoring(old, new, made).place(start, end)


class Reanchoring:
    """Two texts side by side, for finding where many stretches went.

    Parameters
    ----------
    old, new : str
    made : sequence of Edit, optional
        What was corrected, where that is known; by default as :func:`edits` finds it.
    """

    def __init__(self, old: str, new: str, made: Sequence[Edit] | None = None) -> None:
        self.old, self.new = old, new
        self.edits = edits(old, new) if made is None else tuple(made)
        self._starts = [one.start for one in self.edits]
        self._at: list[int] = []  # where in the new text each correction begins
        self._gone = [0]  # how much was taken out before each correction
        shift = 0
        for one in self.edits:
            self._at.append(one.start + shift)
            self._gone.append(self._gone[-1] + one.end - one.start)
            shift += len(one.text) - (one.end - one.start)
        self._shift = shift
        self._passages = _passages(self.edits)
        self._opened = [self._starts[first] for first, _ in self._passages]
        self._letters: dict[int, list[tuple[Span, Span]] | None] = {}

    @property
    def likeness(self) -> float:
        """The share of the longer text that both have, 0 to 1."""
        longer = max(len(self.old), len(self.new)) or 1
        return (len(self.old) - self._gone[-1]) / longer

    def place(self, start: int, end: int) -> Placed:
        """What became of one stretch, which is not empty."""
        first, last = self._touching(start, end)
        words = self.old[start:end]
        if first == last:
            now = start + self._shift_before(first)
            if self._is_by_chance(words, start, end):
                return Placed(BREAKS, now, now + len(words), Proposal(now, now + len(words), words))
            return Placed(STAYS if now == start else MOVES, now, now + len(words))
        begins, ends = self.to(start, is_end=False), self.to(end, is_end=True)
        around = begins, max(begins, ends)
        found = self._found(words, around, first, last)
        if found is not None:
            return Placed(STAYS if found == start else MOVES, found, found + len(words))
        return Placed(BREAKS, *around, self._proposal(words, around, self._kept(start, end)))

    def to(self, at: int, *, is_end: bool) -> int:
        """Where a position went: the end, or else the beginning, of a stretch."""
        number = bisect_right(self._starts, at - is_end) - 1
        if number < 0:
            return at
        edit = self.edits[number]
        if at > edit.end or (at == edit.end and not is_end):  # what begins here stands behind it
            return at + self._shift_before(number + 1)
        if at == edit.start and not is_end:
            return self._at[number]
        return self._at[number] + self._within(number, at - edit.start, is_end=is_end)

    def _shift_before(self, number: int) -> int:
        """By how much what stands between the last correction and this one moved."""
        if number >= len(self.edits):
            return self._shift
        return self._at[number] - self.edits[number].start

    def _touching(self, start: int, end: int) -> tuple[int, int]:
        """The corrections that touch a stretch: from one, up to but without another."""
        first = bisect_right(self._starts, start)
        if first and self.edits[first - 1].end > start:
            first -= 1
        return first, max(first, bisect_left(self._starts, end))

    def _kept(self, start: int, end: int) -> int:
        """How many characters of a stretch no correction took out, about."""
        first, last = self._touching(start, end)
        return max(0, end - start - (self._gone[last] - self._gone[first]))

    def _is_by_chance(self, words: str, start: int, end: int) -> bool:
        """Whether a few words are the same alone, amid a passage that was rewritten."""
        if _telling(words):
            return False
        number = bisect_right(self._opened, start) - 1
        if number < 0:
            return False
        first, last = self._passages[number]
        return end <= self.edits[last].end and not self._is_like(first, last + 1)

    def _within(self, number: int, at: int, *, is_end: bool) -> int:
        """Where a position within corrected words went, at the edge of a word."""
        was, now = self.old[slice(*self.edits[number][:2])], self.edits[number].text
        if number not in self._letters:
            self._letters[number] = _letters(was, now)
        held = self._letters[number]
        if held is None or at >= len(was):
            return len(now) if is_end or at >= len(was) else 0
        (low, high), (begins, ends) = next(
            one for one in held if at <= one[0][1] - (not is_end and one[0][1] < len(was))
        )
        found = begins if high == low else min(begins + at - low, ends)
        while _is_edge(was, at) and not _is_edge(now, found):
            found += 1 if is_end else -1
        return found

    # The same words elsewhere ------------------------------------------------------------

    def _found(self, words: str, around: Span, first: int, last: int) -> int | None:
        """Where the exact words stand that no other words of the old text became."""
        near = self._at[first], self._at[last - 1] + len(self.edits[last - 1].text)
        near = min(near[0], around[0]), max(near[1], around[1])
        inside = self._nearest(words, around[0], near)
        if inside is not None and (_telling(words) or self._is_like(*self._around(first, last))):
            return inside
        return self._nearest(words, around[0], (0, len(self.new))) if _telling(words) else None

    def _around(self, first: int, last: int) -> tuple[int, int]:
        """The corrections of the whole passages that these are of: from one, up to another."""
        one = bisect_right(self._passages, (first, len(self.edits))) - 1
        other = bisect_right(self._passages, (last - 1, len(self.edits))) - 1
        return self._passages[one][0], self._passages[other][1] + 1

    def _is_like(self, first: int, last: int) -> bool:
        """Whether corrections, from one up to another, left things much as they were."""
        start, end = self.edits[first].start, self.edits[last - 1].end
        begins, ends = self._at[first], self._at[last - 1] + len(self.edits[last - 1].text)
        return self._likeness((start, end), (begins, ends)) >= _ALIKE

    def _likeness(self, old: Span, new: Span) -> float:
        if max(old[1] - old[0], new[1] - new[0]) <= _FINE:
            return _likeness(self.old[slice(*old)], self.new[slice(*new)])
        return 200 * self._kept(*old) / (old[1] - old[0] + new[1] - new[0])

    def _nearest(self, words: str, at: int, within: Span) -> int | None:
        """Of the places of words that a correction brought in, the nearest to a position."""
        behind = _places(words, self.new, (max(at, within[0]), within[1]))
        before = _places_back(words, self.new, (within[0], min(at + len(words), within[1])))
        both = behind, before
        found = [one for side in both if (one := self._first_new(side, len(words))) is not None]
        return min(found, key=lambda one: (abs(one - at), one), default=None)

    def _first_new(self, places: Iterator[int], length: int) -> int | None:
        return next((one for one in islice(places, _LOOKED) if self._is_new(one, length)), None)

    def _is_new(self, at: int, length: int) -> bool:
        """Whether a stretch of the new text is not, as a whole, one that was there before."""
        number = bisect_right(self._at, at) - 1
        if number >= 0 and self._at[number] + len(self.edits[number].text) > at:
            return True
        following = number + 1
        return following < len(self.edits) and self._at[following] < at + length

    # Proposals ---------------------------------------------------------------------------

    def _proposal(self, words: str, around: Span, kept: int) -> Proposal | None:
        """The words that stand in the place of others, where they are a correction of them."""
        start, end = around
        while start < end and self.new[start].isspace() and not words[0].isspace():
            start += 1
        while end > start and self.new[end - 1].isspace() and not words[-1].isspace():
            end -= 1
        now = self.new[start:end]
        small = max(len(words), len(now)) <= _FINE
        alike = _likeness(words, now) if small else 200 * kept / (len(words) + len(now))
        return Proposal(start, end, now) if now.strip() and alike >= _ALIKE else None


def _telling(words: str) -> bool:
    """Whether words are so many that the same ones elsewhere are these and no others."""
    return len(words) >= _TELLING and len(words.split()) > 2


def _places(words: str, text: str, within: Span) -> Iterator[int]:
    at = text.find(words, *within)
    while at >= 0:
        yield at
        at = text.find(words, at + 1, within[1])


def _places_back(words: str, text: str, within: Span) -> Iterator[int]:
    at = text.rfind(words, *within)
    while at >= 0:
        yield at
        at = text.rfind(words, within[0], at + len(words) - 1)


def _likeness(a: str, b: str) -> float:
    from rapidfuzz import fuzz

    return float(fuzz.ratio(a, b))


def _letters(was: str, now: str) -> list[tuple[Span, Span]] | None:
    """Stretches of corrected words and what each became; None where they are not alike."""
    from rapidfuzz.distance import Levenshtein

    if not was or not now or max(len(was), len(now)) > _FINE or _likeness(was, now) < _ALIKE:
        return None
    return [
        ((op.src_start, op.src_end), (op.dest_start, op.dest_end))
        for op in Levenshtein.opcodes(was, now)
    ]


def _is_edge(text: str, at: int) -> bool:
    """Whether a word begins or ends at a position."""
    if not 0 < at < len(text):
        return True
    return not (text[at - 1].isalnum() and text[at].isalnum())


# Comparing -----------------------------------------------------------------------------------

Block = tuple[int, int, int, int]  # old from, to; new from, to


def _lines(old: str, new: str) -> Iterator[Block]:
    """The stretches in which two texts differ, in order: line by line, then word by word."""
    a, b = old.splitlines(keepends=True), new.splitlines(keepends=True)
    at, to = _offsets(a), _offsets(b)
    for i, j, k, m in _differing(a, b):
        yield from _words(old, new, (at[i], at[j], to[k], to[m]))


def _words(old: str, new: str, block: Block) -> Iterator[Block]:
    a, b = _TOKEN.findall(old, *block[:2]), _TOKEN.findall(new, *block[2:])
    at, to = _offsets(a, block[0]), _offsets(b, block[2])
    for i, j, k, m in _differing(a, b):
        yield at[i], at[j], to[k], to[m]


def _offsets(pieces: Sequence[str], at: int = 0) -> list[int]:
    found = [at]
    for piece in pieces:
        found.append(found[-1] + len(piece))
    return found


def _differing(a: Sequence[str], b: Sequence[str]) -> Iterator[Block]:
    """The stretches in which two sequences differ, in order."""
    from rapidfuzz.distance import Indel, Levenshtein

    first, last = _common(a, b)
    inner_a, inner_b = a[first : len(a) - last], b[first : len(b) - last]
    pairs = len(inner_a) * len(inner_b)
    if not pairs or pairs > _LARGEST:
        if inner_a or inner_b:
            yield first, len(a) - last, first, len(b) - last
        return
    compare = Indel if pairs <= _EXACT else Levenshtein
    start: Block | None = None
    for op in compare.opcodes(inner_a, inner_b):
        if op.tag == "equal":
            if start is not None:
                yield start
            start = None
            continue
        here = (
            first + op.src_start,
            first + op.src_end,
            first + op.dest_start,
            first + op.dest_end,
        )
        start = here if start is None else (start[0], here[1], start[2], here[3])
    if start is not None:
        yield start


def _common(a: Sequence[str], b: Sequence[str]) -> tuple[int, int]:
    """How many pieces two sequences begin, and end, with in common."""
    most = min(len(a), len(b))
    first = next((n for n in range(most) if a[n] != b[n]), most)
    last = next((n for n in range(most - first) if a[-1 - n] != b[-1 - n]), most - first)
    return first, last


def _slid(old: str, edit: Edit, within: Span) -> Edit:
    """The same correction where lines, sentences or words begin and end, as a person sees it.

    What is taken out or brought in can often be told in several ways: of "heard. Fine." either
    ". Fine" went or " Fine.".
    """
    start, end, text = edit
    words = text or old[start:end]
    if text and start < end:
        return edit

    def fits(step: int) -> int:
        """How well it begins and ends, so many characters on, where something does."""
        before = old[max(0, start + step - 1) : start + step]
        after = old[end + step : end + step + 1]
        return _seam(before, words[step % len(words)]) + _seam(
            words[(step - 1) % len(words)], after
        )

    best = max(_steps(old, (start, end), words, within), key=lambda step: (fits(step), -abs(step)))
    turn = best % len(words)
    return Edit(start + best, end + best, text and words[turn:] + words[:turn])


def _steps(old: str, span: Span, words: str, within: Span) -> Iterator[int]:
    """By how many characters a stretch that is taken out or brought in can be told elsewhere."""
    start, end = span
    yield 0
    for step in range(min(_FINE, within[1] - end)):
        if old[end + step] != words[step % len(words)]:
            break
        yield step + 1
    for step in range(min(_FINE, start - within[0])):
        if old[start - step - 1] != words[(-step - 1) % len(words)]:
            break
        yield -step - 1


def _seam(before: str, after: str) -> int:
    """How much two neighbouring characters are apart."""
    if before in {"", "\n"}:
        return 4
    if after in {"", "\n"}:
        return 3
    if before.isspace() or after.isspace():
        return 2
    return int(not (before.isalnum() and after.isalnum()))


def _passages(made: Sequence[Edit]) -> list[tuple[int, int]]:
    """Corrections between which hardly anything stayed, first and last: rewritten sentences.

    What two sentences have in common by chance (a space, a "the") is no place to move to.
    """
    found: list[tuple[int, int]] = []
    for number in range(len(made)):
        now = number, number
        while found and _is_chance(made, found[-1], now):
            now = found.pop()[0], now[1]
        found.append(now)
    return found


def _is_chance(made: Sequence[Edit], one: tuple[int, int], other: tuple[int, int]) -> bool:
    between = made[other[0]].start - made[one[1]].end
    return between <= min(_SHORT, _size(made, one), _size(made, other))


def _size(made: Sequence[Edit], passage: tuple[int, int]) -> int:
    first, last = made[passage[0]], made[passage[1]]
    return max(last.end - first.start, len(first.text), len(last.text))
