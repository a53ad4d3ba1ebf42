r"""Readers of interview files: file -> Source, whatever a person's tools wrote.

======  =====================================================================
docx    Teams (new and old), Word Transcribe, names in bold, tabs or tables
vtt     Zoom, Teams
srt     SubRip
txt     Otter, ``Name: words``, ``Name  0:03``, Whisper, NVivo columns
md      Markdown
rtf     rich text
odt     OpenDocument
pdf     with a text layer
html    web pages
csv     rows of open answers as one source, or a transcript in columns
xlsx    the same
======  =====================================================================

>>> from pathlib import Path
>>> import tempfile
>>> folder = Path(tempfile.mkdtemp())
>>> _ = (folder / "p7.txt").write_text("Interviewer: What helped?\nP7: They listened.\n")
>>> source = read_source(folder / "p7.txt")
>>> [(turn.speaker, turn.role, source.words_of(turn)) for turn in source.turns]
[('Interviewer', 'interviewer', 'What helped?'), ('P7', 'participant', 'They listened.')]
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Final

from qualkit.errors import ReadError

if TYPE_CHECKING:
    from collections.abc import Callable

    from qualkit.model import Source

FORMATS: Final = {
    ".docx": ("word", "read_word", "docx"),
    ".docm": ("word", "read_word", "docx"),
    ".vtt": ("subtitles", "read_subtitles", "vtt"),
    ".srt": ("subtitles", "read_subtitles", "srt"),
    ".txt": ("plain", "read_plain", "txt"),
    ".text": ("plain", "read_plain", "txt"),
    ".md": ("plain", "read_plain", "md"),
    ".markdown": ("plain", "read_plain", "md"),
    ".rtf": ("richtext", "read_richtext", "rtf"),
    ".odt": ("opendocument", "read_opendocument", "odt"),
    ".pdf": ("portable", "read_pdf", "pdf"),
    ".html": ("webpage", "read_webpage", "html"),
    ".htm": ("webpage", "read_webpage", "html"),
    ".csv": ("answers", "read_answers", "csv"),
    ".tsv": ("answers", "read_answers", "csv"),
    ".xlsx": ("answers", "read_answers", "xlsx"),
    ".xlsm": ("answers", "read_answers", "xlsx"),
}
_INSTEAD: Final = {
    ".doc": "an old Word file; open it and save it as .docx",
    ".xls": "an old Excel file; open it and save it as .xlsx",
    ".pages": "an Apple Pages file; export it as .docx",
    ".mp3": "a recording; transcribe it first",
    ".mp4": "a recording; transcribe it first",
    ".wav": "a recording; transcribe it first",
    ".m4a": "a recording; transcribe it first",
    ".qdpx": "a REFI-QDA project, not a transcript",
    ".sav": "answers of a survey; load them with 'qualkit survey load'",
}


def read_source(
    path: Path | str, *, name: str | None = None, encoding: str | None = None
) -> Source:
    """One file as a source, read in this process.

    Parameters
    ----------
    path : path
        The file; its ending says how it is read, its content must agree.
    name : str, optional
        The source's name; by default the file's name without its ending.
    encoding : str, optional
        Of a text file, where the guess is wrong: ``cp1252``, ``mac_roman`` ...

    Raises
    ------
    ReadError
        The file cannot be read as it claims, or holds no words; nothing is kept of it.

    See Also
    --------
    qualkit.importers.worker.read_files : the same, each file in a limited child process.
    """
    from qualkit.importers._guard import read_bytes

    path = Path(path)
    if not path.name.isprintable() and not _is_text(path.name):
        raise ReadError(ascii(path.name), "its name is not text on this machine; rename the file")
    data = read_bytes(path, path.name or str(path))
    reader, kind = _reader(path)
    try:
        source = reader(data, path.name, kind=kind, encoding=encoding)
    except (RecursionError, MemoryError) as error:
        raise ReadError(path.name, f"damaged or too large ({type(error).__name__})") from error
    digest = hashlib.sha256(data).hexdigest()
    return replace(source, name=name or path.stem, file_name=path.name, file_sha256=digest)


def _is_text(name: str) -> bool:
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _reader(path: Path) -> tuple[Callable[..., Source], str]:
    ending = path.suffix.lower()
    if ending not in FORMATS:
        known = ", ".join(sorted({kind for _, _, kind in FORMATS.values()}))
        kind = repr(ending) if ending else "a file without an ending"
        why = _INSTEAD.get(ending, f"no reader for {kind}")
        raise ReadError(path.name, f"{why}; readable are {known}")
    module, function, kind = FORMATS[ending]
    loaded = import_module(f"qualkit.importers.{module}")
    reader: Callable[..., Source] = getattr(loaded, function)
    return reader, kind
