"""The protocol of evaluation, and the bars on text that people have coded."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from qualkit.coding import embed, quality
from qualkit.coding.suggestions import prepare
from qualkit.errors import NotEnough, ReadError
from qualkit.importers.coded import read_codes, read_segments
from tests.coding.material import BOOK, coded


def as_coded(segments, truth):
    """Segments with a tuple of codes, as read from a file."""
    codes = dict(zip(zip(truth["source"], truth["start"], strict=True), truth["code"], strict=True))
    found = [codes.get(key) for key in zip(segments["source"], segments["start"], strict=True)]
    return segments.assign(codes=[(one,) if one else () for one in found])


@pytest.fixture(scope="module")
def ready():
    return quality.trial(as_coded(*coded(sources=12)), BOOK, min_examples=5)


def test_documents_are_never_on_both_sides(ready):
    pool, test = quality.split(ready, 0)

    assert not set(ready.documents[pool]) & set(ready.documents[test])
    assert len(set(ready.documents[test])) == 4


def test_the_sample_has_about_n_of_each_code_and_the_uncoded_in_proportion(ready):
    pool, _ = quality.split(ready, 0)

    taught = quality.sample(ready.truth, pool, 4, 0)

    counts = ready.truth[taught].sum(0)
    assert (counts >= 4).all()
    uncoded = (~ready.truth[taught].any(1)).sum()
    assert uncoded == round(counts.sum() / 3)


def test_the_figures_of_a_trial(ready):
    found = quality.evaluate(ready, per_code=6, seeds=[0])

    assert list(found) == [
        "per_code_n", "p1", "p3", "r3", "mAP", "macro_f1", "micro_f1", "ece", "over_80",
        "fit_seconds", "taught", "codes", "segments",
    ]  # fmt: skip
    assert found["mAP"] > 0.9
    assert (found["codes"], found["segments"]) == (3, 144)


def test_the_same_figures_come_twice(ready):
    one, other = (quality.evaluate(ready, per_code=5, seeds=[0, 1]) for _ in range(2))

    assert {**one, "fit_seconds": 0} == {**other, "fit_seconds": 0}


def test_a_speaker_who_is_hardly_ever_coded_is_context():
    table = as_coded(*coded(sources=12))
    table.loc[::4, "speaker"] = "moderator"
    table.loc[::4, "codes"] = pd.Series([()] * len(table))[::4]

    found = quality.trial(table, BOOK, min_examples=5)

    assert found.candidates.sum() == 108
    assert set(found.corpus.segments["role"][::4]) == {"interviewer"}


def test_reading_finds_all_of_a_code_long_before_all_is_read(ready):
    found = quality.work_saved(ready)

    assert found["read_for_95"] < 0.5
    assert found["found_at_20"] > found["found_at_10"] > 0
    assert set(found["left_error"]) == {"0.2", "0.4", "0.6"}


def test_no_code_with_enough_examples_is_refused():
    with pytest.raises(NotEnough, match=r"^no code of the codebook has 99 examples$"):
        quality.trial(as_coded(*coded(3)), BOOK, min_examples=99)


def test_calibration_error_is_the_gap_between_confidence_and_share_right():
    shown = np.array([0.9, 0.9, 0.9, 0.9, 0.1])
    truth = np.array([True, True, False, False, False])

    assert quality.calibration_error(shown, truth) == pytest.approx((4 * 0.4 + 0.1) / 5)


def test_f1_counts_codes_alike_and_pairs_alike():
    truth = np.array([[True, False], [True, False], [True, True]])
    told = np.array([[True, False], [True, True], [False, False]])

    assert quality.f1(truth, told) == {"macro_f1": 0.4, "micro_f1": pytest.approx(4 / 7)}


def test_a_study_is_judged_source_by_source_and_beside_its_coders():
    segments, truth = coded(sources=8)
    second = truth[truth["source"] < "s3"].iloc[::2].assign(coder="Ben")
    codings = pd.concat([truth, second.assign(coding=second["coding"] + "b")])

    found = quality.study(prepare(segments, [BOOK]), codings, curve=True)

    assert found.codes["average_precision"].min() > 0.8
    assert found.codes["coders_f1"].between(0.3, 0.9).all()
    assert found.overall["sources"] == 8
    assert found.curve["sources"].tolist() == [2, 3, 4, 6]


def test_two_coders_who_code_alike_have_f1_of_one():
    segments, truth = coded(sources=3)
    both = pd.concat([truth, truth.assign(coder="Ben")])

    found = quality.coders_f1(prepare(segments, [BOOK]), both)

    assert set(found.values()) == {1.0}


def test_fewer_than_three_sources_are_not_judged():
    segments, truth = coded(sources=8)

    with pytest.raises(NotEnough) as caught:
        quality.study(prepare(segments, [BOOK]), truth[truth["source"] < "s2"])

    assert str(caught.value) == (
        "at least three sources must be coded before suggestions can be judged"
    )


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "it must be an object with doc, pos (a number), text, and codes (a list)"),
        ('{"doc": "a", "pos": 1, "text": 3, "codes": []}',
         "it must be an object with doc, pos (a number), text, and codes (a list)"),
        ('{"doc": "a", "pos": 1, "text": "x", "codes": "y"}',
         "it must be an object with doc, pos (a number), text, and codes (a list)"),
    ],
)  # fmt: skip
def test_a_line_that_is_no_segment_is_refused_with_its_number(write, line, reason):
    path = write("s.jsonl", '{"doc": "a", "pos": 0, "text": "x", "codes": []}\n' + line)

    with pytest.raises(ReadError) as caught:
        read_segments(path)

    assert str(caught.value) == f"s.jsonl, line 2: {reason}"


# The bars of the design, on real text ------------------------------------------------------


@pytest.fixture(scope="module")
def comments(patients, real_data):
    """Comments of patients, each for itself."""
    book = read_codes(real_data / "coded" / "nhs_pxtextmining" / "codebook.json")
    return quality.trial(patients.segments, book, vectors=patients.vectors)


@pytest.fixture(scope="module")
def sessions(real_data):
    """Six of seventeen sessions, in which one passage leads to the next."""
    folder = real_data / "coded" / "serdif_usability"
    table = read_segments(folder / "segments.jsonl")
    six = table[table["source"].isin(["P1", "P10", "P11", "P12", "P13", "P14"])]
    six = six.reset_index(drop=True)
    rows = embed.embed(six["text"].tolist())
    return quality.trial(six, read_codes(folder / "codebook.json"), vectors=rows)


# Of the comments the bars are those of the design; all sessions are held against theirs by
# benchmarks/bench_suggest.py, since reading them takes long, and six are to stay as good as they
# were: .376 and .353 of five segments a code, .484 and .438 of twenty, .213 and .195 unlearned.
@pytest.mark.parametrize(
    ("name", "bars", "cold"),
    [
        ("comments", {5: (0.417, 0.373), 20: (0.543, 0.513)}, (0.54, 0.28)),
        ("sessions", {5: (0.360, 0.335), 20: (0.460, 0.415)}, (0.20, 0.18)),
    ],
)
def test_suggestions_beat_the_measured_bars(request, name, bars, cold):
    ready = request.getfixturevalue(name)

    for per_code, (precision, macro) in bars.items():
        found = quality.evaluate(ready, per_code=per_code)
        assert found["mAP"] >= precision
        assert found["macro_f1"] >= macro
        assert found["ece"] <= 0.05
    first = quality.evaluate(ready, per_code=1, method="cold")
    assert first["p1"] >= cold[0]
    assert first["mAP"] >= cold[1]
