"""Threads followed from one strand of evidence into another, and confidence in findings."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

import streamlit as st

from qualkit.app import triangulation_links_room as links
from qualkit.app import triangulation_threads_room as room
from qualkit.app.pages import triangulation_editing as editing
from qualkit.app.pages.triangulation import say_why
from qualkit.app.worked import KEPT
from qualkit.project import Project
from qualkit.triangulation_keeping import COMPONENTS, CONCERNS, LEVELS, THREAD_STATUSES

_THREAD, _SURE, _NEW = "threads", "confidence", "new"
_BORROWED: Final = """
How far can each finding be relied on? The four components are **borrowed from GRADE-CERQual**,
which was made for syntheses of many studies; what stands here is of one study, and is no CERQual
assessment.
"""
_FOLLOWED: Final = """
A question that one kind of evidence raises is followed in another (following a thread, O'Cathain
and others 2010). The log says what became of each.
"""

Names = Mapping[links.Key, str]


def show(project: Project) -> None:
    """Draw this part of the page."""
    locked = say_why(project)
    editing.told(project)
    names = links.themes(project.codes())
    threads, confidence = st.tabs(["Threads", "Confidence"], key="triangulation-threads-part",
                                  on_change="rerun")  # fmt: skip
    with threads:
        _threads(project, names, locked=locked)
    with confidence:
        _confidences(project, names, locked=locked)


# Threads -------------------------------------------------------------------------------------


def _threads(project: Project, names: Names, *, locked: bool) -> None:
    st.markdown(_FOLLOWED)
    rows = room.thread_rows(project)
    chosen = _chosen(rows, names, locked=locked)
    if locked:
        return
    ident = editing.begun(_THREAD, room.THREAD_FIELDS, chosen) or _NEW
    if rows and ident == _NEW:
        st.text("To change or remove a thread, mark it at the left of its row.")
    made = editing.edit(_THREAD, room.THREAD_FIELDS, ident, rows.get(ident), room.BLANK_THREAD)
    if made is not None:
        _thread(project, made, names, rows)


def _chosen(rows: Mapping[str, Mapping[str, Any]], names: Names, *, locked: bool) -> str:
    """All threads; the id of the chosen one."""
    if not rows:
        st.text("No thread has been logged yet.")
        return ""
    column = st.column_config
    widths: dict[str, Any] = {"Question": 380, "What was found": 340, "Theme": 220}
    config = {name: column.TextColumn(width=width) for name, width in widths.items()}
    table, key = room.threads_table(rows, names), f"triangulation-threads-table-{hash(tuple(rows))}"
    if locked:
        st.dataframe(table, hide_index=True, key=key, alt="Threads", column_config=config)
        return ""
    marked = st.dataframe(
        table, hide_index=True, key=key, alt="Threads", placeholder="", column_config=config,
        on_select="rerun", selection_mode="single-row",
    ).selection.rows  # fmt: skip
    return list(rows)[marked[0]] if marked else ""


def _thread(
    project: Project, made: editing.Editing, names: Names,
    rows: Mapping[str, Mapping[str, Any]],
) -> None:  # fmt: skip
    new = made.version is None
    with st.container(border=True, key="triangulation-threads-form"):
        st.markdown("**Log a thread**" if new else "**Change this thread**")
        editing.settle(made, room.thread_said(made.now, names))
        values = _typed(project, made, names)
        if new and values["question"].strip() and room.same_question(rows, values["question"]):
            st.warning("This question has been logged already.")
        with st.container(horizontal=True):
            save = st.button("Log it" if new else "Save the thread", type="primary",
                             key="triangulation-threads-save")  # fmt: skip
            drop = not new and st.button("Forget the changes", key="triangulation-threads-forget")
            gone = not new and st.button("Remove the thread", key="triangulation-threads-remove")
    said = room.given(values)
    if save and new:
        editing.do(project, "A thread was logged.", partial(project.add_thread, **said), _THREAD)
    elif save:
        editing.do(project, "The thread was changed.", partial(
            project.set_thread, made.ident, **said, version=made.version), _THREAD)  # fmt: skip
    if drop:
        editing.forget(_THREAD)
        st.rerun()
    if gone:
        editing.do(project, "A thread was removed.", partial(
            project.remove_thread, made.ident, version=made.version), _THREAD)  # fmt: skip


def _typed(project: Project, made: editing.Editing, names: Names) -> dict[str, Any]:
    strands = room.strands_of(project)
    question = st.text_area("Question", key=made.key("question"), height=80)
    first, second, third = st.columns([1, 1, 1])
    with first:
        raised = _strand("Raised in", made, "raised_in", strands)
    with second:
        pursued = _strand("Pursued in", made, "pursued_in", strands)
    status = third.selectbox("Status", THREAD_STATUSES, key=made.key("status"))
    theme = st.selectbox(
        "Theme", list(names), index=None, placeholder="None", key=made.key("theme"),
        format_func=lambda one: names.get(one, one[1]),
    )  # fmt: skip
    found = st.text_area("What was found", key=made.key("what_was_found"), height=80)
    return {"question": question, "raised_in": raised, "pursued_in": pursued, "theme": theme,
            "what_was_found": found, "status": status}  # fmt: skip


def _strand(label: str, made: editing.Editing, field: str, strands: list[str]) -> str | None:
    key = made.key(field)
    now = (made.row[field], st.session_state[key])
    options = list(dict.fromkeys([*strands, *(one for one in now if one)]))
    chosen: str | None = st.selectbox(
        label, options, index=None, key=key, placeholder="Choose, or type another",
        accept_new_options=True,
    )  # fmt: skip
    return chosen


# Confidence ----------------------------------------------------------------------------------


def _confidences(project: Project, names: Names, *, locked: bool) -> None:
    st.markdown(_BORROWED)
    rows = room.confidence_rows(project)
    if rows:
        st.dataframe(
            room.confidence_table(rows, names), hide_index=True, alt="Confidence in findings",
            key="triangulation-confidence-table", placeholder="",
            column_config={"Theme": st.column_config.TextColumn(width=260),
                           "Explanation": st.column_config.TextColumn(width=420)},
        )  # fmt: skip
    else:
        st.text("No finding has been assessed yet.")
    if locked or not names:
        return
    key = st.selectbox(
        "Theme or code", list(names), key="triangulation-confidence-for", **KEPT,
        format_func=lambda one: f"{names.get(one, one[1])}{' (assessed)' if one in rows else ''}",
    )  # fmt: skip
    if key is None:
        return
    made = editing.edit(_SURE, room.CONFIDENCE_FIELDS, "/".join(key), rows.get(key),
                        room.BLANK_CONFIDENCE)  # fmt: skip
    if made is not None:
        _confidence(project, made, names[key])


def _confidence(project: Project, made: editing.Editing, theme: str) -> None:
    with st.container(border=True, key="triangulation-confidence-form"):
        editing.settle(made, room.confidence_said(made.now))
        values: dict[str, Any] = {}
        for place, name in zip(st.columns(len(COMPONENTS)), COMPONENTS, strict=True):
            title, helped = room.COMPONENTS_SAID[name]
            values[name] = place.selectbox(
                title, CONCERNS, index=None, placeholder="Concerns?", help=helped,
                key=made.key(name),
            )  # fmt: skip
        values["overall"] = st.selectbox(
            "Confidence overall", LEVELS, index=None, placeholder="Choose",
            key=made.key("overall"), width=320,
        )  # fmt: skip
        values["explanation"] = st.text_area("Explanation", key=made.key("explanation"))
        with st.container(horizontal=True):
            save = st.button("Save the assessment", type="primary",
                             key="triangulation-confidence-save")  # fmt: skip
            gone = made.version is not None and st.button(
                "Remove the assessment", key="triangulation-confidence-remove")  # fmt: skip
    if save and (open_ones := room.missing(values)):
        st.warning(f"Choose first: {', '.join(open_ones)}.")
    elif save:
        editing.do(project, f"Confidence in {theme} was kept.", partial(
            project.set_confidence, made.ident, **values, version=made.version), _SURE)  # fmt: skip
    if gone:
        editing.do(project, f"Confidence in {theme} was removed.", partial(
            project.remove_confidence, made.ident, version=made.version), _SURE)  # fmt: skip
