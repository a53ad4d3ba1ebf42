"""Which sources or segments two coders both code: drawn by a seed, a share of every group.

What is drawn hangs on names and the seed alone, never on the order of rows: the same call gives
the same sample on any machine, and whoever doubts it can draw it again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar

from qualkit.agreement._values import values_of
from qualkit.errors import UnknownName
from qualkit.model import INTERVIEWER, seal

if TYPE_CHECKING:
    import pandas as pd

_Thing = TypeVar("_Thing", str, tuple[str, int, int])


def sample_sources(
    sources: pd.DataFrame,
    *,
    share: float | None = None,
    number: int | None = None,
    by: str | None = None,
    cases: pd.DataFrame | None = None,
    seed: int = 1,
) -> list[str]:
    """Names of sources drawn at random, by the alphabet.

    Parameters
    ----------
    sources, cases : DataFrame
        As a project gives them.
    share : float, optional
        How much of them, over 0 up to 1; at least one source.
    number : int, optional
        How many, instead of a share.
    by : str, optional
        An attribute of sources or cases: each of its values gets its share, by largest
        remainders, and at least one where there are enough to go round.
    seed : int
        Another seed draws another sample.

    Returns
    -------
    list of str

    Raises
    ------
    ValueError
        Where neither or both of `share` and `number` are given, or one that cannot be.
    UnknownName
        For an attribute that is not there.

    Examples
    --------
    >>> import pandas as pd
    >>> sources = pd.DataFrame({"source": ["a", "b", "c", "d", "e", "f"], "region": list("NNNNSS")})
    >>> sample_sources(sources, number=3, by="region")
    ['b', 'c', 'f']
    """
    names = [str(name) for name in sources["source"]]
    stratum = dict.fromkeys(names, "") if by is None else values_of(sources, by, cases)
    wanted = _wanted(len(names), share, number, "sources")
    return sorted(_drawn(names, [stratum[name] for name in names], wanted, seed))


def sample_segments(
    segments: pd.DataFrame,
    *,
    share: float | None = None,
    number: int | None = None,
    by: str | None = None,
    sources: pd.DataFrame | None = None,
    interviewer: bool = False,
    seed: int = 1,
) -> pd.DataFrame:
    """Segments drawn at random, in the order of the text.

    Parameters
    ----------
    segments : DataFrame
        As :func:`qualkit.segmenting.by_sentences` gives them.
    share, number, seed
        As for :func:`sample_sources`.
    by : str, optional
        A column of `segments`, such as ``source`` or ``speaker``, or an attribute of `sources`.
    sources : DataFrame, optional
        As a project gives them; needed where `by` is an attribute of theirs.
    interviewer : bool
        Draw from what interviewers say as well.

    Returns
    -------
    DataFrame
        ``source``, ``start``, ``end`` (code points, half-open), by source and place.

    Raises
    ------
    ValueError
        Where neither or both of `share` and `number` are given, or one that cannot be.
    UnknownName
        For an attribute that is not there.
    """
    import pandas as pd

    said = segments if interviewer else segments[segments["role"] != INTERVIEWER]
    columns = [said[name].tolist() for name in ("source", "start", "end")]
    places = [(str(s), int(start), int(end)) for s, start, end in zip(*columns, strict=True)]
    strata = _strata(said, by, sources)
    wanted = _wanted(len(places), share, number, "segments")
    drawn = sorted(_drawn(places, strata, wanted, seed))
    return pd.DataFrame(drawn, columns=["source", "start", "end"]).astype(
        {"start": "int64", "end": "int64"}
    )


def _strata(said: pd.DataFrame, by: str | None, sources: pd.DataFrame | None) -> list[str]:
    if by is None:
        return [""] * len(said)
    if by in said.columns:
        return [str(value) for value in said[by]]
    if sources is None:
        raise UnknownName("column of segments", by, [str(name) for name in said.columns])
    value = values_of(sources, by)
    return [value.get(str(source), "") for source in said["source"]]


def _wanted(held: int, share: float | None, number: int | None, what: str) -> int:
    """How many are to be drawn."""
    if (share is None) == (number is None):
        raise ValueError("say how much to draw: either a share or a number")
    if held == 0:
        raise ValueError(f"there are no {what} to draw from")
    if share is not None:
        if not 0 < share <= 1:
            raise ValueError(f"share {share} is not over 0 and up to 1")
        return max(1, int(share * held + 0.5))
    if number is None or not 1 <= number <= held:
        raise ValueError(
            f"{number} of {held} {what} cannot be drawn; give a number from 1 to {held}"
        )
    return number


def _drawn(things: Sequence[_Thing], strata: Sequence[str], wanted: int, seed: int) -> list[_Thing]:
    """So many things, by the order of their seals; every stratum has its share."""
    members: dict[str, list[_Thing]] = {}
    for thing, stratum in zip(things, strata, strict=True):
        members.setdefault(stratum, []).append(thing)
    counts = allocation({name: len(held) for name, held in members.items()}, wanted)
    chosen: list[_Thing] = []
    for name, count in counts.items():
        chosen += sorted(members[name], key=lambda thing: (seal(seed, thing), thing))[:count]
    return chosen


def allocation(sizes: Mapping[str, int], wanted: int) -> dict[str, int]:
    """How many come from each stratum: in proportion, by largest remainders, none left out.

    Parameters
    ----------
    sizes : mapping
        How many each stratum has.
    wanted : int
        How many are drawn, at most all.

    Examples
    --------
    >>> allocation({"North": 8, "South": 3, "East": 1}, 4)
    {'East': 1, 'North': 2, 'South': 1}
    """
    total = sum(sizes.values())
    names = sorted(sizes)
    counts = {name: wanted * sizes[name] // total for name in names}
    by_remainder = sorted(names, key=lambda name: (-(wanted * sizes[name] % total), -sizes[name]))
    for name in by_remainder[: wanted - sum(counts.values())]:
        counts[name] += 1
    if wanted >= len(names):
        for name in names:
            if counts[name] == 0:
                counts[
                    max(names, key=lambda one: _spare(counts[one], wanted * sizes[one] / total))
                ] -= 1
                counts[name] = 1
    return counts


def _spare(count: int, quota: float) -> tuple[bool, float, float]:
    """Who can best give one up: never a last one, then who has most above what is due."""
    return count > 1, count - quota, quota
