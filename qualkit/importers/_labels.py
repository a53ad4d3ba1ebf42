"""Which words before a colon are a speaker, and who asks the questions.

A label is believed because it is a known role (`Interviewer`, `P07`), because it comes back,
because it looks like a name, or because most lines of the file carry one; never because of
one line alone.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from qualkit.importers._text import look_key
from qualkit.model import INTERVIEWER, PARTICIPANT, UNKNOWN

_ASKS = re.compile(
    r"(?:interviewers?|int|iv|i|moderator|mod|facilitator|researcher|evaluator|q|question|host)"
    r"(?:[ _.-]?\d{1,2})?",
    re.IGNORECASE,
)
_ANSWERS = re.compile(
    r"(?:participants?|part|p|pt|r|resp|res|respondent|interviewee|informant|a|answer|student|pupil"
    r"|parent|mother|father|mum|dad|carer|child|teacher|headteacher|head|senco|practitioner"
    r"|young person|yp|patient|client|therapist|nurse|guest|ps|fg)(?:[ _.-]?\d{1,3}[a-z]?)?",
    re.IGNORECASE,
)
_METADATA = frozenset(
    """date|time|place|location|venue|setting|duration|length|file|filename|recording|project|study
    subject|topic|title|note|notes|present|attendees|transcriber|transcribed by|transcript
    transcription|version|language|mode|area|site|interview|interview no|interview number
    interview date|date of interview|reference|ref|id|source|url|http|https|role|job title
    organisation|organization|contact|email|tel|phone|ps|nb|n.b|e.g|i.e|for example|warning
    details|summary|background|start time|end time|recording date|age|gender|sex|pseudonym
    occupation|ethnicity|interviewed by|interviewer name|participant id|participant name|consent
    year group|observations|field notes|interviewer notes|job|phase""".replace("\n", "|")
    .replace("|    ", "|")
    .split("|")
)
_ORDINARY = frozenset({
    "first", "second", "third", "firstly", "secondly", "finally", "last", "look", "so", "also",
    "anyway", "basically", "however", "but", "and", "because", "well", "yes", "no", "okay",
    "ok", "right", "actually", "plus", "then", "now", "still", "again", "overall", "conclusion",
    "result", "results", "meaning", "example", "examples", "why", "what", "how", "who", "where",
    "when",
})  # fmt: skip
_DAYS = frozenset({
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "january",
    "february", "march", "april", "may", "june", "july", "august", "september", "october",
    "november", "december",
})  # fmt: skip
_SPEECH = re.compile(
    r"\b(?:said|says|told|is|was|were|i|he|she|they|it|we|you|and|but|which|that|thing|just)\b",
    re.I,
)
_WORDS_IN_LABEL = 8
_NAME_WORDS = 4


def role_of(label: str) -> str:
    """The role that a label names by itself.

    >>> role_of("Interviewer 2"), role_of("P07"), role_of("Ann Lee")
    ('interviewer', 'participant', 'unknown')
    """
    plain = look_key(label)
    words = re.split(r"[\s,/()&]+", plain)
    if _ASKS.fullmatch(plain) or (words and words[0] in {"interviewer", "moderator"}):
        return INTERVIEWER
    if {"interviewer", "moderator", "facilitator", "researcher"} & set(words):
        return INTERVIEWER
    return PARTICIPANT if _ANSWERS.fullmatch(plain) else UNKNOWN


def looks_like_a_name(label: str) -> bool:
    """Whether every word could be part of a name: ``Ann Lee``, ``P07``, ``Dr. Osei (CCG)``."""
    words = label.split()
    if not 1 <= len(words) <= _NAME_WORDS or label[-1:] in ".?!;":
        return False
    small = {"of", "de", "van", "der", "da", "and", "&", "-"}
    return all(w[0].isupper() or w[0].isdigit() or w[0] in "([" or w in small for w in words)


def is_metadata(label: str) -> bool:
    """Whether a label belongs to a heading block: ``Date``, ``Location``."""
    return look_key(label) in _METADATA


def could_be_label(label: str) -> bool:
    """Whether the words before a colon may name a speaker at all."""
    words = label.split()
    if not words or len(words) > _WORDS_IN_LABEL or not re.search(r"[^\W\d_]|\d", label):
        return False
    if words[0].casefold() in _DAYS and len(words) <= 2:
        return False
    return not is_metadata(label) and not re.fullmatch(r"[\d\s.,-]{3,}", label)


def believed(labels: Sequence[str], lines: int) -> set[str]:
    """The labels of a file that are speakers.

    Parameters
    ----------
    labels : sequence of str
        The candidate at the start of each line that has one.
    lines : int
        How many lines of the file hold words.
    """
    counts = Counter(label for label in labels if could_be_label(label))
    again = {label for label, n in counts.items() if n > 1 and _comes_again(label, n)}
    covered = sum(counts[label] for label in again)
    if len(again) > 1 and covered >= 0.7 * counts.total():
        return again | {label for label in counts if _unmistakable(label)}
    if counts.total() * 2 >= lines:
        return {label for label in counts if not again or label in again or _alone(label)}
    roles = {label for label in counts if role_of(label) != UNKNOWN}
    asks = any(role_of(label) == INTERVIEWER for label in roles)
    if not again and len(roles) < 2 and not asks:
        return set()
    return {label for label in counts if label in again or label in roles or _named(label)}


def _comes_again(label: str, count: int) -> bool:
    """Whether a label that comes back is a speaker rather than a turn of phrase."""
    if role_of(label) != UNKNOWN or looks_like_a_name(label):
        return look_key(label) not in _ORDINARY
    return count > 3 and not _SPEECH.search(label)


def _unmistakable(label: str) -> bool:
    """A label that is a speaker even if it stands once among others that come back."""
    code = re.fullmatch(r"[A-Z]{1,4}\d{0,3}|.*\d", label) is not None
    return role_of(label) == INTERVIEWER or (_alone(label) and (code or len(label.split()) > 1))


def _alone(label: str) -> bool:
    """Whether a label that stands once is a speaker all the same, and no word of speech."""
    if look_key(label) in _ORDINARY:
        return False
    return role_of(label) != UNKNOWN or looks_like_a_name(label)


def _named(label: str) -> bool:
    """Whether a label is a name of two words or a code such as ``JB`` or ``P07``."""
    return _alone(label) and not (len(label.split()) == 1 and label[1:].islower())


def guess_roles(spoken: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Role of each speaker, from what the label says and from who asks the questions.

    Parameters
    ----------
    spoken : iterable of (speaker, words)
        The turns of one source, in order.

    Returns
    -------
    dict
        Speaker to ``interviewer``, ``participant`` or ``unknown`` (the words do not tell).
    """
    turns: Counter[str] = Counter()
    asked: Counter[str] = Counter()
    for speaker, words in spoken:
        turns[speaker] += 1
        asked[speaker] += "?" in words
    roles = {speaker: role_of(speaker) for speaker in turns}
    if INTERVIEWER in roles.values():
        return {s: PARTICIPANT if r == UNKNOWN else r for s, r in roles.items()}
    share = {s: asked[s] / turns[s] for s in turns if roles[s] == UNKNOWN or len(s) == 1}
    ranked = sorted(share, key=lambda s: (-share[s], -turns[s]))
    others = [asked[s] / turns[s] for s in turns if s != ranked[0]] if ranked else []
    if others and share[ranked[0]] >= 0.25 and share[ranked[0]] >= 1.5 * max(others):
        return {s: INTERVIEWER if s == ranked[0] else PARTICIPANT for s in turns}
    return roles
