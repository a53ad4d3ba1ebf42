"""Which summary stands in which cell, and which sources were asked about what.

A summary of a source stands in every row that its source belongs to, so that summaries regroup
as rows do. A summary of a case stands where a row holds all sources of that case (of that
phase, where it names one) and no others.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from qualkit.framework.columns import above, codes_in
from qualkit.framework.records import CellSummary, Column, Row
from qualkit.framework.rows import values_of
from qualkit.model import INTERVIEWER
from qualkit.tables import check, plain

if TYPE_CHECKING:
    import pandas as pd

PHASE: Final = "phase"  # the attribute that a summary may be about a value of
EVERYBODY: Final = ""


@dataclass(frozen=True, slots=True)
class Places:
    """What is needed to know where a summary stands."""

    rows_are: tuple[str, ...]
    case_of: Mapping[str, str]
    phase_of: Mapping[str, str]
    names: Mapping[tuple[str, str], Any]

    @classmethod
    def of(cls, sources: pd.DataFrame, codes: pd.DataFrame, attributes: Sequence[str]) -> Places:
        phases = values_of(sources, PHASE) if PHASE in sources.columns else {}
        names = {(str(c.codebook), str(c.code)): c for c in codes.itertuples()}
        return cls(tuple(attributes), values_of(sources, "case"), phases, names)


def place_summaries(
    summaries: pd.DataFrame | None,
    rows: Sequence[Row],
    columns: Sequence[Column],
    codes: pd.DataFrame,
    places: Places,
) -> dict[tuple[str, int], list[CellSummary]]:
    """The summaries of each cell, by row key and column number."""
    found: dict[tuple[str, int], list[CellSummary]] = {}
    if summaries is None:
        return found
    check(summaries, "summaries")
    numbers: dict[tuple[str, str], list[int]] = {}
    for number, column in enumerate(columns):
        for code in codes_in(codes, column):
            numbers.setdefault(code, []).append(number)
    standing = _standing(rows, places)
    records: list[dict[str, Any]] = summaries.to_dict("records")  # type: ignore[assignment]
    for record in records:
        keys = standing(record)
        for number in numbers.get((record["codebook"], record["theme"]), ()):
            for row in keys:
                made = _summary(record, row, columns[number], places)
                found.setdefault((row.key, number), []).append(made)
    return found


def _standing(rows: Sequence[Row], places: Places) -> Any:  # noqa: ANN401 - a function
    """A function from a summary's record to the rows that it stands in."""
    by_source: dict[str, list[Row]] = {}
    by_case: dict[str, list[Row]] = {}
    for row in rows:
        for source in row.sources:
            by_source.setdefault(source, []).append(row)
        cases = {places.case_of[source] for source in row.sources}
        if not cases and places.rows_are[-1] == "case":
            cases = {row.name}
        if len(cases) == 1:
            by_case.setdefault(cases.pop(), []).append(row)
    members: dict[str, set[str]] = {}
    for source, case in places.case_of.items():
        members.setdefault(case, set()).add(source)

    def rows_for(record: Mapping[str, Any]) -> list[Row]:
        if (source := plain(record["source"])) is not None:
            return by_source.get(str(source), [])
        case, phase = str(record["case"]), str(record["phase"] or "")
        whole = members.get(case, set())
        if phase and PHASE in places.rows_are:
            whole = {s for s in whole if _same(places.phase_of.get(s, ""), phase)}
        return [row for row in by_case.get(case, []) if set(row.sources) == whole]

    return rows_for


def _same(one: str, other: str) -> bool:
    return _folded(one) == _folded(other)


def _folded(value: str) -> str:
    return value.strip().casefold()


def _summary(record: Mapping[str, Any], row: Row, column: Column, places: Places) -> CellSummary:
    code = places.names[record["codebook"], record["theme"]]
    rating = plain(record["rating"])
    levels = code.scale if isinstance(code.scale, list) else []
    level: Mapping[str, Any] = next((one for one in levels if one["value"] == rating), {})
    about = [_about_source(record, row), _about_phase(record, row, places)]
    about += [code.name] if record["theme"] != column.code else []
    return CellSummary(
        author=str(record["author"]), text=str(record["text"]),
        about=", ".join(part for part in about if part),
        stance=None if (stance := plain(record["stance"])) is None else str(stance),
        rating=None if rating is None else int(rating),
        level=str(level.get("label", "")), descriptor=str(level.get("descriptor", "")),
        draft=bool(plain(record["draft"])), changes=changes(record), cites=tuple(record["cites"]),
    )  # fmt: skip


def _about_source(record: Mapping[str, Any], row: Row) -> str:
    source = plain(record["source"])
    return "" if source is None or row.sources == (source,) else str(source)


def _about_phase(record: Mapping[str, Any], row: Row, places: Places) -> str:
    """The phase of a summary; nothing where the rows are of phases, and this row is of that one."""
    phase = str(record["phase"] or "")
    own = {places.phase_of.get(source, "") for source in row.sources}
    same = PHASE in places.rows_are and bool(own) and all(_same(one, phase) for one in own)
    return "" if same else phase


def changes(record: Mapping[str, Any]) -> str:
    """How the evidence of a summary has changed since it was written, in words.

    >>> changes({"added": 2, "gone": 0, "altered": 1})
    '2 codings added, 1 changed'
    >>> changes({"added": 0, "gone": 0, "altered": 0})
    ''
    """
    counts = [(int(plain(record[name]) or 0), word) for name, word in _WORDS]
    told = [(n, word) for n, word in counts if n]
    if not told:
        return ""
    first, *rest = told
    noun = f"coding{'s' if first[0] != 1 else ''}"
    return ", ".join([f"{first[0]} {noun} {first[1]}", *(f"{n} {word}" for n, word in rest)])


_WORDS: Final = (("added", "added"), ("gone", "gone"), ("altered", "changed"))


# Asked or not --------------------------------------------------------------------------------


def asked_of(
    guide: pd.DataFrame | None,
    columns: Sequence[Column],
    *,
    codings: pd.DataFrame,
    sources: pd.DataFrame,
    codes: pd.DataFrame,
) -> list[set[str]]:
    """For each column the sources that are known to have been asked about it.

    A source was asked where the topic guide says so of it, or where the interviewer's own words
    in it are coded with the column's theme. A guide that names a code speaks for all below it,
    and for the themes above it.
    """
    heard = _coded_questions(codings)
    told = {} if guide is None else _guided(guide, sources)
    made: list[set[str]] = []
    for column in columns:
        inside = codes_in(codes, column)
        members = inside | above(codes, column.codebook, column.code)
        asked = [told.get(m, set()) for m in members] + [heard.get(m, set()) for m in inside]
        made.append(set().union(*asked))
    return made


def _coded_questions(codings: pd.DataFrame) -> dict[tuple[str, str], set[str]]:
    """The sources in which an interviewer's words are coded, by code."""
    found: dict[tuple[str, str], set[str]] = {}
    asked = codings[codings["speaker_role"] == INTERVIEWER]
    for source, book, code in zip(asked["source"], asked["codebook"], asked["code"], strict=True):
        found.setdefault((book, code), set()).add(source)
    return found


def _guided(guide: pd.DataFrame, sources: pd.DataFrame) -> dict[tuple[str, str], set[str]]:
    """The sources that a topic guide says were asked, by code."""
    having: dict[str, dict[str, list[str]]] = {}
    found: dict[tuple[str, str], set[str]] = {}
    columns = ("codebook", "code", "attribute", "value")
    lines: Iterable[tuple[str, ...]] = zip(*(guide[name] for name in columns), strict=True)
    for book, code, attribute, value in lines:
        asked = found.setdefault((book, code), set())
        if attribute == EVERYBODY:
            asked.update(map(str, sources["source"]))
            continue
        if attribute not in having:
            having[attribute] = _by_value(sources, attribute)
        asked.update(having[attribute].get(_folded(value), ()))
    return found


def _by_value(sources: pd.DataFrame, attribute: str) -> dict[str, list[str]]:
    """The sources of each value of an attribute, whatever its capitals."""
    found: dict[str, list[str]] = {}
    values = values_of(sources, attribute, what="attribute of the topic guide")
    for source, own in values.items():
        found.setdefault(_folded(own), []).append(source)
    return found
