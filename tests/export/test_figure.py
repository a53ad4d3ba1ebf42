"""Figures: the words are in them, none upon another, and the file is whole or not there."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

from qualkit.errors import QualkitError, TableError
from qualkit.export import _drawing, figure
from qualkit.topics import Topics

NAMES = ["Bus, train, taxi", "Soup, lunch, kitchen", "Letter, phone, answer"] * 5


@pytest.fixture
def found():
    """Fifteen topics, five of them on one spot."""
    k = len(NAMES)
    rng = np.random.default_rng(0)
    places = np.vstack([np.zeros((5, 2)), rng.normal(0, 1, (k - 5, 2))])
    table = pd.DataFrame({
        "topic": range(1, k + 1), "size": range(k, 0, -1), "name": NAMES,
        "words": [name.lower().split(", ") for name in NAMES], "passages": [[]] * k,
        "x": places[:, 0], "y": places[:, 1],
    })  # fmt: skip
    segments = pd.DataFrame({"x": rng.normal(size=90), "y": rng.normal(size=90)})
    return Topics(table, segments, "", "", k, 0, 0, (), np.zeros((0, 1)), ())


def svg_words(path):
    return re.findall(r"<text[^>]*>([^<]*)</text>", path.read_text("utf-8"))


@pytest.mark.parametrize("draw", [figure.topic_map, figure.topic_bars])
def test_every_topic_stands_in_the_figure(found, tmp_path, draw):
    words = " ".join(svg_words(draw(found, tmp_path / "f.svg"))).casefold()

    assert len(re.findall("soup, lunch, kitchen", words)) == 5
    assert "15" in words


@pytest.mark.parametrize("draw", [figure.topic_map, figure.topic_bars])
def test_the_ending_says_the_kind_of_file(found, tmp_path, draw):
    assert draw(found, tmp_path / "f.png").read_bytes().startswith(b"\x89PNG")
    with pytest.raises(QualkitError) as refused:
        draw(found, tmp_path / "f.gif")
    assert str(refused.value) == (
        f"{tmp_path / 'f.gif'}: a figure is written as .png, .svg, not '.gif'"
    )


def test_no_label_lies_upon_another(found, tmp_path, monkeypatch):
    taken = []
    place = _drawing.free_place

    def remember(at, size, others, box):
        spot = place(at, size, others, box)
        taken.append((*spot, *size))
        return spot

    monkeypatch.setattr(_drawing, "free_place", remember)
    figure.topic_map(found, tmp_path / "f.png")

    assert len(taken) == 15
    for n, (x, y, wide, high) in enumerate(taken):
        for a, b, w, h in taken[:n]:
            assert abs(x - a) >= (wide + w) / 2 or abs(y - b) >= (high + h) / 2


def test_the_same_figure_is_the_same_file(found, tmp_path):
    one = figure.topic_map(found, tmp_path / "a.svg").read_bytes()

    assert figure.topic_map(found, tmp_path / "b.svg").read_bytes() == one


def test_a_figure_that_cannot_be_written_leaves_nothing(found, tmp_path):
    with pytest.raises(QualkitError, match="cannot be written"):
        figure.topic_bars(found, tmp_path / "missing" / "f.png")

    assert list(tmp_path.iterdir()) == []


CURVE = pd.DataFrame({
    "share_of_sources": [0.2, 0.1, 0.4], "mAP": [0.4, 0.3, 0.5], "macro_f1": [0.3, 0.2, 0.4],
    "mAP_low": [0.3, 0.2, 0.4], "mAP_high": [0.5, 0.4, 0.6],
})  # fmt: skip


def test_a_learning_curve_names_its_axes_and_lines(tmp_path):
    words = svg_words(figure.learning_curve(CURVE, tmp_path / "c.svg"))

    assert {"Share of sources coded", "Mean average precision", "Macro F1"} <= set(words)


def test_a_learning_curve_by_examples_of_one_measure_has_no_legend(tmp_path):
    table = pd.DataFrame({"per_code": [1, 5, 20], "macro_f1": [0.2, 0.3, 0.4]})

    words = svg_words(figure.learning_curve(table, tmp_path / "c.svg"))

    assert {"Coded examples of each code", "Macro F1"} <= set(words)
    assert "Mean average precision" not in words


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (
            CURVE[["mAP"]],
            "learning curve: it needs columns share_of_sources, per_code or sources, and mAP or macro_f1;"
            " it has ['mAP']",
        ),
        (CURVE.head(0), "figure: it has no rows"),
    ],
)
def test_a_table_that_is_no_curve_is_refused(table, message, tmp_path):
    with pytest.raises(TableError) as refused:
        figure.learning_curve(table, tmp_path / "c.svg")

    assert str(refused.value) == message
