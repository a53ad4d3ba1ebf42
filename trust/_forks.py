"""Workers in processes of their own, forked so that every library is at hand at once."""

from __future__ import annotations

import os
import select
import signal
import sys
import time
import warnings
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

Say = Callable[[str], None]


@dataclass
class Fork:
    """A process that works and tells, line by line."""

    pid: int
    pipe: int
    said: bytes = b""
    ended: bool = False

    @classmethod
    def of(cls, work: Callable[[Say], None]) -> Fork:
        """Start one; it leads a group of its own, with whatever it starts."""
        reading, writing = os.pipe()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # of forking beside threads
            pid = os.fork()
        if pid == 0:
            os.setpgid(0, 0)
            os.close(reading)
            _run(work, writing)
        os.close(writing)
        return cls(pid, reading)

    def read(self) -> None:
        """Take what it has told by now."""
        more = os.read(self.pipe, 1 << 16)
        self.said += more
        self.ended = not more

    def end(self) -> list[str]:
        """Kill it with its children, and give the whole lines that it told."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        while not self.ended:
            self.read()
        os.close(self.pipe)
        return [line for line in self.said.decode().splitlines(keepends=True) if line[-1] == "\n"]


def _run(work: Callable[[Say], None], pipe: int) -> None:
    def say(line: str) -> None:
        os.write(pipe, f"{line}\n".encode())

    try:
        work(say)
    except BaseException as error:
        print(f"worker: {type(error).__name__}: {error}", file=sys.stderr, flush=True)
    finally:
        os._exit(0)


def listen(
    forks: Sequence[Fork], *, until: Callable[[], bool] = lambda: False, wait: float = 300.0
) -> None:
    """Read what workers tell until all have ended, something is so, or the time is over."""
    end = time.monotonic() + wait
    while (left := [one for one in forks if not one.ended]) and not until():
        if time.monotonic() > end:
            return
        for pipe in select.select([one.pipe for one in left], [], [], 0.01)[0]:
            next(one for one in left if one.pipe == pipe).read()
