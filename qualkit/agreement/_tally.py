"""Codings and who was there -> how often whom agreed with whom, for every source and code.

All figures of a study are made of these sums, and so are those of every bootstrap draw: a draw
takes some sources twice and others not at all, which multiplies the sums of each.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from typing import TYPE_CHECKING, Final

from qualkit.agreement._arrays import Spans, bits, has_bit, joined, laid_over, swept
from qualkit.agreement.units import CHARACTER, SEGMENT
from qualkit.errors import TableError

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from qualkit.agreement.presence import Presence

MOST_CODERS: Final = 60  # each is one bit of a whole number
COUNTS: Final = ("both", "only_a", "only_b", "neither")


@dataclass(frozen=True, slots=True)
class Line:
    """A code or theme that is compared, with the codes whose codings count for it."""

    codebook: str
    code: str
    name: str
    theme: str
    members: frozenset[str]


@dataclass(frozen=True, slots=True)
class Plan:
    """Who is compared with whom on what.

    `units` are the sentences or turns, where these are the unit; `whole` says that every coder is
    compared with every other one.
    """

    sources: tuple[str, ...]
    lines: tuple[Line, ...]
    coders: tuple[str, ...]
    pairs: tuple[tuple[int, int], ...]
    whole: bool
    unit: str
    share: float
    overlap: float
    units: pd.DataFrame | None = None

    @property
    def books(self) -> tuple[str, ...]:
        """The codebooks of the lines."""
        return tuple(dict.fromkeys(line.codebook for line in self.lines))

    def lines_of(self, book: str) -> list[int]:
        """The numbers of the lines of a codebook."""
        return [n for n, line in enumerate(self.lines) if line.codebook == book]


@dataclass(frozen=True, slots=True)
class Tally:
    """The sums; S sources, L lines, P pairs of coders.

    Attributes
    ----------
    counts : array [S, L, P, 4]
        Units that both coders of a pair coded, the first alone, the second alone, neither.
    blocks : array [S, L, 1, 6]
        For figures of several coders at once: disagreement, judgements yes, judgements, units
        disagreed on, share of units yes, units. Where coders are compared in pairs they are those
        of :func:`pair_blocks` instead.
    segments : array [S, L, P, 3] or None
        Segments, those that match, pairs of them one to one; for that unit alone.
    length : array [S, B]
        Units (characters) that two coders were to read, for each codebook.
    applied : array [S, L]
        Codings, overlapping ones of one coder joined, on what is compared.
    """

    counts: np.ndarray
    blocks: np.ndarray
    segments: np.ndarray | None
    length: np.ndarray
    applied: np.ndarray


@dataclass(frozen=True, slots=True)
class _Ground:
    """What two coders at least were to read: global positions, in order, and who (bits)."""

    source: np.ndarray
    start: np.ndarray
    end: np.ndarray
    present: np.ndarray


@dataclass(frozen=True, slots=True)
class _Marks:
    """What coders marked, joined: source, line and coder by number, global positions."""

    source: np.ndarray
    line: np.ndarray
    coder: np.ndarray
    start: np.ndarray
    end: np.ndarray


def tally(codings: pd.DataFrame, presence: Presence, plan: Plan, turns: pd.DataFrame) -> Tally:
    """The sums of a plan over codings; see :class:`Tally`."""
    import numpy as np

    if len(plan.coders) > MOST_CODERS:
        raise TableError("coders", f"{len(plan.coders)} are compared at once; the most are "
                         f"{MOST_CODERS}: name fewer")  # fmt: skip
    offsets = _offsets(plan, turns, codings)
    shape = len(plan.sources), len(plan.lines), len(plan.pairs)
    made = Tally(
        np.zeros((*shape, 4), dtype=np.int32),  # they are many: a source has no two billion
        np.zeros((*shape[:2], 1, 6)),
        np.zeros((*shape, 3), dtype=np.int64) if plan.unit == SEGMENT else None,
        np.zeros((shape[0], len(plan.books)), dtype=np.int64),
        np.zeros(shape[:2], dtype=np.int64),
    )
    for number, book in enumerate(plan.books):
        ground = _ground(presence, plan, book, offsets)
        marks = _marks(codings, plan, book, offsets)
        if plan.unit not in {CHARACTER, SEGMENT}:
            ground = _cut(ground, plan, offsets)
        _add_book(made, plan, (book, number), ground, marks)
    return made


def pair_blocks(counts: np.ndarray) -> np.ndarray:
    """The blocks of pairs, out of their counts: the last axis of four becomes one of six."""
    import numpy as np

    both, only_a, only_b = (counts[..., n].astype(float) for n in range(3))
    n = counts.sum(-1).astype(float)
    differ, yes = only_a + only_b, 2 * both + only_a + only_b
    return np.stack([2 * differ, yes, 2 * n, differ, yes / 2, n], axis=-1)


def _offsets(plan: Plan, turns: pd.DataFrame, codings: pd.DataFrame) -> dict[str, int]:
    """Where each source begins on the one long line."""
    ends = turns.groupby("source")["end"].max().to_dict()
    marked = codings.groupby("source")["end"].max().to_dict()
    at, found = 0, {}
    for source in plan.sources:
        found[source] = at
        at += max(int(ends.get(source, 0)), int(marked.get(source, 0))) + 2
    return found


# The ground ------------------------------------------------------------------------------


def _ground(presence: Presence, plan: Plan, book: str, offsets: Mapping[str, int]) -> _Ground:
    import numpy as np

    bit = {coder: n for n, coder in enumerate(plan.coders)}
    rows: list[tuple[int, int, int, int]] = []
    for n, source in enumerate(plan.sources):
        there = [coder for coder in presence.coders(source, book) if coder in bit]
        read = {bit[coder]: presence.stretches(source, coder) for coder in there}
        at = offsets[source]
        rows += [(n, at + s, at + e, who) for s, e, who in _together(read) if _paired(who, plan)]
    table = np.array(rows, dtype=np.int64).reshape(-1, 4)
    return _Ground(*table.T)


def _paired(who: int, plan: Plan) -> bool:
    return any(who >> a & 1 and who >> b & 1 for a, b in plan.pairs)


def _together(read: Mapping[int, list[tuple[int, int]]]) -> Iterator[tuple[int, int, int]]:
    """Stretches with the coders who were all to read them, as bits."""
    import numpy as np

    lists = list(read.values())
    if not lists:
        return
    if all(one == lists[0] for one in lists[1:]):
        everybody = reduce(lambda held, bit: held | 1 << bit, read, 0)
        yield from ((start, end, everybody) for start, end in lists[0])
        return
    spans = np.array([(b, s, e) for b, held in read.items() for s, e in held], dtype=np.int64)
    who, start, end = spans.reshape(-1, 3).T
    found = swept(np.zeros_like(who), who, start, end)
    yield from zip(found.start.tolist(), found.end.tolist(), found.members.tolist(), strict=True)


def _cut(ground: _Ground, plan: Plan, offsets: Mapping[str, int]) -> _Ground:
    """The ground cut into sentences or turns, each a piece that the same coders were to read."""
    import numpy as np

    if plan.units is None:
        raise ValueError(f"the unit {plan.unit} needs its units")
    units = plan.units[plan.units["source"].isin(offsets)]
    at = units["source"].map(offsets).to_numpy(dtype=np.int64)
    start, end = (at + units[name].to_numpy(dtype=np.int64) for name in ("start", "end"))
    order = np.argsort(start, kind="stable")
    found = laid_over(start[order], end[order], ground.start, ground.end)
    on = found.ground
    return _Ground(ground.source[on], found.start, found.end, ground.present[on])


# The marks -------------------------------------------------------------------------------


def _marks(codings: pd.DataFrame, plan: Plan, book: str, offsets: Mapping[str, int]) -> _Marks:
    """The codings of one codebook, those of one coder and line joined."""
    import numpy as np
    import pandas as pd

    lines = [(code, n) for n in plan.lines_of(book) for code in sorted(plan.lines[n].members)]
    used = codings[
        (codings["codebook"] == book)
        & codings["source"].isin(offsets)
        & codings["coder"].isin(plan.coders)
    ]
    used = used[["source", "code", "coder", "start", "end"]].merge(
        pd.DataFrame(lines, columns=["code", "line"]), on="code"
    )
    number = {source: n for n, source in enumerate(plan.sources)}
    bit = {coder: n for n, coder in enumerate(plan.coders)}
    source = used["source"].map(number).to_numpy(dtype=np.int64)
    coder = used["coder"].map(bit).to_numpy(dtype=np.int64)
    line = used["line"].to_numpy(dtype=np.int64)
    at = used["source"].map(offsets).to_numpy(dtype=np.int64)
    start, end = (at + used[name].to_numpy(dtype=np.int64) for name in ("start", "end"))
    size = len(plan.sources), len(plan.lines), len(plan.coders)
    group = (source * size[1] + line) * size[2] + coder
    whole = joined(Spans(group, start, end), touching=plan.unit != SEGMENT)
    rest, who = np.divmod(whole.group, size[2])
    return _Marks(*np.divmod(rest, size[1]), who, whole.start, whole.end)


# The sums --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Cells:
    """Units, or stretches of characters: who was there and who coded them."""

    source: np.ndarray
    line: np.ndarray
    present: np.ndarray
    coded: np.ndarray
    weight: np.ndarray


def _add_book(
    made: Tally, plan: Plan, book: tuple[str, int], ground: _Ground, marks: _Marks
) -> None:
    """Add the sums of one codebook to what is made."""
    import numpy as np

    name, number = book
    lines = np.array(plan.lines_of(name))
    weight = np.ones_like(ground.start) if plan.units is not None else ground.end - ground.start
    made.length[:, number] = _sum(made.length[:, number].shape, (ground.source,), weight)
    marks, on = _on_ground(marks, ground)
    np.add.at(made.applied, (marks.source, marks.line), 1)
    if made.segments is not None:
        _add_segments(made.segments, plan, ground, marks)
        return
    cells = _by_unit(on, marks, ground, plan.share) if plan.units is not None else (
        _by_character(on, marks, ground))  # fmt: skip
    _add_pairs(made.counts, plan, lines, (ground, weight), cells)
    if plan.whole:
        _add_blocks(made.blocks, lines, (ground, weight), cells)


def _sum(shape: tuple[int, ...], at: Sequence[np.ndarray], weight: np.ndarray) -> np.ndarray:
    import numpy as np

    made = np.zeros(shape, dtype=weight.dtype)
    np.add.at(made, tuple(at), weight)
    return made


@dataclass(frozen=True, slots=True)
class _On:
    """Where marks lie on the ground: numbers of both, and from where to where."""

    mark: np.ndarray
    ground: np.ndarray
    start: np.ndarray
    end: np.ndarray


def _on_ground(marks: _Marks, ground: _Ground) -> tuple[_Marks, _On]:
    """The marks that lie on ground which their coder was to read, and where they do."""
    import numpy as np

    found = laid_over(marks.start, marks.end, ground.start, ground.end)
    own = (ground.present[found.ground] >> marks.coder[found.span] & 1).astype(bool)
    held = found.span[own]
    on = _On(held, found.ground[own], found.start[own], found.end[own])
    some = np.unique(held)
    kept = _Marks(*(part[some] for part in (
        marks.source, marks.line, marks.coder, marks.start, marks.end,
    )))  # fmt: skip
    return kept, _On(np.searchsorted(some, held), on.ground, on.start, on.end)


def _by_character(on: _On, marks: _Marks, ground: _Ground) -> _Cells:
    """Every stretch of characters that the same coders gave the same line."""
    lines = int(marks.line.max(initial=0)) + 1
    group = on.ground * lines + marks.line[on.mark]
    found = swept(group, marks.coder[on.mark], on.start, on.end)
    piece, line = found.group // lines, found.group % lines
    return _Cells(
        ground.source[piece], line, ground.present[piece], found.members, found.end - found.start
    )


def _by_unit(on: _On, marks: _Marks, ground: _Ground, share: float) -> _Cells:
    """Every unit that somebody gave a line: enough of it lies under their codings."""
    import numpy as np

    lines = int(marks.line.max(initial=0)) + 1
    coders = int(marks.coder.max(initial=0)) + 1
    key = (on.ground * lines + marks.line[on.mark]) * coders + marks.coder[on.mark]
    keys, at = np.unique(key, return_inverse=True)
    covered = _sum((len(keys),), (at,), on.end - on.start)
    cell, coder = np.divmod(keys, coders)
    piece = cell // lines
    enough = Fraction(repr(float(share)))  # one tenth, not the nearest binary number
    whole = ground.end[piece] - ground.start[piece]
    held = covered * enough.denominator >= whole * enough.numerator
    cells, at = np.unique(cell[held], return_inverse=True)
    coded = np.zeros(len(cells), dtype=np.int64)
    np.bitwise_or.at(coded, at, np.left_shift(1, coder[held]))
    piece, line = np.divmod(cells, lines)
    return _Cells(ground.source[piece], line, ground.present[piece], coded, np.ones_like(coded))


def _add_pairs(
    counts: np.ndarray, plan: Plan, lines: np.ndarray, read: tuple[_Ground, np.ndarray],
    cells: _Cells,
) -> None:  # fmt: skip
    import numpy as np

    ground, weight = read
    for n, (a, b) in enumerate(plan.pairs):
        shared = has_bit(ground.present, a) & has_bit(ground.present, b)
        total = _sum(counts.shape[:1], (ground.source[shared],), weight[shared])
        here = has_bit(cells.present, a) & has_bit(cells.present, b)
        by_a, by_b = has_bit(cells.coded, a), has_bit(cells.coded, b)
        for which, chosen in enumerate((by_a & by_b, by_a & ~by_b, ~by_a & by_b)):
            at = np.flatnonzero(here & chosen)
            np.add.at(counts[:, :, n, which], (cells.source[at], cells.line[at]), cells.weight[at])
        counts[:, lines, n, 3] = total[:, None] - counts[:, lines, n, :3].sum(-1)


def _add_blocks(
    blocks: np.ndarray, lines: np.ndarray, read: tuple[_Ground, np.ndarray], cells: _Cells
) -> None:
    """Krippendorff's and Gwet's sums: units may be judged by different numbers of coders."""
    import numpy as np

    ground, weight = read
    judges = bits(ground.present)
    blocks[:, lines, 0, 2] = _sum(blocks.shape[:1], (ground.source,), weight * judges)[:, None]
    blocks[:, lines, 0, 5] = _sum(blocks.shape[:1], (ground.source,), weight.astype(float))[:, None]
    m = bits(cells.present)
    yes = bits(cells.coded)
    differ = 2 * yes * (m - yes) / (m - 1)
    sums = {0: differ, 1: yes, 3: differ / m, 4: yes / m}
    for which, value in sums.items():
        np.add.at(blocks[:, :, 0, which], (cells.source, cells.line), value * cells.weight)


# Segments --------------------------------------------------------------------------------


def _add_segments(segments: np.ndarray, plan: Plan, ground: _Ground, marks: _Marks) -> None:
    """Segments of both coders of each pair that overlap enough, measured on what both read."""
    import numpy as np

    enough = Fraction(repr(float(plan.overlap)))
    for n, (a, b) in enumerate(plan.pairs):
        shared = has_bit(ground.present, a) & has_bit(ground.present, b)
        start, end = ground.start[shared], ground.end[shared]
        sides = [_on_axis(marks, coder, start, end, len(plan.lines)) for coder in (a, b)]
        found = [np.zeros(len(side.group), dtype=bool) for side in sides]
        one, two = _pairs_of(sides[0], sides[1], enough)
        found[0][one], found[1][two] = True, True
        single = _one_to_one(one, two)
        for side, hit in zip(sides, found, strict=True):
            place = np.divmod(side.group, len(plan.lines))
            np.add.at(segments[:, :, n, 0], place, 1)
            np.add.at(segments[:, :, n, 1], place, hit.astype(np.int64))
        place = np.divmod(sides[0].group[single], len(plan.lines))
        np.add.at(segments[:, :, n, 2], place, 1)


def _on_axis(marks: _Marks, coder: int, start: np.ndarray, end: np.ndarray, lines: int) -> Spans:
    """One coder's segments, measured along what is read alone: what lies between does not count."""
    import numpy as np

    mine = np.flatnonzero(marks.coder == coder)
    before = np.concatenate([[0], np.cumsum(end - start)])

    def place(position: np.ndarray) -> np.ndarray:
        after = np.searchsorted(start, position, side="right")
        last = np.maximum(after - 1, 0)
        reach = before[after]
        if len(start):
            reach = np.where(
                after > 0, before[last] + np.minimum(position, end[last]) - start[last], 0
            )
        return np.asarray(reach, dtype=np.int64)

    begins, ends = place(marks.start[mine]), place(marks.end[mine])
    held = begins < ends
    group = (marks.source * lines + marks.line)[mine]
    return Spans(group[held], begins[held], ends[held])


def _pairs_of(a: Spans, b: Spans, enough: Fraction) -> tuple[np.ndarray, np.ndarray]:
    """The segments of one group of two coders that overlap enough, in order."""
    import numpy as np

    far = int(max(a.end.max(initial=0), b.end.max(initial=0))) + 1
    mine, theirs = (Spans(s.group, s.start + s.group * far, s.end + s.group * far) for s in (a, b))
    found = laid_over(mine.start, mine.end, theirs.start, theirs.end)
    one, two = found.span, found.ground
    union = np.maximum(mine.end[one], theirs.end[two]) - np.minimum(
        mine.start[one], theirs.start[two]
    )
    same = (found.end - found.start) * enough.denominator >= union * enough.numerator
    return one[same], two[same]


def _one_to_one(one: np.ndarray, two: np.ndarray) -> np.ndarray:
    """The first of each pair where no segment pairs twice; matches never cross."""
    import numpy as np

    taken, free = [-1, -1], []
    for i, j in zip(one.tolist(), two.tolist(), strict=True):
        if i > taken[0] and j > taken[1]:
            taken = [i, j]
            free.append(i)
    return np.array(free, dtype=np.int64)
