"""Triangulation of a project in one call: what the rule has to know, verdicts, tables, files."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from qualkit.errors import ConflictError, NotEnough, QualkitError, UnknownName
from qualkit.importers.sheets import Sheet
from qualkit.project import Project
from qualkit.settling import disagreements_of, settle
from qualkit.survey import Answers, Item, Survey
from qualkit.triangulate import FINAL, PROPOSED, Setting
from qualkit.triangulate.strands import strand_of
from qualkit.triangulating import (
    ARTEFACTS,
    ROW_COLUMNS,
    artefact_of,
    artefacts_of,
    assess_of,
    decide,
    judges_of,
    link_id_of,
    links_of,
    proposal_of_link,
    setting_of,
    suggest_of,
    triangulate_of,
    write_triangulation,
)
from tests.copies import sample

SCALE = {str(n): str(n) for n in range(1, 6)}
K1 = Item("K1", "We hear back", labels=SCALE, polarity="higher-is-better",
          speaks_to=("communication.feedback",))  # fmt: skip
K2 = Item("K2", "We are asked", labels=SCALE)
LEADS = Survey("leads", population="School leads", respondent="id", items=(K1, K2))
CHANGE = "leads/K1/mean/2025-01-to-2025-06/all"
NO_WAY = "leads/K2/mean/2025-01-to-2025-06/all"
SAID = "They rang us back."


def answers(asked, wave, codes):
    ids = pd.array([f"P{n}" for n in range(len(codes))], dtype="string")
    column = pd.array(list(codes), dtype="string")
    table = pd.DataFrame({"respondent": ids, "K1": column, "K2": column})
    opened = pd.DataFrame(columns=["respondent", "item", "question", "text"])
    return Answers(asked, wave, table, len(table), "w.csv", "f" * 64, "plain", (), (), opened)


def build(address, asked=LEADS, waves=("2025-01", "2025-06"), people=4):
    """A study of four interviews that all say it improved, and a survey that says so too."""
    waved = replace(asked, waves=dict.fromkeys(waves, ""))
    with Project.create(address, codebooks=["evaluation-topics"], user="Ann") as project:
        found = [answers(waved, one, codes * people)
                 for one, codes in zip(waves, ("12233", "23343"), strict=True)]  # fmt: skip
        project.add_survey(waved, found)
    return address


@pytest.fixture
def study(tmp_path, copies, write):
    """That study, with its interviews; in a file of its own."""
    with Project.open(copies.file(build, tmp_path / "s.qualkit"), user="Ann") as project:
        interview(project, write, "North", "South", "East", "West")
        yield project


def interview(project, write, *areas, date="2025-06-20"):
    names = [f"in-{one.lower()}" for one in areas]
    project.add_sources([write(f"{one}.txt", f"I: And {one}?\nP: {SAID}\n") for one in names])
    facts = {"stakeholder_type": "School lead", "date": date}
    project.set_values({name: {"case": area, **facts}
                        for name, area in zip(names, areas, strict=True)})  # fmt: skip
    for name in names:
        start = project.source(name).text.index(SAID)
        project.add_coding(name, (start, start + len(SAID)), "communication.feedback",
                           coder="Ann", stance="positive")  # fmt: skip


def row_of(project, **more):
    found = triangulate_of(project, **more)
    return found[found["link"] != ""].iloc[0]


# What the rule has to know -------------------------------------------------------------------


def test_populations_tell_the_stakeholder_type_and_names_of_waves_the_follow_up(study):
    rows = (("calls", "North", "2025-02", "3"), ("calls", "North", "2025-05", "5"))
    sheet = Sheet("a.csv", ("measure", "area", "period", "value"), rows, (2, 3))
    study.add_strand(strand_of(sheet, name="acts"))

    made = setting_of(study, follow_up={"other": "2026-01-01"})

    assert made.surveyed == {"leads": "School lead"}
    assert made.follow_up == {"leads": "2025-06", "acts": "2025-05", "other": "2026-01-01"}
    assert made.not_asked == frozenset()


def test_a_survey_says_itself_when_it_was_and_what_its_people_are_called(tmp_path, write):
    asked = replace(LEADS, population="Contacts", stakeholder_type="School lead",
                    dates={"first": "2025-03", "last": "2025-07-15"})  # fmt: skip
    address = build(tmp_path / "s.qualkit", asked, ("first", "last"))
    with Project.open(address, user="Ann") as project:
        interview(project, write, "North", "South", "East")
        project.add_link("communication.feedback", "leads/K1/mean/first-to-last/all")

        made = setting_of(project)
        assert (made.surveyed, made.follow_up) == (
            {"leads": "School lead"},
            {"leads": "2025-07-15"},
        )
        assert setting_of(project, follow_up={"leads": "2025-01-01"}).follow_up["leads"] < "2025-02"
        assert row_of(project)[["breadth", "flags"]].tolist() == ["broad", ("timing",)]


@pytest.mark.parametrize(
    ("asked", "flags"),
    [
        (LEADS, ()),
        (replace(LEADS, population="Parents"), ("different informants",)),
        (replace(LEADS, population=""), ()),
    ],
    ids=["leads", "parents", "nobody said"],
)
def test_people_whom_nobody_interviewed_are_other_informants(tmp_path, write, asked, flags):
    with Project.open(build(tmp_path / "s.qualkit", asked), user="Ann") as project:
        interview(project, write, "North", "South", "East")
        project.add_link("communication.feedback", CHANGE)

        assert row_of(project)["flags"] == flags


def test_interviews_that_are_all_before_the_follow_up_are_flagged(tmp_path, write):
    with Project.open(build(tmp_path / "s.qualkit"), user="Ann") as project:
        interview(project, write, "North", "South", "East", date="2025-05-31")
        project.add_link("communication.feedback", CHANGE)

        assert row_of(project)["flags"] == ("timing",)


def test_what_the_guide_does_not_cover_was_not_asked(study, write):
    study.load_guide(write("guide.csv", "theme,attribute,value\ncommunication,,\n"))
    study.add_link("culture", CHANGE)

    row = row_of(study)

    assert (row["l_state"], row["verdict"]) == ("not_asked", "silence (interviews)")


# Rows ----------------------------------------------------------------------------------------


def test_a_row_has_every_part_of_the_proposal(study):
    study.add_link("communication.feedback", CHANGE, same_construct=True)

    row = row_of(study)

    assert tuple(row.index) == ROW_COLUMNS
    assert row[["theme", "code", "finding", "q_state", "l_state", "breadth", "verdict", "status",
                "rule_version"]].tolist() == [
        "communication", "communication.feedback", CHANGE, "+", "+", "broad", "agreement",
        "proposed", 1,
    ]  # fmt: skip
    assert row["sources_for"] == ("in-east", "in-north", "in-south", "in-west")
    assert row["sources_against"] == ()
    assert row["reason"].endswith("4 of 4 sources with a stance say that it improved (4 areas); "
                                  "broad: agreement.")  # fmt: skip


def test_themes_that_nothing_is_linked_to_have_a_row_too(study):
    rows = triangulate_of(study).set_index("code")

    assert rows.loc["communication", "q_state"] == "missing"
    assert rows.loc["communication", "verdict"] == "silence (survey)"
    assert rows.loc["culture", "verdict"] == "no evidence"
    assert "communication.contact" not in rows.index


@pytest.mark.parametrize(
    ("finding", "people", "reason"),
    [
        (NO_WAY, 4, "nobody has said which direction is better"),
        (CHANGE, 1, "fewer than 10 answers"),
        ("leads/K1/mean/2025-01-to-2025-06/area=Nowhere", 4,
         "it is not among the findings of the study any more"),
    ],
    ids=["polarity", "base", "gone"],
)  # fmt: skip
def test_what_cannot_be_used_is_shown_with_the_reason(tmp_path, write, finding, people, reason):
    with Project.open(build(tmp_path / "s.qualkit", people=people), user="Ann") as project:
        interview(project, write, "North", "South", "East")
        project.add_link("communication.feedback", finding)

        row, (listed,) = row_of(project), links_of(project).to_dict("records")

    assert (row["q_state"], row["verdict"]) == ("unusable", "silence (survey)")
    assert row["reason"].startswith(f"The finding cannot be used: {reason};")
    assert row["cautions"] == (f"The finding cannot be used: {reason}.",)
    assert (listed["state"], listed["why"]) == (
        "unusable", f"the finding cannot be used: {reason}",
    )  # fmt: skip


def test_a_link_can_say_which_way_is_better(study):
    study.add_link("communication.feedback", NO_WAY, polarity="lower-is-better")

    assert row_of(study)[["q_state", "verdict"]].tolist() == ["-", "dissonance"]


def test_what_coders_settled_counts_in_the_place_of_what_they_marked(study):
    start = study.source("in-north").text.index(SAID)
    study.add_coding("in-north", (start, start + len(SAID)), "communication.feedback", coder="Bo",
                     stance="negative")  # fmt: skip
    study.add_link("communication.feedback", CHANGE)
    assert row_of(study)["sources_mixed"] == ("in-north",)

    (found,) = disagreements_of(study)["disagreement"]
    settle(study, found, "Bo", by="Ann", reason="She complains")

    assert row_of(study)["sources_against"] == ("in-north",)


def test_rows_are_narrowed_by_theme_verdict_and_status(study):
    study.add_link("communication.feedback", CHANGE)

    assert set(triangulate_of(study, themes=["communication"])["finding"]) == {CHANGE}
    silent = triangulate_of(study, verdicts=["silence"], statuses=["proposed"])
    assert set(silent["verdict"]) == {"no evidence"}
    assert triangulate_of(study, statuses=["accepted"]).empty


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"themes": ["x"]}, "no theme of a link is called 'x'"),
        ({"verdicts": ["x"]}, "no verdict is called 'x'"),
        ({"statuses": ["x"]}, "no status is called 'x'"),
    ],
)
def test_what_there_is_not_is_refused(study, options, message):
    with pytest.raises(UnknownName, match=message):
        triangulate_of(study, **options)


def test_suggestions_are_of_a_theme_and_link_nothing(study):
    found = suggest_of(study, theme="communication")

    assert ("communication.feedback", CHANGE) in set(
        zip(found["code"], found["finding"], strict=True)
    )
    assert study.links().empty
    with pytest.raises(UnknownName, match="no theme or code is called 'x'"):
        suggest_of(study, theme="x")


# Verdicts ------------------------------------------------------------------------------------


def test_what_is_proposed_is_accepted_and_kept_as_it_was(study):
    link = study.add_link("communication.feedback", CHANGE)

    assert decide(study, link.id[:8], adds="why").added == 1

    row = row_of(study)
    assert row[["verdict", "status", "adds", "changed_since"]].tolist() == [
        "agreement", "accepted", "why", "",
    ]  # fmt: skip


def test_evidence_that_came_after_a_verdict_is_told(study, write):
    decide(study, study.add_link("communication.feedback", CHANGE))

    interview(study, write, "Centre")

    row = row_of(study)
    assert (row["status"], row["flags"]) == ("accepted", ("changed since",))
    assert row["changed_since"].startswith("in-centre is now for it")


def test_another_verdict_needs_a_reason(study):
    link = study.add_link("communication.feedback", CHANGE)

    with pytest.raises(ValueError, match="a verdict of partial where agreement is proposed needs"):
        decide(study, link, "partial")
    decide(study, link, "partial", reason="One of two")

    assert row_of(study)[["verdict", "status", "reason"]].tolist() == [
        "partial", "changed", "One of two",
    ]  # fmt: skip


def test_what_is_no_verdict_yet_cannot_be_accepted(study):
    level = study.add_link("communication.feedback", "leads/K1/mean/2025-06/all")

    assert proposal_of_link(study, level).verdict == "inconclusive (survey)"
    with pytest.raises(ConflictError, match="is no verdict yet: decide on agreement, partial, di"):
        decide(study, level)


def test_a_link_is_told_by_its_first_characters(study):
    link = study.add_link("communication.feedback", CHANGE)

    assert link_id_of(study, link.id[:4]) == link.id
    for name in (link.id[:3], "none"):
        with pytest.raises(UnknownName, match="no link is called"):
            link_id_of(study, name)


def test_a_blind_judge_sees_no_verdict_of_others(study):
    decide(study, study.add_link("communication.feedback", CHANGE))
    study.add_judge("Bo")

    with Project.open(study.study, user="Bo") as blind:
        assert row_of(blind)["status"] == "proposed"
        decide(blind, blind.links()["link"].iloc[0], "partial", reason="Too few")
        blind.judge_done()
        assert row_of(blind)["judges"] == {"Ann": "agreement", "Bo": "partial"}

    assert judges_of(study).sentence == (
        "Ann and Bo gave the same verdict on 0 of 1 link (0%, Cohen's kappa 0.00)."
    )
    assert row_of(study)["flags"] == ("judges differ",)


# The sample, artefacts and files -------------------------------------------------------------


@pytest.fixture(scope="module")
def shown(copies, tmp_path_factory):
    """The sample study and its assessment; nothing changes it."""
    path = copies.file(sample, tmp_path_factory.mktemp("sample") / "s.qualkit")
    with Project.open(path) as project:
        yield project, assess_of(project)


def test_every_verdict_occurs_on_the_sample(shown):
    project, assessed = shown
    rows = triangulate_of(project, assessed=assessed)

    assert set(rows["proposed"]) == set(PROPOSED)
    decided = rows[rows["status"] != "proposed"]
    assert set(decided["verdict"]) == set(FINAL)
    assert set(rows["status"]) == {"proposed", "accepted", "changed"}
    assert set(rows["q_state"]) == {"missing", "unusable", "+", "-", "0", "?"}
    assert set(rows["l_state"]) == {"silent", "thin", "+", "-", "0", "mixed"}
    flags = {flag for row in rows["flags"] for flag in row}
    assert flags == {
        "split by stakeholder", "different informants", "unadjusted", "judges differ",
    }  # fmt: skip
    assert judges_of(project).sentence.startswith("Priya and Tom gave the same verdict on 7 of 9")


def test_what_one_judge_adds_stands_where_another_says_the_same_without(shown):
    project, assessed = shown
    rows = triangulate_of(project, assessed=assessed).set_index("finding")

    waits = rows.loc["school-leads/R1/mean/before-to-after/all"]

    assert waits["judges"] == {"Priya": "partial", "Tom": "partial"}
    assert waits["adds"].startswith("Interviews say which wait became shorter")
    assert waits["fetters"] == "expansion"


def test_what_an_audit_marked_cannot_be_used(shown):
    project, assessed = shown
    rows = triangulate_of(project, assessed=assessed).set_index("finding")

    marked = rows.loc["table-3/F/mean/baseline-to-followup/all"]

    assert (marked["q_state"], marked["verdict"]) == ("unusable", "silence (survey)")
    assert "a slipped decimal point" in marked["reason"]


@pytest.mark.parametrize("name", sorted({*ARTEFACTS} - {"phases"}))
def test_every_artefact_has_rows_on_the_sample(shown, name):
    project, assessed = shown

    made = artefact_of(project, name, assessed=assessed)

    assert made.name == name
    assert len(made.table) > 0
    assert made.table.map(lambda cell: isinstance(cell, str)).all(axis=None)


def test_an_artefact_is_narrowed_and_grouped_as_asked(shown):
    project, assessed = shown

    joint = artefact_of(project, "joint", assessed=assessed, themes=["culture"], quotes=1)
    groups = artefact_of(project, "groups", assessed=assessed, by="region")

    assert joint.table["Verdict"].tolist() == ["Dissonance"]
    assert joint.table["Quotations"].str.count("\n").tolist() == [0]
    assert groups.table.columns[1] == "Region"


def test_themes_by_phase_need_two_phases(shown, study):
    project, assessed = shown
    with pytest.raises(NotEnough, match="all interviews are of one phase"):
        artefact_of(project, "phases", assessed=assessed)

    study.set_values(
        {
            name: {"phase": phase}
            for name, phase in (
                ("in-north", "before"),
                ("in-south", "before"),
                ("in-east", "after"),
            )
        }
    )
    study.add_link("communication.feedback", CHANGE)
    made = artefact_of(study, "phases", themes=["communication"])

    assert made.table[["Phase", "Interviews", "Improved"]].values.tolist() == [
        ["after", "1", "1"],
        ["before", "2", "2"],
        ["(not given)", "1", "1"],
        ["(all)", "4", "4"],
    ]


def test_an_artefact_that_cannot_be_is_refused_with_the_reason(study):
    with pytest.raises(UnknownName, match="no artefact is called 'x'"):
        artefact_of(study, "x")
    with pytest.raises(NotEnough, match="no finding of the study is told by groups"):
        artefact_of(study, "statistics")
    with pytest.raises(NotEnough, match="no interview says of which phase it is"):
        artefact_of(study, "phases")


def test_a_document_holds_what_a_report_is_read_for_and_the_rest_when_asked(study):
    study.add_link("communication.feedback", CHANGE)
    known = assess_of(study)

    usual, every = ([one.name for one in artefacts_of(study, names, assessed=known)]
                    for names in ((), ["all"]))  # fmt: skip

    assert usual == ["verdicts", "narrative", "joint", "convergence"]  # of threads there are none
    assert set(usual) < set(every) < set(ARTEFACTS)
    assert {"pillars", "who-is-missing", "saturation"} <= set(every)


@pytest.mark.parametrize("name", ["t.docx", "t.xlsx", "t.html"])
def test_a_document_of_one_link_is_written(study, tmp_path, name):
    study.add_link("communication.feedback", CHANGE)

    (path,) = write_triangulation(study, tmp_path / name)

    assert path.stat().st_size > 3000


def test_a_picture_is_of_one_artefact_the_joint_display_unless_told(study, tmp_path):
    study.add_link("communication.feedback", CHANGE)
    known = assess_of(study)

    joint = write_triangulation(
        study, tmp_path / "joint.png", themes=["communication"], assessed=known
    )
    pillars = write_triangulation(
        study, tmp_path / "p.svg", artefacts=["pillars"], themes=["communication"], assessed=known
    )

    assert joint[0].read_bytes().startswith(b"\x89PNG")
    assert "hear back" in pillars[0].read_text("utf-8")


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("t.pdf", {}, "triangulation is written as .docx, .xlsx"),
        ("t.png", {"artefacts": ["joint", "pillars"]}, "a picture is of one artefact, not of"),
        ("t.png", {"artefacts": ["all"]}, "a picture is of one artefact, not of all"),
        ("t.docx", {"artefacts": ["x"]}, "no artefact is called 'x'"),
        ("t.docx", {"themes": ["x"]}, "no theme of a link is called 'x'"),
        ("t.docx", {"artefacts": ["statistics"]}, "no finding of the study is told by groups"),
    ],
)
def test_what_cannot_be_written_leaves_nothing(study, tmp_path, name, options, message):
    with pytest.raises(QualkitError, match=message):
        write_triangulation(study, tmp_path / name, **options)

    assert not (tmp_path / name).exists()


def test_a_setting_of_ones_own_goes_before_what_the_study_tells(study):
    link = study.add_link("communication.feedback", CHANGE)

    made = proposal_of_link(study, link, setting=Setting(surveyed={"": "Parent"}))

    assert (made.breadth, made.verdict) == ("narrow", "partial")


def test_a_study_of_nothing_has_rows_without_findings_on_either_database(project):
    rows = triangulate_of(project)

    assert set(rows["verdict"]) == {"no evidence"}
    assert links_of(project).empty
    assert suggest_of(project).empty
