// The framework grid: a real table with a sticky heading and first column, used by keyboard.
//
// The component is put on the page twice. The first has the rows and what stands in their cells;
// it is large, changes when the study does, and tells Python which cell was chosen. The second
// has no height and says what changes with every click: which cell is chosen, which texts are not
// saved yet. So a click sends bytes, and never the grid.

const CELL = "td[data-column]";
const grids = new WeakMap(); // one grid for each element that Streamlit gives

export default function ({ parentElement, data, setStateValue }) {
  if (data.marks) {
    shared().marks = data.marks;
    shared().grid?.mark(data.marks);
    return undefined;
  }
  if (!grids.has(parentElement)) {
    grids.set(parentElement, new Grid(parentElement));
  }
  const grid = grids.get(parentElement);
  grid.send = (cell) => setStateValue("cell", cell);
  shared().grid = grid;
  grid.show(data);
  return () => {
    if (shared().grid === grid) {
      delete shared().grid;
      delete shared().marks;
    }
  };
}

/** What the two halves of the component have in common. */
function shared() {
  window.qualkit ||= {};
  window.qualkit.framework ||= {};
  return window.qualkit.framework;
}

class Grid {
  constructor(parent) {
    this.root = element("div", "qk-grid");
    this.root.dataset.pending = "0";
    this.table = element("table");
    this.table.setAttribute("role", "grid");
    this.root.append(this.table);
    parent.append(this.root);
    this.kept = new Map(); // row key to its words and its <tr>, so that only new ones are built
    this.columns = "";
    this.focused = null; // the cell that Tab leads to
    this.chosen = null;
    this.sent = null; // the number of the last choice that Python was told of
    this.root.addEventListener("click", (event) => this.onClick(event));
    this.root.addEventListener("keydown", (event) => this.onKey(event));
    this.root.addEventListener("focusin", (event) => this.onFocus(event));
  }

  /** Draw the grid; what is as it was stays, with its focus and its place on the screen. */
  show(data) {
    const before = this.data?.columns;
    const columns = JSON.stringify([data.label, data.corner, data.columns]);
    if (columns !== this.columns) {
      this.columns = columns;
      this.kept.clear();
    }
    this.data = data;
    this.rowNumber = new Map(data.rows.map((row, number) => [row.key, number]));
    this.columnNumber = new Map(data.columns.map((column, number) => [column.id, number]));
    const at = { top: this.root.scrollTop, left: this.root.scrollLeft };
    const hadFocus = this.root.contains(document.activeElement);
    this.fill();
    this.root.scrollTop = at.top;
    this.root.scrollLeft = at.left;
    this.rest(this.focused, hadFocus);
    if (this.chosen) {
      const theme = before?.[Number(this.chosen.dataset.column)]?.id;
      this.select(this.cellAt(this.chosen.parentElement.dataset.row, theme), false);
    }
    if (shared().marks) {
      this.mark(shared().marks);
    }
  }

  fill() {
    const { data, table } = this;
    table.setAttribute("aria-label", data.label);
    table.setAttribute("aria-rowcount", String(data.rows.length + 1));
    table.setAttribute("aria-colcount", String(data.columns.length + 1));
    table.style.width = `calc(var(--qk-first) + ${data.columns.length} * var(--qk-column))`;
    const kept = new Map();
    const body = element("tbody");
    for (const row of data.rows) {
      for (const [depth, words] of row.bands) {
        body.append(bandRow(depth, words, data.columns.length + 1));
      }
      const words = JSON.stringify(row);
      const before = this.kept.get(row.key);
      const made = before?.words === words ? before : { words, tr: this.rowOf(row) };
      kept.set(row.key, made);
      body.append(made.tr);
    }
    this.kept = kept;
    table.replaceChildren(headOf(data), body);
  }

  rowOf(row) {
    const tr = element("tr");
    tr.dataset.row = row.key;
    const head = element("th", "qk-name");
    head.scope = "row";
    head.append(element("span", "", row.name), element("small", "", row.detail));
    tr.append(head);
    row.cells.forEach((cell, number) => tr.append(cellOf(cell, number)));
    return tr;
  }

  /** Which cell is chosen, and which have words that are not saved. */
  mark(marks) {
    if (!this.data) {
      return;
    }
    const answered = this.sent === null || this.sent === marks.number;
    this.root.dataset.pending = answered ? "0" : "1";
    if (answered) {
      this.select(this.cellAt(marks.row, marks.theme), true);
    }
    for (const td of this.table.querySelectorAll("td.qk-unsaved")) {
      td.classList.remove("qk-unsaved");
      td.querySelector(".qk-tag-unsaved")?.remove();
    }
    for (const [row, theme] of marks.unsaved) {
      const td = this.cellAt(row, theme);
      td?.classList.add("qk-unsaved");
      td?.firstChild.prepend(element("span", "qk-tag qk-tag-unsaved", "Not saved"));
    }
  }

  /** The cell of a row's key and a theme's id. */
  cellAt(row, theme) {
    const column = this.columnNumber.get(theme);
    return column === undefined ? null : this.kept.get(row)?.tr.cells[column + 1] || null;
  }

  onClick(event) {
    const td = event.target.closest(CELL);
    if (td) {
      this.rest(td, true);
      this.choose(td);
    }
  }

  onFocus(event) {
    const td = event.target.closest(CELL);
    if (td) {
      this.rest(td, false);
    }
  }

  onKey(event) {
    const td = event.target.closest(CELL);
    if (!td) {
      return;
    }
    if (!event.ctrlKey && !event.metaKey && !event.altKey) {
      event.stopPropagation(); // Streamlit has keys of its own: r runs the page anew
    }
    if (event.key === "Enter" || event.key === " " || event.key === "F2") {
      event.preventDefault();
      this.open(td);
      return;
    }
    const to = this.goal(td, event);
    if (to) {
      event.preventDefault();
      this.rest(to, true);
      this.reveal(to);
    }
  }

  /** Choose a cell; where it is chosen already, go to its words. */
  open(td) {
    if (td === this.chosen) {
      document.querySelector(".st-key-framework-editor textarea")?.focus();
    } else {
      this.choose(td);
    }
  }

  /** The cell that a key leads to, or nothing where the key means nothing here. */
  goal(td, event) {
    const far = event.ctrlKey || event.metaKey;
    const row = this.rowNumber.get(td.parentElement.dataset.row);
    const column = Number(td.dataset.column);
    const lastRow = this.data.rows.length - 1;
    const lastColumn = this.data.columns.length - 1;
    const goals = {
      ArrowUp: [far ? 0 : row - 1, column],
      ArrowDown: [far ? lastRow : row + 1, column],
      ArrowLeft: [row, far ? 0 : column - 1],
      ArrowRight: [row, far ? lastColumn : column + 1],
      Home: [far ? 0 : row, 0],
      End: [far ? lastRow : row, lastColumn],
      PageUp: [this.rowBeyond(row, -1), column],
      PageDown: [this.rowBeyond(row, 1), column],
    };
    const goal = goals[event.key];
    if (!goal) {
      return null;
    }
    const key = this.data.rows[within(goal[0], lastRow)].key;
    return this.kept.get(key).tr.cells[within(goal[1], lastColumn) + 1];
  }

  /** The number of the row that is about one screen above or below another. */
  rowBeyond(row, step) {
    const height = this.root.clientHeight - this.table.tHead.offsetHeight;
    const tr = (number) => this.kept.get(this.data.rows[number].key).tr;
    const from = tr(row).offsetTop;
    let at = row;
    while (this.data.rows[at + step] && Math.abs(tr(at + step).offsetTop - from) < height) {
      at += step;
    }
    return at === row ? row + step : at;
  }

  choose(td) {
    this.select(td, false);
    this.sent = Date.now(); // larger than any before it, after a reload too
    this.root.dataset.pending = "1";
    const row = td.parentElement.dataset.row;
    const theme = this.data.columns[Number(td.dataset.column)].id;
    this.send({ row, theme, number: this.sent });
  }

  select(td, reveal) {
    if (this.chosen !== td) {
      this.chosen?.setAttribute("aria-selected", "false");
      td?.setAttribute("aria-selected", "true");
      this.chosen = td;
      if (td && !this.root.contains(document.activeElement)) {
        this.rest(td, false);
      }
      if (td && reveal) {
        this.reveal(td);
      }
    }
  }

  /** Let Tab lead to a cell, and move the focus there where it is ours. */
  rest(td, focus) {
    const row = td?.parentElement.dataset.row;
    const still = td && this.kept.get(row)?.tr.cells[Number(td.dataset.column) + 1];
    const to = still || this.table.querySelector(CELL);
    if (this.focused !== to) {
      this.focused?.setAttribute("tabindex", "-1");
      this.focused = to;
    }
    to?.setAttribute("tabindex", "0");
    if (focus) {
      to?.focus({ preventScroll: true });
    }
  }

  /** Scroll the grid alone, so that a cell stands clear of the headings. */
  reveal(td) {
    const { root, table } = this;
    const top = td.offsetTop - table.tHead.offsetHeight;
    const left = td.offsetLeft - table.tHead.rows[0].cells[0].offsetWidth;
    const below = td.offsetTop + td.offsetHeight - root.clientHeight;
    const beyond = td.offsetLeft + td.offsetWidth - root.clientWidth;
    root.scrollTop = Math.min(top, Math.max(root.scrollTop, below));
    root.scrollLeft = Math.min(left, Math.max(root.scrollLeft, beyond));
  }
}

function headOf(data) {
  const head = element("thead");
  const tr = element("tr");
  const corner = element("th", "qk-corner", data.corner);
  corner.scope = "col";
  tr.append(corner);
  for (const column of data.columns) {
    const th = element("th", "", `${column.number}. ${column.title}`);
    th.scope = "col";
    th.title = column.definition;
    tr.append(th);
  }
  head.append(tr);
  return head;
}

function bandRow(depth, words, width) {
  const tr = element("tr", "qk-band");
  const th = element("th");
  th.scope = "rowgroup";
  th.colSpan = width;
  th.style.setProperty("--qk-depth", depth);
  th.append(element("span", "", words));
  tr.append(th);
  return tr;
}

function cellOf(cell, number) {
  const td = element("td");
  td.dataset.column = String(number);
  td.tabIndex = -1;
  td.setAttribute("aria-selected", "false");
  const inside = element("div", "qk-cell");
  for (const one of cell.said) {
    inside.append(saidOf(one));
  }
  if (cell.none) {
    inside.append(element("p", "qk-none", cell.none));
  }
  if (cell.foot) {
    inside.append(element("p", "qk-foot", cell.foot));
  }
  td.append(inside);
  return td;
}

/** One summary: its marks in words, its beginning, who wrote it. */
function saidOf(one) {
  const box = element("div", one.draft ? "qk-said qk-draft" : "qk-said");
  if (one.draft) {
    box.append(element("span", "qk-tag", one.draft));
  }
  if (one.changed) {
    box.append(element("span", "qk-tag qk-tag-changed", one.changed));
  }
  box.append(element("p", "qk-words", one.text), element("p", "qk-by", one.by));
  return box;
}

function element(name, classes = "", words = "") {
  const made = document.createElement(name);
  if (classes) {
    made.className = classes;
  }
  if (words) {
    made.textContent = words;
  }
  return made;
}

function within(number, last) {
  return Math.max(0, Math.min(number, last));
}
