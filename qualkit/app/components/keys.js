// The keyboard: one table of keys, from which the help is written too.

/** What each key does: [keys, words for the help, what it does with the view and the event]. */
const KEYS = [
  ["Read", null],
  ["ArrowDown j", "next turn", (view) => view.step(1)],
  ["ArrowUp k", "previous turn", (view) => view.step(-1)],
  ["Home", "first turn", (view) => view.step(-Infinity)],
  ["End", "last turn", (view) => view.step(Infinity)],
  ["ArrowRight", "next word", (view) => view.selecting.moveCaret(1)],
  ["ArrowLeft", "previous word", (view) => view.selecting.moveCaret(-1)],
  ["u", "next answer without a coding", (view) => view.goUncoded()],
  ["v", "next turn with open suggestions", (view) => view.goUnreviewed()],
  ["/ Ctrl+f", "find words; Enter and Shift+Enter go on and back", (view) => view.openFind()],
  ["Select", null],
  ["Shift+ArrowRight", "a word more", (view) => view.selecting.extend(1)],
  ["Shift+ArrowLeft", "a word less", (view) => view.selecting.extend(-1)],
  ["Ctrl+Shift+ArrowRight", "a sentence more", (view) => view.selecting.extend(1, sentencesOf)],
  ["Ctrl+Shift+ArrowLeft", "a sentence less", (view) => view.selecting.extend(-1, sentencesOf)],
  ["Shift+ArrowDown", "the whole turn, then the next", (view) => view.selecting.extendTurns(1)],
  ["Shift+ArrowUp", "the whole turn, or back", (view) => view.selecting.extendTurns(-1)],
  ["Escape", "close what is open, then let go of the selection", (view) => view.escape()],
  ["Code", null],
  ["Enter", "choose a code for the selection, or for the turn", (view) => view.openPalette()],
  ["1 2 3 4 5 6 7 8 9", "the code with that number", (view, event) => view.codeByNumber(event.key)],
  ["s", "sticky code: each selection gets it at once", (view) => view.toggleSticky()],
  ["Change a coding", null],
  [".", "next coding or suggestion", (view) => view.goRow(1)],
  [",", "previous coding or suggestion", (view) => view.goRow(-1)],
  ["c", "recode, or accept with another code", (view) => view.withFocus((row) => view.askForCode(row))],
  ["] [", "end a word later, earlier", (view, event) => view.moveEndByKey(event.key)],
  ["} {", "start a word later, earlier", (view, event) => view.moveEndByKey(event.key)],
  ["+ - * o", "stance positive, negative, mixed, neutral", (view, event) => view.stanceByKey(event.key)],
  ["m", "write the memo; Ctrl+Enter saves it", (view) => view.openMemo()],
  ["Delete Backspace", "remove the coding", (view) => view.removeFocused()],
  ["Decide suggestions", null],
  ["n", "next suggestion", (view) => view.goSuggestion(1)],
  ["p", "previous suggestion", (view) => view.goSuggestion(-1)],
  ["a", "accept, and on to the next", (view) => view.decide("accept")],
  ["r", "reject, and on to the next", (view) => view.decide("reject")],
  ["Everything", null],
  ["Ctrl+z", "undo", (view) => view.actions.undo()],
  ["Ctrl+y Ctrl+Shift+z", "do again", (view) => view.actions.redo()],
  ["h", "what was done here, each with its way back", (view) => view.toolbar.toggleDone()],
  ["?", "this help", (view) => view.keys.showHelp()],
];

const KEY_NAMES = {
  ArrowDown: "↓", ArrowUp: "↑", ArrowRight: "→", ArrowLeft: "←", Escape: "Esc", Delete: "Del",
  Backspace: "⌫",
};

class Keys {
  constructor(view) {
    this.view = view;
    this.acts = new Map();
    for (const [keys, , act] of KEYS) {
      if (act) {
        keys.split(" ").forEach((key) => this.acts.set(key, act));
      }
    }
    view.root.addEventListener("keydown", (event) => this.onKey(event));
    this.help = this.makeHelp();
  }

  onKey(event) {
    if (event.target.closest("input, select, textarea") || event.altKey) {
      if (/^[a-z?/]$/i.test(event.key)) {
        event.stopPropagation(); // a bare r would run the page anew, c would clear its cache
      }
      return;
    }
    const onButton = event.target.closest("button, a, [role=treeitem]");
    if (onButton && (event.key === "Enter" || event.key === " ")) {
      return; // the button's own
    }
    this.press(event);
  }

  press(event) {
    const act = this.acts.get(nameOfKey(event));
    if (act) {
      event.preventDefault();
      act(this.view, event);
    }
    if (act || (/^[a-z]$/i.test(event.key) && !event.ctrlKey && !event.metaKey)) {
      event.stopPropagation();
    }
  }

  makeHelp() {
    const dialog = make("dialog", "qk-help");
    dialog.setAttribute("aria-label", "Keys");
    const columns = make("div", "qk-help-columns");
    let section = null;
    for (const [keys, words] of KEYS) {
      if (words === null) {
        section = make("section");
        section.append(make("h3", "", keys));
        columns.append(section);
        continue;
      }
      const line = make("div", "qk-help-line");
      const names = make("span");
      names.append(...keysInWords(keys));
      line.append(names, make("span", "", words));
      section.append(line);
    }
    const close = makeButton("Close", () => dialog.close(), { key: "Esc" });
    dialog.append(columns, close);
    dialog.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key === "?") {
        dialog.close();
      }
    });
    dialog.addEventListener("close", () => this.view.scroller.focus({ preventScroll: true }));
    return dialog;
  }

  showHelp() {
    if (!this.help.open) {
      this.help.showModal();
    }
  }
}

function keysInWords(keys) {
  const listed = keys === "1 2 3 4 5 6 7 8 9" ? ["1–9"] : keys.split(" ");
  return listed.map((key) => {
    const parts = key.split(/(?<=.)\+/).map((part) => KEY_NAMES[part] ?? part);
    return make("kbd", "", parts.map((part) => (parts.length > 1 && part.length === 1
      ? part.toUpperCase() : part)).join("+"));
  });
}

/** "Ctrl+Shift+z", "Shift+ArrowUp", "a", "?": signs that need Shift on some keyboards are bare. */
function nameOfKey(event) {
  const isSign = event.key.length === 1;
  const isLetter = /^[a-z]$/i.test(event.key);
  const command = event.ctrlKey || event.metaKey;
  const shift = event.shiftKey && (!isSign || (isLetter && command));
  const key = isSign && isLetter ? event.key.toLowerCase() : event.key;
  return `${command ? "Ctrl+" : ""}${shift ? "Shift+" : ""}${key}`;
}
