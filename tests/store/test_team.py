"""Many people at once on one study: nothing lost, nothing doubled, and few connections for it."""

from __future__ import annotations

import gc
import multiprocessing
import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import text

from qualkit import gestures
from qualkit.errors import StoreError
from qualkit.model import new_id
from qualkit.project import Project
from qualkit.store import engine, pool
from tests.postgres import Server

SAID = "P1: " + "The staff listened and helped. " * 40
CODINGS = 2  # of each
TIMEOUT = 120


@pytest.fixture
def team(address, write):
    """A study with a source to code; its address."""
    return made(address, write)


@pytest.fixture
def on_server(postgres, write):
    """The same on a server."""
    name = f"team_{new_id()[:8]}"
    yield made(postgres.new_database(name), write)
    postgres.drop(name)


def made(address, write):
    with Project.create(address, codebooks=["evaluation-topics"], user="Ann") as project:
        project.add_sources([write("p1.txt", f"{SAID}\n")])
    return address


def code(study, number):
    """One coder's codings as the page sends them, each of them twice."""
    name = f"Coder {number}"
    for n in range(CODINGS):
        with Project.open(study, user=name) as project:
            given = {
                "id": new_id(), "kind": "code", "source": project.source("p1").id,
                "start": 4 + n, "end": 40 + number,
                "code": project.codebooks()[0].code("communication").guid, "coding": new_id(),
            }  # fmt: skip
            sent = gestures.perform(project, [given, given], coder=name)
        assert [one.outcome for one in sent] == ["done", "again"]


def stored(study):
    """How many codings there are, how many are like another, and how many entries made one."""
    with Project.open(study, user="Ann") as project:
        codings, log = project.codings(), project.log()
    twins = codings.duplicated(["source", "start", "end", "code", "coder"]).sum()
    return len(codings), int(twins), int((log["action"] == "add coding").sum())


@pytest.fixture
def connections(on_server):
    """How many connections the server has to the study, beside the one that asks."""
    import psycopg

    asked = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
        "AND pid <> pg_backend_pid() AND state LIKE %s"
    )
    with psycopg.connect(on_server, autocommit=True) as connection:
        yield lambda state="%": connection.execute(asked, (state,)).fetchone()[0]


def all_closed(connections):
    """Whether the server sees none any more, which takes it a moment."""
    end = time.monotonic() + TIMEOUT
    while (left := connections()) and time.monotonic() < end:
        time.sleep(0.02)
    return not left


def run(workers):
    for one in workers:
        one.start()
    for one in workers:
        one.join(TIMEOUT)


def test_fifty_people_in_one_server_lose_and_double_nothing(team):
    coders = 50 if engine.is_address(team) else 20

    run([threading.Thread(target=code, args=(team, n)) for n in range(coders)])

    assert stored(team) == (coders * CODINGS, 0, coders * CODINGS)


def test_twenty_programs_on_one_file_lose_and_double_nothing(team):
    fork = multiprocessing.get_context("fork")
    programs = [fork.Process(target=code, args=(team, n)) for n in range(20)]

    run(programs)

    assert [one.exitcode for one in programs] == [0] * 20
    assert stored(team) == (20 * CODINGS, 0, 20 * CODINGS)


def test_one_server_has_no_more_connections_than_it_may(on_server, connections, monkeypatch):
    monkeypatch.setenv("QUALKIT_CONNECTIONS", "4")
    most = []
    workers = [threading.Thread(target=code, args=(on_server, n)) for n in range(20)]

    with Project.open(on_server, user="Ann"):
        for one in workers:
            one.start()
        while any(one.is_alive() for one in workers):
            most.append(connections())

    assert 1 <= max(most) <= 4
    assert stored(on_server)[0] == 20 * CODINGS


def test_connections_are_closed_with_the_last_who_has_the_study_open(on_server, connections):
    first, second = Project.open(on_server), Project.open(on_server)
    assert first._store.engine is second._store.engine
    first.close()
    first.close()  # twice is once
    assert second.last_entry() > 0
    assert connections() == 1

    second.close()

    assert all_closed(connections)


def test_a_study_that_nobody_closed_is_let_go_with_its_project(on_server, connections):
    Project.open(on_server).last_entry()

    gc.collect()

    assert all_closed(connections)


def test_no_transaction_is_open_between_two_gestures(on_server, connections):
    with Project.open(on_server, user="Ann") as watcher:
        code(on_server, 1)
        with Project.open(on_server, user="Bo") as page:
            page.marks("p1")
            page.undo_last()

            assert connections("idle in transaction%") == 0
            with watcher._store.read() as connection:
                held = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")
                assert connection.execute(held).scalar_one() == 0


def test_a_forked_process_has_connections_of_its_own(on_server):
    with Project.open(on_server, user="Ann") as project:
        before = project.last_entry()
        child = multiprocessing.get_context("fork").Process(target=code, args=(on_server, 1))
        run([child])

        assert child.exitcode == 0
        assert project.last_entry() == before + CODINGS


def test_who_finds_every_connection_in_use_is_told(on_server, monkeypatch):
    monkeypatch.setenv("QUALKIT_CONNECTIONS", "3")
    monkeypatch.setattr(engine, "_WAIT", 0.05)
    held = [Project.open(on_server) for _ in range(4)]
    try:
        with (
            held[0].one_moment(), held[1].one_moment(), held[2].one_moment(),
            pytest.raises(StoreError) as refused,
        ):  # fmt: skip
            held[3].last_entry()
    finally:
        for one in held:
            one.close()

    assert refused.value.reason == (
        "all connections that this program may have to the server are in use; try again, or give "
        "it more with QUALKIT_CONNECTIONS"
    )


def test_a_number_of_connections_that_is_none_is_refused(on_server, monkeypatch):
    monkeypatch.setenv("QUALKIT_CONNECTIONS", "two")

    with pytest.raises(StoreError) as refused:
        Project.open(on_server)

    assert refused.value.reason == "QUALKIT_CONNECTIONS 'two' is no number of 3 or more"


def test_who_waits_too_long_for_another_program_is_told(on_server, monkeypatch):
    monkeypatch.setattr("qualkit.store.store._ALONE", _alone("10ms"))
    with Project.open(on_server, user="Ann") as project:
        key = _alone("0").compile().params["key"]
        import psycopg

        with psycopg.connect(on_server, autocommit=True) as other:
            other.execute("SELECT pg_advisory_lock(%s)", (key,))
            with pytest.raises(StoreError) as refused:
                project.add_coder("Bo")

        assert refused.value.reason == (
            f"another program has been writing for {engine.LOCK_SECONDS:.0f} seconds; try again"
        )
        project.add_coder("Bo")


def _alone(wait):
    from qualkit.store.store import _ALONE

    return text(_ALONE.text).bindparams(wait=wait, key=_ALONE.compile().params["key"])


def test_a_server_started_anew_between_two_gestures_is_no_fault(postgres, write):
    server = Server(postgres._programs)
    server.start()
    try:
        study = made(server.new_database("pilots"), write)
        with Project.open(study, user="Ann") as project:
            code(study, 1)
            server.end()
            with pytest.raises(StoreError):
                code(study, 2)
            server.start_again()

            code(study, 2)

            assert len(project.codings()) == 2 * CODINGS
    finally:
        server.stop()


def test_engines_of_files_that_nobody_has_open_are_not_kept_for_ever(tmp_path):
    for n in range(pool._FILES + 5):
        (tmp_path / f"{n}.qualkit").touch()
        pool.let_go(pool.take(str(tmp_path / f"{n}.qualkit")))

    assert sum(not one.users for one in pool._shared.values()) <= pool._FILES


def test_a_file_has_no_connection_between_two_gestures(tmp_path):
    with Project.create(tmp_path / "s.qualkit", user="Ann") as project:
        project.add_coder("Ann")

        listed = list(Path("/proc/self/fd").iterdir())
        held = [str(one.readlink()) for one in listed if one.is_symlink()]
        assert not [one for one in held if "s.qualkit" in one]
