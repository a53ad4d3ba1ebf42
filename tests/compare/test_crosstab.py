"""Crosstabs: every coding in one column, sources counted once, small numbers not to be found."""

from __future__ import annotations

import csv
from itertools import product

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualkit.compare import MEASURES, crosstab
from qualkit.compare._withholding import withheld
from qualkit.errors import TableError, UnknownName
from qualkit.project import Project, samples
from tests.compare.material import CASES, CODES, SOURCES, TURNS, coded

CODINGS = coded(
    ("s1", 10, 20, "staff.in"),
    ("s1", 15, 25, "staff.out", "Bo"),
    ("s1", 30, 33, "staff"),
    ("s2", 10, 13, "time"),
    ("s4", 0, 10, "staff.in"),
)


def table(codings=CODINGS, **options):
    return crosstab(codings, sources=SOURCES, codes=CODES, cases=CASES, **{"by": "case"} | options)


def column(made, measure="sources"):
    return {
        (row["code"], row["value"]): row[measure]
        for row in made.cells.to_dict("records")
        if not pd.isna(row[measure]) and row[measure]
    }


def test_a_theme_counts_the_sources_of_the_codes_below_it_once():
    made = table()

    assert column(made) == {("staff", "North"): 1, ("staff", "South"): 1, ("time", "North"): 1}
    assert len(made.cells) == 2 * 3


def test_a_code_counts_its_own_codings_alone():
    assert column(table(rows="code")) == {
        ("staff", "North"): 1, ("staff.in", "North"): 1, ("staff.in", "South"): 1,
        ("staff.out", "North"): 1, ("time", "North"): 1,
    }  # fmt: skip


@pytest.mark.parametrize("theme", ["staff", "b/staff"])
def test_the_rows_of_one_theme_are_it_and_the_codes_below(theme):
    made = table(rows=theme)

    assert made.totals["code"].tolist() == ["staff", "staff.in", "staff.out"]
    assert made.totals["sources"].tolist() == [2, 2, 1]


def test_overlapping_codings_are_one_excerpt_whose_words_count_once():
    made = table(turns=TURNS)

    # s1: letters 10 to 25 hold "aa bb cc. aa bb" and 30 to 33 "aa"; turns 1 and 3 of the two asked
    assert made.cells.iloc[0][list(MEASURES)].tolist() == [1, 0.5, 2, 6, 0.5]


def test_interviewers_turns_are_neither_in_the_base_nor_counted():
    made = table(turns=TURNS)

    assert made.bases["turns"].tolist() == [4, 4, 2]
    assert column(made, "turns")[("staff", "North")] == 2 / 4
    assert ("staff", "South") not in column(made, "turns")  # s4: within the first question


def test_without_turns_their_share_is_missing():
    made = table()

    assert made.cells["turns"].isna().all()
    assert made.bases["turns"].isna().all()


def test_bases_are_the_sources_and_words_of_each_value():
    assert table().bases[["value", "sources", "words"]].values.tolist() == [
        ["North", 2, 300], ["South", 2, 700], ["East", 1, 500],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("by", "values"),
    [
        ("case", ["North", "South", "East"]),
        ("source", ["s1", "s2", "s3", "s4", "s5"]),
        ("wave", ["early", "late", "(not given)"]),
        ("area", ["A", "B"]),
        ("case.area", ["A", "B"]),
        ("coder", ["Ann", "Bo"]),
        ("words", ["100", "200", "300", "400", "500"]),
    ],
)
def test_columns_are_the_values_of_any_attribute(by, values):
    assert table(by=by).bases["value"].tolist() == values


def test_by_coder_a_source_counts_for_each_who_coded_it():
    made = table(by="coder")

    assert made.bases["sources"].tolist() == [3, 1]
    assert made.totals["share"].tolist() == [2 / 3, 1 / 3]


def test_the_matrix_is_one_measure_of_rows_by_values():
    made = table().matrix("sources")

    assert made.loc[("b", "staff")].to_dict() == {"North": 1, "South": 1, "East": 0}


def test_the_long_table_has_the_base_beside_each_count():
    assert table().long["base"].tolist() == [2, 2, 1, 2, 2, 1]


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        (
            {"rows": "staf"},
            UnknownName,
            "no code is called 'staf'; did you mean 'staff' or 'b/staff' or 'staff.in'?",
        ),
        (
            {"by": "waves"},
            UnknownName,
            "no attribute of sources or cases is called 'waves'; did you mean 'wave'?",
        ),
        ({"smallest": -1}, ValueError, "smallest -1 is not a whole number from 0 upwards"),
        (
            {"codings": coded(("s9", 0, 5, "time"))},
            TableError,
            "codings: its source 's9' is not among the sources",
        ),
    ],
)
def test_what_cannot_be_counted_is_refused(options, error, message):
    with pytest.raises(error) as refused:
        table(**options)

    assert str(refused.value) == message


def test_a_cell_of_the_sample_study_is_what_its_codings_say():
    """Design and set-up by school leads: 2 of 4, as counted by hand in samples/codings.csv.

    There the codes set-up, set-up.* stand for sources ending in -s (attributes.csv: school lead)
    of Northmoor and Saltbay alone.
    """
    with (samples() / "codings.csv").open(encoding="utf-8", newline="") as file:
        rows = [(r["source"], r["code"], r["quote"], r["coder"]) for r in csv.DictReader(file)]
    found = [row for row in rows if row[0].endswith("-s") and row[1].split(".")[0] == "set-up"]

    assert {source for source, *_ in found} == {"northmoor-s", "saltbay-s"}
    assert len({source for source, *_ in rows if source.endswith("-s")}) == 4


def test_the_crosstab_of_the_sample_study_has_that_cell(tmp_path):
    with Project.create(tmp_path / "s.qualkit", codebooks=BOOKS, user="t") as project:
        project.add_sources(
            sorted((samples() / "interviews").iterdir()), attributes=samples() / "attributes.csv"
        )
        project.load_codings(samples() / "codings.csv")
        made = crosstab(
            project.codings(), sources=project.sources(), codes=project.codes(),
            turns=project.turns(words=False), by="stakeholder_type",
        )  # fmt: skip

    cell = made.cells.set_index(["codebook", "code", "value"]).loc[
        ("evaluation-topics", "set-up", "School lead")
    ]
    assert (cell["sources"], cell["share"], cell["suppressed"]) == (2, 0.5, False)


BOOKS = ("evaluation-topics", "service-model", "cascade")

# Small numbers -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("counts", "bases", "expected"),
    [
        ([0, 5, 9], [9, 9, 9], (set(), False)),
        ([2, 5, 9], [9, 9, 9], ({0, 1}, False)),  # and the next smallest
        ([2, 2, 9], [9, 9, 9], ({0, 1}, False)),
        ([1, 1, 9], [9, 9, 9], ({0, 1, 2}, False)),  # a 2 of two can only be 1 and 1
        ([2, 0, 0], [9, 9, 9], ({0}, True)),  # nothing to hide it behind
        ([0, 5, 9], [2, 9, 9], ({0, 1}, False)),  # a value of two sources, whole
    ],
)
def test_counts_under_three_and_what_gives_them_away_are_withheld(counts, bases, expected):
    assert withheld(counts, bases, 3) == expected


def test_a_withheld_cell_has_no_measure_and_nought_stays_nought():
    many = pd.DataFrame([(f"p{n}", "NSE"[n % 3], 10) for n in range(30)], columns=["source", "case", "words"])  # fmt: skip
    codings = coded(*((f"p{n}", 0, 5, "time") for n in (0, 3, 6, 9, 12, 1)))

    made = crosstab(codings, sources=many, codes=CODES, by="case", smallest=3)

    cells = made.cells[made.cells["code"] == "time"].set_index("value")
    assert cells["suppressed"].to_dict() == {"N": True, "S": True, "E": False}
    assert cells.loc["N", list(MEASURES)].isna().all()
    assert cells.loc["E", "sources"] == 0
    assert made.totals.set_index("code").loc["time", "sources"] == 6
    assert made.suppressed.values.tolist() == [
        ["b", "time", "Lead-in time", "N"], ["b", "time", "Lead-in time", "S"],
    ]  # fmt: skip


def test_a_value_with_too_few_sources_is_withheld_whole():
    made = table(smallest=2)

    assert made.bases["suppressed"].tolist() == [False, False, True]
    assert made.cells.loc[made.cells["value"] == "East", "suppressed"].all()


ROWS = st.lists(
    st.integers(1, 7).flatmap(lambda base: st.tuples(st.integers(0, base), st.just(base))),
    min_size=1,
    max_size=5,
)


@given(ROWS, st.integers(3, 5))
def test_no_withheld_number_follows_from_its_row_and_total(row, smallest):
    counts, bases = (list(part) for part in zip(*row, strict=True))

    held, hidden = withheld(counts, bases, smallest)

    thin = {n for n, base in enumerate(bases) if base < smallest}
    assert thin | {n for n, count in enumerate(counts) if 0 < count < smallest} <= held
    assert all(counts[n] for n in held - thin)
    order = sorted(held)
    possible = [
        guess
        for guess in product(*(range(0 if n in thin else 1, bases[n] + 1) for n in order))
        if (hidden or sum(guess) == sum(counts[n] for n in order))
        and (held & thin or any(count < smallest for count in guess))
    ]
    for place, _ in enumerate(order):
        assert len({guess[place] for guess in possible}) > 1


# What always holds -------------------------------------------------------------------------

SOME = st.lists(
    st.tuples(
        st.sampled_from(SOURCES["source"].tolist()),
        st.integers(0, 60),
        st.integers(1, 30),
        st.sampled_from(CODES["code"].tolist()),
        st.sampled_from(["Ann", "Bo"]),
    ).map(lambda c: (c[0], c[1], c[1] + c[2], *c[3:])),
    max_size=12,
)


@given(
    SOME, st.sampled_from(["case", "source", "wave", "area"]), st.sampled_from(["theme", "code"])
)
def test_counts_over_a_partition_sum_to_the_total_of_the_row(rows, by, lines):
    made = table(coded(*rows), by=by, rows=lines, turns=TURNS)

    sums = made.cells.groupby(["codebook", "code"], sort=False)[
        ["sources", "excerpts", "words"]
    ].sum()
    totals = made.totals.set_index(["codebook", "code"])
    assert sums.astype(int).values.tolist() == (
        totals[["sources", "excerpts", "words"]].astype(int).values.tolist()
    )
    assert made.bases["sources"].sum() == len(SOURCES)


@given(SOME, st.sampled_from(["case", "source", "wave", "coder"]))
def test_every_coding_is_in_exactly_one_column(rows, by):
    apart = [(s, 40 * n, 40 * n + 5, c, who) for n, (s, _, _, c, who) in enumerate(rows)]
    codings = coded(*apart)

    made = table(codings, by=by, rows="code")

    assert made.cells["excerpts"].sum() == len(rows)


@given(SOME)
def test_shares_lie_between_none_and_all(rows):
    made = table(coded(*rows), turns=TURNS)

    assert made.cells["share"].between(0, 1).all()
    assert made.cells["turns"].between(0, 1).all()
