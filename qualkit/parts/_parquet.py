"""Parquet tables, as ``qualkit scale`` writes them."""

from __future__ import annotations

import io
from collections.abc import Iterator

from qualkit.errors import MissingExtra, ReadError
from qualkit.parts._plain import cells
from qualkit.privacy.release import Grid, Part


def table(data: bytes, where: str) -> Iterator[Part | Grid]:
    """Each cell, the members of a list one under the other, and the whole as a grid."""
    try:
        from pyarrow import ArrowException, parquet
    except ImportError as error:
        raise MissingExtra("pyarrow", "scale") from error
    try:
        columns = parquet.read_table(io.BytesIO(data)).to_pydict()
    except (ArrowException, OSError) as error:
        raise ReadError(where or "the file", f"no whole Parquet file ({error})") from error
    rows = zip(*([_words(value) for value in one] for one in columns.values()), strict=True)
    yield from cells(Grid(f"{where}the table", (tuple(columns), *rows)))


def _words(value: object) -> str:
    if isinstance(value, list):
        return "\n".join(map(_words, value))
    return "" if value is None else str(value)
