"""Which codes stand together: on the same words, in the same turn, in the same source."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING, Final

from qualkit.compare._lines import Line, lines_of, numbers_of
from qualkit.compare._marks import Stretch, answers_of, marks_of, merged, overlaps, touched
from qualkit.framework import members_of
from qualkit.tables import check

if TYPE_CHECKING:
    import pandas as pd

WITHIN: Final = ("words", "turn", "source")
LEVELS: Final = ("code", "theme")
_Marked = dict[str, dict[int, list[Stretch]]]  # what was marked, by source and line


@dataclass(slots=True)
class _Pair:
    """What two lines share: places of each, how often they meet, and in which sources."""

    first: set[object] = field(default_factory=set)
    second: set[object] = field(default_factory=set)
    meetings: int = 0
    sources: set[str] = field(default_factory=set)

    @property
    def shared(self) -> int:
        """Places where both are: each meeting joins two, and they never close a ring."""
        return len(self.first) + len(self.second) - self.meetings


def cooccurrence(
    codings: pd.DataFrame,
    *,
    codes: pd.DataFrame,
    within: str = "words",
    turns: pd.DataFrame | None = None,
    level: str = "code",
) -> pd.DataFrame:
    """Pairs of codes that stand together, and how much of either that is.

    Parameters
    ----------
    codings, codes : DataFrame
        With the columns of :mod:`qualkit.tables`.
    within : str
        ``words``: their codings overlap. ``turn``: both touch one turn, interviewers' left out.
        ``source``: both are in one source.
    turns : DataFrame, optional
        Needed for ``turn``; it may lack its words.
    level : str
        ``code``: codes with their own codings; ``theme``: themes with all below them.

    Returns
    -------
    DataFrame
        One row a pair that meets, the most frequent first: ``codebook_a``, ``code_a``,
        ``codebook_b``, ``code_b``; ``excerpts`` (stretches, in which both overlap) or ``turns``
        where both are, left out within ``source``; ``sources`` in which that happens;
        ``jaccard``, places with both as a share of places with either (0 to 1, where 1 means never
        one without the other); ``name_a``, ``name_b``; ``sources_a``, ``sources_b``, in how many
        sources each is at all. A code is not paired with those above it.

    Raises
    ------
    TableError
        Where a column is missing or there is no codebook.

    Notes
    -----
    Overlapping codings of one code, of several coders too, are one stretch. Two codes that a
    codebook keeps apart and that always stand together may be one; so may a coder's habit.
    """
    check(codings, "codings")
    _check_choices(within, level, turns)
    lines = lines_of(codes, level)
    marked = _marked(codings, lines)
    if within == "words":
        pairs, sizes = _by_words(marked, len(lines))
    else:
        pairs, sizes = _by_places(marked, len(lines), turns if within == "turn" else None)
    apart = _kin(codes, lines) if level == "code" else set()
    everywhere = [0] * len(lines)
    for held in marked.values():
        for number in held:
            everywhere[number] += 1
    kept = {pair: found for pair, found in sorted(pairs.items()) if pair not in apart}
    return _table(kept, lines, sizes, everywhere, within=within)


def _check_choices(within: str, level: str, turns: pd.DataFrame | None) -> None:
    if within not in WITHIN:
        raise ValueError(f"within {within!r} is not one of {', '.join(WITHIN)}")
    if level not in LEVELS:
        raise ValueError(f"level {level!r} is not one of {', '.join(LEVELS)}")
    if within == "turn" and turns is None:
        raise ValueError("within 'turn' needs the turns")


def _marked(codings: pd.DataFrame, lines: Sequence[Line]) -> _Marked:
    numbers = numbers_of(lines)
    marked: _Marked = {}
    for mark in marks_of(codings):
        for number in numbers.get(mark.key, ()):
            marked.setdefault(mark.source, {}).setdefault(number, []).append(mark.stretch)
    return {
        source: {number: merged(stretches) for number, stretches in held.items()}
        for source, held in marked.items()
    }


def _by_words(marked: _Marked, lines: int) -> tuple[dict[tuple[int, int], _Pair], list[int]]:
    """Pairs whose stretches overlap, and how many stretches each line has."""
    pairs: dict[tuple[int, int], _Pair] = {}
    sizes = [0] * lines
    for source, held in marked.items():
        runs = [(a, b, number) for number, found in held.items() for a, b, _ in found]
        for *_, number in runs:
            sizes[number] += 1
        for one, two in overlaps(runs):
            first, second = sorted((one, two), key=lambda at: runs[at][2])
            pair = pairs.setdefault((runs[first][2], runs[second][2]), _Pair())
            pair.first.add((source, first))
            pair.second.add((source, second))
            pair.meetings += 1
            pair.sources.add(source)
    return pairs, sizes


def _by_places(
    marked: _Marked, lines: int, turns: pd.DataFrame | None
) -> tuple[dict[tuple[int, int], _Pair], list[int]]:
    """Pairs that are in one turn, or in one source, and in how many of them each line is."""
    pairs: dict[tuple[int, int], _Pair] = {}
    sizes = [0] * lines
    for place, source, numbers in _places(marked, turns):
        for number in numbers:
            sizes[number] += 1
        for couple in combinations(sorted(numbers), 2):
            pair = pairs.setdefault(couple, _Pair())
            pair.first.add(place)
            pair.second.add(place)
            pair.meetings += 1
            pair.sources.add(source)
    return pairs, sizes


def _places(marked: _Marked, turns: pd.DataFrame | None) -> Iterator[tuple[object, str, set[int]]]:
    """Each turn or source with the lines that are in it."""
    spans = None if turns is None else answers_of(turns)
    for source, held in marked.items():
        if spans is None:
            yield source, source, set(held)
            continue
        inside: dict[int, set[int]] = {}
        for number, stretches in held.items():
            for turn in touched(stretches, spans, source):
                inside.setdefault(turn, set()).add(number)
        for turn, numbers in inside.items():
            yield (source, turn), source, numbers


def _kin(codes: pd.DataFrame, lines: Sequence[Line]) -> set[tuple[int, int]]:
    """Pairs of which one stands above the other."""
    number = {(line.codebook, line.code): n for n, line in enumerate(lines)}
    pairs = set()
    for (book, code), at in number.items():
        for below in members_of(codes, book, code):
            pairs.add((min(at, number[below]), max(at, number[below])))
    return pairs


def _table(
    pairs: dict[tuple[int, int], _Pair],
    lines: Sequence[Line],
    sizes: Sequence[int],
    everywhere: Sequence[int],
    *,
    within: str,
) -> pd.DataFrame:
    import pandas as pd

    count = {"words": "excerpts", "turn": "turns", "source": "sources"}[within]
    rows = []
    for (a, b), pair in pairs.items():
        one, two = lines[a], lines[b]
        either = sizes[a] + sizes[b] - pair.meetings
        rows.append({
            "codebook_a": one.codebook, "code_a": one.code,
            "codebook_b": two.codebook, "code_b": two.code,
            count: pair.shared, "sources": len(pair.sources), "jaccard": pair.shared / either,
            "name_a": one.name, "name_b": two.name,
            "sources_a": everywhere[a], "sources_b": everywhere[b],
        })  # fmt: skip
    columns = [
        "codebook_a", "code_a", "codebook_b", "code_b", *dict.fromkeys((count, "sources")),
        "jaccard", "name_a", "name_b", "sources_a", "sources_b",
    ]  # fmt: skip
    made = pd.DataFrame(rows, columns=columns)
    return made.sort_values([count, "jaccard"], ascending=False, kind="stable", ignore_index=True)
