"""Which codings a grid is made of: by stance, by coder, by consensus."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualkit.errors import UnknownName
from qualkit.framework import Choice, select
from tests.framework.material import codings, grid


def kept(rows, **choice):
    return select(codings(*rows), Choice(**choice))["coding"].tolist()


MIXED = [
    ("s1", 0, 5, "care", "A", "positive"),
    ("s1", 10, 15, "care", "B", "negative"),
    ("s1", 20, 25, "care", "B", None),
    ("s2", 0, 5, "trust", "A", "mixed"),
]


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ({}, ["k0", "k1", "k2", "k3"]),
        ({"stances": ("positive",)}, ["k0"]),
        ({"stances": ("mixed", "negative")}, ["k1", "k3"]),
        ({"coders": ("B",)}, ["k1", "k2"]),
        ({"coders": ("A", "B")}, ["k0", "k1", "k2", "k3"]),
        ({"coders": ("B",), "stances": ("negative",)}, ["k1"]),
    ],
)
def test_codings_are_let_through_by_stance_and_coder(choice, expected):
    assert kept(MIXED, **choice) == expected


def two(one, other, code="care"):
    return [("s1", *one, "care", "A"), ("s1", *other, code, "B")]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (two((0, 10), (5, 15)), ["k0", "k1"]),
        (two((0, 10), (9, 15)), ["k0", "k1"]),
        (two((0, 10), (10, 15)), []),
        (two((0, 10), (0, 10), "care.time"), []),
        ([("s1", 0, 10, "care", "A"), ("s1", 0, 10, "care", "A")], []),
        ([*two((0, 10), (5, 15)), ("s1", 40, 50, "care", "A")], ["k0", "k1"]),
        ([("s1", 0, 10, "care", "A"), ("s2", 0, 10, "care", "B")], []),
        ([*two((0, 10), (5, 15)), ("s2", 0, 10, "care", "C")], ["k0", "k1"]),
    ],
    ids=[
        "they overlap", "by one character", "they only touch", "another code",
        "one coder twice", "one stands alone", "two sources", "another source's coder is not asked",
    ],
)  # fmt: skip
def test_two_coders_agree_where_they_mark_some_of_the_same_words_with_one_code(rows, expected):
    assert kept(rows, consensus=True) == expected


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([("A", 0, 10), ("B", 5, 15), ("C", 8, 9)], ["k0", "k1", "k2"]),
        ([("A", 0, 10), ("B", 5, 15), ("C", 90, 95)], []),
        ([("A", 0, 100), ("B", 0, 10), ("C", 90, 100)], []),
        ([("A", 0, 10), ("B", 0, 10), ("C", 0, 4), ("C", 4, 10)], ["k0", "k1", "k2", "k3"]),
    ],
    ids=["all three", "one elsewhere", "two that never meet", "one in two pieces"],
)
def test_all_three_coders_must_have_marked_the_same_words(rows, expected):
    marked = [("s1", start, end, "care", coder) for coder, start, end in rows]

    assert kept(marked, consensus=True) == expected


def test_somebody_who_coded_the_source_with_another_codebook_alone_is_not_asked():
    rows = [*two((0, 10), (0, 10)), ("s1", 0, 10, "links", "C")]

    assert kept(rows, consensus=True) == ["k0", "k1"]


def test_consensus_is_judged_before_stance_and_coder_are():
    rows = [("s1", 0, 10, "care", "A", "positive"), ("s1", 0, 10, "care", "B", "mixed")]

    assert kept(rows, consensus=True, coders=("A",)) == ["k0"]
    assert kept(rows, consensus=True, stances=("mixed",)) == ["k1"]


SPANS = st.tuples(
    st.sampled_from(["s1", "s2"]),
    st.integers(0, 20),
    st.integers(1, 12),
    st.sampled_from(["care", "trust"]),
    st.sampled_from(["A", "B", "C"]),
)


@given(st.lists(SPANS, max_size=14))
def test_consensus_is_what_counting_characters_finds(drawn):
    rows = [(source, start, start + n, code, who) for source, start, n, code, who in drawn]

    expected = []
    for n, (source, start, end, code, _) in enumerate(rows):
        everybody = {row[4] for row in rows if row[0] == source}
        by = [
            {
                row[4]
                for row in rows
                if row[0] == source and row[3] == code and row[1] <= at < row[2]
            }
            for at in range(start, end)
        ]
        if len(everybody) > 1 and everybody in by:
            expected.append(f"k{n}")
    assert kept(rows, consensus=True) == expected


def test_a_grid_of_a_choice_counts_and_says_what_it_left_out():
    made = grid(
        *MIXED, choice=Choice(stances=("positive", "mixed"), coders=("A",), consensus=False)
    )

    assert [len(made.cell("North", n).excerpts) for n in (0, 1)] == [1, 1]
    assert (made.method.codings, made.method.all_codings) == (2, 4)
    assert made.method.chosen == (
        "Only codings with the stance positive or mixed.",
        "Only codings by A.",
    )


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        ({"stances": ("positiv",)}, "no stance is called 'positiv'; did you mean 'positive'"),
        ({"coders": ("C",)}, "no coder is called 'C'"),
    ],
)
def test_a_stance_or_coder_that_is_not_there_is_refused(choice, message):
    with pytest.raises(UnknownName, match=message):
        kept(MIXED, **choice)
