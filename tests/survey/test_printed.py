"""Printed cells as numbers, with what their print tells."""

from __future__ import annotations

from decimal import Decimal

import pytest

from qualkit.survey.printed import fold_letters, read_printed


@pytest.mark.parametrize(
    ("text", "value", "decimals", "stars", "spread"),
    [
        ("2.98 (0.09)", "2.98", 2, "", "0.09"),
        ("2.32(0.10)", "2.32", 2, "", "0.10"),
        ("2.32 [0.10]", "2.32", 2, "", "0.10"),
        ("2.32 ± 0.10", "2.32", 2, "", "0.10"),
        ("2.32 (SE = 0.10)**", "2.32", 2, "**", "0.10"),
        ("-3.02***", "-3.02", 2, "***", None),
        ("−3.02 ∗∗∗", "-3.02", 2, "***", None),
        ("– 0.415 ***", "-0.415", 3, "***", None),
        ("+19", "19", 0, "", None),
        ("10.20%", "10.20", 2, "", None),
        ("1,204", "1204", 0, "", None),
        ("1 204 577", "1204577", 0, "", None),
        ("£1,204.50", "1204.50", 2, "", None),
        (".05", "0.05", 2, "", None),
        ("24 (49%)", "24", 0, "", "49"),
        ("(0.09)", "0.09", 2, "", None),
        ("11(FTF)", "11", 0, "", None),
        ("15 (T)", "15", 0, "", None),
        ("3.2¹", "3.2", 1, "", None),
        ("４９", "49", 0, "", None),
        ("nil", "0", 0, "", None),
    ],
)
def test_a_printed_number_keeps_its_decimals_stars_and_brackets(
    text, value, decimals, stars, spread
):
    cell = read_printed(text)

    assert (cell.kind, cell.value, cell.decimals) == ("number", Decimal(value), decimals)
    assert (cell.stars, cell.spread) == (stars, None if spread is None else Decimal(spread))
    assert cell.warnings == ()


@pytest.mark.parametrize(
    ("text", "bound", "value"),
    [("<0.01", "<", "0.01"), ("p < .001", "<", "0.001"), (">=0.10", ">=", "0.10"),
     ("≤ 5", "<=", "5"), ("p = 0.03", "", "0.03"), ("<5", "<", "5")],
)  # fmt: skip
def test_a_bound_is_kept_apart_from_the_number(text, bound, value):
    cell = read_printed(text)

    assert (cell.bound, cell.value) == (bound, Decimal(value))


@pytest.mark.parametrize(
    ("text", "kind"),
    [("", "blank"), ("  ", "blank"), ("-", "dash"), ("–", "dash"), ("no change", "dash"),
     ("n/a", "not-applicable"), ("N/A", "not-applicable"), ("*", "suppressed"), ("[c]", "suppressed"),
     ("..", "suppressed"), ("see note", "text"), ("12/49", "text"), ("9" * 40, "text"),
     ("1e99", "text"), ("\U0001f600", "text"), ("1" * 500, "text")],
)  # fmt: skip
def test_what_is_no_number_says_what_it_is(text, kind):
    assert (read_printed(text).kind, read_printed(text).value) == (kind, None)


@pytest.mark.parametrize(
    ("text", "value", "warning"),
    [("2,98", "2.98", "the comma in '2,98' was read as a decimal point"),
     ("4O", "40", "'4O' was read as '40': letters that look like digits"),
     ("1.О5", "1.05", "'1.О5' was read as '1.05': letters that look like digits")],
)  # fmt: skip
def test_what_is_read_otherwise_than_written_is_told(text, value, warning):
    cell = read_printed(text)

    assert (cell.value, cell.warnings) == (Decimal(value), (warning,))


def test_words_that_look_latin_are_folded_and_real_greek_and_russian_are_not():
    assert fold_letters("Statement Α") == "Statement A"
    assert fold_letters("САРА, ВМА") == "CAPA, BMA"
    assert fold_letters("Школа, Λόγος") == "Школа, Λόγος"
