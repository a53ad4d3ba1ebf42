"""Cutting sources into segments that can be coded: turns, or groups of whole sentences.

A turn of a few sentences is one segment. A longer one is cut between sentences, so that a
suggestion marks what it is about and not a page. Segments never cross a turn.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from qualkit import _nlp
from qualkit.tables import COLUMNS, check

if TYPE_CHECKING:
    import pandas as pd

LONGEST: Final = 60  # words of a turn that is one segment
GROUP: Final = 30  # words from which on a group of sentences is closed


def by_sentences(turns: pd.DataFrame, *, longest: int = LONGEST) -> pd.DataFrame:
    """The segments of turns, in order; empty turns have none.

    Parameters
    ----------
    turns : DataFrame
        As ``Project.turns()`` gives it.
    longest : int
        Words of a turn that stays whole.

    Returns
    -------
    DataFrame
        ``source``, ``segment`` (counted from 0 in each source), ``start`` and ``end`` (code
        points into the source), ``text``, ``speaker``, ``role``, ``item``.

    Examples
    --------
    >>> import pandas as pd
    >>> turns = pd.DataFrame([("p7", 0, "P7", "participant", 4, 25, None, 1, None, None,
    ...     "It helped. We talked.")], columns=COLUMNS["turns"])
    >>> by_sentences(turns, longest=2)[["start", "end", "text"]].values.tolist()
    [[4, 14, 'It helped.'], [15, 25, 'We talked.']]
    """
    import pandas as pd

    check(turns, "turns")
    rows = []
    last: str | None = None
    number = 0
    columns = ("source", "start", "text", "speaker", "role", "item")
    for source, start, text, speaker, role, item in turns[list(columns)].itertuples(index=False):
        number = number if source == last else 0
        last = source
        for begin, end in groups(text, longest):
            words = text[begin:end]
            rows.append((source, number, start + begin, start + end, words, speaker, role, item))
            number += 1
    table = pd.DataFrame(rows, columns=list(COLUMNS["segments"]))
    return table.astype({"segment": "int64", "start": "int64", "end": "int64"})


def groups(text: str, longest: int) -> Iterator[tuple[int, int]]:
    """The spans of a turn's segments: the whole of it, or groups of sentences."""
    if len(text.split()) <= longest:
        stripped = text.strip()
        if stripped:
            start = len(text) - len(text.lstrip())
            yield start, start + len(stripped)
        return
    goal = min(GROUP, longest)
    open_at: int | None = None
    words = end = 0
    for start, end in _nlp.sentences(text):
        open_at = start if open_at is None else open_at
        words += len(re.findall(r"\S+", text[start:end]))
        if words >= goal:
            yield open_at, end
            open_at, words = None, 0
    if open_at is not None:
        yield open_at, end
