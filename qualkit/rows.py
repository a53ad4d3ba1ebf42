"""Records as rows of a study, and codebooks out of them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from qualkit.model import Code, Codebook, Coding, Level, Source, now, seal_of_turns


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
    depth = {code.id: depth for code, depth in book.walk()}
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


def vars_of(level: Level) -> dict[str, Any]:
    """A level as a mapping, for JSON."""
    return {"value": level.value, "label": level.label, "descriptor": level.descriptor}


def book_of(row: Mapping[str, Any], codes: Sequence[Mapping[str, Any]]) -> Codebook:
    """A codebook of its row and those of its codes, in order."""
    idents = {one["id"]: one["ident"] for one in codes}
    return Codebook(
        row["ident"], row["title"], row["book_version"],
        tuple(one_code(one, idents) for one in codes), row["description"], row["origin"], row["id"],
    )  # fmt: skip


def one_code(row: Mapping[str, Any], idents: Mapping[str, str]) -> Code:
    """A code of its row; `idents` has the id that its parent has in the codebook, by its row."""
    return Code(
        id=row["ident"],
        name=row["name"],
        definition=row["definition"],
        include=row["include"],
        exclude=row["exclude"],
        example=row["example"],
        cues=tuple(json.loads(row["cues"])),
        colour=row["colour"],
        parent=idents.get(row["parent_id"]),
        scale=tuple(Level(**level) for level in json.loads(row["scale"])),
        survey_items=tuple(json.loads(row["survey_items"])),
        guid=row["id"],
    )
