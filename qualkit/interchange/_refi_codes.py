"""Codes and codebooks in REFI-QDA, which knows a code's name, description and colour alone.

What else our codes say stands in their descriptions (see :mod:`._labels`). Each of our
codebooks is a set that has its codes in their order; codes that are in no such set are those of
one codebook called ``imported``.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from qualkit.interchange._labels import Pair, labels_of, with_labels
from qualkit.interchange._moments import made_id
from qualkit.interchange._refi_xml import add, guid, kid, kids, refs, said, written
from qualkit.interchange._tidy import once
from qualkit.model import COLOUR, DEFAULT_COLOUR, Code, Codebook, Level, look_of

if TYPE_CHECKING:
    from lxml.etree import _Element

IMPORTED: Final = "imported"
_NAME: Final = "Name"
_IDENT: Final = "Code id"
_BOOK: Final = "Codebook id"
_TEXTS: Final = {"Include": "include", "Exclude": "exclude", "Example": "example"}
_LEVEL: Final = re.compile(r"Level (-?\d{1,9})( means)?")
_IDENTS: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")  # as our codebooks have them


# Identifiers -------------------------------------------------------------------------------


def _idents(codes: Sequence[tuple[str, str]]) -> list[str]:
    """An id for every code out of its name, where it has none; (name, id) in their order."""
    taken = {ident for _, ident in codes if ident}
    made = []
    for name, given in codes:
        made.append(given or once(_slug(name), taken.__contains__, "{}-{}"))
        taken.add(made[-1])
    return made


def _slug(name: str) -> str:
    """A name in small plain letters.

    >>> _slug("Coke::Café, 1")
    'coke-cafe-1'
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9._]+", "-", plain.lower()).strip("-._")[:50] or "code"


def _to_write(codes: Sequence[Code]) -> set[str]:
    """The ids that a reader would not make out of the names itself."""
    needed: set[str] = set()
    while True:
        made = _idents([(one.name, one.id if one.id in needed else "") for one in codes])
        wrong = {one.id for one, ident in zip(codes, made, strict=True) if one.id != ident}
        if wrong <= needed:
            return needed
        needed |= wrong


# Writing -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Named:
    """A code with the name that it gets in a file, where every name comes once."""

    code: Code
    name: str
    with_ident: bool


def named(books: Iterable[Codebook], taken: Iterable[str] = ()) -> dict[str, Named]:
    """Every code of some codebooks, by guid."""
    seen = {look_of(name) for name in taken}
    made: dict[str, Named] = {}
    for book in books:
        needed = _to_write(book.codes)
        for code, _ in book.walk():
            name = once(code.name, lambda one: look_of(one) in seen)
            seen.add(look_of(name))
            made[code.guid] = Named(code, name, code.id in needed)
    return made


def renamed(codes: Iterable[Named]) -> list[str]:
    """The codes that get another name, in words."""
    return [
        f"the code {one.code.name!r} ({one.code.id}) is written as {one.name!r}: another code "
        "has its name"
        for one in codes
        if one.name != one.code.name
    ]


def write_codes(
    parent: _Element, books: Iterable[Codebook], codes: Mapping[str, Named],
    notes: Mapping[str, Sequence[str]],
) -> None:  # fmt: skip
    """Write the codes of some codebooks, nested as they are, with references to their memos."""
    for book in books:
        above: list[_Element] = [parent]
        for code, depth in book.walk():
            one = codes[code.guid]
            made = add(above[depth], "Code", {
                "guid": written(code.guid), "name": one.name, "isCodable": "true",
                "color": code.colour if COLOUR.fullmatch(code.colour) else DEFAULT_COLOUR,
            })  # fmt: skip
            if text := with_labels(code.definition, _pairs(one)):
                add(made, "Description", text=text)
            for note in notes.get(code.guid, ()):
                add(made, "NoteRef", {"targetGUID": written(note)})
            above[depth + 1 :] = [made]


def write_books(parent: _Element, books: Iterable[Codebook], ref: str) -> None:
    """Write a set for each codebook; `ref` is what the schema calls a reference to a code."""
    for book in books:
        label = f"Codebook: {book.title or book.id}"
        made = add(parent, "Set", {"guid": written(book.guid), "name": label})
        pairs = [(_BOOK, book.id), ("Title", book.title), ("Version", book.version)]
        pairs += [("Source", book.source)] if book.source else []
        add(made, "Description", text=with_labels(book.description, pairs))
        for code in book.codes:
            add(made, "MemberCode", {ref: written(code.guid)})


def _pairs(one: Named) -> list[Pair]:
    """What a code says beyond its definition."""
    code = one.code
    pairs = [(label, getattr(code, key)) for label, key in _TEXTS.items() if getattr(code, key)]
    pairs += [("Cue", cue) for cue in code.cues]
    for level in code.scale:
        pairs.append((f"Level {level.value}", level.label))
        pairs += [(f"Level {level.value} means", level.descriptor)] if level.descriptor else []
    pairs += [("Survey item", item) for item in code.survey_items]
    pairs += [(_NAME, code.name)] if one.name != code.name else []
    return pairs + ([(_IDENT, code.id)] if one.with_ident else [])


# Reading -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Found:
    """A code as a file has it: with the guid of the one above it, and its id if that is said."""

    code: Code
    above: str
    ident: str


def read_codes(parent: _Element | None) -> list[Found]:
    """The codes of a file, each before those below it."""
    found: list[Found] = []
    seen: set[str] = set()
    waiting = [(one, "") for one in reversed(list(kids(parent, "Code")))]
    while waiting:
        element, above = waiting.pop()
        ident = guid(element) or made_id("code", above, element.get("name"), len(found))
        ident = ident if ident not in seen else made_id("code", ident, len(found))
        seen.add(ident)
        found.append(_found(element, ident, above))
        waiting += [(one, ident) for one in reversed(list(kids(element, "Code")))]
    return found


def _found(element: _Element, ident: str, above: str) -> Found:
    name = element.get("name") or ""
    colour = element.get("color") or ""
    bare = Code(
        "", name if name.strip() else "unnamed code",
        colour=colour if COLOUR.fullmatch(colour) else DEFAULT_COLOUR, guid=ident,
    )  # fmt: skip
    description = said(element, "Description")
    definition, pairs = labels_of(description)
    code, own = _with(replace(bare, definition=definition), pairs)
    if pairs and _pairs(Named(code, name, bool(own))) != pairs:  # not written so by us
        code, own = replace(bare, definition=description), ""
    return Found(code, above, own)


def _with(code: Code, pairs: Sequence[Pair]) -> tuple[Code, str]:
    """A code with what its description says, and its id."""
    texts = {_TEXTS[label]: text for label, text in pairs if label in _TEXTS}
    levels: dict[int, Level] = {}
    for label, text in pairs:
        if (level := _LEVEL.fullmatch(label)) is not None:
            value = int(level[1])
            held = levels.get(value, Level(value, ""))
            levels[value] = (
                replace(held, descriptor=text) if level[2] else replace(held, label=text)
            )
    single = dict(pairs)
    ident = single.get(_IDENT, "")
    ident = ident if _IDENTS.fullmatch(ident) else ""
    made = replace(
        code, **texts, scale=tuple(levels.values()), id=ident,
        name=_own_name(code.name, single.get(_NAME, "")),
        cues=tuple(text for label, text in pairs if label == "Cue"),
        survey_items=tuple(text for label, text in pairs if label == "Survey item"),
    )  # fmt: skip
    return made, ident


def _own_name(name: str, said_name: str) -> str:
    """What a code was called before it got a number, unless somebody has renamed it since."""
    numbered = re.fullmatch(rf"{re.escape(said_name)} \(\d+\)", name)
    return said_name if said_name and numbered else name


def books_of(
    found: Sequence[Found], sets: Iterable[_Element], title: str
) -> tuple[tuple[Codebook, ...], list[_Element], list[str]]:
    """The codebooks of a file, the sets that are none, and what had to be changed."""
    books: list[Codebook] = []
    home: dict[str, int] = {}  # of each code, its codebook
    order: dict[str, int] = {}
    others = []
    for element in sets:
        if (book := _book(element)) is None:
            others.append(element)
            continue
        for code in refs(element, "MemberCode"):
            order.setdefault(code, len(order))
            home.setdefault(code, len(books))
        books.append(book)
    rest = Codebook(IMPORTED, title or IMPORTED, "1", (), guid=_rest_guid(found, title))
    everyone = [*books, rest]
    for one in found:
        home.setdefault(one.code.guid, home.get(one.above, len(books)))
    said_so = _torn(found, home)
    filled = [
        replace(book, codes=_codes([f for f in found if home[f.code.guid] == n], order, home))
        for n, book in enumerate(everyone)
    ]
    kept = tuple(book for book in filled if book.codes or book.guid != rest.guid)
    return kept, others, said_so + _twins(kept)


def _book(element: _Element) -> Codebook | None:
    """The codebook that a set of ours stands for; None for any other set."""
    description, pairs = labels_of(said(element, "Description"))
    single = dict(pairs)
    if not _IDENTS.fullmatch(single.get(_BOOK, "")) or not guid(element):
        return None
    return Codebook(single[_BOOK], single.get("Title", ""), single.get("Version", ""), (),
                    description, single.get("Source", ""), guid(element))  # fmt: skip


def _rest_guid(found: Sequence[Found], title: str) -> str:
    return made_id("codebook", title, *(one.code.guid for one in found[:1]))


def _codes(
    found: Sequence[Found], order: Mapping[str, int], home: Mapping[str, int]
) -> tuple[Code, ...]:
    """The codes of one codebook in the order of its set, with their ids and parents."""
    last = len(order)
    placed = sorted(found, key=lambda one: order.get(one.code.guid, last))
    once_only = Counter(one.ident for one in placed)
    given = [(o.code.name, o.ident if once_only[o.ident] == 1 else "") for o in placed]
    idents = dict(zip((o.code.guid for o in placed), _idents(given), strict=True))
    return tuple(
        replace(o.code, id=idents[o.code.guid], parent=idents.get(o.above)) for o in placed
    )


def _torn(found: Iterable[Found], home: Mapping[str, int]) -> list[str]:
    return [
        f"the code {one.code.name!r} stands below a code of another codebook; it is a theme now"
        for one in found
        if one.above and home[one.above] != home[one.code.guid]
    ]


def _twins(books: Iterable[Codebook]) -> list[str]:
    """The codes of one codebook whose names look the same."""
    said_so = []
    for book in books:
        looks: dict[str, list[Code]] = {}
        for code in book.codes:
            looks.setdefault(look_of(code.name), []).append(code)
        said_so += [
            f"{len(codes)} codes of {book.title!r} are called {codes[0].name!r}; they are kept "
            f"apart as {', '.join(one.id for one in codes)}"
            for codes in looks.values()
            if len(codes) > 1
        ]
    return said_so


def sets_of(root: _Element) -> Iterator[_Element]:
    """The sets of a project or a codebook."""
    yield from kids(kid(root, "Sets"), "Set")
