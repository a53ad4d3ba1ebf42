"""Tables that others printed, drawn as printed, with what the audit found beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import streamlit as st

from qualkit.app import state
from qualkit.app import surveys_published_room as room
from qualkit.app.components.printed import printed
from qualkit.app.pages.surveys import say_why
from qualkit.app.sources_room import Upload
from qualkit.app.worked import KEPT, worked
from qualkit.errors import QualkitError
from qualkit.project import Project
from qualkit.survey.published import PublishedTable
from qualkit.wording import many

if TYPE_CHECKING:
    import pandas as pd

_SAID: Final = "surveys-published-said"
_WHAT: Final = """
Figures that others printed carry slips: a lost minus sign, a moved point, a base of another table.
Give a table as it is printed, and the audit says what arithmetic proves, and what it cannot.
A difference that rounding explains is never reported; what is not reported is not proved right.
"""
_FILES: Final = (
    ".yaml as in the documentation (docs/audit.md). A table pasted as .tsv, .csv or .xlsx needs a "
    ".yaml of the same name beside it that says what its columns are: choose both."
)


def show(project: Project) -> None:
    """Draw this part of the page."""
    tables = project.published()
    if (said := st.session_state.pop(_SAID, None)) is not None:
        st.success(state.plain(said))
    if not tables:
        st.markdown(_WHAT)
    if not say_why(project):
        with st.expander("Add tables", expanded=not tables, key="surveys-add"):
            _add(project, tables)
    if tables:
        _kept(project, tables)


# What is kept --------------------------------------------------------------------------------


def _kept(project: Project, tables: list[PublishedTable]) -> None:
    found = _audited(project, tables)
    if found is None:
        return
    by_id = {table.id: table for table in tables}
    faulty = set(found["table"])
    first = next((n for n, one in enumerate(by_id) if one in faulty), 0)
    chosen = st.selectbox(
        "Table", list(by_id), index=first, key="surveys-table", **KEPT,
        format_func=lambda one: f"{one}: {by_id[one].title or 'no title'} "
                                f"({room.count_said(found, one)})",
    )  # fmt: skip
    table = by_id[chosen]
    _beside(table, found, "kept")
    may = bool(state.coder()) and project.may("evaluator")
    if may and st.button("Remove this table", key="surveys-unpublish", help="The log keeps it."):
        _remove(project, table.id)


def _audited(project: Project, tables: list[PublishedTable]) -> pd.DataFrame | None:
    """What the audit found, once for each change of the study; None while it is at work."""
    from qualkit.survey.audit import audit

    found: pd.DataFrame | None = worked(
        project, "audited", "all", "Auditing the tables", lambda _progress: audit(tables)
    )
    return found


def _remove(project: Project, ident: str) -> None:
    try:
        project.remove_published(ident)
    except QualkitError as error:
        state.tell(error, "It was not removed.")
        return
    st.session_state[_SAID] = f"{ident} was removed; Settings can take that back."
    st.rerun()


def _beside(table: PublishedTable, audited: pd.DataFrame, key: str) -> None:
    """A table as printed, and beside it what was found."""
    found = room.numbered(audited, table.id)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        for line in room.about(table):
            st.text(line)
        printed(f"surveys-printed-{key}-{table.id}", room.sheet(table, found))
        for warning in table.warnings:
            st.text(f"Note: {warning}")
    with right:
        if not found:
            st.success("Nothing was found. That does not prove every figure right.")
            return
        for one in found:
            with st.container(border=True):
                st.text(room.found_said(one))
                st.text(one["message"])
                if figures := room.figures_said(one):
                    st.text(figures)
        for line in room.legend(found):
            st.text(line)


# Adding --------------------------------------------------------------------------------------


def _add(project: Project, tables: list[PublishedTable]) -> None:
    number = st.session_state.setdefault("surveys-published-round", 0)
    how = st.radio("How", ["Files", "Pasted"], horizontal=True, key="surveys-how",
                   label_visibility="collapsed")  # fmt: skip
    uploads = _files(number) if how == "Files" else _pasted(number)
    if not uploads:
        return
    try:
        new = room.read(uploads)
    except QualkitError as error:
        state.tell(error, "This cannot be read as a published table.")
        return
    found = room.audited_with(tables, new)
    st.text(room.new_said(new, found))
    keep = st.button(f"Keep {many(len(new), 'table')}", type="primary",
                     key="surveys-publish")  # fmt: skip
    for table in new[:_SHOWN]:
        _beside(table, found, "new")
    if keep:
        try:
            reports = room.keep(project, uploads)
        except QualkitError as error:
            state.tell(error, "Nothing was kept.")
            return
        st.session_state[_SAID] = room.kept_said(reports)
        st.session_state["surveys-published-round"] = number + 1
        st.rerun()


_SHOWN: Final = 3  # new tables that are drawn before they are kept


def _files(number: int) -> list[Upload]:
    files = st.file_uploader(
        "Published tables", type=list(room.ENDINGS), accept_multiple_files=True, help=_FILES,
        key=f"surveys-published-{number}",
    )  # fmt: skip
    return [Upload(one.name, one.getvalue()) for one in files]


def _pasted(number: int) -> list[Upload]:
    cells = st.text_area(
        "The table, as copied from a spreadsheet or a PDF: tabs between cells, the heading first",
        key=f"surveys-cells-{number}", height=160,
    )  # fmt: skip
    if not cells.strip():
        return []
    first, second, third = st.columns(3)
    said: dict[str, Any] = {
        "id": first.text_input("Id", "table-1", key=f"surveys-pasted-id-{number}", max_chars=64),
        "title": second.text_input("Title", key=f"surveys-pasted-title-{number}"),
        "source": third.text_input("Source", key=f"surveys-pasted-source-{number}",
                                   placeholder="DFE-RR640, p. 89",
                                   help="Tables with the same words before the comma are of one "
                                   "report."),
        "base": first.text_input("Base, as printed", key=f"surveys-pasted-base-{number}",
                                 placeholder="49"),
        "design": second.selectbox("Who was asked", list(room.DESIGNS_SAID),
                                   format_func=room.DESIGNS_SAID.__getitem__,
                                   key=f"surveys-pasted-design-{number}"),
        "layout": third.selectbox("Items are", ["rows-are-items", "columns-are-items"],
                                  format_func={"rows-are-items": "rows",
                                               "columns-are-items": "columns"}.__getitem__,
                                  key=f"surveys-pasted-layout-{number}"),
    }  # fmt: skip
    said["roles"] = _roles(cells, said["layout"], number)
    said["more"] = st.text_area(
        "Further lines (optional)", key=f"surveys-pasted-more-{number}", height=90,
        placeholder="scale: {min: 1, max: 4, integer: true}\ntest: paired-t",
        help="Whatever a table's file can say, as YAML; see docs/audit.md.",
    )  # fmt: skip
    if not set(said["roles"].values()) - {"", "label", "total"}:
        st.text("Say above what the columns are.")
        return []
    try:
        return [room.file_of(room.Pasted(cells, **said))]
    except QualkitError as error:
        state.tell(error, "This is no table yet.")
        return []


def _roles(cells: str, layout: str, number: int) -> dict[str, str]:
    """What each column, or row, holds."""
    labels, totals = room.labels_in(cells, layout), room.totals_in(cells, layout)
    table = room.roles_table(labels, layout, totals)
    column = st.column_config
    edited = st.data_editor(
        table, hide_index=True, key=f"surveys-roles-{number}-{hash((layout, *labels, *totals))}",
        alt="What each column holds", disabled=["label"],
        column_config={
            "label": column.TextColumn("As printed"),
            "role": column.SelectboxColumn("Holds", options=list(room.ROLES_SAID)),
            "second": column.SelectboxColumn("In brackets", options=list(room.ROLES_SAID)),
            "wave": column.TextColumn("Wave", help="Such as baseline and followup."),
        },
    )  # fmt: skip
    return room.roles_of(edited)
