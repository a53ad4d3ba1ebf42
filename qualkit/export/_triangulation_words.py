"""The words and signs that every document of triangulation shares."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from qualkit.triangulate.artefacts import opposing_words

if TYPE_CHECKING:
    from qualkit.triangulate import JointRow, Quote

SIGNS: Final = {  # told apart without colour
    "agreement": "\u25cf", "partial": "\u25d0", "dissonance": "\u2715", "silence": "\u25cb",
    "not settled": "?",
}  # fmt: skip
_SIDES: Final = {"for": "For", "against": "Against", "mixed": "Mixed"}
_SAYING: Final = {"+": "Improved", "-": "Worsened", "0": "Unchanged"}


def sign_of(verdict: str) -> str:
    """The sign of a verdict; working states have that of what is not settled.

    >>> sign_of("silence (survey)"), sign_of("insufficient")
    ('○', '?')
    """
    return SIGNS.get(verdict.split(" (", maxsplit=1)[0], SIGNS["not settled"])


def signs_in_words() -> str:
    """What each sign stands for.

    >>> signs_in_words()
    '● agreement, ◐ partial, ✕ dissonance, ○ silence, ? not settled.'
    """
    return f"{', '.join(f'{sign} {words}' for words, sign in SIGNS.items())}."


def sides_of(row: JointRow) -> dict[str, str]:
    """How the sides are called: by what most of them say where no figure shows a direction."""
    said = _SAYING.get(row.proposal.inputs["comparison"]["direction"])
    if _directed(row) or said is None:
        return dict(_SIDES)
    return {**_SIDES, "for": said, "against": "Otherwise"}


def side_of(row: JointRow, quote: Quote) -> str:
    """What stands before a quotation: ``Against: ``; nothing where there is no side to be on."""
    return f"{sides_of(row)[quote.side]}: " if quote.side else ""


def opposing(row: JointRow) -> str:
    """Who says otherwise, or that nobody does; nothing where no direction is shown to oppose."""
    none = "Opposing: none" if _directed(row) and row.supporting else ""
    return opposing_words(row.opposing) or none


def _directed(row: JointRow) -> bool:
    return row.proposal.q_state in {"+", "-", "0"}
