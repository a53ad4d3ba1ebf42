"""A PostgreSQL server that lives as long as a test run: its own folder, its own socket."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from tests.memory import in_memory

_UNPRIVILEGED = "postgres"  # initdb refuses to run as root; Debian's package brings this account


def find_server() -> Path | None:
    """The folder of PostgreSQL's programs, the newest version first; None where there is none."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"), reverse=True)
    if versions:  # Debian
        return versions[0].parent
    found = shutil.which("pg_ctl")
    return Path(found).resolve().parent if found else None


class Server:
    """One server; databases are made in it by name."""

    def __init__(self, programs: Path) -> None:
        self._programs = programs
        self._user = _UNPRIVILEGED if os.geteuid() == 0 else None
        self._folder = Path(tempfile.mkdtemp(prefix="qualkit-pg-", dir=in_memory()))

    def start(self) -> None:
        """Make the cluster and start it on a socket of its own, without any network port."""
        if self._user:
            shutil.chown(self._folder, self._user, self._user)
        data = self._folder / "data"
        self._run("initdb", "-D", str(data), "-U", "qualkit", "-A", "trust", "-E", "UTF8", "-N")
        options = f"-c listen_addresses= -c unix_socket_directories={self._folder} -c fsync=off -c full_page_writes=off"
        log = str(self._folder / "log")
        self._run("pg_ctl", "-D", str(data), "-l", log, "-o", options, "-w", "start")

    def stop(self) -> None:
        """Stop the server and remove everything it wrote."""
        self._run("pg_ctl", "-D", str(self._folder / "data"), "-m", "immediate", "stop")
        shutil.rmtree(self._folder, ignore_errors=True)

    def new_database(self, name: str, *, like: str | None = None) -> str:
        """Make a database, empty or a copy of another that nobody uses; its address."""
        self._tell(f"CREATE DATABASE {name} TEMPLATE {like or 'template1'}")
        return f"postgresql://qualkit@/{name}?host={self._folder}"

    def drop(self, name: str) -> None:
        """Remove a database, whoever still uses it."""
        self._tell(f"DROP DATABASE {name} WITH (FORCE)")

    def _tell(self, command: str) -> None:
        import psycopg

        where = f"host={self._folder} user=qualkit dbname=postgres"
        with psycopg.connect(where, autocommit=True) as connection:
            connection.execute(command.encode())

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [str(self._programs / program), *arguments],
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            user=self._user,
            cwd=self._folder,
            timeout=120,
        )
