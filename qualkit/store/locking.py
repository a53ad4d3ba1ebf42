"""The lock that one writer of an SQLite file holds, given to those who wait in their order.

SQLite's own waiting is unfair (9 to 11 s were measured among eight writers), and so is asking
for a lock again and again: whoever asks at the right moment has it. The operating system queues
whoever really waits.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

from filelock import FileLock, Timeout

_POLL_SECONDS: Final = 0.005  # where one can only ask again


@contextmanager
def locked(path: str, seconds: float) -> Iterator[None]:
    """Within it, the file at a path is locked, made for its owner alone where it is not there.

    Raises
    ------
    filelock.Timeout
        Where it is not to be had in so many seconds.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if _queue(handle, path, seconds):
            yield
            return
    finally:
        os.close(handle)
    with FileLock(path, timeout=seconds, poll_interval=_POLL_SECONDS, mode=0o600):
        yield


def _queue(handle: int, path: str, seconds: float) -> bool:
    """Wait for the lock in the system's queue; False where the system has none."""
    try:
        import fcntl
    except ImportError:  # Windows
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        pass
    except OSError:  # a file system without it
        return False
    else:
        return True
    own, got = os.dup(handle), threading.Event()

    def wait() -> None:
        try:
            with suppress(OSError):
                fcntl.flock(own, fcntl.LOCK_EX)
                got.set()
        finally:
            os.close(own)  # once both are closed the lock is free, however long this waited

    # a thread, as the system's waiting has no end that could be set
    threading.Thread(target=wait, daemon=True).start()
    if not got.wait(seconds):
        raise Timeout(path)
    return True
