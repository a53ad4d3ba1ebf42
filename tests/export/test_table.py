"""Plain tables: every word is text, nothing runs."""

from __future__ import annotations

import csv
import math

import openpyxl
import pandas as pd
import pytest

from qualkit.errors import QualkitError
from qualkit.export.table import write_table

DANGER = ["=1+1", "+1", "-1", "@x", "\tx", "＝1", "plain", 'a "quoted", b\nc', "\x01"]


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_a_plain_table_holds_nothing_that_a_spreadsheet_works_out(tmp_path, ending):
    path = write_table(pd.DataFrame({"=head": DANGER, "n": range(9)}), tmp_path / f"t.{ending}")

    if ending == "csv":
        rows = list(csv.reader(path.read_text("utf-8-sig").splitlines(keepends=True)))
        cells = [row[0] for row in rows]
        assert cells[:7] == ["'=head", "'=1+1", "'+1", "'-1", "'@x", "'\tx", "'＝1"]
    else:
        sheet = openpyxl.load_workbook(path).active
        assert {cell.data_type for cell in sheet["A"]} == {"s"}
        assert sheet["A2"].value == "=1+1"


def test_numbers_stay_numbers_and_what_excel_has_no_number_for_is_written_as_words(tmp_path):
    table = pd.DataFrame({"n": [1.5, math.inf, math.nan]})

    sheet = openpyxl.load_workbook(write_table(table, tmp_path / "t.xlsx")).active

    assert [cell.value for cell in sheet["A"]] == ["n", 1.5, "inf", None]


def test_a_sheet_keeps_its_heading_and_can_be_filtered(tmp_path):
    path = write_table(pd.DataFrame({"a": ["x", "y"], "b": [1, 2]}), tmp_path / "t.xlsx")

    sheet = openpyxl.load_workbook(path).active
    assert (sheet.title, sheet.freeze_panes, sheet.auto_filter.ref) == ("Table", "A2", "A1:B3")


def test_an_ending_that_is_no_table_is_refused(tmp_path):
    with pytest.raises(QualkitError) as refused:
        write_table(pd.DataFrame({"a": [1]}), tmp_path / "t.ods")

    assert str(refused.value).endswith("a table is written as .csv or .xlsx, not '.ods'")
