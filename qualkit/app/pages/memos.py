"""The page Memos: what analysts noted on the study and its parts; sets of sources, codes, memos."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Final

import streamlit as st

from qualkit.app import memos_room as room
from qualkit.app import state
from qualkit.app.codebook_room import Done, perform
from qualkit.errors import QualkitError
from qualkit.project import Project

_MEMOS, _SETS = "Memos", "Sets"
_DONE: Final = "memos-done"
_CHOSEN: Final = "memos-chosen"
_ROUND: Final = "memos-round"
_ANY: Final = ""
_KEPT: Final[dict[str, Any]] = {"persist_state": "session"}
_HOW: Final = (
    "There are no memos yet. A memo keeps what you think while you read: about the study, a "
    "source, a case or a code. Memos of another tool arrive with the page Exchange."
)
_SETS_HOW: Final = (
    "There are no sets yet. A set holds sources, codes and memos together, as other tools' sets "
    "and groups do; these arrive with the page Exchange."
)


def show() -> None:
    """Show the part that was chosen."""
    st.title("Memos")
    with state.opened() as project:
        state.say_blind(project, "memos of others on them are not shown")
        with st.container():  # always there, so that what stands below keeps its state
            _tell_done(project)
        part = st.segmented_control("What to look at", [_MEMOS, _SETS], key="memos-part",
                                    default=_MEMOS, required=True,
                                    label_visibility="collapsed")  # fmt: skip
        if part == _SETS:
            _sets(project)
        else:
            _memos(project)


# What was done, and back -----------------------------------------------------------------------


def _do(project: Project, said: str, change: Callable[[], object]) -> None:
    """Make one change and show the page anew; or say why not."""
    try:
        st.session_state[_DONE] = perform(project, said, change)
    except QualkitError as error:
        state.tell(error)
        return
    _anew()


def _anew() -> None:
    """Forms are filled from what stands in the study now."""
    st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1
    st.rerun()


def _tell_done(project: Project) -> None:
    done: Done | None = st.session_state.get(_DONE)
    if done is None:
        return
    said, back, close = st.columns([8, 1, 1], vertical_alignment="center")
    said.success(state.plain(done.said))
    if close.button("Close", key="memos-close", width="stretch"):
        del st.session_state[_DONE]
        st.rerun()
    again = done.said.startswith("Taken back")
    if done.entry is not None and back.button(
        "Redo" if again else "Undo", key="memos-undo", width="stretch"
    ):
        new = done.said.removeprefix("Taken back: ") if again else f"Taken back: {done.said}"
        _do(project, new, partial(project.undo, done.entry))


def _may(project: Project, role: str) -> bool:
    """Whether who looks may change something here; where not, why."""
    if not state.coder():
        st.info("You are reading. To change memos and sets, type your name at the left, under "
                "'Who codes'.")  # fmt: skip
    elif not project.may(role):
        st.info("You can read this. Your role in this study does not let you change it.")
    else:
        return True
    return False


def _key(name: str) -> str:
    return f"memos-{name}-{st.session_state.get(_ROUND, 0)}"


# Memos -------------------------------------------------------------------------------------


def _memos(project: Project) -> None:
    table = project.memos()
    if table.empty:
        st.info(_HOW)
    else:
        _list(project, table)
    if _may(project, "coder"):
        _add(project)


def _list(project: Project, table: Any) -> None:  # noqa: ANN401 - a DataFrame
    left, right = st.columns([1, 2])
    about = left.selectbox("About", [_ANY, *room.ABOUT], key="memos-about", **_KEPT,
                           format_func=lambda one: room.ABOUT.get(one, "anything"))  # fmt: skip
    words = right.text_input("Find", key="memos-words", placeholder="words of a memo", **_KEPT)
    found = room.found(table, about or "", words)
    if found.empty:
        st.info("No memo has these words.")
        return
    st.dataframe(
        found, hide_index=True, key="memos-table", placeholder="", alt="Memos, the oldest first",
        height=240, column_order=("about", "of", "title", "text", "author", "changed"),
        column_config={
            "about": "About", "of": "Which", "title": "Title", "author": "By",
            "text": st.column_config.TextColumn("Memo", width="large"),
            "changed": st.column_config.DatetimeColumn("Changed", format="YYYY-MM-DD HH:mm"),
        },
    )  # fmt: skip
    rows = room.rows_of(found)
    chosen = st.selectbox("Which memo", list(rows), key=_CHOSEN,
                          format_func=lambda one: room.label(rows[one]))  # fmt: skip
    _one(project, rows[chosen])


def _one(project: Project, memo: dict[str, Any]) -> None:
    """A memo to be read, changed and removed, as it was when its form was filled."""
    ident = memo["memo"]
    base = st.session_state.setdefault(_key(f"base-{ident}"), memo)
    own = bool(state.coder()) and project.may("coder")
    title = st.text_input("Title", base["title"], key=_key(f"title-{ident}"), disabled=not own)
    text = st.text_area("Memo", base["text"], key=_key(f"text-{ident}"), height=200,
                        disabled=not own)  # fmt: skip
    moved = base["version"] != memo["version"]
    if moved:
        st.warning("Somebody changed this memo since. What stands above is not what is kept.")
    if not own:
        return
    with st.container(horizontal=True):
        save = st.button("Save", type="primary", key="memos-save",
                         disabled=(title, text) == (base["title"], base["text"]))  # fmt: skip
        gone = st.button("Remove", key="memos-remove")
        if moved and st.button("Show what is kept", key="memos-show"):
            _anew()
    if save:
        change = partial(project.set_memo, ident, title=title, text=text, version=base["version"])
        _do(project, "The memo was changed.", change)
    if gone:
        _do(project, "The memo was removed.", partial(project.remove_memo, ident))


def _add(project: Project) -> None:
    with st.expander("Add a memo", key=_key("add")):
        left, right = st.columns(2)
        about = left.selectbox("It is about", list(room.ABOUT), key=_key("new-about"),
                               format_func=room.ABOUT.__getitem__)  # fmt: skip
        things = room.things(project, about)
        of = None
        if about != "study":
            of = right.selectbox("Which", list(things), key=_key(f"new-of-{about}"),
                                 format_func=lambda one: things[one])  # fmt: skip
        title = st.text_input("Title", key=_key("new-title"))
        text = st.text_area("Memo", key=_key("new-text"), height=140)
        ready = bool((title + text).strip()) and (about == "study" or of is not None)
        if st.button("Add the memo", type="primary", key="memos-add", disabled=not ready):
            named = {} if of is None else {about: of}
            _do(project, "The memo was added.",
                partial(project.add_memo, text, title=title, **named))  # fmt: skip


# Sets --------------------------------------------------------------------------------------


def _sets(project: Project) -> None:
    table = project.collections()
    memos = project.memos()
    if table.empty:
        st.info(_SETS_HOW)
    else:
        _set_list(project, table, memos)
    if _may(project, "evaluator"):
        _add_set(project, memos)


def _set_list(project: Project, table: Any, memos: Any) -> None:  # noqa: ANN401 - DataFrames
    heads = room.sets(table)
    st.dataframe(
        heads, hide_index=True, key="memos-sets", placeholder="", alt="Sets",
        column_order=("name", "description", "source", "code", "memo"),
        column_config={"name": "Set", "description": "Description", "source": "Sources",
                       "code": "Codes", "memo": "Memos"},
    )  # fmt: skip
    names = dict(zip(heads["collection"], heads["name"], strict=True))
    chosen = st.selectbox("Set", list(names), key="memos-set", format_func=names.__getitem__)
    if chosen is None:
        return
    own = room.members(table, chosen, memos)
    if own.empty:
        st.text("This set has no members.")
    else:
        st.dataframe(
            own, hide_index=True, key="memos-members", alt="Members of the set", width="content",
            column_config={"kind": "What",
                           "member": st.column_config.TextColumn("Member", width="large")},
        )  # fmt: skip
    may = bool(state.coder()) and project.may("evaluator")
    if may and st.button("Remove the set", key="memos-remove-set",
                         help="What is in it stays."):  # fmt: skip
        _do(project, "The set was removed; what was in it stays.",
            partial(project.remove_collection, chosen))  # fmt: skip


def _add_set(project: Project, memos: Any) -> None:  # noqa: ANN401 - a DataFrame
    with st.expander("Add a set", key=_key("add-set")):
        name = st.text_input("Name of the set", key=_key("set-name"))
        description = st.text_input("Description", key=_key("set-description"))
        sources = st.multiselect("Sources", list(room.things(project, "source")),
                                 key=_key("set-sources"))  # fmt: skip
        codes = room.things(project, "code")
        chosen = st.multiselect("Codes", list(codes), format_func=codes.__getitem__,
                                key=_key("set-codes"))  # fmt: skip
        rows = room.rows_of(memos)
        noted = st.multiselect("Memos", list(rows), key=_key("set-memos"),
                               format_func=lambda one: room.label(rows[one]))  # fmt: skip
        if st.button("Add the set", type="primary", key="memos-add-set",
                     disabled=not name.strip()):  # fmt: skip
            _do(project, "The set was added.", partial(
                project.add_collection, name, description=description, sources=sources,
                codes=chosen, memos=noted,
            ))  # fmt: skip
