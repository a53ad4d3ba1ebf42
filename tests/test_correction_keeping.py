"""A corrected transcript, and what becomes of everything that lies on the old one."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from qualkit.errors import CodebookError, ConflictError, NotAllowed, UnknownName
from qualkit.importers.worker import read_file
from qualkit.model import Code, seal_of_mark
from qualkit.project import Project

BOOK, CODE, OTHER = "evaluation-topics", "communication", "set-up.recruitment"
SAID = (
    "Sam: What helped?\nP1: Well, 😀 the nurse listned to us. We were heard. It was fine.\n"
    "Sam: Thanks.\nP1: Yes.\n"
)
NURSE, HEARD, FINE, WELL = "the nurse listned to us.", "We were heard.", "It was fine.", "Well, 😀"


def built(address):
    """A study with a transcript and six codings, three of them side by side."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        for file, words in (("p1.txt", SAID), ("p2.txt", "Sam: And?\nP2: No.\n")):
            (folder / file).write_text(words, "utf-8")
        with Project.create(address, codebooks=[BOOK], user="Ann") as study:
            study.add_sources([folder / "p1.txt", folder / "p2.txt"])
            for words in (WELL, NURSE, HEARD, f" {FINE}"):
                study.add_coding("p1", span(SAID, words), CODE, coder="Ann")
            study.add_coding("p1", span(SAID, FINE), OTHER, coder="Bo", memo="Why?")
            study.add_coding("p2", (14, 17), CODE, coder="Ann")


@pytest.fixture
def study(address_of):
    with Project.open(address_of(built), user="Ann") as project:
        yield project


@pytest.fixture
def on_file(copies, tmp_path):
    path = copies.file(built, tmp_path / "study.qualkit")
    with Project.open(path, user="Ann") as project:
        yield project


def span(text, words):
    return text.index(words), text.index(words) + len(words)


def corrected(write, old, new, text=SAID):
    assert old in text
    return write("p1.txt", text.replace(old, new).replace("\n", "\r\n"))


def texts(table):
    return sorted(zip(table["code"], table["coder"], table["text"], strict=True))


def coding_of(study, words):
    return next(row for row in study.codings().to_dict("records") if row["text"] == words)


def everything(study):
    tables = (
        study.codings(), study.turns(["p1"]), study.unplaced(), study.assignments(),
        study.decisions(), study.suggestions(), study.sign_offs(), study.sources(),
    )  # fmt: skip
    said = [
        table.drop(columns=["version"], errors="ignore")
        .sort_values(list(table.columns[:3]))
        .to_dict("records")
        for table in tables
    ]
    return repr(said), study.source("p1").text


# Codings -------------------------------------------------------------------------------------


def test_every_coding_stays_moves_or_breaks_and_keeps_its_words(study, write):
    before = texts(study.codings())

    made = study.replace_source("p1", corrected(write, "listned", "listened"))

    assert [one.text for one in made.stays] == [WELL]
    assert [(one.text, one.new_start - one.start) for one in made.moves] == [
        (HEARD, 1), (f" {FINE}", 1), (FINE, 1),
    ]  # fmt: skip
    assert [(one.text, one.new_text) for one in made.breaks] == [
        (NURSE, "the nurse listened to us.")
    ]
    waiting = study.unplaced()
    assert sorted([*texts(study.codings()), *texts(waiting)]) == before
    assert study.source("p1").text == SAID.replace("listned", "listened")
    assert study.check().problems == ()
    assert study.search("listened")["source"].tolist() == ["p1"]
    assert study.search("listned").empty


def test_a_preview_says_the_same_and_changes_nothing(on_file, write):
    file, before = corrected(write, "listned", "listened"), everything(on_file)
    entries = on_file.last_entry()

    seen = on_file.preview_replacement("p1", file)

    assert (everything(on_file), on_file.last_entry()) == (before, entries)
    made = on_file.replace_source("p1", read_file(file))
    assert (seen.stays, seen.moves, seen.breaks) == (made.stays, made.moves, made.breaks)
    assert (seen.applied, made.applied) == (False, True)


@pytest.mark.parametrize("at_top", ["12345678901234", ""])  # as long as a coding, and shorter
def test_codings_side_by_side_take_each_others_places_and_an_undo_puts_them_back(
    study, write, at_top
):
    before = everything(study)
    old = "Sam: What helped?\n" if not at_top else "Sam: What"
    file = corrected(write, old, at_top + ("" if not at_top else f" {old}"))

    made = study.replace_source("p1", file)

    assert len(made.moves) == 5
    assert study.check().problems == ()
    study.undo(made.entry)
    assert everything(study) == before
    assert study.check().problems == ()


def test_reworded_codings_take_the_words_proposed_at_once(on_file, write):
    held = coding_of(on_file, NURSE)["coding"]

    made = on_file.replace_source("p1", corrected(write, "listned", "listened"), reword=True)

    assert made.counts == {"stays": 1, "moves": 3, "breaks": 1, "proposed": 1, "reworded": 1}
    assert coding_of(on_file, "the nurse listened to us.")["coding"] == held
    assert on_file.unplaced().empty
    assert on_file.check().problems == ()


def test_of_two_codings_that_would_stand_on_the_same_words_one_waits_with_its_own(on_file, write):
    on_file.add_coding("p1", span(SAID, "We were heard"), CODE, coder="Ann")

    made = on_file.replace_source("p1", corrected(write, HEARD, "We were heard"), reword=True)

    assert made.counts == {"stays": 3, "moves": 2, "breaks": 1, "proposed": 0, "reworded": 0}
    assert made.warnings == ("1 coding would stand twice on the same words, and waits",)
    assert on_file.unplaced()["text"].tolist() == [HEARD]
    assert on_file.check().problems == ()


REFUSED = [
    (lambda study, write: study.replace_source("p1", write("p1.txt", SAID)),
     ConflictError, "p1: the text is the same; there is nothing to replace"),
    (lambda study, write: study.replace_source("p1", write("b.txt", "Sam: And?\nP2: No.\n")),
     ConflictError, "p1: the same file is in the project as 'p2'"),
    (lambda study, write: study.replace_source("p9", write("p1.txt", "x")),
     UnknownName, None),
    (lambda study, _: study.place_unplaced("x", (0, 1)), UnknownName, None),
    (lambda study, _: study.edition_text("p1", 2), ValueError, "p1 has no edition 2; it has 1"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "error", "message"), REFUSED)
def test_what_cannot_be_is_refused_and_changes_nothing(on_file, write, call, error, message):
    before, entries = everything(on_file), on_file.last_entry()

    with pytest.raises(error) as raised:
        call(on_file, write)

    assert message is None or str(raised.value) == message
    assert (everything(on_file), on_file.last_entry()) == (before, entries)


# What hangs on codings and on the text -------------------------------------------------------


def test_roles_stay_with_their_speakers_also_under_another_name(on_file, write):
    on_file.set_roles("p1", {"P1": "interviewer", "Sam": "participant"})

    made = on_file.replace_source("p1", corrected(write, "P1:", "Teacher 4:"))

    roles = {turn.speaker: turn.role for turn in on_file.source("p1").turns}
    assert roles == {"Sam": "participant", "Teacher 4": "interviewer"}
    assert made.warnings == ("'P1' is called 'Teacher 4' now",)


def test_another_interviews_file_is_warned_of(on_file, write):
    text = "Kim: Where do you live?\nD9: By the sea, where the boats land in autumn and spring.\n"

    made = on_file.preview_replacement("p1", write("d9.txt", text * 3))

    assert made.warnings[0].endswith("of the text is what it was: is this the same interview?")
    assert len(made.breaks) == 5


def settled(study, words, result):
    row = coding_of(study, words)
    seal = seal_of_mark(row["start"], row["end"], BOOK, row["code"], None, None)
    study.settle(
        "p1", (row["start"], row["end"]), kind="missed", choice="Ann", decider="Sue",
        seals={row["coding"]: seal}, result=result,
    )  # fmt: skip
    return row["coding"]


def given(words):
    start, end = span(SAID, words)
    return {"code": CODE, "start": start, "end": end, "stance": None, "rating": None, "memo": ""}


def test_decisions_suggestions_and_assignments_move_or_go_with_their_words(study, write):
    held = settled(study, HEARD, [given(HEARD)])
    settled(study, NURSE, [])
    study.sign_off("p1", by="Sue", seal="x")
    study.assign([("p1", *span(SAID, SAID.split("\n")[1]))], ["Bo"], blind=False)
    study.keep_suggestions(
        [{"source": "p1", "start": span(SAID, words)[0], "end": span(SAID, words)[1],
          "text": words, "codebook": BOOK, "code": CODE, "confidence": 0.5, "method": "codebook",
          "model": "m", "reasons": {}} for words in (HEARD, NURSE)],
        methods=["codebook"],
    )  # fmt: skip
    before, new = everything(study), SAID.replace("listned", "listened to me and")

    made = study.replace_source("p1", corrected(write, "listned", "listened to me and"))

    start, end = span(new, HEARD)
    (decision,) = study.decisions().to_dict("records")
    assert (decision["start"], decision["end"]) == (start, end)
    assert decision["seals"] == {held: seal_of_mark(start, end, BOOK, CODE, None, None)}
    assert [(one["start"], one["text"]) for one in decision["result"]] == [(start, HEARD)]
    assert study.suggestions()["text"].tolist() == [HEARD]
    assert study.suggestions()["start"].tolist() == [start]
    (assigned,) = study.assignments()[["start", "end"]].to_numpy().tolist()
    assert new[slice(*assigned)] == new.split("\n")[1]
    assert study.sign_offs().empty
    assert made.warnings == (
        "1 suggestion went with its words",
        "1 decision has to be made again",
        "the sign-off is withdrawn: look at it again",
    )
    assert study.check().problems == ()
    study.undo(made.entry)
    assert everything(study) == before


def test_summary_is_told_of_codings_that_broke_and_not_of_those_that_moved(on_file, write):
    on_file.set_summary(CODE, "They were heard.", author="Ann", source="p1")

    on_file.replace_source("p1", corrected(write, "listned", "listened"))

    told = on_file.summaries()[["evidence", "added", "gone", "altered"]].to_numpy().tolist()
    assert told == [[4, 0, 1, 0]]


# Codings that wait ---------------------------------------------------------------------------


@pytest.fixture
def waiting(on_file, write):
    on_file.replace_source("p1", corrected(write, "the nurse listned to us. ", ""))
    return on_file


def test_coding_that_waits_gets_a_place_and_is_the_same_coding_again(on_file, write):
    was = coding_of(on_file, NURSE)
    made = on_file.replace_source("p1", corrected(write, "listned to us", "had time"))
    (row,) = on_file.unplaced().to_dict("records")

    placed = on_file.place_unplaced(row["unplaced"], (31, 49))

    assert (placed.id, placed.created) == (was["coding"], was["created"])
    assert placed.text == on_file.source("p1").text[31:49]
    assert on_file.unplaced().empty
    assert made.counts["breaks"] == 1
    on_file.undo(on_file.last_entry())
    assert on_file.unplaced()["text"].tolist() == [NURSE]


def test_nothing_is_proposed_for_words_that_were_taken_out(waiting):
    (one,) = waiting.unplaced()["unplaced"]

    with pytest.raises(ConflictError, match="nothing is proposed"):
        waiting.accept_proposals([one])


def test_words_that_a_later_correction_brings_back_are_proposed(waiting, write):
    made = waiting.replace_source("p1", write("p1.txt", SAID + "P1: Bye.\n"))

    assert made.warnings == ("1 waiting coding has its words again",)
    (placed,) = waiting.accept_proposals(waiting.unplaced()["unplaced"])
    assert (placed.start, placed.text) == (SAID.index(NURSE), NURSE)


def test_waiting_codings_can_be_dropped_and_brought_back(waiting):
    assert waiting.drop_unplaced(waiting.unplaced()["unplaced"]) == 1

    assert waiting.unplaced().empty
    waiting.undo(waiting.last_entry())
    assert waiting.unplaced()["text"].tolist() == [NURSE]


def test_a_code_with_waiting_codings_goes_only_by_a_merge_that_takes_them_along(waiting):
    waiting.add_code(BOOK, Code("new-one", "New one"))

    waiting.merge_codes(BOOK, CODE, "new-one")

    assert waiting.unplaced()["code"].tolist() == ["new-one"]
    with pytest.raises(CodebookError, match="1 coding without a place"):
        waiting.remove_code(BOOK, "new-one")


def test_coders_place_and_drop_their_own_alone_and_the_blind_see_no_others(waiting):
    (one,) = waiting.unplaced()["unplaced"]
    waiting.add_coder("Sue", role="supervisor")
    waiting.user = "Sue"
    waiting.set_coder("Bo", role="coder")
    waiting.set_coder("Ann", role="coder")
    waiting.user = "Bo"

    with pytest.raises(NotAllowed):
        waiting.drop_unplaced([one])
    waiting.user = "Sue"
    waiting.assign(["p1"], ["Bo"])
    waiting.user = "Bo"
    assert waiting.unplaced().empty
    waiting.user = "Ann"
    assert waiting.drop_unplaced([one]) == 1


# Editions ------------------------------------------------------------------------------------


def test_every_text_a_source_had_is_listed_and_can_be_read(waiting, write):
    waiting.user = "Bo"
    waiting.replace_source("p1", write("p1.txt", SAID + "P1: Bye.\n"))

    found = waiting.editions("p1")

    assert found[["edition", "who", "current"]].to_numpy().tolist() == [
        [1, "Ann", False], [2, "Ann", False], [3, "Bo", True],
    ]  # fmt: skip
    assert waiting.edition_text("p1", 1) == SAID
    assert waiting.edition_text("p1", 3) == waiting.source("p1").text
    assert waiting.editions("p2")["edition"].tolist() == [1]
