"""The framework grid as a component: a table to look at, walk through and choose a cell of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import streamlit as st

from qualkit.app.components import script, style

_NAME: Final = "qualkit_grid"


@dataclass(frozen=True, slots=True)
class Chosen:
    """A cell that the user chose.

    Attributes
    ----------
    row, theme : str
        The row's key, and ``codebook/code``.
    number : int
        Of the choice: the time in milliseconds, so that every choice has another.
    """

    row: str
    theme: str
    number: int


def grid(sent: Mapping[str, Any]) -> Chosen | None:
    """Draw the grid; the cell that was chosen last, if any was.

    Parameters
    ----------
    sent : mapping
        As :func:`qualkit.app.framework_room.sent` makes it.
    """
    result = _component()(
        key="framework-grid", data=dict(sent), on_cell_change=_nothing, height="content"
    )
    return chosen_of(result.cell)


def marks(
    chosen: tuple[str, str] | None,
    *,
    number: int,
    unsaved: Sequence[tuple[str, str]],
) -> None:
    """Tell the grid what changes with each click.

    Parameters
    ----------
    chosen : (str, str) or None
        The row's key and the theme of the cell that is chosen.
    number : int
        Of the choice that this answers.
    unsaved : sequence of (str, str)
        The cells with words that were not saved.
    """
    row, theme = chosen or ("", "")
    told = {"row": row, "theme": theme, "number": number, "unsaved": [list(u) for u in unsaved]}
    _component()(key="framework-marks", data={"marks": told}, height="content")


def chosen_of(cell: object) -> Chosen | None:
    """What the browser sent, where it is a cell.

    >>> chosen_of({"row": "Northmoor", "theme": "b/c", "number": 3}).row
    'Northmoor'
    >>> chosen_of({"row": 3}) is None
    True
    """
    if not isinstance(cell, Mapping):
        return None
    row, theme, number = (cell.get(name) for name in ("row", "theme", "number"))
    if isinstance(row, str) and isinstance(theme, str) and isinstance(number, int):
        return Chosen(row, theme, number)
    return None


def _component() -> Any:  # noqa: ANN401 - Streamlit does not name its kind
    return st.components.v2.component(
        _NAME,
        js=script("dom.js", "choosing.js", "grid.js"),
        css=style("grid.css"),
        isolate_styles=False,
    )  # fmt: skip


def _nothing() -> None:
    """State is read where the grid is drawn: after a lost connection no callback comes."""
