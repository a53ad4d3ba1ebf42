"""The lines of a comparison: themes with all below them, or codes alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qualkit.errors import TableError
from qualkit.framework import members_of
from qualkit.framework.columns import columns_of
from qualkit.model import Framework, Theme

if TYPE_CHECKING:
    import pandas as pd

Key = tuple[str, str]  # codebook, code


@dataclass(frozen=True, slots=True)
class Line:
    """A theme or code, with the codes whose codings count for it."""

    codebook: str
    code: str
    name: str
    members: frozenset[Key]


def themes_of(codes: pd.DataFrame, framework: Framework | None = None) -> list[Line]:
    """The themes of a framework, or of every codebook, each with all that lies below it."""
    return [
        Line(one.codebook, one.code, one.title, _below(codes, one.codebook, one.code))
        for one in columns_of(codes, framework, (), set())
    ]


def lines_of(codes: pd.DataFrame, rows: str) -> list[Line]:
    """Every theme, every code with its own codings, or one theme and the codes below it.

    Parameters
    ----------
    codes : DataFrame
    rows : str
        ``theme``, ``code``, or the id of one: ``staffing`` or ``evaluation-topics/staffing``.

    Raises
    ------
    UnknownName
        For an id that no code has, or that two codebooks have.
    """
    if rows == "theme":
        return themes_of(codes)
    if codes.empty:
        raise TableError("codes", "the study has no codebook; add one with 'qualkit codebook add'")
    if rows == "code":
        return [Line(b, c, name, frozenset({(b, c)})) for b, c, name in _named(codes)]
    (top,) = themes_of(codes, Framework("", "", (Theme(rows, ""),)))
    return [
        Line(b, c, name, _below(codes, b, c))
        for b, c, name in _named(codes)
        if (b, c) in top.members
    ]


def numbers_of(lines: Iterable[Line]) -> dict[Key, list[int]]:
    """For each code the numbers of the lines for which it counts."""
    numbers: dict[Key, list[int]] = {}
    for number, line in enumerate(lines):
        for key in line.members:
            numbers.setdefault(key, []).append(number)
    return numbers


def _below(codes: pd.DataFrame, codebook: str, code: str) -> frozenset[Key]:
    return frozenset(members_of(codes, codebook, code))


def _named(codes: pd.DataFrame) -> Iterable[tuple[str, str, str]]:
    return zip(codes["codebook"], codes["code"], codes["name"], strict=True)
