"""Progress: what is counted by source, coder and theme, and what is to be done next."""

from __future__ import annotations

from pathlib import Path

import pytest

from qualkit.progress import Step, progress_of, saturation_of
from qualkit.project import Project
from qualkit.sample import build_sample

WORDS = (
    "Interviewer: What helped?\nParent: The staff listened.\nParent 2: I never knew who to ring.\n"
)
LISTENED, RING = (34, 53), (64, 90)


@pytest.fixture
def two(project, write):
    """A study with two sources of three turns, two of them answers, and nothing coded."""
    project.add_sources([write("p1.txt", WORDS), write("p2.txt", WORDS.replace("?", "? ?"))])
    return project


def code(project, span, theme="communication", *, source="p1", coder="Ann"):
    return project.add_coding(source, span, theme, coder=coder)


def suggested(project, count=1):
    made: list[dict[str, object]] = [
        {
            "source": "p2", "start": 36 + n, "end": 40, "text": "x", "confidence": 0.5,
            "codebook": "evaluation-topics", "code": "communication", "stance": None,
            "method": "codebook", "model": "", "reasons": {},
        }
        for n in range(count)
    ]  # fmt: skip
    project.keep_suggestions(made, methods=["codebook"])


def texts(project):
    return [step.text for step in progress_of(project).next_steps]


def test_answers_with_a_coding_by_anybody_are_coded_the_others_left(two):
    code(two, LISTENED)
    code(two, (34, 40), "staffing", coder="Ben")

    row = progress_of(two).by_source.iloc[0].to_dict()

    assert row == {
        "source": "p1", "case": "p1", "words": 11, "turns": 3, "answers": 2, "coded": 1,
        "left": 1, "codings": 2, "suggestions": 0,
    }  # fmt: skip


def test_a_coding_of_a_question_codes_no_answer(two):
    code(two, (13, 17))

    assert progress_of(two).by_source[["coded", "left", "codings"]].values.tolist()[0] == [0, 2, 1]


def test_a_coding_over_two_answers_codes_both(two):
    code(two, (LISTENED[0], RING[1]))

    assert progress_of(two).by_source["coded"].tolist() == [2, 0]


def test_only_open_suggestions_are_counted(two):
    suggested(two, 3)
    two.reject([two.suggestions()["suggestion"][0]], coder="Ann")

    assert progress_of(two).by_source["suggestions"].tolist() == [0, 2]


def test_coders_are_told_apart_with_their_last_coding(two):
    code(two, LISTENED)
    code(two, RING, source="p2")
    last = code(two, RING).created
    two.add_coder("Ben")

    made = progress_of(two).by_coder

    assert made.values.tolist() == [["Ann", 2, 3, last], ["Ben", 0, 0, ""]]


def test_themes_hold_the_codes_below_them_and_their_summaries(two):
    below = two.codes()
    child = below[below["theme"] != below["code"]].iloc[0]
    code(two, LISTENED, child["code"])
    two.set_summary(child["code"], "They are heard.", author="Ann", case="p1")

    made = progress_of(two).by_theme.set_index("theme").loc[child["theme"]]

    assert made[["codebook", "sources", "codings", "summaries"]].tolist() == [
        "evaluation-topics", 1, 1, 1,
    ]  # fmt: skip


def test_an_empty_study_begins_with_interviews_and_a_codebook(tmp_path):
    with Project.create(tmp_path / "new.qualkit") as project:
        made = progress_of(project)

    assert made.next_steps == (
        Step("Add your interviews.", "sources"),
        Step("Add a codebook, or make codes of your own.", "codebook"),
    )
    assert made.by_source.empty
    assert made.by_coder.empty
    assert made.by_theme.empty


def test_the_first_source_without_codings_is_next(two):
    made = progress_of(two).next_steps

    assert made == (
        Step("Code p1; 1 more source without codings.", "code", {"source": "p1"}),
        Step("Let the program suggest codes; you accept or reject them.", "suggestions"),
    )


def test_what_one_was_given_to_code_comes_before_all_else(two):
    two.assign(["p2", "p1"], ["Ann"])
    two.user = "Ann"

    assert progress_of(two).next_steps == (
        Step("Code p1, then say that you have finished it; 1 more source to finish.", "code",
             {"source": "p1"}),
    )  # fmt: skip


def test_a_coder_pack_ends_with_its_way_back(two, tmp_path):
    two.user = "Sue"
    two.assign(["p1"], ["Ann"])
    two.write_pack(tmp_path / "ann.qualkit", "Ann")

    with Project.open(tmp_path / "ann.qualkit", user="Ann") as pack:
        pack.set_done("Ann")
        steps = progress_of(pack).next_steps

    assert steps[-1] == Step("Send this file back to Sue when all is finished.", "code")


def test_two_who_coded_one_source_lead_to_the_page_of_agreement(two):
    code(two, LISTENED)
    two.add_coding("p1", (two.codings()["start"][0], two.codings()["end"][0]), "staffing",
                   coder="Bo")  # fmt: skip

    assert "See where coders agree, and settle where they do not." in texts(two)


def test_speakers_without_a_role_come_first(two):
    two.set_roles("p2", {"Parent": "unknown"})

    first = progress_of(two).next_steps[0]

    assert first == Step("Say who asks and who answers in 1 source.", "sources", {"source": "p2"})


def test_open_suggestions_are_to_be_decided(two):
    suggested(two, 2)

    assert "Accept or reject 2 suggestions." in texts(two)


def test_who_has_decided_all_suggestions_is_not_told_to_make_the_first(two):
    suggested(two)
    two.reject(list(two.suggestions()["suggestion"]), coder="Ann")

    assert not [text for text in texts(two) if "uggest" in text]


def test_a_cell_with_codings_and_no_summary_leads_to_that_cell(two):
    code(two, LISTENED)
    code(two, RING, source="p2")
    two.set_summary("communication", "They listen.", author="Ann", case="p1")

    step = next(s for s in progress_of(two).next_steps if s.page == "framework")

    assert step == Step(
        "Summarise 1 cell with codings and without a summary.",
        "framework",
        {"row": "p2", "theme": "evaluation-topics/communication"},
    )


def test_a_summary_whose_codings_changed_is_to_be_looked_at_again(two):
    code(two, LISTENED)
    two.set_summary("communication", "They listen.", author="Ann", case="p1")
    code(two, RING)

    step = next(s for s in progress_of(two).next_steps if s.page == "framework")

    assert step == Step(
        "Look again at 1 summary whose codings changed.",
        "framework",
        {"row": "p1", "theme": "evaluation-topics/communication"},
    )


def test_one_coder_alone_is_told_to_ask_a_second(two):
    code(two, LISTENED)
    assert "Only Ann has coded; let a second person code some sources." in texts(two)

    code(two, RING, coder="Ben")
    assert not [text for text in texts(two) if text.startswith("Only")]


def test_at_most_five_steps_are_named(two):
    two.set_roles("p2", {"Parent": "unknown"})
    code(two, LISTENED)
    two.set_summary("communication", "They listen.", author="Ann", case="p1")
    code(two, RING)
    code(two, RING, "staffing")

    assert texts(two) == [
        "Say who asks and who answers in 1 source.",
        "Code p2.",
        "Let the program suggest codes; you accept or reject them.",
        "Summarise 1 cell with codings and without a summary.",
        "Look again at 1 summary whose codings changed.",
    ]


def test_saturation_may_be_in_the_order_of_an_attribute(two):
    two.set_values({"p1": {"date": "2026-03-02"}, "p2": {"date": "2026-03-01"}})
    code(two, LISTENED)
    code(two, RING, source="p2")

    assert progress_of(two).saturation.table["source"].tolist() == ["p1", "p2"]
    assert saturation_of(two, by="date", base=1, run=1).notation == "1+1"
    assert saturation_of(two, by="date").table["source"].tolist() == ["p2", "p1"]


def test_a_sample_that_is_stopped_leaves_nothing(tmp_path):
    def stop(_done, _total, _what):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build_sample(tmp_path / "sample", progress=stop)

    assert list(Path(tmp_path / "sample").iterdir()) == []
