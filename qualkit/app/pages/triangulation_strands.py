"""Further strands: figures of activity, workforce and outcomes, looked at before they are kept."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

import streamlit as st

from qualkit.app import jobs, state
from qualkit.app import triangulation_strands_room as room
from qualkit.app.pages.triangulation import LINKS, go, say_why
from qualkit.app.sources_room import Upload
from qualkit.app.worked import as_who, mine
from qualkit.errors import BatchError, LinkedError, QualkitError
from qualkit.project import Project
from qualkit.wording import many

if TYPE_CHECKING:
    import pandas as pd

    from qualkit.triangulate.records import Strand

_LOOK: Final = "triangulation-strands-look"
_KEPT: Final = "triangulation-strands-kept"
_JOB: Final = "strand-look"
_TOLD: Final = 300  # faults that are shown; the first of them are mended first
_WHAT: Final = """
What a service counts can stand beside interviews and surveys: referrals, waits, staff in post,
scores. One row a figure, with the columns `measure`, `period` and `value`; optionally `area`, `n`
and `sd`, and of the measure `question`, `unit`, `polarity` and `total`.
"""


def show(project: Project) -> None:
    """Draw this part of the page."""
    table = room.kept_table(project)
    if table.empty or _LOOK in st.session_state:
        st.markdown(_WHAT)
    locked = say_why(project)
    _told()
    if not locked:
        _load()
    if table.empty:
        st.text("No further strand is kept yet.")
    else:
        _strands(project, table, locked=locked)


def _round() -> int:
    number: int = st.session_state.setdefault("triangulation-strands-round", 0)
    return number


# A file --------------------------------------------------------------------------------------


def _load() -> None:
    if (ended := jobs.show(mine(_JOB))) is not None:
        jobs.forget(mine(_JOB))
        if not jobs.mishap(ended, "The file cannot be read.", "Cancelled; nothing was kept."):
            st.session_state[_LOOK] = ended.result
    if jobs.running(mine(_JOB)):
        return
    if _LOOK in st.session_state:
        _preview(st.session_state[_LOOK])
        return
    file = st.file_uploader("A file of figures", type=list(room.ENDINGS),
                            key=f"triangulation-strands-file-{_round()}",
                            help="Nothing is kept before you have looked at it.")  # fmt: skip
    pressed = st.button("Look at the file", type="primary", disabled=file is None,
                        key="triangulation-strands-look-at")  # fmt: skip
    if pressed and file is not None:
        upload = Upload(file.name, file.getvalue())
        jobs.start(mine(_JOB), "Reading the figures", partial(room.look, *as_who(), upload))
        st.rerun()


def _preview(found: room.Look) -> None:
    st.subheader(state.plain(found.upload.name))
    if found.strand is None:
        st.error(f"{many(len(found.faults), 'thing')} cannot stand, so that nothing can be kept. "
                 "Mend the file and choose it again.")  # fmt: skip
        _lines(found.faults)
    else:
        st.text(f"{room.found_said(found.strand)} Nothing is kept yet.")
        for note in found.strand.warnings:
            st.text(note)
    with st.expander("The first rows", expanded=found.strand is None,
                     key="triangulation-strands-first"):  # fmt: skip
        st.dataframe(room.first_rows(found.sheet), hide_index=True, alt="The first rows",
                     key=f"triangulation-strands-rows-{_round()}", placeholder="")  # fmt: skip
    strand = None if found.strand is None else _named(found, found.strand)
    if strand is not None and (said := room.unset(strand)):
        st.warning(state.plain(said))
    _decide(found, strand)


def _lines(lines: tuple[str, ...]) -> None:
    more = [f"... and {len(lines) - _TOLD:,} more"] if len(lines) > _TOLD else []
    height: Any = 260 if len(lines) > 8 else "content"
    with st.container(height=height, key="triangulation-strands-faults"):
        st.text("\n".join([*lines[:_TOLD], *more]))


def _named(found: room.Look, strand: Strand) -> Strand | None:
    """The strand by its names; None where it cannot be called so."""
    number = _round()
    first, second, third = st.columns([1, 2, 2])
    name = first.text_input("Id", strand.id, max_chars=64, key=f"triangulation-strands-id-{number}",
                            help="A short name; ids of its findings begin with it.")  # fmt: skip
    title = second.text_input("Title", strand.title, key=f"triangulation-strands-title-{number}")
    source = third.text_input("Source", key=f"triangulation-strands-source-{number}",
                              help="Where the figures come from, as it is cited.")  # fmt: skip
    kind = st.selectbox("Kind", list(room.KINDS_SAID), format_func=room.KINDS_SAID.__getitem__,
                        key=f"triangulation-strands-kind-{number}")  # fmt: skip
    measures = _measures(room.measures_table(strand), number)
    try:
        return room.named(found, name=name, kind=kind, title=title, source=source,
                          measures=measures)  # fmt: skip
    except BatchError as error:
        st.error("It cannot be called so:")
        _lines(tuple(error.faults))
        return None


def _measures(table: pd.DataFrame, number: int) -> pd.DataFrame:
    column = st.column_config
    edited: pd.DataFrame = st.data_editor(
        table, hide_index=True, num_rows="fixed", key=f"triangulation-strands-measures-{number}",
        alt="What is measured", disabled=["measure"],
        column_config={
            "measure": column.TextColumn("Measure", width="medium"),
            "question": column.TextColumn("What it means", width="medium"),
            "unit": column.TextColumn("Unit", help="Such as % or days; empty for a count."),
            "polarity": column.SelectboxColumn("Which way is better", options=room.ways(),
                                               required=True),
            "total": column.SelectboxColumn("Areas are", options=room.totals(), required=True),
        },
    )  # fmt: skip
    return edited


def _decide(found: room.Look, strand: Strand | None) -> None:
    taken = strand is not None and strand.id in found.held
    if taken:
        st.warning("The study has a strand of this id already: its figures would make room for "
                   "these. Give another id to keep both.")  # fmt: skip
    with st.container(horizontal=True):
        keep = st.button("Take its place" if taken else "Keep", type="primary",
                         disabled=strand is None, key="triangulation-strands-keep")  # fmt: skip
        if st.button("Choose another file", key="triangulation-strands-drop"):
            _drop()
            st.rerun()
    if keep and strand is not None:
        _keep(found, strand)


def _keep(found: room.Look, strand: Strand) -> None:
    with state.opened(write=True) as project:
        try:
            report = room.keep(project, found, strand, links=False)
        except LinkedError as error:
            _ask_links(strand.id, room.links_said(project, error), found, strand)
            return
        except QualkitError as error:
            state.tell(error, "Nothing was kept.")
            return
    _was_kept(strand, (room.kept_said(report, strand.id), *report.notes))


def _was_kept(strand: Strand, said: tuple[str, ...]) -> None:
    _drop()
    st.session_state[_KEPT] = said
    st.session_state["triangulation-strands-of"] = strand.id
    st.rerun()


def _drop() -> None:
    st.session_state.pop(_LOOK, None)
    st.session_state["triangulation-strands-round"] = _round() + 1


def _told() -> None:
    """What became of the last file, until it is put away."""
    said: tuple[str, ...] = st.session_state.get(_KEPT, ())
    if not said:
        return
    with st.container(border=True):
        st.success(state.plain(said[0]))
        for note in said[1:]:
            st.text(note)
        with st.container(horizontal=True):
            st.button("Go to Links", key="triangulation-strands-links", on_click=go, args=(LINKS,))
            if st.button("Put away", key="triangulation-strands-away"):
                del st.session_state[_KEPT]
                st.rerun()


# Kept ----------------------------------------------------------------------------------------


def _strands(project: Project, table: pd.DataFrame, *, locked: bool) -> None:
    st.subheader("Strands that are kept")
    st.dataframe(
        table, hide_index=True, key="triangulation-strands-table", alt="Strands", placeholder="",
        column_config={"Added": st.column_config.DatetimeColumn(format="YYYY-MM-DD HH:mm")},
    )  # fmt: skip
    names = table["Strand"].tolist()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.selectbox("Strand", names, key="triangulation-strands-of", width=320)
        gone = not locked and st.button("Remove this strand", key="triangulation-strands-remove")
    strand = project.strand(name)
    st.text(room.found_said(strand))
    st.dataframe(room.figures(strand), hide_index=True, alt="Figures of the strand",
                 key=f"triangulation-strands-figures-{name}", placeholder="")  # fmt: skip
    if gone:
        held = project.strands().set_index("strand")["version"]
        _ask(name, int(held[name]))


@st.dialog("Remove a strand")
def _ask(name: str, version: int) -> None:
    """Say what goes, and remove it where the user wants it all the same."""
    listed = st.session_state.get(_key_of_links(name), ())
    with state.opened(write=True) as project:
        st.text(f"Remove {name} with all its figures? The log under Settings takes it back.")
        if listed:
            _list(listed)
        with st.container(horizontal=True):
            label = f"Remove it and {many(len(listed), 'link')}" if listed else "Remove it"
            gone = st.button(label, type="primary", key="triangulation-strands-gone")
            kept = st.button("Leave it", key="triangulation-strands-stays")
        if gone:
            try:
                room.remove(project, name, version, links=bool(listed))
            except LinkedError as error:
                st.session_state[_key_of_links(name)] = room.links_said(project, error)
                st.rerun(scope="fragment")
            except QualkitError as error:
                state.tell(error, "It was not removed.")
                return
            st.session_state[_KEPT] = (f"{name} was removed.",)
        if gone or kept:
            st.session_state.pop(_key_of_links(name), None)
            st.rerun()


def _key_of_links(name: str) -> str:
    return f"triangulation-strands-linked-{name}"


def _list(links: tuple[str, ...]) -> None:
    st.warning(f"{many(len(links), 'link')} would point at nothing, and would go along with the "
               "verdicts on it:")  # fmt: skip
    with st.container(height=200 if len(links) > 6 else "content",
                      key="triangulation-strands-links-listed"):  # fmt: skip
        st.text("\n".join(links))


@st.dialog("Links that would point at nothing")
def _ask_links(name: str, links: tuple[str, ...], found: room.Look, strand: Strand) -> None:
    """Other figures in the place of linked ones: which links would go along."""
    st.text(f"{name} is linked to, by what these figures do not have any more.")
    _list(links)
    with st.container(horizontal=True):
        go_on = st.button(f"Keep it without {many(len(links), 'link')}", type="primary",
                          key="triangulation-strands-without")  # fmt: skip
        if st.button("Leave all as it is", key="triangulation-strands-leave"):
            st.rerun()
    if go_on:
        with state.opened(write=True) as project:
            try:
                report = room.keep(project, found, strand, links=True)
            except QualkitError as error:
                state.tell(error, "Nothing was kept.")
                return
        _was_kept(strand, (room.kept_said(report, strand.id), *report.notes))
