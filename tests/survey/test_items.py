"""A survey's description is read strictly, every fault with its line, and written back the same."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualkit.errors import CodebookError
from qualkit.project import samples
from qualkit.survey.items import (
    Item,
    Survey,
    is_missing,
    number_of,
    ordered,
    parse_survey,
    read_survey,
    write_survey,
)

AGREE = {"1": "Disagree", "2": "Agree", "9": "Don't know"}


def problems(text: str) -> tuple[str, ...]:
    with pytest.raises(CodebookError) as caught:
        parse_survey(text, "s.yaml")
    return caught.value.problems


def with_item(*lines: str, head: str = "") -> str:
    return f"id: s\n{head}items:\n  - id: K1\n" + "".join(f"    {line}\n" for line in lines)


def test_the_sample_has_its_labels_polarity_scale_and_waves():
    survey = read_survey(samples() / "survey" / "items.yaml")

    assert survey.waves == {"before": "before.csv", "after": "after.csv"}
    assert survey.item("K1") == Item(
        "K1", "I can tell when a pupil may have a mental health need", "ordinal",
        {"1": "Strongly disagree", "2": "Disagree", "3": "Agree", "4": "Strongly agree",
         "9": "Don't know"},
        "higher-is-better", ("9",), "knowledge", ("knowledge.identify",), ("1", "2", "3", "4"),
    )  # fmt: skip
    assert survey.item("W1").labels == {"0": "No", "1": "Yes"}
    assert (survey.item("W1").polarity, survey.item("O1").waves) == ("", ("after",))


def test_dont_know_and_labels_of_the_survey_do_not_reach_numbers():
    text = (
        'id: s\nlabels: {"1": No, "2": Yes}\ndont_know: "9"\nmissing: ["97..99"]\nitems:\n'
        "  - {id: A, kind: ordinal}\n  - {id: B, kind: number, low: 0, high: 10}\n"
    )

    first, second = parse_survey(text).items

    assert (first.codes, first.dont_know, first.missing) == (("1", "2"), ("9",), ("97..99",))
    assert (second.labels, second.dont_know, second.missing) == ({}, (), ())
    assert (second.low, second.high) == (0.0, 10.0)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("id: s\n", "it has no list of items under 'items:'"),
        (with_item("kind: ordnal"), "line 3, item K1: kind 'ordnal' is none of ordinal, nominal, "
         "multiple, number, yes-no, open"),
        (with_item("kind: open", "polarty: unset"),
         "line 3, item K1: unknown key 'polarty'; did you mean 'polarity'?"),
        (with_item("kind: open", "polarity: up"), "line 3, item K1: polarity 'up' is none of "
         "higher-is-better, lower-is-better, unset"),
        (with_item("kind: open", "  - id: k1\n", "kind: open").replace("      - id", "  - id"),
         "duplicate id k1 (lines 3 and 5)"),
        (with_item("kind: ordinal", 'labels: {"1": Agree, "2": agree}'),
         "line 3, item K1: codes 1 and 2 have labels that read the same"),
        (with_item("kind: ordinal", 'labels: {"1": "2", "2": "1"}'),
         "line 3, item K1: the label of 1 is '2', which is the code of another answer"),
        (with_item("kind: ordinal", "labels: {a: Agree}"), "line 3, item K1: the codes of an "
         "ordinal item must be numbers; use kind: nominal for others"),
        (with_item("kind: ordinal", 'labels: {"1": A, "2": B}', 'order: ["2"]'), "line 3, item K1: "
         "its order must name each code of an ordinal item once, without dont_know"),
        (with_item("kind: yes-no", 'labels: {"2": "Yes"}'),
         "line 3, item K1: the labels of a yes-no item are '0' for no and '1' for yes; "
         "say 'yes' and 'no' with the codes that the file has, where these are others"),
        (with_item("kind: multiple"),
         "line 3, item K1: it has no labels; list its options as code: words"),
        (with_item("kind: number", "low: 5", "high: 1"), "line 3, item K1: low is more than high"),
        (with_item("kind: number", "missing: 97..x"),
         "line 3, item K1: missing: '97..x' is not a range such as 97..99"),
        (with_item("kind: open", "waves: [after]"),
         "line 3, item K1: unknown wave 'after'; the survey has none"),
        (with_item("kind: open", head="columns: {K2: Q1}\n"),
         "columns: 'K2' is no item, option (M1/2), subgroup, weight or cluster"),
        (with_item("kind: open", head="subgroups: [K1]\n"),
         "subgroup 'K1' has the name of an item or of a column of every table"),
        (with_item("kind: open", head="dates: {one: 2025-06}\n"),
         "dates: unknown wave 'one'; the survey has none"),
        (with_item("kind: open", head="waves: [one]\ndates: {one: 2025-13-01}\n"),
         "dates: '2025-13-01' is not a date such as 2025-06-30, a month or a year"),
        (with_item("kind: open", head="dates: [2025]\n"),
         "'dates' must be a mapping of 'code: words' lines"),
        (with_item("kind: open", head="layout: lime\n"),
         "layout 'lime' is none of plain, qualtrics, surveymonkey, ms-forms, spss"),
        (with_item("kind: open", head="labels: [a]\n"),
         "'labels' must be a mapping of 'code: words' lines"),
        (with_item("kind: open", "question: {a: b}"), "line 3, item K1: 'question' must be text"),
        (with_item('kind: "open\\0"', "labels: {a: {}}"), "line 3, item K1: kind 'open\\x00' is none"
         " of ordinal, nominal, multiple, number, yes-no, open"),
        ("id: s\nitems:\n  - id: weight\n    kind: open\n",
         "line 3, item weight: the id 'weight' is a column of every table; give another"),
    ],
)  # fmt: skip
def test_what_does_not_hold_together_is_told_with_its_line(text, told):
    assert told in problems(text)


def test_every_fault_is_told_together():
    text = with_item("kind: x", head="layout: y\nbase: 3\n")

    assert [problem[:30] for problem in problems(text)] == [
        "unknown key 'base'; known are ",
        "layout 'y' is none of plain, q",
        "line 5, item K1: kind 'x' is n",
    ]


SURVEYS = [
    read_survey(samples() / "survey" / "items.yaml"),
    Survey("empty-labels", "T", items=tuple(
        ordered(Item(name, "?", labels=labels, dont_know=("9",)))
        for name, labels in (("A", AGREE), ("B", AGREE), ("C", {}))
    )),
    Survey(
        "all", "All: of it", "Leads", "who", ("area",), "wt", {"one": "", "two": "b.csv"},
        (
            Item("M", "Which? “these”", "multiple", {"1": "Calls; all", "2": "no"}, other="2",
                 separator="|"),
            Item("N", "How many?", "number", low=0.5, high=1e6, missing=("-1", "97..99")),
            Item("Y", "Well?", "yes-no", {"0": "Nein", "1": "Ja", "8": "?"}, dont_know=("8",)),
            Item("R", "Turned?", "ordinal", {"1": "a", "2": "b"}, order=("2", "1"),
                 measure="ordinal", asked_of="some", waves=("two",), speaks_to=("x", "y")),
        ),
        "qualtrics", {"M/1": "Q1_1", "area": "Q7"}, "school", {"area": {"1": "North"}},
        {"one": "2025", "two": "2025-07-15"}, "School lead",
    ),
]  # fmt: skip


@pytest.mark.parametrize("survey", SURVEYS, ids=lambda survey: survey.id)
def test_what_is_written_reads_back_the_same(survey):
    assert parse_survey(write_survey(survey)) == survey


def test_the_date_of_a_wave_goes_with_the_wave():
    survey = replace(SURVEYS[2], waves={"two": "b.csv"})

    assert parse_survey(write_survey(survey)).dates == {"two": "2025-07-15"}


WORDS = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=12)


@given(st.lists(WORDS, min_size=1, max_size=4), WORDS)
def test_any_words_are_written_and_read_back(labels, question):
    held = {str(n): f"{n}: {words}" for n, words in enumerate(labels, 10)}
    item = ordered(Item("K1", question, labels=held))
    survey = replace(SURVEYS[0], items=(item,))

    assert parse_survey(write_survey(survey)) == survey


def test_missing_codes_are_single_or_ranges_open_at_an_end():
    cases = [("98", "97..99"), ("-5", "..-1"), ("100", "97.."), ("n/a", "n/a"), ("4", "97..")]

    assert [is_missing(code, [one]) for code, one in cases] == [True, True, True, True, False]


def test_a_number_has_a_point_and_an_end():
    written = ["2.5", "-3", "1e3", "1,5", "1e999", "nan", "٣", "", "0x10", "1_000"]

    assert [number_of(one) for one in written] == [2.5, -3.0, 1000.0, *[None] * 7]


@pytest.mark.parametrize(
    ("said", "codes"),
    [
        ('labels: {"1": Yes, "2": No}', ("1", "2")),
        ('labels: {"2": "Yes", "1": "No"}', ("2", "1")),
        ('yes: "5", no: "6"', ("5", "6")),
        ('labels: {"0": No, "1": Yes}', ("", "")),
    ],
)
def test_yes_and_no_may_have_other_codes_in_a_file_and_are_1_and_0_here(said, codes):
    text = f'id: s\nitems:\n  - {{id: W1, question: "Came?", kind: yes-no, {said}}}\n'

    (item,) = parse_survey(text, "s.yaml").items

    assert (item.yes, item.no) == codes
    assert dict(item.labels) == {"0": "No", "1": "Yes"}
    assert parse_survey(write_survey(parse_survey(text, "s.yaml")), "s.yaml").items == (item,)


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        ('kind: yes-no, yes: "1", no: "1"', "must have codes of their own"),
        ('kind: yes-no, yes: "1", no: "9", dont_know: ["9"]', "must have codes of their own"),
        ('kind: nominal, labels: {"1": a}, yes: "1"', "are for an item of kind yes-no"),
    ],
)
def test_codes_of_yes_and_no_that_cannot_be_are_refused(item, reason):
    with pytest.raises(CodebookError, match=reason):
        parse_survey(f"id: s\nitems:\n  - {{id: W1, question: q, {item}}}\n", "s.yaml")
