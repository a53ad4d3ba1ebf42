"""S5: whatever people typed, no export has a live formula, and none fails."""

from __future__ import annotations

import csv
import io
import itertools
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree as ET

import click
from click.testing import CliRunner

from qualkit.cli import main
from qualkit.sample import build_sample
from tests.browser.poisoned import poison
from tests.memory import in_memory
from trust import Promise, Result

PROMISE = Promise(
    words="No table that is written has a formula that runs when it is opened, and no character "
    "that anybody typed makes an export fail or unreadable",
    how="formulas, control characters and characters that no XML can hold before every name, "
    "text, attribute, code, memo, reason and label of the sample study; every command that "
    "writes a file, in each of its formats; read back",
    goal="0 live formulas, 0 exports that fail",
)
PAYLOADS: Final = (
    "=1+1", "+1+1", "-2+3", "@SUM(1)", "\t=1+1", "\r=1+1", "\uff1d1+1", "\uff0b1", "\uff0d1",
    "\uff20SUM(1)", "=cmd|' /C calc'!A0", '=HYPERLINK("http://127.0.0.1/","x")', "'=1+1",
    '","=1+1', '"\n=1+1', "\n=1+1", "]]>&<b>=1+1", "\u202e=1+1", "\u0085=1", "\ufeff=1+1",
    "e\u0301=1", "=1\U0001f600", "\\N", "\u2028=1",
)  # fmt: skip
WILD: Final = ("\x01", "\x1b[31m", "\ufffe", "\uffff", "\ufdd0", "\x7f", "\x0b")
_STARTS: Final = tuple("=+-@\t\r\0\uff1d\uff0b\uff0d\uff20")
# Every command that writes a file: what it is told, and the endings that it knows.
EXPORTS: Final[Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "agreement": ((), ("docx", "xlsx", "html")),
    "codebook write": (("evaluation-topics",), ("yaml",)),
    "coding list": ((), ("csv", "xlsx")),
    "coding table": ((), ("csv", "xlsx")),
    "consensus codings": ((), ("csv", "xlsx")),
    "cooccurrence": ((), ("csv", "xlsx")),
    "crosstab": (("--by", "source"), ("csv", "xlsx")),
    "figure": (("heatmap",), ("svg", "png")),
    "grid": ((), ("docx", "xlsx", "html")),
    "project export": ((), ("qdpx", "qdc", "bundle")),
    "project log": (("--rows",), ("csv", "xlsx")),
    "report": ((), ("docx",)),
    "survey figure": ((), ("svg",)),
    "survey items": ((), ("yaml",)),
    "survey table": ((), ("csv", "xlsx", "docx")),
    "privacy review": ((), ("csv",)),
    "triangulate": ((), ("docx", "xlsx", "html", "svg")),
    "typology": ((), ("csv", "xlsx")),
}
QUICK: Final[Mapping[str, tuple[str, ...]]] = {  # one of each writer
    "coding table": ("csv",), "figure": ("svg",), "grid": ("docx", "xlsx"),
    "project export": ("qdpx", "bundle"), "project log": ("csv",),
}  # fmt: skip
NO_EXPORTS: Final = frozenset({  # files that are a study, or the reader's own document
    "coder pack", "demo", "quotes check",
})  # fmt: skip


def measure(long: bool) -> Result:
    """Some exports of a study that is full of them; in long all, and of several such studies."""
    with tempfile.TemporaryDirectory(prefix="qualkit-s5-", dir=in_memory()) as name:
        folder = Path(name)
        sample = build_sample(folder / "demo").study
        every = {name: endings for name, (_, endings) in EXPORTS.items()}
        runs = [(PAYLOADS, every), (WILD, every), *((_turned(n), QUICK) for n in range(1, 6))]
        faults: list[str] = []
        count = 0
        for number, (payloads, wanted) in enumerate(runs if long else [(PAYLOADS, QUICK)]):
            (folder / str(number)).mkdir()
            more, written = exported(sample, folder / str(number), payloads, wanted)
            faults += more
            count += written
    figure = f"{len(faults)} faults in {count:,} files"
    return Result("S5", figure, ok=not faults, detail=tuple(faults[:40]))


def _turned(by: int) -> tuple[str, ...]:
    """The same payloads, each before other words."""
    return PAYLOADS[by:] + PAYLOADS[:by]


def exported(
    sample: Path, folder: Path, payloads: tuple[str, ...], wanted: Mapping[str, tuple[str, ...]]
) -> tuple[list[str], int]:  # fmt: skip
    """What is wrong with exports of a study with these before its words, and how many there are."""
    clean = folder / "clean.qualkit"
    clean.write_bytes(sample.read_bytes())
    after = itertools.cycle(payloads)
    planted: dict[str, str] = {}  # the same words become the same: some point at each other

    def plant(words: str) -> str:
        return planted.setdefault(words, f"{next(after)}{words}")

    study = poison(clean, folder / "planted.qualkit", plant)
    faults: list[str] = []
    count = 0
    for command, endings in wanted.items():
        arguments = EXPORTS[command][0]
        for ending in endings:
            path = folder / f"made.{ending}"
            faults += [f"{command} .{ending}: {fault}"
                       for fault in _export(command, str(study), arguments, path)]  # fmt: skip
            count += 1
    return faults, count


def _export(command: str, study: str, arguments: tuple[str, ...], path: Path) -> Iterator[str]:
    """What is wrong with one export."""
    path.unlink(missing_ok=True)
    out = [str(path)] if command == "project export" else ["--out", str(path)]
    ran = CliRunner().invoke(main, [*command.split(), study, *arguments, *out])
    if ran.exit_code or not path.exists():
        yield f"exit code {ran.exit_code}: {ran.exception!r} {ran.output[-300:]}"
        return
    try:
        yield from LOOKS[path.suffix[1:]](path)
    except Exception as error:
        yield f"cannot be read back: {type(error).__name__} {error}"


def live_in_csv(data: bytes) -> Iterator[str]:
    """The fields of a .csv file that a spreadsheet would work out."""
    csv.field_size_limit(1 << 30)
    for row in csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")):
        for one in row:
            if one.startswith(_STARTS) and not _is_number(one):
                yield f"live: {one[:60]!r}"


def _is_number(field: str) -> bool:
    try:
        float(field)
    except ValueError:
        return False
    return not field.startswith(("\t", "\r"))


def live_in_book(path: Path) -> Iterator[str]:
    """The cells of an Excel file that are formulas."""
    import openpyxl

    for sheet in openpyxl.load_workbook(path):
        for cell in (cell for row in sheet.iter_rows() for cell in row):
            if cell.data_type == "f":
                yield f"live: {sheet.title}!{cell.coordinate} {str(cell.value)[:60]!r}"


def _parts(path: Path) -> Iterator[str]:
    """The parts of a document that are no XML, and fields of Word that would run something."""
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if name.endswith((".xml", ".rels", ".qde")):
                root = ET.fromstring(archive.read(name))  # noqa: S314 - what we have written
                fields = ("".join(one.itertext()) for one in root.iter() if "instrText" in one.tag)
                yield from (f"live: {one[:60]!r}" for one in fields if "1+1" in one or "cmd" in one)
            elif name.endswith(".csv"):
                yield from live_in_csv(archive.read(name))


def _xml(path: Path) -> Iterator[str]:
    ET.fromstring(path.read_bytes())  # noqa: S314 - what we have written
    return iter(())


def _text(path: Path) -> Iterator[str]:
    path.read_text("utf-8")
    return iter(())


def _picture(path: Path) -> Iterator[str]:
    if not path.read_bytes().startswith(b"\x89PNG"):
        yield "no picture"


def _yaml(path: Path) -> Iterator[str]:
    from qualkit._yaml import read_yaml

    read_yaml(path)
    return iter(())


LOOKS: Final[Mapping[str, Callable[[Path], Iterator[str]]]] = {
    "csv": lambda path: live_in_csv(path.read_bytes()), "xlsx": live_in_book, "docx": _parts,
    "qdpx": _parts, "bundle": _parts, "svg": _xml, "qdc": _xml, "html": _text, "yaml": _yaml,
    "png": _picture,
}  # fmt: skip


def writers(command: click.Command = main, name: str = "") -> Iterator[str]:
    """The names of all commands that write a file."""
    if isinstance(command, click.Group):
        context = click.Context(command)
        for one in command.list_commands(context):
            if (below := command.get_command(context, one)) is not None:
                yield from writers(below, f"{name} {one}".strip())
        return
    if any(_is_out(parameter) for parameter in command.params) or name == "project export":
        yield name


def _is_out(parameter: click.Parameter) -> bool:
    return "--out" in parameter.opts or (parameter.name == "folder" and parameter.required)


def unknown_writers() -> list[str]:
    """Commands that write a file and are not tried here."""
    known: set[Any] = set(EXPORTS) | NO_EXPORTS
    return sorted(set(writers()) - known)
