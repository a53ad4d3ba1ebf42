"""S6: the interface answers to this machine alone and calls nobody."""

from __future__ import annotations

import http.client
import re
import shutil
import tempfile
from pathlib import Path

from qualkit.project import Project
from trust import NotHere, Promise, Result

PROMISE = Promise(
    words="The interface answers to this machine alone, refuses others without a login, and calls "
    "nobody: no telemetry, no look-up.",
    how="the server under strace: what it listens on and connects to while pages are opened, also "
    "by a page of another site; starting it on a public address without a login",
    goal="listens on 127.0.0.1 only, 0 connections outside, refused",
)
_ADDRESS = re.compile(
    r"(bind|connect)\(\d+, \{sa_family=AF_INET6?, "
    r'.*?inet_(?:addr|pton)\((?:AF_INET6, )?"([^"]+)"'
)


def measure(long: bool) -> Result:
    """Start the interface under strace, use it, and read what it did on the network."""
    if shutil.which("strace") is None:
        raise NotHere("no strace")
    from tests.browser.driving import Server

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        Project.create(folder / "s.qualkit").close()
        trace = folder / "trace"
        watch = ["strace", "-f", "-qq", "-e", "trace=bind,connect", "-o", str(trace)]
        server = Server(folder / "s.qualkit", folder, under=watch)
        try:
            answers = [_status(server.port, origin) for origin in (None, "https://evil.example")]
        finally:
            server.stop()
        did = _ADDRESS.findall(trace.read_text("utf-8"))
        open_door = _public(folder)
    outside = sorted({f"{what} {to}" for what, to in did if not to.startswith(("127.", "::1"))})
    bound = sorted({to for what, to in did if what == "bind"})
    detail = (
        *outside,
        *(["another site's page was let in"] if answers != [101, 403] else []),
        *open_door,
    )
    figure = f"listens on {', '.join(bound)}; {len(outside)} outside; public address refused"
    return Result("S6", figure, not detail and bound == ["127.0.0.1"], detail)


def _status(port: int, origin: str | None) -> int:
    """What the socket of a page is answered, from the interface itself or another site."""
    asked = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        asked.request("GET", "/_stcore/stream", headers={
            "Origin": origin or f"http://127.0.0.1:{port}", "Connection": "Upgrade",
            "Upgrade": "websocket", "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
            "Sec-WebSocket-Version": "13",
        })  # fmt: skip
        return asked.getresponse().status
    finally:
        asked.close()


def _public(folder: Path) -> list[str]:
    from qualkit.access import AccessError, require_door

    try:
        require_door("0.0.0.0", str(folder / "s.qualkit"), None)  # noqa: S104 - which is refused
    except AccessError:
        return []
    return ["0.0.0.0 was not refused"]
