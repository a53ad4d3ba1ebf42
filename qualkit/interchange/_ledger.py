"""Keeping account while a file is read: where each coding went, and what was left behind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from qualkit.interchange._placing import Place
from qualkit.interchange._records import Study
from qualkit.interchange._tidy import tidied
from qualkit.interchange.report import Account, Astray, Offsets


@dataclass(slots=True)
class Ledger:
    """What becomes of the things in a file."""

    matched: int = 0
    moved: list[Astray] = field(default_factory=list)
    lost: list[Astray] = field(default_factory=list)
    not_carried: Counter[str] = field(default_factory=Counter)
    warnings: list[str] = field(default_factory=list)

    def put(self, source: str, words: str, place: Place) -> tuple[int, int] | None:
        """Note where a coding is; its place, or None where it has none."""
        if place.fate == "matched" and place.title:  # it quotes words that do not stand there
            place = place._replace(fate="lost", why="other words stand at its place")
        if place.fate == "lost":
            self.lose(source, words, place.why, place.start, place.end)
            return None
        if place.fate == "moved":
            self.moved.append(Astray(source, words, place.start, place.end, place.why))
        else:
            self.matched += 1
        return place.start, place.end

    def lose(
        self, source: str, words: str, why: str, start: int | None = None, end: int | None = None
    ) -> None:
        """Note a coding that has no place."""
        self.lost.append(Astray(source, words, start, end, why))

    def leave(self, what: str, count: int = 1) -> None:
        """Note what a study has no place for."""
        if count:
            self.not_carried[what] += count

    def closed(
        self, study: Study, offsets: Offsets, said: Iterable[str] = ()
    ) -> tuple[Study, Account]:
        """The study as it can be kept, and the account of it."""
        study, changes = tidied(study)
        said_of = [text.description for text in study.texts]
        said_of += [unit.description for unit in study.units]
        return study, Account(
            self.matched, tuple(self.moved), tuple(self.lost), offsets,
            codes=sum(len(book.codes) for book in study.books), sources=len(study.texts),
            cases=len(study.units), coders=len(study.people),
            memos=len(study.notes) + sum(map(bool, said_of)), sets=len(study.groups),
            not_carried=dict(self.not_carried),
            warnings=tuple(dict.fromkeys([*self.warnings, *said, *changes])),
        )  # fmt: skip
