"""What can go wrong, and how qualkit says so.

::

    QualkitError
    ├── ReadError            a file that cannot be read as it claims to be
    ├── TableError           a table with wrong columns, rows or values
    ├── CodebookError        a codebook or framework that does not hold together
    ├── BatchError           several faults of one piece of work, told together
    ├── UnknownName          a source, code, coder or case that the project does not have
    ├── ConflictError        something changed, or exists already, since it was read
    │   └── LinkedError      what links of triangulation point at cannot go without them
    ├── NotAllowed           a person's role in the study does not go so far
    ├── MissingExtra         a library that this step needs is not installed
    ├── NotEnough            too little was coded for what is asked
    ├── QueryError           words that cannot be looked for as they are written
    ├── ModelServerError     a language model's server that cannot or must not be asked
    ├── KeyFileError         a key file that cannot be read, or is another study's
    ├── ReleaseError         a file that must not leave a pseudonymised study as it is
    └── StoreError           a project that cannot be opened, read or written
        ├── NotAProject
        ├── NewerProject
        └── DamagedProject

Every message says where, which value, and what to do about it. The parts are kept as attributes.
"""

from __future__ import annotations

import typing
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


_SHOWN = 50  # faults that a message lists
_RELEASE_SHOWN = 20  # places that must not leave, the same


class QualkitError(Exception):
    """Anything that qualkit refuses to do, with the reason."""

    def __reduce__(self) -> tuple[typing.Any, ...]:
        """As itself to another process, though its children are not made of their message."""
        return _again, (type(self), self.args), self.__dict__


def _again(kind: type[QualkitError], args: tuple[typing.Any, ...]) -> QualkitError:
    return kind.__new__(kind, *args)


class ReadError(QualkitError):
    """A file was refused.

    Attributes
    ----------
    file : str
        Name of the file as the user gave it.
    reason : str
        What is wrong with it, and what to do.
    line : int or None
        Line of the file, counted from 1, where one can be named.
    """

    def __init__(self, file: str, reason: str, *, line: int | None = None) -> None:
        where = f"{file}, line {line}" if line is not None else file
        super().__init__(f"{where}: {reason}")
        self.file = file
        self.reason = reason
        self.line = line


class TableError(QualkitError):
    """A table does not have the columns, rows or values that it must have."""

    def __init__(self, table: str, reason: str, *, row: int | None = None) -> None:
        where = f"{table}, row {row}" if row is not None else table
        super().__init__(f"{where}: {reason}")
        self.table = table
        self.reason = reason
        self.row = row


class CodebookError(QualkitError):
    """A codebook or a framework is wrong; `problems` lists everything that is."""

    def __init__(self, file: str, problems: Sequence[str]) -> None:
        super().__init__("\n".join(f"{file}: {problem}" for problem in problems))
        self.file = file
        self.problems = tuple(problems)


class BatchError(QualkitError):
    """Several faults in one piece of work; nothing of it was kept.

    The message tells the first of them, `faults` has all.
    """

    def __init__(self, work: str, faults: Iterable[str]) -> None:
        self.work = work
        self.faults = tuple(faults)
        count = len(self.faults)
        shown = [f"  {fault}" for fault in self.faults[:_SHOWN]]
        shown += [f"  ... and {count - _SHOWN:,} more"] if count > _SHOWN else []
        listed = "\n".join(shown)
        super().__init__(f"{work}: {count} fault{'s'[: count != 1]}, nothing was kept\n{listed}")


class UnknownName(QualkitError):
    """A name that the project does not know, with the nearest ones that it does."""

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        self.kind = kind
        self.name = name
        self.known = tuple(known)
        super().__init__(f"no {kind} is called {name!r}; {_nearest(name, self.known)}")


class ConflictError(QualkitError):
    """Something exists already, or was changed by somebody else since it was read."""


class UndoStopped(ConflictError):
    """Of several changes that were to be taken back, one cannot be; the newer ones are.

    Attributes
    ----------
    done : tuple of int
        The entries that were taken back, the newest first.
    why : str
        What stands against the next one.
    """

    def __init__(self, done: Iterable[int], why: str) -> None:
        self.done = tuple(done)
        self.why = why
        listed = ", ".join(map(str, self.done))
        entries = "entry" if len(self.done) == 1 else "entries"
        super().__init__(
            f"{why}; {entries} {listed} {'was' if len(self.done) == 1 else 'were'} taken back"
        )


class LinkedError(ConflictError):
    """What is to go, or to change, has links of triangulation that would point at nothing.

    Attributes
    ----------
    what : str
    links : tuple of str
        Each in words: what it links, and how many verdicts are on it.
    """

    def __init__(self, what: str, links: Iterable[str]) -> None:
        self.what = what
        self.links = tuple(links)
        count = len(self.links)
        listed = "".join(f"\n  {one}" for one in self.links[:_SHOWN])
        listed += f"\n  ... and {count - _SHOWN:,} more" if count > _SHOWN else ""
        super().__init__(
            f"{what}: {count} link{'s'[: count != 1]} would point at nothing; remove "
            f"{'them' if count != 1 else 'it'} first, or take {'them' if count != 1 else 'it'} "
            f"along ('--links'){listed}"
        )


class NotAllowed(QualkitError):
    """A person's role in a study does not allow what they want to do.

    Attributes
    ----------
    user, role : str
    what : str
        What was wanted, as "may not ..." goes on.
    """

    def __init__(self, user: str, role: str, what: str) -> None:
        kind = f"an {role}" if role == "evaluator" else f"a {role}"
        super().__init__(
            f"{user} is {kind} in this study and may not {what}; a supervisor can give another "
            "role (Settings, or 'qualkit coder set')"
        )
        self.user = user
        self.role = role
        self.what = what


class MissingExtra(QualkitError):
    """A library that a step needs is not installed.

    Attributes
    ----------
    library : str
        What is missing, by its common name.
    extra : str
        The extra of qualkit that brings it.
    """

    def __init__(self, library: str, extra: str) -> None:
        super().__init__(
            f"this needs {library}, which is not installed; pip install 'qualkit[{extra}]'"
        )
        self.library = library
        self.extra = extra


class NotEnough(QualkitError):
    """Too little was coded, or too little text is there, for what is asked."""


class QueryError(QualkitError):
    """A query cannot be understood, or takes too long.

    Attributes
    ----------
    query : str
        The query as it was given.
    position : int
        Character of the query, counted from 1.
    reason : str
        What is wrong there, and what to do.
    """

    def __init__(self, query: str, position: int, reason: str) -> None:
        shown = query if len(query) <= 80 else f"{query[:77]}..."
        super().__init__(f"query {shown!r}, character {position}: {reason}")
        self.query = query
        self.position = position
        self.reason = reason


class ModelServerError(QualkitError):
    """A language model's server cannot be asked, must not be, or did not answer as it should.

    Attributes
    ----------
    address : str
        The server's address, without a name, a password or a query.
    reason : str
        What is the matter, and what to do.
    """

    def __init__(self, address: str, reason: str) -> None:
        super().__init__(f"{address}: {reason}")
        self.address = address
        self.reason = reason


class KeyFileError(QualkitError):
    """A key file that cannot be read, written or used for this study.

    Attributes
    ----------
    file, reason : str
    """

    def __init__(self, file: object, reason: str) -> None:
        super().__init__(f"{file}: {reason}")
        self.file = str(file)
        self.reason = reason


class ReleaseError(QualkitError):
    """A file that must not leave a pseudonymised study as it is; nothing was written.

    Attributes
    ----------
    file : str
    findings : tuple
        What was found, each with `kind`, `where`, `level`, `why` and `text`.
    """

    def __init__(self, file: str, findings: Iterable[typing.Any]) -> None:
        self.file = file
        self.findings = tuple(findings)
        listed = [f"{one.where}: {one.why} {one.text}".rstrip() for one in self.findings]
        more = len(listed) - _RELEASE_SHOWN
        lines = [*listed[:_RELEASE_SHOWN], *([f"... and {more} more"] if more > 0 else [])]
        super().__init__(
            "\n  ".join([f"{file}: not released, nothing was written:", *lines])
            + "\nmend these places, or say why it may leave all the same: --release-anyway REASON"
        )


class StoreError(QualkitError):
    """A project cannot be opened, read or written."""

    def __init__(self, study: str, reason: str) -> None:
        super().__init__(f"{study}: {reason}")
        self.study = study
        self.reason = reason


class NotAProject(StoreError):
    """The file or address holds something else than a qualkit project."""


class NewerProject(StoreError):
    """The project was written by a newer qualkit."""


class DamagedProject(StoreError):
    """The project's file is damaged."""


def _nearest(name: str, known: Sequence[str]) -> str:
    from difflib import get_close_matches

    if not known:
        return "there are none yet"
    close = get_close_matches(name, known, n=3, cutoff=0.5)
    if close:
        return "did you mean " + " or ".join(repr(one) for one in close) + "?"
    shown = ", ".join(sorted(known)[:8])
    return f"known are {shown}{' ...' if len(known) > 8 else ''}"
