"""Memos from the command line."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from qualkit.cli import main


def qualkit(*arguments, code=0):
    done = CliRunner().invoke(main, [str(one) for one in arguments])
    assert done.exit_code == code, done.output
    return done


@pytest.fixture
def study(tmp_path):
    path = tmp_path / "s.qualkit"
    qualkit("new", path, "--codebook", "cascade")
    return path


def listed(study):
    found = json.loads(qualkit("memo", "list", study, "--json").stdout)["memos"]
    return [(one["about"], one["title"], one["text"], one["author"]) for one in found]


def test_memos_are_written_changed_and_removed(study):
    made = json.loads(
        qualkit("memo", "add", study, "Ask again.", "--title", "To do", "--as", "Ann", "--json")
        .stdout
    )["memo"]  # fmt: skip
    assert listed(study) == [("study", "To do", "Ask again.", "Ann")]

    done = json.loads(
        qualkit("memo", "change", study, made, "--text", "Asked.", "--as", "Ann", "--json").stdout
    )
    assert listed(study) == [("study", "To do", "Asked.", "Ann")]
    assert "Asked." in qualkit("memo", "list", study).stdout

    assert f"removed (entry {done['entry'] + 1})" in qualkit("memo", "remove", study, made).stderr
    assert listed(study) == []


def test_a_memo_on_what_is_not_there_is_refused(study):
    done = qualkit("memo", "add", study, "x", "--source", "p1", code=1)

    assert "no source is called 'p1'" in done.stderr
