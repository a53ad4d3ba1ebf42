"""A study taken whole and put whole into an empty one, on either database."""

from __future__ import annotations

import pickle
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Float, Integer, LargeBinary, update

from qualkit.errors import BatchError, ConflictError, NotAProject, StoreError, TableError
from qualkit.project import Project
from qualkit.snapshot import COLUMNS, TABLES, Snapshot, kind_of
from qualkit.store import Store, schema, snapshots
from tests.copies import sample
from tests.strategies import TEXTS

DERIVED = {"vector", "passage", "gesture"}
TEXT = "I: Why? 😀\nP1: They listened.\n"


@pytest.fixture(scope="module")
def whole(copies, tmp_path_factory):
    """The sample study: interviews, a survey, a strand, verdicts, and its log."""
    path = copies.file(sample, tmp_path_factory.mktemp("whole") / "study.qualkit")
    with Project.open(path, user="Ann") as study:
        first = study.sources()["source"].iloc[0]
        study.add_memo("=1+1\r\n", title="'Quoted", source=first)
        study.add_collection("Mixed", codes=["communication"], sources=[first])
        return study.snapshot()


def small(**more):
    """A study of one source with one coding, as another tool's file would give it."""
    coder = {"id": "p", "name": "Ann", "created": "2026-01-01T00:00:00Z"}
    book = {"id": "b", "ident": "b", "title": "B", "book_version": "1", "description": "",
            "origin": ""}  # fmt: skip
    code = {"id": "k", "codebook_id": "b", "ident": "k", "name": "K", "definition": "",
            "include": "", "exclude": "", "example": "", "cues": "[]", "colour": "#123456",
            "scale": "[]", "survey_items": "[]"}  # fmt: skip
    source = {"id": "s", "name": "p1", "case_id": "c", "format": "txt", "text": TEXT,
              "added": "2026-01-01T00:00:00Z"}  # fmt: skip
    turn = {"source_id": "s", "position": 0, "speaker": "P1", "role": "participant",
            "start_at": 14, "end_at": 28}  # fmt: skip
    coding = {"id": "m", "source_id": "s", "start_at": 8, "end_at": 9, "quote": "😀",
              "code_id": "k", "coder_id": "p", "created": "2026-01-01T00:00:00Z"}  # fmt: skip
    return {
        "coder": [coder], "case_unit": [{"id": "c", "name": "p1"}], "source": [source],
        "turn": [turn], "codebook": [book], "code": [code], "coding": [coding], **more,
    }  # fmt: skip


def with_(table, **values):
    """The small study, its only row of a table other in some values."""
    rows = small()
    rows[table] = [{**rows[table][0], **values}]
    return rows


def refusal(rows, study):
    with pytest.raises(BatchError) as refused:
        Project.from_snapshot(study, Snapshot(rows))
    return refused.value.faults


def test_a_snapshot_has_the_tables_and_columns_of_a_study_but_what_is_derived():
    kinds = {Integer: int, Float: float, LargeBinary: bytes}
    expected = {
        table.name: tuple(
            (column.name, next((kinds[k] for k in kinds if isinstance(column.type, k)), str))
            for column in table.c
        )
        for table in schema.metadata.tables.values()
        if table.name not in DERIVED
    }

    made = {name: tuple((c, kind_of(c)) for c in columns) for name, columns in COLUMNS.items()}
    assert made == expected
    assert tuple(expected) == TABLES


def test_a_snapshot_is_not_changed_by_accident_and_travels_between_processes(whole):
    with pytest.raises(TypeError):
        whole.rows("coder")[0]["name"] = "Bo"
    with pytest.raises(TypeError):
        whole.tables["coder"] = ()
    assert pickle.loads(pickle.dumps(whole)) == whole  # noqa: S301 - made here


def test_a_snapshot_of_no_such_table_or_column_is_refused():
    with pytest.raises(TableError, match="codes: no study has a table of this name"):
        Snapshot({"codes": []})
    with pytest.raises(TableError, match="coder, row 2: it has no column 'age'; it has id, name"):
        Snapshot({"coder": [{"id": "1"}, {"id": "2", "age": 3}]})


def test_a_whole_study_is_the_same_in_another_place_and_goes_on_there(whole, address):
    with Project.from_snapshot(address, whole, user="Ann") as study:
        assert study.snapshot() == whole
        assert study.check().problems == ()
        assert len(study.verdicts()) == len(whole.rows("verdict"))
        assert study.search("listened OR staff").attrs["count"] > 0

        entry = study.last_entry()
        added = study.add_memo("New.")
        assert study.last_entry() == entry + 1
        study.undo(entry)  # made before the study moved
        study.undo(entry + 1)
        assert added not in set(study.memos()["memo"])
        assert study.collections().empty


def test_what_rows_lack_is_made(address):
    with Project.from_snapshot(address, Snapshot(small()), user="Ann") as study:
        taken = study.snapshot()

        assert study.check().problems == ()
        (coding,) = study.codings()[["source", "code", "coder", "text"]].to_numpy().tolist()
        assert coding == ["p1", "k", "Ann", "😀"]
        assert study.sources()[["words", "warnings"]].to_numpy().tolist() == [[2, []]]
        assert {row["version"] for row in taken.rows("coding")} == {1}
        assert study.add_coding("p1", (0, 2), "k", coder="Ann").text == "I:"


@given(text=TEXTS, places=st.lists(st.tuples(st.integers(0, 200), st.integers(1, 9)), max_size=6))
@settings(max_examples=8)
def test_whatever_was_coded_is_taken_as_it_was_put(tmp_path_factory, text, places):
    spans = sorted({(at % len(text), min(len(text), at % len(text) + n)) for at, n in places})
    (first,) = small()["coding"]
    rows = with_("source", text=text) | {
        "turn": [],
        "coding": [
            {**first, "id": f"m{n}", "start_at": start, "end_at": end, "quote": text[start:end]}
            for n, (start, end) in enumerate(spans)
        ],
    }
    path = tmp_path_factory.mktemp("s") / "s.qualkit"

    with Project.from_snapshot(path, Snapshot(rows)) as study:
        taken = study.snapshot()
    found = [{name: row[name] for name in first} for row in taken.rows("coding")]
    assert found == rows["coding"]
    assert taken.rows("source")[0]["text"] == text


FAULTS = {
    "a coding outside its text": (
        with_("coding", start_at=28, end_at=99, quote="x"),
        "coding, row 1: 28 to 99 lies outside its text, which has 29 characters",
    ),
    "a coding of nothing": (
        with_("coding", end_at=8), "coding, row 1: 8 to 8 lies outside its text, which has 29 "
        "characters",
    ),
    "other words": (
        with_("coding", quote="?"), "coding, row 1: its words are not those of its text",
    ),
    "no such code": (
        with_("coding", code_id="x"), "coding, row 1: its code_id points at nothing",
    ),
    "an id twice": (
        small(coder=[*small()["coder"], {**small()["coder"][0], "name": "Bo"}]),
        "coder, row 2: its id is that of row 1",
    ),
    "a name twice": (
        small(coder=[*small()["coder"], {**small()["coder"][0], "id": "q"}]),
        "coder, row 2: its name is that of row 1",
    ),
    "a number that is none": (
        with_("coding", start_at="8"), "coding, row 1: its start_at is not a whole number",
    ),
    "a number that no server takes": (
        with_("coding", start_at=True), "coding, row 1: its start_at is not a whole number",
    ),
    "a number beyond all": (
        with_("turn", time=10**400), "turn, row 1: its time is not a number",
    ),
    "an assignment that is neither open nor done": (
        small(assignment=[{"id": "a", "source_id": "s", "coder_id": "p", "start_at": 0,
                           "end_at": 0, "blind": 1, "purpose": "double", "status": "",
                           "created": "2026"}]),
        "assignment, row 1: its status is not one of done, open",
    ),
    "nothing where something must be": (
        with_("coding", created=None),
        "coding, row 1: its created is not a text that a study can hold",
    ),
    "a character that no server holds": (
        with_("coding", memo="\0"), "coding, row 1: its memo is not a text that a study can hold",
    ),
    "a stance that is none": (
        with_("coding", stance="glad"),
        "coding, row 1: its stance is not one of mixed, negative, neutral, positive",
    ),
    "a code below itself": (
        with_("code", parent_id="k"),
        "code, row 1: it stands below itself, or more than 200 deep",
    ),
    "cues that are no list": (with_("code", cues="{}"), "code, row 1: its cues cannot be read"),
    "a scale of something else": (
        with_("code", scale='[{"level": 1}]'), "codebook, row 1: one of its codes cannot be read",
    ),
    "a colour that is none": (
        with_("code", colour="red;x"), "code, row 1: its colour is none",
    ),
    "a turn out of place": (
        with_("turn", end_at=99), "turn, row 1: it is out of place",
    ),
    "a memo about two things": (
        small(memo=[{"id": "n", "title": "", "text": "x", "source_id": "s", "code_id": "k",
                     "author_id": "p", "created": "2026", "changed": "2026"}]),
        "memo, row 1: it needs one of source_id, case_id, code_id, and has 2",
    ),
    "a member of nothing": (
        small(collection=[{"id": "o", "name": "O"}],
              collection_member=[{"collection_id": "o"}]),
        "collection_member, row 1: it needs one of source_id, code_id, memo_id, and has 0",
    ),
    "a broken seal": (
        with_("coding", sha256="0" * 64), "p1, coding m: it was changed outside qualkit",
    ),
    "a text of another seal": (
        with_("source", sha256="0" * 64),
        "p1: its text is not what was imported; restore a backup",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_what_does_not_hold_together_is_named_by_table_and_row(name, tmp_path):
    rows, expected = FAULTS[name]

    assert refusal(rows, tmp_path / "new.qualkit") == (expected,)
    assert list(tmp_path.iterdir()) == []


def test_every_fault_is_told_at_once(tmp_path):
    faults = refusal(with_("coding", code_id="x", coder_id="x", start_at=None), tmp_path / "n.qk")

    assert faults == (
        "coding, row 1: its start_at is not a whole number",
        "coding, row 1: its code_id points at nothing",
        "coding, row 1: its coder_id points at nothing",
    )


def test_after_a_refusal_the_place_is_as_empty_as_before(address):
    refusal(with_("coding", sha256="0" * 64), address)

    with Project.from_snapshot(address, Snapshot(small())) as study:
        assert len(study.codings()) == 1


def test_a_study_that_holds_something_is_not_written_to(project, address):
    before = project.snapshot()

    with pytest.raises(StoreError, match="the study is not empty; name a new one"):
        snapshots.put(project._store, Snapshot(small()))
    with pytest.raises(StoreError):
        Project.from_snapshot(address, Snapshot(small()))
    assert project.snapshot() == before


def test_an_empty_study_is_filled_whole_or_not_at_all(tmp_path):
    store = Store.create(str(tmp_path / "s.qualkit"))
    with pytest.raises(BatchError):
        snapshots.put(store, Snapshot(with_("coding", code_id="x")))
    snapshots.put(store, Snapshot(small()))
    store.close()

    with Project.open(tmp_path / "s.qualkit") as study:
        assert len(study.codings()) == 1


def test_who_is_blind_takes_no_study_along(tmp_path):
    with Project.from_snapshot(tmp_path / "s.qualkit", Snapshot(small()), user="Bo") as study:
        study.add_judge("Cy")
        study.assign(["p1"], ["Bo"])

        with pytest.raises(ConflictError, match="Bo codes blind, and the whole study would show"):
            study.snapshot()
        study.user = "Cy"
        with pytest.raises(ConflictError, match="Cy judges blind"):
            study.snapshot()
        study.user = "Ann"
        assert len(study.snapshot().rows("judge")) == 1


def test_the_path_of_a_refused_study_is_free_again(tmp_path):
    path = Path(tmp_path / "s.qualkit")
    refusal(with_("turn", end_at=99), path)

    Project.from_snapshot(path, Snapshot(small())).close()
    assert path.stat().st_mode & 0o777 == 0o600


def test_the_path_of_a_study_whose_making_was_killed_is_free_again(tmp_path):
    path = tmp_path / "s.qualkit"
    making = (
        "import os, sys\nfrom qualkit.store import Store\n"
        "Store.create(sys.argv[1], lambda connection: os._exit(9))"
    )
    assert subprocess.run([sys.executable, "-c", making, str(path)], check=False).returncode == 9
    with pytest.raises(NotAProject, match="nothing is in it, as its making was broken off"):
        Project.open(path)

    Project.from_snapshot(path, Snapshot(small())).close()
    with Project.open(path) as study:
        assert len(study.codings()) == 1


def test_a_database_of_another_program_is_not_taken_for_what_was_left(tmp_path):
    path = tmp_path / "s.qualkit"
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE theirs (a)")

    with pytest.raises(StoreError, match="exists already"):
        Project.from_snapshot(path, Snapshot(small()))
    with closing(sqlite3.connect(path)) as other:
        assert other.execute("SELECT count(*) FROM theirs").fetchone() == (0,)


def test_a_check_and_the_index_go_through_many_sources_in_portions(monkeypatch, tmp_path):
    first, *_ = small()["source"]
    rows = small(source=[first, {**first, "id": "t", "name": "p2"}])
    rows["turn"] = [*rows["turn"], {**rows["turn"][0], "source_id": "t"}]
    monkeypatch.setattr("qualkit.store.check._AT_ONCE", 1)
    monkeypatch.setattr("qualkit.store.search._PORTION", 0)

    with Project.from_snapshot(tmp_path / "s.qualkit", Snapshot(rows)) as study:
        assert study.search("listened")["source"].tolist() == ["p1", "p2"]
        report = study.check()
        assert (report.sources, report.codings, report.problems) == (2, 1, ())
        with study._store.alone() as connection:
            connection.execute(update(schema.turn).values(speaker="X"))
        assert [one.where for one in study.check().problems] == ["p1", "p2"]
