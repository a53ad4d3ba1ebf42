"""Which words of a report are quotations, and what is written around them."""

from __future__ import annotations

import pytest

from qualkit.quotes.finding import find_quotations, split_credits
from tests.quotes.material import found, index_of, paragraphs


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("She said \u201cwe came last\u201d.", ["we came last"]),
        ('She said "we came last" and "went".', ["we came last", "went"]),
        ("\u201eWir kamen\u201c und \u00abnous\u00bb", ["Wir kamen", "nous"]),
        ("She said \u2018we came last\u2019, then left.", ["we came last"]),
        ("She said 'we don't know' then.", ["we don't know"]),
        ("Don't count the schools\u2019 own, nor the \u201990s or '90s.", []),
        ("\u201cShe said \u2018no\u2019 twice\u201d", ["She said \u2018no\u2019 twice"]),
        ("\u201cOne \u201cinner\u201d outer\u201d", ["One \u201cinner\u201d outer"]),
        ("An \u201cunclosed mark. Then \u201cclosed\u201d.", ["closed"]),
        ('A 5" pipe and a 6" one.', []),
        ("\u201c\u2026\u201d", []),
        ('She said "we came last"12 and left.', ["we came last"]),
        ('She said "we came last"\u00b9.', ["we came last"]),
    ],
)
def test_words_in_marks_are_found(text, words):
    assert [one.text for one in found(text)] == words


def test_a_possessive_does_not_end_a_quotation_whose_words_are_known():
    known = index_of(("a", 0, "the schools' staff were great", "A", "participant")).known

    quotations = found("He said \u2018the schools\u2019 staff were great\u2019.", known=known)

    assert [one.text for one in quotations] == ["the schools\u2019 staff were great"]


def test_a_quotation_over_several_paragraphs_is_one():
    (one,) = found("\u201cWe came last.", "\u201cThen we left.\u201d", "(Nurse, Northmoor)")

    assert one.text == "We came last. Then we left."
    assert (one.where, one.first, one.last) == ("paragraph 1", (0, 0), (1, 15))
    assert one.following == "(Nurse, Northmoor)"


def test_an_unclosed_mark_swallows_nothing_and_is_told():
    quotations, notes = find_quotations(
        paragraphs("An \u201copen one", "Then \u201cclosed words\u201d."), lambda _: False
    )

    assert [one.text for one in quotations] == ["closed words"]
    assert notes == ["paragraph 1: a quotation mark (\u201c) is opened and never closed"]


def test_a_paragraph_of_a_quotation_style_is_one_without_its_attribution():
    (one,) = found("We came last. (Nurse, Northmoor)", quote=True)

    assert (one.text, one.after, one.kind) == ("We came last.", " (Nurse, Northmoor)", "block")


def test_an_indented_paragraph_needs_an_attribution():
    assert found("We came last.", indented=True) == []
    assert [one.kind for one in found("We came last. (Nurse)", indented=True)] == ["indented"]


def test_an_indented_paragraph_with_marks_is_prose_around_a_quotation():
    quotations = found("She said \u201cwe came last\u201d (Nurse).", indented=True)

    assert [(one.text, one.kind) for one in quotations] == [("we came last", "marks")]


def test_italics_of_four_words_are_a_quotation():
    text = "They felt we came last again always."

    assert [one.text for one in found(text, italics=((10, 28),))] == ["we came last again"]
    assert found(text, italics=((10, 22),)) == []


def test_the_next_cell_of_a_table_is_no_attribution():
    first, second = paragraphs("\u201cWe came last.\u201d", "(Nurse)")
    quotations, _ = find_quotations(
        [first, type(second)("(Nurse)", "paragraph 2", flow=1)], lambda _: False
    )

    assert quotations[0].following == ""


def test_a_paragraph_of_names_is_no_quotation_whatever_its_style():
    quotations = found(
        "We came last.", "Nurse, Northmoor", names="Nurse, Northmoor".__eq__, quote=True,
        italics=((0, 16),),
    )  # fmt: skip

    assert [(one.text, one.following) for one in quotations] == [
        ("We came last.", "Nurse, Northmoor")
    ]


def test_a_paragraph_of_a_pdf_is_cut_around_the_lines_that_say_who_spoke():
    (one,) = paragraphs("We came\nlast.\nNurse, Northmoor\nThe next.", pages=((0, 4), (8, 5)))

    parts = split_credits([one], "Nurse, Northmoor".__eq__)

    assert [(part.text, part.pages) for part in parts] == [
        ("We came\nlast.", ((0, 4), (8, 5))),
        ("Nurse, Northmoor", ((0, 5),)),
        ("The next.", ((0, 5),)),
    ]


def test_a_paragraph_of_a_pdf_that_space_sets_apart_is_not_cut():
    (one,) = paragraphs("We came\nlast.\nNurse, Northmoor\nThe next.", pages=((0, 4),), placed=True)

    assert split_credits([one], "Nurse, Northmoor".__eq__) == [one]


def test_a_quotation_of_a_pdf_begins_where_the_lines_are_spoken():
    known = index_of(("a", 0, "we came last of all again", "A", "participant")).known
    (one,) = found(
        "The report was short.\nWe came last of all (Nurse)", known=known, pages=((0, 1),)
    )

    assert (one.text, one.first) == ("We came last of all", (0, 22))


def test_right_to_left_marks_and_words_are_read():
    (one,) = found("\u0642\u0627\u0644 \u201c\u0646\u062d\u0646 \u0647\u0646\u0627\u201d.")

    assert one.text == "\u0646\u062d\u0646 \u0647\u0646\u0627"
