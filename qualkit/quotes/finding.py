"""Quotations in the paragraphs of a report, with what is written around them.

Found are words in quotation marks of any kind, also over several paragraphs; paragraphs set as
quotations; and italics of four words or more. A mark that is never closed swallows nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice, pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

from qualkit.quotes.lookup import words_of

if TYPE_CHECKING:
    from qualkit.importers.drafts import Paragraph

ITALIC_WORDS: Final = 4
_PARAGRAPHS: Final = 12  # over which one quotation may run
_REMARKS: Final = 12  # words that may follow an attribution in its paragraph
_LONG: Final = 30_000  # characters that a quotation in one paragraph may have
_MARKS: Final = 400  # marks within it that are looked at
_AROUND: Final = 1_000  # characters before and after it that may say who spoke
_BEGIN: Final = 120  # characters in which its first words stand
_SINGLES: Final = 12  # marks that are tried as the end of one in single marks
_DOUBLE: Final = {
    "\u201c": "\u201d", "\u201e": "\u201c\u201d\u201f", "\u201f": "\u201d", "\u00ab": "\u00bb",
    "\u00bb": "\u00ab", '"': '"', "\u201d": "\u201d",
}  # fmt: skip
_SINGLE: Final = {"\u2018": "\u2019", "\u201a": "\u2018\u2019", "'": "'", "\u2039": "\u203a"}
_OPENERS: Final = re.compile("[\u201c\u201e\u201f\u00ab\u00bb\"\u201d\u2018\u201a'\u2039]")
_ANY: Final = re.compile("[\u201c\u201d\u201e\u201f\u00ab\u00bb\"\u2018\u2019\u201a'\u2039\u203a]")
_SHORTENED: Final = re.compile(r"(?:em|til|cause|cos|twas|tis|n|bout|round|\d0s)\b", re.IGNORECASE)
_YEAR: Final = re.compile(r"\d\d\b(?!\s+\d)")  # '98, unless the sources have the words that follow
_LAST_CREDIT: Final = re.compile(r"\((?P<who>(?:[^()]|\([^()]{1,60}\)){2,160})\)[.,]?$")
_END: Final = re.compile(r"[.!?:\u201d\u2019\"')\]]\s*$")
_WINDOW: Final = 5  # words of a line that tell whether it was spoken
_NOTE_MARK: Final = re.compile(r"[\d\u00b9\u00b2\u00b3\u2070-\u2079]{1,3}(?!\w)")  # of a footnote
_STARTS: Final = re.compile(r"[\s(\[{/\u2013\u2014\u2012-]|^$")
_SENTENCE: Final = re.compile(
    r"(?:[.!?][)\]\"\u201d\u2019]*\s|[)\]\u201d]\s*\n)\s*(?=[\u201c\"'\u2018A-Z])"
)
IN_PARENTHESES: Final = r"[(\[](?![\s.\u2026]+[)\]])(?:[^()\[\]]|\([^()\[\]]{1,60}\)){2,160}[)\]]"
_TRAILING: Final = re.compile(
    r"(?P<words>.*?[.!?\u2026\])\"\u201d\u2019']?)\s*"
    rf"(?P<credit>{IN_PARENTHESES}\.?|(?:\s|\n)[\u2013\u2014\u2015]\s?[^.\u2013\u2014]{2, 120})\s*",
    re.DOTALL,
)
CREDIT: Final = re.compile(rf"\s*(?:{IN_PARENTHESES}|[\u2013\u2014\u2015]|--?\s)", re.DOTALL)


class Spot(NamedTuple):
    """A character of a draft: its paragraph and where in it."""

    paragraph: int
    at: int


@dataclass(frozen=True, slots=True)
class Quotation:
    """A quotation of a report.

    Attributes
    ----------
    text : str
        Its words without the marks around them.
    where : str
        For people.
    first, last : Spot
        Where it begins, and before which character it ends; its marks belong to it.
    kind : str
        ``marks``, ``block``, ``indented``, ``bare`` (of a PDF, with an attribution) or
        ``italics``.
    before, after : str
        What stands before it in its sentence, and after it in its paragraph.
    following : str
        The next paragraph, where the quotation ends its own.
    beside : tuple of str
        The other cells of its row, where the quotation stands in a table.
    """

    text: str
    where: str
    first: Spot
    last: Spot
    kind: str
    before: str = ""
    after: str = ""
    following: str = ""
    beside: tuple[str, ...] = ()


def find_quotations(
    paragraphs: Sequence[Paragraph],
    known: Callable[[str], bool],
    names: Callable[[str], bool] = lambda _: False,
) -> tuple[list[Quotation], list[str]]:
    """Every quotation in reading order, and where a mark is opened that nothing closes.

    Parameters
    ----------
    paragraphs : sequence of Paragraph
    known : function
        Whether the sources have these words; it settles where single marks, which are
        apostrophes too, end.
    names : function
        Whether a paragraph is nothing but names of who spoke; by default none is.
    """
    finder = _Finder(paragraphs, known, names)
    flows: dict[int, list[int]] = {}
    for n, paragraph in enumerate(paragraphs):
        flows.setdefault(paragraph.flow, []).append(n)
    for flow in flows.values():
        finder.flow(flow)
    return sorted(finder.found, key=lambda one: one.first), finder.unclosed


def split_credits(paragraphs: Sequence[Paragraph], names: Callable[[str], bool]) -> list[Paragraph]:
    """Paragraphs of a PDF, cut around the lines that are nothing but who spoke.

    Those that are known by the space between them stay as they are.
    """
    return [
        part for one in paragraphs
        for part in (_split(one, names) if one.pages and not one.placed else [one])
    ]  # fmt: skip


def _split(paragraph: Paragraph, names: Callable[[str], bool]) -> Iterator[Paragraph]:
    lines = paragraph.text.split("\n")
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    cuts, n = [0], 0
    while n < len(lines):
        size = next((k for k in (2, 1) if _credit_lines(lines, n, k, names)), 0)
        cuts += [n, n + size] if size else []
        cuts += [n + 1] if not size and _ends_with_credit(lines[: n + 1], names) else []
        n += size or 1
    for low, high in pairwise(sorted({*cuts, len(lines)})):
        begin, end = starts[low], starts[high] - 1
        page = [(0, number) for start, number in paragraph.pages if start <= begin][-1:]
        later = [(at - begin, number) for at, number in paragraph.pages if begin < at < end]
        yield replace(paragraph, text=paragraph.text[begin:end], pages=(*page, *later))


def _ends_with_credit(lines: Sequence[str], names: Callable[[str], bool]) -> bool:
    """Whether lines end with who spoke in parentheses, and within no quotation."""
    credit = _LAST_CREDIT.search(" ".join(line.strip() for line in lines[-2:]))
    return credit is not None and names(credit["who"]) and _closed("\n".join(lines))


def _closed(text: str) -> bool:
    return text.count("\u201c") <= text.count("\u201d") and text.count('"') % 2 == 0


def _credit_lines(lines: Sequence[str], n: int, size: int, names: Callable[[str], bool]) -> bool:
    """Whether so many lines from one on say who spoke, and stand within no quotation."""
    text = " ".join(line.strip() for line in lines[n : n + size])
    last = n + size >= len(lines) and n > 0
    after = lines[n + size][:1] if n + size < len(lines) else ""
    short = len(text) < 0.75 * max(map(len, lines)) or (len(lines) < 3 and after.isupper())
    dashed = CREDIT.match(text) is not None
    begins = text[:1].isupper() or dashed or (short and re.match(r"an? |one ", text))
    if n + size > len(lines) or not (last or begins) or (n == 0 and not (short or dashed)):
        return False
    return _closed("\n".join(lines[:n])) and not text.endswith(".") and names(text)


def _has_marks(text: str) -> bool:
    """Whether a quotation in marks begins somewhere in a text."""
    return any(_opens(text, match.start(), match.group()) for match in _OPENERS.finditer(text))


def _kind_of(paragraph: Paragraph) -> str:
    if paragraph.quote:
        return "block"
    return "indented" if paragraph.indented else "bare"


def _is_credit(text: str) -> bool:
    """Whether a paragraph is an attribution and nothing else of weight."""
    match = CREDIT.match(text)
    if match is None or (text.startswith("[") and match.end() < len(text)):
        return False
    return len(words_of(text[match.end() :])) <= _REMARKS


def plain(text: str) -> str:
    """Words as they are read: white space made one space."""
    return " ".join(text.split())


class _Finder:
    def __init__(
        self,
        paragraphs: Sequence[Paragraph],
        known: Callable[[str], bool],
        names: Callable[[str], bool],
    ) -> None:
        self.paragraphs = paragraphs
        self.known = known
        self.names = names
        self.rows: dict[int, list[int]] = {}
        for n, paragraph in enumerate(paragraphs):
            if paragraph.row:
                self.rows.setdefault(paragraph.row, []).append(n)
        self.found: list[Quotation] = []
        self.unclosed: list[str] = []

    def flow(self, numbers: Sequence[int]) -> None:
        """Take the quotations of paragraphs that follow each other."""
        n = at = 0
        while n < len(numbers):
            if at == 0 and self._is_block(numbers, n):
                self._block(numbers, n)
                n += 1
                continue
            end = self._marks(numbers, n, at)
            self._italics(numbers, n, at)
            if end is None:
                n, at = n + 1, 0
            else:
                n, at = end

    # Block quotations and italics -------------------------------------------------------------

    def _is_block(self, numbers: Sequence[int], n: int) -> bool:
        paragraph = self.paragraphs[numbers[n]]
        text = paragraph.text.strip()
        if text[:1] in {*_DOUBLE, "\u2018"} or self._is_credit(paragraph):
            return False
        if paragraph.quote:
            return True
        bare = bool(paragraph.pages)  # a PDF does not always show indents
        return (
            (paragraph.indented or bare)
            and not _has_marks(text)
            and (_TRAILING.fullmatch(text) is not None or self._credit_after(numbers, n) != "")
        )

    def _spoken_from(self, text: str) -> int:
        """Where the lines begin that the sources have: a PDF may join them to the prose before."""
        lines = text.split("\n")
        n = len(lines)
        while n and self._spoken(lines[n - 1]):
            n -= 1
        while n and _END.search(lines[n - 1]) is None:
            n -= 1
        return sum(len(line) + 1 for line in lines[:n]) if n < len(lines) else 0

    def _spoken(self, line: str) -> bool:
        words = words_of(line)
        starts = range(max(1, len(words) - _WINDOW + 1))
        return any(
            self.known(line[words[n].start : words[min(n + _WINDOW, len(words)) - 1].end])
            for n in (starts if words else ())
        )

    def _credit_after(self, numbers: Sequence[int], n: int) -> str:
        """The next paragraph of a flow, where it looks like an attribution."""
        if n + 1 >= len(numbers):
            return ""
        paragraph = self.paragraphs[numbers[n + 1]]
        text = paragraph.text
        credit = CREDIT.match(text) is not None or self._is_credit(paragraph)
        return text if credit and len(text) < 400 else ""

    def _announced(self, numbers: Sequence[int], n: int) -> str:
        """The last sentence of the paragraph before, where it ends with a colon."""
        text = self.paragraphs[numbers[n - 1]].text[-_AROUND:].rstrip() if n else ""
        return _SENTENCE.split(text)[-1] if text.endswith(":") else ""

    def _is_credit(self, paragraph: Paragraph) -> bool:
        """Whether a paragraph is an attribution and nothing else of weight."""
        return _is_credit(paragraph.text.strip()) or (
            not paragraph.heading and self.names(paragraph.text)
        )

    def _beside(self, number: int) -> tuple[str, ...]:
        """The other cells of a row, without those that hold quotations."""
        own = self.paragraphs[number]
        cells = (self.paragraphs[n] for n in self.rows.get(own.row, ()))
        return tuple(
            one.text for one in cells
            if one.flow != own.flow and len(one.text) < 200 and not _has_marks(one.text)
        )  # fmt: skip

    def _block(self, numbers: Sequence[int], n: int) -> None:
        paragraph = self.paragraphs[numbers[n]]
        trailing = _TRAILING.fullmatch(paragraph.text)
        end = trailing.end("words") if trailing else len(paragraph.text.rstrip())
        after = paragraph.text[end:]
        start = len(paragraph.text) - len(paragraph.text.lstrip())
        if _kind_of(paragraph) == "bare":
            start = self._spoken_from(paragraph.text[:end]) or start
        self.found.append(Quotation(
            plain(paragraph.text[start:end]), paragraph.place(start), Spot(numbers[n], start),
            Spot(numbers[n], end), _kind_of(paragraph), self._announced(numbers, n), after,
            "" if after.strip() else self._credit_after(numbers, n), self._beside(numbers[n]),
        ))  # fmt: skip

    def _italics(self, numbers: Sequence[int], n: int, begin: int) -> None:
        """Italics of some words that no quotation in marks holds."""
        paragraph = self.paragraphs[numbers[n]]
        here = numbers[n]
        if self._is_credit(paragraph):
            return
        for start, end in paragraph.italics:
            text = paragraph.text[start:end]
            taken = any(one.first < Spot(here, end) and Spot(here, start) < one.last
                        for one in self.found[-50:])  # fmt: skip
            if start < begin or taken or len(words_of(text)) < ITALIC_WORDS:
                continue
            left = start + len(text) - len(text.lstrip())
            right = start + len(text.rstrip())
            spots = Spot(here, left), Spot(here, right)
            self._add(numbers, (n, n), spots, text, "italics")

    # Marks --------------------------------------------------------------------------------

    def _marks(self, numbers: Sequence[int], n: int, at: int) -> tuple[int, int] | None:
        """Take the quotations in marks of a paragraph; where to go on, if in a later one."""
        text = self.paragraphs[numbers[n]].text
        while (match := _OPENERS.search(text, at)) is not None:
            at = match.start()
            mark = match.group()
            if not _opens(text, at, mark):
                at += 1
                continue
            end = self._end(numbers, n, at)
            if end is None:
                self._tell(numbers[n], at, mark)
                at += 1
                continue
            self._quotation(numbers, (n, at), end)
            if end[0] != n:
                return end
            at = end[1]
        return None

    def _end(self, numbers: Sequence[int], n: int, at: int) -> tuple[int, int] | None:
        """The paragraph in which a quotation ends, and the character after its closing mark."""
        text = self.paragraphs[numbers[n]].text
        mark = text[at]
        if mark in _SINGLE:
            closed = self._close_single(text, at)
            return self._single_later(numbers, n, at) if closed is None else (n, closed)
        closed = _close_double(text, at + 1, mark)
        if closed is not None:
            return n, closed
        return self._end_later(numbers, n, mark)

    def _end_later(self, numbers: Sequence[int], n: int, mark: str) -> tuple[int, int] | None:
        """The end of a quotation that its own paragraph does not close."""
        for later in range(n + 1, min(n + 1 + _PARAGRAPHS, len(numbers))):
            text = self.paragraphs[numbers[later]].text
            start = len(text) - len(text.lstrip())
            opened = text[start : start + 1] == mark
            closed = _close_double(text, start + opened, mark)
            inner = text.find(mark, start + opened)
            cut = bool(self.paragraphs[numbers[later]].pages)  # by the edge of a page
            if mark == '"' and not opened and not cut:
                return None
            if closed is not None and (opened or mark == '"' or not 0 <= inner < closed - 1):
                return (later, closed) if _closes(text, closed - 1) else None
            if not opened and (inner >= 0 or not cut):
                return None
        return None

    def _close_single(self, text: str, at: int) -> int | None:
        ends = _single_ends(text, at)
        if not ends:
            return None
        begin = words_of(text[at : at + _BEGIN])[:4]
        if len(begin) > 3 and self.known(text[at + 1 : at + begin[-1].end]):
            for end in reversed(ends):
                if end >= at + begin[-1].end and self.known(text[at + 1 : end]):
                    return end + 1
        if _YEAR.match(text, at + 1):
            return None
        likely = (end for end in ends[:-1] if not self._apostrophe(text, at, end))
        return next(likely, ends[-1]) + 1

    def _apostrophe(self, text: str, at: int, end: int) -> bool:
        """Whether a mark is rather an apostrophe: the sources have the words on both its sides."""
        if text[end - 1 : end] != "s" or not re.match(r"\s+[a-z]", text[end + 1 :]):
            return False
        before, after = words_of(text[at + 1 : end]), words_of(text[end + 1 : end + 80])
        if not before or len(after) < 2:
            return False
        low, high = at + 1 + before[-1].start, end + 1 + after[1].end
        return self.known(text[low:high])

    def _single_later(self, numbers: Sequence[int], n: int, at: int) -> tuple[int, int] | None:
        """The end in the next paragraph, where it opens with the mark too or a page was cut."""
        if n + 1 >= len(numbers):
            return None
        paragraph, mark = self.paragraphs[numbers[n + 1]], self.paragraphs[numbers[n]].text[at]
        opened = paragraph.text.lstrip().startswith(mark)
        if not (opened or paragraph.pages):
            return None
        start = paragraph.text.find(mark) if opened else 0
        closers = _SINGLE[mark]
        begun = self.paragraphs[numbers[n]].text[at + 1 :]
        for end in range(start + 1, len(paragraph.text)):
            ends = paragraph.text[end] in closers and _closes(paragraph.text, end)
            if ends and self.known(f"{begun} {paragraph.text[start:end]}"):
                return n + 1, end + 1
        return None

    def _tell(self, number: int, at: int, mark: str) -> None:
        if mark in _DOUBLE and mark != "\u201d":
            place = self.paragraphs[number].place(at)
            self.unclosed.append(f"{place}: a quotation mark ({mark}) is opened and never closed")

    def _quotation(
        self, numbers: Sequence[int], first: tuple[int, int], last: tuple[int, int]
    ) -> None:
        (n, at), (m, end) = first, last
        mark = self.paragraphs[numbers[n]].text[at]
        texts = [self.paragraphs[numbers[k]].text for k in range(n, m + 1)]
        texts[-1] = texts[-1][: end - 1]
        texts[0] = texts[0][at + 1 :]
        words = "\n".join([texts[0], *(one.lstrip().removeprefix(mark) for one in texts[1:])])
        if words_of(words):
            self._add(
                numbers, (n, m), (Spot(numbers[n], at), Spot(numbers[m], end)), words, "marks"
            )

    def _add(
        self, numbers: Sequence[int], rows: tuple[int, int], spots: tuple[Spot, Spot],
        words: str, kind: str,
    ) -> None:  # fmt: skip
        opening, closing = self.paragraphs[spots[0].paragraph], self.paragraphs[spots[1].paragraph]
        before = opening.text[max(0, spots[0].at - _AROUND) : spots[0].at]
        sentence = [match.end() for match in _SENTENCE.finditer(before)]
        after = closing.text[spots[1].at : spots[1].at + _AROUND]
        alone = not words_of(after)
        before = before[sentence[-1] if sentence else 0 :]
        if not before.strip() and len(opening.text[: spots[0].at].strip()) == 0:
            before = self._announced(numbers, rows[0])
        self.found.append(Quotation(
            plain(words), opening.place(spots[0].at), spots[0], spots[1], kind,
            before, after,
            self._credit_after(numbers, rows[1]) if alone else "", self._beside(spots[0].paragraph),
        ))  # fmt: skip


def _opens(text: str, at: int, mark: str) -> bool:
    """Whether a mark can begin a quotation where it stands."""
    after = text[at + 1 : at + 2]
    if not after or (after.isspace() and mark != "\u00ab"):
        return False
    free = _STARTS.match(text[at - 1 : at]) is not None
    if mark in {"\u201c", "\u201e", "\u201f", "\u00ab", "\u2039", "\u201a"}:
        return True
    if mark in _SINGLE:
        return (free or text[at - 1 : at] in {*_DOUBLE, ":"}) and not _SHORTENED.match(text, at + 1)
    if mark == "\u201d":
        return free and after.isalnum()
    return free or text[at - 1 : at] == ":"


def _closes(text: str, at: int) -> bool:
    """Whether a mark can end a quotation where it stands: words before it, none glued behind."""
    before, after = text[at - 1 : at], text[at + 1 : at + 2]
    glued = after.isalnum() and _NOTE_MARK.match(text, at + 1) is None
    return not before.isspace() and not glued


def _marks_after(text: str, at: int) -> Iterator[int]:
    """Where the next marks stand, within what a quotation may be long."""
    found = _ANY.finditer(text, at, min(len(text), at + _LONG))
    return (match.start() for match in islice(found, _MARKS))


def _single_ends(text: str, at: int) -> list[int]:
    """Every mark that may end a quotation in single marks."""
    closers, ends = _SINGLE[text[at]], []
    for end in _marks_after(text, at + 2):
        mark = text[end]
        if mark in _DOUBLE and _opens(text, end, mark) and _after_sentence(text, end):
            break
        if mark in closers and _closes(text, end):
            ends.append(end)
        if len(ends) >= _SINGLES or (mark == text[at] != "'" and ends):
            break
    return ends


def _close_double(text: str, at: int, mark: str) -> int | None:
    """The character after the mark that closes a quotation begun before; nested ones skipped."""
    closers, depth = _DOUBLE[mark], 0
    for end in _marks_after(text, at):
        character = text[end]
        if character in closers and (mark not in {'"', "\u201d"} or _closes(text, end)):
            if depth == 0:
                return end + 1
            depth -= 1
        elif character == mark and mark not in closers and _nested(text, at, end):
            depth += 1
    return _straight(text, at) if mark == "\u201c" else None


def _nested(text: str, at: int, end: int) -> bool:
    """Whether a second opening mark lies within the first, which closes after it."""
    return end > at and text[end - 1] != "\n"  # there it opens a paragraph


def _straight(text: str, at: int) -> int | None:
    """A curly mark closed by a straight one."""
    end = text.find('"', at, at + _LONG)
    return end + 1 if end >= 0 and _closes(text, end) and "\u201c" not in text[at:end] else None


def _after_sentence(text: str, at: int) -> bool:
    return text[:at].rstrip()[-1:] in {".", "!", "?"}
