"""``qualkit evaluate``: how good suggestions are, on a study or on coded segments."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from qualkit.cli._shared import emit, json_option, progress_bar, records, say, show

if TYPE_CHECKING:
    from qualkit.coding.quality import Quality


@click.command()
@click.argument("study", required=False)
@click.option("--segments", type=click.Path(path_type=Path), metavar="FILE.jsonl",
              help="Coded segments instead of a study.")  # fmt: skip
@click.option("--codebook", type=click.Path(path_type=Path), metavar="FILE.json",
              help="Their codebook.")  # fmt: skip
@click.option("--per-code", default=20, show_default=True, type=click.IntRange(min=1),
              help="Coded segments a code to learn from.")  # fmt: skip
@click.option("--seeds", default="0,1,2", show_default=True, help="Splits to average over.")
@click.option("--min-examples", default=20, show_default=True, type=click.IntRange(min=1),
              help="Segments that a code needs to be tried.")  # fmt: skip
@click.option("--method", type=click.Choice(["learned", "cold"]), default="learned",
              show_default=True, help="cold: from the codebook alone.")  # fmt: skip
@click.option("--work-saved", is_flag=True, help="How much has to be read to find 95 %.")
@click.option("--model", default="fp32", show_default=True, help="fp32, int8 or static vectors.")
@click.option("--curve", type=click.Path(path_type=Path), metavar="FILE.png",
              help="Draw the study's learning curve, .png or .svg.")  # fmt: skip
@json_option
def evaluate(
    study: str | None,
    segments: Path | None,
    codebook: Path | None,
    per_code: int,
    seeds: str,
    min_examples: int,
    method: str,
    work_saved: bool,
    model: str,
    curve: Path | None,
    as_json: bool,
) -> None:
    """How good suggestions are: on STUDY's own codings, or on segments that people coded.

    On a study every source is judged by what the others taught. On segments, documents are
    split, a model learns from about --per-code segments a code and is judged on the rest.
    """
    if (study is None) == (segments is None):
        raise click.UsageError("give either a STUDY, or --segments and --codebook")
    if study is not None:
        _study(study, curve, as_json=as_json)
        return
    if curve is not None:
        raise click.UsageError("--curve draws the learning curve of a STUDY")
    if segments is None or codebook is None:
        raise click.UsageError("--segments needs --codebook FILE.json")
    from qualkit.coding import embed
    from qualkit.coding import quality as trials
    from qualkit.importers.coded import read_codes, read_segments

    numbers = _seeds(seeds)
    table, book = read_segments(segments), read_codes(codebook)
    with progress_bar("reading") as progress:
        texts = table["text"].tolist()
        rows = embed.embed(texts, kind=model, progress=progress) if embed.installed() else None
    ready = trials.trial(table, book, min_examples=min_examples, vectors=rows, kind=model)
    found: dict[str, Any] = {}
    if work_saved:
        with progress_bar("reading for each code") as progress:
            found = trials.work_saved(ready, progress=progress)
    else:
        found = trials.evaluate(ready, per_code=per_code, seeds=numbers, method=method)
    for note in ready.corpus.notes:
        say(f"note: {note}")
    _tell(found, as_json=as_json)


def _seeds(given: str) -> list[int]:
    if not re.fullmatch(r"\d{1,9}(,\d{1,9})*", given):
        raise click.UsageError(f"--seeds {given!r} must be whole numbers from 0, with commas")
    return [int(one) for one in given.split(",")]


def _tell(found: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        emit(found)
        return
    for name, value in found.items():
        click.echo(f"{name:16} {value}")


def _study(study: str, curve: Path | None, *, as_json: bool) -> None:
    from qualkit import suggesting
    from qualkit.export.figure import check_ending
    from qualkit.project import Project

    if curve is not None:
        check_ending(curve)
    with Project.open(study) as project, progress_bar("reading") as progress:
        found = suggesting.quality(project, progress=progress)
    if as_json:
        emit({**found.overall, "codes": records(found.codes), "curve": records(found.curve)})
    else:
        _table(found)
    if curve is not None:
        from qualkit.export.figure import learning_curve

        learning_curve(found.curve, curve)
        say(f"wrote {curve}")


def _table(found: Quality) -> None:
    columns = ["codebook", "code", "examples", "precision", "recall", "f1", "average_precision",
               "coders_f1",
               "left_to_people"]  # fmt: skip
    show(found.codes, columns)
    _tell(found.overall, as_json=False)
