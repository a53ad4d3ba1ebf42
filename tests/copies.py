"""What tests copy their studies from: making one takes far longer than most tests."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from qualkit.project import Project
from tests.postgres import Server

Build = Callable[[str], None]  # makes a study at an address, and closes it


class Copies:
    """Studies that are built once on each database and copied for each test."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files: dict[Build, Path] = {}
        self._names: dict[Build, str] = {}

    def file(self, build: Build, path: Path) -> str:
        """Copy what a function builds to a file; its address."""
        if build not in self._files:
            first = self._folder / f"{len(self._files)}.qualkit"
            build(str(first))
            self._files[build] = first
        return str(shutil.copyfile(self._files[build], path))

    def database(self, build: Build, server: Server, name: str) -> str:
        """Copy it to a database of a server; its address."""
        if build not in self._names:
            first = f"built_{len(self._names)}"
            build(server.new_database(first))
            self._names[build] = first
        return server.new_database(name, like=self._names[build])


def empty(address: str) -> None:
    """A study with the evaluation topics and the CASCADE ratings, and nothing else."""
    Project.create(address, codebooks=["evaluation-topics", "cascade"], user="tester").close()
