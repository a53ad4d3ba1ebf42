// What every list has in common in which one decides by keyboard: an outbox of decisions that a tab
// shares, what is said of the last one, the list of keys.

class Deciding {
  constructor() {
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
    this.begin(owner);
    this.pill = statusPill(outbox);
    this.unsubscribe = outbox.subscribe(() => this.showPending());
  }

  /** What else there is for each owner of an outbox. */
  begin(_owner) {}

  toggleKeys() {
    this.keysShown = !this.keysShown;
    this.paint();
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
