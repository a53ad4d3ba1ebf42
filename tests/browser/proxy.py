"""nginx with the settings of deploy/nginx.conf, on a free port and with a certificate of its own."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.conftest import IN_CI, ROOT

_START = 30  # seconds


class Proxy:
    """The proxy in a folder; it starts when it knows what it stands before."""

    def __init__(self, program: str, folder: Path) -> None:
        self._program = program
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]

    @property
    def url(self) -> str:
        return f"https://localhost:{self.port}"

    def before(self, port: int) -> None:
        """Stand before a server on a port of this machine."""
        own = (ROOT / "deploy" / "nginx.conf").read_text("utf-8")
        http = own.index("server {")
        own = own[:http] + own[own.index("server {", http + 1) :]  # port 80 is not ours
        for what, ours in (
            ("listen 443 ssl", f"listen 127.0.0.1:{self.port} ssl"),
            ("qualkit.example.org", "localhost"),
            ("/etc/ssl/qualkit", str(self._folder)),
            ("127.0.0.1:8501", f"127.0.0.1:{port}"),
            ("Host $host;", "Host $http_host;"),  # with the port, which is not the usual one
        ):
            assert what in own, what
            own = own.replace(what, ours)
        paths = "".join(
            f"{kind}_temp_path {self._folder}/{kind};\n"
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        (self._folder / "nginx.conf").write_text(
            f"daemon off;\npid {self._folder}/pid;\nerror_log {self._folder}/errors;\n"
            f"events {{}}\nhttp {{\n{paths}{own}}}\n"
        )
        command = [self._program, "-p", str(self._folder), "-c", "nginx.conf"]
        self._process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        until = time.monotonic() + _START
        while not self._answers():
            assert self._process.poll() is None, (self._folder / "errors").read_text()
            assert time.monotonic() < until
            time.sleep(0.05)

    def _answers(self) -> bool:
        with socket.socket() as asked:
            return asked.connect_ex(("127.0.0.1", self.port)) == 0

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(10)


@contextmanager
def proxy(folder: Path) -> Iterator[Proxy]:
    """A proxy that stands until the block is left; in CI it must be there."""
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if program is None:
        message = "NO NGINX: the proxy of deploy/ was not tried"
        if IN_CI:
            pytest.fail(message)
        pytest.skip(message)
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
         "/CN=localhost", "-keyout", str(folder / "privkey.pem"), "-out",
         str(folder / "fullchain.pem")],
        check=True, capture_output=True,
    )  # fmt: skip
    made = Proxy(program, folder)
    try:
        yield made
    finally:
        made.stop()
