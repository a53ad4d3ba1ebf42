"""Cue phrases of the codebook, found in texts in whatever form they take.

Matched with spaCy's phrase matcher over lemmas. Only phrases of a few words are cues; longer
ones are examples, and speak through their meaning.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from qualkit import _nlp

if TYPE_CHECKING:
    import numpy as np
    from scipy import sparse

    from qualkit.model import Code

LONGEST: Final = 4  # words of a phrase that is looked up word for word


class Cue(NamedTuple):
    """A cue where it stands: the code's place in the list, the cue, the span in the text."""

    code: int
    cue: str
    start: int
    end: int


class Matcher:
    """The cues of some codes, ready to be looked up."""

    def __init__(self, codes: Sequence[Code]) -> None:
        self._codes = len(codes)
        self._of: dict[str, set[int]] = {}
        for n, code in enumerate(codes):
            for cue in code.cues:
                if 0 < len(cue.split()) <= LONGEST:
                    self._of.setdefault(cue.strip().casefold(), set()).add(n)
        self._matcher = self._made() if self._of else None

    def __bool__(self) -> bool:
        return bool(self._of)

    def find(self, texts: Sequence[str]) -> list[list[Cue]]:
        """The cues in each text, in order."""
        if self._matcher is None:
            return [[] for _ in texts]
        found = []
        for doc in _nlp.docs(texts):
            here: dict[tuple[int, int, int], Cue] = {}
            for key, begin, end in self._matcher(doc):
                span = doc[begin:end]
                for code in sorted(self._of[doc.vocab.strings[key]]):
                    place = (code, span.start_char, span.end_char)
                    here.setdefault(place, Cue(code, span.text, span.start_char, span.end_char))
            found.append(sorted(here.values(), key=lambda cue: (cue.start, cue.code)))
        return found

    def _made(self) -> Any:  # noqa: ANN401 - a spaCy PhraseMatcher
        from spacy.matcher import PhraseMatcher

        made = PhraseMatcher(_nlp.pipeline().vocab, attr="LEMMA")
        for cue, doc in zip(self._of, _nlp.docs(self._of), strict=True):
            made.add(cue, [doc])
        return made

    def table(self, found: Sequence[Sequence[Cue]]) -> sparse.csr_matrix:
        """Texts by codes: 1 where a cue of the code stands, and half for each further one."""
        import numpy as np
        from scipy import sparse

        rows = [n for n, cues in enumerate(found) for _ in cues]
        codes = [cue.code for cues in found for cue in cues]
        counts = sparse.coo_matrix(
            (np.ones(len(rows), dtype=np.float32), (rows, codes)),
            shape=(len(found), self._codes),
        ).tocsr()
        counts.data = weight(counts.data)
        return counts


def weight(counts: np.ndarray) -> np.ndarray:
    """What so many cues weigh: 1, and half for each further one, two at most."""
    import numpy as np

    return np.minimum(0.5 + 0.5 * counts, 2).astype(np.float32)
