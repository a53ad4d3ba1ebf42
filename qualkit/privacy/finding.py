"""Likely identifiers in what people said: a list for a person to look through, never a promise.

Patterns (:mod:`qualkit.privacy.patterns`), capitalised words (:mod:`qualkit.privacy.names`), and
names that the project knows, with their near spellings. No model is needed; spaCy adds to the
list where it is asked for. Indirect identifiers (a rare diagnosis, a job, what happened to
somebody) are not found: no program knows them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from qualkit.errors import MissingExtra
from qualkit.privacy import names as names_of
from qualkit.privacy import patterns
from qualkit.privacy import vocabulary as known
from qualkit.privacy.patterns import Hit
from qualkit.privacy.tokens import tokens

if TYPE_CHECKING:
    from qualkit.model import Source

KINDS: Final = (
    "person", "place", "organisation", "phone", "email", "nhs", "postcode", "date", "handle",
    "address", "number", "url", "name",
)  # fmt: skip
_FIRST: Final = (  # which kind a stretch has that two rules found; the surest first
    "email", "nhs", "url", "handle", "phone", "postcode", "date", "address", "number", "person",
    "organisation", "place", "name",
)  # fmt: skip
_RANK: Final = {kind: rank for rank, kind in enumerate(_FIRST)}
_ROUND: Final = 40  # characters shown on each side
_SPACY: Final = {
    "PERSON": "person", "GPE": "place", "LOC": "place", "FAC": "place", "ORG": "organisation",
    "NORP": "name",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Found:
    """One stretch that may identify somebody.

    Attributes
    ----------
    start, end : int
        Code points in the text, half-open.
    text : str
        The words themselves.
    kind : str
        One of ``KINDS``; ``name`` where nothing tells of what it is the name.
    why : str
        Which rule found it, in words for the person who decides.
    source : str
        The source that the text is of, where it is of one.
    context : str
        The words with what is said around them.
    """

    start: int
    end: int
    text: str
    kind: str
    why: str
    source: str = ""
    context: str = ""


def scan(
    text: str, *, names: Iterable[str] = (), known: Iterable[str] = (), model: bool = False,
    source: str = "",
) -> list[Found]:  # fmt: skip
    """Likely identifiers of a text, in its order; none overlaps another.

    Parameters
    ----------
    text : str
    names : iterable of str
        Names that the project knows: found whatever their case, with their near spellings.
    known : iterable of str
        Words that somebody has looked at and that identify nobody; case does not count.
    model : bool
        Ask an English model of spaCy as well.
    source : str
        What the result names as its source.

    Returns
    -------
    list of Found

    Raises
    ------
    MissingExtra
        Where `model` is asked for and spaCy, or a model for English, is not installed.

    Examples
    --------
    >>> [(found.kind, found.text) for found in scan("My daughter Aoife was seen in Crewe.")]
    [('person', 'Aoife'), ('place', 'Crewe')]
    """
    hits = [*patterns.hits(text), *names_of.found(text), *_of_project(text, names)]
    if model:
        hits += by_model(text)
    refused = {_look(words) for words in known}
    return [
        Found(hit.start, hit.end, words, hit.kind, hit.why, source, _context(text, hit))
        for hit in _apart(hits)
        if _look(words := text[hit.start : hit.end]) not in refused
    ]


def scan_sources(
    sources: Iterable[Source], *, names: Iterable[str] = (), known: Iterable[str] = (),
    model: bool = False,
) -> list[Found]:  # fmt: skip
    """Likely identifiers of sources; who speaks in them counts as a name of the project.

    Parameters
    ----------
    sources : iterable of Source
    names, known, model
        As for :func:`scan`.
    """
    kept = list(sources)
    labels = {turn.speaker for source in kept for turn in source.turns if turn.speaker}
    speakers = [label for label in sorted(labels) if any(map(_is_personal, scan(label)))]
    listed, refused = [*names, *speakers], tuple(known)
    return [
        one
        for source in kept
        for one in scan(source.text, names=listed, known=refused, model=model, source=source.name)
    ]


def _is_personal(found: Found) -> bool:
    return found.kind in {"person", "name"}


def _look(words: str) -> str:
    return known.bare(" ".join(known.folded(words).split()))


def _context(text: str, hit: Hit) -> str:
    before, after = text[max(0, hit.start - _ROUND) : hit.start], text[hit.end : hit.end + _ROUND]
    return " ".join((before + text[hit.start : hit.end] + after).split())


def _apart(hits: Iterable[Hit]) -> list[Hit]:
    """Stretches that no longer overlap: what overlaps becomes one, of the surest kind."""
    apart: list[Hit] = []
    for hit in sorted(hits, key=lambda one: (one.start, -one.end)):
        if apart and hit.start < apart[-1].end:
            last = apart[-1]
            best = min(last, hit, key=lambda one: _RANK[one.kind])
            apart[-1] = Hit(last.start, max(last.end, hit.end), best.kind, best.why)
        else:
            apart.append(hit)
    return apart


def _of_project(text: str, names: Iterable[str]) -> Iterator[Hit]:
    """Names of the project, whole and by their parts, and words spelt nearly so."""
    whole = {" ".join(name.split()) for name in names} - {""}
    if not whole:
        return
    said = tokens(text)
    yield from _whole_names(text, whole)
    wanted = {
        part.bare: part.word
        for name in whole
        for part in tokens(name)
        if len(part.bare) > 1 and part.bare not in known.TITLES
    }
    near = near_spellings({token.bare for token in said}, wanted)
    for token in said:
        name = wanted.get(token.bare) or near.get(token.bare)
        if name is None or (token.word.islower() and _is_a_word_too(token.bare)):
            continue  # such a name counts with its capital alone
        same = token.bare in wanted
        why = (
            f"{name} of the project's names"
            if same
            else f"spelt like {name} of the project's names"
        )
        end = token.end - 2 if token.folded.endswith("'s") else token.end
        yield Hit(token.start, end, "person", why)


def _is_a_word_too(word: str) -> bool:
    return known.is_ordinary(word) or word in known.lists()["verbs"]


def _whole_names(text: str, names: Iterable[str]) -> Iterator[Hit]:
    several = sorted((name for name in names if " " in name or not name.isalpha()), key=len)
    if not several:
        return
    either = "|".join(re.escape(name).replace(r"\ ", r"\s{1,3}") for name in reversed(several))
    for match in re.finditer(rf"(?<!\w)(?:{either})(?!\w)", text, re.IGNORECASE):
        yield Hit(match.start(), match.end(), "person", "of the project's names")


def near_spellings(words: Iterable[str], names: Iterable[str]) -> dict[str, str]:
    """Words of a text spelt nearly as a name: one letter other, two in a name of eight."""
    from rapidfuzz import process
    from rapidfuzz.distance import DamerauLevenshtein

    wanted = {name: name for name in names if len(name) > 3}
    near = {}
    for word in sorted(words):
        if len(word) < 4 or word in wanted or known.is_ordinary(word):
            continue
        best = process.extractOne(
            word, wanted, scorer=DamerauLevenshtein.distance, score_cutoff=2, processor=None
        )
        if best is not None and best[1] <= (2 if min(len(word), len(best[0])) > 7 else 1):
            near[word] = best[0]
    return near


@lru_cache(maxsize=1)
def model_for_english() -> Any:  # noqa: ANN401 - a spaCy pipeline
    """An installed English model that finds names; loaded once."""
    from qualkit._nlp import spacy

    library = spacy()
    models = sorted(name for name in library.util.get_installed_models() if name.startswith("en_"))
    if not models:
        raise MissingExtra(
            "a spaCy model for English (python -m spacy download en_core_web_sm)", "nlp"
        )
    return library.load(models[0], exclude=["parser", "tagger", "lemmatizer", "attribute_ruler"])


def by_model(text: str) -> Iterator[Hit]:
    """What the model takes for a name, line by line, so that its memory has a limit."""
    pipeline = model_for_english()
    lines = [(match.start(), match.group()) for match in re.finditer(r"[^\n]{1,100000}", text)]
    for (at, _), doc in zip(lines, pipeline.pipe(line for _, line in lines), strict=True):
        for entity in doc.ents:
            kind = _SPACY.get(entity.label_)
            words = known.bare(known.folded(entity.text))
            if kind is not None and not known.says_nothing(words):
                start = at + entity.start_char
                why = f"spaCy's model takes it for a name ({entity.label_})"
                yield Hit(start, at + entity.end_char, kind, why)
