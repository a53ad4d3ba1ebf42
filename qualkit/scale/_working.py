"""Many stretches worked through, by this process or by the workers of a Dask cluster.

Each stretch becomes one Parquet file, written whole or not at all by whoever worked on it, and
noted in ``manifest.json``. What stands there and still fits its stretch is not made again, so
that a run that was killed goes on where it was. A worker that dies gives its stretch to another.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from qualkit import __version__
from qualkit.errors import ConflictError, MissingExtra, QualkitError
from qualkit.scale._reading import Stretch, parquet
from qualkit.writing import write_whole

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

Progress = Callable[[int, int, str], None]
Work = Callable[..., dict[str, Any]]
MANIFEST: Final = "manifest.json"
LOCAL: Final = "local"
_MEMORY: Final = "4GB"  # of one worker of a local cluster, beyond which it is started anew
_WORKERS: Final = {  # one thread each; memory is kept for the next part, not given back and zeroed
    "RAYON_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false",
    "MALLOC_TRIM_THRESHOLD_": str(1 << 30), "MALLOC_MMAP_THRESHOLD_": str(1 << 25),
}  # fmt: skip
_WAIT: Final = 120  # seconds for the first worker


@dataclass(frozen=True, slots=True)
class Done:
    """What a run came to.

    Attributes
    ----------
    folder : Path
    parts : tuple of mapping
        One a stretch: ``file``, ``sha256``, ``rows`` and what else was counted.
    made : int
        Parts made in this run; the others stood already.
    """

    folder: Path
    parts: tuple[dict[str, Any], ...]
    made: int

    @property
    def rows(self) -> int:
        """Comments in all."""
        return sum(int(part["rows"]) for part in self.parts)


def work_through(
    stretches: Sequence[Stretch],
    folder: Path | str,
    work: Work,
    settings: dict[str, Any],
    *,
    scheduler: str | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Done:
    """Make a part of every stretch that has none.

    Parameters
    ----------
    stretches : sequence of Stretch
    folder : path
    work : callable
        Of a module, called with a stretch, the part's path, and `settings` as keywords; it
        writes the part and gives back what it counted.
    settings : dict
        Strings and numbers; parts made under other settings are made again.
    scheduler : str, optional
        None: this process; ``local``: workers of this machine; or a scheduler's address.
    workers : int, optional
        Of a local cluster; by default one a processor.

    Raises
    ------
    ConflictError
        Where the folder holds something else.
    QualkitError
        Where a stretch cannot be worked on, or the scheduler not be reached.
    """
    folder = Path(folder)
    book = _Manifest(folder, settings, stretches)
    waiting = [n for n in range(len(stretches)) if n not in book.parts]
    total = sum(one.rows for one in stretches)
    done = total - sum(stretches[n].rows for n in waiting)
    with _hands(scheduler, workers, len(waiting)) as hand:
        jobs = [(stretches[n], str(folder / name_of(n)), settings) for n in waiting]
        for place, counted in hand(work, jobs):
            book.add(waiting[place], counted)
            done += stretches[waiting[place]].rows
            if progress is not None:
                progress(done, total, "comments")
    book.tidy()
    return Done(folder, tuple(book.parts[n] for n in range(len(stretches))), len(waiting))


def folder_of(out: Path | str, table: Path | str | Sequence[Path | str]) -> Path:
    """The folder of the results, made where it is not there.

    Raises
    ------
    ConflictError
        Where the table lies in it, whose files the results would then be among.
    QualkitError
        Where it cannot be made.
    """
    folder = Path(out).resolve()
    given = [table] if isinstance(table, str | Path) else table
    if folder in [Path(one).resolve() for one in given]:
        raise ConflictError(f"{out}: is the folder of the table; name another for the results")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise QualkitError(f"{out}: no folder can be made here ({error.strerror})") from error
    return folder


def name_of(n: int) -> str:
    """The name of a part.

    >>> name_of(0)
    'part-00001.parquet'
    """
    return f"part-{n + 1:05}.parquet"


def parts_of(folder: Path | str) -> Iterator[tuple[dict[str, Any], pd.DataFrame]]:
    """The parts of a folder, each with what is noted of it, one at a time.

    Raises
    ------
    ConflictError
        Where the folder holds no finished run, or a part is not as it was written.
    """
    folder = Path(folder)
    for noted in manifest(folder)["parts"]:
        path = folder / noted["file"]
        if not path.is_file() or _sha256(path) != noted["sha256"]:
            raise ConflictError(f"{path}: is not as it was written; run the same command again")
        yield noted, parquet().read_table(path).to_pandas()


def manifest(folder: Path | str) -> dict[str, Any]:
    """What is noted of a folder's parts.

    Raises
    ------
    ConflictError
        Where the folder holds no finished run.
    """
    held = _noted(Path(folder) / MANIFEST)
    if held is None:
        raise ConflictError(f"{folder}: holds no {MANIFEST}; is it what 'qualkit scale' wrote?")
    if not held["finished"]:
        raise ConflictError(f"{folder}: the run is not finished; give the same command again")
    return held


def _noted(path: Path) -> dict[str, Any] | None:
    """What a manifest says; None where there is none."""
    if not path.exists():
        return None
    try:
        held: dict[str, Any] = json.loads(path.read_bytes())
        if {"finished", "parts", "qualkit", "settings"} <= set(held):
            return held
    except (ValueError, TypeError):
        pass
    raise ConflictError(f"{path}: was not written by 'qualkit scale'; name another folder")


def write_part(table: pd.DataFrame, path: Path | str) -> None:
    """A table as Parquet, whole or not at all."""
    write_whole(path, lambda to: table.to_parquet(to, index=False))


def write_array(array: np.ndarray, path: Path) -> None:
    """An array as a file, whole or not at all."""
    import numpy as np

    write_whole(path, lambda to: np.save(to, array, allow_pickle=False))


class _Manifest:
    """Which parts stand, and what they were made of."""

    def __init__(
        self, folder: Path, settings: dict[str, Any], stretches: Sequence[Stretch]
    ) -> None:
        self._folder, self._stretches = folder, stretches
        made_of = {k: v for k, v in settings.items() if not k.startswith("path_")}
        self._head: dict[str, Any] = {"qualkit": __version__, "settings": made_of}
        self.parts: dict[int, dict[str, Any]] = {}
        held = self._held()
        for n, stretch in enumerate(stretches):
            if n < len(held) and self._stands(held[n], stretch, n):
                self.parts[n] = held[n]
        self._keep(finished=False)

    def _held(self) -> list[dict[str, Any]]:
        held = _noted(self._folder / MANIFEST)
        if held is None:
            if any(self._folder.glob("part-*.parquet")):
                raise ConflictError(f"{self._folder}: holds parts of something else; name another")
            return []
        wanted, found = self._head["settings"], held["settings"]
        if found["what"] != wanted["what"]:
            raise ConflictError(f"{self._folder}: holds {found['what']}; name another folder")
        return list(held["parts"]) if (found, held["qualkit"]) == (wanted, __version__) else []

    def _stands(self, noted: dict[str, Any] | None, stretch: Stretch, n: int) -> bool:
        path = self._folder / name_of(n)
        if noted is None or noted["stretch"] != stretch.record() or not path.exists():
            return False
        return bool(_sha256(path) == noted["sha256"])

    def add(self, n: int, counted: dict[str, Any]) -> None:
        """Note a part that was written."""
        path = self._folder / name_of(n)
        if not path.exists():
            why = "a worker wrote it where this process does not see it"
            raise QualkitError(f"{path}: {why}; all machines must share the folder")
        self.parts[n] = {
            "file": path.name, "stretch": self._stretches[n].record(), "sha256": _sha256(path),
            "rows": self._stretches[n].rows, **counted,
        }  # fmt: skip
        self._keep(finished=False)

    def tidy(self) -> None:
        """Remove parts of an earlier, longer table, and say that all is done."""
        names = {part["file"] for part in self.parts.values()}
        for path in self._folder.glob("part-*.parquet"):
            if path.name not in names:
                path.unlink()
        self._keep(finished=True)

    def _keep(self, *, finished: bool) -> None:
        every = [self.parts.get(n) for n in range(len(self._stretches))]
        held = self._head | {"finished": finished, "parts": every}
        words = json.dumps(held, indent=1, ensure_ascii=False) + "\n"
        write_whole(self._folder / MANIFEST, lambda to: _put(to, words))


def _put(path: Path, words: str) -> None:
    path.write_text(words, encoding="utf-8", newline="\n")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


# Hands ----------------------------------------------------------------------------------------

Jobs = Sequence[tuple[Stretch, str, dict[str, Any]]]
Hand = Callable[[Work, Jobs], Iterator[tuple[int, dict[str, Any]]]]


@contextmanager
def _hands(scheduler: str | None, workers: int | None, jobs: int) -> Iterator[Hand]:
    if scheduler is None or not jobs:
        yield _alone
        return
    try:
        import distributed
    except ImportError as error:
        raise MissingExtra("dask and distributed", "scale") from error
    with ExitStack() as stack:
        if scheduler == LOCAL:
            cluster = stack.enter_context(_cluster(distributed, workers))
            client = stack.enter_context(distributed.Client(cluster))
        else:
            client = stack.enter_context(_client(distributed, scheduler))
        _same_qualkit(client)
        yield lambda work, some: _shared(distributed, client, work, some)


def _alone(work: Work, jobs: Jobs) -> Iterator[tuple[int, dict[str, Any]]]:
    for n, (stretch, path, settings) in enumerate(jobs):
        yield n, work(stretch, path, **settings)


def _cluster(distributed: Any, workers: int | None) -> Any:  # noqa: ANN401 - Dask is not typed
    import os

    return distributed.LocalCluster(
        n_workers=workers or os.cpu_count(), threads_per_worker=1, processes=True,
        dashboard_address=None, memory_limit=_MEMORY, env=_WORKERS, host="127.0.0.1",
        silence_logs=logging.CRITICAL,
    )  # fmt: skip


def _client(distributed: Any, scheduler: str) -> Any:  # noqa: ANN401
    try:
        return distributed.Client(scheduler, timeout=20)
    except (OSError, ValueError, TimeoutError) as error:
        why = f"no Dask scheduler answers at {scheduler}"
        raise QualkitError(f"{why}; start one with 'dask scheduler' ({error})") from error


def _same_qualkit(client: Any) -> None:  # noqa: ANN401
    """Refuse workers with another qualkit: their results would differ."""
    try:
        client.wait_for_workers(1, timeout=_WAIT)
    except TimeoutError as error:
        why = "the scheduler has no workers; start some with 'dask worker' and its address"
        raise QualkitError(why) from error
    try:
        found = set(client.run(_version).values())
    except ImportError as error:
        raise QualkitError(
            f"a worker lacks what it needs ({error}); install qualkit[scale] there"
        ) from error
    if found != {__version__}:
        raise QualkitError(f"workers run qualkit {sorted(found)}; this is {__version__}")


def _version() -> str:
    return __version__


def _shared(
    distributed: Any, client: Any, work: Work, jobs: Jobs  # noqa: ANN401
) -> Iterator[tuple[int, dict[str, Any]]]:  # fmt: skip
    futures = {
        client.submit(work, stretch, path, pure=False, retries=0, **settings): n
        for n, (stretch, path, settings) in enumerate(jobs)
    }
    for future in distributed.as_completed(futures):
        try:
            yield futures[future], future.result()
        except distributed.KilledWorker as error:
            file = jobs[futures[future]][0]
            why = "every worker that read it died; give workers more memory, or take fewer --rows"
            raise QualkitError(f"{Path(file.file).name}, from row {file.first}: {why}") from error
