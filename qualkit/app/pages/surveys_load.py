"""Answers looked at before they are kept: what was found, what is wrong, what was asked."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any, Final

import streamlit as st

from qualkit.app import jobs, state
from qualkit.app import surveys_load_room as loading
from qualkit.app import surveys_room as room
from qualkit.app.pages import surveys_editor as editor
from qualkit.app.pages.surveys import COMPARE, RESULTS, go, say_why, teach
from qualkit.app.sources_room import Upload
from qualkit.app.worked import as_who, mine
from qualkit.errors import QualkitError
from qualkit.project import Project
from qualkit.survey import Survey
from qualkit.surveying import Loaded
from qualkit.wording import many

_LOOK: Final = "surveys-look"
_LOADED: Final = "surveys-loaded"
_NEW: Final = ""
_AS_FOUND: Final = ""
_TOLD: Final = 300  # faults that are shown; the first of them are mended first
_MAPPING: Final = (
    "A .yaml file that says what was asked: taken from here, from 'qualkit survey propose', or "
    "written by hand."
)


def show(project: Project) -> None:
    """Draw this part of the page."""
    new = project.surveys().empty and _LOOK not in st.session_state
    if new:
        teach(project, way=False)
    if say_why(project):
        return
    _told()
    if (ended := jobs.show(mine("load"))) is not None:
        _kept(ended)
    if (ended := jobs.show(mine("look"))) is not None:
        _was_read(ended)
    if any(jobs.running(mine(what)) for what in ("load", "look")):
        return
    if _LOOK in st.session_state:
        _preview(project, st.session_state[_LOOK])
    else:
        _choose(project)


def _round() -> int:
    """A number for keys of widgets that shall begin anew."""
    number: int = st.session_state.setdefault("surveys-round", 0)
    return number


def _again() -> None:
    st.session_state["surveys-round"] = _round() + 1


# The file ------------------------------------------------------------------------------------


def _choose(project: Project) -> None:
    left, right = st.columns(2)
    file = left.file_uploader("A file of answers", type=list(loading.ENDINGS),
                              key=f"surveys-file-{_round()}",
                              help="Nothing is kept before you have looked at it.")  # fmt: skip
    given = right.file_uploader("A mapping (optional)", type=["yaml", "yml"], help=_MAPPING,
                                key=f"surveys-mapping-{_round()}")  # fmt: skip
    wanted: dict[str, Any] = {}
    if given is None:
        wanted["survey"] = _of_which(project)
    with st.expander("More settings", key="surveys-more-load"):
        layouts = [_AS_FOUND, *(one for one in loading.LAYOUTS_SAID if one != "spss")]
        wanted["layout"] = st.selectbox(
            "Layout of the file", layouts, key="surveys-layout",
            format_func=lambda one: loading.LAYOUTS_SAID.get(one, "Found out"),
        ) or None  # fmt: skip
    pressed = st.button("Look at the file", type="primary", disabled=file is None,
                        key="surveys-look-at")  # fmt: skip
    if not pressed or file is None:
        return
    try:
        if given is not None:
            wanted["mapping"] = room.survey_in(given.getvalue(), given.name)
    except QualkitError as error:
        state.tell(error, "The mapping cannot be used.")
        return
    _look(Upload(file.name, file.getvalue()), loading.Wanted(**wanted))


def _of_which(project: Project) -> str | None:
    """To which survey the answers are, where the study has any."""
    table = project.surveys()
    if table.empty:
        return None
    names = [*table["survey"], _NEW]
    titles = dict(zip(table["survey"], table["title"], strict=True))
    return st.selectbox(
        "These are answers to", names, key="surveys-of-which",
        format_func=lambda one: f"{one}: {titles[one]}" if one else "A new survey",
        help="Another wave of a survey is read by what the study knows of it.",
    ) or None  # fmt: skip


def _look(upload: Upload, wanted: loading.Wanted) -> None:
    jobs.start(mine("look"), "Reading the answers",
               partial(loading.look, *as_who(), upload, wanted))  # fmt: skip
    st.rerun()


def _was_read(job: jobs.Job) -> None:
    jobs.forget(mine("look"))
    if not jobs.mishap(job, "The file cannot be read.", "Cancelled; nothing was kept."):
        st.session_state[_LOOK] = job.result
        _again()


# The preview ---------------------------------------------------------------------------------


def _preview(project: Project, found: loading.Look) -> None:
    st.subheader(state.plain(found.upload.name))
    st.text(loading.found_said(found))
    _faults(found)
    names = _names(found)
    codes = room.codes_of(project)
    with_columns = _columns(found)
    if with_columns is None:
        _way_out()
        return
    st.markdown("**What was asked**")
    edited = editor.edit(with_columns, codes, _editor_key(with_columns, found), may=True,
                         answered=found.answered)  # fmt: skip
    survey = None if edited is None else _named(edited, names)
    if survey is not None:
        editor.pointed_out(survey, codes)
    with st.expander("The first respondents", expanded=bool(found.guessed), key="surveys-first"):
        st.dataframe(found.first, hide_index=True, key=f"surveys-first-{_round()}",
                     placeholder="", alt="The first respondents, as codes")  # fmt: skip
    if survey is None:
        _way_out()
        return
    _yaml(found, survey)
    _decide(found, survey, names["wave"])


def _editor_key(survey: Survey, found: loading.Look) -> str:
    """Edits are kept by the place of their row: other items must begin without them."""
    items = tuple(item.id for item in survey.items)
    return f"{_round()}-{hash(items) if survey is not found.survey else 0}"


def _faults(found: loading.Look) -> None:
    if found.faults:
        count = len(found.faults)
        st.error(
            f"{many(count, 'thing')} cannot stand, so that nothing can be loaded yet. "
            "Mend the file and choose it again, or correct below what was asked."
        )
        _lines(found.faults, "surveys-faults")
    elif found.guessed and found.warnings:
        st.warning(
            "What was asked is a guess. An answer below that is none of its item's would be left "
            "empty: correct it in the file, or say below what was asked."
        )
    else:
        st.success("Every answer can stand.")
    if found.warnings:
        with st.expander(f"{len(found.warnings):,} to look at", expanded=len(found.warnings) < 6,
                         key="surveys-warnings"):  # fmt: skip
            _lines(found.warnings, "surveys-warned")


def _lines(lines: tuple[str, ...], key: str) -> None:
    more = [f"... and {len(lines) - _TOLD:,} more"] if len(lines) > _TOLD else []
    height: Any = 260 if len(lines) > 8 else "content"
    with st.container(height=height, key=key):
        st.text("\n".join([*lines[:_TOLD], *more]))


def _names(found: loading.Look) -> dict[str, str]:
    """What survey and wave are called."""
    number, survey = _round(), found.survey
    first, second, third, fourth = st.columns([1, 1, 2, 1])
    return {
        "wave": first.text_input("Wave", found.wave, key=f"surveys-wave-{number}", max_chars=64,
                                 help="Such as before, after, or 2026.").strip(),
        "id": second.text_input("Survey", survey.id, key=f"surveys-id-{number}", max_chars=64,
                                help="A short name: letters, digits, '.', '-', '_'.").strip(),
        "title": third.text_input("Title", survey.title, key=f"surveys-title-{number}").strip(),
        "population": fourth.text_input("Who was asked", survey.population, max_chars=200,
                                        key=f"surveys-population-{number}").strip(),
    }  # fmt: skip


def _named(survey: Survey, names: dict[str, str]) -> Survey | None:
    """The survey by its names; None where it cannot be called so."""
    called = replace(survey, id=names["id"], title=names["title"] or names["id"],
                     population=names["population"])  # fmt: skip
    if called == survey:
        return survey
    try:
        return room.checked(called)
    except QualkitError as error:
        editor.tell_faults(error, "It cannot be called so:")
        return None


def _columns(found: loading.Look) -> Survey | None:
    """The survey with the columns that are no items; None where they cannot be so."""
    survey, number = found.survey, _round()
    headings = list(dict.fromkeys(found.headings))
    now = [room.heading_of(survey, name) for name in survey.subgroups]
    cluster = room.heading_of(survey, survey.cluster)
    with st.expander("Columns that are no items", expanded=found.guessed, key="surveys-columns"):
        first, second = st.columns([1, 3])
        third, fourth = st.columns(2)
        one = partial(_column, headings=headings)
        chosen: dict[str, Any] = {
            "respondent": one(first, "Ids of respondents", survey.respondent, f"who-{number}",
                              help="Without them, waves cannot be matched."),
            "subgroups": second.multiselect(
                "Subgroups", [*headings, *(x for x in now if x not in headings)], now,
                placeholder="None", key=f"surveys-groups-{number}",
                help="Area, type of school, role: results are shown for each."),
            "weight": one(third, "Design weights", room.heading_of(survey, survey.weight),
                          f"weight-{number}", help="Where some stand for more people."),
            "cluster": one(fourth, "People are nested in", cluster, f"cluster-{number}",
                           help="Such as their school."),
        }  # fmt: skip
    try:
        return room.with_columns(survey, headings, **chosen)
    except QualkitError as error:
        editor.tell_faults(error, "These columns cannot be so:")
        return None


def _column(place: Any, label: str, now: str, key: str, *, headings: list[str], help: str) -> str:  # noqa: A002, ANN401 - as Streamlit calls it; a place on the page
    options = ["", *headings, *([now] if now and now not in headings else [])]
    chosen: str = place.selectbox(
        label, options, index=options.index(now), key=f"surveys-{key}", help=help,
        format_func=lambda one: one or "None",
    )  # fmt: skip
    return chosen


def _yaml(found: loading.Look, survey: Survey) -> None:
    with st.expander("The same as a file", key="surveys-as-file"):
        editor.as_yaml(survey, "look")
        given = st.file_uploader("Bring it back", type=["yaml", "yml"], help=_MAPPING,
                                 key=f"surveys-back-{_round()}")  # fmt: skip
        if st.button("Use this mapping", disabled=given is None, key="surveys-use") and given:
            try:
                mapping = room.survey_in(given.getvalue(), given.name)
            except QualkitError as error:
                state.tell(error, "The mapping cannot be used.")
                return
            _look(found.upload, loading.Wanted(mapping, layout=_layout(found)))


def _layout(found: loading.Look) -> str | None:
    return None if found.layout == "spss" else found.layout


def _decide(found: loading.Look, survey: Survey, wave: str) -> None:
    if said := loading.taken(found, survey.id, wave):
        st.warning(state.plain(said))
    same = loading.same(found, survey, wave)
    if not same:
        st.info("You have changed what was asked: check the file by it before it is loaded.")
    open_answers = bool(found.open_answers) and st.checkbox(
        f"Make a source of {found.open_answers:,} open answers, to be coded like an interview",
        True, key=f"surveys-open-{_round()}",
    )  # fmt: skip
    with st.container(horizontal=True):
        check = st.button("Check again", type="secondary" if same else "primary",
                          key="surveys-check", disabled=not wave)  # fmt: skip
        keep = st.button("Load", type="primary", key="surveys-load",
                         disabled=not same or bool(found.faults) or not wave)  # fmt: skip
        _drop_button()
    if check:
        mapping = replace(survey, waves={**survey.waves, wave: found.upload.name})
        _look(found.upload, loading.Wanted(mapping, wave=wave, layout=_layout(found)))
    if keep:
        jobs.start(mine("load"), "Loading the answers", partial(
            loading.load, *as_who(), found, survey, wave=wave, open_answers=open_answers,
        ))  # fmt: skip
        st.rerun()


def _way_out() -> None:
    with st.container(horizontal=True):
        _drop_button()


def _drop_button() -> None:
    if st.button("Choose another file", key="surveys-drop"):
        _drop()
        st.rerun()


def _drop() -> None:
    st.session_state.pop(_LOOK, None)
    _again()


# Kept ----------------------------------------------------------------------------------------


def _kept(job: jobs.Job) -> None:
    jobs.forget(mine("load"))
    if not jobs.mishap(job, "Nothing was loaded.", "Cancelled; nothing was loaded."):
        _drop()
        st.session_state[_LOADED] = job.result
        st.rerun()


def _told() -> None:
    """What became of the last file, until it is put away."""
    made: Loaded | None = st.session_state.get(_LOADED)
    if made is None:
        return
    with st.container(border=True):
        st.success(state.plain(loading.loaded_said(made)))
        for note in made.notes:
            st.text(note)
        with st.container(horizontal=True):
            st.button("See the results", key="surveys-see", on_click=go, args=(RESULTS,))
            st.button("Compare waves", key="surveys-see-change", on_click=go, args=(COMPARE,))
            if st.button("Put away", key="surveys-away"):
                del st.session_state[_LOADED]
                st.rerun()
