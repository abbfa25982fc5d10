// The words in which typos are corrected and that katakana may stand for, as {word, papers}.

const PER_PAUSE = 50;

const byWord = (one, other) => (one.word < other.word ? -1 : one.word > other.word ? 1 : 0);
const byFrequency = (one, other) => other.papers - one.papers || byWord(one, other);
const reversed = (text) => Array.from(text).reverse().join("");

class Vocabulary {
  #known = new Map();
  #byNumber = [];
  #byStart = new Map();
  #byLength = [];
  #kana = [];
  #spoken = [];
  #heard = 0;
  #bySound = new Map();

  /** Count one more paper with a term, if that is such a word. */
  count(number, term) {
    while (this.#byNumber.length <= number) this.#byNumber.push(undefined);
    const known = (this.#byNumber[number] ??= this.#entry(term));
    if (known) known.papers++;
  }

  /** Note that a term of this number stands where katakana may mean it. */
  speak(number, term) {
    const known = this.#byNumber[number];
    if (!known || known.isSpoken || !isAscii(term)) return;
    known.isSpoken = true;
    this.#spoken.push(known);
  }

  named(word) {
    return this.#known.get(word);
  }

  /** The most frequent words with a prefix of at least two letters. */
  beginningWith(prefix, limit) {
    return (this.#byStart.get(prefix.slice(0, 2)) ?? []).filter(({ word }) => word.startsWith(prefix)).sort(byFrequency).slice(0, limit);
  }

  /** The words within these lengths that have that prefix, and those that have that suffix. */
  withEnds(beginning, end, shortest, longest) {
    const starting = [], ending = [];
    for (let length = shortest; length <= longest; length++) {
      for (const each of this.#byLength[length] ?? []) {
        if (each.word.startsWith(beginning)) starting.push(each);
        if (each.word.endsWith(end)) ending.push({ word: reversed(each.word), each });
      }
    }
    return [...new Set([...starting.sort(byWord), ...ending.sort(byWord).map(({ each }) => each)])];
  }

  /** The most frequent kana words that contain `front` or `back`; a single letter must begin or end the word. */
  kanaContaining(front, back, shortest, limit) {
    const holds = ({ word }) =>
      word.length >= shortest &&
      ((front.length === 1 ? word.startsWith(front) : word.includes(front)) ||
        (back.length === 1 ? word.endsWith(back) : word.includes(back)));
    const isLong = ({ word }) => Number(word.length > shortest + 2);
    return this.#kana.filter(holds).sort((one, other) => isLong(one) - isLong(other) || byFrequency(one, other)).slice(0, limit);
  }

  /** The most frequent words that sound so. */
  sounding(sounds, limit) {
    for (const _ of this.hear());
    return mostFrequent(sounds.flatMap((sound) => this.#bySound.get(sound) ?? []), limit);
  }

  /** The most frequent words whose sound begins so, for each beginning. */
  soundingFrom(beginnings, limit) {
    for (const _ of this.hear());
    const starting = (prefix) => [...this.#bySound.keys()].filter((sound) => sound.startsWith(prefix)).sort();
    const found = beginnings.flatMap((prefix) => mostFrequent(starting(prefix).flatMap((sound) => this.#bySound.get(sound)), limit));
    return mostFrequent([...new Set(found)]);
  }

  /** Work out what the words sound like that were not heard yet; pauses after every few. */
  *hear() {
    while (this.#heard < this.#spoken.length) {
      const known = this.#spoken[this.#heard++], sound = phoneticKey(known.word);
      if (sound) put(this.#bySound, sound, known);
      if (this.#heard % PER_PAUSE === 0) yield;
    }
  }

  #entry(term) {
    const word = term[0] === WHOLE ? term.slice(1) : term;
    if (word.length < SHORTEST_WORD || (word === term ? word >= FIRST_MARK || /^\p{Nd}+$/u.test(word) : word.length >= LONGEST_WORD)) return null;
    const entry = { word, papers: 0, isSpoken: false };
    this.#known.set(word, entry);
    put(this.#byStart, word.slice(0, 2), entry);
    (this.#byLength[word.length] ??= []).push(entry);
    if (word >= "\u3041" && word < "\u30a0") this.#kana.push(entry);
    return entry;
  }
}

/** The most frequent of some words; of equally frequent ones the first. */
const mostFrequent = (found, limit = Infinity) => found.sort((one, other) => other.papers - one.papers).slice(0, limit);
