"""What the page Sources does: look at files before they are kept, keep them, change what is known.

Uploaded files stand in a folder of this account alone only while they are read, and again while
they are kept; in between they are held in the server's memory, with the tab that they belong to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from qualkit.app.files import own_name, private_folder
from qualkit.errors import ConflictError, QualkitError, ReadError
from qualkit.framework.excerpts import clock
from qualkit.importers.worker import read_files
from qualkit.loading import ImportReport, Pattern, attribute_rows, attribute_sheet
from qualkit.model import Source
from qualkit.project import Project
from qualkit.tables import COLUMNS, plain
from qualkit.wording import many

if TYPE_CHECKING:
    import pandas as pd

Progress = Callable[[int, int, str], None]
Roles = Mapping[str, str]  # speaker to role
Values = dict[str, dict[str, str]]  # source or case to its attributes

SHOWN_TURNS: Final = 8
_SHOWN_WORDS: Final = 240  # characters of a turn
_FIXED: Final = ("words", "turns", "speakers", "codings")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as the browser sent it."""

    name: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Reading:
    """A file that was read and is not kept yet.

    Attributes
    ----------
    upload : Upload
    source : Source or None
        What was read; None where the file is refused.
    refused : str
        Why, and what to do; empty where it can be kept.
    """

    upload: Upload
    source: Source | None
    refused: str = ""


# Before anything is kept ----------------------------------------------------------------------


def read_uploads(
    uploads: Sequence[Upload], *, held: Iterable[str], progress: Progress | None = None
) -> tuple[Reading, ...]:
    """Every file with what was read of it, or with the reason why it is refused.

    Parameters
    ----------
    uploads : sequence of Upload
    held : iterable of str
        Names of the sources that the study has already.
    progress : callable, optional
        Called with files done, files in all, and the name of the file.
    """
    taken = set(held)
    readings = []
    with on_disk(uploads) as paths:
        for n, (_, result) in enumerate(read_files(paths), 1):
            reading = _judged(uploads[n - 1], result, taken)
            if reading.source is not None:
                taken.add(reading.source.name)
            readings.append(reading)
            if progress is not None:
                progress(n, len(paths), uploads[n - 1].name)
    return tuple(readings)


def _judged(upload: Upload, result: Source | ReadError, taken: set[str]) -> Reading:
    if isinstance(result, ReadError):
        where = f"line {result.line}: " if result.line is not None else ""
        return Reading(upload, None, f"{where}{result.reason}")
    if result.name in taken:
        return Reading(upload, None, f"another source is called {result.name!r}; rename the file")
    return Reading(upload, result)


@contextmanager
def on_disk(uploads: Sequence[Upload]) -> Iterator[list[Path]]:
    """The files in a folder that nobody else may look into, gone when the work is done.

    Each lies in a folder of its own, for two may have one name.
    """
    with private_folder() as folder:
        paths = []
        for n, upload in enumerate(uploads):
            path = folder / str(n) / own_name(upload.name)
            path.parent.mkdir()
            path.write_bytes(upload.content)
            paths.append(path)
        yield paths


def guessed_roles(source: Source) -> dict[str, str]:
    """Each speaker's role as the transcript has it, in the order in which they speak."""
    return {turn.speaker: turn.role for turn in source.turns if turn.speaker}


def files_table(readings: Sequence[Reading], given: Values) -> pd.DataFrame:
    """One row a file that can be kept: its name, how much it is, who speaks, what to look at.

    `given` are attributes by the name of the source; each is a column.
    """
    import pandas as pd

    rows = [_file_row(one.source) for one in readings if one.source is not None]
    made = pd.DataFrame(rows, columns=["keep", "source", "words", "turns", "speakers", "look_at"])
    attributes = dict.fromkeys(name for one in given.values() for name in one)
    for place, name in enumerate(attributes, 2):
        made.insert(place, name, [given.get(one, {}).get(name, "") for one in made["source"]])
    return made


def _file_row(source: Source) -> tuple[bool, str, int, int, str, str]:
    words = sum(len(source.words_of(turn).split()) for turn in source.turns)
    roles = guessed_roles(source)
    speakers = ", ".join(roles) if roles else "not named"
    look_at = list(source.warnings)
    if "unknown" in roles.values():
        look_at.append("say who asks and who answers")
    return True, source.name, words, len(source.turns), speakers, "; ".join(look_at)


def refused_table(readings: Sequence[Reading]) -> pd.DataFrame:
    """One row a file that cannot be kept: ``file`` and ``reason``."""
    import pandas as pd

    rows = [(one.upload.name, one.refused) for one in readings if one.source is None]
    return pd.DataFrame(rows, columns=["file", "reason"])


def first_turns(source: Source, roles: Roles, count: int = SHOWN_TURNS) -> list[str]:
    """The first turns of a source as text: who, in which role, when, and below it the words."""
    said = []
    for turn in source.turns[:count]:
        role = roles.get(turn.speaker or "", turn.role)
        time = None if turn.time is None else clock(turn.time)
        head = ", ".join(one for one in (turn.speaker or "no speaker", role, time) if one)
        said.append(f"{head}\n{_short(source.words_of(turn))}")
    return said


def spread(sources: Iterable[Source], roles: Roles) -> dict[str, dict[str, str]]:
    """These speakers' roles in every source in which they speak."""
    made = {}
    for source in sources:
        own = {name: role for name, role in roles.items() if name in guessed_roles(source)}
        if own:
            made[source.name] = own
    return made


def _short(words: str) -> str:
    one_line = " ".join(words.split())
    return one_line if len(one_line) <= _SHOWN_WORDS else f"{one_line[: _SHOWN_WORDS - 1]}…"


def attributes_given(
    readings: Sequence[Reading], *, pattern: str = "", sheet: Upload | None = None
) -> Values:
    """What a pattern of file names and a sheet of attributes say of each file.

    Parameters
    ----------
    readings : sequence of Reading
    pattern : str
        Such as ``{case}-{stakeholder_type}``; empty for none.
    sheet : Upload, optional
        A table with one row a source; it goes before the pattern.

    Raises
    ------
    QualkitError
        For a pattern or sheet that cannot be understood, with the reason.
    """
    named = Pattern(pattern) if pattern.strip() else None
    rows: Values = {}
    if sheet is not None:
        with on_disk([sheet]) as (path,):
            rows = {name: given for _, name, given in attribute_rows(attribute_sheet(path))}
    made: Values = {}
    for source in (one.source for one in readings if one.source is not None):
        given = named.read(source.name) if named is not None else {}
        said = rows.get(source.name, rows.get(source.file_name, {}))
        given |= {k: v for k, v in said.items() if v and k not in {"source", "file"}}
        made[source.name] = given
    return made


def keep(
    study: str,
    readings: Sequence[Reading],
    *,
    roles: Mapping[str, Roles],
    user: str | None,
    pattern: str = "",
    sheet: Upload | None = None,
    progress: Progress | None = None,
) -> ImportReport:
    """Keep files in a study, with their attributes and the roles that were set.

    Parameters
    ----------
    study : str
    readings : sequence of Reading
        Those that are wanted.
    roles : mapping
        Source to speaker to role, of every source or of those where a guess was wrong.
    user : str, optional
        Who does it, for the log.
    pattern, sheet
        As :func:`attributes_given` takes them.
    progress : callable, optional

    Raises
    ------
    QualkitError
        For a sheet or pattern with faults, or a study that cannot be written to.
    """
    wanted = [one for one in readings if one.source is not None]
    uploads = [one.upload for one in wanted] + ([sheet] if sheet is not None else [])
    with on_disk(uploads) as paths, Project.open(study, user=user) as project:
        report = project.add_sources(
            paths[: len(wanted)],
            attributes=paths[-1] if sheet is not None else None,
            pattern=pattern.strip() or None,
            progress=progress,
        )
        for source in (one.source for one in wanted if one.source is not None):
            changed = roles_changed(source, roles.get(source.name, {}))
            if changed and source.name in report.added:
                project.set_roles(source.name, changed)
    refused = tuple((Path(file).name, reason) for file, reason in report.refused)
    return replace(report, refused=refused)


def roles_changed(source: Source, roles: Roles) -> dict[str, str]:
    """The roles that are others than the transcript's."""
    now = guessed_roles(source)
    return {name: role for name, role in roles.items() if now.get(name, role) != role}


def report_said(report: ImportReport) -> str:
    """What became of an import, in one sentence."""
    added, refused = len(report.added), len(report.refused)
    said = f"{added} interview{'s'[: added != 1]} {'was' if added == 1 else 'were'} added"
    return f"{said}; {refused} could not be kept." if refused else f"{said}."


# What is known of sources and cases -----------------------------------------------------------


def source_values(sources: pd.DataFrame, new: Sequence[str] = ()) -> pd.DataFrame:
    """The sources as they can be changed: case and attributes, then what is counted.

    `new` are attributes that no source has yet; each is an empty column.
    """
    attributes = [str(name) for name in sources.columns if name not in COLUMNS["sources"]]
    made = sources[["source", "case", *attributes]].copy()
    for name in new:
        if name not in made.columns:
            made[name] = ""
    return made.assign(**{name: sources[name] for name in _FIXED})


def case_values(cases: pd.DataFrame, new: Sequence[str] = ()) -> pd.DataFrame:
    """The cases as they can be changed: their attributes, then how many sources each has."""
    made = cases.drop(columns="sources")
    for name in new:
        if name not in made.columns:
            made[name] = ""
    return made.assign(sources=cases["sources"])


def locked(table: pd.DataFrame, key: str) -> list[str]:
    """The columns that nobody may change: the name, and what is counted."""
    return [name for name in table.columns if name == key or name in {*_FIXED, "sources"}]


def changes(before: pd.DataFrame, after: pd.DataFrame, *, key: str) -> Values:
    """The values that are others in the second table, by row and attribute.

    Parameters
    ----------
    before, after : DataFrame
        The same rows in the same order.
    key : str
        The column that names them: ``source`` or ``case``.
    """
    made: Values = {}
    for column in before.columns:
        if column in locked(before, key):
            continue
        names = before[key]
        for name, old, new in zip(names, before[column], after[column], strict=True):
            if _text(old) != _text(new):
                made.setdefault(str(name), {})[attribute_of(column)] = _text(new)
    return made


def _text(value: object) -> str:
    known = plain(value)
    return "" if known is None else str(known).strip()


def attribute_of(column: str) -> str:
    """The attribute that a column shows; one whose name a column has stands there with a prefix.

    >>> attribute_of("region"), attribute_of("attribute.format")
    ('region', 'format')
    """
    own = column.removeprefix("attribute.")
    return own if own in (*COLUMNS["sources"], *COLUMNS["cases"]) else column


def changes_table(before: pd.DataFrame, values: Values, *, key: str) -> pd.DataFrame:
    """One row a change: whose, which attribute, what it was and what it becomes."""
    import pandas as pd

    old = old_values(before, values, key=key)
    rows = [
        (name, attribute, old[name][attribute], new)
        for name, given in values.items()
        for attribute, new in given.items()
    ]
    return pd.DataFrame(rows, columns=[key, "attribute", "before", "after"])


def old_values(before: pd.DataFrame, values: Values, *, key: str) -> Values:
    """What stands where values are to be changed."""
    columns = {attribute_of(column): column for column in before.columns}
    by_name = before.set_index(key)
    return {
        name: {
            one: _text(by_name.loc[name, columns[one]]) if one in columns else "" for one in given
        }
        for name, given in values.items()
    }


@dataclass(frozen=True, slots=True)
class Saved:
    """A change of values that can be taken back: what it left, and what there was before."""

    key: str
    after: Values
    before: Values
    lost_cases: Values  # attributes of cases that went with their last source


def save_values(project: Project, values: Values, *, key: str) -> Saved:
    """Change attributes of sources or cases, in one change of the log."""
    before, cases = _values_now(project, key), project.cases()
    if key == "source":
        project.set_values(values)
    else:
        project.set_case_values(values)
    gone = cases[~cases["case"].isin(project.cases()["case"])]
    attributes = [name for name in cases.columns if name not in COLUMNS["cases"]]
    lost = {
        str(row["case"]): {attribute_of(one): _text(row[one]) for one in attributes}
        for _, row in gone.iterrows()
    }
    return Saved(key, values, old_values(before, values, key=key), lost)


def take_back(project: Project, saved: Saved) -> None:
    """Give sources or cases the values that they had before a change.

    Raises
    ------
    ConflictError
        Where somebody has changed one of them since.
    """
    now = old_values(_values_now(project, saved.key), saved.after, key=saved.key)
    for name, given in saved.after.items():
        for attribute, value in given.items():
            if now[name][attribute] != (value or (name if attribute == "case" else "")):
                why = f"{name}: {attribute} has been changed since; nothing was taken back"
                raise ConflictError(why)
    if saved.key == "source":
        project.set_values(saved.before)
        if saved.lost_cases:
            project.set_case_values(saved.lost_cases)
    else:
        project.set_case_values(saved.before)


def _values_now(project: Project, key: str) -> pd.DataFrame:
    return source_values(project.sources()) if key == "source" else case_values(project.cases())


def checked_attribute(name: str, columns: Iterable[str]) -> str:
    """The name of a new attribute.

    Raises
    ------
    QualkitError
        For none, one that is there, or one that means something else already.
    """
    wanted = " ".join(name.split())
    if not wanted:
        raise QualkitError("type what the new column is called, such as region")
    taken = {
        column.casefold() for column in (*columns, "source", "file", "case", *COLUMNS["sources"])
    }
    if wanted.casefold() in taken:
        raise QualkitError(f"there is a column {wanted!r} already; take another name")
    return wanted


def load_sheet(project: Project, sheet: Upload, *, key: str) -> int:
    """Set attributes of sources or cases from an uploaded sheet; how many rows were set."""
    with on_disk([sheet]) as (path,):
        if key == "source":
            return project.set_attributes(path)
        return project.set_case_attributes(path)


def hanging_on(project: Project, source: str) -> str:
    """What would go with a source, in one sentence."""
    with project.one_moment():
        codings, open_ones = project.codings(), project.suggestions()
        summaries = project.summaries()
    counts = {
        ("coding", "codings"): int((codings["source"] == source).sum()),
        ("open suggestion", "open suggestions"): int((open_ones["source"] == source).sum()),
        ("summary", "summaries"): int((summaries["source"] == source).sum()),
    }
    said = [many(number, *nouns) for nouns, number in counts.items() if number]
    if not said:
        return "Nobody has coded it; its text and attributes go."
    return f"With it go {', '.join(said)}, its text and attributes."
