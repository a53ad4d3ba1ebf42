"""What the parts of the page Privacy have in common: the key, and what is said once."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import streamlit as st

from qualkit.app import privacy_room as room
from qualkit.app import state
from qualkit.app.release import KEY_FILE
from qualkit.errors import KeyFileError
from qualkit.privacy.key import ENDING
from qualkit.project import Project

_SAID: Final = "privacy-said"


def key_file(project: Project) -> Path | None:
    """Where somebody says that the key lies; None for its usual place.

    A study on a server has none: it is asked for, and until it is named the page stops here.
    """
    given = ""
    if "://" in project.study:
        given = st.text_input(
            "The key file of this study", key=KEY_FILE, persist_state="session",
            placeholder=f"/home/ann/keys/pilots{ENDING}",
            help="Its whole path on the machine that this page runs on; made where there is none.",
        )  # fmt: skip
    try:
        return room.key_file(project.study, given)
    except KeyFileError as error:
        st.info("A study on a server has its key elsewhere. Say where it lies, or shall lie.")
        if given.strip():
            st.text(str(error))
        st.stop()


def tell_later(said: str, *lines: str) -> None:
    """Show the page anew, with a sentence on what was done."""
    st.session_state[_SAID] = (said, *lines)
    st.rerun()


def tell_done() -> None:
    """Show that sentence, once."""
    if (told := st.session_state.pop(_SAID, None)) is not None:
        st.success(state.plain(told[0]))
        for line in told[1:]:
            st.text(line)


def say_nobody() -> bool:
    """Ask who somebody is that would change something; whether nobody has said."""
    if not state.coder():
        st.info("Say who you are first: type your name at the left, under 'Who codes'.")
    return not state.coder()


def job(project: Project, name: str) -> str:
    """The key of a piece of work of this study and person."""
    return f"privacy {name} {project.study} {state.coder()}"


def as_who() -> tuple[str, str]:
    """The study, and who works on it."""
    return state.study() or "", state.coder()


def table(rows: Any, name: str, **columns: str) -> None:  # noqa: ANN401 - a DataFrame
    """A table with its columns named for people."""
    st.dataframe(
        rows, hide_index=True, key=f"privacy-{name}", alt=name,
        column_config={
            column: st.column_config.Column(label) for column, label in columns.items()
        },
    )  # fmt: skip


def backups(copies: Sequence[Path]) -> None:
    """Name the copies that still hold everything."""
    if not copies:
        st.text("There are no backups beside the study.")
        return
    st.text("These copies still hold everything; a purge can remove them:")
    for one in copies:
        st.text(f"  {one.name}")
