"""Words of a text as the search for names sees them: where each is, what opens a sentence."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from qualkit.privacy import vocabulary as known

_LETTER: Final = r"(?:[^\W\d_][\u0300-\u036f]*)"
_TOKEN: Final = re.compile(
    rf"{_LETTER}(?:[^\W_]|[\u0300-\u036f])*(?:['’ʼ‐‑-]{_LETTER}(?:[^\W_]|[\u0300-\u036f])*)*"
)
_STOP: Final = re.compile(r"[.?!…\n\r\t:“”«»\"(\[\]—–>|•*]|(?:^|\s)[-‘'](?:\s|$)|\s[‘']$")
AFTER_POSSESSION: Final = known.lists()["after_possession"]


class Token(NamedTuple):
    """One word: where it stands, folded and bare, and what is before it."""

    start: int
    end: int
    word: str
    folded: str
    bare: str
    opens: bool  # a sentence, a line, what is quoted
    joined: bool  # one space from the word before, or a full stop after its abbreviation


def tokens(text: str) -> list[Token]:
    """The words of a text.

    >>> [(token.bare, token.opens) for token in tokens("Dr. Shah's in. Ring him.")]
    [('dr', True), ('shah', False), ('in', False), ('ring', True), ('him', False)]
    """
    made: list[Token] = []
    last, short = 0, False
    for match in _TOKEN.finditer(text):
        word, start, end = match.group(), match.start(), match.end()
        gap = text[last:start]
        plain = known.folded(word)
        close = bool(made) and (
            gap in {" ", "\u00a0", "  "} or (short and gap in {". ", ".", ".\u00a0"})
        )
        opens = not made or (not close and _STOP.search(gap) is not None)
        made.append(Token(start, end, word, plain, known.bare(plain), opens, close))
        short = plain in known.ABBREVIATED or (len(word) == 1 and word.isupper())
        last = end
    return made


def is_capitalised(word: str) -> bool:
    """Whether a word has a capital, or is of a script that has none: `李娜`."""
    return not word[0].islower() and (word[0].isupper() or not word.isascii())


def end_of(words: Sequence[Token], at: int) -> int:
    """The end of a name; its `'s` stays out where it is of something (`Sarah's mum`)."""
    token = words[at]
    if not token.folded.endswith("'s"):
        return token.end
    after = words[at + 1] if at + 1 < len(words) else None
    if after is None or not after.joined or after.folded in AFTER_POSSESSION:
        return token.end
    return token.end - 2
