"""Who may change what: the roles of coders, asked by every change and by nothing else.

A ``reader`` changes nothing. A ``coder`` makes, changes and removes codings, summaries and
memos of their own, decides suggestions and says what of their assignments is done. An
``evaluator`` works on the whole study, assigns and settles disagreements; a ``supervisor`` also
signs sources off and works on coders and their roles. Roles bind only in a study that has a
supervisor; a name that the study does not know is an evaluator's.

Roles keep colleagues out of each other's work. They are no lock: whoever can write to the file
or the database can do so without qualkit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, or_, select

from qualkit.errors import NotAllowed
from qualkit.store.schema import (
    assignment,
    cell_summary,
    coder,
    coding,
    collection_member,
    memo,
    sign_off,
    suggestion,
    unplaced,
)  # fmt: skip

READER: Final = "reader"
CODER: Final = "coder"
EVALUATOR: Final = "evaluator"
SUPERVISOR: Final = "supervisor"
ROLES: Final = (READER, CODER, EVALUATOR, SUPERVISOR)  # each may do what the ones before it may

_NEEDED: Final = {  # everything else needs an evaluator
    "keep vectors": READER,  # what a program computed, and nothing that a person said
    "index": READER,
    "add coding": CODER,
    "add codings": CODER,
    "set coding": CODER,
    "remove coding": CODER,
    "load codings": CODER,
    "suggest": CODER,
    "accept": CODER,
    "reject": CODER,
    "set summary": CODER,
    "remove summary": CODER,
    "load summaries": CODER,
    "draft": CODER,
    "add memo": CODER,
    "set memo": CODER,
    "remove memo": CODER,
    "place coding": CODER,
    "drop unplaced": CODER,
    "set done": CODER,
    "undo": CODER,
    "sign off": SUPERVISOR,
    "withdraw sign-off": SUPERVISOR,
    "withdraw participant": SUPERVISOR,
    "purge": SUPERVISOR,
    "restore": SUPERVISOR,
    "add coder": SUPERVISOR,
    "set coder": SUPERVISOR,
}
_OWNERS: Final = {  # the column that says whose a row is
    coding.name: "coder_id",
    cell_summary.name: "coder_id",
    suggestion.name: "decider_id",
    assignment.name: "coder_id",
    memo.name: "author_id",
    unplaced.name: "coder_id",
}
_DONE: Final = {"status", "done", "version"}  # what coders may change of their assignments
_SAID: Final = (  # what people do, in words, and an action of the log that stands for it
    ("Read, search, print and export", "index"),
    ("Code, and change or remove codings", "add coding"),
    ("Decide suggestions, write summaries and memos", "accept"),
    ("Take changes back", "undo"),
    ("Import, correct and remove interviews; attributes, roles of speakers", "add sources"),
    ("Work on the codebook and the topic guide", "set code"),
    ("Load surveys, published tables and strands; link, judge and decide", "add link"),
    ("Assign, merge packs, settle disagreements", "settle"),
    ("Give names pseudonyms", "pseudonymise"),
    ("Say who works on the study, and in which role", "set coder"),
    ("Sign off", "sign off"),
    ("Withdraw a participant; purge", "purge"),
    ("Go back to a backup", "restore"),
)
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Rights:
    """What one person may do in one change.

    Attributes
    ----------
    user, role : str
    binding : bool
        Whether the study has a supervisor.
    coder_id : str or None
        The row of this person; None for a name that the study does not know.
    """

    user: str
    role: str
    binding: bool
    coder_id: str | None = None

    def require(self, action: str) -> None:
        """NotAllowed where this role may not do that at all."""
        if not self.at_least(_NEEDED.get(action, EVALUATOR)):
            raise NotAllowed(self.user, self.role, action)

    def at_least(self, role: str) -> bool:
        """Whether this person may do what that role may."""
        return not self.binding or ROLES.index(self.role) >= ROLES.index(role)

    def require_undo(self, tables: Iterable[str]) -> None:
        """NotAllowed where what is to be taken back needs more than a coder's or evaluator's role.

        Whose the rows are is looked at afterwards, by :meth:`require_own`.
        """
        if sign_off.name in tables:
            self.require("withdraw sign-off")

    def require_own(self, before: Sequence[Row], after: Sequence[Row]) -> None:
        """NotAllowed where a coder has touched rows, as the log lists them, of somebody else.

        Of their own assignments they may change nothing but whether they are done: who could
        take back a blind one would see what it hides.
        """
        if not self.binding or self.role != CODER:
            return
        if _fixed(before) != _fixed(after):
            raise NotAllowed(self.user, self.role, "change an assignment")
        for row in [*before, *after]:
            table = row.get("table")
            if table in _OWNERS:
                if row.get(_OWNERS[table]) not in {None, self.coder_id}:
                    raise NotAllowed(self.user, self.role, "change what is another coder's")
            elif table == collection_member.name and row.get("memo_id") is not None:
                continue  # a memo of their own, which is looked at itself, leaves its sets with it
            elif table == coder.name:
                raise NotAllowed(self.user, self.role, "work under another name")
            else:
                raise NotAllowed(self.user, self.role, f"change a {str(table).replace('_', ' ')}")


def table() -> list[tuple[str, dict[str, str]]]:
    """Who may do what: each thing in words, and by role ``all``, ``own`` (theirs alone) or nothing.

    >>> {role: may for what, row in table()[:2] for role, may in row.items() if what[0] == "C"}
    {'reader': '', 'coder': 'own', 'evaluator': 'all', 'supervisor': 'all'}
    """
    return [(what, {role: _may(role, action) for role in ROLES}) for what, action in _SAID]


def _may(role: str, action: str) -> str:
    least = _NEEDED.get(action, EVALUATOR)
    if ROLES.index(role) < ROLES.index(least):
        return ""
    return "own" if role == CODER and least == CODER else "all"


def _fixed(listed: Iterable[Row]) -> list[dict[str, Any]]:
    """What assignments are, but for what may change of them."""
    found = [
        {name: value for name, value in row.items() if name not in _DONE}
        for row in listed
        if row.get("table") == assignment.name
    ]
    return sorted(found, key=lambda row: str(row["id"]))


def of(connection: Connection, user: str) -> Rights:
    """The rights of a person by name."""
    c = coder.c
    query = select(c.id, c.name, c.role).where(or_(c.name == user, c.role == SUPERVISOR))
    rows = connection.execute(query).all()
    own = next((row for row in rows if row.name == user), None)
    binding = any(row.role == SUPERVISOR for row in rows)
    if own is None:
        return Rights(user, EVALUATOR, binding)
    return Rights(user, own.role, binding, own.id)
