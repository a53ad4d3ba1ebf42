"""Words found in all interviews, as the page Sources shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from qualkit.app import state

if TYPE_CHECKING:
    import pandas as pd

    from qualkit.project import Project

MOST: Final = 100  # places that are shown
HELP: Final = (
    'All words in one turn, in any of their forms. "In quotation marks" finds them as written; '
    "wait\\* every word that begins so; OR means either, a minus before a word leaves it out."
)


def found(project: Project, words: str) -> pd.DataFrame:
    """The turns in which words stand, the best first.

    Parameters
    ----------
    project : Project
    words : str
        As :meth:`qualkit.project.Project.search` takes them; empty finds nothing.

    Returns
    -------
    DataFrame
        ``Read`` (a link to the first word found), ``Source``, ``Speaker``, ``Words``;
        ``attrs["count"]`` is the number of all turns, of which at most 100 are here.

    Raises
    ------
    QualkitError
        For words that are no query.
    """
    import pandas as pd

    hits = project.search(words, limit=MOST)
    rows = [
        (state.place(hit["source"], *hit["matches"][0]), hit["source"], hit["speaker"] or "",
         hit["snippet"])
        for hit in hits.to_dict("records")
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=["Read", "Source", "Speaker", "Words"])
    table.attrs["count"] = hits.attrs["count"]
    return table


def said(table: pd.DataFrame) -> str:
    """How many turns were found, in a sentence.

    >>> import pandas as pd
    >>> table = pd.DataFrame({"Source": ["p1"]})
    >>> table.attrs["count"] = 1
    >>> said(table)
    'Found in 1 turn.'
    """
    count = int(table.attrs["count"])
    if not count:
        return "These words stand in no interview of this study."
    of_all = f"; the best {len(table)} are shown" if count > len(table) else ""
    return f"Found in {count:,} turn{'s'[: count != 1]}{of_all}."
