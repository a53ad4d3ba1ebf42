"""The text of a source put in the place of another, with everything that lies on it.

All of it is planned first, from what is there; a preview is the plan alone. Codings and what
decisions give keep their ids and get new places and seals; what rests on them (the evidence of
summaries, the seals of decisions) follows, so that nothing looks changed that only moved. A
coding whose words are gone is set aside with what is proposed for it (table ``unplaced``) and
keeps its id, too.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Final

from sqlalchemy import Connection, Table, select

from qualkit import rows
from qualkit.model import Source, Turn, now, seal_of_mark
from qualkit.reanchoring import BREAKS, Placed, Proposal
from qualkit.store import decisions, schema, search, summaries
from qualkit.store.codings import coding_of
from qualkit.store.store import Change
from qualkit.store.summaries import MARK

Place = Callable[[int, int], Placed]
Row = Mapping[str, Any]
_OF_TEXT: Final = ("text", "sha256", "turns_sha256", "words")
_AGAIN: Final = 15  # characters from which words that stand once are those of a coding set aside


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of one coding: the row that it was, where it goes, whether it gets new words.

    `taken` says that another one of the same code by the same coder goes to the same place.
    """

    row: Row
    placed: Placed
    reworded: bool = False
    taken: bool = False

    @property
    def span(self) -> tuple[int, int] | None:
        """Where the coding stands then; None where it is set aside."""
        if self.reworded and self.placed.proposal is not None:
            return self.placed.proposal[:2]
        return None if self.placed.kind == BREAKS else self.placed[1:3]


@dataclass(slots=True)
class Plan:
    """What a new text does to all that lies on a source.

    Attributes
    ----------
    source_id, text : str
    codings : list of Fate
        Every coding, in the order of the old text.
    suggestions_gone, assignments_gone, decisions_gone, found_again : int
        How many suggestions, assignments and decisions go, for their words are gone; how many
        codings that were set aside before have their words again.
    signed_off : bool
        Whether a sign-off is withdrawn.
    """

    source_id: str
    text: str
    codings: list[Fate] = field(default_factory=list)
    suggestions_gone: int = 0
    assignments_gone: int = 0
    decisions_gone: int = 0
    found_again: int = 0
    signed_off: bool = False
    sets: dict[Table, dict[str, Row]] = field(default_factory=dict)
    removed: dict[Table, list[str]] = field(default_factory=dict)
    added: list[Row] = field(default_factory=list)

    def put(self, table: Table, row: Row, values: Row) -> None:
        """Plan new values of a row, where they are new."""
        changed = {name: value for name, value in values.items() if value != row[name]}
        if changed:
            self.sets.setdefault(table, {})[row["id"]] = changed

    def drop(self, table: Table, *row_ids: str) -> None:
        """Plan to remove rows."""
        self.removed.setdefault(table, []).extend(row_ids)


def rewrite(
    change: Change, source_id: str, text: str, turns: Sequence[Turn], place: Place, *,
    values: Row | None = None, reword: bool = False,
) -> Plan:  # fmt: skip
    """Give a source another text, and everything on it its place there.

    Parameters
    ----------
    change : Change
    source_id, text : str
    turns : sequence of Turn
        Of the new text.
    place : callable
        What becomes of a stretch of the old text; what does not break takes the words that
        stand there now, whatever they were.
    values : mapping, optional
        More columns of the source: its file's name ...
    reword : bool
        Whether codings that break take the words that are proposed for them.

    Returns
    -------
    Plan
        What became of everything.
    """
    made = plan(change.connection, source_id, text, place, reword=reword)
    source = Source(name="", format="", text=text, turns=tuple(turns), id=source_id)
    told = rows.of_source(source, case_id="", position=0)
    search.remove(change.connection, source_id)
    change.set_all(
        schema.source,
        {source_id: {**(values or {}), **{name: told[name] for name in _OF_TEXT}}},
    )
    change.replace(schema.turn, {"source_id": source_id}, rows.of_turns(source))
    for table, ids in made.removed.items():
        change.remove(table, ids)
    for table, sets in made.sets.items():
        change.set_all(table, sets)
    change.add(schema.unplaced, made.added)
    if made.signed_off:
        decisions.unsign(change, source_id)
    search.add(change.connection, [source_id])
    return made


def plan(
    connection: Connection, source_id: str, text: str, place: Place, *, reword: bool = False
) -> Plan:
    """What :func:`rewrite` would do."""
    made = Plan(source_id, text)
    _plan_codings(connection, made, place, reword=reword)
    _plan_decisions(connection, made, place, reword=reword)
    _plan_suggestions(connection, made, place)
    _plan_assignments(connection, made, place)
    _plan_set_aside(connection, made, place)
    _plan_summaries(connection, made)
    made.signed_off = decisions.sign_off_of(connection, source_id) is not None
    return made


def _on(connection: Connection, table: Table, source_id: str) -> list[dict[str, Any]]:
    own = select(table).where(table.c.source_id == source_id)
    found = connection.execute(own.order_by(table.c.start_at, table.c.end_at, table.c.id))
    return [dict(row) for row in found.mappings()]


def _at(text: str, span: tuple[int, int]) -> dict[str, Any]:
    return {"start_at": span[0], "end_at": span[1], "quote": text[slice(*span)]}


# Codings -----------------------------------------------------------------------------------


def _plan_codings(connection: Connection, made: Plan, place: Place, *, reword: bool) -> None:
    held = _on(connection, schema.coding, made.source_id)
    fates = [Fate(row, place(row["start_at"], row["end_at"])) for row in held]
    made.codings = _apart(fates, made.text, reword=reword)
    for fate in made.codings:
        if fate.span is None:
            made.drop(schema.coding, fate.row["id"])
            made.added.append(_set_aside(fate))
        else:
            moved = _moved_coding(fate.row, _at(made.text, fate.span))
            made.put(schema.coding, fate.row, moved)


def _apart(fates: Sequence[Fate], text: str, *, reword: bool) -> list[Fate]:
    """The fates of codings of which no two of one code and coder go to the same place.

    Those that keep their words come first.
    """
    taken: set[tuple[Any, ...]] = set()
    found: dict[str, Fate] = {}
    for late in (False, True):
        for one in fates:
            if (one.placed.kind == BREAKS) is not late:
                continue
            fate = replace(one, reworded=late and reword and one.placed.proposal is not None)
            if (span := fate.span) is not None:
                place = (fate.row["coder_id"], fate.row["code_id"], *span)
                fate = _without_place(one, text) if place in taken or span[0] == span[1] else fate
                taken.add(place)
            found[one.row["id"]] = fate
    return [found[one.row["id"]] for one in fates]


def _without_place(fate: Fate, text: str) -> Fate:
    """A fate whose place is taken; with the words of that place, where it would have had them."""
    placed = fate.placed._replace(kind=BREAKS, proposal=None)
    words = "" if fate.placed.kind == BREAKS else text[slice(*placed[1:3])]
    return Fate({**fate.row, "quote": words or fate.row["quote"]}, placed, taken=True)


def _moved_coding(row: Row, values: Row) -> dict[str, Any]:
    return {**values, "sha256": coding_of({**row, **values}).sha256}


def _set_aside(fate: Fate) -> dict[str, Any]:
    """The row of a coding that has no place."""
    names = ("id", "source_id", "start_at", "end_at", "quote", "code_id", "coder_id", "stance",
             "rating", "memo", "created", "sha256")  # fmt: skip
    return {
        **{name: fate.row[name] for name in names},
        "since": now(),
        "becomes": becomes(fate.placed.proposal),
        "version": 1,
    }


def becomes(proposal: Proposal | None) -> str:
    """A proposal as the store keeps it."""
    return json.dumps(None if proposal is None else proposal._asdict(), ensure_ascii=False)


def proposed(stored: str) -> Proposal | None:
    """The proposal that the store keeps; None where there is none."""
    held = json.loads(stored)
    return None if held is None else Proposal(held["start"], held["end"], held["text"])


def _plan_set_aside(connection: Connection, made: Plan, place: Place) -> None:
    """Proposals for codings that were set aside before follow; words that are back are told."""
    for row in _on(connection, schema.unplaced, made.source_id):
        was, new = proposed(row["becomes"]), None
        if was is not None:
            new = _followed(place(was.start, was.end), made.text)
        if (back := _back(row["quote"], made.text)) is not None:
            made.found_again += back != was
            new = back
        made.put(schema.unplaced, row, {"becomes": becomes(new)})


def _back(words: str, text: str) -> Proposal | None:
    """Where words stand in a text that has them once; None for words that say too little."""
    at = text.find(words)
    if at < 0 or len(words) < _AGAIN or text.find(words, at + 1) >= 0:
        return None
    return Proposal(at, at + len(words), words)


def _followed(placed: Placed, text: str) -> Proposal | None:
    if placed.kind == BREAKS:
        return placed.proposal
    _, start, end, _ = placed
    return Proposal(start, end, text[start:end]) if end > start else None


# What lies beside codings ------------------------------------------------------------------


def _plan_suggestions(connection: Connection, made: Plan, place: Place) -> None:
    """Suggestions move with their words, or go: a program makes them anew."""
    table = schema.suggestion
    for row in _on(connection, table, made.source_id):
        kind, start, end, _ = place(row["start_at"], row["end_at"])
        if kind == BREAKS or start == end:
            made.drop(table, row["id"])
            made.suggestions_gone += 1
        else:
            made.put(table, row, _at(made.text, (start, end)))


def _plan_assignments(connection: Connection, made: Plan, place: Place) -> None:
    """A stretch that somebody is to code is what stands between its ends now."""
    table, taken = schema.assignment, set()
    for row in _on(connection, table, made.source_id):
        if not row["end_at"]:
            continue  # the whole source
        _, start, end, _ = place(row["start_at"], row["end_at"])
        where = (row["coder_id"], start, end)
        if start == end or where in taken:
            made.drop(table, row["id"])
            made.assignments_gone += 1
        else:
            made.put(table, row, {"start_at": start, "end_at": end})
        taken.add(where)


def _plan_summaries(connection: Connection, made: Plan) -> None:
    """Evidence that was noted as it was is noted as it is now."""
    marks = {
        one: (fate.row["sha256"][:MARK], made.sets[schema.coding][one]["sha256"][:MARK])
        for fate in made.codings
        if (one := fate.row["id"]) in made.sets.get(schema.coding, {})
    }
    table, s = schema.cell_summary, schema.cell_summary.c
    case_of = select(schema.source.c.case_id).where(schema.source.c.id == made.source_id)
    near = (s.source_id == made.source_id) | (s.case_id == case_of.scalar_subquery())
    for held in connection.execute(select(table).where(near)).mappings() if marks else ():
        row = dict(held)
        noted = json.loads(row["evidence"] or "{}")
        now_noted = {
            one: marks[one][1] if one in marks and mark == marks[one][0] else mark
            for one, mark in noted.items()
        }
        if now_noted != noted:
            values = {"evidence": json.dumps(now_noted, sort_keys=True)}
            sealed = summaries.seal_of({**row, **values})
            made.put(table, row, {**values, "sha256": sealed})


# Decisions ---------------------------------------------------------------------------------


def _plan_decisions(connection: Connection, made: Plan, place: Place, *, reword: bool) -> None:
    """A decision moves with all the codings that it is about, and that it gives; or it goes."""
    fates = {fate.row["id"]: fate for fate in made.codings}
    codes = _idents(connection)
    for row in _on(connection, schema.decision, made.source_id):
        own = schema.decision_coding.c.decision_id == row["id"]
        query = select(schema.decision_coding).where(own).order_by(schema.decision_coding.c.id)
        given = [dict(one) for one in connection.execute(query).mappings()]
        placed = [Fate(one, place(one["start_at"], one["end_at"])) for one in given]
        placed = [replace(one, reworded=reword and one.placed.kind == BREAKS) for one in placed]
        about = [fates[one] for one in json.loads(row["seals"]) if one in fates]
        _, start, end, _ = place(row["start_at"], row["end_at"])
        spots = [(one.row["code_id"], one.span) for one in placed]
        lost = any(one.span is None for one in (*about, *placed))
        if lost or start == end or len(set(spots)) < len(spots):
            made.drop(schema.decision_coding, *(one["id"] for one in given))
            made.drop(schema.decision, row["id"])
            made.decisions_gone += 1
            continue
        for one in placed:
            if one.span is not None:
                values = _at(made.text, one.span)
                sealed = decisions.seal_of_coding({**one.row, **values})
                made.put(schema.decision_coding, one.row, {**values, "sha256": sealed})
        values = {
            "start_at": start, "end_at": end,
            "seals": _followed_seals(row["seals"], about, codes),
        }  # fmt: skip
        sealed = decisions.seal_of({**row, **values})
        made.put(schema.decision, row, {**values, "sha256": sealed})


def _idents(connection: Connection) -> dict[str, tuple[str, str]]:
    """Codebook and code, as people name them, by the id of the code."""
    c, b = schema.code.c, schema.codebook.c
    query = select(c.id, b.ident, c.ident).join(schema.codebook, b.id == c.codebook_id)
    return {row[0]: (row[1], row[2]) for row in connection.execute(query)}


def _followed_seals(
    stored: str, about: Sequence[Fate], codes: Mapping[str, tuple[str, str]]
) -> str:
    """What a decision notes of its codings: of those that it knew as they were, as they are."""
    seals = json.loads(stored)
    for fate in about:
        row, span = fate.row, fate.span
        book, code = codes[row["code_id"]]
        said = partial(
            seal_of_mark, codebook=book, code=code, stance=row["stance"], rating=row["rating"]
        )
        if span is not None and seals[row["id"]] == said(row["start_at"], row["end_at"]):
            seals[row["id"]] = said(*span)
    return json.dumps(seals)
