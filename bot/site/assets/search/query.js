// What is typed into the field, as bot/domain/query.py and bot/search/analyzed_query.py read it.

const LONGEST_QUERY = 2000;
const MOST_WORDS = 32, MOST_MARKS = 16;
const MOST_RUNS = 40, MOST_TERMS = 32, MOST_YEARS = 60, MOST_JOINED = 6;
const TITLE_PREFIX = 80;
const PART = /(?<minus>-)?(?:(?<key>tag|author|venue|year|has):)?(?:"(?<quoted>[^"]*)"(?=\s|$)|(?<word>\S+))/giu;
const YEARS = /^(\d{4})(?:[-–~〜](\d{4}))?$/;
const CONTROL = /[\x00-\x1f\x7f]|\p{Cs}/gu;
const LETTER = /[\p{L}\p{N}]/u;
const MARK = /[^\p{L}\p{N} ー]/u;
const [PAPER, WHOLE, AUTHOR, TAG, VENUE, YEAR, CODE] = Array.from("ⓟⓦⓐⓣⓥⓨⓒ");

const phrase = (terms) => ({ terms });
const beginning = (prefix) => ({ prefix });
const anyOf = (parts) => ({ any: parts });
const allOf = (parts, excluded = []) => ({ all: parts, excluded });
const everything = () => phrase([PAPER]);

/** A folded text as a single term, whatever characters it contains. */
const singleTerm = (text) =>
  text.replace(/[\x20-\x7e]/g, (letter) =>
    letter === " " ? "\u3000" : /[a-z0-9]/i.test(letter) ? letter : String.fromCharCode(letter.charCodeAt(0) + 0xfee0));

function parseQuery(typed) {
  const text = cut(typed, LONGEST_QUERY).replace(CONTROL, " ").trim();
  const values = { word: [], phrase: [], minus: [], tag: [], author: [], venue: [], has: [] };
  const years = [];
  for (const { 0: whole, groups } of cut(text.normalize("NFKC").replace(/[“”„‟]/g, '"'), LONGEST_QUERY).matchAll(PART)) {
    const isQuoted = groups.quoted !== undefined;
    const value = normalize(isQuoted ? groups.quoted : groups.word);
    const key = (groups.key ?? "").toLowerCase();
    const span = key === "year" && !groups.minus && YEARS.exec(value);
    const kind = kindOf(key, value, Boolean(groups.minus), isQuoted);
    if (span) years.push([Number(span[1]), Number(span[2] ?? span[1])]);
    else if (kind) values[kind].push(value);
    else values.word.push(normalize(whole));
  }
  const some = (name) => values[name].slice(0, MOST_MARKS);
  const query = {
    text, words: values.word.slice(0, MOST_WORDS), phrases: some("phrase"), excluded: some("minus"),
    tags: some("tag"), authors: some("author"), venues: some("venue"), years: years.slice(0, MOST_MARKS),
    code: values.has.length > 0,
  };
  query.isEmpty = !(query.words.length || query.phrases.length);
  query.isFiltered = [query.excluded, query.tags, query.authors, query.venues, query.years].some((each) => each.length) || query.code;
  return query;
}

function kindOf(key, value, isMinus, isQuoted) {
  if (!value || value === '"' || (isMinus && key)) return null;
  if (isMinus) return LETTER.test(value) ? "minus" : null;
  if (key === "has") return value === "code" ? "has" : null;
  if (key === "year") return null;
  return key || (isQuoted ? "phrase" : "word");
}

/** The words of a query, in the forms in which they are compared with papers; each form is computed once. */
class AnalyzedQuery {
  constructor(text) {
    this.text = text;
    const spaced = withSpaces(text);
    this.spaced = spaced.split(" ").length > MOST_RUNS + 2 ? ` ${words(spaced).slice(0, MOST_RUNS).join(" ")} ` : spaced;
    this.withoutSpaces = this.spaced.replaceAll(" ", "");
    this.words = words(this.spaced);
    this.runs = runs(fold(text)).slice(0, MOST_RUNS);
    this.hasIdeographs = this.words.some((unit) => isUnspaced(unit) && !isKana(unit));
    this.hasMarks = MARK.test(text);
    this.titlePrefix = cut(this.withoutSpaces, TITLE_PREFIX);
    this.isKanaWord = this.words.length === 1 && isKana(this.withoutSpaces);
    this.isShortKana = this.withoutSpaces.length <= 2 && this.isKanaWord;
    this.isLatinWord = this.words.length === 1 && isAscii(this.withoutSpaces) && !this.hasMarks;
    this.spellings = [hiragana(text), katakana(text)];
    this.terms = this.runs.map((_, at) => this.#termAt(at));
    this.bodyTerms = this.#bodyTerms();
  }

  /** The last hyphenated word joined into one, and its number of runs; ["", 0] if there is none. */
  get partialCompound() {
    const word = fold(this.text).split(" ").pop();
    const parts = runs(word), found = compounds(word);
    return found.length === 1 && found[0] === parts.join("") ? [found[0], parts.length] : ["", 0];
  }

  phrase() {
    const last = this.runs.length - 1;
    return phrase(this.runs.flatMap((run, at) => tokensOf(run, at === last)).slice(0, MOST_TERMS));
  }

  wholeWord() {
    return phrase([WHOLE + this.withoutSpaces.slice(0, LONGEST_WORD)]);
  }

  #bodyTerms() {
    const longer = this.terms.filter((_, at) => !(this.runs[at].length === 1 && isKana(this.runs[at])));
    return longer.length ? longer : this.terms;
  }

  #termAt(at) {
    const run = this.runs[at];
    if (isUnspaced(run)) return Array.from(run).length === 1 ? beginning(run) : phrase(tokensOf(run, true).slice(0, MOST_TERMS));
    if (this.runs.length > MOST_JOINED) return phrase([run]);
    const neighbour = (place) => (this.runs[place] && !isUnspaced(this.runs[place]) ? this.runs[place] : "");
    const joined = new Set([run, neighbour(at - 1) + run, run + neighbour(at + 1)]);
    if (this.runs.length > 2 && isAscii(this.withoutSpaces)) joined.add(this.withoutSpaces);
    return joined.size > 1 ? anyOf([...joined].sort().map((word) => phrase([word]))) : phrase([run]);
  }
}

/** The terms of a run in sequence; the last one may continue in the paper. */
function tokensOf(run, isLast) {
  const terms = tokenize(run);
  return isLast && terms.length > 1 && isUnspaced(run) ? terms.slice(0, -1) : terms;
}

const phrasesOf = (texts) => texts.map((text) => new AnalyzedQuery(text).phrase()).filter(({ terms }) => terms.length);

function filtersOf(query) {
  const filters = query.tags.map((tag) => phrase([TAG + singleTerm(fold(tag))]));
  for (const [mark, names] of [[AUTHOR, query.authors], [VENUE, query.venues]]) {
    for (const name of names) {
      const terms = runs(fold(name)).flatMap((run) => tokensOf(run, true)).map((term) => mark + term);
      filters.push(phrase(terms.length ? terms : [mark]));
    }
  }
  for (const [first, last] of query.years) {
    const years = [];
    for (let year = first; year <= last && years.length < MOST_YEARS; year++) years.push(phrase([YEAR + year]));
    filters.push(anyOf(years.length ? years : [phrase([YEAR])]));
  }
  if (query.code) filters.push(phrase([CODE]));
  return filters;
}
