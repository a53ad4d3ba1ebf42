"""Topics of a whole table: found on a sample, from which a rule is learned for every comment."""

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
from qualkit.errors import MissingExtra, NotEnough, QualkitError
from qualkit.model import PARTICIPANT
from qualkit.scale import _reading, _words, _working
from qualkit.scale._suggest import AT_ONCE, steady

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

WHAT: Final = "topics"
SAMPLE: Final = 10_000  # comments that topics are found on
_FREEDOM: Final = 10.0  # of the weights
_NEVER: Final = -1e9


@dataclass(frozen=True, slots=True)
class Sorted:
    """Topics of a table.

    Attributes
    ----------
    topics : DataFrame
        ``topic``, ``name``, ``words`` (list), ``comments``, ``share`` (of comments with words,
        0 to 1), ``examples`` (list of comments, verbatim, from the sample).
    done : Done
        The parts: ``id``, ``topic`` (0 for a blank comment), ``confidence`` (0 to 1).
    sample : int
        Comments that the topics were found on.
    kept : float
        The share of the sample that is put where it was found by a rule learned on the other
        half, 0 to 1.
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
        Which comments are drawn for the sample, by the hashes of their ids and words: the same
        ones however the table is cut.
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
    Topics are those of :func:`qualkit.topics.find` on the sample, with static vectors. A logistic
    regression of the topic on the vector then says which one each comment belongs to, those of
    the sample too; nearest centres agreed less with human codes (docs/scale.md).
    """
    if not embed.installed():
        raise MissingExtra("the sentence model and onnxruntime", "nlp")
    made = list(_reading.stretches(table, text=text, id=id, rows=rows, encoding=encoding))
    drawn = _drawn((_reading.read(one, text=text, id=id) for one in made), sample, seed)
    found = _found(drawn, k, seed)
    rule, kept = _rule(found.vectors, found.segments["topic"].to_numpy(), found.k)
    digest = hashlib.sha256(rule.tobytes()).hexdigest()
    folder = _working.folder_of(out, table)
    held = folder / "rule.npy"
    _working.write_array(rule, held)
    settings = {
        "what": WHAT, "rule": digest, "text": text, "id": id, "rows_at_once": rows,
        "encoding": encoding, "path_rule": str(held),
    }  # fmt: skip
    done = _working.work_through(
        made, folder, topics_part, settings, scheduler=scheduler, workers=workers,
        progress=progress,
    )  # fmt: skip
    told = _told(found, done)
    _working.write_part(told, folder / "topics.parquet")
    return Sorted(told, done, len(drawn), kept, found.warnings)


def _drawn(tables: Iterable[pd.DataFrame], sample: int, seed: int) -> pd.DataFrame:
    """The comments with words that have the smallest hashes, in the order of the hashes."""
    import pandas as pd

    kept: list[tuple[int, int, str, str]] = []  # the largest of the smallest hashes first
    number = 0
    for table in tables:
        for who, said in table[["id", "text"]].itertuples(index=False):
            number += 1
            mark = _hash(f"{seed}\x1f{who}\x1f{said}")
            if said.strip() and (len(kept) < sample or -mark > kept[0][0]):
                put = heapq.heappush if len(kept) < sample else heapq.heappushpop
                put(kept, (-mark, -number, who, said))
    ordered = sorted(kept, reverse=True)
    return pd.DataFrame([one[2:] for one in ordered], columns=["id", "text"])


def _hash(words: str) -> int:
    return int.from_bytes(hashlib.blake2b(words.encode(), digest_size=8).digest(), "big")


def _found(drawn: pd.DataFrame, k: int | None, seed: int) -> found_in.Topics:
    """The topics of the sample."""
    if len(drawn) < found_in.FEWEST:
        why = f"topics need at least {found_in.FEWEST} comments with words"
        raise NotEnough(f"{why}; there are {len(drawn)}")
    segments = drawn.assign(
        source=drawn["id"], segment=0, start=0, end=drawn["text"].str.len(), speaker=drawn["id"],
        role=PARTICIPANT, item=None,
    )  # fmt: skip
    return found_in.find(
        segments, k=k, seed=seed, vectors=_vectors(drawn["text"].tolist()),
        model=embed.model_name("static"),
    )  # fmt: skip


def _rule(vectors: np.ndarray, topics: np.ndarray, k: int) -> tuple[np.ndarray, float]:
    """One column of weights a topic, the constant last; and how well half tells the other half."""
    import numpy as np

    halves = [np.arange(len(topics)) % 2 == n for n in (0, 1)]
    right = [
        _applied(vectors[~half], _fitted(vectors[half], topics[half], k))[0] == topics[~half]
        for half in halves
    ]
    return _fitted(vectors, topics, k), round(float(np.concatenate(right).mean()), 4)


def _fitted(vectors: np.ndarray, topics: np.ndarray, k: int) -> np.ndarray:
    """The weights; topics that do not occur have none, and a constant that never wins."""
    import numpy as np
    from sklearn.linear_model import LogisticRegression
    from threadpoolctl import threadpool_limits

    rule = np.zeros((vectors.shape[1] + 1, k), dtype=np.float32)
    rule[-1] = _NEVER
    there = np.unique(topics)
    if len(there) == 1:
        rule[-1, there - 1] = 0
        return rule
    with threadpool_limits(1):  # sums are the same each time
        made = LogisticRegression(C=_FREEDOM, max_iter=1_000).fit(vectors, topics)
    if len(there) == 2:
        rule[:-1, there[1] - 1], rule[-1, there - 1] = made.coef_[0], (0, made.intercept_[0])
    else:
        rule[:-1, there - 1], rule[-1, there - 1] = made.coef_.T, made.intercept_
    return rule


def _vectors(texts: Sequence[str]) -> np.ndarray:
    import numpy as np

    static = _static()
    parts = [
        static.rows(_words.words_of(texts[at : at + AT_ONCE]))
        for at in range(0, len(texts), AT_ONCE)
    ]
    return np.concatenate(parts)


@lru_cache(maxsize=1)
def _static() -> _words.Static:
    return _words.Static()


def _applied(vectors: np.ndarray, rule: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The topic that each vector belongs to, from 1, and how surely."""
    import numpy as np

    scores = steady(vectors, rule[:-1]) + rule[-1]
    best = scores.max(1, keepdims=True)
    return scores.argmax(1) + 1, 1 / np.exp(scores - best).sum(1)


def topics_part(stretch: _reading.Stretch, path: str, **settings: Any) -> dict[str, Any]:  # noqa: ANN401
    """One stretch read, sorted and written; how many comments each topic has."""
    import numpy as np
    import pandas as pd

    rule = _held(settings["path_rule"], settings["rule"])
    table = _reading.read(stretch, text=settings["text"], id=settings["id"])
    numbers, sure = _applied(_vectors(table["text"].tolist()), rule)
    blank = (table["text"].str.strip() == "").to_numpy()
    numbers[blank], sure[blank] = 0, 0
    made = pd.DataFrame({
        "id": table["id"], "topic": numbers.astype("int64"),
        "confidence": np.round(sure.astype("float64"), 4),
    })  # fmt: skip
    _working.write_part(made, path)
    return {"sizes": np.bincount(numbers, minlength=rule.shape[1] + 1).tolist()}


@lru_cache(maxsize=2)
def _held(path: str, digest: str) -> np.ndarray:
    """The rule, loaded once a worker."""
    import numpy as np

    made: np.ndarray = np.load(path, allow_pickle=False)
    if hashlib.sha256(made.tobytes()).hexdigest() != digest:
        raise QualkitError(f"{path} is not what this run was started with; start it again")
    return made


def _told(found: found_in.Topics, done: _working.Done) -> pd.DataFrame:
    """The topics' names and words with their counts over the whole table."""
    import pandas as pd

    table = found.topics
    sizes = [sum(part["sizes"][n] for part in done.parts) for n in table["topic"]]
    examples = [[one["text"] for one in some] for some in table["passages"]]
    return table[["topic", "name", "words"]].assign(
        comments=sizes,
        share=[round(size / max(1, sum(sizes)), 4) for size in sizes],
        examples=pd.Series(examples, index=table.index, dtype=object),
    )
