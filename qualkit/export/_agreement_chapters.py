"""The chapters of a report of agreement, from its method to its cautions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from qualkit.agreement.bands import band, described, thresholds
from qualkit.agreement.records import Coefficient
from qualkit.agreement.units import SEGMENT
from qualkit.export._agreement_map import left_out
from qualkit.export._agreement_parts import (
    MEASURES,
    AgreementReport,
    Chapter,
    Head,
    Key,
    Table,
    Value,
    as_records,
    coefficient,
    measured,
    others,
    shown,
    split_unused,
    unused_words,
)  # fmt: skip
from qualkit.export._agreement_passages import decision_table, groups_of
from qualkit.export._agreement_words import Share
from qualkit.export._shared import heading, written
from qualkit.wording import many

if TYPE_CHECKING:
    import pandas as pd

    from qualkit.agreement.study import Agreement

MAP: Final = "Heat map"
TITLE: Final = "Agreement between coders"
FEW_SOURCES: Final = 5  # with fewer, no interval is estimated
_OVERALL: Final = {
    "percent": ("Percent agreement", "the share of what was compared on which coders agree; chance"
                " is not taken out, and of rare codes it is always high"),
    "pooled_kappa": ("Pooled kappa", "Cohen\u2019s kappa over all codes and pairs (de Vries et al."
                     " 2008); 1 is perfect, 0 what chance gives"),
    "alpha": ("Krippendorff\u2019s alpha", "for any number of coders; 1 is perfect, 0 what chance"
              " gives"),
    "holsti": ("Holsti", "twice the segments that both coders have, by all that they have; chance"
               " is not taken out"),
    "brennan_prediger": ("Brennan and Prediger\u2019s kappa", "of segments; chance is one in the"
                         " number of codes that were applied"),
    "overlap": ("Overlap (Jaccard)", "of what anybody coded, the share that two coders coded"
                " alike; what nobody coded does not count"),
}  # fmt: skip
_BANDED: Final = {"pooled_kappa", "alpha", "brennan_prediger"}
_CAUTIONS: Final = (
    "Figures tell how far coders applied the codebook alike, not whether they applied it rightly:"
    " two people may share a misreading. The passages on which they disagree say more than any"
    " coefficient.",
    "Bands are conventions of their authors, not tests: what is good enough depends on what the"
    " codes are used for.",
    "Agreement on a code that is hardly used rests on few passages, whatever the text is long:"
    " kappa and alpha may be low although coders differ on little, and percent agreement is high"
    " although they share nothing.",
    "Figures before and after consensus are not comparable as measures of the coders: after it,"
    " settled passages agree because they were settled. What was reached independently is the"
    " figure to report.",
    "Inter-coder agreement suits coding by a codebook, as in framework analysis (O\u2019Connor and"
    " Joffe 2020). It does not fit reflexive thematic analysis, which takes coding as one"
    " researcher\u2019s interpretation and rejects reliability as its measure (Braun and Clarke"
    " 2021): there, read the passages and leave out the figures.",
)
_REFERENCES: Final = (
    "Braun, V. and Clarke, V. (2021) One size fits all? What counts as quality practice in"
    " (reflexive) thematic analysis. Qualitative Research in Psychology 18(3), 328\u2013352.",
    "de Vries, H., Elliott, M.N., Kanouse, D.E. and Teleki, S.S. (2008) Using pooled kappa to"
    " summarize interrater agreement across many items. Field Methods 20(3), 272\u2013282.",
    "Krippendorff, K. (2004) Content analysis: an introduction to its methodology, 2nd ed. Sage.",
    "O\u2019Connor, C. and Joffe, H. (2020) Intercoder reliability in qualitative research: debates"
    " and practical guidelines. International Journal of Qualitative Methods 19, 1\u201313.",
)


def chapters_of(report: AgreementReport) -> list[Chapter]:
    """What the report says, in its order; chapters that would say nothing are left out."""
    return [
        Chapter("Method", tuple(_method(report))),
        _summary(report),
        Chapter("How to read these figures", tuple(_cautions(report))),
        *_figures(report.agreement, report.by),
        *_settled(report),
        *_passages(report),
        Chapter("References", _REFERENCES),
    ]


def bounds_of(report: AgreementReport) -> tuple[float, ...]:
    """Where the bands of the report begin."""
    return thresholds(report.agreement.settings.bands)


def _method(report: AgreementReport) -> Iterator[str]:
    said = report.agreement.method
    yield from [said] if isinstance(said, str) else said
    yield from report.agreement.notes
    yield written(report.study)


def _summary(report: AgreementReport) -> Chapter:
    found, after = report.agreement.overall, report.after.overall if report.after else {}
    bands = report.agreement.settings.bands
    heads = [Head("Measure", 1.6), Head("Figure", 2.25, "figure")]
    heads += [Head("After consensus", 2.25, "figure")] if after else []
    heads += [Head("Band", 1.4), Head("What it is", 3.4)]
    rows: list[tuple[Value, ...]] = []
    for name, (label, meaning) in _OVERALL.items():
        if name in found:
            own = _shared(name, found[name])
            settled = [_shared(name, after.get(name, Coefficient(None)))] if after else []
            banded = band(own.value, bands) if name in _BANDED else ""
            rows.append((label, own, *settled, banded, meaning))
    lines = [_counted(report.agreement), *_bands_said(report.agreement)]
    table = _noted(report.agreement, Table("Overall figures", tuple(heads), tuple(rows)))
    return Chapter("Summary", tuple(lines), (table,))


def _shared(name: str, one: Coefficient) -> Coefficient:
    """Percent agreement as a share; any other figure as it is."""
    if name != "percent":
        return one
    return Share(one.value, one.reason, one.low, one.high, one.n, one.flag)


def _counted(one: Agreement) -> str:
    if not one.sources:
        return "No source was coded by two people with the same codebook: nothing is compared."
    used, unused = split_unused(one.codes)
    without = f", {len(unused)} more used by nobody" if unused else ""
    return (
        f"Compared: {many(len(used), 'code')}{without}, in {many(len(one.sources), 'source')},"
        f" between {many(len(one.coders), 'coder')} ({', '.join(one.coders)})."
    )


def _bands_said(one: Agreement) -> Iterator[str]:
    """How many codes are in each band, the highest first."""
    used, _ = split_unused(one.codes)
    counts = Counter(str(name) for name in used["band"] if name)
    if not counts:
        return
    order = list(dict.fromkeys(band(n / 1000, one.settings.bands) for n in range(1000, -1001, -1)))
    said = ", ".join(f"{many(counts[name], 'code')} {name}" for name in order if counts[name])
    none = len(used) - counts.total()
    more = f"; {many(none, 'code')} without a figure" if none else ""
    yield f"By band: {said}{more} ({described(one.settings.bands)})."


def _cautions(report: AgreementReport) -> Iterator[str]:
    sources = len(report.agreement.sources)
    if 0 < sources < FEW_SOURCES:
        yield (
            f"Only {many(sources, 'source')} {'was' if sources == 1 else 'were'} coded by several"
            f" people: too few for intervals, which draw whole sources ({FEW_SOURCES} at least),"
            " and too few to speak for the study. Read the figures as a description of these"
            " sources."
        )
    elif 0 < sources < 2 * FEW_SOURCES:
        yield (
            f"With {sources} sources, intervals by the bootstrap tend to be too narrow; read them"
            " as the least uncertainty there is."
        )
    before_after, *_ = [line for line in _CAUTIONS if "after consensus" in line]
    yield from (line for line in _CAUTIONS if line != before_after or report.after is not None)


def _figures(one: Agreement, by: str) -> Iterator[Chapter]:
    yield _codes(one)
    cells = _map_cells(one)
    if not cells.empty:
        yield Chapter("Codes by pairs of coders", tuple(left_out(cells)), cells=cells)
    themes, unused = split_unused(one.themes)
    sources = one.sources_table.drop(columns="sources", errors="ignore")
    named = {"pair": "Pair", "name": "Theme", "source": "Source", "group": "Group",
             "period": "Period"}  # fmt: skip
    tables = (
        ("Pairs of coders", _paired(one.pairs_table)), ("Themes", themes), ("Sources", sources),
        ("Groups", one.groups), ("Over time", one.periods),
    )  # fmt: skip
    for title, frame in tables:
        if frame is not None and not frame.empty:
            lines = unused_words(unused, "theme") if title == "Themes" else []
            table = measured(title, frame, *others(frame, {**named, **_counts(one)}))
            table = _noted(one, table)
            yield Chapter(_by(by) if title == "Groups" else title, tuple(lines), (table,))
    if not one.ratings.empty:
        yield _ratings(one)


def _by(attribute: str) -> str:
    """The heading of groups: ``By stakeholder type``."""
    named = heading(attribute.removeprefix("case.")) if attribute else ""
    return f"By {named[:1].lower()}{named[1:]}" if named else "Groups"


def _codes(one: Agreement) -> Chapter:
    used, unused = split_unused(one.codes)
    names = {(r["codebook"], r["code"]): r["name"] for r in as_records(one.codes)}
    themes = [
        "" if r["theme"] == r["code"]
        else str(names.get((r["codebook"], r["theme"]), r["theme"])) for r in as_records(used)
    ]  # fmt: skip
    titled = used.assign(theme=themes)
    before, after = others(titled, {"name": "Code", "theme": "Theme", **_counts(one)})
    ids: list[Key] = [(Head("Code id", sheet=True), "code"),
                      (Head("Codebook", sheet=True), "codebook")]  # fmt: skip
    wide = [(replace(head, share=2.4 if column == "name" else 1.7), column)
            for head, column in before]  # fmt: skip
    table = _noted(one, measured("Codes", titled, wide, [*after, *ids]))
    return Chapter("Codes", tuple(unused_words(unused)), (table,) if table.rows else ())


def _noted(one: Agreement, table: Table) -> Table:
    """A table of figures, with what counts as the same segment beside it."""
    if one.settings.unit != SEGMENT:
        return table
    same = (
        f"MAXQDA-like: two segments of a code are the same where they share"
        f" {one.settings.overlap:.0%} of what either covers."
    )
    return replace(table, notes=(same,))


def _counts(one: Agreement) -> dict[str, str]:
    """What the counts of every table are called."""
    unit = f"{one.settings.unit.capitalize()}s"
    return {"band": "Band", "coders": "Coders", "sources": "Sources", "codes": "Codes", "n": unit}


def _ratings(one: Agreement) -> Chapter:
    titles = {"name": "Code", "what": "Of", "level": "Level", **_counts(one), "n": "Passages"}
    table = measured("Ratings and stances", one.ratings, *others(one.ratings, titles))
    said = (
        "Of passages that two coders at least gave the code: how far they gave it the same level of"
        " its scale, or the same stance."
    )
    return Chapter("Ratings and stances", (said,), (table,))


def _map_cells(one: Agreement) -> pd.DataFrame:
    """The cells of the codes that somebody applied; with segments their own kappa."""
    used, _ = split_unused(one.codes)
    places = set(zip(used["codebook"], used["code"], strict=True))
    cells = one.cells
    held = [place in places for place in zip(cells["codebook"], cells["code"], strict=True)]
    if one.settings.unit == SEGMENT:
        cells = cells.assign(kappa=cells["bp"], kappa_reason=cells["bp_reason"])
    return cells[held]


def _paired(frame: pd.DataFrame) -> pd.DataFrame:
    """A table of pairs with their two coders in one column."""
    pairs = [f"{a} and {b}" for a, b in zip(frame["coder_a"], frame["coder_b"], strict=True)]
    return frame.assign(pair=pairs)


# Consensus -------------------------------------------------------------------------------------


def _settled(report: AgreementReport) -> Iterator[Chapter]:
    if report.after is None or not report.agreement.sources:
        return
    later = {(r["codebook"], r["code"]): r for r in as_records(report.after.codes)}
    used, _ = split_unused(report.agreement.codes)
    names = ("bp",) if report.agreement.settings.unit == SEGMENT else ("kappa", "alpha")
    rows: list[tuple[Value, ...]] = []
    for record in as_records(used):
        both = record, later.get((record["codebook"], record["code"]), {})
        figures = [coefficient(one, name) for name in names for one in both]
        rows.append((shown(record["name"]), *figures))
    heads = [Head("Code", 2.4)]
    for name in names:
        label = MEASURES[name][0]
        heads += [Head(f"{label} before", 1.8, "figure"), Head(f"{label} after", 1.8, "figure")]
    lines = (
        "Before: what coders reached on their own. After: with what was settled in place of what"
        " each had there.",
    )
    title = "Before and after consensus"
    yield Chapter(
        title, lines, (_noted(report.agreement, Table(title, tuple(heads), tuple(rows))),)
    )


# Passages --------------------------------------------------------------------------------------


def _passages(report: AgreementReport) -> Iterator[Chapter]:
    held, decisions = report.disagreements, report.decisions
    if held is not None and not held.empty:
        yield from _confused(held)
        yield from _to_redefine(report)
        lines = (_how_many(held, report.limit),)
        yield Chapter("Disagreements", lines, groups=groups_of(held, report.books, report.limit))
    elif held is not None:
        yield Chapter("Disagreements", ("Coders disagree on no passage.",))
    if decisions is not None and not decisions.empty:
        there = held if held is not None else decisions.iloc[:0]
        yield Chapter("Decisions", tables=(decision_table(decisions, there, report.books),))


def _how_many(held: pd.DataFrame, limit: int | None) -> str:
    kinds = Counter(map(str, held["kind"]))
    said = ", ".join(f"{n} {kind}" for kind, n in kinds.most_common())
    status = Counter(map(str, held["status"]))
    states = ", ".join(f"{n} {name}" for name, n in sorted(status.items()))
    rest = "" if limit is None else f" Of each code {many(limit, 'passage')} at most are shown."
    return (
        f"{many(len(held), 'passage')} on which coders disagree ({said}); {states}. Words are"
        f" verbatim.{rest}"
    )


def _confused(held: pd.DataFrame) -> Iterator[Chapter]:
    from qualkit.agreement.disagreements import confusion

    found = confusion(held)
    if found.empty:
        return
    heads = (
        Head("One code", 2.0), Head("The other", 2.0), Head("Passages", 1.2, "count"),
        Head("Open", 0.8, "count"), Head("Characters", 1.35, "count"), Head("Who", 2.4),
    )  # fmt: skip
    rows = tuple(
        (shown(r["name_a"]), shown(r["name_b"]), r["passages"], r["open"], r["characters"],
         _who(r["by"]))
        for r in found.to_dict("records")
    )  # fmt: skip
    lines = ("How often coders chose these codes for the same words.",)
    yield Chapter("Codes taken for each other", lines, (Table("Confusion", heads, rows),))


def _who(by: Sequence[dict[str, object]]) -> str:
    said = [f"{one['coder_a']} / {one['coder_b']} {one['passages']}" for one in by]
    return str(shown(", ".join(said)))


def _to_redefine(report: AgreementReport) -> Iterator[Chapter]:
    found = report.redefine
    if found is None or found.empty:
        return
    heads = (
        Head("Code", 1.8), Head("Passages", 1.2, "count"), Head("Disagreed", 1.3, "count"),
        Head("Share", 0.85, "share"), Head("Lower end", 0.85, "share", sheet=True),
        Head("What may help", 5.6),
    )  # fmt: skip
    rows = tuple(
        (shown(r["name"]), r["passages"], r["disagreed"], Share(float(r["share"])),
         Share(float(r["low"])), shown(r["advice"]))
        for r in found.to_dict("records")
    )  # fmt: skip
    lines = (
        "Codes whose definition may be unclear, those first where disagreement is least likely to"
        " be chance: ordered by the lower end of the 95% interval (Wilson 1927) of the share of"
        " passages on which coders differ.",
    )
    yield Chapter("Codes to define anew", lines, (Table("Codes to define anew", heads, rows),))


# The figures of a map ----------------------------------------------------------------------------


def matrix(cells: pd.DataFrame) -> Table:
    """Kappa as codes by pairs of coders; `cells` as a chapter has them."""
    pairs = list(dict.fromkeys(zip(cells["coder_a"], cells["coder_b"], strict=True)))
    rows: dict[tuple[str, str], dict[tuple[str, str], Coefficient]] = {}
    names: dict[tuple[str, str], Value] = {}
    for record in as_records(cells):
        place = record["codebook"], record["code"]
        names[place] = shown(record["name"])
        one = coefficient(record, "kappa")
        pair = record["coder_a"], record["coder_b"]
        rows.setdefault(place, {})[pair] = replace(one, low=None, high=None)
    heads = [Head("Code", 2.4), *(Head(f"{a} and {b}", 1.0, "figure") for a, b in pairs)]
    made = [
        (names[place], *(held.get(pair, Coefficient(None)) for pair in pairs))
        for place, held in rows.items()
    ]
    return Table(MAP, tuple(heads), tuple(made))


def pairs_by_code(cells: pd.DataFrame) -> Table:
    """Everything that is known of each code and pair."""
    titles = {"name": "Code", "pair": "Pair", "band": "Band", "n": "Units"}
    return measured("Pairs by code", _paired(cells), *others(_paired(cells), titles))
