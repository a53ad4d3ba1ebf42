"""A table's suggestions come into the study, and its topics into a folder."""

from __future__ import annotations

import pandas as pd
import pytest

from qualkit.errors import ConflictError
from qualkit.project import Project
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
    first = set(study.suggestions()["suggestion"])

    kept = keep(study, out, path, above=0.3)

    wanted = pd.concat([pd.read_parquet(part) for part in sorted(out.glob("part-*"))])
    assert (kept.sources, kept.added) == (7, 3)
    assert len(study.suggestions()) == (wanted["confidence"] >= 0.3).sum()
    assert len(first & set(study.suggestions()["suggestion"])) > 0


def test_suggestions_of_another_table_are_refused(study, made, tmp_path):
    with pytest.raises(ConflictError, match="the table is not the one"):
        keep(study, made[1], table(tmp_path / "other.csv", 50))

    assert study.sources().empty


def test_every_comment_lies_in_a_topic_the_same_however_it_is_cut(tmp_path):
    path = table(tmp_path / "comments.csv", 300)

    one = topics(path, tmp_path / "one", k=4, sample=200, rows=300)
    two = topics(path, tmp_path / "two", k=4, sample=200, rows=77)

    assert one.topics["comments"].sum() == 300
    assert one.topics.equals(two.topics)
    assert one.sample == 200
    assert one.kept > 0.9
    parts = [pd.read_parquet(part) for part in sorted((tmp_path / "two").glob("part-*"))]
    assert pd.concat(parts, ignore_index=True).equals(
        pd.read_parquet(tmp_path / "one" / "part-00001.parquet")
    )
