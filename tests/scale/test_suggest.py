"""Comments told in pieces are told what a study would tell them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from qualkit.coding import embed, features, suggestions
from qualkit.coding.cues import Matcher
from qualkit.coding.labels import labels
from qualkit.errors import ReadError, TableError
from qualkit.model import Code
from qualkit.scale import _words, confidences, learn_corpus, load, suggest_table
from tests.coding.material import BOOK, coded
from tests.scale.material import comments, learned

ODD = (
    "", " ", "  two  blanks ", "a\tb\nwaiting\r\nlist", "Zoë’s mum—and dad!", "👩‍👩‍👧 months, months…",
    "WAITING-LIST waiting list. Waiting  list", "don't can't e.g. http://a.b/c?d=e", "ﬁne ½ Ⅷ ΟΔΟΣ",
    "room\u00a0room \u200broom", "x " * 400 + "waiting list", "日本語のコメント mum", "\x1c\x00months",
)  # fmt: skip


@pytest.mark.parametrize(
    ("sources", "kept"), [(8, 1.0), (8, 0.03), (0, 0.0)], ids=["learned", "few", "codebook alone"]
)
def test_confidences_are_those_of_the_study_itself(sources, kept):
    segments, codings = coded()
    some = codings.iloc[: round(kept * len(codings))]
    alone = segments.assign(source=segments["source"] + segments["segment"].astype(str))
    corpus = suggestions.prepare(alone, [BOOK], kind="static")
    known = labels(segments, [(b, c.id) for b, c in corpus.codes], some)
    judged = suggestions.judge(corpus, known)
    wanted, _ = suggestions.with_codebook(corpus, judged, judged.examples < suggestions.FEW)

    found = confidences(segments["text"].tolist(), learn_corpus(corpus, known))

    assert not corpus.features.transcripts
    assert np.abs(found - wanted).max() < 1e-4


def test_a_comment_is_told_the_same_whatever_stands_beside_it():
    texts, taught = [*ODD, *comments(300)], learned()

    together = confidences(texts, taught)

    assert np.array_equal(together, np.concatenate([confidences([t], taught) for t in texts]))
    assert np.array_equal(together[::-1], confidences(texts[::-1], taught))


@pytest.mark.parametrize("pieces", [False, True])
def test_words_and_pieces_are_those_that_scikit_learn_finds(pieces):
    texts = [*ODD, *comments(200)]
    lexicon = features.lexicon(texts, pieces=pieces)
    kind = _words.Pieces if pieces else _words.Terms
    counts = kind(lexicon.get_feature_names_out().tolist()).counts(_words.words_of(texts))

    found = _words.weighed(counts, lexicon.idf_.astype(np.float32))

    assert np.abs((found - lexicon.transform(texts)).toarray()).max() < 1e-6


def test_static_vectors_are_those_of_whole_texts():
    texts = [*ODD, *comments(50)]

    found = _words.Static().rows(_words.words_of(texts))

    assert np.abs(found - embed.embed(texts, kind="static")).max() < 1e-6


def test_cues_are_those_that_the_matcher_finds():
    codes = (
        Code("w", "W", cues=("waiting list", "months", "month")),
        Code("m", "M", cues=("mum",)),
    )
    texts = [*ODD, *comments(50)]
    matcher = Matcher(codes)
    cues = _words.Cues([(n, cue) for n, code in enumerate(codes) for cue in code.cues])

    found = _words.cue_table(cues.find(_words.words_of(texts)), (len(texts), 2))

    assert (found != matcher.table(matcher.find(texts))).nnz == 0


def test_what_was_learned_reads_back_the_same(tmp_path):
    taught = learned()

    again = load(taught.save(tmp_path / "learned.npz"))

    assert again.digest == taught.digest
    assert np.array_equal(confidences(ODD, again), confidences(ODD, taught))


def test_another_file_is_refused(tmp_path):
    path = tmp_path / "learned.npz"
    path.write_bytes(b"PK\x03\x04 not an archive")

    with pytest.raises(ReadError, match=r"learned\.npz: is not what 'qualkit scale learn' writes"):
        load(path)


def test_a_suggestion_says_what_speaks_for_it():
    table = pd.DataFrame({"id": ["r1", "r2"], "text": ["The waiting list was long.", None]})

    found = suggest_table(table, learned(), most=1)

    assert found[["id", "codebook", "code", "why"]].values.tolist() == [
        ["r1", "b", "waiting", "cue: waiting list"]
    ]


def test_a_missing_column_is_named():
    with pytest.raises(TableError) as told:
        suggest_table(pd.DataFrame({"id": [], "answer": []}), learned())

    assert str(told.value) == "the table: has no column 'text'; it has ['id', 'answer']"
