"""P6: the key lies in a file of its own, for its owner alone, and never in what leaves."""

from __future__ import annotations

import io
import shlex
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from click.testing import CliRunner

from qualkit import pseudonymising
from qualkit.cli import main
from qualkit.privacy import key as keys
from qualkit.project import Project
from trust import Promise, Result
from trust.p03_purge import NAME, fill, written

PROMISE = Promise(
    words="Who is who is in the key file alone: mode 0600, apart from the study, in no export, "
    "bundle, pack or backup.",
    how="a study pseudonymised and purged, then every export, a pack and a backup of it; each "
    "file, unpacked as deep as it goes, searched for the name and for the key's own words",
    goal="0 hits, mode 0600",
)
_EXPORTS: Final = (
    "grid STUDY --out grid.docx",
    "grid STUDY --out grid.xlsx",
    "grid STUDY --out grid.html",
    "coding list STUDY --out codings.csv",
    "report STUDY --out report.docx",
    "project export STUDY whole.bundle",
    "project export STUDY whole.qdpx",
    "project log STUDY --out log.csv",
    "coder pack STUDY Bo --source '[Person 1]-1' --out bo.qualkit",
    "project backup STUDY",
)
_FILES: Final = {word for line in _EXPORTS for word in line.split() if "." in word}
_SHORT: Final = (0, 3, 5, 6, 9)
_OWN: Final = b"qualkit_key"


def exported(study: Path, folder: Path, lines: tuple[str, ...]) -> Iterator[str]:
    """Write the exports into a folder; what failed."""
    for line in lines:
        words = shlex.split(line.replace("STUDY", str(study)))
        words = [str(folder / one) if one in _FILES else one for one in words]
        made = CliRunner().invoke(main, words)
        if made.exit_code:
            yield f"{line}: {made.output[-200:]} {made.exception!r}"


def contents(name: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    """A file, and all that is packed within it."""
    yield name, data
    if data[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for one in archive.namelist():
                yield from contents(f"{name}/{one}", archive.read(one))
    elif data[:2] == b"\x1f\x8b":
        yield f"{name}, unpacked", zlib.decompress(data, wbits=31)


def hits(folder: Path) -> Iterator[str]:
    """Where the name, or the key, is in what was written."""
    for path in sorted(one for one in folder.rglob("*") if one.is_file()):
        for name, data in contents(path.name, path.read_bytes()):
            for encoding in ("utf-8", "utf-16-le"):
                if NAME.lower().encode(encoding) in data.lower():
                    yield f"{name}: the name"
            if _OWN in data:
                yield f"{name}: the key"


def measure(long: bool) -> Result:
    """One study, all that can leave it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        study, out = folder / "in" / "study.qualkit", folder / "out"
        for one in (study.parent, out):
            one.mkdir()
        key = Path(f"{study}{keys.ENDING}")
        with Project.create(study, codebooks=["evaluation-topics"], user="Sue") as project:
            fill(project, folder)
            written(project, key)
            pseudonymising.apply(project)
            pseudonymising.purge(project, backups=True)
        mode = stat.S_IMODE(key.stat().st_mode)
        lines = _EXPORTS if long else tuple(_EXPORTS[n] for n in _SHORT)
        faults = list(exported(study, out, lines))
        faults += [] if mode == 0o600 else [f"the key's mode is {mode:o}"]
        made = list(study.parent.glob("*.backups/*"))
        for one in made:
            one.rename(out / one.name)
        count = sum(1 for one in out.rglob("*") if one.is_file())
        found = list(hits(out))
        if NAME.encode() not in key.read_bytes():
            faults.append("the key has no names: nothing was tried")
    figure = f"{len(found)} hits in {count} files"
    return Result("P6", figure, not found and not faults, (*found[:20], *faults))
