"""A whole study as plain rows, table by table: what moves between databases and other tools.

The tables and columns are those of a study's database, without what it can make again itself
(the search index, vectors, what a browser has sent). Identifiers are GUIDs and stay the same
wherever a study goes; references are by them.

>>> snapshot = Snapshot({"coder": [{"id": "1", "name": "Ann"}]})
>>> snapshot.rows("coder")[0]["name"], snapshot.rows("coding")
('Ann', ())
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from qualkit.errors import TableError

Value = str | int | float | bytes | None
Row = Mapping[str, Value]

COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {  # what is referred to comes first
    name: tuple(columns.split())
    for name, columns in {
        "project": "key value",
        "coder": "id name created role login",
        "case_unit": "id name position",
        "source": "id name case_id format text sha256 turns_sha256 words file_name file_sha256"
        " warnings notes added position version",
        "turn": "source_id position speaker role start_at end_at time line page item",
        "source_attribute": "source_id name value position",
        "case_attribute": "case_id name value position",
        "codebook": "id ident title book_version description origin position version",
        "code": "id codebook_id ident parent_id name definition include exclude example cues"
        " colour scale survey_items position version",
        "coding": "id source_id start_at end_at quote code_id coder_id stance rating memo created"
        " sha256 version",
        "cell_summary": "id case_id source_id code_id coder_id phase text stance rating draft"
        " cites evidence created changed sha256 version",
        "cell_summary_version": "id version text stance rating draft changed",
        "guide": "id code_id attribute value position version",
        "suggestion": "id source_id start_at end_at quote code_id confidence stance method model"
        " program taught_by_id reasons created status decider_id decided coding_id version",
        "assignment": "id source_id coder_id start_at end_at blind purpose status created done"
        " version",
        "decision": "id source_id start_at end_at kind choice decider_id reason decided subject"
        " seals sha256 version",
        "decision_coding": "id decision_id start_at end_at quote code_id stance rating memo sha256"
        " version",
        "sign_off": "id source_id coder_id at note seal version",
        "survey": "id ident title definition sha256 position version",
        "survey_wave": "id survey_id name file_name file_sha256 respondents answers sha256 added"
        " version",
        "published_table": "id ident definition sha256 file_name added position version",
        "strand": "id ident kind title source measures rows data data_sha256 file_name added"
        " position sha256 version",
        "link": "id code_id finding survey_id published_id strand_id polarity same_construct note"
        " author_id created sha256 version",
        "verdict": "id link_id judge_id status verdict proposed reason adds rule_version proposal"
        " seal decided sha256 version",
        "judge": "id coder_id blind status version",
        "thread": "id question raised_in pursued_in code_id what_was_found status author_id"
        " created changed sha256 version",
        "confidence": "id code_id methodological coherence adequacy relevance overall explanation"
        " author_id changed sha256 version",
        "memo": "id title text source_id case_id code_id author_id created changed sha256 version",
        "collection": "id name description position version",
        "collection_member": "id collection_id source_id code_id memo_id position version",
        "unplaced": "id source_id start_at end_at quote code_id coder_id stance rating memo created"
        " since becomes sha256 version",
        "kept": "sha256 data",
        "log": "entry at who action what before after",
    }.items()
}
TABLES: Final = tuple(COLUMNS)
_KINDS: Final[Mapping[str, type]] = {  # a column of one name is of one kind in every table
    **dict.fromkeys(
        (
            "position", "version", "words", "start_at", "end_at", "line", "page", "rating", "draft",
            "blind", "respondents", "rows", "same_construct", "rule_version", "entry",
        ),
        int,
    ),
    **dict.fromkeys(("time", "confidence"), float),
    **dict.fromkeys(("answers", "data"), bytes),
}  # fmt: skip


def kind_of(column: str) -> type:
    """The kind of a column's values: ``str``, ``int``, ``float`` or ``bytes``; None aside.

    >>> kind_of("start_at"), kind_of("quote")
    (<class 'int'>, <class 'str'>)
    """
    return _KINDS.get(column, str)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A study, table by table.

    Rows may lack what a store can make: seals, versions, places in the order, counts of words,
    and what may be missing.

    Attributes
    ----------
    tables : mapping
        Name of a table to its rows, each a mapping of column to value; tables without rows are
        left out.

    Raises
    ------
    TableError
        For a table that no study has, or a row that has a column which its table has not.
    """

    tables: Mapping[str, tuple[Row, ...]]

    def __init__(self, tables: Mapping[str, Iterable[Row]]) -> None:
        held: dict[str, tuple[Row, ...]] = {}
        for name in sorted(tables, key=_place):
            if rows := tuple(MappingProxyType(dict(row)) for row in tables[name]):
                _refuse_other(name, rows)
                held[name] = rows
        object.__setattr__(self, "tables", MappingProxyType(held))

    def rows(self, name: str) -> tuple[Row, ...]:
        """The rows of a table; none where it has none."""
        return self.tables.get(name, ())

    def __reduce__(self) -> tuple[Any, ...]:
        """Its rows as plain ones: a child process sends a study back."""
        return type(self), (
            {name: [dict(row) for row in rows] for name, rows in self.tables.items()},
        )


def _place(name: str) -> int:
    if name not in COLUMNS:
        raise TableError(name, f"no study has a table of this name; it has {', '.join(TABLES)}")
    return TABLES.index(name)


def _refuse_other(name: str, rows: tuple[Row, ...]) -> None:
    known = frozenset(COLUMNS[name])
    for number, row in enumerate(rows, 1):
        if not row.keys() <= known:
            odd = sorted(set(row) - known)[0]
            why = f"it has no column {odd!r}; it has {', '.join(COLUMNS[name])}"
            raise TableError(name, why, row=number)
