"""Links, verdicts, judges, threads, confidence and strands: kept, changed, removed, taken back."""

from __future__ import annotations

import json
import multiprocessing
from dataclasses import replace

import pandas as pd
import pytest

from qualkit.errors import CodebookError, ConflictError, LinkedError, NotAllowed, UnknownName
from qualkit.importers.sheets import Sheet
from qualkit.model import Code
from qualkit.project import Project
from qualkit.store import schema
from qualkit.survey import Answers, Item, Survey
from qualkit.triangulate import propose
from qualkit.triangulate.records import proposal_of
from qualkit.triangulate.strands import strand_of
from qualkit.triangulating import all_findings_of
from qualkit.triangulation_keeping import proposal_seal

K1 = Item("K1", "Do you ask?", labels={"1": "Never", "2": "Often"}, scale="asking")
K2 = Item("K2", "Do you know whom?", labels={"1": "No", "2": "Yes"})
LEADS = Survey("leads", respondent="id", items=(K1, K2))
K1_CHANGE = "leads/K1/mean/before-to-after/all"
BOOK, CODE, OTHER = "evaluation-topics", "communication", "barriers-enablers"
LEAF = "communication.feedback"
PRINTED = """id: t1
source: Report, p. 1
header: [Item, "{mean}"]
rows: [["{item}", "3.1"], [B, "2"], [B, "3"]]
measures: {{Item: label, "{mean}": mean@first}}
"""
ASSESSED = {
    "overall": "moderate", "methodological": "none", "coherence": "minor",
    "adequacy": "moderate", "relevance": "serious",
}  # fmt: skip


def answers(wave, codes="1122"):
    ids = pd.array([f"P{n}" for n in range(len(codes))], dtype="string")
    table = pd.DataFrame({
        "respondent": ids, "K1": pd.array(list(codes), dtype="string"),
        "K2": pd.array(list(codes), dtype="string"),
    })  # fmt: skip
    opened = pd.DataFrame(columns=["respondent", "item", "question", "text"])
    return Answers(LEADS, wave, table, len(table), f"{wave}.csv", "f" * 64, "plain", (), (), opened)


def strand(name="acts", *values, area="North"):
    rows = tuple(("calls", area, f"202{n}", value) for n, value in enumerate(values or "35"))
    header = ("measure", "area", "period", "value")
    return strand_of(Sheet("a.csv", header, rows, tuple(range(2, 2 + len(rows)))), name=name)


def proposal(states=("+", "+"), finding=K1_CHANGE):
    survey, interviews = states
    return propose(survey, interviews, broad=True, finding=finding)


@pytest.fixture
def study(project, write):
    """A survey with two waves, a printed table and a strand, on either database."""
    project.add_survey(LEADS, [answers("before"), answers("after", "1222")])
    project.add_published(write("t1.yaml", PRINTED.format(item="A", mean="Mean")))
    project.add_strand(strand())
    return project


@pytest.fixture
def link(study):
    return study.add_link(CODE, K1_CHANGE, same_construct=True, note=" Both ask. ")


def by(study, name):
    study.user = name
    return study


def rows(study):
    """Every row of triangulation, whatever its version."""
    tables = (schema.link, schema.verdict, schema.judge, schema.thread, schema.confidence)
    with study._store.read() as connection:
        return {
            table.name: sorted(
                (sorted((k, v) for k, v in row.items() if k != "version")
                 for row in connection.execute(table.select()).mappings()), key=str,
            )
            for table in tables
        }  # fmt: skip


def last(study):
    return int(study.log(rows=False)["entry"].iloc[-1])


def told(study):
    return study.log(rows=False)["what"].iloc[-1]


# Links ---------------------------------------------------------------------------------------


def test_a_link_is_kept_with_what_it_says_and_who_made_it(study, link):
    (row,) = study.links().drop(columns=["created"]).to_numpy().tolist()

    assert row == [
        link.id, BOOK, CODE, "Communication and reporting", CODE, K1_CHANGE, "", True,
        "Both ask.", "tester", 1,
    ]  # fmt: skip
    assert study.link(link.id) == link


@pytest.mark.parametrize(
    "finding",
    [
        "leads/asking/score/after/all",
        "leads/K2/percent:2/before/area=North%2FEast",
        "t1/A/mean/first/all",
        "t1/B (2)/mean/first/all",
        "acts/calls/change/2020-to-2021/area=North",
    ],
)
def test_whatever_the_study_has_findings_of_can_be_linked(study, finding):
    assert study.add_link(f"{BOOK}/{CODE}", finding).finding == finding


@pytest.mark.parametrize(
    ("finding", "message"),
    [
        ("lead/K1/mean/after/all", "no survey, published table or strand is called 'lead'; did"),
        ("leads/K9/mean/after/all", "no item of leads is called 'K9'; did you mean"),
        ("leads/K1/mean/later/all", "no wave of leads is called 'later'; did you mean"),
        ("leads/K1/mean/after-to-later/all", "no wave of leads is called 'after-to-later'"),
        ("t1/B/mean/first/all", "no item of t1 is called 'B'; known are A, B (1), B (2)"),
        ("acts/visits/level/2020/all", "no item of acts is called 'visits'"),
        ("acts/calls/level/1999/all", "no wave of acts is called '1999'"),
    ],
)
def test_a_finding_that_cannot_be_there_is_refused(study, finding, message):
    with pytest.raises(UnknownName) as refused:
        study.add_link(CODE, finding)

    assert str(refused.value).startswith(message)
    assert study.links().empty


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (lambda s: s.add_link("nothing", K1_CHANGE), UnknownName, "no code is called 'nothing'"),
        (lambda s: s.add_link(CODE, "K1"), ValueError, "'K1' is no id of a finding"),
        (lambda s: s.add_link(CODE, K1_CHANGE, polarity="up"), UnknownName, "no polarity"),
        (
            lambda s: s.add_link(CODE, "acts/calls/level/2020/area=\x00"),
            ValueError,
            "is no id of a finding",
        ),
        (lambda s: s.set_link("x", note="y"), UnknownName, "no link is called 'x'"),
        (lambda s: s.remove_link("x"), UnknownName, "no link is called 'x'"),
        (lambda s: s.add_link(CODE, K1_CHANGE, note="\x00"), ValueError, "the note has"),
    ],
)
def test_what_is_no_link_is_refused_and_keeps_nothing(study, call, kind, message):
    before = last(study)

    with pytest.raises(kind, match=message):
        call(study)

    assert last(study) == before


def test_of_findings_that_are_known_no_other_is_linked(study):
    known = all_findings_of(study)["finding"]

    with pytest.raises(UnknownName) as refused:
        study.add_link(CODE, "leads/K1/means/after/all", known=known.tolist())

    assert str(refused.value).startswith(
        "no finding is called 'leads/K1/means/after/all'; did you mean 'leads/K1/mean/after/all'"
    )
    assert study.links().empty
    assert study.add_link(CODE, known[0], known=known.tolist()).finding == known[0]


def test_an_id_that_nothing_has_is_told_beside_those_that_there_are(study, link):
    with pytest.raises(UnknownName) as refused:
        study.remove_link("x")

    assert str(refused.value) == f"no link is called 'x'; known are {link.id}"


def test_the_same_link_is_not_made_twice(study, link):
    with pytest.raises(ConflictError, match=f"this code is linked to {K1_CHANGE} already"):
        study.add_link(CODE, K1_CHANGE)


def test_a_link_is_changed_only_from_the_version_that_was_read(study, link):
    study.set_link(link.id, polarity="lower-is-better", version=1)

    with pytest.raises(ConflictError, match="the link was changed by somebody else"):
        study.set_link(link.id, note="late", version=1)

    assert study.link(link.id) == replace(link, polarity="lower-is-better")


def test_what_somebody_changed_since_it_was_read_is_not_removed(study, link):
    thread = study.add_thread("Which wait?", raised_in="survey")
    study.set_confidence(CODE, **ASSESSED)
    study.set_link(link.id, note="new")
    study.set_thread(thread, status="answered")
    study.set_confidence(CODE, **{**ASSESSED, "overall": "low"})
    study.add_strand(strand("acts", "4", "7"))

    for remove, name in (
        (study.remove_link, link.id), (study.remove_thread, thread),
        (study.remove_confidence, CODE), (study.remove_strand, "acts"),
    ):  # fmt: skip
        with pytest.raises(ConflictError, match="was changed by somebody else"):
            remove(name, version=1)
        remove(name, version=2)

    tables = study.links(), study.threads(), study.confidences(), study.strands()
    assert [len(one) for one in tables] == [0, 0, 0, 0]


@pytest.mark.parametrize("seen", [None, 2])
def test_a_strand_makes_room_for_another_only_in_the_version_that_was_read(study, seen):
    with pytest.raises(ConflictError, match="a strand acts was added, changed or removed since"):
        study.add_strand(strand("acts", "9"), version=seen)

    assert study.add_strand(strand("acts", "9"), version=1).added == 1


# Verdicts ------------------------------------------------------------------------------------


def test_a_verdict_keeps_the_proposal_as_it_was_and_a_seal_of_what_it_rests_on(study, link):
    made = proposal()

    study.decide(link, "agreement", proposal=made, adds="why")

    (row,) = study.verdicts().to_dict("records")
    assert [row[n] for n in ("link", "judge", "status", "verdict", "proposed", "adds")] == [
        link.id, "tester", "accepted", "agreement", "agreement", "why",
    ]  # fmt: skip
    assert proposal_of(json.loads(row["proposal"])) == made
    assert row["seal"] == proposal_seal(made)
    assert row["seal"] != proposal_seal(proposal(("-", "-")))


@pytest.mark.parametrize(
    ("states", "verdict", "status"),
    [
        (("+", "silent"), "silence", "accepted"),
        (("missing", "+"), "silence", "accepted"),
        (("+", "+"), "partial", "changed"),
        (("?", "+"), "agreement", "changed"),
        (("?", "thin"), "silence", "changed"),
    ],
)
def test_a_verdict_other_than_proposed_is_a_change_and_needs_a_reason(
    study, link, states, verdict, status
):
    made = proposal(states)
    if status == "changed":
        with pytest.raises(ValueError, match="needs a reason"):
            study.decide(link, verdict, proposal=made, reason=" ")

    study.decide(link, verdict, proposal=made, reason="As I see it.")

    assert study.verdicts()["status"].tolist() == [status]


@pytest.mark.parametrize(
    ("verdict", "made", "kind", "message"),
    [
        ("insufficient", proposal(), UnknownName, "no verdict is called 'insufficient'"),
        ("agreement", {"verdict": "fine"}, ValueError, "this is no proposal of the rule"),
        ("agreement", proposal(finding="a/b/c/d/e"), ValueError, "the proposal is about a/b/c/d/e"),
    ],
)
def test_what_is_no_verdict_is_refused(study, link, verdict, made, kind, message):
    with pytest.raises(kind, match=message):
        study.decide(link, verdict, proposal=made)

    assert study.verdicts().empty


def test_a_judge_has_one_verdict_on_a_link_and_the_same_again_is_nothing(study, link):
    study.decide(link, "agreement", proposal=proposal())
    same = study.decide(link, "agreement", proposal=proposal())
    other = study.decide(link, "silence", proposal=proposal(), reason="None.")

    assert (same.added, same.same, same.entry) == (0, 1, None)
    assert other.added == 1
    assert study.verdicts()[["verdict", "version"]].to_numpy().tolist() == [["silence", 2]]


@pytest.mark.parametrize("seen", [None, 7])
def test_a_verdict_of_another_version_than_was_read_is_left_alone(study, link, seen):
    study.decide(link, "agreement", proposal=proposal(), version=None)

    with pytest.raises(ConflictError, match="look at it again"):
        study.decide(link, "silence", proposal=proposal(), reason="x", version=seen)

    assert study.verdicts()["verdict"].tolist() == ["agreement"]


def test_a_verdict_is_withdrawn_by_who_gave_it_alone(study, link):
    study.decide(link, "agreement", proposal=proposal())

    assert by(study, "Bo").withdraw(link) is None
    assert by(study, "tester").withdraw(link) == last(study)
    assert study.verdicts().empty


# Blind judges --------------------------------------------------------------------------------


@pytest.fixture
def blind(study, link):
    """Ann has judged; Bo judges blind."""
    study.add_judge("Ann")
    study.add_judge("Bo")
    by(study, "Ann").decide(link, "agreement", proposal=proposal())
    by(study, "Bo").decide(link, "silence", proposal=proposal(), reason="I heard none.")
    return study


def test_a_blind_judge_sees_no_verdict_of_others_before_being_done(blind):
    assert blind.verdicts()["judge"].tolist() == ["Bo"]
    assert blind.verdicts(judge="Ann").empty

    blind.judge_done()

    assert blind.verdicts()["judge"].tolist() == ["Ann", "Bo"]
    assert blind.judges().to_numpy().tolist() == [["Ann", True, "open"], ["Bo", True, "done"]]
    assert by(blind, "tester").verdicts(judge="Ann")["verdict"].tolist() == ["agreement"]


def test_the_log_does_not_tell_a_blind_judge_what_others_decided(blind, link):
    by(blind, "Ann").remove_link(link.id)
    shown = by(blind, "Bo").log()

    agreed = '"verdict": "agreement"'
    assert not shown["after"].str.contains(agreed, regex=False).any()
    assert not shown["before"].str.contains(agreed, regex=False).any()
    assert by(blind, "Ann").log()["before"].str.contains(agreed, regex=False).sum() == 1
    by(blind, "Bo")
    assert shown["action"].tolist()[-1] == "decide"  # Bo's own; the removed link took both along
    with pytest.raises(ValueError, match="is hidden from Bo, who judges blind"):
        blind.undo(len(shown) + 2)


def test_what_a_blind_judge_does_tells_nothing_of_the_verdicts_that_it_moved(blind, link):
    twin = blind.add_link(OTHER, K1_CHANGE)
    by(blind, "Ann").decide(twin, "silence", proposal=proposal(), reason="Hidden.")
    by(blind, "Bo").decide(twin, "partial", proposal=proposal(), reason="Mine.")

    removed = blind.remove_link(link.id)
    blind.undo(removed)
    preview = blind.merge_codes(BOOK, CODE, OTHER, dry_run=True)
    merged = blind.merge_codes(BOOK, CODE, OTHER)

    mine = f"link to {K1_CHANGE}, Bo: verdict is silence under {CODE} and partial under {OTHER}; "
    assert preview.conflicts[1:] == merged.conflicts[1:] == (f"{mine}partial stays",)
    shown = blind.log()
    listed = [
        row for side in ("before", "after") for rows in shown[side] for row in json.loads(rows)
    ]
    judges = {row["judge_id"] for row in listed if row["table"] == "verdict"}
    assert len(judges) == 1
    assert "Hidden." not in shown.to_json()
    assert "Hidden." in by(blind, "Ann").log().to_json()
    assert len(blind.merge_codes(BOOK, OTHER, "culture", dry_run=True).conflicts) == 0


def test_a_judge_is_removed_by_somebody_else_and_the_verdicts_stay(blind):
    with pytest.raises(ConflictError, match="Bo judges blind; somebody else has to change that"):
        blind.remove_judge("Bo")

    entry = by(blind, "Ann").remove_judge("Bo")
    assert blind.judges()["judge"].tolist() == ["Ann"]
    assert by(blind, "Bo").verdicts()["judge"].tolist() == ["Ann", "Bo"]
    with pytest.raises(UnknownName, match="no judge is called 'Bo'; known are Ann"):
        blind.remove_judge("Bo")

    blind.undo(entry)
    assert blind.verdicts()["judge"].tolist() == ["Bo"]


def test_nobody_takes_their_own_blindness_away(blind):
    made = int(blind.log().query("what == 'Bo, blind'")["entry"].iloc[0])

    with pytest.raises(ConflictError, match="Bo judges blind; somebody else"):
        blind.add_judge("Bo", blind=False)
    with pytest.raises(ValueError, match="somebody else has to take it back"):
        blind.undo(made)

    with pytest.raises(ConflictError, match="Bo judges blind; somebody else"):
        by(blind, "bo").add_judge("Bo", blind=False)  # the same person, written otherwise

    by(blind, "Ann").add_judge("Bo", blind=False)
    assert len(by(blind, "Bo").verdicts()) == 2


def test_somebody_who_is_no_judge_cannot_be_done(study):
    study.add_judge("Ann")

    with pytest.raises(UnknownName, match="no judge is called 'tester'; known are Ann"):
        study.judge_done()


def test_who_codes_blind_somewhere_sees_no_judgement_of_others(study, link, write):
    study.add_sources([write("p1.txt", "P1: The staff listened.\n")])
    study.decide(link, "agreement", proposal=proposal())
    study.add_thread("Why?", raised_in="survey")
    study.set_confidence(CODE, **ASSESSED)
    study.assign(["p1"], ["Cy"])

    by(study, "Cy")

    assert study.verdicts().empty
    assert study.threads().empty
    assert study.confidences().empty
    assert study.links()["link"].tolist() == [link.id]
    assert "decide" not in set(study.log()["action"])
    assert "add link" in set(study.log()["action"])


# Threads and confidence ----------------------------------------------------------------------


def test_a_thread_is_followed_from_one_strand_to_another(study):
    made = study.add_thread("Why do few ask?", raised_in="survey", theme=CODE)
    study.set_thread(
        made, pursued_in="interviews", what_was_found="They lack time.", status="answered"
    )

    (row,) = study.threads().drop(columns=["created", "changed"]).to_numpy().tolist()
    assert row == [
        made, "Why do few ask?", "survey", "interviews", BOOK, CODE, "They lack time.",
        "answered", "tester", 2,
    ]  # fmt: skip
    with pytest.raises(ConflictError, match="the thread was changed by somebody else"):
        study.set_thread(made, status="open", version=1)
    study.set_thread(made, theme=None)
    assert study.threads()[["codebook", "code"]].to_numpy().tolist() == [["", ""]]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"question": " ", "raised_in": "survey"}, "a thread needs a question"),
        ({"question": "Why?", "raised_in": ""}, "the strand that it was raised in"),
    ],
)
def test_a_thread_needs_a_question_and_where_it_was_raised(study, given, message):
    with pytest.raises(ValueError, match=message):
        study.add_thread(**given)


def test_a_finding_has_one_assessment_and_the_last_stands(study):
    study.set_confidence(CODE, **ASSESSED, version=None)
    again = study.set_confidence(CODE, **ASSESSED)
    by(study, "Bo").set_confidence(CODE, **{**ASSESSED, "overall": "low"}, version=1)

    assert (again.added, again.same) == (0, 1)
    shown = ["code", "overall", "relevance", "author", "version"]
    assert study.confidences()[shown].to_numpy().tolist() == [[CODE, "low", "serious", "Bo", 2]]
    with pytest.raises(ConflictError, match="somebody assessed this finding"):
        study.set_confidence(CODE, **ASSESSED, version=1)
    with pytest.raises(UnknownName, match=r"no concern \(coherence\) is called 'huge'"):
        study.set_confidence(CODE, **{**ASSESSED, "coherence": "huge"})


# Strands -------------------------------------------------------------------------------------


@pytest.mark.parametrize("held", [
    replace(strand("more"), title="\x00"), replace(strand("more"), file="\ud800"),
    strand("more", area="N\x01"),
])  # fmt: skip
def test_a_strand_with_what_no_text_can_hold_is_refused(study, held):
    with pytest.raises(ValueError, match="the strand has a character that no text can hold"):
        study.add_strand(held)

    assert study.strands()["strand"].tolist() == ["acts"]


def test_a_strand_comes_back_as_it_was_and_again_is_nothing(study):
    held = strand("more", "3", "", "7.5")

    first, second = study.add_strand(held), study.add_strand(held)

    assert (first.added, second.added, second.same) == (1, 0, 1)
    back = study.strand("more")
    pd.testing.assert_frame_equal(back.table, held.table)
    assert replace(back, table=None) == replace(held, table=None, warnings=())
    assert study.strands().drop(columns="added").to_numpy().tolist() == [
        ["acts", "activity", "acts", "", 1, 2, 1],
        ["more", "activity", "more", "", 1, 3, 1],
    ]


def test_the_figures_of_a_strand_are_not_in_the_log_and_come_back_by_an_undo(study):
    study.add_strand(strand("more", "987654"))
    held = study.strand("more")
    study.remove_strand("more")

    assert not study.log()["after"].str.contains("987654").any()
    study.undo(last(study))
    pd.testing.assert_frame_equal(study.strand("more").table, held.table)


@pytest.mark.parametrize("name", ["leads", "t1"])
def test_a_strand_has_no_id_of_a_survey_or_table(study, name):
    with pytest.raises(ConflictError, match=f"has the id '{name}' already"):
        study.add_strand(strand(name))


# What a link points at -----------------------------------------------------------------------

WAYS = {  # what goes, the finding that it takes along, and whether that can be taken back
    "survey": (lambda s, w, **k: s.remove_survey("leads", **k), K1_CHANGE, False),
    "wave": (lambda s, w, **k: s.remove_wave("leads", "before", **k), K1_CHANGE, False),
    "item": (lambda s, w, **k: s.set_survey(replace(LEADS, items=(K2,)), **k), K1_CHANGE, True),
    "item of a survey given again": (
        lambda s, w, **k: s.add_survey(replace(LEADS, items=(K2,)), **k), K1_CHANGE, True,
    ),
    "published table": (
        lambda s, w, **k: s.remove_published("t1", **k), "t1/A/mean/first/all", True,
    ),
    "printed item": (
        lambda s, w, **k: s.add_published(
            w("t1.yaml", PRINTED.format(item="Z", mean="Mean")), **k
        ),
        "t1/A/mean/first/all", True,
    ),
    "strand": (
        lambda s, w, **k: s.remove_strand("acts", **k), "acts/calls/level/2021/all", False,
    ),
    "period": (
        lambda s, w, **k: s.add_strand(strand("acts", "3"), **k), "acts/calls/level/2021/all",
        False,
    ),
    "code": (lambda s, w, **k: s.remove_code(BOOK, LEAF, **k), K1_CHANGE, True),
}  # fmt: skip


@pytest.mark.parametrize("name", WAYS)
def test_what_a_link_points_at_stays_or_takes_the_link_along_and_says_so(study, write, name):
    way, finding, back = WAYS[name]
    made = study.add_link(LEAF, finding)
    study.decide(made, "agreement", proposal=proposal(finding=finding))
    words = f"{BOOK}/{LEAF} to {finding} (1 verdict)"
    before, entry = rows(study), last(study)

    with pytest.raises(LinkedError) as refused:
        way(study, write)
    assert refused.value.links == (words,)
    assert (rows(study), last(study)) == (before, entry)

    way(study, write, links=True)
    assert study.links().empty
    assert study.verdicts().empty
    assert told(study).endswith(f"; with the link of {words}")

    if back:
        study.undo(last(study))
        assert rows(study) == before
        assert study.check().problems == ()


def test_what_no_link_points_at_goes_as_ever(study, link):
    study.set_survey(replace(LEADS, items=(K1,)))
    study.remove_published("t1")

    assert study.links()["link"].tolist() == [link.id]


def test_a_code_with_a_thread_or_an_assessment_is_not_removed(study):
    study.set_confidence(CODE, **ASSESSED)
    study.add_thread("Why?", raised_in="survey", theme=CODE)

    with pytest.raises(CodebookError, match="1 thread, 1 confidence in its finding"):
        study.remove_code(BOOK, CODE)


# Codes that are merged -----------------------------------------------------------------------


def test_merging_codes_moves_links_verdicts_threads_and_confidence_and_undo_moves_them_back(
    study, link
):
    study.decide(link, "agreement", proposal=proposal())
    study.set_confidence(CODE, **ASSESSED)
    study.add_thread("Why?", raised_in="survey", theme=CODE)
    before = rows(study)

    report = study.merge_codes(BOOK, CODE, OTHER)

    assert report.links == 1
    assert study.links()[["link", "code"]].to_numpy().tolist() == [[link.id, OTHER]]
    assert study.verdicts()["link"].tolist() == [link.id]
    assert study.threads()["code"].tolist() == [OTHER]
    assert study.confidences()["code"].tolist() == [OTHER]
    assert study.check().problems == ()
    study.undo(report.entry)
    assert rows(study) == before
    assert study.check().problems == ()


def test_of_two_links_to_the_same_finding_one_stays_with_the_verdicts_of_both(study, link):
    twin = study.add_link(OTHER, K1_CHANGE)
    study.decide(link, "agreement", proposal=proposal())
    study.decide(twin, "silence", proposal=proposal(), reason="None.")
    by(study, "Ann").decide(link, "partial", proposal=proposal(), reason="Some.")
    before = rows(study)

    report = by(study, "tester").merge_codes(BOOK, CODE, OTHER)

    assert report.conflicts == (
        f"link to {K1_CHANGE}: same_construct is 1 under {CODE} and 0 under {OTHER}; 0 stays",
        f"link to {K1_CHANGE}, tester: verdict is agreement under {CODE} and silence under "
        f"{OTHER}; silence stays",
    )
    assert study.links()["link"].tolist() == [twin.id]
    shown = study.verdicts()[["link", "judge", "verdict"]].to_numpy().tolist()
    assert shown == [[twin.id, "Ann", "partial"], [twin.id, "tester", "silence"]]
    assert study.check().problems == ()
    undone = study.undo(report.entry)
    assert rows(study) == before
    study.undo(undone.entry)
    assert study.verdicts()[["link", "judge", "verdict"]].to_numpy().tolist() == shown


# Undo ----------------------------------------------------------------------------------------

UNDONE = {
    "add link": lambda s, link: s.add_link(OTHER, K1_CHANGE),
    "set link": lambda s, link: s.set_link(link.id, note="other"),
    "remove link": lambda s, link: s.remove_link(link.id),
    "decide": lambda s, link: s.decide(link, "silence", proposal=proposal(), reason="x"),
    "withdraw": lambda s, link: s.withdraw(link),
    "add judge": lambda s, link: s.add_judge("Bo"),
    "judge done": lambda s, link: s.judge_done("Ann"),
    "remove judge": lambda s, link: s.remove_judge("Ann"),
    "add thread": lambda s, link: s.add_thread("How?", raised_in="survey"),
    "set thread": lambda s, link: s.set_thread(s.threads()["thread"].iloc[0], status="dropped"),
    "remove thread": lambda s, link: s.remove_thread(s.threads()["thread"].iloc[0]),
    "set confidence": lambda s, link: s.set_confidence(CODE, **{**ASSESSED, "overall": "low"}),
    "remove confidence": lambda s, link: s.remove_confidence(CODE),
}


def test_every_change_is_taken_back_and_made_again(study, link):
    study.decide(link, "agreement", proposal=proposal())
    study.add_judge("Ann")
    study.add_thread("Why?", raised_in="survey")
    study.set_confidence(CODE, **ASSESSED)
    before = rows(study)

    for name, change in UNDONE.items():
        change(study, link)
        after = rows(study)
        assert after != before, name
        undone = study.undo(last(study))
        assert rows(study) == before, name
        again = study.undo(undone.entry)
        assert rows(study) == after, name
        study.undo(again.entry)
        assert rows(study) == before, name
    assert study.check().problems == ()


def test_a_link_on_which_somebody_has_decided_since_is_not_taken_back(study, link):
    entry = last(study)
    by(study, "Bo").decide(link, "agreement", proposal=proposal())

    with pytest.raises(ConflictError) as refused:
        by(study, "tester").undo(entry)

    assert str(refused.value) == (
        f"entry {entry} cannot be undone: a verdict has come to hang on what it added, by entry "
        f"{entry + 1} (decide, Bo); undo that one first"
    )


def test_nothing_is_taken_back_that_would_leave_a_link_pointing_at_nothing(study, write):
    asked = replace(LEADS, items=(*LEADS.items, Item("K3", "New?", "yes-no")))
    study.set_survey(asked)
    entry = last(study)
    study.add_link(CODE, "leads/K3/yes/after/all")

    with pytest.raises(ConflictError) as refused:
        study.undo(entry)

    assert str(refused.value).startswith(
        f"entry {entry} cannot be undone: the link of {BOOK}/{CODE} to leads/K3/yes/after/all "
        "would point at nothing: no item of leads is called 'K3'"
    )


@pytest.mark.parametrize(
    ("gone", "message"),
    [
        (
            lambda s: s.remove_wave("leads", "before"),
            "no wave of leads is called 'before-to-after'",
        ),
        (lambda s: s.remove_survey("leads"), "the survey of a link was removed since"),
    ],
)
def test_a_removed_link_does_not_come_back_to_what_is_gone(study, link, gone, message):
    entry = study.remove_link(link.id)
    gone(study)

    with pytest.raises(ConflictError, match=message):
        study.undo(entry)


# Rights, packs, two at once ------------------------------------------------------------------


def test_a_coder_judges_nothing_and_takes_no_link_back(study, link):
    study.add_coder("Sue", role="supervisor")
    by(study, "Sue").add_coder("Cy", role="coder")
    entry = int(study.log().query("action == 'add link'")["entry"].iloc[-1])

    by(study, "Cy")

    with pytest.raises(NotAllowed, match="Cy is a coder in this study and may not decide"):
        study.decide(link, "agreement", proposal=proposal())
    with pytest.raises(NotAllowed, match="may not add link"):
        study.undo(entry)


def test_a_coder_pack_carries_nothing_of_triangulation(study, link, write, tmp_path):
    study.add_sources([write("p1.txt", "P1: The staff listened.\n")])
    study.decide(link, "agreement", proposal=proposal())
    study.add_judge("Ann")
    study.add_thread("Why?", raised_in="survey", theme=CODE)
    study.set_confidence(CODE, **ASSESSED)
    study.assign(["p1"], ["Ann"], blind=False)
    before = rows(study)

    study.write_pack(tmp_path / "ann.qualkit", "Ann")

    with Project.open(tmp_path / "ann.qualkit", user="Ann") as pack:
        assert not any(rows(pack).values())
        assert pack.strands().empty
        pack.add_coding("p1", (4, 23), CODE, coder="Ann")
    assert study.merge_pack(tmp_path / "ann.qualkit").added == 1
    assert rows(study) == before


def judge_all(address, who, ids):
    with Project.open(address, user=who) as project:
        for one in ids:
            project.decide(one, "agreement", proposal=proposal(finding=""))


def test_two_who_judge_at_once_lose_nothing(study, address):
    codes = [code.id for code in study.codebook(BOOK).codes][:4]
    ids = [study.add_link(code, K1_CHANGE).id for code in codes]
    spawn = multiprocessing.get_context("spawn")
    both = [spawn.Process(target=judge_all, args=(address, who, ids)) for who in ("Ann", "Bo")]

    for one in both:
        one.start()
    for one in both:
        one.join(120)

    assert [one.exitcode for one in both] == [0, 0]
    assert sorted(study.verdicts()["judge"]) == ["Ann"] * 4 + ["Bo"] * 4
    assert study.check().problems == ()


def test_of_two_who_link_the_same_one_is_told(study, address, link):
    with Project.open(address, user="Bo") as other, pytest.raises(ConflictError):
        other.add_link(CODE, K1_CHANGE)


def test_a_link_to_a_code_that_was_renamed_and_moved_stays_with_it(study, link):
    study.add_code(BOOK, Code(id="top", name="Top"))
    study.move_code(BOOK, CODE, parent="top")
    study.set_code(BOOK, CODE, new_id="talk")

    assert study.links()[["code", "theme"]].to_numpy().tolist() == [["talk", "top"]]
