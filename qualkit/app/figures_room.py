"""Figures of agreement for the page: worked out in the background, put into words and tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from qualkit.agreement.bands import band
from qualkit.agreement.records import FLAGS, REASONS, Coefficient
from qualkit.agreement.study import Settings
from qualkit.app.export_room import plainly
from qualkit.app.files import private_folder
from qualkit.project import Project
from qualkit.tables import plain

if TYPE_CHECKING:
    import pandas as pd

    from qualkit.agreement.study import Agreement

Progress = Callable[[int, int, str], None]
UNITS: Final = {
    "character": "Each character",
    "sentence": "Each sentence",
    "turn": "Each turn",
    "segment": "Each coded segment (MAXQDA-like)",
}
OVER: Final = {"week": "Week by week", "version": "By version of the codebook"}
FIGURES: Final = {
    "percent": ("Per cent agreement", "Not corrected for chance; rare codes make it high."),
    "pooled_kappa": ("Pooled kappa", "Over all codes and pairs, as de Vries and others (2008)."),
    "alpha": ("Krippendorff's alpha", "For any number of coders, with what is missing left out."),
    "overlap": ("Overlap", "Coded by both, of what either coded; the rest plays no part."),
    "holsti": ("Holsti", "Segments that both have, of all; not corrected for chance."),
    "brennan_prediger": ("Kappa as Brennan and Prediger", "Every code is as likely by chance."),
}
_CORRECTED: Final = ("alpha", "pooled_kappa", "brennan_prediger")  # for chance
_COLUMNS: Final = {
    "name": "Code", "what": "What", "source": "Source", "coder_a": "Coder",
    "coder_b": "Other coder", "group": "Group", "period": "Period", "level": "Scale",
    "coders": "Coders", "sources": "Sources", "codes": "Codes", "applied": "Codings",
    "n": "Compared", "matched": "Matched", "percent": "Per cent", "kappa": "Kappa",
    "alpha": "Alpha", "ac1": "AC1", "overlap": "Overlap", "holsti": "Holsti", "bp": "Kappa (BP)",
    "band": "In words",
}  # fmt: skip
_INTERVALS: Final = ("kappa", "alpha", "bp")
_CHANCES: Final = {"p_below_667": "Chance of alpha under .667", "p_below_80": "under .80"}
_FEW: Final = 5  # sources, below which intervals are not estimated
_SHARES: Final = ("percent", "p_below_667", "p_below_80")


@dataclass(frozen=True, slots=True)
class Asked:
    """What figures are asked for.

    Attributes
    ----------
    settings : Settings
    by : str or None
        An attribute of coders or sources, to compare groups.
    over : str or None
        ``week`` or ``version``, to see drift.
    """

    settings: Settings
    by: str | None = None
    over: str | None = None


@dataclass(frozen=True, slots=True)
class Worked:
    """Figures as they were at one moment.

    Attributes
    ----------
    entry : int
        The last entry of the log then.
    asked : Asked
    made : Agreement
    after : Agreement or None
        With decisions in the place of what they settled; None while there are none.
    """

    entry: int
    asked: Asked
    made: Agreement
    after: Agreement | None


def work_out(study: str, user: str | None, asked: Asked, progress: Progress) -> Worked:
    """The figures that are asked for.

    Parameters
    ----------
    study : str
        Its path or address.
    user : str or None
        Who asks; somebody who codes blind gets no figure on what they must not see.
    asked : Asked
    progress : callable
        Takes steps done, steps in all, and what is at hand.
    """
    from qualkit.agreeing import agreement_of, before_and_after

    progress(0, 2, "comparing the coders")
    with Project.open(study, user=user) as project:
        entry = project.last_entry()
        made = agreement_of(project, asked.settings, by=asked.by, over=asked.over)
        after = None
        if not project.decisions().empty:
            progress(1, 2, "comparing them as they are after what was settled")
            after = before_and_after(project, asked.settings)[1]
        return Worked(entry, asked, made, after)


@dataclass(frozen=True, slots=True)
class Made:
    """A report that was written."""

    name: str
    data: bytes


def write(study: str, user: str | None, asked: Asked, ending: str, progress: Progress) -> Made:
    """A report of agreement as a file: ``.docx``, ``.xlsx`` or ``.html``."""
    from qualkit.agreeing import write_agreement

    progress(0, 2, "comparing the coders")
    with plainly(), Project.open(study, user=user) as project, private_folder() as folder:
        path = folder / f"{project.name}-agreement{ending}"
        write_agreement(project, path, asked.settings, by=asked.by, over=asked.over)
        return Made(path.name, path.read_bytes())


# Words and tables ----------------------------------------------------------------------------


def figure(value: float | None, low: float | None = None, high: float | None = None) -> str:
    """A figure with its interval: three digits, lest .797 reads as .80 and in other words.

    Examples
    --------
    >>> figure(0.8123, 0.74, 0.8813), figure(-0.0001), figure(None)
    ('0.812 (0.740 to 0.881)', '0.000', '')
    """
    if value is None:
        return ""
    interval = "" if low is None or high is None else f" ({low:.3f} to {high:.3f})"
    return f"{value:z.3f}{interval}"


def per_cent(value: float, low: float | None = None, high: float | None = None) -> str:
    """A share in per cent, with its interval, as the tables of codes have it.

    Examples
    --------
    >>> per_cent(0.9931, 0.9902, 0.9961), per_cent(1.0)
    ('99.3% (99.0% to 99.6%)', '100.0%')
    """
    interval = "" if low is None or high is None else f" ({low:.1%} to {high:.1%})"
    return f"{value:.1%}{interval}"


def coefficient(found: Coefficient, name: str = "") -> str:
    """A coefficient in words: its figure with its interval, or why there is none."""
    if found.value is None:
        return f"not defined: {REASONS.get(found.reason, found.reason)}"
    return (per_cent if name in _SHARES else figure)(found.value, found.low, found.high)


def overall(made: Agreement) -> pd.DataFrame:
    """The figures of a whole study: ``Figure``, ``Value``, ``In words``, ``What it says``."""
    import pandas as pd

    rows = []
    for name, found in made.overall.items():
        title, says = FIGURES.get(name, (name, ""))
        words = band(found.value, made.settings.bands) if name in _CORRECTED else ""
        flag = FLAGS.get(found.flag, "")
        rows.append((title, coefficient(found, name), words, f"{says} {flag}".strip()))
    return pd.DataFrame(rows, columns=["Figure", "Value (95 % interval)", "In words", "What it is"])


def compared(before: Agreement, after: Agreement) -> pd.DataFrame:
    """The figures as the coders left them, and with what was settled since."""
    import pandas as pd

    rows = [
        (
            FIGURES.get(name, (name, ""))[0],
            coefficient(found, name),
            coefficient(after.overall[name], name),
        )
        for name, found in before.overall.items()
        if name in after.overall
    ]
    return pd.DataFrame(rows, columns=["Figure", "As coded", "After settling"])


def readable(table: pd.DataFrame, names: Mapping[str, str] | None = None) -> pd.DataFrame:
    """A table of figures for reading: titles in words, reasons in words, shares in per cent.

    An interval becomes two columns; columns that are empty throughout are left out.

    Parameters
    ----------
    table : DataFrame
        One of :class:`qualkit.agreement.study.Agreement`.
    names : mapping, optional
        Titles of columns beyond the usual.
    """
    import pandas as pd

    titles = {**_COLUMNS, **_CHANCES, **(names or {})}
    made: dict[str, Any] = {}
    for column in map(str, table.columns):
        if column.endswith(("_reason", "_low", "_high")) or column == "flag":
            continue
        if column in titles:
            held = table[column]
            scale = 100 if column in _SHARES else 1
            is_figure = held.dtype.kind == "f"
            made[titles[column]] = _rounded(held * scale) if is_figure else held.map(_flat)
        if column in _INTERVALS and f"{column}_low" in table:
            for side in ("low", "high"):
                made[f"{titles[column]}, {side}"] = _rounded(table[f"{column}_{side}"])
    made["Note"] = [_note(row) for row in table.to_dict("records")]
    shown = pd.DataFrame(made, index=table.index)
    full = [name for name in shown if not shown[name].isna().all() and (shown[name] != "").any()]
    return shown[full].reset_index(drop=True)


def _rounded(figures: pd.Series[float]) -> pd.Series[float]:
    """Figures as they are shown; none is a zero below zero."""
    import pandas as pd

    return pd.to_numeric(figures).round(3) + 0.0


def _flat(value: object) -> object:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else value


def _note(row: Mapping[Any, Any]) -> str:
    """Why a figure is not defined, or what to be careful about, once each."""
    reasons = [plain(value) for name, value in row.items() if str(name).endswith("_reason")]
    told = [REASONS.get(str(one), str(one)) for one in dict.fromkeys(reasons) if one]
    flag = plain(row.get("flag"))
    return "; ".join([*told, *([FLAGS.get(str(flag), str(flag))] if flag else [])])


def heat(made: Agreement, paths: Mapping[str, str]) -> dict[str, Any]:
    """Kappa of each code for each pair of coders, for the component.

    Parameters
    ----------
    made : Agreement
    paths : mapping
        ``codebook/code`` to the names from the theme to the code.

    Returns
    -------
    dict
        ``label``; ``columns``, the pairs; ``rows``, one a code that was applied, each ``name``
        and ``cells``, one a pair: ``text``, ``title`` and ``share`` (0 to 1, or None where there
        is no figure).
    """
    used = {(row["codebook"], row["code"]) for row in applied(made.codes).to_dict("records")}
    cells = [row for row in made.cells.to_dict("records") if (row["codebook"], row["code"]) in used]
    pairs = list(dict.fromkeys((row["coder_a"], row["coder_b"]) for row in cells))
    rows: dict[str, dict[tuple[str, str], dict[str, Any]]] = {}
    for row in cells:
        code = f"{row['codebook']}/{row['code']}"
        rows.setdefault(code, {})[row["coder_a"], row["coder_b"]] = _cell(row, made.settings.bands)
    blank = {"text": "", "title": "Not compared", "share": None}
    return {
        "label": "Kappa of each code, by pair of coders",
        "columns": [f"{one} and {other}" for one, other in pairs],
        "rows": [
            {"name": paths.get(code, code), "cells": [held.get(pair, blank) for pair in pairs]}
            for code, held in rows.items()
        ],
    }


def _cell(row: Mapping[Any, Any], bands: str) -> dict[str, Any]:
    figure_of = "bp" if "bp_low" in row else "kappa"  # segments have Brennan and Prediger's alone
    known = plain(row[figure_of])
    if known is None:
        return {"text": "none", "title": _note(row) or "Not defined", "share": None}
    value, low, high = (
        float(known), *(None if plain(row[name]) is None else float(row[name])
                        for name in (f"{figure_of}_low", f"{figure_of}_high")),
    )  # fmt: skip
    counts = ", ".join(
        f"{words} {int(row[name]):,}"
        for name, words in (("both", "both"), ("only_a", row["coder_a"] + " alone"),
                            ("only_b", row["coder_b"] + " alone"))
    )  # fmt: skip
    said = "; ".join(one for one in (band(value, bands), counts, _note(row)) if one)
    title = f"{figure(value, low, high)}; {said}"
    return {"text": f"{value:z.2f}", "title": title, "share": min(1.0, max(0.0, value))}


def applied(codes: pd.DataFrame) -> pd.DataFrame:
    """The rows of codes, or themes, that anybody applied; others have no figure."""
    return codes[codes["applied"] > 0].reset_index(drop=True)


def caution(made: Agreement) -> str:
    """What holds for all figures of agreement, to be read before them."""
    few = len(made.sources)
    small = (
        f" Only {few} source{'' if few == 1 else 's'} could be compared: with fewer than five no "
        "interval is estimated, and a figure may change much with the next."
        if few < _FEW
        else ""
    )
    return (
        "Figures say how alike coders work, not whether they are right; the passages say more. "
        "They suit a codebook that several people apply in the same way (O'Connor and Joffe "
        "2020), not reflexive thematic analysis, whose authors reject them (Braun and Clarke "
        f"2021).{small}"
    )
