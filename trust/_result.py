"""What a measurement gives back, which measurements there are, and their table."""

from __future__ import annotations

import importlib
import os
import platform
import re
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Final

ROOT: Final = Path(__file__).parent.parent
PAGE: Final = ROOT / "docs" / "trust.md"
BEGIN: Final = "<!-- measured by `make trust`: begin -->"
END: Final = "<!-- measured by `make trust`: end -->"
_HEAD: Final = (
    "| | What is promised | How it is tested | Goal | Last measured | Programs |\n"
    "|---|---|---|---|---|---|\n"
)
_FILE: Final = re.compile(r"([rsp])(\d\d)_\w+\.py")
_ORDER: Final = "RSP"


class NotHere(Exception):
    """A measurement that this machine cannot make; says what is missing."""


@dataclass(frozen=True, slots=True)
class Promise:
    """What is promised, how it is tested, and the figure that it must reach; in plain words."""

    words: str
    how: str
    goal: str


@dataclass(frozen=True, slots=True)
class Result:
    """What was measured.

    Attributes
    ----------
    promise : str
        Its name, as ``R1``.
    figure : str
        What goes into the table: short, with its unit.
    ok : bool
        Whether the goal was reached.
    detail : tuple of str
        One line for each thing that went wrong, or that is worth to be printed.
    """

    promise: str
    figure: str
    ok: bool
    detail: tuple[str, ...] = ()


def modules(names: Iterable[str] = ()) -> dict[str, str]:
    """Promises and the modules that measure them, in the table's order; some, or all.

    >>> modules(["R1"])
    {'R1': 'trust.r01_kill'}
    """
    found = {}
    for path in Path(__file__).parent.glob("*.py"):
        if (named := _FILE.fullmatch(path.name)) is not None:
            found[f"{named[1].upper()}{int(named[2])}"] = f"trust.{path.stem}"
    wanted = [name.upper() for name in names] or sorted(found, key=_place)
    unknown = [name for name in wanted if name not in found]
    if unknown:
        raise SystemExit(f"no promise {', '.join(unknown)}; there are {', '.join(sorted(found))}")
    return {name: found[name] for name in wanted}


def module_of(name: str) -> ModuleType:
    """The module that measures a promise."""
    return importlib.import_module(modules([name])[name.upper()])


def measured(name: str, *, long: bool) -> Result:
    """Measure one promise; what it raises is a promise that was not kept."""
    try:
        result = module_of(name).measure(long)
    except NotHere:
        raise
    except Exception as error:  # whatever it is, the table says so
        return Result(name, f"failed: {type(error).__name__}", ok=False, detail=(str(error),))
    assert isinstance(result, Result)  # noqa: S101 - for the type checker
    return result


def write_table(results: Iterable[Result], page: Path = PAGE) -> None:
    """Put figures into the table of a page; rows of promises not measured now stay as they are."""
    text = page.read_text("utf-8")
    before, rest = text.split(BEGIN, 1)
    table, after = rest.split(END, 1)
    rows = {line.split("|")[1].strip(): line for line in table.splitlines() if "|" in line[:1]}
    rows.update({one.promise: _row(one) for one in results})
    kept = [rows[name] for name in sorted((n for n in rows if n in modules()), key=_place)]
    made = f"{before}{BEGIN}\n\n{_HEAD}" + "".join(f"{row}\n" for row in kept) + f"\n{END}{after}"
    page.write_text(made, "utf-8")


def _row(result: Result) -> str:
    promise: Promise = module_of(result.promise).PROMISE
    figure = f"{result.figure} ({date.today():%Y-%m-%d})"
    if not result.ok:
        figure = f"**not kept:** {figure}"
    cells = (result.promise, promise.words, promise.how, promise.goal, figure, _programs(result))
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _programs(result: Result) -> str:
    """The files that measure a promise: the long one, and the one of the test suite."""
    own = [f"{modules([result.promise])[result.promise].replace('.', '/')}.py"]
    kinds = ROOT.glob(f"tests/*/test_{result.promise.lower()}_*.py")
    return ", ".join(f"`{name}`" for name in own + sorted(str(p.relative_to(ROOT)) for p in kinds))


def _place(name: str) -> tuple[int, int]:
    return _ORDER.index(name[0]), int(name[1:])


def machine() -> str:
    """On what this was measured, in one line."""
    return (
        f"{os.cpu_count()} processors, {platform.system()} {platform.release().split('-')[0]}, "
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    )
