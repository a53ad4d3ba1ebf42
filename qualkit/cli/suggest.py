"""``qualkit suggest``, ``suggestions`` and ``suggestion``: propose, list, decide."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from qualkit.cli._shared import (
    emit,
    give,
    json_option,
    progress_bar,
    records,
    say,
    show,
    study_argument,
    user_option,
)  # fmt: skip

if TYPE_CHECKING:
    import pandas as pd

    from qualkit.project import Project
    from qualkit.suggesting import Report

codes_option = click.option(
    "--codes", "-c", multiple=True, metavar="CODE", help="Only these codes; may be repeated."
)
sources_option = click.option(
    "--sources", "-s", multiple=True, metavar="NAME", help="Only these sources; may be repeated."
)
blind_option = click.option(
    "--coder", metavar="NAME", help="For a coder who works blind: from NAME's work alone."
)


@click.command()
@study_argument
@codes_option
@sources_option
@blind_option
@click.option("--server", metavar="URL", help="Ask a language model on this address instead.")
@click.option("--server-model", metavar="MODEL", help="Its name on that server.")
@click.option("--other-host", is_flag=True, help="Allow a server on another machine.")
@json_option
@user_option
def suggest(
    study: str,
    codes: Sequence[str],
    sources: Sequence[str],
    coder: str | None,
    server: str | None,
    server_model: str | None,
    other_host: bool,
    as_json: bool,
    user: str | None,
) -> None:
    """Suggest codes for what nobody has read yet; nothing leaves this machine.

    From the codebook alone at first, then from what coders have coded. Suggestions are kept in
    STUDY; they become codings only when a person accepts them.
    """
    from qualkit import suggesting
    from qualkit.project import Project

    given: dict[str, Any] = {"codes": list(codes) or None, "sources": list(sources) or None}
    with Project.open(study, user=user) as project, progress_bar("reading") as progress:
        if server is None:
            report = suggesting.suggest(project, coder=coder, progress=progress, **given)
            extra: dict[str, Any] = {}
        else:
            if not server_model:
                raise click.UsageError("--server needs --server-model NAME")
            report, found = suggesting.ask_server(
                project, address=server, model=server_model, other_host=other_host,
                progress=progress, **given,
            )  # fmt: skip
            extra = {"thrown_away": dict(found.thrown_away), "failed": len(found.failed)}
    _tell(report, extra, as_json=as_json)


def _tell(report: Report, extra: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        emit({"suggestions": report.kept, "method": report.method, "segments": report.segments,
              "codes": records(report.codes), "notes": list(report.notes), **extra})  # fmt: skip
    say(f"{report.kept} suggestions ({report.method}) on {report.segments} segments")
    for note in report.notes:
        say(f"  note: {note}")
    for kind, count in extra.get("thrown_away", {}).items():
        say(f"  thrown away, {kind}: {count}")
    if "left_to_people" in report.codes.columns:
        codes = report.codes[report.codes["left_to_people"] != ""]
        for why, own in codes.groupby("left_to_people")["code"]:
            say(f"  {why}: {', '.join(own)}")


@click.command()
@study_argument
@click.option(
    "--by", default="confidence", show_default=True, help="confidence, theme, teaches or text."
)
@click.option(
    "--status", default="open", show_default=True, help="open, accepted, rejected or all."
)
@click.option("--coder", metavar="NAME", help="Blind: leave out what others' work has taught.")
@click.option("--limit", type=click.IntRange(min=1), help="Only so many.")
@codes_option
@json_option
def suggestions(
    study: str,
    by: str,
    status: str,
    coder: str | None,
    limit: int | None,
    codes: Sequence[str],
    as_json: bool,
) -> None:
    """List the suggestions kept in STUDY, with their confidence and reasons."""
    from qualkit.coding.queue import ordered
    from qualkit.project import Project

    with Project.open(study) as project:
        table = project.suggestions(status=None if status == "all" else status, blind=coder)
        _check(project, codes)
    table = _of_codes(table, codes)
    table = ordered(table, by).head(limit) if limit else ordered(table, by)
    if as_json:
        emit({"suggestions": records(table)})
        return
    shown = table.assign(confidence=[f"{one:.0%}" for one in table["confidence"].fillna(0)])
    shown["reasons"] = [_reasons(one) for one in table["reasons"]]
    show(shown, ["suggestion", "source", "start", "code", "confidence", "reasons", "text"],
         width=40)  # fmt: skip


def _reasons(reasons: dict[str, Any]) -> str:
    return ", ".join([*reasons.get("cues", ()), *reasons.get("words", ())])


@click.group()
def suggestion() -> None:
    """Decide on suggestions, and see what is left."""


over_option = click.option(
    "--over", type=click.FloatRange(0, 1), help="All open ones from this confidence on (0 to 1)."
)
as_coder = click.option("--coder", required=True, metavar="NAME", help="Who decides.")


@suggestion.command("accept")
@study_argument
@click.argument("ids", nargs=-1)
@over_option
@codes_option
@as_coder
@click.option("--blind", is_flag=True, help="Leave out what others' work has taught.")
@click.option("--dry-run", is_flag=True, help="Only show what would be accepted.")
@json_option
@user_option
def accept_command(
    study: str,
    ids: Sequence[str],
    over: float | None,
    codes: Sequence[str],
    coder: str,
    blind: bool,
    dry_run: bool,
    as_json: bool,
    user: str | None,
) -> None:
    """Make codings of suggestions: those of these IDS, or all from a confidence on."""
    from qualkit.coding.queue import preview
    from qualkit.project import Project

    with Project.open(study, user=user or coder) as project:
        _check(project, codes)
        chosen = _chosen(project.suggestions(blind=coder if blind else None), ids, over, codes)
        plan = preview(chosen, 0)
        made = None if dry_run else project.accept(chosen["suggestion"].tolist(), coder=coder)
    told = {
        "accepted": len(chosen),
        "codings": None if made is None else made.added,
        "codes": records(plan),
        "dry_run": dry_run,
        "entry": None if made is None else made.entry,
    }
    if as_json:
        emit(told)
    else:
        show(plan.assign(wrong=plan["wrong"].round(1)), ["codebook", "code", "accepted", "wrong"])
    verb = "would accept" if dry_run else "accepted"
    say(f"{verb} {len(chosen)} suggestions; about {plan['wrong'].sum():.0f} may be wrong")
    if made is not None:
        say(f"{made.added} codings were added; {made.same} were {coder}'s already")
    if made is not None and made.entry is not None:
        say(f"take it back with 'qualkit project undo {study} {made.entry}'")


@suggestion.command("reject")
@study_argument
@click.argument("ids", nargs=-1, required=True)
@as_coder
@user_option
def reject_command(study: str, ids: Sequence[str], coder: str, user: str | None) -> None:
    """Reject the suggestions of these IDS: they teach, and do not come back."""
    from qualkit.project import Project

    with Project.open(study, user=user or coder) as project:
        count = project.reject(list(ids), coder=coder)
    say(f"rejected {count} suggestions")


@suggestion.command("left")
@study_argument
@json_option
def left_command(study: str, as_json: bool) -> None:
    """How much of each code is probably still unread, and whether one may stop."""
    from qualkit import suggesting
    from qualkit.project import Project

    with Project.open(study) as project, progress_bar("reading") as progress:
        table = suggesting.left(project, progress=progress)
    columns = [
        "codebook",
        "code",
        "found",
        "read",
        "unread",
        "left",
        "low",
        "high",
        "share",
        "stop",
    ]
    give(table, "codes", columns, as_json=as_json)


def _chosen(
    table: pd.DataFrame, ids: Sequence[str], over: float | None, codes: Sequence[str]
) -> pd.DataFrame:
    """The suggestions that the command line names; a usage error where it names none."""
    if bool(ids) == (over is not None):
        raise click.UsageError("give either the ids of suggestions, or --over CONFIDENCE")
    held = set(table["suggestion"])
    for one in ids:
        if one not in held:
            raise ValueError(
                f"suggestion {one!r} is not among the open ones; "
                "list them with 'qualkit suggestions'"
            )
    chosen = table[table["suggestion"].isin(ids)] if ids else table[table["confidence"] >= over]
    return _of_codes(chosen, codes)


def _check(project: Project, codes: Sequence[str]) -> None:
    """Refuse a code that the study does not have."""
    from qualkit.errors import UnknownName

    table = project.codes()
    known = {*table["code"], *(table["codebook"] + "/" + table["code"])}
    for name in codes:
        if name not in known:
            raise UnknownName("code", name, sorted(table["code"]))


def _of_codes(table: pd.DataFrame, codes: Sequence[str]) -> pd.DataFrame:
    if not codes:
        return table
    full = table["codebook"] + "/" + table["code"]
    return table[table["code"].isin(codes) | full.isin(codes)]
