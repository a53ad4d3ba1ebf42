"""Sources, corrected transcripts: a new text, the codings that wait for a place, earlier texts."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Final

import streamlit as st

from qualkit.app import corrections_room as room
from qualkit.app import jobs, release, state
from qualkit.app.sources_room import Upload
from qualkit.correction_keeping import Replacement
from qualkit.errors import QualkitError
from qualkit.importers._guard import FILE_BYTES, MB
from qualkit.model import new_id
from qualkit.project import Project
from qualkit.wording import many

_SAID: Final = "corrected-said"
_FEW: Final = 5  # rows that a table shows whole
_HEIGHT: Final = 230  # of a longer one
_WORDS: Final = {
    "code": "Code", "coder": "Coder", "start": None, "new_start": None,
    "text": st.column_config.TextColumn("Words", width="large"),
    "new_text": st.column_config.TextColumn("What stands there now", width="large"),
}  # fmt: skip


def replacing(name: str) -> None:
    """Take a corrected transcript of one source, show what it does, and put it in its place."""
    look, done = _key(f"look {name}"), _key(f"replace {name}")
    with st.expander("Replace its transcript by a corrected one", expanded=_busy(look, done),
                     key="corrected-replace"):  # fmt: skip
        made: Replacement | None = jobs.result(done, "The transcript was not replaced.")
        if made is not None:
            for job in (look, done):
                jobs.forget(job)
            _round_again()
            _tell_later(room.said(made))
        seen: room.Looked | None = jobs.result(look, "This file cannot take its place.")
        if seen is None:
            _choose(name, look)
        else:
            _preview(seen.made)
            _decide(seen, look, done)


def _choose(name: str, look: str) -> None:
    if not state.coder():
        st.info("Say who you are first: type your name at the left, under 'Who codes'.")
        return
    st.text("Codings stay with their words. Nothing is changed before you have seen what would be.")
    file = st.file_uploader("Corrected transcript", key=f"corrected-{name}-{_round()}",
                            max_upload_size=FILE_BYTES // MB)  # fmt: skip
    upload = None if file is None else Upload(file.name, file.getvalue())
    work = partial(_look, name, upload, state.study() or "", state.coder())
    jobs.button("Look at what changes", key="corrected-look", job=look, title="Comparing",
                work=work, ready=upload is not None, kind="primary")  # fmt: skip


def _look(
    name: str, upload: Upload | None, study: str, user: str, progress: jobs.Progress
) -> room.Looked | None:
    return None if upload is None else room.look(study, user, (name, upload), progress)


def _preview(made: Replacement) -> None:
    boxes = st.columns(4)
    for box, (what, count) in zip(boxes, room.counted(made).items(), strict=True):
        box.metric(f"Codings that {what}", f"{count:,}")
    for warning in made.warnings:
        st.text(f"Look at this: {warning}")
    for title, codings in (
        ("Their words are not there any more", made.breaks),
        ("Same words, another place", made.moves),
        ("Same words, same place", made.stays),
    ):
        if codings:
            st.text(f"{title}: {len(codings):,}")
            st.dataframe(
                room.fates(codings), hide_index=True, key=f"corrected-{title}", alt=title,
                height="content" if len(codings) <= _FEW else _HEIGHT,
                column_config=_WORDS if codings is made.breaks else {**_WORDS, "new_text": None},
            )  # fmt: skip


def _decide(seen: room.Looked, look: str, done: str) -> None:
    proposals = room.counted(seen.made)["break, with a proposal"]
    with st.container(horizontal=True):
        for reword, label in (
            (False, "Replace the transcript"),
            *([(True, f"Replace it and take {many(proposals, 'proposal')}")] if proposals else []),
        ):
            work = partial(room.replace, state.study() or "", state.coder(), seen, reword=reword)
            jobs.button(label, key=f"corrected-do-{reword}", job=done, title="Replacing",
                        work=work, kind="secondary" if reword else "primary")  # fmt: skip
        if st.button("Leave it as it is", key="corrected-not"):
            jobs.forget(look)
            _round_again()
            st.rerun()
    if seen.made.breaks:
        st.text("What breaks and takes no proposal waits below until somebody gives it a place.")


# What waits ------------------------------------------------------------------------------------


def waiting(project: Project) -> None:
    """Show what the last correction did, and the codings that wait for a place, if any."""
    if (told := st.session_state.pop(_SAID, None)) is not None:
        st.success(state.plain(told))
    table = room.waiting(project)
    if table.empty:
        return
    st.subheader("Codings that wait for a place")
    st.text(
        "Their words were corrected. Mark those that take what is proposed, or that go. To give "
        "one other words, open its place, code them there, and drop it here."
    )
    shown = st.dataframe(
        table, hide_index=True, key=f"waiting-{len(table)}-{table['unplaced'].iloc[0]}",
        alt="Codings that wait for a place", on_select="rerun", selection_mode="multi-row",
        column_config={
            "unplaced": None, "ready": None,
            "place": st.column_config.LinkColumn("Place", display_text="Open", width=60),
            "source": "Source", "code": "Code", "coder": "Coder", "since": "Since",
            "text": st.column_config.TextColumn("Words that were", width="large"),
            "becomes": st.column_config.TextColumn("Proposed", width="large"),
        },
    )  # fmt: skip
    if not project.may("coder"):
        return
    if not state.coder():
        st.info("Say who you are first: type your name at the left, under 'Who codes'.")
        return
    marked = table.iloc[list(shown.selection.rows)]
    _place(project, room.proposed(table), marked, room.proposed(marked))


def _place(project: Project, every: list[str], marked: Any, ready: list[str]) -> None:  # noqa: ANN401 - a DataFrame
    ids = [str(one) for one in marked["unplaced"]]
    wanted = ready if ids else every
    with st.container(horizontal=True):
        take = st.button(
            f"Take {many(len(wanted), 'proposal')}", type="primary", key="waiting-take",
            disabled=not wanted or len(ready) < len(ids),
            help="All that are marked, or all where none is.",
        )  # fmt: skip
        drop = st.button(
            f"Drop {many(len(ids), 'coding')}" if ids else "Drop what is marked",
            key="waiting-drop", disabled=not ids,
        )  # fmt: skip
    if take:
        _try(lambda: room.take(project, wanted))
    elif drop:
        _try(lambda: room.drop(project, ids))


def _try(work: Callable[[], str]) -> None:
    try:
        made = work()
    except QualkitError as error:
        state.tell(error, "Nothing was changed.")
        return
    _tell_later(made)


# Earlier texts ---------------------------------------------------------------------------------


def earlier(project: Project, name: str) -> None:
    """Show the texts that a source had, where it had more than one."""
    table = room.editions(project, name)
    if len(table) < 2:
        return
    with st.expander(f"Texts that it had: {len(table)}", key=f"editions-{name}"):
        st.dataframe(
            table,
            hide_index=True,
            key=f"editions-table-{name}",
            alt="Editions of this source",
            column_config={"edition": "Edition", "at": "Since", "who": "By", "words": "Words"},
        )
        edition = st.selectbox("Read an edition", table["edition"].tolist()[1:],
                               key=f"edition-{name}-{len(table)}")  # fmt: skip
        try:
            text = room.edition_text(project, name, int(edition))
        except QualkitError as error:
            state.tell(error, "This text is not there any more.")
            return
        with st.container(height=300):
            release.download("Download this text", text, f"{name}-{edition}.txt", "text/plain",
                             key=f"edition-download-{name}-{edition}")  # fmt: skip
            st.text(text)


# ------------------------------------------------------------------------------------------------


def _tell_later(told: str) -> None:
    st.session_state[_SAID] = told
    st.rerun()


def _busy(*keys: str) -> bool:
    return any(jobs.of(key) is not None for key in keys)


def _key(what: str) -> str:
    """The key of this tab's own job."""
    tab = st.session_state.setdefault("corrected-tab", new_id())
    return f"{what} {state.study()} {tab}"


def _round() -> int:
    number: int = st.session_state.setdefault("corrected-round", 0)
    return number


def _round_again() -> None:
    st.session_state["corrected-round"] = _round() + 1
