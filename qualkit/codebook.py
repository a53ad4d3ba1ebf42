"""Codebooks and frameworks as YAML that people can read, checked when they are read.

A codebook holds the codes of one topic: name, definition, what to include and exclude, an
invented example, cue phrases, and for a rating code its levels. A framework is an ordered list
of themes picked from one or more codebooks: the columns of a grid.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from qualkit._yaml import Lined, read_yaml, text_of
from qualkit.errors import CodebookError
from qualkit.model import COLOUR, DEFAULT_COLOUR, Code, Codebook, Framework, Level, Theme

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_BAD_NAME = re.compile("[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))
_CODE_KEYS = {
    "id", "name", "definition", "include", "exclude", "example", "cues", "colour", "parent",
    "scale", "survey_items",
}  # fmt: skip
_BOOK_KEYS = {"id", "title", "version", "description", "source", "codes"}
_FRAMEWORK_KEYS = {"id", "title", "description", "themes"}
_NAME_LENGTH = 200


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


def checked_code(code: Code, book_id: str) -> Code:
    """A code made by a program, with the guid that it has in every project.

    Raises
    ------
    CodebookError
        For an id or name that no code may have.
    """
    entry = {"id": code.id, "name": code.name, "cues": list(code.cues)}
    if problems := _one_entry(Lined(entry)):
        raise CodebookError(f"{book_id}/{code.id}", problems)
    return replace(code, guid=_guid(book_id, code.id))


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
        key = unicodedata.normalize("NFKC", name.translate(_INVISIBLE)).strip().casefold()
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
