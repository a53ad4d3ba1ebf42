"""``qualkit coder``: who works on a study, in which role; who codes what, and coder packs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Literal

import click

from qualkit.cli._shared import (
    emit,
    give,
    json_option,
    records,
    say,
    show,
    study_argument,
    user_option,
)  # fmt: skip
from qualkit.errors import UnknownName
from qualkit.wording import many

_ROLES = "reader, coder, evaluator or supervisor"
_COLUMNS = ("source", "start", "end", "coder", "blind", "purpose", "status", "done")
_FATE = ("source", "start", "end", "code", "outcome", "why")
sources_option = click.option(
    "--source", "-s", "sources", multiple=True, metavar="NAME", help="A source; may be repeated."
)


@click.group()
def coder() -> None:
    """Who works on a study, who is to code what, and coder packs."""


@coder.command("list")
@study_argument
@json_option
def list_command(study: str, as_json: bool) -> None:
    """List the coders of STUDY with their roles and how many codings each has."""
    from qualkit.project import Project

    with Project.open(study) as project:
        table = project.coder_table()
    give(table, "coders", map(str, table.columns), as_json=as_json)


@coder.command("roles")
@json_option
def roles_command(as_json: bool) -> None:
    """Say who may do what, role by role."""
    import pandas as pd

    from qualkit.store import rights

    rows = [{"what": what, **may} for what, may in rights.table()]
    give(pd.DataFrame(rows), "roles", ["what", *rights.ROLES], as_json=as_json, width=80)


@coder.command("add")
@study_argument
@click.argument("name")
@click.option("--role", default="evaluator", show_default=True, help=f"{_ROLES}.".capitalize())
@click.option("--login", default="", help="How a server's login names this person.")
@user_option
def add_command(study: str, name: str, role: str, login: str, user: str | None) -> None:
    """Add NAME to those who work on STUDY.

    Roles bind from the first supervisor on; until then everybody may do everything.
    """
    from qualkit.project import Project

    with Project.open(study, user=user) as project:
        project.add_coder(name, role=role, login=login)
    say(f"added {name}: {role}")


@coder.command("set")
@study_argument
@click.argument("name")
@click.option("--role", help=f"{_ROLES}.".capitalize())
@click.option("--login", help="How a server's login names this person.")
@click.option("--name", "new_name", metavar="NAME", help="Another name from now on.")
@user_option
def set_command(
    study: str, name: str, role: str | None, login: str | None, new_name: str | None,
    user: str | None,
) -> None:  # fmt: skip
    """Change the role, login or name of the coder NAME."""
    from qualkit.project import Project

    with Project.open(study, user=user) as project:
        project.set_coder(name, role=role, login=login, new_name=new_name)
        now = project.role_of((new_name or name).strip())
    say(f"{new_name or name}: {now}")


# Who codes what ------------------------------------------------------------------------------


@coder.command()
@study_argument
@click.option(
    "--to", "names", required=True, metavar="A,B", help="The coders, with commas between."
)
@sources_option
@click.option("--sample", metavar="N|N%", help="Draw so many at random, or such a share.")
@click.option("--by", metavar="ATTRIBUTE", help="With its share of each value of this attribute.")
@click.option("--segments", is_flag=True, help="Draw segments, not whole sources.")
@click.option("--seed", default=1, show_default=True, help="The same draws the same.")
@click.option("--not-blind", is_flag=True, help="Let them see each other's work.")
@click.option("--test", is_flag=True, help="To test a new coder against the consensus.")
@json_option
@user_option
def assign(
    study: str,
    names: str,
    sources: Sequence[str],
    sample: str | None,
    by: str | None,
    segments: bool,
    seed: int,
    not_blind: bool,
    test: bool,
    as_json: bool,
    user: str | None,
) -> None:
    """Give sources of STUDY to coders, each to all of them.

    Either name the sources, or draw a sample: of all sources, or of those named. They code
    blind, unless told otherwise: a coder sees neither what others coded there nor suggestions
    made from it, until they are done.
    """
    from qualkit.agreeing import sample_of
    from qualkit.project import Project

    if not sources and not sample:
        raise click.UsageError("say which sources: --source NAME, or --sample N for some at random")
    if sample is None and (by or segments):
        raise click.UsageError("--by and --segments are about a sample; say --sample N")
    with Project.open(study, user=user) as project:
        places: Sequence[Any] = sources
        if sample is not None:
            places = sample_of(
                project, **_amount(sample), by=by, sources=sources, segments=segments, seed=seed
            )
        purpose = "test" if test else "double"
        coders = [name for name in names.split(",") if name.strip()]
        report = project.assign(places, coders, blind=not not_blind, purpose=purpose)
    if as_json:
        told = {"added": report.added, "same": report.same, "notes": report.notes}
        emit({**told, "places": places, "entry": report.entry})
        return
    for place in places:
        click.echo(place if isinstance(place, str) else "{}  {} to {}".format(*place))
    how = "" if not_blind else ", blind"
    say(f"{many(report.added, 'assignment')} made{how}; {report.same} were there")
    for line in report.notes:
        say(line)


def _amount(sample: str) -> dict[str, Any]:
    """A number of things, or a share of them: ``12`` or ``15%``."""
    said = re.fullmatch(r"(\d+(?:\.\d+)?)(%?)", sample.strip())
    if said is None or (not said[2] and "." in said[1]):
        raise click.UsageError(
            f"--sample {sample!r} is neither a number like 12 nor a share like 15%"
        )
    return {"share": float(said[1]) / 100} if said[2] else {"number": int(said[1])}


@coder.command()
@study_argument
@click.argument("name")
@sources_option
@user_option
def unassign(study: str, name: str, sources: Sequence[str], user: str | None) -> None:
    """Take back what is assigned to NAME.

    All of it, or of the sources named. What was coded stays.
    """
    from qualkit.project import Project

    with Project.open(study, user=user) as project:
        table = project.assignments()
        held = table[table["coder"] == name]
        for one in sources:
            if one not in set(held["source"]):
                raise UnknownName(f"source assigned to {name}", one, held["source"].unique())
        if held.empty:
            raise UnknownName("coder with assignments", name, table["coder"].unique())
        wanted = held[held["source"].isin(sources or held["source"])]
        count = project.unassign(wanted["assignment"].tolist())
    say(f"{many(count, 'assignment')} of {name} taken back")


@coder.command()
@study_argument
@json_option
def assignments(study: str, as_json: bool) -> None:
    """List who is to code which sources of STUDY."""
    from qualkit.project import Project

    with Project.open(study) as project:
        table = project.assignments()
    give(table, "assignments", _COLUMNS, as_json=as_json)


@coder.command()
@study_argument
@click.argument("name")
@sources_option
@click.option("--undo", is_flag=True, help="It is not done after all.")
@user_option
def done(study: str, name: str, sources: Sequence[str], undo: bool, user: str | None) -> None:
    """Say that NAME has coded what is assigned to them.

    All of it, or the sources named. From then on a blind coder sees what others coded there.
    """
    from qualkit.project import Project

    with Project.open(study, user=user) as project:
        count = project.set_done(name, sources or None, done=not undo)
    say(f"{many(count, 'assignment')} of {name} {'open again' if undo else 'done'}")


# Coder packs ---------------------------------------------------------------------------------


@coder.command()
@study_argument
@click.argument("name")
@click.option("--out", "-o", "path", required=True, metavar="FILE", help="Such as ann.qualkit.")
@sources_option
@user_option
def pack(study: str, name: str, path: str, sources: Sequence[str], user: str | None) -> None:
    """Write the coder pack of NAME, for work elsewhere.

    One file without anybody else's work. It holds what is assigned to NAME, or the sources
    named, and opens like any study.
    """
    from qualkit.project import Project

    with Project.open(study, user=user) as project:
        report = project.write_pack(path, name, sources=sources or None)
    click.echo(str(report.path))
    say(f"{many(len(report.sources), 'source')}, {many(report.codings, 'coding')} of {name}'s own")


@coder.command()
@study_argument
@click.argument("file")
@click.option(
    "--take",
    type=click.Choice(["study", "pack"]),
    default="study",
    show_default=True,
    help="Whose coding stands where both sides changed it.",
)
@click.option("--removals", is_flag=True, help="Remove here what the coder removed.")
@click.option("--dry-run", is_flag=True, help="Tell alone; change nothing.")
@json_option
@user_option
def merge(
    study: str,
    file: str,
    take: Literal["study", "pack"],
    removals: bool,
    dry_run: bool,
    as_json: bool,
    user: str | None,
) -> None:  # fmt: skip
    """Merge a coder pack that came back into STUDY.

    Tells what became of each coding. The file stays as it is. The same pack again changes nothing.
    """
    from qualkit.project import Project

    with Project.open(study, user=user) as project:
        merged = project.merge_pack(file, take=take, removals=removals, dry_run=dry_run)
    counts = {name: getattr(merged, name) for name in ("added", "same", "changed", "conflicting")}
    if as_json:
        told = {"coder": merged.coder, **counts, "notes": merged.notes, "entry": merged.entry}
        emit({**told, "codings": records(merged.table)})
        return
    if (odd := merged.table[merged.table["outcome"] != "same"]).size:
        show(odd, _FATE, width=70)
    told_counts = ", ".join(f"{count} {name}" for name, count in counts.items())
    say(f"{merged.coder}: {told_counts}{' (nothing was changed)' if dry_run else ''}")
    for line in merged.notes:
        say(line)
