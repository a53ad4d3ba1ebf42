"""The command line: one module a noun, loaded when it is called.

Results go to standard output, messages to standard error. Exit 0: done; 1: refused, with the
reason; 2: a command that is not understood.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

import click

from qualkit import __version__
from qualkit.cli._leaving import leaving, releasable

_COMMANDS = {  # name -> module, attribute, one line of help
    "agreement": ("agreement", "agreement", "How far coders agree, and the report of it."),
    "app": ("app", "app", "Open the review interface in the browser."),
    "case": ("case", "case", "List cases and set their attributes."),
    "code": ("code", "code", "Edit codes: set, move, merge, remove; code by a rule."),
    "coder": ("coder", "coder", "Coders and their roles, what each is to code, coder packs."),
    "codebook": ("codebook", "codebook", "Check, list, add, compare and write codebooks."),
    "coding": ("coding", "coding", "Load and list codings, count them by case."),
    "consensus": ("consensus", "consensus", "Settle what coders disagree on, and sign it off."),
    "cooccurrence": ("cooccurrence", "cooccurrence", "Which codes stand on the same words."),
    "crosstab": ("crosstab", "crosstab", "Count themes or codes by an attribute of sources."),
    "demo": ("demo", "demo", "Build the invented sample study, with its Word and Excel grids."),
    "evaluate": ("evaluate", "evaluate", "How good suggestions are, measured on what was coded."),
    "figure": (
        "figure",
        "figure",
        "Draw themes by attribute, code frequency, co-occurrence or timeline.",
    ),
    "grid": ("grid", "grid", "Write the framework grid to Word, Excel or a web page."),
    "guide": ("guide", "guide", "Load and list the topic guide: who was asked about what."),
    "kwic": ("kwic", "kwic", "Find words, with what is said around them."),
    "link": ("link", "link", "Link themes to findings: suggest, add, list, set, remove."),
    "memo": ("memo", "memo", "Notes on the study, a source, a case or a code."),
    "new": ("new", "new", "Make a new study."),
    "privacy": ("privacy", "privacy", "Find what may identify people, give it pseudonyms."),
    "project": ("project", "project", "Check a study, read its log, undo, back up, exchange."),
    "quotes": ("quotes", "quotes", "Check every quotation of a report against the sources."),
    "report": ("report", "report", "Write the whole study as one report in Word."),
    "scale": ("scale", "scale", "Suggestions and topics for a table of a million comments."),
    "search": ("search", "search", "Search the words of all sources."),
    "source": ("source", "source", "Read, add, list and show sources."),
    "strand": ("strand", "strand", "Further evidence: activity, workforce, outcome figures."),
    "suggest": ("suggest", "suggest", "Suggest codes for what nobody has read yet."),
    "suggestion": ("suggest", "suggestion", "Accept or reject suggestions; see what is left."),
    "suggestions": ("suggest", "suggestions", "List suggestions with their reasons."),
    "summary": ("summary", "summary", "Load and list cell summaries."),
    "survey": ("survey", "survey", "Load, describe and compare surveys; audit published tables."),
    "thread": ("strand", "thread", "Questions that one strand raised, followed in another."),
    "topics": ("topics", "topics", "Find topics, and what the codebook lacks."),
    "triangulate": (
        "triangulate",
        "triangulate",
        "Interview themes beside findings: verdicts, joint display, report.",
    ),
    "typology": (
        "typology",
        "typology",
        "Group cases that are alike across themes, with the reason.",
    ),
    "verdict": ("triangulate", "verdict", "Accept or change what is proposed; judges, confidence."),
}


class _Lazy(click.Group):
    """A group whose commands are imported when they run, so that --help stays quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module, attribute, _ = _COMMANDS[cmd_name]
        found = getattr(import_module(f"qualkit.cli.{module}"), attribute)
        return releasable(found, cmd_name) if isinstance(found, click.Command) else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, _COMMANDS[name][2]) for name in sorted(_COMMANDS)])

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click's own signature
        from qualkit.errors import QualkitError
        from qualkit.writing import gate

        try:
            with gate(leaving):
                return super().invoke(ctx)
        except (QualkitError, ValueError) as error:
            click.echo(f"qualkit: {error}", err=True)
            ctx.exit(1)
        finally:
            _warn()


def _warn() -> None:
    """Say what was found in the studies that a command opened, where it opened any."""
    if (opening := sys.modules.get("qualkit.store.opening")) is not None:
        for warning in opening.told():
            click.echo(f"warning: {warning}", err=True)


@click.group(
    cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(__version__, prog_name="qualkit")
def main() -> None:
    """Framework analysis: from interview files to a quote grid in Word.

    STUDY is a file, such as pilots.qualkit, or a PostgreSQL address (postgresql://...).
    """
