"""How often each code was given: in how many sources, and in how many stretches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qualkit.compare._lines import lines_of, numbers_of
from qualkit.compare._marks import Stretch, marks_of, merged
from qualkit.tables import check

if TYPE_CHECKING:
    import pandas as pd


def frequency(codings: pd.DataFrame, codes: pd.DataFrame) -> pd.DataFrame:
    """Every code by how often it was given, the most widespread first.

    Parameters
    ----------
    codings, codes : DataFrame
        With the columns of :mod:`qualkit.tables`.

    Returns
    -------
    DataFrame
        One row a code, with its own codings alone: ``codebook``, ``code``, ``name``; ``sources``
        that have it; ``excerpts``, stretches, overlapping ones counted once.

    Raises
    ------
    TableError
        Where a column is missing or there is no codebook.
    """
    import pandas as pd

    check(codings, "codings")
    lines = lines_of(codes, "code")
    numbers = numbers_of(lines)
    marked: list[dict[str, list[Stretch]]] = [{} for _ in lines]
    for mark in marks_of(codings):
        for number in numbers.get(mark.key, ()):
            marked[number].setdefault(mark.source, []).append(mark.stretch)
    rows = [
        (line.codebook, line.code, line.name, len(held), sum(len(merged(s)) for s in held.values()))
        for line, held in zip(lines, marked, strict=True)
    ]
    made = pd.DataFrame(rows, columns=["codebook", "code", "name", "sources", "excerpts"])
    return made.sort_values(
        ["sources", "excerpts"], ascending=False, kind="stable", ignore_index=True
    )
