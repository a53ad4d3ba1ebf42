"""kwic, code auto and project undo, as other programs call them."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from qualkit.cli import main
from qualkit.project import Project

P7 = "I: Did you wait? 😀\nP7: We waited for months.\nI: And?\nP7: They came back. We waited.\n"


@pytest.fixture
def study(tmp_path, write):
    path = tmp_path / "s.qualkit"
    with Project.create(path, codebooks=["evaluation-topics"]) as project:
        project.add_sources([write("p7.txt", P7)])
    return str(path)


def qualkit(*arguments, code=0):
    done = CliRunner().invoke(main, list(arguments))
    assert done.exit_code == code, done.output
    return done


def output(*arguments):
    return json.loads(qualkit(*arguments, "--json").stdout)


def auto(study, *arguments):
    return output(
        "code",
        "auto",
        study,
        "--query",
        "wait",
        "--code",
        "referrals",
        "--coder",
        "rules",
        *arguments,
    )


def test_kwic_gives_each_place_with_its_context(study):
    found = output("kwic", study, "wait", "--width", "5")

    assert (found["query"], found["count"]) == ("wait", 3)
    assert found["lines"][1] == {
        "source": "p7", "start": 26, "end": 32, "before": "We ", "match": "waited",
        "after": " for ", "speaker": "P7", "role": "participant", "item": None, "time": None,
        "line": 2, "page": None,
    }  # fmt: skip
    assert P7[26:32] == "waited"


def test_kwic_on_the_screen_lines_up_the_matches(study):
    done = qualkit("kwic", study, "wait role:participant", "--width", "4")

    assert done.stdout.splitlines() == [
        f"{'p7 26-32 P7':<30}    We [waited] for",
        f"{'p7 76-82 P7':<30}    We [waited] .",
    ]
    assert done.stderr == "2 places; sources: 1\n"


def test_kwic_of_sources_that_are_named(study):
    assert output("kwic", study, "wait", "--sources", "p7")["count"] == 3
    assert qualkit("kwic", study, "wait", "--sources", "x", code=1).stderr == (
        "qualkit: no source is called 'x'; known are p7\n"
    )


def test_a_dry_run_shows_what_would_be_coded_and_keeps_nothing(study):
    report = auto(study, "--dry-run")

    assert {key: report[key] for key in ("dry_run", "found", "added", "same", "entry")} == {
        "dry_run": True, "found": 2, "added": 2, "same": 0, "entry": None,
    }  # fmt: skip
    assert report["segments"] == [
        {"source": "p7", "start": 23, "end": 44, "text": "We waited for months."},
        {"source": "p7", "start": 57, "end": 83, "text": "They came back. We waited."},
    ]
    assert output("coding", "list", study)["codings"] == []


def test_a_rule_codes_once_and_is_taken_back_by_its_entry(study):
    first = auto(study)
    again = auto(study)

    assert (first["added"], first["same"], again["added"], again["same"]) == (2, 0, 0, 2)
    assert again["entry"] is None
    done = qualkit("project", "undo", study, str(first["entry"]), "--as", "Zoe")
    assert done.stderr == (
        f"undone: entry {first['entry']}, add codings referrals by rules: rule wait by segment "
        f"(2 removed, 0 put back, 0 as they were); this is entry {first['entry'] + 1}\n"
    )
    assert output("coding", "list", study)["codings"] == []
    last = output("project", "log", study)["log"][-1]
    assert (last["who"], last["action"]) == ("Zoe", "undo")


def test_the_preview_has_the_words_and_counts_by_source(study):
    done = qualkit(
        "code", "auto", study, "--query", "wait", "--code", "referrals", "--as", "Ann", "--unit", "match",
    )  # fmt: skip

    assert done.stdout.splitlines()[1:] == [
        "p7      26     32   waited",
        "p7      76     82   waited",
    ]
    assert done.stderr.splitlines()[:2] == ["  p7: 2", "2 codings added; 0 were there already"]
    assert done.stderr.splitlines()[2].startswith("to take them back: qualkit project undo STUDY ")
    assert {c["coder"] for c in output("coding", "list", study)["codings"]} == {"Ann"}


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["kwic", "STUDY", ""], 1, "qualkit: query '', character 1: it is empty; give a word to look for\n"),
        (["kwic", "STUDY", "(a"], 1, "qualkit: query '(a', character 1: this parenthesis is never closed\n"),
        (["kwic", "STUDY", "a", "--width", "-1"], 2, "Invalid value for '--width'"),
        (["code", "auto", "STUDY", "--query", "a", "--code", "referrals"], 2, "say in whose name: --coder NAME"),
        (["code", "auto", "STUDY", "--query", "a", "--code", "x", "--coder", "A", "--unit", "page"], 2, "'page' is not one of"),
        (["code", "auto", "STUDY", "--query", "a", "--code", "referals", "--coder", "A"], 1, "did you mean 'referrals'"),
        (["project", "undo", "STUDY", "9"], 1, "qualkit: the log has no entry 9"),
        (["project", "undo", "STUDY", "2", "--steps", "2"], 2, "give an ENTRY or --steps, not both"),
        (["project", "undo", "STUDY", "x"], 2, "'x' is not a valid integer"),
    ],
)  # fmt: skip
def test_bad_input_is_refused_with_the_reason(study, arguments, code, message):
    done = qualkit(*[study if word == "STUDY" else word for word in arguments], code=code)

    assert message in done.stderr
    assert done.stdout == ""


def test_the_same_on_a_server(postgres, write):
    address = postgres.new_database("rules_from_the_command_line")
    with Project.create(address, codebooks=["evaluation-topics"]) as project:
        project.add_sources([write("p7.txt", P7)])

    assert auto(address)["added"] == 2
