"""Ratings in a report: what the levels look like, and which a case has, with the evidence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from qualkit.export._docx import WordFile, cell, row, run
from qualkit.export._shared import one_line
from qualkit.export.word import Places, plain_row, quote_line
from qualkit.framework import Column, Excerpt
from qualkit.framework.excerpts import spread
from qualkit.model import Code, Codebook
from qualkit.tables import plain

if TYPE_CHECKING:
    import pandas as pd


class Rated(NamedTuple):
    """A level that a case has, in a phase, with what speaks for it."""

    case: str
    phase: str
    value: int
    summaries: list[str]
    excerpts: list[Excerpt]


def rating_codes(books: Sequence[Codebook], column: Column) -> list[Code]:
    """The rating codes of a column, in the codebook's order."""
    book = next(one for one in books if one.id == column.codebook)
    return [
        code
        for code in book.codes
        if code.scale
        and (code.id == column.code or not column.own)
        and column.code in {above.id for above in book.path(code.id)}
    ]


def rated(
    place: tuple[str, str],
    summaries: pd.DataFrame,
    codings: pd.DataFrame,
    excerpts: Sequence[Excerpt],
) -> list[Rated]:
    """The ratings of one code by case, phase and level.

    Parameters
    ----------
    place : (str, str)
        Codebook and code.
    summaries, codings : DataFrame
        With the columns of :mod:`qualkit.tables`.
    excerpts : sequence of Excerpt
        Those that the codings may stand in.
    """
    by_coding = {coding: excerpt for excerpt in excerpts for coding in excerpt.codings}
    made: dict[tuple[str, str, int], Rated] = {}

    def of(record: dict[str, Any]) -> Rated:
        key = str(record["case"]), str(plain(record.get("phase")) or ""), int(record["rating"])
        return made.setdefault(key, Rated(*key, [], []))

    for record in _given(summaries, "theme", place):
        of(record).summaries.append(f"{one_line(record['text'])} [{record['author']}]")
    for record in _given(codings, "code", place):
        held, excerpt = of(record).excerpts, by_coding.get(str(record["coding"]))
        if excerpt is not None and excerpt not in held:
            held.append(excerpt)
    return sorted(made.values(), key=lambda one: one[:3])


def _given(table: pd.DataFrame, column: str, place: tuple[str, str]) -> list[dict[str, Any]]:
    """The records of one code that hold a rating."""
    own = (table["codebook"] == place[0]) & (table[column] == place[1]) & table["rating"].notna()
    found: list[dict[str, Any]] = table[own].to_dict("records")  # type: ignore[assignment]
    return found


def write_ratings(
    file: WordFile, code: Code, given: Sequence[Rated], *, places: Places, limit: int | None
) -> None:
    """The levels of a rating code, then its ratings: case, phase, level, evidence."""
    file.heading(f"Ratings: {one_line(code.name)}", level=2)
    widths = file.shares([0.7, 2, 5, 1.3])
    rows = []
    for level in code.scale:
        count = sum(one.value == level.value for one in given)
        said = (str(level.value), level.label, level.descriptor, str(count))
        rows.append(plain_row(file, said, widths))
    heads = ["Level", "Name", "What it looks like", "Times given"]
    file.table(heads, widths, rows, caption=f"{code.name}: levels")
    if not given:
        file.say("No case was rated.")
        return
    phased = any(one.phase for one in given)
    shares = [1.4, 1.1, 1.7, 5] if phased else [1.4, 1.7, 5]
    heads = ["Case", "Phase", "Level", "Evidence"] if phased else ["Case", "Level", "Evidence"]
    widths = file.shares(shares)
    names = {level.value: level.label for level in code.scale}
    rows = [_row(file, one, names, widths, (places, limit)) for one in given]
    file.heading(f"{one_line(code.name)}, by case", level=3)
    file.table(heads, widths, rows, caption=f"{code.name}: ratings by case")


def _row(
    file: WordFile,
    one: Rated,
    names: dict[int, str],
    widths: Sequence[int],
    shown: tuple[Places, int | None],
) -> str:
    level = f"{one.value} {names.get(one.value, '')}".strip()
    facts = [one.case, one.phase, level] if len(widths) == 4 else [one.case, level]
    said = [*(file.p(run(one_line(fact)), "Grid Body") for fact in facts)]
    said.append("".join(_evidence(file, one, *shown)))
    return row((cell(words, w) for words, w in zip(said, widths, strict=True)), whole=False)


def _evidence(file: WordFile, one: Rated, places: Places, limit: int | None) -> Iterator[str]:
    if not one.summaries and not one.excerpts:
        yield file.p(run("The coded words stand under another theme."), "Grid Empty")
    yield from (file.p(run(said), "Grid Summary") for said in one.summaries)
    shown = spread(one.excerpts, limit)
    for excerpt in shown:
        yield from quote_line(file, excerpt, "", places)
    if more := len(one.excerpts) - len(shown):
        yield file.p(run(f"+ {more} more excerpt{'s' if more != 1 else ''}"), "Grid Attribution")
