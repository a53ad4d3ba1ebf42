"""Nothing leaves a pseudonymised study unchecked: files are looked through before they are there.

A study has a key where names were replaced in it, or where its key file lists any. Then every file
that is written from it by a command or a page passes :func:`let_out`: what :func:`check` refuses
takes its place only with a reason, which the log keeps. Combinations of attributes are told there
and not refused: a small study has them in every document, and what always refuses is never read.
Scripts do the same with :func:`checked`.

The check finds names, certain identifiers, small numbers and combinations of attributes. That a
file passes it does not make it anonymous.

Examples
--------
>>> import tempfile
>>> from pathlib import Path
>>> report = Path(tempfile.mkdtemp()) / "report.txt"
>>> _ = report.write_text("Her mother rang from 01632 960001.")
>>> [(one.level, one.text) for one in check(report) if one.kind == "identifier"]
[('refuse', '[phone number]')]
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from qualkit.errors import KeyFileError, ReleaseError
from qualkit.parts import parts_of
from qualkit.privacy import key as keys
from qualkit.privacy.key import Key
from qualkit.privacy.release import LOOK, REFUSE, Finding, findings, mask
from qualkit.tables import attributes_of
from qualkit.wording import many
from qualkit.writing import gate

if TYPE_CHECKING:
    from qualkit.project import Project

_LONGEST: Final = 500  # characters of a reason
_TOLD: Final = frozenset({"combination"})  # every grid of a small study has some

__all__ = ["Finding", "Held", "check", "checked", "held_of", "let_out", "summary"]


@dataclass(frozen=True, slots=True)
class Held:
    """What a study's files are checked against.

    Attributes
    ----------
    key : Key
    path : Path or None
        Where it lies; None where a study on a server names none.
    missing : bool
        Whether the study is pseudonymised and its key is not there.
    attributes : tuple of str
        Of the study's sources and cases.
    """

    key: Key
    path: Path | None = None
    missing: bool = False
    attributes: tuple[str, ...] = ()

    @property
    def is_bound(self) -> bool:
        """Whether what leaves the study is checked at all."""
        return self.missing or bool(self.key.entries)


def check(
    path: Path | str,
    *,
    key: Key | Path | str | None = None,
    study: Project | None = None,
    attributes: Sequence[str] = (),
    name: str | None = None,
) -> list[Finding]:
    """What of a file should not be released, the refusals first.

    Parameters
    ----------
    path : path
        A file that was written, by qualkit or by hand: Word, Excel, web page, table, text,
        picture, PDF, REFI-QDA, bundle, study, or an archive of these.
    key : Key or path, optional
        Whose names are looked for; by default that of `study`.
    study : Project, optional
        Its key, and its attributes.
    attributes : sequence of str
        Headings of columns that tell people apart, where they are not those of `study`.
    name : str, optional
        What the file is to be called.

    Returns
    -------
    list of Finding

    Raises
    ------
    ReadError
        Where the file is not there.
    KeyFileError
        Where the key is not there, cannot be read, or is another study's.
    """
    held = _held(key, study)
    return _found(path, name, held, tuple(attributes) or held.attributes)


def _held(key: Key | Path | str | None, study: Project | None) -> Held:
    if study is not None:
        return held_of(study, key)
    if isinstance(key, Key) or key is None:
        return Held(key or Key(""), missing=key is None)
    if not Path(key).is_file():
        raise KeyFileError(key, "there is no such file")
    return Held(keys.read(key, None), Path(key))


def held_of(project: Project, key: Key | Path | str | None = None) -> Held:
    """What files of a study are checked against.

    Parameters
    ----------
    project : Project
    key : Key or path, optional
        By default what QUALKIT_KEYFILE says, or ``<study>.key`` beside a study in a file.
    """
    if isinstance(key, Key):
        return Held(key, attributes=_attributes(project))
    try:
        path: Path | None = keys.place_of(project.study, given=key)
    except KeyFileError:
        path = None
    there = path is not None and path.is_file()
    if key is not None and not there:
        raise KeyFileError(key, "there is no such file")
    held = keys.read(path, project.study_id) if path is not None and there else Key("")
    made = Held(held, path, not there and bool(project.pseudonymised))
    return replace(made, attributes=_attributes(project)) if made.is_bound else made


def _attributes(project: Project) -> tuple[str, ...]:
    tables = (("sources", project.sources()), ("cases", project.cases()))
    return tuple(
        dict.fromkeys(
            name.removeprefix("case.")
            for kind, table in tables
            for name in attributes_of(table, kind)
        )
    )


def _found(
    path: Path | str, name: str | None, held: Held, attributes: Sequence[str]
) -> list[Finding]:
    found = findings(
        parts_of(path, name), entries=held.key.entries, refused=held.key.refused,
        attributes=attributes,
    )  # fmt: skip
    if held.missing:
        found.insert(0, _no_key(held))
    return found


def _no_key(held: Held) -> Finding:
    where = held.path.name if held.path is not None else "the key file"
    if held.path is None and not held.attributes and not held.key.study:
        return Finding("key", "names", LOOK, "no key was given, so names were not looked for", "")
    why = "is not there, so names could not be looked for; name it with QUALKIT_KEYFILE"
    return Finding("key", where, REFUSE, why, "")


# Before a file takes its place -------------------------------------------------------------


def let_out(
    project: Project, made: Path, place: Path, *, anyway: str | None = None,
    key: Key | Path | str | None = None,
) -> list[Finding]:  # fmt: skip
    """Check a file that is about to leave a study; where there is no key, nothing is done.

    Parameters
    ----------
    project : Project
    made, place : Path
        Where it lies, and where it is going.
    anyway : str, optional
        Why it may leave although something in it is refused. The log keeps the reason, counts,
        and the name of the file; names of the key in them are replaced.
    key : Key or path, optional

    Returns
    -------
    list of Finding
        What should be looked at, and what left all the same.

    Raises
    ------
    ReleaseError
        Where something is refused, and no reason given.
    """
    held = held_of(project, key)
    if not held.is_bound:
        return []
    found = [
        replace(one, level=LOOK) if one.kind in _TOLD else one
        for one in _found(made, place.name, held, held.attributes)
    ]
    refused = [one for one in found if one.level == REFUSE]
    if refused:
        reason = " ".join((anyway or "").split())[:_LONGEST]
        shown = mask(place.name, held.key.entries)
        if not reason:
            raise ReleaseError(shown, refused)
        project.note_release(shown, _counts(refused), mask(reason, held.key.entries))
    return found


def _counts(found: Sequence[Finding]) -> dict[str, int]:
    kinds = [one.kind for one in found]
    return {kind: kinds.count(kind) for kind in dict.fromkeys(kinds)}


@contextmanager
def checked(
    project: Project, *, anyway: str | None = None, key: Key | Path | str | None = None
) -> Iterator[list[Finding]]:
    """Within it, every file that is written is checked before it takes its place.

    Parameters
    ----------
    project : Project
    anyway, key
        As for :func:`let_out`.

    Yields
    ------
    list of Finding
        What was found so far in what was let out.

    Examples
    --------
    >>> import tempfile
    >>> from qualkit.project import Project
    >>> from qualkit.export.table import write_table
    >>> folder = tempfile.mkdtemp()
    >>> with Project.create(f"{folder}/study.qualkit") as project, checked(project) as found:
    ...     _ = write_table(project.sources(), f"{folder}/sources.csv")
    >>> found
    []
    """
    told: list[Finding] = []
    with gate(
        lambda made, place: told.extend(let_out(project, made, place, anyway=anyway, key=key))
    ):
        yield told


def summary(found: Sequence[Finding]) -> str:
    """Findings in one line.

    >>> summary([Finding("name", "page 1", "refuse", "a name of the key", "[Person 1]")])
    '1 refusal, 0 places to look at'
    """
    refused = sum(one.level == REFUSE for one in found)
    return f"{many(refused, 'refusal')}, {many(len(found) - refused, 'place')} to look at"
