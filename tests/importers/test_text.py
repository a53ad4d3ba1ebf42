"""Bytes to stored text: what is kept, what is replaced, what is refused."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualkit.errors import ReadError
from qualkit.importers._text import Note, decode, lookalikes, oddities, stored, told


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
    ],
)
def test_byte_order_marks_are_obeyed_and_dropped(mark, encoding):
    assert decode(mark + "“No” £5 😀".encode(encoding), "t.txt") == ("“No” £5 😀", [])


def test_windows_letters_stay_pounds_and_quotes_and_are_warned_of():
    text, warnings = decode("It cost £20, “no” less".encode("cp1252"), "t.txt")

    assert text == "It cost £20, “no” less"
    assert warnings == [
        "not UTF-8 (line 1): read as Windows-1252; check pound signs and quotation marks"
    ]


def test_lines_in_two_encodings_are_each_read_and_named():
    text, warnings = decode("café\n".encode() + "£9".encode("cp1252"), "t.txt")

    assert text == "café\n£9"
    assert warnings[0].startswith("mixed encodings: line 2 is not UTF-8")


def test_wide_text_without_a_mark_is_guessed_and_said():
    assert decode("Interviewer: hello".encode("utf-16-le"), "t.txt") == (
        "Interviewer: hello",
        ["no byte-order mark: read as utf-16-le; check its letters"],
    )


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"words\0\x01\x02 and more", "t.txt: binary data at byte 5; this is not a text file"),
        (b"a \xed\xa0\xbd b", "t.txt: not valid UTF-8 at byte 2; save it as UTF-8"),
        (codecs.BOM_UTF16_LE + b"a", "t.txt: damaged utf-16-le text at byte 0"),
    ],
)
def test_what_is_no_text_is_refused(data, reason):
    with pytest.raises(ReadError) as refusal:
        decode(data, "t.txt")

    assert str(refusal.value) == reason


def test_an_encoding_can_be_forced_and_must_exist():
    assert decode(b"caf\x8e", "t.txt", "mac_roman") == ("café", [])
    with pytest.raises(ReadError, match="unknown encoding 'klingon'"):
        decode(b"x", "t.txt", "klingon")


def test_line_ends_become_lf_and_forbidden_characters_are_counted():
    text, said = stored("a\r\nb\rc\x01d\ufffe\x0be")

    assert text == "a\nb\nc\ufffdd\ufffd\ufffde"
    assert said == [
        "1 character for a page or line break became U+FFFD",
        "2 characters that no Word or XML file can hold became U+FFFD",
    ]


@given(
    st.text(st.characters(blacklist_categories=("Cs", "Cc"), blacklist_characters="\ufffe\uffff"))
)
def test_no_other_character_is_touched(text):
    assert stored(text) == (text, [])


def test_messages_are_told_apart_into_warnings_and_notes():
    assert told(["look", Note("by the way"), "look"]) == (("look",), ("by the way",))


@pytest.mark.parametrize(
    ("text", "warning"),
    [
        ("right \u202eto left", "invisible text-direction characters"),
        ("â€™ and Ã© and Â£", "looks double-encoded"),
        ("a" * 1_000_001, "one line of more than 1,000,000 characters"),
        ("no \U0001ffff", "characters that Unicode keeps unassigned"),
    ],
)
def test_oddities_are_warned_of(text, warning):
    assert oddities(text, "t.txt")[0].startswith(warning)


@pytest.mark.parametrize("text", ["", " \n\t", "\u200b\ufeff", "\ufffd"])
def test_a_text_without_words_is_refused(text):
    with pytest.raises(ReadError, match="the file holds no text"):
        oddities(text, "t.txt")


def test_many_speakers_are_doubted():
    assert lookalikes(f"word {n}" for n in range(201)) == [
        "201 different speakers; they are probably not speakers"
    ]
