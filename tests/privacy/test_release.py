"""What of texts and tables must not leave."""

from __future__ import annotations

import pytest

from qualkit.privacy.key import Entry
from qualkit.privacy.release import Grid, Part, combinations, findings, small_numbers

KEY = [
    Entry("person", "[Person 1]", ("Aoife Byrne",)),
    Entry("person", "[Person 2]", ("Will",), where="names"),
    Entry("place", "[Place A]", ("New Cross",)),
]


def found(text, **options):
    return [
        (one.level, one.kind, one.text)
        for one in findings([Part("page 1", text)], entries=KEY, **options)
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Aoife Byrne's mum", [("refuse", "name", "[Person 1]")]),
        ("aoife  BYRNE", [("refuse", "name", "[Person 1]")]),
        ("Then Byrne rang", [("refuse", "name", "[Person 1]")]),  # a part of a name
        ("then byrne rang", [("look", "name", "[Person 1]")]),
        ("Aoiffe rang", [("look", "name", "[Person 1]")]),
        ("@aoifexx", [("look", "name", "[Person 1]")]),
        ("They asked Will.", [("refuse", "name", "[Person 2]")]),
        ("They will ask.", [("look", "name", "[Person 2]")]),
        ("a new cross", [("refuse", "name", "[Place A]")]),
        ("A new school; they crossed over.", []),  # parts of a place's name are everyday words
        ("[Person 1] rang from [Place A].", []),
        ("943 476 5919", [("refuse", "identifier", "[NHS number]")]),
        ("NHS 943 476 5918", [("look", "identifier", "[NHS number]")]),
        ("SW1A 1AA", [("refuse", "identifier", "[postcode]")]),
        ("id 9434765919abcdef9434765919abcdef", []),
        ("3e1f0775-0123-4900-8123-077009001230", []),
    ],
)
def test_names_and_identifiers_by_how_sure_they_are(text, expected):
    assert found(text) == expected


def test_what_somebody_looked_at_before_is_no_identifier():
    assert found("Ring 0800 1111 000.", refused=["0800 1111 000"]) == []


def test_nothing_reaches_from_one_text_to_the_next():
    parts = [
        Part("cell 1", "a new"),
        Part("cell 2", "cross"),
        Part("cell 3", "0770"),
        Part("cell 4", "0900123"),
    ]

    assert findings(parts, entries=KEY) == []


def test_places_say_no_name_either():
    listed = findings([Part('sheet "Aoife Byrne"', "SW1A 1AA")], entries=KEY)

    assert [one.where for one in listed] == ['sheet "[Person 1]"']


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ((("Area", "n"), ("North", "4"), ("South", "5")), ['t, row 2, under "n"']),
        ((("Area", "Respondents"), ("North", "0"), ("South", "12")), []),
        ((("", "A", "B"), ("Base", "3", "30")), ['t, row 2, under "Base"']),
        ((("Theme", "n (%)"), ("Access", "2 (8%)")), ['t, row 2, under "n (%)"']),
        ((("Theme", "Boys (n = 4)"), ("Access", "25%")), ["t, row 1"]),
        ((("Theme", "rating"), ("Access", "3")), []),
        ((("source", "codings"), ("p1", "3")), []),
        ((("Area", "n"), ("North", "<5")), []),
    ],
)
def test_fewer_than_five_people_are_found_by_the_headings(rows, expected):
    assert [one.where for one in small_numbers(Grid("t", rows))] == expected


PEOPLE = (
    ("case", "area", "role", "age"), ("a", "N", "head", "50"), ("b", "N", "nurse", "30"),
    ("c", "N", "nurse", "30"), ("a", "N", "head", "50"),
)  # fmt: skip


def test_people_alone_with_three_attributes_are_counted_once_each():
    assert [(one.where, one.text) for one in combinations(Grid("t", PEOPLE))] == [
        ("t: area, role, age", "1 of 3")
    ]


def test_two_attributes_or_people_who_share_them_are_nothing():
    two = tuple(row[:3] for row in PEOPLE)
    shared = (PEOPLE[0], *PEOPLE[2:4])

    assert [*combinations(Grid("t", two)), *combinations(Grid("t", shared))] == []
