"""What the benchmarks share: rows of one table, medians, the cost of a process, the machine in one line.

A program yields rows from a function and hands that to :func:`show`; run by itself it prints its
own table, and `python benchmarks` puts those of all programs under each other. A ratio is our figure
in that of what it is held against: .5 is half of the time, 2 is twice the memory.
"""

from __future__ import annotations

import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final, TypeVar

import qualkit

HERE: Final = Path(__file__).parent
ROWS: Final = "QUALKIT_BENCH_ROWS"  # the file that a program's rows go to, where the runner asks
HEAD: Final = ("what", "qualkit", "against", "that", "ratio")
_WIDTHS: Final = (64, 14, 44, 14, 7)
_SHORT: Final = 0.1  # seconds, under which milliseconds are told
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Row:
    """One figure, and what it is held against: a peer, a naive way, a smaller study, a bar."""

    what: str
    ours: float | None
    unit: str = "s"
    against: str = ""
    theirs: float | None = None

    @property
    def ratio(self) -> float | None:
        """Ours in theirs; None where there is nothing to divide by."""
        return self.ours / self.theirs if self.ours is not None and self.theirs else None


class NotMeasuredError(Exception):
    """Why something cannot be measured here: a data set or a peer that is not there."""


def show(rows: Callable[[], Iterable[Row]]) -> None:
    """Print the rows as a table of their own, or put them into the file that the runner named."""
    path = os.environ.get(ROWS)
    if path is None:
        print(machine())
        print(line(HEAD))
    for row in _made(rows):
        if path is None:
            print(line(cells(row)), flush=True)
        else:
            with Path(path).open("a", encoding="utf-8") as file:
                file.write(json.dumps(asdict(row)) + "\n")


def _made(rows: Callable[[], Iterable[Row]]) -> Iterable[Row]:
    try:
        yield from rows()
    except NotMeasuredError as error:
        yield Row(f"not measured: {error}", None, "")


def cells(row: Row) -> tuple[str, ...]:
    """A row as it is printed."""
    ratio = (
        "" if row.ratio is None else f"{row.ratio:.2g}" if row.ratio < 10 else f"{row.ratio:.0f}"
    )
    return row.what, figure(row.ours, row.unit), row.against, figure(row.theirs, row.unit), ratio


def line(parts: Sequence[str]) -> str:
    """Cells one beside the other; a long one moves the rest on."""
    what, ours, against, theirs, ratio = parts
    widths = _WIDTHS
    return (
        f"{what:<{widths[0]}} {ours:>{widths[1]}}  {against:<{widths[2]}} {theirs:>{widths[3]}} "
        f"{ratio:>{widths[4]}}"
    ).rstrip()


def figure(value: float | None, unit: str) -> str:
    """A number with its unit, as many digits as mean something."""
    if value is None:
        return ""
    if unit == "s" and value < _SHORT:
        value, unit = value * 1000, "ms"
    digits = max(0, 2 - len(f"{abs(value):.0f}")) if abs(value) >= 1 else 3
    return f"{value:,.{digits}f} {unit}".strip()


# Time and memory -----------------------------------------------------------------------------


def timed(call: Callable[[], _T]) -> tuple[_T, float]:
    """What a call gives, and the seconds that it took."""
    start = time.perf_counter()
    found = call()
    return found, time.perf_counter() - start


def median(call: Callable[[], object], *, runs: int = 3, warm: bool = False) -> float:
    """Median seconds of a call over several runs, after one that warms up where that is wanted."""
    if warm:
        call()
    return statistics.median(timed(call)[1] for _ in range(runs))


def seconds(command: Sequence[str], *, runs: int = 7) -> float:
    """Median wall time of a command over several runs, after one that warms up."""

    def run() -> None:
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    return median(run, runs=runs, warm=True)


def peak_megabytes() -> tuple[float, float]:
    """Largest memory of this process, and of the largest child so far."""
    unit = 1024 if sys.platform != "darwin" else 1024 * 1024
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
    child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / unit
    return own, child


def alone(call: Callable[..., Any], *given: object) -> tuple[float, float]:
    """Seconds of processor time of a function in a new process with its children, and its megabytes.

    Processor time is what a program that runs beside changes least.
    """
    with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_alone, call, given).result()


def _alone(call: Callable[..., Any], given: Sequence[object]) -> tuple[float, float]:
    before = sum(os.times()[:4])
    call(*given)
    return sum(os.times()[:4]) - before, _own_peak()


def _own_peak() -> float:
    """The largest memory of this process, without what its parent had before it started."""
    with suppress(OSError):
        for told in Path("/proc/self/status").read_text("utf-8").splitlines():
            if told.startswith("VmHWM:"):
                return int(told.split()[1]) / 1024
    return peak_megabytes()[0]


# Other programs ------------------------------------------------------------------------------


def peer(program: str, *given: str) -> dict[str, Any]:
    """What a program beside this one tells as JSON, run by the Python of the peers (`make peers`)."""
    python = os.environ.get("QUALKIT_PEERS", str(HERE.parent / ".venv-peers" / "bin" / "python"))
    if not Path(python).exists():
        raise NotMeasuredError("the peers are not installed: make peers")
    done = subprocess.run(
        [python, str(HERE / program), *given], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise NotMeasuredError(f"{program} stopped: {done.stderr.strip().splitlines()[-1:]}")
    return json.loads(done.stdout.splitlines()[-1])


# What and where ------------------------------------------------------------------------------


def machine() -> str:
    """Processors, Python and the libraries that matter."""
    libraries = ", ".join(f"{name} {version(name)}" for name in ("pandas", "SQLAlchemy"))
    return (
        f"{os.cpu_count()} processors, Python {platform.python_version()}, "
        f"qualkit {qualkit.__version__}, {libraries}"
    )


def data(*parts: str) -> Path:
    """A file of the data that is no part of the project; NotMeasuredError where it is not there."""
    folder = os.environ.get("QUALKIT_DATA")
    path = None if folder is None else Path(folder, *parts)
    if path is None or not path.exists():
        raise NotMeasuredError(f"{'/'.join(parts)} is not there; set QUALKIT_DATA to its folder")
    return path
