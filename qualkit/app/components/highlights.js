// Colours on words, by the CSS Custom Highlight API: no element is put into the text, so that a
// selection is never lost and a hundred thousand words stay as they are. A browser without it
// shows the stripes alone.
//
// More than two blended tints are mud: on every stretch the two narrowest codings are tinted,
// the rest is told by the stripes. Of several suggestions the likeliest is underlined.

const MOST_TINTS = 2;
const MARKS = { cursor: 5, find: 6, now: 7, focus: 8, flash: 9, selected: 10 }; // later on top

const MARK_COLOURS = {
  cursor: ["#0b5cad", "#79b8f5", "text-decoration: underline 2px solid "],
  find: ["#fff0a8", "#5c5200", "background-color: "],
  now: ["#ffb84d", "#9c5300", "background-color: "],
  focus: ["#ffe08a", "#6b5a12", "background-color: "],
  flash: ["#ffd23f", "#8a6d00", "background-color: "],
  selected: ["#b5d4f7", "#2d4f77", "background-color: "],
};

let highlightSets = 0;

class Highlights {
  constructor() {
    highlightSets += 1;
    this.prefix = `qk${highlightSets}`; // the registry is the document's: names must not clash
    this.possible = typeof Highlight !== "undefined" && Boolean(CSS.highlights);
    this.named = new Map();
    this.sheet = document.createElement("style");
  }

  /** Write the style sheet for the codes; each has a number of its own. */
  colour(codes) {
    const rules = codes.flatMap(({ n, colour }) => {
      const lighter = `color-mix(in srgb, ${colour} 65%, white)`;
      const light = `color-mix(in srgb, ${colour} 22%, transparent)`;
      const dark = `color-mix(in srgb, ${lighter} 27%, transparent)`;
      return [
        this.rule(`tint-${n}`, light, dark, "background-color: "),
        this.rule(`line-${n}`, colour, lighter, "text-decoration: underline 2px dotted "),
      ];
    });
    for (const [name, [light, dark, what]] of Object.entries(MARK_COLOURS)) {
      rules.push(this.rule(name, light, dark, what));
    }
    this.sheet.textContent = rules.join("\n");
  }

  /**
   * A highlight has no colour scheme of its own, light-dark() would always be light in it: the
   * colour is worked out on the transcript and handed down as a property that is a colour.
   */
  rule(name, light, dark, what) {
    const property = `--${this.prefix}-${name}`;
    return `@property ${property} { syntax: "<color>"; inherits: true; initial-value: #0000; }
      .qk-paper { ${property}: light-dark(${light}, ${dark}); }
      ::highlight(${this.prefix}-${name}) { ${what}var(${property}); }`;
  }

  of(name, priority) {
    if (!this.named.has(name)) {
      const highlight = new Highlight();
      highlight.priority = priority;
      CSS.highlights.set(`${this.prefix}-${name}`, highlight);
      this.named.set(name, highlight);
    }
    return this.named.get(name);
  }

  /** Show a mark (selection, focus, what was found ...) on these ranges and nowhere else. */
  mark(name, ranges) {
    if (!this.possible) {
      return;
    }
    const highlight = this.of(name, MARKS[name]);
    highlight.clear();
    for (const range of ranges) {
      highlight.add(range);
    }
  }

  /** Paint one turn anew; `rows` are those that are shown and touch it. */
  paint(turn, rows, codes) {
    this.unpaint(turn);
    if (!this.possible) {
      return;
    }
    for (const { from, to, tints, line } of stretchesOf(turn, rows)) {
      for (const code of tints) {
        this.add(turn, `tint-${codes.get(code)?.n}`, 1, from, to);
      }
      if (line) {
        this.add(turn, `line-${codes.get(line)?.n}`, 2, from, to);
      }
    }
  }

  add(turn, name, priority, from, to) {
    const highlight = this.of(name, priority);
    const range = new StaticRange({
      startContainer: turn.node,
      startOffset: from,
      endContainer: turn.node,
      endOffset: to,
    });
    highlight.add(range);
    turn.painted.push([highlight, range]);
  }

  unpaint(turn) {
    for (const [highlight, range] of turn.painted) {
      highlight.delete(range);
    }
    turn.painted = [];
  }

  destroy() {
    for (const name of this.named.keys()) {
      CSS.highlights.delete(`${this.prefix}-${name}`);
    }
    this.sheet.remove();
  }
}

/** A turn cut wherever a coding begins or ends; what is tinted and underlined on each piece. */
function stretchesOf(turn, rows) {
  const placed = rows.map((row) => ({ row, ...turn.unitsOf(row.start, row.end) }));
  const cuts = new Set(placed.flatMap(({ from, to }) => [from, to]));
  const sorted = Array.from(cuts).sort((one, other) => one - other);
  const pieces = [];
  for (let n = 0; n + 1 < sorted.length; n += 1) {
    const [from, to] = [sorted[n], sorted[n + 1]];
    const here = placed.filter((one) => one.from <= from && one.to >= to).map(({ row }) => row);
    if (here.length) {
      pieces.push({ from, to, tints: tintsOf(here), line: lineOf(here) });
    }
  }
  return pieces;
}

function tintsOf(rows) {
  const codings = rows.filter((row) => row.kind === "coding");
  codings.sort((one, other) => one.end - one.start - (other.end - other.start));
  return Array.from(new Set(codings.map((row) => row.code))).slice(0, MOST_TINTS);
}

function lineOf(rows) {
  const suggestions = rows.filter((row) => row.kind === "suggestion");
  suggestions.sort((one, other) => (other.confidence ?? 0) - (one.confidence ?? 0));
  return suggestions[0]?.code ?? null;
}
