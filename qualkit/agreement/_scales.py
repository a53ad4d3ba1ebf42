"""What coders say of passages beyond the code: ratings on a scale, and stances.

A passage is what codings of one code make together that share words, whoever made them. Each
coder's judgement of it is that of their longest coding there; who did not code it is missing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from qualkit.agreement._arrays import Spans, joined
from qualkit.agreement._figures import intervals
from qualkit.agreement._judgements import NOMINAL, ORDINAL, RATIO
from qualkit.agreement.bands import band
from qualkit.agreement.ratings import krippendorff_alpha, percent_agreement
from qualkit.agreement.records import Coefficient
from qualkit.model import STANCES

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from qualkit.agreement._tables import Book
    from qualkit.agreement.presence import Presence

RATING: Final = "rating"
STANCE: Final = "stance"
ALL_CODES: Final = "all codes"
COLUMNS: Final = (
    "codebook", "code", "name", "what", "level", "coders", "sources", "n", "percent", "alpha",
    "alpha_reason", "alpha_low", "alpha_high", "p_below_667", "p_below_80", "flag", "band",
)  # fmt: skip
Row = dict[str, Any]


def scales_table(
    codings: pd.DataFrame, presence: Presence, book: Book, codes: pd.DataFrame, *, level: str
) -> pd.DataFrame:
    """One row a rating code and, of stances, one a code and one for all of them; see COLUMNS."""
    import pandas as pd

    passages = _passages(codings, presence, book)
    columns = zip(codes["codebook"], codes["code"], codes["scale"], strict=True)
    scales = {(b, c): [one["value"] for one in s] for b, c, s in columns if isinstance(s, list)}
    rows: list[Row] = []
    for number in book.codes:
        line = book.plan.lines[number]
        values = scales.get((line.codebook, line.code))
        if values:
            own = passages[passages["line"] == number]
            named = {"codebook": line.codebook, "code": line.code, "name": line.name}
            rows.append({**named, "what": RATING, **_judged(own, book, RATING, values, level)})
    said = passages[passages[STANCE].notna()]
    if len(said):
        nothing = {"codebook": "", "code": "", "name": ALL_CODES}
        rows.append({**nothing, "what": STANCE, **_judged(said, book, STANCE, STANCES, NOMINAL)})
        for number in sorted(said["line"].unique()):
            line = book.plan.lines[number]
            named = {"codebook": line.codebook, "code": line.code, "name": line.name}
            own = said[said["line"] == number]
            rows.append({**named, "what": STANCE, **_judged(own, book, STANCE, STANCES, NOMINAL)})
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _passages(codings: pd.DataFrame, presence: Presence, book: Book) -> pd.DataFrame:
    """One row a coding that counts: its passage, line, source, coder, length, rating, stance."""
    import numpy as np

    plan = book.plan
    line = {(plan.lines[n].codebook, plan.lines[n].code): n for n in book.codes}
    source = {name: n for n, name in enumerate(plan.sources)}
    coder = {name: n for n, name in enumerate(plan.coders)}
    there = {(s, b): set(presence.coders(s, b)) for s in source for b in plan.books}
    keys = zip(
        codings["source"], codings["codebook"], codings["code"], codings["coder"], strict=True
    )
    counts = [
        s in source and (b, c) in line and who in coder and who in there[s, b]
        for s, b, c, who in keys
    ]  # fmt: skip
    used = codings.loc[
        counts, ["source", "codebook", "code", "coder", "start", "end", RATING, STANCE]
    ]
    made = used.assign(
        line=[line[key] for key in zip(used["codebook"], used["code"], strict=True)],
        source=used["source"].map(source).astype("int64"),
        coder=used["coder"].map(coder).astype("int64"),
        size=used["end"] - used["start"],
    )
    group = (made["source"] * max(1, len(plan.lines)) + made["line"]).to_numpy(dtype=np.int64)
    start, end = (made[name].to_numpy(dtype=np.int64) for name in ("start", "end"))
    whole = joined(Spans(group, start, end), touching=False)
    far = int(end.max(initial=0)) + 1
    found = np.searchsorted(whole.group * far + whole.start, group * far + start, side="right") - 1
    return made.assign(passage=found)


def _judged(codings: pd.DataFrame, book: Book, what: str, scale: Sequence[Any], level: str) -> Row:
    """How far coders agree on the ratings or stances of passages."""
    import numpy as np
    import pandas as pd

    known = codings[codings[what].notna()].sort_values("size", kind="stable")
    last = known.drop_duplicates(["passage", "coder"], keep="last")
    wide = last.pivot(index="passage", columns="coder", values=what)  # noqa: PD010 - no aggregation
    source = last.drop_duplicates("passage").set_index("passage")["source"].reindex(wide.index)
    units, of = _units(wide.reindex(columns=range(len(book.plan.coders))), source, book)
    table = pd.DataFrame(units, columns=[str(n) for n in range(units.shape[1])], dtype=object)
    made = partial(krippendorff_alpha, level=level, values=list(scale))(table)
    percent = percent_agreement(table, values=list(scale))
    low, high, below = _interval(units, of, scale, level, book)
    pairable = (table.notna().sum(axis=1) > 1).to_numpy(dtype=bool)
    known_alpha = made.value is not None
    return {
        "level": level, "n": made.n, "percent": percent.value,
        "coders": int(wide[wide.notna().sum(axis=1) > 1].notna().any().sum()),
        "sources": len(set(np.asarray(of)[pairable].tolist())),
        **_alpha(made, (low, high) if known_alpha else (None, None)),
        "p_below_667": below[0] if known_alpha else None,
        "p_below_80": below[1] if known_alpha else None,
        "band": band(made.value, "krippendorff" if book.bands == "landis-koch" else book.bands),
    }  # fmt: skip


def _alpha(made: Coefficient, ends: tuple[float | None, float | None]) -> Mapping[str, Any]:
    return {
        "alpha": made.value, "alpha_reason": made.reason, "flag": made.flag,
        "alpha_low": ends[0], "alpha_high": ends[1],
    }  # fmt: skip


def _units(wide: pd.DataFrame, source: pd.Series, book: Book) -> tuple[np.ndarray, np.ndarray]:
    """Passages by coders; where coders are compared in pairs, passages of each pair."""
    import numpy as np

    values = wide.astype(object).where(wide.notna(), None).to_numpy(dtype=object)
    of = source.to_numpy(dtype=np.int64)
    if book.plan.whole:
        return values, of
    made = [values[:, [a, b]] for a, b in book.plan.pairs]
    both = [(one != None).all(axis=1) for one in made]  # noqa: E711 - element by element
    taken = [one[held] for one, held in zip(made, both, strict=True)]
    rows = np.concatenate(taken) if taken else np.empty((0, 2), dtype=object)
    return rows, np.concatenate([of[held] for held in both]) if both else of[:0]


def _interval(
    units: np.ndarray, of: np.ndarray, scale: Sequence[Any], level: str, book: Book
) -> tuple[float | None, float | None, tuple[float | None, float | None]]:
    """Both ends of alpha's interval, and how much of it lies below .667 and .80."""
    import numpy as np

    place = {value: n for n, value in enumerate(scale)}
    number = np.array([[place.get(v, -1) for v in row] for row in units], dtype=np.int64)
    number = number.reshape(units.shape)
    pairable = (number >= 0).sum(1) > 1
    sources, at = np.unique(of[pairable], return_inverse=True)
    sums = _coincidences(number[pairable], at, len(sources), len(scale))
    low, high, below = intervals(
        (sums.reshape(len(sources), 1, len(scale) ** 2),),
        lambda drawn: _alphas(drawn, scale, level)[..., None],
        draws=book.draws, seed=book.seed,
    )  # fmt: skip
    ends = [None if np.isnan(one) else float(one) for one in (*below[0, 0], low[0, 0], high[0, 0])]
    return ends[2], ends[3], (ends[0], ends[1])


def _coincidences(units: np.ndarray, at: np.ndarray, sources: int, values: int) -> np.ndarray:
    """How often values meet in the units of each source: [sources, values, values]."""
    import numpy as np

    made = np.zeros((sources, values, values))
    share = 1 / np.maximum((units >= 0).sum(1) - 1, 1)
    for a in range(units.shape[1]):
        for b in range(units.shape[1]):
            both = (units[:, a] >= 0) & (units[:, b] >= 0) if a != b else np.zeros(len(units), bool)
            np.add.at(made, (at[both], units[both, a], units[both, b]), share[both])
    return made


def _alphas(drawn: np.ndarray, scale: Sequence[Any], level: str) -> np.ndarray:
    """Alpha of coincidences: [draws, 1, values * values] to [draws, 1]."""
    import numpy as np

    met = drawn.reshape(*drawn.shape[:2], len(scale), len(scale))
    given = met.sum(-1)
    n = given.sum(-1)
    apart = _apart(given, scale, level)
    observed = (met * apart).sum((-1, -2))
    expected = (given[..., :, None] * given[..., None, :] * apart).sum((-1, -2))
    made: np.ndarray = np.full(n.shape, np.nan)
    np.divide((n - 1) * observed, expected, out=made, where=expected > 0)
    return 1 - made


def _apart(given: np.ndarray, scale: Sequence[Any], level: str) -> np.ndarray:
    """Krippendorff's squared difference of each two values, as often as each was given."""
    import numpy as np

    if level == NOMINAL:
        return 1.0 - np.eye(len(scale))
    if level != ORDINAL:
        low, high = (np.array(scale, dtype=float)[at] for at in ((slice(None), None), (None,)))
        both = np.where((low + high == 0) | (level != RATIO), 1.0, low + high)
        return np.asarray(((low - high) / both) ** 2)
    middle = np.cumsum(given, axis=-1) - given / 2
    return np.asarray((middle[..., :, None] - middle[..., None, :]) ** 2)
