// A passage on which coders disagree, drawn: its words with a line below them for each coder, and
// the ends of a coding moved by words. Positions are code points into the source.

const LINES = 6; // looks of a coder's line, in settle.css; a seventh coder has the first one's again

/** The turns of a passage, each piece of them under the lines of those who coded it. */
function drawPassage({ turns, sides }, edited) {
  const box = make("div", "qk-s-text");
  box.tabIndex = 0; // long ones scroll
  box.setAttribute("role", "group");
  box.style.setProperty("--lanes", sides.length);
  box.setAttribute("aria-label", "The passage in its transcript");
  for (const turn of turns) {
    const line = make("p", turn.asks ? "qk-s-turn qk-s-asks" : "qk-s-turn");
    line.append(make("b", "qk-s-speaker", turn.speaker || (turn.asks ? "Interviewer" : "")));
    line.append(turn.begun ? "" : "… ", ...pieces(turn, sides, edited), turn.ended ? "" : " …");
    box.append(line);
  }
  return box;
}

function pieces(turn, sides, edited) {
  const points = Array.from(turn.text);
  const end = turn.start + points.length;
  const spans = [...sides.flatMap((side) => side.codings), ...(edited ?? [])];
  const cuts = new Set([turn.start, end]);
  for (const span of spans) {
    for (const at of [span.start, span.end]) {
      if (at > turn.start && at < end) {
        cuts.add(at);
      }
    }
  }
  const places = [...cuts].sort((one, other) => one - other);
  return places.slice(0, -1).map((from, n) => {
    const words = points.slice(from - turn.start, places[n + 1] - turn.start).join("");
    return piece(words, (span) => span.start <= from && span.end > from, sides, edited);
  });
}

function piece(words, isHere, sides, edited) {
  const coders = sides.map((side, n) => (side.codings.some(isHere) ? n : -1)).filter((n) => n >= 0);
  let drawn = make("span", "", words);
  if (coders.length && coders.length < sides.length) {
    drawn.className = "qk-s-differs";
  }
  for (const n of coders) {
    const lane = make("span", `qk-s-lane qk-s-line-${n % LINES}`);
    lane.style.setProperty("--lane", n);
    lane.append(drawn);
    drawn = lane;
  }
  if (edited?.some(isHere)) {
    const marked = make("mark", "qk-s-edited");
    marked.append(drawn);
    drawn = marked;
  }
  if (coders.length) {
    drawn.title = coders.map((n) => sides[n].coder).join(", ");
  }
  return drawn;
}

/** Whose line is which. */
function drawLegend(sides) {
  const legend = make("p", "qk-s-legend");
  sides.forEach((side, n) => {
    const line = make("span", `qk-s-lane qk-s-line-${n % LINES}`, side.coder);
    line.style.setProperty("--lane", 0);
    legend.append(line);
  });
  legend.append(make("span", "qk-s-differs", "coded by some alone"));
  return legend;
}

/** The words that are shown, as [start, end] in code points of the source. */
function wordsShown(turns) {
  const found = [];
  for (const { start, text } of turns) {
    let from = null;
    const points = [...Array.from(text), " "];
    points.forEach((point, n) => {
      const isSpace = /\s/.test(point);
      if (!isSpace && from === null) {
        from = n;
      } else if (isSpace && from !== null) {
        found.push([start + from, start + n]);
        from = null;
      }
    });
  }
  return found;
}

/** A span whose start or end is moved by so many words, never past its other end. */
function movedByWords(span, side, step, words) {
  const places = words.map((word) => word[side === "start" ? 0 : 1]);
  const later = places.filter((at) => at > span[side]);
  const earlier = places.filter((at) => at < span[side]);
  const at = step > 0 ? later[0] : earlier.at(-1);
  const moved = at === undefined ? span : { ...span, [side]: at };
  return moved.start < moved.end ? moved : span;
}

/** The words of a span, where they are shown. */
function wordsOfSpan({ start, end }, turns) {
  const said = turns.map((turn) => {
    const points = Array.from(turn.text);
    return points.slice(Math.max(0, start - turn.start), Math.max(0, end - turn.start)).join("");
  });
  return said.filter(Boolean).join(" ").trim();
}
