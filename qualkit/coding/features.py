"""What is known of a segment, as a likeness between segments (a kernel).

Its own words (by words and by pieces of words), its meaning (sentence vectors), and in a
transcript what surrounds it: the segments before and after, the question it answers, who speaks
and how far the conversation has come. A code is described by phrases (its name and definition,
its example, its cues), which have words and meaning but no surroundings.

A likeness is never held for all pairs: it is made for the coded segments against a batch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from qualkit.model import INTERVIEWER

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from scipy import sparse

WORDS: Final = 0.7
PIECES: Final = 0.7
MEANING: Final = 1.0
LAYERS: Final = 0.5
CUES: Final = 0.5
LETTERS: Final = (3, 5)  # of a piece of a word, at least and at most
NEIGHBOUR: Final = 0.5
ROUND: Final = 1.0  # the fading mean of six segments on both sides
SAME_KIND: Final = 4.0  # how much more a likeness counts between the same kind of speaker
TRANSCRIPT: Final = 10  # segments of a source from which on its segments are not independent
_VOCABULARY: Final = 20_000  # segments that the words and pieces are learned from
_SENTENCE: Final = 384  # columns of a row of vectors that are the sentence itself
_REDUCED: Final = 100  # dimensions that stand for meaning where there is no sentence model


@dataclass(frozen=True, slots=True)
class Features:
    """The segments of a study and the phrases of its codes, as blocks of numbers.

    Attributes
    ----------
    own, phrases : (sparse matrix, matrix)
        The weighed blocks of words and of meaning, the same for segments and for phrases.
    round : matrix or None
        What surrounds a segment; None where segments are independent of each other.
    unit : matrix
        The meaning alone, rows of length one.
    kind : array of int
        The kind of speaker, the same number for the same kind.
    answers : array of bool
        Which segments are not an interviewer's: those that can be coded, and so can teach.
    document : array of int
        Which segments surround each other.
    words, phrase_words : sparse matrix, vocabulary : array of str
        The words alone, for reasons.
    """

    own: tuple[Any, np.ndarray]
    phrases: tuple[Any, np.ndarray]
    round: np.ndarray | None
    unit: np.ndarray
    kind: np.ndarray
    answers: np.ndarray
    document: np.ndarray
    words: sparse.csr_matrix
    phrase_words: sparse.csr_matrix
    vocabulary: np.ndarray

    @property
    def transcripts(self) -> bool:
        """Whether segments surround each other."""
        return self.round is not None

    def between(self, some: np.ndarray, others: np.ndarray) -> np.ndarray:
        """The likeness of segments to segments."""
        import numpy as np

        alike = _product(_rows(self.own, some), _rows(self.own, others))
        if self.round is None:
            return np.asarray(alike + 1)
        alike += self.round[some] @ self.round[others].T
        other = self.kind[some][:, None] != self.kind[others][None, :]
        alike *= np.where(other, np.float32(1 / (1 + SAME_KIND)), np.float32(1))
        return np.asarray(alike + 1)

    def to_phrases(self, some: np.ndarray) -> np.ndarray:
        """The likeness of segments to the codes' phrases."""
        return _product(_rows(self.own, some), self.phrases) + 1

    def among_phrases(self) -> np.ndarray:
        """The likeness of the codes' phrases to each other.

        A phrase speaks to every kind of speaker in full, so it is longer than a segment, by just
        so much that the likenesses of all remain inner products.
        """
        import numpy as np

        kinds = len(np.unique(self.kind[self.answers])) if self.transcripts else 1
        length = kinds * (1 + SAME_KIND) / (SAME_KIND + kinds)
        made: np.ndarray = _product(self.phrases, self.phrases) * np.float32(length) + 1
        return made

    def meaning(self, some: np.ndarray, others: np.ndarray) -> np.ndarray:
        """How alike in meaning, -1 to 1."""
        made: np.ndarray = self.unit[some] @ self.unit[others].T
        return made


Blocks = tuple[Any, "np.ndarray"]


def _rows(blocks: Blocks, some: np.ndarray) -> Blocks:
    return blocks[0][some], blocks[1][some]


def _product(left: Blocks, right: Blocks) -> np.ndarray:
    """Inner products of rows, words and meaning together, in single precision."""
    made: np.ndarray = left[1] @ right[1].T
    made += (left[0] @ right[0].T).toarray()
    return made


def build(
    segments: pd.DataFrame,
    phrases: Sequence[str],
    *,
    vectors: np.ndarray | None = None,
    phrase_vectors: np.ndarray | None = None,
    cues: tuple[sparse.csr_matrix, sparse.csr_matrix] | None = None,
) -> Features:
    """The features of segments and of phrases.

    Parameters
    ----------
    segments : DataFrame
        Columns ``source``, ``text``, ``speaker``, ``role``, ``item``, in the order of the text.
    phrases : sequence of str
        What the codebook says of its codes.
    vectors, phrase_vectors : array, optional
        From :func:`qualkit.coding.embed.embed`; without them words alone speak.
    cues : pair of sparse matrices, optional
        Which cues of which code stand in each segment, and in each phrase.
    """
    texts = segments["text"].tolist()
    words, word_phrases, vocabulary = _lexical(texts, phrases, pieces=False)
    pieces, piece_phrases, _ = _lexical(texts, phrases, pieces=True)
    if vectors is None or phrase_vectors is None:
        vectors, phrase_vectors = _reduced(words, word_phrases)
    unit = vectors[:, :_SENTENCE]
    known = (words, pieces) if cues is None else (words, pieces, cues[0])
    said = (word_phrases, piece_phrases) if cues is None else (word_phrases, piece_phrases, cues[1])
    document = documents(segments)
    kind = kinds(segments)
    asked = _asked(segments)
    return Features(
        (_weighed(known), layered(vectors)),
        (_weighed(said), layered(phrase_vectors)),
        _round(unit, document, kind, asked),
        unit.copy(), kind, ~asked, document, words, word_phrases, vocabulary,
    )  # fmt: skip


def _weighed(blocks: Sequence[Any]) -> Any:  # noqa: ANN401 - a sparse matrix
    """Words, pieces and cues side by side, each with its weight."""
    from scipy import sparse

    weights = (WORDS, PIECES, CUES)
    return sparse.hstack(
        [weight * block for weight, block in zip(weights, blocks, strict=False)],
        format="csr", dtype="float32",
    )  # fmt: skip


def layered(vectors: np.ndarray) -> np.ndarray:
    """The sentence vector and the layers beside it, each with its weight."""
    import numpy as np

    weights = np.full(vectors.shape[1], LAYERS, dtype=np.float32)
    weights[:_SENTENCE] = MEANING
    return np.asarray(vectors * weights, dtype=np.float32)


def _lexical(
    texts: Sequence[str], phrases: Sequence[str], *, pieces: bool
) -> tuple[Any, Any, np.ndarray]:
    """Weighed counts of words and pairs of words, or of pieces of three to five letters."""
    import numpy as np
    from scipy import sparse

    made = lexicon(texts, pieces=pieces)
    if made is None:
        return (
            sparse.csr_matrix((len(texts), 1), dtype=np.float32),
            sparse.csr_matrix((len(phrases), 1), dtype=np.float32),
            np.array([""]),
        )
    described = (
        made.transform(phrases)
        if phrases
        else sparse.csr_matrix((0, len(made.vocabulary_)), dtype=np.float32)
    )
    return made.transform(texts), described, made.get_feature_names_out()


def lexicon(texts: Sequence[str], *, pieces: bool) -> Any | None:  # noqa: ANN401 - scikit-learn's
    """The words and pairs of words of texts, or their pieces, with their rarity.

    None where the texts hold no word at all: numbers, marks, one letter.
    """
    step = max(1, len(texts) // _VOCABULARY)
    sample = [text for text in texts[::step] if text.strip()]
    try:
        return vectorizer(pieces=pieces, few=len(sample) < 50).fit(sample)
    except ValueError:
        return None


def vectorizer(*, pieces: bool, few: bool = False) -> Any:  # noqa: ANN401 - scikit-learn's
    """How a text is taken apart, into words and pairs of words or into pieces."""
    import numpy as np
    from sklearn.feature_extraction.text import TfidfVectorizer

    settings: dict[str, Any] = (
        {"analyzer": "char_wb", "ngram_range": LETTERS, "min_df": 1 if few else 3,
         "max_features": 60_000}
        if pieces
        else {"ngram_range": (1, 2), "min_df": 1 if few else 2, "max_df": 1.0 if few else 0.6}
    )  # fmt: skip
    return TfidfVectorizer(sublinear_tf=True, strip_accents="unicode", dtype=np.float32, **settings)


def _reduced(words: Any, phrases: Any) -> tuple[np.ndarray, np.ndarray]:  # noqa: ANN401 - sparse
    """Dense rows of length one that stand for meaning where there is no sentence model."""
    import numpy as np

    axes = reduction(words)
    if axes is None:
        return (
            np.zeros((words.shape[0], 2), dtype=np.float32),
            np.zeros((phrases.shape[0], 2), dtype=np.float32),
        )
    return reduced(words, axes), reduced(phrases, axes)


def reduction(words: Any) -> np.ndarray | None:  # noqa: ANN401 - a sparse matrix
    """The directions in which the words of texts differ most; None where there are too few."""
    import numpy as np
    from sklearn.decomposition import TruncatedSVD

    size = min(_REDUCED, words.shape[1] - 1, words.shape[0] - 1)
    if size < 2:
        return None
    return np.asarray(TruncatedSVD(size, random_state=0).fit(words).components_, dtype=np.float32)


def reduced(words: Any, axes: np.ndarray) -> np.ndarray:  # noqa: ANN401 - a sparse matrix
    """Rows of words along these directions, of length one."""
    import numpy as np

    rows = np.asarray(words @ axes.T, dtype=np.float32)
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.where(length > 0, length, 1), dtype=np.float32)


def documents(segments: pd.DataFrame) -> np.ndarray:
    """A number for each stretch that hangs together: a source, or one person's answers in it."""
    answers = segments["item"].notna()
    speaker = segments["speaker"].fillna("").where(answers, "")
    keys = segments["source"].astype(str) + "\x1f" + speaker.astype(str)
    numbers: np.ndarray = keys.factorize()[0]
    return numbers


def kinds(segments: pd.DataFrame) -> np.ndarray:
    """The kind of each segment's speaker, as a number.

    Kinds are the speakers themselves where a few of them stand in at least half of the sources
    (therapist and client); in interviews, where every participant has a name, they are roles.
    """
    speakers = segments["speaker"].fillna("")
    sources = segments["source"]
    shared = sources.groupby(speakers).nunique() >= max(2, sources.nunique() / 2)
    if 1 < len(shared) <= 6 and bool(shared.all()):
        numbers: np.ndarray = speakers.factorize()[0]
    else:
        numbers = segments["role"].fillna("").factorize()[0]
    return numbers


def _asked(segments: pd.DataFrame) -> np.ndarray:
    """Which segments ask: an interviewer's, or none where nobody is one."""
    asked: np.ndarray = (segments["role"] == INTERVIEWER).to_numpy()
    return asked


def _round(
    meaning: np.ndarray, document: np.ndarray, kind: np.ndarray, asked: np.ndarray
) -> np.ndarray | None:
    """What surrounds each segment, weighed; None where segments are independent."""
    import numpy as np

    many = len(document) / max(1, len(np.unique(document)))
    if many < TRANSCRIPT:
        return None
    shown = kind[:, None] == np.unique(kind)[None, :]
    return np.hstack(
        [
            NEIGHBOUR * shifted(meaning, document, 1),
            NEIGHBOUR * shifted(meaning, document, -1),
            NEIGHBOUR * _question(meaning, document, kind, asked),
            ROUND * around(meaning, document, fading=0.8, reach=6),
            NEIGHBOUR * shown.astype(np.float32),
            NEIGHBOUR * _progress(document),
        ]
    ).astype(np.float32)


def shifted(rows: np.ndarray, document: np.ndarray, by: int) -> np.ndarray:
    """The row of the segment `by` places before; zeros where it is of another document."""
    import numpy as np

    moved = np.zeros_like(rows)
    if abs(by) >= len(rows):
        return moved
    here = slice(by, None) if by > 0 else slice(None, by)
    there = slice(None, -by) if by > 0 else slice(-by, None)
    moved[here] = rows[there]
    moved[here][document[here] != document[there]] = 0
    return moved


def around(rows: np.ndarray, document: np.ndarray, *, fading: float, reach: int) -> np.ndarray:
    """The mean of the rows up to `reach` places away in the same document, nearer ones more."""
    import numpy as np

    total = np.zeros_like(rows)
    weight = np.zeros((len(rows), 1), dtype=rows.dtype)
    ones = np.ones((len(rows), 1), dtype=rows.dtype)
    for by in [*range(-reach, 0), *range(1, reach + 1)]:
        share = fading ** (abs(by) - 1)
        total += share * shifted(rows, document, by)
        weight += share * shifted(ones, document, by)
    return total / np.maximum(weight, 1e-9)


def _question(
    meaning: np.ndarray, document: np.ndarray, kind: np.ndarray, asked: np.ndarray
) -> np.ndarray:
    """The row of the last segment that asks, or of the last by another kind of speaker."""
    import numpy as np

    found = np.zeros_like(meaning)
    anybody = bool(asked.any())
    last: dict[int, int] = {}
    for n in range(len(meaning)):
        if n == 0 or document[n] != document[n - 1]:
            last = {}
        if anybody:
            at = -1 if asked[n] else last.get(1, -1)
            last[1] = n if asked[n] else last.get(1, -1)
        else:
            at = max((place for who, place in last.items() if who != kind[n]), default=-1)
            last[int(kind[n])] = n
        if at >= 0:
            found[n] = meaning[at]
    return found


def _progress(document: np.ndarray) -> np.ndarray:
    """How far each segment stands in its document, as a curve of three numbers."""
    import numpy as np

    made = np.zeros((len(document), 3), dtype=np.float32)
    for stretch in np.split(np.arange(len(document)), np.flatnonzero(np.diff(document)) + 1):
        at = np.linspace(0, 1, len(stretch))
        made[stretch] = np.c_[at, np.sin(np.pi * at), at**2]
    return made
