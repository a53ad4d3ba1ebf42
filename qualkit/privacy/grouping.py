"""Identifiers put together where they are one person's or place's, with what may stand instead.

Replacements stand in [brackets], as the UK Data Service advises, and are the same wherever the
same name is meant. They are proposals: a person decides.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

from qualkit.privacy import vocabulary as known
from qualkit.privacy.finding import Found

if TYPE_CHECKING:
    import pandas as pd

COLUMNS: Final = (
    "group", "kind", "text", "variants", "count", "sources", "context", "suggestion",
)  # fmt: skip
_NAMES: Final = frozenset({"person", "place", "organisation", "name"})
_FIXED: Final = {
    "phone": "[phone number]", "email": "[email address]", "nhs": "[NHS number]",
    "postcode": "[postcode]", "handle": "[user name]", "address": "[address]",
    "number": "[number]", "url": "[web address]",
}  # fmt: skip
_YEAR: Final = re.compile(r"(?:19|20)\d\d")


def grouped(found: Iterable[Found]) -> pd.DataFrame:
    """What was found, one row for each person, place, number ... with a suggested replacement.

    Parameters
    ----------
    found : iterable of Found
        Of one text or of many.

    Returns
    -------
    DataFrame
        Columns ``group`` (from 1, in the order of the first mention), ``kind``, ``text`` (the
        longest of its names), ``variants`` (a tuple: every way in which it is written, without
        the `'s` of possession), ``count``, ``sources`` (a tuple), ``context`` of the first mention,
        and ``suggestion``, in brackets.

    Notes
    -----
    Names are one group where they are alike without case, accents and title, and where a first
    or last name alone stands for one full name only (`Sarah`, `Sarah Holt`). Names merely spelt
    nearly alike are not put together: `Ellie` and `Ollie` are two children.

    Examples
    --------
    >>> from qualkit.privacy.finding import scan
    >>> table = grouped(scan("Sarah Holt rang. I like Sarah. We met in Crewe."))
    >>> table[["kind", "text", "count", "suggestion"]].to_dict("split")["data"]
    [['person', 'Sarah Holt', 2, '[Person 1]'], ['place', 'Crewe', 1, '[Place A]']]
    """
    import pandas as pd

    groups: dict[str, list[Found]] = {}
    kept = list(found)
    keys = [_key(one) for one in kept]
    whole = _full_names(keys)
    for one, key in zip(kept, keys, strict=True):
        groups.setdefault(whole.get(key, key), []).append(one)
    counts: Counter[str] = Counter()
    rows = [_row(n, members, counts) for n, members in enumerate(groups.values(), start=1)]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _key(found: Found) -> str:
    """What is the same for all ways in which one name is written."""
    if found.kind not in _NAMES:
        return f"{found.kind}:{re.sub(r'[^a-z0-9@._]+', '', found.text.casefold())}"
    words = [known.bare(word.strip(".,")) for word in known.folded(found.text).split()]
    while len(words) > 1 and words[0] in known.TITLES:
        words = words[1:]
    return "name:" + " ".join(words)


def _full_names(keys: Iterable[str]) -> dict[str, str]:
    """For each first or last name alone, the one full name that has it."""
    owners: dict[str, set[str]] = {}
    for key in set(keys):
        words = key.removeprefix("name:").split()
        if key.startswith("name:") and len(words) > 1:
            for word in {words[0], words[-1]} - {*known.ORGANISATIONS, *known.STREETS}:
                owners.setdefault(f"name:{word}", set()).add(key)
    return {word: next(iter(full)) for word, full in owners.items() if len(full) == 1}


def _row(number: int, members: Sequence[Found], counts: Counter[str]) -> tuple[object, ...]:
    kinds = Counter(one.kind for one in members if one.kind != "name")
    kind = kinds.most_common(1)[0][0] if kinds else "name"
    variants = tuple(
        sorted({_without_possession(one.text) for one in members}, key=lambda v: (-len(v), v))
    )
    sources = tuple(dict.fromkeys(one.source for one in members if one.source))
    suggestion = _suggestion(kind, variants[0], counts)
    return (
        number,
        kind,
        variants[0],
        variants,
        len(members),
        sources,
        members[0].context,
        suggestion,
    )


def _without_possession(text: str) -> str:
    return re.sub(r"['’]s$", "", text)


def _suggestion(kind: str, text: str, counts: Counter[str]) -> str:
    if kind in _FIXED:
        return _FIXED[kind]
    if kind == "date":
        year = _YEAR.search(text)
        return f"[date, {year.group()}]" if year else "[date]"
    noun = _noun(kind, text)
    counts[noun] += 1
    return f"[{noun} {_letters(counts[noun]) if noun == 'Place' else counts[noun]}]"


def _noun(kind: str, text: str) -> str:
    if kind == "organisation":
        words = [known.bare(word) for word in known.folded(text).split()]
        nouns = (
            known.ORGANISATIONS[word] for word in reversed(words) if word in known.ORGANISATIONS
        )
        return next(nouns, "Organisation")
    return {"person": "Person", "place": "Place"}.get(kind, "Name")


def _letters(number: int) -> str:
    """A, B ... Z, AA, AB ...

    >>> _letters(1), _letters(26), _letters(27)
    ('A', 'Z', 'AA')
    """
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
