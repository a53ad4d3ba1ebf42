// Codings and suggestions of one source: what the database last said, with what waits in the
// outbox painted over it.

const FIELDS = [
  "id", "start", "end", "code", "coder", "stance", "rating", "memo", "version", "created",
  "kind", "confidence", "method", "reasons",
];

/** Rows by id, out of the table that Python sends; names of codes and coders come once. */
function readRows(table) {
  const rows = new Map();
  for (const values of table.rows) {
    const row = Object.fromEntries(FIELDS.map((field, n) => [field, values[n]]));
    row.code = table.codes[row.code];
    row.coder = row.coder === null ? null : table.coders[row.coder];
    row.kind = row.kind ? "suggestion" : "coding";
    rows.set(row.id, row);
  }
  return rows;
}

/** What is painted for gestures of this source that wait, in their order, over the rows. */
function withPaint(rows, waiting, source) {
  const painted = new Map(rows);
  for (const { paint } of waiting) {
    if (paint?.source !== source) {
      continue;
    }
    for (const [id, row] of paint.rows) {
      if (row === null) {
        painted.delete(id);
      } else {
        painted.set(id, row);
      }
    }
  }
  return painted;
}

/** The rows that differ: pairs of what was and what is, null where there is none. */
function differences(before, after) {
  const found = [];
  for (const [id, old] of before) {
    const now = after.get(id) ?? null;
    if (now === null || !isSame(old, now)) {
      found.push([old, now]);
    }
  }
  for (const [id, now] of after) {
    if (!before.has(id)) {
      found.push([null, now]);
    }
  }
  return found;
}

function isSame(one, other) {
  return one === other || FIELDS.slice(0, -1).every((field) => one[field] === other[field]);
}

/** In the order of the text: the earlier first, of two that begin together the longer. */
function inOrder(one, other) {
  return one.start - other.start || other.end - one.end || (one.id < other.id ? -1 : 1);
}
