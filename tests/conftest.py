"""Fixtures: a study on both databases, the real data, and the programs that tests start."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from hypothesis import settings

from qualkit.importers import worker
from qualkit.project import Project
from tests.children import KeptChildren
from tests.copies import Build, Copies, empty
from tests.memory import in_memory
from tests.postgres import Server, find_server
from tests.scheduling import longest_first, scheduler

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

ROOT = Path(__file__).parents[1]
IN_CI = bool(os.environ.get("CI"))
settings.register_profile("qualkit", deadline=None)  # speed is for benchmarks, never for a test
settings.load_profile("qualkit")

if (_memory := in_memory()) is not None:  # a study is written through to its disk at each step
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", _memory)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    return scheduler(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    longest_first(items)


@pytest.fixture(scope="session", autouse=True)
def readers() -> Iterator[None]:
    """Child processes that read files, kept until the last test is done."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(worker, "_Children", KeptChildren)
        yield
    KeptChildren.end()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A PostgreSQL server of this test run's own; in CI it must be there."""
    programs = find_server()
    if programs is None:
        message = "NO POSTGRESQL: these tests did not run; install it (make test does on Debian)"
        if IN_CI:
            pytest.fail(message)
        pytest.skip(message)
    server = Server(programs)
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def copies(tmp_path_factory: pytest.TempPathFactory) -> Copies:
    """What tests copy their studies from."""
    return Copies(tmp_path_factory.mktemp("copies"))


@pytest.fixture(params=["sqlite", "postgresql"])
def address_of(
    request: pytest.FixtureRequest, tmp_path: Path, copies: Copies
) -> Iterator[Callable[[Build | None], str]]:
    """Give an address, on either database: of nothing yet, or of a copy of what is built."""
    server = request.getfixturevalue("postgres") if request.param == "postgresql" else None
    names: list[str] = []

    def at(build: Build | None = None) -> str:
        if server is None:
            path = tmp_path / "study.qualkit"
            return str(path) if build is None else copies.file(build, path)
        names.append(f"study_{uuid4().hex[:12]}")
        if build is None:
            return str(server.new_database(names[-1]))
        return copies.database(build, server, names[-1])

    yield at
    for name in names:
        server.drop(name)


@pytest.fixture
def address(address_of: Callable[[Build | None], str], request: pytest.FixtureRequest) -> str:
    """Where a new study can be made: every test that uses it runs on both databases.

    A test that has `project` too finds that study there.
    """
    return address_of(empty if "project" in request.fixturenames else None)


@pytest.fixture
def project(address: str) -> Iterator[Project]:
    """An empty study with the evaluation topics and the CASCADE ratings."""
    with Project.open(address, user="tester") as made:
        yield made


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str | bytes], Path]:
    """Write a file of the test's own and give its path."""

    def to(name: str, content: str | bytes) -> Path:
        path = tmp_path / "files" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        return path

    return to


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real data, which is never part of the project."""
    folder = Path(os.environ.get("QUALKIT_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"NO REAL DATA: {folder} is missing; set QUALKIT_DATA to its folder")
    return folder


@dataclass(frozen=True, slots=True)
class Patients:
    """5,330 comments of patients, with their codes and sentence vectors."""

    segments: pd.DataFrame
    vectors: np.ndarray


@pytest.fixture(scope="session")
def patients(real_data: Path) -> Patients:
    """Comments that people have coded; their vectors take long, and are computed once."""
    from qualkit.coding import embed
    from qualkit.importers.coded import read_segments

    path = real_data / "coded" / "nhs_pxtextmining" / "segments.jsonl"
    if not path.exists():
        pytest.skip(f"NO REAL DATA: {path} is missing")
    segments = read_segments(path)
    return Patients(segments, embed.embed(segments["text"].tolist()))


@pytest.fixture(scope="session")
def render(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], str]:
    """What a document says on paper: LibreOffice makes a PDF of it, pdftotext reads that."""
    if shutil.which("soffice") is None or shutil.which("pdftotext") is None:
        message = "NO LIBREOFFICE OR PDFTOTEXT: documents were not rendered"
        if IN_CI:
            pytest.fail(message)
        pytest.skip(message)
    home = tmp_path_factory.mktemp("office")

    def text_of(path: Path) -> str:
        profile = f"-env:UserInstallation=file://{home}/profile"
        convert = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(home)]
        subprocess.run([*convert, str(path)], check=True, capture_output=True, timeout=180)
        pdf = home / f"{path.stem}.pdf"
        found = subprocess.run(
            ["pdftotext", "-layout", str(pdf), "-"], check=True, capture_output=True, timeout=60
        )
        return found.stdout.decode("utf-8")

    return text_of
