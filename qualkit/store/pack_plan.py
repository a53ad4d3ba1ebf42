"""What merging a coder pack is going to do: what it goes by, and the rows that it will write."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Table, select

from qualkit.errors import ConflictError
from qualkit.store import read, schema
from qualkit.store.pack_files import Packed
from qualkit.store.pack_states import Take, Verdict, begun, note
from qualkit.store.packs import Row, project_value, rows_where
from qualkit.store.store import Change

_WRITTEN: Final = (schema.coding, schema.cell_summary)


@dataclass(frozen=True, slots=True)
class Options:
    """What stands where both sides were changed, and whether removals in the pack count here."""

    take: Take
    removals: bool


class Plan:
    """What a merge goes by, and what it will write.

    Parameters
    ----------
    connection : Connection
        To the study.
    packed : Packed
        What came back.
    options : Options

    Raises
    ------
    ConflictError
        For a pack of another study, or of somebody who is not a coder in this one.
    """

    def __init__(self, connection: Connection, packed: Packed, options: Options) -> None:
        _refuse_other_study(connection, packed)
        self.connection, self.packed = connection, packed
        self.coder_id, self.coder = packed.label.coder_id, _coder_here(connection, packed)
        self.options, self.begun = options, begun(connection, packed.label)
        self.names = packed.names()
        self.codes = {one.guid: one for book in read.codebooks(connection) for one in book.codes}
        ids = [row["id"] for row in packed.rows[schema.source.name]]
        self.sources = by_id(connection, schema.source, ids)
        self.notes: list[str] = []
        self._sets: list[tuple[Table, str, Row]] = []
        self._adds: list[tuple[Table, Row]] = []
        self._removed: list[tuple[Table, str]] = []
        self._seals = dict(self.begun.last)

    def own(self, table: Table) -> list[Row]:
        """The rows of a table in the pack that are its coder's."""
        return [row for row in self.packed.rows[table.name] if row["coder_id"] == self.coder_id]

    def here(self, table: Table) -> list[Row]:
        """The rows of a table in the study that are the coder's."""
        query = select(table).where(table.c.coder_id == self.coder_id)
        return [dict(row) for row in self.connection.execute(query).mappings()]

    def judge(self, one: str, pack: str | None, here: str | None) -> Verdict:
        """The verdict on one thing by its seals; see :class:`qualkit.store.pack_states.Begun`."""
        take, removals = self.options.take, self.options.removals
        return self.begun.judge(one, pack, here, take=take, removals=removals)

    def misfit(self, row: Mapping[str, Any]) -> str:
        """Why a code of the study does not take a coding or summary; empty where it does."""
        code = self.codes.get(row["code_id"])
        if code is None:
            return f"the study has no code {self.name(row['code_id'])!r} now"
        if row["rating"] is None or row["rating"] in code.values:
            return ""
        levels = ", ".join(map(str, code.values))
        has = f"has {levels}" if levels else "takes no rating"
        return f"the rating {row['rating']} does not fit: {code.id!r} {has} now"

    def name(self, one: str) -> str:
        """What a source, case, code or coder of the pack is called there; its id, if nothing."""
        return self.names.get(one, one)

    def add(self, table: Table, row: Row) -> None:
        """Plan a new row."""
        self._adds.append((table, {**row, "version": 1}))

    def set(self, table: Table, row_id: str, values: Row) -> None:
        """Plan a change of a row."""
        self._sets.append((table, row_id, values))

    def remove(self, table: Table, row_id: str) -> None:
        """Plan the removal of a row."""
        self._removed.append((table, row_id))

    def share(self, one: str, seal: str, fate: Verdict) -> None:
        """Note what pack and study have in common of one thing once the plan is done."""
        if fate.do == "remove":
            self._seals.pop(one, None)
        elif fate.outcome in {"added", "changed"} or (fate.outcome == "same" and not fate.why):
            self._seals[one] = seal

    @property
    def writes(self) -> bool:
        """Whether anything is planned."""
        return bool(self._adds or self._sets or self._removed)

    def write(self, change: Change) -> None:
        """Do what is planned."""
        if not self.writes:
            return
        for table, row_id in self._removed:
            change.remove(table, [row_id])
        for table, row_id, values in self._sets:
            change.set(table, row_id, values)
        for table in _WRITTEN:  # a merge that was undone may have brought them before
            change.restore(table, [row for own, row in self._adds if own is table])
        note(change.connection, self.packed.label, self._seals)


def by_id(connection: Connection, table: Table, ids: Iterable[str]) -> dict[str, Row]:
    """The rows of a table with these ids, by id."""
    return {row["id"]: row for row in rows_where(connection, table.c.id, {*ids})}


def parts(row: Mapping[str, Any], names: Sequence[str]) -> tuple[Any, ...]:
    """Some values of a row."""
    return tuple(row[name] for name in names)


def _refuse_other_study(connection: Connection, packed: Packed) -> None:
    label = packed.label
    if project_value(connection, "id") != label.study:
        raise ConflictError(
            f"this is a pack of another study: {label.by} made it for {label.coder} on "
            f"{label.made[:10]}; open the study that it was made from"
        )


def _coder_here(connection: Connection, packed: Packed) -> str:
    """What the coder of a pack is called in the study."""
    c = schema.coder.c
    name = connection.execute(select(c.name).where(c.id == packed.label.coder_id)).scalar()
    if name is None:
        raise ConflictError(
            f"the pack is {packed.label.coder}'s, and nobody of that id codes in this study"
        )
    return str(name)
