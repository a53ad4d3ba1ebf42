"""What the parts of the page Triangulation share: the evidence put together, and a way to links."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from qualkit.app import state
from qualkit.app import triangulation_joint_room as joint
from qualkit.app import triangulation_room as room
from qualkit.app.worked import KEPT, as_who, worked
from qualkit.project import Project
from qualkit.triangulate import verdict_words

if TYPE_CHECKING:
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


def only(assessed: Assessment, key: str) -> joint.Only:
    """Choose which rows are shown, by theme, verdict and status."""
    first, second, third = st.columns([2, 1, 1])
    with first:
        themes = _some("Themes and codes", joint.themes_in(assessed), f"themes-{key}")
    with second:
        known = {one: verdict_words(one) for one in joint.verdicts_in(assessed)}
        verdicts = _some("Verdicts", known, f"verdicts-{key}")
    with third:
        statuses = _some("Status", joint.STATUS_WORDS, f"statuses-{key}")
    return joint.Only(themes, verdicts, statuses)


def _some(label: str, known: Mapping[str, str], key: str) -> tuple[str, ...]:
    """Some of what there is; what was chosen and is not there any more is let go."""
    name = f"triangulation-{key}"
    if name in st.session_state:
        st.session_state[name] = [one for one in st.session_state[name] if one in known]
    return tuple(st.multiselect(
        label, list(known), placeholder="All", key=name,
        format_func=lambda one: state.plain(known.get(one, one)), **KEPT,
    ))  # fmt: skip
