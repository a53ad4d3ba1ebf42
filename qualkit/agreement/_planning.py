"""What of a study is compared: which codes, sources and coders, and who with whom."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING, Any

from qualkit.agreement._tally import Line, Plan
from qualkit.agreement.consensus import CONSENSUS
from qualkit.agreement.units import SENTENCE, TURN, units_of
from qualkit.errors import UnknownName
from qualkit.stretches import common, merged
from qualkit.tables import plain

if TYPE_CHECKING:
    import pandas as pd

    from qualkit.agreement.presence import Presence
    from qualkit.agreement.study import Settings


def reference_of(against: str | None) -> str | None:
    """The name under which what coders are held to stands among them; None for no such thing."""
    if against is None:
        return None
    if against.casefold() != CONSENSUS.casefold():
        raise UnknownName("layer to compare with", against, [CONSENSUS])
    return CONSENSUS


def with_reference(
    there: Presence, codings: pd.DataFrame, reference: str, test: str | None
) -> Presence:
    """Who is present, and the consensus wherever two made it or it says something."""
    present = dict(there.present)
    makers = {p: [one for one in who if one != test] for p, who in present.items()}
    said = codings[codings["coder"] == reference]
    places = set(zip(said["source"], said["codebook"], strict=True))
    assigned = dict(there.assigned)
    for place in sorted(places | {p for p, who in makers.items() if len(who) > 1}):
        who = makers.get(place, [])
        present[place] = (*present.get(place, ()), reference)
        if len(who) > 1:
            held = assigned.get((place[0], reference), [])
            assigned[place[0], reference] = merged([*held, *_shared(there, place[0], who)])
    return replace(there, present=present, assigned=assigned)


def _shared(there: Presence, source: str, coders: Sequence[str]) -> list[tuple[int, int]]:
    """What two of some coders at least were to read."""
    read = [there.stretches(source, coder) for coder in coders]
    return merged(span for a, b in combinations(read, 2) for span in common(a, b))


def refuse_unknown(
    settings: Settings, codings: pd.DataFrame, assignments: pd.DataFrame | None,
    sources: pd.DataFrame, coders: pd.DataFrame | None = None,
) -> None:  # fmt: skip
    """Refuse coders and sources that the study does not have."""
    names = set(codings["coder"]) | set(() if assignments is None else assignments["coder"])
    names |= set(() if coders is None else coders["name"])  # also those who coded nothing yet
    for coder in settings.coders:
        if coder not in names:
            raise UnknownName("coder", coder, sorted(names))
    for source in settings.sources:
        if source not in set(sources["source"]):
            raise UnknownName("source", source, sources["source"].tolist())


def plan_of(
    settings: Settings, there: Presence, *, turns: pd.DataFrame, codes: pd.DataFrame,
    sources: pd.DataFrame, reference: str | None,
) -> tuple[Plan, tuple[int, ...]]:  # fmt: skip
    """Who is compared on what, and the numbers of the lines that are codes."""
    lines = _codes(settings, codes)
    of_themes = _themes(codes, lines)
    books = {line.codebook for line in lines}
    chosen = set(settings.sources or sources["source"])
    places = {p: who for p, who in there.present.items() if p[0] in chosen and p[1] in books}
    coders, pairs = _pairs(settings, places.values(), reference)
    both = {frozenset((coders[a], coders[b])) for a, b in pairs}
    held = {p[0] for p, who in places.items() if any(one <= set(who) for one in both)}
    units = None
    if settings.unit in {SENTENCE, TURN}:
        heard = turns[turns["source"].isin(held)]
        units = units_of(heard, settings.unit, interviewer=settings.interviewer)
    plan = Plan(
        tuple(sorted(held)), (*lines, *of_themes), coders, pairs, reference is None,
        settings.unit, settings.share, settings.overlap, units,
    )  # fmt: skip
    return plan, tuple(range(len(lines)))


def _pairs(
    settings: Settings, places: Iterable[Sequence[str]], reference: str | None
) -> tuple[tuple[str, ...], tuple[tuple[int, int], ...]]:
    """The coders and pairs of them that have a source in common, or all that were asked for."""
    seen: set[tuple[str, str]] = set()
    for who in places:
        named = sorted(one for one in who if one == reference or not settings.coders
                       or one in settings.coders)  # fmt: skip
        seen |= {
            (a, b) for a, b in combinations(named, 2) if reference is None or reference in (a, b)
        }
    asked = (
        sorted({*settings.coders, *([reference] if reference else [])}) if settings.coders else []
    )
    met = sorted(asked or {one for pair in seen for one in pair})
    if reference in met:  # the consensus always comes second
        met = [*(one for one in met if one != reference), str(reference)]
    number = {name: n for n, name in enumerate(met)}
    found = {tuple(sorted((number[a], number[b]))) for a, b in seen}
    if not found and len(met) > 1:
        every = combinations(range(len(met)), 2)
        found = {p for p in every if reference is None or met[p[1]] == reference}
    return tuple(met), tuple(sorted((a, b) for a, b in found))


def _codes(settings: Settings, codes: pd.DataFrame) -> list[Line]:
    """The codes that are compared, in the codebook's order."""
    books = list(dict.fromkeys(codes["codebook"]))
    for name in settings.codebooks:
        if name not in books:
            raise UnknownName("codebook", name, books)
    columns = ("codebook", "code", "name", "theme", "parent")
    rows = list(zip(*(codes[name] for name in columns), strict=True))
    wanted = _below(settings.codes, rows)
    return [
        Line(book, code, str(name), str(theme), frozenset({code}))
        for book, code, name, theme, _ in rows
        if (not settings.codebooks or book in settings.codebooks)
        and (wanted is None or (book, code) in wanted)
    ]


def _below(names: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> set[tuple[str, str]] | None:
    """The codes of these names and all below them; None where none is named."""
    if not names:
        return None
    spelt: dict[str, set[tuple[str, str]]] = {}
    for book, code, name, *_ in rows:
        for word in (code, f"{book}/{code}", name):
            spelt.setdefault(str(word), set()).add((book, code))
    for name in names:
        if name not in spelt:
            raise UnknownName("code", name, sorted(spelt))
    found = {place for name in names for place in spelt[name]}
    parents = {(book, code): plain(parent) for book, code, _, _, parent in rows}
    return {place for place in parents if found & set(_upwards(place, parents))}


def _upwards(
    place: tuple[str, str], parents: Mapping[tuple[str, str], Any]
) -> list[tuple[str, str]]:
    """A code and those above it."""
    made = [place]
    while (above := parents.get(made[-1])) and (place[0], above) not in made:
        made.append((place[0], str(above)))
    return made


def _themes(codes: pd.DataFrame, lines: Sequence[Line]) -> list[Line]:
    """The themes of the codes that are compared, each with those of its codes that are."""
    names = {
        (b, c): str(n)
        for b, c, n in zip(codes["codebook"], codes["code"], codes["name"], strict=True)
    }
    members: dict[tuple[str, str], set[str]] = {}
    for line in lines:
        members.setdefault((line.codebook, line.theme), set()).add(line.code)
    return [
        Line(book, theme, names.get((book, theme), theme), theme, frozenset(held))
        for (book, theme), held in members.items()
    ]
