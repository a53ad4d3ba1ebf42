"""triangulate, link, verdict, strand and thread, as a person and other programs call them."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from qualkit.cli import main
from qualkit.project import Project
from tests.copies import sample
from tests.test_triangulating import CHANGE, NO_WAY, SAID, build

CONTRACT = {
    "theme", "finding", "q_state", "l_state", "breadth", "verdict", "status", "reason",
    "sources_for", "sources_against", "rule_version",
}  # fmt: skip


def qualkit(*arguments, code=0):
    done = CliRunner().invoke(main, [str(one) for one in arguments])
    assert isinstance(done.exception, SystemExit | None), done.exception  # no traceback
    assert done.exit_code == code, done.output
    return done


def output(*arguments):
    return json.loads(qualkit(*arguments, "--json").stdout)


@pytest.fixture(scope="module")
def shown(copies, tmp_path_factory):
    """The sample study; nothing here changes it."""
    return copies.file(sample, tmp_path_factory.mktemp("sample") / "s.qualkit")


def linked(address):
    """A survey, an interview that says the same, and a link between them."""
    build(address)
    with Project.open(address, user="Ann") as project:
        project.add_judge("Ann", blind=False)
        project.add_link("communication.feedback", CHANGE)


@pytest.fixture
def study(tmp_path, copies, write):
    path = copies.file(linked, tmp_path / "s.qualkit")
    qualkit("source", "add", path, write("p1.txt", f"I: And?\nP: {SAID}\n"))
    return path


def first_link(study):
    return output("link", "list", study)["links"][0]["link"]


def test_rows_as_json_have_every_name_of_the_contract(shown):
    told = output("triangulate", shown, "--theme", "knowledge", "--status", "accepted")

    (row,) = told["rows"]
    assert set(row) >= CONTRACT
    assert {name: row[name] for name in ("theme", "q_state", "l_state", "breadth", "verdict")} == {
        "theme": "knowledge", "q_state": "+", "l_state": "+", "breadth": "broad",
        "verdict": "agreement",
    }  # fmt: skip
    assert (len(row["sources_for"]), row["sources_against"], row["rule_version"]) == (7, [], 1)


def test_a_person_sees_undecided_rows_as_proposed_and_the_notes_of_a_table(shown):
    rows = qualkit("triangulate", shown, "--verdict", "dissonance", "--theme", "culture").stdout
    table = qualkit("triangulate", shown, "--artefact", "confidence").stdout

    assert "dissonance" in rows
    assert "borrowed from GRADE-CERQual" in table
    named = qualkit("triangulate", shown, "--artefact", "all").stdout.split()
    assert named[:2] == ["verdicts", "convergence"]
    assert output("triangulate", shown, "--artefact", "all") == {"artefacts": named}


def test_an_artefact_as_json_has_its_rows_notes_and_summary(shown):
    told = output("triangulate", shown, "--artefact", "convergence", "--theme", "culture")

    assert (told["artefact"], len(told["rows"])) == ("convergence", 1)
    assert "Interviews: meaning and prominence" in told["rows"][0]
    assert {row["verdict"]: row["all"] for row in told["summary"]}["dissonance"] == 1


def test_a_file_is_written_and_named(shown, tmp_path):
    done = qualkit("triangulate", shown, "-o", tmp_path / "t.xlsx", "--artefact", "threads",
                   "--artefact", "saturation")  # fmt: skip

    assert done.stderr == f"wrote {tmp_path / 't.xlsx'}\n"
    assert (tmp_path / "t.xlsx").read_bytes().startswith(b"PK")


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["triangulate", "--theme", "x"], 1, "no theme of a link is called 'x'"),
        (["triangulate", "--artefact", "x"], 1, "no artefact is called 'x'"),
        (["triangulate", "--artefact", "joint", "--artefact", "cases"], 2, "several need --out"),
        (["triangulate", "--title", "T"], 2, "--title is for --out"),
        (["triangulate", "--by", "area"], 2, "--quotes and --by are for"),
        (["triangulate", "-o", "t.pdf"], 1, "triangulation is written as"),
        (["verdict", "accept", "x", "--as", "Ann"], 1, "no link is called 'x'"),
        (["verdict", "judge", "--done"], 2, "are about a NAME"),
        (["verdict", "agreement", "--judges", "Ann"], 2, "--judges takes two names"),
        (["verdict", "agreement"], 1, "agreement is of two judges; nobody judged"),
        (["verdict", "confidence", "culture"], 2, "say how far with --overall"),
        (["link", "add", "culture", "leads/K9/mean/all/all"], 1, "no item of leads is called 'K9'"),
        (["link", "add", "x", CHANGE], 1, "'x'"),
        (["verdict", "judge", ""], 1, "a coder needs a name"),
        (["verdict", "judge", "--remove"], 2, "are about a NAME"),
        (["verdict", "judge", "Ann", "--done", "--remove"], 2, "one of --open, --done and"),
        (["verdict", "judge", "Bo", "--remove"], 1, "no judge is called 'Bo'; known are Ann"),
        (["verdict", "confidence", "--why", "x"], 2, "is about a THEME"),
        (["verdict", "confidence", "culture", "--overall", "low", "--remove"], 2, "nothing else"),
        (["link", "add", "culture", CHANGE.replace("mean", "men")], 1, "no finding is called"),
        (["link", "set", "x"], 2, "say what to change: --polarity"),
        (["strand", "findings", "x"], 1, "no strand is called 'x'"),
        (["thread", "add", "Why?"], 2, "say with --raised-in"),
        (["thread", "set", "x"], 2, "say what to change, or --remove it"),
        (["thread", "set", "x", "--status", "open", "--remove"], 2, "say what to change, or"),
    ],
)
def test_what_cannot_be_is_refused_with_the_reason(study, arguments, code, message):
    command, *rest = arguments
    group = [command] if command == "triangulate" else [command, rest.pop(0)]

    done = qualkit(*group, study, *rest, code=code)

    assert message in done.stderr
    assert done.stdout == ""


# Links and verdicts --------------------------------------------------------------------------


def test_links_are_suggested_added_changed_and_removed(study):
    suggested = output("link", "suggest", study, "--theme", "communication")["suggestions"]
    assert CHANGE not in {row["finding"] for row in suggested
                          if row["code"] == "communication.feedback"}  # fmt: skip

    made = qualkit("link", "add", study, "culture", NO_WAY, "--other", "--note", "Wider").stdout
    (row,) = [one for one in output("link", "list", study)["links"] if one["code"] == "culture"]
    assert (row["link"], row["state"], row["note"]) == (made.strip(), "unusable", "Wider")
    assert row["why"].endswith("nobody has said which direction is better")

    qualkit("link", "set", study, made[:8], "--polarity", "higher-is-better", "--same")
    (row,) = [one for one in output("link", "list", study)["links"] if one["code"] == "culture"]
    assert (row["state"], row["same_construct"]) == ("+", True)

    done = qualkit("link", "remove", study, made[:8])
    assert done.stderr == f"removed evaluation-topics/culture to {NO_WAY}\n"
    assert len(output("link", "list", study)["links"]) == 1


def test_a_verdict_is_accepted_changed_and_withdrawn(study):
    link = first_link(study)
    what = f"evaluation-topics/communication.feedback to {CHANGE}"

    assert qualkit("verdict", "accept", study, link[:8], "--as", "Ann").stderr == (
        f"{what}: silence\n"
    )
    changed = qualkit("verdict", "change", study, link, "partial", "--why", "One", "--as", "Ann")
    assert changed.stderr == f"{what}: partial\n"
    (row,) = [one for one in output("triangulate", study)["rows"] if one["link"]]
    assert (row["verdict"], row["status"], row["reason"]) == ("partial", "changed", "One")

    assert qualkit("verdict", "withdraw", study, link, "--as", "Ann").stderr == "withdrawn\n"
    again = qualkit("verdict", "withdraw", study, link, "--as", "Ann")
    assert again.stderr == "Ann has no verdict on it\n"


def test_two_judges_are_compared(study):
    link = first_link(study)
    qualkit("verdict", "judge", study, "Bo")
    qualkit("verdict", "accept", study, link, "--as", "Ann")
    qualkit("verdict", "change", study, link, "partial", "--why", "One", "--as", "Bo")

    judges = output("verdict", "judge", study, "Bo", "--done")["judges"]
    assert judges == [{"judge": "Ann", "blind": False, "status": "open"},
                      {"judge": "Bo", "blind": True, "status": "done"}]  # fmt: skip
    told = output("verdict", "agreement", study)
    assert (told["both"], told["percent"]["value"]) == (1, 0.0)
    assert told["differ"][0]["second_reason"] == "One"
    (left,) = output("verdict", "judge", study, "Bo", "--remove")["judges"]
    assert left["judge"] == "Ann"


def test_the_log_as_a_blind_judge_reads_it_has_no_verdict_of_others(study):
    link = first_link(study)
    qualkit("verdict", "judge", study, "Bo")
    qualkit("verdict", "change", study, link, "partial", "--why", "Secret", "--as", "Ann")

    assert "Secret" in json.dumps(output("project", "log", study))
    assert "Secret" not in json.dumps(output("project", "log", study, "--as", "Bo"))


def test_confidence_is_said_listed_and_removed(study):
    told = output("verdict", "confidence", study, "culture", "--overall", "low",
                  "--adequacy", "serious", "--why", "Two")["confidence"]  # fmt: skip

    assert [(row["code"], row["overall"], row["adequacy"], row["explanation"])
            for row in told] == [("culture", "low", "serious", "Two")]  # fmt: skip
    assert output("verdict", "confidence", study, "culture", "--remove") == {"confidence": []}


# Strands and threads -------------------------------------------------------------------------


def test_a_strand_is_loaded_linked_and_removed_with_its_links_alone(study, write):
    file = write("acts.csv", "measure,area,period,value\ncalls,North,2025,3\ncalls,North,2026,5\n")

    assert qualkit("strand", "add", study, file, "--kind", "workforce").stderr == (
        "loaded acts: 1 measure, 2 figures\n"
    )
    found = output("strand", "findings", study, "acts")["findings"]
    assert [row["finding"] for row in found][-1] == "acts/calls/change/2025-to-2026/area=North"
    (row,) = output("strand", "list", study)["strands"]
    assert (row["strand"], row["kind"], row["rows"]) == ("acts", "workforce", 2)
    qualkit("link", "add", study, "staffing", "acts/calls/change/2025-to-2026/all")

    assert "1 link would point at nothing" in qualkit("strand", "remove", study, "acts",
                                                      code=1).stderr  # fmt: skip
    done = qualkit("strand", "remove", study, "acts", "--links")
    assert done.stderr.startswith("removed acts; with the link of evaluation-topics/staffing to ")


def test_a_thread_is_logged_answered_and_removed(study):
    ident = qualkit("thread", "add", study, "Which wait?", "--raised-in", "survey",
                    "--theme", "referrals").stdout.strip()  # fmt: skip

    answer = ["thread", "set", study, ident[:8], "--found", "Both", "--status", "answered"]
    assert [qualkit(*answer).stderr for _ in range(2)] == ["changed\n", "it says so already\n"]
    (row,) = output("thread", "list", study)["threads"]
    assert (row["question"], row["code"], row["status"], row["what_was_found"]) == (
        "Which wait?", "referrals", "answered", "Both",
    )  # fmt: skip

    qualkit("thread", "set", study, ident, "--remove")
    assert output("thread", "list", study) == {"threads": []}
