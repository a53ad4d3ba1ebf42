"""qualkit privacy scan, as people and other programs call it."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from qualkit.cli import main
from qualkit.project import Project

WORDS = "Interviewer: Who helped?\nP7: 😀 My daughter Aoife, on 07700 900123. It was zedrik.\n"


@pytest.fixture
def file(write):
    return write("p7.txt", WORDS)


def qualkit(*arguments, code=0):
    done = CliRunner().invoke(main, [str(one) for one in arguments])
    assert done.exit_code == code, done.output
    return done


def test_a_file_is_scanned_and_grouped(file):
    given = json.loads(qualkit("privacy", "scan", file, "--json").stdout)

    assert given["found"][0] == {
        "start": WORDS.index("Aoife"), "end": WORDS.index("Aoife") + 5, "text": "Aoife",
        "kind": "person", "why": "after 'my daughter'", "source": "p7",
    }  # fmt: skip
    assert [group["suggestion"] for group in given["groups"]] == ["[Person 1]", "[phone number]"]


def test_a_study_is_scanned_source_by_source_with_the_names_it_is_told(file, write, tmp_path):
    with Project.create(tmp_path / "s.qualkit") as project:
        project.add_sources([file, write("p8.txt", "P8: I live in Crewe.\n")])
    names = write("names.txt", "Ann Lee\nZedrick Lowe\n")

    done = qualkit("privacy", "scan", tmp_path / "s.qualkit", "--names", names, "--json")

    found = [(one["source"], one["text"]) for one in json.loads(done.stdout)["found"]]
    assert found == [("p7", "Aoife"), ("p7", "07700 900123"), ("p7", "zedrik"), ("p8", "Crewe")]


def test_people_see_groups_with_their_suggestions(file):
    done = qualkit("privacy", "scan", file)

    assert done.stdout.splitlines()[1].split("  ")[:2] == ["person", "Aoife"]
    assert done.stderr == "2 stretches in 2 groups; a list to look through, not a promise\n"


def test_a_file_that_cannot_be_read_is_refused(write):
    done = qualkit("privacy", "scan", write("x.pdf", b"%PDF-1.4 nothing"), code=1)

    assert "x.pdf" in done.stderr
