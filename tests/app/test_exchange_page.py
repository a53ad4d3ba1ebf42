"""The pages Exchange and Memos: a file looked at before it is kept, a study taken out, notes."""

from __future__ import annotations

import sys
import time
from dataclasses import replace

import pytest

pytest.importorskip("streamlit")
from streamlit.testing.v1 import AppTest

from qualkit.app import exchange_room as room
from qualkit.app import jobs, memos_room, study_room
from qualkit.app.sources_room import Upload
from qualkit.errors import ReadError
from qualkit.interchange.report import Account, Astray
from qualkit.model import new_id
from qualkit.project import Project
from tests.interchange.foreign import NVIVO, PHRASES, TEXT

HOSTILE = "**bold** :red[x] $a$ <b>"


def silent(*_at):
    """Nobody looks at the bar."""


@pytest.fixture(autouse=True)
def alone(tmp_path, monkeypatch):
    """No study was given to the program, and none was open before."""
    monkeypatch.setattr(sys, "argv", ["main.py"])
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))


@pytest.fixture
def nvivo(tmp_path):
    """An upload of NVivo's with one coding that its text does not have."""
    marks = [NVIVO.selection(TEXT, phrase, n) for n, phrase in enumerate(PHRASES)]
    marks.append(NVIVO.selection(f"We never said {HOSTILE} at all.", HOSTILE, 7))
    path = NVIVO.write(tmp_path / "made.qdpx", NVIVO.source("".join(marks)))
    return Upload("../Pilots.qdpx", path.read_bytes())


@pytest.fixture
def study(tmp_path, write):
    path = tmp_path / "ours.qualkit"
    with Project.create(path, codebooks=["cascade"], user="Ann") as project:
        project.add_sources([write("p7.txt", "Interviewer: What helped?\nP7: The staff.\n")])
        memo = project.add_memo(HOSTILE, source="p7")
        project.add_memo("Ask again.", title="To do", code="cascade.roles")
        project.add_collection("First round", sources=["p7"], memos=[memo])
    return str(path)


# What is worked out ----------------------------------------------------------------------------


def test_a_file_is_looked_at_and_nothing_of_it_stays_on_the_disk(nvivo, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()

    look = room.look(room.Wanted(nvivo), silent)

    assert (look.found.name, look.found.account.total) == ("Pilots.qdpx", 5)
    assert list((tmp_path / "temporary").iterdir()) == []


def test_a_table_whose_columns_nobody_knows_is_asked_about_and_then_read():
    upload = Upload("a.csv", b"Interview,Passage,Code\np7,The staff.,Trust\n")

    first = room.look(room.Wanted(upload), silent)
    then = room.look(replace(first.wanted, columns={"text": "Passage", "source": ""}), silent)

    assert (first.found, first.headings) == (None, ("Interview", "Passage", "Code"))
    assert first.columns == {"source": "Interview", "code": "Code"}
    assert "name it, as text=..." in first.why
    assert then.columns == {"text": "Passage", "code": "Code"}
    assert then.found.account.matched == 1


def test_codings_of_a_table_are_found_in_the_texts_that_come_with_it():
    table = Upload("a.csv", b"source,text,code\np7,The staff.,Trust\n")
    text = Upload("../p7.txt", b"P7: The staff.\n")

    look = room.look(room.Wanted(table, (text,)), silent)

    assert [row["text"] for row in look.found.snapshot.rows("source")] == ["P7: The staff.\n"]


def test_a_file_that_is_no_study_is_refused():
    with pytest.raises(ReadError, match=r"^x\.qdpx: "):
        room.look(room.Wanted(Upload("x.qdpx", b"PK\x03\x04 no archive")), silent)


def test_who_cancels_while_a_file_is_read_waits_for_nothing():
    rows = b"P1,Time,We waited.\n" * 100_000
    said = []

    def progress(done, total, what):
        said.append(what)
        if len(said) > 1:  # the file is being read
            raise jobs.Cancelled

    start = time.perf_counter()
    with pytest.raises(jobs.Cancelled):
        room.look(room.Wanted(Upload("s.csv", b"Document,Code,Segment\n" + rows)), progress)
    assert time.perf_counter() - start < 3


def test_codings_that_went_astray_are_listed_the_lost_first():
    moved = Astray("p1", "words", 3, 8, "it stands 2 later")
    account = Account(1, (moved,), (Astray("p2", "gone", None, None, "not in its text"),))

    assert room.astray(account)[["became", "source", "words", "why"]].values.tolist() == [
        ["lost", "p2", "gone", "not in its text"], ["moved", "p1", "words", "it stands 2 later"],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("file", "name"),
    [("Pilots 2.1 final.qdpx", "Pilots 2.1 final"), ("a/b:c.qda.zip", "b c"), ("..", "study")],
)
def test_a_study_is_called_like_its_file(file, name):
    assert study_room.name_from(file) == name


def test_memos_are_found_by_their_words_and_what_they_are_about(study):
    with Project.open(study) as project:
        table = project.memos()
        sets = project.collections()

    assert memos_room.found(table, "", "AGAIN to")["text"].tolist() == ["Ask again."]
    assert memos_room.found(table, "source", "").shape[0] == 1
    assert memos_room.found(table, "case", "").empty
    assert memos_room.sets(sets)[["name", "source", "code", "memo"]].values.tolist() == [
        ["First round", 1, 0, 1]
    ]
    chosen = sets["collection"].iloc[0]
    assert memos_room.members(sets, chosen, table)["member"].tolist() == [
        "p7", f"{HOSTILE} (source p7)",
    ]  # fmt: skip


# The page Exchange -----------------------------------------------------------------------------


def exchange(study=None, *, found=None, view=None):
    def script():
        from qualkit.app.pages import exchange

        exchange.show()

    page = AppTest.from_function(script, default_timeout=60)
    page.session_state["study"] = study
    page.session_state["coder"] = "Ann"
    page.session_state["work-tab"] = new_id()
    if found is not None:
        page.session_state["exchange-found"] = found
    if view is not None:
        page.session_state["exchange-view"] = view
    return settled(page.run())


def settled(page):
    """The page when nothing works in the background any more."""
    until = time.monotonic() + 60
    while busy := [key for key in tuple(jobs._JOBS) if "exchange" in key]:
        while any(jobs.running(key) for key in busy) and time.monotonic() < until:
            time.sleep(0.02)
        page.run()
        assert time.monotonic() < until
    assert not page.exception
    return page


def said(page):
    return "\n".join(one.value for one in page.text)


def test_the_report_stands_before_anything_is_kept_and_words_are_no_markdown(nvivo):
    page = exchange(found=room.look(room.Wanted(nvivo), silent))

    assert page.error[0].value == "5 codings: 4 on their words, 0 moved, 1 lost."
    assert "UTF-16 units; a line end of two characters counts as 2" in said(page)
    assert {one.label: one.value for one in page.metric} == {
        "Sources": "1", "Codes": "1", "Cases": "0", "People": "1", "Memos": "0", "Sets": "0",
    }  # fmt: skip
    assert page.dataframe[0].value["words"].tolist() == [HOSTILE]
    assert not any(HOSTILE in one.value for one in page.markdown)


def test_a_study_is_made_of_the_file_and_opened(nvivo, tmp_path):
    page = exchange(found=room.look(room.Wanted(nvivo), silent))

    page.text_input(key="exchange-folder").set_value(str(tmp_path / "made"))
    page.button(key="exchange-make-it").click().run()
    settled(page)

    made = tmp_path / "made" / "Pilots.qualkit"
    assert page.session_state["study"] == str(made)
    assert [one.value for one in page.success] == ["The study is made."]
    with Project.open(made) as project:
        assert len(project.codings()) == len(PHRASES)
        assert project.log()["who"].tolist() == ["Ann"]


def test_where_the_program_was_started_on_a_study_that_stays_open(
    nvivo, study, tmp_path, monkeypatch
):
    monkeypatch.setattr(sys, "argv", ["main.py", study])
    page = exchange(study, found=room.look(room.Wanted(nvivo), silent))

    page.text_input(key="exchange-folder").set_value(str(tmp_path / "made"))
    page.button(key="exchange-make-it").click().run()
    settled(page)

    assert page.session_state["study"] == study
    page.button(key="exchange-open").click().run()
    assert page.session_state["study"] == str(tmp_path / "made" / "Pilots.qualkit")


def test_a_name_that_is_taken_is_told_and_what_is_there_stays(nvivo, study, tmp_path):
    before = (tmp_path / "ours.qualkit").read_bytes()
    page = exchange(found=room.look(room.Wanted(nvivo), silent))

    page.text_input(key="exchange-folder").set_value(str(tmp_path))
    page.text_input(key="exchange-name-0").set_value("ours")
    page.button(key="exchange-make-it").click().run()

    assert "ours.qualkit is there already" in said(page)
    assert (tmp_path / "ours.qualkit").read_bytes() == before


def test_columns_of_a_table_are_corrected_on_the_page():
    upload = Upload("a.csv", b"Interview,Passage,Code\np7,The staff.,Trust\n")
    page = exchange(found=room.look(room.Wanted(upload), silent))
    assert page.button(key="exchange-look-again").disabled

    page.selectbox(key="exchange-text-0").select("Passage").run()
    page.button(key="exchange-look-again").click().run()
    settled(page)

    assert page.success[0].value == "1 coding: 1 on their words, 0 moved, 0 lost."
    assert page.selectbox(key="exchange-text-1").value == "Passage"


def test_what_a_file_cannot_hold_stands_before_it_can_be_made(study):
    page = exchange(study, view="Take this study out")

    table = page.dataframe[0].value
    assert table.loc[table["what"] == "speaker turns", "count"].tolist() == [2]
    page.button(key="work-file-exchange.qdpx").click().run()
    settled(page)
    made = page.session_state["work-made-exchange.qdpx"][1].result
    assert (made.name, made.data[:2]) == ("ours.qdpx", b"PK")

    page.radio(key="exchange-ending").set_value(".bundle").run()
    settled(page)
    assert page.success[0].value == "The file holds everything that the study has."


def test_who_codes_blind_is_told_why_nothing_can_be_taken_out(study):
    with Project.open(study, user="Bo") as project:
        project.assign(["p7"], ["Ann"])

    page = exchange(study, view="Take this study out")

    assert "Ann codes blind" in said(page)
    assert not [one for one in page.button if one.label == "Make the file"]


# The page Memos --------------------------------------------------------------------------------


def memos(study, *, part="Memos", coder="Ann"):
    def script():
        from qualkit.app.pages import memos

        memos.show()

    page = AppTest.from_function(script, default_timeout=60)
    page.session_state["study"] = study
    page.session_state["coder"] = coder
    page.session_state["memos-part"] = part
    page.run()
    assert not page.exception
    return page


def test_a_memo_is_added_changed_removed_and_taken_back(study):
    page = memos(study)
    page.selectbox(key="memos-new-about-0").select("source").run()
    page.selectbox(key="memos-new-of-source-0").select("p7").run()
    page.text_area(key="memos-new-text-0").set_value("Why so few?").run()
    page.button(key="memos-add").click().run()
    assert page.success[0].value == "The memo was added\\."

    with Project.open(study) as project:
        ident = project.memos()["memo"].iloc[-1]
    page.selectbox(key="memos-chosen").select(ident).run()
    page.text_input(key=f"memos-title-{ident}-1").set_value("Numbers").run()
    page.button(key="memos-save").click().run()
    page.button(key="memos-remove").click().run()
    page.button(key="memos-undo").click().run()

    with Project.open(study) as project:
        row = project.memos().set_index("memo").loc[ident]
        assert row[["about", "of", "title", "text"]].tolist() == [
            "source", "p7", "Numbers", "Why so few?",
        ]  # fmt: skip


def test_a_memo_that_somebody_else_changed_meanwhile_is_not_overwritten(study):
    page = memos(study)
    with Project.open(study, user="Bo") as project:
        ident = project.memos()["memo"].iloc[0]
        project.set_memo(ident, text="Bo's words")

    page.text_area(key=f"memos-text-{ident}-0").set_value("Ann's words").run()
    page.button(key="memos-save").click().run()

    assert "changed by somebody else since it was read" in said(page)
    assert page.text_area(key=f"memos-text-{ident}-0").value == "Ann's words"
    page.button(key="memos-show").click().run()
    assert page.text_area(key=f"memos-text-{ident}-1").value == "Bo's words"


def test_a_set_is_added_shown_and_removed(study):
    page = memos(study, part="Sets")
    assert page.dataframe[1].value["member"].tolist() == ["p7", f"{HOSTILE} (source p7)"]

    page.text_input(key="memos-set-name-0").set_value("Staff").run()
    page.multiselect(key="memos-set-codes-0").select("cascade/cascade.roles").run()
    page.button(key="memos-add-set").click().run()
    page.button(key="memos-remove-set").click().run()

    with Project.open(study) as project:
        assert project.collections()[["name", "kind", "member"]].values.tolist() == [
            ["Staff", "code", "cascade/cascade.roles"]
        ]


def test_who_has_not_said_who_they_are_reads_memos_and_changes_none(study):
    page = memos(study, coder="")

    assert page.text_area(key=f"memos-text-{page.selectbox(key='memos-chosen').value}-0").disabled
    assert [one.label for one in page.button] == []
