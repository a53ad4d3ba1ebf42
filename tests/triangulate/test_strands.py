"""Strands: figures by area and period read with every fault told, and what they say as findings."""

from __future__ import annotations

import pandas as pd
import pytest

from qualkit.errors import BatchError, ReadError
from qualkit.importers.sheets import Sheet
from qualkit.survey.findings import FINDING_COLUMNS
from qualkit.triangulate import read_strand, strand_findings, survey_state
from qualkit.triangulate.strands import strand_of

WAITS = """measure,area,period,value,n,sd,unit,polarity
waits,North,Jan 2025,20,42,7,days,lower-is-better
waits,South,Jan 2025,22,35,7,days,
waits,North,Jun 2025,12.5,40,5,days,
waits,South,Jun 2025,14,30,6,days,
"""


def strand(text, **more):
    header, *rows = [line.split(",") for line in text.strip().splitlines()]
    sheet = Sheet("t.csv", tuple(header), tuple(map(tuple, rows)), tuple(range(2, len(rows) + 2)))
    return strand_of(sheet, name="mhsds", **more)


def by_id(text, **more):
    return strand_findings(strand(text, **more)).set_index("finding")


def test_a_file_is_read_with_what_it_measures(tmp_path):
    file = tmp_path / "waits.csv"
    file.write_text(WAITS, encoding="utf-8")

    made = read_strand(file, kind="outcomes", source="MHSDS")

    assert (made.id, made.kind, made.title, made.source) == ("waits", "outcomes", "waits", "MHSDS")
    (measure,) = made.measures
    assert (measure.unit, measure.polarity, measure.total) == ("days", "lower-is-better", "mean")
    assert (made.areas, made.periods) == (("North", "South"), {"waits": ("Jan 2025", "Jun 2025")})
    assert made.table[["value", "n", "row"]].values.tolist()[0] == [20.0, 42, 2]


def test_other_usual_headings_are_known_and_everywhere_has_no_area():
    made = strand("Indicator,Site,Month,Value\nseen,ALL,2025-01,4\nseen,,2025-02,5")

    assert made.table[["measure", "area", "period"]].values.tolist() == [
        ["seen", "", "2025-01"], ["seen", "", "2025-02"],
    ]  # fmt: skip


def test_every_fault_is_told_with_its_row():
    text = """measure,period,value,n,sd,polarity,unit
,2024,1,,,,
x,,abc,1.5,-1,,
z,2024,1e99,,,,
x,2024,6**,3,1,up,days
x,2024,5,3,1,,hours
"""

    with pytest.raises(BatchError) as caught:
        strand(text, kind="gossip", measures={"y": {}})

    assert caught.value.faults == (
        "the kind 'gossip' is none of activity, workforce, outcomes, workshop, documents, other",
        "row 2: it has no measure",
        "row 3: it has no period",
        "row 3: its value 'abc' is not a number",
        "row 3: its n '1.5' is not a number of people or cases",
        "row 3: its sd '-1' is below 0",
        "row 4: its value '1e99' is not a number",
        "row 5: its value '6**' is more than a number",
        "row 6: 'x' of 'everywhere' in '2024' stands in row 5 too",
        "row 6: the unit of 'x' is 'hours' here and 'days' above",
        "measures names 'y', which the table lacks; it has x, z",
        "the polarity 'up' of 'x' is not higher-is-better, lower-is-better or empty",
    )


def test_a_table_without_a_needed_column_or_that_is_none_is_refused(tmp_path):
    with pytest.raises(ReadError) as caught:
        strand("measure,area\nx,North")
    assert str(caught.value) == (
        "t.csv, line 1: it has no column 'period' and 'value'; it has measure, area"
    )
    file = tmp_path / "not.xlsx"
    file.write_bytes(b"PK\x03\x04 not a workbook")
    with pytest.raises(ReadError):
        read_strand(file)


@pytest.mark.parametrize("cell", ["", "*", "c", "<5", "n/a", "-"])
def test_what_is_withheld_is_missing_and_cannot_be_used(cell):
    made = strand(f"measure,period,value\nx,2024,{cell}\nx,2025,5")

    assert made.warnings == ("1 figure left out or withheld, in rows 2",)
    found = strand_findings(made)
    assert found["usable"].tolist() == [False, True]
    assert found["why"].tolist() == ["left out or withheld", ""]


@pytest.mark.parametrize(
    ("given", "order"),
    [
        ("Feb 2025|Dec 2024", "Dec 2024|Feb 2025"),
        ("2025-10|2025-9", "2025-9|2025-10"),
        ("1 Feb 2025|15 January 2025", "15 January 2025|1 Feb 2025"),
        ("Q2 2025|Q1 2025", "Q1 2025|Q2 2025"),
        ("2025/26 Q1|2024/25 Q4", "2024/25 Q4|2025/26 Q1"),
        ("2024/25|2023/24", "2023/24|2024/25"),
        ("Jan-25|Nov-24", "Nov-24|Jan-25"),
    ],
)
def test_periods_stand_in_order_of_time(given, order):
    text = "\n".join(f"x,{period},1" for period in given.split("|"))

    made = strand(f"measure,period,value\n{text}")

    assert "|".join(made.periods["x"]) == order
    assert made.warnings == ()


def test_periods_that_are_no_dates_keep_the_order_of_the_file_and_say_so():
    made = strand("measure,period,value\nx,wave two,1\nx,wave one,2")

    assert made.periods == {"x": ("wave two", "wave one")}
    assert made.warnings == (
        "periods of 'x' such as 'wave two' are not read as dates; they are taken in the order of "
        "the file",
    )


def test_counts_are_added_up_over_areas_and_a_bare_change_is_open():
    made = by_id(
        "measure,area,period,value,polarity\nseen,N,2024,10,higher\nseen,S,2024,4,\n"
        "seen,N,2025,15,\nseen,S,2025,6,", kind="activity",
    )  # fmt: skip

    assert tuple(made.reset_index().columns) == FINDING_COLUMNS
    change = made.loc["mhsds/seen/change/2024-to-2025/all"]
    assert (change["value"], change["origin"], change["polarity"]) == (
        7.0,
        "activity",
        "higher-is-better",
    )
    assert change["text"] == "seen: rose by 7 (14 to 21), 2024 to 2025, 2 areas with both."
    assert survey_state(change).state == "?"
    assert made["value"].tolist() == [14, 21, 7, 10, 15, 5, 4, 6, 2]


def test_a_change_everywhere_is_of_the_areas_that_have_both_periods():
    made = by_id("measure,area,period,value\nx,N,2024,10\nx,S,2024,4\nx,N,2025,15")

    assert made.loc["mhsds/x/change/2024-to-2025/all", "value"] == 5
    assert "mhsds/x/level/2025/all" not in made.index


def test_figures_of_everywhere_that_the_table_gives_are_taken():
    made = by_id("measure,area,period,value\nx,all,2024,9\nx,all,2025,8\nx,N,2024,1\nx,N,2025,1")

    assert made.loc["mhsds/x/change/2024-to-2025/all", "value"] == -1


def test_means_without_a_number_to_weight_them_by_are_not_put_together():
    made = by_id(
        "measure,area,period,value,unit\nx,N,2024,1,days\nx,S,2024,2,days\nx,N,2025,1,days"
    )

    assert [one for one in made.index if one.endswith("/all")] == [
        "mhsds/x/change/2024-to-2025/all"
    ]  # North alone has both


def test_with_number_and_spread_a_change_is_tested_after_welch_and_adjusted():
    made = by_id(WAITS)

    # scipy.stats.ttest_ind_from_stats(12.5, 5, 40, 20, 7, 42, equal_var=False)
    north = made.loc["mhsds/waits/change/Jan 2025-to-Jun 2025/area=North"]
    assert (north["value"], north["base"]) == (-7.5, 40)
    assert north["p"] == pytest.approx(3.3866687e-07, rel=1e-6)
    assert north["p_adjusted"] == pytest.approx(2 * north["p"])
    assert (north["low_90"] + north["high_90"]) / 2 == pytest.approx(-7.5)
    whole = made.loc["mhsds/waits/change/Jan 2025-to-Jun 2025/all"]
    assert whole["value"] == pytest.approx((12.5 * 40 + 14 * 30) / 70 - (20 * 42 + 22 * 35) / 77)
    assert survey_state(whole).state == "+"


def test_the_spread_of_all_together_is_that_of_every_value():
    north, south = [1.0, 4.0, 7.0], [10.0, 12.0]
    sides = [("N", pd.Series(north)), ("S", pd.Series(south))]
    rows = "\n".join(f"x,{a},2024,{one.mean()},{len(one)},{one.std()},days" for a, one in sides)

    made = by_id(f"measure,area,period,value,n,sd,unit\n{rows}")

    whole = made.loc["mhsds/x/level/2024/all"]
    assert whole["value"] == pytest.approx(6.8)
    assert whole["sd"] == pytest.approx(pd.Series(north + south).std())


def test_a_change_of_shares_is_in_points():
    made = by_id("measure,period,value,unit\nx,2024,45,%\nx,2025,52.5,%")

    assert made["text"].iloc[-1] == "x: rose by 7.5 points (45 % to 52.5 %), 2024 to 2025."
