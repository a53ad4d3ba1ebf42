// The codebook beside the transcript: a tree that scrolls alone, with how often each code is
// used in this source, its number, a pin for coding without asking, and below it the rules of
// the code that the mouse or the keyboard is on.

class CodebookPanel {
  constructor(view) {
    this.view = view;
    this.element = make("aside", "qk-side");
    this.element.setAttribute("aria-label", "Codes");
    this.filter = make("input", "qk-input");
    this.filter.type = "search";
    this.filter.placeholder = "Filter codes";
    this.filter.setAttribute("aria-label", "Filter codes");
    this.filter.addEventListener("input", () => this.narrow());
    this.tree = make("div", "qk-tree");
    this.tree.setAttribute("role", "tree");
    this.tree.setAttribute("aria-label", "Codebook");
    this.rules = make("div", "qk-rules");
    this.rules.tabIndex = 0; // it may scroll
    this.rules.setAttribute("role", "region");
    this.rules.setAttribute("aria-label", "The code's rules");
    this.element.append(this.filter, this.tree, this.rules);
    this.items = new Map();
    this.tree.addEventListener("keydown", (event) => this.onKey(event));
    this.tree.addEventListener("mousedown", (event) => event.preventDefault()); // keep the focus
    this.filter.addEventListener("keydown", (event) => this.onFilterKey(event));
  }

  /** Make the tree anew: the codebook has changed. */
  build() {
    const parts = [];
    this.items.clear();
    let book = null;
    for (const code of this.view.codeList) {
      if (code.codebook !== book) {
        book = code.codebook;
        parts.push(this.headOf(book));
      }
      const item = this.itemOf(code);
      this.items.set(code.id, item);
      parts.push(item.element);
    }
    this.tree.replaceChildren(...parts);
    const [first] = this.items.values();
    if (first) {
      first.element.tabIndex = 0;
    }
    this.showRules(null);
  }

  headOf(title) {
    const head = make("div", "qk-book", title);
    head.setAttribute("role", "treeitem");
    head.setAttribute("aria-level", "1");
    head.setAttribute("aria-disabled", "true");
    return head;
  }

  itemOf(code) {
    const element = make("div", "qk-code");
    element.setAttribute("role", "treeitem");
    element.setAttribute("aria-level", String(code.depth + 2));
    element.setAttribute("aria-selected", "false");
    element.tabIndex = -1;
    element.dataset.code = code.id;
    element.style.setProperty("--depth", code.depth);
    const count = make("span", "qk-count");
    const number = make("kbd");
    const pin = make("span", "qk-pin", "●");
    pin.title = "Sticky: each selection gets this code at once";
    pin.setAttribute("aria-hidden", "true"); // the key s on the code does the same
    pin.addEventListener("click", (event) => {
      event.stopPropagation();
      this.view.stick(this.view.sticky === code.id ? null : code.id);
    });
    element.append(makeSwatch(code), make("span", "qk-name", code.name), pin, count, number);
    element.addEventListener("click", () => this.view.pickCode(code.id));
    element.addEventListener("mouseenter", () => this.showRules(code));
    element.addEventListener("focus", () => this.showRules(code));
    return { element, count, number, code };
  }

  /** Numbers, counts and what is chosen; called after every change. */
  refresh(counts) {
    const { view } = this;
    for (const [id, { element, count, number, code }] of this.items) {
      const used = counts.get(id) ?? 0;
      setText(count, used ? String(used) : "");
      setText(number, String(view.quick.numberOf(id) ?? ""));
      element.setAttribute("aria-selected", String(view.selectedCode === id));
      element.classList.toggle("qk-sticky", view.sticky === id);
      const sticky = view.sticky === id ? ", sticky" : "";
      element.setAttribute("aria-label", `${code.name}, ${used} here${sticky}`);
    }
  }

  showRules(code) {
    if (!code) {
      this.rules.replaceChildren(
        make("p", "qk-small", "Point at a code to read its rules. Click it to code the selection, "
          + "or to see where it stands."),
      );
      return;
    }
    const parts = [make("b", "", code.name)];
    const rules = [
      ["", code.definition],
      ["Include", code.include],
      ["Exclude", code.exclude],
      ["Example", code.example],
    ];
    for (const [name, words] of rules) {
      if (words) {
        const line = make("p");
        if (name) {
          line.append(make("b", "", `${name}: `));
        }
        line.append(words);
        parts.push(line);
      }
    }
    this.rules.replaceChildren(...parts);
    this.rules.scrollTop = 0;
  }

  narrow() {
    const found = new Set(matchingCodes(this.view.codeList, this.filter.value, []));
    for (const { element, code } of this.items.values()) {
      element.hidden = !found.has(code);
    }
    const open = this.visible();
    open.forEach((element, n) => {
      element.tabIndex = n === 0 ? 0 : -1;
    });
  }

  visible() {
    const elements = Array.from(this.items.values(), (item) => item.element);
    return elements.filter((element) => !element.hidden);
  }

  onFilterKey(event) {
    event.stopPropagation();
    const [first] = this.visible();
    if (event.key === "ArrowDown" && first) {
      event.preventDefault();
      this.focus(first);
    } else if (event.key === "Enter" && first) {
      event.preventDefault();
      this.view.pickCode(first.dataset.code);
    } else if (event.key === "Escape") {
      this.filter.value = "";
      this.narrow();
      this.view.scroller.focus({ preventScroll: true });
    }
  }

  onKey(event) {
    const element = event.target.closest("[data-code]");
    if (!element || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    const open = this.visible();
    const at = open.indexOf(element);
    const steps = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: open.length - 1 };
    if (event.key in steps) {
      this.focus(open[Math.max(0, Math.min(open.length - 1, steps[event.key]))]);
    } else if (event.key === "Enter" || event.key === " ") {
      this.view.pickCode(element.dataset.code);
    } else if (event.key === "s") {
      const { code } = element.dataset;
      this.view.stick(this.view.sticky === code ? null : code);
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  focus(element) {
    for (const one of this.visible()) {
      one.tabIndex = one === element ? 0 : -1;
    }
    element.focus({ preventScroll: true });
    keepInView(this.tree, element);
  }
}

function setText(element, words) {
  if (element.textContent !== words) {
    element.textContent = words;
  }
}
