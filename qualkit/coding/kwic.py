"""Keywords in context: every place where a query's words stand, with what is said around them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from qualkit.coding.query import Query, parse, search
from qualkit.errors import QueryError, TableError
from qualkit.tables import plain

if TYPE_CHECKING:
    import pandas as pd

COLUMNS: Final = ("source", "start", "end", "before", "match", "after", "speaker", "role")
PLACES: Final = ("item", "time", "line", "page")  # kept where the table has them
_NEEDED: Final = ("source", "start", "text", "speaker", "role")


def kwic(table: pd.DataFrame, query: str | Query, *, width: int = 60) -> pd.DataFrame:
    """Every place where the words of a query stand, in the order of the table.

    Parameters
    ----------
    table : DataFrame
        Turns or segments with their words: ``source``, ``start``, ``text``, ``speaker``,
        ``role``, and a column for every attribute that the query asks for. Each row is a
        passage: AND means both in one row, and the context ends where the row does.
    query : str or Query
        See :mod:`qualkit.coding.query`.
    width : int
        Characters shown before and after.

    Returns
    -------
    DataFrame
        ``source``; ``start``, ``end`` (code points of the match into the source); ``before``,
        ``match``, ``after`` (as they stand in the source); ``speaker``, ``role``; and of
        ``item``, ``time`` (of the turn), ``line`` (of the match) and ``page`` those that the
        table has.

    Raises
    ------
    QueryError
        For a query that is none, or that names no words: filters and NOT alone.
    TableError
        Where a column is missing.

    Examples
    --------
    >>> import pandas as pd
    >>> turns = pd.DataFrame([("p7", 4, "We waited for months. 😀 Waiting lists grew.", "P7",
    ...     "participant")], columns=["source", "start", "text", "speaker", "role"])
    >>> kwic(turns, "wait", width=9)[["start", "end", "before", "match"]].values.tolist()
    [[7, 13, 'We ', 'waited'], [28, 35, 'onths. 😀 ', 'Waiting']]
    """
    import pandas as pd

    if isinstance(width, bool) or not isinstance(width, int) or width < 0:
        raise ValueError(f"width {width!r} is not a whole number from 0 upwards")
    missing = [name for name in _NEEDED if name not in table.columns]
    if missing:
        reason = f"it has no column {missing}; it has {sorted(map(str, table.columns))}"
        raise TableError("passages", reason)
    asked = parse(query) if isinstance(query, str) else query
    if not asked.marks:
        raise QueryError(asked.text, 1, "it names no words to show, only what they must not be")
    places = [name for name in PLACES if name in table.columns]
    rows = []
    for n, spans in search(table, asked):
        row = table.iloc[n]
        rows += [_line(row, span, width=width, places=places) for span in spans]
    made = pd.DataFrame(rows, columns=[*COLUMNS, *places])
    types = {"start": "int64", "end": "int64", "line": "Int64", "page": "Int64", "time": "float64"}
    return made.astype({name: kind for name, kind in types.items() if name in made.columns})


def _line(row: Any, span: tuple[int, int], *, width: int, places: list[str]) -> tuple[object, ...]:  # noqa: ANN401 - a row
    text, first = row["text"], int(row["start"])
    start, end = span
    facts = {name: plain(row[name]) for name in places}
    if facts.get("line") is not None:
        facts["line"] = int(facts["line"] or 0) + text.count("\n", 0, start)
    return (
        row["source"], first + start, first + end, text[max(0, start - width) : start],
        text[start:end], text[end : end + width], plain(row["speaker"]), row["role"],
        *facts.values(),
    )  # fmt: skip
