"""Privacy, People: a participant withdraws, and what is still said of them is named."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import streamlit as st

from qualkit.app import jobs
from qualkit.app import privacy_room as room
from qualkit.app.pages import privacy_parts as parts
from qualkit.project import Project

if TYPE_CHECKING:
    from qualkit.privacy_keeping import Withdrawn

_WHAT: Final = (
    "A participant who withdraws is taken out of the study for good: what they said, and every "
    "coding, summary, memo, decision and entry of the log about it. No undo brings it back."
)
Who = tuple[str | None, str | None, Path | None]


def show(project: Project) -> None:
    """Choose who withdraws, show what goes, and take it out."""
    key = parts.key_file(project)
    parts.tell_done()
    st.text(_WHAT)
    if not project.may("supervisor"):
        st.info("Only a supervisor of this study can take a participant out of it.")
        return
    if parts.say_nobody():
        return
    done = parts.job(project, "withdraw")
    made: Withdrawn | None = jobs.result(done, "Nobody was taken out.")
    if made is not None:
        jobs.forget(done)
        st.success("They were taken out of the study.")
        _tell(made)
        return
    who = _choose(project, key)
    if who is not None:
        _look(project, who)


def _choose(project: Project, key: Path | None) -> Who | None:
    left, right = st.columns(2)
    name = left.selectbox(
        "Case or source", room.people(project), index=None, key="privacy-who",
        placeholder="A case with all its sources, or one source",
    )  # fmt: skip
    respondent = right.text_input(
        "And their answers to surveys, by the respondent's id", key="privacy-respondent"
    )
    given = respondent.strip() or None
    return (name, given, key) if name or given else None


def _look(project: Project, who: Who) -> None:
    look = parts.job(project, f"withdraw-look {who[0]} {who[1]} {project.last_entry()}")
    jobs.button("Look at what would go", key="privacy-withdraw-look", job=look, title="Looking",
                work=partial(room.withdraw, *parts.as_who(), who))  # fmt: skip
    seen: Withdrawn | None = jobs.result(look, "That cannot be looked at.")
    if seen is None:
        return
    _tell(seen)
    sure = st.checkbox("They are to be taken out for good", key="privacy-withdraw-sure")
    jobs.button(
        "Take them out", key="privacy-withdraw", job=parts.job(project, "withdraw"),
        title="Taking out", ready=sure, kind="primary",
        work=partial(room.withdraw, *parts.as_who(), who, dry_run=False),
    )  # fmt: skip


def _tell(made: Withdrawn) -> None:
    parts.table(room.counted(made.counts), "What goes", what="What", count="How many")
    for note in made.notes:
        st.text(note)
    if made.elsewhere:
        st.warning("Others still speak of them. These places are yours to read:")
        for one in made.elsewhere:
            st.text(f"  {one}")
    else:
        st.text("Nobody else mentions them by a name of the key, as far as one can tell.")
    parts.backups(made.backups)
