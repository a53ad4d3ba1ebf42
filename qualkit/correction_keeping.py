"""Corrected transcripts: a new edition of a source, and what becomes of its codings.

The part of :class:`qualkit.project.Project` that corrections need. Nothing changes its words in
silence: a coding whose words are still there, word for word, stays or moves with them; one whose
words were corrected breaks, and waits with a proposal until a person places it. See
:mod:`qualkit.reanchoring` for how places are found.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection, select

from qualkit import rows
from qualkit.errors import ConflictError, UnknownName
from qualkit.importers.worker import read_file
from qualkit.keeping import Keeping
from qualkit.loading import id_and_text, stretch, whole_number
from qualkit.model import NOT_XML, UNKNOWN, Coding, Source, Turn
from qualkit.reanchoring import BREAKS, MOVES, STAYS, Reanchoring
from qualkit.store import Change, codings, editions, read, rewriting, schema
from qualkit.store.sight import Sight
from qualkit.tables import COLUMNS
from qualkit.wording import many

if TYPE_CHECKING:
    import pandas as pd

_OTHER: Final = 0.3  # of the text unchanged, below which it may be another interview's
_SHOWN: Final = 5


@dataclass(frozen=True, slots=True)
class Moved:
    """What becomes of one coding.

    Attributes
    ----------
    coding, code, coder : str
        Its id; the ids of its code, the name of its coder.
    start, end, text : int, int, str
        Where it stands, and its words.
    new_start, new_end, new_text : int, int, str, or None
        Where it goes; of one that breaks, what is proposed: None where nothing is.
    """

    coding: str
    code: str
    coder: str
    start: int
    end: int
    text: str
    new_start: int | None
    new_end: int | None
    new_text: str | None


@dataclass(frozen=True, slots=True)
class Replacement:
    """What a corrected transcript does, or did.

    Attributes
    ----------
    source : str
    stays, moves, breaks : tuple of Moved
        Codings with the same words in the same place; with the same words elsewhere; those whose
        words are not there any more. Every coding is one of them.
    reworded : int
        How many of those that break take the words proposed.
    warnings : tuple of str
        What to look at.
    turns : (int, int)
        How many there were, and are.
    applied : bool
        Whether it was done; False for a preview.
    entry : int or None
        Its number in the log, for :meth:`Project.undo`.
    """

    source: str
    stays: tuple[Moved, ...]
    moves: tuple[Moved, ...]
    breaks: tuple[Moved, ...]
    reworded: int
    warnings: tuple[str, ...]
    turns: tuple[int, int]
    applied: bool = False
    entry: int | None = None

    @property
    def counts(self) -> dict[str, int]:
        """How many codings stay, move and break; of the latter, with a proposal, and reworded."""
        return {
            STAYS: len(self.stays), MOVES: len(self.moves), BREAKS: len(self.breaks),
            "proposed": sum(one.new_text is not None for one in self.breaks),
            "reworded": self.reworded,
        }  # fmt: skip


class CorrectionKeeping(Keeping):
    """What a project knows of corrected transcripts."""

    def preview_replacement(
        self, name: str, source: Source | Path | str, *, reword: bool = False
    ) -> Replacement:
        """What :meth:`replace_source` would do; nothing is written.

        Parameters
        ----------
        name : str
            The source that is to be corrected.
        source : Source, path or str
            The corrected transcript, or its file.
        reword : bool
            Whether codings shall take the words proposed for them.

        Raises
        ------
        UnknownName, ReadError
            For a source that is not there, a file that cannot be read.
        ConflictError
            Where the text is the same, or the file is another source's.
        """
        with self._store.read() as connection:
            id_and_text(connection, name)  # before the file is read
        new = _read(source)
        with self._store.read() as connection:
            work = _Work(connection, name, new, sight=self._sight(connection))
            place = work.both.place
            made = rewriting.plan(connection, work.old.id, new.text, place, reword=reword)
            return work.report(connection, made)

    def replace_source(
        self, name: str, source: Source | Path | str, *, reword: bool = False
    ) -> Replacement:
        r"""Put a corrected transcript in the place of a source's text, whole or not at all.

        Codings stay or move with their words. What breaks is set aside with a proposal; see
        :meth:`unplaced`. Suggestions, assignments of a stretch and decisions move too, or go
        where their words are gone; a sign-off is withdrawn. Roles stay with their speakers, also
        where these got other names. The text before is kept as an edition, and all of it can be
        undone.

        Parameters
        ----------
        name : str
            Of the source: it stays, as do its case and attributes.
        source : Source, path or str
            The corrected transcript, or its file.
        reword : bool
            Whether codings that break take the words proposed for them at once.

        Returns
        -------
        Replacement

        Raises
        ------
        UnknownName, ReadError, ConflictError
            As :meth:`preview_replacement`; nothing was changed.

        Examples
        --------
        >>> import tempfile
        >>> from qualkit.project import Project
        >>> folder = Path(tempfile.mkdtemp())
        >>> _ = (folder / "p1.txt").write_text("Ann: What helped?\nP1: The staff listned.\n")
        >>> project = Project.create(folder / "s.qualkit", codebooks=["evaluation-topics"])
        >>> _ = project.add_sources([folder / "p1.txt"])
        >>> _ = project.add_coding("p1", (22, 40), "communication", coder="Ann")
        >>> _ = (folder / "p1.txt").write_text("Ann: What helped?\nP1: The staff listened.\n")
        >>> made = project.replace_source("p1", folder / "p1.txt")
        >>> made.breaks[0].text, made.breaks[0].new_text
        ('The staff listned.', 'The staff listened.')
        >>> [one.text for one in project.accept_proposals(project.unplaced()["unplaced"])]
        ['The staff listened.']
        """
        with self._store.read() as connection:
            id_and_text(connection, name)
        new = _read(source)
        with self._store.change(self.user, "replace source", name) as change:
            work = _Work(change.connection, name, new, sight=self._sight(change.connection))
            made = rewriting.rewrite(
                change, work.old.id, new.text, work.turns, work.both.place,
                values=_values(new), reword=reword,
            )  # fmt: skip
            report = work.report(change.connection, made)
            change.notes.append(
                f"{len(report.stays)} codings stay, {len(report.moves)} move, "
                f"{len(report.breaks)} break"
            )
        return replace(report, applied=True, entry=change.entry)

    # What was set aside ------------------------------------------------------------------

    def unplaced(self) -> pd.DataFrame:
        """One row a coding whose words a correction took, and that waits for a place.

        Returns
        -------
        DataFrame
            ``unplaced``, the coding's id; ``source``; ``start``, ``end``, ``text`` in the text
            that was; ``codebook``, ``code``, ``coder``, ``stance``, ``rating``, ``memo``,
            ``created``; ``since``, when it lost its place; ``becomes_start``, ``becomes_end``,
            ``becomes_text``, what is proposed in the text of today, missing where nothing is.
        """
        import pandas as pd

        with self._store.read() as connection:
            found = [
                (*row[:-1], *(rewriting.proposed(row[-1]) or (None, None, None)))
                for row in connection.execute(_waiting(self._sight(connection)))
            ]
        made = pd.DataFrame(found, columns=list(COLUMNS["unplaced"]))
        whole = dict.fromkeys(("rating", "becomes_start", "becomes_end"), "Int64")
        return made.astype(whole)

    def place_unplaced(self, unplaced: str, span: tuple[int, int]) -> Coding:
        """Give a coding that was set aside a place in the text of today.

        Parameters
        ----------
        unplaced : str
            Its id, as :meth:`unplaced` has it; it is the coding's again.
        span : (int, int)
            Code points into the source's text.

        Raises
        ------
        UnknownName, ValueError, ConflictError
            For one that is not there, a span outside the text, words that have the same code by
            the same coder already.
        """
        span = whole_number(span[0], "start"), whole_number(span[1], "end")
        with self._store.change(self.user, "place coding", "1 coding") as change:
            return _placed(change, self._waiting_row(change, unplaced), span)

    def accept_proposals(self, ids: Iterable[str]) -> list[Coding]:
        """Give codings that were set aside the words proposed for them, all or none.

        Raises
        ------
        UnknownName
            For one that is not there.
        ConflictError
            Where nothing is proposed, or the same words have the same code by the same coder.
        """
        wanted = list(dict.fromkeys(ids))
        what = many(len(wanted), "coding")
        with self._store.change(self.user, "place coding", what) as change:
            made = []
            for one in wanted:
                row = self._waiting_row(change, one)
                if (proposal := rewriting.proposed(row["becomes"])) is None:
                    raise ConflictError(f"nothing is proposed for {one}; give it a place yourself")
                made.append(_placed(change, row, proposal[:2]))
            return made

    def drop_unplaced(self, ids: Iterable[str]) -> int:
        """Remove codings that were set aside, for good but for an undo; how many."""
        wanted = list(dict.fromkeys(ids))
        what = many(len(wanted), "coding")
        with self._store.change(self.user, "drop unplaced", what) as change:
            for one in wanted:
                self._waiting_row(change, one)
            change.remove(schema.unplaced, wanted)
        return len(wanted)

    def _waiting_row(self, change: Change, unplaced: str) -> Mapping[str, Any]:
        seen = self._sight(change.connection).unplaced()
        query = select(schema.unplaced).where(schema.unplaced.c.id == unplaced, seen)
        row = change.connection.execute(query).mappings().first()
        if row is None:
            raise UnknownName("coding set aside", unplaced, ())
        return dict(row)

    # Editions ----------------------------------------------------------------------------

    def editions(self, name: str) -> pd.DataFrame:
        """One row a text that a source had, the first one first, the present one last.

        Returns
        -------
        DataFrame
            ``edition``, counted from 1; ``at``, ``who``: since when and by whom; ``words``;
            ``sha256`` of the text; ``current``. After a purge earlier ones are not listed.
        """
        import pandas as pd

        with self._store.read() as connection:
            source_id, _ = id_and_text(connection, name)
            found = editions.of(connection, source_id)
        lines = [(e.number, e.at, e.who, e.words, e.sha256, e.kept is None) for e in found]
        return pd.DataFrame(lines, columns=list(COLUMNS["editions"]))

    def edition_text(self, name: str, edition: int) -> str:
        """The text of an edition; ValueError where there is none such, or it was purged."""
        number = whole_number(edition, "edition")
        with self._store.read() as connection:
            source_id, _ = id_and_text(connection, name)
            found = editions.of(connection, source_id)
            if not 1 <= number <= len(found):
                raise ValueError(f"{name} has no edition {number}; it has {len(found)}")
            text = editions.text_of(connection, source_id, found[number - 1])
        if text is None:
            raise ValueError(f"edition {number} of {name} was purged")
        return text


def _read(source: Source | Path | str) -> Source:
    made = source if isinstance(source, Source) else read_file(source)
    if "\r" in made.text or NOT_XML.search(made.text):
        why = "has line ends or characters that no stored text has; read it from its file"
        raise ValueError(f"{made.name}: the text {why}")
    return made


def _values(new: Source) -> dict[str, Any]:
    """What the file says of itself, as columns of the source."""
    told = rows.of_source(new, case_id="", position=0)
    names = ("format", "file_name", "file_sha256", "warnings", "notes")
    return {name: told[name] for name in names}


class _Work:
    """An old and a new text of one source, compared."""

    def __init__(self, connection: Connection, name: str, new: Source, *, sight: Sight) -> None:
        found = read.one_source(connection, name)
        if found is None:
            raise UnknownName("source", name, ())
        self.old, self.new, self._sight = found, new, sight
        _refuse_same(connection, found, new)
        self.both = Reanchoring(found.text, new.text)
        self._names = _renamed(self.both, found.turns, new.turns)
        self.turns = _with_roles(found.turns, new.turns, self._names)

    def report(self, connection: Connection, made: rewriting.Plan) -> Replacement:
        """What the person who asks may see of what becomes of the codings."""
        listed = {BREAKS: [], MOVES: [], STAYS: []}  # type: dict[str, list[Moved]]
        names = _names_of(connection)
        seen = self._seen(connection, made)
        for fate in made.codings:
            if fate.row["id"] in seen:
                listed[fate.placed.kind].append(_told(fate, made.text, names))
        shown = [fate for fate in made.codings if fate.row["id"] in seen]
        return Replacement(
            self.old.name, tuple(listed[STAYS]), tuple(listed[MOVES]), tuple(listed[BREAKS]),
            reworded=sum(fate.reworded for fate in shown),
            warnings=(*self.new.warnings, *self._warnings(), *_side_effects(made)),
            turns=(len(self.old.turns), len(self.new.turns)),
        )  # fmt: skip

    def _seen(self, connection: Connection, made: rewriting.Plan) -> set[str]:
        """The ids of the codings that may be seen, wherever they are by now."""
        if self.old.id not in self._sight.sources:
            return {fate.row["id"] for fate in made.codings}
        own = self._sight.coder_id
        return {fate.row["id"] for fate in made.codings if fate.row["coder_id"] == own}

    def _warnings(self) -> Iterator[str]:
        if self.both.likeness < _OTHER:
            share = f"{self.both.likeness:.0%}"
            yield f"only {share} of the text is what it was: is this the same interview?"
        for was, now in self._names.items():
            yield f"{was!r} is called {now!r} now"
        before, after = _speakers(self.old.turns), _speakers(self.new.turns)
        gone = [one for one in before if one not in after and one not in self._names]
        new = [one for one in after if one not in before and one not in self._names.values()]
        if gone:
            yield f"no longer a speaker: {_listing(gone)}"
        if new:
            yield f"a speaker who was not there: {_listing(new)}"


def _refuse_same(connection: Connection, old: Source, new: Source) -> None:
    if old.text == new.text:
        raise ConflictError(f"{old.name}: the text is the same; there is nothing to replace")
    s = schema.source.c
    held = select(s.name).where(s.file_sha256 == new.file_sha256, s.id != old.id)
    if new.file_sha256 and (other := connection.execute(held).scalar()) is not None:
        raise ConflictError(f"{old.name}: the same file is in the project as {other!r}")


def _listing(names: Sequence[str]) -> str:
    return ", ".join(map(repr, names[:_SHOWN])) + (" ..." if len(names) > _SHOWN else "")


# Codings told --------------------------------------------------------------------------------


def _names_of(connection: Connection) -> dict[str, str]:
    """Codes and coders by id, as people call them."""
    code, coder = schema.code.c, schema.coder.c
    found = {row[0]: row[1] for row in connection.execute(select(code.id, code.ident))}
    return found | {row[0]: row[1] for row in connection.execute(select(coder.id, coder.name))}


def _told(fate: rewriting.Fate, text: str, names: Mapping[str, str]) -> Moved:
    row, placed = fate.row, fate.placed
    new = placed.proposal if placed.kind == BREAKS else placed
    return Moved(
        row["id"], names[row["code_id"]], names[row["coder_id"]], row["start_at"], row["end_at"],
        row["quote"], *((None, None, None) if new is None else _words(text, new.start, new.end)),
    )  # fmt: skip


def _words(text: str, start: int, end: int) -> tuple[int, int, str]:
    return start, end, text[start:end]


def _side_effects(made: rewriting.Plan) -> Iterator[str]:
    """What a person should know beside the codings, in words."""
    if doubles := sum(fate.taken for fate in made.codings):
        yield f"{many(doubles, 'coding')} would stand twice on the same words, and waits"
    told = (
        (made.suggestions_gone, "suggestion", "went with its words", "went with their words"),
        (made.assignments_gone, "assignment", "lost its stretch", "lost their stretch"),
        (made.decisions_gone, "decision", "has to be made again", "have to be made again"),
        (made.found_again, "waiting coding", "has its words again", "have their words again"),
    )
    for count, noun, one, several in told:
        if count:
            yield f"{many(count, noun)} {one if count == 1 else several}"
    if made.signed_off:
        yield "the sign-off is withdrawn: look at it again"


def _waiting(sight: Sight) -> Any:  # noqa: ANN401 - a query of many columns
    u, source, code = schema.unplaced.c, schema.source, schema.code
    book, coder = schema.codebook, schema.coder
    return (
        select(u.id, source.c.name, u.start_at, u.end_at, u.quote, book.c.ident, code.c.ident,
               coder.c.name, u.stance, u.rating, u.memo, u.created, u.since, u.becomes)
        .join(source, source.c.id == u.source_id)
        .join(code, code.c.id == u.code_id)
        .join(book, book.c.id == code.c.codebook_id)
        .join(coder, coder.c.id == u.coder_id)
        .where(sight.unplaced())
        .order_by(source.c.position, source.c.name, u.start_at, u.end_at, u.id)
    )  # fmt: skip


def _placed(change: Change, row: Mapping[str, Any], span: tuple[int, int]) -> Coding:
    """The coding of a row that was set aside, at its new place."""
    s = schema.source.c
    name, text = change.connection.execute(
        select(s.name, s.text).where(s.id == row["source_id"])
    ).one()
    made = Coding(
        source=row["source_id"], start=span[0], end=span[1], text=stretch(name, span, text),
        code=row["code_id"], coder=row["coder_id"], stance=row["stance"], rating=row["rating"],
        memo=row["memo"], created=row["created"], id=row["id"],
    )  # fmt: skip
    codings.refuse_twin(change.connection, made)
    change.remove(schema.unplaced, [made.id])
    change.add(schema.coding, [rows.of_coding(made)])
    return made


# Speakers ------------------------------------------------------------------------------------


def _speakers(turns: Iterable[Turn]) -> list[str]:
    return list(dict.fromkeys(turn.speaker for turn in turns if turn.speaker))


def _renamed(both: Reanchoring, old: Sequence[Turn], new: Sequence[Turn]) -> dict[str, str]:
    """Speakers who have another name now: what most of their turns say, and nobody else's."""
    before, after = set(_speakers(old)), set(_speakers(new))
    votes: dict[str, Counter[str]] = {}
    number = 0
    for turn in old:
        if turn.speaker is None or turn.speaker in after:
            continue
        at = both.to(turn.start, is_end=False)
        while number < len(new) - 1 and new[number].end <= at:
            number += 1
        if new and new[number].start <= at < new[number].end:
            votes.setdefault(turn.speaker, Counter())[new[number].speaker or ""] += 1
    found: dict[str, str] = {}
    for was, counted in votes.items():
        now, count = counted.most_common(1)[0]
        if now and now not in before and 2 * count > counted.total():
            found[was] = now
    return found


def _with_roles(
    old: Sequence[Turn], new: Sequence[Turn], renamed: Mapping[str, str]
) -> tuple[Turn, ...]:
    """The new turns, with the roles that their speakers had: a person may have set them."""
    counts: dict[str, Counter[str]] = {}
    for turn in old:
        if turn.speaker:
            name = renamed.get(turn.speaker, turn.speaker)
            counts.setdefault(name, Counter())[turn.role] += 1
    roles = {name: counted.most_common(1)[0][0] for name, counted in counts.items()}
    known = {name: role for name, role in roles.items() if role != UNKNOWN}
    return tuple(replace(turn, role=known.get(turn.speaker or "", turn.role)) for turn in new)


__all__ = ["CorrectionKeeping", "Moved", "Replacement"]
