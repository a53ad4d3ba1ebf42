"""``qualkit survey``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from qualkit.cli._shared import (
    emit,
    give,
    json_option,
    links_option,
    records,
    save,
    say,
    show,
    study_argument,
    user_option,
)

if TYPE_CHECKING:
    from qualkit.survey import Comparison, Description, Rules

_DESCRIBED: Final = ("items", "distribution", "scales")
_COMPARED: Final = ("items", "attrition", "retention", "unmatched")
_ITEM: Final = ("item", "wave", "group", "n", "dont_know", "missing", "mean", "sd", "top_two",
                "why")  # fmt: skip
_CHANGE: Final = ("item", "option", "measure", "group", "test", "matched", "mean_before",
                  "mean_after", "difference", "p", "p_adjusted", "why")  # fmt: skip
_out = click.option("-o", "--out", required=True, type=click.Path(path_type=Path), metavar="FILE")
_survey = click.option(
    "--survey", "name", metavar="ID", help="Which survey; only where STUDY has several."
)
_before = click.option("--before", metavar="WAVE", help="By default the first.")
_after = click.option("--after", metavar="WAVE", help="By default the last.")
_items = click.option(
    "--item", "items", multiple=True, metavar="ID", help="This alone; repeatable."
)


def _hiding(command: Callable[..., None]) -> Callable[..., None]:
    """The options that say what is hidden, which the command gets as `rules`."""

    @wraps(command)
    def ruled(
        smallest_base: int | None, smallest_count: int | None, *, hide_means: bool, **given: object
    ) -> None:
        from qualkit.survey import Rules

        usual = Rules()
        base = usual.base if smallest_base is None else smallest_base
        cell = usual.cell if smallest_count is None else smallest_count
        command(rules=Rules(base, cell, hide_means), **given)

    base = click.option("--smallest-base", type=click.IntRange(0), metavar="N",
                        help="Hide results on fewer answers; 10 unless given.")  # fmt: skip
    cell = click.option("--smallest-count", type=click.IntRange(0), metavar="N",
                        help="Hide counts of fewer people; 5 unless given.")  # fmt: skip
    means = click.option("--hide-means", is_flag=True,
                         help="Hide means beside hidden counts too.")  # fmt: skip
    return base(cell(means(ruled)))


@click.group()
def survey() -> None:
    """Surveys, and what others printed about them."""


# Keeping ---------------------------------------------------------------------------------


@survey.command()
@study_argument
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--mapping", type=click.Path(path_type=Path), metavar="FILE",
              help="What was asked, as .yaml; 'survey propose' writes a first one.")  # fmt: skip
@click.option("--wave", metavar="NAME", help="Else the one of this file, or its name.")
@click.option("--layout", metavar="NAME",
              help="plain, qualtrics, surveymonkey or ms-forms; else found out.")  # fmt: skip
@_survey
@click.option("--no-open-answers", is_flag=True, help="Do not make open answers a source.")
@links_option
@user_option
@json_option
def load(
    study: str, file: Path, mapping: Path | None, wave: str | None, layout: str | None,
    name: str | None, no_open_answers: bool, links: bool, user: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Load the answers in FILE (.csv, .tsv, .xlsx, .sav) into STUDY, all or none.

    Without --mapping the survey that STUDY has says what was asked. Where it has none, that is
    guessed from FILE: look at it with 'survey items', correct it, and load it with 'survey define'.
    """
    from qualkit.project import Project
    from qualkit.surveying import load as load_into
    from qualkit.wording import many

    with Project.open(study, user=user) as project:
        made = load_into(
            project, file, mapping=mapping, wave=wave, layout=layout, survey=name,
            open_answers=not no_open_answers, links=links,
        )  # fmt: skip
    if as_json:
        emit(asdict(made))
        return
    for warning in (*made.warnings, *made.notes):
        say(warning)
    if made.guessed:
        say("what was asked was guessed; look at it with 'qualkit survey items'")
    done = "loaded" if made.added else "the same answers were there:"
    people, asked = many(made.respondents, "respondent"), many(made.items, "item")
    say(f"{done} {made.survey}, {made.wave}: {people}, {asked}")


@survey.command(name="list")
@study_argument
@json_option
def list_(study: str, as_json: bool) -> None:
    """List the surveys of STUDY, their waves, and published tables."""
    from qualkit.project import Project

    with Project.open(study) as project, project.one_moment():
        tables = {
            "surveys": project.surveys(), "waves": project.waves(),
            "published": project.published_table(),
        }  # fmt: skip
    if as_json:
        emit({name: records(table) for name, table in tables.items()})
        return
    tables["surveys"]["waves"] = [", ".join(one) for one in tables["surveys"]["waves"]]
    for name, table in tables.items():
        click.echo(name)
        show(table.drop(columns="version", errors="ignore"), table.columns)
        click.echo()


@survey.command()
@study_argument
@_survey
@click.option("-o", "--out", type=click.Path(path_type=Path), metavar="FILE",
              help="Write what was asked as .yaml, to correct it.")  # fmt: skip
@json_option
def items(study: str, name: str | None, out: Path | None, as_json: bool) -> None:
    """List what a survey of STUDY asked, or write it to a file."""
    from qualkit.project import Project
    from qualkit.survey import write_survey
    from qualkit.surveying import survey_of

    with Project.open(study) as project:
        asked = survey_of(project, name)
    if out is not None:
        save(write_survey(asked), out)
        say(f"wrote {out}")
        return
    listed = [asdict(item) for item in asked.items]
    if as_json:
        emit({"survey": asked.id, "items": listed})
        return
    import pandas as pd

    shown = ("id", "kind", "polarity", "scale", "codes", "speaks_to", "question")
    codes = [" ".join(item.codes) for item in asked.items]
    table = pd.DataFrame(listed).assign(codes=codes)
    table["speaks_to"] = [" ".join(item.speaks_to) for item in asked.items]
    show(table, shown, width=50)


@survey.command()
@study_argument
@click.argument("mapping", type=click.Path(path_type=Path))
@links_option
@user_option
def define(study: str, mapping: Path, links: bool, user: str | None) -> None:
    """Change what a survey of STUDY asked to what MAPPING (.yaml) says."""
    from qualkit.project import Project
    from qualkit.survey import read_survey

    asked = read_survey(mapping)
    with Project.open(study, user=user) as project:
        report = project.set_survey(asked, links=links)
    for note in report.notes:
        say(note)
    say(f"{'changed' if report.added else 'nothing new about'} {asked.id}")


@survey.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--layout", metavar="NAME", help="plain, qualtrics, surveymonkey or ms-forms.")
def propose(file: Path, layout: str | None) -> None:
    """Print what FILE seems to have asked, as YAML to correct: 'propose FILE > items.yaml'."""
    from qualkit.survey import propose_survey, write_survey

    click.echo(write_survey(propose_survey(file, layout)), nl=False)


@survey.command()
@study_argument
@click.argument("name")
@click.option("--wave", metavar="NAME", help="The answers of this wave alone.")
@click.option("--published", is_flag=True, help="NAME is a published table.")
@links_option
@user_option
def remove(
    study: str, name: str, wave: str | None, published: bool, links: bool, user: str | None
) -> None:
    """Remove a survey from STUDY, one wave of it, or a published table.

    'project undo' brings answers back until 'project purge'; the log itself has only how many there
    were. Their open answers stay where they became a source ('source remove').
    """
    from qualkit.project import Project

    if published and wave is not None:
        raise click.UsageError("--published and --wave are two things: give one")
    with Project.open(study, user=user) as project:
        if published:
            entry = project.remove_published(name, links=links)
        elif wave is not None:
            entry = project.remove_wave(name, wave, links=links)
        else:
            entry = project.remove_survey(name, links=links)
        told = project.log(before=(entry or 0) + 1, limit=1, rows=False)
    say(f"removed {told['what'].iloc[0]}")


# Results ---------------------------------------------------------------------------------


@survey.command()
@study_argument
@_survey
@click.option("--by", multiple=True, metavar="COLUMN",
              help="Subgroups, repeatable; by default all of the survey.")  # fmt: skip
@click.option("--overall", is_flag=True, help="Everybody alone, no subgroups.")
@click.option("--wave", multiple=True, metavar="NAME", help="This alone; repeatable.")
@click.option("--weight", metavar="COLUMN", help="Design weights; '' for none.")
@click.option("--dont-know", type=click.Choice(["excluded", "counted"]), default="excluded",
              show_default=True, help="Whether it is in the base of percentages.")  # fmt: skip
@_hiding
@json_option
def describe(
    study: str, name: str | None, by: tuple[str, ...], overall: bool, wave: tuple[str, ...],
    weight: str | None, dont_know: str, rules: Rules, as_json: bool,
) -> None:  # fmt: skip
    """Describe every item and scale of a survey of STUDY: bases, means, shares.

    How answers were spread is in --json, and in files of 'survey table' and 'survey figure'.
    """
    from qualkit.project import Project
    from qualkit.surveying import describe_of

    with Project.open(study) as project:
        made = describe_of(
            project, name, by=() if overall else by or None, wave=wave or None, weight=weight,
            dont_know=dont_know, rules=rules,
        )  # fmt: skip
    if as_json:
        emit(_as_json(made, _DESCRIBED))
        return
    shown = ("n", "mean", "sd", "alpha", "why")
    _print(made, {"items": _ITEM, "scales": ("scale", "wave", "group", *shown)})


@survey.command()
@study_argument
@_survey
@click.option("--before", required=True, metavar="WAVE")
@click.option("--after", required=True, metavar="WAVE")
@click.option("--family", multiple=True, metavar="ID",
              help="Items whose tests are one family, repeatable; by default all.")  # fmt: skip
@click.option("--adjust", type=click.Choice(["holm", "bh", "bonferroni"]), default="holm",
              show_default=True)  # fmt: skip
@click.option("--by", multiple=True, metavar="COLUMN", help="Subgroups too; repeatable.")
@click.option("--top-two", is_flag=True, help="Test the share of the two best answers too.")
@click.option("--clusters", metavar="COLUMN", help="What respondents are nested in: schools ...")
@click.option("--unmatched", is_flag=True, help="Compare as different people, whatever their ids.")
@click.option("--zero-method", type=click.Choice(["wilcox", "pratt", "zsplit"]), default="wilcox",
              show_default=True, help="Of Wilcoxon's test.")  # fmt: skip
@_hiding
@json_option
def compare(
    study: str, name: str | None, before: str, after: str, family: tuple[str, ...], adjust: str,
    by: tuple[str, ...], top_two: bool, clusters: str | None, unmatched: bool, zero_method: str,
    rules: Rules, as_json: bool,
) -> None:  # fmt: skip
    """Compare two waves of a survey of STUDY.

    Respondents are matched by id where both waves have ids, else compared as different people.
    """
    from qualkit.project import Project
    from qualkit.surveying import compare_of

    with Project.open(study) as project:
        made = compare_of(
            project, name, before=before, after=after, family=family or None, adjust=adjust,
            matched=False if unmatched else None, clusters=clusters, by=by, top_two=top_two,
            rules=rules, zero_method=zero_method,
        )  # fmt: skip
    if as_json:
        emit(_as_json(made, _COMPARED))
        return
    _print(made, {"items": _CHANGE})


def _as_json(made: Description | Comparison, tables: tuple[str, ...]) -> dict[str, Any]:
    told = {name: getattr(made, name) for name in made.__dataclass_fields__ if name not in tables}
    found = {name: records(getattr(made, name)) for name in tables}
    return {**told, "rules": asdict(made.rules), **found}


def _print(made: Description | Comparison, tables: Mapping[str, tuple[str, ...]]) -> None:
    """The tables that a person wants to see first, then what must be known."""
    from qualkit.survey.findings import p_words

    for name, columns in tables.items():
        table = getattr(made, name).copy()
        for column in {"p", "p_adjusted"} & set(columns):
            table[column] = [p_words(row[column]) for row in records(table)]
        if "reason" in table:
            table["why"] = table["why"].where(table["why"] != "", table["reason"])
        if len(table):
            click.echo(name)
            show(table.round(3), columns, width=44)
            click.echo()
    for note in (*getattr(made, "warnings", ()), *made.notes):
        say(note)
    for sentence in made.method:
        click.echo(sentence)


@survey.command()
@study_argument
@_survey
@_hiding
@json_option
def findings(study: str, name: str | None, rules: Rules, as_json: bool) -> None:
    """List every finding of the surveys and published tables of STUDY, each with its id."""
    from qualkit.project import Project
    from qualkit.surveying import findings_of

    with Project.open(study) as project:
        table = findings_of(project, name, rules=rules)
    give(table, "findings", ("finding", "base", "text"), as_json=as_json, width=100)


@survey.command()
@study_argument
@click.option("--kind", type=click.Choice(["likert", "before-after", "distribution"]),
              default="likert", show_default=True)  # fmt: skip
@_out
@_survey
@_items
@_before
@_after
@click.option("--wave", multiple=True, metavar="NAME", help="This alone; repeatable.")
@click.option("--by", default="", metavar="COLUMN", help="Subgroups under everybody.")
@click.option("--measure", type=click.Choice(["mean", "share"]), default="mean",
              show_default=True, help="Of before-after.")  # fmt: skip
@click.option("--neutral", type=click.Choice(["centred", "apart"]), default="centred",
              show_default=True, help="Where likert has a middle answer.")  # fmt: skip
@click.option("--title", default="", metavar="TEXT")
@_hiding
def figure(
    study: str, out: Path, name: str | None, wave: tuple[str, ...],
    **options: Any,  # noqa: ANN401 - those of the chart
) -> None:  # fmt: skip
    """Draw a survey of STUDY as .png or .svg, to be read in black and white."""
    from qualkit.project import Project
    from qualkit.surveying import write_survey_figure

    with Project.open(study) as project:
        pages = write_survey_figure(project, out, survey=name, waves=wave, **options)
    for page in pages:
        say(f"wrote {page}")


@survey.command()
@study_argument
@click.option("--of", type=click.Choice(["description", "comparison", "findings"]),
              default="description", show_default=True)  # fmt: skip
@_out
@_survey
@_before
@_after
@click.option("--by", multiple=True, metavar="COLUMN", help="Subgroups; repeatable.")
@click.option("--table", default="", metavar="NAME", help="One alone: Items, Changes ...")
@click.option("--title", default="", metavar="TEXT")
@click.option("--template", type=click.Path(path_type=Path), metavar="FILE",
              help="A .docx whose styles, headers and footers are taken.")  # fmt: skip
@click.option("--figures", is_flag=True, help="Charts before the tables, in .docx and .html.")
@_hiding
def table(
    study: str, of: str, out: Path, name: str | None, by: tuple[str, ...],
    **options: Any,  # noqa: ANN401 - those of the file
) -> None:  # fmt: skip
    """Write the tables of a survey of STUDY to .docx, .xlsx, .csv or .html."""
    from qualkit.project import Project
    from qualkit.surveying import write_survey_tables

    if by and of == "findings":
        raise click.UsageError("--by is for --of description or --of comparison")
    if by:
        options["by"] = by
    with Project.open(study) as project:
        say(f"wrote {write_survey_tables(project, out, of=of, survey=name, **options)}")


# Published tables ------------------------------------------------------------------------


@survey.command()
@study_argument
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@links_option
@user_option
def publish(study: str, files: tuple[Path, ...], links: bool, user: str | None) -> None:
    """Keep the published tables of FILES in STUDY; 'survey findings' has their figures."""
    from qualkit.project import Project

    with Project.open(study, user=user) as project:
        for file in files:
            report = project.add_published(file, links=links)
            for note in report.notes:
                say(note)
            say(f"{file.name}: {report.added} new or other, {report.same} as before")


@survey.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@json_option
def audit(files: tuple[Path, ...], as_json: bool) -> None:
    """Say what arithmetic proves wrong in the published tables of FILES.

    FILES are tables of one report, as .yaml, or pasted as .tsv or .csv with a .yaml beside them
    that says what their columns are. No study is needed. Exit status 0 whatever is found, 1 where
    a file cannot be read.
    """
    from qualkit.survey.audit import audit as audited
    from qualkit.survey.published import read_published
    from qualkit.wording import many

    tables = [table for file in files for table in read_published(file)]
    for table in tables:
        for warning in table.warnings:
            say(f"{table.id}: {warning}")
    found = records(audited(tables))
    if as_json:
        emit({"findings": found})
        return
    for row in found:
        where = ", ".join(row[key] for key in ("table", "item", "measure") if row[key])
        click.echo(f"{where}: {row['grade']} ({row['check']})\n  {row['message']}")
    say(f"{many(len(tables), 'table')}, {many(len(found), 'finding')}")
