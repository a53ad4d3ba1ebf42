"""What every part of a project has: the study that it keeps, and who works on it.

:class:`qualkit.project.Project` is put together of parts by subject, each a module
``*_keeping.py`` (and :mod:`qualkit.double_coding`). They keep and do not analyse, and know nothing
of each other.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from qualkit.errors import UnknownName
from qualkit.store import sight

if TYPE_CHECKING:
    from qualkit.store import Store


class Keeping:
    """The study, who works on it, and what that person may see."""

    _store: Store
    study: str
    user: str
    _sees_all = False

    def _sight(self, connection: Connection) -> sight.Sight:
        return sight.EVERYTHING if self._sees_all else sight.of(connection, self.user)


def require_word(kind: str, word: str, words: Collection[str]) -> None:
    """UnknownName where a word is none of those that there are."""
    if word not in words:
        raise UnknownName(kind, word, [one for one in words if one])
