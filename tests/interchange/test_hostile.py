"""Files that were made to take an hour, or all memory: refused, or read by a bounded way."""

from __future__ import annotations

import zipfile
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualkit.errors import QualkitError, ReadError
from qualkit.interchange import (
    _archives,
    _placing,
    _refi_sources,
    bundle,
    coded_table,
    qualcoder,
    refi,
    study,
)  # fmt: skip
from qualkit.interchange._markup import page_of
from qualkit.interchange._offsets import Body
from qualkit.interchange._placing import Effort, Placing, Selection, choose
from qualkit.interchange._tidy import once
from qualkit.matching import closest, find, key_of
from qualkit.snapshot import Snapshot
from tests.interchange import databases
from tests.interchange.foreign import NVIVO, PHRASES, TEXT
from tests.interchange.test_qualcoder import code, coded, source


@pytest.mark.parametrize(
    "markup",
    ["<a " * 9, "</a" * 9, "<!--" * 9, "<?" * 9, "<p>x</p><a title='", "<![CDATA[>" * 9],
)
def test_markup_through_which_a_parser_would_look_again_and_again_is_refused(markup):
    with pytest.raises(ValueError, match=r"it has a tag that never ends"):
        page_of(f"<p>Ann: yes</p>{markup}")


def test_markup_is_limited_in_length_and_number_of_tags(monkeypatch):
    monkeypatch.setattr("qualkit.interchange._markup._TAGS", 3)
    monkeypatch.setattr("qualkit.interchange._markup._LONGEST", 20)

    assert page_of("<p>1 < 2 &amp; 3</p>").text == "1 < 2 & 3"
    with pytest.raises(ValueError, match="more than 3 tags"):
        page_of("<p>a</p><p>b</p>")
    with pytest.raises(ValueError, match="more than 20 characters"):
        page_of("a" * 21)


def test_a_comment_and_quoted_attributes_are_no_endless_tags():
    assert page_of("""<p title="a>b" id='c<d'>It<!-- don't --> is</p>""").text == "It is"


@given(st.text("ab ", max_size=30), st.text("ab ", max_size=3), st.integers(-3, 33))
def test_the_closest_place_of_words_is_the_nearest_of_all(text, words, at):
    key = key_of(text)
    every = find(words, key)

    nearest = min(every, key=lambda span: abs(span[0] - at), default=None)
    assert closest(words, key, at) == nearest


def test_what_looking_for_words_may_cost_is_limited(monkeypatch):
    body = Body("Ann: We waited for a long time.")
    quoted = [Selection(body, 5, 14, "We waited"), Selection(body, 0, 9, "long time")]
    choice = choose(quoted)

    assert [Placing(choice).place(one).fate for one in quoted] == ["matched", "moved"]
    monkeypatch.setattr(_placing, "_WORK", 1)
    assert Effort(10**9).affords(1)
    matched, lost = map(Placing(choice).place, quoted)
    assert matched.fate == "matched"
    assert (lost.fate, lost.why) == ("lost", "its file has too many such to look for its words")


@pytest.mark.parametrize("count", [1, 2, 3, 4, 7, 1_000])
def test_a_name_that_many_have_is_numbered_after_few_looks(count):
    taken = {"Time", *(f"Time ({n})" for n in range(2, count + 1))}
    looks = []

    def is_taken(name):
        looks.append(name)
        return name in taken

    assert once("Time", is_taken) == f"Time ({count + 1})"
    assert len(looks) <= 22


def test_a_text_that_many_sources_name_counts_for_each(monkeypatch, tmp_path):
    path = NVIVO.write(tmp_path / "a.qdpx", NVIVO.source("") + NVIVO.source("", guid=NVIVO.guid(2)))
    assert len(refi.read(path).rows("source")) == 2

    monkeypatch.setattr(_refi_sources, "_TEXTS", len(NVIVO.file(TEXT)) * 2 - 1)
    with pytest.raises(ReadError, match=r"a\.qdpx: its texts have more than 0 MB"):
        refi.read(path)


def test_what_all_codings_quote_is_limited(monkeypatch, tmp_path):
    inside = NVIVO.selection(TEXT, PHRASES[0], 1) + NVIVO.selection(TEXT, PHRASES[1], 2)
    path = NVIVO.write(tmp_path / "a.qdpx", NVIVO.source(inside))
    monkeypatch.setattr(study, "_QUOTED", len(PHRASES[0]) + len(PHRASES[1]) - 1)

    with pytest.raises(ReadError, match="its codings have more than 0 million characters"):
        refi.read(path)


def test_no_archive_is_written_that_would_not_be_read(monkeypatch, tmp_path):
    path = tmp_path / "s.bundle"
    snapshot = Snapshot({"coder": [{"id": str(n), "name": "Ann"} for n in range(9)]})
    for limits in (replace(_archives.LIMITS, part=40), replace(_archives.LIMITS, entries=1)):
        monkeypatch.setattr(_archives, "LIMITS", limits)
        with pytest.raises(QualkitError, match=r"s\.bundle: not written, as it is larger than"):
            bundle.write(snapshot, path)
    assert list(tmp_path.iterdir()) == []


def test_a_path_of_codes_has_no_spaces_at_its_steps(tmp_path):
    path = tmp_path / "s.csv"
    path.write_text("Document,Code,Segment\nP1,Team  >  Trust \\ Time,They listened.\n")

    (book,) = coded_table.read_study(path)[0].books
    assert [one.name for one in book.codes] == ["Team", "Trust", "Time"]


def test_an_annotation_outside_its_text_is_called_by_no_words(tmp_path):
    folder = databases.qualcoder(tmp_path / "a.qda", {
        "source": [source()], "code_name": [code(1, "Time")], "code_text": [coded("waited")],
        "annotation": [{"anid": 1, "fid": 1, "pos0": 9, "pos1": 99_999, "memo": "Ask.",
                        "owner": "Ann", "date": ""}],
    })  # fmt: skip

    assert [(one.title, one.text) for one in qualcoder.read_study(folder)[0].notes] == [
        ("Annotation", "Ask.")
    ]


@pytest.mark.parametrize(
    "other", ["Sources/CAF\u00c9.txt", "sources//caf\u00e9.txt", "sources/./cafe\u0301.txt"]
)
def test_names_that_some_system_puts_in_one_place_come_once(tmp_path, other):
    path = tmp_path / "a.qdpx"
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("sources/caf\u00e9.txt", "1")
        made.writestr(other, "2")

    with pytest.raises(ReadError, match=r"a\.qdpx: duplicate part in the archive"):
        _archives.open_archive(path)
