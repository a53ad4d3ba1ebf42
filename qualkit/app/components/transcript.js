// The transcript to code in. Python sends the text of a source to this component and its
// codings to another (marks.js); what the user does goes the other way through the outbox.
// Everything is painted here at once, from the codings last heard of and what waits to be sent.

const RECENT = 20; // codings that count as recent
const NEAR = "600px"; // turns so far out of sight are painted too

class Transcript extends TextView {
  constructor(parent, data) {
    super();
    this.source = data.source;
    this.owner = data.owner;
    this.outbox = outboxOf(data.owner);
    this.done = new DoneList(data.owner);
    this.base = new Map(); // rows as the database has them
    this.rows = new Map(); // the same with what waits painted over them
    this.me = "";
    this.may = "none";
    this.coders = [];
    this.focused = null;
    this.span = null;
    this.sticky = null;
    this.lastCode = null;
    this.selectedCode = null;
    this.stripes = memory.get("stripes", "all");
    this.whose = memory.get("whose", "everybody");
    this.showsSuggestions = memory.get("suggestions", true);
    this.lanes = new Map();
    this.laneCount = 0;
    this.width = 0;
    this.active = 0;
    this.progress = { coded: 0, answers: 0 };
    this.build(parent, data);
  }

  build(parent, data) {
    this.root = make("div", "qk");
    this.root.dataset.source = data.source;
    this.scroller = make("div", "qk-scroll");
    this.scroller.tabIndex = 0;
    this.scroller.setAttribute("role", "application"); // its keys are its own
    this.scroller.setAttribute("aria-label", `Transcript ${data.name}; press ? for the keys`);
    this.paper = make("div", "qk-paper");
    this.scroller.append(this.paper);
    this.live = make("div", "qk-live");
    this.live.setAttribute("aria-live", "polite");
    this.notice = make("div", "qk-notice");
    this.notice.setAttribute("role", "alert");
    this.notice.hidden = true;
    this.highlights = new Highlights();
    this.selecting = new Selecting(this);
    this.actions = new Actions(this);
    this.palette = new Palette(this);
    this.panel = new Panel(this);
    this.codebook = new CodebookPanel(this);
    this.keys = new Keys(this);
    this.toolbar = new Toolbar(this);
    const body = make("div", "qk-body");
    body.append(this.scroller, this.codebook.element);
    this.root.append(this.toolbar.element, this.notice, body, this.live, this.keys.help);
    this.root.append(this.highlights.sheet);
    parent.append(this.root);
    this.listen();
    this.buildText(data);
  }

  listen() {
    this.unsubscribe = this.outbox.subscribe(() => this.showPending());
    this.showPending();
    this.scroller.addEventListener("scroll", () => this.keepPlace(), { passive: true });
    this.root.addEventListener("copy", (event) => this.onCopy(event));
    this.onLeave = () => this.panel.keepMemo();
    window.addEventListener("pagehide", this.onLeave);
    this.nearness = new IntersectionObserver((seen) => this.onSeen(seen), {
      root: this.scroller,
      rootMargin: NEAR,
    });
    this.sizes = new ResizeObserver(() => this.onResize());
    this.sizes.observe(this.scroller);
  }

  buildText(data) {
    this.loadText(data);
    this.paper.prepend(...this.turns.map((turn) => turn.element));
    this.turns.forEach((turn) => this.nearness.observe(turn.element));
    this.setActive(this.turns[0]);
    this.restorePlace();
    if (document.activeElement === document.body) {
      this.scroller.focus({ preventScroll: true });
    }
  }

  destroy() {
    this.panel.keepMemo();
    this.savePlace();
    window.removeEventListener("pagehide", this.onLeave);
    this.nearness.disconnect();
    this.sizes.disconnect();
    this.unsubscribe();
    this.toolbar.destroy();
    this.highlights.destroy();
    this.root.remove();
  }

  // What Python sends -------------------------------------------------------------------------

  receiveText(data) {
    const codes = JSON.stringify(data.codes);
    if (codes !== this.codesText) {
      this.codesText = codes;
      this.codeList = data.codes.map((code, n) => ({ ...code, n }));
      this.codes = new Map(this.codeList.map((code) => [code.id, code]));
      this.quick = new Quick(this.owner, this.codeList);
      this.highlights.colour([...this.codeList, this.codeOf(null)]);
      this.codebook.build();
      this.redraw(true);
    }
    const goal = JSON.stringify(data.goal);
    if (data.goal && goal !== this.goal) {
      this.goal = goal;
      this.flash(data.goal.start, data.goal.end);
    }
  }

  receiveMarks(data) {
    this.me = data.me;
    this.may = data.may;
    this.coders = data.coders;
    if (!this.isOffered(this.whose)) {
      this.whose = "everybody"; // it was chosen in another study, or as another coder
    }
    this.base = data.rows;
    for (const { gesture, why } of this.outbox.settle(data.acks)) {
      this.done.refuse(gesture.id);
      this.refuse(gesture.memo ? `${why}. Your memo was: ${gesture.memo}` : why);
    }
    this.redraw();
    this.showPending();
  }

  showPending() {
    this.root.dataset.pending = this.outbox.pending;
  }

  // Painting ----------------------------------------------------------------------------------

  /** Paint what has changed, and nothing else; `all` where colours or names have. */
  redraw(all = false) {
    if (!this.codes) {
      return;
    }
    const before = this.rows;
    this.rows = withPaint(this.base, this.outbox.waiting, this.source);
    const changed = new Set();
    for (const [old, now] of differences(before, this.rows)) {
      for (const row of [old, now]) {
        if (row) {
          this.turnsOf(row.start, row.end).forEach((turn) => {
            turn.ids[row === now ? "add" : "delete"](row.id);
            changed.add(turn);
          });
        }
      }
    }
    if (this.focused && !this.rows.has(this.focused)) {
      this.focusRow(null);
    }
    this.panel.refresh();
    this.repaint(all ? this.turns : changed);
  }

  /** Paint these turns, and the stripes of all that are on the screen. */
  repaint(turns) {
    const stripes = this.inText((row) => this.isShown(row) && this.hasStripe(row));
    const numberOf = (point) => this.turnAt(point).n;
    this.lanes = lanesOf(stripes, numberOf);
    this.laneCount = Math.max(0, ...this.lanes.values()) + 1;
    for (const turn of turns) {
      if (turn.near) {
        this.highlights.paint(turn, this.shownOf(turn), this.codes);
      }
    }
    drawStripes(this, this.turns.filter((turn) => turn.near));
    this.count();
  }

  count() {
    const counts = new Map();
    const codedTurns = new Set();
    const codings = this.inText((row) => row.kind === "coding" && this.isShown(row));
    for (const row of codings) {
      counts.set(row.code, (counts.get(row.code) ?? 0) + 1);
      this.turnsOf(row.start, row.end).forEach((turn) => codedTurns.add(turn));
    }
    const answers = this.turns.filter((turn) => !turn.asks);
    this.codedTurns = codedTurns;
    this.progress = {
      answers: answers.length,
      coded: answers.filter((turn) => codedTurns.has(turn)).length,
    };
    this.root.dataset.codings = codings.length;
    this.codebook.refresh(counts);
    this.toolbar.refresh();
  }

  onSeen(seen) {
    const come = [];
    for (const { target, isIntersecting } of seen) {
      const turn = this.turns[Number(target.dataset.n)];
      turn.near = isIntersecting;
      if (isIntersecting) {
        come.push(turn);
      } else {
        this.highlights.unpaint(turn);
      }
    }
    if (this.codes) {
      come.forEach((turn) => this.highlights.paint(turn, this.shownOf(turn), this.codes));
      drawStripes(this, come);
    }
  }

  onResize() {
    const { clientWidth } = this.scroller;
    if (clientWidth !== this.width) {
      this.width = clientWidth;
      if (this.codes) {
        this.repaint([]);
      }
    }
  }

  // What is shown -----------------------------------------------------------------------------

  get everybody() {
    return this.whose === "everybody";
  }

  isShown(row) {
    if (row.kind === "suggestion") {
      return this.showsSuggestions;
    }
    return (
      this.whose === "everybody" ||
      row.coder === (this.whose === "mine" ? this.me : this.whose.slice("coder:".length))
    );
  }

  /** Whether the bar above the text offers to show these codings alone. */
  isOffered(whose) {
    const others = this.coders.filter((name) => name !== this.me);
    return (
      whose === "everybody" || (whose === "mine" && Boolean(this.me)) ||
      others.some((name) => whose === `coder:${name}`)
    );
  }

  hasStripe(row) {
    if (this.stripes === "selected") {
      return row.code === this.selectedCode;
    }
    if (this.stripes === "recent") {
      return this.recentIds().has(row.id);
    }
    return this.stripes === "all";
  }

  recentIds() {
    if (this.recentOf !== this.rows) {
      this.recentOf = this.rows;
      const codings = Array.from(this.rows.values()).filter((row) => row.kind === "coding");
      codings.sort((one, other) => (one.created < other.created ? 1 : -1));
      this.recent = new Set(codings.slice(0, RECENT).map((row) => row.id));
    }
    return this.recent;
  }

  /** Rows that pass, in the order of the text. */
  inText(passes) {
    return Array.from(this.rows.values()).filter(passes).sort(inOrder);
  }

  shownOf(turn) {
    const rows = Array.from(turn.ids, (id) => this.rows.get(id));
    return rows.filter((row) => row && this.isShown(row)).sort(inOrder);
  }

  /** Rows of a turn whose stripes are wanted, in the order of the text. */
  stripesOf(turn) {
    return this.shownOf(turn).filter((row) => this.hasStripe(row));
  }

  codeOf(id) {
    return this.codes?.get(id) ?? GONE_CODE;
  }

  ownTwin(span, code) {
    const isTwin = (row) =>
      row.kind === "coding" && row.coder === this.me && row.code === code &&
      row.start === span.start && row.end === span.end;
    return Array.from(this.rows.values()).find(isTwin) ?? null;
  }

  mayChange(row) {
    return this.may === "all" || (this.may === "own" && row.coder === this.me);
  }

  setStripes(mode) {
    this.stripes = mode;
    memory.set("stripes", mode);
    this.repaint([]);
  }

  setWhose(whose) {
    this.whose = whose;
    memory.set("whose", whose);
    this.repaint(this.turns);
  }

  showSuggestions(shown) {
    this.showsSuggestions = shown;
    memory.set("suggestions", shown);
    this.repaint(this.turns);
  }

  say(words) {
    this.live.textContent = words;
  }

  /** What could not be done, and why; it stays until the user has read on. */
  refuse(words) {
    const close = makeButton("×", () => (this.notice.hidden = true), { className: "qk-x" });
    close.setAttribute("aria-label", "Close");
    this.notice.replaceChildren(make("span", "", `This was not done: ${words}`), close);
    this.notice.hidden = false;
  }
}

const GONE_CODE = {
  id: null, n: "gone", name: "(a code that is gone)", path: "", above: "", colour: "#777777",
  definition: "", scale: [], uses: 0,
};
