"""S3: what reading files opens, writes and asks, seen from outside by strace."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from tests.importers.documents import archive, opendocument, word_xml
from trust import NotHere, Promise, Result
from trust._hostile import STUDIES, SURVEYS, corpus, data_folder, own
from trust._result import ROOT
from trust._seeds import seeds

PROMISE = Promise(
    words="Reading a file opens no other file, writes nowhere but to the study, and asks no "
    "network, whatever stands in the file",
    how="every kind of import under strace, also of files that point elsewhere: what is opened, "
    "made, renamed or removed lies in the study's folder; no socket is made",
    goal="0 files elsewhere, 0 connections",
)
_PROGRAM: Final = """
import json, sys
from click import ClickException
from qualkit.cli import main
for arguments in json.load(open(sys.argv[1])):
    try:
        main(arguments, standalone_mode=False)
    except (Exception, SystemExit):
        pass
"""
_CALL: Final = re.compile(r"^(?:\d+ +)?(\w+)\((.*)$")
_PATH: Final = re.compile(r'"((?:[^"\\]|\\.)*)"')
_WRITES: Final = frozenset({
    "mkdir", "mkdirat", "unlink", "unlinkat", "rmdir", "rename", "renameat", "renameat2", "link",
    "linkat", "symlink", "symlinkat", "chmod", "fchmodat", "chown", "truncate", "creat", "mknod",
})  # fmt: skip
_OPENS: Final = frozenset({"open", "openat", "openat2"})
_FOR_WRITING: Final = ("O_WRONLY", "O_RDWR", "O_CREAT", "O_TRUNC")


def measure(long: bool) -> Result:
    """Every kind of import, in long with the hostile corpus too."""
    strace = shutil.which("strace")
    if strace is None:
        raise NotHere("no strace")
    with tempfile.TemporaryDirectory(prefix="qualkit-s3-") as name:
        folder, elsewhere = Path(name).resolve() / "study", Path(name).resolve() / "elsewhere"
        folder.mkdir()
        elsewhere.mkdir()
        commands = list(_grouped(_commands(folder, elsewhere, long=long)))
        log = _traced(strace, commands, folder, elsewhere)
        faults = list(dict.fromkeys(reached(log, folder)))
        opened = sum("openat(" in line for line in log)
    figure = f"{len(faults)} files elsewhere or connections; {len(commands)} commands, "
    figure += f"{opened:,} files opened"
    return Result("S3", figure, ok=not faults and opened > len(commands), detail=tuple(faults[:40]))


def _commands(folder: Path, elsewhere: Path, *, long: bool) -> Iterator[list[str]]:
    study = str(folder / "s.qualkit")
    yield ["new", study]
    (folder / "files").mkdir()
    for number, (name, data) in enumerate(seeds(folder / "files").items()):
        path = folder / "files" / name
        path.write_bytes(data)
        if not long and _kind(name) in STUDIES - {"qdpx"}:
            continue
        yield _import(_kind(name), path, study, folder / f"made{number}.qualkit")
    (folder / "hostile").mkdir()
    for path in _pointing(folder / "hostile", elsewhere):
        yield _import(path.suffix[1:], path, study, folder / f"{path.stem}.qualkit")
    cases = own(folder / "hostile")
    if long and (data_given := data_folder()) is not None:
        (folder / "corpus").mkdir()
        for case in corpus(data_given, folder / "corpus"):
            copy = folder / "corpus" / case.name.replace("/", "-")
            shutil.copyfile(case.path, copy)
            yield _import(case.kind, copy, study, folder / f"corpus-{copy.stem}.qualkit")
    for case in cases if long else ():
        yield _import(case.kind, case.path, study, folder / f"own-{case.path.stem}.qualkit")


def _grouped(commands: Iterable[list[str]]) -> Iterator[list[str]]:
    """Transcripts are added all at once, last: one program takes many files."""
    added: list[str] = []
    for arguments in commands:
        if arguments[:2] == ["source", "add"]:
            study, added = arguments[2], [*added, arguments[3]]
        else:
            yield arguments
    yield ["source", "add", study, *added, "--as", "Ann"]


def _kind(name: str) -> str:
    ending = name.rpartition(".")[2]
    return {"yaml": "codebook", "sqlite3": "taguette", "qualkit": "project"}.get(
        ending, "taguette" if name == "table.csv" else ending
    )


def _import(kind: str, path: Path, study: str, made: Path) -> list[str]:
    if kind == "codebook":
        return ["codebook", "add", study, str(path)]
    if kind in STUDIES:
        return ["project", "import", str(path), str(made), "--as", "Ann"]
    if kind in SURVEYS:
        return ["survey", "load", study, str(path), "--as", "Ann"]
    if kind == "project":
        return ["project", "check", str(path)]
    return ["source", "add", study, str(path), "--as", "Ann"]


def _pointing(folder: Path, elsewhere: Path) -> Iterator[Path]:
    """Files that ask for another file, and for an address, in all the ways that formats have."""
    secret = elsewhere / "secret.txt"
    secret.write_text("root:x\n")
    entity = f'<!DOCTYPE a [<!ENTITY b SYSTEM "file://{secret}">]>'
    link = "http://127.0.0.1:9/i.png"
    field = f"{{\\field{{\\*\\fldinst INCLUDETEXT {secret}}}}}"
    parts = {"[Content_Types].xml": "<Types/>", "word/document.xml": f"{entity}<a>&b;</a>"}
    qde = (
        '<Project xmlns="urn:QDA-XML:project:1.0"><Sources><TextSource name="I" '
        'guid="00000002-0000-4000-8000-000000000000" plainTextPath="{}"/></Sources></Project>'
    )
    made = {
        "entity.docx": archive(parts),
        "entity.odt": archive({"content.xml": f"{entity}<a>&b;</a>"}),
        "include.docx": word_xml(
            f'<w:p><w:r><w:instrText>INCLUDETEXT "{secret}"</w:instrText></w:r></w:p>'
            f"<w:altChunk/><w:p><w:r><w:t>Ann: yes</w:t></w:r></w:p>"
        ),
        "image.odt": opendocument(f'<text:p>Ann: <text:a href="{link}">yes</text:a></text:p>'),
        "page.html": f"<html><base href='{link}'><img src='{link}'><iframe src='file://{secret}'>"
                     f"</iframe><link rel=stylesheet href='{link}'><p>Ann: yes</p></html>".encode(),
        "field.rtf": f"{{\\rtf1 {field}Ann: yes}}".encode(),
        "absolute.qdpx": archive({"project.qde": qde.format(f"absolute://{secret}")}),
        "relative.qdpx": archive({"project.qde": qde.format("relative:///../elsewhere/secret.txt")}),
        "address.qdpx": archive({"project.qde": qde.format(link)}),
        "entity.xlsx": archive({"xl/workbook.xml": f"{entity}<a>&b;</a>"}),
        "entity.qdc": f"{entity}<CodeBook>&b;</CodeBook>".encode(),
    }  # fmt: skip
    for name, data in made.items():
        path = folder / name
        path.write_bytes(data)
        yield path


def _traced(strace: str, commands: list[list[str]], folder: Path, elsewhere: Path) -> list[str]:
    """What a program that runs the commands asked of the system, and its children."""
    log, plan = elsewhere / "log", folder / "plan.json"
    plan.write_text(json.dumps(commands))
    watching = [strace, "-f", "--seccomp-bpf", "-qq", "-s", "400", "-e", "trace=%file,%network"]
    subprocess.run(
        [*watching, "-o", str(log), sys.executable, "-B", "-c", _PROGRAM, str(plan)],
        cwd=folder, check=False, capture_output=True, timeout=900,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1",
             "HOME": str(folder), "TMPDIR": str(folder)},
    )  # fmt: skip
    return log.read_text("utf-8", "replace").splitlines()


def reached(log: Iterable[str], folder: Path) -> Iterator[str]:
    """What was opened or changed that is neither in the folder nor a program's; and sockets."""
    programs = _programs()
    for line in log:
        if (call := _CALL.match(line)) is None:
            continue
        name, rest = call.groups()
        if name in {"socket", "connect", "sendto", "bind"} and "AF_INET" in rest:
            yield f"network: {line[:160]}"
        changes = name in _WRITES or (name in _OPENS and any(one in rest for one in _FOR_WRITING))
        if not changes and (name not in _OPENS or " = -1 " in rest):
            continue
        for written in _PATH.findall(rest):
            path = Path(os.path.normpath(folder / written))
            within = path.is_relative_to(folder) or path == Path("/dev/null")
            if not within and (changes or not any(path.is_relative_to(one) for one in programs)):
                yield f"{'changed' if changes else 'opened'}: {path}"


def _programs() -> list[Path]:
    """Where programs lie, and what the system says of itself: what is read there is nobody's."""
    python = {sys.prefix, sys.base_prefix, os.path.realpath(sys.prefix), *sys.path}
    system = ("/usr", "/lib", "/lib64", "/bin", "/etc", "/proc", "/sys", "/dev", "/opt")
    return [Path(one) for one in (*system, *filter(None, python))] + [ROOT]
