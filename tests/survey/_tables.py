"""Published tables made out of simulated raw answers, as a report would print them.

`clean_table` gives a table in which nothing is wrong: every figure was computed from answers and
rounded, half up or half to even. `plant` spoils one figure of it.
"""

from __future__ import annotations

import math
import random
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from fractions import Fraction

from scipy import stats

KEY = {"*": "0.10", "**": "0.05", "***": "0.01"}
MODES = (ROUND_HALF_UP, ROUND_HALF_EVEN)


class Print:
    """How one report prints numbers: its way of rounding."""

    def __init__(self, rng):
        self.mode = rng.choice(MODES)

    def __call__(self, value, decimals, *, sign=False):
        exact = Fraction(value)
        number = (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(
            Decimal(1).scaleb(-decimals), self.mode
        )
        number = number + 0 if number else abs(number)  # no negative nought
        return f"{number:+}" if sign and number else f"{number}"


def stars_for(p):
    return next((mark for mark, level in reversed(KEY.items()) if p < float(level)), "")


def columns(header, measures, lines, **about):
    """A table whose columns are items."""
    return {"layout": "columns-are-items", "header": header, "measures": measures,
            "rows": lines, **about}  # fmt: skip


def rows(header, measures, lines, **about):
    return {"header": header, "measures": measures, "rows": lines, **about}


def answers(rng, n, top, shift=0.0):
    weights = [rng.random() + 0.1 for _ in range(top)]
    return [
        min(top, max(1, a + (rng.random() < shift)))
        for a in rng.choices(range(1, top + 1), weights, k=n)
    ]


def mean_of(values):
    return Fraction(sum(values), len(values))


def sd_of(values):
    middle = mean_of(values)
    return math.sqrt(sum((v - middle) ** 2 for v in values) / (len(values) - 1))


def paired(rng, *, own_bases=False):  # noqa: PLR0914 - what a table of tests prints
    show, top = Print(rng), rng.choice([4, 5, 7])
    base, decimals = rng.randint(12, 90), rng.choice([1, 2, 2])
    turned, printed_n = rng.choice([1, -1]), own_bases and rng.random() < 0.5
    shown = []
    for _ in range(rng.randint(3, 8)):
        n = rng.randint(max(8, base - 8), base) if own_bases else base
        before = answers(rng, n, top)
        after = [min(top, max(1, b + rng.choice([-1, 0, 0, 1, 1]))) for b in before]
        change = [a - b for a, b in zip(after, before, strict=True)]
        if len(set(change)) < 2:
            change[0] -= 1
            after[0] = before[0] + change[0]
            if after[0] < 1:
                return paired(rng, own_bases=own_bases)
        t = float(mean_of(change)) / (sd_of(change) / math.sqrt(n)) * turned
        p = 2 * stats.t.sf(abs(t), n - 1)
        root = math.sqrt(n)
        shown.append([
            f"{show(mean_of(before), decimals)} ({show(sd_of(before) / root, 2)})",
            f"{show(mean_of(after), decimals)} ({show(sd_of(after) / root, 2)})",
            show(mean_of(change), decimals, sign=True), show(t, 2) + stars_for(p),
            show(p, 3) if p >= 0.0005 else "<0.001", str(n),
        ])  # fmt: skip
    labels = ["Mean before", "Mean after", "Change", "t", "p", "n"]
    roles = ["mean+se@before", "mean+se@after", "change", "t", "p", "n"]
    kept = [0, 1, 3] + [at for at in (2, 4) if rng.random() < 0.5] + ([5] if printed_n else [])
    lines = [[labels[at], *(item[at] for item in shown)] for at in kept]
    about = (
        {"sign": {1: "after-minus-before", -1: "before-minus-after"}[turned]}
        if rng.random() < 0.5
        else {}
    )
    return columns(
        ["", *(f"Item {n}" for n in range(1, len(shown) + 1))],
        {labels[at]: roles[at] for at in kept}, lines, base=str(base), design="paired",
        test="paired-t", stars=KEY, scale={"min": "1", "max": str(top), "integer": "true"}, **about,
    )  # fmt: skip


def independent(rng):
    show, top = Print(rng), rng.choice([4, 5])
    n, m = rng.randint(10, 200), rng.randint(10, 90)
    student, lines = rng.random() < 0.5, []
    for number in range(rng.randint(3, 8)):
        first, second = answers(rng, n, top), answers(rng, m, top, 0.3)
        test = stats.ttest_ind(second, first, equal_var=student)
        if not math.isfinite(test.statistic):
            continue
        lines.append([
            f"Item {number}",
            f"{show(mean_of(first), 2)} ({show(sd_of(first) / math.sqrt(n), 2)})",
            f"{show(mean_of(second), 2)} ({show(sd_of(second) / math.sqrt(m), 2)})",
            show(test.statistic, 2), show(test.pvalue, 3),
        ])  # fmt: skip
    return rows(
        ["", "W1", "W2", "t", "p"],
        {"": "label", "W1": "mean+se@w1", "W2": "mean+se@w2", "t": "t", "p": "p"}, lines,
        base={"w1": str(n), "w2": str(m)}, design="independent", test="t",
        scale={"min": "1", "max": str(top), "integer": "true"},
    )  # fmt: skip


def deviations(rng):
    show, top, n, lines = Print(rng), rng.choice([1, 5, 10]), rng.randint(5, 150), []
    for number in range(rng.randint(2, 7)):
        values = [rng.randint(0, top) for _ in range(n)]
        spread = sd_of(values)
        lines.append([f"Item {number}", show(mean_of(values), 2), show(spread, 2),
                      show(spread / math.sqrt(n), 3)])  # fmt: skip
    return rows(
        ["", "M", "SD", "SE"], {"": "label", "M": "mean", "SD": "sd", "SE": "se"}, lines,
        base=str(n), design="single", scale={"min": "0", "max": str(top), "integer": "true"},
    )  # fmt: skip


def kinds(rng, *, own_bases=False):
    """Shares of people who said yes, before and after, with the change in points."""
    show, base, decimals = Print(rng), rng.randint(15, 160), rng.choice([0, 0, 1, 2])
    lines = []
    for number in range(rng.randint(3, 15)):
        n = rng.randint(max(8, base - 6), base) if own_bases else base
        shares = [Fraction(100 * rng.randint(0, n), n) for _ in range(2)]
        if rng.random() < 0.2:
            shares[1] = shares[0]
        change = shares[1] - shares[0]
        lines.append([f"Kind {number}", *(show(one, decimals) for one in shares),
                      show(change, decimals, sign=True) if change else "-"])  # fmt: skip
    return rows(
        ["", "Before", "After", "Change"],
        {"": "label", "Before": "percent@before", "After": "percent@after", "Change": "change"},
        lines, base=str(base), design="paired", test="none",
    )  # fmt: skip


def mcnemar(rng):
    show, n, lines = Print(rng), rng.randint(10, 120), []
    for number in range(rng.randint(3, 8)):
        both, gained, lost = (rng.randint(0, n // 3) for _ in range(3))
        changed = gained + lost
        exact = stats.binomtest(lost, changed, 0.5).pvalue if changed else 1.0
        plain = stats.chi2.sf((gained - lost) ** 2 / changed, 1) if changed else 1.0
        corrected = (
            stats.chi2.sf(max(abs(gained - lost) - 1, 0) ** 2 / changed, 1) if changed else 1.0
        )
        lines.append([f"Item {number}", show(Fraction(100 * (both + lost), n), 1),
                      show(Fraction(100 * (both + gained), n), 1),
                      show(rng.choice([exact, plain, corrected]), 3)])  # fmt: skip
    return rows(
        ["", "Before", "After", "p"],
        {"": "label", "Before": "percent@before", "After": "percent@after", "p": "p"}, lines,
        base=str(n), design="paired", test="mcnemar",
    )  # fmt: skip


def parts(rng):
    """One question's answers in two waves: counts and percentages, with their totals."""
    show, decimals = Print(rng), rng.choice([0, 1, 2])
    names = [f"Type {n}" for n in range(rng.randint(3, 14))]
    waves = [[rng.randint(0, 40) for _ in names] for _ in range(2)]
    bases = [sum(one) or 1 for one in waves]
    with_counts = rng.random() < 0.5
    lines = [
        [name, *(cell for wave, n in zip(waves, bases, strict=True) for cell in
                 ([str(wave[at])] if with_counts else []) + [show(Fraction(100 * wave[at], n), decimals)])]
        for at, name in enumerate(names)
    ]  # fmt: skip
    lines.append(
        [
            "Total",
            *(
                cell
                for wave in waves
                for cell in ([str(sum(wave))] if with_counts else [])
                + ["100" if sum(wave) else "0"]
            ),
        ]
    )
    roles = ["count", "percent"] if with_counts else ["percent"]
    header = [f"{role} {wave}" for wave in ("w1", "w2") for role in roles]
    return rows(
        ["", *header],
        {"": "label", "Total": "total", **{one: one.replace(" ", "@") for one in header}}, lines,
        base={"w1": str(bases[0]), "w2": str(bases[1])}, design="independent", test="none",
    )  # fmt: skip


def crossed(rng):
    """Counts by two things, with totals of rows and columns."""
    names, tops = (
        [f"Area {n}" for n in range(rng.randint(2, 12))],
        ["A", "B", "C", "D"][: rng.randint(2, 4)],
    )
    grid = [[rng.choice([0, 1, 2, 3, 7, 11, 26]) for _ in tops] for _ in names]
    lines = [[name, *map(str, row), str(sum(row))] for name, row in zip(names, grid, strict=True)]
    down = [sum(column) for column in zip(*grid, strict=True)]
    lines.append(["All", *map(str, down), str(sum(down))])
    return rows(
        ["", *tops, "Total"],
        {"": "label", "All": "total", "Total": "total", **dict.fromkeys(tops, "count")}, lines,
        design="single", test="none",
    )  # fmt: skip


def ranking(values):
    return [1 + sum(other > one for other in values) for one in values]


def consensus(rng, *, own_bases=False):
    show, areas = Print(rng), rng.randint(8, 40)
    indicators = rng.randint(4, 9)
    decimals = rng.choice([1, 2])
    scores = [[[rng.randint(0, 3) for _ in range(areas if not own_bases else areas - rng.randint(0, 2))]
               for _ in range(indicators)] for _ in range(2)]  # fmt: skip
    totals = [[sum(one) for one in phase] for phase in scores]
    change = [after - before for before, after in zip(*totals, strict=True)]
    lines = []
    for number, phase in enumerate(totals, 1):
        lines += [
            [f"Phase {number} totals", *map(str, phase)],
            [f"Phase {number} mean", *(show(mean_of(one), decimals) for one in scores[number - 1])],
            [f"Phase {number} rank", *map(str, ranking(phase))],
        ]
    lines += [["Change", *(f"{one:+}" if one else "-" for one in change)],
              ["Change rank", *map(str, ranking(change))]]  # fmt: skip
    measures = {f"Phase {n} {name}": f"{role}@phase{n}" for n in (1, 2)
                for name, role in (("totals", "total"), ("mean", "mean"), ("rank", "rank"))}  # fmt: skip
    return columns(
        ["Indicators", *(str(n) for n in range(1, indicators + 1))],
        {**measures, "Change": "change", "Change rank": "change-rank"}, lines, base=str(areas),
        design="group-consensus", test="none", scale={"min": "0", "max": "3", "integer": "true"},
    )  # fmt: skip


def distributions(rng):
    """How many areas gave each score, the total of scores and its mean."""
    show, areas, lines = Print(rng), rng.randint(6, 30), []
    for number in range(rng.randint(3, 7)):
        scores = [rng.randint(0, 3) for _ in range(areas)]
        lines.append([f"Indicator {number}", *(str(scores.count(s)) for s in range(4)),
                      str(sum(scores)), show(mean_of(scores), 2)])  # fmt: skip
    return rows(
        ["", "Score 0", "Score 1", "Score 2", "Score 3", "Total", "Mean"],
        {"": "label", **{f"Score {n}": "count" for n in range(4)}, "Total": "total", "Mean": "mean"},
        lines, base=str(areas), design="group-consensus",
        scale={"min": "0", "max": "3", "integer": "true"},
    )  # fmt: skip


MAKERS = {
    "paired": paired, "independent": independent, "deviations": deviations, "kinds": kinds,
    "mcnemar": mcnemar, "parts": parts, "crossed": crossed, "consensus": consensus,
    "distributions": distributions,
}  # fmt: skip


def clean_table(maker, seed, **options):
    """A table in which nothing is wrong, the same for the same seed."""
    made = MAKERS[maker](random.Random(f"{maker}-{seed}"), **options)  # noqa: S311 - no secret
    return {"id": f"{maker}-{seed}", **made}


# Faults ------------------------------------------------------------------------------------


def row_of(table, label):
    return next(row for row in table["rows"] if row[0] == label)


def _bigger(text, by):
    """The printed number with units added to its last digit, its stars and brackets kept."""
    number = text.split(" ")[0].rstrip("*")
    value = Decimal(number)
    moved = value + by * Decimal(1).scaleb(int(value.as_tuple().exponent))
    sign = "+" if number.startswith("+") and moved > 0 else ""
    return sign + f"{moved}" + text[len(number) :]


def wrong_total(rng, table):
    row = row_of(table, "All")
    at = rng.randrange(1, len(row))
    row[at] = str(int(row[at]) + rng.choice([1, 2, 9, 10]))
    return "All", {"sum"}


def wrong_part(rng, table):
    row = rng.choice(table["rows"][:-1])
    row[rng.randrange(1, len(row) - 1)] += "1"
    return None, {"sum"}


def wrong_change(rng, table):
    row = rng.choice(table["rows"])
    row[3] = _bigger(row[3] if row[3] != "-" else "0", rng.choice([-9, -3, 3, 9]))
    return row[0], {"change"}


def lost_minus(rng, table):
    falls = [
        row
        for row in table["rows"]
        if row[3].startswith("-") and len(row[3]) > 1 and abs(float(row[3])) > 2
    ]
    if not falls:
        return None
    row = rng.choice(falls)
    row[3] = "+" + row[3][1:]
    return row[0], {"change"}


def wrong_consensus_mean(rng, table):
    row = row_of(table, "Phase 2 mean")
    at = rng.randrange(1, len(row))
    row[at] = _bigger(row[at], rng.choice([-8, -4, 4, 8]))
    return table["header"][at], {"mean", "range"}


def wrong_rank(rng, table):
    row = row_of(table, rng.choice(["Phase 1 rank", "Change rank"]))
    at = rng.randrange(1, len(row))
    row[at] = str(int(row[at]) % (len(row) - 1) + 1)
    return table["header"][at], {"rank"}


def wrong_consensus_change(rng, table):
    row = row_of(table, "Change")
    at = rng.randrange(1, len(row))
    row[at] = _bigger(row[at] if row[at] != "-" else "0", rng.choice([-3, 3]))
    return table["header"][at], {"change"}


def slipped_point(rng, table):
    row = row_of(table, "t")
    usable = [
        at
        for at in range(1, len(row))
        if abs(float(row[at].rstrip("*"))) > 2.9 and row[at].endswith("***")
    ]
    if not usable:
        return None
    at = rng.choice(usable)
    row[at] = f"{float(row[at].rstrip('*')) / 10:.3f}***"
    return table["header"][at], {"stars", "se-bound"}


def turned_sign(rng, table):
    before, after, row = (row_of(table, one) for one in ("Mean before", "Mean after", "t"))
    number = [[float(cell.split(" ")[0]) for cell in one[1:]] for one in (before, after)]
    clear = [at for at in range(1, len(row)) if abs(number[0][at - 1] - number[1][at - 1]) > 0.21]
    if len(clear) < 3 or not any(row[at].startswith("-") for at in clear):
        return None
    at = rng.choice(clear)
    row[at] = row[at][1:] if row[at].startswith("-") else f"-{row[at]}"
    return table["header"][at], {"sign"}


def too_many_stars(rng, table):
    row = row_of(table, "t")
    bare = [at for at in range(1, len(row)) if "*" not in row[at] and abs(float(row[at])) < 1.2]
    if not bare:
        return None
    at = rng.choice(bare)
    row[at] += rng.choice(["*", "**", "***"])
    return table["header"][at], {"stars"}


def too_few_stars(rng, table):
    row = row_of(table, "t")
    full = [at for at in range(1, len(row)) if row[at].endswith("***")]
    if not full or sum("*" in cell for cell in row[1:]) < 2:
        return None
    at = rng.choice(full)
    row[at] = row[at].rstrip("*")
    return table["header"][at], {"stars"}


def wrong_p(rng, table):
    row = rng.choice(table["rows"])
    row[4] = f"{(float(row[4]) + 0.3) % 1:.3f}"
    return row[0], {"p"}


def wrong_welch(rng, table):
    rows_ = [row for row in table["rows"] if abs(float(row[3])) > 1]
    if not rows_:
        return None
    row = rng.choice(rows_)
    row[3] = f"{float(row[3]) * 10:.2f}"
    return row[0], {"se-bound"}


def wrong_deviation(rng, table):
    row = rng.choice(table["rows"])
    row[2] = f"{float(row[2]) * 10 + 1:.2f}"
    return row[0], {"sd-scale"}


def wrong_error(rng, table):
    row = rng.choice(table["rows"])
    row[3] = f"{float(row[3]) * 10:.3f}"
    return row[0], {"se-scale"} if float(row[3]) else {}


def over_hundred(rng, table):
    row = rng.choice(table["rows"])
    row[rng.choice([1, 2])] = "112"
    return row[0], {"range"}


def off_the_scale(rng, table):
    row = rng.choice(table["rows"])
    row[1] = f"{float(table['scale']['max']) + 0.4:.2f}"
    return row[0], {"range"}


def wrong_mcnemar(rng, table):
    far = [
        row
        for row in table["rows"]
        if abs(float(row[1]) - float(row[2])) * float(table["base"]) > 700
    ]
    if not far:
        return None
    row = rng.choice(far)
    row[3] = "0.750"
    return row[0], {"mcnemar"}


def wrong_distribution(rng, table):
    row = rng.choice(table["rows"])
    row[6] = _bigger(row[6], rng.choice([-12, 12]))
    return row[0], {"mean"}


def wrong_base(rng, table):
    if len(table["header"]) != 3 or not any("." in row[1] for row in table["rows"][:-1]):
        return None
    if "." in table["rows"][0][1] and len(table["rows"][0][1].split(".")[1]) < 2:
        return None
    table["base"]["w1"] = str(int(table["base"]["w1"]) + 3)
    return "", {"base"}


def wrong_percent_of_count(rng, table):
    if len(table["header"]) != 5:
        return None
    row = rng.choice(table["rows"][:-1])
    row[2] = _bigger(row[2], 3)
    return row[0], {"count-percent"}


FAULTS = {
    wrong_total: "crossed", wrong_part: "crossed", wrong_change: "kinds", lost_minus: "kinds",
    over_hundred: "kinds", wrong_consensus_mean: "consensus", wrong_rank: "consensus",
    wrong_consensus_change: "consensus", slipped_point: "paired", turned_sign: "paired",
    too_many_stars: "paired", too_few_stars: "paired", wrong_p: "independent",
    wrong_welch: "independent", off_the_scale: "independent", wrong_deviation: "deviations",
    wrong_error: "deviations", wrong_mcnemar: "mcnemar", wrong_distribution: "distributions",
    wrong_base: "parts", wrong_percent_of_count: "parts",
}  # fmt: skip


def faulty_tables(fault, count):
    """Tables with this fault: each with the item that it is in, and the checks that may find it."""
    seed = 0
    while count:
        seed += 1
        table = clean_table(FAULTS[fault], seed)
        place = fault(random.Random(seed), table)  # noqa: S311
        if place is not None:
            count -= 1
            yield table, *place
