"""Tables of codings from any tool: columns known by their headings, words found or put in order."""

from __future__ import annotations

import csv

import openpyxl
import pytest

from qualkit.errors import ReadError, TableError
from qualkit.interchange import coded_table
from qualkit.interchange._coded_columns import by_heading

TEXTS = {
    "P1.docx": "Interviewer: Well?\nP1: Yes. We waited, and waited.\nP1: Yes. It was “fine”.",
    "P2": "P2: 😀 It took a long time.\r\nP2: Yes.",
}


def table(path, *rows):
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
    return path


def words_of(study):
    texts = {text.id: text for text in study.texts}
    names = {person.id: person.name for person in study.people}
    codes = {code.guid: " > ".join(one.name for one in book.path(code.id))
             for book in study.books for code in book.codes}  # fmt: skip
    return [(texts[m.text].name, texts[m.text].text[m.start : m.end], codes[m.code],
             names[m.person]) for m in study.marks]  # fmt: skip


@pytest.mark.parametrize(
    ("header", "roles"),
    [
        (  # MAXQDA, retrieved segments
            ["Color", "Comment", "Document group", "Document name", "Code", "Begin", "End",
             "Weight score", "Segment", "Created by", "Created"],
            {"source": 3, "text": 8, "code": 4, "coder": 9, "created": 10, "start": 5, "end": 6,
             "memo": 1},
        ),
        (  # ATLAS.ti, quotation report
            ["ID", "Document", "Quotation Name", "Quotation Content", "Codes", "Reference",
             "Created by", "Quotation Comment"],
            {"id": 0, "source": 1, "text": 3, "code": 4, "coder": 6, "memo": 7},
        ),
        (  # Dedoose, excerpts
            ["Media Title", "Excerpt Copy", "Codes Applied Combined", "Excerpt Creator",
             "Excerpt Date"],
            {"source": 0, "text": 1, "code": 2, "coder": 3, "created": 4},
        ),
        (["id", "document", "tag", "content"], {"id": 0, "source": 1, "code": 2, "text": 3}),
        (["Source Name", "Node", "Coded Text", "Coded By"],  # NVivo, as its users paste it
         {"source": 0, "code": 1, "text": 2, "coder": 3}),
    ],
)  # fmt: skip
def test_headings_of_other_tools_are_known(header, roles):
    assert by_heading(header) == roles


def test_without_texts_a_source_consists_of_its_segments_which_is_said(tmp_path):
    path = table(
        tmp_path / "segments.csv",
        ["Document name", "Code", "Segment", "Created by", "Weight score"],
        ["P1", "Team > Trust", "They listened.", "Ann", "0"],
        ["P1", "Team > Time", "We waited.", "Ann", ""],
        ["P1", "Team > Time", "They listened.", "Ben", ""],
        ["P1", "Team > Time", "We waited.", "Ann", ""],  # said twice, and coded twice
        ["P2", "", "Nothing coded.", "Ann", ""],
        ["P2", "Team", "", "Ann", ""],
    )

    study, account = coded_table.read_study(path)

    assert study.texts[0].text == "They listened.\n\nWe waited.\n\nWe waited."
    assert sorted(words_of(study)) == [
        ("P1", "They listened.", "Team > Time", "Ben"),
        ("P1", "They listened.", "Team > Trust", "Ann"),
        ("P1", "We waited.", "Team > Time", "Ann"),
        ("P1", "We waited.", "Team > Time", "Ann"),
    ]
    assert account.as_dict()["codings"] == {"matched": 4, "moved": 0, "lost": 1, "total": 5}
    assert account.not_carried == {
        "segments without a code": 1, "cells of the column 'Weight score'": 1
    }  # fmt: skip
    assert account.warnings == (
        "the file has no text but what was coded: that of 1 source is made of its segments in "
        "their order and is not the whole that was said",
    )


def test_with_texts_words_are_found_though_quotes_and_names_differ(tmp_path):
    path = table(
        tmp_path / "quotes.csv",
        ["Document", "Quotation Content", "Codes"],
        ["C:\\work\\p1.DOCX", 'It was "fine".', "Mood\nTime"],
        ["P1", "Yes.", "Mood"],  # twice in its source
        ["p2", "😀 It took a long time.", "Time"],
        ["P2", "It never did.", "Time"],
        ["P3", "Hello.", "Time"],
    )

    study, account = coded_table.read_study(path, texts=TEXTS)

    assert sorted(words for _, words, *_ in words_of(study)) == sorted(
        ["It was “fine”.", "It was “fine”.", "Yes.", "😀 It took a long time."]
    )
    assert account.as_dict()["codings"] == {"matched": 3, "moved": 1, "lost": 2, "total": 6}
    assert [one.why for one in account.moved] == [
        "its words stand 2 times in its source; one of them was taken"
    ]
    assert [(one.source, one.words, one.why) for one in account.lost] == [
        ("P3", "Hello.", "no text was given for its source"),
        ("P2", "It never did.", "its words are not in its source"),
    ]
    assert account.warnings == ("no text was given for 1 source: 'P3'",)


def test_the_order_of_a_table_tells_where_repeated_words_stand(tmp_path):
    path = table(
        tmp_path / "quotes.csv", ["Document", "Excerpt", "Code"],
        ["P1.docx", "We waited", "Time"], ["P1.docx", "Yes.", "Mood"], ["P1.docx", "It was", "Mood"],
    )  # fmt: skip

    study, account = coded_table.read_study(path, texts=TEXTS)

    second = TEXTS["P1.docx"].rindex("Yes.")
    assert [mark.start for mark in study.marks if mark.end - mark.start == 4] == [second]
    assert account.as_dict()["codings"] == {"matched": 3, "moved": 0, "lost": 0, "total": 3}


def test_positions_are_trusted_where_the_words_stand_there_alone(tmp_path):
    text = TEXTS["P2"]  # an emoji before the words, and a line end of two characters
    yes = text.index("Yes.") + 1  # in UTF-16
    header = ["Document", "Start", "End", "Segment", "Code"]
    good = table(tmp_path / "good.csv", header,
                 ["P2", yes, yes + 4, "Yes.", "Mood"], ["P2", 10, 14, "took", "Time"])  # fmt: skip
    lines = table(tmp_path / "lines.csv", header,  # paragraphs, as MAXQDA counts
                  ["P2", 2, 2, "Yes.", "Mood"], ["P2", 1, 1, "took", "Time"])  # fmt: skip

    read = coded_table.read_study(good, texts=TEXTS)
    by_words = coded_table.read_study(lines, texts=TEXTS)

    offsets = read[1].as_dict()["offsets"]
    assert (offsets["unit"], offsets["newline"], read[1].matched) == ("utf-16", 2, 2)
    assert words_of(read[0]) == words_of(by_words[0])
    assert by_words[1].matched == 2
    assert by_words[1].warnings[0] == (
        "the positions in the table are not those of characters; each segment was found by its words"
    )


def test_a_folder_of_sources_gives_the_texts(tmp_path):
    folder = tmp_path / "sources"
    folder.mkdir()
    (folder / "P1.txt").write_text("Interviewer: Well?\nP1: We waited.\n")
    (folder / "broken.docx").write_bytes(b"no")
    path = table(tmp_path / "q.csv", ["File", "Quote", "Code"], ["P1", "We waited.", "Time"])

    study, account = coded_table.read_study(path, texts=folder)

    assert words_of(study)[0][:3] == ("P1", "We waited.", "Time")
    assert account.matched == 1
    assert account.warnings[0].startswith("a source was left out: broken.docx: ")


def test_columns_can_be_told_and_a_column_may_stand_for_a_code(tmp_path):
    book = openpyxl.Workbook()
    for row in (["Who", "What was said", "Code: Trust Applied", "Code: Time Applied"],
                ["P1", "They listened.", "True", "False"], ["P1", "We waited.", "true", "True"]):  # fmt: skip
        book.active.append(row)
    book.save(tmp_path / "dedoose.xlsx")

    study = coded_table.read_study(
        tmp_path / "dedoose.xlsx", columns={"source": "Who", "text": "What was said"}
    )[0]

    assert sorted((words, code) for _, words, code, _ in words_of(study)) == [
        ("They listened.", "Trust"), ("We waited.", "Time"), ("We waited.", "Trust")
    ]  # fmt: skip


def test_a_column_told_to_be_nothing_is_not_read(tmp_path):
    path = table(tmp_path / "t.csv", ["Document", "Segment", "Code", "Comment"],
                 ["P1", "We waited.", "Time", "mine"])  # fmt: skip

    study, account = coded_table.read_study(path, columns={"memo": "", "source": ""})

    assert coded_table.columns_of(path)[1] == {
        "source": "Document", "text": "Segment", "code": "Code", "memo": "Comment"
    }  # fmt: skip
    assert (study.marks[0].memo, study.texts[0].name) == ("", "t")
    assert account.not_carried == {
        "cells of the column 'Comment'": 1, "cells of the column 'Document'": 1
    }  # fmt: skip


@pytest.mark.parametrize(
    ("columns", "why"),
    [
        ({}, "no column is known to be the text or the code of a coding; name it, as text=...: it "
             "has Who, What"),
        ({"text": "Words"}, "it has no column 'Words'; it has Who, What"),
        ({"colour": "Who"}, "no column can be 'colour'; it may be source, text, code, coder, "
                            "created, start, end, memo, case, id"),
    ],
)  # fmt: skip
def test_columns_that_are_not_there_are_told_with_those_that_are(tmp_path, columns, why):
    path = table(tmp_path / "t.csv", ["Who", "What"], ["P1", "Hello."])

    with pytest.raises(TableError) as refused:
        coded_table.read(path, columns=columns)

    assert str(refused.value) == f"t.csv: {why}"


def test_words_that_would_be_looked_for_too_long_are_told_as_lost(monkeypatch, tmp_path):
    path = table(
        tmp_path / "s.csv",
        ["Document name", "Code", "Segment"],
        ["P2", "Time", "It took a long time."],
        ["P2", "Time", "Yes."],
    )
    cost = 4 * len(TEXTS["P2"].replace("\r\n", "\n"))  # of looking for one of them
    monkeypatch.setattr("qualkit.interchange._placing._WORK", cost)

    account = coded_table.read_study(path, texts=TEXTS)[1]

    assert account.matched == 1
    assert [(one.words, one.why) for one in account.lost] == [
        ("Yes.", "its file has too many such to look for its words")
    ]


def test_a_column_of_more_codes_than_any_codebook_has_is_refused(monkeypatch, tmp_path):
    monkeypatch.setattr(coded_table, "_CODES", 2)
    rows = [["Code", "Segment"], *([f"c{n}", "Yes."] for n in range(3))]

    with pytest.raises(ReadError, match="it has 3 different codes; the column of codes holds"):
        coded_table.read_study(table(tmp_path / "s.csv", *rows))
