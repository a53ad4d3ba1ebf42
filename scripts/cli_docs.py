"""Writes docs/cli.md out of the commands' own help; with --check, says whether it is up to date."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from qualkit.cli import main

PAGE = Path(__file__).parents[1] / "docs" / "cli.md"
HEAD = """# Commands

Written by `make docs` out of the commands themselves. STUDY is a file or a PostgreSQL address.
Results go to standard output, messages to standard error. Exit status: 0 done, 1 refused with the
reason, 2 a command that is not understood.
"""


def pages(command: click.Command, name: str) -> Iterator[str]:
    """The help of a command and of all below it."""
    context = click.Context(command, info_name=name, max_content_width=90, terminal_width=90)
    yield f"\n## `{name}`\n\n```text\n{command.get_help(context)}\n```\n"
    if isinstance(command, click.Group):
        for child in command.list_commands(context):
            found = command.get_command(context, child)
            if found is not None:
                yield from pages(found, f"{name} {child}")


def text() -> str:
    """The whole page."""
    return HEAD + "".join(pages(main, "qualkit"))


if __name__ == "__main__":
    if "--check" in sys.argv:
        if PAGE.read_text(encoding="utf-8") != text():
            sys.exit("docs/cli.md is not up to date; run 'make docs'")
    else:
        PAGE.write_text(text(), encoding="utf-8")
