"""The page Surveys: answers loaded, corrected, described, compared; published tables audited."""

from __future__ import annotations

from typing import Final

import streamlit as st

from qualkit.app import views
from qualkit.app.views import show_views
from qualkit.project import Project

RESULTS, COMPARE, FINDINGS, PUBLISHED, ITEMS, LOAD = (
    "Results", "Compare waves", "Findings", "Published tables", "Items", "Load"
)  # fmt: skip
_VIEWS: Final = {
    RESULTS: "surveys_results",
    COMPARE: "surveys_compare",
    FINDINGS: "surveys_findings",
    PUBLISHED: "surveys_published",
    ITEMS: "surveys_items",
    LOAD: "surveys_load",
}
_PAGE: Final = "Surveys"
_HOW: Final = """
Interviews say how and why; a survey says how many. Here the answers to a questionnaire join the
study:

1. **Load** a file of answers: .csv, .tsv, .xlsx or .sav, also as Qualtrics, SurveyMonkey and
   Microsoft Forms write them. You see what was found in it, and correct that, before anything is
   kept.
2. **Results** then has every question with its base, and charts; what few people answered is
   withheld. With a second wave, **Compare waves** tells what changed.
3. **Published tables**, figures that others printed, are audited there: what arithmetic proves
   wrong stands beside them.
"""


def show() -> None:
    """Draw the page."""
    show_views(_PAGE, _VIEWS, lambda project: LOAD if project.surveys().empty else RESULTS)


def go(view: str) -> None:
    """Show another part of the page in the run to come."""
    views.go(_PAGE, view)


def teach(project: Project, *, way: bool = True) -> None:
    """What surveys are for, and the way to the first of them."""
    st.markdown(_HOW)
    if way and project.may("evaluator"):
        st.button("Go to Load", type="primary", key="surveys-go-load", on_click=go, args=(LOAD,))


def say_why(project: Project) -> bool:
    """Say why nobody can change anything here; whether somebody cannot."""
    return views.say_why(
        project,
        "Your role in this study lets you look at surveys and published tables, not change them.",
    )
