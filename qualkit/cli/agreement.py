"""``qualkit agreement``: of a study, of a sheet of ratings, of a sheet of coded spans."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from qualkit.cli._shared import emit, json_option, records, say, show, user_option

if TYPE_CHECKING:
    import pandas as pd

    from qualkit.agreement.records import Coefficient
    from qualkit.agreement.span_sheets import SpanAgreement
    from qualkit.agreement.study import Agreement

_SPELT: Final = {
    "interviewer": "--interviewer", "against_consensus": "--against-consensus", "out": "-o",
    "user": "--as",
}  # fmt: skip
_OF_RATINGS: Final = frozenset({"level", "values", "draws", "seed"})
_OF_SPANS: Final = frozenset({"length", "overlap"})
_OF_STUDIES: Final = frozenset({
    "unit", "coders", "codebook", "code", "source", "share", "overlap", "interviewer", "by",
    "over", "draws", "seed", "bands", "level", "against_consensus", "settled", "out", "user",
})  # fmt: skip
_SHARES: Final = ("percent", "percent_agreement")  # told in per cent, as in the tables
_NOT_CORRECTED: Final = frozenset({"percent", "percent_agreement", "overlap", "holsti"})
_TABLES: Final = (
    "codes", "themes", "cells", "pairs_table", "sources_table", "groups", "periods", "ratings",
)  # fmt: skip


@click.command()
@click.argument("study", required=False)
@click.option("--ratings", "ratings_file", type=click.Path(path_type=Path), metavar="FILE",
              help="A sheet instead of a study: one row a unit, one column a coder.")  # fmt: skip
@click.option("--spans", "spans_file", type=click.Path(path_type=Path), metavar="FILE",
              help="A sheet of coder, start, end, code instead of a study.")  # fmt: skip
@click.option("--unit", type=click.Choice(["character", "sentence", "turn", "segment"]),
              help="What is compared; character unless given.")  # fmt: skip
@click.option("--coders", metavar="A,B", help="These alone.")
@click.option("--codebook", multiple=True, metavar="ID", help="This alone; more than once: these.")
@click.option("--code", multiple=True, metavar="CODE", help="This and all below it; repeatable.")
@click.option("--source", multiple=True, metavar="NAME", help="This alone; repeatable.")
@click.option("--share", type=float, metavar="0-1",
              help="How much of a sentence or turn must be coded; 0 is any of it.")  # fmt: skip
@click.option("--overlap", type=float, metavar="0-1",
              help="What two segments must share to be the same; 0.9 unless given.")  # fmt: skip
@click.option("--interviewer", is_flag=True, default=None, help="Count interviewers' turns too.")
@click.option("--by", metavar="ATTRIBUTE",
              help="Groups: an attribute of sources or cases, or 'coder role'.")  # fmt: skip
@click.option("--over", type=click.Choice(["week", "version"]),
              help="Periods: by week, or by the codebook's versions.")  # fmt: skip
@click.option("--draws", type=int, metavar="N", help="Of the bootstrap: 2000 unless given, 0 none.")
@click.option("--seed", type=int, metavar="N", help="Of the bootstrap; 1 unless given.")
@click.option("--bands", metavar="NAME",
              help="Words: krippendorff, landis-koch, or such as 0.6,0.75.")  # fmt: skip
@click.option("--level", type=click.Choice(["nominal", "ordinal", "interval", "ratio"]),
              help="Of ratings: nominal for a sheet, ordinal for a study.")  # fmt: skip
@click.option("--values", metavar="A,B,C", help="The scale of a sheet's ratings, low to high.")
@click.option("--length", type=int, metavar="N", help="Characters of the text that spans are of.")
@click.option("--against-consensus", is_flag=True, default=None,
              help="Compare coders with the consensus; a tested one if in --coders.")  # fmt: skip
@click.option(
    "--settled", is_flag=True, default=None, help="After consensus: with what was settled."
)
@click.option("-o", "--out", type=click.Path(path_type=Path), metavar="FILE",
              help="Write a report: .docx, .xlsx or .html.")  # fmt: skip
@user_option
@json_option
def agreement(
    study: str | None, ratings_file: Path | None, spans_file: Path | None, as_json: bool,
    **options: Any,  # noqa: ANN401 - as click gives them
) -> None:  # fmt: skip
    """How far coders agree: in STUDY, on a sheet of ratings, or on a sheet of coded spans.

    \b
    qualkit agreement pilots.qualkit --unit sentence --by region
    qualkit agreement pilots.qualkit -o agreement.docx
    qualkit agreement --ratings ratings.csv --level ordinal
    qualkit agreement --spans spans.csv --length 4200

    A sheet of ratings has a blank where a coder judged nothing; its first column may be unit, id,
    item or source. Spans are half-open: start is counted, end is not.
    """  # noqa: D301 - click reads the sign of a backspace
    given = {name: value for name, value in options.items() if value not in (None, ())}
    _one_of(study, ratings_file, spans_file)
    if ratings_file is not None:
        _refuse(given, _OF_RATINGS, "a sheet of ratings")
        _of_ratings(ratings_file, given, as_json=as_json)
    elif spans_file is not None:
        _refuse(given, _OF_SPANS, "a sheet of spans")
        _of_spans(spans_file, given, as_json=as_json)
    elif study is not None:
        _refuse(given, _OF_STUDIES, "a study")
        _of_study(study, given, as_json=as_json)


def _one_of(study: str | None, *files: Path | None) -> None:
    if (study is not None) + sum(one is not None for one in files) != 1:
        raise click.UsageError("give a STUDY, or --ratings FILE, or --spans FILE: one of them")


def _refuse(given: Mapping[str, Any], known: frozenset[str], what: str) -> None:
    """Refuse options that mean nothing for what is compared."""
    strange = [_SPELT.get(name, f"--{name}") for name in given if name not in known]
    if strange:
        raise click.UsageError(f"{', '.join(strange)} cannot go with {what}")


# A study ---------------------------------------------------------------------------------


def _of_study(study: str, given: Mapping[str, Any], *, as_json: bool) -> None:
    from qualkit.agreeing import agreement_of, write_agreement
    from qualkit.agreement.study import Settings
    from qualkit.project import Project

    _refuse_pairs(given)
    names = {"codebook": "codebooks", "code": "codes", "source": "sources"}
    kept = ("unit", "share", "overlap", "interviewer", "draws", "seed", "bands", "level")
    options = {name: given[name] for name in kept if name in given}
    options |= {names[name]: tuple(given[name]) for name in names if name in given}
    settings = Settings(**options, coders=_listed(given.get("coders")))
    groups = {"by": given.get("by"), "over": given.get("over")}
    with Project.open(study, user=given.get("user")) as project:
        if "out" in given:
            say(f"wrote {write_agreement(project, given['out'], settings, **groups)}")
            return
        found = agreement_of(
            project, settings, **groups, settled=bool(given.get("settled")),
            against="consensus" if given.get("against_consensus") else None,
        )  # fmt: skip
        name = project.name
    if as_json:
        emit(_as_json(name, found))
    else:
        _print(found)


def _refuse_pairs(given: Mapping[str, Any]) -> None:
    """Refuse options of a study that contradict each other."""
    unit = given.get("unit", "character")
    if "share" in given and unit not in {"sentence", "turn"}:
        raise click.UsageError("--share is for --unit sentence or --unit turn")
    if "settled" in given and "against_consensus" in given:
        raise click.UsageError("--settled and --against-consensus are two things: give one")
    if "out" in given and ("settled" in given or "against_consensus" in given):
        raise click.UsageError("-o writes figures before and after consensus: leave the other away")


def _listed(names: str | None) -> tuple[str, ...]:
    return tuple(name.strip() for name in (names or "").split(",") if name.strip())


def _as_json(study: str, found: Agreement) -> dict[str, Any]:
    tables = {name: getattr(found, name) for name in _TABLES}
    return {
        "study": study, "settings": asdict(found.settings), "coders": found.coders,
        "pairs": found.pairs, "sources": found.sources, "length": found.length,
        "overall": {name: asdict(one) for name, one in found.overall.items()},
        **{name: None if table is None else records(table) for name, table in tables.items()},
        "notes": found.notes, "method": found.method,
    }  # fmt: skip


def _print(found: Agreement) -> None:
    """What a person wants to see first: all, codes, pairs; then what was asked for."""
    if not found.sources:
        for note in found.notes:
            say(note)
        return
    _overall(found.overall, found.settings.bands)
    segments = found.settings.unit == "segment"
    of = ("holsti", "bp") if segments else ("kappa", "alpha", "overlap")
    used = found.codes[found.codes["applied"] > 0]
    _table("codes", used, ("name", "sources", "applied"), of)
    _table("pairs of coders", found.pairs_table, ("coder_a", "coder_b", "sources", "codes"), of)
    for title, table in (("groups", found.groups), ("periods", found.periods)):
        if table is not None:
            _table(title, table, (title[:-1], "sources", "coders", "codes"), of)
    judged = found.ratings[(found.ratings["what"] == "rating") | (found.ratings["code"] == "")]
    if len(judged):
        _table("ratings and stances", judged, ("name", "what", "level", "n"), ("alpha",))
    for note in found.notes:
        say(note)
    click.echo(f"\n{found.method}")


def _table(title: str, table: pd.DataFrame, names: Sequence[str], figures: Sequence[str]) -> None:
    click.echo(f"\n{title}")
    rows = table.to_dict("records")
    shown = table[list(names)].assign(
        percent=[_percent(row["percent"]) for row in rows],
        **{figure: [_figure(row, figure) for row in rows] for figure in figures},
        band=[_remark(row) for row in rows],
    )
    show(shown, shown.columns, width=60)


def _remark(row: Mapping[Any, Any]) -> str:
    """The band of a row, or why it has none, and what to be careful about."""
    from qualkit.agreement.records import FLAGS, REASONS

    reason = next((row[n] for n in ("alpha_reason", "kappa_reason", "bp_reason") if row.get(n)), "")
    told = [row.get("band") or REASONS.get(reason, reason), FLAGS.get(row.get("flag", ""), "")]
    return "; ".join(one for one in told if one)


def _overall(figures: Mapping[str, Coefficient], bands: str) -> None:
    from qualkit.agreement.bands import band
    from qualkit.agreement.records import FLAGS, REASONS

    for name, one in figures.items():
        words = REASONS.get(one.reason, one.reason)
        if one.value is not None and name not in _NOT_CORRECTED:
            words = band(one.value, bands)
        words += f"; {FLAGS.get(one.flag, one.flag)}" if one.flag else ""
        row = {name: one.value, f"{name}_low": one.low, f"{name}_high": one.high}
        said = _figure(row, name, ".1%" if name in _SHARES else ".3f")
        click.echo(f"{name.replace('_', ' '):20} {said:26} {words}".rstrip())


def _figure(row: Mapping[Any, Any], name: str, form: str = ".3f") -> str:
    """A figure with its interval; nothing where there is none."""
    from qualkit.tables import plain

    value, low, high = (plain(row.get(f"{name}{end}")) for end in ("", "_low", "_high"))
    if value is None:
        return ""
    interval = "" if low is None or high is None else f" [{low:{form}}, {high:{form}}]"
    return f"{value:{form}}{interval}"


def _percent(value: object) -> str:
    from qualkit.tables import plain

    known = plain(value)
    return "" if known is None else f"{float(known):.1%}"


# Sheets ----------------------------------------------------------------------------------


def _of_ratings(path: Path, given: Mapping[str, Any], *, as_json: bool) -> None:
    from qualkit.agreeing import ratings_of

    options = {name: given[name] for name in ("level", "draws", "seed") if name in given}
    values = _listed(given.get("values")) or None
    found = ratings_of(path, values=values, **options)
    if as_json:
        emit({name: asdict(one) for name, one in found.items()})
        return
    _overall(found, "krippendorff")
    say(f"{max(one.n for one in found.values()):,} units that two coders at least judged")


def _of_spans(path: Path, given: Mapping[str, Any], *, as_json: bool) -> None:
    from qualkit.agreeing import spans_of

    if "length" not in given:
        raise click.UsageError("--spans needs --length N, the characters of the text")
    options = {"overlap": given["overlap"]} if "overlap" in given else {}
    found = spans_of(path, length=given["length"], **options)
    if as_json:
        emit(found.as_dict())
        return
    _print_spans(found)


def _print_spans(found: SpanAgreement) -> None:
    _overall(found.overall, "krippendorff")
    cells = found.cells.to_dict("records")
    shown = found.cells[["code", "coder_a", "coder_b"]].assign(
        percent=[_percent(row["percent"]) for row in cells],
        **{name: [_figure(row, name) for row in cells] for name in ("kappa", "ac1", "overlap")},
    )
    click.echo("\ncodes and pairs of coders")
    show(shown, shown.columns, width=60)
    rows = found.by_code.to_dict("records")
    by_code = found.by_code[["code"]].assign(
        coverage=[_percent(row["coverage"]) for row in rows],
        **{name: [_figure(row, name) for row in rows] for name in ("ku_alpha", "alpha_unitizing")},
    )
    click.echo("\ncodes")
    show(by_code, by_code.columns, width=44)
    for note in found.notes:
        say(note)
