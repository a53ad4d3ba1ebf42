"""The list of disagreeing passages: what is one, of what kind, who judged it, what became of it."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualkit.agreement._passages import passages_of
from qualkit.agreement.disagreements import confusion, context_of, disagreements
from qualkit.agreement.redefining import passage_counts, to_redefine
from qualkit.errors import TableError
from tests.agreement.passages import TEXT, assignments, codes, codings, decisions, turns


def found(*rows, **options):
    options.setdefault("turns", turns())
    return disagreements(codings(*rows), **options)


def kinds(*rows, **options):
    table = found(*rows, **options)
    return [(row.kind, row.also, row.codes, row.start, row.end) for row in table.itertuples()]


A_ELSEWHERE = ("A", 900, 904, "z")
B_ELSEWHERE = ("B", 900, 904, "z")


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([("A", 0, 49, "x"), ("B", 0, 49, "x")], []),
        ([("A", 1, 21, "x"), ("B", 1, 19, "x")], []),
        ([("A", 1, 21, "x"), ("B", 1, 18, "x")], [("boundary", (), ("x",), 1, 21)]),
        ([("A", 0, 49, "x"), ("B", 0, 24, "x"), ("B", 24, 49, "x")], []),
        ([("A", 0, 4, "x"), ("B", 0, 5, "x")], []),
        ([("A", 0, 49, "x"), B_ELSEWHERE, A_ELSEWHERE], [("missed", (), ("x",), 0, 49)]),
        ([("A", 0, 49, "x"), ("B", 0, 49, "y")], [("other code", (), ("x", "y"), 0, 49)]),
        ([("A", 0, 48, "x"), ("B", 38, 58, "y")], [("other code", (), ("x", "y"), 0, 58)]),
        (
            [("A", 0, 47, "x"), ("B", 38, 58, "y")],
            [("missed", (), ("x",), 0, 47), ("missed", (), ("y",), 38, 58)],
        ),
        (
            [("A", 0, 49, "x"), ("B", 0, 49, "x"), ("B", 0, 49, "y")],
            [("missed", (), ("y",), 0, 49)],
        ),
        (
            [("A", 0, 49, "x", "positive"), ("B", 0, 49, "x", "mixed")],
            [("stance", (), ("x",), 0, 49)],
        ),
        ([("A", 0, 49, "x", None, 1), ("B", 0, 49, "x", None, 2)], [("rating", (), ("x",), 0, 49)]),
        ([("A", 0, 49, "x", None, 1), ("B", 0, 49, "x")], [("rating", (), ("x",), 0, 49)]),
        (
            [("A", 0, 49, "x", "mixed", 1), ("B", 0, 24, "x", None, 2)],
            [("boundary", ("stance", "rating"), ("x",), 0, 49)],
        ),
    ],
    ids=[
        "the same", "nine tenths", "just under nine tenths", "one of them in two pieces",
        "but for white space", "one marked nothing", "another code", "half of the shorter",
        "less than half of the shorter", "a second code of one alone", "another stance",
        "another rating", "a rating and none", "several at once",
    ],
)  # fmt: skip
def test_each_kind_of_disagreement_is_told(rows, expected):
    assert kinds(*rows) == expected


def test_every_passage_on_which_any_of_three_coders_differ_names_all_who_judged_it():
    cy = ("C", 900, 904, "z")
    rows = [("A", 0, 49, "x"), ("B", 0, 24, "x"), cy, A_ELSEWHERE, B_ELSEWHERE]

    (row,) = found(*rows).to_dict("records")

    assert (row["kind"], row["also"], row["coders"]) == ("missed", ("boundary",), ("A", "B", "C"))
    assert [len(side["codings"]) for side in row["sides"]] == [1, 1, 0]


@pytest.mark.parametrize(
    ("third", "also"), [("y", ()), ("z", ()), (None, ("missed",))], ids=["as B", "a third", "none"]
)
def test_three_coders_who_chose_other_codes_for_the_same_words_are_one_passage(third, also):
    rows = [("A", 0, 49, "x"), ("B", 0, 49, "y"), ("C", 600, 649, "x"), ("A", 600, 649, "x"),
            ("B", 600, 649, "x"), *([("C", 0, 49, third)] if third else [])]  # fmt: skip

    (row,) = found(*rows).to_dict("records")

    assert (row["kind"], row["also"]) == ("other code", also)
    assert set(row["codes"]) == {"x", "y"} | ({third} - {None})


def test_of_two_codes_each_those_are_paired_that_share_most_words_then_those_of_one_theme():
    ends = [("A", 0, 49, "x"), ("A", 10, 49, "y"), ("B", 0, 49, "z"), ("B", 10, 49, "w")]
    same = [("A", 0, 49, "x"), ("A", 0, 49, "y"), ("B", 0, 49, "w"), ("B", 0, 49, "x.1")]
    book = codes("x", "x.1", "y", "z", "w")

    assert [one[2] for one in kinds(*ends, codes=book)] == [("x", "z"), ("w", "y")]
    assert sorted(one[2] for one in kinds(*same, codes=book)) == [("w", "y"), ("x", "x.1")]


def test_a_side_says_how_far_within_the_passage_it_begins_and_ends():
    (row,) = found(("A", 10, 49, "x"), ("B", 0, 24, "x")).to_dict("records")

    ends = [(side["starts_after"], side["ends_before"]) for side in row["sides"]]
    assert ends == [(10, 0), (0, 25)]
    assert row["text"] == TEXT[0:49]


# Who judged --------------------------------------------------------------------------------

ALONE = [("A", 0, 49, "x"), ("B", 0, 49, "x", None, None, "s2"), ("A", 0, 49, "x", None, None, "s2")]  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([], []),
        ([("s1", "B", None, None, "open")], []),
        ([("s1", "B", None, None, "done")], ["missed"]),
        ([("s1", "B", 25, 999, "done")], []),
        ([("s1", "B", 24, 999, "done")], ["missed"]),
    ],
    ids=["not assigned", "not done", "done", "less than half of it", "half of it and more"],
)
def test_words_that_a_coder_was_not_to_read_are_not_missed(rows, expected):
    table = found(*ALONE, assignments=assignments(*rows))

    assert table["kind"].tolist() == expected


@pytest.mark.parametrize(("interviewer", "expected"), [(False, []), (True, ["boundary"])])
def test_what_an_interviewer_says_is_not_compared(interviewer, expected):
    spoken = turns(("s1", "interviewer", 0, 24), ("s1", "participant", 25, 999))

    table = found(
        ("A", 0, 49, "x"), ("B", 25, 49, "x"), turns=spoken, interviewer=interviewer
    )  # fmt: skip

    assert table["kind"].tolist() == expected


def test_a_passage_has_the_speaker_and_line_of_the_turn_in_which_it_begins():
    spoken = turns(("s1", "interviewer", 0, 24), ("s1", "participant", 25, 999))

    row = found(("A", 25, 49, "x"), ("B", 30, 34, "x"), turns=spoken).iloc[0]

    assert (row["speaker"], row["line"], row["time"]) == ("P", 2, None)


def test_two_codebooks_are_never_taken_for_each_other():
    rows = [("A", 0, 49, "x"), ("B", 0, 49, "q", None, None, "s1", "other")]

    assert found(*rows).empty


# What was decided --------------------------------------------------------------------------

DIFFER = [("A", 0, 49, "x"), ("B", 0, 24, "x")]


def test_a_decision_holds_until_one_of_its_codings_changes():
    (row,) = found(*DIFFER).to_dict("records")
    decided = decisions((row, [("x", 0, 24)]))
    two = found(*DIFFER, ("A", 100, 149, "y"), decisions=decided)

    same = found(*DIFFER, decisions=decided).iloc[0]
    moved = found(DIFFER[0], ("B", 0, 20, "x"), decisions=decided).iloc[0]
    joined = found(*DIFFER, ("A", 45, 60, "x"), decisions=decided).iloc[0]

    assert (same["status"], same["decision"], same["decider"]) == ("settled", "d0", "Sue")
    assert two["decision"].tolist() == ["d0", None]
    assert (moved["status"], moved["decision"]) == ("changed since", "d0")
    assert (joined["status"], joined["result"][0]["end"]) == ("changed since", 24)


def test_of_two_decisions_on_what_is_one_passage_now_the_later_one_is_told():
    first, second = found(("A", 0, 49, "x"), ("B", 0, 24, "x"), ("A", 100, 149, "x"),
                          ("B", 100, 124, "x")).to_dict("records")  # fmt: skip
    decided = decisions((first, []), (second, [], {"decided": "2026-05-01T10:00:00Z"}))

    table = found(("A", 0, 149, "x"), *DIFFER[1:], ("A", 100, 149, "x"), ("B", 100, 124, "x"),
                  decisions=decided)  # fmt: skip

    assert table[["status", "decision"]].values.tolist() == [["changed since", "d1"]]


# Codes -------------------------------------------------------------------------------------


def test_confusion_counts_passages_characters_and_who_chose_which():
    table = found(
        ("A", 0, 49, "x"), ("B", 0, 24, "y"), ("A", 100, 149, "y"), ("B", 100, 149, "x"),
        ("A", 200, 249, "x"), ("B", 200, 249, "z"),
    )  # fmt: skip

    counted = confusion(table)

    columns = ["code_a", "code_b", "passages", "open", "characters"]
    assert counted[columns].values.tolist() == [["x", "y", 2, 2, 73], ["x", "z", 1, 1, 49]]
    assert counted["by"][0] == [
        {"coder_a": "A", "coder_b": "B", "passages": 1},
        {"coder_a": "B", "coder_b": "A", "passages": 1},
    ]


def redefined(*rows):
    own = codings(*rows)
    options = {"turns": turns(), "codes": codes()}
    table, counts = disagreements(own, **options), passage_counts(own, **options)
    return to_redefine(table, counts, codes=codes())


def test_one_disagreement_of_one_does_not_come_before_nine_of_ten():
    often = [
        row for n in range(10) for row in (("A", 50 * n, 50 * n + 49, "x"),
                                           ("B", 50 * n, 50 * n + (49 if n == 9 else 24), "x"))
    ]  # fmt: skip

    table = redefined(*often, ("A", 900, 949, "y"))

    # Wilson's intervals of 9 of 10 and 1 of 1, as statsmodels' proportion_confint has them
    assert table[["code", "passages", "disagreed"]].values.tolist() == [["x", 10, 9], ["y", 1, 1]]
    assert table["low"].tolist() == pytest.approx([0.5958500, 0.2065493], abs=1e-6)
    assert table["advice"][0] == (
        "Say in the definition of 'X' how much is to be marked, the sentence, the answer or the"
        " whole turn: 9 of 9 disagreements are about where it begins or ends."
    )


def test_a_code_that_one_coder_misses_is_read_with_that_coder_first():
    rows = [("A", 50 * n, 50 * n + 49, "x") for n in range(4)]

    table = redefined(*rows, ("B", 900, 949, "z"), ("A", 900, 949, "z"))

    assert table["missed_by"].tolist() == ["B"]
    assert table["advice"][0] == (
        "Read 'X' with B before its definition is changed: 4 of 4 disagreements are about words"
        " that some marked and others did not, 4 of them without B."
    )


@pytest.mark.parametrize(
    ("one", "other", "advice"),
    [
        (
            ("x", None, None), ("y", None, None),
            "'X' is most often taken for 'Y' (the one disagreement is about another code):"
            " say in what each of them excludes which one holds where both might.",
        ),
        (
            ("x", "positive", None), ("x", "mixed", None),
            "Say what makes 'X' positive, negative, mixed or neutral, with an example each: the one"
            " disagreement is about the stance alone.",
        ),
        (
            ("x", None, 1), ("x", None, 2),
            "Say for the levels of 'X', above all 1 and 2, what must be heard for each: the one"
            " disagreement is about the rating alone.",
        ),
    ],
)  # fmt: skip
def test_advice_is_about_the_kind_that_is_most_frequent(one, other, advice):
    table = redefined(("A", 0, 49, *one), ("B", 0, 49, *other))

    assert table["advice"][0] == advice


# Context -----------------------------------------------------------------------------------


def test_a_passage_is_read_with_what_is_said_before_and_after_it_in_its_turns():
    spoken = turns(("s1", "participant", 0, 24), ("s1", "interviewer", 25, 59))
    row = found(("A", 10, 34, "x"), ("B", 15, 19, "x"), turns=spoken).iloc[0]

    context = context_of(row, spoken, around=14)

    assert (context.before, context.after) == ("w000 w001 ", " w007 w008 ...")
    assert [(run.text, run.speaker, run.coders) for run in context.runs] == [
        ("w002 ", "P", ("A",)), ("w003", "P", ("A", "B")), (" w004", "P", ("A",)),
        ("w005 w006", "I", ("A",)),
    ]  # fmt: skip


# Always ------------------------------------------------------------------------------------

ROWS = st.lists(
    st.tuples(
        st.sampled_from("ABC"), st.integers(0, 30), st.integers(1, 12), st.sampled_from("xyz"),
        st.sampled_from([None, "positive", "mixed"]), st.sampled_from([None, 1, 2]),
    ),
    max_size=14, unique_by=lambda row: row[:4],
).map(
    lambda rows: [(who, 5 * at, 5 * (at + n) - 1, *rest) for who, at, n, *rest in rows]
)  # fmt: skip


@given(ROWS, st.randoms(use_true_random=False))
def test_rows_in_another_order_give_the_same_disagreements(rows, chance):
    own = codings(*rows)
    shuffled = own.sample(frac=1, random_state=chance.randrange(1000))

    one, other = (disagreements(table, turns=turns()) for table in (own, shuffled))

    pd.testing.assert_frame_equal(one, other)


@given(ROWS)
def test_each_coding_lies_in_exactly_one_passage(rows):
    own = codings(*rows)
    everything = passages_of(own, turns=turns())
    table = disagreements(own, turns=turns())

    placed = sorted(mark.id for passage in everything for mark in passage.marks)
    assert placed == sorted(own["coding"])
    told = [coding["coding"] for sides in table["sides"] for side in sides for coding in side["codings"]]  # fmt: skip
    assert sorted(told) == sorted(mark.id for one in everything if one.open for mark in one.marks)


@given(ROWS)
def test_coders_with_other_names_disagree_on_the_same_words(rows):
    names = {"A": "Zoe", "B": "Eve", "C": "Ann"}
    renamed = [(names[who], *rest) for who, *rest in rows]

    assert sorted(kinds(*rows)) == sorted(kinds(*renamed))


@pytest.mark.parametrize(
    ("text", "overlap", "message"),
    [
        (None, 0.9, "codings, row 1: its words are not those of 0 to 49"),
        ("short", 0.9, "codings, row 1: its words are not those of 0 to 49"),
        (TEXT[:49], 0, "disagreements: overlap 0 is not above 0 and at most 1"),
        (TEXT[:49], 1.1, "disagreements: overlap 1.1 is not above 0 and at most 1"),
    ],
)
def test_tables_and_options_that_cannot_be_are_refused(text, overlap, message):
    odd = codings(("A", 0, 49, "x")).assign(text=text)

    with pytest.raises(TableError) as caught:
        disagreements(odd, turns=turns(), overlap=overlap)

    assert str(caught.value) == message


def test_a_study_without_codings_has_no_disagreements():
    assert found().empty
    assert confusion(found()).empty
    assert redefined().empty
