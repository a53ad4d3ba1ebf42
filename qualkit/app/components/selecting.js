// Selecting words, with the mouse or the keyboard. What is selected is kept as code points and
// painted as a highlight of our own: the browser's selection is lost as soon as another field
// gets the focus, this one only when the user lets go of it.

const TRIPLE_MS = 350; // how long a third click may take

class Selecting {
  constructor(view) {
    this.view = view;
    this.anchor = null; // the end that stays, in units
    this.head = null; // the end that moves, in units
    this.caret = null; // start of the word on which the keyboard stands, in units
    this.timer = null;
    view.scroller.addEventListener("mousedown", (event) => this.onMouseDown(event));
  }

  onMouseDown(event) {
    if (event.button !== 0) {
      return;
    }
    clearTimeout(this.timer);
    const { span } = this.view;
    if (event.shiftKey && span) {
      const [node, offset] = this.view.placeOf(this.view.positions.toUnits(span.start));
      document.getSelection().collapse(node, offset); // Shift+click selects on from there
    }
    document.addEventListener("mouseup", (up) => this.onMouseUp(up), { once: true });
  }

  onMouseUp(event) {
    const { view } = this;
    const span = this.read();
    if (!span) {
      if (view.scroller.contains(event.target)) {
        this.clear();
        view.clickAt(event);
      }
      return;
    }
    this.set(span.start, span.end);
    document.getSelection().removeAllRanges();
    if (view.sticky && event.detail === 2) {
      // a third click would select the whole turn: do not code the word before it can come
      this.timer = setTimeout(() => view.selected(), TRIPLE_MS);
      return;
    }
    view.selected();
  }

  /** The browser's selection in code points, without space at its ends; null where none. */
  read() {
    const { view } = this;
    const selection = document.getSelection();
    if (!selection || selection.isCollapsed || !selection.rangeCount) {
      return null;
    }
    const range = selection.getRangeAt(0);
    if (!view.paper.contains(range.commonAncestorContainer)) {
      return null;
    }
    const from = view.unitOf(range.startContainer, range.startOffset, false);
    const to = view.unitOf(range.endContainer, range.endOffset, true);
    return this.spanOf(from, to);
  }

  spanOf(from, to) {
    const { text, positions } = this.view;
    const trimmed = from < to ? withoutSpace(text, from, to) : null;
    if (!trimmed) {
      return null;
    }
    const [start, end] = wholeGraphemes(text, ...trimmed);
    return { start: positions.toPoints(start), end: positions.toPoints(end) };
  }

  /** Select a stretch given in code points. */
  set(start, end) {
    const { view } = this;
    this.anchor = view.positions.toUnits(start);
    this.head = view.positions.toUnits(end);
    this.paint();
  }

  paint() {
    const { view } = this;
    const [from, to] = [this.anchor, this.head].sort((one, other) => one - other);
    view.span = from === null ? null : this.spanOf(from, to);
    const ranges = view.span ? view.rangesOf(view.span.start, view.span.end) : [];
    view.highlights.mark("selected", ranges);
    view.highlights.mark("cursor", []);
    const { span } = view;
    view.root.dataset.selection = span ? `${span.start}-${span.end}` : "";
  }

  clear() {
    this.anchor = null;
    this.head = null;
    this.paint();
  }

  // By keyboard -------------------------------------------------------------------------------

  /** Stand on the next or previous word, without selecting. */
  moveCaret(step) {
    const { view } = this;
    this.clear();
    const at = this.caret ?? view.activeTurn.from - (step > 0 ? 1 : 0);
    const word = step > 0 ? this.wordAfter(at) : this.wordBefore(at);
    if (!word) {
      return;
    }
    [this.caret] = word;
    const [from, to] = word.map((unit) => view.positions.toPoints(unit));
    view.setActive(view.turnAt(from));
    view.highlights.mark("cursor", view.rangesOf(from, to));
    view.reveal(from, to);
    view.say(view.words(from, to));
  }

  /** Move the end of the selection by a word or a sentence, over turns too. */
  extend(step, pieces = wordsOf) {
    const { view } = this;
    if (this.anchor === null) {
      const first = this.firstPiece(pieces);
      this.anchor = step > 0 ? first[0] : first[1];
      this.head = step > 0 ? first[1] : first[0];
    } else {
      this.head = this.nextEnd(step, pieces);
    }
    this.followHead();
    view.say(view.span ? `Selected: ${shortened(view.words(view.span.start, view.span.end), 200)}` : "");
  }

  /** The word under the caret, or the first of the turn that is active. */
  firstPiece(pieces) {
    const { view } = this;
    const turn = view.activeTurn;
    const all = this.piecesOf(turn, pieces);
    const at = this.caret ?? turn.from;
    return all.find(([, end]) => end > at) ?? all.at(-1) ?? [turn.from, turn.to];
  }

  /** Where the moving end goes; it passes the other end by stopping on it. */
  nextEnd(step, pieces) {
    const { anchor, head } = this;
    const forward = step > 0;
    const beyond = forward ? head >= anchor : head <= anchor;
    const bound = forward ? 1 : 0; // ends of words on one side of the anchor, starts on the other
    const side = beyond ? bound : 1 - bound;
    const found = this.boundary(head, step, side, pieces);
    if (found === null) {
      return head;
    }
    const passed = !beyond && (forward ? found > anchor : found < anchor);
    return passed ? anchor : found;
  }

  /** The next start (0) or end (1) of a piece after or before a unit, in this turn or further. */
  boundary(unit, step, side, pieces) {
    const { turns } = this.view;
    let n = this.view.turnAtUnit(unit);
    for (; n >= 0 && n < turns.length; n += step) {
      const bounds = this.piecesOf(turns[n], pieces).map((piece) => piece[side]);
      const found =
        step > 0 ? bounds.find((at) => at > unit) : bounds.findLast((at) => at < unit);
      if (found !== undefined) {
        return found;
      }
    }
    return null;
  }

  wordAfter(unit) {
    const start = this.boundary(unit, 1, 0, wordsOf);
    return start === null ? null : [start, this.boundary(start, 1, 1, wordsOf)];
  }

  wordBefore(unit) {
    const start = this.boundary(unit, -1, 0, wordsOf);
    return start === null ? null : [start, this.boundary(start, 1, 1, wordsOf)];
  }

  piecesOf(turn, pieces) {
    return pieces(turn.node.data).map((piece) => piece.map((unit) => unit + turn.from));
  }

  /** Select whole turns: this one first, then on to the next or back. */
  extendTurns(step) {
    const { view } = this;
    const { turns } = view;
    const active = view.activeTurn;
    if (this.anchor === null || this.turnAnchor === undefined || !this.isWholeTurns()) {
      this.turnAnchor = active.n;
      this.turnHead = active.n;
    } else {
      this.turnHead = Math.max(0, Math.min(turns.length - 1, this.turnHead + step));
    }
    const first = turns[Math.min(this.turnAnchor, this.turnHead)];
    const last = turns[Math.max(this.turnAnchor, this.turnHead)];
    this.anchor = first.from;
    this.head = last.to;
    this.paint();
    const head = turns[this.turnHead];
    view.setActive(head);
    view.reveal(head.start, head.end);
    view.say(`Selected: ${counted(last.n - first.n + 1, "turn")}`);
  }

  isWholeTurns() {
    const { turns } = this.view;
    const first = turns[Math.min(this.turnAnchor, this.turnHead)];
    const last = turns[Math.max(this.turnAnchor, this.turnHead)];
    return this.anchor === first.from && this.head === last.to;
  }

  followHead() {
    const { view } = this;
    this.paint();
    const head = view.positions.toPoints(this.head);
    view.setActive(view.turnAt(Math.max(0, this.head > this.anchor ? head - 1 : head)));
    view.reveal(Math.max(0, head - 1), head);
  }
}
