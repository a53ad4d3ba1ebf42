"""Codings of a made-up study: words of four letters with a space after each, so word n is at 5n."""

from __future__ import annotations

from typing import Any, Final

import pandas as pd

from qualkit.tables import COLUMNS

TEXT: Final = " ".join(f"w{n:03}" for n in range(200))
SCALE: Final = [{"value": n, "label": str(n), "descriptor": ""} for n in range(4)]


def codings(*rows):
    """Codings from (coder, start, end, code) and, where given, stance, rating, source, codebook."""
    made = []
    for n, (coder, start, end, code, *rest) in enumerate(rows):
        stance, rating, source, book = (*rest, *[None] * 4)[:4]
        made.append({
            "coding": f"k{n}", "source": source or "s1", "case": "North", "start": start,
            "end": end, "text": TEXT[start:end], "codebook": book or "b", "code": code,
            "code_name": code.upper(), "theme": code.split(".")[0], "coder": coder,
            "stance": stance, "rating": rating, "memo": "", "created": "2026-03-01T10:00:00Z",
        })  # fmt: skip
    return pd.DataFrame(made, columns=COLUMNS["codings"])


def turns(*rows):
    """Turns from (source, role, start, end); by default one of each source, by a participant."""
    rows = rows or tuple((name, "participant", 0, len(TEXT)) for name in ("s1", "s2"))
    made = [
        {"source": source, "role": role, "start": start, "end": end, "text": TEXT[start:end],
         "speaker": role[0].upper(), "line": n, "time": None}
        for n, (source, role, start, end) in enumerate(rows, 1)
    ]  # fmt: skip
    return pd.DataFrame(made, columns=COLUMNS["turns"])


def codes(*names):
    """A codebook of these codes, each with the ratings 0 to 3."""
    names = names or ("x", "x.1", "y", "z")
    made = [
        {"codebook": "b", "code": name, "name": name.upper(), "path": name.upper(),
         "theme": name.split(".")[0], "scale": SCALE}
        for name in names
    ]  # fmt: skip
    return pd.DataFrame(made, columns=COLUMNS["codes"])


def assignments(*rows):
    """Assignments from (source, coder, start, end, status)."""
    made = [
        {"assignment": f"a{n}", "source": source, "coder": coder, "start": start, "end": end,
         "blind": True, "purpose": "double", "status": status}
        for n, (source, coder, start, end, status) in enumerate(rows)
    ]  # fmt: skip
    return pd.DataFrame(made, columns=COLUMNS["assignments"])


def decisions(*rows):
    """Decisions from (row of disagreements, result) and, where given, what differs."""
    made: list[dict[str, Any]] = []
    for n, (passage, result, *other) in enumerate(rows):
        made.append({
            "decision": f"d{n}", "source": passage["source"], "start": passage["start"],
            "end": passage["end"], "kind": passage["kind"], "choice": "edit", "decider": "Sue",
            "reason": "", "decided": "2026-04-01T10:00:00Z", "seals": passage["seals"],
            "result": [_said(*one) for one in result], "version": 1, **(other[0] if other else {}),
        })  # fmt: skip
    return pd.DataFrame(made, columns=COLUMNS["decisions"])


def _said(code, start, end, stance=None, rating=None):
    return {
        "codebook": "b", "code": code, "start": start, "end": end, "text": TEXT[start:end],
        "stance": stance, "rating": rating, "memo": "",
    }  # fmt: skip
