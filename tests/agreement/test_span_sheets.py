"""Spans out of files, and all figures on them in one call."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from qualkit.agreement.span_sheets import read_spans, span_agreement
from qualkit.errors import BatchError, TableError
from qualkit.importers.worker import read_table


def table(*rows):
    return pd.DataFrame(rows, columns=["coder", "start", "end", "code"])


def sheet(tmp_path, text):
    path = tmp_path / "spans.csv"
    path.write_text(text, encoding="utf-8")
    return read_table(path)


def test_spans_are_read_with_their_rows_as_index(tmp_path):
    text = "Code;Coder;START;end;note\nx; Ana ;0;5;a\n;;;;\ny;Ben;5.0;9;b\n"

    found = read_spans(sheet(tmp_path, text), length=9)

    assert found.to_dict("split") == {
        "index": [2, 4],
        "columns": ["coder", "start", "end", "code"],
        "data": [["Ana", 0, 5, "x"], ["Ben", 5, 9, "y"]],
    }
    assert found["start"].dtype.kind == found["end"].dtype.kind == "i"


def test_all_faults_of_a_sheet_are_told_by_row(tmp_path):
    text = (
        "coder,start,end,code\nA,0,5,x\nA,5,3,x\n,7,7,\nB,x,9.5,y\nB,-1,2,y\nB,8,11,y\n"
        f"B,0,{'9' * 30},y\n"
    )

    with pytest.raises(BatchError) as error:
        read_spans(sheet(tmp_path, text), length=10)

    assert error.value.work == "spans.csv"
    assert error.value.faults == (
        "row 3: it ends before it starts (5 to 3)",
        "row 4: it names no coder; it names no code; it is empty (7 to 7)",
        "row 5: start 'x' is not a whole number; end '9.5' is not a whole number",
        "row 6: -1 to 2 lies outside the text, which goes from 0 to 10",
        "row 7: 8 to 11 lies outside the text, which goes from 0 to 10",
        f"row 8: end '{'9' * 30}' is not a whole number",
    )


def test_sheet_without_a_column_and_unknown_coders_are_refused(tmp_path):
    with pytest.raises(TableError) as missing:
        read_spans(sheet(tmp_path, "coder,start,code\nA,1,x\n"), length=10)
    with pytest.raises(BatchError) as unknown:
        read_spans(sheet(tmp_path, "coder,start,end,code\nZ,1,2,x\n"), length=10, coders=["A", "B"])

    assert str(missing.value) == (
        "spans.csv: it has no column ['end']; it has ['code', 'coder', 'start']"
    )
    assert unknown.value.faults == ("row 2: coder 'Z' is not one of 'A', 'B'",)


SPANS = table(
    ("A", 0, 150, "x"), ("B", 100, 200, "x"), ("A", 300, 400, "y"), ("B", 300, 400, "y"),
    ("C", 300, 395, "y"),
)  # fmt: skip


def test_span_agreement_has_every_code_of_every_pair():
    found = span_agreement(SPANS, length=1000)

    cells = found.cells.set_index(["code", "coder_a", "coder_b"])
    assert list(cells.index) == [
        (code, *pair) for code in "xy" for pair in (("A", "B"), ("A", "C"), ("B", "C"))
    ]
    x_ab, x_ac = cells.iloc[0], cells.iloc[1]
    assert x_ab[["both", "only_a", "only_b", "neither"]].tolist() == [50, 100, 50, 800]
    assert [round(x_ab[name], 3) for name in ("percent", "kappa", "pi", "bp", "ac1", "overlap")] == [
        0.85, 0.318, 0.314, 0.7, 0.808, 0.25
    ]  # fmt: skip
    assert x_ac[["kappa", "flag"]].tolist() == [0.0, "low_information"]
    assert cells["kappa"].iloc[3] == 1.0


def test_span_agreement_pools_codes_and_matches_segments_of_each_pair():
    found = span_agreement(SPANS, length=1000)

    ab, bc = found.pairs.iloc[0], found.pairs.iloc[2]
    assert found.pairs[["coder_a", "coder_b"]].to_numpy().tolist() == [
        ["A", "B"], ["A", "C"], ["B", "C"]
    ]  # fmt: skip
    assert ab["pooled_kappa"] == pytest.approx((0.07 + 0.18) / (0.22 + 0.18), abs=1e-12)
    assert ab[["segments", "matched", "segment_percent", "holsti", "brennan_prediger"]].tolist() == [
        4, 2, 0.5, 0.5, 0.0
    ]  # fmt: skip
    assert bc["matched"] == 2
    assert found.notes == ()
    assert sorted(found.overall) == [
        "alpha_unitizing", "bar_u_alpha", "cu_alpha", "pooled_kappa", "u_alpha"
    ]  # fmt: skip


def test_overlapping_codes_leave_the_u_family_out_and_the_rest_in():
    spans = table(("A", 0, 5, "x"), ("A", 3, 8, "y"), ("B", 0, 5, "x"), ("B", 3, 8, "y"))

    found = span_agreement(spans, length=10)

    assert {name: (one.value, one.reason) for name, one in found.overall.items()} == {
        "pooled_kappa": (1.0, ""),
        "u_alpha": (None, "overlapping_codes"),
        "bar_u_alpha": (None, "overlapping_codes"),
        "cu_alpha": (None, "overlapping_codes"),
        "alpha_unitizing": (1.0, ""),
    }
    assert found.by_code["ku_reason"].tolist() == ["overlapping_codes"] * 2
    assert found.notes == (
        "the u family was not computed: rows 0, 1: coder 'A' codes 3 to 5 as 'x' and as 'y'; "
        "compare codes that exclude each other",
        "the u family was not computed: rows 2, 3: coder 'B' codes 3 to 5 as 'x' and as 'y'; "
        "compare codes that exclude each other",
    )


@pytest.mark.parametrize(
    ("spans", "coders", "reason"),
    [
        (table(), None, "fewer_than_two_coders"),
        (table(("A", 0, 5, "x")), None, "fewer_than_two_coders"),
        (table(), ["A", "B"], "code_unused_by_all"),
    ],
)
def test_one_coder_or_nothing_coded_has_figures_with_reasons(spans, coders, reason):
    told = span_agreement(spans, length=10, coders=coders).as_dict()

    assert told["overall"]["pooled_kappa"]["reason"] == reason
    assert {one["value"] for one in told["overall"].values()} == {None}
    assert len(told["pairs"]) == (1 if coders else 0)


def test_span_agreement_becomes_plain_json_without_nan():
    told = span_agreement(
        table(("A", 0, 5, "😀"), ("B", 2, 9, "y")), length=10, coders=["A", "B", "C"]
    ).as_dict()

    assert json.loads(json.dumps(told, allow_nan=False)) == told
    assert told["coders"] == ["A", "B", "C"]
    assert told["cells"][0] == {
        "code": "y", "coder_a": "A", "coder_b": "B", "both": 0, "only_a": 0, "only_b": 7,
        "neither": 3, "percent": 0.3, "kappa": 0.0, "kappa_reason": "", "pi": told["cells"][0]["pi"],
        "bp": -0.4, "ac1": told["cells"][0]["ac1"], "overlap": 0.0, "flag": "low_information",
    }  # fmt: skip
    assert told["cells"][1]["kappa"] is None
    assert told["cells"][1]["kappa_reason"] == "code_unused_by_all"
