"""Codings and suggestions, as a project keeps them, and the vectors that suggestions come from.

The part of :class:`qualkit.project.Project` that coding needs; who is to code what, and how
disagreements are settled, is in :mod:`qualkit.double_coding`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from qualkit import rows
from qualkit.errors import BatchError, ConflictError, UnknownName
from qualkit.keeping import Keeping
from qualkit.loading import (
    CodingRows,
    LoadReport,
    bad_rating,
    changed_coding,
    code_of,
    coder_id_of,
    codes_by_name,
    coding_sheet,
    codings_at,
    find_or_add_coder,
    guid,
    held_spans,
    named_code,
    odd_passages,
    plain_memo,
    source_names,
    source_of,
    span_of,
    stretch,
    whole_number,
)  # fmt: skip
from qualkit.model import Coding, new_id
from qualkit.store import Change, codings, counts, marks, read, schema, suggestions, vectors
from qualkit.store.keep import KEEP, Keep

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd


class CodingKeeping(Keeping):
    """What a project knows of codings and suggestions."""

    # Tables ----------------------------------------------------------------------------

    def codings(
        self, *, code: str | None = None, sources: Sequence[str] | None = None
    ) -> pd.DataFrame:
        """One row a coding with its words, code path, coder, place and all attributes.

        Parameters
        ----------
        code : str, optional
            Of that code alone, not of those below it: its id or ``codebook/code``.
        sources : sequence of str, optional
            In the sources of these names alone.

        Raises
        ------
        UnknownName
            For a code or a source that is not there.
        """
        with self._store.read() as connection:
            if sources is not None:
                read.require_sources(connection, sources)
            return read.codings(
                connection,
                self._sight(connection),
                code_id=None if code is None else named_code(connection, code).guid,
                names=sources,
            )

    def coded_twice(self) -> int:
        """How many sources two people or more have coded with the same codebook."""
        with self._store.read() as connection:
            return counts.coded_twice(connection, self._sight(connection))

    def counts(self) -> counts.Counts:
        """What there is, in numbers, from one moment; nothing but numbers is read for it."""
        with self._store.read() as connection:
            return counts.counts(connection, self._sight(connection))

    def coverage(self) -> pd.DataFrame:
        """How far each source is coded.

        Returns
        -------
        DataFrame
            One row a source, in order: ``source``; ``answers``, its turns that are not an
            interviewer's; ``coded``, those of which somebody has coded something.
        """
        with self._store.read() as connection:
            return counts.coverage(connection, self._sight(connection))

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
            found = named_code(connection, code)
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
            if codings.is_there(change.connection, made):
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
            placed = codings_at(connection, spans, named_code(connection, code))
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
                chosen = named_code(connection, code)
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

    # Vectors ---------------------------------------------------------------------------

    def vectors(self, model: str, texts: Sequence[str]) -> dict[str, np.ndarray]:
        """The vectors that are kept of these texts, by text; see :mod:`qualkit.coding.embed`."""
        with self._store.read() as connection:
            return vectors.held(connection, model, texts)

    def keep_vectors(self, model: str, made: Mapping[str, np.ndarray]) -> None:
        """Keep vectors that were computed; a study that cannot be written to does without."""
        if self._store.read_only:
            return
        with self._store.change(self.user, "keep vectors", f"{len(made)} texts") as change:
            vectors.keep(change.connection, model, made)


def _not_held(change: Change, placed: Sequence[Coding], coder: str | None) -> list[Coding]:
    """The codings that a coder does not have yet, in that coder's name."""
    if coder is None or not placed:
        return list(placed)
    made = [replace(coding, coder=coder) for coding in placed]
    there = held_spans(change, (coding.source for coding in made), made[0].code)
    return [coding for coding in made if span_of(coding) not in there]
