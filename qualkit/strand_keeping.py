"""Evidence beyond interviews and surveys, as a project keeps it.

The part of :class:`qualkit.project.Project` that strands need: activity, workforce and outcome
figures by area and period, whose findings links can point at as at those of surveys.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import asdict, astuple
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection

from qualkit.errors import ConflictError, DamagedProject
from qualkit.keeping import Keeping, require_word
from qualkit.linked import in_notes, let_go, let_go_loose
from qualkit.loading import LoadReport
from qualkit.model import NOT_XML
from qualkit.store import schema, surveys, triangulation
from qualkit.store.keep import KEEP, Keep
from qualkit.tables import COLUMNS
from qualkit.triangulate.records import KINDS, Measured, Strand

if TYPE_CHECKING:
    import pandas as pd

_LONGEST: Final = 64  # characters of a strand's id


class StrandKeeping(Keeping):
    """What a project knows of further strands of evidence."""

    def strands(self) -> pd.DataFrame:
        """One row a strand beyond interviews and surveys; see :mod:`qualkit.tables`.

        Raises
        ------
        DamagedProject
            Where what one measures is not what was kept.
        """
        import pandas as pd

        with self._store.read() as connection:
            rows = triangulation.strands(connection)
        found = [
            (row.ident, row.kind, row.title, row.source,
             len(self._whole(triangulation.measured, row)), row.rows, row.added, row.version)
            for row in rows
        ]  # fmt: skip
        return pd.DataFrame(found, columns=list(COLUMNS["strands"]))

    def strand(self, name: str) -> Strand:
        """One strand with its figures.

        Raises
        ------
        UnknownName
            Where there is none of that id.
        DamagedProject
            Where the figures are not those that were kept.
        """
        with self._store.read() as connection:
            row = triangulation.one_strand(connection, name)
            table = self._whole(triangulation.strand_table, connection, row)
        about = self._whole(triangulation.measured, row)
        periods = {one["id"]: tuple(one.pop("periods")) for one in about}
        measures = tuple(Measured(**one) for one in about)
        counts, words = ("n", "row"), ("measure", "area", "period")
        kinds = {**dict.fromkeys(counts, "Int64"), **dict.fromkeys(words, "object")}
        table = table.astype(kinds)
        return Strand(
            name, row.kind, row.title, row.source, measures, table, periods, row.file_name
        )

    def _whole(self, read: Callable[..., Any], *given: Any) -> Any:  # noqa: ANN401 - as it reads
        """What is read of a strand; DamagedProject where it is not what was kept."""
        try:
            return read(*given)
        except ValueError:
            why = f"strand {given[-1].ident}: {triangulation.STRAND_CHANGED}"
            raise DamagedProject(self._store.name, why) from None

    def add_strand(
        self, strand: Strand, *, links: bool = False, version: int | Keep | None = KEEP
    ) -> LoadReport:
        """Keep a strand with its figures, in the place of an earlier one of that id.

        Parameters
        ----------
        strand : Strand
            As :func:`qualkit.triangulate.strands.read_strand` gives it.
        links : bool
            Whether links to measures or periods that it has no more go along.
        version : int or None, optional
            Of the strand that makes room, None where there was none.

        Returns
        -------
        LoadReport
            1 added, or 1 the same; in the notes what is odd, and which links went.

        Raises
        ------
        ConflictError
            Where a survey or published table has that id; where the strand is of another version.
        LinkedError
            Where links would point at nothing.
        UnknownName, ValueError
            For another kind, an id that cannot be one, text that cannot be stored.
        """
        require_word("kind of strand", strand.kind, KINDS)
        name = _strand_id(strand.id)
        _refuse_unstorable(strand)
        values, table = _strand_values(strand), _plain(strand)
        what = f"{name}, {len(strand.table)} figures"
        with self._store.change(self.user, "add strand", what) as change:
            _refuse_taken(change.connection, name)
            said = triangulation.write_strand(change, name, values, table, version)
            gone = let_go_loose(change, f"strand {name}", links=links)
        notes = [*strand.warnings, *in_notes(gone)]
        notes += [f"{name} is other than before"] if said == "other" else []
        new = said != "same"
        return LoadReport(int(new), int(not new), tuple(notes), change.entry)

    def remove_strand(
        self, name: str, *, links: bool = False, version: int | None = None
    ) -> int | None:
        """Remove a strand with its figures; the entry of the log.

        Parameters
        ----------
        name : str
        links : bool
            Whether links to its findings go along; the log says which.
        version : int, optional
            Of the strand that was read, as :meth:`strands` has it.

        Raises
        ------
        UnknownName
            Where there is none of that id.
        ConflictError
            Where somebody changed it since.
        LinkedError
            Where there are links, and they may not go.
        """
        with self._store.change(self.user, "remove strand", name) as change:
            row = triangulation.one_strand(change.connection, name, version)
            let_go(change, f"strand {name}", schema.link.c.strand_id == row.id, links=links)
            triangulation.remove_strand(change, row.id)
        return change.entry


def _strand_id(name: str) -> str:
    if not name.strip() or name != " ".join(name.split()) or len(name) > _LONGEST:
        raise ValueError(
            f"the strand's id {name[:_LONGEST]!r} is no line of 1 to {_LONGEST} letters"
        )
    if NOT_XML.search(name):
        raise ValueError("the strand's id has a character that no text can hold")
    return name


def _refuse_unstorable(strand: Strand) -> None:
    """ValueError for words that no database or document can hold."""
    table = strand.table
    told = [word for one in strand.measures for word in astuple(one)]
    told += [strand.title, strand.source, strand.file]
    for text in (*told, *table["measure"], *table["area"], *table["period"]):
        if (found := NOT_XML.search(text)) is not None:
            raise ValueError(f"the strand has a character that no text can hold ({found[0]!a})")


def _refuse_taken(connection: Connection, name: str) -> None:
    """ConflictError where findings of something else are called so already."""
    for kind, rows in (("survey", surveys.surveys(connection)),
                       ("published table", surveys.published(connection))):  # fmt: skip
        if name in {row.ident for row in rows}:
            raise ConflictError(f"a {kind} has the id {name!r} already; give the strand another")


def _strand_values(strand: Strand) -> dict[str, Any]:
    about = [
        {**asdict(one), "periods": list(strand.periods.get(one.id, ()))} for one in strand.measures
    ]
    return {
        "kind": strand.kind, "title": strand.title, "source": strand.source,
        "measures": json.dumps(about, ensure_ascii=False), "file_name": strand.file,
    }  # fmt: skip


def _plain(strand: Strand) -> pd.DataFrame:
    """The figures as they are packed: words and numbers."""
    made = strand.table.copy()
    for column in ("value", "n", "sd", "row"):
        made[column] = made[column].astype("Float64").to_numpy("float64", na_value=math.nan)
    return made
