"""``qualkit consensus``: what coders disagree on, how it is settled, and what is signed off."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

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

_KINDS = ("missed", "other code", "boundary", "stance", "rating")
_STATUSES = ("open", "settled", "changed since")
overlap_option = click.option(
    "--overlap", type=click.FloatRange(0, 1, min_open=True), default=0.9, show_default=True,
    help="Share of all words that two coders marked, from which they marked the same.",
)  # fmt: skip
reader_option = click.option(
    "--as", "user", metavar="NAME", help="Who you are: who codes blind is shown no other's work."
)
id_argument = click.argument("disagreement", metavar="ID")


@click.group()
def consensus() -> None:
    """Settle what coders disagree on; their own codings stay as they are."""


@consensus.command("list")
@study_argument
@click.option("--source", "-s", multiple=True, metavar="NAME", help="Only this; may be repeated.")
@click.option("--kind", type=click.Choice(_KINDS), help="Only these.")
@click.option("--code", metavar="CODE", help="Only this code and those below it.")
@click.option("--status", type=click.Choice(_STATUSES), help="Only these.")
@overlap_option
@json_option
@reader_option
def list_command(
    study: str, source: tuple[str, ...], kind: str | None, code: str | None, status: str | None,
    overlap: float, as_json: bool, user: str | None,
) -> None:  # fmt: skip
    """Every passage of STUDY on which coders disagree, with who marked it how."""
    from qualkit.agreement.disagreements import narrowed
    from qualkit.project import Project
    from qualkit.settling import disagreements_of

    with Project.open(study, user=user) as project:
        table = disagreements_of(project, sources=list(source) or None, overlap=overlap)
        table = narrowed(table, codes=project.codes(), kind=kind, code=code, status=status)
    if as_json:
        emit({"disagreements": records(table)})
        return
    columns = ["disagreement", "source", "start", "kind", "codes", "coders", "status", "text"]
    names = {"codes": [", ".join(one) for one in table["codes"]],
             "coders": [", ".join(one) for one in table["coders"]]}  # fmt: skip
    show(table.assign(**names), columns, width=40)


@consensus.command("show")
@study_argument
@id_argument
@overlap_option
@json_option
@reader_option
def show_command(
    study: str, disagreement: str, overlap: float, as_json: bool, user: str | None
) -> None:
    """One disagreement: its words in context, each coder's codings, the codes' definitions."""
    from qualkit.project import Project
    from qualkit.settling import reading_of

    with Project.open(study, user=user) as project:
        told = reading_of(project, disagreement, overlap=overlap)
    if as_json:
        emit(told)
        return
    for line in _lines(told):
        click.echo(line)


def _lines(told: Mapping[str, Any]) -> Iterator[str]:
    kinds = ", ".join((told["kind"], *told["also"]))
    place = f"{told['source']}, characters {told['start']} to {told['end']}"
    yield f"{place}: {kinds}; {told['status']}"
    context = told["context"]
    passage = "".join(run["text"] for run in context["runs"])
    around = [" ".join(context[name].split()) for name in ("before", "after")]
    yield f"  {around[0]} [[{passage}]] {around[1]}"
    for side in told["sides"]:
        yield from _side(side)
    for code in told["definitions"]:
        yield f"{code['code']} ({code['name']}): {code['definition']}"
        yield from (f"  {name}: {code[name]}" for name in ("include", "exclude") if code[name])
    if told["decision"] is not None:
        why = f": {told['reason']}" if told["reason"] else ""
        yield f"decided: {told['choice']}, by {told['decider']}, {told['decided']}{why}"


def _side(side: Mapping[str, Any]) -> Iterator[str]:
    yield f"{side['coder']}{'' if side['codings'] else ': nothing'}"
    for one in side["codings"]:
        said = ", ".join(str(one[name]) for name in ("stance", "rating") if one[name] is not None)
        yield f"  {one['code']}{f' ({said})' if said else ''}: {one['text']}"
        if one["memo"]:
            yield f"    memo: {one['memo']}"


@consensus.command("settle")
@study_argument
@id_argument
@click.option("--take", metavar="NAME", help="What this coder marked.")
@click.option("--both", is_flag=True, help="Every code on all words that anybody gave it.")
@click.option("--neither", is_flag=True, help="Nothing is coded there.")
@click.option("--code", metavar="CODE", help="This code, with what follows.")
@click.option("--start", type=int, help="Of --code; the passage's unless given.")
@click.option("--end", type=int, help="Of --code; the passage's unless given.")
@click.option("--stance", help="Of --code.")
@click.option("--rating", type=int, help="Of --code.")
@click.option("--memo", help="Of --code.")
@click.option("--why", "reason", default="", metavar="TEXT", help="The reason; it is kept.")
@click.option("--replace", is_flag=True, help="In the place of a decision that holds.")
@overlap_option
@json_option
@click.option("--as", "user", required=True, metavar="NAME", help="Who decides.")
def settle_command(
    study: str, disagreement: str, take: str | None, both: bool, neither: bool, code: str | None,
    reason: str, replace: bool, overlap: float, as_json: bool, user: str, **own: Any,  # noqa: ANN401 - as click gives them
) -> None:  # fmt: skip
    """Settle one disagreement: --take NAME, --both, --neither, or --code CODE."""
    from qualkit.project import Project
    from qualkit.settling import settle

    given = {name: value for name, value in own.items() if value is not None}
    choice = _choice(take, both=both, neither=neither, code=code, edited=bool(given))
    edit = None if code is None else [{"code": code, **given}]
    with Project.open(study, user=user) as project:
        report = settle(
            project, disagreement, choice, by=user, reason=reason, edit=edit, replace=replace,
            overlap=overlap,
        )  # fmt: skip
    if as_json:
        emit({"settled": report.added, "same": report.same, "entry": report.entry})
    say("settled" if report.added else "this was decided already; nothing changed")
    if report.entry is not None:
        say(f"take it back with 'qualkit project undo {study} {report.entry}'")


def _choice(
    take: str | None, *, both: bool, neither: bool, code: str | None, edited: bool
) -> str:  # fmt: skip
    """The choice that the options name; a usage error where they name none or several."""
    named = {"both": both, "neither": neither, "edit": code is not None}
    chosen = [
        *([f"take {take}"] if take is not None else []),
        *(n for n, on in named.items() if on),
    ]
    if len(chosen) != 1:
        raise click.UsageError("give one of --take NAME, --both, --neither, --code CODE")
    if edited and code is None:
        raise click.UsageError("--start, --end, --stance, --rating and --memo go with --code")
    return chosen[0]


@consensus.command("withdraw")
@study_argument
@id_argument
@overlap_option
@user_option
def withdraw_command(study: str, disagreement: str, overlap: float, user: str | None) -> None:
    """Take back what was decided on a disagreement."""
    from qualkit.project import Project
    from qualkit.settling import withdraw

    with Project.open(study, user=user) as project:
        withdraw(project, disagreement, overlap=overlap)
    say("the disagreement is open again")


@consensus.command("progress")
@study_argument
@overlap_option
@json_option
@reader_option
def progress_command(study: str, overlap: float, as_json: bool, user: str | None) -> None:
    """One row a source: passages agreed on, open and settled, and its sign-off."""
    from qualkit.project import Project
    from qualkit.settling import progress_of_consensus

    with Project.open(study, user=user) as project:
        table = progress_of_consensus(project, overlap=overlap)
    columns = ["source", "passages", "agreed", "open", "settled", "signed_by", "changed"]
    give(table, "sources", columns, as_json=as_json)


@consensus.command("redefine")
@study_argument
@overlap_option
@json_option
@reader_option
def redefine_command(study: str, overlap: float, as_json: bool, user: str | None) -> None:
    """The codes on which disagreement clusters, with what may help."""
    from qualkit.project import Project
    from qualkit.settling import to_redefine_of

    with Project.open(study, user=user) as project:
        table = to_redefine_of(project, overlap=overlap)
    if as_json:
        emit({"codes": records(table)})
        return
    for row in records(table):
        click.echo(f"{row['code']}: {row['disagreed']} of {row['passages']}. {row['advice']}")


@consensus.command("confusion")
@study_argument
@overlap_option
@json_option
@reader_option
def confusion_command(study: str, overlap: float, as_json: bool, user: str | None) -> None:
    """Which codes were chosen for the same words, how often, and by whom."""
    from qualkit.project import Project
    from qualkit.settling import confusion_of

    with Project.open(study, user=user) as project:
        table = confusion_of(project, overlap=overlap)
    columns = ["code_a", "code_b", "passages", "open", "characters"]
    give(table, "pairs", columns, as_json=as_json)


@consensus.command("codings")
@study_argument
@click.option("--out", type=click.Path(path_type=Path), help="Write a .csv or .xlsx file instead.")
@overlap_option
@json_option
@reader_option
def codings_command(
    study: str, out: Path | None, overlap: float, as_json: bool, user: str | None
) -> None:
    """The consensus itself, as codings: what all marked, and what was decided."""
    from qualkit.export.table import write_table
    from qualkit.project import Project
    from qualkit.settling import consensus_of

    with Project.open(study, user=user) as project:
        table = consensus_of(project, overlap=overlap)
    if out is not None:
        say(f"wrote {write_table(table, out)}")
        return
    columns = ["source", "start", "end", "code_path", "stance", "rating", "text"]
    give(table, "codings", columns, as_json=as_json, width=48)


@consensus.command("sign-off")
@study_argument
@click.argument("source")
@click.option("--note", default="", metavar="TEXT", help="Needed where disagreements are open.")
@click.option("--as", "user", required=True, metavar="NAME", help="Who signs.")
def sign_off_command(study: str, source: str, note: str, user: str) -> None:
    """Sign off the coding of SOURCE as it is now; a later change will show."""
    from qualkit.project import Project
    from qualkit.settling import sign_off

    with Project.open(study, user=user) as project:
        report = sign_off(project, source, by=user, note=note)
    say(f"{source} is signed off by {user}{'' if report.added else ' as before'}")


@consensus.command("unsign")
@study_argument
@click.argument("source")
@user_option
def unsign_command(study: str, source: str, user: str | None) -> None:
    """Take the sign-off of SOURCE back."""
    from qualkit.project import Project
    from qualkit.settling import withdraw_sign_off

    with Project.open(study, user=user) as project:
        entry = withdraw_sign_off(project, source)
    say(f"{source} {'was not signed off' if entry is None else 'is not signed off any more'}")
