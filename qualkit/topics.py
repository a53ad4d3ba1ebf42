"""Topics: what the segments of a study are about, found without a codebook.

The way of BERTopic (Grootendorst 2022) with choices for interviews: segments stand near each
other where they mean the same (sentence vectors) or use the same rare words (tf-idf); the
dimensions are reduced and cut by k-means, so that nobody is left out; and each topic is named by
the words that set it apart (c-TF-IDF). Interviewers' turns make no topics, and words that are
theirs name none. A topic is a reading aid and a candidate for a code, never a finding.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final

from qualkit import _nlp
from qualkit.coding import embed
from qualkit.errors import MissingExtra, NotEnough, UnknownName
from qualkit.framework import NOT_GIVEN
from qualkit.model import INTERVIEWER
from qualkit.tables import check, plain

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from scipy.sparse import csr_matrix

FEWEST: Final = 10  # segments below which reading them is quicker than any topic
MOST: Final = 30  # topics that a person will read, where nobody asked for more
FEWEST_READ: Final = 5  # segments that must lie in read sources before a topic is called new
SENTENCE: Final = 384  # the columns of `embed` that are the sentence vector

_WORDS: Final = 10
_PASSAGES: Final = 3
_SHORT: Final = 5  # words of a passage that shows what a topic is about
_FEWEST_FOR_UMAP: Final = 200
_NEIGHBOURS: Final = 15
_SAMPLE: Final = 10_000  # segments that the reduction learns from; the others are put among them
_WORD_WEIGHT: Final = (
    0.3  # of the words beside the sentence vectors; see benchmarks/bench_topics.py
)
_THEIRS: Final = 3.0  # times that interviewers use a word more often than those who answer
_EVERYWHERE: Final = 0.2  # share of segments that a word stands in, above which it says nothing


@dataclass(frozen=True, slots=True)
class Topics:
    """Topics and what lies in each.

    Attributes
    ----------
    topics : DataFrame
        ``topic`` (1 is the largest), ``size`` (segments), ``name`` (suggested), ``words`` (list of
        lemmas, most telling first), ``passages`` (list of mappings with ``source``, ``start``,
        ``end`` and ``text``, verbatim, nearest to the centre first), ``x`` and ``y`` (place on a
        map).
    segments : DataFrame
        The rows that were given, without interviewers and empty ones, with ``topic`` (0: in none),
        ``central`` (cosine to the topic's centre, 0 to 1) and ``x``, ``y``.
    method, model : str
        What found the topics, and what the vectors are.
    k : int
        How many topics there are.
    seed : int
    left_out : int
        Segments in no topic; 0 unless `density` was asked for.
    warnings : tuple of str
    vectors : array
        One row a segment, of length one.
    lemmas : tuple
        The words of each segment that may name a topic.
    """

    topics: pd.DataFrame
    segments: pd.DataFrame
    method: str
    model: str
    k: int
    seed: int
    left_out: int
    warnings: tuple[str, ...]
    vectors: np.ndarray = field(repr=False)
    lemmas: tuple[tuple[str, ...], ...] = field(repr=False)


def find(
    segments: pd.DataFrame,
    *,
    k: int | None = None,
    vectors: np.ndarray | None = None,
    model: str = "vectors as given",
    seed: int = 0,
    density: bool = False,
    reduce: str = "umap",
    progress: embed.Progress | None = None,
) -> Topics:
    """The topics of segments.

    Parameters
    ----------
    segments : DataFrame
        With the columns of ``segments``. Interviewers' rows are not sorted into topics; they say
        which words are the interviewer's.
    k : int, optional
        How many topics. By default the square root of half the segments, at most 30: 4 for 40, 10
        for 200, 30 from 1,800 on. Never more than there are different segments.
    vectors : array, optional
        One row a segment, as :func:`qualkit.coding.embed.embed` makes them; the first 384 columns
        are used. By default they are computed, or, without the model, made of the words alone.
    model : str
        What `vectors` are, for the result.
    seed : int
        The same seed and segments give the same topics.
    density : bool
        Topics where segments lie dense (HDBSCAN), as many as there are; the rest is in none.
    reduce : str
        ``umap``, or ``pca``: quicker and a little less good. Below 200 segments always PCA.
    progress : callable, optional
        Called while vectors are computed.

    Returns
    -------
    Topics

    Raises
    ------
    NotEnough
        For fewer than 10 segments with words, or where `density` finds nothing dense.
    ValueError
        For a `k` below 2, `k` with `density`, vectors that do not fit.
    MissingExtra
        Where spaCy or scikit-learn are not installed.

    Notes
    -----
    Reduction learns from at most 10,000 segments, drawn by the seed; the others are put at
    the mean of their five nearest, so that memory is bound. Without BERTopic the topics are
    those of a non-negative matrix factorisation of the words; `method` says so. On 5,330
    comments of patients the topics share more with human codes than BERTopic's as it comes,
    which leaves a third outside: docs/topics.md. Topics of fewer than 100 segments change
    with the seed: look at two.

    References
    ----------
    Grootendorst, M. (2022) BERTopic: neural topic modeling with a class-based TF-IDF procedure.
    McInnes, L., Healy, J. and Melville, J. (2018) UMAP.
    """
    check(segments, "segments")
    _check_choices(k, density, reduce)
    if vectors is not None and len(vectors) != len(segments):
        raise ValueError(f"there are {len(segments)} segments and {len(vectors)} vectors")
    if find_spec("sklearn") is None:
        raise MissingExtra("scikit-learn", "nlp")
    asked = (segments["role"] == INTERVIEWER).to_numpy(dtype=bool)
    spoken = segments["text"].str.strip().str.len().gt(0).to_numpy(dtype=bool)
    kept = segments[~asked & spoken].reset_index(drop=True)
    if len(kept) < FEWEST:
        why = f"topics need at least {FEWEST} segments with words; there are {len(kept)}"
        raise NotEnough(f"{why} (interviewers' do not count)")
    lemmas, warnings = _lemmas(kept["text"].tolist(), segments["text"][asked & spoken].tolist())
    given = None if vectors is None else vectors[~asked & spoken]
    meaning, name = _meaning(kept["text"].tolist(), given, model, progress)
    words = _word_vectors(lemmas, seed)
    points = words if meaning is None else _beside(meaning, words)
    labels, method, more = _sorted_into(
        points, lemmas, k, seed=seed, density=density, reduce=reduce
    )
    return _built(
        kept, labels, points if meaning is None else meaning, lemmas,
        method=method, model=name, seed=seed, warnings=(*warnings, *more),
    )  # fmt: skip


def merge(topics: Topics, numbers: Sequence[int]) -> Topics:
    """The topics with these made one; words, passages and numbers are worked out anew.

    Raises
    ------
    UnknownName
        For a number that is no topic.
    ValueError
        For fewer than two numbers.
    """
    if len(set(numbers)) < 2:
        raise ValueError("name two topics or more to merge")
    known = topics.topics["topic"].tolist()
    for number in numbers:
        if number not in known:
            raise UnknownName("topic", str(number), map(str, known))
    labels = topics.segments["topic"].to_numpy().copy()
    labels[topics.segments["topic"].isin(list(numbers))] = min(numbers)
    return _built(
        topics.segments, labels - 1, topics.vectors, topics.lemmas,
        method=topics.method, model=topics.model, seed=topics.seed, warnings=topics.warnings,
    )  # fmt: skip


def by(topics: Topics, values: Mapping[str, object]) -> pd.DataFrame:
    """Topics by an attribute of the sources.

    Parameters
    ----------
    topics : Topics
    values : mapping
        Source to value (area, stakeholder type, phase); a source without one is ``(not given)``.

    Returns
    -------
    DataFrame
        ``topic``, ``name``, ``value``, ``segments``, ``sources`` (those with such a segment) and
        ``share`` (of the value's segments, 0 to 1); one row for every pair.
    """
    import pandas as pd

    of_source = {
        source: str(plain(values.get(source)) or "").strip() or NOT_GIVEN
        for source in dict.fromkeys(topics.segments["source"])
    }
    segments: Counter[tuple[int, str]] = Counter()
    sources: dict[tuple[int, str], set[str]] = {}
    pairs = zip(topics.segments["source"], topics.segments["topic"], strict=True)
    for source, topic in pairs:
        pair = (int(topic), of_source[source])
        segments[pair] += 1
        sources.setdefault(pair, set()).add(source)
    names = sorted(set(of_source.values()), key=lambda one: (one == NOT_GIVEN, one))
    totals = {name: sum(n for (_, of), n in segments.items() if of == name) for name in names}
    rows = [
        (topic, title, name, segments[topic, name], len(sources.get((topic, name), ())),
         segments[topic, name] / totals[name])
        for topic, title in _titles(topics)
        for name in names
    ]  # fmt: skip
    columns = ["topic", "name", "value", "segments", "sources", "share"]
    return pd.DataFrame(rows, columns=columns)


def crosswalk(topics: Topics, codings: pd.DataFrame) -> pd.DataFrame:
    """Topics by codes: what the codebook covers, and what it does not.

    Parameters
    ----------
    topics : Topics
    codings : DataFrame
        With the columns of ``codings``. A segment carries a code where any coding with it, by
        anybody, overlaps the segment.

    Returns
    -------
    DataFrame
        ``topic``, ``size``, ``name``; ``read`` (its segments in sources that hold any coding);
        ``best`` (``codebook/code`` of the largest share) and ``best_share``; ``covered`` (share
        with any code); ``new``; then one column a code, ``codebook/code``: the share of the
        topic's read segments that carry it, 0 to 1. Shares are missing where nothing was read.

    Notes
    -----
    ``new`` is True where at least 5 segments were read, and the share of them with a code is
    less than half the share among all read segments: the codebook may lack a code for it, and
    `name` is a first name for one.
    """
    import pandas as pd

    check(codings, "codings")
    carried = _carried(topics.segments, codings)
    read = topics.segments["source"].isin(set(codings["source"])).to_numpy(dtype=bool)
    coded = [bool(one) for one in carried]
    usual = sum(coded) / max(1, int(read.sum()))
    columns = [
        f"{b}/{c}" for b, c in dict.fromkeys(zip(codings["codebook"], codings["code"], strict=True))
    ]
    rows = []
    for topic, title in _titles(topics):
        here = (topics.segments["topic"] == topic).to_numpy(dtype=bool)
        inside = [carried[n] for n in (here & read).nonzero()[0]]
        counts = Counter(code for codes in inside for code in codes)
        covered = sum(map(bool, inside)) / len(inside) if inside else None
        best = min(counts, key=lambda code: (-counts[code], columns.index(code)), default=None)
        rows.append((
            topic, int(here.sum()), title, len(inside), best,
            counts[best] / len(inside) if best else None, covered,
            covered is not None and len(inside) >= FEWEST_READ and covered < usual / 2,
            *(counts[code] / len(inside) if inside else None for code in columns),
        ))  # fmt: skip
    heads = ["topic", "size", "name", "read", "best", "best_share", "covered", "new", *columns]
    return pd.DataFrame(rows, columns=heads)


def _titles(topics: Topics) -> list[tuple[int, str]]:
    numbers = topics.topics["topic"].tolist()
    return list(zip(numbers, topics.topics["name"].tolist(), strict=True))


def _carried(segments: pd.DataFrame, codings: pd.DataFrame) -> list[set[str]]:
    """The codes of each segment, by the spans that overlap it."""
    carried: list[set[str]] = [set() for _ in range(len(segments))]
    places: dict[str, list[tuple[int, int, int]]] = {}
    spans = zip(segments["source"], segments["start"], segments["end"], strict=True)
    for n, (source, start, end) in enumerate(spans):
        places.setdefault(source, []).append((int(end), int(start), n))
    for listed in places.values():
        listed.sort()
    parts = ("source", "start", "end", "codebook", "code")
    for source, start, end, book, code in zip(*(codings[p] for p in parts), strict=True):
        listed = places.get(source, [])
        for _, begin, n in listed[bisect_left(listed, (int(start) + 1, 0, 0)) :]:
            if begin >= end:
                break
            carried[n].add(f"{book}/{code}")
    return carried


# Words and vectors -------------------------------------------------------------------------


def _check_choices(k: int | None, density: bool, reduce: str) -> None:
    if k is not None and k < 2:
        raise ValueError(f"{k} is no number of topics; ask for 2 or more")
    if k is not None and density:
        raise ValueError("with density the segments say how many topics there are; leave out k")
    if reduce not in {"umap", "pca"}:
        raise ValueError(f"reduce is 'umap' or 'pca', not {reduce!r}")


def _lemmas(
    texts: Sequence[str], asked: Sequence[str]
) -> tuple[tuple[tuple[str, ...], ...], tuple[str, ...]]:
    """The words of each text that may name a topic, and what to warn of."""
    found = _nlp.content_words(texts)
    leave = _interviewers_words(found, _nlp.content_words(asked))
    warnings: tuple[str, ...] = ()
    if not _nlp.is_english(texts[:2000]):
        warnings = (
            "these texts do not look English: the sentence model and the word lists are English, so"
            " that topics are less good and their words less telling",
        )
        spread = Counter(word for words in found for word in set(words))
        leave |= {word for word, n in spread.items() if n > _EVERYWHERE * len(found)}
    kept = tuple(
        tuple(word for word in words if word not in leave and word.isalpha()) for words in found
    )
    if not any(kept):  # as where everybody says the same few words
        kept = tuple(
            tuple(words or text.casefold().split())
            for words, text in zip(found, texts, strict=True)
        )
    return kept, warnings


def _interviewers_words(
    answers: Sequence[Sequence[str]], questions: Sequence[Sequence[str]]
) -> set[str]:
    """Words that interviewers use three times or more, and much more often than who answers."""
    theirs = Counter(word for words in questions for word in words)
    others = Counter(word for words in answers for word in words)
    all_theirs, all_others = max(1, theirs.total()), max(1, others.total())
    return {
        word
        for word, n in theirs.items()
        if n >= 3 and n / all_theirs > _THEIRS * (others[word] + 1) / all_others
    }


def _meaning(
    texts: Sequence[str], given: np.ndarray | None, model: str, progress: embed.Progress | None
) -> tuple[np.ndarray | None, str]:
    """Sentence vectors of length one and what they are; None where there are none."""
    if given is None and not embed.installed():
        return None, "tf-idf"
    if given is None:
        given, model = embed.embed(texts, progress=progress), embed.model_name()
    return _unit(given[:, :SENTENCE]), model


def _unit(rows: np.ndarray) -> np.ndarray:
    import numpy as np

    rows = np.asarray(rows, dtype=np.float32)
    made: np.ndarray = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
    return made


def _word_vectors(lemmas: Sequence[Sequence[str]], seed: int) -> np.ndarray:
    """Texts by the rare words that they share (latent semantic analysis)."""
    from sklearn.decomposition import TruncatedSVD

    found = _tfidf(lemmas)
    wide = min(100, *(n - 1 for n in found.shape))
    if wide < 2:
        return _unit(found.toarray())
    with _quietly():
        return _unit(TruncatedSVD(wide, random_state=seed).fit_transform(found))


def _tfidf(lemmas: Sequence[Sequence[str]]) -> csr_matrix:
    from sklearn.feature_extraction.text import TfidfVectorizer

    fewest = 3 if len(lemmas) >= 1_000 else 1
    try:
        return TfidfVectorizer(analyzer=_same, sublinear_tf=True, min_df=fewest).fit_transform(
            lemmas
        )
    except ValueError:  # no word stands in three segments
        return TfidfVectorizer(analyzer=_same, sublinear_tf=True).fit_transform(lemmas)


def _same(words: Sequence[str]) -> Sequence[str]:
    return words


def _beside(meaning: np.ndarray, words: np.ndarray) -> np.ndarray:
    import numpy as np

    return _unit(np.hstack([meaning, _WORD_WEIGHT * words]))


# Finding topics ----------------------------------------------------------------------------


def _sorted_into(
    points: np.ndarray,
    lemmas: Sequence[Sequence[str]],
    k: int | None,
    *,
    seed: int,
    density: bool,
    reduce: str,
) -> tuple[np.ndarray, str, tuple[str, ...]]:
    """The topic of each point (-1: none), what found it, and what to warn of."""
    import numpy as np

    different = len(np.unique(points, axis=0))
    number = min(k or _usual(len(points)), different)
    warnings: tuple[str, ...] = ()
    if k is not None and number < k:
        warnings = (f"{k} topics were asked for; only {different} segments differ",)
    if different < 2:
        return np.zeros(len(points), dtype=int), "all segments are alike", warnings
    with _quietly():
        if find_spec("bertopic") is None:
            return _by_words(lemmas, number, seed), "NMF", _no_density(warnings, density)
        reduced, reducer = _reduced(points, seed, reduce)
        labels = _bertopic(lemmas, reduced, number, seed=seed, density=density)
    if labels.max() < 0:
        raise NotEnough("no segments lie dense enough for a topic; ask without density")
    return labels, f"BERTopic ({reducer}, {'HDBSCAN' if density else 'k-means'})", warnings


def _no_density(warnings: tuple[str, ...], density: bool) -> tuple[str, ...]:
    missing = (
        "BERTopic is not installed (pip install 'qualkit[topics]'): topics by NMF of the words"
    )
    return (*warnings, f"{missing}{', nobody left out' if density else ''}")


def _usual(segments: int) -> int:
    return max(2, min(MOST, round(math.sqrt(segments / 2))))


@contextmanager
def _quietly() -> Iterator[None]:
    """Libraries on one thread, which makes sums the same each time, and their warnings unsaid."""
    import warnings

    from threadpoolctl import threadpool_limits

    with warnings.catch_warnings(), threadpool_limits(1):
        warnings.simplefilter("ignore")
        yield


def _reduced(points: np.ndarray, seed: int, reduce: str) -> tuple[np.ndarray, str]:
    """The points in few dimensions, learned from a sample of them."""
    import numpy as np
    from sklearn.neighbors import KNeighborsRegressor

    if reduce == "pca" or len(points) < _FEWEST_FOR_UMAP:
        return _by_pca(points, 30, seed), "PCA"
    if len(points) <= _SAMPLE:
        return _by_umap(points, seed), "UMAP"
    drawn = np.sort(np.random.default_rng(seed).choice(len(points), _SAMPLE, replace=False))
    placed = _by_umap(points[drawn], seed)
    nearest = KNeighborsRegressor(5, algorithm="brute").fit(points[drawn], placed)
    parts = [nearest.predict(points[n : n + 5_000]) for n in range(0, len(points), 5_000)]
    reduced = np.vstack(parts)
    reduced[drawn] = placed
    return reduced, "UMAP"


def _by_umap(points: np.ndarray, seed: int) -> np.ndarray:
    """Five dimensions that keep neighbours together.

    The neighbours are counted out: UMAP's own search for them takes half a minute to be compiled.
    """
    import numpy as np
    from sklearn.neighbors import NearestNeighbors
    from umap import UMAP

    search = NearestNeighbors(n_neighbors=_NEIGHBOURS, algorithm="brute").fit(points)
    distances, indices = search.kneighbors(points)
    reducer = UMAP(
        n_neighbors=_NEIGHBOURS, n_components=5, min_dist=0.0, metric="cosine", n_epochs=200,
        random_state=seed, n_jobs=1, force_approximation_algorithm=True,
        precomputed_knn=(indices.astype(np.int32), (distances**2 / 2).astype(np.float32), None),
    )  # fmt: skip
    return np.asarray(reducer.fit_transform(points))


def _by_pca(points: np.ndarray, wide: int, seed: int) -> np.ndarray:
    from sklearn.decomposition import PCA

    made: np.ndarray = PCA(min(wide, *points.shape), random_state=seed).fit_transform(points)
    return made


def _bertopic(
    lemmas: Sequence[Sequence[str]], reduced: np.ndarray, k: int, *, seed: int, density: bool
) -> np.ndarray:
    """BERTopic with our reduction, clusterer and words."""
    import numpy as np
    from bertopic import BERTopic
    from bertopic.dimensionality import BaseDimensionalityReduction
    from hdbscan import HDBSCAN
    from sklearn.cluster import KMeans
    from sklearn.feature_extraction.text import CountVectorizer

    clusterer = (
        HDBSCAN(min_cluster_size=max(5, len(lemmas) // 200), core_dist_n_jobs=1)
        if density
        else KMeans(k, n_init=5, random_state=seed)
    )
    model = BERTopic(
        language="multilingual",  # or it would drop letters with marks from the words
        umap_model=BaseDimensionalityReduction(),
        hdbscan_model=clusterer,
        vectorizer_model=CountVectorizer(analyzer=str.split),
    )
    found, _ = model.fit_transform([" ".join(words) for words in lemmas], reduced)
    return np.asarray(found)


def _by_words(lemmas: Sequence[Sequence[str]], k: int, seed: int) -> np.ndarray:
    from sklearn.decomposition import NMF

    found = _tfidf(lemmas)
    model = NMF(min(k, *found.shape), init="nndsvda", random_state=seed, max_iter=400)
    labels: np.ndarray = model.fit_transform(found).argmax(1)
    return labels


# The result --------------------------------------------------------------------------------


def _built(
    segments: pd.DataFrame,
    labels: np.ndarray,
    vectors: np.ndarray,
    lemmas: Sequence[Sequence[str]],
    *,
    method: str,
    model: str,
    seed: int,
    warnings: tuple[str, ...],
) -> Topics:  # fmt: skip
    """The tables of topics, whose numbers follow from their sizes."""
    import pandas as pd

    numbers = _numbered(labels)
    k = int(numbers.max())
    centres = _centres(vectors, numbers, k)
    central = (vectors * centres[numbers]).sum(1).clip(0, 1)
    places, spots = _map(centres[1:], vectors)
    rows = segments.assign(
        topic=numbers, central=central.round(4).astype(float), x=spots[:, 0], y=spots[:, 1]
    )
    words = _telling(numbers, lemmas, k)
    table = pd.DataFrame({
        "topic": range(1, k + 1),
        "size": [int((numbers == n).sum()) for n in range(1, k + 1)],
        "name": [", ".join(w[:3]).capitalize() or f"Topic {n}" for n, w in enumerate(words, 1)],
        "words": words,
        "passages": [_passages(rows[rows["topic"] == n]) for n in range(1, k + 1)],
        "x": places[:, 0],
        "y": places[:, 1],
    })  # fmt: skip
    outside = int((numbers == 0).sum())
    return Topics(
        table, rows, method, model, k, seed, outside, warnings, vectors, tuple(map(tuple, lemmas))
    )


def _numbered(labels: np.ndarray) -> np.ndarray:
    """Labels as numbers from 1, the largest first and of two alike the earlier; -1 becomes 0."""
    import numpy as np

    sizes = Counter(int(label) for label in labels if label >= 0)  # keeps the order of the text
    ranks = {label: n for n, (label, _) in enumerate(sizes.most_common(), 1)}
    return np.array([ranks.get(int(label), 0) for label in labels])


def _centres(vectors: np.ndarray, numbers: np.ndarray, k: int) -> np.ndarray:
    """The mean of each topic, of length one; row 0, of those in none, is nought."""
    import numpy as np

    sums = np.zeros((k + 1, vectors.shape[1]), dtype=np.float32)
    np.add.at(sums, numbers, vectors)
    sums[0] = 0
    return _unit(sums)


def _map(centres: np.ndarray, vectors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Places of topics and segments on a plane that keeps the topics as far apart as it can."""
    import numpy as np

    middle = centres.mean(0)
    _, _, axes = np.linalg.svd(centres - middle, full_matrices=False)
    plane = np.zeros((2, centres.shape[1]), dtype=np.float32)
    plane[: min(2, len(axes))] = axes[:2]
    plane *= np.where(plane.sum(1, keepdims=True) < 0, -1, 1)  # an axis may come out either way
    return (centres - middle) @ plane.T, (vectors - middle) @ plane.T


def _telling(numbers: np.ndarray, lemmas: Sequence[Sequence[str]], k: int) -> list[list[str]]:
    """The words that set each topic apart, by c-TF-IDF over the segments that hold them.

    A word that one segment holds, or fewer than three in a hundred, names a topic only where
    there are not three better ones.
    """
    from sklearn.feature_extraction.text import CountVectorizer

    joined: list[list[str]] = [[] for _ in range(k)]
    sizes = [0] * k
    for number, words in zip(numbers, lemmas, strict=True):
        if number:
            joined[number - 1] += sorted(set(words))  # once: one talker shall not name a topic
            sizes[number - 1] += 1
    if not any(joined):
        return [[] for _ in joined]
    with _quietly():
        counter = CountVectorizer(analyzer=_same)
        counts = counter.fit_transform(joined)
        weights = _class_tfidf().fit_transform(counts)
    names = counter.get_feature_names_out()
    heard = [counts[n] >= max(2, 0.03 * size) for n, size in enumerate(sizes)]
    kept = [weights[n].multiply(some) if some.sum() >= 3 else weights[n]
            for n, some in enumerate(heard)]  # fmt: skip
    return [_heaviest(row, names) for row in kept]


def _class_tfidf() -> Any:  # noqa: ANN401 - a scikit-learn transformer
    if find_spec("bertopic") is None:
        from sklearn.feature_extraction.text import TfidfTransformer

        return TfidfTransformer(sublinear_tf=True)
    from bertopic.vectorizers import ClassTfidfTransformer

    return ClassTfidfTransformer(reduce_frequent_words=True)


def _heaviest(row: csr_matrix, names: np.ndarray) -> list[str]:
    found = row.tocsr()
    found.eliminate_zeros()
    found = found.tocoo()
    ranked = sorted(zip(-found.data.round(9), names[found.col], strict=True))
    return [str(word) for _, word in ranked[:_WORDS]]


def _passages(rows: pd.DataFrame) -> list[dict[str, Any]]:
    """The segments nearest to the centre, each wording once, long ones before very short ones."""
    short = rows["text"].map(lambda text: len(text.split()) < _SHORT)
    order = rows.assign(short=short).sort_values(
        ["short", "central"], ascending=[True, False], kind="stable"
    )
    nearest = order.drop_duplicates("text").head(_PASSAGES)
    return [
        {"source": source, "start": int(start), "end": int(end), "text": text}
        for source, start, end, text in zip(
            *(nearest[name] for name in ("source", "start", "end", "text")), strict=True
        )
    ]
