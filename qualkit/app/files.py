"""Files on their way in and out: in a folder of this account alone, and gone when the work is done.

What a browser calls a file is never trusted to be the name of one.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_LONGEST: Final = 200  # bytes of a name; file systems take 255, and something may be put to it


@dataclass(frozen=True, slots=True)
class Made:
    """A file that was made: its name, and what is in it."""

    name: str
    data: bytes


@contextmanager
def private_folder() -> Iterator[Path]:
    """A folder that nobody else can look into, gone with all in it at the end."""
    with tempfile.TemporaryDirectory(prefix="qualkit-") as folder:
        yield Path(folder)


def write_private(path: Path, data: bytes) -> None:
    """A new file that nobody else can read."""
    path.touch(mode=0o600)
    path.write_bytes(data)


def own_name(name: str) -> str:
    r"""The last part of a file's name, whatever a browser sends before it, with its ending.

    Examples
    --------
    >>> own_name("../../etc/p 7.txt"), own_name("C:\\x\\p7.docx"), own_name("..")
    ('p 7.txt', 'p7.docx', 'file')
    """
    known = name.encode("utf-8", "replace").decode("utf-8")
    last = known.replace("\\", "/").replace("\0", "").rsplit("/", 1)[-1].strip()
    path = Path(last)
    room = _LONGEST - len(path.suffix.encode("utf-8"))
    if not last.strip(".") or room < 1:
        return "file"
    return path.stem.encode("utf-8")[:room].decode("utf-8", "ignore") + path.suffix
