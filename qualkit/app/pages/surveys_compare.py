"""Two waves of a survey compared: who was matched, what changed, who was lost."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

import streamlit as st

from qualkit.app import state
from qualkit.app import surveys_results_room as room
from qualkit.app.export_room import spoken
from qualkit.app.pages import surveys_parts as parts
from qualkit.app.pages.surveys import LOAD, go, teach
from qualkit.app.worked import KEPT, as_who, worked
from qualkit.project import Project
from qualkit.survey import Survey

_WHO: Final[dict[str, tuple[str, bool | None]]] = {
    "": ("By id, if there are ids", None), "matched": ("Matched by id", True),
    "apart": ("As different people", False),
}  # fmt: skip
_FAMILY: Final = (
    "Name the items whose tests belong together before you look at results. All were taken where "
    "none is named."
)


def show(project: Project) -> None:
    """Draw this part of the page."""
    if project.surveys().empty:
        teach(project)
        return
    survey = parts.chosen_survey(project, "compare")
    waves = parts.waves_of(project, survey)
    if len(waves) < 2:
        st.info("Two waves are needed to say what changed; load a second file of answers.")
        if project.may("evaluator"):
            st.button("Go to Load", key="surveys-second", on_click=go, args=(LOAD,))
        return
    asked = _asked(survey, waves)
    if asked.before == asked.after:
        st.info("Choose two different waves.")
        return
    found = worked(project, "compared", asked, "Comparing the waves",
                         partial(room.compare, *as_who(), asked))  # fmt: skip
    if found is None:
        return
    made, shown = found
    st.text(room.people_said(made))
    for warning in made.warnings:
        st.warning(state.plain(warning))
    parts.tables(shown, "surveys-compared")
    parts.files(project, made, asked, shown.title, "compared")
    parts.charts(project, made, survey, asked, room.Chart(("mean", "share"), (), asked.by))
    parts.remarks(shown)


def _asked(survey: Survey, waves: list[str]) -> room.Compared:
    first, second, third, fourth = st.columns(4)
    before = first.selectbox("Before", waves, key="surveys-before", **KEPT)
    after = second.selectbox("After", waves, index=len(waves) - 1, key="surveys-after",
                             **KEPT)  # fmt: skip
    who = third.selectbox("Who is compared", list(_WHO), format_func=lambda one: _WHO[one][0],
                          key="surveys-matched", **KEPT)  # fmt: skip
    by = fourth.selectbox(
        "Groups", ["", *survey.subgroups], key="surveys-compare-by",
        format_func=lambda one: spoken(one) or "Everybody",
        help="A matched person's group is that of before.", **KEPT,
    )  # fmt: skip
    with st.expander("Family, adjustment and more settings", key="surveys-more-compare"):
        more = _more(survey)
    return room.Compared(survey.id, before, after, _WHO[who][1], by=by or "", **more)


def _more(survey: Survey) -> dict[str, Any]:
    said = parts.items_said(survey)
    names = [item.id for item in survey.items if item.kind != "open"]
    family = st.multiselect("Family of tests", [*names, *survey.scales()], placeholder="All items",
                            format_func=lambda one: said.get(one, f"scale {one}"),
                            help=_FAMILY, key="surveys-family", **KEPT)  # fmt: skip
    first, second = st.columns(2)
    adjust = first.selectbox("Adjust p by", list(room.ADJUSTED),
                             format_func=room.ADJUSTED.__getitem__, key="surveys-adjust",
                             **KEPT)  # fmt: skip
    columns = [*survey.subgroups, *([survey.cluster] if survey.cluster else [])]
    clusters = second.selectbox(
        "People are nested in", ["", *dict.fromkeys(columns)], key="surveys-clusters",
        format_func=lambda one: spoken(one or survey.cluster) or "Nothing",
        help="Such as their school. A warning tells where there are few.", **KEPT,
    )  # fmt: skip
    top = st.checkbox("Test the share of the two best answers too", key="surveys-top", **KEPT)
    return {"family": tuple(family), "adjust": adjust, "clusters": clusters or "",
            "top_two": top, "hiding": parts.hiding("compare")}  # fmt: skip
