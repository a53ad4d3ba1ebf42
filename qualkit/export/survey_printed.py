"""Tables of surveys for a screen, word for word as they are printed.

What is withheld is ``[c]`` there too, and no figure has more digits than on paper.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qualkit.export._shared import one_line
from qualkit.export._survey_parts import Head, marks_in, results_of, trimmed, words_of

if TYPE_CHECKING:
    import pandas as pd

    from qualkit.survey import Comparison, Description

__all__ = ["Printed", "printed_tables"]


@dataclass(frozen=True, slots=True)
class Printed:
    """Tables as a reader sees them on paper.

    Attributes
    ----------
    title : str
    tables : dict of str to DataFrame
        Title to table; every cell is text, no two columns have one name.
    figures : dict of str to tuple of str
        The columns of each table that hold figures, not words.
    key : tuple of str
        What the marks in them mean.
    notes, method : tuple of str
        What a reader must know; sentences for an annex.
    """

    title: str
    tables: dict[str, pd.DataFrame]
    figures: dict[str, tuple[str, ...]]
    key: tuple[str, ...]
    notes: tuple[str, ...]
    method: tuple[str, ...]


def printed_tables(made: Description | Comparison | pd.DataFrame, *, title: str = "") -> Printed:
    """The tables of a description, a comparison or findings, without those for programs.

    Parameters
    ----------
    made : Description, Comparison, or DataFrame
        A DataFrame as :func:`qualkit.survey.findings` gives it.
    title : str
        In place of ours.

    Raises
    ------
    TableError
        For something that is none of the three.

    Examples
    --------
    >>> import pandas as pd
    >>> from qualkit.survey import Item, Survey, describe
    >>> item = Item("W1", "Did you attend?", "yes-no", {"0": "No", "1": "Yes"})
    >>> made = describe({"after": pd.DataFrame({"W1": ["1"] * 8})}, Survey("s", items=(item,)))
    >>> printed_tables(made).tables["Items"][["n", "Top two, %"]].values.tolist()
    [['8', '[c]']]
    """
    import pandas as pd

    results = results_of(made, title)
    shown = [trimmed(table, "paper") for table in results.tables if not table.long]
    tables, figures = {}, {}
    for table in shown:
        names = _names(table.heads)
        cells = [words_of(row, table.heads) for row in table.rows]
        tables[table.title] = pd.DataFrame(cells, columns=names, dtype=object)
        figures[table.title] = tuple(
            name for name, head in zip(names, table.heads, strict=True) if head.kind != "text"
        )
    return Printed(results.title, tables, figures, tuple(marks_in(shown)), results.notes,
                   results.method)  # fmt: skip


def _names(heads: Sequence[Head]) -> list[str]:
    """The columns' names; a wave may be called what a column is called."""
    names: list[str] = []
    for head in heads:
        name, again = one_line(head.title), 2
        while name in names:
            name, again = f"{one_line(head.title)} ({again})", again + 1
        names.append(name)
    return names
