"""``qualkit new``."""

from __future__ import annotations

import click

from qualkit.cli._shared import say, study_argument, user_option
from qualkit.cli.codebook import warn_of


@click.command()
@study_argument
@click.option(
    "--codebook", "codebooks", multiple=True, metavar="FILE",
    help="A codebook's YAML file, or the name of one that ships with qualkit. May be repeated.",
)  # fmt: skip
@user_option
def new(study: str, codebooks: tuple[str, ...], user: str | None) -> None:
    """Make a new, empty study."""
    from qualkit.project import Project

    with Project.create(study, codebooks=codebooks, user=user) as project:
        for file in codebooks:
            warn_of(file)
        say(f"made {project.study} with {len(project.codes())} codes")
