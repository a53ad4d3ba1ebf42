"""Long work in the background, with a bar and a way to stop it, while the page stays alive.

A job belongs to the server, not to a tab: a reload finds it again by its key. It runs in a
thread and opens what it needs itself. Cancelling is asked for and comes true where the work
next tells how far it is; what it has not kept by then is not kept.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import streamlit as st

from qualkit.app import state
from qualkit.errors import ConflictError, QualkitError

Status = Literal["running", "done", "failed", "cancelled"]
Progress = Callable[[int, int, str], None]
_EVERY: Final = 0.5  # seconds between two looks at a job


class Cancelled(Exception):
    """The user stopped a job."""


@dataclass(slots=True)
class Job:
    """One piece of long work.

    Attributes
    ----------
    title : str
        What it does, in the user's words.
    done, total : int
        How far it is; `total` 0 where it cannot tell yet.
    what : str
        What it is at.
    status : str
        ``running``, ``done``, ``failed`` or ``cancelled``.
    result : object
        What the work gave back.
    error : QualkitError or None
        Why it failed.
    """

    title: str
    done: int = 0
    total: int = 0
    what: str = ""
    status: Status = "running"
    result: Any = None
    error: QualkitError | None = None
    _stop: threading.Event = field(default_factory=threading.Event)

    def progress(self, done: int, total: int, what: str = "") -> None:
        """Say how far the work is; raises Cancelled where the user has stopped it."""
        if self._stop.is_set():
            raise Cancelled
        self.done, self.total, self.what = done, total, what

    def cancel(self) -> None:
        """Ask the work to stop where it next tells how far it is."""
        self._stop.set()

    @property
    def stopping(self) -> bool:
        """Whether it was asked to stop and has not yet."""
        return self._stop.is_set() and self.status == "running"


_JOBS: dict[str, Job] = {}
_LOCK = threading.Lock()


def start(key: str, title: str, work: Callable[[Progress], Any]) -> Job:
    """Begin a job in a thread of its own.

    Parameters
    ----------
    key : str
        By which it is found again: what it does and to which study.
    title : str
    work : callable
        Takes the function to call with files done, files in all, and what is at hand.

    Raises
    ------
    ConflictError
        While a job of that key is running.
    """
    with _LOCK:
        if (running := _JOBS.get(key)) is not None and running.status == "running":
            raise ConflictError(f"{running.title} is still at work; wait for it or cancel it")
        job = _JOBS[key] = Job(title)
    threading.Thread(target=_run, args=(job, work), name=key, daemon=True).start()
    return job


def _run(job: Job, work: Callable[[Progress], Any]) -> None:
    try:
        job.result = work(job.progress)
        job.status = "done"
    except Cancelled:
        job.status = "cancelled"
    except QualkitError as error:
        job.error, job.status = error, "failed"
    except Exception as error:
        reason = f"{type(error).__name__}; nothing of it was kept that was not whole"
        job.error, job.status = QualkitError(f"{job.title}: {reason}"), "failed"


def of(key: str) -> Job | None:
    """The job of a key, running or ended, or None."""
    return _JOBS.get(key)


def running(key: str) -> bool:
    """Whether the job of a key is at work."""
    job = of(key)
    return job is not None and job.status == "running"


def forget(key: str) -> None:
    """Let go of a job that has ended; one that runs stays."""
    with _LOCK:
        if (job := _JOBS.get(key)) is not None and job.status != "running":
            del _JOBS[key]


def mishap(job: Job, failed: str, cancelled: str = "Cancelled.") -> bool:
    """Say why a job that has ended gave nothing; False, and not a word, where it is done."""
    if job.error is not None:
        state.tell(job.error, failed)
    elif job.status == "cancelled":
        st.info(cancelled)
    else:
        return False
    return True


def show(key: str) -> Job | None:
    """Draw a job's bar while it runs; the job, once it has ended.

    The bar refreshes itself and leaves the rest of the page alone; when the job ends the page
    runs once more.
    """
    job = of(key)
    if job is None:
        return None
    if job.status == "running":
        _bar(key)
        return None
    return job


def button(
    label: str,
    *,
    key: str,
    job: str,
    title: str,
    work: Callable[[Progress], Any],
    ready: bool = True,
    kind: Literal["primary", "secondary"] = "secondary",
) -> None:
    """A button that starts a job; it cannot be pressed while the job runs, or is not `ready`."""
    off = running(job) or not ready
    if st.button(label, type=kind, key=key, disabled=off) and not off:
        start(job, title, work)
        st.rerun()


def result(job: str, failed: str, cancelled: str = "Cancelled.") -> Any:  # noqa: ANN401 - what it gave
    """A job's bar while it runs, then what it gave; None with the reason where it gave nothing."""
    ended = show(job)
    if ended is None or mishap(ended, failed, cancelled):
        return None
    return ended.result


@st.fragment(run_every=_EVERY)
def _bar(key: str) -> None:
    job = of(key)
    if job is None or job.status != "running":
        st.rerun()  # which ends this run
    bar, stop = st.columns([5, 1], vertical_alignment="bottom")
    share = min(1.0, job.done / job.total) if job.total else 0.0
    count = f" ({job.done:,} of {job.total:,})" if job.total else ""
    bar.progress(share, text=f"{job.title}{count}")
    if job.what:
        bar.text(job.what)
    # a widget's key stands in the page, and a job's may hold the address of a study
    number = hashlib.sha256(key.encode("utf-8")).hexdigest()[:12]
    if stop.button("Cancel", key=f"cancel-{number}", disabled=job.stopping):
        job.cancel()
