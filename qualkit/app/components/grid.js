// The framework grid: a real table with a sticky heading and first column, used by keyboard. Which
// cell is chosen, and which texts are not saved yet, comes by its second half; see choosing.js.

const CELL = "td[data-column]";
const GRID = "framework"; // what its two halves share

class Grid extends Choosing {
  constructor(parent) {
    super(parent, "qk-grid", CELL);
    this.columns = "";
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
    const { marks } = halvesShared(GRID);
    if (marks) {
      this.mark(marks);
    }
  }

  fill() {
    const { data, table } = this;
    table.setAttribute("aria-label", data.label);
    table.setAttribute("aria-rowcount", String(data.rows.length + 1));
    table.setAttribute("aria-colcount", String(data.columns.length + 1));
    table.style.width = `calc(var(--qk-first) + ${data.columns.length} * var(--qk-column))`;
    const kept = new Map();
    const body = make("tbody");
    for (const row of data.rows) {
      for (const [depth, words] of row.bands) {
        body.append(bandRow(depth, words, data.columns.length + 1));
      }
      const made = this.keptOf(row, (one) => this.rowOf(one));
      kept.set(row.key, made);
      body.append(made.tr);
    }
    this.kept = kept;
    table.replaceChildren(headOf(data), body);
  }

  rowOf(row) {
    const tr = make("tr");
    tr.dataset.row = row.key;
    const head = make("th", "qk-name");
    head.scope = "row";
    head.append(make("span", "", row.name), make("small", "", row.detail));
    tr.append(head);
    row.cells.forEach((cell, number) => tr.append(cellOf(cell, number)));
    return tr;
  }

  /** Which cell is chosen, and which have words that are not saved. */
  mark(marks) {
    if (!this.data) {
      return;
    }
    if (this.answered(marks.number)) {
      this.select(this.cellAt(marks.row, marks.theme), true);
    }
    for (const td of this.table.querySelectorAll("td.qk-unsaved")) {
      td.classList.remove("qk-unsaved");
      td.querySelector(".qk-tag-unsaved")?.remove();
    }
    for (const [row, theme] of marks.unsaved) {
      const td = this.cellAt(row, theme);
      td?.classList.add("qk-unsaved");
      td?.firstChild.prepend(make("span", "qk-tag qk-tag-unsaved", "Not saved"));
    }
  }

  /** The cell of a row's key and a theme's id. */
  cellAt(row, theme) {
    const column = this.columnNumber.get(theme);
    return column === undefined ? null : this.kept.get(row)?.tr.cells[column + 1] || null;
  }

  onFocus(event) {
    const td = event.target.closest(CELL);
    if (td) {
      this.rest(td, false);
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
    const row = td.parentElement.dataset.row;
    this.tell({ row, theme: this.data.columns[Number(td.dataset.column)].id });
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

  /** As ever, with the cell of now for one of a row that was built anew. */
  rest(td, focus) {
    const row = td?.parentElement.dataset.row;
    super.rest(td && this.kept.get(row)?.tr.cells[Number(td.dataset.column) + 1], focus);
  }

  /** Sideways too, so that a cell stands clear of the first column. */
  reveal(td) {
    super.reveal(td);
    const { root, table } = this;
    const left = td.offsetLeft - table.tHead.rows[0].cells[0].offsetWidth;
    const beyond = td.offsetLeft + td.offsetWidth - root.clientWidth;
    root.scrollLeft = Math.min(left, Math.max(root.scrollLeft, beyond));
  }
}

function headOf(data) {
  const head = make("thead");
  const tr = make("tr");
  const corner = make("th", "qk-corner", data.corner);
  corner.scope = "col";
  tr.append(corner);
  for (const column of data.columns) {
    const th = make("th", "", `${column.number}. ${column.title}`);
    th.scope = "col";
    th.title = column.definition;
    tr.append(th);
  }
  head.append(tr);
  return head;
}

function bandRow(depth, words, width) {
  const tr = make("tr", "qk-band");
  const th = make("th");
  th.scope = "rowgroup";
  th.colSpan = width;
  th.style.setProperty("--qk-depth", depth);
  th.append(make("span", "", words));
  tr.append(th);
  return tr;
}

function cellOf(cell, number) {
  const td = make("td");
  td.dataset.column = String(number);
  td.tabIndex = -1;
  td.setAttribute("aria-selected", "false");
  const inside = make("div", "qk-cell");
  for (const one of cell.said) {
    inside.append(saidOf(one));
  }
  if (cell.none) {
    inside.append(make("p", "qk-none", cell.none));
  }
  if (cell.foot) {
    inside.append(make("p", "qk-foot", cell.foot));
  }
  td.append(inside);
  return td;
}

/** One summary: its marks in words, its beginning, who wrote it. */
function saidOf(one) {
  const box = make("div", one.draft ? "qk-said qk-draft" : "qk-said");
  if (one.draft) {
    box.append(make("span", "qk-tag", one.draft));
  }
  if (one.changed) {
    box.append(make("span", "qk-tag qk-tag-changed", one.changed));
  }
  box.append(make("p", "qk-words", one.text), make("p", "qk-by", one.by));
  return box;
}

export default inTwoHalves(GRID, Grid, "cell");
