"""``qualkit app``."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import click

_CONFIG: Final = Path(__file__).parents[1] / "app" / "config.toml"


def flags(address: str, outside: str | None = None) -> list[str]:
    """The interface's settings as Streamlit takes them on a command line.

    As flags they hold wherever the command is run and whatever the user's own file says: no
    other machine reaches the interface unless it is told to listen, and nothing is sent anywhere.

    Parameters
    ----------
    address : str
        On which it listens.
    outside : str, optional
        Under which a proxy makes it known; pages from there may talk to it too.
    """
    settings = tomllib.loads(_CONFIG.read_text("utf-8"))
    settings["server"]["address"] = address
    if outside is not None:
        settings["server"]["corsAllowedOrigins"] = outside
        settings["browser"]["serverAddress"] = urlsplit(outside).hostname
    return [f"--{name}={_shown(value)}" for name, value in _flat(settings)]


def _flat(settings: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, object]]:
    for name, value in settings.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{above}{name}.")
        else:
            yield above + name, value


def _shown(value: object) -> str:
    if isinstance(value, str):
        return value
    return json.dumps(value)


@click.command()
@click.argument("study", required=False)
@click.option("--port", default=8501, show_default=True, type=click.IntRange(1, 65535))
@click.option(
    "--address", default="127.0.0.1", show_default=True, metavar="ADDRESS",
    help="On which to listen; one that other machines reach needs a login (docs/teams.md).",
)  # fmt: skip
def app(study: str | None, port: int, address: str) -> None:
    """Open the review interface for STUDY; only this machine can reach it.

    With --address other machines can; that is refused unless people have to log in.
    """
    from qualkit.access import is_loopback, read_login, require_door
    from qualkit.errors import QualkitError

    if find_spec("streamlit") is None:
        raise QualkitError("the interface needs one more package; install qualkit[app]")
    login = read_login()
    require_door(address, study, login)
    outside = None if login is None else login.at(port)
    page = Path(__file__).parents[1] / "app" / "start" / "run.py"
    command = [sys.executable, "-m", "qualkit.app.start.serve", "run", str(page)]
    given = [study] if study else []
    shown = outside or f"http://{'localhost' if is_loopback(address) else address}:{port}"
    click.echo(f"qualkit: {shown} (stop with Ctrl+C)", err=True)
    command += [f"--server.port={port}", *flags(address, outside), "--", *given]
    if os.name == "posix":  # the server takes our place, so that whoever stops us stops it
        os.execv(command[0], command)  # noqa: S606
    try:
        raise SystemExit(subprocess.call(command))  # noqa: S603
    except KeyboardInterrupt:
        raise SystemExit(0) from None
