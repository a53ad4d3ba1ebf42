"""Every column of a study that holds people's words, in one list: what a name may stand in.

Pseudonyms, withdrawal and purging go by it; a test holds it against the schema, so that a column
that somebody adds is on one side or the other. A value is taken apart into *pieces*, each a plain
text, and put together of others: the strings of JSON, the scalars of YAML, the different
answers of a wave.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, Literal

from sqlalchemy import Table

from qualkit.model import sha256
from qualkit.store import schema, surveys, triangulation
from qualkit.store.seals import SEALS

Kind = Literal[
    "words",  # a plain text
    "text",  # the text of a source: what lies on it moves with it
    "quote",  # words of a source, which follow its text
    "json", "yaml", "answers",  # structures of texts
    "team",  # names of people who work on the study
    "ident",  # short names that others refer to
    "log",  # rows as the log lists them
    "kept",  # what was removed, compressed
    "index",  # words for search, made anew
]  # fmt: skip
Row = Mapping[Any, Any]  # as the driver gives it, too

COLUMNS: Final[Mapping[str, Mapping[str, Kind]]] = {
    "project": {"value": "words"},
    "coder": {"name": "team", "login": "team"},
    "case_unit": {"name": "words"},
    "source": {
        "name": "words", "text": "text", "file_name": "words", "warnings": "json", "notes": "json",
    },
    "turn": {"speaker": "words", "item": "words"},
    "source_attribute": {"name": "words", "value": "words"},
    "case_attribute": {"name": "words", "value": "words"},
    "codebook": {
        "ident": "ident", "title": "words", "book_version": "words", "description": "words",
        "origin": "words",
    },
    "code": {
        "ident": "ident", "name": "words", "definition": "words", "include": "words",
        "exclude": "words", "example": "words", "cues": "json", "scale": "json",
        "survey_items": "json",
    },
    "coding": {"quote": "quote", "memo": "words"},
    "cell_summary": {"phase": "words", "text": "words"},
    "cell_summary_version": {"text": "words"},
    "guide": {"attribute": "words", "value": "words"},
    "suggestion": {"quote": "quote", "reasons": "json"},
    "decision": {"choice": "team", "reason": "words"},
    "decision_coding": {"quote": "quote", "memo": "words"},
    "sign_off": {"note": "words"},
    "survey": {"ident": "ident", "title": "words", "definition": "yaml"},
    "survey_wave": {"name": "ident", "file_name": "words", "answers": "answers"},
    "published_table": {"ident": "ident", "definition": "yaml", "file_name": "words"},
    "strand": {
        "ident": "ident", "title": "words", "source": "words", "measures": "json",
        "data": "answers", "file_name": "words",
    },
    "link": {"finding": "ident", "note": "words"},
    "verdict": {"reason": "words", "adds": "words", "proposal": "json"},
    "thread": {
        "question": "words", "raised_in": "words", "pursued_in": "words", "what_was_found": "words",
    },
    "confidence": {"explanation": "words"},
    "memo": {"title": "words", "text": "words"},
    "collection": {"name": "words", "description": "words"},
    "unplaced": {"quote": "words", "memo": "words", "becomes": "json"},
    "kept": {"data": "kept"},
    "passage": {"words": "index"},
    "log": {"who": "team", "what": "words", "before": "log", "after": "log"},
}  # fmt: skip
WITHOUT: Final[Mapping[str, frozenset[str]]] = {  # texts and bytes that are nobody's words
    name: frozenset(columns.split())
    for name, columns in {
        "project": "key",
        "coder": "id created role",
        "case_unit": "id",
        "source": "id case_id format sha256 turns_sha256 file_sha256 added",
        "turn": "source_id role",
        "source_attribute": "source_id",
        "case_attribute": "case_id",
        "codebook": "id",
        "code": "id codebook_id parent_id colour",
        "coding": "id source_id code_id coder_id stance created sha256",
        "cell_summary": "id case_id source_id code_id coder_id stance cites evidence created"
        " changed sha256",
        "cell_summary_version": "id stance changed",
        "guide": "id code_id",
        "suggestion": "id source_id code_id stance method model program taught_by_id created status"
        " decider_id decided coding_id",
        "assignment": "id source_id coder_id purpose status created done",
        "decision": "id source_id kind decider_id decided subject seals sha256",
        "decision_coding": "id decision_id code_id stance sha256",
        "sign_off": "id source_id coder_id at seal",
        "survey": "id sha256",
        "survey_wave": "id survey_id file_sha256 sha256 added",
        "published_table": "id sha256 added",
        "strand": "id kind data_sha256 added sha256",
        "link": "id code_id survey_id published_id strand_id polarity author_id created sha256",
        "verdict": "id link_id judge_id status verdict proposed seal decided sha256",
        "judge": "id coder_id status",
        "thread": "id code_id status author_id created changed sha256",
        "confidence": "id code_id methodological coherence adequacy relevance overall author_id"
        " changed sha256",
        "memo": "id source_id case_id code_id author_id created changed sha256",
        "collection": "id",
        "collection_member": "id collection_id source_id code_id memo_id",
        "unplaced": "id source_id code_id coder_id stance created since sha256",
        "kept": "sha256",
        "vector": "model text_sha256 data",  # computed of words; a purge forgets them
        "passage": "source_id",
        "gesture": "id at",
        "log": "at action",
    }.items()
}
TYPED: Final = (  # tables whose words people of the study typed about people: what a review reads
    "case_unit", "source", "turn", "source_attribute", "case_attribute", "coding", "cell_summary",
    "decision", "decision_coding", "sign_off", "link", "verdict", "thread", "confidence", "memo",
    "collection", "unplaced",
)  # fmt: skip
UNTYPED: Final = frozenset({  # columns of these that people did not type, or that name no person
    ("source", "warnings"), ("source", "notes"), ("source_attribute", "name"),
    ("case_attribute", "name"), ("verdict", "proposal"), ("unplaced", "becomes"),
})  # fmt: skip
APART: Final = frozenset({"words", "json", "yaml", "answers"})  # kinds with pieces
_NAMED: Final = frozenset({"quotes", "by_type"})  # of proposals: mappings by source, by attribute
_STRUCTURES: Final = frozenset({"json", "yaml", "answers"})


def columns(kinds: frozenset[str] = APART) -> Iterator[tuple[Table, str, Kind]]:
    """The columns of these kinds, in the order of the schema."""
    for name, held in COLUMNS.items():
        for column, kind in held.items():
            if kind in kinds:
                yield schema.metadata.tables[name], column, kind


def pieces(kind: Kind, value: Any) -> list[str]:  # noqa: ANN401 - a text, or bytes
    r"""The texts that a value is made of.

    >>> pieces("json", '{"why": ["Ann\\nsaid"], "n": 1}')
    ['Ann\nsaid']
    >>> pieces("yaml", "title: Ann's survey\nitems: [a]\n")
    ["Ann's survey", 'a']
    """
    found: list[str] = []

    def of(text: str) -> str:
        found.append(text)
        return text

    rebuilt(kind, value, of)
    return found


def rebuilt(kind: Kind, value: Any, of: Callable[[str], str]) -> Any:  # noqa: ANN401
    r"""The value with each of its texts as a function gives it; itself where nothing is other.

    >>> rebuilt("yaml", "title: Ann's\nn: 1\n", lambda text: text.replace("Ann", "[Person 1]"))
    'title: "[Person 1]\'s"\nn: 1\n'
    """
    if value is None or kind not in APART:
        return value
    if kind not in _STRUCTURES:
        return of(value)
    if kind == "json":
        return _json(value, of)
    return _yaml(value, of) if kind == "yaml" else _answers(value, of)


def _json(value: str, of: Callable[[str], str]) -> str:
    try:
        held = json.loads(value)
    except (ValueError, RecursionError):
        return of(value)
    made = _walked(held, of)
    return value if made == held else json.dumps(made, ensure_ascii=False)


def _walked(value: Any, of: Callable[[str], str], *, named: bool = False) -> Any:  # noqa: ANN401 - any JSON value
    """A value with every text of it made anew; the names of a mapping too, where they are words."""
    if isinstance(value, str):
        return of(value)
    if isinstance(value, list):
        return [_walked(one, of) for one in value]
    if isinstance(value, dict):
        return {
            of(name) if named else name: _walked(one, of, named=name in _NAMED)
            for name, one in value.items()
        }
    return value


def _yaml(value: str, of: Callable[[str], str]) -> str:
    """The scalars of YAML, each where it stands; one that changes is quoted."""
    import yaml

    try:
        tree = yaml.compose(value, Loader=yaml.SafeLoader)
    except yaml.YAMLError:
        return of(value)
    parts, at = [], 0
    for node in _scalars(tree):
        start, end = node.start_mark.index, node.end_mark.index
        if (made := of(node.value)) != node.value:
            line = "\n" if value[start:end].endswith("\n") else ""
            parts += [value[at:start], json.dumps(made, ensure_ascii=False), line]
            at = end
    return "".join((*parts, value[at:]))


def _scalars(node: Any) -> Iterator[Any]:  # noqa: ANN401 - a node of PyYAML
    waiting = [node]
    while waiting:
        one = waiting.pop()
        if one is None or isinstance(one, tuple):
            waiting += [] if one is None else [one[1]]  # what is said, not what it is called
        elif isinstance(one.value, list):
            waiting += reversed(one.value)
        else:
            yield one


def _answers(value: bytes, of: Callable[[str], str]) -> bytes:
    import pandas as pd

    table = surveys.unpack(value, _digest(value))
    changed = False
    for name in table.columns:
        if pd.api.types.is_float_dtype(table[name].dtype):
            continue
        said = {one: of(str(one)) for one in table[name].dropna().unique()}
        if any(one != made for one, made in said.items()):
            table[name] = table[name].map(said, na_action="ignore").astype("string")
            changed = True
    return surveys.pack(table)[0] if changed else value


def _digest(value: bytes) -> str:
    return hashlib.sha256(zlib.decompress(value)).hexdigest()


def mark_of(value: Any) -> str:  # noqa: ANN401 - a text, or bytes
    """A hash by which a value is known again."""
    return hashlib.sha256(value).hexdigest() if isinstance(value, bytes) else sha256(value or "")


# Seals -------------------------------------------------------------------------------------


def sealed(table: Table, row: Row) -> dict[str, Any]:
    """A row with the seals that it has as it is now."""
    made = dict(row)
    for column, digest in (("answers", "sha256"), ("data", "data_sha256")):
        if table.name in {"survey_wave", "strand"} and column in table.c:
            made[digest] = _digest(made[column])
    if table is schema.verdict:
        made["seal"] = triangulation.seal_of_proposal(json.loads(made["proposal"]))
    if (seal := SEALS.get(table.name)) is not None:
        made["sha256"] = seal(made)
    return made


def place_in_words(table: Table, row: Row, names: Mapping[str, str]) -> str:
    """Where a row is, in words without any of its own: ``turn of source 3f2a``."""
    own = next((str(row[c.name]) for c in table.primary_key if c.name in row), "")
    of = str(row.get("source_id") or row.get("case_id"))
    about = f" of {names[of]}" if of in names else ""
    spoken = table.name.replace("_", " ")
    return f"{spoken}{about}" if about else f"{spoken} {own[:8]}"


def sorted_key(table: Table, row: Row) -> tuple[str, ...]:
    """What a row is called by: the values of its primary key."""
    return tuple(str(row[column.name]) for column in table.primary_key)


def same_key(table: Table, key: Sequence[str]) -> list[Any]:
    """The condition that a row has this key."""
    return [
        column == (int(value) if column.type.python_type is int else value)
        for column, value in zip(table.primary_key, key, strict=True)
    ]
