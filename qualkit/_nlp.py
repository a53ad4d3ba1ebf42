"""The one place that loads a spaCy pipeline: words, lemmas and sentences of English text.

The pipeline is spaCy's own tokenizer and sentence cutter with the lemma table of
``spacy-lookups-data``: no trained model, nothing that is fetched. It is loaded once, when it is
first asked for.
"""

from __future__ import annotations

import re
import sys
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from qualkit.errors import MissingExtra

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_ENGLISH = 0.2  # the share of stop words below which a text is no English; English has .4 to .6
_FEWEST = 20  # words that a guess at the language needs


def spacy() -> Any:  # noqa: ANN401 - a module
    """The library, or MissingExtra with what to install."""
    try:
        with _without_torch():
            import spacy as library
    except ImportError as error:
        raise MissingExtra("spaCy", "nlp") from error
    return library


@contextmanager
def _without_torch() -> Iterator[None]:
    """Keep this thread from loading PyTorch, as spaCy does where it finds it.

    It takes a second and 200 MB, and nothing here is a trained model. Elsewhere it loads as usual.
    """
    refusing = _Refusing(threading.get_ident())
    sys.meta_path.insert(0, refusing)
    try:
        yield
    finally:
        sys.meta_path.remove(refusing)


class _Refusing:
    """A finder of modules that finds no PyTorch for one thread."""

    def __init__(self, thread: int) -> None:
        self._thread = thread

    def find_spec(self, name: str, _path: object, _target: object = None) -> None:
        if name == "torch" and threading.get_ident() == self._thread:
            raise ModuleNotFoundError("PyTorch is not needed here", name=name)


@lru_cache(maxsize=1)
def pipeline() -> Language:
    """The English pipeline: tokens, sentences by punctuation, lemmas by table."""
    library = spacy()
    if not library.Language.has_factory("qualkit_lemmas"):
        library.Language.component("qualkit_lemmas", func=_with_lemmas)
    nlp: Language = library.blank("en")
    nlp.add_pipe("sentencizer")
    nlp.add_pipe("qualkit_lemmas")
    nlp.max_length = 10**8  # no parser runs here, so that memory is no reason for a limit
    return nlp


def _with_lemmas(doc: Doc) -> Doc:
    for token in doc:
        token.lemma_ = lemma(token)
    return doc


def docs(texts: Iterable[str]) -> Iterator[Doc]:
    """Texts as spaCy documents: tokens with lemmas, and sentences."""
    return pipeline().pipe(texts, batch_size=200)


@lru_cache(maxsize=1)
def _lemmas() -> Any:  # noqa: ANN401 - a spaCy table, from string to string
    try:
        from spacy.lookups import load_lookups

        return load_lookups("en", ["lemma_lookup"]).get_table("lemma_lookup")
    except (ImportError, ValueError) as error:
        raise MissingExtra("spacy-lookups-data", "nlp") from error


def lemma(token: Any) -> str:  # noqa: ANN401 - a spaCy token
    """A token's lemma in lower case."""
    word = token.norm_.replace("\u2019", "'").casefold()
    return str(_lemmas().get(word, word))


def lemmas(text: str) -> list[str]:
    """The lemmas of a text's words, in order.

    >>> lemmas("Waiting lists grew.")
    ['wait', 'list', 'grow']
    """
    return [lemma(token) for token in pipeline()(text) if not (token.is_space or token.is_punct)]


def content_words(texts: Iterable[str]) -> list[list[str]]:
    """The lemmas of each text without stop words, fillers, numbers and marks."""
    known: dict[tuple[int, int], str] = {}  # a word comes many times: each is looked at once
    tokenizer: Any = pipeline().tokenizer
    return [
        [word for token in doc if (word := _content(token, known))] for doc in tokenizer.pipe(texts)
    ]


def _content(token: Any, known: dict[tuple[int, int], str]) -> str:  # noqa: ANN401 - a spaCy token
    """A token's lemma; nothing where it is no word of content."""
    key = token.orth, token.norm
    if key not in known:
        word = token.is_alpha and not token.is_stop and len(token) > 2
        found = lemma(token) if word else ""
        known[key] = "" if found in FILLERS else found
    return known[key]


def sentences(text: str) -> list[tuple[int, int]]:
    """The sentences of a text as spans without the white space round them.

    >>> sentences("It helped. We met  weekly.")
    [(0, 10), (11, 26)]
    """
    spans = []
    for line in re.finditer(r"[^\n]+", text):
        for sentence in pipeline()(line.group()).sents:
            words = sentence.text.strip()
            if words:
                start = line.start() + sentence.start_char
                start += len(sentence.text) - len(sentence.text.lstrip())
                spans.append((start, start + len(words)))
    return spans


def is_english(texts: Sequence[str]) -> bool:
    """Whether texts look English, by the share of English stop words; True for a few words.

    >>> is_english(["Wir haben lange auf einen Termin gewartet, und dann kam niemand."] * 3)
    False
    """
    spacy()
    from spacy.lang.en.stop_words import STOP_WORDS

    words = [word for text in texts for word in _WORD.findall(text.casefold())]
    if len(words) < _FEWEST:
        return True
    return sum(word in STOP_WORDS for word in words) / len(words) >= _ENGLISH


_SPOKEN = """
    um uh er erm hmm mmm mm yeah yes yep nope okay ok oh ah kind sort like know mean thing stuff bit
    lot really actually basically obviously guess maybe gonna wanna right sure laugh inaudible
    crosstalk think just well say get got
"""
FILLERS = frozenset(_SPOKEN.split())
