"""Who counts where: a coder who did not work on a source is missing there, never one who said no.

A coder is present on a source with a codebook where they have a coding of it there, or where they
are done with the source and used the codebook somewhere. What they were to read is their
continuum: the turns of the source, interviewers' left out, cut to the spans that they were
assigned. Who is not done with an assigned source has read it to the end of the turn of their last
coding: what stands after it is missing, and nothing that they would not code.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qualkit.model import INTERVIEWER
from qualkit.stretches import Span, common, merged
from qualkit.tables import check, plain
from qualkit.wording import many

if TYPE_CHECKING:
    import pandas as pd

Place = tuple[str, str]  # source and codebook, or source and coder


@dataclass(frozen=True, slots=True)
class Presence:
    """Who is present on which source, and what they were to read there; see :func:`presence`.

    Attributes
    ----------
    present : mapping of (source, codebook) to tuple of str
        The coders there, by name.
    turns : mapping of source to list of (start, end)
        What can be coded of each source, in order, touching turns joined.
    assigned : mapping of (source, coder) to list of (start, end)
        The spans that a coder has read, for those who were not assigned the whole source or
        are not done with it.
    notes : tuple of str
        What a reader of figures should know.
    """

    present: Mapping[Place, tuple[str, ...]]
    turns: Mapping[str, list[Span]]
    assigned: Mapping[Place, list[Span]]
    notes: tuple[str, ...] = ()

    def coders(self, source: str, codebook: str) -> tuple[str, ...]:
        """The coders who count on a source with a codebook, by name; none is an empty tuple."""
        return self.present.get((source, codebook), ())

    def stretches(self, source: str, coder: str) -> list[Span]:
        """What a coder was to read of a source: sorted spans that neither overlap nor touch."""
        whole = self.turns.get(source, [])
        held = self.assigned.get((source, coder))
        return list(whole) if held is None else common(whole, held)


def presence(
    codings: pd.DataFrame,
    assignments: pd.DataFrame | None,
    turns: pd.DataFrame,
    *,
    interviewer: bool = False,
    codebooks: Sequence[str] | None = None,
    test: str | None = None,
) -> Presence:
    """Who counts on which source with which codebook, and what each was to read there.

    Parameters
    ----------
    codings, turns : DataFrame
        With ``source``, ``start``, ``end``, ``coder`` and ``codebook``; and as
        ``Project.turns()`` gives them, with or without words.
    assignments : DataFrame or None
        As ``Project.assignments()`` gives them. Somebody with an assignment whose purpose is
        ``test`` is never present on that source.
    interviewer : bool
        Count what interviewers say as well.
    codebooks : sequence of str, optional
        Look at these alone.
    test : str, optional
        The coder who is being tested: present where they are by the rule, test or not.

    Returns
    -------
    Presence

    Raises
    ------
    TableError
        Where `assignments` lacks a column.

    Notes
    -----
    Of several assigned spans of one source, those count with which a coder is done, and those in
    which they coded something. Whoever coded a source without an assignment counts on all of it;
    whoever was assigned all of it and is not done, to the end of the turn of their last coding.

    Examples
    --------
    >>> import pandas as pd
    >>> columns = ["source", "start", "end", "coder", "codebook"]
    >>> rows = [("p1", 5, 9, "Ann", "b"), ("p1", 6, 9, "Bo", "b"), ("p2", 3, 7, "Ann", "b")]
    >>> turns = pd.DataFrame(
    ...     [("p1", "interviewer", 0, 4), ("p1", "participant", 5, 30), ("p2", "unknown", 0, 9)],
    ...     columns=["source", "role", "start", "end"])
    >>> found = presence(pd.DataFrame(rows, columns=columns), None, turns)
    >>> found.coders("p1", "b"), found.coders("p2", "b"), found.stretches("p1", "Bo")
    (('Ann', 'Bo'), ('Ann',), [(5, 30)])
    """
    used = codings if codebooks is None else codings[codings["codebook"].isin(codebooks)]
    given = _Assigned.of(assignments, codings, turns, test)
    found = set(zip(used["source"], used["codebook"], used["coder"], strict=True))
    books: dict[str, set[str]] = {}
    for _, book, coder in found:
        books.setdefault(coder, set()).add(book)
    found |= {(source, book, who) for source, who in given.done for book in books.get(who, ())}
    present: dict[Place, list[str]] = {}
    for source, book, coder in sorted(found):
        if (source, coder) not in given.tested:
            present.setdefault((source, book), []).append(coder)
    held = {place: tuple(coders) for place, coders in present.items()}
    return Presence(held, _continua(turns, interviewer), given.spans, _notes(found, given))


@dataclass(frozen=True, slots=True)
class _Assigned:
    """What assignments say, as (source, coder)."""

    done: set[Place]
    unfinished: set[Place]
    tested: set[Place]
    spans: dict[Place, list[Span]]

    @classmethod
    def of(
        cls,
        assignments: pd.DataFrame | None,
        codings: pd.DataFrame,
        turns: pd.DataFrame,
        test: str | None,
    ) -> _Assigned:
        made = cls(set(), set(), set(), {})
        if assignments is None:
            return made
        check(assignments, "assignments")
        whole: set[Place] = set()
        cut: dict[Place, list[tuple[Span, bool]]] = {}
        for row in assignments.to_dict("records"):
            place = str(row["source"]), str(row["coder"])
            if row["purpose"] == "test" and row["coder"] != test:
                made.tested.add(place)
            span = plain(row["start"]), plain(row["end"])
            finished = row["status"] == "done"
            (made.done if finished else made.unfinished).add(place)
            if span[0] is None or span[1] is None:
                whole.add(place)
            else:
                cut.setdefault(place, []).append(((int(span[0]), int(span[1])), finished))
        begun = (whole & made.unfinished) - made.done
        coded = _spans_of(codings, {*cut, *begun})
        for place, pieces in cut.items():
            if place not in whole:
                made.spans[place] = _counted(pieces, coded.get(place, []))
        last = {place: coded[place][-1][1] for place in begun if place in coded}
        made.spans.update({place: [(0, end)] for place, end in _read_to(last, turns).items()})
        return made


def _read_to(last: Mapping[Place, int], turns: pd.DataFrame) -> dict[Place, int]:
    """The end of the turn in which each coder's last coding ends."""
    ends: dict[str, list[int]] = {source: [] for source, _ in last}
    for source, end in zip(turns["source"], turns["end"], strict=True):
        if source in ends:
            ends[source].append(int(end))
    return {
        place: min((end for end in ends[place[0]] if end >= at), default=at)
        for place, at in last.items()
    }


def _counted(pieces: Iterable[tuple[Span, bool]], coded: list[Span]) -> list[Span]:
    """The assigned spans that count: finished ones, and those in which something was coded."""
    return merged([span for span, finished in pieces if finished or common([span], coded)])


def _spans_of(codings: pd.DataFrame, wanted: Collection[Place]) -> dict[Place, list[Span]]:
    found: dict[Place, list[Span]] = {}
    columns = (codings[name] for name in ("source", "coder", "start", "end"))
    for source, coder, start, end in zip(*columns, strict=True):
        if (source, coder) in wanted:
            found.setdefault((source, coder), []).append((int(start), int(end)))
    return {place: merged(spans) for place, spans in found.items()}


def _continua(turns: pd.DataFrame, interviewer: bool) -> dict[str, list[Span]]:
    """What can be coded of each source."""
    heard = turns if interviewer else turns[turns["role"] != INTERVIEWER]
    spans: dict[str, list[Span]] = {str(name): [] for name in turns["source"].unique()}
    for source, start, end in zip(heard["source"], heard["start"], heard["end"], strict=True):
        spans[source].append((int(start), int(end)))
    return {source: merged(found) for source, found in spans.items()}


def _notes(found: Iterable[tuple[str, str, str]], given: _Assigned) -> tuple[str, ...]:
    at_work = {(source, coder) for source, _, coder in found}
    unfinished = (given.unfinished - given.done - given.tested) & at_work
    if not unfinished:
        return ()
    sources = ", ".join(sorted({source for source, _ in unfinished})[:5])
    count = len(unfinished)
    return (
        f"{many(count, 'assignment')} {'is' if count == 1 else 'are'} begun and not done; what "
        f"stands after the last coding there is left out ({sources}"
        f"{' ...' if count > 5 else ''})",
    )
