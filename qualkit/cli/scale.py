"""``qualkit scale``: open answers at national scale."""

from __future__ import annotations

from pathlib import Path

import click

from qualkit.cli._shared import (
    emit,
    give,
    json_option,
    progress_bar,
    say,
    show,
    study_argument,
    user_option,
)  # fmt: skip

table_argument = click.argument("table", nargs=1)
text_option = click.option("--text", default="text", show_default=True, help="Column of the words.")
id_option = click.option("--id", "id_", default="id", show_default=True, help="Column of the ids.")
no_id_option = click.option("--no-id", is_flag=True, help="Know comments by the numbers of rows.")
rows_option = click.option("--rows", type=click.IntRange(1), default=20_000, show_default=True,
                           help="Read so many at once.")  # fmt: skip
scheduler_option = click.option(
    "--scheduler", metavar="ADDRESS", help="'local', or a Dask scheduler: tcp://host:8786."
)
workers_option = click.option(
    "--workers", type=click.IntRange(1), help="With 'local': how many; by default one a processor."
)
encoding_option = click.option("--encoding", default="utf-8", help="Of CSV files: utf-8, cp1252.")


@click.group()
def scale() -> None:
    """Suggestions and topics for a table of a million comments, in pieces or on a cluster."""


@scale.command()
@study_argument
@click.argument("out", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--embedding", type=click.Choice(["static", "int8", "fp32"]), default="static",
              show_default=True, help="int8 and fp32: better, and many times slower.")  # fmt: skip
@click.option("--codes", "-c", multiple=True, metavar="CODE", help="Only these; may be repeated.")
@user_option
def learn(study: str, out: Path, embedding: str, codes: tuple[str, ...], user: str | None) -> None:
    """Take what the codings of STUDY teach out of it, into FILE (.npz)."""
    from qualkit import scale as at_scale
    from qualkit.project import Project

    with Project.open(study, user=user) as project, progress_bar("reading") as update:
        learned = at_scale.learn(project, embedding=embedding, codes=codes or None, progress=update)
    learned.save(out)
    for note in learned.notes:
        say(f"note: {note}")
    for (_, code), why in zip(learned.codes, learned.left, strict=True):
        if why:
            say(f"left to people: {code}, {why}")
    say(f"wrote {out}: {len(learned.codes)} codes, taught by {learned.taught} segments")


@scale.command()
@table_argument
@click.argument("learned", type=click.Path(exists=True, path_type=Path))
@click.argument("out", type=click.Path(path_type=Path))
@text_option
@id_option
@no_id_option
@click.option("--most", type=click.IntRange(1), default=5, show_default=True, help="Codes each.")
@click.option("--least", type=click.FloatRange(0, 1), default=0.05, show_default=True,
              help="Suggest from this confidence on.")  # fmt: skip
@scheduler_option
@workers_option
@rows_option
@encoding_option
@json_option
def suggest(
    table: str, learned: Path, out: Path, text: str, id_: str, no_id: bool, most: int,
    least: float, scheduler: str | None, workers: int | None, rows: int, encoding: str,
    as_json: bool,
) -> None:  # fmt: skip
    """Suggest codes for every comment of TABLE into the folder OUT; run again to go on.

    TABLE is a .csv or .parquet file, a folder of them, or a pattern in quotation marks; LEARNED
    is what `scale learn` wrote.
    """
    from qualkit import scale as at_scale

    with progress_bar("suggesting") as update:
        done = at_scale.run(
            table, at_scale.load(learned), out, text=text, id=None if no_id else id_, most=most,
            least=least, scheduler=scheduler, workers=workers, rows=rows, encoding=encoding,
            progress=update,
        )  # fmt: skip
    say(f"{done.rows} comments in {len(done.parts)} parts, {done.made} made now, in {out}")
    columns = ("codebook", "code", "comments", "share", "confidence", "expected")
    give(at_scale.counts(out), "codes", columns, as_json=as_json)


@scale.command()
@table_argument
@click.argument("out", type=click.Path(path_type=Path))
@text_option
@id_option
@no_id_option
@click.option("--k", type=click.IntRange(2), help="How many topics; by default chosen by size.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True)
@click.option("--sample", type=click.IntRange(10), default=10_000, show_default=True,
              help="Find topics on so many comments.")  # fmt: skip
@scheduler_option
@workers_option
@rows_option
@encoding_option
@json_option
def topics(
    table: str, out: Path, text: str, id_: str, no_id: bool, k: int | None, seed: int,
    sample: int, scheduler: str | None, workers: int | None, rows: int, encoding: str,
    as_json: bool,
) -> None:  # fmt: skip
    """Sort every comment of TABLE into topics, in the folder OUT; run again to go on."""
    from qualkit import scale as at_scale

    with progress_bar("sorting") as update:
        found = at_scale.topics(
            table, out, text=text, id=None if no_id else id_, k=k, seed=seed, sample=sample,
            scheduler=scheduler, workers=workers, rows=rows, encoding=encoding, progress=update,
        )  # fmt: skip
    for warning in found.warnings:
        say(f"warning: {warning}")
    say(
        f"{found.done.rows} comments, topics found on {found.sample}; "
        f"{found.kept:.0%} of these are put there again by what the others teach"
    )
    columns = ("topic", "comments", "share", "words")
    shown = found.topics.assign(words=found.topics["words"].str.join(", "))
    if as_json:
        give(found.topics, "topics", columns, as_json=True)
    else:
        show(shown, columns, width=60)


@scale.command()
@study_argument
@click.argument("suggested", metavar="OUT", type=click.Path(exists=True, path_type=Path))
@click.option("--table", required=True, help="The table that OUT was made of.")
@click.option("--name", default="comments", show_default=True, help="What sources are called.")
@click.option("--above", type=click.FloatRange(0, 1), default=0.5, show_default=True,
              help="Keep suggestions from this confidence on.")  # fmt: skip
@json_option
@user_option
def keep(
    study: str, suggested: Path, table: str, name: str, above: float, as_json: bool,
    user: str | None,
) -> None:  # fmt: skip
    """Put the comments of a table, and what OUT suggests for them, into STUDY."""
    from dataclasses import asdict

    from qualkit import scale as at_scale
    from qualkit.project import Project

    with Project.open(study, user=user) as project, progress_bar("keeping") as update:
        kept = at_scale.keep(project, suggested, table, name=name, above=above, progress=update)
    if as_json:
        emit(asdict(kept))
    say(
        f"{kept.comments} comments in {kept.sources} sources, {kept.added} added now, "
        f"with {kept.suggestions} suggestions"
    )
