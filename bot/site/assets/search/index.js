// The index in memory: what bot/search/backend.py asks of one. Papers are known by their place, newest addition first.

/** The places at which a sorted list of [text, …] has texts with that prefix. */
function* withPrefix(sorted, prefix) {
  let low = 0, high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle][0] < prefix) low = middle + 1;
    else high = middle;
  }
  for (; low < sorted.length && sorted[low][0].startsWith(prefix); low++) yield sorted[low];
}

const byText = (one, other) => (one[0] < other[0] ? -1 : one[0] > other[0] ? 1 : 0);
const mostFrequent = (found, limit) => found.sort((one, other) => other.papers - one.papers).slice(0, limit);
const reversed = (text) => Array.from(text).reverse().join("");
const asColumn = (terms) => ` ${terms.join(" ")} `;

class Index {
  constructor(aliases = {}) {
    this.documents = [];
    this.aliases = aliases;
    this.#postings = { head: new Map(), full: new Map() };
    this.#keys = new Map();
    this.#counts = new Map();
    this.#spoken = new Set();
  }

  #postings;
  #keys;
  #counts;
  #spoken;
  #sounds = null;
  #everywhere = [];
  #found = new Map();

  /** Add a paper behind all others. */
  add(row) {
    const document = documentOf(row), place = this.documents.length;
    const { head, comment, rest } = document.terms;
    document.columns = {
      head: head.map(asColumn), full: [asColumn(head.flat()), asColumn(comment), asColumn(rest)], comment: [asColumn(comment)],
    };
    this.#post("head", head.flat(), place);
    this.#post("full", [...head.flat(), ...comment, ...rest], place);
    for (const key of [titleKey(document.paper.title), ...document.paper.keys]) put(this.#keys, key, place);
    for (const word of document.words) this.#counts.set(word, (this.#counts.get(word) ?? 0) + 1);
    for (const word of document.spoken) this.#spoken.add(word);
    delete document.terms;
    delete document.words;
    delete document.spoken;
    this.documents.push(document);
    this.#everywhere.push(place);
  }

  /** Sort what is looked up by its beginning, after the last paper. */
  finish() {
    const starts = (name) => this.documents.map((each, place) => [each[name], place]).filter(([start]) => start).sort(byText);
    this.byTitle = starts("titleStart");
    this.byHeadline = starts("headlineStart");
    const vocabulary = [...this.#counts].map(([word, papers]) => ({ word, papers }));
    this.vocabulary = vocabulary.map((each) => [each.word, each]).sort(byText);
    this.backward = vocabulary.map((each) => [reversed(each.word), each]).sort(byText);
    this.kanaWords = this.vocabulary.map(([, each]) => each).filter(({ word }) => word >= "\u3041" && word < "\u30a0");
  }

  /** Hear the vocabulary's words ahead of the first katakana query, some at a time. */
  async warmUp() {
    let began = performance.now();
    for (const word of this.#spoken) {
      romanizeEnglish(word);
      if (performance.now() - began > 4) {
        await new Promise((resolve) => setTimeout(resolve));
        began = performance.now();
      }
    }
  }

  byKeys(keys, limit) {
    const found = keys.flatMap((key) => (this.#keys.get(key) ?? []).map((place) => [key, place]));
    return found.slice(0, limit);
  }

  byId(id) {
    return this.#everywhere.filter((place) => this.documents[place].paper.id === id);
  }

  byTitlePrefix(start, limit) {
    const first = (sorted) => {
      const found = [];
      for (const [, place] of withPrefix(sorted, start)) if (found.push(place) === limit) break;
      return found;
    };
    return [...first(this.byHeadline), ...first(this.byTitle)];
  }

  matching(scope, expression, limit = Infinity, offset = 0) {
    return this.#matches(scope, expression).slice(offset, offset + limit);
  }

  matchingAmong(scope, expression, places) {
    return new Set(this.#filter(scope, expression, [...places].sort((one, other) => one - other)));
  }

  count(scope, expression) {
    return this.#matches(scope, expression).length;
  }

  spelledAmong(spellings, places) {
    const texts = (place) => [this.documents[place].paper.comment, this.documents[place].paper.excerpt];
    return places.filter((place) => spellings.some((spelling) => texts(place).some((text) => text.includes(spelling))));
  }

  knownWords(known) {
    return known.filter((word) => this.#counts.has(word)).map((word) => ({ word, papers: this.#counts.get(word) }));
  }

  wordsByPrefix(prefix, limit) {
    return mostFrequent([...withPrefix(this.vocabulary, prefix)].map(([, word]) => word), limit);
  }

  wordsByEnds(beginning, end, shortest, longest) {
    const found = new Set([...withPrefix(this.vocabulary, beginning), ...withPrefix(this.backward, reversed(end))].map(([, word]) => word));
    return [...found].filter(({ word }) => word.length >= shortest && word.length <= longest);
  }

  /** The most frequent kana words that contain `front` or `back`; a single letter must begin or end the word. */
  wordsContaining(front, back, shortest, limit) {
    const holds = ({ word }) =>
      word.length >= shortest &&
      ((front.length === 1 ? word.startsWith(front) : word.includes(front)) ||
        (back.length === 1 ? word.endsWith(back) : word.includes(back)));
    const isLong = ({ word }) => Number(word.length > shortest + 2);
    return this.kanaWords.filter(holds).sort((one, other) => isLong(one) - isLong(other) || other.papers - one.papers).slice(0, limit);
  }

  wordsBySound(sounds, limit) {
    return mostFrequent(sounds.flatMap((sound) => this.sounds.bySound.get(sound) ?? []), limit);
  }

  wordsBySoundPrefix(beginnings, limit) {
    const found = beginnings.flatMap((prefix) =>
      mostFrequent([...withPrefix(this.sounds.sorted, prefix)].flatMap(([, some]) => some), limit));
    return [...new Set(found)].sort((one, other) => other.papers - one.papers);
  }

  /** The vocabulary by what its English words sound like; computed when a katakana query first needs it. */
  get sounds() {
    if (!this.#sounds) {
      const bySound = new Map();
      for (const word of this.#spoken) {
        const sound = this.#counts.has(word) && phoneticKey(word);
        if (sound) put(bySound, sound, { word, papers: this.#counts.get(word) });
      }
      this.#sounds = { bySound, sorted: [...bySound].sort(byText) };
    }
    return this.#sounds;
  }

  #post(scope, terms, place) {
    for (const term of new Set(terms)) put(this.#postings[scope], term, place);
  }

  #matches(scope, expression) {
    const key = scope + JSON.stringify(expression);
    let found = this.#found.get(key);
    if (!found) {
      if (this.#found.size > 500) this.#found.clear();
      found = this.#filter(scope, expression, this.#everywhere);
      this.#found.set(key, found);
    }
    return found;
  }

  /** The places among these, in order, at which an expression matches. */
  #filter(scope, expression, places) {
    if (expression.any) {
      const found = new Set(expression.any.flatMap((part) => this.#filter(scope, part, places)));
      return places.filter((place) => found.has(place));
    }
    if (expression.all) {
      const parts = [...expression.all].sort((one, other) => this.#cost(scope, one) - this.#cost(scope, other));
      for (const part of parts) places = this.#filter(scope, part, places);
      const excluded = new Set(expression.excluded.flatMap((part) => this.#filter(scope, part, places)));
      return excluded.size ? places.filter((place) => !excluded.has(place)) : places;
    }
    return this.#withPhrase(scope, expression, places);
  }

  #withPhrase(scope, { terms, isPrefix, field }, places) {
    const whole = isPrefix ? terms.slice(0, -1) : terms;
    const lists = whole.map((term) => this.#postings[scope].get(term) ?? []).sort((one, other) => one.length - other.length);
    for (const list of lists) places = intersection(places, list);
    if (terms.length === 1 && !isPrefix && !field) return places;
    const text = ` ${terms.join(" ")}${isPrefix ? "" : " "}`;
    return places.filter((place) => this.documents[place].columns[field ?? scope].some((column) => column.includes(text)));
  }

  /** Roughly how many papers an expression leaves: the fewest are looked at first. */
  #cost(scope, expression) {
    if (expression.any) return expression.any.reduce((sum, part) => sum + this.#cost(scope, part), 0);
    if (expression.all) return Math.min(Infinity, ...expression.all.map((part) => this.#cost(scope, part)));
    const whole = expression.isPrefix ? expression.terms.slice(0, -1) : expression.terms;
    return Math.min(this.documents.length + 1, ...whole.map((term) => this.#postings[scope].get(term)?.length ?? 0));
  }
}

function put(map, key, value) {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}

/** The common members of two sorted lists. */
function intersection(one, other) {
  const common = [];
  for (let i = 0, j = 0; i < one.length && j < other.length; ) {
    if (one[i] === other[j]) {
      common.push(one[i]);
      i++;
      j++;
    } else if (one[i] < other[j]) i++;
    else j++;
  }
  return common;
}
