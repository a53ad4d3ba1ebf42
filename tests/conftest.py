"""Fixtures: a study on both databases, the real data, and the programs that tests start."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import settings

from qualkit.project import Project
from tests.postgres import Server, find_server

ROOT = Path(__file__).parents[1]
IN_CI = bool(os.environ.get("CI"))
settings.register_profile("qualkit", deadline=None)  # speed is for benchmarks, never for a test
settings.load_profile("qualkit")


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


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a new study can be made: every test that uses it runs on both databases."""
    if request.param == "sqlite":
        return str(tmp_path / "study.qualkit")
    server: Server = request.getfixturevalue("postgres")
    return server.new_database(f"study_{uuid4().hex[:12]}")


@pytest.fixture
def project(address: str) -> Iterator[Project]:
    """An empty study with the evaluation topics and the CASCADE ratings."""
    made = Project.create(address, codebooks=["evaluation-topics", "cascade"], user="tester")
    yield made
    made.close()


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
