"""Which column of a table of codings is what: by the headings that tools write, or as told."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from qualkit.errors import ReadError, TableError
from qualkit.importers.sheets import Sheet

# As NVivo, MAXQDA (retrieved segments), ATLAS.ti (quotation report), Dedoose (excerpts), Taguette
# (highlights), QualCoder and qualkit head them; the first that a table has counts.
HEADINGS: Final[Mapping[str, tuple[str, ...]]] = {
    "source": (
        "document name", "document", "source", "source name", "file name", "filename", "file",
        "media title", "media", "resource", "resource title", "primary document", "transcript",
        "interview", "dokumentname", "dokument", "documento", "fichier", "text name",
    ),
    "text": (
        "segment", "coded segment", "coded text", "quotation content", "text content", "quotation",
        "quote", "excerpt copy", "excerpt", "content", "reference text", "coded words", "words",
        "text", "reference", "zitat", "segmento", "extrait",
    ),
    "code": (
        "code", "codes", "code name", "codes applied combined", "codes applied", "tag", "tags",
        "node", "nodes", "theme", "code path", "kode", "código", "codigo",
    ),
    "coder": (
        "coder", "coded by", "coder name", "created by", "excerpt creator", "owner", "user",
        "author", "coded by initials", "creator", "codierer", "erstellt von", "modified by",
    ),
    "created": (
        "created", "creation date", "excerpt date", "date created", "created on", "created at",
        "coded on", "date", "erstellt", "erstellt am", "modified", "modified on",
    ),
    "start": ("start", "start at", "start position", "begin", "from", "pos0", "anfang"),
    "end": ("end", "end at", "end position", "to", "pos1", "ende"),
    "memo": ("memo", "comment", "quotation comment", "note", "kommentar"),
    "case": ("case", "participant", "respondent", "case name", "interviewee"),
    "id": ("id", "quotation id", "excerpt id", "segment id", "highlight id"),
}  # fmt: skip
NEEDED: Final = ("text", "code")
_APPLIED: Final = re.compile(r"code: (.+) applied", re.IGNORECASE)  # Dedoose: a column a code
_CODES_A_CELL: Final = 1_000
_YES: Final = frozenset({"true", "1", "yes", "x"})
_SEVERAL: Final = re.compile(r"codes|tags|nodes")


def guessed(sheet: Sheet, columns: Mapping[str, str] | None = None) -> dict[str, int]:
    """What each column is, as its place: what is told, and the rest by its heading.

    A role that is told to have no heading (an empty one) has no column.

    Raises
    ------
    TableError
        For a column that the table has not, a role that there is none of, or where no column
        holds words or codes.
    """
    told = dict(columns or {})
    problems = [f"no column can be {role!r}; it may be {', '.join(HEADINGS)}"
                for role in told if role not in HEADINGS]  # fmt: skip
    problems += [f"it has no column {name!r}; it has {', '.join(sheet.header)}"
                 for name in told.values() if name and name not in sheet.header]  # fmt: skip
    if problems:
        raise TableError(sheet.name, "; ".join(problems))
    found = {role: sheet.header.index(name) for role, name in told.items() if name}
    for role, place in by_heading(sheet.header).items():
        if role not in told and place not in found.values():
            found[role] = place
    missing = [role for role in NEEDED if role not in found]
    if "code" in missing and applied(sheet.header):
        missing.remove("code")
    if missing:
        raise TableError(
            sheet.name,
            f"no column is known to be the {' or the '.join(missing)} of a coding; name it, as "
            f"{missing[0]}=...: it has {', '.join(sheet.header)}",
        )
    return found


def by_heading(header: Sequence[str]) -> dict[str, int]:
    """What each column is as far as its heading tells.

    >>> by_heading(["Document name", "Code", "Segment", "Weight score"])
    {'source': 0, 'text': 2, 'code': 1}
    """
    plain = [" ".join(re.sub(r"[_.:]", " ", one).casefold().split()) for one in header]
    found: dict[str, int] = {}
    for role, names in HEADINGS.items():
        place = next((plain.index(name) for name in names if name in plain), None)
        if place is not None and place not in found.values():
            found[role] = place
    return found


def applied(header: Sequence[str]) -> dict[int, str]:
    """The columns that each stand for one code, by the code."""
    found = ((place, _APPLIED.fullmatch(one.strip())) for place, one in enumerate(header))
    return {place: one[1] for place, one in found if one is not None}


def _refuse_heaps(sheet: Sheet, cells: Sequence[str], divider: str) -> None:
    """Refuse what is no list of codes, however it came into their column."""
    for number, cell in zip(sheet.numbers, cells, strict=True) if divider else ():
        if (count := cell.count(divider)) > _CODES_A_CELL:
            raise ReadError(sheet.name, f"row {number} has {count:,} codes in one cell")


def codes_in(sheet: Sheet, found: Mapping[str, int]) -> tuple[list[list[str]], str]:
    """The codes of every row, and by what its cells were divided; empty where they were not.

    A cell of several codes has one a line; where its heading speaks of codes, it may have them
    between semicolons or commas, the same in the whole table.
    """
    columns = applied(sheet.header)
    if "code" not in found:
        return [[code for place, code in columns.items() if row[place].strip().casefold() in _YES]
                for row in sheet.rows], ""  # fmt: skip
    cells = [row[found["code"]] for row in sheet.rows]
    several = _SEVERAL.search(sheet.header[found["code"]].casefold())
    marks = ("\n", ";", ",") if several else ("\n",)
    divider = next((mark for mark in marks if any(mark in cell.strip() for cell in cells)), "")
    _refuse_heaps(sheet, cells, divider)
    parted = [cell.split(divider) if divider else [cell] for cell in cells]
    return [
        list(dict.fromkeys(one.strip() for one in row if one.strip())) for row in parted
    ], divider
