"""A file of another tool, looked at before a study is made of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any, Final

import streamlit as st

from qualkit.app import exchange_room as room
from qualkit.app import jobs, state, study_room
from qualkit.app.pages import exchange_parts as parts
from qualkit.app.sources_room import Upload
from qualkit.app.worked import mine
from qualkit.errors import QualkitError
from qualkit.exchanging import KINDS, Incoming, codings_said, counts_of, places_said
from qualkit.interchange.report import Account

_FOUND: Final = "exchange-found"
_MADE: Final = "exchange-made"
_NOT_READ: Final = "(not in the table)"
_HOW: Final = """
Work from **NVivo, ATLAS.ti, MAXQDA** and others comes as a REFI-QDA project (.qdpx) or codebook
(.qdc), from **QualCoder** as its .qda folder in a .zip, from **Taguette** as its .sqlite3; from any
other tool as a table of codings (.csv, .xlsx). A .bundle is a whole study of qualkit. It becomes a
study of its own.
"""
_TEXTS: Final = (
    "For a table of codings, which has the coded words alone: the whole texts, so that each coding "
    "is found in its place. Files are matched by their names."
)


def show() -> None:
    """Draw this part of the page."""
    _told()
    if (ended := jobs.show(mine("exchange-keep"))) is not None:
        _kept(ended)
    if (ended := jobs.show(mine("exchange-look"))) is not None:
        _was_read(ended)
    if any(jobs.running(mine(what)) for what in ("exchange-keep", "exchange-look")):
        return
    found: room.Look | None = st.session_state.get(_FOUND)
    if found is None:
        _choose()
    else:
        _report(found)


# The file ------------------------------------------------------------------------------------


def _choose() -> None:
    st.markdown(_HOW)
    file = st.file_uploader(
        "A file of another tool, or a bundle", type=list(room.ENDINGS),
        key=f"exchange-file-{_round()}",
        help="Nothing is kept before you have looked at it.",
    )  # fmt: skip
    with st.expander("More settings", key="exchange-more"):
        texts = st.file_uploader("Transcripts of a table of codings", accept_multiple_files=True,
                                 key=f"exchange-texts-{_round()}", help=_TEXTS)  # fmt: skip
        project = st.text_input("Name of the project", key="exchange-project",
                                help="Where a Taguette file has several.")  # fmt: skip
    pressed = st.button("Look at the file", type="primary", disabled=file is None,
                        key="exchange-look")  # fmt: skip
    if pressed and file is not None:
        uploads = tuple(Upload(one.name, one.getvalue()) for one in texts)
        _look(room.Wanted(Upload(file.name, file.getvalue()), uploads, project.strip()))


def _look(wanted: room.Wanted) -> None:
    jobs.start(mine("exchange-look"), "Reading the file", partial(room.look, wanted))
    st.rerun()


def _was_read(job: jobs.Job) -> None:
    jobs.forget(mine("exchange-look"))
    if not jobs.mishap(job, "The file cannot be read.", "Cancelled; nothing was kept."):
        st.session_state[_FOUND] = job.result
        _again()


def _round() -> int:
    """A number for keys of widgets that shall begin anew."""
    number: int = st.session_state.setdefault("exchange-round", 0)
    return number


def _again() -> None:
    st.session_state["exchange-round"] = _round() + 1


# The report ----------------------------------------------------------------------------------


def _report(look: room.Look) -> None:
    st.subheader(state.plain(look.wanted.file.name))
    found = look.found
    if found is not None:
        st.text(f"{KINDS[found.kind]}. Nothing is kept yet.")
        _account(found)
    else:
        st.error("Nobody can tell yet which column is what. Say it below.")
        st.text(look.why)
    if look.headings:
        _columns(look)
    if found is not None:
        _make(found)
    with st.container(horizontal=True):
        if st.button("Choose another file", key="exchange-drop"):
            _drop()
            st.rerun()


def _account(found: Incoming) -> None:
    account = found.account
    if account.lost:
        st.error(codings_said(account))
    elif account.moved or not account.total:
        st.warning(codings_said(account))
    else:
        st.success(codings_said(account))
    if said := places_said(found):
        st.text(said)
    with st.container(horizontal=True):
        for name, count in counts_of(account).items():
            st.metric(name, f"{count:,}", border=True, width=130)
    _astray(account)
    parts.not_carried(account.not_carried, "What the file has and a study cannot hold", "in")
    parts.listed(account.warnings, "Worth knowing")


def _astray(account: Account) -> None:
    table = room.astray(account)
    if table.empty:
        return
    st.markdown("**Codings that are not where the file says**")
    st.dataframe(
        table.head(room.TOLD), hide_index=True, key=f"exchange-astray-{_round()}",
        placeholder="", alt="Codings that were lost or moved",
        column_config={
            "became": "What became of it", "source": "Source",
            "words": st.column_config.TextColumn("Words", width="large"),
            "start": "From", "end": "To", "why": st.column_config.TextColumn("Why", width="large"),
        },
    )  # fmt: skip
    if len(table) > room.TOLD:
        st.text(f"These are the first {room.TOLD} of {len(table):,}.")


def _columns(look: room.Look) -> None:
    """Which column of a table of codings is what, to be corrected."""
    st.markdown("**Which column is what**")
    offered = [_NOT_READ, *look.headings]
    chosen = {}
    with st.container(horizontal=True):
        for role, label in room.ROLES.items():
            now = look.columns.get(role, _NOT_READ)
            chosen[role] = st.selectbox(
                label, offered, index=offered.index(now) if now in offered else 0, width=180,
                key=f"exchange-{role}-{_round()}",
            )  # fmt: skip
    wanted = {role: "" if one == _NOT_READ else one for role, one in chosen.items()}
    same = {role: one for role, one in wanted.items() if one} == dict(look.columns)
    if not same:
        st.info("You have changed which column is what: look at the file by it once more.")
    if st.button("Look again", key="exchange-look-again", disabled=same):
        _look(replace(look.wanted, columns=wanted))


# Made ----------------------------------------------------------------------------------------


def _make(found: Incoming) -> None:
    if state.given_study() is not None and state.login() is not None:
        st.info("This server works on one study, and makes no other. Whoever runs it can make this "
                "one with the command 'qualkit project import'.")  # fmt: skip
        return
    with st.form("exchange-make", border=True):
        st.markdown("**A study of its own**")
        left, right = st.columns(2)
        name = left.text_input(
            "Name", study_room.name_from(found.name), key=f"exchange-name-{_round()}"
        )
        folder = right.text_input("Folder", str(study_room.home()), key="exchange-folder")
        wanted = st.form_submit_button("Make the study", type="primary", key="exchange-make-it")
    if not wanted:
        return
    try:
        place = study_room.place_for(name, study_room.folder_of(folder))
    except QualkitError as error:
        state.tell(error, "The study was not made.")
        return
    jobs.start(mine("exchange-keep"), "Making the study",
               partial(room.keep, found, place, state.coder() or None))  # fmt: skip
    st.rerun()


def _kept(job: jobs.Job) -> None:
    jobs.forget(mine("exchange-keep"))
    if jobs.mishap(job, "The study was not made.", "Cancelled; no study was made."):
        return
    found: room.Look = st.session_state[_FOUND]
    said = codings_said(found.found.account) if found.found is not None else ""
    _drop()
    if state.given_study() is None:
        state.open_study(job.result)
    st.session_state[_MADE] = (job.result, said)
    st.rerun()


def _told() -> None:
    """What became of the last file, until it is put away."""
    made: tuple[str, str] | None = st.session_state.get(_MADE)
    if made is None:
        return
    study, said = made
    pages: Mapping[str, Any] = st.session_state.get("pages", {})
    with st.container(border=True):
        st.success("The study is made.")
        st.text(f"{study}\n{said}")
        with st.container(horizontal=True):
            if study != state.study():
                if st.button("Open it in this tab", key="exchange-open"):
                    state.open_study(study)
                    st.rerun()
            elif "study" in pages:
                st.page_link(pages["study"], label="Go to the study",
                             icon=":material/arrow_forward:")  # fmt: skip
            if st.button("Put away", key="exchange-away"):
                del st.session_state[_MADE]
                st.rerun()


def _drop() -> None:
    st.session_state.pop(_FOUND, None)
    _again()
