"""Settings, Backups: why each was made, what going back to one loses, and the repair of a study."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest

pytest.importorskip("streamlit")
from streamlit.testing.v1 import AppTest

from qualkit.app import backups_room as room
from qualkit.app.settings_room import check_study
from qualkit.errors import ConflictError, NotAllowed, QualkitError
from qualkit.project import Project
from qualkit.store.backup import WHY, make


@pytest.fixture
def study(tmp_path, write):
    """A study with one interview, and a coding by Ann that its backup does not have: entry 3."""
    path = tmp_path / "pilots.qualkit"
    with Project.create(path, codebooks=["evaluation-topics"], user="Ann") as project:
        project.add_sources([write("p1.txt", "Interviewer: How?\nParent: Well, and soon.\n")])
        project.back_up()
        project.add_coding("p1", (26, 30), "staffing", coder="Ann")
    return path


@pytest.fixture
def backup(study):
    with Project.open(study) as project:
        return project.backups()[-1].name


def silent(done, total, what):
    """No bar."""


def test_every_reason_for_a_backup_is_told_in_words():
    assert set(room.WHY) == {"asked", *WHY}


def test_backups_are_listed_with_reason_size_and_soundness(study):
    make(str(study), why="merge")

    with Project.open(study) as project:
        table = room.backup_table(project)

    assert table["why"].tolist() == ["before a coder pack was merged", "somebody asked for it"]
    assert table["sound"].tolist() == ["yes", "yes"]
    assert table["size"].tolist() == [
        round((study.parent / "pilots.qualkit.backups" / name).stat().st_size / 1_000_000, 1)
        for name in table["file"]
    ]


def test_what_going_back_loses_is_counted_and_listed(study, backup):
    seen = room.loss(str(study), "Ann", backup, silent)

    assert seen.said == "1 change was made since, and would be gone from the study."
    assert seen.table[["entry", "action"]].to_numpy().tolist() == [[3, "add coding"]]


def test_going_back_puts_the_study_back_and_keeps_what_was_there(study, backup):
    said = room.go_back(str(study), "Ann", room.loss(str(study), "Ann", backup, silent), silent)

    assert said.startswith(f"The study is what it was in {backup}. What was there is kept in ")
    with Project.open(study) as project:
        assert project.codings().empty
        assert room.backup_table(project)["why"][0] == "before going back to a backup"


def test_one_does_not_go_back_where_more_would_be_lost_than_was_shown(study, backup):
    seen = room.loss(str(study), "Ann", backup, silent)
    with Project.open(study, user="Bo") as project:
        project.add_coding("p1", (36, 40), "set-up", coder="Bo")

    with pytest.raises(ConflictError, match="look again at what is lost"):
        room.go_back(str(study), "Ann", seen, silent)

    with Project.open(study) as project:
        assert len(project.codings()) == 2


def test_a_damaged_backup_is_not_gone_back_to(study, backup):
    path = Path(f"{study}.backups") / backup
    path.write_bytes(path.read_bytes()[:20_000])

    with pytest.raises(QualkitError):
        room.loss(str(study), "Ann", backup, silent)


def test_where_roles_bind_a_supervisor_alone_goes_back(study, backup):
    with Project.open(study, user="Ann") as project:
        project.add_coder("Sue", role="supervisor")
    seen = room.loss(str(study), "Ann", backup, silent)

    with pytest.raises(NotAllowed):
        room.go_back(str(study), "Ann", seen, silent)

    room.go_back(str(study), "Sue", seen, silent)


def damage(study):
    """Change the words of the coding without qualkit; the log has them as they were."""
    with sqlite3.connect(study) as connection:
        connection.execute("UPDATE coding SET quote = 'Bad,'")


def test_a_repair_says_what_it_made_good(study):
    damage(study)

    made = room.repair(str(study), "Ann", silent)

    assert made.said == "1 thing was made good; this is entry 4 of the log."
    assert made.left == ()
    assert check_study(str(study), "Ann", silent).faults == ()


# The page ------------------------------------------------------------------------------------


def shown(study, part="Backups", coder="Ann"):
    """A part of the page on a study."""

    def script():
        from qualkit.app.pages import settings

        settings.show()

    page = AppTest.from_function(script, default_timeout=60)
    page.session_state["study"] = str(study)
    page.session_state["coder"] = coder
    page.session_state["settings-part"] = part
    return page.run()


def pressed(page, key):
    """The page once a button was pressed and the job that it began has ended."""
    page.button(key=key).click().run()
    for thread in threading.enumerate():
        if thread.name.startswith(("backup ", "loss ", "go-back ", "check ", "repair ")):
            thread.join(60)
    return page if page.success else page.run()


def said(page):
    return "\n".join(one.value for one in page.text)


def test_a_backup_is_made_on_the_page(study):
    page = pressed(shown(study), "settings-backup")

    assert page.success[0].value == "A copy was made and checked."
    assert len(page.dataframe[0].value) == 2
    assert page.get("download_button")


def test_one_goes_back_on_the_page_after_a_look_at_what_is_lost(study):
    page = pressed(shown(study), "settings-loss")
    assert page.dataframe[1].value["entry"].tolist() == [3]
    with Project.open(study) as project:
        assert len(project.codings()) == 1

    pressed(page, "settings-restore")

    assert [one.value for one in page.success] == ["The study was put back."]
    assert page.session_state["coder"] == "Ann"
    with Project.open(study) as project:
        assert project.codings().empty


def test_who_is_no_supervisor_is_offered_no_way_back(study):
    with Project.open(study, user="Ann") as project:
        project.add_coder("Sue", role="supervisor")

    page = shown(study)

    assert "A supervisor can go back to a backup." in said(page)
    assert [one.key for one in page.button] == ["settings-backup"]


def test_a_fault_that_a_check_finds_is_repaired_on_the_page(study):
    damage(study)
    page = pressed(shown(study, "Check and about"), "settings-check")
    assert page.error[0].value.startswith("Something is not as it was stored.")

    pressed(page, "settings-repair")

    assert page.success[0].value == "1 thing was made good; this is entry 4 of the log."
    assert "settings-repair" in [one.key for one in page.button]
    assert "settings-repair" not in [one.key for one in page.run().button]


def test_a_study_on_a_server_is_backed_up_by_pg_dump(postgres):
    address = postgres.new_database("settings_page")
    with Project.create(address, user="Ann"):
        pass

    page = shown(address, "Backups")

    assert page.code[0].value.startswith("pg_dump ")
    assert not page.button
