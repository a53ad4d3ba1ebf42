// The queue of suggestions: one passage at a time, decided by keyboard or mouse.
//
// A decision is painted at once and goes into the outbox; the database is the truth, and what
// it refuses comes back with its reason. A passage is named by its place, not by the ids of its
// suggestions, because learning anew gives every suggestion a new id.

const QUEUES = new WeakMap();
const MORE_FROM = 5; // passages before the end of the list at which more are asked for
const DECIDED = { accept: "accepted", reject: "rejected" };
const KEYS = [
  ["a", "Accept the chosen code"],
  ["r", "Reject the chosen code"],
  ["1 – 9", "Accept that code"],
  ["Shift + 1 – 9", "Reject that code"],
  ["↑ ↓", "Choose another code of this passage"],
  ["Space or n", "Skip: decide later"],
  ["p", "Back to the passage before"],
  ["d", "Show or hide the definition"],
  ["o", "Open in the transcript, in a new tab"],
  ["Ctrl + Z", "Undo"],
  ["Ctrl + Shift + Z", "Redo"],
  ["?", "Show or hide these keys"],
];

/** A button with the key that does the same, told to screen readers too. */
function actButton(words, key, act) {
  const made = makeButton(words, act, { className: "qk-q-button", key });
  if (key) {
    made.setAttribute("aria-keyshortcuts", key.replace("Ctrl ", "Control+"));
  }
  return made;
}

function link(href, label) {
  const made = make("a", "qk-q-link", label);
  made.href = href;
  made.target = "_blank";
  made.rel = "noopener";
  return made;
}

class Queue extends OneByOne {
  constructor(parent) {
    super("queue");
    this.chosen = 0;
    this.decided = new Map(); // suggestion's place -> "accept" or "reject"
    this.count = 0;
    this.definitionShown = false;
    this.scope = null;
    this.asked = 0;
    this.goTo = null;
    this.build(parent);
  }

  build(parent) {
    this.root = make("section", "qk-queue");
    this.root.tabIndex = 0;
    const label = "Suggestions, one passage at a time. Press ? for the keys.";
    this.root.setAttribute("aria-label", label);
    this.head = make("div", "qk-q-head");
    this.body = make("div", "qk-q-body");
    this.foot = make("div", "qk-q-foot");
    this.live = make("div", "qk-q-live");
    this.live.setAttribute("aria-live", "polite");
    this.root.append(this.head, this.body, this.foot, this.live);
    this.root.addEventListener("keydown", (event) => this.onKey(event));
    parent.append(this.root);
  }

  // What comes from Python -------------------------------------------------------------

  update({ data, setStateValue }) {
    this.data = data;
    this.setState = setStateValue;
    this.useOutbox(data.owner, setStateValue);
    const fresh = this.scope !== data.scope;
    const before = this.passage?.key;
    this.take(data.passages, fresh);
    this.settle(data.acks);
    if (this.goTo && this.passages.has(this.goTo)) {
      this.at = this.order.indexOf(this.goTo);
      this.goTo = null;
    }
    if (fresh || this.passage?.key !== before) {
      this.chooseFirstOpen();
    }
    this.paint();
    if (fresh && document.activeElement === document.body) {
      this.root.focus({ preventScroll: true });
    }
  }

  /** Begin anew; what was sent before a reload and is not answered yet counts as decided. */
  startAfresh() {
    this.scope = this.data.scope;
    this.order = [];
    this.passages.clear();
    this.at = 0;
    this.asked = 0;
    this.decided.clear();
    for (const { gesture } of this.outbox.waiting) {
      if (gesture.place) {
        this.decided.set(String(gesture.place), gesture.kind);
      }
    }
  }

  /** Put what is open now in the place of what was; what the user has decided here stays. */
  take(listed, fresh) {
    const came = new Map(listed.map((passage) => [passage.key, passage]));
    if (fresh) {
      this.startAfresh();
    }
    const now = this.passage?.key;
    const behind = this.order.slice(0, this.at);
    const kept = this.order.filter((key) => came.has(key) || this.isTouched(key));
    for (const [key, passage] of came) {
      this.passages.set(key, this.joined(this.passages.get(key), passage));
    }
    this.order = [...kept, ...[...came.keys()].filter((key) => !kept.includes(key))];
    if (this.order.includes(now)) {
      this.at = this.order.indexOf(now);
    } else {
      const last = behind.findLast((key) => this.order.includes(key));
      this.at = this.order.indexOf(last) + 1;
    }
    this.at = Math.min(this.at, Math.max(0, this.order.length - 1));
    const moved = this.passage && this.passage.key !== now && this.passage.key !== this.goTo;
    if (moved && !this.isOpen(this.passage)) {
      this.moveOn();
    }
  }

  /** A passage as it came, with the codes that were decided here still in their places. */
  joined(old, came) {
    if (!old) {
      return came;
    }
    const fresh = new Map(came.codes.map((code) => [String(code.place), code]));
    const codes = [];
    for (const code of old.codes) {
      const name = String(code.place);
      if (fresh.has(name) || this.decided.has(name)) {
        codes.push(fresh.get(name) ?? code);
        fresh.delete(name);
      }
    }
    return { ...came, codes: [...codes, ...fresh.values()] };
  }

  settle(acks) {
    for (const { gesture, why } of this.outbox.settle(acks)) {
      this.takeBack(gesture);
      this.say(`That was not stored: ${why}`, { refused: true });
    }
  }

  /** A refused gesture: the passage is shown as it was before. */
  takeBack(gesture) {
    const entry = this.done.refuse(gesture.id);
    if (gesture.place) {
      this.mark(gesture.place, null);
      this.go(passageOf(gesture.place));
    } else if (entry) {
      this.mark(entry.place, entry.done ? entry.kind : null);
    }
  }

  /** What the user sees of one suggestion: "accept", "reject", or null where it is open. */
  mark(place, kind) {
    const name = String(place);
    const before = this.decided.has(name);
    if (kind) {
      this.decided.set(name, kind);
    } else {
      this.decided.delete(name);
    }
    this.count = Math.max(0, this.count + Number(this.decided.has(name)) - Number(before));
  }

  // Where we are -----------------------------------------------------------------------

  isTouched(key) {
    const codes = this.passages.get(key)?.codes ?? [];
    return key === this.goTo || codes.some((code) => this.isDecided(code));
  }

  isDecided(code) {
    return this.decided.has(String(code.place));
  }

  isOpen(passage) {
    return passage.codes.some((code) => !this.isDecided(code));
  }

  chooseFirstOpen() {
    const first = this.passage ? this.passage.codes.findIndex((code) => !this.isDecided(code)) : 0;
    this.chosen = Math.max(0, first);
    this.definitionShown = false;
  }

  /** On to the next open passage; past the end, back to those that were skipped. */
  moveOn() {
    const open = (key) => this.isOpen(this.passages.get(key));
    const ahead = this.order.findIndex((key, n) => n > this.at && open(key));
    const next = ahead >= 0 ? ahead : this.order.findIndex(open);
    if (next >= 0) {
      this.at = next;
    }
    this.chooseFirstOpen();
    this.askForMore();
    return next >= 0;
  }

  go(key) {
    if (!this.passages.has(key)) {
      this.goTo = key;
      return;
    }
    this.at = this.order.indexOf(key);
    this.chooseFirstOpen();
  }

  askForMore() {
    const wanted = this.order.length;
    const thereAreMore = this.data.passages.length < this.data.left;
    if (thereAreMore && this.at >= wanted - MORE_FROM && wanted > this.asked) {
      this.asked = wanted;
      this.setState("wanted", wanted);
    }
  }

  // What the user does -----------------------------------------------------------------

  decide(kind, n = this.chosen) {
    const passage = this.passage;
    const code = passage?.codes[n];
    if (!code) {
      return;
    }
    this.chosen = n;
    if (this.isDecided(code)) {
      const how = DECIDED[this.decided.get(String(code.place))];
      this.say(`“${code.name}” is ${how} already; undo it with Ctrl + Z.`);
      this.paint();
      return;
    }
    this.mark(code.place, kind);
    const id = this.outbox.push({ kind, suggestion: code.id, place: code.place });
    this.done.add({ id, source: "queue", kind, place: code.place, name: code.name });
    const what = `${kind === "accept" ? "Accepted" : "Rejected"} “${code.name}”`;
    if (this.isOpen(passage)) {
      this.chooseFirstOpen();
      this.say(`${what}.`, { more: `Next for this passage: ${passage.codes[this.chosen].name}.` });
    } else {
      const more = this.moveOn() ? this.whereWeAre() : "All is decided.";
      this.say(`${what}.`, { more });
    }
    this.paint();
  }

  undo() {
    const entry = this.done.last("queue");
    if (!entry) {
      this.say("Nothing to undo here.");
    } else {
      this.turn(entry);
      this.mark(entry.place, null);
      this.go(passageOf(entry.place));
      this.choosePlace(entry.place);
      this.say(`Undone: “${entry.name}” is open again.`);
    }
    this.paint();
  }

  redo() {
    const entry = this.done.next("queue");
    if (!entry) {
      this.say("Nothing to redo here.");
    } else {
      this.turn(entry);
      this.mark(entry.place, entry.kind);
      this.say(`Again ${DECIDED[entry.kind]}: “${entry.name}”.`);
      if (this.passage && !this.isOpen(this.passage)) {
        this.moveOn();
      }
    }
    this.paint();
  }

  turn(entry) {
    this.done.turn(entry, this.outbox.push({ kind: "undo", of: entry.head }));
  }

  choosePlace(place) {
    const codes = this.passage?.codes ?? [];
    const found = codes.findIndex((code) => String(code.place) === String(place));
    this.chosen = Math.max(0, found);
  }

  skip() {
    const from = this.at;
    if (!this.moveOn() || this.at === from) {
      this.say("This is the last open passage.");
    } else {
      const words = this.at < from ? "Back to those that you skipped." : "Skipped.";
      this.say(words, { more: this.whereWeAre() });
    }
    this.paint();
  }

  back() {
    if (this.at > 0) {
      this.at -= 1;
      this.chooseFirstOpen();
      this.say("One back.", { more: this.whereWeAre() });
    } else {
      this.say("This is the first passage.");
    }
    this.paint();
  }

  choose(step) {
    const count = this.passage?.codes.length ?? 0;
    this.chosen = Math.min(Math.max(0, this.chosen + step), Math.max(0, count - 1));
    this.say("", { more: this.passage ? this.passage.codes[this.chosen].name : "" });
    this.paint();
  }

  toggleDefinition() {
    this.definitionShown = !this.definitionShown;
    this.paint();
  }

  onKey(event) {
    const command = event.ctrlKey || event.metaKey;
    if (event.altKey || (command && !/^[zy]$/i.test(event.key))) {
      return;
    }
    const act = command ? this.commandOf(event) : this.digitOf(event) ?? this.letterOf(event);
    if (act) {
      event.preventDefault();
      if (!event.repeat) { // a key held down decides on one passage, not on all that follow
        act();
      }
    }
    if (act || event.key.length === 1) { // Streamlit reruns on r and clears its cache on c
      event.stopPropagation();
    }
  }

  /** By the key's place on the keyboard: Shift makes another sign of it. */
  digitOf(event) {
    const digit = /^(?:Digit|Numpad)([1-9])$/.exec(event.code);
    const kind = event.shiftKey ? "reject" : "accept";
    return digit ? () => this.decide(kind, Number(digit[1]) - 1) : null;
  }

  letterOf(event) {
    const onControl = event.target !== this.root;
    if (event.key === " " && onControl) {
      return null; // a space presses the button that has the focus
    }
    const acts = {
      a: () => this.decide("accept"),
      r: () => this.decide("reject"),
      n: () => this.skip(),
      " ": () => this.skip(),
      p: () => this.back(),
      d: () => this.toggleDefinition(),
      o: () => this.open(),
      "?": () => this.toggleKeys(),
      ArrowDown: () => this.choose(1),
      ArrowUp: () => this.choose(-1),
      Escape: this.keysShown ? () => this.toggleKeys() : null,
    };
    return acts[event.key.length === 1 ? event.key.toLowerCase() : event.key] ?? null;
  }

  // What is seen -----------------------------------------------------------------------

  whereWeAre() {
    if (!this.passage) {
      return "";
    }
    const { source, speaker, codes } = this.passage;
    return `Passage in ${source}, ${speaker || "no speaker"}, ${codes[this.chosen].name}.`;
  }

  paint() {
    const inside = this.root.contains(document.activeElement);
    this.showPending();
    this.root.dataset.at = this.passage?.key ?? "";
    this.paintHead();
    if (!this.passage || !this.order.some((key) => this.isOpen(this.passages.get(key)))) {
      this.paintEnd();
    } else {
      this.body.replaceChildren(this.context(), this.codeList());
    }
    this.paintFoot();
    if (inside && !this.root.contains(document.activeElement)) {
      this.root.focus({ preventScroll: true }); // the pressed button was painted anew
    }
  }

  paintHead() {
    const passage = this.passage;
    const left = Math.max(0, this.data.left - this.fullyDecided());
    const where = make("div", "qk-q-where");
    if (passage) {
      where.append(make("strong", "", passage.source));
      const role = passage.role === "participant" ? "" : passage.role;
      for (const part of [passage.speaker, role, passage.time].filter(Boolean)) {
        where.append(make("span", "", part));
      }
    }
    const said = make("span", "qk-q-said", this.said?.words ?? "");
    said.classList.toggle("qk-q-refused", Boolean(this.said?.refused));
    said.setAttribute("aria-hidden", "true"); // the live region says it
    const now = this.count ? ` · ${this.count} decided now` : "";
    const count = make("span", "qk-q-count", `${counted(left, "passage")} to decide${now}`);
    this.head.replaceChildren(where, said, count, this.pill);
  }

  /** Passages decided here that Python still counts as open. */
  fullyDecided() {
    return this.data.passages.filter((passage) => {
      const held = this.passages.get(passage.key);
      return held && !this.isOpen(held);
    }).length;
  }

  paintEnd() {
    const box = make("div", "qk-q-end");
    box.append(make("h3", "", "All of these are decided"));
    box.append(make("p", "", this.data.ending));
    this.body.replaceChildren(box);
  }

  context() {
    const box = make("div", "qk-q-context");
    const { before, after, pre, words, post, speaker } = this.passage;
    if (before) {
      box.append(this.neighbour(before));
    }
    const turn = make("p", "qk-q-turn");
    turn.append(make("b", "qk-q-speaker", speaker), make("span", "qk-q-around", pre));
    turn.append(make("mark", "qk-q-words", words), make("span", "qk-q-around", post));
    box.append(turn);
    if (after) {
      box.append(this.neighbour(after));
    }
    return box;
  }

  neighbour({ speaker, text }) {
    const turn = make("p", "qk-q-neighbour");
    turn.append(make("b", "qk-q-speaker", speaker), make("span", "", text));
    return turn;
  }

  codeList() {
    const list = make("ol", "qk-q-codes");
    list.setAttribute("aria-label", "Suggested codes, the surest first");
    this.passage.codes.forEach((code, n) => list.append(this.codeRow(code, n)));
    return list;
  }

  codeRow(code, n) {
    const row = make("li", "qk-q-code");
    const decided = this.decided.get(String(code.place));
    row.dataset.state = decided ?? "open";
    if (n === this.chosen) {
      row.classList.add("qk-q-chosen");
      row.setAttribute("aria-current", "true");
    }
    const pick = make("button", "qk-q-pick");
    pick.type = "button";
    pick.title = code.path;
    pick.setAttribute("aria-expanded", String(n === this.chosen));
    const swatch = make("i", "qk-q-swatch");
    if (code.colour) {
      swatch.style.background = code.colour;
    }
    pick.append(make("kbd", "", n < 9 ? String(n + 1) : ""), swatch, make("span", "", code.name));
    pick.addEventListener("click", () => this.choose(n - this.chosen));
    row.append(pick, this.confidence(code), this.deciding(code, n, decided));
    if (n === this.chosen) {
      row.append(this.why(code));
    }
    return row;
  }

  confidence({ confidence, sure }) {
    const box = make("span", "qk-q-sure");
    const bar = make("span", "qk-q-bar");
    const fill = make("span", "qk-q-fill");
    fill.style.width = `${confidence ?? 0}%`;
    bar.setAttribute("aria-hidden", "true");
    bar.append(fill);
    box.append(bar, make("span", "", confidence === null ? sure : `${confidence}% · ${sure}`));
    return box;
  }

  deciding(code, n, decided) {
    const box = make("span", "qk-q-deciding");
    if (decided) {
      box.append(make("em", "", decided === "accept" ? "✓ accepted" : "✗ rejected"));
      return box;
    }
    const chosen = n === this.chosen;
    const accept = actButton("Accept", chosen ? "a" : "", () => this.decide("accept", n));
    const reject = actButton("Reject", chosen ? "r" : "", () => this.decide("reject", n));
    accept.setAttribute("aria-label", `Accept ${code.name}`);
    reject.setAttribute("aria-label", `Reject ${code.name}`);
    if (chosen) {
      accept.classList.add("qk-q-main");
    }
    box.append(accept, reject);
    return box;
  }

  /** What speaks for a code, as it was stored. */
  why(code) {
    const box = make("div", "qk-q-why");
    const line = (label, words) => {
      const made = make("p", "");
      made.append(make("b", "", `${label} `), words);
      box.append(made);
    };
    if (code.cues.length) {
      line("Cue phrases of the codebook:", code.cues.join(", "));
    }
    if (code.words.length) {
      line("Words that speak for it:", code.words.join(", "));
    }
    if (code.says) {
      line("The model says:", code.says);
    }
    for (const passage of code.alike) {
      const said = make("span", "");
      said.append(`“${passage.text}” `, link(passage.href, passage.source));
      line("Alike, and coded so:", said);
    }
    const stance = code.stance ? `; with the stance ${code.stance}` : "";
    line("Where it comes from:", `${code.origin}${stance}`);
    box.append(this.definition(code));
    return box;
  }

  definition(code) {
    const box = make("div", "qk-q-definition");
    const label = this.definitionShown ? "Hide the definition" : "Definition";
    const toggle = actButton(label, "d", () => this.toggleDefinition());
    toggle.setAttribute("aria-expanded", String(this.definitionShown));
    box.append(toggle);
    if (this.definitionShown) {
      box.append(make("p", "", code.definition || "This code has no definition yet."));
    }
    return box;
  }

  paintFoot() {
    const bar = make("div", "qk-q-buttons");
    const there = Boolean(this.passage);
    bar.append(actButton("Back", "p", () => this.back()));
    bar.append(actButton("Skip", "n", () => this.skip()));
    const undo = actButton("Undo", "Ctrl Z", () => this.undo());
    undo.disabled = !this.done.last("queue");
    bar.append(undo);
    if (there) {
      const open = link(this.passage.href, "Open in transcript ");
      open.classList.add("qk-q-button");
      open.append(make("kbd", "", "o"));
      bar.append(open);
    }
    const keys = actButton("Keys", "?", () => this.toggleKeys());
    keys.setAttribute("aria-expanded", String(this.keysShown));
    bar.append(keys);
    this.foot.replaceChildren(bar, ...(this.keysShown ? [keyTable()] : []));
    if (this.data.trouble) {
      const words = `Nothing can be stored at present: ${this.data.trouble}`;
      this.foot.append(make("p", "qk-q-trouble", words));
    }
  }
}

function keyTable() {
  const table = make("dl", "qk-q-keys");
  for (const [key, what] of KEYS) {
    const term = make("dt", "");
    term.append(make("kbd", "", key));
    table.append(term, make("dd", "", what));
  }
  return table;
}

/** The key of the passage in which a suggestion's place lies. */
function passageOf(place) {
  return place.slice(0, 3).join("\u001f");
}

export default function ({ parentElement, data, setStateValue }) {
  let queue = QUEUES.get(parentElement);
  if (!queue) {
    queue = new Queue(parentElement);
    QUEUES.set(parentElement, queue);
  }
  queue.update({ data, setStateValue });
  return () => {
    queue.destroy();
    QUEUES.delete(parentElement);
  };
}
