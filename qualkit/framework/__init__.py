"""The framework grid: cases by themes, a summary and excerpts in each cell.

The layout follows the charting step of the framework method (Ritchie and Spencer 1994; Gale et
al. 2013). :func:`build_grid` charts codings and summaries; what it gives are the records of
:mod:`qualkit.framework.records`, which the exports write and the pages show.
"""

from qualkit.framework.build import build_grid, code_table
from qualkit.framework.columns import members_of
from qualkit.framework.excerpts import attribution, clock
from qualkit.framework.filters import Choice, select
from qualkit.framework.records import (
    Cell,
    CellSummary,
    Column,
    Excerpt,
    Grid,
    Method,
    Row,
)  # fmt: skip
from qualkit.framework.rows import NOT_GIVEN, values_of, with_case_attributes
from qualkit.framework.summaries import changes

__all__ = [
    "NOT_GIVEN",
    "Cell",
    "CellSummary",
    "Choice",
    "Column",
    "Excerpt",
    "Grid",
    "Method",
    "Row",
    "attribution",
    "build_grid",
    "changes",
    "clock",
    "code_table",
    "members_of",
    "select",
    "values_of",
    "with_case_attributes",
]
