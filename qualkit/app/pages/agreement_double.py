"""Double coding: sources given to coders, coder packs out and in, the blind test."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import streamlit as st

from qualkit.app import double_room as room
from qualkit.app import figures_room, jobs, release, state
from qualkit.app.pages.agreement_figures import table_of
from qualkit.errors import QualkitError
from qualkit.project import Project
from qualkit.tables import attributes_of
from qualkit.wording import many

if TYPE_CHECKING:
    import pandas as pd

_SAID: Final = "double-said"
_LOOK: Final = "double-look"  # the pack that was looked at, and what merging it would do
_PICK, _SOURCES, _SEGMENTS = "I choose sources", "Sources at random", "Segments at random"
_TAKE: Final[dict[room.Side, str]] = {"study": "What this study has", "pack": "What the pack has"}


def show(project: Project) -> None:
    """Draw this part of the page."""
    if (said := st.session_state.pop(_SAID, None)) is not None:
        st.success(state.plain(said))
    if project.sources().empty:
        st.info("There is nothing to code yet. Add interviews on the page Sources.")
        return
    table = project.assignments()
    _given(project, table)
    if not state.coder():
        st.info("Say who you are first: type your name at the left, under 'Who codes'.")
    elif not project.may("evaluator"):
        st.info("An evaluator or a supervisor gives sources to coders and merges what comes back.")
    else:
        _assign(project)
        out, back = st.columns(2, gap="large")
        with out:
            _pack(project, table)
        with back:
            _merge(project)
        _test(project, table)


def _done(work: Callable[[], str], failed: str) -> None:
    """Do something and say so on the page that is drawn next, or say why not."""
    try:
        said = work()
    except (QualkitError, ValueError) as error:
        st.error(failed)
        st.text(str(error))
        return
    st.session_state[_SAID] = said
    st.rerun()


# Who has what --------------------------------------------------------------------------------


def _given(project: Project, table: pd.DataFrame) -> None:
    if table.empty:
        st.markdown(
            "Give the same interviews to two coders. They code **blind**: as long as one has not "
            "said to have finished, they see neither the other's codings nor suggestions made "
            "from them. Ten to twenty-five per cent of the interviews are usual; draw them at "
            "random, so that nobody chooses the easy ones."
        )
        return
    st.text(room.progress(table))
    shown = st.dataframe(
        room.assignments(table), hide_index=True, key=f"double-table-{len(table)}",
        on_select="rerun", selection_mode="multi-row", alt="Who was given what",
    )  # fmt: skip
    rows = list(shown.selection.rows)
    if rows and state.coder() and project.may("evaluator"):
        ids = table["assignment"].iloc[rows].tolist()
        label = f"Take back {many(len(ids), 'assignment')}"
        if st.button(label, key="double-unassign", help="What was coded stays."):
            _done(lambda: f"{many(project.unassign(ids), 'assignment')} taken back.",
                  "Nothing was taken back.")  # fmt: skip


# Giving --------------------------------------------------------------------------------------


def _assign(project: Project) -> None:
    st.subheader("Give sources to coders")
    how = st.radio("What", [_PICK, _SOURCES, _SEGMENTS], horizontal=True, key="double-how",
                   label_visibility="collapsed")  # fmt: skip
    places = _picked(project) if how == _PICK else _sampled(project, how)
    who, blind, purpose = st.columns([2, 1, 1], vertical_alignment="bottom")
    coders = who.multiselect(
        "Coders", project.coders(), key="double-coders", accept_new_options=True,
        placeholder="Choose or type names", help="A new name is added as a coder.",
    )  # fmt: skip
    chosen = purpose.selectbox(
        "For", list(room.PURPOSES), format_func=room.PURPOSES.__getitem__, key="double-purpose",
        help="A blind test holds a new coder against the consensus of the others, and counts in "
        "no figure of the study.",
    )  # fmt: skip
    hidden = blind.checkbox("Blind", True, key="double-blind",
                            help="Neither sees what the other does.")  # fmt: skip
    ready = bool(places and coders)
    if st.button("Give them out", type="primary", key="double-assign", disabled=not ready):
        _done(lambda: _assigned(project, places, coders, (hidden, chosen)), "Nothing was given.")


def _assigned(
    project: Project, places: list[room.Place], coders: list[str], how: tuple[bool, str]
) -> str:
    blind, purpose = how
    report = project.assign(places, coders, blind=blind, purpose=purpose)
    same = f", {report.same} there already" if report.same else ""
    return " ".join([f"{many(report.added, 'assignment')} made{same}.", *report.notes])


def _picked(project: Project) -> list[room.Place]:
    names = project.sources()["source"].tolist()
    return list(st.multiselect("Sources", names, placeholder="Choose", key="double-sources"))


def _sampled(project: Project, how: str) -> list[room.Place]:
    of = "sources" if how == _SOURCES else "segments"
    sources = project.sources()
    number, by, seed = st.columns(3)
    most = len(sources) if of == "sources" else 5000
    count = number.number_input("How many", 1, most, min(most, 5 if of == "sources" else 40),
                                key=f"double-number-{of}")  # fmt: skip
    own = attributes_of(sources, "sources")
    more = attributes_of(project.cases(), "cases") if of == "sources" else ["source"]
    stratum = by.selectbox(
        "With a share of each", list(dict.fromkeys([*own, *more])), index=None,
        placeholder="Any", key=f"double-by-{of}", help="Each value of the attribute has its share.",
    )  # fmt: skip
    start = seed.number_input("Start", 0, 999_999, 1, key="double-seed",
                              help="The same start draws the same, for your records.")  # fmt: skip
    sample = room.Sample(of, int(count), stratum, int(start))
    try:
        places = room.drawn(project, sample)
    except (QualkitError, ValueError) as error:
        st.warning("This cannot be drawn.")
        st.text(str(error))
        return []
    st.text(f"Drawn: {room.drawn_in_words(places)}")
    return places


# Packs ---------------------------------------------------------------------------------------


def _pack(project: Project, table: pd.DataFrame) -> None:
    st.subheader("Send a coder pack")
    st.text(
        "One file with what a coder was given and nothing of the others. It opens with qualkit "
        "like a study."
    )
    names = sorted(set(table["coder"]))
    if not names:
        st.info("Give sources to a coder first.")
        return
    coder = st.selectbox("For whom", names, key="double-pack-coder")
    job = f"pack {project.study} {state.coder()}"
    jobs.button(
        "Make the pack", key="double-pack", job=job, title="Making the coder pack",
        work=partial(room.pack, state.study() or "", state.coder() or None, coder),
    )  # fmt: skip
    made: room.Pack | None = jobs.result(job, "The pack could not be made.")
    if made is None:
        return
    st.text(f"{made.name} is ready: {made.said}")
    release.download(
        "Download the pack", made.data, made.name, "application/octet-stream",
        key="double-pack-download", icon=":material/download:", on_click="ignore",
    )  # fmt: skip


def _merge(project: Project) -> None:
    st.subheader("Take a pack back")
    file = st.file_uploader("A coder pack that came back", type=["qualkit"], key="double-file")
    if file is None:
        st.session_state.pop(_LOOK, None)
        return
    take = st.radio("Where both changed a coding, keep", list(_TAKE), horizontal=True,
                    format_func=_TAKE.__getitem__, key="double-take")  # fmt: skip
    removals = st.checkbox("Remove here what the coder removed there", key="double-removals")
    data = file.getvalue()
    work = partial(room.merge, state.study() or "", state.coder() or None, data, take=take,
                   removals=removals)  # fmt: skip
    asked = (file.file_id, take, removals, project.last_entry())
    try:
        look = _look(asked, work)
    except QualkitError as error:
        state.tell(error, "This pack cannot be merged.")
        return
    _preview(look)
    if st.button("Merge it", type="primary", key="double-merge", disabled=not look.changes):
        _done(lambda: f"Merged. {work(dry_run=False).said}", "Nothing was merged.")


def _look(asked: tuple[Any, ...], work: Callable[..., room.Merged]) -> room.Merged:
    """What merging would do; once for each pack and way."""
    held = st.session_state.get(_LOOK)
    if held is None or held[0] != asked:
        with st.spinner("Comparing the pack with the study"):
            held = st.session_state[_LOOK] = (asked, work(dry_run=True))
    look: room.Merged = held[1]
    return look


def _preview(look: room.Merged) -> None:
    st.text(look.said)
    for note in look.notes:
        st.text(f"Note: {note}")
    if len(look.table):
        st.dataframe(look.table, hide_index=True, key="double-look-table",
                     alt="What merging would do")  # fmt: skip
    if not look.changes:
        held = "what is here stays" if len(look.table) else "all of it is here already"
        st.text(f"Nothing would be changed: {held}.")


# Blind test ----------------------------------------------------------------------------------


def _test(project: Project, table: pd.DataFrame) -> None:
    st.subheader("Blind test")
    names = room.tested(table)
    if not names:
        st.text(
            "Give a new coder sources that the others have coded, for a blind test. When they have "
            "finished, see here how far they agree with the consensus."
        )
        return
    coder = st.selectbox("Who was tested", names, key="double-test-coder")
    job = f"blind-test {project.study} {state.coder()} {coder}"
    jobs.button(
        "Compare with the consensus", key="double-test", job=job,
        title="Comparing with the consensus",
        work=partial(room.blind_test, state.study() or "", state.coder() or None, coder),
    )  # fmt: skip
    found = jobs.result(job, "They could not be compared.")
    if found is None:
        return
    table_of(figures_room.overall(found), "double-test-table",
             "How far the coder agrees with the consensus")  # fmt: skip
    table_of(figures_room.readable(figures_room.applied(found.codes)),
             "double-test-codes", "Code by code")  # fmt: skip
