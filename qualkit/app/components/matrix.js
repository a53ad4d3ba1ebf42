// The convergence coding matrix: a real table, a row of which is chosen by mouse or keyboard. Which
// row is chosen comes by its second half; see choosing.js.

const ROW = "tr[data-key]";
const LINK = ".st-key-triangulation-link";
const DECIDE = ".st-key-triangulation-decide button";
const MATRIX = "matrix"; // what its two halves share

class Matrix extends Choosing {
  constructor(parent) {
    super(parent, "qk-matrix", ROW);
    this.order = []; // the keys of the rows
    this.shape = ""; // which rows there are, so that one that changed is changed alone
    this.gone = null; // how many decisions have led to another row
    this.shown = null; // the key of the row that stands in full beside the table
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
    const { marks } = halvesShared(MATRIX);
    if (marks) {
      this.mark(marks);
    }
  }

  fill({ label, columns, bands }) {
    const { table } = this;
    const kept = new Map();
    for (const row of bands.flatMap((band) => band.rows)) {
      kept.set(row.key, this.keptOf(row, rowOf));
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
    if (!this.answered(number)) {
      return;
    }
    const follow = this.gone !== null && this.gone !== gone;
    this.gone = gone;
    this.select(this.kept.get(row)?.tr, follow);
  }

  /** Choose a row; where it is chosen already, go to its decision. */
  open(tr) {
    if (tr === this.chosen) {
      document.querySelector(DECIDE)?.focus();
    } else {
      this.choose(tr);
    }
  }

  /** The row that a key leads to, or nothing where the key means nothing here. */
  goal(tr, { key }) {
    const at = this.order.indexOf(tr.dataset.key);
    const last = this.order.length - 1;
    const page = Math.max(1, Math.floor(this.root.clientHeight / 90));
    const goal = {
      ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: last, PageUp: at - page, PageDown: at + page,
    }[key];
    return goal === undefined ? null : this.kept.get(this.order[within(goal, last)]).tr;
  }

  choose(tr) {
    if (tr === this.chosen) {
      return;
    }
    this.select(tr, false);
    this.tell({ key: tr.dataset.key });
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

export default inTwoHalves(MATRIX, Matrix, "row");
