"""suggest, suggestions, suggestion and evaluate, as other programs call them."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from qualkit.cli import main
from qualkit.project import Project
from tests.coding.material import coded


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    folder = tmp_path_factory.mktemp("study")
    segments, _ = coded(sources=6)
    with Project.create(folder / "s.qualkit", codebooks=["evaluation-topics"]) as project:
        for name, own in segments.groupby("source", sort=False):
            path = folder / f"{name}.txt"
            path.write_text("\n\n".join(f"P: {words}" for words in own["text"]), encoding="utf-8")
            project.add_sources([path])
    return str(folder / "s.qualkit")


def qualkit(*arguments, code=0):
    done = CliRunner().invoke(main, [str(one) for one in arguments])
    assert done.exit_code == code, done.output
    return done


def output(*arguments):
    return json.loads(qualkit(*arguments, "--json").stdout)


def test_suggest_counts_and_suggestions_lists_what_is_kept(study):
    report = output("suggest", study)
    listed = output("suggestions", study)["suggestions"]

    assert report["method"] == "codebook"
    assert report["suggestions"] == len(listed) > 0
    assert {"source", "start", "end", "text", "code", "confidence", "reasons", "method"} <= set(
        listed[0]
    )
    confidences = [one["confidence"] for one in listed]
    assert confidences == sorted(confidences, reverse=True)


def test_accepting_over_a_confidence_shows_first_what_it_would_do(study):
    output("suggest", study)
    held = [one["confidence"] for one in output("suggestions", study)["suggestions"]]

    plan = output("suggestion", "accept", study, "--over", held[1], "--coder", "Ann", "--dry-run")

    assert (plan["dry_run"], plan["accepted"], plan["entry"]) == (True, 2, None)
    assert output("coding", "list", study)["codings"] == []


def test_accept_reject_and_undo(study):
    output("suggest", study)
    first, second = (one["suggestion"] for one in output("suggestions", study)["suggestions"][:2])

    done = output("suggestion", "accept", study, first, "--coder", "Ann")
    qualkit("suggestion", "reject", study, second, "--coder", "Ann")

    assert len(output("coding", "list", study)["codings"]) == 1
    statuses = [
        one["status"] for one in output("suggestions", study, "--status", "all")["suggestions"]
    ]
    assert (statuses.count("accepted"), statuses.count("rejected")) == (1, 1)
    qualkit("project", "undo", study, done["entry"])
    assert output("coding", "list", study)["codings"] == []


def test_a_suggestion_that_is_not_there_is_refused(study):
    done = qualkit("suggestion", "accept", study, "nope", "--coder", "Ann", code=1)

    assert done.stderr == (
        "qualkit: suggestion 'nope' is not among the open ones; list them with 'qualkit suggestions'\n"
    )


def test_ids_and_a_confidence_together_are_not_understood(study):
    done = qualkit("suggestion", "accept", study, "--coder", "Ann", code=2)

    assert "give either the ids of suggestions, or --over CONFIDENCE" in done.stderr


def test_a_study_that_nobody_coded_cannot_be_judged(study):
    done = qualkit("evaluate", study, code=1)

    assert done.stderr.endswith(
        "qualkit: at least three sources must be coded before suggestions can be judged\n"
    )


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("coded")
    segments, truth = coded(sources=10)
    codes = dict(zip(zip(truth["source"], truth["start"], strict=True), truth["code"], strict=True))
    lines = [
        json.dumps({"id": f"{row.source}:{row.segment}", "doc": row.source, "pos": row.segment,
                    "speaker": "P", "text": row.text,
                    "codes": [codes[row.source, row.start]] if (row.source, row.start) in codes
                    else []})
        for row in segments.itertuples()
    ]  # fmt: skip
    (folder / "segments.jsonl").write_text("\n".join(lines), encoding="utf-8")
    book = {
        "waiting": {"name": "Waiting times", "description": "", "cues": ["waiting list"]},
        "parents": {"name": "Parents", "description": "Work with parents", "cues": []},
        "rooms": {"name": "Rooms", "description": "Where", "cues": []},
    }
    (folder / "codebook.json").write_text(json.dumps(book), encoding="utf-8")
    return ["--segments", folder / "segments.jsonl", "--codebook", folder / "codebook.json"]


def test_evaluate_on_coded_segments_gives_the_contracts_figures(files):
    found = output("evaluate", *files, "--per-code", 6, "--seeds", "0,1", "--min-examples", 5)

    assert {"per_code_n", "p1", "p3", "r3", "mAP", "macro_f1", "micro_f1", "ece", "fit_seconds",
            "codes", "segments"} <= set(found)  # fmt: skip
    assert (found["per_code_n"], found["codes"], found["segments"]) == (6, 3, 120)
    assert found["mAP"] > 0.8


def test_evaluate_cold_needs_no_example(files):
    found = output("evaluate", *files, "--method", "cold", "--min-examples", 5)

    assert found["per_code_n"] == 0
    assert found["p1"] > 0.5


def test_evaluate_work_saved(files):
    found = output("evaluate", *files, "--work-saved", "--min-examples", 5)

    assert {"read_for_95", "found_at_10", "found_at_20"} <= set(found)
    assert 0 < found["read_for_95"] < 0.6


def test_evaluate_needs_a_study_or_segments():
    assert "give either a STUDY, or --segments and --codebook" in qualkit("evaluate", code=2).stderr
