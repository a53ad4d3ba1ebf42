// A component without a face: it brings the codings of a source to the transcript that shows
// them, and takes the outbox to Python. It is apart so that a gesture brings back what changed,
// and never the transcript again.

const KEPT = 8; // states of the rows by name: the next changes may be told from any of them

export default function marks({ data, setStateValue }) {
  window.qualkit ||= {};
  const shared = window.qualkit;
  shared.marks ||= new Map();
  shared.transcripts ||= new Map();
  shared.states ||= new Map();
  const outbox = outboxOf(data.owner);
  outbox.connect(setStateValue);
  const rows = rowsOf(data, shared.states);
  if (rows === null) {
    setStateValue("whole", data.rev); // ask for all of them
  } else {
    outbox.seen = data.rev;
    shared.marks.set(data.source, { ...data, rows });
    shared.transcripts.get(data.source)?.receiveMarks({ ...data, rows });
  }
  return () => {
    shared.marks.delete(data.source);
    outbox.disconnect();
  };
}

/** All rows, out of those that changed; null where what they are told from is not here. */
function rowsOf({ rev, base, marks, gone }, states) {
  if (states.has(rev)) {
    return states.get(rev);
  }
  const changed = readRows(JSON.parse(marks));
  const old = base === null ? new Map() : states.get(base);
  if (!old) {
    return null;
  }
  const rows = new Map(old);
  gone.forEach((id) => rows.delete(id));
  changed.forEach((row, id) => rows.set(id, row));
  states.set(rev, rows);
  for (const name of Array.from(states.keys()).slice(0, -KEPT)) {
    states.delete(name);
  }
  return rows;
}
