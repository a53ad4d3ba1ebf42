"""What the page Codebook shows and does, apart from showing it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from qualkit.app.files import own_name, private_folder, write_private
from qualkit.app.state import place, plain
from qualkit.codebook import SHIPPED, CodeChange, check_codebook, read_codebook
from qualkit.errors import QualkitError
from qualkit.model import Code, Codebook, Level, new_id
from qualkit.project import Project
from qualkit.store.merging import MergeReport

if TYPE_CHECKING:
    import pandas as pd

NOW: Final = 0  # the entry that stands for a codebook as it is
_INDENT: Final = "\u2003"
_ID_LENGTH: Final = 40
_SPOKEN: Final = {
    "id": "id", "name": "name", "parent": "place", "order": "order", "include": "what to include",
    "exclude": "what to exclude", "survey_items": "survey items", "source": "where it is from",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of the tree: a code, how deep it stands, how often it was applied.

    `found` is whether the words that were looked for stand in it, and not only below it.
    """

    book: Codebook
    code: Code
    depth: int
    count: int
    found: bool

    @property
    def path(self) -> str:
        """The names from the theme down to the code."""
        return " > ".join(one.name for one in self.book.path(self.code.id))


@dataclass(frozen=True, slots=True)
class Done:
    """What was done, in words, and under which entry of the log; None where nothing was.

    `before` is the guid of the code that was shown then.
    """

    said: str
    entry: int | None
    before: str | None = None


def perform(
    project: Project, said: str, change: Callable[[], object], before: str | None = None
) -> Done:
    """Make one change, and know its number in the log.

    Raises
    ------
    QualkitError
        Where it is refused; the message says why.
    """
    try:
        with project.once(new_id()) as once:
            change()
    except ValueError as error:
        raise QualkitError(str(error)) from error
    return Done(said if once.entry is not None else "Nothing was changed.", once.entry, before)


# The tree ----------------------------------------------------------------------------------


def tree(book: Codebook, counts: Mapping[tuple[str, str], int], words: str = "") -> list[Listed]:
    """The codes of a codebook, each below its parent; those alone that words are found in.

    What stands above a code that was found is shown too, so that its place is plain.
    """
    found = {code.id for code in book.codes if found_in(code, words)}
    wanted = {above.id for code_id in found for above in book.path(code_id)}
    return [
        Listed(book, code, depth, counts.get((book.id, code.id), 0), code.id in found)
        for code, depth in book.walk()
        if code.id in wanted
    ]


def found_in(code: Code, words: str) -> bool:
    """Whether every word stands in a code's name, id, definition, rules or cues.

    >>> found_in(Code("wait", "Waiting", "How long.", cues=("weeks and weeks",)), "WEEKS wait")
    True
    """
    texts = (code.name, code.id, code.definition, code.include, code.exclude, *code.cues)
    said = "\n".join(texts).casefold()
    return all(word in said for word in words.casefold().split())


def counts_of(codes: pd.DataFrame) -> dict[tuple[str, str], int]:
    """How often each code was applied, by codebook and code."""
    rows = zip(codes["codebook"], codes["code"], codes["codings"], strict=True)
    return {(book, code): int(count) for book, code, count in rows}


def label(line: Listed) -> str:
    """A code as one line of the tree: indented, with its codings counted; no sign is markup."""
    return f"{_INDENT * line.depth}{plain(line.code.name)} · {line.count:,}"


def found_elsewhere(books: Iterable[Codebook], shown: Codebook, words: str) -> str:
    """In which other codebooks words are found, in one sentence; empty where in none."""
    found = {
        book.title: count
        for book in books
        if book.id != shown.id and (count := sum(found_in(code, words) for code in book.codes))
    }
    listed = ", ".join(f"{title} ({count})" for title, count in found.items())
    return f"Also found in: {listed}" if words.strip() and listed else ""


def excerpts(own: pd.DataFrame) -> pd.DataFrame:
    """The codings of one code, as the page lists them, each with the link to its place."""
    shown = own[["source", "text", "coder", "stance", "rating", "memo"]].fillna({"stance": ""})
    spans = zip(own["source"], own["start"], own["end"], strict=True)
    shown = shown.assign(
        place=[place(source, int(start), int(end)) for source, start, end in spans]
    )
    empty = [name for name in ("stance", "rating", "memo") if not _said(shown[name])]
    return shown.drop(columns=empty).reset_index(drop=True)


def _said(column: pd.Series[Any]) -> bool:
    """Whether a column says anything at all."""
    return bool((column.notna() & (column.astype("string") != "")).any())


# Forms -------------------------------------------------------------------------------------


def id_for(name: str, taken: Collection[str]) -> str:
    """An id for a name: its letters and digits, and a number where another has it.

    >>> id_for("Warten & Hören", {"warten-horen"})
    'warten-horen-2'
    """
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode("ascii")
    base = re.sub(r"[^a-z0-9]+", "-", letters.lower()).strip("-")[:_ID_LENGTH].strip("-") or "code"
    ids = [base, *(f"{base}-{n}" for n in range(2, len(taken) + 3))]
    return next(one for one in ids if one not in taken)


def lines_of(text: str) -> list[str]:
    """What was typed one a line."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def levels_of(rows: Iterable[Mapping[str, Any]]) -> tuple[Level, ...]:
    """The levels of a scale as they were typed into a table; empty lines count for nothing.

    Raises
    ------
    QualkitError
        For a value that is no whole number.
    """
    levels = []
    for row in rows:
        value, *texts = (_typed(row.get(name)) for name in ("value", "label", "descriptor"))
        if not value and not any(texts):
            continue
        if not re.fullmatch(r"-?\d{1,4}", value.removesuffix(".0")):
            raise QualkitError(f"the scale's value {value!r} is not a whole number")
        levels.append(Level(int(value.removesuffix(".0")), *texts))
    return tuple(levels)


def _typed(value: object) -> str:
    text = "" if value is None else str(value).strip()
    return "" if text in {"nan", "None", "<NA>"} else text


def scale_rows(code: Code) -> list[dict[str, Any]]:
    """The scale of a code as rows of a table to edit."""
    return [
        {"value": level.value, "label": level.label, "descriptor": level.descriptor}
        for level in code.scale
    ]


def targets(books: Sequence[Codebook], book: Codebook, code: Code) -> dict[str, str]:
    """What a code can be merged into: ``codebook/code``, with its path as it is shown."""
    family = _family(book, code)
    return {
        f"{other.id}/{one.id}": _named(other, one, several=len(books) > 1)
        for other in sorted(books, key=lambda other: other.id != book.id)
        for one in other.codes
        if other.id != book.id or one.id not in family
    }


def code_at(books: Iterable[Codebook], name: str) -> Code:
    """The code of a target of a merge."""
    ident, _, code_id = name.partition("/")
    return next(book.code(code_id) for book in books if book.id == ident)


def parents(book: Codebook, code: Code) -> dict[str, str]:
    """Below what a code can be put: ids, with their paths as they are shown."""
    family = _family(book, code)
    return {one.id: _named(book, one, several=False) for one in book.codes if one.id not in family}


def siblings(book: Codebook, code: Code, parent: str | None) -> dict[str, str]:
    """The codes that a code can stand before below a parent, by id, with their names."""
    own = [one for one in book.codes if one.parent == parent and one.id != code.id]
    return {one.id: one.name for one in own}


def next_sibling(book: Codebook, code: Code) -> str:
    """The id of the code that stands behind one below the same parent; empty where none does."""
    own = [one.id for one in book.codes if one.parent == code.parent]
    at = own.index(code.id) + 1
    return own[at] if at < len(own) else ""


def _family(book: Codebook, code: Code) -> set[str]:
    return {one.id for one in book.codes if code.id in {above.id for above in book.path(one.id)}}


def _named(book: Codebook, code: Code, *, several: bool) -> str:
    path = " > ".join(one.name for one in book.path(code.id))
    return f"{path} ({book.title})" if several else path


def told(report: MergeReport) -> list[str]:
    """What a merge does, one sentence a line."""
    counted = (
        (report.moved, "coding moves", "codings move"),
        (
            report.doubled,
            "coding is double: the same words by the same coder; one stays, with both memos",
            "codings are double: the same words by the same coder; one stays, with both memos",
        ),
        (report.summaries, "cell summary moves or is added", "cell summaries move or are added"),
        (report.suggestions, "suggestion follows", "suggestions follow"),
        (report.guide, "line of the topic guide follows", "lines of the topic guide follow"),
        (report.children, "code below it moves", "codes below it move"),
    )
    lines = [f"{count:,} {one if count == 1 else many}" for count, one, many in counted if count]
    return lines or ["Nothing hangs on this code; it just goes."]


# Codebooks ---------------------------------------------------------------------------------


def shipped(held: Collection[str]) -> dict[str, Codebook]:
    """The codebooks that ship with qualkit and that the study does not have, by name."""
    books = {path.stem: read_codebook(path) for path in sorted(SHIPPED.glob("*.yaml"))}
    return {name: book for name, book in books.items() if book.id not in held}


def uploaded(name: str, data: bytes) -> tuple[Codebook, list[str]]:
    """A codebook from a file that was dropped on the page, and the warnings about it.

    Raises
    ------
    CodebookError
        With every problem found.
    """
    with private_folder() as folder:
        path = folder / own_name(name)
        write_private(path, data)
        return check_codebook(path)


def begun(title: str, first: str, held: Collection[str]) -> Codebook:
    """A codebook of the user's own, with its first code."""
    name = " ".join(title.split())
    code = Code(id_for(first, ()), " ".join(first.split()))
    return Codebook(id_for(name, held), name, "1", (code,))


# Versions ----------------------------------------------------------------------------------


def version_labels(versions: pd.DataFrame) -> dict[int, str]:
    """How each version is called in a list, the newest first: as it is now, then by entry."""
    labels = {NOW: "As it is now"}
    rows = versions.iloc[::-1].to_dict("records")
    return labels | {
        int(
            row["entry"]
        ): f"After entry {row['entry']}, {_day(row['at'])}, {row['who']}: {row['what']}"
        for row in rows
    }


def _day(at: str) -> str:
    return at[:16].replace("T", " ")


def version(project: Project, book: str, entry: int) -> Codebook:
    """A codebook as it is now, or as it was after an entry."""
    return project.codebook(book) if entry == NOW else project.codebook_at(book, entry)


def version_table(versions: pd.DataFrame) -> pd.DataFrame:
    """The versions as the page lists them, the newest first."""
    shown = versions.assign(
        at=[_day(at) for at in versions["at"]],
        codes=[
            ", ".join(codes[:5]) + (" ..." if len(codes) > 5 else "") for codes in versions["codes"]
        ],
    )
    return shown.iloc[::-1].reset_index(drop=True)


def headline(change: CodeChange) -> str:
    """What one difference is, in words."""
    name = change.name if change.code else "The codebook"
    field = _SPOKEN.get(change.field, change.field)
    if change.kind in {"added", "removed"}:
        return f"{name}: {change.kind}"
    return f"{name}: another {field}" if change.kind == "renamed" else f"{name}: {field} changed"
