"""Undo takes back what one entry of the log did, whole, or says why not."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from qualkit.errors import ConflictError, QualkitError, UndoStopped
from qualkit.model import new_id, now, sha256
from qualkit.project import Project
from qualkit.store import kept, read, schema, search
from tests import test_roles as kinds
from trust._undo_work import BY_HAND, SKIPPED, USERS, acts, differences, state

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
    listed = {row["table"]: row["id"] for row in json.loads(logged["before"])}
    assert (set(listed), listed["coding"]) == ({"coding", "coder"}, coding)
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
    assert study.coders() == []
    assert study.load_codings(table).added == 1


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


def test_an_entry_that_only_tells_leaves_nothing_to_take_back(study):
    with study._store.change("x", "suggest", "many") as change:
        change.tell(suggestions=10_000)

    assert refusal(study, last(study), ValueError) == (
        f"entry {last(study)} (suggest) cannot be undone: it changed what it does not list"
    )


# What the log has no room for -----------------------------------------------------------------


def test_a_removed_source_comes_back_with_all_that_hung_on_it(study, write):
    add(study)
    summarise(study, write, "Words.")
    study.set_values({"p1": {"area": "North", "case": "The Smiths"}})
    study.set_roles("p1", {"P1": "unknown"})
    study.add_memo("Read again.", source="p1")
    before = state(study)
    study.remove_source("p1")

    study.undo(last(study))

    assert differences(before, state(study)) == []
    assert study.source("p1").text == P1
    assert study.search("staff").attrs["count"] == 1
    assert study.check().problems == ()


def test_what_was_purged_does_not_come_back(study):
    study.remove_source("p1")
    entry = last(study)
    with study._store.alone() as connection:
        text = kept.forget(connection, [sha256(P1)])

    assert text == 1
    assert refusal(study, entry) == (
        f"entry {entry} (remove source) cannot be undone: the text of a source was purged"
    )
    with study._store.alone() as connection:
        emptied = {"before": kept.purged(4, "2026-11-28T04:00:00Z"), "after": "[]"}
        connection.execute(update(schema.log).where(schema.log.c.entry == entry).values(emptied))
    assert refusal(study, entry) == (
        f"entry {entry} (remove source) cannot be undone: its rows were purged on 2026-11-28"
    )


def test_the_turns_of_a_source_are_one_row_of_the_log(study):
    study.set_roles("p1", {"P1": "unknown"})

    logged = study.log().iloc[-1]
    for side in ("before", "after"):
        assert [row["table"] for row in json.loads(logged[side])] == ["turn", "source"]
        assert "P1" not in logged[side].replace("p1", "")
    study.undo(last(study))
    assert [turn.role for turn in study.source("p1").turns][1:] == ["participant"] * 2


def test_a_coder_stays_where_something_else_is_theirs_by_now(study):
    _, first = add(study)
    add(study, 0, 11)

    study.undo(first)

    assert (study.coders(), len(study.codings())) == (["Ann"], 1)


def test_whoever_was_added_stays_where_they_have_coded(study):
    study.add_coder("Ann")
    entry = last(study)
    _, since = add(study)

    assert refusal(study, entry) == (
        f"entry {entry} cannot be undone: a coding has come to hang on what it added, by entry "
        f"{since} (add coding, tester); undo that one first"
    )


def test_a_study_keeps_its_last_supervisor_but_the_first_can_be_taken_back(study):
    study.user = "Sue"
    study.add_coder("Sue", role="supervisor")
    study.add_coder("Tom", role="supervisor")
    tom = last(study)
    study.set_coder("Sue", role="evaluator")
    study.user = "Tom"

    assert refusal(study, tom) == (
        f"entry {tom} cannot be undone: the study would lose its only supervisor; make somebody "
        "else one first"
    )
    study.undo_last()
    study.user = "Sue"
    study.undo_last(2)
    assert study.coders() == []


def test_words_that_were_coded_in_a_newer_text_hold_it_back(study):
    with study._store.read() as connection:
        old = read.one_source(connection, "p1")
    with study._store.change("x", "replace source", "p1") as change:
        search.remove(change.connection, old.id)
        new = P1.replace("listened", "helped us")
        change.set(schema.source, old.id, {"text": new, "sha256": sha256(new)})
        search.add(change.connection, [old.id])
    replaced = last(study)
    _, since = add(study, 36, 51)

    assert refusal(study, replaced) == (
        f"entry {replaced} cannot be undone: a coding was made of its newer words since, by entry "
        f"{since} (add coding, tester); undo that one first"
    )
    study.undo_last(2)
    assert study.source("p1").text == P1


def test_answers_and_figures_come_back_as_they_were(supervised):
    before = state(supervised)
    supervised.remove_survey("leads")
    supervised.remove_strand("acts", links=True)

    supervised.undo_last(2)

    assert differences(before, state(supervised)) == []
    assert supervised.check().problems == ()
    assert len(supervised.answers("leads", "t1")) == 2


def test_a_run_of_suggestions_is_taken_back_but_what_was_decided_of_it(supervised):
    old = supervised.suggestions()
    made = [old.iloc[0].to_dict() | {"start": 29, "end": at, "text": kinds.P1[29:at]}
            for at in (35, 40)]  # fmt: skip
    supervised.keep_suggestions(made, methods=["learned"])
    run = last(supervised)
    supervised.reject(supervised.suggestions()["suggestion"].tolist()[:1], coder="Bo")

    undone = supervised.undo(run)

    assert (undone.removed, undone.restored) == (1, 1)
    assert supervised.suggestions()["suggestion"].tolist() == old["suggestion"].tolist()
    assert len(supervised.suggestions(status="rejected")) == 1


# Every change ------------------------------------------------------------------------------------


@pytest.fixture
def supervised(address_of):
    with Project.open(address_of(kinds.supervised), user="Sue") as project:
        yield project


def test_every_kind_of_change_is_taken_back_and_made_again(supervised, tmp_path):
    on_server = supervised._store.engine.dialect.name == "postgresql"
    before, done = state(supervised), set()
    for name, act in acts(tmp_path).items():
        for user in USERS:
            if name in done or not made(supervised, act, user, tmp_path):
                continue
            done.add(name)
            after = state(supervised)
            undone = supervised.undo(supervised.last_entry())
            assert differences(before, state(supervised)) == [], name
            if on_server:
                continue
            supervised.undo(undone.entry)
            assert differences(after, state(supervised)) == [], name
            supervised.undo(supervised.last_entry())

    assert differences(before, state(supervised)) == []
    assert set(kinds.CHANGES) - done <= SKIPPED | BY_HAND
    assert supervised.check().problems == ()


def made(study, act, user, folder):
    entry, study.user = study.last_entry(), user
    try:
        act(study, Random(7), folder)  # noqa: S311 - no secret
    except (QualkitError, ValueError, IndexError):
        return False  # nothing to do that to, or not this person's to do
    finally:
        study.user = "Sue"
    return study.last_entry() == entry + 1


# The latest ones ------------------------------------------------------------------------------


def test_the_latest_changes_that_stand_are_taken_back_newest_first(study):
    entries = [add(study, at, at + 3)[1] for at in (0, 5, 32)]

    assert [one.undone for one in study.undo_last()] == entries[:1:-1]
    assert [one.undone for one in study.undo_last(2)] == entries[1::-1]
    study.undo(last(study))  # the first coding is back, and can be taken back once more
    assert [one.undone for one in study.undo_last()] == entries[:1]


def test_several_steps_stop_at_the_first_that_cannot_be_taken_back(study):
    first, second = add(study)[1], add(study, 0, 11)[1]
    with study._store.engine.begin() as connection:
        connection.execute(
            update(schema.coding).where(schema.coding.c.start_at > 0).values(memo="x")
        )

    with pytest.raises(UndoStopped) as stopped:
        study.undo_last(5)

    assert stopped.value.done == (second,)
    assert str(stopped.value) == (
        f"entry {first} cannot be undone: 1 of its 1 row changed since, and the log does not say "
        f"how; look at 'qualkit project check'; entry {second} was taken back"
    )
    with pytest.raises(ValueError, match="steps 0 is not 1 or more"):
        study.undo_last(0)


def test_the_trail_counts_rows_and_says_what_was_taken_back(study):
    _, entry = add(study)
    study.undo(entry)

    trail = study.trail(limit=2)

    assert trail[["action", "added", "removed", "changed"]].to_numpy().tolist() == [
        ["add coding", 2, 0, 0], ["undo", 0, 2, 0],
    ]  # fmt: skip
    assert trail["undone_by"].fillna(0).tolist() == [entry + 1, 0]
    assert "before" not in trail
    assert "listened" in study.trail(rows=True)["after"].iloc[-2]


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
