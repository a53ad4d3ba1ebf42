"""Decisions in the store: how disagreements were settled, and what a supervisor signed off.

A decision is about certain codings and leaves them as they are; what it says is coded there are
rows of its own, so that a code cannot vanish from below it and merging codes takes it along.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection, select

from qualkit.errors import ConflictError, UnknownName
from qualkit.model import new_id, now, seal
from qualkit.store.keep import KEEP, Keep
from qualkit.store.schema import (
    code,
    codebook,
    coder,
    coding,
    decision,
    decision_coding,
    sign_off,
    source,
)  # fmt: skip
from qualkit.store.sight import EVERYTHING, Sight
from qualkit.store.store import Change
from qualkit.tables import COLUMNS

if TYPE_CHECKING:
    import pandas as pd

KINDS: Final = ("missed", "other code", "boundary", "stance", "rating")
_SEALED: Final = (
    "id", "source_id", "start_at", "end_at", "kind", "choice", "decider_id", "reason", "decided",
    "subject", "seals",
)  # fmt: skip
_SEALED_CODING: Final = (
    "id", "decision_id", "start_at", "end_at", "quote", "code_id", "stance", "rating", "memo",
)  # fmt: skip
_SAID: Final = ("start_at", "end_at", "quote", "code_id", "stance", "rating", "memo")
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Settled:
    """A decision as it is to be stored; ids of its source, its decider and its codes."""

    source_id: str
    start: int
    end: int
    kind: str
    choice: str
    decider_id: str
    reason: str
    seals: Mapping[str, str]
    result: tuple[Row, ...]  # start_at, end_at, quote, code_id, stance, rating, memo

    @property
    def subject(self) -> str:
        """The hash of whose codings it is about: what makes it the one decision of its kind."""
        return seal(*sorted(self.seals))


def seal_of(row: Row) -> str:
    """The seal over what a decision says."""
    return seal(*(row[name] for name in _SEALED))


def seal_of_coding(row: Row) -> str:
    """The seal over one coding that a decision gives."""
    return seal(*(row[name] for name in _SEALED_CODING))


def table(connection: Connection, sight: Sight = EVERYTHING) -> pd.DataFrame:
    """One row a decision, in the order of sources and their text; see :mod:`qualkit.tables`."""
    import pandas as pd

    d = decision.c
    query = (
        select(d.id, source.c.name, d.start_at, d.end_at, d.kind, d.choice, coder.c.name,
               d.reason, d.decided, d.seals, d.version)
        .join(source, source.c.id == d.source_id)
        .join(coder, coder.c.id == d.decider_id)
        .where(sight.decisions())
        .order_by(source.c.position, source.c.name, d.start_at, d.end_at, d.decided, d.id)
    )  # fmt: skip
    results = _results(connection)
    found = [
        (*row[:9], json.loads(row[9]), results.get(row[0], []), row[10])
        for row in connection.execute(query)
    ]
    return pd.DataFrame(found, columns=list(COLUMNS["decisions"]))


def _results(connection: Connection) -> dict[str, list[dict[str, Any]]]:
    """What each decision says is coded, in the order of the text."""
    r = decision_coding.c
    query = (
        select(r.decision_id, codebook.c.ident.label("codebook"), code.c.ident.label("code"),
               r.start_at.label("start"), r.end_at.label("end"), r.quote.label("text"), r.stance,
               r.rating, r.memo)
        .join(code, code.c.id == r.code_id)
        .join(codebook, codebook.c.id == code.c.codebook_id)
        .order_by(r.start_at, r.end_at, codebook.c.position, code.c.position, r.id)
    )  # fmt: skip
    found: dict[str, list[dict[str, Any]]] = {}
    for row in connection.execute(query).mappings():
        said = dict(row)
        found.setdefault(said.pop("decision_id"), []).append(said)
    return found


def write(change: Change, wanted: Settled) -> bool:
    """Write a decision in the place of one about the same codings; whether it says anything new."""
    subject = decision.c.subject == wanted.subject
    held = change.connection.execute(select(decision).where(subject)).mappings().first()
    values = {
        "source_id": wanted.source_id, "start_at": wanted.start, "end_at": wanted.end,
        "kind": wanted.kind, "choice": wanted.choice, "decider_id": wanted.decider_id,
        "reason": wanted.reason, "subject": wanted.subject,
        "seals": json.dumps(dict(sorted(wanted.seals.items()))),
    }  # fmt: skip
    if held is None:
        made = {"id": new_id(), "decided": now(), "version": 1, **values}
        change.add(decision, [{**made, "sha256": seal_of(made)}])
        change.add(decision_coding, _codings(str(made["id"]), wanted.result))
        return True
    old = _codings_of(change.connection, held["id"])
    said = {tuple(row[name] for name in _SAID) for row in old}
    same = said == {tuple(row[name] for name in _SAID) for row in wanted.result}
    if same and all(held[name] == value for name, value in values.items()):
        return False
    row = {**held, **values, "decided": now()}
    change.set(decision, held["id"], {**values, "decided": row["decided"], "sha256": seal_of(row)})
    if not same:
        change.remove(decision_coding, [row["id"] for row in old])
        change.add(decision_coding, _codings(held["id"], wanted.result))
    return True


def _codings(decision_id: str, result: Iterable[Row]) -> list[dict[str, Any]]:
    made = []
    for one in result:
        row = {"id": new_id(), "decision_id": decision_id, "version": 1, **one}
        made.append({**row, "sha256": seal_of_coding(row)})
    return made


def _codings_of(connection: Connection, decision_id: str) -> list[dict[str, Any]]:
    own = decision_coding.c.decision_id == decision_id
    rows = connection.execute(select(decision_coding).where(own)).mappings()
    return [dict(row) for row in rows]


def refuse_gone(
    connection: Connection, source_id: str, ids: Iterable[str], *, sight: Sight
) -> None:
    """ConflictError where a coding that is to be settled is not there, or not in that source."""
    own = select(coding.c.id).where(coding.c.source_id == source_id, sight.codings())
    there = set(connection.execute(own).scalars())
    if gone := [one for one in ids if one not in there]:
        what = "a coding" if len(gone) == 1 else f"{len(gone)} codings"
        raise ConflictError(
            f"{what} of this disagreement changed or went since it was read; look at it again, "
            "then settle it"
        )


def refuse_other(connection: Connection, ids: Iterable[str], version: int | Keep | None) -> None:
    """ConflictError where the decision about these codings is not of the version that was read."""
    if version is KEEP:
        return
    d = decision.c
    query = select(d.version).where(d.subject == seal(*sorted(ids)))
    if connection.execute(query).scalar() != version:
        raise ConflictError(
            "somebody settled this, or withdrew what was decided, since it was read; look at it"
            " again, then settle it"
        )


def told(connection: Connection, decision_id: str) -> str:
    """A decision in words, for the log; its id where there is none."""
    query = (
        select(source.c.name, decision.c.kind, decision.c.choice)
        .join(source, source.c.id == decision.c.source_id)
        .where(decision.c.id == decision_id)
    )
    row = connection.execute(query).first()
    return decision_id if row is None else f"{row[0]}: {row[1]}, {row[2]}"


def remove(change: Change, decision_ids: Iterable[str]) -> None:
    """Remove decisions with the codings that they give."""
    for one in decision_ids:
        own = [row["id"] for row in _codings_of(change.connection, one)]
        change.remove(decision_coding, own)
        change.remove(decision, [one])


def withdraw(change: Change, decision_id: str, *, sight: Sight) -> None:
    """Remove one decision; UnknownName where there is none that may be seen."""
    query = select(decision.c.id).where(decision.c.id == decision_id, sight.decisions())
    if change.connection.execute(query).first() is None:
        raise UnknownName("decision", decision_id, ())
    remove(change, [decision_id])


# Sign-off --------------------------------------------------------------------------------


def signed(connection: Connection, sight: Sight = EVERYTHING) -> pd.DataFrame:
    """One row a source that is signed off, in their order; see :mod:`qualkit.tables`.

    Who is blind there sees no note: it may tell of what others coded.
    """
    import pandas as pd

    s = sign_off.c
    query = (
        select(s.source_id, source.c.name, coder.c.name, s.at, s.note, s.seal, s.version)
        .join(source, source.c.id == s.source_id)
        .join(coder, coder.c.id == s.coder_id)
        .order_by(source.c.position, source.c.name)
    )
    found = [
        (*said, "" if source_id in sight.sources else note, mark, version)
        for source_id, *said, note, mark, version in connection.execute(query)
    ]
    return pd.DataFrame(found, columns=list(COLUMNS["sign_offs"]))


def sign(change: Change, source_id: str, by: str, *, mark: str, note: str) -> bool:
    """Sign a source off, in the place of an earlier sign-off; whether that is new."""
    held = sign_off_of(change.connection, source_id)
    values = {"coder_id": by, "note": note, "seal": mark}
    if held is None:
        row = {"id": new_id(), "source_id": source_id, "at": now(), "version": 1, **values}
        change.add(sign_off, [row])
        return True
    if all(held[name] == value for name, value in values.items()):
        return False
    change.set(sign_off, held["id"], {**values, "at": now()})
    return True


def sign_off_of(connection: Connection, source_id: str) -> Row | None:
    """The sign-off of a source; None where it has none."""
    query = select(sign_off).where(sign_off.c.source_id == source_id)
    row = connection.execute(query).mappings().first()
    return None if row is None else dict(row)


def unsign(change: Change, source_id: str) -> None:
    """Take back the sign-off of a source, where it has one."""
    if (held := sign_off_of(change.connection, source_id)) is not None:
        change.remove(sign_off, [held["id"]])


def remove_of_source(change: Change, source_id: str) -> None:
    """Remove what was decided and signed off in a source."""
    decided = select(decision.c.id).where(decision.c.source_id == source_id)
    remove(change, change.connection.execute(decided).scalars().all())
    unsign(change, source_id)
