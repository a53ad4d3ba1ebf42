"""Where coders disagree, passage by passage: what a supervisor reads before any coefficient.

A passage grows from codings of one code that share words, whoever made them. All who counted
there judged it: those who coded the source with that codebook, and those who are done with it
(:mod:`qualkit.agreement.presence`). They agree where all of them marked the same words, within
`overlap`, and said the same of them. Otherwise they disagree, in one of five ways:

``missed``
    Some marked the words and others did not.
``other code``
    Others chose another code of the codebook for half of the words or more.
``boundary``
    All marked them, but began or ended elsewhere.
``stance``, ``rating``
    All marked the same words, and said different things of them.

Words that do not count (an interviewer's, by default) are not compared, and neither is white
space at the ends of a coding.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from qualkit.agreement._passages import KINDS, Passage, passages_of
from qualkit.agreement._places import Places
from qualkit.agreement._verdicts import CHANGED, OPEN, SETTLED, STATUSES, Verdicts
from qualkit.errors import UnknownName

if TYPE_CHECKING:
    import pandas as pd

    from qualkit.agreement._passages import Mark
    from qualkit.agreement._verdicts import Verdict

__all__ = [
    "CHANGED", "COLUMNS", "KINDS", "OPEN", "SETTLED", "STATUSES", "Context", "Run", "confusion",
    "context_of", "disagreements", "narrowed",
]  # fmt: skip

COLUMNS: Final = (
    "disagreement", "source", "start", "end", "text", "kind", "also", "codebook", "codes",
    "coders", "sides", "speaker", "time", "line", "status", "decision", "choice", "decider",
    "decided", "reason", "result", "seals",
)  # fmt: skip
_CONFUSION: Final = (
    "codebook", "code_a", "name_a", "code_b", "name_b", "passages", "open", "characters", "by",
    "disagreements",
)  # fmt: skip
_AROUND: Final = 300  # characters of a turn that are shown on each side


def disagreements(
    codings: pd.DataFrame,
    *,
    turns: pd.DataFrame,
    assignments: pd.DataFrame | None = None,
    codes: pd.DataFrame | None = None,
    decisions: pd.DataFrame | None = None,
    overlap: float = 0.9,
    interviewer: bool = False,
    sources: Sequence[str] | None = None,
) -> pd.DataFrame:
    """Every passage on which coders disagree, settled or not.

    Parameters
    ----------
    codings, turns, assignments, codes, decisions : DataFrame
        With the columns of :mod:`qualkit.tables`; `turns` with or without words. Without
        `codes`, ties between codes that could be taken for each other are broken by name alone.
    overlap : float
        Above 0, at most 1: the share of all words that either of two coders marked, from which
        they marked the same.
    interviewer : bool
        Compare what interviewers say as well.
    sources : sequence of str, optional
        Look at these alone.

    Returns
    -------
    DataFrame
        One row a passage, sources as in `turns`, in the order of the text:

        ``disagreement``
            An id that the same codings have again.
        ``source``, ``start``, ``end``, ``text``
            From the first word that anybody marked to the last; code points, half-open.
        ``kind``, ``also``
            One of :data:`KINDS`, and a tuple of the others that hold too.
        ``codebook``, ``codes``
            The codes that were chosen, a tuple.
        ``coders``
            All who judged it, by name, whether they marked anything or not.
        ``sides``
            A list with one mapping for each of them: ``coder``; ``codings``, a list of mappings
            with ``coding``, ``start``, ``end``, ``text``, ``code``, ``code_name``, ``stance``,
            ``rating`` and ``memo``, empty where they marked nothing; and ``starts_after`` and
            ``ends_before``: by how many characters their words begin after the passage does and
            end before it, None where they marked nothing.
        ``speaker``, ``time``, ``line``
            Of the turn in which it begins.
        ``status``
            ``open``, ``settled``, or ``changed since``: it was settled, and then somebody changed
            one of its codings, or added or removed one.
        ``decision``, ``choice``, ``decider``, ``decided``, ``reason``, ``result``
            What was decided on it last, as in the table of decisions; None where nothing was.
        ``seals``
            The id of each of its codings with what it is now, for a decision to note.

    Raises
    ------
    TableError
        For a table that lacks a column, a coding whose words are not as long as its place, an
        overlap that is none.

    Examples
    --------
    >>> import pandas as pd
    >>> from qualkit.tables import COLUMNS
    >>> rows = [("k1", "p7", 4, 13, "They rang", "b", "access", "Ann"),
    ...         ("k2", "p7", 4, 18, "They rang back", "b", "access", "Bo")]
    >>> names = ["coding", "source", "start", "end", "text", "codebook", "code", "coder"]
    >>> codings = pd.DataFrame(rows, columns=names).reindex(columns=COLUMNS["codings"])
    >>> turns = pd.DataFrame([("p7", "participant", 4, 19)], columns=["source", "role", "start",
    ...     "end"]).reindex(columns=COLUMNS["turns"])
    >>> found = disagreements(codings, turns=turns).iloc[0]
    >>> found["text"], found["kind"], [side["ends_before"] for side in found["sides"]]
    ('They rang back', 'boundary', [5, 0])
    """
    found = passages_of(
        codings, turns=turns, assignments=assignments, codes=codes, overlap=overlap,
        interviewer=interviewer, sources=sources,
    )  # fmt: skip
    return table_of([one for one in found if one.open], Verdicts(decisions), Places(turns))


def table_of(found: Sequence[Passage], verdicts: Verdicts, places: Places) -> pd.DataFrame:
    """Passages as a table with the columns of :func:`disagreements`."""
    import pandas as pd

    bare: dict[str, dict[str, Any]] = {}  # one mapping for all passages that a coder left alone
    rows = [_row(one, *verdicts.on(one), places.of(one.source, one.start), bare) for one in found]
    made = pd.DataFrame(rows, columns=list(COLUMNS), dtype=object)  # so that None stays None
    return made.astype({"start": "int64", "end": "int64"})


def _row(
    one: Passage, status: str, verdict: Verdict | None, place: Mapping[str, Any],
    bare: dict[str, dict[str, Any]],
) -> tuple[Any, ...]:  # fmt: skip
    decided = (None,) * 6 if verdict is None else (
        verdict.id, verdict.choice, verdict.decider, verdict.decided, verdict.reason,
        [dict(row) for row in verdict.result],
    )  # fmt: skip
    marks = one.marks
    own: dict[str, list[Mark]] = {}
    for mark in marks:
        own.setdefault(mark.coder, []).append(mark)
    return (
        one.key, one.source, one.start, one.end, one.words, one.kinds[0], one.kinds[1:],
        one.codebook, tuple(part.code for part in one.parts), one.judges,
        [_side(one, coder, own.get(coder, ()), bare) for coder in one.judges], place["speaker"],
        place["time"], place["line"], status, *decided, {mark.id: mark.seal for mark in marks},
    )  # fmt: skip


def _side(
    one: Passage, coder: str, own: Sequence[Mark], bare: dict[str, dict[str, Any]]
) -> dict[str, Any]:
    if not own:
        none: list[Any] = []
        return bare.setdefault(
            coder, {"coder": coder, "codings": none, "starts_after": None, "ends_before": None}
        )
    return {
        "coder": coder,
        "codings": [_told(mark) for mark in own],
        "starts_after": min(mark.start for mark in own) - one.start,
        "ends_before": one.end - max(mark.end for mark in own),
    }


def _told(mark: Mark) -> dict[str, Any]:
    return {
        "coding": mark.id, "start": mark.start, "end": mark.end, "text": mark.text,
        "code": mark.code, "code_name": mark.name, "stance": mark.stance, "rating": mark.rating,
        "memo": mark.memo,
    }  # fmt: skip


def narrowed(
    table: pd.DataFrame,
    *,
    codes: pd.DataFrame,
    kind: str | None = None,
    code: str | None = None,
    status: str | None = None,
) -> pd.DataFrame:
    """Some of the disagreements.

    Parameters
    ----------
    table : DataFrame
        As :func:`disagreements` gives it.
    codes : DataFrame
        With the columns of :mod:`qualkit.tables`.
    kind : str, optional
        One of :data:`KINDS`, the first or another that holds too.
    code : str, optional
        A code's id, or ``codebook/code``; those below it count too.
    status : str, optional
        One of :data:`STATUSES`; ``open`` has those that changed since with it.

    Raises
    ------
    UnknownName
        For a kind, code or status that there is not.
    """
    if kind is not None:
        if kind not in KINDS:
            raise UnknownName("kind", kind, KINDS)
        held = zip(table["kind"], table["also"], strict=True)
        table = table[[kind in {first, *also} for first, also in held]]
    if status is not None:
        if status not in STATUSES:
            raise UnknownName("status", status, STATUSES)
        told = (OPEN, CHANGED) if status == OPEN else (status,)
        table = table[table["status"].isin(told)]
    if code is not None:
        own = _below(codes, code)
        held = zip(table["codebook"], table["codes"], strict=True)
        table = table[[any((book, one) in own for one in some) for book, some in held]]
    return table.reset_index(drop=True)


def _below(codes: pd.DataFrame, code: str) -> set[tuple[str, str]]:
    """A code and all codes below it, as codebook and code."""
    rows = list(zip(codes["codebook"], codes["code"], codes["parent"], strict=True))
    found = {(book, one) for book, one, _ in rows if code in {one, f"{book}/{one}"}}
    if not found:
        raise UnknownName("code", code, sorted({one for _, one, _ in rows}))
    while new := {(b, one) for b, one, parent in rows if (b, parent) in found} - found:
        found |= new
    return found


# Codes that are taken for each other -------------------------------------------------------


def confusion(table: pd.DataFrame) -> pd.DataFrame:
    """How often one code was chosen for the words that others gave another one.

    Parameters
    ----------
    table : DataFrame
        As :func:`disagreements` gives it; its passages of the kind ``other code`` are counted,
        settled or not.

    Returns
    -------
    DataFrame
        One row a pair of codes, what was confused most often first: ``codebook``; ``code_a`` and
        ``code_b``, the first by name, with ``name_a`` and ``name_b``; ``passages``, and how many
        of them are ``open`` (those that changed since with them); ``characters``, the words that
        both were given to; ``by``, a list of ``coder_a``, ``coder_b`` and ``passages``: who
        chose which; ``disagreements``, a tuple of their ids.

    Examples
    --------
    >>> import pandas as pd
    >>> confusion(pd.DataFrame([], columns=list(COLUMNS))).empty
    True
    """
    import pandas as pd

    found: dict[tuple[str, str, str], list[_Pair]] = {}
    for row in table[table["kind"] == "other code"].to_dict("records"):
        for key, pair in _pairs(row):
            found.setdefault(key, []).append(pair)
    rows = [_confused(key, pairs) for key, pairs in found.items()]
    made = pd.DataFrame(rows, columns=list(_CONFUSION))
    order = ["passages", "characters", "codebook", "code_a", "code_b"]
    return made.sort_values(order, ascending=[False, False, True, True, True], ignore_index=True)


@dataclass(frozen=True, slots=True)
class _Pair:
    """Two codes that were chosen for the same words in one passage."""

    disagreement: str
    open: bool
    names: tuple[str, str]
    characters: int
    coders: tuple[tuple[str, str], ...]


def _pairs(row: Mapping[Any, Any]) -> Iterator[tuple[tuple[str, str, str], _Pair]]:
    """Every two codes of one passage that have words in common."""
    from itertools import combinations

    from qualkit.stretches import common, measure, merged

    by_code: dict[str, list[tuple[str, dict[str, Any]]]] = {}
    for side in row["sides"]:
        for coding in side["codings"]:
            by_code.setdefault(coding["code"], []).append((side["coder"], coding))
    for a, b in combinations(sorted(by_code), 2):
        spans = [merged((one["start"], one["end"]) for _, one in by_code[code]) for code in (a, b)]
        who = sorted({(x, y) for x, _ in by_code[a] for y, _ in by_code[b]})
        names = by_code[a][0][1]["code_name"], by_code[b][0][1]["code_name"]
        shared = measure(common(*spans))
        still = row["status"] != SETTLED
        yield (row["codebook"], a, b), _Pair(row["disagreement"], still, names, shared, tuple(who))


def _confused(key: tuple[str, str, str], pairs: Sequence[_Pair]) -> tuple[Any, ...]:
    from collections import Counter

    book, a, b = key
    by = Counter(who for pair in pairs for who in pair.coders)
    told = [
        {"coder_a": x, "coder_b": y, "passages": n}
        for (x, y), n in sorted(by.items(), key=lambda item: (-item[1], item[0]))
    ]
    return (
        book, a, pairs[0].names[0], b, pairs[0].names[1], len(pairs),
        sum(pair.open for pair in pairs), sum(pair.characters for pair in pairs), told,
        tuple(pair.disagreement for pair in pairs),
    )  # fmt: skip


# A passage as it is read -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of a passage's surroundings that the same people marked.

    Attributes
    ----------
    start, end : int
        Code points into the source, half-open.
    text : str
    speaker : str or None
        Who says it.
    marked : tuple of (str, str)
        Coder and code of everybody who marked it, in the order of the sides; empty around the
        passage, and where nobody did.
    """

    start: int
    end: int
    text: str
    speaker: str | None
    marked: tuple[tuple[str, str], ...]

    @property
    def coders(self) -> tuple[str, ...]:
        """Who marked it, each once."""
        return tuple(dict.fromkeys(coder for coder, _ in self.marked))


@dataclass(frozen=True, slots=True)
class Context:
    """A disagreeing passage with what is said around it.

    Attributes
    ----------
    before, after : str
        The words of the same turns before and after it, cut at a word where they are long, with
        ``...`` there.
    runs : tuple of Run
        The passage itself, cut wherever somebody's coding or a turn begins or ends.
    """

    before: str
    runs: tuple[Run, ...]
    after: str


def context_of(
    passage: Mapping[str, Any] | pd.Series, turns: pd.DataFrame, *, around: int = _AROUND
) -> Context:
    """What is said before and after a passage in its turns, and who marked which of its words.

    Parameters
    ----------
    passage : mapping or Series
        One row of :func:`disagreements`.
    turns : DataFrame
        As ``Project.turns()`` gives them, with their words; those of its source at least.
    around : int
        Characters of a turn on each side, at most.

    Returns
    -------
    Context
        Names of speakers that stand between turns are in no run. A passage that lies in no turn
        is one run of its own words.

    Examples
    --------
    >>> import pandas as pd
    >>> sides = [{"coder": "Ann", "codings": [{"start": 5, "end": 9, "code": "x"}]},
    ...          {"coder": "Bo", "codings": [{"start": 5, "end": 14, "code": "x"}]}]
    >>> passage = {"source": "s", "start": 5, "end": 14, "text": "rang back", "sides": sides,
    ...            "speaker": None}
    >>> turns = pd.DataFrame([("s", "P7", 0, 20, "They rang back twice")],
    ...     columns=["source", "speaker", "start", "end", "text"])
    >>> found = context_of(passage, turns)
    >>> found.before, [(run.text, run.coders) for run in found.runs], found.after
    ('They ', [('rang', ('Ann', 'Bo')), (' back', ('Bo',))], ' twice')
    """
    start, end = int(passage["start"]), int(passage["end"])
    own = turns[(turns["source"] == passage["source"])]
    own = own[(own["end"] > start) & (own["start"] < end)].sort_values("start")
    held = own[["start", "end", "speaker", "text"]].to_dict("records")
    if not held:
        marked = _marked(passage, start, end)
        return Context("", (Run(start, end, passage["text"], passage["speaker"], marked),), "")
    first, last = held[0], held[-1]
    before = first["text"][: max(0, start - first["start"])]
    after = last["text"][max(0, end - last["start"]) :]
    runs = [run for turn in held for run in _runs(passage, turn, start, end)]
    return Context(_tail(before, around), tuple(runs), _head(after, around))


def _runs(
    passage: Mapping[str, Any] | pd.Series, turn: Mapping[Any, Any], start: int, end: int
) -> Iterator[Run]:
    from itertools import pairwise

    low, high = max(start, turn["start"]), min(end, turn["end"])
    ends = {at for side in passage["sides"] for one in side["codings"] for at in _ends(one)}
    cuts = sorted({low, high, *(at for at in ends if low < at < high)})
    for a, b in pairwise(cuts):
        words = turn["text"][a - turn["start"] : b - turn["start"]]
        speaker = turn["speaker"] if isinstance(turn["speaker"], str) else None
        yield Run(int(a), int(b), words, speaker, _marked(passage, a, b))


def _ends(coding: Mapping[str, Any]) -> tuple[int, int]:
    return coding["start"], coding["end"]


def _marked(
    passage: Mapping[str, Any] | pd.Series, start: int, end: int
) -> tuple[tuple[str, str], ...]:
    found = (
        (side["coder"], one["code"])
        for side in passage["sides"]
        for one in side["codings"]
        if one["start"] < end and start < one["end"]
    )
    return tuple(dict.fromkeys(found))


def _tail(text: str, most: int) -> str:
    """The last words of a text, that many characters at most."""
    if len(text) <= most:
        return text
    cut = text[len(text) - most :]
    space = cut.find(" ")
    return "... " + (cut[space + 1 :] if 0 <= space < len(cut) - 1 else cut)


def _head(text: str, most: int) -> str:
    """The first words of a text, that many characters at most."""
    if len(text) <= most:
        return text
    space = text.rfind(" ", 0, most)
    return (text[:space] if space > 0 else text[:most]) + " ..."
