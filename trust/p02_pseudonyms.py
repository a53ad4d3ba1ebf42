"""P2: pseudonyms are consistent and bracketed, logged apart, and codings keep their place."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from qualkit import pseudonymising
from qualkit.errors import QualkitError
from qualkit.loading import keep_source
from qualkit.model import PARTICIPANT, Coding, Source, Turn
from qualkit.privacy import key as keys
from qualkit.privacy.key import Key
from qualkit.project import Project
from qualkit.rows import of_coding
from qualkit.store import coders, schema, search
from qualkit.swaps import swapped
from trust import Promise, Result

PROMISE = Promise(
    words="One pseudonym for one person everywhere, in brackets; codings keep their place; every "
    "replacement is in the key file, and nowhere else.",
    how="invented studies whose texts are known with and without names (emoji, accents in both "
    "forms, possessives, any case, names within names, names that are words); and a program "
    "killed while it pseudonymises",
    goal="0 codings moved, 0 names left; the key reproduces the text, and takes it back",
)
PEOPLE = {  # the pseudonym, and the ways in which somebody is written
    "[Person 1]": ("Ann", "ANN", "ann", "Ann\u200b"),
    "[Person 2]": ("Anna", "anna"),
    "[Person 3]": ("Siobh\u00e1n", "Siobha\u0301n", "SIOBH\u00c1N"),
    "[Person 4]": ("Sarah Jones", "sarah  jones", "Sarah\u00a0Jones"),
    "[Person 5]": ("Sarah", "SARAH"),
    "[Person 6]": ("Zo\u00eb O\u2019Neill", "Zoe\u0308 O'Neill"),
    "[phone number]": ("07700 900123",),
}
ORDINARY = {"[Person 7]": ("Will",), "[cat]": ("Hope",)}
_ENDINGS = ("", "", "", "'s", "\u2019s", ",", ".", "?", " \U0001f600")
_WORDS = (
    "planned", "annual", "annals", "hannah", "wills", "hopeful", "\U0001f600", "caf\u00e9",
    "\u201cquiet\u201d", "the", "school", "\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "listened", "we", "you", "ann\u00e9e", "077009001234",
)  # fmt: skip


class Piece(NamedTuple):
    """A piece of a text, as it is and as it is to be."""

    old: str
    new: str


def pieces(rng: random.Random, count: int) -> Iterator[Piece]:
    """The pieces of a text: words, and names of all kinds."""
    for _ in range(count):
        ending = rng.choice(_ENDINGS)
        if rng.random() < 0.6:
            word = rng.choice(_WORDS)
            yield Piece(word + ending, word + ending)
        elif rng.random() < 0.2:
            pseudonym, (name,) = rng.choice(list(ORDINARY.items()))
            yield Piece("asked ", "asked ")  # within a sentence it is a name
            yield Piece(name + ending, pseudonym + ending)
            yield Piece(f" and {name.lower()}{ending}", f" and {name.lower()}{ending}")
        else:
            pseudonym = rng.choice(list(PEOPLE))
            yield Piece(rng.choice(PEOPLE[pseudonym]) + ending, pseudonym + ending)
        yield Piece(" ", " ")


class Made(NamedTuple):
    """A source with codings, and what they are to be."""

    source: Source
    new: str
    codings: list[tuple[int, int, str]]  # start and end in the old text, words in the new


def source(rng: random.Random, name: str) -> Made:
    """A source of several turns, each of one paragraph."""
    old = new = ""
    turns, codings = [], []
    for number in range(4):
        begun, made = len(old), list(pieces(rng, 25))
        edges = [(len(old), len(new))]
        for piece in made:
            old, new = old + piece.old, new + piece.new
            edges.append((len(old), len(new)))
        for _ in range(6):
            first, last = sorted(rng.sample(range(len(edges)), 2))
            (a, c), (b, d) = edges[first], edges[last]
            codings.append((a, b, new[c:d]))
        turns.append(Turn("Ann" if number % 2 else "Sue", PARTICIPANT, begun, len(old)))
        old, new = f"{old}\n", f"{new}\n"
    made_of = Source(name=name, format="txt", text=old, turns=tuple(turns))
    return Made(made_of, new, list({one[:2]: one for one in codings}.values()))


def key_for(study: str) -> Key:
    """The key of the people above."""
    key = Key(study)
    for pseudonym, words in {**PEOPLE, **ORDINARY}.items():
        where = "names" if pseudonym in ORDINARY else "everywhere"
        key = pseudonymising.decide(key, words, pseudonym, where=where)
    return key


def fill(project: Project, rng: random.Random, sources: int) -> list[Made]:
    """Sources with codings, memos and summaries in an empty study."""
    made = [source(rng, f"s{n} Ann" if n else "sarah_jones") for n in range(sources)]
    with project._store.change("Sue", "add sources", "made") as change:
        for n, one in enumerate(made):
            keep_source(change, one.source, {}, n)
        search.add(change.connection, [one.source.id for one in made])
    project.set_summary("communication", "SARAH said so.", author="Bo", source=made[0].source.name)
    project.add_memo("Ask Ann.", title="anna", source=made[0].source.name)
    book = project.codebook("evaluation-topics")
    code = book.code("communication").guid
    with project._store.change("Sue", "add codings", "made") as change:
        coder = coders.known_or_new(change, "Bo")
        rows = [
            of_coding(Coding(one.source.id, start, end, one.source.text[start:end], code, coder,
                             memo="Ann's"))
            for one in made for start, end, _ in one.codings
        ]  # fmt: skip
        change.add(schema.coding, rows)
    return made


def faults_of(project: Project, made: list[Made], path: Path) -> Iterator[str]:
    """What is not as it was promised, once the pseudonyms were written."""
    names = {one.source.id: one for one in made}
    key = keys.read(path, project.study_id)
    held = {row["id"]: row for row in _rows(project, "source")}
    for source_id, one in names.items():
        if held[source_id]["text"] != one.new:
            yield f"{one.source.name}: the text is not what it was to be"
        log = [value for run in key.runs for value in run.values
               if value.row == (source_id,) and value.column == "text"]  # fmt: skip
        swaps = [swap for value in log for _, swap in value.swaps]
        if swapped(one.source.text, swaps) != one.new:
            yield f"{one.source.name}: the key does not reproduce the text"
    wanted = {(one.source.id, words) for one in made for _, _, words in one.codings}
    given = {(row["source_id"], row["quote"]) for row in _rows(project, "coding")}
    for source_id, words in wanted ^ given:
        yield f"{names[source_id].source.name}: a coding moved: {words[:60]!r}"
    yield from (f"check: {one.where}: {one.message}" for one in project.check().problems)
    for row in (*_rows(project, "memo"), *_rows(project, "cell_summary"), *_rows(project, "turn")):
        said = " ".join(str(row.get(name)) for name in ("title", "text", "speaker"))
        if any(name in said.casefold() for name in ("ann ", "ann.", "anna", "sarah")):
            yield f"a name is left: {said[:60]!r}"


def _rows(project: Project, table: str) -> tuple[Any, ...]:
    return project.snapshot().rows(table)


def round_of(address: str, path: Path, seed: int) -> list[str]:
    """Make a study, pseudonymise it, look, and take it back."""
    rng = random.Random(seed)
    with Project.create(address, codebooks=["evaluation-topics"], user="Sue") as project:
        made = fill(project, rng, 3)
        keys.write(path, key_for(project.study_id))
        before = _said(project)
        applied = pseudonymising.apply(project, key_file=path)
        faults = list(faults_of(project, made, path))
        if pseudonymising.apply(project, key_file=path).count:
            faults.append("a second time, something was replaced again")
        try:
            project.undo(applied.entry or 0)
            faults.append("the log brought names back")
        except (QualkitError, ValueError):
            pass
        pseudonymising.restore(project, key_file=path)
        if _said(project) != before:
            faults.append("the key did not take it back")
    return [f"seed {seed}: {one}" for one in faults]


def _said(project: Project) -> dict[str, list[Any]]:
    names = ("source", "turn", "coding", "memo", "cell_summary", "case_unit")
    return {
        name: [{k: v for k, v in row.items() if k != "version"} for row in _rows(project, name)]
        for name in names
    }


# A program that is killed --------------------------------------------------------------------

_CHILD = """
import sys
from qualkit import pseudonymising
from qualkit.project import Project
with Project.open(sys.argv[1], user="Sue") as project:
    print("open", flush=True)
    while True:
        pseudonymising.apply(project)
        pseudonymising.restore(project)
"""


def killed(folder: Path, kills: int) -> list[str]:
    """Kill a program that pseudonymises and takes it back; what was between."""
    rng = random.Random(1)
    study, faults = str(folder / "killed.qualkit"), []
    path = Path(f"{study}{keys.ENDING}")
    with Project.create(study, codebooks=["evaluation-topics"], user="Sue") as project:
        made = fill(project, rng, 3)
        keys.write(path, key_for(project.study_id))
        before = _said(project)
    for number in range(kills):
        child = subprocess.Popen([sys.executable, "-c", _CHILD, study], stdout=subprocess.PIPE)
        assert child.stdout is not None  # noqa: S101 - for the type checker
        child.stdout.readline()
        time.sleep(rng.random() * 0.5)
        child.send_signal(signal.SIGKILL)
        child.wait()
        child.stdout.close()
        with Project.open(study, user="Sue") as project:
            held, key = project.pseudonymised, keys.read(path, project.study_id)
            if not set(held) <= {run.id for run in key.runs}:
                faults.append(f"kill {number}: the key lacks a run of the study")
            if held:
                faults += [f"kill {number}: {one}" for one in _between(project, made)]
                pseudonymising.restore(project)
            if _said(project) != before:
                faults.append(f"kill {number}: the study is not what it was")
            keys.write(path, key_for(project.study_id))
    return faults


def _between(project: Project, made: list[Made]) -> Iterator[str]:
    held = {row["id"]: row["text"] for row in _rows(project, "source")}
    for one in made:
        if held[one.source.id] != one.new:
            yield f"{one.source.name} is half done"


def measure(long: bool) -> Result:
    """Many invented studies, and some kills."""
    rounds, kills = (60, 30) if long else (0, 1)  # tests make a round on each database
    faults: list[str] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for seed in range(rounds):
            study = str(folder / f"{seed}.qualkit")
            faults += round_of(study, Path(f"{study}{keys.ENDING}"), seed)
        faults += killed(folder, kills)
    figure = f"{rounds} studies, {kills} kills: {len(faults)} faults"
    return Result("P2", figure, not faults, tuple(faults[:20]))
