"""Suggestions for a whole table, part by part, and how often each code was suggested."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qualkit.coding import suggestions
from qualkit.errors import QualkitError
from qualkit.scale import _learned, _reading, _working
from qualkit.scale._learned import Learned
from qualkit.scale._suggest import suggest_table

if TYPE_CHECKING:
    import pandas as pd

WHAT = "suggestions"


def run(  # noqa: PLR0913 - the options of one command
    table: Path | str | Sequence[Path | str],
    learned: Learned,
    out: Path | str,
    *,
    text: str = "text",
    id: str | None = "id",  # noqa: A002 - what the column is called
    most: int = suggestions.MOST,
    least: float = suggestions.LEAST,
    scheduler: str | None = None,
    workers: int | None = None,
    rows: int = _reading.ROWS,
    encoding: str = "utf-8",
    progress: _working.Progress | None = None,
) -> _working.Done:
    """Suggest codes for every comment of a table, in a folder of Parquet files.

    Parameters
    ----------
    table : path, or several
        CSV or Parquet: a file, a folder, a pattern (``answers-*.parquet``).
    learned : Learned
    out : path
        A folder: ``part-00001.parquet`` and on, with ``row`` (of the table, from 1) before the
        columns of :func:`suggest_table`, and ``manifest.json``. The same command again goes on
        where an earlier one was broken off.
    text, id : str
        The columns of the words and of what a comment is known by; None: the number of its row.
    most, least
        See :func:`suggest_table`.
    scheduler : str, optional
        None: this process alone. ``local``: worker processes on this machine. Else the address
        of a Dask scheduler, ``tcp://host:8786``, whose workers have the same qualkit and see
        `table` and `out` under the same paths.
    workers : int, optional
        Of ``local``; by default one a processor.
    rows : int
        Comments read at once; the results do not depend on it.

    Raises
    ------
    ReadError
        For a file that cannot be read, or lacks a column.
    ConflictError
        Where `out` holds something else.
    """
    made = list(_reading.stretches(table, text=text, id=id, rows=rows, encoding=encoding))
    folder = _working.folder_of(out, table)
    held = learned.save(folder / "learned.npz")
    settings = {
        "what": WHAT, "learned": learned.digest, "text": text, "id": id, "most": most,
        "least": least, "rows_at_once": rows, "encoding": encoding, "method": learned.method,
        "model": learned.model, "path_learned": str(held),
    }  # fmt: skip
    return _working.work_through(
        made, folder, suggest_part, settings, scheduler=scheduler, workers=workers,
        progress=progress,
    )  # fmt: skip


def suggest_part(stretch: _reading.Stretch, path: str, **settings: Any) -> dict[str, Any]:  # noqa: ANN401
    """One stretch read, suggested and written; how many suggestions."""
    learned = _held(settings["path_learned"], settings["learned"])
    table = _reading.read(stretch, text=settings["text"], id=settings["id"])
    found = suggest_table(table, learned, id=None, most=settings["most"], least=settings["least"])
    place = found["id"].astype("int64").to_numpy()
    found["id"] = table["id"].to_numpy()[place]
    found.insert(0, "row", stretch.first + place)  # ids need not differ
    _working.write_part(found, path)
    return {"suggestions": len(found), "empty": int((table["text"].str.strip() == "").sum())}


@lru_cache(maxsize=2)
def _held(path: str, digest: str) -> Learned:
    """What was learned, loaded once a worker."""
    learned = _learned.load(path)
    if learned.digest != digest:
        raise QualkitError(f"{path} is not what this run was started with; start it again")
    return learned


def counts(out: Path | str) -> pd.DataFrame:
    """How often each code was suggested, over the whole table.

    Returns
    -------
    DataFrame
        One row a code, the most frequent first: ``codebook``, ``code``, ``comments`` (that it
        was suggested for), ``share`` (of all comments, 0 to 1), ``confidence`` (mean),
        ``expected`` (the sum of confidences: how many are probably right).

    Raises
    ------
    ConflictError
        Where the folder holds no finished suggestions.
    """
    import pandas as pd

    rows = 0
    sums: dict[tuple[str, str], tuple[int, float]] = {}
    for noted, found in _working.parts_of(out):
        rows += noted["rows"]
        for key, shown in found.groupby(["codebook", "code"])["confidence"]:
            book, code = map(str, key)
            count, expected = sums.get((book, code), (0, 0.0))
            sums[book, code] = count + len(shown), expected + float(shown.sum())
    made = [
        (book, code, count, count / rows, round(expected / count, 4), round(expected, 1))
        for (book, code), (count, expected) in sorted(
            sums.items(), key=lambda one: (-one[1][0], one[0])
        )
    ]
    columns = ["codebook", "code", "comments", "share", "confidence", "expected"]
    return pd.DataFrame(made, columns=columns)
