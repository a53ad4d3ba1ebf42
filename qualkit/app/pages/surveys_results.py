"""Results of a survey: charts, then every item, answer and scale with its base."""

from __future__ import annotations

from functools import partial
from typing import Final

import streamlit as st

from qualkit.app import surveys_results_room as room
from qualkit.app.export_room import spoken
from qualkit.app.pages import surveys_parts as parts
from qualkit.app.pages.surveys import teach
from qualkit.app.worked import KEPT, as_who, worked
from qualkit.project import Project
from qualkit.survey import Survey

_EVERYBODY: Final = "Everybody"


def show(project: Project) -> None:
    """Draw this part of the page."""
    if project.surveys().empty:
        teach(project)
        return
    survey = parts.chosen_survey(project, "results")
    waves = parts.waves_of(project, survey)
    if not waves:
        st.info("No answers to this survey are kept. Load a file of them, under Load.")
        return
    asked, items, groups = _asked(survey, waves)
    found = worked(project, "described", asked, "Describing the answers",
                         partial(room.describe, *as_who(), asked))  # fmt: skip
    if found is None:
        return
    made, shown = found
    st.text("Bases are always shown. Charts are for print too, so they stay black on white.")
    by = asked.by if groups else ""
    parts.charts(project, made, survey, asked,
                 room.Chart(("likert", "distribution"), items, by))  # fmt: skip
    parts.tables(shown, "surveys-described")
    parts.files(project, made, asked, shown.title, "described")
    parts.remarks(shown)


def _asked(survey: Survey, waves: list[str]) -> tuple[room.Described, tuple[str, ...], bool]:
    """What is to be described, and which items and groups are drawn."""
    first, second, third = st.columns([1, 1, 2])
    chosen = first.multiselect("Waves", waves, placeholder="All", key="surveys-waves", **KEPT)
    by = second.selectbox("Groups", ["", *survey.subgroups], key="surveys-by",
                          format_func=lambda one: spoken(one) or _EVERYBODY,
                          help="Each beside everybody.", **KEPT)  # fmt: skip
    said = parts.items_said(survey)
    items = third.multiselect("Items in the charts", list(said), placeholder="All",
                              format_func=said.__getitem__, key="surveys-items",
                              **KEPT)  # fmt: skip
    groups = bool(by) and st.checkbox(
        "Draw the groups too", key="surveys-draw-groups",
        help="A bar for each: choose a few items first, or there will be many pages.", **KEPT,
    )  # fmt: skip
    with st.expander("More settings", key="surveys-more-results"):
        unsure = st.checkbox("Count don't know in the base of percentages", key="surveys-unsure",
                             **KEPT)  # fmt: skip
        weighted = bool(survey.weight) and st.checkbox(
            "Use the design weights", True, key="surveys-weighted",
            help="Counts and bases stay those of people.", **KEPT,
        )  # fmt: skip
        hiding = parts.hiding("results")
    kept = tuple(wave for wave in waves if wave in chosen)
    asked = room.Described(survey.id, kept, by or "", weighted,
                           "counted" if unsure else "excluded", hiding)  # fmt: skip
    return asked, tuple(items), groups
