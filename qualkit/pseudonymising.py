"""A study, its key -> a study in which pseudonyms stand for names; and the way back.

Three steps, each of which a person looks at: :func:`review` lists what may identify somebody, a
decision on each group goes into the key file (:func:`decide`, :func:`decide_table`), and
:func:`apply` writes the pseudonyms into the study, the same one for the same person everywhere.
Codings keep their place; the key file keeps every replacement. The result is *pseudonymised*, which
is still personal data for whoever holds the key; it is never called anonymous here.

A run is written to the key, and on disk, before it is written to the study: a program that is
killed between the two leaves the study as it was, and a key that can do more than it must.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count, product
from pathlib import Path
from string import ascii_uppercase
from typing import TYPE_CHECKING, Any, Final

from qualkit.errors import BatchError, KeyFileError
from qualkit.model import now
from qualkit.privacy import key as keys
from qualkit.privacy import vocabulary
from qualkit.privacy.finding import Found, scan
from qualkit.privacy.grouping import grouped
from qualkit.privacy.key import Entry, Key, same
from qualkit.privacy.replacing import EVERYWHERE, NAMES, Name, Names
from qualkit.privacy.vocabulary import bare, folded, inflected
from qualkit.swaps import swapped

if TYPE_CHECKING:
    import pandas as pd

    from qualkit.importers.sheets import Sheet
    from qualkit.privacy_keeping import Said, Swapped, Withdrawn
    from qualkit.project import Project
    from qualkit.store.purging import Purged

COLUMNS: Final = ("group", "kind", "words", "count", "sources", "context", "replacement", "where")
REFUSED: Final = "-"  # in the place of a replacement: this identifies nobody
BETWEEN: Final = " | "  # between the ways in which a name is written
_EVERYDAY: Final = ("ambiguous", "starters", "common", "generic")
_PERSONAL: Final = ("person", "name")
_NUMBERED: Final = re.compile(r"\[(.+) (\d+|[A-Z]+)\]")
_SHORT: Final = 4  # letters from which a name within a longer word is told
_AROUND: Final = 30  # characters of context


@dataclass(frozen=True, slots=True)
class Applied:
    """What pseudonyms were written into a study, or would be.

    Attributes
    ----------
    replaced : mapping
        How often each pseudonym.
    sources : tuple of str
        Whose text or speakers changed, as they are called now.
    codings : tuple of mapping
        Codings whose words changed, as they are now: ``coding``, ``source``, ``start``, ``end``,
        ``text``. Every other one has the words that it had.
    elsewhere : mapping
        How often in what else: ``memo of source 3`` ...
    left : tuple of mapping
        What stayed and is worth a look: ``where``, ``text``, ``why``.
    entry : int or None
        Its number in the log; None for a preview, and where nothing was found.
    key : Path
        Where the key lies.
    """

    replaced: Mapping[str, int]
    sources: tuple[str, ...]
    codings: tuple[Mapping[str, Any], ...]
    elsewhere: Mapping[str, int]
    left: tuple[Mapping[str, Any], ...] = field(default=())
    entry: int | None = None
    key: Path = Path()

    @property
    def count(self) -> int:
        """How many stretches were replaced."""
        return sum(self.replaced.values())


# The key -----------------------------------------------------------------------------------


def key_of(project: Project, given: Path | str | None = None) -> tuple[Path, Key]:
    """The key file of a study, and what it holds.

    Parameters
    ----------
    project : Project
    given : path, optional
        By default what QUALKIT_KEYFILE says, or ``<study>.key`` beside a study in a file.

    Raises
    ------
    KeyFileError
        Where it cannot be read, is another study's, or a study on a server has none named.
    """
    path = keys.place_of(project.study, given=given)
    return path, keys.read(path, project.study_id)


def add_names(project: Project, names: Sequence[str], *, key_file: Path | str | None = None) -> Key:
    """Names that a review of this study must always find, written into its key."""
    path, _ = key_of(project, key_file)
    with keys.alone(path):
        _, key = key_of(project, key_file)
        listed = dict.fromkeys((*key.names, *filter(None, map(str.strip, names))))
        key = replace(key, names=tuple(listed))
        keys.write(path, key)
    return key


def entries_of(project: Project, key: Key) -> pd.DataFrame:
    """One row a pseudonym of a key, without the names that it stands for.

    Returns
    -------
    DataFrame
        ``pseudonym``, ``kind``; ``ways``, in how many it is written; ``replaced``, how often by
        runs in force; ``where``, ``by``, ``at``.
    """
    import pandas as pd

    held = set(project.pseudonymised)
    count = Counter(
        swap.becomes
        for run in key.runs
        if run.id in held
        for value in run.values
        for _, swap in value.swaps
    )
    rows = [
        (one.pseudonym, one.kind, len(one.words), count[one.pseudonym], one.where, one.by, one.at)
        for one in key.entries
    ]
    columns = ["pseudonym", "kind", "ways", "replaced", "where", "by", "at"]
    return pd.DataFrame(rows, columns=columns)


# Review ------------------------------------------------------------------------------------


def review(
    project: Project, key: Key | None = None, *, model: bool = False
) -> pd.DataFrame:  # fmt: skip
    """What may identify people, in everything that somebody of the study said or typed.

    Parameters
    ----------
    project : Project
    key : Key, optional
        What was decided before: its refusals are left out, its replacements filled in.
    model : bool
        Ask spaCy too, where it is installed.

    Returns
    -------
    DataFrame
        One row a group: ``group``, its name; ``kind``; ``words``, a list of how it is written;
        ``count``; ``sources``, a list; ``context``, the first place; ``suggestion``, a
        pseudonym; ``replacement``, what was decided, or empty; ``where``.
    """
    import pandas as pd

    key = key or Key("")
    decided = {same(word): one for one in key.entries for word in one.words}
    table = grouped(_found(project.said(), key, model=model))
    taken = {one.pseudonym for one in key.entries}
    rows = []
    for row in table.to_dict("records"):
        words = list(row["variants"])
        entry = next((decided[same(word)] for word in words if same(word) in decided), None)
        ordinary = any(_is_ordinary(word) for word in words)
        suggestion = entry.pseudonym if entry else free(row["suggestion"], taken)
        taken.add(suggestion)
        rows.append({
            "group": row["group"], "kind": row["kind"], "words": words, "count": row["count"],
            "sources": list(row["sources"]), "context": row["context"], "suggestion": suggestion,
            "replacement": entry.pseudonym if entry else "",
            "where": entry.where if entry else (NAMES if ordinary else EVERYWHERE),
        })  # fmt: skip
    columns = ["group", "kind", "words", "count", "sources", "context", "suggestion",
               "replacement", "where"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def _found(said: Sequence[Said], key: Key, *, model: bool) -> Iterator[Found]:
    """What is found in everything that was said; who speaks is a name wherever it stands."""
    speakers = {one.text for one in said if one.where == "speaker"}
    personal = {one for one in speakers if any(f.kind in _PERSONAL for f in scan(one))}
    names = [*key.names, *personal, *(word for one in key.entries for word in one.words)]
    for one in said:
        where = one.source or one.where
        yield from scan(one.text, names=names, known=key.refused, model=model, source=where)


def free(suggestion: str, taken: Collection[str]) -> str:
    """A suggestion that nobody has yet: the next number, or letter, of its kind.

    >>> free("[Person 1]", {"[Person 1]"}), free("[date]", {"[date]"})
    ('[Person 2]', '[date]')
    """
    numbered = _NUMBERED.fullmatch(suggestion)
    if suggestion not in taken or numbered is None or "," in suggestion:
        return suggestion
    noun, last = numbered.groups()
    tries = (str(n) for n in count(1)) if last.isdigit() else _letters()
    return next(one for one in (f"[{noun} {last}]" for last in tries) if one not in taken)


def _is_ordinary(words: str) -> bool:
    """Whether a name is a word of everyday English as well: Will, Hope, Rose."""
    word = bare(folded(words))
    lists = vocabulary.lists()
    return any(inflected(word, lists[name]) for name in _EVERYDAY)


def _letters() -> Iterator[str]:
    for size in count(1):
        yield from ("".join(one) for one in product(ascii_uppercase, repeat=size))


def sheet_of(table: pd.DataFrame) -> Iterator[Sequence[str | int]]:
    """A review as rows to fill in: the column ``replacement``, or ``-`` for what is nobody."""
    yield COLUMNS
    for row in table.to_dict("records"):
        yield (
            row["group"], row["kind"], BETWEEN.join(row["words"]), row["count"],
            BETWEEN.join(row["sources"]), row["context"],
            row["replacement"] or row["suggestion"], row["where"],
        )  # fmt: skip


def decide(
    key: Key,
    words: Sequence[str],
    replacement: str | None,
    *,
    kind: str = "person",
    where: str = EVERYWHERE,
    by: str = "",
) -> Key:
    """The key with one decision more.

    Parameters
    ----------
    key : Key
    words : sequence of str
        Every way in which it is written.
    replacement : str or None
        The pseudonym, put into [brackets]; None where the words identify nobody.
    kind, where, by : str
        See :class:`qualkit.privacy.key.Entry`.

    Raises
    ------
    ValueError
        For a pseudonym that cannot stand, or that has words of the key within it.

    Examples
    --------
    >>> decide(Key("study"), ["Ann", "Annie"], "Person 1").entries[0].pseudonym
    '[Person 1]'
    """
    if replacement is None:
        return key.with_refused(words)
    made = key.with_entry(Entry(kind, replacement, tuple(words), where, by, now()))
    names = Names(made.looked_for())
    bare = made.entries[-1].pseudonym.strip("[]")
    if found := names.swaps(bare):
        raise ValueError(
            f"the pseudonym [{bare}] has {found[0].words!r} in it, which is to be replaced itself"
        )
    return made


def decide_table(key: Key, table: Sheet, *, by: str = "") -> Key:
    """The key with the decisions of a review that was filled in.

    An empty replacement decides nothing, ``-`` says that the words identify nobody.

    Raises
    ------
    BatchError
        With every row that cannot stand; nothing was decided.
    """
    table = table.known("kind", "words", "replacement", "where")
    if missing := [one for one in ("words", "replacement") if one not in table.header]:
        raise BatchError(table.name, [f"it has no column {missing[0]!r}"])
    faults = []
    for number, row in table.records():
        said = row["replacement"].strip().lstrip("'")
        if not said:
            continue
        words = [one.strip() for one in row["words"].split(BETWEEN.strip()) if one.strip()]
        where = row.get("where", "").strip() or EVERYWHERE
        kind = row.get("kind", "").strip() or "person"
        try:
            given = None if said == REFUSED else said
            key = decide(key, words, given, kind=kind, where=where, by=by)
        except ValueError as error:
            faults.append(f"row {number}: {error}")
    if faults:
        raise BatchError(table.name, faults)
    return key


# Applying ----------------------------------------------------------------------------------


def apply(
    project: Project,
    *,
    key_file: Path | str | None = None,
    decisions: Sheet | None = None,
    dry_run: bool = False,
) -> Applied:
    """Write the pseudonyms of a key into its study, everywhere; whole, or not at all.

    Parameters
    ----------
    project : Project
    key_file : path, optional
        See :func:`key_of`.
    decisions : Sheet, optional
        A review that was filled in, decided first.
    dry_run : bool
        Say what would change, and change nothing, the key neither.

    Raises
    ------
    KeyFileError
        Where the key has no entries, cannot be used, or cannot be written.
    BatchError
        For decisions that cannot stand, or a study whose check finds it damaged.
    """
    path, _ = key_of(project, key_file)
    with keys.alone(path):
        _, key = key_of(project, key_file)
        if decisions is not None:
            key = decide_table(key, decisions, by=project.user)
        if not key.entries:
            raise KeyFileError(path, "it has no pseudonyms yet; decide on 'qualkit privacy review'")
        project.require_sound()
        names = Names(key.looked_for())
        if dry_run:
            return _told(project, project.swap_words(names), names, key, path)
        keys.write(path, key)
        made = project.swap_words(
            names, keep=lambda run: keys.write(path, replace(key, runs=(*key.runs, run)))
        )
    return _told(project, made, names, key, path)


def restore(project: Project, *, key_file: Path | str | None = None) -> Swapped:
    """Put the names of a key back into its study; what changed since stays, and is told.

    Raises
    ------
    ConflictError
        Where no pseudonymisation of this key is in force.
    """
    path, _ = key_of(project, key_file)
    with keys.alone(path):
        _, key = key_of(project, key_file)
        return project.swap_back(key.runs)


def withdraw(
    project: Project,
    name: str | None = None,
    *,
    respondent: str | None = None,
    key_file: Path | str | None = None,
    dry_run: bool = False,
) -> Withdrawn:
    """Take a participant out of a study, and out of what its key says was replaced in them.

    What others still say of them is told by the names of the key, where there is one.
    See :meth:`qualkit.project.Project.withdraw_participant`.
    """
    path, key = _known_key(project, key_file)
    if path is None:
        return project.withdraw_participant(name, respondent=respondent, dry_run=dry_run)
    names = _names_of(project, key, name)
    made = project.withdraw_participant(name, respondent=respondent, finder=names, dry_run=dry_run)
    if not dry_run:
        with keys.alone(path):
            key = keys.read(path, project.study_id)
            removal = keys.removal(project.user, "withdraw", **made.counts)
            keys.write(path, replace(key, removals=(*key.removals, removal)))
    return made


def _known_key(project: Project, given: Path | str | None) -> tuple[Path | None, Key]:
    """The key of a study; none where there is no file, and a server's study names none."""
    try:
        path, key = key_of(project, given)
    except KeyFileError:
        if given is not None or "://" not in project.study:
            raise
        return None, Key("")
    return (path if path.exists() else None), key


def _names_of(project: Project, key: Key, name: str | None) -> Names:
    """The names and pseudonyms that stand in a participant's own sources as who speaks."""
    mine = {name} if name else set()
    sources = project.sources()
    if name is not None and len(sources):
        own = sources.loc[(sources["source"] == name) | (sources["case"] == name), "source"]
        turns = project.turns(list(own), words=False)
        spoken = turns.loc[turns["role"] == "participant", "speaker"].dropna()
        mine |= set(spoken)
    entries = [
        one for one in key.entries if {one.pseudonym, *one.words} & mine
    ]  # fmt: skip
    words = {*mine, *(word for one in entries for word in (one.pseudonym, *one.words))}
    return Names(Name(word, "[withdrawn]") for word in words)


def purge(
    project: Project,
    *,
    key_file: Path | str | None = None,
    backups: bool = False,
    dry_run: bool = False,
) -> Purged:
    """Get rid of what a study still holds of names that were replaced and things removed.

    The names of its key, where it has one, are replaced in what stays of the log.
    See :meth:`qualkit.project.Project.purge`.
    """
    path, key = _known_key(project, key_file)
    made = project.purge(
        Names(key.looked_for()) if key.entries else None, backups=backups, dry_run=dry_run
    )
    if path is not None and not dry_run:
        with keys.alone(path):
            key = keys.read(path, project.study_id)
            removal = keys.removal(project.user, "purge", **made.counts)
            keys.write(path, replace(key, removals=(*key.removals, removal)))
    return made


# What is told ------------------------------------------------------------------------------


def _told(project: Project, made: Swapped, names: Names, key: Key, path: Path) -> Applied:
    replaced: Counter[str] = Counter()
    elsewhere: Counter[str] = Counter()
    for value in made.run.values:
        replaced.update(swap.becomes for _, swap in value.swaps)
        if not (value.table == "source" and value.column == "text"):
            elsewhere[value.where] += len(value.swaps)
    left = tuple(_left(project, names, key))
    return Applied(
        dict(replaced), made.sources, made.codings, dict(elsewhere), left, made.entry, path
    )


def _left(project: Project, names: Names, key: Key) -> Iterator[dict[str, Any]]:
    """What stays, and is worth a look."""
    letters = {
        word.casefold(): word
        for one in key.entries
        for word in one.words
        if len(word) >= _SHORT and one.where == EVERYWHERE
    }
    small: Counter[str] = Counter()
    for said in project.said():
        where = f"{said.where}, {said.source}" if said.source else said.where
        swaps, unsure = names.both(said.text)
        for one in unsure:
            if one.words.islower():
                small[one.words] += 1
                continue
            yield {"where": where, "text": _around(said.text, one.start, one.end),
                   "why": "an ordinary word here, as far as one can tell"}  # fmt: skip
        yield from _within(swapped(said.text, swaps), where, letters)
    for word, many in small.items():
        yield {"where": "everywhere", "text": word,
               "why": f"{many} in small letters; '{EVERYWHERE}' would replace them"}  # fmt: skip
    for name in project.coders():
        if names.swaps(name):
            yield {"where": "coders", "text": name, "why": "somebody who works on the study"}


def _within(text: str, where: str, letters: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """Names that stand within longer words of a text in which they were replaced."""
    folded_ = text.lower()
    if len(folded_) != len(text):  # a letter whose small form is two: places would be off
        folded_ = text
    for small, word in letters.items():
        at = folded_.find(small)
        while at >= 0:
            end = at + len(small)
            why = f"{word!r} within another word"
            yield {"where": where, "text": _around(text, at, end), "why": why}
            at = folded_.find(small, end)


def _around(text: str, start: int, end: int) -> str:
    return " ".join(text[max(0, start - _AROUND) : end + _AROUND].split())
