"""R6: damage is named, whatever it makes of the values that are read."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from qualkit.project import Project
from trust import measured
from trust._studies import codes_of, make_study


def test_each_changed_bit_of_what_was_said_or_coded_is_named():
    result = measured("R6", long=False)

    assert result.ok, (result.figure, *result.detail)


@pytest.fixture
def study(tmp_path):
    made = make_study(tmp_path / "study.qualkit", tmp_path / "in", sources=1)
    with Project.open(made, user="Ann") as project:
        project.add_coding("s0", (5, 25), codes_of(project)[0], coder="Ann")
    return made


@pytest.mark.parametrize(
    ("damage", "named"),
    [
        ("UPDATE turn SET role = 'inperviewer'", "its turns were changed outside qualkit"),
        ("UPDATE turn SET start_at = 1 << 40", "its turns were changed outside qualkit"),
        ("UPDATE coding SET start_at = 6", "its words are not those of its source"),
        ("UPDATE coding SET start_at = x'00'", "what is stored of it cannot be read"),
        ("UPDATE source SET text = x'00ff'", "what is stored of it cannot be read"),
    ],
)
def test_values_that_no_program_expects_are_named_and_no_traceback(study, damage, named):
    with closing(sqlite3.connect(study)) as made:
        made.execute("PRAGMA ignore_check_constraints=ON")
        made.execute(damage)
        made.commit()

    with Project.open(study) as project:
        found = project.check().problems

    assert [one for one in found if named in one.message and one.where.startswith("s0")]
