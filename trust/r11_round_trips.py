"""R11: a study written to a file and read back as another study."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, assume, given, settings
from sqlalchemy import select

from qualkit import exchanging
from qualkit.interchange import looking
from qualkit.interchange.study import Study, to_snapshot
from qualkit.project import Project
from qualkit.store import schema
from tests.interchange.studies import studies
from tests.memory import in_memory
from trust import Promise, Result

PROMISE = Promise(
    words="A study taken out as .qdpx or .bundle and brought in again has every text and every "
    "coding as it was, and a bundle has everything",
    how="made-up studies with hard names and texts (emoji, line ends of every kind, marks that "
    "combine, formulas) taken out and brought in; seals of texts and codings compared",
    goal="all equal",
)
_ENDINGS = (".qdpx", ".bundle")


def measure(long: bool) -> Result:
    """60 studies with the file read in a child process, or 2 in this one."""
    count = 60 if long else 2
    look = exchanging.look if long else looking.look
    trips: list[int] = []
    faults: list[str] = []

    @settings(
        max_examples=count, deadline=None, database=None, derandomize=True,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(studies())
    def there_and_back(study: Study) -> None:
        assume(long or len(study.marks) > 4)
        with tempfile.TemporaryDirectory(prefix="qualkit-trust-", dir=in_memory()) as name:
            first = Path(name) / "first.qualkit"
            Project.from_snapshot(first, to_snapshot(study), user="Ann").close()
            for ending in _ENDINGS:
                path, again = Path(name) / f"out{ending}", Path(name) / f"{ending[1:]}.qualkit"
                with Project.open(first, user="Ann") as project:
                    exchanging.take_out(project, path)
                exchanging.keep(look(path), again, user="Ann")
                trips.append(len(study.marks))
                faults.extend(_differences(first, again, whole=ending == ".bundle"))

    there_and_back()
    figure = f"{len(trips)} trips with {sum(trips)} codings: {len(faults)} differences"
    ok = not faults and len(trips) >= count and sum(trips) > count
    return Result("R11", figure, ok=ok, detail=tuple(faults[:20]))


def _differences(first: Path, again: Path, *, whole: bool) -> list[str]:
    """What is other in the second study."""
    with Project.open(first, user="Ann") as old, Project.open(again, user="Ann") as new:
        pairs = {what: (_seals(old, what), _seals(new, what)) for what in ("source", "coding")}
        if whole:
            pairs["snapshot"] = (old.snapshot(), new.snapshot())
        found = [f"{again.stem}: {what} differ" for what, (a, b) in pairs.items() if a != b]
        return found + [f"{again.stem}: {one.message}" for one in new.check().problems]


def _seals(project: Project, table: str) -> object:
    """The seals of all texts or of all codings, by what they are of."""
    t = schema.metadata.tables[table].c
    with project._store.read() as connection:
        rows = connection.execute(select(t.id, t.sha256).order_by(t.id))
        return [(row.id, row.sha256) for row in rows]
