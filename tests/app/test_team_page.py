"""A page on a study of a server: while it waits for its user, it holds nothing there."""

from __future__ import annotations

import pytest

from qualkit.app import state
from qualkit.project import Project
from tests.app.test_code_page import page

psycopg = pytest.importorskip("psycopg")


@pytest.fixture
def study(postgres):
    yield postgres.new_database("waiting")
    state._held.clear()
    postgres.drop("waiting")


def test_a_page_that_waits_has_its_connections_open_and_no_transaction(study, write):
    with Project.create(study, codebooks=["evaluation-topics"], user="Ann") as project:
        project.add_sources([write("p1.txt", "P1: The staff listened.\n")])
        project.add_coding("p1", (4, 13), "communication", coder="Ann")

    shown = page(study)

    assert not shown.exception
    with psycopg.connect(study, autocommit=True) as watcher:
        states = watcher.execute(
            "SELECT state FROM pg_stat_activity WHERE datname = current_database() "
            "AND pid <> pg_backend_pid()"
        ).fetchall()
        locks = watcher.execute(
            "SELECT count(*) FROM pg_locks WHERE pid <> pg_backend_pid() AND locktype IN "
            "('advisory', 'relation') AND database = "
            "(SELECT oid FROM pg_database WHERE datname = current_database())"
        ).fetchone()
    assert set(states) == {("idle",)}
    assert locks == (0,)
