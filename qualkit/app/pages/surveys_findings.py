"""Every result as a finding: what was computed here, and what others published."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

import streamlit as st

from qualkit.app import surveys_results_room as room
from qualkit.app.pages import surveys_parts as parts
from qualkit.app.pages.surveys import teach
from qualkit.app.worked import KEPT, as_who, worked
from qualkit.project import Project

if TYPE_CHECKING:
    import pandas as pd

_ORIGINS: Final = ("computed", "published")


def show(project: Project) -> None:
    """Draw this part of the page."""
    if project.surveys().empty and project.published_table().empty:
        teach(project)
        return
    st.text("Each result has an id that stays the same when it is computed again, so that a theme "
            "can be linked to it.")  # fmt: skip
    asked = room.Hiding()
    table = worked(project, "findings", asked, "Putting findings together",
                         partial(room.all_findings, *as_who(), asked))  # fmt: skip
    if table is None:
        return
    sieve = _sieve(table)
    shown = room.sifted(table, sieve)
    st.text(room.counted(table, shown))
    read = room.readable(shown)
    chosen = st.dataframe(
        read, hide_index=True, key=f"surveys-findings-{hash(sieve)}", placeholder="",
        alt="Findings", column_config=_columns(), on_select="rerun", selection_mode="single-row",
    ).selection.rows  # fmt: skip
    st.text("\n".join(room.in_full(read, chosen)) or "Choose a row to read all of it.")
    if len(shown):
        parts.files(project, shown, sieve, f"{project.name}-findings", "findings")


def _sieve(table: pd.DataFrame) -> room.Sieve:
    first, second, third, fourth = st.columns([1, 1, 2, 1], vertical_alignment="bottom")
    origin = first.selectbox("Origin", _ORIGINS, index=None, placeholder="All",
                             key="surveys-origin", **KEPT)  # fmt: skip
    survey = second.selectbox("Survey or table", list(dict.fromkeys(table["survey"])), index=None,
                              placeholder="All", key="surveys-of", **KEPT)  # fmt: skip
    words = third.text_input("With these words", key="surveys-words",
                             placeholder="K1 mean", **KEPT)  # fmt: skip
    usable = fourth.checkbox("Only what can be used", key="surveys-usable", **KEPT)
    changes = fourth.checkbox("Only changes", key="surveys-changes", **KEPT)
    return room.Sieve(origin or "", survey or "", words, usable, changes)


def _columns() -> dict[str, Any]:
    column = st.column_config
    return {
        "What": column.TextColumn(width=620),
        "Base": column.NumberColumn(format="localized", width="small"),
        "p": column.TextColumn(width="small", alignment="right"),
        "Adjusted p": column.TextColumn(width="small", alignment="right"),
        "Origin": column.TextColumn(width="small"),
        "Source": column.TextColumn(width="medium"),
        "Usable": column.TextColumn(width="medium"),
        "Finding": column.TextColumn(width="medium"),
    }
