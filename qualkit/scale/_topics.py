"""Topics of a whole table: found on a sample, then every comment put to the nearest."""

from __future__ import annotations

import hashlib
import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from qualkit import topics as found_in
from qualkit.coding import embed
from qualkit.errors import MissingExtra
from qualkit.model import PARTICIPANT
from qualkit.scale import _reading, _words, _working
from qualkit.scale._suggest import AT_ONCE, steady

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

WHAT: Final = "topics"
SAMPLE: Final = 10_000  # comments that topics are found on


@dataclass(frozen=True, slots=True)
class Sorted:
    """Topics of a table.

    Attributes
    ----------
    topics : DataFrame
        ``topic``, ``name``, ``words`` (list), ``comments``, ``share`` (of comments with words,
        0 to 1), ``examples`` (list of comments, verbatim, from the sample).
    done : Done
        The parts: ``id``, ``topic`` (0 for a blank comment), ``central`` (cosine to the
        topic's centre).
    sample : int
        Comments that the topics were found on.
    kept : float
        The share of the sample whose nearest centre is their own topic's, 0 to 1.
    warnings : tuple of str
    """

    topics: pd.DataFrame
    done: _working.Done
    sample: int
    kept: float
    warnings: tuple[str, ...]


def topics(  # noqa: PLR0913 - the options of one command
    table: Path | str | Sequence[Path | str],
    out: Path | str,
    *,
    text: str = "text",
    id: str | None = "id",  # noqa: A002 - what the column is called
    k: int | None = None,
    seed: int = 0,
    sample: int = SAMPLE,
    scheduler: str | None = None,
    workers: int | None = None,
    rows: int = _reading.ROWS,
    encoding: str = "utf-8",
    progress: _working.Progress | None = None,
) -> Sorted:
    """Sort every comment of a table into topics.

    Parameters
    ----------
    table, out, text, id, scheduler, workers, rows, encoding, progress
        As :func:`qualkit.scale.run` takes them; `out` also gets ``topics.parquet``.
    k : int, optional
        How many topics; by default by the size of the sample, at most 30.
    seed : int
        Which comments are drawn for the sample, by the hash of their ids: the same ones
        however the table is cut.
    sample : int

    Raises
    ------
    NotEnough
        For fewer than ten comments with words.
    MissingExtra
        Where the sentence model is not installed.
    ReadError, ConflictError
        As :func:`qualkit.scale.run` raises them.

    Notes
    -----
    Topics are those of :func:`qualkit.topics.find` on the sample, with static vectors and PCA.
    A comment belongs to the topic whose centre its vector is nearest to; `kept` says how many of
    the sample stay where they were found.
    """
    if not embed.installed():
        raise MissingExtra("the sentence model and onnxruntime", "nlp")
    made = list(_reading.stretches(table, text=text, id=id, rows=rows, encoding=encoding))
    folder = Path(out).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    drawn = _drawn((_reading.read(one, text=text, id=id) for one in made), sample, seed)
    found, centres = _found(drawn, k, seed)
    digest = hashlib.sha256(centres.tobytes()).hexdigest()
    held = folder / f"centres-{digest[:16]}.npy"
    _working.write_array(centres, held)
    settings = {
        "what": WHAT, "centres": digest, "text": text, "id": id, "rows_at_once": rows,
        "encoding": encoding, "path_centres": str(held),
    }  # fmt: skip
    done = _working.work_through(
        made, folder, topics_part, settings, scheduler=scheduler, workers=workers,
        progress=progress,
    )  # fmt: skip
    told = _told(found, done, len(centres))
    _working.write_part(told, folder / "topics.parquet")
    return Sorted(told, done, len(drawn), _stay(found, centres), found.warnings)


def _drawn(tables: Iterable[pd.DataFrame], sample: int, seed: int) -> pd.DataFrame:
    """The comments with words whose ids have the smallest hashes; in the order of the hashes."""
    import pandas as pd

    kept: list[tuple[int, int, str, str]] = []  # the largest of the smallest hashes first
    number = 0
    for table in tables:
        for who, said in table[["id", "text"]].itertuples(index=False):
            number += 1
            mark = _hash(f"{seed}\x1f{who}")
            if said.strip() and (len(kept) < sample or -mark > kept[0][0]):
                put = heapq.heappush if len(kept) < sample else heapq.heappushpop
                put(kept, (-mark, -number, who, said))
    ordered = sorted(kept, reverse=True)
    return pd.DataFrame([one[2:] for one in ordered], columns=["id", "text"])


def _hash(words: str) -> int:
    return int.from_bytes(hashlib.blake2b(words.encode(), digest_size=8).digest(), "big")


def _found(drawn: pd.DataFrame, k: int | None, seed: int) -> tuple[found_in.Topics, np.ndarray]:
    """The topics of the sample and their centres."""
    import numpy as np

    texts = drawn["text"].tolist()
    segments = drawn.assign(
        source=drawn["id"], segment=0, start=0, end=drawn["text"].str.len(), speaker=drawn["id"],
        role=PARTICIPANT, item=None,
    )  # fmt: skip
    found = found_in.find(
        segments, k=k, seed=seed, reduce="pca", vectors=_vectors(texts),
        model=embed.model_name("static"),
    )  # fmt: skip
    numbers = found.segments["topic"].to_numpy()
    sums = np.stack([found.vectors[numbers == n].sum(0) for n in range(1, found.k + 1)])
    length = np.linalg.norm(sums, axis=1, keepdims=True)
    return found, np.asarray(sums / np.maximum(length, 1e-9), dtype=np.float32)


def _vectors(texts: Sequence[str]) -> np.ndarray:
    import numpy as np

    parts = [
        _words.static_rows(_words.words_of(texts[at : at + AT_ONCE]))
        for at in range(0, len(texts), AT_ONCE)
    ]
    return np.concatenate(parts)


def _nearest(vectors: np.ndarray, centres: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The topic whose centre is nearest, from 1, and how near."""
    import numpy as np

    alike = steady(vectors, np.ascontiguousarray(centres.T))
    return alike.argmax(1) + 1, alike.max(1)


def _stay(found: found_in.Topics, centres: np.ndarray) -> float:
    own = found.segments["topic"].to_numpy()
    return round(float((_nearest(found.vectors, centres)[0] == own).mean()), 4)


def topics_part(stretch: _reading.Stretch, path: str, **settings: Any) -> dict[str, Any]:  # noqa: ANN401
    """One stretch read, sorted and written; how many comments each topic has."""
    import numpy as np
    import pandas as pd

    centres = _centres(settings["path_centres"], settings["centres"])
    table = _reading.read(stretch, text=settings["text"], id=settings["id"])
    numbers, near = _nearest(_vectors(table["text"].tolist()), centres)
    blank = (table["text"].str.strip() == "").to_numpy()
    numbers[blank], near[blank] = 0, 0
    made = pd.DataFrame({
        "id": table["id"], "topic": numbers.astype("int64"),
        "central": np.round(near.clip(0, 1).astype("float64"), 4),
    })  # fmt: skip
    _working.write_part(made, path)
    return {"sizes": np.bincount(numbers, minlength=len(centres) + 1).tolist()}


@lru_cache(maxsize=2)
def _centres(path: str, digest: str) -> np.ndarray:
    """The centres, loaded once a worker."""
    import numpy as np

    made: np.ndarray = np.load(path, allow_pickle=False)
    if hashlib.sha256(made.tobytes()).hexdigest() != digest:
        raise ValueError(f"{path} is not what this run was started with")
    return made


def _told(found: found_in.Topics, done: _working.Done, k: int) -> pd.DataFrame:
    import pandas as pd

    sizes = [sum(part["sizes"][n] for part in done.parts) for n in range(1, k + 1)]
    table = found.topics
    examples = [[one["text"] for one in some] for some in table["passages"]]
    return table[["topic", "name", "words"]].assign(
        comments=sizes,
        share=[round(size / max(1, sum(sizes)), 4) for size in sizes],
        examples=pd.Series(examples, index=table.index, dtype=object),
    )
