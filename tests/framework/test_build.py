"""The grid: which coding stands in which cell, and how it is shown."""

from __future__ import annotations

from itertools import pairwise

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qualkit.errors import TableError
from qualkit.framework import Choice, attribution, build_grid, code_table, members_of, select
from tests.framework.material import TEXT, codes, codings, grid, sources


def test_overlapping_passages_stand_once_with_all_who_marked_them():
    made = grid(
        ("s1", 0, 10, "care", "A", "positive"),
        ("s1", 5, 20, "care.time", "B", "mixed"),
        ("s1", 20, 25, "care", "A"),
        ("s2", 0, 10, "care", "A"),
    )

    excerpts = made.cell("North", 0).excerpts
    assert [(e.source, e.start, e.end, e.text == TEXT[e.start : e.end]) for e in excerpts] == [
        ("s1", 0, 20, True),
        ("s1", 20, 25, True),
        ("s2", 0, 10, True),
    ]
    assert (excerpts[0].coders, excerpts[0].codes, excerpts[0].stances) == (
        ("A", "B"),
        ("Care", "Time"),
        (("positive", "A"), ("mixed", "B")),
    )


def test_an_excerpt_over_several_turns_is_printed_without_the_names_between_them():
    turns = pd.DataFrame(
        [("s1", 0, 10, "interviewer"), ("s1", 15, 30, "participant")],
        columns=["source", "start", "end", "role"],
    )

    both, asked, name = (
        grid(("s1", *span, "care", "A"), turns=turns).cell("North", 0).excerpts[0]
        for span in ((5, 20), (2, 8), (11, 14))
    )

    assert both.words == f"[Interviewer: {TEXT[5:10]}] [...] {TEXT[15:20]}"
    assert both.attribution == "s1, North, line 3"
    assert name.words == "[...]"
    assert (asked.words, asked.attribution) == (TEXT[2:8], "Interviewer, North, line 3")


def test_ratings_are_shown_with_their_code():
    assert grid(("s1", 0, 5, "trust", "A", None, 2)).cell("North", 1).excerpts[0].ratings == (
        ("Trust", 2),
    )


def test_a_limit_takes_one_excerpt_of_each_source_first():
    rows = [("s1", n, n + 1, "care", "A") for n in (0, 10, 20)] + [("s2", 0, 1, "care", "A")]

    cell = grid(*rows, limit=2).cell("North", 0)

    assert [(e.source, e.start) for e in cell.excerpts] == [("s1", 0), ("s2", 0)]
    assert cell.left_out == 2


def test_the_method_counts_what_is_in_the_grid():
    method = grid(("s1", 0, 5, "care", "A"), ("s2", 0, 5, "links", "B")).method

    assert (method.sources, method.cases, method.codings, method.all_codings) == (3, 2, 2, 2)
    assert (method.codebooks, method.coders) == (("b", "m"), ("A", "B"))
    assert (method.first, method.last, method.chosen) == ("2026-03-01", "2026-03-01", ())


CODES = ["care", "care.time", "care.time.wait", "trust", "links"]
MARKS = st.lists(
    st.tuples(
        st.sampled_from(["s1", "s2", "s3"]),
        st.integers(0, 150),
        st.integers(1, 40),
        st.sampled_from(CODES),
        st.sampled_from(["A", "B"]),
        st.sampled_from([None, "positive", "mixed"]),
    ),
    max_size=25,
)
CHOICES = st.builds(
    Choice,
    stances=st.sampled_from([(), ("positive",), ("positive", "mixed")]),
    consensus=st.booleans(),
)
ROWS = st.sampled_from(["case", "source", "role"])
BANDS = st.lists(st.sampled_from(["region", "phase"]), unique=True, max_size=2)
VALUES = st.lists(st.sampled_from(["one", "two", ""]), min_size=3, max_size=3)
OPENED = st.sampled_from([(), ("all",), ("care",), ("care", "links")])


@settings(max_examples=40)  # each builds a grid
@given(MARKS, CHOICES, ROWS, BANDS, st.tuples(VALUES, VALUES, VALUES), OPENED)
def test_every_chosen_coding_stands_in_one_excerpt_of_just_the_cells_it_should(
    drawn, choice, rows, bands, values, opened
):
    marked = [(s, start, start + n, code, *rest) for s, start, n, code, *rest in drawn]
    given = sources(role=values[0], region=values[1], phase=values[2])

    made = grid(*marked, sources=given, rows=rows, bands=bands, opened=opened, choice=choice)

    chosen = set(select(codings(*marked), choice)["coding"])
    records = given.to_dict("records")
    row_of = {record["source"]: [record[name] for name in (*bands, rows)] for record in records}
    expected = []
    for n, (source, _, _, code, *_) in enumerate(marked):
        book = "m" if code == "links" else "b"
        for at, column in enumerate(made.columns):
            held = members_of(codes(), column.codebook, column.code)
            inside = {(column.codebook, column.code)} if column.own else held
            if f"k{n}" in chosen and (book, code) in inside:
                where = tuple(part or "(not given)" for part in row_of[source])
                expected.append((f"k{n}", where, at))
    places = {row.key: (*row.bands, row.name) for row in made.rows}
    placed = [
        (coding, places[row], column)
        for (row, column), cell in made.cells.items()
        for excerpt in cell.excerpts
        for coding in excerpt.codings
    ]
    assert sorted(placed) == sorted(expected)
    assert {key for key, _, _ in placed} == chosen


@given(MARKS)
def test_every_excerpt_is_verbatim_and_none_overlaps_another_of_its_cell(drawn):
    marked = [(s, start, start + n, code, *rest) for s, start, n, code, *rest in drawn]

    made = grid(*marked)

    for cell in made.cells.values():
        assert all(e.text == TEXT[e.start : e.end] for e in cell.excerpts)
        places = [(e.source, e.start, e.end) for e in cell.excerpts]
        assert all(a[0] != b[0] or a[2] <= b[1] for a, b in pairwise(places))


@given(MARKS, st.tuples(VALUES, VALUES, VALUES), ROWS, BANDS)
def test_every_source_stands_in_exactly_one_row_and_every_key_is_its_own(
    drawn, values, rows, bands
):
    given = sources(role=values[0], region=values[1], phase=values[2])

    made = grid(sources=given, rows=rows, bands=bands)

    assert sorted(source for row in made.rows for source in row.sources) == ["s1", "s2", "s3"]
    assert len({row.key for row in made.rows}) == len(made.rows)
    assert len(made.cells) == len(made.rows) * len(made.columns)


@pytest.mark.parametrize(
    ("coding", "shown"),
    [
        ({"role": "Nurse", "case": "Salt", "source": "s", "time": 3729.0, "line": 4}, "Nurse, Salt, 1:02:09"),
        ({"role": "", "stakeholder_type": "Head", "case": "Salt", "source": "s", "line": 4}, "Head, Salt, line 4"),
        ({"case": "Salt", "source": "s", "line": 4, "page": 2}, "s, Salt, page 2"),
        ({"case": "s", "source": "s"}, "s"),
    ],
)  # fmt: skip
def test_an_attribution_says_who_where_and_when_but_no_name(coding, shown):
    assert attribution(coding) == shown


def test_the_table_of_cases_by_codes_counts_or_marks():
    rows = [("s1", 0, 5, "care", "A"), ("s1", 0, 5, "care", "B"), ("s3", 0, 5, "trust", "A")]

    marks = code_table(codings(*rows), sources=sources(), codes=codes())
    counts = code_table(codings(*rows), sources=sources(), codes=codes(), counts=True)

    assert marks.to_numpy().tolist() == [["North", 1, 0, 0, 0, 0], ["South", 0, 0, 0, 1, 0]]
    assert counts.to_numpy().tolist() == [["North", 2, 0, 0, 0, 0], ["South", 0, 0, 0, 1, 0]]
    assert list(marks.columns) == [
        "case", "b/care", "b/care.time", "b/care.time.wait", "b/trust", "m/links",
    ]  # fmt: skip


def test_a_table_without_its_columns_is_refused():
    with pytest.raises(TableError, match="codings: it has no column"):
        build_grid(pd.DataFrame({"source": []}), sources=sources(), codes=codes())
