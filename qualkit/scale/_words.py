"""Texts taken apart by their words, each different word once.

A national table holds the same words over and over. What a word consists of (its pieces, its
word pieces, its lemmas) does not depend on its neighbours, so that it is worked out once a chunk
and summed by matrices. Every row comes out the same whatever stands beside it: words are kept in
the order of the alphabet, and sums are taken row by row.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

from qualkit import _nlp
from qualkit.coding import embed
from qualkit.coding.cues import weight
from qualkit.coding.features import LETTERS

if TYPE_CHECKING:
    import numpy as np
    from scipy import sparse

_HELD: Final = 200_000  # words that are remembered
_TOKEN: Final = re.compile(r"\b\w\w+\b")


@dataclass(frozen=True, slots=True)
class Words:
    """The words of some texts, cut at single blanks.

    Attributes
    ----------
    texts : sequence of str
    different : list of str
        Each word once, in the order of the alphabet.
    flat : array of int
        The words of all texts one after the other, as places in `different`.
    lengths : array of int
        Words of each text.
    """

    texts: Sequence[str]
    different: list[str]
    flat: np.ndarray
    lengths: np.ndarray

    def counts(self) -> sparse.csr_matrix:
        """Texts by different words."""
        return _counted(self._owners(), self.flat, (len(self.texts), len(self.different)))

    def _owners(self) -> np.ndarray:
        import numpy as np

        return np.repeat(np.arange(len(self.texts)), self.lengths)

    def spread(self, parts: Sequence[Sequence[int]]) -> tuple[np.ndarray, np.ndarray]:
        """Each word replaced by its parts: the parts of all texts, and the text of each."""
        import numpy as np

        sizes = np.array([len(one) for one in parts], dtype=np.int64)
        starts = np.cumsum(sizes) - sizes
        every = np.fromiter(chain.from_iterable(parts), dtype=np.int64, count=sizes.sum())
        many = sizes[self.flat]
        inside = np.arange(many.sum()) - np.repeat(np.cumsum(many) - many, many)
        return every[np.repeat(starts[self.flat], many) + inside], np.repeat(self._owners(), many)


def words_of(texts: Sequence[str]) -> Words:
    """The words of texts."""
    import numpy as np

    cut = [text.split(" ") for text in texts]
    different = sorted(set(chain.from_iterable(cut)))
    place = {word: n for n, word in enumerate(different)}
    lengths = np.array([len(one) for one in cut], dtype=np.int64)
    places = map(place.__getitem__, chain.from_iterable(cut))
    return Words(texts, different, np.fromiter(places, np.int64, lengths.sum()), lengths)


def tokens(word: str) -> list[str]:
    """A word's tokens, as scikit-learn finds them: in lower case, no accents, two letters or more.

    scikit-learn itself takes a second to load, in each worker.

    >>> tokens("Café-owner's")
    ['cafe', 'owner']
    """
    return _TOKEN.findall(_plain(word))


def pieces(word: str) -> list[str]:
    """A word's pieces of letters, its ends marked by blanks, as scikit-learn finds them.

    >>> pieces("mum")
    [' mu', 'mum', 'um ', ' mum', 'mum ', ' mum ']
    """
    made = []
    for one in _plain(word).split():
        marked = f" {one} "
        for size in range(LETTERS[0], min(LETTERS[1], len(marked)) + 1):
            made += [marked[at : at + size] for at in range(len(marked) - size + 1)]
    return made


def _plain(word: str) -> str:
    word = word.lower()
    if word.isascii():
        return word
    apart = unicodedata.normalize("NFKD", word)
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def _counted(rows: np.ndarray, columns: np.ndarray, shape: tuple[int, int]) -> sparse.csr_matrix:
    import numpy as np
    from scipy import sparse

    ones = np.ones(len(rows), dtype=np.float32)
    made = sparse.coo_matrix((ones, (rows, columns)), shape=shape).tocsr()
    made.sum_duplicates()
    return made


def weighed(counts: sparse.csr_matrix, rarity: np.ndarray) -> sparse.csr_matrix:
    """Counts as tf-idf, each row of length one, in the way of scikit-learn."""
    import numpy as np

    made = counts.astype(np.float32)
    if not made.shape[1]:
        return made
    made.data = (np.log(made.data) + 1) * rarity[made.indices]
    squares = made.copy()
    squares.data = squares.data**2
    length = np.sqrt(squares @ np.ones(made.shape[1], dtype=np.float32))
    made.data /= np.repeat(np.where(length > 0, length, 1), np.diff(made.indptr))
    return made


class _OfWords:
    """What each word consists of, worked out once: the commonest words come again and again."""

    def __init__(self, of: Callable[[Sequence[str]], list[list[int]]]) -> None:
        self._of = of
        self._held: dict[str, list[int]] = {}

    def __call__(self, words: Words) -> list[list[int]]:
        if len(self._held) > _HELD:
            self._held.clear()
        new = [word for word in words.different if word not in self._held]
        self._held.update(zip(new, self._of(new), strict=True))
        return list(map(self._held.__getitem__, words.different))


class Terms:
    """Words and pairs of words that are known, as scikit-learn's analyser finds them."""

    def __init__(self, terms: Sequence[str]) -> None:
        import numpy as np

        parts = [term.split(" ") for term in terms]
        self._token = {w: n for n, w in enumerate(sorted(set(chain.from_iterable(parts))))}
        self._single = np.full(len(self._token) + 1, -1, dtype=np.int64)
        pairs = []
        for n, one in enumerate(parts):
            if len(one) == 1:
                self._single[self._token[one[0]]] = n
            else:
                pairs.append((self._token[one[0]] * len(self._token) + self._token[one[1]], n))
        self._pairs = np.array(sorted(pairs), dtype=np.int64).reshape(-1, 2)
        self._count = len(terms)
        self._of_words = _OfWords(self._tokens)

    def _tokens(self, words: Sequence[str]) -> list[list[int]]:
        return [[self._token.get(token, -1) for token in tokens(word)] for word in words]

    def counts(self, words: Words) -> sparse.csr_matrix:
        """Texts by terms."""
        import numpy as np

        found, owners = words.spread(self._of_words(words))
        single = self._single[found]  # -1 is the last, and no term
        known = single >= 0
        first, second = found[:-1], found[1:]
        beside = (owners[:-1] == owners[1:]) & (first >= 0) & (second >= 0)
        key = first * len(self._token) + second
        at = np.minimum(np.searchsorted(self._pairs[:, 0], key), max(0, len(self._pairs) - 1))
        beside &= self._pairs[at, 0] == key if len(self._pairs) else False
        return _counted(
            np.concatenate([owners[known], owners[:-1][beside]]),
            np.concatenate([single[known], self._pairs[at[beside], 1]]),
            (len(words.texts), self._count),
        )


class Pieces:
    """Pieces of three to five letters that are known, as scikit-learn's analyser finds them."""

    def __init__(self, pieces: Sequence[str]) -> None:
        self._place = {piece: n for n, piece in enumerate(pieces)}
        self._of_words = _OfWords(self._pieces)

    def _pieces(self, words: Sequence[str]) -> list[list[int]]:
        place = self._place
        return [[place[one] for one in pieces(word) if one in place] for word in words]

    def counts(self, words: Words) -> sparse.csr_matrix:
        """Texts by pieces."""
        import numpy as np

        found = self._of_words(words)
        owners = np.repeat(np.arange(len(found)), [len(one) for one in found])
        flat = np.fromiter(chain.from_iterable(found), dtype=np.int64, count=len(owners))
        of_word = _counted(owners, flat, (len(found), len(self._place)))
        return words.counts() @ of_word


class Static:
    """The static vectors of texts, as :func:`qualkit.coding.embed.embed` has them."""

    def __init__(self) -> None:
        self._of_words = _OfWords(embed.static_pieces)

    def rows(self, words: Words) -> np.ndarray:
        """One row a text."""
        import numpy as np
        from scipy import sparse

        held, of_word = words.counts(), embed.static_counts(self._of_words(words))
        many = held @ np.asarray(of_word.sum(1)).ravel()
        long = np.flatnonzero(many > embed.LONGEST - 2)
        counts = held @ of_word
        if len(long):  # only the beginning is read
            short = np.ones(len(words.texts), dtype=np.float32)
            short[long] = 0
            put = _counted(long, np.arange(len(long)), (len(words.texts), len(long)))
            pieces = embed.static_pieces([words.texts[n] for n in long.tolist()])
            counts = sparse.diags(short) @ counts + put @ embed.static_counts(pieces)
        counts.sum_duplicates()
        counts.sort_indices()
        return embed.static_rows(counts.astype(np.float32))


@dataclass(frozen=True, slots=True)
class Found:
    """Where cues stand: the text, the place in it, the code, the cue's number."""

    text: np.ndarray
    place: np.ndarray
    code: np.ndarray
    cue: np.ndarray


class Cues:
    """The cue phrases of codes, found by their lemmas."""

    def __init__(self, cues: Sequence[tuple[int, str]]) -> None:
        self._prepared: dict[tuple[str, ...], list[tuple[int, int]]] = {}
        seen = set()
        for n, (code, cue) in enumerate(cues):
            lemmas = tuple(_nlp.lemma(token) for token in _nlp.pipeline().tokenizer(cue))
            if lemmas and (code, lemmas) not in seen:
                seen.add((code, lemmas))
                self._prepared.setdefault(lemmas, []).append((code, n))
        self._lemma = {w: n for n, w in enumerate(sorted({w for s in self._prepared for w in s}))}
        self._of_words = _OfWords(self._lemmas)

    def find(self, words: Words) -> Found:
        """The cues in texts, in order."""
        import numpy as np

        found = [np.zeros((0, 4), dtype=np.int64)]
        if self._prepared:
            lemmas, owners = words.spread(self._of_words(words))
            order = np.argsort(lemmas, kind="stable")
            starts = np.searchsorted(lemmas[order], np.arange(len(self._lemma) + 1))
            for sequence, said in self._prepared.items():
                ids = [self._lemma[one] for one in sequence]
                at = order[starts[ids[0]] : starts[ids[0] + 1]]
                at = _followed(at, ids, lemmas, owners)
                for code, cue in said:
                    rows = [owners[at], at, np.full_like(at, code), np.full_like(at, cue)]
                    found.append(np.stack(rows, axis=1))
        every = np.concatenate(found)
        every = every[np.lexsort((every[:, 3], every[:, 1]))]
        return Found(*every.T)

    def _lemmas(self, words: Sequence[str]) -> list[list[int]]:
        cut, known = _nlp.pipeline().tokenizer, self._lemma
        return [
            [known.get(_nlp.lemma(token), -1) for token in cut(word)]
            if word
            else [-1]  # two blanks: a cue ends here
            for word in words
        ]


def _followed(
    at: np.ndarray, ids: Sequence[int], lemmas: np.ndarray, owners: np.ndarray
) -> np.ndarray:
    """The places at which a whole sequence stands in one text."""
    at = at[at + len(ids) <= len(lemmas)]
    for step, wanted in enumerate(ids[1:], 1):
        at = at[(lemmas[at + step] == wanted) & (owners[at + step] == owners[at])]
    return at


def cue_table(found: Found, shape: tuple[int, int]) -> sparse.csr_matrix:
    """Texts by codes: 1 where a cue stands, and half for each further one, two at most."""
    import numpy as np

    counts: Any = _counted(found.text, found.code, shape)
    counts.data = weight(counts.data)
    return counts.astype(np.float32)
