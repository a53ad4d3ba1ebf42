"""S2: sound files of every format, damaged at random, by the readers themselves.

The readers are called without the child process that stands around them, so that nothing hides
what they let through: whatever is raised must be one of our own errors.
"""

from __future__ import annotations

import random
import signal
import sys
import tempfile
import time
import traceback
import warnings
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Final

from qualkit.codebook import check_codebook
from qualkit.errors import QualkitError
from qualkit.importers import FORMATS, read_source
from qualkit.importers.columns import read_columns
from qualkit.interchange import looking
from qualkit.project import Project
from tests.memory import in_memory
from trust import Promise, Result
from trust._seeds import seeds

PROMISE = Promise(
    words="A file that is damaged in whatever way ends no program, and none takes for ever",
    how="sound files of 20 kinds, damaged at random in their bytes, and archives and databases "
    "also in their parts; read without the child process that stands around reading",
    goal="0 of 10,000 raise anything but an error of qualkit's, 0 take longer than 15 s",
)
SECONDS: Final = 15.0
_ODD: Final = (
    b"\0", b"\xff\xfe", b"\x00\x00\x00\x00", b"\xff" * 8, b"<", b">", b"&", b'"', b"{", b"}",
    b"\\", b"PK\x03\x04", b"-1", b"99999999999", b"<!DOCTYPE a>", b"\n\n\n", b"\r", b"=",
    b"\xed\xa0\x80", b"\xf0\x9f\x98\x80", b"%s", b"..", b"0" * 400, b":", b"-->", b"/",
)  # fmt: skip


@dataclass(slots=True)
class Found:
    """What came of the damaged files."""

    faults: list[str] = field(default_factory=list)
    ends: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0


def measure(long: bool) -> Result:
    """10,000 damaged files, or 300."""
    count, found = (10_000 if long else 300), Found()
    with tempfile.TemporaryDirectory(prefix="qualkit-s2-", dir=in_memory()) as name:
        folder = Path(name)
        sound = dict(seeds(folder))
        for number in range(count):
            kind = list(sound)[number % len(sound)]
            data = damaged(sound[kind], number)
            _try(folder / f"m-{kind}", data, number, found)
    figure = f"{len(found.faults)} of {count:,} ({found.ends['refused']:,} refused, the others "
    figure += f"read), slowest {found.slowest:.1f} s"
    return Result("S2", figure, ok=not found.faults, detail=tuple(found.faults[:40]))


def damaged(data: bytes, seed: int) -> bytes:
    """Data with something wrong with it; in an archive, often with one of its parts."""
    chance = random.Random(seed)
    if data[:2] == b"PK" and chance.random() < 0.7:
        return _damaged_part(data, chance)
    made = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 5, 20))):
        _damage(made, chance)
    return bytes(made)


def _damage(made: bytearray, chance: random.Random) -> None:
    at = chance.randrange(len(made) + 1)
    size = chance.choice((1, 2, 8, 60, 400))
    match chance.randrange(7):
        case 0:
            made[at : at + 1] = bytes([chance.randrange(256)])
        case 1:
            del made[at : at + size]
        case 2:
            made[at:at] = chance.choice(_ODD)
        case 3:
            made[at : at + size] = chance.choice(_ODD)
        case 4:
            other = chance.randrange(len(made) + 1)
            made[at:at] = made[other : other + size] * chance.choice((1, 2, 50))
        case 5:
            if made:
                made[min(at, len(made) - 1)] ^= 1 << chance.randrange(8)
        case _:
            if chance.random() < 0.3:
                del made[at:]


def _damaged_part(data: bytes, chance: random.Random) -> bytes:
    """The same archive, whole, with one part damaged, gone, or there twice."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(out, "w", 8) as new:
        names = old.namelist()
        chosen = chance.choice(names)
        for name in names:
            part = bytearray(old.read(name))
            if name == chosen:
                if chance.random() < 0.1:
                    continue
                for _ in range(chance.choice((1, 2, 5, 20))):
                    _damage(part, chance)
            new.writestr(name, bytes(part))
    return out.getvalue()


def _try(path: Path, data: bytes, number: int, found: Found) -> None:
    path.write_bytes(data)
    start = time.perf_counter()
    try:
        with _awake(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            _reader(path)(path)
        found.ends["read"] += 1
    except QualkitError:
        found.ends["refused"] += 1
    except Exception as error:
        at = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{Path(at.filename).name}:{at.lineno}"
        found.faults.append(
            f"{path.name}, seed {number}: {type(error).__name__} at {where}: {error}"
        )
    took = time.perf_counter() - start
    found.slowest = max(found.slowest, took)
    if took > SECONDS:
        found.faults.append(f"{path.name}, seed {number}: took {took:.0f} s")


def _reader(path: Path) -> Callable[[Path], object]:
    name = path.name
    if name.startswith(("m-seed.qualkit",)):
        return _open
    if name.endswith((".yaml",)):
        return check_codebook
    if name in {"m-a.sav", "m-a.csv", "m-a.xlsx"}:
        return read_columns
    return read_source if path.suffix in FORMATS and "table" not in name else looking.look


def _open(path: Path) -> None:
    for beside in ("-wal", "-shm", "-lock"):
        Path(f"{path}{beside}").unlink(missing_ok=True)
    with Project.open(path) as project:
        project.codings()
        project.turns()
        project.check()


@contextmanager
def _awake() -> Iterator[None]:
    """Wake what would read for ever, where the system can."""
    if sys.platform == "win32":
        yield
        return
    before = signal.signal(signal.SIGALRM, _late)
    signal.setitimer(signal.ITIMER_REAL, SECONDS + 1)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _late(*_: object) -> None:
    raise TimeoutError("it reads for ever")
