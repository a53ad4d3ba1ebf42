"""S6: the interface answers to this machine alone and calls nobody."""

from __future__ import annotations

import pytest

from trust import measured


def test_the_interface_listens_here_alone_and_calls_nobody():
    pytest.importorskip("streamlit")
    result = measured("S6", long=False)
    assert result.ok, result.detail
