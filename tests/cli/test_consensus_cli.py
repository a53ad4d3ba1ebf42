"""qualkit consensus, as people and other programs call it."""

from __future__ import annotations

import json

import openpyxl
import pytest
from click.testing import CliRunner

from qualkit.cli import main
from qualkit.project import Project

P7 = "I: What helped?\nP7: They rang back at once. Nobody else did.\nI: So?\nP7: We waited.\n"
LOADED = """source,quote,code,coder,stance,memo
p7,They rang back at once.,communication,Ann,positive,
p7,They rang back at once. Nobody else did.,communication,Bo,,all of it
p7,We waited.,culture,Ann,,
p7,We waited.,culture.openness,Bo,,
"""


@pytest.fixture
def study(tmp_path, write):
    path = tmp_path / "s.qualkit"
    with Project.create(path, codebooks=["evaluation-topics"]) as project:
        project.add_sources([write("p7.txt", P7)])
        project.load_codings(write("c.csv", LOADED))
    return str(path)


def qualkit(*arguments, code=0):
    done = CliRunner().invoke(main, ["consensus", *map(str, arguments)])
    assert done.exit_code == code, done.output
    return done


def output(*arguments):
    return json.loads(qualkit(*arguments, "--json").stdout)


def listed(study, *options):
    return output("list", study, *options)["disagreements"]


def test_disagreements_are_listed_and_narrowed(study):
    boundary, other = listed(study)

    assert (boundary["kind"], boundary["coders"], boundary["status"]) == (
        "boundary", ["Ann", "Bo"], "open",
    )  # fmt: skip
    assert set(boundary["seals"]) == {side["codings"][0]["coding"] for side in boundary["sides"]}
    assert other["codes"] == ["culture", "culture.openness"]
    for options, expected in (
        (["--kind", "other code"], [other]),
        (["--kind", "stance"], [boundary]),  # it differs in that as well
        (["--code", "culture"], [other]),
        (["--code", "evaluation-topics/communication", "--source", "p7"], [boundary]),
        (["--status", "settled"], []),
    ):
        assert listed(study, *options) == expected
    assert "no code is called 'cultur'" in qualkit("list", study, "--code", "cultur", code=1).stderr


def test_one_is_shown_with_its_context_memos_and_definitions(study):
    shown = qualkit("show", study, listed(study)[0]["disagreement"]).stdout.splitlines()

    assert shown[0] == "p7, characters 20 to 60: boundary, stance; open"
    assert shown[1].strip() == "[[They rang back at once. Nobody else did.]]"
    assert shown[2:7] == [
        "Ann", "  communication (positive): They rang back at once.",
        "Bo", "  communication: They rang back at once. Nobody else did.", "    memo: all of it",
    ]  # fmt: skip
    assert shown[7].startswith("communication (Communication and reporting): ")


@pytest.mark.parametrize(
    ("options", "choice", "result"),
    [
        (["--take", "Ann"], "Ann", [("communication", 20, 43, "positive")]),
        (["--both"], "both", [("communication", 20, 60, "positive")]),
        (["--neither"], "neither", []),
        (
            ["--code", "culture", "--start", 20, "--end", 30, "--stance", "mixed"], "edit",
            [("culture", 20, 30, "mixed")],
        ),
    ],
)  # fmt: skip
def test_each_choice_settles_and_undo_brings_it_back(study, options, choice, result):
    key = listed(study)[0]["disagreement"]

    made = output("settle", study, key, *options, "--why", "closer", "--as", "Sue")
    (settled,) = listed(study, "--status", "settled")
    with Project.open(study) as project:
        project.undo(made["entry"])

    assert (settled["choice"], settled["decider"], settled["reason"]) == (choice, "Sue", "closer")
    told = [tuple(row[name] for name in ("code", "start", "end", "stance")) for row in settled["result"]]  # fmt: skip
    assert told == result
    assert len(listed(study, "--status", "open")) == 2


@pytest.mark.parametrize(
    "options", [[], ["--both", "--neither"], ["--take", "Ann", "--stance", "mixed"], ["--start", 3]]
)
def test_a_choice_that_is_none_or_several_is_a_usage_error(study, options):
    qualkit("settle", study, "an-id", *options, "--as", "Sue", code=2)


def test_progress_sign_off_and_withdrawal(study):
    keys = [row["disagreement"] for row in listed(study)]

    assert "still open" in qualkit("sign-off", study, "p7", "--as", "Sue", code=1).stderr
    for key in keys:
        qualkit("settle", study, key, "--take", "Ann", "--as", "Sue")
    qualkit("sign-off", study, "p7", "--as", "Sue")
    (signed,) = output("progress", study)["sources"]
    qualkit("withdraw", study, keys[0])
    (changed,) = output("progress", study)["sources"]
    qualkit("unsign", study, "p7")

    assert (signed["settled"], signed["signed_by"], signed["changed"]) == (2, "Sue", False)
    assert (changed["open"], changed["settled"], changed["changed"]) == (1, 1, True)
    assert not output("progress", study)["sources"][0]["signed"]
    assert "already" in qualkit("settle", study, keys[1], "--both", "--as", "Bea", code=1).stderr
    qualkit("settle", study, keys[1], "--both", "--as", "Bea", "--replace")


def test_codes_to_redefine_confusion_and_the_consensus_itself(study, tmp_path):
    codes, pairs = output("redefine", study)["codes"], output("confusion", study)["pairs"]
    layer = output("codings", study)["codings"]
    qualkit("codings", study, "--out", tmp_path / "c.xlsx")

    assert {row["code"]: row["confused_with"] for row in codes} == {
        "communication": None, "culture": "culture.openness", "culture.openness": "culture",
    }  # fmt: skip
    assert "say when the more general one may be used" in qualkit("redefine", study).stdout
    assert [(row["code_a"], row["code_b"], row["passages"]) for row in pairs] == [
        ("culture", "culture.openness", 1)
    ]
    assert [(row["text"], row["coder"]) for row in layer] == [
        ("They rang back at once.", "Consensus")
    ]
    assert openpyxl.load_workbook(tmp_path / "c.xlsx").active.max_row == 2
