"""Keywords in context."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qualkit.coding.kwic import COLUMNS, kwic
from qualkit.errors import QueryError, TableError
from tests.strategies import TEXTS

NAMES = ["source", "start", "text", "speaker", "role", "line", "time"]
TURNS = pd.DataFrame(
    [
        ("p7", 10, "What 😀 about waiting?", "I", "interviewer", 1, None),
        ("p7", 40, "We waited\nand nobody waited with us.", "P7", "participant", 2, 61.5),
        ("p8", 0, "They came.", None, "unknown", None, None),
    ],
    columns=NAMES,
)


def test_each_place_is_a_row_with_its_context_and_speaker():
    table = kwic(TURNS, "wait", width=6)

    assert list(table.columns) == [*COLUMNS, "time", "line"]
    assert table.astype(object).where(table.notna(), None).to_numpy().tolist() == [
        ["p7", 23, 30, "about ", "waiting", "?", "I", "interviewer", None, 1],
        ["p7", 43, 49, "We ", "waited", "\nand n", "P7", "participant", 61.5, 2],
        ["p7", 61, 67, "obody ", "waited", " with ", "P7", "participant", 61.5, 3],
    ]


def test_of_two_places_that_overlap_the_longer_is_shown():
    assert kwic(TURNS, 'wait OR "waited with us"')["match"].tolist() == [
        "waiting", "waited", "waited with us",
    ]  # fmt: skip


def test_no_turns_and_no_places_give_an_empty_table_of_the_same_columns():
    for table in (kwic(TURNS.iloc[:0], "wait"), kwic(TURNS, "absent")):
        assert list(table.columns) == [*COLUMNS, "time", "line"]
        assert table.empty
        assert str(table["start"].dtype) == "int64"


@pytest.mark.parametrize("query", ["role:participant", "NOT wait", "NOT wait OR speaker:P7"])
def test_a_query_without_words_to_show_is_refused(query):
    with pytest.raises(QueryError) as refused:
        kwic(TURNS, query)

    assert str(refused.value) == (
        f"query {query!r}, character 1: it names no words to show, only what they must not be"
    )


@pytest.mark.parametrize("width", [-1, 2.5, True, "6"])
def test_a_width_that_is_no_number_of_characters_is_refused(width):
    with pytest.raises(ValueError) as refused:
        kwic(TURNS, "wait", width=width)

    assert str(refused.value) == f"width {width!r} is not a whole number from 0 upwards"


def test_a_missing_column_is_named():
    with pytest.raises(TableError) as refused:
        kwic(TURNS[["source", "text"]], "wait")

    assert str(refused.value) == (
        "passages: it has no column ['start', 'speaker', 'role']; it has ['source', 'text']"
    )


@given(texts=st.lists(TEXTS, max_size=4), width=st.integers(0, 20))
@settings(max_examples=80, deadline=None)
def test_before_match_and_after_are_what_stands_in_the_source(texts, width):
    whole, rows = "", []
    for text in texts:
        rows.append(("s", len(whole), text, "P", "participant", 1, None))
        whole += text + "\n"

    table = kwic(pd.DataFrame(rows, columns=NAMES), r"/\w+/", width=width)

    for line in table.to_dict("records"):
        start, end = line["start"], line["end"]
        assert whole[start:end] == line["match"]
        assert whole[:start].endswith(line["before"])
        assert whole[end:].startswith(line["after"])
        assert len(line["before"]) <= width
