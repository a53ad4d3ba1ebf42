"""Codebooks and their codes, worded, moved and merged, as a project keeps them.

The part of :class:`qualkit.project.Project` that codebooks need.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, select

from qualkit import rows
from qualkit.codebook import SHIPPED, checked_code, read_codebook
from qualkit.errors import ConflictError
from qualkit.keeping import Keeping
from qualkit.linked import let_go
from qualkit.loading import named_code, whole_number
from qualkit.model import Code, Codebook, Level, new_id
from qualkit.store import codes, read, schema
from qualkit.store.keep import KEEP, Keep
from qualkit.store.merging import Merge, MergeReport, Placed

if TYPE_CHECKING:
    import pandas as pd


class CodebookKeeping(Keeping):
    """What a project knows of its codebooks."""

    # Tables ----------------------------------------------------------------------------

    def codebooks(self) -> list[Codebook]:
        """The codebooks, each with its codes."""
        with self._store.read() as connection:
            return read.codebooks(connection)

    def codebook(self, name: str) -> Codebook:
        """One codebook; UnknownName where there is none of that id."""
        with self._store.read() as connection:
            return codes.known_book(connection, name)

    def codes(self) -> pd.DataFrame:
        """One row a code, with its path and how often it was applied."""
        with self._store.read() as connection:
            return read.codes(connection, self._sight(connection))

    # Codebooks ---------------------------------------------------------------------------

    def add_codebook(self, book: Codebook | Path | str) -> Codebook:
        """Add a codebook, a YAML file, or one that ships with qualkit by its name."""
        if not isinstance(book, Codebook):
            book = read_codebook(shipped_or_file(book))
        what = f"{book.id} {book.version}, {len(book.codes)} codes"
        with self._store.change(self.user, "add codebook", what) as change:
            held = change.connection.execute(select(schema.codebook.c.ident)).scalars().all()
            if book.id in held:
                raise ConflictError(f"the project has a codebook {book.id!r} already")
            change.add(schema.codebook, [rows.of_codebook(book, position=len(held))])
            change.add(schema.code, rows.of_codes(book))
        return book

    def add_code(self, codebook: str, code: Code) -> Code:
        """Add a code at the end of a codebook, or of what stands below its parent.

        Raises
        ------
        UnknownName
            For a codebook, or a parent in it, that the project does not have.
        ConflictError
            Where the codebook has a code of that id.
        CodebookError
            For an id or name that no code may have, or a name that another code has.
        """
        with self._store.change(self.user, "add code", f"{codebook}/{code.id}") as change:
            book = codes.known_book(change.connection, codebook)
            made = checked_code(code, codebook, book.codes)
            if codes.version_of(change.connection, made.guid):  # of a code that was renamed
                made = replace(made, guid=new_id())
            codes.add(change, book, made)
        return made

    def find_code(self, name: str) -> tuple[str, str]:
        """The codebook and id of the code of that id, ``codebook/id`` or name."""
        with self._store.read() as connection:
            guid = named_code(connection, name).guid
            return next(
                (book.id, one.id)
                for book in read.codebooks(connection)
                for one in book.codes
                if one.guid == guid
            )

    def code_version(self, codebook: str, code_id: str) -> int:
        """The version of a code, for :meth:`set_code` to say what a change was made from."""
        with self._store.read() as connection:
            return codes.version_of(
                connection, codes.known_code(connection, codebook, code_id)[1].guid
            )

    def set_code(  # noqa: PLR0913 - what a code says
        self,
        codebook: str,
        code_id: str,
        *,
        version: int | None = None,
        name: str | None = None,
        definition: str | None = None,
        include: str | None = None,
        exclude: str | None = None,
        example: str | None = None,
        cues: Sequence[str] | None = None,
        colour: str | None = None,
        scale: Sequence[Level] | None = None,
        new_id: str | None = None,
    ) -> Code:
        """Word a code anew; what is not given stays, what is given empty is taken away.

        Its codings stay with it, whatever it is called.

        Parameters
        ----------
        codebook, code_id : str
        version : int, optional
            Of the code that was read and is changed here; see :meth:`code_version`.
        name, definition, include, exclude, example, colour : str, optional
        cues : sequence of str, optional
        scale : sequence of Level, optional
            Lowest first; a rating that codings carry must stay on it.
        new_id : str, optional
            Another id, by which files and frameworks name it from now on.

        Raises
        ------
        UnknownName
            For a codebook or code that is not there.
        ConflictError
            Where the code moved on from `version`, or another has the new id.
        CodebookError
            For words that no code may have.
        """
        given = {
            "name": name, "definition": definition, "include": include, "exclude": exclude,
            "example": example, "cues": None if cues is None else tuple(cues),
            "colour": colour, "scale": None if scale is None else tuple(scale), "id": new_id,
        }  # fmt: skip
        wanted = {key: value for key, value in given.items() if value is not None}

        def worded(connection: Connection) -> tuple[Codebook, Code, Code]:
            book, old = codes.known_code(connection, codebook, code_id)
            others = [one for one in book.codes if one.id != code_id]
            new = checked_code(replace(old, **wanted), codebook, others)  # type: ignore[arg-type]  # names of its fields
            return book, old, replace(new, guid=old.guid)

        with self._store.read() as connection:
            _, old, new = worded(connection)
        fields = [key for key in wanted if getattr(new, key) != getattr(old, key)]
        what = f"{codebook}/{code_id}: {', '.join(fields)}"
        with self._store.change(self.user, "set code", what) as change:
            book, old, new = worded(change.connection)
            codes.write(change, book, old, new, version=version)
        return new

    def move_code(
        self,
        codebook: str,
        code_id: str,
        *,
        parent: str | Keep | None = KEEP,
        before: str | None = None,
    ) -> int | None:
        """Move a code, with all below it; the number of the change, None where nothing changed.

        Parameters
        ----------
        codebook, code_id : str
        parent : str or None, optional
            The id of the code to stand below; None makes it a theme. By default that of now.
        before : str, optional
            The id of the code, below the same parent, that it shall stand before; by default it
            stands last.

        Raises
        ------
        UnknownName
            For a codebook or code that is not there.
        CodebookError
            Where it would stand below itself.
        """
        with self._store.change(self.user, "move code", f"{codebook}/{code_id}") as change:
            book, moved = codes.known_code(change.connection, codebook, code_id)
            above = moved.parent if isinstance(parent, Keep) else parent
            codes.move(change, book, moved, parent=above, before=before)
        return change.entry

    def merge_codes(
        self, codebook: str, code_id: str, into: str, *, dry_run: bool = False
    ) -> MergeReport:
        """Make one code of two: what hangs on the first hangs on the other, and the first goes.

        Codings get the other code; where a coder has the same words under both, one coding stays
        and gets the memo of the other. Cell summaries move, or their words are added to those
        of the same author. Suggestions, lines of the topic guide, links to findings with their
        verdicts, threads, and the codes below follow. The
        words of the other code stay as they are. One undo takes all of it back.

        Parameters
        ----------
        codebook, code_id : str
            The code that goes.
        into : str
            The code that stays: an id in the same codebook, or ``codebook/code``.
        dry_run : bool
            Tell alone; nothing is changed.

        Raises
        ------
        UnknownName
            For a codebook or code that is not there.
        CodebookError
            Where the two cannot be one: the same code, one below it, another scale.
        """

        def both(connection: Connection) -> tuple[Placed, Placed]:
            other, _, ident = into.rpartition("/")
            gone = codes.known_code(connection, codebook, code_id)
            return gone, codes.known_code(connection, other or codebook, ident)

        if dry_run:
            with self._store.read() as connection:
                return Merge(connection, *both(connection), sight=self._sight(connection)).report
        what = f"{codebook}/{code_id} into {into}"
        with self._store.change(self.user, "merge codes", what) as change:
            sight = self._sight(change.connection)
            report = Merge(change.connection, *both(change.connection), sight=sight).write(change)
        return replace(report, entry=change.entry)

    def remove_code(self, codebook: str, code_id: str, *, links: bool = False) -> int | None:
        """Remove a code on which nothing hangs; the number of the change.

        What was suggested for it goes with it; codings, cell summaries, lines of the topic guide
        and codes below it must be merged, moved or removed first.

        Parameters
        ----------
        codebook, code_id : str
        links : bool
            Whether links to findings go along, with their verdicts; the log says which.

        Raises
        ------
        UnknownName
            For a codebook or code that is not there.
        CodebookError
            Where something hangs on it, with what that is.
        LinkedError
            Where it has links to findings, and they may not go.
        """
        what = f"{codebook}/{code_id}"
        with self._store.change(self.user, "remove code", what) as change:
            book, gone = codes.known_code(change.connection, codebook, code_id)
            let_go(change, f"code {what}", schema.link.c.code_id == gone.guid, links=links)
            codes.remove(change, book, gone)
        return change.entry

    def codebook_versions(self, codebook: str) -> pd.DataFrame:
        """One row an entry of the log that changed a codebook, oldest first.

        Returns
        -------
        DataFrame
            ``entry``, its number; ``at``, ``who``, ``what``; ``codes``, a list of the ids of
            codes that it added, removed, moved or worded anew.

        Raises
        ------
        UnknownName
            For a codebook that is not there.
        """
        with self._store.read() as connection:
            return codes.versions(connection, codes.known_book(connection, codebook))

    def codebook_at(self, codebook: str, entry: int) -> Codebook:
        """A codebook as it was right after an entry of the log.

        Raises
        ------
        UnknownName
            For a codebook that is not there.
        ValueError
            For an entry that is not there, or older than the codebook.

        See Also
        --------
        qualkit.codebook.compare : What is different between two of them.
        """
        with self._store.read() as connection:
            book = codes.known_book(connection, codebook)
            return codes.at(connection, book, whole_number(entry, "entry"))


def shipped_or_file(book: Path | str) -> Path:
    """The file of a codebook given by path, or by the name of one that ships with qualkit."""
    path = Path(book)
    shipped = SHIPPED / f"{book}.yaml"
    return shipped if not path.exists() and shipped.exists() else path
