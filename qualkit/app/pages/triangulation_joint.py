"""The joint display: each finding with its chart beside what interviews say of it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

import streamlit as st

from qualkit.app import triangulation_joint_room as room
from qualkit.app.components.joint import joint
from qualkit.app.pages import triangulation_parts as parts
from qualkit.app.pages.triangulation import TABLES, VERDICTS, go, teach
from qualkit.app.pages.triangulation_verdicts import show_link
from qualkit.app.worked import KEPT, as_who, worked
from qualkit.project import Project
from qualkit.triangulate.artefacts import UNDECIDED

if TYPE_CHECKING:
    from qualkit.triangulate import Assessment

_DISPLAY: Final = "triangulation-joint"


def show(project: Project) -> None:
    """Draw this part of the page."""
    if project.links().empty:
        teach(project)
        return
    assessed = parts.assessed(project)
    if assessed is None:
        return
    wanted = _wanted(assessed)
    if wanted is None:
        st.info("No link is like this. Choose fewer themes, verdicts or statuses.")
        return
    shown: room.Shown | None = worked(
        project, "joint", wanted, "Drawing the joint display",
        partial(room.display, *as_who(), assessed, _charts(), wanted),
    )  # fmt: skip
    if shown is None:
        return
    st.text(UNDECIDED)
    if shown.no_charts:
        st.text(f"Findings stand here without their charts: {shown.no_charts}")
    joint(_DISPLAY, shown.sections, on_looked=_look)


def _look() -> None:
    """Go to the link that was chosen in the display."""
    if (link := st.session_state[_DISPLAY].looked) is not None:
        show_link(link)
        go(VERDICTS)


def _charts() -> room.Charts:
    """The charts that this tab has drawn."""
    held: room.Charts = st.session_state.setdefault("triangulation-charts", room.Charts())
    return held


def _wanted(assessed: Assessment) -> room.Wanted | None:
    """What is to be shown; None where no row is."""
    only = parts.only(assessed, "joint")
    count = room.pages(assessed, only)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        quotes = st.number_input("Quotations beside a finding, at most", 0, 10, 2, width=260,
                                 key="triangulation-quotes-joint", **KEPT)  # fmt: skip
        page = st.selectbox(
            "Page", range(count), width=180, key=f"triangulation-page-{count}-{hash(only)}",
            format_func=lambda n: f"{n + 1} of {count}",
        ) if count > 1 else 0  # fmt: skip
        st.button("As a file", key="triangulation-joint-file", on_click=_file)
    return room.Wanted(only, int(quotes), page or 0) if count else None


def _file() -> None:
    """Go to the files of the joint display."""
    st.session_state["triangulation-table"] = "joint"
    st.session_state["triangulation-what"] = "One table"
    go(TABLES)
