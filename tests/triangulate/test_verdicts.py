"""What is proposed, what was decided, what has changed since, and where judges differ."""

from __future__ import annotations

import json
from dataclasses import replace

import pandas as pd
import pytest

from qualkit.errors import TableError, UnknownName
from qualkit.tables import COLUMNS
from qualkit.triangulate import (
    assess,
    changed_since,
    count_summary,
    judges_agreement,
    not_asked,
    proposal_of,
    to_decide,
    unsettled,
    where,
)

TIME, TRUST, ROOMS = 0, 1, 2  # rows of the study


def verdict(made, link, judge, word, *, reason="", decided="2026-01-01", adds=""):
    """A verdict as a project keeps it."""
    kept = dict(zip(("l1", "l2"), made.proposals, strict=False))[link]
    status = "accepted" if word == kept.verdict else "changed"
    said = json.dumps(kept.as_dict())
    return (f"{link}{judge}", link, judge, status, word, kept.verdict, reason, adds, 1, said, "",
            decided, 1)  # fmt: skip


def decided(study, made, *rows):
    """The study with these verdicts."""
    table = pd.DataFrame([verdict(made, *row[:3], **row[3]) for row in rows],
                         columns=COLUMNS["verdicts"])  # fmt: skip
    return assess(**study, verdicts=table).decided, table


def test_links_and_themes_without_one_are_told_with_both_states_and_every_source(assessed):
    table = assessed.decided

    columns = ["code", "q_state", "l_state", "breadth", "verdict", "status", "flags"]
    assert table[columns].values.tolist() == [
        ["time", "+", "+", "broad", "agreement", "proposed", ()],
        ["trust", "?", "silent", "", "silence (interviews)", "proposed", ()],
        ["rooms", "missing", "thin", "", "silence (survey)", "proposed", ()],
    ]
    assert table["sources_for"][TIME] == ("a", "b", "c")
    assert table["sources_against"][TIME] == ("d",)  # the workshop is no interview
    assert table["reason"][TIME] == (
        "The survey shows a change for the better (+0.50, p 0.001 adjusted, base 48); 3 of 4 "
        "sources with a stance say that it improved (2 areas); broad: agreement."
    )


def test_a_finding_that_is_gone_is_unusable_and_says_so(study):
    study["findings"] = study["findings"].iloc[1:]

    made = assess(**study)

    assert made.decided["q_state"][TIME] == "unusable"
    assert made.decided["verdict"][TIME] == "silence (survey)"
    assert made.decided["why"][TIME].startswith(
        "The finding cannot be used: it is not among the findings of the study any more; "
    )


def test_what_an_evaluator_decided_stands_with_their_reason(study, assessed):
    more = {"reason": "Nurses differ", "adds": "why forms are slow"}
    table, _ = decided(study, assessed, ("l1", "Ann", "partial", more))

    row = table.iloc[TIME]
    assert (row["verdict"], row["status"], row["proposed"]) == ("partial", "changed", "agreement")
    assert (row["reason"], row["fetters"]) == ("Nurses differ", "expansion")
    assert (row["flags"], row["changed_since"]) == ((), "")


def test_a_verdict_on_other_evidence_says_what_changed_since(study, assessed):
    study["findings"].loc[0, "base"] = 52
    study["codings"].loc[2, "stance"] = "negative"  # b now says otherwise
    table, _ = decided(study, assessed, ("l1", "Ann", "agreement", {}))

    row = table.iloc[TIME]
    assert (row["verdict"], row["status"]) == ("agreement", "accepted")
    assert row["flags"] == ("changed since",)
    assert row["changed_since"] == (
        "the interviews: improved, now a mixed picture; b is now against it; the finding's base: "
        "48, now 52"
    )
    assert to_decide(table)["link"].tolist() == ["l1", "l2"]


@pytest.mark.parametrize(("change", "told"), [
    ({"reason": "Other words."}, ""),
    ({"supporting": ("c", "b", "a")}, ""),
    ({"rule_version": 2}, "the rule is version 2, was 1"),
    ({"opposing": ()}, "d has no stance any more"),
    ({"quotes": {"a": ("k0",)}}, "the quotations that it rests on are others"),
])  # fmt: skip
def test_what_changed_is_told_and_wording_and_order_are_nothing(assessed, change, told):
    kept = proposal_of(json.loads(json.dumps(assessed.proposals[TIME].as_dict())))

    assert changed_since(kept, assessed.proposals[TIME]) == ""
    assert changed_since(json.dumps(kept.as_dict()), replace(kept, **change)) == told


@pytest.mark.parametrize(("words", "verdict", "status", "flags"), [
    (["partial", "partial"], "partial", "changed", ()),
    (["partial", "agreement"], "agreement", "proposed", ("judges differ",)),
    (["partial", "dissonance"], "agreement", "proposed", ("judges differ",)),
    (["partial", "agreement", "partial"], "partial", "changed", ()),
    (["partial", "agreement", "silence"], "agreement", "proposed", ("judges differ",)),
])  # fmt: skip
def test_a_verdict_stands_that_more_than_half_of_the_judges_gave(
    study, assessed, words, verdict, status, flags
):
    rows: list[tuple[str, str, str, dict[str, str]]] = [
        ("l1", name, word, {}) for name, word in zip("ABC", words, strict=False)
    ]

    table, _ = decided(study, assessed, *rows)

    row = table.iloc[TIME]
    assert (row["verdict"], row["status"], row["flags"]) == (verdict, status, flags)
    assert row["judges"] == dict(zip("ABC", words, strict=False))
    assert len(unsettled(table)) == bool(flags)


def test_agreement_of_two_judges_is_told_with_kappa_and_what_a_third_must_settle():
    ann = ["agreement"] * 5 + ["partial"] * 3 + ["dissonance"] * 2
    ben = ["agreement"] * 4 + ["partial"] + ["partial"] * 2 + ["agreement"] * 2 + ["dissonance"]
    rows: list[tuple[object, ...]] = [
        (f"{judge}{n}", f"l{n}", judge, "accepted", word, word, f"because {n}", "", 1, "{}", "",
         "", 1)
        for judge, words in (("Ann", ann), ("Ben", ben)) for n, word in enumerate(words)
    ]  # fmt: skip
    rows.append(("x", "l10", "Ben", "accepted", "silence", "silence", "", "", 1, "{}", "", "", 1))
    verdicts = pd.DataFrame(rows, columns=COLUMNS["verdicts"])
    links = pd.DataFrame({"link": [f"l{n}" for n in range(11)], "code_name": "T"}).reindex(
        columns=COLUMNS["links"]
    )

    found = judges_agreement(verdicts, links)

    expected = 0.5 * 0.6 + 0.3 * 0.3 + 0.2 * 0.1
    assert found.both == 10
    assert found.percent.value == 0.7
    assert found.kappa.value == pytest.approx((0.7 - expected) / (1 - expected), abs=1e-12)
    assert found.sentence == (
        "Ann and Ben gave the same verdict on 7 of 10 links (70%, Cohen's kappa 0.49)."
    )
    columns = ["link", "first", "first_reason", "second"]
    assert found.differ[columns].values.tolist() == [
        ["l4", "agreement", "because 4", "partial"],
        ["l7", "partial", "because 7", "agreement"],
        ["l8", "dissonance", "because 8", "agreement"],
    ]
    assert found.table.loc["partial", "agreement"] == 1
    assert found.missing == {"Ann": ("l10",), "Ben": ()}
    with pytest.raises(UnknownName):
        judges_agreement(verdicts, links, judges=("Ann", "Cy"))
    with pytest.raises(TableError, match=r"agreement is of two judges; Ann judged\. Name two"):
        judges_agreement(verdicts[verdicts["judge"] == "Ann"], links)


def test_counts_are_by_verdict_and_status_and_a_filter_keeps_rows_and_proposals_together(assessed):
    found = count_summary(assessed.decided).set_index("verdict")
    kept = where(assessed, themes=["b/time"], statuses=["proposed"])

    assert found["proposed"].to_dict() == {
        "agreement": 1, "partial": 0, "dissonance": 0, "silence": 2,
    }  # fmt: skip
    assert kept.decided["code"].tolist() == ["time"]
    assert [one.verdict for one in kept.proposals] == ["agreement"]
    assert where(assessed, verdicts=["dissonance"]).decided.empty
    with pytest.raises(UnknownName):
        where(assessed, themes=["nothing"])


def test_themes_that_the_guide_does_not_cover_were_not_asked(study):
    guide = pd.DataFrame([("b", "time.in", "", "")],
                         columns=["codebook", "code", "attribute", "value"])  # fmt: skip

    found = not_asked(guide, study["codes"])

    assert found == {("b", "trust"), ("b", "rooms")}
    assert not_asked(guide.iloc[:0], study["codes"]) == frozenset()
    study["setting"] = replace(study["setting"], not_asked=found)
    assert assess(**study).decided["l_state"].tolist() == ["+", "not_asked", "thin"]


@pytest.mark.parametrize(("codes", "interval"), [(10, True), (5, True), (4, False)])
def test_links_of_one_code_are_drawn_together_for_the_interval_of_kappa(codes, interval):
    words = {
        "Ann": ["agreement", "partial"] * 5,
        "Ben": ["agreement", "partial"] * 4 + ["partial"] * 2,
    }
    rows = [
        (f"{judge}{n}", f"l{n}", judge, "accepted", word, word, "", "", 1, "{}", "", "", 1)
        for judge, said in words.items() for n, word in enumerate(said)
    ]  # fmt: skip
    links = pd.DataFrame([(f"l{n}", "b", f"c{n % codes}") for n in range(10)],
                         columns=["link", "codebook", "code"]).reindex(columns=COLUMNS["links"])  # fmt: skip

    kappa = judges_agreement(pd.DataFrame(rows, columns=COLUMNS["verdicts"]), links).kappa

    assert kappa.value == pytest.approx(0.8)
    ends = [one for one in (kappa.low, kappa.high) if one is not None]
    assert [one < 0.8 for one in ends] == [True, False] * interval
