"""What somebody may see: everything, but for a coder who works blind.

A coder with unfinished blind assignments sees neither what others coded or wrote in those
sources, nor what a program suggested because of others; who judges blind sees no verdict of
others before they are done. Whatever reads such things for a person asks
here; the store itself, its checks and its undo see everything. Like roles, this keeps honest
people honest: whoever can read the file can read all of it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Connection,
    Select,
    Table,
    exists,
    false,
    func,
    literal,
    or_,
    select,
    true,
    union_all,
)  # fmt: skip

from qualkit.model import look_of
from qualkit.store.schema import (
    assignment,
    cell_summary,
    coder,
    coding,
    decision,
    decision_coding,
    judge,
    log,
    memo,
    sign_off,
    source,
    suggestion,
    unplaced,
    verdict,
)  # fmt: skip

OPEN: Final = "open"
DONE: Final = "done"
_HARMLESS: Final = (  # actions that say nothing of what anybody coded
    "add sources", "remove source", "set roles", "set attributes", "set case attributes",
    "set values", "set case values", "add codebook", "add code", "set code", "move code",
    "load guide", "add coder", "set coder", "assign", "unassign", "set done", "keep vectors",
    "index", "add survey", "set survey", "remove wave", "remove survey", "publish",
    "remove published", "add link", "set link", "remove link", "add strand", "remove strand",
    "add judge", "judge done", "remove judge",
)  # fmt: skip
_TELLING: Final = {  # tables whose rows say what somebody made of a text, and by which column who
    coding.name: "coder_id", suggestion.name: "decider_id", cell_summary.name: "coder_id",
    memo.name: "author_id", decision.name: "decider_id", decision_coding.name: "",
    sign_off.name: "coder_id", unplaced.name: "coder_id", verdict.name: "judge_id",
}  # fmt: skip
_LISTED: Final = '"table": "{}"'  # how a row of the log says of what table it is


@dataclass(frozen=True, slots=True)
class Sight:
    """What one person may see of a study.

    Attributes
    ----------
    user : str
    coder_id : str
        The row of this person; empty where nothing is hidden from them.
    sources : mapping
        The sources in which they are blind, id to name.
    judges_blind : bool
        Whether they judge, and must not see the verdicts of others yet.
    """

    user: str = ""
    coder_id: str = ""
    sources: Mapping[str, str] = field(default_factory=dict)
    judges_blind: bool = False

    @property
    def is_blind(self) -> bool:
        """Whether anything is hidden."""
        return bool(self.sources)

    def codings(self) -> ColumnElement[bool]:
        """True of the codings that may be seen."""
        c = coding.c
        return self._own_or(c.coder_id, c.source_id.not_in(self._blind()))

    def unplaced(self) -> ColumnElement[bool]:
        """True of the codings set aside that may be seen."""
        u = unplaced.c
        return self._own_or(u.coder_id, u.source_id.not_in(self._blind()))

    def suggestions(self) -> ColumnElement[bool]:
        """True of the suggestions that may be seen: of nobody else's teaching or deciding."""
        if not self.is_blind:
            return true()
        s = suggestion.c
        taught = or_(s.taught_by_id == self.coder_id, untaught())
        elsewhere = s.source_id.not_in(self._blind())
        return taught & or_(s.decider_id.is_(None), s.decider_id == self.coder_id, elsewhere)

    def summaries(self) -> ColumnElement[bool]:
        """True of the cell summaries that may be seen: of no other on such a source or its case."""
        s, blind = cell_summary.c, self._blind()
        cases = select(source.c.case_id).where(source.c.id.in_(blind))
        elsewhere = func.coalesce(s.source_id, "").not_in(blind) & func.coalesce(
            s.case_id, ""
        ).not_in(cases)
        return self._own_or(s.coder_id, elsewhere)

    def memos(self) -> ColumnElement[bool]:
        """True of the memos that may be seen: of no other on such a source or its case."""
        m, blind = memo.c, self._blind()
        cases = select(source.c.case_id).where(source.c.id.in_(blind))
        elsewhere = func.coalesce(m.source_id, "").not_in(blind) & func.coalesce(
            m.case_id, ""
        ).not_in(cases)
        return self._own_or(m.author_id, elsewhere)

    def decisions(self) -> ColumnElement[bool]:
        """True of the decisions that may be seen; each tells what somebody coded."""
        return decision.c.source_id.not_in(self._blind()) if self.is_blind else true()

    def verdicts(self) -> ColumnElement[bool]:
        """True of the verdicts that may be seen: a proposal tells what others coded, too."""
        return true() if self.may_see_verdict_of("") else verdict.c.judge_id == self.coder_id

    def may_see_verdict_of(self, judge_id: str) -> bool:
        """Whether the verdicts of a judge may be seen."""
        return not (self.is_blind or self.judges_blind) or judge_id == self.coder_id

    def written_by(self, author: ColumnElement[Any]) -> ColumnElement[bool]:
        """True of what was written on the evidence as a whole, and may be seen."""
        return self._own_or(author, false())

    def entries(self) -> ColumnElement[bool]:
        """True of the entries of the log that may be seen: no other's on what is hidden."""
        if not self.is_blind and not self.judges_blind:
            return true()
        harmless = log.c.action.in_(_HARMLESS) if self.is_blind else true()
        return or_(log.c.who == self.user, harmless & ~_lists(verdict))

    def listed(self, rows: str) -> str:
        """Rows as an entry of the log lists them, but those of others that are hidden.

        Removing a source or a code takes along what everybody made of it, whoever does it.
        """
        if not self.is_blind and not self.judges_blind:
            return rows
        if not any(_LISTED.format(name) in rows for name in _TELLING):
            return rows
        seen = [row for row in json.loads(rows) if self._may_see_row(row)]
        return json.dumps(seen, ensure_ascii=False)

    def _may_see_row(self, row: Mapping[str, Any]) -> bool:
        """Whether a row of the log tells nothing that is hidden."""
        name = row.get("table")
        if name == verdict.name:
            return self.may_see_verdict_of(str(row.get("judge_id")))
        if name not in _TELLING or not self.is_blind:
            return True
        return row.get(_TELLING[name]) == self.coder_id

    def refuse_hidden(self, connection: Connection, entry: int) -> None:
        """ValueError for an entry that is hidden: nobody takes back what they do not see.

        Nor does a blind judge take back what makes them blind.
        """
        if not self.is_blind and not self.judges_blind:
            return
        hidden = ~self.entries()
        if self.judges_blind:
            hidden |= _lists(judge)
        query = select(log.c.entry).where(log.c.entry == entry, hidden)
        if connection.execute(query).first() is not None:
            raise ValueError(
                f"entry {entry} is hidden from {self.user}, who "
                f"{'codes' if self.is_blind else 'judges'} blind; somebody else has to take it back"
            )

    def may_see(self, connection: Connection, coding_id: str) -> bool:
        """Whether there is a coding of that id, and it is not hidden."""
        query = select(coding.c.id).where(coding.c.id == coding_id, self.codings())
        return connection.execute(query).first() is not None

    def may_see_summary(self, connection: Connection, summary_id: str) -> bool:
        """Whether there is a cell summary of that id, and it is not hidden."""
        s = cell_summary.c
        query = select(s.id).where(s.id == summary_id, self.summaries())
        return connection.execute(query).first() is not None

    def is_blind_of(self, connection: Connection, unit: str) -> bool:
        """Whether a case or source, by its id, is or has a source of which something is hidden."""
        if not self.is_blind or unit in self.sources:
            return self.is_blind
        return unit in self.cases(connection)

    def cases(self, connection: Connection) -> set[str]:
        """The ids of the cases of the sources in which this person is blind."""
        if not self.is_blind:
            return set()
        query = select(source.c.case_id).where(source.c.id.in_(self._blind()))
        return set(connection.execute(query).scalars())

    def _own_or(
        self, owner: ColumnElement[Any], elsewhere: ColumnElement[bool]
    ) -> ColumnElement[bool]:
        return or_(owner == self.coder_id, elsewhere) if self.is_blind else true()

    def _blind(self) -> Select[Any]:
        """The ids of the sources, asked of the database: there may be more than a list may have."""
        return _blind(assignment.c.source_id).where(assignment.c.coder_id == self.coder_id)


EVERYTHING: Final = Sight()


def of(connection: Connection, user: str) -> Sight:
    """What somebody may see, by name; another case or more spaces are no other name."""
    coder_id = _coder_of(connection, user)
    coding_blind = (
        _blind(source.c.id, source.c.name)
        .join(source, source.c.id == assignment.c.source_id)
        .where(assignment.c.coder_id == coder_id)
    )
    judging_blind = select(literal(""), literal("")).where(
        exists().where(judge.c.coder_id == coder_id, judge.c.blind == 1, judge.c.status == OPEN)
    )
    both: CompoundSelect[Any] = union_all(coding_blind, judging_blind)
    rows = connection.execute(both).all() if coder_id else ()
    if not rows:
        return EVERYTHING
    sources = {row[0]: row[1] for row in rows if row[0]}
    return Sight(user, coder_id, sources, len(sources) < len(rows))


def _coder_of(connection: Connection, user: str) -> str:
    """The id of the coder of that name, or else of one whose name looks the same."""
    names = {row.name: row.id for row in connection.execute(select(coder.c.id, coder.c.name))}
    if user in names:
        return str(names[user])
    alike = {look_of(" ".join(name.split())): name for name in names}
    return str(names.get(alike.get(look_of(" ".join(user.split())), ""), ""))


def _blind(*columns: ColumnElement[Any]) -> Select[Any]:
    a = assignment.c
    return select(*columns).select_from(assignment).where(a.blind == 1, a.status == OPEN)


def _lists(table: Table) -> ColumnElement[bool]:
    """True of the entries of the log that list a row of a table."""
    said = _LISTED.format(table.name)
    return or_(log.c.before.contains(said), log.c.after.contains(said))


def untaught() -> ColumnElement[bool]:
    """Suggestions of a time when nobody had coded: all of the run are from the codebook."""
    learned = select(suggestion.c.created).where(suggestion.c.method == "learned")
    s = suggestion.c
    return (s.method == "codebook") & s.taught_by_id.is_(None) & s.created.not_in(learned)
