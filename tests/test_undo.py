"""Undo takes back what one entry of the log did, whole, or says why not."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from qualkit.errors import ConflictError
from qualkit.model import new_id, now
from qualkit.project import Project
from qualkit.store import schema

P1 = "Interviewer: How was it? 😀\nP1: The staff listened. It’s  fine now.\nP1: It's fine now.\n"


@pytest.fixture
def study(project, write):
    project.add_sources([write("p1.txt", P1)])
    return project


def last(study):
    return int(study.log()["entry"].iloc[-1])


def add(study, start=32, end=51, **options):
    made = study.add_coding("p1", (start, end), "communication", coder="Ann", **options)
    return made.id, last(study)


def rows(study, table=schema.coding):
    """Every row of a table, without what a later version may count."""
    with study._store.read() as connection:
        found = connection.execute(table.select().order_by(table.c.id)).mappings()
        return [{k: v for k, v in row.items() if k != "version"} for row in found]


def summarise(study, write, words):
    study.load_summaries(
        write("s.csv", f"case,theme,author,summary\np1,communication,Ann,{words}\n")
    )
    return last(study)


def refusal(study, entry, kind=ConflictError):
    before = (rows(study), len(study.log()))
    with pytest.raises(kind) as refused:
        study.undo(entry)
    assert (rows(study), len(study.log())) == before
    return str(refused.value)


def test_what_an_entry_added_is_removed(study):
    keep, _ = add(study)
    report = study.add_codings(
        [("p1", 0, 4), ("p1", 5, 9), ("p1", 32, 51)], code="communication", coder="Ann", why="x"
    )

    undone = study.undo(report.entry)

    assert (undone.removed, undone.restored, undone.changed) == (2, 0, 0)
    assert [row["id"] for row in rows(study)] == [keep]
    assert study.check().problems == ()


def test_what_an_entry_removed_is_put_back_as_it_was(study):
    coding, _ = add(study, stance="mixed", memo="odd 😀")
    before = rows(study)
    study.remove_coding(coding)

    undone = study.undo(last(study))

    assert undone.restored == 1
    assert rows(study) == before
    assert study.check().problems == ()


def test_what_an_entry_changed_gets_its_old_values_and_seal(study, write):
    summarise(study, write, "First words.")
    before = rows(study, schema.cell_summary)
    changed = summarise(study, write, "Second words.")

    undone = study.undo(changed)

    assert undone.changed == 1
    assert rows(study, schema.cell_summary) == before
    assert study.summaries()["version"].tolist() == [3]
    assert study.check().problems == ()


def test_an_undo_is_one_entry_of_the_log_that_can_be_undone(study):
    coding, entry = add(study)

    undone = study.undo(entry)

    logged = study.log().iloc[-1]
    assert undone.entry == logged["entry"] == entry + 1
    assert (logged["who"], logged["action"]) == ("tester", "undo")
    assert logged["what"] == f"entry {entry}: add coding p1: communication by Ann"
    assert [row["id"] for row in json.loads(logged["before"])] == [coding]
    again = study.undo(undone.entry)
    assert (again.restored, [row["id"] for row in rows(study)]) == (1, [coding])
    assert study.undo(again.entry).removed == 1
    assert study.check().problems == ()


def test_undoing_an_undo_of_a_change_brings_the_change_again(study, write):
    summarise(study, write, "First words.")
    undone = study.undo(summarise(study, write, "Second words."))

    study.undo(undone.entry)

    assert study.summaries()["text"].tolist() == ["Second words."]
    assert study.check().problems == ()


def test_a_loaded_table_of_codings_can_be_taken_back(study, write):
    table = write("c.csv", "source,quote,code,coder\np1,The staff listened.,culture,Zoe\n")
    report = study.load_codings(table)

    assert study.undo(report.entry).removed == 1
    assert study.load_codings(table).added == 1  # Zoe is known still


def test_suggestions_can_be_taken_back_with_the_coding_that_came_of_one(study):
    coding, _ = add(study)
    row = rows(study)[0]
    suggestion = {
        "id": new_id(), "source_id": row["source_id"], "start_at": 0, "end_at": 4,
        "quote": P1[:4], "code_id": row["code_id"], "confidence": 0.1 + 0.2, "stance": None,
        "method": "codebook", "model": "m", "program": "1", "taught_by_id": None, "reasons": "{}",
        "created": now(), "status": "open", "decider_id": None, "decided": None,
        "coding_id": None, "version": 1,
    }  # fmt: skip
    with study._store.change("x", "suggest", "1") as change:
        change.add(schema.suggestion, [suggestion])
    with study._store.change("x", "accept", "1") as change:
        change.set(schema.suggestion, suggestion["id"], {"status": "accepted", "coding_id": coding})
        change.remove(schema.coding, [coding])

    undone = study.undo(last(study))

    assert (undone.restored, undone.changed) == (1, 1)
    assert rows(study, schema.suggestion)[0]["status"] == "open"
    assert study.check().problems == ()


def test_a_coding_that_was_removed_since_is_a_conflict_naming_the_entry(study):
    coding, entry = add(study)
    study.remove_coding(coding)

    assert refusal(study, entry) == (
        f"entry {entry} cannot be undone: 1 of its 1 row changed since, by entry {entry + 1} "
        "(remove coding, tester); undo that one first"
    )


def test_an_entry_is_undone_once(study):
    _, entry = add(study)
    study.undo(entry)

    assert refusal(study, entry) == (
        f"entry {entry} cannot be undone: 1 of its 1 row changed since, by entry {entry + 1} "
        "(undo, tester); undo that one first"
    )


def test_a_summary_that_was_changed_since_is_a_conflict(study, write):
    first = summarise(study, write, "First words.")
    second = summarise(study, write, "Second words.")

    assert f"changed since, by entry {second} (load summaries, tester)" in refusal(study, first)
    study.undo(second)
    assert study.undo(first).removed == 1


def test_what_was_coded_anew_since_is_a_conflict(study):
    coding, _ = add(study)
    study.remove_coding(coding)
    removed = last(study)
    _, anew = add(study)

    assert refusal(study, removed) == (
        f"entry {removed} cannot be undone: the same coding was made anew since, by entry {anew} "
        "(add coding, tester); undo that one first"
    )


def test_a_coding_whose_source_is_gone_stays_away(study):
    coding, _ = add(study)
    study.remove_coding(coding)
    removed = last(study)
    study.remove_source("p1")

    assert refusal(study, removed) == (
        f"entry {removed} cannot be undone: the source of a coding was removed since, "
        f"by entry {removed + 1} (remove source, tester); undo that one first"
    )


def test_a_row_that_was_changed_outside_qualkit_is_a_conflict_too(study):
    _, entry = add(study)
    with study._store.engine.begin() as connection:
        connection.execute(update(schema.coding).values(memo="forged"))

    assert refusal(study, entry) == (
        f"entry {entry} cannot be undone: 1 of its 1 row changed since, and the log does not say "
        "how; look at 'qualkit project check'"
    )


def test_other_kinds_of_entries_are_refused(study):
    study.remove_source("p1")

    assert refusal(study, last(study), ValueError) == (
        f"entry {last(study)} (remove source) cannot be undone: it changed case_unit, source, "
        "turn; only codings, suggestions, cell summaries, codebooks, the topic guide, assignments, "
        "decisions, sign-offs, what a survey asked, published tables, links, verdicts, judges, "
        "threads, confidence, memos and sets can be taken back"
    )


def test_an_entry_that_only_tells_or_names_a_coder_leaves_nothing_to_take_back(study):
    with study._store.change("x", "suggest", "many") as change:
        change.tell(suggestions=10_000)
    assert refusal(study, last(study), ValueError) == (
        f"entry {last(study)} (suggest) cannot be undone: it changed what it does not list; only "
        "codings, suggestions, cell summaries, codebooks, the topic guide, assignments, decisions, "
        "sign-offs, what a survey asked, published tables, links, verdicts, judges, threads, "
        "confidence, memos and sets can be taken back"
    )
    with study._store.change("x", "add coder", "Bo") as change:
        change.add(schema.coder, [{"id": new_id(), "name": "Bo", "created": now()}])
    assert refusal(study, last(study), ValueError) == (
        f"entry {last(study)} (add coder) left nothing that could be taken back"
    )


@pytest.mark.parametrize("entry", [0, -1, 99, 10**30])
def test_an_entry_that_is_not_there_is_refused(study, entry):
    assert refusal(study, entry, ValueError) == (
        f"the log has no entry {entry}; its last is {last(study)}"
    )


def test_an_entry_is_a_whole_number(study):
    assert refusal(study, "3", ValueError) == "entry '3' is not a whole number"


SPANS = st.lists(
    st.tuples(st.integers(0, 40), st.integers(1, 40)).map(lambda p: ("p1", p[0], p[0] + p[1])),
    min_size=1, max_size=6,
)  # fmt: skip


def one_source(address):
    with TemporaryDirectory() as folder:
        (Path(folder) / "p1.txt").write_text(P1, encoding="utf-8")
        with Project.create(address, codebooks=["cascade"], user="t") as study:
            study.add_sources([Path(folder) / "p1.txt"])


@given(first=SPANS, second=SPANS)
@settings(max_examples=25, deadline=None)
def test_undo_is_the_study_as_it_was_and_undo_of_that_as_it_had_become(
    first, second, copies, tmp_path_factory
):
    path = copies.file(one_source, tmp_path_factory.mktemp("undo") / "s.qualkit")
    with Project.open(path, user="t") as study:
        name = study.codes()["code"].iloc[0]
        study.add_codings(first, code=name, coder="A", why="1")
        before = rows(study)
        report = study.add_codings(second, code=name, coder="A", why="2")
        after = rows(study)

        if report.entry is not None:
            study.undo(report.entry)
            assert rows(study) == before
            study.undo(last(study))

        assert rows(study) == after
        assert study.check().problems == ()
