"""Work of a page that takes a while: done once for what was asked, and shown when it is done.

What was worked out lives in this tab alone, under the study, who looks, what was asked and the
last entry of the log; whatever changes any of them has it worked out anew.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

import streamlit as st

from qualkit.app import jobs, release, state
from qualkit.app.files import Made
from qualkit.model import new_id
from qualkit.project import Project

KEPT: Final[dict[str, Any]] = {"persist_state": "session"}
_HELD: Final = 4  # choices of one kind whose results are kept
_MOMENT: Final = 1.0  # seconds within which most work is done, so that no bar need show
_LOOK: Final = 0.02


def mine(what: str) -> str:
    """The key of this tab's own job."""
    return f"work-{what}-{st.session_state.setdefault('work-tab', new_id())}"


def worked(
    project: Project,
    what: str,
    asked: object,
    title: str,
    work: Callable[[jobs.Progress], Any],
    *,
    moment: float = _MOMENT,
) -> Any:  # noqa: ANN401 - what the work gives
    """What was worked out for a choice; None, with a bar or the reason, while there is nothing.

    It is kept by study, person, the last entry of the log and what was asked, in this tab alone.
    Where others go on changing the study, what was begun before their changes is shown when it is
    done, and worked out anew the next time; never what was begun before a change of one's own.
    """
    wanted = (project.study, project.user, asked)
    entry = project.last_entry()
    held: list[tuple[Any, jobs.Job]] = st.session_state.setdefault(f"work-held-{what}", [])
    for key, job in held:
        if key == (wanted, entry):
            st.session_state[f"work-shown-{what}"] = entry
            return _given(what, held, job)
    running = jobs.of(mine(what))
    if running is not None and running.status == "running" and not _good(project, what, wanted):
        running.cancel()  # another choice has been made since, or something was changed here
    elif running is None or not _good(project, what, wanted):
        st.session_state[f"work-begun-{what}"] = (wanted, entry)
        running = jobs.start(mine(what), title, work)
    _wait(running, moment)
    if running.status == "running" or not _good(project, what, wanted):
        jobs.show(mine(what))
        if running.status != "running":
            st.rerun()
        return None
    jobs.forget(mine(what))
    begun = st.session_state[f"work-begun-{what}"]
    held[:] = [(begun, running), *held][:_HELD]
    st.session_state[f"work-shown-{what}"] = begun[1]
    return _given(what, held, running)


def shown_at(what: str) -> int:
    """The last entry of the log when what :func:`worked` gave last was begun."""
    entry: int = st.session_state[f"work-shown-{what}"]
    return entry


def _good(project: Project, what: str, wanted: object) -> bool:
    """Whether what was begun is what is wanted now, and nothing was changed here since."""
    begun, entry = st.session_state.get(f"work-begun-{what}", (None, 0))
    return begun == wanted and not project.changed_since(entry, by=project.user)


def _wait(job: jobs.Job, moment: float) -> None:
    until = time.monotonic() + moment
    while job.status == "running" and time.monotonic() < until:
        time.sleep(_LOOK)


def _given(what: str, held: list[tuple[Any, jobs.Job]], job: jobs.Job) -> Any:  # noqa: ANN401 - as above
    if not jobs.mishap(job, "This could not be worked out."):
        return job.result
    if st.button("Try again", key=f"work-again-{what}"):
        held[:] = [one for one in held if one[1] is not job]
        st.rerun()
    return None


def as_who() -> tuple[str, str | None]:
    """The study, and who works on it, as work in the background takes them."""
    return state.study() or "", state.coder() or None


def reading(read: Callable[[Project], Any]) -> Callable[[jobs.Progress], Any]:
    """Work that reads this tab's study, opened anew for it by whoever works on it here."""
    study, who = as_who()

    def work(_tell: jobs.Progress) -> Any:  # noqa: ANN401 - what is read
        with Project.open(study, user=who) as project:
            return read(project)

    return work


def file(
    asked: object, key: str, endings: Mapping[str, str],
    write: Callable[[str, jobs.Progress], Made],
    *, title: str = "Writing the tables", label: str = "Tables as",
) -> None:  # fmt: skip
    """The way to a file, made when it is asked for.

    Parameters
    ----------
    asked : object
        What the file is of; what was made for something else is not offered.
    key : str
    endings : mapping of str to str
        Endings of files, each with its name for people; of one alone nothing is asked.
    write : callable
        Takes the ending that was chosen, and to whom it tells how far it is.
    title, label : str
        What is being done, and what the endings are of.
    """
    job, held = mine(f"file-{key}"), f"work-made-{key}"
    with st.container(horizontal=True, vertical_alignment="bottom"):
        ending = next(iter(endings)) if len(endings) == 1 else st.radio(
            label, list(endings), format_func=endings.__getitem__, horizontal=True,
            key=f"work-ending-{key}", **KEPT,
        )  # fmt: skip
        wanted = (asked, ending)
        if st.button("Make the file", key=f"work-file-{key}", disabled=jobs.running(job)):
            st.session_state[held] = (wanted, None)
            jobs.start(job, title, partial(write, ending))
            st.rerun()
    if (ended := jobs.show(job)) is not None:
        jobs.forget(job)
        st.session_state[held] = (st.session_state[held][0], ended)
    of, done = st.session_state.get(held, (None, None))
    if of != wanted or done is None or jobs.mishap(done, "The file could not be made."):
        return  # none was made, or one of something else
    made: Made = done.result
    release.download(
        f"Download {state.plain(made.name)}", made.data, made.name, "application/octet-stream",
        key=f"work-download-{key}", icon=":material/download:", on_click="ignore",
    )  # fmt: skip
