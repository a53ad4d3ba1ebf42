// Positions in a text. Python counts code points, JavaScript UTF-16 units: an emoji is one of
// the first and two of the second. Everything stored is in code points; they are turned into
// units, and back, here alone. A selection is widened to whole graphemes, so that no combining
// mark is cut off and no flag or family of emoji is torn.

const WINDOW = 200; // units around a position in which its grapheme is looked for

class Positions {
  constructor(text) {
    const pairs = [];
    for (let at = 0; at < text.length; at += 1) {
      const unit = text.charCodeAt(at);
      if (unit >= 0xd800 && unit < 0xdc00) {
        pairs.push(at);
        at += 1;
      }
    }
    this.pairs = Uint32Array.from(pairs); // the unit at which each surrogate pair begins
    this.length = text.length - pairs.length;
  }

  /** The first pair for which `isBefore` no longer holds. */
  count(isBefore) {
    let low = 0;
    let high = this.pairs.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (isBefore(middle)) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  toPoints(unit) {
    return unit - this.count((pair) => this.pairs[pair] + 2 <= unit);
  }

  toUnits(point) {
    return point + this.count((pair) => this.pairs[pair] - pair < point);
  }
}

/** A stretch without the white space at its ends, in units; null where nothing is left. */
function withoutSpace(text, from, to) {
  let start = from;
  let end = to;
  while (start < end && /\s/.test(text[start])) {
    start += 1;
  }
  while (end > start && /\s/.test(text[end - 1])) {
    end -= 1;
  }
  return start < end ? [start, end] : null;
}

/** A stretch widened to whole graphemes, in units. */
function wholeGraphemes(text, from, to) {
  const [start] = graphemeAt(text, from);
  const [before, after] = graphemeAt(text, to);
  return [start, before === to ? to : after];
}

/** The grapheme in which a unit lies; no grapheme goes on across a space. */
function graphemeAt(text, unit) {
  if (unit >= text.length) {
    return [text.length, text.length];
  }
  let base = unit;
  while (base > 0 && unit - base < WINDOW && !/\s/.test(text[base])) {
    base -= 1;
  }
  const piece = text.slice(base, unit + WINDOW);
  const found = segmenter("grapheme").segment(piece).containing(unit - base);
  const start = base + found.index;
  return [start, start + found.segment.length];
}

const segmenters = new Map();

function segmenter(granularity) {
  if (!segmenters.has(granularity)) {
    segmenters.set(granularity, new Intl.Segmenter(undefined, { granularity }));
  }
  return segmenters.get(granularity);
}

/** Start and end of every word of a text, in units; signs between words are left out. */
function wordsOf(text) {
  return Array.from(segmenter("word").segment(text))
    .filter((piece) => piece.isWordLike)
    .map((piece) => [piece.index, piece.index + piece.segment.length]);
}

/** Start and end of every sentence of a text, in units, without the space after it. */
function sentencesOf(text) {
  return Array.from(segmenter("sentence").segment(text))
    .map((piece) => withoutSpace(text, piece.index, piece.index + piece.segment.length))
    .filter((found) => found !== null);
}
