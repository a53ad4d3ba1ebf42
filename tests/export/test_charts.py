"""Charts: their words are in them, none upon another, and nothing is drawn of nothing."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

from qualkit.compare import cooccurrence, crosstab
from qualkit.errors import QualkitError
from qualkit.export import _drawing, charts
from tests.compare.material import CODES, SOURCES, coded

CODINGS = coded(
    ("s1", 0, 9, "staff.in"), ("s1", 5, 12, "time"), ("s2", 0, 9, "staff.in", "Bo"),
    ("s4", 0, 9, "staff.out"), ("s4", 3, 6, "time"),
)  # fmt: skip


def svg_words(path):
    return re.findall(r"<text[^>]*>([^<]*)</text>", path.read_text("utf-8"))


def table(codings=CODINGS, codes=CODES, **options):
    return crosstab(codings, sources=SOURCES, codes=codes, **{"by": "case"} | options)


def big(count):
    """So many themes with long names, and codings of each with the next."""
    names = [f"A theme with a name as long as clients like them, number {n}" for n in range(count)]
    codes = pd.DataFrame({"code": [f"c{n}" for n in range(count)], "name": names}).assign(
        codebook="b", parent=None, definition="", scale=None
    )
    rows = [("s1", 10 * n, 10 * n + 12, code) for n, code in enumerate(codes["code"])]
    return codes, coded(*rows, codes=codes)


DRAWN = {
    "heatmap": lambda path: charts.heat_map(table(), path),
    "codes": lambda path: charts.code_frequency(CODINGS, CODES, path),
    "network": lambda path: charts.cooccurrence_network(
        cooccurrence(CODINGS, codes=CODES), CODINGS, path
    ),
    "timeline": lambda path: charts.timeline(CODINGS, path),
}


@pytest.mark.parametrize("kind", charts.KINDS)
def test_the_ending_says_the_kind_of_file(kind, tmp_path):
    assert DRAWN[kind](tmp_path / "f.png").read_bytes().startswith(b"\x89PNG")
    with pytest.raises(QualkitError) as refused:
        DRAWN[kind](tmp_path / "f.pdf")
    assert str(refused.value) == (
        f"{tmp_path / 'f.pdf'}: a figure is written as .png, .svg, not '.pdf'"
    )


@pytest.mark.parametrize("kind", charts.KINDS)
def test_the_same_figure_is_the_same_file(kind, tmp_path):
    assert DRAWN[kind](tmp_path / "a.svg").read_bytes() == (
        DRAWN[kind](tmp_path / "b.svg").read_bytes()
    )


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (
            lambda path: charts.heat_map(table(coded()), path),
            "heat map: nothing was coded under these rows",
        ),
        (
            lambda path: charts.heat_map(table(), path, "turns"),
            "heat map: there are no turns to show; give the turns",
        ),
        (
            lambda path: charts.code_frequency(coded(), CODES, path),
            "code frequency: nothing was coded yet",
        ),
        (
            lambda path: charts.cooccurrence_network(
                cooccurrence(coded(), codes=CODES), coded(), path
            ),
            "network: no two codes stand together; try turns or sources",
        ),
        (lambda path: charts.timeline(coded(), path), "timeline: nothing was coded yet"),
    ],
)
def test_of_nothing_no_picture_is_drawn(draw, message, tmp_path):
    with pytest.raises(QualkitError) as refused:
        draw(tmp_path / "f.png")

    assert str(refused.value) == message
    assert list(tmp_path.iterdir()) == []


def test_a_heat_map_has_its_names_bases_and_numbers_as_words(tmp_path):
    words = svg_words(DRAWN["heatmap"](tmp_path / "f.svg"))

    assert {"Staffing", "Lead-in time", "North", "South", "East", "(n = 2)", "(n = 1)"} <= set(
        words
    )
    assert [word for word in words if word.endswith("%")] == ["100%", "50%", "0%"] + ["50%"] * 2 + ["0%"]  # fmt: skip
    assert "Share of sources with each theme, by case" in words


def test_withheld_cells_are_hatched_and_have_no_number(tmp_path):
    made = table(smallest=3)

    words = svg_words(charts.heat_map(made, tmp_path / "f.svg"))

    assert [word for word in words if word.endswith("%")] == []
    assert "Hatched: withheld, under 3 sources or beside such a number" in words
    assert "<pattern" in (tmp_path / "f.svg").read_text("utf-8")


def test_numbers_are_white_on_dark_cells_and_black_on_light(tmp_path):
    text = DRAWN["heatmap"](tmp_path / "f.svg").read_text("utf-8")

    assert "fill: #ffffff" in re.search(r"<text[^>]*>100%<", text)[0]
    assert "fill: #ffffff" not in re.search(r"<text[^>]*>0%<", text)[0]


def test_a_heat_map_of_many_rows_and_values_says_what_it_left_out(tmp_path):
    codes, codings = big(70)
    sources = pd.DataFrame({"source": ["s1", *(f"q{n}" for n in range(44))], "words": 9}).assign(
        case=[f"Case with a long name {n}" for n in range(45)]
    )
    made = crosstab(codings, sources=sources, codes=codes, by="case")

    words = " ".join(svg_words(charts.heat_map(made, tmp_path / "f.svg")))

    assert "the 60 of 70 rows in most sources; the 40 of 45 values with most sources" in words
    assert words.count("%") == 60 * 40


def test_code_frequency_shows_the_most_widespread_and_counts_the_others(tmp_path):
    words = svg_words(charts.code_frequency(CODINGS, CODES, tmp_path / "f.svg", top=2))

    assert {"Worker in school", "Lead-in time", "Sources", "Excerpts"} <= set(words)
    assert "Worker outside" not in words
    assert "(the 2 of 3 codes in most sources; 1 never given)" in words


def test_codes_of_one_name_have_their_codebook_beside_it(tmp_path):
    codes = CODES.assign(name="Roles", codebook=["a", "b", "c", "d"])
    codings = CODINGS.assign(codebook=["b", "d", "b", "c", "d"])

    words = svg_words(charts.code_frequency(codings, codes, tmp_path / "f.svg"))

    assert {"Roles (b)", "Roles (c)", "Roles (d)"} <= set(words)


def test_a_network_names_its_codes_and_how_wide_its_widest_line_is(tmp_path):
    words = svg_words(DRAWN["network"](tmp_path / "f.svg"))

    assert {"Worker in school", "Worker outside", "Lead-in time"} <= set(words)
    assert "Codes that stand together, 5 codings of 3 sources" in words
    assert "(wider line: more overlap, up to Jaccard 0.50)" in words


def test_no_label_of_a_network_lies_upon_another_or_a_circle(tmp_path, monkeypatch):
    taken: list[tuple[float, ...]] = []
    place = _drawing.free_place

    def remember(at, size, others, box):
        spot = place(at, size, others, box)
        taken[:] = [*others, (*spot, *size)]
        return spot

    monkeypatch.setattr(_drawing, "free_place", remember)
    codes, codings = big(41)
    charts.cooccurrence_network(cooccurrence(codings, codes=codes), codings, tmp_path / "f.png")

    circles, labels = taken[: len(taken) // 2], taken[len(taken) // 2 :]
    assert len(labels) >= 9
    for n, (x, y, wide, high) in enumerate(labels):
        for a, b, w, h in [*circles, *labels[:n]]:
            assert abs(x - a) >= (wide + w) / 2 or abs(y - b) >= (high + h) / 2


def test_a_timeline_tells_coders_apart_by_their_lines_and_counts_them(tmp_path):
    text = DRAWN["timeline"](tmp_path / "f.svg").read_text("utf-8")

    assert {"Ann (4)", "Bo (1)", "2 Mar", "Codings so far, by coder and day"} <= set(
        re.findall(r"<text[^>]*>([^<]*)</text>", text)
    )
    assert "stroke-dasharray" in text


def test_a_long_timeline_counts_by_week_and_many_coders_are_one_line(tmp_path):
    days = pd.date_range("2026-01-01", periods=200).strftime("%Y-%m-%dT09:00:00Z")
    codings = pd.DataFrame({"created": days, "coder": [f"C{n % 10}" for n in range(200)]})

    words = svg_words(charts.timeline(codings, tmp_path / "f.svg"))

    assert "Codings so far, by coder and week" in words
    assert "3 others (60)" in words


def test_a_name_that_is_no_formula_is_drawn_as_it_stands(tmp_path):
    codes = CODES.assign(name=["$a$", "Care & <time>", "x_1", "=1+1"])

    charts.code_frequency(CODINGS, codes, tmp_path / "f.svg")

    text = (tmp_path / "f.svg").read_text("utf-8")
    assert "Care &amp; &lt;time&gt;" in text
    assert np.all([name in text for name in ("x_1", "=1+1")])
