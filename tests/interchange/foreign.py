"""REFI-QDA files as other programs write them, with the habits of each."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import quoteattr

PROJECT = "urn:QDA-XML:project:1.0"
TEXT = (
    "Interviewer: How was it?\n"
    "Ann: 😀 We waited for a long time, a café\u0301 had closed.\n"
    "\n"
    "Interviewer: And then?\n"
    "Ann: Then 👩\u200d👧 they came back; it was all right."
)
PHRASES = (
    "How was it?",
    "long time, a café\u0301 had closed.\n\nInterviewer",
    "came back",
    "all right",
)


@dataclass(frozen=True)
class Tool:
    """How a program counts and writes.

    `counted` is how long a beginning of a text is for it, `file` the bytes of the whole.
    """

    origin: str
    newline: str = "\n"  # in the file
    newline_counts: int = 1
    utf16: bool = False
    mark: bool = False  # a byte-order mark in the file
    mark_counts: bool = False
    folder: str = "sources/"
    project: str = "project.qde"
    path: str = "internal://{}"
    braces: bool = False
    names: str = "words"
    space: str = PROJECT
    extra: dict[str, str] = field(default_factory=dict)

    def counted(self, beginning: str) -> int:
        told = beginning.replace("\n", "\r\n") if self.newline_counts == 2 else beginning
        long = len(told.encode("utf-16-le")) // 2 if self.utf16 else len(told)
        return long + self.mark_counts

    def file(self, text: str) -> bytes:
        mark = "\ufeff" if self.mark else ""
        return (mark + text.replace("\n", self.newline)).encode("utf-8")

    def guid(self, number: int) -> str:
        made = f"0F8A1907-7E42-4739-8610-{number:012X}"
        return f"{{{made}}}" if self.braces else made

    def named(self, words: str) -> str:
        if self.names == "cut" and len(words) > 20:
            return words[:20].replace("\n", " ") + "…"
        return {"words": words, "cut": words.replace("\n", " "), "none": ""}[self.names]

    def selection(self, text: str, phrase: str, number: int, code: int = 1) -> str:
        start = text.index(phrase)
        places = self.counted(text[:start]), self.counted(text[: start + len(phrase)])
        return (
            f'<PlainTextSelection guid="{self.guid(100 + number)}" '
            f"name={quoteattr(self.named(phrase), {chr(10): '&#10;'})} "
            f'startPosition="{places[0]}" endPosition="{places[1]}">'
            f'<Coding guid="{self.guid(200 + number)}" creatingUser="{self.guid(50)}" '
            f'creationDateTime="2018-03-27T19:29:2{number}Z">'
            f'<CodeRef targetGUID="{self.guid(code)}"/></Coding></PlainTextSelection>'
        )

    def source(self, inside: str, number: int = 20, **attributes: str) -> str:
        path = self.path.format(f"{self.guid(number).strip('{}')}.txt")
        given = {"guid": self.guid(number), "name": "P1", "plainTextPath": path} | attributes
        said = " ".join(f"{name}={quoteattr(value)}" for name, value in given.items() if value)
        return f"<TextSource {said}>{inside}</TextSource>"

    def write(self, path: Path, sources: str, *, codes: str = "", rest: str = "") -> Path:
        """A project with these sources; the text of each is TEXT."""
        codes = codes or f'<Code guid="{self.guid(1)}" name="Waiting" isCodable="true"/>'
        xml = (
            f'<?xml version="1.0" encoding="utf-8"?><Project xmlns="{self.space}" name="Study" '
            f'origin="{self.origin}" creationDateTime="2018-03-27T17:46:39Z">'
            f'<Users><User guid="{self.guid(50)}" name="Ann"/></Users>'
            f"<CodeBook><Codes>{codes}</Codes></CodeBook><Sources>{sources}</Sources>{rest}"
            "</Project>"
        )
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(self.project, xml)
            archive.writestr(f"{self.folder}{self.guid(20).strip('{}')}.txt", self.file(TEXT))
            for name, words in self.extra.items():
                archive.writestr(name, words)
        return path


NVIVO = Tool(
    "NVivo 12.6", newline="\r\n", newline_counts=2, utf16=True, mark=True, folder="Sources/"
)
TOOLS = {
    "NVivo, words quoted": NVIVO,
    "NVivo, no words": Tool(
        "NVivo 12.6", newline="\r\n", newline_counts=2, utf16=True, mark=True, folder="Sources/",
        names="none",
    ),
    "ATLAS.ti": Tool(
        "ATLAS.ti 8.4.0", newline="\r\n", project="Project.qde", names="cut", folder="sources/"
    ),
    "MAXQDA": Tool("MAXQDA 24.7", utf16=True, braces=True, space="urn:QDA-XML:project:1:0"),
    "QualCoder": Tool("QualCoder 3.5", mark=True),
    "QualCoder, read again": Tool("QualCoder 3.5", mark=True, mark_counts=True),
    "a bare path": Tool("qc", path="{}", project="study.qde", newline="\r\n", newline_counts=2),
    "a relative path": Tool("OpenQDA", path="relative:///{}", utf16=True, folder=""),
}  # fmt: skip
