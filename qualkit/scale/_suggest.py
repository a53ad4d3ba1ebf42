"""Suggestions for a table of comments, a chunk at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from qualkit.coding import embed, features, learn, suggestions
from qualkit.errors import TableError
from qualkit.scale import _words
from qualkit.scale._learned import WORDS_ALONE, Learned

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

COLUMNS: Final = ("id", "codebook", "code", "confidence", "why")
AT_ONCE: Final = 10_000  # comments whose words are held at once
_BLOCK: Final = 256  # rows of one multiplication, always so many: sums then never differ
_TOLD: Final = 3  # words of a reason


def suggest_table(
    table: pd.DataFrame,
    learned: Learned,
    *,
    text: str = "text",
    id: str | None = "id",  # noqa: A002 - what the column is called
    most: int = suggestions.MOST,
    least: float = suggestions.LEAST,
) -> pd.DataFrame:
    """Codes for comments that stand alone.

    What comes back for a comment does not depend on the comments beside it.

    Parameters
    ----------
    table : DataFrame
        One row a comment; missing and blank texts have no suggestion.
    learned : Learned
    text, id : str
        The columns of the words and of what a comment is known by; without `id`, the index.
    most : int
        Codes for one comment.
    least : float
        The confidence from which on a code is suggested; a code's own threshold, where higher.

    Returns
    -------
    DataFrame
        One row a suggestion, in the order of the comments, the surest first: ``id``,
        ``codebook``, ``code``, ``confidence`` (0 to 1), ``why``: the cue that stands there, or
        the words that spoke for the code.

    Raises
    ------
    TableError
        Where a column is not there.
    """
    import numpy as np
    import pandas as pd

    for name in (text, *([] if id is None else [id])):
        if name not in table.columns:
            raise TableError("the table", f"has no column {name!r}; it has {list(table.columns)}")
    ids = np.array(plain_texts(table.index.to_series() if id is None else table[id]), dtype=object)
    texts = plain_texts(table[text])
    ready, parts = _ready(learned), []
    for at in range(0, len(texts), AT_ONCE):
        read = ready.read(texts[at : at + AT_ONCE])
        shown = np.round(ready.confidence(read), 4)
        rows, codes = ready.chosen(read, shown, most, least)
        told = ready.why(read, rows, codes)
        parts.append(_rows(learned, ids[at + rows], codes, shown[rows, codes], told))
    return pd.concat(parts, ignore_index=True) if parts else _rows(learned, [], [], [], [])


def plain_texts(column: pd.Series) -> list[str]:
    """A column as words; what is missing is empty."""
    return [
        "" if missing else str(value) for value, missing in zip(column, column.isna(), strict=True)
    ]


def confidences(texts: Sequence[str], learned: Learned) -> np.ndarray:
    """How surely each code applies to each text, 0 to 1: one row a text, one column a code."""
    import numpy as np

    ready = _ready(learned)
    parts = [
        ready.confidence(ready.read(texts[at : at + AT_ONCE]))
        for at in range(0, len(texts), AT_ONCE)
    ]
    return np.concatenate(parts) if parts else np.zeros((0, len(learned.codes)))


def _rows(learned: Learned, ids: Any, codes: Any, shown: Any, told: Any) -> pd.DataFrame:  # noqa: ANN401
    import pandas as pd

    made = pd.DataFrame({
        "id": pd.Series(list(ids), dtype="str"),
        "codebook": pd.Series([learned.codes[j][0] for j in codes], dtype="str"),
        "code": pd.Series([learned.codes[j][1] for j in codes], dtype="str"),
        "confidence": pd.Series(list(shown), dtype="float64"),
        "why": pd.Series(list(told), dtype="str"),
    })  # fmt: skip
    return made[list(COLUMNS)]


@lru_cache(maxsize=2)
def _ready(learned: Learned) -> _Ready:
    return _Ready(learned)


@dataclass(frozen=True, slots=True)
class _Read:
    """What is known of some texts."""

    words: _words.Words
    terms: Any
    pieces: Any
    cues: Any
    meaning: np.ndarray
    found: _words.Found


class _Ready:
    """What was learned, made ready for reading texts."""

    def __init__(self, learned: Learned) -> None:
        import numpy as np

        self._learned = learned
        self._arrays = learned.arrays
        self._terms = _words.Terms(learned.terms)
        self._pieces = _words.Pieces(learned.pieces)
        self._cues = _words.Cues(learned.cues)
        self._static = _words.Static()
        self._few = np.array(learned.few)

    def read(self, texts: Sequence[str]) -> _Read:
        """The words, pieces, cues and meaning of texts."""
        words = _words.words_of(texts)
        terms = _words.weighed(self._terms.counts(words), self._arrays["terms_rarity"])
        pieces = _words.weighed(self._pieces.counts(words), self._arrays["pieces_rarity"])
        found = self._cues.find(words)
        shape = (len(texts), len(self._learned.codes))
        meaning = self._meaning(words, terms)
        return _Read(words, terms, pieces, _words.cue_table(found, shape), meaning, found)

    def _meaning(self, words: _words.Words, terms: Any) -> np.ndarray:  # noqa: ANN401 - sparse
        import numpy as np

        kind = self._learned.embedding
        if kind == "static":
            return self._static.rows(words)
        if kind != WORDS_ALONE:
            return embed.embed(words.texts, kind=kind)
        axes = self._arrays["axes"]
        if not len(axes):
            return np.zeros((len(words.texts), 2), dtype=np.float32)
        return features.reduced(terms, axes)

    def _sums(self, read: _Read, prefix: str = "") -> np.ndarray:
        """The scores of texts: what all that is known of them comes to."""
        blocks = {"terms": read.terms, "pieces": read.pieces, "cues": read.cues}
        made = steady(read.meaning, self._arrays[f"{prefix}meaning"])
        for name, block in blocks.items():
            weights = self._arrays[prefix + name]
            if len(weights) and block.shape[1]:
                made += block @ weights
        made += self._arrays[f"{prefix}constant"]
        return made

    def confidence(self, read: _Read) -> np.ndarray:
        """How surely each code applies."""
        import numpy as np

        held, few = self._arrays, self._few
        made = np.zeros((len(read.words.texts), len(few)))
        if "slopes" in held:
            fitted = learn.Calibration(
                held["slopes"], held["offsets"], float(held["sure"][0]), held["thresholds"]
            )
            made = fitted.confidence(self._sums(read))
        if few.any():
            made[:, few] = self._cold(read, np.flatnonzero(few))
        return made

    def _cold(self, read: _Read, few: np.ndarray) -> np.ndarray:
        import numpy as np

        held = self._arrays
        alike = self._sums(read, "phrases_")
        mixed = suggestions.with_best(
            self._sums(read, "cold_"), alike, held["owners"], few.tolist()
        )
        share, mean, spread = map(float, held["spread"])
        usual = suggestions.Spread(share, held["few_mean"], held["few_spread"], mean, spread)
        cued = read.cues[:, few].toarray() > 0
        shown = suggestions.guess(usual.relative(mixed))
        return np.asarray(np.maximum(shown, np.where(cued, suggestions.CUE, 0)))

    def chosen(
        self, read: _Read, shown: np.ndarray, most: int, least: float
    ) -> tuple[np.ndarray, np.ndarray]:
        """The texts and codes to be told, the surest of each text first."""
        import numpy as np

        from_which = np.maximum(self._arrays["thresholds"], least)
        from_which[self._few] = max(suggestions.COLD_THRESHOLD, least)
        from_which[[bool(why) for why in self._learned.left]] = np.inf
        wanted = shown >= from_which[None, :]
        wanted &= np.array([bool(text.strip()) for text in read.words.texts])[:, None]
        order = np.argsort(-np.where(wanted, shown, -1), axis=1, kind="stable")[:, :most]
        kept = np.take_along_axis(wanted, order, 1)
        rows, _ = np.nonzero(kept)
        return rows, order[kept]

    def why(self, read: _Read, rows: np.ndarray, codes: np.ndarray) -> list[str]:
        """The first cue of each text and code, or the words that spoke for it most."""
        cue = {
            (int(t), int(j)): int(n)
            for t, j, n in zip(
                read.found.text[::-1], read.found.code[::-1], read.found.cue[::-1], strict=True
            )
        }
        spoke = self._words(read, rows, codes)
        return [
            f"cue: {self._learned.cues[cue[int(row), int(code)]][1]}"
            if (int(row), int(code)) in cue
            else words
            for row, code, words in zip(rows, codes, spoke, strict=True)
        ]

    def _words(self, read: _Read, rows: np.ndarray, codes: np.ndarray) -> list[str]:
        import numpy as np

        terms, weights = read.terms, self._arrays["terms"]
        many = np.diff(terms.indptr)[rows]
        owner = np.repeat(np.arange(len(rows)), many)
        inside = np.arange(many.sum()) - np.repeat(np.cumsum(many) - many, many)
        at = np.repeat(terms.indptr[:-1][rows], many) + inside
        column = terms.indices[at]
        gain = terms.data[at] * weights[column, np.repeat(codes, many)]
        gain[self._arrays["dull"][column] | self._few[np.repeat(codes, many)]] = 0
        keep = np.flatnonzero(gain > 0)
        keep = keep[np.lexsort((column[keep], -gain[keep], owner[keep]))]
        told: list[list[str]] = [[] for _ in rows]
        for pair, term in zip(owner[keep].tolist(), column[keep].tolist(), strict=True):
            if len(told[pair]) < _TOLD:
                told[pair].append(self._learned.terms[term])
        return [f"words: {', '.join(some)}" if some else "" for some in told]


def steady(rows: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """A product whose every row is the same, whatever rows stand beside it."""
    import numpy as np

    made = np.zeros((len(rows), weights.shape[1]), dtype=np.float32)
    block = np.zeros((_BLOCK, rows.shape[1]), dtype=np.float32)
    for at in range(0, len(rows), _BLOCK):
        some = rows[at : at + _BLOCK]
        block[: len(some)] = some
        made[at : at + len(some)] = (block @ weights)[: len(some)]
    return made
