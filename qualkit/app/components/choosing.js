// A table that is drawn once and in which one place is chosen at a time, a cell or a row.
//
// Such a component is put on the page twice. The first has what stands in the table; it is large,
// changes when the study does, and tells Python what was chosen. The second has no height and says
// what changes with every click. So a click sends bytes, and never the table.

/** The component's function: `name` is what its two halves share, `Table` what is drawn. */
function inTwoHalves(name, Table, event) {
  const tables = new WeakMap(); // one for each element that Streamlit gives
  return ({ parentElement, data, setStateValue }) => {
    const shared = halvesShared(name);
    if (data.marks) {
      shared.marks = data.marks;
      shared.table?.mark(data.marks);
      return undefined;
    }
    if (!tables.has(parentElement)) {
      tables.set(parentElement, new Table(parentElement));
    }
    const table = tables.get(parentElement);
    table.send = (choice) => setStateValue(event, choice);
    shared.table = table;
    table.show(data);
    return () => {
      if (halvesShared(name).table === table) {
        delete window.qualkit[name];
      }
    };
  };
}

/** What the two halves of a component have in common. */
function halvesShared(name) {
  window.qualkit ||= {};
  window.qualkit[name] ||= {};
  return window.qualkit[name];
}

class Choosing {
  /** `places` is the selector of what can be chosen. */
  constructor(parent, className, places) {
    this.places = places;
    this.root = make("div", className);
    this.root.dataset.pending = "0";
    this.table = make("table");
    this.table.setAttribute("role", "grid");
    this.root.append(this.table);
    parent.append(this.root);
    this.kept = new Map(); // a row's key to its words and its <tr>, so that only new ones are built
    this.focused = null; // the place that Tab leads to
    this.chosen = null;
    this.sent = null; // the number of the last choice that Python was told of
    this.root.addEventListener("click", (event) => this.onClick(event));
    this.root.addEventListener("keydown", (event) => this.onKey(event));
  }

  /** The row's words and its <tr>, the ones of before where its words are the same. */
  keptOf(row, build) {
    const words = JSON.stringify(row);
    const before = this.kept.get(row.key);
    return before?.words === words ? before : { words, tr: build(row) };
  }

  /** Whether Python has answered the last choice; until then nothing else is marked. */
  answered(number) {
    const answered = this.sent === null || this.sent === number;
    this.root.dataset.pending = answered ? "0" : "1";
    return answered;
  }

  tell(choice) {
    this.sent = Date.now(); // larger than any before it, after a reload too
    this.root.dataset.pending = "1";
    this.send({ ...choice, number: this.sent });
  }

  onClick(event) {
    const place = event.target.closest(this.places);
    if (place) {
      this.rest(place, true);
      this.choose(place);
    }
  }

  onKey(event) {
    const place = event.target.closest(this.places);
    if (!place) {
      return;
    }
    if (!event.ctrlKey && !event.metaKey && !event.altKey) {
      event.stopPropagation(); // Streamlit has keys of its own: r runs the page anew
    }
    if (event.key === "Enter" || event.key === " " || event.key === "F2") {
      event.preventDefault();
      this.open(place);
      return;
    }
    const to = this.goal(place, event);
    if (to) {
      event.preventDefault();
      this.rest(to, true);
      this.reveal(to);
    }
  }

  /** Let Tab lead to a place, and move the focus there where it is ours. */
  rest(place, focus) {
    const to = place || this.table.querySelector(this.places);
    if (this.focused !== to) {
      this.focused?.setAttribute("tabindex", "-1");
      this.focused = to;
    }
    to?.setAttribute("tabindex", "0");
    if (focus) {
      to?.focus({ preventScroll: true });
    }
  }

  /** Scroll the table alone, so that a place stands clear of the heading. */
  reveal(place) {
    const { root, table } = this;
    const top = place.offsetTop - table.tHead.offsetHeight;
    const below = place.offsetTop + place.offsetHeight - root.clientHeight;
    root.scrollTop = Math.min(top, Math.max(root.scrollTop, below));
  }
}

function within(number, last) {
  return Math.max(0, Math.min(number, last));
}
