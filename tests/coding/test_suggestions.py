from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from qualkit.coding import embed
from qualkit.coding.stance import stances
from qualkit.coding.suggestions import judge, prepare, suggest
from qualkit.model import Code, Codebook
from tests.coding.material import BOOK, coded


def best(table):
    """The surest code of each place."""
    top = table.sort_values("confidence", ascending=False).drop_duplicates(["source", "start"])
    return {(row.source, row.start): row.code for row in top.itertuples()}


def right_share(found, truth):
    """Of the places with a suggestion, the share whose surest one is what people coded."""
    known = {(row.source, row.start): row.code for row in truth.itertuples()}
    told = best(found)
    return sum(known.get(place) == code for place, code in told.items()) / len(told)


def test_the_codebook_alone_suggests_from_the_first_minute():
    segments, truth = coded()

    found = suggest(segments, BOOK)

    assert found.method == "codebook"
    assert right_share(found.table, truth) > 0.8
    assert set(found.table["model"]) == {f"kernel ridge 1 on {embed.model_name()}"}


def test_what_was_coded_teaches_and_only_what_is_unread_gets_suggestions():
    segments, truth = coded(sources=10)
    taught = truth[truth["source"].isin([f"s{n}" for n in range(7)])]

    found = suggest(segments, BOOK, taught)

    assert found.method == "learned"
    assert set(found.table["source"]) <= {"s7", "s8", "s9"}
    assert right_share(found.table, truth) > 0.9
    assert found.codes["precision"].min() > 0.8


def test_a_suggestion_says_why():
    segments, truth = coded(sources=10)

    found = suggest(segments, BOOK, truth[truth["source"] != "s9"]).table
    row = found[found["text"].str.contains("waiting list")].iloc[0]

    reasons = row["reasons"]
    assert reasons["cues"] == ["waiting list"]
    assert any("wait" in word for word in reasons["words"])
    assert [set(one) for one in reasons["alike"]] == [
        {"source", "start", "end", "text", "alike"}
    ] * 2
    same = (segments["source"] == row["source"]) & (segments["start"] == row["start"])
    assert segments.loc[same, "text"].tolist() == [row["text"]]


def test_a_rejected_suggestion_teaches_and_does_not_come_back():
    segments, truth = coded(sources=10)
    taught = truth[truth["source"] != "s9"]
    first = suggest(segments, BOOK, taught).table.iloc[0]
    no = pd.DataFrame([{**first.to_dict(), "status": "rejected", "coding": None}])

    again = suggest(segments, BOOK, taught, decided=no).table

    same = again[(again["start"] == first["start"]) & (again["source"] == first["source"])]
    assert first["code"] not in set(same["code"])


def test_interviewers_get_no_suggestion():
    segments, _ = coded()
    segments.loc[::2, "role"] = "interviewer"

    found = suggest(segments, BOOK).table

    asked = segments[segments["role"] == "interviewer"]
    assert not set(zip(found["source"], found["start"], strict=True)) & set(
        zip(asked["source"], asked["start"], strict=True)
    )


def test_a_code_of_which_nothing_is_known_is_left_to_people():
    segments, truth = coded(sources=6)
    book = Codebook("b", "B", "1", (*BOOK.codes, Code("odd", "Odd", cues=("teapot",))))

    codes = suggest(segments, book, truth[truth["source"] != "s5"]).codes.set_index("code")

    assert codes.loc["odd", "left_to_people"] == (
        "fewer than 5 examples; the codebook alone speaks"
    )
    assert codes.loc["waiting", "left_to_people"] == ""


def test_the_same_is_suggested_twice():
    segments, truth = coded()
    taught = truth[truth["source"] < "s5"]

    pd.testing.assert_frame_equal(
        suggest(segments, BOOK, taught).table, suggest(segments, BOOK, taught).table
    )


def test_without_the_sentence_model_words_alone_speak(monkeypatch):
    monkeypatch.setattr(embed, "installed", lambda: False)
    segments, truth = coded(sources=10)

    found = suggest(segments, BOOK, truth[truth["source"] != "s9"])

    assert found.notes == ("the sentence model is not installed; suggestions go by words alone",)
    assert right_share(found.table, truth) > 0.8


def test_another_language_is_said_and_words_still_count():
    said = ["Wir haben sehr lange auf einen Termin gewartet.", "Die Mutter kam immer mit zu uns."]
    rows = [(f"s{n}", m, 60 * m, 60 * m + 47, text, "P", "participant", None)
            for n in range(8) for m, text in enumerate(said)]  # fmt: skip
    segments = pd.DataFrame(rows, columns=["source", "segment", "start", "end", "text", "speaker",
                                           "role", "item"])  # fmt: skip
    book = Codebook("b", "B", "1", (Code("warten", "Warten", cues=("gewartet",)),
                                    Code("mutter", "Eltern", cues=("Mutter",))))  # fmt: skip

    found = suggest(segments, book)

    assert found.notes == (
        "the text does not look English: sentence vectors and word forms are left out, "
        "words as they stand and their pieces still count",
    )
    assert found.table.groupby("code")["text"].first()["warten"] == said[0]


def test_no_code_is_refused():
    segments, _ = coded(1)

    with pytest.raises(ValueError, match=r"^there is no code to suggest; add a codebook first$"):
        suggest(segments, Codebook("b", "B", "1", ()))


@pytest.mark.parametrize("text", ["", "   ", "7", "😀", "a"])
def test_a_text_of_next_to_nothing_is_no_fault(text):
    segments = pd.DataFrame(
        [("s", 0, 0, max(1, len(text)), text, None, "participant", None)],
        columns=["source", "segment", "start", "end", "text", "speaker", "role", "item"],
    )

    assert suggest(segments, BOOK).method == "codebook"


def test_one_coded_passage_is_enough_to_go_on():
    segments, truth = coded(3)

    found = suggest(segments, BOOK, truth.head(1))

    assert found.method == "learned"
    assert np.isfinite(found.table["confidence"]).all()


def test_relearning_after_a_few_decisions_gives_what_learning_anew_gives():
    segments, truth = coded(sources=10)
    corpus = prepare(segments, [BOOK])
    known = _known(segments, truth, "s6")
    before = judge(corpus, known)
    more = _known(segments, truth, "s7")

    again, anew = judge(corpus, more, before=before), judge(corpus, more)

    assert again.learned.smoothing == before.learned.smoothing
    assert abs(again.confidence - anew.confidence).mean() < 0.05


def _known(segments, truth, last):
    from qualkit.coding.labels import labels

    taught = truth[truth["source"] <= last]
    return labels(segments, [("b", code.id) for code in BOOK.codes], taught)


def test_no_stances_until_there_are_enough():
    segments, truth = coded(3)

    found, why = stances(prepare(segments, [BOOK]), truth.assign(stance="positive").head(3))

    assert not found.astype(bool).any()
    assert why == (
        "no stances are suggested until 40 segments have one, 8 of at least two kinds; "
        "now 3 positive"
    )


def test_stances_are_learned_from_those_that_coders_gave():
    segments, truth = coded(sources=12)
    moods = {"waiting": "negative", "parents": "positive", "rooms": "negative"}
    given = truth.assign(stance=truth["code"].map(moods))

    found, why = stances(prepare(segments, [BOOK]), given[given["source"] < "s8"])

    assert why == ""
    unread = segments["source"].eq("s9") & segments["text"].str.contains("mum|dad|Parents|family")
    assert set(found[unread]) == {"positive"}
