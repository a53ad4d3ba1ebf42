"""Privacy, Release check: a file, or the study itself, looked through before it is passed on."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

import streamlit as st

from qualkit.app import jobs
from qualkit.app import privacy_room as room
from qualkit.app.pages import privacy_parts as parts
from qualkit.app.sources_room import Upload
from qualkit.project import Project
from qualkit.releasing import summary

if TYPE_CHECKING:
    from qualkit.releasing import Finding

_FILE, _STUDY = "A file", "This study's own file"
_WHAT: Final = (
    "Names of the key, certain identifiers, numbers of fewer than five people, and people who are "
    "alone with a combination of attributes. The list names places, never the words themselves. "
    "Every file that leaves a page here is checked in the same way by itself."
)


def show(project: Project) -> None:
    """Check what somebody is about to pass on."""
    key = parts.key_file(project)
    st.text(_WHAT)
    what = _FILE if "://" in project.study else st.radio(
        "What to check", [_FILE, _STUDY], horizontal=True, key="privacy-what",
        label_visibility="collapsed",
    )  # fmt: skip
    file = upload = None
    if what == _FILE:
        file = st.file_uploader(
            "Report, table, web page, picture, PDF, REFI-QDA, bundle, study or archive",
            key="privacy-file",
        )  # fmt: skip
        if file is None:
            return
        upload = Upload(file.name, file.getvalue())
    job = parts.job(project, f"check {file.file_id if file else project.last_entry()}")
    jobs.button("Check it", key="privacy-check", job=job, title="Checking", kind="primary",
                work=partial(room.checked, *parts.as_who(), (key, upload)))  # fmt: skip
    found: list[Finding] | None = jobs.result(job, "It could not be checked.")
    if found is not None:
        _show(found)


def _show(found: list[Finding]) -> None:
    if not found:
        st.success("Nothing was found. That does not make it anonymous; somebody reads it first.")
        return
    if any(one.level == "refuse" for one in found):
        st.error("Something in it must not leave.")
    else:
        st.warning("Somebody should look at these places first.")
    st.text(summary(found))
    parts.table(room.findings_table(found), "What was found",
                what="What to do", where="Where", why="Why", text="Stands for")  # fmt: skip
