"""The list of likely identifiers: each group with its places, decided by keyboard or mouse."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from qualkit.app.components.deciding import draw


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
    return draw("names", key, data, on_outbox=on_outbox, on_wanted=on_wanted)
