"""Small studies with hard words in them, as grids."""

from __future__ import annotations

import pytest

from qualkit.framework import Cell, CellSummary, Column, Excerpt, Grid, Method, Row
from qualkit.model import Level

HARD = "=1+1 \x01 <b>& “quoted” 😀 \u0645\u0631\u062d\u0628\u0627 re-\nread\tit"


def excerpt(words=HARD, source="s1", start=0, **more):
    told = {
        "text": words, "words": words, "source": source, "start": start, "end": start + len(words),
        "attribution": "Nurse, North, line 3", "codes": ("Care", "Time"), "coders": ("Ann",),
        "stances": (("mixed", "Ann"),), "ratings": (("Care", 2),), "codings": ("k1",),
    }  # fmt: skip
    return Excerpt(**{**told, **more})


@pytest.fixture
def grid():
    columns = tuple(Column("b", f"c{n}", f"Theme {n}", "what it is") for n in range(8))
    cells = {(row, n): Cell() for row in ("North", "South") for n in range(8)}
    cells["North", 0] = Cell((CellSummary("Ann", "+ sums up"),), (excerpt(),), 3)
    cells["South", 7] = Cell((), (excerpt(),), 0)
    return Grid(
        "Our grid",
        (Row("North", ("Urban",), "1 source"), Row("South", ("Urban",), "1 source")),
        columns, cells, "case", ("profile",),
        Method(2, 2, 2, 5, ("b",), ("Ann",), "2026-03-01", "2026-03-04"), limit=1,
    )  # fmt: skip


@pytest.fixture
def charted():
    """A grid in bands of bands, with every kind of summary and of silence."""
    columns = (
        Column("b", "care", "Looking after", "what it is", "Care"),
        Column("m", "links", "Links", "who rings whom", "Links", scale=(
            Level(0, "None", "nobody rings"), Level(1, "Some", "they ring at need"),
        )),
    )  # fmt: skip
    rows = (
        Row("s1", ("East", "Nurse"), "Nurse, North", ("s1",)),
        Row("s2", ("East", "Head"), "", ("s2",)),
        Row("s3", ("West", "Head"), "", ("s3",)),
    )
    cells = {
        ("s1", 0): Cell(
            (
                CellSummary("Ann", "It went well.", "s1, baseline", "positive", cites=("k2",)),
                CellSummary("Bob", "“They came.” (s1)", draft=True, changes="2 codings added"),
            ),
            (excerpt("They came.", codes=("Care",), ratings=(), codings=("k2", "k3")),
             excerpt("They left.", start=40, stances=(), ratings=(), codes=("Time",))),
            asked=1, of=1,
        ),
        ("s1", 1): Cell((CellSummary(
            "Ann", "They ring.", rating=1, level="Some", descriptor="they ring at need",
        ),)),
        ("s2", 0): Cell(asked=0, of=1),
        ("s2", 1): Cell(asked=1, of=1),
        ("s3", 0): Cell(asked=1, of=2),
        ("s3", 1): Cell(),
    }  # fmt: skip
    method = Method(3, 2, 2, 2, ("b", "m"), ("Ann", "Bob"), "2026-03-01", "2026-03-01")
    return Grid("Ours", rows, columns, cells, "source", ("region", "role"), method)
