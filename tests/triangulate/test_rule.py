"""The rule, version 1: every cell of its table, every threshold at, above and below."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

import qualkit as qk
from qualkit.errors import TableError, UnknownName
from qualkit.triangulate import (
    PROPOSED,
    TABLE,
    Thresholds,
    breadth,
    final_of,
    final_view,
    interview_state,
    proposal_of,
    propose,
    survey_state,
)

# The table as the design writes it: agreement there is "if broad, else partial".
WRITTEN = """
q        +             -             0             mixed         thin          silent
+        broad         dissonance    dissonance    partial       partial       silence_l
-        dissonance    broad         dissonance    partial       partial       silence_l
0        dissonance    dissonance    broad         partial       partial       silence_l
?        open          open          open          open          insufficient  silence_l
unusable silence_q     silence_q     silence_q     silence_q     silence_q     nothing
missing  silence_q     silence_q     silence_q     silence_q     silence_q     nothing
"""
NAMES = {
    "silence_l": "silence (interviews)", "silence_q": "silence (survey)", "nothing": "no evidence",
    "open": "inconclusive (survey)",
}  # fmt: skip
(_, *STATES), *ROWS = [line.split() for line in WRITTEN.strip().splitlines()]
CELLS = [
    (q, state, word)
    for q, *words in ROWS
    for state, word in [*zip(STATES, words, strict=True), ("not_asked", words[-1])]
]
GOOD = {"value": 6.0, "unit": "%", "base": 40, "p_adjusted": 0.01, "polarity": "higher-is-better"}
FLAT = GOOD | {"value": 0.2, "p_adjusted": 0.9, "low_90": -3.0, "high_90": 3.4}
HALF: Any = 1.5
UNKNOWN: Any = float("nan")
OF_EACH_TYPE = {"a": "Head", "b": "Head", "c": "Head", "d": "Nurse", "e": "Nurse", "f": "Nurse"}


def said(words, **more):
    """Sources that say so: a sign each, '~' for mixed, '.' for coded without a stance."""
    of = {"+": "improved", "-": "worsened", "0": "unchanged", "~": "mixed", ".": None}
    return interview_state({chr(97 + n): of[word] for n, word in enumerate(words)}, **more)


# The table -----------------------------------------------------------------------------------


@pytest.mark.parametrize("broad", [True, False, None])
@pytest.mark.parametrize(("q", "state", "word"), CELLS)
def test_every_cell_has_the_verdict_that_the_design_writes(q, state, word, broad):
    made = propose(q, state, broad=broad)

    agreed = "agreement" if broad else "partial"
    assert made.verdict == (agreed if word == "broad" else NAMES.get(word, word))
    assert (made.q_state, made.l_state, made.rule_version) == (q, state, 1)


def test_the_table_holds_every_pair_of_states_and_no_other():
    assert {(q, state) for q, state, _ in CELLS} == set(TABLE)


@pytest.mark.parametrize(("q", "state", "word"), CELLS)
def test_a_split_forces_partial_where_two_directions_are_compared(q, state, word):
    made = propose(q, state, broad=True, split=True)

    forced = q in {"+", "-", "0"} and state not in {"silent", "not_asked"}
    assert made.verdict == ("partial" if forced else propose(q, state, broad=True).verdict)
    assert made.flags == ("split by stakeholder",)


@pytest.mark.parametrize(("q", "state", "word"), CELLS)
def test_informants_and_timing_are_added_and_change_no_verdict(q, state, word):
    made = propose(q, state, broad=True, populations_overlap=False, before_follow_up_only=True)

    assert made.verdict == propose(q, state, broad=True, populations_overlap=True).verdict
    assert made.flags == ("different informants", "timing")


@pytest.mark.parametrize(
    ("verdict", "view", "final"),
    [("agreement", "confirmation", "agreement"), ("dissonance", "discordance", "dissonance"),
     ("partial", "", "partial"), ("silence (interviews)", "", "silence"),
     ("silence (survey)", "", "silence"), ("no evidence", "", "silence"),
     ("inconclusive (survey)", "", ""), ("insufficient", "", "")],
)  # fmt: skip
def test_verdicts_in_the_words_of_fetters_and_as_an_evaluator_may_take_them(verdict, view, final):
    assert verdict in PROPOSED
    assert (final_view(verdict), final_of(verdict)) == (view, final)


def test_partial_is_an_expansion_only_where_somebody_says_what_is_added():
    assert final_view("partial", "why it is slow") == "expansion"
    assert final_view("agreement", "why it is slow") == "confirmation"


# What the survey says ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "state"),
    [
        ({}, "+"),
        ({"polarity": "lower-is-better"}, "-"),
        ({"value": -6.0}, "-"),
        ({"value": -6.0, "polarity": -1}, "+"),
        ({"p_adjusted": 0.0499}, "+"),
        ({"p_adjusted": 0.05}, "?"),
        ({"p_adjusted": 0.0501}, "?"),
        ({"p_adjusted": 0.06, "p": 0.001}, "?"),  # the adjusted one counts
        ({"p_adjusted": 0.01, "adjusted_by": "holm"}, "+"),
        ({"p_adjusted": 0.01, "adjusted_by": "bh"}, "?"),  # not the rule's adjustment
        ({"p_adjusted": None, "p": 0.01, "origin": "computed"}, "?"),  # outside the family
        ({"p_adjusted": None}, "?"),
        ({"value": 0.0}, "?"),  # no direction
        ({"value": None}, "?"),
        ({"change": False}, "?"),  # a level is no change
        ({"base": 11}, "+"),
        ({"base": 10}, "+"),
        ({"base": np.int64(9)}, "unusable"),
        ({"base": 9}, "unusable"),
        ({"base": None}, "+"),  # not printed: said in the reason
        ({"usable": False, "why": "hidden"}, "unusable"),
        ({"usable": np.bool_(False)}, "unusable"),
        ({"usable": pd.NA, "change": pd.NA}, "+"),
        ({"polarity": ""}, "unusable"),
        ({"polarity": float("nan")}, "unusable"),
        ({"audit": "P"}, "unusable"),
        ({"audit": ["caution", "contradiction"]}, "unusable"),
        ({"audit": "caution, contradiction"}, "unusable"),
        ({"audit": "caution"}, "+"),
    ],
)
def test_a_finding_is_a_state(changed, state):
    assert survey_state(GOOD | changed).state == state


@pytest.mark.parametrize(
    ("printed", "state"),
    [
        ({"stars": "*", "p_text": "<0.05"}, "?"),
        ({"stars": "**", "p_text": "<0.01"}, "+"),
        ({"stars": "***", "p_text": "<0.001"}, "+"),
        ({"stars": "**"}, "+"),
        ({"stars": "**", "p_text": "<0.05"}, "+"),
        ({"stars": "**", "p_text": "<0.1"}, "?"),
        ({"stars": "††", "p_text": "<0.01"}, "?"),
        ({"p_text": ">=0.05"}, "?"),
        ({"p_text": "<0.05"}, "+"),  # a printed p, of which only the bound is known
        ({"p_text": "<=0.05"}, "?"),  # it may be just that
        ({"p_text": "<=0.049"}, "+"),
        ({"p": 0.049}, "+"),
        ({"p": 0.05}, "?"),
    ],
)
def test_printed_stars_count_from_two_on_and_are_called_unadjusted(printed, state):
    made = survey_state(GOOD | {"p_adjusted": None, "origin": "published"} | printed)

    assert (made.state, made.adjusted) == (state, False)
    assert "not adjusted" in made.reason or state == "?"
    assert propose(made, "+").flags == (("unadjusted",) if state == "+" else ())


@pytest.mark.parametrize(
    ("changed", "state"),
    [
        ({}, "0"),
        ({"low_90": -4.99, "high_90": 4.99}, "0"),
        ({"low_90": -5.0}, "?"),  # on the margin is not inside it
        ({"high_90": 5.0}, "?"),
        ({"low_90": -5.01}, "?"),
        ({"high_90": None}, "?"),
        ({"low_90": 1.0, "high_90": 3.0, "p_adjusted": 0.04}, "+"),  # a direction goes first
        ({"unit": "", "sd": 10.0, "low_90": -1.9, "high_90": 1.9}, "0"),
        ({"unit": "", "sd": 10.0, "low_90": -2.0, "high_90": 1.9}, "?"),
        ({"unit": "", "sd": 10.0, "low_90": -2.1, "high_90": 1.9}, "?"),
        ({"unit": ""}, "?"),  # no standard deviation to measure by
        ({"unit": "sd", "low_90": -0.19, "high_90": 0.19}, "0"),
        ({"margin": 3.0}, "?"),
    ],
)
def test_no_change_is_shown_by_an_interval_inside_the_margin_alone(changed, state):
    assert survey_state(FLAT | changed).state == state


def test_no_finding_is_missing():
    assert survey_state(None).state == survey_state().state == "missing"


def test_the_links_polarity_goes_before_the_findings_and_an_unset_one_does_not():
    assert survey_state(GOOD, "lower-is-better").state == "-"
    assert survey_state(GOOD, "").state == survey_state(GOOD, None).state == "+"


def test_all_that_stands_against_a_finding_is_told():
    made = survey_state({"value": 1.0, "base": 8})

    assert made.reason == (
        "the finding cannot be used: its base is 8, fewer than 10; nobody has said which direction "
        "is better"
    )


def test_a_state_keeps_its_numbers():
    made = survey_state(GOOD | {"value": -6.0, "low_90": -9.0, "high_90": -3.0})

    assert (made.value, made.oriented, made.p, made.base, made.margin) == (-6, -6, 0.01, 40, 5)
    assert (
        made.reason
        == "the survey shows a change for the worse (-6.0 points, p 0.010 adjusted, base 40)"
    )
    assert {name: made.inputs[name] for name in ("value", "low_90", "margin")} == {
        "value": -6.0,
        "low_90": -9.0,
        "margin": 5.0,
    }


@pytest.mark.parametrize(
    "finding",
    [
        pd.Series(GOOD),
        pd.DataFrame([GOOD]),
        SimpleNamespace(**GOOD),
        {"effect": 6, "unit": "pp", "n": 40, "p_adj": 0.01, "polarity": "+1"},
        {"change": 6, "matched": 40, "adjusted_p": 0.01, "polarity": 1},
    ],
)
def test_a_finding_may_come_as_any_row_or_object(finding):
    assert survey_state(finding).state == "+"


def test_figures_may_be_given_by_name():
    assert survey_state(value=6.0, n=40, p_adjusted=0.01, polarity=1).state == "+"
    assert survey_state(FLAT, ci90=(-6, 1)).state == "?"


def test_thresholds_can_be_others_and_are_kept():
    strict = Thresholds(alpha=0.01, base=50)

    assert survey_state(GOOD | {"base": 60, "p_adjusted": 0.02}, thresholds=strict).state == "?"
    made = propose(survey_state(GOOD, thresholds=strict), "+")
    assert (made.q_state, made.thresholds) == ("unusable", strict)


@pytest.mark.parametrize(
    ("finding", "message"),
    [
        ("leads/K1", "finding: 'leads/K1' is not a finding; give its row: a mapping or a row of findings"),
        (GOOD | {"value": "six"}, "finding: its value 'six' is not a finite number"),
        (GOOD | {"value": float("inf")}, "finding: its value inf is not a finite number"),
        (GOOD | {"value": 10**400}, "finding: its value 100000000000000000...0000000000000000000 is "
         "not a finite number"),
        (GOOD | {"value": np.array([6.0, 7.0])}, "finding: its value array([6., 7.]) is not one value"),
        (GOOD | {"usable": "False"}, "finding: its usable 'False' is neither true nor false"),
        (GOOD | {"sd": -1.0}, "finding: its sd -1 is below 0"),
        (GOOD | {"base": 9.5}, "finding: its base 9.5 is not a number of people"),
        (GOOD | {"p_adjusted": 1.2}, "finding: its p_adjusted 1.2 is not from 0 to 1"),
        (FLAT | {"high_90": -4}, "finding: its 90 % interval runs from -3 to -4"),
        (GOOD | {"ci90": 3}, "finding: its 90 % interval 3 is not a low and a high"),
        (GOOD | {"polarity": "up"}, "finding: its polarity 'up' is none; it is 1, -1, "
         "higher-is-better or lower-is-better, or nothing where nobody has said"),
        (pd.DataFrame([GOOD, GOOD]), "finding: one row is needed, the table has 2"),
    ],
)  # fmt: skip
def test_what_is_no_finding_is_refused_in_words(finding, message):
    with pytest.raises(TableError) as caught:
        survey_state(finding)

    assert str(caught.value) == message


def test_an_unknown_figure_and_an_empty_finding_are_refused():
    with pytest.raises(TableError, match="'pvalu' is no figure of a finding; known are"):
        survey_state(GOOD, pvalu=0.1)
    with pytest.raises(TableError, match="it has none of value, base"):
        survey_state({})


# What the interviews say ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "state"),
    [
        ("", "silent"),
        ("+", "thin"),
        ("++", "thin"),
        ("+++", "+"),
        ("---", "-"),
        ("000", "0"),
        ("~~~", "mixed"),
        ("+++-", "+"),  # 75 %
        ("++++--", "mixed"),  # 67 %
        ("+++++--", "mixed"),  # 71 %
        ("++++++--", "+"),
        ("+++~", "+"),
        ("++-0", "mixed"),
        ("+++....", "+"),  # a share of those with a stance
        ("++..", "thin"),  # of a direction two sources speak
        ("....", "thin"),
    ],
)
def test_stances_of_sources_are_a_state(words, state):
    assert said(words).state == state


@pytest.mark.parametrize(
    ("areas", "state"),
    [(None, "+"), (["N", "N", "N"], "thin"), (["N", "N", "S"], "+"), (1, "thin"), (2, "+"),
     (3, "+"), ({"a": "N", "b": "N"}, "thin"), (["", "", ""], "+"),
     (["Süd", "Su\u0308d", " süd"], "thin")],  # one area, as it looks
)  # fmt: skip
def test_fewer_than_two_areas_are_thin_where_areas_are_known(areas, state):
    assert said("+++", areas=areas).state == state


def test_a_theme_that_nobody_asked_about_is_not_called_silent():
    assert said("", asked=False).state == "not_asked"
    assert said("+++", asked=False).state == "+"


def test_sources_are_told_by_stance_with_their_areas_and_types():
    made = said("++-~.", areas=["N", "S", "S", "E", "W"], types=["Head"] * 4 + ["Nurse"])

    assert made.counts == {"improved": 2, "worsened": 1, "unchanged": 0, "mixed": 1, "none": 1}
    assert (made.sources, made.with_stance, made.areas) == (5, 4, 3)
    assert (made.area_names, made.types) == (("E", "N", "S"), ("Head",))
    assert made.by_stance["improved"] == ("a", "b")
    assert made.reason == (
        "4 sources with a stance do not say the same: 2 improved, 1 worsened, 1 mixed (3 areas)"
    )


@pytest.mark.parametrize(
    ("words", "split"),
    [("+++---", ("Head", "Nurse")), ("---+++", ("Nurse", "Head")), ("+++000", None),
     ("++.---", None), ("++----", None)],
)  # fmt: skip
def test_two_types_of_three_sources_that_say_the_opposite_are_a_split(words, split):
    assert said(words, types=OF_EACH_TYPE).split == split


@pytest.mark.parametrize(
    ("each", "limit", "split"),
    [(2, 3, None), (3, 3, ("Head", "Nurse")), (4, 3, ("Head", "Nurse")), (3, 4, None),
     (2, 2, ("Head", "Nurse"))],
)  # fmt: skip
def test_how_many_sources_of_a_type_can_stand_against_another(each, limit, split):
    types = ["Head", "Head", "head ", "Head"][:each] + ["Nurse"] * each

    made = said("+" * each + "-" * each, types=types, thresholds=Thresholds(split=limit))

    assert made.split == split
    assert (made.types, len(made.by_type)) == (("Head", "Nurse"), 2)


@pytest.mark.parametrize(
    "stances",
    [
        ["positive", "+", 1],
        [("a", "positive"), ("b", "improved"), ("c", "better")],
        [{"source": one, "stance": "positive"} for one in "abc"],
        {"a": ["positive", "positive"], "b": "positive", "c": {"stance": "positive"}},
        pd.DataFrame({"source": list("abca"), "stance": ["positive"] * 3 + [None]}),
    ],
)
def test_stances_may_come_in_any_usual_shape(stances):
    made = interview_state(stances)

    assert (made.state, made.sources) == ("+", 3)


def test_a_source_that_says_both_is_mixed_and_counts_once():
    made = interview_state([("a", "positive"), ("a", "negative"), ("a", "positive"), ("b", None)])

    assert (made.counts["mixed"], made.counts["none"], made.sources) == (1, 1, 2)


def test_a_quotation_stands_once_however_many_rows_have_it():
    row = {"source": "a", "stance": "+", "quotes": ["k1", "k2"]}

    assert interview_state([row, row]).quotes == {"a": ("k1", "k2")}


@pytest.mark.parametrize(
    ("stances", "more", "message"),
    [
        ("improved", {}, "stances: stances by source are needed: a mapping, a sequence, or a table "
         "with source, stance; not 'improved'"),
        (["good"], {}, "stances: 'good' is none of improved, worsened, unchanged, mixed"),
        (pd.DataFrame({"stance": ["+"]}), {}, "stances: the table has no column 'source'; it has stance"),
        ([{"stance": "+"}], {}, "stances, row 1: it names no 'source': {'stance': '+'}"),
        (pd.DataFrame({"source": ["a", ""], "stance": "+"}), {},
         "stances, row 2: it names no source: ''"),
        ([(float("nan"), "+")], {}, "stances, row 1: it names no source: nan"),
        (["+"], {"areas": ["N", "S"]},
         "stances: 2 areas are given for 1 stances; give one each, or a mapping by source"),
        (["+"], {"types": "Head"}, "stances: types are a mapping by source, or one a stance in order"),
    ],
)  # fmt: skip
def test_what_are_no_stances_is_refused_in_words(stances, more, message):
    with pytest.raises(TableError) as caught:
        interview_state(stances, **more)

    assert str(caught.value) == message


# What both say -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("visited", "surveyed", "width"),
    [
        (3, "Head", "broad"),
        (np.int64(4), "Head", "broad"),
        (5, "Head", "narrow"),
        (UNKNOWN, "Head", ""),
        (4, UNKNOWN, ""),
        (["n", "N ", "s", "E", "W"], "Head", "broad"),
        (4, "head ", "broad"),
        (4, "Nurse", "narrow"),
        (4, "", ""),
        (None, "Head", ""),
        (5, "", "narrow"),
        (["N", "S", "E", "W"], "Head", "broad"),
        (["N", "E", "W"], "Head", "narrow"),
    ],
)
def test_sources_are_broad_from_half_of_the_areas_on_with_the_surveyed_type(
    visited, surveyed, width
):
    given = said("+++", areas=["N", "N", "S"], types=["Head"] * 3)

    assert breadth(given, areas_visited=visited, surveyed_type=surveyed) == width
    made = propose("+", given, areas_visited=visited, surveyed_type=surveyed)
    assert made.breadth == width
    assert made.verdict == ("agreement" if width == "broad" else "partial")


def test_a_proposal_says_why_in_one_sentence_with_its_sources():
    given = said("+++++-~.", areas=list("NSNSNNSN"), types=["Head"] * 8)

    made = propose(survey_state(GOOD), said("+++-~."), broad=True, theme="time", finding="f")
    full = propose(survey_state(GOOD), given, areas_visited=2, surveyed_type="Head")

    assert made.verdict == "partial"
    assert full.reason == (
        "The survey shows a change for the better (+6.0 points, p 0.010 adjusted, base 40); 7 "
        "sources with a stance do not say the same: 5 improved, 1 worsened, 1 mixed (2 areas): "
        "partial."
    )
    assert (full.supporting, full.opposing, full.mixed) == (tuple("abcde"), ("f",), ("g",))
    assert (made.theme, made.finding, made.status) == ("time", "f", "proposed")


@pytest.mark.parametrize(
    ("q", "supporting", "opposing"),
    [("+", "abc", "def"), ("-", "de", "abcf"), ("0", "f", "abcde"), ("?", "abc", "def"),
     ("missing", "abc", "def")],
)  # fmt: skip
def test_sources_against_are_always_listed(q, supporting, opposing):
    made = propose(q, said("+++--0"))

    assert (made.supporting, made.opposing) == (tuple(supporting), tuple(opposing))


def test_breadth_that_is_not_known_is_not_taken_to_be_broad():
    told: Any = np.bool_(True)

    assert propose("+", "+", UNKNOWN).verdict == "partial"
    assert propose("+", "+", told).verdict == "agreement"


def test_a_split_is_told_with_its_types():
    made = propose("+", said("+++---", types=OF_EACH_TYPE), broad=True)

    assert (made.verdict, made.flags) == ("partial", ("split by stakeholder",))
    assert "split by stakeholder (Head improved, Nurse worsened): partial." in made.reason


def test_informants_are_different_where_the_surveyed_type_is_not_among_the_sources():
    given = said("+++", types=["Nurse"] * 3)

    assert propose("+", given, surveyed_type="Head").flags == ("different informants",)
    assert propose("+", given, surveyed_type="Nurse").flags == ()
    assert propose("+", given, surveyed_type="Head", populations_overlap=True).flags == ()
    assert propose("missing", given, surveyed_type="Head").flags == ()


def test_a_reason_is_one_sentence_whatever_an_audit_said():
    state = survey_state(
        GOOD | {"usable": False, "why": "It is -4. Likeliest cause: a lost minus."}
    )

    made = propose(state, "+")

    assert made.reason == (
        "The finding cannot be used: It is -4; Likeliest cause: a lost minus; the interviews are "
        "'+': silence (survey)."
    )


def test_a_proposal_can_be_kept_as_json():
    given = said("+++--", areas=list("NNSSN"), types=["Head"] * 5)
    made = propose(survey_state(GOOD), given, areas_visited=["N", "S"], surveyed_type="Head")

    kept = json.loads(json.dumps(made.as_dict()))

    assert proposal_of(kept) == made
    assert kept["inputs"]["survey"]["p_adjusted"] == 0.01
    assert kept["inputs"]["interviews"]["improved"] == 3
    assert kept["inputs"]["comparison"]["areas_visited"] == 2
    assert kept["inputs"]["comparison"]["areas_covered"] == 2


def test_what_tables_hold_is_kept_as_json_too():
    given = said("+++", areas=list("NNS"), types=["Head"] * 3)
    no = np.bool_(False)
    held: dict[str, Any] = {
        "areas_visited": np.int64(4), "split": no, "populations_overlap": no,
        "before_follow_up_only": no, "same_construct": np.bool_(True),
    }  # fmt: skip
    made = propose(survey_state(pd.Series(GOOD)), given, **held)

    assert made.flags == ("different informants",)
    assert proposal_of(json.loads(json.dumps(made.as_dict()))) == made


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: propose("plus", "+"), UnknownName, "no state of a survey is called 'plus'"),
        (lambda: propose("+", "quiet"), UnknownName, "no state of interviews is called 'quiet'"),
        (lambda: propose("+", "+", "wide"), UnknownName, "no breadth is called 'wide'"),
        (lambda: final_view("agree"), UnknownName, "no verdict is called 'agree'"),
        (lambda: propose("+", said("+++", areas=2), areas_visited=0), TableError,
         "areas: 0 areas were visited; there is at least one"),
        (lambda: propose("+", said("+++", areas=2), areas_visited="North"), TableError,
         "areas: 'North' is one name; give those visited, or how many"),
        (lambda: propose("+", said("+++", areas=2), areas_visited=HALF), TableError,
         "areas: 1.5 is no number of areas; give those visited, or how many"),
        (lambda: propose(survey_state(None), said("+", thresholds=Thresholds(sources=2))),
         TableError, "they were made with different thresholds; make them alike"),
        (lambda: propose(survey_state(None), "+", thresholds=Thresholds(alpha=0.01)),
         TableError, "they were made with different thresholds; make them alike"),
        (lambda: Thresholds(points=float("nan")), ValueError, "points nan is negative, or no finite"),
        (lambda: Thresholds(alpha=5), ValueError, "alpha 5 is not between 0 and 1"),
        (lambda: Thresholds(share=0.5), ValueError, "share 0.5 is no majority"),
        (lambda: Thresholds(areas=-1), ValueError, "areas -1 is negative"),
    ],
)  # fmt: skip
def test_what_the_rule_does_not_know_is_refused(call, error, message):
    with pytest.raises(error) as caught:
        call()

    assert message in str(caught.value)


def test_the_rule_is_reached_from_the_package():
    assert qk.triangulate.propose("0", "0", True).verdict == "agreement"
