"""``qualkit triangulate`` and ``qualkit verdict``."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

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
)

if TYPE_CHECKING:
    from qualkit.triangulate import Artefact

_ROWS: Final = ("link", "code", "finding", "q_state", "l_state", "breadth", "verdict", "status",
                "reason")  # fmt: skip
_FINAL: Final = ("agreement", "partial", "dissonance", "silence")
_CONCERNS: Final = click.Choice(["none", "minor", "moderate", "serious"])
_judge = click.option("--as", "user", required=True, metavar="NAME", help="Who judges.")
_link = click.argument("link")
_adds = click.option(
    "--adds", default="", metavar="TEXT", help="What one kind of evidence adds to the other."
)


@click.command()
@study_argument
@click.option("-o", "--out", type=click.Path(path_type=Path), metavar="FILE",
              help="Write .docx, .xlsx, .html, or a picture of one table: .png, .svg.")  # fmt: skip
@click.option("--theme", "themes", multiple=True, metavar="CODE",
              help="This theme or code alone; repeatable.")  # fmt: skip
@click.option("--verdict", "verdicts", multiple=True, metavar="WORD",
              help="This verdict alone; repeatable.")  # fmt: skip
@click.option("--status", "statuses", multiple=True,
              type=click.Choice(["proposed", "accepted", "changed"]),
              help="These alone; repeatable.")  # fmt: skip
@click.option("--artefact", "artefacts", multiple=True, metavar="NAME",
              help="This table: verdicts, joint, convergence, narrative ...; repeatable in a file. "
                   "'all': in a file every one, on the screen their names.")  # fmt: skip
@click.option("--quotes", type=click.IntRange(0), metavar="N", help="Quotations a row, at most.")
@click.option("--by", default="", metavar="ATTRIBUTE", help="Groups of statistics, cases, groups.")
@click.option("--title", default="", metavar="TEXT")
@click.option("--template", type=click.Path(path_type=Path), metavar="FILE",
              help="A .docx whose styles, headers and footers are taken.")  # fmt: skip
@user_option
@json_option
def triangulate(
    study: str, out: Path | None, artefacts: tuple[str, ...], title: str, template: Path | None,
    user: str | None, as_json: bool, **options: Any,  # noqa: ANN401 - as click gives them
) -> None:  # fmt: skip
    """Interview themes beside findings: what the rule proposes, what was decided.

    Without --out and --artefact one row a link, and a theme without one. --artefact shows one of
    the tables that a report has. With --out the file holds those named, or what a report is read
    for: verdicts, narrative, joint, convergence, threads and confidence; a picture holds joint.
    """
    from qualkit.project import Project
    from qualkit.triangulating import (
        ALL,
        ARTEFACTS,
        artefact_of,
        triangulate_of,
        write_triangulation,
    )

    _require(out, artefacts, options, title=title, template=template)
    if ALL in artefacts and out is None:
        if as_json:
            emit({"artefacts": ARTEFACTS})
        else:
            click.echo("\n".join(ARTEFACTS))
        return
    with Project.open(study, user=user) as project:
        if out is not None:
            pages = write_triangulation(
                project, out, artefacts=artefacts, title=title, template=template,
                **options,
            )  # fmt: skip
            for page in pages:
                say(f"wrote {page}")
        elif artefacts:
            _show(artefact_of(project, artefacts[0], **options), as_json=as_json)
        else:
            chosen = {name: options[name] for name in ("themes", "verdicts", "statuses")}
            give(triangulate_of(project, **chosen), "rows", _ROWS, as_json=as_json, width=44)


def _require(
    out: Path | None, artefacts: tuple[str, ...], options: dict[str, Any], **of_files: object
) -> None:
    """Refuse what would be passed over."""
    if out is None and len(artefacts) > 1:
        raise click.UsageError(
            "on the screen there is one --artefact at a time; several need --out"
        )
    passed_over = [] if out else [f"--{name}" for name, given in of_files.items() if given]
    if passed_over:
        raise click.UsageError(f"{passed_over[0]} is for --out")
    if not out and not artefacts and (options["quotes"] is not None or options["by"]):
        raise click.UsageError("--quotes and --by are for --artefact or --out")


def _show(made: Artefact, *, as_json: bool) -> None:
    if as_json:
        emit({"artefact": made.name, "title": made.title, "rows": records(made.table),
              "notes": made.notes,
              "summary": None if made.summary is None else records(made.summary)})  # fmt: skip
        return
    show(made.table, made.table.columns, width=36)
    for note in made.notes:
        click.echo(note)


# Verdicts ------------------------------------------------------------------------------------


@click.group()
def verdict() -> None:
    """Decide on what is proposed; judges, their agreement, confidence in a finding."""


@verdict.command()
@study_argument
@_link
@_adds
@_judge
def accept(study: str, link: str, adds: str, user: str) -> None:
    """Accept what the rule proposes now for LINK of STUDY, its id or how that begins."""
    _decide(study, link, "", user, adds=adds)


@verdict.command()
@study_argument
@_link
@click.argument("word", type=click.Choice(_FINAL), metavar="VERDICT")
@click.option("--why", "reason", required=True, metavar="TEXT", help="The reason; it is kept.")
@_adds
@_judge
def change(study: str, link: str, word: str, reason: str, adds: str, user: str) -> None:
    """Decide on another VERDICT than is proposed: agreement, partial, dissonance, silence."""
    _decide(study, link, word, user, reason=reason, adds=adds)


def _decide(
    study: str, link: str, word: str, user: str, *, reason: str = "", adds: str = ""
) -> None:
    from qualkit.project import Project
    from qualkit.triangulating import decide

    with Project.open(study, user=user) as project:
        report = decide(project, link, word, reason=reason, adds=adds)
        told = project.log(before=report.entry + 1, limit=1) if report.entry else None
    say(told["what"].iloc[0] if told is not None else "that was decided already")


@verdict.command()
@study_argument
@_link
@_judge
def withdraw(study: str, link: str, user: str) -> None:
    """Take your verdict on LINK of STUDY back."""
    from qualkit.project import Project
    from qualkit.triangulating import link_id_of

    with Project.open(study, user=user) as project:
        entry = project.withdraw(link_id_of(project, link))
    say("withdrawn" if entry else f"{user} has no verdict on it")


@verdict.command()
@study_argument
@click.argument("name", required=False)
@click.option("--open", "sighted", is_flag=True, help="NAME does not judge blind.")
@click.option("--done", is_flag=True, help="NAME is done, and sees the verdicts of others.")
@click.option("--remove", "removed", is_flag=True, help="NAME judges no more; verdicts stay.")
@user_option
@json_option
def judge(
    study: str, name: str | None, sighted: bool, done: bool, removed: bool, user: str | None,
    as_json: bool,
) -> None:  # fmt: skip
    """Have NAME judge the links of STUDY, blind unless told otherwise; without NAME list judges."""
    from qualkit.project import Project

    if name is None and (sighted or done or removed):
        raise click.UsageError("--open, --done and --remove are about a NAME")
    if sighted + done + removed > 1:
        raise click.UsageError("one of --open, --done and --remove at a time")
    with Project.open(study, user=user) as project:
        if name is not None and removed:
            project.remove_judge(name)
        elif name is not None and done:
            project.judge_done(name)
        elif name is not None:
            project.add_judge(name, blind=not sighted)
        table = project.judges()
    give(table, "judges", table.columns, as_json=as_json)


@verdict.command()
@study_argument
@click.option("--judges", "names", metavar="A,B", help="These two; only where more judged.")
@user_option
@json_option
def agreement(study: str, names: str | None, user: str | None, as_json: bool) -> None:
    """How far two judges of STUDY gave the same verdicts, and where they did not."""
    from qualkit.project import Project
    from qualkit.triangulating import judges_of

    pair = tuple(one.strip() for one in names.split(",")) if names else None
    if pair is not None and len(pair) != 2:
        raise click.UsageError("--judges takes two names: A,B")
    with Project.open(study, user=user) as project:
        made = judges_of(project, judges=pair)
    if as_json:
        emit({
            "judges": made.judges, "both": made.both, "percent": asdict(made.percent),
            "kappa": asdict(made.kappa), "table": made.table.to_dict(),
            "differ": records(made.differ), "missing": made.missing, "sentence": made.sentence,
        })  # fmt: skip
        return
    show(made.differ, ("name", "finding", "first", "second", "first_reason", "second_reason"))
    click.echo(made.sentence)


@verdict.command()
@study_argument
@click.argument("theme", required=False)
@click.option("--overall", type=click.Choice(["high", "moderate", "low", "very low"]))
@click.option("--methodological", type=_CONCERNS, default="none", show_default=True)
@click.option("--coherence", type=_CONCERNS, default="none", show_default=True)
@click.option("--adequacy", type=_CONCERNS, default="none", show_default=True)
@click.option("--relevance", type=_CONCERNS, default="none", show_default=True)
@click.option("--why", "explanation", default="", metavar="TEXT")
@click.option("--remove", is_flag=True, help="Remove the assessment of THEME.")
@user_option
@json_option
def confidence(
    study: str, theme: str | None, overall: str | None, remove: bool, user: str | None,
    as_json: bool, **concerns: Any,  # noqa: ANN401 - as click gives them
) -> None:  # fmt: skip
    """Say how far the finding on THEME can be relied on; without THEME list what was said.

    The four components are borrowed from GRADE-CERQual, which was made for syntheses.
    """
    from qualkit.project import Project

    said = {*concerns.values()} - {"", "none"}
    if theme is None and (overall or remove or said):
        raise click.UsageError("the assessment is about a THEME; name it")
    if theme is not None and not (overall or remove):
        raise click.UsageError("say how far with --overall, or --remove it")
    if remove and (overall or said):
        raise click.UsageError("--remove takes the assessment away; nothing else goes with it")
    with Project.open(study, user=user) as project:
        if theme is not None and remove:
            project.remove_confidence(theme)
        elif theme is not None and overall:
            project.set_confidence(theme, overall=overall, **concerns)
        table = project.confidences()
    columns = [name for name in table.columns if name != "version"]
    give(table, "confidence", columns, as_json=as_json)
