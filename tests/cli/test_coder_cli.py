"""``qualkit coder`` and ``qualkit project backup``, as a person types them."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from qualkit.cli import main
from qualkit.project import Project


@pytest.fixture
def study(tmp_path):
    path = tmp_path / "study.qualkit"
    Project.create(path).close()
    return str(path)


def run(*arguments, code=0):
    done = CliRunner().invoke(main, arguments)
    assert done.exit_code == code, done.output
    return done


def coders(study):
    return [
        (one["name"], one["role"], one["login"])
        for one in json.loads(run("coder", "list", study, "--json").stdout)["coders"]
    ]


def test_coders_are_added_changed_and_listed(study):
    run("coder", "add", study, "Ann", "--role", "supervisor", "--login", "ann@example.org")
    run("coder", "add", study, "Bo", "--as", "Ann")

    changed = run("coder", "set", study, "Bo", "--role", "coder", "--name", "Beau", "--as", "Ann")

    assert changed.stderr == "Beau: coder\n"
    assert coders(study) == [
        ("Ann", "supervisor", "ann@example.org"),
        ("Beau", "coder", ""),
    ]


def test_whoever_is_not_allowed_is_refused_with_the_reason(study):
    run("coder", "add", study, "Ann", "--role", "supervisor")
    run("coder", "add", study, "Bo", "--role", "reader", "--as", "Ann")

    refused = run("codebook", "add", study, "cascade", "--as", "Bo", code=1)

    assert refused.stderr == (
        "qualkit: Bo is a reader in this study and may not add codebook; a supervisor can give "
        "another role (Settings, or 'qualkit coder set')\n"
    )


def test_a_role_that_there_is_not_is_refused(study):
    refused = run("coder", "add", study, "Ann", "--role", "boss", code=1)

    assert refused.stderr == (
        "qualkit: no role is called 'boss'; known are coder, evaluator, reader, supervisor\n"
    )


def test_a_backup_prints_its_path(study):
    done = run("project", "backup", study)

    (made,) = Project.open(study).backups()
    assert done.stdout == f"{made}\n"
    assert done.stderr == "a checked copy; 1 stands there now\n"


def test_a_backup_tells_its_path_as_json(study):
    told = json.loads(run("project", "backup", study, "--json").stdout)

    with Project.open(study) as opened:
        assert told == {"backup": str(opened.backups()[0]), "backups": 1, "sound": True}
