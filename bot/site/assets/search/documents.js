// What the index holds of a paper, as bot/search/document.py computes it.

const LONGEST_LINE = 1000, LONGEST_NAMES_LINE = 8000, LONGEST_LABELS_LINE = 4000;
const LONGEST_TEXT = 20000, LONGEST_NAMES = 200000;
const SHORTEST_WORD = 3;
const FIRST_MARK = "\u2460";
const FIELDS = ["id", "path", "headline", "title", "date", "authors", "tags", "venue", "organization", "comment",
  "excerpt", "keys", "code"];
const PUNCTUATION = /[^\p{L}\p{N}]+/gu;

/** The key by which a title is compared, as `title_key` makes it. */
function titleKey(title) {
  const folded = casefold(title.normalize("NFKC"));
  return `title:${folded.replace(PUNCTUATION, "") || folded.trim()}`;
}

const normalizedText = (text, longest = LONGEST_TEXT) => cut(normalize(text), longest);
const joined = (texts) => normalizedText(texts.map((text) => text.replaceAll("|", " ")).join(" | "), LONGEST_NAMES);
const spacedParts = (texts, longest) => cut(texts, longest).split("|").map(withSpaces).join("|").slice(0, longest);

/** The terms of a normalized text, and its katakana words. */
function termsOf(text) {
  const folded = foldNormalized(text);
  const whole = words(foldNormalized(katakanaWords(text).join(" ")));
  const terms = [...tokenize(folded), ...compounds(folded), ...whole.map((word) => WHOLE + word.slice(0, LONGEST_WORD))];
  return [terms, whole.filter((word) => word.length >= SHORTEST_WORD && word.length <= LONGEST_WORD)];
}

/** The terms of a normalized text, and those words of it in which typos are corrected. */
function headingTerms(text) {
  const [terms, whole] = termsOf(text);
  const known = terms.filter((word) => word.length >= SHORTEST_WORD && word < FIRST_MARK && !/^\p{Nd}+$/u.test(word));
  return [terms, [...known, ...whole]];
}

function documentOf(row) {
  const paper = Object.fromEntries(FIELDS.map((name, at) => [name, row[at]]));
  const title = normalizedText(paper.title, LONGEST_LINE), headline = normalizedText(paper.headline, LONGEST_LINE);
  const names = joined(paper.authors);
  const labels = joined([...paper.tags, ...(paper.venue ? [paper.venue] : []), paper.organization]);
  const addresses = paper.keys.filter((key) => key.startsWith("url:")).map((key) => key.slice(4)).join(" ");
  const [heading, headingWords] = headingTerms(`${headline} | ${title}`);
  const [nameTerms, nameWords] = headingTerms(names);
  const [labelTerms, labelWords] = headingTerms(labels);
  const [comment, commentWords] = termsOf(normalizedText(paper.comment));
  const [rest, restWords] = termsOf(`${normalizedText(paper.excerpt)} | ${normalizedText(addresses)}`);
  const marks = [PAPER, ...paper.tags.map((tag) => TAG + singleTerm(fold(tag))), ...nameTerms.map((term) => AUTHOR + term)];
  if (paper.venue) marks.push(...termsOf(normalizedText(paper.venue))[0].map((term) => VENUE + term));
  if (paper.date) marks.push(YEAR + paper.date.slice(0, 4));
  if (paper.code) marks.push(CODE);
  const titleWords = withSpaces(title), headlineWords = withSpaces(headline);
  return {
    paper, title, headline, titleWords, headlineWords,
    names: spacedParts(names, LONGEST_NAMES_LINE), labels: spacedParts(labels, LONGEST_LABELS_LINE),
    titleStart: cut(titleWords.replaceAll(" ", ""), TITLE_PREFIX),
    headlineStart: cut(headlineWords.replaceAll(" ", ""), TITLE_PREFIX),
    terms: { head: [heading, nameTerms, [...labelTerms, ...marks]], comment, rest },
    words: new Set([...headingWords, ...nameWords, ...labelWords, ...commentWords, ...restWords]),
    spoken: [...headingWords, ...labelWords].filter(isAscii),
  };
}
