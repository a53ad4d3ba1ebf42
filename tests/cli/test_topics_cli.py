"""``qualkit topics`` as other programs call it."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from qualkit.cli import main
from qualkit.codebook import read_codebook
from qualkit.errors import CodebookError, ConflictError, UnknownName
from qualkit.model import Code
from qualkit.project import Project

THINGS = {
    "The bus was late and the {} took an hour.": ("train", "taxi", "walk", "lift", "drive"),
    "The {} at lunch was cold and the kitchen closed.": ("soup", "pie", "salad", "rice", "stew"),
    "We planted the {} in spring with the children.": ("rose", "bean", "apple", "herb", "plum"),
}
BOOK = """
id: ours
title: Ours
codes:
  - {id: travel, name: Travel}
  - {id: food, name: Food}
"""


@pytest.fixture
def study(tmp_path, write):
    path = tmp_path / "s.qualkit"
    with Project.create(path, codebooks=[write("ours.yaml", BOOK)], user="t") as project:
        files = []
        for name, frames in (("p1", THINGS), ("p2", dict(reversed(THINGS.items())))):
            said = [frame.format(thing) for frame, all_of in frames.items() for thing in all_of]
            turns = [f"I: What else?\nP: {one}" for one in said]
            files.append(write(f"{name}.txt", "\n".join(turns)))
        sheet = write("who.csv", "source,phase\np1,early\np2,late\n")
        project.add_sources(files, attributes=sheet)
        text = project.source("p1").text
        for thing in THINGS["The bus was late and the {} took an hour."]:
            quote = f"The bus was late and the {thing} took an hour."
            at = text.index(quote)
            project.add_coding("p1", (at, at + len(quote)), "travel", coder="Ann")
    return path


def run(*arguments, code=0):
    done = CliRunner().invoke(main, ["topics", *map(str, arguments)])
    assert done.exit_code == code, (done.output, done.exception)
    return done


def test_topics_are_found_counted_and_set_against_the_codes(study):
    found = json.loads(run(study, "--k", 3, "--by", "phase", "--json").stdout)

    assert set(found) == {
        "method", "model", "k", "seed", "segments", "left_out", "topics", "by", "warnings",
    }  # fmt: skip
    assert (found["k"], found["segments"], found["left_out"], found["seed"]) == (3, 30, 0, 0)
    travel = next(t for t in found["topics"] if "bus" in t["words"])
    assert set(travel) == {
        "topic", "size", "name", "words", "passages", "codes", "covered", "new",
    }  # fmt: skip
    assert (travel["size"], travel["codes"]) == (10, [{"code": "ours/travel", "share": 1.0}])
    assert (travel["covered"], travel["new"]) == (1.0, False)
    assert [t["new"] for t in found["topics"]].count(True) == 2
    assert {(row["value"], row["segments"]) for row in found["by"]} == {("early", 5), ("late", 5)}


def test_passages_are_verbatim_in_their_source(study):
    found = json.loads(run(study, "--k", 3, "--json").stdout)

    with Project.open(study) as project:
        for passage in (p for topic in found["topics"] for p in topic["passages"]):
            text = project.source(passage["source"]).text
            assert text[passage["start"] : passage["end"]] == passage["text"]


def test_a_person_sees_a_table_and_gets_the_figures(study, tmp_path):
    done = run(
        study, "--k", 3, "--by", "phase", "--map", tmp_path / "m.png", "--bars", tmp_path / "b.svg"
    )

    assert "3 topics of 30 segments by BERTopic (PCA, k-means), seed 0" in done.stderr
    assert done.stdout.splitlines()[0].split() == [
        "topic", "size", "words", "best", "best_share", "covered", "new",
    ]  # fmt: skip
    assert (tmp_path / "m.png").stat().st_size > 5_000
    assert (tmp_path / "b.svg").stat().st_size > 3_000


def test_one_source_of_several_can_be_asked_for(study):
    found = json.loads(run(study, "--sources", "p2", "--k", 3, "--json").stdout)

    assert found["segments"] == 15
    assert [t["covered"] for t in found["topics"]] == [None] * 3


def test_a_topic_becomes_a_code_with_its_words_as_cues(study):
    done = run(study, "--k", 3, "--make-code", "2=ours/new-one", "--name", "Growing", "--as", "Zoe")

    assert "added the code ours/new-one, 'Growing'; write its definition" in done.stderr
    with Project.open(study) as project:
        code = project.codebooks()[0].code("new-one")
        last = project.log().iloc[-1]
    assert (code.name, len(code.cues)) == ("Growing", 5)
    assert (last["who"], last["action"], last["what"]) == ("Zoe", "add code", "ours/new-one")


@pytest.mark.parametrize(
    ("arguments", "message", "code"),
    [
        (["--sources", "p3"], "no source is called 'p3'", 1),
        (["--by", "area"], "no attribute is called 'area'", 1),
        (["--map", "m.gif"], "m.gif: a figure is written as .png, .svg, not '.gif'", 1),
        (["--make-code", "x"], "'x' is not TOPIC=CODEBOOK/ID", 2),
        (["--make-code", "1=travel"], "'travel' is not codebook/id", 1),
        (["--make-code", "9=ours/x"], "no topic is called '9'", 1),
        (["--make-code", "1=ours/travel"], "the codebook 'ours' has a code 'travel' already", 1),
        (["--k", "1"], "1 is not in the range x>=2", 2),
    ],
)
def test_what_cannot_be_is_refused_with_the_reason(study, arguments, message, code):
    assert message in run(study, *arguments, code=code).stderr


def test_a_study_without_interviews_is_refused(tmp_path):
    with Project.create(tmp_path / "empty.qualkit"):
        pass

    done = run(tmp_path / "empty.qualkit", code=1)

    assert "topics need at least 10 segments with words; there are 0" in done.stderr


# Project.add_code --------------------------------------------------------------------------


def test_a_code_is_added_behind_its_siblings_with_a_lasting_guid(project, write):
    added = project.add_code("evaluation-topics", Code("culture.new", "New", parent="culture"))

    book = next(b for b in project.codebooks() if b.id == "evaluation-topics")
    family = [code for code in book.codes if book.path(code.id)[0].id == "culture"]
    assert family[-1] == added
    assert book.codes.index(added) == book.codes.index(family[-2]) + 1
    file = write("b.yaml", "id: evaluation-topics\ntitle: T\ncodes: [{id: culture.new, name: N}]")
    assert read_codebook(file).codes[0].guid == added.guid


@pytest.mark.parametrize(
    ("book", "code", "error"),
    [
        ("nothing", Code("a", "A"), UnknownName),
        ("cascade", Code("a", "A", parent="nobody"), UnknownName),
        ("evaluation-topics", Code("culture", "Again"), ConflictError),
        ("cascade", Code("a b", "A"), CodebookError),
        ("cascade", Code("a", " "), CodebookError),
    ],
)
def test_a_code_that_cannot_be_is_refused_and_nothing_is_logged(project, book, code, error):
    before = len(project.log())

    with pytest.raises(error):
        project.add_code(book, code)

    assert len(project.log()) == before
