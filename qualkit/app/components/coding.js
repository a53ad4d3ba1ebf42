// Coding in the transcript: what a click and a key do, and where they go next.

const STANCE_KEYS = { "+": "positive", "-": "negative", "*": "mixed", o: "neutral" };
const PANEL_ROOM = 300; // pixels that the details of a coding like to have below it

class CodingTranscript extends Transcript {
  // Turns -------------------------------------------------------------------------------------

  get activeTurn() {
    return this.turns[this.active];
  }

  setActive(turn) {
    if (!turn) {
      return;
    }
    this.activeTurn?.element.classList.remove("qk-active");
    this.active = turn.n;
    turn.element.classList.add("qk-active");
    this.scroller.setAttribute("aria-activedescendant", turn.element.id);
  }

  step(by) {
    this.selecting.caret = null;
    this.highlights.mark("cursor", []);
    const n = Math.max(0, Math.min(this.turns.length - 1, this.active + by));
    this.goTurn(this.turns[n]);
  }

  /** A coding that is left behind lets go of the keys: none must change what is out of sight. */
  goTurn(turn) {
    const row = this.rows.get(this.focused);
    if (row && !(row.start < turn.end && row.end > turn.start)) {
      this.focusRow(null);
    }
    this.setActive(turn);
    this.reveal(turn.start, turn.start + 1);
  }

  /** The next turn that passes, after the active one and round to it again. */
  nextTurn(passes, otherwise) {
    const { turns, active } = this;
    const later = [...turns.slice(active + 1), ...turns.slice(0, active + 1)];
    const found = later.find(passes);
    if (found) {
      this.selecting.caret = null;
      this.goTurn(found);
    } else {
      this.say(otherwise);
    }
    return found;
  }

  goUncoded() {
    const isUncoded = (turn) => !turn.asks && !this.codedTurns.has(turn);
    this.nextTurn(isUncoded, "Every answer has a coding");
  }

  goUnreviewed() {
    if (!this.showsSuggestions) {
      this.refuse("Suggestions are hidden; tick them in the bar above the text.");
      return;
    }
    const first = (turn) => this.shownOf(turn).find(isSuggestion);
    const turn = this.nextTurn((one) => Boolean(first(one)), "No open suggestion is left");
    if (turn) {
      this.focusRow(first(turn).id);
    }
  }

  openFind() {
    this.toolbar.find.open();
  }

  // Rows --------------------------------------------------------------------------------------

  /**
   * Put a row in focus: marked in the text, its details open. Null puts none. What was clicked
   * is in sight and must stay `still`; `here` are the rows to step through.
   */
  focusRow(id, { here = null, still = false } = {}) {
    const row = id === null ? null : this.rows.get(id);
    this.focused = row ? row.id : null;
    this.root.dataset.focus = this.focused ?? "";
    const ranges = row ? this.rangesOf(row.start, row.end) : [];
    this.highlights.mark("focus", ranges);
    if (!row) {
      this.panel.hide();
      this.repaint([]);
      return;
    }
    this.palette.hide();
    this.setActive(this.turnAt(row.start));
    if (!still) {
      this.reveal(row.start, row.end, { below: PANEL_ROOM });
    }
    this.repaint([]);
    this.panel.open(row, here ?? this.sameWords(row));
    const words = shortened(this.words(row.start, row.end), 120);
    this.say(`${row.kind}: ${this.codeOf(row.code).name}. ${words}`);
  }

  openRow(id) {
    this.focusRow(id, { still: true });
    this.scroller.focus({ preventScroll: true });
  }

  /** Rows that are shown and touch the same words, the row itself among them. */
  sameWords(row) {
    const touches = (one) => one.start < row.end && one.end > row.start && this.isShown(one);
    const found = this.inText(touches);
    return found.length ? found : [row];
  }

  /** A click beside a selection: the codings under the mouse one after the other. */
  clickAt(event) {
    const turn = this.turns[Number(event.target.closest?.(".qk-turn")?.dataset.n)];
    this.setActive(turn);
    this.selecting.caret = null;
    this.palette.hide();
    const point = this.pointAt(event.clientX, event.clientY);
    const here = point === null ? [] : this.rowsAt(point);
    if (!here.length) {
      this.focusRow(null);
      return;
    }
    const at = here.findIndex((row) => row.id === this.focused);
    this.focusRow(here[(at + 1) % here.length].id, { here, still: true });
  }

  /** Rows on a code point, the narrowest first. */
  rowsAt(point) {
    const rows = this.shownOf(this.turnAt(point));
    const here = rows.filter((row) => row.start <= point && point < row.end);
    return here.sort((one, other) => one.end - one.start - (other.end - other.start));
  }

  /** The next or previous row that passes, in the order of the text; null at the end. */
  neighbour(row, step, passes) {
    const rows = this.inText((one) => this.isShown(one) && (passes(one) || one.id === row.id));
    return rows[rows.findIndex((one) => one.id === row.id) + step] ?? null;
  }

  goRow(step, passes = () => true) {
    const row = this.rows.get(this.focused);
    const next = row && passes(row) ? this.neighbour(row, step, passes) : this.nearest(step, passes);
    if (next) {
      this.focusRow(next.id);
    } else {
      this.say("There is no further one");
    }
  }

  nearest(step, passes) {
    const rows = this.inText((row) => this.isShown(row) && passes(row));
    const { start, end } = this.activeTurn;
    return (
      (step > 0 ? rows.find((row) => row.end > start) : rows.findLast((row) => row.start < end)) ??
      rows.at(step > 0 ? 0 : -1) ?? null
    );
  }

  goSuggestion(step) {
    if (this.showsSuggestions) {
      this.goRow(step, isSuggestion);
    } else {
      this.goUnreviewed();
    }
  }

  withFocus(act) {
    const row = this.rows.get(this.focused);
    if (row) {
      act(row);
    } else {
      this.say("Click a coding first, or go to one with . and ,");
    }
  }

  decide(how) {
    this.withFocus((row) => {
      if (isSuggestion(row)) {
        this.actions[how](row);
      } else {
        this.say("This is a coding; accept and reject are for suggestions");
      }
    });
  }

  /** By a key only one's own: a slip of a finger must not touch a colleague's work. */
  withOwn(act) {
    this.withFocus((row) => {
      if (row.kind !== "coding") {
        this.say("This is a suggestion; accept it first, with a");
      } else if (row.coder !== this.me) {
        this.refuse(`This coding is ${row.coder}'s. Use the buttons beside it to change it.`);
      } else {
        act(row);
      }
    });
  }

  removeFocused() {
    this.withOwn((row) => this.actions.remove(row));
  }

  stanceByKey(key) {
    const stance = STANCE_KEYS[key];
    this.withOwn((row) => {
      this.actions.change(row, { stance: row.stance === stance ? null : stance });
    });
  }

  openMemo() {
    this.withFocus(() => this.panel.memo?.focus({ preventScroll: true }));
  }

  moveEndByKey(key) {
    const [side, step] = { "]": ["end", 1], "[": ["end", -1], "}": ["start", 1], "{": ["start", -1] }[key];
    this.withOwn((row) => this.moveEnd(row, side, step));
  }

  /** Move one end of a coding by a word; it keeps at least one. */
  moveEnd(row, side, step) {
    const unit = this.positions.toUnits(row[side]);
    const found = this.selecting.boundary(unit, step, side === "end" ? 1 : 0, wordsOf);
    if (found === null) {
      return;
    }
    const moved = { start: row.start, end: row.end, [side]: this.positions.toPoints(found) };
    if (moved.start < moved.end) {
      this.resize(row, moved);
    }
  }

  resize(row, { start, end }) {
    this.actions.change(row, { start, end });
    this.focusRow(row.id, { still: true });
  }

  goToEntry(entry) {
    const [, row] = [...entry.after, ...entry.before].find(([, one]) => one) ?? [];
    if (row) {
      this.flash(row.start, row.end);
    }
  }

  // Codes -------------------------------------------------------------------------------------

  /** Something was selected: code it at once where a code is sticky, else ask for one. */
  selected() {
    if (this.sticky) {
      this.codeSelection(this.sticky);
    } else if (this.may !== "none") {
      this.openPalette();
    }
  }

  openPalette() {
    const span = this.span ?? this.wholeTurn();
    const focused = this.rows.get(this.focused);
    this.panel.hide();
    const extra = [];
    if (focused?.kind === "coding" && this.span && this.mayChange(focused)) {
      const words = `Make these the words of ${this.codeOf(focused.code).name}`;
      extra.push([words, () => this.resizeToSelection(focused), "="]);
    }
    const title = this.span ? "Code the selection" : "Code the whole turn";
    const choose = (code) => this.codeSelection(code);
    this.palette.open({ ...span, title, choose, extra });
  }

  resizeToSelection(row) {
    const { span } = this;
    this.palette.close();
    this.selecting.clear();
    this.resize(row, span);
  }

  wholeTurn() {
    const { start, end } = this.activeTurn;
    return { start, end };
  }

  codeSelection(codeId) {
    const id = this.actions.code(this.span ?? this.wholeTurn(), codeId);
    this.lastCode = codeId;
    if (id) {
      this.focused = id;
      this.root.dataset.focus = id; // the keys for stance, memo and ends are about it
    }
    this.selecting.clear();
    this.panel.hide();
  }

  codeByNumber(key) {
    const code = this.quick.numbers[Number(key) - 1];
    if (code) {
      this.codeSelection(code);
    }
  }

  /** A code for a row: in the place of a coding's, or to accept a suggestion as. */
  askForCode(row) {
    if (row.kind === "coding" && !this.mayChange(row)) {
      this.refuse(`This coding is ${row.coder}'s.`);
      return;
    }
    this.panel.hide();
    const choose = (code) => {
      if (row.kind === "suggestion") {
        this.actions.accept(row, code === row.code ? null : code);
      } else {
        this.actions.change(row, { code });
        this.focusRow(row.id, { still: true });
      }
    };
    const title = row.kind === "suggestion" ? "Accept as another code" : "Another code instead";
    this.palette.open({ start: row.start, end: row.end, title, choose });
  }

  /** A code of the codebook was clicked: code the selection, or show where it stands. */
  pickCode(id) {
    if (this.span) {
      this.palette.hide();
      this.codeSelection(id);
      this.scroller.focus({ preventScroll: true });
      return;
    }
    this.selectedCode = id;
    this.lastCode = id;
    const isOfIt = (row) => row.code === id;
    const row = this.rows.get(this.focused);
    const next = row && isOfIt(row) ? this.neighbour(row, 1, isOfIt) : null;
    const first = this.inText((one) => this.isShown(one) && isOfIt(one))[0];
    if (next ?? first) {
      this.focusRow((next ?? first).id);
    } else {
      this.focusRow(null);
      this.say(`${this.codeOf(id).name} is not used in this source`);
    }
  }

  toggleSticky() {
    if (this.sticky) {
      this.stick(null);
    } else if (this.lastCode) {
      this.stick(this.lastCode);
    } else {
      const { start, end } = this.span ?? this.wholeTurn();
      const choose = (code) => this.stick(code);
      this.palette.open({ start, end, title: "Which code shall be sticky?", choose });
    }
  }

  stick(code) {
    this.sticky = code;
    this.repaint([]);
    this.say(code ? `Each selection is now coded ${this.codeOf(code).name}` : "No sticky code");
    if (code && this.span) {
      this.codeSelection(code);
    }
  }

  escape() {
    if (this.palette.isOpen) {
      this.palette.close();
    } else if (this.panel.isOpen) {
      this.focusRow(null);
    } else if (this.toolbar.showsDone) {
      this.toolbar.toggleDone();
      this.scroller.focus();
    } else {
      this.focusRow(null);
      this.selecting.caret = null;
      this.selecting.clear();
    }
  }

  onCopy(event) {
    const isTyping = event.target.closest?.("input, textarea")?.value;
    if (this.span && !isTyping) {
      event.clipboardData.setData("text/plain", this.words(this.span.start, this.span.end));
      event.preventDefault();
    }
  }
}
