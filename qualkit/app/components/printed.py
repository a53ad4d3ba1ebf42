"""A published table as it is printed, with numbers at the cells that the audit speaks of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from qualkit.app.components import script, style


def printed(key: str, data: Mapping[str, Any]) -> None:
    """Draw the table.

    Parameters
    ----------
    key : str
    data : mapping
        As :func:`qualkit.app.surveys_published_room.sheet` makes it.
    """
    draw = st.components.v2.component(
        "qualkit_printed", js=script("dom.js", "table-box.js", "printed.js"),
        css=style("table-box.css", "printed.css"), isolate_styles=False,
    )  # fmt: skip
    draw(key=key, data=dict(data), height="content")
