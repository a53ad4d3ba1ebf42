"""What other tools have no place for, as labelled lines at the end of a description.

People can read them there, and they are read back only where writing them again gives the very
same text: what somebody else wrote is never taken for ours.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

Pair = tuple[str, str]  # a label and what it says
_HEAD: Final = "[qualkit]"
_BLOCK: Final = re.compile(r"(?:\A|\n\n)\[qualkit\]((?:\n[A-Z][^:\n]*: [^\n]*)*)\Z")
_ESCAPES: Final = {"\\": "\\\\", "\n": "\\n", "\r": "\\r"}
_UNESCAPES: Final = {written: char for char, written in _ESCAPES.items()}


def with_labels(text: str, pairs: Sequence[Pair]) -> str:
    r"""A description with labelled lines at its end.

    >>> with_labels("How long.", [("Cue", "wait"), ("Code id", "waiting")])
    'How long.\n\n[qualkit]\nCue: wait\nCode id: waiting'
    """
    if not pairs and not _BLOCK.search(text):
        return text
    lines = [f"{label}: {_escaped(said)}" for label, said in pairs]
    return (f"{text}\n\n" if text else "") + "\n".join([_HEAD, *lines])


def labels_of(description: str) -> tuple[str, list[Pair]]:
    """A description without its labelled lines, and these."""
    for written in (description, description.replace("\r\n", "\n")):
        if (found := _BLOCK.search(written)) is not None:
            text = written[: found.start()]
            pairs = [_pair(line) for line in found[1].split("\n")[1:]]
            if with_labels(text, pairs) == written:
                return text, pairs
    return description, []


def _pair(line: str) -> Pair:
    label, _, said = line.partition(": ")
    return label, re.sub(r"\\[\\nr]", lambda found: _UNESCAPES[found[0]], said)


def _escaped(said: str) -> str:
    return re.sub(r"[\\\n\r]", lambda found: _ESCAPES[found[0]], said)
