"""What the commands share: arguments, tables to the screen, JSON, messages."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from qualkit.tables import plain

if TYPE_CHECKING:
    import pandas as pd

study_argument = click.argument("study")
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
user_option = click.option("--as", "user", metavar="NAME", help="Who you are, for the log.")
links_option = click.option(
    "--links", is_flag=True, help="Take links of triangulation along that would point at nothing."
)


def say(message: str) -> None:
    """A message to a person, on standard error."""
    click.echo(message, err=True)


def save(text: str, path: Path) -> None:
    """Write a text file, whole or not at all."""
    from qualkit.writing import write_whole

    def write(to: Path) -> None:
        to.write_text(text, encoding="utf-8", newline="\n")

    write_whole(path, write)


def emit(value: object) -> None:
    """JSON on standard output; missing values are null, never NaN."""
    click.echo(json.dumps(_plain(value), ensure_ascii=False, allow_nan=False, indent=1))


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a table as plain mappings, missing values None."""
    return [
        {str(key): _plain(value) for key, value in row.items()} for row in table.to_dict("records")
    ]


def _plain(value: object) -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return plain(value)


def give(
    table: pd.DataFrame, name: str, columns: Iterable[str], *, as_json: bool, width: int = 60
) -> None:
    """A table as JSON under its name, or these columns of it on the screen."""
    if as_json:
        emit({name: records(table)})
    else:
        show(table, columns, width=width)


def show(table: pd.DataFrame, columns: Iterable[str], *, width: int = 60) -> None:
    """A table on the screen, its columns lined up and long cells cut."""
    names = [name for name in columns if name in table.columns]
    rows = [[_cell(row[name], width) for name in names] for row in records(table)]
    if not rows:
        say("nothing yet")
        return
    widths = [max(len(name), *(len(row[n]) for row in rows)) for n, name in enumerate(names)]
    for line in ([*names], *rows):
        click.echo("  ".join(cell.ljust(w) for cell, w in zip(line, widths, strict=True)).rstrip())


def _cell(value: object, width: int) -> str:
    text = "" if value is None else " ".join(str(value).split())
    return text if len(text) <= width else text[: width - 3] + "..."


@contextmanager
def progress_bar(label: str) -> Iterator[Callable[[int, int, str], None]]:
    """A progress bar with time left on standard error, where that is a terminal."""
    with ExitStack() as stack:
        bars: list[Any] = []

        def update(done: int, total: int, _name: str) -> None:
            if not bars:
                bar = click.progressbar(length=total, label=label, file=sys.stderr)
                bars.append(stack.enter_context(bar))
            bars[0].update(done - bars[0].pos)

        yield update if sys.stderr.isatty() else _quietly


def _quietly(_done: int, _total: int, _name: str) -> None:
    """No bar."""
