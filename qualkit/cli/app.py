"""``qualkit app``."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import click

LOCAL_ONLY = (  # no other machine reaches it, nothing is sent anywhere
    "--server.address=127.0.0.1",
    "--server.headless=true",
    "--server.fileWatcherType=none",
    "--server.maxUploadSize=50",
    "--browser.gatherUsageStats=false",
    "--browser.serverAddress=localhost",
    "--client.showErrorDetails=none",
    "--client.toolbarMode=minimal",
)


@click.command()
@click.argument("study", required=False)
@click.option("--port", default=8501, show_default=True, type=click.IntRange(1, 65535))
def app(study: str | None, port: int) -> None:
    """Open the review interface for STUDY; only this machine can reach it."""
    from qualkit.errors import QualkitError

    if find_spec("streamlit") is None:
        raise QualkitError("the interface needs one more package; install qualkit[app]")
    page = Path(__file__).parents[1] / "app" / "main.py"
    command = [sys.executable, "-m", "streamlit", "run", str(page), f"--server.port={port}"]
    given = [study] if study else []
    click.echo(f"qualkit: http://localhost:{port} (stop with Ctrl+C)", err=True)
    try:
        raise SystemExit(subprocess.call([*command, *LOCAL_ONLY, "--", *given]))  # noqa: S603
    except KeyboardInterrupt:
        raise SystemExit(0) from None
