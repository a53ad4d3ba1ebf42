"""The lock of one writer: one at a time, in their order, and nobody waits for ever."""

from __future__ import annotations

import stat
import threading
import time

import pytest
from filelock import FileLock, Timeout

from qualkit.store.locking import locked


@pytest.fixture
def path(tmp_path):
    return str(tmp_path / "study.qualkit-lock")


def test_the_file_is_for_its_owner_alone(path, tmp_path):
    with locked(path, 1):
        pass

    assert stat.S_IMODE((tmp_path / "study.qualkit-lock").stat().st_mode) == 0o600


def test_who_waited_too_long_is_told_and_takes_the_lock_from_nobody_later(path):
    with locked(path, 1), pytest.raises(Timeout), locked(path, 0.05):
        pass
    time.sleep(0.05)  # the thread that waited gets it now, and lets it go

    with locked(path, 0.5):
        pass


def test_a_lock_of_another_kind_on_the_same_file_keeps_out_and_is_kept_out(path):
    with FileLock(path), pytest.raises(Timeout), locked(path, 0.05):
        pass
    with locked(path, 1), pytest.raises(Timeout):
        FileLock(path, timeout=0.05).acquire()


def test_those_who_wait_come_in_the_order_of_their_coming(path):
    came: list[int] = []

    def work(number):
        with locked(path, 10):
            came.append(number)

    workers = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    with locked(path, 1):
        for worker in workers:
            worker.start()
            time.sleep(0.05)
    for worker in workers:
        worker.join()

    assert came == [0, 1, 2, 3]
