"""Codebooks and frameworks: what they hold, and every fault with its line."""

from __future__ import annotations

import pytest

from qualkit.codebook import (
    SHIPPED,
    check_codebook,
    read_codebook,
    read_framework,
)  # fmt: skip
from qualkit.errors import CodebookError
from qualkit.model import Theme

BOOKS = ["cascade", "evaluation-topics", "impact-audit", "service-model", "trailblazer"]


def problems(write, text, reader=read_codebook):
    with pytest.raises(CodebookError) as refused:
        reader(write("b.yaml", text))
    return list(refused.value.problems)


@pytest.mark.parametrize("name", BOOKS)
def test_every_shipped_codebook_is_whole_and_without_warning(name):
    book, warnings = check_codebook(SHIPPED / f"{name}.yaml")

    assert warnings == []
    assert book.id == name
    for code in book.codes:
        assert len(code.definition.split()) > 5, code.id
        assert code.include, code.id
        assert code.exclude, code.id
        assert len(code.example.split()) > 10, code.id
        assert len(code.cues) >= 5, code.id


def test_no_codebook_ships_that_is_not_listed():
    assert sorted(path.stem for path in SHIPPED.glob("*.yaml")) == BOOKS


def test_cascade_has_seven_ratings_of_four_levels_each_described():
    book = read_codebook(SHIPPED / "cascade.yaml")

    assert [code.values for code in book.codes] == [(0, 1, 2, 3)] * 7
    assert all(len(level.descriptor.split()) > 3 for code in book.codes for level in code.scale)


def test_the_ten_characteristics_stand_under_core_and_underpinning():
    book = read_codebook(SHIPPED / "service-model.yaml")

    roots = [book.path(code.id)[0].id for code in book.codes if code.parent]
    assert (roots.count("core"), roots.count("underpinning")) == (6, 4)


def test_a_codebook_has_the_same_identifiers_wherever_it_is_read():
    first, second = (read_codebook(SHIPPED / "cascade.yaml") for _ in range(2))

    assert first == second


def test_values_stay_the_text_that_was_written(write):
    names = ["no", "yes", "off", "1e3", "2024-01-01", "012", "1:30"]
    text = "codes:\n" + "".join(f"  - {{id: c{n}, name: {name}}}\n" for n, name in enumerate(names))

    book = read_codebook(write("norway.yaml", text))

    assert [code.name for code in book.codes] == names
    assert book.id == "norway"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("codes: []", "it has no list of codes under 'codes:'"),
        ("codes: [a]", "entry 1 is not a mapping"),
        (
            "codes:\n  - id: a\n    name: A\n  - id: a\n    name: B\n",
            "duplicate id a (lines 2 and 4)",
        ),
        ("codes:\n  - id: a\n    id: b\n", "line 3: the key 'id' stands twice"),
        ("codes: [{id: a, name: A, parent: z}]", "line 1, code a: unknown parent z"),
        (
            "codes: [{id: a, name: A, parent: b}, {id: b, name: B, parent: a}]",
            "hierarchy cycle a > b > a",
        ),
        ("codes: [{id: 'a b', name: A}]", "line 1, code a b: id 'a b' is not letters, digits, '.', '-', '_'"),
        ("codes: [{id: a}]", "line 1, code a: it has no name"),
        (
            "codes: [{id: a, name: Wait}, {id: b, name: 'WA\u200bIT'}]",
            "codes a and b have names that look the same",
        ),
        ("codes: [{id: a, name: A, cues: x}]", "line 1, code a: cues must be a list of words or phrases"),
        (
            "codes: [{id: a, name: A, scale: {levels: [{value: 1, label: x}]}}]",
            "line 1, code a: its scale needs 'levels:' with at least two, each with value and label",
        ),
        (
            "codes: [{id: a, name: A, scale: {levels: [{value: 2, label: x}, {value: 1, label: y}]}}]",
            "line 1, code a: its scale's values ['2', '1'] must rise, each once",
        ),
        ("codes: &a [*a]", "line 1: anchors and aliases are not allowed"),
        ("codes: !!python/object:x {}", "line 1: the tag tag:yaml.org,2002:python/object:x is not allowed"),
        ("a: 1\n---\nb: 2", "line 2: more than one document"),
        ("[" * 60, "line 1: nested more than 50 deep"),
        ("- a", "it must be one mapping of 'key: value' lines"),
        ("a: 'b", "line 1: not YAML (found unexpected end of stream)"),
    ],
)  # fmt: skip
def test_every_fault_is_named_with_its_place(write, text, problem):
    assert problems(write, text)[0] == problem


def test_all_faults_are_told_together(write):
    text = "codes:\n  - {id: a, name: A, parent: z}\n  - {id: a}\n"

    assert len(problems(write, text)) == 3


def test_what_does_no_harm_is_only_warned_of(write):
    path = write("b.yaml", "codes: [{id: a, name: =A, colour: red, colur: x}]\nauthor: me\n")

    book, warnings = check_codebook(path)

    assert book.codes[0].colour == "#5a6b7b"
    assert warnings == [
        "nothing reads the key 'author'",
        "line 1, code a: nothing reads the key 'colur'",
        "line 1, code a: colour 'red' is not #rgb or #rrggbb; grey is used",
        "line 1, code a: its name begins like a formula; exports write it as text",
    ]


def test_a_framework_is_an_ordered_choice_of_themes(write):
    path = write(
        "f.yaml", "title: Ours\nthemes:\n  - culture\n  - {code: b/self-care, title: Skills}\n"
    )

    framework = read_framework(path)

    assert (framework.id, framework.title) == ("f", "Ours")
    assert framework.themes == (Theme("culture", ""), Theme("b/self-care", "Skills"))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("title: x", "it has no list of themes under 'themes:'"),
        ("themes: [a, a]", "theme 'a' stands twice"),
        ("themes: [{title: x}]", "theme 1 names no code"),
        ("themes: [a]\ncolumns: 3", "unknown key 'columns'"),
    ],
)
def test_a_framework_without_sense_is_refused(write, text, problem):
    assert problems(write, text, read_framework) == [problem]
