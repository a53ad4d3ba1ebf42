"""The nine tables of the sample report: what arithmetic proves wrong in them, worked by hand.

Each finding that is expected stands with its arithmetic; nothing else may be called wrong.
"""

from __future__ import annotations

import pytest

from qualkit.project import samples
from qualkit.survey.audit import audit_findings
from qualkit.survey.published import read_published

FOLDER = samples() / "published"


def found(*names):
    tables = [table for name in names for table in read_published(FOLDER / f"{name}.yaml")]
    return audit_findings(tables)


def short(findings):
    return sorted((one.item, one.measure, one.check, one.grade) for one in findings)


@pytest.mark.parametrize("name", ["table-1"])
def test_a_table_that_adds_up_has_no_findings(name):
    # 131 + 78 + 20 + 12 + 7 + 4 + 3 = 255
    assert found(name) == []


def test_table_3_has_a_lost_sign_and_a_slipped_point():
    # E: rises from 2.96 to 3.25 and has +2.83; A to D rise and have negative statistics.
    # F: the difference is 0.46 to 0.48, so that 0.415 needs an error of the difference of 1.11 or
    #    more; the standard errors allow 0.085 + 0.095 ... at most 0.095 + 0.115 = 0.21, so that
    #    |t| >= 0.46 / 0.21 = 2.19. And |t| = 0.415 with 48 degrees of freedom has p = 0.68, never
    #    ***. -4.15 fits both: 0.47 / 4.15 = 0.113.
    # GRIM at 49: 3.19 x 49 = 156.3 (156 -> 3.18, 157 -> 3.20), 3.25 x 49 = 159.25 (3.24, 3.27),
    #    2.07 x 49 = 101.4 (2.06, 2.08), 2.54 x 49 = 124.5 (2.53, 2.55); 48 answers make C and E
    #    possible in both waves, 46 answers F, so that it hangs on the base.
    assert short(found("table-3")) == [
        ("C", "mean@followup", "grim", "under-assumption"),
        ("E", "mean@followup", "grim", "under-assumption"),
        ("E", "t", "sign", "proved"),
        ("F", "mean@baseline", "grim", "under-assumption"),
        ("F", "mean@followup", "grim", "under-assumption"),
        ("F", "t", "se-bound", "proved"),
        ("F", "t", "stars", "proved"),
    ]


def test_the_slipped_point_and_the_lost_sign_are_named():
    told = {(one.item, one.check): one for one in found("table-3")}

    assert told["E", "sign"].expected == "-2.83"
    assert told["F", "se-bound"].message == (
        "The difference of 0.47 with standard errors of 0.09 and 0.11 allows a t of 2.19 to 48; "
        "-0.415*** would need an error of the difference of 1.107 to 1.158, and possible is 0.01 "
        "to 0.21. Likeliest cause: a slipped decimal point (-4.15 would fit)."
    )
    assert told["F", "stars"].message.endswith("a slipped decimal point (-4.15 would fit).")
    assert told["F", "grim"].message.endswith("if fewer answered this item: 28, 41 or 46.")


def test_table_4_is_of_fewer_answers_than_its_base():
    # A mean of 2.78 on a scale of 1 to 4: the variance is at most (2.785 - 1)(4 - 2.785) = 2.169,
    # the standard error of 49 answers at most sqrt(2.17 / 48) = 0.213; 0.395 needs
    # n - 1 <= 2.17 / 0.156 = 13.9. Of up to 14, only 9 give both means: 25/9 and 28/9.
    # t: 0.33 / 0.89 = 0.371, between 0.40 - 0.11 = 0.29 and 0.51, so that 0.40 is no misprint.
    # GRIM: none of 3.46, 3.58, 2.32, 2.93, 3.11 is a whole number over 49; 2.78 is 136 / 49.
    camhs, inside, other = "NHS CAMHS", "Specialist mental health support in school", (
        "Other local mental health services"
    )  # fmt: skip

    assert short(found("table-4")) == [
        (camhs, "mean@baseline", "grim", "under-assumption"),
        (camhs, "mean@followup", "grim", "under-assumption"),
        (other, "mean@followup", "grim", "under-assumption"),
        (other, "se@baseline", "se-scale", "under-assumption"),
        (inside, "mean@baseline", "grim", "under-assumption"),
        (inside, "mean@followup", "grim", "under-assumption"),
    ]
    error = next(one for one in found("table-4") if one.check == "se-scale")
    assert error.message.endswith(
        "It would take 14 answers or fewer. Of these, the printed means allow 9."
    )


def test_table_6_has_four_means_that_no_number_of_areas_up_to_the_base_gives():
    # Phase 2, 25 areas: 37/25 = 1.48, printed 1.4; 23/25 = 0.92, printed 0.8 (and 0.9 for the same
    # total of indicator 5); 24/25 = 0.96, printed 0.9; 22/25 = 0.88, printed 0.8. Fewer answers
    # make each mean larger still. Phase 1, both rows of ranks, changes and their ranks are right.
    # The claim: indicator 1 changed by 16, indicators 2 and 3 by 20.
    assert short(found("table-6")) == [
        ("1", "change", "claim", "contradiction"),
        ("2", "mean@phase2", "mean", "proved"),
        ("3", "mean@phase2", "mean", "proved"),
        ("6", "mean@phase2", "mean", "proved"),
        ("7", "mean@phase2", "mean", "proved"),
    ]


def test_table_6_says_which_base_would_fit():
    # 31/26 = 1.19, 37/26 = 1.42, 17/26 = 0.65, 23/26 = 0.88, 24/26 = 0.92, 22/26 = 0.85: all as
    # printed but for indicator 3.
    third = next(one for one in found("table-6") if one.item == "3")

    assert third.message == (
        "A total of 23 over 25 is 0.92; the mean is printed as 0.8. It would take 28 to 30 answers, "
        "more than there are. '5' has the same total and a mean of 0.9. A base of 26 would fit 6 of "
        "the 7 means of this wave."
    )


def test_table_7_has_a_statistic_that_is_starred_by_a_one_sided_test():
    # E: t = 2.45 to 2.55 with 48 degrees of freedom: two-sided p = 0.014 to 0.018, so ** at best;
    #    one-sided 0.007 to 0.009, ***. The report sets up a one-sided null.
    # B: 3.36 x 49 = 164.64 (164 -> 3.35, 165 -> 3.37); 47 answers fit both waves.
    # A, B: 1.22 has p = 0.23, one-sided 0.11: no star either way.
    assert short(found("table-7")) == [
        ("B", "mean@baseline", "grim", "under-assumption"),
        ("E", "t", "stars", "under-assumption"),
    ]


def test_table_8_has_a_rise_that_is_a_fall():
    # 47 to 43 is -4, printed +4. The other 14 changes, 30 shares of 49 and 5 claims are right.
    (only,) = found("table-8")

    assert (only.item, only.check, only.grade) == ("Family intervention", "change", "proved")
    assert only.message == (
        "The change from 47 to 43 is printed as +4; it is -4 give or take 1 for rounding. "
        "Likeliest cause: a lost minus sign (-4 would fit)."
    )


def test_table_10_reached_more_people_than_the_text_says():
    # 12, 46 (15 + 31), 61 and 20 are the sums of their columns; together they are 139. The text's
    # 124 is 139 less the 15 telephone interviews that it says are in it.
    (only,) = found("table-10")

    assert (only.item, only.check, only.grade) == ("Total respondents", "claim", "contradiction")
    assert (only.printed, only.expected) == ("124", "139")
    assert only.message.endswith(
        "Likeliest cause: the text leaves out 'Autumn 2015 exploratory interviews' (15)."
    )


@pytest.mark.parametrize(("name", "parts"), [("table-11", 22), ("table-12", 7)])
def test_tables_11_and_12_are_of_177_schools_at_baseline(name, parts):
    # 1/177 = 0.565 %, so 2.26 = 4/177, 5.08 = 9/177, 53.67 = 95/177; of 166, 5.08 % are 8.4.
    # The counts add up to 177; at follow-up all are shares of 49 and add up to 49.
    (only,) = found(name)

    assert (only.item, only.measure, only.check) == ("", "percent@baseline", "base")
    assert (only.grade, only.printed, only.expected) == ("contradiction", "166", "177")
    assert only.message.startswith(f"All {parts} percentages are shares of 177 people")


def test_the_whole_report_adds_one_caution_about_areas():
    # 25 pilot areas in table 6, 22 listed in table 11. Bases of 49 matched and 166 in all agree.
    names = [path.stem for path in sorted(FOLDER.glob("*.yaml"))]
    apart = [one for name in names for one in found(name)]

    more = [one for one in found(*names) if one not in apart]
    assert [(one.table, one.check, one.grade, one.printed, one.expected) for one in more] == [
        ("table-6", "bases", "caution", "25", "22")
    ]
