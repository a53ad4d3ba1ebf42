"""The one list of columns that hold people's words."""

from __future__ import annotations

import pandas as pd
import pytest
from sqlalchemy import Float, Integer

from qualkit.store import free_text, schema, surveys


def test_every_column_that_could_hold_words_is_on_one_of_two_lists():
    for name, table in schema.metadata.tables.items():
        could = {c.name for c in table.c if not isinstance(c.type, Integer | Float)}
        words = set(free_text.COLUMNS.get(name, {}))
        others = free_text.WITHOUT.get(name, frozenset())

        assert words | others == could, name
        assert not words & others, name


def test_no_list_names_a_table_that_is_gone():
    assert {*free_text.COLUMNS, *free_text.WITHOUT} == set(schema.metadata.tables)


@pytest.mark.parametrize(
    ("kind", "value", "made"),
    [
        ("words", "Ann says\n", "[P] says\n"),
        ("json", '{"Ann": ["Ann\\nAnn", 1, null]}', '{"Ann": ["[P]\\n[P]", 1, null]}'),
        ("json", '{"quotes": {"Ann": "x"}}', '{"quotes": {"[P]": "x"}}'),
        ("json", '{"a":1}', '{"a":1}'),  # untouched, to the letter
        ("yaml", "a: Ann # Ann\nAnn:\n  - 'Ann: x'\n", 'a: "[P]" # Ann\nAnn:\n  - "[P]: x"\n'),
        ("yaml", "a: |\n  Ann\n  b\nc: 012\n", 'a: "[P]\\nb\\n"\nc: 012\n'),
    ],
)
def test_words_change_and_nothing_round_them(kind, value, made):
    assert free_text.rebuilt(kind, value, lambda text: text.replace("Ann", "[P]")) == made


def test_answers_are_replaced_and_missing_ones_stay_missing():
    table = pd.DataFrame({"who": ["Ann", None, "Bo"], "weight": [0.5, 1.0, 2.0]})
    data = surveys.pack(table)[0]

    made = free_text.rebuilt("answers", data, lambda text: text.replace("Ann", "[P]"))

    read = surveys.unpack(made, free_text._digest(made))
    assert read["who"].tolist() == ["[P]", pd.NA, "Bo"]
    assert read["weight"].tolist() == [0.5, 1.0, 2.0]
