"""``qualkit coder assign``, ``pack`` and ``merge``: a round with two coders, as one types it."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from qualkit.cli import main
from qualkit.project import Project

TALK = "I: What helped?\nP: The staff listened. It was kind.\n"
NAMES = ("n1", "n2", "n3", "n4", "s1", "s2")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A study of six sources in two regions, made once."""
    folder = tmp_path_factory.mktemp("made")
    for name in NAMES:
        (folder / f"{name}.txt").write_text(f"{TALK}I: And {name}?\nP: So be it.\n", "utf-8")
    rows = [f"{name},{'North' if name[0] == 'n' else 'South'}\n" for name in NAMES]
    (folder / "a.csv").write_text("source,region\n" + "".join(rows), "utf-8")
    with Project.create(folder / "study.qualkit", codebooks=["evaluation-topics"]) as project:
        project.add_sources(sorted(folder.glob("*.txt")), attributes=folder / "a.csv")
    return (folder / "study.qualkit").read_bytes()


@pytest.fixture
def study(made, tmp_path):
    path = tmp_path / "study.qualkit"
    path.write_bytes(made)
    return str(path)


def run(*arguments, code=0):
    done = CliRunner().invoke(main, list(map(str, arguments)))
    assert done.exit_code == code, done.output
    return done


def assigned(study):
    found = json.loads(run("coder", "assignments", study, "--json").stdout)["assignments"]
    return [(one["source"], one["coder"], one["blind"], one["status"]) for one in found]


def test_named_sources_go_to_every_coder_and_are_done_and_taken_back(study):
    run("coder", "assign", study, "--to", "Ann, Bo", "--source", "n1", "--source", "s1")
    again = run("coder", "assign", study, "--to", "Ann", "-s", "n1", "-s", "s1")
    done = run("coder", "done", study, "Ann", "--source", "n1")
    run("coder", "unassign", study, "Bo", "--source", "s1")

    assert again.stdout == "n1\ns1\n"
    assert again.stderr == "0 assignments made, blind; 2 were there\n"
    assert done.stderr == "1 assignment of Ann done\n"
    assert assigned(study) == [
        ("n1", "Ann", True, "done"), ("n1", "Bo", True, "open"), ("s1", "Ann", True, "open"),
    ]  # fmt: skip
    assert run("coder", "done", study, "Ann", "--undo").stderr == "1 assignment of Ann open again\n"


def test_a_stratified_sample_is_drawn_by_its_seed_and_takes_a_share_of_each_group(study):
    sample = (
        "coder",
        "assign",
        study,
        "--to",
        "Ann",
        "--sample",
        "50%",
        "--by",
        "region",
        "--json",
    )

    first, again = (json.loads(run(*sample, "--seed", 7).stdout) for _ in range(2))

    assert first["places"] == again["places"]
    assert sorted(name[0] for name in first["places"]) == ["n", "n", "s"]
    assert (first["added"], again["added"], again["same"]) == (3, 0, 3)


def test_segments_are_drawn_from_the_sources_named(study):
    run("coder", "assign", study, "--to", "Ann", "--sample", "2", "--segments", "-s", "n1",
        "--not-blind", "--test")  # fmt: skip

    with Project.open(study) as opened:
        table = opened.assignments()
        assert set(table["source"]) == {"n1"}
        assert table[["start", "end", "blind", "purpose"]].values.tolist() == [
            [19, 51, False, "test"], [66, 75, False, "test"],
        ]  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ((), 2, "say which sources: --source NAME, or --sample N for some at random"),
        (("--source", "n1", "--by", "region"), 2, "say --sample N"),
        (("--sample", "many"), 2, "--sample 'many' is neither a number like 12 nor a share"),
        (("--sample", "9"), 1, "9 of 6 sources cannot be drawn; give a number from 1 to 6"),
        (("--sample", "0%"), 1, "share 0.0 is not over 0 and up to 1"),
        (("--source", "n9"), 1, "no source is called 'n9'"),
        (("--source", "n9", "--sample", "1"), 1, "no source is called 'n9'"),
    ],
)
def test_a_sample_that_cannot_be_is_refused_in_words(study, arguments, code, said):
    assert said in run("coder", "assign", study, "--to", "Ann", *arguments, code=code).stderr


def test_a_pack_goes_out_comes_back_and_is_merged_once(study, tmp_path):
    pack = tmp_path / "ann.qualkit"
    run("coder", "assign", study, "--to", "Ann,Bo", "--source", "n1")
    written = run("coder", "pack", study, "Ann", "-o", pack)
    with Project.open(pack, user="Ann") as ann:
        ann.add_coding("n1", (19, 38), "communication", coder="Ann")
    run("coder", "done", pack, "Ann")

    preview = run("coder", "merge", study, pack, "--dry-run")
    merged = json.loads(run("coder", "merge", study, pack, "--json").stdout)
    again = json.loads(run("coder", "merge", study, pack, "--json").stdout)

    assert (written.stdout, written.stderr) == (f"{pack}\n", "1 source, 0 codings of Ann's own\n")
    assert preview.stderr == (
        "Ann: 1 added, 0 same, 0 changed, 0 conflicting (nothing was changed)\ndone: n1\n"
    )
    assert (merged["added"], merged["notes"]) == (1, ["done: n1"])
    (coding,) = merged["codings"]
    assert [coding[name] for name in ("source", "start", "end", "code", "outcome", "why")] == [
        "n1", 19, 38, "communication", "added", "",
    ]  # fmt: skip
    assert (again["added"], again["same"], again["entry"]) == (0, 1, None)
    assert assigned(study)[0] == ("n1", "Ann", True, "done")


def test_a_file_that_is_no_pack_is_refused_with_the_reason(study):
    assert run("coder", "merge", study, study, code=1).stderr == (
        f"qualkit: {study}: a study, but not a coder pack; 'qualkit coder pack' writes one\n"
    )


def test_whoever_has_nothing_to_take_back_is_told(study):
    assert run("coder", "unassign", study, "Ann", code=1).stderr == (
        "qualkit: no coder with assignments is called 'Ann'; there are none yet\n"
    )
