"""Our own bundle: it carries everything, reads back equal, and nothing that was touched."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualkit.codebook import read_codebook
from qualkit.errors import ReadError
from qualkit.interchange import bundle
from qualkit.project import Project
from qualkit.snapshot import COLUMNS, Snapshot, kind_of
from tests.copies import sample
from tests.strategies import HARD_LETTERS, LETTERS

FORMULAS = tuple("=+-@\t\r\uff1d\uff0b\uff0d\uff20")


@pytest.fixture(scope="module")
def whole(copies, tmp_path_factory):
    path = copies.file(sample, tmp_path_factory.mktemp("whole") / "study.qualkit")
    with Project.open(path, user="Ann") as study:
        study.add_memo('=HYPERLINK(1)\r\nNext, "line"\n', title="\\N")
        return study.snapshot()


@pytest.fixture
def written(whole, tmp_path):
    path = tmp_path / "study.bundle"
    bundle.write(whole, path)
    return path


def refusal(path):
    with pytest.raises(ReadError) as refused:
        bundle.read(path)
    return refused.value.reason


def changed(path, parts=(), *, left_out=(), mend=False):
    """The same bundle with other parts; `mend` makes the manifest fit."""
    with zipfile.ZipFile(path) as old:
        held = {name: old.read(name) for name in old.namelist() if name not in left_out}
    held |= dict(parts)
    if mend:
        said = json.loads(held["manifest.json"])
        said["parts"] = {
            name: hashlib.sha256(data).hexdigest()
            for name, data in held.items() if name != "manifest.json"
        }  # fmt: skip
        held["manifest.json"] = json.dumps(said).encode()
    made = path.with_name("changed.bundle")
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name, data in held.items():
            new.writestr(name, data)
    return made


# There and back ------------------------------------------------------------------------------


def test_a_study_goes_through_a_bundle_into_any_database_and_back_byte_for_byte(
    whole, written, address, tmp_path
):
    with Project.from_snapshot(address, bundle.read(written), user="Ann") as study:
        bundle.write(study.snapshot(), tmp_path / "again.bundle")
        assert study.check().problems == ()

    assert (tmp_path / "again.bundle").read_bytes() == written.read_bytes()
    assert bundle.read(written) == whole


VALUES = {
    str: st.lists(LETTERS | HARD_LETTERS | st.sampled_from("\r\n\t,'\"\\=+-@N")).map("".join)
    | st.sampled_from(["", "\\N", "\\-", "'", "\r\n", "\r"]),
    int: st.integers(-(2**31), 2**31),
    float: st.floats(allow_nan=False),
    bytes: st.binary(max_size=20),
}


@st.composite
def rows_of(draw, name):
    texts = {"text": VALUES[str]} if name == "source" else {}
    columns = {one: st.none() | VALUES[kind_of(one)] for one in COLUMNS[name] if one not in texts}
    return draw(st.lists(st.fixed_dictionaries(texts, optional=columns), max_size=3))


@given(st.fixed_dictionaries({}, optional={
    name: rows_of(name) for name in ("source", "coding", "turn", "survey_wave", "memo", "log")
}))  # fmt: skip
def test_whatever_rows_hold_is_read_back_as_it_was(tmp_path_factory, tables):
    path = tmp_path_factory.mktemp("b") / "any.bundle"
    bundle.write(Snapshot(tables), path)
    once = path.read_bytes()

    found = bundle.read(path)
    assert found == Snapshot(tables)
    bundle.write(found, path)
    assert path.read_bytes() == once


def test_people_can_read_it_and_no_spreadsheet_runs_it(whole, written, tmp_path):
    with zipfile.ZipFile(written) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}

    (book, *_) = sorted(name for name in parts if name.startswith("codebooks/"))
    (tmp_path / "b.yaml").write_bytes(parts[book])
    assert read_codebook(tmp_path / "b.yaml").id == whole.rows("codebook")[0]["ident"]
    assert parts["sources/00001.txt"].decode() == whole.rows("source")[0]["text"]
    csv.field_size_limit(10_000_000)
    for name in (one for one in parts if one.endswith(".csv")):
        read = csv.reader(io.StringIO(parts[name].decode(), newline=""))
        assert not [one for row in read for one in row if one.startswith(FORMULAS)]


def test_a_text_that_shrinks_like_a_bomb_is_still_read(tmp_path):
    long = Snapshot({"source": [{"text": "a" * (4 << 20)}]})
    bundle.write(long, tmp_path / "a.bundle")

    assert bundle.read(tmp_path / "a.bundle") == long


# What is refused -----------------------------------------------------------------------------


def test_what_was_changed_since_it_was_written_is_named(written):
    assert refusal(changed(written, {"sources/00001.txt": b"x"})) == (
        "its part 'sources/00001.txt' was changed since it was written"
    )
    assert refusal(changed(written, {"sources/x.txt": b"x"})) == (
        "its part 'sources/x.txt' is not in its manifest"
    )
    assert refusal(changed(written, left_out={"tables/coding.csv"})) == (
        "damaged file: its part 'tables/coding.csv' is missing"
    )


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        ({"tables/coder.csv": b"id,name\r\n1\r\n"}, "damaged file: tables/coder.csv cannot be"),
        ({"tables/coder.csv": b'id,name\r\n"1,2\r\n'}, "character 10 is out of place"),
        ({"tables/coder.csv": b"\xff\r\n"}, "damaged file: tables/coder.csv cannot be read"),
        ({"tables/coder.csv": b"id,age\r\n1,2\r\n"}, "coder, row 1: it has no column 'age'"),
        ({"tables/turn.csv": b"position\r\nx\r\n"}, "damaged file: tables/turn.csv cannot be"),
        ({"tables/new.csv": b"id\r\n1\r\n"}, "made by a newer qualkit; update qualkit first"),
        ({"tables/source.csv": b"text\r\n../x\r\n"}, "damaged file: the text '../x' is missing"),
    ],
)
def test_tables_that_cannot_be_read_are_refused_although_the_manifest_fits(written, parts, reason):
    assert reason in refusal(changed(written, parts, mend=True))


@pytest.mark.parametrize(
    ("manifest", "reason"),
    [
        (b"{", "damaged file: its manifest.json cannot be read"),
        (b"[1]", "no bundle of qualkit: its manifest is of something else"),
        (b'{"format": "x", "parts": {}}', "no bundle of qualkit: its manifest is of something"),
        (b'{"format": "qualkit bundle", "version": 2, "parts": {}}', "made by a newer qualkit"),
        (b"[" * 100_000, "damaged file: its manifest.json cannot be read"),
    ],
)
def test_another_manifest_is_refused_with_the_reason(written, manifest, reason):
    assert refusal(changed(written, {"manifest.json": manifest})).startswith(reason)


@pytest.mark.parametrize(
    ("entry", "data", "reason"),
    [
        ("../evil.txt", b"x", "unsafe path in the archive: '../evil.txt'"),
        ("/etc/passwd", b"x", "unsafe path in the archive: '/etc/passwd'"),
        ("C:\\evil.txt", b"x", "unsafe path in the archive: 'C:/evil.txt'"),
        ("TABLES/coder.csv", b"x", "duplicate part in the archive: 'TABLES/coder.csv'"),
        ("bomb.txt", b"\0" * (4 << 20), "a zip bomb: part 'bomb.txt' expands beyond any document"),
    ],
)
def test_an_archive_that_would_harm_is_refused_and_writes_nothing(
    written, entry, data, reason, tmp_path
):
    hostile = changed(written, {entry: data})
    before = sorted(tmp_path.rglob("*"))

    assert refusal(hostile) == reason
    assert sorted(tmp_path.rglob("*")) == before


def test_what_is_cut_off_or_no_archive_is_refused(written):
    data = written.read_bytes()
    written.write_bytes(data[: len(data) // 2])
    assert refusal(written).startswith("damaged file (zip: ")
    written.write_bytes(b"PK\x03\x04 nothing")
    assert refusal(written).startswith("damaged file (zip: ")
    written.write_bytes(b"%PDF-1.7")
    assert refusal(written) == "damaged file: it is a PDF, not an archive"
    written.write_bytes(b"")
    assert refusal(written) == "damaged file: it is an empty file, not an archive"
    written.unlink()
    assert refusal(written) == "cannot be opened (No such file or directory)"


def test_a_part_is_only_what_its_hash_says(written):
    """A part whose bytes were flipped within the archive is found by either hash."""
    data = bytearray(written.read_bytes())
    with zipfile.ZipFile(written) as archive:
        at = archive.getinfo("tables/coding.csv").header_offset + 200
    data[at] ^= 1
    written.write_bytes(data)

    assert "tables/coding.csv" in refusal(written)
