"""Sources, corrected transcripts: the look before, the doing, what waits, and earlier texts."""

from __future__ import annotations

import threading

import pytest

pytest.importorskip("streamlit")
from streamlit.testing.v1 import AppTest

from qualkit.app import corrections_room as room
from qualkit.app.sources_room import Upload
from qualkit.errors import NotAllowed, QualkitError
from qualkit.project import Project

OLD = "Ann: What helped?\nP1: The staff listned. They came back. And then it rained.\n"
NEW = "Ann: So what helped?\nP1: The staff listened. They came back.\n"
CODED = ("What helped?", "The staff listned.", "They came back.", "And then it rained.")
FILE = Upload("corrected.txt", NEW.encode())


@pytest.fixture
def study(tmp_path, write):
    """A study with four codings: of their words two were corrected, and one was cut out."""
    path = tmp_path / "pilots.qualkit"
    with Project.create(path, codebooks=["evaluation-topics"], user="Ann") as project:
        project.add_sources([write("p1.txt", OLD)])
        for words in CODED:
            start = OLD.index(words)
            project.add_coding("p1", (start, start + len(words)), "staffing", coder="Ann")
    return path


def silent(done, total, what):
    """No bar."""


def looked(study, file=FILE):
    return room.look(str(study), "Ann", ("p1", file), silent)


def done(study, *, reword=False):
    return room.replace(str(study), "Ann", looked(study), silent, reword=reword)


def test_a_look_counts_what_stays_moves_and_breaks_and_changes_nothing(study):
    seen = looked(study)

    assert room.counted(seen.made) == {
        "stay": 0, "move": 1, "break, with a proposal": 2, "break, without one": 1,
    }  # fmt: skip
    with Project.open(study) as project:
        assert project.source("p1").text == OLD


def test_of_what_breaks_is_told_what_stands_there_now(study):
    table = room.fates(looked(study).made.breaks)

    told = dict(zip(table["text"], table["new_text"], strict=True))
    assert told["The staff listned."] == "The staff listened."
    assert told["And then it rained."] == "nothing like it; choose its words yourself"


@pytest.mark.parametrize(
    ("file", "why"),
    [
        (Upload("p1.txt", OLD.encode()), "the text is the same"),
        (Upload("scan.pdf", b"%PDF-1.4 nothing"), "damaged or too large a PDF"),
    ],
)
def test_a_file_that_cannot_take_the_place_is_refused_with_its_reason(study, file, why):
    with pytest.raises(QualkitError, match=why):
        looked(study, file)


def test_codings_move_with_their_words_and_the_others_wait(study):
    made = done(study)

    assert room.said(made) == (
        "0 codings stayed, 1 moved, 3 wait for a place. "
        f"This is entry {made.entry} of the log, and can be taken back."
    )
    with Project.open(study) as project:
        assert project.codings()["text"].tolist() == ["They came back."]
        assert room.waiting(project)["ready"].tolist() == [True, True, False]


def test_codings_take_the_words_proposed_where_that_is_wanted(study):
    made = done(study, reword=True)

    assert room.said(made).startswith(
        "0 codings stayed, 1 moved, 2 took corrected words, 1 waits for a place."
    )


def test_the_link_of_what_waits_leads_to_what_is_proposed(study):
    done(study)

    with Project.open(study) as project:
        table = room.waiting(project)

    at = NEW.index("The staff")
    assert table["place"].tolist()[1:] == [
        f"code?source=p1&start={at}&end={at + len('The staff listened.')}", "code?source=p1",
    ]  # fmt: skip


def test_what_waits_takes_its_proposal_or_goes(study):
    done(study)
    with Project.open(study, user="Ann") as project:
        table = room.waiting(project)

        assert room.take(project, room.proposed(table)) == "2 codings have a place again."
        left = room.waiting(project)["unplaced"].tolist()
        assert room.drop(project, left) == "1 coding was removed; the log takes it back."

        assert room.waiting(project).empty
        assert len(project.codings()) == 3


def test_a_coder_gives_no_place_to_what_is_anothers(study):
    done(study)
    with Project.open(study, user="Ann") as project:
        project.add_coder("Bo", role="coder")
        project.add_coder("Sue", role="supervisor")
    with Project.open(study, user="Bo") as project, pytest.raises(NotAllowed):
        room.take(project, room.proposed(room.waiting(project)))


def test_earlier_texts_are_listed_newest_first_and_read(study):
    done(study)

    with Project.open(study) as project:
        assert room.editions(project, "p1")["edition"].tolist() == [2, 1]
        assert room.edition_text(project, "p1", 1) == OLD


# The page ------------------------------------------------------------------------------------


def shown(study, coder="Ann"):
    def script():
        from qualkit.app.pages import sources

        sources.show()

    page = AppTest.from_function(script, default_timeout=60)
    page.session_state["study"] = str(study)
    page.session_state["coder"] = coder
    return page.run()


def pressed(page, key):
    """The page once a button was pressed and the job that it began has ended."""
    page.button(key=key).click().run()
    for thread in threading.enumerate():
        if thread.name.startswith(("look ", "replace ")):
            thread.join(60)
    return page.run()


def test_a_transcript_is_replaced_on_the_page_after_a_look(study):
    page = shown(study)
    page.file_uploader(key="corrected-p1-0").upload(FILE.name, FILE.content, "text/plain").run()

    pressed(page, "corrected-look")
    assert [one.value for one in page.metric] == ["0", "1", "2", "1"]
    page.button(key="corrected-do-False").click().run()
    for thread in threading.enumerate():
        if thread.name.startswith("replace "):
            thread.join(60)
    page.run()

    assert page.subheader[0].value == "Codings that wait for a place"
    page.button(key="waiting-take").click().run()
    assert [one.value for one in page.success] == ["2 codings have a place again\\."]
    with Project.open(study) as project:
        assert len(project.codings()) == 3


def test_who_is_a_reader_sees_what_waits_and_is_offered_nothing(study):
    done(study)
    with Project.open(study, user="Ann") as project:
        project.add_coder("Rea", role="reader")
        project.add_coder("Sue", role="supervisor")

    page = shown(study, coder="Rea")

    assert "Codings that wait for a place" in [one.value for one in page.subheader]
    assert page.button.len == 0
    assert not page.exception
