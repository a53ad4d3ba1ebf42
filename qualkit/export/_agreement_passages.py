"""Disagreements and decisions in words: the passage, who coded what there, what was settled."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from qualkit.agreement.disagreements import CHANGED, OPEN, SETTLED
from qualkit.export._agreement_parts import Group, Head, Passage, Side, Table, as_records
from qualkit.export._shared import one_line
from qualkit.framework import clock
from qualkit.model import Codebook
from qualkit.tables import plain

if TYPE_CHECKING:
    import pandas as pd

Record = Mapping[str, Any]
_KINDS: Final = {
    "missed": "Missed by {who}", "other code": "Other codes", "boundary": "Other boundaries",
    "stance": "Other stance", "rating": "Other rating",
}  # fmt: skip
_CHOICES: Final = {
    "both": "both as they were", "neither": "neither", "edit": "written anew",
}  # fmt: skip
_STATUSES: Final = (OPEN, CHANGED, SETTLED)
_NOTHING: Final = "nothing coded here"


def groups_of(
    disagreements: pd.DataFrame, books: Sequence[Codebook], limit: int | None
) -> tuple[Group, ...]:
    """Passages by the codes that they are about, those with most passages first.

    `limit` is how many of each are shown, open ones first; the number of the others is kept.
    """
    found: dict[tuple[str, tuple[str, ...]], list[Record]] = {}
    for record in as_records(disagreements):
        key = str(record["codebook"]), tuple(map(str, record["codes"]))
        found.setdefault(key, []).append(record)
    made = [_group(key, records, books, limit) for key, records in found.items()]
    return tuple(sorted(made, key=lambda one: (-len(one.passages) - one.more, one.title)))


def _group(
    key: tuple[str, tuple[str, ...]],
    records: Sequence[Record],
    books: Sequence[Codebook],
    limit: int | None,
) -> Group:
    book, codes = key
    known = {code.id: code for one in books if one.id == book for code in one.codes}
    names = _names_in(records)
    titles = [one_line(known[c].name if c in known else names.get(c, c)) for c in codes]
    told = [
        (title, one_line(known[code].definition))
        for title, code in zip(titles, codes, strict=True)
        if code in known and known[code].definition
    ]
    ordered = sorted(records, key=lambda one: _STATUSES.index(str(one["status"])))
    shown = ordered if limit is None else ordered[:limit]
    return Group(
        " / ".join(titles), tuple(told), tuple(map(_passage, shown)), len(records) - len(shown)
    )


def _names_in(records: Iterable[Record]) -> dict[str, str]:
    codings = (one for record in records for side in record["sides"] for one in side["codings"])
    return {str(one["code"]): str(one["code_name"]) for one in codings}


def _passage(record: Record) -> Passage:
    span = int(record["start"]), int(record["end"])
    speaker = one_line(str(plain(record.get("speaker")) or ""))
    place = ", ".join(one for one in (speaker, at(record)) if one)
    return Passage(
        source=one_line(str(record["source"])),
        where=place,
        kind=kind_words(record),
        status=_status(record),
        words=one_line(str(record["text"])),
        sides=tuple(_side(side, span) for side in record["sides"]),
    )


def _status(record: Record) -> str:
    """Open, or what was settled and whether that still stands."""
    status, choice = str(record["status"]), plain(record.get("choice"))
    return status if choice is None else f"{status}: {_choice(str(choice))}"


def at(record: Record) -> str:
    """When or on which line something is said; empty where that is not known.

    >>> at({"time": 65.0, "line": 9}), at({"time": None, "line": 9.0}), at({})
    ('1:05', 'line 9', '')
    """
    time, line = plain(record.get("time")), plain(record.get("line"))
    if time is not None:
        return clock(float(time))
    return "" if line is None else f"line {int(line)}"


def kind_words(record: Record) -> str:
    """How coders disagree: ``Missed by Bo``, ``Other boundaries``."""
    silent = [str(side["coder"]) for side in record["sides"] if not side["codings"]]
    who = " and ".join(one_line(coder) for coder in silent) or "somebody"
    kind = str(record["kind"])
    also = [str(one) for one in record.get("also", ())]
    said = _KINDS.get(kind, one_line(kind).capitalize()).replace("{who}", who)
    return said + (f" (also {', '.join(also)})" if also else "")


def _side(side: Record, span: tuple[int, int]) -> Side:
    own = side["codings"]
    did = tuple(_did(one, span) for one in own) or (_NOTHING,)
    memos = tuple(one_line(str(one["memo"])) for one in own if plain(one.get("memo")))
    return Side(one_line(str(side["coder"])), did, tuple(dict.fromkeys(memos)))


def _did(coding: Record, span: tuple[int, int] | None) -> str:
    """A coding in words; with its own words where they are not the whole passage."""
    stance, rating = plain(coding.get("stance")), plain(coding.get("rating"))
    name = coding.get("code_name") or coding["code"]
    said = [one_line(str(name)), *([str(stance)] if stance else [])]
    said += [] if rating is None else [f"rated {rating:g}"]
    if (int(coding["start"]), int(coding["end"])) == span:
        return ", ".join(said)
    return f"{', '.join(said)}: \u201c{one_line(str(coding['text']))}\u201d"


def decision_table(
    decisions: pd.DataFrame, disagreements: pd.DataFrame, books: Sequence[Codebook]
) -> Table:
    """A row a decision: where, what was at issue and what was settled, by whom, when and why."""
    names = {(book.id, code.id): code.name for book in books for code in book.codes}
    places = {
        str(record["decision"]): record
        for record in as_records(disagreements)
        if plain(record.get("decision")) is not None
    }
    heads = (
        Head("Source", 1.2), Head("Place", 0.9), Head("Kind", 1.1), Head("Choice", 1.2),
        Head("Coded now", 3.2), Head("By", 0.9), Head("On", 1.0), Head("Why", 2.2),
        Head("Still holds", 0.8),
    )  # fmt: skip
    rows = []
    ordered = decisions.sort_values(["source", "start", "end"], kind="stable")
    for record in as_records(ordered):
        held = places.get(str(record["decision"]), {})
        rows.append((
            one_line(str(record["source"])),
            at(held) or f"{int(record['start']):,} to {int(record['end']):,}",
            kind_words({"kind": record["kind"], "sides": held.get("sides", ())}),
            _choice(str(record["choice"])), _result(record["result"], names),
            one_line(str(record["decider"])), str(record["decided"])[:10],
            one_line(str(plain(record["reason"]) or "")), _holds(held),
        ))  # fmt: skip
    return Table("Decisions", heads, tuple(rows))


def _choice(choice: str) -> str:
    return _CHOICES.get(choice) or f"as {one_line(choice)} had it"


def _holds(disagreement: Record) -> str:
    """Whether the codings are as they were when it was decided."""
    if not disagreement:
        return "not among these passages"
    return "no, codings changed" if disagreement["status"] == CHANGED else "yes"


def _result(result: object, names: Mapping[tuple[str, str], str]) -> str:
    held: list[Record] = list(result) if isinstance(result, list | tuple) else []
    said = [
        _did({**one, "code_name": names.get((str(one["codebook"]), str(one["code"])))}, None)
        for one in held
    ]
    return "; ".join(said) or "nothing"
