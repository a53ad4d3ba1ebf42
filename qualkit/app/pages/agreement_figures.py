"""Figures of agreement: chosen, worked out in the background, shown with how sure they are."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

import streamlit as st

from qualkit.agreement.bands import BANDS
from qualkit.agreement.study import Settings
from qualkit.app import figures_room as room
from qualkit.app import jobs, kept, release, state
from qualkit.app import suggestions_room as suggesting
from qualkit.app.components.heat import heat
from qualkit.app.pages.agreement import teach
from qualkit.project import Project
from qualkit.tables import attributes_of

if TYPE_CHECKING:
    import pandas as pd

    from qualkit.agreement.study import Agreement

_KEPT: Final[dict[str, Any]] = {"persist_state": "session"}
_ENDINGS: Final = {".docx": "Word", ".xlsx": "Excel", ".html": "Web page"}


def show(project: Project) -> None:
    """Draw this part of the page."""
    if not kept.coded_twice(project):
        teach(project)
        return
    asked = _asked(project)
    key = f"agreement {project.study} {project.user}"
    if jobs.of(key) is None:
        _start(key, asked)
    elif st.button("Work it out", type="primary", key="figures-go", disabled=jobs.running(key),
                   help="With what is chosen above."):  # fmt: skip
        _start(key, asked)
        st.rerun()
    ended = jobs.show(key)
    if ended is None or jobs.mishap(ended, "The figures could not be worked out."):
        return
    worked: room.Worked = ended.result
    if worked.entry != project.last_entry():
        st.info("Something was changed since this was worked out.")
    elif worked.asked != asked:
        st.info("These figures are as they were asked for before; work them out anew.")
    _shown(worked, suggesting.code_paths(project.codes()))
    _report(project, worked.asked)


def _start(key: str, asked: room.Asked) -> None:
    work = partial(room.work_out, state.study() or "", state.coder() or None, asked)
    jobs.start(key, "Working out how far coders agree", work)


# What is asked -------------------------------------------------------------------------------


def _asked(project: Project) -> room.Asked:
    unit, coders, sources, books = st.columns(4)
    given: dict[str, Any] = {
        "unit": unit.selectbox("Compare", list(room.UNITS), format_func=room.UNITS.__getitem__,
                               key="figures-unit", **_KEPT),
        "coders": tuple(coders.multiselect("Coders", project.coders(), placeholder="All",
                                           key="figures-coders", **_KEPT)),
        "sources": tuple(sources.multiselect(
            "Sources", project.sources()["source"].tolist(), placeholder="All",
            key="figures-sources", **_KEPT)),
    }  # fmt: skip
    titles = {book.id: book.title for book in project.codebooks()}
    given["codebooks"] = tuple(books.multiselect(
        "Codebooks", list(titles), placeholder="All", format_func=titles.__getitem__,
        key="figures-books", **_KEPT))  # fmt: skip
    with st.expander("More settings", key="figures-more"):
        more, by, over = _more(project)
    return room.Asked(Settings(**given, **more), by, over)


def _more(project: Project) -> tuple[dict[str, Any], str | None, str | None]:
    first, second, third = st.columns(3)
    by = first.selectbox(
        "Compare groups by", _attributes(project), index=None, placeholder="No groups",
        key="figures-by", help="An attribute of sources or cases, or the role of coders.", **_KEPT,
    )  # fmt: skip
    over = second.selectbox(
        "Over time", list(room.OVER), index=None, placeholder="Not over time",
        format_func=room.OVER.__getitem__, key="figures-over",
        help="Whether coders drift apart.", **_KEPT,
    )  # fmt: skip
    bands = third.selectbox(
        "Words for figures", list(BANDS), key="figures-bands",
        format_func=lambda one: {"krippendorff": "Krippendorff (.667, .80)",
                                 "landis-koch": "Landis and Koch"}.get(one, one), **_KEPT,
    )  # fmt: skip
    share = first.slider(
        "A sentence or turn counts as coded from", 0, 100, 0, format="%d%%", key="figures-share",
        help="The share of it that is coded; 0% means any part.", **_KEPT,
    )  # fmt: skip
    overlap = second.slider(
        "Segments are the same from an overlap of", 50, 100, 90, format="%d%%",
        key="figures-overlap", **_KEPT,
    )  # fmt: skip
    interviewer = third.checkbox(
        "Count what interviewers say as well", key="figures-interviewer", **_KEPT
    )
    more = {"share": share / 100, "overlap": overlap / 100, "interviewer": interviewer,
            "bands": bands}  # fmt: skip
    return more, by, over


def _attributes(project: Project) -> list[str]:
    own = attributes_of(project.sources(), "sources")
    of_cases = [one for one in attributes_of(project.cases(), "cases") if one not in own]
    return [*own, *of_cases, "case", "coder role"]


# What was found ------------------------------------------------------------------------------


def _shown(worked: room.Worked, paths: dict[str, str]) -> None:
    made = worked.made
    st.text(room.caution(made))
    for note in made.notes:
        st.text(f"Note: {note}")
    table_of(room.overall(made), "figures-overall", "The figures of the whole study")
    if worked.after is not None:
        st.subheader("Before and after settling")
        table_of(room.compared(made, worked.after), "figures-after", "Before and after settling")
    if (made.codes["applied"] > 0).any():
        st.subheader("Codes by pairs of coders")
        st.text("Kappa: 0 is chance, 1 is full agreement; the deeper the tint the higher.")
        heat("figures-heat", room.heat(made, paths))
    _by_code(made)
    _others(made)
    st.subheader("For a methodology annex")
    st.text("How this was done, ready to copy:")
    st.code(made.method, language=None, wrap_lines=True)


def _by_code(made: Agreement) -> None:
    st.subheader("Code by code")
    table_of(room.readable(room.applied(made.codes)), "figures-codes", "Agreement on each code")
    if len(made.themes):
        with st.expander("Theme by theme", key="figures-themes-open"):
            themes = room.readable(room.applied(made.themes), {"name": "Theme"})
            table_of(themes, "figures-themes", "Agreement on each theme")


def _others(made: Agreement) -> None:
    parts: dict[str, pd.DataFrame | None] = {
        "By source": made.sources_table, "By pair of coders": made.pairs_table,
        "By group": made.groups, "Over time": made.periods,
        "Ratings and stances": made.ratings,
    }  # fmt: skip
    for n, (title, table) in enumerate(parts.items()):
        if table is not None and len(table):
            with st.expander(title, key=f"figures-part-open-{n}"):
                table_of(room.readable(table), f"figures-part-{n}", title)


def table_of(table: pd.DataFrame, key: str, alt: str) -> None:
    """Show a table of figures: shares in per cent, and nothing where there is no figure."""
    column = st.column_config
    st.dataframe(
        table, hide_index=True, key=key, alt=alt, placeholder="",
        column_config={
            name: column.NumberColumn(format="%.1f%%" if name in _PER_CENT else "%.3f")
            for name in table.select_dtypes("float").columns
        },
    )  # fmt: skip


_PER_CENT: Final = ("Per cent", "Chance of alpha under .667", "under .80")


# The report ----------------------------------------------------------------------------------


def _report(project: Project, asked: room.Asked) -> None:
    st.subheader("A report of it")
    st.text("The method, every figure, the passages on which coders differ, and what was decided.")
    job = f"agreement-report {project.study} {project.user}"
    with st.container(horizontal=True, vertical_alignment="bottom"):
        ending = st.radio("File", list(_ENDINGS), format_func=_ENDINGS.__getitem__,
                          horizontal=True, key="figures-ending", **_KEPT)  # fmt: skip
        jobs.button(
            "Make the report", key="figures-report", job=job, title="Writing the report",
            work=partial(room.write, state.study() or "", state.coder() or None, asked, ending),
        )  # fmt: skip
    made: room.Made | None = jobs.result(job, "The report could not be made.")
    if made is None:
        return
    st.text(f"{made.name} is ready.")
    release.download(
        "Download the report", made.data, made.name, "application/octet-stream",
        key="figures-download", icon=":material/download:", on_click="ignore",
    )  # fmt: skip
