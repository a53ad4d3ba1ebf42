"""A table of words to read: cells wrap, paragraphs stay apart, quotations lead to their place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from qualkit.app.components import script, style


def artefact(key: str, sheet: Mapping[str, Any]) -> None:
    """Draw the table.

    Parameters
    ----------
    key : str
    sheet : mapping
        As :func:`qualkit.app.triangulation_tables_room.table` makes it.
    """
    draw = st.components.v2.component(
        "qualkit_artefact", js=script("dom.js", "table-box.js", "artefact.js"),
        css=style("table-box.css", "artefact.css"), isolate_styles=False,
    )  # fmt: skip
    draw(key=key, data=dict(sheet), height="content")
