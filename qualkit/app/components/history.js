// What was done in this tab, each with its way back. The latest gesture of an entry, its head,
// is what an undo takes back; undoing an undo does the thing again.

const MOST_ENTRIES = 100;

class DoneList {
  constructor(owner) {
    this.name = `history-${owner}`;
    this.entries = memory.get(this.name, []);
    this.undone = []; // ids of entries that may be done again by the key, the last one last
  }

  /** `before` and `after` are pairs of a row's id and the row, or null where there is none. */
  add(entry) {
    this.entries.push({ ...entry, head: entry.id, done: true });
    this.entries = this.entries.slice(-MOST_ENTRIES);
    this.undone = [];
    this.save();
  }

  of(source) {
    return this.entries.filter((entry) => entry.source === source);
  }

  /** The entry that the undo key takes back next. */
  last(source) {
    return this.of(source).findLast((entry) => entry.done) ?? null;
  }

  /** The entry that the redo key does again next. */
  next(source) {
    const id = this.undone.findLast((one) => this.find(one)?.source === source);
    return id === undefined ? null : this.find(id);
  }

  find(id) {
    return this.entries.find((entry) => entry.id === id) ?? null;
  }

  /** An undo, or an undo of it, was sent as the gesture of that id. */
  turn(entry, gestureId) {
    entry.previous = entry.head;
    entry.head = gestureId;
    entry.done = !entry.done;
    this.undone = this.undone.filter((id) => id !== entry.id);
    if (!entry.done) {
      this.undone.push(entry.id);
    }
    this.save();
  }

  /** A gesture was refused: an entry that never was goes, one that was turned turns back. */
  refuse(gestureId) {
    const entry = this.entries.find((one) => one.head === gestureId);
    if (entry && entry.id === gestureId) {
      this.entries = this.entries.filter((one) => one !== entry);
    } else if (entry) {
      entry.head = entry.previous;
      entry.done = !entry.done;
      this.undone = this.undone.filter((id) => id !== entry.id);
    }
    this.save();
  }

  save() {
    memory.set(this.name, this.entries);
  }
}
