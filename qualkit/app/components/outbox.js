// The outbox: what the user did and the database has not confirmed yet.
//
// Every gesture is kept here and in sessionStorage until Python acknowledges it, and is sent
// again after a reload, a lost connection or a restart of the server. Its id makes a second
// arrival harmless. There is one outbox a tab for each owner (a study and the name of who
// codes), shared by all components, so that nobody's gesture is stored under another's name.

const RESEND_MS = 2500; // a gesture that nobody answered is sent again
const OFFLINE_MS = 8000; // after so long without an answer we say so

/** The outbox of an owner, the same one for every component of this tab. */
function outboxOf(owner) {
  window.qualkit ||= {};
  window.qualkit.outboxes ||= new Map();
  const boxes = window.qualkit.outboxes;
  if (!boxes.has(owner)) {
    boxes.set(owner, new Outbox(owner));
  }
  return boxes.get(owner);
}

/** A fresh GUID; crypto.randomUUID is missing where a page comes over plain http. */
function newId() {
  if (crypto.randomUUID) {
    return crypto.randomUUID();
  }
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [8, 12, 16, 20].reduceRight((id, at) => `${id.slice(0, at)}-${id.slice(at)}`, hex);
}

class Outbox {
  constructor(owner) {
    this.owner = owner;
    this.key = `qualkit-outbox-${owner}`;
    this.listeners = new Set();
    this.send = null;
    this.sendSurely = null;
    this.timer = null;
    this.seen = null; // the state of the page that a component last had from Python, by name
    this.waiting = this.restored();
    this.since = performance.now();
    window.addEventListener("beforeunload", (event) => this.warn(event));
    this.watchConnection();
  }

  /** How many gestures are not confirmed yet. */
  get pending() {
    return this.waiting.length;
  }

  /** "saved", "saving" or "offline". */
  get status() {
    if (!this.pending) {
      return "saved";
    }
    const slow = performance.now() - this.since > OFFLINE_MS;
    return slow || !isConnected() ? "offline" : "saving";
  }

  /**
   * Called by the component that is on the page, with Streamlit's own way to Python: the quick
   * one, which may run a fragment of the page alone.
   */
  connect(setStateValue) {
    for (const other of window.qualkit.outboxes.values()) {
      if (other !== this) {
        other.disconnect(); // nobody else's gestures go this way
      }
    }
    const first = this.send === null;
    this.send = setStateValue;
    if (first && this.pending) {
      this.deliver();
    }
  }

  /**
   * Called by a component outside of every fragment, where there is one. A server that was
   * started anew knows no fragment until the whole page has run: what got no answer goes here.
   */
  connectSurely(setStateValue) {
    this.sendSurely = setStateValue;
  }

  /** The component has left the page; what waits stays until the next one comes. */
  disconnect() {
    this.send = null;
    this.sendSurely = null;
  }

  /**
   * Keep a gesture and send it. `paint` is whatever the component needs to show its effect
   * until it is confirmed, after a reload too; it is plain data and stays in this tab.
   */
  push(gesture, paint = null) {
    const kept = { gesture: { id: newId(), owner: this.owner, ...gesture }, paint };
    if (!this.pending) {
      this.since = performance.now();
    }
    this.waiting.push(kept);
    this.save();
    this.deliver();
    this.tell();
    return kept.gesture.id;
  }

  /** Take Python's answers; gives back those that were refused, each with its gesture. */
  settle(acks) {
    const answers = new Map(acks.map((ack) => [ack.id, ack]));
    const refused = [];
    const left = [];
    for (const kept of this.waiting) {
      const ack = answers.get(kept.gesture.id);
      if (!ack) {
        left.push(kept);
      } else if (ack.outcome === "refused") {
        refused.push({ gesture: kept.gesture, why: ack.why });
      }
    }
    if (left.length !== this.waiting.length) {
      this.waiting = left;
      this.since = performance.now();
      this.save();
      this.tell();
    }
    return refused;
  }

  deliver({ surely = false } = {}) {
    const send = (surely && this.sendSurely) || this.send;
    if (send && this.pending) {
      const { seen } = this;
      send("outbox", this.waiting.map((kept) => ({ ...kept.gesture, seen })));
    }
    this.watch();
  }

  /** Look again as long as something waits. */
  watch() {
    clearTimeout(this.timer);
    this.timer = null;
    if (this.pending) {
      this.timer = setTimeout(() => {
        this.deliver({ surely: true });
        this.tell();
      }, RESEND_MS);
    }
  }

  watchConnection() {
    const app = document.querySelector(".stApp");
    if (app) {
      const look = () => {
        if (isConnected()) {
          this.deliver({ surely: true });
        }
        this.tell();
      };
      new MutationObserver(look).observe(app, {
        attributeFilter: ["data-test-connection-state"],
      });
    }
  }

  /** Closing the tab would lose what waits; a reload would not, but both look the same here. */
  warn(event) {
    if (this.pending) {
      event.preventDefault();
    }
  }

  subscribe(listener) {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  tell() {
    for (const listener of this.listeners) {
      listener(this);
    }
  }

  save() {
    try {
      sessionStorage.setItem(this.key, JSON.stringify(this.waiting));
    } catch {
      // full or forbidden: the gestures still wait in memory
    }
  }

  restored() {
    try {
      const kept = JSON.parse(sessionStorage.getItem(this.key) || "[]");
      return Array.isArray(kept) ? kept.filter((one) => one && one.gesture) : [];
    } catch {
      return [];
    }
  }
}

/** Whether Streamlit has its server; where it does not say, we believe so. */
function isConnected() {
  const state = document.querySelector(".stApp")?.dataset.testConnectionState;
  return !state || state === "CONNECTED";
}

/** A small label that says whether everything is saved, and keeps itself up to date. */
function statusPill(outbox) {
  const pill = document.createElement("span");
  pill.className = "qk-pill";
  pill.setAttribute("role", "status");
  pill.setAttribute("aria-live", "polite");
  const show = () => {
    const count = outbox.pending;
    const words = {
      saved: "Saved",
      saving: `Saving ${count} …`,
      offline: `Offline, ${count} kept here`,
    };
    pill.dataset.status = outbox.status;
    pill.textContent = words[outbox.status];
  };
  show();
  pill.stop = outbox.subscribe(show);
  return pill;
}
