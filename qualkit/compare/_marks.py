"""What was marked, as stretches of its source, and what of it is shared.

Codings of several coders, or of several codes of one theme, that overlap are one stretch: words
that were marked twice were said once.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from qualkit.errors import TableError
from qualkit.model import INTERVIEWER

if TYPE_CHECKING:
    import pandas as pd

    from qualkit.compare._lines import Key

Stretch = tuple[int, int, str]  # start, end, the words
Spans = tuple[list[int], list[int]]  # the starts and the ends of turns, in order


class Mark(NamedTuple):
    """A coding, as far as comparing needs it."""

    source: str
    key: Key
    stretch: Stretch


def marks_of(codings: pd.DataFrame, held: Iterable[str] | None = None) -> list[Mark]:
    """The codings in their order; refused where one is of a source that is not `held`."""
    columns = ("source", "codebook", "code", "start", "end", "text")
    known = None if held is None else set(held)
    marks = []
    for source, book, code, start, end, text in zip(*(codings[c] for c in columns), strict=True):
        if known is not None and source not in known:
            raise TableError("codings", f"its source {source!r} is not among the sources")
        marks.append(Mark(source, (book, code), (int(start), int(end), text)))
    return marks


def merged(stretches: Iterable[Stretch]) -> list[Stretch]:
    """Stretches of one source in order, those that overlap made one.

    >>> merged([(4, 7, "ort"), (0, 6, "a shor"), (7, 9, " t")])
    [(0, 7, 'a short'), (7, 9, ' t')]
    """
    made: list[Stretch] = []
    for start, end, text in sorted(stretches):
        if made and start < made[-1][1]:
            first, last, words = made[-1]
            made[-1] = (first, max(last, end), words + text[last - start :])
        else:
            made.append((start, end, text))
    return made


def words_in(stretches: Sequence[Stretch]) -> int:
    """The words of stretches that do not overlap; a word cut in two by their border is one.

    >>> words_in([(0, 7, "one two"), (7, 9, "ty"), (12, 16, "four")])
    3
    """
    count, before, last = 0, -1, " "
    for start, end, text in stretches:
        count += len(text.split())
        if start == before and text and not (last.isspace() or text[0].isspace()):
            count -= 1
        before, last = end, text[-1:] or " "
    return count


def answers_of(turns: pd.DataFrame) -> dict[str, Spans]:
    """The turns of each source that are not an interviewer's."""
    spans: dict[str, Spans] = {}
    columns = ("source", "start", "end", "role")
    for source, start, end, role in zip(*(turns[name] for name in columns), strict=True):
        if role != INTERVIEWER:
            starts, ends = spans.setdefault(source, ([], []))
            starts.append(int(start))
            ends.append(int(end))
    return spans


def touched(stretches: Iterable[Stretch], spans: Mapping[str, Spans], source: str) -> set[int]:
    """The numbers of a source's turns of which a stretch holds something."""
    starts, ends = spans.get(source, ([], []))
    return {
        turn
        for start, end, _ in stretches
        for turn in range(bisect_right(ends, start), bisect_left(starts, end))
    }


def overlaps(runs: Sequence[tuple[int, int, int]]) -> Iterator[tuple[int, int]]:
    """The pairs of runs (start, end, line) that share something, by their place in order.

    A sweep over the text: it sorts once, and then costs as much as there are pairs.

    >>> list(overlaps([(0, 5, 0), (4, 9, 1), (9, 12, 0)]))
    [(0, 1)]
    """
    open_runs: list[int] = []
    for at in sorted(range(len(runs)), key=runs.__getitem__):
        start = runs[at][0]
        open_runs = [one for one in open_runs if runs[one][1] > start]
        yield from ((one, at) for one in open_runs)
        open_runs.append(at)
