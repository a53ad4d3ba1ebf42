"""Studies that Hypothesis makes up, as other tools could hold them."""

from __future__ import annotations

from hypothesis import strategies as st

from qualkit.interchange.study import (
    Cell,
    Group,
    Mark,
    Note,
    Person,
    Study,
    Text,
    Unit,
    made_id,
)  # fmt: skip
from qualkit.model import STANCES, Code, Codebook, Level
from tests.strategies import HARD_LETTERS, IDS, LETTERS

BREAKS = st.sampled_from(
    ["\n", "\r\n", "\r", "\t", " ", "\n\n[qualkit]\nCue: x", "\x85", "e\u0301"]
)
WORDS = st.lists(st.one_of(LETTERS, HARD_LETTERS, BREAKS), max_size=8).map("".join)
LONGER = st.sampled_from(["", "We waited for long. ", "\ufeffAnn: yes\r\n", "😀 a\nb "]).flatmap(
    lambda start: WORDS.map(lambda words: start + words)
)
NAMES = st.sampled_from(["Time", "time", "Time (2)", "Trust", "Größe", "=1+1", 'a "b" <c>', "😀"])
COLOURS = st.sampled_from(["#5a6b7b", "#F00082", "#abc"])
DAYS = st.dates().map(lambda day: f"{day.isoformat()}T01:02:03Z")


def _some(kind, most=3):
    counts = st.sampled_from([*range(most, 0, -1), 0])
    return counts.map(lambda count: [made_id(kind, n) for n in range(count)])


@st.composite
def books(draw, number):
    count = draw(st.sampled_from([3, 1, 2, 4, 0]))
    idents = draw(st.lists(IDS, min_size=count, max_size=count, unique=True))
    codes = []
    for n, ident in enumerate(idents):
        parent = draw(st.sampled_from([None, *idents[:n]]))
        levels = tuple(Level(v, draw(NAMES), draw(WORDS)) for v in range(draw(st.integers(0, 2))))
        cues, items = (tuple(draw(st.lists(WORDS, max_size=2))) for _ in range(2))
        codes.append(Code(
            ident, draw(NAMES), draw(WORDS), draw(WORDS), draw(WORDS), draw(WORDS), cues,
            draw(COLOURS), parent, levels, items, made_id("code", number, ident),
        ))  # fmt: skip
    order = draw(st.permutations(codes))
    return Codebook(f"{draw(IDS)}-{number}", draw(NAMES), draw(NAMES), tuple(order), draw(WORDS),
                    draw(WORDS), made_id("book", number))  # fmt: skip


@st.composite
def marks(draw, texts, codes, people):
    made = {}
    for text in texts:
        for n in range(draw(st.sampled_from([3, 2, 1, 4, 0])) if text.text else 0):
            start = draw(st.integers(0, len(text.text) - 1))
            end = draw(st.integers(start + 1, len(text.text)))
            code, person = draw(st.sampled_from(codes)), draw(st.sampled_from(people))
            made[text.id, start, end, code, person] = Mark(
                text.id, start, end, code, person, draw(DAYS), made_id("mark", text.id, n),
                draw(WORDS), draw(st.sampled_from([None, *STANCES])),
                draw(st.one_of(st.none(), st.integers(-2, 9))),
            )  # fmt: skip
    return tuple(made.values())


@st.composite
def studies(draw):
    people = [Person(f"{draw(NAMES)} {n}", made_id("person", n)) for n in range(2)]
    held = tuple(draw(books(n)) for n in range(draw(st.sampled_from([1, 2, 0]))))
    codes = [code.guid for book in held for code in book.codes]
    values = st.dictionaries(st.sampled_from(["Age", "Größe", "x"]), NAMES, max_size=2)
    units = tuple(Unit(f"{draw(NAMES)} {n}", i, draw(values), draw(WORDS))
                  for n, i in enumerate(draw(_some("unit"))))  # fmt: skip
    case = st.sampled_from([None, *(unit.id for unit in units)])
    texts = tuple(Text(f"{draw(NAMES)} {n}", i, draw(LONGER), draw(case), draw(values),
                       draw(st.sampled_from(["", "p1.docx"])), draw(DAYS), draw(WORDS))
                  for n, i in enumerate(draw(_some("text"))))  # fmt: skip
    abouts = [("study", ""), *(("case", u.id) for u in units), *(("source", t.id) for t in texts),
              *(("code", c) for c in codes)]  # fmt: skip
    notes = []
    for ident in draw(_some("note")):
        about, of = draw(st.sampled_from(abouts))
        notes.append(Note(ident, draw(NAMES), draw(WORDS), about, of, people[0].id, draw(DAYS)))
    cells = {}
    for n, code in enumerate(codes[:2] if units else []):
        row = draw(st.sampled_from([*units, *texts])).id
        cells[row, code] = Cell(row, code, people[1].id, draw(WORDS), made_id("cell", n),
                                draw(DAYS), "", draw(st.sampled_from(["", "2"])))  # fmt: skip
    groups = tuple(
        Group(i, draw(NAMES), draw(WORDS), tuple(t.id for t in texts[:n]), tuple(codes[:n]),
              tuple(note.id for note in notes[:n]))
        for n, i in enumerate(draw(_some("group", 2)))
    )  # fmt: skip
    made = draw(marks(texts, codes, [one.id for one in people])) if codes else ()
    return Study(draw(st.one_of(st.just(""), NAMES)), tuple(people), held, units, texts, made, tuple(notes), groups,
                 tuple(cells.values()))  # fmt: skip
