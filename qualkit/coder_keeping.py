"""Who works on a study, as a project keeps it.

The part of :class:`qualkit.project.Project` that names and roles need.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from qualkit.errors import UnknownName
from qualkit.keeping import Keeping
from qualkit.store import coders, rights, schema

if TYPE_CHECKING:
    import pandas as pd


class CoderKeeping(Keeping):
    """What a project knows of those who work on it."""

    def coders(self) -> list[str]:
        """The names of those who code."""
        with self._store.read() as connection:
            names = connection.execute(select(schema.coder.c.name).order_by(schema.coder.c.name))
            return list(names.scalars())

    def coder_table(self) -> pd.DataFrame:
        """One row a coder: ``name``, ``role``, ``login``, ``codings``, ``created``."""
        with self._store.read() as connection:
            return coders.table(connection, self._sight(connection))

    def add_coder(self, name: str, *, role: str = "evaluator", login: str = "") -> None:
        """Add somebody who works on the study.

        Parameters
        ----------
        name : str
        role : str
            ``reader``, ``coder``, ``evaluator`` or ``supervisor``; see
            :mod:`qualkit.store.rights`.
        login : str
            How a server's login names this person, usually an e-mail address.

        Raises
        ------
        ConflictError
            For a name or login that is taken.
        UnknownName, ValueError
            For a role that there is not, a name that is none.
        """
        with self._store.change(self.user, "add coder", name) as change:
            coders.add(change, name, role=role, login=login)

    def set_coder(
        self,
        name: str,
        *,
        role: str | None = None,
        login: str | None = None,
        new_name: str | None = None,
    ) -> None:
        """Change the role, login or name of a coder; what is not given stays.

        Raises
        ------
        ConflictError
            For a name or login that is taken, or where the study would lose its last supervisor.
        UnknownName, ValueError
            For a coder or role that there is not, a name that is none.
        """
        given = {"role": role, "login": login, "name": new_name}
        values = {key: value for key, value in given.items() if value is not None}
        what = ", ".join([name, *(f"{key} {value}" for key, value in values.items())])
        with self._store.change(self.user, "set coder", what) as change:
            coders.set_one(change, name, values)

    def role_of(self, name: str) -> str:
        """The role of a coder; ``evaluator`` for a name that the study does not know."""
        with self._store.read() as connection:
            return rights.of(connection, name).role

    def may(self, role: str) -> bool:
        """Whether who works may do what that role may; all may, where nobody is a supervisor.

        >>> import tempfile
        >>> from qualkit.project import Project
        >>> project = Project.create(f"{tempfile.mkdtemp()}/study.qualkit", user="Ann")
        >>> project.add_coder("Ann", role="reader")
        >>> project.may("coder")
        True
        >>> project.add_coder("Bo", role="supervisor")
        >>> project.may("coder")
        False
        """
        if role not in rights.ROLES:
            raise UnknownName("role", role, rights.ROLES)
        with self._store.read() as connection:
            return rights.of(connection, self.user).at_least(role)
