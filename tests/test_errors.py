"""Errors say where, which value and what to do, and keep their parts."""

from __future__ import annotations

import pickle

import pytest

from qualkit import errors


def test_a_read_error_names_file_line_and_reason():
    error = errors.ReadError("p3.vtt", "a cue ends before it starts", line=41)

    assert str(error) == "p3.vtt, line 41: a cue ends before it starts"
    assert (error.file, error.line) == ("p3.vtt", 41)


@pytest.mark.parametrize(
    ("faults", "message"),
    [
        (["row 2: x"], "t: 1 fault, nothing was kept\n  row 2: x"),
        (["row 2: x", "row 3: y"], "t: 2 faults, nothing was kept\n  row 2: x\n  row 3: y"),
    ],
)
def test_a_batch_error_lists_every_fault(faults, message):
    assert str(errors.BatchError("t", faults)) == message


@pytest.mark.parametrize(
    ("name", "known", "message"),
    [
        ("cultur", ["culture", "x"], "no code is called 'cultur'; did you mean 'culture'?"),
        ("zzz", ["a", "b"], "no code is called 'zzz'; known are a, b"),
        ("zzz", [], "no code is called 'zzz'; there are none yet"),
    ],
)
def test_an_unknown_name_offers_what_is_known(name, known, message):
    assert str(errors.UnknownName("code", name, known)) == message


@pytest.mark.parametrize(
    "error",
    [
        errors.ReadError("p3.vtt", "a cue ends before it starts", line=41),
        errors.BatchError("t", ["row 2: x"]),
        errors.UnknownName("code", "cultur", ["culture"]),
        errors.ConflictError("it changed"),
    ],
)
def test_an_error_comes_whole_out_of_another_process(error):
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own

    assert (type(again), str(again), vars(again)) == (type(error), str(error), vars(error))


def test_every_error_is_a_qualkit_error():
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type)]

    assert all(issubclass(kind, errors.QualkitError) for kind in kinds)


def test_a_message_lists_the_first_faults_and_counts_the_rest():
    error = errors.BatchError("load", [f"row {n}" for n in range(1_060)])

    lines = str(error).split("\n")
    assert (lines[0], lines[50], lines[51:]) == (
        "load: 1060 faults, nothing was kept", "  row 49", ["  ... and 1,010 more"]
    )  # fmt: skip
    assert len(error.faults) == 1_060
