"""The list of likely identifiers: each group with its places, decided by keyboard or mouse."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import streamlit as st

from qualkit.app.components import script, style

_SCRIPTS: Final = ("outbox.js", "dom.js", "names.js")
_STYLES: Final = ("outbox.css", "names.css")


def names(
    key: str,
    data: Mapping[str, Any],
    *,
    on_outbox: Callable[[], None],
    on_wanted: Callable[[], None],
) -> Any:  # noqa: ANN401 - Streamlit's own result, with the component's state
    """Draw the list; its state is ``outbox`` (gestures) and ``wanted`` (groups asked for).

    Parameters
    ----------
    key : str
    data : mapping
        ``owner`` of the outbox; ``acks``, the answers to what was sent, and ``trouble``, why
        nothing can be kept; ``groups`` as :func:`qualkit.app.privacy_room.listed` makes them;
        ``scope``, which changes when the list begins anew; ``tally`` of all groups by state;
        ``may``, whether whoever looks may decide.
    on_outbox, on_wanted : callable
        Called before the page runs when gestures have come, or more groups are asked for.
    """
    draw = st.components.v2.component(
        "qualkit_names", js=script(*_SCRIPTS), css=style(*_STYLES), isolate_styles=False
    )
    return draw(
        key=key,
        data=dict(data),
        default={"outbox": [], "wanted": 0},
        on_outbox_change=on_outbox,
        on_wanted_change=on_wanted,
        height="content",
    )
