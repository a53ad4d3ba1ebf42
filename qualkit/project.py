r"""A project: one study's sources, codebooks, codings and summaries, kept and logged.

>>> import tempfile
>>> from pathlib import Path
>>> folder = Path(tempfile.mkdtemp())
>>> _ = (folder / "p7.txt").write_text("Interviewer: What helped?\nP7: The staff listened.\n")
>>> project = Project.create(folder / "study.qualkit", codebooks=["evaluation-topics"])
>>> project.add_sources([folder / "p7.txt"]).added
('p7',)
>>> coding = project.add_coding("p7", (30, 49), "communication", coder="Ann", stance="positive")
>>> coding.text
'The staff listened.'
>>> project.codings()[["source", "theme", "coder", "text"]].iloc[0].tolist()
['p7', 'communication', 'Ann', 'The staff listened.']

The parts of a project by subject are modules of their own: :mod:`qualkit.source_keeping`,
:mod:`qualkit.codebook_keeping`, :mod:`qualkit.coding_keeping`, :mod:`qualkit.coder_keeping`,
:mod:`qualkit.summary_keeping`, :mod:`qualkit.double_coding`, :mod:`qualkit.survey_keeping`,
:mod:`qualkit.published_keeping`, :mod:`qualkit.strand_keeping`,
:mod:`qualkit.triangulation_keeping`, :mod:`qualkit.memo_keeping`, :mod:`qualkit.privacy_keeping`.
"""

from __future__ import annotations

import getpass
from collections.abc import Iterable
from contextlib import AbstractContextManager
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from qualkit.codebook import read_codebook
from qualkit.codebook_keeping import CodebookKeeping, shipped_or_file
from qualkit.coder_keeping import CoderKeeping
from qualkit.coding_keeping import CodingKeeping
from qualkit.correction_keeping import CorrectionKeeping
from qualkit.double_coding import DoubleCoding
from qualkit.errors import BatchError, ConflictError, QualkitError, UndoStopped
from qualkit.linked import loose_in_words
from qualkit.loading import whole_number
from qualkit.memo_keeping import MemoKeeping
from qualkit.model import Codebook
from qualkit.privacy_keeping import PrivacyKeeping
from qualkit.published_keeping import PublishedKeeping
from qualkit.snapshot import Snapshot
from qualkit.source_keeping import SourceKeeping
from qualkit.store import Store, backup, gestures, opening, read, snapshots, trail
from qualkit.store import restore as restoring
from qualkit.store.backup import Backup
from qualkit.store.check import CheckReport, check_all
from qualkit.store.gestures import Once
from qualkit.store.repair import Repaired, repair
from qualkit.store.restore import Restored
from qualkit.store.undo import UndoReport, undo
from qualkit.strand_keeping import StrandKeeping
from qualkit.summary_keeping import SummaryKeeping
from qualkit.survey_keeping import SurveyKeeping
from qualkit.triangulation_keeping import TriangulationKeeping

if TYPE_CHECKING:
    from types import TracebackType

    import pandas as pd


class Project(
    SourceKeeping,
    CodebookKeeping,
    CodingKeeping,
    CoderKeeping,
    SummaryKeeping,
    DoubleCoding,
    SurveyKeeping,
    PublishedKeeping,
    StrandKeeping,
    TriangulationKeeping,
    MemoKeeping,
    CorrectionKeeping,
    PrivacyKeeping,
):
    """One study, open. Use it in a ``with`` statement, or call :meth:`close`.

    A project belongs to one thread; another opens its own. Where `user` codes blind (see
    :attr:`blind`), it shows neither what others coded in those sources, nor what tells of it.

    Parameters
    ----------
    store : Store
        Made by :meth:`create` or :meth:`open`.
    user : str, optional
        Who works and reads, by the name that coders have in the study; by default the name
        of the account.
    """

    def __init__(self, store: Store, user: str | None = None) -> None:
        self._store = store
        self.study = store.name
        self.name = store.name.rsplit("/", 1)[-1].removesuffix(".qualkit").split("?")[0]
        self.user = user or account_name()
        self._warnings: tuple[str, ...] = ()

    @classmethod
    def create(
        cls, study: Path | str, *, codebooks: Iterable[Path | str] = (), user: str | None = None
    ) -> Project:
        """A new study at a path or PostgreSQL address, with the codebooks given.

        A codebook is a YAML file or the name of one that ships with qualkit:
        ``evaluation-topics``, ``service-model``, ``cascade``, ``trailblazer``,
        ``impact-audit``.
        """
        books = [read_codebook(shipped_or_file(book)) for book in codebooks]
        twice = {book.id for book in books if [b.id for b in books].count(book.id) > 1}
        if twice:
            raise ConflictError(f"the codebook {sorted(twice)[0]!r} is given twice")
        project = cls(Store.create(str(study)), user)
        for book in books:
            project.add_codebook(book)
        return project

    @classmethod
    def open(cls, study: Path | str, *, user: str | None = None) -> Project:
        """An existing study; StoreError with the reason where it cannot be opened.

        What is found in its file meanwhile is told by :attr:`warnings`; once a day it is backed
        up, see :mod:`qualkit.store.opening`.
        """
        project = cls(Store.open(str(study)), user)
        try:
            over = project.retention_over()
            found = (*project._store.warnings, *opening.look(project._store))
            project._warnings = found if over is None else (*found, over)
            opening.tell(project.study, project._warnings)
        except BaseException:
            project.close()
            raise
        return project

    @property
    def warnings(self) -> tuple[str, ...]:
        """What was found when the study was opened: damage, a folder that is synced ..."""
        return self._warnings

    def close(self) -> None:
        """Let go of the database."""
        self._store.close()

    def one_moment(self) -> AbstractContextManager[None]:
        """Within it, every table is read from one moment of the study, whoever writes meanwhile."""
        return self._store.moment()

    def once(self, gesture_id: str) -> AbstractContextManager[Once]:
        """The one change that is made within is stored exactly once, however often it is sent.

        Parameters
        ----------
        gesture_id : str
            A GUID that the sender made up, the same whenever it sends the same again.

        Returns
        -------
        context manager
            Of an object whose `again` says that it was stored before, and `entry` by which
            entry of the log. What another process stored first is no error; `again` says so.

        Examples
        --------
        >>> import tempfile
        >>> from qualkit.model import new_id
        >>> project = Project.create(f"{tempfile.mkdtemp()}/study.qualkit")
        >>> gesture = new_id()
        >>> for _ in range(2):
        ...     with project.once(gesture) as once:
        ...         if not once.again:
        ...             project.add_coder("Ann")
        ...     print(once.again, once.entry)
        False 1
        True 1
        """
        return self._store.once(gesture_id)

    def entry_of(self, gesture_id: str) -> int | None:
        """The number in the log of what a gesture changed; None where it was nothing."""
        with self._store.read() as connection:
            return gestures.entry_of(connection, gesture_id)

    def __enter__(self) -> Project:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()

    # Log -------------------------------------------------------------------------------

    def log(
        self,
        *,
        limit: int | None = None,
        before: int | None = None,
        words: str = "",
        rows: bool = True,
    ) -> pd.DataFrame:
        """Every change, oldest first: who, when, what, the rows before and after.

        Parameters
        ----------
        limit : int, optional
            The latest so many alone.
        before : int, optional
            Those before this entry alone; with `limit`, to turn the pages of a long log.
        words : str
            Those alone that have each of these words in who, when or what.
        rows : bool
            False leaves ``before`` and ``after`` out, which make up most of a log.
        """
        with self._store.read() as connection:
            return read.entries(
                connection, limit=limit, before=before, words=words, rows=rows,
                sight=self._sight(connection),
            )  # fmt: skip

    def trail(
        self,
        *,
        limit: int | None = None,
        before: int | None = None,
        words: str = "",
        rows: bool = False,
    ) -> pd.DataFrame:
        """The audit trail: every change, oldest first, with what it came to.

        Parameters
        ----------
        limit, before, words
            As for :meth:`log`.
        rows : bool
            Whether ``before`` and ``after`` come too: they have the words that were coded.

        Returns
        -------
        DataFrame
            ``entry``, ``at``, ``who``, ``action``, ``what``; ``added``, ``removed``, ``changed``,
            how many rows; ``undone_by``, the entry that took it back, if it is taken back now.

        Examples
        --------
        >>> import tempfile
        >>> project = Project.create(f"{tempfile.mkdtemp()}/study.qualkit", user="Ann")
        >>> project.add_coder("Bo")
        >>> _ = project.undo_last()
        >>> project.trail()[["action", "added", "removed", "undone_by"]].to_numpy().tolist()[0]
        ['add coder', 1, 0, 2]
        """
        with self._store.read() as connection:
            return trail.table(
                connection, limit=limit, before=before, words=words, rows=rows,
                sight=self._sight(connection),
            )  # fmt: skip

    def last_entry(self) -> int:
        """The number of the last change in the log, 0 where there is none."""
        with self._store.read() as connection:
            return read.last_entry(connection)

    def changed_since(self, entry: int, *, by: str) -> bool:
        """Whether somebody, by name, has changed anything after an entry of the log."""
        with self._store.read() as connection:
            return read.changed_since(connection, entry, by)

    # Undo --------------------------------------------------------------------------------

    def undo(self, entry: int) -> UndoReport:
        """Take back one entry of the log, whatever it changed.

        The undoing is itself a change in the log, and can be undone. What was purged since
        cannot come back.

        Parameters
        ----------
        entry : int
            Its number, as :meth:`log` shows it.

        Raises
        ------
        ConflictError
            Where something that the entry left has changed since; the message says by what.
        ValueError
            For an entry that is not there, is hidden from `user`, or changed nothing.
        """
        number = whole_number(entry, "entry")
        with self._store.read() as connection:
            self._sight(connection).refuse_hidden(connection, number)
        return undo(self._store, number, who=self.user, loose=loose_in_words)

    def undo_last(self, steps: int = 1) -> list[UndoReport]:
        """Take back the latest changes that stand, the newest first.

        Undoings do not count, and nothing is taken back twice: a further call goes on.

        Parameters
        ----------
        steps : int
            How many; fewer are taken back where there are fewer.

        Raises
        ------
        ConflictError
            Where the first of them cannot be taken back, with the reason.
        UndoStopped
            Where a further one cannot be; it says which were.
        """
        number = whole_number(steps, "steps")
        if number < 1:
            raise ValueError(f"steps {number} is not 1 or more")
        with self._store.read() as connection:
            entries = list(islice(trail.latest(connection, self._sight(connection)), number))
        done: list[UndoReport] = []
        for entry in entries:
            try:
                done.append(self.undo(entry))
            except (QualkitError, ValueError) as error:
                if not done:
                    raise
                raise UndoStopped([one.undone for one in done], str(error)) from error
        return done

    # Whole studies -----------------------------------------------------------------------

    def snapshot(self) -> Snapshot:
        """Everything that the study holds, as plain rows: what a bundle or another tool gets.

        Raises
        ------
        ConflictError
            Where something is still hidden from `user`, who codes or judges blind.
        """
        with self._store.read() as connection:
            sight = self._sight(connection)
            if sight.is_blind or sight.judges_blind:
                work = "codes" if sight.is_blind else "judges"
                raise ConflictError(
                    f"{self.user} {work} blind, and the whole study would show what others did; "
                    "finish that first, or let somebody else do it"
                )
            return snapshots.take(connection)

    @classmethod
    def from_snapshot(
        cls, study: Path | str, snapshot: Snapshot, *, user: str | None = None
    ) -> Project:
        """A new study of what another one held; whole, or there is no new study.

        Parameters
        ----------
        study : path or str
            A file, or a PostgreSQL address where nothing is yet.
        snapshot : Snapshot
        user : str, optional

        Raises
        ------
        StoreError
            Where something is there already.
        BatchError
            With everything that is wrong in the snapshot.

        Examples
        --------
        >>> import tempfile
        >>> folder = tempfile.mkdtemp()
        >>> first = Project.create(f"{folder}/one.qualkit", codebooks=["cascade"])
        >>> second = Project.from_snapshot(f"{folder}/two.qualkit", first.snapshot())
        >>> second.snapshot() == first.snapshot()
        True
        """

        def fill(connection: Connection) -> None:
            snapshots.fill(connection, snapshot)

        return cls(Store.create(str(study), fill), user)

    # Backups -----------------------------------------------------------------------------

    def back_up(self, folder: Path | str | None = None) -> Path:
        """A checked copy of the study's file, on disk when this returns; its path.

        Parameters
        ----------
        folder : path, optional
            By default a folder beside the study, its name with ``.backups`` after it.

        Raises
        ------
        StoreError
            For a study on a server, or where no sound copy can be written.
        """
        return backup.make(self._store.study, None if folder is None else Path(folder))

    def backups(self) -> list[Path]:
        """The backups that stand beside the study, the newest first."""
        return backup.listed(self._store.study)

    def backup_records(self) -> list[Backup]:
        """The same with when and why each was made, its size, and whether it was sound."""
        return backup.records(self._store.study)

    def repair(self) -> Repaired:
        """Make good what was changed outside qualkit, where it is known what it was.

        A backup is made first; it is one change in the log. Nothing is guessed, see
        :mod:`qualkit.store.repair`; what could not be made good is listed.

        Raises
        ------
        StoreError
            Where the database itself is damaged: put a backup back, see :func:`restore`.
        """
        return repair(self._store, who=self.user)

    # Check -------------------------------------------------------------------------------

    def check(self) -> CheckReport:
        """Whether every text and every coded quote is what it was when it was stored."""
        with self._store.read() as connection:
            return check_all(connection, self.study)

    def require_sound(self) -> None:
        """Refuse to go on, as before an export, where a check finds a problem."""
        found = [one for one in self.check().problems if one.kind != "search"]
        if found:
            raise BatchError("check", [f"{one.where}: {one.message}" for one in found])


def restore(
    study: Path | str, wanted: Path | str | None = None, *, to: Path | str | None = None,
    user: str | None = None,
) -> Restored:  # fmt: skip
    """Put a study's file back to a backup, by default the newest sound one.

    What is there is backed up first, or set aside where it is too damaged for that.

    Parameters
    ----------
    study : path or str
        It need not open any more, nor be there.
    wanted : path or str, optional
        A backup, by its path or by its name among the study's backups.
    to : path, optional
        Make a new file of the backup, and leave the study as it is.
    user : str, optional
        Who does it; by default the name of the account. Their role must let them.

    Raises
    ------
    StoreError
        Where there is no sound backup, it is another study's, another program is writing, or
        the study is on a server.

    Examples
    --------
    >>> import tempfile
    >>> with Project.create(f"{tempfile.mkdtemp()}/study.qualkit") as project:
    ...     made = project.back_up()
    ...     project.add_coder("Ann")
    >>> restore(project.study).lost
    1
    >>> Project.open(project.study).coders()
    []
    """
    return restoring.restore(
        str(study), wanted, to=None if to is None else Path(to), who=user or account_name()
    )


def preview_restore(study: Path | str, wanted: Path | str | None = None) -> Restored:
    """What :func:`restore` would put back, and how many entries of the log are not in it."""
    return restoring.preview(str(study), wanted)


def backups_of(study: Path | str) -> list[Backup]:
    """The backups of a study that need not open any more, the newest first."""
    return backup.records(str(study))


def codebook_named(name: str, study: Path | str | None = None) -> Codebook:
    """A codebook by its file, by the name of one that ships, or by its id in a study.

    ``id@entry`` is one of the study as it was after an entry of its log.

    Raises
    ------
    CodebookError, UnknownName, ValueError
        For a file that is none, a name that the study does not have, an entry that is none.
    """
    ident, _, entry = name.partition("@")
    if study is None or Path(name).exists():
        return read_codebook(shipped_or_file(name))
    with Project.open(study) as project:
        if entry:
            return project.codebook_at(ident, int(entry) if entry.isdecimal() else 0)
        return project.codebook(ident)


def samples() -> Path:
    """The folder of the sample study that ships with qualkit."""
    inside = Path(__file__).with_name("samples")
    return inside if inside.is_dir() else Path(__file__).parent.with_name("samples")


def account_name() -> str:
    """The name of the account that this program runs under."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown"
