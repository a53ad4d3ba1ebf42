"""Topics of 5,330 comments of patients: BERTopic as it comes against ours, by what people coded.

Bar: normalised mutual information (NMI) with human codes of at least .245 over three seeds, nobody left
out, under 10 seconds once the comments are embedded. A comment with several codes counts by its first, by
its most common, or once for each (pairs: no sorting into one topic each can come near 1). The comments
stand in QUALKIT_DATA and are no part of the project.
"""

from __future__ import annotations

import json
import warnings
from collections import Counter
from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd
from _measure import Row, data, peak_megabytes, show, timed
from sklearn.metrics import normalized_mutual_info_score

from qualkit import topics
from qualkit.coding import embed
from qualkit.tables import COLUMNS

PATH = "coded", "nhs_pxtextmining", "segments.jsonl"
OUTSIDE = "left out"
SEEDS = (0, 1, 2)


def scores(labels: np.ndarray, codes: list[list[str]]) -> dict[str, float]:
    """NMI under each rule of counting codes."""
    common = Counter(code for some in codes for code in some)
    coded = [n for n, some in enumerate(codes) if some]
    pairs = [(n, code) for n in coded for code in codes[n]]
    rules = {
        "agreement with codes (NMI), by first": ([codes[n][0] for n in coded], labels[coded]),
        "agreement with codes (NMI), by most common": (
            [max(codes[n], key=lambda c: common[c]) for n in coded],
            labels[coded],
        ),
        "agreement with codes (NMI), by pairs": (
            [code for _, code in pairs],
            labels[[n for n, _ in pairs]],
        ),
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


def measured(
    run: Callable[[int], np.ndarray], codes: list[list[str]]
) -> tuple[float, dict[str, float]]:
    """Median seconds, and the means of NMI and of what was left out."""
    run(SEEDS[-1])  # numba compiles
    found: dict[str, list[float]] = {}
    taken = []
    for seed in SEEDS:
        labels, one = timed(lambda: run(seed))  # noqa: B023
        taken.append(one)
        for rule, score in {**scores(labels, codes), OUTSIDE: float((labels < 0).mean())}.items():
            found.setdefault(rule, []).append(score)
    return float(np.median(taken)), {rule: float(np.mean(some)) for rule, some in found.items()}


def rows() -> Iterator[Row]:
    """The figures."""
    lines = data(*PATH).read_text("utf-8").splitlines()
    read = sorted(map(json.loads, lines), key=lambda row: (row["doc"], row["pos"]))
    texts, codes = [row["text"] for row in read], [row["codes"] for row in read]
    vectors = embed.embed(texts)
    plain = dict.fromkeys(COLUMNS["segments"], "")
    segments = pd.DataFrame([{**plain, "text": text, "start": 0, "end": 1} for text in texts])

    def ours(seed: int, reduce: str = "umap") -> np.ndarray:
        found = topics.find(segments, k=30, vectors=vectors, seed=seed, reduce=reduce)
        return found.segments["topic"].to_numpy() - 1

    sentence = vectors[:, : topics.SENTENCE]
    theirs, them = measured(lambda seed: as_it_comes(texts, sentence, seed), codes)
    for name, run in (("", ours), (", PCA", lambda seed: ours(seed, "pca"))):
        seconds, us = measured(run, codes)
        what = f"topics of {len(texts):,} comments{name}"
        yield Row(what, seconds, "s", "BERTopic as it comes", theirs)
        for rule, score in us.items():
            yield Row(f"  {rule}", score, "", "BERTopic as it comes", them[rule])
    yield Row("memory", peak_megabytes()[0], "MB")


if __name__ == "__main__":
    show(rows)
