"""The web page: words are words, nothing is asked for, and its search finds what is there."""

from __future__ import annotations

import re
import shutil
import subprocess
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256
from html import unescape

import pandas as pd
import pytest
from lxml import html

from qualkit.errors import QualkitError
from qualkit.export import webpage
from qualkit.export.grid import write_grid
from qualkit.framework import Cell, Column, Row
from tests.export.conftest import excerpt

LEGAL = "=1+1 \ufffd <b>& “quoted” 😀 مرحبا re-read it"
HOSTILE = "</script></style><script>alert(1)</script><img src=x onerror=alert(1)> \" ' &lt; -->"


def written(grid, folder):
    path = webpage.write_grid(grid, folder / "g.html", study="ours", codebooks=["B 1.0"])
    return path.read_text("utf-8")


@pytest.fixture
def page(charted, tmp_path):
    return html.fromstring(written(charted, tmp_path))


def said(element):
    return " ".join(element.text_content().split())


def cells(page):
    return [[said(cell) for cell in row] for row in page.xpath("//tbody/tr")]


def test_the_page_has_a_row_a_row_of_the_grid_in_its_bands(page):
    heads = [said(head) for head in page.xpath("//thead//th")]
    assert heads == ["Source", "Looking after", "Links"]
    assert [row[0] for row in cells(page)] == [
        "Region: East", "Role: Nurse", "s1Nurse, North", "Role: Head", "s2", "Region: West",
        "Role: Head", "s3",
    ]  # fmt: skip
    assert page.xpath("//tr[@class]/@data-depth") == ["0", "1", "1", "0", "1"]


def test_a_cell_has_its_summaries_then_its_excerpts(page):
    (first, *_) = page.xpath("//tbody//td")

    assert [said(part) for part in first] == [
        "s1, baseline: It went well. [Ann, positive]",
        "Draft, not yet edited: “They came.” (s1) [Bob]Evidence has changed since this was"
        " written: 2 codings added",
        "“They came.”", "(Nurse, North, line 3) mixed · cited in the summary",
        "“They left.”", "(Nurse, North, line 3) Time",
    ]  # fmt: skip


def test_a_rating_stands_with_its_level_and_what_that_looks_like(page):
    assert said(page.xpath("//p[@class='rating']")[0]) == "Rated 1, Some – they ring at need"


def test_empty_cells_say_why(page):
    assert [said(cell) for cell in page.xpath("//td[@class='empty']")] == [
        "Not asked", "Asked, nothing said", "Asked, nothing said (1 of 2 asked)", "No data",
    ]  # fmt: skip


def test_themes_are_defined_with_the_levels_of_their_scales(page):
    assert [said(line) for line in page.xpath("//dl/*")] == [
        "Looking after", "what it is", "Links", "who rings whom",
        "0, None: nobody rings", "1, Some: they ring at need",
    ]  # fmt: skip


def test_what_was_left_out_is_counted(grid, tmp_path):
    page = html.fromstring(written(grid, tmp_path))

    assert page.xpath("//blockquote/text()")[0] == f"“{LEGAL}”"
    assert "+ 3 more excerpts" in said(page.xpath("//tbody//td")[0])


def test_nothing_is_asked_for_from_anywhere(page):
    assert page.xpath("//link|//img|//iframe|//form|//@src|//@href|//@style|//@onclick") == []
    assert "http" not in html.tostring(page, encoding="unicode").replace("http-equiv", "")


def test_a_browser_may_run_the_pages_own_search_and_style_and_nothing_else(charted, tmp_path):
    page = written(charted, tmp_path)

    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]+)"', page)
    hashes = [
        f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"
        for kind in ("script", "style")
        for text in re.findall(f"<{kind}>(.*?)</{kind}>", page, re.DOTALL)
    ]
    assert unescape(policy) == (
        f"default-src 'none'; script-src {hashes[0]}; style-src {hashes[1]};"
        " base-uri 'none'; form-action 'none'"
    )
    assert page.index("Content-Security-Policy") < page.index("<title>")


def hostile(grid, words=HOSTILE):
    """The grid with these words wherever a study has words."""
    column = replace(grid.columns[0], title=words, definition=words, name=words)
    rows = tuple(replace(row, name=words, detail=words, bands=(words, words)) for row in grid.rows)
    summaries = tuple(
        replace(s, author=words, text=words, about=words, level=words, descriptor=words, rating=1,
                changes=words)
        for s in grid.cell("s1", 0).summaries
    )  # fmt: skip
    quote = excerpt(words, attribution=words, codes=(words, words + "2"))
    made = {**grid.cells, ("s1", 0): Cell(summaries, (quote,))}
    return replace(
        grid, title=words, columns=(column, *grid.columns[1:]), rows=rows, cells=made,
        rows_are=words, bands_are=(words, words),
    )  # fmt: skip


def test_nothing_of_a_study_is_script_or_markup(charted, tmp_path):
    plain, page = (html.fromstring(written(g, tmp_path)) for g in (charted, hostile(charted)))

    assert page.xpath("count(//script)") == page.xpath("count(//style)") == 1
    assert {one.tag for one in page.iter()} <= {one.tag for one in plain.iter()}
    assert {name for one in page.iter() for name in one.keys()} <= {  # noqa: SIM118
        name
        for one in plain.iter()
        for name in one.keys()  # noqa: SIM118
    }
    assert page.xpath("//blockquote/text()") == [f"“{HOSTILE}”"]
    assert page.xpath("//script/text()") == plain.xpath("//script/text()")


@pytest.mark.parametrize("words", ["\x00\x08\ud800", "مرحبا \u202e abc", "y" * 40_000, "😀" * 9])
def test_hard_words_are_shown_whole_and_each_in_its_own_direction(charted, tmp_path, words):
    page = html.fromstring(written(hostile(charted, words), tmp_path))

    shown = re.sub("[\x00-\x08\ud800]", "\ufffd", words)
    quote = page.xpath("//blockquote")[0]
    assert (quote.text, quote.get("dir")) == (f"“{shown}”", "auto")


def test_more_themes_than_a_sheet_of_paper_takes_are_printed_as_a_list(grid, charted, tmp_path):
    wide = replace(
        grid, columns=(*grid.columns, grid.columns[0]),
        cells={**grid.cells, ("North", 8): Cell(), ("South", 8): Cell()},
    )  # fmt: skip

    few, many = (html.fromstring(written(made, tmp_path)) for made in (charted, wide))

    assert (few.xpath("//table/@class"), many.xpath("//table/@class")) == ([], ["wide"])
    assert few.xpath("//tbody//td/@data-theme")[:2] == ["Looking after", "Links"]


def test_a_thousand_themes_have_a_thousand_columns(grid, tmp_path):
    columns = tuple(Column("b", f"c{n}", f"Theme {n}", "") for n in range(1_000))
    made = {("North", n): Cell() for n in range(1_000)}
    wide = replace(grid, rows=(Row("North"),), bands_are=(), columns=columns, cells=made)

    page = html.fromstring(written(wide, tmp_path))

    assert page.xpath("count(//thead//th)") == page.xpath("count(//tbody/tr/*)") == 1_001


def test_an_ending_that_is_no_grid_is_refused(grid, tmp_path):
    with pytest.raises(QualkitError) as refused:
        write_grid(grid, tmp_path / "g.odt", study="x", codebooks=[], sources=pd.DataFrame())

    assert str(refused.value).endswith("a grid is written as .docx, .xlsx, .html, not '.odt'")


@pytest.mark.parametrize("ending", ["xlsx", "html"])
def test_a_template_for_what_is_no_word_file_is_refused(grid, tmp_path, ending):
    with pytest.raises(QualkitError) as refused:
        write_grid(
            grid, tmp_path / f"g.{ending}", study="x", codebooks=[], sources=pd.DataFrame(),
            template="house.docx",
        )  # fmt: skip

    assert str(refused.value).endswith(f"a template is for a .docx file, not '.{ending}'")
    assert list(tmp_path.iterdir()) == []


# The search, in a browser --------------------------------------------------------------------


@pytest.fixture
def browse(tmp_path):
    """The page as a browser has it after these steps of a reader."""
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        pytest.skip("NO CHROMIUM: the search of the web page did not run; install it to try it")

    def shown(page, steps, *, policy=False):
        if not policy:  # it would keep the test's own steps from running as well
            page = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page)
        path = tmp_path / "browsed.html"
        path.write_text(page.replace("</body>", f"<script>{steps}</script></body>"), "utf-8")
        flags = ["--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=2000"]
        home = f"--user-data-dir={tmp_path / 'browser'}"
        done = subprocess.run(
            [browser, *flags, home, "--dump-dom", path.as_uri()],
            check=True, capture_output=True, timeout=120,
        )  # fmt: skip
        return html.fromstring(done.stdout.decode("utf-8"))

    return shown


def typed(words):
    return (
        f"const box = document.getElementById('find'); box.value = {words!r};"
        "box.dispatchEvent(new Event('input'));"
    )


@pytest.mark.parametrize(
    ("words", "marks", "told", "rows"),
    [
        ("they", [*["They"] * 4, "they"], "5 hits in 1 row",
         ["Region: East", "Role: Nurse", "s1Nurse, North"]),
        ("CAME.", ["came.", "came."], "2 hits in 1 row",
         ["Region: East", "Role: Nurse", "s1Nurse, North"]),
        ("(1 of", ["(1 of"], "1 hit in 1 row", ["Region: West", "Role: Head", "s3"]),
        ('"they', ["“They"] * 3, "3 hits in 1 row",
         ["Region: East", "Role: Nurse", "s1Nurse, North"]),
        ("asked", ["asked", "Asked", "Asked", "asked"], "4 hits in 2 rows",
         ["Region: East", "Role: Head", "s2", "Region: West", "Role: Head", "s3"]),
        ("nowhere", [], "0 hits in 0 rows", []),
        ("  ", [], "", ["Region: East", "Role: Nurse", "s1Nurse, North", "Role: Head", "s2",
                        "Region: West", "Role: Head", "s3"]),
    ],
)  # fmt: skip
def test_the_search_marks_and_counts_hits_and_shows_the_rows_that_have_any(
    charted, tmp_path, browse, words, marks, told, rows
):
    page = browse(written(charted, tmp_path), typed(words))

    assert [mark.text for mark in page.xpath("//mark")] == marks
    assert said(page.xpath("//output")[0]) == told
    assert [said(row[0]) for row in page.xpath("//tbody/tr[not(@hidden)]")] == rows


def test_escape_clears_the_search(charted, tmp_path, browse):
    steps = typed("they") + (
        "setTimeout(() => document.dispatchEvent(new KeyboardEvent('keydown', {key: 'Escape'})),"
        " 500);"
    )

    page = browse(written(charted, tmp_path), steps)

    assert page.xpath("//mark|//tr[@hidden]|//td[contains(@class, 'other')]") == []
    assert said(page.xpath("//output")[0]) == ""
    assert cells(page) == cells(html.fromstring(written(charted, tmp_path)))


def test_a_browser_runs_the_search_and_refuses_any_other_script(charted, tmp_path, browse):
    page = browse(written(charted, tmp_path), "document.title = 'run';", policy=True)

    assert page.xpath("//div[@id='search']/@hidden") == []
    assert page.xpath("//title/text()") == ["Ours"]
