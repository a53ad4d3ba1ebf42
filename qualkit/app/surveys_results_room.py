"""Results of a survey for the page: what was asked for, worked out, drawn and written.

What is asked for is a frozen record, so that what was worked out for it can be told from what is
asked for now.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from qualkit.app.files import Made, private_folder
from qualkit.project import Project
from qualkit.survey import Rules
from qualkit.tables import plain

if TYPE_CHECKING:
    import pandas as pd

    from qualkit.export.survey_printed import Printed
    from qualkit.survey import Comparison, Description, Survey

Progress = Callable[[int, int, str], None]
ENDINGS: Final[Mapping[str, str]] = {
    ".docx": "Word", ".xlsx": "Excel", ".csv": "CSV", ".html": "Web page",
}  # fmt: skip
CHARTS: Final[Mapping[str, str]] = {
    "likert": "Answers on a scale", "distribution": "Other answers",
    "mean": "Means", "share": "Shares",
}  # fmt: skip
ADJUSTED: Final[Mapping[str, str]] = {
    "holm": "Holm", "bh": "Benjamini-Hochberg", "bonferroni": "Bonferroni",
}  # fmt: skip
_USUAL: Final = Rules()


@dataclass(frozen=True, slots=True)
class Hiding:
    """From which size on results are shown; see :class:`qualkit.survey.Rules`."""

    base: int = _USUAL.base
    cell: int = _USUAL.cell

    def rules(self) -> Rules:
        """As the survey's functions take them."""
        return Rules(self.base, self.cell)


@dataclass(frozen=True, slots=True)
class Described:
    """What is to be described.

    Attributes
    ----------
    survey : str
    waves : tuple of str
        All where it is empty.
    by : str
        A subgroup column; empty for everybody alone.
    weighted : bool
        Whether the survey's weights are used, where it has any.
    dont_know : str
        ``excluded`` or ``counted``.
    hiding : Hiding
    """

    survey: str
    waves: tuple[str, ...] = ()
    by: str = ""
    weighted: bool = True
    dont_know: str = "excluded"
    hiding: Hiding = Hiding()


@dataclass(frozen=True, slots=True)
class Compared:
    """What is to be compared.

    Attributes
    ----------
    survey, before, after : str
    matched : bool or None
        None: where both waves have ids.
    family : tuple of str
        Items whose tests belong together; all where it is empty.
    adjust, clusters, by : str
        A way to adjust; columns, or empty.
    top_two : bool
    hiding : Hiding
    """

    survey: str
    before: str
    after: str
    matched: bool | None = None
    family: tuple[str, ...] = ()
    adjust: str = "holm"
    clusters: str = ""
    by: str = ""
    top_two: bool = False
    hiding: Hiding = Hiding()


@dataclass(frozen=True, slots=True)
class Drawn:
    """A chart, page by page.

    Attributes
    ----------
    names : tuple of str
        Of its files, without their ending.
    png, svg : tuple of bytes
    words : tuple of str
        What each page shows, for those who do not see it.
    """

    names: tuple[str, ...]
    png: tuple[bytes, ...]
    svg: tuple[bytes, ...]
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """Charts that are asked for, and what is in them.

    Attributes
    ----------
    kinds : tuple of str
        Keys of :data:`CHARTS`: ``likert`` and ``distribution`` are of a description, ``mean`` and
        ``share`` of a comparison.
    items : tuple of str
        All that they can show where it is empty.
    by : str
        A subgroup column that was described or compared; its groups stand under everybody.
    """

    kinds: tuple[str, ...]
    items: tuple[str, ...] = ()
    by: str = ""


# Worked out ----------------------------------------------------------------------------------


def describe(
    study: str, user: str | None, asked: Described, progress: Progress
) -> tuple[Description, Printed]:
    """A survey described, and its tables as they are printed."""
    from qualkit.export.survey_printed import printed_tables
    from qualkit.surveying import describe_of

    progress(0, 2, "counting the answers")
    with Project.open(study, user=user) as project:
        made = describe_of(
            project, asked.survey, by=asked.by or (), wave=asked.waves or None,
            rules=asked.hiding.rules(), weight=None if asked.weighted else "",
            dont_know=asked.dont_know,
        )  # fmt: skip
    progress(1, 2, "writing the tables")
    return made, printed_tables(made)


def compare(
    study: str, user: str | None, asked: Compared, progress: Progress
) -> tuple[Comparison, Printed]:
    """Two waves compared, and the tables as they are printed."""
    from qualkit.export.survey_printed import printed_tables
    from qualkit.surveying import compare_of

    progress(0, 2, "comparing the answers")
    with Project.open(study, user=user) as project:
        made = compare_of(
            project, asked.survey, before=asked.before, after=asked.after,
            family=asked.family or None, adjust=asked.adjust, matched=asked.matched,
            clusters=asked.clusters or None, by=asked.by or (), top_two=asked.top_two,
            rules=asked.hiding.rules(),
        )  # fmt: skip
    progress(1, 2, "writing the tables")
    return made, printed_tables(made)


def all_findings(study: str, user: str | None, hiding: Hiding, progress: Progress) -> pd.DataFrame:
    """Every finding of a study."""
    from qualkit.surveying import findings_of

    progress(0, 0, "surveys, and what others published")
    with Project.open(study, user=user) as project:
        return findings_of(project, rules=hiding.rules())


def draw(
    made: Description | Comparison, survey: Survey, chart: Chart, progress: Progress
) -> dict[str, Drawn]:
    """Charts as pictures and in words, by kind; those that would show nothing are left out.

    Parameters
    ----------
    made : Description or Comparison
    survey : Survey
        For the ends of scales.
    chart : Chart
    progress : callable

    Raises
    ------
    QualkitError
        Where a chart would have too many pages, or a library is missing.
    """
    kinds = [kind for kind in chart.kinds if _shown(made, kind, chart)]
    drawn = {}
    for n, kind in enumerate(kinds):
        progress(n, len(kinds), CHARTS[kind].lower())
        drawn[kind] = _drawn(made, survey, kind, chart)
    return drawn


def _drawn(made: Description | Comparison, survey: Survey, kind: str, chart: Chart) -> Drawn:
    from qualkit.export import survey_charts

    options: dict[str, Any] = {"items": _shown(made, kind, chart), "by": chart.by}
    if kind in {"mean", "share"}:
        options |= {"measure": kind, "survey": survey}
    writers: dict[str, Any] = {
        "likert": survey_charts.likert, "distribution": survey_charts.distribution,
        "mean": survey_charts.before_after, "share": survey_charts.before_after,
    }  # fmt: skip
    of = kind if kind in survey_charts.KINDS else "before-after"
    words = survey_charts.described(made, of, **options)
    with private_folder() as folder:
        pages = {
            ending: writers[kind](made, folder / f"{made.survey}-{kind}{ending}", **options)
            for ending in (".png", ".svg")
        }
        names = tuple(page.stem for page in pages[".png"])
        png, svg = (tuple(one.read_bytes() for one in pages[end]) for end in (".png", ".svg"))
    return Drawn(names, png, svg, words)


_LIKERT: Final = ("ordinal",)
_OTHER: Final = ("nominal", "yes-no", "multiple")
_MEANS: Final = ("mean", "score")
_SHARES: Final = ("yes", "chosen", "top-two")


def _shown(made: Description | Comparison, kind: str, chart: Chart) -> tuple[str, ...]:
    """The items that a chart of this kind shows, in order: of those that were chosen, if any."""
    table = made.items
    column, wanted = {
        "likert": ("kind", _LIKERT), "distribution": ("kind", _OTHER),
        "mean": ("measure", _MEANS), "share": ("measure", _SHARES),
    }[kind]  # fmt: skip
    held = dict.fromkeys(map(str, table.loc[table[column].isin(wanted), "item"]))
    return tuple(one for one in held if not chart.items or one in chart.items)


def write(
    made: Description | Comparison | pd.DataFrame, name: str, ending: str, progress: Progress
) -> Made:
    """Results as a file: ``.docx``, ``.xlsx``, ``.csv`` or ``.html``."""
    from qualkit.export.survey_tables import write_tables

    progress(0, 1, "writing")
    with private_folder() as folder:
        path = folder / (re.sub(r"[^\w.-]+", "-", name).strip("-.") + ending)
        write_tables(made, path)
        return Made(path.name, path.read_bytes())


# In words ------------------------------------------------------------------------------------


def people_said(made: Comparison) -> str:
    """Who was compared, in a sentence or two."""
    people = made.people
    both = f"{people['before']:,} answered {made.before}, {people['after']:,} answered {made.after}"
    if made.design != "matched":
        return (
            f"{both}. They are compared as different people: nobody is followed from one wave to "
            "the other, and no test is of pairs."
        )
    ids = people.get("without id", 0)
    unknown = f", {ids:,} had no id" if ids else ""
    return (
        f"{both}. {people['matched']:,} are matched by their ids and compared; "
        f"{people['lost']:,} were lost, {people['new']:,} are new{unknown}."
    )


def alt(words: str) -> str:
    """What a picture is, to be heard at once; all of it stands in words below.

    >>> alt("Bars: s: other answers, t1. W1 Did you attend?: No 20 %. n: 40.")
    'Bars: s: other answers, t1. All of it stands in words below.'
    """
    return f"{words.split('. ', maxsplit=1)[0].rstrip('.')}. All of it stands in words below."


# Findings ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Sieve:
    """Which findings are shown.

    Attributes
    ----------
    origin, survey : str
        Empty for all.
    words : str
        That the sentence or id holds, in any case.
    usable, changes : bool
        These alone.
    """

    origin: str = ""
    survey: str = ""
    words: str = ""
    usable: bool = False
    changes: bool = False


def sifted(table: pd.DataFrame, sieve: Sieve) -> pd.DataFrame:
    """The findings that are wanted."""
    kept = table["finding"].notna()
    for column in ("origin", "survey"):
        if value := getattr(sieve, column):
            kept &= table[column] == value
    if sieve.usable:
        kept &= table["usable"]
    if sieve.changes:
        kept &= table["change"]
    for word in sieve.words.casefold().split():
        kept &= (table["text"] + " " + table["finding"]).map(
            lambda text, word=word: word in str(text).casefold()
        )
    return table[kept]


def readable(table: pd.DataFrame) -> pd.DataFrame:
    """Findings for reading: one row a finding, what it says first."""
    import pandas as pd

    return pd.DataFrame({
        "What": table["text"].map(_one_line), "Base": table["base"],
        "p": [_p(row) for row in table[["p", "p_text"]].to_dict("records")],
        "Adjusted p": table["p_adjusted"].map(_p_words),
        "Origin": table["origin"], "Source": table["source"].map(_one_line),
        "Usable": [("yes" if row["usable"] else f"no: {row['why']}")
                   for row in table[["usable", "why"]].to_dict("records")],
        "Finding": table["finding"],
    }).reset_index(drop=True)  # fmt: skip


def in_full(table: pd.DataFrame, rows: Sequence[int]) -> list[str]:
    """The lines that tell all of the chosen findings of such a table."""
    return [f"{name}: {value}" for at in rows if at < len(table)
            for name, value in table.iloc[at].items() if str(value)]  # fmt: skip


def _one_line(words: object) -> str:
    return " ".join(str(words).split())


def _p(row: Mapping[Any, Any]) -> str:
    return str(row["p_text"] or "") or _p_words(row["p"])


def _p_words(value: object) -> str:
    from qualkit.survey.findings import p_words

    known = plain(value)
    return p_words(None if known is None else float(str(known)))


def counted(table: pd.DataFrame, shown: pd.DataFrame) -> str:
    """How many findings there are, and how many are shown."""
    usable = int(shown["usable"].sum())
    of = "" if len(shown) == len(table) else f" of {len(table):,}"
    return f"{len(shown):,}{of} finding{'s'[: len(table) != 1]}; {usable:,} can be used."
