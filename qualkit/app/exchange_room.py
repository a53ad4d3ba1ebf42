"""What the page Exchange does: look at another tool's file, make a study of it, write one out.

An uploaded file stands in a folder of this account alone while it is read. What was read is held
in the server's memory, with the tab that it belongs to, until it is kept or dropped.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from qualkit import exchanging
from qualkit.app.files import Made, private_folder
from qualkit.app.sources_room import Upload, on_disk
from qualkit.errors import TableError
from qualkit.exchanging import Incoming
from qualkit.interchange.report import Account, Losses
from qualkit.project import Project

if TYPE_CHECKING:
    import pandas as pd

Progress = Callable[[int, int, str], None]
ENDINGS: Final = ("qdpx", "qdc", "bundle", "sqlite3", "zip", "csv", "xlsx")
FORMATS: Final[Mapping[str, str]] = {
    ".qdpx": "**REFI-QDA project (.qdpx).** For NVivo, ATLAS.ti, MAXQDA, QualCoder and others.",
    ".qdc": "**REFI-QDA codebook (.qdc).** The codes alone, for the same tools.",
    ".bundle": "**Bundle (.bundle).** Everything: to keep, or to move to another database.",
}
TOLD: Final = 300  # codings that went astray and are listed


ROLES: Final[Mapping[str, str]] = {  # of columns of a table of codings
    "source": "Source", "text": "Coded words", "code": "Code", "coder": "Who coded",
    "created": "When", "start": "Starts at", "end": "Ends at", "memo": "Memo", "case": "Case",
    "id": "Number of the coding",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file that is to be looked at, and how.

    Attributes
    ----------
    file : Upload
    texts : tuple of Upload
        For a table of codings: the sources, where there are any.
    project : str
        Of a Taguette file with several; else empty.
    columns : mapping or None
        Of a table of codings, where it is said which column is what.
    """

    file: Upload
    texts: tuple[Upload, ...] = ()
    project: str = ""
    columns: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """What was found in a file.

    Attributes
    ----------
    wanted : Wanted
    found : Incoming or None
        None where it is not known which column of a table is what.
    headings : tuple of str
        Of a table of codings; else empty.
    columns : mapping
        What each column of it was taken for, to its heading.
    why : str
        Why nothing was found.
    """

    wanted: Wanted
    found: Incoming | None
    headings: tuple[str, ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict)
    why: str = ""


def look(wanted: Wanted, progress: Progress) -> Look:
    """Read a file and keep nothing.

    Raises
    ------
    QualkitError
        For one that cannot be read, with the reason.
    """
    progress(0, 1, "reading the file")
    with on_disk([wanted.file, *wanted.texts]) as paths, private_folder() as folder:
        texts = folder if wanted.texts else None
        for path in paths[1:]:
            path.replace(folder / path.name)
        try:
            found = exchanging.look(
                paths[0], columns=wanted.columns, texts=texts, project=wanted.project or None,
                meanwhile=lambda: progress(0, 1, "reading the file"),
            )  # fmt: skip
        except TableError as error:
            table = exchanging.columns_of(paths[0])
            if table is None:
                raise
            return Look(wanted, None, table.headings, wanted.columns or table.columns, str(error))
    progress(1, 1, "reading the file")
    table = found.table
    if table is None:
        return Look(wanted, found)
    return Look(wanted, found, table.headings, table.columns)


def keep(found: Incoming, study: Path, user: str | None, progress: Progress) -> str:
    """Make a study of what was read, whole or not at all; where it is.

    Raises
    ------
    QualkitError
        For what cannot stand in a study, or a place that is taken.
    """
    progress(0, 1, "making the study")
    exchanging.keep(found, study, user=user)
    return str(study)


# The report ----------------------------------------------------------------------------------


def astray(account: Account) -> pd.DataFrame:
    """One row a coding that moved or was lost, the lost first."""
    import pandas as pd

    rows = [
        (what, one.source, one.words, one.start, one.end, one.why)
        for what, listed in (("lost", account.lost), ("moved", account.moved))
        for one in listed
    ]
    table = pd.DataFrame(rows, columns=["became", "source", "words", "start", "end", "why"])
    return table.astype({"start": "Int64", "end": "Int64"})


def counted(not_carried: Mapping[str, int]) -> pd.DataFrame:
    """One row a kind of thing that is not carried, with how many there are."""
    import pandas as pd

    return pd.DataFrame(list(not_carried.items()), columns=["what", "count"])


# Out -----------------------------------------------------------------------------------------


def losses(
    study: str, user: str | None, ending: str, progress: Progress, *, cases_as_codes: bool
) -> Losses:
    """What a file would not hold of a study; nothing is written.

    Raises
    ------
    QualkitError
        Where the study may not be taken out by who works.
    """
    progress(0, 1, "looking at the study")
    with Project.open(study, user=user) as project:
        return exchanging.losses_of(project, ending, cases_as_codes=cases_as_codes)


def take_out(
    study: str, user: str | None, ending: str, progress: Progress, *, cases_as_codes: bool
) -> Made:
    """The study as a file, to be downloaded.

    Raises
    ------
    QualkitError
        Where a check finds a fault, or the study may not be taken out by who works.
    """
    progress(0, 1, "writing the file")
    with Project.open(study, user=user) as project, private_folder() as folder:
        path = folder / f"{project.name}{ending}"
        exchanging.take_out(project, path, cases_as_codes=cases_as_codes)
        return Made(path.name, path.read_bytes())
