"""Files are read here as the program reads them: by children of its own."""

from __future__ import annotations

import pytest

from qualkit.importers import worker
from tests.children import REAL


@pytest.fixture(autouse=True)
def own_children(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "_Children", REAL)
