"""The page Framework: what is shown of a grid, what is written in its cells, and what is kept."""

from __future__ import annotations

import io
import shutil
import sys

import docx
import pytest

pytest.importorskip("streamlit")
from streamlit.testing.v1 import AppTest

from qualkit import drafting
from qualkit.app import framework_room as fr
from qualkit.errors import CodebookError, ConflictError
from qualkit.framework import Cell, CellSummary, Choice, Excerpt
from qualkit.project import Project

SOURCES = (
    "source,case,phase,role\na1,Alder,before,Nurse\na2,Alder,after,Nurse\nb1,Birch,before,Head\n"
)
TEXTS = {"a1": "Nurse: Nobody rang.", "a2": "Nurse: They ring daily.", "b1": "Head: It is $5."}
THEME = "evaluation-topics/communication"

pytestmark = pytest.mark.usefixtures("patient")


@pytest.fixture
def project(tmp_path, write):
    """Three sources of two cases, two of them coded; Ann and Ben code."""
    made = Project.create(tmp_path / "s.qualkit", codebooks=["evaluation-topics"], user="Ann")
    files = [write(f"{name}.txt", text) for name, text in TEXTS.items()]
    made.add_sources(files, attributes=write("attributes.csv", SOURCES))
    made.add_coding("a1", (7, 19), "communication", coder="Ann", stance="negative")
    made.add_coding("a2", (7, 23), "communication", coder="Ben", stance="positive")
    yield made
    made.close()


def number_of(room, theme=THEME):
    number = fr.number_of(room.grid, theme)
    assert number is not None
    return number


def test_a_case_is_written_as_a_whole_or_by_phase_and_a_source_by_itself(project):
    cases, sources = fr.room_of(project, fr.Options()), fr.room_of(project, fr.Options("source"))
    phases = fr.room_of(project, fr.Options(bands=("phase",)))

    assert cases.units["Alder"] == fr.Unit("case", "Alder", phases=("before", "after"))
    assert sources.units["a2"] == fr.Unit("source", "a2")
    assert phases.units["after > Alder"] == fr.Unit("case", "Alder", "after")


def test_a_row_of_several_cases_or_part_of_one_takes_no_summary(project, write):
    project.set_attributes(write("more.csv", "source,role\na2,Head\n"))

    assert fr.room_of(project, fr.Options("role")).units == {}
    assert list(fr.room_of(project, fr.Options(bands=("role",))).units) == ["Birch"]


def test_what_an_author_has_in_a_cell_is_found_however_its_phase_is_written(project):
    project.set_summary("communication", "Silence.", author="Ann", case="Alder", phase="Before")
    room = fr.room_of(project, fr.Options())

    place = fr.place_of(room.units["Alder"], room.grid.columns[number_of(room)], "before")

    assert room.summary(place, "Ann").words.text == "Silence."
    assert room.summary(place, "Ben") is None


def test_saving_over_a_text_that_moved_on_is_refused_and_changes_nothing(project):
    place = fr.Place("case", "Alder", THEME)
    fr.save(project, place, fr.Words("Theirs."), author="Ann", held=None)

    with pytest.raises(ConflictError):
        fr.save(project, place, fr.Words("Mine."), author="Ann", held=None)

    assert project.summaries()["text"].tolist() == ["Theirs."]


def test_a_citation_of_a_coding_that_is_gone_is_left_out(project):
    kept, gone = project.codings()["coding"]
    project.remove_coding(gone)

    words = fr.Words("Nobody.", cites=(gone, kept))
    fr.save(project, fr.Place("case", "Alder", THEME), words, author="Ann", held=None)

    assert project.summaries()["cites"].tolist() == [[kept]]


def test_saving_what_is_there_with_the_same_evidence_is_no_change(project):
    place = fr.Place("source", "a1", THEME)
    fr.save(project, place, fr.Words("Nobody."), author="Ann", held=None)
    held = fr.room_of(project, fr.Options("source")).summary(place, "Ann")

    assert fr.save(project, place, held.words, author="Ann", held=held) is None


@pytest.mark.parametrize("options", [fr.Options(), fr.Options("source", ("phase",))])
def test_summaries_read_anew_make_the_same_room_as_all_read_anew(project, options):
    before = fr.room_of(project, options)
    project.set_summary("communication", "All.", author="Ann", case="Alder")
    project.set_summary("communication", "Before.", author="Ben", case="Alder", phase="before")
    project.set_summary("staffing", "One.", author="Ann", source="a2")

    after = fr.with_summaries(project, before)

    assert after == fr.room_of(project, options)
    assert after != before


EXCERPT = Excerpt("w", "w", "s", 0, 1, "", (), ("Ann",), (("negative", "Ann"),), (), ("c1",))


@pytest.mark.parametrize(
    ("cell", "none", "foot"),
    [
        (Cell(), "No data", ""),
        (Cell(asked=0, of=2), "Not asked", ""),
        (Cell(asked=1, of=2), "Asked, nothing said (1 of 2 asked)", ""),
        (Cell(hidden=2), "Coded, not shown (2 codings)", ""),
        (Cell(excerpts=(EXCERPT,), left_out=2), "No summary yet", "3 excerpts · 1 negative"),
        (
            Cell(excerpts=(EXCERPT,), hidden=1),
            "No summary yet",
            "1 excerpt · 1 negative · 1 coding not shown",
        ),
        (Cell((CellSummary("Ann", "x"),), asked=0, of=1), "", "not asked"),
        (Cell((CellSummary("Ann", "x"),) * 4, (EXCERPT,)), "", "1 more summary · 1 excerpt · 1 negative"),
    ],
)  # fmt: skip
def test_a_cell_says_in_words_why_it_has_no_summary_and_what_it_rests_on(cell, none, foot):
    shown = fr.shown_cell(cell)

    assert (shown["none"], shown["foot"]) == (none, foot)


def test_a_summary_in_a_cell_says_that_it_is_a_draft_and_that_its_evidence_changed():
    one = CellSummary(
        "Ann", "x" * 500, about="a1", stance="mixed", rating=2, level="Good", draft=True,
        changes="1 coding added",
    )  # fmt: skip

    assert fr.shown_cell(Cell((one,)))["said"] == [
        {
            "text": "x" * 420 + " ...",
            "by": "Ann · a1 · mixed · rated 2 (Good)",
            "draft": "Draft",
            "changed": "Evidence changed: 1 coding added",
        }
    ]


def test_rows_and_columns_that_have_nothing_can_be_hidden_and_keep_their_numbers(project):
    room = fr.room_of(project, fr.Options())

    shown = fr.sent(fr.arranged(room.grid, fr.View("study", True, True)), fr.numbers_of(room.grid))

    assert [row["key"] for row in shown["rows"]] == ["Alder"]
    number = number_of(room) + 1
    assert [(c["id"], c["number"]) for c in shown["columns"]] == [(THEME, number)]


@pytest.mark.parametrize(
    ("order", "names"),
    [
        ("study", ["a1", "a2", "b1", "A0"]),
        ("name", ["A0", "a1", "a2", "b1"]),
        ("excerpts", ["b1", "a1", "a2", "A0"]),
    ],
)
def test_rows_stand_in_the_order_that_was_asked_for(project, write, order, names):
    project.add_sources([write("A0.txt", "Nurse: Last.")])
    for span in ((6, 8), (9, 11)):
        project.add_coding("b1", span, "communication", coder="Ann")
    grid = fr.room_of(project, fr.Options("source")).grid

    assert [row.name for row in fr.arranged(grid, fr.View(order)).rows] == names


def test_bands_stay_together_whatever_the_order(project):
    project.add_coding("b1", (6, 8), "communication", coder="Ann")
    project.add_coding("b1", (9, 11), "communication", coder="Ann")
    grid = fr.room_of(project, fr.Options("source", bands=("phase",))).grid

    shown = fr.arranged(grid, fr.View("excerpts"))

    assert [(row.bands[0], row.name) for row in shown.rows] == [
        ("after", "a2"), ("before", "b1"), ("before", "a1"),
    ]  # fmt: skip


def test_a_link_finds_its_cell_by_name_and_code_and_no_other(project):
    grid = fr.room_of(project, fr.Options()).grid

    assert fr.found_cell(grid, "Alder", "communication") == ("Alder", THEME)
    assert fr.found_cell(grid, "Nobody", "communication") is None
    assert fr.found_cell(grid, "Alder", "nothing") is None


def test_a_framework_file_is_read_and_its_faults_are_told():
    good = b"id: f\ntitle: Ours\nthemes: [communication]\n"

    assert fr.framework_in("ours.yaml", good).title == "Ours"
    with pytest.raises(CodebookError, match=r"ours\.yaml: it has no list of themes"):
        fr.framework_in("ours.yaml", b"id: f\n")


def test_the_file_has_the_filter_and_the_words_of_the_grid(project):
    fr.save(
        project, fr.Place("case", "Alder", THEME), fr.Words("At last."), author="Ann", held=None
    )
    options = fr.Options(choice=Choice(stances=("positive",)), framework=fr.framework_of([THEME]))

    made = docx.Document(io.BytesIO(fr.file_of(project, options, ".docx")))

    words = "\n".join(c.text for t in made.tables for r in t.rows for c in r.cells)
    assert "At last." in words
    assert "They ring daily." in words
    assert "Nobody rang." not in words


def test_one_cell_is_drafted_from_its_excerpts_and_no_other(project):
    room = fr.room_of(project, fr.Options())

    report = drafting.draft_cell(project, room.grid, "Alder", number_of(room), author="Ann")

    assert report.added == 1
    assert project.summaries()[["case", "theme", "draft"]].values.tolist() == [
        ["Alder", "communication", True]
    ]


def test_drafting_that_is_stopped_keeps_nothing(project):
    def stop(done, total, what):
        if done == 5:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        drafting.draft_cells(project, author="Ann", progress=stop)

    assert project.summaries().empty


# The page ------------------------------------------------------------------------------------


@pytest.fixture
def shown(monkeypatch):
    """The page on a study, as somebody, with a cell that the address names."""
    monkeypatch.setattr(sys, "argv", ["main.py"])

    def run(project, *, coder="Ann", row="", theme=""):
        def script():
            from qualkit.app.pages import framework

            framework.show()

        page = AppTest.from_function(script, default_timeout=60)
        page.session_state["study"] = str(project.study) if project is not None else None
        page.session_state["coder"] = coder
        page.session_state["pages"] = {}
        if row:
            page.session_state["framework-cell"] = (row, theme)
        return page.run()

    return run


def told(page):
    return [one.value for one in page.info]


def test_a_study_without_themes_or_sources_or_codings_says_what_to_do(shown, tmp_path, write):
    path = tmp_path / "new.qualkit"
    with Project.create(path) as project:
        assert "A grid needs themes" in told(shown(project))[0]
        project.add_codebook("evaluation-topics")
        assert "A grid needs interviews" in told(shown(project))[0]
        project.add_sources([write("p.txt", "Ann: Hello.")])
        assert "Nothing is coded yet" in told(shown(project))[0]


def test_without_a_name_a_cell_is_read_and_not_written(shown, project):
    page = shown(project, coder="", row="Alder", theme=THEME)

    assert told(page) == ["To write here, type your name at the left, under 'Who codes'."]
    assert not page.text_area


def test_words_are_shown_as_text_and_a_summary_is_saved_with_what_it_rests_on(shown, project):
    page = shown(project, row="Alder", theme=THEME)
    assert [one.value for one in page.text if "ring" in one.value] == ["They ring daily."]

    page.text_area[0].set_value("At *last*.").run()
    page.checkbox[1].check().run()
    page.button(key="framework-save").click().run()

    assert not page.exception
    found = project.summaries()
    ring = project.codings().set_index("source")["coding"]["a2"]
    assert found[["case", "text", "author"]].values.tolist() == [["Alder", "At *last*.", "Ann"]]
    assert found["cites"].tolist() == [[ring]]


def test_an_empty_summary_is_not_saved_and_the_page_says_why(shown, project):
    page = shown(project, row="Alder", theme=THEME)

    page.button(key="framework-save").click().run()

    assert [one.value for one in page.error] == ["That did not work."]
    assert "There are no words yet; write a sentence first." in [one.value for one in page.text]
    assert project.summaries().empty


def test_what_a_reader_may_not_do_is_told_and_the_words_are_kept(shown, project):
    project.add_coder("Rea", role="reader")
    project.add_coder("Sue", role="supervisor")
    page = shown(project, coder="Rea", row="Alder", theme=THEME)

    page.text_area[0].set_value("May I?").run()
    page.button(key="framework-save").click().run()

    assert [one.value for one in page.error] == ["That did not work."]
    assert page.text_area[0].value == "May I?"
    assert project.summaries().empty


def test_a_removal_is_undone_with_the_words_as_they_were(shown, project):
    project.set_summary("communication", "Here.", author="Ann", case="Alder")
    page = shown(project, row="Alder", theme=THEME)

    page.button(key="framework-remove").click().run()
    assert project.summaries().empty
    page.button(key="framework-undo").click().run()

    assert project.summaries()["text"].tolist() == ["Here."]
    assert page.text_area[0].value == "Here."


def test_words_that_are_not_saved_belong_to_their_study_and_author(shown, project, tmp_path):
    other = tmp_path / "other.qualkit"
    shutil.copy(project.study, other)
    page = shown(project, row="Alder", theme=THEME)
    page.text_area[0].set_value("Half a thought").run()

    for name, value in (("coder", "Ben"), ("study", str(other))):
        before = page.session_state[name]
        page.session_state[name] = value
        page.run()
        assert page.text_area[0].value == ""
        page.session_state[name] = before
        page.run()

    assert page.text_area[0].value == "Half a thought"


def test_a_rating_is_asked_for_where_the_theme_has_a_scale_alone(shown, project):
    project.add_codebook("cascade")

    rated = shown(project, row="Alder", theme="cascade/cascade.contact")
    plain = shown(project, row="Alder", theme=THEME)

    assert [len(box.options) for box in rated.selectbox if box.label == "Rating"] == [4]
    assert [box for box in plain.selectbox if box.label == "Rating"] == []
