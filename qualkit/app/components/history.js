// What was done in this tab, each with its way back. An entry has the gestures that did it, took
// it back and did it again; the latest, its head, is what the next undo takes back.

const MOST_ENTRIES = 100;

class DoneList {
  constructor(owner) {
    this.name = `history-${owner}`;
    this.entries = memory.get(this.name, []);
    this.undone = []; // ids of entries that may be done again by the key, the last one last
  }

  /** `before` and `after` are pairs of a row's id and the row, or null where there is none. */
  add(entry) {
    this.entries.push({ ...entry, gestures: [entry.id], head: entry.id, done: true });
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
    this.follow(entry, [...entry.gestures, gestureId]);
    if (!entry.done) {
      this.undone.push(entry.id);
    }
    this.save();
  }

  /**
   * A gesture was refused, and with it all that rested on it: an entry that never was goes, one
   * that was turned turns back. Gives back the entry, or null where the gesture is of none.
   */
  refuse(gestureId) {
    const entry = this.entries.find((one) => one.gestures.includes(gestureId));
    if (!entry) {
      return null;
    }
    this.follow(entry, entry.gestures.slice(0, entry.gestures.indexOf(gestureId)));
    if (!entry.gestures.length) {
      this.entries = this.entries.filter((one) => one !== entry);
    }
    this.save();
    return entry;
  }

  /** These gestures are what became of an entry; each took back the one before it. */
  follow(entry, gestures) {
    entry.gestures = gestures;
    entry.head = gestures.at(-1) ?? null;
    entry.done = gestures.length % 2 === 1;
    this.undone = this.undone.filter((id) => id !== entry.id);
  }

  save() {
    memory.set(this.name, this.entries);
  }
}
