"""Suggestions: embedding against sentence-transformers, relearning, a new interview, a large study.

Invented sentences; where QUALKIT_DATA is set, its coded texts are held against the bars for quality too:
3 % above what was measured before for mean average precision and macro F1, the mean of three seeds.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from _measure import machine

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


def report(what: str, figure: str) -> None:
    """One line of the table."""
    print(f"{what:72} {figure}", flush=True)


def seconds(work: Callable[[], object]) -> float:
    """Wall time of a piece of work."""
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def sentences(count: int, length: tuple[int, int], seed: int) -> list[str]:
    """Invented sentences of so many words."""
    rng = random.Random(seed)
    return [" ".join(rng.choices(WORDS, k=rng.randint(*length))) + "." for _ in range(count)]


def embedding() -> None:
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
        base = seconds(lambda: theirs.encode(texts, show_progress_bar=False))  # noqa: B023
        report(f"sentence-transformers, {name}", f"{600 / base:,.0f} a second")
        for kind in embed.MODELS:
            took = min(seconds(lambda: embed.embed(texts, kind=kind)) for _ in range(2))  # noqa: B023
            report(f"  {kind}", f"{base / took:.1f} times as fast, {600 / took:,.0f} a second")


def relearning() -> None:
    """Learning anew, and after ten more decisions."""
    import pandas as pd

    texts = sentences(SEGMENTS + 300, (8, 40), 2)
    rows = [(f"s{n // 50}", n % 50, 0, len(t), t, "P", "participant", None)
            for n, t in enumerate(texts)]  # fmt: skip
    table = pd.DataFrame(rows, columns=list(COLUMNS["segments"]))
    book = Codebook("b", "B", "1", tuple(Code(w, w, cues=(w,)) for w in WORDS[:CODES]))
    vectors = embed.embed(texts)
    begin = time.perf_counter()
    corpus = prepare(table, [book], vectors=vectors)
    report(f"features of {len(texts)} segments", f"{time.perf_counter() - begin:.1f} s")
    truth = np.array([[1 if code.id in text else -1 for _, code in corpus.codes] for text in texts])
    for taught in (300, 1000, 3000, 4700):
        known = np.where(np.arange(len(texts))[:, None] < taught, truth, 0).astype(np.int8)
        first = judge(corpus, known)
        more = np.where(np.arange(len(texts))[:, None] < taught + 10, truth, 0).astype(np.int8)
        anew = seconds(lambda: judge(corpus, known))  # noqa: B023
        again = seconds(lambda: judge(corpus, more, before=first))  # noqa: B023
        report(
            f"relearning {CODES} codes after ten decisions, {taught} segments coded",
            f"{again:.2f} s, {again / anew:.2f} times learning anew",
        )


def one_interview() -> None:
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
    took = seconds(lambda: of_corpus(prepare(table, [book], vectors=vectors), none))
    report("suggestions for an interview of 8,000 words, vectors computed", f"{took:.1f} s")


def real_texts() -> None:
    """Suggestions on text that people have coded, against the bars."""
    from qualkit.coding import quality
    from qualkit.importers.coded import read_codes, read_segments

    for name, (bars, cold) in BARS.items():
        folder = Path(os.environ["QUALKIT_DATA"]) / "coded" / name
        segments = read_segments(folder / "segments.jsonl")
        vectors = embed.embed(segments["text"].tolist())
        ready = quality.trial(segments, read_codes(folder / "codebook.json"), vectors=vectors)
        for count, (precision, macro) in bars.items():
            found = quality.evaluate(ready, per_code=count)
            report(
                f"{name}, {count} segments a code",
                f"precision {found['mAP']:.3f} (bar {1.03 * precision:.3f}), "
                f"F1 {found['macro_f1']:.3f} (bar {1.03 * macro:.3f}), "
                f"calibration error {found['ece']:.3f} (bar .050)",
            )
        found = quality.evaluate(ready, per_code=1, method="cold")
        report(
            f"{name}, from the codebook alone",
            f"first code right {found['p1']:.2f} (bar {cold[0]}), "
            f"precision {found['mAP']:.2f} (bar {cold[1]})",
        )


if __name__ == "__main__":
    print(machine())
    embedding()
    relearning()
    one_interview()
    if "QUALKIT_DATA" in os.environ:
        real_texts()
