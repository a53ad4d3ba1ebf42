"""What an artefact of triangulation is, and the words that several of them share."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from qualkit.triangulate._words import Key, several
from qualkit.triangulate.assessing import Assessment
from qualkit.triangulate.records import STANCE_WORDS, InterviewState

if TYPE_CHECKING:
    import pandas as pd

BORROWED: Final = (
    "The four components are borrowed from GRADE-CERQual, which was made for syntheses of many "
    "studies. This is one study, and the table is not a CERQual assessment."
)
UNDECIDED: Final = (
    "PROPOSED marks what the rule proposes and no evaluator has decided yet."
)  # fmt: skip
COUNTED: Final = "Interviews are counted once each, however much of them was coded."
STATE_WORDS: Final = {
    "+": "a change for the better", "-": "a change for the worse", "0": "no change, shown",
    "?": "open: neither a change nor its absence is shown", "unusable": "cannot be used",
    "missing": "no finding is linked",
}  # fmt: skip
TOLD: Final = {
    "+": "improved", "-": "worsened", "0": "did not change", "mixed": "a mixed picture",
    "thin": "too few took a view", "silent": "nobody spoke of it",
    "not_asked": "interviews were not asked about it",
}  # fmt: skip
NONE: Final = "\u2013"


@dataclass(frozen=True, slots=True)
class Artefact:
    """A table that stands by itself in a report.

    Attributes
    ----------
    name : str
        ``convergence``, ``statistics``, ``cases``, ``pillars``, ``confidence``, ``threads``, ...
    title : str
    table : DataFrame
        Its columns are headings as they are read; a line break in a cell is a new paragraph.
    notes : tuple of str
        Sentences that stand under it.
    summary : DataFrame or None
        A count that belongs to it.
    """

    name: str
    title: str
    table: pd.DataFrame
    notes: tuple[str, ...] = ()
    summary: pd.DataFrame | None = None


def meaning_of(said: InterviewState) -> str:
    """What sources say, with the numbers of sources: ``improved: 9 improved, 3 mixed ...``."""
    if not said.with_stance:
        return f"spoken of without a view ({several(said.sources, 'source')})"
    parts = ", ".join(f"{said.counts[name]} {name}" for name in STANCE_WORDS if said.counts[name])
    return f"{TOLD[said.state]}: {parts}, of {said.with_stance} that took a view"


def by_theme(assessed: Assessment) -> list[tuple[Key, list[int]]]:
    """The places of the rows of each theme."""
    found: dict[Key, list[int]] = {}
    pairs = zip(assessed.decided["codebook"], assessed.decided["code"], strict=True)
    for place, key in enumerate(pairs):
        found.setdefault(key, []).append(place)
    return list(found.items())


def lines(parts: Iterable[str]) -> str:
    """Paragraphs of a cell; a dash where there is none."""
    return "\n".join(part for part in parts if part) or NONE


def heading(strand: str) -> str:
    """A word as a heading begins."""
    return f"{strand[:1].upper()}{strand[1:]}"
