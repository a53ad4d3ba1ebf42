"""Triangulation in the store: links, verdicts, judges, threads, confidence, further strands.

A link says that a finding speaks to a code; a verdict is one judge's on one link, with the
proposal as it was and a seal over what it was decided about, so that later evidence shows. Every
row is sealed. The long table of a strand is kept compressed and is not in the log.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import ColumnElement, Connection, Row, Table, func, select

from qualkit.errors import ConflictError, UnknownName
from qualkit.model import new_id, now, seal, sha256
from qualkit.store import surveys
from qualkit.store.keep import KEEP, Keep
from qualkit.store.read import codebooks
from qualkit.store.schema import (
    code,
    codebook,
    coder,
    confidence,
    judge,
    link,
    log,
    strand,
    thread,
    verdict,
)  # fmt: skip
from qualkit.store.sight import DONE, EVERYTHING, OPEN, Sight
from qualkit.store.store import Change
from qualkit.tables import COLUMNS
from qualkit.wording import many

if TYPE_CHECKING:
    import pandas as pd

_UNSEALED: Final = {"sha256", "version", "data"}
_SEALED: Final = (link, verdict, thread, confidence, strand)
_WORDS: Final = {"reason", "theme", "fetters"}  # of a proposal; they follow from the rest
_DIGITS: Final = 9  # of a figure: machines differ in those behind
_CHANGED: Final = "it was changed outside qualkit"
STRAND_CHANGED: Final = "its figures were changed outside qualkit; restore a backup"
Values = Mapping[str, Any]


# Seals -------------------------------------------------------------------------------------


def seal_of(table: Table, row: Values) -> str:
    """The seal over all that a row of triangulation says."""
    return seal(*(row[column.name] for column in table.c if column.name not in _UNSEALED))


def seal_of_proposal(proposal: Values) -> str:
    """The seal over what a proposal rests on: states, sources, figures, rule; not its wording.

    >>> one = {"q_state": "+", "supporting": ["p1", "p2"], "inputs": {"p": 0.1 + 0.2}}
    >>> other = {"q_state": "+", "supporting": ["p2", "p1"], "inputs": {"p": 0.3}, "reason": "x"}
    >>> seal_of_proposal(one) == seal_of_proposal(other)
    True
    """
    said = {name: value for name, value in proposal.items() if name not in _WORDS}
    return sha256(json.dumps(_canonical(said), sort_keys=True, ensure_ascii=False))


def _canonical(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """A value in which the order of names and the last digits of figures are nothing."""
    if isinstance(value, Mapping):
        return {str(key): _canonical(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        made = [_canonical(one) for one in value]
        return sorted(made) if all(isinstance(one, str) for one in made) else made
    if isinstance(value, float) and not isinstance(value, bool):
        return float(f"{value:.{_DIGITS}g}") if math.isfinite(value) else None
    return value


def faults(connection: Connection) -> Iterator[tuple[str, str]]:
    """What is not as it was kept: where, and in words."""
    for table in _SEALED:
        columns = [column for column in table.c if column.name != "data"]
        for found in connection.execute(select(*columns).order_by(table.c.id)).mappings():
            held = dict(found)
            where = f"{table.name} {held.get('ident', held['id'])}"
            if seal_of(table, held) != held["sha256"]:
                yield where, _CHANGED
            elif table is verdict and not _rests(held):
                yield where, "it does not rest on the proposal that is kept with it"
    for name in _judges_changed(connection):
        yield f"judge {name}", _CHANGED
    for row in strands(connection):
        try:
            strand_table(connection, row)
        except ValueError:
            yield f"strand {row.ident}", STRAND_CHANGED


def _judges_changed(connection: Connection) -> Iterator[str]:
    """The judges that are not as the log left them; a seal would say no more of so little."""
    query = select(judge, coder.c.name).join(coder, coder.c.id == judge.c.coder_id)
    for row in connection.execute(query.order_by(coder.c.name)).mappings():
        about = select(log.c.after).where(log.c.after.contains(row["id"]))
        after = connection.execute(about.order_by(log.c.entry.desc())).scalar() or "[]"
        listed: list[dict[str, Any]] = json.loads(after)
        left = next((one for one in listed if one.get("id") == row["id"]), {})
        if any(left.get(name) != row[name] for name in ("coder_id", "blind", "status")):
            yield row["name"]


def _rests(row: Values) -> bool:
    try:
        kept = json.loads(row["proposal"])
    except ValueError:
        return False
    return isinstance(kept, dict) and seal_of_proposal(kept) == row["seal"]


# Rows --------------------------------------------------------------------------------------


def _one(connection: Connection, table: Table, row_id: str) -> dict[str, Any]:
    row = connection.execute(select(table).where(table.c.id == row_id)).mappings().first()
    if row is None:
        raise UnknownName(table.name, row_id, connection.execute(select(table.c.id)).scalars())
    return dict(row)


def _new(change: Change, table: Table, values: Values) -> str:
    row = {"id": new_id(), **values, "version": 1}
    change.add(table, [{**row, "sha256": seal_of(table, row)}])
    return str(row["id"])


def _set(
    change: Change, table: Table, held: Values, values: Values, version: int | None = None
) -> bool:
    """Give a row other values, where they are other; ConflictError where it moved on."""
    _refuse_moved(table, held, version)
    if all(held[name] == value for name, value in values.items()):
        return False
    dated = {"changed": now()} if "changed" in table.c else {}
    row = {**held, **values, **dated}
    change.set(table, held["id"], {**values, **dated, "sha256": seal_of(table, row)})
    return True


def _refuse_moved(table: Table, held: Values, version: int | None) -> None:
    """ConflictError where a row is of another version than the one that was read."""
    if version is not None and held["version"] != version:
        raise ConflictError(
            f"the {table.name} was changed by somebody else since it was read; look at it again, "
            "then repeat the change"
        )


# Links -------------------------------------------------------------------------------------


def links(connection: Connection) -> pd.DataFrame:
    """One row a link, in the order of codes and findings; see :mod:`qualkit.tables`."""
    import pandas as pd

    places = _places(connection)
    c = link.c
    query = select(
        c.id, c.code_id, c.finding, c.polarity, c.same_construct, c.note, coder.c.name, c.created,
        c.version,
    ).join(coder, coder.c.id == c.author_id)  # fmt: skip
    found = [
        (row[0], *places[row[1]][1], row[2], row[3], bool(row[4]), *row[5:])
        for row in sorted(
            connection.execute(query), key=lambda row: (places[row[1]][0], row[2], row[0])
        )
    ]
    made = pd.DataFrame(found, columns=list(COLUMNS["links"]))
    return made.astype({"same_construct": "bool"})


def _places(connection: Connection) -> dict[str, tuple[int, tuple[str, ...]]]:
    """Of each code its place in the order of all, and its codebook, id, name and theme."""
    found: dict[str, tuple[int, tuple[str, ...]]] = {}
    for book in codebooks(connection):
        for one in book.codes:
            where = (book.id, one.id, one.name, book.path(one.id)[0].id)
            found[one.guid] = len(found), where
    return found


def one_link(connection: Connection, link_id: str, version: int | None = None) -> dict[str, Any]:
    """The row of a link; UnknownName where there is none of that id, or ConflictError."""
    held = _one(connection, link, link_id)
    _refuse_moved(link, held, version)
    return held


def add_link(change: Change, values: Values, author_id: str) -> str:
    """Keep a link; its id. ConflictError where that code and finding are linked already."""
    c = link.c
    same = select(c.id).where(c.code_id == values["code_id"], c.finding == values["finding"])
    if change.connection.execute(same).first() is not None:
        raise ConflictError(f"this code is linked to {values['finding']} already")
    return _new(change, link, {**values, "author_id": author_id, "created": now()})


def set_link(change: Change, link_id: str, values: Values, version: int | None) -> bool:
    """Change a link; whether anything is other now."""
    return _set(change, link, one_link(change.connection, link_id), values, version)


def remove_links(change: Change, link_ids: Iterable[str]) -> None:
    """Remove links with the verdicts on them."""
    for one in link_ids:
        own = select(verdict.c.id).where(verdict.c.link_id == one)
        change.remove(verdict, change.connection.execute(own).scalars().all())
        change.remove(link, [one])


def told(
    connection: Connection, wanted: ColumnElement[bool], *, judged: bool = True
) -> dict[str, str]:
    """Links in words, by id: what they link, and, if wanted, how many verdicts are on them."""
    counts = (
        select(verdict.c.link_id, func.count().label("verdicts"))
        .group_by(verdict.c.link_id)
        .subquery()
    )
    query = (
        select(link.c.id, codebook.c.ident, code.c.ident, link.c.finding, counts.c.verdicts)
        .join(code, code.c.id == link.c.code_id)
        .join(codebook, codebook.c.id == code.c.codebook_id)
        .outerjoin(counts, counts.c.link_id == link.c.id)
        .where(wanted)
        .order_by(codebook.c.position, code.c.position, link.c.finding)
    )
    found = {}
    for link_id, book, ident, finding, count in connection.execute(query):
        counted = f" ({many(count, 'verdict')})" if count and judged else ""
        found[link_id] = f"{book}/{ident} to {finding}{counted}"
    return found


# Verdicts ----------------------------------------------------------------------------------


def verdicts(
    connection: Connection, sight: Sight = EVERYTHING, judge_name: str | None = None
) -> pd.DataFrame:
    """One row a verdict that may be seen; see :mod:`qualkit.tables`."""
    import pandas as pd

    v = verdict.c
    query = (
        select(v.id, v.link_id, coder.c.name, v.status, v.verdict, v.proposed, v.reason, v.adds,
               v.rule_version, v.proposal, v.seal, v.decided, v.version)
        .join(coder, coder.c.id == v.judge_id)
        .where(sight.verdicts())
        .order_by(v.link_id, coder.c.name)
    )  # fmt: skip
    if judge_name is not None:
        query = query.where(coder.c.name == judge_name)
    order = {one: n for n, one in enumerate(links(connection)["link"])}
    found = sorted(connection.execute(query), key=lambda row: (order[row[1]], row[2]))
    return pd.DataFrame([tuple(row) for row in found], columns=list(COLUMNS["verdicts"]))


def decide(
    change: Change, link_id: str, judge_id: str, values: Values, version: int | Keep | None = KEEP
) -> bool:
    """Keep a judge's verdict on a link, in the place of their earlier one; whether it is new.

    `version` is of the verdict that was read, None where there was none.
    """
    v = verdict.c
    own = select(verdict).where(v.link_id == link_id, v.judge_id == judge_id)
    held = change.connection.execute(own).mappings().first()
    if version is not KEEP and (held["version"] if held else None) != version:
        raise ConflictError(
            "this verdict was decided, changed or withdrawn since it was read; look at it again, "
            "then decide"
        )
    if held is None:
        _new(change, verdict, {
            "link_id": link_id, "judge_id": judge_id, **values, "decided": now(),
        })  # fmt: skip
        return True
    if all(held[name] == value for name, value in values.items()):
        return False
    return _set(change, verdict, dict(held), {**values, "decided": now()})


def withdraw(change: Change, link_id: str, judge_id: str | None) -> bool:
    """Take a judge's verdict on a link back; whether there was one."""
    v = verdict.c
    own = select(v.id).where(v.link_id == link_id, v.judge_id == judge_id)
    held = change.connection.execute(own).scalars().all()
    change.remove(verdict, held)
    return bool(held)


# Judges ------------------------------------------------------------------------------------


def judges(connection: Connection) -> pd.DataFrame:
    """One row a judge by name; see :mod:`qualkit.tables`."""
    import pandas as pd

    query = (
        select(coder.c.name, judge.c.blind, judge.c.status)
        .join(coder, coder.c.id == judge.c.coder_id)
        .order_by(coder.c.name)
    )
    found = [(name, bool(blind), status) for name, blind, status in connection.execute(query)]
    return pd.DataFrame(found, columns=list(COLUMNS["judges"])).astype({"blind": "bool"})


def set_judge(change: Change, coder_id: str, *, blind: bool) -> bool:
    """Make somebody a judge, whose work is to be done; whether that is new."""
    values = {"blind": int(blind), "status": OPEN}
    held = _judge(change.connection, coder_id)
    if held is None:
        change.add(judge, [{"id": new_id(), "coder_id": coder_id, **values, "version": 1}])
        return True
    if held["blind"] == values["blind"]:
        return False
    change.set(judge, held["id"], {"blind": values["blind"]})
    return True


def set_done(change: Change, coder_id: str | None, name: str, *, done: bool) -> bool:
    """Say whether a judge is done; whether that is new. UnknownName for somebody who is none."""
    held = _known_judge(change.connection, coder_id, name)
    status = DONE if done else OPEN
    if held["status"] == status:
        return False
    change.set(judge, held["id"], {"status": status})
    return True


def remove_judge(change: Change, coder_id: str | None, name: str) -> None:
    """Have somebody judge no more; UnknownName for somebody who is none."""
    change.remove(judge, [_known_judge(change.connection, coder_id, name)["id"]])


def _known_judge(connection: Connection, coder_id: str | None, name: str) -> Values:
    held = None if coder_id is None else _judge(connection, coder_id)
    if held is None:
        raise UnknownName("judge", name, judges(connection)["judge"])
    return held


def _judge(connection: Connection, coder_id: str) -> Values | None:
    row = connection.execute(select(judge).where(judge.c.coder_id == coder_id)).mappings().first()
    return None if row is None else dict(row)


# Threads and confidence --------------------------------------------------------------------


def threads(connection: Connection, sight: Sight = EVERYTHING) -> pd.DataFrame:
    """One row a thread, in the order in which they were raised; see :mod:`qualkit.tables`."""
    import pandas as pd

    t = thread.c
    query = (
        select(t.id, t.question, t.raised_in, t.pursued_in, codebook.c.ident, code.c.ident,
               t.what_was_found, t.status, coder.c.name, t.created, t.changed, t.version)
        .outerjoin(code, code.c.id == t.code_id)
        .outerjoin(codebook, codebook.c.id == code.c.codebook_id)
        .join(coder, coder.c.id == t.author_id)
        .where(sight.written_by(t.author_id))
        .order_by(t.created, t.question, t.id)
    )  # fmt: skip
    found = [(*row[:4], row[4] or "", row[5] or "", *row[6:]) for row in connection.execute(query)]
    return pd.DataFrame(found, columns=list(COLUMNS["threads"]))


def add_thread(change: Change, values: Values, author_id: str) -> str:
    """Keep a thread; its id."""
    at = now()
    return _new(change, thread, {**values, "author_id": author_id, "created": at, "changed": at})


def set_thread(change: Change, thread_id: str, values: Values, version: int | None) -> bool:
    """Change a thread; whether anything is other now."""
    return _set(change, thread, _one(change.connection, thread, thread_id), values, version)


def remove_thread(change: Change, thread_id: str, version: int | None) -> None:
    """Remove a thread; UnknownName where there is none of that id."""
    held = _one(change.connection, thread, thread_id)
    _refuse_moved(thread, held, version)
    change.remove(thread, [thread_id])


def confidences(connection: Connection, sight: Sight = EVERYTHING) -> pd.DataFrame:
    """One row a code whose finding was assessed, in their order; see :mod:`qualkit.tables`."""
    import pandas as pd

    c = confidence.c
    query = (
        select(codebook.c.ident, code.c.ident, c.methodological, c.coherence, c.adequacy,
               c.relevance, c.overall, c.explanation, coder.c.name, c.changed, c.version)
        .join(code, code.c.id == c.code_id)
        .join(codebook, codebook.c.id == code.c.codebook_id)
        .join(coder, coder.c.id == c.author_id)
        .where(sight.written_by(c.author_id))
        .order_by(codebook.c.position, code.c.position)
    )  # fmt: skip
    found = [tuple(row) for row in connection.execute(query)]
    return pd.DataFrame(found, columns=list(COLUMNS["confidence"]))


def confidence_of(connection: Connection, code_id: str) -> dict[str, Any] | None:
    """The row of a code's assessment; None where it has none."""
    own = select(confidence).where(confidence.c.code_id == code_id)
    row = connection.execute(own).mappings().first()
    return None if row is None else dict(row)


def set_confidence(
    change: Change, code_id: str, values: Values, version: int | Keep | None
) -> bool:
    """Assess the finding on a code, in the place of what was said before; whether it is new.

    `version` is of the assessment that was read, None where there was none.
    """
    held = confidence_of(change.connection, code_id)
    if version is not KEEP and (held["version"] if held else None) != version:
        raise ConflictError(
            "somebody assessed this finding since it was read; look at it again, then repeat the "
            "change"
        )
    if held is None:
        _new(change, confidence, {"code_id": code_id, **values, "changed": now()})
        return True
    said = {name: value for name, value in values.items() if name != "author_id"}
    if all(held[name] == value for name, value in said.items()):
        return False
    return _set(change, confidence, held, values)


def remove_confidence(change: Change, code_id: str, version: int | None) -> bool:
    """Remove the assessment of a code; whether there was one."""
    held = confidence_of(change.connection, code_id)
    if held is not None:
        _refuse_moved(confidence, held, version)
        change.remove(confidence, [held["id"]])
    return held is not None


# Strands -----------------------------------------------------------------------------------


def strands(connection: Connection) -> list[Row[Any]]:
    """Every strand without its figures, in the order in which they came."""
    columns = [column for column in strand.c if column.name != "data"]
    return list(connection.execute(select(*columns).order_by(strand.c.position, strand.c.ident)))


def one_strand(connection: Connection, ident: str, version: int | None = None) -> Row[Any]:
    """One strand without its figures; UnknownName where there is none, or ConflictError."""
    every = strands(connection)
    found = next((row for row in every if row.ident == ident), None)
    if found is None:
        raise UnknownName("strand", ident, [row.ident for row in every])
    _refuse_moved(strand, {"version": found.version}, version)
    return found


def measured(row: Row[Any]) -> list[dict[str, Any]]:
    """What a strand measures, each with its periods; ValueError where that cannot be read."""
    try:
        found: list[dict[str, Any]] = json.loads(row.measures)
    except ValueError:
        raise ValueError(f"strand {row.ident}: {STRAND_CHANGED}") from None
    return found


def strand_table(connection: Connection, row: Row[Any]) -> pd.DataFrame:
    """The figures of a strand; ValueError where they are not those that were kept."""
    data = connection.execute(select(strand.c.data).where(strand.c.id == row.id)).scalar_one()
    made = surveys.unpack(data, row.data_sha256)
    if len(made) != row.rows:
        raise ValueError(STRAND_CHANGED)
    return made


def write_strand(
    change: Change, ident: str, values: Values, table: pd.DataFrame,
    version: int | Keep | None = KEEP,
) -> str:  # fmt: skip
    """Keep a strand, in the place of an earlier one of that id: ``new``, ``other``, ``same``.

    `version` is of the strand that makes room, None where there was none.
    """
    data, digest = surveys.pack(table)
    said = {**values, "rows": len(table), "data_sha256": digest}
    held = (
        change.connection.execute(select(strand).where(strand.c.ident == ident)).mappings().first()
    )
    if version is not KEEP and (held["version"] if held else None) != version:
        raise ConflictError(
            f"a strand {ident} was added, changed or removed since it was read; look at it again"
        )
    if held is None:
        last = change.connection.execute(select(func.coalesce(func.max(strand.c.position), -1)))
        _new(change, strand, {
            "ident": ident, **said, "data": data, "added": now(), "position": last.scalar_one() + 1,
        })  # fmt: skip
        return "new"
    if all(held[name] == value for name, value in said.items() if name != "file_name"):
        return "same"
    _set(change, strand, dict(held), {**said, "data": data, "added": now()})
    return "other"


def remove_strand(change: Change, strand_id: str) -> None:
    """Remove a strand with its figures."""
    change.remove(strand, [strand_id])


# Codes that are merged ---------------------------------------------------------------------


def moved(table: Table, row: Values, values: Values) -> dict[str, Any]:
    """Other values of a sealed row, with the seal that it has then."""
    return {**values, "sha256": seal_of(table, {**row, **values})}


def copied(row: Values, link_id: str) -> dict[str, Any]:
    """A verdict as a row of its own on another link."""
    made = {**row, "id": new_id(), "link_id": link_id, "version": 1}
    return {**made, "sha256": seal_of(verdict, made)}


def verdicts_on(connection: Connection, link_ids: Sequence[str]) -> list[dict[str, Any]]:
    """The rows of the verdicts on some links."""
    own = select(verdict).where(verdict.c.link_id.in_(link_ids)).order_by(verdict.c.id)
    return [dict(row) for row in connection.execute(own).mappings()]
