"""Samples: drawn by names and seed, every group in proportion."""

from __future__ import annotations

from collections import Counter

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualkit.agreement.sampling import allocation, sample_segments, sample_sources
from qualkit.errors import UnknownName

SOURCES = pd.DataFrame({
    "source": [f"p{n:02d}" for n in range(20)],
    "case": ["c"] * 20,
    "region": ["North"] * 12 + ["South"] * 7 + [None],
})  # fmt: skip
SEGMENTS = pd.DataFrame(
    [
        (f"p{n % 4}", n, n * 10, n * 10 + 9, "interviewer" if n % 2 else "participant")
        for n in range(40)
    ],
    columns=["source", "segment", "start", "end", "role"],
)


def test_each_group_has_its_share_and_one_at_least():
    drawn = sample_sources(SOURCES, number=6, by="region")

    regions = dict(zip(SOURCES["source"], SOURCES["region"], strict=True))
    counts = Counter(str(regions[name]) for name in drawn)
    assert (counts["North"], counts["South"], len(drawn)) == (3, 2, 6)


def test_a_sample_hangs_on_names_and_seed_alone():
    mixed = SOURCES.sample(frac=1, random_state=3)

    assert sample_sources(mixed, share=0.25) == sample_sources(SOURCES, share=0.25)
    assert sample_sources(SOURCES, share=0.25) != sample_sources(SOURCES, share=0.25, seed=2)


def test_an_attribute_of_cases_makes_groups_too():
    cases = pd.DataFrame({"case": ["c"], "sources": [20], "area": ["A"]})

    assert len(sample_sources(SOURCES, number=4, by="area", cases=cases)) == 4


def test_segments_are_of_participants_and_each_source_has_its_share():
    drawn = sample_segments(SEGMENTS, number=4, by="source")

    assert list(drawn.columns) == ["source", "start", "end"]
    assert Counter(drawn["source"]) == {"p0": 2, "p2": 2}
    assert drawn.equals(sample_segments(SEGMENTS.iloc[::-1], number=4, by="source"))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "say how much to draw: either a share or a number"),
        ({"share": 0.5, "number": 2}, "say how much to draw: either a share or a number"),
        ({"share": 1.5}, "share 1.5 is not over 0 and up to 1"),
        ({"share": float("nan")}, "share nan is not over 0 and up to 1"),
        ({"number": 21}, "21 of 20 sources cannot be drawn; give a number from 1 to 20"),
        ({"number": 0}, "0 of 20 sources cannot be drawn; give a number from 1 to 20"),
    ],
)
def test_what_cannot_be_drawn_is_refused(options, message):
    with pytest.raises(ValueError) as refused:
        sample_sources(SOURCES, **options)

    assert str(refused.value) == message


def test_an_unknown_attribute_is_refused():
    with pytest.raises(UnknownName, match="did you mean 'region'"):
        sample_sources(SOURCES, number=2, by="regoin")


@given(st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 30), min_size=1), st.data())
def test_shares_add_up_and_stay_within_each_group(sizes, data):
    wanted = data.draw(st.integers(1, sum(sizes.values())))

    counts = allocation(sizes, wanted)

    assert sum(counts.values()) == wanted
    assert all(counts[name] <= size for name, size in sizes.items())
    assert wanted < len(sizes) or min(counts.values()) > 0
