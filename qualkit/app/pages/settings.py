"""Coders and roles, backups, the log, a check of the study, and what this program is."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Final

import streamlit as st

import qualkit
from qualkit.app import backups_room, jobs, release, state
from qualkit.app import settings_room as room
from qualkit.app.pages import settings_backups
from qualkit.app.pages.export import faults_table
from qualkit.app.pages.settings_backups import LOG_COLUMNS
from qualkit.errors import QualkitError
from qualkit.project import Project
from qualkit.wording import many

_PARTS: Final = ("Coders", "Backups", "Log", "Check and about")
_SAID: Final = "settings-said"


def show() -> None:
    """Show the part that was chosen."""
    st.title("Settings")
    with state.opened() as project:
        state.say_blind(project, "the log and all counts leave out what others do meanwhile")
        part = st.radio(
            "Part", _PARTS, horizontal=True, label_visibility="collapsed", key="settings-part",
            persist_state="session",
        )  # fmt: skip
        parts = {"Coders": _coders, "Backups": settings_backups.show, "Log": _log}
        parts.get(part, _about)(project)


def _done(said: str) -> None:
    """Show the page anew, with a sentence on what was done."""
    st.session_state[_SAID] = said
    st.rerun()


def _tell_done() -> None:
    if (said := st.session_state.pop(_SAID, None)) is not None:
        st.success(state.plain(said))


# Coders ------------------------------------------------------------------------------------


def _coders(project: Project) -> None:
    _tell_done()
    table = room.coder_table(project)
    if table.empty:
        st.info("Nobody codes yet. Whoever codes is added by their name; you can add them here.")
    else:
        _show_coders(table)
    _roles()
    if not project.may("supervisor"):
        st.info("You see who works on this study. A supervisor can change it.")
        return
    add, change = st.columns(2, gap="large")
    with add:
        _add(project)
    with change:
        if not table.empty:
            _change(project, table)


def _show_coders(table: Any) -> None:  # noqa: ANN401 - a DataFrame
    column = st.column_config
    st.dataframe(
        table, hide_index=True, key="settings-coders", alt="Who works on this study",
        column_config={
            "name": column.TextColumn("Name"),
            "role": column.TextColumn("Role"),
            "login": column.TextColumn("Login"),
            "codings": column.NumberColumn("Codings", format="localized"),
            "created": column.TextColumn("Since"),
        },
    )  # fmt: skip


def _roles() -> None:
    with st.expander("What the roles mean, and who may do what"):
        for role, sentence in room.ROLES.items():
            st.markdown(f"**{role.capitalize()}.** {sentence}")
        st.dataframe(
            room.rights_table(), hide_index=True, key="settings-rights", alt="Who may do what",
            column_config={
                "what": st.column_config.TextColumn("What", width="large"),
                **{role: role.capitalize() for role in room.ROLES},
            },
        )  # fmt: skip
        st.markdown(
            "Roles hold once somebody is a supervisor; until then all may do everything. A name "
            "that is not in the list counts as an evaluator. Roles keep colleagues out of each "
            "other's work; they do not lock the study's file."
        )


def _add(project: Project) -> None:
    st.subheader("Add somebody")
    with st.form("settings-add", clear_on_submit=False):
        name = st.text_input("Name", key="settings-add-name")
        role = st.selectbox("Role", list(room.ROLES), index=1, key="settings-add-role",
                            format_func=str.capitalize)  # fmt: skip
        login = _login("settings-add-login", "")
        if st.form_submit_button("Add", type="primary", key="settings-add-go"):
            _try(lambda: _added(project, name, role, login), "Nobody was added.")


def _change(project: Project, table: Any) -> None:  # noqa: ANN401 - a DataFrame
    st.subheader("Change somebody")
    name = st.selectbox("Who", list(table["name"]), key="settings-who")
    if name is None:
        return
    held = table.set_index("name").loc[name]
    roles = list(room.ROLES)
    with st.form("settings-change"):
        new_name = st.text_input("Name", name, key=f"settings-name-{name}")
        role = st.selectbox("Role", roles, index=roles.index(held["role"]),
                            key=f"settings-role-{name}", format_func=str.capitalize)  # fmt: skip
        login = _login(f"settings-login-{name}", held["login"])
        if st.form_submit_button("Save", type="primary", key="settings-change-go"):
            _try(lambda: _changed(project, name, new_name, role, login), "Nothing was saved.")


def _added(project: Project, name: str, role: str, login: str) -> str:
    said = room.add_coder(project, name, role, login)
    for one in ("name", "role", "login"):
        st.session_state.pop(f"settings-add-{one}", None)
    return said


def _changed(project: Project, name: str, new_name: str, role: str, login: str) -> str:
    said = room.change_coder(project, name, new_name, role, login)
    if name == state.coder():
        state.choose_coder(new_name)
    st.session_state.pop("settings-who", None)
    return said


def _login(key: str, held: str) -> str:
    return st.text_input(
        "Login", held, key=key, placeholder="none",
        help="The e-mail address with which this person logs in, where the server asks for one.",
    )  # fmt: skip


def _try(work: Callable[[], str], not_done: str) -> None:
    """Do something and say so, or say why not."""
    try:
        said = work()
    except QualkitError as error:
        state.tell(error, not_done)
        return
    _done(said)


# Log ---------------------------------------------------------------------------------------


def _log(project: Project) -> None:
    _tell_done()
    st.text("Every change to the study: who made it and when. Times are UTC.")
    words = st.text_input(
        "Find in the log", key="settings-log-words", on_change=_first_page,
        placeholder="a name, a day such as 2026-03-01, a word of what was done",
    )  # fmt: skip
    pages: list[int | None] = st.session_state.setdefault("settings-log-pages", [None])
    table, older = room.log_page(project, words, pages[-1])
    if table.empty:
        st.info("No entry has these words." if words else "Nothing was done yet.")
        return
    chosen = _show_log(table, len(pages))
    _turn(pages, older)
    _undo(project, table, chosen)
    _undo_last(project)
    _trail(project, words)


def _first_page() -> None:
    st.session_state["settings-log-pages"] = [None]


def _show_log(table: Any, page: int) -> list[int]:  # noqa: ANN401 - a DataFrame
    shown = st.dataframe(
        table, hide_index=True, on_select="rerun", selection_mode="single-row",
        key=f"settings-log-{page}-{table['entry'].iloc[0]}", alt="The log, newest first",
        column_config=LOG_COLUMNS,
    )  # fmt: skip
    return list(shown.selection.rows)


def _turn(pages: list[int | None], older: int | None) -> None:
    if len(pages) == 1 and older is None:
        return
    with st.container(horizontal=True):
        back = st.button("Newer", key="settings-log-newer", disabled=len(pages) == 1)
        on = st.button("Older", key="settings-log-older", disabled=older is None)
    if back:
        pages.pop()
        st.rerun()
    if on:
        pages.append(older)
        st.rerun()


def _undo(project: Project, table: Any, chosen: list[int]) -> None:  # noqa: ANN401 - a DataFrame
    if not project.may("coder"):
        return
    if not chosen:
        st.text("To take an entry back, mark it at the left of its row.")
        return
    row = table.iloc[chosen[0]]
    entry = int(row["entry"])
    st.text(f"Entry {entry}, by {row['who']}: {row['action']}, {row['what']}")
    if not state.coder():
        st.info("Say who you are first: type your name at the left, under 'Who codes'.")
    elif st.button(f"Take back entry {entry}", type="primary", key="settings-undo"):
        _try(lambda: room.take_back(project, entry), "This entry was not taken back.")


def _undo_last(project: Project) -> None:
    if not (project.may("coder") and state.coder()):
        return
    with st.expander("Undo the last changes", key="settings-last", on_change="rerun") as open_one:
        if not open_one.open:
            return
        steps = int(st.number_input("How many", 1, room.LAST, key="settings-steps"))
        table = room.last_changes(project, steps)
        if table.empty:
            st.text("There is nothing to take back.")
            return
        st.text("These would be taken back, the newest first, whoever made them:")
        st.dataframe(table, hide_index=True, key="settings-undo-these", alt="The last changes",
                     column_config=LOG_COLUMNS)  # fmt: skip
        seen = table["entry"].tolist()
        if st.button("Undo " + many(len(seen), "change"), type="primary", key="settings-undo-last"):
            _try(lambda: room.take_back_last(project, seen), "Not all of it was taken back.")


def _trail(project: Project, words: str) -> None:
    with st.expander("The log as a file (audit trail)"):
        rows = st.checkbox(
            "With the rows before and after each change", key="settings-trail-rows",
            help="Much larger, and it holds words of the transcripts.",
        )  # fmt: skip
        asked = words, rows
        ended = _work(
            project, "trail", "Make the file", "Writing the log",
            partial(room.audit_trail, state.study() or "", state.coder() or None, asked),
        )  # fmt: skip
        if ended is not None:
            st.text(f"{ended.name} is ready: {ended.entries:,} entries.")
            release.download(
                "Download", ended.data, ended.name, "text/csv", key="settings-trail-download",
                icon=":material/download:", on_click="ignore",
            )  # fmt: skip


# Check and about ---------------------------------------------------------------------------


def _about(project: Project) -> None:
    st.subheader("Check the study")
    st.text("Whether every text and every coded quote is what it was when it was stored.")
    ended = _work(
        project, "check", "Check now", "Checking the study",
        partial(room.check_study, state.study() or "", state.coder() or None),
    )  # fmt: skip
    if ended is not None:
        _show_check(ended)
        _repair(project, ended)
    st.subheader("About")
    st.text(f"qualkit {qualkit.__version__}")
    st.text(f"This study lies in {project.study}")
    st.text(
        "Nothing leaves this machine: no interview, no coding and no count is sent anywhere. "
        "There is no account and no telemetry."
    )
    with st.expander("Licences"):
        st.text("qualkit is free under the MIT licence. It is built on:")
        st.dataframe(room.libraries(), hide_index=True, key="settings-libraries",
                     alt="Libraries with their licences")  # fmt: skip


def _show_check(found: room.Sound) -> None:
    st.text(found.said)
    if not found.faults:
        st.success("All is as it was stored.")
        return
    st.error("Something is not as it was stored. A backup has it as it was; see Backups.")
    faults_table(found.faults)


def _repair(project: Project, found: room.Sound) -> None:
    """Offer to make good what a check found, and say what was and what was not."""
    if not (found.faults and state.coder() and project.may("evaluator")):
        return
    st.text(
        "What the log, what it keeps or a backup still has can be made good; nothing is guessed, "
        "and a backup is made first."
    )
    ended = _work(
        project, "repair", "Repair what can be made good", "Repairing",
        partial(backups_room.repair, state.study() or "", state.coder() or None),
    )  # fmt: skip
    if ended is not None:
        _tell_repair(ended)
        for done in ("repair", "check"):
            jobs.forget(_key(project, done))


def _tell_repair(made: backups_room.Mended) -> None:
    st.success(made.said)
    for line in made.mended:
        st.text(line)
    if made.left:
        st.error("This could not be made good; go back to a backup that has it as it was.")
        st.dataframe([{"Where": one.where, "What": one.why} for one in made.left],
                     hide_index=True, key="settings-left", alt="What is still wrong")  # fmt: skip


def _work(
    project: Project, name: str, label: str, title: str, work: Callable[[jobs.Progress], Any]
) -> Any:  # noqa: ANN401 - whatever the job gives back
    """A button that starts a job, its bar while it runs, and what it gave back once it is done."""
    job = _key(project, name)
    jobs.button(
        label, key=f"settings-{name}", job=job, title=title, work=work, kind="primary"
    )  # fmt: skip
    return jobs.result(job, "That did not work.")


def _key(project: Project, name: str) -> str:
    return f"{name} {project.study} {state.coder()}"
