"""Open answers at national scale: suggestions for 30 codes, one worker against two, and memory.

Invented comments of 20 words: words that say nothing, words drawn as people use them, and words of codes. By
default 100,000 comments; QUALKIT_COMMENTS=1000000 for the figures of docs/limits.md. Where QUALKIT_DATA is set,
the loss against the full way is measured on comments that people coded.
"""

from __future__ import annotations

import csv
import itertools
import os
import random
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd
import psutil
from _measure import machine
from _national import vocabulary

from qualkit import scale
from qualkit.coding import quality, suggestions
from qualkit.importers.coded import read_codes, read_segments
from qualkit.model import Code, Codebook
from qualkit.tables import COLUMNS

COMMENTS = int(os.environ.get("QUALKIT_COMMENTS", "100000"))
CODES, TAUGHT = 30, 2_000
PLAIN = (
    "the",
    "and",
    "to",
    "of",
    "it",
    "was",
    "a",
    "they",
    "were",
    "we",
    "in",
    "that",
    "is",
    "for",
    "had",
    "not",
    "very",
    "at",
)


def report(what: str, figure: str) -> None:
    """One line of the table."""
    print(f"{what:72} {figure}", flush=True)


def comments(count: int, seed: int) -> Iterator[tuple[str, set[int]]]:
    """Comments and the codes that people would give them."""
    draw = random.Random(seed)
    names, weights = vocabulary()
    own, rest = names[1_000 : 1_000 + 4 * CODES], names[:1_000] + names[1_000 + 4 * CODES :]
    cumulated = list(itertools.accumulate(weights[: len(rest)]))
    for _ in range(count):
        codes = {draw.randrange(CODES) for _ in range(draw.choice((0, 1, 1, 2)))}
        said = draw.choices(PLAIN, k=10) + draw.choices(rest, cum_weights=cumulated, k=8)
        said += [own[4 * code + draw.randrange(4)] for code in codes for _ in range(2)]
        draw.shuffle(said)
        yield f"{' '.join(said).capitalize()}.", codes


def study() -> tuple[pd.DataFrame, Codebook, np.ndarray]:
    """Coded comments, their codebook, and what was said of each."""
    made = list(comments(TAUGHT, 1))
    rows = [(f"s{n // 100}", n % 100, 100 * n, 100 * n + len(t), t, f"r{n}", "participant", "why")
            for n, (t, _) in enumerate(made)]  # fmt: skip
    names, _ = vocabulary()
    codes = tuple(
        Code(f"c{j}", f"Code {j}", cues=tuple(names[1_000 + 4 * j : 1_002 + 4 * j]))
        for j in range(CODES)
    )
    known = np.array([[1 if j in found else -1 for j in range(CODES)] for _, found in made])
    return (
        pd.DataFrame(rows, columns=list(COLUMNS["segments"])),
        Codebook("b", "B", "1", codes),
        known.astype(np.int8),
    )


def table(path: Path, count: int) -> Path:
    """A CSV file of so many comments."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "text"])
        writer.writerows((f"r{n}", text) for n, (text, _) in enumerate(comments(count, 2)))
    return path


@contextmanager
def memory() -> Iterator[list[float]]:
    """The greatest memory of this process and all its children, in gigabytes."""
    peak, stop = [0.0], threading.Event()

    def watch() -> None:
        own = psutil.Process()
        while not stop.wait(0.5):
            total = 0
            for one in (own, *own.children(recursive=True)):
                try:
                    total += one.memory_info().rss
                except psutil.NoSuchProcess:
                    continue
            peak[0] = max(peak[0], total / 1e9)

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    yield peak
    stop.set()
    thread.join()


def full_way(learned: scale.Learned) -> None:
    """Suggestions for a few comments in the way of a study, against the same in pieces."""
    segments, book, known = study()
    begin = time.perf_counter()
    suggestions.judge(suggestions.prepare(segments, [book], kind="static"), known)
    full = time.perf_counter() - begin
    texts = [text for text, _ in comments(20_000, 3)]
    scale.confidences(texts, learned)
    begin = time.perf_counter()
    scale.confidences(texts, learned)
    alone = time.perf_counter() - begin
    ratio = full / TAUGHT * len(texts) / alone
    report(
        "one process, comments a second",
        f"{len(texts) / alone:,.0f}, {ratio:.0f} times a study's way",
    )


def timed(path: Path, learned: scale.Learned, workers: int) -> float:
    """Seconds that so many workers take."""
    with tempfile.TemporaryDirectory() as out:
        begin = time.perf_counter()
        scale.run(
            path, learned, out, scheduler="local", workers=workers, rows=min(50_000, COMMENTS // 20)
        )
        return time.perf_counter() - begin


def loss() -> None:
    """What is lost against the full way, on comments that people coded (three seeds)."""
    folder = Path(os.environ["QUALKIT_DATA"]) / "coded" / "nhs_pxtextmining"
    segments, book = read_segments(folder / "segments.jsonl"), read_codes(folder / "codebook.json")
    ready = {kind: quality.trial(segments, book, kind=kind) for kind in ("fp32", "static")}
    for per_code in (20, 50):
        each = [judged(ready, segments, book, per_code, seed) for seed in range(3)]
        for name in each[0]:
            means = {key: np.mean([one[name][key] for one in each]) for key in ("mAP", "p1", "p3")}
            report(
                f"nhs_pxtextmining, {per_code} a code, {name}",
                f"mAP {means['mAP']:.3f}, P@1 {means['p1']:.3f}, P@3 {means['p3']:.3f}",
            )


def judged(
    ready: dict[str, quality.Trial],
    segments: pd.DataFrame,
    book: Codebook,
    per_code: int,
    seed: int,
) -> dict[str, dict[str, float | None]]:
    """The figures of each way on documents that it has not seen."""
    truth = ready["fp32"].truth
    pool, test = quality.split(ready["fp32"], seed)
    taught = quality.sample(truth, pool, per_code, seed)
    known = np.zeros(truth.shape, dtype=np.int8)
    known[taught] = np.where(truth[taught], 1, -1)
    found = {}
    for kind, trial in ready.items():
        shown = suggestions.judge(trial.corpus, known).confidence[test]
        found[f"full way, {kind}"] = quality.ranked(truth[test], shown)
    alone = segments.iloc[taught].assign(role="participant")
    ids = [code.id for _, code in ready["static"].corpus.codes]
    corpus = suggestions.prepare(alone, [book], codes=ids, kind="static")
    learned = scale.learn_corpus(corpus, known[taught])
    shown = scale.confidences(segments["text"].iloc[test].tolist(), learned)
    return found | {"at scale, words of what was coded alone": quality.ranked(truth[test], shown)}


if __name__ == "__main__":
    print(machine())
    segments, book, known = study()
    learned = scale.learn_corpus(suggestions.prepare(segments, [book], kind="static"), known)
    report("learned from, embedding", f"{learned.taught} comments, {learned.embedding}")
    full_way(learned)
    with tempfile.TemporaryDirectory() as folder:
        path = table(Path(folder) / "comments.csv", COMMENTS)
        with memory() as peak:
            took = timed(path, learned, 2)
        report(
            f"{COMMENTS:,} comments, {CODES} codes, two workers",
            f"{took:.0f} s, {peak[0]:.1f} GB in all",
        )
        some = table(Path(folder) / "some.csv", COMMENTS // 5)
        one, two = timed(some, learned, 1), timed(some, learned, 2)
        report(
            f"{COMMENTS // 5:,} comments, one worker against two",
            f"{one:.0f} s, {two:.0f} s: {one / two:.2f} times",
        )
    if "QUALKIT_DATA" in os.environ:
        loss()
