"""REFI-QDA projects (``.qdpx``) and codebooks (``.qdc``): read from every tool, written for all.

The standard leaves open how places in a text are counted, and tools differ: see
:mod:`._placing` for how a file's own way is found out. Reading accounts for every coding as
matched, moved or lost; writing says first what the format cannot hold. Whatever is written is
valid against the official schemas and the same, byte for byte, each time.

References
----------
Rotterdam Exchange Format Initiative (2019) REFI-QDA standard 1.0, 1.5. https://www.qdasoftware.org
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from qualkit.errors import NotEnough, ReadError
from qualkit.importers._guard import parse_xml, read_bytes, sniff
from qualkit.interchange._archives import open_archive, write_archive
from qualkit.interchange._refi_read import study_of
from qualkit.interchange._refi_sources import Files
from qualkit.interchange._refi_write import codebook_xml, losses_of, project_parts
from qualkit.interchange._refi_xml import local
from qualkit.interchange.report import Account, Losses
from qualkit.interchange.study import Study, from_snapshot, not_exchanged, to_snapshot
from qualkit.snapshot import Snapshot
from qualkit.writing import write_whole

if TYPE_CHECKING:
    from lxml.etree import _Element

    from qualkit.importers._guard import Archive

_CODEBOOK: Final = ".qdc"
_NESTED: Final = (".zip", ".qdpx", ".jar", ".7z", ".rar", ".gz", ".exe", ".dll")


def read(path: Path | str) -> Snapshot:
    """A study out of a ``.qdpx`` project, or its codebooks alone out of a ``.qdc``.

    Raises
    ------
    ReadError
        For a file that is neither, or is damaged or hostile; with the reason.

    See Also
    --------
    read_study : the same with the account of what became of everything.
    """
    return to_snapshot(read_study(path)[0])


def read_study(path: Path | str) -> tuple[Study, Account]:
    """What a ``.qdpx`` or ``.qdc`` file has, and an account of it.

    Raises
    ------
    ReadError
        As :func:`read`.
    """
    path = Path(path)
    if not _is_zip(path):
        root = parse_xml(read_bytes(path, path.name), path.name, path.name)
        return study_of(_checked(root, path.name), Files(None, path.name))
    with open_archive(path) as archive:
        _refuse_nested(archive)
        root = archive.xml(_project_of(archive))
        return study_of(_checked(root, path.name), Files(archive, path.name))


def losses(
    snapshot: Snapshot, *, codebook_only: bool = False, cases_as_codes: bool = False
) -> Losses:
    """What a file would not hold of a study, or hold in another form."""
    study = from_snapshot(snapshot)
    own = not_exchanged(snapshot)
    return losses_of(study, own, codebook_only=codebook_only, cases_as_codes=cases_as_codes)


def write(snapshot: Snapshot, path: Path | str, *, cases_as_codes: bool = False) -> Losses:
    """Write a study as a ``.qdpx`` project, or its codebooks alone as a ``.qdc``.

    Parameters
    ----------
    snapshot : Snapshot
    path : path
        Its ending says which of the two.
    cases_as_codes : bool
        Write each case also as a code over the whole of its texts: NVivo and QualCoder know
        cases by these. Reading leaves them out again.

    Returns
    -------
    Losses
        What the file does not hold.

    Raises
    ------
    NotEnough
        Where a codebook is to be written and the study has no code.
    QualkitError
        Where the place cannot be written to.
    """
    path = Path(path)
    only = path.suffix.lower() == _CODEBOOK
    study = from_snapshot(snapshot)
    if only:
        if not any(book.codes for book in study.books):
            raise NotEnough("the study has no code, and nothing else can stand in a .qdc")
        data = codebook_xml(study)
        write_whole(path, lambda made: _write(made, data))
    else:
        write_archive(path, project_parts(study, cases_as_codes=cases_as_codes))
    own = not_exchanged(snapshot)
    return losses_of(study, own, codebook_only=only, cases_as_codes=cases_as_codes)


def _write(path: Path, data: bytes) -> None:
    path.write_bytes(data)


def _is_zip(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return sniff(file.read(1_024)) == "zip"
    except OSError:
        return False  # what is wrong with it is told where it is read


def _refuse_nested(archive: Archive) -> None:
    """Refuse archives within the archive, and programs: no project has them."""
    for name in sorted(archive.names):
        if name.lower().endswith(_NESTED):
            raise ReadError(archive.name, f"an archive or a program is in it: {name[:80]!r}")


def _project_of(archive: Archive) -> str:
    """The part that is the project: ``project.qde``, or the only ``.qde``."""
    found = sorted(name for name in archive.names if name.lower().endswith(".qde"))
    named = [name for name in found if name.lower() == "project.qde"]
    if len(named or found) != 1:
        why = "no project (.qde)" if not found else f"{len(found)} projects: {', '.join(found[:4])}"
        raise ReadError(archive.name, f"not a REFI-QDA file: the archive has {why}")
    return (named or found)[0]


def _checked(root: _Element, name: str) -> _Element:
    if local(root) not in {"Project", "CodeBook"}:
        why = f"its XML is a {local(root)!r}, not a Project or a CodeBook"
        raise ReadError(name, f"not a REFI-QDA file: {why}")
    return root
