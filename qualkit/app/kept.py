"""What several pages read of a whole study, read once for each change of it.

As long as the log has no new entry, it is what it was. The study's name, that entry and who looks
are the key, since a coder who codes blind sees less than others; Streamlit leaves out an argument
with a bar before it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from qualkit.project import Project

if TYPE_CHECKING:
    import pandas as pd


def coverage(project: Project) -> pd.DataFrame:
    """How far each source is coded; see :meth:`qualkit.Project.coverage`."""
    return _coverage(*_key(project), project)


def coded_twice(project: Project) -> int:
    """How many sources are coded by two; see :meth:`qualkit.Project.coded_twice`."""
    return _coded_twice(*_key(project), project)


def codings(project: Project) -> pd.DataFrame:
    """Every coding of a study; see :meth:`qualkit.Project.codings`."""
    return _codings(*_key(project), project)


def disagreements(project: Project) -> pd.DataFrame:
    """Every passage on which coders disagree; see :func:`qualkit.settling.disagreements_of`."""
    return _disagreements(*_key(project), project)


def consensus(project: Project) -> pd.DataFrame:
    """How far the consensus is; see :func:`qualkit.settling.progress_of_consensus`."""
    return _consensus(*_key(project), project)


def to_redefine(project: Project) -> pd.DataFrame:
    """Codes on which people disagree; see :func:`qualkit.settling.to_redefine_of`."""
    return _to_redefine(*_key(project), project)


def _key(project: Project) -> tuple[str, int, str]:
    return project.study, project.last_entry(), project.user


@st.cache_data(max_entries=4, show_spinner=False)
def _coverage(study: str, entry: int, user: str, _project: Project) -> pd.DataFrame:
    return _project.coverage()


@st.cache_data(max_entries=4, show_spinner=False)
def _coded_twice(study: str, entry: int, user: str, _project: Project) -> int:
    return _project.coded_twice()


@st.cache_data(max_entries=4, show_spinner=False)
def _codings(study: str, entry: int, user: str, _project: Project) -> pd.DataFrame:
    return _project.codings()


@st.cache_data(max_entries=4, show_spinner="Comparing the coders")
def _disagreements(study: str, entry: int, user: str, _project: Project) -> pd.DataFrame:
    from qualkit.settling import disagreements_of

    return disagreements_of(_project)


@st.cache_data(max_entries=4, show_spinner="Comparing the coders")
def _consensus(study: str, entry: int, user: str, _project: Project) -> pd.DataFrame:
    from qualkit.settling import progress_of_consensus

    return progress_of_consensus(_project)


@st.cache_data(max_entries=4, show_spinner="Looking for codes to redefine")
def _to_redefine(study: str, entry: int, user: str, _project: Project) -> pd.DataFrame:
    from qualkit.settling import to_redefine_of

    return to_redefine_of(_project)
