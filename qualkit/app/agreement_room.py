"""What the page Agreement shows of disagreements: passages in their context, as plain data.

A passage is what coders disagree about: their codings of one stretch, side by side, with the
words around it. Positions are code points into the source, as everywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from qualkit.app.state import place
from qualkit.app.suggestions_room import below, code_paths, full_ids
from qualkit.framework import clock
from qualkit.model import COLOUR
from qualkit.tables import plain

if TYPE_CHECKING:
    import pandas as pd

    from qualkit.project import Project

AT_ONCE: Final = 30  # passages that the browser is sent
KINDS: Final = {
    "missed": "Coded by some, not by others",
    "other code": "Another code",
    "boundary": "Other ends",
    "stance": "Another stance",
    "rating": "Another rating",
}
OPEN: Final = "To settle"
SETTLED: Final = "Settled"
CHANGED: Final = "Changed since it was settled"
EVERY: Final = "All"
STATUSES: Final = {
    OPEN: ("open", "changed since"),
    CHANGED: ("changed since",),
    SETTLED: ("settled",),
    EVERY: ("open", "settled", "changed since"),
}
_AROUND: Final = 320  # characters of a turn that are shown on each side of a passage


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which disagreements are looked at.

    Attributes
    ----------
    status : str
        One of :data:`STATUSES`.
    kind : str or None
        One of :data:`KINDS`.
    code : str or None
        ``codebook/code``; what lies below it counts too.
    source, coder : str or None
        Names.
    """

    status: str = OPEN
    kind: str | None = None
    code: str | None = None
    source: str | None = None
    coder: str | None = None


def of_interest(table: pd.DataFrame, codes: pd.DataFrame, wanted: Wanted) -> pd.DataFrame:
    """The disagreements that are asked for, settled or not.

    Parameters
    ----------
    table : DataFrame
        As :func:`qualkit.settling.disagreements_of` gives it.
    codes : DataFrame
        With the columns of ``codes``.
    wanted : Wanted
        All of it but its status.
    """
    if wanted.kind is not None:
        table = table[table["kind"] == wanted.kind]
    if wanted.source is not None:
        table = table[table["source"] == wanted.source]
    if wanted.coder is not None:
        table = table[[wanted.coder in coders for coders in table["coders"]]]
    if wanted.code is not None:
        own = set(below(codes, [wanted.code]))
        places = zip(table["codebook"], table["codes"], strict=True)
        table = table[[any(f"{book}/{c}" in own for c in some) for book, some in places]]
    return table.reset_index(drop=True)


def with_status(table: pd.DataFrame, status: str) -> pd.DataFrame:
    """The disagreements of a status: one of :data:`STATUSES`."""
    return table[table["status"].isin(STATUSES[status])].reset_index(drop=True)


# What the browser is sent --------------------------------------------------------------------


def codes_sent(codes: pd.DataFrame) -> list[dict[str, Any]]:
    """Every code with its rules, for the browser.

    Returns
    -------
    list of dict
        ``id`` (``codebook/code``), ``codebook``, ``name``, ``path``, ``colour``, ``definition``,
        ``include``, ``exclude`` and ``scale``, a list of ``value`` and ``label``.
    """
    rows = zip(full_ids(codes), codes.to_dict("records"), strict=True)
    return [
        {
            "id": full,
            "codebook": row["codebook"],
            "name": row["name"],
            "path": row["path"],
            "colour": _colour(plain(row["colour"])),
            **{name: plain(row[name]) or "" for name in ("definition", "include", "exclude")},
            "scale": _scale(row["scale"]),
        }
        for full, row in rows
    ]


def _colour(given: object) -> str:
    """A code's colour; empty where it is none, for a browser reads it as style."""
    return given if isinstance(given, str) and COLOUR.fullmatch(given) else ""


def _scale(levels: object) -> list[dict[str, Any]]:
    held = levels if isinstance(levels, list | tuple) else ()
    return [{"value": _of(one, "value"), "label": _of(one, "label")} for one in held]


def _of(level: object, name: str) -> Any:  # noqa: ANN401 - a number or words
    return level.get(name) if isinstance(level, Mapping) else getattr(level, name)


def passages(
    project: Project, table: pd.DataFrame, *, limit: int = AT_ONCE
) -> list[dict[str, Any]]:
    """The first disagreements of a table, in context, for the component.

    Parameters
    ----------
    project : Project
    table : DataFrame
        As :func:`qualkit.settling.disagreements_of` gives it.
    limit : int
        How many, at most.

    Returns
    -------
    list of dict
        ``key``, ``source``, ``href``, ``who`` and ``where`` (speaker; time or line), ``kind``,
        ``title`` (the kind in words), ``start``, ``end``; ``turns``, each ``speaker``, ``asks``
        (whether an interviewer speaks), ``start``, ``text``, ``begun`` and ``ended`` (whether the
        turn is shown from its start and to its end); ``sides``, each ``coder`` and ``codings``;
        ``codes`` (``codebook/code``), ``status``, ``seals``, and ``decision``, None or ``id``,
        ``choice``, ``by``, ``at``, ``reason``.
    """
    rows = table.head(limit).to_dict("records")
    names = list(dict.fromkeys(str(row["source"]) for row in rows))
    turns: dict[str, list[dict[str, Any]]] = {name: [] for name in names}
    for turn in project.turns(names).to_dict("records") if names else []:
        turns[turn["source"]].append({str(key): value for key, value in turn.items()})
    return [_passage(row, turns[row["source"]]) for row in rows]


def _passage(row: Mapping[Any, Any], turns: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    start, end = int(row["start"]), int(row["end"])
    return {
        "key": row["disagreement"],
        "source": row["source"],
        "href": place(row["source"], start, end),
        "who": plain(row["speaker"]) or "",
        "where": _where(row),
        "kind": row["kind"],
        "title": _title(row),
        "start": start,
        "end": end,
        "turns": _around(turns, start, end),
        "sides": [_side(side, row["codebook"]) for side in row["sides"]],
        "codes": [f"{row['codebook']}/{code}" for code in row["codes"]],
        "status": row["status"],
        "seals": dict(row["seals"]),
        "decision": None if plain(row["decision"]) is None else _decision(row),
    }


def _title(row: Mapping[Any, Any]) -> str:
    """The kinds of a disagreement in words, the first one first."""
    first, *more = (KINDS[kind] for kind in (row["kind"], *row["also"]))
    return ", ".join([first, *(one.lower() for one in more)])


def _where(row: Mapping[Any, Any]) -> str:
    time, line = plain(row["time"]), plain(row["line"])
    if time is not None:
        return clock(float(time))
    return "" if line is None else f"line {int(float(line))}"


def _decision(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": row["decision"],
        "choice": row["choice"],
        "by": plain(row["decider"]) or "",
        "at": str(plain(row["decided"]) or "")[:16].replace("T", " "),
        "reason": plain(row["reason"]) or "",
    }


def _side(side: Mapping[str, Any], codebook: str) -> dict[str, Any]:
    return {
        "coder": side["coder"],
        "codings": [
            {
                "start": int(one["start"]),
                "end": int(one["end"]),
                "text": one["text"],
                "code": f"{codebook}/{one['code']}",
                "name": one["code_name"],
                "stance": plain(one["stance"]) or "",
                "rating": plain(one["rating"]),
                "memo": plain(one["memo"]) or "",
            }
            for one in side["codings"]
        ],
    }


def _around(turns: Sequence[Mapping[str, Any]], start: int, end: int) -> list[dict[str, Any]]:
    """The turns that a passage touches, whole or cut, and one on each side."""
    touched = [n for n, turn in enumerate(turns) if turn["end"] > start and turn["start"] < end]
    if not touched:
        return []
    shown = turns[max(0, touched[0] - 1) : touched[-1] + 2]
    return [_turn(turn, start, end) for turn in shown]


def _turn(turn: Mapping[str, Any], start: int, end: int) -> dict[str, Any]:
    begin, text = int(turn["start"]), turn["text"]
    low = _cut(text, max(0, min(start, begin + len(text)) - begin - _AROUND), back=True)
    high = _cut(text, min(len(text), max(end, begin) - begin + _AROUND), back=False)
    return {
        "speaker": str(plain(turn["speaker"]) or ""),
        "asks": turn["role"] == "interviewer",
        "start": begin + low,
        "text": text[low:high],
        "begun": low == 0,
        "ended": high == len(text),
    }


def _cut(text: str, at: int, *, back: bool) -> int:
    """A place to cut a text: between words, and never further in than was asked for."""
    if at in {0, len(text)}:
        return at
    space = text.rfind(" ", 0, at) + 1 if back else text.find(" ", at)
    return len(text) if space < 0 else space


# What comes from the browser -----------------------------------------------------------------


def note(held: dict[str, Any], sent: Iterable[object], answered: Mapping[str, str]) -> None:
    """Mark what was settled in the list that is shown, or that the list is out of date.

    Parameters
    ----------
    held : dict
        ``counted``, the disagreements settled here, and ``stale``; both are changed.
    sent : iterable
        The gestures, as a browser sent them.
    answered : mapping
        Gesture's id to its outcome, for those that were answered just now.
    """
    for gesture in sent:
        outcome = answered.get(str(gesture.get("id"))) if isinstance(gesture, Mapping) else None
        if not isinstance(gesture, Mapping) or outcome is None:
            continue
        if outcome == "refused" or gesture.get("kind") != "settle":
            held["stale"] = True
        else:
            held["counted"].add(str(gesture.get("disagreement")))


def settled_in(table: pd.DataFrame, counted: Iterable[str]) -> int:
    """How many disagreements are settled: those of the table, and those counted since.

    Parameters
    ----------
    table : DataFrame
        With the columns ``disagreement`` and ``status``.
    counted : iterable of str
        Disagreements that were settled after the table was made.
    """
    done = set(table.loc[table["status"] == "settled", "disagreement"])
    return len(done | (set(counted) & set(table["disagreement"])))


def still_settled(table: pd.DataFrame, counted: Iterable[str]) -> set[str]:
    """Those disagreements that a fresh table has as settled."""
    return set(counted) & set(table.loc[table["status"] == "settled", "disagreement"])


def kind_counts(table: pd.DataFrame) -> dict[str, int]:
    """How many disagreements there are of each kind, in the order of :data:`KINDS`."""
    counts = table["kind"].value_counts()
    return {kind: int(counts.get(kind, 0)) for kind in KINDS if kind in counts}


def coders_in(table: pd.DataFrame) -> list[str]:
    """Whoever takes part in a disagreement, by name."""
    return sorted({name for names in table["coders"] for name in names})


def codes_in(table: pd.DataFrame, codes: pd.DataFrame) -> dict[str, str]:
    """The codes that are at issue, ``codebook/code`` to path, in the codebook's order."""
    places = zip(table["codebook"], table["codes"], strict=True)
    at_issue = {f"{book}/{code}" for book, some in places for code in some}
    return {code: path for code, path in code_paths(codes).items() if code in at_issue}
