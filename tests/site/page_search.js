// Runs the search of the site for Python's tests: a request a line, as JSON, and an answer a line.
const [enginePath] = process.argv.slice(2);
globalThis.self = globalThis;
require(enginePath);
const { dayoriSearch } = globalThis;
const { Index, find, parts } = dayoriSearch;
let index = null;

const answers = {
  papers({ rows, texts, aliases }) {
    index = new Index(aliases);
    for (const _ of index.read(rows));
    if (texts) for (const _ of index.readTexts(texts));
    return rows.length;
  },
  find({ typed, limit }) {
    const { places, total, suggestion } = find(index, typed, limit);
    return { total, suggestion, ids: places.map((place) => index.documents[place].paper.id) };
  },
  spans: ({ text, marked }) => dayoriSearch.spans(text, marked),
};

require("readline").createInterface({ input: process.stdin }).on("line", (line) => {
  const { act, ...values } = JSON.parse(line);
  console.log(JSON.stringify(act in answers ? answers[act](values) : parts[act](values.text)));
});
