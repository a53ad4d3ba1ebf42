"""A study's disagreements settled, signed off and charted, on both databases."""

from __future__ import annotations

import pytest

from qualkit.errors import BatchError, ConflictError, UnknownName
from qualkit.framework import Choice
from qualkit.project import Project
from qualkit.reports import grid_of
from qualkit.settling import (
    consensus_of,
    disagreements_of,
    progress_of_consensus,
    reading_of,
    settle,
    settled_codings_of,
    sign_off,
    to_redefine_of,
    withdraw,
    withdraw_sign_off,
)

P7 = "I: What helped? 😀\nP7: They rang back at once. Nobody else did.\nI: So?\nP7: We waited.\n"
P8 = "I: What helped?\nP8: Nothing much did.\n"


def span(words):
    return P7.index(words), P7.index(words) + len(words)


AT_ONCE, WAITED = span("They rang back at once."), span("We waited.")
BOTH = span("They rang back at once. Nobody else did.")


@pytest.fixture
def study(tmp_path, write):
    books = ["evaluation-topics", "cascade"]
    with Project.create(tmp_path / "s.qualkit", codebooks=books, user="tester") as project:
        yield coded(project, write)


@pytest.fixture
def either(project, write):
    """The same study on both databases."""
    return coded(project, write)


def coded(project, write):
    project.add_sources([write("p7.txt", P7), write("p8.txt", P8)])
    project.add_coding("p7", AT_ONCE, "communication", coder="Ann", stance="positive")
    project.add_coding("p7", BOTH, "communication", coder="Bo", memo="all of it")
    project.add_coding("p7", WAITED, "culture", coder="Ann")
    project.add_coding("p7", WAITED, "culture", coder="Bo")
    return project


def the_one(study):
    (row,) = disagreements_of(study).to_dict("records")
    return row


def texts(table):
    return table["text"].tolist()


def test_a_disagreement_is_read_with_its_context_and_definitions(study):
    told = reading_of(study, the_one(study)["disagreement"])

    assert (told["kind"], told["also"], told["speaker"]) == ("boundary", ("stance",), "P7")
    runs = told["context"]["runs"]
    assert [(run["text"], len(run["marked"])) for run in runs] == [
        ("They rang back at once.", 2), (" Nobody else did.", 1),
    ]  # fmt: skip
    assert told["sides"][1]["codings"][0]["memo"] == "all of it"
    assert [code["code"] for code in told["definitions"]] == ["communication"]


def test_settling_changes_the_consensus_and_no_coding_and_its_undo_opens_it_again(either):
    before = either.codings()

    report = settle(either, the_one(either)["disagreement"], "Bo", by="Sue", reason="so")
    settled, layer, after = the_one(either), consensus_of(either), settled_codings_of(either)
    either.undo(report.entry)

    assert (settled["status"], settled["choice"], settled["decider"], settled["reason"]) == (
        "settled", "Bo", "Sue", "so",
    )  # fmt: skip
    assert texts(layer) == [P7[slice(*BOTH)], "We waited."]
    assert texts(after[after["coder"] == "Ann"]) == [P7[slice(*BOTH)], "We waited."]
    assert either.codings().equals(before)
    assert the_one(either)["status"] == "open"
    assert texts(consensus_of(either)) == ["They rang back at once.", "We waited."]


def test_a_decision_whose_coding_changed_shows_what_was_decided_and_can_be_replaced(study):
    settle(study, the_one(study)["disagreement"], "neither", by="Sue")
    bo = study.codings().query("coder == 'Bo' and code == 'communication'")["coding"].item()
    study.set_coding(bo, stance="mixed")

    changed = the_one(study)
    settle(study, changed["disagreement"], "both", by="Sue")

    assert (changed["status"], changed["choice"], changed["result"]) == (
        "changed since", "neither", [],
    )  # fmt: skip
    assert the_one(study)["status"] == "settled"
    assert the_one(study)["result"][0]["stance"] == "mixed"
    assert len(study.decisions()) == 1


def test_a_coder_who_gets_another_name_leaves_what_is_settled_and_signed_off(study):
    settle(study, the_one(study)["disagreement"], "Bo", by="Sue")
    sign_off(study, "p7", by="Sue", note="the rest may wait")

    study.set_coder("Bo", new_name="Bo Dahl")

    assert the_one(study)["status"] == "settled"
    assert progress_of_consensus(study)[["signed", "changed"]].values.tolist()[0] == [True, False]


def test_a_second_supervisor_replaces_no_decision_unasked(either):
    key = the_one(either)["disagreement"]
    settle(either, key, "Ann", by="Sue")

    again = settle(either, key, "Ann", by="Sue")
    with pytest.raises(ConflictError, match=r"^Sue has settled this already \(Ann, 2.*\); look at"):
        settle(either, key, "Bo", by="Bea")
    settle(either, key, "Bo", by="Bea", replace=True)

    assert (again.added, again.same) == (0, 1)
    assert (the_one(either)["choice"], the_one(either)["decider"]) == ("Bo", "Bea")
    withdraw(either, key)
    assert the_one(either)["status"] == "open"
    with pytest.raises(ConflictError, match="nothing was decided"):
        withdraw(either, key)


def test_what_was_settled_with_another_overlap_is_taken_back_with_it(study):
    study.add_coding(
        "p7", span("They rang back at once. Nobody else did"), "barriers-enablers", coder="Ann"
    )
    study.add_coding("p7", BOTH, "barriers-enablers", coder="Bo")
    fine = set(disagreements_of(study, overlap=1.0)["disagreement"])
    (key,) = fine - set(disagreements_of(study)["disagreement"])

    settle(study, key, "Ann", by="Sue", overlap=1.0)
    withdraw(study, key, overlap=1.0)

    assert study.decisions().empty


def test_of_two_supervisors_who_settle_at_once_the_second_is_refused_in_the_change_itself(either):
    row = the_one(either)
    settle(either, row["disagreement"], "Ann", by="Sue")

    with pytest.raises(ConflictError, match=r"^somebody settled this, or withdrew"):
        either.settle(
            "p7", BOTH, kind="boundary", choice="neither", seals=row["seals"], result=[],
            decider="Bea", version=None,
        )  # fmt: skip

    assert the_one(either)["decider"] == "Sue"


def test_nothing_is_settled_that_is_not_as_it_was_read(study):
    read = the_one(study)
    bo = study.codings().query("coder == 'Bo' and code == 'communication'")["coding"].item()

    study.set_coding(bo, stance="mixed")
    with pytest.raises(ConflictError, match=r"^p7: somebody changed, added or removed a coding"):
        settle(study, read["disagreement"], "Bo", by="Sue", seals=read["seals"])
    study.remove_coding(bo)
    with pytest.raises(ConflictError, match=r"^there is no disagreement .* now: somebody changed"):
        settle(study, read["disagreement"], "Bo", by="Sue")

    assert study.decisions().empty


def test_edited_codings_are_checked_against_the_passage_and_the_source(study):
    key = the_one(study)["disagreement"]

    with pytest.raises(BatchError, match=r"settle: 1 fault.*\n  coding 1: p7: 22 to 999"):
        settle(study, key, "edit", by="Sue", edit=[{"code": "culture", "end": 999}])
    settle(
        study,
        key,
        "edit",
        by="Sue",
        edit=[{"code": "culture", "end": AT_ONCE[1], "stance": "mixed"}],
    )

    layer = consensus_of(study)
    assert layer[["code", "start", "end", "stance"]].values.tolist()[0] == [
        "culture", *AT_ONCE, "mixed",
    ]  # fmt: skip


def test_a_source_is_signed_off_when_nothing_is_open_or_a_note_says_why(study):
    key = the_one(study)["disagreement"]

    with pytest.raises(ConflictError) as caught:
        sign_off(study, "p7", by="Sue")
    sign_off(study, "p7", by="Sue", note="minor")
    signed = progress_of_consensus(study)
    settle(study, key, "Ann", by="Sue")
    changed = progress_of_consensus(study)
    sign_off(study, "p7", by="Sue")

    assert str(caught.value) == (
        "p7: 1 disagreement is still open; settle them first, or say in a note why they may stay so"
    )
    columns = ["source", "coders", "passages", "agreed", "open", "settled", "signed_by", "changed"]
    assert signed[columns].values.tolist() == [
        ["p7", ("Ann", "Bo"), 2, 1, 1, 0, "Sue", False], ["p8", (), 0, 0, 0, 0, None, False],
    ]  # fmt: skip
    assert changed[["open", "settled", "changed"]].values.tolist()[0] == [0, 1, True]
    assert not progress_of_consensus(study)["changed"].any()
    withdraw_sign_off(study, "p7")
    assert not progress_of_consensus(study)["signed"].any()


def test_a_grid_of_the_consensus_holds_what_was_decided_and_says_so(study):
    plain = grid_of(study, rows="source", choice=Choice(consensus=True))
    settle(study, the_one(study)["disagreement"], "neither", by="Sue")

    grid = grid_of(study, rows="source", choice=Choice(consensus=True))
    anns = grid_of(study, rows="source", choice=Choice(consensus=True, coders=("Ann",)))

    def said(made):
        return [one.text for cell in made.cells.values() for one in cell.excerpts]

    assert said(plain) == [P7[slice(*BOTH)], "We waited."]
    assert said(grid) == said(anns) == ["We waited."]
    assert (grid.method.codings, grid.method.all_codings, grid.method.coders) == (
        1, 1, ("Ann", "Bo"),
    )  # fmt: skip
    assert grid.method.chosen == (
        "Only what everybody who coded the source, two people at least, marked with the same code,"
        " and what was decided where they disagreed; sources that one person coded are left out.",
    )
    column = next(n for n, one in enumerate(grid.columns) if one.code == "communication")
    assert grid.cell("p7", column).silence == "coded, not shown (2 codings)"


def test_who_codes_blind_sees_no_disagreement_and_settles_and_signs_none(study):
    key = the_one(study)["disagreement"]
    study.assign(["p7"], ["Bo"])
    study.user = "Bo"

    assert disagreements_of(study).empty
    assert consensus_of(study).empty
    with pytest.raises(ConflictError, match=r"what Bo still codes blind is not shown \(p7\)$"):
        settle(study, key, "Bo", by="Bo")
    with pytest.raises(ConflictError, match=r"^p7: Bo still codes it blind"):
        sign_off(study, "p7", by="Bo", note="mine")


def test_a_study_without_codings_or_with_one_coder_has_nothing_to_settle(tmp_path, write):
    with Project.create(tmp_path / "s.qualkit", codebooks=["evaluation-topics"]) as project:
        empty = [disagreements_of(project), consensus_of(project), progress_of_consensus(project)]
        project.add_sources([write("p7.txt", P7)])
        project.add_coding("p7", AT_ONCE, "communication", coder="Ann")

        assert all(table.empty for table in empty)
        assert disagreements_of(project).empty
        assert consensus_of(project).empty
        assert to_redefine_of(project).empty
        with pytest.raises(UnknownName, match="no source is called 'p9'"):
            disagreements_of(project, sources=["p9"])
