"""Topics: everybody in one, the same each time, named by what is said, counted against codes."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from itertools import product

import numpy as np
import pandas as pd
import pytest

from qualkit import topics
from qualkit.coding import embed
from qualkit.errors import NotEnough, TableError, UnknownName
from qualkit.tables import COLUMNS

SUBJECTS = {
    "transport": ("bus", "train", "taxi", "car park", "lift from a neighbour"),
    "food": ("soup", "pudding", "breakfast", "sandwich", "salad"),
    "letters": ("letter", "email", "text message", "phone call", "leaflet"),
    "garden": ("roses", "lawn", "vegetable patch", "greenhouse", "apple trees"),
}
FRAMES = {
    "transport": ("The {} was late and the journey took an hour.", "Travel by {} to town is slow."),
    "food": ("The {} at lunch was cold and the kitchen closed.", "They cook a lovely {} to eat."),
    "letters": ("A {} came with the wrong address on it.", "Nobody answered my {} about the date."),
    "garden": (
        "We planted the {} in spring with the children.",
        "Digging round the {} is calming.",
    ),
}
GERMAN = (
    "Wir haben sehr lange auf einen Termin gewartet, und dann kam niemand zu uns.",
    "Das Essen in der Klinik war kalt und es gab jeden Tag die gleiche Suppe.",
    "Der Bus kommt nur einmal in der Stunde, deshalb sind wir immer zu spät.",
    "Im Garten haben die Kinder zusammen mit uns Tomaten und Rosen gepflanzt.",
)


def table(texts, *, role="participant", source=None):
    rows = []
    for n, text in enumerate(texts):
        name = source or f"p{n % 4}"
        rows.append((name, n, 1000 * n, 1000 * n + len(text), text, "P", role, None))
    return pd.DataFrame(rows, columns=list(COLUMNS["segments"]))


def forty():
    return [
        frame.format(thing)
        for n in range(2)
        for thing_at, name in product(range(5), SUBJECTS)
        for frame, thing in [(FRAMES[name][n], SUBJECTS[name][thing_at])]
    ]


@pytest.fixture(scope="module")
def found():
    return topics.find(table(forty()), k=4)


def labels(result):
    return result.segments["topic"].tolist()


def test_forty_segments_fall_into_the_four_things_they_are_about(found):
    subjects = list(SUBJECTS) * 10

    pairs = set(zip(subjects, labels(found), strict=True))

    assert len(pairs) == 4
    assert found.topics["size"].tolist() == [10, 10, 10, 10]
    assert (found.method, found.k, found.left_out) == ("BERTopic (PCA, k-means)", 4, 0)


def test_topics_are_named_by_their_words_and_shown_by_verbatim_passages(found):
    garden = found.topics.set_index("topic").loc[labels(found)[3]]

    assert {"garden", "plant", "child", "dig"} & set(garden["words"])
    assert garden["name"] == ", ".join(garden["words"][:3]).capitalize()
    texts = dict(zip(found.segments["start"], found.segments["text"], strict=True))
    assert len(garden["passages"]) == 3
    for passage in garden["passages"]:
        assert texts[passage["start"]] == passage["text"]
        assert passage["end"] - passage["start"] == len(passage["text"])


def test_centrality_lies_between_nought_and_one(found):
    assert found.segments["central"].between(0, 1).all()


def test_the_number_of_topics_follows_from_the_number_of_segments():
    assert [topics._usual(n) for n in (10, 40, 200, 1_800, 100_000)] == [2, 4, 10, 30, 30]


def test_the_larger_topic_has_the_smaller_number():
    result = topics.find(table(forty()[:40] + ["The bus was late again today."] * 7), k=4)

    assert result.topics["topic"].tolist() == [1, 2, 3, 4]
    assert result.topics["size"].is_monotonic_decreasing


ELSEWHERE = """
import json, sys
import numpy as np
import pandas as pd
from qualkit import topics
told = json.load(sys.stdin)
vectors = np.array(told["vectors"])
found = topics.find(pd.DataFrame(told["segments"]), vectors=vectors, k=5, seed=3)
print(json.dumps([found.segments["topic"].tolist(), found.topics["words"].tolist(), found.method]))
"""


def test_two_processes_find_the_same_topics_by_umap_too():
    handed = table([f"{text} It was {word}." for text, word in product(forty(), FEELINGS)])
    vectors = np.random.default_rng(0).normal(size=(240, 32))  # in no groups that chance would find

    here = topics.find(handed, vectors=vectors, k=5, seed=3)
    told = subprocess.run(
        [sys.executable, "-c", ELSEWHERE],
        input=json.dumps({"segments": handed.to_dict("records"), "vectors": vectors.tolist()}),
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip

    numbers, words, method = json.loads(told)
    assert (numbers, words) == (labels(here), here.topics["words"].tolist())
    assert method == here.method == "BERTopic (UMAP, k-means)"
    assert set(numbers) == {1, 2, 3, 4, 5}


FEELINGS = ("fine", "hard", "odd", "new to us", "a worry", "what we wanted")


def test_the_same_seed_gives_the_same_topics(found):
    again = topics.find(table(forty()), k=4)

    assert again.segments.equals(found.segments)
    assert again.topics.equals(found.topics)


@pytest.mark.parametrize("texts", [[], ["The bus was late."], ["", "  "] * 20, forty()[:9]])
def test_too_few_segments_are_refused_with_their_number(texts):
    there = sum(bool(text.strip()) for text in texts)

    with pytest.raises(NotEnough) as refused:
        topics.find(table(texts))

    assert str(refused.value) == (
        f"topics need at least 10 segments with words; there are {there} (interviewers' do not count)"
    )


def test_empty_texts_are_left_out_and_the_rest_is_not():
    result = topics.find(table([*forty(), "", " \n"]), k=4)

    assert len(result.segments) == 40


def test_identical_texts_are_one_topic():
    result = topics.find(table(["The bus was late again."] * 12), k=4)

    assert (result.k, result.topics["size"].tolist()) == (1, [12])
    assert result.warnings == ("4 topics were asked for; only 1 segments differ",)
    assert [p["text"] for p in result.topics["passages"][0]] == ["The bus was late again."]


def test_more_topics_than_segments_are_as_many_as_there_are_segments():
    result = topics.find(table(forty()[:12]), k=50)

    assert result.k == 12
    assert result.warnings == ("50 topics were asked for; only 12 segments differ",)


def test_words_that_say_nothing_are_still_sorted():
    result = topics.find(table(["Yes.", "No, never.", "Well.", "I was."] * 4), k=3)

    assert sum(result.topics["size"]) == 16


def test_german_works_and_is_said_to_be_no_english():
    result = topics.find(table([f"{text} ({n})" for n, text in product(range(5), GERMAN)]), k=4)

    assert sum(result.topics["size"]) == 20
    assert result.warnings[0].startswith("these texts do not look English")


def test_interviewers_make_no_topic_and_their_words_name_none():
    questions = ["Could you describe the greenhouse journey for me, describing it fully?"] * 8
    answers = [f"{text} You describe it." if n == 0 else text for n, text in enumerate(forty())]
    segments = pd.concat([
        table(questions, role="interviewer"), table(answers),
    ], ignore_index=True)  # fmt: skip

    result = topics.find(segments, k=4)

    assert set(result.segments["role"]) == {"participant"}
    assert "describe" not in {word for words in result.topics["words"] for word in words}


def test_density_may_leave_segments_out_and_counts_them():
    rng = np.random.default_rng(0)
    centres = np.repeat(np.eye(30)[:2] * 5, 15, axis=0)
    vectors = np.vstack([centres + rng.normal(0, 0.05, (30, 30)), rng.normal(0, 3, (10, 30))])

    result = topics.find(table(forty()), vectors=vectors, density=True)

    assert result.method == "BERTopic (PCA, HDBSCAN)"
    assert result.left_out == (result.segments["topic"] == 0).sum() > 0
    assert sum(result.topics["size"]) + result.left_out == 40


def test_the_sentence_vectors_decide_where_they_are_given():
    vectors = np.repeat(np.eye(384), 20, axis=0)[:40] + np.random.default_rng(0).normal(
        0, 0.01, (40, 384)
    )

    result = topics.find(table(forty()), vectors=vectors, k=2, model="mine")

    assert labels(result) == [1] * 20 + [2] * 20
    assert result.model == "mine"


def test_without_the_sentence_model_words_alone_are_used(monkeypatch):
    monkeypatch.setattr(embed, "installed", lambda: False)

    result = topics.find(table(forty()), k=4)

    assert result.model == "tf-idf"
    assert sum(result.topics["size"]) == 40


def test_without_bertopic_the_method_is_nmf_and_says_so(monkeypatch):
    real = importlib.util.find_spec
    monkeypatch.setattr(
        topics, "find_spec", lambda name: None if name == "bertopic" else real(name)
    )

    result = topics.find(table(forty()), k=4)

    assert (result.method, sum(result.topics["size"])) == ("NMF", 40)
    assert result.warnings == (
        "BERTopic is not installed (pip install 'qualkit[topics]'): topics by NMF of the words",
    )
    assert all(result.topics["words"])


@pytest.mark.parametrize(
    ("choices", "message"),
    [
        ({"k": 1}, "1 is no number of topics; ask for 2 or more"),
        (
            {"k": 3, "density": True},
            "with density the segments say how many topics there are; leave out k",
        ),
        ({"reduce": "tsne"}, "reduce is 'umap' or 'pca', not 'tsne'"),
        ({"vectors": np.ones((3, 4))}, "there are 40 segments and 3 vectors"),
    ],
)
def test_a_choice_that_cannot_be_is_refused(choices, message):
    with pytest.raises(ValueError) as refused:
        topics.find(table(forty()), **choices)

    assert str(refused.value) == message


def test_a_table_without_its_columns_is_refused():
    with pytest.raises(TableError):
        topics.find(pd.DataFrame({"text": forty()}))


def test_what_is_given_is_not_changed():
    segments = table(forty())

    topics.find(segments, k=3)

    assert segments.equals(table(forty()))


# Counting ----------------------------------------------------------------------------------


def test_merged_topics_are_one_with_all_their_segments(found):
    one, other = labels(found)[0], labels(found)[1]

    merged = topics.merge(found, [one, other])

    assert (merged.k, merged.topics["size"].tolist()) == (3, [20, 10, 10])
    assert [n == 1 for n in labels(merged)] == [n in {one, other} for n in labels(found)]


def test_only_topics_that_are_there_can_be_merged(found):
    with pytest.raises(UnknownName, match=r"no topic is called '9'"):
        topics.merge(found, [1, 9])
    with pytest.raises(ValueError, match=r"^name two topics or more to merge$"):
        topics.merge(found, [1, 1])


def test_an_attribute_is_counted_in_segments_and_sources(found):
    values = {"p0": "north", "p1": "north", "p2": "south"}

    counted = topics.by(found, values)

    assert set(counted["value"]) == {"north", "south", "(not given)"}
    assert len(counted) == 12
    assert counted["segments"].sum() == 40
    # source p0 holds every segment about transport, p1 those about food ...
    transport = counted[counted["topic"] == labels(found)[0]].set_index("value")
    assert transport.loc["north", ["segments", "sources", "share"]].tolist() == [10, 1, 0.5]
    assert transport.loc["south", ["segments", "sources", "share"]].tolist() == [0, 0, 0.0]


def codings(*rows):
    return pd.DataFrame(
        [{"source": s, "start": a, "end": b, "codebook": "cb", "code": c} for s, a, b, c in rows],
        columns=list(COLUMNS["codings"]),
    )


def test_the_crosswalk_counts_overlaps_in_read_sources(found):
    # p0 is transport: segments 0, 4 ... 36 at 1000 times their number; p1 is food
    marked = codings(
        *[("p0", 4000 * n + 1, 4000 * n + 3, "travel") for n in range(8)],
        ("p0", 0, 5, "delay"),
        ("p0", 500, 900, "delay"),  # between two segments
        ("p1", 1000, 1001, "meals"),
    )

    over = topics.crosswalk(found, marked).set_index("topic")

    transport, food, letters = (over.loc[labels(found)[n]] for n in range(3))
    assert transport[["read", "best", "best_share", "covered", "new"]].tolist() == [
        10, "cb/travel", 0.8, 0.8, False,
    ]  # fmt: skip
    assert (transport["cb/travel"], transport["cb/delay"], transport["cb/meals"]) == (0.8, 0.1, 0)
    assert food[["read", "best", "covered", "new"]].tolist() == [10, "cb/meals", 0.1, True]
    assert letters["read"] == 0
    assert letters[["best", "covered", "cb/travel"]].isna().all()
    assert not letters["new"]


def test_a_span_that_only_touches_a_segment_does_not_carry_over(found):
    end = int(found.segments["end"][0])

    over = topics.crosswalk(found, codings(("p0", end, end + 10, "travel")))

    assert over["covered"].dropna().tolist() == [0.0]
    assert over["new"].tolist() == [False] * 4


def test_without_codings_nothing_is_new(found):
    over = topics.crosswalk(found, codings())

    assert over["new"].tolist() == [False] * 4
    assert over["covered"].isna().all()


# Real data ---------------------------------------------------------------------------------


def test_topics_of_patients_share_as_much_with_human_codes_as_was_promised(patients):
    from sklearn.metrics import normalized_mutual_info_score

    codes = patients.segments["codes"].tolist()
    coded = [n for n, some in enumerate(codes) if some]
    common = {c: sum(c in some for some in codes) for some in codes for c in some}
    rules = {  # which of a comment's codes counts
        "the first": [codes[n][0] for n in coded],
        "the most common": [max(codes[n], key=lambda c: (common[c], c)) for n in coded],
    }

    # one start; benchmarks/bench_topics.py holds the mean of three against the same bar
    found = topics.find(table(patients.segments["text"]), k=30, vectors=patients.vectors, seed=0)

    assert (found.k, found.left_out) == (30, 0)
    mine = np.array(labels(found))[coded]
    scores = {name: normalized_mutual_info_score(theirs, mine) for name, theirs in rules.items()}
    assert min(scores.values()) >= 0.245, scores
