"""Identifiers of one person are put together; suggestions are the same wherever one is meant."""

from __future__ import annotations

from qualkit.privacy.finding import scan
from qualkit.privacy.grouping import COLUMNS, grouped


def test_ways_to_write_one_name_are_one_group():
    text = "Mrs Begum rang. I like Begum. mrs begum's gone. Siobhán, or Siobhan."

    table = grouped(scan(text))

    assert table[["text", "variants", "count"]].to_dict("split")["data"] == [
        ["Mrs Begum", ("Mrs Begum", "mrs begum", "Begum"), 3],
        ["Siobhan", ("Siobhan", "Siobhán"), 2],
    ]


def test_a_first_name_joins_the_only_full_name_that_has_it():
    one = grouped(scan("Sarah Holt rang. I told Sarah."))
    two = grouped(scan("Sarah Holt rang. So did Sarah Quill. I told Sarah."))

    assert list(one["count"]) == [2]
    assert list(two["text"]) == ["Sarah Holt", "Sarah Quill", "Sarah"]


def test_names_spelt_nearly_alike_are_two_people():
    assert list(grouped(scan("I saw Ellie and Ollie."))["suggestion"]) == [
        "[Person 1]",
        "[Person 2]",
    ]


def test_suggestions_say_what_stood_there_and_no_more():
    text = (
        "Tom of Crewe went to Fir Vale School and Oakfield Academy in Todmorden on 3 May 2019 and "
        "2 January. Ring 07700 900123, S66 2BT, j@example.com, 943 476 5919, @tom_x."
    )

    assert list(grouped(scan(text))["suggestion"]) == [
        "[Person 1]", "[Place A]", "[School 1]", "[School 2]", "[Place B]", "[date, 2019]",
        "[date]", "[phone number]", "[postcode]", "[email address]", "[NHS number]", "[user name]",
    ]  # fmt: skip


def test_groups_name_their_sources_and_the_first_mention():
    found = [*scan("I saw Kwame.", source="p1"), *scan("Kwame's back.", source="p2")]

    (row,) = grouped(found).to_dict("records")

    assert row == {
        "group": 1, "kind": "person", "text": "Kwame", "variants": ("Kwame",), "count": 2,
        "sources": ("p1", "p2"), "context": "I saw Kwame.", "suggestion": "[Person 1]",
    }  # fmt: skip


def test_nothing_found_is_a_table_without_rows():
    assert list(grouped([]).columns) == list(COLUMNS)
