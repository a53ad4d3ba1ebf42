"""Changes of every kind, drawn by chance, and what a study is beside its log."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from qualkit.model import Code, Source, Turn
from qualkit.project import Project
from tests import test_roles as kinds

BOOK: Final = kinds.BOOK
WORDS: Final = ("The staff listened. ", "It was 😀 fine. ", "We waited long. ", "“Why?” she said. ")
_LOG: Final = {"log", "kept", "cell_summary_version"}  # what only ever grows
Act = Callable[[Project, random.Random, Path], Any]


def state(project: Project) -> dict[str, list[tuple[tuple[str, Any], ...]]]:
    """Everything that a study holds, but for what only ever grows and the versions of rows."""
    found = {}
    for name, rows in project.snapshot().tables.items():
        if name not in _LOG:
            plain = [{k: v for k, v in row.items() if k != "version"} for row in rows]
            kept = [one for one in plain if not str(one.get("key", "")).startswith("pack ")]
            found[name] = sorted((tuple(one.items()) for one in kept), key=repr)
    return found


def differences(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """The tables in which two states differ, with how many rows."""
    return [
        f"{name}: {sum(one not in after[name] for one in rows)} missing, "
        f"{sum(one not in rows for one in after[name])} too many"
        for name, rows in before.items()
        if rows != after[name]
    ]


# Changes ------------------------------------------------------------------------------------


def write_in(folder: Path) -> Callable[[str, str], Path]:
    """What writes a file of its own and gives its path."""

    def write(name: str, words: str) -> Path:
        path = folder / name
        path.write_text(words, encoding="utf-8", newline="")
        return path

    return write


def source(rng: random.Random) -> Source:
    """A transcript of a few turns."""
    text, turns = "", []
    for number in range(rng.randint(1, 4)):
        speaker, role = (("Int", "interviewer"), (f"P{number}", "participant"))[number % 2]
        said = "".join(rng.choice(WORDS) for _ in range(rng.randint(1, 3))).rstrip()
        at = len(text) + len(speaker) + 2
        text += f"{speaker}: {said}\n"
        turns.append(Turn(speaker, role, at, at + len(said)))
    return Source(name=f"s{rng.randint(1, 6)}", text=text, turns=tuple(turns), format="text")


def _names(project: Project) -> list[str]:
    return list(project.sources()["source"])


def _code(project: Project, rng: random.Random) -> str:
    codes = project.codes()
    return str(rng.choice(list(codes.loc[codes["codebook"] == BOOK, "code"])))


def _add_sources(project: Project, rng: random.Random, folder: Path) -> None:
    made = source(rng)
    write = write_in(folder)
    sheet = write("sheet.csv", f"source,case,area\n{made.name},{rng.choice('abc')},North\n")
    project.add_sources([write(f"{made.name}.txt", made.text)], attributes=sheet)


def _set_roles(project: Project, rng: random.Random, _: Path) -> None:
    name = rng.choice(_names(project))
    speakers = sorted({turn.speaker for turn in project.source(name).turns if turn.speaker})
    roles = ("interviewer", "participant", "unknown")
    project.set_roles(name, {speaker: rng.choice(roles) for speaker in speakers})


def _set_values(project: Project, rng: random.Random, _: Path) -> None:
    names = rng.sample(_names(project), rng.randint(1, len(_names(project))))
    project.set_values(
        {
            name: {
                "case": rng.choice(["a", "b", "c", name, ""]),
                "area": rng.choice(["", "N", "S"]),
            }
            for name in names
        }
    )


def _add_coding(project: Project, rng: random.Random, _: Path) -> None:
    name = rng.choice(_names(project))
    length = len(project.source(name).text)
    start = rng.randrange(length - 1)
    span = (start, rng.randint(start + 1, length))
    project.add_coding(name, span, _code(project, rng), coder=rng.choice(["Ann", "Bo", "Cy", "Di"]))


def _of(project: Project, rng: random.Random) -> str:
    return str(rng.choice(list(project.codings()["coding"])))


def _set_coding(project: Project, rng: random.Random, _: Path) -> None:
    project.set_coding(_of(project, rng), code=_code(project, rng), memo=rng.choice(WORDS))


def _suggest(project: Project, rng: random.Random, _: Path) -> None:
    made = []
    for name in _names(project):
        text = project.source(name).text
        start = rng.randrange(len(text) - 1)
        made.append({
            "source": name, "start": start, "end": len(text), "text": text[start:],
            "confidence": rng.random(), "codebook": BOOK, "code": _code(project, rng),
            "method": "learned", "model": "m", "reasons": {},
        })  # fmt: skip
    project.keep_suggestions(made, methods=["learned"])


def _open(project: Project, rng: random.Random) -> list[str]:
    ids = list(project.suggestions()["suggestion"])
    return rng.sample(ids, rng.randint(1, len(ids)))


def _guided(project: Project, rng: random.Random, folder: Path) -> None:
    rows = "".join(f"{_code(project, rng)},,\n" for _ in range(2))
    project.load_guide(write_in(folder)("g.csv", f"theme,attribute,value\n{rows}"))


def _removable(project: Project, rng: random.Random, _: Path) -> None:
    project.remove_code(BOOK, _code(project, rng))


def _merge(project: Project, rng: random.Random, _: Path) -> None:
    project.merge_codes(BOOK, _code(project, rng), _code(project, rng))


def _move(project: Project, rng: random.Random, _: Path) -> None:
    project.move_code(BOOK, _code(project, rng), before=_code(project, rng))


def _memo(project: Project, rng: random.Random, _: Path) -> None:
    project.add_memo(rng.choice(WORDS), source=rng.choice(_names(project)))


def _summary(project: Project, rng: random.Random, _: Path) -> None:
    author = rng.choice(["Ann", "Eve"])
    project.set_summary(
        _code(project, rng), rng.choice(WORDS), author=author, source=rng.choice(_names(project))
    )


def _rename(project: Project, rng: random.Random, _: Path) -> None:
    project.set_coder(rng.choice(["Ann", "Bo"]), new_name=rng.choice(["Flo", "Hal", "Ida"]))


def _correct(project: Project, rng: random.Random, folder: Path) -> None:
    name = rng.choice(_names(project))
    words = project.source(name).text.split(" ")
    del words[rng.randrange(1, len(words))]
    path = write_in(folder)(
        f"{name}.txt", " ".join(words).replace("staff", rng.choice(["team", "staff"]))
    )
    project.replace_source(name, path, reword=rng.random() < 0.3)


def _waiting(project: Project, rng: random.Random) -> str:
    return str(rng.choice(list(project.unplaced()["unplaced"])))


ACTS: Final[dict[str, Act]] = {
    "corrected": _correct,
    "corrected again": _correct,
    "placed": lambda p, r, _: p.place_unplaced(_waiting(p, r), (0, r.randint(1, 9))),
    "proposal taken": lambda p, r, _: p.accept_proposals([_waiting(p, r)]),
    "dropped": lambda p, r, _: p.drop_unplaced([_waiting(p, r)]),
    "sources": _add_sources,
    "without a source": lambda p, r, _: p.remove_source(r.choice(_names(p))),
    "roles": _set_roles,
    "values": _set_values,
    "of cases": lambda p, r, _: p.set_case_values({r.choice(p.cases()["case"]): {"town": "Leeds"}}),
    "coding": _add_coding,
    "another coding": _add_coding,
    "coding changed": _set_coding,
    "without a coding": lambda p, r, _: p.remove_coding(_of(p, r)),
    "suggested": _suggest,
    "accepted": lambda p, r, _: p.accept(_open(p, r), coder=r.choice(["Ann", "Gus"])),
    "rejected": lambda p, r, _: p.reject(_open(p, r), coder="Bo"),
    "guide": _guided,
    "code": lambda p, r, _: p.add_code(BOOK, Code(id=f"new{r.random():.6f}"[2:], name="New")),
    "code named": lambda p, r, _: p.set_code(BOOK, _code(p, r), name=f"Name {r.random():.3f}"),
    "without a code": _removable,
    "merged": _merge,
    "moved": _move,
    "memo": _memo,
    "summary": _summary,
    "coder named": _rename,
    "once more undone": lambda p, _, __: p.undo_last(),
}
USERS: Final = ("Sue", kinds.ANN)  # a supervisor, and one who judges
SKIPPED: Final = {  # what no undo takes back: itself, what has a key of its own, what is for good
    "undo", "undo_last", "swap_words", "swap_back", "withdraw_participant", "purge",
    "note_release",  # nor is there anything to take back
}  # fmt: skip
BY_HAND: Final = {  # whose calls in that table write past the log first
    "repair", "place_unplaced", "accept_proposals", "drop_unplaced",
}  # fmt: skip


def acts(folder: Path) -> dict[str, Act]:
    """Every change that a project can make: by chance, and as the table of rights calls it."""
    write = write_in(folder)

    def of(call: Callable[..., Any]) -> Act:
        return lambda project, _, __: call(project, write)

    left = SKIPPED | BY_HAND
    known = {name: of(call) for name, (_, call) in kinds.CHANGES.items() if name not in left}
    return {**known, **ACTS}
