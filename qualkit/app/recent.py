"""The studies that were open on this machine lately, for the first page.

Kept as a small JSON file in the user's own folder; one that cannot be read counts as empty,
for nothing of a study is in it but its path.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Final

_MOST: Final = 8


def _file() -> Path:
    home = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return Path(home) / "qualkit" / "recent.json"


def recent_studies() -> list[str]:
    """Paths and addresses, the last one first; files that are gone are left out.

    An address with a password in it is never kept; see :func:`remember_study`.
    """
    try:
        kept = json.loads(_file().read_text("utf-8"))
    except (OSError, ValueError):
        return []
    if not isinstance(kept, list):
        return []
    return [one for one in kept if isinstance(one, str) and ("://" in one or Path(one).exists())]


def remember_study(study: str) -> None:
    """Put a study at the head of the list; where the file cannot be written, go on without."""
    if "://" in study:
        return  # an address may hold a password
    path = str(Path(study).resolve())
    kept = [path, *(one for one in recent_studies() if one != path)][:_MOST]
    file = _file()
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        new = file.with_suffix(f".{os.getpid()}")
        new.write_text(json.dumps(kept, ensure_ascii=False, indent=1), "utf-8")
        new.replace(file)
    except OSError:
        return
