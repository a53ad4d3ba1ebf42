"""How good suggestions are, measured on text that people have coded.

Two ways. On a study itself: every source is judged by what the others taught (sources left
out). On any coded segments: documents are split, a model learns from about n coded segments a
code, and is judged on documents that it has not seen; figures of different methods compare as
long as this protocol is kept.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any, Final

from qualkit.coding import learn, work
from qualkit.coding.embed import DEFAULT
from qualkit.coding.labels import labels
from qualkit.coding.suggestions import Corpus, Judged, from_which, judge, left_to_people, prepare
from qualkit.errors import NotEnough
from qualkit.model import INTERVIEWER, PARTICIPANT

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from qualkit.coding.embed import Progress
    from qualkit.model import Codebook

TEST: Final = 0.3  # the share of documents that is judged on
CONTEXT: Final = 0.1  # the share of a speaker's segments coded below which they are context


@dataclass(frozen=True, slots=True)
class Trial:
    """Coded segments made ready: the corpus, and which codes people applied."""

    corpus: Corpus
    truth: np.ndarray
    candidates: np.ndarray
    documents: np.ndarray


def trial(
    segments: pd.DataFrame,
    book: Codebook,
    *,
    min_examples: int = 20,
    vectors: np.ndarray | None = None,
    kind: str = DEFAULT,
    progress: Progress | None = None,
) -> Trial:
    """Make coded segments ready for :func:`evaluate` and :func:`work_saved`.

    Speakers of whom less than a tenth is coded (a moderator who reads the tasks) are context.

    Parameters
    ----------
    segments : DataFrame
        As :func:`qualkit.importers.coded.read_segments` gives them.
    book : Codebook
    min_examples : int
        Segments that a code needs to be tried at all.
    """
    import numpy as np

    coded = segments["codes"].map(bool)
    share = coded.groupby(segments["speaker"]).transform("mean")
    role = np.where(share < CONTEXT, INTERVIEWER, PARTICIPANT)
    table = segments.assign(role=role)
    candidates = role == PARTICIPANT
    counts: dict[str, int] = {}
    for codes in segments["codes"][candidates]:
        for code in codes:
            counts[code] = counts.get(code, 0) + 1
    known = [code.id for code in book.codes if counts.get(code.id, 0) >= max(1, min_examples)]
    if not known:
        raise NotEnough(f"no code of the codebook has {min_examples} examples")
    corpus = prepare(table, [book], vectors=vectors, codes=known, kind=kind, progress=progress)
    place = {code.id: n for n, (_, code) in enumerate(corpus.codes)}
    truth = np.zeros((len(table), len(place)), dtype=bool)
    for row, codes in enumerate(segments["codes"]):
        truth[row, [place[code] for code in codes if code in place]] = True
    return Trial(corpus, truth, candidates, segments["source"].to_numpy())


def evaluate(
    ready: Trial,
    *,
    per_code: int,
    seeds: Sequence[int] = (0, 1, 2),
    method: str = "learned",
) -> dict[str, Any]:
    """The figures of one setting, means over the seeds.

    Parameters
    ----------
    ready : Trial
    per_code : int
        About so many coded segments a code are learned from.
    seeds : sequence of int
    method : str
        ``learned``, or ``cold``: from the codebook alone.

    Returns
    -------
    dict
        ``p1``, ``p3``, ``r3`` (of the codes ranked for a segment that carries any), ``mAP``
        (average precision, averaged over codes), ``macro_f1``, ``micro_f1`` (at the thresholds
        that were set), ``ece`` (expected calibration error of all confidences, ten bins),
        ``over_80`` (the share right among confidences over 80 %, None where there is none),
        ``fit_seconds``, ``taught`` (segments learned from), ``codes``, ``segments``.
    """
    import numpy as np

    if method not in {"learned", "cold"}:
        raise ValueError(f"method {method!r} is not one of learned, cold")
    found = [_one(ready, per_code, seed, method) for seed in seeds]
    means = {key: _mean([one[key] for one in found]) for key in found[0]}
    return {
        "per_code_n": per_code if method == "learned" else 0,
        **means,
        "codes": len(ready.corpus.codes),
        "segments": int(np.sum(ready.candidates)),
    }


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return round(sum(known) / len(known), 4) if known else None


def _one(ready: Trial, per_code: int, seed: int, method: str) -> dict[str, float | None]:
    import numpy as np

    pool, test = split(ready, seed)
    known = np.zeros(ready.truth.shape, dtype=np.int8)
    if method == "learned":
        taught = sample(ready.truth, pool, per_code, seed)
        known[taught] = np.where(ready.truth[taught], 1, -1)
    begin = time.perf_counter()
    judged = judge(ready.corpus, known)
    seconds = time.perf_counter() - begin
    truth, shown = ready.truth[test], judged.confidence[test]
    told = shown >= from_which(judged.thresholds)[None, :]
    sure = shown > learn.SURE
    return {
        **ranked(truth, shown),
        **f1(truth, told),
        "ece": calibration_error(shown, truth),
        "over_80": float(truth[sure].mean()) if sure.any() else None,
        "fit_seconds": seconds,
        "taught": float((known != 0).any(1).sum()),
    }


def split(ready: Trial, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Segments to learn from and to be judged on, never of one document."""
    import numpy as np

    names = np.unique(ready.documents[ready.candidates])
    if len(names) < 2:
        raise NotEnough("at least two documents are needed, to learn from one and judge the other")
    rng = np.random.RandomState(seed)  # the protocol's own generator, so that figures compare
    rng.shuffle(names)
    held = set(names[: max(1, round(len(names) * TEST))].tolist())
    out = np.array([name in held for name in ready.documents])
    return np.flatnonzero(~out & ready.candidates), np.flatnonzero(out & ready.candidates)


def sample(truth: np.ndarray, pool: np.ndarray, per_code: int, seed: int) -> np.ndarray:
    """About so many segments a code, and uncoded ones in the pool's own proportion."""
    import numpy as np

    order = pool.copy()
    np.random.RandomState(1000 + seed).shuffle(order)
    counts = np.zeros(truth.shape[1], dtype=int)
    kept, empty = [], []
    for row in order:
        codes = truth[row]
        if not codes.any():
            empty.append(row)
        elif (counts[codes] < per_code).any():
            kept.append(row)
            counts += codes
    coded = int(truth[pool].any(1).sum())
    share = len(empty) / max(1, coded)
    return np.array(kept + empty[: round(len(kept) * share)], dtype=int)


def ranked(truth: np.ndarray, scores: np.ndarray) -> dict[str, float | None]:
    """P@1, P@3, R@3 of the codes ranked for segments that carry any, and mAP over codes."""
    import numpy as np

    carry = truth.any(1)
    if not carry.any():
        return {"p1": None, "p3": None, "r3": None, "mAP": None}
    order = np.argsort(-scores[carry], axis=1, kind="stable")
    hits = np.take_along_axis(truth[carry], order, 1)
    return {
        "p1": float(hits[:, 0].mean()),
        "p3": float(hits[:, :3].mean()),
        "r3": float((hits[:, :3].sum(1) / hits.sum(1)).mean()),
        "mAP": learn.mean_precision(truth, scores),
    }


def f1(truth: np.ndarray, told: np.ndarray) -> dict[str, float | None]:
    """Macro F1 over the codes that occur, and micro F1."""
    import numpy as np

    occur = truth.any(0)
    right = (truth & told).sum(0)
    both = truth.sum(0) + told.sum(0)
    each = 2 * right / np.maximum(both, 1)
    return {
        "macro_f1": float(each[occur].mean()) if occur.any() else None,
        "micro_f1": float(2 * right[occur].sum() / max(1, both[occur].sum())),
    }


def calibration_error(shown: np.ndarray, truth: np.ndarray, bins: int = 10) -> float:
    """Expected calibration error (Naeini et al. 2015): the mean gap of confidence and share right.

    >>> import numpy as np
    >>> calibration_error(np.array([0.95, 0.95]), np.array([True, False]))
    0.45
    """
    import numpy as np

    confidence, right = shown.ravel(), truth.ravel()
    place = np.minimum((confidence * bins).astype(int), bins - 1)
    gaps = np.abs(
        np.bincount(place, confidence, bins) - np.bincount(place, right.astype(float), bins)
    )
    return round(float(gaps.sum() / max(1, len(confidence))), 6)


@dataclass(frozen=True, slots=True)
class Quality:
    """How good suggestions are on a study's own codings.

    Attributes
    ----------
    codes : DataFrame
        One row a code: ``codebook``, ``code``, ``examples``, ``precision``, ``recall``, ``f1``
        (at the threshold that is used), ``average_precision``, ``coders_f1`` (how far two coders
        agree on segments that both read, where any did), ``left_to_people``.
    overall : dict
        ``mAP``, ``macro_f1``, ``micro_f1``, ``ece``, ``over_80``, ``sources``, ``segments``.
    curve : DataFrame
        ``sources`` that taught, ``mAP`` and ``macro_f1`` on the others.
    """

    codes: pd.DataFrame
    overall: dict[str, float | int | None]
    curve: pd.DataFrame


def study(
    corpus: Corpus,
    codings: pd.DataFrame,
    decided: pd.DataFrame | None = None,
    *,
    curve: bool = True,
) -> Quality:
    """Judge every source by what the others taught.

    Raises
    ------
    NotEnough
        Where fewer than three sources (or stretches of one) were coded.
    """
    import numpy as np

    names = [(book, code.id) for book, code in corpus.codes]
    known = labels(corpus.segments, names, codings, decided)
    known[(corpus.segments["role"] == INTERVIEWER).to_numpy()] = 0
    rows = np.flatnonzero((known != 0).any(1))
    if len(np.unique(corpus.groups[rows])) < 3:
        raise NotEnough("at least three sources must be coded before suggestions can be judged")
    judged = judge(corpus, known)
    if judged.calibration is None:
        raise NotEnough("no code was applied yet; code a few sources first")
    taught = judged.learned.rows
    shown = judged.calibration.confidence(judged.learned.left_out[taught])
    codes = _each(corpus, known[taught], shown, judged, coders_f1(corpus, codings, decided))
    overall = _overall(known[taught], shown, judged.thresholds)
    overall |= {"sources": int(corpus.segments["source"].iloc[taught].nunique()),
                "segments": len(taught)}  # fmt: skip
    return Quality(codes, overall, _curve(corpus, known) if curve else _no_curve())


def _each(
    corpus: Corpus,
    known: np.ndarray,
    shown: np.ndarray,
    judged: Judged,
    coders: dict[tuple[str, str], float],
) -> pd.DataFrame:
    import pandas as pd

    rows = []
    for j, (book, code) in enumerate(corpus.codes):
        told = known[:, j] != 0
        truth, said = known[told, j] == 1, shown[told, j] >= from_which(judged.thresholds)[j]
        right = int((truth & said).sum())
        share = [right / n if n else None for n in (int(said.sum()), int(truth.sum()))]
        both = int(said.sum() + truth.sum())
        rows.append((
            book, code.id, int(truth.sum()), *share, 2 * right / both if both else None,
            judged.precision[j], coders.get((book, code.id)),
            left_to_people(judged, int(told.sum()), j),
        ))  # fmt: skip
    columns = ["codebook", "code", "examples", "precision", "recall", "f1", "average_precision",
               "coders_f1", "left_to_people"]  # fmt: skip
    numbers = dict.fromkeys(columns[3:8], "float64")
    return pd.DataFrame(rows, columns=columns).astype(numbers).round(4)


def _overall(
    known: np.ndarray, shown: np.ndarray, thresholds: np.ndarray
) -> dict[str, float | int | None]:
    truth, told = known == 1, known != 0
    sure = (shown > learn.SURE) & told
    found = {
        "mAP": learn.mean_precision(truth, shown, said=told),
        **f1(truth, (shown >= from_which(thresholds)[None, :]) & told),
        "ece": calibration_error(shown[told], truth[told]),
        "over_80": float(truth[sure].mean()) if sure.any() else None,
    }
    return {key: None if value is None else round(value, 4) for key, value in found.items()}


def coders_f1(
    corpus: Corpus, codings: pd.DataFrame, decided: pd.DataFrame | None = None
) -> dict[tuple[str, str], float]:
    """How far coders agree on each code: the F1 of one against another, over all pairs.

    On segments that both have read; 1 is perfect. A machine is judged against this, not against
    perfection.
    """
    import numpy as np

    names = [(book, code.id) for book, code in corpus.codes]
    each = {
        str(coder): labels(corpus.segments, names, own, _by(decided, coder))
        for coder, own in codings.groupby("coder")
    }
    both, marked = np.zeros(len(names)), np.zeros(len(names))
    for one, other in combinations(sorted(each), 2):
        shared = (each[one] != 0) & (each[other] != 0)
        a, b = (each[one] == 1) & shared, (each[other] == 1) & shared
        both += (a & b).sum(0)
        marked += a.sum(0) + b.sum(0)
    return {name: float(2 * both[j] / marked[j]) for j, name in enumerate(names) if marked[j]}


def _by(decided: pd.DataFrame | None, coder: object) -> pd.DataFrame | None:
    return None if decided is None else decided[decided["decider"] == coder]


def _no_curve() -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(columns=["sources", "mAP", "macro_f1"])


def _curve(corpus: Corpus, known: np.ndarray, *, seeds: int = 3) -> pd.DataFrame:
    """Quality on sources held out as ever more of the others teach."""
    import numpy as np
    import pandas as pd

    groups = np.unique(corpus.groups[(known != 0).any(1)])
    points: dict[int, list[tuple[float, float]]] = {}
    for seed in range(seeds):
        order = np.random.default_rng(seed).permutation(groups)
        held = order[: max(1, len(order) // 4)]
        rest = order[len(held) :]
        test = np.isin(corpus.groups, held) & (known != 0).any(1)
        for share in (0.25, 0.5, 0.75, 1.0):
            count = max(1, round(share * len(rest)))
            some = np.isin(corpus.groups, rest[:count])
            judged = judge(corpus, np.where(some[:, None], known, 0).astype(np.int8))
            shown, truth, told = judged.confidence[test], known[test] == 1, known[test] != 0
            chosen = (shown >= from_which(judged.thresholds)[None, :]) & told
            precision = learn.mean_precision(truth, shown, said=told)
            points.setdefault(count, []).append((precision, f1(truth, chosen)["macro_f1"] or 0.0))
    rows = [(n, *(round(float(x), 4) for x in np.mean(p, 0))) for n, p in sorted(points.items())]
    return pd.DataFrame(rows, columns=["sources", "mAP", "macro_f1"])


def work_saved(
    ready: Trial, *, codes: Sequence[str] | None = None, progress: Progress | None = None
) -> dict[str, Any]:
    """How much has to be read to find a code's segments, with relearning as one reads.

    Returns
    -------
    dict
        ``read_for_95`` (share of all segments read when 95 % of a code's are found),
        ``found_at_10`` and ``found_at_20`` (share found when so much is read), ``stop_read`` and
        ``stop_reached`` (the stopping rule: what it lets one read, and on which share of codes
        95 % were found by then), ``left_error`` (how far the estimated share found is off, at
        20, 40 and 60 % read), all means over codes.
    """
    names = [code.id for _, code in ready.corpus.codes]
    wanted = [n for n, name in enumerate(names) if codes is None or name in set(codes)]
    kernel = work.Kernel(ready.corpus)
    found = []
    for done, column in enumerate(wanted, 1):
        truth = ready.truth[:, column]
        found.append(work.read_for(kernel, truth, ready.candidates, column))
        if progress is not None:
            progress(done, len(wanted), names[column])
    return work.summary(found)
