"""The key file: which pseudonym stands for whom, and every replacement that was made.

It lies apart from the study, for its owner alone (mode 0600), and is never part of an export, a
bundle, a backup or the log. Whoever holds it holds personal data: without it the study is
pseudonymised to its reader, with it it is not.

A run is written here before it is written to the study, and a study says which runs it has been
through: a run that a killed program left here alone never happened, and does no harm.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

from filelock import FileLock, Timeout

from qualkit.errors import KeyFileError
from qualkit.model import now
from qualkit.privacy.replacing import EVERYWHERE, WHERES, Name
from qualkit.swaps import Replaced, Run, Swap
from qualkit.writing import write_whole

ENDING: Final = ".key"
VARIABLE: Final = "QUALKIT_KEYFILE"
VERSION: Final = 1
_LONGEST: Final = 80  # characters of a pseudonym
_WAIT: Final = 30.0


@dataclass(frozen=True, slots=True)
class Entry:
    """One person, place or thing, and its pseudonym.

    Attributes
    ----------
    kind : str
        ``person``, ``place`` ... as :mod:`qualkit.privacy.finding` has it.
    pseudonym : str
        In [brackets].
    words : tuple of str
        Every way in which it is written; case and possessives are found anyway.
    where : str
        ``everywhere``; or ``names``: words that are ordinary words too count where they are
        written like a name.
    by, at : str
        Who decided, and when.
    """

    kind: str
    pseudonym: str
    words: tuple[str, ...]
    where: str = EVERYWHERE
    by: str = ""
    at: str = ""


@dataclass(frozen=True, slots=True)
class Key:
    """All that a key file holds.

    Attributes
    ----------
    study : str
        The id of the study that it belongs to.
    names : tuple of str
        The study's own list of names, which a review always finds.
    entries : tuple of Entry
    refused : tuple of str
        What was looked at and identifies nobody.
    runs : tuple of Run
        What each pseudonymisation swapped; those that the study names are in force.
    removals : tuple of mapping
        What was withdrawn or purged: ``at``, ``who``, ``what``, counts.
    """

    study: str
    names: tuple[str, ...] = ()
    entries: tuple[Entry, ...] = ()
    refused: tuple[str, ...] = ()
    runs: tuple[Run, ...] = ()
    removals: tuple[Mapping[str, Any], ...] = ()

    def looked_for(self) -> list[Name]:
        """Every name with its pseudonym, for :class:`qualkit.privacy.replacing.Names`."""
        return [
            Name(words, entry.pseudonym, entry.where)
            for entry in self.entries
            for words in entry.words
        ]

    def with_entry(self, entry: Entry) -> Key:
        """With one entry more; words that another one had are its own now.

        Raises
        ------
        ValueError
            For a pseudonym that cannot stand, or an entry without words.
        """
        entry = _checked(entry)
        own = {same(words) for words in entry.words}
        held = []
        for one in self.entries:
            words = tuple(word for word in one.words if same(word) not in own)
            if words:
                held.append(replace(one, words=words))
        refused = tuple(word for word in self.refused if same(word) not in own)
        return replace(self, entries=(*held, entry), refused=refused)

    def with_refused(self, words: Sequence[str]) -> Key:
        """With words that identify nobody."""
        known = {same(one) for one in self.refused}
        added = {same(word): word for word in words if same(word) not in known}
        entries = []
        for one in self.entries:
            kept = tuple(word for word in one.words if same(word) not in added)
            if kept:
                entries.append(replace(one, words=kept))
        return replace(self, entries=tuple(entries), refused=(*self.refused, *added.values()))

    def without(self, words: Sequence[str]) -> Key:
        """With nothing decided on these words."""
        gone = {same(one) for one in words}
        entries = []
        for one in self.entries:
            kept = tuple(word for word in one.words if same(word) not in gone)
            if kept:
                entries.append(replace(one, words=kept))
        refused = tuple(word for word in self.refused if same(word) not in gone)
        return replace(self, entries=tuple(entries), refused=refused)


def same(words: str) -> str:
    """What is the same for words in any case, with any spaces."""
    return " ".join(words.casefold().split())


def _checked(entry: Entry) -> Entry:
    """The entry as it can stand; ValueError where its pseudonym cannot."""
    inner = " ".join(entry.pseudonym.split()).strip("[]").strip()
    if not inner or len(inner) > _LONGEST or set(inner) & set("[]\n"):
        raise ValueError(
            f"the pseudonym {entry.pseudonym[:40]!r} is no line of 1 to {_LONGEST} letters"
        )
    words = tuple(dict.fromkeys(" ".join(word.split()) for word in entry.words if word.strip()))
    if not words:
        raise ValueError(f"the pseudonym [{inner}] stands for nothing; give the words it replaces")
    if entry.where not in WHERES:
        raise ValueError(f"{entry.where!r} is not one of {', '.join(WHERES)}")
    return replace(entry, pseudonym=f"[{inner}]", words=words)


# The file ----------------------------------------------------------------------------------


def place_of(study: str, *, given: Path | str | None = None) -> Path:
    """Where the key of a study lies: as told, by QUALKIT_KEYFILE, or beside the study's file.

    Raises
    ------
    KeyFileError
        For a study on a server without a place of its own.
    """
    if given is not None:
        return Path(given)
    if told := os.environ.get(VARIABLE):
        return Path(told)
    if "://" in study:
        why = f"a study on a server has its key elsewhere; name it with --key, or {VARIABLE}"
        raise KeyFileError("key", why)
    return Path(f"{study}{ENDING}")


def read(path: Path | str, study: str | None) -> Key:
    """The key in a file, of the study of this id; an empty one where there is no file yet.

    Of no study (None), it is whatever key lies there.

    Raises
    ------
    KeyFileError
        Where it cannot be read, or is another study's.
    """
    path = Path(path)
    if not path.exists():
        return Key(study or "")
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
        made = _key(held)
    except OSError as error:
        raise KeyFileError(path, f"cannot be read ({error.strerror})") from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise KeyFileError(path, "is no key file; name the right one with --key") from None
    if study is not None and made.study != study:
        raise KeyFileError(path, "is the key of another study; name the right one with --key")
    return made


def write(path: Path | str, key: Key) -> None:
    """Write a key, whole or not at all, on disk when this returns, for its owner alone."""
    path = Path(path)
    data = json.dumps({"qualkit_key": VERSION, **asdict(key)}, ensure_ascii=False, indent=1)

    def to(made: Path) -> None:
        made.write_text(f"{data}\n", encoding="utf-8", newline="\n")

    write_whole(path, to, leaves=False)


@contextmanager
def alone(path: Path | str) -> Iterator[None]:
    """Within it nobody else changes the key.

    Raises
    ------
    KeyFileError
        Where another program has been changing it for half a minute.
    """
    try:
        with FileLock(f"{path}-lock", timeout=_WAIT, mode=0o600):
            yield
    except Timeout as error:
        raise KeyFileError(path, "another program is changing it; try again") from error


def _key(held: Mapping[str, Any]) -> Key:
    if held["qualkit_key"] > VERSION:
        raise ValueError
    return Key(
        study=str(held["study"]),
        names=tuple(map(str, held["names"])),
        entries=tuple(
            _checked(Entry(**{**one, "words": tuple(one["words"])})) for one in held["entries"]
        ),
        refused=tuple(map(str, held["refused"])),
        runs=tuple(_run(one) for one in held["runs"]),
        removals=tuple(dict(one) for one in held["removals"]),
    )


def _run(held: Mapping[str, Any]) -> Run:
    values = tuple(
        Replaced(
            one["table"], one["column"], tuple(one["row"]), one["where"], one["was"], one["now"],
            tuple((part, Swap(*swap)) for part, swap in one["swaps"]),
        )
        for one in held["values"]
    )  # fmt: skip
    return Run(held["id"], held["at"], held["who"], values)


def removal(who: str, what: str, **counts: int) -> Mapping[str, Any]:
    """What was taken out of a study, for the key's own record."""
    return {"at": now(), "who": who, "what": what, **counts}
