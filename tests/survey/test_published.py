"""Published tables read: layouts, several in a file, pasted ones, and what is refused where."""

from __future__ import annotations

from decimal import Decimal

import pytest

from qualkit.errors import BatchError, CodebookError, ReadError
from qualkit.survey.published import parse_published, read_published, table_from_rows

ROWS = """id: t1
base: {before: 40, after: 38}
design: independent
scale: {min: 1, max: 5, integer: true}
stars: {"*": 0.05}
measures: {Item: label, Before: mean+se@before, After: mean+se@after, "Base (n)": n, All: total}
header: [Item, Before, After]
rows:
  - [Calm, "3.20 (0.10)", "3.4 (0.1)*"]
  - ["Base (n)", "40", "38"]
"""
COLUMNS = """id: t2
layout: columns-are-items
measures: {"Mean baseline (standard error)": mean+se@baseline, t: t}
header: [Statement, Α, В]
rows:
  - [Mean baseline, "2.98", "2.57"]
  - [(standard error), "(0.09)", "(0.12)"]
  - [t, "-3.02***", "-"]
"""


def test_rows_are_items_and_columns_carry_roles_and_waves():
    (table,) = parse_published(ROWS)

    assert [(one.label, one.role) for one in table.items] == [("Calm", ""), ("Base (n)", "n")]
    assert [one.name for one in table.measures] == ["mean+se@before", "mean+se@after"]
    assert (table.waves, table.base_of("after")) == (("before", "after"), 38)
    assert table.stars == {"*": Decimal("0.05")}
    assert [cell.text for cell in table.cells[1]] == ["3.4 (0.1)*", "38"]


def test_columns_are_items_with_two_line_rows_joined_and_letters_folded():
    (table,) = parse_published(COLUMNS)

    assert [item.label for item in table.items] == ["A", "B"]
    assert [str(cell.spread) for cell in table.cells[0]] == ["0.09", "0.12"]
    assert table.warnings == (
        "two printed rows were joined as 'Mean baseline (standard error)'",
        "Greek or Cyrillic letters were read as Latin in 2 texts",
    )


def test_several_documents_stand_in_one_file(write):
    found = read_published(write("two.yaml", f"{ROWS}---\n{COLUMNS}---\n"))

    assert [(table.id, table.line) for table in found] == [("t1", 1), ("t2", 12)]


def test_the_later_wave_is_the_later_one_wherever_it_stands():
    text = "id: a\nmeasures: {I: label, E: mean@endline, B: mean@baseline}\n"
    text += 'header: [I, E, B]\nrows: [[x, "3", "2"]]\n'

    assert parse_published(text)[0].waves == ("baseline", "endline")


PLACES = [
    ("id: t\n", "2 faults", "line 1: it has no header, a list of the texts over the columns"),
    (ROWS.replace('"3.4 (0.1)*"', '"3", "4"'), "1 fault", "line 9: row 1 has 4 cells, the header 3"),
    (ROWS.replace("mean+se@after", "average@after"), "1 fault",
     "line 6: the role 'average@after' of 'After' is not known; roles are label, count, total,"),
    (ROWS.replace("independent", "matched"), "1 fault",
     "line 3: design 'matched' is none of paired, independent, single, group-consensus"),
    (ROWS.replace("after: 38", "after: many"), "1 fault",
     "line 2: base 'many' is not a whole number above 0"),
    (ROWS.replace("max: 5", "max: 1"), "1 fault",
     "line 4: the scale goes from 1 to 1; min must be less than max"),
    (ROWS.replace("max: 5", "max: top"), "1 fault", "line 4: max 'top' is not a number"),
    (ROWS.replace("0.05", "5"), "1 fault", "line 5: the level 5 of '*' is not between 0 and 1"),
    (ROWS.replace("Before: mean", "X: mean").replace("After: mean", "Y: mean"), "1 fault",
     "line 1: none of the labels of measures ('Item', 'X', 'Y', 'Base (n)', 'All') stands in"),
    (ROWS.replace("header: [Item, Before, After]", "header: [Item, Before, Before]"), "1 fault",
     "line 1: 'Before' stands twice among the labels; its roles cannot be told apart"),
    (ROWS + "claims: [{text: x, about: {item: Calm}}]\n", "1 fault",
     "line 11: claim 1 lacks 'about' with item, measure and is"),
    (f"{ROWS}---\n{ROWS}", "1 fault", "line 12: the id 't1' stands at line 1 too"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "count", "fault"), PLACES)
def test_a_fault_is_told_with_its_line(text, count, fault, write):
    with pytest.raises(BatchError) as caught:
        read_published(write("t.yaml", text))

    if count == "1 fault":
        assert str(caught.value).startswith("t.yaml: 1 fault, nothing was kept\n  " + fault)
    assert caught.value.faults[0].startswith(fault)


@pytest.mark.parametrize(("text", "told"), [
    ("id: a\n---\n- a\n", "t.yaml: line 3: it must be one mapping of 'key: value' lines"),
    ("- a\n", "t.yaml: line 1: it must be one mapping of 'key: value' lines"),
    ("", "t.yaml: it must be one mapping of 'key: value' lines"),
    ("id: &a x\n", "t.yaml: line 1: anchors and aliases are not allowed"),
    ("id: !!python/name:os.system x\n",
     "t.yaml: line 1: the tag tag:yaml.org,2002:python/name:os.system is not allowed"),
    ("id: a\nid: b\n", "t.yaml: line 2: the key 'id' stands twice"),
    ("id: [a\n", "t.yaml: line 2: not YAML (did not find expected ',' or ']')"),
    (b"id: \xff\xfe", "t.yaml: not UTF-8 at byte 4"),
])  # fmt: skip
def test_what_is_no_plain_yaml_is_refused(text, told, write):
    with pytest.raises(CodebookError) as caught:
        read_published(write("t.yaml", text))

    assert str(caught.value) == told


def test_a_pasted_table_takes_its_roles_from_the_file_beside_it(write):
    path = write("table.tsv", "Kind\tBefore\tAfter\tChange\nTraining\t69\t88\t+19\n")
    write("table.yaml", "base: 49\ndesign: paired\nmeasures: {Kind: label, Before: percent@before, "
          "After: percent@after, Change: change}\n")  # fmt: skip

    (table,) = read_published(path)
    assert (table.id, table.base, table.items[0].label) == ("table", {"": 49}, "Training")
    assert [line[0].text for line in table.cells] == ["69", "88", "+19"]


def test_a_pasted_table_without_roles_is_refused(write):
    with pytest.raises(ReadError) as caught:
        read_published(write("table.csv", "Kind,Before\nTraining,69\n"))

    assert str(caught.value) == (
        "table.csv: nothing says what its columns are; write table.yaml beside it"
    )


def test_roles_of_a_pasted_table_may_come_from_a_form():
    about = {"id": "p", "measures": {"Kind": "label", "n": "count"}}
    table = table_from_rows([["Kind", "n"], ["Training", "4"]], about)

    assert about == {"id": "p", "measures": {"Kind": "label", "n": "count"}}
    assert table.cells[0][0].value == 4


def test_keys_labels_and_cells_that_nothing_reads_are_told():
    text = ROWS.replace("id: t1", "id: t1\ncolour: red\ntest: anova")
    text = text.replace("header: [Item, Before, After]", "header: [Item, Before, Notes]")

    assert parse_published(text)[0].warnings == (
        "nothing reads 'colour'", "1 labels have no role, such as 'Notes'",
        "the test 'anova' is none that is recalculated",
    )  # fmt: skip
