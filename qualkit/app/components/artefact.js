// A table of words to read. The first cell of a row is its heading.

const NAME = 20; // characters of the longest name; what is longer needs room to wrap
const MANY = 60; // from so many on a column has sentences

function drawArtefact({ label, heads, rows, figures }) {
  const top = make("thead", "");
  const line = make("tr", "");
  line.append(...heads.map((head, n) => heading(head, figures[n])));
  top.append(line);
  const room = heads.map((_, n) => roomFor(Math.max(...rows.map((row) => longest(row[n])))));
  const body = make("tbody", "");
  body.append(
    ...rows.map((row) => {
      const made = make("tr", "");
      made.append(...row.map((cell, n) => drawCell(cell, n, figures[n], room[n])));
      return made;
    }),
  );
  return tableBox("qk-artefact", label, make("caption", "", label), top, body);
}

/** The class of a column whose longest paragraph has so many characters. */
function roomFor(characters) {
  return characters > MANY ? "qk-artefact-wide" : characters > NAME ? "qk-artefact-middle" : "";
}

function longest(cell) {
  return Math.max(...cell.map(({ text }) => text.length));
}

function heading(words, isFigure) {
  const made = make("th", isFigure ? "qk-artefact-figure" : "", words);
  made.scope = "col";
  made.dir = "auto";
  return made;
}

function drawCell(cell, n, isFigure, room) {
  const made = make(n === 0 ? "th" : "td", room);
  if (n === 0) {
    made.scope = "row";
  }
  made.classList.toggle("qk-artefact-figure", isFigure);
  made.append(...cell.map(paragraph));
  return made;
}

function paragraph({ text, href }) {
  const made = make("p", "", text);
  made.dir = "auto";
  if (href) {
    const open = make("a", "", "Open");
    open.href = href;
    open.target = "_blank";
    open.rel = "noopener";
    open.setAttribute("aria-label", `Open in the transcript: ${shortened(text, 60)}`);
    made.append(" ", open);
  }
  return made;
}

export default function ({ parentElement, data }) {
  return redraw(parentElement, drawArtefact(data));
}
