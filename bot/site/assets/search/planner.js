// A search, step by step until there are enough results: bot/search/planner.py, steps.py and results.py.

const MAX_RANKED = 100;
const ENOUGH = 10, FEW = 3, MOST_STARTING = 20, VERY_LONG = 40, SURE_START = 14, ALMOST = 0.9;
const MOST_BEGUN = 24, MOST_LEFT_OUT = 8, MOST_NEAR = 5, SAME_STEM = 28, WEAKEST = 1;
const AS_TWO_WORDS = 0.7, ALIAS = 0.8, SUGGESTED = 0.1;

const variant = (query, weight = 1, reason = null) => ({ query, weight, reason, scored: new Set() });

class SearchSteps {
  constructor(index, query) {
    this.index = index;
    this.text = query.text;
    this.isFiltered = query.isFiltered;
    this.filters = [...phrasesOf(query.phrases), ...filtersOf(query)];
    this.excluded = phrasesOf(query.excluded);
    this.head = this.excluded.length ? "full" : "head";
    this.scores = new Map();
    this.unranked = null;
    this.isComplete = false;
    this.suggestion = null;
    this.near = [];
  }

  add(place, score, why) {
    const earlier = this.scores.get(place);
    if (!earlier || earlier[0] < score) this.scores.set(place, [score, why]);
  }

  best() {
    return Math.max(0, ...[...this.scores.values()].map(([score]) => score));
  }

  ranked() {
    return [...this.scores].sort(([one, [first]], [other, [second]]) => second - first || one - other).map(([place]) => place);
  }

  /** Find the paper that the whole query names: by its id, one of its links, or its exact title. */
  byName() {
    const typed = normalize(this.text), title = titleKey(this.text);
    const names = this.isFiltered ? [] : identifierKeys(this.text);
    for (const [key, place] of this.index.byKeys([title, ...names], MAX_RANKED)) {
      if (key === title) {
        this.add(place, TITLE + 10 * similarity(typed, this.index.documents[place].title), null);
        this.isComplete ||= this.text.length >= LONG;
      } else {
        this.add(place, IDENTIFIER, "link");
        this.isComplete = true;
      }
    }
    const place = names.length ? this.index.byId(this.text) : undefined;
    if (place !== undefined) this.add(place, IDENTIFIER + 1, null);
  }

  /** Find papers by words, scope by scope until there are enough. */
  byWords(wording) {
    const { query, weight } = wording;
    if (!(this.filters.length || this.excluded.length)) {
      this.addRows(wording, query.titlePrefix ? this.index.byTitlePrefix(query.titlePrefix, MOST_STARTING) : []);
      const letters = query.withoutSpaces.length, best = this.best();
      if ((letters >= LONG && best >= EXACT * weight) || (letters >= VERY_LONG && best >= LINE_START)) return;
    }
    if (this.addMatches(wording, this.head, this.allOf(query.terms))) {
      if (query.runs.length > 1) this.addMatches(wording, this.head, this.allOf([query.phrase()]));
    } else if (weight > SUGGESTED || wording.reason === "reading") this.byParts(wording);
    this.byPartialCompound(wording);
    if (this.scores.size < ENOUGH && weight > SUGGESTED) this.byBody(wording);
    if (this.scores.size < ENOUGH && weight > SUGGESTED) this.byPrefix(wording);
    if (query.runs.length === 1 && this.scores.size > 0 && this.scores.size < FEW) this.byForms(wording);
  }

  /** Find papers by other wordings that may have been meant. */
  bySuggestions(query) {
    if (this.byWholeLine(query)) return;
    const enough = this.scores.size + FEW;
    let last = 0;
    for (const [text, why, rank] of suggestions(this.index, query)) {
      const before = this.scores.size;
      if (before >= enough && Math.trunc(rank) > last) return;
      last = Math.trunc(rank);
      const wording = variant(new AnalyzedQuery(text), SUGGESTED * 0.5 ** rank, why);
      this.byWords(wording);
      if (wording.query.isKanaWord || this.scores.size === before) this.byBody(wording);
      if (this.scores.size > before && !this.suggestion) this.suggestion = text;
    }
    if (this.scores.size < FEW) this.byForms(variant(query, this.scores.size ? SUGGESTED : 1));
    if (!this.scores.size && query.runs.length > 1) this.byAllButOne(query);
  }

  /** Find papers whose whole title or headline was typed, with typos after the start; return whether there are any. */
  byWholeLine(query) {
    if (query.withoutSpaces.length < LONG || this.filters.length || this.excluded.length) return false;
    for (const place of this.index.byTitlePrefix(query.titlePrefix.slice(0, SURE_START), MOST_STARTING)) {
      const row = this.index.documents[place];
      if ([row.titleSolid, row.headlineSolid].some((line) => similarity(query.withoutSpaces, line, ALMOST))) this.add(place, EXACT * SUGGESTED, "typo");
    }
    return this.scores.size > 0;
  }

  /** Add papers that have the English for a katakana query. */
  byReadings(query) {
    for (const text of readingsOf(this.index, query.text)) {
      const wording = variant(new AnalyzedQuery(text), SUGGESTED, "reading");
      const expression = this.allOf(wording.query.terms);
      this.addRows(wording, this.index.matching(this.head, expression, ENOUGH));
      if (this.scores.size < ENOUGH) this.addRows(wording, this.index.matching("full", expression, ENOUGH), BODY);
    }
  }

  /** Add papers with English words that begin like half-typed kana (レト: RetNet). */
  byPartialReading(query) {
    const begun = partialReadings(this.index, query.text);
    if (!begun.length) return;
    const expression = this.allOf([anyOf(begun.map((word) => phrase([word])))]);
    this.addMatches(variant(query, SUGGESTED, "reading"), this.head, expression, WEAKEST);
  }

  byBody(wording) {
    const { query, weight } = wording;
    if (query.isKanaWord) this.addMatches(wording, "full", this.allOf([query.wholeWord()]), BODY);
    this.addMatches(wording, "full", this.allOf(query.bodyTerms), query.isKanaWord ? PARTIAL : BODY);
    if (query.isShortKana) {
      const bodies = [...this.scores].filter(([, [, why]]) => why === "excerpt").map(([place]) => place);
      for (const place of this.index.spelledAmong(query.spellings, bodies)) this.add(place, SPELLED_IN_BODY * weight, "excerpt");
    }
  }

  /** Find papers that have a word of the query as two (fullyconnected: fully-connected, fully connected). */
  byParts(wording) {
    const { query, weight, reason } = wording;
    if (query.runs.length > 1 && this.scores.size >= ENOUGH) return;
    for (const [at, pair] of splitCompounds(this.index, query.runs)) {
      const text = [...query.runs.slice(0, at), ...pair, ...query.runs.slice(at + 1)].join(" ");
      const apart = variant(new AnalyzedQuery(text), weight * AS_TWO_WORDS, reason);
      const expression = this.allOf([...query.terms.slice(0, at), phrase(pair), ...query.terms.slice(at + 1)]);
      this.addMatches(apart, this.head, expression);
      if (this.scores.size < ENOUGH) this.addMatches(apart, "full", expression, BODY);
    }
  }

  /** Find papers by hyphenated words that begin with the last word of the query (finger-t for finger-tip). */
  byPartialCompound(wording) {
    const [prefix, count] = wording.query.partialCompound;
    if (prefix) this.addByPrefix(wording, prefix, wording.query.terms.slice(0, -count));
  }

  /** Find papers with words that begin with the last word of the query. */
  byPrefix(wording) {
    const prefix = wording.query.runs.at(-1), before = wording.query.terms.slice(0, -1);
    if (isUnspaced(prefix) || prefix.length < 2 || this.addByPrefix(wording, prefix, before)) return;
    if (!this.scores.size && prefix.length > 3) {
      this.addMatches(wording, "full", this.allOf([...before, beginning(prefix)]), WEAKEST);
    }
  }

  /** Add papers with words of that prefix; return whether there are such words. */
  addByPrefix(wording, prefix, before) {
    const begun = this.index.vocabulary.beginningWith(prefix, MOST_BEGUN).map(({ word }) => word).filter((word) => word !== prefix);
    if (begun.length) {
      this.addMatches(wording, this.head, this.allOf([...before, anyOf(begun.map((word) => phrase([word])))]), WEAKEST);
    }
    return begun.length > 0;
  }

  /** Find papers by words with the same stem (hallucination: hallucinate). */
  byForms(wording) {
    const { query } = wording;
    if (query.runs.length > MOST_JOINED) return;
    const forms = query.runs.map((run) => sameStemWords(this.index, run));
    if (!forms.some((each) => each.length)) return;
    const either = query.terms.map((part, at) =>
      forms[at].length ? anyOf([part, ...forms[at].map((form) => phrase([form]))]) : part);
    this.addMatches(wording, this.head, this.allOf(either), SAME_STEM);
  }

  /** Find papers with all words but one: as results if the last one is a typo away, otherwise as near. */
  byAllButOne(query) {
    const counts = new Map(this.index.knownWords(query.runs).map(({ word, papers }) => [word, papers]));
    const rarity = (at) => counts.get(query.runs[at]) ?? 0;
    const order = [...query.terms.keys()].sort((one, other) =>
      rarity(one) - rarity(other) || query.runs[other].length - query.runs[one].length);
    const near = new Set();
    for (const at of order.slice(0, MOST_LEFT_OUT)) {
      const others = [...query.terms.slice(0, at), ...query.terms.slice(at + 1)];
      for (const place of this.index.matching(this.head, this.allOf(others), FEW)) {
        const row = this.index.documents[place];
        if ([row.titleWords, row.headlineWords].some((line) => isMisspelled(query, query.runs[at], line))) {
          this.add(place, PARTIAL * SUGGESTED, "typo");
        }
        near.add(place);
      }
      if (this.scores.size) return;
    }
    this.near = [...near].slice(0, MOST_NEAR);
  }

  allOf(parts) {
    return allOf([...parts, ...this.filters], this.excluded);
  }

  addMatches(wording, scope, expression, least = 0) {
    const places = this.index.matching(scope, expression, MAX_RANKED);
    this.addRows(wording, places, least);
    if (places.length < MAX_RANKED) return false;
    this.unranked ??= [scope, expression];
    return true;
  }

  addRows(wording, places, least = 0) {
    for (const place of places) {
      let [score, why] = wording.scored.has(place) ? [0, null] : scorePaper(wording.query, this.index.documents[place]);
      wording.scored.add(place);
      if (score < least) [score, why] = [least, least === BODY || least === PARTIAL ? "excerpt" : null];
      if (score) this.add(place, score * wording.weight, wording.reason ?? why);
    }
  }
}

/** The first results of what was typed: {total, places, reasons, suggestion, near}, places best first. */
function find(index, typed, limit) {
  const query = parseQuery(typed);
  const analyzed = new AnalyzedQuery([...query.words.map(wordsInLink), ...query.phrases].join(" "));
  const steps = stepsOf(index, query, analyzed);
  if (query.isEmpty && !steps.scores.size) return browse(index, query, limit);
  const ranked = steps.ranked();
  const isMore = steps.unranked && ranked.length < limit;
  const more = isMore ? index.matching(...steps.unranked).filter((place) => !steps.scores.has(place)) : [];
  const places = [...ranked, ...more].slice(0, limit);
  return {
    total: steps.unranked ? Math.max(ranked.length, index.count(...steps.unranked)) : ranked.length,
    places, reasons: places.map((place) => steps.scores.get(place)?.[1] ?? null), suggestion: steps.suggestion,
    near: steps.near, words: analyzed.words,
  };
}

function stepsOf(index, query, analyzed) {
  const steps = new SearchSteps(index, query);
  if (query.text) steps.byName();
  if (!analyzed.words.length || steps.isComplete) return steps;
  steps.byWords(variant(analyzed));
  for (const text of withSynonyms(analyzed, index.aliases)) steps.byWords(variant(new AnalyzedQuery(text), ALIAS, "alias"));
  if (steps.scores.size < FEW && steps.best() < TOGETHER) steps.bySuggestions(analyzed);
  else if (analyzed.isKanaWord && steps.scores.size < ENOUGH) steps.byReadings(analyzed);
  if (analyzed.isKanaWord && steps.scores.size < FEW) steps.byPartialReading(analyzed);
  return steps;
}

function browse(index, query, limit) {
  const expression = allOf([everything(), ...filtersOf(query)], phrasesOf(query.excluded));
  const places = index.matching("full", expression);
  return { total: places.length, places: places.slice(0, limit), reasons: [], suggestion: null, near: [], words: [] };
}
