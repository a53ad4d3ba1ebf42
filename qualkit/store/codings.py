"""Codings in the store: one of them found, changed, and told in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, select

from qualkit import rows
from qualkit.errors import ConflictError
from qualkit.model import Coding
from qualkit.store import suggestions
from qualkit.store.schema import code, coder, coding, source, suggestion
from qualkit.store.sight import EVERYTHING, Sight
from qualkit.store.store import Change

_PLACE = ("source_id", "coder_id", "code_id", "start_at", "end_at")  # what no two codings share
_GONE = "this coding is gone; somebody removed it"


def told(connection: Connection, coding_id: str) -> str:
    """A coding in words, for the log: its source, code and coder; its id where there is none."""
    query = (
        select(source.c.name, code.c.ident, coder.c.name)
        .join(source, source.c.id == coding.c.source_id)
        .join(code, code.c.id == coding.c.code_id)
        .join(coder, coder.c.id == coding.c.coder_id)
        .where(coding.c.id == coding_id)
    )
    row = connection.execute(query).first()
    return coding_id if row is None else f"{row[0]}: {row[1]} by {row[2]}"


def held(
    connection: Connection, coding_id: str, version: int | None, sight: Sight = EVERYTHING
) -> Coding:
    """A coding as it is; ConflictError where it is gone, or has moved on from `version`."""
    query = select(coding).where(coding.c.id == coding_id, sight.codings())
    row = connection.execute(query).mappings().first()
    if row is None:
        raise ConflictError(_GONE)
    if version is not None and row["version"] != version:
        raise ConflictError(
            "this coding was changed by somebody else since it was read; look at it again, then "
            "repeat the change"
        )
    return coding_of(dict(row))


def change_one(change: Change, old: Coding, new: Coding) -> None:
    """Put a coding in the place of what it was; ConflictError where the same one is there."""
    before, after = rows.of_coding(old), rows.of_coding(new)
    values = {name: value for name, value in after.items() if value != before[name]}
    if not values:
        return
    if _at(change.connection, after) not in {None, new.id}:
        raise ConflictError("these words have the same code by the same coder already")
    change.set(coding, new.id, values)


def refuse_taken(connection: Connection, coding_id: str) -> None:
    """ConflictError where there is a coding of that id."""
    if connection.execute(select(coding.c.id).where(coding.c.id == coding_id)).first() is not None:
        raise ConflictError("a coding of this id is there already")


def is_there(connection: Connection, made: Coding) -> bool:
    """Whether these words have this code by this coder already."""
    return _at(connection, rows.of_coding(made)) is not None


def refuse_twin(connection: Connection, made: Coding) -> None:
    """ConflictError where these words have this code by this coder already."""
    if is_there(connection, made):
        raise ConflictError("these words have the same code by the same coder already")


def decide(
    change: Change,
    ids: Sequence[str],
    coder_id: str,
    *,
    code_id: str,
    sight: Sight = EVERYTHING,
) -> list[str]:
    """Code what suggestions mark with a code of one's own choice; the ids of the codings.

    Those that propose this very code are accepted, the others rejected.
    """
    wanted = list(dict.fromkeys(ids))
    found = {one: _suggested(change.connection, one) for one in wanted}
    right = [one for one in wanted if found[one].get("code_id") == code_id]
    made = suggestions.accept(change, right, coder_id, sight=sight)
    others = [one for one in wanted if one not in right]
    suggestions.reject(change, others, coder_id, sight=sight)
    for one in wanted:
        place = {"coder_id": coder_id, "code_id": code_id, **_span(found[one])}
        if _at(change.connection, place) is None:
            new = Coding(
                source=place["source_id"], start=place["start_at"], end=place["end_at"],
                text=found[one]["quote"], code=code_id, coder=coder_id,
            )  # fmt: skip
            change.add(coding, [rows.of_coding(new)])
            made.append(new.id)
    return made


def _suggested(connection: Connection, suggestion_id: str) -> dict[str, Any]:
    query = select(suggestion).where(suggestion.c.id == suggestion_id)
    return dict(connection.execute(query).mappings().first() or {})


def _span(row: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in ("source_id", "start_at", "end_at")}


def _at(connection: Connection, place: dict[str, Any]) -> str | None:
    """The id of the coding that stands there, with this code and by this coder."""
    same = [coding.c[name] == place[name] for name in _PLACE]
    return connection.execute(select(coding.c.id).where(*same)).scalar()


def coding_of(row: Mapping[str, Any]) -> Coding:
    """The coding of a row; its source, code and coder are ids."""
    return Coding(
        source=row["source_id"], start=row["start_at"], end=row["end_at"], text=row["quote"],
        code=row["code_id"], coder=row["coder_id"], stance=row["stance"], rating=row["rating"],
        memo=row["memo"], created=row["created"], id=row["id"],
    )  # fmt: skip
