"""What the page Privacy does: decide on names, write pseudonyms, check a file, take people out.

The names themselves stand in the key file; the browser gets them to show, and sends back marks of
the groups they are in, so that what it keeps of a gesture holds no name.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from qualkit import pseudonymising
from qualkit.app.export_room import plainly
from qualkit.app.files import own_name, private_folder, write_private
from qualkit.errors import ConflictError, KeyFileError
from qualkit.privacy import key as keys
from qualkit.privacy.key import Entry, Key, same
from qualkit.privacy.replacing import WHERES, Name, Names
from qualkit.privacy_keeping import NEVER
from qualkit.project import Project
from qualkit.releasing import check
from qualkit.wording import many

if TYPE_CHECKING:
    import pandas as pd

    from qualkit.app.sources_room import Upload
    from qualkit.privacy_keeping import Said, Swapped, Withdrawn
    from qualkit.pseudonymising import Applied
    from qualkit.releasing import Finding
    from qualkit.store.purging import Purged

Progress = Callable[[int, int, str], None]
ACCEPT, REFUSE, OPEN = "accept", "refuse", "open"  # what somebody decides on a group
AT_ONCE: Final = 200  # groups that the browser gets
SHOWN: Final = 200  # rows of a preview
_AROUND: Final = 70  # characters of context on each side
_CONTEXTS: Final = 5  # places of a group that are shown
KINDS: Final = {
    "person": "person", "place": "place", "organisation": "organisation", "phone": "phone number",
    "email": "e-mail address", "nhs": "NHS number", "postcode": "postcode", "date": "date",
    "handle": "user name", "address": "address", "number": "number", "url": "web address",
    "name": "name",
}  # fmt: skip
COUNTED: Final = {
    "sources": "sources", "cases": "cases", "codings": "codings", "suggestions": "suggestions",
    "summaries": "summaries", "memos": "memos", "decisions": "decisions",
    "assignments": "assignments", "unplaced": "codings without a place", "turns": "turns",
    "answers": "waves with answers", "log rows": "entries of the log that lose their words",
    "vectors": "vectors", "entries": "entries of the log that lose their words",
    "kept": "texts and answers kept for undo", "wordings": "earlier wordings of summaries",
    "gestures": "gestures of pages", "names": "names replaced in the log",
}  # fmt: skip


# The key -----------------------------------------------------------------------------------


def key_file(study: str, given: str) -> Path | None:
    """The key file of a study as somebody named it; None for the usual place.

    Raises
    ------
    KeyFileError
        For what is no place of a key; for a study on a server that has none.

    Examples
    --------
    >>> key_file("pilots.qualkit", " ") is None
    True
    """
    if not given.strip():
        keys.place_of(study)
        return None
    path = Path(given.strip()).expanduser()
    if path.suffix != keys.ENDING or not path.is_absolute():
        raise KeyFileError(path, f"name the whole path of a file that ends in {keys.ENDING}")
    if not path.parent.is_dir():
        raise KeyFileError(path, "there is no such folder")
    return path


def names_in(text: str) -> tuple[str, ...]:
    r"""The names of a list, one a line.

    >>> names_in(" Aoife \n\nThe Brambles\nAoife")
    ('Aoife', 'The Brambles')
    """
    return tuple(dict.fromkeys(filter(None, (" ".join(one.split()) for one in text.split("\n")))))


def keep_names(project: Project, text: str, key: Path | None) -> str:
    """Make the study's own list of names what a box has now; a sentence on it."""
    require(project)
    names = names_in(text)
    _changed(project, key, lambda held: replace(held, names=names))
    return f"{many(len(names), 'name is', 'names are')} on the list, and always found."


def _changed(project: Project, path: Path | None, change: Callable[[Key], Key]) -> Key:
    place, _ = pseudonymising.key_of(project, path)
    with keys.alone(place):
        _, held = pseudonymising.key_of(project, path)
        made = change(held)
        if made != held:
            keys.write(place, made)
    return made


def require(project: Project) -> None:
    """ConflictError where whoever works on a study may give nobody a pseudonym in it."""
    if not project.may("evaluator"):
        raise ConflictError("your role lets you read here, and decide nothing")


# Review ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Group:
    """What may identify one person, place ... in all ways in which it is written.

    Attributes
    ----------
    mark : str
        Tells it from every other, and holds no name.
    kind : str
    words : tuple of str
    count : int
        How often it was found.
    sources : tuple of str
        Where.
    suggestion, where : str
        What is proposed: a pseudonym, and how it is looked for.
    contexts : tuple of tuple of str
        The first places: where, the words before, the words, those after.
    """

    mark: str
    kind: str
    words: tuple[str, ...]
    count: int
    sources: tuple[str, ...]
    suggestion: str
    where: str
    contexts: tuple[tuple[str, str, str, str], ...] = ()


def found(
    study: str, user: str | None, key: Path | None, progress: Progress, *, model: bool = False
) -> list[Group]:
    """Everything that may identify somebody, with what was decided already; the names first.

    Parameters
    ----------
    study, user
    key : path, optional
        Where the key file lies, if not in its usual place.
    progress : callable
    model : bool
        Ask spaCy too.
    """
    progress(0, 2, "Reading everything that was said and typed")
    with Project.open(study, user=user) as project:
        _, held = pseudonymising.key_of(project, key)
        # what was refused is listed as well, so that it can be taken back
        table = pseudonymising.review(project, replace(held, refused=()), model=model)
        progress(1, 2, "Looking for the places")
        return groups_of(table, project.said())


def groups_of(table: pd.DataFrame, said: Sequence[Said]) -> list[Group]:
    """A review as groups with their places; people, places and names first, the oftenest first."""
    rows = [
        Group(
            mark_of(row["words"]), row["kind"], tuple(row["words"]), int(row["count"]),
            tuple(row["sources"]), row["suggestion"], row["where"],
        )
        for row in table.to_dict("records")
    ]  # fmt: skip
    first = dict(zip((one.mark for one in rows), table["context"], strict=True))
    places = _places(rows, said)
    made = [
        replace(one, contexts=tuple(places[one.mark]) or (("", first[one.mark], "", ""),))
        for one in rows
    ]
    return sorted(made, key=lambda one: (one.kind not in _NAMED, -one.count))


_NAMED: Final = ("person", "place", "organisation", "name")


def mark_of(words: Iterable[str]) -> str:
    """What tells a group from others, whatever was decided on it; no name can be read in it."""
    joined = "\x1f".join(sorted(same(word) for word in words))
    return hashlib.sha256(joined.encode("utf-8")).hexdigest()[:16]


def _places(
    groups: Sequence[Group], said: Sequence[Said]
) -> dict[str, list[tuple[str, str, str, str]]]:
    """The first places of each group: where its pseudonym would be written."""
    finder = Names(Name(word, one.mark, one.where) for one in groups for word in one.words)
    places: dict[str, list[tuple[str, str, str, str]]] = defaultdict(list)
    for one in said:
        where = one.source if one.where == "text" else f"{one.where} {one.source}".strip()
        for swap in finder.swaps(one.text):
            if len(places[swap.becomes]) < _CONTEXTS:
                before = one.text[max(0, swap.start - _AROUND) : swap.start]
                after = one.text[swap.end : swap.end + _AROUND]
                places[swap.becomes].append((where, before, swap.words, after))
    return places


def listed(groups: Sequence[Group], key: Key, written: Collection[str]) -> list[dict[str, Any]]:
    """Groups as the browser shows them, each with what the key says of it now.

    Parameters
    ----------
    groups : sequence of Group
    key : Key
    written : collection of str
        Pseudonyms that stand in the study; see :func:`written_in`.

    Returns
    -------
    list of dict
        ``mark``, ``kind``, ``words``, ``count``, ``sources`` (how many), ``contexts``; ``state``
        (``accept``, ``refuse`` or ``open``); ``replacement``, decided or proposed; ``where``;
        ``written``, whether it is in the study, so that it can only be put back.
    """
    entries = {same(word): one for one in key.entries for word in one.words}
    refused = {same(word) for word in key.refused}
    taken = {one.pseudonym for one in key.entries}
    rows = []
    for one in groups:
        entry = next((entries[same(w)] for w in one.words if same(w) in entries), None)
        nobody = entry is None and all(same(word) in refused for word in one.words)
        given = entry.pseudonym if entry else pseudonymising.free(one.suggestion, taken)
        taken.add(given)
        rows.append({
            "mark": one.mark, "kind": KINDS.get(one.kind, one.kind), "words": list(one.words),
            "count": one.count, "sources": len(one.sources),
            "contexts": [list(place) for place in one.contexts],
            "state": ACCEPT if entry else REFUSE if nobody else OPEN,
            "replacement": given, "where": entry.where if entry else one.where,
            "written": entry is not None and entry.pseudonym in written,
        })  # fmt: skip
    return rows


def written_in(project: Project, key: Key) -> set[str]:
    """The pseudonyms of a key that a run in force has written into its study."""
    table = pseudonymising.entries_of(project, key)
    return set(table.loc[table["replaced"] > 0, "pseudonym"])


def tally(rows: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """How many groups are open, accepted and refused."""
    return {state: sum(row["state"] == state for row in rows) for state in (OPEN, ACCEPT, REFUSE)}


def gestures(sent: object, owner: str) -> list[Mapping[str, Any]]:
    """What a browser sent that is this person's; anything else counts as nothing."""
    listed_ = sent if isinstance(sent, list) else []
    return [
        one for one in listed_
        if isinstance(one, Mapping) and isinstance(one.get("id"), str) and one.get("owner") == owner
    ]  # fmt: skip


def decide(
    project: Project, groups: Sequence[Group], sent: Sequence[Mapping[str, Any]], key: Path | None
) -> list[str]:
    """Keep decisions that a browser sent, in their order.

    Parameters
    ----------
    project : Project
    groups : sequence of Group
        What was listed.
    sent : sequence of mapping
        Each ``kind`` (accept, refuse, open), ``group`` (its mark); for accept ``replacement``,
        ``where``, and ``typed``, whether somebody wrote it.
    key : path, optional

    Returns
    -------
    list of str
        For each, why it was refused; empty where it was kept.
    """
    require(project)
    known = {one.mark: one for one in groups}
    told: list[str] = []

    def all_of(held: Key) -> Key:
        written = written_in(project, held)
        for one in sent:
            try:
                held = _decided(held, known.get(str(one.get("group"))), one, written, project.user)
                told.append("")
            except ValueError as error:
                told.append(str(error))
        return held

    _changed(project, key, all_of)
    return told


def _decided(
    key: Key, group: Group | None, sent: Mapping[str, Any], written: Collection[str], by: str
) -> Key:
    if group is None:
        raise ValueError("it is not on the list any more; look for names again")
    own = {same(word) for word in group.words}
    mine = [one for one in key.entries if own & set(map(same, one.words))]
    kind, said = sent.get("kind"), _bracketed(sent.get("replacement"))
    if stands := [one.pseudonym for one in mine if one.pseudonym in written]:
        if kind == ACCEPT and said in stands:
            return key
        raise ValueError(f"{stands[0]} is in the study already; put the names back first")
    if kind == OPEN:
        return key.without(group.words)
    if kind == REFUSE:
        return pseudonymising.decide(key, group.words, None)
    if kind != ACCEPT or sent.get("where") not in WHERES:
        raise ValueError("that is no decision")
    others = {one.pseudonym for one in key.entries if one not in mine}
    if not sent.get("typed") and said != pseudonymising.free(said, others):
        raise ValueError(f"{said} stands for somebody else already; look at it again")
    words = _not_refused(group.words, key)
    return pseudonymising.decide(
        key, words, said, kind=group.kind, where=str(sent["where"]), by=by
    )  # fmt: skip


def _bracketed(given: object) -> str:
    inner = " ".join(given.split()).strip("[]").strip() if isinstance(given, str) else ""
    return f"[{inner}]"


def _not_refused(words: Sequence[str], key: Key) -> Sequence[str]:
    """The words of a group but for those that were refused alone; all, where all were."""
    refused = {same(word) for word in key.refused}
    return [word for word in words if same(word) not in refused] or words


# Applying ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Seen:
    """What applying a key would do, and of what it was said.

    Attributes
    ----------
    made : Applied
    last : int
        The newest entry of the log then.
    entries : tuple of Entry
        What the key said then.
    """

    made: Applied
    last: int
    entries: tuple[Entry, ...]


def look(study: str, user: str, key: Path | None, progress: Progress) -> Seen:
    """What applying the key would change; nothing is changed."""
    progress(0, 1, "Looking for every place")
    with plainly(), Project.open(study, user=user) as project:
        require(project)
        made = pseudonymising.apply(project, key_file=key, dry_run=True)
        _, held = pseudonymising.key_of(project, key)
        return Seen(made, project.last_entry(), held.entries)


def apply(study: str, user: str, key: Path | None, seen: Seen, progress: Progress) -> Applied:
    """Write the pseudonyms into the study as it was looked at.

    Raises
    ------
    ConflictError
        Where study or key have changed since.
    """
    progress(0, 1, "Writing the pseudonyms")
    with plainly(), Project.open(study, user=user) as project:
        if not is_current(project, key, seen):
            raise ConflictError("study or key were changed meanwhile; look again at what changes")
        return pseudonymising.apply(project, key_file=key)


def is_current(project: Project, key: Path | None, seen: Seen) -> bool:
    """Whether study and key still are what was looked at."""
    _, held = pseudonymising.key_of(project, key)
    return (project.last_entry(), held.entries) == (seen.last, seen.entries)


def put_back(study: str, user: str, key: Path | None, progress: Progress) -> Swapped:
    """Put the names of the key back into the study."""
    progress(0, 1, "Putting the names back")
    with plainly(), Project.open(study, user=user) as project:
        require(project)
        return pseudonymising.restore(project, key_file=key)


def counts_table(made: Applied) -> pd.DataFrame:
    """How often each pseudonym is written: ``pseudonym``, ``count``."""
    import pandas as pd

    rows = sorted(made.replaced.items(), key=lambda one: (-one[1], one[0]))
    return pd.DataFrame(rows, columns=["pseudonym", "count"])


def left_table(made: Applied) -> pd.DataFrame:
    """What stays and is worth a look: ``where``, ``text``, ``why``."""
    import pandas as pd

    return pd.DataFrame(made.left[:SHOWN], columns=["where", "text", "why"])


def codings_table(made: Applied) -> pd.DataFrame:
    """Codings whose words change: ``source``, ``text`` as it is afterwards."""
    import pandas as pd

    return pd.DataFrame(made.codings[:SHOWN], columns=["source", "text"])


def in_words(made: Applied) -> str:
    """What is replaced, in one sentence."""
    elsewhere = sum(made.elsewhere.values())
    return (
        f"{many(made.count, 'place')} in {many(len(made.sources), 'source')}"
        f" ({elsewhere:,} of them outside the texts: speakers, names, attributes, memos ...). "
        f"{many(len(made.codings), 'coding has', 'codings have')} a pseudonym in their words; "
        "every coding keeps its place and its code."
    )


# Release check -----------------------------------------------------------------------------


def checked(
    study: str, user: str | None, what: tuple[Path | None, Upload | None], progress: Progress
) -> list[Finding]:
    """What of a file, or of the study itself, should not leave.

    Parameters
    ----------
    study, user
    what : tuple
        The key file, if not in its usual place; and the file, or None for the study.
    progress : callable
    """
    key, upload = what
    progress(0, 1, "Looking through it")
    with plainly(), Project.open(study, user=user) as project:
        given = key if key is not None and key.is_file() else None
        if upload is None:
            return check(project.study, key=given, study=project)
        with private_folder() as folder:
            path = folder / own_name(upload.name)
            write_private(path, upload.content)
            return check(path, key=given, study=project, name=own_name(upload.name))


def findings_table(found_: Sequence[Finding]) -> pd.DataFrame:
    """Findings: ``what`` to do, ``where``, ``why``, ``text`` masked."""
    import pandas as pd

    says = {"refuse": "must not leave", "look": "look at it"}
    rows = [(says.get(one.level, one.level), one.where, one.why, one.text) for one in found_]
    return pd.DataFrame(rows, columns=["what", "where", "why", "text"])


# People ------------------------------------------------------------------------------------


def people(project: Project) -> list[str]:
    """Who can be withdrawn: every case, and every source."""
    table = project.sources()
    cases = [one for one in table["case"].dropna() if one]
    return list(dict.fromkeys([*cases, *table["source"]]))


def withdraw(
    study: str, user: str, who: tuple[str | None, str | None, Path | None], progress: Progress,
    *, dry_run: bool = True,
) -> Withdrawn:  # fmt: skip
    """Take a participant out, or say what would go.

    Parameters
    ----------
    study, user
    who : tuple
        A case or source; the id of a respondent; the key file.
    progress : callable
    dry_run : bool
    """
    name, respondent, key = who
    progress(0, 1, "Looking what is theirs" if dry_run else "Taking it out")
    with plainly(), Project.open(study, user=user) as project:
        return pseudonymising.withdraw(
            project, name, respondent=respondent or None, key_file=key, dry_run=dry_run
        )


def counted(counts: Mapping[str, int]) -> pd.DataFrame:
    """What goes, in words: ``what``, ``count``."""
    import pandas as pd

    rows = [(COUNTED.get(kind, kind), count) for kind, count in counts.items() if count]
    return pd.DataFrame(rows, columns=["what", "count"])


# Purge and keeping -------------------------------------------------------------------------


def purge(
    study: str, user: str, how: tuple[Path | None, bool], progress: Progress, *,
    dry_run: bool = True,
) -> Purged:  # fmt: skip
    """Get rid of what undo, log and backups still hold, or say what would go.

    Parameters
    ----------
    study, user
    how : tuple
        The key file; and whether the backups go too.
    progress : callable
    dry_run : bool
    """
    key, backups = how
    progress(0, 1, "Looking what is kept" if dry_run else "Purging")
    with plainly(), Project.open(study, user=user) as project:
        if not project.may("supervisor"):
            raise ConflictError("only a supervisor of this study may purge it")
        return pseudonymising.purge(project, key_file=key, backups=backups, dry_run=dry_run)


def keep_until(project: Project, until: object) -> str:
    """Say until when the study is kept; a sentence on it."""
    with plainly():
        project.set_retention(None if until is None else str(until))
    return retention_in_words(project.retention)


def retention_in_words(until: str | None) -> str:
    """Until when a study is kept.

    >>> retention_in_words("2031-08-31")
    'This study is kept until 2031-08-31.'
    """
    if until is None:
        return "Nobody has said until when this study is kept."
    return f"This study is kept {'without an end' if until == NEVER else f'until {until}'}."
