"""``python -m trust [R1 S2 ...]``: measure at length, print, and write the table.

``--short`` measures as the tests do and writes nothing.
"""

from __future__ import annotations

import signal
import sys
import time

from trust._result import NotHere, Result, machine, measured, modules, write_table


def main(arguments: list[str]) -> int:
    """Measure some promises, or all; 1 where one was not kept."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that servers are stopped then too
    long = "--short" not in arguments
    names = [one for one in arguments if one != "--short"]
    print(machine())
    results = [one for name in modules(names) if (one := _one(name, long=long)) is not None]
    return 0 if all(one.ok for one in results) else 1


def _one(name: str, *, long: bool) -> Result | None:
    start = time.perf_counter()
    try:
        result = measured(name, long=long)
    except NotHere as error:
        print(f"{name:4} NOT MEASURED: {error}", flush=True)
        return None
    took = time.perf_counter() - start
    if long:
        write_table([result])  # at once, so that nothing is lost where a later one is stopped
    kept = "kept" if result.ok else "NOT KEPT"
    print(f"{name:4} {kept:9} {result.figure}   [{took:.0f} s]", flush=True)
    for line in result.detail:
        print(f"     {line}", flush=True)
    return result


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
