"""The page Settings: coders and roles, the log, undo, the check, and what this program is."""

from __future__ import annotations

import csv
import io
import sqlite3
import threading

import pytest

pytest.importorskip("streamlit")
from streamlit.testing.v1 import AppTest

import qualkit
from qualkit.app import settings_room as room
from qualkit.errors import ConflictError, NotAllowed, QualkitError
from qualkit.project import Project
from qualkit.store.rights import ROLES

HOSTILE = "**Bo** :red[x] =1+1"


@pytest.fixture
def study(tmp_path, write):
    """A study with one interview and two codings by Ann, the entries 3 and 4 of its log."""
    path = tmp_path / "pilots.qualkit"
    with Project.create(path, codebooks=["evaluation-topics"], user="Ann") as project:
        project.add_sources([write("p1.txt", "Interviewer: How?\nParent: Well, and soon.\n")])
        project.add_coding("p1", (26, 30), "staffing", coder="Ann")
        project.add_coding("p1", (36, 40), "set-up", coder="Ann")
    return path


@pytest.fixture
def opened(study):
    with Project.open(study, user="Ann") as project:
        yield project


def silent(done, total, what):
    """No bar."""


# Coders --------------------------------------------------------------------------------------


def test_every_role_is_explained_in_the_order_of_what_it_may_do():
    assert tuple(room.ROLES) == ROLES


def test_a_coder_is_added_with_role_and_login(opened):
    assert room.add_coder(opened, " Bo ", "reader", "bo@example.org") == "Bo was added as reader."

    added = room.coder_table(opened).to_dict("records")[1]
    assert (added["name"], added["role"], added["login"]) == ("Bo", "reader", "bo@example.org")
    assert len(str(added["created"])) == len("2026-03-01")


def test_a_coder_is_renamed_and_keeps_the_codings(opened):
    room.change_coder(opened, "Ann", "Anna", "supervisor", "")

    table = room.coder_table(opened)
    assert table[["name", "role", "codings"]].to_numpy().tolist() == [["Anna", "supervisor", 2]]


@pytest.mark.parametrize("name", ["", "  ", "two\nlines"])
def test_a_name_that_is_none_is_told_as_a_refusal(opened, name):
    with pytest.raises(QualkitError):
        room.add_coder(opened, name, "coder", "")


def test_who_may_do_what_is_told_by_role_in_words():
    rows = {row["what"]: row for row in room.rights_table().to_dict("records")}

    assert [rows["Go back to a backup"][role] for role in ROLES] == ["no", "no", "no", "yes"]
    assert rows["Code, and change or remove codings"]["coder"] == "only their own"


# Log -----------------------------------------------------------------------------------------


def test_the_log_is_shown_newest_first_a_page_at_a_time(opened, monkeypatch):
    monkeypatch.setattr(room, "PAGE", 2)

    first, older = room.log_page(opened, "", None)
    second, oldest = room.log_page(opened, "", older)

    assert (first["entry"].tolist(), older) == ([4, 3], 3)
    assert (second["entry"].tolist(), oldest) == ([2, 1], None)


def test_a_page_of_the_log_leaves_the_rows_of_the_changes_out(opened):
    assert room.log_page(opened, "", None)[0].columns.tolist() == [
        "entry", "at", "who", "action", "what"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "entries"),
    [
        ("coding", [4, 3]),
        ("CODING staffing", [3]),
        ("ann coding staffing", [3]),
        ("100%", []),
        ("_", []),
        ("source", [2]),
    ],
)
def test_the_log_is_searched_by_words_that_must_all_be_there(opened, words, entries):
    assert room.log_page(opened, words, None)[0]["entry"].tolist() == entries


def test_the_log_is_searched_and_paged_on_every_database(project):
    found = project.log(limit=1, before=2, words="CODEBOOK tester", rows=False)

    assert found[["entry", "action"]].to_numpy().tolist() == [[1, "add codebook"]]
    assert project.log(limit=1)["entry"].tolist() == [2]


def test_an_entry_is_taken_back_and_the_taking_back_too(opened):
    said = room.take_back(opened, 3)

    assert said == (
        "Entry 3 was taken back: 1 removed. This is entry 5, and can be taken back too."
    )
    assert room.take_back(opened, 5).startswith("Entry 5 was taken back: 1 put back.")


def test_an_entry_that_cannot_be_taken_back_says_why(opened):
    with pytest.raises(QualkitError, match="entry 2 "):
        room.take_back(opened, 2)


def test_an_entry_whose_coding_is_gone_is_not_taken_back(opened):
    opened.remove_coding(opened.codings()["coding"].iloc[0])

    with pytest.raises(ConflictError, match="entry 3 cannot be undone"):
        room.take_back(opened, 3)


def test_the_last_changes_leave_out_what_was_taken_back_and_who_took_it(opened):
    opened.undo(4)

    assert room.last_changes(opened, 2)["entry"].tolist() == [3, 2]


def test_the_last_changes_are_taken_back_together(opened):
    said = room.take_back_last(opened, [4, 3])

    assert said == "Entries 4, 3 were taken back; each can be done again from the log."
    assert opened.codings().empty


def test_nothing_else_is_taken_back_than_what_was_shown(opened):
    seen = room.last_changes(opened, 1)["entry"].tolist()
    opened.add_coder("Bo")

    with pytest.raises(ConflictError, match="look again at what is taken back"):
        room.take_back_last(opened, seen)

    assert len(opened.codings()) == 2


def test_a_reader_may_take_nothing_back(study):
    with Project.open(study, user="Ann") as project:
        project.add_coder("Bo", role="reader")
        project.set_coder("Ann", role="supervisor")

    with Project.open(study, user="Bo") as project, pytest.raises(NotAllowed):
        room.take_back(project, 3)


@pytest.mark.parametrize("stretch", [1, 3, 5_000])
def test_the_audit_trail_has_every_entry_oldest_first(study, monkeypatch, stretch):
    monkeypatch.setattr(room, "_STRETCH", stretch)

    trail = room.audit_trail(str(study), None, ("", False), silent)

    rows = list(csv.reader(io.StringIO(trail.data.decode("utf-8-sig"))))
    assert rows[0] == ["entry", "at", "who", "action", "what"]
    assert [row[0] for row in rows[1:]] == ["1", "2", "3", "4"]
    assert (trail.name, trail.entries) == ("pilots-log.csv", 4)


def test_the_audit_trail_can_hold_the_rows_of_each_change(study):
    trail = room.audit_trail(str(study), None, ("staffing", True), silent)

    (row,) = csv.DictReader(io.StringIO(trail.data.decode("utf-8-sig")))
    assert '"quote": "Well"' in row["after"]


def test_no_spreadsheet_runs_what_somebody_is_called(study):
    with Project.open(study, user="=1+1") as project:
        project.add_coding("p1", (26, 40), "set-up", coder="Ann")

    trail = room.audit_trail(str(study), None, ("=1+1", False), silent)

    assert trail.data.decode("utf-8-sig").splitlines()[1].split(",")[2] == "'=1+1"


# Check, about -----------------------------------------------------------------------


def test_a_check_of_a_sound_study_finds_nothing(study):
    found = room.check_study(str(study), None, silent)

    assert found.said.endswith("looked at 1 source and 2 codings.")
    assert found.faults == ()


def test_a_check_links_to_what_is_wrong(study):
    with sqlite3.connect(study) as database:
        database.execute("update coding set memo = 'x' where quote = 'Well'")
    database.close()

    (fault,) = room.check_study(str(study), None, silent).faults

    assert (fault.where, fault.why) == ("p1", "it was changed outside qualkit")
    assert fault.link == "code?source=p1&start=26&end=30"


def test_every_library_is_named_with_its_licence():
    known = {one["Library"]: one["Licence"] for one in room.libraries()}

    assert known["pandas"].startswith("BSD")
    assert "streamlit" in known
    assert all(known.values())


# The page ------------------------------------------------------------------------------------


def shown(study, part="Coders", coder="Ann"):
    """A part of the page on a study."""

    def script():
        from qualkit.app.pages import settings

        settings.show()

    page = AppTest.from_function(script, default_timeout=60)
    page.session_state["study"] = str(study)
    page.session_state["coder"] = coder
    page.session_state["settings-part"] = part
    return page.run()


def ended(page):
    """The page once its job has ended."""
    for thread in threading.enumerate():
        if thread.name.startswith(("trail ", "check ")):
            thread.join(60)
    return page.run()


def said(page):
    return [one.value for one in page.text]


@pytest.mark.parametrize("part", ["Coders", "Backups", "Log", "Check and about"])
def test_every_part_is_shown_without_error(study, part):
    page = shown(study, part)

    assert not page.exception
    assert not page.error


def test_somebody_is_added_on_the_page(study):
    page = shown(study)

    page.text_input(key="settings-add-name").set_value(HOSTILE)
    page.button(key="settings-add-go").click().run()

    assert page.success[0].value == "\\*\\*Bo\\*\\* \\:red\\[x\\] =1\\+1 was added as coder\\."
    assert page.dataframe[0].value["name"].tolist() == [HOSTILE, "Ann"]
    assert page.text_input(key="settings-add-name").value == ""


def test_a_name_that_is_taken_is_told_on_the_page(study):
    page = shown(study)

    page.text_input(key="settings-add-name").set_value("Ann")
    page.button(key="settings-add-go").click().run()

    assert page.error[0].value == "Nobody was added."
    assert "there is a coder called 'Ann' already" in said(page)


def test_who_renames_themselves_works_on_under_the_new_name(study):
    page = shown(study)

    page.text_input(key="settings-name-Ann").set_value("Anna")
    page.button(key="settings-change-go").click().run()

    assert page.session_state["coder"] == "Anna"
    assert page.dataframe[0].value["name"].tolist() == ["Anna"]


def test_who_is_no_supervisor_sees_the_coders_and_changes_nothing(study):
    with Project.open(study, user="Ann") as project:
        project.add_coder("Bo", role="supervisor")

    page = shown(study)

    assert page.dataframe[0].value["name"].tolist() == ["Ann", "Bo"]
    assert page.info[0].value.endswith("A supervisor can change it.")
    assert not page.text_input


def test_the_log_is_searched_on_the_page(study):
    page = shown(study, "Log")

    page.text_input(key="settings-log-words").set_value("staffing").run()

    assert page.dataframe[0].value["entry"].tolist() == [3]


def test_the_last_changes_are_shown_and_taken_back_on_the_page(study):
    page = shown(study, "Log")
    page.session_state["settings-last"] = True
    page.run()

    page.number_input(key="settings-steps").set_value(2).run()
    assert page.dataframe[1].value["entry"].tolist() == [4, 3]
    page.button(key="settings-undo-last").click().run()

    assert page.success[0].value.startswith("Entries 4, 3 were taken back;")


def test_the_log_is_paged_on_the_page(study, monkeypatch):
    monkeypatch.setattr(room, "PAGE", 3)
    page = shown(study, "Log")

    page.button(key="settings-log-older").click().run()
    assert page.dataframe[0].value["entry"].tolist() == [1]
    page.button(key="settings-log-newer").click().run()
    assert page.dataframe[0].value["entry"].tolist() == [4, 3, 2]


def test_the_audit_trail_is_made_on_the_page(study):
    page = shown(study, "Log")

    page.button(key="settings-trail").click().run()
    ended(page)

    assert "pilots-log.csv is ready: 4 entries." in said(page)


def test_the_study_is_checked_on_the_page(study):
    page = shown(study, "Check and about")

    page.button(key="settings-check").click().run()
    ended(page)

    assert page.success[0].value == "All is as it was stored."


def test_the_page_says_what_program_this_is_and_where_the_study_lies(study):
    words = said(shown(study, "Check and about"))

    assert f"qualkit {qualkit.__version__}" in words
    assert f"This study lies in {study}" in words


def test_the_address_of_a_study_is_shown_without_its_password(postgres):
    address = postgres.new_database("settings_secret")
    with Project.create(address, user="Ann"):
        pass

    words = said(shown(address.replace("@", ":secret@", 1), "Check and about"))

    assert f"This study lies in {address.replace('@', ':***@', 1)}" in words
