"""Drafts: whole sentences of the excerpts, the central ones, and nothing else."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualkit.charting import draft, drafted
from qualkit.framework import Cell, CellSummary, Column, Excerpt, Grid, Method, Row
from tests.strategies import TEXTS


def excerpt(words, source="s1", coding="k1"):
    return Excerpt(
        words, words, source, 0, len(words), f"Nurse, {source}", (), (), (), (), (coding,)
    )


def grid(cell, rows_are="case"):
    method = Method(1, 1, 1, 1, (), (), "", "")
    return Grid(
        "G",
        (Row("North"),),
        (Column("b", "care", "Care", ""),),
        {("North", 0): cell},
        rows_are,
        (),
        method,
    )


def test_a_draft_quotes_the_sentence_that_is_most_like_the_others():
    cell = Cell((), (
        excerpt("The waiting list grew. My dog is brown.", "s1", "k1"),
        excerpt("The waiting list grew very long.", "s2", "k2"),
        excerpt("Our waiting list is long.", "s3", "k3"),
    ))  # fmt: skip

    text, cites = drafted(cell.excerpts, 1)

    assert text == "“The waiting list grew very long.” (Nurse, s2)"
    assert cites == ("k2",)


def test_each_source_is_heard_once_before_one_is_heard_twice():
    cell = Cell((), (
        excerpt("Waiting lists grew here. The waiting grew there.", "s1", "k1"),
        excerpt("Nobody rang about the waiting.", "s2", "k2"),
    ))  # fmt: skip

    _, cites = drafted(cell.excerpts, 2)

    assert cites == ("k1", "k2")


def test_a_sentence_that_repeats_another_is_left_out():
    cell = Cell(
        (), (excerpt("The waiting list grew.", "s1"), excerpt("The waiting list grew.", "s2"))
    )

    assert drafted(cell.excerpts, 3)[0] == "“The waiting list grew.” (Nurse, s1)"


def test_words_of_an_interviewer_and_marks_of_omission_are_never_quoted():
    cell = Cell((), (excerpt("[Interviewer: Did it grow?] [...] It grew a lot."),))

    assert drafted(cell.excerpts)[0] == "“It grew a lot.” (Nurse, s1)"


def test_an_interviewers_words_are_left_out_whole_though_they_hold_brackets():
    cell = Cell((), (excerpt("[Interviewer: Did it [laughs] grow then?] [...] It grew [sighs]."),))

    assert drafted(cell.excerpts)[0] == "“It grew [sighs].” (Nurse, s1)"


def test_a_cell_that_a_person_wrote_is_left_alone():
    written = Cell((CellSummary("Ann", "Mine."),), (excerpt("It grew."),))
    waiting = Cell((CellSummary("Ann", "Old.", draft=True),), (excerpt("It grew a lot."),))

    assert draft(grid(written)) == draft(grid(waiting)) == draft(grid(written), rewrite=True) == []
    (made,) = draft(grid(waiting), rewrite=True)
    assert made == {
        "case": "North", "source": None, "codebook": "b", "theme": "care",
        "text": "“It grew a lot.” (Nurse, s1)", "cites": ("k1",),
    }  # fmt: skip


def test_words_that_a_coding_cut_in_two_are_not_quoted():
    text = "He is unable to wait any longer."
    cut = Excerpt(text[8:-3], text[8:-3], "s1", 8, len(text) - 3, "Nurse", (), (), (), (), ("k1",))

    (made,) = draft(grid(Cell((), (cut,))), text_of={"s1": text}.__getitem__)
    (whole,) = draft(grid(Cell((), (excerpt(text),))), text_of={"s1": text}.__getitem__)

    assert made["text"] == "“to wait any” (Nurse)"
    assert whole["text"] == "“He is unable to wait any longer.” (Nurse, s1)"


def test_rows_of_another_kind_have_no_drafts():
    with pytest.raises(ValueError, match="drafts are made for rows of cases or of sources"):
        draft(grid(Cell(), rows_are="role"))


@given(
    st.lists(TEXTS.filter(lambda t: not set(t) & set('“”"[]')), min_size=1, max_size=6),
    st.integers(1, 4),
)
def test_every_quotation_of_a_draft_stands_in_an_excerpt(texts, most):
    excerpts = tuple(excerpt(words, f"s{n}", f"k{n}") for n, words in enumerate(texts))

    text, cites = drafted(excerpts, most)

    quoted = re.findall(r"“(.*?)” \(Nurse, s\d\)", text, re.DOTALL)
    said = [" ".join(words.split()) for words in texts]
    assert all(any(quote in words for words in said) for quote in quoted)
    assert set(cites) <= {f"k{n}" for n in range(len(texts))}
    assert len(quoted) <= most
