"""Taguette's projects and exports: every highlight on its words, every tag in its place."""

from __future__ import annotations

import csv
from collections import Counter
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualkit.errors import ReadError
from qualkit.interchange import coded_table, taguette
from qualkit.interchange._markup import page_of
from tests.interchange.databases import TAGUETTE, command, document, highlight, make, project, tag
from tests.strategies import HARD_LETTERS

PAGE = "<h1>Café 😀 &amp; co</h1>\n<p>Ann: We <b>wai</b>ted &lt;long&gt;.</p><p>Ben:<br/>Fine.</p>"
TEXT = "Café 😀 & co\nAnn: We waited <long>.\nBen:\nFine."
TIME = "2022-02-16 15:00:00.5"


def words_of(study):
    """(words, path of the code, coder, time) of every coding."""
    texts = {text.id: text.text for text in study.texts}
    names = {person.id: person.name for person in study.people}
    codes = {code.guid: ".".join(one.name for one in book.path(code.id))
             for book in study.books for code in book.codes}  # fmt: skip
    return [(texts[mark.text][mark.start : mark.end], codes[mark.code], names[mark.person],
             mark.created) for mark in study.marks]  # fmt: skip


def taguette_file(tmp_path, **rows):
    base = {"projects": [project()], "documents": [document(PAGE)]}
    return make(tmp_path / "t.sqlite3", TAGUETTE, base | rows)


def offset(words):
    """Bytes before these words between the tags: line ends that we add count for nothing."""
    page = "Café 😀 & co\nAnn: We waited <long>.Ben:Fine."
    return len(page[: page.index(words)].encode())


def test_bytes_between_tags_become_code_points(tmp_path):
    start, fine = offset("waited"), offset("Fine")
    file = taguette_file(
        tmp_path,
        tags=[tag(1, "time"), tag(2, "mood")],
        highlights=[
            highlight(1, start, start + 12, "<p><b>wai</b>ted &lt;long</p>"),
            highlight(2, offset("long"), fine + 4, "<p>long&gt;.</p><p>Ben:<br/>Fine</p>"),
        ],
        highlight_tags=[{"highlight_id": 1, "tag_id": 1}, {"highlight_id": 2, "tag_id": 1},
                        {"highlight_id": 2, "tag_id": 2}],
    )  # fmt: skip

    study, account = taguette.read_study(file)

    assert study.texts[0].text == TEXT
    assert [words for words, *_ in words_of(study)] == [
        "waited <long", "long>.\nBen:\nFine", "long>.\nBen:\nFine"
    ]  # fmt: skip
    assert account.as_dict()["codings"] == {"matched": 3, "moved": 0, "lost": 0, "total": 3}
    assert account.as_dict()["offsets"]["unit"] == "byte"
    assert account.not_carried == {"headings, lists and emphasis": 2}


def test_highlights_that_do_not_stand_at_their_place_are_found_or_told_as_lost(tmp_path):
    file = taguette_file(
        tmp_path,
        tags=[tag(1, "time")],
        highlights=[
            highlight(1, 0, 6, "waited"),  # other words stand there
            highlight(2, 1, 4, "never said by anybody"),
            highlight(3, 4, 5, "é"),  # within a character
            highlight(4, 900, 950, "Ben"),
            highlight(5, 0, 5, "Café", of=99),
        ],
        highlight_tags=[{"highlight_id": n, "tag_id": 1} for n in range(1, 6)]
        + [{"highlight_id": 1, "tag_id": 77}],
    )

    study, account = taguette.read_study(file)

    assert Counter(words for words, *_ in words_of(study)) == {"waited": 1, "é": 1, "Ben": 1}
    assert account.as_dict()["codings"] == {"matched": 0, "moved": 3, "lost": 3, "total": 6}
    assert sorted((one.words, one.why) for one in account.lost) == [
        ("Café", "its document is not in the file"),
        ("never said by anybody", "the words that it quotes are not in its source"),
        ("waited", "its tag is not in the project"),
    ]


def test_tags_are_nested_by_their_dots(tmp_path):
    paths = ["team", "team.trust", "team.trust.staff", "place.here", "place.there", "Mr. Smith",
             "v1.2", "v1.3", "lone.some"]  # fmt: skip
    file = taguette_file(tmp_path, tags=[tag(n, p, f"about {p}") for n, p in enumerate(paths, 1)])

    (book,) = taguette.read_study(file)[0].books

    trails = [" > ".join(one.name for one in book.path(code.id)) for code in book.codes]
    assert trails == [
        "team", "team > trust", "team > trust > staff", "place", "place > here", "place > there",
        "Mr. Smith", "v1.2", "v1.3", "lone.some",
    ]  # fmt: skip
    assert (book.codes[1].definition, book.codes[3].definition) == ("about team.trust", "")
    # as Taguette writes it into a .qdc: uuid5(51B2B2B7-27EB-4ECB-9D56-E75B0A0496C2, "team")
    assert book.codes[0].guid == "9202c1a7-0d65-5870-87e8-4d88b42ae42d"


def test_each_tag_has_the_coder_and_time_at_which_it_was_set(tmp_path):
    add = {"type": "highlight_add", "highlight_id": 1, "start_offset": 0, "end_offset": 5}
    file = taguette_file(
        tmp_path,
        project_members=[{"project_id": 1, "user_login": who, "privileges": "ADMIN"}
                         for who in ("ann", "ben", "cleo")],
        tags=[tag(1, "a"), tag(2, "b"), tag(4, "d")],
        highlights=[highlight(1, 0, 5, "Café"), highlight(2, 0, 5, "Café")],
        highlight_tags=[{"highlight_id": 1, "tag_id": n} for n in (1, 2, 4)]
        + [{"highlight_id": 2, "tag_id": 1}],
        commands=[
            command("ann", "2022-02-01 10:00:00", **add, tags=[1, 3]),
            command("ben", "2022-02-02 10:00:00", **add, tags=[1, 2, 3]),
            command("cleo", "2022-02-03 10:00:00", type="tag_merge", src_tag_id=3, dest_tag_id=4),
            {**command("ann", TIME), "payload": "{not json"},
        ],
    )  # fmt: skip

    study, account = taguette.read_study(file)

    assert sorted(words_of(study)) == [
        ("Café", "a", "ann", "2022-02-01T10:00:00Z"),
        ("Café", "a", "unknown coder", "2022-02-03T08:00:53Z"),
        ("Café", "b", "ben", "2022-02-02T10:00:00Z"),
        ("Café", "d", "ann", "2022-02-01T10:00:00Z"),
    ]
    assert account.coders == 4
    assert account.not_carried["entries of the history"] == 4


def test_of_several_projects_one_must_be_named(tmp_path):
    file = taguette_file(
        tmp_path, projects=[project(), project(2, "Other")],
        documents=[document("<p>one</p>"), document("<p>two</p>", 2, project_id=2)],
        tags=[tag(1, "mine"), tag(2, "theirs", of=2)],
    )  # fmt: skip

    with pytest.raises(ReadError) as refused:
        taguette.read(file)

    assert str(refused.value) == (
        "t.sqlite3: it has several projects, name the one to read: 1 'Waiting', 2 'Other'"
    )
    study = taguette.read_study(file, project="Other")[0]
    assert ([one.text for one in study.texts], study.books[0].codes[0].name) == (["two"], "theirs")
    assert taguette.read_study(file, project=1)[0].texts[0].text == "one"
    with pytest.raises(ReadError, match="it has no project 'Third'; it has 1 'Waiting', 2 'Other'"):
        taguette.read(file, project="Third")


BLOCKS = st.lists(
    st.lists(st.one_of(HARD_LETTERS, st.just("&")), max_size=6).map("".join), max_size=6
)


@given(BLOCKS, st.booleans(), st.data())
def test_every_stretch_of_bytes_is_the_same_words(blocks, spaced, data):
    between = "\n" if spaced else ""
    shown = [block.replace("&", "&amp;") for block in blocks]
    page = page_of(between.join(f"<p><i>{one[:3]}</i>{one[3:]}</p>" if "&" not in one else
                                f"<p>{one}</p>" for one in shown))  # fmt: skip
    counted = between.join(blocks)
    cuts = st.integers(0, len(counted))
    start, end = sorted((data.draw(cuts), data.draw(cuts)))

    first, last = page.place(*(len(counted[:at].encode()) for at in (start, end)))

    assert None not in {first, last}
    assert page.text[first:last].replace("\n", "") == counted[start:end].replace("\n", "")


# What it exports -----------------------------------------------------------------------------


def test_its_codebook_is_read_as_csv_and_as_a_workbook(tmp_path):
    rows: list[list[Any]] = [["tag", "parent", "description", "number of highlights"],
            ["team", "", "Who works here", 2], ["team.trust", "team", "", 1], ["gone", "nobody", "", 0]]  # fmt: skip
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(tmp_path / "codebook.xlsx")
    with (tmp_path / "codebook.csv").open("w", newline="") as file:
        csv.writer(file).writerows(rows)

    read = [taguette.read_study(tmp_path / f"codebook.{ending}") for ending in ("csv", "xlsx")]

    codes = [(one.name, one.parent, one.definition) for one in read[0][0].books[0].codes]
    assert codes == [("team", None, "Who works here"), ("trust", "team", ""), ("gone", None, "")]
    assert read[0][0] == read[1][0]
    assert read[0][1].codes == 3


def test_a_real_project_has_every_highlight_of_its_own_export(real_data):
    folder = real_data / "refi"
    study, account = taguette.read_study(folder / "serdif_taguette_project.sqlite3")
    with (folder / "serdif_taguette_highlights_export.csv").open(
        encoding="utf-8", newline=""
    ) as file:
        exported = Counter((row["document"], row["tag"], " ".join(row["content"].split()))
                           for row in csv.DictReader(file))  # fmt: skip

    texts = {text.id: text for text in study.texts}
    codes = {code.guid: code.name for book in study.books for code in book.codes}
    ours = Counter((texts[mark.text].name, codes[mark.code],
                    " ".join(texts[mark.text].text[mark.start : mark.end].split()))
                   for mark in study.marks)  # fmt: skip
    assert (ours, ours.total(), account.matched) == (exported, 1930, 1930)
    assert taguette.read(folder / "serdif_taguette_project.sqlite3") == taguette.read(
        folder / "serdif_taguette_project.sqlite3"
    )


def test_a_real_export_is_found_in_the_texts_of_its_project(real_data):
    folder = real_data / "refi"
    study = taguette.read_study(folder / "serdif_taguette_project.sqlite3")[0]
    texts = {text.name: text.text for text in study.texts}

    again, account = coded_table.read_study(
        folder / "serdif_taguette_highlights_export.csv", texts=texts
    )

    counts = account.as_dict()["codings"]
    assert counts == {"matched": 1927, "moved": 3, "lost": 0, "total": 1930}
    assert placed(again) == placed(study)


def placed(study):
    """Every coding by its place without the spaces around it, which the export leaves out."""
    texts = {text.id: text for text in study.texts}
    codes = {code.guid: code.name for book in study.books for code in book.codes}
    found = []
    for mark in study.marks:
        words = texts[mark.text].text[mark.start : mark.end]
        start = mark.start + len(words) - len(words.lstrip())
        found.append((texts[mark.text].name, codes[mark.code], start, len(words.strip())))
    return Counter(found)
