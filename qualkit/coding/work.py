"""How much is left to read, and when one may stop.

As in technology-assisted review (Cormack and Grossman 2014): one reads what a code most likely
applies to, the model relearns, and the question is what share of the code's segments has been
found. Two estimates of what is left are used together: the sum of the confidences of all unread
segments, and the falling rate of finds while one reads (a Poisson process whose rate decays;
Sneyd and Stevenson 2019).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from qualkit.coding import features, learn
from qualkit.coding.suggestions import Corpus, cold_scores, from_codebook
from qualkit.errors import NotEnough

if TYPE_CHECKING:
    import numpy as np

GOAL: Final = 0.95  # the share of a code's segments that should be found
LARGEST: Final = 15_000  # segments of a trial: all likenesses are held at once
TEACH: Final = 3000  # segments that one step of a trial learns from
FIRST: Final = 10
GROWTH: Final = 0.05  # of a batch with what was read
_LATER: Final = 0.15  # the same once the goal is reached and only estimates are wanted
_LOOK: Final = 1.2  # how much more has to be read until what is left is estimated again
CLAMP: Final = 1.0  # how much the known neighbours count
MARKS: Final = (0.2, 0.4, 0.6)


@dataclass(frozen=True, slots=True)
class Left:
    """What is left of a code after reading so far.

    Attributes
    ----------
    found : int
        Segments of the code that were found.
    left, low, high : float
        The estimate of those unread, and an interval round it that is wide on purpose.
    """

    found: int
    left: float
    low: float
    high: float

    @property
    def share(self) -> float:
        """The share that was probably found, 0 to 1."""
        return self.found / max(self.found + self.left, 1e-9)

    @property
    def enough(self) -> bool:
        """Whether one may stop: nearly all are found even if `high` are left."""
        return self.found >= _FEWEST and self.found >= _STOP * (self.found + self.high)


_FEWEST: Final = 5
_STOP: Final = 0.94  # of what there is at the most; with it 95 % were found on 9 codes of 10
_SHRINK: Final = 0.6  # left-out scores are cautious: the lower estimate is still too high


def left(hits: np.ndarray, chances: np.ndarray, *, in_order: bool = True) -> Left:
    """Estimate what is left of a code.

    Parameters
    ----------
    hits : array of bool
        Whether the code applied, for each segment that was read, in the order of reading.
    chances : array
        The confidence of the code on every segment that is unread.
    in_order : bool
        Whether the likeliest were read first; only then does the rate of finds tell anything.

    Notes
    -----
    Read in order, the estimate is six tenths of the lower of the two, and the interval's end
    their geometric mean with one and a half of its Poisson error. Both were set on two studies
    coded by people (docs/method.md).

    Examples
    --------
    >>> import numpy as np
    >>> left(np.array([True] * 8 + [False] * 12), np.array([0.2] * 5 + [0.0] * 50)).found
    8
    """
    import numpy as np

    found = int(hits.sum())
    expected = float(chances.sum())
    rate = _from_rate(hits, len(chances)) if in_order else None
    if rate is None:
        error = 1.64 * float(np.sqrt((chances * (1 - chances)).sum() + expected))
        return Left(found, expected, max(0.0, expected - error), expected + error)
    both = float(np.sqrt(max(expected, 0.05) * max(rate, 0.05)))
    least = _SHRINK * min(expected, rate)
    return Left(found, least, max(0.0, least - 1.5 * least**0.5), both + 1.5 * both**0.5)


def _from_rate(hits: np.ndarray, unread: int) -> float | None:
    """What is left if finds go on to become rarer as they have; None where there are too few."""
    import numpy as np

    if hits.sum() < 3 or len(hits) < 2 * FIRST:
        return None
    read = len(hits)
    recent = max(FIRST, read // 4)
    late = float(hits[-recent:].sum()) + 0.5
    before = float(hits[-2 * recent : -recent].sum()) + 0.5 if read >= 2 * recent else late
    fall = max(np.log(before / late) / recent, 0.5 / max(unread, 1))
    return min(float(late / recent / fall), late / recent * unread)


@dataclass(frozen=True, slots=True)
class Reading:
    """What reading for one code came to.

    Attributes
    ----------
    needed : float
        Share of all segments read when 95 % of the code's were found.
    found : dict of float to float
        Share found when so much was read: 0.1, 0.2.
    stopped : float
        Share read when the rule let one stop.
    reached : bool
        Whether 95 % were found by then.
    errors : dict of float to float
        The estimated share found less the true one, when so much was read.
    """

    needed: float
    found: dict[float, float]
    stopped: float
    reached: bool
    errors: dict[float, float]


def read_for(kernel: Kernel, truth: np.ndarray, candidates: np.ndarray, column: int) -> Reading:
    """Read for one code, the likeliest first, relearning after each batch."""
    import numpy as np

    total = int(truth[candidates].sum())
    count = int(candidates.sum())
    goal = int(np.ceil(GOAL * total))
    chances = kernel.cold[:, column].copy()
    unread = candidates.copy()
    order: list[int] = []
    steps: list[tuple[int, Left]] = []
    looked = FIRST
    while len(order) < max(MARKS) * count or not steps:
        growth = GROWTH if truth[order].sum() < goal else _LATER
        batch = max(FIRST, int(growth * len(order)))
        waiting = np.flatnonzero(unread)
        chosen = waiting[np.argsort(-chances[waiting], kind="stable")[:batch]]
        unread[chosen] = False
        order += chosen.tolist()
        look = len(order) >= looked * _LOOK or not unread.any()
        chances, shown = kernel.relearn(np.array(order), truth, column, estimate=look)
        if shown is not None:
            looked = len(order)
            steps.append((looked, left(truth[order], shown[unread])))
    rest = np.flatnonzero(unread)
    order += rest[np.argsort(-chances[rest], kind="stable")].tolist()
    return _reading(truth[order], steps, total, count)


def _reading(
    hits: np.ndarray, steps: Sequence[tuple[int, Left]], total: int, count: int
) -> Reading:
    import numpy as np

    reached = np.cumsum(hits)
    goal = int(np.ceil(GOAL * total))
    needed = int(np.searchsorted(reached, goal)) + 1
    stop = next((read for read, now in steps if now.enough), None)
    stopped = stop if stop is not None else count
    errors = {}
    for mark in MARKS:
        read, now = min(steps, key=lambda step: abs(step[0] - mark * count))
        errors[mark] = now.share - reached[read - 1] / total
    at = {mark: float(reached[min(len(reached), max(1, round(mark * count))) - 1]) / total
          for mark in (0.1, 0.2)}  # fmt: skip
    return Reading(
        needed / count, at, stopped / count, stop is None or bool(reached[stop - 1] >= goal), errors
    )


class Kernel:
    """All likenesses of a trial, held at once."""

    def __init__(self, corpus: Corpus) -> None:
        import numpy as np

        size = len(corpus.segments)
        if size > LARGEST:
            raise NotEnough(f"this is tried on at most {LARGEST} segments; there are {size}")
        made = corpus.features
        every = np.arange(size)
        self._features = made
        self._owners = corpus.owners
        self._own = np.vstack([made.between(every[at : at + learn.CHUNK], every)
                               for at in range(0, size, learn.CHUNK)])  # fmt: skip
        self._said = made.to_phrases(every)
        self._among = made.among_phrases()
        alone = from_codebook(corpus)
        self.cold = cold_scores(corpus.likeness, corpus.owners, len(corpus.codes), alone.scores)

    def relearn(
        self, order: np.ndarray, truth: np.ndarray, column: int, *, estimate: bool
    ) -> tuple[np.ndarray, np.ndarray | None]:
        """Scores to read by, and where asked for confidences, after these segments were read."""
        import numpy as np

        rows = _teachers(order, truth)
        wanted = np.concatenate(
            [
                np.where(truth[rows], 1.0, -1.0),
                np.where(self._owners == column, 1.0, -1.0),
            ]
        ).astype(np.float32)
        weights, spread = self._solve(rows, wanted, spread=estimate)
        scores = self._own[:, rows] @ weights[: len(rows)] + self._said @ weights[len(rows) :]
        shown = None
        if spread is not None:
            left_out = (wanted - weights / spread)[: len(rows)]
            shown = _confidence(left_out, truth[rows], scores, len(order) / len(rows))
        if not self._features.transcripts:
            return scores, shown
        known = scores.copy()
        known[order] = np.where(truth[order], 1.0, -1.0)
        near = features.around(known[:, None], self._features.document, fading=0.6, reach=3)[:, 0]
        return (scores + CLAMP * near) / (1 + CLAMP), shown

    def _solve(
        self, rows: np.ndarray, wanted: np.ndarray, *, spread: bool
    ) -> tuple[np.ndarray, np.ndarray | None]:
        """The weights, and where asked for the diagonal of the inverse.

        Finds are rarer than the rest and are fitted more closely, by the root of their rarity.
        """
        import numpy as np
        from scipy.linalg import lapack

        across = self._said[rows]
        kernel = np.block([[self._own[np.ix_(rows, rows)], across], [across.T, self._among]])
        hits = wanted > 0
        often = np.array([(~hits).sum(), hits.sum()]) / len(hits) * 2
        strength = learn.ridge(self._features, len(rows)) * (1 + self._features.transcripts)
        kernel[np.diag_indices(len(kernel))] += strength * np.sqrt(often)[hits.astype(int)]
        lower = learn.factor(np.asarray(kernel, dtype=np.float32))
        weights, _ = lapack.spotrs(lower, wanted, lower=1)
        if not spread:
            return weights, None
        inverse, _ = lapack.spotri(lower, lower=1)
        return weights, np.diag(inverse)


def _teachers(order: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """The segments that one step learns from: finds first, then a sample of the others."""
    import numpy as np

    if len(order) <= TEACH:
        return order
    hits, others = order[truth[order]], order[~truth[order]]
    rng = np.random.default_rng(0)
    if len(hits) > TEACH // 2:
        hits = rng.choice(hits, TEACH // 2, replace=False)
    room = min(len(others), TEACH - len(hits))
    return np.concatenate([hits, rng.choice(others, room, replace=False)])


def _confidence(
    left_out: np.ndarray, hits: np.ndarray, scores: np.ndarray, share: float
) -> np.ndarray:
    """Confidences from left-out scores; where all that was read is alike, a small one."""
    import numpy as np
    from sklearn.linear_model import LogisticRegression

    if hits.all() or not hits.any():
        return np.full(len(scores), 0.5 if hits.all() else 1 / (len(hits) + 2))
    weight = np.where(hits, 1.0, share)
    fitted = LogisticRegression(C=10.0, max_iter=200).fit(
        left_out[:, None] * 4, hits, sample_weight=weight
    )
    return np.asarray(fitted.predict_proba(scores[:, None] * 4)[:, 1])


def summary(found: Sequence[Reading]) -> dict[str, Any]:
    """The means over codes."""

    def mean(values: Sequence[float]) -> float:
        return round(sum(values) / len(values), 4)

    return {
        "read_for_95": mean([one.needed for one in found]),
        "found_at_10": mean([one.found[0.1] for one in found]),
        "found_at_20": mean([one.found[0.2] for one in found]),
        "stop_read": mean([one.stopped for one in found]),
        "stop_reached": mean([float(one.reached) for one in found]),
        "left_error": {
            str(mark): mean([float(abs(one.errors[mark])) for one in found]) for mark in MARKS
        },
    }
