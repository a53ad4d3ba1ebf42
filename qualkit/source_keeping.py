"""Sources with their attributes and cases, and search in them, as a project keeps them.

The part of :class:`qualkit.project.Project` that interviews and other texts need.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from qualkit import rows
from qualkit.errors import BatchError, StoreError, UnknownName
from qualkit.importers.worker import read_files, read_table, readable
from qualkit.keeping import Keeping
from qualkit.loading import (
    ImportReport,
    Pattern,
    Tally,
    attribute_rows,
    attribute_sheet,
    case_ids,
    drop_empty_cases,
    find_or_add_case,
    keep_source,
    known_source,
    set_attributes,
    set_case_values,
    set_source_values,
    source_names,
    whole_number,
)  # fmt: skip
from qualkit.model import ROLES, Source, seal_of_turns
from qualkit.store import decisions, memos, read, schema, search

if TYPE_CHECKING:
    import pandas as pd

Progress = Callable[[int, int, str], None]
_HANGING = (  # on a source
    schema.coding, schema.suggestion, schema.cell_summary, schema.assignment, schema.unplaced,
)  # fmt: skip
_BATCH = 50  # sources written in one change, so that a national study never lies in memory


class SourceKeeping(Keeping):
    """What a project knows of its sources and cases."""

    # Tables ----------------------------------------------------------------------------

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

    def texts(self, names: Sequence[str]) -> Iterator[tuple[str, str]]:
        """Name and text of each of the named sources, a few held at a time."""
        with self._store.read() as connection:
            yield from read.texts(connection, names)

    def turns(self, names: Sequence[str] | None = None, *, words: bool = True) -> pd.DataFrame:
        """One row a turn of the named sources, or of all; `words` False leaves their text out."""
        with self._store.read() as connection:
            return read.turns(connection, names, words=words)

    def cases(self) -> pd.DataFrame:
        """One row a case with its attributes."""
        with self._store.read() as connection:
            return read.cases(connection)

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

    def add_made(self, sources: Sequence[Source]) -> ImportReport:
        """Keep sources that were made otherwise than from a file each, in one change.

        Raises
        ------
        BatchError
            Where a source of that name, or from the same words, is there; nothing was kept.
        """
        report = Tally(self._store, None, None)
        taken = [report.take(Path(source.name), source) for source in sources]
        if report.refused:
            raise BatchError("sources", [f"{name}: {reason}" for name, reason in report.refused])
        self._keep_sources([source for source in taken if source is not None], report)
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
            memos.remove_of(change, "source", source.id)
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
            names = {} if sources is None else source_names(connection)
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
