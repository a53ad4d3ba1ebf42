"""Codebooks and frameworks as YAML that people can read, checked when they are read.

A codebook holds the codes of one topic: name, definition, what to include and exclude, an
invented example, cue phrases, and for a rating code its levels. A framework is an ordered list
of themes picked from one or more codebooks: the columns of a grid.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Literal
from uuid import NAMESPACE_URL, uuid5

from qualkit._yaml import Lined, read_yaml, text_of
from qualkit.errors import CodebookError
from qualkit.model import (
    COLOUR,
    DEFAULT_COLOUR,
    NOT_XML,
    Code,
    Codebook,
    Framework,
    Level,
    Theme,
    look_of,
)  # fmt: skip

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_BAD_NAME = re.compile("[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_CODE_KEYS = {
    "id", "name", "definition", "include", "exclude", "example", "cues", "colour", "parent",
    "scale", "survey_items",
}  # fmt: skip
_BOOK_KEYS = {"id", "title", "version", "description", "source", "codes"}
_FRAMEWORK_KEYS = {"id", "title", "description", "themes"}
_NAME_LENGTH = 200
_TEXTS: Final = ("definition", "include", "exclude", "example")


def read_codebook(path: Path | str) -> Codebook:
    """A codebook from its YAML file.

    Raises
    ------
    CodebookError
        With every problem found: a code id used twice, an unknown parent, a circle of parents,
        a name that looks like another, a colour that is none, a scale without levels ...

    Examples
    --------
    >>> book = read_codebook(SHIPPED / "cascade.yaml")
    >>> len(book.codes), book.codes[0].values
    (7, (0, 1, 2, 3))
    """
    return check_codebook(path)[0]


def check_codebook(path: Path | str) -> tuple[Codebook, list[str]]:
    """A codebook and the warnings about it: keys that nothing reads, colours that are none."""
    path = Path(path)
    loaded = read_yaml(path)
    return codebook_of(loaded, path.name), _warnings(loaded)


def codebook_of(loaded: Lined, file: str) -> Codebook:
    """A codebook from a mapping that was read; CodebookError with every problem in it."""
    entries = loaded.get("codes")
    if not isinstance(entries, list) or not entries:
        raise CodebookError(file, ["it has no list of codes under 'codes:'"])
    wrong = [f"entry {n} is not a mapping" for n, e in enumerate(entries, 1) if not _is_map(e)]
    if wrong:
        raise CodebookError(file, wrong)
    book_id = text_of(loaded, "id") or re.sub(r"[^A-Za-z0-9._-]+", "-", Path(file).stem)
    problems = _entry_problems(entries) + _tree_problems(entries)
    if not _ID.fullmatch(book_id):
        problems.insert(0, f"its id {book_id!r} is not letters, digits, '.', '-', '_'")
    if problems:
        raise CodebookError(file, problems)
    return Codebook(
        id=book_id,
        title=text_of(loaded, "title") or book_id,
        version=text_of(loaded, "version") or "1",
        codes=tuple(_code(entry, book_id) for entry in entries),
        description=text_of(loaded, "description"),
        source=text_of(loaded, "source"),
        guid=_guid(book_id),
    )


def read_framework(path: Path | str) -> Framework:
    """A framework from its YAML file: ``id``, ``title`` and an ordered list of ``themes``.

    A theme is a code's id, ``codebook/code`` where two codebooks share an id, or a mapping
    with ``code`` and the ``title`` of its column.
    """
    path = Path(path)
    loaded = read_yaml(path)
    unknown = sorted(set(loaded) - _FRAMEWORK_KEYS)
    problems = [f"unknown key {key!r}" for key in unknown]
    entries = loaded.get("themes")
    if not isinstance(entries, list) or not entries:
        problems.append("it has no list of themes under 'themes:'")
        raise CodebookError(path.name, problems)
    themes = [_theme(entry) for entry in entries]
    problems += [f"theme {n} names no code" for n, t in enumerate(themes, 1) if not t.code]
    codes = [theme.code for theme in themes]
    problems += [
        f"theme {c!r} stands twice" for c in sorted({c for c in codes if codes.count(c) > 1})
    ]
    if problems:
        raise CodebookError(path.name, problems)
    name = text_of(loaded, "id") or path.stem
    return Framework(name, text_of(loaded, "title") or name, tuple(themes))


def _theme(entry: object) -> Theme:
    if isinstance(entry, Lined):
        return Theme(text_of(entry, "code"), text_of(entry, "title"))
    return Theme(str(entry).strip() if isinstance(entry, str) else "", "")


def _is_map(entry: object) -> bool:
    return isinstance(entry, Lined)


def _guid(*parts: str) -> str:
    """The same codebook has the same identifiers in every project, so that they can be merged."""
    return str(uuid5(NAMESPACE_URL, "qualkit:" + "/".join(parts)))


def _code(entry: Lined, book_id: str) -> Code:
    scale = entry.get("scale")
    levels = scale.get("levels", ()) if isinstance(scale, Lined) else ()
    colour = text_of(entry, "colour")
    return Code(
        id=text_of(entry, "id"),
        name=text_of(entry, "name"),
        definition=text_of(entry, "definition"),
        include=text_of(entry, "include"),
        exclude=text_of(entry, "exclude"),
        example=text_of(entry, "example"),
        cues=_texts(entry.get("cues")),
        colour=colour if COLOUR.fullmatch(colour) else DEFAULT_COLOUR,
        parent=text_of(entry, "parent") or None,
        scale=tuple(
            Level(int(level["value"]), text_of(level, "label"), text_of(level, "descriptor"))
            for level in levels
        ),
        survey_items=_texts(entry.get("survey_items")),
        guid=_guid(book_id, text_of(entry, "id")),
    )


def _texts(value: object) -> tuple[str, ...]:
    return tuple(str(one).strip() for one in value) if isinstance(value, list) else ()


def checked_code(code: Code, book_id: str, others: Iterable[Code] = ()) -> Code:
    """A code made by a program, as a file would give it, with the guid of every project.

    Parameters
    ----------
    code : Code
    book_id : str
        The codebook that it is for.
    others : iterable of Code
        The codes that stand there, whose names it may not look like.

    Raises
    ------
    CodebookError
        For an id, a name, a text, a colour or a scale that no code may have.
    """
    made = _tidied(code)
    entry: dict[str, Any] = {"id": made.id, "name": made.name, "cues": list(made.cues)}
    if made.scale:
        levels = [_level_entry(level) for level in made.scale]
        entry["scale"] = Lined(levels=[Lined(one, value=str(one["value"])) for one in levels])
    problems = _one_entry(Lined(entry)) + _words_problems(made)
    problems += [
        f"its name looks the same as that of {other.id}"
        for other in others
        if look_of(other.name) == look_of(made.name)
    ]
    if problems:
        raise CodebookError(f"{book_id}/{code.id}", problems)
    return replace(made, guid=_guid(book_id, code.id))


def _tidied(code: Code) -> Code:
    """The code with its texts spaced as a file's are; what it looks like stays comparable."""
    texts: dict[str, Any] = {
        name: " ".join(getattr(code, name).split()) for name in ("name", *_TEXTS)
    }
    scale = tuple(
        Level(level.value, " ".join(level.label.split()), " ".join(level.descriptor.split()))
        for level in code.scale
    )
    cues = tuple(" ".join(cue.split()) for cue in code.cues)
    return replace(code, cues=cues, scale=scale, **texts)


def _words_problems(code: Code) -> list[str]:
    texts = {name: getattr(code, name) for name in _TEXTS} | {"cues": " ".join(code.cues)}
    problems = [f"its {name} holds control characters" for name, text in texts.items()
                if NOT_XML.search(text)]  # fmt: skip
    if not COLOUR.fullmatch(code.colour):
        problems.append(f"colour {code.colour[:20]!r} is not #rgb or #rrggbb")
    return problems


# A codebook as a file ----------------------------------------------------------------------


def codebook_text(book: Codebook) -> str:
    r"""A codebook as YAML that :func:`read_codebook` reads back the same.

    Examples
    --------
    >>> print(codebook_text(Codebook("ours", "Ours", "1", (Code("a", "Yes: no"),))), end="")
    id: ours
    title: Ours
    version: '1'
    codes:
    - id: a
      name: 'Yes: no'
      colour: '#5a6b7b'
    """
    import yaml

    said = {
        "id": book.id, "title": book.title, "version": book.version,
        "description": book.description, "source": book.source,
        "codes": [_entry_of(code) for code in book.codes],
    }  # fmt: skip
    filled = {key: value for key, value in said.items() if value}
    return str(yaml.safe_dump(filled, sort_keys=False, allow_unicode=True, width=100))


def _entry_of(code: Code) -> dict[str, Any]:
    said: dict[str, Any] = {
        "id": code.id, "name": code.name, "parent": code.parent, "definition": code.definition,
        "include": code.include, "exclude": code.exclude, "example": code.example,
        "cues": list(code.cues), "colour": code.colour,
        "survey_items": list(code.survey_items),
    }  # fmt: skip
    if code.scale:
        said["scale"] = {"levels": [_level_entry(level) for level in code.scale]}
    return {key: value for key, value in said.items() if value}


def _level_entry(level: Level) -> dict[str, Any]:
    said = {"value": level.value, "label": level.label, "descriptor": level.descriptor}
    return {key: value for key, value in said.items() if value != ""}


# Two versions compared ---------------------------------------------------------------------

Kind = Literal["added", "removed", "renamed", "moved", "reworded"]


@dataclass(frozen=True, slots=True)
class CodeChange:
    """One difference between two versions of a codebook.

    Attributes
    ----------
    kind : str
        ``added``, ``removed``, ``renamed``, ``moved`` or ``reworded``.
    code : str
        Its id in the newer version; in the older where it was removed; empty where the codebook
        itself was reworded.
    name : str
        The code's name in that version.
    field : str
        What differs: ``name``, ``parent``, ``definition`` ...; ``order`` where it stands
        elsewhere among its siblings, `before` and `after` being what it stands behind.
    before, after : str
        How it read; of lists, one item a line.
    """

    kind: Kind
    code: str
    name: str
    field: str = ""
    before: str = ""
    after: str = ""


def compare(old: Codebook, new: Codebook) -> list[CodeChange]:
    """What is different in a newer version of a codebook, in its order, the removed codes last.

    A code is the same where its guid is, or else its id.

    Examples
    --------
    >>> old = Codebook("b", "B", "1", (Code("a", "Waiting"), Code("c", "Trust")))
    >>> new = Codebook("b", "B", "1", (Code("a", "Waiting", "How long."),))
    >>> [(one.kind, one.code, one.field) for one in compare(old, new)]
    [('reworded', 'a', 'definition'), ('removed', 'c', '')]
    """
    by_guid = {code.guid: code for code in old.codes}
    by_id = {code.id: code for code in old.codes if code.guid not in {c.guid for c in new.codes}}
    was = {
        code.id: found
        for code in new.codes
        if (found := by_guid.get(code.guid) or by_id.get(code.id)) is not None
    }
    changes = [
        CodeChange("reworded", "", new.title, name, getattr(old, name), getattr(new, name))
        for name in ("title", "version", "description", "source")
        if getattr(old, name) != getattr(new, name)
    ]
    behind = dict(_reordered(old, new, was))
    for code in new.codes:
        if code.id in was:
            changes += _changes_of(was[code.id], code, was, behind.get(code.id))
        else:
            changes.append(CodeChange("added", code.id, code.name))
    kept = {code.guid for code in was.values()}
    gone = [code for code in old.codes if code.guid not in kept]
    return changes + [CodeChange("removed", code.id, code.name) for code in gone]


def _changes_of(
    old: Code, new: Code, was: Mapping[str, Code], behind: tuple[str, str] | None
) -> Iterator[CodeChange]:
    for name in ("id", "name"):
        if getattr(old, name) != getattr(new, name):
            yield CodeChange(
                "renamed", new.id, new.name, name, getattr(old, name), getattr(new, name)
            )
    if not _same_parent(old, new, was):
        yield CodeChange("moved", new.id, new.name, "parent", old.parent or "", new.parent or "")
    elif behind is not None:
        yield CodeChange("moved", new.id, new.name, "order", *behind)
    for name in (*_TEXTS, "cues", "colour", "scale", "survey_items"):
        before, after = _shown(getattr(old, name)), _shown(getattr(new, name))
        if before != after:
            yield CodeChange("reworded", new.id, new.name, name, before, after)


def _same_parent(old: Code, new: Code, was: Mapping[str, Code]) -> bool:
    """Whether a code stands below the same code as before, whatever that is called now."""
    above = was.get(new.parent or "")
    return old.parent == (new.parent if above is None else above.id)


def _shown(value: str | Sequence[str | Level]) -> str:
    """A field of a code as text, a list with one item a line."""
    if isinstance(value, str):
        return value
    return "\n".join(
        f"{one.value} {one.label}: {one.descriptor}".removesuffix(": ")
        if isinstance(one, Level)
        else one
        for one in value
    )


def _reordered(
    old: Codebook, new: Codebook, was: Mapping[str, Code]
) -> Iterator[tuple[str, tuple[str, str]]]:
    """The codes that have moved among the siblings they had and have, with what they are behind.

    As few as explain the new order: those outside the longest run that kept its order.
    """
    place = {code.guid: n for n, code in enumerate(old.codes)}
    stayed_below = [
        code for code in new.codes if code.id in was and _same_parent(was[code.id], code, was)
    ]
    for parent in dict.fromkeys(code.parent for code in stayed_below):
        now = [code.id for code in stayed_below if code.parent == parent]
        places = [place[was[code].guid] for code in now]
        stayed = _longest_rising(places)
        in_old = [now[n] for n in sorted(range(len(now)), key=places.__getitem__)]
        for n, code in enumerate(now):
            if n not in stayed:
                k = in_old.index(code)
                yield code, (in_old[k - 1] if k else "", now[n - 1] if n else "")


def _longest_rising(numbers: Sequence[int]) -> set[int]:
    """The places of a longest rising run, with gaps, in a row of different numbers."""
    best: list[list[int]] = [[]]
    for n, number in enumerate(numbers):
        before = [run for run in best if not run or numbers[run[-1]] < number]
        longest = max(before, key=len)
        best.append([*longest, n])
    longest = max(best, key=len)
    return set(longest)


# What can be wrong with a codebook ---------------------------------------------------------


def _warnings(loaded: Lined) -> list[str]:
    found = [f"nothing reads the key {key!r}" for key in sorted(set(loaded) - _BOOK_KEYS)]
    for entry in loaded["codes"]:
        where = f"line {entry.line}, code {text_of(entry, 'id')}"
        found += [f"{where}: nothing reads the key {k!r}" for k in sorted(set(entry) - _CODE_KEYS)]
        colour = text_of(entry, "colour")
        if colour and not COLOUR.fullmatch(colour):
            found.append(f"{where}: colour {colour[:20]!r} is not #rgb or #rrggbb; grey is used")
        if text_of(entry, "name")[:1] in tuple("=+-@"):
            found.append(f"{where}: its name begins like a formula; exports write it as text")
    return found


def _entry_problems(entries: Sequence[Lined]) -> list[str]:
    problems: list[str] = []
    for entry in entries:
        where = f"line {entry.line}, code {text_of(entry, 'id') or '(no id)'}"
        problems += [f"{where}: {problem}" for problem in _one_entry(entry)]
    return problems + _doubles(entries)


def _one_entry(entry: Lined) -> list[str]:
    problems = []
    if not _ID.fullmatch(text_of(entry, "id")):
        problems.append(f"id {entry.get('id')!r} is not letters, digits, '.', '-', '_'")
    name = entry.get("name")
    if not isinstance(name, str) or not name.strip():
        problems.append("it has no name")
    elif len(name) > _NAME_LENGTH:
        problems.append(f"its name has {len(name)} characters; {_NAME_LENGTH} are allowed")
    elif _BAD_NAME.search(name):
        problems.append(f"name {ascii(name)[:40]} holds control or direction characters")
    problems += [
        f"{key} must be a list of words or phrases"
        for key in ("cues", "survey_items")
        if key in entry and not _is_text_list(entry[key])
    ]
    return problems + (_scale_problems(entry["scale"]) if "scale" in entry else [])


def _is_text_list(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) and one.strip() for one in value)


def _scale_problems(scale: Any) -> list[str]:  # noqa: ANN401 - whatever the file holds
    levels = scale.get("levels") if _is_map(scale) else None
    if not isinstance(levels, list) or len(levels) < 2 or not all(map(_is_map, levels)):
        return ["its scale needs 'levels:' with at least two, each with value and label"]
    values = [text_of(level, "value") for level in levels]
    if not all(re.fullmatch(r"-?\d{1,4}", value) for value in values):
        return [f"its scale's values {values} must be whole numbers"]
    if sorted({int(value) for value in values}) != [int(value) for value in values]:
        return [f"its scale's values {values} must rise, each once"]
    return [
        f"level {v} has no label"
        for v, level in zip(values, levels, strict=True)
        if not text_of(level, "label")
    ]


def _doubles(entries: Iterable[Lined]) -> list[str]:
    ids: dict[str, int] = {}
    names: dict[str, str] = {}
    problems = []
    for entry in entries:
        code_id, name = text_of(entry, "id"), text_of(entry, "name")
        if code_id in ids:
            problems.append(f"duplicate id {code_id} (lines {ids[code_id]} and {entry.line})")
        ids.setdefault(code_id, entry.line)
        key = look_of(name)
        if key and names.setdefault(key, code_id) != code_id:
            problems.append(f"codes {names[key]} and {code_id} have names that look the same")
    return problems


def _tree_problems(entries: Sequence[Lined]) -> list[str]:
    parents = {text_of(entry, "id"): text_of(entry, "parent") for entry in entries}
    problems = [
        f"line {entry.line}, code {text_of(entry, 'id')}: unknown parent {parent}"
        for entry in entries
        if (parent := text_of(entry, "parent")) and parent not in parents
    ]
    told: set[str] = set()
    for code_id in parents:
        path = [code_id]
        while (parent := parents.get(path[-1], "")) and parent not in path:
            path.append(parent)
        if parent and not told & set(path):
            problems.append("hierarchy cycle " + " > ".join([*path, parent]))
            told |= set(path)
    return problems


def _shipped() -> Path:
    """Where the codebooks that come with qualkit lie: beside the package, or within it."""
    inside = Path(__file__).with_name("codebooks")
    return inside if inside.is_dir() else Path(__file__).parent.with_name("codebooks")


SHIPPED = _shipped()
