// The list of likely identifiers: a group is chosen, its places are read, and it is decided.
//
// A decision is painted at once and goes into the outbox; the key file is the truth, and what it
// refuses comes back with its reason. A gesture names a group by a mark in which no name stands,
// for the browser keeps gestures until they are answered.

const LISTS = new WeakMap();
const NEAR_END = 20; // groups before the end of the list at which more are asked for
const STATES = { accept: ["✓", "replaced"], refuse: ["✗", "no identifier"], open: ["", "open"] };
const NAME_KEYS = [
  ["j ↓", "Next group"],
  ["k ↑", "Group before"],
  ["a", "Accept: replace by what is proposed"],
  ["r", "Refuse: it identifies nobody"],
  ["e", "Edit the replacement; Enter accepts it, Escape leaves it"],
  ["w", "In any case, or only where it is written like a name"],
  ["u", "Take the decision back"],
  ["?", "Show or hide these keys"],
];

class NameList extends Deciding {
  constructor(parent) {
    super();
    this.groups = [];
    this.at = 0;
    this.mine = new Map(); // mark -> what was decided here and is not in Python's list yet
    this.wheres = new Map(); // mark -> where, as it was chosen here
    this.last = []; // marks that were decided here, the last one last
    this.editing = false;
    this.scope = null;
    this.asked = 0;
    this.said = { words: "", refused: false };
    this.build(parent);
  }

  build(parent) {
    this.root = make("section", "qk-names");
    this.root.tabIndex = 0;
    this.root.setAttribute("aria-label", "Likely identifiers. Press ? for the keys.");
    this.head = make("div", "qk-n-head");
    this.list = make("ol", "qk-n-list");
    this.list.tabIndex = 0; // it scrolls by itself
    this.list.setAttribute("aria-label", "Groups of likely identifiers");
    this.detail = make("div", "qk-n-detail");
    this.foot = make("div", "qk-n-foot");
    this.live = make("div", "qk-n-live");
    this.live.setAttribute("aria-live", "polite");
    const body = make("div", "qk-n-body");
    body.append(this.list, this.detail);
    this.root.append(this.head, body, this.foot, this.live);
    this.root.addEventListener("keydown", (event) => this.onKey(event));
    parent.append(this.root);
  }

  // What comes from Python -------------------------------------------------------------

  update({ data, setStateValue }) {
    this.data = data;
    this.setState = setStateValue;
    this.useOutbox(data.owner, setStateValue);
    const fresh = this.scope !== data.scope;
    const before = this.group?.mark;
    this.groups = data.groups;
    if (fresh) {
      this.startAfresh();
    } else {
      this.at = Math.max(0, this.groups.findIndex((one) => one.mark === before));
    }
    this.settle(data.acks);
    this.paint();
    if (fresh && document.activeElement === document.body) {
      this.root.focus({ preventScroll: true });
    }
  }

  startAfresh() {
    this.scope = this.data.scope;
    this.asked = 0;
    this.last = [];
    this.wheres.clear();
    this.mine.clear();
    for (const { gesture } of this.outbox.waiting) {
      this.mine.set(gesture.group, { ...gesture });
    }
    this.at = Math.max(0, this.groups.findIndex((one) => this.stateOf(one) === "open"));
  }

  settle(acks) {
    for (const { gesture, why } of this.outbox.settle(acks)) {
      this.say(`That was not kept: ${why}`, { refused: true });
      if (!this.editing) {
        this.at = Math.max(0, this.groups.findIndex((one) => one.mark === gesture.group));
      }
    }
    const waiting = new Set(this.outbox.waiting.map(({ gesture }) => gesture.group));
    for (const mark of [...this.mine.keys()].filter((one) => !waiting.has(one))) {
      this.mine.delete(mark);
    }
  }

  // Where we are -----------------------------------------------------------------------

  get group() {
    return this.groups[this.at];
  }

  stateOf(group) {
    return this.mine.get(group.mark)?.kind ?? group.state;
  }

  replacementOf(group) {
    return this.mine.get(group.mark)?.replacement ?? group.replacement;
  }

  whereOf(group) {
    return this.wheres.get(group.mark) ?? group.where;
  }

  move(step) {
    this.editing = false;
    this.at = Math.min(Math.max(0, this.at + step), Math.max(0, this.groups.length - 1));
    this.say("", { more: this.whereWeAre() });
    this.askForMore();
    this.paint();
  }

  moveOn() {
    const open = (one) => this.stateOf(one) === "open";
    const ahead = this.groups.findIndex((one, n) => n > this.at && open(one));
    const next = ahead >= 0 ? ahead : this.groups.findIndex(open);
    this.at = next >= 0 ? next : this.at;
    this.askForMore();
    return next >= 0;
  }

  askForMore() {
    const count = this.groups.length;
    if (count < this.total() && this.at >= count - NEAR_END && count > this.asked) {
      this.asked = count;
      this.setState("wanted", count);
    }
  }

  total() {
    return Object.values(this.data.tally).reduce((sum, count) => sum + count, 0);
  }

  whereWeAre() {
    return this.group ? `${this.group.words[0]}, ${this.group.kind}, ${
      counted(this.group.count, "time")}, ${STATES[this.stateOf(this.group)][1]}.` : "";
  }

  // What the user does -----------------------------------------------------------------

  isAllowed() {
    if (!this.data.may) {
      this.say("You can look at this list, and decide nothing.", { refused: true });
      this.paint();
    }
    return this.data.may;
  }

  accept(typed = null) {
    const { group } = this;
    if (!group || !this.isAllowed()) {
      return;
    }
    const own = typed === null ? this.replacementOf(group) : `[${typed}]`;
    const gesture = {
      kind: "accept", group: group.mark, replacement: own, where: this.whereOf(group),
      typed: typed !== null || this.stateOf(group) === "accept",
    };
    this.decide(gesture, `${group.words[0]} becomes ${own}.`);
  }

  refuse() {
    if (this.group && this.isAllowed()) {
      const gesture = { kind: "refuse", group: this.group.mark };
      this.decide(gesture, `${this.group.words[0]} identifies nobody.`);
    }
  }

  decide(gesture, words) {
    this.editing = false;
    this.mine.set(gesture.group, gesture);
    this.last.push(gesture.group);
    this.outbox.push(gesture);
    this.say(words, { more: this.moveOn() ? this.whereWeAre() : "All of these are decided." });
    this.paint();
  }

  /** What was decided on the chosen group; where that is open, on the last one decided here. */
  takeBack() {
    if (!this.group || !this.isAllowed()) {
      return;
    }
    let { group } = this;
    while (this.stateOf(group) === "open" && this.last.length) {
      const mark = this.last.pop();
      group = this.groups.find((one) => one.mark === mark) ?? group;
    }
    if (this.stateOf(group) === "open") {
      this.say("Nothing is decided here.");
    } else {
      this.at = this.groups.indexOf(group);
      const gesture = { kind: "open", group: group.mark };
      this.mine.set(group.mark, gesture);
      this.outbox.push(gesture);
      this.say(`${group.words[0]} is open again.`);
    }
    this.paint();
  }

  edit() {
    if (this.group && this.isAllowed()) {
      this.editing = true;
      this.paint();
      const box = this.detail.querySelector("input");
      box?.focus({ preventScroll: true });
      box?.select();
    }
  }

  stopEditing() {
    this.editing = false;
    this.paint();
    this.root.focus({ preventScroll: true });
  }

  toggleWhere() {
    const { group } = this;
    if (!group || !this.isAllowed()) {
      return;
    }
    const where = this.whereOf(group) === "everywhere" ? "names" : "everywhere";
    this.wheres.set(group.mark, where);
    this.say(whereWords(where));
    if (this.stateOf(group) === "accept") {
      const at = this.at;
      this.accept();
      this.at = at;
    }
    this.paint();
  }

  onKey(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) {
      return;
    }
    if (event.target.matches("input")) {
      this.onTyping(event);
      return;
    }
    const act = this.actOf(event);
    if (act) {
      event.preventDefault();
      if (!event.repeat || /^(?:Arrow|[jk]$)/i.test(event.key)) {
        act(); // a key held down moves, and decides on one group alone
      }
    }
    if (act || event.key.length === 1) { // Streamlit reruns on r and clears its cache on c
      event.stopPropagation();
    }
  }

  onTyping(event) {
    event.stopPropagation();
    const typed = event.target.value.trim().replace(/^\[|\]$/g, "").trim();
    if (event.key === "Enter" && !event.isComposing && typed) {
      event.preventDefault();
      this.accept(typed);
      this.root.focus({ preventScroll: true });
    } else if (event.key === "Escape") {
      this.stopEditing();
    }
  }

  actOf(event) {
    const acts = {
      j: () => this.move(1),
      k: () => this.move(-1),
      ArrowDown: () => this.move(1),
      ArrowUp: () => this.move(-1),
      a: () => this.accept(),
      r: () => this.refuse(),
      e: () => this.edit(),
      w: () => this.toggleWhere(),
      u: () => this.takeBack(),
      "?": () => this.toggleKeys(),
    };
    return acts[event.key.length === 1 ? event.key.toLowerCase() : event.key] ?? null;
  }

  /** Whether somebody types for the chosen group: what comes from Python must not disturb that. */
  isTyping() {
    const box = this.detail.querySelector("input");
    return this.editing && box !== null && box.dataset.group === this.group?.mark;
  }

  // What is seen -----------------------------------------------------------------------

  paint() {
    const inside = this.root.contains(document.activeElement);
    this.showPending();
    this.paintHead();
    this.paintList();
    if (!this.isTyping()) {
      this.detail.replaceChildren(...(this.group ? this.chosen(this.group) : []));
    }
    this.paintFoot();
    if (inside && !this.root.contains(document.activeElement)) {
      this.root.focus({ preventScroll: true }); // the pressed button was painted anew
    }
  }

  /** How many are in each state: Python's count, and what was decided since. */
  tally() {
    const made = { ...this.data.tally };
    for (const group of this.groups) {
      made[group.state] -= 1;
      made[this.stateOf(group)] += 1;
    }
    return made;
  }

  paintHead() {
    const { open, accept, refuse } = this.tally();
    const count = `${open} open · ${accept} replaced · ${refuse} no identifier`;
    const said = make("span", "qk-n-said", this.said.words);
    said.classList.toggle("qk-n-refused", this.said.refused);
    said.setAttribute("aria-hidden", "true"); // the live region says it
    this.head.replaceChildren(make("strong", "qk-n-count", count), said, this.pill);
  }

  paintList() {
    const { scrollTop } = this.list;
    this.list.replaceChildren(...this.groups.map((group, n) => this.row(group, n)));
    this.list.scrollTop = scrollTop;
    const row = this.list.children[this.at];
    if (row && row.offsetTop < this.list.scrollTop) {
      this.list.scrollTop = row.offsetTop;
    } else if (row && row.offsetTop + row.offsetHeight > this.list.scrollTop + this.list.clientHeight) {
      this.list.scrollTop = row.offsetTop + row.offsetHeight - this.list.clientHeight;
    }
  }

  row(group, n) {
    const row = make("li", "qk-n-row");
    const state = this.stateOf(group);
    row.dataset.state = state;
    const pick = make("button", "qk-n-pick");
    pick.type = "button";
    pick.tabIndex = -1; // the arrows go through the list
    const sign = make("span", "qk-n-sign", STATES[state][0]);
    sign.setAttribute("aria-hidden", "true");
    pick.append(sign, make("span", "qk-n-words", group.words[0]));
    if (state === "accept") {
      pick.append(make("span", "qk-n-becomes", `→ ${this.replacementOf(group)}`));
    }
    const kind = `${group.kind} · ${group.count.toLocaleString("en")}`;
    pick.append(make("span", "qk-n-kind", kind), make("span", "qk-n-live", STATES[state][1]));
    pick.addEventListener("click", () => this.move(n - this.at));
    if (n === this.at) {
      row.classList.add("qk-n-chosen");
      pick.setAttribute("aria-current", "true");
    }
    row.append(pick);
    return row;
  }

  chosen(group) {
    const title = make("h3", "qk-n-title", group.words[0]);
    const about = make("p", "qk-n-about");
    const where = group.sources ? ` in ${counted(group.sources, "place of the study", "places of the study")}` : "";
    about.textContent = `${group.kind}, ${counted(group.count, "time")}${where}`;
    const parts = [title, about];
    if (group.words.length > 1) {
      parts.push(make("p", "qk-n-also", `Written also: ${group.words.slice(1).join(", ")}`));
    }
    parts.push(this.deciding(group), this.contexts(group));
    return parts;
  }

  deciding(group) {
    const box = make("div", "qk-n-deciding");
    const state = this.stateOf(group);
    const line = make("p", "qk-n-replacement");
    if (this.editing) {
      const input = make("input", "qk-n-input");
      input.value = this.replacementOf(group).replace(/^\[|\]$/g, "");
      input.maxLength = 78; // with the brackets, what a pseudonym may have
      input.dataset.group = group.mark;
      input.setAttribute("aria-label", "Replacement");
      line.append("Replace by [", input, "]");
    } else if (state === "refuse") {
      line.append("It identifies nobody, and stays.");
    } else {
      const how = state === "accept" ? "Is replaced by " : "Proposed: ";
      line.append(how, make("strong", "qk-n-pseudonym", this.replacementOf(group)),
        `, ${whereWords(this.whereOf(group))}`);
    }
    const buttons = make("div", "qk-n-buttons");
    if (group.written) {
      buttons.append(make("p", "", "It stands in the study; put the names back first to change it."));
    } else if (this.data.may) {
      buttons.append(
        nameButton("Accept", "a", () => this.accept(this.typed())),
        nameButton("Refuse", "r", () => this.refuse()),
        nameButton("Edit", "e", () => this.edit()),
        nameButton("Where", "w", () => this.toggleWhere()),
      );
      const back = nameButton("Take back", "u", () => this.takeBack());
      back.disabled = state === "open" && !this.last.length;
      buttons.append(back);
    }
    box.append(line, buttons);
    return box;
  }

  typed() {
    const box = this.editing ? this.detail.querySelector("input") : null;
    return box?.value.trim().replace(/^\[|\]$/g, "").trim() || null;
  }

  contexts(group) {
    const box = make("div", "qk-n-contexts");
    for (const [where, before, words, after] of group.contexts) {
      const place = make("p", "qk-n-context");
      if (where) {
        place.append(make("span", "qk-n-where", where));
      }
      place.append(make("span", "", before), make("mark", "", words), make("span", "", after));
      box.append(place);
    }
    const more = group.count - group.contexts.length;
    if (more > 0) {
      box.append(make("p", "qk-n-where", `and ${counted(more, "place")} more`));
    }
    return box;
  }

  paintFoot() {
    const keys = nameButton("Keys", "?", () => this.toggleKeys());
    keys.setAttribute("aria-expanded", String(this.keysShown));
    this.foot.replaceChildren(keys);
    if (this.keysShown) {
      const table = make("dl", "qk-n-keys");
      for (const [key, what] of NAME_KEYS) {
        const term = make("dt", "");
        term.append(make("kbd", "", key));
        table.append(term, make("dd", "", what));
      }
      this.foot.append(table);
    }
    if (this.data.trouble) {
      const words = `Nothing can be kept at present: ${this.data.trouble}`;
      this.foot.append(make("p", "qk-n-refused", words));
    }
  }
}

/** A button with the key that does the same, told to screen readers too. */
function nameButton(words, key, act) {
  const made = makeButton(words, act, { className: "qk-n-button", key });
  made.setAttribute("aria-keyshortcuts", key);
  return made;
}

function whereWords(where) {
  return where === "everywhere" ? "in any case" : "where it is written like a name";
}

export default function ({ parentElement, data, setStateValue }) {
  let list = LISTS.get(parentElement);
  if (!list) {
    list = new NameList(parentElement);
    LISTS.set(parentElement, list);
  }
  list.update({ data, setStateValue });
  return () => {
    list.destroy();
    LISTS.delete(parentElement);
  };
}
