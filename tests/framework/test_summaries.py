"""Cell summaries: in which row and column they stand, and what they say of themselves."""

from __future__ import annotations

import pandas as pd
import pytest

from tests.framework.material import cases, grid, sources, summaries, texts


def test_summaries_stand_in_the_cell_of_their_case_and_theme():
    said = summaries({"author": "Ann", "text": "Good."}, {"author": "Bob", "text": "Fair."})

    made = grid(summaries=said)

    assert [(s.author, s.text) for s in made.cell("North", 0).summaries] == [
        ("Ann", "Good."),
        ("Bob", "Fair."),
    ]
    assert made.cell("South", 0).empty


def test_a_summary_of_a_code_below_a_theme_stands_in_the_themes_cell_and_names_it():
    made = grid(summaries=summaries({"theme": "care.time", "text": "Slow."}))

    assert texts(made, "North", 0) == [("Slow.", "Time")]


def test_a_summary_of_a_code_that_has_its_own_column_needs_no_name():
    made = grid(summaries=summaries({"theme": "care.time", "text": "Slow."}), opened=["care"])

    assert texts(made, "North", 0) == [("Slow.", "")]


def test_a_summary_of_a_case_without_sources_stands_in_its_row():
    made = grid(cases=cases("Isle"), summaries=summaries({"case": "Isle", "text": "No one came."}))

    assert texts(made, "Isle", 0) == [("No one came.", "")]


def test_summaries_of_sources_stand_in_their_cases_row_under_their_names():
    made = grid(
        summaries=summaries({"source": "s1", "text": "Early."}, {"source": "s2", "text": "Late."})
    )

    assert texts(made, "North", 0) == [("Early.", "s1"), ("Late.", "s2")]


def test_summaries_of_sources_regroup_as_rows_do():
    said = summaries(
        {"source": "s1", "text": "Early."},
        {"source": "s3", "case": "South", "text": "Never."},
    )
    given = sources(role=["Nurse", "Head", "Nurse"])

    by_role = grid(summaries=said, sources=given, rows="role")
    by_source = grid(summaries=said, sources=given, rows="source", bands=["role"])

    assert texts(by_role, "Nurse", 0) == [("Early.", "s1"), ("Never.", "s3")]
    assert texts(by_role, "Head", 0) == []
    assert texts(by_source, "s1", 0) == [("Early.", "")]


@pytest.mark.parametrize(
    ("rows", "bands", "where"),
    [
        ("case", (), {"North"}),
        ("region", (), {"West"}),
        ("case", ("role",), set()),
        ("role", (), set()),
        ("source", (), set()),
        ("everybody", (), set()),
    ],
)
def test_a_summary_of_a_case_stands_only_where_a_row_is_all_of_that_case_and_nothing_else(
    rows, bands, where
):
    given = sources(
        role=["Nurse", "Head", "Nurse"], region=["West", "West", "East"], everybody="everybody"
    )

    made = grid(summaries=summaries({}), sources=given, rows=rows, bands=bands)

    assert {row.key for row in made.rows if made.cell(row.key, 0).summaries} == where


PHASES = ["baseline", "endline", "baseline"]


def test_summaries_of_phases_stand_together_in_their_cases_row_each_with_its_phase():
    said = summaries({"phase": "Baseline", "text": "Poor."}, {"phase": "endline", "text": "Good."})

    made = grid(summaries=said, sources=sources(phase=PHASES))

    assert texts(made, "North", 0) == [("Poor.", "Baseline"), ("Good.", "endline")]


def test_summaries_of_phases_stand_apart_where_rows_or_bands_are_phases():
    said = summaries({"phase": "Baseline", "text": "Poor."}, {"phase": "endline", "text": "Good."})

    made = grid(summaries=said, sources=sources(phase=PHASES), bands=["phase"])

    assert texts(made, "baseline > North", 0) == [("Poor.", "")]
    assert texts(made, "endline > North", 0) == [("Good.", "")]
    assert texts(made, "South", 0) == []


def test_a_rating_has_its_level_and_what_that_looks_like():
    rated = {"codebook": "m", "theme": "links", "rating": 1, "stance": "mixed"}

    made = grid(summaries=summaries(rated)).cell("North", 2).summaries[0]

    assert (made.rating, made.level, made.descriptor) == (1, "Some", "they ring at need")
    assert made.stance == "mixed"


def test_a_rating_that_the_scale_no_longer_has_is_shown_without_a_level():
    made = grid(summaries=summaries({"codebook": "m", "theme": "links", "rating": 7}))

    shown = made.cell("North", 2).summaries[0]
    assert (shown.rating, shown.level, shown.descriptor) == (7, "", "")


def test_a_draft_says_so_and_what_it_cites():
    made = grid(summaries=summaries({"draft": True, "cites": ["k1", "k2"]}, {"author": "Bob"}))

    drafted, written = made.cell("North", 0).summaries
    assert (drafted.draft, drafted.cites) == (True, ("k1", "k2"))
    assert (written.draft, written.cites, written.rating, written.stance) == (False, (), None, None)


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        ((0, 0, 0), ""),
        ((pd.NA, pd.NA, pd.NA), ""),
        ((1, 0, 0), "1 coding added"),
        ((0, 2, 0), "2 codings gone"),
        ((2, 1, 3), "2 codings added, 1 gone, 3 changed"),
    ],
)
def test_a_summary_says_how_its_evidence_has_changed(counts, words):
    changed = dict(zip(("added", "gone", "altered"), counts, strict=True))

    made = grid(summaries=summaries({**changed, "evidence": 4}))

    assert made.cell("North", 0).summaries[0].changes == words
