"""Tables of surveys: numbers as numbers, what is withheld as [c], bases and notes in every file."""

from __future__ import annotations

import csv
from html.parser import HTMLParser

import docx
import openpyxl
import pandas as pd
import pytest
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn

from qualkit.errors import QualkitError, TableError, UnknownName
from qualkit.export import survey_charts as charts
from qualkit.export.survey_tables import write_tables
from qualkit.survey import Item, Survey, compare, describe, findings
from tests.export.word_schema import faults

LABELS = {"1": "No", "2": "Hardly", "3": "Yes"}
ITEMS = (
    Item("K1", "=1+1 <b>ask</b> 😀", labels=LABELS, polarity="higher-is-better"),
    Item("W1", "Did you?", "yes-no", {"0": "No", "1": "Yes"}),
    Item("O1", "Why?", "open"),
)
SURVEY = Survey("s", respondent="id", items=ITEMS, subgroups=("area",))
ENDINGS = ("docx", "xlsx", "csv", "html")


def table(shift=0):
    people = [f"P{n}" for n in range(44)]
    k1 = (["1"] * 10 + ["2"] * 15 + ["3"] * 19)[shift:] + ["3"] * shift
    return pd.DataFrame({
        "id": people, "K1": k1, "W1": ["1"] * (20 + shift) + ["0"] * (24 - shift),
        "O1": ["because"] * 44, "area": ["North"] * 20 + ["South"] * 20 + ["East"] * 4,
    })  # fmt: skip


DESCRIBED = describe({"before": table()}, SURVEY)
COMPARED = compare(table(), table(6), SURVEY)


def sheet(path, name):
    rows = list(openpyxl.load_workbook(path)[name].values)
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


def csv_rows(path):
    return list(csv.reader(path.read_text("utf-8-sig").splitlines()))


class Text(HTMLParser):
    """The words of a page and its tags."""

    def __init__(self):
        super().__init__()
        self.words, self.tags = [], set()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)

    def handle_data(self, data):
        self.words.append(data)


def words_of(path):
    if path.suffix == ".docx":
        held = docx.Document(str(path))
        cells = [c.text for t in held.tables for r in t.rows for c in r.cells]
        return [p.text for p in held.paragraphs] + cells
    if path.suffix == ".xlsx":
        book = openpyxl.load_workbook(path)
        return [str(v) for s in book for row in s.values for v in row if v is not None]
    if path.suffix == ".csv":
        return [cell for row in csv_rows(path) for cell in row]
    page = Text()
    page.feed(path.read_text("utf-8"))
    return page.words


def test_figures_are_numbers_rounded_as_they_are_printed(tmp_path):
    rows = sheet(write_tables(DESCRIBED, tmp_path / "t.xlsx"), "Items")

    k1 = rows[0]
    assert [k1[name] for name in ("n", "No answer", "Mean", "SD", "SE")] == [44, 0, 2.2, 0.79, 0.12]
    assert [k1[name] for name in ("Top two, %", "95 % from", "to")] == [77.3, 63.0, 87.2]


def test_what_is_withheld_undefined_or_beside_the_point_has_a_mark_of_its_own(tmp_path):
    rows = sheet(write_tables(DESCRIBED, tmp_path / "t.xlsx"), "Items")
    cells = {(row["Item"], row["Group"]): row for row in rows}

    assert (cells["K1", "East"]["n"], cells["K1", "East"]["Mean"]) == (4, "[c]")
    assert cells["K1", "East"]["Remark"] == "fewer than 10 answers"
    assert (cells["W1", "All"]["Mean"], cells["W1", "All"]["Top two, %"]) == ("[z]", 45.5)
    assert cells["O1", "All"]["Mean"] == "[z]"


def test_an_item_that_nobody_answered_is_undefined_not_withheld(tmp_path):
    item = Item("K1", "?", labels=LABELS)
    seen = pd.DataFrame({"K1": [None] * 30, "K2": ["1"] * 30})
    other = Item("K2", "?", labels=LABELS)
    one = describe({"w": seen}, Survey("s", items=(item, other)))

    rows = sheet(write_tables(one, tmp_path / "t.xlsx"), "Items")

    assert [(row["n"], row["Mean"]) for row in rows] == [(0, "[x]"), (30, 1)]


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("made", [DESCRIBED, COMPARED], ids=["description", "comparison"])
def test_every_file_has_its_key_method_and_notes(made, ending, tmp_path):
    words = words_of(write_tables(made, tmp_path / f"t.{ending}"))

    said = "\n".join(words)
    for sentence in (*made.method, *made.notes):
        assert sentence in said
    if "[c]" in words:
        assert "[c] withheld, because it counts few people or would give such a count away." in said


@pytest.mark.parametrize("ending", ENDINGS)
def test_words_of_users_are_words_and_nothing_else(ending, tmp_path):
    path = write_tables(DESCRIBED, tmp_path / f"t.{ending}", title="<i>$1$</i>")

    said = "\n".join(words_of(path))
    assert "1+1 <b>ask</b> 😀" in said
    if ending == "csv":
        assert all(not cell.startswith("=") for row in csv_rows(path) for cell in row)
    if ending == "xlsx":
        kinds = {c.data_type for s in openpyxl.load_workbook(path) for row in s for c in row}
        assert kinds == {"s", "n"}
    if ending == "html":
        page = Text()
        page.feed(path.read_text("utf-8"))
        assert not {"b", "i", "script", "img"} & page.tags


def test_answers_stand_side_by_side_on_paper_and_under_each_other_for_programs(tmp_path):
    page = docx.Document(str(write_tables(DESCRIBED, tmp_path / "t.docx")))
    long = sheet(write_tables(DESCRIBED, tmp_path / "t.xlsx"), "Distribution")

    spread = [[cell.text for cell in row.cells] for row in page.tables[1].rows]
    assert spread[0] == ["Item", "Wave", "Group", "No", "Hardly", "Yes", "Base", "Don't know"]
    assert spread[1][3:] == ["22.7", "34.1", "43.2", "44", "0"]
    assert [(row["Answer"], row["n"], row["%"], row["Base"]) for row in long[:3]] == [
        ("No", 10, 22.7, 44), ("Hardly", 15, 34.1, 44), ("Yes", 19, 43.2, 44),
    ]  # fmt: skip


def test_a_small_p_is_never_nought(tmp_path):
    row = csv_rows(write_tables(COMPARED, tmp_path / "t.csv"))
    cells = dict(zip(row[0], row[1], strict=True))
    p = float(COMPARED.items["p"][0])

    assert 0 < float(cells["p"]) == float(f"{p:.3g}")
    assert (cells["n before"], cells["n after"], cells["Matched"]) == ("44", "44", "44")


def test_one_table_can_be_chosen(tmp_path):
    rows = csv_rows(write_tables(DESCRIBED, tmp_path / "t.csv", table="Distribution"))

    assert rows[0] == [
        "Item", "Question", "Wave", "Column", "Group", "Code", "Answer", "n", "%", "Base", "Remark",
    ]  # fmt: skip
    with pytest.raises(UnknownName) as refused:
        write_tables(DESCRIBED, tmp_path / "u.csv", table="Pie")
    assert str(refused.value) == (
        "no table is called 'Pie'; known are Answers 1, Answers 2, Distribution, Items"
    )


def test_findings_keep_their_ids_and_say_which_cannot_be_used(tmp_path):
    made = findings([DESCRIBED, COMPARED])

    rows = sheet(write_tables(made, tmp_path / "t.xlsx"), "Findings")

    assert [row["Finding"] for row in rows] == made["finding"].tolist()
    hidden = next(row for row in rows if row["Finding"].endswith("area=East"))
    assert (hidden["Value"], hidden["Usable"], hidden["Base"]) == ("[c]", "no", 4)


def test_what_is_no_result_or_no_such_file_is_refused(tmp_path):
    with pytest.raises(QualkitError) as ending:
        write_tables(DESCRIBED, tmp_path / "t.pdf")
    with pytest.raises(TableError) as kind:
        write_tables(pd.DataFrame({"a": [1]}), tmp_path / "t.csv")

    assert str(ending.value) == (
        f"{tmp_path / 't.pdf'}: tables of a survey are written as .docx, .xlsx, .csv, .html,"
        " not '.pdf'"
    )
    assert str(kind.value) == (
        "survey tables: a DataFrame is no description, comparison or findings"
    )
    assert list(tmp_path.iterdir()) == []


# Charts beside the tables --------------------------------------------------------------------


def test_charts_stand_before_the_tables_with_words_for_those_who_do_not_see_them(tmp_path):
    pictures = charts.pictures(DESCRIBED)

    path = write_tables(DESCRIBED, tmp_path / "t.docx", pictures=pictures)

    held = docx.Document(str(path))
    alts = [one._inline.docPr.get("descr") for one in held.inline_shapes]
    assert alts == [words for _, words in pictures]
    assert alts == [*charts.described(DESCRIBED, "likert"),
                    *charts.described(DESCRIBED, "distribution")]  # fmt: skip
    heads = [p.text for p in held.paragraphs if p.style.name == "Heading 1"]
    assert heads[:2] == ["Charts", "Items"]
    assert faults(path) == []


def test_a_page_holds_its_charts_itself_and_may_show_nothing_else(tmp_path):
    pictures = charts.pictures(DESCRIBED)

    path = write_tables(DESCRIBED, tmp_path / "t.html", pictures=pictures)
    bare = write_tables(DESCRIBED, tmp_path / "u.html")

    page = path.read_text("utf-8")
    assert page.count('<img src="data:image/png;base64,') == len(pictures) == 2
    assert "img-src data:;" in page
    assert "img-src" not in bare.read_text("utf-8")


def test_changes_are_drawn_as_means_and_as_shares_where_there_are_any():
    said = [words for _, words in charts.pictures(COMPARED, survey=SURVEY)]

    assert [words.split(",")[0] for words in said] == [
        "Before and after: s: means", "Before and after: s: shares",
    ]  # fmt: skip
    one = describe({"w": table()[["id", "O1"]]}, Survey("s", respondent="id", items=ITEMS[2:]))
    assert charts.pictures(one) == []


@pytest.mark.parametrize("ending", ["xlsx", "csv"])
def test_a_file_that_holds_no_charts_is_refused(ending, tmp_path):
    path = tmp_path / f"t.{ending}"

    with pytest.raises(QualkitError) as refused:
        write_tables(DESCRIBED, path, pictures=[(b"", "")])

    assert str(refused.value) == (
        f"{path}: charts stand in a file of .docx or .html, not '.{ending}'"
    )


def test_wide_tables_lie_across_narrow_ones_stand_and_every_head_repeats(tmp_path):
    path = write_tables(COMPARED, tmp_path / "t.docx")

    held = docx.Document(str(path))
    wide = [section.orientation == WD_ORIENT.LANDSCAPE for section in held.sections]
    widths = [len(one.columns) for one in held.tables]
    assert widths == [13, 5, 5, 6]
    assert wide == [False, True, False, True]
    assert all(one.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None for one in held.tables)
    assert faults(path) == []


# Numbers on sheets ---------------------------------------------------------------------------


def test_numbers_on_a_sheet_are_shown_as_they_are_printed(tmp_path):
    book = openpyxl.load_workbook(write_tables(COMPARED, tmp_path / "t.xlsx"))

    heads, first = list(book["Changes"])[:2]
    formats = {head.value: cell.number_format for head, cell in zip(heads, first, strict=True)}
    assert [formats[name] for name in ("n before", "before", "p", "df")] == [
        "#,##0", "0.00", '[<0.001]"<0.001";0.000', "General",
    ]  # fmt: skip


def test_a_share_among_findings_has_the_digits_of_a_share(tmp_path):
    made = findings([DESCRIBED])

    rows = sheet(write_tables(made, tmp_path / "t.xlsx"), "Findings")
    page = docx.Document(str(write_tables(made, tmp_path / "t.docx"))).tables[0]

    assert [(row["Value"], row["Unit"]) for row in rows[:2]] == [(2.2, None), (77.3, "%")]
    assert [row.cells[2].text for row in page.rows][:3] == ["Value", "2.20", "77.3 %"]
