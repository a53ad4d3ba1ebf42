"""What all who open one study in one process share: its engine, and connections to its server.

An engine keeps each statement as it was put together the first time, and one on a server the
connections too: making these anew took more than the work of a gesture. A server's study has at
most :data:`CONNECTIONS` of one process, whoever waits for one waits; they are closed with the last
of those who opened it. A file has a connection for as long as it is read or written, as it may be
put back, moved or copied at any moment in between.
"""

from __future__ import annotations

import os
from collections.abc import Hashable
from dataclasses import dataclass
from pathlib import Path
from threading import RLock
from typing import Final

from sqlalchemy import Engine

from qualkit.store.engine import file_engine, is_address, may_write, server_engine
from qualkit.store.folders import network_of

_FILES: Final = 32  # that nobody has open, whose engines are kept
_lock = RLock()  # a study that nobody closed may be let go while it is held


@dataclass(slots=True)
class _Shared:
    engine: Engine
    users: int = 0


_shared: dict[Hashable, _Shared] = {}


def take(study: str) -> Engine:
    """The engine of a study, for whoever opens it; :func:`let_go` gives it back."""
    path = None if is_address(study) else Path(study)
    if path is not None and not may_write(path):
        return file_engine(path)  # one of its own: whether it can be read is looked at each time
    key = study if path is None else (path.absolute(), network_of(path))
    with _lock:
        one = _shared.pop(key, None)
        if one is None:
            one = _Shared(server_engine(study) if path is None else file_engine(path))
        _shared[key] = one  # the last of them is the latest
        one.users += 1
        return one.engine


def let_go(engine: Engine) -> None:
    """Give an engine back; its connections are closed with the last who does."""
    with _lock:
        key = next((key for key, one in list(_shared.items()) if one.engine is engine), None)
        if key is not None:
            _shared[key].users -= 1
            if _shared[key].users:
                return
            if isinstance(key, str):
                del _shared[key]
            _forget_files()
    engine.dispose()


def _forget_files() -> None:
    idle = [key for key, one in list(_shared.items()) if not one.users]
    for key in idle[:-_FILES]:
        _shared.pop(key, None)


def _in_child() -> None:
    """A process that was forked has no part in its parent's connections, and closes none."""
    global _lock  # noqa: PLW0603 - a lock that another thread held then would never be free
    _lock = RLock()
    for one in _shared.values():
        one.engine.dispose(close=False)


if hasattr(os, "register_at_fork"):  # not on Windows, which has no fork
    os.register_at_fork(after_in_child=_in_child)
