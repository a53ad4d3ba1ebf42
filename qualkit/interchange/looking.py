"""A file of another tool, looked at: what it is, and what a study made of it would hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from qualkit.importers._guard import sniff
from qualkit.interchange import bundle, coded_table, kind_of, qualcoder, refi, taguette
from qualkit.interchange.report import Account
from qualkit.interchange.study import to_snapshot
from qualkit.snapshot import TABLES, Snapshot

BUNDLE: Final = "bundle"
TABLE: Final = "coded_table"
KINDS: Final[Mapping[str, str]] = {  # of files that are read, for people
    "refi": "A REFI-QDA file",
    BUNDLE: "A bundle of qualkit",
    "taguette": "A file of Taguette",
    "qualcoder": "A project of QualCoder",
    TABLE: "A table of codings",
}


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a table of codings.

    Attributes
    ----------
    headings : tuple of str
        As they stand there.
    columns : mapping
        What is read (``source``, ``text``, ``code`` ...) to the heading that it stands under.
    """

    headings: tuple[str, ...]
    columns: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Incoming:
    """A file that was looked at; nothing of it is kept yet.

    Attributes
    ----------
    name : str
        Of the file.
    kind : str
        What it is, one of :data:`KINDS`.
    snapshot : Snapshot
        What a study made of it would hold.
    account : Account
        What becomes of every coding and everything else.
    table : Columns or None
        How a table of codings was read.
    """

    name: str
    kind: str
    snapshot: Snapshot = field(repr=False)
    account: Account
    table: Columns | None = None


def look(
    path: Path | str,
    *,
    columns: Mapping[str, str] | None = None,
    texts: Path | str | None = None,
    project: str | None = None,
) -> Incoming:
    """What a file would bring, read in this process.

    Parameters, and what is raised, as :func:`qualkit.exchanging.look` has them.

    See Also
    --------
    qualkit.interchange.worker.look : the same in a limited child process.
    """
    path = Path(path)
    kind, name = _kind_of(path), path.absolute().name
    if kind == BUNDLE:
        held = bundle.read(path)
        return Incoming(name, kind, held, _whole(held))
    if kind == TABLE:
        study, account = coded_table.read_study(path, columns=columns, texts=texts)
        return Incoming(name, kind, to_snapshot(study), account, columns_of(path, columns))
    if kind == "taguette":
        study, account = taguette.read_study(path, project=project)
    else:
        study, account = (refi if kind == "refi" else qualcoder).read_study(path)
    return Incoming(name, kind, to_snapshot(study), account)


def columns_of(path: Path | str, told: Mapping[str, str] | None = None) -> Columns | None:
    """The columns of a table of codings, as they are told and guessed; None for anything else.

    Raises
    ------
    ReadError
        For a file that cannot be read.
    """
    if _kind_of(Path(path)) != TABLE:
        return None
    headings, guessed = coded_table.columns_of(path)
    told = dict(told or {})
    others = {role: one for role, one in guessed.items() if one not in told.values()}
    columns = {role: one for role, one in {**others, **told}.items() if one}
    return Columns(headings, columns)


def _kind_of(path: Path) -> str:
    """What a file is; Taguette's tables of highlights are tables of codings as any other."""
    kind = kind_of(path)
    if kind == "taguette" and not _is_database(path):
        header = coded_table.columns_of(path)[0]
        return TABLE if taguette.is_highlights(header) else kind
    return kind


def _is_database(path: Path) -> bool:
    with path.open("rb") as file:
        return sniff(file.read(1_024)) == "sqlite"


def _whole(snapshot: Snapshot) -> Account:
    """The account of a bundle, of which everything arrives as it was."""
    count = {name: len(snapshot.rows(name)) for name in TABLES}
    return Account(
        matched=count["coding"], codes=count["code"], sources=count["source"],
        cases=count["case_unit"], coders=count["coder"], memos=count["memo"],
        sets=count["collection"],
    )  # fmt: skip
