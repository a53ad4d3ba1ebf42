"""The codings of a coder pack: what becomes of each in the study."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from qualkit import rows
from qualkit.store.codings import coding_of
from qualkit.store.pack_plan import Plan, by_id, parts
from qualkit.store.pack_states import Verdict
from qualkit.store.packs import Row
from qualkit.store.schema import coding, source

_PLACE: Final = ("source_id", "code_id", "start_at", "end_at")  # what no two of a coder share
_SAID: Final = ("stance", "rating", "memo")
_TWIN: Final = "here under another id"
Fate = tuple[Row, Verdict]


class Codings:
    """The codings of a pack, planned.

    Attributes
    ----------
    fates : dict
        By the id of the coding: its row, in the pack or else here, and what becomes of it.
    """

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._packs: dict[str, Row] = {row["id"]: row for row in plan.packed.rows[coding.name]}
        self._here: dict[str, Row] = {row["id"]: row for row in plan.here(coding)}
        self._ids = by_id(plan.connection, coding, self._packs)
        self._texts = {row["id"]: row["sha256"] for row in plan.packed.rows[source.name]}
        self.fates: dict[str, Fate] = {}
        self._settle_all()

    def _settle_all(self) -> None:
        taken = {parts(row, _PLACE) for row in self._packs.values()}
        known = self._plan.begun.last.keys() & self._here.keys()
        waiting: dict[str, list[Fate]] = {"remove": [], "set": [], "add": []}
        for one in [*self._packs, *sorted(known - self._packs.keys())]:
            row = self._packs.get(one) or self._here[one]
            fate = self._verdict(row)
            if one not in self._packs and parts(row, _PLACE) in taken:
                fate = Verdict("", "same", "removed in the pack and coded anew there")
            if fate.do:
                waiting[fate.do].append((row, fate))
            else:
                self._settle(row, fate)
        self._schedule(waiting)

    def _verdict(self, row: Row) -> Verdict:
        """What is to become of one coding, as far as it can be said by itself."""
        plan, one = self._plan, row["id"]
        if row["coder_id"] != plan.coder_id:
            who = plan.name(row["coder_id"])
            why = f"coded under the name {who}; the pack is {plan.coder}'s, and only that is taken"
            return Verdict("", "conflicting", why)
        sides = (self._packs.get(one), self._here.get(one))
        fate = plan.judge(one, *(None if side is None else side["sha256"] for side in sides))
        if fate.do in {"add", "set"} and (why := self._obstacle(row)):
            return Verdict("", "conflicting", why)
        return fate

    def _obstacle(self, row: Row) -> str:
        """Why a coding of the pack cannot stand here; empty where it can."""
        text, same = self._plan.sources.get(row["source_id"]), self._ids.get(row["id"])
        if text is None:
            return "the study does not have its source now"
        if text["sha256"] != self._texts.get(row["source_id"]):
            return "the text of its source is another one here"
        if text["text"][row["start_at"] : row["end_at"]] != row["quote"]:
            return "its words do not stand there in the source"
        if same and parts(same, ("coder_id", "source_id")) != parts(row, ("coder_id", "source_id")):
            return "another coding of the study has its id"
        return self._plan.misfit(row)

    # In which order ----------------------------------------------------------------------

    def _schedule(self, waiting: Mapping[str, list[Fate]]) -> None:
        """Settle what goes, then what moves onto words that are free, then what is new."""
        places = {parts(row, _PLACE): one for one, row in self._here.items()}
        for row, fate in waiting["remove"]:
            self._plan.remove(coding, row["id"])
            del places[parts(row, _PLACE)]
            self._settle(row, fate)
        self._move(waiting["set"], places)
        for row, fate in waiting["add"]:
            twin = self._here.get(places.get(parts(row, _PLACE), ""))
            self._settle(row, self._added(row, fate, twin))

    def _move(self, moves: list[Fate], places: dict[tuple[Any, ...], str]) -> None:
        """Settle the codings that change, each once the words that it moves onto are free."""
        free = moves
        while free:
            free = [
                (row, fate) for row, fate in moves
                if places.get(parts(row, _PLACE)) in {None, row["id"]}
            ]  # fmt: skip
            for row, fate in free:
                here = self._here[row["id"]]
                del places[parts(here, _PLACE)]
                places[parts(row, _PLACE)] = row["id"]
                values = {k: v for k, v in row.items() if k != "version" and v != here[k]}
                self._plan.set(coding, row["id"], values)
                self._settle(row, fate)
            moves = [one for one in moves if one not in free]
        for row, _ in moves:
            why = "these words have this code here already, under another id"
            self._settle(row, Verdict("", "conflicting", why))

    def _added(self, row: Row, fate: Verdict, twin: Row | None) -> Verdict:
        """Plan a coding that is new here, unless its words have its code already."""
        if twin is None:
            self._plan.add(coding, row)
            return fate
        if parts(row, _SAID) == parts(twin, _SAID):
            return Verdict("", "same", _TWIN)
        if self._plan.options.take == "pack" or self._is_remade(twin):
            new = replace(coding_of(twin), **{name: row[name] for name in _SAID})
            values = rows.of_coding(new)
            said = {name: values[name] for name in (*_SAID, "sha256")}
            self._plan.set(coding, twin["id"], said)
            return Verdict("", "changed", _TWIN)
        why = "these words have this code here with another stance, rating or memo"
        return Verdict("", "conflicting", why)

    def _is_remade(self, twin: Row) -> bool:
        """Whether a coding here was removed in the pack, there to be made anew."""
        known = self._plan.begun.knows(twin["id"], twin["sha256"])
        return known and twin["id"] not in self._packs

    def _settle(self, row: Row, fate: Verdict) -> None:
        self.fates[row["id"]] = row, fate
        if fate.why != _TWIN:  # what is under another id here, pack and study do not share
            self._plan.share(row["id"], row["sha256"], fate)
