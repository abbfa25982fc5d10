// Scores how well a paper fits a query, as bot/search/ranking.py does.

const LONG = 24;
const IDENTIFIER = 200, TITLE = 120, EXACT = 100, LINE_START = 62, PHRASE = 50, CONTAINS = 48, LINE_PREFIX = 46;
const NAME = 45, MOST_NAMES = 4000, PHRASE_PREFIX = 43, WORDS = 40, TOGETHER = 36, WITHIN_KATAKANA = 34;
const KANA_TOGETHER = 33, BODY = 32, SPELLED_IN_BODY = 29.5, PARTIAL = 26, SHORT_AS_TYPED = 20;
const AS_TYPED = 3, STARTS_AS_TYPED = 6, MARKS_AS_TYPED = 11;

const contains = (line, unit) => line.includes(` ${unit} `) || (unit > "\u3000" && !isKana(unit) && line.includes(unit));

/** The score of a paper's own lines (not its body), 0 for no match, and the reason. */
function scorePaper(query, row) {
  const title = scoreLine(query, row.title, row.titleWords);
  const headline = row.headline ? scoreLine(query, row.headline, row.headlineWords) : 0;
  const line = Math.max(title, headline) + (title && headline ? 0.5 : 0);
  if (line >= CONTAINS) return [line, null];
  const [name, why] = scoreNames(query, row);
  if (line || name) return line >= name ? [line, null] : [name, why];
  const together = scoreTogether(query, row);
  if (together) return [together, null];
  const isCut = row.names.length >= LONGEST_NAMES_LINE || row.labels.length >= LONGEST_LABELS_LINE;
  return isCut ? [PARTIAL - 2, "author"] : [0, null];
}

function scoreLine(query, line, spaced) {
  let score;
  if (spaced.includes(query.spaced)) score = scoreWholeWords(query, spaced);
  else if (query.isLatinWord && compounds(line).includes(query.withoutSpaces)) score = PHRASE;
  else score = scoreParts(query, spaced);
  if (!score) return 0;
  const typed = (query.isKanaWord ? [query.text, ...query.spellings] : [query.text]).find((text) => line.includes(text));
  if (typed) score += (line.startsWith(typed) ? STARTS_AS_TYPED : AS_TYPED) + (query.hasMarks ? MARKS_AS_TYPED : 0);
  if (score >= WORDS && query.isShortKana && query.spellings.some((spelling) => line.includes(spelling))) score += SHORT_AS_TYPED;
  return score - spaced.length / 1000;
}

function scoreWholeWords(query, spaced) {
  if (!spaced.startsWith(query.spaced)) return PHRASE;
  return spaced.length === query.spaced.length ? EXACT : LINE_START;
}

function scoreParts(query, spaced) {
  const squeezed = spaced.replaceAll(" ", "");
  if (squeezed.startsWith(query.withoutSpaces)) {
    if (squeezed.length === query.withoutSpaces.length) return EXACT;
    return query.hasIdeographs ? LINE_START : LINE_PREFIX;
  }
  if (query.words.length > 1 && spaced.includes(query.spaced.slice(0, -1))) return PHRASE_PREFIX;
  const together = squeezed.includes(query.withoutSpaces);
  if (together && query.hasIdeographs) return CONTAINS;
  if (query.words.every((unit) => contains(spaced, unit))) return WORDS;
  if (together && query.withoutSpaces.length >= 3 && query.isKanaWord) return WITHIN_KATAKANA;
  return together || query.words.every((unit) => spaced.includes(unit)) ? PARTIAL : 0;
}

function scoreNames(query, row) {
  const worth = NAME - Math.min(row.names.length, MOST_NAMES) / 2000;
  const isWhole = (names) => `|${names}|`.includes(`|${query.spaced}|`);
  if (row.names.includes(query.spaced)) return [worth + Number(isWhole(row.names)), "author"];
  if (row.labels.includes(query.spaced)) return [isWhole(row.labels) ? NAME : WORDS - 1, "tag"];
  if (query.words.length > 1 && row.names.includes(query.words[0])) {
    for (const name of row.names.split("|")) {
      if (query.words.every((unit) => name.includes(` ${unit} `))) return [worth - 1, "author"];
    }
  }
  if (!row.labels.replaceAll(" ", "").includes(query.withoutSpaces)) return [0, null];
  return [query.hasIdeographs ? WORDS - 2 : PARTIAL - 1, "tag"];
}

function scoreTogether(query, row) {
  const head = row.titleWords + row.headlineWords, lines = head + row.names + row.labels;
  if (query.words.every((unit) => contains(lines, unit))) {
    return TOGETHER + (query.words.every((unit) => contains(head, unit)) ? 1 : 0);
  }
  if (query.words.every((unit) => contains(lines, unit) || (isKana(unit) && lines.includes(unit)))) return KANA_TOGETHER;
  return query.words.every((unit) => lines.includes(unit)) ? PARTIAL - 2 : 0;
}

/** Whether a line has a word one typo away from the missing one, a missing space included. */
function isMisspelled(query, run, spaced) {
  if (query.withoutSpaces.length >= LONG && isOneTypo(query.spaced, spaced)) return true;
  const line = words(spaced);
  const pairs = line.slice(1).map((word, at) => `${line[at]} ${word}`);
  return run.length > 2 && [...line, ...pairs].some((word) => isOneTypo(run, word));
}
