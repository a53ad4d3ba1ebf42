// The convergence coding matrix: a real table, a row of which is chosen by mouse or keyboard.
//
// As the framework grid it is put on the page twice: the first has the rows and tells Python which
// one was chosen, the second has no height and says which one is chosen now.

const ROW = "tr[data-key]";
const LINK = ".st-key-triangulation-link";
const DECIDE = ".st-key-triangulation-decide button";
const matrices = new WeakMap(); // one for each element that Streamlit gives

export default function ({ parentElement, data, setStateValue }) {
  if (data.marks) {
    matrixShared().marks = data.marks;
    matrixShared().matrix?.mark(data.marks);
    return undefined;
  }
  if (!matrices.has(parentElement)) {
    matrices.set(parentElement, new Matrix(parentElement));
  }
  const matrix = matrices.get(parentElement);
  matrix.send = (row) => setStateValue("row", row);
  matrixShared().matrix = matrix;
  matrix.show(data);
  return () => {
    if (matrixShared().matrix === matrix) {
      delete window.qualkit.matrix;
    }
  };
}

/** What the two halves of the component have in common. */
function matrixShared() {
  window.qualkit ||= {};
  window.qualkit.matrix ||= {};
  return window.qualkit.matrix;
}

class Matrix {
  constructor(parent) {
    this.root = make("div", "qk-matrix");
    this.root.dataset.pending = "0";
    this.table = make("table");
    this.table.setAttribute("role", "grid");
    this.root.append(this.table);
    parent.append(this.root);
    this.kept = new Map(); // key to a row's words and its <tr>, so that only new ones are built
    this.order = []; // the keys of the rows
    this.shape = ""; // which rows there are, so that one that changed is changed alone
    this.focused = null; // the row that Tab leads to
    this.chosen = null;
    this.sent = null; // the number of the last choice that Python was told of
    this.gone = null;
    this.shown = null; // the key of the row that stands in full beside the table
    this.root.addEventListener("click", (event) => this.onClick(event));
    this.root.addEventListener("keydown", (event) => this.onKey(event));
  }

  /** Draw the rows; what is as it was stays, with its focus and its place on the screen. */
  show(data) {
    const top = this.root.scrollTop;
    const hadFocus = this.root.contains(document.activeElement);
    const resting = this.focused?.dataset.key;
    this.fill(data);
    this.root.scrollTop = top;
    this.rest(this.kept.get(resting)?.tr, hadFocus);
    this.chosen = null;
    if (matrixShared().marks) {
      this.mark(matrixShared().marks);
    }
  }

  fill({ label, columns, bands }) {
    const { table } = this;
    const kept = new Map();
    for (const row of bands.flatMap((band) => band.rows)) {
      const words = JSON.stringify(row);
      const before = this.kept.get(row.key);
      kept.set(row.key, before?.words === words ? before : { words, tr: rowOf(row) });
    }
    const shape = JSON.stringify(bands.map(({ name, rows }) => [name, rows.map((r) => r.key)]));
    if (shape === this.shape) {
      for (const [key, { tr }] of this.kept) {
        if (kept.get(key).tr !== tr) {
          tr.replaceWith(kept.get(key).tr);
        }
      }
    } else {
      const bodies = bands.map(({ name, rows }) => {
        const body = make("tbody");
        body.append(bandOf(name, columns.length), ...rows.map(({ key }) => kept.get(key).tr));
        return body;
      });
      table.setAttribute("aria-label", label);
      table.replaceChildren(columnsOf(columns), headOf(columns), ...bodies);
    }
    this.shape = shape;
    this.kept = kept;
    this.order = Array.from(kept.keys());
  }

  /** Which row is chosen; after a decision the keyboard goes there. */
  mark({ row, number, gone }) {
    const answered = this.sent === null || this.sent === number;
    this.root.dataset.pending = answered ? "0" : "1";
    if (!answered) {
      return;
    }
    const follow = this.gone !== null && this.gone !== gone;
    this.gone = gone;
    this.select(this.kept.get(row)?.tr, follow);
  }

  onClick(event) {
    const tr = event.target.closest(ROW);
    if (tr) {
      this.rest(tr, true);
      this.choose(tr);
    }
  }

  onKey(event) {
    const tr = event.target.closest(ROW);
    if (!tr) {
      return;
    }
    if (!event.ctrlKey && !event.metaKey && !event.altKey) {
      event.stopPropagation(); // Streamlit has keys of its own: r runs the page anew
    }
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      if (tr === this.chosen) {
        document.querySelector(DECIDE)?.focus();
      } else {
        this.choose(tr);
      }
      return;
    }
    const to = this.goal(this.order.indexOf(tr.dataset.key), event.key);
    if (to) {
      event.preventDefault();
      this.rest(to, true);
      this.reveal(to);
    }
  }

  /** The row that a key leads to, or nothing where the key means nothing here. */
  goal(at, key) {
    const last = this.order.length - 1;
    const page = Math.max(1, Math.floor(this.root.clientHeight / 90));
    const goal = {
      ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: last, PageUp: at - page, PageDown: at + page,
    }[key];
    return goal === undefined
      ? null
      : this.kept.get(this.order[Math.max(0, Math.min(goal, last))]).tr;
  }

  choose(tr) {
    if (tr === this.chosen) {
      return;
    }
    this.select(tr, false);
    this.sent = Date.now(); // larger than any before it, after a reload too
    this.root.dataset.pending = "1";
    this.send({ key: tr.dataset.key, number: this.sent });
  }

  select(tr, follow) {
    for (const one of this.table.querySelectorAll("tr[aria-selected=true]")) {
      if (one !== tr) {
        one.setAttribute("aria-selected", "false");
      }
    }
    tr?.setAttribute("aria-selected", "true");
    const other = this.chosen !== tr;
    this.chosen = tr || null;
    if (tr && tr.dataset.key !== this.shown) {
      this.shown = tr.dataset.key;
      document.querySelector(LINK)?.scrollTo(0, 0); // another link begins at its top
    }
    if (tr && (follow || (other && !this.root.contains(document.activeElement)))) {
      this.rest(tr, follow);
      this.reveal(tr);
    }
  }

  /** Let Tab lead to a row, and move the focus there where it is ours. */
  rest(tr, focus) {
    const to = tr || this.table.querySelector(ROW);
    if (this.focused !== to) {
      this.focused?.setAttribute("tabindex", "-1");
      this.focused = to;
    }
    to?.setAttribute("tabindex", "0");
    if (focus) {
      to?.focus({ preventScroll: true });
    }
  }

  /** Scroll the table alone, so that a row stands clear of the heading. */
  reveal(tr) {
    const { root, table } = this;
    const top = tr.offsetTop - table.tHead.offsetHeight;
    const below = tr.offsetTop + tr.offsetHeight - root.clientHeight;
    root.scrollTop = Math.min(top, Math.max(root.scrollTop, below));
  }
}

function columnsOf(columns) {
  const group = make("colgroup");
  group.append(...columns.map((_, n) => make("col", `qk-matrix-col-${n}`)));
  return group;
}

function headOf(columns) {
  const head = make("thead");
  const tr = make("tr");
  for (const name of columns) {
    const th = make("th", "", name);
    th.scope = "col";
    tr.append(th);
  }
  head.append(tr);
  return head;
}

function bandOf(words, width) {
  const tr = make("tr", "qk-matrix-band");
  const th = make("th", "", words);
  th.scope = "rowgroup";
  th.colSpan = width;
  th.dir = "auto";
  tr.append(th);
  return tr;
}

function rowOf(row) {
  const tr = make("tr");
  tr.dataset.key = row.key;
  tr.tabIndex = -1;
  tr.setAttribute("aria-selected", "false");
  const code = make("th", "", row.code);
  code.scope = "row";
  code.dir = "auto";
  tr.append(
    code,
    cellOf(["", row.question], ["qk-matrix-quiet", row.result]),
    cellOf(["", row.survey]),
    cellOf(["", row.said], ["qk-matrix-quiet", row.sides]),
    verdictOf(row),
    cellOf(...row.flags.map((flag) => ["qk-matrix-tag", `⚑ ${flag}`])),
  );
  return tr;
}

/** A cell of paragraphs, each a class and its words. */
function cellOf(...parts) {
  const td = make("td");
  for (const [name, words] of parts) {
    if (words) {
      const p = make("p", name, words);
      p.dir = "auto";
      td.append(p);
    }
  }
  return td;
}

function verdictOf(row) {
  const td = cellOf(["qk-matrix-verdict", row.verdict]);
  const tag = make("span", "qk-matrix-tag", row.tag);
  tag.dataset.status = row.status;
  td.append(tag);
  if (row.own) {
    td.append(make("p", "qk-matrix-quiet", row.own));
  }
  return td;
}
