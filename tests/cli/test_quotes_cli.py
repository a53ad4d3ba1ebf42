"""quotes check, as other programs call it."""

from __future__ import annotations

import json

import docx
import pytest
from click.testing import CliRunner

from qualkit.cli import main
from qualkit.project import Project
from qualkit.proofing import TextFault, check_texts

P7 = "I: Did you wait? \U0001f600\nP7: We waited for many months.\nI: And?\nP7: They came back.\n"
REPORT = (
    'One said "we waited for many months" (P7).\n\n'
    'Another: "we waited for many weeks". A "hub model" was "never seen by anybody here".\n\n'
    '"They came back" (Interviewer)\n'
)


@pytest.fixture
def study(tmp_path, write):
    path = tmp_path / "s.qualkit"
    with Project.create(path) as project:
        project.add_sources([write("p7.txt", P7)])
    return str(path)


def qualkit(*arguments, code=0):
    done = CliRunner().invoke(main, [str(one) for one in arguments])
    assert done.exit_code == code, done.output
    return done


def test_json_has_every_quotation_and_the_status_is_0(study, write):
    done = qualkit("quotes", "check", write("r.txt", REPORT), study, "--json")

    assert [
        (one["text"], one["where"], one["verdict"], one["source"], one["start"], one["end"],
         one["difference"])
        for one in json.loads(done.stdout)["quotes"]
    ] == [
        ("we waited for many months", "paragraph 1", "verbatim", "p7", 23, 48, ""),
        ("we waited for many weeks", "paragraph 2", "altered", "p7", 23, 48,
         "we waited for many [-months-] {+weeks+}"),
        ("hub model", "paragraph 2", "term", None, None, None, ""),
        ("never seen by anybody here", "paragraph 2", "found nowhere", None, None, None, ""),
        ("They came back", "paragraph 3", "wrong attribution", "p7", 62, 76, "said by p7 (p7)"),
    ]  # fmt: skip


def test_the_list_ends_with_status_1_where_something_is_wrong(study, write):
    done = qualkit("quotes", "check", write("r.txt", REPORT), study, code=1)

    assert done.stdout.splitlines()[1:3] == [
        "paragraph 2  altered: \u201cwe waited for many weeks\u201d  [p7 23-48]",
        "    we waited for many [-months-] {+weeks+}",
    ]
    assert done.stderr == (
        "5 quotations: 1 verbatim, 1 altered, 1 wrong attribution, 1 found nowhere, 1 term\n"
    )


def test_a_report_without_faults_or_quotations_ends_with_status_0(study, write):
    report = write("r.txt", "Nothing is quoted, the schools' own words don't count.")

    assert qualkit("quotes", "check", report, study).stderr == "0 quotations\n"


def test_out_writes_a_copy_with_a_comment_at_each_quotation(study, write, tmp_path):
    copy = tmp_path / "copy.docx"

    qualkit("quotes", "check", write("r.txt", REPORT), study, "--json", "--out", copy)

    assert [one.text.split("\n")[0] for one in docx.Document(str(copy)).comments] == [
        "Verbatim", "Altered", "Term", "Found nowhere", "Wrong attribution",
    ]  # fmt: skip


def test_free_texts_are_checked_without_their_short_quotations(study):
    texts = [
        ("A, waiting", 'Long: "we waited for many weeks"; a "hub".'),
        ("B", '"we waited for many months"'),
    ]

    with Project.open(study) as project:
        assert check_texts(project, texts) == [
            TextFault("A, waiting", "we waited for many weeks", "altered",
                      "we waited for many [-months-] {+weeks+}"),
        ]  # fmt: skip


def test_a_study_without_sources_finds_nothing(tmp_path, write):
    path = tmp_path / "empty.qualkit"
    Project.create(path).close()

    done = qualkit("quotes", "check", write("r.txt", REPORT), path, "--json")

    assert {one["verdict"] for one in json.loads(done.stdout)["quotes"]} == {
        "found nowhere",
        "term",
    }
