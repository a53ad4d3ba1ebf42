"""Words of a whole study swapped for others, in every column that holds people's words.

Planned first, then written in one change whose entry in the log has counts alone. What lies on a
text moves with it; every seal is made anew, and a summary's evidence follows it: the same coding,
the same place, other words.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import Connection, Table, delete, insert, select, update

from qualkit.model import Turn
from qualkit.reanchoring import Placed
from qualkit.store import free_text, schema, summaries
from qualkit.store.rewriting import rewrite
from qualkit.store.store import Change, turns_of
from qualkit.swaps import Finder, Replaced, Swap, mover, swapped, turned

SETTING: Final = "pseudonymised"  # the row of the study that names the runs in force
_UNIQUE: Final = {  # names of which no two are the same, within what
    ("case_unit", "name"): (), ("source", "name"): (),
    ("source_attribute", "name"): ("source_id",), ("case_attribute", "name"): ("case_id",),
}  # fmt: skip
_APART: Final = (schema.log, schema.turn, schema.project)  # each in its own way, or not at all
_OF_TURNS: Final = ("speaker", "item")
Key = tuple[str, ...]
Values = dict[str, Any]


@dataclass(slots=True)
class Plan:
    """What is to be swapped.

    Attributes
    ----------
    values : list of Replaced
        Every value that changes, as the key file keeps it.
    rows : mapping
        The new values of rows, by table and key.
    texts : mapping
        The swaps in the text of each source, by its id.
    turns : mapping
        The new speakers and questions of turns, by source and place.
    """

    values: list[Replaced] = field(default_factory=list)
    rows: dict[tuple[str, Key], Values] = field(default_factory=dict)
    texts: dict[str, list[Swap]] = field(default_factory=dict)
    turns: dict[str, dict[int, Values]] = field(default_factory=lambda: defaultdict(dict))

    @property
    def sources(self) -> list[str]:
        """The ids of the sources whose text or turns change."""
        return list(dict.fromkeys((*self.texts, *self.turns)))

    @property
    def count(self) -> int:
        """How many stretches are swapped."""
        return sum(len(one.swaps) for one in self.values)


# Planning ----------------------------------------------------------------------------------


def plan(connection: Connection, finder: Finder) -> Plan:
    """Everything that a finder finds in a study."""
    made = Plan()
    numbers = _numbers(connection)
    for table, column, kind in free_text.columns():
        if table not in _APART:
            _plan_column(connection, made, finder, (table, column, kind), numbers)
    _plan_texts(connection, made, finder, numbers)
    _keep_apart(connection, made)
    made.values[:] = [_called_anew(made, one) for one in made.values]
    return made


def _called_anew(made: Plan, one: Replaced) -> Replaced:
    """A value whose row is called by what it will be called by."""
    table = schema.metadata.tables[one.table]
    values = made.rows.get((one.table, one.row))
    if values is None:
        return one
    held = dict(zip((column.name for column in table.primary_key), one.row, strict=True))
    return replace(one, row=free_text.sorted_key(table, {**held, **values}))


def plan_back(connection: Connection, values: Iterable[Replaced]) -> tuple[Plan, list[str]]:
    """What takes swaps back, and where it cannot be: what changed since."""
    made, left = Plan(), []
    for one in values:
        swaps = _turned(one.swaps)
        if one.table == schema.turn.name:
            done = _back_in_turns(connection, made, one, swaps)
        elif one.column == "text" and one.table == schema.source.name:
            done = _back_in_text(connection, made, one, swaps)
        else:
            done = _back_in_row(connection, made, one, swaps)
        left += [] if done else [one.where]
    return made, left


def _turned(swaps: Sequence[tuple[int, Swap]]) -> dict[int, list[Swap]]:
    by_part: dict[int, list[Swap]] = defaultdict(list)
    for part, swap in swaps:
        by_part[part].append(swap)
    return {part: turned(held) for part, held in by_part.items()}


def _numbers(connection: Connection) -> dict[str, str]:
    """Sources and cases by number: what is kept in words must name nobody."""
    s, c = schema.source.c, schema.case.c
    sources = connection.execute(select(s.id).order_by(s.position, s.name)).scalars()
    cases = connection.execute(select(c.id).order_by(c.position, c.name)).scalars()
    return {one: f"source {n}" for n, one in enumerate(sources, 1)} | {
        one: f"case {n}" for n, one in enumerate(cases, 1)
    }


def _plan_column(
    connection: Connection, made: Plan, finder: Finder, of: tuple[Table, str, free_text.Kind],
    numbers: Mapping[str, str],
) -> None:  # fmt: skip
    table, column, kind = of
    wanted = [*table.primary_key, table.c[column]]
    wanted += [table.c[name] for name in ("source_id", "case_id") if name in table.c]
    for row in connection.execute(select(*dict.fromkeys(wanted))).mappings():
        swaps, new = _swapped(kind, row[column], finder)
        if swaps:
            where = free_text.place_in_words(table, _owned(table, row), numbers)
            _put(made, (table, dict(row), column), new, swaps, f"{column} of {where}")


def _owned(table: Table, row: Mapping[Any, Any]) -> dict[str, Any]:
    own = {"source": "source_id", "case_unit": "case_id"}.get(table.name)
    return {**row, own: row["id"]} if own else dict(row)


def _swapped(
    kind: free_text.Kind, value: Any, finder: Finder  # noqa: ANN401 - a text, or bytes
) -> tuple[list[tuple[int, Swap]], Any]:  # fmt: skip
    """The swaps in each part of a value, and the value that they make."""
    found: list[tuple[int, Swap]] = []
    part = -1

    def of(text: str) -> str:
        nonlocal part
        part += 1
        swaps = finder.swaps(text)
        found.extend((part, one) for one in swaps)
        return swapped(text, swaps)

    made = free_text.rebuilt(kind, value, of)
    return found, made


def _put(
    made: Plan, of: tuple[Table, Values, str], new: Any,  # noqa: ANN401 - a text, or bytes
    swaps: Sequence[tuple[int, Swap]], where: str,
) -> None:  # fmt: skip
    """Note one value of a row that changes."""
    table, row, column = of
    key = free_text.sorted_key(table, row)
    made.rows.setdefault((table.name, key), {})[column] = new
    marks = free_text.mark_of(row[column]), free_text.mark_of(new)
    made.values.append(Replaced(table.name, column, key, where, *marks, tuple(swaps)))


def _plan_texts(
    connection: Connection, made: Plan, finder: Finder, numbers: Mapping[str, str]
) -> None:
    once = lru_cache(maxsize=None)(lambda text: tuple(finder.swaps(text)))
    for source_id in connection.execute(select(schema.source.c.id)).scalars().all():
        turns = turns_of(connection, source_id)
        text = _text_of(connection, source_id)
        edges = [at for turn in turns for at in (turn["start_at"], turn["end_at"])]
        if swaps := finder.swaps(text, edges):
            made.texts[source_id] = swaps
            where = f"text of {numbers[source_id]}"
            made.values.append(_replaced(("source", "text"), (source_id,), where, text, swaps))
        for column in _OF_TURNS:
            for said, places in _said(turns, column).items():
                if found := once(said):
                    _put_turns(made, source_id, (column, places), said, found)
                    where = f"{column} of {numbers[source_id]}"
                    made.values[-1] = replace(made.values[-1], where=where)


def _put_turns(
    made: Plan, source_id: str, of: tuple[str, list[int]], said: str, swaps: Sequence[Swap]
) -> None:
    """Note one speaker, or question, of some turns."""
    column, places = of
    new = swapped(said, swaps)
    for place in places:
        made.turns[source_id].setdefault(place, {})[column] = new
    row = (source_id, " ".join(map(str, places)))
    made.values.append(_replaced(("turn", column), row, "", said, swaps))


def _replaced(
    of: tuple[str, str], row: Key, where: str, was: str, swaps: Sequence[Swap]
) -> Replaced:
    marks = free_text.mark_of(was), free_text.mark_of(swapped(was, swaps))
    return Replaced(*of, row, where, *marks, tuple((0, one) for one in swaps))


def _said(turns: Sequence[Mapping[str, Any]], column: str) -> dict[str, list[int]]:
    """The different values of a column of turns, and their places."""
    found: dict[str, list[int]] = defaultdict(list)
    for turn in turns:
        if turn[column]:
            found[turn[column]].append(turn["position"])
    return found


def _text_of(connection: Connection, source_id: str) -> str:
    query = select(schema.source.c.text).where(schema.source.c.id == source_id)
    return str(connection.execute(query).scalar_one())


def _keep_apart(connection: Connection, made: Plan) -> None:
    """Number names that would be the same: two people may have had one in another spelling."""
    for (name, column), within in _UNIQUE.items():
        table = schema.metadata.tables[name]
        wanted = {key: values for (of, key), values in made.rows.items()
                  if of == name and column in values}  # fmt: skip
        if not wanted:
            continue
        own = dict.fromkeys(
            [*table.primary_key, table.c[column], *(table.c[one] for one in within)]
        )
        held = [dict(row) for row in connection.execute(select(*own)).mappings()]
        taken = {(*(row[one] for one in within), row[column]) for row in held
                 if free_text.sorted_key(table, row) not in wanted}  # fmt: skip
        for row in held:
            values = wanted.get(free_text.sorted_key(table, row))
            if values is None:
                continue
            owner = tuple(row[one] for one in within)
            if (free := _free(values[column], owner, taken)) != values[column]:
                _rename(made, table, row, column, values, free)
            taken.add((*owner, free))


def _free(name: str, owner: Key, taken: set[tuple[Any, ...]]) -> str:
    number, free = 1, name
    while (*owner, free) in taken:
        number += 1
        free = f"{name} {number}"
    return free


def _rename(made: Plan, table: Table, row: Values, column: str, values: Values, free: str) -> None:
    """Give a row another name than was planned, swapped as a whole."""
    key = table.name, column, free_text.sorted_key(table, row)
    whole = ((0, Swap(0, len(row[column]), row[column], free)),)
    for n, one in enumerate(made.values):
        if (one.table, one.column, one.row) == key:
            made.values[n] = replace(one, now=free_text.mark_of(free), swaps=whole)
    values[column] = free


# Taking back -------------------------------------------------------------------------------


class _Given:
    """Gives the swaps of each part in turn."""

    def __init__(self, by_part: Mapping[int, list[Swap]]) -> None:
        self._by_part, self._part = by_part, -1

    def swaps(self, _text: str, _breaks: Sequence[int] = ()) -> list[Swap]:
        self._part += 1
        return self._by_part.get(self._part, [])


def _back_in_row(
    connection: Connection, made: Plan, one: Replaced, swaps: Mapping[int, list[Swap]]
) -> bool:
    table = schema.metadata.tables[one.table]
    same = free_text.same_key(table, one.row)
    row = connection.execute(select(table).where(*same)).mappings().first()
    if row is None or free_text.mark_of(row[one.column]) != one.now:
        return False
    found, new = _swapped(free_text.COLUMNS[one.table][one.column], row[one.column], _Given(swaps))
    _put(made, (table, dict(row), one.column), new, found, one.where)
    return free_text.mark_of(new) == one.was


def _back_in_text(
    connection: Connection, made: Plan, one: Replaced, swaps: Mapping[int, list[Swap]]
) -> bool:
    (source_id,) = one.row
    s = schema.source.c
    text = connection.execute(select(s.text).where(s.id == source_id)).scalar()
    if text is None or free_text.mark_of(text) != one.now:
        return False
    made.texts[source_id] = swaps[0]
    return True


def _back_in_turns(
    connection: Connection, made: Plan, one: Replaced, swaps: Mapping[int, list[Swap]]
) -> bool:
    source_id, places = one.row
    turns = {turn["position"]: turn for turn in turns_of(connection, source_id)}
    for place in map(int, places.split()):
        said = str(turns.get(place, {}).get(one.column))
        if free_text.mark_of(said) != one.now:
            return False
        made.turns[source_id].setdefault(place, {})[one.column] = swapped(said, swaps[0])
    return True


# Writing -----------------------------------------------------------------------------------


def write(change: Change, made: Plan) -> None:
    """Write what was planned; the log gets none of its rows.

    Parameters
    ----------
    change : Change
        Its own entry in the log must be told by who calls.
    """
    held = len(change.before), len(change.after)
    change.keeps = False  # what was swapped must not be found again but by the key
    seals = _seals(change.connection)
    for (name, key), values in made.rows.items():
        _write_row(change.connection, schema.metadata.tables[name], key, values)
    _follow(change.connection, seals)
    for source_id in made.sources:
        _write_source(change, source_id, made)
    del change.before[held[0] :], change.after[held[1] :]


def _write_row(connection: Connection, table: Table, key: Key, values: Values) -> None:
    same = free_text.same_key(table, key)
    row = connection.execute(select(table).where(*same)).mappings().one()
    new = free_text.sealed(table, {**row, **values})
    if "version" in table.c and not table.c.version.primary_key:
        new["version"] = row["version"] + 1
    changed = {name: value for name, value in new.items() if value != row[name]}
    connection.execute(update(table).where(*same).values(**changed))


def _seals(connection: Connection) -> dict[str, str]:
    c = schema.coding.c
    return {row.id: row.sha256 for row in connection.execute(select(c.id, c.sha256))}


def _follow(connection: Connection, seals: Mapping[str, str]) -> None:
    """Let the evidence of summaries follow codings whose seals became others."""
    new = {one: seal for one, seal in _seals(connection).items() if seals[one] != seal}
    if not new:
        return
    table = schema.cell_summary
    for row in connection.execute(select(table).where(table.c.evidence.is_not(None))).mappings():
        marks = json.loads(row["evidence"])
        made = {
            one: new[one][: len(mark)] if one in new and seals[one].startswith(mark) else mark
            for one, mark in marks.items()
        }
        if made != marks:
            values = {"evidence": json.dumps(made)}
            sealed = summaries.seal_of({**row, **values})
            same = table.c.id == row["id"]
            connection.execute(update(table).where(same).values(**values, sha256=sealed))


def _write_source(change: Change, source_id: str, made: Plan) -> None:
    text = _text_of(change.connection, source_id)
    swaps = made.texts.get(source_id, [])
    move = mover(swaps)
    turns = []
    for row in turns_of(change.connection, source_id):
        said = {**row, **made.turns.get(source_id, {}).get(row["position"], {})}
        start, end = move(row["start_at"], row["end_at"])
        turns.append(Turn(said["speaker"], said["role"], start, end, said["time"], said["line"],
                          said["page"], said["item"]))  # fmt: skip

    def place(start: int, end: int) -> Placed:
        return Placed("moves", *move(start, end), None)

    rewrite(change, source_id, swapped(text, swaps), tuple(turns), place)


# Which runs are in force -------------------------------------------------------------------


def runs(connection: Connection) -> tuple[str, ...]:
    """The ids of the runs that are in force in a study, the oldest first."""
    p = schema.project.c
    held = connection.execute(select(p.value).where(p.key == SETTING)).scalar()
    return tuple(json.loads(held)) if held else ()


def set_runs(connection: Connection, ids: Sequence[str]) -> None:
    """Say which runs are in force."""
    p = schema.project
    connection.execute(delete(p).where(p.c.key == SETTING))
    if ids:
        connection.execute(insert(p).values(key=SETTING, value=json.dumps(list(ids))))


def words_of(connection: Connection) -> Iterator[tuple[str, str, str]]:
    """Every text that people of the study typed or said: where, of which source, the text."""
    numbers = _numbers(connection)
    s = schema.source.c
    names = {row.id: row.name for row in connection.execute(select(s.id, s.name))}
    for source_id, name in names.items():
        yield "text", name, _text_of(connection, source_id)
        turns = turns_of(connection, source_id)
        yield from ((column, name, one) for column in _OF_TURNS for one in _said(turns, column))
    for table, column, kind in free_text.columns():
        if table.name not in free_text.TYPED or table in _APART:
            continue
        if (table.name, column) in free_text.UNTYPED:
            continue
        for row in connection.execute(select(table)).mappings():
            owned = _owned(table, row)
            where = free_text.place_in_words(table, owned, numbers)
            source = names.get(str(owned.get("source_id")), "")
            said = free_text.pieces(kind, row[column]) if row[column] else ()
            yield from ((where, source, one) for one in said if one.strip())


def codings_changed(
    connection: Connection, made: Plan, names: Mapping[str, str]
) -> Iterator[dict[str, Any]]:
    """The codings within which something is swapped, as they will be."""
    c = schema.coding.c
    for source_id, swaps in made.texts.items():
        new, move = swapped(_text_of(connection, source_id), swaps), mover(swaps)
        starts = [one.start for one in swaps]
        query = select(c.id, c.start_at, c.end_at).where(c.source_id == source_id)
        for row in connection.execute(query.order_by(c.start_at, c.end_at, c.id)):
            first = bisect_right(starts, row.start_at)
            first -= bool(first and swaps[first - 1].end > row.start_at)
            if first < len(swaps) and swaps[first].start < row.end_at:
                start, end = move(row.start_at, row.end_at)
                yield {"coding": row.id, "source": names[source_id], "start": start, "end": end,
                       "text": new[start:end]}  # fmt: skip
