"""A PostgreSQL server that lives as long as a test run: its own folder, its own socket."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from contextlib import suppress
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
    """One server; databases are made in it by name.

    A durable one lies on the disk and waits for it, as a real one does.
    """

    def __init__(self, programs: Path, *, durable: bool = False) -> None:
        self._programs = programs
        self._user = _UNPRIVILEGED if os.geteuid() == 0 else None
        place = None if durable else in_memory()
        self._folder = Path(tempfile.mkdtemp(prefix="qualkit-pg-", dir=place))
        self._hasty = "" if durable else "-c fsync=off -c full_page_writes=off"

    def start(self) -> None:
        """Make the cluster and start it on a socket of its own, without any network port."""
        if self._user:
            shutil.chown(self._folder, self._user, self._user)
        data = self._folder / "data"
        self._run("initdb", "-D", str(data), "-U", "qualkit", "-A", "trust", "-E", "UTF8", "-N")
        self.start_again()

    @property
    def log(self) -> Path:
        """What the server itself writes down."""
        return self._folder / "log"

    def start_again(self) -> None:
        """Start it on what it has, also after it was killed."""
        options = f"-c listen_addresses= -c unix_socket_directories={self._folder} {self._hasty}"
        data = str(self._folder / "data")
        self._run("pg_ctl", "-D", data, "-l", str(self.log), "-o", options, "-w", "start")

    def kill(self) -> None:
        """Kill every process of it at once, without warning."""
        pid = int((self._folder / "data" / "postmaster.pid").read_text().split()[0])
        listed = subprocess.run(
            ["ps", "-o", "pid=", "--ppid", str(pid)], check=False, capture_output=True, text=True
        )
        for one in (pid, *map(int, listed.stdout.split())):
            with suppress(ProcessLookupError):
                os.kill(one, signal.SIGKILL)

    def end(self) -> None:
        """End it as for maintenance: whoever is connected is cut off."""
        self._run("pg_ctl", "-D", str(self._folder / "data"), "-m", "fast", "-w", "stop")

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
