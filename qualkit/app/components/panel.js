// The details of one coding or suggestion: what it is, who made it and when, and everything
// that can be done with it. It does not take the keyboard's focus: the keys go on working.

const STANCES = [
  ["positive", "+ Positive"],
  ["negative", "− Negative"],
  ["mixed", "± Mixed"],
  ["neutral", "○ Neutral"],
];
const METHODS = {
  codebook: "from the codebook's words",
  learned: "from what was coded before",
  model: "by a language model",
};

class Panel extends Popover {
  constructor(view) {
    super(view, "qk-panel", "Coding");
    this.row = null;
    this.element.addEventListener("keydown", (event) => this.onKey(event));
  }

  /** Show a row; `here` are all rows on the same words, `near` the stretch to stand beside. */
  open(row, here, near = row) {
    this.keepMemo();
    this.row = row;
    this.here = here;
    this.near = near;
    this.draw();
    this.showAt(near.start, near.end);
  }

  /** The row has changed, or gone; what is being typed stays. */
  refresh() {
    if (!this.isOpen) {
      return;
    }
    const now = this.view.rows.get(this.row.id);
    if (!now) {
      if (this.isTyped()) {
        this.view.refuse(`the coding is gone. Your memo was: ${this.memo.value.trim()}`);
      }
      this.row = null; // its memo has nowhere to go
      this.hide();
      return;
    }
    if (isSame(now, this.row)) {
      return;
    }
    const typing = document.activeElement === this.memo;
    this.row = now;
    if (!typing) {
      redrawKeepingFocus(this.element, () => this.draw(), this.view.scroller);
    }
  }

  draw() {
    const { row, view } = this;
    const code = view.codeOf(row.code);
    const head = make("div", "qk-head");
    head.append(makeSwatch(code), make("b", "qk-name", code.name), this.stepper());
    const parts = [head, make("div", "qk-small", this.aboutOf(code))];
    parts.push(make("blockquote", "qk-quote", shortened(view.words(row.start, row.end), 160)));
    this.memo = null;
    if (row.kind === "suggestion") {
      parts.push(...this.reasons(), this.decisions());
    } else {
      parts.push(...this.coded(code));
    }
    this.element.setAttribute("aria-label", `${row.kind}: ${code.name}`);
    this.element.replaceChildren(...parts);
  }

  aboutOf(code) {
    const { row } = this;
    const above = code.above ? `${code.above} · ` : "";
    if (row.kind === "coding") {
      return `${above}${row.coder}, ${spokenTime(row.created)}`;
    }
    const sure = row.confidence === null ? "" : `, ${Math.round(row.confidence * 100)} % sure`;
    return `${above}Suggested ${METHODS[row.method] ?? ""}${sure}`;
  }

  stepper() {
    const box = make("span", "qk-step");
    if (this.here.length > 1) {
      const at = this.here.findIndex((one) => one.id === this.row.id);
      const next = this.here[(at + 1) % this.here.length];
      const words = `${at + 1} of ${this.here.length} here`;
      box.append(
        makeButton(words, () => this.view.focusRow(next.id, { here: this.here, still: true }), {
          className: "qk-link",
          title: "The next coding of these words",
        }),
      );
    }
    const close = makeButton("×", () => this.close(), { className: "qk-x", title: "Close (Esc)" });
    close.setAttribute("aria-label", "Close");
    box.append(close);
    return box;
  }

  reasons() {
    const { reasons } = this.row;
    if (!reasons?.length) {
      return [];
    }
    return [make("div", "qk-small", `Because of: ${reasons.slice(0, 6).join(" · ")}`)];
  }

  decisions() {
    const { view, row } = this;
    const box = make("div", "qk-actions");
    box.append(
      makeButton("Accept", () => view.actions.accept(row), { key: "a" }),
      makeButton("Reject", () => view.actions.reject(row), { key: "r" }),
      makeButton("Another code …", () => view.askForCode(row), { key: "c" }),
    );
    return box;
  }

  coded(code) {
    const { view, row } = this;
    const mayChange = view.mayChange(row);
    const parts = [this.stances(mayChange)];
    if (code.scale.length) {
      parts.push(this.ratings(code, mayChange));
    }
    parts.push(this.memoBox(mayChange));
    const box = make("div", "qk-actions");
    if (mayChange) {
      box.append(
        makeButton("Recode …", () => view.askForCode(row), { key: "c" }),
        this.resizer(),
        makeButton("Remove", () => this.remove(), { key: "Del" }),
      );
    }
    if (row.coder !== view.me && view.may !== "none") {
      box.append(makeButton("Code it so too", () => view.actions.code(row, row.code)));
    }
    return [...parts, box];
  }

  stances(mayChange) {
    const { view, row } = this;
    const choices = [...STANCES, [null, "None"]];
    return choiceRow("Stance", choices, row.stance, mayChange, (stance) =>
      view.actions.change(row, { stance }),
    );
  }

  ratings(code, mayChange) {
    const { view, row } = this;
    const levels = code.scale.map((level) => [
      level.value,
      `${level.value} ${level.label}`,
      level.descriptor,
    ]);
    return choiceRow("Rating", [...levels, [null, "None"]], row.rating, mayChange, (rating) =>
      view.actions.change(row, { rating }),
    );
  }

  memoBox(mayChange) {
    const label = make("label", "qk-memo");
    this.memo = make("textarea", "qk-input");
    this.memo.rows = 2;
    this.memo.value = this.row.memo;
    this.memoWas = this.row.memo;
    this.memo.placeholder = mayChange ? "What you think about these words" : "";
    this.memo.readOnly = !mayChange;
    this.memo.addEventListener("blur", () => this.keepMemo());
    label.append(make("span", "", "Memo"), this.memo);
    return label;
  }

  resizer() {
    const { view, row } = this;
    const box = make("span", "qk-resizer");
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", "Move the ends by a word");
    const ends = [
      ["Start", "start", [["⇤", -1, "Start a word earlier", "{"], ["⇥", 1, "Start a word later", "}"]]],
      ["End", "end", [["⇤", -1, "End a word earlier", "["], ["⇥", 1, "End a word later", "]"]]],
    ];
    for (const [name, side, moves] of ends) {
      box.append(make("span", "qk-small", name));
      for (const [sign, step, spoken, key] of moves) {
        const button = makeButton(sign, () => view.moveEnd(row, side, step), {
          title: `${spoken} (${key})`,
        });
        button.setAttribute("aria-label", spoken);
        box.append(button);
      }
    }
    return box;
  }

  /** Send the memo where it was changed; what a user typed is never lost by closing. */
  keepMemo() {
    const now = this.row && this.view.rows.get(this.row.id);
    if (!now || !this.isTyped()) {
      return;
    }
    const typed = this.memo.value.trim();
    const isAnothers = now.memo !== this.memoWas; // written while this one was typed
    const kept = isAnothers ? [now.memo, typed].filter(Boolean).join("\n") : typed;
    this.memo.value = kept;
    this.memoWas = kept;
    this.view.actions.change(now, { memo: kept });
    if (isAnothers) {
      this.view.say("Another memo was written here meanwhile; both were kept");
    }
  }

  /** Whether there are words in the memo that were not sent yet. */
  isTyped() {
    const { memo } = this;
    return Boolean(memo) && !memo.readOnly && memo.value.trim() !== this.memoWas.trim();
  }

  remove() {
    this.keepMemo(); // so that an undo brings it back
    this.view.actions.remove(this.view.rows.get(this.row.id) ?? this.row);
  }

  onKey(event) {
    const inMemo = event.target === this.memo;
    if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      this.close();
    } else if (inMemo) {
      event.stopPropagation(); // letters are words here, Ctrl+Z is the memo's own
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        this.keepMemo();
        this.view.scroller.focus({ preventScroll: true });
      }
    } else if (event.key === "Enter" || event.key === " ") {
      event.stopPropagation(); // the button's own
    }
  }

  hide() {
    this.keepMemo();
    this.memo = null;
    super.hide();
  }

  close() {
    this.hide();
    this.view.scroller.focus({ preventScroll: true });
  }
}

/** One of several, as buttons that say which is pressed. */
function choiceRow(label, choices, chosen, mayChange, act) {
  const row = make("div", "qk-choices");
  row.setAttribute("role", "group");
  row.setAttribute("aria-label", label);
  for (const [value, words, title] of choices) {
    const button = makeButton(words, () => act(value), { className: "qk-choice", title });
    button.setAttribute("aria-pressed", String(value === chosen));
    button.disabled = !mayChange;
    row.append(button);
  }
  return row;
}

function spokenTime(stamp) {
  const when = new Date(stamp);
  if (!stamp || Number.isNaN(when.getTime())) {
    return "just now";
  }
  return when.toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" });
}
