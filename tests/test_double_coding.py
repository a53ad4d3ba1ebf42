"""Assignments, decisions and sign-offs: kept, versioned, logged, and taken back."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import update

from qualkit.errors import BatchError, CodebookError, ConflictError, UnknownName
from qualkit.model import Code, Codebook, Level
from qualkit.project import Project
from qualkit.store import schema

P1 = "Interviewer: How was it? 😀\nP1: The staff listened. It was fine.\n"
STAFF = P1.index("The staff"), P1.index(" It was")
FINE = P1.index("It was"), P1.index(" fine") + 6
A, B = "aaaaaaaa-0000-4000-8000-000000000000", "bbbbbbbb-0000-4000-8000-000000000000"
CODE = "communication"


@pytest.fixture
def study(project, write):
    """Two sources; Ann and Bo have coded the same words of the first, on either database."""
    return filled(project, write)


@pytest.fixture
def on_file(tmp_path, write):
    """The same in a file, for what no database can make different."""
    with Project.create(
        tmp_path / "s.qualkit", codebooks=["evaluation-topics", "cascade"], user="tester"
    ) as made:
        yield filled(made, write)


def filled(project, write):
    project.add_sources([write("p1.txt", P1), write("p2.txt", "P2: Hello there.\n")])
    project.add_coding("p1", STAFF, CODE, coder="Ann", coding_id=A)
    project.add_coding("p1", STAFF, "culture", coder="Bo", coding_id=B)
    return project


def last(study):
    return study.log().iloc[-1]


def rows(table):
    return [list(row) for row in table.astype(object).where(table.notna(), None).to_numpy()]


def settle(study, result=(), seals=(A, B), **options):
    given = {"kind": "other code", "choice": "edit", "decider": "Sue", **options}
    marks = {one: f"seal of {one[:4]}" for one in seals}
    return study.settle("p1", STAFF, seals=marks, result=list(result), **given)


def coded(code=CODE, span=STAFF, **more):
    return {"code": code, "start": span[0], "end": span[1], **more}


# Assignments ------------------------------------------------------------------------------------


def test_sources_and_stretches_are_given_to_each_coder_and_new_names_added(study):
    report = study.assign([("p1", *FINE), "p2"], ["Cy", "Ann"])

    assert (report.added, report.same, report.entry) == (4, 0, len(study.log()))
    shown = ["source", "coder", "start", "end", "blind", "purpose", "status", "done"]
    assert rows(study.assignments()[shown]) == [
        ["p1", "Ann", *FINE, True, "double", "open", None],
        ["p1", "Cy", *FINE, True, "double", "open", None],
        ["p2", "Ann", None, None, True, "double", "open", None],
        ["p2", "Cy", None, None, True, "double", "open", None],
    ]
    assert study.coders() == ["Ann", "Bo", "Cy"]
    assert (last(study)["action"], last(study)["what"]) == ("assign", "2 places to Cy, Ann, blind")


def test_assigning_again_changes_nothing_and_another_way_changes_that(study):
    study.assign(["p1", "p2"], ["Ann"])
    study.set_done("Ann", ["p2"])

    again = study.assign(["p1", "p2", "p1"], ["Ann", "Ann "])
    open_now = study.assign(["p2"], ["Ann"], blind=False)

    assert (again.added, again.same, again.entry) == (0, 2, None)
    assert (open_now.added, open_now.same) == (1, 0)
    assert open_now.notes == ("1 of them were there, and are other than before",)
    assert study.assignments()["blind"].tolist() == [True, False]
    assert study.assignments()["status"].tolist() == ["open", "done"]


def test_every_place_that_is_not_there_is_told_and_nothing_kept(on_file):
    before = len(on_file.log())

    with pytest.raises(BatchError) as refused:
        on_file.assign(["p1", "p9", ("p2", 4, 99), ("p2", 5, 5), ("p2", 1.5, 3)], ["Ann"])

    assert refused.value.faults == (
        "no source is called 'p9'; did you mean 'p2' or 'p1'?",
        "p2: 4 to 99 is no stretch of its 17 characters",
        "p2: 5 to 5 is no stretch of its 17 characters",
        "start 1.5 is not a whole number",
    )
    assert (len(on_file.log()), on_file.assignments().empty) == (before, True)


@pytest.mark.parametrize(
    ("given", "kind", "message"),
    [
        ({"places": []}, ValueError, "an assignment needs a source and a coder"),
        ({"coders": []}, ValueError, "an assignment needs a source and a coder"),
        ({"coders": [" "]}, ValueError, "a coder needs a name"),
        (
            {"purpose": "fun"},
            UnknownName,
            "no purpose is called 'fun'; known are double, test",
        ),
        (
            {"places": [("p2", 0, 3)], "purpose": "test"},
            ConflictError,
            "Ann has an assignment in p2 for the purpose 'double' already; take that one back "
            "before one for 'test'",
        ),
    ],
)
def test_an_assignment_that_cannot_be_is_refused(on_file, given, kind, message):
    on_file.assign(["p2"], ["Ann"])

    with pytest.raises(kind) as refused:
        on_file.assign(**{"places": ["p1"], "coders": ["Ann"], **given})

    assert str(refused.value) == message


def test_what_is_done_is_said_once_and_can_be_unsaid(study):
    study.assign(["p1", ("p1", *FINE), "p2"], ["Ann"])
    study.assign(["p1"], ["Bo"])

    counts = [study.set_done("Ann", ["p1"]), study.set_done("Ann"), study.set_done("Ann")]

    entry = last(study)
    assert (counts, entry["what"]) == ([2, 1, 0], "p2 by Ann")
    table = study.assignments().set_index("coder")
    assert table.loc[["Ann"], "status"].tolist() == ["done"] * 3
    assert table.loc[["Ann"], "done"].notna().all()
    assert (table.loc["Bo", "status"], table["done"].isna().sum()) == ("open", 1)
    assert study.set_done("Ann", ["p2"], done=False) == 1
    assert last(study)["what"] == "p2 by Ann: open again"


@pytest.mark.parametrize(
    ("coder", "sources", "message"),
    [
        ("Zed", None, "no coder is called 'Zed'; known are Ann, Bo, Cy"),
        ("Cy", ["p1"], "no source assigned to Cy is called 'p1'; did you mean 'p2'?"),
        ("Bo", ["p1"], "no source assigned to Bo is called 'p1'; there are none yet"),
    ],
)
def test_only_what_is_assigned_can_be_done(on_file, coder, sources, message):
    on_file.assign(["p2"], ["Cy"])

    with pytest.raises(UnknownName) as refused:
        on_file.set_done(coder, sources)

    assert str(refused.value) == message


def test_assignments_are_taken_back_all_or_none(on_file):
    on_file.assign(["p1", "p2"], ["Ann"])
    ids = on_file.assignments()["assignment"].tolist()
    with pytest.raises(UnknownName, match="no assignment is called 'x'"):
        on_file.unassign([ids[0], "x"])
    assert len(on_file.assignments()) == 2

    assert on_file.unassign([*ids, ids[0]]) == 2

    assert last(on_file)["what"] == "2 assignments: p1 for Ann, p2 for Ann"
    assert (on_file.assignments().empty, len(on_file.codings())) == (True, 2)


# Decisions --------------------------------------------------------------------------------------


def test_a_decision_keeps_what_is_coded_now_in_the_words_of_the_source(study):
    report = settle(
        study,
        [
            coded("culture", FINE, text="forged", stance="mixed", memo="so"),
            coded("communication", codebook="evaluation-topics"),
        ],
        reason="Both were said.",
    )

    assert (report.added, report.same, report.entry) == (1, 0, len(study.log()))
    (found,) = study.decisions().to_dict("records")
    assert found["result"] == [
        {"codebook": "evaluation-topics", "code": CODE, "start": STAFF[0], "end": STAFF[1],
         "text": "The staff listened.", "stance": None, "rating": None, "memo": ""},
        {"codebook": "evaluation-topics", "code": "culture", "start": FINE[0], "end": FINE[1],
         "text": "It was fine.", "stance": "mixed", "rating": None, "memo": "so"},
    ]  # fmt: skip
    assert found["seals"] == {A: "seal of aaaa", B: "seal of bbbb"}
    told = ("source", "start", "end", "kind", "choice", "decider", "reason", "version")
    assert tuple(found[name] for name in told) == (
        "p1", *STAFF, "other code", "edit", "Sue", "Both were said.", 1
    )  # fmt: skip
    assert last(study)["what"] == "p1: other code, edit by Sue"
    assert len(study.codings()) == 2
    assert study.check().problems == ()


def test_the_same_decision_again_is_nothing_new_and_another_takes_its_place(study):
    settle(study, [coded()])
    first = study.decisions()["decision"].iloc[0]

    again = settle(study, [coded()])
    other = settle(study, [], choice="neither")
    wider = settle(study, [], seals=(A,))

    assert (again.added, again.same, again.entry) == (0, 1, None)
    assert (other.added, wider.added) == (1, 1)
    table = study.decisions().set_index("decision")
    assert (table.loc[first, "choice"], table.loc[first, "version"]) == ("neither", 2)
    assert (len(table), table.loc[first, "result"]) == (2, [])
    assert study.check().problems == ()


@pytest.mark.parametrize(
    ("given", "kind", "message"),
    [
        (
            {"kind": "taste"},
            UnknownName,
            "no kind of disagreement is called 'taste'; did you mean "
            "'stance'?",
        ),
        (
            {"seals": ()},
            ValueError,
            "a decision needs codings, a choice and the name of its decider",
        ),
        (
            {"decider": " "},
            ValueError,
            "a decision needs codings, a choice and the name of its decider",
        ),
        (
            {"seals": (A, A.replace("a", "c"))},
            ConflictError,
            "a coding of this disagreement changed or went since it was read; look at it again, "
            "then settle it",
        ),
        (
            {"result": [coded("knowledgy"), coded(span=(5, 999)), coded(stance="sad"), coded(),
                        coded(memo="again"), coded(rating=3), {"code": CODE}]},
            BatchError,
            "settle: 6 faults, nothing was kept\n"
            "  coding 1: no code is called 'knowledgy'; did you mean 'knowledge' or "
            "'knowledge.pathways' or 'knowledge.identify'?\n"
            "  coding 2: p1: 5 to 999 is no stretch of its 64 characters\n"
            "  coding 3: stance 'sad' is not one of positive, negative, mixed, neutral\n"
            "  coding 5: the same words have this code already\n"
            "  coding 6: code 'communication' takes no rating, but '3' is given\n"
            "  coding 7: start None is not a whole number",
        ),
    ],
)  # fmt: skip
def test_a_decision_that_cannot_be_is_refused_with_every_fault(on_file, given, kind, message):
    before = len(on_file.log())

    with pytest.raises(kind) as refused:
        settle(on_file, **given)

    assert str(refused.value) == message
    assert (len(on_file.log()), on_file.decisions().empty) == (before, True)


def test_a_decision_is_withdrawn_with_what_it_gave_and_the_log_keeps_it(study):
    settle(study, [coded()])
    decision = study.decisions()["decision"].iloc[0]

    entry = study.withdraw_decision(decision)

    assert study.decisions().empty
    assert (last(study)["entry"], last(study)["what"]) == (entry, "p1: other code, edit")
    kept = json.loads(last(study)["before"])
    assert [row["table"] for row in kept] == ["decision_coding", "decision"]
    with pytest.raises(UnknownName):
        study.withdraw_decision(decision)


@pytest.mark.parametrize("table", [schema.decision, schema.decision_coding])
def test_a_decision_that_was_changed_outside_is_found_by_a_check(on_file, table):
    settle(on_file, [coded()], reason="x")
    column = "reason" if "reason" in table.c else "memo"
    with on_file._store.engine.begin() as connection:
        connection.execute(update(table).values({column: "forged"}))

    (problem,) = on_file.check().problems
    assert (problem.kind, problem.message) == ("decision", "it was changed outside qualkit")


# What codes do to decisions ---------------------------------------------------------------------


def test_a_code_that_a_decision_gives_cannot_be_removed(study):
    settle(study, [coded("staffing.in-school")])

    with pytest.raises(CodebookError) as refused:
        study.remove_code("evaluation-topics", "staffing.in-school")

    assert "it still has 1 coding of a decision; merge it" in str(refused.value)


def test_merging_codes_takes_decisions_along_and_undo_brings_them_back(study):
    settle(study, [coded("staffing.in-school", memo="a"), coded("staffing.named-lead", memo="b")])
    settle(study, [coded("staffing.in-school", FINE)], seals=(A,))
    before = study.decisions()["result"].tolist()

    report = study.merge_codes("evaluation-topics", "staffing.in-school", "staffing.named-lead")

    assert report.decisions == 2
    now = study.decisions()["result"].tolist()
    assert sorted([[one["code"], one["memo"]] for one in some] for some in now) == [
        [["staffing.named-lead", ""]], [["staffing.named-lead", "b"]],
    ]  # fmt: skip
    assert study.check().problems == ()
    study.undo(report.entry)
    assert study.decisions()["result"].tolist() == before
    assert study.check().problems == ()


def test_a_scale_keeps_the_ratings_that_decisions_gave(on_file):
    levels = tuple(Level(n, f"L{n}") for n in range(3))
    on_file.add_codebook(
        Codebook("r", "R", "1", (Code("r1", "R1", scale=levels), Code("r2", "R2")))
    )
    settle(on_file, [coded("r1", rating=2)])

    with pytest.raises(CodebookError, match="1 coding of a decision rated 2, which the new scale"):
        on_file.set_code("r", "r1", scale=levels[:2])


def test_a_code_is_not_taken_back_while_a_decision_gives_it(study):
    study.add_code("evaluation-topics", Code("new", "New"))
    added = len(study.log())
    settle(study, [coded("new")])

    with pytest.raises(ConflictError, match="a coding of a decision has come to hang on what it"):
        study.undo(added)


# Sign-off ---------------------------------------------------------------------------------------


def test_a_source_is_signed_off_once_and_anew_with_another_seal(study):
    first = study.sign_off("p1", by="Sue", seal="s1", note=" Read. ")
    again = study.sign_off("p1", by="Sue", seal="s1", note="Read.")
    anew = study.sign_off("p1", by="Tom", seal="s2")

    assert [report.added for report in (first, again, anew)] == [1, 0, 1]
    assert again.entry is None
    shown = ["source", "by", "note", "seal", "version"]
    assert rows(study.sign_offs()[shown]) == [["p1", "Tom", "", "s2", 2]]
    assert last(study)["what"] == "p1 by Tom"
    assert study.withdraw_sign_off("p1") == last(study)["entry"]
    assert (study.withdraw_sign_off("p1"), study.sign_offs().empty) == (None, True)


@pytest.mark.parametrize(
    ("source", "by", "seal", "kind"),
    [
        ("p9", "Sue", "s", UnknownName),
        ("p1", "", "s", ValueError),
        ("p1", "Sue", "", ValueError),
        ("p1", "Sue", "s" * 65, ValueError),
    ],
)
def test_a_sign_off_that_cannot_be_is_refused(on_file, source, by, seal, kind):
    with pytest.raises(kind):
        on_file.sign_off(source, by=by, seal=seal)


# All of them ------------------------------------------------------------------------------------


def state(study):
    tables = (schema.assignment, schema.decision, schema.decision_coding, schema.sign_off)
    with study._store.read() as connection:
        return [
            [{k: v for k, v in row.items() if k != "version"} for row in found]
            for table in tables
            for found in [connection.execute(table.select().order_by(table.c.id)).mappings()]
        ]


CHANGES = {
    "assign": lambda s: s.assign(["p2"], ["Ann"]),
    "assign in another way": lambda s: s.assign(["p1"], ["Ann"], blind=False),
    "unassign": lambda s: s.unassign(s.assignments()["assignment"].tolist()),
    "set done": lambda s: s.set_done("Ann"),
    "settle": lambda s: settle(s, [coded(memo="b")], seals=(B,)),
    "settle anew": lambda s: settle(s, [coded("culture"), coded(span=FINE)], reason="other"),
    "withdraw decision": lambda s: s.withdraw_decision(s.decisions()["decision"].iloc[0]),
    "sign off": lambda s: s.sign_off("p2", by="Sue", seal="s"),
    "sign off anew": lambda s: s.sign_off("p1", by="Tom", seal="s2"),
    "withdraw sign-off": lambda s: s.withdraw_sign_off("p1"),
}


def test_each_change_is_taken_back_and_brought_again(study):
    study.assign(["p1"], ["Ann"])
    settle(study, [coded()], reason="first")
    study.sign_off("p1", by="Sue", seal="s1")

    for name, change in CHANGES.items():
        before = state(study)
        change(study)
        after = state(study)
        assert after != before, name
        undone = study.undo(len(study.log()))
        assert state(study) == before, name
        study.undo(undone.entry)
        assert state(study) == after, name
        study.undo(len(study.log()))
    assert study.check().problems == ()


def test_a_decision_that_was_changed_since_is_not_taken_back(on_file):
    settle(on_file, [coded()])
    first = len(on_file.log())
    settle(on_file, [], choice="neither")

    with pytest.raises(ConflictError, match=rf"by entry {first + 1} \(settle, tester\); undo that"):
        on_file.undo(first)


def test_what_is_assigned_decided_and_signed_goes_with_its_source(study):
    study.assign(["p1", "p2"], ["Ann"])
    settle(study, [coded()])
    study.sign_off("p1", by="Sue", seal="s")

    study.remove_source("p1")

    assert study.assignments()["source"].tolist() == ["p2"]
    assert (study.decisions().empty, study.sign_offs().empty) == (True, True)
    kept = {row["table"] for row in json.loads(last(study)["before"])}
    assert kept > {"assignment", "decision", "decision_coding", "sign_off", "coding"}
    assert study.check().problems == ()


def test_an_older_study_has_nothing_assigned_and_takes_all_of_it(address):
    from tests.store.test_search import upgraded_to

    upgraded_to(address, "0005")

    with Project.open(address) as study:
        assert [len(t) for t in (study.assignments(), study.decisions(), study.sign_offs())] == [
            0
        ] * 3
        study.assign(["p7"], ["Ann"])
        study.sign_off("p7", by="Sue", seal="s")
        assert study.blind_sources("Ann") == {"p7"}
