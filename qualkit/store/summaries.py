"""Cell summaries and the topic guide: tables out, rows in.

A summary notes the codings that its cell had when it was written, each with its seal, so that a
change of the evidence shows. Earlier wordings are kept by the store (see ``Change.set``).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection, func, select

from qualkit.errors import ConflictError
from qualkit.model import new_id, now, seal
from qualkit.store.schema import (
    case,
    cell_summary,
    cell_summary_version,
    code,
    codebook,
    coder,
    coding,
    guide,
    source,
    source_attribute,
)  # fmt: skip
from qualkit.store.sight import EVERYTHING, Sight
from qualkit.store.store import Change
from qualkit.tables import COLUMNS

if TYPE_CHECKING:
    import pandas as pd

_SEALED = ("id", "text", "stance", "rating", "draft", "cites", "evidence")
MARK = 16  # hexadecimal digits of a coding's seal that a summary notes
Seals = Mapping[str, str]  # coding id to the beginning of its seal


@dataclass(frozen=True, slots=True)
class Written:
    """A summary as it is to be stored; ids of its case or source, its code and its author."""

    code_id: str
    coder_id: str
    text: str
    case_id: str | None = None
    source_id: str | None = None
    phase: str = ""
    stance: str | None = None
    rating: int | None = None
    draft: bool = False
    cites: tuple[str, ...] = ()

    @property
    def cell(self) -> tuple[str | None, ...]:
        """What makes it the one of its cell and author."""
        return self.case_id, self.source_id, self.code_id, self.coder_id, self.phase

    @property
    def unit(self) -> str:
        """The id of its case or source."""
        return self.case_id or self.source_id or ""


def seal_of(row: Mapping[str, Any]) -> str:
    """The seal over what a summary says and rests on."""
    return seal(*(row[name] for name in _SEALED))


def of_today(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row as the log has it, as migration 0003 made it where it is older than that."""
    if "changed" in row:
        return dict(row)
    new = {**_ADDED, **row, "changed": row["created"]}
    if seal(row["id"], row["text"]) == row["sha256"]:
        new["sha256"] = seal_of(new)
    return new


_ADDED: Final = {
    "source_id": None, "phase": "", "stance": None, "rating": None, "draft": 0, "cites": "[]",
    "evidence": None,
}  # fmt: skip


class Evidence:
    """The codings of every cell: of a case or a source, a phase, a code with all below it.

    With `unit`, the id of a case or source, of its cells alone: a study may have many codings;
    with `sight`, of the codings that may be seen alone.
    """

    def __init__(
        self, connection: Connection, unit: str | None = None, *, sight: Sight = EVERYTHING
    ) -> None:
        c, s, a = coding.c, source.c, source_attribute.c
        self._below: dict[str, list[str]] = {}
        for child, parent in connection.execute(select(code.c.id, code.c.parent_id)):
            self._below.setdefault(parent, []).append(child)
        phases = select(a.source_id, a.value).where(a.name == "phase")
        phase_of = {row[0]: row[1].casefold() for row in connection.execute(phases)}
        self._held: dict[tuple[str, str], list[tuple[str, str, str]]] = {}
        query = select(c.id, c.code_id, c.source_id, s.case_id, c.sha256).where(sight.codings())
        if unit is not None:
            own = select(source.c.id).where((source.c.id == unit) | (source.c.case_id == unit))
            query = query.where(c.source_id.in_(own))
        for row in connection.execute(query.join(source, s.id == c.source_id)):
            one = (row.id, row.sha256[:MARK], phase_of.get(row.source_id, ""))
            for place in (row.source_id, row.case_id):
                self._held.setdefault((place, row.code_id), []).append(one)

    def of(self, unit: str, code_id: str, phase: str) -> dict[str, str]:
        """The codings of one cell, with the beginning of their seals."""
        found: dict[str, str] = {}
        waiting = [code_id]
        while waiting:
            at = waiting.pop()
            waiting += self._below.get(at, ())
            held = self._held.get((unit, at), ())
            found |= {one: mark for one, mark, own in held if not phase or own == phase.casefold()}
        return found


def write(
    change: Change,
    wanted: Written,
    evidence: Evidence,
    *,
    version: int | None = None,
    confirm: bool = False,
    sight: Sight = EVERYTHING,
) -> bool:
    """Write one summary; whether it is new or changed.

    With `confirm`, the same words on other evidence are a change too: they were weighed again.
    To whom a draft of their own is hidden, there was none.

    Raises
    ------
    ConflictError
        Where the summary moved on from `version` (0: there was none), or is gone.
    """
    values = _values(wanted, evidence)
    held = change.connection.execute(select(cell_summary).where(*_same(wanted))).mappings().first()
    if held is None and version:
        raise ConflictError(
            "this summary was removed by somebody else since it was read; to write it anew, "
            "set it without a version"
        )
    if held is None:
        row = {"id": new_id(), "created": values["changed"], "version": 1, **values}
        change.add(cell_summary, [{**row, "sha256": seal_of(row)}])
        return True
    if version == 0 and Hidden(change.connection, sight).quotes(wanted.unit, dict(held)):
        version = None
    said = _SEALED[1:] if confirm else _SEALED[1:-1]
    if all(held[name] == values[name] for name in said):
        return False
    row = {**held, **values}
    change.set(cell_summary, held["id"], {**values, "sha256": seal_of(row)}, version=version)
    return True


def _values(wanted: Written, evidence: Evidence) -> dict[str, Any]:
    held = evidence.of(wanted.unit, wanted.code_id, wanted.phase)
    return {
        "case_id": wanted.case_id, "source_id": wanted.source_id, "code_id": wanted.code_id,
        "coder_id": wanted.coder_id, "phase": wanted.phase, "text": wanted.text,
        "stance": wanted.stance, "rating": wanted.rating, "draft": int(wanted.draft),
        "cites": json.dumps(wanted.cites),
        "evidence": json.dumps(held, sort_keys=True),
        "changed": now(),
    }  # fmt: skip


def _same(wanted: Written) -> list[Any]:
    """What makes a summary the one of its cell and author."""
    c = cell_summary.c
    unit = c.source_id == wanted.source_id if wanted.source_id else c.case_id == wanted.case_id
    return [unit, c.code_id == wanted.code_id, c.coder_id == wanted.coder_id,
            c.phase == wanted.phase]  # fmt: skip


def is_free(connection: Connection, wanted: Written, sight: Sight = EVERYTHING) -> bool:
    """Whether a draft may stand in a cell: nobody has written there, nobody else has drafted.

    Who is blind there is not told of what others wrote, not even by this.
    """
    unit, code_is, _, phase_is = _same(wanted)
    held = select(cell_summary.c.coder_id, cell_summary.c.draft).where(
        unit, code_is, phase_is, sight.summaries()
    )
    return all(
        draft and coder_id == wanted.coder_id for coder_id, draft in connection.execute(held)
    )


def table(connection: Connection, sight: Sight = EVERYTHING) -> pd.DataFrame:
    """One row a summary, with what has changed of its evidence; see :mod:`qualkit.tables`.

    Who is blind sees there neither what others wrote, nor drafts that quote others' codings;
    what has changed of the evidence is missing, for it would tell of them.
    """
    import pandas as pd

    s = cell_summary.c
    unit = func.coalesce(s.case_id, source.c.case_id)
    query = (
        select(
            s.id, case.c.name, source.c.name, s.phase, codebook.c.ident, code.c.ident,
            coder.c.name, s.text, s.stance, s.rating, s.draft, s.cites, s.evidence, s.created,
            s.changed, s.version, func.coalesce(s.source_id, s.case_id), s.code_id,
        )
        .outerjoin(source, source.c.id == s.source_id)
        .join(case, case.c.id == unit)
        .join(code, code.c.id == s.code_id)
        .join(codebook, codebook.c.id == code.c.codebook_id)
        .join(coder, coder.c.id == s.coder_id)
        .where(sight.summaries())
        .order_by(
            case.c.position, case.c.name, source.c.position.nulls_first(), codebook.c.position,
            code.c.position, s.phase, coder.c.name,
        )
    )  # fmt: skip
    found = connection.execute(query).all()
    now_held = Evidence(connection) if found else None
    hidden = Hidden(connection, sight)
    rows = [
        _row(tuple(row), None if hidden.covers(row[-2]) else now_held)
        for row in found
        if not hidden.quotes(row[-2], {"draft": row[10], "cites": row[11]})
    ]
    made = pd.DataFrame(rows, columns=list(COLUMNS["summaries"]))
    counted = dict.fromkeys(("rating", "evidence", "added", "gone", "altered"), "Int64")
    return made.astype({**counted, "draft": "bool"})


def _row(row: tuple[Any, ...], evidence: Evidence | None) -> tuple[Any, ...]:
    *said, draft, cites, then = row[:-5]
    unit, code_id = row[-2:]
    counts: tuple[int | None, ...] = (None, None, None, None)
    if then is not None and evidence is not None:
        old, new = json.loads(then), evidence.of(unit, code_id, said[3])
        altered = sum(new[one] != old[one] for one in old if one in new)
        counts = (len(old), len(new.keys() - old.keys()), len(old.keys() - new.keys()), altered)
    return (*said, bool(draft), json.loads(cites), *counts, *row[-5:-2])


class Hidden:
    """Of which cases and sources something is hidden from somebody, and which drafts quote it."""

    def __init__(self, connection: Connection, sight: Sight) -> None:
        self._units = {*sight.sources, *sight.cases(connection)}
        self._connection = connection
        self._sight = sight

    def covers(self, unit: str) -> bool:
        """Whether something is hidden of a case or source."""
        return unit in self._units

    def quotes(self, unit: str, summary: Mapping[str, Any]) -> bool:
        """Whether a summary on it is a draft that quotes codings that are hidden, or gone."""
        if not summary["draft"] or not self.covers(unit):
            return False
        cited = json.loads(summary["cites"])
        return not all(self._sight.may_see(self._connection, one) for one in cited)


def versions(connection: Connection, summary_id: str, sight: Sight = EVERYTHING) -> pd.DataFrame:
    """Every wording of a summary, oldest first: version, text, stance, rating, draft, changed.

    Who is blind gets none of what is hidden, nor of drafts, which may quote it.
    """
    import pandas as pd

    names = ("version", "text", "stance", "rating", "draft", "changed")
    found: list[tuple[Any, ...]] = []
    for held in (cell_summary_version, cell_summary):
        query = select(*(held.c[name] for name in names)).where(held.c.id == summary_id)
        if sight.is_blind:
            seen = select(cell_summary.c.id).where(sight.summaries())
            query = query.where(held.c.id.in_(seen), held.c.draft == 0)
        found += [tuple(row) for row in connection.execute(query.order_by(held.c.version))]
    return pd.DataFrame(found, columns=list(names)).astype({"rating": "Int64", "draft": "bool"})


# The topic guide ---------------------------------------------------------------------------


def guide_table(connection: Connection) -> pd.DataFrame:
    """One row a line of the topic guide; see :mod:`qualkit.tables`."""
    import pandas as pd

    query = (
        select(codebook.c.ident, code.c.ident, guide.c.attribute, guide.c.value)
        .join(code, code.c.id == guide.c.code_id)
        .join(codebook, codebook.c.id == code.c.codebook_id)
        .order_by(guide.c.position)
    )
    found = [tuple(row) for row in connection.execute(query)]
    return pd.DataFrame(found, columns=list(COLUMNS["guide"]))


def set_guide(change: Change, lines: Iterable[tuple[str, str, str]]) -> int:
    """Put a topic guide in the place of the one that is there; how many lines it has.

    Parameters
    ----------
    change : Change
    lines : iterable of (code id, attribute, value)
        Each once.
    """
    held = change.connection.execute(select(guide.c.id)).scalars().all()
    change.remove(guide, held)
    rows = [
        {"id": new_id(), "code_id": code_id, "attribute": attribute, "value": value,
         "position": n, "version": 1}
        for n, (code_id, attribute, value) in enumerate(lines)
    ]  # fmt: skip
    change.add(guide, rows)
    return len(rows)
