"""Names and people taken out of a study: pseudonyms, withdrawal, purging, its retention date.

What is found and who decides is the business of :mod:`qualkit.pseudonymising`; the key file never
comes here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection, delete, select

from qualkit.errors import ConflictError, UnknownName
from qualkit.keeping import Keeping
from qualkit.loading import drop_empty_cases, source_names
from qualkit.model import new_id, now
from qualkit.store import decisions, memos, purging, schema, search, swapping
from qualkit.store.engine import is_address
from qualkit.store.packs import project_value
from qualkit.store.purging import Purged
from qualkit.store.swapping import Plan
from qualkit.swaps import Finder, Replaced, Run
from qualkit.wording import many

if TYPE_CHECKING:
    from qualkit.store import Change

RETENTION: Final = "retention"  # the row of the study that says until when it is kept
NEVER: Final = "never"
_HANGING: Final = (  # what goes with a source, those that point at others first
    schema.coding, schema.suggestion, schema.cell_summary, schema.assignment, schema.unplaced,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Said:
    """One text that somebody of the study typed or said.

    Attributes
    ----------
    where : str
        ``text``, ``speaker``, ``memo of source 3`` ...
    source : str
        The name of its source; empty where it has none.
    text : str
    """

    where: str
    source: str
    text: str


@dataclass(frozen=True, slots=True)
class Swapped:
    """What was swapped in a study, or would be.

    Attributes
    ----------
    run : Run
    sources : tuple of str
        The names of the sources whose text or speakers change, as they are called afterwards.
    codings : tuple of mapping
        The codings whose words change: ``coding``, ``source``, ``start``, ``end``, ``text`` as
        they are afterwards.
    left : tuple of str
        What could not be taken back, in words.
    entry : int or None
        Its number in the log; None for a preview.
    """

    run: Run
    sources: tuple[str, ...] = ()
    codings: tuple[dict[str, Any], ...] = ()
    left: tuple[str, ...] = ()
    entry: int | None = None


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """What was taken out of a study with a participant, or would be.

    Attributes
    ----------
    counts : mapping
        Rows by kind: ``sources``, ``codings``, ``summaries``, ``memos``, ``answers`` ...
    elsewhere : tuple of str
        Where the participant is still spoken of, in words.
    backups : tuple of Path
        Copies that still hold them.
    notes : tuple of str
    entry : int or None
    """

    counts: dict[str, int] = field(default_factory=dict)
    elsewhere: tuple[str, ...] = ()
    backups: tuple[Path, ...] = ()
    notes: tuple[str, ...] = ()
    entry: int | None = None


class PrivacyKeeping(Keeping):
    """What a project knows of names that must not be in it."""

    @property
    def study_id(self) -> str:
        """The id of the study, which its key file names."""
        with self._store.read() as connection:
            return project_value(connection, "id") or ""

    @property
    def pseudonymised(self) -> tuple[str, ...]:
        """The runs of pseudonymisation that are in force, by id; empty where there were none."""
        with self._store.read() as connection:
            return swapping.runs(connection)

    def said(self) -> list[Said]:
        """Every text that people of the study typed or said, for a review.

        Raises
        ------
        ConflictError
            For a user who codes or judges blind, and would see what others wrote.
        """
        with self._store.read() as connection:
            self._refuse_blind(connection)
            return [Said(*one) for one in swapping.words_of(connection)]

    def swap_words(
        self, finder: Finder, *, keep: Callable[[Run], None] | None = None
    ) -> Swapped:  # fmt: skip
        """Swap what a finder finds, everywhere in the study; codings keep their place.

        Parameters
        ----------
        finder : Finder
            :class:`qualkit.privacy.replacing.Names`.
        keep : callable, optional
            Called with what was swapped, before anything is stored: where it raises, nothing is.
            Without it, this is a preview.

        Returns
        -------
        Swapped

        Notes
        -----
        The log gets counts alone, and an undo does not bring the words back: they are in what
        `keep` kept, for :meth:`swap_back`.
        """
        if keep is None:
            with self._store.read() as connection:
                self._refuse_blind(connection)
                made = swapping.plan(connection, finder)
                return self._told(connection, made, self._run(made))
        with self._store.change(self.user, "pseudonymise", "names") as change:
            self._refuse_blind(change.connection)
            made = swapping.plan(change.connection, finder)
            if not made.values:
                return Swapped(self._run(made))
            run = self._run(made)
            told = self._told(change.connection, made, run)
            keep(run)
            swapping.write(change, made)
            swapping.set_runs(
                change.connection, [*swapping.runs(change.connection), run.id]
            )  # fmt: skip
            self._count(change, made)
        return replace(told, entry=change.entry)

    def swap_back(self, runs: Iterable[Run]) -> Swapped:
        """Take runs back, the newest first; what has changed since stays, and is told.

        Raises
        ------
        ConflictError
            Where none of them is in force.
        """
        given = {run.id: run for run in runs}
        with self._store.change(self.user, "restore names", "names") as change:
            self._refuse_blind(change.connection)
            held = swapping.runs(change.connection)
            wanted = [given[one] for one in reversed(held) if one in given]
            if not wanted:
                raise ConflictError("no pseudonymisation of this key is in force in this study")
            values: list[Replaced] = []
            left: list[str] = []
            for run in wanted:
                made, stay = swapping.plan_back(change.connection, run.values)
                swapping.write(change, made)
                self._count(change, made)
                values += [one for one in run.values if one.where not in stay]
                left += stay
            gone = {run.id for run in wanted}
            swapping.set_runs(change.connection, [one for one in held if one not in gone])
        taken = Run(wanted[0].id, now(), self.user, tuple(values))
        return Swapped(taken, left=tuple(left), entry=change.entry)

    def _run(self, made: Plan) -> Run:
        return Run(new_id(), now(), self.user, tuple(made.values))

    @staticmethod
    def _count(change: Change, made: Plan) -> None:
        """What the log says of it: counts, and not a word."""
        change.tell(names=made.count, values=len(made.values), sources=len(made.sources))
        change.notes.append(f"{made.count} swapped in {many(len(made.values), 'value')}")

    @staticmethod
    def _told(connection: Connection, made: Plan, run: Run) -> Swapped:
        names = {one: _name_after(connection, made, one) for one in made.sources}
        codings = tuple(swapping.codings_changed(connection, made, names))
        return Swapped(run, tuple(names.values()), codings)

    def _refuse_blind(self, connection: Connection) -> None:
        sight = self._sight(connection)
        if sight.is_blind or sight.judges_blind:
            raise ConflictError(
                f"{self.user} works blind, and would see what others wrote; finish that first, "
                "or let somebody else do it"
            )

    # Release -----------------------------------------------------------------------------

    def note_release(self, file: str, counts: Mapping[str, int], reason: str) -> int | None:
        """Keep in the log that a file left although the check before release refused it.

        Parameters
        ----------
        file : str
            Its name; no name of the key stands in it.
        counts : mapping
            How much of each kind was refused.
        reason : str
            Why it may leave.

        Returns
        -------
        int or None
            The number of the entry.
        """
        with self._store.change(self.user, "release", f"{file}: {reason}") as change:
            change.tell(released=dict(counts), file=file, reason=reason)
        return change.entry

    # Withdrawal --------------------------------------------------------------------------

    def withdraw_participant(
        self,
        name: str | None = None,
        *,
        respondent: str | None = None,
        finder: Finder | None = None,
        dry_run: bool = False,
    ) -> Withdrawn:
        """Take a participant out of the study for good: what they said, and all that hangs on it.

        Parameters
        ----------
        name : str, optional
            A case, with all its sources; or one source.
        respondent : str, optional
            The id of a respondent of surveys, whose answers go.
        finder : Finder, optional
            What finds them by their names, in what other people said and wrote.
        dry_run : bool
            Say what would go, and change nothing.

        Raises
        ------
        UnknownName
            Where there is no such case, source or respondent.

        Notes
        -----
        Nothing brings it back: not an undo, not the log, whose rows about it go too. Backups
        still hold it and are listed; :meth:`purge` removes them.
        """
        if name is None and respondent is None:
            raise ValueError("name a case or a source, or a respondent's id")
        who = None
        try:
            with self._store.change(self.user, "withdraw participant", "for good") as change:
                change.keeps = False
                who = _found(change.connection, name)
                made = self._taken_out(change, who, respondent, finder)
                _end(preview=dry_run)
        except _Preview:
            return made
        notes = purging.compact(self._store.engine)
        copies = purging.copies_of(self.study)  # with the one that was made before this
        return replace(
            made, backups=copies, entry=change.entry, notes=(*made.notes, *filter(None, (notes,)))
        )

    def _taken_out(
        self, change: Change, who: _Who, respondent: str | None, finder: Finder | None
    ) -> Withdrawn:
        connection = change.connection
        counts = _remove(change, who)
        notes: list[str] = []
        if respondent is not None:
            counts["answers"], said = purging.remove_respondent(connection, respondent)
            if not counts["answers"]:
                raise UnknownName("respondent", respondent, ())
            notes += [f"the source {one} has open answers of that respondent" for one in said]
        del change.before[:], change.after[:]
        called = purging.Called([*who.sources.values(), *filter(None, [who.case])])
        counts["log rows"] = purging.forget_rows(connection, who.ids, called)
        counts["vectors"] = connection.execute(delete(schema.vector)).rowcount
        counts = {kind: count for kind, count in counts.items() if count}
        change.tell(withdrawn=counts)
        elsewhere = _mentions(connection, finder) if finder is not None else ()
        return Withdrawn(counts, elsewhere, purging.copies_of(self.study), tuple(notes))

    # Purging -----------------------------------------------------------------------------

    def purge(
        self, finder: Finder | None = None, *, backups: bool = False, dry_run: bool = False
    ) -> Purged:
        """Get rid of what the study still holds of what was taken out of it.

        Parameters
        ----------
        finder : Finder, optional
            Names that are replaced in what stays of the log.
        backups : bool
            Remove the copies beside the study too, which hold everything.
        dry_run : bool
            Say what would go, and change nothing.

        Notes
        -----
        The log keeps who did what, when, on which rows, and no words; nothing before can be
        undone. A database on a server is written anew (``VACUUM FULL``); its own backups and
        archives are its administrator's. What lies on parts of the disk that were freed is
        out of reach: encrypt the disk.
        """
        study = self._store.study
        if dry_run:
            with self._store.read() as connection:
                found = purging.counts(connection)
            return Purged(found, purging.copies_of(study), applied=False)
        with self._store.change(self.user, "purge", "what was taken out") as change:
            done = purging.purge(change, finder)
            change.tell(purged=done, backups=backups)
        left = purging.compact(self._store.engine)
        removed = purging.remove_copies(study) if backups and not left else ()
        notes = [left] if left else []
        if is_address(study):
            notes.append("backups and archives of the server are its administrator's to remove")
        return Purged(done, purging.copies_of(study), removed, tuple(notes))

    # Retention ---------------------------------------------------------------------------

    @property
    def retention(self) -> str | None:
        """Until when the study is kept (``2031-08-31``), or ``never`` to end; None where unsaid."""
        with self._store.read() as connection:
            return project_value(connection, RETENTION)

    def set_retention(self, until: date | str | None) -> int | None:
        """Say until when the study is to be kept; nothing is removed by itself.

        Parameters
        ----------
        until : date or str or None
            ``2031-08-31``; None where it is kept without an end.

        Raises
        ------
        ValueError
            For what is no date.
        """
        said = NEVER if until is None else _date(until).isoformat()
        with self._store.change(self.user, "set retention", said) as change:
            p, old = schema.project, project_value(change.connection, RETENTION)
            if old == said:
                return None
            change.replace(p, {"key": RETENTION}, [{"value": said}])
        return change.entry

    def retention_over(self, today: date | None = None) -> str | None:
        """What to say of a study that should be gone by now; None where there is nothing."""
        return retention_warning(self.retention, today)


def retention_warning(until: str | None, today: date | None = None) -> str | None:
    """What to say of a study whose date is past; None where there is nothing.

    >>> from datetime import date
    >>> retention_warning("2026-08-31", date(2026, 9, 1))
    'it was to be kept until 2026-08-31; remove it with its backups, or give it another date'
    >>> retention_warning("2026-08-31", date(2026, 8, 31)) is None
    True
    """
    try:
        over = until not in {None, NEVER} and _date(until or "") < (today or _today())
    except ValueError:
        return None
    if not over:
        return None
    return f"it was to be kept until {until}; remove it with its backups, or give it another date"


def _today() -> date:
    return datetime.now(UTC).date()


def _date(given: date | str) -> date:
    if isinstance(given, date):
        return given
    try:
        return date.fromisoformat(given.strip())
    except ValueError:
        raise ValueError(f"{given!r} is no date; write it like 2031-08-31") from None


class _Preview(Exception):
    """Nothing is to be stored."""


def _end(*, preview: bool) -> None:
    """End a change of which nothing is to be stored."""
    if preview:
        raise _Preview


@dataclass(frozen=True, slots=True)
class _Who:
    """A participant: a case, or sources of one, by id."""

    case: str = ""
    case_id: str = ""
    sources: dict[str, str] = field(default_factory=dict)

    @property
    def ids(self) -> list[str]:
        return [*self.sources, *filter(None, [self.case_id])]


def _found(connection: Connection, name: str | None) -> _Who:
    """The case of that name, or the source."""
    if name is None:
        return _Who()
    s, c = schema.source.c, schema.case.c
    case_id = connection.execute(select(c.id).where(c.name == name)).scalar()
    if case_id is not None:
        rows = connection.execute(select(s.id, s.name).where(s.case_id == case_id))
        return _Who(name, case_id, {row.id: row.name for row in rows})
    names = source_names(connection)
    if name not in names:
        known = connection.execute(select(c.name)).scalars()
        raise UnknownName("case or source", name, [*known, *names])
    return _Who(sources={names[name]: name})


def _remove(change: Change, who: _Who) -> dict[str, int]:
    """Remove a participant's sources and case with all that hangs on them; how many of each."""
    before = _standing(change.connection)
    for source_id in who.sources:
        decisions.remove_of_source(change, source_id)
        for table in _HANGING:
            own = select(table.c.id).where(table.c.source_id == source_id)
            change.remove(table, change.connection.execute(own).scalars().all())
        memos.remove_of(change, "source", source_id)
        search.remove(change.connection, source_id)
        for table in (schema.turn, schema.source_attribute):
            change.replace(table, {"source_id": source_id}, [])
        change.remove(schema.source, [source_id])
    if who.case_id:
        for table in (schema.cell_summary, schema.memo):
            own = select(table.c.id).where(table.c.case_id == who.case_id)
            ids = change.connection.execute(own).scalars().all()
            memos.remove(change, ids) if table is schema.memo else change.remove(table, ids)
    drop_empty_cases(change)
    after = _standing(change.connection)
    return {kind: before[kind] - after[kind] for kind in before}


_COUNTED: Final = {
    "sources": schema.source, "cases": schema.case, "codings": schema.coding,
    "suggestions": schema.suggestion, "summaries": schema.cell_summary, "memos": schema.memo,
    "decisions": schema.decision, "assignments": schema.assignment, "unplaced": schema.unplaced,
    "turns": schema.turn,
}  # fmt: skip


def _standing(connection: Connection) -> dict[str, int]:
    return {kind: purging.count(connection, table) for kind, table in _COUNTED.items()}


def _mentions(connection: Connection, finder: Finder) -> tuple[str, ...]:
    """Where a participant is still spoken of."""
    found: dict[str, int] = {}
    for where, source, text in swapping.words_of(connection):
        place = f"{where} of {source}" if where in {"text", "speaker", "item"} else where
        if count := len(finder.swaps(text)):
            found[place] = found.get(place, 0) + count
    return tuple(f"{place}: {count}" for place, count in found.items())


def _name_after(connection: Connection, made: Plan, source_id: str) -> str:
    new = made.rows.get((schema.source.name, (source_id,)), {}).get("name")
    s = schema.source.c
    return str(new or connection.execute(select(s.name).where(s.id == source_id)).scalar_one())
