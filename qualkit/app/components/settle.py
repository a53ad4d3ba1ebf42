"""Disagreements between coders: one passage at a time, settled by keyboard or mouse."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from qualkit.app.components.deciding import draw

_SCRIPTS: Final = ("history.js", "one-by-one.js", "settle-text.js")


def settle(
    key: str,
    data: Mapping[str, Any],
    *,
    on_outbox: Callable[[], None],
    on_wanted: Callable[[], None],
) -> Any:  # noqa: ANN401 - Streamlit's own result, with the component's state
    """Draw the list; its state is ``outbox`` (gestures) and ``wanted`` (passages asked for).

    Parameters
    ----------
    key : str
    data : mapping
        ``owner`` of the outbox; ``acks`` and ``trouble`` from :mod:`qualkit.app.outbox`; ``may``,
        whether whoever looks may settle; ``passages`` and ``codes`` as
        :mod:`qualkit.app.agreement_room` makes them; ``stances``; ``scope``, which changes when
        the list begins anew; ``left``, how many passages the list has in all; ``total``, how many
        there are in what is looked at, of them ``settled``, and ``counted`` those of the latter
        that were settled here; ``ending``, what to do when nothing is left.
    on_outbox, on_wanted : callable
        Called before the page runs when gestures have come, or more passages are asked for.
    """
    return draw("settle", key, data, scripts=_SCRIPTS, on_outbox=on_outbox, on_wanted=on_wanted)
