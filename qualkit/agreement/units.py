"""What is compared: characters, sentences, turns, or segments that match.

Character, sentence and turn give every code a yes or no on each unit of the text that two coders
were to read; a sentence or turn is coded where a coding overlaps it. Segments
(:mod:`qualkit.agreement.spans`) are what coders marked, and have no "no".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from qualkit import _nlp
from qualkit.model import INTERVIEWER

if TYPE_CHECKING:
    import pandas as pd

CHARACTER: Final = "character"
SENTENCE: Final = "sentence"
TURN: Final = "turn"
SEGMENT: Final = "segment"
UNITS: Final = (CHARACTER, SENTENCE, TURN, SEGMENT)


def units_of(turns: pd.DataFrame, unit: str, *, interviewer: bool = False) -> pd.DataFrame:
    """The sentences or turns of sources, in the order of the text.

    Parameters
    ----------
    turns : DataFrame
        As ``Project.turns()`` gives them; for sentences with their words.
    unit : str
        ``sentence`` or ``turn``.
    interviewer : bool
        Take what interviewers say as well.

    Returns
    -------
    DataFrame
        ``source``, ``start``, ``end`` (code points, half-open).

    Raises
    ------
    MissingExtra
        For sentences, where spaCy is not installed.

    Examples
    --------
    >>> import pandas as pd
    >>> turns = pd.DataFrame(
    ...     [("p1", "participant", 4, 25, "It helped. We talked.")],
    ...     columns=["source", "role", "start", "end", "text"])
    >>> units_of(turns, "sentence")[["start", "end"]].values.tolist()
    [[4, 14], [15, 25]]
    """
    import pandas as pd

    heard = turns if interviewer else turns[turns["role"] != INTERVIEWER]
    heard = heard[heard["start"] < heard["end"]]
    if unit == TURN:
        return heard[["source", "start", "end"]].reset_index(drop=True)
    rows = [
        (source, start + begin, start + end)
        for source, start, text in zip(heard["source"], heard["start"], heard["text"], strict=True)
        for begin, end in _nlp.sentences(text)
    ]
    made = pd.DataFrame(rows, columns=["source", "start", "end"])
    return made.astype({"start": "int64", "end": "int64"})
