// A small window over the transcript: the palette, or a coding's details. It stands below the
// words that it is about, above them where there is no room below, and beside them where there
// is none at all; never over them. It lies in the paper, so that it scrolls with the words.

const GAP = 6;
const LEAST_ROOM = 140;

class Popover {
  constructor(view, className, label) {
    this.view = view;
    this.element = make("div", `qk-popover ${className}`);
    this.element.setAttribute("role", "dialog");
    this.element.setAttribute("aria-label", label);
    this.element.hidden = true;
    view.paper.append(this.element);
    keepFocusOnClick(this.element);
    this.element.addEventListener("mousedown", (event) => event.stopPropagation());
    this.element.addEventListener("mouseup", (event) => event.stopPropagation());
  }

  get isOpen() {
    return !this.element.hidden;
  }

  /** Show it by the words from `start` to `end`, in code points. */
  showAt(start, end) {
    const { element } = this;
    element.hidden = false;
    element.style.maxHeight = "";
    const words = this.view.boxesOf(start, end);
    const seen = this.view.scroller.getBoundingClientRect();
    const paper = this.view.paper.getBoundingClientRect();
    const place = placeFor(words, seen, element.offsetWidth, element.offsetHeight);
    element.style.left = `${place.left - paper.left}px`;
    element.style.top = `${place.top - paper.top}px`;
    element.style.maxHeight = `${place.room}px`;
  }

  hide() {
    this.element.hidden = true;
    this.element.replaceChildren();
  }
}

/** Where a window of that size goes, on the screen: left, top and how high it may be. */
function placeFor(words, seen, width, height) {
  const first = words[0] ?? seen;
  const last = words.at(-1) ?? seen;
  const left = Math.max(seen.left + 8, Math.min(last.right - 40, seen.right - width - 24));
  const below = seen.bottom - last.bottom - 2 * GAP;
  if (below >= Math.min(height, LEAST_ROOM)) {
    return { left, top: last.bottom + GAP, room: below };
  }
  const above = first.top - seen.top - 2 * GAP;
  if (above >= Math.min(height, LEAST_ROOM)) {
    const high = Math.min(height, above);
    return { left, top: first.top - GAP - high, room: above };
  }
  const top = Math.max(seen.top + 8, seen.bottom - height - 8);
  return { left: seen.right - width - 20, top, room: seen.height - 16 };
}
