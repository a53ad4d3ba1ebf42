"""What a document of triangulation is made of, the same for Word, Excel and a page."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from qualkit.export._triangulation_notes import Note, notes_of
from qualkit.tables import plain

if TYPE_CHECKING:
    import pandas as pd

    from qualkit.export._triangulation_panel import Panels
    from qualkit.triangulate import Artefact, Assessment, JointRow, Section

TITLE: Final = "Triangulation"
JOINT: Final = "Joint display"
DRAFT_TITLE: Final = "Findings by theme: draft"
NOTES: Final = "Where the figures and quotations of the draft are from"
JOINT_HEADS: Final = ("Theme and verdict", "Finding", "Interviews", "Inference")
_LONG: Final = 16  # characters of a word that no column need be wider for
_MORE: Final = 6.0  # characters over its longest word that a column of many words is given
_BOLD: Final = 1.2  # a head is so many times as wide as other words of its length
FIRST: Final = "verdicts"  # the artefact that stands before everything else
NOTE_HEADS: Final = ("Note", "Theme", "In the draft", "From")


@dataclass(frozen=True)
class Document:
    """All that is to be printed.

    Attributes
    ----------
    title : str
    artefacts : tuple of Artefact
    joint : tuple of JointRow
    sections : tuple of Section
        The draft.
    figures : tuple of (bytes, str)
        Pictures, each with its words.
    panels : Panels
        The charts of findings.
    assessed : Assessment or None
    """

    title: str
    artefacts: tuple[Artefact, ...]
    joint: tuple[JointRow, ...]
    sections: tuple[Section, ...]
    figures: tuple[tuple[bytes, str], ...]
    panels: Panels
    assessed: Assessment | None

    @property
    def opening(self) -> tuple[Artefact, ...]:
        """What a reader sees first: the verdicts, theme by theme."""
        return tuple(one for one in self.artefacts if one.name == FIRST)

    @property
    def further(self) -> tuple[Artefact, ...]:
        """The artefacts that stand behind the draft and the joint display."""
        return tuple(one for one in self.artefacts if one.name != FIRST)

    @cached_property
    def notes(self) -> Mapping[tuple[int, int, int], Note]:
        """What each figure and quotation of the draft is from."""
        return notes_of(self.sections, self.assessed)

    @property
    def joint_notes(self) -> list[str]:
        """What stands under the joint display."""
        from qualkit.triangulate.artefacts import COUNTED, UNDECIDED

        undecided = any(row.status == "proposed" for row in self.joint)
        return [*([UNDECIDED] if undecided else []), COUNTED]


def read_table(artefact: Artefact) -> tuple[list[str], list[list[str]]]:
    """Heads and rows for readers: the columns of one strand as one, and a verdict with its reason.

    Cells have a line a paragraph.
    """
    found: dict[str, list[int]] = {}
    for n, name in enumerate(map(str, artefact.table.columns)):
        strand, colon, _ = name.partition(": ")
        together = artefact.name == "convergence"
        verdict = together and name == "Reason"
        own = "Convergence" if verdict else strand if together and colon else name
        found.setdefault(own, []).append(n)
    rows = [
        ["\n".join(dict.fromkeys(str(row[n]) for n in places)) for places in found.values()]
        for row in artefact.table.itertuples(index=False)
    ]
    return list(found), rows


def pages_of(
    heads: Sequence[str], rows: Sequence[Sequence[str]], room: float
) -> list[tuple[list[str], list[list[str]]]]:
    """A table in pieces that fit in so many characters, each with the first column.

    >>> [heads for heads, _ in pages_of(["Area", "a", "b", "c"], [["N", "1", "2", "3"]], 15)]
    [['Area', 'a', 'b'], ['Area', 'c']]
    """
    needed = [least + min(_MORE, more) for least, more in _needs(heads, rows)]
    pieces, used = [[0]], needed[0]
    for n, wide in enumerate(needed[1:], 1):
        if used + wide > room and len(pieces[-1]) > 1:
            pieces.append([0])
            used = needed[0]
        pieces[-1].append(n)
        used += wide
    return [
        ([heads[n] for n in piece], [[row[n] for n in piece] for row in rows]) for piece in pieces
    ]


def counts_of(summary: pd.DataFrame) -> tuple[list[str], list[list[str]]]:
    """The heads and rows of an artefact's count; a share in per cent."""
    heads = [f"{name[:1].upper()}{name[1:]}" for name in summary.columns]
    rows = [
        [_told(name, value) for name, value in zip(summary.columns, row, strict=True)]
        for row in summary.itertuples(index=False)
    ]
    return heads, rows


def _told(name: str, value: object) -> str:
    known = plain(value)
    if known is None:
        return ""
    return f"{100 * float(str(known)):.0f}%" if name == "share" else str(known)


def widths_of(heads: Sequence[str], rows: Sequence[Sequence[str]], room: float) -> list[float]:
    """Widths of columns in characters: their longest words, then by the root of their words.

    >>> widths_of(["Area", "Said"], [["North", "x" * 100]], 60)
    [7.0, 53.0]
    """
    needed = _needs(heads, rows)
    spare = max(0.0, room - sum(least for least, _ in needed))
    every = sum(more for _, more in needed)
    return [least + spare * (more / every if every else 1 / len(needed)) for least, more in needed]


def _needs(
    heads: Sequence[str], rows: Sequence[Sequence[str]]
) -> list[tuple[float, float]]:  # fmt: skip
    """Of each column its longest word with its margins, and the root of what is left to say."""
    made = []
    for texts in zip(heads, *rows, strict=True):
        lengths = [len(word) for text in texts[1:] for word in text.split()]
        lengths += [math.ceil(len(word) * _BOLD) for word in texts[0].split()]
        least = min(_LONG, max(lengths, default=0)) + 2.0
        made.append((least, max(0.0, max(map(len, texts)) - least) ** 0.5))
    return made
