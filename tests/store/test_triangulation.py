"""Triangulation in the store: seals that hold, and that show what was changed by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from qualkit.errors import DamagedProject
from qualkit.importers.sheets import Sheet
from qualkit.store.triangulation import seal_of_proposal
from qualkit.triangulate import Proposal
from qualkit.triangulate.strands import strand_of
from qualkit.triangulate.verdicts import changed_since

PROPOSAL = {
    "verdict": "partial", "reason": "Because.", "q_state": "+", "l_state": "thin",
    "supporting": ["a", "b"], "opposing": [], "rule_version": 1,
    "inputs": {"survey": {"p": 0.012, "base": 40}},
}  # fmt: skip


@pytest.fixture
def study(project):
    """A link to a figure of a strand with a verdict, a thread and an assessment."""
    rows = (("calls", "2024", "3"), ("calls", "2025", "5"))
    sheet = Sheet("acts.csv", ("measure", "period", "value"), rows, (2, 3))
    project.add_strand(strand_of(sheet, name="acts"))
    link = project.add_link("communication", "acts/calls/level/2025/all")
    project.decide(link, "partial", proposal=PROPOSAL)
    project.undo(project.add_judge("Bo", blind=False).entry)
    project.add_judge("Bo")
    project.add_thread("Why so few?", raised_in="acts")
    concerns = dict.fromkeys(("methodological", "coherence", "adequacy", "relevance"), "minor")
    project.set_confidence("communication", overall="moderate", **concerns)
    return project


@pytest.mark.parametrize(
    ("statement", "where", "message"),
    [
        ("UPDATE link SET same_construct = 1", "link", "it was changed outside qualkit"),
        ("UPDATE verdict SET reason = 'x'", "verdict", "it was changed outside qualkit"),
        ("UPDATE thread SET question = 'x'", "thread", "it was changed outside qualkit"),
        ("UPDATE confidence SET overall = 'high'", "confidence", "it was changed outside qualkit"),
        ("UPDATE strand SET title = 'x'", "strand acts", "it was changed outside qualkit"),
        ("UPDATE strand SET rows = 3", "strand acts", "it was changed outside qualkit"),
        ("UPDATE strand SET measures = '{'", "strand acts", "it was changed outside qualkit"),
        ("UPDATE judge SET blind = 0", "judge Bo", "it was changed outside qualkit"),
        ("UPDATE judge SET status = 'done'", "judge Bo", "it was changed outside qualkit"),
    ],
)  # fmt: skip
def test_a_row_that_was_changed_by_hand_is_found(study, statement, where, message):
    assert study.check().problems == ()

    with study._store.engine.begin() as connection:
        connection.execute(text(statement))

    problem, *_ = study.check().problems
    assert problem.kind == "triangulation"
    assert problem.where.startswith(where)
    assert problem.message == message


def test_figures_that_were_changed_by_hand_are_found_and_not_read(study):
    with study._store.engine.begin() as connection:
        connection.execute(text("UPDATE strand SET data = :none"), {"none": b"x"})

    (problem,) = study.check().problems

    assert (problem.where, problem.message) == (
        "strand acts", "its figures were changed outside qualkit; restore a backup",
    )  # fmt: skip


def test_what_was_damaged_by_hand_is_told_where_it_is_read(study):
    for statement in ("UPDATE strand SET measures = '{'", "UPDATE verdict SET proposal = '{'"):
        with study._store.engine.begin() as connection:
            connection.execute(text(statement))

    for read in (study.strands, lambda: study.strand("acts")):
        with pytest.raises(DamagedProject, match="strand acts: its figures were changed outside"):
            read()
    kept = study.verdicts()["proposal"].iloc[0]
    assert changed_since(kept, Proposal("partial", "", "+", "thin")) == (
        "what was proposed then cannot be read; see 'qualkit project check'"
    )


@pytest.mark.parametrize(
    ("changed", "same"),
    [
        ({"reason": "Otherwise."}, True),
        ({"supporting": ["b", "a"]}, True),
        ({"supporting": ("a", "b")}, True),
        ({"inputs": {"survey": {"base": 40, "p": 0.012 + 1e-14}}}, True),
        ({"inputs": {"survey": {"p": 0.0121, "base": 40}}}, False),
        ({"supporting": ["a"]}, False),
        ({"q_state": "?"}, False),
        ({"rule_version": 2}, False),
    ],
)
def test_the_seal_of_a_proposal_is_of_what_it_rests_on(changed, same):
    assert (seal_of_proposal(PROPOSAL | changed) == seal_of_proposal(PROPOSAL)) is same


@given(st.permutations(list(PROPOSAL)), st.permutations(["a", "b", "c"]))
def test_no_order_is_anything_to_a_seal(names, sources):
    one = {name: PROPOSAL[name] for name in names} | {"opposing": sources}

    assert seal_of_proposal(one) == seal_of_proposal(PROPOSAL | {"opposing": ["a", "b", "c"]})
