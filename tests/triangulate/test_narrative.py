"""The draft of findings: plain sentences, of which every figure leads back to its source."""

from __future__ import annotations

import pytest

from qualkit.triangulate import Ref, assess, narrative


def test_a_section_says_what_is_found_in_plain_sentences(assessed):
    section, trust, rooms = narrative(assessed)

    assert (section.title, [one.kind for one in section.paragraphs]) == (
        "Timeliness", ["text", "quote", "quote", "text", "verdict", "caution"],
    )  # fmt: skip
    assert [one.text for one in section.paragraphs] == [
        "Four of the five interviews, in two areas, spoke of this. Of these, three said that it "
        "had improved and one said that it had become worse.",
        "\u201cThey come within a week now, all of them, every single time.\u201d (Head, North, "
        "line 1)",
        "\u201cFor us the wait is longer, since the forms come to us first.\u201d (Nurse, South, "
        "line 5)",
        "In the survey, on \u2018We are seen soon\u2019, the average answer rose by 0.50 (95% "
        "interval 0.26 to 0.74; 48 answered both times; adjusted p = 0.001).",
        "[PROPOSED] The survey and the interviews agree: both show a change for the better.",
        "One interview speaks against the finding: d.",
    ]
    assert trust.paragraphs[0].text == "None of the five interviews speaks of this."
    assert [one.text for one in rooms.paragraphs] == [
        "One of the five interviews, in one area, spoke of this. It did not say whether it had "
        "changed.",
        "\u201cThere is a room.\u201d (Head, North, line 6)",
        "[PROPOSED] Interviews speak of this, but no finding is linked to it.",
        "No interview from this area speaks of it: South. No interview with this stakeholder type "
        "speaks of it: Nurse.",
    ]


def test_every_number_and_quotation_has_a_reference(assessed):
    heard, quote, _, finding, verdict, otherwise = narrative(assessed)[0].paragraphs

    assert heard.refs == (
        Ref("sources", ("a", "b", "c", "d")), Ref("sources", ("a", "b", "c")),
        Ref("codings", ("k0", "k1", "k2", "k3")), Ref("sources", ("d",)), Ref("codings", ("k4",)),
    )  # fmt: skip
    assert quote.pieces[0].refs == (Ref("codings", ("k0",)), Ref("sources", ("a",)))
    assert finding.refs == (Ref("finding", ("s/R1/mean/one-to-two/all",)),)
    assert verdict.refs == (Ref("link", ("l1",)),)
    assert otherwise.refs == (Ref("sources", ("d",)), Ref("codings", ("k4",)))
    loose = [
        piece.text for section in narrative(assessed) for paragraph in section.paragraphs
        for piece in paragraph.pieces
        if any(c.isdigit() for c in piece.text) and not piece.refs
    ]  # fmt: skip
    assert loose == [" (Head, North, line 1)", " (Nurse, South, line 5)", " (Head, North, line 6)"]


def test_what_is_withheld_stands_without_a_figure(study):
    study["findings"].loc[0, ["usable", "why"]] = [False, "fewer than 10 answers"]

    told = "\n".join(one.text for one in narrative(assess(**study))[0].paragraphs)

    assert (
        "In the survey, the figure on \u2018We are seen soon\u2019 cannot be used: fewer than 10 "
        "answers."
    ) in told
    assert "0.50" not in told
    assert "0.26" not in told


def test_themes_that_nothing_speaks_of_are_left_out_unless_asked_for(study):
    study["links"] = study["links"].iloc[:1]
    made = assess(**study)

    assert [one.title for one in narrative(made)] == ["Timeliness", "Rooms"]
    assert [one.title for one in narrative(made, silent=True)] == ["Timeliness", "Trust", "Rooms"]


STRAND = {"origin": "activity", "unit": "days", "value": -2.0, "low": -3.0, "high": -1.0,
          "question": "Days to a first look", "wave": "2024-09-to-2025-06"}  # fmt: skip
PRINTED = {"origin": "published", "source": "Report, p. 7", "question": "Ratings: A",
           "value": 3.2, "change": False, "wave": "followup", "low": None}  # fmt: skip
SCORE = {"measure": "score", "item": "trust", "question": "mean of T1, T2", "low": -0.1}


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (STRAND, "In the activity figures, \u2018Days to a first look\u2019 fell by 2 days from "
         "2024-09 to 2025-06 (95% interval of the change \u22123.00 to \u22121.00; n = 48; "),
        (PRINTED, "In a published table (Report, p. 7), on \u2018Ratings: A\u2019, the average answer "
         "was 3.20 in the wave \u2018followup\u2019 (48 answered; "),
        (SCORE, "In the survey, on \u2018Trust (mean of T1, T2)\u2019, the average score rose by 0.50 "
         "(95% interval of the change \u22120.10 to 0.74; "),
        ({"usable": False, "why": "The base is 4."},
         "In the survey, the figure on \u2018We are seen soon\u2019 cannot be used: the base is 4."),
    ],
)  # fmt: skip
def test_a_finding_is_told_in_the_words_of_its_kind(more, said, study):
    study["findings"] = study["findings"].astype(object)
    for name, value in more.items():
        study["findings"].loc[0, name] = value

    told = narrative(assess(**study))[0].paragraphs

    assert any(one.text.startswith(said) for one in told)


def test_a_caution_that_two_findings_share_is_given_once(study):
    study["links"].loc[1, ["code", "code_name", "theme"]] = ["time", "Timeliness", "time"]
    study["setting"] = type(study["setting"])(surveyed={"s": "Parent"})

    told = [one.text for one in narrative(assess(**study))[0].paragraphs if one.kind == "caution"]

    asked = "The survey asked other people (Parent) than those who spoke in interviews."
    assert sum(one.count(asked) for one in told) == 1
    assert told[0].startswith(f"One interview speaks against the finding: d. {asked}")
    assert told[1] == "One interview takes another view: d."
