"""What tables print in ways of their own: left alone where it is a way, found where it is a slip."""

from __future__ import annotations

import pytest

from qualkit.survey.audit import audit_findings
from qualkit.survey.published import parse_published, table_from_rows

KEY = {"*": "0.10", "**": "0.05", "***": "0.01"}
TO_FIVE = {"min": "1", "max": "5", "integer": "true"}


def found(rows, measures, **about):
    table = table_from_rows(rows, {"id": "t", "measures": measures, **about})
    return [
        (one.item, one.measure, one.check, one.grade, one.printed, one.expected)
        for one in audit_findings([table])
    ]


# Tests of one side -------------------------------------------------------------------------

TESTED = {"I": "label", "B": "mean@w1", "A": "mean@w2", "t": "t", "p": "p"}


def of_pairs(*lines, header="IBAtp", **about):
    rows = [list(header), *([f"i{n}", *line] for n, line in enumerate(lines))]
    roles = {label: TESTED[label] for label in header}
    return found(rows, roles, base="30", design="paired", test="paired-t", **about)


def test_one_sided_tests_throughout_are_told_once():
    # df 29: 1.8 has p = 0.0823, one-sided 0.0411; -2.5 has p = 0.0184, of the other side 0.9908
    lines = [
        ("3.0", "3.2", "1.80*", "0.041"),
        ("3.4", "3.1", "-2.50", "0.991"),
        ("3.0", "3.0", "0.00", "0.500"),
    ]

    assert of_pairs(*lines, stars={"*": "0.05"}) == [("", "t", "stars", "caution", "", "")]
    assert of_pairs(*lines, stars={"*": "0.05"}, tails="one") == []


def test_a_lost_star_is_proved_where_no_few_answers_explain_it():
    # -2.9 of 30 has p = 0.007; for one star of two 4 to 18 answers would do, and no mean of so
    # few is 3.03
    few, all_ = ("3.03", "3.47", "-2.90*"), ("3.07", "3.33", "-3.10**")
    key = {"*": "0.05", "**": "0.01"}

    said = of_pairs(few, all_, header="IBAt", stars=key, scale=TO_FIVE)

    assert said == [("i0", "t", "stars", "proved", "-2.90*", "p 0.0070 to 0.0071")]


# Ranks -------------------------------------------------------------------------------------

RANKED = {"I": "label", "T": "total", "R": "rank"}


@pytest.mark.parametrize("ranks", [("1", "2=", "2=", "4"), ("1st", "=2", "=2", "4th")])
def test_shared_ranks_may_be_marked(ranks):
    totals = ("9", "5", "5", "1")
    rows = [["I", "T", "R"], *(["abcd"[n], totals[n], ranks[n]] for n in range(4))]

    assert found(rows, RANKED) == []


def test_a_withheld_total_may_stand_above_any_other():
    rows = [["I", "T", "R"], ["a", "9", "2"], ["b", "[c]", "1"], ["c", "5", "4"], ["d", "7", "3"]]

    assert found(rows, RANKED) == []
    rows[3][2] = "5"
    assert [(one[0], one[3]) for one in found(rows, RANKED)] == [
        ("c", "proved"), ("c", "proved"),
    ]  # off its figure, and off the four items there are  # fmt: skip


def test_a_wrong_total_is_blamed_once_and_no_rank_of_others():
    rows = [["I", "T", "M", "R"], ["a", "57", "2.00", "1"], ["b", "50", "2.00", "1"],
            ["c", "20", "0.80", "3"]]  # fmt: skip
    said = found(rows, {**RANKED, "M": "mean"}, base="25", design="group-consensus")

    assert [(one[0], one[2]) for one in said] == [("a", "mean")]


def test_thousands_of_ranks_are_compared_in_a_moment():
    rows = [
        ["I", "T", "R"],
        *([f"i{n}", str(4000 - n), str(n + 1)] for n in range(4000)),
    ]
    rows[7][2] = "9"

    assert [(one[0], one[5]) for one in found(rows, RANKED)] == [("i6", "7")]


# Totals and counts -------------------------------------------------------------------------


def test_not_applicable_is_nought_where_another_column_shows_it():
    rows = [["I", "A", "B"], ["x", "n/a", "n/a"], ["y", "4", "3"], ["All", "5", "3"]]
    roles = {"I": "label", "A": "count", "B": "count", "All": "total"}

    assert [one[3] for one in found(rows, roles)] == ["under-assumption"]
    both = [[*row, last] for row, last in zip(rows, ("C", "n/a", "2", "2"), strict=True)]
    assert [one[3] for one in found(both, {**roles, "C": "count"})] == ["proved"]


def test_a_wrong_subtotal_is_held_against_its_own_section():
    rows = [["I", "A"], ["a", "20"], ["b", "31"], ["North", "51"], ["c", "7"], ["d", "6"],
            ["South", "31"], ["All", "64"]]  # fmt: skip
    roles = {"I": "label", "A": "count", **dict.fromkeys(("North", "South", "All"), "total")}

    assert found(rows, roles) == [("South", "count", "sum", "proved", "31", "13")]


def test_pupils_of_schools_are_no_answers():
    rows = [["I", "A"], ["a", "120"], ["b", "310"], ["c", "4"]]

    assert found(rows, {"I": "label", "A": "count"}, base="22") == [
        ("", "count", "count", "caution", "22", "")
    ]


def test_a_totals_row_has_a_change_and_a_share_of_its_own():
    rows = [["I", "B", "A", "C"], ["x", "3", "5", "+2"], ["y", "4", "9", "+5"],
            ["All", "7", "14", "-7"]]  # fmt: skip
    roles = {"I": "label", "B": "count@w1", "A": "count@w2", "C": "change", "All": "total"}
    assert found(rows, roles) == [("All", "change", "change", "proved", "-7", "+7")]

    rows = [["I", "n", "k", "%"], ["x", "20", "5", "25"], ["y", "20", "15", "75"],
            ["All", "40", "20", "55"]]  # fmt: skip
    roles = {"I": "label", "n": "n", "k": "count", "%": "percent", "All": "total"}
    assert found(rows, roles) == [("All", "percent", "count-percent", "proved", "55", "50")]
    rows[3][1:] = ["51", "20", "39"]
    assert found(rows, roles) == [("All", "n", "sum", "proved", "51", "20 to 40")]


# Percentages -------------------------------------------------------------------------------

SHARED = {"I": "label", "k": "count", "%": "percent", "Base": "n"}


def shared(*lines, **about):
    rows = [["I", "k", "%"], *([f"i{n}", *line] for n, line in enumerate(lines))]
    if "line" in about:
        rows.append(["Base", about.pop("line"), ""])
    return found(rows, SHARED, **about)


def test_counts_and_percentages_tell_their_base():
    lines = [("9", "5.08"), ("95", "53.67"), ("13", "7.34")]  # of 177

    assert shared(*lines) == []
    assert shared(*lines, base="177") == []
    assert shared(*lines, base="190") == []  # thirteen of them gave no answer
    assert shared(*lines, base="166") == [("", "percent", "base", "contradiction", "166", "177")]
    assert shared(*lines, base="177", line="117")[-1][2:] == (
        "base", "contradiction", "117", "177",
    )  # fmt: skip
    assert shared(*lines, ("30", "19.65")) == [
        ("i3", "percent", "count-percent", "under-assumption", "19.65", "16.95")
    ]


def test_one_misprint_is_no_other_base():
    # of 154: 12, 40, 77, 100 and 6 people; 6 are 3.90 %, printed 0.39
    cells = ("7.79", "25.97", "50.00", "64.94", "0.39")
    rows = [["I", "%"], *([f"i{n}", cell] for n, cell in enumerate(cells))]
    (only,) = found(rows, {"I": "label", "%": "percent"}, base="154")

    assert (only[0], only[2], only[4]) == ("i4", "base", "0.39")


# Distributions -----------------------------------------------------------------------------


def scores(*lines, role="count", more=("mean", "sd", "n"), **about):
    header = ["I", *"12345", *more]
    roles = {"I": "label", **dict.fromkeys("12345", role), **{one: one for one in more}}
    return found([header, *lines], roles, scale=TO_FIVE, **about)


def test_counts_of_each_score_tell_mean_deviation_and_answers():
    # 1 x 1, 2 x 2, 4 x 3, 2 x 4, 1 x 5: ten answers, mean 3, sd 1.155, or 1.095 over n
    right = ["a", "1", "2", "4", "2", "1", "3.00", "1.15", "10"]
    other = ["b", "1", "2", "4", "2", "1", "3.00", "1.10", "10"]
    wrong = ["c", "1", "2", "4", "2", "1", "3.20", "1.51", "9"]

    assert [one[:4] for one in scores(right, other, wrong) if one[3] != "caution"] == [
        ("c", "n", "count", "proved"), ("c", "mean", "mean", "proved"), ("c", "sd", "sd", "proved"),
    ]  # fmt: skip


def test_percentages_of_each_score_tell_the_mean_between_two_ends():
    right = ["a", "10", "20", "40", "20", "10", "3.02"]  # up to 0.03 may be rounding
    wrong = ["b", "10", "20", "40", "20", "10", "3.20"]
    said = scores(right, wrong, role="percent", more=("mean",))

    assert [one[:5] for one in said] == [("b", "mean", "mean", "proved", "3.20")]


def test_a_total_of_a_hundred_per_cent_is_no_sum_of_scores():
    row = ["a", "10", "20", "40", "20", "10", "100", "3.00"]

    assert scores(row, role="percent", more=("total", "mean"), base="50") == []


@pytest.mark.parametrize("years", [("2015", "2016"), ("Year 7", "Year 8"), ("Group 1", "Group 2")])
def test_counts_by_year_are_no_scores(years):
    rows = [["I", *years, "M"], ["a", "3", "9", "4.17"], ["b", "8", "2", "3.20"],
            ["c", "5", "5", "2.90"]]  # fmt: skip
    roles = {"I": "label", **dict.fromkeys(years, "count"), "M": "mean"}

    assert found(rows, roles, scale=TO_FIVE) == []


# Spreads and signs -------------------------------------------------------------------------

PAIRED = {"I": "label", "B": "mean+se@w1", "A": "mean+se@w2", "t": "t", "n": "n"}


def errors(before, after, t, n=None):
    rows = [["I", "B", "A", "t"], ["i", before, after, t]]
    if n:
        rows = [[*row, last] for row, last in zip(rows, ("n", n), strict=True)]
    said = found(rows, {key: PAIRED[key] for key in rows[0]}, base="40", design="paired",
                 test="paired-t")  # fmt: skip
    return [(one[2], one[3]) for one in said if one[2] == "se-bound"]


def test_a_bound_is_proved_only_where_the_waves_may_be_of_other_people():
    # 0.13 over at most 0.36 is 0.36 or more; a few people in one wave only may make it 0.26
    assert errors("3.00 (0.19)", "3.13 (0.16)", "0.26") == [("se-bound", "under-assumption")]
    assert errors("3.00 (0.19)", "3.13 (0.16)", "0.26", "40") == [("se-bound", "proved")]
    assert errors("2.07 (0.09)", "2.54 (0.11)", "0.415") == [("se-bound", "proved")]


def test_deviations_and_answers_bound_a_statistic_too():
    # errors 0.13 and 0.17, together 0.214: t of 0.8 is 3.7; printed 7.3
    rows = [["I", "B", "N", "A", "M", "t"], ["i", "3.00 (0.91)", "49", "3.80 (1.19)", "49", "7.3"]]
    roles = {"I": "label", "B": "mean+sd@w1", "N": "n@w1", "A": "mean+sd@w2", "M": "n@w2", "t": "t"}
    (only,) = found(rows, roles, design="independent", test="t")

    assert only[:5] == ("i", "t", "se-bound", "proved", "7.3")


def test_a_deviation_may_be_divided_by_n():
    # half of 80 yes/no answers: an error of 0.0559 over n, 0.0563 over n - 1
    rows = [["I", "M", "SE"], ["i", "0.50", "0.0559"], ["j", "0.50", "0.0563"]]
    scale = {"min": "0", "max": "1", "integer": "true"}

    assert found(rows, {"I": "label", "M": "mean", "SE": "se"}, base="80", scale=scale) == []


def test_the_sign_of_a_small_difference_of_pairs_is_not_proved_wrong():
    lines = [("3.0", "3.4", "-3.1"), ("2.8", "3.3", "-2.9"), ("3.0", "3.2", "0.4"),
             ("2.7", "3.3", "3.3")]  # fmt: skip
    said = of_pairs(*lines, header="IBAt")

    assert [(one[0], one[3]) for one in said if one[2] == "sign"] == [
        ("i2", "under-assumption"), ("i3", "proved"),
    ]  # fmt: skip


# Reading -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("text", "fault"), [
    ("base: 49.5", "line 2: base '49.5' is not a whole number above 0"),
    ("scale: 1-5", "line 2: scale '1-5' is not a mapping"),
    ("stars: p<0.05", "line 2: stars 'p<0.05' is not a mapping"),
    ("design: pairwise", "line 2: design 'pairwise' is none of paired"),
    ("claims: [x]", "line 2: claim 1 lacks 'about'"),
])  # fmt: skip
def test_a_fault_names_the_line_of_its_key(text, fault):
    from qualkit.errors import BatchError

    body = "measures: {I: label, A: count}\nheader: [I, A]\nrows: [[x, '1']]\n"
    with pytest.raises(BatchError) as caught:
        parse_published(f"id: t\n{text}\n{body}", "t.yaml")

    assert fault in str(caught.value)
