"""What the forms of the page Triangulation share: what was read, what was typed, what was done.

Whoever changes a row began from a version of it. Where somebody else changed it meanwhile, both
are shown, and what was typed stays until its author says what shall become of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import streamlit as st

from qualkit.app import state
from qualkit.app import triangulation_links_room as room
from qualkit.errors import QualkitError
from qualkit.project import Project

_DONE: Final = "triangulation-edited"
VERSION: Final = "version"


@dataclass(frozen=True, slots=True)
class Editing:
    """A row that somebody changes: as it was read, and as it is now.

    Attributes
    ----------
    name : str
        Of the form.
    ident : str
        Of the row.
    row, now : mapping
        Each with its ``version``, None where there is no such row (yet, or any more).
    number : int
        Of the form's beginning; keys of widgets hold it.
    """

    name: str
    ident: str
    row: Mapping[str, Any]
    now: Mapping[str, Any]
    number: int

    def key(self, field: str) -> str:
        """The key of a field's widget, which begins with what was read."""
        key = _key(self.name, field, self.number)
        st.session_state.setdefault(key, self.row[field])
        return key

    @property
    def version(self) -> Any:  # noqa: ANN401 - a number, or None
        """Of the row that was read."""
        return self.row[VERSION]

    @property
    def moved(self) -> bool:
        """Whether somebody else changed the row since."""
        return bool(self.row[VERSION] != self.now[VERSION])


def begun(name: str, fields: Sequence[str], chosen: str) -> str:
    """Which row is being changed: the chosen one, else that in which somebody has typed."""
    held = st.session_state.get(_held(name))
    return held.ident if not chosen and held and _touched(held, fields) else chosen


def edit(
    name: str, fields: Sequence[str], ident: str, now: Mapping[str, Any] | None,
    blank: Mapping[str, Any],
) -> Editing | None:  # fmt: skip
    """Begin, or go on, to change a row.

    Parameters
    ----------
    name : str
    fields : sequence of str
        That can be typed into.
    ident : str
    now : mapping or None
        The row as it is; None where there is none.
    blank : mapping
        A row that says nothing.

    Returns
    -------
    Editing or None
        None where the row has gone and nothing was typed.
    """
    held: Editing | None = st.session_state.get(_held(name))
    here = held is not None and held.ident == ident
    if now is None:
        now = {**(held.row if here and held else blank), VERSION: None}
    if held is None or not here or (now[VERSION] != held.version and not _touched(held, fields)):
        number = st.session_state.get(f"{_held(name)}-number", 0) + 1
        st.session_state[f"{_held(name)}-number"] = number
        held = Editing(name, ident, dict(now), now, number)
    else:
        held = Editing(name, ident, held.row, now, held.number)
    st.session_state[_held(name)] = held
    return held


def settle(editing: Editing, said: str) -> None:
    """Where somebody else changed the row: what it says now, and what shall become of both."""
    if not editing.moved:
        return
    gone = editing.now[VERSION] is None
    st.warning("Somebody removed this since you began to change it. What you typed is still here."
               if gone else "Somebody changed this since you began. What you typed is still here; "
               "it now says:")  # fmt: skip
    if not gone:
        st.text(said)
    with st.container(horizontal=True):
        st.button("Go on with mine", key=f"triangulation-{editing.name}-mine", on_click=_mine,
                  args=(editing,))  # fmt: skip
        st.button("Put mine away" if gone else "Take what it says now", on_click=forget,
                  key=f"triangulation-{editing.name}-theirs", args=(editing.name,))  # fmt: skip


def _mine(editing: Editing) -> None:
    st.session_state[_held(editing.name)] = Editing(
        editing.name, editing.ident, editing.now, editing.now, editing.number
    )


def forget(name: str) -> None:
    """Let go of what was typed."""
    st.session_state.pop(_held(name), None)


def _held(name: str) -> str:
    return f"triangulation-{name}-held"


def _key(name: str, field: str, number: int) -> str:
    return f"triangulation-{name}-{field}-{number}"


def _touched(held: Editing, fields: Sequence[str]) -> bool:
    return any(
        st.session_state.get(_key(held.name, field, held.number), held.row[field])
        != held.row[field]
        for field in fields
    )


# What was done, and back ---------------------------------------------------------------------


def do(project: Project, said: str, change: Callable[[], object], form: str = "") -> None:
    """Make one change, then show the page anew; or say why not, and leave what was typed."""
    try:
        done = room.perform(project, said, change)
    except QualkitError as error:
        state.tell(error)
        return
    if form:
        forget(form)
    tell(done)


def tell(done: room.Done) -> None:
    """Show the page anew, with what was done at its head."""
    st.session_state[_DONE] = done
    st.rerun()


def told(project: Project) -> None:
    """What was done last, with a way back."""
    done: room.Done | None = st.session_state.get(_DONE)
    if done is None:
        return
    said, back, close = st.columns([8, 1, 1], vertical_alignment="center")
    (said.success if done.entries else said.info)(state.plain(done.said))
    if close.button("Close", key="triangulation-close", width="stretch"):
        del st.session_state[_DONE]
        st.rerun()
    name = "Redo" if done.said.startswith("Taken back") else "Undo"
    pressed = bool(done.entries) and back.button(name, key="triangulation-undo", width="stretch")
    if done.refused:
        st.warning("Some could not be made:")
        st.text("\n".join(done.refused))
    if pressed:
        try:
            tell(room.take_back(project, done))
        except QualkitError as error:
            state.tell(error, "That cannot be taken back.")
