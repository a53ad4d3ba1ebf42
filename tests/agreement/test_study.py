"""Agreement of a study: counts by hand, every figure against a way that looks at each character."""

from __future__ import annotations

import json
import random
from itertools import combinations, groupby

import krippendorff
import numpy as np
import pandas as pd
import pytest

from qualkit.agreement import _figures
from qualkit.agreement._bootstrap import resampled
from qualkit.agreement.bands import band
from qualkit.agreement.presence import presence
from qualkit.agreement.ratings import (
    cohen_kappa,
    gwet_ac1,
    interval,
    krippendorff_alpha,
    percent_agreement,
    scott_pi,
)
from qualkit.agreement.spans import kappa_of_counts, pooled_kappa, segment_agreement
from qualkit.agreement.study import Settings, agreement
from qualkit.errors import TableError, UnknownName
from qualkit.tables import COLUMNS
from tests.agreement.studies import CODES, assigned, coded, heard, named, turns

QUICK = Settings(draws=0)


def compared(codings, *names, said=None, settings=QUICK, **options):
    sources = options.pop("sources", None)
    return agreement(
        codings, turns=heard(*names) if said is None else said, codes=CODES,
        sources=named(*names) if sources is None else sources, settings=settings, **options,
    )  # fmt: skip


def row(table, code, **others):
    found = table[table["code"] == code]
    for name, value in others.items():
        found = found[found[name] == value]
    (one,) = found.to_dict("records")
    return one


# Figures by hand ---------------------------------------------------------------------------


def test_counts_are_summed_over_sources_before_kappa():
    # p1: both 10, Ann 10 more; p2: both 5, Bo 15 more. Sums 15, 10, 15, 160 of 200.
    # Po = 175/200; Pe = (25*30 + 175*170)/200^2 = .7625; kappa = (.875-.7625)/.2375
    codings = coded(
        ("p1", 0, 20, "time", "Ann"), ("p1", 0, 10, "time", "Bo"),
        ("p2", 0, 5, "time", "Ann"), ("p2", 0, 20, "time", "Bo"),
    )  # fmt: skip

    cell = row(compared(codings, "p1", "p2").cells, "time")

    assert [cell[name] for name in ("both", "only_a", "only_b", "neither")] == [15, 10, 15, 160]
    assert cell["percent"] == 0.875
    assert cell["kappa"] == pytest.approx(0.1125 / 0.2375, abs=1e-12)
    assert cell["overlap"] == 15 / 40


def test_alpha_of_three_coders_is_krippendorffs_of_yes_and_no():
    # 100 units by 3: 10 units say yes yes no, 5 yes yes yes, 85 no no no.
    # Do = 10*2*2*1/(3-1)/300 = 20/300; De = 2*35*265/(300*299); alpha = 1 - Do/De
    codings = coded(
        ("p1", 0, 15, "time", "Ann"), ("p1", 0, 15, "time", "Bo"), ("p1", 0, 5, "time", "Cy")
    )

    found = row(compared(codings, "p1").codes, "time")

    assert found["alpha"] == pytest.approx(1 - (20 / 300) / (2 * 35 * 265 / (300 * 299)), abs=1e-12)
    assert (found["coders"], found["sources"], found["applied"], found["n"]) == (3, 1, 3, 100)


def test_a_theme_is_coded_where_it_or_a_code_below_it_is():
    codings = coded(("p1", 0, 10, "staff.in", "Ann"), ("p1", 5, 20, "staff", "Bo"))

    found = compared(codings, "p1")

    assert row(found.codes, "staff")["overlap"] == 0
    assert row(found.themes, "staff")["overlap"] == 0.25


def test_a_coders_codings_of_one_code_count_once_where_they_overlap():
    once = coded(("p1", 0, 20, "time", "Ann"), ("p1", 10, 30, "time", "Bo"))
    cut = coded(
        ("p1", 0, 12, "time", "Ann"), ("p1", 8, 14, "time", "Ann"), ("p1", 14, 20, "time", "Ann"),
        ("p1", 10, 30, "time", "Bo"),
    )  # fmt: skip

    assert compared(cut, "p1").cells.equals(compared(once, "p1").cells)


def test_who_did_not_work_on_a_source_is_missing_there():
    codings = coded(
        ("p1", 0, 10, "time", "Ann"), ("p1", 0, 10, "time", "Bo"), ("p2", 0, 10, "time", "Ann"),
    )  # fmt: skip

    alone = compared(codings, "p1", "p2")
    done = compared(codings, "p1", "p2", assignments=assigned(("p2", "Bo", "done")))

    assert (alone.sources, row(alone.cells, "time")["only_a"]) == (("p1",), 0)
    assert (done.sources, row(done.cells, "time")["only_a"]) == (("p1", "p2"), 10)


def test_only_spans_that_both_were_assigned_are_compared():
    codings = coded(("p1", 0, 40, "time", "Ann"), ("p1", 30, 50, "time", "Bo"))
    spans = assigned(("p1", "Bo", "done", 20, 60), ("p1", "Ann", "done", 0, 50))

    cell = row(compared(codings, "p1", assignments=spans).cells, "time")

    assert [cell[name] for name in ("both", "only_a", "only_b", "neither")] == [10, 10, 10, 0]


def test_codes_that_nobody_applied_are_in_no_average():
    codings = coded(("p1", 0, 20, "time", "Ann"), ("p1", 10, 30, "time", "Bo"))

    found = compared(codings, "p1")

    unused = row(found.codes, "staff")
    assert (unused["percent"], unused["alpha_reason"]) == (1.0, "code_unused_by_all")
    assert np.isnan(unused["alpha"])
    assert found.overall["alpha"].value == row(found.codes, "time")["alpha"]
    assert found.overall["percent"].value == 0.8
    assert "3 codes that nobody applied there have no figure and are in no average" in found.method


def test_one_who_never_applies_a_code_gives_nought_and_a_flag():
    codings = coded(("p1", 0, 20, "time", "Ann"), ("p1", 50, 60, "staff", "Bo"))

    cell = row(compared(codings, "p1").cells, "time")

    assert (cell["kappa"], cell["kappa_reason"], cell["flag"]) == (0, "", "low_information")


def test_everything_coded_by_both_has_no_variation():
    codings = coded(("p1", 0, 100, "time", "Ann"), ("p1", 0, 100, "time", "Bo"))

    found = row(compared(codings, "p1").codes, "time")

    assert (found["kappa_reason"], found["alpha_reason"]) == ("no_variation", "no_variation")


@pytest.mark.parametrize(
    ("codings", "reason"),
    [
        (coded(), "fewer_than_two_coders"),
        (coded(("p1", 0, 9, "time", "Ann")), "fewer_than_two_coders"),
        (coded(("p1", 0, 9, "time", "Ann"), ("p2", 0, 9, "time", "Bo")), "fewer_than_two_coders"),
    ],
)
@pytest.mark.parametrize("unit", ["character", "turn", "segment"])
def test_nobody_to_compare_is_told_and_nothing_breaks(codings, reason, unit):
    found = compared(codings, "p1", "p2", settings=Settings(unit=unit), by="source", over="week")

    assert {(one.value, one.reason) for one in found.overall.values()} == {(None, reason)}
    assert (found.sources, found.length, len(found.codes)) == ((), 0, 4 if unit else 0)
    assert found.notes[0].startswith("Nothing can be compared: two coders at least")


# Against every character -------------------------------------------------------------------


def made_up(seed):
    """Three coders on four sources: some assigned spans, an interviewer, overlaps of all kinds."""
    draw = random.Random(seed)  # noqa: S311 - data that is made up
    names = [f"p{n}" for n in range(4)]
    said, rows, given = [], [], []
    for name in names:
        cuts = sorted(draw.sample(range(1, 60), 4))
        for start, end in zip([0, *cuts], [*cuts, 60], strict=True):
            said.append((name, draw.choice(["participant", "interviewer", "unknown"]), start, end))
        for coder in ("Ann", "Bo", "Cy"):
            if draw.random() < 0.4:
                start = draw.randrange(40)
                given.append((name, coder, "done", start, start + draw.randrange(5, 20)))
            for _ in range(draw.randrange(5)):
                start, code = draw.randrange(55), draw.choice(["staff", "staff.in", "time"])
                rows.append((name, start, min(60, start + draw.randrange(1, 25)), code, coder))
    return coded(*rows), turns(*said), assigned(*given), names


def letters(codings, said, given, codes, *, pieces=None, share=0.0):
    """One row a character (or piece of a turn) in text that counts, one column a coder."""
    there = presence(codings, given, said)
    rows = []
    for source in said["source"].unique():
        who = there.coders(source, "b")
        read = {c: {x for a, z in there.stretches(source, c) for x in range(a, z)} for c in who}
        own = codings[(codings["source"] == source) & codings["code"].isin(codes)]
        yes = {
            c: {x for a, z in zip(o["start"], o["end"], strict=True) for x in range(a, z)}
            for c in who
            for o in [own[own["coder"] == c]]
        }
        if pieces is None:
            rows += [{c: int(x in yes[c]) for c in who if x in read[c]} for x in range(60)]
            continue
        for a, z in pieces[source]:
            by_coders = [(x, tuple(c for c in who if x in read[c])) for x in range(a, z)]
            for who_read, run in groupby(by_coders, lambda at: at[1]):
                held = {x for x, _ in run}
                rows.append({
                    c: int(bool(yes[c] & held) and len(yes[c] & held) >= share * len(held))
                    for c in who_read
                })  # fmt: skip
    return pd.DataFrame(rows, columns=["Ann", "Bo", "Cy"], dtype=object)


def check_all(found, table, code, kind):
    both = table[table.notna().sum(axis=1) > 1]
    one = row(kind, code)
    for name, coefficient in (("alpha", krippendorff_alpha), ("ac1", gwet_ac1)):
        expected = coefficient(both)
        if both.isin([1]).any().any():
            assert one[name] == pytest.approx(
                np.nan if expected.value is None else expected.value, abs=1e-9, nan_ok=True
            )
    for a, b in found.pairs:
        pair = table[[a, b]].dropna()
        cell = row(found.cells, code, coder_a=a, coder_b=b) if kind is found.codes else None
        if cell is None:
            continue
        counts = [
            int(((pair[a] == x) & (pair[b] == y)).sum())
            for x, y in ((1, 1), (1, 0), (0, 1), (0, 0))
        ]
        assert [cell[name] for name in ("both", "only_a", "only_b", "neither")] == counts
        if cell["kappa_reason"] == "":
            assert cell["kappa"] == pytest.approx(cohen_kappa(pair).value, abs=1e-12)
            assert cell["pi"] == pytest.approx(scott_pi(pair).value, abs=1e-12)
            assert cell["percent"] == pytest.approx(percent_agreement(pair).value, abs=1e-12)
            assert cell["flag"] == cohen_kappa(pair).flag


@pytest.mark.parametrize("seed", range(5))
def test_figures_are_those_of_looking_at_each_character(seed):
    codings, said, given, names = made_up(seed)

    found = compared(codings, *names, said=said, assignments=given)

    for code in ("staff", "staff.in", "time"):
        check_all(found, letters(codings, said, given, [code]), code, found.codes)
    check_all(found, letters(codings, said, given, ["staff", "staff.in"]), "staff", found.themes)
    overall = pooled_kappa(found.cells[found.cells["codebook"] == "b"])
    assert found.overall["pooled_kappa"].value == pytest.approx(overall.value, abs=1e-12)


@pytest.mark.parametrize(("seed", "share"), [(1, 0.0), (2, 0.5), (3, 0.3), (4, 1.0)])
def test_turns_are_coded_where_enough_of_them_is(seed, share):
    codings, said, given, names = made_up(seed)
    own = said[said["role"] != "interviewer"]
    pieces = {
        name: list(zip(part["start"], part["end"], strict=True))
        for name in names
        for part in [own[own["source"] == name]]
    }

    found = compared(
        codings, *names, said=said, assignments=given,
        settings=Settings(unit="turn", share=share, draws=0),
    )  # fmt: skip

    for code in ("staff", "staff.in", "time"):
        table = letters(codings, said, given, [code], pieces=pieces, share=share)
        check_all(found, table, code, found.codes)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("overlap", [0.3, 0.5, 0.9])
def test_segments_match_as_two_coders_spans_do(seed, overlap):
    codings, _, _, names = made_up(seed)
    said = heard(*names, length=60)
    settings = Settings(unit="segment", overlap=overlap, coders=("Ann", "Bo"), draws=0)

    found = compared(codings, *names, said=said, settings=settings)

    own = codings[codings["coder"].isin(["Ann", "Bo"]) & codings["source"].isin(found.sources)]
    far = {name: n * 100 for n, name in enumerate(names)}  # one text of all sources
    at = own["source"].map(far)
    expected = segment_agreement(
        own.assign(start=own["start"] + at, end=own["end"] + at), overlap=overlap
    )
    whole = found.pairs_table.iloc[0]
    assert (whole["segments"], whole["matched"]) == (expected.segments, expected.matched)
    assert found.overall["brennan_prediger"].value == pytest.approx(expected.value, abs=1e-12)
    assert found.overall["holsti"].value == pytest.approx(expected.holsti, abs=1e-12)
    assert f"share {overlap:.0%} of what either covers" in found.method


def test_segments_are_measured_without_what_interviewers_say_between():
    said = turns(
        ("p1", "participant", 0, 10), ("p1", "interviewer", 10, 90), ("p1", "participant", 90, 100)
    )
    codings = coded(
        ("p1", 0, 100, "time", "Ann"), ("p1", 0, 99, "time", "Bo"),
        ("p1", 20, 50, "staff", "Bo"), ("p1", 0, 5, "staff", "Ann"),
    )  # fmt: skip

    found = compared(codings, "p1", said=said, settings=Settings(unit="segment", overlap=0.95))

    # 19 of 20 characters; of staff Ann has one segment, and Bo's is the interviewer's words alone
    assert row(found.codes, "time")["matched"] == 2
    assert (row(found.codes, "staff")["segments"], row(found.codes, "staff")["percent"]) == (1, 0)


def test_sentences_are_cut_within_turns():
    words = "It helped. We met weekly. Nobody came."
    said = turns(("p1", "participant", 3, 3 + len(words), words))
    codings = coded(("p1", 4, 8, "time", "Ann"), ("p1", 3, 16, "time", "Bo"))

    cell = row(compared(codings, "p1", said=said, settings=Settings(unit="sentence")).cells, "time")

    assert [cell[name] for name in ("both", "only_a", "only_b", "neither")] == [1, 0, 1, 1]


# Intervals ---------------------------------------------------------------------------------


def shifted(sources):
    """Two coders whose spans differ more from source to source."""
    rows = []
    for n in range(sources):
        rows += [(f"p{n}", 0, 30, "time", "Ann"), (f"p{n}", 3 * n, 30 + n, "time", "Bo")]
    return coded(*rows), [f"p{n}" for n in range(sources)]


def test_an_interval_is_the_middle_of_sources_drawn_anew():
    codings, names = shifted(6)

    found = compared(codings, *names, settings=Settings(draws=500, seed=4))

    counts = np.array([(30 - 3 * n, 3 * n, n, 70 - n) for n in range(6)])
    drawn = [
        kappa_of_counts(*(int(x) for x in times @ counts)).value or 0.0
        for times in resampled(6, 500, 4)
    ]
    cell = row(found.cells, "time")
    assert [cell["kappa_low"], cell["kappa_high"]] == pytest.approx(
        np.quantile(drawn, [0.025, 0.975]).tolist(), abs=1e-12
    )
    code = row(found.codes, "time")
    assert (code["kappa_low"], code["kappa_high"]) == (cell["kappa_low"], cell["kappa_high"])
    assert found.overall["pooled_kappa"].low == cell["kappa_low"]
    assert 0 < code["p_below_667"] < code["p_below_80"] <= 1
    assert (
        found.overall["percent"].low
        < found.overall["percent"].value
        < found.overall["percent"].high
    )


def test_fewer_than_five_sources_have_no_interval():
    codings, names = shifted(4)

    found = compared(codings, *names, settings=Settings())

    assert np.isnan([row(found.codes, "time")[n] for n in ("alpha_low", "p_below_80")]).all()
    assert found.overall["alpha"].low is None
    assert found.notes == (
        "Intervals were not estimated: 4 sources, and 5 are needed.",
        "3 codes that nobody applied have no figure.",
    )
    assert "4 sources are fewer than the 5 that a bootstrap needs" in found.method


def test_the_same_seed_gives_the_same_whatever_the_order_of_rows():
    codings, names = shifted(6)
    mixed = codings.sample(frac=1, random_state=1)

    one, other = (
        compared(codings, *names, settings=Settings()),
        compared(mixed, *reversed(names), settings=Settings()),
    )

    assert one.codes.equals(other.codes)
    assert other.sources == tuple(reversed(one.sources))


def test_intervals_are_the_same_however_little_is_worked_on_at_once(monkeypatch):
    codings, names = shifted(8)
    settings = Settings(draws=50, seed=4)
    whole = compared(codings, *names, settings=settings)
    monkeypatch.setattr(_figures, "_AT_ONCE", 16)

    little = compared(codings, *names, settings=settings)

    assert little.overall == whole.overall
    pd.testing.assert_frame_equal(little.cells, whole.cells, check_exact=True)


def test_a_code_of_one_source_has_no_interval():
    codings, names = shifted(6)
    rare = pd.concat([codings, coded(("p0", 0, 9, "staff", "Ann"), ("p0", 0, 5, "staff", "Bo"))])

    found = row(compared(rare, *names, settings=Settings()).codes, "staff")

    assert found["kappa"] > 0.6
    assert np.isnan(found["kappa_low"])


# Names, groups, periods --------------------------------------------------------------------


def test_other_names_for_coders_and_codes_change_no_figure():
    codings, said, given, names = made_up(5)
    others = {"Ann": "Zoe", "Bo": "Bo", "Cy": "Al"}
    one = compared(codings, *names, said=said, assignments=given)

    other = compared(
        codings.replace({"coder": others}), *names, said=said,
        assignments=given.replace({"coder": others}),
    )  # fmt: skip

    pd.testing.assert_frame_equal(one.codes, other.codes, rtol=1e-12)
    assert one.overall["alpha"].value == pytest.approx(other.overall["alpha"].value, abs=1e-12)


GROUPED = coded(
    ("p1", 0, 10, "time", "Ann", None, None, "2026-03-02T10:00:00Z"),
    ("p1", 0, 10, "time", "Bo", None, None, "2026-03-09T10:00:00Z"),
    ("p2", 0, 10, "time", "Ann", None, None, "2026-03-03T10:00:00Z"),
    ("p2", 0, 20, "time", "Bo", None, None, "2026-03-03T10:00:00Z"),
    ("p2", 0, 20, "time", "Cy", None, None, "2026-03-03T10:00:00Z"),
)


def test_groups_are_values_of_an_attribute_of_sources_or_cases():
    sources = named("p1", "p2", case=["c1", "c2"], region=["North", None])
    cases = pd.DataFrame({"case": ["c1", "c2"], "sources": [1, 1], "area": ["B", "A"]})

    by_source = compared(GROUPED, "p1", "p2", sources=sources, cases=cases, by="region").groups
    by_case = compared(GROUPED, "p1", "p2", sources=sources, cases=cases, by="area").groups

    columns = ["group", "sources", "coders", "overlap"]
    assert by_source[columns].values.tolist() == [
        ["North", 1, 2, 1.0], ["(not given)", 1, 3, 40 / 60]
    ]  # fmt: skip
    assert by_case["group"].tolist() == ["A", "B"]


def test_pairs_are_grouped_by_the_roles_of_their_coders():
    coders = pd.DataFrame({"name": ["Ann", "Bo", "Cy"], "role": ["coder", "supervisor", "coder"]})

    found = compared(GROUPED, "p1", "p2", by="coder role", coders=coders).groups

    assert found[["group", "coders", "n", "overlap"]].values.tolist() == [
        ["coder and coder", 2, 100, 0.5], ["coder and supervisor", 3, 200, 40 / 50]
    ]  # fmt: skip


def test_weeks_are_those_of_the_last_coders_work_on_a_source():
    found = compared(GROUPED, "p1", "p2", over="week").periods

    assert found[["period", "sources"]].values.tolist() == [["2026-W10", 1], ["2026-W11", 1]]


def test_periods_of_a_codebook_begin_with_its_changes():
    versions = pd.DataFrame(
        [
            ("b", 3, "2026-03-01T09:00:00Z", "1.0"), ("b", 9, "2026-03-08T09:00:00Z", "1.0"),
            ("other", 12, "2026-03-08T10:00:00Z", "2.0"),
        ],
        columns=["codebook", "entry", "at", "version"],
    )  # fmt: skip

    found = compared(GROUPED, "p1", "p2", over="version", versions=versions)

    assert found.periods[["period", "sources", "overlap"]].values.tolist() == [
        ["b as of 2026-03-01 (entry 3)", 1, 40 / 60], ["b as of 2026-03-08 (entry 9)", 1, 1.0]
    ]  # fmt: skip
    assert "Codebooks: b 1.0 (last changed 2026-03-08) and r." in found.method


def test_coders_who_never_meet_are_no_pair():
    codings = coded(
        ("p1", 0, 9, "time", "Ann"), ("p1", 0, 9, "time", "Bo"),
        ("p2", 0, 9, "time", "Bo"), ("p2", 0, 9, "time", "Cy"),
    )  # fmt: skip

    found = compared(codings, "p1", "p2")

    assert found.pairs == (("Ann", "Bo"), ("Bo", "Cy"))
    assert "1 pair of coders have no source in common and are not compared." in found.notes


@pytest.mark.parametrize(
    ("settings", "options", "message"),
    [
        (Settings(coders=("An",)), {}, "no coder is called 'An'; did you mean 'Ann'?"),
        (Settings(sources=("p3",)), {}, "no source is called 'p3'; did you mean"),
        (Settings(codes=("tim",)), {}, "no code is called 'tim'; did you mean 'time' or"),
        (Settings(codebooks=("c",)), {}, "no codebook is called 'c'"),
        (QUICK, {"by": "colour"}, "no attribute of sources or cases is called 'colour'"),
        (QUICK, {"over": "year"}, "no period is called 'year'"),
        (QUICK, {"against": "Bo"}, "no layer to compare with is called 'Bo'"),
    ],
)
def test_unknown_names_are_refused_with_the_nearest(settings, options, message):
    with pytest.raises(UnknownName) as refused:
        compared(GROUPED, "p1", "p2", settings=settings, **options)

    assert str(refused.value).startswith(message)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"unit": "word"}, "unit 'word' is not one of character, sentence, turn, segment"),
        ({"share": 1.1}, "share 1.1 is not from 0 to 1"),
        ({"overlap": 0}, "overlap 0 is not over 0 and up to 1"),
        ({"bands": "0.8,0.6"}, "bands '0.8,0.6' are none: they are krippendorff, landis-koch, or "
         "rising figures up to 1, such as 0.6,0.75"),
        ({"level": "metric"}, "level 'metric' is not one of nominal, ordinal, interval, ratio"),
    ],
)  # fmt: skip
def test_settings_that_make_no_sense_are_refused(options, message):
    with pytest.raises(ValueError) as refused:
        Settings(**options)

    assert str(refused.value) == message


def test_codings_of_a_source_that_is_not_there_are_refused():
    with pytest.raises(TableError) as refused:
        compared(GROUPED, "p1")

    assert str(refused.value) == "codings: they name sources that are not there: ['p2']"


def test_a_named_theme_brings_the_codes_below_it():
    found = compared(GROUPED, "p1", "p2", settings=Settings(codes=("Staffing",), draws=0))

    assert found.codes["code"].tolist() == ["staff", "staff.in"]


@pytest.mark.parametrize(
    ("value", "name", "words"),
    [
        (0.667, "krippendorff", "tentative conclusions only"), (0.8, "krippendorff", "reliable"),
        (0.6669, "krippendorff", "not reliable enough"), (None, "krippendorff", ""),
        (0.2, "landis-koch", "slight"), (0.21, "landis-koch", "fair"), (-0.1, "landis-koch", "poor"),
        (0.81, "landis-koch", "almost perfect"), (0.59, "0.6,0.75", "under 0.6"),
        (0.75, "0.6,0.75", "0.75 or more"),
    ],
)  # fmt: skip
def test_bands_begin_where_their_authors_say(value, name, words):
    assert band(value, name) == words


# Consensus, ratings, method ----------------------------------------------------------------


def test_each_coder_is_held_to_the_consensus_and_not_to_each_other():
    # the consensus is the first ten characters of p1, nothing in p2
    layer = coded(("p1", 0, 10, "time", "Consensus"))
    codings = pd.concat([
        coded(("p1", 0, 10, "time", "Ann"), ("p1", 0, 20, "time", "Bo"),
              ("p2", 0, 5, "time", "Ann"), ("p2", 50, 60, "time", "Bo")), layer,
    ])  # fmt: skip

    found = compared(codings, "p1", "p2", against="consensus")

    assert found.pairs == (("Ann", "Consensus"), ("Bo", "Consensus"))
    cells = found.cells[found.cells["code"] == "time"]
    assert cells[["both", "only_a", "only_b", "neither"]].values.tolist() == [
        [10, 5, 0, 185], [10, 20, 0, 170]
    ]  # fmt: skip
    assert found.method.startswith("Agreement of each of Ann and Bo with the consensus was")


def test_who_is_tested_makes_no_consensus():
    # Ann and Cy, who is tested, both worked on p2: that is no consensus for Cy to be held to
    layer = coded(("p1", 0, 10, "time", "Consensus"))
    codings = pd.concat([
        coded(("p1", 0, 10, "time", "Ann"), ("p1", 0, 10, "time", "Bo"),
              ("p1", 0, 5, "time", "Cy"), ("p2", 0, 5, "time", "Cy"), ("p2", 9, 19, "time", "Ann")),
        layer,
    ])  # fmt: skip
    tests = assigned(*((p, "Cy", "done", None, None, "test") for p in ("p1", "p2")))

    found = compared(
        codings, "p1", "p2", against="consensus", test="Cy", assignments=tests,
        settings=Settings(coders=("Cy",)),
    )  # fmt: skip

    assert (found.pairs, found.sources) == ((("Cy", "Consensus"),), ("p1",))
    assert row(found.cells, "time")["overlap"] == 0.5


def rated(*pairs):
    rows = []
    for n, (ann, bo) in enumerate(pairs):
        for coder, value in (("Ann", ann), ("Bo", bo)):
            rows.append((f"p{n % 6}", n * 3, n * 3 + 2, "roles", coder, "mixed", value))
    return coded(*rows)


def test_ratings_are_ordinal_and_stances_nominal_over_passages_that_two_marked():
    values = [(0, 0), (1, 1), (1, 2), (3, 3), (2, 2), (0, 1), (3, 2), (2, 2)]
    codings = rated(*values)
    alone = coded(("p0", 60, 70, "roles", "Ann", "positive", 3))
    wider = coded(
        ("p1", 60, 70, "roles", "Ann", "positive", 1), ("p1", 62, 75, "roles", "Bo", "negative", 1)
    )
    table = pd.DataFrame([*values, (1, 1)], columns=["Ann", "Bo"])

    found = compared(
        pd.concat([codings, alone, wider]), *(f"p{n}" for n in range(6)), settings=Settings()
    ).ratings

    rating, stance = found.to_dict("records")[:2]
    assert (rating["what"], rating["level"], rating["n"]) == ("rating", "ordinal", 9)
    groups = [f"p{n % 6}" for n in range(8)] + ["p1"]
    expected = interval(
        lambda t: krippendorff_alpha(t, level="ordinal", values=[0, 1, 2, 3]), table, groups=groups
    )
    assert rating["alpha"] == pytest.approx(expected.value, abs=1e-12)
    assert [rating["alpha_low"], rating["alpha_high"]] == pytest.approx(
        [expected.low, expected.high], abs=1e-9
    )
    assert (stance["name"], stance["n"], stance["percent"]) == ("all codes", 9, 8 / 9)


@pytest.mark.parametrize("level", ["nominal", "interval", "ratio"])
def test_intervals_of_ratings_are_of_the_level_that_was_asked_for(level):
    values = [(0, 0), (1, 1), (1, 3), (3, 3), (2, 2), (0, 1), (3, 2), (2, 2)]
    table = pd.DataFrame(values, columns=["Ann", "Bo"])

    found = compared(
        rated(*values), *(f"p{n}" for n in range(6)), settings=Settings(level=level, draws=200)
    ).ratings.iloc[0]

    expected = interval(
        lambda t: krippendorff_alpha(t, level=level, values=[0, 1, 2, 3]), table,
        groups=[f"p{n % 6}" for n in range(8)], draws=200,
    )  # fmt: skip
    assert found[["alpha", "alpha_low", "alpha_high"]].tolist() == pytest.approx(
        [expected.value, expected.low, expected.high], abs=1e-9
    )


def test_the_method_is_told_in_sentences():
    codings = coded(("p1", 0, 20, "time", "Ann"), ("p1", 10, 30, "time", "Bo"))
    settings = Settings(codes=("time",), unit="turn", share=0.5)

    found = compared(
        codings, "p1", "p2", settings=settings, assignments=assigned(("p1", "Bo", "done"))
    )

    assert found.method == (
        "Agreement between Ann and Bo was measured on 1 of 2 sources, those that two coders at "
        "least worked on with the same codebook: 1 turn, what interviewers say left out. 1 "
        "source was assigned to them for coding, blind to each other. The unit is the "
        "speaker's turn, which counts as coded where 50% of it is under a coding. Given are "
        "Krippendorff's alpha (nominal, of both), Cohen's kappa (pooled over codes as in De Vries "
        "et al. 2008), percent agreement, and the overlap of what was coded (Jaccard); "
        "counts are summed over sources first. Intervals were not estimated: 1 source "
        "is fewer than the 5 that a bootstrap needs. Codebook: b. Caution: 1 source cannot speak "
        "for a study. Caution: 1 code was applied fewer than 10 times by all coders together, and "
        "figures of it say little (Lead-in time). Words for figures follow Krippendorff (2004): "
        ".80 and more reliable, from .667 tentative conclusions; they are conventions, not tests. "
        "Such figures suit coding with a codebook or a framework, where they help a team to work "
        "alike (O'Connor and Joffe 2020); reflexive thematic analysis does not use them (Braun and "
        "Clarke 2021)."
    )


def test_many_coders_are_compared_and_too_many_are_refused():
    codings = coded(*(("p1", 0, 10 + n, "time", f"c{n:02d}") for n in range(61)))

    few = compared(
        codings, "p1", settings=Settings(coders=tuple(f"c{n:02d}" for n in range(12)), draws=0)
    )

    assert len(few.pairs) == len(list(combinations(range(12), 2)))
    with pytest.raises(TableError, match="61 are compared at once; the most are 60"):
        compared(codings, "p1")


def test_ten_experts_agree_on_real_sessions_as_another_program_says(real_data):
    path = real_data / "coded" / "annomi" / "segments.jsonl"
    told = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    shared = [one for one in told if len(one["coders"]) > 1]
    names = sorted({name for one in shared for given in one["coders"].values() for name in given})
    codes = pd.DataFrame({"codebook": "b", "code": names, "name": names, "theme": names})
    spans = [(one["doc"], n * 10, n * 10 + 9, one["coders"]) for n, one in enumerate(shared)]
    rows = [(d, a, z, c, who) for d, a, z, by in spans for who, held in by.items() for c in held]
    columns = ["source", "start", "end", "code", "coder"]
    codings = pd.DataFrame(rows, columns=columns).assign(codebook="b")

    found = agreement(
        codings.reindex(columns=COLUMNS["codings"]),
        turns=turns(*((d, "unknown", a, z) for d, a, z, _ in spans)),
        codes=codes.reindex(columns=COLUMNS["codes"]),
        sources=named(*sorted({d for d, *_ in spans})), settings=Settings(unit="turn", draws=0),
    )  # fmt: skip

    assert (len(found.coders), found.length) == (10, 428)
    for name in names:
        said = [[float(name in by[who]) for *_, by in spans] for who in found.coders]
        expected = krippendorff.alpha(said, level_of_measurement="nominal")
        assert row(found.codes, name)["alpha"] == pytest.approx(expected, abs=1e-9)
