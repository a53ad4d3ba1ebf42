"""Suggestions: embedding against sentence-transformers, relearning, a new interview, a large study.

Invented sentences; where QUALKIT_DATA is set, its coded texts are held against the bars for quality too:
3 % above what was measured before for mean average precision and macro F1, the mean of three seeds.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

import numpy as np
from _measure import Row, data, median, show

from qualkit import segmenting
from qualkit.coding import _network, embed
from qualkit.coding.suggestions import judge, of_corpus, prepare
from qualkit.model import Code, Codebook
from qualkit.tables import COLUMNS

VOCABULARY = """school nurse waiting list parents meeting referral young people anxiety teacher support
session week month phone email training budget room corridor panel trust plan family home clinic
worker assembly pupils attendance sleep anger friends exam form steering group pathway"""
WORDS = VOCABULARY.split()
SEGMENTS, CODES = 5000, 35
BARS = {  # precision and F1 after so many segments a code; the first code right and precision unlearned
    "nhs_pxtextmining": ({5: (0.405, 0.362), 20: (0.527, 0.498)}, (0.54, 0.28)),
    "serdif_usability": ({5: (0.285, 0.291), 20: (0.396, 0.383)}, (0.18, 0.13)),
}


def sentences(count: int, length: tuple[int, int], seed: int) -> list[str]:
    """Invented sentences of so many words."""
    rng = random.Random(seed)
    return [" ".join(rng.choices(WORDS, k=rng.randint(*length))) + "." for _ in range(count)]


def embedding() -> Iterator[Row]:
    """Vectors a second, each way of making them against sentence-transformers."""
    import logging

    logging.getLogger("sentence_transformers").setLevel(logging.ERROR)
    from sentence_transformers import SentenceTransformer

    theirs = SentenceTransformer(str(_network.folder()), device="cpu")
    for name, length in (("comments", (5, 30)), ("interview segments", (25, 90))):
        texts = sentences(600, length, 1)
        for kind in embed.MODELS:
            embed.embed(texts[:8], kind=kind)
        theirs.encode(texts[:8], show_progress_bar=False)
        base = median(lambda: theirs.encode(texts, show_progress_bar=False))  # noqa: B023
        for kind in embed.MODELS:
            took = median(lambda: embed.embed(texts, kind=kind))  # noqa: B023
            yield Row(f"vectors of 600 {name}, {kind}", took, "s", "sentence-transformers", base)


def relearning() -> Iterator[Row]:
    """Learning anew, and after ten more decisions."""
    import pandas as pd

    texts = sentences(SEGMENTS + 300, (8, 40), 2)
    rows = [(f"s{n // 50}", n % 50, 0, len(t), t, "P", "participant", None)
            for n, t in enumerate(texts)]  # fmt: skip
    table = pd.DataFrame(rows, columns=list(COLUMNS["segments"]))
    book = Codebook("b", "B", "1", tuple(Code(w, w, cues=(w,)) for w in WORDS[:CODES]))
    vectors = embed.embed(texts)
    corpus = prepare(table, [book], vectors=vectors)
    took = median(lambda: prepare(table, [book], vectors=vectors))
    yield Row(f"features of {len(texts):,} segments", took)
    truth = np.array([[1 if code.id in text else -1 for _, code in corpus.codes] for text in texts])
    for taught in (300, 1000, 3000, 4700):
        known = np.where(np.arange(len(texts))[:, None] < taught, truth, 0).astype(np.int8)
        first = judge(corpus, known)
        more = np.where(np.arange(len(texts))[:, None] < taught + 10, truth, 0).astype(np.int8)
        anew = median(lambda: judge(corpus, known))  # noqa: B023
        again = median(lambda: judge(corpus, more, before=first))  # noqa: B023
        what = f"relearning {CODES} codes after ten decisions, {taught} coded"
        yield Row(what, again, "s", "learning anew", anew)


def one_interview() -> Iterator[Row]:
    """What a coder waits for after an import."""
    import pandas as pd

    texts = sentences(300, (20, 35), 3)
    turns = pd.DataFrame(
        [("new", n, "P", "participant", 0, len(t), None, None, None, None, t)
         for n, t in enumerate(texts)], columns=list(COLUMNS["turns"]),
    )  # fmt: skip
    table = segmenting.by_sentences(turns)
    book = Codebook("b", "B", "1", tuple(Code(w, w, cues=(w,)) for w in WORDS[:CODES]))
    vectors = embed.embed(table["text"].tolist())
    none = pd.DataFrame(columns=["coding", "source", "start", "end", "codebook", "code"])
    took = median(lambda: of_corpus(prepare(table, [book], vectors=vectors), none))
    yield Row("suggestions for an interview of 8,000 words, vectors computed", took)


def real_texts() -> Iterator[Row]:
    """Suggestions on text that people have coded, against the bars."""
    from qualkit.coding import quality
    from qualkit.importers.coded import read_codes, read_segments

    for name, (bars, cold) in BARS.items():
        segments = read_segments(data("coded", name, "segments.jsonl"))
        codes = read_codes(data("coded", name, "codebook.json"))
        ready = quality.trial(segments, codes, vectors=embed.embed(segments["text"].tolist()))
        for count, wanted in bars.items():
            found = quality.evaluate(ready, per_code=count)
            for figure, least in zip(("mAP", "macro_f1"), wanted, strict=True):
                what = f"{name}, {count} segments a code: {figure}"
                yield Row(what, found[figure], "", "the bar", 1.03 * least)
            yield Row(f"{name}, {count} segments a code: ece", found["ece"], "", "the bar", 0.05)
        found = quality.evaluate(ready, per_code=1, method="cold")
        for figure, least in zip(("p1", "mAP"), cold, strict=True):
            yield Row(f"{name}, from the codebook: {figure}", found[figure], "", "the bar", least)


def rows() -> Iterator[Row]:
    """The figures."""
    yield from embedding()
    yield from relearning()
    yield from one_interview()
    yield from real_texts()


if __name__ == "__main__":
    show(rows)
