// A published table as printed. Cells that the audit speaks of have an edge, a sign and a number.

const SHEETS = new WeakMap();

function drawSheet({ label, header, rows, about }) {
  const box = make("div", "qk-printed");
  box.tabIndex = 0; // it scrolls
  box.setAttribute("role", "region");
  box.setAttribute("aria-label", `As printed: ${label}`);
  const table = make("table", "");
  const caption = make("caption", "", label);
  caption.append(...about.map(mark));
  const top = make("thead", "");
  top.append(line(header, () => "col"));
  const body = make("tbody", "");
  body.append(...rows.map((row) => line(row, (n) => (n === 0 ? "row" : ""))));
  table.append(caption, top, body);
  box.append(table);
  return box;
}

function line(cells, scopeOf) {
  const made = make("tr", "");
  made.append(
    ...cells.map(({ text, marks }, n) => {
      const scope = scopeOf(n);
      // a heading without words is none
      const cell = make(scope && text ? "th" : "td", "", text);
      cell.dir = "auto";
      if (scope && text) {
        cell.scope = scope;
      }
      if (marks.length) {
        cell.classList.add("qk-printed-marked");
        cell.dataset.grade = marks[0].grade;
        cell.append(...marks.map(mark));
      }
      return cell;
    }),
  );
  return made;
}

function mark({ number, sign, says }) {
  const made = make("span", "qk-printed-mark");
  made.title = says;
  const shown = make("span", "", `${sign}${number}`);
  shown.setAttribute("aria-hidden", "true");
  made.append(shown, make("span", "qk-printed-heard", ` see ${number} beside the table`));
  return made;
}

export default function ({ parentElement, data }) {
  const drawn = drawSheet(data);
  SHEETS.get(parentElement)?.remove();
  SHEETS.set(parentElement, drawn);
  parentElement.append(drawn);
  return () => {
    SHEETS.get(parentElement)?.remove();
    SHEETS.delete(parentElement);
  };
}
