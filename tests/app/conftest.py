"""What every test of a page needs."""

from __future__ import annotations

import sys

import pytest


@pytest.fixture(autouse=True)
def main_module(monkeypatch):
    """The program's main module, put back after Streamlit has put a page in its place.

    A process that a later test starts would run that page as its own main module.
    """
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])


@pytest.fixture
def patient(monkeypatch):
    """Pages wait for what they work out, however busy the machine is, and show no bar."""
    from qualkit.app import worked

    monkeypatch.setitem(worked.worked.__kwdefaults__, "moment", 60.0)
