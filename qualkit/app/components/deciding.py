"""What draws a list in which one decides by keyboard, with an outbox of decisions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st

from qualkit.app.components import script, style


def draw(
    name: str,
    key: str,
    data: Mapping[str, Any],
    *,
    scripts: Sequence[str] = (),
    on_outbox: Callable[[], None],
    on_wanted: Callable[[], None],
) -> Any:  # noqa: ANN401 - Streamlit's own result, with the component's state
    """Draw a list; its state is ``outbox`` (gestures) and ``wanted`` (more of it asked for).

    Parameters
    ----------
    name : str
        Of its script and its style: ``queue`` for ``queue.js`` and ``queue.css``.
    key, data
        As the component's own function takes them.
    scripts : sequence of str
        What it needs beside its own.
    on_outbox, on_wanted : callable
        Called before the page runs when gestures have come, or more is asked for.
    """
    component = st.components.v2.component(
        f"qualkit_{name}",
        js=script("outbox.js", "dom.js", "deciding.js", *scripts, f"{name}.js"),
        css=style("outbox.css", "deciding.css", f"{name}.css"),
        isolate_styles=False,
    )
    return component(
        key=key,
        data=dict(data),
        default={"outbox": [], "wanted": 0},
        on_outbox_change=on_outbox,
        on_wanted_change=on_wanted,
        height="content",
    )
