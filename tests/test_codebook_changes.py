"""Codebooks written as files again, compared with one another, and codes checked one by one."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qualkit.codebook import (
    SHIPPED,
    CodeChange,
    check_codebook,
    checked_code,
    codebook_text,
    compare,
    read_codebook,
)  # fmt: skip
from qualkit.errors import CodebookError
from qualkit.model import Code, Codebook, Level
from tests.strategies import IDS, NAMES, TEXTS

A = Code("a", "Waiting", guid="1")
B = Code("b", "Being told", parent="a", guid="2")
C = Code("c", "Trust", guid="3")
D = Code("d", "Money", guid="4")


def book(*codes, **options):
    return Codebook("ours", "Ours", "1", codes, guid="0", **options)


@pytest.mark.parametrize("path", sorted(SHIPPED.glob("*.yaml")), ids=lambda path: path.stem)
def test_a_shipped_codebook_is_read_back_as_it_was_written(path, write):
    there = read_codebook(path)

    again = check_codebook(write(path.name, codebook_text(there)))

    assert again == (there, [])


WORDS = TEXTS.map(lambda text: "".join(one for one in text if one.isprintable()))


@given(
    ids=st.lists(IDS, min_size=1, max_size=4, unique_by=str.casefold),
    name=NAMES,
    words=st.lists(WORDS, min_size=5, max_size=5),
    values=st.lists(st.integers(-99, 99), min_size=2, max_size=4, unique=True).map(sorted),
)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_codebook_is_read_back_as_it_was_written(ids, name, words, values, write):
    scale = tuple(Level(value, f"{name} {value}", " ".join(words[4].split())) for value in values)
    made = [
        checked_code(
            Code(
                one, f"{name}{n}", words[0], words[1], words[2], words[3], cues=(f"cue {name}",), scale=scale,
                parent=ids[n - 1] if n else None,
            ),
            "ours",
        )
        for n, one in enumerate(ids)
    ]  # fmt: skip

    again = read_codebook(write("ours.yaml", codebook_text(book(*made))))

    assert again.codes == tuple(made)


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        (Code("no way", "N"), "id 'no way' is not letters, digits, '.', '-', '_'"),
        (Code("n", " "), "it has no name"),
        (Code("n", "trust\u200b"), "its name looks the same as that of c"),
        (Code("n", "N", include="\x00"), "its include holds control characters"),
        (Code("n", "N", cues=("ok", " ")), "cues must be a list of words or phrases"),
        (Code("n", "N", colour="red"), "colour 'red' is not #rgb or #rrggbb"),
        (Code("n", "N", scale=(Level(1, "One"),)), "its scale needs 'levels:' with at least two, each with value and label"),
        (Code("n", "N", scale=(Level(2, "x"), Level(1, "y"))), "its scale's values ['2', '1'] must rise, each once"),
        (Code("n", "N", scale=(Level(0, "x"), Level(1, " "))), "level 1 has no label"),
    ],
)  # fmt: skip
def test_a_code_that_no_codebook_may_have_is_refused(code, problem):
    with pytest.raises(CodebookError) as refused:
        checked_code(code, "ours", [C])

    assert refused.value.problems == (problem,)


def test_a_code_made_by_a_program_is_spaced_like_one_of_a_file():
    made = checked_code(Code("n", " A\n name ", "Two\n lines.", cues=("a  cue ",)), "ours")

    assert (made.name, made.definition, made.cues) == ("A name", "Two lines.", ("a cue",))


@pytest.mark.parametrize(
    ("old", "new", "changes"),
    [
        (book(A), book(A), []),
        (book(A), book(A, C), [("added", "c", "", "", "")]),
        (book(A, C), book(A), [("removed", "c", "", "", "")]),
        (book(A), book(replace(A, name="Waits")), [("renamed", "a", "name", "Waiting", "Waits")]),
        (book(A, B), book(replace(A, id="w"), replace(B, parent="w")), [("renamed", "w", "id", "a", "w")]),
        (book(A, B), book(A, replace(B, parent=None)), [("moved", "b", "parent", "a", "")]),
        (book(A, B, C, D), book(D, A, B, C), [("moved", "d", "order", "c", "")]),
        (book(A, B, C, D), book(A, B, D, C), [("moved", "c", "order", "a", "d")]),
        (book(A), book(replace(A, definition="Long.")), [("reworded", "a", "definition", "", "Long.")]),
        (book(A), book(replace(A, cues=("x", "y"))), [("reworded", "a", "cues", "", "x\ny")]),
        (book(A), book(replace(A, scale=(Level(0, "No", "None."), Level(1, "Yes")))), [("reworded", "a", "scale", "", "0 No: None.\n1 Yes")]),
        (book(A), book(A, description="New."), [("reworded", "", "description", "", "New.")]),
        (book(A), book(replace(A, guid="9", colour="#fff")), [("reworded", "a", "colour", "#5a6b7b", "#fff")]),
    ],
)  # fmt: skip
def test_what_is_different_between_two_versions(old, new, changes):
    found = [(one.kind, one.code, one.field, one.before, one.after) for one in compare(old, new)]

    assert found == changes


def test_a_change_names_the_code_as_it_is_called_now():
    assert compare(book(C), book(replace(C, name="Faith"))) == [
        CodeChange("renamed", "c", "Faith", "name", "Trust", "Faith")
    ]


@given(st.permutations([A, C, D, Code("e", "E", guid="5"), Code("f", "F", guid="6")]))
def test_a_new_order_is_told_by_as_few_moves_as_explain_it(codes):
    moves = compare(book(*codes), book(*sorted(codes, key=lambda one: one.guid)))

    moved = {one.code for one in moves}
    stayed = [code.guid for code in codes if code.id not in moved]
    assert {one.field for one in moves} <= {"order"}
    assert stayed == sorted(stayed)
    assert (len(moved) == 0) == (list(codes) == sorted(codes, key=lambda one: one.guid))
