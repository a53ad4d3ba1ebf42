"""Settings, Backups: when and why each was made, one to take away, and the way back to one."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

import streamlit as st

from qualkit.app import backups_room as room
from qualkit.app import jobs, state
from qualkit.project import Project

if TYPE_CHECKING:
    from qualkit.store.backup import Backup

_BACK: Final = "settings-went-back"
LOG_COLUMNS: Final = {
    "entry": st.column_config.NumberColumn("Entry", width=70),
    "at": st.column_config.TextColumn("When", width=160),
    "who": st.column_config.TextColumn("Who", width=140),
    "action": st.column_config.TextColumn("What", width=160),
    "what": st.column_config.TextColumn("About", width="large"),
}


def show(project: Project) -> None:
    """Show the backups of the study that is open."""
    study = state.study() or ""
    if "://" in study:
        _on_a_server()
        return
    if (said := st.session_state.pop(_BACK, None)) is not None:
        st.success("The study was put back.")
        st.text(said)
    _make(project, study)
    found = project.backup_records()
    if not found:
        st.info("There is no backup yet. It is a copy of the whole study in a folder beside it.")
        return
    _table(project)
    one = st.selectbox(
        "One backup", found, format_func=room.named, key=f"settings-copy-{found[0].path.name}"
    )
    if one is not None:
        _offer(project, one)
        _go_back(project, study, one)


def _on_a_server() -> None:
    st.info("This study lies in a PostgreSQL database; its own programs back it up.")
    st.code("pg_dump --format=custom --file=study.dump DATABASE", language=None)
    st.text("To go back: make an empty database, and read the copy into it.")
    st.code("pg_restore --dbname=DATABASE study.dump", language=None)


def _make(project: Project, study: str) -> None:
    job = _key(project, "backup")
    work = partial(room.back_up, study, state.coder() or None)
    jobs.button("Back up now", key="settings-backup", job=job, title="Backing up", work=work,
                kind="primary")  # fmt: skip
    ended = jobs.result(job, "No backup was made.")
    if ended is not None:
        st.success("A copy was made and checked.")
        st.text(str(ended))
        jobs.forget(job)


def _table(project: Project) -> None:
    column = st.column_config
    st.dataframe(
        room.backup_table(project), hide_index=True, key="settings-backups",
        alt="The backups of this study",
        column_config={
            "file": column.TextColumn("File"),
            "made": column.DatetimeColumn("Made", format="YYYY-MM-DD HH:mm"),
            "why": column.TextColumn("Why", width="medium"),
            "size": column.NumberColumn("Size in MB", format="%.1f"),
            "sound": column.TextColumn("Sound"),
        },
    )  # fmt: skip
    st.text("Those that somebody asked for stay for good; of the others, the newest ten.")


def _offer(project: Project, one: Backup) -> None:
    if project.blind:
        st.text("A copy holds what others coded: it can be taken away once you have finished.")
        return
    st.download_button(
        "Download this backup", one.path.read_bytes, one.path.name, "application/octet-stream",
        key="settings-backup-download", icon=":material/download:", on_click="ignore",
    )  # fmt: skip


# Going back --------------------------------------------------------------------------------


def _go_back(project: Project, study: str, one: Backup) -> None:
    if not project.may("supervisor"):
        st.text("A supervisor can go back to a backup.")
        return
    if not state.coder():
        st.info("Say who you are first: type your name at the left, under 'Who codes'.")
        return
    user, name = state.coder(), one.path.name
    back = _key(project, "go-back")
    look = _key(project, f"loss {name}")
    said = jobs.result(back, "The study was not put back; it is as it was.")
    if said is not None:
        jobs.forget(back)
        jobs.forget(look)
        _begin_anew(str(said))
    jobs.button(
        "Go back to this backup", key="settings-loss", job=look, title="Looking at what is lost",
        work=partial(room.loss, study, user, name),
    )  # fmt: skip
    seen: room.Loss | None = jobs.result(look, "One cannot go back to this backup.")
    if seen is not None:
        _confirm(study, user, seen, (look, back))


def _confirm(study: str, user: str, seen: room.Loss, held: tuple[str, str]) -> None:
    look, back = held
    with st.container(border=True):
        st.warning(seen.said)
        if len(seen.table):
            st.dataframe(
                seen.table, hide_index=True, key="settings-lost", alt="What would be lost",
                column_config=LOG_COLUMNS,
            )  # fmt: skip
        st.text("What is there now is backed up first, so you can come back to it.")
        with st.container(horizontal=True):
            jobs.button(
                "Put the study back", key="settings-restore", job=back, kind="primary",
                title="Going back", work=partial(room.go_back, study, user, seen),
            )  # fmt: skip
            if st.button("Leave it as it is", key="settings-restore-not"):
                jobs.forget(look)
                st.rerun()


def _begin_anew(said: str) -> None:
    """Let go of what this tab kept of the study as it was, but for who works in it and where."""
    state.forget_all_but("settings-part")
    st.session_state[_BACK] = said
    st.rerun()


def _key(project: Project, name: str) -> str:
    return f"{name} {project.study} {state.coder()}"
