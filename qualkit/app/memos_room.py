"""What the page Memos does: find memos, say what each is about, and what is in each set."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from qualkit.project import Project

if TYPE_CHECKING:
    import pandas as pd

ABOUT: Final[Mapping[str, str]] = {
    "study": "the study", "source": "a source", "case": "a case", "code": "a code",
}  # fmt: skip
_LONGEST: Final = 60  # characters of a memo in a list


def found(table: pd.DataFrame, about: str, words: str) -> pd.DataFrame:
    """The memos about one kind of thing (all where empty) in which all the words stand."""
    chosen = table if not about else table[table["about"] == about]
    said = (chosen["title"] + "\n" + chosen["text"] + "\n" + chosen["of"]).str.casefold()
    for word in words.casefold().split():
        kept = said.str.contains(word, regex=False)
        chosen, said = chosen[kept], said[kept]
    return chosen


def rows_of(table: pd.DataFrame) -> dict[str, dict[str, Any]]:
    """Each memo by its id."""
    return {
        str(row["memo"]): {str(name): value for name, value in row.items()}
        for row in table.to_dict("records")
    }


def label(memo: Mapping[str, Any]) -> str:
    r"""A memo in a list: its title or first words, and what it is about.

    >>> label({"title": "", "text": "Ask again.\nSoon.", "about": "source", "of": "p1"})
    'Ask again. Soon. (source p1)'
    """
    words = " ".join((memo["title"] or memo["text"]).split())
    cut = words if len(words) <= _LONGEST else f"{words[: _LONGEST - 3]}..."
    return f"{cut} ({' '.join((memo['about'], memo['of'])).strip()})"


def things(project: Project, about: str) -> dict[str, str]:
    """What a memo can be about, by the name that the study knows it by, as people read it."""
    if about == "source":
        return {name: name for name in project.sources()["source"]}
    if about == "case":
        return {name: name for name in project.cases()["case"]}
    if about == "code":
        codes = project.codes()
        keys = codes["codebook"] + "/" + codes["code"]
        return dict(zip(keys, codes["path"] + " (" + codes["codebook"] + ")", strict=True))
    return {}


def sets(table: pd.DataFrame) -> pd.DataFrame:
    """One row a set: its id, name, description, and how many members of each kind."""
    import pandas as pd

    counts = {
        kind: (table["kind"] == kind).groupby(table["collection"], sort=False).sum()
        for kind in ("source", "code", "memo")
    }
    heads = table.drop_duplicates("collection").set_index("collection")[["name", "description"]]
    return heads.join(pd.DataFrame(counts)).rename_axis("collection").reset_index()


def members(table: pd.DataFrame, chosen: str, memos: pd.DataFrame) -> pd.DataFrame:
    """The members of a set; a memo by its label."""
    own = table[(table["collection"] == chosen) & (table["kind"] != "")]
    by_id = {memo: label(row) for memo, row in rows_of(memos).items()}
    return own.assign(member=[by_id.get(one, one) for one in own["member"]])[["kind", "member"]]
