"""Every table of triangulation to look at and as a file, and a whole report."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Final

import streamlit as st

from qualkit.app import state
from qualkit.app import triangulation_tables_room as room
from qualkit.app.components.artefact import artefact
from qualkit.app.export_room import spoken
from qualkit.app.pages import triangulation_parts as parts
from qualkit.app.study_room import saturation_chart
from qualkit.app.triangulation_joint_room import ALL_ROWS
from qualkit.app.worked import KEPT, as_who, file, worked
from qualkit.project import Project
from qualkit.triangulating import REPORT
from qualkit.wording import many

if TYPE_CHECKING:
    from qualkit.triangulate import Assessment

_ONE, _ALL = "One table", "The whole report"
_USUAL: Final = {"survey": "Groups of the survey", "sources": "Groups of interviews",
                 "order": "Order of interviews"}  # fmt: skip


def show(project: Project) -> None:
    """Draw this part of the page."""
    assessed = parts.assessed(project)
    if assessed is None:
        return
    what = st.radio("What to make", [_ONE, _ALL], horizontal=True, key="triangulation-what",
                    label_visibility="collapsed", **KEPT)  # fmt: skip
    (_report if what == _ALL else _table)(project, assessed)


# One table -------------------------------------------------------------------------------------


def _table(project: Project, assessed: Assessment) -> None:
    wanted = _wanted(assessed)
    kind = room.KINDS[wanted.name]
    found: room.Table | None = worked(
        project, "triangulation-table", wanted, "Putting the table together",
        partial(room.table, *as_who(), assessed, wanted),
    )  # fmt: skip
    if found is None:
        return
    if found.why:
        st.info("There is nothing to show.")
        st.text(found.why)
        return
    _figure(found)
    if not found.sheet:
        st.text("Nothing to show.")
        st.text(kind.method)
        return
    file((project.study, project.user, project.last_entry(), wanted), "triangulation-table",
         room.endings(wanted.name), partial(room.write, *as_who(), assessed, wanted),
         title="Writing the table", label="As a file")  # fmt: skip
    artefact("triangulation-sheet", found.sheet)
    if found.summary:
        artefact("triangulation-summary", found.summary)
    st.text("\n".join((*found.notes, kind.method)))


def _wanted(assessed: Assessment) -> room.Wanted:
    first, second, third = st.columns([2, 1, 1])
    name = first.selectbox("Table", list(room.KINDS), key="triangulation-table",
                           format_func=lambda one: room.KINDS[one].title, **KEPT)  # fmt: skip
    kind = room.KINDS[name]
    by, quotes = "", None
    if kind.by:
        by = second.selectbox(
            _USUAL[kind.by], [*([""] if kind.by == "order" else []), *room.choices(assessed, kind)],
            key=f"triangulation-by-{name}", placeholder="There are none",
            format_func=lambda one: state.plain(spoken(one)) if one else "As they were imported",
            **KEPT,
        ) or ""  # fmt: skip
    if kind.quotes:
        quotes = third.number_input("Quotations a row, at most", 0, 10, kind.quotes,
                                    key=f"triangulation-quotes-{name}", **KEPT)  # fmt: skip
    st.text(kind.sentence)
    only = parts.only(assessed, "tables") if kind.rows else ALL_ROWS
    return room.Wanted(name, only, quotes, by)


def _figure(found: room.Table) -> None:
    """How codes grew, where the table is of that."""
    made = found.saturation
    if made is None or made.table.empty:
        return
    codes, count = made.table["codes"].iloc[-1], len(made.table)
    st.altair_chart(
        saturation_chart(made), key="triangulation-saturation",
        alt=f"New codes by interview; {many(int(codes), 'code')} after {many(count, 'interview')}",
    )  # fmt: skip
    st.text("Bars are new codes, the line all so far.")


# The whole report ------------------------------------------------------------------------------


def _report(project: Project, assessed: Assessment) -> None:
    names: list[str] | None = worked(
        project, "triangulation-showing", (), "Looking at what there is to show",
        partial(room.showing, *as_who(), assessed),
    )  # fmt: skip
    if names is None:
        return
    report = _asked(names)
    _warn(assessed)
    if not report.names:
        st.info("Choose one table at least.")
        return
    file((project.study, project.user, project.last_entry(), report), "triangulation-report",
         room.ENDINGS, partial(room.write_report, *as_who(), assessed, report),
         title="Writing the report", label="As a file")  # fmt: skip


def _asked(names: Sequence[str]) -> room.Report:
    usual = [one for one in REPORT if one in names]
    chosen = st.multiselect(
        "Tables", names, default=usual, format_func=lambda one: room.KINDS[one].title,
        key="triangulation-report", **KEPT,
    )  # fmt: skip
    if empty := [room.KINDS[one].title for one in room.KINDS if one not in names]:
        st.text(f"The study has nothing to show yet for: {', '.join(empty)}.")
    title = st.text_input(
        "Title", max_chars=200, key="triangulation-title",
        placeholder="Triangulation, with the name of the study", **KEPT,
    )  # fmt: skip
    with st.expander("Look of the Word file"):
        template = st.file_uploader(
            "A Word file whose styles, headers and footers it takes", type=["docx", "dotx"],
            key="triangulation-template",
        )  # fmt: skip
    ordered = tuple(one for one in room.KINDS if one in chosen)
    return room.Report(ordered, title, None if template is None else template.getvalue())


def _warn(assessed: Assessment) -> None:
    """Say how many verdicts nobody has decided, before anything is written."""
    left, links = room.undecided(assessed)
    if left:
        st.warning(
            f"{left:,} of {many(links, 'verdict')} {'is' if left == 1 else 'are'} not decided yet "
            "and will be marked PROPOSED."
        )
    elif links:
        st.text("Every verdict is decided.")
