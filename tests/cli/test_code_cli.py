"""`qualkit code` and `qualkit codebook`: codes edited, versions told, from the command line."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from qualkit.cli import main
from qualkit.codebook import read_codebook
from qualkit.project import Project

BOOK = """id: ours
title: Ours
codes:
- {id: wait, name: Waiting}
- {id: chase, name: Having to chase, parent: wait}
- {id: trust, name: Trust}
"""


def qualkit(*arguments, code=0):
    done = CliRunner().invoke(main, [str(one) for one in arguments])
    assert done.exit_code == code, done.output
    return done


def output(*arguments):
    return json.loads(qualkit(*arguments, "--json").stdout)


@pytest.fixture
def study(tmp_path, write):
    path = tmp_path / "s.qualkit"
    with Project.create(path, codebooks=[write("ours.yaml", BOOK)], user="tester") as project:
        project.add_sources([write("p1.txt", "I: How?\nP1: We waited for weeks.\n")])
        project.add_coding("p1", (12, 21), "chase", coder="Ann")
    return path


def codes(study):
    return {row["code"]: row for row in output("codebook", "list", study)["codes"]}


def test_a_code_is_added_and_worded_anew(study):
    qualkit(
        "code", "add", study, "ours", "money", "--name", "Money", "--cue", "cost", "--cue", "pay"
    )

    made = output("code", "set", study, "money", "--definition", "What it costs.", "--id", "cost")

    assert (made["codebook"], made["id"], made["name"]) == ("ours", "cost", "Money")
    assert codes(study)["cost"]["definition"] == "What it costs."
    assert codes(study)["cost"]["cues"] == ["cost", "pay"]


def test_a_text_given_empty_is_taken_away(study):
    qualkit("code", "set", study, "trust", "--include", "All.", "--cue", "rely")

    made = output("code", "set", study, "trust", "--include", "", "--cue", "")

    assert (made["include"], made["cues"]) == ("", [])


def test_a_code_is_moved_and_made_a_theme(study):
    assert output("code", "move", study, "trust", "--parent", "wait")["code"] == "ours/trust"
    assert codes(study)["trust"]["parent"] == "wait"

    qualkit("code", "move", study, "trust", "--theme", "--before", "wait")

    assert list(codes(study)) == ["trust", "wait", "chase"]
    assert qualkit("code", "move", study, "chase").stderr == "ours/chase stands there already\n"


def test_a_merge_is_told_before_it_is_done_and_taken_back(study):
    planned = output("code", "merge", study, "chase", "trust", "--dry-run")
    assert planned == {
        "dry_run": True, "code": "ours/chase", "into": "ours/trust", "moved": 1, "doubled": 0,
        "summaries": 0, "suggestions": 0, "guide": 0, "children": 0, "decisions": 0,
        "links": 0, "conflicts": [], "entry": None,
    }  # fmt: skip
    assert codes(study)["chase"]["codings"] == 1

    done = qualkit("code", "merge", study, "chase", "trust")

    assert done.stderr.splitlines()[0] == "ours/chase is merged into ours/trust"
    assert done.stderr.splitlines()[-1] == "to take it back: qualkit project undo STUDY 4"
    assert codes(study)["trust"]["codings"] == 1
    qualkit("project", "undo", study, 4)
    assert codes(study)["chase"]["codings"] == 1


def test_a_code_is_removed_or_the_reason_is_told(study):
    assert qualkit("code", "remove", study, "chase", code=1).stderr == (
        "qualkit: ours/chase: it still has 1 coding; merge it into another code, or remove "
        "those first\n"
    )

    assert output("code", "remove", study, "trust") == {"code": "ours/trust", "entry": 4}


def test_versions_are_listed_compared_and_written(study, tmp_path, write):
    qualkit("code", "set", study, "wait", "--definition", "How long.", "--as", "Ann")

    versions = output("codebook", "versions", study, "ours")["versions"]
    assert [(one["entry"], one["who"], one["what"], one["codes"]) for one in versions] == [
        (1, "tester", "add codebook ours 1, 3 codes", ["wait", "trust", "chase"]),
        (4, "Ann", "set code ours/wait: definition", ["wait"]),
    ]
    change = {"kind": "reworded", "code": "wait", "name": "Waiting", "field": "definition",
              "before": "", "after": "How long."}  # fmt: skip
    assert output("codebook", "diff", "ours@1", "ours", "--study", study)["changes"] == [change]
    assert output("codebook", "diff", write("ours.yaml", BOOK), "ours", "--study", study)[
        "changes"
    ] == [change]
    assert qualkit("codebook", "diff", "ours@1", "ours", "--study", study).stdout == (
        "reworded: wait, Waiting definition\n  + How long.\n"
    )
    old, new = tmp_path / "old.yaml", tmp_path / "new.yaml"
    qualkit("codebook", "write", study, "ours", "--entry", 1, "--out", old)
    qualkit("codebook", "write", study, "ours", "--out", new)
    assert read_codebook(old) == read_codebook(write("ours.yaml", BOOK))
    assert read_codebook(new).code("wait").definition == "How long."
    assert qualkit("codebook", "write", study, "ours").stdout == new.read_text("utf-8")
