"""What was changed by hand, found by the check and made good without guessing."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing

import pytest
from click.testing import CliRunner

from qualkit.cli import main
from qualkit.errors import StoreError
from qualkit.project import Project

CODE = "communication"


@pytest.fixture
def path(tmp_path, write):
    made = tmp_path / "study.qualkit"
    with Project.create(made, codebooks=["evaluation-topics"], user="Ann") as project:
        project.add_sources([write("p1.txt", "I: Why?\nP1: The staff 😀 listened to us.\n")])
        project.add_coding("p1", (12, 28), CODE, coder="Ann", memo="first")
        project.set_summary(CODE, "They listened.", author="Ann", source="p1")
        project.add_memo("Look again.")
        project.back_up()
        project.add_coding("p1", (16, 21), CODE, coder="Bo")  # in no backup
    return made


def tamper(path, *statements):
    with closing(sqlite3.connect(path)) as connection, connection:
        for statement in statements:
            assert connection.execute(statement).rowcount, statement


def snapshot(path):
    """Every row but the log's, what it keeps, and the versions, which a repair moves on."""
    with Project.open(path) as project:
        taken = project.snapshot()
    apart = {"version"}
    return {
        name: [{k: v for k, v in row.items() if k not in apart} for row in taken.rows(name)]
        for name in taken.tables if name not in {"log", "kept"}
    }  # fmt: skip


def problems(path):
    with Project.open(path) as project:
        return {f"{one.kind}: {one.message}" for one in project.check().problems}


OUTSIDE = "it was changed outside qualkit"
DAMAGE = {  # what is done by hand -> what the check says of it
    "a quote, out of the log": (
        "UPDATE coding SET quote = 'shaft' WHERE memo = ''",
        {"coding: its words are not those of its source", f"coding: {OUTSIDE}"},
    ),
    "a memo on a coding": ("UPDATE coding SET memo = 'x'", {f"coding: {OUTSIDE}"}),
    "a place": (
        "UPDATE coding SET end_at = end_at + 1",
        {"coding: its words are not those of its source", f"coding: {OUTSIDE}"},
    ),
    "a coder": ("UPDATE coding SET coder_id = (SELECT id FROM coder WHERE name = 'Bo')",
                {f"coding: {OUTSIDE}"}),
    "a seal": ("UPDATE coding SET sha256 = 'x'", {f"coding: {OUTSIDE}"}),
    "a text": (
        "UPDATE source SET text = replace(text, 'staff', 'stuff')",
        {"source: its text is not what was imported; restore a backup",
         "coding: its words are not those of its source"},
    ),
    "turns": ("UPDATE turn SET speaker = 'P9' WHERE position = 1",
              {"source: its turns were changed outside qualkit"}),
    "a summary": ("UPDATE cell_summary SET text = 'No.'", {f"summary: {OUTSIDE}"}),
    "a note": ("UPDATE memo SET text = 'No.'", {f"memo: {OUTSIDE}"}),
    "a coding removed": ("DELETE FROM coding WHERE memo = ''",
                         {"log: it was removed outside qualkit"}),
    "a version": ("UPDATE coding SET version = 2147483647",
                  {"database: its version was changed outside qualkit"}),
}  # fmt: skip


@pytest.mark.parametrize("what", DAMAGE)
def test_what_was_changed_by_hand_is_named_and_made_good(path, what):
    before = snapshot(path)
    statement, said = DAMAGE[what]
    tamper(path, statement)
    assert problems(path) == said

    with Project.open(path, user="Ann") as project:
        done = project.repair()
        last = project.log().iloc[-1]

    assert (done.left, problems(path)) == ((), set())
    assert snapshot(path) == before
    assert (last["entry"], last["action"]) == (done.entry, "repair")
    assert done.kept.exists()


def test_what_nothing_says_is_left_as_it_is_and_told(path):
    tamper(path, "UPDATE coding SET memo = 'x', sha256 = 'y' WHERE memo = ''")

    with Project.open(path, user="Ann") as project:
        done = project.repair()

    assert [(one.kind, one.message) for one in done.left] == [("coding", OUTSIDE)]
    assert (done.mended, done.entry) == ((), None)


def test_a_sound_study_gets_no_backup_and_no_entry(path):
    with Project.open(path, user="Ann") as project:
        before = (project.last_entry(), project.backups())
        done = project.repair()

        assert (done.mended, done.left, done.kept) == ((), (), None)
        assert (project.last_entry(), project.backups()) == before


def test_what_was_taken_away_by_a_change_is_not_missed_nor_what_an_undo_took(path):
    with Project.open(path, user="Ann") as project:
        project.remove_source("p1")
        entry = project.last_entry()
        project.undo(entry)
        project.undo(entry + 1)

        assert project.check().problems == ()


def test_a_damaged_database_is_sent_to_restore(path):
    with closing(sqlite3.connect(path)) as connection:
        query = (
            "SELECT min(rootpage) FROM sqlite_master WHERE type = 'index' AND tbl_name = 'coding'"
        )
        page = connection.execute(query).fetchone()[0]
    data = bytearray(path.read_bytes())
    data[page * 4096 - 8 : page * 4096 - 4] = b"0000"  # the end of a page: an id in its first row
    path.write_bytes(bytes(data))

    with Project.open(path, user="Ann") as project, pytest.raises(StoreError) as refused:
        project.repair()

    assert refused.value.reason == (
        "the database itself is damaged; put a backup back with 'qualkit project restore'"
    )


def test_the_command_says_what_it_mended_and_fails_where_something_is_left(path):
    def run(code):
        done = CliRunner().invoke(main, ["project", "repair", str(path), "--as", "Ann", "--json"])
        assert done.exit_code == code, done.stderr
        return json.loads(done.stdout), done.stderr

    tamper(path, "UPDATE coding SET memo = 'x'", "UPDATE code SET version = 1")
    told, warned = run(0)
    assert (told["ok"], len(told["mended"]), told["left"]) == (True, 2, [])
    assert "warning: p1, coding" in warned
    tamper(path, "UPDATE memo SET text = 'x', sha256 = 'y'")
    assert run(1)[0]["left"][0]["message"] == OUTSIDE
