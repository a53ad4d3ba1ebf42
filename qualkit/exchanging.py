r"""Studies in from other tools' files, and out to them, in one call each.

This is what the commands and the page do, for use from Python. A file is looked at first: what
would become of every coding is known before anything is kept, and what a file cannot hold before
anything is written.

>>> from tempfile import mkdtemp
>>> from pathlib import Path
>>> from qualkit.project import Project
>>> folder = Path(mkdtemp())
>>> _ = (folder / "p7.txt").write_text("Interviewer: What helped?\nP7: The staff listened.\n")
>>> project = Project.create(folder / "study.qualkit", codebooks=["evaluation-topics"])
>>> _ = project.add_sources([folder / "p7.txt"])
>>> coding = project.add_coding("p7", (30, 49), "communication", coder="Ann")
>>> losses_of(project, ".qdpx").not_carried["speaker turns"]
2
>>> _ = take_out(project, folder / "study.qdpx")
>>> found = look(folder / "study.qdpx")
>>> found.account.matched, found.account.total
(1, 1)
>>> _ = keep(found, folder / "again.qualkit", user="Ann")
>>> Project.open(folder / "again.qualkit").codings()["text"].tolist()
['The staff listened.']
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from qualkit.errors import QualkitError
from qualkit.interchange import bundle, refi, worker
from qualkit.interchange.looking import BUNDLE, KINDS, TABLE, Columns, Incoming
from qualkit.interchange.report import Account, Losses, Offsets
from qualkit.interchange.worker import Meanwhile
from qualkit.model import now
from qualkit.project import Project, account_name
from qualkit.snapshot import Row, Snapshot
from qualkit.wording import many

__all__ = [
    "BUNDLE", "ENDINGS", "KINDS", "TABLE", "Columns", "Incoming", "codings_said", "columns_of",
    "counts_of", "keep", "look", "losses_of", "places_said", "take_out",
]  # fmt: skip
ENDINGS: Final = (".qdpx", ".qdc", ".bundle")  # of files that a study can be written to


def look(
    path: Path | str,
    *,
    columns: Mapping[str, str] | None = None,
    texts: Path | str | None = None,
    project: str | None = None,
    meanwhile: Meanwhile | None = None,
) -> Incoming:
    """What a file of another tool, or a bundle, would bring; nothing is kept.

    It is read in a child process, which may use more memory and time the larger the file is, and
    can write nothing.

    Parameters
    ----------
    path : path
        Its kind is found out from what is in it.
    columns : mapping, optional
        Of a table of codings: what is to be read to the heading that it stands under, where
        that is not found out; see :func:`qualkit.interchange.coded_table.read`.
    texts : path, optional
        Of a table of codings: the folder with the sources.
    project : str, optional
        Name of the project, where a Taguette file has several.
    meanwhile : callable, optional
        Called again and again while the file is read; what it raises ends the reading.

    Raises
    ------
    ReadError
        For a file that cannot be read, or could do harm; with the reason.
    TableError
        For a table of which it is not known which column is what.
    """
    return worker.look(path, columns=columns, texts=texts, project=project, meanwhile=meanwhile)


def columns_of(path: Path | str, told: Mapping[str, str] | None = None) -> Columns | None:
    """The columns of a table of codings, as they are told and guessed; None for anything else.

    Raises
    ------
    ReadError
        For a file that cannot be read.
    """
    return worker.columns_of(path, told)


def keep(incoming: Incoming, study: Path | str, *, user: str | None = None) -> Account:
    """Make a new study of a file that was looked at: whole, or there is no new study.

    Parameters
    ----------
    incoming : Incoming
    study : path or str
        A file, or a PostgreSQL address where nothing is yet.
    user : str, optional
        Who brings it in, for the log; a bundle brings its own log.

    Raises
    ------
    StoreError
        Where something is there already.
    BatchError
        With everything that cannot stand in a study.
    """
    snapshot = incoming.snapshot
    if incoming.kind != BUNDLE:
        snapshot = _with_entry(snapshot, incoming.name, user or account_name())
    Project.from_snapshot(study, snapshot, user=user).close()
    return incoming.account


def _with_entry(snapshot: Snapshot, name: str, user: str) -> Snapshot:
    """The same with an entry of the log that says where it comes from."""
    entry: Row = {"entry": 1, "at": now(), "who": user, "action": "import", "what": name,
             "before": "[]", "after": "[]"}  # fmt: skip
    return Snapshot({**snapshot.tables, "log": [entry]})


# Out -----------------------------------------------------------------------------------------


def losses_of(project: Project, ending: str, *, cases_as_codes: bool = False) -> Losses:
    """What a file would not hold of a study, before it is written.

    Parameters
    ----------
    project : Project
    ending : str
        One of :data:`ENDINGS`.
    cases_as_codes : bool
        As :func:`qualkit.interchange.refi.write` takes it.

    Raises
    ------
    QualkitError
        For another ending.
    ConflictError
        Where something of the study is hidden from who works.
    """
    ending = _known(ending)
    snapshot = project.snapshot()
    if ending == ".bundle":
        return bundle.losses(snapshot)
    only = ending == ".qdc"
    return refi.losses(snapshot, codebook_only=only, cases_as_codes=cases_as_codes)


def take_out(project: Project, path: Path | str, *, cases_as_codes: bool = False) -> Losses:
    """Write a study to a file that its ending names; what that does not hold comes back.

    Raises
    ------
    QualkitError
        For another ending, or a place that cannot be written to.
    BatchError
        Where a text or a quote is not what was stored.
    ConflictError
        Where something of the study is hidden from who works.
    """
    ending = _known(Path(path).suffix)
    with project.one_moment():
        project.require_sound()
        snapshot = project.snapshot()
    if ending == ".bundle":
        return bundle.write(snapshot, path)
    return refi.write(snapshot, path, cases_as_codes=cases_as_codes)


def _known(ending: str) -> str:
    known = ending.lower()
    if known not in ENDINGS:
        raise QualkitError(
            f"no study is written to {ending or 'a file without an ending'!r}; "
            f"name a file that ends in {', '.join(ENDINGS)}"
        )
    return known


# In words ------------------------------------------------------------------------------------


def counts_of(account: Account) -> dict[str, int]:
    """How many there are of what came along beside the codings."""
    return {
        "Sources": account.sources, "Codes": account.codes, "Cases": account.cases,
        "People": account.coders, "Memos": account.memos, "Sets": account.sets,
    }  # fmt: skip


def codings_said(account: Account) -> str:
    """What became of the codings, in a sentence.

    >>> from qualkit.interchange.report import Astray
    >>> codings_said(Account(matched=2, lost=(Astray("p1", "gone", 3, 7, "not found"),)))
    '3 codings: 2 on their words, 0 moved, 1 lost.'
    """
    if not account.total:
        return "The file has no codings."
    became = f"{account.matched:,} on their words, {len(account.moved):,} moved"
    return f"{many(account.total, 'coding')}: {became}, {len(account.lost):,} lost."


def places_said(found: Incoming) -> str:
    """How the places of codings were read, how sure that is, and what came next.

    Empty where there was nothing to find out.

    >>> offsets = Offsets("utf-16", 2, score=0.985, runner_up="code points, CRLF as 1: 0.41")
    >>> print(places_said(Incoming("a.qdpx", "refi", Snapshot({}), Account(1, offsets=offsets))))
    Places were read as UTF-16 units; a line end of two characters counts as 2; no byte-order mark
    counts. 98 % of what could be compared fits. Next best: code points, CRLF as 1: 0.41.
    """
    account, offsets = found.account, found.account.offsets
    told = found.kind in {BUNDLE, TABLE} and offsets == Offsets()
    if told or not account.total:
        return ""
    unit = {"utf-16": "UTF-16 units", "byte": "bytes"}.get(offsets.unit, "characters (code points)")
    mark = "the byte-order mark counts" if offsets.bom else "no byte-order mark counts"
    share = f"{math.floor(offsets.score * 100)} %" if offsets.score else "None"
    sure = f"{share} of what could be compared fits."
    other = f" Next best: {offsets.runner_up}." if offsets.runner_up else ""
    ends = f"a line end of two characters counts as {offsets.newline}"
    return f"Places were read as {unit}; {ends}; {mark}. {sure}{other}"
