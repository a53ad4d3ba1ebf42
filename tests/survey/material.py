"""A small survey, written out: four points with don't know, yes or no, options, a number."""

from __future__ import annotations

import pandas as pd

from qualkit.survey.items import Item, Survey
from qualkit.survey.suppress import Rules

POINTS = {"1": "Strongly disagree", "2": "Disagree", "3": "Agree", "4": "Strongly agree"}
ALL = POINTS | {"9": "Don't know"}
OPEN = Rules(base=0, cell=0)
UP, DOWN = "higher-is-better", "lower-is-better"


def likert(name="K1", polarity=UP, scale="", labels=ALL, kind="ordinal"):
    return Item(name, f"Question {name}", kind, labels, polarity, ("9",), scale)


def survey(*items, **more):
    return Survey("s", respondent="respondent", items=items or (likert(),), **more)


def wave(answers, ids=None, **columns):
    """A table of answers to K1, one sign each, '.' for none; or a mapping of items to such."""
    given = answers if isinstance(answers, dict) else {"K1": answers}
    made = {name: [None if one == "." else one for one in held] for name, held in given.items()}
    size = len(next(iter(made.values())))
    people = ids or [f"P{n}" for n in range(size)]
    return pd.DataFrame({"respondent": people, **made, **columns}, dtype=object)
