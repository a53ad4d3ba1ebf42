// The joint display: one panel a link, its chart beside the words of interviews.

function drawSections({ sections }, look) {
  const root = make("div", "qk-joint");
  for (const { theme, panels } of sections) {
    const part = make("section", "");
    part.append(words("h2", "", theme), ...panels.map((panel) => drawPanel(panel, look)));
    root.append(part);
  }
  return root;
}

/** An element with words of people, in whichever direction they run. */
function words(tag, className, text) {
  const made = make(tag, className, text);
  made.dir = "auto";
  return made;
}

function drawPanel(panel, look) {
  const made = make("article", "qk-joint-panel");
  const head = make("header", "");
  head.append(words("h3", "", panel.question), verdict(panel));
  const beside = make("div", "qk-joint-beside");
  beside.append(figures(panel), interviews(panel));
  made.append(head, beside, together(panel));
  if (panel.link) {
    const go = makeButton("Look at it in Verdicts", () => look(panel.link), {
      className: "qk-joint-button",
    });
    go.setAttribute("aria-label", `Look at it in Verdicts: ${panel.question}`);
    made.append(go);
  }
  return made;
}

function verdict({ label, sign, proposed }) {
  const made = make("span", "qk-joint-verdict");
  made.classList.toggle("qk-joint-proposed", proposed);
  const shown = make("span", "", `${sign} `);
  shown.setAttribute("aria-hidden", "true"); // the words say it
  made.append(shown, label);
  return made;
}

function figures({ chart, result, finding }) {
  const made = make("div", "");
  if (chart) {
    const image = make("img", "");
    image.src = chart.src;
    image.alt = chart.alt;
    made.append(image);
  }
  made.append(...result.map((line) => words("p", "", line)));
  if (finding) {
    made.append(words("p", "qk-joint-id", finding));
  }
  return made;
}

function interviews({ said, quotes, opposing }) {
  const made = make("div", "");
  made.append(words("p", "", said), ...quotes.map(quotation));
  if (opposing) {
    made.append(words("p", "qk-joint-strong", opposing));
  }
  return made;
}

function quotation({ side, text, href, by }) {
  const made = make("blockquote", "");
  made.dir = "auto";
  if (side) {
    made.append(make("b", "", side), " ");
  }
  const open = make("a", "", "Open");
  open.href = href;
  open.target = "_blank";
  open.rel = "noopener";
  open.setAttribute("aria-label", `Open the words of ${by} in the transcript`);
  made.append(make("span", "", text), " ", open);
  return made;
}

function together({ inference, rule, cautions }) {
  const made = make("footer", "");
  made.append(words("p", "qk-joint-strong", inference), words("p", "", `By the rule: ${rule}`));
  made.append(...cautions.map((line) => words("p", "", `Caution: ${line}`)));
  return made;
}

export default function ({ parentElement, data, setTriggerValue }) {
  return redraw(parentElement, drawSections(data, (link) => setTriggerValue("looked", link)));
}
