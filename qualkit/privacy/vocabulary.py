"""The words that the search for identifiers knows: ``words.txt``, and their endings."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from importlib.resources import files
from typing import Final


@lru_cache(maxsize=1)
def lists() -> dict[str, frozenset[str]]:
    """The lists of ``words.txt`` by their names."""
    found: dict[str, set[str]] = {}
    section: set[str] = set()
    for line in files("qualkit.privacy").joinpath("words.txt").read_text("utf-8").splitlines():
        words = line.partition("#")[0].strip()
        if words.startswith("["):
            section = found.setdefault(words.strip("[] "), set())
        else:
            section.update(words.replace("’", "'").split())
    return {name: frozenset(words) for name, words in found.items()}


STARTERS: Final = lists()["starters"]
COMMON: Final = lists()["common"]
GENERIC: Final = lists()["generic"]
AMBIGUOUS: Final = lists()["ambiguous"]
FIRST: Final = lists()["first"]
PLACES: Final = lists()["places"]
SERVICES: Final = lists()["services"]
TITLES: Final = lists()["titles"]
HARD_TITLES: Final = lists()["hard_titles"]
ABBREVIATED: Final = lists()["abbreviated"]
SAINTS: Final = frozenset({"st", "saint", "saints", "ss"})
RELATIONS: Final = lists()["relations"]
ORGANISATIONS: Final = {
    "school": "School", "primary": "School", "infants": "School", "infant": "School",
    "juniors": "School", "junior": "School", "secondary": "School", "academy": "School",
    "grammar": "School", "comprehensive": "School", "comp": "School", "high": "School",
    "college": "College", "university": "University", "uni": "University", "nursery": "Nursery",
    "hospital": "Hospital", "infirmary": "Hospital", "hospice": "Hospital", "ward": "Ward",
    "clinic": "Clinic", "surgery": "Practice", "practice": "Practice", "centre": "Centre",
    "center": "Centre", "unit": "Unit", "trust": "Trust", "partnership": "Trust",
    "service": "Service", "services": "Service", "camhs": "Service", "cyps": "Service",
    "cypmhs": "Service", "mhst": "Service", "cmht": "Service", "iapt": "Service", "pru": "School",
    "team": "Team", "hub": "Service", "foundation": "Organisation", "project": "Project",
    "charity": "Charity", "church": "Church", "chapel": "Church", "mosque": "Mosque",
    "temple": "Temple", "gurdwara": "Temple", "synagogue": "Synagogue", "council": "Council",
    "police": "Police", "club": "Club", "united": "Club", "rovers": "Club", "fc": "Club",
    "network": "Organisation", "association": "Organisation", "society": "Organisation",
    "federation": "School", "institute": "Organisation", "group": "Organisation",
    "sixth": "College", "form": "College", "department": "Service", "ccg": "Trust", "icb": "Trust",
    "nhs": "Trust", "mind": "Charity", "minds": "Charity", "homestart": "Charity",
}  # fmt: skip
STREETS: Final = lists()["streets"]
LOWER_STREETS: Final = lists()["lower_streets"]
LOWER_SCHOOLS: Final = lists()["lower_schools"]
MONTHS: Final = lists()["months"]


@lru_cache(maxsize=65536)
def folded(word: str) -> str:
    """A word in small letters, without accents and with straight apostrophes.

    >>> folded("Siobhán’s")
    "siobhan's"
    """
    plain = word.casefold().replace("’", "'").replace("ʼ", "'").replace("‐", "-").replace("‑", "-")
    if plain.isascii():
        return plain
    parts = unicodedata.normalize("NFKD", plain)
    return "".join(char for char in parts if not unicodedata.combining(char))


@lru_cache(maxsize=65536)
def bare(word: str) -> str:
    """A folded word without a contraction or the mark of possession at its end.

    >>> bare("didn't"), bare("sarah's"), bare("o'brien"), bare("i'd've")
    ('did', 'sarah', "o'brien", 'i')
    """
    for ending in ("'s", "'d", "'ll", "'ve", "'re", "'m", "'"):
        if word.endswith(ending) and len(word) > len(ending):
            return bare(word[: -len(ending)])
    return word[:-3] if word.endswith("n't") and len(word) > 3 else word


def inflected(word: str, words: frozenset[str]) -> bool:
    """Whether a word, or what it is a form of, stands in a list."""
    if word in words:
        return True
    for ending, instead in (
        ("ies", "y"), ("ied", "y"), ("s", ""), ("es", ""), ("ed", ""), ("d", ""), ("ing", ""),
        ("ing", "e"), ("ly", ""), ("ily", "y"),
    ):  # fmt: skip
        if word.endswith(ending):
            stem = word[: -len(ending)] + instead
            if len(stem) > 2 and (stem in words or (stem[-1] == stem[-2] and stem[:-1] in words)):
                return True
    return False


@lru_cache(maxsize=65536)
def says_nothing(word: str) -> bool:
    """Whether a folded, bare word is never a name by itself: `the`, `mum`, `camhs`, `tuesday`.

    >>> says_nothing("would"), says_nothing("camhs"), says_nothing("kooth")
    (True, True, False)
    """
    if word in STARTERS or word in GENERIC:
        return True
    parts = [part for part in word.split("-") if part]
    return len(parts) > 1 and all(is_ordinary(part) for part in parts)


@lru_cache(maxsize=65536)
def is_ordinary(word: str) -> bool:
    """Whether a folded, bare word is one of everyday English, in any of its forms.

    >>> is_ordinary("stopped"), is_ordinary("worries"), is_ordinary("aoife")
    (True, True, False)
    """
    if word in FIRST:
        return False
    if says_nothing(word):
        return True
    return inflected(word, COMMON) or inflected(word, STARTERS)
