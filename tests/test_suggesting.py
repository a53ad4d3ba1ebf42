"""Suggestions of a study: made, and on both databases shown, accepted, rejected, taken back."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from qualkit import suggesting
from qualkit.autocoding import auto_code
from qualkit.coding import embed
from qualkit.errors import ConflictError, NotEnough, UnknownName
from qualkit.project import Project
from tests.coding.material import SAID, coded

BOOKS = ["evaluation-topics", "cascade"]


def six_coded(address):
    """Eight interviews; Ann has coded six of them for referrals and communication."""
    segments, truth = coded(sources=8)
    codes = {"waiting": "referrals.timeliness", "parents": "communication", "rooms": "set-up"}
    with (
        TemporaryDirectory() as folder,
        Project.create(address, codebooks=BOOKS, user="tester") as project,
    ):
        files = [Path(folder) / f"{name}.txt" for name in segments["source"].unique()]
        for path in files:
            said = segments[segments["source"] == path.stem]["text"]
            text = "\n\n".join(f"P{n % 3}: {words}" for n, words in enumerate(said))
            path.write_text(text, "utf-8")
        project.add_sources(files)
        turns = project.turns()
        for theme, own in truth[truth["source"] < "s6"].groupby("code"):
            both = own.merge(turns, on=["source", "text"], suffixes=("_made", ""))
            spans = both[["source", "start", "end"]].drop_duplicates().itertuples(index=False)
            project.add_codings(spans, code=codes[theme], coder="Ann", why="by hand")


def proposed(address):
    """The same with suggestions, and so with the vectors of all that is said."""
    six_coded(address)
    with Project.open(address, user="tester") as project:
        suggesting.suggest(project)


@pytest.fixture
def study(address_of):
    """Suggestions are open in it, on either database."""
    with Project.open(address_of(proposed), user="tester") as made:
        yield made


@pytest.fixture
def on_file(copies, tmp_path):
    """The same in a file, for what no database can make different."""
    with Project.open(copies.file(proposed, tmp_path / "s.qualkit"), user="tester") as made:
        yield made


@pytest.fixture
def fresh(copies, tmp_path):
    """Nothing was suggested in it yet; in a file."""
    with Project.open(copies.file(six_coded, tmp_path / "s.qualkit"), user="tester") as made:
        yield made


def test_suggestions_are_kept_with_their_reasons_and_where_they_come_from(on_file):
    report = suggesting.suggest(on_file)
    table = on_file.suggestions()

    assert report.method == "learned"
    assert report.kept == len(table) > 5
    row = table.iloc[0]
    assert set(row["reasons"]) == {"cues", "words", "alike"}
    assert row["program"].startswith("qualkit ")
    assert row["model"].startswith("kernel ridge 1 on all-MiniLM-L6-v2")
    assert on_file.codings()["coder"].unique().tolist() == ["Ann"]


def test_suggesting_again_puts_the_open_ones_in_place_of_the_old(study):
    first = len(study.suggestions())

    assert suggesting.suggest(study).kept == first == len(study.suggestions())


def test_an_accepted_suggestion_is_a_coding_and_can_be_taken_back(study):
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


def test_a_rejected_suggestion_does_not_come_back(on_file):
    first = on_file.suggestions().iloc[0]

    assert on_file.reject([first["suggestion"]], coder="Ben") == 1
    suggesting.suggest(on_file)

    open_ = on_file.suggestions()
    same = (open_["source"] == first["source"]) & (open_["start"] == first["start"])
    assert first["code"] not in set(open_[same]["code"])


def test_a_decision_is_made_once(study):
    one = study.suggestions()["suggestion"].iloc[0]
    study.reject([one], coder="Ben")

    with pytest.raises(ConflictError) as caught:
        study.accept([one], coder="Ben")

    assert str(caught.value) == f"suggestion {one} is rejected already; list the open ones again"


def test_accepting_what_one_has_coded_makes_no_second_coding(study):
    one = study.suggestions().iloc[0]
    study.add_coding(one["source"], (one["start"], one["end"]), one["code"], coder="Ben")

    report = study.accept([one["suggestion"]], coder="Ben")

    assert (report.added, report.same) == (0, 1)


def test_a_blind_coder_sees_none_that_anothers_work_has_taught(study):
    assert study.suggestions(blind="Ben").empty

    mine = study.turns(["s7"]).iloc[0]
    study.add_coding("s7", (int(mine["start"]), int(mine["end"])), "communication", coder="Ben")
    team = len(study.suggestions())
    kept = suggesting.suggest(study, coder="Ben").kept

    assert len(study.suggestions()) == team + kept
    assert set(study.suggestions(blind="Ben")["taught_by"]) == {"Ben"}


def test_before_anybody_has_coded_the_codebooks_suggestions_are_for_all(on_file):
    for coding in on_file.codings()["coding"]:
        on_file.remove_coding(coding)

    kept = suggesting.suggest(on_file).kept

    assert len(on_file.suggestions(blind="Ben")) == kept > 0


def test_a_coder_who_is_not_there_is_refused_and_changes_nothing(on_file):
    kept = len(on_file.suggestions())

    with pytest.raises(UnknownName) as caught:
        suggesting.suggest(on_file, coder="Anna")

    assert str(caught.value) == "no coder is called 'Anna'; did you mean 'Ann'?"
    assert len(on_file.suggestions()) == kept


def test_what_a_rule_has_coded_does_not_say_that_the_rest_was_read(on_file):
    before = len(on_file.suggestions())
    auto_code(on_file, "boiler OR screen", "set-up", coder="rules")

    assert suggesting.suggest(on_file).kept > before / 2


def test_a_rejection_made_while_suggesting_stands(study):
    first = study.suggestions().iloc[0]
    stale = study.suggestions().to_dict("records")
    study.reject([first["suggestion"]], coder="Ben")

    kept = study.keep_suggestions(stale, methods=["learned", "codebook"])

    assert kept == len(stale) - 1


def test_making_suggestions_is_taken_back_and_back_again(study):
    made = study.suggestions()
    assert len(made)

    undone = study.undo(int(study.log()["entry"].iloc[-1]))
    assert study.suggestions().empty

    study.undo(undone.entry)
    assert study.suggestions()["suggestion"].tolist() == made["suggestion"].tolist()


def test_only_the_codes_and_sources_asked_for(fresh):
    suggesting.suggest(fresh, codes=["referrals.timeliness"], sources=["s7"])
    table = fresh.suggestions()

    assert set(table["code"]) == {"referrals.timeliness"}
    assert set(table["source"]) == {"s7"}


def test_names_that_are_not_there_are_refused(fresh):
    with pytest.raises(UnknownName, match="no code is called 'nope'"):
        suggesting.suggest(fresh, codes=["nope"])
    with pytest.raises(UnknownName, match="no source is called 'nope'"):
        suggesting.suggest(fresh, sources=["nope"])
    with pytest.raises(ConflictError, match=r"^there is no suggestion nope; it was made anew or"):
        fresh.accept(["nope"], coder="Ben")
    assert fresh.suggestions(status=None).empty


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

    study.remove_source("s7")

    assert "s7" not in set(study.suggestions(status=None)["source"])


def test_what_is_left_is_told_for_each_code(on_file):
    table = suggesting.left(on_file).set_index("code")

    row = table.loc["referrals.timeliness"]
    assert row["found"] == on_file.codings()["code"].eq("referrals.timeliness").sum()
    assert row["low"] <= row["left"] <= row["high"]
    assert 0 < row["share"] <= 1


def test_quality_is_measured_on_the_studys_own_codings(on_file):
    found = suggesting.quality(on_file, curve=False)

    assert found.overall["sources"] == 6
    precision = found.codes.set_index("code")["average_precision"]
    assert precision.between(0.3, 1)["communication"]


def test_accepting_nothing_is_no_change(study):
    before = len(study.log())

    assert study.accept([], coder="Ben").added == 0
    assert len(study.log()) == before
