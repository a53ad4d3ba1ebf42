"""The tables of a made-up study, built row by row: two codebooks, three sources, two cases."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd

from qualkit.framework import build_grid
from qualkit.tables import COLUMNS

TEXT: Final = "".join(chr(97 + n % 26) for n in range(200))
LEVELS: Final = [
    {"value": 0, "label": "None", "descriptor": "nobody rings"},
    {"value": 1, "label": "Some", "descriptor": "they ring at need"},
]
NAMES: Final = {
    ("b", "care"): "Care",
    ("b", "care.time"): "Time",
    ("b", "care.time.wait"): "Waiting",
    ("b", "trust"): "Trust",
    ("m", "links"): "Links",
}
CASE_OF: Final = {"s1": "North", "s2": "North", "s3": "South"}


def codes():
    rows = [
        ("b", "care", None, None),
        ("b", "care.time", "care", None),
        ("b", "care.time.wait", "care.time", None),
        ("b", "trust", None, None),
        ("m", "links", None, LEVELS),
    ]
    table = pd.DataFrame(rows, columns=["codebook", "code", "parent", "scale"])
    table = table.reindex(columns=COLUMNS["codes"]).assign(definition="what it is")
    return table.assign(name=[NAMES[row.codebook, row.code] for row in table.itertuples()])


def sources(**attributes):
    table = pd.DataFrame(list(CASE_OF.items()), columns=["source", "case"])
    return table.reindex(columns=COLUMNS["sources"]).assign(**attributes)


def cases(*more, **attributes):
    """North and South, and more cases that have no sources."""
    names = ["North", "South", *more]
    counts = [2, 1, *[0] * len(more)]
    return pd.DataFrame({"case": names, "sources": counts, **attributes})


def codings(*rows):
    """Codings from (source, start, end, code, coder) and, where given, stance and rating."""
    made = []
    for n, (source, start, end, code, coder, *rest) in enumerate(rows):
        stance, rating = (*rest, None, None)[:2]
        book = "m" if code == "links" else "b"
        made.append({
            "coding": f"k{n}", "source": source, "case": CASE_OF[source], "start": start,
            "end": end, "text": TEXT[start:end], "codebook": book, "code": code,
            "code_name": NAMES[book, code], "coder": coder, "stance": stance, "rating": rating,
            "created": "2026-03-01T10:00:00Z", "line": 3,
        })  # fmt: skip
    return pd.DataFrame(made, columns=COLUMNS["codings"])


_SUMMARY: Final[Mapping[str, Any]] = {
    "summary": "m1", "case": "North", "source": None, "phase": "", "codebook": "b",
    "theme": "care", "author": "Ann", "text": "Good.", "stance": None, "rating": None,
    "draft": False, "cites": [], "evidence": None, "added": None, "gone": None, "altered": None,
    "created": "", "changed": "", "version": 1,
}  # fmt: skip


def summaries(*records):
    """Summaries from what differs in each: by Ann, on North and Care, unless told otherwise."""
    made = [{**_SUMMARY, **record} for record in records]
    return pd.DataFrame(made, columns=COLUMNS["summaries"])


def guide(*rows):
    """A topic guide from (code, attribute, value)."""
    made = [("m" if code == "links" else "b", code, *rest) for code, *rest in rows]
    return pd.DataFrame(made, columns=COLUMNS["guide"])


def grid(*rows, **options):
    """A grid of those codings."""
    options.setdefault("sources", sources())
    return build_grid(codings(*rows), codes=codes(), **options)


def texts(made, row, column):
    """What the summaries of a cell say, each with what it is about."""
    return [(summary.text, summary.about) for summary in made.cell(row, column).summaries]
