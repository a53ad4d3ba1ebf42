"""Judges: who judges, blind or not, how far they agree, and where they differ."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import streamlit as st

from qualkit.app import state
from qualkit.app import triangulation_judges_room as room
from qualkit.app.pages import triangulation_verdicts as verdicts
from qualkit.app.pages.triangulation import VERDICTS, go, say_why
from qualkit.app.worked import KEPT, worked
from qualkit.errors import QualkitError
from qualkit.project import Project
from qualkit.triangulate import JudgesAgreement

_SAID, _TROUBLE = "triangulation-judges-said", "triangulation-judges-trouble"
_NEW, _BLIND = "triangulation-judge-new", "triangulation-judge-blind"
_SHOWN: Final = 30  # links on which judges differ
_WHAT: Final = """
Two people who judge the same evidence without seeing each other's verdicts show how far a verdict
rests on the evidence, and how far on who looked (Farmer and others 2006). A **blind** judge sees
no verdict of others, anywhere, until they say that they are done.
"""


def show(project: Project) -> None:
    """Draw this part of the page."""
    if (said := st.session_state.pop(_SAID, None)) is not None:
        st.success(state.plain(said))
    if (told := st.session_state.pop(_TROUBLE, None)) is not None:
        st.error(told[0])
        st.text(told[1])
    st.markdown(_WHAT)
    me = room.judging(project)
    table = room.progress(project)
    if len(table):
        st.dataframe(table, hide_index=True, key="triangulation-judges", alt="Who judges")
    if not say_why(project):
        _mine(me)
        if me is None or not me.sees_own_alone:
            _others(project)
        _add(project)
    if me is not None and me.sees_own_alone:
        st.info("You judge blind: what others decided is hidden until you say that you are done.")
        return
    _agreement(project)


def _do(work: Callable[[Project], object], said: str, failed: str = "Nothing was changed.") -> None:
    """Make one change before the page is drawn anew, and say so there, or why not."""
    try:
        with state.opened(write=True) as project:
            work(project)
    except (QualkitError, ValueError) as error:
        st.session_state[_TROUBLE] = (failed, str(error))
        return
    st.session_state[_SAID] = said


# Who judges ----------------------------------------------------------------------------------


def _mine(me: room.Judging | None) -> None:
    if me is None:
        return
    if me.open:
        st.button(
            "I am done", type="primary", key="triangulation-i-am-done", on_click=_done,
            args=(me.name, True),
            help="From then on you see the verdicts of others, and they count with yours.",
        )  # fmt: skip
    else:
        st.button("Open again", key="triangulation-i-open-again", on_click=_done,
                  args=(me.name, False))  # fmt: skip


def _done(name: str, done: bool) -> None:
    said = f"{name} is done." if done else f"{name} judges again."
    _do(lambda project: project.judge_done(name, done=done), said)


def _others(project: Project) -> None:
    """Let somebody who forgot to say so be done, or judge again."""
    table = project.judges()
    names = [one for one in table["judge"] if one != project.user]
    if not names:
        return
    open_now = dict(zip(table["judge"], table["status"] == "open", strict=True))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.selectbox("Another judge", names, key="triangulation-judge-other", width=260)
        label = "Say that they are done" if open_now[name] else "Open again for them"
        st.button(label, key="triangulation-judge-other-done", on_click=_done,
                  args=(name, bool(open_now[name])))  # fmt: skip
        st.button("Remove", key="triangulation-judge-remove", on_click=_removed, args=(name,),
                  help="They judge no more; verdicts of theirs stay.")  # fmt: skip


def _removed(name: str) -> None:
    _do(lambda project: project.remove_judge(name), f"{name} is no judge any more.")


def _add(project: Project) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.selectbox(
            "Add a judge", project.coders(), index=None, accept_new_options=True, key=_NEW,
            placeholder="Choose or type a name", width=260,
            help="A name that is new is added. Of a judge who is there already, this changes "
            "whether they judge blind.",
        )  # fmt: skip
        st.checkbox("Blind", True, key=_BLIND, **KEPT,
                    help="They see no verdict of others until they are done.")  # fmt: skip
        st.button("Add", key="triangulation-judge-add", on_click=_added)


def _added() -> None:
    name, blind = (st.session_state.get(_NEW) or "").strip(), bool(st.session_state.get(_BLIND))
    if not name:
        st.session_state[_TROUBLE] = ("Say who is to judge.", "")
        return
    said = f"{name} judges{' blind' if blind else ', and sees all verdicts'}."
    _do(lambda project: project.add_judge(name, blind=blind), said)


# How far they agree --------------------------------------------------------------------------


def _agreement(project: Project) -> None:
    st.subheader("How far two judges agree")
    names = room.who_judged(project)
    if len(names) < 2:
        st.text("Nobody has judged yet." if not names else f"Only {names[0]} has judged yet.")
        return
    judges = names if len(names) == 2 else st.multiselect(
        "Two judges", names, default=names[:2], max_selections=2, key="triangulation-two", **KEPT
    )  # fmt: skip
    if len(judges) != 2:
        st.text("Choose two.")
        return
    made: JudgesAgreement | None = worked(
        project, "judges", tuple(judges), "Comparing the judges",
        lambda _progress: room.agreement(project, judges),
    )  # fmt: skip
    if made is not None:
        _compared(made)


def _compared(made: JudgesAgreement) -> None:
    st.text(made.sentence)
    if made.both:
        st.text(room.figure_said("The same verdict", made.percent, percent=True))
        st.text(room.figure_said("Cohen's kappa", made.kappa))
        st.dataframe(room.crossed(made), hide_index=True, key="triangulation-crossed",
                     alt="Verdicts of one judge by those of the other")  # fmt: skip
    for said in room.alone(made):
        st.text(said)
    st.subheader("Where they differ")
    found = room.differing(made)
    if not found:
        st.text("Nowhere.")
        return
    st.text(room.SETTLED)
    for link, about, said in found[:_SHOWN]:
        with st.container(border=True):
            st.text(about)
            st.text(said)
            st.button("Look at it in Verdicts", key=f"triangulation-look-{link}", type="tertiary",
                      on_click=_look, args=(link,))  # fmt: skip
    if len(found) > _SHOWN:
        st.text(f"{len(found) - _SHOWN} more: Verdicts has them under the status 'judges differ'.")


def _look(link: str) -> None:
    verdicts.show_link(link)
    go(VERDICTS)
