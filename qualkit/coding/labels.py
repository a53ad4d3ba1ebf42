"""What coders have said of each segment: that a code applies, that it does not, or nothing yet.

A coder who codes from the top says as much by what is left uncoded. So a source counts as read
for a codebook up to the last coding made with it, and where that lies near the end, as a whole.
A suggestion that was accepted or rejected says something of its own segment alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

NEAR_END: Final = 0.8  # of a source's length, from which on the last coding means: all was read
HALF: Final = 0.5  # of the shorter of segment and coding, from which on the code applies


def labels(
    segments: pd.DataFrame,
    codes: Sequence[tuple[str, str]],
    codings: pd.DataFrame,
    decided: pd.DataFrame | None = None,
) -> np.ndarray:
    """1 where a code applies to a segment, -1 where it does not, 0 where nobody has said.

    Parameters
    ----------
    segments : DataFrame
        ``source``, ``start``, ``end``, in order.
    codes : sequence of (codebook, code)
        The columns of what comes back.
    codings : DataFrame
        ``source``, ``start``, ``end``, ``codebook``, ``code``; ``coding`` where `decided` is
        given. Where a column ``unread`` is true (a rule made the coding), nobody has read what
        stands before it.
    decided : DataFrame, optional
        Suggestions that were accepted or rejected: ``source``, ``start``, ``end``, ``codebook``,
        ``code``, ``status``, ``coding``.

    Returns
    -------
    array of int, shape (segments, codes)
    """
    import numpy as np

    made = np.zeros((len(segments), len(codes)), dtype=np.int8)
    column = {code: n for n, code in enumerate(codes)}
    places = places_of(segments)
    from_queue = set() if decided is None else set(decided["coding"].dropna())
    own = codings if not from_queue else codings[~codings["coding"].isin(from_queue)]
    if "unread" in own.columns:
        own = own[~own["unread"]]
    for (source, book), some in own.groupby(["source", "codebook"], sort=False):
        if source in places:
            rows, starts, ends = places[source]
            last = int(some["end"].max())
            whole = last >= NEAR_END * int(ends[-1])
            read = rows if whole else rows[starts < last]
            books = np.array([n for (b, _), n in column.items() if b == book], dtype=int)
            made[np.ix_(read, books)] = -1
    if decided is not None:
        _mark(made, decided[decided["status"] == "rejected"], column, places, -1)
    _mark(made, codings, column, places, 1)
    return made


def places_of(segments: pd.DataFrame) -> dict[str, tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """The rows of each source with their starts and ends."""
    import numpy as np

    source = segments["source"].to_numpy()
    starts, ends = segments["start"].to_numpy(), segments["end"].to_numpy()
    if not len(source):
        return {}
    cuts = np.flatnonzero(source[1:] != source[:-1]) + 1
    return {
        source[rows[0]]: (rows, starts[rows], ends[rows])
        for rows in np.split(np.arange(len(source)), cuts)
    }


def covered(
    places: dict[str, tuple[np.ndarray, np.ndarray, np.ndarray]], source: str, start: int, end: int
) -> np.ndarray:
    """The rows that a stretch of a source covers: half of the shorter of both, or more."""
    import numpy as np

    if source not in places:
        return np.zeros(0, dtype=int)
    rows, starts, ends = places[source]
    near = slice(np.searchsorted(ends, start, side="right"), np.searchsorted(starts, end))
    shared = np.minimum(end, ends[near]) - np.maximum(start, starts[near])
    found: np.ndarray = rows[near][
        shared >= HALF * np.minimum(end - start, ends[near] - starts[near])
    ]
    return found


def _mark(
    made: np.ndarray,
    table: pd.DataFrame,
    column: dict[tuple[str, str], int],
    places: dict[str, tuple[np.ndarray, np.ndarray, np.ndarray]],
    value: int,
) -> None:
    wanted = table[["source", "start", "end", "codebook", "code"]]
    for source, start, end, book, code in wanted.itertuples(index=False):
        n = column.get((book, code))
        if n is not None:
            made[covered(places, source, start, end), n] = value
