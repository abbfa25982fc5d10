// Where the words of a query stand in a text, and how papers spell them.

const WORD_AS_WRITTEN = /[A-Za-z0-9]+(?:[-‐‑–][A-Za-z0-9]+)*/g;
const LATIN_LETTER = /[a-z0-9]/;

/** The [start, end] of each place at which one of the folded words stands; a Latin one only at a word's beginning. */
function spans(text, marked) {
  let folded = "";
  const starts = [];
  for (let at = 0; at < text.length; ) {
    const letter = String.fromCodePoint(text.codePointAt(at));
    const same = letter === "ー" && isKana(folded.slice(-1)) ? "" : fold(letter) || " ";
    for (let count = 0; count < same.length; count++) starts.push(at);
    folded += same;
    at += letter.length;
  }
  starts.push(text.length);
  const found = [];
  for (const word of marked) {
    for (const at of positions(folded, word)) {
      if (!(LATIN_LETTER.test(word[0]) && LATIN_LETTER.test(folded[at - 1] ?? ""))) found.push([starts[at], endOf(text, starts[at + word.length])]);
    }
  }
  found.sort((one, other) => one[0] - other[0] || other[1] - one[1]);
  let last = 0;
  return found.filter(([start, end]) => start >= last && start < end && (last = end));
}

/** Where a word ends: behind its long vowel marks, which folding leaves out. */
function endOf(text, at) {
  while (text[at] === "ー") at++;
  return at;
}

/** A suggestion as the papers that it found spell it. */
function asSpelled(index, { suggestion, places }) {
  const written = new Map();
  for (const place of places) {
    const { title, headline, tags, authors } = index.documents[place].paper;
    for (const word of [title, headline, ...tags, ...authors].join(" ").match(WORD_AS_WRITTEN) ?? []) {
      const key = word.toLowerCase().replace(JOINT, "");
      if (!written.has(key)) written.set(key, word);
    }
  }
  return words(suggestion).map((word) => written.get(word) ?? word).join(" ");
}
