"""The cell summaries of a coder pack, and what its coder has finished."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

from qualkit.model import new_id, now
from qualkit.store.pack_plan import Plan, by_id, parts
from qualkit.store.pack_states import Verdict
from qualkit.store.packs import Row, resting_on, words_of
from qualkit.store.schema import assignment, cell_summary, coding, source
from qualkit.store.sight import DONE
from qualkit.store.summaries import seal_of

_CELL: Final = ("case_id", "source_id", "code_id", "phase")
_WRITTEN: Final = ("text", "stance", "rating", "draft", "cites", "evidence", "changed")
_DID: Final = {"add": "added", "set": "changed", "remove": "removed"}


def plan_summaries(plan: Plan) -> None:
    """Plan what becomes of each cell summary, and note it."""
    done: Counter[str] = Counter()
    for pack, here in _cells(plan):
        fate = _fate(plan, pack, here)
        if fate.do:
            done[_DID[fate.do]] += 1
        elif fate.outcome == "conflicting":
            plan.notes.append(f"summary of {_cell(plan, pack or here)}: {fate.why}")
    if done:
        told = ", ".join(f"{done[name]} {name}" for name in _DID.values() if done[name])
        plan.notes.append(f"cell summaries: {told}")


def _cells(plan: Plan) -> Iterator[tuple[Row | None, Row | None]]:
    """What the coder wrote of each cell in the pack, and what is here of theirs."""
    own = {row["id"] for row in plan.here(coding) if row["source_id"] in plan.sources}
    held = [resting_on(row, own) for row in plan.here(cell_summary)]
    cells = {parts(row, _CELL): row for row in held}
    packs = {parts(row, _CELL): row for row in plan.own(cell_summary)}
    for cell, row in packs.items():
        yield row, cells.get(cell)
    for cell, row in cells.items():
        if cell not in packs and row["id"] in plan.begun.last:
            yield None, row


def _fate(plan: Plan, pack: Row | None, here: Row | None) -> Verdict:
    """Plan what becomes of one cell."""
    one = (pack or here or {})["id"]
    said = [None if side is None else words_of(side) for side in (pack, here)]
    fate = plan.judge(one, said[0], said[1])
    if pack is not None and fate.do and (why := _obstacle(plan, pack)):
        fate = Verdict("", "conflicting", why)
    if fate.do == "remove":
        plan.remove(cell_summary, one)
    elif fate.do == "add" and pack is not None:
        made = {**pack, "id": new_id() if by_id(plan.connection, cell_summary, [one]) else one}
        plan.add(cell_summary, {**made, "sha256": seal_of(made)})
    elif fate.do == "set" and pack is not None and here is not None:
        values = {name: pack[name] for name in _WRITTEN}
        plan.set(cell_summary, here["id"], {**values, "sha256": seal_of({**here, **values})})
    plan.share(one, said[0] or "", fate)
    return fate


def _obstacle(plan: Plan, row: Row) -> str:
    """Why a summary cannot stand here; empty where it can."""
    units = {*plan.sources, *(one["case_id"] for one in plan.sources.values())}
    if (row["case_id"] or row["source_id"]) not in units:
        return "the study does not have its case or source now"
    return plan.misfit(row)


def _cell(plan: Plan, row: Row | None) -> str:
    said = row or {}
    unit = said["case_id"] or said["source_id"]
    return f"{plan.name(unit)}, {plan.name(said['code_id'])}"


def plan_done(plan: Plan) -> None:
    """Plan that what its coder finished in the pack is finished here."""
    found = [row for row in plan.own(assignment) if row["status"] == DONE]
    here = by_id(plan.connection, assignment, [row["id"] for row in found])
    finished: list[str] = []
    for row in found:
        held, name = here.get(row["id"]), plan.name(row["source_id"])
        if held is None or held["coder_id"] != plan.coder_id:
            plan.notes.append(f"{name}: done in the pack, but not assigned any more")
        elif held["status"] != DONE:
            plan.set(assignment, row["id"], {"status": DONE, "done": row["done"] or now()})
            finished.append(name)
    if finished:
        order = [row["name"] for row in plan.packed.rows[source.name] if row["name"] in finished]
        plan.notes.append(f"done: {', '.join(order)}")
