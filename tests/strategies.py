"""What Hypothesis makes up: texts with every kind of letter, codebooks, sources."""

from __future__ import annotations

from hypothesis import strategies as st

LETTERS = st.characters(blacklist_categories=("Cs", "Cc"), blacklist_characters="\ufffe\uffff")
HARD_LETTERS = st.sampled_from(
    [
        "a",
        "é",
        "é",
        "😀",
        "👩\u200d👩\u200d👧",
        "🇬🇧",
        "اب",
        "\u202e",
        "\u200b",
        "“",
        "’",
        "–",
        "\xa0",
        "\ufeff",
        "ﬁ",
        "ß",
    ]
)
TEXTS = st.lists(st.one_of(LETTERS, HARD_LETTERS), min_size=3, max_size=80).map("".join)
NAMES = st.text(st.characters(whitelist_categories=("Lu", "Ll", "Nd")), min_size=1, max_size=20)
IDS = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,12}", fullmatch=True)
