"""The documentation says what is true: commands, links, files, extras."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import click
import pytest

from qualkit.cli import main

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_to_a_file(page):
    for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text("utf-8")):
        assert (page.parent / target).exists(), target


def commands():
    context = click.Context(main)
    for name in main.list_commands(context):
        command = main.get_command(context, name)
        yield name, command
        for child, found in getattr(command, "commands", {}).items():
            yield f"{name} {child}", found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_shown_exists_with_its_options(page):
    known = dict(commands())
    for line in re.findall(r"^qualkit (.+?)(?:\s{2,}#.*)?$", page.read_text("utf-8"), re.MULTILINE):
        words = line.split()
        name = " ".join(words[:2]) if " ".join(words[:2]) in known else words[0]
        assert name in known, line
        options = {option for parameter in known[name].params for option in parameter.opts}
        assert {word for word in words if word.startswith("--")} <= options, line


def test_every_command_has_a_section_in_the_docs():
    page = (ROOT / "docs" / "cli.md").read_text("utf-8")

    assert [name for name, _ in commands() if f"## `qualkit {name}`" not in page] == []


def test_every_pin_is_exact_and_without_an_address():
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]

    assert "torch==2.13.0" in pins
    assert [pin for pin in pins if not re.fullmatch(r"[A-Za-z0-9_.-]+==[A-Za-z0-9_.]+", pin)] == []


def test_every_dependency_is_pinned_and_every_extra_is_there():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    pins = {
        line.split("==")[0].lower().replace("_", "-")
        for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines()
        if "==" in line
    }

    wanted = project["dependencies"] + [one for extra in extras.values() for one in extra]
    names = {re.split(r"[\[>=]", one)[0].lower().replace("_", "-") for one in wanted} - {"qualkit"}
    assert names - pins == set()
    assert set(extras) == {
        "nlp",
        "topics",
        "app",
        "login",
        "postgres",
        "spss",
        "scale",
        "all",
        "dev",
    }


def test_no_file_names_a_machine_or_a_registry():
    forbidden = re.compile(r"/work/|/root/|pypi\.org/simple|index-url|registry\.npmjs")
    kept = [
        ROOT / name
        for name in ("Makefile", "pyproject.toml", "constraints.txt", "README.md", ".ci/run")
    ]
    files = kept + [
        p for d in ("qualkit", "docs", "scripts", "benchmarks") for p in (ROOT / d).rglob("*.*")
    ]

    text = [p for p in files if p.suffix in {".py", ".md", ".sh", ".toml", ".txt", ""}]
    assert [str(p) for p in text if forbidden.search(p.read_text("utf-8"))] == []
