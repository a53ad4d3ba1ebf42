"""Links, and which are suggested: what codebook and survey say, then words that are alike."""

from __future__ import annotations

import pandas as pd
import pytest

from qualkit.errors import TableError
from qualkit.survey import Item, Survey
from qualkit.triangulate import SUGGESTED_COLUMNS, Link, suggest_links

CODES = pd.DataFrame(
    [("b", "know", "Knowledge", "what staff know of services", ["K1"], []),
     ("b", "wait", "Waiting", "how long pupils wait to be seen", [], ["weeks on the list"]),
     ("b", "talk", "Talking", "", [], [])],
    columns=["codebook", "code", "name", "definition", "survey_items", "cues"],
)  # fmt: skip
FOUND = pd.DataFrame(
    [("K1", "top-two", True, "", True), ("K1", "mean", True, "", True),
     ("K1", "mean", False, "", True), ("K1", "mean", True, "North", True),
     ("K2", "mean", False, "", True), ("K2", "percent:1", False, "", True),
     ("W1", "mean", True, "", True), ("X1", "mean", True, "", False)],
    columns=["item", "measure", "change", "group", "usable"],
)  # fmt: skip
QUESTIONS = {
    "K1": "I feel sure", "K2": "My head is clear", "X1": "how long pupils wait to be seen",
    "W1": "Pupils wait too long to be seen",
}  # fmt: skip
FOUND = FOUND.assign(
    survey="s", question=FOUND["item"].map(QUESTIONS),
    finding=[f"s/{i}/{m}/{c}/{g}" for i, m, c, g in zip(
        FOUND["item"], FOUND["measure"], FOUND["change"], FOUND["group"], strict=True)],
)  # fmt: skip


def suggested(**more):
    return suggest_links(CODES, FOUND, **more)[["code", "finding", "score"]].values.tolist()


def test_what_the_codebook_names_comes_first_changes_and_means_before_shares():
    made = suggested()

    assert made[:2] == [["know", "s/K1/mean/True/", 1.0], ["know", "s/K1/top-two/True/", 1.0]]


def test_wording_that_is_alike_is_suggested_last_and_says_so():
    made = suggest_links(CODES, FOUND)

    last = made.iloc[-1]
    assert (last["code"], last["finding"]) == ("wait", "s/W1/mean/True/")
    assert last["why"] == "the wording of item W1 is like that of this code"
    assert 0.2 <= last["score"] < 0.9
    assert len(made) == 3


def test_what_a_survey_says_its_items_speak_to_is_suggested():
    survey = Survey("s", items=(Item("K2", "My head is clear", speaks_to=("b/talk",)),))

    made = suggest_links(CODES, FOUND, asked=[survey])

    assert made[made["code"] == "talk"].values.tolist() == [
        ["b", "talk", "s/K2/mean/False/", "s says that item K2 speaks to this code", 0.95]
    ]


@pytest.mark.parametrize(
    "links",
    [[Link("b", "know", "s/K1/mean/True/")],
     pd.DataFrame([("b", "know", "s/K1/mean/True/")], columns=["codebook", "code", "finding"])],
)  # fmt: skip
def test_what_is_linked_is_not_suggested_again(links):
    assert suggested(links=links)[0] == ["know", "s/K1/top-two/True/", 1.0]


def test_no_more_are_suggested_than_are_asked_for():
    assert [code for code, *_ in suggested(most=1)] == ["know", "wait"]


def test_without_codes_or_findings_nothing_is_suggested():
    for made in (suggest_links(CODES[:0], FOUND), suggest_links(CODES, FOUND[:0])):
        assert (len(made), tuple(made.columns)) == (0, SUGGESTED_COLUMNS)


def test_a_table_that_is_none_is_refused():
    with pytest.raises(TableError, match=r"findings: it has no column \['measure'\]"):
        suggest_links(CODES, FOUND.drop(columns="measure"))


@pytest.mark.parametrize(
    ("given", "message"),
    [(("b", "know", "f", "up"), "polarity 'up' is not higher-is-better, lower-is-better or empty"),
     (("b", "know", ""), "a link has a codebook, a code and a finding")],
)  # fmt: skip
def test_a_link_that_is_none_is_refused(given, message):
    with pytest.raises(ValueError) as caught:
        Link(*given)

    assert str(caught.value) == message
