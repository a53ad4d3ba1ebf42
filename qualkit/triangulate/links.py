"""Links between a theme or code and a finding: who makes them, and which ones are suggested.

A link is an evaluator's judgement that a figure speaks to a theme. Nothing links by itself:
suggestions come from what codebook and survey say of each other, then from words that are alike.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from qualkit.errors import TableError
from qualkit.matching import key_of
from qualkit.survey import PublishedTable, Survey
from qualkit.survey.findings import FINDING_COLUMNS
from qualkit.tables import plain
from qualkit.triangulate.records import Link

if TYPE_CHECKING:
    import pandas as pd

SUGGESTED_COLUMNS: Final = ("codebook", "code", "finding", "why", "score")
_NAMED, _SPEAKS = 1.0, 0.95  # the score of what the codebook names, and of what a survey says
_ALIKE: Final = 0.2  # words less alike than this are not suggested
_OF_AN_ITEM: Final = 2  # findings suggested of one item
_GRAM: Final = 4
_FEWEST: Final = 3  # letters of a word that counts
_MEASURES: Final = ("mean", "score", "change", "yes", "top-two", "percent", "total")
_WORD = re.compile(r"\w+")
_Key = tuple[str, str]


class _Found(NamedTuple):
    """A finding, as far as suggesting needs it."""

    finding: str
    survey: str
    item: str
    question: str
    rank: tuple[int, int]  # changes first, means before shares


def suggest_links(
    codes: pd.DataFrame,
    findings: pd.DataFrame,
    links: pd.DataFrame | Iterable[Link] | None = None,
    *,
    asked: Iterable[Survey | PublishedTable] = (),
    most: int = 5,
) -> pd.DataFrame:
    """Findings that an evaluator may want to link to each code.

    Parameters
    ----------
    codes : DataFrame
        With the columns of :mod:`qualkit.tables`. ``survey_items`` name items, alone or as
        ``survey/item``.
    findings : DataFrame
        As :func:`qualkit.survey.findings` gives them. Those of subgroups or single answers, and
        what cannot be used, are not suggested.
    links : DataFrame or iterable of Link, optional
        Those there are; they are not suggested again.
    asked : iterable of Survey and PublishedTable
        Whose items say themselves what they speak to.
    most : int
        Suggestions a code.

    Returns
    -------
    DataFrame
        One row a suggestion, in the order of the codes, the likeliest first: ``codebook``,
        ``code``, ``finding``, ``why`` in words, ``score``: 1 named by the codebook, 0.95 by the
        survey, else how alike the wording is, from 0.2 to 0.9. Of each item measures of
        change come first, and two at most.

    Raises
    ------
    TableError
        For a table that lacks a column.
    """
    import pandas as pd

    _check(codes, ("codebook", "code", "name", "survey_items"), "codes")
    _check(findings, ("finding", "survey", "item", "question", "measure", "change"), "findings")
    by_item = _by_item(findings)
    speaks = speaks_to(asked)
    taken = _taken(links)
    keys = list(zip(codes["codebook"], codes["code"], strict=True))
    alike = _alike([_words_of(row) for row in _records(codes)], by_item)
    rows = []
    for key, named, likeness in zip(keys, codes["survey_items"], alike, strict=True):
        wanted = [one for one in _wanted(key, _names(named), speaks, likeness, by_item)
                  if (*key, one[2]) not in taken]  # fmt: skip
        rows += [(*key, finding, why, score) for score, why, finding in wanted[:most]]
    return pd.DataFrame(rows, columns=list(SUGGESTED_COLUMNS)).astype({"score": "float64"})


def _check(table: pd.DataFrame, wanted: Sequence[str], what: str) -> None:
    missing = [name for name in wanted if name not in table.columns]
    if missing:
        known = FINDING_COLUMNS if what == "findings" else sorted(map(str, table.columns))
        raise TableError(what, f"it has no column {missing}; it should have {', '.join(known)}")


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(k): v for k, v in row.items()} for row in table.to_dict("records")]


def _by_item(findings: pd.DataFrame) -> dict[_Key, list[_Found]]:
    """The findings worth suggesting of each item: its changes, or where it has none, its levels."""
    held: dict[_Key, list[tuple[bool, _Found]]] = {}
    for row in _records(findings):
        usable, group = plain(row.get("usable", True)), plain(row.get("group")) or ""
        kind, of_one, _ = str(row["measure"]).partition(":")
        if not usable or group or (of_one and kind == "percent"):
            continue
        change = bool(row["change"])
        place = _MEASURES.index(kind) if kind in _MEASURES else len(_MEASURES)
        # the title of a published table is about all its rows: its words tell none of them apart
        asked = "" if row.get("origin") == "published" else row["question"]
        one = _Found(row["finding"], row["survey"], row["item"], asked, (not change, place))
        held.setdefault((one.survey, one.item), []).append((change, one))
    made = {}
    for key, found in held.items():
        changes = [one for change, one in found if change]
        chosen = changes or [one for _, one in found]
        made[key] = sorted(chosen, key=lambda one: one.rank)[:_OF_AN_ITEM]
    return made


def speaks_to(asked: Iterable[Survey | PublishedTable]) -> dict[str, set[_Key]]:
    """By code, alone or with its codebook, the items that say they speak to it."""
    made: dict[str, set[_Key]] = {}
    for one in asked:
        pairs = (
            one.links.items() if isinstance(one, PublishedTable)
            else [(item.id, item.speaks_to) for item in one.items]
        )  # fmt: skip
        for item, names in pairs:
            for name in names:
                made.setdefault(name, set()).add((one.id, item))
    return made


def _taken(links: pd.DataFrame | Iterable[Link] | None) -> set[tuple[str, str, str]]:
    import pandas as pd

    if isinstance(links, pd.DataFrame):
        return set(zip(links["codebook"], links["code"], links["finding"], strict=True))
    return {(one.codebook, one.code, one.finding) for one in links or ()}


def _names(named: object) -> tuple[str, ...]:
    return tuple(map(str, named)) if isinstance(named, list | tuple) else ()


def _wanted(
    key: _Key, named: Sequence[str], speaks: Mapping[str, set[_Key]],
    alike: Mapping[_Key, float], by_item: Mapping[_Key, Sequence[_Found]],
) -> list[tuple[float, str, str]]:  # fmt: skip
    """Score, reason and finding: of every item its first finding before any item's second."""
    told = speaks.get(key[1], set()) | speaks.get("/".join(key), set())
    rows = []
    for item, found in by_item.items():
        if item[1] in named or "/".join(item) in named:
            score, why = _NAMED, f"the codebook names item {item[1]} for this code"
        elif item in told:
            score, why = _SPEAKS, f"{item[0]} says that item {item[1]} speaks to this code"
        elif alike.get(item, 0) >= _ALIKE:
            score, why = alike[item], f"the wording of item {item[1]} is like that of this code"
        else:
            continue
        rows += [(score, why, one.finding, nth) for nth, one in enumerate(found)]
    rows.sort(key=lambda row: (row[0] < _SPEAKS, row[3], -row[0], row[2]))
    return [(round(score, 3), why, finding) for score, why, finding, _ in rows]


# Words that are alike ------------------------------------------------------------------------


def _words_of(code: Mapping[str, Any]) -> str:
    parts = [plain(code["name"]), plain(code.get("definition")), *_names(code.get("cues"))]
    return " ".join(str(part) for part in parts if part)


def _alike(
    texts: Sequence[str], by_item: Mapping[_Key, Sequence[_Found]]
) -> Iterator[dict[_Key, float]]:
    """For each text, how alike the wording of each item is: cosine of TF-IDF, at most 0.9."""
    asked = {item: found[0].question or found[0].item for item, found in by_item.items()}
    counted = [Counter(_grams(text)) for text in (*texts, *asked.values())]
    held = Counter(gram for counts in counted for gram in counts)
    rarity = {gram: math.log((1 + len(counted)) / (1 + n)) for gram, n in held.items()}
    vectors = [_unit({g: (1 + math.log(n)) * rarity[g] for g, n in c.items()}) for c in counted]
    where: dict[str, list[tuple[_Key, float]]] = {}
    for item, vector in zip(asked, vectors[len(texts) :], strict=True):
        for gram, weight in vector.items():
            where.setdefault(gram, []).append((item, weight))
    for vector in vectors[: len(texts)]:
        found: dict[_Key, float] = {}
        for gram, weight in vector.items():
            for item, other in where.get(gram, ()):
                found[item] = found.get(item, 0.0) + weight * other
        yield {item: min(score, 0.9) for item, score in found.items()}


def _grams(text: str) -> Iterator[str]:
    """Words of three letters and more, and all runs of four letters in longer ones."""
    for word in _WORD.findall(key_of(text).text):
        if len(word) >= _FEWEST:
            yield f" {word} "
        for at in range(len(word) - _GRAM + 1 if len(word) > _GRAM else 0):
            yield word[at : at + _GRAM]


def _unit(vector: Mapping[str, float]) -> dict[str, float]:
    size = math.sqrt(sum(weight * weight for weight in vector.values()))
    return {gram: weight / size for gram, weight in vector.items()} if size else {}
