// The palette: type a part of a code's name, take the top one with Enter, or press its number.
// Codes used lately come first. Nine of them have a number, and keep it as long as they are
// among those used: hands learn numbers, and must not be betrayed.

const NUMBERS = 9;

class Quick {
  constructor(owner, codes) {
    this.name = `recent-${owner}`;
    const known = new Set(codes.map((code) => code.id));
    const kept = memory.get(this.name, { recent: [], numbers: [] });
    this.recent = kept.recent.filter((id) => known.has(id));
    const often = codes.toSorted((a, b) => b.uses - a.uses).slice(0, NUMBERS);
    const start = codes.filter((code) => often.includes(code)).map((code) => code.id);
    const numbers = kept.numbers.filter((id) => known.has(id));
    this.numbers = Array.from(new Set([...numbers, ...start])).slice(0, NUMBERS);
  }

  /** The number of a code, 1 to 9; null where it has none. */
  numberOf(id) {
    const at = this.numbers.indexOf(id);
    return at < 0 ? null : at + 1;
  }

  /** Codes in the order in which they are offered: the last used, then those with a number. */
  get order() {
    return [...this.recent, ...this.numbers.filter((id) => !this.recent.includes(id))];
  }

  /** A code was used: it comes first from now on, and has a number. */
  use(id) {
    this.recent = [id, ...this.recent.filter((one) => one !== id)];
    if (!this.numbers.includes(id)) {
      const age = (one) => (this.recent.includes(one) ? this.recent.indexOf(one) : Infinity);
      const oldest = this.numbers.reduce((old, one) => (age(one) >= age(old) ? one : old));
      this.numbers[this.numbers.indexOf(oldest)] = id;
    }
    memory.set(this.name, { recent: this.recent, numbers: this.numbers });
  }
}

/** Codes that have every typed word in their name or path: the best match first, then by order. */
function matchingCodes(codes, typed, order) {
  const wanted = typed.toLowerCase().split(/\s+/).filter(Boolean);
  const age = new Map(order.map((id, n) => [id, n]));
  const found = codes
    .map((code, n) => ({ code, n, rank: rankOf(code, wanted), age: age.get(code.id) ?? Infinity }))
    .filter((one) => one.rank !== null);
  found.sort((a, b) => a.rank - b.rank || compareAges(a.age, b.age) || a.n - b.n);
  return found.map((one) => one.code);
}

function compareAges(one, other) {
  return one === other ? 0 : one - other;
}

/** 0 where the name begins so, 1 where a word of it does, 2 anywhere, 3 in the path alone. */
function rankOf(code, wanted) {
  if (!wanted.length) {
    return 0;
  }
  const name = code.name.toLowerCase();
  const path = code.path.toLowerCase();
  if (!wanted.every((word) => path.includes(word))) {
    return null;
  }
  if (name.startsWith(wanted[0])) {
    return 0;
  }
  if (name.split(/[^\p{L}\p{N}]+/u).some((word) => word.startsWith(wanted[0]))) {
    return 1;
  }
  return name.includes(wanted[0]) ? 2 : 3;
}

class Palette extends Popover {
  constructor(view) {
    super(view, "qk-palette", "Choose a code");
  }

  /**
   * Ask for a code beside some words. `choose` gets the code's id; `extra` are further choices,
   * pairs of words and what they do.
   */
  open({ start, end, title, choose, extra = [] }) {
    this.choose = choose;
    this.at = 0;
    this.input = make("input", "qk-input");
    this.input.type = "text";
    this.input.placeholder = "Type a code, or press its number";
    this.input.setAttribute("role", "combobox");
    this.input.setAttribute("aria-label", title);
    this.input.setAttribute("aria-expanded", "true");
    this.input.setAttribute("aria-controls", "qk-palette-list");
    this.input.setAttribute("aria-autocomplete", "list");
    this.input.autocomplete = "off";
    this.list = make("div", "qk-options");
    this.list.id = "qk-palette-list";
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", "Codes");
    this.input.addEventListener("input", () => this.draw(0));
    this.input.addEventListener("keydown", (event) => this.onKey(event));
    this.element.replaceChildren(make("div", "qk-title", title), this.input, this.list);
    this.element.append(this.footOf(extra));
    this.draw(0);
    this.showAt(start, end);
    this.input.focus({ preventScroll: true });
  }

  footOf(extra) {
    const foot = make("div", "qk-foot");
    for (const [words, act, key] of extra) {
      foot.append(makeButton(words, act, { className: "qk-link", key }));
    }
    const link = make("a", "qk-link", "New code …");
    link.href = "codebook";
    link.target = "_blank"; // the selection stays here meanwhile
    link.rel = "noopener";
    link.title = "Opens the codebook in another tab";
    foot.append(link);
    return foot;
  }

  draw(at) {
    const { quick, codeList } = this.view;
    this.found = matchingCodes(codeList, this.input.value, quick.order);
    const options = this.found.map((code, n) => this.optionOf(code, n));
    this.list.replaceChildren(...options);
    if (!options.length) {
      this.list.append(make("div", "qk-none", "No code has these words in its name."));
    }
    this.move(at);
  }

  optionOf(code, n) {
    const option = make("div", "qk-option");
    option.id = `qk-option-${n}`;
    option.setAttribute("role", "option");
    option.dataset.code = code.id;
    option.title = code.definition || code.path;
    option.append(makeSwatch(code), make("span", "qk-name", code.name));
    if (code.above) {
      option.append(make("small", "", code.above));
    }
    const number = this.view.quick.numberOf(code.id);
    if (number) {
      option.append(make("kbd", "", String(number)));
    }
    option.addEventListener("click", () => this.take(code.id));
    option.addEventListener("mousemove", () => this.move(n));
    return option;
  }

  move(at) {
    const options = Array.from(this.list.querySelectorAll("[role=option]"));
    this.at = Math.max(0, Math.min(options.length - 1, at));
    options.forEach((option, n) => {
      option.setAttribute("aria-selected", String(n === this.at));
    });
    const active = options[this.at];
    if (active) {
      this.input.setAttribute("aria-activedescendant", active.id);
      keepInView(this.list, active);
    }
  }

  take(id) {
    const { choose } = this;
    this.close();
    choose(id);
  }

  onKey(event) {
    const { key } = event;
    event.stopPropagation();
    if (key === "Escape") {
      this.close();
    } else if (key === "Enter") {
      const code = this.found[this.at];
      if (code) {
        this.take(code.id);
      }
    } else if (key === "ArrowDown" && !event.shiftKey) {
      this.move(this.at + 1);
    } else if (key === "ArrowUp" && !event.shiftKey) {
      this.move(this.at - 1);
    } else if (!this.input.value && this.onBareKey(event)) {
      // done there
    } else {
      return;
    }
    event.preventDefault();
  }

  /** Keys that mean something as long as nothing is typed; whether this was one. */
  onBareKey(event) {
    if (/^[1-9]$/.test(event.key)) {
      const id = this.view.quick.numbers[Number(event.key) - 1];
      if (id) {
        this.take(id);
      }
      return true;
    }
    if (event.shiftKey && event.key.startsWith("Arrow") && this.view.span) {
      this.close(); // go on selecting by keyboard
      this.view.keys.press(event);
      return true;
    }
    if (event.key === "=" && this.element.querySelector(".qk-resize")) {
      this.element.querySelector(".qk-resize").click();
      return true;
    }
    return false;
  }

  close() {
    this.hide();
    this.view.scroller.focus({ preventScroll: true });
  }
}

/**
 * Scroll a list so that one of its elements shows; scrollIntoView would move the page too. The
 * list is the element's offset parent: it is positioned.
 */
function keepInView(list, element) {
  const top = element.offsetTop;
  if (top < list.scrollTop) {
    list.scrollTop = top;
  } else if (top + element.offsetHeight > list.scrollTop + list.clientHeight) {
    list.scrollTop = top + element.offsetHeight - list.clientHeight;
  }
}
