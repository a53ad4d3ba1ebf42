"""The page Study: studies made and opened, and what is said of one."""

from __future__ import annotations

import sys
import threading

import pandas as pd
import pytest

pytest.importorskip("streamlit")
from streamlit.testing.v1 import AppTest

from qualkit.app import jobs
from qualkit.app import study_room as room
from qualkit.app.pages import study as study_page
from qualkit.compare import saturation
from qualkit.errors import QualkitError
from qualkit.model import new_id
from qualkit.progress import progress_of
from qualkit.project import Project
from tests.app.waiting import settled
from tests.compare.test_saturation import PUBLISHED
from tests.compare.test_saturation import study as interviews


@pytest.fixture(autouse=True)
def alone(tmp_path, monkeypatch):
    """No study was given to the program, and none was open before."""
    monkeypatch.setattr(sys, "argv", ["main.py"])
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    yield
    jobs.forget("sample")


@pytest.fixture
def coded(project, write):
    """A study with one source of two answers, one of them coded."""
    words = "Interviewer: What helped?\nParent: Staff.\nParent 2: Nobody.\n"
    project.add_sources([write("p1.txt", words)])
    project.add_coding("p1", (34, 39), "communication", coder="Ann [1]")
    return project


def shown(study=None, *, tab="By source", who=""):
    """The page, as it is on a study or on none."""

    def script():
        from qualkit.app.pages import study

        study.show()

    page = AppTest.from_function(script, default_timeout=60)
    page.session_state["study"] = study
    page.session_state["coder"] = who
    page.session_state["study-tabs"] = tab
    page.session_state["work-tab"] = new_id()
    return settled(page.run())


def said(page):
    return "\n".join(one.value for one in page.text)


# Making and opening ----------------------------------------------------------------------------


def test_a_new_study_has_the_name_the_folder_and_the_codebooks_that_were_chosen(tmp_path):
    made = room.new_study(" School link ", tmp_path / "a" / "b", ("cascade",), user="Ann")

    assert made == tmp_path / "a" / "b" / "School link.qualkit"
    with Project.open(made) as project:
        assert [book.id for book in project.codebooks()] == ["cascade"]
        assert set(project.log()["who"]) == {"Ann"}


@pytest.mark.parametrize("name", ["", "  ", ".hidden", "a/b", "..", "a\\b", "why?"])
def test_a_name_that_no_file_can_have_is_refused(name, tmp_path):
    with pytest.raises(QualkitError, match="a study cannot be called"):
        room.new_study(name, tmp_path, (), user=None)

    assert list(tmp_path.iterdir()) == []


def test_a_name_that_is_taken_is_refused(tmp_path):
    made = room.new_study("one", tmp_path, (), user=None)

    with pytest.raises(QualkitError) as refused:
        room.new_study("one.qualkit", tmp_path, (), user=None)

    assert str(refused.value) == f"{made} is there already; open it, or take another name"


@pytest.mark.parametrize("typed", ["", "studies", "./studies"])
def test_a_folder_that_depends_on_where_the_program_was_started_is_refused(typed):
    with pytest.raises(QualkitError, match="is no whole path; write one such as /"):
        room.folder_of(typed)


def test_a_tilde_is_the_users_own_folder(tmp_path):
    assert room.folder_of("~/studies") == tmp_path / "home" / "studies"


def test_a_study_is_opened_by_its_path_with_or_without_quotation_marks(tmp_path):
    made = room.new_study("one", tmp_path, (), user=None)

    assert room.opened_at(f' "{made}" ') == str(made)


def test_what_is_no_study_is_not_opened(tmp_path):
    with pytest.raises(QualkitError, match="type where the study is"):
        room.opened_at(" ")
    with pytest.raises(QualkitError, match="none\\.qualkit"):
        room.opened_at(str(tmp_path / "none.qualkit"))


def test_every_codebook_that_ships_can_be_ticked():
    books = {book.name: book for book in room.shipped_books()}

    assert set(books) == {
        "cascade", "evaluation-topics", "impact-audit", "service-model", "trailblazer",
    }  # fmt: skip
    assert books["cascade"].title == "CASCADE ratings of collaborative working"
    assert books["cascade"].codes == 7


def test_without_a_study_the_page_makes_one(tmp_path):
    page = shown()

    page.text_input(key="new-name").set_value("Ours")
    page.text_input(key="new-folder").set_value(str(tmp_path / "made"))
    page.checkbox(key="new-cascade").check()
    page.button(key="new-make").click().run()

    assert page.session_state["study"] == str(tmp_path / "made" / "Ours.qualkit")
    assert "Add your interviews." in said(page)


def test_a_study_that_cannot_be_opened_is_told_in_the_programs_words(tmp_path):
    page = shown()

    page.text_input(key="open-path").set_value(str(tmp_path / "none.qualkit"))
    page.button(key="open-it").click().run()

    assert [error.value for error in page.error] == ["That study cannot be opened."]
    assert "none.qualkit" in said(page)
    assert page.session_state["study"] is None


def test_a_study_that_was_open_lately_is_one_click_away(tmp_path):
    study = str(room.new_study("a_b", tmp_path, (), user=None))
    first = shown()
    first.text_input(key="open-path").set_value(study)
    first.button(key="open-it").click().run()

    page = shown()
    assert page.button(key="recent-0").label == "a\\_b"
    page.button(key="recent-0").click().run()

    assert page.session_state["study"] == study


def test_the_sample_is_built_and_opened_by_one_button_and_then_only_opened(tmp_path):
    folder = tmp_path / "home" / "qualkit" / "sample"
    page = shown()

    page.button(key="sample-open").click().run()
    for thread in threading.enumerate():
        if thread.name == "sample":
            thread.join(60)
    page.run()

    assert page.session_state["study"] == str(folder / "school-link.qualkit")
    again = shown()
    again.button(key="sample-open").click().run()
    assert again.session_state["study"] == str(folder / "school-link.qualkit")


def test_a_server_of_one_study_opens_no_other(coded, address, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["main.py", address])

    assert not [one for one in shown(address).text_input if one.key == "open-path"]
    closed = shown(None)
    assert not closed.text_input
    closed.button(key="study-given").click().run()
    assert closed.session_state["study"] == address


# What is said of a study -------------------------------------------------------------------------


def test_the_numbers_and_the_next_steps_are_shown(coded, address):
    page = shown(address)

    assert {one.label: one.value for one in page.metric} == {
        "Sources": "1", "Words": "4", "Answers coded": "50%", "Codings": "1",
        "Open suggestions": "0", "Summaries": "0",
    }  # fmt: skip
    assert "Only Ann [1] has coded; let a second person code some sources." in said(page)


def test_each_source_has_its_share_and_leads_to_its_transcript(coded):
    made = room.source_view(progress_of(coded).by_source)

    assert made[["share", "open"]].values.tolist() == [[0.5, "code?source=p1"]]


def test_a_source_without_answers_has_no_share(project, write):
    project.add_sources([write("p1.txt", "Interviewer: What helped?\nInterviewer: And else?\n")])

    assert room.source_view(progress_of(project).by_source)["share"].isna().tolist() == [True]


def test_the_page_of_an_empty_study_teaches_what_comes_first(project, address):
    page = shown(address)

    assert "There are no interviews yet. Add them on the page Sources." in said(page)
    assert not page.exception


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (
            {},
            "Reached after 6 interviews, reported as 6+2: interviews 7 and 8 brought 3% new codes,"
            " measured against the 37 codes of the first 4; all later ones brought 2 more.",
        ),
        (
            {"run": 3},
            "Reached after 9 interviews, reported as 9+3: interviews 10 to 12 brought 3% new codes,"
            " measured against the 37 codes of the first 4.",
        ),
        (
            {"base": 11},
            "Not reached: 13 interviews with codings are needed to tell, a base and one run; there"
            " are 12.",
        ),
    ],
)
def test_saturation_is_one_plain_sentence(options, sentence):
    assert room.saturation_said(saturation(*interviews(PUBLISHED), **options)) == sentence


def test_the_figure_has_bars_a_line_and_where_the_point_is_reached():
    reached = room.saturation_chart(saturation(*interviews(PUBLISHED))).to_dict()
    not_reached = room.saturation_chart(saturation(*interviews([1, 1]))).to_dict()

    marks = [layer["mark"]["type"] for layer in reached["layer"]]
    assert marks == ["bar", "line", "rule"]
    assert len(not_reached["layer"]) == 2
    data = reached["datasets"][reached["layer"][2]["data"]["name"]]
    assert [row["number"] for row in data] == [6]


def test_a_date_that_may_be_two_days_is_told_beside_the_figure(coded, address):
    coded.set_values({"p1": {"date": "3/4/2026"}})
    page = shown(address, tab="Saturation")

    page.selectbox(key="sat-by").select("date").run()

    assert [e.value for e in page.error] == ["The interviews cannot be put in this order."]
    assert "write dates as 2026-04-03" in said(page)


def test_the_last_coding_is_a_moment_not_a_text(coded, address):
    table = next(
        one.value for one in shown(address, tab="By coder").dataframe if "last" in one.value
    )

    assert isinstance(table["last"].dtype, pd.DatetimeTZDtype)


# Counted in the background ----------------------------------------------------------------------


def held(page):
    """What the page has of the study: begun at which entry, and the codings counted."""
    return [(entry, int(job.result.by_source["codings"].sum()))
            for (_, entry), job in page.session_state["work-held-progress"]]  # fmt: skip


def slowly(monkeypatch, meanwhile):
    """While the study is counted for the first time, this happens."""
    real, begun = progress_of, []

    def slow(project):
        made = real(project)
        begun.append(project.study)
        if len(begun) == 1:
            meanwhile()
        return made

    monkeypatch.setattr(study_page, "progress_of", slow)
    return begun


def coding(study, who, span):
    with Project.open(study, user=who) as project:
        project.add_coding("p1", span, "staffing", coder=who)


def test_what_others_do_while_it_is_counted_does_not_have_it_counted_for_ever(coded, monkeypatch):
    study, entry = coded.study, coded.last_entry()
    begun = slowly(monkeypatch, lambda: coding(study, "Bo", (35, 39)))

    page = shown(study)

    assert (held(page), len(begun)) == ([(entry, 1)], 1)
    page = settled(page.run())
    assert held(page)[0][1] == 2


def test_what_was_counted_before_a_change_of_ones_own_is_not_shown(coded, monkeypatch):
    study, entry = coded.study, coded.last_entry()
    begun = slowly(monkeypatch, lambda: coding(study, "Ann", (35, 39)))

    page = shown(study, who="Ann")

    assert (held(page), len(begun)) == ([(entry + 1, 2)], 2)
