"""P3: after a purge the name is nowhere, in a file and on a server."""

from __future__ import annotations

from qualkit import pseudonymising
from trust import p03_purge


def test_after_a_purge_the_name_is_nowhere(address, tmp_path):
    folder = tmp_path / "files"
    folder.mkdir()

    assert p03_purge.faults_of(address, folder, tmp_path / "study.qualkit.key") == []


def test_without_a_purge_the_name_is_found(tmp_path, monkeypatch):
    monkeypatch.setattr(pseudonymising, "purge", lambda *_, **__: None)

    faults = p03_purge.faults_of(
        str(tmp_path / "study.qualkit"), tmp_path, tmp_path / "study.qualkit.key"
    )

    assert any("study.qualkit, byte" in one for one in faults)
    assert "still in log.before" in faults
