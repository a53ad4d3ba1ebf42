"""Suggestions of a study, on both databases: made, shown, accepted, rejected, taken back."""

from __future__ import annotations

import pytest

from qualkit import suggesting
from qualkit.autocoding import auto_code
from qualkit.coding import embed
from qualkit.errors import ConflictError, NotEnough, UnknownName
from qualkit.project import Project
from tests.coding.material import SAID, coded


@pytest.fixture
def study(project, write):
    """Eight interviews; Ann has coded six of them for referrals and communication."""
    segments, truth = coded(sources=8)
    codes = {"waiting": "referrals.timeliness", "parents": "communication", "rooms": "set-up"}
    files = []
    for name, own in segments.groupby("source", sort=False):
        text = "\n\n".join(f"P{n % 3}: {words}" for n, words in enumerate(own["text"]))
        files.append(write(f"{name}.txt", text))
    project.add_sources(files)
    turns = project.turns()
    for theme, own in truth[truth["source"] < "s6"].groupby("code"):
        both = own.merge(turns, on=["source", "text"], suffixes=("_made", ""))
        spans = both[["source", "start", "end"]].drop_duplicates().values.tolist()
        project.add_codings(spans, code=codes[theme], coder="Ann", why="by hand")
    return project


def test_suggestions_are_kept_with_their_reasons_and_where_they_come_from(study):
    report = suggesting.suggest(study)
    table = study.suggestions()

    assert report.method == "learned"
    assert report.kept == len(table) > 5
    row = table.iloc[0]
    assert set(row["reasons"]) == {"cues", "words", "alike"}
    assert row["program"].startswith("qualkit ")
    assert row["model"].startswith("kernel ridge 1 on all-MiniLM-L6-v2")
    assert study.codings()["coder"].unique().tolist() == ["Ann"]


def test_suggesting_again_puts_the_open_ones_in_place_of_the_old(study):
    first = suggesting.suggest(study).kept

    assert suggesting.suggest(study).kept == first == len(study.suggestions())


def test_an_accepted_suggestion_is_a_coding_and_can_be_taken_back(study):
    suggesting.suggest(study)
    before = len(study.codings())
    chosen = study.suggestions()["suggestion"].tolist()[:3]

    report = study.accept(chosen, coder="Ben")

    assert report.added == 3
    assert len(study.codings()) == before + 3
    accepted = study.suggestions(status="accepted")
    assert sorted(accepted["suggestion"]) == sorted(chosen)
    assert set(accepted["coding"]) <= set(study.codings()["coding"])
    study.undo(report.entry)
    assert len(study.codings()) == before
    assert study.suggestions(status="accepted").empty
    assert study.check().problems == ()


def test_a_rejected_suggestion_does_not_come_back(study):
    suggesting.suggest(study)
    first = study.suggestions().iloc[0]

    assert study.reject([first["suggestion"]], coder="Ben") == 1
    suggesting.suggest(study)

    open_ = study.suggestions()
    same = (open_["source"] == first["source"]) & (open_["start"] == first["start"])
    assert first["code"] not in set(open_[same]["code"])


def test_a_decision_is_made_once(study):
    suggesting.suggest(study)
    one = study.suggestions()["suggestion"].iloc[0]
    study.reject([one], coder="Ben")

    with pytest.raises(ConflictError) as caught:
        study.accept([one], coder="Ben")

    assert str(caught.value) == f"suggestion {one} is rejected already; list the open ones again"


def test_accepting_what_one_has_coded_makes_no_second_coding(study):
    suggesting.suggest(study)
    one = study.suggestions().iloc[0]
    study.add_coding(one["source"], (one["start"], one["end"]), one["code"], coder="Ben")

    report = study.accept([one["suggestion"]], coder="Ben")

    assert (report.added, report.same) == (0, 1)


def test_a_blind_coder_sees_none_that_anothers_work_has_taught(study):
    suggesting.suggest(study)
    assert study.suggestions(blind="Ben").empty

    mine = study.turns(["s7"]).iloc[0]
    study.add_coding("s7", (int(mine["start"]), int(mine["end"])), "communication", coder="Ben")
    team = len(study.suggestions())
    kept = suggesting.suggest(study, coder="Ben").kept

    assert len(study.suggestions()) == team + kept
    assert set(study.suggestions(blind="Ben")["taught_by"]) == {"Ben"}


def test_before_anybody_has_coded_the_codebooks_suggestions_are_for_all(study):
    for coding in study.codings()["coding"]:
        study.remove_coding(coding)

    kept = suggesting.suggest(study).kept

    assert len(study.suggestions(blind="Ben")) == kept > 0


def test_a_coder_who_is_not_there_is_refused_and_changes_nothing(study):
    kept = suggesting.suggest(study).kept

    with pytest.raises(UnknownName) as caught:
        suggesting.suggest(study, coder="Anna")

    assert str(caught.value) == "no coder is called 'Anna'; did you mean 'Ann'?"
    assert len(study.suggestions()) == kept


def test_what_a_rule_has_coded_does_not_say_that_the_rest_was_read(study):
    before = suggesting.suggest(study).kept
    auto_code(study, "boiler OR screen", "set-up", coder="rules")

    assert suggesting.suggest(study).kept > before / 2


def test_a_rejection_made_while_suggesting_stands(study):
    suggesting.suggest(study)
    first = study.suggestions().iloc[0]
    stale = study.suggestions().to_dict("records")
    study.reject([first["suggestion"]], coder="Ben")

    kept = study.keep_suggestions(stale, methods=["learned", "codebook"])

    assert kept == len(stale) - 1


def test_making_suggestions_is_not_undone_but_said_to_be_made_anew(study):
    suggesting.suggest(study)
    entry = int(study.log()["entry"].iloc[-1])

    with pytest.raises(ValueError, match=r"suggestions are made anew with 'qualkit suggest'$"):
        study.undo(entry)


def test_only_the_codes_and_sources_asked_for(study):
    suggesting.suggest(study, codes=["referrals.timeliness"], sources=["s7"])
    table = study.suggestions()

    assert set(table["code"]) == {"referrals.timeliness"}
    assert set(table["source"]) == {"s7"}


def test_names_that_are_not_there_are_refused(study):
    with pytest.raises(UnknownName, match="no code is called 'nope'"):
        suggesting.suggest(study, codes=["nope"])
    with pytest.raises(UnknownName, match="no source is called 'nope'"):
        suggesting.suggest(study, sources=["nope"])
    with pytest.raises(ConflictError, match=r"^there is no suggestion nope; it was made anew or"):
        study.accept(["nope"], coder="Ben")
    assert study.suggestions(status=None).empty


def test_a_study_without_sources_or_codes_says_what_to_do(address):
    with Project.create(address) as empty, pytest.raises(NotEnough) as caught:
        suggesting.suggest(empty)

    assert str(caught.value) == "the study has no source yet; add one with 'qualkit source add'"


def test_vectors_are_computed_once_and_kept(study, monkeypatch):
    texts = [template.format(n=1) for template in SAID["rooms"]]
    first = suggesting.vectors(study, texts)

    def never(*_given, **_options):
        raise AssertionError("computed again")

    monkeypatch.setattr(embed, "embed", never)

    assert suggesting.vectors(study, texts) == pytest.approx(first)


def test_removing_a_source_takes_its_suggestions_with_it(study):
    suggesting.suggest(study)

    study.remove_source("s7")

    assert "s7" not in set(study.suggestions(status=None)["source"])


def test_what_is_left_is_told_for_each_code(study):
    table = suggesting.left(study).set_index("code")

    row = table.loc["referrals.timeliness"]
    assert row["found"] == study.codings()["code"].eq("referrals.timeliness").sum()
    assert row["low"] <= row["left"] <= row["high"]
    assert 0 < row["share"] <= 1


def test_quality_is_measured_on_the_studys_own_codings(study):
    found = suggesting.quality(study, curve=False)

    assert found.overall["sources"] == 6
    precision = found.codes.set_index("code")["average_precision"]
    assert precision.between(0.3, 1)["communication"]


def test_accepting_nothing_is_no_change(study):
    before = len(study.log())

    assert study.accept([], coder="Ben").added == 0
    assert len(study.log()) == before
