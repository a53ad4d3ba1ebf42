"""survey load, describe, compare and the rest, as a person and other programs call them."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from qualkit.cli import main
from qualkit.project import Project, samples

FOLDER = samples() / "survey"
PUBLISHED = samples() / "published"


def qualkit(*arguments, code=0):
    done = CliRunner().invoke(main, [str(one) for one in arguments])
    assert done.exit_code == code, done.output
    return done


@pytest.fixture(scope="module")
def loaded(tmp_path_factory):
    """The sample survey as the issue's commands load it; nothing here changes it."""
    study = tmp_path_factory.mktemp("survey") / "study.qualkit"
    Project.create(study).close()
    mapping = ("--mapping", FOLDER / "items.yaml")
    for wave in ("before", "after"):
        qualkit("survey", "load", study, FOLDER / f"{wave}.csv", *mapping, "--wave", wave)
    qualkit("survey", "publish", study, PUBLISHED / "table-8.yaml")
    return study


@pytest.fixture
def study(tmp_path):
    path = tmp_path / "study.qualkit"
    Project.create(path).close()
    return path


def test_load_says_what_came_in(study):
    done = qualkit("survey", "load", study, FOLDER / "after.csv", "--mapping",
                   FOLDER / "items.yaml", "--json")  # fmt: skip

    made = json.loads(done.stdout)
    assert {name: made[name] for name in ("survey", "wave", "respondents", "items", "entry")} == {
        "survey": "school-leads", "wave": "after", "respondents": 52, "items": 19, "entry": 1,
    }  # fmt: skip
    again = qualkit("survey", "load", study, FOLDER / "after.csv")
    assert "the same answers were there: school-leads, after: 52 respondents" in again.stderr


def test_a_place_that_cannot_be_written_to_is_told_in_words(loaded, tmp_path):
    nowhere = tmp_path / "gone" / "items.yaml"

    refused = qualkit("survey", "items", loaded, "--out", nowhere, code=1)

    assert refused.stderr == (
        f"qualkit: {nowhere}: cannot be written (No such file or directory)\n"
    )


def test_a_guess_is_written_corrected_and_loaded(study, write, tmp_path):
    path = write("spring.csv", "respondent,K1\nS1,Agree\nS2,Disagree\n")
    guess = tmp_path / "items.yaml"

    guess.write_text(qualkit("survey", "propose", path).stdout)
    qualkit("survey", "load", study, path, "--mapping", guess)
    qualkit("survey", "items", study, "--out", guess)
    guess.write_text(guess.read_text().replace("question: K1", "question: Better?"))
    done = qualkit("survey", "define", study, guess)

    assert done.stderr == "changed spring\n"
    listed = json.loads(qualkit("survey", "items", study, "--json").stdout)
    assert [item["question"] for item in listed["items"]] == ["Better?"]


def test_list_has_surveys_waves_and_published_tables(loaded):
    told = json.loads(qualkit("survey", "list", loaded, "--json").stdout)

    assert told["surveys"][0]["waves"] == ["before", "after"]
    assert [(one["wave"], one["respondents"]) for one in told["waves"]] == [
        ("before", 158), ("after", 52),
    ]  # fmt: skip
    assert [one["table"] for one in told["published"]] == ["table-8"]
    assert "school-leads" in qualkit("survey", "list", loaded).stdout


def test_describe_gives_every_table_as_json(loaded):
    told = json.loads(qualkit("survey", "describe", loaded, "--overall", "--json").stdout)

    assert (told["survey"], told["waves"], told["rules"]["base"]) == (
        "school-leads", ["before", "after"], 10,
    )  # fmt: skip
    k1 = [row for row in told["items"] if row["item"] == "K1"]
    assert [(row["wave"], row["n"], row["shown"]) for row in k1] == [
        ("before", 155, True), ("after", 51, True),
    ]  # fmt: skip
    assert {row["scale"] for row in told["scales"]} == {"knowledge"}
    assert told["distribution"][0]["base"] == 155


def test_compare_gives_tests_attrition_and_method_as_json(loaded):
    done = qualkit("survey", "compare", loaded, "--before", "before", "--after", "after",
                   "--family", "K1", "--family", "K2", "--adjust", "bh", "--json")  # fmt: skip

    told = json.loads(done.stdout)
    assert (told["design"], told["people"]["matched"], told["adjust"]) == ("matched", 49, "bh")
    assert told["family"] == ["K1", "K2"]
    k1 = next(row for row in told["items"] if row["item"] == "K1")
    assert (k1["test"], k1["matched"], round(k1["difference"], 4)) == ("paired t", 48, 0.3333)
    assert 0 < k1["p"] <= k1["p_adjusted"] < 0.01
    assert len(told["attrition"]) > 0
    assert any("matched by id" in sentence for sentence in told["method"])


def test_a_person_reads_the_changes_with_p_as_reports_write_it(loaded):
    done = qualkit("survey", "compare", loaded, "--before", "before", "--after", "after")

    assert "<0.001" in done.stdout
    assert "matched by id" in done.stdout


def test_a_person_reads_which_option_changed_and_why_another_has_no_test(tmp_path):
    asked = "id: s\nrespondent: id\nitems:\n"
    asked += "- {id: N1, question: Job, kind: nominal, labels: {h: H, t: T}}\n"
    asked += "- {id: M1, question: Used, kind: multiple, labels: {'1': Calls, '2': Visits}}\n"
    (tmp_path / "items.yaml").write_text(asked, "utf-8")
    study = tmp_path / "study.qualkit"
    qualkit("new", study)
    for wave, used in (("before", "1"), ("after", "2")):
        rows = "".join(f"r{n},{'ht'[n % 2]},{used}\n" for n in range(20))
        (tmp_path / f"{wave}.csv").write_text("id,N1,M1\n" + rows, "utf-8")
        qualkit("survey", "load", study, tmp_path / f"{wave}.csv",
                "--mapping", tmp_path / "items.yaml")  # fmt: skip

    lines = qualkit("survey", "compare", study, "--before", "before", "--after", "after").stdout

    shown = [line.split() for line in lines.splitlines()]
    assert [line[:3] for line in shown if line[:1] == ["M1"]] == [
        ["M1", "1", "chosen"], ["M1", "2", "chosen"],
    ]  # fmt: skip
    assert "nobody changed from one answer to another" in lines


def test_findings_have_ids_and_say_what_cannot_be_used(loaded):
    told = json.loads(qualkit("survey", "findings", loaded, "--json").stdout)["findings"]

    by_id = {row["finding"]: row for row in told}
    assert by_id["school-leads/K1/mean/before-to-after/all"]["usable"]
    assert len(by_id) == len(told)


def test_tables_and_figures_are_written(loaded, tmp_path):
    table = qualkit("survey", "table", loaded, "--out", tmp_path / "t.xlsx", "--of", "comparison")
    figure = qualkit("survey", "figure", loaded, "-o", tmp_path / "f.png", "--kind",
                     "before-after", "--item", "K1")  # fmt: skip

    assert table.stderr == f"wrote {tmp_path / 't.xlsx'}\n"
    assert figure.stderr == f"wrote {tmp_path / 'f.png'}\n"
    assert (tmp_path / "f.png").read_bytes().startswith(b"\x89PNG")


def test_what_is_removed_is_gone(study):
    qualkit("survey", "load", study, FOLDER / "before.csv", "--mapping", FOLDER / "items.yaml")
    qualkit("survey", "publish", study, PUBLISHED / "table-1.yaml")

    qualkit("survey", "remove", study, "table-1", "--published")
    qualkit("survey", "remove", study, "school-leads", "--wave", "before")
    qualkit("survey", "remove", study, "school-leads")

    told = json.loads(qualkit("survey", "list", study, "--json").stdout)
    assert told == {"surveys": [], "waves": [], "published": []}


def test_what_links_point_at_is_removed_with_them_alone(study):
    qualkit("survey", "load", study, FOLDER / "before.csv", "--mapping", FOLDER / "items.yaml")
    with Project.open(study) as project:
        project.add_codebook("evaluation-topics")
        project.add_link("communication", "school-leads/K1/mean/before/all")

    words = "evaluation-topics/communication to school-leads/K1/mean/before/all"

    refused = qualkit("survey", "remove", study, "school-leads", code=1)
    removed = qualkit("survey", "remove", study, "school-leads", "--links")

    assert refused.stderr == (
        "qualkit: survey school-leads: 1 link would point at nothing; remove it first, or take it "
        f"along ('--links')\n  {words}\n"
    )
    assert removed.stderr == f"removed school-leads; with the link of {words}\n"


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["describe"], 1, "the study has no survey; load one with 'qualkit survey load'"),
        (["remove", "x"], 1, "no survey is called 'x'"),
        (["remove", "x", "--published", "--wave", "y"], 2, "give one"),
        (["compare", "--before", "a"], 2, "Missing option '--after'"),
        (["load", "none.csv"], 1, "none.csv"),
        (["table", "-o", "t.csv", "--of", "findings", "--by", "x"], 2, "--by is for"),
    ],
)
def test_what_cannot_be_is_refused_with_the_reason(study, arguments, code, message):
    name, *rest = arguments
    done = qualkit("survey", name, study, *rest, code=code)

    assert message in done.stderr
    assert done.stdout == ""
