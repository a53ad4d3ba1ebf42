"""What suggestions for open answers need, taken out of a study: compact, and one file.

Where segments are independent of each other, as open answers are, the scores of
:mod:`qualkit.coding.suggestions` are sums over words, pieces, cues and the vector's numbers. So
the segments that taught can be added up once, and what is left does not grow with the study.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from qualkit import suggesting
from qualkit.coding import embed, features, learn, suggestions
from qualkit.coding.cues import LONGEST
from qualkit.coding.labels import labels
from qualkit.errors import ReadError
from qualkit.writing import write_whole

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from qualkit.model import Codebook
    from qualkit.project import Project

WORDS_ALONE: Final = "words"
_FORMAT: Final = 1


@dataclass(frozen=True, eq=False)
class Learned:
    """What was learned of codes, for comments that stand alone.

    Attributes
    ----------
    codes : tuple of (codebook, code)
    names : tuple of str
        The codes' names.
    method : str
        ``codebook`` where no coding taught, else ``learned``.
    model : str
        What the suggestions rest on, for the record.
    embedding : str
        ``static``, ``int8``, ``fp32``; ``words`` where the text is no English or the sentence
        model is not installed.
    taught : int
        Segments that taught.
    terms, pieces : tuple of str
        Words and pairs of words, and pieces of words, that weigh.
    cues : tuple of (int, str)
        The code's place and the cue.
    few : tuple of bool
        Codes of which the codebook alone speaks.
    left : tuple of str
        Why a code is left to people, or empty.
    arrays : mapping of str to array
    notes : tuple of str
    """

    codes: tuple[tuple[str, str], ...]
    names: tuple[str, ...]
    method: str
    model: str
    embedding: str
    taught: int
    terms: tuple[str, ...]
    pieces: tuple[str, ...]
    cues: tuple[tuple[int, str], ...]
    few: tuple[bool, ...]
    left: tuple[str, ...]
    arrays: dict[str, Any]
    notes: tuple[str, ...] = ()

    @cached_property
    def digest(self) -> str:
        """SHA-256 of all that is in it."""
        made = hashlib.sha256(json.dumps(self._head(), sort_keys=True).encode())
        for name in sorted(self.arrays):
            made.update(name.encode() + self.arrays[name].tobytes())
        return made.hexdigest()

    def _head(self) -> dict[str, Any]:
        names = [name for name in self.__dataclass_fields__ if name != "arrays"]
        return {"format": _FORMAT} | {name: getattr(self, name) for name in names}

    def save(self, path: Path | str) -> Path:
        """Write it as one file: numbers and JSON, no program."""
        import numpy as np

        words = json.dumps(self._head(), ensure_ascii=False)  # read by the check before release
        head = np.frombuffer(words.encode(), dtype=np.uint8)

        def write(to: Path) -> None:
            with to.open("wb") as file:
                np.savez_compressed(file, head=head, **self.arrays)

        return write_whole(path, write)


def load(path: Path | str) -> Learned:
    """What :meth:`Learned.save` wrote.

    Raises
    ------
    ReadError
        For a file that is something else, or was written by a newer qualkit.
    """
    import zipfile

    import numpy as np

    path = Path(path)
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as held:
            head = json.loads(held["head"].tobytes())
            arrays = {name: held[name] for name in held.files if name != "head"}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, zipfile.BadZipFile) as error:
        raise ReadError(path.name, "is not what 'qualkit scale learn' writes") from error
    if head.pop("format", None) != _FORMAT:
        raise ReadError(path.name, "was written by another version of qualkit; learn it again")
    head["codes"] = tuple((book, code) for book, code in head["codes"])
    head["cues"] = tuple((int(code), cue) for code, cue in head["cues"])
    tuples = {k: tuple(v) for k, v in head.items() if isinstance(v, list | tuple)}
    return Learned(**head | tuples, arrays=arrays)


def learn_study(
    project: Project,
    *,
    embedding: str = "static",
    codes: Sequence[str] | None = None,
    progress: embed.Progress | None = None,
) -> Learned:
    """What the codings and codebooks of a study teach about comments.

    Parameters
    ----------
    project : Project
        A study in which some of the comments, or comments like them, were coded. Where nothing
        was, the codebook alone speaks.
    embedding : str
        ``static``, the quick one; ``int8`` and ``fp32`` are better and many times slower.
    codes : sequence of str, optional
        Only these.

    Raises
    ------
    NotEnough
        For a study without sources or codes.
    UnknownName
        For a code that is not there.
    """
    suggesting.known(project, codes=codes)
    study = suggesting.read(project)
    return learn_from(
        study.segments, study.books, study.codings, study.decided,
        embedding=embedding, codes=codes, progress=progress,
    )  # fmt: skip


def learn_from(
    segments: pd.DataFrame,
    books: Sequence[Codebook],
    codings: pd.DataFrame,
    decided: pd.DataFrame | None = None,
    *,
    embedding: str = "static",
    codes: Sequence[str] | None = None,
    progress: embed.Progress | None = None,
) -> Learned:
    """The same as :func:`learn_study`, of tables.

    Parameters
    ----------
    segments, codings, decided : DataFrame
        As :func:`qualkit.coding.suggestions.suggest` takes them.
    books : sequence of Codebook
    """
    embed.model_name(embedding)
    corpus = suggestions.prepare(segments, books, codes=codes, kind=embedding, progress=progress)
    known = labels(segments, [(b, c.id) for b, c in corpus.codes], codings, decided)
    return learn_corpus(corpus, known, embedding=embedding)


def learn_corpus(
    corpus: suggestions.Corpus, known: np.ndarray, *, embedding: str = "static"
) -> Learned:
    """The same of a corpus that is ready, and of what was said of its segments."""
    corpus = _independent(corpus)
    judged = suggestions.judge(corpus, known)
    few = judged.examples < suggestions.FEW
    usable = not any(corpus.notes)
    texts = corpus.segments["text"].tolist()
    terms, pieces = (features.lexicon(texts, pieces=which) for which in (False, True))
    cues = _cues(corpus)
    said = (known != 0).sum(0)
    left = [
        suggestions.left_to_people(judged, int(said[j]), j) if not few[j] else ""
        for j in range(len(few))
    ]
    arrays = _taught(corpus, judged) | _cold(corpus, few) | _rarities(terms, pieces)
    arrays["dull"] = _dull(_names(terms))
    if not usable:
        axes = features.reduction(corpus.features.words)
        arrays["axes"] = _none(0, 0) if axes is None else axes
    return Learned(
        tuple((book, code.id) for book, code in corpus.codes),
        tuple(code.name for _, code in corpus.codes), judged.method, corpus.model,
        embedding if usable else WORDS_ALONE, len(judged.learned.rows), _names(terms),
        _names(pieces), cues, tuple(few.tolist()), tuple(left), arrays, corpus.notes,
    )  # fmt: skip


def _cues(corpus: suggestions.Corpus) -> tuple[tuple[int, str], ...]:
    return tuple(
        (n, cue.strip())
        for n, (_, code) in enumerate(corpus.codes)
        for cue in code.cues
        if 0 < len(cue.split()) <= LONGEST
    )


def _cued(corpus: suggestions.Corpus) -> int:
    """Columns that say which code's cues stand in a text; none where no code has any."""
    return len(corpus.codes) if _cues(corpus) else 0


def _none(*shape: int) -> np.ndarray:
    import numpy as np

    return np.zeros(shape, dtype=np.float32)


def _names(lexicon: Any) -> tuple[str, ...]:  # noqa: ANN401 - scikit-learn's
    return () if lexicon is None else tuple(map(str, lexicon.get_feature_names_out()))


def _dull(terms: Sequence[str]) -> np.ndarray:
    """Which terms are nothing but words that say nothing by themselves."""
    import numpy as np

    common = suggestions.stop_words()
    return np.array([set(term.split()) <= common for term in terms], dtype=bool)


def _rarities(terms: Any, pieces: Any) -> dict[str, np.ndarray]:  # noqa: ANN401 - scikit-learn's
    import numpy as np

    both = {"terms_rarity": terms, "pieces_rarity": pieces}
    return {
        name: _none(0) if one is None else np.asarray(one.idf_, dtype=np.float32)
        for name, one in both.items()
    }


def _independent(corpus: suggestions.Corpus) -> suggestions.Corpus:
    """The segments without their neighbours, as comments have none."""
    if not corpus.features.transcripts:
        return corpus
    alone = replace(corpus.features, round=None)
    return replace(corpus, features=alone, likeness=learn.Likeness(alone))


def _taught(corpus: suggestions.Corpus, judged: suggestions.Judged) -> dict[str, np.ndarray]:
    """The weights of words, pieces, cues and the vector's numbers, one column a code."""
    import numpy as np

    rows, weights = judged.learned.rows, judged.learned.weights
    made = _summed(corpus.features, rows, weights, _cued(corpus))
    fitted = judged.calibration
    made["thresholds"] = suggestions.from_which(judged.thresholds).astype(np.float64)
    if fitted is not None:
        made |= {"slopes": fitted.slopes, "offsets": fitted.offsets,
                 "sure": np.array([fitted.sure])}  # fmt: skip
    return made


def _summed(
    known: features.Features, rows: np.ndarray, weights: np.ndarray, cued: int
) -> dict[str, np.ndarray]:
    """What rows and phrases that weigh so much come to, block by block."""
    import numpy as np

    lexical = known.own[0][rows].T @ weights[: len(rows)]
    lexical = np.asarray(lexical + known.phrases[0].T @ weights[len(rows) :], dtype=np.float32)
    meaning = known.own[1][rows].T @ weights[: len(rows)]
    meaning = meaning + known.phrases[1].T @ weights[len(rows) :]
    made = _blocks(lexical, known.words.shape[1], cued)
    made["meaning"] = np.asarray(features.layered(meaning.T).T, dtype=np.float32)
    made["constant"] = weights.sum(0).astype(np.float32)
    return made


def _blocks(lexical: np.ndarray, words: int, cued: int) -> dict[str, np.ndarray]:
    """The rows of words, of pieces and of cues, weighed."""
    end = len(lexical) - cued
    return {
        "terms": features.WORDS * lexical[:words],
        "pieces": features.PIECES * lexical[words:end],
        "cues": features.CUES * lexical[end:],
    }


def _cold(corpus: suggestions.Corpus, few: np.ndarray) -> dict[str, np.ndarray]:
    """What is needed of codes of which the codebook alone speaks: each phrase's own weights."""
    import numpy as np

    if not few.any():
        return {}
    chosen, nothing = np.flatnonzero(few), np.zeros(0, dtype=int)
    alone = suggestions.from_codebook(corpus)
    mixed = suggestions.mixed_scores(corpus.likeness, corpus.owners, len(few), alone.scores)
    spread = suggestions.Spread.of(mixed, corpus.owners)
    told = _summed(corpus.features, nothing, alone.weights[:, chosen], _cued(corpus))
    own = np.flatnonzero(few[corpus.owners])
    each = np.zeros((len(corpus.owners), len(own)), dtype=np.float32)
    each[own, np.arange(len(own))] = 1
    phrases = _summed(corpus.features, nothing, each, _cued(corpus))
    return (
        {f"cold_{name}": value for name, value in told.items()}
        | {f"phrases_{name}": value for name, value in phrases.items()}
        | {"owners": corpus.owners[own], "few_mean": spread.mean[chosen],
           "few_spread": spread.spread[chosen],
           "spread": np.array([spread.few, spread.mean_of_all, spread.spread_of_all])}
    )  # fmt: skip
