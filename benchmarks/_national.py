"""Invented studies of any size, written straight into the tables: what growth is measured on.

Words are drawn as people use them, few often and many seldom. A source has turns of 50 words, an
interviewer's and a participant's in turn, an area and a role; codings lie on participants' words.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert, select

from qualkit import rows
from qualkit.codebook import read_codebook
from qualkit.codebook_keeping import shipped_or_file
from qualkit.model import Coding, Source, Turn, new_id, now
from qualkit.store import Store, schema, search

CODERS = 20
AREAS = 50
ROLES = ("Deputy head", "Teacher", "Parent", "Clinician", "Pupil")
_TURN = 50  # words
_BATCH = 200  # sources in one statement


def vocabulary(size: int = 20_000) -> tuple[list[str], list[float]]:
    """Made-up words and how often each is drawn (Zipf's law)."""
    draw = random.Random(7)
    parts = [
        "ba",
        "re",
        "sto",
        "li",
        "men",
        "tor",
        "ka",
        "vi",
        "sch",
        "ool",
        "wa",
        "it",
        "ing",
        "co",
    ]
    words = sorted({"".join(draw.choices(parts, k=draw.randint(1, 5))) for _ in range(3 * size)})
    draw.shuffle(words)
    return words[:size], [1 / (n + 2) for n in range(min(size, len(words)))]


def make(
    path: Path, sources: int, *, words: int = 2_000, codings: int = 50, index: bool = True
) -> Path:
    """A study with so many sources of so many words, and so many codings in each."""

    def fill(connection: Connection) -> None:
        codes, coders = _frame(connection)
        drawn = _sources(sources, words)
        for first in range(0, sources, _BATCH):
            some = list(itertools.islice(drawn, _BATCH))
            _keep(connection, some, first)
            _code(connection, some, codings, codes, coders)
            if index:
                search.add(connection, [one.id for one in some])

    Store.create(str(path), fill).close()
    return path


def _frame(connection: Connection) -> tuple[list[str], list[str]]:
    """The codebook and the coders; their ids."""
    book = read_codebook(shipped_or_file("evaluation-topics"))
    connection.execute(insert(schema.codebook), [rows.of_codebook(book, position=0)])
    made = rows.of_codes(book)
    for row in made:
        connection.execute(insert(schema.code), [row])
    coders = [
        {"id": new_id(), "name": f"Coder {n}", "created": now(), "role": "evaluator", "login": ""}
        for n in range(CODERS)
    ]
    connection.execute(insert(schema.coder), coders)
    return [row["id"] for row in made], [row["id"] for row in coders]


def _sources(count: int, words: int) -> Iterator[Source]:
    draw = random.Random(1)
    names, weights = vocabulary()
    cumulated = list(itertools.accumulate(weights))
    for n in range(count):
        said = draw.choices(names, cum_weights=cumulated, k=words)
        lines, turns, at = [], [], 0
        for number, first in enumerate(range(0, words, _TURN)):
            who = ("I", "interviewer") if number % 2 == 0 else ("P", "participant")
            label, spoken = f"{who[0]}: ", " ".join(said[first : first + _TURN]) + "."
            start = at + len(label)
            turns.append(Turn(who[0], who[1], start, start + len(spoken), line=number + 1))
            lines.append(label + spoken)
            at = start + len(spoken) + 1
        yield Source(f"interview-{n:05}", "txt", "\n".join(lines) + "\n", tuple(turns))


def _keep(connection: Connection, some: Sequence[Source], first: int) -> None:
    cases = [
        {"id": new_id(), "name": one.name, "position": first + n} for n, one in enumerate(some)
    ]
    connection.execute(insert(schema.case), cases)
    made = [
        rows.of_source(one, case_id=cases[n]["id"], position=first + n)
        for n, one in enumerate(some)
    ]
    connection.execute(insert(schema.source), made)
    connection.execute(insert(schema.turn), [row for one in some for row in rows.of_turns(one)])
    values: list[dict[str, Any]] = []
    for n, one in enumerate(some, first):
        given = {"area": f"Area {n % AREAS}", "role": ROLES[n % len(ROLES)]}
        values += [
            {"source_id": one.id, "name": name, "value": value, "position": at}
            for at, (name, value) in enumerate(given.items())
        ]
    connection.execute(insert(schema.source_attribute), values)


def _code(
    connection: Connection, some: Sequence[Source], count: int, codes: Sequence[str],
    coders: Sequence[str],
) -> None:  # fmt: skip
    draw = random.Random(some[0].name)
    made = []
    for one in some:
        spoken = [turn for turn in one.turns if turn.role == "participant"]
        for n in range(count):
            turn = spoken[n % len(spoken)]
            start = turn.start + 5 * (n // len(spoken))
            end = min(start + 60, turn.end)
            coding = Coding(
                one.id, start, end, one.text[start:end], draw.choice(codes), draw.choice(coders),
                draw.choice(("positive", "negative", None)),
            )  # fmt: skip
            made.append(rows.of_coding(coding))
    if made:
        connection.execute(insert(schema.coding), made)


def code_of(path: Path) -> str:
    """The name of some code of such a study."""
    store = Store.open(str(path))
    try:
        with store.read() as connection:
            return str(connection.execute(select(schema.code.c.ident).limit(1)).scalar_one())
    finally:
        store.close()
