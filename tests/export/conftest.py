"""A small study with hard words in it, as a grid."""

from __future__ import annotations

import pytest

from qualkit.framework import Cell, CellSummary, Column, Excerpt, Grid, Method, Row

HARD = "=1+1 \x01 <b>& “quoted” 😀 \u0645\u0631\u062d\u0628\u0627 re-\nread\tit"


@pytest.fixture
def grid():
    excerpt = Excerpt(
        text=HARD, words=HARD, source="s1", start=0, end=len(HARD),
        attribution="Nurse, North, line 3", codes=("Care", "Time"), coders=("Ann",),
        stances=(("mixed", "Ann"),), ratings=(("Care", 2),), codings=("k1",),
    )  # fmt: skip
    columns = tuple(Column("b", f"c{n}", f"Theme {n}", "what it is") for n in range(8))
    cells = {(row, n): Cell() for row in ("North", "South") for n in range(8)}
    cells["North", 0] = Cell((CellSummary("Ann", "+ sums up"),), (excerpt,), 3)
    cells["South", 7] = Cell((), (excerpt,), 0)
    return Grid(
        "Our grid", (Row("North", "Urban", "1 source"), Row("South", "Urban", "1 source")), columns,
        cells, "case", "profile", Method(2, 2, 2, 5, ("b",), ("Ann",), "2026-03-01", "2026-03-04"), limit=1,
    )  # fmt: skip
