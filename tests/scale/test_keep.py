"""A table's suggestions come into the study, and its topics into a folder."""

from __future__ import annotations

import pandas as pd
import pytest

from qualkit.errors import ConflictError, UnknownName
from qualkit.privacy.key import Entry, Key
from qualkit.project import Project
from qualkit.releasing import check
from qualkit.scale import _keep, keep, run, topics
from tests.coding.material import BOOK
from tests.scale.material import learned, table


@pytest.fixture
def study(tmp_path):
    with Project.create(tmp_path / "study.qualkit", user="Ada") as project:
        project.add_codebook(BOOK)
        yield project


@pytest.fixture
def made(tmp_path, monkeypatch):
    monkeypatch.setattr(_keep, "COMMENTS", 40)
    monkeypatch.setattr(_keep, "_BATCH", 2)
    path = table(tmp_path / "comments.csv", 230)
    run(path, learned(), tmp_path / "out", rows=100)
    return path, tmp_path / "out"


def test_comments_become_sources_and_suggestions_lie_on_their_words(study, made):
    path, out = made

    kept = keep(study, out, path, above=0.3)

    every = pd.read_csv(path)
    found = pd.concat([pd.read_parquet(part) for part in sorted(out.glob("part-*"))])
    wanted = found[found["confidence"] >= 0.3]
    open_ = study.suggestions()
    turns = study.turns()
    assert (kept.sources, kept.added, kept.comments) == (7, 7, 230)
    assert turns["speaker"].tolist() == every["id"].tolist()
    assert study.sources()["source"].tolist()[0] == "comments-00001"
    assert kept.suggestions == len(open_) == len(wanted) > 0
    place = {(s, start): who for s, start, who in turns[["source", "start", "speaker"]].values}
    held = {(place[s, at], c) for s, at, c in open_[["source", "start", "code"]].values}
    assert held == set(zip(wanted["id"], wanted["code"], strict=True))


def test_keeping_goes_on_where_it_was_broken_off(study, made):
    path, out = made

    class Broken(Exception): ...

    def broken(done, _total, _what):
        if done >= 160:
            raise Broken

    with pytest.raises(Broken):
        keep(study, out, path, above=0.3, progress=broken)
    first = study.sources()["source"].tolist()

    kept = keep(study, out, path, above=0.3)

    wanted = pd.concat([pd.read_parquet(part) for part in sorted(out.glob("part-*"))])
    assert len(first) == 4
    assert (kept.sources, kept.added) == (7, 3)
    assert len(study.suggestions()) == (wanted["confidence"] >= 0.3).sum()


def test_what_was_decided_does_not_come_back_and_another_confidence_holds_for_all(study, made):
    path, out = made
    keep(study, out, path, above=0.6)
    decided = study.suggestions()["suggestion"].tolist()[:3]
    study.reject(decided, coder="Ada")

    kept = keep(study, out, path, above=0.3)

    wanted = pd.concat([pd.read_parquet(part) for part in sorted(out.glob("part-*"))])
    assert kept.added == 0
    assert kept.suggestions == (wanted["confidence"] >= 0.3).sum() - 3


def test_comments_with_one_id_and_blank_ones_keep_their_own_suggestions(study, tmp_path):
    said = ["I have worked here.", "", "The waiting list was long.", "", "", ""]
    path = tmp_path / "double.csv"
    pd.DataFrame({"id": "r1", "text": said}).to_csv(path, index=False)
    run(path, learned(), tmp_path / "double", rows=2)

    kept = keep(study, tmp_path / "double", path, above=0.1)

    found = study.suggestions()
    assert (kept.sources, kept.comments) == (3, 2)
    assert found[["source", "text", "code"]].values.tolist() == [
        ["comments-00002", said[2], "waiting"]
    ]


def test_a_code_that_is_not_in_the_study_is_named_and_nothing_kept(made, tmp_path):
    path, out = made

    with (
        Project.create(tmp_path / "other.qualkit", user="Ada") as other,
        pytest.raises(UnknownName, match="no code is called 'b/"),
    ):
        keep(other, out, path)

    with Project.open(tmp_path / "other.qualkit") as other:
        assert other.sources().empty


def test_a_part_that_was_touched_is_named(study, made):
    path, out = made
    (out / "part-00002.parquet").write_bytes(b"PAR1")

    with pytest.raises(ConflictError, match=r"part-00002\.parquet: is not as it was written"):
        keep(study, out, path)


def test_suggestions_of_another_table_are_refused(study, made, tmp_path):
    with pytest.raises(ConflictError, match="the table is not the one"):
        keep(study, made[1], table(tmp_path / "other.csv", 50))

    assert study.sources().empty


def test_names_are_found_in_what_is_passed_on(tmp_path):
    path = tmp_path / "topics.parquet"
    pd.DataFrame({"topic": [1], "examples": [["It helped.", "Aoife rang."]]}).to_parquet(path)

    found = check(path, key=Key("s", entries=(Entry("person", "[Person 1]", ("Aoife",)),)))

    assert [(one.level, one.where, one.text) for one in found] == [
        ("refuse", "the table, row 2, examples", "[Person 1]")
    ]


def test_every_comment_lies_in_a_topic_the_same_however_it_is_cut(tmp_path):
    path = table(tmp_path / "comments.csv", 300)

    one = topics(path, tmp_path / "one", k=4, sample=200, rows=300)
    two = topics(path, tmp_path / "two", k=4, sample=200, rows=77)

    assert one.topics["comments"].sum() == 300
    assert one.topics.equals(two.topics)
    assert one.sample == 200
    assert one.kept > 0.8
    parts = [pd.read_parquet(part) for part in sorted((tmp_path / "two").glob("part-*"))]
    assert pd.concat(parts, ignore_index=True).equals(
        pd.read_parquet(tmp_path / "one" / "part-00001.parquet")
    )
