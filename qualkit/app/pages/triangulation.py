"""The page Triangulation: themes linked to findings, verdicts decided, and what comes of them."""

from __future__ import annotations

from typing import Final

import streamlit as st

from qualkit.app import views
from qualkit.app.views import show_views
from qualkit.project import Project

VERDICTS, JOINT, TABLES, LINKS, STRANDS, JUDGES, THREADS = (
    "Verdicts", "Joint display", "Tables and files", "Links", "Further strands", "Judges",
    "Threads and confidence",
)  # fmt: skip
_VIEWS: Final = {
    VERDICTS: "triangulation_verdicts",
    JOINT: "triangulation_joint",
    TABLES: "triangulation_tables",
    LINKS: "triangulation_links",
    STRANDS: "triangulation_strands",
    JUDGES: "triangulation_judges",
    THREADS: "triangulation_threads",
}
_PAGE: Final = "Triangulation"
_HOW: Final = """
Do interviews and figures say the same? Here a theme stands beside the findings that bear on it:

1. **Links**: you say which finding speaks to which theme; some are suggested, none is made for you.
2. **Verdicts**: a rule that is written down proposes agreement, partial agreement, dissonance or
   silence for each link, with every number it used and the sources for and against. You accept
   that, or decide otherwise and say why. What nobody decided is marked PROPOSED wherever it is
   printed.
3. **Joint display** puts chart and quotations side by side; **Tables and files** has every table
   for a report.
"""


def show() -> None:
    """Draw the page."""
    show_views(_PAGE, _VIEWS, lambda project: LINKS if project.links().empty else VERDICTS)


def go(view: str) -> None:
    """Show another part of the page in the run to come."""
    views.go(_PAGE, view)


def teach(project: Project, *, way: bool = True) -> None:
    """What triangulation is for, and the way to the first link."""
    st.markdown(_HOW)
    if way and project.may("evaluator"):
        st.button("Go to Links", type="primary", key="triangulation-go-links", on_click=go,
                  args=(LINKS,))  # fmt: skip


def say_why(project: Project) -> bool:
    """Say why nobody can change anything here; whether somebody cannot."""
    return views.say_why(
        project, "Your role in this study lets you look at verdicts, not change them."
    )
