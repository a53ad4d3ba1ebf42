"""Saturation: the published example to the number, and what cannot be told."""

from __future__ import annotations

import pandas as pd
import pytest

from qualkit.compare import saturation
from qualkit.errors import TableError, UnknownName
from qualkit.tables import COLUMNS

# Guest, Namey and Chen (2020), PLOS ONE 15(5):e0232076, the hypothetical data of their steps 1 to
# 7. Read in excerpts: 37 themes in the base of four interviews, 7/37 = 19 %, 11 %, one of 37, and
# the notation 6+2. Not compared with the paper yet: how interviews 5 to 8 share their new themes
# (4, 3, 1, 0) and 10+2 at no new information. How the 37 lie within the base is ours.
PUBLISHED = [20, 9, 5, 3, 4, 3, 1, 0, 1, 1, 0, 0]


def study(new, **attributes):
    """Codings of interviews that bring so many new codes each and repeat one old one."""
    rows, count = [], 0
    for n, more in enumerate(new, 1):
        codes = [*range(count, count + more), 0]
        rows += [{"source": f"p{n}", "codebook": "b", "code": f"c{code}"} for code in codes]
        count += more
    sources = pd.DataFrame({"source": [f"p{n}" for n in range(1, len(new) + 1)], **attributes})
    return pd.DataFrame(rows, columns=COLUMNS["codings"]), sources


def test_the_published_example_is_reached_at_six_plus_two():
    made = saturation(*study(PUBLISHED))

    assert made.base_codes == 37
    assert made.table["information"].tolist()[4:8] == pytest.approx(
        [float("nan"), 7 / 37, 4 / 37, 1 / 37], nan_ok=True
    )
    assert [f"{share:.0%}" for share in made.table["information"][5:8]] == ["19%", "11%", "3%"]
    assert (made.reached_at, made.notation, made.reason) == (6, "6+2", "")


def test_the_published_example_without_any_new_information_is_reached_at_ten_plus_two():
    assert saturation(*study(PUBLISHED), threshold=0).notation == "10+2"


def test_a_longer_run_is_stricter():
    # 4+3+1, 3+1+0, 1+0+1 of 37: 22, 11 and 5.4 %; then 0+1+1, 1+1+0: 5.4 %; then 1+0+0
    made = saturation(*study(PUBLISHED), run=3)

    assert made.notation == "9+3"


def test_every_interview_has_its_new_codes_and_all_so_far():
    made = saturation(*study([3, 0, 2, 0, 1]), base=2)

    assert made.table[["number", "source", "new", "codes"]].values.tolist() == [
        [1, "p1", 3, 3], [2, "p2", 0, 3], [3, "p3", 2, 5], [4, "p4", 0, 5], [5, "p5", 1, 6],
    ]  # fmt: skip
    assert made.table["information"][3:].tolist() == [2 / 3, 1 / 3]


def test_where_the_point_is_not_reached_it_says_what_the_last_run_brought():
    made = saturation(*study([4, 0, 0, 0, 1, 1]))

    assert made.reached_at is None
    assert made.notation == ""
    assert made.reason == "the last run still brought 50% new information, more than 5%"


def test_exactly_the_threshold_is_reached():
    assert saturation(*study([20, 0, 0, 0, 1, 0])).notation == "4+2"


def test_too_few_interviews_are_a_reason():
    made = saturation(*study([3, 0, 0, 0, 0]))

    assert made.reached_at is None
    assert made.reason == (
        "6 interviews with codings are needed to tell, a base and one run; there are 5"
    )


def test_a_study_without_codings_has_an_empty_table_and_a_reason():
    codings, sources = study([1, 1])

    made = saturation(codings.iloc[:0], sources)

    assert made.table.empty
    assert made.left_out == 2
    assert made.reason == (
        "6 interviews with codings are needed to tell, a base and one run; there are 0"
    )


def test_sources_that_nobody_has_coded_are_not_interviews_without_news():
    codings, sources = study([3, 0, 0, 0, 0, 0])
    uncoded = pd.concat([pd.DataFrame({"source": ["q1"]}), sources], ignore_index=True)

    made = saturation(codings, uncoded)

    assert made.table["source"].tolist() == ["p1", "p2", "p3", "p4", "p5", "p6"]
    assert made.left_out == 1


def test_a_code_of_another_codebook_with_the_same_id_is_another_code():
    codings, sources = study([1, 0])
    codings.loc[codings["source"] == "p2", "codebook"] = "other"

    assert saturation(codings, sources).table["new"].tolist() == [1, 1]


@pytest.mark.parametrize(
    ("values", "order"),
    [
        (["2026-03-09", "2026-02-28", ""], ["p2", "p1", "p3"]),
        (["10", "9", "-1"], ["p3", "p2", "p1"]),
        (["b", None, "A"], ["p3", "p1", "p2"]),
    ],
)
def test_interviews_are_in_the_order_of_an_attribute_those_without_last(values, order):
    codings, sources = study([1, 1, 1], when=values)

    assert saturation(codings, sources, by="when").table["source"].tolist() == order


def test_an_attribute_of_the_case_counts_too():
    codings, sources = study([1, 1], case=["A", "B"])
    cases = pd.DataFrame({"case": ["A", "B"], "sources": 1, "visited": ["2", "1"]})

    made = saturation(codings, sources, cases=cases, by="visited")

    assert made.table["source"].tolist() == ["p2", "p1"]


def test_a_date_that_may_be_two_days_is_refused():
    codings, sources = study([1, 1], date=["2026-03-01", "3/4/2026"])

    with pytest.raises(TableError) as refused:
        saturation(codings, sources, by="date")

    assert str(refused.value) == (
        "sources: 'date' has '3/4/2026', which may mean two days; write dates as 2026-04-03"
    )


def test_an_attribute_that_is_not_there_is_refused():
    with pytest.raises(UnknownName, match="no attribute to order interviews by is called 'when'"):
        saturation(*study([1]), by="when")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"base": 0}, "base 0 and run 2 must be 1 or more interviews"),
        ({"run": 0}, "base 4 and run 0 must be 1 or more interviews"),
        ({"threshold": 5}, "threshold 5 is not from 0 to 1"),
    ],
)
def test_a_base_run_or_threshold_that_cannot_be_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        saturation(*study([1]), **options)
