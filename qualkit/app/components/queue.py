"""The queue of suggestions: one passage in context, its codes decided by keyboard or mouse."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from qualkit.app.components.deciding import draw

_SCRIPTS: Final = ("history.js", "one-by-one.js")


def queue(
    key: str,
    data: Mapping[str, Any],
    *,
    on_outbox: Callable[[], None],
    on_wanted: Callable[[], None],
) -> Any:  # noqa: ANN401 - Streamlit's own result, with the component's state
    """Draw the queue; its state is ``outbox`` (gestures) and ``wanted`` (passages asked for).

    Parameters
    ----------
    key : str
    data : mapping
        ``owner`` of the outbox; ``acks`` and ``trouble`` from :mod:`qualkit.app.outbox`;
        ``passages`` as :func:`qualkit.app.suggestions_room.passages` makes them; ``scope``, which
        changes when the queue begins anew; ``left``, how many passages wait in all; ``ending``,
        what to do when nothing is left.
    on_outbox, on_wanted : callable
        Called before the page runs when gestures have come, or more passages are asked for.
    """
    return draw("queue", key, data, scripts=_SCRIPTS, on_outbox=on_outbox, on_wanted=on_wanted)
