"""How the databases find what each gesture and each page asks for: by an index, however large a study.

The statements are those that were really sent, recorded while something is done, and the plans the
databases' own. Sequential scans are switched off on PostgreSQL, since of a small table it reads all
the same: a scan then shows where no index would serve. Nor may it meet more rows than one source
has, whatever the plan is called.
"""

from __future__ import annotations

import json
from contextlib import contextmanager

import pytest
from sqlalchemy import event, insert, text

from qualkit import gestures, rows
from qualkit.codebook import read_codebook
from qualkit.codebook_keeping import shipped_or_file
from qualkit.model import Coding, Source, Turn, new_id, now, sha256
from qualkit.project import Project
from qualkit.store import Store, is_address, schema, search

SOURCES = 40
TURNS = 20
ENTRIES = 1_500
MOST = 250  # rows that one statement may meet: what one source has, and a page of the log
COUNTED = "SELECT count("  # whether the index of search is whole: a count of the index's own keys
SMALL = {"coder", "code", "codebook", "project", "judge"}  # a team's size, not a study's
GROWING = {table.name for table in schema.metadata.sorted_tables} - SMALL
SAID = "The staff listened and the waiting list was long."


def build(address):
    """A study whose tables all have far more rows than any gesture is about."""
    Store.create(address, fill).close()


def fill(connection):
    book = read_codebook(shipped_or_file("evaluation-topics"))
    connection.execute(insert(schema.codebook), [rows.of_codebook(book, position=0)])
    codes = rows.of_codes(book)
    for code in codes:
        connection.execute(insert(schema.code), [code])
    coders = [
        {"id": new_id(), "name": name, "created": now(), "role": "evaluator", "login": ""}
        for name in ("Ann", "Bo")
    ]
    connection.execute(insert(schema.coder), coders)
    sources = [_source(number) for number in range(SOURCES)]
    for number, source in enumerate(sources):
        _keep(connection, number, source)
        _mark(connection, source, [code["id"] for code in codes], coders[0]["id"])
    search.add(connection, [source.id for source in sources])
    connection.execute(insert(schema.kept), [
        {"sha256": sha256(str(n)), "data": b"x"} for n in range(ENTRIES)
    ])  # fmt: skip
    connection.execute(insert(schema.gesture), [
        {"id": new_id(), "entry": n, "at": now()} for n in range(ENTRIES)
    ])  # fmt: skip
    connection.execute(insert(schema.log), [
        {"at": now(), "who": "Ann", "action": "add coding", "what": f"s{n}", "before": "[]",
         "after": json.dumps([{"table": "coding", "id": new_id()}])} for n in range(ENTRIES)
    ])  # fmt: skip


def _source(number):
    turns, lines, at = [], [], 0
    for line in range(TURNS):
        role = "interviewer" if line % 2 == 0 else "participant"
        said = SAID if line or number else "Counselling helped."
        turns.append(Turn("P", role, at, at + len(said), line=line + 1))
        lines.append(said)
        at += len(said) + 1
    return Source(f"s{number}", "txt", "\n".join(lines) + "\n", tuple(turns))


def _keep(connection, number, source):
    case_id = new_id()
    case = {"id": case_id, "name": source.name, "position": number}
    connection.execute(insert(schema.case), [case])
    row = rows.of_source(source, case_id=case_id, position=number)
    connection.execute(insert(schema.source), [row])
    connection.execute(insert(schema.turn), rows.of_turns(source))
    connection.execute(insert(schema.source_attribute), [
        {"source_id": source.id, "name": name, "value": "x", "position": at}
        for at, name in enumerate(("area", "role"))
    ])  # fmt: skip


def _mark(connection, source, codes, coder):
    """Codings, suggestions and codings that wait for a place, on each turn of a source."""
    made = [
        Coding(source.id, turn.start, turn.start + 9, source.text[turn.start : turn.start + 9],
               codes[n % len(codes)], coder)
        for n, turn in enumerate(source.turns)
    ]  # fmt: skip
    coded = [rows.of_coding(one) for one in made]
    connection.execute(insert(schema.coding), coded)
    connection.execute(insert(schema.unplaced), [
        {**row, "id": new_id(), "since": now(), "becomes": "null"} for row in coded
    ])  # fmt: skip
    connection.execute(insert(schema.suggestion), [
        {"id": new_id(), "source_id": source.id, "start_at": one.start + 10,
         "end_at": one.start + 19, "quote": source.text[one.start + 10 : one.start + 19],
         "code_id": one.code, "confidence": 0.5, "method": "codebook", "model": "", "program": "",
         "reasons": "{}", "created": now(), "status": "open"} for one in made
    ])  # fmt: skip
    connection.execute(insert(schema.assignment), [
        {"id": new_id(), "source_id": source.id, "coder_id": coder, "start_at": 0, "end_at": 0,
         "blind": 0, "purpose": "double", "status": "open", "created": now()}
    ])  # fmt: skip


@pytest.fixture
def study(address_of):
    """That study, opened by Ann; a server has counted its rows, as it does by itself in time."""
    with Project.open(address_of(build), user="Ann") as project:
        if is_address(project._store.study):
            with project._store.alone() as connection:
                connection.execute(text("ANALYZE"))
        yield project


# What is asked --------------------------------------------------------------------------------


def sent(study, **gesture):
    """Perform a gesture as the page does; the id by which it can be taken back."""
    name = new_id()
    (outcome,) = gestures.perform(study, [{"id": name, **gesture}], coder="Ann")
    assert outcome.outcome == "done", outcome.why
    return name


def a_coding(study):
    found = study.marks("s7")
    return found[found["kind"] == "coding"].iloc[0]


def a_suggestion(study):
    found = study.marks("s7")
    return found[found["kind"] == "suggestion"].iloc[0]["id"]


def new_coding(study):
    code = study.codebooks()[0].code("communication").guid
    return {"kind": "code", "source": study.source("s7").id, "start": 101, "end": 107,
            "code": code, "coding": new_id()}  # fmt: skip


def removed(study):
    return sent(study, kind="remove", coding=a_coding(study)["id"])


DONE = {  # what is prepared, and what is done with it while statements are recorded
    "code": (new_coding, lambda study, given: sent(study, **given)),
    "change": (a_coding, lambda study, given: sent(
        study, kind="change", coding=given["id"], version=int(given["version"]), stance="mixed")),
    "remove": (a_coding, lambda study, given: sent(study, kind="remove", coding=given["id"])),
    "accept": (a_suggestion, lambda study, given: sent(study, kind="accept", suggestion=given)),
    "reject": (a_suggestion, lambda study, given: sent(study, kind="reject", suggestion=given)),
    "undo": (removed, lambda study, given: sent(study, kind="undo", of=given)),
    "undo the last": (removed, lambda study, _: study.undo_last()),
    "codings and suggestions of a source": (None, lambda study, _: study.marks("s7")),
    "a source and its turns": (None, lambda study, _: study.source("s7")),
    "turns of some sources": (None, lambda study, _: study.turns(["s7", "s8"])),
    "the last entry": (None, lambda study, _: study.last_entry()),
    "the latest of the log": (None, lambda study, _: study.log(limit=20, rows=False)),
    "a further page of the log": (None, lambda study, _: study.log(limit=20, before=700)),
    "the latest of the trail": (None, lambda study, _: study.trail(limit=20)),
    "who may do what": (None, lambda study, _: (study.may("coder"), study.blind)),
    "search": (None, lambda study, _: study.search("counselling")),
    "codings of a code": (None, lambda study, _: study.codings(code="communication")),
    "a source brought back": (
        lambda study: study.remove_source("s7"), lambda study, _: study.undo_last(),
    ),
    "a coding placed again": (
        lambda study: study.unplaced()["unplaced"].iloc[0],
        lambda study, given: study.place_unplaced(given, (30, 41)),
    ),
    "a study opened": (
        None, lambda study, _: Project(Store(study._store.study, study._store.engine)).retention,
    ),
}  # fmt: skip


ONLY = {"codings of a code": "coding: "}  # beside them the names of all sources are read


@pytest.mark.parametrize("what", DONE)
def test_no_gesture_and_no_reading_of_a_page_scans_a_table_that_grows(study, what):
    prepare, do = DONE[what]
    given = None if prepare is None else prepare(study)

    with recorded(study) as statements:
        do(study, given)

    assert statements
    found = scans(study, statements)
    assert [one for one in found if one.startswith(ONLY.get(what, ""))] == []


def test_a_scan_would_be_found(study):
    """The check itself can fail."""
    with recorded(study) as statements, study._store.read() as connection:
        connection.execute(text("SELECT id FROM coding WHERE memo = 'x'")).all()

    (found,) = scans(study, statements)
    assert found.startswith("coding: ")


# Plans ----------------------------------------------------------------------------------------


@contextmanager
def recorded(study):
    """The statements that read, change or remove, as they are sent, with what they were given."""
    found: dict[str, object] = {}

    def take(_connection, _cursor, statement, given, _context, many):
        word = statement.split(maxsplit=1)[0]
        if word in {"SELECT", "UPDATE", "DELETE", "WITH"} and not (many or _is_count(statement)):
            found.setdefault(statement, given)

    event.listen(study._store.engine, "before_cursor_execute", take)
    try:
        yield found
    finally:
        event.remove(study._store.engine, "before_cursor_execute", take)


def _is_count(statement):
    return statement.startswith(COUNTED) and "WHERE" not in statement


def scans(study, statements):
    """Which of them read a growing table from end to end, each as ``table: statement``."""
    of = _on_server if study._store.engine.dialect.name == "postgresql" else _in_file
    with study._store.alone() as connection:
        return [
            f"{table}: {' '.join(statement.split())}"
            for statement, given in statements.items()
            for table in of(connection, statement, given)
        ]


def _in_file(connection, statement, given):
    """SQLite tells of each table whether it is searched or scanned."""
    rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given).all()
    plan = [row[-1].split() for row in rows]
    sorts = any(words[-2:] == ["ORDER", "BY"] for words in plan)
    if " LIMIT " in " ".join(statement.split()) and not sorts:
        return []  # by the key, until there are enough
    return [words[1] for words in plan if words[0] == "SCAN" and words[1] in GROWING]


def _on_server(connection, statement, given):
    if "pg_advisory" in statement:
        return []
    connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
    explained = f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}"
    with connection.begin_nested() as tried:
        (plan,) = connection.exec_driver_sql(explained, given).scalar_one()
        tried.rollback()
    return list(_scanned(plan["Plan"], table="", limited=False))


def _scanned(node, *, table, limited):
    """The growing tables of a plan that are read whole, or of which too many rows are met."""
    table = node.get("Relation Name", table)
    limited = limited or node["Node Type"] == "Limit"
    if table in GROWING and "Scan" in node["Node Type"] and node["Node Type"] != "Bitmap Heap Scan":
        met = (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"]
        if (not limited and "Index Cond" not in node) or met > MOST:
            yield table
    for child in node.get("Plans", ()):
        yield from _scanned(child, table=table, limited=limited)
