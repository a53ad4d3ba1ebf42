"""A REFI-QDA project or codebook as a study, with an account of everything in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from qualkit.errors import ReadError
from qualkit.interchange._labels import labels_of
from qualkit.interchange._moments import made_id, moment_of
from qualkit.interchange._placing import Choice, Place, Placing, choose
from qualkit.interchange._records import Group, Mark, Person, Study, Text, Unit
from qualkit.interchange._refi_codes import books_of, read_codes, sets_of
from qualkit.interchange._refi_notes import Memos, Targets, judged
from qualkit.interchange._refi_sources import Document, Files, Sources, Stretch
from qualkit.interchange._refi_xml import ORIGIN, UNTITLED, guid, kid, kids, local, refs, said
from qualkit.interchange._tidy import once, tidied
from qualkit.interchange.report import Account, Astray
from qualkit.model import Codebook
from qualkit.wording import many

if TYPE_CHECKING:
    from lxml.etree import _Element

_NO_CODE: Final = "its code is not in the file"
_SHOWN: Final = 5
_LONG: Final = 80


def study_of(root: _Element, files: Files) -> tuple[Study, Account]:
    """The study of a file, and what became of everything in it."""
    return _Reading(root, files).done()


def _some(words: Sequence[str]) -> str:
    """The first of some words, as they stand."""
    shown = "; ".join(repr(one[:_LONG]) for one in words[:_SHOWN])
    return shown + (" ..." if len(words) > _SHOWN else "")


def _beginning(one: Document, place: Place) -> str:
    """The words at a place, of long ones the first: they are shown and not kept."""
    return one.body.text[place.start : min(place.end, place.start + 2 * _LONG)]


class _Said(NamedTuple):
    """What a selection says of its codings."""

    memo: str
    stance: str | None
    rating: int | None


class _Reading:
    """One file while it is read."""

    def __init__(self, root: _Element, files: Files) -> None:
        self.root = root
        self.origin = root.get("origin") or ""
        self.ours = self.origin.startswith(ORIGIN)
        name = root.get("name") or ""
        self.title = "" if self.ours and name == UNTITLED else name
        self.moment = moment_of(root.get("creationDateTime") or root.get("modifiedDateTime"))
        self.author = guid(root, "creatingUserGUID")
        self.sources = Sources(files, self.ours)
        self.sources.read(kid(root, "Sources"))
        self.documents = self.sources.documents
        self.counts: Counter[str] = self.sources.counts
        self.warnings = self.sources.warnings
        self.memos = Memos(self.ours, self.counts)
        self.memos.read(root, self.sources, moment=self.moment, author=self.author)
        self.memos.describe(root, moment=self.moment, author=self.author)
        self.cases = list(kids(kid(root, "Cases"), "Case"))
        for n, one in enumerate(self.cases):
            if not guid(one):
                one.set("guid", made_id("case", n, one.get("name")))
        book = root if local(root) == "CodeBook" else kid(root, "CodeBook")
        self.codes = kid(book, "Codes")
        self.moved: list[Astray] = []
        self.lost: list[Astray] = []
        self.titles: list[str] = []
        self.cutting: list[str] = []

    def done(self) -> tuple[Study, Account]:
        """The study and the account."""
        case_ids = {guid(one) for one in self.cases}
        books, sets = self._books(case_ids)
        codes = {code.guid for book in books for code in book.codes}
        marks, choice = self._marks(codes, case_ids - codes if self.ours else set())
        texts = {name: one.id for one in self.documents for name in one.names}
        for one in self.documents:
            for element in one.elements:
                self.memos.about(refs(element, "NoteRef"), "source", one.id)
        self.memos.attach(self.root, Targets(codes, case_ids, texts | self._parts()))
        notes, cells = self.memos.done()
        people, variables = self._people(), self._variables()
        units = tuple(self._unit(one, variables) for one in self.cases)
        groups = tuple(self._group(one, codes, {note.id for note in notes}) for one in sets)
        study, mended = tidied(Study(
            self.title, people, books, units, self._texts(variables, case_ids, texts),
            tuple(marks), notes, groups, cells,
        ))  # fmt: skip
        self.warnings += mended
        self._count_rest()
        self._refuse_nothing(study)
        return study, Account(
            len(marks) - len(self.moved), tuple(self.moved), tuple(self.lost), choice.offsets,
            len(codes), len(self.documents), len(units), len(people), len(self.memos.memos),
            len(groups), {what: n for what, n in sorted(self.counts.items()) if n},
            tuple(self.warnings),
        )  # fmt: skip

    def _books(self, case_ids: set[str]) -> tuple[tuple[Codebook, ...], list[_Element]]:
        """The codebooks, and the sets that are none."""
        found = read_codes(self.codes)
        if self.ours:  # a case that was written as a code, too
            found = [one for one in found if one.code.guid not in case_ids]
        books, sets, changed = books_of(found, sets_of(self.root), self.title)
        self.warnings += changed
        return books, sets

    # People, variables, cases ------------------------------------------------------------

    def _people(self) -> tuple[Person, ...]:
        users = list(kids(kid(self.root, "Users"), "User"))
        self.counts["logins of coders"] += sum(bool(u.get("id") and u.get("name")) for u in users)
        return tuple(
            Person(one.get("name") or one.get("id") or "", guid(one) or made_id("user", n))
            for n, one in enumerate(users)
        )

    def _variables(self) -> dict[str, str]:
        """The name of each variable by its guid."""
        every = list(kids(kid(self.root, "Variables"), "Variable"))
        used = {guid(one, "targetGUID") for one in self.root.iter("{*}VariableRef")}
        self.counts["variables without values"] += sum(guid(one) not in used for one in every)
        typed = sum((v.get("typeOfVariable") or "Text") != "Text" for v in every)
        self.counts["types of variables (their values are kept as text)"] += typed
        self.counts["descriptions of variables"] += sum(bool(said(v, "Description")) for v in every)
        return {guid(one): one.get("name") or "" for one in every}

    @staticmethod
    def _values(variables: Mapping[str, str], *elements: _Element) -> dict[str, str]:
        made: dict[str, str] = {}
        for one in (value for element in elements for value in kids(element, "VariableValue")):
            name = next((variables.get(ref, "") for ref in refs(one, "VariableRef")), "")
            value = next((v.text or "" for v in kids(one) if local(v).endswith("Value")), "")
            if value.strip():
                made[once(name or "variable", made.__contains__)] = value
        return made

    def _unit(self, element: _Element, variables: Mapping[str, str]) -> Unit:
        ident, sources = guid(element), refs(element, "SourceRef")
        coded = sum(ref != ident for ref in refs(element, "CodeRef"))
        self.counts["references of cases to codes"] += coded
        name = (element.get("name") or "").strip()
        if not name and len(sources) == 1:  # MAXQDA and Quirkos tell so of the source alone
            name = next((one.name for one in self.documents if sources[0] in one.names), "")
        values = self._values(variables, element)
        return Unit(name, ident, values, said(element, "Description"))

    def _texts(
        self, variables: Mapping[str, str], case_ids: set[str], names: Mapping[str, str]
    ) -> tuple[Text, ...]:
        home = self._homes(case_ids, names)
        made = []
        for one in self.documents:
            description, pairs = labels_of(one.said())
            made.append(Text(
                one.name, one.id, one.body.text, home.get(one.id),
                self._values(variables, *one.elements), dict(pairs).get("File", one.file_name),
                moment_of(one.elements[0].get("creationDateTime"), self.moment), description,
            ))  # fmt: skip
        return tuple(made)

    def _homes(self, case_ids: set[str], names: Mapping[str, str]) -> dict[str, str]:
        """The case of each text: what refers to it, has a part of it, or alone codes it."""
        home: dict[str, str] = {}
        for name, known in (("SourceRef", names), ("SelectionRef", self._parts())):
            for case in self.cases:
                for ref in refs(case, name):
                    if (text := known.get(ref)) is None:
                        self.counts["parts of cases that are not in the study"] += 1
                    elif home.setdefault(text, guid(case)) != guid(case):
                        self.counts["further cases of a source"] += 1
        for one in self.documents:
            coded = {ref for stretch in one.stretches for c in kids(stretch.element, "Coding")
                     for ref in refs(c, "CodeRef")} & case_ids  # fmt: skip
            if len(coded) == 1:
                home.setdefault(one.id, coded.pop())
        return home

    def _parts(self) -> dict[str, str]:
        """The text of each selection that has a guid."""
        return {s.guid: one.id for one in self.documents for s in one.stretches if s.guid}

    # Codings -----------------------------------------------------------------------------

    def _marks(self, codes: set[str], skipped: set[str]) -> tuple[list[Mark], Choice]:
        """The codings in their places, and how the file counts."""
        coded, uncoded = [], []
        for one in self.documents:
            for stretch in one.stretches:
                every = list(kids(stretch.element, "Coding"))
                uncoded += [] if every else [(one, stretch)]
                codings = [c for c in every if not set(refs(c, "CodeRef")) & skipped]
                coded += [(one, stretch, codings)] if codings else []
        choice = choose([stretch.selection for _, stretch, _ in coded], self.origin)
        placing = Placing(choice)
        marks: list[Mark] = []
        for one, stretch, codings in coded:
            place = placing.place(stretch.selection)
            marks += self._placed(one, stretch, codings, place, codes)
        for one, stretch in uncoded:
            self._uncoded(one, stretch, placing.place(stretch.selection))
        for one in self.documents:
            marks += self._whole(one, codes)
        self._tell(choice)
        return marks, choice

    def _placed(
        self, one: Document, stretch: Stretch, codings: Iterable[_Element], place: Place,
        codes: set[str],
    ) -> Iterator[Mark]:  # fmt: skip
        words = stretch.selection.name
        saying = self._said_of(stretch.element, words if place.title else "")
        for coding in codings:
            code = next(iter(refs(coding, "CodeRef")), "")
            why = place.why if code in codes else _NO_CODE
            astray = Astray(one.name, words, place.start, place.end, why)
            if code not in codes or place.fate == "lost":
                self.lost.append(astray)
                continue
            if place.fate == "moved":
                self.moved.append(astray)
            yield self._mark(coding, stretch.element, one, (place.start, place.end), saying)
            saying = saying._replace(memo="")  # it goes with the first of its codings
        if place.title:
            self.titles.append(words)
        if place.fate == "matched" and place.why:
            self.cutting.append(_beginning(one, place))

    def _mark(
        self, coding: _Element, element: _Element, one: Document, span: tuple[int, int],
        saying: _Said,
    ) -> Mark:  # fmt: skip
        code = refs(coding, "CodeRef")[0]
        person = guid(coding, "creatingUser") or guid(element, "creatingUser") or self.author
        when = coding.get("creationDateTime") or element.get("creationDateTime")
        ident = guid(coding) or made_id("coding", one.id, *span, code, person)
        memo = "\n\n".join(filter(None, (saying.memo, *self.memos.taken(coding))))
        return Mark(one.id, *span, code, person, moment_of(when, self.moment), ident, memo,
                    saying.stance, saying.rating)  # fmt: skip

    def _said_of(self, element: _Element, title: str) -> _Said:
        description, pairs = labels_of(said(element, "Description"))
        notes = (title, description, *self.memos.taken(element))
        return _Said("\n\n".join(filter(None, notes)), *judged(dict(pairs)))

    def _uncoded(self, one: Document, stretch: Stretch, place: Place) -> None:
        """Count a selection without codings; what is said of it is a memo of the source."""
        self.counts["uncoded selections"] += 1
        element, name = stretch.element, stretch.selection.name
        words = name if place.fate == "lost" else _beginning(one, place)
        self.memos.about(refs(element, "NoteRef"), "source", one.id)
        self.memos.annotate(element, words, one.id, moment=self.moment, author=self.author)

    def _whole(self, one: Document, codes: set[str]) -> Iterator[Mark]:
        """The codings of a source as a whole: over all of its text."""
        for coding in (c for element in one.elements for c in kids(element, "Coding")):
            if not codes.isdisjoint(refs(coding, "CodeRef")) and one.body.text:
                span = (0, len(one.body.text))
                yield self._mark(coding, one.elements[0], one, span, _Said("", None, None))
                continue
            why = _NO_CODE if one.body.text else "its source has no text"
            self.lost.append(Astray(one.name, "(the whole source)", None, None, why))

    def _tell(self, choice: Choice) -> None:
        """Say what is doubtful about the codings that stand where the file says."""
        if self.titles:
            self.warnings.append(
                f"{many(len(self.titles), 'selection')} named otherwise than by the words; kept "
                f"at the place read, the name as a memo: {_some(self.titles)}"
            )
        if self.cutting:
            self.warnings.append(
                f"{many(len(self.cutting), 'selection')} without quoted words, beginning or "
                f"ending within a word; look at them: {_some(self.cutting)}"
            )
        if choice.unsure:
            self.warnings.append(
                "another way of counting fits as well, by which "
                f"{many(choice.unsure, 'selection')} would stand elsewhere; look at some of them"
            )

    def _refuse_nothing(self, study: Study) -> None:
        """Refuse a file that is damaged as a whole: it has codings, and nothing of them is sound.

        What is wrong with some of them is told of each; the rest arrives.
        """
        if study.marks or not self.lost:
            return
        if all(one.why == _NO_CODE for one in self.lost):
            why = f"{many(len(self.lost), 'coding')}, none with a code that is in the file"
            raise ReadError(self.sources.files.name, f"damaged file: it has {why}")
        left = (study.notes, study.groups, study.cells, self.cases)
        if not (any(text.text for text in study.texts) or any(left)):
            why = "none of its texts is in the file; export it with its texts"
            raise ReadError(self.sources.files.name, why)

    # Sets and what is left -----------------------------------------------------------------

    def _group(self, element: _Element, codes: set[str], notes: set[str]) -> Group:
        texts = {name: one.id for one in self.documents for name in one.names}
        members = (
            [texts.get(ref, "") for ref in refs(element, "MemberSource")],
            [ref if ref in codes else "" for ref in refs(element, "MemberCode")],
            [ref if ref in notes else "" for ref in refs(element, "MemberNote")],
        )
        self.counts["members of sets"] += sum(one.count("") for one in members)
        kept = (tuple(dict.fromkeys(filter(None, one))) for one in members)
        description = labels_of(said(element, "Description"))[0]
        return Group(guid(element), element.get("name") or "set", description, *kept)

    def _count_rest(self) -> None:
        for one in self.codes.iter("{*}Code") if self.codes is not None else ():
            off = (one.get("isCodable") or "").strip().lower() in {"false", "0"}
            self.counts["codes marked as not for coding"] += off
        self.counts["graphs"] += len(list(kids(kid(self.root, "Graphs"), "Graph")))
