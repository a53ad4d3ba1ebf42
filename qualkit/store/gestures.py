"""Gestures of the interface, each stored exactly once however often it is sent.

A gesture is named by the browser. Its name is written in the transaction of the change that it
makes, so that both are there or neither; whoever sends it again is told so, and changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, insert, select

from qualkit.errors import ConflictError
from qualkit.model import now
from qualkit.store.schema import gesture


@dataclass(slots=True)
class Once:
    """One gesture while it is being stored.

    Attributes
    ----------
    id : str
    again : bool
        Whether it was stored before; then nothing must be done.
    entry : int or None
        The number of its change in the log; None where it changed nothing, or is still to come.
    """

    id: str
    again: bool = False
    entry: int | None = None
    done: bool = False

    def look(self, connection: Connection) -> bool:
        """Whether it was stored, by whomever; `again` and `entry` then say so."""
        row = connection.execute(select(gesture.c.entry).where(gesture.c.id == self.id)).first()
        if row is not None:
            self.again, self.entry = True, row.entry
        return row is not None

    def refuse_again(self, connection: Connection) -> None:
        """ConflictError within a change for a gesture that was stored before it began."""
        if self.done:
            raise RuntimeError(f"the gesture {self.id} makes a second change; it is one alone")
        held = select(gesture.c.id).where(gesture.c.id == self.id)
        if connection.execute(held).first() is not None:
            raise ConflictError(f"the gesture {self.id} was stored before")

    def store(self, connection: Connection, entry: int | None) -> None:
        """Write it down beside the change that it made."""
        row = {"id": self.id, "entry": entry, "at": now()}
        connection.execute(insert(gesture).values(row))


def entry_of(connection: Connection, gesture_id: str) -> int | None:
    """The number in the log of what a gesture changed; None where it changed nothing."""
    return connection.execute(select(gesture.c.entry).where(gesture.c.id == gesture_id)).scalar()
