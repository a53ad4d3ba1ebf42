// A published table as printed. Cells that the audit speaks of have an edge, a sign and a number.

function drawSheet({ label, header, rows, about }) {
  const caption = make("caption", "", label);
  caption.append(...about.map(mark));
  const top = make("thead", "");
  top.append(line(header, () => "col"));
  const body = make("tbody", "");
  body.append(...rows.map((row) => line(row, (n) => (n === 0 ? "row" : ""))));
  return tableBox("qk-printed", `As printed: ${label}`, caption, top, body);
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
  return redraw(parentElement, drawSheet(data));
}
