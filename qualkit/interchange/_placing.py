"""Finding out how a file counts positions, and putting each of its selections on its words.

A way of counting is chosen for a whole file: the one by which most selections hold the words
that they quote; where none quotes any, the one that the program which wrote the file is known
for, unless another plainly cuts fewer words; else the one by which most selections begin and end
at the edge of a word. A selection that quotes other words than stand at its place is looked for,
and else lost: never kept where it is.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

from qualkit.interchange._offsets import READINGS, Body, Reading
from qualkit.interchange.report import Offsets
from qualkit.matching import Key, Near, closest, key_of, nearest

KNOWN: Final[Mapping[str, Reading]] = {  # as measured on files of these programs
    "nvivo": Reading("utf-16", 2, False),
    "atlas.ti": Reading("code point", 1, False),
    "qualcoder": Reading("code point", 1, False),
    "qualkit": Reading("code point", 2, False),
}
_CUT: Final = re.compile(r"(?:…|\.\.\.)$")
_FAIR: Final = 0.8  # of the ends of words that another way of counting finds, where they differ
_PLAIN: Final = 2  # more ends of words than by chance
_LIKE: Final = 90  # of 100: nearly the same words
_HEAD: Final = 20  # characters by which cut words are known
_BEYOND: Final = 2  # a line end that some tools count behind the last
_CUTS: Final = "it quotes no words, and begins or ends within one"
_CLOSE: Final = 0.05  # between scores that tell nothing
TOO_MANY: Final = "its file has too many such to look for its words"
_WORK: Final = 40_000_000_000  # what looking for words may cost in a file: about ten seconds,
_BASE: Final = 6_000_000_000  # of which one with few selections has so much
_EACH: Final = 400_000  # and each selection adds so much
_FIND: Final = 4  # what one character of a text costs where words are looked for as they stand


@dataclass(frozen=True, slots=True)
class Selection:
    """A stretch of a text as a file has it.

    Attributes
    ----------
    body : Body
    start, end : int
        As the tool counts.
    name : str
        The words, where the tool writes them; else whatever it calls the stretch.
    """

    body: Body
    start: int
    end: int
    name: str = ""


class Place(NamedTuple):
    """Where a selection is: ``matched``, ``moved`` or ``lost``.

    `why` says what is odd about it; `title` whether its name is one.
    """

    fate: Literal["matched", "moved", "lost"]
    start: int
    end: int
    why: str = ""
    title: bool = False


class Effort:
    """What looking for words in a file may cost: it grows with what the file asks for.

    Parameters
    ----------
    selections : int
        For how many there may be words to look for.
    """

    def __init__(self, selections: int) -> None:
        self._left = min(_WORK, _BASE + _EACH * selections)

    @property
    def spent(self) -> bool:
        """Whether something was asked for beyond what there is."""
        return self._left < 0

    def affords(self, work: int) -> bool:
        """Whether something may still be looked for; each file has so much, and no more."""
        self._left -= work
        return not self.spent

    def affords_find(self, text: str) -> bool:
        """Whether words may be looked for in a text as they stand."""
        return self.affords(_FIND * len(text))


@dataclass(frozen=True, slots=True)
class Choice:
    """The way of counting that was chosen, and what the names of selections are in its file.

    Attributes
    ----------
    reading : Reading
    offsets : Offsets
    quotes : bool
        Whether any quotes words at all.
    limit : int
        The length at which the file cuts names without a sign; 0 for none.
    unsure : int
        Selections that another way of counting, which fits as well, would put elsewhere.
    count : int
        Selections in all.
    """

    reading: Reading
    offsets: Offsets
    quotes: bool
    limit: int = 0
    unsure: int = 0
    count: int = 0


# Comparing ---------------------------------------------------------------------------------


def _head(name: str, limit: int) -> str | None:
    """The words that a cut name begins with; None where it is not cut."""
    if (cut := _CUT.search(name)) is not None:
        return name[: cut.start()]
    return name if limit and len(name) >= limit - 1 else None  # a space at its end may be gone


def _limit(selections: Iterable[Selection]) -> int:
    """The length at which many names end, as where a tool cuts them; 0 where there is none."""
    long = [len(one.name) for one in selections if one.name]
    most = max(long, default=0)
    often = sum(length >= most - 1 for length in long)
    return most if most >= _HEAD and often >= max(_PLAIN, len(long) // 20) else 0


def _held(words: str, name: str, limit: int = 0) -> int:
    """2 where words are those that a name quotes, 1 where all but spaces around them are."""
    if words == name:
        return 2
    wanted = name.split()
    said = words.split(None, len(wanted))  # and all the rest as one
    if said == wanted and wanted:
        around = [(one[0].isspace(), one[-1].isspace()) for one in (words, name)]
        return 2 if around[0] == around[1] else 1
    if (head := _head(name, limit)) is not None:
        head = " ".join(head.split())
        return 2 if head and " ".join(said).startswith(head) else 0
    return 0


def _fits(one: Selection, span: tuple[int, int], limit: int) -> int:
    """How the words at a place are held by a name; of a long stretch its beginning tells."""
    (start, end), longest = span, 8 * len(one.name) + 200
    if not one.name or (end - start > longest and _head(one.name, limit) is None):
        return 0
    return _held(one.body.text[start : min(end, start + longest)], one.name, limit)


def _span(one: Selection, reading: Reading) -> tuple[int, int] | None:
    ruler = one.body.ruler(reading)
    start, end = ruler.place(one.start), ruler.place(one.end)
    return None if start is None or end is None or start >= end else (start, end)


def _could_quote(one: Selection, limit: int = 0) -> bool:
    """Whether a name is as long as what it names, or has the look of the words' beginning."""
    name, long = " ".join(one.name.split()), one.end - one.start
    if not name:
        return False
    if _head(one.name, limit) is not None:
        return len(name) <= long + 4
    close = max(4, long // 4)
    return abs(len(name) - long) <= close or abs(len(name.encode("utf-16-le")) // 2 - long) <= close


def at_edges(text: str, span: tuple[int, int]) -> int:
    r"""How many of a stretch's two ends cut neither a word nor a character of several parts.

    >>> at_edges("a cafe\u0301 here", (2, 7)), at_edges("a cafe\u0301 here", (3, 6))
    (2, 0)
    """
    return sum(at in {0, len(text)} or _edge(text[at - 1], text[at]) for at in span)


def _edge(before: str, after: str) -> bool:
    if before.isalnum() and after.isalnum():
        return False
    return before != "\u200d" and not unicodedata.category(after).startswith("M")


# Choosing ----------------------------------------------------------------------------------


class _Score(NamedTuple):
    """What one way of counting gives: twice how many hold the very words; every place; edges."""

    held: int
    starts: Sequence[int]  # of every selection; -1 for no place
    ends: Sequence[int]
    edges: Sequence[int]  # of each, how many of its two ends cut no word


def choose(selections: Sequence[Selection], origin: str = "") -> Choice:
    """The way in which a file counts.

    Parameters
    ----------
    selections : sequence of Selection
    origin : str
        Name of the program that wrote it.
    """
    limit = _limit(selections)
    scores = {r: _score(r, selections, limit) for r in READINGS}
    held = max(score.held for score in scores.values())
    able = [r for r in READINGS if scores[r].held == held]
    best = max(able, key=lambda r: sum(scores[r].edges) - _PLAIN * r.bom)  # the first of the same
    known = next((r for word, r in KNOWN.items() if word in origin.casefold()), None)
    if known in able and all(_stands(scores[known], scores[r]) for r in able):
        best = known
    quoting = [n for n, one in enumerate(selections) if held and _could_quote(one, limit)]
    shares = {r: _share(scores[r], selections, quoting, limit) for r in READINGS}
    others = [r for r in READINGS if _differ(scores[r], scores[best])]
    second = max(others, key=lambda r: (scores[r].held, shares[r]), default=None)
    runner = f"{second}: {shares[second]:.2f}" if second is not None else ""
    unsure = 0
    close = 0.0 if best == known else _CLOSE
    if second is not None and shares[best] - shares[second] < close:
        unsure = _differ(scores[second], scores[best])
    newline = best.newline if any(one.body.pairs for one in selections) else 1  # none has two signs
    offsets = Offsets(best.unit, newline, best.bom, score=shares[best], runner_up=runner)
    return Choice(best, offsets, bool(quoting), limit, unsure, len(selections))


def _score(reading: Reading, selections: Iterable[Selection], limit: int) -> _Score:
    held = 0
    starts, ends, edges = array("q"), array("q"), array("b")
    for one in selections:
        span = _span(one, reading)
        starts.append(-1 if span is None else span[0])
        ends.append(-1 if span is None else span[1])
        edges.append(0 if span is None else at_edges(one.body.text, span))
        if span is not None and _could_quote(one, limit):
            held += _fits(one, span, limit)
    return _Score(held, starts, ends, edges)


def _apart(one: _Score, other: _Score) -> Iterator[int]:
    """The selections that two ways of counting put in different places."""
    places = zip(one.starts, one.ends, other.starts, other.ends, strict=True)
    return (n for n, (start, end, at, to) in enumerate(places) if (start, end) != (at, to))


def _differ(one: _Score, other: _Score) -> int:
    return sum(1 for _ in _apart(one, other))


def _stands(known: _Score, other: _Score) -> bool:
    """Whether another way does not plainly cut fewer words where it gives other places."""
    apart = list(_apart(known, other))
    own, its = (sum(score.edges[n] for n in apart) for score in (known, other))
    return own >= _FAIR * its or its - own < _PLAIN


def _share(
    score: _Score, every: Sequence[Selection], quoting: Sequence[int], limit: int
) -> float:  # fmt: skip
    """The share of what can be compared that fits: words that are quoted, else ends of words."""
    if quoting:
        spans = ((every[n], (score.starts[n], score.ends[n])) for n in quoting)
        fit = sum(span[0] >= 0 and _fits(one, span, limit) > 0 for one, span in spans)
        return fit / len(quoting)
    return sum(score.edges) / (2 * len(every)) if every else 1.0  # 0 where no text is there


# Placing -----------------------------------------------------------------------------------


class Placing:
    """Puts the selections of one file in their places."""

    def __init__(self, choice: Choice) -> None:
        self._choice = choice
        self._keys: dict[int, Key] = {}
        self._effort = Effort(choice.count)

    def place(self, one: Selection) -> Place:
        """Where a selection is."""
        text, span, limit = one.body.text, _span(one, self._choice.reading), self._choice.limit
        if not text:
            return Place("lost", one.start, one.end, "the text of its source is not in the file")
        if span is not None and _fits(one, span, limit):
            return Place("matched", *span)
        if self._choice.quotes and _could_quote(one, limit):
            return self._looked_for(one, span)
        if span is None:
            return self._outside(one)
        title = bool(one.name.strip()) and self._choice.quotes
        if title and at_edges(text, span) < 2:  # it names other words and cuts one: no trust
            return Place("lost", *span, "other words stand at its place")
        why = _CUTS if at_edges(text, span) < 2 else ""
        return Place("matched", *span, why, title)

    def _outside(self, one: Selection) -> Place:
        if self._choice.quotes and one.name.strip():
            return self._looked_for(one, None)
        if one.start == one.end:
            return Place("lost", one.start, one.end, "it marks nothing")
        ruler, last = one.body.ruler(self._choice.reading), len(one.body.text)
        start, over = ruler.place(one.start), one.end - ruler.position(last)
        if start is not None and start < last and 0 < over <= _BEYOND:
            return Place("moved", start, last, "its end lay beyond the text; it ends there now")
        return Place("lost", one.start, one.end, "its place lies outside the text")

    def _looked_for(self, one: Selection, span: tuple[int, int] | None) -> Place:
        """The place nearest to a selection's own at which the words that it quotes stand."""
        ruler = one.body.ruler(self._choice.reading)
        at = next((p for p in (span and span[0], ruler.place(one.start)) if p is not None), 0)
        key = self._key(one.body)
        head = _head(one.name, self._choice.limit)
        place = None
        if head is None:
            place = self._closest(one.name, key, at)
        elif len(head) >= _HEAD and (place := self._closest(head, key, at)) is not None:
            # only their beginning is known; their length is what was marked
            place = place[0], max(place[1], self._end(one, place[0]))
        if place is not None:
            if place == span:  # the same but for kinds of spaces and quotation marks
                return Place("matched", *place)
            return Place("moved", *place, "the words that it quotes stand there")
        near = self._nearest(one.name, key) if head is None else None
        if near is not None and near.score >= _LIKE:
            return Place("moved", near.start, near.end, "nearly the words that it quotes")
        start, end = span if span is not None else (one.start, one.end)
        why = (
            "the words that it quotes are not in its source" if not self._effort.spent else TOO_MANY
        )
        return Place("lost", start, end, why)

    def _closest(self, words: str, key: Key, at: int) -> tuple[int, int] | None:
        return closest(words, key, at) if self._effort.affords(10 * len(key.text)) else None

    def _nearest(self, words: str, key: Key) -> Near | None:
        affords = self._effort.affords(len(key.text) * (100 + len(words)))
        return nearest(words, key) if affords and len(words) >= _HEAD else None

    def _end(self, one: Selection, start: int) -> int:
        """Where a stretch ends that begins elsewhere and is as long for its tool."""
        ruler, last = one.body.ruler(self._choice.reading), len(one.body.text)
        end = ruler.position(start) + one.end - one.start
        if end >= ruler.position(last):
            return last
        place = ruler.place(end)
        return place if place is not None else ruler.place(end + 1) or start

    def _key(self, body: Body) -> Key:
        if id(body) not in self._keys:
            self._keys[id(body)] = key_of(body.text)
        return self._keys[id(body)]
