"""Tables that others published, as a project keeps them.

The part of :class:`qualkit.project.Project` that printed figures need; whether they can be right
is found in :mod:`qualkit.survey.audit`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from qualkit._yaml import yaml_of
from qualkit.errors import BatchError, CodebookError, ConflictError, DamagedProject
from qualkit.importers.worker import readable
from qualkit.keeping import Keeping
from qualkit.linked import in_notes, let_go, let_go_loose
from qualkit.loading import LoadReport
from qualkit.model import NOT_XML
from qualkit.store import schema, surveys
from qualkit.survey.published import (
    PublishedTable,
    documents_of,
    parse_published,
    read_published,
)  # fmt: skip
from qualkit.tables import COLUMNS
from qualkit.wording import many

if TYPE_CHECKING:
    import pandas as pd

_LONGEST: Final = 64  # characters of a table's id


class PublishedKeeping(Keeping):
    """What a project knows of published tables."""

    def published(self) -> list[PublishedTable]:
        """The published tables that are kept, in the order in which they came."""
        with self._store.read() as connection:
            rows = surveys.published(connection)
        return [table for row in rows for table in self._printed(row)]

    def published_table(self) -> pd.DataFrame:
        """One row a published table; see :mod:`qualkit.tables`."""
        import pandas as pd

        with self._store.read() as connection:
            rows = surveys.published(connection)
        found = [
            (
                one.id,
                one.title,
                one.source,
                one.population,
                len(one.items),
                row.file_name,
                row.added,
            )
            for row in rows
            for one in self._printed(row)
        ]
        return pd.DataFrame(found, columns=list(COLUMNS["published"]))

    def _printed(self, row: Any) -> list[PublishedTable]:  # noqa: ANN401 - a row of the table
        try:
            return parse_published(row.definition, row.file_name)
        except (CodebookError, BatchError):
            why = f"the published table {row.ident} was changed outside qualkit"
            raise DamagedProject(self._store.name, why) from None

    def add_published(self, path: Path | str, *, links: bool = False) -> LoadReport:
        """Keep the published tables in a file, all or none; one of the same id is changed.

        Parameters
        ----------
        path : path
            As :func:`qualkit.survey.read_published` takes it.
        links : bool
            Whether links to items that a table has no more go along; the notes say which.

        Returns
        -------
        LoadReport
            How many are new or other than before, and how many were so.

        Raises
        ------
        ReadError, CodebookError, BatchError
            For a file that cannot be read, with every fault and its line.
        ConflictError
            Where a table of another report has the same id.
        LinkedError
            Where links would point at nothing, and they may not go.
        """
        tables, documents = read_published(path), documents_of(path)
        file, notes, same = readable(Path(path).name), [], 0
        if faults := list(_id_faults(tables)):
            raise BatchError(file, faults)
        with self._store.change(
            self.user, "publish", f"{many(len(tables), 'table')} of {file}"
        ) as (change):
            kept = {row.ident: row for row in surveys.published(change.connection)}
            for table, document in zip(tables, documents, strict=True):
                if table.id in kept:
                    _refuse_other_report(table, self._printed(kept[table.id])[0])
                said = surveys.publish(change, table.id, yaml_of(document), file)
                same += said == "same"
                notes += [f"{table.id} is other than before"] if said == "other" else []
                notes += [f"{table.id}: {warning}" for warning in table.warnings]
            notes += in_notes(let_go_loose(change, file, links=links))
        return LoadReport(len(tables) - same, same, tuple(notes), change.entry)

    def remove_published(self, ident: str, *, links: bool = False) -> int | None:
        """Remove a published table; the log keeps it, under the number that comes back.

        Parameters
        ----------
        ident : str
        links : bool
            Whether links to its findings go along, with their verdicts; the log says which.

        Raises
        ------
        UnknownName
            Where there is none of that id.
        LinkedError
            Where there are links, and they may not go.
        """
        with self._store.change(self.user, "remove published", ident) as change:
            row = surveys.one_published(change.connection, ident)
            own = schema.link.c.published_id == row.id
            let_go(change, f"published table {ident}", own, links=links)
            change.remove(schema.published_table, [row.id])
        return change.entry


def _id_faults(tables: Sequence[PublishedTable]) -> Iterator[str]:
    for table in tables:
        if len(table.id) > _LONGEST or NOT_XML.search(table.id):
            shown = table.id[:_LONGEST]
            yield f"line {table.line}: the id {shown!r} is no line of {_LONGEST} letters or fewer"


def _refuse_other_report(table: PublishedTable, held: PublishedTable) -> None:
    reports = [one.source.split(",")[0].strip() for one in (table, held)]
    if reports[0] != reports[1]:
        raise ConflictError(
            f"a table of {reports[1] or 'another report'} has the id {table.id!r} already; give "
            "one of them another"
        )
