"""Who a report says spoke, held against who did.

An attribution stands in parentheses or after a dash behind a quotation, in the next paragraph, or
in a clause with a verb of saying in the same sentence. It is judged by the names that the study
knows: cases, roles and types of people, sources, speakers. Another name judges nothing, and a
mention elsewhere in the sentence is no attribution.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from qualkit.quotes.finding import CREDIT
from qualkit.quotes.lookup import words_of
from qualkit.tables import plain

if TYPE_CHECKING:
    import pandas as pd

    from qualkit.quotes.finding import Quotation
    from qualkit.quotes.lookup import Index, Place

AREA, ROLE, SOURCE, SPEAKER = "area", "role", "source", "speaker"
ROLES: Final = ("role", "stakeholder_type")  # the attributes that say who somebody is
_NOTE: Final = r"\s*[.,;:!?]?(?:[\d\u00b9\u00b2\u00b3\u2070-\u2079]{1,3}(?!\w)[.,;:]?)?\s*"
_PAREN: Final = re.compile(
    rf"{_NOTE}[(\[](?P<who>(?:[^()\[\]]|\([^()\[\]]{{1,60}}\)){{2,160}})[)\]]"
)
_DASH: Final = re.compile(
    rf"{_NOTE}(?:[\u2013\u2014\u2015]|--?)\s*"
    r"(?P<who>(?:[^\n\u2013\u2014(]|\([^()]{1,60}\)){2,120}?)\s*(?:\n|$)"
)
_TAB: Final = re.compile(rf"{_NOTE}\t(?P<who>[^\t\n]{{2,160}})")
_LEAD: Final = re.compile(r"(?P<who>[^:\t\n]{2,120})[:\t]\s*$")  # ``School lead, Northmoor: "..."``
_ALONE: Final = 14  # words that a paragraph of names may have
_VERB: Final = (
    r"(?:said|says|say|saying|told|tells|explain(?:ed|s)|add(?:ed|s)|not(?:ed|es)|comment(?:ed|s)"
    r"|remark(?:ed|s)|report(?:ed|s)|recall(?:ed|s)|describ(?:ed|es)|put(?:s)?\s+it|observ(?:ed|es)"
    r"|stat(?:ed|es)|argu(?:ed|es)|ask(?:ed|s)|repli(?:ed|es)|answer(?:ed|s)|admit(?:ted|s)"
    r"|felt|feels|thought|thinks|agre(?:ed|es)|reflect(?:ed|s)|suggest(?:ed|s)|wrote|writes"
    r"|call(?:ed|s)|conclud(?:ed|es)|complain(?:ed|s)|insist(?:ed|s)|warn(?:ed|s)|confirm(?:ed|s))"
)
_ACCORDING: Final = re.compile(
    r"\b(?:according to|in the words of|for|as)\s+(?P<who>[^,;:()]{2,80})[,:]\s*$", re.IGNORECASE
)
_SAID_WHO: Final = re.compile(
    rf"\s*,?\s*{_VERB}\s+(?P<who>(?:[^.;:,()\n\"\u201c]){{2,80}})", re.IGNORECASE
)
_WHO_SAID: Final = re.compile(
    rf"\s*,?\s*(?P<who>[^.;:,()\n\"\u201c]{{2,80}}?)\s+{_VERB}\b", re.IGNORECASE
)
_PASSIVE: Final = re.compile(r"\b(?:was|were|is|are|been|be|being)\s*$", re.IGNORECASE)
_RELATIVE: Final = re.compile(r"\s*(?:who|which|whose|whom|that|and who)\b", re.IGNORECASE)
_GLUE: Final = frozenset({
    "a", "an", "the", "of", "at", "in", "from", "for", "by", "and", "or", "to", "on", "one",
    "another", "our", "interview", "with", "line", "page", "p", "pp",
})  # fmt: skip
_FINITE: Final = frozenset({
    "is", "are", "was", "were", "be", "been", "has", "had", "have", "do", "did", "does",
    "which", "who", "that", "not", "said", "says", "see", "cf", "disputed",
})  # fmt: skip
_SPOKEN: Final = frozenset({"i", "we", "you", "they", "it", "he", "she", "just", "so", "as", "but"})
_PARTS: Final = re.compile(r"[,;\u00b7|/\u2013\u2014\n]")
_BETWEEN: Final = 7  # words between the verb and the quotation


class Name(NamedTuple):
    """Something that a study calls by a name: of what kind, and the name as it is compared."""

    kind: str
    key: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Attribution:
    """What a report says of who spoke: the words, and the known names in them by their kind."""

    text: str = ""
    named: Mapping[str, frozenset[tuple[str, ...]]] = field(default_factory=dict)


class Names:
    """Every name that a study knows, and which of them are each source's own."""

    def __init__(self, sources: pd.DataFrame, index: Index) -> None:
        self.index = index
        self.kinds: dict[tuple[str, ...], set[str]] = {}
        self.own: dict[str, dict[str, set[tuple[str, ...]]]] = {}
        self.said: dict[str, tuple[str, ...]] = {}
        self.whole = _whole_only(sources)
        for row in sources.to_dict("records"):
            self._source({str(key): plain(value) for key, value in row.items()})
        for speaker, _ in index.speakers:
            if speaker and len(speaker) > 1:
                self._add(SPEAKER, speaker)
        self._add(ROLE, "interviewer")
        self.longest = max((len(key) for key in self.kinds), default=0)

    def _source(self, row: dict[str, object]) -> None:
        name = str(row["source"])
        own = self.own.setdefault(name, {AREA: set(), ROLE: set(), SOURCE: set()})
        roles = [str(row[one]) for one in ROLES if row.get(one)]
        case = str(row["case"] or "")
        self.said[name] = tuple(part for part in (roles[0] if roles else "", case) if part)
        own[SOURCE].add(self._add(SOURCE, name))
        own[AREA].add(self._add(AREA, case))
        own[ROLE] |= {self._add(ROLE, role) for role in roles}

    def _add(self, kind: str, name: str) -> tuple[str, ...]:
        key = key_of(name)
        if key and len("".join(key)) > 1:
            self.kinds.setdefault(key, set()).add(kind)
        return key

    def named(self, text: str) -> tuple[dict[str, set[tuple[str, ...]]], int, int]:
        """The known names in a text by kind, how many words they have, and how many others have."""
        words = _keys(text)
        found: dict[str, set[tuple[str, ...]]] = {}
        at = taken = others = 0
        while at < len(words):
            for size in range(min(self.longest, len(words) - at), 0, -1):
                key = tuple(words[at : at + size])
                if key in self.kinds and not (key in self.whole and len(words) > size):
                    for kind in self.kinds[key]:
                        found.setdefault(kind, set()).add(key)
                    at, taken = at + size, taken + size
                    break
            else:
                others += words[at] not in _GLUE and not words[at].startswith("#")
                at += 1
        return found, taken, others

    def lists(self, text: str) -> bool:
        """Whether a text is nothing but who spoke: ``Deputy head teacher, Northmoor pilot area``.

        An area alone, or roles in the plural, may be the heading of what follows.
        """
        text = text.strip()
        if not _may_list(text) or ("(" in text[1:] and not self.named(_first_part(text))[0]):
            return False
        named, taken, others = self.named(text)
        parts = _PARTS.split(text.lstrip("\u2013\u2014\u2015- "))
        listed = len(parts) > 1
        if any(size and more > 2 for _, size, more in map(self.named, parts[1:])):
            return False
        named_first, _, _ = self.named(parts[0])
        _, last, beside = self.named(parts[-1])
        ends = (
            4 if listed and named_first and last and not beside else 0
        )  # "SENCO and ..., Saltbay"
        if not named or others > (taken + ends if listed else min(2, taken - 1)):
            return False
        if listed or CREDIT.match(text):
            return True
        words = words_of(text)
        plural = any(_plural(text[word.start : word.end]) for word in words)
        return not plural and words[0].folded != "the" and {*named} != {AREA}

    # Whose words --------------------------------------------------------------------------

    def fits(self, named: Mapping[str, frozenset[tuple[str, ...]]], place: Place) -> bool:
        """Whether every kind of name that is given is right of the words in a place."""
        source = self.index.sources[self.index.source_of(place.first)]
        own = {kind: set(keys) for kind, keys in self.own.get(source, {}).items()}
        voices = [self.index.speakers[turn] for turn in self.index.turns_of(place)]
        labels = {key_of(speaker) for speaker, _ in voices if speaker}
        asks = {role == "interviewer" for _, role in voices}
        if asks == {True}:
            own[ROLE] = set()
        if True in asks:
            own.setdefault(ROLE, set()).add(key_of("interviewer"))
        own.setdefault(ROLE, set()).update(labels)
        own[SPEAKER] = labels | own[ROLE]
        return all(self._right(keys, own, kind) for kind, keys in named.items())

    def _right(
        self, keys: Iterable[tuple[str, ...]], own: Mapping[str, set[tuple[str, ...]]], kind: str
    ) -> bool:
        """Whether one of the names of a kind is the source's own, also of another kind."""
        mine = own.get(kind, set())
        return any(
            key in mine
            or any(key in own.get(other, set()) for other in self.kinds[key])
            or (kind == ROLE and any(_within(key, one) for one in mine))
            for key in keys
        )

    def speaker_of(self, place: Place) -> str:
        """Who said the words in a place: role, area and source, for people."""
        source = self.index.sources[self.index.source_of(place.first)]
        speaker, role = self.index.speakers[self.index.turn_of(place.first)]
        said = self.said.get(source, ())
        who = "Interviewer" if role == "interviewer" else ""
        parts = [who, *said[-1:]] if who else list(said or (speaker or "",))
        shown = ", ".join(part for part in parts if part)
        return f"{shown} ({source})" if shown else source


def _may_list(text: str) -> bool:
    """Whether a text is short, no sentence and no piece of one."""
    words = {word.folded for word in words_of(text)}
    whole = text.count("(") == text.count(")") and (text[:1] != "(" or text.endswith((")", ").")))
    sentence = text[:1].isdigit() or re.search(r"[!?:\t\"\u201c\u201d]|[.;]\s", text) is not None
    few = 0 < len(words_of(text)) <= _ALONE
    return few and whole and not sentence and not (_FINITE | _SPOKEN) & words


def _first_part(text: str) -> str:
    """What a list begins with, without what stands in parentheses."""
    return _PARTS.split(re.split(r"[(\[]", text.lstrip("([\u2013\u2014\u2015- "))[0])[0]


def _plural(word: str) -> bool:
    return len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us"))


def _within(key: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether the words of one name stand in another."""
    return any(other[n : n + len(key)] == key for n in range(len(other) - len(key) + 1))


def _whole_only(sources: pd.DataFrame) -> frozenset[tuple[str, ...]]:
    """Names of sources that are common words too: they count where they stand alone."""
    names = (str(name) for name in sources["source"])
    return frozenset(key_of(name) for name in names if name.isalpha() and name.islower())


def key_of(name: str) -> tuple[str, ...]:
    """A name as it is compared: words folded, the last without its plural s.

    >>> key_of("School Leads"), key_of("Northmoor\u2019s")
    (('school', 'lead'), ('northmoor',))
    """
    return tuple(_keys(name))


def _keys(text: str) -> list[str]:
    return [_singular(word.folded) for word in words_of(text)]


def _singular(word: str) -> str:
    word = word.removesuffix("'s")
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


# What a report says -----------------------------------------------------------------------------


def attribution_of(quotation: Quotation, names: Names) -> Attribution:
    """The attribution of a quotation; without text where there is none.

    Parameters
    ----------
    quotation : Quotation
    names : Names
    """
    for text, matched in _behind(quotation, names):
        found = _listed(text, names)
        if found:
            return Attribution(" ".join(text.split()), _frozen(found))
        if matched:
            break
    named, taken, others = names.named(quotation.before)
    if (
        taken
        and not others
        and "\n" not in quotation.before.strip()
        and names.lists(quotation.before)
    ):
        return Attribution(" ".join(quotation.before.split()), _frozen(named))
    for text in (quotation.after, quotation.following):
        if names.lists(text):
            return Attribution(" ".join(text.split()), _frozen(names.named(text)[0]))
    for text in _clauses(quotation):
        named, _, _ = names.named(text)
        if named:
            return Attribution(" ".join(text.split()), _frozen(named))
    return _around(quotation, names)


def _around(quotation: Quotation, names: Names) -> Attribution:
    """Names before a colon, or in the other cells of a row."""
    lead = _LEAD.match(quotation.before)
    texts = [lead["who"]] if lead and names.lists(lead["who"]) else []
    texts = texts or [one for one in quotation.beside if names.lists(f"{one}, ")]
    found: dict[str, set[tuple[str, ...]]] = {}
    for text in texts:
        for kind, keys in names.named(text)[0].items():
            found.setdefault(kind, set()).update(keys)
    return (
        Attribution(" ".join("; ".join(texts).split()), _frozen(found)) if found else Attribution()
    )


def _frozen(
    named: Mapping[str, set[tuple[str, ...]]],
) -> dict[str, frozenset[tuple[str, ...]]]:
    return {kind: frozenset(keys) for kind, keys in named.items()}


def _behind(quotation: Quotation, names: Names) -> list[tuple[str, bool]]:
    """What stands behind a quotation in parentheses or after a dash, the nearest first."""
    found = []
    for text in (quotation.after, quotation.following):
        for pattern in (_PAREN, _DASH, _TAB):
            match = pattern.match(text)
            if match:
                longer = f"{match['who']} {text[match.end() :].partition(chr(10))[0]}"
                wrapped = pattern is _DASH and names.lists(longer)  # over the lines of a PDF
                found.append((longer if wrapped else match["who"], pattern is _PAREN))
    return found


def _listed(text: str, names: Names) -> dict[str, set[tuple[str, ...]]]:
    """The known names in a list such as ``Deputy head, Northmoor, 4:05``; prose gives none."""
    found: dict[str, set[tuple[str, ...]]] = {}
    text = text.replace("\n", " ")
    whole, taken, others = names.named(text)
    if others > 2 * taken + 2 or _FINITE & {word.folded for word in words_of(text)}:
        return {}
    if others == 0 or not _PARTS.search(text):
        return whole
    for part in _PARTS.split(text):
        named, _, beside = names.named(part)
        if beside <= 2:
            for kind, keys in named.items():
                found.setdefault(kind, set()).update(keys)
    return found or (whole if taken >= others else {})


def _clauses(quotation: Quotation) -> list[str]:
    """The subjects of verbs of saying before and after a quotation, the nearest first."""
    found = [_subject(quotation.before)]
    match = _ACCORDING.search(quotation.before)
    if match:
        found.append(match["who"])
    after = " ".join(quotation.after[:400].split())
    said = _SAID_WHO.match(after)
    if said:
        found.append(said["who"])
    else:
        who = _WHO_SAID.match(after)
        if who and len(words_of(who["who"])) <= 9:
            found.append(who["who"])
    return [one for one in found if one.strip()]


def _subject(before: str) -> str:
    """The subject of the last verb of saying before a quotation; empty where there is none."""
    verbs = list(re.finditer(rf"(?<![\w-]){_VERB}\b", before, re.IGNORECASE))
    if not verbs or len(words_of(before[verbs[-1].end() :])) > _BETWEEN:
        return ""
    subject = before[: verbs[-1].start()]
    if _PASSIVE.search(subject) or re.search(
        r"[;:)\u201d\"]", before[verbs[-1].end() :].rstrip(" :")
    ):
        return ""
    clauses = re.split(r"[,;:]|\bbut\b|\bwhile\b|\bwhereas\b", subject)
    while len(clauses) > 1 and (not clauses[-1].strip() or _RELATIVE.match(clauses[-1])):
        clauses.pop()
    return clauses[-1]


def whose(places: Sequence[Place], attribution: Attribution, names: Names) -> Place | None:
    """The first place that an attribution is right of; None where there is no such place."""
    if not attribution.named:
        return places[0]
    return next((place for place in places if names.fits(attribution.named, place)), None)
