"""Charts of surveys: every number that they show, nothing that is withheld, words as words."""

from __future__ import annotations

import re
from html import unescape

import pandas as pd
import pytest

from qualkit.errors import QualkitError, UnknownName
from qualkit.export import _survey_canvas as canvas
from qualkit.export import survey_charts as charts
from qualkit.survey import Item, Rules, Survey, compare, describe

AGREE = {"1": "Strongly disagree", "2": "Disagree", "3": "Agree", "4": "Strongly agree",
         "9": "Don't know"}  # fmt: skip
ASK = Item("K1", "Do you ask?", labels=AGREE, polarity="higher-is-better", dont_know=("9",))


def answers(**counts):
    """A column of codes: so many of each."""
    return [code.lstrip("c") for code, count in counts.items() for _ in range(count)]


def made(column, item=ASK, *, by=(), rules=None, groups=None, **options):
    table = pd.DataFrame({item.id: column})
    if groups is not None:
        table["area"] = groups
    survey = Survey("s", items=(item,), subgroups=("area",) if groups is not None else ())
    return describe({"before": table}, survey, by=by, rules=rules or Rules(), **options)


def svg_words(path):
    return [unescape(one) for one in re.findall(r"<text[^>]*>([^<]*)</text>", path.read_text())]


def pair(polarity="higher-is-better", labels=AGREE, **options):
    """Twelve people before and after; two of them say two points more."""
    item = Item("K1", "Do you ask?", labels=labels, polarity=polarity, dont_know=("9",))
    survey = Survey("s", respondent="id", items=(item,))
    people = [f"P{n}" for n in range(12)]
    first = pd.DataFrame({"id": people, "K1": list("112223331222")})
    second = pd.DataFrame({"id": people, "K1": list("332223331222")})
    return compare(first, second, survey, **options), survey


# Answers on a scale ----------------------------------------------------------------------------


def test_a_bar_prints_its_percentages_dont_know_and_base(tmp_path):
    one = made(answers(c1=10, c2=20, c3=30, c4=40, c9=25))

    words = svg_words(charts.likert(one, tmp_path / "k.svg")[0])

    assert [word for word in words if word.isdecimal()] == ["10", "20", "30", "40", "100"]
    assert {"25 (20%)", "n", "Don't know", *list(AGREE.values())[:4]} <= set(words)
    assert "% of those who gave an answer; n: how many they are. Don't know is not in %." in words


def test_a_scale_that_runs_from_agree_to_disagree_is_turned_round():
    down = Item("K1", "?", labels={"1": "Agree", "2": "Neither", "3": "Disagree"})

    said = charts.described(made(answers(c1=50, c2=30, c3=20), down), "likert")[0]

    assert "Answers from left to right: Disagree, Neither, Agree." in said
    assert "K1 ?: 20% Disagree, 30% Neither, 50% Agree (n = 100, don't know 0)." in said


@pytest.mark.parametrize(("neutral", "at"), [("centred", -20.0), ("apart", -5.0)])
def test_the_middle_answer_stands_on_both_sides_or_apart(neutral, at, tmp_path, monkeypatch):
    item = Item("K1", "?", labels={"1": "No", "2": "Neither", "3": "Yes"})
    one = made(answers(c1=5, c2=30, c3=65), item, rules=Rules(0, 0))
    boxes = []
    plain = canvas.Canvas.box

    def kept(self, place, size, fill, **more):
        boxes.append((place, size))
        plain(self, place, size, fill, **more)

    monkeypatch.setattr(canvas.Canvas, "box", kept)

    charts.likert(one, tmp_path / "k.svg", neutral=neutral)

    no, _, yes = sorted((b for b in boxes if b[1][1] == 0.19), key=lambda b: b[1][0])
    unit = yes[1][0] / 65
    zero = yes[0][0] - (15 * unit if neutral == "centred" else 0)
    assert (no[0][0] - zero) / unit == pytest.approx(at)


def test_withheld_answers_of_one_side_are_hatched_as_one_share(tmp_path):
    one = made(answers(c1=2, c2=18, c3=50, c4=30))

    said = charts.described(one, "likert")[0]
    words = svg_words(charts.likert(one, tmp_path / "k.svg")[0])

    assert "20% withheld (left), 50% Agree, 30% Strongly agree (n = 100, don't know 0)" in said
    assert not {"2", "18"} & set(words)
    assert "Withheld" in words
    assert any(word.startswith("Hatched: withheld. Results on fewer than 10") for word in words)


def test_withheld_answers_that_may_lie_on_either_side_are_put_on_none():
    item = Item("K1", "?", labels={str(n): f"p{n}" for n in range(1, 8)})
    one = made(answers(c1=3, c2=20, c3=20, c4=20, c5=4, c6=20, c7=20), item)

    said = charts.described(one, "likert")[0]

    assert "19% p2, 19% p3, 19% p4, 19% p6, 19% p7, 7% withheld (n = 107, don't know 0)" in said


def test_a_bar_of_which_only_noughts_may_be_shown_is_withheld_as_a_whole():
    item = Item("K1", "?", labels={str(n): f"p{n}" for n in range(1, 6)})
    one = made(answers(c1=4, c2=4, c4=4), item)

    said = charts.described(one, "likert")[0]

    assert "K1 ?: withheld, a count of a few people, or one that would give such a count" in said


def test_a_group_on_a_small_base_is_hatched_with_its_reason_and_its_base_stays(tmp_path):
    column, groups = answers(c2=20, c3=30, c4=4), ["North"] * 25 + ["South"] * 25 + ["East"] * 4
    one = made(column, by="area", groups=groups)

    words = svg_words(charts.likert(one, tmp_path / "k.svg", by="area")[0])

    assert {"All", "East", "North", "South", "withheld: fewer than 10 answers", "4"} <= set(words)
    assert "the total would give away East" in charts.described(one, "likert", by="area")[0]


def test_dont_know_that_is_counted_is_in_the_base_of_every_share():
    one = made(answers(c1=10, c2=10, c3=10, c4=10, c9=10), dont_know="counted")

    said = charts.described(one, "likert")[0]

    assert "20% Strongly disagree, 20% Disagree, 20% Agree, 20% Strongly agree (n = 40" in said
    assert "% of all who answered, don't know among them; n: who gave an answer." in said


@pytest.mark.parametrize("points", range(2, 12))
def test_every_length_of_scale_has_as_many_shades_as_points(points):
    half = points // 2
    sides = [*canvas.shades(half, warm=True), *canvas.shades(half, warm=False)]

    assert len(set(sides)) == 2 * half


@pytest.mark.parametrize("count", range(1, 6))
def test_warm_and_cold_shades_are_equally_light_and_each_darker_than_the_last(count):
    def light(fill):
        red, green, blue = (int(fill[n : n + 2], 16) for n in (1, 3, 5))
        return 0.299 * red + 0.587 * green + 0.114 * blue

    warm, cold = ([light(one) for one in canvas.shades(count, warm=w)] for w in (True, False))

    assert cold == sorted(cold, reverse=True)
    assert warm == sorted(warm, reverse=True)
    assert warm == pytest.approx(cold, abs=6)


def test_items_of_another_length_than_two_to_eleven_are_named(tmp_path):
    long = Item("L", "?", labels={str(n): str(n) for n in range(12)})
    survey = Survey("s", items=(ASK, long))
    table = pd.DataFrame({"K1": answers(c2=20, c3=20), "L": ["3"] * 40})

    said = charts.described(describe({"w": table}, survey), "likert")[0]

    assert said.endswith("Not shown, for want of 2 to 11 answers on a scale: L.")


# Words of users --------------------------------------------------------------------------------

HARD = ["It costs $5 to $10", "\\frac{1}{2} & <b>x</b>", "😀 \u0647\u0644 \u062a\u0639\u0631\u0641"]


@pytest.mark.parametrize("words", HARD)
@pytest.mark.parametrize("ending", ["png", "svg"])
def test_words_of_users_are_drawn_as_they_stand(words, ending, tmp_path):
    item = Item("K1", words, labels={"1": words, "2": "b"})
    one = made(answers(c1=20, c2=20), item)

    (path,) = charts.likert(one, tmp_path / f"k.{ending}", title=words)

    if ending == "svg":
        drawn = svg_words(path)
        assert words in drawn
        assert f"K1 {words}" in drawn


def test_a_long_question_is_wrapped_and_ends_in_an_ellipsis_where_it_cannot_be():
    lines = canvas.wrapped("word " * 300, 2.0, 8.0, most=4)

    assert len(lines) == 4
    assert lines[-1].endswith("…")
    assert max(canvas.width(line, 8.0) for line in lines) <= 2.0


def test_one_word_longer_than_its_column_is_broken():
    lines = canvas.wrapped("W" * 60, 1.0, 8.0, most=20)

    assert "".join(lines) == "W" * 60
    assert max(canvas.width(line, 8.0) for line in lines) <= 1.0


def test_a_name_is_cut_in_its_middle_so_that_its_end_tells_it_apart():
    names = [f"Survey of all schools, autumn {year}" for year in (2024, 2025)]

    shown = [canvas.shortened(name, 1.2) for name in names]

    assert [one[:6] for one in shown] == ["Survey", "Survey"]
    assert [one[-4:] for one in shown] == ["2024", "2025"]
    assert max(canvas.width(one, canvas.SMALL) for one in shown) <= 1.2
    assert canvas.shortened("North", 1.2) == "North"


def test_a_key_goes_on_in_further_lines_within_the_page():
    signs: list[tuple[canvas.Sign | None, str]] = [
        (None, f"wave {n} of the evaluation, in the autumn") for n in range(6)
    ]

    lines = canvas.key_lines(signs, withheld=True)

    assert [len(line) for line in lines] == [2, 2, 3]
    assert max(sum(one.wide for one in line) for line in lines) <= canvas.WIDE - 2 * canvas.EDGE
    assert lines[-1][-1].words == "Withheld"


# Pages -----------------------------------------------------------------------------------------


def test_waves_of_a_group_stay_together_where_an_item_is_divided():
    item = Item("K1", "?", labels=AGREE)
    groups = [f"A{n:02}" for n in range(20)]
    waves = {
        name: pd.DataFrame({"K1": ["1", "4"] * 200, "area": groups * 20}) for name in ("t1", "t2")
    }
    one = describe(waves, Survey("s", items=(item,), subgroups=("area",)), by="area")

    said = " ".join(charts.described(one, "likert", by="area"))

    pieces = said.split("K1 ?")[1:]
    assert len(pieces) == 2
    assert all(piece.count(", t1:") == piece.count(", t2:") for piece in pieces)


def test_sixty_items_go_on_in_further_files_none_higher_than_a_page(tmp_path):
    items = tuple(Item(f"Q{n}", f"Question {n}", labels=AGREE) for n in range(60))
    table = pd.DataFrame({one.id: answers(c1=10, c2=10, c3=10, c4=10) for one in items})
    one = describe({"w": table}, Survey("s", items=items))

    pages = charts.likert(one, tmp_path / "k.svg")
    said = charts.described(one, "likert")

    assert [page.name for page in pages] == ["k.svg", "k-2.svg", "k-3.svg"]
    assert len(said) == 3
    heights = [float(re.search(r'height="([\d.]+)pt"', page.read_text())[1]) for page in pages]
    assert max(heights) <= canvas.HIGH * 72
    shown = [word for page in pages for word in svg_words(page) if word.startswith("Q")]
    assert [word.split()[0] for word in shown] == [f"Q{n}" for n in range(60)]


def test_the_same_chart_is_the_same_file(tmp_path):
    one = made(answers(c1=10, c2=20, c3=30, c4=40))

    first, second = (charts.likert(one, tmp_path / name)[0] for name in ("a.svg", "b.svg"))

    assert first.read_bytes() == second.read_bytes()


REFUSED = [
    (lambda one, to: charts.likert(one, to / "k.pdf"), QualkitError,
     "{to}/k.pdf: a figure is written as .png, .svg, not '.pdf'"),
    (lambda one, to: charts.likert(one, to / "no" / "k.png"), QualkitError,
     "{to}/no/k.png: cannot be written (No such file or directory)"),
    (lambda one, to: charts.likert(one, to / "k.png", items=["Z"]), UnknownName,
     "no item is called 'Z'; known are K1"),
    (lambda one, to: charts.likert(one, to / "k.png", neutral="left"), UnknownName,
     "no way with the middle is called 'left'; known are apart, centred"),
    (lambda one, to: charts.distribution(one, to / "k.png"), QualkitError,
     "no item has answers without an order to be shown"),
    (lambda one, _: charts.described(one, "pie"), UnknownName,
     "no kind of chart is called 'pie'; known are before-after, distribution, likert"),
]  # fmt: skip


@pytest.mark.parametrize(("draw", "kind", "message"), REFUSED)
def test_what_cannot_be_drawn_is_refused_and_nothing_is_written(draw, kind, message, tmp_path):
    one = made(answers(c1=10, c2=20))

    with pytest.raises(kind) as refused:
        draw(one, tmp_path)

    assert str(refused.value) == message.format(to=tmp_path)
    assert list(tmp_path.iterdir()) == []


# Before and after ------------------------------------------------------------------------------


def test_two_means_stand_with_their_change_interval_p_and_base(tmp_path):
    result, survey = pair()
    row = result.items.iloc[0]

    (path,) = charts.before_after(result, tmp_path / "b.svg", survey=survey)
    words = svg_words(path)

    assert (row["mean_before"], row["difference"]) == (2.0, pytest.approx(1 / 3))
    first = words.index("2.00 to 2.33")
    assert words[first + 1 : first + 3] == ["+0.33 better", "(−0.16 to +0.83)"]
    assert {"p = 0.166", "Holm = 0.166", "12", "1", "2", "3", "4"} <= set(words)


def test_a_change_that_cannot_be_tested_says_why():
    item = Item("K1", "?", labels=AGREE)
    table = pd.DataFrame({"id": [f"P{n}" for n in range(12)], "K1": list("112223334444")})
    result = compare(table, table, Survey("s", respondent="id", items=(item,)))

    said = charts.described(result, "before-after")[0]

    assert (
        "before 2.75, after 2.75, change +0.00; nobody's answer changed, every difference is zero"
        " (n = 12)."
    ) in said


def test_a_withheld_change_shows_no_figure(tmp_path):
    result, survey = pair(rules=Rules(base=20))

    words = svg_words(charts.before_after(result, tmp_path / "b.svg", survey=survey)[0])

    assert "withheld: fewer than 20 answers" in words
    assert not [word for word in words if word.startswith(("p =", "p <", "+", "(−"))]


def test_shares_of_waves_that_are_not_matched_have_both_bases():
    item = Item("W1", "Did you?", "yes-no", {"0": "No", "1": "Yes"})
    first, second = (pd.DataFrame({"W1": ["1"] * k + ["0"] * 20}) for k in (10, 20))
    result = compare(first, second, Survey("s", items=(item,)), matched=False)

    said = charts.described(result, "before-after", measure="share")[0]

    assert "W1 Did you?: before 33%, after 50%, change +17 " in said
    assert "(n = 30, 40)." in said


def test_an_option_asked_in_neither_wave_says_so():
    item = Item("M", "Which?", "multiple", {"1": "Calls"})
    yes = Item("W1", "Did you?", "yes-no", {"0": "No", "1": "Yes"})
    seen = pd.DataFrame({"W1": ["1", "0"] * 20})
    result = compare(seen, seen, Survey("s", items=(item, yes)), matched=False)

    said = charts.described(result, "before-after", measure="share")[0]

    assert "M Which?: Calls: asked in neither wave (n = 0, 0)." in said


# Other answers ---------------------------------------------------------------------------------


def test_options_have_a_bar_in_each_wave_and_small_counts_none(tmp_path):
    item = Item("M", "Which?", "multiple", {"1": "Calls", "2": "Visits"})
    first = pd.DataFrame({"M/1": ["1"] * 30 + ["0"] * 10, "M/2": ["1"] * 2 + ["0"] * 38})
    second = pd.DataFrame({"M/1": ["1"] * 20 + ["0"] * 20, "M/2": ["1"] * 20 + ["0"] * 20})
    one = describe({"before": first, "after": second}, Survey("s", items=(item,)))

    words = svg_words(charts.distribution(one, tmp_path / "d.svg")[0])
    said = charts.described(one, "distribution")[0]

    assert {"75%", "50%", "before: n = 40; after: n = 40", "withheld"} <= set(words)
    assert "Calls: before 75%, after 50%. Visits: before withheld (a count of a few" in said
    assert "Where several answers could be given, they do not add up to 100 %." in words


def test_a_chart_imports_matplotlib_only_when_it_draws():
    import subprocess
    import sys

    code = "import sys, qualkit.export.survey_charts; print('matplotlib' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout == "False\n"
