"""The joint display: panels with the chart of a finding beside what interviews say."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st

from qualkit.app.components import script, style


def joint(
    key: str, sections: Sequence[Mapping[str, Any]], *, on_looked: Callable[[], None]
) -> None:
    """Draw the panels; ``looked`` of its state is the link that somebody wants to look at.

    Parameters
    ----------
    key : str
    sections : sequence of mapping
        One a theme, as :func:`qualkit.app.triangulation_joint_room.display` makes them.
    on_looked : callable
        Called before the page runs when there is one.
    """
    draw = st.components.v2.component(
        "qualkit_joint", js=script("dom.js", "table-box.js", "joint.js"),
        css=style("joint.css"), isolate_styles=False,
    )  # fmt: skip
    draw(key=key, data={"sections": list(sections)}, on_looked_change=on_looked, height="content")
