"""100,000 respondents x 60 items in two waves: described by subgroup, and compared.

Half of the people answer both times. Items are on four points with don't know, five on yes or no;
three areas and a scale of ten items. Answers are text, as a file gives them.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Iterator

import numpy as np
import pandas as pd
from _measure import Row, peak_megabytes, show

from qualkit.survey.compare import compare
from qualkit.survey.describe import describe
from qualkit.survey.items import Item, Survey

ITEMS, YES_NO, SCALED = 60, 5, 10
POINTS = {"1": "Strongly disagree", "2": "Disagree", "3": "Agree", "4": "Strongly agree"}
SECONDS, MEGABYTES = 10, 1000  # what describe and compare together must stay under


def asked() -> Survey:
    """The survey."""
    items = [
        Item(f"K{n}", f"Statement {n}", "ordinal", POINTS | {"9": "Don't know"},
             "higher-is-better", ("9",), "scale" if n < SCALED else "")
        for n in range(ITEMS - YES_NO)
    ]  # fmt: skip
    items += [
        Item(f"Y{n}", f"Question {n}", "yes-no", {"0": "No", "1": "Yes"}) for n in range(YES_NO)
    ]
    return Survey("big", respondent="respondent", subgroups=("area",), items=tuple(items))


def wave(survey: Survey, respondents: int, first: int) -> pd.DataFrame:
    """Made-up answers of people numbered from `first`."""
    rng = np.random.default_rng(first)
    made = {"respondent": [f"R{n}" for n in range(first, first + respondents)]}
    made["area"] = rng.choice(["North", "South", "East"], respondents)
    for item in survey.items:
        codes = [*item.codes, *item.dont_know]
        made[item.id] = np.array(codes, dtype=object)[rng.integers(0, len(codes), respondents)]
        made[item.id][rng.random(respondents) < 0.02] = None
    return pd.DataFrame(made)


def taken(respondents: int) -> tuple[float, float]:
    """Seconds to describe and to compare."""
    survey = asked()
    before, after = wave(survey, respondents, 0), wave(survey, respondents, respondents // 2)
    start = time.perf_counter()
    described = describe({"before": before, "after": after}, survey)
    middle = time.perf_counter()
    compared = compare(before, after, survey, by="area")
    end = time.perf_counter()
    assert len(described.items) == 2 * 4 * ITEMS  # noqa: S101 - or it measured something else
    assert len(compared.items) == 4 * (ITEMS + 1)  # noqa: S101
    return middle - start, end - middle


def rows() -> Iterator[Row]:
    """The figures."""
    taken(1_000)  # loads the libraries
    few, many = (medians(size) for size in (10_000, 100_000))
    for name, one, other in zip(("describe", "compare"), few, many, strict=True):
        yield Row(f"{name} 100,000 respondents x {ITEMS} items", other, "s", "10,000", one)
    memory = peak_megabytes()[0]
    yield Row("both", sum(many), "s", "the bar", SECONDS)
    yield Row("memory", memory, "MB", "the bar", MEGABYTES)
    if sum(many) > SECONDS or memory > MEGABYTES:
        sys.exit("the bar is missed")


def medians(respondents: int) -> list[float]:
    """The medians of three runs."""
    runs = [taken(respondents) for _ in range(3)]
    return [statistics.median(one) for one in zip(*runs, strict=True)]


if __name__ == "__main__":
    show(rows)
