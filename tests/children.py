"""The child processes that read files, kept from test to test."""

from __future__ import annotations

import subprocess
from collections import defaultdict
from contextlib import suppress
from pathlib import Path
from typing import ClassVar

from qualkit.importers import worker

REAL = worker._Children


class KeptChildren(REAL):
    """The children that read files, taken up again by whoever reads next.

    Starting one takes longer than most tests. They are those of the program, and are kept by
    the folder they were started in, in which they look for files.
    """

    _idle: ClassVar[dict[str, list[subprocess.Popen[str]]]] = defaultdict(list)

    def __init__(self, encoding: str | None) -> None:
        super().__init__(encoding)
        self._here = str(Path.cwd())

    def _child(self) -> subprocess.Popen[str]:
        if getattr(self._own, "child", None) is None:
            with suppress(IndexError):  # another thread may have taken the last
                self._own.child = self._idle[self._here].pop()
                self._all.append(self._own.child)
        return super()._child()

    def close(self) -> None:
        alive = [child for child in self._all if child.poll() is None]
        self._idle[self._here] += alive
        self._all = [child for child in self._all if child not in alive]
        super().close()

    @classmethod
    def end(cls) -> None:
        """End all that were kept."""
        last = REAL(None)
        last._all = [child for kept in cls._idle.values() for child in kept]
        last.close()
        cls._idle.clear()
