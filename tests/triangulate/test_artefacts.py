"""Each artefact says what it has to, in words and figures that a client can read."""

from __future__ import annotations

import pandas as pd
import pytest

from qualkit.errors import UnknownName
from qualkit.tables import COLUMNS
from qualkit.triangulate import (
    Setting,
    assess,
    case_matrix,
    confidence_table,
    convergence_matrix,
    joint_display,
    joint_rows,
    pillar_table,
    statistics_by_themes,
    thread_log,
    verdict_summary,
)

R1 = "+0.50 (95% interval 0.26 to 0.74; 48 answered both times; adjusted p = 0.001)"


def test_convergence_matrix_has_a_cell_for_each_strand_and_the_code(assessed):
    made = convergence_matrix(assessed)

    row = made.table.iloc[0].to_dict()
    assert row == {
        "Theme": "Timeliness",
        "Survey: meaning and prominence": "We are seen soon: a change for the better",
        "Survey: coverage and examples": R1,
        "Interviews: meaning and prominence":
            "Improved (3 of 4 with a view, 1 worsened)",
        "Interviews: coverage and examples":
            "4 of 5 interviews; 2 of 2 areas; Head 3; Nurse 1\n\u201cThey come within a week now, "
            "all of them, every single time.\u201d (Head, North, line 1)",
        "Workshop: meaning and prominence": "Too few took a view (1 worsened)",
        "Workshop: coverage and examples":
            "1 source; 1 area; Head 1\n\u201cThe table agreed that forms are slow and that nobody "
            "reads them.\u201d (Head, South, line 7)",
        "Convergence": "Agreement (PROPOSED)\nOpposing: d",
        "Reason": assessed.proposals[0].reason,
    }  # fmt: skip
    assert made.table["Interviews: meaning and prominence"].tolist()[1:] == [
        "Nobody spoke of it", "Spoken of without a view (one source)",
    ]  # fmt: skip
    assert made.notes[-1] == "3 comparisons: agreement 1, silence 2; 3 of them not decided yet."
    assert made.summary["all"].sum() == 3


def test_findings_of_one_theme_are_told_apart_by_their_items(study):
    study["links"].loc[1, ["code", "code_name", "theme"]] = ["time", "Timeliness", "time"]

    row = convergence_matrix(assess(**study)).table.iloc[0]

    assert row["Convergence"].split("\n") == [
        "R1: Agreement (PROPOSED)", "Opposing: d",
        "T1: Undecided: the figures are inconclusive (PROPOSED)", "Opposing: d",
    ]  # fmt: skip
    assert (
        row["Survey: coverage and examples"]
        .split("\n")[1]
        .startswith("T1: \u22120.10 (95% interval \u22120.30 to 0.10;")
    )


def test_items_of_two_surveys_that_have_one_name_are_told_apart_by_the_survey(study):
    study["links"].loc[1, ["code", "code_name", "theme"]] = ["time", "Timeliness", "time"]
    study["findings"].loc[1, ["survey", "item"]] = ["t", "r1"]

    row = convergence_matrix(assess(**study)).table.iloc[0]

    assert [one.split(":")[0] for one in row["Convergence"].split("\n")[::2]] == [
        "R1 (s)", "r1 (t)",
    ]  # fmt: skip
    assert [one.split(":")[0] for one in row["Survey: coverage and examples"].split("\n")] == [
        "R1 (s)", "r1 (t)",
    ]  # fmt: skip


def test_agreement_that_waits_for_whom_the_survey_asked_says_so(study):
    study["setting"] = Setting()

    [first, *_] = joint_rows(assess(**study))

    assert first.verdict == "partial"
    assert first.cautions == (
        "Of which stakeholder type those asked are is not known, so nobody can tell whether the "
        "interviews stand for them.",
    )


def test_the_verdicts_at_a_glance_say_what_each_kind_of_evidence_shows(assessed):
    made = verdict_summary(assessed)

    assert made.table.values.tolist() == [
        ["Timeliness", "We are seen soon", "A change for the better",
         "Improved (3 of 4 with a view, 1 worsened)", "Agreement (PROPOSED)"],
        ["Trust", "We trust them", "Open: neither a change nor its absence is shown",
         "Nobody spoke of it", "Silence (interviews) (PROPOSED)"],
        ["Rooms", "\u2013", "No finding is linked", "Spoken of without a view (one source)",
         "Silence (survey) (PROPOSED)"],
    ]  # fmt: skip


def test_joint_display_sets_a_quotation_for_and_one_against_beside_the_finding(assessed):
    first, second, third = joint_rows(assessed)

    assert (first.question, first.result) == ("We are seen soon", R1)
    assert (first.base, first.interval) == ("48 answered both times", "0.26 to 0.74")
    assert [(one.side, one.source, one.codings) for one in first.quotes] == [
        ("for", "a", ("k0",)), ("against", "d", ("k4",)),
    ]  # fmt: skip
    assert first.inference == (
        "The survey and the interviews agree: both show a change for the better."
    )
    assert (first.label, first.fetters, first.opposing) == (
        "Agreement (PROPOSED)", "confirmation", ("d",),
    )  # fmt: skip
    assert second.inference == "The survey speaks to this, but no interview speaks of it."
    assert (third.result, third.quotes[0].words) == ("No finding is linked", "There is a room.")
    shown = joint_display(assessed).table
    assert shown["Interviews"][0].endswith("(3 of 4 with a view, 1 worsened)\nOpposing: d")
    assert shown["Base"].tolist() == ["48 answered both times", "47 answered both times", "\u2013"]


def test_quotations_keep_their_words_and_marks_within_become_single_ones(study):
    study["codings"] = study["codings"].iloc[[3]].reset_index(drop=True)

    (quote,) = joint_rows(assess(**study, unlinked=False))[0].quotes

    assert quote.words == 'She said "soon", and soon it was, which nobody had believed.'
    assert quote.text.startswith("\u201cShe said 'soon', and")


def test_a_withheld_finding_stands_without_its_figure(study):
    study["findings"].loc[0, ["usable", "why", "base"]] = [False, "fewer than 10 answers", 4]

    (row, *_) = joint_rows(assess(**study))

    assert (row.result, row.interval) == ("Withheld: fewer than 10 answers", "")
    assert row.cautions == ("The finding cannot be used: fewer than 10 answers.",)
    assert "0.5" not in row.inference + row.result + row.base


def test_cautions_say_what_a_reader_must_know(study):
    study["findings"].loc[0, ["p_adjusted", "stars", "origin"]] = [None, "**", "published"]
    study["setting"] = type(study["setting"])(
        surveyed={"s": "Parent"}, follow_up={"s": "2026-01-01"}
    )
    study["sources"]["date"] = "2025-06-01"

    row = joint_rows(assess(**study))[0]

    assert row.cautions == (
        "The survey asked other people (Parent) than those who spoke in interviews.",
        "All interviews took place before the follow-up.",
        "The significance of the finding was not adjusted for the number of tests.",
        "The interviews that spoke of this do not stand for the whole study.",
    )
    assert row.result.endswith("48 answered both times; p ** as printed, not adjusted)")


def test_areas_have_their_figures_and_their_interviews_side_by_side(study):
    summaries = pd.DataFrame(
        [("North", None, "", "b", "time", "Ann", "Quick since June.", False)],
        columns=["case", "source", "phase", "codebook", "theme", "author", "text", "draft"],
    ).reindex(columns=COLUMNS["summaries"])

    made = case_matrix(assess(**study, summaries=summaries))

    columns = ["Area", "Interviews", "We are seen soon", "We trust them", "Timeliness", "Rooms"]
    assert made.table[columns].values.tolist() == [
        ["North", "2", "one 1.50 (n = 20); two 2.25 (n = 18)", "\u2013", "Quick since June.",
         "1 no view"],
        ["South", "3", "withheld", "\u2013", "1 improved; 1 worsened", "\u2013"],
        ["East", "0", "\u2013", "\u2013", "\u2013", "\u2013"],
    ]  # fmt: skip


def test_statistics_by_themes_have_a_column_for_each_group_surveyed(assessed):
    made = statistics_by_themes(assessed, "area")

    assert made.table.iloc[0].tolist() == [
        "Timeliness", "We are seen soon", R1,
        "one 1.50 (n = 20); two 2.25 (n = 18)\n2 improved", "withheld\n1 improved; 1 worsened",
        "\u2013",
    ]  # fmt: skip
    with pytest.raises(UnknownName):
        statistics_by_themes(assessed, "colour")


def test_pillars_join_both_kinds_of_data_and_count_interviews_by_code(assessed):
    row = pillar_table(assessed).table.iloc[0].to_dict()

    assert row["QUANT data"] == R1
    assert row["Pillar"].split("\n")[:2] == ["Timeliness", "Agreement (PROPOSED)"]
    assert row["QUAL codes"] == "Timeliness (four interviews)\nLead-in (one interview)"


def test_confidence_is_labelled_as_borrowed_and_threads_are_a_log(assessed):
    confidence = pd.DataFrame(
        [("b", "time", "none", "minor", "serious", "none", "very low", "One area only")],
        columns=COLUMNS["confidence"][:8],
    ).reindex(columns=COLUMNS["confidence"])
    threads = pd.DataFrame(
        [("t1", "Why do nurses wait?", "interviews", "", "b", "time", "", "open")],
        columns=COLUMNS["threads"][:8],
    ).reindex(columns=COLUMNS["threads"])

    made = confidence_table(assessed, confidence)

    assert made.table.iloc[0].tolist()[2:] == [
        "4", "No concerns", "Minor concerns", "Serious concerns", "No concerns", "Very low",
        "One area only",
    ]  # fmt: skip
    assert made.notes[0].endswith("the table is not a CERQual assessment.")
    assert thread_log(threads, assessed.codes).table.iloc[0].tolist() == [
        "Why do nurses wait?", "Timeliness", "interviews", "\u2013", "\u2013", "Open",
    ]  # fmt: skip
