from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score

from qualkit.coding import features, learn
from tests.coding.material import coded


def corpus(seed=0, sources=4, each=12):
    segments, _ = coded(sources, each, seed)
    made = features.build(segments, ["waiting times", "parents"])
    return made, segments["source"].factorize()[0]


def test_left_out_scores_are_those_of_learning_without_the_source(monkeypatch):
    monkeypatch.setattr(learn, "SMOOTHING", (0.0,))
    made, groups = corpus()
    rows = np.arange(0, len(groups), 2)
    targets = np.sign(np.random.default_rng(0).normal(size=(len(rows), 2)))
    owners = np.array([0, 1])

    found = learn.learn(learn.Likeness(made), rows, targets, owners, groups=groups)

    for source in range(4):
        others = rows[groups[rows] != source]
        kept = np.isin(rows, others)
        without = _plain(made, others, targets[kept], owners, strength=learn.ridge(made, len(rows)))
        expected = without[groups == source]
        assert found.left_out[groups == source] == pytest.approx(expected, abs=2e-4)


def _plain(made, rows, targets, owners, strength):
    """Ridge regression solved anew, without any shortcut."""
    every = np.arange(len(made.kind))
    said = np.where(np.arange(2)[None, :] == owners[:, None], 1.0, -1.0)
    kernel = np.block(
        [
            [made.between(rows, rows), made.to_phrases(rows)],
            [made.to_phrases(rows).T, made.among_phrases()],
        ]
    ).astype(float)
    easing = strength * np.where(np.arange(len(kernel)) < len(rows), 1, learn.PHRASE)
    weights = np.linalg.solve(kernel + np.diag(easing), np.vstack([targets, said]))
    return np.hstack([made.between(every, rows), made.to_phrases(every)]) @ weights


def test_relearning_with_settings_known_gives_the_same_scores():
    made, groups = corpus()
    rows = np.arange(0, len(groups), 3)
    targets = np.sign(np.random.default_rng(1).normal(size=(len(rows), 2)))
    likeness = learn.Likeness(made)
    first = learn.learn(likeness, rows[:-2], targets[:-2], np.array([0, 1]), groups=groups)

    again = learn.learn(
        likeness, rows, targets, np.array([0, 1]), groups=groups, smoothing=first.smoothing
    )
    afresh = _plain(made, rows, targets, np.array([0, 1]), learn.ridge(made, len(rows)))

    assert again.scores == pytest.approx(
        learn.smoothed(made, afresh.astype("f4"), first.smoothing), abs=2e-4
    )


def test_likenesses_that_do_not_fit_into_memory_are_made_anew(monkeypatch):
    made, groups = corpus()
    rows = np.arange(0, len(groups), 2)
    kept = learn.Likeness(made).of(np.arange(9), rows)

    monkeypatch.setattr(learn, "_HELD", 1)

    assert learn.Likeness(made).of(np.arange(9), rows) == pytest.approx(kept, abs=1e-5)


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 50)), min_size=1, max_size=40))
def test_average_precision_is_that_of_scikit_learn_where_no_scores_are_equal(pairs):
    truth = np.array([hit for hit, _ in pairs])
    scores = np.array([score + n / 1000 for n, (_, score) in enumerate(pairs)])

    found = learn.precision_of(truth, scores)

    if truth.any():
        assert found == pytest.approx(average_precision_score(truth, scores))
    else:
        assert found is None


def test_the_best_threshold_parts_what_can_be_parted():
    truth = np.array([True, True, False, False])

    assert learn.best_threshold(truth, np.array([0.9, 0.7, 0.3, 0.1])) == pytest.approx(0.5)


def test_confidences_rise_with_the_scores_and_come_true():
    rng = np.random.default_rng(0)
    chance = rng.uniform(0.02, 0.98, size=(4000, 3))
    truth = (rng.uniform(size=chance.shape) < chance).astype(float)
    scores = np.log(chance / (1 - chance)) / 5
    groups = np.repeat(np.arange(40), 100)

    fitted = learn.calibrate(scores, truth, groups)
    shown = fitted.confidence(scores)

    assert abs(shown - chance).mean() < 0.03
    assert (
        np.diff(fitted.confidence(np.linspace(-2, 2, 50)[:, None] * np.ones(3)), axis=0) >= 0
    ).all()


def test_eighty_percent_is_not_shown_where_it_was_not_earned():
    rng = np.random.default_rng(0)
    scores = rng.normal(size=(300, 1))
    truth = (rng.uniform(size=scores.shape) < 0.5 + 0.1 * (scores > 0)).astype(float)

    fitted = learn.calibrate(scores, truth, np.repeat(np.arange(6), 50))

    assert fitted.confidence(scores * 3).max() < learn.SURE


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_where_all_examples_are_alike_confidences_are_still_numbers(value):
    fitted = learn.calibrate(np.zeros((6, 2)), np.full((6, 2), value), np.arange(6))

    assert np.isfinite(fitted.confidence(np.zeros((3, 2)))).all()


def test_two_kinds_of_speaker_and_many_phrases_hold_together():
    segments, _ = coded(sources=6)
    segments["speaker"] = ["A", "B"] * (len(segments) // 2)
    phrases = [f"{text} {n}" for n, text in enumerate(segments["text"].tolist() * 3)]
    made = features.build(segments, phrases)
    every = np.arange(len(segments))

    whole = np.block(
        [
            [made.between(every, every), made.to_phrases(every)],
            [made.to_phrases(every).T, made.among_phrases()],
        ]
    )

    assert len(set(made.kind)) == 2
    assert np.linalg.eigvalsh(whole.astype(float)).min() > -1e-3


def test_a_confidence_does_not_depend_on_its_neighbours():
    rng = np.random.default_rng(0)
    scores = rng.normal(size=(300, 1))
    truth = (rng.uniform(size=scores.shape) < 0.6).astype(float)
    fitted = learn.calibrate(scores, truth, np.repeat(np.arange(6), 50))

    alone = fitted.confidence(scores[:1])

    assert fitted.confidence(np.vstack([scores[:1], [[50.0]]]))[0] == pytest.approx(alone[0])


def test_what_nobody_judged_counts_for_nothing_in_a_threshold():
    rng = np.random.default_rng(0)
    scores, unsaid = rng.normal(size=(200, 1)), np.full((200, 1), np.nan)
    truth = (scores > 0.5).astype(float)
    groups = np.repeat(np.arange(10), 20)

    whole = learn.calibrate(scores, truth, groups)
    more = learn.calibrate(
        np.vstack([scores, scores]), np.vstack([truth, unsaid]), np.concatenate([groups, groups])
    )

    assert more.thresholds == pytest.approx(whole.thresholds, abs=1e-6)
