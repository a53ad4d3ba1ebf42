"""Learning codes from coded segments, and saying how sure one can be.

One kernel ridge regression for all codes at once (regularised least squares; Rifkin and Lippert
2007), so that relearning takes one factorisation. The same factorisation gives, in closed form,
what every segment would have been told had its own source never been coded: these left-out
scores choose the settings, calibrate the confidences (Platt 2000, with the codes' curves shrunk
towards a common one) and set the thresholds. So no confidence is ever fitted to a score that the
same source has taught.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from qualkit.coding.features import Features, around

if TYPE_CHECKING:
    import numpy as np

MOST: Final = 6000  # coded segments that teach; more are sampled, the rare codes' kept
PHRASE: Final = 0.5  # of the smoothness asked for, what is asked for of phrases
SMOOTHING: Final = (0.0, 0.35, 0.7)
SURE: Final = 0.8  # the confidence that must be earned: see _earned
EARNED: Final = 0.88  # the share right that earns it: new sources are harder than those that taught
CHUNK: Final = 2000  # segments whose likenesses are made at once
_ALONE: Final = 0.3  # the smoothness asked for where the codebook alone speaks
_HELD: Final = 150_000_000  # likenesses that are kept in memory at most
_PAIRS: Final = 60_000  # pairs of segment and code that the calibration is fitted on


@dataclass(frozen=True, slots=True)
class Learned:
    """What was learned of some codes.

    Attributes
    ----------
    scores : array, shape (segments, codes)
        Higher is likelier; comparable within a code.
    left_out : array, shape (segments, codes)
        The same for segments of sources that taught, each without its own source.
    rows : array of int
        The segments that taught.
    weights : array, shape (rows and phrases, codes)
        What each of them contributes.
    smoothing : float
        How much the scores of neighbouring segments count.
    """

    scores: np.ndarray
    left_out: np.ndarray
    rows: np.ndarray
    weights: np.ndarray
    smoothing: float


class Likeness:
    """The likeness of every segment to those that teach, and to the codes' phrases.

    Where it fits into memory it is kept, so that relearning after a few more codings asks for
    those alone.
    """

    def __init__(self, features: Features) -> None:
        import numpy as np

        self.features = features
        self.count = len(features.kind)
        self._place: dict[int, int] = {}
        self._held = np.zeros((0, self.count), dtype=np.float32)
        self._said: np.ndarray | None = None
        self.among = features.among_phrases()

    def of(self, some: np.ndarray, rows: np.ndarray) -> np.ndarray:
        """One row a segment of `some`, one column each of `rows` and each phrase."""
        import numpy as np

        if self.count * (len(rows) + len(self.among)) > _HELD:
            return np.hstack([
                self.features.between(some, rows), self.features.to_phrases(some)
            ])  # fmt: skip
        self._ask_for(rows)
        if self._said is None:
            self._said = self.features.to_phrases(np.arange(self.count))
        places = np.array([self._place[row] for row in rows.tolist()], dtype=int)
        taught = self._held[places] if len(some) == self.count else self._held[np.ix_(places, some)]
        return np.hstack([taught.T, self._said[some]])

    def _ask_for(self, rows: np.ndarray) -> None:
        import numpy as np

        new = np.array([row for row in rows.tolist() if row not in self._place], dtype=int)
        if not len(new):
            return
        first = len(self._place)
        if first + len(new) > len(self._held):
            room = min(max(2 * len(self._held), first + len(new)), _HELD // self.count + 1)
            grown = np.zeros((max(room, first + len(new)), self.count), dtype=np.float32)
            grown[:first] = self._held[:first]
            self._held = grown
        every = np.arange(self.count)
        for at in range(0, self.count, CHUNK):
            some = every[at : at + CHUNK]
            end = first + len(new)
            self._held[first:end, at : at + len(some)] = self.features.between(new, some)
        self._place |= {int(row): first + n for n, row in enumerate(new)}


def learn(
    likeness: Likeness,
    rows: np.ndarray,
    targets: np.ndarray,
    owners: np.ndarray,
    *,
    groups: np.ndarray,
    smoothing: float | None = None,
) -> Learned:
    """Learn codes from segments and from the phrases that describe them.

    Parameters
    ----------
    likeness : Likeness
    rows : array of int
        The segments that teach.
    targets : array, shape (rows, codes)
        1 where the code was applied, -1 where it was not; what is between counts as unsure.
    owners : array of int
        The code that each phrase describes.
    groups : array of int, one a segment
        What is left out together: sources.
    smoothing : float, optional
        Known already: then nothing is left out, and `left_out` are the scores.
    """
    import numpy as np

    codes = targets.shape[1]
    said = np.where(np.arange(codes)[None, :] == owners[:, None], 1.0, -1.0)
    wanted = np.vstack([targets, said]).astype(np.float32)
    solved = _solve(likeness, rows, wanted, inverse=smoothing is None)
    every = np.arange(likeness.count)
    scores = np.zeros((likeness.count, codes), dtype=np.float32)
    for at in range(0, len(every), CHUNK):
        some = every[at : at + CHUNK]
        scores[some] = likeness.of(some, rows) @ solved.weights
    left_out = scores.copy()
    if len(rows) and smoothing is None:
        _leave_out(likeness, left_out, solved, groups)
    features = likeness.features
    chosen = _smoothing(features, left_out, rows, targets) if smoothing is None else smoothing
    return Learned(
        smoothed(features, scores, chosen), smoothed(features, left_out, chosen), rows,
        solved.weights, chosen,
    )  # fmt: skip


def ridge(features: Features, taught: int) -> float:
    """How much smoothness is asked for: more in transcripts, and with more examples."""
    if not features.transcripts:
        return 2.0
    return 4.0 * math.sqrt(max(1.0, taught / 300))


@dataclass(frozen=True, slots=True)
class _Solved:
    """The rows, what they ought to score, the inverse kernel, and the weights that follow."""

    rows: np.ndarray
    wanted: np.ndarray
    inverse: np.ndarray
    weights: np.ndarray


def factor(kernel: np.ndarray) -> np.ndarray:
    """The Cholesky factor of a kernel in single precision, which is overwritten."""
    from scipy.linalg import lapack

    lower, fault = lapack.spotrf(kernel.T, lower=1, overwrite_a=1)  # symmetric: not copied
    if fault:
        raise ValueError(f"the likenesses do not hold together (LAPACK {fault}); please report it")
    made: np.ndarray = lower
    return made


def _solve(likeness: Likeness, rows: np.ndarray, wanted: np.ndarray, *, inverse: bool) -> _Solved:
    """Factorise the regularised kernel of rows and phrases."""
    import numpy as np
    from scipy.linalg import lapack

    beside = likeness.of(rows, rows)
    kernel = np.vstack([beside, np.hstack([beside[:, len(rows) :].T, likeness.among])])
    strength = ridge(likeness.features, len(rows)) if len(rows) else _ALONE
    easing = np.full(len(kernel), strength, dtype=np.float32)
    easing[len(rows) :] *= PHRASE
    kernel[np.diag_indices(len(kernel))] += easing
    lower = factor(kernel)
    if not inverse:
        weights, _ = lapack.spotrs(lower, wanted, lower=1)
        return _Solved(rows, wanted, np.zeros((0, 0), dtype=np.float32), weights)
    half, _ = lapack.spotri(lower, lower=1)
    whole = np.tril(half) + np.tril(half, -1).T
    return _Solved(rows, wanted, whole, (whole @ wanted).astype(np.float32))


def _leave_out(
    likeness: Likeness, left_out: np.ndarray, solved: _Solved, groups: np.ndarray
) -> None:
    """Put in what each segment of a group would have been told without its group.

    With B the rows of the group, G the inverse and a the weights, leaving B out takes
    K G[:, B] G[B, B]^-1 a[B] off the scores; for B itself the target less G[B, B]^-1 a[B] is left.
    """
    import numpy as np

    rows, inverse, weights = solved.rows, solved.inverse, solved.weights
    own = groups[rows]
    order = np.argsort(own, kind="stable")
    members = np.argsort(groups, kind="stable")
    starts = np.searchsorted(groups[members], np.arange(groups.max() + 2))
    for block in np.split(order, np.flatnonzero(np.diff(own[order])) + 1):
        if len(block) == 1:
            taken = weights[block] / inverse[block, block][:, None]
        else:
            taken = np.linalg.solve(inverse[np.ix_(block, block)], weights[block])
        some = members[starts[own[block[0]]] : starts[own[block[0]] + 1]]
        if likeness.features.transcripts and len(some) > len(block):
            shift = likeness.of(some, rows) @ inverse[:, block]
            left_out[some] -= (shift @ taken).astype(np.float32)
        else:
            left_out[rows[block]] = solved.wanted[block] - taken


def smoothed(features: Features, scores: np.ndarray, share: float) -> np.ndarray:
    """Scores mixed with those of the neighbouring segments."""
    if not share:
        return scores
    near = around(scores, features.document, fading=0.6, reach=3)
    made: np.ndarray = (scores + share * near) / (1 + share)
    return made


def _smoothing(
    features: Features, left_out: np.ndarray, rows: np.ndarray, targets: np.ndarray
) -> float:
    """The share of neighbours that ranks the left-out segments best."""
    import numpy as np

    if not features.transcripts or not len(rows):
        return 0.0
    found = {
        share: mean_precision(
            targets > 0, smoothed(features, left_out, share)[rows], said=np.abs(targets) == 1
        )
        for share in SMOOTHING
    }
    return max(found, key=lambda share: found[share])


def mean_precision(
    truth: np.ndarray, scores: np.ndarray, *, said: np.ndarray | None = None
) -> float:
    """Average precision, averaged over the codes that occur; 0 where none does.

    `said` marks the pairs that somebody judged; by default all.
    """
    import numpy as np

    told = np.ones(truth.shape, dtype=bool) if said is None else said
    found = [
        precision_of(truth[told[:, j], j], scores[told[:, j], j]) for j in range(truth.shape[1])
    ]
    known = [one for one in found if one is not None]
    return float(np.mean(known)) if known else 0.0


def precision_of(truth: np.ndarray, scores: np.ndarray) -> float | None:
    """Average precision of one ranking, 0 to 1; None where nothing is to be found."""
    import numpy as np

    if not truth.any():
        return None
    order = np.argsort(-scores, kind="stable")
    hits = truth[order]
    ranked = np.cumsum(hits)[hits] / (np.flatnonzero(hits) + 1)
    return float(ranked.mean())


# Confidence ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Calibration:
    """How scores become confidences, and from which confidence on a code is suggested.

    Attributes
    ----------
    slopes, offsets : array, one a code
    sure : float
        The raw confidence that is shown as 80 %; over one where 80 % was never earned, so that
        none is shown.
    thresholds : array, one a code
        Of the confidence shown, where a code's F1 is expected to be greatest.
    """

    slopes: np.ndarray
    offsets: np.ndarray
    sure: float
    thresholds: np.ndarray

    def confidence(self, scores: np.ndarray) -> np.ndarray:
        """The probability that a code applies, 0 to 1."""
        return _shown(logistic(scores * self.slopes + self.offsets), self.sure)


def calibrate(
    scores: np.ndarray, truth: np.ndarray, groups: np.ndarray, *, seed: int = 0
) -> Calibration:
    """Fit confidences to left-out scores.

    Parameters
    ----------
    scores : array, shape (segments, codes)
        Left-out scores of segments that were coded.
    truth : array of bool or float, the same shape
        Whether the code applies; NaN where nobody said.
    groups : array of int, one a segment
        Sources, which the certainty of high confidences is judged by.
    """
    slopes, offsets = _curves(scores, truth, seed)
    raw = logistic(scores * slopes + offsets)
    sure = _mark(raw, _earned(raw, truth, groups))
    shown = _shown(raw, sure)
    return Calibration(slopes, offsets, sure, _thresholds(shown, truth))


def logistic(values: np.ndarray) -> np.ndarray:
    """Values as probabilities, 0 to 1."""
    import numpy as np

    return np.asarray(1 / (1 + np.exp(-np.clip(values, -30, 30))))


def _logit(values: Any) -> Any:  # noqa: ANN401 - a number or an array
    import numpy as np

    safe = np.clip(values, 1e-6, 1 - 1e-6)
    return np.log(safe / (1 - safe))


def _curves(scores: np.ndarray, truth: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """A slope and an offset for each code, shrunk towards those of all codes together."""
    import numpy as np
    from scipy import sparse
    from sklearn.linear_model import LogisticRegression

    row, code = np.nonzero(~np.isnan(truth))
    hit = truth[row, code] > 0
    keep, weight = _pairs(hit, seed)
    row, code, hit = row[keep], code[keep], hit[keep]
    count, at = len(hit), np.arange(len(hit))
    centred = scores[row, code] + 0.8
    columns = [
        sparse.csr_matrix((centred * 4, (at, np.zeros(count, dtype=int))), shape=(count, 1)),
        sparse.csr_matrix((np.ones(count), (at, code)), shape=(count, truth.shape[1])),
        sparse.csr_matrix((centred * 2, (at, code)), shape=(count, truth.shape[1])),
    ]
    if hit.all() or not hit.any():
        return np.full(truth.shape[1], 4.0), np.full(truth.shape[1], 4.0 if hit.all() else -4.0)
    fitted = LogisticRegression(C=0.3, max_iter=300).fit(
        sparse.hstack(columns).tocsr(), hit, sample_weight=weight
    )
    found = fitted.coef_[0]
    codes = truth.shape[1]
    slopes = np.maximum(found[0] * 4 + found[1 + codes :] * 2, 0.05)
    return slopes, fitted.intercept_[0] + found[1 : 1 + codes] + 0.8 * slopes


def _pairs(hit: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Which pairs to fit on, and what each stands for: all hits, a sample of the others."""
    import numpy as np

    hits, misses = np.flatnonzero(hit), np.flatnonzero(~hit)
    room = max(_PAIRS - len(hits), 1000)
    share = 1.0
    if len(misses) > room:
        share = len(misses) / room
        misses = np.random.default_rng(seed).choice(misses, room, replace=False)
    keep = np.sort(np.concatenate([hits, misses]))
    return keep, np.where(hit[keep], 1.0, share)


def _earned(raw: np.ndarray, truth: np.ndarray, groups: np.ndarray) -> float:
    """The raw confidence from which on 80 % is earned, infinite where it never is.

    It is earned where, of the left-out pairs above, the lower bound (95 %, one-sided, sources
    drawn as wholes) of the share that is right is at least 88 %:
    sources that nobody has read are harder than those that were left out.
    """
    import numpy as np

    row, code = np.nonzero((raw > 0.3) & ~np.isnan(truth))
    order = np.argsort(-raw[row, code], kind="stable")
    row, code = row[order], code[order]
    hit = truth[row, code] > 0
    earned = float("inf")
    if len(hit) < 5:
        return earned
    for count in sorted({int(n) for n in np.geomspace(5, len(hit), 25)}):
        _, own = np.unique(groups[row[:count]], return_inverse=True)
        right, of = np.bincount(own, hit[:count]), np.bincount(own)
        share = right.sum() / of.sum()
        spread = ((right - share * of) ** 2).sum() * len(of) / max(len(of) - 1, 1)
        error = np.sqrt(spread + 5 * share * (1 - share) + 0.5) / of.sum()
        if share - 1.64 * error >= EARNED:
            earned = float(raw[row[count - 1], code[count - 1]])
    return earned


def _mark(raw: np.ndarray, earned: float) -> float:
    """The raw confidence to be shown as 80 %; where it was never earned, beyond all that is."""
    import numpy as np

    if np.isfinite(earned):
        return float(np.clip(earned, 0.5001, 1 - 1e-6))
    return 1 + float(np.clip(raw.max(initial=SURE), SURE, 1 - 1e-6))


def _shown(raw: np.ndarray, sure: float) -> np.ndarray:
    """Confidences above one half drawn together, so that 80 % stands where it is earned."""
    import numpy as np

    if sure <= SURE:
        return raw
    goal, given = _logit(SURE), _logit(raw)
    if sure > 1:  # never earned: what was the greatest is shown just below
        drawn = np.minimum(given * goal / _logit(sure - 1), goal - 1e-3)
    else:
        mark = _logit(sure)
        drawn = np.where(given < mark, given * goal / mark, given - mark + goal)
    return np.where(given <= 0, raw, logistic(drawn))


def _thresholds(shown: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Halfway between the best threshold seen and the best one expected, for each code.

    Where nobody said whether a code applies, nothing is counted.
    """
    import numpy as np

    said = ~np.isnan(truth)
    common = best_threshold(truth[said] > 0, shown[said])
    found = np.full(truth.shape[1], common)
    for j in range(truth.shape[1]):
        own, known = shown[said[:, j], j], truth[said[:, j], j] > 0
        if not len(own):
            continue
        hits = int(known.sum())
        trust = hits / (hits + 10)
        seen = trust * best_threshold(known, own) + (1 - trust) * common if hits else common
        ranked = np.sort(own)[::-1]
        gain = 2 * np.cumsum(ranked) / (np.arange(1, len(ranked) + 1) + ranked.sum())
        found[j] = logistic((_logit(seen) + _logit(ranked[gain.argmax()])) / 2)
    return found


def best_threshold(truth: np.ndarray, scores: np.ndarray) -> float:
    """The threshold of the greatest F1 on these pairs; infinite where nothing is to be found."""
    import numpy as np

    if not truth.any():
        return float("inf")
    order = np.argsort(-scores, kind="stable")
    gain = 2 * np.cumsum(truth[order]) / (np.arange(1, len(order) + 1) + truth.sum())
    best = int(gain.argmax())
    after = scores[order[best + 1]] if best + 1 < len(order) else scores[order[best]] - 1e-6
    return float((scores[order[best]] + after) / 2)
