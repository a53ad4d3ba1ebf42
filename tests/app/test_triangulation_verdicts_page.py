"""The page Triangulation: verdicts looked at in full and decided, and who judges."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("streamlit")
import pandas as pd
from streamlit.testing.v1 import AppTest

from qualkit.app import triangulation_judges_room as judging
from qualkit.app import triangulation_verdicts_room as room
from qualkit.app.triangulation_room import Findings
from qualkit.errors import ConflictError, UnknownName
from qualkit.model import new_id
from qualkit.project import Project
from qualkit.survey import Answers, Item, Survey
from qualkit.triangulating import assess_of
from tests.app.waiting import settled

SCALE = {str(n): str(n) for n in range(1, 6)}
LEADS = Survey(
    "leads", population="School leads", respondent="id",
    waves={"2025-01": "", "2025-06": ""},
    items=(Item("K1", "We hear *back*", labels=SCALE, polarity="higher-is-better"),),
)  # fmt: skip
CHANGE, LEVEL = "leads/K1/mean/2025-01-to-2025-06/all", "leads/K1/mean/2025-01/all"
SAID = {"North": "They rang us back.", "South": "They *do* ring.", "East": "We hear at once.",
        "West": "Nobody \U0001f600 ever rings, never."}  # fmt: skip
FEEDBACK, TIMELY, CONTACT = (
    "communication.feedback",
    "referrals.timeliness",
    "communication.contact",
)


def build(address):
    """Three links: interviews agree with a finding, nobody speaks of one, one shows nothing."""
    with Project.create(address, codebooks=["evaluation-topics"], user="Ann") as project:
        project.add_survey(LEADS, [answers("2025-01", "12233"), answers("2025-06", "23343")])
        for n, (area, words) in enumerate(SAID.items()):
            source = f"in-{area.lower()}"
            path = Path(address).with_name(f"{source}.txt")
            path.write_text(f"I: And {area}?\nP: {words}\n", "utf-8")
            project.add_sources([path])
            path.unlink()
            start = project.source(source).text.index(words)
            project.add_coding(source, (start, start + len(words)), FEEDBACK, coder="Ann",
                               stance="positive" if n < 3 else "negative")  # fmt: skip
        project.set_values({f"in-{area.lower()}": {
            "case": area, "stakeholder_type": "School lead", "date": "2025-06-20",
        } for area in SAID})  # fmt: skip
        for code, finding in ((FEEDBACK, CHANGE), (FEEDBACK, LEVEL), (TIMELY, CHANGE)):
            project.add_link(code, finding)


def answers(wave, codes, people=4):
    ids = pd.array([f"P{n}" for n in range(len(codes) * people)], dtype="string")
    column = pd.array(list(codes * people), dtype="string")
    table = pd.DataFrame({"respondent": ids, "K1": column})
    opened = pd.DataFrame(columns=["respondent", "item", "question", "text"])
    return Answers(LEADS, wave, table, len(table), "w.csv", "f" * 64, "plain", (), (), opened)


@pytest.fixture
def study(copies, tmp_path):
    return copies.file(build, tmp_path / "study.qualkit")


@pytest.fixture
def project(study):
    with Project.open(study, user="Ann") as made:
        yield made


def silent(*_at):
    """Nobody looks at the bar."""


def lines(project, findings=None):
    judge = judging.judging(project)
    made = (findings or Findings()).assessed(project, silent)
    own = room.own_verdicts(project.verdicts(), project.user)
    return made, room.lines_of(made, own, judges=judge is not None and judge.open)


def link_of(project, code, finding):
    table = project.links()
    return table.loc[(table["code"] == code) & (table["finding"] == finding), "link"].iloc[0]


def tom_says_otherwise(study):
    with Project.open(study, user="Tom") as other:
        start = other.source("in-north").text.index(SAID["North"])
        other.add_coding("in-north", (start, start + 9), FEEDBACK, coder="Tom", stance="negative")


def read(project, line):
    version = None if line.own is None else line.own["version"]
    return room.Shown(line.key, line.joint.theme, line.joint.proposal, version,
                      project.last_entry())  # fmt: skip


# The matrix ----------------------------------------------------------------------------------


def test_rows_of_one_theme_stand_together_with_what_both_say_and_themes_without_a_link(project):
    _, made = lines(project)

    sent = room.sent(made, judged=False)
    row = next(row for band in sent["bands"] for row in band["rows"] if row["sides"])
    names = [band["name"] for band in sent["bands"]]
    assert len(names) == len(set(names))
    assert {len(line.key) for line in made if line.linked} == {36}
    assert [row[name] for name in ("question", "survey", "said", "sides", "verdict", "tag")] == [
        "We hear *back*", "a change for the better", "improved", "3 for, 1 against, 0 mixed",
        "Agreement", "PROPOSED",
    ]  # fmt: skip
    assert sum("no finding is linked" in row["survey"] for b in sent["bands"]
               for row in b["rows"]) == len(made) - 3  # fmt: skip


def test_counts_say_how_many_have_which_verdict_and_how_many_are_decided(project):
    _, made = lines(project)
    line = next(one for one in made if one.joint.verdict == "agreement")
    room.keep(project, read(project, line), "dissonance", Findings(), reason="They ring late.")

    assessed, made = lines(project)

    assert room.counted(assessed, [line for line in made if line.linked]) == (
        "3 links: 0 agreement; 0 partial agreement; 1 dissonance; 1 silence; 1 undecided: the "
        "figures are inconclusive.",
        "Of the links: 0 decided as proposed, 1 otherwise, 2 PROPOSED, not decided.",
    )


@pytest.fixture(scope="module")
def linked(copies, tmp_path_factory):
    """The rows of links, of which the agreement was accepted."""
    path = copies.file(build, tmp_path_factory.mktemp("linked") / "study.qualkit")
    with Project.open(path, user="Ann") as project:
        line = next(one for one in lines(project)[1] if one.joint.verdict == "agreement")
        room.keep(project, read(project, line), "", Findings())
        return [line for line in lines(project)[1] if line.linked]


@pytest.mark.parametrize(
    ("filters", "number"),
    [
        (room.Filters(), 3), (room.Filters(verdicts=("silence",)), 1),
        (room.Filters(themes=("evaluation-topics/communication",)), 2),
        (room.Filters(statuses=("accepted",)), 1), (room.Filters(statuses=("proposed",)), 2),
        (room.Filters(waiting=True), 2), (room.Filters(words="HEAR in-west"), 2),
        (room.Filters(words="timeliness"), 1), (room.Filters(words="hear nothing"), 0),
        (room.Filters(statuses=("judges differ",)), 0),
    ],
)  # fmt: skip
def test_rows_are_filtered(linked, filters, number):
    assert len(room.filtered(linked, filters)) == number


def test_the_next_that_waits_comes_after_and_then_from_the_top(project):
    _, made = lines(project)
    waiting = [line.key for line in made if line.waits]

    assert [room.next_of(made, key) for key in waiting] == [*waiting[1:], waiting[0]]
    assert room.next_of([replace(one, waits=False) for one in made], "there") == "there"


# One link in full ----------------------------------------------------------------------------


def test_a_link_in_full_has_both_sides_in_words_that_their_sources_have(project):
    assessed, made = lines(project)
    line = next(one for one in made if one.joint.verdict == "agreement")

    full = room.full(project, assessed, line, project.verdicts())

    sides = {side.name: (side.sources, [one.words for one in side.quotes]) for side in full.sides}
    assert sides["Against"] == (("in-west",), [SAID["West"]])
    assert set(sides["For"][1]) == {SAID["North"], SAID["South"], SAID["East"]}
    west = full.sides[1].quotes[0]
    assert project.source("in-west").text[west.start : west.end] == SAID["West"]
    inputs = {(of, what): value for of, what, value in full.numbers.values.tolist()}
    assert inputs["Rule", "version"] == "1"
    assert inputs["Interviews", "School lead"] == "improved: 3 improved, 1 worsened"
    assert inputs["Threshold", "the same is said by a share of"] == "0.75"
    assert inputs["Comparison", "split by stakeholder"] == "no"


def test_words_that_the_source_has_no_longer_are_not_quoted(project, study):
    assessed, made = lines(project)
    line = next(one for one in made if one.joint.verdict == "agreement")
    with closing(sqlite3.connect(study)) as database, database:
        database.execute("UPDATE source SET text = replace(text, 'ever rings', 'once rang!')")

    with Project.open(study, user="Ann") as again:
        full = room.full(again, assessed, line, again.verdicts())

    assert {one.source: bool(one.words) for side in full.sides for one in side.quotes} == {
        "in-north": True, "in-south": True, "in-east": True, "in-west": False,
    }  # fmt: skip


# Deciding ------------------------------------------------------------------------------------


def test_what_was_proposed_otherwise_by_now_is_said_and_nothing_is_kept(project, study):
    findings = Findings()
    _, made = lines(project, findings)
    shown = read(project, next(one for one in made if one.joint.verdict == "agreement"))
    tom_says_otherwise(study)

    with pytest.raises(ConflictError) as caught:
        room.keep(project, shown, "", findings)

    assert str(caught.value).startswith("what the rule rests on has changed since this was shown: ")
    assert "in-north is now mixed" in str(caught.value)
    assert project.verdicts().empty


def test_another_change_of_the_study_does_not_stand_in_the_way(project, study):
    _, made = lines(project)
    shown = read(project, next(one for one in made if one.joint.verdict == "agreement"))
    with Project.open(study, user="Tom") as other:
        other.add_link(CONTACT, CHANGE)

    room.keep(project, shown, "", Findings())

    assert project.verdicts()[["judge", "verdict"]].values.tolist() == [["Ann", "agreement"]]


def test_a_link_that_was_removed_and_a_verdict_of_another_version_are_refused(project):
    _, made = lines(project)
    shown = read(project, next(one for one in made if one.joint.verdict == "agreement"))
    project.decide(shown.link, "dissonance", proposal=shown.proposal, reason="Elsewhere.")

    with pytest.raises(ConflictError):
        room.keep(project, shown, "", Findings())
    project.remove_link(shown.link)
    with pytest.raises(UnknownName):
        room.keep(project, shown, "", Findings())


def test_what_is_quick_after_a_decision_is_what_all_anew_would_be(project, study, monkeypatch):
    findings, asked = Findings(), []
    _, made = lines(project, findings)

    def anew(*given, **more):
        asked.append(1)
        return assess_of(*given, **more)

    monkeypatch.setattr("qualkit.app.triangulation_room.assess_of", anew)
    line = next(one for one in made if one.joint.verdict == "agreement")
    done = room.keep(project, read(project, line), "", findings)
    findings.decided(done.entry)

    quick = findings.assessed(project, silent)

    assert asked == []
    pd.testing.assert_frame_equal(quick.decided, assess_of(project).decided)
    tom_says_otherwise(study)
    assert findings.assessed(project, silent).decided["flags"].map(len).sum() == 1
    assert asked == [1]


# The page ------------------------------------------------------------------------------------


def opened(study, view="Verdicts", *, coder="Ann", chosen=None):
    def script():
        import streamlit as st

        from qualkit.app.pages import triangulation

        st.session_state.setdefault("pages", {"study": "main.py"})
        triangulation.show()

    page = AppTest.from_function(script, default_timeout=60)
    page.session_state["study"] = study
    page.session_state["coder"] = coder
    page.session_state["work-tab"] = new_id()
    page.session_state["triangulation-view"] = view
    if chosen is not None:
        page.session_state["triangulation-chosen"] = chosen
    return settled(page.run())


def said(page):
    return "\n".join(one.value for kind in (page.text, page.info, page.success, page.error,
                                            page.warning) for one in kind)  # fmt: skip


def click(page, label):
    next(one for one in page.button if one.label == label).click()
    return settled(page.run())


def labels(page):
    return [one.label for one in page.button]


def test_what_is_proposed_is_accepted_by_one_button_and_the_next_that_waits_comes(study, project):
    agreed = link_of(project, FEEDBACK, CHANGE)
    page = opened(study, chosen=agreed)
    assert "Against (1): in-west" in said(page)

    click(page, "Accept: Agreement")

    table = project.verdicts()
    assert table[["link", "judge", "verdict", "status"]].values.tolist() == [
        [agreed, "Ann", "agreement", "accepted"]
    ]
    assert "Feedback after referral\\: agreement, decided\\." in said(page)
    assert page.session_state["triangulation-chosen"] == link_of(project, FEEDBACK, LEVEL)
    click(page, "Undo")
    assert project.verdicts().empty
    click(page, "Redo")
    assert len(project.verdicts()) == 1


def test_what_is_inconclusive_cannot_be_accepted_and_needs_a_reason(study, project):
    open_link = link_of(project, FEEDBACK, LEVEL)
    page = opened(study, chosen=open_link)
    assert not [one for one in labels(page) if one.startswith("Accept")]
    assert "is no verdict and cannot be accepted" in said(page)

    click(page, "Keep my verdict")
    assert "Choose one of the four verdicts first." in said(page)
    page.radio(key=f"triangulation-verdict-{open_link}").set_value("partial")
    page.text_area(key=f"triangulation-adds-{open_link}").set_value("The how.")
    click(page, "Keep my verdict")
    assert "needs a reason" in said(page)
    assert page.text_area(key=f"triangulation-adds-{open_link}").value == "The how."
    page.text_area(key=f"triangulation-reason-{open_link}").set_value("One wave, but *plain*.")
    click(page, "Keep my verdict")

    kept = project.verdicts()[["verdict", "status", "reason", "adds"]].values.tolist()
    assert kept == [["partial", "changed", "One wave, but *plain*.", "The how."]]


def test_what_was_typed_survives_a_verdict_given_elsewhere_and_can_be_withdrawn(study, project):
    agreed = link_of(project, FEEDBACK, CHANGE)
    page = opened(study, chosen=agreed)
    page.text_area(key=f"triangulation-reason-{agreed}").set_value("Typed here.")
    page.radio(key=f"triangulation-verdict-{agreed}").set_value("partial")
    elsewhere = next(one for one in lines(project)[1] if one.key == agreed)
    room.keep(project, read(project, elsewhere), "dissonance", Findings(), reason="Elsewhere.")

    click(page, "Keep my verdict")

    assert "Nothing was kept." in said(page)
    assert page.text_area(key=f"triangulation-reason-{agreed}").value == "Typed here."
    assert "You decided: dissonance, where agreement was proposed" in said(page)
    assert project.verdicts()["verdict"].tolist() == ["dissonance"]
    click(page, "Keep my verdict")
    assert project.verdicts()[["verdict", "reason"]].values.tolist() == [["partial", "Typed here."]]
    page.session_state["triangulation-chosen"] = agreed
    click(page.run(), "Withdraw my verdict")
    assert project.verdicts().empty


def test_a_blind_judge_sees_nothing_of_others_until_they_are_done(study, project):
    project.add_judge("Tom")
    agreed = link_of(project, FEEDBACK, CHANGE)
    line = next(one for one in lines(project)[1] if one.key == agreed)
    room.keep(project, read(project, line), "dissonance", Findings(), reason="Because of West.")

    page = opened(study, coder="Tom", chosen=agreed)
    assert "Ann" not in said(page)
    assert "West." not in said(page).replace("in-west", "")
    assert "0 otherwise, 3 PROPOSED" in said(page)
    assert "You judge blind" in said(page)
    click(page, "Accept: Agreement")
    page = opened(study, "Judges", coder="Tom")
    assert page.dataframe[0].value.values.tolist() == [["Tom", "blind", "1 of 3 links", "at work"]]
    assert "Ann" not in said(page)
    click(page, "I am done")

    assert "Tom and Ann gave the same verdict on 0 of 1 link" in said(page)
    assert "Ann: dissonance. Because of West." in said(page)
    click(page, "Look at it in Verdicts")
    assert page.session_state["triangulation-view"] == "Verdicts"
    assert "Ann: dissonance, agreement was proposed. Because of West." in said(page)
    assert "2 of these because judges differ" not in said(page)
    assert "1 of these because judges differ" in said(page)


def test_nobody_in_particular_sees_nothing_while_somebody_judges_blind(study, project):
    project.add_judge("Tom")

    page = opened(study, coder="")

    assert said(page).startswith("Say who you are first: some links are being judged blind.")


def test_a_judge_is_added_and_opened_again(study, project):
    page = opened(study, "Judges")

    page.selectbox(key="triangulation-judge-new").set_value("Ann")
    click(page, "Add")
    click(page, "I am done")
    assert project.judges().values.tolist() == [["Ann", True, "done"]]
    click(page, "Open again")
    assert project.judges()["status"].tolist() == ["open"]


def test_a_reader_looks_and_decides_nothing(study, project):
    project.add_coder("Sue", role="supervisor")
    with Project.open(study, user="Sue") as other:
        other.add_coder("Rita", role="reader")

    verdicts, judges = (opened(study, view, coder="Rita") for view in ("Verdicts", "Judges"))

    assert "Your role in this study lets you look at verdicts" in said(verdicts)
    assert [*labels(verdicts), *labels(judges)] == []


def test_without_a_link_the_page_says_what_it_is_for(study, project):
    for link in project.links()["link"]:
        project.remove_link(link)

    page = opened(study)

    assert "Do interviews and figures say the same?" in page.markdown[0].value
    assert labels(page) == ["Go to Links"]
