"""A report that was handed in, its quotations held against the sources of the study."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from qualkit.app import state
from qualkit.app.export_room import Progress
from qualkit.app.files import own_name, private_folder, write_private
from qualkit.project import Project
from qualkit.proofing import check_report, explained, write_copy

if TYPE_CHECKING:
    import pandas as pd

    from qualkit.proofing import Proof

READS: Final = ["docx", "odt", "pdf", "txt", "md", "html", "rtf"]
_COMMENTED: Final = "-checked.docx"


@dataclass(frozen=True, slots=True)
class Checked:
    """A report whose quotations were checked.

    Attributes
    ----------
    report : str
        What its file is called.
    said : str
        How many there are, and of each verdict.
    faults : int
        How many have something wrong.
    table : DataFrame
        One row a quotation: ``place`` (the link to it), ``verdict``, ``quote``, ``what`` (differs),
        ``where`` (in the report), ``source``, ``wrong``.
    notes : tuple of str
        What could not be told.
    name, copy : str, bytes
        A Word copy with a comment at each quotation, and what to call it.
    """

    report: str
    said: str
    faults: int
    table: pd.DataFrame
    notes: tuple[str, ...]
    name: str
    copy: bytes


def check_quotes(
    study: str, user: str | None, report: tuple[str, bytes], progress: Progress
) -> Checked:
    """Every quotation of a report that was handed in, held against the sources of a study.

    Parameters
    ----------
    study : str
    user : str or None
    report : (str, bytes)
        The file's name and what is in it.
    progress : callable

    Raises
    ------
    QualkitError
        Where the report cannot be read.
    """
    name, data = own_name(report[0]), report[1]
    progress(0, 3, "Reading the report")
    with Project.open(study, user=user) as project, private_folder() as folder:
        given = folder / name
        write_private(given, data)
        proof = check_report(project, given)
        progress(2, 3, "Writing the copy with comments")
        made = write_copy(proof, given, folder / f"{given.stem}{_COMMENTED}")
        table = _verdicts(proof)
        return Checked(
            name, proof.summary, proof.faults, table, proof.notes, made.name, made.read_bytes()
        )


def _verdicts(proof: Proof) -> pd.DataFrame:
    import pandas as pd

    rows = [
        [None if one.source is None else state.place(one.source, one.start, one.end),
         one.verdict, one.text, explained(one), one.where, one.source or "", one.at_fault]
        for one in proof.quotes
    ]  # fmt: skip
    columns = ["place", "verdict", "quote", "what", "where", "source", "wrong"]
    return pd.DataFrame(rows, columns=columns)
