"""Co-occurrence: pairs once, kin never, and shares of places with either."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualkit.compare import cooccurrence
from tests.compare.material import CODES, TURNS, coded


def pairs(codings, count="excerpts", **options):
    found = cooccurrence(codings, codes=CODES, **options)
    return [
        (r["code_a"], r["code_b"], r[count], r["sources"], round(r["jaccard"], 3))
        for r in found.to_dict("records")
    ]


def test_codes_on_the_same_words_are_a_pair():
    codings = coded(("s1", 0, 10, "staff.in"), ("s1", 5, 20, "time"), ("s2", 0, 5, "time"))

    assert pairs(codings) == [("staff.in", "time", 1, 1, 0.5)]


def test_words_that_only_touch_are_not_shared():
    assert pairs(coded(("s1", 0, 10, "staff.in"), ("s1", 10, 20, "time"))) == []


def test_a_code_is_not_paired_with_those_above_it():
    codings = coded(("s1", 0, 9, "staff"), ("s1", 0, 9, "staff.in"), ("s1", 0, 9, "staff.out"))

    assert pairs(codings) == [("staff.in", "staff.out", 1, 1, 1.0)]


def test_several_coders_of_one_stretch_do_not_count_twice():
    codings = coded(
        ("s1", 0, 9, "time"), ("s1", 2, 12, "time", "Bo"), ("s1", 0, 12, "staff.in"),
    )  # fmt: skip

    assert pairs(codings) == [("staff.in", "time", 1, 1, 1.0)]


def test_one_long_stretch_over_two_short_is_one_place():
    codings = coded(
        ("s1", 0, 30, "staff.in"), ("s1", 2, 5, "time"), ("s1", 8, 12, "time"), ("s1", 40, 45, "time"),
    )  # fmt: skip

    assert pairs(codings) == [("staff.in", "time", 1, 1, 0.5)]


def test_within_turns_both_must_touch_one_that_is_not_an_interviewers():
    codings = coded(
        ("s1", 10, 12, "staff.in"), ("s1", 15, 18, "time"),
        ("s2", 0, 3, "staff.in"), ("s2", 5, 8, "time"),
        ("s3", 10, 12, "staff.in"), ("s3", 30, 35, "time"),
    )  # fmt: skip

    assert pairs(codings, "turns", within="turn", turns=TURNS) == [
        ("staff.in", "time", 1, 1, 0.333)
    ]


def test_within_sources_a_source_is_the_place():
    codings = coded(("s1", 0, 3, "staff.in"), ("s1", 30, 33, "time"), ("s2", 0, 3, "time"))

    assert pairs(codings, "sources", within="source") == [("staff.in", "time", 1, 1, 0.5)]


def test_themes_hold_all_below_them():
    codings = coded(("s1", 0, 9, "staff.in"), ("s1", 20, 29, "staff.out"), ("s1", 0, 29, "time"))

    assert pairs(codings, level="theme") == [("staff", "time", 1, 1, 1.0)]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"within": "page"}, "within 'page' is not one of words, turn, source"),
        ({"level": "book"}, "level 'book' is not one of code, theme"),
        ({"within": "turn"}, "within 'turn' needs the turns"),
    ],
)
def test_other_choices_are_refused(options, message):
    with pytest.raises(ValueError) as refused:
        cooccurrence(coded(), codes=CODES, **options)

    assert str(refused.value) == message


SPANS = st.lists(
    st.tuples(
        st.sampled_from(["s1", "s2"]), st.integers(0, 40), st.integers(1, 15),
        st.sampled_from(["staff.in", "staff.out", "time"]),
    ).map(lambda c: (c[0], c[1], c[1] + c[2], c[3])),
    max_size=14,
)  # fmt: skip


@given(SPANS)
def test_pairs_are_those_of_comparing_every_letter(rows):
    marked: dict[str, set[tuple[str, int]]] = {code: set() for code in CODES["code"]}
    for source, start, end, code in rows:
        marked[code] |= {(source, at) for at in range(start, end)}
    expected = {
        (a, b): len({source for source, _ in marked[a] & marked[b]})
        for a, b in [("staff.in", "staff.out"), ("staff.in", "time"), ("staff.out", "time")]
        if marked[a] & marked[b]
    }

    found = pairs(coded(*rows))

    assert {(a, b): sources for a, b, _, sources, _ in found} == expected
    assert all(0 < jaccard <= 1 for *_, jaccard in found)


def test_of_twenty_thousand_codings_stretches_are_counted_source_by_source():
    rng = np.random.default_rng(0)
    names = [f"c{n}" for n in range(300)]
    codes = pd.DataFrame({"code": names, "name": names}).assign(
        codebook="b", parent=None, definition="", scale=None
    )
    drawn = rng.integers((200, 20_000, 300), size=(20_000, 3)).tolist()
    rows = [(f"s{source}", at, at + 200, names[code]) for source, at, code in drawn]
    codings = coded(*rows, codes=codes)

    early = codings["source"] < "s150"
    parts = [cooccurrence(part, codes=codes) for part in (codings[early], codings[~early])]
    pair = ["code_a", "code_b"]
    together = pd.concat(parts).groupby(pair)["excerpts"].sum()

    found = cooccurrence(codings, codes=codes)

    assert len(found) > 1_000
    assert found.set_index(pair)["excerpts"].sort_index().to_dict() == together.to_dict()
