"""Triangulation: links made, changed and removed; further strands; threads and confidence."""

from __future__ import annotations

import shutil
import sys
import tempfile
from dataclasses import replace

import pytest

pytest.importorskip("streamlit")
from streamlit.testing.v1 import AppTest

from qualkit import surveying
from qualkit.app import triangulation_links_room as room
from qualkit.app import triangulation_strands_room as strands
from qualkit.app.sources_room import Upload
from qualkit.app.triangulation_room import Findings
from qualkit.errors import ConflictError, LinkedError
from qualkit.model import new_id
from qualkit.project import Project, samples
from qualkit.survey import read_survey
from qualkit.triangulate import read_strand
from qualkit.triangulating import decide
from tests.app.waiting import settled

FOLDER = samples() / "survey"
REFERRALS = samples() / "triangulation" / "referrals.csv"
K1, W1 = (f"school-leads/{one}/before-to-after/all" for one in ("K1/mean", "W1/yes"))
EVIL = "😀 <b>bold</b> $x$ *עברית* [a](b) " + "n" * 260


def silent(*_at):
    """Nobody looks at the bar."""


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Three items of the sample survey, the referrals, one link with a verdict; to be copied."""
    path = tmp_path_factory.mktemp("links") / "study.qualkit"
    asked = read_survey(FOLDER / "items.yaml")
    few = replace(asked, items=tuple(one for one in asked.items if one.id in {"K1", "K2", "W1"}))
    with Project.create(path, user="Ann", codebooks=["evaluation-topics"]) as project:
        for wave in ("before", "after"):
            surveying.load(project, FOLDER / f"{wave}.csv", mapping=few)
        project.add_strand(read_strand(REFERRALS))
        link = project.add_link("knowledge.identify", K1, note="named by the codebook")
        decide(project, link, "silence", reason="nobody was asked")
    return path


@pytest.fixture
def study(built, tmp_path):
    return str(shutil.copy(built, tmp_path / "study.qualkit"))


@pytest.fixture
def empty(tmp_path):
    path = tmp_path / "empty.qualkit"
    Project.create(path, user="Ann", codebooks=["evaluation-topics"]).close()
    return str(path)


def held(study, user="Ann"):
    return room.linked(study, user, Findings(), silent)


# Links, without a page -----------------------------------------------------------------------


def test_a_link_is_read_in_words_with_what_its_finding_shows(study):
    with Project.open(study, user="Ann") as project:
        project.add_link("workshops.attendance", W1)

    table = room.readable(held(study)).set_index("Theme or code").T

    known = table["Recognising difficulties"]
    assert known["Finding"].startswith("K1 'I can tell when a pupil")
    assert known[["Shows", "Which way is better", "Note"]].tolist() == [
        "▲ better", "as the finding says: higher is better", "named by the codebook",
    ]  # fmt: skip
    unset = table["Attendance and representation"]
    assert unset[["Shows", "Which way is better", "Why"]].tolist() == [
        "✗ cannot be used", "not said",
        "the finding cannot be used: nobody has said which direction is better",
    ]  # fmt: skip


def test_names_that_read_the_same_are_told_apart_and_codebooks_are_named_where_there_are_two():
    import pandas as pd

    codes = pd.DataFrame(
        [("a", "x", "Same\nname"), ("a", "y", "Same name"), ("b", "x", "Same name")],
        columns=["codebook", "code", "path"],
    )

    assert list(room.themes(codes).values()) == [
        "Same name (a) [x]", "Same name (a) [y]", "Same name (b)",
    ]  # fmt: skip


def test_themes_with_a_link_below_them_are_not_listed_as_without_one(study):
    with Project.open(study) as project:
        missing = room.without_link(project.codes(), project.links())

    assert ("evaluation-topics", "knowledge") not in missing
    assert ("evaluation-topics", "workshops") in missing


def test_a_theme_is_offered_what_speaks_to_its_codes_and_nothing_is_linked_by_it(study):
    found = held(study)
    with Project.open(study, user="Ann") as project:
        own = room.suggested(
            project, found.findings, ("evaluation-topics", "knowledge"), "knowledge"
        )

        assert len(project.links()) == 1
    first = own[0]
    assert (first.key[1], first.finding, first.score) == ("knowledge", K1, 1.0)
    assert first.reason == f"The codebook names item K1 for this code. Likeness 1.00. {K1}"
    assert K1 not in [one.finding for one in own if one.key[1] == "knowledge.identify"]


def test_several_are_linked_a_second_time_is_refused_in_words_and_all_is_taken_back(study):
    key = ("evaluation-topics", "workshops")
    with Project.open(study, user="Ann") as project:
        names = room.themes(project.codes())
        wanted = [room.Wanted(key, K1), room.Wanted(key, W1, "higher-is-better", note=EVIL)]

        done = room.link(project, [*wanted, wanted[0]], names)

        assert done.said == "Linked 2 findings to Joint planning workshops."
        assert done.refused == (
            f"Joint planning workshops: this code is linked to {K1} already",
        )  # fmt: skip
        assert len(project.links()) == 3
        back = room.take_back(project, done)
        assert len(project.links()) == 1
        room.take_back(project, back)
        assert sorted(project.links()["note"]) == ["", "named by the codebook", EVIL.strip()]


def test_a_blind_judge_is_not_told_how_many_verdicts_go_with_a_link(study):
    with Project.open(study, user="Ann") as project:
        link = project.links()["link"].iloc[0]
        project.add_judge("Bo")
        assert room.verdicts_said(project, link) == "1 verdict on it goes along."

    with Project.open(study, user="Bo") as project:
        assert room.verdicts_said(project, link) == (
            "Verdicts of others go along, if there are any: you judge blind."
        )


# Strands, without a page ---------------------------------------------------------------------


def test_a_file_of_figures_is_looked_at_with_its_faults_by_row_and_is_gone(
    study, tmp_path, monkeypatch
):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    lines = "measure,area,period,value\nseen,N,2025,many\nseen,N,2026,4\nseen,N,2026,5\n"

    found = strands.look(study, "Ann", Upload("../ev/il.csv", lines.encode()), silent)

    assert found.faults == (
        "row 2: its value 'many' is not a number",
        "row 4: 'seen' of 'N' in '2026' stands in row 3 too",
    )  # fmt: skip
    assert found.strand is None
    assert strands.first_rows(found.sheet)["Row"].tolist() == [2, 3, 4]
    assert [one.name for one in tmp_path.iterdir()] == ["study.qualkit"]
    with Project.open(study) as project:
        assert project.strands()["strand"].tolist() == ["referrals"]


def looked_at(study, lines="measure,period,value\nwait,2025,4\nwait,2026,2\n", name="waits.csv"):
    return strands.look(study, "Ann", Upload(name, lines.encode()), silent)


def as_found(found, **names):
    given = {"name": found.strand.id, "kind": "activity", "title": "", "source": ""}
    return strands.named(found, **given | names, measures=strands.measures_table(found.strand))


def test_a_strand_is_named_and_its_measures_corrected_before_it_is_kept(study):
    found = looked_at(study)
    measures = strands.measures_table(found.strand)
    measures.loc[0, ["question", "unit", "polarity"]] = [EVIL, "days", "lower is better"]

    strand = strands.named(
        found, name=" w  1 ", kind="workforce", title=EVIL, source="us", measures=measures
    )
    with Project.open(study, user="Ann") as project:
        strands.keep(project, found, strand, links=False)

        kept = project.strand("w 1")
    assert (kept.kind, kept.title, kept.source) == ("workforce", EVIL.strip(), "us")
    one = kept.measures[0]
    assert (one.question, one.unit, one.polarity) == (EVIL.strip(), "days", "lower-is-better")
    assert strands.unset(found.strand).startswith("Nobody has said which way is better for wait")
    assert strands.unset(kept) == ""


def test_a_strand_that_came_since_the_look_does_not_make_room_for_another(study):
    found = looked_at(study)
    with Project.open(study, user="Bo") as project:
        project.add_strand(as_found(found, title="of Bo"))

    with Project.open(study, user="Ann") as project:
        with pytest.raises(ConflictError, match="a strand waits was added, changed or removed"):
            strands.keep(project, found, as_found(found), links=False)
        assert project.strand("waits").title == "of Bo"


def test_a_strand_with_links_goes_only_with_them_and_a_blind_judge_sees_no_counts(study):
    with Project.open(study, user="Ann") as project:
        link = project.add_link("referrals", "referrals/referrals/level/2024-09/all")
        decide(project, link, "silence", reason="x")
        with pytest.raises(LinkedError) as refused:
            strands.remove(project, "referrals", 1, links=False)
        project.add_judge("Bo")
        told = "evaluation-topics/referrals to referrals/referrals/level/2024-09/all"
        assert strands.links_said(project, refused.value) == (f"{told} (1 verdict)",)
    with Project.open(study, user="Bo") as project:
        assert strands.links_said(project, refused.value) == (told,)
        with pytest.raises(ConflictError):
            strands.remove(project, "referrals", 2, links=True)
        strands.remove(project, "referrals", 1, links=True)
        assert (len(project.strands()), len(project.links())) == (0, 1)


def test_figures_are_read_with_what_they_mean_and_everywhere_by_name(study):
    found = looked_at(study)

    table = strands.figures(found.strand)

    assert table[["Measure", "Area", "Period", "Figure"]].values.tolist() == [
        ["wait", "everywhere", "2025", 4.0], ["wait", "everywhere", "2026", 2.0],
    ]  # fmt: skip
    assert strands.found_said(found.strand) == "2 figures: 1 measure, no areas, 2 periods."


# The page ------------------------------------------------------------------------------------


def opened(study, view, *, coder="Ann"):
    def script():
        import streamlit as st

        from qualkit.app.pages import triangulation

        st.session_state.setdefault("pages", {})
        triangulation.show()

    page = AppTest.from_function(script, default_timeout=60)
    page.session_state["study"] = study
    page.session_state["coder"] = coder
    page.session_state["work-tab"] = new_id()
    page.session_state["triangulation-view"] = view
    return page


def shown(study, view, *, coder="Ann"):
    """The page when all that it shows has been worked out."""
    return settled(opened(study, view, coder=coder).run())


def press(page, key):
    return settled(page.button(key).click().run())


def said(page):
    return "\n".join(one.value for one in page.text)


@pytest.fixture(autouse=True)
def alone(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["main.py"])
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def field(page, name, form="links"):
    """The widget of a field, however often its form has begun."""
    begun = f"triangulation-{form}-{name}-"
    kinds = (page.text_area, page.text_input, page.selectbox, page.checkbox)
    return next(one for kind in kinds for one in kind if str(one.key).startswith(begun))


@pytest.mark.parametrize(("role", "who"), [("reader", "Rea"), ("coder", "Cy")])
@pytest.mark.parametrize("view", ["Links", "Further strands", "Threads and confidence"])
def test_whoever_may_not_judge_looks_and_is_told_why_nothing_can_be_changed(study, view, role, who):
    with Project.open(study, user="Ann") as project:
        project.add_coder(who, role=role)
        project.set_coder("Ann", role="supervisor")

    page = shown(study, view, coder=who)

    assert page.info[0].value.startswith("Your role in this study lets you look")
    assert [one.label for one in page.button] == []
    assert (*page.text_area, *page.text_input, *page.checkbox) == ()


def test_without_findings_it_says_where_to_get_some(empty):
    page = shown(empty, "Links")

    assert page.info[0].value.startswith("There is no finding to link to yet")
    page.button("triangulation-go-strands").click().run()
    assert page.session_state["triangulation-view"] == "Further strands"
    assert "No further strand is kept yet." in said(page)


def test_suggestions_are_ticked_the_better_way_is_asked_at_once_and_all_can_be_taken_back(study):
    page = shown(study, "Links")
    page.segmented_control("triangulation-links-part").set_value("Suggested").run()
    first = page.selectbox("triangulation-links-for")
    assert first.value == ("evaluation-topics", "workshops")  # to Design and set-up nothing is
    first.set_value(("evaluation-topics", "workshops")).run()
    assert page.button("triangulation-links-make").disabled
    tick = next(one for one in page.checkbox if W1 in str(one.key))
    tick.check().run()
    assert page.warning[0].value.startswith("It cannot be used until somebody says which way")
    next(one for one in page.selectbox if "links-way" in str(one.key)).set_value(
        "higher-is-better"
    ).run()
    assert not page.warning
    with Project.open(study) as project:
        assert len(project.links()) == 1

    press(page, "triangulation-links-make")

    assert page.success[0].value.startswith("Linked 1 finding to Joint planning workshops")
    with Project.open(study) as project:
        made = project.links().set_index("finding")[["polarity", "author"]].T
    assert made[W1].tolist() == ["higher-is-better", "Ann"]
    press(page, "triangulation-undo")
    with Project.open(study) as project:
        assert project.links()["finding"].tolist() == [K1]


def test_a_link_that_somebody_else_changed_keeps_what_was_typed_until_its_author_decides(
    study, monkeypatch
):
    monkeypatch.setattr("qualkit.app.pages.triangulation_links._table", first_link)
    page = shown(study, "Links")
    field(page, "note").set_value("mine").run()
    with Project.open(study, user="Bo") as project:
        project.set_link(project.links()["link"].iloc[0], note="of Bo", polarity="lower-is-better")

    press(page, "triangulation-links-save")

    assert page.error
    settled(page.run())
    assert page.warning[0].value.startswith("Somebody changed this since you began")
    assert "lower is better; same construct: no; note: of Bo" in said(page)
    assert field(page, "note").value == "mine"
    press(page, "triangulation-links-mine")
    press(page, "triangulation-links-save")
    with Project.open(study) as project:
        row = project.links().iloc[0]
    assert row[["note", "polarity"]].tolist() == ["mine", ""]


def first_link(found, *, locked):
    return "" if locked or found.table.empty else str(found.table["link"].iloc[0])


def test_a_link_that_nobody_typed_in_is_shown_as_it_is_now(study, monkeypatch):
    monkeypatch.setattr("qualkit.app.pages.triangulation_links._table", first_link)
    page = shown(study, "Links")
    with Project.open(study, user="Bo") as project:
        project.set_link(project.links()["link"].iloc[0], note="of Bo")

    settled(page.run())

    assert field(page, "note").value == "of Bo"
    assert not page.warning


def test_a_link_that_was_removed_while_somebody_typed_can_be_made_anew(study, monkeypatch):
    monkeypatch.setattr("qualkit.app.pages.triangulation_links._table", first_link)
    page = shown(study, "Links")
    field(page, "note").set_value("mine").run()
    with Project.open(study, user="Bo") as project:
        project.remove_link(project.links()["link"].iloc[0])

    settled(page.run())

    assert page.warning[0].value.startswith("Somebody removed this since you began")
    press(page, "triangulation-links-mine")
    press(page, "triangulation-links-save")
    with Project.open(study) as project:
        assert project.links()[["finding", "note", "author"]].values.tolist() == [
            [K1, "mine", "Ann"]
        ]


def test_a_file_with_faults_cannot_be_kept(study):
    page = opened(study, "Further strands")
    page.session_state["triangulation-strands-look"] = looked_at(
        study, f"measure,period,value\n{EVIL},2025,many\n"
    )
    page = settled(page.run())

    assert page.error[0].value.startswith("1 thing cannot stand")
    assert "row 2: its value 'many' is not a number" in said(page)
    assert page.button("triangulation-strands-keep").disabled


def test_a_thread_is_logged_changed_and_removed(study):
    page = shown(study, "Threads and confidence")
    press(page, "triangulation-threads-save")
    assert "a thread needs a question" in said(page)
    field(page, "question", "threads").set_value(EVIL).run()
    field(page, "pursued_in", "threads").set_value("referrals").run()
    field(page, "theme", "threads").set_value(("evaluation-topics", "referrals")).run()

    press(page, "triangulation-threads-save")

    with Project.open(study) as project:
        row = project.threads().iloc[0]
    assert row[["question", "raised_in", "pursued_in", "code", "status", "author"]].tolist() == [
        EVIL.strip(), "interviews", "referrals", "referrals", "open", "Ann",
    ]  # fmt: skip
    assert field(page, "question", "threads").value == ""


def test_a_thread_that_somebody_removed_can_be_logged_anew_and_one_changed_is_a_conflict(
    study, monkeypatch
):
    with Project.open(study, user="Ann") as project:
        thread = project.add_thread("Which wait?", raised_in="survey")
    monkeypatch.setattr("qualkit.app.pages.triangulation_threads._chosen",
                        lambda rows, _names, *, locked: next(iter(rows), ""))  # fmt: skip
    page = shown(study, "Threads and confidence")
    field(page, "status", "threads").set_value("answered").run()
    with Project.open(study, user="Bo") as project:
        project.set_thread(thread, what_was_found="two waits")
    press(page, "triangulation-threads-save")
    assert page.error
    with Project.open(study, user="Bo") as project:
        assert project.threads()["status"].tolist() == ["open"]
        project.remove_thread(thread)

    settled(page.run())
    assert page.warning[0].value.startswith("Somebody removed this since you began")
    press(page, "triangulation-threads-mine")
    press(page, "triangulation-threads-save")

    with Project.open(study) as project:
        assert project.threads()[["question", "status"]].values.tolist() == [
            ["Which wait?", "answered"]
        ]


def test_confidence_is_kept_whole_or_not_at_all_and_is_labelled_as_borrowed(study):
    page = shown(study, "Threads and confidence")
    assert "borrowed from GRADE-CERQual" in "\n".join(one.value for one in page.markdown)
    press(page, "triangulation-confidence-save")
    assert page.warning[0].value == (
        "Choose first: Methodological limitations, Coherence, Adequacy, Relevance, Overall."
    )
    page.selectbox("triangulation-confidence-for").set_value(
        ("evaluation-topics", "knowledge")
    ).run()
    for name in ("methodological", "coherence", "adequacy", "relevance"):
        field(page, name, "confidence").set_value("minor").run()
    field(page, "overall", "confidence").set_value("moderate").run()
    with Project.open(study, user="Bo") as project:
        project.set_confidence(
            "knowledge", overall="low", explanation="of Bo", methodological="serious",
            coherence="serious", adequacy="serious", relevance="serious",
        )  # fmt: skip

    press(page, "triangulation-confidence-save")

    assert page.error
    settled(page.run())
    assert "Overall: low" in said(page)
    assert field(page, "overall", "confidence").value == "moderate"
    press(page, "triangulation-confidence-mine")
    press(page, "triangulation-confidence-save")
    with Project.open(study) as project:
        assert project.confidences()[["overall", "author"]].values.tolist() == [["moderate", "Ann"]]
    press(page, "triangulation-confidence-remove")
    with Project.open(study) as project:
        assert project.confidences().empty
