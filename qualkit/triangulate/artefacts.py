"""What an artefact of triangulation is, and the words that several of them share."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from qualkit.triangulate._words import Key, several
from qualkit.triangulate.assessing import Assessment
from qualkit.triangulate.records import STANCE_WORDS, TOLD, InterviewState

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
_ONE_WAY: Final = {"+", "-", "0"}
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
    """What sources say, in numbers of sources: ``Improved (9 of 12 with a view, 3 mixed)``."""
    if not said.sources:
        return heading(TOLD[said.state])
    if not said.with_stance:
        return f"Spoken of without a view ({several(said.sources, 'source')})"
    held = [name for name in STANCE_WORDS if said.counts[name]]
    held.sort(key=lambda name: -said.counts[name])
    if said.state not in _ONE_WAY:
        parts = ", ".join(f"{said.counts[name]} {name}" for name in held)
        return f"{heading(TOLD[said.state])} ({parts})"
    rest = "".join(f", {said.counts[name]} {name}" for name in held[1:])
    of = f"{said.counts[held[0]]} of {said.with_stance}" if rest else f"all {said.with_stance}"
    return f"{heading(TOLD[said.state])} ({of} with a view{rest})"


def opposing_words(sources: Iterable[str]) -> str:
    """Who says otherwise, by name; nothing where nobody does.

    >>> opposing_words(["north-1", "south-2"])
    'Opposing: north-1, south-2'
    """
    return f"Opposing: {', '.join(sources)}" if sources else ""


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
