// What Streamlit calls: once when the transcript comes on the page, and again whenever its data
// changes. Only the last function that it gives back is called, when the transcript leaves.

const instances = new WeakMap(); // one for each element of the page, however often it is called

export default function transcript({ parentElement, data, setStateValue }) {
  window.qualkit ||= {};
  const shared = window.qualkit;
  shared.marks ||= new Map();
  shared.transcripts ||= new Map();
  let view = instances.get(parentElement);
  if (view && (view.owner !== data.owner || view.source !== data.source)) {
    view.destroy();
    view = null;
  }
  view ||= new CodingTranscript(parentElement, data);
  instances.set(parentElement, view);
  shared.transcripts.set(data.source, view);
  view.outbox.connectSurely(setStateValue);
  view.receiveText(data);
  if (shared.marks.has(data.source)) {
    view.receiveMarks(shared.marks.get(data.source));
  }
  return () => {
    const last = instances.get(parentElement);
    last?.destroy();
    instances.delete(parentElement);
    if (shared.transcripts.get(last?.source) === last) {
      shared.transcripts.delete(last.source);
    }
  };
}
