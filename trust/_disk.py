"""What a disk may hold after a power cut, from the system calls that a program made.

A program is run under strace. What it wrote since the last ``fsync`` of a file may be on the
disk in part, in any order, and torn at sectors; names made, moved and removed since the last
``fsync`` of their folder may be there up to any point. That is weaker than what the usual file
systems promise, so that what holds here holds on them.
"""

from __future__ import annotations

import random
import re
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

_CALLS = (
    "openat", "creat", "close", "lseek", "write", "pwrite64", "ftruncate", "truncate", "fsync",
    "fdatasync", "rename", "renameat", "renameat2", "unlink", "unlinkat", "mkdir", "mkdirat",
    "writev", "pwritev", "pwritev2", "copy_file_range", "sendfile", "fallocate", "link", "linkat",
)  # fmt: skip
_NOT_MODELLED = {
    "writev", "pwritev", "pwritev2", "copy_file_range", "sendfile", "fallocate", "link", "linkat",
}  # fmt: skip
_CALL = re.compile(r"(\d+) +(\w+)\((.*)\) += (-?\d+)(.*)$")
_RESUMED = re.compile(r"(\d+) +<\.\.\. (\w+) resumed>(.*)$")
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')
_FILE = re.compile(r"^(\d+)<([^>]*)>")
_SECTOR = 512


@dataclass
class _Inode:
    """A file's bytes on disk, and what waits to be written."""

    kept: bytearray = field(default_factory=bytearray)
    waiting: list[tuple[int, bytes | None]] = field(default_factory=list)  # None: cut off there

    def size(self) -> int:
        """How long the program sees it."""
        size = len(self.kept)
        for place, data in self.waiting:
            size = place if data is None else max(size, place + len(data))
        return size

    def sync(self) -> None:
        """Everything is on the disk now."""
        for place, data in self.waiting:
            _put(self.kept, place, data)
        self.waiting.clear()

    def after_cut(self, rng: random.Random) -> bytes:
        """What may be there after a power cut: any of what waits, torn at sectors."""
        made, share = bytearray(self.kept), rng.choice((0.0, 0.1, 0.5, 0.9, 1.0))
        for place, data in self.waiting:
            if rng.random() < share:
                if data is not None and len(data) > _SECTOR and rng.random() < 0.2:
                    data = data[: rng.randrange(len(data) // _SECTOR) * _SECTOR]  # noqa: PLW2901
                _put(made, place, data)
        return bytes(made)


def _put(content: bytearray, place: int, data: bytes | None) -> None:
    if data is None:
        del content[place:]
    if len(content) < place:
        content.extend(bytes(place - len(content)))
    if data is not None:
        content[place : place + len(data)] = data


class Disk:
    """A folder as the program sees it, and as the disk holds it."""

    def __init__(self, folder: Path) -> None:
        self.root = str(folder)
        self.fsyncs = 0
        self._seen = {str(p): _Inode(bytearray(p.read_bytes())) for p in _files(folder)}
        self._kept = dict(self._seen)
        self._moves: list[tuple[str, str | None, _Inode | None]] = []  # old name, new name
        self._places: dict[tuple[str, str], int] = {}

    def ours(self, path: str) -> bool:
        """Whether a path lies in the folder."""
        return path == self.root or path.startswith(f"{self.root}/")

    def call(self, name: str, arguments: str, result: int) -> None:
        """Take in one system call that succeeded."""
        strings = [_bytes(found) for found in _STRING.findall(arguments)]
        if (at := _FILE.match(arguments)) is not None and name not in {"openat", "unlinkat"}:
            if self.ours(at[2]) and " (deleted)" not in at[2]:
                self._of_file(name, (at[1], at[2]), strings, arguments, result)
            return
        paths = [one.decode("utf-8", "surrogateescape") for one in strings]
        if paths and self.ours(paths[-1]):
            self._of_names(name, paths, arguments, result)

    def _of_file(
        self, name: str, at: tuple[str, str], strings: list[bytes], arguments: str, result: int
    ) -> None:
        if name in _NOT_MODELLED:
            raise NotImplementedError(f"{name} on {at[1]}")
        if name in {"fsync", "fdatasync"}:
            self.fsyncs += 1
            self._sync(at[1])
            return
        if name == "close" or at[1] not in self._seen:
            return
        inode = self._seen[at[1]]
        if name == "lseek":
            self._places[at] = result
        elif name == "ftruncate":
            inode.waiting.append((int(arguments.rsplit(",", 1)[1]), None))
        elif name == "pwrite64":
            inode.waiting.append((int(arguments.rsplit(",", 1)[1]), strings[0][:result]))
        elif name == "write":
            place = self._places.get(at, 0)
            inode.waiting.append((place, strings[0][:result]))
            self._places[at] = place + result

    def _sync(self, path: str) -> None:
        if path in self._seen:
            self._seen[path].sync()
            return
        waiting = [move for move in self._moves if str(Path(move[0]).parent) == path]
        self._kept = _moved(self._kept, waiting)
        self._moves = [move for move in self._moves if move not in waiting]

    def _of_names(self, name: str, paths: list[str], arguments: str, result: int) -> None:
        if name in _NOT_MODELLED:
            raise NotImplementedError(f"{name} on {paths}")
        path = paths[-1]
        if name == "openat":
            self._opened(path, arguments, str(result))
        elif name.startswith("rename"):
            self._move(paths[0], path, self._seen.pop(paths[0]))
        elif name.startswith("unlink") and path in self._seen:
            del self._seen[path]
            self._move(path, None, None)

    def _opened(self, path: str, flags: str, handle: str) -> None:
        if path not in self._seen and "O_CREAT" in flags:
            self._move(path, path, _Inode())
        if path in self._seen and "O_TRUNC" in flags:
            self._seen[path].waiting.append((0, None))
        if path in self._seen:
            self._places[handle, path] = self._seen[path].size() if "O_APPEND" in flags else 0

    def _move(self, old: str, new: str | None, inode: _Inode | None) -> None:
        self._moves.append((old, new, inode))
        if new is not None and inode is not None:
            self._seen[new] = inode

    def after_cut(self, rng: random.Random) -> Iterator[tuple[str, bytes]]:
        """The files, by their place in the folder, that may be there after a power cut now."""
        done = rng.choice((0, len(self._moves), rng.randint(0, len(self._moves))))
        for path, inode in _moved(self._kept, self._moves[:done]).items():
            yield path.removeprefix(f"{self.root}/"), inode.after_cut(rng)


def _moved(
    names: dict[str, _Inode], moves: Sequence[tuple[str, str | None, _Inode | None]]
) -> dict[str, _Inode]:
    made = dict(names)
    for old, new, inode in moves:
        made.pop(old, None)
        if new is not None and inode is not None:
            made[new] = inode
    return made


def _files(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.rglob("*")) if path.is_file()]


def _bytes(quoted: str) -> bytes:
    return quoted.encode("ascii").decode("unicode_escape").encode("latin-1")


def record(command: Sequence[str], trace: Path) -> None:
    """Run a program and write down its system calls."""
    watched = f"trace={','.join(_CALLS)}"
    options = ["-f", "-y", "-x", "-s", "100000000", "--seccomp-bpf", "-e", watched]
    subprocess.run(
        ["strace", *options, "-e", "signal=none", "-o", str(trace), *command],
        check=True, timeout=600, capture_output=True,
    )  # fmt: skip


def calls(trace: Path) -> Iterator[tuple[str, str, int]]:
    """The calls that succeeded, in the order in which they were done: name, arguments, result."""
    begun: dict[str, str] = {}
    with trace.open(encoding="utf-8", errors="surrogateescape") as lines:
        for line in lines:
            text = line.rstrip("\n")
            pid = text.split(" ", 1)[0]
            if text.endswith("<unfinished ...>"):
                begun[pid] = text.removesuffix("<unfinished ...>")
                continue
            if (resumed := _RESUMED.match(text)) is not None:
                text = begun.pop(pid, f"{pid} {resumed[2]}(") + resumed[3]
            if (found := _CALL.match(text)) is not None and int(found[4]) >= 0:
                yield found[2], found[3], int(found[4])
