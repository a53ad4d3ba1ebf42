"""R4: several people code on one server at once, which is then killed under them."""

from __future__ import annotations

import pytest

from tests.conftest import IN_CI
from trust import NotHere, measured


def test_a_killed_server_loses_nothing_that_its_coders_were_told_is_stored():
    try:
        result = measured("R4", long=False)
    except NotHere as error:
        message = f"NO POSTGRESQL: {error}"
        pytest.fail(message) if IN_CI else pytest.skip(message)

    assert result.ok, (result.figure, *result.detail)
