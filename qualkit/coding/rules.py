"""Rules: a query that says which segments a code belongs to.

What an interviewer said is left out, unless it is asked for: a question about waiting is no
evidence of waiting.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from qualkit.coding.query import Query, parse, search
from qualkit.errors import TableError
from qualkit.model import INTERVIEWER

if TYPE_CHECKING:
    import pandas as pd


def matches(
    segments: pd.DataFrame, query: str | Query, *, interviewers: bool = False
) -> pd.DataFrame:
    """The rows that a query matches.

    Parameters
    ----------
    segments : DataFrame
        Segments as :func:`qualkit.segmenting.by_sentences` gives them, or turns: ``text``,
        ``role``, and a column for every attribute that the query asks for.
    query : str or Query
        See :mod:`qualkit.coding.query`.
    interviewers : bool
        Whether what interviewers said counts too. A query with ``role:`` decides for itself.

    Returns
    -------
    DataFrame
        The rows, in their order, with all their columns.

    Raises
    ------
    QueryError
        For a query that is none, or a filter without its column.

    Examples
    --------
    >>> import pandas as pd
    >>> said = pd.DataFrame([("interviewer", "Did you wait?"), ("participant", "We waited."),
    ...     ("participant", "They came.")], columns=["role", "text"])
    >>> matches(said, "wait")["text"].tolist()
    ['We waited.']
    >>> matches(said, "wait role:interviewer")["text"].tolist()
    ['Did you wait?']
    """
    asked = parse(query) if isinstance(query, str) else query
    if "role" not in segments.columns:
        raise TableError("segments", f"it has no column 'role'; it has {sorted(segments.columns)}")
    by_role = "role" in asked.columns(map(str, segments.columns)).values()
    if not (interviewers or by_role):
        segments = segments[segments["role"] != INTERVIEWER]
    return segments.iloc[[n for n, _ in search(segments, asked)]].reset_index(drop=True)
