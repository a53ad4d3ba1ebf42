"""Copies of a study's file, each checked before it counts.

They stand in a folder beside the study, ``pilots.qualkit.backups``, and are studies themselves:
to go back, put one in the place of the file while nobody works on it.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from qualkit.errors import StoreError
from qualkit.store.engine import back_up, is_address, shown

_ENDING = ".qualkit"


def folder_of(study: str) -> Path:
    """The folder beside a study's file in which its backups stand."""
    return Path(f"{study}.backups")


def make(study: str, folder: Path | None = None) -> Path:
    """A checked copy of a study's file, named by the moment; its path.

    Raises
    ------
    StoreError
        For a study on a server, or where no sound copy can be written.
    """
    if is_address(study):
        why = "a study on a server is backed up with PostgreSQL's own pg_dump"
        raise StoreError(shown(study), why)
    folder = folder_of(study) if folder is None else Path(folder)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        copy = _free(folder, Path(study).name.removesuffix(_ENDING))
        back_up(Path(study), copy)
    except OSError as error:
        why = f"no backup can be written to {folder} ({error.strerror})"
        raise StoreError(study, why) from error
    return copy


def listed(study: str, folder: Path | None = None) -> list[Path]:
    """The backups of a study that stand in its folder, the newest first."""
    if is_address(study):
        return []
    folder = folder_of(study) if folder is None else Path(folder)
    name = re.escape(Path(study).name.removesuffix(_ENDING))
    ours = re.compile(rf"{name}-\d{{4}}-\d\d-\d\dT\d{{6}}Z(\.\d+)?")
    found = [path for path in folder.glob(f"*{_ENDING}") if ours.fullmatch(path.stem)]
    return sorted(found, key=lambda path: path.stem, reverse=True)


def _free(folder: Path, name: str) -> Path:
    """A name that no other backup has, in the order of time."""
    moment = datetime.now(UTC).strftime("%Y-%m-%dT%H%M%SZ")
    names = (f"{name}-{moment}{f'.{n}' if n else ''}{_ENDING}" for n in count())
    return next(path for path in (folder / one for one in names) if not path.exists())
