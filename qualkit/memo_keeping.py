"""Memos, and sets of sources, codes and memos, as a project keeps them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection

from qualkit.errors import UnknownName
from qualkit.keeping import Keeping
from qualkit.loading import case_ids, named_code, plain_memo, source_of
from qualkit.store import Change, coders
from qualkit.store import memos as kept

if TYPE_CHECKING:
    import pandas as pd

LONGEST: Final = 1_000_000  # characters of a memo's text: what others call one may be a document
_LONGEST_NAME: Final = 200


class MemoKeeping(Keeping):
    """What a project knows of memos and sets."""

    # Memos -----------------------------------------------------------------------------

    def memos(self) -> pd.DataFrame:
        """One row a memo, the oldest first; see :mod:`qualkit.tables`.

        Who codes blind sees none of others on the sources in which they do, and on their cases.
        """
        with self._store.read() as connection:
            return kept.table(connection, self._sight(connection))

    def add_memo(
        self,
        text: str,
        *,
        title: str = "",
        source: str | None = None,
        case: str | None = None,
        code: str | None = None,
    ) -> str:
        """Write a memo on a source, a case or a code; on none of them, on the study. Its id.

        Parameters
        ----------
        text, title : str
            One of them may be empty.
        source, case, code : str, optional
            One of them at most; a code by any of its names.

        Raises
        ------
        UnknownName
            For a source, case or code that there is not.
        ValueError
            For a memo without words, or about several things.

        Examples
        --------
        >>> import tempfile
        >>> from qualkit.project import Project
        >>> study = Project.create(f"{tempfile.mkdtemp()}/study.qualkit", user="Ann")
        >>> _ = study.add_memo("Ask the schools again.", title="To do")
        >>> study.memos()[["about", "title", "text", "author"]].values.tolist()
        [['study', 'To do', 'Ask the schools again.', 'Ann']]
        """
        about = {"source": source, "case": case, "code": code}
        named = {kind: name for kind, name in about.items() if name is not None}
        if len(named) > 1:
            raise ValueError(f"a memo is about one thing, not about {' and '.join(named)}")
        words = _words(title=title, text=text)
        _require(words)
        kind, name = next(iter(named.items()), (kept.STUDY, ""))
        with self._store.change(self.user, "add memo", f"{kind} {name}".strip()) as change:
            of = {kept.KINDS[kind]: _id_of(change, kind, name)} if named else {}
            return kept.add(change, {**words, **of}, coders.known_or_new(change, self.user))

    def set_memo(
        self,
        memo_id: str,
        *,
        title: str | None = None,
        text: str | None = None,
        version: int | None = None,
    ) -> int | None:
        """Word a memo anew; what is not given stays. The number of the change, if it was one.

        Raises
        ------
        UnknownName
            Where there is none of that id.
        ValueError
            Where it would be left without words.
        ConflictError
            Where somebody changed it since `version` was read.
        """
        words = _words(title=title, text=text)
        with self._store.change(self.user, "set memo", memo_id) as change:
            held = kept.one(change.connection, memo_id, self._sight(change.connection))
            _require({name: words.get(name, held[name]) for name in ("title", "text")})
            kept.write(change, held, words, version)
        return change.entry

    def remove_memo(self, memo_id: str) -> int | None:
        """Remove a memo, also from its sets; the log keeps it, under the number that comes back.

        Raises
        ------
        UnknownName
            Where there is none of that id.
        """
        with self._store.change(self.user, "remove memo", memo_id) as change:
            kept.one(change.connection, memo_id, self._sight(change.connection))
            kept.remove(change, [memo_id])
        return change.entry

    # Sets ------------------------------------------------------------------------------

    def collections(self) -> pd.DataFrame:
        """One row a member of a set, in order; see :mod:`qualkit.tables`."""
        with self._store.read() as connection:
            return kept.collections(connection, self._sight(connection))

    def add_collection(
        self,
        name: str,
        *,
        sources: Sequence[str] = (),
        codes: Sequence[str] = (),
        memos: Sequence[str] = (),
        description: str = "",
    ) -> str:
        """Put sources, codes and memos into a new set; its id.

        Parameters
        ----------
        name : str
        sources, codes : sequence of str
            Names; each counts once.
        memos : sequence of str
            Ids.
        description : str

        Raises
        ------
        UnknownName
            For a source, code or memo that there is not.
        ConflictError
            Where another set has that name.
        ValueError
            For what cannot be a name.
        """
        name, description = _name(name), plain_memo(description.strip())
        wanted = {"source": sources, "code": codes, "memo": memos}
        with self._store.change(self.user, "add set", name) as change:
            members = dict.fromkeys(
                (kind, self._member(change, kind, one))
                for kind, named in wanted.items()
                for one in named
            )
            return kept.add_collection(change, name, description, members)

    def remove_collection(self, name: str) -> int | None:
        """Remove a set, by its name or its id; what was in it stays. The number of the change.

        Raises
        ------
        UnknownName
            Where there is none.
        ConflictError
            Where several have that name.
        """
        with self._store.change(self.user, "remove set", name) as change:
            kept.remove_collection(change, name)
        return change.entry

    def _member(self, change: Change, kind: str, name: str) -> str:
        if kind != "memo":
            return _id_of(change, kind, name)
        sight = self._sight(change.connection)
        return str(kept.one(change.connection, name, sight)["id"])


def _id_of(change: Change, kind: str, name: str) -> str:
    """The id of a source, case or code by its name; UnknownName where there is none."""
    if kind == "source":
        return source_of(change.connection, name)[0]
    if kind == "code":
        return _code_id(change.connection, name)
    known = case_ids(change)
    if name not in known:
        raise UnknownName("case", name, known)
    return known[name]


def _code_id(connection: Connection, name: str) -> str:
    return named_code(connection, name).guid


def _name(name: str) -> str:
    name = plain_memo(name.strip())
    if not name or len(name) > _LONGEST_NAME or len(name.splitlines()) > 1:
        raise ValueError(f"the name {name[:40]!r} is no line of 1 to {_LONGEST_NAME} letters")
    return name


def _words(**given: str | None) -> dict[str, str]:
    """The texts that are given, each one that can be stored."""
    return {
        name: plain_memo(text.strip(), longest=LONGEST)
        for name, text in given.items()
        if text is not None
    }


def _require(words: dict[str, str]) -> None:
    if not any(words.values()):
        raise ValueError("a memo needs words, or at least a title")
