"""``qualkit summary``: load, list, draft, show earlier wordings."""

from __future__ import annotations

from pathlib import Path

import click

from qualkit.cli._shared import give, json_option, records, say, study_argument, user_option


@click.group()
def summary() -> None:
    """An analyst's words on one case and one theme."""


@summary.command("load")
@study_argument
@click.argument("file", type=click.Path(path_type=Path))
@user_option
def load_command(study: str, file: Path, user: str | None) -> None:
    """Load FILE (.csv or .xlsx): case or source, theme, author, summary. All or none.

    Optional columns: phase, stance, rating, and cites (ids of codings, spaces between).
    """
    from qualkit.project import Project

    with Project.open(study, user=user) as project:
        report = project.load_summaries(file)
    say(f"loaded {report.added} summaries; {report.same} were there already")


@summary.command("list")
@study_argument
@json_option
def list_command(study: str, as_json: bool) -> None:
    """List the cell summaries of STUDY, drafts and changed evidence marked."""
    from qualkit.framework import changes
    from qualkit.project import Project

    with Project.open(study) as project:
        table = project.summaries()
    table["state"] = ["draft" if draft else "" for draft in table["draft"]]
    table["evidence"] = [changes(row) for row in records(table)] if not as_json else table.evidence
    columns = ["case", "source", "phase", "theme", "author", "rating", "state", "evidence", "text"]
    give(table, "summaries", columns, as_json=as_json, width=60)


@summary.command("draft")
@study_argument
@click.option("--author", required=True, metavar="NAME", help="Who answers for the drafts.")
@click.option("--rows", type=click.Choice(["case", "source"]), default="case", show_default=True)
@click.option("--theme", multiple=True, metavar="ID", help="Only this theme; may be repeated.")
@click.option("--sentences", type=click.IntRange(1), default=3, show_default=True)
@click.option("--rewrite", is_flag=True, help="Draft anew what is still a draft.")
@user_option
def draft_command(
    study: str, author: str, rows: str, theme: tuple[str, ...], sentences: int,
    rewrite: bool, user: str | None,
) -> None:  # fmt: skip
    """Draft the empty cells of STUDY out of their excerpts: central sentences, quoted.

    Nothing is invented, nothing leaves the machine. A draft is marked as one until its author
    sets or loads other words.
    """
    from qualkit.drafting import draft_cells
    from qualkit.project import Project

    with Project.open(study, user=user) as project:
        report = draft_cells(
            project, author=author, rows=rows, themes=theme, sentences=sentences, rewrite=rewrite
        )
    say(f"drafted {report.added} cell{'s'[: report.added != 1]}; {report.same} left as they are")


@summary.command("versions")
@study_argument
@click.argument("summary_id", metavar="SUMMARY")
@json_option
def versions_command(study: str, summary_id: str, as_json: bool) -> None:
    """Show every wording of one SUMMARY (its id, from 'summary list --json'), oldest first."""
    from qualkit.project import Project

    with Project.open(study) as project:
        table = project.summary_versions(summary_id)
    columns = ["version", "changed", "stance", "rating", "draft", "text"]
    give(table, "versions", columns, as_json=as_json, width=80)
