"""Suppression: what is small is hidden, and does not follow from what is shown."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualkit.survey.suppress import CELL_WHY, Rules, hidden_cells, hidden_groups

RULES = Rules()


def test_a_small_group_takes_the_next_smallest_with_it_and_says_why():
    assert hidden_groups([40, 12, 7, 25], RULES, ["N", "S", "E", "W"]) == {
        2: "fewer than 10 answers",
        1: "the total would give away E, which has fewer than 10 answers",
    }


@pytest.mark.parametrize(
    ("bases", "hidden"),
    [
        ([40, 30], set()),
        ([40, 30, 0], set()),  # nobody is nobody's secret
        ([40, 3, 4], {0, 1, 2}),  # 7 people together are still few
        ([40, 6, 5], {1, 2}),  # 11 together are not
        ([4, 3], {0, 1}),  # and the total is hidden too
        ([9], {0}),
        ([10], set()),
    ],
)
def test_groups_are_hidden_until_together_they_are_not_few(bases, hidden):
    assert set(hidden_groups(bases, RULES)) == hidden


def test_a_group_hidden_for_a_small_count_is_covered_too():
    assert hidden_groups([40, 30, 50], RULES, ["N", "S", "E"], also=[2]) == {
        2: CELL_WHY,
        1: "the total would give away E, which has a count of a few people",
    }


@pytest.mark.parametrize(
    ("row", "hidden"),
    [
        ([10, 57, 73, 15], []),
        ([3, 20, 30, 12], [0, 3]),
        ([1, 0, 0, 49], [0, 3]),  # a nought is shown, and the only other count hidden
        ([4, 4, 30, 30], [0, 1]),
        ([1, 1, 30, 20], [0, 1, 3]),  # together they would be two people
        ([12, 0, 0, 0], []),
    ],
)
def test_a_count_of_a_row_is_hidden_with_the_smallest_other(row, hidden):
    assert sorted(column for _, column in hidden_cells([row], RULES)) == hidden


def test_a_count_that_the_total_of_its_column_gives_away_takes_another_group_with_it():
    rows = [[60, 40, 25], [3, 10, 12], [20, 9, 8], [37, 21, 5]]

    assert sorted(hidden_cells(rows, RULES, held=[])) == [(1, 0), (1, 1), (2, 0), (2, 1)]


def test_the_shown_sum_of_two_answers_keeps_their_hidden_counts_in_pairs():
    row, parts = [[3, 20, 6, 30]], [[[2, 3], [0, 1]]]

    assert sorted(hidden_cells(row, RULES, parts=parts)) == [(0, 0), (0, 1)]
    assert sorted(hidden_cells(row, RULES)) == [(0, 0), (0, 2)]


def test_rules_of_nought_hide_nothing():
    assert not Rules(base=0, cell=0).hides
    assert hidden_groups([1, 2, 3], Rules(base=0, cell=0)) == {}
    assert hidden_cells([[1, 2, 3]], Rules(base=0, cell=0)) == set()


def test_a_negative_rule_is_refused():
    with pytest.raises(ValueError, match=r"^cell -1 is negative; 0 hides nothing$"):
        Rules(cell=-1)


def test_the_rules_in_words():
    assert Rules(base=30, cell=0).sentence() == (
        "Results on fewer than 30 answers are hidden, with further ones where a total would give "
        "them away. Bases are always shown, with how many did not know or did not answer."
    )


@st.composite
def tables(draw):
    """Groups of at least ten people over a few answers, many of them counts of a few."""
    columns = draw(st.integers(2, 5))
    count = st.one_of(st.integers(0, 6), st.integers(0, 60))
    rows = draw(
        st.lists(st.lists(count, min_size=columns, max_size=columns), min_size=1, max_size=6)
    )
    rows = [[*row[:-1], row[-1] + 10] for row in rows]
    return [[sum(column) for column in zip(*rows, strict=True)], *rows]


@given(tables())
def test_no_small_count_is_shown_and_no_hidden_one_follows_from_the_rest(rows):
    held = hidden_cells(rows[:1], RULES)
    hidden = sorted(hidden_cells(rows, RULES, held=held))

    small = {(r, c) for r, row in enumerate(rows) for c, n in enumerate(row) if 0 < n < 5}
    assert small <= set(hidden)
    assert not given_away(rows, hidden)


def given_away(rows, hidden):
    """Hidden cells that rows' and columns' sums determine: those that no solution may change."""
    place = {cell: n for n, cell in enumerate(hidden)}
    columns = range(len(rows[0]))
    signs = {r: -1.0 if r == 0 else 1.0 for r in range(len(rows))}
    equations = [{place[r, c]: 1.0 for c in columns if (r, c) in place} for r in range(len(rows))]
    equations += [{place[r, c]: signs[r] for r in signs if (r, c) in place} for c in columns]
    matrix = np.zeros((len(equations), max(len(hidden), 1)))
    for n, equation in enumerate(equations):
        for at, sign in equation.items():
            matrix[n, at] = sign
    _, sizes, vectors = np.linalg.svd(matrix)
    free = vectors[int((sizes > 1e-9).sum()) :]
    return [cell for cell, n in place.items() if np.abs(free[:, n]).max(initial=0.0) < 1e-9]
