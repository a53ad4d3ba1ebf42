"""Typologies: the groups that anyone would make, numbered, with the reason in words."""

from __future__ import annotations

import importlib.util

import pandas as pd
import pytest

from qualkit.compare import typology
from qualkit.errors import MissingExtra, NotEnough, QualkitError
from qualkit.model import Framework, Theme
from tests.compare.material import CODES, coded

NAMES = [f"p{n}" for n in range(8)]
SOURCES = pd.DataFrame({"source": NAMES, "case": [f"Case {n}" for n in range(8)], "words": 10})
# the first five speak well of time and all of staffing, but the last three badly and of nothing else
CODINGS = coded(
    *((name, 0, 5, "time", "Ann", "positive") for name in NAMES[:5]),
    *((name, 0, 5, "time", "Ann", "negative") for name in NAMES[5:]),
    *((name, 10, 15, "staff.in") for name in NAMES[:5]),
)


def group(codings=CODINGS, sources=SOURCES, **options):
    return typology(codings, sources=sources, codes=CODES, **options)


def test_cases_that_are_alike_are_one_group_the_largest_first():
    made = group()

    assert dict(made.groups.itertuples(index=False, name=None)) == {
        f"Case {n}": 1 if n < 5 else 2 for n in range(8)
    }
    assert made.reasons[["group", "size"]].values.tolist() == [[1, 5], [2, 3]]
    assert made.silhouette == 1.0
    assert made.warnings == ()


def test_the_reason_names_what_sets_a_group_apart():
    made = group()

    assert made.reasons["reason"].tolist() == [
        "speaks of Staffing in 5 of 5 cases (elsewhere 0 of 3); positive on Lead-in time"
        " (elsewhere negative)",
        "silent on Staffing in 3 of 3 cases (elsewhere 5 of 5 speak of it); negative on Lead-in"
        " time (elsewhere positive)",
    ]
    assert made.reasons["themes"].tolist() == [["b/staff", "b/time"]] * 2
    assert made.table["reason"].tolist()[0] == made.reasons["reason"][0]


def test_where_every_case_speaks_of_it_sources_are_counted():
    sources = SOURCES.assign(case=["A", "A", "B", "B", "C", "C", "D", "D"])
    codings = coded(*((name, 0, 5, "time") for name in [*NAMES[:5], "p6"]))

    made = group(codings, sources, k=2)

    assert made.reasons["reason"].tolist() == [
        "speaks of Lead-in time in 4 of 4 sources (elsewhere 2 of 4)",
        "speaks less of Lead-in time in 2 of 4 sources (elsewhere 4 of 4)",
    ]


def test_the_number_of_groups_may_be_asked_for():
    assert len(group(k=3).reasons) == 3


def test_the_same_study_gives_the_same_groups():
    pd.testing.assert_frame_equal(group().groups, group().groups)


def test_only_the_themes_of_the_framework_count():
    made = group(framework=Framework("f", "F", (Theme("time", "How long it took"),)))

    assert made.reasons["reason"][0] == "positive on How long it took (elsewhere negative)"


def test_rows_without_a_coding_are_left_out_and_told():
    sources = pd.concat([SOURCES, pd.DataFrame([("q", "Silent", 5)], columns=SOURCES.columns)])

    made = group(sources=sources)

    assert "Silent" not in set(made.groups["row"])
    assert made.warnings == ("rows of 'case' without a coding under these themes, left out: 1",)


def test_few_rows_without_structure_are_told():
    codings = coded(*((name, 0, 5, "time") for name in NAMES[:4]))

    assert group(codings, SOURCES.head(4)).warnings == (
        "only 4 rows: one more could change every group",
        "no clear groups: silhouette 0.00, under 0.25",
    )


@pytest.mark.parametrize("held", [0, 2])
def test_fewer_than_three_rows_are_not_grouped(held):
    codings = coded(*((name, 0, 5, "time") for name in NAMES[:held]))

    with pytest.raises(NotEnough) as refused:
        group(codings)

    assert str(refused.value) == (
        f"groups need at least 3 rows with codings; 'case' has {held}: code more, or group by 'source'"
    )


def test_more_rows_than_can_be_compared_are_refused():
    many = pd.DataFrame({"source": [f"q{n}" for n in range(3_001)], "case": "A", "words": 1})

    with pytest.raises(QualkitError) as refused:
        group(coded(), many, rows="source")

    assert str(refused.value) == (
        "a typology takes at most 3,000 rows; 'source' has 3,001: group by another attribute"
    )


@pytest.mark.parametrize("k", [1, 8])
def test_a_number_of_groups_that_cannot_be_is_refused(k):
    with pytest.raises(ValueError, match=f"k {k} is not from 2 to 7, one less than there are rows"):
        group(k=k)


def test_without_scikit_learn_it_says_what_to_install(monkeypatch):
    monkeypatch.setattr("qualkit.compare._typology.find_spec", lambda _name: None)

    with pytest.raises(MissingExtra) as refused:
        group()

    assert importlib.util.find_spec("sklearn") is not None
    assert (refused.value.library, refused.value.extra) == ("scikit-learn", "nlp")
