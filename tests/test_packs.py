"""Coder packs: what goes out, what comes back, and what becomes of each coding."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from qualkit.errors import (
    BatchError,
    ConflictError,
    NewerProject,
    NotAllowed,
    NotAProject,
    QualkitError,
    StoreError,
    UnknownName,
)
from qualkit.model import Code, seal
from qualkit.project import Project

P1 = "Interviewer: How was it? 😀\nP1: The staff listened. It was fine.\n"
P2 = "I: And you?\nR: We waited for months.\n"
P3 = "I: And then?\nR: Nobody called.\n"
LISTENED, FINE, WAITED = (31, 50), (52, 63), (15, 35)
IDS = [f"{n}{n}{n}{n}{n}{n}{n}{n}-1111-4111-8111-111111111111" for n in range(1, 6)]
SHEET = "source,case,region\np1,North school,North\np2,South school,South\np3,South school,South\n"


def fill(project, folder):
    """Two sources for Ann and Bo, who have both coded, and one more that Ann alone coded."""
    for name, text in (("p1.txt", P1), ("p2.txt", P2), ("p3.txt", P3), ("a.csv", SHEET)):
        (folder / name).write_text(text, "utf-8")
    project.add_sources(sorted(folder.glob("p?.txt")), attributes=folder / "a.csv")
    project.assign(["p1", "p2"], ["Ann", "Bo"])
    project.add_coding("p1", LISTENED, "communication", coder="Ann", memo="odd", coding_id=IDS[0])
    project.add_coding(
        "p1", FINE, "cascade.roles", coder="Ann", stance="mixed", rating=2, coding_id=IDS[1]
    )
    project.add_coding("p1", FINE, "communication", coder="Bo", memo="Bo alone wrote this")
    project.add_coding("p3", (16, 30), "communication", coder="Ann")
    project.set_summary("communication", "They were heard.", author="Ann", source="p1")
    project.set_summary("communication", "Bo disagrees.", author="Bo", source="p1")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A folder with the study and Ann's pack, made once; every test works on copies."""
    folder = tmp_path_factory.mktemp("made")
    books = ["evaluation-topics", "cascade"]
    with Project.create(folder / "study.qualkit", codebooks=books, user="tester") as project:
        fill(project, folder)
        project.write_pack(folder / "ann.qualkit", "Ann")
    return folder


@pytest.fixture
def study(made, tmp_path):
    shutil.copy(made / "study.qualkit", tmp_path)
    with Project.open(tmp_path / "study.qualkit", user="tester") as opened:
        yield opened


@pytest.fixture
def pack(made, tmp_path):
    return Path(shutil.copy(made / "ann.qualkit", tmp_path))


def at_ann(path):
    return Project.open(path, user="Ann")


def fates(merged):
    return [tuple(row) for row in merged.table[["source", "code", "outcome", "why"]].values]


def counts(merged):
    return merged.added, merged.same, merged.changed, merged.conflicting


def everything(project):
    tables = (project.codings(), project.summaries(), project.assignments(), project.log())
    return [table.astype(str).values.tolist() for table in tables]


def tamper(path, *statements):
    with closing(sqlite3.connect(path)) as connection:
        for statement in ("PRAGMA ignore_check_constraints=ON", *statements):
            connection.execute(statement)
        connection.commit()


# What goes out ------------------------------------------------------------------------------


def test_a_pack_holds_the_coders_sources_and_own_work(study, tmp_path):
    report = study.write_pack(tmp_path / "ann.qualkit", "Ann")

    with at_ann(report.path) as pack:
        assert (report.coder, report.sources, report.codings) == ("Ann", ("p1", "p2"), 2)
        assert list(pack.sources()["source"]) == ["p1", "p2"]
        assert dict(pack.sources()[["source", "region"]].values) == {"p1": "North", "p2": "South"}
        assert list(pack.cases()["case"]) == ["North school", "South school"]
        assert set(pack.codings()["coding"]) == set(IDS[:2])
        assert [book.id for book in pack.codebooks()] == ["evaluation-topics", "cascade"]
        assert list(pack.summaries()["text"]) == ["They were heard."]
        assert pack.assignments()[["source", "coder", "blind"]].values.tolist() == [
            ["p1", "Ann", True], ["p2", "Ann", True],
        ]  # fmt: skip
        assert pack.check().problems == ()
        assert pack.pack.coder == "Ann"


def test_a_pack_says_nothing_of_what_others_did(study, pack):
    study.set_summary("communication", "All were heard.", author="Ann", case="North school")
    path = pack.with_name("again.qualkit")

    study.write_pack(path, "Ann")

    with at_ann(path) as opened:
        assert len(opened.log()) == 0
        assert opened.suggestions(status=None).empty
    with closing(sqlite3.connect(path)) as db:
        resting = [
            set(json.loads(row[0])) for row in db.execute("SELECT evidence FROM cell_summary")
        ]
        assert resting == [{IDS[0]}, {IDS[0]}]
    assert b"Bo alone" not in path.read_bytes()
    assert b"Bo disagrees" not in path.read_bytes()


def test_roles_bind_in_a_pack_and_its_codebook_stays(pack):
    with at_ann(pack) as opened:
        assert opened.coder_table()[["name", "role"]].values.tolist() == [
            ["Ann", "coder"], ["tester", "supervisor"],
        ]  # fmt: skip
        with pytest.raises(NotAllowed):
            opened.add_code("cascade", Code("new", "New"))


def test_a_pack_can_be_searched(pack):
    with at_ann(pack) as opened:
        assert list(opened.search("waited")["source"]) == ["p2"]


def test_a_coder_packs_their_own_work_and_no_others(study, tmp_path):
    study.add_coder("Sue", role="supervisor")
    for name in ("Ann", "Bo"):
        with Project.open(study.study, user="Sue") as sue:
            sue.set_coder(name, role="coder")

    with Project.open(study.study, user="Ann") as ann:
        made = ann.write_pack(tmp_path / "own.qualkit", "Ann")
        with pytest.raises(NotAllowed):
            ann.write_pack(tmp_path / "bo.qualkit", "Bo")

    with at_ann(made.path) as opened:
        assert list(opened.coder_table()["name"]) == ["Ann", "Sue"]
    assert not (tmp_path / "bo.qualkit").exists()


def test_who_codes_blind_gets_no_pack_of_another(study, pack):
    with Project.open(study.study, user="Bo") as bo:
        for refused in (
            lambda: bo.write_pack(pack.with_name("b.qualkit"), "Ann"),
            lambda: bo.merge_pack(pack),
        ):
            with pytest.raises(ConflictError) as told:
                refused()
            assert str(told.value) == (
                "Bo codes p1 blind, and must not see what Ann coded there before that is done; "
                "somebody else has to do this"
            )


@pytest.mark.parametrize(
    ("coder", "sources", "kind", "message"),
    [
        ("An", None, UnknownName, "no coder is called 'An'; did you mean 'Ann'?"),
        ("Ann", ["p9"], UnknownName,
         "no source is called 'p9'; did you mean 'p1' or 'p2' or 'p3'?"),
        ("Ann", [], ConflictError, "a pack without sources is none; name at least one"),
        ("Cy", None, ConflictError,
         "nothing is assigned to Cy; assign sources first ('qualkit coder assign'), or name the "
         "sources of the pack"),
    ],
)  # fmt: skip
def test_a_pack_of_nothing_is_refused(study, tmp_path, coder, sources, kind, message):
    study.add_coder("Cy")

    with pytest.raises(kind) as refused:
        study.write_pack(tmp_path / "x.qualkit", coder, sources=sources)

    assert str(refused.value).replace("'p3' or 'p2' or 'p1'", "'p1' or 'p2' or 'p3'") == message
    assert list(tmp_path.glob("x*")) == []


def test_a_file_that_is_there_is_never_written_over(study, pack):
    before = pack.read_bytes()

    with pytest.raises(StoreError) as refused:
        study.write_pack(pack, "Ann")

    assert str(refused.value) == (
        f"{pack}: exists already, and may be somebody's work; name another file"
    )
    assert pack.read_bytes() == before


# What comes back ----------------------------------------------------------------------------


def test_a_pack_that_comes_back_untouched_changes_nothing(study, pack):
    before = everything(study)

    merged = study.merge_pack(pack)

    assert counts(merged) == (0, 2, 0, 0)
    assert (merged.notes, merged.entry) == ((), None)
    assert everything(study) == before


def test_what_the_coder_did_is_merged_and_the_same_pack_again_changes_nothing(study, pack):
    with at_ann(pack) as ann:
        ann.add_coding(
            "p2", WAITED, "cascade.roles", coder="Ann", stance="negative", rating=0, memo="long 😀",
            coding_id=IDS[2],
        )  # fmt: skip
        ann.set_coding(IDS[1], rating=3, memo="clearer")
        ann.set_summary("communication", "Heard, both of them.", author="Ann", source="p1")
        ann.set_summary("cascade.roles", "Slow.", author="Ann", source="p2")
        ann.set_done("Ann", ["p1"])
        hers = ann.codings().astype(str)

    merged = study.merge_pack(pack)
    after = everything(study)

    assert fates(merged) == [
        ("p1", "communication", "same", ""),
        ("p1", "cascade.roles", "changed", ""),
        ("p2", "cascade.roles", "added", ""),
    ]
    assert merged.notes == ("cell summaries: 1 added, 1 changed", "done: p1")
    mine = study.codings().astype(str)
    assert mine[mine["coding"].isin(IDS)].values.tolist() == hers.values.tolist()
    assert study.blind_sources("Ann") == {"p2"}
    assert study.check().problems == ()
    assert counts(study.merge_pack(pack)) == (0, 3, 0, 0)
    assert everything(study) == after


def test_a_merge_is_one_entry_and_can_be_undone_and_made_again(study, pack):
    with at_ann(pack) as ann:
        ann.add_coding("p2", WAITED, "communication", coder="Ann")
        ann.set_coding(IDS[1], rating=3)
        ann.set_done("Ann")
    before = everything(study)[:3]

    merged = study.merge_pack(pack)
    study.undo(merged.entry)
    undone = everything(study)[:3]
    again = study.merge_pack(pack)

    assert study.log().iloc[-3][["action", "what"]].tolist() == [
        "merge pack", "Ann, from ann.qualkit",
    ]  # fmt: skip
    assert undone == before
    assert counts(merged) == counts(again) == (1, 1, 1, 0)


def test_a_merge_that_brought_a_summary_is_undone_as_often_as_it_is_made(study, pack):
    with at_ann(pack) as ann:
        ann.set_summary("knowledge", "They knew.", author="Ann", source="p1")
    before = everything(study)[:3]

    for _ in range(3):
        study.undo(study.merge_pack(pack).entry)

    assert everything(study)[:3] == before


def test_a_preview_tells_the_same_and_changes_nothing(study, pack):
    with at_ann(pack) as ann:
        ann.add_coding("p2", WAITED, "communication", coder="Ann")
    before = everything(study)

    told = study.merge_pack(pack, dry_run=True)

    assert everything(study) == before
    assert told.entry is None
    assert fates(told) == fates(study.merge_pack(pack))


def test_a_pack_that_its_coder_went_on_with_brings_what_is_new(study, pack):
    with at_ann(pack) as ann:
        ann.set_coding(IDS[0], memo="first")
        ann.add_coding("p2", WAITED, "communication", coder="Ann", coding_id=IDS[2])
    study.merge_pack(pack)
    with at_ann(pack) as ann:
        ann.set_coding(IDS[0], memo="second")
        ann.remove_coding(IDS[2])

    merged = study.merge_pack(pack)

    assert fates(merged) == [
        ("p1", "communication", "changed", ""),
        ("p1", "cascade.roles", "same", ""),
        ("p2", "communication", "conflicting", "removed in the pack; kept here"),
    ]


def test_what_only_the_study_changed_stays(study, pack):
    study.set_coding(IDS[0], memo="here")

    merged = study.merge_pack(pack, take="pack")

    assert fates(merged)[0] == (
        "p1", "communication", "same", "changed here since; the pack has it as it was",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("take", "outcome", "why", "memo"),
    [
        ("study", "conflicting", "changed here and in the pack; what is here stays", "here"),
        ("pack", "changed", "changed here too; the pack's is taken", "there"),
    ],
)
def test_what_both_changed_is_a_conflict_and_the_study_stays_unless_asked(
    study, pack, take, outcome, why, memo
):
    study.set_coding(IDS[0], memo="here")
    with at_ann(pack) as ann:
        ann.set_coding(IDS[0], memo="there")

    merged = study.merge_pack(pack, take=take)

    assert fates(merged)[0] == ("p1", "communication", outcome, why)
    assert study.codings().set_index("coding").loc[IDS[0], "memo"] == memo


def test_removals_count_only_where_that_is_asked_for(study, pack):
    with at_ann(pack) as ann:
        ann.remove_coding(IDS[0])
        ann.remove_coding(IDS[1])
    study.set_coding(IDS[1], rating=1)

    kept, removed = study.merge_pack(pack), study.merge_pack(pack, removals=True)

    here = ("p1", "cascade.roles", "conflicting", "removed in the pack, changed here; kept here")
    assert fates(kept) == [
        ("p1", "communication", "conflicting", "removed in the pack; kept here"), here,
    ]  # fmt: skip
    assert fates(removed) == [
        ("p1", "communication", "changed", "removed in the pack; removed here"), here,
    ]  # fmt: skip
    assert set(study.codings()["coding"]) & set(IDS) == {IDS[1]}


def test_what_was_removed_here_is_not_brought_back_unless_asked(study, pack):
    study.remove_coding(IDS[0])

    kept, taken = study.merge_pack(pack), study.merge_pack(pack, take="pack")

    assert fates(kept)[0][2:] == (
        "conflicting", "removed here since the pack was made; not brought back",
    )  # fmt: skip
    assert fates(taken)[0][2:] == ("added", "removed here since; the pack's is taken")
    assert IDS[0] in set(study.codings()["coding"])


@pytest.mark.parametrize(
    ("memo", "outcome", "why"),
    [
        ("alike", "same", "here under another id"),
        ("other", "conflicting",
         "these words have this code here with another stance, rating or memo"),
    ],
)  # fmt: skip
def test_the_same_words_under_another_id_are_one_coding(study, pack, memo, outcome, why):
    study.add_coding("p2", WAITED, "communication", coder="Ann", memo="alike")
    with at_ann(pack) as ann:
        ann.add_coding("p2", WAITED, "communication", coder="Ann", memo=memo)

    merged = study.merge_pack(pack)

    assert fates(merged)[-1] == ("p2", "communication", outcome, why)
    assert len(study.codings().query("source == 'p2'")) == 1


def test_codings_that_were_moved_or_made_anew_in_the_pack_find_their_place(study, pack):
    with at_ann(pack) as ann:
        ann.set_coding(IDS[0], span=(35, 50))  # off its words, which a new one then takes
        ann.add_coding("p1", LISTENED, "communication", coder="Ann", coding_id=IDS[2])
        ann.remove_coding(IDS[1])
        ann.add_coding("p1", FINE, "cascade.roles", coder="Ann", rating=1, coding_id=IDS[3])

    merged = study.merge_pack(pack)

    table = merged.table.set_index("coding")[["outcome", "why"]]
    assert {one: tuple(row) for one, row in zip(table.index, table.values, strict=True)} == {
        IDS[0]: ("changed", ""),
        IDS[2]: ("added", ""),
        IDS[1]: ("same", "removed in the pack and coded anew there"),
        IDS[3]: ("changed", "here under another id"),
    }
    assert study.codings().set_index("coding").loc[IDS[1], "rating"] == 1
    assert study.check().problems == ()


def test_what_the_study_cannot_take_any_more_is_told_coding_by_coding(study, pack):
    with at_ann(pack) as ann:
        ann.add_coding("p1", FINE, "culture", coder="Ann")
        ann.add_coding("p2", WAITED, "communication", coder="Ann")
    study.merge_codes("evaluation-topics", "culture", "communication")
    study.remove_source("p2")

    merged = study.merge_pack(pack)

    assert fates(merged)[2:] == [
        ("p1", "culture", "conflicting", "the study has no code 'culture' now"),
        ("p2", "communication", "conflicting", "the study does not have its source now"),
    ]  # fmt: skip
    assert "p2: the study does not have this source now" in merged.notes


def test_a_rating_off_the_scale_of_now_is_a_conflict(study, pack):
    with at_ann(pack) as ann:
        ann.add_coding("p2", WAITED, "cascade.roles", coder="Ann", rating=3)
    levels = study.codebook("cascade").code("cascade.roles").scale
    study.set_code("cascade", "cascade.roles", scale=[one for one in levels if one.value < 3])

    merged = study.merge_pack(pack)

    assert fates(merged)[-1][2:] == (
        "conflicting", "the rating 3 does not fit: 'cascade.roles' has 0, 1, 2 now",
    )  # fmt: skip


def test_turns_changed_since_are_noted_and_codings_stand(study, pack):
    with at_ann(pack) as ann:
        ann.add_coding("p1", (31, 36), "communication", coder="Ann")
    study.set_roles("p1", {"P1": "unknown"})

    merged = study.merge_pack(pack)

    assert counts(merged) == (1, 2, 0, 0)
    assert merged.notes == (
        "p1: its turns were changed since the pack was made; what is coded stands where it stood",
    )


def test_codings_under_another_name_are_told_and_not_taken(study, pack):
    with Project.open(pack, user="somebody") as wrong:
        wrong.add_coding("p2", WAITED, "communication", coder="somebody")

    merged = study.merge_pack(pack)

    assert fates(merged)[-1][2:] == (
        "conflicting",
        "coded under the name somebody; the pack is Ann's, and only that is taken",
    )
    assert "somebody" not in study.coders()


def test_a_summary_that_both_changed_is_noted_and_stays(study, pack):
    with at_ann(pack) as ann:
        ann.set_summary("communication", "There.", author="Ann", source="p1")
    study.set_summary("communication", "Here.", author="Ann", source="p1")

    merged = study.merge_pack(pack)

    assert merged.notes == (
        "summary of p1, communication: changed here and in the pack; what is here stays",
    )
    assert sorted(study.summaries()["text"]) == ["Bo disagrees.", "Here."]


def test_a_coder_who_was_renamed_is_the_same_coder(study, pack):
    with at_ann(pack) as ann:
        ann.add_coding("p2", WAITED, "communication", coder="Ann")
    study.set_coder("Ann", new_name="Anna")

    merged = study.merge_pack(pack)

    assert (merged.coder, merged.added) == ("Anna", 1)
    assert set(study.codings()["coder"]) == {"Anna", "Bo"}


def test_the_whole_round_on_either_database(address, tmp_path):
    books = ["evaluation-topics", "cascade"]
    with Project.create(address, codebooks=books, user="tester") as study:
        fill(study, tmp_path)
        pack = study.write_pack(tmp_path / "ann.qualkit", "Ann").path
        with at_ann(pack) as ann:
            ann.add_coding("p2", WAITED, "cascade.roles", coder="Ann", rating=0, memo="😀")
            ann.set_coding(IDS[0], memo="there")
            ann.set_coding(IDS[1], span=(55, 63))
            ann.set_summary("cascade.roles", "Slow.", author="Ann", source="p2")
            ann.set_done("Ann")
        study.set_coding(IDS[0], memo="here")
        before = everything(study)[:3]

        merged = study.merge_pack(pack)
        after = everything(study)
        again = study.merge_pack(pack)

        assert counts(merged) == (1, 0, 1, 1)
        assert merged.notes == ("cell summaries: 1 added", "done: p1, p2")
        assert (counts(again), everything(study)) == ((0, 2, 0, 1), after)
        assert study.check().problems == ()
        assert merged.entry is not None
        study.undo(merged.entry)
        assert everything(study)[:3] == before
        assert counts(study.merge_pack(pack, take="pack")) == (1, 0, 2, 0)


# What is no pack of this study --------------------------------------------------------------


def test_a_pack_of_another_study_is_refused(pack, tmp_path):
    with Project.create(tmp_path / "other.qualkit") as other, pytest.raises(ConflictError) as told:
        other.merge_pack(pack)

    assert str(told.value).startswith(
        "this is a pack of another study: tester made it for Ann on 20"
    )


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("none.qualkit", None, "there is no such file"),
        ("folder", "", "a folder, not a coder pack"),
        ("text.qualkit", b"hello", "not a coder pack; 'qualkit coder pack' writes one"),
        ("empty.qualkit", b"", "not a coder pack; 'qualkit coder pack' writes one"),
        ("short.qualkit", b"SQLite format 3\0 and no more", None),
    ],
)
def test_what_is_no_pack_is_told_in_words(study, tmp_path, name, content, message):
    path = tmp_path / name
    if content == "":
        path.mkdir()
    elif content is not None:
        path.write_bytes(content)

    with pytest.raises(StoreError) as refused:
        study.merge_pack(path)

    assert str(refused.value).startswith(f"{path}: ")
    assert message is None or refused.value.reason == message


def test_a_study_is_no_pack(tmp_path):
    with Project.create(tmp_path / "study.qualkit") as study, pytest.raises(NotAProject) as told:
        study.merge_pack(tmp_path / "study.qualkit")

    assert told.value.reason == "a study, but not a coder pack; 'qualkit coder pack' writes one"


def test_a_pack_of_a_newer_qualkit_is_refused(study, pack):
    tamper(pack, "PRAGMA user_version=99")

    with pytest.raises(NewerProject) as refused:
        study.merge_pack(pack)

    assert str(refused.value) == (
        f"{pack}: made by a newer qualkit (schema 99); update qualkit first"
    )


def test_a_pack_of_an_older_schema_is_read_from_a_copy(study, pack):
    with at_ann(pack) as ann:
        ann.add_coding("p2", WAITED, "communication", coder="Ann")
    tables = (
        "kept", "unplaced",
        "collection_member", "collection", "memo", "confidence", "thread", "judge", "verdict", "link", "strand",
        "published_table", "survey_wave", "survey",
        "sign_off", "decision_coding", "decision", "assignment",
    )  # fmt: skip
    tamper(
        pack, *(f"DROP TABLE {table}" for table in tables), "DROP INDEX ix_log_action",
        "DROP INDEX ix_coding_source_id_start_at_end_at",
        "CREATE INDEX ix_coding_source_id_start_at ON coding (source_id, start_at)",
        "UPDATE alembic_version SET version_num = '0005'", "PRAGMA user_version=5",
    )  # fmt: skip
    before = pack.read_bytes()

    merged = study.merge_pack(pack)

    assert merged.added == 1
    assert pack.read_bytes() == before
    assert list(pack.parent.glob("*before-schema*")) == []


def test_a_pack_whose_last_user_did_not_close_it_brings_all(study, pack, tmp_path):
    with at_ann(pack) as ann, closing(sqlite3.connect(pack)) as other:
        other.execute("SELECT count(*) FROM coding").fetchone()  # so that the log file stays
        ann.add_coding("p2", WAITED, "communication", coder="Ann")

        assert study.merge_pack(pack).added == 1


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE coding SET start_at = start_at + 1", "its words are not those of its source"),
        ("UPDATE coding SET quote = 'The staff lied.'", "its words are not those of its source"),
        ("UPDATE coding SET end_at = 4000000", "its words are not those of its source"),
        ("UPDATE coding SET memo = 'forged'", "it was changed outside qualkit"),
        ("UPDATE coding SET start_at = 'abc'", "its start_at is not a whole number"),
        ("UPDATE coding SET memo = x'00ff'", "its memo is not a text that a study can hold"),
        ("UPDATE coding SET stance = 'glad'", "it was changed outside qualkit"),
        ("UPDATE source SET text = text || ' and more'", "its text is not what was imported"),
        ("UPDATE turn SET speaker = 'Sue'", "its turns were changed outside qualkit"),
        ("UPDATE turn SET start_at = 99, end_at = 9", "its turns were changed outside qualkit"),
        ("UPDATE cell_summary SET text = 'Forged.'", "it was changed outside qualkit"),
        ("UPDATE cell_summary SET cites = '{'", "it was changed outside qualkit"),
        ("UPDATE project SET value = '[[' WHERE key = 'pack'", "a damaged coder pack"),
        ("UPDATE project SET value = '{}' WHERE key = 'pack'", "what it says of itself is not com"),
        ("UPDATE project SET value = value || 'x' WHERE key = 'id'", "it has no id of its own"),
        ("DROP TABLE coding", "no such table"),
        ("CREATE TRIGGER t AFTER INSERT ON coding BEGIN DELETE FROM source; END", "tampered with"),
    ],
)
def test_a_pack_that_was_tampered_with_is_refused_whole(study, pack, statement, said):
    with at_ann(pack) as ann:
        ann.add_coding("p2", WAITED, "communication", coder="Ann")
    before = everything(study)
    tamper(pack, statement)

    with pytest.raises(QualkitError) as refused:
        study.merge_pack(pack)

    assert str(pack) in str(refused.value)
    assert said in str(refused.value)
    assert everything(study) == before


def test_a_pack_that_was_cut_short_is_to_be_sent_again(study, pack):
    pack.write_bytes(pack.read_bytes()[:200_000])

    with pytest.raises(StoreError) as refused:
        study.merge_pack(pack)

    assert str(refused.value) == (
        f"{pack}: damaged project (database disk image is malformed); have the file sent again"
    )


def test_every_fault_of_a_pack_is_listed(study, pack):
    tamper(pack, "UPDATE coding SET memo = 'forged'")

    with pytest.raises(BatchError) as refused:
        study.merge_pack(pack)

    assert sorted(refused.value.faults) == [
        f"p1, coding {one}: it was changed outside qualkit" for one in IDS[:2]
    ]


def test_a_forged_text_with_fitting_seals_is_a_conflict(study, pack):
    """Whoever forges all seals of a pack still cannot bring words that the study does not have."""
    with at_ann(pack) as ann:
        ann.add_coding("p2", WAITED, "communication", coder="Ann", coding_id=IDS[2])
        row = ann.codings().set_index("coding").loc[IDS[2]]
    text = P2.replace("months", "minute")
    quote = text[WAITED[0] : WAITED[1]]
    with closing(sqlite3.connect(pack)) as db:
        ids = db.execute(
            "SELECT source_id, code_id, coder_id FROM coding WHERE id = ?", (IDS[2],)
        ).fetchone()
        sealed = seal(IDS[2], ids[0], *WAITED, quote, ids[1], ids[2], "", "", "", row["created"])
        db.execute("UPDATE source SET text = ?, sha256 = ? WHERE name = 'p2'", (text, seal(text)))
        db.execute("UPDATE coding SET quote = ?, sha256 = ? WHERE id = ?", (quote, sealed, IDS[2]))
        db.commit()

    merged = study.merge_pack(pack)

    assert fates(merged)[-1][2:] == ("conflicting", "the text of its source is another one here")
    assert "p2: its text is another one here" in merged.notes
    assert "p2" not in set(study.codings()["source"])


def test_an_id_that_is_anothers_coding_is_a_conflict(study, pack):
    bos = study.codings().query("coder == 'Bo'")["coding"].iloc[0]
    with at_ann(pack) as ann:
        ann.add_coding("p2", WAITED, "communication", coder="Ann", coding_id=bos)

    merged = study.merge_pack(pack, take="pack")

    assert fates(merged)[-1][2:] == ("conflicting", "another coding of the study has its id")
    assert study.codings().set_index("coding").loc[bos, "coder"] == "Bo"


def test_only_the_two_sides_can_be_taken(study, pack):
    with pytest.raises(UnknownName) as refused:
        study.merge_pack(pack, take="theirs")

    assert str(refused.value) == "no side is called 'theirs'; known are pack, study"


# Killed in the middle -----------------------------------------------------------------------

KILLED = """
import sys
from pathlib import Path
from qualkit.project import Project
with Project.open(sys.argv[1], user="tester") as study:
    for n in range(10_000):
        made = study.write_pack(Path(sys.argv[2]) / f"{n}.qualkit", "Ann")
        merged = study.merge_pack(sys.argv[3])
        print(n, flush=True)
        study.undo(merged.entry)
"""


def test_a_kill_leaves_no_half_pack_and_no_half_merge(tmp_path, write):
    with Project.create(tmp_path / "study.qualkit", codebooks=["evaluation-topics"]) as study:
        study.add_sources([write("p2.txt", P2)])
        study.assign(["p2"], ["Ann"])
        study.write_pack(tmp_path / "ann.qualkit", "Ann")
    with at_ann(tmp_path / "ann.qualkit") as ann:
        for end in range(16, 36):
            ann.add_coding("p2", (15, end), "communication", coder="Ann")
    out = tmp_path / "out"
    out.mkdir()
    paths = [str(tmp_path / "study.qualkit"), str(out), str(tmp_path / "ann.qualkit")]
    running = subprocess.Popen(
        [sys.executable, "-c", KILLED, *paths],
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[1],
    )
    with running:
        assert running.stdout is not None
        running.stdout.readline()
        time.sleep(0.13)
        os.kill(running.pid, signal.SIGKILL)

    for path in out.glob("*.qualkit"):
        with at_ann(path) as made:
            assert (made.check().problems, made.pack.coder) == ((), "Ann")
    with Project.open(tmp_path / "study.qualkit") as study:
        assert len(study.codings()) in {0, 20}
        assert study.check().problems == ()


def test_a_label_is_json_that_names_study_and_coder(study, pack):
    with closing(sqlite3.connect(pack)) as db:
        said = json.loads(db.execute("SELECT value FROM project WHERE key = 'pack'").fetchone()[0])

    assert (said["coder"], said["by"], set(said["base"]) & set(IDS)) == (
        "Ann",
        "tester",
        set(IDS[:2]),
    )
