"""Who codes blind sees nothing of what others did there, whichever way they look."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import event

from qualkit.errors import ConflictError, UnknownName
from qualkit.progress import progress_of
from qualkit.project import Project
from qualkit.store import schema
from qualkit.suggesting import suggest

P1 = "Interviewer: How was it?\nP1: The staff listened. It was fine.\n"
P2 = "Interviewer: And you?\nP2: They never called us back.\n"
STAFF, FINE, CALLED = (29, 48), (49, 61), (26, 53)
CODE = "communication"
MINE = "11111111-1111-4111-8111-111111111111"  # Ann's, in p1
THEIRS = "22222222-2222-4222-8222-222222222222"  # Bo's, in p1, where Ann is blind
ELSEWHERE = "33333333-3333-4333-8333-333333333333"  # Bo's, in p2, where she is not


@pytest.fixture
def study(project, write):
    """Ann codes p1 blind; Bo has coded, summarised, decided and settled there and in p2."""
    return filled(project, write)


@pytest.fixture
def on_file(tmp_path, write):
    """The same in a file, for what no database can make different."""
    with Project.create(tmp_path / "s.qualkit", codebooks=["evaluation-topics"]) as made:
        yield filled(made, write)


def filled(project, write):
    project.add_sources([write("p1.txt", P1), write("p2.txt", P2)])
    project.add_coding("p1", STAFF, CODE, coder="Ann", coding_id=MINE)
    project.add_coding("p1", STAFF, "knowledge", coder="Bo", coding_id=THEIRS)
    project.add_coding("p2", CALLED, CODE, coder="Bo", coding_id=ELSEWHERE)
    keep(project, (49, 51), "Ann")
    project.reject(project.suggestions()["suggestion"].tolist(), coder="Bo")
    keep(project, FINE, "Bo")
    keep(project, STAFF, None)
    keep(project, FINE, "Ann")
    for source in ("p1", "p2"):
        project.set_summary("knowledge", "Bo's words.", author="Bo", source=source)
    project.set_summary("knowledge", "Bo's words.", author="Bo", case="p1")
    project.set_summary(CODE, "Ann's words.", author="Ann", source="p1")
    draft(project, "p1", "The staff listened.", [THEIRS])
    settle(project, "p1", STAFF, THEIRS)
    settle(project, "p2", CALLED, ELSEWHERE)
    project.assign(["p1"], ["Ann"])
    project.user = "Ann"
    return project


def keep(project, span, teacher):
    one = {
        "source": "p1", "start": span[0], "end": span[1], "text": P1[slice(*span)],
        "confidence": 0.9, "codebook": "evaluation-topics", "code": "staffing",
        "method": "learned", "model": "m", "reasons": {},
    }  # fmt: skip
    project.keep_suggestions([one], methods=["learned"], taught_by=teacher)


def draft(project, source, text, cites):
    made = {"codebook": "evaluation-topics", "theme": "staffing", "case": None, "source": source}
    project.keep_drafts([{**made, "text": text, "cites": cites}], author="Ann")


def settle(project, source, span, coding):
    project.settle(
        source, span, kind="missed", choice="Bo", seals={coding: "x"}, decider="Sue",
        result=[{"code": "knowledge", "start": span[0], "end": span[1]}],
    )  # fmt: skip


def of(table, *columns):
    """The rows of some columns, in an order of their own; what is missing is empty."""
    found = table[list(columns)].astype(object).where(table[list(columns)].notna(), "")
    return sorted([tuple(row) if columns[1:] else row[0] for row in found.to_numpy().tolist()])


def counts(table, key):
    return {name: n for name, n in zip(table[key], table["codings"], strict=True) if n}


# What is shown ----------------------------------------------------------------------------------

SHOWN = {  # what is asked, what a blind coder is shown, and what anybody else
    "codings": (lambda s: of(s.codings(), "coding"), [MINE, ELSEWHERE], [MINE, THEIRS, ELSEWHERE]),
    "marks": (
        lambda s: of(s.marks("p1"), "kind", "coder"),
        [("coding", "Ann"), ("suggestion", "")],
        [("coding", "Ann"), ("coding", "Bo"), *[("suggestion", "")] * 3],
    ),
    "marks of another source": (lambda s: of(s.marks("p2"), "id"), [ELSEWHERE], [ELSEWHERE]),
    "suggestions": (lambda s: of(s.suggestions(), "taught_by"), ["Ann"], ["", "Ann", "Bo"]),
    "suggestions of another coder": (
        lambda s: of(s.suggestions(blind="Bo"), "taught_by"),
        [],
        ["Bo"],
    ),
    "summaries": (
        lambda s: of(s.summaries(), "author", "source", "draft"),
        [("Ann", "p1", False), ("Bo", "p2", False)],
        [
            ("Ann", "p1", False),
            ("Ann", "p1", True),  # a draft that quotes what Bo coded
            ("Bo", "", False),  # of the case
            ("Bo", "p1", False),
            ("Bo", "p2", False),
        ],
    ),
    "evidence of summaries": (
        lambda s: of(s.summaries().query("author == 'Ann' and not draft"), "evidence", "added"),
        [("", "")],
        [(1, 0)],
    ),
    "decisions": (lambda s: of(s.decisions(), "source"), ["p2"], ["p1", "p2"]),
    "sources": (lambda s: counts(s.sources(), "source"), {"p1": 1, "p2": 1}, {"p1": 2, "p2": 1}),
    "codes": (lambda s: counts(s.codes(), "code"), {CODE: 2}, {CODE: 2, "knowledge": 1}),
    "coders": (lambda s: counts(s.coder_table(), "name"), {"Ann": 1, "Bo": 1}, {"Ann": 1, "Bo": 2}),
    "progress": (
        lambda s: counts(progress_of(s).by_theme, "theme"),
        {CODE: 2},
        {CODE: 2, "knowledge": 1},
    ),
    "the log": (
        lambda s: sorted(set(s.log()["action"])),
        ["add codebook", "add sources", "assign"],
        ["add codebook", "add coding", "add sources", "assign", "draft", "reject", "set summary",
         "settle", "suggest"],
    ),
    "the log by its words": (
        lambda s: len(s.log(words="settle")) + len(s.log(words="by Bo", limit=5)),
        0,
        7,
    ),
    "suggestions that were decided": (
        lambda s: of(s.suggestions(status="rejected"), "source", "decider"),
        [],
        [("p1", "Bo")],
    ),
}  # fmt: skip


def test_a_blind_coder_is_shown_what_is_theirs_or_elsewhere(study):
    blind = {what: case[1] for what, case in SHOWN.items()}
    everything = {what: case[2] for what, case in SHOWN.items()}

    def shown():
        return {what: case[0](study) for what, case in SHOWN.items()}

    assert shown() == blind
    with study.unblinded():
        assert shown() == everything
    assert shown() == blind
    study.user = "Bo"
    assert shown() == everything


def test_nothing_that_a_blind_coder_reads_names_what_is_hidden(on_file):
    with on_file.unblinded():
        hidden = {THEIRS, *on_file.summaries().query("author == 'Bo'")["summary"].iloc[:2]}
        hidden |= set(
            on_file.suggestions(status=None).query("taught_by == 'Bo' or decider == 'Bo'")[
                "suggestion"
            ]
        )
    calls = ("codings", "summaries", "decisions", "assignments", "sign_offs", "sources", "cases",
             "codes", "coder_table", "log", "guide")  # fmt: skip
    tables = [getattr(on_file, name)() for name in calls]
    tables += [on_file.marks("p1"), on_file.suggestions(status=None), on_file.search("staff")]

    shown = json.dumps([table.astype(str).to_dict() for table in tables])

    assert len(hidden) == 5
    assert [one for one in hidden if one in shown] == []


def test_it_ends_when_the_coder_says_that_it_is_done_and_only_then(on_file):
    assert (on_file.blind, on_file.blind_sources("Ann")) == ({"p1"}, {"p1"})

    on_file.assign([("p1", *FINE)], ["Ann"])
    on_file.set_done("Ann", ["p1"])

    assert (on_file.blind, len(on_file.codings())) == (frozenset(), 3)
    on_file.set_done("Ann", done=False)
    on_file.unassign(on_file.assignments()["assignment"].iloc[:1])
    assert (on_file.blind, len(on_file.codings())) == ({"p1"}, 2)


def test_nobody_is_blind_who_was_assigned_openly_or_is_not_known(on_file):
    on_file.assign(["p2"], ["Bo"], blind=False)

    assert (on_file.blind_sources("Bo"), on_file.blind_sources("Zed")) == (frozenset(), frozenset())


def test_checks_see_everything(on_file):
    with on_file._store.engine.begin() as connection:
        connection.execute(schema.coding.update().values(memo="forged"))

    assert on_file.check().codings == 3
    assert len(on_file.check().problems) == 3


@pytest.mark.parametrize("name", ["ann", " Ann ", "ANN"])
def test_another_way_to_write_a_name_is_no_way_round_blindness(on_file, name):
    on_file.user = name

    assert on_file.blind == {"p1"}


def test_a_coder_of_that_very_name_is_not_taken_for_one_whose_name_looks_alike(on_file):
    on_file.add_coder("ann")
    on_file.user = "ann"

    assert on_file.blind == frozenset()


def test_to_know_that_somebody_is_blind_costs_two_queries(on_file):
    asked = []
    event.listen(
        on_file._store.engine, "before_cursor_execute", lambda *call: asked.append(call[2])
    )

    assert on_file.blind == {"p1"}

    assert len([one for one in asked if one.startswith("SELECT")]) == 2


def test_a_coder_all_of_whose_sources_are_bare_sees_empty_tables(on_file):
    on_file.assign(["p2"], ["Cy"])
    on_file.assign(["p1"], ["Cy"])
    on_file.user = "Cy"

    assert on_file.codings().empty
    assert (on_file.summaries().empty, on_file.suggestions().empty) == (True, True)
    assert len(on_file.marks("p1")) == 0
    assert progress_of(on_file).by_source["coded"].tolist() == [0, 0]


def test_a_note_of_a_sign_off_is_hidden_and_the_sign_off_is_not(on_file):
    on_file.user = "Sue"
    for source in ("p1", "p2"):
        on_file.sign_off(source, by="Sue", seal="s", note="Bo is right")

    on_file.user = "Ann"

    assert on_file.sign_offs()[["source", "note"]].values.tolist() == [
        ["p1", ""],
        ["p2", "Bo is right"],
    ]


# What is done -----------------------------------------------------------------------------------

REFUSED = {  # what somebody blind cannot do to what they do not see, and what they are told
    "change": (
        lambda s: s.set_coding(THEIRS, memo="x"),
        ConflictError,
        "this coding is gone; somebody removed it",
    ),
    "remove": (lambda s: s.remove_coding(THEIRS), UnknownName, "no coding is called"),
    "settle": (
        lambda s: settle(s, "p1", STAFF, THEIRS),
        ConflictError,
        "a coding of this disagreement changed or went since it was read",
    ),
    "withdraw": (
        lambda s: s.withdraw_decision(unseen(s, "decisions", "decision", "source == 'p1'")),
        UnknownName,
        "no decision is called",
    ),
    "accept": (
        lambda s: s.accept([theirs(s)], coder="Ann"),
        ConflictError,
        "it was made anew or removed",
    ),
    "accept as something else": (
        lambda s: s.accept([theirs(s)], coder="Ann", code=CODE),
        ConflictError,
        "it was made anew or removed",
    ),
    "reject": (
        lambda s: s.reject([theirs(s)], coder="Ann"),
        ConflictError,
        "it was made anew or removed",
    ),
    "take back": (lambda s: s.undo(theirs_in_log(s)), ValueError, "is hidden from Ann, who codes"),
    "remove a summary": (
        lambda s: s.remove_summary(summary(s)), UnknownName, "no summary is called"
    ),
    "look at its wordings": (
        lambda s: s.summary_versions(summary(s)), UnknownName, "no summary is called"
    ),
    "look at a draft's wordings": (
        lambda s: s.summary_versions(unseen(s, "summaries", "summary", "draft")),
        UnknownName,
        "no summary is called",
    ),
}  # fmt: skip


def unseen(study, table, column, which):
    with study.unblinded():
        return getattr(study, table)().query(which)[column].iloc[0]


def theirs(study):
    return unseen(study, "suggestions", "suggestion", "taught_by == 'Bo'")


def test_the_rows_of_an_own_entry_leave_out_what_others_made(study):
    study.remove_source("p2")

    logged = study.log().iloc[-1]
    assert logged["who"] == "Ann"
    assert {row["table"] for row in json.loads(logged["before"])} == {"case_unit", "source", "turn"}
    study.user = "Sue"
    assert ELSEWHERE in study.log()["before"].iloc[-1]


def theirs_in_log(study):
    with study.unblinded():
        entries = study.log().query("action == 'add coding'")
    return int(entries.loc[entries["what"].str.contains("by Bo"), "entry"].iloc[0])


def summary(study):
    return unseen(study, "summaries", "summary", "author == 'Bo' and source == 'p1'")


def test_what_is_hidden_cannot_be_touched_as_if_it_were_gone(on_file):
    entry = on_file.last_entry()

    for act, kind, message in REFUSED.values():
        with pytest.raises(kind, match=message):
            act(on_file)

    assert on_file.last_entry() == entry


def test_a_summary_notes_what_its_author_could_see_and_tells_of_the_rest_when_it_may(on_file):
    on_file.set_summary("knowledge", "Ann's words.", author="Ann", source="p1")
    on_file.set_done("Ann")

    (own,) = (
        on_file.summaries().query("author == 'Ann' and theme == 'knowledge'").to_dict("records")
    )

    assert (own["evidence"], own["added"]) == (0, 1)


def test_a_draft_of_ones_own_is_not_kept_from_a_cell_because_others_wrote_there(on_file):
    made = {"codebook": "evaluation-topics", "theme": "knowledge", "case": None, "source": "p1",
            "text": "The staff.", "cites": [MINE]}  # fmt: skip

    assert on_file.keep_drafts([made], author="Ann").added == 1
    assert ("Ann", "knowledge") in of(on_file.summaries(), "author", "theme")


def test_a_cell_with_a_hidden_draft_can_be_written_as_if_it_were_empty(on_file):
    on_file.set_summary("staffing", "Now mine.", author="Ann", source="p1", version=0)

    assert ("staffing", "Now mine.") in of(on_file.summaries(), "theme", "text")


# Suggestions ------------------------------------------------------------------------------------


def test_suggestions_for_a_blind_coder_are_taught_by_their_own_work_alone(on_file):
    report = suggest(on_file)

    assert report.kept == len(on_file.suggestions())
    assert set(on_file.suggestions()["taught_by"]) == {"Ann"}
    on_file.user = "Bo"
    assert "Bo" in set(on_file.suggestions()["taught_by"])
