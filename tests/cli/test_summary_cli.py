"""``qualkit summary`` and ``qualkit guide`` as a person calls them."""

from __future__ import annotations

import pytest

from tests.cli.test_contract import output, qualkit

TALK = "I: What helped? 😀\nP7: The staff listened to us at once.\nI: And?\nP7: They came back.\n"


@pytest.fixture
def study(tmp_path, write):
    path = tmp_path / "s.qualkit"
    qualkit("new", path, "--codebook", "evaluation-topics")
    qualkit("source", "add", path, write("p7.txt", TALK))
    codings = "source,quote,code,coder\np7,The staff listened to us at once.,communication,Ann\n"
    qualkit("coding", "load", path, write("c.csv", codings))
    return path


def test_a_draft_is_listed_as_one_and_its_wordings_are_shown(study, write):
    done = qualkit("summary", "draft", study, "--author", "Ann")
    assert done.stderr == "drafted 1 cell; 0 left as they are\n"
    (drafted,) = output("summary", "list", study, "--json")["summaries"]
    assert (drafted["draft"], drafted["evidence"], drafted["added"]) == (True, 1, 0)
    assert drafted["text"] == "“The staff listened to us at once.” (p7, line 2)"

    sheet = "case,theme,author,summary\np7,communication,Ann,They listen.\n"
    qualkit("summary", "load", study, write("s.csv", sheet))

    versions = output("summary", "versions", study, drafted["summary"], "--json")["versions"]
    assert [(v["version"], v["draft"]) for v in versions] == [(1, True), (2, False)]
    assert "draft" not in qualkit("summary", "list", study).stdout


def test_changed_evidence_is_told_in_words(study, write):
    sheet = "case,theme,author,summary\np7,communication,Ann,They listen.\n"
    qualkit("summary", "load", study, write("s.csv", sheet))
    more = "source,quote,code,coder\np7,They came back.,communication,Ann\n"
    qualkit("coding", "load", study, write("d.csv", more))

    assert "1 coding added" in qualkit("summary", "list", study).stdout


def test_a_guide_is_loaded_and_listed(study, write):
    guide = write("g.csv", "theme,attribute,value\ncommunication,,\nset-up,case,p7\n")

    assert qualkit("guide", "load", study, guide).stderr == "loaded a topic guide of 2 lines\n"
    assert output("guide", "list", study, "--json")["guide"] == [
        {"codebook": "evaluation-topics", "code": "communication", "attribute": "", "value": ""},
        {"codebook": "evaluation-topics", "code": "set-up", "attribute": "case", "value": "p7"},
    ]


def test_an_unknown_summary_is_refused(study):
    done = qualkit("summary", "versions", study, "nothing", code=1)

    assert done.stderr == "qualkit: no summary is called 'nothing'; there are none yet\n"
