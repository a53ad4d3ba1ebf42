"""Studies in and out of other tools' files, and our own bundle, as snapshots.

Each format is a module of its own with ``read(path)``; those that can be written have
``write(snapshot, path)``. :func:`read_any` reads whatever it is given.
They read in this process: :mod:`.worker` looks at a stranger's file in a limited child.

===========  =========================================================================
refi         REFI-QDA projects (.qdpx) and codebooks (.qdc): NVivo, ATLAS.ti, MAXQDA ...
bundle       our own (.bundle): a study whole
taguette     Taguette's projects (.sqlite3), codebooks and tables of highlights
qualcoder    QualCoder's projects: a .qda folder, or a zip of it
coded_table  tables of codings from any tool (.csv, .tsv, .xlsx)
===========  =========================================================================
"""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Final

from qualkit.errors import ReadError

if TYPE_CHECKING:
    from qualkit.snapshot import Snapshot

_PARTS: Final = frozenset(
    {
        "bundle",
        "coded_table",
        "looking",
        "qualcoder",
        "refi",
        "report",
        "study",
        "taguette",
        "worker",
    }
)
_HEAD: Final = 1_024
_OURS: Final = ("case_unit", "codebook", "coding", "cell_summary")  # tables of a study of ours


def kind_of(path: Path | str) -> str:
    r"""The module that reads a file, by what is in it, whatever its ending says.

    Returns
    -------
    str
        ``refi``, ``bundle``, ``taguette``, ``qualcoder`` or ``coded_table``.

    Raises
    ------
    ReadError
        Where no module reads it, with what it is.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "segments.csv"
    >>> _ = file.write_text("Document,Code,Segment\nP1,Trust,They listened.\n")
    >>> kind_of(file)
    'coded_table'
    """
    from qualkit.importers._guard import NAMES, sniff

    path = Path(path)
    name = path.name or str(path)
    if path.is_dir():
        return _kind_of_folder(path, name)
    try:
        if path.exists() and not path.is_file():
            raise ReadError(name, "this is no file")
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except OSError as error:
        raise ReadError(name, f"cannot be opened ({error.strerror})") from error
    kind = sniff(head)
    if kind == "sqlite":
        return _kind_of_database(path, name)
    if kind == "zip":
        return _kind_of_archive(path, name)
    if kind == "text":
        return _kind_of_text(path, head)
    raise ReadError(name, f"no study and no table of codings: it is {NAMES.get(kind, kind)}")


def read_any(path: Path | str) -> Snapshot:
    """A study out of any file that is known, as rows.

    Raises
    ------
    ReadError
        Where the file is refused, or no module reads it.
    TableError
        Where no column of a table of codings is known to hold words or codes.
    """
    read: Snapshot = import_module(f"qualkit.interchange.{kind_of(path)}").read(path)
    return read


def _kind_of_folder(path: Path, name: str) -> str:
    if (path / "data.qda").exists():
        return "qualcoder"
    raise ReadError(name, "a folder, but not a project of QualCoder: it has no data.qda")


def _kind_of_database(path: Path, name: str) -> str:
    from qualkit.interchange import qualcoder, taguette
    from qualkit.interchange._sqlite import open_database

    with open_database(path, name) as database:
        if database.has(*taguette.TABLES):
            return "taguette"
        if database.has(*qualcoder.TABLES):
            return "qualcoder"
        if database.has(*_OURS):
            raise ReadError(name, "this is a study of qualkit; open it, or add it to another")
    raise ReadError(name, "a database, but neither of Taguette nor of QualCoder")


def _kind_of_archive(path: Path, name: str) -> str:
    from qualkit.interchange._archives import open_archive
    from qualkit.interchange.qualcoder import database_in

    with open_archive(path) as archive:
        names = archive.names
    if any(part.lower().endswith(".qde") for part in names):
        return "refi"
    if "manifest.json" in names:
        return "bundle"
    if database_in(names) is not None:
        return "qualcoder"
    if "xl/workbook.xml" in names:
        return _kind_of_table(path)
    raise ReadError(name, "an archive, but no study is in it that is known")


def _kind_of_text(path: Path, head: bytes) -> str:
    plain = head.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    if plain.startswith(b"<"):
        return "refi"
    if len(plain) < _HEAD // 2 or b"\n" in plain or b"\r" in plain:
        _refuse_prose(re.split(rb"[\r\n]", plain)[0], path.name)
    return _kind_of_table(path)


def _refuse_prose(heading: bytes, name: str) -> None:
    """Refuse a text whose first line parts nothing, as words and codes stand side by side."""
    if not re.search(rb"[,;\t|]", heading):
        why = "no study and no table of codings: it is plain text; is it a transcript to be added?"
        raise ReadError(name, why)


def _kind_of_table(path: Path) -> str:
    from qualkit.importers.sheets import header_of
    from qualkit.interchange.taguette import is_codebook, is_highlights

    header = header_of(path)
    return "taguette" if is_codebook(header) or is_highlights(header) else "coded_table"


def __getattr__(name: str) -> object:
    """A format's module, when it is first used."""
    if name in _PARTS:
        return import_module(f"qualkit.interchange.{name}")
    raise AttributeError(f"module 'qualkit.interchange' has no attribute {name!r}")
