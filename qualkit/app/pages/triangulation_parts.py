"""What the parts of the page Triangulation share: the evidence put together, and a way to links."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from qualkit.app import triangulation_room as room
from qualkit.app.worked import as_who, worked
from qualkit.project import Project

if TYPE_CHECKING:
    import pandas as pd

    from qualkit.triangulate import Assessment


def findings() -> room.Findings:
    """The findings that this tab has put together."""
    held: room.Findings = st.session_state.setdefault("triangulation-findings", room.Findings())
    return held


def assessed(project: Project) -> Assessment | None:
    """Every link assessed; None, with a bar or the reason, while there is nothing."""
    found: Assessment | None = worked(project, "triangulated", (), "Putting the evidence together",
                        partial(room.put_together, *as_who(), findings()))  # fmt: skip
    return found


def all_findings(project: Project) -> pd.DataFrame | None:
    """Every finding that can be linked; None, with a bar or the reason, while there is nothing."""
    found = assessed(project)
    return None if found is None else found.all_findings
