"""The grid: which coding stands in which cell, and how it is shown."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualkit.errors import TableError, UnknownName
from qualkit.framework import attribution, build_grid, code_table
from qualkit.model import Framework, Theme
from qualkit.tables import COLUMNS

TEXT = "".join(chr(97 + n % 26) for n in range(200))


def codes():
    rows = [
        ("b", "care", "Care", None),
        ("b", "care.time", "Time", "care"),
        ("b", "trust", "Trust", None),
    ]
    table = pd.DataFrame(rows, columns=["codebook", "code", "name", "parent"])
    return table.reindex(columns=COLUMNS["codes"]).assign(definition="what it is")


def sources(**attributes):
    rows = [("s1", "North"), ("s2", "North"), ("s3", "South")]
    table = pd.DataFrame(rows, columns=["source", "case"]).reindex(columns=COLUMNS["sources"])
    return table.assign(**attributes)


def codings(*rows):
    """Codings from (source, start, end, code, coder) and, where given, stance and rating."""
    made = []
    names = {"care": "Care", "care.time": "Time", "trust": "Trust"}
    for n, (source, start, end, code, coder, *rest) in enumerate(rows):
        stance, rating = (*rest, None, None)[:2]
        made.append({
            "coding": f"k{n}", "source": source, "case": "South" if source == "s3" else "North",
            "start": start, "end": end, "text": TEXT[start:end], "codebook": "b", "code": code,
            "code_name": names[code], "coder": coder, "stance": stance, "rating": rating,
            "created": "2026-03-01T10:00:00Z", "line": 3,
        })  # fmt: skip
    return pd.DataFrame(made, columns=COLUMNS["codings"])


def grid(*rows, **options):
    options.setdefault("sources", sources())
    return build_grid(codings(*rows), codes=codes(), **options)


def test_a_coding_stands_under_its_code_and_every_column_above_it():
    framework = Framework("f", "F", (Theme("care", ""), Theme("care.time", ""), Theme("trust", "")))

    made = grid(("s1", 0, 5, "care.time", "A"), framework=framework)

    counts = [len(made.cell("North", n).excerpts) for n in range(3)]
    assert counts == [1, 1, 0]
    assert made.cell("South", 0).empty


def test_every_case_has_a_row_and_every_pair_a_cell():
    made = grid()

    assert [row.name for row in made.rows] == ["North", "South"]
    assert [column.title for column in made.columns] == ["Care", "Trust"]
    assert set(made.cells) == {(r, c) for r in ("North", "South") for c in (0, 1)}


def test_overlapping_passages_stand_once_with_all_who_marked_them():
    made = grid(
        ("s1", 0, 10, "care", "A", "positive"),
        ("s1", 5, 20, "care.time", "B", "mixed"),
        ("s1", 20, 25, "care", "A"),
        ("s2", 0, 10, "care", "A"),
    )

    excerpts = made.cell("North", 0).excerpts
    assert [(e.source, e.start, e.end, e.text == TEXT[e.start : e.end]) for e in excerpts] == [
        ("s1", 0, 20, True),
        ("s1", 20, 25, True),
        ("s2", 0, 10, True),
    ]
    assert (excerpts[0].coders, excerpts[0].codes, excerpts[0].stances) == (
        ("A", "B"),
        ("Care", "Time"),
        (("positive", "A"), ("mixed", "B")),
    )


def test_an_excerpt_over_several_turns_is_printed_without_the_names_between_them():
    turns = pd.DataFrame(
        [("s1", 0, 10, "interviewer"), ("s1", 15, 30, "participant")],
        columns=["source", "start", "end", "role"],
    )

    both, asked, name = (
        grid(("s1", *span, "care", "A"), turns=turns).cell("North", 0).excerpts[0]
        for span in ((5, 20), (2, 8), (11, 14))
    )

    assert both.words == f"[Interviewer: {TEXT[5:10]}] [...] {TEXT[15:20]}"
    assert both.attribution == "s1, North, line 3"
    assert name.words == "[...]"
    assert (asked.words, asked.attribution) == (TEXT[2:8], "Interviewer, North, line 3")


def test_a_summary_of_a_code_below_a_theme_stands_in_the_themes_cell():
    row = ("m1", "North", "b", "care.time", "Ann", "Slow.", "", 1)

    made = grid(summaries=pd.DataFrame([row], columns=COLUMNS["summaries"]))

    assert [s.text for s in made.cell("North", 0).summaries] == ["Time: Slow."]


def test_rows_and_bands_may_be_attributes_of_cases():
    cases = pd.DataFrame({"case": ["North", "South"], "sources": [2, 1], "model": ["A", "B"]})

    by_model = grid(cases=cases, rows="model")
    by_source = grid(cases=cases, rows="source", bands="model")

    assert [row.name for row in by_model.rows] == ["A", "B"]
    assert [row.band for row in by_source.rows] == ["A", "A", "B"]


def test_ratings_are_shown_with_their_code():
    assert grid(("s1", 0, 5, "trust", "A", None, 2)).cell("North", 1).excerpts[0].ratings == (
        ("Trust", 2),
    )


def test_rows_may_be_sources_or_an_attribute():
    rows = [("s1", 0, 5, "care", "A"), ("s3", 0, 5, "care", "A")]

    by_source = grid(*rows, rows="source")
    by_role = grid(*rows, rows="role", sources=sources(role=["Nurse", "", "Head"]))

    assert [row.name for row in by_source.rows] == ["s1", "s2", "s3"]
    assert [row.name for row in by_role.rows] == ["Head", "Nurse", "(not given)"]
    assert len(by_role.cell("Nurse", 0).excerpts) == 1


def test_bands_group_rows_by_an_attribute():
    cases = pd.DataFrame(
        {"case": ["North", "South"], "sources": [2, 1], "profile": ["Urban", "Coast"]}
    )

    made = grid(cases=cases, bands="profile")

    assert [(row.band, row.name) for row in made.rows] == [("Coast", "South"), ("Urban", "North")]


def test_a_row_in_two_bands_is_refused():
    with pytest.raises(TableError) as refused:
        grid(bands="role", sources=sources(role=["Nurse", "Head", "Head"]))

    assert str(refused.value) == (
        "sources: row 'North' would stand in two bands of 'role': 'Nurse' and 'Head'; "
        "choose other rows or bands"
    )


def test_a_limit_takes_one_excerpt_of_each_source_first():
    rows = [("s1", n, n + 1, "care", "A") for n in (0, 10, 20)] + [("s2", 0, 1, "care", "A")]

    cell = grid(*rows, limit=2).cell("North", 0)

    assert [(e.source, e.start) for e in cell.excerpts] == [("s1", 0), ("s2", 0)]
    assert cell.left_out == 2


def test_summaries_stand_in_the_cell_of_their_case_and_theme():
    rows = [
        ("m1", "North", "b", "care", "Ann", "Good.", "", 1),
        ("m2", "North", "b", "care", "Bob", "Fair.", "", 1),
    ]
    summaries = pd.DataFrame(rows, columns=COLUMNS["summaries"])

    made = grid(summaries=summaries)

    assert [(s.author, s.text) for s in made.cell("North", 0).summaries] == [
        ("Ann", "Good."),
        ("Bob", "Fair."),
    ]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"framework": Framework("f", "F", (Theme("car", ""),))}, "no code is called 'car'; did you mean 'care'"),
        ({"rows": "colour"}, "no attribute for rows is called 'colour'"),
        ({"bands": "colour"}, "no attribute for bands is called 'colour'"),
    ],
)  # fmt: skip
def test_a_name_that_the_study_lacks_is_refused_with_near_ones(options, message):
    with pytest.raises(UnknownName, match=message):
        grid(**options)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["s1", "s2", "s3"]),
            st.integers(0, 150),
            st.integers(1, 40),
            st.sampled_from(["care", "care.time", "trust"]),
            st.sampled_from(["A", "B"]),
        ),
        max_size=25,
    )
)
def test_every_coding_stands_in_exactly_one_excerpt_of_exactly_its_cell(rows):
    marked = [
        (source, start, start + length, code, coder) for source, start, length, code, coder in rows
    ]

    made = grid(*marked)

    placed = sorted(
        (coding, row, column)
        for (row, column), cell in made.cells.items()
        for excerpt in cell.excerpts
        for coding in excerpt.codings
    )
    expected = sorted(
        (f"k{n}", "South" if source == "s3" else "North", int(code == "trust"))
        for n, (source, _, _, code, _) in enumerate(marked)
    )
    assert placed == expected
    for cell in made.cells.values():
        assert all(e.text == TEXT[e.start : e.end] for e in cell.excerpts)


@pytest.mark.parametrize(
    ("coding", "shown"),
    [
        ({"role": "Nurse", "case": "Salt", "source": "s", "time": 3729.0, "line": 4}, "Nurse, Salt, 1:02:09"),
        ({"role": "", "stakeholder_type": "Head", "case": "Salt", "source": "s", "line": 4}, "Head, Salt, line 4"),
        ({"case": "Salt", "source": "s", "line": 4, "page": 2}, "s, Salt, page 2"),
        ({"case": "s", "source": "s"}, "s"),
    ],
)  # fmt: skip
def test_an_attribution_says_who_where_and_when_but_no_name(coding, shown):
    assert attribution(coding) == shown


def test_the_table_of_cases_by_codes_counts_or_marks():
    rows = [("s1", 0, 5, "care", "A"), ("s1", 0, 5, "care", "B"), ("s3", 0, 5, "trust", "A")]

    marks = code_table(codings(*rows), sources=sources(), codes=codes())
    counts = code_table(codings(*rows), sources=sources(), codes=codes(), counts=True)

    assert marks.to_numpy().tolist() == [["North", 1, 0, 0], ["South", 0, 0, 1]]
    assert counts.to_numpy().tolist() == [["North", 2, 0, 0], ["South", 0, 0, 1]]
    assert list(marks.columns) == ["case", "b/care", "b/care.time", "b/trust"]


def test_a_table_without_its_columns_is_refused():
    with pytest.raises(TableError, match="codings: it has no column"):
        build_grid(pd.DataFrame({"source": []}), sources=sources(), codes=codes())
