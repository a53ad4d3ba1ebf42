"""Codings of several people -> passages, each agreed on or not.

A passage grows from codings of one code that share words, whoever made them. All who counted there
judged it. Where people chose another code for the same words, their passages are one.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, combinations, product
from typing import TYPE_CHECKING, Any, Final, TypeVar

from qualkit.agreement.presence import presence
from qualkit.errors import TableError
from qualkit.model import seal, seal_of_mark
from qualkit.stretches import Span, common, measure, merged
from qualkit.tables import check, plain, records

if TYPE_CHECKING:
    import pandas as pd

    from qualkit.agreement.presence import Presence

MISSED: Final = "missed"
OTHER: Final = "other code"
BOUNDARY: Final = "boundary"
STANCE: Final = "stance"
RATING: Final = "rating"
KINDS: Final = (MISSED, OTHER, BOUNDARY, STANCE, RATING)
Label = tuple[str | None, int | None]  # stance and rating
_Key = TypeVar("_Key")
_HALF: Final = 0.5  # of the shorter of two passages, from which they are about the same words


@dataclass(frozen=True, slots=True)
class Mark:
    """One coding: `first` to `last` are its words without the white space round them."""

    id: str
    source: str
    start: int
    end: int
    text: str
    codebook: str
    code: str
    name: str
    coder: str
    stance: str | None
    rating: int | None
    memo: str
    created: str
    first: int
    last: int

    @property
    def label(self) -> Label:
        """What is said of the words beyond the code."""
        return self.stance, self.rating

    @property
    def seal(self) -> str:
        """What changes when anything that was judged does; a coder may get another name."""
        return seal_of_mark(self.start, self.end, self.codebook, self.code, *self.label)


@dataclass(frozen=True, slots=True)
class Part:
    """The codings of one code that hang together, in the order of the text; see :meth:`of`.

    Attributes
    ----------
    code : str
    marks : tuple of Mark
    by_coder : mapping of str to tuple of Mark
        Each coder's codings, coders by name.
    start, end : int
    core : (int, int)
        From the first word to the last.
    """

    code: str
    marks: tuple[Mark, ...]
    by_coder: Mapping[str, tuple[Mark, ...]]
    start: int
    end: int
    core: Span

    @classmethod
    def of(cls, marks: Sequence[Mark]) -> Part:
        """The part that is made of these codings."""
        found: dict[str, list[Mark]] = {}
        for mark in marks:
            found.setdefault(mark.coder, []).append(mark)
        return cls(
            marks[0].code, tuple(marks), {coder: tuple(found[coder]) for coder in sorted(found)},
            min(mark.start for mark in marks), max(mark.end for mark in marks),
            (min(mark.first for mark in marks), max(mark.last for mark in marks)),
        )  # fmt: skip

    def words(self, start: int, end: int) -> str:
        """The words of a stretch of it, which need not lie within one coding."""
        made, at = [], start
        for mark in sorted(self.marks, key=lambda one: one.start):
            if mark.end > at and mark.start < end:
                made.append(mark.text[at - mark.start : end - mark.start])
                at = mark.end
        return "".join(made)


@dataclass(frozen=True, slots=True)
class Passage:
    """What coders marked in one place.

    Attributes
    ----------
    source, codebook : str
    parts : tuple of Part
        One a code.
    judges : tuple of str
        All who counted there, by name.
    kinds : tuple of str
        How they differ, the first of :data:`KINDS` first; empty where they agree.
    counted : bool
        Whether two judged it at least, and any of it is text that counts.
    """

    source: str
    codebook: str
    parts: tuple[Part, ...]
    judges: tuple[str, ...]
    kinds: tuple[str, ...]
    counted: bool

    @property
    def ids(self) -> frozenset[str]:
        """The ids of its codings."""
        return frozenset(mark.id for part in self.parts for mark in part.marks)

    @property
    def marks(self) -> tuple[Mark, ...]:
        """All codings."""
        return tuple(mark for part in self.parts for mark in part.marks)

    @property
    def start(self) -> int:
        return min(part.start for part in self.parts)

    @property
    def end(self) -> int:
        return max(part.end for part in self.parts)

    @property
    def words(self) -> str:
        """From the first character that anybody marked to the last."""
        made, at = [], self.start
        for part in sorted(self.parts, key=lambda one: one.start):
            if part.end > at:
                made.append(part.words(at, part.end))
                at = part.end
        return "".join(made)

    @property
    def key(self) -> str:
        """An id that the same codings of the same source have again."""
        return seal(self.source, *sorted(self.ids))[:16]

    @property
    def place(self) -> tuple[str, int, int, str, list[str]]:
        """By what passages are ordered."""
        codes = [part.code for part in self.parts]
        return self.source, self.start, self.end, self.codebook, codes

    @property
    def open(self) -> bool:
        """Whether people differ here, and it counts."""
        return self.counted and bool(self.kinds)


def passages_of(
    codings: pd.DataFrame,
    *,
    turns: pd.DataFrame,
    assignments: pd.DataFrame | None = None,
    codes: pd.DataFrame | None = None,
    overlap: float = 0.9,
    interviewer: bool = False,
    sources: Sequence[str] | None = None,
) -> list[Passage]:
    """Every passage that somebody coded, source by source as in `turns`, in the text's order.

    Each coding of somebody who counts lies in exactly one of them.
    """
    check(codings, "codings")
    if not 0 < overlap <= 1:
        raise TableError("disagreements", f"overlap {overlap} is not above 0 and at most 1")
    present = presence(codings, assignments, turns, interviewer=interviewer)
    own = codings if sources is None else codings[codings["source"].isin(sources)]
    compare = _Comparison(present, overlap, _themes(codes))
    made: list[Passage] = []
    for (source, book), marks in _grouped(marks_of(own), lambda m: (m.source, m.codebook)).items():
        made += compare.passages(source, book, marks)
    places = {name: n for n, name in enumerate(turns["source"].unique())}
    return sorted(made, key=lambda one: (places.get(one.source, len(places)), *one.place))


def marks_of(codings: pd.DataFrame) -> list[Mark]:
    """The rows of a table of codings, missing values None."""
    columns = (
        "coding", "source", "start", "end", "text", "codebook", "code", "code_name", "coder",
        "stance", "rating", "memo", "created",
    )  # fmt: skip
    return [_mark(number, row) for number, row in enumerate(records(codings, columns), 1)]


def _mark(number: int, row: Mapping[Any, Any]) -> Mark:
    start, end, text = int(row["start"]), int(row["end"]), row["text"]
    if not isinstance(text, str) or len(text) != end - start:
        raise TableError("codings", f"its words are not those of {start} to {end}", row=number)
    inner = text.strip() or text
    first = start + (0 if inner == text else text.find(inner))
    rating = plain(row["rating"])
    return Mark(
        row["coding"], row["source"], start, end, text, row["codebook"], row["code"],
        _words(row["code_name"]) or row["code"], row["coder"], _words(row["stance"]),
        None if rating is None else int(rating), _words(row["memo"]) or "",
        _words(row["created"]) or "", first, first + len(inner),
    )  # fmt: skip


def _words(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _grouped(marks: Iterable[Mark], key: Callable[[Mark], _Key]) -> dict[_Key, list[Mark]]:
    found: dict[_Key, list[Mark]] = defaultdict(list)
    for mark in marks:
        found[key(mark)].append(mark)
    return dict(found)


def _themes(codes: pd.DataFrame | None) -> dict[tuple[str, str], str]:
    if codes is None:
        return {}
    columns = (codes[name] for name in ("codebook", "code", "theme"))
    return {(book, code): str(theme) for book, code, theme in zip(*columns, strict=True)}


class _Line:
    """The text that counts, its characters numbered without the gaps."""

    def __init__(self, spans: Sequence[Span]) -> None:
        self._starts = [start for start, _ in spans]
        self._ends = [end for _, end in spans]
        self._before = [0, *accumulate(end - start for start, end in spans)]

    def at(self, place: int) -> int:
        """How many characters that count stand before a place."""
        n = bisect_right(self._starts, place) - 1
        return 0 if n < 0 else self._before[n] + min(place, self._ends[n]) - self._starts[n]

    def span(self, start: int, end: int) -> Span:
        """A stretch on this line; empty where nothing of it counts."""
        return self.at(start), self.at(end)

    def length(self, start: int, end: int) -> int:
        """How many characters of a stretch count."""
        return self.at(end) - self.at(start)


class _Comparison:
    """Compares the codings of one source and codebook after another."""

    def __init__(
        self, present: Presence, overlap: float, themes: Mapping[tuple[str, str], str]
    ) -> None:
        self._present = present
        self._overlap = overlap
        self._themes = themes
        self._lines: dict[tuple[str, tuple[str, ...], bool], _Line] = {}

    def passages(self, source: str, book: str, marks: list[Mark]) -> list[Passage]:
        there = self._present.coders(source, book)
        known = set(there)
        made = []
        for (_, read), own in _grouped(marks, self._read).items():
            parts = _parts(mark for mark in own if mark.coder in known)
            made += [self._passage(source, book, part, there, read=read) for part in parts]
        missed = [one for one in made if one.open and MISSED in one.kinds]
        rest = [one for one in made if not (one.open and MISSED in one.kinds)]
        return rest + self._paired(missed)

    def _read(self, mark: Mark) -> tuple[str, bool]:
        """Its code, and whether it has words that its coder was to read."""
        return mark.code, self._line(mark.source, (mark.coder,)).length(mark.first, mark.last) > 0

    def _passage(
        self, source: str, book: str, part: Part, there: tuple[str, ...], *, read: bool
    ) -> Passage:
        judges = self._judges(source, part, there) if read else there
        if not read or len(judges) < 2:
            return Passage(source, book, (part,), judges, (), counted=False)
        kinds = _kinds(part, judges, self._line(source, judges), self._overlap)
        return Passage(source, book, (part,), judges, kinds, counted=True)

    def _judges(self, source: str, part: Part, there: tuple[str, ...]) -> tuple[str, ...]:
        """Who marked it, and who was to read half of what those were to read of it."""
        if not self._assigned(source, there):
            return there
        held = {who: self._line(source, (who,)).length(*part.core) for who in there}
        most = max(held[who] for who in part.by_coder)
        return tuple(who for who in there if who in part.by_coder or held[who] >= _HALF * most)

    def _line(self, source: str, coders: tuple[str, ...]) -> _Line:
        """What all of these coders were to read of a source."""
        key = source, self._assigned(source, coders), bool(coders)
        if key not in self._lines:
            shared = self._present.turns.get(source, []) if coders else []
            for coder in key[1]:
                shared = common(shared, self._present.stretches(source, coder))
            self._lines[key] = _Line(shared)
        return self._lines[key]

    def _assigned(self, source: str, coders: tuple[str, ...]) -> tuple[str, ...]:
        """Those who were not to read all of a source."""
        return tuple(coder for coder in coders if (source, coder) in self._present.assigned)

    def _paired(self, missed: list[Passage]) -> list[Passage]:
        """What some missed, joined where others chose another code for the same words."""
        groups = {n: [n] for n in range(len(missed))}
        home = list(range(len(missed)))
        for a, b in self._candidates(missed):
            one, other = groups[home[a]], groups[home[b]]
            if home[a] != home[b] and all(
                _alike(missed[x], missed[y]) for x, y in product(one, other)
            ):
                for n in groups.pop(home[b]):
                    one.append(n)
                    home[n] = home[a]
        return [_joined([missed[n] for n in sorted(group)]) for group in groups.values()]

    def _candidates(self, missed: list[Passage]) -> list[tuple[int, int]]:
        """Pairs that may be one, those first that share most of their words."""
        found = []
        for a, b in _meeting([one.parts[0].core for one in missed]):
            if _alike(missed[a], missed[b]):
                found.append((self._rank(missed[a], missed[b]), a, b))
        return [(a, b) for _, a, b in sorted(found)]

    def _rank(self, one: Passage, other: Passage) -> tuple[Any, ...]:
        a, b = sorted((one.parts[0], other.parts[0]), key=lambda part: (part.core, part.code))
        shared = _shared_length(a.core, b.core)
        whole = _length(a.core) + _length(b.core) - shared
        themes = {self._themes.get((one.codebook, part.code), part.code) for part in (a, b)}
        return (-shared / whole, len(themes), a.core, b.core, a.code, b.code)


def _parts(marks: Iterable[Mark]) -> Iterator[Part]:
    """Codings of one code, those together that share words."""
    held: list[Mark] = []
    reach = -1
    for mark in sorted(marks, key=lambda m: (m.first, m.last, m.coder, m.start, m.end, m.id)):
        if held and mark.first >= reach:
            yield Part.of(held)
            held = []
        held.append(mark)
        reach = max(reach, mark.last)
    if held:
        yield Part.of(held)


def _kinds(part: Part, judges: tuple[str, ...], line: _Line, overlap: float) -> tuple[str, ...]:
    """How those who judged a passage differ on it."""
    sides = list(part.by_coder.values())
    found = {MISSED} if len(sides) < len(judges) else set()
    if (
        len(sides) > 1
        and len({tuple((m.first, m.last, *m.label) for m in own) for own in sides}) > 1
    ):
        if _apart([[(m.first, m.last) for m in own] for own in sides], line, overlap):
            found.add(BOUNDARY)
        if _differ(sides, lambda mark: mark.stance, line, overlap, whole=BOUNDARY not in found):
            found.add(STANCE)
        if _differ(sides, lambda mark: mark.rating, line, overlap, whole=BOUNDARY not in found):
            found.add(RATING)
    return tuple(kind for kind in KINDS if kind in found)


def _differ(
    sides: list[tuple[Mark, ...]], said: Callable[[Mark], object], line: _Line, overlap: float, *,
    whole: bool,
) -> bool:  # fmt: skip
    """Whether coders said different things; of several things each said, in other places."""
    values = [{said(mark) for mark in own} for own in sides]
    if any(one != values[0] for one in values[1:]):
        return True
    if len(values[0]) == 1 or not whole:
        return False
    return any(
        _apart(
            [[(m.first, m.last) for m in own if said(m) == value] for own in sides], line, overlap
        )
        for value in values[0]
    )


def _apart(sides: list[list[Span]], line: _Line, overlap: float) -> bool:
    """Whether any two coders' words have less than `overlap` of all of them in common."""
    drawn = [merged([line.span(*span) for span in spans]) for spans in sides]
    return any(_jaccard(a, b) < overlap for a, b in combinations(drawn, 2))


def _jaccard(a: list[Span], b: list[Span]) -> float:
    both = measure(common(a, b))
    whole = measure(a) + measure(b) - both
    return both / whole if whole else 1.0


def _meeting(spans: Sequence[Span]) -> Iterator[tuple[int, int]]:
    """The pairs of stretches that share characters, as their numbers."""
    active: list[int] = []
    for n in sorted(range(len(spans)), key=lambda one: spans[one]):
        active = [other for other in active if spans[other][1] > spans[n][0]]
        yield from ((other, n) for other in active)
        active.append(n)


def _alike(one: Passage, other: Passage) -> bool:
    """Whether different people marked about the same words, who all judged both passages."""
    a, b = one.parts[0], other.parts[0]
    if a.code == b.code or not a.by_coder.keys().isdisjoint(b.by_coder):
        return False
    shorter = min(_length(a.core), _length(b.core))
    return (
        _shared_length(a.core, b.core) >= _HALF * shorter
        and a.by_coder.keys() <= set(other.judges)
        and b.by_coder.keys() <= set(one.judges)
    )


def _length(span: Span) -> int:
    return span[1] - span[0]


def _shared_length(a: Span, b: Span) -> int:
    return max(0, min(a[1], b[1]) - max(a[0], b[0]))


def _joined(group: list[Passage]) -> Passage:
    """Several passages that people missed in each other's favour, as one."""
    if len(group) == 1:
        return group[0]
    judges = {coder for one in group for coder in one.judges}
    coded = {mark.coder for one in group for mark in one.marks}
    found = {OTHER, *(kind for one in group for kind in one.kinds if kind != MISSED)}
    found |= {MISSED} if coded < judges else set()
    kinds = (OTHER, *(kind for kind in KINDS if kind in found and kind != OTHER))
    parts = sorted((one.parts[0] for one in group), key=lambda part: (part.core, part.code))
    return replace(group[0], parts=tuple(parts), judges=tuple(sorted(judges)), kinds=kinds)
