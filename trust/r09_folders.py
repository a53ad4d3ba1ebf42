"""R9: a study in a folder that is synced, or on a network."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from qualkit.project import Project
from qualkit.store import folders
from tests.memory import in_memory
from trust import Promise, Result

PROMISE = Promise(
    words="A study in a synced folder or on a network file system is warned of, and on the latter "
    "SQLite's write-ahead log is not used",
    how="folders called as OneDrive, Dropbox, iCloud and others call theirs; a table of mounts "
    "that says nfs4, cifs, sshfs ... of the folder",
    goal="every one warned of, no WAL on a network, no warning elsewhere",
)
_SYNCED = {
    "OneDrive": "OneDrive", "OneDrive - School of Health": "OneDrive",
    "OneDrive-SchoolofHealth": "OneDrive", "Dropbox": "Dropbox",
    "Dropbox (Personal)": "Dropbox", "Mobile Documents": "iCloud",
    "com~apple~CloudDocs": "iCloud", "iCloudDrive": "iCloud", "Google Drive": "Google Drive",
    "GoogleDrive-ann@example.org": "Google Drive", "Box": "Box", "Box Sync": "Box",
    "Nextcloud": "Nextcloud", "ownCloud": "ownCloud", "Seafile": "Seafile",
}  # fmt: skip
_NETWORK = (
    "nfs", "nfs4", "cifs", "smb3", "fuse.sshfs", "9p", "afs", "fuse.rclone", "davfs", "ceph",
    "vboxsf", "fuse.glusterfs",
)  # fmt: skip
_LOCAL = ("ext4", "xfs", "btrfs", "tmpfs", "overlay", "apfs", "ntfs3", "fuse.ntfs-3g")
_PLAIN = ("Studies", "boxes", "my dropbox notes", "Syncope", "onedrives")
_STUDY = "study.qualkit"
_EXTRA = 3  # PRAGMA synchronous


def measure(long: bool) -> Result:
    """All names and kinds; in short, half of the kinds of file systems are opened."""
    wrong: list[str] = []
    with tempfile.TemporaryDirectory(prefix="qualkit-trust-", dir=in_memory()) as name:
        root = Path(os.path.realpath(name))
        with Project.create(root / _STUDY) as project:
            project.add_coder("Ann")
        for folder, whose in _SYNCED.items():
            wrong += _opened(root / folder, [f"that {whose} syncs"])
        for folder in _PLAIN:
            wrong += _opened(root / folder, [])
        step = 1 if long else 3
        for kind in (*_NETWORK[::step], *_LOCAL[::step]):
            place = root / f"mounted {kind}"
            with _mounted(root, place, kind):
                network = [f"network file system ({kind})"] if kind in _NETWORK else []
                wrong += _opened(place, network)
    count = len(_SYNCED) + len(_NETWORK[::step])
    figure = f"{count} of {count} kinds warned of" if not wrong else f"{len(wrong)} wrong"
    return Result("R9", figure, ok=not wrong, detail=tuple(wrong))


@contextmanager
def _mounted(root: Path, place: Path, kind: str) -> Iterator[None]:
    table = root / "mounts"
    written = str(place).replace(" ", "\\040")
    table.write_text(f"/dev/sda1 / ext4 rw 0 0\nserver:/x {written} {kind} rw 0 0\n", "utf-8")
    with patch.object(folders, "_MOUNTS", table):
        yield


def _opened(folder: Path, expected: list[str]) -> list[str]:
    """What is wrong with how a study in a folder is opened and warned of."""
    folder.mkdir()
    study = folder / _STUDY
    shutil.copyfile(folder.parent / _STUDY, study)
    with Project.open(study) as project, project._store.read() as connection:
        mode = connection.exec_driver_sql("PRAGMA journal_mode").scalar()
        level = connection.exec_driver_sql("PRAGMA synchronous").scalar()
        wrong = [] if project.coders() == ["Ann"] else [f"{folder.name}: the coder is gone"]
        warnings = project.warnings
    network = any("network" in one for one in expected)
    if (mode == "wal") is network or (network and level != _EXTRA):
        wrong.append(f"{folder.name}: journal_mode {mode}, synchronous {level}")
    if len(warnings) != len(expected) or any(
        text not in said for text, said in zip(expected, warnings, strict=True)
    ):
        wrong.append(f"{folder.name}: {warnings or 'no warning'}")
    return wrong
