"""Single checks of the audit: what each finds, and the conventions that it leaves alone."""

from __future__ import annotations

import pytest

from qualkit.survey.audit import COLUMNS, audit, audit_findings
from qualkit.survey.audit.yesno import mcnemar_p
from qualkit.survey.published import parse_published, table_from_rows


def table(rows, measures, **about):
    return table_from_rows(rows, {"id": "t", "measures": measures, **about})


def found(rows, measures, **about):
    return [
        (one.item, one.check, one.grade, one.printed, one.expected)
        for one in audit_findings([table(rows, measures, **about)])
    ]


def counts(*cells, total="Total"):
    rows = [["Kind", "n"], *([f"k{n}", cell] for n, cell in enumerate(cells[:-1]))]
    return found([*rows, [total, cells[-1]]], {"Kind": "label", "n": "count", total: "total"})


# Sums --------------------------------------------------------------------------------------


@pytest.mark.parametrize("cells", [
    ("3", "4", "7"), ("n/a", "4", "4"), ("[c]", "4", "9"), ("<5", "4", "7"), ("-", "4", "6"),
    ("10", "15", "20", "5", "55"),  # rounded to 5: 52 may be 50, 55 or 60 in parts
    ("15 (T)", "4 (FTF)", "19"),
])  # fmt: skip
def test_sums_that_may_be_right_are_left_alone(cells):
    assert counts(*cells) == []


@pytest.mark.parametrize(("cells", "expected"), [
    (("3", "4", "8"), "7"), (("n/a", "4", "3"), "4"), (("[c]", "14", "9"), "14 or more"),
    (("<5", "4", "9"), "4 to 8"), (("131", "78", "290"), "209"),
])  # fmt: skip
def test_a_wrong_sum_is_proved(cells, expected):
    assert counts(*cells) == [("Total", "sum", "proved", cells[-1], expected)]


def test_a_slip_that_explains_a_sum_is_named():
    rows = [["Kind", "n"], ["a", "131"], ["b", "87"], ["c", "20"], ["All", "229"]]
    (only,) = audit_findings([table(rows, {"Kind": "label", "n": "count", "All": "total"})])

    assert only.message == (
        "The total is printed as 229; its 3 parts add up to 238. Likeliest cause: two digits "
        "exchanged (78 would fit) in 'b'."
    )


def test_subtotals_grand_totals_and_parts_of_a_line_are_understood():
    rows = [["Kind", "n"], ["a", "2"], ["b", "3"], ["Schools", "5"], ["c", "4"],
            ["of which new", "1"], ["Colleges", "4"], ["All", "9"]]  # fmt: skip
    roles = {
        "Kind": "label",
        "n": "count",
        **dict.fromkeys(("Schools", "Colleges", "All"), "total"),
    }

    assert found(rows, roles) == []


def test_percentages_of_everybody_are_no_sum():
    rows = [["Area", "Agree"], ["North", "70"], ["South", "80"], ["All areas", "75"]]

    assert found(rows, {"Area": "label", "Agree": "percent", "All areas": "total"}) == []


def test_a_total_of_scores_may_weigh_counts():
    rows = [["Indicator", "0", "1", "2", "3", "Total"], ["Roles", "12", "11", "2", "0", "15"]]
    roles = {"Indicator": "label", **dict.fromkeys("0123", "count"), "Total": "total"}

    assert found(rows, roles, design="group-consensus") == []


# Changes -----------------------------------------------------------------------------------

SHARES = {"K": "label", "B": "percent@before", "A": "percent@after", "C": "change"}


def changes(*rows):
    return found([["K", "B", "A", "C"], *([f"k{n}", *row] for n, row in enumerate(rows))], SHARES)


def test_a_unit_of_the_last_digit_is_rounding_and_two_are_not():
    rows = [("57", "76", change) for change in ("+18", "+19", "+20", "+21", "+17")]

    assert changes(*rows) == [
        ("k3", "change", "proved", "+21", "+19"), ("k4", "change", "proved", "+17", "+19"),
    ]  # fmt: skip


def test_a_dash_is_no_change():
    assert changes(("53", "53", "-"), ("53", "54", "-"), ("53", "58", "-")) == [
        ("k2", "change", "proved", "-", "+5")
    ]


@pytest.mark.parametrize(("rows", "told"), [
    ([("50", "60", "-10"), ("40", "45", "-5"), ("70", "50", "20")], "the first wave less the last"),
    ([("50", "40", "10"), ("40", "35", "5"), ("70", "90", "20")], "without their signs"),
    ([("50", "60", "20"), ("40", "60", "50"), ("80", "60", "-25")], "as per cent of the first wave"),
])  # fmt: skip
def test_a_table_with_another_convention_gets_one_caution(rows, told):
    said = [["K", "B", "A", "C"], *([f"k{n}", *row] for n, row in enumerate(rows))]
    (only,) = audit_findings([table(said, SHARES)])

    assert (only.item, only.grade) == ("", "caution")
    assert told in only.message


# Ranks -------------------------------------------------------------------------------------


def ranks(totals, given):
    rows = [
        ["I", "T", "R"],
        *([f"i{n}", *row] for n, row in enumerate(zip(totals, given, strict=True))),
    ]
    return found(rows, {"I": "label", "T": "total", "R": "rank"})


def test_ties_share_the_smaller_rank():
    assert ranks(("15", "17", "3", "8", "8"), ("2", "1", "5", "3", "3")) == []


def test_two_exchanged_ranks_are_both_named():
    assert ranks(("15", "17", "3", "8"), ("1", "2", "4", "3")) == [
        ("i0", "rank", "proved", "1", "2"), ("i1", "rank", "proved", "2", "1"),
    ]  # fmt: skip


@pytest.mark.parametrize("given", [("2", "1", "5", "3", "3", "4"), ("5", "6", "1", "3", "3", "2"),
                                   ("2", "1", "6", "3.5", "3.5", "5")])  # fmt: skip
def test_other_conventions_of_ranking_get_one_caution(given):
    said = ranks(("15", "17", "3", "8", "8", "4"), given)

    assert [(one[0], one[1], one[2]) for one in said] == [("", "rank", "caution")]


# Stars and p -------------------------------------------------------------------------------

KEY = {"*": "0.10", "**": "0.05", "***": "0.01"}


def starred(*cells, n="49", **about):
    rows = [["I", "t"], *([f"i{at}", cell] for at, cell in enumerate(cells))]
    return found(rows, {"I": "label", "t": "t"}, base=n, design="paired", test="paired-t",
                 stars=KEY, **about)  # fmt: skip


def test_stars_are_held_to_both_sides_of_a_test():
    # df 48: 1.677 one-sided and 2.011 two-sided at 5 %; 2.407 and 2.682 at 1 %
    assert starred("-3.02***", "-2.38**", "1.22", "2.5***", "0.415***", "2.9") == [
        ("i3", "stars", "under-assumption", "2.5***", "p 0.0140 to 0.0180 (two-sided)"),
        ("i4", "stars", "proved", "0.415***", "p 0.6796 to 0.6804"),
        ("i5", "stars", "under-assumption", "2.9", "p 0.0049 to 0.0064"),
    ]


def test_a_table_that_says_it_tests_one_side_is_held_to_one():
    # df 48: 1.8 has a one-sided p of 0.039, a two-sided one of 0.078
    assert starred("2.5***", "1.8**", tails="one") == []
    assert starred("2.5***", "1.8*", tails="one") == [
        ("i1", "stars", "under-assumption", "1.8*", "p 0.0352 to 0.0433 (one-sided)")
    ]


def test_a_rounded_t_is_no_wrong_p():
    # t(15) = 3.454 has p = 0.0035; printed as 3.5 and 0.004 (statcheck takes the range of 3.45 to
    # 3.55, p = 0.0029 to 0.0036).
    rows = [["I", "t", "p"], ["a", "3.5", "0.004"], ["b", "3.5", "0.04"], ["c", "3.5", "0.0018"]]
    about = {"base": "16", "design": "paired", "test": "paired-t"}
    said = found(rows, {"I": "label", "t": "t", "p": "p"}, **about)

    assert [(one[0], one[2]) for one in said] == [
        ("b", "under-assumption"),
        ("c", "under-assumption"),
    ]


# Spreads -----------------------------------------------------------------------------------


def test_binary_answers_have_one_standard_deviation():
    # Heathers and Brown (2019), DEBIT: a mean of 0.35 and an sd of 0.18 of 20 yes/no answers are
    # impossible; 0.35 gives sqrt(0.35 x 0.65 x 20 / 19) = 0.49.
    rows = [["I", "M", "SD"], ["a", "0.35", "0.18"], ["b", "0.35", "0.49"]]
    said = found(rows, {"I": "label", "M": "mean", "SD": "sd"}, base="20",
                 scale={"min": "0", "max": "1", "integer": "true"})  # fmt: skip

    assert [(one[0], one[1], one[2]) for one in said] == [("a", "sd-scale", "proved")]


def test_a_standard_error_is_the_deviation_over_the_root():
    rows = [["I", "SD", "SE", "n"], ["a", "1.20", "0.12", "100"], ["b", "1.20", "0.21", "100"]]

    assert found(rows, {"I": "label", "SD": "sd", "SE": "se", "n": "n"}) == [
        ("b", "se-sd", "proved", "0.21", "0.1195 to 0.1205")
    ]


# McNemar -----------------------------------------------------------------------------------


def test_mcnemars_p_lies_between_few_and_many_changes():
    # 10 of 20 before, 20 of 20 after: ten gained and none lost, exact p = 2 / 2 ** 10 = 0.00195
    low, high = mcnemar_p(10, 20, 20)

    assert low < 2 / 2**10 < high
    assert mcnemar_p(10, 10, 20)[1] == 1.0


# Bases -------------------------------------------------------------------------------------


def test_weighted_percentages_are_not_held_to_people():
    rows = [["K", "A"], *([f"k{n}", cell] for n, cell in enumerate(("12.3", "45.7", "20.1")))]
    roles = {"K": "label", "A": "percent"}

    assert [one[2] for one in found(rows, roles, base="49")] == ["under-assumption"]
    assert found(rows, roles, base="49", weighted="true") == []


def test_bases_of_several_tables_are_held_against_each_other():
    text = "---\n".join(
        f"id: {name}\npopulation: leads\nsource: R1, p. {base}\nbase: {base}\ndesign: {design}\n"
        "measures: {I: label, B: percent@before, A: percent@after}\n"
        'header: [I, B, A]\nrows: [[x, "0", "100"]]\n'
        for name, base, design in (("a", 49, "paired"), ("b", 40, "independent"),
                                   ("c", 45, "paired"), ("d", 41, "independent"))
    )  # fmt: skip
    said = [(one.table, one.measure, one.grade, one.printed, one.expected)
            for one in audit_findings(parse_published(text))]  # fmt: skip

    assert said[:6] == [
        ("a", "base@before", "contradiction", "49", "40"), ("c", "base@before", "caution", "45", "49"),
        ("a", "base@before", "contradiction", "49", "41"),
        ("c", "base@before", "contradiction", "45", "40"),
        ("d", "base@before", "under-assumption", "41", "40"),
        ("c", "base@before", "contradiction", "45", "41"),
    ]  # fmt: skip


def test_results_of_very_few_people_get_a_caution():
    rows = [["I", "M", "n"], ["a", "3.00 (0.50)", "2"], ["b", "3.10 (0.10)", "40"]]
    said = found(rows, {"I": "label", "M": "mean+se", "n": "n"})

    assert said == [("a", "small-base", "caution", "2", "")]


# Claims ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("item", "measure", "stated", "grades"), [
    ("k0", "percent@before", "54", []), ("k0", "percent@before", "53", ["contradiction"]),
    ("k0", "change", "max", ["contradiction"]), ("k1", "change", "max", []),
    ("k1", "change", "+19", []), ("k0", "change", "min", []), ("k9", "change", "+1", ["caution"]),
    ("k0", "mean", "3", ["caution"]), ("k0", "percent@before", ">50", []),
    ("k0", "percent@before", "<50", ["contradiction"]), ("", "base", "177", []),
    ("", "base", "166", ["contradiction"]), ("k0", "p", "<0.01", ["caution"]),
])  # fmt: skip
def test_a_claim_is_held_to_what_rounding_leaves(item, measure, stated, grades):
    rows = [
        ["K", "B", "A", "C"],
        ["k0", "53.67", "57.06", "+3.39"],
        ["k1", "20.34", "39.55", "+19.21"],
    ]
    claim = {"text": "So it is", "about": {"item": item, "measure": measure, "is": stated}}
    said = found(rows, SHARES, base="177", claims=[claim])

    assert [one[2] for one in said] == grades


# The whole ---------------------------------------------------------------------------------


def test_the_findings_are_a_table_with_the_columns_of_the_format():
    frame = audit([])

    assert list(frame.columns) == list(COLUMNS)
    assert len(frame) == 0


@pytest.mark.parametrize("cell", ["1e99", "∞", "-0", "0", "<0", "9" * 30, "*", "NaN", "\U0001f600"])
@pytest.mark.parametrize(
    "role", ["count", "percent", "mean+se", "t", "p", "rank", "n", "sd", "total"]
)
def test_hostile_cells_end_nothing(cell, role):
    measures = {"I": "label", "A": f"{role}@a", "B": f"{role}@b", "C": "change", "T": "t"}
    rows = [
        ["I", "A", "B", "C", "T"],
        ["x", cell, "1 (0)", cell, cell],
        ["y", "0 (0)", cell, "0", "0"],
    ]

    found(rows, measures, base="9", design="paired", test="paired-t", stars=KEY,
          scale={"min": "0", "max": "3", "integer": "true"})  # fmt: skip
