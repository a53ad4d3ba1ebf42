"""The consensus of several coders: a layer of its own, which leaves their codings as they are.

It is made of the words that all who counted marked with the same code, passage by passage, and of
what a supervisor decided where they differed. What one person alone was to read has no consensus.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import reduce
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from qualkit.agreement._passages import Label, Mark, Part, Passage, marks_of, passages_of
from qualkit.agreement._places import Places
from qualkit.agreement._verdicts import Verdicts
from qualkit.model import seal
from qualkit.stretches import Span, common, merged
from qualkit.tables import COLUMNS, plain

if TYPE_CHECKING:
    import pandas as pd

    from qualkit.agreement._verdicts import Verdict

CONSENSUS: Final = "Consensus"
_TYPES: Final = {"rating": "Int64", "line": "Int64", "page": "Int64", "time": "float64"}
Said = dict[str, Any]  # start, end, text, codebook, code, stance, rating, memo, created


def consensus(
    codings: pd.DataFrame,
    decisions: pd.DataFrame | None = None,
    *,
    turns: pd.DataFrame,
    assignments: pd.DataFrame | None = None,
    codes: pd.DataFrame | None = None,
    overlap: float = 0.9,
    interviewer: bool = False,
) -> pd.DataFrame:
    """What all coders agree on and what was decided, as codings by ``Consensus``.

    Parameters
    ----------
    codings, decisions, turns, assignments, codes : DataFrame
        With the columns of :mod:`qualkit.tables`; `codes` names those that only a decision
        brought in.
    overlap, interviewer
        As :func:`qualkit.agreement.disagreements.disagreements` takes them.

    Returns
    -------
    DataFrame
        A table of codings, in the order of the one given, with its columns. Of a passage that
        was settled and has not changed since: what was decided. Of any other: the words that all
        who judged it marked with the same code, with the stance and the rating on which all
        agree. Words of two passages never become one coding, and punctuation or white space
        alone is none. Where all marked exactly the same, their codings stand as they are.

    Raises
    ------
    TableError
        For a table that lacks a column, a coding whose words are not as long as its place.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = [("k1", "p7", 4, 13, "They rang", "b", "access", "Ann", "negative"),
    ...         ("k2", "p7", 4, 18, "They rang back", "b", "access", "Bo", "mixed")]
    >>> names = ["coding", "source", "start", "end", "text", "codebook", "code", "coder", "stance"]
    >>> codings = pd.DataFrame(rows, columns=names).reindex(columns=COLUMNS["codings"])
    >>> turns = pd.DataFrame([("p7", "participant", 4, 19)], columns=["source", "role", "start",
    ...     "end"]).reindex(columns=COLUMNS["turns"])
    >>> consensus(codings, turns=turns)[["text", "coder", "stance"]].values.tolist()
    [['They rang', 'Consensus', None]]
    """
    found = passages_of(
        codings, turns=turns, assignments=assignments, codes=codes, overlap=overlap,
        interviewer=interviewer,
    )  # fmt: skip
    verdicts, layer = Verdicts(decisions), _Layer(codings, turns, codes)
    made: dict[tuple[Any, ...], dict[Any, Any]] = {}
    decided = [(passage, verdicts.holding(passage)) for passage in found]
    for passage, verdict in sorted(decided, key=lambda pair: pair[1] is None):  # decided first
        for said in _shared(passage) if verdict is None else _decided(verdict):
            row = layer.row(passage.source, said, CONSENSUS)
            made.setdefault(_place(row), row)
    return layer.table(made.values())


def settled_codings(
    codings: pd.DataFrame,
    decisions: pd.DataFrame | None,
    *,
    turns: pd.DataFrame,
    assignments: pd.DataFrame | None = None,
    codes: pd.DataFrame | None = None,
    overlap: float = 0.9,
    interviewer: bool = False,
) -> pd.DataFrame:
    """Each coder's codings as if everybody had marked what was decided, for agreement after.

    Parameters
    ----------
    codings, decisions, turns, assignments, codes, overlap, interviewer
        As :func:`consensus` takes them.

    Returns
    -------
    DataFrame
        A table of codings, in the order of the one given. The codings of every passage that was
        settled and has not changed since are gone; each person who judged it has what was decided
        in their place. All others stand as they are.

    Notes
    -----
    Who is present must still be judged by the coders' own codings: somebody whose only coding of
    a source was settled away did work on it.
    """
    found = passages_of(
        codings, turns=turns, assignments=assignments, codes=codes, overlap=overlap,
        interviewer=interviewer,
    )  # fmt: skip
    verdicts, layer = Verdicts(decisions), _Layer(codings, turns, codes)
    gone: set[str] = set()
    new: dict[tuple[Any, ...], dict[Any, Any]] = {}
    for passage in found:
        verdict = verdicts.holding(passage)
        if verdict is None:
            continue
        gone |= passage.ids
        for said, judge in ((s, j) for s in _decided(verdict) for j in passage.judges):
            row = layer.row(passage.source, said, judge)
            new.setdefault(_place(row), row)
    kept = codings[~codings["coding"].isin(gone)].to_dict("records")
    there = {_place(row) for row in kept}
    return layer.table([*kept, *(row for place, row in new.items() if place not in there)])


def _place(row: Mapping[Any, Any]) -> tuple[Any, ...]:
    """What no two codings of a table share."""
    return tuple(row[name] for name in ("source", "codebook", "code", "start", "end", "coder"))


def _in_text(row: Mapping[Any, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in ("start", "end", "coder", "codebook", "code"))


# What everybody marked ---------------------------------------------------------------------


def _shared(passage: Passage) -> Iterator[Said]:
    """What all who judged a passage marked in it, part by part."""
    if len(passage.judges) < 2:
        return
    for part in passage.parts:
        if len(part.by_coder) == len(passage.judges):
            yield from _shared_in(part, agreed=not passage.kinds)


def _shared_in(part: Part, *, agreed: bool) -> Iterator[Said]:
    sides = list(part.by_coder.values())
    drawn = {tuple((m.first, m.last, *m.label) for m in own) for own in sides}
    if len(drawn) == 1:
        for same in zip(*sides, strict=True):
            yield _said(
                same, (max(m.start for m in same), min(m.end for m in same)), part, same[0].label
            )
        return
    labels = [{mark.label for mark in own} for own in sides]
    if agreed and len(labels[0]) > 1:
        yield from _by_label(part, sides, sorted(labels[0], key=str))
        return
    for span in _spans(part, sides):
        yield _said(part.marks, span, part, _unanimous(labels))


def _by_label(part: Part, sides: list[tuple[Mark, ...]], labels: list[Label]) -> Iterator[Said]:
    """Where each coder said several things of one passage: what all said of the same words."""
    for label in labels:
        own = [tuple(mark for mark in side if mark.label == label) for side in sides]
        for span in _spans(part, own):
            yield _said(part.marks, span, part, label)


def _unanimous(labels: Sequence[set[Label]]) -> Label:
    """The stance and the rating that everybody gave, None where they differ."""
    stances = {stance for own in labels for stance, _ in own}
    ratings = {rating for own in labels for _, rating in own}
    return (
        stances.pop() if len(stances) == 1 else None,
        ratings.pop() if len(ratings) == 1 else None,
    )


def _spans(part: Part, sides: Iterable[tuple[Mark, ...]]) -> Iterator[Span]:
    """The stretches that lie within everybody's codings, from word to word."""
    drawn = [merged((mark.first, mark.last) for mark in own) for own in sides]
    made: list[Span] = []
    for start, end in reduce(common, drawn):
        words = part.words(start, end)
        if not any(map(_is_word, words)):
            continue
        first = start + len(words) - len(words.lstrip())
        last = end - len(words) + len(words.rstrip())
        if made and not part.words(made[-1][1], first).strip():
            made[-1] = made[-1][0], last  # white space between two codings of one coder
        else:
            made.append((first, last))
    return iter(made)


def _is_word(character: str) -> bool:
    """Whether a character says anything: no white space, mark or control character."""
    return unicodedata.category(character)[0] not in "PZC"


def _said(marks: Iterable[Mark], span: Span, part: Part, label: Label) -> Said:
    return {
        "start": span[0], "end": span[1], "text": part.words(*span),
        "codebook": part.marks[0].codebook, "code": part.code, "stance": label[0],
        "rating": label[1], "memo": "", "created": max(mark.created for mark in marks),
    }  # fmt: skip


def _decided(verdict: Verdict) -> Iterator[Said]:
    for row in verdict.result:
        said = {name: plain(value) for name, value in row.items()}
        yield {**said, "memo": said.get("memo") or "", "created": verdict.decided}


# Rows --------------------------------------------------------------------------------------


class _Layer:
    """Makes rows of a table of codings, with what belongs to their source and their code."""

    def __init__(
        self, codings: pd.DataFrame, turns: pd.DataFrame, codes: pd.DataFrame | None
    ) -> None:
        self._codings = codings
        self._places = Places(turns)
        own = [name for name in codings.columns if name == "case" or name not in COLUMNS["codings"]]
        held = codings.drop_duplicates("source").set_index("source")[own]
        self._of_source: dict[Any, dict[Any, Any]] = held.to_dict("index")
        named = codings.drop_duplicates(["codebook", "code"])
        columns = ("code_name", "code_path", "theme")
        self._of_code = _by_code(named, dict(zip(columns, columns, strict=True)))
        if codes is not None:
            self._of_code |= _by_code(
                codes, dict(zip(columns, ("name", "path", "theme"), strict=True))
            )
        order = dict.fromkeys([*turns["source"], *sorted(set(codings["source"]))])
        self._order = {source: n for n, source in enumerate(order)}

    def row(self, source: str, said: Said, coder: str) -> dict[Any, Any]:
        """One coding by a coder, its id the same whenever it is made again."""
        place = self._places.of(source, said["start"])
        ident = seal(coder, source, *(said[name] for name in ("codebook", "code", "start", "end")))
        return {
            "coding": str(UUID(ident[:32])), "source": source, **self._of_source[source],
            **self._of_code.get((said["codebook"], said["code"]), {}), **said, "coder": coder,
            "speaker_role": place["role"],
            **{name: place[name] for name in ("speaker", "time", "line", "page", "item")},
        }  # fmt: skip

    def table(self, rows: Iterable[Mapping[Any, Any]]) -> pd.DataFrame:
        """The rows as a table, in the order of sources and their text."""
        import pandas as pd

        ordered = sorted(rows, key=lambda row: (self._order[row["source"]], *_in_text(row)))
        made = pd.DataFrame(ordered, columns=list(self._codings.columns))
        made = made.astype({name: kind for name, kind in _TYPES.items() if name in made.columns})
        return made.astype({"start": "int64", "end": "int64"})


def _by_code(
    table: pd.DataFrame, names: Mapping[str, str]
) -> dict[tuple[str, str], dict[str, Any]]:
    return {
        (row["codebook"], row["code"]): {name: row[held] for name, held in names.items()}
        for row in table.to_dict("records")
    }


# Sign-off ----------------------------------------------------------------------------------


def seal_of_source(codings: pd.DataFrame, decisions: pd.DataFrame | None, source: str) -> str:
    """One hash over what a supervisor signs off: the codings of a source, and what was decided.

    Parameters
    ----------
    codings, decisions : DataFrame
        With the columns of :mod:`qualkit.tables`.
    source : str
        Its name.

    Returns
    -------
    str
        Another one as soon as a coding's place, code, stance or rating is another, one
        comes or goes, or something else is decided; memos and reasons change nothing.
    """
    return seals_of_sources(codings[codings["source"] == source], decisions).get(source, EMPTY)


def seals_of_sources(codings: pd.DataFrame, decisions: pd.DataFrame | None) -> dict[str, str]:
    """The hash of :func:`seal_of_source` for every source with codings or decisions."""
    marks: dict[str, list[str]] = {}
    for mark in marks_of(codings):
        marks.setdefault(mark.source, []).append(f"{mark.id} {mark.seal}")
    decided: dict[str, list[str]] = {}
    for verdict in Verdicts(decisions).all:
        decided.setdefault(verdict.source, []).append(verdict.seal)
    return {
        source: _seal_of(marks.get(source, ()), decided.get(source, ()))
        for source in marks.keys() | decided.keys()
    }


def _seal_of(marks: Iterable[str], decided: Iterable[str]) -> str:
    return seal(*sorted(marks), "decided", *sorted(decided))


EMPTY: Final = _seal_of((), ())  # of a source that nobody coded
