"""A study of another tool with what a study of ours must have: names once, a case for a text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Final, TypeVar

from qualkit.interchange._moments import made_id
from qualkit.interchange._records import Group, Mark, Note, Person, Study, Text, Unit
from qualkit.model import Codebook
from qualkit.wording import many

_TAKEN: Final = frozenset({"source", "file", "case"})  # no variable can be called so
NOBODY: Final = Person("unknown coder", made_id("person", "unknown"))


_N = TypeVar("_N", Person, Unit, Text)
_I = TypeVar("_I", Unit, Text, Note, Group)


def tidied(study: Study) -> tuple[Study, tuple[str, ...]]:
    """A study that can be kept, and what had to be changed for that.

    Names of people, cases, sources and codebooks come once, the later ones with a number; a
    source without a case gets that of its own name, as a file that is added does; variables
    without a value, and codings that stand twice, are left out.
    """
    said: list[str] = []
    everybody = {person.id: person for person in reversed(_everybody(study))}
    people = _named(reversed(everybody.values()), "coder", said)
    texts = _named(_apart(study.texts, "source"), "source", said)
    units = _named(_apart(study.units, "case"), "case", said)
    by_name = {unit.name: unit.id for unit in units}
    known = {unit.id for unit in units}
    housed = []
    for text in texts:
        case = text.case if text.case in known else None
        if case is None and (case := by_name.get(text.name)) is None:
            case = by_name[text.name] = made_id("case", text.id)
            units.append(Unit(text.name, case))
        housed.append(replace(text, case=case, values=_values(text.values)))
    units = [replace(unit, values=_values(unit.values)) for unit in units]
    marks = _marks(study, said)
    made = replace(
        study, people=tuple(sorted(people, key=lambda person: person.id)), units=tuple(units),
        texts=tuple(housed), marks=marks, books=_books(study, said),
        notes=tuple(_apart(study.notes, "memo")), groups=tuple(_apart(study.groups, "set")),
    )  # fmt: skip
    return made, tuple(said)


def _apart(given: Iterable[_I], kind: str) -> list[_I]:
    """The same, each with an id of its own."""
    seen: set[str] = set()
    made = []
    for number, one in enumerate(given):
        own = one.id if one.id and one.id not in seen else made_id(kind, one.id, number)
        seen.add(own)
        made.append(one if own == one.id else replace(one, id=own))
    return made


def _everybody(study: Study) -> list[Person]:
    """All who are named, and somebody for what names nobody that is known."""
    known = {person.id for person in study.people}
    used = [one.person for part in (study.marks, study.notes, study.cells) for one in part]
    used += [NOBODY.id] if any(text.description for text in study.texts) and not known else []
    used += [NOBODY.id] if any(unit.description for unit in study.units) and not known else []
    others = dict.fromkeys(one for one in used if one not in known)
    return [*study.people, *(replace(NOBODY, id=one or NOBODY.id) for one in others)]


def _named(given: Iterable[_N], kind: str, said: list[str]) -> list[_N]:
    """The same with names that are not empty and come once."""
    seen: set[str] = set()
    made: list[_N] = []
    for number, one in enumerate(given, 1):
        name = once(one.name.strip() or f"{kind} {number}", seen.__contains__)
        if name != one.name and one.name.strip() and name != one.name.strip():
            said.append(f"a second {kind} called {one.name!r} is now {name!r}")
        seen.add(name)
        made.append(one if name == one.name else replace(one, name=name))
    return made


def once(name: str, taken: Callable[[str], bool], form: str = "{} ({})") -> str:
    """A name that is not taken: itself, or with a number that makes it so.

    The first that does, where all before it are taken.

    >>> once("Time", {"Time", "Time (2)"}.__contains__)
    'Time (3)'
    """
    if not taken(name):
        return name
    low, high = 1, 2
    while taken(form.format(name, high)):
        low, high = high, 2 * high
    while high - low > 1:  # as many as there are, each of them would be tried for each
        middle = (low + high) // 2
        low, high = (middle, high) if taken(form.format(name, middle)) else (low, middle)
    return form.format(name, high)


def _values(values: Mapping[str, str]) -> dict[str, str]:
    made: dict[str, str] = {}
    for name, value in values.items():
        plain = name.strip() or "variable"
        plain = f"{plain} (variable)" if plain.casefold() in _TAKEN else plain
        if value.strip():
            made[once(plain, made.__contains__)] = value.strip()
    return made


def _marks(study: Study, said: list[str]) -> tuple[Mark, ...]:
    """In the order of the texts, each once."""
    order = {text.id: place for place, text in enumerate(study.texts)}
    ids: set[str] = set()
    held: dict[tuple[object, ...], Mark] = {}
    for mark in study.marks:
        person = mark.person or NOBODY.id
        ident = mark.id if mark.id not in ids else made_id("coding", mark.id, len(ids))
        same = person == mark.person and ident == mark.id
        one = mark if same else replace(mark, person=person, id=ident)
        if held.setdefault((one.text, person, one.code, one.start, one.end), one) is one:
            ids.add(ident)
    if twice := len(study.marks) - len(held):
        said.append(f"{many(twice, 'coding')} of the same words by the same coder left out")
    return tuple(sorted(held.values(), key=lambda m: (order[m.text], m.start, m.end, m.id)))


def _books(study: Study, said: list[str]) -> tuple[Codebook, ...]:
    seen: set[str] = set()
    made = []
    for book in study.books:
        ident = once(book.id, seen.__contains__, "{}-{}")
        if ident != book.id:
            said.append(f"a second codebook {book.id!r} is now {ident!r}")
        seen.add(ident)
        made.append(book if ident == book.id else replace(book, id=ident))
    return tuple(made)
