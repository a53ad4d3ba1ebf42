r"""Who is to code what, how disagreements were settled, and what goes out to colleagues.

The part of :class:`qualkit.project.Project` that double coding needs. Like the rest of a
project it keeps and does not analyse; what coders agree on is found in :mod:`qualkit.agreement`.

>>> import tempfile
>>> from pathlib import Path
>>> from qualkit.project import Project
>>> folder = Path(tempfile.mkdtemp())
>>> _ = (folder / "p7.txt").write_text("P7: The staff listened.\n")
>>> study = folder / "study.qualkit"
>>> with Project.create(study, codebooks=["evaluation-topics"], user="Sue") as project:
...     _ = project.add_sources([folder / "p7.txt"])
...     _ = project.add_coding("p7", (4, 23), "communication", coder="Ann")
...     project.assign(["p7"], ["Ann", "Bo"]).added
2
>>> with Project.open(study, user="Bo") as project:  # Bo codes blind until it is done
...     print(sorted(project.blind), len(project.codings()))
...     _ = project.set_done("Bo")
...     print(sorted(project.blind), len(project.codings()))
['p7'] 0
[] 1
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import Connection

from qualkit.errors import BatchError, DamagedProject, UnknownName
from qualkit.importers.worker import readable
from qualkit.keeping import Keeping
from qualkit.loading import (
    LoadReport,
    bad_rating,
    code_of,
    coder_id_of,
    codes_by_name,
    guid,
    id_and_text,
    plain_memo,
    stretch,
    whole_number,
)  # fmt: skip
from qualkit.model import STANCES, Code
from qualkit.store import (
    assignments,
    decisions,
    pack_files,
    pack_merging,
    packs,
    sight,
)  # fmt: skip
from qualkit.store.assignments import DOUBLE
from qualkit.store.coders import known_or_new
from qualkit.store.keep import KEEP, Keep
from qualkit.store.pack_plan import Options
from qualkit.wording import many

if TYPE_CHECKING:
    import pandas as pd

Place = str | tuple[str, int, int]  # a source, or a stretch of one


class DoubleCoding(Keeping):
    """What a project knows of assignments, decisions, sign-offs and coder packs."""

    # What is hidden ----------------------------------------------------------------------

    @property
    def blind(self) -> frozenset[str]:
        """The sources of which `user` must not see what others coded; empty for most people."""
        with self._store.read() as connection:
            return frozenset(self._sight(connection).sources.values())

    @contextmanager
    def unblinded(self) -> Iterator[None]:
        """Within it, `user` sees everything: for checks that must, never to show it to them."""
        before, self._sees_all = self._sees_all, True
        try:
            yield
        finally:
            self._sees_all = before

    def blind_sources(self, coder: str) -> frozenset[str]:
        """The sources in which a coder has blind assignments that are not done."""
        with self._store.read() as connection:
            return frozenset(sight.of(connection, coder).sources.values())

    # Assignments -------------------------------------------------------------------------

    def assignments(self) -> pd.DataFrame:
        """One row an assignment; see :mod:`qualkit.tables`."""
        with self._store.read() as connection:
            return assignments.table(connection)

    def assign(
        self,
        places: Sequence[Place],
        coders: Sequence[str],
        *,
        blind: bool = True,
        purpose: str = DOUBLE,
    ) -> LoadReport:
        r"""Give sources, or stretches of them, to coders: each place to each of them.

        What a coder has been assigned already stays, and gets the `blind` and `purpose` given
        here. A new name is added with the role ``coder``, and told in the notes.

        Parameters
        ----------
        places : sequence of str or (str, int, int)
            A source, or a source with start and end: code points into its text, half-open.
        coders : sequence of str
            Their names.
        blind : bool
            Whether they see neither codings by others nor what tells of them in these sources,
            whole sources always, until they say that it is done.
        purpose : str
            ``double`` to compare coders; ``test`` to compare a new coder with what is settled.

        Returns
        -------
        LoadReport
            How many assignments are new or other than before, and how many were there.

        Raises
        ------
        BatchError
            With every place that there is not; nothing was kept.
        ConflictError
            Where a coder has another stretch of such a source for the other purpose.
        UnknownName, ValueError
            For another purpose, no place or no coder, a name that is none.

        Examples
        --------
        >>> import tempfile
        >>> from pathlib import Path
        >>> from qualkit.project import Project
        >>> folder = Path(tempfile.mkdtemp())
        >>> _ = (folder / "p7.txt").write_text("P7: The staff listened.\n")
        >>> project = Project.create(folder / "study.qualkit", codebooks=["service-model"])
        >>> _ = project.add_sources([folder / "p7.txt"])
        >>> report = project.assign([("p7", 4, 23)], ["Ann"], blind=False)
        >>> project.assignments()[["source", "coder", "start", "end", "status"]].values.tolist()
        [['p7', 'Ann', 4, 23, 'open']]
        """
        if purpose not in assignments.PURPOSES:
            raise UnknownName("purpose", purpose, assignments.PURPOSES)
        names = list(dict.fromkeys(name.strip() for name in coders))
        if not places or not names:
            raise ValueError("an assignment needs a source and a coder")
        wanted = assignments.Wanted(blind, purpose)
        what = f"{many(len(places), 'place')} to {assignments.listing(names)}"
        what += f"{', blind' if blind else ''}{', as a test' if purpose != DOUBLE else ''}"
        with self._store.change(self.user, "assign", what) as change:
            found = _places(change.connection, places)
            unknown = [n for n in names if coder_id_of(change.connection, n) is None]
            counts = [
                assignments.add(change, found, known_or_new(change, name, role=role), wanted)
                for name, role in _roles(names, self.user)
            ]
        new, other = sum(count[0] for count in counts), sum(count[1] for count in counts)
        notes = tuple(f"{name} is new to the study" for name in unknown)
        notes += (f"{other} of them were there, and are other than before",) if other else ()
        same = len(found) * len(names) - new - other
        return LoadReport(new + other, same, notes, change.entry)

    def unassign(self, ids: Sequence[str]) -> int:
        """Take assignments back, all or none; how many. What was coded stays.

        Raises
        ------
        UnknownName
            For one that is not there.
        """
        with self._store.read() as connection:
            what = assignments.told(connection, ids)
        with self._store.change(self.user, "unassign", what) as change:
            return assignments.remove(change, ids)

    def set_done(
        self, coder: str, sources: Sequence[str] | None = None, *, done: bool = True
    ) -> int:
        """Say that a coder's assignments are done, or with `done` False that they are not.

        Parameters
        ----------
        coder : str
        sources : sequence of str, optional
            By default all that are assigned to them.
        done : bool

        Returns
        -------
        int
            How many assignments that changed; 0, and nothing in the log, where all were so.

        Raises
        ------
        UnknownName
            For a coder that is not there, a source that is not assigned to them.
        """
        with self._store.read() as connection:
            rows = assignments.to_set(connection, coder, sources, done=done)
        if not rows:
            return 0
        names = assignments.listing(list(dict.fromkeys(row.source for row in rows)))
        what = f"{names} by {coder}{'' if done else ': open again'}"
        with self._store.change(self.user, "set done", what) as change:
            rows = assignments.to_set(change.connection, coder, sources, done=done)
            assignments.set_done(change, [row.id for row in rows], done=done)
        return len(rows)

    # Decisions ---------------------------------------------------------------------------

    def decisions(self) -> pd.DataFrame:
        """One row a disagreement that was settled; see :mod:`qualkit.tables`."""
        with self._store.read() as connection:
            return decisions.table(connection, self._sight(connection))

    def settle(  # noqa: PLR0913 - what was decided, about what, by whom and why
        self,
        source: str,
        span: tuple[int, int],
        *,
        kind: str,
        choice: str,
        seals: Mapping[str, str],
        result: Sequence[Mapping[str, Any]],
        decider: str,
        reason: str = "",
        version: int | Keep | None = KEEP,
    ) -> LoadReport:
        """Keep how one disagreement was settled; the codings that it is about stay as they are.

        An earlier decision about the same codings makes room; the log keeps it.

        Parameters
        ----------
        source : str
        span : (int, int)
            The passage: code points into the source's text, half-open.
        kind : str
            ``missed``, ``other code``, ``boundary``, ``stance`` or ``rating``.
        choice : str
            What was chosen: a coder's name, ``both``, ``neither`` or ``edit``.
        seals : mapping
            The ids of the codings that were looked at, each with what it was then.
        result : sequence of mapping
            What is coded there from now on: ``code`` (its id, ``codebook/code`` or with a
            ``codebook`` beside it), ``start``, ``end``, and ``stance``, ``rating``, ``memo``
            where there are such. Its words are taken from the source.
        decider : str
            Who decided; a name that is new is added.
        reason : str
        version : int or None, optional
            Of the decision about the same codings that makes room, None where there was none: one
            that somebody else made meanwhile is left alone.

        Returns
        -------
        LoadReport
            1 added, or 1 the same where the decision says nothing new.

        Raises
        ------
        BatchError
            With every fault of `result`; nothing was kept.
        ConflictError
            Where a coding that it is about is not there any more, or the decision that was to
            make room is another one.
        UnknownName, ValueError
            For a name that is not there, a span outside the text, no codings, no decider.
        """
        if kind not in decisions.KINDS:
            raise UnknownName("kind of disagreement", kind, decisions.KINDS)
        if not (choice.strip() and decider.strip() and seals):
            raise ValueError("a decision needs codings, a choice and the name of its decider")
        span = whole_number(span[0], "start"), whole_number(span[1], "end")
        what = f"{source}: {kind}, {choice.strip()} by {decider.strip()}"
        with self._store.change(self.user, "settle", what) as change:
            source_id, text = id_and_text(change.connection, source)
            stretch(source, span, text)
            seen = self._sight(change.connection)
            decisions.refuse_gone(change.connection, source_id, seals, sight=seen)
            decisions.refuse_other(change.connection, seals, version)
            given = _result(change.connection, source, text, result)
            new = decisions.write(change, decisions.Settled(
                source_id, *span, kind, plain_memo(choice.strip()),
                known_or_new(change, decider.strip()), plain_memo(reason.strip()),
                {guid(one): str(mark) for one, mark in seals.items()}, given,
            ))  # fmt: skip
        return LoadReport(int(new), int(not new), entry=change.entry)

    def withdraw_decision(self, decision_id: str) -> int | None:
        """Take one decision back; the log keeps it, under the number that comes back.

        Raises
        ------
        UnknownName
            Where there is none.
        """
        with self._store.read() as connection:
            what = decisions.told(connection, decision_id)
        with self._store.change(self.user, "withdraw decision", what) as change:
            seen = self._sight(change.connection)
            decisions.withdraw(change, decision_id, sight=seen)
        return change.entry

    # Sign-off ----------------------------------------------------------------------------

    def sign_offs(self) -> pd.DataFrame:
        """One row a source that a supervisor has signed off; see :mod:`qualkit.tables`."""
        with self._store.read() as connection:
            return decisions.signed(connection, self._sight(connection))

    def sign_off(self, source: str, *, by: str, seal: str, note: str = "") -> LoadReport:
        """Sign a source off, in the place of an earlier sign-off.

        Parameters
        ----------
        source : str
        by : str
            The supervisor's name.
        seal : str
            Of what is settled there now, so that a later change shows; 64 characters at most.
        note : str

        Raises
        ------
        UnknownName, ValueError
            For a source that is not there; no name, no seal.
        """
        if not by.strip() or not 0 < len(seal) <= _SEAL:
            raise ValueError(f"a sign-off needs a name and a seal of 1 to {_SEAL} characters")
        with self._store.change(self.user, "sign off", f"{source} by {by.strip()}") as change:
            source_id, _ = id_and_text(change.connection, source)
            new = decisions.sign(
                change, source_id, known_or_new(change, by.strip()), mark=seal,
                note=plain_memo(note.strip()),
            )  # fmt: skip
        return LoadReport(int(new), int(not new), entry=change.entry)

    def withdraw_sign_off(self, source: str) -> int | None:
        """Take a sign-off back; the number of the change, None where there was none.

        Raises
        ------
        UnknownName
            For a source that is not there.
        """
        with self._store.change(self.user, "withdraw sign-off", source) as change:
            source_id, _ = id_and_text(change.connection, source)
            decisions.unsign(change, source_id)
        return change.entry

    # Coder packs -------------------------------------------------------------------------

    @property
    def pack(self) -> packs.Label | None:
        """What this study says of itself as a coder pack; None where it is none."""
        with self._store.read() as connection:
            try:
                return packs.label_of(connection)
            except ValueError as error:
                raise DamagedProject(self._store.name, f"a damaged coder pack; {error}") from None

    def write_pack(
        self, path: Path | str, coder: str, *, sources: Sequence[str] | None = None
    ) -> packs.PackReport:
        r"""Write a coder pack: a small study with what one coder needs, and nobody else's work.

        It holds the sources with their turns, attributes and cases, the codebooks and the topic
        guide, the coder's own codings and cell summaries, and their assignments. It opens
        like any study, works offline, and comes back by :meth:`merge_pack`.

        Parameters
        ----------
        path : path
            A file that is not there yet, such as ``ann.qualkit``; written whole or not at all.
        coder : str
        sources : sequence of str, optional
            Their names; by default all that are assigned to the coder.

        Raises
        ------
        UnknownName, ConflictError
            For a coder or source that is not there, a coder with nothing assigned, a source in
            which `user` must not see yet what this coder did.
        NotAllowed
            Where a coder asks for the pack of another.
        StoreError
            Where the file is there already, or cannot be written.

        Examples
        --------
        >>> import tempfile
        >>> from pathlib import Path
        >>> from qualkit.project import Project
        >>> folder = Path(tempfile.mkdtemp())
        >>> _ = (folder / "p7.txt").write_text("P7: The staff listened.\n")
        >>> study = folder / "study.qualkit"
        >>> project = Project.create(study, codebooks=["evaluation-topics"], user="Sue")
        >>> _ = project.add_sources([folder / "p7.txt"])
        >>> _ = project.assign(["p7"], ["Ann"])
        >>> project.write_pack(folder / "ann.qualkit", "Ann").sources
        ('p7',)
        >>> with Project.open(folder / "ann.qualkit", user="Ann") as pack:  # on Ann's machine
        ...     _ = pack.add_coding("p7", (4, 23), "communication", coder="Ann")
        ...     _ = pack.set_done("Ann")
        >>> merged = project.merge_pack(folder / "ann.qualkit")
        >>> merged.added, merged.notes
        (1, ('done: p7',))
        """
        return packs.write(self._store, Path(path), coder, sources=sources, user=self.user)

    def merge_pack(
        self,
        path: Path | str,
        *,
        take: Literal["study", "pack"] = "study",
        removals: bool = False,
        dry_run: bool = False,
    ) -> pack_merging.PackMerge:
        """Merge a coder pack that came back, in one change; the file stays as it is.

        What was changed on one side alone is taken from there. The same pack again changes
        nothing, and a pack that its coder went on with brings what is new.

        Parameters
        ----------
        path : path
        take : str
            What stands where a coding was changed, or removed, on both sides: what is in the
            ``study``, or in the ``pack``.
        removals : bool
            Whether codings that were removed in the pack are removed here too.
        dry_run : bool
            Tell alone; nothing is changed.

        Returns
        -------
        PackMerge
            What became of every coding: added, same, changed, or conflicting with the reason.

        Raises
        ------
        StoreError
            For a file that is no pack, is damaged, or comes from a newer qualkit.
        BatchError
            With everything in it that was changed outside qualkit; nothing was kept.
        ConflictError
            For a pack of another study, of somebody who is not a coder here, or one with what
            `user` must not see yet.
        """
        if take not in pack_merging.TAKES:
            raise UnknownName("side", take, pack_merging.TAKES)
        packed = pack_files.read(Path(path), plain=plain_memo)
        options = Options(take, removals)
        if dry_run:
            return pack_merging.preview(self._store, packed, options, user=self.user)
        file = readable(Path(path).name)
        return pack_merging.merge(self._store, packed, options, file=file, user=self.user)


_SEAL = 64  # characters of a sign-off's seal, at most


def _roles(names: Sequence[str], user: str) -> list[tuple[str, str]]:
    """The role of each where they are new: who gives work to others stays an evaluator."""
    return [(name, "evaluator" if name == user else "coder") for name in names]


def _places(connection: Connection, places: Sequence[Place]) -> list[assignments.Place]:
    """The places by source id, each once; BatchError with every one that there is not."""
    found: dict[assignments.Place, None] = {}
    faults: list[str] = []
    for place in places:
        name, *span = (place,) if isinstance(place, str) else place
        try:
            source_id, text = id_and_text(connection, name)
            if not span:
                found[source_id, *assignments.WHOLE] = None
                continue
            start, end = whole_number(span[0], "start"), whole_number(span[1], "end")
            stretch(name, (start, end), text)
            found[source_id, start, end] = None
        except (UnknownName, ValueError) as error:
            faults.append(str(error))
    if faults:
        raise BatchError("assign", faults)
    return list(found)


def _result(
    connection: Connection, source: str, text: str, result: Sequence[Mapping[str, Any]]
) -> tuple[decisions.Row, ...]:
    """What a decision gives, as rows; BatchError with every fault."""
    known = codes_by_name(connection)
    made: dict[tuple[str, int, int], decisions.Row] = {}
    faults: list[str] = []
    for n, one in enumerate(result, 1):
        try:
            row = _given(known, source, text, one)
        except (UnknownName, ValueError) as error:
            faults.append(f"coding {n}: {error}")
            continue
        if made.setdefault((row["code_id"], row["start_at"], row["end_at"]), row) is not row:
            faults.append(f"coding {n}: the same words have this code already")
    if faults:
        raise BatchError("settle", faults)
    return tuple(made.values())


def _given(
    known: Mapping[str, list[Code]], source: str, text: str, one: Mapping[str, Any]
) -> decisions.Row:
    book, name = one.get("codebook"), str(one.get("code", ""))
    code = code_of(known, f"{book}/{name}" if book else name)
    start, end = whole_number(one.get("start"), "start"), whole_number(one.get("end"), "end")
    stance, rating = one.get("stance"), one.get("rating")
    if stance is not None and stance not in STANCES:
        raise ValueError(f"stance {stance!r} is not one of {', '.join(STANCES)}")
    rating = None if rating is None else whole_number(rating, "rating")
    if rating is not None and rating not in code.values:
        raise ValueError(bad_rating(code, str(rating)))
    return {
        "start_at": start, "end_at": end, "quote": stretch(source, (start, end), text),
        "code_id": code.guid, "stance": stance, "rating": rating,
        "memo": plain_memo(one.get("memo") or ""),
    }  # fmt: skip
