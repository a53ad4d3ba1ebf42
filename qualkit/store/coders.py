"""Coders: who they are, their roles, and how a server's login names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection, func, select

from qualkit.errors import ConflictError, UnknownName
from qualkit.model import NOT_XML, new_id, now
from qualkit.store.rights import EVALUATOR, ROLES, SUPERVISOR
from qualkit.store.schema import coder, coding
from qualkit.store.sight import EVERYTHING, Sight
from qualkit.store.store import Change

if TYPE_CHECKING:
    import pandas as pd

_LONGEST: Final = 200  # characters of a name or a login


def table(connection: Connection, sight: Sight = EVERYTHING) -> pd.DataFrame:
    """One row a coder by name: name, role, login, codings, created."""
    import pandas as pd

    counts = (
        select(coding.c.coder_id, func.count().label("codings"))
        .where(sight.codings())
        .group_by(coding.c.coder_id)
        .subquery()
    )
    count = func.coalesce(counts.c.codings, 0)
    query = (
        select(coder.c.name, coder.c.role, coder.c.login, count, coder.c.created)
        .outerjoin(counts, counts.c.coder_id == coder.c.id)
        .order_by(coder.c.name)
    )
    found = [tuple(row) for row in connection.execute(query)]
    return pd.DataFrame(found, columns=["name", "role", "login", "codings", "created"])


def add(change: Change, name: str, *, role: str, login: str) -> None:
    """Add a coder; ConflictError for a name or a login that is taken."""
    row = {
        "id": new_id(),
        "created": now(),
        **_checked({"name": name, "role": role, "login": login}),
    }
    _refuse_taken(change.connection, row)
    change.add(coder, [row])


def known_or_new(change: Change, name: str, *, role: str = EVALUATOR) -> str:
    """The id of a coder by name; one that is new is added, where it can be a name."""
    held = select(coder.c.id).where(coder.c.name == name)
    if (found := change.connection.execute(held).scalar()) is not None:
        return str(found)
    add(change, name, role=role, login="")
    return str(change.after[-1]["id"])


def set_one(change: Change, name: str, values: dict[str, str]) -> None:
    """Change the name, role or login of a coder.

    Raises
    ------
    UnknownName
        For a coder or a role that there is not.
    ConflictError
        For a name or login that is taken, or where the study would lose its last supervisor.
    """
    held = change.connection.execute(select(coder).where(coder.c.name == name)).mappings().first()
    if held is None:
        raise UnknownName("coder", name, change.connection.execute(select(coder.c.name)).scalars())
    new = {key: value for key, value in _checked(values).items() if value != held[key]}
    if not new:
        return
    _refuse_taken(change.connection, {"id": held["id"], **new})
    if held["role"] == SUPERVISOR and "role" in new:
        others = select(coder.c.id).where(coder.c.role == SUPERVISOR, coder.c.id != held["id"])
        if change.connection.execute(others).first() is None:
            raise ConflictError(
                f"{name} is the only supervisor of this study; make somebody else one first"
            )
    change.set(coder, held["id"], new)


def _checked(values: dict[str, str]) -> dict[str, str]:
    """The values without space around them; ValueError for one that cannot stand."""
    made = {key: value.strip() for key, value in values.items()}
    if "name" in made and not made["name"]:
        raise ValueError("a coder needs a name")
    for key in ("name", "login"):
        given = made.get(key, "")
        if len(given) > _LONGEST or NOT_XML.search(given) or len(given.splitlines()) > 1:
            raise ValueError(f"the {key} {given[:40]!r} is no line of {_LONGEST} letters or fewer")
    if "role" in made and made["role"] not in ROLES:
        raise UnknownName("role", made["role"], ROLES)
    return made


def _refuse_taken(connection: Connection, row: dict[str, Any]) -> None:
    """ConflictError where another coder has this name or login; case does not tell logins apart."""
    others = select(coder.c.name, coder.c.login).where(coder.c.id != row["id"])
    for name, login in connection.execute(others):
        if name == row.get("name"):
            raise ConflictError(f"there is a coder called {name!r} already")
        if login and login.casefold() == row.get("login", "").casefold():
            raise ConflictError(f"the login {login!r} is {name}'s already")
