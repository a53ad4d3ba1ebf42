"""What nobody asks, what nobody says, who is missing, and where groups differ."""

from __future__ import annotations

import pandas as pd
import pytest

from qualkit.errors import UnknownName
from qualkit.survey.items import Item, Survey
from qualkit.triangulate import (
    assess,
    items_not_touched,
    said_by_group,
    themes_not_asked,
    where_they_differ,
    who_is_missing,
)
from qualkit.triangulate.coverage_tables import missing_table


def test_themes_that_no_item_asks_are_told_with_the_interviews_that_speak_of_them(assessed):
    assert themes_not_asked(assessed).values.tolist() == [["b", "rooms", "Rooms", 1]]


def test_an_item_that_says_what_it_speaks_to_asks_about_that_theme(assessed):
    item = Item("T1", "We trust them", "ordinal", {"1": "No", "2": "Yes"}, speaks_to=("rooms",))

    found = themes_not_asked(assessed, asked=[Survey("s", items=(item,))])

    assert found.empty


def test_items_are_untouched_where_no_interview_was_coded_on_what_they_are_about(study):
    made = items_not_touched(assess(**study))
    study["links"] = study["links"].iloc[:1]
    other = items_not_touched(assess(**study))

    assert made.values.tolist() == [
        ["s", "T1", "We trust them", "computed", ("Trust",), "no interview was coded on them"]
    ]
    assert other["why"].tolist() == ["no code is about it"]


def test_missing_areas_and_types_are_named(assessed):
    found = who_is_missing(assessed).set_index("code")

    assert list(found.loc["time", ["interviews", "of", "missing_areas", "missing_types"]]) == [
        4, 5, (), (),
    ]  # fmt: skip
    assert list(found.loc["rooms", ["areas", "of_areas", "missing_areas", "missing_types"]]) == [
        1, 2, ("South",), ("Nurse",),
    ]  # fmt: skip


def test_who_is_missing_was_silent_or_not_asked(study):
    """Nurses are asked of rooms and say nothing; nobody in the South is asked of trust."""
    made = assess(**study)
    rows = [("b", "rooms", "", ""), ("b", "trust", "case", "North")]
    guide = pd.DataFrame(rows, columns=["codebook", "code", "attribute", "value"])

    told = missing_table(made, guide=guide)
    untold = missing_table(made)

    columns = ["Theme", "Areas missing", "Types missing"]
    assert told.table[columns].values.tolist()[1:] == [
        ["Trust", "North (silent)\nSouth (not asked)", "Head (silent)\nNurse (not asked)"],
        ["Rooms", "South (silent)", "Nurse (silent)"],
    ]
    assert untold.table["Areas missing"].tolist()[1:] == ["North\nSouth", "South"]
    assert untold.notes[0].startswith("The study has no topic guide")


def test_groups_are_counted_in_interviews_and_a_second_coding_of_one_changes_nothing(study):
    once = said_by_group(assess(**study), "stakeholder_type")
    again = study["codings"].iloc[[0]].assign(coding="again", start=900, end=960)
    study["codings"] = pd.concat([study["codings"], again], ignore_index=True)
    twice = said_by_group(assess(**study), "stakeholder_type")

    columns = ["value", "base", "coded", "improved", "worsened", "no_view", "state"]
    assert once[once["code"] == "time"][columns].values.tolist() == [
        ["Head", 3, 3, 3, 0, 0, "+"], ["Nurse", 2, 1, 0, 1, 0, "thin"],
        ["(all)", 5, 4, 3, 1, 0, "+"],
    ]  # fmt: skip
    assert once.equals(twice)
    with pytest.raises(UnknownName):
        said_by_group(assess(**study), "colour")


def test_phases_stand_in_the_order_of_their_dates(study):
    study["sources"]["date"] = ["2025-01-10", *["2025-06-01"] * 5]

    found = said_by_group(assess(**study), "phase")

    assert found["value"].tolist()[:3] == ["before", "after", "(all)"]


def test_small_counts_are_withheld_with_what_would_give_them_away(assessed):
    found = said_by_group(assessed, "stakeholder_type", smallest=3)

    own = found[found["code"] == "time"].set_index("value")
    assert own["base"].tolist() == [3, 2, 5]
    assert own["suppressed"].tolist() == [False, True, True]
    assert own["state"].tolist() == ["+", "", ""]
    assert own["worsened"].isna().tolist() == [False, True, True]  # a nurse, not in all either
    assert own["coded"].isna().tolist() == [False, True, True]


def test_groups_that_say_the_opposite_stand_first(study):
    rows = [
        (code, value, state, *counts)
        for code, value, state, counts in (
            ("time", "Head", "+", (3, 0, 0, 1)), ("time", "Nurse", "0", (0, 0, 3, 0)),
            ("trust", "Head", "+", (4, 0, 0, 0)), ("trust", "Nurse", "-", (0, 3, 0, 0)),
            ("trust", "Parent", "thin", (0, 1, 0, 0)), ("rooms", "Head", "+", (3, 0, 0, 0)),
        )
    ]  # fmt: skip
    columns = ["code", "value", "state", "improved", "worsened", "unchanged", "mixed"]
    groups = pd.DataFrame(rows, columns=columns).assign(codebook="b", name="N")

    found = where_they_differ(groups)

    assert found[["code", "opposite", "told"]].values.tolist() == [
        ["trust", True, "Head: improved (4 of 4); Nurse: worsened (3 of 3)"],
        ["time", False, "Head: improved (3 of 4); Nurse: did not change (3 of 3)"],
    ]
