// The words on the page: a turn an element, its words one text node that nothing is ever put
// into, so that a position in the node is a position in the text.

const CHARACTERS_A_LINE = 78; // for the height of turns that were never on the screen
const LINE_PIXELS = 27;
const FLASH_MS = 2500;
const PLACE_MS = 200; // after so long without scrolling the place is kept

class Turn {
  constructor(n, [start, end, speaker, time, asks], view) {
    this.n = n;
    this.start = start; // code points
    this.end = end;
    this.from = view.positions.toUnits(start); // UTF-16 units
    this.to = view.positions.toUnits(end);
    this.asks = asks; // an interviewer's
    this.positions = view.positions;
    this.ids = new Set(); // of all rows that touch it
    this.near = false; // on the screen, or nearly
    this.painted = [];
    this.signature = "";
    this.build(speaker, time, view.text.slice(this.from, this.to));
  }

  build(speaker, time, words) {
    this.element = make("div", this.asks ? "qk-turn qk-asks" : "qk-turn");
    this.element.id = `qk-turn-${this.n}`;
    this.element.dataset.n = this.n;
    this.element.setAttribute("role", "group");
    const gutter = make("div", "qk-gutter");
    gutter.append(make("b", "", speaker), make("span", "", time));
    const said = make("div", "qk-words");
    said.dir = "auto"; // right-to-left words stand as they are read
    this.node = document.createTextNode(words);
    said.append(this.node);
    gutter.id = `qk-who-${this.n}`;
    said.id = `qk-said-${this.n}`;
    this.element.setAttribute("aria-labelledby", `${gutter.id} ${said.id}`);
    this.margin = make("div", "qk-margin");
    const lines = Math.ceil(words.length / CHARACTERS_A_LINE) + (words.split("\n").length - 1);
    const height = Math.max(2, lines) * LINE_PIXELS + 14;
    this.element.style.containIntrinsicBlockSize = `auto ${height}px`;
    this.element.append(gutter, said, this.margin);
  }

  /** The part of a stretch (code points) that lies in this turn, in units of its node. */
  unitsOf(start, end) {
    const from = start <= this.start ? 0 : this.positions.toUnits(start) - this.from;
    const to = end >= this.end ? this.to - this.from : this.positions.toUnits(end) - this.from;
    return { from: Math.min(from, this.to - this.from), to: Math.max(0, to) };
  }
}

/** What the parts of the transcript ask about its words; the view is the transcript itself. */
class TextView {
  loadText({ text, turns }) {
    this.text = text;
    this.positions = new Positions(text);
    this.turns = turns.map((turn, n) => new Turn(n, turn, this));
    this.turnOfNode = new Map(this.turns.map((turn) => [turn.node, turn]));
  }

  words(start, end) {
    return this.text.slice(this.positions.toUnits(start), this.positions.toUnits(end));
  }

  /** The turn in which a code point lies; between two turns, the later one. */
  turnAt(point) {
    let low = 0;
    let high = this.turns.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.turns[middle].end <= point) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return this.turns[low];
  }

  /** The number of the last turn that begins at or before a unit. */
  turnAtUnit(unit) {
    let low = 0;
    let high = this.turns.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.turns[middle].from <= unit) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return Math.max(0, low - 1);
  }

  turnsOf(start, end) {
    const found = [];
    const first = this.turnAt(start)?.n ?? 0;
    for (let n = first; n < this.turns.length && this.turns[n].start < end; n += 1) {
      if (this.turns[n].end > start) {
        found.push(this.turns[n]);
      }
    }
    return found;
  }

  /** A stretch as ranges, one a turn. */
  rangesOf(start, end) {
    return this.turnsOf(start, end).map((turn) => {
      const { from, to } = turn.unitsOf(start, end);
      const range = document.createRange();
      range.setStart(turn.node, from);
      range.setEnd(turn.node, to);
      return range;
    });
  }

  /** Where a stretch is on the screen: a box a line, without those out of sight. */
  boxesOf(start, end) {
    const seen = this.scroller.getBoundingClientRect();
    const boxes = this.rangesOf(start, end).flatMap((range) => Array.from(range.getClientRects()));
    const inSight = boxes.filter((box) => box.bottom > seen.top && box.top < seen.bottom);
    return inSight.sort((one, other) => one.top - other.top);
  }

  /** A place in the document as a unit of the text. */
  unitOf(container, offset, isEnd) {
    const turn = this.turnOfNode.get(container);
    if (turn) {
      return turn.from + offset;
    }
    const range = document.createRange();
    range.setStart(container, offset);
    const next = this.turns.findIndex((one) => range.comparePoint(one.node, 0) >= 0);
    if (isEnd) {
      const last = next < 0 ? this.turns.at(-1) : this.turns[next - 1];
      return last ? last.to : 0;
    }
    return next < 0 ? this.text.length : this.turns[next].from;
  }

  /** A unit of the text as a node and an offset in it. */
  placeOf(unit) {
    const turn = this.turns[this.turnAtUnit(unit)];
    return [turn.node, Math.min(Math.max(0, unit - turn.from), turn.node.length)];
  }

  /** The code point under the mouse; null beside the words. */
  pointAt(x, y) {
    const found = document.caretPositionFromPoint
      ? document.caretPositionFromPoint(x, y)
      : caretOfRange(document.caretRangeFromPoint?.(x, y));
    const turn = found && this.turnOfNode.get(found.offsetNode);
    if (!turn) {
      return null;
    }
    // the caret is between two characters: which of them is the mouse on?
    const range = document.createRange();
    for (const at of [found.offset - 1, found.offset]) {
      if (at < 0 || at >= turn.node.length) {
        continue;
      }
      range.setStart(turn.node, at);
      range.setEnd(turn.node, at + 1);
      const isOn = (box) => x >= box.left && x <= box.right && y >= box.top && y <= box.bottom;
      if (Array.from(range.getClientRects()).some(isOn)) {
        return this.positions.toPoints(turn.from + at);
      }
    }
    return null;
  }

  /** What is on the screen, in code points. */
  seenSpan() {
    const { top, bottom } = this.scroller.getBoundingClientRect();
    const seen = this.turns.filter((turn) => {
      const box = turn.element.getBoundingClientRect();
      return box.bottom > top && box.top < bottom;
    });
    return { start: seen[0]?.start ?? 0, end: seen.at(-1)?.end ?? 0 };
  }

  /**
   * Bring words into sight by scrolling the transcript alone, with so many pixels left below
   * them; `middle` moves even what is in sight.
   */
  reveal(start, end, { middle = false, below = 60 } = {}) {
    const turn = this.turnAt(start);
    if (!turn) {
      return;
    }
    const { scroller } = this;
    const seen = scroller.getBoundingClientRect();
    const box = turn.element.getBoundingClientRect();
    if (box.bottom < seen.top || box.top > seen.bottom) {
      scroller.scrollTop += box.top - seen.top - seen.height / 3; // near first: then it is laid out
    }
    const [range] = this.rangesOf(start, Math.max(start + 1, end));
    const words = range ? range.getBoundingClientRect() : box;
    const tooLow = Math.min(words.bottom, words.top + seen.height / 2) > seen.bottom - below;
    if (middle || tooLow || words.top < seen.top + 8) {
      scroller.scrollTop += words.top - seen.top - seen.height / 4;
    }
  }

  /** Go to words and let them light up for a moment. */
  flash(start, end) {
    this.setActive(this.turnAt(start));
    this.reveal(start, end, { middle: true });
    this.highlights.mark("flash", this.rangesOf(start, Math.max(end, start + 1)));
    this.root.dataset.flash = `${start}-${end}`;
    clearTimeout(this.flashing);
    this.flashing = setTimeout(() => {
      this.highlights.mark("flash", []);
      this.root.dataset.flash = "";
    }, FLASH_MS);
  }

  /** The first turn on the screen and how far it is scrolled: heights are not known for long. */
  keepPlace() {
    if (this.placing) {
      return;
    }
    this.placing = setTimeout(() => this.savePlace(), PLACE_MS);
  }

  savePlace() {
    clearTimeout(this.placing);
    this.placing = null;
    const { top, bottom } = this.scroller.getBoundingClientRect();
    const bottomOf = (turn) => turn.element.getBoundingClientRect().bottom;
    const turn = this.turns.find((one) => one.near && bottomOf(one) > top);
    if (turn && bottom > top) {
      const by = turn.element.getBoundingClientRect().top - top;
      memory.set(`place-${this.source}`, { n: turn.n, by });
    }
  }

  restorePlace() {
    const place = memory.get(`place-${this.source}`, null);
    const turn = this.turns[place?.n];
    if (turn) {
      const { top } = this.scroller.getBoundingClientRect();
      this.scroller.scrollTop += turn.element.getBoundingClientRect().top - top - place.by;
      this.setActive(turn);
    }
  }
}

function caretOfRange(range) {
  return range ? { offsetNode: range.startContainer, offset: range.startOffset } : null;
}
