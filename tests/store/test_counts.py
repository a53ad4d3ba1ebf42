"""What the database counts is what one counts by hand in the tables."""

from __future__ import annotations

import random

import pandas as pd
import pytest

from qualkit.errors import UnknownName
from qualkit.model import INTERVIEWER

CODES = ("communication", "knowledge", "staffing")


@pytest.fixture
def drawn(project, write):
    """Four sources of unlike length, the last without a coding, with codings at random by two."""
    draw = random.Random(3)  # noqa: S311 - invented words
    for n in range(4):
        lines = [f"{draw.choice(('Interviewer', 'P1', 'P2'))}: {'well ' * draw.randint(1, 6)}"
                 for _ in range(3 + 4 * n)]  # fmt: skip
        project.add_sources([write(f"p{n}.txt", "\n".join(lines) + "\n")])
    for name in ("p0", "p1", "p2"):
        length = len(project.source(name).text)
        for coder in ("Ann", "Bo") if name != "p0" else ("Ann",):
            for start in draw.sample(range(length - 9), 6):
                project.add_coding(
                    name, (start, start + draw.randint(1, 9)), draw.choice(CODES), coder=coder
                )
    return project


def by_hand(study):
    """Answers, and those of which something is coded, of each source."""
    codings, turns = study.codings(), study.turns()
    found = []
    for name in study.sources()["source"]:
        answers = turns[(turns["source"] == name) & (turns["role"] != INTERVIEWER)]
        marked = codings[codings["source"] == name]
        touched = [
            ((marked["start"] < turn.end) & (marked["end"] > turn.start)).any()
            for turn in answers.itertuples()
        ]
        found.append([name, len(answers), sum(touched)])
    return found


def test_answers_are_coded_where_a_coding_holds_something_of_them(drawn):
    wanted = by_hand(drawn)

    assert drawn.coverage().values.tolist() == wanted
    assert 0 < sum(row[2] for row in wanted) < sum(row[1] for row in wanted)
    counted = drawn.counts().by_source
    assert counted[["source", "answers", "coded"]].values.tolist() == wanted
    assert (counted["answers"] - counted["coded"] == counted["left"]).all()
    assert counted["codings"].tolist() == [6, 12, 12, 0]
    assert counted["turns"].tolist() == [3, 7, 11, 15]


def test_two_who_coded_with_the_same_codebook_coded_twice(drawn):
    assert drawn.coded_twice() == 2
    drawn.add_coding("p0", (0, 5), f"cascade/{drawn.codebook('cascade').codes[0].id}", coder="Bo")
    assert drawn.coded_twice() == 2


def test_codings_of_one_code_or_source_are_those_among_all(drawn):
    every = drawn.codings()

    for code, sources in (("communication", None), (None, ["p2", "p1"]), ("staffing", ["p2"])):
        own = every[every["code"].isin(CODES if code is None else [code])]
        own = own[own["source"].isin(own["source"] if sources is None else sources)]
        made = drawn.codings(code=code, sources=sources)
        pd.testing.assert_frame_equal(made, own.reset_index(drop=True))
        assert len(made)
    with pytest.raises(UnknownName):
        drawn.codings(code="none")
    with pytest.raises(UnknownName):
        drawn.codings(sources=["p1", "none"])


def test_codes_are_counted_by_source_and_the_codings_of_all_are_all(drawn):
    codings = drawn.codings()
    wanted = codings.groupby(["source", "case", "codebook", "code", "theme"]).size().to_dict()

    made = drawn.counts().by_code

    assert {tuple(row[:-1]): row[-1] for row in made.values.tolist()} == wanted
    assert made["source"].drop_duplicates().tolist() == ["p0", "p1", "p2"]


def test_coders_are_counted_with_their_last_and_those_who_coded_nothing(drawn):
    codings = drawn.codings()
    drawn.add_coder("Aaron")

    last = codings.groupby("coder")["created"].max()
    assert drawn.counts().by_coder.values.tolist() == [
        ["Aaron", 0, 0, ""], ["Ann", 3, 18, last["Ann"]], ["Bo", 2, 12, last["Bo"]],
    ]  # fmt: skip


def test_who_codes_blind_counts_their_own_alone(drawn):
    drawn.assign(["p1"], ["Ann"])
    drawn.user = "Ann"

    made = drawn.counts()

    assert made.by_source["codings"].tolist() == [6, 6, 12, 0]
    assert made.by_coder["codings"].tolist() == [18, 6]
    assert made.by_code.groupby("source")["codings"].sum().to_dict() == {"p0": 6, "p1": 6, "p2": 12}
    assert drawn.coverage().values.tolist() == by_hand(drawn)
    assert made.coded_twice == 1  # p2
    drawn.assign(["p2"], ["Ann"])
    assert drawn.counts().coded_twice == 0


def test_only_changes_by_that_person_after_that_entry_are_theirs(project):
    project.user = "Ann"
    project.add_coder("Cy")
    entry = project.last_entry()
    project.user = "Bo"
    project.add_coder("Di")

    assert not project.changed_since(entry, by="Ann")
    assert project.changed_since(entry, by="Bo")
    assert project.changed_since(entry - 1, by="Ann")
