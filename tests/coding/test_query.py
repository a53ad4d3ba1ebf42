"""The language of queries: what each form finds, and how bad ones are refused."""

from __future__ import annotations

import time

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qualkit.coding.query import DEEPEST, parse, search
from qualkit.errors import QueryError, TableError
from tests.strategies import TEXTS


def found(query, text, **facts):
    """The words that a query marks in one passage; None where it does not match."""
    rows = search(pd.DataFrame([{"text": text, **facts}]), query)
    return [text[start:end] for start, end in rows[0][1]] if rows else None


def refusal(query):
    with pytest.raises(QueryError) as refused:
        found(query, "We waited.", role="participant", area="Salt Bay")
    return refused.value


@pytest.mark.parametrize(
    ("query", "text", "words"),
    [
        ("wait", "Waiting, waited; WAITS awaited waiter", ["Waiting", "waited", "WAITS"]),
        ("waited", "We wait.", ["wait"]),
        ("wait", "We hurried.", None),
        ("child", "The children came", ["children"]),
        ("don't", "We do not. They don’t.", ["do not", "don’t"]),
        ("have", "It's theirs", None),
        ("10:30", "At 10:30 sharp", ["10:30"]),
        ("café", "A cafe, a cafe\u0301, a CAFÉ", ["cafe\u0301", "CAFÉ"]),
        ("😀", "Fine 😀", ["😀"]),
    ],
)
def test_a_word_is_found_in_any_of_its_forms(query, text, words):
    assert found(query, text) == words


@pytest.mark.parametrize(
    ("query", "text", "words"),
    [
        ("waiting list", "We waited. Lists grew. A wait-list, the waiting\n lists", ["wait-list", "waiting\n lists"]),
        ("wait list", "Waiting ... lists", ["Waiting ... lists"]),
        ("follow-up", "We followed up", ["followed up"]),
        ("wait* list", "the waiter lists", ["waiter lists"]),
    ],
)  # fmt: skip
def test_words_in_a_row_are_found_within_one_sentence(query, text, words):
    assert found(query, text) == words


@pytest.mark.parametrize(
    ("query", "text", "words"),
    [
        ("wait*", "Waiter, waiting, await", ["Waiter", "waiting"]),
        ('"waiting"', "waited Waiting waitings awaiting", ["Waiting"]),
        ("“it's fine”", "It’s\n  FINE now", ["It’s\n  FINE"]),
        ('"follow-up"', "a follow–up", ["follow–up"]),
        ('"cafe"', "café", None),
        ('"fi"', "ﬁ ﬁn", ["ﬁ"]),
        (r"/wait\w* (list|time)/", "Waiting list, wait time", ["Waiting list", "wait time"]),
        (r"/and\/or/", "this and/or that", ["and/or"]),
        ("/x*/", "axxb", ["xx"]),
        ("/^we/", "We or we", ["We"]),
    ],
)
def test_prefixes_phrases_and_regular_expressions(query, text, words):
    assert found(query, text) == words


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("wait AND list", ["waited", "list"]),
        ("wait AND month", None),
        ("wait OR month", ["waited"]),
        ("month OR NOT list", None),
        ("wait NOT month", ["waited"]),
        ("NOT month", []),
        ("NOT (wait AND list)", None),
        ("month OR wait list", None),
        ("month OR wait AND list", ["waited", "list"]),
        ("(month OR wait) AND NOT list", None),
        ("month AND month OR list", ["list"]),
        ('wait OR "waited for the list"', ["waited for the list"]),
        ("and", ["and"]),
    ],
)
def test_not_binds_before_and_and_before_or(query, words):
    assert found(query, "We waited for the list and hoped.") == words


@pytest.mark.parametrize(
    ("query", "matches"),
    [
        ("area:Salt*", True),
        ('area:"salt bay"', True),
        ("AREA:“Salt Bay”", True),
        ("area:Salt", False),
        ('area:"Salt*"', True),
        ("speaker:P7 wait", True),
        ("speaker:P8", False),
        ("NOT speaker:P8", True),
        ("role:participant", True),
        ("role:interviewer", False),
        ('"local authority":north', True),
        ("case.region:coast", True),
        ("item:Q5", False),
    ],
)
def test_a_filter_asks_for_a_fact_of_the_passage(query, matches):
    facts = {
        "area": "Salt Bay", "speaker": "P7", "role": "participant", "local authority": "North",
        "case.region": "Coast", "item": None,
    }  # fmt: skip

    assert (found(query, "We waited.", **facts) is not None) is matches


def test_an_emoji_before_a_match_does_not_shift_it():
    assert search(pd.DataFrame({"text": ["😀👩\u200d👧 waited"]}), "wait OR /wait../") == [
        (0, [(5, 11)])
    ]


@pytest.mark.parametrize(
    ("query", "position", "reason"),
    [
        ("", 1, "it is empty; give a word to look for"),
        ("  \n", 1, "it is empty; give a word to look for"),
        ('wait "list', 6, "this quotation mark is never closed"),
        ("wait “list", 6, "this quotation mark is never closed"),
        ("wait»", 5, "this quotation mark was never opened"),
        ('""', 1, "there is nothing between the quotation marks"),
        ("(wait", 1, "this parenthesis is never closed"),
        ("(", 1, "this parenthesis is never closed"),
        ("wait)", 5, "this parenthesis was never opened"),
        ("wait ()", 7, "there is nothing in the parentheses"),
        ("(a OR)", 6, "something is missing before this parenthesis"),
        ("wait AND", 6, "nothing comes after AND"),
        ("OR wait", 1, "something is missing before OR; as a word, write it in small letters"),
        ("a AND OR b", 7, "something is missing before OR; as a word, write it in small letters"),
        ("NOT", 1, "nothing comes after NOT"),
        ("wait --", 6, "'--' is no word; put marks in quotation marks"),
        ("*", 1, r"'*' stands only at the end of a word, as in wait*; else write /\w*ing/"),
        ("*ing", 1, r"'*' stands only at the end of a word, as in wait*; else write /\w*ing/"),
        ("well-be*", 1, r"'*' goes after letters and digits alone; write /well-be\w*/"),
        ("speaker: P7", 1, "there is nothing after 'speaker:'; write speaker:value"),
        ("wait /list", 6, "this regular expression is never closed; it must end with /"),
        ("wait //", 6, "no regular expression: it is empty"),
        ("/wait(/", 1, "no regular expression: missing ), unterminated subpattern at position 4"),
        ("/[[:alpha:]]/", 1, "no regular expression: Possible nested set at position 1"),
        ("/(?R)/", 1, "no regular expression: unknown extension ?R at position 1"),
        ("/(?:a{9999}){9999}/", 1, "no regular expression: its counted repeats make more than 100,000 copies"),
        ("/a{99999999999}/", 1, "no regular expression: its counted repeats make more than 100,000 copies"),
        ("/" + "(" * 3000 + "a" + ")" * 3000 + "/", 1, "no regular expression: too many parentheses within each other"),
        ("wait are:North", 6, "no attribute is called 'are'; did you mean 'area' or 'role'?"),
        ("role:teacher", 1, "no role is called 'teacher'; known are interviewer, participant, unknown"),
    ],
)  # fmt: skip
def test_a_bad_query_is_refused_with_its_place_and_reason(query, position, reason):
    error = refusal(query)

    shown = query if len(query) <= 80 else f"{query[:77]}..."
    assert str(error) == f"query {shown!r}, character {position}: {reason}"
    assert (error.query, error.position, error.reason) == (query, position, reason)


def test_a_query_of_ten_thousand_characters_is_answered_a_longer_one_refused():
    query = " OR ".join(["months"] * 1000)
    assert len(query) == 9_996

    assert found(query, "We waited for months.") == ["months"]
    assert refusal(query + " OR years").reason == (
        "it has 10,005 characters; 10,000 are allowed, ask in several queries"
    )


@pytest.mark.parametrize(
    "query", ["(" * 4000 + "wait" + ")" * 4000, "NOT " * 2000 + "wait", "(NOT " * 1500 + "wait"]
)
def test_too_deep_a_nest_is_refused_not_a_crash(query):
    assert refusal(query).reason == (
        f"more than {DEEPEST} parentheses or NOTs within each other; make it simpler"
    )


@pytest.mark.parametrize("regex", ["(a+)+$", "(a|aa)+$", "(a|a?)+$", r"(\w+\s?)*!"])
def test_a_regular_expression_made_to_harm_ends_in_time(regex):
    started = time.monotonic()

    try:
        found(f"/{regex}/", "a" * 60 + "b")
    except QueryError as error:
        assert error.reason == (  # noqa: PT017 - fine where it ends by itself
            "the regular expression takes more than 1 second on one passage; "
            "make it simpler: no repeat of alternatives that begin alike, as in (a|ab)*"
        )
    assert time.monotonic() - started < 10


def test_a_regular_expression_that_takes_too_long_is_refused():
    assert found("/(a+)+$/", "a" * 30) == ["a" * 30]
    with pytest.raises(QueryError, match="takes more than 1 second on one passage"):
        found("/(a|aa)+$/", "a" * 60 + "b")


def test_turns_without_their_words_are_refused():
    with pytest.raises(TableError) as refused:
        search(pd.DataFrame({"text": [None]}), "wait")

    assert str(refused.value) == (
        "passages, row 0: it has no words; read the turns with words=True"
    )
    with pytest.raises(TableError, match=r"passages: it has no column 'text'; it has \['a'\]"):
        search(pd.DataFrame({"a": ["x"]}), "wait")


def test_empty_passages_match_nothing_not_even_a_filter():
    assert search(pd.DataFrame({"text": ["", " \n"], "speaker": "P7"}), "speaker:P7 OR NOT x") == []


def test_a_phrase_or_regular_expression_needs_no_language_library(monkeypatch):
    monkeypatch.setattr("qualkit._nlp.pipeline", lambda: pytest.fail("spaCy was asked"))

    assert found('"waited" OR /mon../', "We waited months") == ["waited", "month"]


@given(st.text(max_size=60) | st.text('ab"/()*: ANDORT“”«»', max_size=40))
@settings(max_examples=300, deadline=None)
def test_any_text_is_a_query_or_refused_with_a_place_in_it(text):
    try:
        parse(text)
    except QueryError as error:
        assert 1 <= error.position <= max(1, len(text))  # noqa: PT017 - either is right


@given(text=TEXTS, data=st.data())
@settings(max_examples=150, deadline=None)
def test_spans_lie_within_the_text_in_order_and_apart(text, data):
    a, b = sorted(data.draw(st.tuples(*[st.integers(0, len(text))] * 2)))
    phrase = text[a:b].translate(dict.fromkeys(map(ord, '"“”„')))
    query = f'"{phrase}" OR /\\w+/ OR a*' if phrase.strip() else r"/\w+/ OR a*"

    try:
        rows = search(pd.DataFrame({"text": [text]}), query)
    except QueryError as error:  # a phrase of invisible characters alone
        assert error.reason == "there is nothing between the quotation marks"  # noqa: PT017
        return

    spans = [span for _, spans in rows for span in spans]
    edges = [edge for span in spans for edge in span]
    assert edges == sorted(edges)
    assert all(0 <= start < end <= len(text) for start, end in spans)
