// Disagreements between coders: one passage at a time, settled by keyboard or mouse.
//
// A decision is painted at once and goes into the outbox; the database is the truth, and what
// it refuses, as where somebody else was first, comes back with its reason.

const LISTS = new WeakMap();
const MORE_FROM = 5; // passages before the end of the list at which more are asked for
const KEYS = [
  ["1 – 9", "As that coder has it"],
  ["b", "Both: what any of them coded stands"],
  ["n", "Neither: none of it stands"],
  ["e", "Edit: write how it shall be"],
  ["s or Space", "Skip: settle later"],
  ["p", "Back to the passage before"],
  ["w", "Say why, before you settle; Escape leaves the field"],
  ["u or Ctrl + Z", "Undo"],
  ["Ctrl + Shift + Z", "Redo"],
  ["o", "Open in the transcript, in a new tab"],
  ["?", "Show or hide these keys"],
];
const CHOICES = { both: "both", neither: "neither", edit: "as edited" };

function keyButton(words, key, act, className = "") {
  const made = makeButton(words, act, { className: `qk-s-button ${className}`.trim(), key });
  if (key) {
    made.setAttribute("aria-keyshortcuts", key.replace("Ctrl ", "Control+"));
  }
  return made;
}

class Settling extends OneByOne {
  constructor(parent) {
    super("settle");
    this.decided = new Map(); // passage -> what was chosen here, in words
    this.reopened = new Set(); // passages whose decision was withdrawn here
    this.gone = null; // the passage that is looked at, where others took it from the list
    this.edit = null; // the codings being written, while the editor is open
    this.seals = null; // the codings as they were when it was opened
    this.whys = new Map(); // passage -> the reason that is being written
    this.scope = null;
    this.asked = 0;
    this.build(parent);
  }

  build(parent) {
    this.root = make("section", "qk-settle");
    this.root.tabIndex = 0;
    this.root.setAttribute("aria-label", "Disagreements, one at a time. Press ? for the keys.");
    this.head = make("div", "qk-s-head");
    this.body = make("div", "qk-s-body");
    this.stage = make("div", "qk-s-stage");
    this.right = make("div", "qk-s-right");
    this.whyRow = this.makeWhy();
    this.acts = make("div", "qk-s-acts");
    const left = make("div", "qk-s-left");
    left.append(this.stage, this.whyRow, this.acts);
    this.body.append(left, this.right);
    this.live = make("div", "qk-s-live");
    this.live.setAttribute("aria-live", "polite");
    this.root.append(this.head, this.body, this.live);
    this.root.addEventListener("keydown", (event) => this.onKey(event));
    parent.append(this.root);
  }

  // What comes from Python -------------------------------------------------------------

  update({ data, setStateValue }) {
    this.data = data;
    this.setState = setStateValue;
    this.codes = new Map(data.codes.map((code) => [code.id, code]));
    this.useOutbox(data.owner, setStateValue);
    const fresh = this.scope !== data.scope;
    const before = this.passage?.key;
    this.take(data.passages, fresh);
    this.settleOutbox(data.acks);
    this.gone = this.isListed(this.passage?.key) ? null : this.passage.key;
    if (fresh || this.passage?.key !== before) {
      this.edit = null;
    }
    if (this.edit === null || this.said?.refused) {
      this.paint();
    }
    if (fresh && document.activeElement === document.body) {
      this.root.focus({ preventScroll: true });
    }
  }

  /** Put what the database has in the place of what was; what was settled here stays to be seen. */
  take(listed, fresh) {
    if (fresh) {
      this.scope = this.data.scope;
      this.order = [];
      this.passages.clear();
      this.decided.clear();
      this.reopened.clear();
      this.at = 0;
      this.asked = 0;
    }
    const now = this.passage?.key;
    const came = new Set(listed.map((passage) => passage.key));
    const kept = this.order.filter((key) => came.has(key) || this.decided.has(key) || key === now);
    for (const passage of listed) {
      this.passages.set(passage.key, passage);
    }
    for (const { gesture, paint } of fresh ? this.outbox.waiting : []) {
      if (gesture.kind === "settle") {
        this.decided.set(gesture.disagreement, paint); // sent before a reload, not answered yet
      }
    }
    this.order = [...kept, ...[...came].filter((key) => !kept.includes(key))];
    this.at = Math.max(0, this.order.indexOf(now));
    if (fresh && this.passage && !this.isOpen(this.passage.key)) {
      this.moveOn();
    }
  }

  settleOutbox(acks) {
    for (const { gesture, why } of this.outbox.settle(acks)) {
      const entry = this.done.refuse(gesture.id);
      const key = gesture.disagreement ?? entry?.key;
      if (gesture.kind === "settle") {
        this.decided.delete(key);
        this.whys.set(key, gesture.reason);
      } else if (gesture.kind === "unsettle") {
        this.reopened.delete(key);
      } else if (entry) {
        this.mark(entry, entry.done);
      }
      if (this.order.includes(key)) {
        this.at = this.order.indexOf(key);
        this.edit = null;
      }
      this.say(`That was not stored: ${why}`, { refused: true });
    }
  }

  // Where we are -----------------------------------------------------------------------

  /** The reason belongs to its passage: who skips takes it to no other. */
  get why() {
    return this.whys.get(this.passage?.key) ?? "";
  }

  set why(words) {
    this.whys.set(this.passage?.key, words);
  }

  isListed(key) {
    return !key || this.isTouched(key) || this.data.passages.some((one) => one.key === key);
  }

  /** Whether a passage was settled or opened again in this tab. */
  isTouched(key) {
    return this.decided.has(key) || this.reopened.has(key);
  }

  isOpen(key) {
    if (this.decided.has(key) || this.gone === key) {
      return false;
    }
    return this.reopened.has(key) || this.passages.get(key)?.status !== "settled";
  }

  /** On to the next open passage; past the end, back to those that were skipped. */
  moveOn() {
    const ahead = this.order.findIndex((key, n) => n > this.at && this.isOpen(key));
    const next = ahead >= 0 ? ahead : this.order.findIndex((key) => this.isOpen(key));
    if (next >= 0) {
      this.at = next;
    }
    this.askForMore();
    return next >= 0;
  }

  askForMore() {
    const wanted = this.order.length;
    const more = this.data.passages.length < this.data.left;
    if (more && this.at >= wanted - MORE_FROM && wanted > this.asked) {
      this.asked = wanted;
      this.setState("wanted", wanted);
    }
  }

  /** How many are settled, with what the database has not answered yet. */
  get settled() {
    const counted = new Set(this.data.counted);
    const others = (key) => this.passages.get(key)?.status === "settled" || counted.has(key);
    const more = [...this.decided.keys()].filter((key) => !others(key)).length;
    const taken = this.outbox.waiting.filter(({ gesture }) => gesture.reopens).length;
    return this.data.settled + more - taken;
  }

  // What the user does -----------------------------------------------------------------

  choose(choice, coder = null, edit = null) {
    const passage = this.passage;
    if (!passage || !this.isAllowed()) {
      return;
    }
    if (!this.isOpen(passage.key)) {
      this.say("This passage is settled already.");
      this.paint();
      return;
    }
    const words = coder === null ? CHOICES[choice] : `as ${coder} has it`;
    const gesture = {
      kind: "settle", disagreement: passage.key, source: passage.source, choice, coder, edit,
      seals: edit ? this.seals : passage.seals, reason: this.why.trim(),
    };
    const id = this.outbox.push(gesture, words);
    this.done.add({ id, source: "settle", kind: "settle", key: passage.key, words });
    this.mark({ kind: "settle", key: passage.key, words }, true);
    this.why = "";
    this.edit = null;
    const more = this.moveOn() ? this.whereWeAre() : "Nothing is left to settle here.";
    this.say(`Settled: ${words}. Ctrl+Z takes it back.`, { more });
    this.paint();
  }

  /** A decision that stood when the page was opened, or somebody else's, is withdrawn. */
  reopen() {
    const passage = this.passage;
    if (!passage?.decision || !this.isAllowed()) {
      return;
    }
    const { id: decision } = passage.decision;
    const gesture = {
      kind: "unsettle", decision, disagreement: passage.key, reopens: passage.status === "settled",
    };
    const id = this.outbox.push(gesture);
    this.done.add({ id, source: "settle", kind: "unsettle", key: passage.key, words: "opened" });
    this.mark({ kind: "unsettle", key: passage.key }, true);
    this.say("The decision is withdrawn; settle it anew.");
    this.paint();
  }

  /** What an entry did, shown as done or as taken back. */
  mark({ kind, key, words }, done) {
    if (kind === "settle" && done) {
      this.decided.set(key, words);
    } else if (kind === "settle") {
      this.decided.delete(key);
      this.reopened.add(key);
    } else if (done) {
      this.decided.delete(key);
      this.reopened.add(key);
    } else {
      this.reopened.delete(key);
    }
  }

  undo() {
    this.turn(this.done.last("settle"), "Nothing to undo here.");
  }

  redo() {
    this.turn(this.done.next("settle"), "Nothing to redo here.");
  }

  turn(entry, otherwise) {
    if (!entry) {
      this.say(otherwise);
    } else if (this.isAllowed()) {
      const reopens = (entry.kind === "settle") === entry.done;
      const gesture = { kind: "undo", of: entry.head, disagreement: entry.key, reopens };
      this.mark(entry, !entry.done);
      this.done.turn(entry, this.outbox.push(gesture));
      if (this.order.includes(entry.key)) {
        this.at = this.order.indexOf(entry.key);
      }
      this.edit = null;
      this.say(entry.done ? "Done again." : "Undone: the passage is as it was.");
    }
    this.paint();
  }

  skip() {
    const from = this.at;
    if (!this.moveOn() || this.at === from) {
      this.say("This is the last passage that is open.");
    } else {
      this.say(this.at < from ? "Back to those that you skipped." : "Skipped.", {
        more: this.whereWeAre(),
      });
    }
    this.edit = null;
    this.paint();
  }

  back() {
    if (this.at > 0) {
      this.at -= 1;
      this.edit = null;
      this.say("One back.", { more: this.whereWeAre() });
    } else {
      this.say("This is the first passage.");
    }
    this.paint();
  }

  isAllowed() {
    if (!this.data.may) {
      this.say("Your role in this study lets you look, not settle.", { refused: true });
      this.paint();
    }
    return this.data.may;
  }

  // The editor -------------------------------------------------------------------------

  startEdit() {
    const passage = this.passage;
    if (!passage || !this.isAllowed() || !this.isOpen(passage.key)) {
      return;
    }
    this.seals = passage.seals;
    const { codings } = passage.sides.find((side) => side.codings.length) ?? { codings: [] };
    this.edit = codings.map(({ start, end, code, stance, rating, memo }) => (
      { start, end, code, stance, rating, memo }
    ));
    if (!this.edit.length) {
      this.addCoding();
    }
    this.paint();
    this.body.querySelector(".qk-s-editor select")?.focus({ preventScroll: true });
  }

  addCoding() {
    const { start, end, codes } = this.passage;
    const fresh = { start, end, code: codes[0], stance: "", rating: null, memo: "" };
    this.edit = [...(this.edit ?? []), fresh];
  }

  changeEdit(n, fields) {
    this.edit = this.edit.map((one, at) => (at === n ? { ...one, ...fields } : one));
    redrawKeepingFocus(this.body, () => this.paintBody(), this.root);
  }

  saveEdit() {
    const edit = this.edit.map(({ stance, ...rest }) => ({ ...rest, stance: stance || null }));
    this.choose("edit", null, edit);
    this.root.focus({ preventScroll: true });
  }

  closeEdit() {
    this.edit = null;
    this.paint();
    this.root.focus({ preventScroll: true });
  }

  editor() {
    const box = make("div", "qk-s-editor");
    box.append(make("h4", "", "How it shall be"));
    const words = wordsShown(this.passage.turns);
    this.edit.forEach((coding, n) => box.append(this.editRow(coding, n, words)));
    if (!this.edit.length) {
      box.append(make("p", "qk-s-quiet", "No coding stands here."));
    }
    const bar = make("div", "qk-s-buttons");
    bar.append(
      keyButton("Settle so", "Ctrl Enter", () => this.saveEdit(), "qk-s-main"),
      keyButton("Another coding", "", () => {
        this.addCoding();
        this.paint();
      }),
      keyButton("Leave the editor", "Esc", () => this.closeEdit()),
    );
    box.append(bar);
    return box;
  }

  editRow(coding, n, words) {
    const row = make("div", "qk-s-edit-row");
    row.setAttribute("role", "group");
    row.setAttribute("aria-label", `Coding ${n + 1}`);
    const { codebook } = this.codes.get(coding.code) ?? {};
    const own = this.data.codes.filter((code) => code.codebook === codebook);
    const choices = own.map((code) => [code.id, code.path]);
    row.append(makeSelect("Code", choices, coding.code, (code) => {
      this.changeEdit(n, { code, rating: null });
    }));
    const stances = [["", "no stance"], ...this.data.stances.map((one) => [one, one])];
    row.append(makeSelect("Stance", stances, coding.stance, (stance) => {
      this.changeEdit(n, { stance });
    }));
    const { scale = [] } = this.codes.get(coding.code) ?? {};
    if (scale.length) {
      const levels = scale.map(({ value, label }) => [String(value), `${value} ${label}`]);
      const chosen = coding.rating === null ? "" : String(coding.rating);
      row.append(makeSelect("Rating", [["", "no rating"], ...levels], chosen, (value) => {
        this.changeEdit(n, { rating: value === "" ? null : Number(value) });
      }));
    }
    const move = (label, sign, side, step) => {
      const act = () => this.changeEdit(n, movedByWords(coding, side, step, words));
      const button = keyButton(sign, "", act);
      button.setAttribute("aria-label", label);
      button.title = label;
      return button;
    };
    const ends = make("span", "qk-s-ends");
    ends.append(
      make("span", "", "Start"), move("Start a word earlier", "◀", "start", -1),
      move("Start a word later", "▶", "start", 1),
      make("span", "", "End"), move("End a word earlier", "◁", "end", -1),
      move("End a word later", "▷", "end", 1),
    );
    const remove = keyButton("Remove", "", () => {
      this.edit = this.edit.filter((_, at) => at !== n);
      redrawKeepingFocus(this.body, () => this.paintBody(), this.root);
    });
    row.append(ends, remove);
    const said = wordsOfSpan(coding, this.passage.turns);
    row.append(make("q", "qk-s-quote", said));
    return row;
  }

  // Keys -------------------------------------------------------------------------------

  onKey(event) {
    const field = event.target.closest("input, textarea, select");
    if (event.key === "Escape" && (field || this.edit || this.keysShown)) {
      event.stopPropagation();
      event.preventDefault();
      this.escape(field);
      return;
    }
    const command = event.ctrlKey || event.metaKey;
    if (command && event.key === "Enter" && this.edit) {
      event.preventDefault();
      this.saveEdit();
      return;
    }
    if (field || event.altKey || (command && !/^[zy]$/i.test(event.key))) {
      event.stopPropagation(); // Streamlit reruns on r and clears its cache on c
      return;
    }
    const act = command ? this.commandOf(event) : this.digitOf(event) ?? this.letterOf(event);
    if (act) {
      event.preventDefault();
      if (!event.repeat) {
        act(); // a key held down would settle passages that nobody has looked at
      }
    }
    if (act || event.key.length === 1) {
      event.stopPropagation();
    }
  }

  escape(field) {
    if (this.edit && field !== this.field) {
      this.closeEdit();
    } else if (field) {
      this.root.focus({ preventScroll: true });
    } else {
      this.toggleKeys();
    }
  }

  digitOf(event) {
    const digit = /^(?:Digit|Numpad)([1-9])$/.exec(event.code);
    const side = digit && this.passage?.sides[Number(digit[1]) - 1];
    return side && !this.edit ? () => this.choose("coder", side.coder) : null;
  }

  letterOf(event) {
    const onControl = event.target.closest("button, a");
    if (event.key === " " && onControl) {
      return null; // a space presses the button that has the focus
    }
    const acts = {
      b: this.edit ? null : () => this.choose("both"),
      n: this.edit ? null : () => this.choose("neither"),
      e: () => (this.edit ? this.closeEdit() : this.startEdit()),
      s: () => this.skip(),
      " ": () => this.skip(),
      p: () => this.back(),
      u: () => this.undo(),
      w: () => this.field.focus(),
      o: () => this.open(),
      "?": () => this.toggleKeys(),
    };
    return acts[event.key.length === 1 ? event.key.toLowerCase() : event.key] ?? null;
  }

  // What is seen -----------------------------------------------------------------------

  whereWeAre() {
    const passage = this.passage;
    if (!passage) {
      return "";
    }
    const said = passage.sides.map((side) => `${side.coder}: ${spoken(side)}`).join("; ");
    return `Passage in ${passage.source}, ${passage.who || "no speaker"}. ${passage.title}. ${said}.`;
  }

  paint() {
    this.showPending();
    this.root.dataset.at = this.passage?.key ?? "";
    redrawKeepingFocus(this.root, () => {
      this.paintHead();
      this.paintBody();
      this.paintFoot();
    }, this.root);
  }

  paintHead() {
    const passage = this.passage;
    const where = make("div", "qk-s-where");
    if (passage) {
      where.append(make("strong", "", passage.source));
      for (const part of [passage.who, passage.where].filter(Boolean)) {
        where.append(make("span", "", part));
      }
      where.append(make("span", "qk-s-kind", passage.title));
    }
    const said = make("span", "qk-s-said", this.said?.words ?? "");
    said.classList.toggle("qk-s-refused", Boolean(this.said?.refused));
    said.setAttribute("aria-hidden", "true"); // the live region says it
    const { total } = this.data;
    const count = make("span", "qk-s-count", `${this.settled} of ${total} settled`);
    const bar = make("progress", "qk-s-bar");
    bar.max = Math.max(1, total);
    bar.value = this.settled;
    bar.setAttribute("aria-label", "Settled");
    this.head.replaceChildren(where, said, bar, count, this.pill);
  }

  paintBody() {
    const passage = this.passage;
    if (!passage) {
      this.stage.replaceChildren(this.end());
      this.right.replaceChildren();
      return;
    }
    const shown = [drawLegend(passage.sides), drawPassage(passage, this.edit)];
    this.stage.replaceChildren(...shown, ...(this.edit ? [this.editor()] : []));
    this.right.replaceChildren(...this.standing(), this.sides(), this.rules());
  }

  end() {
    const box = make("div", "qk-s-end");
    box.append(make("h3", "", "Nothing is left to settle here"));
    box.append(make("p", "", this.data.ending));
    return box;
  }

  /** Whether the passage is settled, by whom and why. */
  standing() {
    const { key, status, decision } = this.passage;
    const here = this.decided.get(key);
    if (here) {
      return [make("p", "qk-s-standing", `✓ Settled: ${here}. Ctrl+Z takes it back.`)];
    }
    if (this.gone === key) {
      const words = "Somebody settled or changed this meanwhile. Skip goes on.";
      return [make("p", "qk-s-standing", words)];
    }
    if (!decision || this.reopened.has(key)) {
      return [];
    }
    const box = make("div", "qk-s-standing");
    const by = `${decision.choice}, by ${decision.by}, ${decision.at}`;
    const words = status === "settled" ? `✓ Settled: ${by}` : `Was settled (${by}), and has changed`;
    box.append(make("p", "", words));
    if (decision.reason) {
      box.append(make("p", "", `Why: ${decision.reason}`));
    }
    if (this.data.may) {
      box.append(keyButton("Withdraw this decision", "", () => this.reopen()));
    }
    return [box];
  }

  sides() {
    const list = make("ol", "qk-s-sides");
    list.setAttribute("aria-label", "Who coded what");
    const open = this.isOpen(this.passage.key) && !this.edit && this.data.may;
    this.passage.sides.forEach((side, n) => {
      const row = make("li", "qk-s-side");
      const head = make("div", "qk-s-side-head");
      const name = make("b", `qk-s-lane qk-s-line-${n % LINES}`, side.coder);
      name.style.setProperty("--lane", 0);
      head.append(name);
      if (open) {
        const take = keyButton("Take", n < 9 ? String(n + 1) : "", () => {
          this.choose("coder", side.coder);
        });
        take.setAttribute("aria-label", `Settle as ${side.coder} has it`);
        head.append(take);
      }
      row.append(head, ...side.codings.map((coding) => this.coding(coding)));
      if (!side.codings.length) {
        row.append(make("p", "qk-s-quiet", "Coded nothing here."));
      }
      list.append(row);
    });
    return list;
  }

  coding(coding) {
    const box = make("div", "qk-s-coding");
    const name = make("p", "qk-s-code");
    const code = this.codes.get(coding.code);
    if (code?.colour) {
      const swatch = make("i", "qk-s-swatch");
      swatch.setAttribute("aria-hidden", "true");
      swatch.style.background = code.colour;
      name.append(swatch);
    }
    name.append(make("span", "", code?.path ?? coding.name));
    for (const part of marksOf(coding, code)) {
      name.append(make("span", "qk-s-mark", part));
    }
    box.append(name, make("q", "qk-s-quote", coding.text));
    if (coding.memo) {
      box.append(make("p", "qk-s-memo", `Memo: ${coding.memo}`));
    }
    return box;
  }

  /** What the codebook says of the codes at issue. */
  rules() {
    const box = make("div", "qk-s-rules");
    box.append(make("h4", "", "What the codebook says"));
    for (const id of this.passage.codes) {
      const code = this.codes.get(id);
      if (!code) {
        continue;
      }
      box.append(make("p", "qk-s-rule-name", code.name));
      box.append(make("p", "", code.definition || "This code has no definition yet."));
      for (const [label, words] of [["Include", code.include], ["Exclude", code.exclude]]) {
        if (words) {
          const line = make("p", "");
          line.append(make("b", "", `${label}: `), words);
          box.append(line);
        }
      }
    }
    return box;
  }

  paintFoot() {
    const rows = [this.buttons()];
    if (this.keysShown) {
      rows.push(keyTable());
    }
    if (this.data.trouble) {
      const words = `Nothing can be stored at present: ${this.data.trouble}`;
      rows.push(make("p", "qk-s-refused", words));
    }
    this.acts.replaceChildren(...rows);
    this.whyRow.hidden = !this.passage || !this.data.may;
    if (this.field.value !== this.why) {
      this.field.value = this.why;
    }
  }

  /** Made once, so that nobody loses what they are typing when the rest is painted anew. */
  makeWhy() {
    const label = make("label", "qk-s-why");
    const words = make("span", "", "Why (kept with the decision) ");
    words.append(make("kbd", "", "w"));
    this.field = make("textarea", "");
    this.field.rows = 1;
    this.field.addEventListener("input", () => {
      this.why = this.field.value;
    });
    label.append(words, this.field);
    return label;
  }

  buttons() {
    const bar = make("div", "qk-s-buttons");
    const { passage } = this;
    if (passage && this.data.may && this.isOpen(passage.key) && !this.edit) {
      bar.append(
        keyButton("Both", "b", () => this.choose("both")),
        keyButton("Neither", "n", () => this.choose("neither")),
        keyButton("Edit", "e", () => this.startEdit()),
      );
    }
    bar.append(keyButton("Skip", "s", () => this.skip()), keyButton("Back", "p", () => this.back()));
    const undo = keyButton("Undo", "u", () => this.undo());
    undo.disabled = !this.done.last("settle");
    bar.append(undo);
    if (passage) {
      const open = make("a", "qk-s-button", "Open in transcript ");
      open.href = passage.href;
      open.target = "_blank";
      open.rel = "noopener";
      open.append(make("kbd", "", "o"));
      bar.append(open);
    }
    const keys = keyButton("Keys", "?", () => this.toggleKeys());
    keys.setAttribute("aria-expanded", String(this.keysShown));
    bar.append(keys);
    return bar;
  }
}

function keyTable() {
  const table = make("dl", "qk-s-keys");
  for (const [key, what] of KEYS) {
    const term = make("dt", "");
    term.append(make("kbd", "", key));
    table.append(term, make("dd", "", what));
  }
  return table;
}

function spoken({ codings }) {
  return codings.length ? codings.map((one) => `${one.name}, ${one.text}`).join("; ") : "nothing";
}

/** Stance and rating of a coding, in words. */
function marksOf({ stance, rating }, code) {
  const level = code?.scale.find((one) => one.value === rating);
  const rated = rating === null ? "" : `${rating}${level?.label ? ` ${level.label}` : ""}`;
  return [stance, rated].filter(Boolean);
}

export default function ({ parentElement, data, setStateValue }) {
  let list = LISTS.get(parentElement);
  if (!list) {
    list = new Settling(parentElement);
    LISTS.set(parentElement, list);
  }
  list.update({ data, setStateValue });
  return () => {
    list.destroy();
    LISTS.delete(parentElement);
  };
}
