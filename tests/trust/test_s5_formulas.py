"""S5: no live formula in any file that is written, and no character that makes an export fail."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from qualkit.errors import BatchError
from tests.copies import sample
from trust.s05_formulas import (
    LOOKS,
    PAYLOADS,
    QUICK,
    WILD,
    exported,
    live_in_csv,
    unknown_writers,
    writers,
)


def test_no_export_has_a_live_formula_and_none_fails(copies, tmp_path):
    study = Path(copies.file(sample, tmp_path / "sample.qualkit"))

    faults, count = exported(study, tmp_path, PAYLOADS + WILD, QUICK)

    assert faults == []
    assert count == sum(map(len, QUICK.values()))


def test_every_command_that_writes_a_file_is_tried():
    assert unknown_writers() == []
    assert set(QUICK) <= set(writers())


def test_what_no_text_can_hold_is_refused_before_it_is_kept(copies, tmp_path):
    study = Path(copies.file(sample, tmp_path / "sample.qualkit"))

    with pytest.raises(BatchError, match="its name is not a text that a study can hold"):
        exported(study, tmp_path, ("\0",), QUICK)


@pytest.mark.parametrize(
    ("field", "live"),
    [("=1+1", True), ("-2+3", True), ("\t1", True), ("\uff1d1", True), ("-0.5", False),
     ("'=1+1", False), ("1=1", False)],
)  # fmt: skip
def test_a_field_that_a_spreadsheet_would_work_out_is_seen(field, live):
    assert bool(list(live_in_csv(f'a,"{field}"\r\n'.encode()))) is live


def test_a_cell_that_is_a_formula_is_seen(tmp_path):
    book = openpyxl.Workbook()
    book.active["B2"] = "=1+1"
    book.save(tmp_path / "a.xlsx")

    assert list(LOOKS["xlsx"](tmp_path / "a.xlsx")) == ["live: Sheet!B2 '=1+1'"]
