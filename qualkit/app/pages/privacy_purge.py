"""Privacy, Purge and keeping: what undo, log and backups hold, and until when a study is kept."""

from __future__ import annotations

from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import streamlit as st

from qualkit.app import jobs, state, views
from qualkit.app import privacy_room as room
from qualkit.app.pages import privacy_parts as parts
from qualkit.errors import QualkitError
from qualkit.project import Project

if TYPE_CHECKING:
    from qualkit.store.purging import Purged

_WHAT: Final = (
    "What was removed or replaced is kept, so that it can be undone: in the log, beside it, in "
    "free parts of the file and in backups. A purge gets rid of it. The log keeps who did what "
    "and when, without the words; nothing before the purge can be undone."
)
_OUT: Final = (
    "Out of reach: copies made by other means, files that were exported, the original transcripts, "
    "and what lies on freed parts of the disk. Encrypt the disk."
)


def show(project: Project) -> None:
    """Show what a purge would take, purge, and set the date."""
    key = parts.key_file(project)
    parts.tell_done()
    st.subheader("Purge")
    st.text(_WHAT)
    st.text(_OUT)
    if not project.may("supervisor"):
        st.info("Only a supervisor of this study can purge it.")
    elif not parts.say_nobody():
        _purge(project, key)
    st.subheader("Until when it is kept")
    _keep(project)


def _purge(project: Project, key: Path | None) -> None:
    look, done = parts.job(project, "purge-look"), parts.job(project, "purge")
    made: Purged | None = jobs.result(done, "The study was not purged.")
    if made is not None:
        for one in (look, done):
            jobs.forget(one)
        st.success("The study was purged.")
        _tell(made)
        return
    jobs.button(
        "Look at what a purge removes", key="privacy-purge-look", job=look, title="Looking",
        work=partial(room.purge, *parts.as_who(), (key, False)),
    )  # fmt: skip
    seen: Purged | None = jobs.result(look, "That cannot be looked at.")
    if seen is None:
        return
    _tell(seen)
    copies = bool(seen.backups) and st.checkbox(
        "Remove these backups too", key="privacy-purge-copies"
    )
    sure = st.checkbox("Nothing of this is needed any more", key="privacy-purge-sure")
    jobs.button(
        "Purge the study", key="privacy-purge", job=done, title="Purging", ready=sure,
        kind="primary",
        work=partial(room.purge, *parts.as_who(), (key, bool(copies)), dry_run=False),
    )  # fmt: skip


def _tell(made: Purged) -> None:
    counts = room.counted(made.counts)
    if counts.empty:
        st.text("Undo and log hold nothing of what was removed.")
    else:
        parts.table(counts, "What a purge removes", what="What", count="How many")
    for one in made.removed:
        st.text(f"removed: {one.name}")
    for note in made.notes:
        st.text(note)
    parts.backups(made.backups)


def _keep(project: Project) -> None:
    held = project.retention
    st.text(f"{room.retention_in_words(held)} Nothing is removed by itself.")
    if (over := project.retention_over()) is not None:
        st.warning(state.plain(over[0].upper() + over[1:] + "."))
    if views.say_why(project, "Only an evaluator of this study can set the date."):
        return
    with st.form("privacy-keep", border=False):
        day = st.date_input("Keep it until", _day(held), key="privacy-until", format="YYYY-MM-DD",
                            max_value=date(2200, 1, 1))  # fmt: skip
        never = st.checkbox("Keep it without an end", held == "never", key="privacy-never")
        if not st.form_submit_button("Keep this date"):
            return
        if day is None and not never:
            st.warning("Choose a date, or say that it is kept without an end.")
        else:
            try:
                said = room.keep_until(project, None if never else day)
            except QualkitError as error:
                state.tell(error, "The date was not set.")
                return
            parts.tell_later(said)


def _day(held: str | None) -> date | None:
    try:
        return date.fromisoformat(held or "")
    except ValueError:
        return None
