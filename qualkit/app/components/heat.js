// A table of figures, each cell tinted by how high its figure is; the figure stands in it.

function drawHeat({ label, columns, rows }) {
  const head = make("tr", "");
  head.append(header("Code", "col"), ...columns.map((name) => header(name, "col")));
  const top = make("thead", "");
  top.append(head);
  const body = make("tbody", "");
  for (const { name, cells } of rows) {
    const line = make("tr", "");
    line.append(header(name, "row"), ...cells.map(cell));
    body.append(line);
  }
  return tableBox("qk-heat", label, make("caption", "", label), top, body);
}

function header(words, scope) {
  const made = make("th", "", words);
  made.scope = scope;
  return made;
}

function cell({ text, title, share }) {
  const made = make("td", share === null ? "qk-heat-none" : "", text);
  made.title = title;
  if (share !== null) {
    made.style.setProperty("--share", `${Math.round(share * 48)}%`);
  }
  return made;
}

export default function ({ parentElement, data }) {
  return redraw(parentElement, drawHeat(data));
}
