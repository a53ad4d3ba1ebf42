"""The words and signs that every document of triangulation shares."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from qualkit.triangulate import JointRow, Quote

SIGNS: Final = {  # told apart without colour
    "agreement": "\u25cf", "partial": "\u25d0", "dissonance": "\u2715", "silence": "\u25cb",
    "not settled": "?",
}  # fmt: skip
_SIDES: Final = {"for": "For", "against": "Against", "mixed": "Mixed"}


def sign_of(verdict: str) -> str:
    """The sign of a verdict; working states have that of what is not settled.

    >>> sign_of("silence (survey)"), sign_of("insufficient")
    ('○', '?')
    """
    return SIGNS.get(verdict.split(" (", maxsplit=1)[0], SIGNS["not settled"])


def side_of(row: JointRow, quote: Quote) -> str:
    """What stands before a quotation: ``Against: ``; nothing where there is no side to be on."""
    told = quote.side and (_directed(row) or quote.side != "for")
    return f"{_SIDES[quote.side]}: " if told else ""


def opposing(row: JointRow) -> str:
    """Who says otherwise, or that nobody does; nothing where no direction is shown to oppose."""
    if row.opposing:
        return f"Opposing: {', '.join(row.opposing)}"
    return "Opposing: none" if _directed(row) and row.supporting else ""


def _directed(row: JointRow) -> bool:
    return row.proposal.q_state in {"+", "-", "0"}
