"""A small study, built by hand: five interviews and a workshop note, two linked findings."""

from __future__ import annotations

import pandas as pd
import pytest

from qualkit.survey.findings import FINDING_COLUMNS
from qualkit.tables import COLUMNS
from qualkit.triangulate import Setting, assess

SOURCES = [
    ("a", "North", "Head", "before", None), ("b", "North", "Head", "after", None),
    ("c", "South", "Head", "after", None), ("d", "South", "Nurse", "after", None),
    ("e", "South", "Nurse", "after", None), ("w", "South", "Head", "after", "workshop"),
]  # fmt: skip
CODES = [
    ("b", "time", "Timeliness", None, ["R1"]), ("b", "time.in", "Lead-in", "time", []),
    ("b", "trust", "Trust", None, []), ("b", "rooms", "Rooms", None, []),
]  # fmt: skip
SAID = [
    ("a", "time", "positive", "They come within a week now, all of them, every single time."),
    ("a", "time.in", "positive", "It began in June and not in September as we had feared it would."),
    ("b", "time", "positive", "We wait two days at most."),
    ("c", "time", "positive", 'She said "soon", and soon it was, which nobody had believed.'),
    ("d", "time", "negative", "For us the wait is longer, since the forms come to us first."),
    ("a", "rooms", None, "There is a room."),
    ("w", "time", "negative", "The table agreed that forms are slow and that nobody reads them."),
]  # fmt: skip
CHANGE = {
    "survey": "s", "wave": "one-to-two", "change": True, "measure": "mean", "unit": "",
    "polarity": "higher-is-better", "origin": "computed", "usable": True, "test": "paired t",
    "adjusted_by": "holm", "attribute": "", "group": "", "why": "", "stars": "", "p_text": "",
}  # fmt: skip
FINDINGS = [
    CHANGE | {"finding": "s/R1/mean/one-to-two/all", "item": "R1", "question": "We are seen soon",
              "value": 0.5, "low": 0.26, "high": 0.74, "base": 48, "p_adjusted": 0.001},
    CHANGE | {"finding": "s/T1/mean/one-to-two/all", "item": "T1", "question": "We trust them",
              "value": -0.1, "low": -0.3, "high": 0.1, "base": 47, "p_adjusted": 0.4},
    *[CHANGE | {"finding": f"s/R1/mean/{wave}/area={area}", "item": "R1", "wave": wave,
                "question": "We are seen soon", "value": value, "base": base, "change": False,
                "attribute": "area", "group": area, "usable": base >= 10}
      for area, wave, value, base in (
          ("North", "one", 1.5, 20), ("North", "two", 2.25, 18), ("South", "one", None, 4),
          ("South", "two", None, 5), ("East", "two", 3.0, 12))],
]  # fmt: skip


def frame(kind, rows, columns):
    """A table of a kind, of which only some columns matter."""
    made = pd.DataFrame(rows, columns=columns)
    return made.reindex(columns=[*COLUMNS[kind], *[c for c in columns if c not in COLUMNS[kind]]])


@pytest.fixture
def study():
    """The tables of the study, as :func:`assess` takes them."""
    sources = frame("sources", SOURCES, ["source", "case", "stakeholder_type", "phase", "strand"])
    codes = frame("codes", CODES, ["codebook", "code", "name", "parent", "survey_items"])
    of = {row[0]: row[1:3] for row in SOURCES}
    names = {row[1]: row[2] for row in CODES}
    rows = [
        (f"k{n}", source, of[source][0], 100 * n, 100 * n + len(text), text, "b", code, names[code],
         stance, "Ann", of[source][1], n + 1)
        for n, (source, code, stance, text) in enumerate(SAID)
    ]  # fmt: skip
    columns = ["coding", "source", "case", "start", "end", "text", "codebook", "code", "code_name",
               "stance", "coder", "role", "line"]  # fmt: skip
    links = frame("links", [
        ("l1", "b", "time", "Timeliness", "time", "s/R1/mean/one-to-two/all", "", False, ""),
        ("l2", "b", "trust", "Trust", "trust", "s/T1/mean/one-to-two/all", "", False, ""),
    ], ["link", "codebook", "code", "code_name", "theme", "finding", "polarity", "same_construct",
        "note"])  # fmt: skip
    findings = pd.DataFrame(FINDINGS).reindex(columns=list(FINDING_COLUMNS))
    return {
        "links": links, "findings": findings, "codings": frame("codings", rows, columns),
        "sources": sources, "codes": codes, "setting": Setting(surveyed={"s": "Head"}),
    }  # fmt: skip


@pytest.fixture
def assessed(study):
    """The study, assessed."""
    return assess(**study)
