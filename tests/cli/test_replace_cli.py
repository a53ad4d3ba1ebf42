"""Corrected transcripts from the command line."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from qualkit.cli import main

SAID = "Sam: What helped?\nP1: The nurse listned. We were heard. Fine.\n"
NEW = "Sam: What helped?\nP1: The nurse listened. We were heard.\n"
ITEM = {"coding", "code", "coder", "start", "end", "text", "new_start", "new_end", "new_text"}


def qualkit(*arguments, code=0):
    done = CliRunner().invoke(main, [str(one) for one in arguments])
    assert done.exit_code == code, done.output
    return done


@pytest.fixture
def study(tmp_path, write):
    path = tmp_path / "s.qualkit"
    qualkit("new", path, "--codebook", "evaluation-topics")
    qualkit("source", "add", path, write("p1.txt", SAID))
    lines = "source,quote,code,coder\n" + "".join(
        f"p1,{quote},communication,Ann\n"
        for quote in ("What helped?", "The nurse listned.", "We were heard.", "Fine.")
    )
    qualkit("coding", "load", path, write("c.csv", lines))
    return path


def test_replacing_tells_of_every_coding_before_and_after(study, write):
    file = write("new.txt", NEW)

    seen = json.loads(qualkit("source", "replace", study, "p1", file, "--dry-run", "--json").stdout)
    made = json.loads(qualkit("source", "replace", study, "p1", file, "--json").stdout)

    assert (seen.pop("applied"), made.pop("applied")) == (False, True)
    assert (seen.pop("entry"), made.pop("entry") > 0) == (None, True)
    assert seen == made
    assert made["source"] == "p1"
    assert made["counts"] == {"stays": 1, "moves": 1, "breaks": 2, "proposed": 1, "reworded": 0}
    assert [(one["text"], one["new_text"]) for one in made["breaks"]] == [
        ("The nurse listned.", "The nurse listened."), ("Fine.", None),
    ]  # fmt: skip
    assert {frozenset(one) for kind in ("stays", "moves", "breaks") for one in made[kind]} == {
        frozenset(ITEM)
    }


def test_what_broke_is_listed_placed_and_dropped(study, write):
    shown = qualkit("source", "replace", study, "p1", write("new.txt", NEW))
    assert shown.stdout == (
        "communication by Ann, 22 to 40\n  was: The nurse listned.\n  now: The nurse listened.\n"
        "communication by Ann, 56 to 61\n  was: Fine.\n  now: nothing like it is there\n"
    )

    first, second = json.loads(qualkit("source", "unplaced", study, "--json").stdout)["unplaced"]
    qualkit("source", "unplaced", study, "--accept")
    placed = qualkit("source", "place", study, second["unplaced"], 42, 50)

    assert first["becomes_text"] == "The nurse listened."
    assert placed.stderr == "it stands on: We were \n"
    assert json.loads(qualkit("source", "unplaced", study, "--json").stdout) == {"unplaced": []}
    assert json.loads(qualkit("project", "check", study, "--json").stdout)["problems"] == []


def test_editions_are_listed_and_printed(study, write):
    qualkit("source", "replace", study, "p1", write("new.txt", NEW), "--as", "Bo")

    found = json.loads(qualkit("source", "editions", study, "p1", "--json").stdout)["editions"]

    assert [(one["edition"], one["who"] == "Bo", one["current"]) for one in found] == [
        (1, False, False), (2, True, True),
    ]  # fmt: skip
    assert qualkit("source", "editions", study, "p1", "--text", "1").stdout == SAID
    assert "no edition 3" in qualkit(
        "source", "editions", study, "p1", "--text", "3", code=1
    ).stderr  # fmt: skip


def test_the_same_text_is_refused(study, write):
    done = qualkit("source", "replace", study, "p1", write("new.txt", SAID), code=1)

    assert done.stderr == "qualkit: p1: the text is the same; there is nothing to replace\n"
