"""Of what a capitalised name is the name: its own words tell, or those before it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from qualkit.privacy import vocabulary as known
from qualkit.privacy.tokens import Token

OWNERS: Final = known.lists()["owners"]
CALLS: Final = known.lists()["calls"]
_PLACE_PARTICLES: Final = frozenset({"upon", "under", "super", "le"})
_Told = tuple[str, str] | None


def kind_of(words: Sequence[Token], begin: int, stop: int) -> tuple[str, str]:
    """The kind of the name that a run of words is, and why, in words."""
    run = words[begin:stop]
    before = words[begin - 1].folded if begin and run[0].joined else ""
    two_before = words[begin - 2].folded if begin > 1 else ""
    return (
        _by_its_form(run)
        or _by_what_somebody_is(before, two_before)
        or _by_lists(run, before)
        or _by_preposition(run, before)
    )


def _by_its_form(run: Sequence[Token]) -> _Told:
    first, last = run[0], run[-1]
    if len(run) > 1 and first.bare in known.TITLES and first.folded == first.bare:
        return "person", f"after a title ({first.word})"
    if len(run) > 1 and last.bare in known.ORGANISATIONS:
        return "organisation", f"ends like the name of an organisation ({last.word})"
    if len(run) > 1 and first.bare in known.SAINTS:
        return "organisation", "named after a saint"
    return _by_what_it_is_called(run)


def _by_what_it_is_called(run: Sequence[Token]) -> _Told:
    first, last = run[0], run[-1]
    if {first.bare, first.folded} & known.SERVICES:
        return "organisation", "the name of a charity or service"
    if first.word == "The":
        return "organisation", "capitalised with its article"
    if len(run) > 1 and last.bare in known.STREETS:
        return "place", f"ends like the name of a street ({last.word})"
    return None


def _by_what_somebody_is(before: str, two_before: str) -> _Told:
    if before in known.RELATIONS and two_before in OWNERS:
        return "person", f"after '{two_before} {before}'"
    if before in CALLS:
        return "person", f"after '{before}'"
    return None


def _by_lists(run: Sequence[Token], before: str) -> _Told:
    first = run[0]
    if any(token.bare in known.PLACES or token.word in _PLACE_PARTICLES for token in run):
        return "place", "the name of a place"
    if any(part in known.FIRST for part in {first.bare, *first.bare.split("-")}):
        return "person", "a first name"
    if first.bare in known.AMBIGUOUS and before not in {"at", "in", "the"}:
        return "person", "a first name that is a word too"
    return None


def _by_preposition(run: Sequence[Token], before: str) -> tuple[str, str]:
    if before in {"in", "near", "to"}:
        return "place", f"a capitalised word after '{before}'"
    if before == "at":
        return "organisation", "a capitalised word after 'at'"
    if run[0].opens:
        return "name", "begins a sentence and is no everyday word"
    return "name", "a capitalised word within a sentence"
