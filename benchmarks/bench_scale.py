"""Open answers at national scale: suggestions for 30 codes, topics, into a study; time, memory, loss.

Bars: 1,000,000 comments of 20 words in under 10 minutes on two processors and under 6 GB in all; two
workers at least 1.7 times one. Invented comments: words that say nothing, words drawn as people use
them, and words of codes. By default 100,000 of them; QUALKIT_COMMENTS=1000000 for the figures of
docs/limits.md. Losses are measured on comments that people coded (QUALKIT_DATA).
"""

from __future__ import annotations

import csv
import itertools
import os
import random
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd
import psutil
from _measure import Row, alone, data, show, timed
from _national import vocabulary

from qualkit import scale, topics
from qualkit.coding import quality, suggestions
from qualkit.importers.coded import read_codes, read_segments
from qualkit.model import Code, Codebook
from qualkit.project import Project
from qualkit.tables import COLUMNS

COMMENTS = int(os.environ.get("QUALKIT_COMMENTS", "100000"))
KEPT = min(COMMENTS, 100_000)
CODES, TAUGHT = 30, 2_000
SEEDS = range(3)
BAR_SECONDS, BAR_GIGABYTES = 600 * COMMENTS / 1_000_000, 6
PLAIN = [
    "the", "and", "to", "of", "it", "was", "a", "they", "were", "we", "in", "that", "is", "for", "had",
    "not", "very", "at",
]  # fmt: skip


# What is measured on ---------------------------------------------------------------------------


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


# Time and memory -------------------------------------------------------------------------------


def speed(folder: Path) -> Iterator[Row]:
    """Suggestions, by one process, one worker, two; topics; into a study."""
    segments, book, known = study()
    learned = scale.learn_corpus(suggestions.prepare(segments, [book], kind="static"), known)
    path, out = table(folder / "comments.csv", COMMENTS), folder / "out"
    yield full_way(learned)
    with memory() as peak:
        _, one = timed(lambda: suggested(path, learned, folder / "one", 1))
        _, two = timed(lambda: suggested(path, learned, out, 2))
    what = f"{COMMENTS:,} comments, {CODES} codes"
    yield Row(f"{what}, one worker", one, "s", "the bar", BAR_SECONDS)
    yield Row(f"{what}, two workers", two, "s", "one worker", one)
    yield Row(f"{what}, memory of all processes", peak[0], "GB", "the bar", BAR_GIGABYTES)
    with memory() as peak:
        _, taken = timed(
            lambda: scale.topics(path, folder / "topics", k=30, scheduler="local", workers=2)
        )
    yield Row(f"{COMMENTS:,} comments into 30 topics, two workers", taken)
    yield Row(f"{COMMENTS:,} comments into 30 topics, memory of all", peak[0], "GB")
    few = table(folder / "few.csv", KEPT)
    scale.run(few, learned, folder / "few")
    taken, peak_kept = alone(kept_in, str(few), str(folder / "few"))
    yield Row(f"{KEPT:,} comments into a study, processor time", taken)
    yield Row(f"{KEPT:,} comments into a study, memory", peak_kept, "MB")


def suggested(path: Path, learned: scale.Learned, out: Path, workers: int) -> None:
    """Suggest with so many workers."""
    rows = min(20_000, COMMENTS // 20)
    scale.run(path, learned, out, scheduler="local", workers=workers, rows=rows)


def kept_in(path: str, out: str) -> None:
    """Comments and their suggestions kept in a new study."""
    with Project.create(Path(out).with_suffix(".qualkit"), user="Ada") as project:
        project.add_codebook(study()[1])
        scale.keep(project, out, path)


def full_way(learned: scale.Learned) -> Row:
    """One process against suggestions in the way of a study, on so few that this can be waited for."""
    segments, book, known = study()
    corpus = suggestions.prepare(segments, [book], kind="static")
    _, full = timed(
        lambda: suggestions.judge(suggestions.prepare(segments, [book], kind="static"), known)
    )
    texts = [text for text, _ in comments(20_000, 3)]
    scale.confidences(texts, learned)
    _, here = timed(lambda: scale.confidences(texts, learned))
    return Row(
        "comments suggested a second, one process", len(texts) / here, "",
        "in the way of a study, which also learns", len(corpus.segments) / full,
    )  # fmt: skip


# What is lost ----------------------------------------------------------------------------------


def loss() -> Iterator[Row]:
    """Suggestions and topics against the full ways, on comments that people coded (three seeds)."""
    folder = data("coded", "nhs_pxtextmining")
    segments, book = read_segments(folder / "segments.jsonl"), read_codes(folder / "codebook.json")
    ready = {kind: quality.trial(segments, book, kind=kind) for kind in ("fp32", "static")}
    for per_code in (20, 50):
        each = [judged(ready, segments, book, per_code, seed) for seed in SEEDS]
        for key, name in (("mAP", "mean average precision"), ("p1", "first suggestion right")):
            ours, full, static = (np.mean([one[way][key] for one in each]) for way in range(3))
            what = f"{per_code} coded a code: {name}"
            yield Row(what, float(ours), "", "a study, full sentence model", float(full))
            yield Row(what, float(ours), "", "a study, static vectors", float(static))
    yield sorted_alike(segments, ready["static"].corpus.features.unit)


def judged(
    ready: dict[str, quality.Trial],
    segments: pd.DataFrame,
    book: Codebook,
    per_code: int,
    seed: int,
) -> list[dict[str, float | None]]:
    """The figures on documents that were not seen: at scale, in full, in full with static vectors."""
    truth = ready["fp32"].truth
    pool, test = quality.split(ready["fp32"], seed)
    taught = quality.sample(truth, pool, per_code, seed)
    known = np.zeros(truth.shape, dtype=np.int8)
    known[taught] = np.where(truth[taught], 1, -1)
    found = [suggestions.judge(one.corpus, known).confidence[test] for one in ready.values()]
    some = segments.iloc[taught].assign(role="participant")
    ids = [code.id for _, code in ready["static"].corpus.codes]
    corpus = suggestions.prepare(some, [book], codes=ids, kind="static")
    learned = scale.learn_corpus(corpus, known[taught])  # knows the words of what was coded alone
    found.insert(0, scale.confidences(segments["text"].iloc[test].tolist(), learned))
    return [quality.ranked(truth[test], shown) for shown in found]


def sorted_alike(segments: pd.DataFrame, vectors: np.ndarray) -> Row:
    """How much topics share with the commonest code of each comment (NMI)."""
    from sklearn.metrics import normalized_mutual_info_score as shared

    counts = Counter(code for some in segments["codes"] for code in some)
    coded = np.flatnonzero(segments["codes"].str.len() > 0)
    wanted = [max(segments["codes"].iloc[n], key=lambda c: counts[c]) for n in coded]
    here, full = [], []
    for seed in SEEDS:
        here.append(shared(wanted, at_scale(segments, seed)[coded]))
        found = topics.find(segments, k=30, seed=seed, vectors=vectors, model="static")
        full.append(shared(wanted, found.segments["topic"].to_numpy()[coded]))
    return Row("30 topics: agreement with codes (NMI)", float(np.mean(here)), "",
               "topics in a study, static vectors", float(np.mean(full)))  # fmt: skip


def at_scale(segments: pd.DataFrame, seed: int) -> np.ndarray:
    """The topics of comments, by way of a table."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "comments.csv")
        segments[["text"]].to_csv(path, index=False)
        done = scale.topics(path, Path(folder, "out"), id=None, k=30, seed=seed).done
        parts = [pd.read_parquet(done.folder / part["file"]) for part in done.parts]
    return pd.concat(parts)["topic"].to_numpy()


def rows() -> Iterator[Row]:
    """Time and memory, then what is lost."""
    with tempfile.TemporaryDirectory() as folder:
        yield from speed(Path(folder))
    yield from loss()


if __name__ == "__main__":
    show(rows)
