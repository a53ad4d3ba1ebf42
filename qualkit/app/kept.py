"""What several pages read of a whole study, read once for each change of it.

As long as the log has no new entry, it is what it was. The study's name, that entry and who looks
are the key, since a coder who codes blind sees less than others; Streamlit leaves out an argument
with a bar before it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from qualkit.app.worked import reading, worked
from qualkit.project import Project

if TYPE_CHECKING:
    from collections.abc import Callable

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


# What takes long in a large study: worked out in the background, None with a bar meanwhile -------


def disagreements(project: Project) -> pd.DataFrame | None:
    """Every passage on which coders disagree; see :func:`qualkit.settling.disagreements_of`."""
    from qualkit.settling import disagreements_of

    return _compared(project, "disagreements", disagreements_of)


def consensus(project: Project) -> pd.DataFrame | None:
    """How far the consensus is; see :func:`qualkit.settling.progress_of_consensus`."""
    from qualkit.settling import progress_of_consensus

    return _compared(project, "consensus", progress_of_consensus)


def to_redefine(project: Project) -> pd.DataFrame | None:
    """Codes on which people disagree; see :func:`qualkit.settling.to_redefine_of`."""
    from qualkit.settling import to_redefine_of

    return _compared(project, "redefine", to_redefine_of)


def _compared(
    project: Project, what: str, read: Callable[[Project], pd.DataFrame]
) -> pd.DataFrame | None:
    made: pd.DataFrame | None = worked(project, what, (), "Comparing the coders", reading(read))
    return made
