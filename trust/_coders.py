"""Coders who work at the same time: how long each waits, and what of their work is lost."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass

from qualkit.errors import ConflictError, QualkitError
from qualkit.project import Project
from trust._forks import Fork, Say, listen
from trust._studies import codes_of

_LONGEST = 1_800.0  # seconds
_EACH = 10  # codings to one counting up of the memo that all share


@dataclass(frozen=True, slots=True)
class Together:
    """What came of it; seconds of each change, the slowest last."""

    asked: int
    stored: int
    counts: int
    counted: int
    retried: int
    seconds: tuple[float, ...]
    took: float
    faults: tuple[str, ...]

    @property
    def lost(self) -> int:
        """Codings and counts that were made and are not there."""
        return self.asked - self.stored + self.counts - self.counted

    def at(self, share: float) -> float:
        """The milliseconds that such a share of all changes took at most."""
        return 1_000 * self.seconds[min(len(self.seconds) - 1, int(share * len(self.seconds)))]

    def figure(self) -> str:
        """All of it in a line."""
        return (
            f"{self.stored} of {self.asked} codings and {self.counted} of {self.counts} shared "
            f"counts stored ({self.retried} conflicts told and repeated); half of all changes in "
            f"{self.at(0.5):.0f} ms, 99 % in {self.at(0.99):.0f} ms, all in {self.at(1):.0f} ms; "
            f"{len(self.seconds) / self.took:.0f} a second"
        )


def together(study: str, *, coders: int, codings: int) -> Together:
    """So many coders make so many codings each, and count up one memo in between."""
    with Project.open(study, user="Ann") as project:
        memo = project.add_memo("0", title="count")
        for n in range(coders):
            project.add_coder(f"Coder {n}")
        before = len(project.codings())
    start = time.perf_counter()
    forks = [Fork.of(lambda say, n=n: _code(study, n, codings, memo, say)) for n in range(coders)]  # type: ignore[misc]  # a default of a lambda
    listen(forks, wait=_LONGEST)
    took = time.perf_counter() - start
    said = [json.loads(line) for fork in forks for line in fork.end()]
    with Project.open(study, user="Ann") as project:
        stored = len(project.codings()) - before
        table = project.memos()
        (counted,) = table.loc[table["memo"] == memo, "text"]
        damage = [one.message for one in project.check().problems]
    faults = [one["fault"] for one in said if "fault" in one] + damage
    return Together(
        coders * codings, stored, coders * (codings // _EACH), int(counted),
        sum(one.get("retried", 0) for one in said),
        tuple(sorted(seconds for one in said for seconds in one.get("seconds", ()))),
        took, tuple(faults),
    )  # fmt: skip


def _code(study: str, number: int, codings: int, memo: str, say: Say) -> None:
    """One coder's work; tells how long each change took."""
    seconds, retried, name = [], 0, f"Coder {number}"
    with Project.open(study, user=name) as project:
        codes, length = codes_of(project), len(project.source("s0").text)
        for n in range(codings):
            at = (number * 37 + n * 11) % (length - 30)
            start = time.perf_counter()
            try:
                code = codes[n % len(codes)]
                project.add_coding("s0", (at, at + 5 + n % 20), code, coder=name, memo=str(n))
            except QualkitError as error:
                say(json.dumps({"fault": f"{name}: {error}"}))
            seconds.append(time.perf_counter() - start)
            if n % _EACH == _EACH - 1:
                retried += _count_up(project, memo, seconds)
    say(json.dumps({"seconds": seconds, "retried": retried}))


def _count_up(project: Project, memo: str, seconds: list[float]) -> int:
    """Read the memo's number and write the next; how often somebody else was quicker."""
    for again in range(1_000):
        table = project.memos()
        row = table[table["memo"] == memo].iloc[0]
        start = time.perf_counter()
        try:
            project.set_memo(memo, text=str(int(row["text"]) + 1), version=int(row["version"]))
        except ConflictError:
            continue
        finally:
            seconds.append(time.perf_counter() - start)
        return again
    raise RuntimeError("the memo could not be changed a thousand times")
