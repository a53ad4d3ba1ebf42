"""The lock that one writer of a study holds, given to those who wait in their order.

Threads of one process come in turn first, so that one of them alone waits for other processes.

SQLite's own waiting is unfair (9 to 11 s were measured among eight writers), and so is asking
for a lock again and again: whoever asks at the right moment has it. The operating system queues
whoever really waits.
"""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Hashable, Iterator
from contextlib import contextmanager, suppress
from typing import Final
from weakref import WeakValueDictionary

from filelock import FileLock, Timeout

_POLL_SECONDS: Final = 0.005  # where one can only ask again


class _Turns:
    """Threads that are let in one by one, in the order of their coming."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._gates: deque[threading.Lock] = deque()
        self._taken = False

    def come(self, seconds: float) -> bool:
        """Wait; False where it was not one's turn in so many seconds."""
        with self._guard:
            if not self._taken:
                self._taken = True
                return True
            gate = threading.Lock()
            gate.acquire()
            self._gates.append(gate)
        if gate.acquire(timeout=seconds):
            return True
        with self._guard:
            if gate not in self._gates:  # let in that very moment
                return True
            self._gates.remove(gate)
            return False

    def go(self) -> None:
        with self._guard:
            if self._gates:
                self._gates.popleft().release()
            else:
                self._taken = False


_turns: WeakValueDictionary[Hashable, _Turns] = WeakValueDictionary()
_guard = threading.Lock()


@contextmanager
def in_turn(of: Hashable, seconds: float) -> Iterator[None]:
    """Within it, no other thread of this process is within it for the same thing.

    Raises
    ------
    filelock.Timeout
        Where it was not one's turn in so many seconds.
    """
    with _guard:
        turns = _turns.setdefault(of, _Turns())
    if not turns.come(seconds):
        raise Timeout(str(of))
    try:
        yield
    finally:
        turns.go()


@contextmanager
def locked(path: str, seconds: float) -> Iterator[None]:
    """Within it, the file at a path is locked, made for its owner alone where it is not there.

    Raises
    ------
    filelock.Timeout
        Where it is not to be had in so many seconds.
    """
    end, whole = time.monotonic() + seconds, os.path.abspath(path)  # noqa: PTH100 - as it is named
    with in_turn(whole, seconds), _locked(path, end):
        yield


def _forget_turns() -> None:
    """In a child that was forked nobody is waiting, and who held a turn is not in it."""
    global _guard  # noqa: PLW0603 - it may have been held
    _guard = threading.Lock()
    _turns.clear()


if hasattr(os, "register_at_fork"):  # not on Windows, which has no fork
    os.register_at_fork(after_in_child=_forget_turns)


@contextmanager
def _locked(path: str, end: float) -> Iterator[None]:
    seconds = max(0.0, end - time.monotonic())
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
