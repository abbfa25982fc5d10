// The index in memory: what bot/search/backend.py asks of one. Papers are known by their place, newest addition first.

/** The places of a sorted list of [text, place] whose texts have that prefix, at most so many. */
function withPrefix(sorted, prefix, limit) {
  let low = 0, high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle][0] < prefix) low = middle + 1;
    else high = middle;
  }
  const found = [];
  for (; found.length < limit && low < sorted.length && sorted[low][0].startsWith(prefix); low++) found.push(sorted[low][1]);
  return found;
}

const byText = (one, other) => (one[0] < other[0] ? -1 : one[0] > other[0] ? 1 : 0);

class Index {
  documents = [];
  vocabulary = new Vocabulary();
  #dictionary = new Dictionary();
  #head = new Scope();
  #scopes = { head: this.#head, full: this.#head };
  #keys = new Map();
  #byId = new Map();
  #byTitle = [];
  #byHeadline = [];
  #everywhere = [];
  #found = new Map();

  constructor(aliases = {}) {
    this.aliases = aliases;
  }

  /** Read what papers have in their lists; pauses after each paper. Without their texts, all that stands there is found. */
  *read(rows) {
    for (const row of rows) {
      const document = new PaperDocument(row), place = this.documents.push(document) - 1, [heading, names, labels] = document.head();
      this.#head.begin();
      this.#addColumn(heading, true);
      this.#addColumn(names, false);
      this.#addColumn(labels, true);
      for (const key of [titleKey(document.paper.title), ...document.paper.keys]) put(this.#keys, key, place);
      this.#byId.set(document.paper.id, place);
      this.#everywhere.push(place);
      yield;
    }
    const starts = (line) => this.documents.map((each, place) => [cut(each[line], TITLE_PREFIX), place]).filter(([start]) => start).sort(byText);
    this.#byTitle = starts("titleSolid");
    this.#byHeadline = starts("headlineSolid");
    yield* this.#head.finish();
  }

  /** Read the texts of the same papers, as [id, comment, excerpt]; pauses after each paper. */
  *readTexts(rows) {
    const texts = new Map(rows.map(([id, ...each]) => [id, each])), full = new Scope();
    for (const [place, document] of this.documents.entries()) {
      full.begin();
      full.addAll(this.#head, place);
      for (const terms of document.body(...(texts.get(document.paper.id) ?? ["", ""]))) {
        for (const term of terms) {
          const number = this.#dictionary.numberOf(term);
          if (full.add(number) && term[0] === WHOLE) this.vocabulary.count(number, term);
        }
        full.endColumn();
      }
      yield;
    }
    yield* full.finish();
    this.#scopes.full = full;
    this.#found.clear();
  }

  byKeys(keys, limit) {
    const found = keys.flatMap((key) => (this.#keys.get(key) ?? []).map((place) => [key, place]));
    return found.slice(0, limit);
  }

  byId(id) {
    return this.#byId.get(id);
  }

  byTitlePrefix(start, limit) {
    return [...withPrefix(this.#byHeadline, start, limit), ...withPrefix(this.#byTitle, start, limit)];
  }

  matching(scope, expression, limit = Infinity) {
    return Array.from(this.#matches(scope, expression).slice(0, limit));
  }

  count(scope, expression) {
    return this.#matches(scope, expression).length;
  }

  spelledAmong(spellings, places) {
    const texts = (place) => [this.documents[place].comment, this.documents[place].excerpt];
    return places.filter((place) => spellings.some((spelling) => texts(place).some((text) => text.includes(spelling))));
  }

  knownWords(words) {
    return words.map((word) => this.vocabulary.named(word)).filter(Boolean);
  }

  #addColumn(terms, isSpoken) {
    for (const term of terms) {
      const number = this.#dictionary.numberOf(term);
      if (this.#head.add(number)) this.vocabulary.count(number, term);
      if (isSpoken) this.vocabulary.speak(number, term);
    }
    this.#head.endColumn();
  }

  #matches(scope, expression) {
    const key = scope + JSON.stringify(expression);
    let found = this.#found.get(key);
    if (!found) {
      if (this.#found.size > 500) this.#found.clear();
      found = this.#placesOf(this.#scopes[scope], expression, this.#everywhere);
      this.#found.set(key, found);
    }
    return found;
  }

  /** The places among these, in order, at which an expression matches. */
  #placesOf(scope, expression, among) {
    if (expression.any) return this.#union(expression.any.map((part) => this.#placesOf(scope, part, among)));
    if (expression.all) {
      const parts = [...expression.all].sort((one, other) => this.#cost(scope, one) - this.#cost(scope, other));
      for (const part of parts) among = this.#placesOf(scope, part, among);
      const excluded = new Set(expression.excluded.flatMap((part) => [...this.#placesOf(scope, part, among)]));
      return excluded.size ? among.filter((place) => !excluded.has(place)) : among;
    }
    if (expression.prefix) {
      const begun = this.#dictionary.beginningWith(expression.prefix).map((number) => scope.places(number));
      return this.#within(among, this.#union(begun));
    }
    return this.#withPhrase(scope, expression.terms, among);
  }

  #withPhrase(scope, terms, among) {
    const numbers = terms.map((term) => this.#dictionary.known(term) ?? Infinity);
    for (const number of [...numbers].sort((one, other) => scope.count(one) - scope.count(other))) {
      among = this.#within(among, scope.places(number));
    }
    return numbers.length > 1 ? among.filter((place) => scope.hasPhrase(place, numbers)) : among;
  }

  #union(lists) {
    return union(lists, this.documents.length);
  }

  #within(among, places) {
    return among === this.#everywhere ? places : intersection(among, places);
  }

  /** Roughly how many papers an expression leaves: the fewest are looked at first. */
  #cost(scope, expression) {
    if (expression.any) return expression.any.reduce((sum, part) => sum + this.#cost(scope, part), 0);
    if (expression.all) return Math.min(Infinity, ...expression.all.map((part) => this.#cost(scope, part)));
    if (expression.prefix) return this.documents.length + 1;
    return Math.min(this.documents.length + 1, ...expression.terms.map((term) => scope.count(this.#dictionary.known(term) ?? Infinity)));
  }
}
