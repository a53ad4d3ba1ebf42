// Making elements. Words always go in as text, never as HTML.

function make(tag, className = "", words = null) {
  const element = document.createElement(tag);
  if (className) {
    element.className = className;
  }
  if (words !== null) {
    element.textContent = words;
  }
  return element;
}

/** A button; `key` is shown as the key that does the same. */
function makeButton(words, act, { className = "qk-button", title = "", key = "" } = {}) {
  const button = make("button", className);
  button.type = "button";
  button.append(make("span", "", words));
  if (key) {
    button.append(make("kbd", "", key));
  }
  if (title) {
    button.title = title;
  }
  button.addEventListener("click", (event) => {
    event.stopPropagation();
    act(event);
  });
  return button;
}

/** A drop-down list of [value, words] pairs. */
function makeSelect(label, choices, chosen, act) {
  const select = make("select", "qk-select");
  select.setAttribute("aria-label", label);
  select.title = label;
  for (const [value, words] of choices) {
    const option = make("option", "", words);
    option.value = value;
    option.selected = value === chosen;
    select.append(option);
  }
  select.addEventListener("change", () => act(select.value));
  return select;
}

/** The square that shows a code's colour; its name always stands beside it. */
function makeSwatch(code) {
  const swatch = make("i", "qk-swatch");
  swatch.setAttribute("aria-hidden", "true");
  swatch.style.setProperty("--c", code.colour);
  return swatch;
}

/**
 * Draw something anew without losing the keyboard: the focus goes to the button with the same
 * words, or where there is none, to `otherwise`.
 */
function redrawKeepingFocus(element, draw, otherwise) {
  const active = element.contains(document.activeElement) ? document.activeElement : null;
  const words = active?.textContent;
  draw();
  if (active && !element.contains(document.activeElement)) {
    const buttons = Array.from(element.querySelectorAll("button"));
    const same = words && buttons.find((button) => button.textContent === words);
    (same || otherwise).focus({ preventScroll: true });
  }
}

/** A click on a button leaves the keyboard where it is: on the transcript. */
function keepFocusOnClick(element) {
  element.addEventListener("mousedown", (event) => {
    if (!event.target.closest("input, select, textarea, a, label")) {
      event.preventDefault();
    }
  });
}

/** At most so many characters, with dots where there were more. */
function shortened(words, most) {
  const points = Array.from(words);
  return points.length > most ? `${points.slice(0, most - 1).join("")}…` : words;
}

function counted(count, one, many = `${one}s`) {
  return `${count.toLocaleString("en")} ${count === 1 ? one : many}`;
}

/** What a tab remembers, over reloads too; where that is forbidden, nothing. */
const memory = {
  get(name, otherwise) {
    try {
      return JSON.parse(sessionStorage.getItem(`qualkit-${name}`)) ?? otherwise;
    } catch {
      return otherwise;
    }
  },
  set(name, value) {
    try {
      sessionStorage.setItem(`qualkit-${name}`, JSON.stringify(value));
    } catch {
      // full or forbidden: it is forgotten with the page
    }
  },
};
