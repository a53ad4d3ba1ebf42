"""A coder pack merged into its study: what the coder did there, and what happened here meanwhile.

Three states of each coding are compared: as it was when the pack was made (or was merged last),
as it is in the pack, as it is here. What was changed on one side alone is taken from that side.
What was changed on both is a conflict, told and left as it is here, unless the pack is to be
taken. Nothing is removed unless that is asked for. Everything is planned first and then
written in one change, so that a preview is the plan alone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection

from qualkit.store import schema
from qualkit.store.pack_codings import Codings, Fate
from qualkit.store.pack_files import Packed
from qualkit.store.pack_plan import Options, Plan
from qualkit.store.pack_states import ACTION
from qualkit.store.pack_summaries import plan_done, plan_summaries
from qualkit.store.packs import refuse_blind
from qualkit.store.store import Store

if TYPE_CHECKING:
    import pandas as pd

TAKES: Final = ("study", "pack")
COLUMNS: Final = ("coding", "source", "start", "end", "code", "outcome", "why")
_OUTCOMES: Final = ("added", "same", "changed", "conflicting")


@dataclass(frozen=True, slots=True)
class PackMerge:
    """What merging a coder pack does, or did.

    Attributes
    ----------
    coder : str
        Whose pack it is.
    table : DataFrame
        One row a coding, in the order of the text: ``coding``, ``source``, ``start``, ``end``,
        ``code``; ``outcome``: ``added``, ``same``, ``changed`` or ``conflicting``; and ``why``,
        empty where it is plain.
    added, same, changed, conflicting : int
        How many of each.
    notes : tuple of str
        What became of cell summaries and of what is done, and what is odd.
    writes : bool
        Whether anything was written, or would be.
    entry : int or None
        The number of the merge in the log, for :meth:`qualkit.project.Project.undo`; None for a
        preview, and where nothing was new.
    """

    coder: str
    table: pd.DataFrame
    added: int
    same: int
    changed: int
    conflicting: int
    notes: tuple[str, ...]
    writes: bool = False
    entry: int | None = None


def preview(store: Store, packed: Packed, options: Options, *, user: str) -> PackMerge:
    """What merging a pack would do.

    Raises
    ------
    ConflictError
        For a pack of another study, of somebody who is not a coder in this one, or one that would
        show `user` what they must not see yet.
    """
    with store.read() as connection:
        return _planned(connection, packed, options, user)[1]


def merge(store: Store, packed: Packed, options: Options, *, file: str, user: str) -> PackMerge:
    """Merge a pack, whole or not at all; `file` is its name, for the log.

    Raises
    ------
    ConflictError
        As for :func:`preview`.
    """
    what = f"{packed.label.coder}, from {file}"
    with store.change(user, ACTION, what) as change:
        plan, report = _planned(change.connection, packed, options, user)
        plan.write(change)
    return replace(report, entry=change.entry)


def _planned(
    connection: Connection, packed: Packed, options: Options, user: str
) -> tuple[Plan, PackMerge]:
    plan = Plan(connection, packed, options)
    refuse_blind(connection, user, plan.coder, set(plan.sources))
    _tell_sources(plan)
    fates = list(Codings(plan).fates.values())
    plan_summaries(plan)
    plan_done(plan)
    table = _table(plan, fates)
    counts = table["outcome"].value_counts()
    added, same, changed, conflicting = (int(counts.get(name, 0)) for name in _OUTCOMES)
    notes = tuple(plan.notes)
    report = PackMerge(
        plan.coder, table, added, same, changed, conflicting, notes, writes=plan.writes
    )
    return plan, report


def _tell_sources(plan: Plan) -> None:
    """Note the sources that are not what they were when the pack was made."""
    for row in plan.packed.rows[schema.source.name]:
        here = plan.sources.get(row["id"])
        if here is None:
            plan.notes.append(f"{row['name']}: the study does not have this source now")
        elif here["sha256"] != row["sha256"]:
            plan.notes.append(f"{row['name']}: its text is another one here")
        elif here["turns_sha256"] != row["turns_sha256"]:
            plan.notes.append(
                f"{row['name']}: its turns were changed since the pack was made; what is coded "
                "stands where it stood"
            )


def _table(plan: Plan, fates: list[Fate]) -> pd.DataFrame:
    import pandas as pd

    order = {row["id"]: n for n, row in enumerate(plan.packed.rows[schema.source.name])}
    told = sorted(
        (order.get(row["source_id"], len(order)), row["start_at"], row["end_at"],
         plan.name(row["code_id"]), row["id"], plan.name(row["source_id"]), fate)
        for row, fate in fates
    )  # fmt: skip
    lines = [
        (one, source, start, end, code, fate.outcome, fate.why)
        for _, start, end, code, one, source, fate in told
    ]
    return pd.DataFrame(lines, columns=list(COLUMNS))
