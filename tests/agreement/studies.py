"""Small studies as tables, written row by row."""

from __future__ import annotations

import pandas as pd

from qualkit.tables import COLUMNS

CODES = pd.DataFrame(
    [
        ("b", "staff", "Staffing", "staff", None),
        ("b", "staff.in", "Worker in school", "staff", "staff"),
        ("b", "time", "Lead-in time", "time", None),
        ("r", "roles", "Clarity of roles", "roles", None),
    ],
    columns=["codebook", "code", "name", "theme", "parent"],
).reindex(columns=COLUMNS["codes"])
CODES["scale"] = pd.Series([[], [], [], [{"value": n, "label": str(n)} for n in range(4)]])


def coded(*rows):
    """Codings of (source, start, end, code, coder) and, where given, stance, rating, created."""
    books = dict(zip(CODES["code"], CODES["codebook"], strict=True))
    made = []
    for n, (source, start, end, code, coder, *more) in enumerate(rows):
        stance, rating, created = (*more, None, None, None)[:3]
        made.append({
            "coding": f"k{n}", "source": source, "start": start, "end": end, "codebook": books[code],
            "code": code, "coder": coder, "stance": stance, "rating": rating,
            "created": created or "2026-03-02T10:00:00Z", "text": "x" * (end - start),
        })  # fmt: skip
    table = pd.DataFrame(made, columns=COLUMNS["codings"])
    return table.astype({"rating": "Int64", "start": "int64", "end": "int64"})


def heard(*names, length=100):
    """One participant's turn of so many characters for each source."""
    rows = [(name, 0, "participant", 0, length, "x" * length) for name in names]
    columns = ["source", "turn", "role", "start", "end", "text"]
    return pd.DataFrame(rows, columns=columns).reindex(columns=COLUMNS["turns"])


def turns(*rows):
    """Turns of (source, role, start, end) and, where given, their words."""
    made = [(s, n, role, a, z, *more) for n, (s, role, a, z, *more) in enumerate(rows)]
    columns = ["source", "turn", "role", "start", "end", "text"][: len(made[0])]
    return pd.DataFrame(made, columns=columns).reindex(columns=COLUMNS["turns"])


def assigned(*rows):
    """Assignments of (source, coder, status) and, where given, start, end and purpose."""
    made = []
    for n, (source, coder, status, *more) in enumerate(rows):
        start, end, purpose = (*more, None, None, None)[:3]
        made.append((f"a{n}", source, coder, start, end, True, purpose or "double", status, "", ""))
    table = pd.DataFrame(made, columns=COLUMNS["assignments"])
    return table.astype({"start": "Int64", "end": "Int64"})


def named(*names, **attributes):
    """The table of sources."""
    return pd.DataFrame({"source": list(names), **attributes})
