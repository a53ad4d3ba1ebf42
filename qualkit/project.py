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
"""

from __future__ import annotations

import getpass
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, func, select

from qualkit.codebook import SHIPPED, checked_code, read_codebook
from qualkit.double_coding import DoubleCoding
from qualkit.errors import BatchError, ConflictError, StoreError, UnknownName
from qualkit.importers.worker import read_files, read_table, readable
from qualkit.loading import (
    CodingRows,
    ImportReport,
    LoadReport,
    Pattern,
    SummaryPlace,
    Tally,
    attribute_rows,
    attribute_sheet,
    bad_rating,
    case_ids,
    changed_coding,
    code_of,
    coder_id_of,
    codes_by_name,
    coding_sheet,
    codings_at,
    drop_empty_cases,
    find_or_add_case,
    find_or_add_coder,
    guid,
    guide_rows,
    held_spans,
    keep_source,
    known_source,
    odd_passages,
    plain_memo,
    set_attributes,
    set_case_values,
    set_source_values,
    source_names,
    source_of,
    span_of,
    stretch,
    summary_rows,
    summary_sheet,
    whole_number,
)  # fmt: skip
from qualkit.model import ROLES, Code, Codebook, Coding, Level, Source, new_id, seal_of_turns
from qualkit.store import (
    Change,
    Store,
    backup,
    coders,
    codes,
    codings,
    decisions,
    gestures,
    marks,
    read,
    rights,
    rows,
    schema,
    search,
    suggestions,
    summaries,
)
from qualkit.store.check import CheckReport, check_all
from qualkit.store.gestures import Once
from qualkit.store.keep import KEEP, Keep
from qualkit.store.merging import Merge, MergeReport, Placed
from qualkit.store.undo import UndoReport, undo
from qualkit.survey_keeping import SurveyKeeping

if TYPE_CHECKING:
    from types import TracebackType

    import numpy as np
    import pandas as pd

Progress = Callable[[int, int, str], None]
_HANGING = (schema.coding, schema.suggestion, schema.cell_summary, schema.assignment)  # on a source
_BATCH = 50  # sources written in one change, so that a national study never lies in memory


class Project(DoubleCoding, SurveyKeeping):
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
        self.user = user or _account()

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
        """An existing study; StoreError with the reason where it cannot be opened."""
        return cls(Store.open(str(study)), user)

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

    # Tables ------------------------------------------------------------------------------

    def sources(self) -> pd.DataFrame:
        """One row a source with its attributes."""
        with self._store.read() as connection:
            return read.sources(connection, self._sight(connection))

    def source(self, name: str) -> Source:
        """One source with its text and turns; UnknownName where there is none."""
        with self._store.read() as connection:
            found = read.one_source(connection, name)
            if found is None:
                names = connection.execute(select(schema.source.c.name)).scalars().all()
                raise UnknownName("source", name, names)
        return found

    def turns(self, names: Sequence[str] | None = None, *, words: bool = True) -> pd.DataFrame:
        """One row a turn of the named sources, or of all; `words` False leaves their text out."""
        with self._store.read() as connection:
            return read.turns(connection, names, words=words)

    def cases(self) -> pd.DataFrame:
        """One row a case with its attributes."""
        with self._store.read() as connection:
            return read.cases(connection)

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

    def codings(self) -> pd.DataFrame:
        """One row a coding with its words, code path, coder, place and all attributes."""
        with self._store.read() as connection:
            return read.codings(connection, self._sight(connection))

    def coders(self) -> list[str]:
        """The names of those who code."""
        with self._store.read() as connection:
            names = connection.execute(select(schema.coder.c.name).order_by(schema.coder.c.name))
            return list(names.scalars())

    def marks(self, source: str) -> pd.DataFrame:
        """Codings and open suggestions of one source, quickly.

        Parameters
        ----------
        source : str
            Its name.

        Returns
        -------
        DataFrame
            Codings first, each kind in the order of the text: ``id``; ``start``, ``end`` (code
            points, half-open); ``code``, its guid; ``coder``, missing for suggestions;
            ``stance``, ``rating``, ``memo``, ``version``, ``created``; ``kind``, ``coding`` or
            ``suggestion``; and of suggestions ``confidence``, ``method`` and ``reasons``, a
            list of words.

        Raises
        ------
        UnknownName
            Where there is no such source.
        """
        with self._store.read() as connection:
            held = select(schema.source.c.id).where(schema.source.c.name == source)
            source_id = connection.execute(held).scalar()
            if source_id is None:
                raise UnknownName("source", source, source_names(connection))
            return marks.of_source(connection, source_id, self._sight(connection))

    def by_rule(self) -> set[str]:
        """The ids of codings that a rule made; nobody has read what stands round them."""
        with self._store.read() as connection:
            return read.by_rule(connection)

    def summaries(self) -> pd.DataFrame:
        """One row a cell summary."""
        with self._store.read() as connection:
            return summaries.table(connection, self._sight(connection))

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

    def last_entry(self) -> int:
        """The number of the last change in the log, 0 where there is none."""
        with self._store.read() as connection:
            return read.last_entry(connection)

    def vectors(self, model: str, texts: Sequence[str]) -> dict[str, np.ndarray]:
        """The vectors that are kept of these texts, by text; see :mod:`qualkit.coding.embed`."""
        with self._store.read() as connection:
            return read.vectors(connection, model, texts)

    def keep_vectors(self, model: str, made: Mapping[str, np.ndarray]) -> None:
        """Keep vectors that were computed; a study that cannot be written to does without."""
        if self._store.read_only:
            return
        with self._store.change(self.user, "keep vectors", f"{len(made)} texts") as change:
            rows.keep_vectors(change.connection, model, made)

    # Coders ------------------------------------------------------------------------------

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

    # Search ------------------------------------------------------------------------------

    def search(
        self,
        words: str,
        *,
        limit: int = 50,
        sources: Sequence[str] | None = None,
        role: str | None = None,
    ) -> pd.DataFrame:
        """The turns in which words stand, the best first, each with a snippet.

        Parameters
        ----------
        words : str
            ``wait list`` (both in one turn, in any of their forms), ``"came back"`` (as
            written), ``wait*``, ``a OR b``, ``-word``; see :mod:`qualkit.store.words`.
        limit : int
            At most so many; ``attrs["count"]`` of the table is the number of all.
        sources : sequence of str, optional
            Their names; by default all.
        role : str, optional
            Turns of the ``interviewer``, ``participant`` or ``unknown`` alone.

        Returns
        -------
        DataFrame
            ``source``, ``case``; ``start``, ``end`` (of the turn, code points into the source);
            ``speaker``, ``role``, ``time``, ``line``, ``page``, ``item``; ``snippet``, about 160
            characters round the densest matches; ``snippet_at``, where in the source its first
            character is; ``matches``, a list of (start, end) into the source; ``rank``, by
            which they are in order: the higher the better, comparable within one search alone.

        Raises
        ------
        QueryError, UnknownName, ValueError
            For words that are no query, a source or role that is not there, a limit below 1.
        StoreError
            Where this Python's SQLite cannot search.

        Notes
        -----
        The words of the index are kept by the database. An index that does not hold every turn,
        as after work with a Python that cannot search, is made anew first.
        """
        if whole_number(limit, "limit") < 1:
            raise ValueError(f"limit {limit} is not 1 or more")
        if role is not None and role not in ROLES:
            raise UnknownName("role", role, ROLES)
        if not search.possible():
            why = "search needs FTS5, which this Python's SQLite lacks; use 'qualkit kwic' instead"
            raise StoreError(self.study, why)
        with self._store.read() as connection:
            names = source_names(connection)
            turns, indexed = search.standing(connection)
        for name in sources or ():
            if name not in names:
                raise UnknownName("source", name, names)
        if turns != indexed:
            with self._store.change(self.user, "index", f"{turns} turns") as change:
                search.rebuild(change.connection)
        within = search.Within(None if sources is None else [names[n] for n in sources], role)
        with self._store.read() as connection:
            return search.find(connection, words, limit=limit, within=within)

    # Sources -----------------------------------------------------------------------------

    def add_sources(
        self,
        paths: Sequence[Path | str],
        *,
        attributes: Path | str | None = None,
        pattern: str | None = None,
        encoding: str | None = None,
        all_or_nothing: bool = False,
        progress: Progress | None = None,
    ) -> ImportReport:
        """Import files; the good ones are kept and the faults of the others told together.

        Parameters
        ----------
        paths : sequence of path
        attributes : path, optional
            A sheet with one row a source; see :meth:`set_attributes`.
        pattern : str, optional
            Attributes out of file names: ``"{case}-{stakeholder_type}"``.
        encoding : str, optional
            Of text files, where the guess is wrong.
        all_or_nothing : bool
            Keep nothing where one file is refused.
        progress : callable, optional
            Called with files done, files in all, and the name of the file.

        Raises
        ------
        BatchError
            With `all_or_nothing`, or for faults of the attributes sheet; nothing was kept.
        """
        sheet = attribute_sheet(attributes) if attributes is not None else None
        named = Pattern(pattern) if pattern is not None else None
        report = Tally(self._store, sheet, named)
        waiting: list[Source] = []
        for done, (path, result) in enumerate(read_files(paths, encoding=encoding), 1):
            if (source := report.take(path, result)) is not None:
                waiting.append(source)
            if len(waiting) >= _BATCH and not all_or_nothing:
                self._keep_sources(waiting, report)
                waiting = []
            if progress is not None:
                progress(done, len(paths), readable(path.name))
        if all_or_nothing and report.refused:
            raise BatchError("import", [f"{file}: {reason}" for file, reason in report.refused])
        self._keep_sources(waiting, report)
        return report.report()

    def _keep_sources(self, sources: Sequence[Source], report: Tally) -> None:
        if not sources:
            return
        names = ", ".join(source.name for source in sources[:5])
        what = f"{len(sources)} sources: {names}{' ...' if len(sources) > 5 else ''}"
        with self._store.change(self.user, "add sources", what) as change:
            position = change.connection.execute(select(func.count()).select_from(schema.source))
            first = position.scalar_one()
            for n, source in enumerate(sources):
                keep_source(change, source, report.attributes_of(source), first + n)
                report.kept(source)
            search.add(change.connection, [source.id for source in sources])

    def remove_source(self, name: str) -> None:
        """Remove a source with everything that hangs on it: codings, assignments, decisions ..."""
        with self._store.change(self.user, "remove source", name) as change:
            source = known_source(change, name)
            decisions.remove_of_source(change, source.id)
            for table in _HANGING:
                hanging = select(table.c.id).where(table.c.source_id == source.id)
                change.remove(table, change.connection.execute(hanging).scalars().all())
            search.remove(change.connection, source.id)
            for table in (schema.turn, schema.source_attribute):
                change.replace(table, {"source_id": source.id}, [])
            change.remove(schema.source, [source.id])
            drop_empty_cases(change)

    def set_roles(self, name: str, roles: Mapping[str, str]) -> None:
        """Say which speakers of a source ask (``interviewer``) and which answer.

        Parameters
        ----------
        name : str
            The source.
        roles : mapping
            Speaker to ``interviewer``, ``participant`` or ``unknown``.
        """
        wrong = [role for role in roles.values() if role not in ROLES]
        if wrong:
            raise UnknownName("role", wrong[0], ROLES)
        what = f"{name}: {len(roles)} speakers"
        with self._store.change(self.user, "set roles", what) as change:
            source = known_source(change, name)
            speakers = {turn.speaker for turn in source.turns if turn.speaker}
            for speaker in roles:
                if speaker not in speakers:
                    raise UnknownName("speaker", speaker, speakers)
            turns = [replace(t, role=roles.get(t.speaker or "", t.role)) for t in source.turns]
            changed = replace(source, turns=tuple(turns))
            change.replace(schema.turn, {"source_id": source.id}, rows.of_turns(changed))
            change.set(schema.source, source.id, {"turns_sha256": seal_of_turns(turns)})

    def set_attributes(self, sheet: Path | str) -> int:
        """Set attributes of sources from a sheet with one row a source; how many were set.

        The column ``source`` (or ``file``) names the source, ``case`` its case; every further
        column becomes an attribute. Faults are told together and keep everything as it was.
        """
        table = attribute_sheet(sheet)
        found = attribute_rows(table)
        with self._store.change(self.user, "set attributes", table.name) as change:
            known = source_names(change.connection)
            faults = [
                f"row {n}: no source is called {name!r}"
                for n, name, _ in found
                if name not in known
            ]
            if faults:
                raise BatchError(table.name, faults)
            for _, name, given in found:
                source_id = known[name]
                if case := given.get("case"):
                    change.set(
                        schema.source, source_id, {"case_id": find_or_add_case(change, case)}
                    )
                set_attributes(change, schema.source_attribute, source_id, given)
            drop_empty_cases(change)
        return len(found)

    def set_case_attributes(self, sheet: Path | str) -> int:
        """Set attributes of cases from a sheet whose column ``case`` names each."""
        table = read_table(sheet).known("case")
        if "case" not in table.header:
            raise BatchError(
                table.name, [f"it has no column 'case'; it has {', '.join(table.header)}"]
            )
        with self._store.change(self.user, "set case attributes", table.name) as change:
            known = case_ids(change)
            records = list(table.records())
            faults = [
                f"row {n}: no case is called {r['case']!r}; known are {', '.join(sorted(known))}"
                for n, r in records
                if r["case"].strip() not in known
            ]
            if faults:
                raise BatchError(table.name, faults)
            for _, record in records:
                case_id = known[record["case"].strip()]
                set_attributes(change, schema.case_attribute, case_id, record)
        return len(records)

    def set_values(self, values: Mapping[str, Mapping[str, str]]) -> int:
        """Set attributes of sources in one change; how many values are others than before.

        Parameters
        ----------
        values : mapping
            Source to its attributes by name; an empty value takes one away, and what is not
            named stays. ``case`` is the source's case; empty, it is a case of its own.

        Raises
        ------
        BatchError
            With every fault; nothing was kept.
        """
        what = f"{len(values)} source{'s'[: len(values) != 1]}"
        with self._store.change(self.user, "set values", what) as change:
            return set_source_values(change, values)

    def set_case_values(self, values: Mapping[str, Mapping[str, str]]) -> int:
        """Set attributes of cases in one change, as :meth:`set_values` does of sources."""
        what = f"{len(values)} case{'s'[: len(values) != 1]}"
        with self._store.change(self.user, "set case values", what) as change:
            return set_case_values(change, values)

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
            guid = code_of(codes_by_name(connection), name).guid
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
        of the same author. Suggestions, lines of the topic guide and the codes below follow. The
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
                return Merge(connection, *both(connection)).report
        what = f"{codebook}/{code_id} into {into}"
        with self._store.change(self.user, "merge codes", what) as change:
            report = Merge(change.connection, *both(change.connection)).write(change)
        return replace(report, entry=change.entry)

    def remove_code(self, codebook: str, code_id: str) -> int | None:
        """Remove a code on which nothing hangs; the number of the change.

        What was suggested for it goes with it; codings, cell summaries, lines of the topic guide
        and codes below it must be merged, moved or removed first.

        Raises
        ------
        UnknownName
            For a codebook or code that is not there.
        CodebookError
            Where something hangs on it, with what that is.
        """
        with self._store.change(self.user, "remove code", f"{codebook}/{code_id}") as change:
            codes.remove(change, *codes.known_code(change.connection, codebook, code_id))
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

    # Codings -----------------------------------------------------------------------------

    def add_coding(
        self,
        source: str,
        span: tuple[int, int],
        code: str,
        *,
        coder: str,
        stance: str | None = None,
        rating: int | None = None,
        memo: str = "",
        coding_id: str | None = None,
    ) -> Coding:
        """Mark a stretch of a source with a code.

        Parameters
        ----------
        source : str
            Its name, or its id.
        span : (int, int)
            Code points into the source's text, half-open.
        code : str
            A code's id, ``codebook/code`` where two codebooks share it, or its guid.
        coder : str
            Who codes; a name that is new is added.
        stance : str, optional
            ``positive``, ``negative``, ``mixed`` or ``neutral``.
        rating : int, optional
            For a rating code, one of its values.
        memo : str
        coding_id : str, optional
            A GUID for the coding, where somebody has given it one already.

        Raises
        ------
        UnknownName, ConflictError, ValueError
            For a name that is not there, a coding that is, a span outside the text.
        """
        span = whole_number(span[0], "start"), whole_number(span[1], "end")
        rating = None if rating is None else whole_number(rating, "rating")
        if not coder.strip():
            raise ValueError("a coding needs the name of its coder")
        with self._store.read() as connection:  # the lock is held for writing alone
            source_id, source, text = source_of(connection, source)
            found = code_of(codes_by_name(connection), code)
        words = stretch(source, span, text)
        if rating is not None and rating not in found.values:
            raise ValueError(bad_rating(found, str(rating)))
        made = Coding(
            source=source_id, start=span[0], end=span[1], text=words,
            code=found.guid, coder=coder, stance=stance, rating=rating, memo=plain_memo(memo),
            id=new_id() if coding_id is None else guid(coding_id),
        )  # fmt: skip
        code = found.id if code == found.guid else code
        with self._store.change(self.user, "add coding", f"{source}: {code} by {coder}") as change:
            made = replace(made, coder=find_or_add_coder(change, coder))
            codings.refuse_taken(change.connection, made.id)
            if span_of(made) in held_spans(change, [made.source], made.code):
                raise ConflictError(
                    f"{coder} has coded these words of {source} with {code} already"
                )
            change.add(schema.coding, [rows.of_coding(made)])
        return made

    def add_codings(
        self,
        spans: Iterable[tuple[str, int, int]],
        *,
        code: str,
        coder: str,
        why: str,
        dry_run: bool = False,
    ) -> LoadReport:
        """Mark many stretches with one code, in one change; what the coder has is left alone.

        Parameters
        ----------
        spans : iterable of (str, int, int)
            Source, start and end: code points into its text, half-open.
        code : str
            A code's id, or ``codebook/code`` where two codebooks share it.
        coder : str
            Who codes; a name that is new is added.
        why : str
            By what rule or for what reason, for the log.
        dry_run : bool
            Check and count alone; nothing is kept.

        Returns
        -------
        LoadReport
            How many were added, how many this coder had under this code already, and the
            change's number in the log.

        Raises
        ------
        UnknownName, ValueError
            For a name that is not there, a span outside the text; nothing was kept.
        """
        if not coder.strip():
            raise ValueError("a coding needs the name of its coder")
        with self._store.read() as connection:
            placed = codings_at(connection, spans, code_of(codes_by_name(connection), code))
            new = _not_held(Change(connection), placed, coder_id_of(connection, coder))
        if dry_run or not new:
            return LoadReport(len(new), len(placed) - len(new))
        what = f"{code} by {coder}: {why}"
        with self._store.change(self.user, "add codings", what) as change:
            new = _not_held(change, placed, find_or_add_coder(change, coder))
            change.add(schema.coding, [rows.of_coding(coding) for coding in new])
        return LoadReport(len(new), len(placed) - len(new), entry=change.entry)

    def set_coding(
        self,
        coding_id: str,
        *,
        version: int | None = None,
        code: str | None = None,
        span: tuple[int, int] | None = None,
        stance: str | Keep | None = KEEP,
        rating: int | Keep | None = KEEP,
        memo: str | None = None,
    ) -> Coding:
        """Change one coding; what is not given stays.

        A rating that the new code does not have goes with the code that had it.

        Parameters
        ----------
        coding_id : str
        version : int, optional
            Of the coding that was read and is changed here, as :meth:`marks` has it.
        code : str, optional
            As for :meth:`add_coding`.
        span : (int, int), optional
            Code points into the source's text, half-open.
        stance : str or None
            None takes it away.
        rating : int or None
            None takes it away.
        memo : str, optional

        Raises
        ------
        ConflictError
            Where somebody changed or removed the coding since `version` was read, or the same
            coding is there already.
        UnknownName, ValueError
            For a code that is not there, a span outside the text, a value that cannot stand.
        """
        given = {"code": code, "span": span, "memo": memo}
        wanted: dict[str, Any] = {key: value for key, value in given.items() if value is not None}
        moods: dict[str, object] = {"stance": stance, "rating": rating}
        wanted |= {key: value for key, value in moods.items() if value is not KEEP}
        with self._store.read() as connection:
            what = codings.told(connection, coding_id)
        with self._store.change(self.user, "set coding", what) as change:
            sight = self._sight(change.connection)
            held = codings.held(change.connection, coding_id, version, sight)
            made = changed_coding(change.connection, held, wanted)
            codings.change_one(change, held, made)
        return made

    def remove_coding(self, coding_id: str) -> None:
        """Remove one coding; the log keeps it."""
        with self._store.read() as connection:
            what = codings.told(connection, coding_id)
        with self._store.change(self.user, "remove coding", what) as change:
            if not self._sight(change.connection).may_see(change.connection, coding_id):
                raise UnknownName("coding", coding_id, ())
            change.remove(schema.coding, [coding_id])

    def load_codings(self, path: Path | str, *, coder: str | None = None) -> LoadReport:
        """Load a table of codings, all of it or none.

        Parameters
        ----------
        path : path
            .csv or .xlsx with columns ``source``, ``code``, and ``quote`` or ``start`` and
            ``end``; optional ``coder``, ``stance``, ``rating``, ``memo``.
        coder : str, optional
            Who coded, for rows that do not say.

        Raises
        ------
        BatchError
            With every fault by row: a quote that is not verbatim in its source (the nearest
            match is shown) or stands there twice, an unknown source or code ...

        Notes
        -----
        Quotation marks, dashes, case and white space may differ from the source; the words
        that are stored are always the source's own. A row that the project has already
        changes nothing.
        """
        table = coding_sheet(path)
        with self._store.read() as connection:
            loader = CodingRows(connection, table, coder)
            placed = loader.codings()
        if loader.faults:
            raise BatchError(table.name, loader.faults)
        with self._store.change(self.user, "load codings", table.name) as change:
            coders = {n: find_or_add_coder(change, n) for n in sorted({c.coder for c in placed})}
            made = [replace(coding, coder=coders[coding.coder]) for coding in placed]
            there = held_spans(change, (coding.source for coding in made))
            new = [coding for coding in made if span_of(coding) not in there]
            change.add(schema.coding, [rows.of_coding(coding) for coding in new])
            notes = odd_passages(change, new)
        return LoadReport(len(new), len(loader.rows) - len(new), notes, change.entry)

    # Suggestions -------------------------------------------------------------------------

    def suggestions(self, *, status: str | None = "open", blind: str | None = None) -> pd.DataFrame:
        """One row a suggestion: the open ones, ``accepted``, ``rejected``, or all with None.

        `blind` names a coder who must see none that another's work has taught; where `user`
        is :attr:`blind` somewhere, nobody has to be named.
        """
        if status is not None and status not in suggestions.STATUSES:
            raise UnknownName("status", status, suggestions.STATUSES)
        with self._store.read() as connection:
            sight = self._sight(connection)
            return suggestions.table(connection, status=status, blind=blind, sight=sight)

    def keep_suggestions(
        self,
        made: Sequence[Mapping[str, Any]],
        *,
        methods: Sequence[str],
        taught_by: str | None = None,
        sources: Sequence[str] | None = None,
        codes: Sequence[str] | None = None,
    ) -> int:
        """Keep suggestions in the place of the open ones by the same methods; how many.

        Parameters
        ----------
        made : sequence of mapping
            As :func:`qualkit.coding.suggestions.suggest` gives them.
        methods : sequence of str
            Of the open ones that make room: ``codebook``, ``learned``, ``model``.
        taught_by : str, optional
            The coder whose work alone taught them.
        sources, codes : sequence of str, optional
            What was asked about; other open ones stay.
        """
        what = f"{len(made)} suggestions"
        with self._store.change(self.user, "suggest", what) as change:
            teacher = None if taught_by is None else find_or_add_coder(change, taught_by)
            known = codes_by_name(change.connection)
            guids = None if codes is None else [code_of(known, name).guid for name in codes]
            return suggestions.keep(
                change, made, taught_by=teacher, methods=methods, scope=(sources, guids)
            )

    def accept(self, ids: Sequence[str], *, coder: str, code: str | None = None) -> LoadReport:
        """Make codings of suggestions, in a coder's name: all of them or none.

        With `code`, the words are coded with that one; a suggestion of another is rejected.
        """
        if not coder.strip():
            raise ValueError("a coding needs the name of its coder")
        if not ids:
            return LoadReport(0, 0)
        what, chosen = f"{len(ids)} suggestions by {coder}", None
        if code is not None:
            with self._store.read() as connection:
                chosen = code_of(codes_by_name(connection), code)
            what += f", with {chosen.id}"
        with self._store.change(self.user, "accept", what) as change:
            coder_id = find_or_add_coder(change, coder)
            sight = self._sight(change.connection)
            if chosen is None:
                made = suggestions.accept(change, ids, coder_id, sight=sight)
            else:
                made = codings.decide(change, ids, coder_id, code_id=chosen.guid, sight=sight)
        return LoadReport(len(made), len(set(ids)) - len(made), entry=change.entry)

    def reject(self, ids: Sequence[str], *, coder: str) -> int:
        """Reject suggestions, all or none: they teach, and do not come back."""
        if not coder.strip():
            raise ValueError("a rejection needs the name of its coder")
        with self._store.change(
            self.user, "reject", f"{len(ids)} suggestions by {coder}"
        ) as change:
            sight = self._sight(change.connection)
            return suggestions.reject(change, ids, find_or_add_coder(change, coder), sight=sight)

    # Summaries ---------------------------------------------------------------------------

    def set_summary(  # noqa: PLR0913 - what a summary says
        self,
        theme: str,
        text: str,
        *,
        author: str,
        case: str | None = None,
        source: str | None = None,
        phase: str = "",
        stance: str | None = None,
        rating: int | None = None,
        cites: Sequence[str] = (),
        version: int | None = None,
    ) -> LoadReport:
        """Write an analyst's words on one case, or one source, and one theme.

        The codings that the cell has now are noted with it, so that a later change of them
        shows; to set the same words again is to say that they hold on what the cell has now. A
        draft that its author sets, changed or not, is a draft no more.

        Parameters
        ----------
        theme : str
            A code's id, or ``codebook/code``.
        text, author : str
        case, source : str
            One of the two.
        phase : str
            A value of the attribute ``phase``, where it is about that alone.
        stance : str, optional
            ``positive``, ``negative``, ``mixed`` or ``neutral``.
        rating : int, optional
            For a rating code, one of its values.
        cites : sequence of str
            Ids of the codings that it rests on most.
        version : int, optional
            Of the summary that was read and is changed here; 0 where there was none.

        Raises
        ------
        UnknownName, ValueError
            For a name that is not there, or a value that cannot stand.
        ConflictError
            Where somebody changed the summary since `version` was read.
        """
        where = f"{source or case}, {theme}, by {author}"
        rating = None if rating is None else whole_number(rating, "rating")
        with self._store.change(self.user, "set summary", where) as change:
            place = SummaryPlace(change)
            wanted = place.written(
                code_of(place.codes, theme), text, author, case=case, source=source, phase=phase,
                stance=stance, rating=rating, cites=cites,
            )  # fmt: skip
            sight = self._sight(change.connection)
            evidence = summaries.Evidence(change.connection, wanted.unit, sight=sight)
            new = summaries.write(
                change, wanted, evidence, version=version, confirm=True, sight=sight
            )
        return LoadReport(int(new), int(not new), entry=change.entry)

    def load_summaries(self, path: Path | str) -> LoadReport:
        """Load cell summaries, all or none; one of the same author on the same cell is changed.

        Parameters
        ----------
        path : path
            .csv or .xlsx with columns ``case`` or ``source``, ``theme``, ``author``,
            ``summary``; optional ``phase``, ``stance``, ``rating``, and ``cites``, ids of codings
            with spaces between.

        Raises
        ------
        BatchError
            With every fault by row.
        """
        table = summary_sheet(path)
        with self._store.change(self.user, "load summaries", table.name) as change:
            found, faults = summary_rows(change, table)
            if faults:
                raise BatchError(table.name, faults)
            evidence = summaries.Evidence(change.connection, sight=self._sight(change.connection))
            added = sum(summaries.write(change, row, evidence) for row in found)
        return LoadReport(added, len(found) - added, entry=change.entry)

    def keep_drafts(self, made: Sequence[Mapping[str, Any]], *, author: str) -> LoadReport:
        """Keep drafted summaries where nobody has written, or the author has only a draft.

        Parameters
        ----------
        made : sequence of mapping
            As :func:`qualkit.charting.draft` gives them.
        author : str
            Who answers for them; they stay drafts until that person sets them.
        """
        with self._store.change(self.user, "draft", f"{len(made)} cells by {author}") as change:
            place = SummaryPlace(change)
            sight = self._sight(change.connection)
            evidence = summaries.Evidence(change.connection, sight=sight)
            added = 0
            for one in made:
                code = code_of(place.codes, f"{one['codebook']}/{one['theme']}")
                wanted = place.written(
                    code, one["text"], author, case=one["case"], source=one["source"],
                    cites=one["cites"], draft=True,
                )  # fmt: skip
                if summaries.is_free(change.connection, wanted, sight):
                    added += summaries.write(change, wanted, evidence, confirm=True)
        return LoadReport(added, len(made) - added, entry=change.entry)

    def remove_summary(self, summary_id: str) -> int | None:
        """Remove one cell summary; the log keeps it, under the number that comes back."""
        with self._store.change(self.user, "remove summary", summary_id) as change:
            if not self._sight(change.connection).may_see_summary(change.connection, summary_id):
                raise UnknownName("summary", summary_id, ())
            change.remove(schema.cell_summary, [summary_id])
        return change.entry

    def summary_versions(self, summary_id: str) -> pd.DataFrame:
        """Every wording of one summary, oldest first; UnknownName where there is none."""
        with self._store.read() as connection:
            found = summaries.versions(connection, summary_id, self._sight(connection))
        if found.empty:
            raise UnknownName("summary", summary_id, ())
        return found

    # Topic guide -------------------------------------------------------------------------

    def guide(self) -> pd.DataFrame:
        """One row a line of the topic guide: which sources were asked about which code."""
        with self._store.read() as connection:
            return summaries.guide_table(connection)

    def load_guide(self, path: Path | str) -> LoadReport:
        """Load the topic guide in the place of the one that is there.

        Parameters
        ----------
        path : path
            .csv or .xlsx with a column ``theme``; ``attribute`` and ``value`` name the sources
            that were asked, and are empty where everybody was.

        Raises
        ------
        BatchError
            With every fault by row.
        """
        table = read_table(path).known("theme", "attribute", "value")
        with self._store.change(self.user, "load guide", table.name) as change:
            found, faults = guide_rows(change, table)
            if faults:
                raise BatchError(table.name, faults)
            lines = summaries.set_guide(change, found)
        return LoadReport(lines, 0, entry=change.entry)

    # Undo --------------------------------------------------------------------------------

    def undo(self, entry: int) -> UndoReport:
        """Take back one entry of the log: codings, summaries, the codebook, a decision ...

        The undoing is itself a change in the log, and can be undone.

        Parameters
        ----------
        entry : int
            Its number, as :meth:`log` shows it.

        Raises
        ------
        ConflictError
            Where something that the entry left has changed since; the message says by what.
        ValueError
            For an entry that is not there, is hidden from `user`, or is about other things.
        """
        number = whole_number(entry, "entry")
        with self._store.read() as connection:
            self._sight(connection).refuse_hidden(connection, number)
        return undo(self._store, number, who=self.user)

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


def _not_held(change: Change, placed: Sequence[Coding], coder: str | None) -> list[Coding]:
    """The codings that a coder does not have yet, in that coder's name."""
    if coder is None or not placed:
        return list(placed)
    made = [replace(coding, coder=coder) for coding in placed]
    there = held_spans(change, (coding.source for coding in made), made[0].code)
    return [coding for coding in made if span_of(coding) not in there]


def shipped_or_file(book: Path | str) -> Path:
    """The file of a codebook given by path, or by the name of one that ships with qualkit."""
    path = Path(book)
    shipped = SHIPPED / f"{book}.yaml"
    return shipped if not path.exists() and shipped.exists() else path


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


def _account() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown"
