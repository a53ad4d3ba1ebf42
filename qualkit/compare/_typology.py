"""Cases that are alike across themes, grouped, with the reason for each group in words.

A case is described by how many of its sources speak of each theme and how they speak of it;
likeness is Gower's (1971), which leaves out what either lacks; groups are joined by average
linkage, and how well they hold is the silhouette (Rousseeuw 1987).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

from qualkit.compare._lines import Line, numbers_of, themes_of
from qualkit.compare._marks import marks_of
from qualkit.errors import MissingExtra, NotEnough, QualkitError
from qualkit.framework import values_of, with_case_attributes
from qualkit.tables import check

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from qualkit.model import Framework

FEWEST: Final = 3
MOST_ROWS: Final = 3_000  # likeness is between every two
MOST_GROUPS: Final = 6
_FEW: Final = 8  # under so many rows, one row more may change every group
_WEAK: Final = 0.25  # silhouettes under it mean no structure (Kaufman and Rousseeuw 1990)
_TELLING: Final = 0.25  # a quarter of the way from never to always, or from bad to good
_MOST_REASONS: Final = 4
_SIGN: Final = {"positive": 1, "negative": -1, "mixed": 0, "neutral": 0}


@dataclass(frozen=True, slots=True)
class Typology:
    """Groups of cases that are alike, and why.

    Attributes
    ----------
    groups : DataFrame
        One row a case or other row: ``row``, ``group``, in the order of the groups, which count
        from 1, the largest first.
    reasons : DataFrame
        One row a group: ``group``, ``size``, ``rows`` (their names), ``reason`` in words,
        ``themes`` (``codebook/code`` of those it names, the most telling first).
    silhouette : float
        -1 to 1: how much nearer rows are to their own group than to the next.
    warnings : tuple of str
    """

    groups: pd.DataFrame
    reasons: pd.DataFrame
    silhouette: float
    warnings: tuple[str, ...]

    @property
    def table(self) -> pd.DataFrame:
        """Every row with its group and the reason for it, for R and Excel."""
        reason = dict(zip(self.reasons["group"], self.reasons["reason"], strict=True))
        return self.groups.assign(reason=self.groups["group"].map(reason))


@dataclass(frozen=True, slots=True)
class _Profile:
    """What each row says: rows by themes.

    `speaking` and `of` count sources; `balance` is -1 (all negative) to 1, NaN without stances.
    """

    names: tuple[str, ...]
    themes: tuple[Line, ...]
    speaking: np.ndarray
    of: np.ndarray
    balance: np.ndarray

    @property
    def share(self) -> np.ndarray:
        """The share of each row's sources that speak of each theme."""
        made: np.ndarray = self.speaking / self.of[:, None]
        return made


def typology(
    codings: pd.DataFrame,
    *,
    sources: pd.DataFrame,
    codes: pd.DataFrame,
    cases: pd.DataFrame | None = None,
    rows: str = "case",
    k: int | None = None,
    framework: Framework | None = None,
) -> Typology:
    """Group cases by what is said in them of each theme, with the reason for each group.

    The same study gives the same groups: nothing is left to chance.

    Parameters
    ----------
    codings, sources, codes, cases : DataFrame
        With the columns of :mod:`qualkit.tables`.
    rows : str
        What is grouped: ``case``, ``source``, or the values of an attribute of either. At most
        3,000; rows without a coding are left out, and told.
    k : int, optional
        How many groups; by default that of 2 to 6 with the best silhouette.
    framework : Framework, optional
        The themes; by default every theme of every codebook.

    Returns
    -------
    Typology

    Raises
    ------
    NotEnough
        Where fewer than three rows have codings under these themes.
    QualkitError
        For more than 3,000 rows.
    ValueError
        For a `k` under 2, or not under the number of rows.
    UnknownName
        For an attribute or theme that is not there.
    MissingExtra
        Where scikit-learn is not installed.

    Notes
    -----
    A theme counts twice: by the share of a row's sources that speak of it, and by the balance of
    the stances given, the share positive less the share negative. A balance that either of two
    rows lacks is left out between them. A typology of a few cases is a way to see them, no finding:
    read the cells of the grid before a group gets a name.

    References
    ----------
    Gower, J. C. (1971) A general coefficient of similarity and some of its properties.
    Rousseeuw, P. J. (1987) Silhouettes: a graphical aid to the validation of cluster analysis.
    Kaufman, L. and Rousseeuw, P. J. (1990) Finding Groups in Data. Wiley.
    """
    check(codings, "codings")
    if find_spec("sklearn") is None:
        raise MissingExtra("scikit-learn", "nlp")
    row_of = values_of(with_case_attributes(sources, cases), rows)
    if len(set(row_of.values())) > MOST_ROWS:
        why = f"a typology takes at most {MOST_ROWS:,} rows; {rows!r} has"
        raise QualkitError(f"{why} {len(set(row_of.values())):,}: group by another attribute")
    profile, silent = _profile(codings, row_of, themes_of(codes, framework))
    count = len(profile.names)
    if count < FEWEST:
        why = f"groups need at least {FEWEST} rows with codings; {rows!r} has {count}"
        raise NotEnough(f"{why}: code more, or group by 'source'")
    if k is not None and not 2 <= k < count:
        raise ValueError(f"k {k} is not from 2 to {count - 1}, one less than there are rows")
    far = _distances(profile)
    tried = range(2, min(MOST_GROUPS, count - 1) + 1) if k is None else [k]
    labels, silhouette = _grouped(far, tried)
    return _told(profile, labels, silhouette, rows=rows, silent=silent)


def _profile(
    codings: pd.DataFrame, row_of: dict[str, str], themes: Sequence[Line]
) -> tuple[_Profile, int]:
    """The profile of every row and theme with codings, and how many rows have none."""
    import numpy as np

    names = list(dict.fromkeys(row_of.values()))
    place = {name: n for n, name in enumerate(names)}
    numbers = numbers_of(themes)
    speaking = np.zeros((len(names), len(themes)))
    signs, given = np.zeros_like(speaking), np.zeros_like(speaking)
    seen = set()
    for mark, stance in zip(marks_of(codings, row_of), codings["stance"], strict=True):
        for number in numbers.get(mark.key, ()):
            at = place[row_of[mark.source]], number
            if (mark.source, number) not in seen:
                seen.add((mark.source, number))
                speaking[at] += 1
            if stance in _SIGN:
                signs[at] += _SIGN[stance]
                given[at] += 1
    balance = np.divide(signs, given, out=np.full_like(signs, np.nan), where=given > 0)
    of = np.bincount([place[name] for name in row_of.values()], minlength=len(names))
    spoke, used = speaking.sum(axis=1) > 0, speaking.sum(axis=0) > 0
    profile = _Profile(
        tuple(name for name, some in zip(names, spoke, strict=True) if some),
        tuple(theme for theme, some in zip(themes, used, strict=True) if some),
        *(table[spoke] for table in (speaking[:, used], of, balance[:, used])),
    )
    return profile, len(names) - len(profile.names)


def _distances(profile: _Profile) -> np.ndarray:
    """Gower's distance between rows: the mean difference over what both have, 0 to 1."""
    import numpy as np

    rows = len(profile.names)
    far, both = np.zeros((rows, rows)), np.zeros((rows, rows))
    for table, wide in ((profile.share, 1.0), (profile.balance, 2.0)):
        for column in table.T:
            known = ~np.isnan(column)
            pairs = known[:, None] & known
            filled = np.where(known, column, 0.0) / wide
            far += np.abs(filled[:, None] - filled) * pairs
            both += pairs
    made: np.ndarray = far / both
    return made


def _grouped(far: np.ndarray, sizes: Sequence[int]) -> tuple[list[int], float]:
    """The groups with the best silhouette of these numbers of groups; the fewest of equals."""
    from sklearn.cluster import AgglomerativeClustering
    from sklearn.metrics import silhouette_score

    best: tuple[list[int], float] | None = None
    for k in sizes:
        made = AgglomerativeClustering(n_clusters=k, metric="precomputed", linkage="average")
        labels = made.fit_predict(far)
        score = round(float(silhouette_score(far, labels, metric="precomputed")), 9)
        if best is None or score > best[1]:
            best = [int(one) for one in labels], score
    if best is None:
        raise ValueError("no number of groups was asked for")
    return best


def _told(
    profile: _Profile, labels: Sequence[int], silhouette: float, *, rows: str, silent: int
) -> Typology:
    import pandas as pd

    members: dict[int, list[int]] = {}
    for row, label in enumerate(labels):
        members.setdefault(label, []).append(row)
    ordered = sorted(members.values(), key=lambda held: (-len(held), held[0]))
    placed = [(profile.names[row], n) for n, held in enumerate(ordered, 1) for row in held]
    reasons = []
    for number, held in enumerate(ordered, 1):
        said = _reasons(profile, held, rows)
        words = "; ".join(text for _, text in said) or "no single theme sets it apart"
        names = [profile.names[row] for row in held]
        reasons.append((number, len(held), names, words, list(dict.fromkeys(t for t, _ in said))))
    return Typology(
        pd.DataFrame(placed, columns=["row", "group"]),
        pd.DataFrame(reasons, columns=["group", "size", "rows", "reason", "themes"]),
        silhouette,
        _warnings(len(labels), silhouette, rows=rows, silent=silent),
    )


def _warnings(count: int, silhouette: float, *, rows: str, silent: int) -> tuple[str, ...]:
    said = []
    if silent:
        said.append(f"rows of {rows!r} without a coding under these themes, left out: {silent}")
    if count < _FEW:
        said.append(f"only {count} rows: one more could change every group")
    if silhouette < _WEAK:
        said.append(f"no clear groups: silhouette {silhouette:.2f}, under {_WEAK}")
    return tuple(said)


def _reasons(profile: _Profile, held: Sequence[int], rows: str) -> list[tuple[str, str]]:
    """Themes that set rows apart from all others, the most telling first: theme, words."""
    import numpy as np

    inside = np.zeros(len(profile.names), dtype=bool)
    inside[list(held)] = True
    found: list[tuple[float, str, str]] = []
    for n, theme in enumerate(profile.themes):
        key = f"{theme.codebook}/{theme.code}"
        share = profile.share[:, n]
        apart = float(share[inside].mean() - share[~inside].mean())
        found.append((abs(apart), key, _speaks(profile, n, inside, rows, more=apart > 0)))
        balances = [profile.balance[some, n] for some in (inside, ~inside)]
        means = [float(one[~np.isnan(one)].mean()) for one in balances if not np.isnan(one).all()]
        if len(means) == 2 and _tone(means[0]) != _tone(means[1]):
            words = f"{_tone(means[0])} on {theme.name} (elsewhere {_tone(means[1])})"
            found.append((abs(means[0] - means[1]) / 2, key, words))
    found.sort(key=lambda one: -round(one[0], 9))
    return [(key, words) for far, key, words in found if far >= _TELLING][:_MOST_REASONS]


def _speaks(profile: _Profile, theme: int, inside: np.ndarray, rows: str, *, more: bool) -> str:
    """How many rows of a group speak of a theme, and elsewhere; sources where rows say little."""
    spoke, count = (profile.speaking[:, theme] > 0).astype(int), (profile.of > 0).astype(int)
    noun = {"case": "cases", "source": "sources"}.get(rows, "rows")
    if abs(spoke[inside].mean() - spoke[~inside].mean()) < _TELLING:
        spoke, count, noun = profile.speaking[:, theme].astype(int), profile.of, "sources"
    a, b = int(spoke[inside].sum()), int(count[inside].sum())
    there = f"elsewhere {int(spoke[~inside].sum())} of {int(count[~inside].sum())}"
    name = profile.themes[theme].name
    if not a:
        return f"silent on {name} in {b} of {b} {noun} ({there} speak of it)"
    return f"speaks {'' if more else 'less '}of {name} in {a} of {b} {noun} ({there})"


def _tone(balance: float) -> str:
    if abs(balance) <= 1 / 3:
        return "divided"
    return "positive" if balance > 0 else "negative"
