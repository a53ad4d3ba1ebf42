"""What a kept survey asked, corrected; waves and surveys removed."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import streamlit as st

from qualkit.app import state
from qualkit.app import surveys_room as room
from qualkit.app.pages import surveys_editor as editor
from qualkit.app.pages import surveys_parts as parts
from qualkit.app.pages.surveys import say_why, teach
from qualkit.errors import QualkitError
from qualkit.loading import LoadReport
from qualkit.project import Project
from qualkit.survey import Survey

_SAID: Final = "surveys-items-said"


def show(project: Project) -> None:
    """Draw this part of the page."""
    if project.surveys().empty:
        teach(project)
        return
    _told()
    survey = parts.chosen_survey(project, "items")
    locked, codes = say_why(project), room.codes_of(project)
    st.text(_where(survey))
    editor.pointed_out(survey, codes)
    table = project.surveys()
    version = dict(zip(table["survey"], table["version"].tolist(), strict=True))[survey.id]
    key = f"{survey.id}-{version}-{st.session_state.get('surveys-items-round', 0)}"
    named = survey if locked else _names(survey, key)
    edited = editor.edit(survey, codes, key, may=not locked, answered=None)
    if edited is not None and not locked:
        wanted = replace(edited, title=named.title, population=named.population)
        _save(project, survey, wanted, version)
    with st.expander("The same as a file", key="surveys-items-file"):
        editor.as_yaml(survey, "items")
        if not locked:
            _back(project, survey, version)
    _waves(project, survey, locked=locked)


def _where(survey: Survey) -> str:
    """Which columns are no items."""
    told = {
        "Ids of respondents": survey.respondent, "Subgroups": ", ".join(survey.subgroups),
        "Design weights": survey.weight, "Nested in": survey.cluster,
    }  # fmt: skip
    return "\n".join(f"{name}: {value}" for name, value in told.items() if value) or (
        "No column says who answered, so that waves cannot be matched."
    )


def _names(survey: Survey, key: str) -> Survey:
    left, right = st.columns([2, 1])
    title = left.text_input("Title", survey.title, key=f"surveys-items-title-{key}").strip()
    asked = right.text_input("Who was asked", survey.population, max_chars=200,
                             key=f"surveys-items-who-{key}").strip()  # fmt: skip
    return replace(survey, title=title or survey.id, population=asked)


def _save(project: Project, survey: Survey, wanted: Survey, version: int) -> None:
    changed = wanted != survey
    with st.container(horizontal=True):
        save = st.button("Save what was asked", type="primary", disabled=not changed,
                         key="surveys-save")  # fmt: skip
        forget = changed and st.button("Forget the changes", key="surveys-forget")
    if save:
        _set(project, wanted, version)
    if forget:
        _anew()


def _set(project: Project, wanted: Survey, version: int) -> None:
    try:
        report = project.set_survey(room.checked(wanted), version=version)
    except QualkitError as error:
        editor.tell_faults(error, "Nothing was saved.")
        return
    st.session_state[_SAID] = report
    _anew()


def _anew() -> None:
    """The table begins without edits."""
    number = st.session_state.get("surveys-items-round", 0)
    st.session_state["surveys-items-round"] = number + 1
    st.rerun()


def _told() -> None:
    report: LoadReport | None = st.session_state.pop(_SAID, None)
    if report is not None:
        st.success("Saved." if report.added else "It was so already.")
        for note in report.notes:
            st.text(note)


def _back(project: Project, survey: Survey, version: int) -> None:
    given = st.file_uploader("Bring it back", type=["yaml", "yml"],
                             key=f"surveys-items-back-{version}")  # fmt: skip
    if not st.button("Use this file", disabled=given is None, key="surveys-items-use"):
        return
    if given is not None:
        try:
            wanted = room.of_same(survey, room.survey_in(given.getvalue(), given.name))
        except QualkitError as error:
            state.tell(error, "The file cannot be used.")
            return
        _set(project, wanted, version)


# Waves ---------------------------------------------------------------------------------------


def _waves(project: Project, survey: Survey, *, locked: bool) -> None:
    st.subheader("Waves")
    own = room.waves_of(project, survey)
    if own.empty:
        st.text("No answers are kept.")
    else:
        st.dataframe(
            own, hide_index=True, key="surveys-waves-table", alt="Waves whose answers are kept",
            column_config={"wave": "Wave", "respondents": "Respondents", "file": "File",
                           "added": st.column_config.DatetimeColumn(
                               "Added", format="YYYY-MM-DD HH:mm")},
        )  # fmt: skip
    if locked:
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        names = own["wave"].tolist()
        wave = st.selectbox("Wave", names, key="surveys-wave-gone", width=240) if names else None
        if wave is not None and st.button("Remove this wave", key="surveys-remove-wave"):
            _ask(survey.id, str(wave))
        if st.button("Remove the survey", key="surveys-remove"):
            _ask(survey.id, None)


@st.dialog("Remove answers")
def _ask(survey: str, wave: str | None) -> None:
    """Say what goes, and remove it where the user wants it all the same."""
    with state.opened(write=True) as project:
        what = f"the wave {wave} of {survey}" if wave else f"{survey}, all it asks and all answers"
        st.text(f"Remove {what}?")
        st.text(
            "The log under Settings takes it back, until the study is purged. Open answers that "
            "became a source stay, under Sources."
        )
        with st.container(horizontal=True):
            gone = st.button("Remove it", type="primary", key="surveys-gone")
            kept = st.button("Leave it", key="surveys-stays")
        if gone:
            try:
                if wave:
                    project.remove_wave(survey, wave)
                else:
                    project.remove_survey(survey)
            except QualkitError as error:
                state.tell(error, "It was not removed.")
                return
        if gone or kept:
            st.rerun()
