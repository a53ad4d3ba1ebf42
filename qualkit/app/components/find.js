// Looking for words in the text: every place is marked, Enter goes from one to the next.

const MOST_FOUND = 5000;

class Find {
  constructor(view) {
    this.view = view;
    this.places = [];
    this.at = -1;
    this.element = make("span", "qk-find");
    this.input = make("input", "qk-input");
    this.input.type = "search";
    this.input.placeholder = "Find in text  ( / )";
    this.input.setAttribute("aria-label", "Find in this transcript");
    this.count = make("span", "qk-small");
    this.count.setAttribute("aria-live", "polite");
    this.input.addEventListener("input", () => this.look());
    this.input.addEventListener("keydown", (event) => this.onKey(event));
    this.element.append(this.input, this.count);
  }

  open() {
    const { span } = this.view;
    if (span && span.end - span.start < 60) {
      this.input.value = this.view.words(span.start, span.end);
      this.look();
    }
    this.input.focus({ preventScroll: true });
    this.input.select();
  }

  /** Find every place; upper and lower case are alike. Words between turns are not shown. */
  look() {
    const { view } = this;
    const wanted = this.input.value.trim();
    this.places = wanted ? placesOf(wanted, view) : [];
    const ranges = this.places.flatMap(({ start, end }) => view.rangesOf(start, end));
    view.highlights.mark("find", ranges);
    this.at = -1;
    if (this.places.length) {
      const { start } = view.seenSpan();
      const first = this.places.findIndex((place) => place.start >= start);
      this.show(first < 0 ? 0 : first);
    } else {
      view.highlights.mark("now", []);
      this.count.textContent = wanted ? "none" : "";
    }
  }

  show(at) {
    const { view, places } = this;
    if (!places.length) {
      return;
    }
    this.at = (at + places.length) % places.length;
    const { start, end } = places[this.at];
    view.highlights.mark("now", view.rangesOf(start, end));
    view.setActive(view.turnAt(start));
    view.reveal(start, end);
    this.count.textContent = `${this.at + 1} of ${places.length}`;
  }

  onKey(event) {
    event.stopPropagation();
    if (event.key === "Enter") {
      this.show(this.at + (event.shiftKey ? -1 : 1));
    } else if (event.key === "Escape") {
      this.close();
    } else {
      return;
    }
    event.preventDefault();
  }

  /** Leave the place where it is; it can be coded now. */
  close() {
    const { view } = this;
    const place = this.places[this.at];
    this.input.value = "";
    this.look();
    if (place) {
      view.selecting.set(place.start, place.end);
    }
    view.scroller.focus({ preventScroll: true });
  }
}

function placesOf(wanted, view) {
  const escaped = wanted.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&").replace(/\s+/g, "\\s+");
  const pattern = new RegExp(escaped, "giu");
  const places = [];
  for (const turn of view.turns) {
    for (const match of turn.node.data.matchAll(pattern)) {
      const from = turn.from + match.index;
      const start = view.positions.toPoints(from);
      places.push({ start, end: view.positions.toPoints(from + match[0].length) });
      if (places.length >= MOST_FOUND) {
        return places;
      }
    }
  }
  return places;
}
