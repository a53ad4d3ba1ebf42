// What the queue of suggestions and the list of disagreements have in common: passages that are
// looked at one after the other, an outbox of decisions, and a list of what can be undone.

class OneByOne {
  constructor(name) {
    this.name = name; // under which the browser keeps what was done
    this.passages = new Map();
    this.order = [];
    this.at = 0;
    this.keysShown = false;
  }

  destroy() {
    this.outbox?.disconnect();
    this.unsubscribe?.();
    this.pill?.stop();
    this.root.remove();
  }

  useOutbox(owner, setStateValue) {
    const outbox = outboxOf(owner);
    outbox.connect(setStateValue);
    if (this.outbox === outbox) {
      return;
    }
    this.unsubscribe?.();
    this.pill?.stop();
    this.outbox = outbox;
    this.done = new DoneList(`${this.name}-${owner}`);
    this.pill = statusPill(outbox);
    this.unsubscribe = outbox.subscribe(() => this.showPending());
  }

  get passage() {
    return this.passages.get(this.order[this.at]);
  }

  commandOf(event) {
    const redo = event.key.toLowerCase() === "y" || event.shiftKey;
    return redo ? () => this.redo() : () => this.undo();
  }

  toggleKeys() {
    this.keysShown = !this.keysShown;
    this.paint();
  }

  open() {
    if (this.passage) {
      window.open(this.passage.href, "_blank", "noopener");
    }
  }

  /** Shown beside the count, and told to screen readers with what they cannot see at a glance. */
  say(words, { refused = false, more = "" } = {}) {
    this.said = { words, refused };
    this.live.textContent = `${words} ${more}`.trim();
  }

  showPending() {
    this.root.dataset.pending = String(this.outbox.pending);
  }
}
