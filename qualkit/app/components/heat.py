"""A table of figures in which high ones stand out, each figure written in its cell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from qualkit.app.components import script, style


def heat(key: str, data: Mapping[str, Any]) -> None:
    """Draw the table.

    Parameters
    ----------
    key : str
    data : mapping
        As :func:`qualkit.app.figures_room.heat` makes it.
    """
    draw = st.components.v2.component(
        "qualkit_heat", js=script("dom.js", "table-box.js", "heat.js"),
        css=style("table-box.css", "heat.css"), isolate_styles=False,
    )  # fmt: skip
    draw(key=key, data=dict(data), height="content")
