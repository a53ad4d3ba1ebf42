"""Consensus: how far each source is, its sign-off, and the codes that need other words."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import streamlit as st

from qualkit.app import consensus_room as room
from qualkit.app import kept, state
from qualkit.app import suggestions_room as suggesting
from qualkit.app.pages.agreement import teach
from qualkit.errors import QualkitError
from qualkit.project import Project

if TYPE_CHECKING:
    import pandas as pd

_SAID: Final = "consensus-said"
_ADVICE: Final = 5  # codes whose advice is written out
_WHAT: Final = (
    "The consensus of a source is what its coders agree on, and what was decided where they did "
    "not. It is a layer of its own: everybody's own codings stay as they are."
)


def show(project: Project) -> None:
    """Draw this part of the page."""
    if not kept.coded_twice(project):
        teach(project)
        return
    if (said := st.session_state.pop(_SAID, None)) is not None:
        st.success(state.plain(said))
    st.text(_WHAT)
    if (table := kept.consensus(project)) is None:
        return
    st.text(room.in_words(table))
    st.dataframe(
        room.sources(table), hide_index=True, key="consensus-sources", placeholder="",
        alt="How far the consensus of each source is",
        column_config={
            "Settled": st.column_config.ProgressColumn(format="percent", min_value=0, max_value=1)
        },
    )  # fmt: skip
    _sign_off(project, table)
    _codes(project)


# Sign-off ------------------------------------------------------------------------------------


def _sign_off(project: Project, table: pd.DataFrame) -> None:
    st.subheader("Sign-off")
    if not project.may("supervisor"):
        st.text("A supervisor signs a source off when its consensus is right.")
        return
    if not state.coder():
        st.info("Say who you are first: type your name at the left, under 'Who codes'.")
        return
    source = st.selectbox("Source", room.by_need(table), key="consensus-source")
    standing = room.standing(table, source)
    st.text(standing.said)
    note = st.text_input("Note (kept with the sign-off)", key=f"consensus-note-{source}")
    with st.container(horizontal=True):
        if st.button("Sign this source off", type="primary", key="consensus-sign",
                     disabled=standing.signed):  # fmt: skip
            _do(lambda: room.sign_off(project, source, note), f"{source} is signed off.")
        if standing.was_signed and st.button("Withdraw the sign-off", key="consensus-unsign"):
            _do(lambda: room.withdraw(project, source), f"{source} is not signed off any more.")


def _do(work: Callable[[], object], said: str) -> None:
    try:
        work()
    except (QualkitError, ValueError) as error:
        st.error("That was not done.")
        st.text(str(error))
        return
    st.session_state[_SAID] = said
    st.rerun()


# Codes to redefine ---------------------------------------------------------------------------


def _codes(project: Project) -> None:
    from qualkit.agreement.disagreements import confusion

    paths = suggesting.code_paths(project.codes())
    st.subheader("Codes to redefine")
    if (disputed := kept.to_redefine(project)) is None:
        return
    found = room.redefined(disputed, paths)
    if found.empty:
        st.text("Nobody disagrees on any code so far.")
        return
    st.text(
        "Where disagreement gathers, the surest first. To settle a passage mends no definition."
    )
    for n, advice in enumerate(found["What may help"].head(_ADVICE), 1):
        st.text(f"{n}. {advice}")
    with st.expander("All codes on which people disagree", key="consensus-redefine-open"):
        column = st.column_config
        st.dataframe(
            found, hide_index=True, key="consensus-redefine",
            alt="Codes on which people disagree, with advice",
            column_config={
                "Share": column.NumberColumn(format="percent"),
                "What may help": column.TextColumn(width="large"),
            },
        )  # fmt: skip
    if "codebook" in (pages := st.session_state.get("pages", {})):
        st.page_link(pages["codebook"], label="Go to Codebook")
    if (passages := kept.disagreements(project)) is None:
        return
    taken = room.confused(confusion(passages))
    if len(taken):
        with st.expander("Codes taken for one another", key="consensus-confused-open"):
            st.dataframe(taken, hide_index=True, key="consensus-confused",
                         alt="Codes that were taken for one another")  # fmt: skip
