"""What several pages read of a whole study, read once for each change of it.

As long as the log has no new entry, it is what it was. The study's name and that entry are the
key; Streamlit leaves out an argument with a bar before it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from qualkit.progress import Progress, progress_of
from qualkit.project import Project

if TYPE_CHECKING:
    import pandas as pd


def progress(project: Project) -> Progress:
    """How far a study is; see :func:`qualkit.progress.progress_of`."""
    return _progress(project.study, project.last_entry(), project)


def codings(project: Project) -> pd.DataFrame:
    """Every coding of a study; see :meth:`qualkit.Project.codings`."""
    return _codings(project.study, project.last_entry(), project)


@st.cache_data(max_entries=4, show_spinner=False)
def _progress(study: str, entry: int, _project: Project) -> Progress:
    return progress_of(_project)


@st.cache_data(max_entries=4, show_spinner=False)
def _codings(study: str, entry: int, _project: Project) -> pd.DataFrame:
    return _project.codings()
