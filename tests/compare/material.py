"""A small study as tables: two themes, two codes below one of them, five sources."""

from __future__ import annotations

import pandas as pd

from qualkit.tables import COLUMNS

CODES = pd.DataFrame(
    [
        ("b", "staff", "Staffing", None),
        ("b", "staff.in", "Worker in school", "staff"),
        ("b", "staff.out", "Worker outside", "staff"),
        ("b", "time", "Lead-in time", None),
    ],
    columns=["codebook", "code", "name", "parent"],
).assign(definition="", scale=None)
SOURCES = pd.DataFrame(
    [
        ("s1", "North", 100, "early"),
        ("s2", "North", 200, "late"),
        ("s3", "South", 300, None),
        ("s4", "South", 400, "early"),
        ("s5", "East", 500, "early"),
    ],
    columns=["source", "case", "words", "wave"],
)
CASES = pd.DataFrame(
    [("North", 2, "A"), ("South", 2, "B"), ("East", 1, "A")], columns=["case", "sources", "area"]
)
TURNS = pd.DataFrame(
    [
        (source, n, start, start + 10, role)
        for source in SOURCES["source"]
        for n, (start, role) in enumerate(
            [(0, "interviewer"), (10, "participant"), (20, "interviewer"), (30, "participant")]
        )
    ],
    columns=["source", "turn", "start", "end", "role"],
)
TEXT = "aa bb cc. " * 10  # three words in ten letters


def coded(*rows, codes=CODES):
    """Codings of (source, start, end, code) and, where given, coder and stance."""
    names = dict(zip(codes["code"], codes["name"], strict=True))
    made = []
    for n, (source, start, end, code, *more) in enumerate(rows):
        coder = more[0] if more else "Ann"
        stance = more[1] if len(more) > 1 else None
        made.append({
            "coding": f"k{n}", "source": source, "start": start, "end": end,
            "text": TEXT[start:end], "codebook": "b", "code": code, "code_name": names[code],
            "coder": coder, "stance": stance, "created": "2026-03-02T10:00:00Z",
        })  # fmt: skip
    return pd.DataFrame(made, columns=COLUMNS["codings"])
