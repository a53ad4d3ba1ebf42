"""Tables out of simulated answers: the clean ones are left alone, the spoiled ones are found."""

from __future__ import annotations

import pytest

from qualkit.survey.audit import audit_findings
from qualkit.survey.published import table_from_rows
from tests.survey._tables import FAULTS, MAKERS, clean_table, faulty_tables

CLEAN, FAULTY = 40, 12
ACCUSED = {"proved", "contradiction"}


def audited(said):
    about = {key: value for key, value in said.items() if key not in {"header", "rows"}}
    return audit_findings([table_from_rows([said["header"], *said["rows"]], about)])


@pytest.mark.parametrize("maker", MAKERS)
def test_nothing_is_said_of_clean_tables_in_which_everybody_answered(maker):
    said = [one for seed in range(CLEAN) for one in audited(clean_table(maker, seed))]

    assert [one for one in said if one.grade != "caution"] == []


@pytest.mark.parametrize("maker", ["paired", "kinds", "consensus"])
def test_nobody_is_accused_where_items_have_fewer_answers_than_the_base(maker):
    said = [
        one for seed in range(CLEAN) for one in audited(clean_table(maker, seed, own_bases=True))
    ]

    assert said != []
    assert [one for one in said if one.grade in ACCUSED] == []


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_a_planted_fault_is_found_in_its_place(fault):
    for said, item, checks in faulty_tables(fault, FAULTY):
        found = [one for one in audited(said) if one.check in checks and one.grade != "caution"]

        assert [one for one in found if item in {None, one.item}], said["id"]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_other_items_of_a_spoiled_table_are_not_accused(fault):
    for said, item, _ in faulty_tables(fault, FAULTY):
        others = [one for one in audited(said) if one.grade in ACCUSED and one.item]

        assert [one for one in others if item not in {None, one.item} and one.check != "sum"] == []
