"""Files that are written whole or not at all, for their owner only."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path
from typing import Final

from qualkit.errors import QualkitError

Gate = Callable[[Path, Path], object]
_STRAY: Final = ".qualkit-export-"
_GATE: ContextVar[Gate | None] = ContextVar("gate", default=None)


@contextmanager
def gate(check: Gate | None) -> Iterator[None]:
    """Within it, every file passes a check before it takes its place.

    Parameters
    ----------
    check : callable or None
        Takes where the file lies now and where it is going; what it raises keeps the file back.
        None lets everything through.
    """
    before = _GATE.set(check)
    try:
        yield
    finally:
        _GATE.reset(before)


def let_out(made: Path, place: Path) -> None:
    """Have a file checked that is about to take its place, where there is a :func:`gate`."""
    if (check := _GATE.get()) is not None:
        check(made, place)


def write_whole(path: Path | str, write: Callable[[Path], None], *, leaves: bool = True) -> Path:
    """Write a file beside its place, then move it there: whole or not at all, for its owner only.

    Parameters
    ----------
    path : path
    write : callable
        Writes the file that it is given.
    leaves : bool
        Whether it leaves the study, and is checked where there is a :func:`gate`.

    Raises
    ------
    QualkitError
        Where the place cannot be written to.
    """
    path = Path(path)
    remove_strays(path.parent)
    try:
        handle, name = tempfile.mkstemp(prefix=_STRAY, suffix=path.suffix, dir=path.parent)
    except OSError as error:
        raise QualkitError(f"{path}: cannot be written ({error.strerror})") from error
    os.close(handle)
    made = Path(name)
    try:
        write(made)
        if leaves:
            let_out(made, path)
        to_disk(made)
        made.replace(path)
        to_disk(path.parent)
    except OSError as error:
        raise QualkitError(f"{path}: cannot be written ({error.strerror})") from error
    finally:
        made.unlink(missing_ok=True)
    return path


def to_disk(path: Path) -> None:
    """Wait until a file, or the names in a folder, would outlast a power cut."""
    if path.is_dir():
        with suppress(OSError):  # Windows opens no folders, and some file systems sync none
            _synced(path, os.O_RDONLY)
    else:
        _synced(path, os.O_RDWR)


def _synced(path: Path, how: int) -> None:
    opened = os.open(path, how)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def remove_strays(folder: Path) -> None:
    """Remove what an export that was killed left in a folder more than an hour ago."""
    for stray in folder.glob(f"{_STRAY}*"):
        with suppress(OSError):
            if time.time() - stray.stat().st_mtime > 3_600:
                stray.unlink()
