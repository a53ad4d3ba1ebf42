"""Findings: every result once, with an id that lasts, and why one cannot be used."""

from __future__ import annotations

import pandas as pd
import pytest

from qualkit.errors import TableError
from qualkit.project import samples
from qualkit.survey.audit import audit
from qualkit.survey.compare import compare
from qualkit.survey.describe import describe
from qualkit.survey.findings import findings
from qualkit.survey.items import Item
from qualkit.survey.published import parse_published, read_published
from tests.survey.material import DOWN, UP, likert, survey, wave

BEFORE, AFTER = wave("1122334411" * 2), wave("2233344411" * 2)


def published(name):
    tables = read_published(samples() / "published" / f"{name}.yaml")
    return findings(tables, audited=audit(tables)).set_index("finding")


def test_a_change_is_a_finding_with_its_base_interval_and_p():
    found = findings(compare(BEFORE, AFTER, survey())).iloc[0]

    assert found["finding"] == "s/K1/mean/before-to-after/all"
    assert found[["value", "base", "unit", "polarity", "origin"]].tolist() == [
        0.5,
        20,
        "",
        UP,
        "computed",
    ]
    assert found["text"] == (
        "K1 'Question K1': the mean rose by 0.50 (2.20 to 2.70; difference, 95 % interval 0.26 to "
        "0.74), 20 matched; paired t: p < 0.001, adjusted (Holm) < 0.001; higher is better."
    )
    assert found["usable"]


def test_a_description_gives_means_shares_and_each_answer():
    made = findings(describe({"w": BEFORE}, survey()))

    assert made["finding"].tolist() == [
        "s/K1/mean/w/all", "s/K1/top-two/w/all", "s/K1/percent:1/w/all", "s/K1/percent:2/w/all",
        "s/K1/percent:3/w/all", "s/K1/percent:4/w/all",
    ]  # fmt: skip
    assert (made["value"][1], made["unit"][1]) == (40.0, "%")
    assert made["usable"].tolist() == [True, True, False, False, False, False]


def test_a_hidden_result_is_not_usable_and_says_why():
    made = findings(describe({"w": wave("1234")}, survey()))

    assert not made["usable"].any()
    assert set(made["why"]) == {"fewer than 10 answers"}
    assert made["value"].isna().all()
    assert made["base"].tolist() == [4] * 6


def test_what_cannot_be_tested_is_still_a_change_and_says_so():
    found = findings(compare(BEFORE, BEFORE, survey())).iloc[0]

    assert (found["value"], found["p_text"], found["usable"]) == (0.0, "", True)
    assert str(found["text"]).endswith("20 matched; nobody's answer changed, every difference is zero; "
                                  "higher is better.")  # fmt: skip


def test_unmatched_waves_are_called_so():
    found = findings(compare(BEFORE, AFTER, survey(likert(polarity=DOWN)), matched=False)).iloc[0]

    assert "20 before and 20 after, not matched; Welch: p = " in found["text"]
    assert str(found["text"]).endswith("lower is better.")
    assert "paired" not in found["text"]


def test_ids_stay_whatever_else_was_asked():
    other = Item("Z", "?", "yes-no", {"0": "No", "1": "Yes"})
    before, after = (held.assign(Z=["1", "0"] * 10) for held in (BEFORE, AFTER))

    few = findings(compare(BEFORE, AFTER, survey()))
    many = findings(compare(before, after, survey(other, likert())))

    assert set(few["finding"]) < set(many["finding"])


def test_groups_have_ids_of_their_own():
    table = BEFORE.assign(area=["North/East"] * 10 + ["South"] * 10)

    made = findings(describe({"w": table}, survey(subgroups=("area",))))

    assert "s/K1/mean/w/area=North%2FEast" in set(made["finding"])


def test_one_result_twice_is_refused():
    made = compare(BEFORE, AFTER, survey())

    with pytest.raises(TableError) as caught:
        findings([made, made])

    assert str(caught.value) == (
        "findings: two have the id 's/K1/mean/before-to-after/all'; is one given twice?"
    )


def test_something_else_is_refused():
    with pytest.raises(TableError, match="a int is no description, comparison or table"):
        findings([3])


def test_nothing_gives_the_columns_alone():
    made = findings([])

    assert made.empty
    assert made["usable"].dtype == bool


def test_a_printed_mean_is_a_finding_and_its_change_has_p_by_its_stars():
    made = published("table-3")

    mean = made.loc["table-3/A/mean/baseline/all"]
    assert mean[["value", "base", "origin"]].tolist() == [2.98, 49, "published"]
    change = made.loc["table-3/A/mean/baseline-to-followup/all"]
    assert change["value"] == pytest.approx(0.22)
    assert (change["p_text"], change["stars"]) == ("<0.01", "***")
    assert pd.isna(change["p"])
    assert change["text"] == (
        "table-3, 'A': change +0.22, p <0.01 (by its stars), base 49, as printed (DFE-RR640, p. 74)."
    )


def test_what_an_audit_proved_wrong_is_not_usable():
    made = published("table-8")

    wrong = made[~made["usable"]]
    assert wrong.index.tolist() == ["table-8/Family intervention/change/baseline-to-followup/all"]
    assert wrong["why"].tolist() == [
        "The change from 47 to 43 is printed as +4; it is -4 give or take 1 for rounding. Likeliest "
        "cause: a lost minus sign (-4 would fit)."
    ]


TABLE = """
id: t
title: A table
design: paired
base: {before: 60, after: 8}
stars: {"*": 0.05}
measures: {Before: percent@before, After: percent@after, Change: change}
header: [Statement, Before, After, Change]
rows:
  - [A, "50", "75", "+25*"]
  - [B, "50", "50", "-"]
  - [C, "<1", "50", ""]
"""


def test_printed_percentages_keep_their_sign_unit_and_smallest_base():
    made = findings(parse_published(TABLE)).set_index("finding")

    change = made.loc["t/A/change/before-to-after/all"]
    assert [change[name] for name in ("value", "unit", "base")] == [25.0, "%", 8]
    assert change["p_text"] == "<0.05"
    assert change["why"] == "the base is 8, fewer than 10"
    assert made.loc["t/B/change/before-to-after/all", "value"] == 0
    assert made.loc["t/C/percent/before/all", "why"] == "only a bound is printed (<1)"
    assert "t/C/change/before-to-after/all" not in made.index


@pytest.mark.parametrize(
    ("cell", "stars", "p_text"),
    [("+9**", "**", "<0.01"), ("+9*", "*", "<0.05"), ("+9", "", ">=0.05"), ("+9†", "", "")],
)
def test_stars_that_the_table_explains_stand_beside_the_level_that_they_print(cell, stars, p_text):
    text = TABLE.replace('{"*": 0.05}', '{"*": 0.05, "**": 0.01}').replace("+25*", cell)

    change = (
        findings(parse_published(text)).set_index("finding").loc["t/A/change/before-to-after/all"]
    )

    assert (change["stars"], change["p_text"]) == (stars, p_text)
