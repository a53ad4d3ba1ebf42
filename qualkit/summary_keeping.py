"""Cell summaries and the topic guide, as a project keeps them.

The part of :class:`qualkit.project.Project` that charting needs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qualkit.errors import BatchError, UnknownName
from qualkit.importers.worker import read_table
from qualkit.keeping import Keeping
from qualkit.loading import (
    LoadReport,
    SummaryPlace,
    code_of,
    guide_rows,
    summary_rows,
    summary_sheet,
    whole_number,
)  # fmt: skip
from qualkit.store import schema, summaries

if TYPE_CHECKING:
    import pandas as pd


class SummaryKeeping(Keeping):
    """What a project knows of cell summaries and of the topic guide."""

    # Summaries ---------------------------------------------------------------------------

    def summaries(self) -> pd.DataFrame:
        """One row a cell summary."""
        with self._store.read() as connection:
            return summaries.table(connection, self._sight(connection))

    def set_summary(  # noqa: PLR0913 - what a summary says
        self,
        theme: str,
        text: str,
        *,
        author: str,
        case: str | None = None,
        source: str | None = None,
        phase: str = "",
        stance: str | None = None,
        rating: int | None = None,
        cites: Sequence[str] = (),
        version: int | None = None,
    ) -> LoadReport:
        """Write an analyst's words on one case, or one source, and one theme.

        The codings that the cell has now are noted with it, so that a later change of them
        shows; to set the same words again is to say that they hold on what the cell has now. A
        draft that its author sets, changed or not, is a draft no more.

        Parameters
        ----------
        theme : str
            A code's id, or ``codebook/code``.
        text, author : str
        case, source : str
            One of the two.
        phase : str
            A value of the attribute ``phase``, where it is about that alone.
        stance : str, optional
            ``positive``, ``negative``, ``mixed`` or ``neutral``.
        rating : int, optional
            For a rating code, one of its values.
        cites : sequence of str
            Ids of the codings that it rests on most.
        version : int, optional
            Of the summary that was read and is changed here; 0 where there was none.

        Raises
        ------
        UnknownName, ValueError
            For a name that is not there, or a value that cannot stand.
        ConflictError
            Where somebody changed the summary since `version` was read.
        """
        where = f"{source or case}, {theme}, by {author}"
        rating = None if rating is None else whole_number(rating, "rating")
        with self._store.change(self.user, "set summary", where) as change:
            place = SummaryPlace(change)
            wanted = place.written(
                code_of(place.codes, theme), text, author, case=case, source=source, phase=phase,
                stance=stance, rating=rating, cites=cites,
            )  # fmt: skip
            sight = self._sight(change.connection)
            evidence = summaries.Evidence(change.connection, wanted.unit, sight=sight)
            new = summaries.write(
                change, wanted, evidence, version=version, confirm=True, sight=sight
            )
        return LoadReport(int(new), int(not new), entry=change.entry)

    def load_summaries(self, path: Path | str) -> LoadReport:
        """Load cell summaries, all or none; one of the same author on the same cell is changed.

        Parameters
        ----------
        path : path
            .csv or .xlsx with columns ``case`` or ``source``, ``theme``, ``author``,
            ``summary``; optional ``phase``, ``stance``, ``rating``, and ``cites``, ids of codings
            with spaces between.

        Raises
        ------
        BatchError
            With every fault by row.
        """
        table = summary_sheet(path)
        with self._store.change(self.user, "load summaries", table.name) as change:
            found, faults = summary_rows(change, table)
            if faults:
                raise BatchError(table.name, faults)
            evidence = summaries.Evidence(change.connection, sight=self._sight(change.connection))
            added = sum(summaries.write(change, row, evidence) for row in found)
        return LoadReport(added, len(found) - added, entry=change.entry)

    def keep_drafts(self, made: Sequence[Mapping[str, Any]], *, author: str) -> LoadReport:
        """Keep drafted summaries where nobody has written, or the author has only a draft.

        Parameters
        ----------
        made : sequence of mapping
            As :func:`qualkit.charting.draft` gives them.
        author : str
            Who answers for them; they stay drafts until that person sets them.
        """
        with self._store.change(self.user, "draft", f"{len(made)} cells by {author}") as change:
            place = SummaryPlace(change)
            sight = self._sight(change.connection)
            evidence = summaries.Evidence(change.connection, sight=sight)
            added = 0
            for one in made:
                code = code_of(place.codes, f"{one['codebook']}/{one['theme']}")
                wanted = place.written(
                    code, one["text"], author, case=one["case"], source=one["source"],
                    cites=one["cites"], draft=True,
                )  # fmt: skip
                if summaries.is_free(change.connection, wanted, sight):
                    added += summaries.write(change, wanted, evidence, confirm=True)
        return LoadReport(added, len(made) - added, entry=change.entry)

    def remove_summary(self, summary_id: str) -> int | None:
        """Remove one cell summary; the log keeps it, under the number that comes back."""
        with self._store.change(self.user, "remove summary", summary_id) as change:
            if not self._sight(change.connection).may_see_summary(change.connection, summary_id):
                raise UnknownName("summary", summary_id, ())
            change.remove(schema.cell_summary, [summary_id])
        return change.entry

    def summary_versions(self, summary_id: str) -> pd.DataFrame:
        """Every wording of one summary, oldest first; UnknownName where there is none."""
        with self._store.read() as connection:
            found = summaries.versions(connection, summary_id, self._sight(connection))
        if found.empty:
            raise UnknownName("summary", summary_id, ())
        return found

    # Topic guide -------------------------------------------------------------------------

    def guide(self) -> pd.DataFrame:
        """One row a line of the topic guide: which sources were asked about which code."""
        with self._store.read() as connection:
            return summaries.guide_table(connection)

    def load_guide(self, path: Path | str) -> LoadReport:
        """Load the topic guide in the place of the one that is there.

        Parameters
        ----------
        path : path
            .csv or .xlsx with a column ``theme``; ``attribute`` and ``value`` name the sources
            that were asked, and are empty where everybody was.

        Raises
        ------
        BatchError
            With every fault by row.
        """
        table = read_table(path).known("theme", "attribute", "value")
        with self._store.change(self.user, "load guide", table.name) as change:
            found, faults = guide_rows(change, table)
            if faults:
                raise BatchError(table.name, faults)
            lines = summaries.set_guide(change, found)
        return LoadReport(lines, 0, entry=change.entry)
