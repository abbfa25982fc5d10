// Words that are one typo away, words in two parts, and words of one stem: spelling.py, compounds.py and stemming.py.

const LETTERS_TYPED = "abcdefghijklmnopqrstuvwxyz0123456789";
const ALIKE = ["0o", "1il", "2z", "5s", "8b", "9gq", "uv", "mn"];
const BY_LETTERS = 8, MOST_EACH = 4, INSIDE_KATAKANA = 4, MOST_HOLDING = 400;
const AT_AN_END = 1, AMID = 2.5, ANOTHER_FIRST = 3;

/** How many letters differ, are missing, are too many or are exchanged with their neighbour (OSA). */
function distance(one, other) {
  let before = [], last = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (let i = 1; i <= one.length; i++) {
    const row = [i];
    for (let j = 1; j <= other.length; j++) {
      const cost = one[i - 1] === other[j - 1] ? 0 : 1;
      row[j] = Math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + cost);
      if (i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1]) row[j] = Math.min(row[j], before[j - 2] + 1);
    }
    [before, last] = [last, row];
  }
  return last[other.length];
}

/** Whether one letter is wrong, missing, too many, or exchanged with its neighbour. */
function isOneTypo(one, other) {
  if (Math.abs(one.length - other.length) > 1 || one === other) return false;
  let start = 0;
  while (start < one.length && one[start] === other[start]) start++;
  const [a, b] = [one.slice(start), other.slice(start)];
  return a.slice(1) === b.slice(1) || a.slice(1) === b || a === b.slice(1) ||
    (a[0] === b[1] && a[1] === b[0] && a.length > 1 && a.slice(2) === b.slice(2));
}

/** How similar two texts are, from 0 to 1; 0 if less than `least`. */
function similarity(one, other, least = 0) {
  const longest = Math.max(one.length, other.length);
  if (!longest) return 1;
  if (1 - Math.abs(one.length - other.length) / longest < least) return 0;
  const alike = 1 - distance(one, other) / longest;
  return alike >= least ? alike : 0;
}

/** The words of the vocabulary that are one typo away, the likeliest first, as {word, likelihood}. */
function corrections(index, word) {
  if (word.length < (isAscii(word) ? 4 : 3) || word.length > LONGEST_WORD || /^\p{Nd}+$/u.test(word)) return [];
  const likely = new Map();
  for (const [other, doubt] of candidatesFor(index, word)) {
    if (!isOneTypo(word, other.word)) continue;
    const likelihood = likelihoodOf(word, other) - doubt;
    likely.set(other.word, Math.max(likelihood, likely.get(other.word) ?? likelihood));
  }
  const found = [...likely].map(([other, likelihood]) => ({ word: other, likelihood }));
  return found.sort((a, b) => b.likelihood - a.likelihood).slice(0, MOST_EACH);
}

/** Words that include all that are one typo away, each with a penalty for its log-likelihood. */
function* candidatesFor(index, word) {
  const size = word.length;
  if (isAscii(word) && size <= BY_LETTERS) {
    for (const other of index.knownWords([...oneEditAway(word)].sort())) yield [other, 0];
    return;
  }
  const front = (size - 1) >> 1;
  const halves = [word.slice(0, front), word.slice(front + 1)];
  if (!isKana(word)) {
    for (const other of index.vocabulary.withEnds(...halves, size - 1, size + 1)) yield [other, 0];
    return;
  }
  const letters = new Set(word);
  for (const other of index.vocabulary.kanaContaining(...halves, size - 1, MOST_HOLDING)) {
    if ([...letters].filter((letter) => !other.word.includes(letter)).length > 1) continue;
    if (other.word.length <= size + 1) yield [other, 0];
    if (size >= INSIDE_KATAKANA) yield* inside(halves, size, other);
  }
}

/** The parts of a longer word that may be meant: those with the front half first or the back half last. */
function* inside([front, back], size, { word, papers }) {
  for (let length = size - 1; length < Math.min(size + 2, word.length); length++) {
    const spans = [
      ...positions(word, front).map((at) => [at, at + length]),
      ...positions(word, back).map((at) => [at + back.length - length, at + back.length]),
    ];
    for (const [start, end] of spans) {
      if (start < 0 || end > word.length) continue;
      const doubt = (start === 0 || end === word.length ? AT_AN_END : AMID) + (start && word[start] !== front[0] ? ANOTHER_FIRST : 0);
      yield [{ word: word.slice(start, end), papers }, doubt];
    }
  }
}

function positions(text, part) {
  const found = [];
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + 1)) found.push(at);
  return found;
}

function likelihoodOf(typed, meant) {
  const letters = (word) => [...word].sort().join("");
  const likelihood = 0.5 * Math.log(meant.papers) + (typed[0] === meant.word[0] ? 1 : 0);
  if (typed.length < meant.word.length || letters(typed) === letters(meant.word)) return likelihood + Math.log(26);
  if (typed.length > meant.word.length) return likelihood;
  const at = [...typed].findIndex((letter, place) => letter !== meant.word[place]);
  return likelihood + (ALIKE.some((group) => group.includes(typed[at]) && group.includes(meant.word[at])) ? 2 : 0);
}

function oneEditAway(word) {
  const edits = new Set();
  for (let at = 0; at <= word.length; at++) {
    const before = word.slice(0, at), after = word.slice(at);
    if (after) edits.add(before + after.slice(1));
    if (after.length > 1) edits.add(before + after[1] + after[0] + after.slice(2));
    for (const letter of LETTERS_TYPED) {
      if (after) edits.add(before + letter + after.slice(1));
      edits.add(before + letter + after);
    }
  }
  return edits;
}

/** [place of a word, its two parts] where papers contain both parts; of one place the likeliest first. */
function* splitCompounds(index, typed) {
  const isDivisible = (word) => isAscii(word) && !/^\d+$/.test(word) && word.length >= 5 && word.length <= 40;
  for (const [at, word] of typed.slice(0, 6).entries()) {
    if (!isDivisible(word)) continue;
    const pairs = [];
    for (let cutAt = 2; cutAt <= word.length - 2; cutAt++) pairs.push([word.slice(0, cutAt), word.slice(cutAt)]);
    const counts = new Map(index.knownWords([...new Set([word, ...pairs.flat()])]).map((each) => [each.word, each.papers]));
    const shortest = counts.has(word) ? 3 : 2;
    const worth = (pair) => Math.min(...pair.map((part) => counts.get(part) ?? Number(part.length === 2)));
    const likely = pairs.filter((pair) => worth(pair) && pair.every((part) => part.length >= shortest));
    likely.sort((one, other) => worth(other) - worth(one));
    for (const pair of likely.slice(0, 3)) yield [at, pair];
  }
}

const isEnglish = (word) => word.length >= 5 && /^[a-z]+$/i.test(word);

/** The other words of the vocabulary with the same stem. */
function sameStemWords(index, word) {
  if (!isEnglish(word)) return [];
  const stem = stemOf(word);
  return index.vocabulary.beginningWith(stem, 24).map((each) => each.word).filter((other) => other !== word && stemOf(other) === stem);
}

function stemOf(word) {
  if (!isEnglish(word)) return word;
  let stem = word.endsWith("ies") && word.length > 5 ? `${word.slice(0, -3)}y`
    : word.endsWith("s") && !"sui".includes(word.at(-2)) ? word.slice(0, -1) : word;
  for (let times = 0; times < 3; times++) stem = shortened(stem);
  if (stem.at(-1) === stem.at(-2) && !"aeiou".includes(stem.at(-1))) return stem.slice(0, -1);
  if (stem.endsWith("enc") || stem.endsWith("anc")) return `${stem.slice(0, -1)}t`;
  return stem.endsWith("bil") ? `${stem.slice(0, -2)}l` : stem;
}

function shortened(word) {
  if (word.length > 5 && (word.endsWith("val") || word.endsWith("sal"))) return word.slice(0, -2);
  const ending = tables.endings.find(([each, least]) => word.endsWith(each) && word.length - each.length >= least);
  return ending ? word.slice(0, -ending[0].length) : word;
}
