"""What became of one thing in a coder pack and in its study since both were the same.

A pack may come back more than once while its coder goes on. What was merged last is noted in the
study, so that the next time only what is new counts as new; a merge that was undone is
forgotten.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from sqlalchemy import Connection, delete, insert, select

from qualkit.store import schema
from qualkit.store.packs import Label, project_value
from qualkit.store.read import last_entry
from qualkit.store.trail import taken_back

ACTION: Final = "merge pack"  # as the log has it
Do = Literal["", "add", "set", "remove"]
Take = Literal["study", "pack"]
Seals = Mapping[str, str]  # by id


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is done with one coding, or summary: nothing, or what `do` says; and the reason."""

    do: Do
    outcome: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Begun:
    """How both sides began: `base` when the pack was made, `last` when it was merged last."""

    base: Seals
    last: Seals

    def knows(self, one: str, seal: str | None) -> bool:
        """Whether a thing is here as the pack has had it, so that nobody has changed it here."""
        return seal is not None and seal in {self.base.get(one), self.last.get(one)}

    def judge(
        self, one: str, pack: str | None, here: str | None, *, take: Take, removals: bool
    ) -> Verdict:
        """The verdict on one thing by its seals; None is for where it is not."""
        last = self.last.get(one)
        if pack is None:
            return self._removed(one, here, take=take, removals=removals)
        if here is None:
            return _gone_here(take) if last is not None else Verdict("add", "added")
        if pack in {here, last}:
            why = "" if pack == here else "changed here since; the pack has it as it was"
            return Verdict("", "same", why)
        if self.knows(one, here):
            return Verdict("set", "changed")
        if take == "pack":
            return Verdict("set", "changed", "changed here too; the pack's is taken")
        return Verdict("", "conflicting", "changed here and in the pack; what is here stays")

    def _removed(self, one: str, here: str | None, *, take: Take, removals: bool) -> Verdict:
        if removals and (self.knows(one, here) or take == "pack"):
            return Verdict("remove", "changed", "removed in the pack; removed here")
        if self.knows(one, here):
            return Verdict("", "conflicting", "removed in the pack; kept here")
        return Verdict("", "conflicting", "removed in the pack, changed here; kept here")


def _gone_here(take: Take) -> Verdict:
    if take == "pack":
        return Verdict("add", "added", "removed here since; the pack's is taken")
    return Verdict("", "conflicting", "removed here since the pack was made; not brought back")


# What was merged before --------------------------------------------------------------------


def begun(connection: Connection, label: Label) -> Begun:
    """How a pack and the study began, as far as its last merge that was not undone."""
    steps = [one for one in _steps(connection, label) if _stands(connection, one["after"])]
    return Begun(label.base, steps[-1]["seals"] if steps else label.base)


def note(connection: Connection, label: Label, seals: Seals) -> None:
    """Note in the study what it has in common with a pack from this change on."""
    steps = [*_steps(connection, label), {"after": last_entry(connection), "seals": dict(seals)}]
    p, key = schema.project, _key(label)
    connection.execute(delete(p).where(p.c.key == key))
    connection.execute(insert(p).values({"key": key, "value": json.dumps(steps)}))


def _key(label: Label) -> str:
    return f"pack {label.id}"


def _steps(connection: Connection, label: Label) -> list[dict[str, Any]]:
    return list(json.loads(project_value(connection, _key(label)) or "[]"))


def _stands(connection: Connection, after: int) -> bool:
    """Whether the merge that came right after an entry of the log was not undone."""
    c = schema.log.c
    merges = select(c.entry).where(c.entry > after, c.action == ACTION).order_by(c.entry)
    merged = connection.execute(merges.limit(1)).scalar()
    return merged is not None and merged not in taken_back(connection)
