// What the index holds of a paper, as bot/search/document.py computes it.

const LONGEST_LINE = 1000, LONGEST_NAMES_LINE = 8000, LONGEST_LABELS_LINE = 4000;
const LONGEST_TEXT = 20000, LONGEST_NAMES = 200000;
const SHORTEST_WORD = 3;
const FIRST_MARK = "\u2460";
const PUNCTUATION = /[^\p{L}\p{N}]+/gu;

/** The key by which a title is compared, as `title_key` makes it. */
function titleKey(title) {
  const folded = casefold(title.normalize("NFKC"));
  return `title:${folded.replace(PUNCTUATION, "") || folded.trim()}`;
}

const normalizedText = (text, longest = LONGEST_TEXT) => cut(normalize(text), longest);
const joined = (texts) => normalizedText(texts.map((text) => text.replaceAll("|", " ")).join(" | "), LONGEST_NAMES);
const spacedParts = (texts, longest) => cut(texts, longest).split("|").map(withSpaces).join("|").slice(0, longest);

/** The terms of a normalized text, its katakana words marked. */
function termsOf(text) {
  const folded = foldNormalized(text);
  if (isAscii(folded)) return [...tokenize(folded), ...compounds(folded)];
  const whole = words(foldNormalized(katakanaWords(text).join(" ")));
  return [...tokenize(folded), ...compounds(folded), ...whole.map((word) => WHOLE + word.slice(0, LONGEST_WORD))];
}

/** A paper with the lines that ranking compares. */
class PaperDocument {
  comment = "";
  excerpt = "";
  #names = null;
  #labels = null;

  constructor([id, path, headline, title, date, authors, tags, venue, organization, keys, hasCode]) {
    this.paper = { id, path, headline, title, date, authors, tags, venue, organization, keys, hasCode };
    this.title = normalizedText(title, LONGEST_LINE);
    this.headline = normalizedText(headline, LONGEST_LINE);
    this.titleWords = withSpaces(this.title);
    this.headlineWords = withSpaces(this.headline);
    this.titleSolid = this.titleWords.replaceAll(" ", "");
    this.headlineSolid = this.headlineWords.replaceAll(" ", "");
  }

  /** The names of its authors, folded; worked out when a query first reaches them. */
  get names() {
    return (this.#names ??= spacedParts(this.#authors, LONGEST_NAMES_LINE));
  }

  /** Its tags, venue and organization, folded. */
  get labels() {
    return (this.#labels ??= spacedParts(this.#shelves, LONGEST_LABELS_LINE));
  }

  /** The terms of its heading, its names and its labels, marks included. */
  head() {
    const { tags, venue, date, hasCode } = this.paper;
    const names = termsOf(this.#authors);
    const marks = [PAPER, ...tags.map((tag) => TAG + singleTerm(fold(tag))), ...names.map((term) => AUTHOR + term)];
    if (venue) marks.push(...termsOf(normalizedText(venue)).map((term) => VENUE + term));
    if (date) marks.push(YEAR + date.slice(0, 4));
    if (hasCode) marks.push(CODE);
    return [termsOf(`${this.headline} | ${this.title}`), names, [...termsOf(this.#shelves), ...marks]];
  }

  /** Take its texts, and return the terms of the comment and of the rest. */
  body(comment, excerpt) {
    this.comment = comment;
    this.excerpt = excerpt;
    const addresses = this.paper.keys.filter((key) => key.startsWith("url:")).map((key) => key.slice(4)).join(" ");
    return [termsOf(normalizedText(comment)), termsOf(`${normalizedText(excerpt)} | ${normalizedText(addresses)}`)];
  }

  get #authors() {
    return joined(this.paper.authors);
  }

  get #shelves() {
    const { tags, venue, organization } = this.paper;
    return joined([...tags, ...(venue ? [venue] : []), organization]);
  }
}
