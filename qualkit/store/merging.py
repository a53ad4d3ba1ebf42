"""Two codes made one: what would move, what is double, and where they do not agree.

Everything is planned first, from what is there, and only then written. A preview is the plan
alone, so that it tells what the merge will do and not what somebody thinks it does.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import Connection, Table, select

from qualkit import rows
from qualkit.errors import CodebookError
from qualkit.model import Code, Codebook, Coding, look_of, now
from qualkit.store.codes import below, refuse_only_one
from qualkit.store.codings import coding_of
from qualkit.store.decisions import seal_of_coding
from qualkit.store.schema import (
    case,
    cell_summary,
    code,
    coder,
    coding,
    collection_member,
    confidence,
    decision_coding,
    guide,
    link,
    memo,
    source,
    suggestion,
    thread,
    unplaced,
    verdict,
)  # fmt: skip
from qualkit.store.sight import EVERYTHING, Sight
from qualkit.store.store import Change
from qualkit.store.summaries import MARK, seal_of
from qualkit.store.triangulation import copied, moved, verdicts_on

_OPEN: Final = "open"
Row = Mapping[str, Any]
Placed = tuple[Codebook, Code]


@dataclass(frozen=True, slots=True)
class MergeReport:
    """What a merge does, or did.

    Attributes
    ----------
    moved : int
        Codings that get the other code.
    doubled : int
        Codings that go, because the same coder has the same words under both; their memos are
        added to those of the codings that stay.
    summaries : int
        Cell summaries that move, or whose words are added to those of the same author.
    suggestions : int
        Suggestions that get the other code, or go because they are double.
    guide : int
        Lines of the topic guide, likewise.
    children : int
        Codes that stand below the other code from then on.
    decisions : int
        Codings that decisions give, likewise. What was settled about codings that got the other
        code has changed since, and has to be looked at again.
    links : int
        Links to findings that move, or go because the other code has the same; their verdicts go
        along.
    conflicts : tuple of str
        Where the two did not agree, and what stands.
    entry : int or None
        The number of the merge in the log; None for a preview.
    """

    moved: int
    doubled: int
    summaries: int
    suggestions: int
    guide: int
    children: int
    conflicts: tuple[str, ...]
    entry: int | None = None
    decisions: int = 0
    links: int = 0


def refuse(gone: Placed, stays: Placed) -> None:
    """CodebookError where one code cannot be merged into another, with the reason."""
    (book, old), (other, new) = gone, stays
    where = f"{book.id}/{old.id}"
    if old.guid == new.guid:
        raise CodebookError(where, ["it cannot be merged into itself"])
    family = below(book, old.id)
    if new.guid in {one.guid for one in family}:
        why = f"it cannot be merged into {new.id!r}, which stands below it; move that one first"
        raise CodebookError(where, [why])
    if old.scale and _levels(old) != _levels(new):
        why = f"its scale is not that of {other.id}/{new.id}; ratings cannot be carried over"
        raise CodebookError(where, [why])
    if book.guid != other.guid:
        refuse_only_one(book, old)
        taken = {one.id for one in other.codes} & {one.id for one in family[1:]}
        if taken:
            why = f"{', '.join(sorted(taken))} below it would meet a code of that id in {other.id}"
            raise CodebookError(where, [why])
        looks = {look_of(one.name) for one in other.codes}
        if alike := sorted(one.id for one in family[1:] if look_of(one.name) in looks):
            why = f"{', '.join(alike)} below it would meet a code of that name in {other.id}"
            raise CodebookError(where, [why])


def _levels(one: Code) -> list[tuple[int, str]]:
    return [(level.value, level.label.casefold()) for level in one.scale]


class Merge:
    """The plan of one merge: which rows are set, which go, and what has to be told.

    Parameters
    ----------
    connection : Connection
    gone, stays : (Codebook, Code)
    sight : Sight
        Of who merges: on what verdicts of others do not agree is not told where they are hidden.
    """

    def __init__(
        self, connection: Connection, gone: Placed, stays: Placed, *, sight: Sight = EVERYTHING
    ) -> None:
        refuse(gone, stays)
        self.connection = connection
        self._sight = sight
        self._book, self._gone = gone
        self._other, self._stays = stays
        self._sets: list[tuple[Table, str, Row]] = []
        self._removed: list[tuple[Table, str]] = []
        self._added: list[tuple[Table, Row]] = []
        self._conflicts: list[str] = []
        self._became: dict[str, tuple[Coding, Coding]] = {}  # coding id -> as it was, as it is
        self._sources = self._names(source)
        self._cases = self._names(case)
        self._coders = self._names(coder)
        moved, doubled = self._codings()
        self.report = MergeReport(
            moved=moved, doubled=doubled, summaries=self._summaries(),
            suggestions=self._suggestions(), guide=self._guide(), children=self._children(),
            decisions=self._decisions(), links=self._links(), conflicts=(),
        )  # fmt: skip
        self._set_aside()
        self._threads()
        self._confidence()
        self._memos()
        self.report = replace(self.report, conflicts=tuple(self._conflicts))

    def write(self, change: Change) -> MergeReport:
        """Do what was planned."""
        for table, row_id in self._removed:
            change.remove(table, [row_id])
        for table, row_id, values in self._sets:
            change.set(table, row_id, values)
        for table, row in self._added:
            change.add(table, [row])
        change.remove(code, [self._gone.guid])
        return self.report

    def _names(self, table: Table) -> dict[str, str]:
        query = select(table.c.id, table.c.name)
        return {row.id: row.name for row in self.connection.execute(query)}

    def _both(self, table: Table) -> tuple[list[Row], list[Row]]:
        """The rows of the code that goes and of the one that stays."""
        ids = (self._gone.guid, self._stays.guid)
        query = select(table).where(table.c.code_id.in_(ids)).order_by(table.c.id)
        found: list[Row] = [dict(row) for row in self.connection.execute(query).mappings()]
        old = [row for row in found if row["code_id"] == self._gone.guid]
        return old, [row for row in found if row["code_id"] == self._stays.guid]

    # Codings -----------------------------------------------------------------------------

    def _codings(self) -> tuple[int, int]:
        old, new = self._both(coding)
        held = {_span(one): one for one in map(coding_of, new)}
        moved = 0
        for was in map(coding_of, old):
            double = held.get(_span(was))
            if double is None:
                self._became[was.id] = was, replace(was, code=self._stays.guid)
                moved += 1
            else:
                self._doubled(was, double)
        for was, became in self._became.values():
            before, after = rows.of_coding(was), rows.of_coding(became)
            values = {name: value for name, value in after.items() if value != before[name]}
            if was.id == became.id and values:
                self._sets.append((coding, was.id, values))
        return moved, len(old) - moved

    def _doubled(self, goes: Coding, keeps: Coding) -> None:
        """The same words by the same coder under both codes: one coding stays, all memos do."""
        where = (
            f"{self._sources[goes.source]}, {goes.start} to {goes.end}, {self._coders[goes.coder]}"
        )
        for name in ("stance", "rating"):
            self._disagree(where, name, getattr(goes, name), getattr(keeps, name))
        one = replace(
            keeps,
            stance=keeps.stance or goes.stance,
            rating=goes.rating if keeps.rating is None else keeps.rating,
            memo=_joined(keeps.memo, goes.memo),
        )
        self._became[keeps.id] = keeps, one
        self._became[goes.id] = goes, one
        self._removed.append((coding, goes.id))

    def _disagree(self, where: str, name: str, old: object, new: object) -> None:
        if old is not None and new is not None and old != new:
            self._conflicts.append(
                f"{where}: {name} is {old} under {self._gone.id} and {new} under "
                f"{self._stays.id}; {new} stays"
            )

    # Summaries ---------------------------------------------------------------------------

    def _summaries(self) -> int:
        """Move or join the summaries; and let all others know what their evidence became."""
        old, new = self._both(cell_summary)
        held = {_cell(row): row for row in new}
        told: dict[str, Row] = {}
        for row in old:
            twin = held.get(_cell(row))
            if twin is None:
                told[row["id"]] = {**row, "code_id": self._stays.guid}
            else:
                self._removed.append((cell_summary, row["id"]))
                told[twin["id"]] = self._joined(row, twin)
        gone = {row["id"] for row in old} - set(told)
        for held_row in self.connection.execute(select(cell_summary)).mappings():
            row = dict(held_row)
            if row["id"] not in gone:
                self._keep_summary(row, self._with_evidence(told.get(row["id"], row)))
        return len(old)

    def _joined(self, row: Row, twin: Row) -> Row:
        """One summary of two by the same author; what is written stands before a draft."""
        unit = self._cases.get(row["case_id"] or "") or self._sources[row["source_id"]]
        where = f"{unit}, {self._coders[row['coder_id']]}"
        if row["draft"] != twin["draft"]:
            kept, left = (twin, row) if row["draft"] else (row, twin)
            name = self._gone.id if left is row else self._stays.id
            self._conflicts.append(
                f"{where}: the draft under {name} goes, for the other is written"
            )
            return {**twin, **{field: kept[field] for field in _SAID}, "changed": now()}
        for name in ("stance", "rating"):
            self._disagree(where, name, row[name], twin[name])
        evidence = [json.loads(one["evidence"]) for one in (row, twin) if one["evidence"]]
        cites = dict.fromkeys([*json.loads(twin["cites"]), *json.loads(row["cites"])])
        return {
            **twin,
            "text": _joined(twin["text"], row["text"]),
            "stance": twin["stance"] or row["stance"],
            "rating": row["rating"] if twin["rating"] is None else twin["rating"],
            "cites": json.dumps(list(cites)),
            "evidence": json.dumps(_union(evidence), sort_keys=True) if evidence else None,
            "changed": now(),
        }

    def _with_evidence(self, row: Row) -> Row:
        """A summary whose evidence and citations are the codings that the merge leaves.

        A coding that it had noted as it was is noted as it is now: the merge alone is no reason
        to look at the summary again.
        """
        cites, held = json.loads(row["cites"]), json.loads(row["evidence"] or "{}")
        if not self._became.keys() & {*cites, *held}:
            return row
        noted: dict[str, str] = {}
        for one, mark in held.items():
            was, became = self._became.get(one, (None, None))
            if was is None or became is None:
                noted.setdefault(one, mark)
            elif mark == was.sha256[:MARK]:
                noted.setdefault(became.id, became.sha256[:MARK])
            else:
                noted[became.id] = mark
        cited = dict.fromkeys(
            self._became[one][1].id if one in self._became else one for one in cites
        )
        return {
            **row,
            "cites": json.dumps(list(cited)),
            "evidence": row["evidence"] and json.dumps(noted, sort_keys=True),
        }

    def _keep_summary(self, row: Row, wanted: Row) -> None:
        values = {name: value for name, value in wanted.items() if value != row[name]}
        if values:
            self._sets.append((cell_summary, row["id"], {**values, "sha256": seal_of(wanted)}))

    # Suggestions, the guide, decisions, the codes below ----------------------------------

    def _suggestions(self) -> int:
        old, new = self._both(suggestion)
        held = {_place(row) for row in new}
        for row in old:
            if row["status"] == _OPEN and _place(row) in held:
                self._removed.append((suggestion, row["id"]))
                continue
            values = {"code_id": self._stays.guid}
            if row["coding_id"] in self._became:
                values["coding_id"] = self._became[row["coding_id"]][1].id
            self._sets.append((suggestion, row["id"], values))
        return len(old)

    def _guide(self) -> int:
        old, new = self._both(guide)
        held = {(row["attribute"], row["value"]) for row in new}
        for row in old:
            if (row["attribute"], row["value"]) in held:
                self._removed.append((guide, row["id"]))
            else:
                self._sets.append((guide, row["id"], {"code_id": self._stays.guid}))
        return len(old)

    def _decisions(self) -> int:
        """Give the codings of decisions the other code; what that makes double goes."""
        old, new = self._both(decision_coding)
        held = {(row["decision_id"], row["start_at"], row["end_at"]) for row in new}
        for row in old:
            if (row["decision_id"], row["start_at"], row["end_at"]) in held:
                self._removed.append((decision_coding, row["id"]))
                continue
            values = {"code_id": self._stays.guid}
            seal = seal_of_coding({**row, **values})
            self._sets.append((decision_coding, row["id"], {**values, "sha256": seal}))
        return len(old)

    def _set_aside(self) -> None:
        """Codings that a correction took the words from wait under the other code."""
        for row in self._both(unplaced)[0]:
            self._sets.append((unplaced, row["id"], {"code_id": self._stays.guid}))

    # Links, threads, confidence ----------------------------------------------------------

    def _links(self) -> int:
        """Give links the other code; of two to the same finding one stays, with all verdicts."""
        old, new = self._both(link)
        held = {row["finding"]: row for row in new}
        for row in old:
            if (twin := held.get(row["finding"])) is None:
                self._resealed(link, row)
                continue
            for name in ("polarity", "same_construct"):
                self._disagree(f"link to {row['finding']}", name, row[name], twin[name])
            self._verdicts(row, twin)
            self._removed.append((link, row["id"]))
        return len(old)

    def _verdicts(self, gone: Row, twin: Row) -> None:
        """Put the verdicts on a link on its twin, but where the same judge has one there."""
        held = {row["judge_id"]: row for row in verdicts_on(self.connection, [twin["id"]])}
        for row in verdicts_on(self.connection, [gone["id"]]):
            self._removed.append((verdict, row["id"]))
            if (own := held.get(row["judge_id"])) is None:
                self._added.append((verdict, copied(row, twin["id"])))
            elif self._sight.may_see_verdict_of(row["judge_id"]):
                where = f"link to {gone['finding']}, {self._coders[row['judge_id']]}"
                self._disagree(where, "verdict", row["verdict"], own["verdict"])

    def _threads(self) -> None:
        for row in self._both(thread)[0]:
            self._resealed(thread, row)

    def _confidence(self) -> None:
        """Of two assessments that of the code that stays counts."""
        old, new = self._both(confidence)
        for row in old:
            if not new:
                self._resealed(confidence, row)
                continue
            self._removed.append((confidence, row["id"]))
            self._disagree("confidence", "overall", row["overall"], new[0]["overall"])

    def _memos(self) -> None:
        """Give memos the other code, and the other code the places in sets."""
        for row in self._both(memo)[0]:
            self._resealed(memo, row)
        old, new = self._both(collection_member)
        held = {row["collection_id"] for row in new}
        for row in old:
            if row["collection_id"] in held:
                self._removed.append((collection_member, row["id"]))
            else:
                values = {"code_id": self._stays.guid}
                self._sets.append((collection_member, row["id"], values))

    def _resealed(self, table: Table, row: Row) -> None:
        self._sets.append((table, row["id"], moved(table, row, {"code_id": self._stays.guid})))

    def _children(self) -> int:
        """Put what stands below the code that goes below the other, in its codebook."""
        family = below(self._book, self._gone.id)[1:]
        values: dict[str, dict[str, Any]] = {one.guid: {} for one in family}
        for one in family:
            if one.parent == self._gone.id:
                values[one.guid]["parent_id"] = self._stays.guid
            if self._book.guid != self._other.guid:
                values[one.guid]["codebook_id"] = self._other.guid
        for guid, position in self._positions([one.guid for one in family]):
            values.setdefault(guid, {})["position"] = position
        self._sets += [(code, guid, new) for guid, new in values.items() if new]
        return sum("parent_id" in new for new in values.values())

    def _positions(self, family: list[str]) -> Iterator[tuple[str, int]]:
        """The codes whose position is another when a family stands at the end of the other's."""
        if not family:
            return
        going = {self._gone.guid, *family}
        rest = [one.guid for one in self._other.codes if one.guid not in going]
        above = {one.guid for one in below(self._other, self._stays.id)}
        at = 1 + max(n for n, guid in enumerate(rest) if guid in above)
        query = select(code.c.id, code.c.position)
        held = {row.id: row.position for row in self.connection.execute(query)}
        for n, guid in enumerate([*rest[:at], *family, *rest[at:]]):
            if held[guid] != n:
                yield guid, n


_SAID: Final = ("text", "stance", "rating", "draft", "cites", "evidence")


def _span(one: Coding) -> tuple[str, int, int, str]:
    return one.source, one.start, one.end, one.coder


def _cell(row: Row) -> tuple[str | None, ...]:
    return row["case_id"], row["source_id"], row["coder_id"], row["phase"]


def _place(row: Row) -> tuple[str, int, int]:
    return row["source_id"], row["start_at"], row["end_at"]


def _joined(first: str, second: str) -> str:
    """Two texts one below the other, what stands in both once."""
    if second.strip() in {"", first.strip(), *first.split("\n")}:
        return first
    return f"{first}\n{second}" if first.strip() else second


def _union(evidence: Iterable[Mapping[str, str]]) -> dict[str, str]:
    held: dict[str, str] = {}
    for one in evidence:
        held |= one
    return held
