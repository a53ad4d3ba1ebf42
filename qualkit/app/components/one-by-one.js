// What the queue of suggestions and the list of disagreements have in common: passages that are
// looked at one after the other, and a list of what can be undone.

class OneByOne extends Deciding {
  constructor(name) {
    super();
    this.name = name; // under which the browser keeps what was done
    this.passages = new Map();
    this.order = [];
    this.at = 0;
  }

  begin(owner) {
    this.done = new DoneList(`${this.name}-${owner}`);
  }

  get passage() {
    return this.passages.get(this.order[this.at]);
  }

  commandOf(event) {
    const redo = event.key.toLowerCase() === "y" || event.shiftKey;
    return redo ? () => this.redo() : () => this.undo();
  }

  open() {
    if (this.passage) {
      window.open(this.passage.href, "_blank", "noopener");
    }
  }
}
