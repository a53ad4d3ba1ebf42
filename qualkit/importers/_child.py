"""Child processes that read what strangers made: how they are started, and what they may use."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path


def start(module: str, *arguments: str) -> subprocess.Popen[str]:
    """A Python of this very program that is asked on its standard input.

    What it might say of a file goes nowhere but to whoever asked: its errors may quote words.
    """
    return subprocess.Popen(  # noqa: S603 - our own module, by this very Python
        [sys.executable, "-P", "-m", module, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        encoding="utf-8",
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": _here()},
    )


def end(child: subprocess.Popen[str]) -> None:
    """End a child, whatever it is at."""
    child.kill()
    child.wait()
    for pipe in (child.stdin, child.stdout):
        if pipe is not None:
            with suppress(OSError):  # what it was asked and never read is lost with it
                pipe.close()


def _here() -> str:
    """The folder that holds this very qualkit, so that a child reads with the same code."""
    return str(Path(__file__).parents[2])


def bound(memory: int) -> None:
    """Bound this process in memory, and let it write no file; on Windows the clock alone does."""
    if sys.platform == "win32":
        return
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def grant(seconds: int) -> None:
    """Grant this process so many further seconds of processor time."""
    if sys.platform == "win32":
        return
    import resource

    used = resource.getrusage(resource.RUSAGE_SELF)
    spent = int(used.ru_utime + used.ru_stime) + 1
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (spent + seconds, hard))
