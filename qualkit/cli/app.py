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

import click

_CONFIG: Final = Path(__file__).parents[1] / "app" / "config.toml"


def flags() -> list[str]:
    """The interface's settings as Streamlit takes them on a command line.

    As flags they hold wherever the command is run and whatever the user's own file says: no
    other machine reaches the interface, and nothing is sent anywhere.
    """
    settings = tomllib.loads(_CONFIG.read_text("utf-8"))
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
def app(study: str | None, port: int) -> None:
    """Open the review interface for STUDY; only this machine can reach it."""
    from qualkit.errors import QualkitError

    if find_spec("streamlit") is None:
        raise QualkitError("the interface needs one more package; install qualkit[app]")
    page = Path(__file__).parents[1] / "app" / "start" / "run.py"
    command = [sys.executable, "-m", "streamlit", "run", str(page), f"--server.port={port}"]
    given = [study] if study else []
    click.echo(f"qualkit: http://localhost:{port} (stop with Ctrl+C)", err=True)
    command += [*flags(), "--", *given]
    if os.name == "posix":  # the server takes our place, so that whoever stops us stops it
        os.execv(command[0], command)  # noqa: S606
    try:
        raise SystemExit(subprocess.call(command))  # noqa: S603
    except KeyboardInterrupt:
        raise SystemExit(0) from None
