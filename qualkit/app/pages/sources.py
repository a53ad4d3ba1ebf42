"""The page Sources: look at files before they are kept, and change what is known of sources."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import pandas as pd
import streamlit as st

from qualkit.app import find_room, jobs, state
from qualkit.app import sources_room as room
from qualkit.app.pages import sources_corrected
from qualkit.errors import QualkitError
from qualkit.importers._guard import FILE_BYTES, MB
from qualkit.loading import ImportReport
from qualkit.model import ROLES, Source, new_id
from qualkit.project import Project

_ROLE_HELP: Final = "Interviewers ask; participants answer. Answers are what is coded and counted."
_ALL_HELP: Final = "Wherever these speakers speak: for a team that names itself alike throughout."
_PATTERN_HELP: Final = (
    "Where file names say something: {case}-{stakeholder_type} makes of 'northmoor-parent' the "
    "case northmoor and the stakeholder type parent."
)
_SHEET_HELP: Final = (
    "A .csv or .xlsx with one row a file: a column source with the file's name, a column case "
    "where you like, and every further column becomes an attribute."
)
_CASE_SHEET_HELP: Final = "A .csv or .xlsx with one row a case, named in a column case."


def show() -> None:
    """Show the page."""
    st.title("Sources")
    with state.opened() as project:
        sources = project.sources()
        may = project.may("evaluator")
        if may:
            start = sources.empty or _at_work()
            with st.expander("Add interviews", expanded=start, key="sources-add"):
                _add(sources)
        else:
            st.info("You can read what is known here. Your role does not let you change it.")
        _told()
        sources_corrected.waiting(project)
        if sources.empty:
            return
        with st.expander("Find words in all interviews", key="sources-find"):
            _find(project)
        st.subheader("What is known of each source")
        _values(project, room.source_values(sources, _new_columns("source")), "source")
        if may:
            _sheet(project, "source")
        st.subheader("One source")
        _one(project, list(sources["source"]))
        st.subheader("What is known of each case")
        _values(project, room.case_values(project.cases(), _new_columns("case")), "case")
        if may:
            _sheet(project, "case")


def _find(project: Project) -> None:
    words = st.text_input(
        "Words", key="find-words", placeholder="waiting list", help=find_room.HELP
    ).strip()
    if not words:
        return
    try:
        table = find_room.found(project, words)
    except QualkitError as error:
        state.tell(error, "These words cannot be looked for.")
        return
    st.text(find_room.said(table))
    if not table.empty:
        st.dataframe(
            table,
            hide_index=True,
            key="find-found",
            column_config={
                "Read": st.column_config.LinkColumn(display_text="Open", width="small"),
                "Words": st.column_config.TextColumn(width="large"),
            },
        )


def _mine(what: str) -> str:
    """The key of this tab's own job; two people may import into one study."""
    return f"{what}-{st.session_state.setdefault('sources-tab', new_id())}"


def _at_work() -> bool:
    """Whether files are being read, looked at or kept."""
    busy = any(jobs.of(_mine(what)) is not None for what in ("read", "keep"))
    return busy or "readings" in st.session_state


def _round(what: str) -> int:
    """A number for keys of widgets that shall be empty again after their work is done."""
    number: int = st.session_state.setdefault(f"round-{what}", 0)
    return number


def _again(what: str) -> None:
    st.session_state[f"round-{what}"] = _round(what) + 1


# Adding ----------------------------------------------------------------------------------------


def _add(sources: pd.DataFrame) -> None:
    if (ended := jobs.show(_mine("keep"))) is not None:
        _kept(ended)
    if (ended := jobs.show(_mine("read"))) is not None:
        _was_read(ended)
    if any(jobs.of(_mine(what)) is not None for what in ("read", "keep")):
        return
    if "readings" in st.session_state:
        _preview()
    else:
        _choose(sources)


def _choose(sources: pd.DataFrame) -> None:
    st.text(
        "Word, text, PDF, subtitles, web pages and tables of answers. Nothing is kept before you "
        "have looked at it."
    )
    files = st.file_uploader(
        "Interview files", accept_multiple_files=True, key=f"files-{_round('files')}",
        max_upload_size=FILE_BYTES // MB,
    )  # fmt: skip
    count = len(files)
    if st.button(
        f"Look at {count} file{'s'[: count != 1]}" if files else "Look at the files",
        type="primary",
        disabled=not files,
        key="files-read",
    ):
        uploads = [room.Upload(one.name, one.getvalue()) for one in files]
        held = list(sources["source"])
        _again("files")
        _start(
            "read",
            "Reading the files",
            lambda progress: room.read_uploads(uploads, held=held, progress=progress),
        )


def _start(what: str, title: str, work: Callable[[jobs.Progress], Any]) -> None:
    try:
        jobs.start(_mine(what), title, work)
    except QualkitError as error:
        state.tell(error)
        return
    st.rerun()


def _was_read(job: jobs.Job) -> None:
    jobs.forget(_mine("read"))
    if not jobs.mishap(job, "The files could not be read.", "Cancelled; choose the files again."):
        st.session_state["readings"] = job.result
        st.session_state["roles"] = {}


def _preview() -> None:
    readings: tuple[room.Reading, ...] = st.session_state["readings"]
    good = {one.source.name: one.source for one in readings if one.source is not None}
    _refused(readings)
    if not good:
        if st.button("Choose other files", key="files-again"):
            _drop()
            st.rerun()
        return
    pattern, sheet = _attributes()
    try:
        given = room.attributes_given(readings, pattern=pattern, sheet=sheet)
    except QualkitError as error:
        state.tell(error, "The attributes cannot be read.")
        given, pattern, sheet = {}, "", None
    ticked = _ticked(room.files_table(readings, given))
    _look(good)
    _decide([one for one in readings if one.source and one.source.name in ticked], pattern, sheet)


def _refused(readings: tuple[room.Reading, ...]) -> None:
    table = room.refused_table(readings)
    if table.empty:
        return
    st.warning("These files cannot be kept:")
    st.dataframe(
        table,
        hide_index=True,
        key="files-refused",
        alt="Files that cannot be kept, and why",
        column_config={
            "file": st.column_config.TextColumn("File"),
            "reason": st.column_config.TextColumn("Why, and what to do", width="large"),
        },
    )


def _attributes() -> tuple[str, room.Upload | None]:
    left, right = st.columns(2)
    pattern = left.text_input(
        "Attributes from file names (optional)",
        key="files-pattern",
        placeholder="{case}-{stakeholder_type}",
        help=_PATTERN_HELP,
    )
    sheet = right.file_uploader(
        "Attributes from a sheet (optional)", key=f"sheet-{_round('files')}", help=_SHEET_HELP
    )
    return pattern, None if sheet is None else room.Upload(sheet.name, sheet.getvalue())


def _ticked(table: pd.DataFrame) -> set[str]:
    """The names of the files that are ticked in the preview."""
    edited = st.data_editor(
        table,
        hide_index=True,
        key=f"preview-{_round('files')}",
        alt="Files as they were read",
        disabled=[column for column in table.columns if column != "keep"],
        column_config={
            "keep": st.column_config.CheckboxColumn("Keep", width="small"),
            "source": st.column_config.TextColumn("Name"),
            "words": st.column_config.NumberColumn("Words", format="localized", width="small"),
            "turns": st.column_config.NumberColumn("Turns", width="small"),
            "speakers": st.column_config.TextColumn("Speakers"),
            "look_at": st.column_config.TextColumn("What to look at", width="medium"),
        },
    )
    return set(edited.loc[edited["keep"], "source"])


def _look(good: Mapping[str, Source]) -> None:
    """One file's speakers with their roles, its warnings, and how it begins."""
    name = st.selectbox("Look at one file", list(good), key=f"look-{_round('files')}")
    source = good[name]
    roles: dict[str, dict[str, str]] = st.session_state["roles"]
    left, right = st.columns([1, 2])
    with left:
        known = {**room.guessed_roles(source), **roles.get(name, {})}
        roles[name] = _roles(known, f"look-{_round('files')}-{name}")
        if (
            len(good) > 1
            and known
            and st.button("Use these roles in all files", key="roles-all", help=_ALL_HELP)
        ):
            others = room.spread(good.values(), roles[name])
            for other, own in others.items():
                roles[other] = {**roles.get(other, {}), **own}
            st.toast(f"Set in {len(others)} files.")
        for message in (*source.warnings, *source.notes):
            st.text(f"Note: {message}")
    with right:
        _turns(source, roles[name])


def _roles(known: Mapping[str, str], key: str) -> dict[str, str]:
    """A box for each speaker's role."""
    if not known:
        st.text("No speakers are named; all of it counts as answers.")
    return {
        speaker: st.selectbox(
            state.plain(speaker), ROLES, index=ROLES.index(role), key=f"role-{key}-{n}",
            help=_ROLE_HELP,
        )
        for n, (speaker, role) in enumerate(known.items())
    }  # fmt: skip


def _turns(source: Source, roles: Mapping[str, str]) -> None:
    with st.container(border=True):
        for said in room.first_turns(source, roles):
            st.text(said)


def _decide(wanted: list[room.Reading], pattern: str, sheet: room.Upload | None) -> None:
    count = len(wanted)
    if not state.coder():
        st.info("Say who you are first: type your name at the left, under 'Who codes'.")
    with st.container(horizontal=True):
        kept = st.button(
            f"Keep {count} interview{'s'[: count != 1]}",
            type="primary",
            disabled=not (wanted and state.coder()),
            key="files-keep",
        )
        dropped = st.button("Keep none", key="files-drop")
    if dropped:
        _drop()
        st.rerun()
    study = state.study()
    if kept and study is not None:
        roles, user = dict(st.session_state["roles"]), state.coder()
        _start(
            "keep",
            "Keeping the interviews",
            lambda progress: room.keep(
                study, wanted, roles=roles, user=user, pattern=pattern, sheet=sheet,
                progress=progress,
            ),
        )  # fmt: skip


def _drop() -> None:
    """Let go of what was read; the next files begin with empty boxes."""
    for name in ("readings", "roles"):
        st.session_state.pop(name, None)
    _again("files")


def _kept(job: jobs.Job) -> None:
    jobs.forget(_mine("keep"))
    left = "Cancelled; what had not been kept by then is still here."
    if not jobs.mishap(job, "The interviews were not kept.", left):
        _drop()
        st.session_state["report"] = job.result
        st.rerun()


def _told() -> None:
    """What became of the last import, until it is put away."""
    report: ImportReport | None = st.session_state.get("report")
    if report is None:
        return
    with st.container(border=True):
        st.success(room.report_said(report))
        lines = [f"{where}: {what}" for where, what in (*report.refused, *report.warnings)]
        for line in lines:
            st.text(line)
        with st.container(horizontal=True, vertical_alignment="center"):
            if (pages := st.session_state.get("pages")) is not None:
                st.page_link(pages["study"], label="What to do next")
            if st.button("Put away", key="report-away"):
                del st.session_state["report"]
                st.rerun()


# What is known ---------------------------------------------------------------------------------


def _new_columns(key: str) -> list[str]:
    columns: list[str] = st.session_state.setdefault(f"columns-{key}", [])
    return columns


def _values(project: Project, table: pd.DataFrame, key: str) -> None:
    """The table in which attributes are changed, and what was changed in it."""
    # Edits are kept by the place of their row: another set of rows must begin without them.
    rows = hash((tuple(table[key]), tuple(table.columns)))
    edited = st.data_editor(
        table,
        hide_index=True,
        key=f"values-{key}-{_round(key)}-{rows}",
        alt=f"Attributes by {key}",
        disabled=room.locked(table, key) if project.may("evaluator") else True,
        column_config={
            "source": st.column_config.TextColumn("Source", pinned=True),
            "case": st.column_config.TextColumn("Case", pinned=key == "case"),
            "words": st.column_config.NumberColumn("Words", format="localized"),
            "turns": st.column_config.NumberColumn("Turns"),
            "speakers": st.column_config.NumberColumn("Speakers"),
            "codings": st.column_config.NumberColumn("Codings"),
            "sources": st.column_config.NumberColumn("Sources"),
        },
    )
    values = room.changes(table, edited, key=key)
    if values:
        _unsaved(project, table, values, key)
    elif project.may("evaluator"):
        _saved(project, key)
        _add_column(table, key)


def _unsaved(project: Project, table: pd.DataFrame, values: room.Values, key: str) -> None:
    st.text("Not saved yet:")
    st.dataframe(
        room.changes_table(table, values, key=key),
        hide_index=True,
        alt="Changes",
        column_config={name: name.capitalize() for name in (key, "attribute", "before", "after")},
    )
    with st.container(horizontal=True):
        save = st.button("Save changes", type="primary", key=f"save-{key}")
        forget = st.button("Forget them", key=f"forget-{key}")
    if save and _may_write():
        try:
            st.session_state[f"saved-{key}"] = room.save_values(project, values, key=key)
        except QualkitError as error:
            state.tell(error, "Nothing was saved.")
            return
    if (save and state.coder()) or forget:
        _again(key)
        st.rerun()


def _saved(project: Project, key: str) -> None:
    """The last change of this tab, which can be taken back."""
    saved: room.Saved | None = st.session_state.get(f"saved-{key}")
    if saved is None:
        return
    count = sum(len(given) for given in saved.after.values())
    with st.container(horizontal=True, vertical_alignment="center"):
        st.text(f"Saved: {count} value{'s'[: count != 1]}.")
        undo = st.button("Undo", key=f"undo-{key}")
    if undo:
        del st.session_state[f"saved-{key}"]
        try:
            room.take_back(project, saved)
        except QualkitError as error:
            state.tell(error, "That cannot be undone.")
            return
        _again(key)
        st.rerun()


def _add_column(table: pd.DataFrame, key: str) -> None:
    with st.form(f"column-{key}", border=False, clear_on_submit=True):
        left, right, _ = st.columns([2, 1, 3], vertical_alignment="bottom")
        name = left.text_input(
            "New attribute", key=f"column-name-{key}", placeholder="stakeholder_type"
        )
        wanted = right.form_submit_button("Add a column", key=f"column-add-{key}")
    if wanted:
        try:
            made = room.checked_attribute(name, table.columns)
        except QualkitError as error:
            state.tell(error)
            return
        st.session_state[f"columns-{key}"] = [*_new_columns(key), made]
        st.rerun()


def _sheet(project: Project, key: str) -> None:
    with st.expander(f"Attributes of {key}s from a sheet", key=f"sheet-of-{key}"):
        sheet = st.file_uploader(
            "Sheet", key=f"sheet-{key}-{_round(f'sheet-{key}')}",
            help=_SHEET_HELP if key == "source" else _CASE_SHEET_HELP,
        )  # fmt: skip
        if not st.button("Set these attributes", key=f"set-{key}", disabled=sheet is None):
            return
        if sheet is not None and _may_write():
            try:
                room.load_sheet(project, room.Upload(sheet.name, sheet.getvalue()), key=key)
            except QualkitError as error:
                state.tell(error, "Nothing was set.")
                return
            _again(f"sheet-{key}")
            st.rerun()


def _may_write() -> bool:
    """Whether somebody has said who they are; the page asks for it where not."""
    if not state.coder():
        st.info("Say who you are first: type your name at the left, under 'Who codes'.")
    return bool(state.coder())


# One source ------------------------------------------------------------------------------------


def _one(project: Project, names: list[str]) -> None:
    asked = st.query_params.get("source")
    first = names.index(asked) if asked in names else 0
    name = st.selectbox("Source", names, index=first, key="one-source")
    source = project.source(name)
    left, right = st.columns([1, 2])
    with left:
        known = room.guessed_roles(source)
        wanted = _roles(known, f"one-{name}")
        changed = room.roles_changed(source, wanted)
        may = project.may("evaluator")
        if known and may and st.button("Save roles", key="save-roles", disabled=not changed):
            _save_roles(project, name, changed)
        for message in source.warnings:
            st.text(f"Note: {message}")
    with right:
        _turns(source, wanted)
        with st.container(horizontal=True):
            st.link_button("Open in transcript", state.place(name), key="one-open")
            if may and st.button("Remove this source", key="one-remove"):
                _ask(name)
    if may:
        sources_corrected.replacing(name)
    sources_corrected.earlier(project, name)


def _save_roles(project: Project, name: str, changed: Mapping[str, str]) -> None:
    if not _may_write():
        return
    try:
        project.set_roles(name, changed)
    except QualkitError as error:
        state.tell(error, "The roles were not saved.")
        return
    st.rerun()


@st.dialog("Remove a source")
def _ask(name: str) -> None:
    """Say what goes with a source, and remove it where the user wants it all the same."""
    with state.opened(write=True) as project:
        st.text(f"Remove {name}?")
        st.text(room.hanging_on(project, name))
        st.text("The log under Settings takes it back; the file itself stays where you have it.")
        with st.container(horizontal=True):
            gone = st.button("Remove it", type="primary", key="remove-it")
            kept = st.button("Leave it", key="leave-it")
        if gone:
            try:
                project.remove_source(name)
            except QualkitError as error:
                state.tell(error, "It was not removed.")
                return
        if gone or kept:
            st.rerun()
