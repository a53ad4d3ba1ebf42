"""Reading files in child processes that can harm nobody.

Each child may use one gigabyte, may not write a file, and is ended when one file takes longer
than 30 seconds. A child reads one file after the other, so that its start is paid once; what it
finds comes back as one line of JSON a file. The parent keeps or refuses it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import Any

from qualkit.errors import MissingExtra, ReadError
from qualkit.importers import _child, columns
from qualkit.importers.columns import Columns
from qualkit.importers.drafts import Draft, Paragraph, read_draft
from qualkit.importers.sheets import Sheet, read_sheet
from qualkit.model import Source, Turn

SECONDS = 30
CPU_SECONDS = 20
MEMORY = 1 << 30
_AHEAD = 4  # files read beyond the one that is asked for, each worker


def read_files(
    paths: Sequence[Path | str], *, encoding: str | None = None, jobs: int | None = None
) -> Iterator[tuple[Path, Source | ReadError]]:
    """Each file with its source, or with the error for which it was refused, in order.

    Parameters
    ----------
    paths : sequence of path
    encoding : str, optional
        Of all text files, where the guess is wrong.
    jobs : int, optional
        Child processes at once; by default one a processor, at most four.
    """
    files = [Path(path) for path in paths]
    count = max(1, min(jobs or min(4, os.cpu_count() or 1), len(files)))
    children = _Children(encoding)
    try:
        with ThreadPoolExecutor(max_workers=count) as pool:
            waiting: list[tuple[Path, Future[Source | ReadError]]] = []
            for path in files:
                waiting.append((path, pool.submit(children.read_source, path)))
                if len(waiting) > count * _AHEAD:
                    first, result = waiting.pop(0)
                    yield first, result.result()
            for path, result in waiting:
                yield path, result.result()
    finally:
        children.close()


def read_file(path: Path | str, *, encoding: str | None = None) -> Source:
    """One file as a source, read in a child process; ReadError where it is refused."""
    ((_, result),) = read_files([path], encoding=encoding, jobs=1)
    if isinstance(result, ReadError):
        raise result
    return result


def read_table(path: Path | str) -> Sheet:
    """One table of people's, read in a child process; ReadError where it is refused."""
    result = _read_one(path, "table")
    if not isinstance(result, Sheet):
        raise TypeError("a child answered with something else than the table asked for")
    return result


def read_columns(path: Path | str) -> Columns:
    """A table of answers by its columns, read in a child process.

    Raises
    ------
    ReadError
        Where the file is refused.
    MissingExtra
        Where it is an SPSS file and pyreadstat is not installed.
    """
    result = _read_one(path, "columns")
    if not isinstance(result, Columns):
        raise TypeError("a child answered with something else than the table asked for")
    return result


def read_draft_file(path: Path | str) -> Draft:
    """One draft report, read in a child process; ReadError where it is refused."""
    result = _read_one(path, "draft")
    if not isinstance(result, Draft):
        raise TypeError("a child answered with something else than the draft asked for")
    return result


_Read = Source | Sheet | Draft | Columns


def _read_one(path: Path | str, kind: str) -> _Read:
    children = _Children(None)
    try:
        result = children.read(Path(path), kind=kind)
    finally:
        children.close()
    if isinstance(result, ReadError | MissingExtra):
        raise result
    return result


class _Children:
    """One child process a thread, started when needed and again after it was ended."""

    def __init__(self, encoding: str | None) -> None:
        self._encoding = encoding
        self._own = threading.local()
        self._all: list[subprocess.Popen[str]] = []

    def read_source(self, path: Path) -> Source | ReadError:
        """The source of one file, or why it was refused."""
        result = self.read(path)
        if not isinstance(result, Source | ReadError):
            raise TypeError("a child answered with something else than the source asked for")
        return result

    def read(self, path: Path, *, kind: str = "source") -> _Read | ReadError | MissingExtra:
        """What a child makes of one file."""
        child = self._child()
        late = threading.Timer(SECONDS, child.kill)
        late.start()
        try:
            answer = self._ask(child, path, kind)
        finally:
            timed_out = not late.is_alive()
            late.cancel()
        if answer is None:
            child.kill()
            child.wait()
            took = f"took longer than {SECONDS} seconds" if timed_out else "needs too much memory"
            return ReadError(_name(path), f"reading it {took}; it is damaged or not a transcript")
        return _unpack(answer, path)

    def close(self) -> None:
        for child in self._all:
            _child.end(child)

    def _child(self) -> subprocess.Popen[str]:
        child: subprocess.Popen[str] | None = getattr(self._own, "child", None)
        if child is None or child.poll() is not None:
            child = _child.start("qualkit.importers.worker", str(MEMORY))
            self._own.child = child
            self._all.append(child)
        return child

    def _ask(self, child: subprocess.Popen[str], path: Path, kind: str) -> dict[str, Any] | None:
        request = json.dumps({"path": str(path), "encoding": self._encoding, "kind": kind})
        try:
            if child.stdin is None or child.stdout is None:
                return None
            child.stdin.write(request + "\n")
            child.stdin.flush()
            line = child.stdout.readline()
        except (BrokenPipeError, OSError, ValueError):
            return None
        return json.loads(line) if line.endswith("\n") else None


def _name(path: Path) -> str:
    return readable(path.name or str(path))


def readable(name: str) -> str:
    """A file name as it can be shown: bytes that are no text are written as escapes."""
    return name.encode("utf-8", "backslashreplace").decode("utf-8")


def _unpack(answer: dict[str, Any], path: Path) -> _Read | ReadError | MissingExtra:
    if "columns" in answer:
        return columns.from_message(answer)
    if "library" in answer:
        return MissingExtra(answer["library"], answer["extra"])
    if "paragraphs" in answer:
        return _unpack_draft(answer)
    if "header" in answer:
        rows = tuple(tuple(row) for row in answer["rows"])
        numbers, warnings = tuple(answer["numbers"]), tuple(answer["warnings"])
        return Sheet(answer["name"], tuple(answer["header"]), rows, numbers, warnings)
    if "reason" in answer:
        return ReadError(_name(path), answer["reason"], line=answer["line"])
    turns = tuple(Turn(**turn) for turn in answer.pop("turns"))
    warnings, notes = tuple(answer.pop("warnings")), tuple(answer.pop("notes"))
    return Source(turns=turns, warnings=warnings, notes=notes, **answer)


def _unpack_draft(answer: dict[str, Any]) -> Draft:
    paragraphs = []
    for one in answer["paragraphs"]:
        spans = {
            name: tuple(tuple(span) for span in one.pop(name)) for name in ("italics", "pages")
        }
        paragraphs.append(Paragraph(**{**one, **spans}))
    return Draft(answer["name"], answer["kind"], tuple(paragraphs))


def _pack(path: Path, encoding: str | None, kind: str) -> str:
    """What becomes of a file, as one line of JSON."""
    try:
        return json.dumps(_read(path, encoding, kind))
    except ReadError as error:
        return json.dumps({"reason": error.reason, "line": error.line})
    except MissingExtra as error:
        return json.dumps({"library": error.library, "extra": error.extra})
    except Exception as error:
        why = f"damaged or too large ({type(error).__name__})"
        return json.dumps({"reason": why, "line": None})


def _read(path: Path, encoding: str | None, kind: str) -> dict[str, Any]:
    from qualkit.importers import read_source

    if kind == "table":
        return asdict(read_sheet(path))
    if kind == "columns":
        return columns.to_message(columns.read_columns(path))
    if kind == "draft":
        return asdict(read_draft(path))
    return asdict(read_source(path, encoding=encoding))


def main() -> None:
    """Read the files named on standard input, one JSON line each, until it ends."""
    _child.bound(int(sys.argv[1]))
    for line in sys.stdin:
        request = json.loads(line)
        _child.grant(CPU_SECONDS)
        sys.stdout.write(_pack(Path(request["path"]), request["encoding"], request["kind"]) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
