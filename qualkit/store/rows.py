"""Records as rows of the database."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from qualkit.model import Code, Codebook, Coding, Source, now, seal_of_turns, sha256
from qualkit.store.read import vars_of
from qualkit.store.schema import vector

if TYPE_CHECKING:
    import numpy as np


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def of_source(source: Source, *, case_id: str, position: int) -> dict[str, Any]:
    """The row of a source."""
    return {
        "id": source.id,
        "name": source.name,
        "case_id": case_id,
        "format": source.format,
        "text": source.text,
        "sha256": source.sha256,
        "turns_sha256": seal_of_turns(source.turns),
        "words": sum(len(source.words_of(turn).split()) for turn in source.turns),
        "file_name": source.file_name,
        "file_sha256": source.file_sha256,
        "warnings": _json(source.warnings),
        "notes": _json(source.notes),
        "added": now(),
        "position": position,
        "version": 1,
    }


def of_turns(source: Source) -> list[dict[str, Any]]:
    """The rows of a source's turns."""
    return [
        {
            "source_id": source.id,
            "position": position,
            "speaker": turn.speaker,
            "role": turn.role,
            "start_at": turn.start,
            "end_at": turn.end,
            "time": turn.time,
            "line": turn.line,
            "page": turn.page,
            "item": turn.item,
        }
        for position, turn in enumerate(source.turns)
    ]


def of_codebook(book: Codebook, *, position: int) -> dict[str, Any]:
    """The row of a codebook."""
    return {
        "id": book.guid,
        "ident": book.id,
        "title": book.title,
        "book_version": book.version,
        "description": book.description,
        "origin": book.source,
        "position": position,
        "version": 1,
    }


def of_codes(book: Codebook) -> list[dict[str, Any]]:
    """The rows of a codebook's codes, parents before children."""
    guids = {code.id: code.guid for code in book.codes}
    depth = {code.id: _depth(book, code) for code in book.codes}
    rows = [
        {**of_code(code), "codebook_id": book.guid, "parent_id": guids.get(code.parent or ""),
         "position": position}
        for position, code in enumerate(book.codes)
    ]  # fmt: skip
    return sorted(rows, key=lambda row: depth[row["ident"]])


def of_code(code: Code) -> dict[str, Any]:
    """What a code says of itself, as columns."""
    return {
        "id": code.guid,
        "ident": code.id,
        "name": code.name,
        "definition": code.definition,
        "include": code.include,
        "exclude": code.exclude,
        "example": code.example,
        "cues": _json(code.cues),
        "colour": code.colour,
        "scale": _json([vars_of(level) for level in code.scale]),
        "survey_items": _json(code.survey_items),
        "version": 1,
    }


def _depth(book: Codebook, code: Code) -> int:
    depth = 0
    while code.parent is not None:
        code = book.code(code.parent)
        depth += 1
    return depth


def of_coding(coding: Coding) -> dict[str, Any]:
    """The row of a coding whose source, code and coder are ids."""
    return {
        "id": coding.id,
        "source_id": coding.source,
        "start_at": coding.start,
        "end_at": coding.end,
        "quote": coding.text,
        "code_id": coding.code,
        "coder_id": coding.coder,
        "stance": coding.stance,
        "rating": coding.rating,
        "memo": coding.memo,
        "created": coding.created,
        "sha256": coding.sha256,
        "version": 1,
    }


def keep_vectors(connection: Connection, model: str, made: Mapping[str, np.ndarray]) -> None:
    """Write vectors; those that are there already stay."""
    if connection.dialect.name == "postgresql":
        from sqlalchemy.dialects.postgresql import insert
    else:
        from sqlalchemy.dialects.sqlite import insert  # type: ignore[assignment]
    values = [
        {"model": model, "text_sha256": sha256(text), "data": row.tobytes()}
        for text, row in made.items()
    ]
    connection.execute(insert(vector).on_conflict_do_nothing(), values)
