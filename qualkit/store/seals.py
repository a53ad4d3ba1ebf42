"""What seals the rows of each table: made anew where a row changes on purpose, and compared."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

from qualkit.model import sha256
from qualkit.store import decisions, schema, summaries, triangulation
from qualkit.store.codings import coding_of

SEALS: Final[Mapping[str, Callable[[Mapping[str, Any]], str]]] = {
    "coding": lambda row: coding_of(row).sha256,
    "cell_summary": summaries.seal_of,
    "decision": decisions.seal_of,
    "decision_coding": decisions.seal_of_coding,
    "survey": lambda row: sha256(row["definition"]),
    "published_table": lambda row: sha256(row["definition"]),
    **{
        table.name: partial(triangulation.seal_of, table)
        for table in (schema.link, schema.verdict, schema.thread, schema.confidence,
                      schema.strand, schema.memo)
    },
}  # fmt: skip
