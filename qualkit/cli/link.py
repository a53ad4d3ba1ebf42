"""``qualkit link``: which findings speak to which themes."""

from __future__ import annotations

import click

from qualkit.cli._shared import give, json_option, say, study_argument, user_option

_LINKED = ("link", "code", "finding", "polarity", "same_construct", "state", "why", "note")
_link = click.argument("link_id", metavar="LINK")
_polarity = click.option(
    "--polarity", type=click.Choice(["higher-is-better", "lower-is-better", "own"]),
    help="Which way is better; 'own' takes the finding's.",
)  # fmt: skip
_same = click.option(
    "--same/--other", "same_construct", default=None,
    help="Whether both are about the very same thing.",
)  # fmt: skip
_note = click.option("--note", metavar="TEXT")


@click.group()
def link() -> None:
    """Link themes and codes to findings of surveys, published tables and further strands."""


@link.command()
@study_argument
@click.option("--theme", default="", metavar="CODE", help="For this theme or code alone.")
@click.option("--most", type=click.IntRange(1), default=5, show_default=True, metavar="N",
              help="Suggestions a code.")  # fmt: skip
@json_option
def suggest(study: str, theme: str, most: int, as_json: bool) -> None:
    """Suggest findings for the codes of STUDY; 'link add' makes a link, nothing else does."""
    from qualkit.project import Project
    from qualkit.triangulating import suggest_of

    with Project.open(study) as project:
        table = suggest_of(project, theme=theme, most=most)
    give(table, "suggestions", table.columns, as_json=as_json, width=80)


@link.command()
@study_argument
@click.argument("theme")
@click.argument("finding")
@_polarity
@_same
@_note
@user_option
def add(
    study: str, theme: str, finding: str, polarity: str | None, same_construct: bool | None,
    note: str | None, user: str | None,
) -> None:  # fmt: skip
    """Link THEME, a theme or code of STUDY, to FINDING.

    'survey findings' and 'strand findings' list the ids of findings.
    """
    from qualkit.project import Project
    from qualkit.triangulating import all_findings_of

    with Project.open(study, user=user) as project:
        made = project.add_link(
            theme, finding, polarity=_way(polarity) or "", same_construct=bool(same_construct),
            note=note or "", known=all_findings_of(project)["finding"].tolist(),
        )  # fmt: skip
    say(f"linked {made.codebook}/{made.code} to {made.finding}")
    click.echo(made.id)


@link.command("list")
@study_argument
@user_option
@json_option
def list_command(study: str, user: str | None, as_json: bool) -> None:
    """List the links of STUDY: what each finding says, or why it cannot be used."""
    from qualkit.project import Project
    from qualkit.triangulating import links_of

    with Project.open(study, user=user) as project:
        table = links_of(project)
    give(table, "links", _LINKED, as_json=as_json)


@link.command("set")
@study_argument
@_link
@_polarity
@_same
@_note
@user_option
def set_command(
    study: str, link_id: str, polarity: str | None, same_construct: bool | None, note: str | None,
    user: str | None,
) -> None:  # fmt: skip
    """Change what LINK of STUDY says; verdicts on it stay."""
    from qualkit.project import Project
    from qualkit.triangulating import link_id_of

    if polarity is None and same_construct is None and note is None:
        raise click.UsageError("say what to change: --polarity, --same or --other, --note")
    with Project.open(study, user=user) as project:
        made = project.set_link(
            link_id_of(project, link_id), polarity=_way(polarity), same_construct=same_construct,
            note=note,
        )  # fmt: skip
    say(f"changed {made.codebook}/{made.code} to {made.finding}")


@link.command()
@study_argument
@_link
@user_option
def remove(study: str, link_id: str, user: str | None) -> None:
    """Remove LINK from STUDY, with the verdicts on it; 'project undo' brings them back."""
    from qualkit.project import Project
    from qualkit.triangulating import link_id_of

    with Project.open(study, user=user) as project:
        entry = project.remove_link(link_id_of(project, link_id))
        told = project.log(before=(entry or 0) + 1, limit=1, rows=False)
    say(f"removed {told['what'].iloc[0]}")


def _way(polarity: str | None) -> str | None:
    """What is stored for a polarity: nothing for the finding's own."""
    return "" if polarity == "own" else polarity
