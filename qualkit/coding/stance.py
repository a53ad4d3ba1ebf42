"""Stances suggested for passages: what they say of their theme, as coders have judged others.

Off until there are enough: with few examples a machine tells moods, not stances.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from qualkit.coding import learn
from qualkit.coding.labels import covered, places_of
from qualkit.model import INTERVIEWER, STANCES

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from qualkit.coding.suggestions import Corpus

ENOUGH: Final = 40  # coded segments with a stance
EACH: Final = 8  # of at least two stances
SURE: Final = 0.5  # the confidence from which on a stance is suggested


def stances(corpus: Corpus, codings: pd.DataFrame) -> tuple[np.ndarray, str]:
    """The likeliest stance of every segment, or None; and why there are none, or nothing.

    Parameters
    ----------
    corpus : Corpus
    codings : DataFrame
        ``source``, ``start``, ``end``, ``stance``.

    Returns
    -------
    (array of str or None, str)
    """
    import numpy as np

    nothing = np.full(len(corpus.segments), None, dtype=object)
    rows, targets = _examples(corpus.segments, codings)
    said = (corpus.segments["role"] != INTERVIEWER).to_numpy()[rows]
    rows, targets = rows[said][-learn.MOST :], targets[said][-learn.MOST :]
    often = (targets > 0).sum(0)
    if len(rows) < ENOUGH or (often >= EACH).sum() < 2:
        held = ", ".join(f"{n} {name}" for n, name in zip(often, STANCES, strict=True) if n)
        return nothing, (
            f"no stances are suggested until {ENOUGH} segments have one, {EACH} of at least two "
            f"kinds; now {held or 'none'}"
        )
    owners = np.zeros(corpus.features.phrases[1].shape[0], dtype=int) - 1
    learned = learn.learn(corpus.likeness, rows, targets, owners, groups=corpus.groups)
    truth = (targets > 0).astype(float)
    fitted = learn.calibrate(learned.left_out[rows], truth, corpus.groups[rows])
    shown = fitted.confidence(learned.scores)
    best = shown.argmax(1)
    names = np.array(STANCES, dtype=object)[best]
    return np.where(shown.max(1) >= SURE, names, nothing), ""


def _examples(segments: pd.DataFrame, codings: pd.DataFrame) -> tuple[Any, Any]:
    """The segments that carry a stance, and which; those that carry several have none."""
    import numpy as np

    given: dict[int, set[str]] = {}
    places = places_of(segments)
    wanted = codings[codings["stance"].isin(STANCES)][["source", "start", "end", "stance"]]
    for source, start, end, stance in wanted.itertuples(index=False):
        for row in covered(places, source, start, end):
            given.setdefault(int(row), set()).add(stance)
    chosen = sorted(row for row, found in given.items() if len(found) == 1)
    targets = np.full((len(chosen), len(STANCES)), -1.0, dtype=np.float32)
    for n, row in enumerate(chosen):
        targets[n, STANCES.index(next(iter(given[row])))] = 1.0
    return np.array(chosen, dtype=int), targets
