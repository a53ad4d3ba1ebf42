"""How numbers stand in a sentence, in documents, on pages and in what a command says."""

from __future__ import annotations


def many(number: int, noun: str, plural: str | None = None) -> str:
    """A number with its noun.

    Parameters
    ----------
    number : int
    noun : str
        For one.
    plural : str, optional
        For none or more than one, where it is not the noun with an s.

    Examples
    --------
    >>> many(1, "row"), many(1200, "row"), many(0, "summary", "summaries")
    ('1 row', '1,200 rows', '0 summaries')
    """
    return f"{number:,} {noun if number == 1 else plural or f'{noun}s'}"
