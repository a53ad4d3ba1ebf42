"""Consensus on the page: how far each source is, what may be signed off, codes to redefine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qualkit.tables import plain
from qualkit.wording import many

if TYPE_CHECKING:
    import pandas as pd

    from qualkit.project import Project


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one source stands.

    Attributes
    ----------
    said : str
        In words.
    signed : bool
        Whether a sign-off holds.
    was_signed : bool
        Whether there is one, though the source may have changed since.
    """

    said: str
    signed: bool
    was_signed: bool


def in_words(table: pd.DataFrame) -> str:
    """How far the consensus of a study is, in a sentence.

    Parameters
    ----------
    table : DataFrame
        As :func:`qualkit.settling.progress_of_consensus` gives it.
    """
    settled, waiting = int(table["settled"].sum()), int(table["open"].sum())
    rows = table.to_dict("records")
    signed = sum(_signed(row) for row in rows)
    alone = len(rows) - sum(_is_shared(row) for row in rows)
    single = (
        f" {many(alone, 'source')} {'has' if alone == 1 else 'have'} no second coder."
        if alone
        else ""
    )
    changed = sum(bool(plain(one)) for one in table["changed"])
    again = (
        f" {many(changed, 'source')} changed after the sign-off; look at them again."
        if changed
        else ""
    )
    return (
        f"{settled} of {many(settled + waiting, 'disagreement')} settled; {signed} of "
        f"{many(len(table), 'source')} signed off.{single}{again}"
    )


def _is_shared(row: Mapping[object, object]) -> bool:
    coders = row["coders"]
    return isinstance(coders, list | tuple) and len(coders) > 1


def _signed(row: Mapping[object, object]) -> bool:
    return bool(plain(row["signed"])) and not plain(row["changed"])


def sources(table: pd.DataFrame) -> pd.DataFrame:
    """One row a source that two people coded or that was signed off, for reading.

    Returns
    -------
    DataFrame
        ``Source``, ``Coders``, ``Passages``, ``Agreed``, ``To settle``, ``Settled`` (share of the
        disagreements, missing where there are none) and ``Sign-off``.
    """
    import pandas as pd

    rows = [
        (
            row["source"],
            ", ".join(row["coders"]),
            row["passages"],
            row["agreed"],
            row["open"],
            _share(int(row["settled"]), int(row["open"])),
            _sign(row),
        )
        for row in table.to_dict("records")
        if _is_shared(row) or plain(row["signed"])
    ]
    columns = ["Source", "Coders", "Passages", "Agreed", "To settle", "Settled", "Sign-off"]
    return pd.DataFrame(rows, columns=columns)


def _share(settled: int, waiting: int) -> float | None:
    return round(settled / (settled + waiting), 2) if settled + waiting else None


def _sign(row: Mapping[object, object]) -> str:
    """Who signed a source off, and whether that still holds."""
    if not plain(row["signed"]):
        return ""
    by = str(plain(row["signed_by"]) or "")
    return f"{by}, but changed since" if plain(row["changed"]) else by


def by_need(table: pd.DataFrame) -> list[str]:
    """The sources by what waits: ready to be signed off, to be settled, of one coder, signed."""
    rows = table.to_dict("records")
    ranked = sorted(rows, key=lambda row: (_signed(row), not _is_shared(row), int(row["open"]) > 0))
    return [str(row["source"]) for row in ranked]


def standing(table: pd.DataFrame, source: str) -> Standing:
    """Where one source stands, and what can be done with its sign-off."""
    row = next(row for row in table.to_dict("records") if row["source"] == source)
    waiting = int(row["open"])
    told = "Nobody else coded it, so there is nothing to settle."
    if _is_shared(row):
        told = _waiting(waiting)
    if sign := _sign(row):
        told += f" Signed off by {sign}."
    return Standing(told, _signed(row), bool(plain(row["signed"])))


def _waiting(waiting: int) -> str:
    if not waiting:
        return "All of it is settled."
    return (
        f"{many(waiting, 'disagreement')} of it {'is' if waiting == 1 else 'are'} not settled yet; "
        "to sign it off all the same, say in the note why."
    )


def sign_off(project: Project, source: str, note: str) -> None:
    """Sign a source off, in the name of who works."""
    from qualkit.settling import sign_off as sign

    sign(project, source, by=project.user, note=note)


def withdraw(project: Project, source: str) -> None:
    """Take a sign-off back."""
    project.withdraw_sign_off(source)


# Codes ---------------------------------------------------------------------------------------


def redefined(table: pd.DataFrame, paths: Mapping[str, str]) -> pd.DataFrame:
    """Codes on which people disagree, for reading.

    Parameters
    ----------
    table : DataFrame
        As :func:`qualkit.settling.to_redefine_of` gives it.
    paths : mapping
        ``codebook/code`` to the names from the theme to the code.
    """
    import pandas as pd

    codes = zip(table["codebook"], table["code"], table["name"], strict=True)
    return pd.DataFrame({
        "Code": [paths.get(f"{book}/{code}", name) for book, code, name in codes],
        "Passages": table["passages"].tolist(),
        "Disagreed": table["disagreed"].tolist(),
        "Share": table["share"].round(2).tolist(),
        "What may help": table["advice"].tolist(),
    })  # fmt: skip


def confused(table: pd.DataFrame) -> pd.DataFrame:
    """Codes that were taken for one another, for reading.

    Parameters
    ----------
    table : DataFrame
        As :func:`qualkit.agreement.disagreements.confusion` gives it.
    """
    import pandas as pd

    return pd.DataFrame({
        "Code": table["name_a"].tolist(),
        "Taken for": table["name_b"].tolist(),
        "Passages": table["passages"].tolist(),
        "To settle": table["open"].tolist(),
    })  # fmt: skip
