"""The open study as a file for other tools, or whole; what the file cannot hold is told first."""

from __future__ import annotations

from functools import partial
from typing import Final

import streamlit as st

from qualkit.app import exchange_room as room
from qualkit.app import state
from qualkit.app.files import Made
from qualkit.app.jobs import Progress
from qualkit.app.pages import exchange_parts as parts
from qualkit.app.worked import KEPT, as_who, file, worked
from qualkit.interchange.report import Losses
from qualkit.project import Project

_CASES: Final = "Write each case also as a code over its texts"
_CASES_HELP: Final = "NVivo and QualCoder know cases by these. Reading leaves them out again."


def show() -> None:
    """Draw this part of the page."""
    with state.opened() as project:
        ending = st.radio("What", list(room.FORMATS), format_func=room.FORMATS.__getitem__,
                          key="exchange-ending", **KEPT)  # fmt: skip
        cases = ending == ".qdpx" and st.checkbox(
            _CASES, key="exchange-cases", help=_CASES_HELP, **KEPT
        )
        _losses(project, ending, cases=cases)


def _losses(project: Project, ending: str, *, cases: bool) -> None:
    who = as_who()
    found: Losses | None = worked(
        project, "exchange-losses", (ending, cases), "Looking at the study",
        partial(room.losses, *who, ending, cases_as_codes=cases),
    )  # fmt: skip
    if found is None:
        return
    if not (found.not_carried or found.changed):
        st.success("The file holds everything that the study has.")
    parts.not_carried(found.not_carried, "What the file cannot hold", "out")
    if found.not_carried:
        st.text("It stays in the study, and in a bundle.")
    parts.listed(found.changed, "What stands in it in another form")
    parts.listed(found.warnings, "Worth knowing")
    asked = (project.study, project.user, project.last_entry(), cases)
    file(asked, f"exchange{ending}", {ending: ending},
         partial(_write, who, cases), title="Writing the file")  # fmt: skip


def _write(who: tuple[str, str | None], cases: bool, ending: str, progress: Progress) -> Made:
    return room.take_out(*who, ending, progress, cases_as_codes=cases)
