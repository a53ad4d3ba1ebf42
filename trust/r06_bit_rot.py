"""R6: one bit of a study's file is no longer what it was."""

from __future__ import annotations

import random
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from qualkit.errors import QualkitError
from qualkit.project import Project
from tests.memory import in_memory
from trust import Promise, Result
from trust._studies import codes_of, make_study, open_afresh

PROMISE = Promise(
    words="Damage of what was said and coded is found and named: any changed byte of a transcript, "
    "its turns, a quotation, its code, its coder, its place, a summary",
    how="300 single bits changed in a study's file, half of them anywhere, half where words and "
    "codings lie; what is read differently afterwards must be named by the check",
    goal="100 % named; the check of 200 transcripts with 60,000 codings in under 1 s",
)
_SEALED = {  # table: the columns that are promised
    "source": "id, text, sha256, turns_sha256",
    "turn": "*",
    "coding": "id, source_id, start_at, end_at, quote, code_id, coder_id, stance, rating, memo, "
    "created, sha256",
    "cell_summary": "id, case_id, source_id, code_id, coder_id, text, stance, rating, draft, "
    "cites, evidence, sha256",
}
_SPAN = 25


@dataclass
class _Seen:
    """What became of the bits changed."""

    flips: int = 0
    changed: int = 0
    refused: int = 0
    elsewhere: int = 0
    silent: list[str] = field(default_factory=list)


def measure(long: bool) -> Result:
    """300 bits and the large study, or 30 bits and a tenth of it."""
    seen, rng = _Seen(), random.Random(6)
    with tempfile.TemporaryDirectory(prefix="qualkit-trust-", dir=in_memory()) as name:
        folder = Path(name)
        study = Path(_coded(folder / "study.qualkit", folder, sources=10, codings=40, words=900))
        content, before = study.read_bytes(), _content(study)
        places = list(_places(content, before, rng, 300 if long else 30))
        for place in places:
            _flip(seen, folder, content, before, place, rng.randrange(8))
        sources, codings = (200, 300) if long else (20, 300)
        took = _checked(folder, sources, codings)
    share = 1 - len(seen.silent) / max(1, seen.changed + seen.refused)
    figure = (
        f"{seen.flips} bits: {seen.changed} changed what was said or coded, {seen.refused} made "
        f"the file unreadable, {share:.0%} of these named ({seen.elsewhere} changed other rows); "
        f"check of {sources * codings:,} codings in {took:.2f} s of processor time"
    )
    ok = not seen.silent and took < 1 and seen.changed >= seen.flips / 5
    return Result("R6", figure, ok=ok, detail=tuple(seen.silent[:20]))


def _coded(study: Path, folder: Path, *, sources: int, codings: int, words: int) -> str:
    """A study whose sources have so many codings each."""
    made = make_study(study, folder / "in", sources=sources, words=words)
    with Project.open(made, user="Ann") as project:
        codes = codes_of(project)
        lengths = {name: len(project.source(name).text) for name in project.sources()["source"]}
        for n, code in enumerate(codes[:20]):
            spans = [
                (name, (at := (k * 20 + n) * 7 % (length - _SPAN)), at + 2 + k % (_SPAN - 2))
                for name, length in lengths.items()
                for k in range(codings // 20)
            ]
            project.add_codings(spans, code=code, coder=f"Coder {n % 3}", why="to be checked")
        project.set_summary(codes[0], "They said it helped.", author="Ann", source="s0")
    return made


def _content(study: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table, as bytes; of those promised apart what is promised."""
    with closing(sqlite3.connect(f"file:{study}?immutable=1", uri=True)) as connection:
        connection.text_factory = bytes
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        names = [name.decode() for (name,) in tables if not name.startswith(b"search_")]
        found = {}
        asked = [(name, "*", f"{name} elsewhere") for name in names]
        asked += [(name, columns, name) for name, columns in _SEALED.items()]
        for name, columns, called in asked:  # no index is asked: what stands in the table itself
            query = f'SELECT {columns} FROM "{name}" NOT INDEXED'  # noqa: S608 - names from it
            rows = connection.execute(query)
            found[called] = rows.fetchall()
    return found


def _places(
    content: bytes, rows: dict[str, list[tuple[object, ...]]], rng: random.Random, count: int
) -> Iterator[int]:
    """Where to change a bit: anywhere, and where codings and words lie."""
    sealed = [value for table in _SEALED for row in rows[table] for value in row
              if isinstance(value, bytes) and len(value) > 4]  # fmt: skip
    for n in range(count):
        if n % 2:
            yield rng.randrange(len(content))
            continue
        words = rng.choice(sealed)[:200]
        found = content.find(words, rng.randrange(len(content)))
        found = content.find(words) if found < 0 else found
        yield (found if found >= 0 else 0) + rng.randrange(len(words))


def _flip(
    seen: _Seen, folder: Path, content: bytes, before: dict[str, list[tuple[object, ...]]],
    place: int, bit: int,
) -> None:  # fmt: skip
    """Change one bit, and see whether the check names what is no longer the same."""
    damaged = folder / "damaged.qualkit"
    for left in folder.glob("damaged.qualkit*"):
        left.unlink() if left.is_file() else None
    made = bytearray(content)
    made[place] ^= 1 << bit
    damaged.write_bytes(made)
    seen.flips += 1
    try:
        after = _content(damaged)
    except (sqlite3.Error, UnicodeDecodeError) as error:
        seen.refused += 1
        if not _said(damaged):
            seen.silent.append(f"byte {place} bit {bit}: {error}, and nothing is said")
        return
    changed = [name for name in before if after.get(name) != before[name]]
    sealed = [name for name in changed if name in _SEALED]
    seen.elsewhere += bool(changed) and not sealed
    if sealed:
        seen.changed += 1
        if not _said(damaged):
            seen.silent.append(f"byte {place} bit {bit}: {', '.join(sealed)} differ, nothing said")


def _said(study: Path) -> list[str]:
    """What is said when the study is opened and checked."""
    try:
        with open_afresh(study) as project:
            found = project.check().problems
            return [f"{one.where}: {one.message}" for one in found if one.kind != "search"]
    except QualkitError as error:
        return [str(error)]
    except Exception:  # a traceback is no message, so it counts as silent
        return []


def _checked(folder: Path, sources: int, codings: int) -> float:
    """Seconds of processor time for the check of a large study, the best of five."""
    study = _coded(folder / "large.qualkit", folder, sources=sources, codings=codings, words=500)
    times = []
    with Project.open(study, user="Ann") as project:
        for _ in range(5):
            start = time.process_time()
            report = project.check()
            times.append(time.process_time() - start)
    if report.codings != sources * codings or report.problems:
        raise RuntimeError(f"{report.codings} codings were checked: {report.problems[:3]}")
    return min(times)
