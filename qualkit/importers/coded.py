"""Segments that people have coded, and their codebook, from JSON: for trying methods on.

``segments.jsonl`` has one object a line with ``doc``, ``pos``, ``text``, ``codes`` and, where
known, ``speaker``; ``codebook.json`` maps each code to ``name``, ``description`` and
``cues``.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qualkit.errors import ReadError
from qualkit.model import Code, Codebook

if TYPE_CHECKING:
    import pandas as pd


def read_segments(path: Path | str) -> pd.DataFrame:
    """Segments in order: ``source``, ``segment``, ``start``, ``end``, ``text``, ``speaker``,
    ``role``, ``item``, ``codes`` (a tuple).

    Raises
    ------
    ReadError
        With the line that is not as it must be.
    """  # noqa: D205 - the columns are the summary
    import pandas as pd

    path = Path(path)
    rows = []
    for number, line in enumerate(_text(path).split("\n"), 1):
        if line.strip():
            rows.append(_row(path.name, number, line))
    if not rows:
        raise ReadError(path.name, "it holds no segment")
    columns = ["source", "segment", "text", "speaker", "codes"]
    table = pd.DataFrame(rows, columns=columns).sort_values(
        ["source", "segment"], kind="stable", ignore_index=True
    )
    ends = table.groupby("source")["text"].transform(lambda texts: (texts.str.len() + 1).cumsum())
    table["end"] = ends - 1
    table["start"] = table["end"] - table["text"].str.len()
    return table.assign(role="participant", item=None)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ReadError(str(path), f"cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise ReadError(path.name, "it is not UTF-8 text") from error


def _row(file: str, number: int, line: str) -> tuple[str, int, str, str, tuple[str, ...]]:
    try:
        held = json.loads(line)
        codes = tuple(map(str, _list(held["codes"])))
        speaker = str(held.get("speaker") or "")
        return str(held["doc"]), int(held["pos"]), _words(held["text"]), speaker, codes
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
        why = "it must be an object with doc, pos (a number), text, and codes (a list)"
        raise ReadError(file, why, line=number) from error


def _list(value: object) -> list[object]:
    if not isinstance(value, list):
        raise TypeError
    return value


def _words(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    value.encode("utf-8")  # half a surrogate pair is no text
    return value


def read_codes(path: Path | str) -> Codebook:
    """The codebook of such segments; ReadError where it is not one."""
    path = Path(path)
    try:
        held: Any = json.loads(_text(path))
        codes = tuple(
            Code(
                str(ident), str(one.get("name") or ident), str(one.get("description") or ""),
                cues=tuple(map(str, _list(one.get("cues") or []))),
            )
            for ident, one in held.items()
        )  # fmt: skip
    except (ValueError, AttributeError, TypeError) as error:
        why = "it must map each code to an object with name, description and cues"
        raise ReadError(path.name, why) from error
    return Codebook(path.stem, path.stem, "1", codes)
