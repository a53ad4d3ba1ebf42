"""Files that are written whole or not at all, for their owner only."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from qualkit.errors import QualkitError

_STRAY: Final = ".qualkit-export-"


def write_whole(path: Path | str, write: Callable[[Path], None]) -> Path:
    """Write a file beside its place, then move it there: whole or not at all, for its owner only.

    Raises
    ------
    QualkitError
        Where the place cannot be written to.
    """
    path = Path(path)
    _remove_strays(path.parent)
    try:
        handle, name = tempfile.mkstemp(prefix=_STRAY, suffix=path.suffix, dir=path.parent)
    except OSError as error:
        raise QualkitError(f"{path}: cannot be written ({error.strerror})") from error
    os.close(handle)
    made = Path(name)
    try:
        write(made)
        with made.open("rb+") as file:
            os.fsync(file.fileno())
        made.replace(path)
    except OSError as error:
        raise QualkitError(f"{path}: cannot be written ({error.strerror})") from error
    finally:
        made.unlink(missing_ok=True)
    return path


def _remove_strays(folder: Path) -> None:
    """Remove what an export that was killed left in a folder more than an hour ago."""
    for stray in folder.glob(f"{_STRAY}*"):
        with suppress(OSError):
            if time.time() - stray.stat().st_mtime > 3_600:
                stray.unlink()
