"""`qualkit project log` and `undo`: the audit trail, and changes taken back from the command line."""

from __future__ import annotations

import csv
import json

import pytest
from click.testing import CliRunner

from qualkit.cli import main
from qualkit.project import Project


def qualkit(*arguments, code=0):
    done = CliRunner().invoke(main, [str(one) for one in arguments])
    assert done.exit_code == code, done.output
    return done


@pytest.fixture
def study(tmp_path, write):
    """A coding in entry 3, and its memo in entry 4."""
    path = tmp_path / "s.qualkit"
    with Project.create(path, codebooks=["cascade"], user="Ann") as project:
        project.add_sources([write("p1.txt", "I: How?\nP1: We waited for weeks.\n")])
        code = project.codes()["code"].iloc[-1]
        coding = project.add_coding("p1", (12, 21), code, coder="Ann", memo="=1+1")
        project.set_coding(coding.id, memo="Why?")
    return path


def test_the_latest_changes_are_taken_back_and_told(study):
    done = qualkit("project", "undo", study, "--steps", "2", "--as", "Ann")

    assert done.stderr.splitlines()[0].startswith("undone: entry 4, set coding ")
    assert done.stderr.splitlines()[1].endswith(
        "(1 removed, 0 put back, 0 as they were); this is entry 6"
    )
    undone = json.loads(qualkit("project", "undo", study, "--steps", "9", "--json").stdout)[
        "undone"
    ]
    assert [one["undone"] for one in undone] == [2, 1]
    assert qualkit("project", "undo", study).stderr == "nothing is left to take back\n"


def test_the_audit_trail_has_no_words_unless_rows_are_asked_for(study, tmp_path):
    plain, rows = tmp_path / "plain.csv", tmp_path / "rows.csv"

    qualkit("project", "log", study, "--out", plain)
    qualkit("project", "log", study, "--out", rows, "--rows", "--words", "coding")

    with plain.open(encoding="utf-8-sig", newline="") as file:
        trail = list(csv.DictReader(file))
    assert [(row["entry"], row["added"], row["changed"]) for row in trail[-2:]] == [
        ("3", "2", "0"), ("4", "0", "1"),
    ]  # fmt: skip
    assert "waited" not in plain.read_text("utf-8") + qualkit("project", "log", study).stdout
    with rows.open(encoding="utf-8-sig", newline="") as file:
        listed = list(csv.DictReader(file))
    assert [row["entry"] for row in listed] == ["3", "4"]
    assert "We waited" in listed[0]["after"]


def test_the_log_as_json_has_every_row_before_and_after(study):
    found = json.loads(qualkit("project", "log", study, "--json", "--limit", "1").stdout)["log"]

    assert [(one["entry"], one["action"], one["undone_by"]) for one in found] == [
        (4, "set coding", None)
    ]
    assert (found[0]["before"][0]["memo"], found[0]["after"][0]["memo"]) == ("=1+1", "Why?")
