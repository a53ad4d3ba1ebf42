"""What always holds of the rule, whatever figures and stances it is given."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from qualkit.triangulate import (
    PROPOSED,
    Q_STATES,
    STANCE_WORDS,
    interview_state,
    propose,
    survey_state,
)

ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "source": st.sampled_from("abcdefgh"),
            "stance": st.sampled_from([*STANCE_WORDS, None]),
            "area": st.sampled_from("NSE"),
            "type": st.sampled_from(["Head", "Nurse"]),
            "quotes": st.just(["k1"]),
        }
    ),
    max_size=20,
)
FIGURE = st.none() | st.floats(-20, 20)
CHANCE = st.none() | st.floats(0, 1)


@st.composite
def findings(draw):
    ends = sorted([draw(st.floats(-20, 20)), draw(st.floats(-20, 20))])
    low, high = draw(st.sampled_from([tuple(ends), (None, None)]))
    return {
        "value": draw(FIGURE), "unit": draw(st.sampled_from(["%", ""])),
        "sd": draw(st.none() | st.floats(0.1, 50)), "p": draw(CHANCE), "p_adjusted": draw(CHANCE),
        "stars": draw(st.sampled_from(["", "*", "**"])), "low_90": low, "high_90": high,
        "base": draw(st.none() | st.integers(0, 100)), "polarity": draw(st.sampled_from([1, -1, None])),
    }  # fmt: skip


@given(ROWS, st.randoms(use_true_random=False), st.sampled_from(Q_STATES))
def test_the_order_of_sources_is_nothing(rows, random, q):
    turned = random.sample(rows, len(rows))

    one, other = interview_state(rows), interview_state(turned)

    assert one == other
    assert propose(q, one, areas_visited=3) == propose(q, other, areas_visited=3)


@given(ROWS.filter(bool), st.integers(0, 19), st.integers(1, 5))
def test_another_segment_of_a_source_that_says_the_same_changes_nothing(rows, at, times):
    again = rows[at % len(rows)]

    assert interview_state([*rows, *[again] * times]) == interview_state(rows)


@given(ROWS)
def test_every_source_counts_once(rows):
    made = interview_state(rows)

    assert sum(made.counts.values()) == made.sources == len({row["source"] for row in rows})


@given(findings())
def test_what_is_not_significant_is_no_change_only_where_its_interval_lies_inside(finding):
    made = survey_state(finding)

    if made.state == "0":
        assert made.margin is not None
        assert -made.margin < finding["low_90"] <= finding["high_90"] < made.margin
    if made.state in {"+", "-"}:
        assert (made.p if made.p is not None else 0) < 0.05
        assert made.oriented is not None
        assert (made.oriented > 0) == (made.state == "+")


@given(findings())
def test_turning_the_polarity_turns_the_direction_alone(finding):
    turned = {"+": "-", "-": "+"}

    up, down = (survey_state(finding | {"polarity": way}).state for way in (1, -1))

    assert down == turned.get(up, up)


@given(findings(), ROWS, st.booleans())
def test_every_pair_has_a_verdict_in_one_sentence_and_no_source_on_both_sides(finding, rows, broad):
    made = propose(survey_state(finding), interview_state(rows), broad)

    assert made.verdict in PROPOSED
    assert made.reason.endswith(f": {made.verdict}.")
    assert ". " not in made.reason
    assert not set(made.supporting) & set(made.opposing)
