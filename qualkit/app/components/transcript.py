"""The transcript to code in: a component for the words, and one without a face for the codings.

They are two, so that a gesture brings back the codings of one source and never its text. They
find each other in the browser by the source's GUID; see ``marks.js``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

import streamlit as st

from qualkit.app.components import script, style

if TYPE_CHECKING:
    from streamlit.components.v2.bidi_component import ComponentResult

_FILES: Final = (
    "outbox.js", "dom.js", "positions.js", "rows.js", "history.js", "highlights.js",
    "stripes.js", "popover.js", "palette.js", "panel.js", "codebook.js", "actions.js",
    "selecting.js", "find.js", "toolbar.js", "keys.js", "text.js", "transcript.js", "coding.js",
    "component.js",
)  # fmt: skip


def transcript(
    data: Mapping[str, Any], *, key: str, on_outbox_change: Callable[[], None]
) -> ComponentResult:
    """Show the words of a source.

    Parameters
    ----------
    data : mapping
        As :func:`qualkit.app.coding_room.words_of` gives it, with ``owner`` and ``goal``.
    key : str
        Under which the outbox stands that comes this way: what :func:`marks` got no answer to.
    on_outbox_change : callable
        Called when the browser has sent gestures.
    """
    show = st.components.v2.component(
        "qualkit_transcript",
        js=script(*_FILES),
        css=style("outbox.css", "transcript.css"),
        isolate_styles=False,
    )
    return show(key=key, data=dict(data), on_outbox_change=on_outbox_change)


def marks(
    data: Mapping[str, Any],
    *,
    key: str,
    on_outbox_change: Callable[[], None],
    on_whole_change: Callable[[], None],
) -> ComponentResult:
    """Bring its codings to the transcript, and the outbox from it.

    Parameters
    ----------
    data : mapping
        What :meth:`qualkit.app.coding_room.Marks.sent` gives, ``owner``, ``source`` (its GUID),
        ``me``, ``may``, ``coders`` and ``acks``.
    key : str
        Under which the outbox stands in the session's state.
    on_outbox_change : callable
        Called when the browser has sent gestures.
    on_whole_change : callable
        Called when it lacks what it was told the changes of.
    """
    bring = st.components.v2.component(
        "qualkit_marks", js=script("outbox.js", "rows.js", "marks.js"), isolate_styles=False
    )
    return bring(
        key=key,
        data=dict(data),
        on_outbox_change=on_outbox_change,
        on_whole_change=on_whole_change,
    )
