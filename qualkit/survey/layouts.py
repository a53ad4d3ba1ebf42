"""How the makers of questionnaires lay their tables out: which rows are headings, which say what.

=============  ====================================================================================
plain          one row of headings
qualtrics      three: the column's id, the question, ``{"ImportId":"QID1"}``; or two, without ids
surveymonkey   two: the question (blank where it goes on), the option or ``Response``
ms-forms       one, after ``ID``, ``Start time``, ``Completion time``; ``;`` between answers
spss           none: the file describes its variables
=============  ====================================================================================

The columns that a maker adds (times, addresses, names) are told apart, so that nobody's address
is taken for an answer.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from qualkit.errors import ReadError, UnknownName
from qualkit.importers.columns import Columns, Variable
from qualkit.survey.items import LAYOUTS, fold

_QUALTRICS: Final = {
    "startdate", "enddate", "status", "ipaddress", "progress", "duration", "finished",
    "recordeddate", "_recordid", "responseid", "recipientlastname", "recipientfirstname",
    "recipientemail", "externaldatareference", "externalreference", "locationlatitude",
    "locationlongitude", "distributionchannel", "userlanguage", "duration (in seconds)",
    "responseset",
}  # fmt: skip
_COMPUTED: Final = re.compile(  # by Qualtrics: the order shown, the groups of a net promoter score
    r"qid\d+(?:_.+)?_(?:do(?:_.+)?|nps_group|browser|version|os|resolution"
    r"|first_click|last_click|page_submit|click_count)|q_.+"
)
_COMPUTED_NAME: Final = re.compile(r"q_.+|.+_(?:do(?:_\d+)?|nps_group)")
_MONKEY: Final = {
    "respondent id", "collector id", "start date", "end date", "ip address", "email address",
    "first name", "last name", "custom data 1", "date created", "date modified",
}  # fmt: skip
_FORMS: Final = {
    "id", "start time", "completion time", "email", "name", "last modified time", "language",
    "total points", "quiz feedback", "grade posted time",
}  # fmt: skip
_LIME: Final = {
    "id", "submitdate", "lastpage", "startlanguage", "seed", "startdate", "datestamp", "ipaddr",
    "refurl", "interviewtime", "response id", "date submitted", "last page", "start language",
    "date started", "date last action", "ip address", "referrer url", "total time",
}  # fmt: skip
_LIME_TIMES: Final = re.compile(r"grouptime\d+|\w+time|(?:group|question) time: .*")
_PLAIN: Final = {
    "timestamp", "start date", "end date", "start time", "end time", "completion time",
    "submitted", "date submitted", "ip address", "email", "email address", "e-mail", "name",
    "first name", "last name", "full name", "surname", "phone", "telephone", "postcode",
    "username", "sent date",
}  # fmt: skip
_ADMIN: Final = {
    "qualtrics": _QUALTRICS, "surveymonkey": _MONKEY, "ms-forms": _FORMS, "plain": _PLAIN,
    "spss": _PLAIN,
}  # fmt: skip
_OPEN_ENDED: Final = "open-ended response"
_ANY_ANSWER: Final = {"", "response", _OPEN_ENDED}
_PARTED: Final = " - "
_NUMBERED: Final = re.compile(r"_\d{1,4}$")
_RUNNING: Final = frozenset({"q", "question", "v", "var"})
OTHER: Final = re.compile(r"other\b.*|\[?(?:please )?specify\b.*")


@dataclass(frozen=True, slots=True)
class Field:
    """One column of a file, and what its headings say of it.

    Attributes
    ----------
    position : int
        From 1.
    name : str
        What it is called in messages: its heading, or the question and the option.
    question : str
        The words that were asked.
    option : str
        The answer or the statement that it stands for, where a question has several columns.
    group : str
        What the columns of one question with several answers share; empty for any other.
    stem : str
        What the statements of one question share.
    ident : str
        The maker's own id, such as ``QID1``.
    admin : bool
        Whether the maker added it: a time, an address, a name.
    free : bool
        Whether respondents wrote in it in their own words.
    variable : Variable or None
        What a statistics file says of it.
    """

    position: int
    name: str
    question: str = ""
    option: str = ""
    group: str = ""
    stem: str = ""
    ident: str = ""
    admin: bool = False
    free: bool = False
    variable: Variable | None = None

    @property
    def keys(self) -> tuple[str, ...]:
        """Everything by which it can be named, folded, the surest first."""
        several = (f"{self.question}{_PARTED}{self.option}", self.option) if self.option else ()
        plain = () if self.group else (self.question,)
        every = (self.name, *several, *plain, self.ident)
        return tuple(dict.fromkeys(key for one in every if (key := fold(one))))


@dataclass(frozen=True, slots=True)
class Laid:
    """A table whose headings were understood.

    Attributes
    ----------
    layout : str
    heads : int
        How many rows are headings.
    fields : tuple of Field
        One a column that has a heading.
    blank : tuple of int
        Positions of columns without one.
    """

    layout: str
    heads: int
    fields: tuple[Field, ...]
    blank: tuple[int, ...] = ()

    def twice(self) -> list[str]:
        """Headings that two columns have, said as faults."""
        held: dict[str, int] = {}
        found = []
        for one in self.fields:
            if one.name in held:
                at = f"columns {held[one.name]} and {one.position}"
                found.append(f"row 1: two columns are called {short(one.name)!r} ({at})")
            held.setdefault(one.name, one.position)
        return found


def short(words: str, most: int = 60) -> str:
    """Words as a message shows them.

    >>> short("How often do you meet?", 12)
    'How often...'
    """
    plain = " ".join(words.split())
    return plain if len(plain) <= most else f"{plain[: most - 3]}..."


def lay_out(table: Columns, layout: str = "") -> Laid:
    """The headings of a table, in the layout named or else in the one that it shows.

    Raises
    ------
    ReadError
        Where the table is not in the layout that was named.
    UnknownName
        Where there is no such layout.
    """
    if layout and layout not in LAYOUTS:
        raise UnknownName("layout", layout, LAYOUTS)
    if table.variables or layout == "spss":
        if layout not in {"", "plain", "spss"} or not table.variables:
            said = "has no rows of headings" if table.variables else "is no SPSS file"
            raise ReadError(table.name, f"it {said}, so it is not laid out as {layout}")
        return Laid("spss", 0, tuple(_of_variables(table.variables)))
    heads = [_row(table, n) for n in range(3)]
    found = layout or detect(heads)
    made = {"qualtrics": _qualtrics, "surveymonkey": _monkey}.get(found, _plain)
    count, fields = made(heads, table.name)
    added = _added(found, fields)
    named = [
        replace(one, admin=added(one), free=one.free or bool(OTHER.fullmatch(fold(one.option))))
        for one in fields
    ]
    return Laid(
        found, count, tuple(one for one in named if one.name),
        tuple(one.position for one in named if not one.name),
    )  # fmt: skip


def _added(layout: str, fields: Sequence[Field]) -> Callable[[Field], bool]:
    """Tells whether the maker of a questionnaire added a column."""
    looks = {fold(one.name) for one in fields}
    known, more = _ADMIN[layout], None
    if layout == "plain" and looks & {"startlanguage", "start language"} and "seed" in looks:
        known, more = known | _LIME, _LIME_TIMES  # LimeSurvey

    def added(one: Field) -> bool:
        look, ident = fold(one.name), one.ident.casefold()
        if layout == "qualtrics":
            computed = _COMPUTED.fullmatch(ident) if ident else _COMPUTED_NAME.fullmatch(look)
            return bool({look, ident} & known) or computed is not None
        if layout == "ms-forms" and one.name.startswith(("Points - ", "Feedback - ")):
            return True  # of a quiz
        return look in known or (more is not None and more.fullmatch(look) is not None)

    return added


def _row(table: Columns, number: int) -> list[str]:
    """The cells of a row, trimmed; empty where there are fewer rows."""
    if len(table.numbers) <= 4 * number:
        return []
    at = slice(4 * number, 4 * number + 4)
    return [
        " ".join(column.cells[int.from_bytes(column.places[at], "little")].split())
        for column in table.columns
    ]


def detect(heads: Sequence[Sequence[str]]) -> str:
    """The layout of a table by its first rows.

    >>> detect([["ID", "Start time", "Completion time", "Q"], ["1", "", "", "Yes"]])
    'ms-forms'
    >>> detect([["id", "K1"], ["S1", "4"]])
    'plain'
    """
    first = [fold(cell) for cell in heads[0]]
    second = list(heads[1]) if len(heads) > 1 else []
    if any(cell.startswith('{"ImportId"') for row in heads[1:3] for cell in row):
        return "qualtrics"
    if first[:2] == ["startdate", "enddate"] and "responseid" in first:
        return "qualtrics"
    meta = [n for n, cell in enumerate(first) if cell in _MONKEY]
    if meta and {"respondent id", "collector id"} & set(first) and second:
        said = any(fold(cell) in _ANY_ANSWER - {""} for cell in second)
        if all(not second[n] for n in meta) and (said or "" in first):
            return "surveymonkey"
    if first[:3] == ["id", "start time", "completion time"]:
        return "ms-forms"
    return "plain"


def _plain(heads: Sequence[Sequence[str]], _: str) -> tuple[int, list[Field]]:
    fields = [Field(n, cell, cell, stem=_stem(cell)) for n, cell in enumerate(heads[0], 1)]
    return 1, _bracketed(fields)


def _bracketed(fields: Sequence[Field]) -> list[Field]:
    """The columns of a question as ``Question [statement]``, as Google Forms and LimeSurvey write.

    >>> [one.option for one in _bracketed([Field(1, "Used? [A]"), Field(2, "Used? [B]")])]
    ['A', 'B']
    """
    found = [re.fullmatch(r"(.*\S)\s*\[([^\[\]]+)\]", one.name) for one in fields]
    several = Counter(at[1] for at in found if at)
    return [
        replace(one, question=at[1], option=at[2], group=at[1], stem=at[1])
        if at and several[at[1]] > 1
        else one
        for one, at in zip(fields, found, strict=True)
    ]


def _of_variables(variables: Iterable[Variable]) -> Iterable[Field]:
    for n, one in enumerate(variables, 1):
        yield Field(
            n, one.name, one.group or one.label or one.name, one.label if one.group else "",
            one.group, _stem(one.name), variable=one, admin=fold(one.name) in _PLAIN,
        )  # fmt: skip


def _stem(name: str) -> str:
    """What a matrix's columns share: ``Q3`` of ``Q3_1``, ``K`` of ``K12``.

    ``Q12`` shares nothing with ``Q13``: so makers of questionnaires number every question.

    >>> _stem("Q3_1"), _stem("K12"), _stem("area"), _stem("Q12")
    ('Q3', 'K', '', '')
    """
    found = re.fullmatch(r"(.*?[^\W\d_])_?\d{1,3}|(.*?)[_.]\d{1,3}", name)
    stem = (found[1] or found[2] or "") if found else ""
    return "" if stem.casefold() in _RUNNING else stem


# Qualtrics ----------------------------------------------------------------------------------


def _qualtrics(heads: Sequence[Sequence[str]], name: str) -> tuple[int, list[Field]]:
    at = [n for n in (1, 2) if any(cell.startswith('{"ImportId"') for cell in heads[n])]
    names = heads[0]
    if not heads[1] or (not at and fold(heads[1][0]) not in {"start date", "responseid", "v1"}):
        why = 'row 3 has no {"ImportId": ...}, as in an export of Qualtrics; name another layout'
        raise ReadError(name, why)
    questions = names if at == [1] else heads[1]
    idents = [_import_id(cell) for cell in heads[at[0]]] if at else [("", "")] * len(names)
    fields = [
        Field(
            n, one, question or one, ident=ident, stem=_stem(one),
            group=ident if choice else one.rpartition("_")[0] if _NUMBERED.search(one) else "",
            free=ident.endswith("_TEXT") or (not ident and one.endswith("_TEXT")),
        )
        for n, (one, question, (ident, choice)) in enumerate(
            zip(names, questions, idents, strict=True), 1
        )
    ]  # fmt: skip
    return (at[0] + 1 if at else 2), _parted(fields)


def _import_id(cell: str) -> tuple[str, str]:
    """The id and the choice in ``{"ImportId":"QID4","choiceId":"1"}``."""
    try:
        held = json.loads(cell)
    except ValueError:
        return "", ""
    if not isinstance(held, dict):
        return "", ""
    return str(held.get("ImportId", "")), str(held.get("choiceId", ""))


def _parted(fields: Sequence[Field]) -> list[Field]:
    """The columns of one question with the question and the option apart."""
    asked: dict[str, list[str]] = {}
    for one in fields:
        if one.group:
            asked.setdefault(one.group, []).append(one.question)
    shared = {group: _common(words) for group, words in asked.items() if len(words) > 1}
    return [_with_option(one, shared.get(one.group, "")) for one in fields]


def _with_option(one: Field, shared: str) -> Field:
    if not shared:
        group = one.group if one.group == one.ident else ""
        return replace(one, group=group, question=_question(one.question))
    return replace(one, question=_question(shared), option=one.question[len(shared) :])


def _common(texts: Sequence[str]) -> str:
    """What all texts begin with, up to the last dash that parts a question from an option."""
    first, last = min(texts), max(texts)
    same = next((n for n, sign in enumerate(first) if last[n : n + 1] != sign), len(first))
    cut = first[:same].rfind(_PARTED)
    return first[: cut + len(_PARTED)] if cut >= 0 else ""


def _question(shared: str) -> str:
    plain = shared.removesuffix(_PARTED)
    return plain.removesuffix(f"{_PARTED}Selected Choice")


# SurveyMonkey -------------------------------------------------------------------------------


def _monkey(heads: Sequence[Sequence[str]], name: str) -> tuple[int, list[Field]]:
    if not heads[1]:
        raise ReadError(name, "it has no second row of headings, as SurveyMonkey writes it")
    if "" not in heads[0] and not {fold(cell) for cell in heads[1]} & (_ANY_ANSWER - {""}):
        why = "row 2 has no 'Response', as in an export of SurveyMonkey; name another layout"
        raise ReadError(name, why)
    questions: list[str] = []
    for cell, option in zip(heads[0], heads[1], strict=True):
        goes_on = not cell and option and questions
        questions.append(questions[-1] if goes_on else cell)
    runs = Counter(_run_numbers(heads[0]))
    fields = []
    for n, (question, option, run) in enumerate(
        zip(questions, heads[1], _run_numbers(heads[0]), strict=True), 1
    ):
        if fold(option) in _ANY_ANSWER:
            fields.append(Field(n, question, question, free=fold(option) == _OPEN_ENDED))
        else:
            group = f"{question} ({run})" if runs[run] > 1 else ""
            fields.append(Field(n, f"{question}: {option}", question, option, group, question))
    return 2, _told_apart(fields)


def _told_apart(fields: Sequence[Field]) -> list[Field]:
    """Columns whose question and option came before, called by their place too."""
    seen: set[str] = set()
    found = []
    for one in fields:
        name = f"{one.name} (column {one.position})" if one.name in seen else one.name
        seen.add(one.name)
        found.append(replace(one, name=name))
    return found


def _run_numbers(first: Sequence[str]) -> list[int]:
    """For each column the number of the question that it belongs to: a blank goes on."""
    numbers: list[int] = []
    for cell in first:
        numbers.append((numbers[-1] if numbers else 0) + (1 if cell or not numbers else 0))
    return numbers
