"""Vectors of texts, kept so that none is computed twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from sqlalchemy import Connection, select

from qualkit.model import sha256
from qualkit.store.schema import vector

if TYPE_CHECKING:
    import numpy as np

_AT_ONCE = 500  # values in one IN list


def held(connection: Connection, model: str, texts: Sequence[str]) -> dict[str, np.ndarray]:
    """The vectors kept of these texts, by text."""
    import numpy as np

    keys = {sha256(text): text for text in texts}
    hashes = list(keys)
    found = {}
    for at in range(0, len(hashes), _AT_ONCE):
        query = select(vector.c.text_sha256, vector.c.data).where(
            vector.c.model == model, vector.c.text_sha256.in_(hashes[at : at + _AT_ONCE])
        )
        for key, data in connection.execute(query):
            found[keys[key]] = np.frombuffer(data, dtype=np.float16)
    return found


def keep(connection: Connection, model: str, made: Mapping[str, np.ndarray]) -> None:
    """Write vectors; those that are there already stay."""
    if connection.dialect.name == "postgresql":
        from sqlalchemy.dialects.postgresql import insert
    else:
        from sqlalchemy.dialects.sqlite import insert  # type: ignore[assignment]
    values = [
        {"model": model, "text_sha256": sha256(text), "data": row.tobytes()}
        for text, row in made.items()
    ]
    connection.execute(insert(vector).on_conflict_do_nothing(), values)
