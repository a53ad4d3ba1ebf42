"""Codes edited in a study: worded anew, moved, merged, removed, looked up as they once were."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qualkit.codebook import SHIPPED, compare, read_codebook
from qualkit.errors import CodebookError, ConflictError, UnknownName
from qualkit.model import Code, Codebook, Level, new_id, now
from qualkit.project import Project
from qualkit.store import schema

P1 = "Interviewer: How was it? 😀\nP1: The staff listened. It’s  fine now.\nP1: It's fine now.\n"
YES_NO = (Level(0, "No"), Level(1, "Yes"))
TABLES = [
    schema.codebook, schema.code, schema.coding, schema.suggestion, schema.cell_summary,
    schema.guide,
]  # fmt: skip


def two_books(address):
    """Themes a (with a1, a2 and a1x below a1), b and rated r; another codebook with x and y."""
    with TemporaryDirectory() as folder, Project.create(address, user="tester") as made:
        made.add_codebook(Codebook("ours", "Ours", "1", (
            Code("a", "A", guid="ga"), Code("a1", "A1", parent="a", guid="ga1"),
            Code("a1x", "A1x", parent="a1", guid="ga1x"), Code("a2", "A2", parent="a", guid="ga2"),
            Code("b", "B", guid="gb"), Code("r", "R", scale=YES_NO, guid="gr"),
        ), guid="go"))  # fmt: skip
        made.add_codebook(
            Codebook(
                "theirs",
                "T",
                "1",
                (Code("x", "X", guid="gx"), Code("y", "Y", guid="gy")),
                guid="gt",
            )
        )
        (Path(folder) / "p1.txt").write_text(P1, encoding="utf-8")
        made.add_sources([Path(folder) / "p1.txt"])


@pytest.fixture
def study(address_of):
    with Project.open(address_of(two_books), user="tester") as made:
        yield made


def shape(study, book="ours"):
    """The codes of a codebook in order, each with the one it stands below."""
    codes = next(one for one in study.codebooks() if one.id == book).codes
    return [one.id if one.parent is None else f"{one.parent}/{one.id}" for one in codes]


def everything(study):
    """Every row that codes touch, without what a later version may count."""
    found = {}
    with study._store.read() as connection:
        for table in TABLES:
            for row in connection.execute(table.select()).mappings():
                found[table.name, row["id"]] = {k: v for k, v in row.items() if k != "version"}
    return found


def last(study):
    return int(study.log()["entry"].iloc[-1])


def refusal(kind, action, *arguments, **options):
    with pytest.raises(kind) as refused:
        action(*arguments, **options)
    return str(refused.value)


def suggest(study, code, start=0, end=4, status="open", coding=None):
    row = {
        "id": new_id(), "source_id": study.source("p1").id, "start_at": start, "end_at": end,
        "quote": P1[start:end], "code_id": code, "confidence": 0.5, "stance": None,
        "method": "codebook", "model": "m", "program": "1", "taught_by_id": None,
        "reasons": "[]", "created": now(), "status": status, "decider_id": None,
        "decided": None, "coding_id": coding, "version": 1,
    }  # fmt: skip
    with study._store.change("t", "suggest", "1") as change:
        change.add(schema.suggestion, [row], logged=False)
        change.tell(kept=1)
    return row["id"]


# Worded anew -------------------------------------------------------------------------------


def test_a_code_is_worded_anew_and_keeps_its_codings(study):
    study.add_coding("p1", (32, 51), "a1", coder="Ann")

    study.set_code("ours", "a1", name="Being heard", cues=["listened"], new_id="heard")

    table = study.codings()
    assert table[["code", "code_path"]].iloc[0].tolist() == ["heard", "A > Being heard"]
    assert shape(study) == ["a", "a/heard", "heard/a1x", "a/a2", "b", "r"]
    assert study.check().problems == ()


def test_what_is_not_given_stays_and_what_is_given_empty_goes(study):
    study.set_code("ours", "a", definition="One.", include="Two.", cues=["three"])

    made = study.set_code("ours", "a", include="", cues=[])

    assert (made.definition, made.include, made.cues) == ("One.", "", ())
    assert made == study.codebooks()[0].code("a")


def test_a_change_made_from_an_older_version_is_a_conflict(study):
    seen = study.code_version("ours", "a")
    study.set_code("ours", "a", definition="Bo was first.", version=seen)

    assert refusal(ConflictError, study.set_code, "ours", "a", definition="x", version=seen) == (
        "the code 'a' was changed by somebody else since it was read; look at it again, then "
        "repeat the change"
    )


def test_the_same_words_again_are_no_change(study):
    before = last(study)

    study.set_code("ours", "a", name="A", version=study.code_version("ours", "a"))

    assert last(study) == before


@pytest.mark.parametrize(
    ("error", "options", "message"),
    [
        (ConflictError, {"new_id": "b"}, "the codebook 'ours' has a code 'b' already"),
        (CodebookError, {"name": "b "}, "ours/a: its name looks the same as that of b"),
        (CodebookError, {"colour": "red"}, "ours/a: colour 'red' is not #rgb or #rrggbb"),
    ],
)
def test_words_that_a_code_may_not_have_are_refused(study, error, options, message):
    assert refusal(error, study.set_code, "ours", "a", **options) == message


def test_a_scale_keeps_the_ratings_that_were_given(study):
    study.add_coding("p1", (32, 51), "r", coder="Ann", rating=1)

    assert (
        refusal(CodebookError, study.set_code, "ours", "r", scale=[Level(0, "No"), Level(2, "Yes")])
        == "ours/r: 1 coding rated 1, which the new scale does not have"
    )
    longer = (*YES_NO, Level(2, "Very"))
    assert study.set_code("ours", "r", scale=longer).values == (0, 1, 2)


def test_a_code_with_the_old_id_of_another_can_be_added(study):
    study.add_code("theirs", Code("w", "Old"))
    study.set_code("theirs", "w", new_id="v", name="New")

    study.add_code("theirs", Code("w", "Old"))

    assert shape(study, "theirs") == ["x", "y", "v", "w"]


def test_a_code_is_added_behind_what_stands_below_its_parent(study):
    study.add_code("ours", Code("a3", "A3", parent="a"))

    assert shape(study) == ["a", "a/a1", "a1/a1x", "a/a2", "a/a3", "b", "r"]
    study.undo(last(study))
    assert shape(study) == ["a", "a/a1", "a1/a1x", "a/a2", "b", "r"]


# Moved -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "options", "order"),
    [
        ("a1", {"parent": "b"}, ["a", "a/a2", "b", "b/a1", "a1/a1x", "r"]),
        ("a1", {"parent": None}, ["a", "a/a2", "b", "r", "a1", "a1/a1x"]),
        ("a1", {}, ["a", "a/a2", "a/a1", "a1/a1x", "b", "r"]),
        ("a2", {"before": "a1"}, ["a", "a/a2", "a/a1", "a1/a1x", "b", "r"]),
        ("r", {"before": "a"}, ["r", "a", "a/a1", "a1/a1x", "a/a2", "b"]),
        ("b", {"parent": "a1", "before": "a1x"}, ["a", "a/a1", "a1/b", "a1/a1x", "a/a2", "r"]),
        ("a", {"before": "r"}, ["b", "a", "a/a1", "a1/a1x", "a/a2", "r"]),
    ],
)
def test_a_code_moves_with_all_below_it(study, code, options, order):
    study.move_code("ours", code, **options)

    assert shape(study) == order


@pytest.mark.parametrize(
    ("code", "options", "message"),
    [
        ("a", {"parent": "a1x"}, "it cannot stand below 'a1x', which stands below it"),
        ("a", {"parent": "a"}, "it cannot stand below 'a', which stands below it"),
        ("b", {"before": "a1"}, "it cannot stand before 'a1', which is not a theme"),
        ("b", {"parent": "a", "before": "r"}, "it cannot stand before 'r', which is not below 'a'"),
    ],
)
def test_a_circle_or_a_place_that_is_none_is_refused(study, code, options, message):
    before = everything(study)

    assert refusal(CodebookError, study.move_code, "ours", code, **options) == (
        f"ours/{code}: {message}"
    )
    assert everything(study) == before


# Merged ------------------------------------------------------------------------------------


def rich(study, write):
    """Codings, a double one, summaries, suggestions and a topic guide under a and b."""
    study.add_coding("p1", (0, 4), "a", coder="Ann", memo="first")
    study.add_coding("p1", (32, 51), "a", coder="Ann", stance="positive", memo="of a")
    study.add_coding("p1", (32, 51), "b", coder="Ann", stance="negative", memo="of b")
    study.add_coding("p1", (32, 51), "a", coder="Bo", stance="mixed")
    study.set_summary("a", "Ann on A.", author="Ann", case="p1", stance="positive")
    study.set_summary("b", "Ann on B.", author="Ann", case="p1")
    study.set_summary("a", "Bo on A.", author="Bo", case="p1")
    accepted = study.codings()["coding"].iloc[1]
    suggest(study, "ga", 5, 9)
    suggest(study, "ga", 10, 14)
    suggest(study, "gb", 10, 14)
    suggest(study, "ga", 32, 51, status="accepted", coding=accepted)
    study.load_guide(write("g.csv", "theme,attribute,value\nours/a,,\nours/b,,\nours/a2,,\n"))


def test_a_preview_tells_what_the_merge_does_and_changes_nothing(study, write):
    rich(study, write)
    before, entries = everything(study), last(study)

    planned = study.merge_codes("ours", "a", "b", dry_run=True)

    assert (everything(study), last(study)) == (before, entries)
    done = study.merge_codes("ours", "a", "b")
    assert (planned.entry, done.entry) == (None, entries + 1)
    assert (done.moved, done.doubled, done.summaries, done.suggestions) == (2, 1, 2, 3)
    assert (done.guide, done.children) == (1, 2)
    assert (
        done.conflicts
        == planned.conflicts
        == ("p1, 32 to 51, Ann: stance is positive under a and negative under b; negative stays",)
    )


def test_codings_get_the_other_code_and_a_double_one_leaves_its_memo(study, write):
    rich(study, write)

    study.merge_codes("ours", "a", "b")

    table = study.codings().sort_values(["coder", "start"])
    assert table[["coder", "start", "code", "stance", "memo"]].fillna("").values.tolist() == [
        ["Ann", 0, "b", "", "first"],
        ["Ann", 32, "b", "negative", "of b\nof a"],
        ["Bo", 32, "b", "mixed", ""],
    ]
    assert study.check().problems == ()


def test_what_a_double_coding_lacks_it_gets_from_the_one_that_goes(study):
    study.add_codebook(Codebook("q", "Q", "1", (
        Code("s", "S", scale=YES_NO), Code("t", "T", scale=YES_NO)
    )))  # fmt: skip
    study.add_coding("p1", (0, 4), "s", coder="Ann", rating=1, stance="mixed", memo="same")
    study.add_coding("p1", (0, 4), "t", coder="Ann", memo="same")

    report = study.merge_codes("q", "s", "t")

    row = study.codings().iloc[0]
    assert (row["code"], row["rating"], row["stance"], row["memo"]) == ("t", 1, "mixed", "same")
    assert report.conflicts == ()


def test_summaries_move_or_are_added_to_those_of_their_author(study, write):
    rich(study, write)

    study.merge_codes("ours", "a", "b")

    table = study.summaries().sort_values("author")
    assert table[["author", "theme", "text", "stance"]].fillna("").values.tolist() == [
        ["Ann", "b", "Ann on B.\nAnn on A.", "positive"],
        ["Bo", "b", "Bo on A.", ""],
    ]


def test_a_merge_alone_is_no_new_evidence(study, write):
    rich(study, write)
    study.set_summary("a1", "Below.", author="Ann", case="p1")

    study.merge_codes("ours", "a", "b")

    table = study.summaries()
    assert table[["gone", "altered"]].sum().tolist() == [0, 0]
    assert table.set_index(["author", "theme"]).loc[("Ann", "b"), "added"] == 0


def test_evidence_that_was_altered_before_the_merge_shows_after_it(study):
    coding = study.add_coding("p1", (0, 4), "a", coder="Ann")
    study.set_summary("a", "Words.", author="Ann", case="p1", cites=[coding.id])
    study.set_coding(coding.id, memo="changed since")

    study.merge_codes("ours", "a", "b")

    row = study.summaries().iloc[0]
    assert (row["altered"], row["cites"]) == (1, [coding.id])


def test_a_citation_of_a_double_coding_becomes_one_of_the_coding_that_stays(study):
    goes = study.add_coding("p1", (0, 4), "a", coder="Ann")
    stays = study.add_coding("p1", (0, 4), "b", coder="Ann")
    study.set_summary("a", "Words.", author="Ann", case="p1", cites=[goes.id])

    study.merge_codes("ours", "a", "b")

    row = study.summaries().iloc[0]
    assert (row["cites"], row["evidence"], row["gone"], row["altered"]) == ([stays.id], 1, 0, 0)


@pytest.mark.parametrize("drafted", ["a", "b"])
def test_what_was_written_stands_and_a_draft_goes(study, drafted):
    study.set_summary("a" if drafted == "b" else "b", "Written.", author="Ann", case="p1")
    study.keep_drafts(
        [{"codebook": "ours", "theme": drafted, "text": "Draft.", "case": "p1", "source": None,
          "cites": []}],
        author="Ann",
    )  # fmt: skip

    report = study.merge_codes("ours", "a", "b")

    row = study.summaries().iloc[0]
    assert (row["theme"], row["text"], row["draft"]) == ("b", "Written.", False)
    assert report.conflicts == (
        f"p1, Ann: the draft under {drafted} goes, for the other is written",
    )


def test_suggestions_follow_and_a_double_one_that_is_open_goes(study, write):
    rich(study, write)

    study.merge_codes("ours", "a", "b")

    table = study.suggestions(status=None)
    assert table[["start", "code", "status"]].values.tolist() == [
        [5, "b", "open"],
        [10, "b", "open"],
        [32, "b", "accepted"],
    ]
    assert table["coding"].iloc[2] in study.codings()["coding"].tolist()


def test_the_topic_guide_and_the_codes_below_follow(study, write):
    rich(study, write)

    study.merge_codes("ours", "a", "b")

    assert study.guide()["code"].tolist() == ["b", "a2"]
    assert shape(study) == ["b", "b/a1", "a1/a1x", "b/a2", "r"]


def test_a_code_is_merged_into_one_of_another_codebook_with_what_stands_below_it(study):
    study.add_coding("p1", (0, 4), "a1x", coder="Ann")

    study.merge_codes("ours", "a", "theirs/x")

    assert shape(study, "theirs") == ["x", "x/a1", "a1/a1x", "x/a2", "y"]
    assert shape(study) == ["b", "r"]
    assert study.codings()["code_path"].tolist() == ["X > A1 > A1x"]
    study.undo(last(study))
    assert shape(study, "theirs") == ["x", "y"]


def test_a_code_is_merged_into_the_one_above_it(study):
    study.merge_codes("ours", "a1", "a")

    assert shape(study) == ["a", "a/a2", "a/a1x", "b", "r"]


@pytest.mark.parametrize(
    ("code", "into", "message"),
    [
        ("a", "a", "ours/a: it cannot be merged into itself"),
        ("a", "a1x", "ours/a: it cannot be merged into 'a1x', which stands below it; move that one first"),
        ("r", "b", "ours/r: its scale is not that of ours/b; ratings cannot be carried over"),
    ],
)  # fmt: skip
def test_what_cannot_be_one_code_is_refused(study, code, into, message):
    before = everything(study)

    assert refusal(CodebookError, study.merge_codes, "ours", code, into) == message
    assert refusal(CodebookError, study.merge_codes, "ours", code, into, dry_run=True) == message
    assert everything(study) == before


def test_a_codebook_is_never_left_empty_or_with_an_id_twice(study):
    study.merge_codes("theirs", "x", "y")
    assert refusal(CodebookError, study.merge_codes, "theirs", "y", "ours/b") == (
        "theirs/y: it is the only code of its codebook, which cannot be empty"
    )
    study.add_code("theirs", Code("a2", "Another"))
    assert refusal(CodebookError, study.merge_codes, "ours", "a", "theirs/y") == (
        "ours/a: a2 below it would meet a code of that id in theirs"
    )


def test_a_codebook_never_gets_a_name_twice_by_a_merge(study):
    study.add_code("theirs", Code("n", "a1X"))

    assert refusal(CodebookError, study.merge_codes, "ours", "a", "theirs/y") == (
        "ours/a: a1x below it would meet a code of that name in theirs"
    )


# Removed -----------------------------------------------------------------------------------


def test_a_code_is_removed_with_what_was_suggested_for_it(study):
    suggest(study, "gb")
    before = everything(study)

    entry = study.remove_code("ours", "b")

    assert shape(study) == ["a", "a/a1", "a1/a1x", "a/a2", "r"]
    assert study.suggestions().empty
    study.undo(entry)
    assert everything(study) == before


def test_a_code_on_which_something_hangs_is_not_removed(study, write):
    rich(study, write)

    assert refusal(CodebookError, study.remove_code, "ours", "a") == (
        "ours/a: it still has 3 codings, 2 cell summaries, 1 line of the topic guide, 2 codes "
        "below it; merge it into another code, or remove those first"
    )


@pytest.mark.parametrize("method", ["set_code", "move_code", "remove_code"])
def test_a_code_or_codebook_that_is_not_there_is_named(study, method):
    change = getattr(study, method)

    assert refusal(UnknownName, change, "mine", "a") == (
        "no codebook is called 'mine'; known are ours, theirs"
    )
    assert refusal(UnknownName, change, "ours", "a9") == (
        "no code is called 'a9'; did you mean 'a' or 'a2' or 'a1'?"
    )


# Taken back --------------------------------------------------------------------------------


def test_one_undo_takes_a_merge_back_and_one_more_brings_it_again(study, write):
    rich(study, write)
    before = everything(study)
    report = study.merge_codes("ours", "a", "b")
    after = everything(study)

    undone = study.undo(report.entry)

    assert {k: v for k, v in everything(study).items() if v != before[k]} == {}
    assert everything(study).keys() == before.keys()
    assert study.check().problems == ()
    study.undo(undone.entry)
    assert everything(study) == after
    assert study.check().problems == ()


def test_a_merge_is_taken_back_though_a_code_was_worded_anew_or_moved_since(study, write):
    rich(study, write)
    report = study.merge_codes("ours", "a", "b")
    study.set_code("ours", "a1", definition="Later.")
    study.move_code("ours", "r", before="b")

    study.undo(report.entry)

    assert study.codebooks()[0].code("a1").definition == "Later."
    assert {"a/a1", "a1/a1x", "a/a2"} < set(shape(study))
    assert len(study.codings()) == 4


def test_a_merge_is_taken_back_though_suggestions_were_made_anew(study, write):
    rich(study, write)
    report = study.merge_codes("ours", "a", "b")
    study.keep_suggestions([], methods=["codebook"])

    study.undo(report.entry)

    assert study.suggestions(status=None)["code"].tolist() == ["a", "a"]


def test_a_merge_whose_codings_were_changed_since_is_not_taken_back(study, write):
    rich(study, write)
    report = study.merge_codes("ours", "a", "b")
    study.remove_coding(study.codings()["coding"].iloc[0])

    assert refusal(ConflictError, study.undo, report.entry).endswith(
        f"changed since, by entry {report.entry + 1} (remove coding, tester); undo that one first"
    )


def test_an_older_wording_comes_back_by_undo(study):
    study.set_code("ours", "a", name="Better", new_id="better")

    study.undo(last(study))

    assert shape(study)[0] == "a"


def test_an_id_that_was_given_away_since_is_a_conflict(study):
    study.set_code("ours", "b", new_id="z", name="Z")
    entry = last(study)
    study.add_code("ours", Code("b", "B"))

    assert refusal(ConflictError, study.undo, entry) == (
        f"entry {entry} cannot be undone: the same code was made anew since, by entry "
        f"{entry + 1} (add code, tester); undo that one first"
    )


def _circle(study):
    study.move_code("ours", "b", parent="r")
    study.move_code("ours", "b", parent=None)
    entry = last(study)
    study.move_code("ours", "r", parent="b")
    return entry, "'r' was moved below it", "move code"


def _name_twice(study):
    study.set_code("ours", "b", name="Other")
    entry = last(study)
    study.set_code("ours", "a2", name="b")
    return entry, "'a2' was given a name that looks the same", "set code"


def _no_code_left(study):
    study.add_code("theirs", Code("n", "N"))
    entry = last(study)
    study.remove_code("theirs", "x")
    study.remove_code("theirs", "y")
    return entry, "its codebook lost every other code", "remove code"


def _rating_without_level(study):
    study.set_code("ours", "r", scale=(*YES_NO, Level(2, "Very")))
    entry = last(study)
    study.add_coding("p1", (0, 4), "r", coder="Ann", rating=2)
    return entry, "a coding got the rating 2 that it brought", "add coding"


def _level_of_a_rating_gone(study):
    study.set_code("ours", "r", scale=(*YES_NO, Level(2, "Very")))
    study.add_coding("p1", (0, 4), "r", coder="Ann", rating=2)
    study.remove_coding(study.codings()["coding"].iloc[0])
    entry = last(study)
    study.set_code("ours", "r", scale=YES_NO)
    return entry, "the scale of 'r' lost the 2", "set code"


@pytest.mark.parametrize(
    "steps",
    [_circle, _name_twice, _no_code_left, _rating_without_level, _level_of_a_rating_gone],
)
def test_an_undo_that_would_leave_no_sound_codebook_is_a_conflict(study, steps):
    entry, what, action = steps(study)
    before = everything(study)

    assert refusal(ConflictError, study.undo, entry) == (
        f"entry {entry} cannot be undone: {what} since, by entry {last(study)} ({action}, "
        "tester); undo that one first"
    )
    assert everything(study) == before


def test_an_undo_keeps_the_order_that_codes_were_given_since(study):
    study.add_code("ours", Code("n", "N", parent="a"))
    entry = last(study)
    study.move_code("ours", "r", before="a")

    study.undo(entry)

    assert shape(study) == ["r", "a", "a/a1", "a1/a1x", "a/a2", "b"]


def test_an_order_that_was_changed_again_is_not_taken_back(study):
    study.move_code("ours", "r", before="a")
    entry = last(study)
    study.move_code("ours", "b", before="r")

    assert refusal(ConflictError, study.undo, entry) == (
        f"entry {entry} cannot be undone: the order of its codes was changed since, by entry "
        f"{entry + 1} (move code, tester); undo that one first"
    )


def test_a_codebook_that_was_added_by_mistake_goes_by_undo(study):
    study.add_codebook("cascade")
    entry = last(study)

    undone = study.undo(entry)

    assert undone.removed == 8
    assert [book.id for book in study.codebooks()] == ["ours", "theirs"]
    study.undo(undone.entry)
    assert [book.id for book in study.codebooks()] == ["ours", "theirs", "cascade"]


def test_an_added_code_that_was_used_since_stays(study):
    study.add_code("ours", Code("n", "N"))
    entry = last(study)
    suggest(study, study.codebooks()[0].code("n").guid)
    study.add_coding("p1", (0, 4), "n", coder="Ann")

    assert refusal(ConflictError, study.undo, entry) == (
        f"entry {entry} cannot be undone: a coding has come to hang on what it added, by entry "
        f"{last(study)} (add coding, tester); undo that one first"
    )
    study.undo(last(study))
    assert study.undo(entry).removed == 2  # with what was suggested for it


def test_a_parent_comes_back_before_its_child(study):
    for code in ("a1x", "a1"):
        study.remove_code("ours", code)
    child, parent = last(study) - 1, last(study)

    assert "the code of a code was removed since" in refusal(ConflictError, study.undo, child)
    study.undo(parent)
    study.undo(child)

    assert {"a/a1", "a1/a1x"} < set(shape(study))


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["move", "merge", "set", "remove", "add"]),
        st.sampled_from(["a", "a1", "a1x", "a2", "b", "r"]),
        st.sampled_from(["a", "a1", "a1x", "a2", "b", None]),
    ),
    min_size=1, max_size=6,
)  # fmt: skip


def edit(study, step):
    """One change of a code, or none where it is refused."""
    kind, code, other = step
    try:
        if kind == "move":
            study.move_code("ours", code, parent=other)
        elif kind == "merge":
            study.merge_codes("ours", code, other or "b")
        elif kind == "set":
            study.set_code("ours", code, definition=f"{kind} {other}")
        elif kind == "remove":
            study.remove_code("ours", code)
        else:
            study.add_code("ours", Code(f"{code}-new", f"{code} new", parent=other))
    except (CodebookError, ConflictError, UnknownName):
        return


def six_coded(address):
    """Six codes without a rating, three of them below the first, each on words of its own."""
    names = {"a": None, "a1": "a", "a1x": "a1", "a2": "a", "b": None, "r": None}
    with TemporaryDirectory() as folder, Project.create(address, user="t") as study:
        codes = tuple(Code(one, one.upper(), parent=above) for one, above in names.items())
        study.add_codebook(Codebook("ours", "Ours", "1", codes))
        (Path(folder) / "p1.txt").write_text(P1, encoding="utf-8")
        study.add_sources([Path(folder) / "p1.txt"])
        for n, code in enumerate(names):
            study.add_coding("p1", (4 * n, 4 * n + 4), code, coder="Ann")


@given(steps=STEPS)
@settings(max_examples=25, deadline=None)
def test_undo_from_the_last_to_the_first_is_the_study_as_it_was(steps, copies, tmp_path_factory):
    path = copies.file(six_coded, tmp_path_factory.mktemp("codes") / "s.qualkit")
    with Project.open(path, user="t") as study:
        first, before = last(study), everything(study)
        books = {first: study.codebooks()[0]}
        for step in steps:
            edit(study, step)
            books[last(study)] = study.codebooks()[0]

        assert {entry: study.codebook_at("ours", entry) for entry in books} == books
        for entry in range(last(study), first, -1):
            study.undo(entry)
        assert everything(study) == before
        assert study.check().problems == ()


# As it once was ----------------------------------------------------------------------------


def test_every_change_of_a_codebook_is_a_version_of_it(study):
    study.set_code("ours", "a", definition="Said anew.")
    study.add_coding("p1", (0, 4), "a", coder="Ann")
    study.move_code("ours", "b", before="a")
    study.merge_codes("ours", "a2", "theirs/x")

    table = study.codebook_versions("ours")

    assert table["what"].tolist() == [
        "add codebook ours 1, 6 codes",
        "set code ours/a: definition",
        "move code ours/b",
        "merge codes ours/a2 into theirs/x",
    ]
    assert table["codes"].tolist()[1:] == [["a"], [], ["a2"]]
    assert sorted(table["codes"].iloc[0]) == ["a", "a1", "a1x", "a2", "b", "r"]
    assert set(table["who"]) == {"tester"}
    assert study.codebook_versions("theirs")["codes"].tolist() == [["x", "y"]]


def test_a_codebook_is_had_again_as_it_was_after_an_entry(study):
    first = study.codebooks()[0]
    entry = last(study)
    study.set_code("ours", "a", name="Other", new_id="o")
    study.merge_codes("ours", "o", "theirs/x")

    assert study.codebook_at("ours", entry) == first
    assert [one.id for one in study.codebook_at("ours", last(study)).codes] == ["b", "r"]
    changes = compare(study.codebook_at("ours", entry), study.codebook_at("ours", entry + 1))
    assert [(one.kind, one.field) for one in changes] == [("renamed", "id"), ("renamed", "name")]


def test_a_codebook_that_was_not_there_yet_is_refused(study):
    assert refusal(ValueError, study.codebook_at, "theirs", 1) == (
        "the codebook 'theirs' was not there at entry 1; it came with entry 2"
    )
    assert refusal(ValueError, study.codebook_at, "ours", 99) == (
        f"the log has no entry 99; its last is {last(study)}"
    )


def test_a_code_is_found_by_id_path_or_name(study):
    assert study.find_code("a1") == study.find_code("ours/a1") == study.find_code("A1")
    assert study.find_code("a1") == ("ours", "a1")


def test_a_shipped_codebook_is_had_again_after_its_words_were_changed(study):
    book = study.add_codebook("cascade")
    entry = last(study)
    study.set_code("cascade", book.codes[0].id, definition="Other.")

    assert study.codebook_at("cascade", entry) == read_codebook(SHIPPED / "cascade.yaml")


def test_the_log_names_the_change_and_never_the_words(study):
    study.set_code("ours", "a", definition="Secret words.")

    row = study.log().iloc[-1]
    assert (row["action"], row["what"]) == ("set code", "ours/a: definition")
    assert json.loads(row["after"])[0]["definition"] == "Secret words."
