"""What the browser's outbox sends, performed and acknowledged.

A component keeps every gesture until it is acknowledged and sends all that wait, again and
again if it must. Streamlit calls a callback for what changed; after a reconnect it calls none,
and the same list stands in the component's result. So a page does both::

    result = marks(key=KEY, data=..., on_outbox_change=partial(outbox.receive, KEY))
    if outbox.take(result.outbox):
        st.rerun(scope="fragment")

Each gesture is stored exactly once however often it comes: :func:`qualkit.gestures.perform`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, Final

import streamlit as st

from qualkit.app import state
from qualkit.errors import QualkitError
from qualkit.gestures import perform
from qualkit.project import Project

_ACKS: Final = "outbox-acks"
_TROUBLE: Final = "outbox-trouble"
_KEPT: Final = 2000  # acknowledgements that a session remembers


def owner() -> str:
    """An opaque name for this study and this coder: whose gestures an outbox holds."""
    return hashlib.sha256(f"{state.study()}\x1f{state.coder()}".encode()).hexdigest()[:16]


def receive(key: str) -> None:
    """Perform what the component of that key has sent; for its ``on_outbox_change``."""
    take(_sent_by(key))


def take(sent: object) -> bool:
    """Perform the gestures that this session has not acknowledged yet.

    Parameters
    ----------
    sent : object
        The component's state ``outbox``: a list of gestures. Anything else counts as nothing,
        for it comes from a browser; so do gestures of another :func:`owner`.

    Returns
    -------
    bool
        Whether there were any and they were answered, so that what is shown is out of date.
    """
    acks: dict[str, dict[str, str]] = st.session_state.setdefault(_ACKS, {})
    mine = owner()
    new = [one for one in _gestures(sent) if one["id"] not in acks and one.get("owner") == mine]
    path, name = state.study(), state.coder()
    if not new or path is None or not name:
        return False
    try:
        with Project.open(path, user=name) as project:
            outcomes = perform(project, new, coder=name)
    except QualkitError as error:  # not acknowledged: the browser keeps them and sends them again
        st.session_state[_TROUBLE] = str(error)
        return False
    st.session_state.pop(_TROUBLE, None)
    for one, outcome in zip(new, outcomes, strict=True):
        name = one["id"]  # as the browser has it, whatever it is: an answer to no question is lost
        acks[name] = {"id": name, "outcome": outcome.outcome, "why": outcome.why}
    for old in list(acks)[:-_KEPT]:
        del acks[old]
    return True


def acks(*keys: str) -> list[dict[str, str]]:
    """The answers to what the components of these keys have sent, for their data.

    Each is ``id``, ``outcome`` and ``why``.
    """
    known = st.session_state.get(_ACKS, {})
    sent = dict.fromkeys(one["id"] for key in keys for one in _gestures(_sent_by(key)))
    return [known[name] for name in sent if name in known]


def seen(key: str) -> str | None:
    """What the browser had on its page when it last sent a gesture, as it says itself."""
    gestures = _gestures(_sent_by(key))
    name = gestures[-1].get("seen") if gestures else None
    return name if isinstance(name, str) else None


def trouble() -> str | None:
    """Why nothing can be stored at present; None where all is well."""
    return st.session_state.get(_TROUBLE)


def _sent_by(key: str) -> object:
    return getattr(st.session_state.get(key), "outbox", None)


def _gestures(sent: object) -> list[Mapping[str, Any]]:
    listed = sent if isinstance(sent, list) else []
    return [one for one in listed if isinstance(one, Mapping) and isinstance(one.get("id"), str)]
