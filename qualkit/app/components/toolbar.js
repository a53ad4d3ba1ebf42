// The bar above the transcript: find, which stripes, whose codings, where to go next, what was
// done, and whether everything is saved.

const STRIPES = [
  ["all", "Stripes: all"],
  ["selected", "Stripes: chosen code"],
  ["recent", "Stripes: recent"],
  ["none", "Stripes: none"],
];

class Toolbar {
  constructor(view) {
    this.view = view;
    this.element = make("div", "qk-bar");
    this.element.setAttribute("role", "toolbar");
    this.element.setAttribute("aria-label", "Coding");
    keepFocusOnClick(this.element);
    this.find = new Find(view);
    this.whose = make("span");
    this.sticky = makeButton("Sticky code", () => view.toggleSticky(), {
      title: "Each selection gets this code at once (s)",
      key: "s",
    });
    this.progress = make("span", "qk-small qk-progress");
    this.doneList = make("div", "qk-done");
    this.doneList.hidden = true;
    this.build();
  }

  build() {
    const { view } = this;
    const act = view.actions;
    this.undo = makeButton("↶", () => act.undo(), { title: "Undo (Ctrl+Z)" });
    this.redo = makeButton("↷", () => act.redo(), { title: "Do again (Ctrl+Y)" });
    this.undo.setAttribute("aria-label", "Undo");
    this.redo.setAttribute("aria-label", "Do again");
    this.doneButton = makeButton("History", () => this.toggleDone(), {
      title: "What was done here, each with its way back (h)",
      key: "h",
    });
    this.doneButton.setAttribute("aria-expanded", "false");
    const help = makeButton("Keys", () => view.keys.showHelp(), { title: "All keys (?)", key: "?" });
    this.pill = statusPill(view.outbox);
    const end = make("span", "qk-end-of-row");
    end.append(this.progress, this.pill);
    this.addRow(
      this.find.element,
      makeSelect("Which stripes", STRIPES, view.stripes, (mode) => view.setStripes(mode)),
      this.whose,
      this.suggestionsBox(),
      end,
    );
    this.addRow(
      this.sticky,
      makeButton("Next uncoded", () => view.goUncoded(), {
        title: "The next answer without a coding (u)",
        key: "u",
      }),
      makeButton("Next to review", () => view.goUnreviewed(), {
        title: "The next turn with open suggestions (v)",
        key: "v",
      }),
      this.undo,
      this.redo,
      this.doneButton,
      help,
    );
    this.element.append(this.doneList);
  }

  addRow(...parts) {
    const row = make("div", "qk-row");
    row.append(...parts);
    this.element.append(row);
  }

  suggestionsBox() {
    const label = make("label", "qk-check");
    const box = make("input");
    box.type = "checkbox";
    box.checked = this.view.showsSuggestions;
    box.addEventListener("change", () => this.view.showSuggestions(box.checked));
    label.append(box, "Suggestions");
    return label;
  }

  /** Whose codings: the choice is made anew where another coder has come. */
  offerCoders() {
    const { view } = this;
    const others = view.coders.filter((name) => name !== view.me);
    const choices = [["everybody", "Codings: everybody's"]];
    if (view.me) {
      choices.push(["mine", "Codings: mine"]);
    }
    choices.push(...others.map((name) => [`coder:${name}`, `Codings: ${name}'s`]));
    const signature = JSON.stringify([choices, view.whose]);
    if (signature !== this.offered) {
      this.offered = signature;
      const select = makeSelect("Whose codings", choices, view.whose, (whose) => {
        view.setWhose(whose);
      });
      this.whose.replaceChildren(select);
    }
  }

  refresh() {
    const { view } = this;
    this.offerCoders();
    const sticky = view.sticky ? `Sticky: ${view.codeOf(view.sticky).name}` : "Sticky code";
    setText(this.sticky.firstChild, shortened(sticky, 34));
    this.sticky.setAttribute("aria-pressed", String(Boolean(view.sticky)));
    this.undo.disabled = !view.done.last(view.source);
    this.redo.disabled = !view.done.next(view.source);
    const { coded, answers } = view.progress;
    setText(this.progress, `${coded} of ${counted(answers, "answer")} coded`);
    if (this.showsDone) {
      redrawKeepingFocus(this.doneList, () => this.drawDone(), view.scroller);
    }
  }

  get showsDone() {
    return !this.doneList.hidden;
  }

  toggleDone() {
    this.doneList.hidden = !this.doneList.hidden;
    this.doneButton.setAttribute("aria-expanded", String(this.showsDone));
    if (this.showsDone) {
      this.drawDone();
    }
  }

  drawDone() {
    const { view } = this;
    const entries = view.done.of(view.source).slice(-30).reverse();
    const lines = entries.map((entry) => this.lineOf(entry));
    const head = make("div", "qk-title", "Done in this tab, the last first");
    if (!lines.length) {
      lines.push(make("p", "qk-small", "Nothing yet. Select some words to begin."));
    }
    this.doneList.replaceChildren(head, ...lines);
  }

  lineOf(entry) {
    const line = make("div", "qk-line");
    line.classList.toggle("qk-undone", !entry.done);
    const time = new Date(entry.at).toLocaleTimeString("en-GB", { timeStyle: "short" });
    const words = makeButton(`${time}  ${entry.words}`, () => this.view.goToEntry(entry), {
      className: "qk-link",
      title: "Show the place",
    });
    const turn = makeButton(entry.done ? "Undo" : "Do again", () => this.view.actions.turn(entry));
    line.append(words, turn);
    return line;
  }

  destroy() {
    this.pill.stop();
  }
}
