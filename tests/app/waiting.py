"""Waiting for what a page works out in the background."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from qualkit.app import jobs

if TYPE_CHECKING:
    from streamlit.testing.v1 import AppTest

_LONGEST = 60  # seconds


def settled(page: AppTest) -> AppTest:
    """The page when nothing works in the background any more."""
    mine = page.session_state["work-tab"]
    until = time.monotonic() + _LONGEST
    while time.monotonic() < until:
        busy = [key for key, job in list(jobs._JOBS.items())
                if mine in key and job.status == "running"]  # fmt: skip
        if not busy:
            break
        while any(map(jobs.running, busy)) and time.monotonic() < until:
            time.sleep(0.02)
        page.run()
    assert not page.exception
    return page
