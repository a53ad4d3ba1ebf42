"""60 themes beside 200 findings in 500 sources: evidence, states and 12,000 proposals.

Bar: 5 s. The naive way, each link worked out from the codings anew, is timed on a few links.
"""

from __future__ import annotations

import random
import statistics
import sys
import time
from collections.abc import Iterator
from itertools import pairwise

import pandas as pd
from _measure import Row, peak_megabytes, show

from qualkit.model import STANCES
from qualkit.survey.findings import FINDING_COLUMNS
from qualkit.tables import COLUMNS
from qualkit.triangulate import (
    InterviewState,
    Proposal,
    Setting,
    SurveyState,
    assess,
    evidence,
    evidence_by_theme,
    interview_state,
    propose,
    survey_state,
)

THEMES, BELOW, FINDINGS, SOURCES, CODINGS = 60, 4, 200, 500, 30_000
AREAS, TYPES = [f"Area {n}" for n in range(25)], ["School lead", "Practitioner", "Commissioner"]
NAIVE = 60  # links that are worked out the naive way
SECONDS = 5


def study() -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Codings, sources and codes, made up."""
    rng = random.Random(1)
    tops = [("b", f"t{n}", f"Theme {n}", None) for n in range(THEMES)]
    below = [("b", f"{t}.{n}", f"Code {n}", t) for _, t, _, _ in tops for n in range(BELOW)]
    columns = ["codebook", "code", "name", "parent"]
    codes = pd.DataFrame([*tops, *below], columns=columns).reindex(columns=COLUMNS["codes"])
    people = {
        "source": [f"s{n:03d}" for n in range(SOURCES)],
        "case": [rng.choice(AREAS) for _ in range(SOURCES)],
        "stakeholder_type": [rng.choice(TYPES) for _ in range(SOURCES)],
    }
    sources = pd.DataFrame(people).reindex(columns=[*COLUMNS["sources"], "stakeholder_type"])
    rows = {
        "coding": [f"k{n}" for n in range(CODINGS)],
        "source": rng.choices(people["source"], k=CODINGS),
        "codebook": "b",
        "code": rng.choices(codes["code"].tolist(), k=CODINGS),
        "stance": rng.choices([*STANCES, None], k=CODINGS),
    }
    return pd.DataFrame(rows).reindex(columns=COLUMNS["codings"]), sources, codes


def findings() -> list[dict[str, object]]:
    """Rows of findings, made up."""
    rng = random.Random(2)
    made: list[dict[str, object]] = []
    for n in range(FINDINGS):
        value = rng.uniform(-10, 10)
        made.append({
            "finding": f"f{n}", "value": value, "unit": "%", "base": rng.randint(5, 400),
            "p_adjusted": rng.random() ** 3, "low_90": value - 4, "high_90": value + 4,
            "polarity": "higher-is-better", "change": True,
        })  # fmt: skip
    return made


def proposed(survey: SurveyState, said: InterviewState) -> Proposal:
    """One proposal, as a study makes it."""
    return propose(survey, said, areas_visited=AREAS, surveyed_type=TYPES[0])


def links() -> pd.DataFrame:
    """Every theme linked to every finding."""
    rows = [
        (f"{n}-{one['finding']}", "b", f"t{n}", f"Theme {n}", f"t{n}", one["finding"])
        for n in range(THEMES)
        for one in findings()
    ]
    made = pd.DataFrame(rows, columns=["link", "codebook", "code", "code_name", "theme", "finding"])
    made[["polarity", "note"]], made["same_construct"] = "", False
    return made.reindex(columns=COLUMNS["links"])


def whole() -> float:
    """Seconds to assess all links as a study does, with what nobody linked."""
    codings, sources, codes = study()
    found = pd.DataFrame(findings()).reindex(columns=FINDING_COLUMNS)
    linked, start = links(), time.perf_counter()
    made = assess(linked, found, codings, sources, codes, setting=Setting(surveyed={"": TYPES[0]}))
    assert len(made.decided) == THEMES * FINDINGS  # noqa: S101 - or it measured something else
    return time.perf_counter() - start


def taken() -> tuple[list[float], float]:
    """Seconds for evidence, states and proposals, and for all of it the naive way."""
    (codings, sources, codes), rows = study(), findings()
    themes = [f"t{n}" for n in range(THEMES)]
    evidence(codings, sources, codes, theme=themes[0])  # loads the libraries
    moments = [time.perf_counter()]
    held = evidence_by_theme(codings, sources, codes, themes=themes).values()
    moments.append(time.perf_counter())
    said, states = [interview_state(one) for one in held], [survey_state(row) for row in rows]
    moments.append(time.perf_counter())
    made = [proposed(one, other) for one in states for other in said]
    moments.append(time.perf_counter())
    assert len(made) == THEMES * FINDINGS  # noqa: S101 - or it measured something else
    for n in range(NAIVE):
        again = interview_state(evidence(codings, sources, codes, theme=themes[n % THEMES]))
        proposed(survey_state(rows[n]), again)
    naive = (time.perf_counter() - moments[-1]) / NAIVE * len(made)
    return [end - start for start, end in pairwise(moments)], naive


def rows() -> Iterator[Row]:
    """The figures."""
    runs = [taken() for _ in range(3)]
    parts = [statistics.median(one) for one in zip(*(parts for parts, _ in runs), strict=True)]
    naive = statistics.median(one for _, one in runs)
    took, assessed = sum(parts), statistics.median(whole() for _ in range(3))
    links_ = f"{THEMES * FINDINGS:,} links in {SOURCES} sources"
    for name, part in zip(("evidence", "states", "proposals"), parts, strict=True):
        yield Row(f"{links_}: {name}", part)
    yield Row(f"{links_}: all three", took, "s", "each link worked out anew", naive)
    yield Row(f"{links_}: assessed as a study is", assessed, "s", "the bar", SECONDS)
    yield Row("memory", peak_megabytes()[0], "MB")
    if max(took, assessed) > SECONDS:
        sys.exit("the bar is missed")


if __name__ == "__main__":
    show(rows)
