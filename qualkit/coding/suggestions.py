"""Suggestions: which codes a segment may carry, how surely, and what speaks for it.

From the codebook alone at first, then from what coders have coded. A suggestion is never a
coding: a person accepts it, and a rejected one teaches and does not come back.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from qualkit import _nlp
from qualkit.coding import embed, features, learn
from qualkit.coding.cues import Cue, Matcher
from qualkit.coding.labels import labels
from qualkit.model import INTERVIEWER, Code, Codebook
from qualkit.tables import check

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

MOST: Final = 5  # codes suggested for one segment
LEAST: Final = 0.05  # a confidence below this is never shown
FEW: Final = 5  # examples that a code needs before it is said to be learned
UNLEARNED: Final = 2.0  # times its base rate that a code's average precision must reach
_COLUMNS: Final = (
    "source", "start", "end", "text", "codebook", "code", "confidence", "method", "model",
    "reasons",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Suggestions:
    """What is suggested, and how well it was learned.

    Attributes
    ----------
    table : DataFrame
        One row a suggestion: ``source``, ``start``, ``end``, ``text``, ``codebook``, ``code``,
        ``confidence`` (0 to 1), ``method`` (``codebook`` or ``learned``), ``model``, and
        ``reasons``: a mapping of ``cues``, ``words`` and ``alike``, the most alike coded passages.
    codes : DataFrame
        One row a code: ``codebook``, ``code``, ``examples``, ``suggested``, ``precision`` (average
        precision on sources left out, missing where nothing was coded), ``threshold``, and
        ``left_to_people``: why the machine has not learned the code, or empty.
    method : str
        ``codebook`` or ``learned``.
    notes : tuple of str
    """

    table: pd.DataFrame
    codes: pd.DataFrame
    method: str
    notes: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Corpus:
    """Segments, codes and what is known of both, ready to learn from."""

    segments: pd.DataFrame
    codes: tuple[tuple[str, Code], ...]
    features: features.Features
    likeness: learn.Likeness
    owners: np.ndarray
    groups: np.ndarray
    cues: list[list[Cue]]
    model: str
    notes: tuple[str, ...]


def suggest(
    segments: pd.DataFrame,
    codebook: Codebook | Iterable[Codebook],
    codings: pd.DataFrame | None = None,
    *,
    decided: pd.DataFrame | None = None,
    vectors: np.ndarray | None = None,
    codes: Sequence[str] | None = None,
    progress: embed.Progress | None = None,
) -> Suggestions:
    """Codes for the segments that nobody has read yet.

    Parameters
    ----------
    segments : DataFrame
        As :func:`qualkit.segmenting.by_sentences` gives them. Interviewers' segments help to
        understand their neighbours; nothing is suggested on them.
    codebook : Codebook or several
    codings : DataFrame, optional
        ``source``, ``start``, ``end``, ``codebook``, ``code``. Without any, the codebook alone
        speaks: names, definitions, examples, cue phrases.
    decided : DataFrame, optional
        Suggestions already accepted or rejected; see :func:`qualkit.coding.labels.labels`.
    vectors : array, optional
        Of the segments, from :func:`qualkit.coding.embed.embed`; computed where they are not
        given and the model is installed.
    codes : sequence of str, optional
        Only these codes.

    Examples
    --------
    >>> import pandas as pd
    >>> from qualkit.model import Code, Codebook
    >>> book = Codebook("b", "B", "1", (
    ...     Code("waiting", "Waiting times", cues=("waiting list", "months")),
    ...     Code("parents", "Work with parents", cues=("mum", "dad", "family"))))
    >>> said = ["The waiting list was eleven months.", "His mum came to every meeting."]
    >>> rows = [("p1", n, 100 * n, 100 * n + len(t), t, "P1", "participant", None)
    ...         for n, t in enumerate(said)]
    >>> columns = ["source", "segment", "start", "end", "text", "speaker", "role", "item"]
    >>> found = suggest(pd.DataFrame(rows, columns=columns), book)
    >>> found.table.groupby("start")["code"].first().tolist()
    ['waiting', 'parents']
    """
    import pandas as pd

    books = [codebook] if isinstance(codebook, Codebook) else list(codebook)
    held = pd.DataFrame(columns=["coding", *_COLUMNS]) if codings is None else codings
    corpus = prepare(segments, books, vectors=vectors, codes=codes, progress=progress)
    return of_corpus(corpus, held, decided)


def of_corpus(
    corpus: Corpus, codings: pd.DataFrame, decided: pd.DataFrame | None = None
) -> Suggestions:
    """The same as :func:`suggest`, of a corpus that is ready."""
    names = [(book, code.id) for book, code in corpus.codes]
    known = labels(corpus.segments, names, codings, decided)
    return _told(corpus, known, judge(corpus, known))


def prepare(
    segments: pd.DataFrame,
    books: Sequence[Codebook],
    *,
    vectors: np.ndarray | None = None,
    codes: Sequence[str] | None = None,
    kind: str = embed.DEFAULT,
    progress: embed.Progress | None = None,
) -> Corpus:
    """The segments and codes as features; ValueError where there is no code."""
    check(segments, "segments")
    chosen = tuple(
        (book.id, code)
        for book in books
        for code in book.codes
        if codes is None or {code.id, f"{book.id}/{code.id}", code.name} & set(codes)
    )
    if not chosen:
        raise ValueError("there is no code to suggest; add a codebook first")
    texts = segments["text"].tolist()
    english = _nlp.is_english(texts[:: max(1, len(texts) // 500)])
    notes = [] if english else [_FOREIGN]
    phrases, owners = phrases_of([code for _, code in chosen])
    usable = english and embed.installed()
    if english and not usable:
        notes.append("the sentence model is not installed; suggestions go by words alone")
    if usable and vectors is None:
        vectors = embed.embed(texts, kind=kind, progress=progress)
    matcher = Matcher([code for _, code in chosen])
    cues = matcher.find(texts)
    made = features.build(
        segments, phrases, vectors=vectors if usable else None,
        phrase_vectors=_of_phrases(tuple(phrases), kind) if usable else None,
        cues=(matcher.table(cues), matcher.table(matcher.find(phrases))) if matcher else None,
    )  # fmt: skip
    model = f"{_METHOD} on {embed.model_name(kind) if usable else 'words alone'}"
    return Corpus(
        segments, chosen, made, learn.Likeness(made), owners, group_of(segments, made), cues,
        model, tuple(notes),
    )  # fmt: skip


_METHOD: Final = "kernel ridge 1"
_FOREIGN: Final = (
    "the text does not look English: sentence vectors and word forms are left out, "
    "words as they stand and their pieces still count"
)


def phrases_of(codes: Sequence[Code]) -> tuple[list[str], np.ndarray]:
    """What the codebook says of each code, and the code that each phrase describes."""
    import numpy as np

    phrases, owners = [], []
    for n, code in enumerate(codes):
        said = [f"{code.name}. {code.definition}".strip(), code.include, code.example, *code.cues]
        for phrase in dict.fromkeys(one.strip() for one in said if one.strip()):
            phrases.append(phrase)
            owners.append(n)
    return phrases, np.array(owners, dtype=int)


def group_of(segments: pd.DataFrame, made: features.Features) -> np.ndarray:
    """What is left out together when a model is tried: a source, or a stretch of a single one."""
    import numpy as np

    sources: np.ndarray = segments["source"].factorize()[0]
    if len(np.unique(sources)) >= 3:
        return sources if made.transcripts else made.document
    blocks: np.ndarray = np.arange(len(segments)) // 10
    return blocks if made.transcripts else np.arange(len(segments))


@dataclass(frozen=True, slots=True)
class Judged:
    """Scores and confidences of every segment, and what they rest on."""

    learned: learn.Learned
    confidence: np.ndarray
    thresholds: np.ndarray
    precision: list[float | None]
    examples: np.ndarray
    method: str
    calibration: learn.Calibration | None = None


def judge(corpus: Corpus, known: np.ndarray, *, before: Judged | None = None) -> Judged:
    """Learn from what is known, or from the codebook alone where nothing is.

    With `before`, what was judged a few decisions ago, its calibration goes on to be used:
    relearning then takes a fraction of the time.
    """
    import numpy as np

    candidates = (corpus.segments["role"] != INTERVIEWER).to_numpy()
    said = (known != 0) & candidates[:, None]
    rows = np.flatnonzero(said.any(1))
    examples = ((known == 1) & candidates[:, None]).sum(0)
    if not examples.any():
        return _cold(corpus, examples)
    rows = _fewer(rows, known)
    targets = _targets(corpus, rows, known[rows].astype(np.float32))
    if before is not None and before.calibration is not None:
        return _again(corpus, rows, targets, examples, before)
    learned = learn.learn(corpus.likeness, rows, targets, corpus.owners, groups=corpus.groups)
    truth = np.where(known[rows] == 0, np.nan, known[rows] > 0)
    fitted = learn.calibrate(learned.left_out[rows], truth, corpus.groups[rows])
    precision = [
        learn.precision_of(truth[told, j] > 0, learned.left_out[rows][told, j])
        for j in range(known.shape[1])
        for told in [~np.isnan(truth[:, j])]
    ]
    shown = fitted.confidence(learned.scores)
    return Judged(learned, shown, fitted.thresholds, precision, examples, "learned", fitted)


def _again(
    corpus: Corpus, rows: np.ndarray, targets: np.ndarray, examples: np.ndarray, before: Judged
) -> Judged:
    """Learn anew with the settings and the calibration of before."""
    fitted = before.calibration
    if fitted is None:
        raise ValueError("what was judged from the codebook alone has no calibration")
    learned = learn.learn(
        corpus.likeness, rows, targets, corpus.owners, groups=corpus.groups,
        smoothing=before.learned.smoothing,
    )  # fmt: skip
    shown = fitted.confidence(learned.scores)
    return Judged(learned, shown, fitted.thresholds, before.precision, examples, "learned", fitted)


def _fewer(rows: np.ndarray, known: np.ndarray) -> np.ndarray:
    """At most so many rows as one factorisation can take: a sample, and all of rare codes."""
    import numpy as np

    if len(rows) <= learn.MOST:
        return rows
    hits = known[rows] == 1
    rare = (hits & (hits.sum(0) < _RARE)[None, :]).any(1)
    order = np.lexsort((np.random.default_rng(0).random(len(rows)), ~rare))
    return np.sort(rows[order[: learn.MOST]])


@lru_cache(maxsize=4)
def _of_phrases(phrases: tuple[str, ...], kind: str) -> np.ndarray:
    """The vectors of a codebook's phrases, kept for the next time that one learns."""
    made = embed.embed(phrases, kind=kind)
    made.flags.writeable = False
    return made


_RARE: Final = 50  # examples below which none of a code is left out


def _targets(corpus: Corpus, rows: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """What to aim at: where nobody has said, what the codebook alone would say."""
    import numpy as np

    unsaid = targets == 0
    if not unsaid.any():
        return targets
    alone = from_codebook(corpus)
    return np.where(unsaid, np.clip(alone.scores[rows], -1, 0), targets)


def from_codebook(corpus: Corpus) -> learn.Learned:
    """What the phrases of the codebook alone teach."""
    import numpy as np

    nothing = np.zeros(0, dtype=int)
    return learn.learn(
        corpus.likeness, nothing, np.zeros((0, len(corpus.codes))), corpus.owners,
        groups=corpus.groups,
    )  # fmt: skip


def _cold(corpus: Corpus, examples: np.ndarray) -> Judged:
    """From the codebook alone; a code of few phrases is measured by its own scores' spread."""
    import numpy as np

    codes = len(corpus.codes)
    learned = from_codebook(corpus)
    scores = cold_scores(corpus.likeness, corpus.owners, codes, learned.scores)
    shown = np.maximum(guess(scores), np.where(_with_cue(corpus), CUE, 0))
    return Judged(
        learned, shown, np.full(codes, COLD_THRESHOLD), [None] * codes, examples,
        "codebook",
    )  # fmt: skip


def _with_cue(corpus: Corpus) -> np.ndarray:
    """Where a cue of a code stands, whatever else is said."""
    import numpy as np

    found = np.zeros((len(corpus.segments), len(corpus.codes)), dtype=bool)
    for row, cues in enumerate(corpus.cues):
        found[row, [cue.code for cue in cues]] = True
    return found


CUE: Final = 0.2  # the least confidence where a cue stands
COLD_THRESHOLD: Final = 0.1


def cold_scores(
    likeness: learn.Likeness, owners: np.ndarray, codes: int, scores: np.ndarray
) -> np.ndarray:
    """Scores from the codebook alone, with the best-fitting phrases of each code counted again.

    Codes that few phrases describe differ in how near their words lie to everything that is
    said, so their scores are taken relative to their own mean and spread.
    """
    import numpy as np

    mixed = mixed_scores(likeness, owners, codes, scores)
    both = Spread.of(mixed, owners).relative(mixed)
    made = likeness.features
    return learn.smoothed(made, both.astype(np.float32), 0.7 if made.transcripts else 0.0)


def mixed_scores(
    likeness: learn.Likeness, owners: np.ndarray, codes: int, scores: np.ndarray
) -> np.ndarray:
    """Scores of all segments with half of the likeness to each code's nearest phrases."""
    import numpy as np

    every, nothing = np.arange(likeness.count), np.zeros(0, dtype=int)
    made = np.zeros_like(scores)
    for at in range(0, len(every), learn.CHUNK):
        some = every[at : at + learn.CHUNK]
        made[some] = with_best(scores[some], likeness.of(some, nothing), owners, range(codes))
    return made


def with_best(
    scores: np.ndarray, alike: np.ndarray, owners: np.ndarray, codes: Sequence[int]
) -> np.ndarray:
    """Scores of some codes with half of the likeness to each one's three nearest phrases."""
    import numpy as np

    best = np.zeros_like(scores)
    for n, j in enumerate(codes):
        best[:, n] = np.sort(alike[:, owners == j], axis=1)[:, -3:].mean(1)
    return np.asarray(scores + 0.5 * best)


@dataclass(frozen=True, slots=True)
class Spread:
    """How scores from the codebook alone lie over everything that is said.

    Attributes
    ----------
    few : float
        How much codes are taken relative to their own mean and spread, 0 to 1.
    mean, spread : array, one a code
    mean_of_all, spread_of_all : float
    """

    few: float
    mean: np.ndarray
    spread: np.ndarray
    mean_of_all: float
    spread_of_all: float

    @classmethod
    def of(cls, mixed: np.ndarray, owners: np.ndarray) -> Spread:
        """The spread of these scores, one column a code."""
        import numpy as np

        few = float(np.clip((8 - len(owners) / mixed.shape[1]) / 7, 0, 1))
        spread = np.maximum(mixed.std(0), 1e-6)
        return cls(few, mixed.mean(0), spread, float(mixed.mean()), max(float(mixed.std()), 1e-6))

    def relative(self, mixed: np.ndarray) -> np.ndarray:
        """Scores relative to what is usual."""
        relative = (mixed - self.mean) / self.spread
        plain = (mixed - self.mean_of_all) / self.spread_of_all
        made: np.ndarray = self.few * relative + (1 - self.few) * plain
        return made


def guess(scores: np.ndarray) -> np.ndarray:
    """A cautious confidence for what no coder has taught: fitted on studies coded by people."""
    return 0.8 * learn.logistic(1.2 * scores - 3.6)


# What is told ---------------------------------------------------------------------------------


def _told(corpus: Corpus, known: np.ndarray, judged: Judged) -> Suggestions:
    import numpy as np
    import pandas as pd

    open_ = (known == 0) & (corpus.segments["role"] != INTERVIEWER).to_numpy()[:, None]
    few = judged.examples < FEW
    confidence, thresholds = with_codebook(corpus, judged, few)
    said = (known != 0).sum(0)
    left = [left_to_people(judged, int(said[j]), j) for j in range(len(corpus.codes))]
    shown = np.where(open_, confidence, 0)
    shown[:, [bool(reason) for reason in left] & ~few] = 0
    wanted = shown >= from_which(thresholds)[None, :]
    rank = np.argsort(np.argsort(-shown, axis=1, kind="stable"), axis=1)
    wanted &= rank < MOST
    pairs = np.argwhere(wanted)
    told, places = _Reasons(corpus, known, judged, few).of(pairs), _places(corpus.segments)
    rows = [
        (*places[n], corpus.codes[j][0], corpus.codes[j][1].id,
         round(float(confidence[n, j]), 4), "codebook" if few[j] else judged.method,
         corpus.model, reasons)
        for (n, j), reasons in zip(pairs, told, strict=True)
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=list(_COLUMNS)).astype({"confidence": "float64"})
    codes = pd.DataFrame(
        {
            "codebook": [book for book, _ in corpus.codes],
            "code": [code.id for _, code in corpus.codes],
            "examples": judged.examples.tolist(),
            "suggested": wanted.sum(0).tolist(),
            "precision": judged.precision,
            "threshold": [round(float(one), 3) for one in thresholds],
            "left_to_people": left,
        }
    )
    return Suggestions(table, codes, judged.method, corpus.notes)


def from_which(thresholds: np.ndarray) -> np.ndarray:
    """The confidences from which on codes are suggested: their thresholds, within bounds."""
    import numpy as np

    return np.asarray(np.clip(thresholds, LEAST, 0.5))


def with_codebook(corpus: Corpus, judged: Judged, few: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Confidences and thresholds, those of codes with few examples from the codebook alone."""
    import numpy as np

    if judged.method == "codebook" or not few.any():
        return judged.confidence, judged.thresholds
    alone = _cold(corpus, judged.examples)
    return (
        np.where(few[None, :], alone.confidence, judged.confidence),
        np.where(few, alone.thresholds, judged.thresholds),
    )


def _places(segments: pd.DataFrame) -> list[tuple[str, int, int, str]]:
    """Source, start, end and text of every segment."""
    columns = (segments[name].tolist() for name in ("source", "start", "end", "text"))
    return list(zip(*columns, strict=True))


_BY_CODEBOOK: Final = f"fewer than {FEW} examples; the codebook alone speaks"


def left_to_people(judged: Judged, told: int, j: int) -> str:
    """Why a code should be left to people, of whose segments so many were judged, or nothing."""
    if judged.method != "learned":
        return ""
    examples, precision = int(judged.examples[j]), judged.precision[j]
    if examples < FEW:
        return _BY_CODEBOOK
    if precision is not None and precision < UNLEARNED * examples / told < 0.5:
        return f"not learned: average precision {precision:.2f}, by chance {examples / told:.2f}"
    return ""


class _Reasons:
    """What speaks for a code on a segment: cues, words, and the most alike coded passages."""

    def __init__(self, corpus: Corpus, known: np.ndarray, judged: Judged, few: np.ndarray) -> None:
        from scipy import sparse

        self._few = few & (judged.method == "learned")
        self._corpus = corpus
        self._known = known
        self._places = _places(corpus.segments)
        rows, weights = judged.learned.rows, judged.learned.weights
        words = sparse.vstack([corpus.features.words[rows], corpus.features.phrase_words]).tocsr()
        self._weight = words.T @ weights  # what each word says for each code

    def of(self, pairs: np.ndarray) -> list[dict[str, Any]]:
        """The reasons of each pair of segment and code."""
        import numpy as np

        made: list[dict[str, Any]] = [{} for _ in pairs]
        for j in np.unique(pairs[:, 1]) if len(pairs) else ():
            mine = np.flatnonzero(pairs[:, 1] == j)
            alike = self._alike(pairs[mine, 0], int(j))
            for n, passages in zip(mine, alike, strict=True):
                row = int(pairs[n, 0])
                made[n] = {
                    "cues": self._cues(row, int(j)),
                    "words": self._words(row, int(j)),
                    "alike": passages,
                }
        return made

    def _cues(self, row: int, j: int) -> list[str]:
        return list(dict.fromkeys(cue.cue for cue in self._corpus.cues[row] if cue.code == j))

    def _words(self, row: int, j: int) -> list[str]:
        import numpy as np

        if self._few[j]:
            return []  # the codebook spoke, not what coders taught
        words = self._corpus.features.words
        own = slice(words.indptr[row], words.indptr[row + 1])
        held = words.indices[own]
        gains = words.data[own] * self._weight[held, j]
        order = np.argsort(-gains)[:12]
        vocabulary = self._corpus.features.vocabulary
        spoke = [str(vocabulary[held[n]]) for n in order if gains[n] > 0]
        telling = [word for word in spoke if not set(word.split()) <= stop_words()]
        return telling[:5]

    def _alike(self, rows: np.ndarray, j: int) -> list[list[dict[str, Any]]]:
        import numpy as np

        coded = np.flatnonzero(self._known[:, j] == 1)[: learn.MOST]
        if not len(coded) or self._few[j]:
            return [[] for _ in rows]
        if len(rows) > _BATCH:
            batches = np.split(rows, range(_BATCH, len(rows), _BATCH))
            return [one for batch in batches for one in self._alike(batch, j)]
        alike = self._corpus.features.meaning(rows, coded)
        best = np.argsort(-alike, axis=1, kind="stable")[:, :2]
        return [
            [
                {
                    **dict(zip(("source", "start", "end", "text"), self._places[coded[at]],
                               strict=True)),
                    "alike": round(float(alike[n, at]), 2),
                }
                for at in best[n]
            ]
            for n in range(len(rows))
        ]  # fmt: skip


_BATCH: Final = 1000  # suggestions whose most alike passages are looked for at once


@lru_cache(maxsize=1)
def stop_words() -> frozenset[str]:
    """English words that say nothing by themselves."""
    _nlp.spacy()
    from spacy.lang.en.stop_words import STOP_WORDS

    return frozenset(STOP_WORDS)
