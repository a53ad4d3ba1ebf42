// A table in a box that scrolls, drawn anew whenever its data change.

const BOXES = new WeakMap();

function tableBox(name, label, ...parts) {
  const box = make("div", `qk-table ${name}`);
  box.tabIndex = 0; // it scrolls
  box.setAttribute("role", "region");
  box.setAttribute("aria-label", label);
  const table = make("table", "");
  table.append(...parts);
  box.append(table);
  return box;
}

function redraw(parentElement, drawn) {
  BOXES.get(parentElement)?.remove();
  BOXES.set(parentElement, drawn);
  parentElement.append(drawn);
  return () => {
    BOXES.get(parentElement)?.remove();
    BOXES.delete(parentElement);
  };
}
