"""P3: after a purge a name that was replaced is nowhere in the study."""

from __future__ import annotations

import json
import random
import tempfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from sqlalchemy import select, text, update

from qualkit import pseudonymising
from qualkit.privacy import key as keys
from qualkit.project import Project
from qualkit.store import free_text, schema
from trust import Promise, Result

PROMISE = Promise(
    words="After pseudonymising and a purge, the name is nowhere in the study: not in the "
    "database, its write-ahead log, the search index, what undo kept, or the log.",
    how="a name planted in every column that holds people's words, changed, removed and undone "
    "in several ways first; then each byte of each file beside the study but the key, as UTF-8 "
    "and UTF-16, in any case; on PostgreSQL every value of every table",
    goal="0 hits",
)
NAME: Final = "Xanthippe"
FULL: Final = "Xanthippe O\u2019Quxley"
_FORMS: Final = (NAME, NAME.upper(), NAME.lower(), f"{NAME}'s", FULL)
_ENCODINGS: Final = ("utf-8", "utf-16-le", "utf-16-be")
TEXT: Final = (
    f"Interviewer: \U0001f600 Was {NAME} there?\n"
    f"{NAME}: I was. {NAME.upper()}'s staff listened, {NAME.lower()} too.\n"
    f"Interviewer: And {FULL}?\n"
)


def fill(project: Project, folder: Path) -> None:
    """A study full of a name, and of changes that leave it behind."""
    for name in (f"{NAME}-1", "p2"):
        (folder / f"{name}.txt").write_text(f"{TEXT}Interviewer: Thanks, {name}.\n", "utf-8")
        project.add_sources([folder / f"{name}.txt"])
    begin = TEXT.index("staff")
    for name in (f"{NAME}-1", "p2"):
        project.add_coding(name, (begin - 5, begin + 14), "communication", coder="Bo",
                           memo=f"{NAME} again")  # fmt: skip
        project.set_summary("communication", f"{NAME} was heard.", author="Bo", source=name)
        project.set_summary("communication", f"Heard, {NAME} says.", author="Bo", source=name)
        memo = project.add_memo(f"Ring {NAME}.", title=NAME, source=name)
        project.set_memo(memo, text=f"Rang {NAME.upper()}.")
    project.set_values({f"{NAME}-1": {"case": f"{NAME}'s area", "lead": NAME}})
    project.add_thread(f"Why did {NAME} leave?", raised_in="survey")
    project.add_collection(f"About {NAME}", sources=["p2"])
    project.remove_source("p2")  # its text stays where an undo could find it


def plant(project: Project) -> int:
    """Put the name into every column that holds people's words and has a row; how many."""
    count, rng = 0, random.Random(3)
    with project._store.alone() as connection:
        for table, column, kind in free_text.columns():
            if table.name in {"project", "turn", "log"}:
                continue
            row = connection.execute(select(table)).mappings().first()
            if row is None or kind == "answers" or (table.name, column) in _SHAPED:
                continue  # JSON that the study reads as more than texts
            said = f"{rng.choice(_FORMS)} {rng.choice(_FORMS)}"
            value = {"json": json.dumps([said]), "yaml": f"title: {json.dumps(said)}\n"}
            new = free_text.sealed(table, {**row, column: value.get(kind, said)})
            changed = {name: one for name, one in new.items() if one != row[name]}
            same = free_text.same_key(table, free_text.sorted_key(table, dict(row)))
            connection.execute(update(table).where(*same).values(**changed))
            count += 1
    return count


_SHAPED: Final = {
    ("code", "scale"), ("survey", "definition"), ("published_table", "definition"),
    ("strand", "measures"), ("verdict", "proposal"), ("suggestion", "reasons"),
    ("unplaced", "becomes"),
}  # fmt: skip


def written(project: Project, path: Path) -> None:
    """The key of the name."""
    key = keys.Key(project.study_id)
    key = pseudonymising.decide(key, [NAME, FULL, f"{NAME} O'Quxley"], "Person 1")
    keys.write(path, key)


def hits(files: Iterable[Path]) -> Iterator[str]:
    """Files in which the name stands, in any case and encoding."""
    for path in files:
        data = path.read_bytes().lower()
        for encoding in _ENCODINGS:
            if (at := data.find(NAME.lower().encode(encoding))) >= 0:
                yield f"{path.name}, byte {at}, {encoding}"


def hits_in_rows(project: Project) -> Iterator[str]:
    """Values of any table in which the name stands; what is compressed is unpacked."""
    with project._store.read() as connection:
        for table in schema.metadata.sorted_tables:
            for row in connection.execute(select(table)).mappings():
                yield from (
                    f"{table.name}.{one}" for one in row if NAME.lower() in _plain(row[one])
                )
        if connection.dialect.name == "postgresql":
            query = "SELECT count(*) FROM passage WHERE words::text ILIKE :name"
            if connection.execute(text(query), {"name": f"%{NAME}%"}).scalar_one():
                yield "the search index"


def _plain(value: Any) -> str:  # noqa: ANN401 - whatever a column holds
    if not isinstance(value, bytes):
        return str(value).lower()
    try:
        return zlib.decompress(value).decode("utf-8", "replace").lower()
    except zlib.error:
        return value.decode("utf-8", "replace").lower()


def faults_of(address: str, folder: Path, key: Path) -> list[str]:
    """Fill a study, replace the name, purge, and look everywhere."""
    with Project.create(address, codebooks=["evaluation-topics"], user="Sue") as project:
        fill(project, folder)
        planted = plant(project)
        written(project, key)
        before = len(list(hits_in_rows(project)))
        pseudonymising.apply(project, key_file=key)
        pseudonymising.purge(project, key_file=key, backups=True)
        faults = [f"still in {one}" for one in hits_in_rows(project)]
        faults += [f"{one.where}: {one.message}" for one in project.check().problems]
        if before < planted or planted < 10:
            faults.append(f"planted in {planted} columns, found in {before}: too few to tell")
        if project.search(NAME).shape[0]:
            faults.append("search finds it")
    if "://" not in address:
        path = Path(address)
        beside = [one for one in path.parent.rglob(f"{path.name}*") if one.is_file()]
        faults += [f"still in {one}" for one in hits(one for one in beside if one != key)]
    return faults


def measure(long: bool) -> Result:
    """One study in a file; the test of this name does the same on PostgreSQL."""
    faults: list[str] = []
    rounds = 5 if long else 1
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            (folder / "study").mkdir()
            study = folder / "study" / "study.qualkit"
            faults += faults_of(str(study), folder, Path(f"{study}{keys.ENDING}"))
    return Result("P3", f"{len(faults)} hits", not faults, tuple(faults[:20]))
