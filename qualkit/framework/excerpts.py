"""Excerpts: stretches of one source that codings of one cell mark, and how they are attributed."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from qualkit.framework.records import Excerpt
from qualkit.model import INTERVIEWER
from qualkit.tables import plain

if TYPE_CHECKING:
    import pandas as pd

Spans = Mapping[str, Sequence[tuple[int, int, str]]]


def turn_spans(turns: pd.DataFrame | None) -> Spans:
    """Start, end and role of the turns of each source."""
    spans: dict[str, list[tuple[int, int, str]]] = {}
    if turns is not None:
        columns = ("source", "start", "end", "role")
        for source, start, end, role in zip(*(turns[name] for name in columns), strict=True):
            spans.setdefault(source, []).append((int(start), int(end), role))
    return spans


def excerpts_of(
    codings: Sequence[dict[str, Any]], order: Mapping[str, int], spans: Spans
) -> Iterator[Excerpt]:
    """One excerpt for each stretch of overlapping codings, by source and place."""
    if not codings:
        return
    records = sorted(codings, key=lambda r: (order[r["source"]], r["start"], -r["end"]))
    group: list[dict[str, Any]] = []
    end = -1
    for record in records:
        if group and (record["source"] != group[0]["source"] or record["start"] >= end):
            yield _excerpt(group, spans)
            group, end = [], -1
        group.append(record)
        end = max(end, record["end"])
    yield _excerpt(group, spans)


def _excerpt(group: Sequence[Mapping[str, Any]], spans: Spans) -> Excerpt:
    first = group[0]
    start, text = int(first["start"]), first["text"]
    for record in group[1:]:
        text += record["text"][max(0, start + len(text) - record["start"]) :]
    turns = spans.get(first["source"], ())
    inside = _inside(turns, start, start + len(text))
    asked = bool(inside) and all(role == INTERVIEWER for _, _, role in inside)
    between = bool(turns) and start >= turns[0][0]
    return Excerpt(
        text=text,
        words=_spoken(text, start, inside, mark=not asked) or ("[...]" if between else text),
        source=first["source"],
        start=start,
        end=start + len(text),
        attribution=attribution({**first, "role": "Interviewer"} if asked else first),
        codes=_each(record["code_name"] for record in group),
        coders=_each(record["coder"] for record in group),
        stances=tuple(
            dict.fromkeys((str(r["stance"]), str(r["coder"])) for r in group if _given(r["stance"]))
        ),
        ratings=tuple(
            dict.fromkeys(
                (str(r["code_name"]), int(r["rating"])) for r in group if _given(r["rating"])
            )
        ),
        codings=tuple(str(record["coding"]) for record in group),
    )


def _spoken(text: str, start: int, parts: Sequence[tuple[int, int, str]], *, mark: bool) -> str:
    """The words of parts of turns; an interviewer's among a participant's are marked as theirs."""
    said = []
    for a, b, role in parts:
        words = text[a - start : b - start]
        said.append(f"[Interviewer: {words}]" if mark and role == INTERVIEWER else words)
    return " [...] ".join(said)


def taken_from(words: str, text: str) -> bool:
    """Whether words as they are printed are made of pieces of a text, in order, and of marks.

    >>> taken_from("We met. [...] [Interviewer: When?]", "A: We met. B: When?")
    True
    >>> taken_from("When? [...] We met.", "A: We met. B: When?")
    False
    """
    at = 0
    for part in words.split("[...]"):
        for said in _without_marks(part):
            if (found := text.find(said, at)) >= 0:
                at = found + len(said)
                break
        else:
            return False
    return True


def _without_marks(part: str) -> Iterator[str]:
    """A piece of an excerpt as it stands, and without the marks round an interviewer's words."""
    opened = part.strip().removeprefix("[Interviewer: ")
    for words in (part.strip(), opened):
        yield words
        yield words.removesuffix("]").strip()


def _inside(
    turns: Sequence[tuple[int, int, str]], start: int, end: int
) -> list[tuple[int, int, str]]:
    """The parts of turns that lie within a stretch; none where it holds no words of any."""
    first = max(0, bisect_right(turns, start, key=lambda turn: turn[0]) - 1)
    parts = []
    for a, b, role in turns[first:]:
        if a >= end:
            break
        if b > start:
            parts.append((max(a, start), min(b, end), role))
    return parts


def _each(values: Iterable[object]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(value) for value in values if _given(value)))


def _given(value: object) -> bool:
    if value is None or isinstance(value, str):  # most are
        return bool(value)
    return plain(value) not in {None, ""}


def attribution(coding: Mapping[str, Any]) -> str:
    """Who speaks, where and when, without a name: ``Deputy head, Northmoor, 4:05``.

    >>> attribution({"role": "Nurse", "case": "Salt", "source": "s1", "time": 65.0, "line": 9})
    'Nurse, Salt, 1:05'
    """
    role = next((coding[k] for k in ("role", "stakeholder_type") if _given(coding.get(k))), None)
    who = [str(part) for part in (role or coding["source"], coding["case"]) if _given(part)]
    return ", ".join([*dict.fromkeys(who), *_where(coding)])


def _where(coding: Mapping[str, Any]) -> list[str]:
    if _given(coding.get("time")):
        return [clock(float(coding["time"]))]
    for place in ("page", "line"):
        if _given(coding.get(place)):
            return [f"{place} {int(coding[place])}"]
    return []


def clock(time: float) -> str:
    """Seconds as minutes and seconds, with hours where there are any.

    >>> clock(65.4), clock(3729.0)
    ('1:05', '1:02:09')
    """
    minutes, seconds = divmod(int(time), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"


def spread(excerpts: list[Excerpt], limit: int | None) -> list[Excerpt]:
    """At most `limit` excerpts, one from each source before a second from any."""
    if limit is None or len(excerpts) <= limit:
        return excerpts
    turn: dict[str, int] = {}
    ranks = []
    for n, excerpt in enumerate(excerpts):
        turn[excerpt.source] = turn.get(excerpt.source, 0) + 1
        ranks.append((turn[excerpt.source], n))
    kept = {n for _, n in sorted(ranks)[:limit]}
    return [excerpt for n, excerpt in enumerate(excerpts) if n in kept]
