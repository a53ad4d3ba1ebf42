"""The first pages: what a study holds, to look at. Coding and editing come with the interface."""

from __future__ import annotations

import streamlit as st

from qualkit.errors import QualkitError
from qualkit.project import Project
from qualkit.tables import attributes_of


def _open() -> Project | None:
    """The study that is open, or None with a word on how to open one."""
    study = st.session_state.get("study")
    if not study:
        st.info("No study is open. Give its path here, or start with: qualkit app STUDY")
        given = st.text_input("Path of a study")
        if not given:
            return None
        st.session_state["study"] = study = given
    try:
        return Project.open(study)
    except QualkitError as error:
        st.error("This study cannot be opened.")
        st.text(str(error))
        del st.session_state["study"]
        return None


def study() -> None:
    """How far the study has come."""
    st.title("Study")
    if (project := _open()) is None:
        return
    with project:
        st.text(project.study)
        sources, codings = project.sources(), project.codings()
        counts = {
            "Sources": len(sources),
            "Cases": len(project.cases()),
            "Codings": len(codings),
            "Summaries": len(project.summaries()),
        }
        for column, (name, count) in zip(st.columns(len(counts)), counts.items(), strict=True):
            column.metric(name, f"{count:,}")
        if sources.empty:
            st.info("No interviews yet. Import them with: qualkit source add STUDY FILES")
            return
        st.subheader("Codings by coder and theme")
        st.dataframe(codings.groupby(["coder", "theme"]).size().unstack(0).fillna(0).astype(int))


def sources() -> None:
    """Every source with its attributes, and one of them turn by turn."""
    st.title("Sources")
    if (project := _open()) is None:
        return
    with project:
        table = project.sources()
        shown = ["source", "format", "case", "words", "turns", "codings"]
        st.dataframe(table[[*shown, *attributes_of(table, "sources")]], hide_index=True)
        if table.empty:
            return
        name = str(st.selectbox("Read a source", list(table["source"])))
        turns = project.turns([name])
        st.dataframe(turns[["line", "time", "speaker", "role", "text"]], hide_index=True)


def framework() -> None:
    """The grid as it would be written."""
    from qualkit.reports import grid_of

    st.title("Framework")
    if (project := _open()) is None:
        return
    with project:
        grid = grid_of(project, rows=st.selectbox("Rows", ["case", "source"]))
        column = st.selectbox(
            "Theme", range(len(grid.columns)), format_func=lambda n: grid.columns[n].title
        )
        for row in grid.rows:
            cell = grid.cell(row.key, column)
            st.text(f"{row.name}: {len(cell.excerpts)} excerpts")
            rows = [{"Words": s.text, "Where": s.author} for s in cell.summaries]
            rows += [{"Words": e.text, "Where": e.attribution} for e in cell.excerpts]
            if rows:
                st.dataframe(rows, hide_index=True)


def codebook() -> None:
    """Every code with its rules."""
    st.title("Codebook")
    if (project := _open()) is None:
        return
    with project:
        shown = ["codebook", "path", "codings", "definition", "include", "exclude", "example"]
        st.dataframe(project.codes()[shown], hide_index=True)
