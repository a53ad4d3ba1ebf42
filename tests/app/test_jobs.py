"""Long work in the background."""

from __future__ import annotations

import threading
from uuid import uuid4

import pytest

from qualkit.app import jobs
from qualkit.errors import ConflictError, QualkitError


@pytest.fixture
def key():
    """A key of the test's own, since jobs belong to the whole program."""
    return f"test:{uuid4()}"


def ended(job):
    """The job, when its thread has come to an end."""
    for thread in threading.enumerate():
        if thread.name.startswith("test:"):
            thread.join(10)
    assert job.status != "running"
    return job


def test_a_job_gives_back_what_its_work_gave(key):
    def work(progress):
        progress(1, 2, "p1.txt")
        return 42

    job = ended(jobs.start(key, "Reading", work))

    assert (job.status, job.result, job.done, job.total) == ("done", 42, 1, 2)
    assert jobs.of(key) is job


def test_a_cancelled_job_stops_where_it_next_tells_how_far_it_is(key):
    at_work, go_on, reached = threading.Event(), threading.Event(), []

    def work(progress):
        at_work.set()
        go_on.wait(10)
        progress(1, 2, "p1.txt")
        reached.append("further")

    job = jobs.start(key, "Reading", work)
    at_work.wait(10)
    job.cancel()
    assert job.stopping
    go_on.set()

    assert ended(job).status == "cancelled"
    assert reached == []


def test_a_second_job_of_a_key_is_refused_while_the_first_runs(key):
    go_on = threading.Event()
    job = jobs.start(key, "Reading", lambda _: go_on.wait(10))

    with pytest.raises(
        ConflictError, match=r"^Reading is still at work; wait for it or cancel it$"
    ):
        jobs.start(key, "Reading", lambda _: None)

    go_on.set()
    ended(job)
    jobs.forget(key)
    assert jobs.of(key) is None


@pytest.mark.parametrize(
    ("raised", "told"),
    [
        (QualkitError("p1.txt: it is empty"), "p1.txt: it is empty"),
        (
            ZeroDivisionError("words of an interview"),
            "Reading: ZeroDivisionError; nothing of it was kept that was not whole",
        ),
    ],
)
def test_a_failed_job_says_why_without_a_word_of_the_data(key, raised, told):
    def work(progress):
        raise raised

    job = ended(jobs.start(key, "Reading", work))

    assert job.status == "failed"
    assert str(job.error) == told


def test_a_job_that_runs_is_not_forgotten(key):
    go_on = threading.Event()
    job = jobs.start(key, "Reading", lambda _: go_on.wait(10))

    jobs.forget(key)

    assert jobs.of(key) is job
    go_on.set()
    ended(job)
