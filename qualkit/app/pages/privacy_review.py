"""Privacy, Review: the list of likely identifiers, decided by keyboard; the study's own names."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final

import streamlit as st

from qualkit import pseudonymising
from qualkit.app import outbox, state, views, worked
from qualkit.app import privacy_room as room
from qualkit.app.components.names import names
from qualkit.app.pages import privacy_parts as parts
from qualkit.errors import QualkitError
from qualkit.project import Project

_HELD: Final = "privacy-review"
_ACKS: Final = "privacy-acks"
_TROUBLE: Final = "privacy-trouble"
_WHAT: Final = (
    "Somebody decides on each of these: a pseudonym, or that it identifies nobody. Decisions go "
    "into the key file; the study is not changed before Apply. The list finds likely identifiers, "
    "not all: a rare diagnosis, a job or a story identify too, so somebody still has to read."
)
_READER: Final = "You see what may identify people. An evaluator of this study can decide on it."


def show(project: Project) -> None:
    """Show the list of what may identify somebody."""
    key = parts.key_file(project)
    parts.tell_done()
    st.text(_WHAT)
    may = not views.say_why(project, _READER)
    if may:
        _own_names(project, key)
    model = _model()
    groups = _groups(project, key, model=model)
    if groups is None:
        return
    if not groups:
        st.info("Nothing was found that may identify somebody. Read the texts all the same.")
        return
    scope = f"{outbox.owner()} {model}"
    before = st.session_state.get(_HELD)
    limit = before["limit"] if before and before["scope"] == scope else room.AT_ONCE
    st.session_state[_HELD] = {
        "scope": scope, "groups": groups, "limit": limit, "key": key, "may": may,
    }  # fmt: skip
    _draw()
    go = partial(views.go, "Privacy", "Apply")
    st.button("Go on to Apply", key="privacy-go-apply", on_click=go)


def _own_names(project: Project, key: Path | None) -> None:
    with st.expander(
        "The study's own list of names", key="privacy-names", on_change="rerun"
    ) as box:
        if not box.open:  # names of people, which nobody should see who does not ask
            return
        _, held = pseudonymising.key_of(project, key)
        with st.form("privacy-names-form"):
            text = st.text_area(
                "Names, one a line", "\n".join(held.names), key="privacy-names-text", height=160,
                help="Found in any case, and spelt nearly so. Kept in the key file alone.",
            )  # fmt: skip
            if st.form_submit_button("Keep the list", key="privacy-names-keep"):
                parts.tell_later(room.keep_names(project, text, key))


def _model() -> bool:
    return st.toggle(
        "Ask spaCy's model too, where it is installed", key="privacy-model",
        help="It takes long, and finds little that is not found without it.",
    )  # fmt: skip


def _groups(project: Project, key: Path | None, *, model: bool) -> list[room.Group] | None:
    _, held = pseudonymising.key_of(project, key)
    study, who = worked.as_who()
    found: list[room.Group] | None = worked.worked(
        project, "privacy", (str(key), held.names, model), "Looking for names",
        partial(room.found, study, who, key, model=model),
    )  # fmt: skip
    return found


# The list ----------------------------------------------------------------------------------


@st.fragment
def _draw() -> None:
    """The component; a decision runs this part of the page alone."""
    held = st.session_state[_HELD]
    with state.opened() as project:
        try:
            _, key = pseudonymising.key_of(project, held["key"])
            rows = room.listed(held["groups"], key, room.written_in(project, key))
        except QualkitError as error:
            state.tell(error, "The key cannot be read.")
            return
    result = names(
        _name(),
        {
            "owner": _owner(), "acks": _acks(), "trouble": st.session_state.get(_TROUBLE),
            "groups": rows[: held["limit"]], "scope": held["scope"], "tally": room.tally(rows),
            "may": held["may"],
        },
        on_outbox=_receive,
        on_wanted=_want_more,
    )  # fmt: skip
    if _perform(result.outbox):
        st.rerun(scope="fragment")


def _name() -> str:
    return f"names-{_owner()}"


def _owner() -> str:
    """An outbox of its own: what it holds is not for the database."""
    return f"{outbox.owner()}-names"


def _sent() -> list[Mapping[str, Any]]:
    sent = getattr(st.session_state.get(_name()), "outbox", None)
    return room.gestures(sent, _owner())


def _acks() -> list[dict[str, str]]:
    known = st.session_state.get(_ACKS, {})
    return [known[one["id"]] for one in _sent() if one["id"] in known]


def _receive() -> None:
    _perform(getattr(st.session_state.get(_name()), "outbox", None))


def _want_more() -> None:
    if (held := st.session_state.get(_HELD)) is not None:
        held["limit"] += room.AT_ONCE


def _perform(sent: object) -> bool:
    """Keep the decisions that this session has not answered yet; whether there were any."""
    known: dict[str, dict[str, str]] = st.session_state.setdefault(_ACKS, {})
    new = [one for one in room.gestures(sent, _owner()) if one["id"] not in known]
    held, path = st.session_state.get(_HELD), state.study()
    if not new or held is None or path is None or not state.coder():
        return False
    try:
        with Project.open(path, user=state.coder()) as project:
            whys = room.decide(project, held["groups"], new, held["key"])
    except QualkitError as error:  # not answered: the browser keeps them and sends them again
        st.session_state[_TROUBLE] = str(error)
        return False
    st.session_state.pop(_TROUBLE, None)
    for one, why in zip(new, whys, strict=True):
        outcome = "refused" if why else "done"
        known[one["id"]] = {"id": one["id"], "outcome": outcome, "why": why}
    return True
