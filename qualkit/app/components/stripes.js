// Coding stripes in the margin: a button a coding, its label beside it. They are drawn for the
// turns on the screen alone, and never make a turn higher: the text must not jump.

const LANES = 8;
const LANE_WIDTH = 9; // pixels from one stripe to the next
const LABEL_HEIGHT = 16;
const LINE_LENGTH = 90; // characters: two codings on one line must not share a lane

const SIGNS = { positive: "+", negative: "−", mixed: "±", neutral: "○" };

/**
 * A lane for each row, the same over all turns that it runs through. `rows` are in the order
 * of the text; `turnOf` gives the number of the turn in which a position lies.
 */
function lanesOf(rows, turnOf) {
  const lanes = new Map();
  const ends = []; // of the last row in each lane: [position, turn]
  for (const row of rows) {
    const turn = turnOf(row.start);
    let lane = ends.findIndex(
      ([end, last]) => (turn > last && row.start >= end) || row.start >= end + LINE_LENGTH,
    );
    if (lane < 0) {
      lane = ends.length;
      ends.push(null);
    }
    ends[lane] = [row.end, turnOf(row.end - 1)];
    lanes.set(row.id, lane);
  }
  return lanes;
}

/** What a stripe says to who cannot see it. */
function spokenOf(row, code, words) {
  const who = row.kind === "suggestion" ? "suggestion" : row.coder;
  const stance = row.stance ? `, ${row.stance}` : "";
  const memo = row.memo ? ", with memo" : "";
  return `${code.name}, ${who}${stance}${memo}: ${shortened(words, 80)}`;
}

/** What stands after a code's name beside a stripe. */
function detailsOf(row, everybody) {
  const stance = row.stance ? ` ${SIGNS[row.stance]}` : "";
  const rating = row.rating === null ? "" : ` (${row.rating})`;
  const memo = row.memo ? " ✎" : "";
  const who = everybody && row.coder ? ` · ${initialsOf(row.coder)}` : "";
  return `${stance}${rating}${memo}${row.kind === "suggestion" ? " ?" : who}`;
}

function initialsOf(name) {
  const words = name.split(/\s+/).filter(Boolean);
  const letters = words.length > 1 ? words.map((word) => Array.from(word)[0]) : [shortName(name)];
  return letters.join("").slice(0, 6);
}

function shortName(name) {
  return Array.from(name).slice(0, 5).join("");
}

/**
 * Draw the stripes of these turns, where they have changed.
 *
 * `view` gives rows, codes and words, and says what a click does. All is measured before
 * anything is drawn: a browser that must do both by turns lays the page out once a turn.
 */
function drawStripes(view, turns) {
  const due = [];
  for (const turn of turns) {
    const rows = view.stripesOf(turn);
    const signature = signatureOf(view, rows);
    if (turn.signature !== signature) {
      turn.signature = signature;
      due.push([turn, measuredStripes(turn, rows), turn.element.clientHeight]);
    }
  }
  for (const [turn, measured, height] of due) {
    const hasLane = ({ row }) => (view.lanes.get(row.id) ?? 0) < LANES;
    const drawn = measured.filter(hasLane);
    const labels = labelsOf(view, measured, height - LABEL_HEIGHT - 4);
    turn.margin.replaceChildren(...drawn.map((one) => stripeOf(view, one)), ...labels);
  }
}

function signatureOf(view, rows) {
  const parts = rows.map((row) => [
    row.id, row.version, row.kind, row.code, row.start, row.end, row.stance, row.rating,
    Boolean(row.memo), view.lanes.get(row.id), row.id === view.focused,
  ]);
  return JSON.stringify([view.width, view.everybody, parts]);
}

function measuredStripes(turn, rows) {
  const top = turn.margin.getBoundingClientRect().top;
  const range = document.createRange();
  const measured = rows.map((row) => {
    const { from, to } = turn.unitsOf(row.start, row.end);
    range.setStart(turn.node, from);
    range.setEnd(turn.node, to);
    const box = range.getBoundingClientRect();
    return { row, top: box.top - top, height: box.height, goesOn: row.start < turn.start };
  });
  return measured.sort((one, other) => one.top - other.top);
}

function stripeOf(view, { row, top, height }) {
  const code = view.codeOf(row.code);
  const stripe = make("button", "qk-stripe");
  stripe.type = "button";
  stripe.tabIndex = -1; // the keys . and , go through them in the order of the text
  stripe.classList.toggle("qk-suggested", row.kind === "suggestion");
  stripe.classList.toggle("qk-focused", row.id === view.focused);
  stripe.dataset.row = row.id;
  stripe.style.setProperty("--c", code.colour);
  stripe.style.top = `${top + 2}px`;
  stripe.style.height = `${Math.max(10, height - 4)}px`;
  stripe.style.left = `${view.lanes.get(row.id) * LANE_WIDTH}px`;
  const spoken = spokenOf(row, code, view.words(row.start, row.end));
  stripe.setAttribute("aria-label", spoken);
  stripe.title = spoken;
  stripe.addEventListener("click", (event) => {
    event.stopPropagation();
    view.openRow(row.id);
  });
  return stripe;
}

/** Labels stand where their coding begins, or below the one before; what has no room is counted. */
function labelsOf(view, measured, room) {
  const labels = [];
  let next = -Infinity;
  let left = 0;
  for (const one of measured.filter(({ goesOn }) => !goesOn)) {
    const top = Math.max(one.top, next);
    if (top > room) {
      left += 1;
      continue;
    }
    next = top + LABEL_HEIGHT;
    labels.push(labelElement(view, one.row, top));
  }
  if (left && labels.length) {
    labels.at(-1).append(make("b", "qk-more", ` +${left}`));
  }
  return labels;
}

function labelElement(view, row, top) {
  const code = view.codeOf(row.code);
  const label = make("span", "qk-label");
  label.append(make("span", "qk-name", code.name), make("span", "", detailsOf(row, view.everybody)));
  label.setAttribute("aria-hidden", "true"); // the stripe says it
  label.classList.toggle("qk-suggested", row.kind === "suggestion");
  label.classList.toggle("qk-focused", row.id === view.focused);
  label.title = `${code.path}${row.coder ? ` · ${row.coder}` : ""}`;
  label.style.setProperty("--c", code.colour);
  label.style.top = `${top}px`;
  label.style.left = `${Math.min(LANES, view.laneCount) * LANE_WIDTH + 4}px`;
  label.addEventListener("click", (event) => {
    event.stopPropagation();
    view.openRow(row.id);
  });
  return label;
}
