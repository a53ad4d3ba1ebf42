"""Topics of 5,330 comments of patients: BERTopic as it comes against ours, by what people coded.

Bar: normalised mutual information (NMI) with human codes of at least .245 over three seeds, nobody left
out, under 10 seconds once the comments are embedded. A comment with several codes counts by its first, by
its most common, or once for each (pairs: no sorting into one topic each can come near 1). The comments
stand in QUALKIT_DATA and are no part of the project.
"""

from __future__ import annotations

import json
import os
import time
import warnings
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
from _measure import machine, peak_megabytes
from sklearn.metrics import normalized_mutual_info_score

from qualkit import topics
from qualkit.coding import embed
from qualkit.tables import COLUMNS

PATH = Path("coded") / "nhs_pxtextmining" / "segments.jsonl"
SEEDS = (0, 1, 2)


def scores(labels: np.ndarray, codes: list[list[str]]) -> dict[str, float]:
    """NMI under each rule of counting codes."""
    common = Counter(code for some in codes for code in some)
    coded = [n for n, some in enumerate(codes) if some]
    pairs = [(n, code) for n in coded for code in codes[n]]
    rules = {
        "first": ([codes[n][0] for n in coded], labels[coded]),
        "most common": ([max(codes[n], key=lambda c: common[c]) for n in coded], labels[coded]),
        "pairs": ([code for _, code in pairs], labels[[n for n, _ in pairs]]),
    }
    return {name: float(normalized_mutual_info_score(*both)) for name, both in rules.items()}


def as_it_comes(texts: list[str], vectors: np.ndarray, seed: int) -> np.ndarray:
    """BERTopic's own defaults, on the same vectors; the seed of its UMAP alone is set."""
    from bertopic import BERTopic
    from umap import UMAP

    umap = UMAP(15, n_components=5, min_dist=0.0, metric="cosine", random_state=seed, n_jobs=1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found, _ = BERTopic(umap_model=umap).fit_transform(texts, vectors)
    return np.array(found)


def measure(name: str, run: Callable[[int], np.ndarray], codes: list[list[str]]) -> float:
    """Print a line; the median seconds."""
    run(SEEDS[-1])  # numba compiles
    taken, outside = [], []
    found: dict[str, list[float]] = {}
    for seed in SEEDS:
        start = time.perf_counter()
        labels = run(seed)
        taken.append(time.perf_counter() - start)
        outside.append(float((labels < 0).mean()))
        for rule, score in scores(labels, codes).items():
            found.setdefault(rule, []).append(score)
    means = ", ".join(f"{rule} {np.mean(some):.3f}" for rule, some in found.items())
    seconds = float(np.median(taken))
    print(f"{name}: NMI {means}; {seconds:.1f} s; left out {np.mean(outside):.0%}")
    return seconds


def main() -> None:
    """Print the figures."""
    data = os.environ.get("QUALKIT_DATA")
    if data is None or not (Path(data) / PATH).exists():
        print("NO REAL DATA: topics were not measured; set QUALKIT_DATA to its folder")
        return
    rows = [json.loads(line) for line in (Path(data) / PATH).read_text("utf-8").splitlines()]
    rows.sort(key=lambda row: (row["doc"], row["pos"]))
    texts, codes = [row["text"] for row in rows], [row["codes"] for row in rows]
    vectors = embed.embed(texts)
    plain = dict.fromkeys(COLUMNS["segments"], "")
    segments = pd.DataFrame([{**plain, "text": text, "start": 0, "end": 1} for text in texts])

    def ours(seed: int, reduce: str = "umap") -> np.ndarray:
        found = topics.find(segments, k=30, vectors=vectors, seed=seed, reduce=reduce)
        return found.segments["topic"].to_numpy() - 1

    sentence = vectors[:, : topics.SENTENCE]
    theirs = measure("BERTopic as it comes", lambda s: as_it_comes(texts, sentence, s), codes)
    seconds = measure("ours", ours, codes)
    measure("ours, PCA", lambda s: ours(s, "pca"), codes)
    print(f"ours takes {seconds / theirs:.2f} times as long; {peak_megabytes()[0]:.0f} MB")
    print(machine())


if __name__ == "__main__":
    main()
