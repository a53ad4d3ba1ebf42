"""What an import brought and an export leaves out, told in figures and by name.

An :class:`Account` has every coding of a file as matched, moved or lost. :class:`Losses` are
known before anything is written.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

_COUNTS: Final = ("codes", "sources", "cases", "coders", "memos", "sets")  # of an account


@dataclass(frozen=True, slots=True)
class Offsets:
    """How a file's positions were read.

    Attributes
    ----------
    unit : str
        ``code point``, ``utf-16`` or ``byte``.
    newline : int
        How many places a line end of two characters takes: 1 or 2.
    bom : bool
        Whether a byte-order mark before the text counts.
    score : float
        Share of what could be compared that fits this reading, 0 to 1.
    runner_up : str
        The next best reading that would give other places, in words with its score; empty where
        there is none.
    """

    unit: str = "code point"
    newline: int = 1
    bom: bool = False
    score: float = 1.0
    runner_up: str = ""


@dataclass(frozen=True, slots=True)
class Astray:
    """A coding that did not stand where its file said.

    Attributes
    ----------
    source : str
        Name of the text; empty where it is not known.
    words : str
        What was marked, as the file quotes it.
    start, end : int or None
        Where it was put, or, of one that was lost, where the file said that it stands; in code
        points of the stored text if the file's reading allows.
    why : str
    """

    source: str
    words: str
    start: int | None
    end: int | None
    why: str

    def as_dict(self) -> dict[str, Any]:
        """As JSON has it."""
        return {
            "source": self.source, "words": self.words, "start": self.start, "end": self.end,
            "why": self.why,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Account:
    """What was read of a file.

    Attributes
    ----------
    matched : int
        Codings that stand where the file says.
    moved, lost : tuple of Astray
        Codings that were found elsewhere, and not at all.
    offsets : Offsets
    codes, sources, cases, coders, memos, sets : int
    not_carried : mapping
        What the file has and a study has no place for, in words, to how many of it.
    warnings : tuple of str
    """

    matched: int = 0
    moved: tuple[Astray, ...] = ()
    lost: tuple[Astray, ...] = ()
    offsets: Offsets = field(default_factory=Offsets)
    codes: int = 0
    sources: int = 0
    cases: int = 0
    coders: int = 0
    memos: int = 0
    sets: int = 0
    not_carried: Mapping[str, int] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    @classmethod
    def from_dict(cls, held: Mapping[str, Any]) -> Account:
        """An account of what :meth:`as_dict` gave.

        >>> account = Account(3, lost=(Astray("p1", "gone", 3, 7, "not found"),), codes=2)
        >>> Account.from_dict(account.as_dict()) == account
        True
        """
        moved, lost = (tuple(Astray(**one) for one in held[what]) for what in ("moved", "lost"))
        return cls(
            int(held["codings"]["matched"]), moved, lost, Offsets(**held["offsets"]),
            **{name: int(held[name]) for name in _COUNTS},
            not_carried={str(what): int(n) for what, n in held["not_carried"].items()},
            warnings=tuple(map(str, held["warnings"])),
        )  # fmt: skip

    @property
    def total(self) -> int:
        """Every coding of the file."""
        return self.matched + len(self.moved) + len(self.lost)

    def as_dict(self) -> dict[str, Any]:
        """As JSON has it."""
        offsets = self.offsets
        return {
            "codings": {
                "matched": self.matched, "moved": len(self.moved), "lost": len(self.lost),
                "total": self.total,
            },
            "offsets": {
                "unit": offsets.unit, "newline": offsets.newline, "bom": offsets.bom,
                "score": offsets.score, "runner_up": offsets.runner_up,
            },
            **{name: getattr(self, name) for name in _COUNTS},
            "not_carried": dict(self.not_carried),
            "warnings": list(self.warnings),
            "moved": [one.as_dict() for one in self.moved],
            "lost": [one.as_dict() for one in self.lost],
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Losses:
    """What a file that is to be written cannot hold of a study.

    Attributes
    ----------
    not_carried : mapping
        In words, to how many of it.
    changed : tuple of str
        What will stand there in another form: a code that gets another name ...
    warnings : tuple of str
    """

    not_carried: Mapping[str, int] = field(default_factory=dict)
    changed: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """As JSON has it."""
        return {
            "not_carried": dict(self.not_carried), "changed": list(self.changed),
            "warnings": list(self.warnings),
        }  # fmt: skip
