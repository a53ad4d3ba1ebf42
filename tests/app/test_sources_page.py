"""The page Sources: files looked at before they are kept, and what is known of sources."""

from __future__ import annotations

import stat
import sys
import threading

import pandas as pd
import pytest

pytest.importorskip("streamlit")
from streamlit.testing.v1 import AppTest

from qualkit.app import jobs
from qualkit.app import sources_room as room
from qualkit.app.sources_room import Upload
from qualkit.errors import BatchError, ConflictError, QualkitError
from qualkit.loading import ImportReport
from qualkit.project import Project

PARENT = Upload("north-parent.txt", b"Ann Lee: What helped?\nBo Ek: The letter.\n")
TEACHER = Upload("south-teacher.txt", b"Interviewer: And you?\nTeacher: Staff, and *time*.\n")
SCAN = Upload("scan.pdf", b"%PDF-1.4 nothing")


@pytest.fixture(scope="module")
def readings():
    """Two files that can be kept and one that cannot."""
    return room.read_uploads([PARENT, SCAN, TEACHER], held=[])


@pytest.fixture
def three(project, write):
    """Three sources of two cases, with an attribute of sources and one of cases."""
    for name in ("p1", "p2", "p3"):
        project.add_sources([write(f"{name}.txt", f"Interviewer: {name}?\nParent: Yes, {name}.\n")])
    project.set_attributes(
        write("a.csv", "source,case,region\np1,North,N\np2,North,\np3,South,S\n")
    )
    project.set_case_attributes(write("c.csv", "case,profile\nNorth,Urban\nSouth,Rural\n"))
    return project


# Before anything is kept -------------------------------------------------------------------------


def test_each_file_is_read_or_refused_with_its_reason(readings):
    assert [one.source.name for one in readings if one.source] == ["north-parent", "south-teacher"]
    assert readings[1].source is None
    assert readings[1].refused.startswith("damaged or too large a PDF")


def test_files_are_told_as_they_are_read():
    told = []

    room.read_uploads([PARENT, TEACHER], held=[], progress=lambda *at: told.append(at))

    assert told == [(1, 2, "north-parent.txt"), (2, 2, "south-teacher.txt")]


def test_a_name_that_the_study_or_the_batch_has_is_refused():
    twin = Upload("north-parent.txt", b"Ann Lee: Another?\nBo Ek: Yes.\n")

    made = room.read_uploads([PARENT, twin, TEACHER], held=["south-teacher"])

    assert [one.refused for one in made] == [
        "",
        "another source is called 'north-parent'; rename the file",
        "another source is called 'south-teacher'; rename the file",
    ]


def test_files_lie_in_a_private_folder_and_only_while_they_are_read(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    modes = []

    def look(*_at):
        (folder,) = tmp_path.iterdir()
        modes.append(stat.S_IMODE(folder.stat().st_mode))

    room.read_uploads([PARENT], held=[], progress=look)

    assert modes == [0o700]
    assert list(tmp_path.iterdir()) == []


def test_a_reading_that_is_stopped_leaves_no_file_behind(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    def stop(*_at):
        raise jobs.Cancelled

    with pytest.raises(jobs.Cancelled):
        room.read_uploads([PARENT, TEACHER], held=[], progress=stop)

    assert list(tmp_path.iterdir()) == []


def test_a_files_name_leads_nowhere_else(tmp_path):
    aim = tmp_path / "out.txt"
    climbing = Upload(f"../../..{aim}", PARENT.content)

    (made,) = room.read_uploads([climbing], held=[])

    assert made.source.name == "out"
    assert not aim.exists()


def test_the_preview_says_how_much_there_is_who_speaks_and_what_to_look_at(readings):
    unsaid = Upload("x.txt", b"Kit: Well now.\nSam: Well then.\nKit: Yes.\nSam: No.\n")
    (more,) = room.read_uploads([unsaid], held=[])

    made = room.files_table([*readings, more], {})

    assert made.values.tolist() == [
        [True, "north-parent", 4, 2, "Ann Lee, Bo Ek", ""],
        [True, "south-teacher", 5, 2, "Interviewer, Teacher", ""],
        [True, "x", 6, 4, "Kit, Sam", "say who asks and who answers"],
    ]


def test_refused_files_are_listed_with_the_reason(readings):
    made = room.refused_table(readings)

    assert made["file"].tolist() == ["scan.pdf"]
    assert made["reason"].tolist() == [readings[1].refused]


def test_a_pattern_and_a_sheet_give_attributes_and_the_sheet_goes_first(readings):
    sheet = Upload("s.csv", b"source,case,role\nnorth-parent,Coast,Mother\n")

    given = room.attributes_given(readings, pattern="{case}-{stakeholder_type}", sheet=sheet)
    table = room.files_table(readings, given)

    assert given == {
        "north-parent": {"case": "Coast", "stakeholder_type": "parent", "role": "Mother"},
        "south-teacher": {"case": "south", "stakeholder_type": "teacher"},
    }
    assert list(table.columns)[:5] == ["keep", "source", "case", "stakeholder_type", "role"]
    assert table["role"].tolist() == ["Mother", ""]


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"pattern": "{}-x"}, "it needs different attribute names in braces"),
        ({"sheet": Upload("s.csv", b"name,role\nx,y\n")}, "it has no column 'source' or 'file'"),
    ],
)
def test_a_pattern_or_sheet_that_cannot_be_understood_is_refused(given, reason, readings):
    with pytest.raises(BatchError, match=reason):
        room.attributes_given(readings, **given)


def test_the_first_turns_show_roles_as_they_would_be_kept(readings):
    assert room.first_turns(readings[0].source, {"Bo Ek": "unknown"}) == [
        "Ann Lee, interviewer\nWhat helped?",
        "Bo Ek, unknown\nThe letter.",
    ]


def test_roles_are_spread_to_every_source_with_that_speaker(readings):
    sources = [one.source for one in readings if one.source]

    assert room.spread(sources, {"Teacher": "unknown", "Nobody": "unknown"}) == {
        "south-teacher": {"Teacher": "unknown"}
    }


def test_what_is_kept_has_its_attributes_and_the_roles_that_were_set(readings, address, project):
    report = room.keep(
        address,
        readings,
        roles={"north-parent": {"Ann Lee": "participant", "Bo Ek": "participant"}},
        user="Ann",
        pattern="{case}-{who}",
    )

    assert report.added == ("north-parent", "south-teacher")
    table = project.sources()
    assert table[["source", "case", "who"]].values.tolist() == [
        ["north-parent", "north", "parent"],
        ["south-teacher", "south", "teacher"],
    ]
    assert room.guessed_roles(project.source("north-parent")) == {
        "Ann Lee": "participant", "Bo Ek": "participant",
    }  # fmt: skip
    log = project.log()
    assert log[log["who"] == "Ann"]["action"].tolist() == ["add sources", "set roles"]


def test_a_file_that_the_study_has_under_another_name_is_told_without_a_path(
    readings, address, project, write
):
    project.add_sources([write("first.txt", PARENT.content)])

    report = room.keep(address, readings[:1], roles={}, user="Ann")

    assert report.refused == (("north-parent.txt", "the same file is in the project as 'first'"),)


@pytest.mark.parametrize(
    ("report", "sentence"),
    [
        (ImportReport(("p1",)), "1 interview was added."),
        (
            ImportReport(("p1", "p2"), (("x", "y"),)),
            "2 interviews were added; 1 could not be kept.",
        ),
        (ImportReport((), (("x", "y"),)), "0 interviews were added; 1 could not be kept."),
    ],
)
def test_an_import_is_told_in_one_sentence(report, sentence):
    assert room.report_said(report) == sentence


# What is known of sources ------------------------------------------------------------------------


def test_case_and_attributes_can_be_changed_and_nothing_else(three):
    table = room.source_values(three.sources(), ["wave"])

    assert list(table.columns) == [
        "source", "case", "region", "wave", "words", "turns", "speakers", "codings",
    ]  # fmt: skip
    assert room.locked(table, "source") == ["source", "words", "turns", "speakers", "codings"]
    cases = room.case_values(three.cases())
    assert room.locked(cases, "case") == ["case", "sources"]


def test_only_what_was_changed_is_a_change():
    before = pd.DataFrame({"source": ["p1", "p2"], "case": "A", "region": ["N", ""], "words": 1})
    after = before.assign(case=["A", "B"], region=pd.Series([None, " "]), words=2)

    assert room.changes(before, after, key="source") == {"p1": {"region": ""}, "p2": {"case": "B"}}


def test_an_attribute_whose_name_a_column_has_is_changed_under_its_own_name(three):
    three.set_values({"p1": {"format": "telephone"}})
    table = room.source_values(three.sources())

    assert room.changes(
        table, table.assign(**{"attribute.format": "video"}), key="source"
    )["p1"] == {"format": "video"}  # fmt: skip


def test_changes_are_shown_with_what_was_there_before(three):
    table = room.source_values(three.sources(), ["wave"])

    made = room.changes_table(table, {"p1": {"region": "", "wave": "2"}}, key="source")

    assert made.values.tolist() == [["p1", "region", "N", ""], ["p1", "wave", "", "2"]]


def test_a_change_is_saved_in_one_entry_and_taken_back(three):
    entries = len(three.log())

    saved = room.save_values(three, {"p1": {"region": "", "wave": "2"}}, key="source")
    first = three.sources()
    room.take_back(three, saved)

    assert first["wave"].tolist() == ["2", "", ""]
    assert first["region"].tolist() == ["", "", "S"]
    assert three.sources()["region"].tolist() == ["N", "", "S"]
    assert "wave" not in three.sources()
    assert len(three.log()) == entries + 2


def test_a_case_that_went_with_its_last_source_comes_back_with_its_attributes(three):
    saved = room.save_values(three, {"p3": {"case": "North"}}, key="source")
    assert three.cases()["case"].tolist() == ["North"]

    room.take_back(three, saved)

    assert three.cases()[["case", "sources", "profile"]].values.tolist() == [
        ["North", 2, "Urban"],
        ["South", 1, "Rural"],
    ]


def test_attributes_of_cases_are_saved_and_taken_back_too(three):
    saved = room.save_values(three, {"North": {"profile": "City"}}, key="case")
    assert three.cases()["profile"].tolist() == ["City", "Rural"]

    room.take_back(three, saved)

    assert three.cases()["profile"].tolist() == ["Urban", "Rural"]


def test_what_somebody_has_changed_since_is_not_taken_back(three):
    saved = room.save_values(three, {"p1": {"region": "East"}}, key="source")
    three.set_values({"p1": {"region": "West"}})

    with pytest.raises(ConflictError) as refused:
        room.take_back(three, saved)

    assert str(refused.value) == "p1: region has been changed since; nothing was taken back"
    assert three.sources()["region"][0] == "West"


@pytest.mark.parametrize("name", ["", " ", "region", "Region", "case", "words", "source"])
def test_a_new_attribute_needs_a_name_of_its_own(name):
    with pytest.raises(QualkitError, match=r"type what|there is a column"):
        room.checked_attribute(name, ["source", "case", "region"])


def test_a_sheet_sets_attributes_of_sources_or_of_cases(three):
    assert room.load_sheet(three, Upload("s.csv", b"source,region\np2,E\n"), key="source") == 1
    assert room.load_sheet(three, Upload("c.csv", b"case,profile\nSouth,Coast\n"), key="case") == 1

    assert three.sources()["region"].tolist() == ["N", "E", "S"]
    assert three.cases()["profile"].tolist() == ["Urban", "Coast"]


def test_what_hangs_on_a_source_is_told(three):
    assert room.hanging_on(three, "p1") == "Nobody has coded it; its text and attributes go."

    three.add_coding("p1", (25, 28), "communication", coder="Ann")
    three.set_summary("communication", "x", author="Ann", source="p1")

    assert (
        room.hanging_on(three, "p1") == "With it go 1 coding, 1 summary, its text and attributes."
    )


# The page ----------------------------------------------------------------------------------------


@pytest.fixture
def alone(monkeypatch, tmp_path):
    """No study was given to the program."""
    monkeypatch.setattr(sys, "argv", ["main.py"])
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def shown(study, *, coder="Ann", **state):
    def script():
        from qualkit.app.pages import sources

        sources.show()

    page = AppTest.from_function(script, default_timeout=60)
    page.session_state["study"] = study
    page.session_state["coder"] = coder
    for name, value in state.items():
        page.session_state[name] = value
    return page.run()


def said(page):
    return "\n".join(one.value for one in page.text)


def after_its_job(page):
    for thread in threading.enumerate():
        if thread.name.startswith(("read-", "keep-")):
            thread.join(60)
    return page.run()


def test_an_empty_study_asks_for_files_and_shows_no_tables(alone, project, address):
    page = shown(address)

    assert "Nothing is kept before you have looked at it." in said(page)
    assert not page.subheader
    assert page.button(key="files-read").disabled


def test_files_are_kept_with_the_roles_that_were_set_on_the_page(alone, readings, address, project):
    page = shown(address, readings=readings, roles={})
    page.selectbox(key="role-look-0-north-parent-0").select("participant").run()
    assert project.sources().empty

    page.button(key="files-keep").click().run()
    after_its_job(page)

    assert project.sources()["source"].tolist() == ["north-parent", "south-teacher"]
    assert room.guessed_roles(project.source("north-parent"))["Ann Lee"] == "participant"
    assert [one.value for one in page.success] == ["2 interviews were added."]
    assert "readings" not in page.session_state


def test_a_role_set_in_one_file_is_still_set_after_a_look_at_another(
    alone, readings, address, project
):
    page = shown(address, readings=readings, roles={})

    page.selectbox(key="role-look-0-north-parent-0").select("unknown").run()
    page.selectbox(key="look-0").select("south-teacher").run()
    page.selectbox(key="look-0").select("north-parent").run()

    assert page.selectbox(key="role-look-0-north-parent-0").value == "unknown"


def test_files_that_are_not_wanted_leave_nothing(alone, readings, address, project):
    page = shown(address, readings=readings, roles={})

    page.button(key="files-drop").click().run()

    assert project.sources().empty
    assert "readings" not in page.session_state


def test_who_may_only_read_is_offered_nothing_to_change(alone, three, address):
    three.add_coder("Sue", role="supervisor")
    with Project.open(address, user="Sue") as project:
        project.add_coder("Rea", role="reader")

    page = shown(address, coder="Rea")

    assert not page.exception
    assert [one.value for one in page.info] == [
        "You can read what is known here. Your role does not let you change it."
    ]
    assert page.button.len == 0


def test_nobody_keeps_files_without_a_name(alone, readings, address, project):
    page = shown(address, coder="", readings=readings, roles={})

    assert page.button(key="files-keep").disabled
    assert [one.value for one in page.info] == [
        "Say who you are first: type your name at the left, under 'Who codes'."
    ]


def test_a_pattern_with_a_fault_is_told_and_the_files_can_still_be_kept(
    alone, readings, address, project
):
    page = shown(address, readings=readings, roles={})

    page.text_input(key="files-pattern").set_value("{}").run()

    assert [one.value for one in page.error] == ["The attributes cannot be read."]
    assert not page.button(key="files-keep").disabled


def test_roles_of_a_source_are_changed_on_the_page(alone, three, address):
    page = shown(address)
    page.selectbox(key="one-source").select("p2").run()
    page.selectbox(key="role-one-p2-1").select("unknown").run()

    page.button(key="save-roles").click().run()

    assert room.guessed_roles(three.source("p2")) == {
        "Interviewer": "interviewer", "Parent": "unknown",
    }  # fmt: skip
    assert three.log()["who"].iloc[-1] == "Ann"


def test_a_new_column_stands_in_the_table_until_it_is_saved(alone, three, address):
    page = shown(address)

    page.text_input(key="column-name-source").set_value("wave")
    page.button(key="column-add-source").click().run()

    assert "wave" in page.dataframe[0].value.columns
    assert "wave" not in three.sources()


def test_before_a_source_is_removed_the_page_says_what_goes_with_it(alone, three, address):
    page = shown(address)
    page.selectbox(key="one-source").select("p2").run()

    page.button(key="one-remove").click().run()

    assert "Nobody has coded it; its text and attributes go." in said(page)
    assert three.sources()["source"].tolist() == ["p1", "p2", "p3"]
