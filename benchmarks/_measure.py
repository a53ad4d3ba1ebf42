"""What the benchmarks share: the machine in one line, the cost of a whole process."""

from __future__ import annotations

import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence

import pandas
import sqlalchemy

import qualkit


def machine() -> str:
    """Processors, Python and the libraries that matter."""
    return (
        f"{os.cpu_count()} processors, Python {platform.python_version()}, "
        f"qualkit {qualkit.__version__}, pandas {pandas.__version__}, "
        f"SQLAlchemy {sqlalchemy.__version__}"
    )


def seconds(command: Sequence[str], *, runs: int = 7) -> float:
    """Median wall time of a command over several runs, after one that warms up."""
    taken = []
    for _ in range(runs + 1):
        start = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        taken.append(time.perf_counter() - start)
    return statistics.median(taken[1:])


def peak_megabytes() -> tuple[float, float]:
    """Largest memory of this process, and of the largest child so far."""
    unit = 1024 if sys.platform != "darwin" else 1024 * 1024
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
    child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / unit
    return own, child
