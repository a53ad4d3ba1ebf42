"""Agreement of 3 coders on 124 sources of 50,000 characters with 60 codes and 2,000 draws.

Against the plain way, on a small study: an array of truth values for each coder and code, as long
as the text, of which kappa is made character by character, again for every draw. Bar: under 20
seconds and 500 MB.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator

import numpy as np
import pandas as pd
from _measure import NotMeasuredError, Row, median, peak_megabytes, show, timed

from qualkit.agreement.study import Agreement, Settings, agreement
from qualkit.tables import COLUMNS

SOURCES, LENGTH, CODES, CODERS, DRAWS = 124, 50_000, 60, ("Ann", "Bo", "Cy"), 2_000
SECONDS, MEGABYTES = 20, 500  # the bars
TURN, PASSAGES = 500, 150  # characters of a turn; passages of a source, which each coder may find
SMALL = (6, 10_000, 12, 200)  # sources, characters, codes and draws for the plain way


def turns_of(sources: int, length: int) -> pd.DataFrame:
    """Interviewer and participant in turn."""
    rows = [
        (
            f"s{n:03d}",
            k,
            "interviewer" if k % 5 == 0 else "participant",
            k * TURN,
            k * TURN + TURN - 1,
        )
        for n in range(sources)
        for k in range(length // TURN)
    ]
    return pd.DataFrame(rows, columns=["source", "turn", "role", "start", "end"])


def codings_of(sources: int, length: int, codes: int, passages: int) -> pd.DataFrame:
    """Passages that coders find, miss, or mark a little differently."""
    random_ = random.Random(6)
    rows = []
    for n in range(sources):
        for _ in range(passages):
            start, code = random_.randrange(length - 600), random_.randrange(codes)
            size = random_.randrange(40, 400)
            for coder in CODERS:
                if random_.random() < 0.8:
                    at = start + random_.randrange(-20, 20) * (random_.random() < 0.5)
                    at = max(0, at)
                    rows.append((f"s{n:03d}", at, at + size, "book", f"c{code}", coder))
    columns = ["source", "start", "end", "codebook", "code", "coder"]
    return pd.DataFrame(rows, columns=columns).reindex(columns=COLUMNS["codings"])


def codes_of(codes: int) -> pd.DataFrame:
    """Ten themes of a few codes each."""
    rows = [("book", f"c{n}", f"Code {n}", f"c{n % 10}", f"c{n % 10}" if n > 9 else None)
            for n in range(codes)]  # fmt: skip
    columns = ["codebook", "code", "name", "theme", "parent"]
    return pd.DataFrame(rows, columns=columns).reindex(columns=COLUMNS["codes"])


def measured(sources: int, length: int, codes: int, draws: int) -> tuple[Agreement, float]:
    """The agreement of a study that is made up, and the seconds that it took."""
    tables = {
        "turns": turns_of(sources, length),
        "codes": codes_of(codes),
        "sources": pd.DataFrame({"source": [f"s{n:03d}" for n in range(sources)]}),
    }
    codings = codings_of(sources, length, codes, PASSAGES * length // LENGTH)
    return timed(lambda: agreement(codings, settings=Settings(draws=draws), **tables))


def plain(sources: int, length: int, codes: int, draws: int) -> tuple[float, float]:
    """Pooled kappa, character by character, and the seconds that it took with its draws."""
    turns, codings = (
        turns_of(sources, length),
        codings_of(sources, length, codes, PASSAGES * length // LENGTH),
    )
    return timed(lambda: _plainly(turns, codings, (sources, length, codes, draws)))


def _plainly(turns: pd.DataFrame, codings: pd.DataFrame, size: tuple[int, int, int, int]) -> float:
    sources, length, codes, draws = size
    marks = np.zeros((len(CODERS), codes, sources, length), dtype=bool)
    for row in codings.itertuples():
        place = CODERS.index(row.coder), int(row.code[1:]), int(row.source[1:])
        marks[place][row.start : row.end] = True
    read = np.zeros((sources, length), dtype=bool)
    for row in turns[turns["role"] != "interviewer"].itertuples():
        read[int(row.source[1:]), row.start : row.end] = True
    value = pooled(marks[..., read])
    drawn = np.random.default_rng(1).multinomial(sources, [1 / sources] * sources, size=draws)
    for times in drawn:
        order = np.repeat(np.arange(sources), times)
        pooled(marks[:, :, order][..., read[order]])
    return value


def pooled(marks: np.ndarray) -> float:
    """Kappa of every pair and code from truth values, pooled."""
    beyond = most = 0.0
    for a, b in ((0, 1), (0, 2), (1, 2)):
        for one, other in zip(marks[a], marks[b], strict=True):
            agreed = float(np.mean(one == other))
            p, q = float(np.mean(one)), float(np.mean(other))
            chance = p * q + (1 - p) * (1 - q)
            beyond, most = beyond + agreed - chance, most + 1 - chance
    return beyond / most


def rows() -> Iterator[Row]:
    """The figures."""
    taken = median(lambda: measured(SOURCES, LENGTH, CODES, DRAWS))
    what = f"agreement: {len(CODERS)} coders x {SOURCES} sources x {CODES} codes, every table"
    yield Row(what, taken, "s", "the bar", SECONDS)
    yield Row("memory of that", peak_megabytes()[0], "MB", "the bar", MEGABYTES)
    small, quick = measured(*SMALL)
    value, slow = plain(*SMALL)
    if abs(value - (small.overall["pooled_kappa"].value or 0.0)) > 1e-9:
        raise NotMeasuredError("pooled kappa is another than character by character")
    yield Row("a small study, every table", quick, "s", "kappa alone, by character", slow)
    if taken >= SECONDS or peak_megabytes()[0] >= MEGABYTES:
        sys.exit("the bar is missed")


if __name__ == "__main__":
    show(rows)
