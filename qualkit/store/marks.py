"""What one transcript shows over its words: codings, and suggestions that are open.

Read straight from the tables of one source, so that a page which asks after every gesture stays
quick in a source with thousands of codings.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection, literal, select

from qualkit.store.schema import coder, coding, suggestion
from qualkit.store.sight import EVERYTHING, Sight

if TYPE_CHECKING:
    import pandas as pd

COLUMNS: Final = (
    "id", "start", "end", "code", "coder", "stance", "rating", "memo", "version", "created",
    "kind", "confidence", "method", "reasons",
)  # fmt: skip
_NUMBERS: Final = {
    "start": "int64", "end": "int64", "version": "int64", "rating": "Int64",
    "confidence": "float64",
}  # fmt: skip


def of_source(connection: Connection, source_id: str, sight: Sight = EVERYTHING) -> pd.DataFrame:
    """One row a coding or open suggestion of a source, codings first, each in order of the text."""
    import pandas as pd

    names = {row.id: row.name for row in connection.execute(select(coder.c.id, coder.c.name))}
    c, s = coding.c, suggestion.c
    none: Any = literal(None)
    coded = (
        select(c.id, c.start_at, c.end_at, c.code_id, c.coder_id, c.stance, c.rating, c.memo,
               c.version, c.created)
        .where(c.source_id == source_id, sight.codings())
        .order_by(c.start_at, c.end_at, c.id)
    )  # fmt: skip
    proposed = (
        select(s.id, s.start_at, s.end_at, s.code_id, none, s.stance, none, literal(""), s.version,
               s.created, s.confidence, s.method, s.reasons)
        .where(s.source_id == source_id, s.status == "open", sight.suggestions())
        .order_by(s.start_at, s.end_at, s.confidence.desc(), s.id)
    )  # fmt: skip
    found: list[tuple[Any, ...]] = [
        (*row[:4], names[row[4]], *row[5:], "coding", None, None, [])
        for row in connection.execute(coded).all()
    ]
    found += [
        (*row[:10], "suggestion", row[10], row[11], _reasons(row[12]))
        for row in connection.execute(proposed).all()
    ]
    columns = list(zip(*found, strict=True)) or [()] * len(COLUMNS)
    made = {
        name: pd.Series(list(values), dtype=_NUMBERS.get(name, "object"))
        for name, values in zip(COLUMNS, columns, strict=True)
    }
    return pd.DataFrame(made, copy=False)


def _reasons(stored: str) -> list[str]:
    """The reasons that are words: cue phrases, telling words, a model's sentence."""
    said: list[str] = []
    for one in json.loads(stored).values():
        listed = [one] if isinstance(one, str) else one
        said += [word for word in listed if isinstance(word, str)]
    return list(dict.fromkeys(said))
