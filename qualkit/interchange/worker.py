"""Another tool's file read in a child process that can harm nobody.

A project holds more than a transcript, so that what a child may use grows with the size of its
file: a small one that was made to grow is stopped early, and a study of years is read. It may
write no file. What it finds comes back row by row, as plain values that are looked at again
here; whoever waits can stop it.
"""

from __future__ import annotations

import base64
import itertools
import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any, Final

from qualkit.errors import MissingExtra, QualkitError, ReadError, TableError
from qualkit.importers import _child
from qualkit.importers._guard import MB
from qualkit.interchange.looking import Columns, Incoming
from qualkit.interchange.report import Account
from qualkit.snapshot import Row, Snapshot, Value

Meanwhile = Callable[[], object]
Message = Mapping[str, Any]
MEMORY: Final = 1 << 30
MEMORY_EACH_MB: Final = 300 * MB  # 500,000 codings as .qdpx: 3.3 GB of 20 MB
MOST_MEMORY: Final = 8 << 30
SECONDS: Final = 30
SECONDS_EACH_MB: Final = 30
MOST_SECONDS: Final = 900
_FILES: Final = 10_000  # of a folder that are counted
_ROWS: Final = 500  # in one line of what comes back
_OUT_OF_TIME: Final = -int(getattr(signal, "SIGXCPU", 24))
_EVERY: Final = 0.25  # seconds between two looks at the clock and at who waits


def look(
    path: Path | str, *, columns: Mapping[str, str] | None = None,
    texts: Path | str | None = None, project: str | None = None,
    meanwhile: Meanwhile | None = None,
) -> Incoming:  # fmt: skip
    """What a file would bring, as :func:`qualkit.interchange.looking.look` reads it, in a child.

    Parameters
    ----------
    path, columns, texts, project
        As there.
    meanwhile : callable, optional
        Called again and again while the child reads; what it raises ends the child.

    Raises
    ------
    ReadError, TableError
        As there; ReadError also where the child used more than it may.
    """
    asked = {"path": str(path), "columns": columns, "project": project,
             "texts": None if texts is None else str(texts)}  # fmt: skip
    size = _size(Path(path)) + (0 if texts is None else _size(Path(texts)))
    return _incoming(_read(Path(path), asked, size, meanwhile), Path(path))


def columns_of(path: Path | str, told: Mapping[str, str] | None = None) -> Columns | None:
    """The columns of a table of codings, as :func:`qualkit.interchange.looking.columns_of`."""
    asked = {"path": str(path), "columns": told, "headings": True}
    (answer,) = _read(Path(path), asked, _size(Path(path)), None)
    return _columns(answer["table"])


def _size(path: Path) -> int:
    """How large a file is, or all of a folder; 0 where reading will say that there is none."""
    try:
        if path.is_dir():
            files = itertools.islice(path.rglob("*"), _FILES)
            return sum(one.stat().st_size for one in files if one.is_file())
        return path.stat().st_size
    except OSError:
        return 0


# The parent ----------------------------------------------------------------------------------


def _read(path: Path, asked: Message, size: int, meanwhile: Meanwhile | None) -> list[Message]:
    """All that a child answers, or the error that it refuses the file with."""
    memory = min(MOST_MEMORY, MEMORY + MEMORY_EACH_MB * size // MB)
    seconds = min(MOST_SECONDS, SECONDS + SECONDS_EACH_MB * size // MB)
    child = _child.start("qualkit.interchange.worker", str(memory), str(seconds))
    try:
        with ThreadPoolExecutor(max_workers=1) as pool:
            answer = pool.submit(_ask, child, asked, 2 * memory)
            in_time = _wait(answer, child, seconds, meanwhile)
    finally:
        _child.end(child)
    messages = answer.result()
    if messages and "error" in messages[-1]:
        raise _error(messages[-1]["error"])
    if not messages or "end" not in messages[-1]:
        took = "needs too much memory" if in_time else f"took longer than {seconds} seconds"
        raise ReadError(path.name or str(path), f"reading it {took}; it is damaged or made to harm")
    return messages[:-1]


def _wait(
    answer: Future[list[Message]], child: subprocess.Popen[str], seconds: int,
    meanwhile: Meanwhile | None,
) -> bool:  # fmt: skip
    """Wait for a child, ended when its time is over or nobody waits; whether it was in time."""
    last = time.monotonic() + seconds
    try:
        while not wait([answer], timeout=_EVERY).done:
            if meanwhile is not None:
                meanwhile()
            if time.monotonic() > last:
                child.kill()
                return False
    except BaseException:
        child.kill()
        raise
    with suppress(subprocess.TimeoutExpired):
        return child.wait(_EVERY) != _OUT_OF_TIME
    return True


def _ask(child: subprocess.Popen[str], asked: Message, most: int) -> list[Message]:
    """Every whole line that a child answers, of so many characters at the most."""
    if child.stdin is None or child.stdout is None:
        return []
    try:
        child.stdin.write(json.dumps(asked) + "\n")
        child.stdin.close()
        return list(_lines(child.stdout, most))
    except (OSError, ValueError):
        return []


def _lines(pipe: IO[str], most: int) -> Iterator[Message]:
    while most > 0 and (line := pipe.readline(most)).endswith("\n"):
        yield json.loads(line)
        most -= len(line)


def _incoming(messages: list[Message], path: Path) -> Incoming:
    """What was found, rebuilt of plain values; nothing else is taken from a child."""
    head, *parts = messages
    tables: dict[str, list[Row]] = {}
    try:
        for part in parts:
            rows = tables.setdefault(str(part["rows"]), [])
            names = [str(name) for name in part["columns"]]
            rows += [dict(zip(names, map(_value, one), strict=True)) for one in part["values"]]
        account = Account.from_dict(head["account"])
        return Incoming(str(head["name"]), str(head["kind"]), Snapshot(tables), account,
                        _columns(head["table"]))  # fmt: skip
    except (KeyError, TypeError, ValueError, TableError) as error:
        raise ReadError(path.name or str(path), "reading it gave no study") from error


def _value(held: object) -> Value:
    if isinstance(held, dict):
        return base64.b64decode(held["bytes"], validate=True)
    if held is None or isinstance(held, str | int | float):
        return held
    raise TypeError(held)


def _columns(held: Message | None) -> Columns | None:
    return None if held is None else Columns(tuple(held["headings"]), dict(held["columns"]))


def _error(held: Message) -> QualkitError:
    kind, given = held["kind"], dict(held["given"])
    if kind == "ReadError":
        return ReadError(given["file"], given["reason"], line=given["line"])
    if kind == "TableError":
        return TableError(given["table"], given["reason"], row=given["row"])
    if kind == "MissingExtra":
        return MissingExtra(given["library"], given["extra"])
    return QualkitError(given["message"])


# The child -----------------------------------------------------------------------------------


def main() -> None:
    """Read the file that is named on standard input."""
    _child.bound(int(sys.argv[1]))
    _child.grant(int(sys.argv[2]))
    for message in _answers(json.loads(sys.stdin.readline())):
        sys.stdout.write(json.dumps(message) + "\n")


def _answers(asked: Message) -> Iterator[Message]:
    from qualkit.interchange import looking

    path, columns = Path(asked["path"]), asked["columns"]
    try:
        if asked.get("headings"):
            table = looking.columns_of(path, columns)
            yield {"table": None if table is None else asdict(table)}
        else:
            yield from _found(looking.look(
                path, columns=columns, texts=asked["texts"], project=asked["project"]
            ))  # fmt: skip
        yield {"end": True}
    except QualkitError as error:
        yield {"error": _told(error)}
    except Exception as error:
        why = f"damaged or too large ({type(error).__name__})"
        yield {"error": _told(ReadError(path.name or str(path), why))}


def _found(found: Incoming) -> Iterator[Message]:
    table = None if found.table is None else asdict(found.table)
    yield {"name": found.name, "kind": found.kind, "account": found.account.as_dict(),
           "table": table}  # fmt: skip
    for name, rows in found.snapshot.tables.items():
        for columns, alike in itertools.groupby(rows, tuple):
            for some in _some(alike):
                values = [[_plain(row[column]) for column in columns] for row in some]
                yield {"rows": name, "columns": columns, "values": values}


def _some(rows: Iterable[Row]) -> Iterator[list[Row]]:
    rows = iter(rows)
    while some := list(itertools.islice(rows, _ROWS)):
        yield some


def _plain(value: Value) -> object:
    return {"bytes": base64.b64encode(value).decode()} if isinstance(value, bytes) else value


def _told(error: QualkitError) -> Message:
    match error:
        case ReadError():
            given: Message = {"file": error.file, "reason": error.reason, "line": error.line}
        case TableError():
            given = {"table": error.table, "reason": error.reason, "row": error.row}
        case MissingExtra():
            given = {"library": error.library, "extra": error.extra}
        case _:
            return {"kind": "QualkitError", "given": {"message": str(error)}}
    return {"kind": type(error).__name__, "given": given}


if __name__ == "__main__":
    main()
