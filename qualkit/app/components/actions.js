// What the user does to codings, as gestures for the outbox. Each is painted at once, and has
// an entry in the list of what was done, by which it can be taken back.

class Actions {
  constructor(view) {
    this.view = view;
  }

  /** Code a stretch; the new coding's id, or null where that may not or need not be. */
  code(span, codeId) {
    const { view } = this;
    const code = view.codes.get(codeId);
    if (!code || !this.isAllowed()) {
      return null;
    }
    const twin = view.ownTwin(span, codeId);
    if (twin) {
      view.say(`${code.name}: you have coded these words so already`);
      return null;
    }
    const row = newCoding(view, span, codeId);
    const { start, end } = span;
    const gesture = {
      kind: "code", source: view.source, start, end, code: codeId, coding: row.id,
    };
    view.quick.use(codeId);
    this.send(gesture, `Coded ${code.name}`, [[row.id, null]], [[row.id, row]]);
    return row.id;
  }

  remove(row) {
    if (!this.isAllowed()) {
      return;
    }
    const words = `Removed ${this.nameOf(row)}`;
    this.send({ kind: "remove", coding: row.id }, words, [[row.id, row]], [[row.id, null]]);
  }

  /** Change some of a coding's `code`, `start` and `end`, `stance`, `rating`, `memo`. */
  change(row, fields) {
    if (!this.isAllowed() || Object.keys(fields).every((name) => fields[name] === row[name])) {
      return;
    }
    const changed = { ...row, ...fields, version: row.version + 1 };
    if ("code" in fields) {
      const { scale } = this.view.codeOf(fields.code);
      if (!scale.some((level) => level.value === row.rating)) {
        changed.rating = null; // as the database does
      }
      this.view.quick.use(fields.code);
    }
    const gesture = { kind: "change", coding: row.id, version: row.version, ...fields };
    const words = `${changeOf(fields, this.view)} of ${this.nameOf(row)}`;
    this.send(gesture, words, [[row.id, row]], [[row.id, changed]]);
  }

  /** Accept a suggestion, as another code where one is given, and go on to the next. */
  accept(row, codeId = null) {
    const { view } = this;
    if (!this.isAllowed()) {
      return;
    }
    const next = view.neighbour(row, 1, isSuggestion);
    const coding = newCoding(view, row, codeId ?? row.code);
    coding.stance = codeId === null ? row.stance : null;
    const gesture = { kind: "accept", suggestion: row.id };
    if (codeId !== null) {
      gesture.code = codeId;
    }
    view.quick.use(coding.code);
    const words = `Accepted ${view.codeOf(coding.code).name}`;
    const after = view.ownTwin(row, coding.code) ? [] : [[coding.id, coding]];
    this.send(gesture, words, [[row.id, row]], [[row.id, null], ...after]);
    this.goOn(next);
  }

  reject(row) {
    if (!this.isAllowed()) {
      return;
    }
    const next = this.view.neighbour(row, 1, isSuggestion);
    const words = `Rejected ${this.nameOf(row)}`;
    this.send({ kind: "reject", suggestion: row.id }, words, [[row.id, row]], [[row.id, null]]);
    this.goOn(next);
  }

  goOn(next) {
    if (next) {
      this.view.focusRow(next.id);
    } else {
      this.view.focusRow(null);
      this.view.say("No more suggestions after this one");
    }
  }

  /** Take an entry back, or do it again where it was taken back. */
  turn(entry) {
    const { view } = this;
    if (!this.isAllowed()) {
      return;
    }
    const rows = (entry.done ? entry.before : entry.after).map(([id, row]) => this.now(id, row));
    if (entry.done) {
      rows.push(...this.madeByServer(entry));
    }
    const gesture = { kind: "undo", of: entry.head };
    const id = view.outbox.push(gesture, { source: view.source, rows });
    view.say(`${entry.done ? "Undone" : "Done again"}: ${entry.words}`);
    view.done.turn(entry, id);
    view.redraw();
  }

  undo() {
    this.turnOr(this.view.done.last(this.view.source), "Nothing to undo");
  }

  redo() {
    this.turnOr(this.view.done.next(this.view.source), "Nothing to do again");
  }

  turnOr(entry, otherwise) {
    if (entry) {
      this.turn(entry);
    } else {
      this.view.say(otherwise);
    }
  }

  /** A row as it will be put back: an undo is a new version of what is there. */
  now(id, row) {
    const there = this.view.rows.get(id);
    return [id, row && there ? { ...row, version: there.version + 1 } : row];
  }

  /** What was accepted was painted under an id of ours; the database gave it another. */
  madeByServer(entry) {
    const made = entry.after.filter(([id, row]) => row && !this.view.rows.has(id));
    const twins = made.map(([, row]) => this.view.ownTwin(row, row.code)).filter(Boolean);
    return twins.map((twin) => [twin.id, null]);
  }

  send(gesture, words, before, after) {
    const { view } = this;
    const { source } = view;
    const id = view.outbox.push(gesture, { source, rows: after });
    view.done.add({ id, source, words, before, after, at: Date.now() });
    view.say(`${words}. Ctrl+Z takes it back`);
    view.redraw();
  }

  isAllowed() {
    const { view } = this;
    if (view.may === "none") {
      view.refuse(view.me ? "Your role lets you read, not code." : "Say who you are first: "
        + "choose or type your name at the left.");
      return false;
    }
    return true;
  }

  nameOf(row) {
    return this.view.codeOf(row.code).name;
  }
}

function newCoding(view, { start, end }, code) {
  return {
    id: newId(), start, end, code, coder: view.me, stance: null, rating: null, memo: "",
    version: 1, created: new Date().toISOString(), kind: "coding", confidence: null, method: null,
    reasons: [],
  };
}

function changeOf(fields, view) {
  if ("code" in fields) {
    return `New code ${view.codeOf(fields.code).name} in place`;
  }
  if ("start" in fields) {
    return "New ends";
  }
  const [name] = Object.keys(fields);
  return `${fields[name] ? "New" : "No"} ${name}`;
}

function isSuggestion(row) {
  return row.kind === "suggestion";
}
