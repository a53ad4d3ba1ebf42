"""Review, decisions, the key, withdrawal, purging and retention, on both databases where it matters."""

from __future__ import annotations

import csv
import json
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from qualkit import pseudonymising
from qualkit.cli import main
from qualkit.errors import BatchError, ConflictError, KeyFileError, UnknownName
from qualkit.importers.sheets import Sheet
from qualkit.privacy import key as keys
from qualkit.project import Project
from tests.copies import empty, sample

TEXT = "Interviewer: Was Aoife there?\nAoife: I was, and Will Shah. Will you ring? I will.\n"
BOOK = "evaluation-topics"


@pytest.fixture
def key_file(tmp_path):
    return tmp_path / "apart.key"


@pytest.fixture
def study(project, write):
    """Two participants, one of whom speaks of the other."""
    return filled(project, write)


@pytest.fixture
def on_file(copies, tmp_path, write):
    """The same in a file, for what no database can make different."""
    path = copies.file(empty, tmp_path / "study.qualkit")
    with Project.open(path, user="tester") as opened:
        yield filled(opened, write)


def filled(project, write):
    project.add_sources([write("p1.txt", TEXT), write("p2.txt", "P2: Aoife is kind. Fine.\n")])
    project.set_values({"p1": {"case": "North"}, "p2": {"case": "South"}})
    project.add_coding("p1", (37, 42), "communication", coder="Bo", memo="Aoife")
    project.add_coding("p2", (4, 18), "communication", coder="Bo")
    project.set_summary("communication", "Aoife was there.", author="Bo", case="North")
    project.add_memo("Ring Aoife.", source="p1")
    return project


def keyed(project, key_file, *words):
    key = keys.Key(project.study_id)
    for number, one in enumerate(words, 1):
        key = pseudonymising.decide(key, [one], f"Person {number}")
    keys.write(key_file, key)


def test_a_review_groups_what_was_said_and_typed_and_leaves_out_what_was_refused(on_file):
    key = pseudonymising.decide(keys.Key("x"), ["Aoife"], "Person 1")
    key = pseudonymising.decide(key, ["North"], None)

    table = pseudonymising.review(on_file, key).set_index("suggestion")

    aoife = table.loc["[Person 1]"]
    assert (aoife["words"], aoife["replacement"]) == (["Aoife"], "[Person 1]")
    assert set(aoife["sources"]) >= {"p1", "p2"}
    assert not any("North" in words for words in table["words"])


def test_the_next_person_gets_the_next_number(on_file):
    key = pseudonymising.decide(keys.Key("x"), ["Somebody Else"], "Person 1")

    suggestions = pseudonymising.review(on_file, key)["suggestion"].tolist()

    assert "[Person 1]" not in suggestions
    assert "[Person 2]" in suggestions


def test_a_sheet_decides_refuses_and_tells_every_fault_at_once():
    def sheet(*rows):
        return Sheet("d.csv", ("kind", "words", "replacement", "where"), rows,
                     tuple(range(2, len(rows) + 2)))  # fmt: skip

    key = pseudonymising.decide_table(
        keys.Key("x"),
        sheet(("person", "Ann | Annie", "Person 1", ""), ("name", "Kingsreach", "-", ""),
              ("person", "Will", "[Person 2]", "names"), ("person", "Bo", "", "")),
    )  # fmt: skip

    assert [(one.pseudonym, one.words, one.where) for one in key.entries] == [
        ("[Person 1]", ("Ann", "Annie"), "everywhere"),
        ("[Person 2]", ("Will",), "names"),
    ]
    assert key.refused == ("Kingsreach",)
    with pytest.raises(BatchError) as told:
        pseudonymising.decide_table(
            key, sheet(("person", "Cy", "Ann's brother", ""), ("person", "Di", "x", "perhaps"))
        )
    assert told.value.faults == (
        "row 2: the pseudonym [Ann's brother] has 'Ann' in it, which is to be replaced itself",
        "row 3: 'perhaps' is not one of everywhere, names",
    )


def test_a_preview_changes_nothing_and_says_the_same(study, key_file):
    keyed(study, key_file, "Aoife")
    before, held = study.last_entry(), key_file.read_bytes()

    preview = pseudonymising.apply(study, key_file=key_file, dry_run=True)

    assert (study.last_entry(), key_file.read_bytes()) == (before, held)
    made = pseudonymising.apply(study, key_file=key_file)
    assert dict(preview.replaced) == dict(made.replaced) == {"[Person 1]": 7}
    assert [one["text"] for one in made.codings] == ["[Person 1] is kind."]


def test_the_log_tells_counts_and_never_the_name(on_file, key_file):
    keyed(on_file, key_file, "Aoife")

    made = pseudonymising.apply(on_file, key_file=key_file)

    entry = on_file.log().set_index("entry").loc[made.entry]
    assert "Aoife" not in entry.to_string()
    assert json.loads(entry["after"]) == [{"names": 7, "values": 6, "sources": 2}]
    with pytest.raises((ConflictError, ValueError)):
        on_file.undo(made.entry)


def test_evidence_of_a_summary_is_not_told_as_changed(study, key_file):
    keyed(study, key_file, "Aoife")

    pseudonymising.apply(study, key_file=key_file)

    row = study.summaries().iloc[0]
    assert (row["text"], row["altered"], row["gone"]) == ("[Person 1] was there.", 0, 0)


def test_what_changed_since_is_left_when_names_come_back(study, key_file):
    keyed(study, key_file, "Aoife")
    pseudonymising.apply(study, key_file=key_file)
    study.set_memo(study.memos()["memo"].iloc[0], text="Rang.")

    made = pseudonymising.restore(study, key_file=key_file)

    assert [one.split(" of ")[0] for one in made.left] == ["text"]
    assert study.source("p1").text == TEXT
    assert study.memos()["text"].tolist() == ["Rang."]


def test_a_key_of_another_study_is_refused(on_file, key_file):
    keys.write(key_file, keys.Key("another"))

    with pytest.raises(KeyFileError, match="is the key of another study"):
        pseudonymising.apply(on_file, key_file=key_file)


@pytest.mark.parametrize("held", ["", "[]", '{"qualkit_key": 2}', '{"qualkit_key": "x"}'])
def test_what_is_no_key_is_refused_in_words(tmp_path, held):
    (tmp_path / "key").write_text(held)

    with pytest.raises(KeyFileError, match="is no key file; name the right one with --key"):
        keys.read(tmp_path / "key", "x")


def test_a_study_on_a_server_needs_its_key_named(monkeypatch, tmp_path):
    with pytest.raises(KeyFileError, match="name it with --key"):
        keys.place_of("postgresql://x@y/z")

    monkeypatch.setenv("QUALKIT_KEYFILE", str(tmp_path / "k"))

    assert keys.place_of("postgresql://x@y/z") == tmp_path / "k"


def test_a_participant_goes_with_all_that_hung_on_them_and_with_their_log(study, key_file):
    keyed(study, key_file, "Aoife")
    preview = pseudonymising.withdraw(study, "North", key_file=key_file, dry_run=True)
    assert study.sources()["source"].tolist() == ["p1", "p2"]

    made = pseudonymising.withdraw(study, "North", key_file=key_file)

    kinds = {"sources", "cases", "codings", "summaries", "memos", "turns"}
    assert {kind: made.counts[kind] for kind in kinds} == dict.fromkeys(kinds, 1) | {"turns": 2}
    assert preview.counts == made.counts
    assert made.elsewhere == ("text of p2: 1",)
    assert study.codings()["source"].tolist() == ["p2"]
    log = study.log().to_string()
    assert "Aoife was there" not in log
    assert "North" not in log
    assert study.check().problems == ()


def test_nobody_is_withdrawn_by_a_name_that_is_none(on_file):
    with pytest.raises(UnknownName):
        on_file.withdraw_participant("East")


def test_a_purge_leaves_who_did_what_and_the_codebook_as_it_was(study):
    entry = study.last_entry()
    before = study.log()[["entry", "at", "who", "action", "what"]]
    study.set_code(BOOK, "communication", name="Talk")

    done = study.purge()

    assert done.counts["entries"] > 5
    assert study.log()[["entry", "at", "who", "action", "what"]].head(len(before)).equals(before)
    assert "Ring Aoife" not in study.log().to_string()
    assert study.codebook_at(BOOK, entry).code("communication").name != "Talk"
    assert study.check().problems == ()
    with pytest.raises((ConflictError, ValueError)):
        study.undo(entry)


def test_retention_is_told_when_it_is_over_and_removes_nothing(on_file):
    assert (on_file.retention, on_file.retention_over()) == (None, None)

    on_file.set_retention("2026-08-31")

    assert on_file.retention_over(date(2026, 8, 31)) is None
    assert on_file.retention_over(date(2026, 9, 1)) == (
        "it was to be kept until 2026-08-31; remove it with its backups, or give it another date"
    )
    on_file.set_retention(None)
    assert (on_file.retention, on_file.retention_over()) == ("never", None)
    with pytest.raises(ValueError, match="'soon' is no date"):
        on_file.set_retention("soon")


def test_from_a_review_to_a_purge_by_the_command_line(tmp_path):
    study, sheet = str(tmp_path / "s.qualkit"), tmp_path / "review.csv"
    (tmp_path / "p1.txt").write_text(TEXT, "utf-8")

    def run(*words):
        made = CliRunner().invoke(main, words, catch_exceptions=False)
        assert made.exit_code == 0, made.output
        return made.stdout

    with Project.create(study) as project:
        project.add_sources([tmp_path / "p1.txt"])
    run("privacy", "review", study, "--out", str(sheet))
    with sheet.open(encoding="utf-8-sig", newline="") as file:
        words = {row["words"]: row["replacement"] for row in csv.DictReader(file)}
    made = json.loads(run("privacy", "apply", study, str(sheet), "--json"))
    purged = json.loads(run("project", "purge", study, "--backups", "--json"))

    assert set(words) == {"Aoife", "Will Shah"}
    assert (made["applied"], made["replaced"]) == (True, {words["Aoife"]: 3, words["Will Shah"]: 1})
    assert purged["backups"] == []
    assert json.loads(run("privacy", "key", study, "--json"))["runs"] == 1
    with Project.open(study) as project:
        assert project.source("p1").text == (
            f"Interviewer: Was {words['Aoife']} there?\n{words['Aoife']}: I was, and "
            f"{words['Will Shah']}. Will you ring? I will.\n"
        )


def test_nothing_in_the_whole_sample_study_says_a_name_after_pseudonyms_and_purge(copies, tmp_path):
    """Sources are called by their places, and verdicts keep what they rest on: names everywhere."""
    path = copies.file(sample, tmp_path / "sample.qualkit")
    decisions = [("place", "Kingsreach", "[Area A]"), ("place", "Northmoor", "[Area B]")]
    table = Sheet("d.csv", ("kind", "words", "replacement"), tuple(decisions), (2, 3))
    with Project.open(path, user="Sue") as project:
        pseudonymising.apply(project, decisions=table)
        assert project.check().problems == ()
        pseudonymising.purge(project, backups=True)
        assert "[Area A]-c" in project.sources()["source"].tolist()

    held = Path(path).read_bytes().lower()
    for _, name, _ in decisions:
        for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
            assert name.lower().encode(encoding) not in held
