"""The convergence coding matrix as a component: a table to look at and choose a row of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import streamlit as st

from qualkit.app.components import script, style

_NAME: Final = "qualkit_matrix"


@dataclass(frozen=True, slots=True)
class Chosen:
    """A row that the user chose.

    Attributes
    ----------
    row : str
        The row's key.
    number : int
        Of the choice: the time in milliseconds, so that every choice has another.
    """

    row: str
    number: int


def matrix(sent: Mapping[str, Any]) -> Chosen | None:
    """Draw the matrix; the row that was chosen last, if any was.

    Parameters
    ----------
    sent : mapping
        As :func:`qualkit.app.triangulation_verdicts_room.sent` makes it.
    """
    result = _component()(
        key="triangulation-matrix", data=dict(sent), on_row_change=_nothing, height="content"
    )
    return chosen_of(result.row)


def marks(row: str, *, number: int, gone: int) -> None:
    """Tell the matrix what changes with each click, so that a click never sends the rows.

    Parameters
    ----------
    row : str
        The key of the row that is chosen.
    number : int
        Of the choice that this answers.
    gone : int
        How often a decision has led to another row: then the keyboard goes there too.
    """
    told = {"row": row, "number": number, "gone": gone}
    _component()(key="triangulation-marks", data={"marks": told}, height="content")


def chosen_of(row: object) -> Chosen | None:
    """What the browser sent, where it is a row.

    >>> chosen_of({"key": "a", "number": 3})
    Chosen(row='a', number=3)
    >>> chosen_of({"key": 3}) is None
    True
    """
    if not isinstance(row, Mapping):
        return None
    key, number = row.get("key"), row.get("number")
    return Chosen(key, number) if isinstance(key, str) and isinstance(number, int) else None


def _component() -> Any:  # noqa: ANN401 - Streamlit does not name its kind
    return st.components.v2.component(
        _NAME,
        js=script("dom.js", "choosing.js", "matrix.js"),
        css=style("matrix.css"),
        isolate_styles=False,
    )


def _nothing() -> None:
    """State is read where the matrix is drawn: after a lost connection no callback comes."""
