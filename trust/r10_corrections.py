"""R10: a coding's words never change in silence, whatever is corrected in its transcript.

Each round corrects a transcript in forty places (letters, words, lines, whole passages, emoji,
composed and decomposed letters, Windows line ends), puts it in the place of the text, and looks at
every coding there ever was: it has the words it was given, at the place that it names, or it waits
with them. Now and then proposals are taken, which gives a coding other words by a person's will,
and a round is undone, which must bring back everything.
"""

from __future__ import annotations

import random
import tempfile
import unicodedata
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from qualkit.errors import ConflictError, QualkitError
from qualkit.project import Project
from tests.memory import in_memory
from trust import Promise, Result
from trust._studies import codes_of, transcript

PROMISE = Promise(
    words="Correcting a transcript never changes the words of a coding in silence",
    how="10,000 random corrections with emoji, decomposed letters and Windows line ends",
    goal="0 codings with other words than were given, 0 lost",
)
_EDITS = 40  # a round
_ODD = ("😀", "👩\u200d👩\u200d👧", "e\u0301", "é", "“", "’", "\u200b", "ﬁ", "🇬🇧", "\xa0")
_LINES = ("Interviewer: And then?", "P7: Yes. It helped, 😀 really.", "", "Note taker: pause")


def measure(long: bool) -> Result:
    """Correct and look, in ten studies or in one."""
    faults: list[str] = []
    done: Counter[str] = Counter()
    for seed in range(10 if long else 1):
        with tempfile.TemporaryDirectory(prefix="qualkit-trust-", dir=in_memory()) as name:
            work = _Work(Path(name), seed)
            for number in range(25 if long else 5):
                found = work.round(number)
                faults += [f"study {seed + 1}, round {number + 1}: {one}" for one in found]
            work.project.close()
            done.update(work.done)
    figure = (
        f"{len(faults)} faults after {done['corrections']:,} corrections; {done['looked']:,} "
        f"codings looked at, {done['moved']:,} had moved, {done['waited']:,} waited"
    )
    return Result("R10", figure, ok=not faults and done["moved"] > 0, detail=tuple(faults[:20]))


class _Work:
    """A study with one transcript, and what every coding's words must be."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.rng = random.Random(20_261_128 + seed)
        self.file = folder / "s.txt"
        self.file.write_text(transcript(3 + seed, 480), "utf-8")
        path = folder / "study.qualkit"
        self.project = Project.create(path, codebooks=["evaluation-topics"], user="Ann")
        self.project.add_sources([self.file])
        self.codes = codes_of(self.project)[:2]
        self.words: dict[str, str] = {}
        self.done: Counter[str] = Counter()

    def round(self, number: int) -> Iterator[str]:
        """One round of corrections; what is wrong afterwards."""
        self._code()
        before = self._standing()
        text = self.project.source("s").text
        self.file.write_bytes(self._as_file(corrected(text, self.rng, _EDITS)))
        try:
            made = self.project.replace_source("s", self.file)
        except QualkitError as error:
            yield from () if "is the same" in str(error) else (str(error),)
            return
        self.done["corrections"] += _EDITS
        self.done["moved"] += len(made.moves)
        yield from self._faults()
        if number % 5 == 2 and made.entry is not None:
            self.project.undo(made.entry)
            if self._standing() != before or self.project.source("s").text != text:
                yield "an undo did not bring everything back"
        elif number % 3 == 0:
            self._accept()
            yield from self._faults()
        if number % 10 == 0:
            yield from (f"{one.where}: {one.message}" for one in self.project.check().problems)

    def _standing(self) -> list[tuple[object, ...]]:
        table = self.project.codings().sort_values("coding")
        return list(table[["coding", "start", "end", "text"]].itertuples(index=False, name=None))

    def _code(self) -> None:
        """See to it that there are some forty codings, many beside each other."""
        text, rng = self.project.source("s").text, self.rng
        held = set(self.project.codings()["coding"])
        at = rng.randrange(len(text))
        for _ in range(40 - len(held)):
            start = rng.choice((at, rng.randrange(len(text)))) % (len(text) - 1)
            end = min(len(text), start + rng.choice((1, 3, 12, 40, 200)))
            at = end
            try:
                made = self.project.add_coding(
                    "s", (start, end), rng.choice(self.codes), coder=rng.choice(("Ann", "Bo"))
                )
            except ConflictError:
                continue  # the same words are coded already
            self.words[made.id] = made.text

    def _accept(self) -> None:
        """Give every coding that waits the words proposed, as a person would."""
        for row in self.project.unplaced().to_dict("records"):
            if isinstance(row["becomes_text"], str):
                try:
                    self.project.accept_proposals([row["unplaced"]])
                except ConflictError:
                    continue  # those words have the code already
                self.words[row["unplaced"]] = row["becomes_text"]
        waiting = self.project.unplaced()["unplaced"]
        for one in list(waiting)[20:]:
            self.project.drop_unplaced([one])
            del self.words[one]

    def _faults(self) -> Iterator[str]:
        text = self.project.source("s").text
        standing, waiting = self.project.codings(), self.project.unplaced()
        self.done["looked"] += len(standing)
        self.done["waited"] += len(waiting)
        for row in standing.to_dict("records"):
            if not self.words[row["coding"]] == row["text"] == text[row["start"] : row["end"]]:
                yield f"a coding of {row['start']} to {row['end']} has other words"
        for row in waiting.to_dict("records"):
            if self.words[row["unplaced"]] != row["text"]:
                yield f"a waiting coding of {row['start']} to {row['end']} has other words"
        there = {*standing["coding"], *waiting["unplaced"]}
        if there != set(self.words):
            yield f"{len(set(self.words) - there)} codings are lost"

    def _as_file(self, text: str) -> bytes:
        if self.rng.random() < 0.5:
            text = text.replace("\n", "\r\n")
        return self.rng.choice((b"", b"\xef\xbb\xbf")) + text.encode()


def corrected(text: str, rng: random.Random, count: int) -> str:
    """A text with so many corrections at random; about as long as it was."""
    for _ in range(count):
        at = rng.randrange(len(text) + 1)
        long = rng.choice((1, 2, 5, 20, 80))
        some = text[at : at + long]
        place = rng.choice((
            some[::-1], "", rng.choice(_ODD), rng.choice(_ODD) + some, some + some,
            unicodedata.normalize("NFD", some), unicodedata.normalize("NFC", some),
            some.upper(), f"\n{rng.choice(_LINES)}\n",
        ))  # fmt: skip
        if len(text) > 6_000:
            place = ""
        elif len(text) < 600:
            place = f"{some} {text[:300]}"
        text = text[:at] + place + text[at + long :]
    if rng.random() < 0.2:  # a passage stands elsewhere
        a, b, c = sorted(rng.randrange(len(text)) for _ in range(3))
        text = text[:a] + text[b:c] + text[a:b] + text[c:]
    return text
